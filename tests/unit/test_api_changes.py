"""The change feed by cursors: whatever comes late, and whenever a reader asks, nothing is left out.

Comes in: feeds whose objects appear out of the order of their keys. Goes out: assertions.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from harness.fakes import InMemoryObjectStore
from newsdesk.contracts import ArticleChanged, changes_key
from newsdesk.ports import FeedObject
from responder.changes import SETTLING, read_changes
from tests.examples import new_state

BEGIN = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


class Feed:
    """A feed as S3 lists it: an object is there from when it was written on, with whole seconds."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.objects = InMemoryObjectStore()
        self._written: dict[str, datetime] = {}
        self.told: list[str] = []

    def tell(self, number: int, committed: datetime, written: datetime, changes: int) -> None:
        """Have an object written at a time, under the hour of an earlier commit."""
        state = new_state()
        lines = [
            ArticleChanged(
                change_id=f"{number}-{part}",
                change_type="created",
                article_id=state.article_id,
                revision=1,
                url=state.url,
                host=state.host,
                committed_at="2026-03-14T09:00:00.000Z",
            )
            for part in range(changes)
        ]
        key = changes_key(committed, f"{number:040d}")
        self.objects.put(key, "".join(f"{line.to_json()}\n" for line in lines).encode(), "application/x-ndjson")
        self._written[key] = written.replace(microsecond=0)
        self.told += [line.change_id for line in lines]

    def after(self, key: str) -> Iterator[FeedObject]:
        there = ((name, moment) for name, moment in self._written.items() if name > key and moment <= self.now)
        return (FeedObject(name, moment) for name, moment in sorted(there))


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_left_out_and_nothing_comes_twice(seed: int) -> None:
    # Given two days of changes, of which some are written up to twelve hours after their commit
    chance = random.Random(seed)
    feed = Feed()
    for number in range(150):
        committed = BEGIN + timedelta(minutes=chance.uniform(0, 2 * 24 * 60))
        late = chance.choice([0.001, 0.001, 1, 11.9])
        written = committed + timedelta(hours=chance.uniform(0, late))
        feed.tell(number, committed, written, chance.choice([1, 1, 2, 7]))
    # When a reader asks now and then, with pages of any size, and a last time when all has settled
    found: list[str] = []
    cursor: str | None = None
    end = BEGIN + timedelta(days=3)
    feed.now += timedelta(hours=chance.choice([0, 5, 30, 60]))
    while True:
        page = read_changes(feed, feed.objects, lambda: feed.now, cursor, chance.choice([1, 3, 50]))
        found += [change.change_id for change in page.changes]
        cursor = page.cursor
        if feed.now >= end and not page.has_more:
            break
        if not page.has_more or chance.random() < 0.3:
            feed.now = min(end, feed.now + timedelta(minutes=chance.choice([0.2, 20, 400, 1500])))
    # Then it has seen each change once
    assert Counter(found) == Counter(feed.told)


def test_what_was_written_just_now_waits_until_nothing_can_overtake_it() -> None:
    feed = Feed()
    feed.tell(1, BEGIN, BEGIN, 1)
    feed.now = BEGIN + SETTLING / 2
    early = read_changes(feed, feed.objects, lambda: feed.now, None, 10)
    assert (early.changes, early.has_more) == ([], False)
    feed.now = BEGIN + SETTLING
    assert len(read_changes(feed, feed.objects, lambda: feed.now, early.cursor, 10).changes) == 1


def test_an_empty_feed_has_a_cursor_all_the_same() -> None:
    feed = Feed()
    found = read_changes(feed, feed.objects, lambda: feed.now, None, 10)
    assert (found.changes, found.has_more) == ([], False)
    assert read_changes(feed, feed.objects, lambda: feed.now, found.cursor, 10).changes == []
