"""What the classifier sees of a page."""

from __future__ import annotations

import pytest

from extractor.body.features import FEATURES, PageFeatures, Statements, features_of
from extractor.html import parse_html, segments_of
from tests.work import calls_of

SENTENCE = "The council voted on Tuesday to repair the old harbour bridge before the winter storms arrive. "


def features(html: str, foreign: dict[int, str] | None = None, **page: str) -> PageFeatures:
    tree = parse_html(html)
    assert tree is not None
    titles = (page["title"],) if "title" in page else ()
    return features_of(
        segments_of(tree), foreign or {}, Statements(titles, page.get("description"), page.get("body")), {}
    )


def number(page: PageFeatures, index: int, name: str) -> float:
    return page.numbers[FEATURES.index(name)]()[page.scored.index(index)]


def numbers(page: PageFeatures) -> list[list[float]]:
    return [list(column()) for column in page.numbers]


def test_every_segment_but_an_obvious_one_has_a_number_for_every_feature() -> None:
    page = features(f"<h1>Bridge</h1><p>{SENTENCE}</p><aside><a href='/x'>More</a></aside>")
    assert (page.described, page.scored) == ([0, 1, 2], [0, 1])
    assert [len(column) for column in numbers(page)] == [2] * len(FEATURES)
    assert len(set(FEATURES)) == len(FEATURES)


def test_what_belongs_to_another_article_changes_no_number() -> None:
    alone = features(f"<div><h1>Bridge</h1><p>{SENTENCE}</p></div>")
    beside = features(
        f"<div><h1>Bridge</h1><p>{SENTENCE}</p></div><div><p>{SENTENCE * 3}</p></div>", {2: "foreign_article"}
    )

    assert beside.scored == alone.scored
    assert numbers(beside) == numbers(alone)


def test_likeness_to_the_title_and_to_the_structured_body_is_seen() -> None:
    page = features(f"<h1>Bridge closed</h1><p>{SENTENCE}</p><p>Other</p>", title="Bridge closed", body=SENTENCE)

    assert [number(page, i, "is_title") for i in range(3)] == [1.0, 0.0, 0.0]
    assert number(page, 1, "in_body_data") == 1.0
    assert number(page, 2, "in_body_data") == 0.0


def test_a_column_that_nobody_reads_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = features(f"<h1>Bridge closed</h1><p>{SENTENCE}</p>", title="Bridge closed")

    def refuse(*_: object) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr("extractor.body.features.view.neighbours_of", refuse)

    assert number(page, 0, "is_title") == 1.0
    with pytest.raises(AssertionError, match="computed"):
        number(page, 0, "next_tokens")


def test_writing_without_spaces_is_counted_by_its_characters() -> None:
    page = features("<p>" + "市議会は火曜日に古い橋の修理を決めた。" * 4 + "</p>")
    assert page.sizes[0] > 30


def test_text_in_asides_is_not_where_the_prose_is() -> None:
    page = features(f"<main><p>{SENTENCE}</p></main><aside><p>{SENTENCE * 5}</p></aside>")
    assert number(page, 0, "in_main_half") == 1.0
    assert number(page, 1, "in_main_half") == 0.0


@pytest.mark.parametrize("html", ["<p></p>", "<p>one</p>", "<div>" * 2000 + SENTENCE])
def test_odd_pages_are_described_too(html: str) -> None:
    page = features(html)
    assert all(len(column) == len(page.scored) for column in numbers(page))


def test_the_work_on_a_deep_page_grows_with_its_paragraphs_alone() -> None:
    def work(paragraphs: int) -> int:
        return calls_of(lambda: numbers(features("<div>" * 300 + f"<p>{SENTENCE}</p>" * paragraphs)))

    features(f"<p>{SENTENCE}</p>")
    assert work(800) < 2.5 * work(400)


def test_suspicion_of_the_guard_is_seen_on_the_piece_and_on_the_page() -> None:
    tree = parse_html(f"<p>{SENTENCE}</p><h2>Elsewhere</h2><p>{SENTENCE}</p>")
    assert tree is not None
    page = features_of(segments_of(tree), {}, Statements(), {1: 0.7, 2: 0.7}, {1, 2})

    assert [number(page, i, "suspicion") for i in range(3)] == [0, 0.7, 0.7]
    assert [number(page, i, "taken_for_foreign") for i in range(3)] == [0, 1, 1]
    assert [number(page, i, "page_suspicion") for i in range(3)] == [0.7] * 3
    assert [number(page, i, "suspects") for i in range(3)] == [1] * 3
    assert [number(page, i, "suspect_place") for i in range(3)] == [-1, 0, 1]
