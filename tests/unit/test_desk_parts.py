"""The parts of the desk that need no stack: numbers out of logs, the feed backwards, differences.

Comes in: log lines as functions write them, a feed in a folder, articles. Goes out: assertions.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsdesk.clock import to_text
from newsdesk.contracts import Article, ArticleChanged, changes_key
from newsdesk.errors import UnreadableCursorError
from newsdesk.reader import Folder
from newsdesk.runtime import Metric
from newsdesk_cli.desk import figures
from newsdesk_cli.desk.differences import difference
from newsdesk_cli.desk.overview import outcomes_of, steps_of
from newsdesk_cli.recent import recent_changes
from tests.unit.test_enrichment_view import article

# ------------------------------------------------------------------------------------------------- figures


def test_the_metrics_are_those_that_the_functions_write() -> None:
    assert set(figures.METRICS) <= {metric.value for metric in Metric}


def test_embedded_metrics_are_added_up_by_status() -> None:
    # Given lines as functions write them, and others
    def line(**values: object) -> str:
        return json.dumps({"_aws": {"Timestamp": 1}, "stage": "x", "service": "newsdesk", **values})

    counts = figures.counted(
        [
            line(status="fetched", PagesFetched=[1.0], PagesFetchedMilliseconds=[12.5]),
            line(status="fetched", PagesFetched=[2.0, 3.0]),
            line(status="failed", PagesFetched=4),
            line(function_name="f", ColdStart=[1.0]),
            "START RequestId: 1",
            '"_aws"',
        ]
    )
    # Then
    assert +counts["PagesFetched"] == Counter(fetched=6, failed=4)


def test_the_funnel_shows_what_passed_and_what_became_of_the_rest() -> None:
    # Given
    counted = figures.Figures(
        {
            figures.RECEIVED: Counter(started=100, rejected=2),
            figures.FETCHED: Counter(fetched=80, failed=15, stale=300),
            figures.OUTCOMES: Counter({"indexed": 75, "failed:not_found": 25}),
        }
    )
    # When
    received, fetched, *_ = steps_of(counted)
    # Then what was delivered twice and had nothing to do is no loss
    assert (received.passed, received.share, received.others) == (100, 1.0, (("rejected", 2),))
    assert (fetched.passed, fetched.share, fetched.others) == (80, 0.8, (("failed", 15),))
    assert [(one.outcome, one.count, one.tone) for one in outcomes_of(counted)] == [
        ("indexed", 75, "good"),
        ("failed:not_found", 25, "bad"),
    ]


def test_a_funnel_of_nothing_is_empty() -> None:
    assert {(step.passed, step.share) for step in steps_of(figures.Figures({}))} == {(0, 0.0)}


# ------------------------------------------------------------------------------------------------- the feed, backwards


def change(number: int) -> ArticleChanged:
    return ArticleChanged(
        change_id=f"c{number}",
        change_type="created",
        article_id="a" * 26,
        revision=number + 1,
        url="https://a.example/",
        host="a.example",
        committed_at=to_text(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=number)),
    )


def feed_in(folder: Path, sizes: list[int]) -> list[ArticleChanged]:
    """Write a feed of objects of so many changes, some hours apart, and return them in their order."""
    written: list[ArticleChanged] = []
    for number, size in enumerate(sizes):
        happened = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=7 * number)
        changes = [change(len(written) + offset) for offset in range(size)]
        written += changes
        path = folder / changes_key(happened, f"{number:06d}-{number:06d}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(one.model_dump_json(by_alias=True, exclude_none=True) + "\n" for one in changes))
    return written


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), max_size=6), st.integers(1, 5))
def test_pages_of_the_feed_are_the_whole_feed_backwards(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], limit: int
) -> None:
    # Given
    folder = tmp_path_factory.mktemp("feed")
    written = feed_in(folder, sizes)
    # When it is read page by page
    read: list[ArticleChanged] = []
    cursor: str | None = None
    while True:
        page = recent_changes(Folder(folder), limit, cursor)
        assert len(page.changes) <= limit
        read += page.changes
        cursor = page.cursor
        if cursor is None:
            break
    # Then
    assert read == written[::-1]


def test_looking_for_what_is_rare_ends_and_can_go_on(tmp_path: Path) -> None:
    # Given a feed in which nothing near its end is wanted
    written = feed_in(tmp_path, [10, 10])
    # When
    first = recent_changes(Folder(tmp_path), 5, None, lambda one: one == written[0], most_read=12)
    second = recent_changes(Folder(tmp_path), 5, first.cursor, lambda one: one == written[0], most_read=12)
    # Then
    assert (first.changes, second.changes, second.cursor) == ((), (written[0],), None)


@pytest.mark.parametrize("cursor", ["x", "changes/v1/../../raw/v1/x|1", "changes/v1/date=2026-03-01/hour=00/a|b", "|"])
def test_a_cursor_that_is_none_is_refused(tmp_path: Path, cursor: str) -> None:
    with pytest.raises(UnreadableCursorError):
        recent_changes(Folder(tmp_path), 5, cursor)


# ------------------------------------------------------------------------------------------------- differences


def of_lines(*lines: str, headline: str = "Pier") -> Article:
    return article("\n".join(lines), headline=headline)


def test_what_changed_stands_side_by_side_with_what_is_around_it() -> None:
    # Given ten lines, of which the sixth changes and the last is new
    lines = [f"Line {number} stays as it is." for number in range(10)]
    after = [*lines[:5], "Line 5 is another one.", *lines[6:], "And one more."]
    # When
    shown = difference(of_lines(*lines), of_lines(*after, headline="The pier"))
    # Then
    assert shown.fields == (("headline", "Pier", "The pier"),)
    assert [row.kind for row in shown.rows] == ["skipped", "same", "changed", "same", "skipped", "same", "come"]
    assert shown.rows[0].count == 4
    changed = shown.rows[2]
    assert "stays" in "".join(span.text for span in changed.before if not span.is_shared)
    assert "another" in "".join(span.text for span in changed.after if not span.is_shared)
    assert "Line 5" in "".join(span.text for span in changed.after if span.is_shared)
    assert not shown.is_empty


def test_revisions_that_say_the_same_have_no_difference() -> None:
    assert difference(of_lines("a", "b", "c"), of_lines("a", "b", "c")).is_empty


TEXTS = st.lists(st.text(alphabet="ab .", min_size=1, max_size=8), max_size=6)


@given(TEXTS, TEXTS)
def test_both_sides_are_whole_apart_from_what_is_alike(old: list[str], new: list[str]) -> None:
    # When
    shown = difference(of_lines(*old), of_lines(*new))
    # Then every block of each side is there in its order, or is among those that are said to be alike
    for side, lines in (("before", old), ("after", new)):
        texts = iter([line for line in lines if line])
        for row in shown.rows:
            if row.kind == "skipped":
                for _ in range(row.count):
                    next(texts)
            elif spans := getattr(row, side):
                assert "".join(span.text for span in spans) == next(texts)
        assert next(texts, None) is None


def test_vast_revisions_are_compared_within_bounds() -> None:
    # Given a hundred thousand blocks with nothing in common, and one block of a million characters
    many = difference(of_lines(*map(str, range(100_000))), of_lines(*map(str, range(100_000, 200_000))))
    long = difference(of_lines("a b " * 250_000), of_lines("b c " * 250_000))
    # Then
    assert many.is_cut
    assert len(many.rows) <= 400
    assert sum(len(span.text) for row in long.rows for span in row.before) <= 20_000
