"""The pages on which an article has neighbours on its own subject are what they claim to be.

Comes in: generated pages, and pages of sites that are written by hand. Goes out: assertions.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from extractor.html import read_html
from training.neighbours import Article, neighbour_page
from training.seedlike import stories
from training.stream_sites import STREAMS, WHOLES, Post, Site, stream_page

ARTICLES = [
    article
    for story in stories()
    if (article := Article.of("own.example", story.headline, "\n".join(story.paragraphs))) is not None
]
POSTS = [Post(story.headline, f"Writer {n}", "May 4, 2026", story.paragraphs) for n, story in enumerate(stories())]


def lines_of(html: str, url: str) -> list[str]:
    page = read_html(html, url)
    assert page is not None
    return [segment.text for segment in page.segments]


def assert_each_is_there_once(paragraphs: Iterable[str], lines: list[str]) -> None:
    shown = "\n".join(lines)
    assert {text: count for text in paragraphs if (count := shown.count(text)) != 1} == {}


def test_a_number_is_always_the_same_page() -> None:
    pages = [neighbour_page(ARTICLES[0], ARTICLES, number) for number in range(30)]
    assert pages == [neighbour_page(ARTICLES[0], ARTICLES, number) for number in range(30)]
    assert len({page.html for page in pages}) == 30


@pytest.mark.parametrize("number", range(40))
def test_all_text_of_a_generated_page_is_there_once_and_has_one_owner(number: int) -> None:
    page = neighbour_page(ARTICLES[number % len(ARTICLES)], ARTICLES, number)
    assert not set(page.own) & set(page.foreign)
    assert set(page.own) <= set(page.text.split("\n"))
    assert_each_is_there_once((*page.own, *page.foreign), lines_of(page.html, page.url))


def test_generated_pages_have_articles_with_and_without_neighbours() -> None:
    pages = [neighbour_page(ARTICLES[0], ARTICLES, number) for number in range(60)]
    alone = [page for page in pages if not page.foreign]
    assert 6 <= len(alone) <= 30
    # Some neighbours are the rest of the article itself
    own = set(ARTICLES[0].paragraphs)
    assert any(own & set(page.foreign) for page in pages)


@pytest.mark.parametrize("site", [*STREAMS, *WHOLES], ids=lambda site: site.__name__)
def test_all_text_of_a_site_written_by_hand_is_there_once(site: Site) -> None:
    main, *others = POSTS[:5]
    page = stream_page(site, main, others)
    assert bool(page.foreign) == (site in STREAMS)
    assert_each_is_there_once((*page.own, *page.foreign), lines_of(page.html, page.url))
