"""The article's images: each picture once, with its caption and credit."""

from __future__ import annotations

import json

import pytest

from extractor.html import read_html
from extractor.metadata.images import LONGEST_CAPTION, MAXIMUM_IMAGES, FoundImage, stated_images

URL = "https://www.courier.example/news/gates"


def images(head: str = "", body: str = "", url: str = URL) -> list[FoundImage]:
    page = read_html(f"<html><head>{head}</head><body><article><h1>Gates</h1>{body}</article></body></html>", url)
    assert page is not None
    return list(stated_images(page))


def test_an_address_is_relative_to_the_base_that_a_page_states() -> None:
    (image,) = images(
        '<base href="https://pictures.courier.example/2026/"><meta property="og:image" content="gate.jpg">'
    )
    assert image.url == "https://pictures.courier.example/2026/gate.jpg"


def test_an_image_is_known_by_its_address_caption_and_credit() -> None:
    # Given a main image, the same picture in the text in another size, and another picture
    head = '<meta property="og:image" content="/pictures/gates-at-dawn.jpg?w=1200">'
    body = (
        '<figure><img src="/pictures/gates-at-dawn-300x200.jpg">'
        "<figcaption>The gates at dawn. Photo: Dale Curnow</figcaption></figure><figure>"
        '<img data-src="//img.example/keepers-asleep.jpg" src="data:image/gif;base64,AA"><figcaption>'
        'The keepers <span class="credit">© Tide Agency</span></figcaption></figure>'
    )
    # When they are read, Then each is there once
    assert images(head, body) == [
        FoundImage(
            "https://www.courier.example/pictures/gates-at-dawn.jpg?w=1200", "meta", "The gates at dawn.", "Dale Curnow"
        ),
        FoundImage("https://img.example/keepers-asleep.jpg", "dom", "The keepers", "Tide Agency"),
    ]


def test_json_ld_names_credits_too() -> None:
    image = {"url": "https://x.example/gates-open.jpg", "caption": "Open", "creator": {"name": "Dale Curnow"}}
    head = f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "image": [image]})}</script>'
    assert images(head) == [FoundImage("https://x.example/gates-open.jpg", "jsonld", "Open", "Dale Curnow")]


@pytest.mark.parametrize(
    "body",
    [
        '<aside><figure><img src="/teaser-picture.jpg"></figure></aside>',
        '<div class="related-stories"><figure><img src="/teaser-picture.jpg"></figure></div>',
        '<figure><img src="javascript:alert(1)"></figure>',
        "<figure><img></figure>",
        '<figure><img src="data:image/png;base64,AAAA"></figure>',
    ],
)
def test_furniture_and_what_has_no_address_is_no_image(body: str) -> None:
    assert images(body=body) == []


def test_the_controls_of_a_gallery_are_no_caption() -> None:
    figure = "<figure><img src=/a.jpg><figcaption>Previous Next</figcaption></figure>"
    assert [(image.url.rpartition("/")[2], image.caption) for image in images(body=figure)] == [("a.jpg", None)]


@pytest.mark.parametrize("name", ["logo-white-out.svg", "icons/arrow-right.svg?v=2"])
def test_drawn_signs_are_no_images(name: str) -> None:
    assert images(body=f"<figure><img src=/img/{name}></figure>") == []
    assert len(images(body="<figure><img src=/img/chart-of-tides.svg></figure>")) == 1


def test_images_are_bounded() -> None:
    figures = "".join(
        f'<figure><img src="/picture-number-{number}.jpg"><figcaption>{"x" * 50_000}</figcaption></figure>'
        for number in range(200)
    )
    found = images(f'<meta property="og:image" content="/{"x" * 1_000_000}">', figures)
    assert len(found) <= MAXIMUM_IMAGES
    assert all(len(image.caption or "") <= LONGEST_CAPTION for image in found)


def test_an_odd_base_is_no_obstacle() -> None:
    assert images('<meta property="og:image" content="https://x.example/gates-open.jpg">', url="not a url")


