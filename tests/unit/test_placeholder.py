"""Text that fills the place of a text is no article's, and an article about such text is one.

Comes in: lines and pages. Goes out: assertions.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractor.contract import PageToRead
from extractor.text import is_placeholder
from newsdesk.contracts import Reason
from newsdesk_cli.single_page import Observation, observe

LATIN = (
    "Curabitur dictum gravida mauris. Nam arcu libero, nonummy eget, consectetuer id, vulputate a, magna. Donec "
    "vehicula augue eu neque.",
    "Temporibus autem quibusdam et aut officiis debitis aut rerum necessitatibus saepe eveniet ut et voluptates "
    "repudiandae sint et molestiae non recusandae.",
    "Cras ultricies mi eu turpis hendrerit fringilla. Vestibulum ante ipsum primis in faucibus orci luctus.",
)
PROSE = (
    "The swing bridge at Tarn Lock turned again on Tuesday, two winters after its bearing had cracked.",
    "Boats of more than four metres had to wait below the town, or go round by the sea, which took them a day.",
    "The first through was a barge with gravel. Its skipper said that she had forgotten how slowly the bridge turns.",
)


def seen(*paragraphs: str, title: str = "Swing bridge turns again after two winters") -> Observation:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    page = f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{text}</main></body></html>"
    captured_at = datetime(2026, 11, 22, tzinfo=UTC)
    return observe(PageToRead(page.encode(), "text/html; charset=utf-8", "https://paper.example/bridge", captured_at))


@pytest.mark.parametrize(
    "line",
    [
        *LATIN,
        "Lorem ipsum",
        "Lorem Ipsum 3",
        "Welcome to WordPress. This is your first post. Edit or delete it, then start writing!",
        "Hier ist ein Blindtext, der später ersetzt wird, wenn die Redaktion ihren Text geliefert hat.",
        "Add your text here",
        "Loading story, please wait…",
        "You need to enable JavaScript to run this app.",
        "Der Artikel wird geladen …",
        "この文章はダミーです。文字の大きさ、量、字間、行間等を確認するために入れています。",
    ],
)
def test_a_line_that_fills_a_place_is_recognised(line: str) -> None:
    assert is_placeholder(line)


@pytest.mark.parametrize(
    "line",
    [
        *PROSE,
        "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui ipsorum "
        "lingua Celtae, nostra Galli appellantur.",
        "In principio creavit Deus caelum et terram. Terra autem erat inanis et vacua.",
        "Il tempo libero costa: l'errore minimo di un ministro vale milioni.",
        "Adobe was asked why lorem ipsum is still the text that its programs offer.",
        "“Please enable JavaScript to continue” was the sentence that readers knew by heart.",
        "Loading the ferry took nine hours, because the ramp had frozen.",
        "Enter your text here, the form said, and four thousand people did.",
    ],
)
def test_prose_and_latin_are_none(line: str) -> None:
    assert not is_placeholder(line)


def test_a_page_with_nothing_else_has_no_article() -> None:
    assert seen(*LATIN).reason == Reason.NO_ARTICLE


def test_what_fills_a_place_is_cut_from_an_article() -> None:
    found = seen(PROSE[0], "Lorem ipsum", LATIN[0], *PROSE[1:], LATIN[1])
    assert found.article is not None
    assert found.article.article_body.split("\n") == list(PROSE)


def test_an_article_about_such_a_text_quotes_it() -> None:
    about = (
        "Printers have filled their columns with lorem ipsum since the sixties, and nobody has read it yet.",
        "It began with a sheet of letters to rub off. This is what was on it, and it comes from a work by Cicero:",
        LATIN[1],
        "A teacher of Latin found the passage when he looked up the rarest of its words in a dictionary.",
    )
    found = seen(*about, title="Why printers still use a text that nobody reads")
    assert found.article is not None
    assert LATIN[1] in found.article.article_body
