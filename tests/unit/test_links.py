"""What a link leads to is recognised by its URL, where that shows it."""

from __future__ import annotations

import pytest

from enricher.composer import analysis_of
from enricher.ports import Document
from enricher.statistics import LinksEnricher
from enricher.statistics.links import target
from newsdesk.contracts import Enrichment, Link


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example", "homepage"),
        ("https://news.example/#top", "homepage"),
        ("https://news.example/?p=81", None),
        ("https://news.example/2026/03/28/lighthouse/", "article"),
        ("https://news.example/uk/lighthouse-will-shine-again", "article"),
        ("https://news.example/world-60312345", "article"),
        ("https://news.example/sport", None),
        ("https://board.example/files/Annual-Report-of-the-Year.PDF?v=2", "document"),
        ("https://news.example/pictures/lamp.jpeg", "media"),
        ("https://www.youtube.com/watch?v=abc", "media"),
        ("https://x.com/harbourboard/status/1234567890", "social"),
        ("https://m.facebook.com/harbourboard", "social"),
        ("https://notx.com/", "homepage"),
        ("mailto:desk@news.example", None),
        ("https://[broken", None),
    ],
)
def test_a_url_shows_what_it_leads_to(url: str, expected: str | None) -> None:
    assert target(url) == expected


def test_each_link_keeps_its_kind_and_text() -> None:
    link = Link(url="https://board.example/report.pdf", text="the report", kind="external")
    (found,) = LinksEnricher().enrich(analysis_of(Document("x", links=(link, link))), Enrichment()).links
    assert found == Link(url=link.url, text="the report", kind="external", target="document")


def test_a_name_is_looked_at_as_far_as_names_go() -> None:
    # Given the last part of a path, whose words stand behind the length of any name
    letters = "a" * 400

    # When the link is judged, Then nothing behind that length counts, and so takes no time
    assert target(f"https://news.example/{letters}-that-has-four-words") is None
    assert target(f"https://news.example/{letters[:100]}-that-has-four-words") == "article"
