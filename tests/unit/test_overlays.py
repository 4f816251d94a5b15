"""Boxes that a site lays over or into its pages."""

from __future__ import annotations

import pytest

from extractor.body.overlays import overlaid
from extractor.html import read_html

PROSE = "<p>Two steel doors rise out of the bed of the river on the highest tides of the year.</p>"
NOTICE = (
    "<h2>Your privacy matters</h2><p>We use cookies to measure audiences, with your consent and our partners.</p>"
    "<p>You may withdraw your consent at any time; our partners will forget your data.</p>"
)
OFFER = "<h3>This article is for subscribers</h3><p>Subscribe now to read this story and everything else.</p>"


def overlaid_texts(html: str) -> dict[str, str]:
    page = read_html(html, "")
    assert page is not None
    return {page.segments[index].text[:16]: reason for index, reason in overlaid(page).items()}


def test_a_consent_notice_is_cut() -> None:
    found = overlaid_texts(f"<div>{NOTICE}</div><article>{PROSE * 3}</article>")
    assert found == dict.fromkeys(("Your privacy mat", "We use cookies t", "You may withdraw"), "page_furniture")


def test_an_offer_to_subscribe_is_cut() -> None:
    found = overlaid_texts(f"<article><div>{PROSE * 3}</div><div>{OFFER}</div></article>")
    assert found == dict.fromkeys(("This article is ", "Subscribe now to"), "promotion")


def test_an_article_about_cookies_stays() -> None:
    assert overlaid_texts(f"<article>{NOTICE}{PROSE * 9}</article>") == {}


def test_a_line_among_the_paragraphs_is_no_box() -> None:
    assert overlaid_texts(f"<article>{PROSE * 9}<p>Subscribe now to read this story to its end.</p></article>") == {}


@pytest.mark.parametrize(
    "opening",
    ['div role="dialog"', "div aria-modal=true", "dialog", "div popover", "div class=ModalBox", "div id=popup"],
)
def test_a_dialog_is_cut_by_its_markup(opening: str) -> None:
    box = f"<{opening}><p>Stay a while and read what else has happened on the river.</p></{opening.partition(' ')[0]}>"
    assert overlaid_texts(f"<article>{PROSE * 5}{box}{PROSE * 5}</article>") == {"Stay a while and": "page_furniture"}


def test_an_article_that_is_shown_in_a_dialog_stays() -> None:
    assert overlaid_texts(f'<p>Menu</p><div role="dialog"><article>{PROSE * 9}</article></div>') == {}


@pytest.mark.parametrize(
    "request_line",
    [
        "Este contenido procede de otra web. Para verlo, debe aceptar las cookies de terceros.",
        "Mit Ihrer Zustimmung wird hier ein externer Inhalt geladen.",
    ],
)
def test_what_asks_in_place_of_an_embed_to_load_it_is_cut(request_line: str) -> None:
    box = f"<div><p>{request_line}</p><button>OK</button></div>"
    assert overlaid_texts(f"<article>{PROSE * 5}{box}{PROSE * 5}</article>") == {request_line[:16]: "page_furniture"}
    wrapped = f"<figure><div>{box}</div></figure>"
    assert overlaid_texts(f"<article>{PROSE * 5}{wrapped}{PROSE * 5}</article>") == {
        request_line[:16]: "page_furniture"
    }
    beside = f"<div><p>{request_line}</p></div><button>Share</button>"
    assert overlaid_texts(f"<article>{PROSE * 5}{beside}{PROSE * 5}</article>") == {}
    below = f"<article>{PROSE * 5}</article><section>{box}</section><aside>{PROSE}</aside>"
    assert overlaid_texts(below) == {}


def test_what_asks_in_place_of_an_embed_may_take_two_lines() -> None:
    first, second = (
        "Ce contenu est bloqué : vous n'avez pas accepté les cookies.",
        "Cliquez et les cookies seront déposés.",
    )
    box = f"<div><p>{first}</p><p>{second}</p><button>J'accepte</button></div>"
    assert set(overlaid_texts(f"<article>{PROSE * 5}{box}{PROSE * 5}</article>")) == {first[:16], second[:16]}
    story = f"<div><p>{first}</p><p>The baker has none.</p><p>He has buns.</p><button>Share</button></div>"
    assert overlaid_texts(f"<article>{PROSE * 5}{story}{PROSE * 5}</article>") == {}
