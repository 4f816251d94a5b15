"""Sources: what is wanted of them, what was seen of them, when they are polled, and what they yield.

Comes in: values. Goes out: assertions.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from newsdesk.clock import to_text
from newsdesk.contracts import UrlSubmitted
from newsdesk.sources import (
    HISTORY_LENGTH,
    LONGEST_INTERVAL_SECONDS,
    MOST_SEEN,
    SHORTEST_INTERVAL_SECONDS,
    DayYield,
    PauseReason,
    Poll,
    PollStatus,
    SeenItems,
    Source,
    SourceFilters,
    SourceKind,
    SourceState,
    SourceWarning,
    back_off_seconds,
    interval_after,
    is_silent,
    item_key,
    new_source,
    paused,
    resumed,
    shares_of,
    source_of_submission,
    usual_gap,
    version_of,
    warnings_of,
    with_poll,
)
from tests.examples import NOW

URL = "https://news.example/feed.xml"
HOUR = timedelta(hours=1)
TODAY = date(2026, 3, 14)
TOMORROW = TODAY + timedelta(days=1)


def source(**said: Any) -> Source:
    return new_source(SourceKind.FEED, URL, NOW, **said)


def pair(name: str, updated: str | None = None) -> tuple[bytes, bytes]:
    return item_key(name), version_of(updated)


# ------------------------------------------------------------------------------------------------ ids


def test_an_items_submission_id_is_its_own_for_each_state_of_it() -> None:
    feed = source()
    first, again = feed.submission_id("guid-1", None), feed.submission_id("guid-1", None)
    moved, other = feed.submission_id("guid-1", "2026-03-14"), feed.submission_id("guid-2", None)
    assert first == again
    assert len({first, moved, other}) == 3
    assert UrlSubmitted(url=URL, submission_id=first).submission_id == first


def test_a_submission_names_its_source() -> None:
    feed = source()
    assert source_of_submission(feed.submission_id("guid-1", None)) == feed.source_id
    assert source_of_submission("source.news.example") is None
    assert source_of_submission("inbox.abc.1") is None


# ------------------------------------------------------------------------------------------------ filters


@pytest.mark.parametrize(
    ("include", "exclude", "path", "is_wanted"),
    [
        ((), (), "/a", True),
        (("/news/",), (), "/news/1", True),
        (("/news/",), (), "/sport/1", False),
        (("/news/", "/sport/"), ("/sport/live",), "/sport/live/1", False),
        (("*/2026/",), (), "/news/2026/1", True),
        (("*/2026/",), (), "/news/2025/1", False),
        ((), ("*.pdf$",), "/a.pdf", False),
        ((), ("*.pdf$",), "/a.pdf?page=2", True),
        (("/a$",), (), "/a", True),
        (("/a$",), (), "/ab", False),
        (("/a*b*c$",), (), "/a-b-c", True),
        (("/a*a$",), (), "/a", False),
        (("/*/*/*",), (), "/a/b", False),
    ],
)
def test_filters_by_path(include: tuple[str, ...], exclude: tuple[str, ...], path: str, is_wanted: bool) -> None:
    assert SourceFilters(include=include, exclude=exclude).wants(path) is is_wanted


def test_a_pattern_of_stars_is_matched_in_linear_time() -> None:
    filters = SourceFilters(include=("/" + "*a" * 99 + "$",))
    assert not filters.wants("/" + "a" * 2_000 + "b")


def test_a_pattern_that_could_match_no_path_is_refused() -> None:
    with pytest.raises(ValidationError, match="begins with"):
        SourceFilters(include=("news/",))


# ------------------------------------------------------------------------------------------------ steps


def test_a_new_source_is_due_at_once_and_a_paused_one_never() -> None:
    begun = source()
    stopped = paused(begun, PauseReason.OPERATOR, NOW)
    assert begun.due_at == int(NOW.timestamp())
    assert (stopped.state, stopped.paused_reason, stopped.due_at) == (SourceState.PAUSED, "operator", None)
    again = resumed(stopped, NOW + HOUR)
    assert (again.state, again.paused_reason, again.due_at) == ("active", None, int((NOW + HOUR).timestamp()))
    assert [begun.version, stopped.version, again.version] == [1, 2, 3]


def test_the_history_is_bounded_and_uneventful_polls_share_an_entry() -> None:
    known = source()
    for number in range(100):
        known = with_poll(known, Poll(at=to_text(NOW + number * HOUR), status=PollStatus.NOT_MODIFIED))
    assert [(entry.status, entry.times) for entry in known.history] == [("not_modified", 100)]
    for number in range(100):
        known = with_poll(known, Poll(at=to_text(NOW + number * HOUR), status=PollStatus.NEW, found=3, new=1))
    assert len(known.history) == HISTORY_LENGTH
    assert known.polls == 200


# ------------------------------------------------------------------------------------------------ what was seen


def test_what_was_seen_is_the_same_after_it_was_kept() -> None:
    seen = SeenItems().with_listed([pair("a"), pair("b", "1")], TODAY).with_listed([pair("c")], TOMORROW)
    assert SeenItems.unpacked(seen.packed()) == seen
    assert len(seen) == 3
    assert SeenItems.unpacked(SeenItems().packed()) == SeenItems()


def test_what_is_listed_again_changes_nothing_on_the_same_day() -> None:
    seen = SeenItems().with_listed([pair("a"), pair("b")], TODAY)
    assert seen.with_listed([pair("b")], TODAY) is seen
    assert seen.with_listed([pair("b")], TOMORROW) is not seen


def test_an_item_is_remembered_for_a_day_after_it_was_listed_last() -> None:
    # Given an item that is not listed any more
    seen = SeenItems().with_listed([pair("gone"), pair("stays")], TODAY)
    next_day = seen.with_listed([pair("stays")], TOMORROW)
    # Then it is known the next day, and forgotten on the day after, while what is still listed stays
    assert next_day.version(item_key("gone")) is not None
    later = next_day.with_listed([pair("stays")], TOMORROW + timedelta(days=1))
    assert later.version(item_key("gone")) is None
    assert later.version(item_key("stays")) is not None


def test_an_item_that_moved_has_another_version() -> None:
    seen = SeenItems().with_listed([pair("a", "1")], TODAY)
    assert seen.version(item_key("a")) == version_of("1")
    assert seen.with_listed([pair("a", "2")], TODAY).version(item_key("a")) == version_of("2")


def test_what_is_remembered_is_bounded() -> None:
    listed = [pair(str(number)) for number in range(MOST_SEEN + 5)]
    seen = SeenItems().with_listed(listed, TODAY).with_listed([pair("another")], TOMORROW)
    assert len(seen) == MOST_SEEN
    assert len(seen.packed()) < 350_000  # an item of the table holds 400 KB


# ------------------------------------------------------------------------------------------------ schedule


def test_the_usual_gap_is_the_median_and_grows_when_a_source_falls_asleep() -> None:
    hourly = [NOW - number * HOUR for number in range(10)]
    assert usual_gap(hourly, NOW) == 3600
    assert usual_gap(hourly, NOW + timedelta(days=10)) == 10 * 86400 / 4
    assert usual_gap(hourly[:2], NOW) is None
    assert usual_gap([NOW + HOUR, *hourly], NOW) == 3600  # a time to come says nothing
    assert usual_gap([NOW] * 10, NOW) is None


@pytest.mark.parametrize(
    ("before", "gap", "stated", "has_new", "seconds"),
    [
        (3600, 7200, None, True, 1800),
        (3600, 1200, None, True, 600),
        (3600, 10, None, True, SHORTEST_INTERVAL_SECONDS),
        (3600, 7200, 3000, True, 3000),
        (3600, None, None, False, 5400),
        (3600, 1000, None, False, 4000),
        (80_000, None, None, False, LONGEST_INTERVAL_SECONDS),
        (3600, 7200, 10_000_000, True, LONGEST_INTERVAL_SECONDS),
        (None, None, None, True, 900),
    ],
)
def test_the_interval_follows_what_the_source_publishes(
    before: int | None, gap: int | None, stated: float | None, has_new: bool, seconds: int
) -> None:
    assert interval_after(before, gap, stated, has_new=has_new) == seconds


def test_a_broken_source_is_asked_less_and_less() -> None:
    waits = [back_off_seconds(600, failures, None, 1.0) for failures in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == 900
    assert waits[-1] == LONGEST_INTERVAL_SECONDS
    assert back_off_seconds(600, 10_000, None, 0.0) == LONGEST_INTERVAL_SECONDS / 2
    assert back_off_seconds(600, 1, 7200.0, 0.5) == 7200


def test_a_source_is_silent_by_its_own_measure() -> None:
    assert not is_silent(NOW, 600, NOW + timedelta(days=2))
    assert is_silent(NOW, 600, NOW + timedelta(days=3))
    assert not is_silent(NOW, 86400, NOW + timedelta(days=9))
    assert is_silent(NOW, 86400, NOW + timedelta(days=10))


# ------------------------------------------------------------------------------------------------ yield


def days(number: int, **counts: int) -> list[DayYield]:
    return [DayYield(day=f"2026-03-{day:02d}", **counts) for day in range(1, number + 1)]


def test_a_site_that_lost_its_dates_is_noticed() -> None:
    before = shares_of(days(21, indexed=10, no_date=1))
    now = shares_of(days(7, indexed=10, no_date=9))
    assert warnings_of(now, before) == (SourceWarning.DATES_LOST,)
    assert warnings_of(before, before) == ()


def test_a_site_whose_articles_are_not_found_any_more_is_noticed() -> None:
    before = shares_of(days(21, indexed=8, unchanged=1, failed=1))
    now = shares_of(days(7, indexed=2, failed=8))
    assert warnings_of(now, before) == (SourceWarning.FEWER_ARTICLES,)


def test_a_few_items_are_no_reason_to_warn() -> None:
    before = shares_of(days(21, indexed=10))
    now = shares_of(days(1, failed=10))
    assert warnings_of(now, before) == ()
    assert warnings_of(shares_of([]), before) == ()
