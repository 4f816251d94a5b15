"""The body that a page states and does not show."""

from __future__ import annotations

import json

from extractor.body import Body, prefer_stated_body
from extractor.html import Page, read_html

STATED = "The bridge was shut for a year.\n\nIt reopened on Friday, to a band and a good deal of rain. " * 4


def stating(body: str | None) -> Page:
    stated = json.dumps({"@type": "NewsArticle", "articleBody": body})
    page = read_html(f'<script type="application/ld+json">{stated}</script><p>Shown', "")
    assert page is not None
    return page


def test_a_page_that_shows_nothing_has_the_body_that_it_states() -> None:
    body = prefer_stated_body(Body(), stating(STATED))
    assert body.source == "jsonld"
    assert body.blocks[0].text == "The bridge was shut for a year."
    assert body.text == "\n".join(block.text for block in body.blocks)


def test_what_is_shown_goes_before_what_is_stated() -> None:
    shown = Body(text=STATED[: len(STATED) * 2 // 3])
    assert prefer_stated_body(shown, stating(STATED)) is shown


def test_a_summary_in_the_place_of_the_body_is_none() -> None:
    shown = Body(text="Short.")
    assert prefer_stated_body(shown, stating("The bridge reopened on Friday, after a year.")) is shown
    assert prefer_stated_body(shown, stating(None)) is shown
    page = read_html("<p>Shown", "")
    assert page is not None
    assert prefer_stated_body(shown, page) is shown
