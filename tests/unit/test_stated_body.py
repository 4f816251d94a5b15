"""The body that a page states and does not show."""

from __future__ import annotations

from extractor.body import Body, or_stated
from extractor.html import StructuredArticle, StructuredData

STATED = "The bridge was shut for a year.\n\nIt reopened on Friday, to a band and a good deal of rain. " * 4


def data(body: str | None) -> StructuredData:
    article = StructuredArticle(article_body=body)
    return StructuredData(articles=(article,), main=article)


def test_a_page_that_shows_nothing_has_the_body_that_it_states() -> None:
    body = or_stated(Body(), data(STATED))
    assert body.source == "jsonld"
    assert body.blocks[0].text == "The bridge was shut for a year."
    assert body.text == "\n".join(block.text for block in body.blocks)


def test_what_is_shown_goes_before_what_is_stated() -> None:
    shown = Body(text=STATED[: len(STATED) * 2 // 3])
    assert or_stated(shown, data(STATED)) is shown


def test_a_summary_in_the_place_of_the_body_is_none() -> None:
    shown = Body(text="Short.")
    assert or_stated(shown, data("The bridge reopened on Friday, after a year.")) is shown
    assert or_stated(shown, data(None)) is shown
    assert or_stated(shown, StructuredData()) is shown
