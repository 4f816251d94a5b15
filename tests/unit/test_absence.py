"""A page without its article is refused, whatever other prose it has, and in any language.

Comes in: pages. Goes out: assertions.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractor.contract import PageToRead
from newsdesk.contracts import ContentStatus, Reason
from newsdesk_cli.single_page import Observation, observe

TITLE = "Rural hospital keeps its night surgeon until summer"
DECK = "A village raised the money in nineteen days."
HEAD = f'<h1>{TITLE}</h1><p class="by">By Dario Whitlock</p><p>14 October 2026</p><p class="deck">{DECK}</p>'
BODY = (
    "<p>The rural hospital at Marl will keep its night surgeon until the summer, because a village has raised the "
    "money in nineteen days.</p><p>The surgeon, Ida Brandt, had been given notice in August. Her ward treats three "
    "hundred people a year, most of them after dark.</p><p>“We counted the coins twice,” said the mayor. The region "
    "will pay from July, if the council agrees.</p>"
)
RELATED = (
    '<aside><h2>More</h2><ul><li><a href="/a">Harbour office moves into the old customs house</a></li>'
    '<li><a href="/b">Two lanes of the ring road close on Sunday</a></li></ul></aside>'
)
FOOT = "<footer><p>© 2026 The Paper. All rights reserved. Imprint. Privacy. Terms of use.</p></footer>"
ABOUT = (
    "<p>The Paper was founded in 1884 by a printer and a teacher. It appears twice a week, belongs to its readers, "
    "and is delivered by bicycle as far as the pass.</p><p>Readers who find a mistake are asked to write to the desk. "
    "Corrections are printed on page two, in the same size as the mistake.</p>"
)
BIOGRAPHY = (
    "<h3>Dario Whitlock</h3><p>Dario Whitlock has reported on schools and courts in the valley since 2011. He studied "
    "law for two years and teaches evening classes in writing.</p>"
)
LETTER = (
    "<h2>Letters</h2><p>Sir, your piece on the ferry forgets those who live on the far bank. We have waited eleven "
    "years for a timetable that a working person can use, and we will wait no longer.</p><p>Agnes Holloway</p>"
)
TEASERS = (
    '<h2>Next</h2><div><h3><a href="/y">Swing bridge reopens after two winters</a></h3><p>The swing bridge at Tarn '
    "Lock turned again on Tuesday, two winters after a cracked pinion had left it open to ships.</p></div>"
)
CONSENT = (
    "<p>We and our 812 partners store and read information on your device, such as cookies, and process personal data "
    "to show you advertisements and to measure them.</p><button>Accept all</button><button>Settings</button>"
)


def described(**properties: object) -> str:
    value = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **properties}
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def seen(body: str, title: str = TITLE, head: str = "", language: str = "en") -> Observation:
    nav = '<nav><ul><li><a href="/home">Home</a></li><li><a href="/region">Region</a></li></ul></nav>'
    page = (
        f'<html lang="{language}"><head><title>{title} | The Paper</title><meta property="og:type" content="article">'
        f"{head}</head><body><header>{nav}</header>{body}{RELATED}{FOOT}</body></html>"
    )
    url = "https://paper.example/2026/10/hospital"
    return observe(PageToRead(page.encode(), "text/html; charset=utf-8", url, datetime(2026, 11, 22, tzinfo=UTC)))


@pytest.mark.parametrize("other", [ABOUT, BIOGRAPHY, LETTER, TEASERS, CONSENT])
@pytest.mark.parametrize(
    "frame",
    [
        '<main><article>{head}<div class="loading"><span></span></div></article></main><section>{other}</section>',
        '<main><div>{head}</div><div data-src="/api/7"></div></main><div class="x9">{other}</div>',
        '<article>{head}<div id="app"></div><div class="x9">{other}</div></article>',
        '<div class="page">{head}<section id="root"></section><section>{other}</section></div>',
        "<main><article>{head}<p>Loading story, please wait…</p></article></main><section>{other}</section>",
        "<main>{head}<div><span>Wird geladen …</span></div></main><div><div>{other}</div></div>",
        "<article>{head}<p><noscript>Turn scripts on.</noscript></p></article><div><div>{other}</div></div>",
    ],
)
def test_prose_around_an_empty_place_is_no_article(frame: str, other: str) -> None:
    assert seen(frame.format(head=HEAD, other=other), head=described(description=DECK)).reason is not None


COMMENTS = "".join(
    f"<{{item}}><b>{name}</b> <span>{hours} hours ago</span><p>{text}</p></{{item}}>"
    for name, hours, text in (
        (
            "valleygirl",
            3,
            "My grandmother was born in that rural hospital, and I am glad that a surgeon stays at night.",
        ),
        ("oldhand", 5, "Nineteen days! The council has needed nineteen years for a roof, so well done to the village."),
        ("mr_t", 9, "And who raises the money next summer? We should not have to collect it in jars ourselves."),
    )
)


@pytest.mark.parametrize("item", ["li", "div", "article"])
@pytest.mark.parametrize(
    "frame", ["<article>{head}<div></div><div>{other}</div></article>", "<div>{head}<p></p><ul>{other}</ul></div>"]
)
def test_what_readers_wrote_of_an_article_is_not_the_article(frame: str, item: str) -> None:
    body = frame.format(head=HEAD, other=COMMENTS.format(item=item))
    assert seen(body, head=described(description=DECK)).reason is not None


def test_a_headline_in_a_plain_element_is_one() -> None:
    head = HEAD.replace("<h1>", "<div>").replace("</h1>", "</div>")
    body = f"<main><article>{head}<div></div></article></main><section>{ABOUT}</section>"
    assert seen(body, head=described(description=DECK)).reason == Reason.NO_ARTICLE


@pytest.mark.parametrize(
    ("language", "title", "other"),
    [
        (
            "de",
            "Nachtchirurg bleibt dem Landkrankenhaus bis zum Sommer erhalten",
            "Der Bote wurde 1884 von einem Drucker und einer Lehrerin gegründet. Er erscheint zweimal in der Woche und "
            "gehört seinen Lesern, die ihn mit dem Fahrrad bekommen.",
        ),
        (
            "ru",
            "Сельская больница сохранит ночного хирурга до лета",
            "Газета основана в 1884 году печатником и учительницей. Она выходит дважды в неделю и принадлежит своим "
            "читателям, которым её привозят на велосипеде.",
        ),
        (
            "zh",
            "鄉村醫院的夜間外科醫生留任到夏天",
            "本報由一位印刷商和一位教師於一八八四年創辦，每週出版兩次，屬於全體讀者所有，並由自行車送到山口。",
        ),
        (
            "ko",
            "시골 병원 야간 외과의 여름까지 남는다",
            "이 신문은 인쇄업자와 교사가 1884년에 창간했다. 일주일에 두 번 나오며 독자들이 주인이고 자전거로 배달된다.",
        ),
    ],
)
def test_that_holds_in_any_language(language: str, title: str, other: str) -> None:
    body = f'<main><article><h1>{title}</h1><div class="t"></div></article></main><div><h2>…</h2><p>{other}</p></div>'
    assert seen(body, title, language=language).reason == Reason.NO_ARTICLE


def test_a_text_much_shorter_than_stated_beside_the_headline_is_no_article() -> None:
    box = "<p>The valley has eleven parishes and one road. In winter its pass is closed; the post comes by sledge.</p>"
    frame = f"<div>{HEAD}<div class='y'>{box}{box.replace('eleven', 'twelve')}</div></div>"
    assert seen(frame, head=described(description=DECK, wordCount=812)).reason == Reason.NO_ARTICLE


@pytest.mark.parametrize(
    "frame",
    [
        "<main><article>{head}{body}</article></main>",
        '<main><header>{head}</header><div class="ad"></div><section>{body}</section></main>',
        '<div class="hero">{head}</div><div class="ad"></div><div><div><div>{body}</div></div></div><div>{about}</div>',
        '<main><div>{head}</div><div class="e"></div><div><h2>Coins in jars</h2>{body}</div></main>',
        '<main><article>{head}</article></main><div class="text">{body}</div>',
        "<main>{head}{body}<div></div><div>{about}</div></main>",
    ],
)
def test_an_article_apart_from_its_headline_is_one(frame: str) -> None:
    found = seen(frame.format(head=HEAD, body=BODY, about=ABOUT), head=described(description=DECK))
    assert found.article is not None
    assert "The surgeon, Ida Brandt" in found.article.article_body
    assert found.article.content_status is ContentStatus.FULL


OFFERS = {
    "fr": "Essayez notre offre numérique pendant quatre semaines et lisez tous les articles du journal.",
    "pl": "Wypróbuj dostęp cyfrowy przez cztery tygodnie za złotówkę i czytaj wszystkie teksty naszej gazety.",
    "ja": "この記事は有料会員の方のみお読みいただけます。初月無料でお試しください。いつでも解約できます。",
    "fi": "Tilaa digilehti nyt: ensimmäinen kuukausi maksaa euron, ja voit lopettaa milloin haluat.",
    "ar": "اشترك الآن لمدة أربعة أسابيع مجانا واقرأ جميع مقالات الصحيفة على الموقع وفي التطبيق دون حدود.",
}
NOT_FREE = described(description=DECK, isAccessibleForFree=False)
PART = '<script type="application/ld+json">{"@type":"WebPage","hasPart":{"isAccessibleForFree":"False"}}</script>'


@pytest.mark.parametrize("language", OFFERS)
@pytest.mark.parametrize(
    ("head", "frame"),
    [
        (NOT_FREE, '<article>{head}<div class="text"></div><div><p>{offer}</p><a href="/abo">→ OK</a></div></article>'),
        (NOT_FREE, '<article>{head}<div class="b"><h3>+</h3><p>{offer}</p><button>OK</button></div></article>'),
        (NOT_FREE, "<main><article>{head}</article></main><section><p>{offer}</p><a href='/abo'>OK</a></section>"),
        (PART, '<article>{head}<div class="text"></div><div><p>{offer}</p><a href="/abo">→ OK</a></div></article>'),
        (
            '<meta property="article:content_tier" content="locked">',
            '<article>{head}<div class="text"></div><div><p>{offer}</p><a href="/abo">→ OK</a></div></article>',
        ),
        ("", '<article>{head}<div class="x-paywalled"></div><div><p>{offer}</p><a href="/abo">OK</a></div></article>'),
        ("", '<article>{head}<div data-paywall="true"></div><div><p>{offer}</p><a href="/abo">OK</a></div></article>'),
    ],
)
def test_an_offer_in_place_of_a_paid_article_is_a_paywall(language: str, head: str, frame: str) -> None:
    body = frame.format(head=HEAD, offer=OFFERS[language])
    assert seen(body, head=head, language=language).reason == Reason.PAYWALL


def test_a_paid_article_of_which_not_a_line_is_shown_is_a_paywall() -> None:
    assert seen(f"<article><h1>{TITLE}</h1><a href='/abo'>+</a></article>", head=NOT_FREE).reason == Reason.PAYWALL


OPENING = (
    "<p>The rural hospital at Marl will keep its night surgeon until the summer, because a village has raised the "
    "money in nineteen days.</p><p>The surgeon, Ida Brandt, had been given notice in August of this year.</p>"
)
PAID_PART = (
    described(
        isAccessibleForFree=True,
        hasPart=[{"isAccessibleForFree": True}, {"@id": "#paid"}],
    )
    + '<script type="application/ld+json">{"@id": "#paid", "isAccessibleForFree": "http://schema.org/False"}</script>'
)


@pytest.mark.parametrize("language", OFFERS)
@pytest.mark.parametrize(
    "offer",
    [
        '<div class="x7"><h3>{title}</h3><p>{offer}</p><a href="/abo">OK</a></div>',
        "<section><p>{offer}</p><button>OK</button></section>",
        '<div class="paywall"><h3>{title}</h3><a href="/abo">OK</a></div>',
    ],
)
def test_what_asks_to_pay_for_the_rest_is_no_part_of_an_opening(language: str, offer: str) -> None:
    # Given an article that is paid for in part, with its opening and an offer
    shown = offer.format(offer=OFFERS[language], title=OFFERS[language][:24])
    found = seen(f"<main><article>{HEAD}{OPENING}{shown}</article></main>", head=PAID_PART, language=language)
    # Then it is not free, and its body is its opening
    assert found.article is not None
    assert found.article.is_accessible_for_free is False
    assert OFFERS[language][:24] not in found.article.article_body
    assert "given notice in August" in found.article.article_body


def test_the_parts_of_a_list_with_controls_are_no_offers() -> None:
    parts = "".join(
        f"<section><h3>{name}</h3><p>{name} is a village of four hundred people, with an inn and a mill of its own.</p>"
        f'<a href="/{name}">Map</a></section>'
        for name in ("Upper Wexley", "Corvin", "Ashdale", "Great Skelling")
    )
    found = seen(f"<main><article>{HEAD}{BODY}{parts}</article></main>", head=NOT_FREE)
    assert found.article is not None
    assert "Corvin is a village" in found.article.article_body


@pytest.mark.parametrize("paid", [NOT_FREE, PART, ""])
def test_an_article_that_is_there_is_stored_whatever_is_said_of_pay(paid: str) -> None:
    offer = '<div class="paywall"><p>Try all articles for a month.</p><a href="/abo">Order</a></div>'
    assert seen(f"<main><article>{HEAD}{BODY}{offer}</article></main>", head=paid).article is not None


def test_a_flash_on_a_site_with_a_paywall_is_an_article() -> None:
    flash = "<p>The rural hospital at Marl will keep its night surgeon until the summer, its director said.</p>"
    body = f'<article><h1>{TITLE}</h1>{flash}</article><div id="paywall"></div>'
    assert seen(body, head=described(description=DECK)).article is not None


def test_a_body_that_is_only_the_description_is_not_the_whole_article() -> None:
    deck = "A village in the valley raised all of the money in no more than nineteen days."
    body = f'<article><h1>{TITLE}</h1><p class="lead">{deck}</p></article>'
    found = seen(body, head=f'<meta name="description" content="{deck}">')
    assert found.article is not None
    assert found.article.content_status is ContentStatus.TRUNCATED
