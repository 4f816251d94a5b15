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