def address(picture: str) -> list[str]:
    return [
        image.url.removeprefix("https://www.courier.example") for image in images(body=f"<figure>{picture}</figure>")
    ]


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="/s/placeholder.gif" data-src="/i/gates-at-dawn.jpg">',
        '<img src="/s/blank.png" data-lazy-src="/i/gates-at-dawn.jpg">',
        '<img src="data:image/gif;base64,AA" data-original="/i/gates-at-dawn.jpg">',
        '<img src="/s/transparent-16x9.png" data-hi-res-url="/i/gates-at-dawn.jpg">',
        '<img srcset="/i/small-gates.jpg 320w, /i/gates-at-dawn.jpg 1600w" src="/i/small-gates.jpg">',
        '<img src="/s/loading.svg" data-srcset="/i/gates-at-dawn.jpg 900w,/i/small-gates.jpg 300w">',
        '<picture><source srcset="/i/gates-at-dawn.jpg 1200w, /i/small-gates.jpg 300w"><img alt="Gates"></picture>',
        '<picture><source srcset="/i/gates-at-dawn.jpg"><img src="/s/spacer.gif"></picture>',
        '<img class="lazy" src="/s/g.png"><noscript><img src="/i/gates-at-dawn.jpg"></noscript>',
        '<img src="/s/placeholder.svg"><noscript>&lt;img src="/i/gates-at-dawn.jpg"&gt;</noscript>',
        '<img data-srcset="/i/small-gates.jpg 1x, /i/gates-at-dawn.jpg 2x">',
        '<picture><source media="(min-width: 900px)" srcset="/i/gates-at-dawn.jpg"><img src="/i/x.jpg"></picture>',
        '<amp-img src="/i/gates-at-dawn.jpg" width="800" height="500"></amp-img>',
        '<img src="/count.gif" width="1" height="1"><img src="/i/gates-at-dawn.jpg" width="800" height="500">',
    ],
)
def test_a_picture_is_the_one_that_a_reader_sees_at_its_largest(picture: str) -> None:
    assert address(picture) == ["/i/gates-at-dawn.jpg"]


def test_a_comma_within_an_address_of_a_set_does_not_end_it() -> None:
    entries = "/i/w_320,c_fill/gates-at-dawn.jpg 320w, /i/w_1600,c_fill/gates-at-dawn.jpg 1600w"
    assert address(f'<img srcset="{entries}">') == ["/i/w_1600,c_fill/gates-at-dawn.jpg"]


@pytest.mark.parametrize(
    ("box", "caption"),
    [
        ('<div class="wp-caption"><img src="/i/gates-at-dawn.jpg"><p class="wp-caption-text">Dawn</p></div>', "Dawn"),
        ('<div><a href="/i/x.jpg"><img src="/i/gates-at-dawn.jpg"></a><i class="legende">Dawn</i></div>', "Dawn"),
        ('<p><img src="/i/gates-at-dawn.jpg" width="1600"></p>', None),
        ('<img src="/i/gates-at-dawn.jpg">', None),
        ('<div><noscript><img src="/i/gates-at-dawn.jpg"></noscript></div>', None),
        ('<div class="bild"><img src="/i/gates-at-dawn.jpg"></div>', None),
    ],
)  # fmt: skip
def test_a_picture_without_a_figure_counts_between_the_paragraphs(box: str, caption: str | None) -> None:
    prose = "<p>Two steel doors rise out of the bed of the river on the highest tides.</p>"
    found = images(body=f"{prose}{box}{prose}")
    assert found == [FoundImage("https://www.courier.example/i/gates-at-dawn.jpg", "dom", caption)]


@pytest.mark.parametrize(
    "box",
    [
        '<p><img src="/count-visitors.gif" width="1" height="1"></p>',
        '<div><img src="/icon-of-a-share.png" width="24"></div>',
        '<div class="author-box"><img src="/hattie-rowbottom.jpg"></div>',
        '<div><img class="avatar" src="/hattie-rowbottom.jpg"></div>',
        '<div class="firma autora"><img src="/pau-600.jpg"><span>Pau Sala</span></div>',
        '<div><a href="/news/other"><img src="/teaser-picture.jpg"></a></div>',
    ],
)
def test_pixels_icons_portraits_and_teasers_are_no_images(box: str) -> None:
    prose = "<p>Two steel doors rise out of the bed of the river on the highest tides.</p>"
    assert images(body=f"{prose}{box}{prose}") == []
