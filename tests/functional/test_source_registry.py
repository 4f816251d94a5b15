"""The registry of sources: the fake and the adapter on moto keep the same promises.

Comes in: sources. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

from datetime import date, timedelta

import boto3
import pytest

from harness import aws
from harness.fakes import InMemorySourceStore
from newsdesk.adapters.sources import LIST_SHARDS, SOURCE_SHARDS, DynamoDueSources, DynamoSourceStore
from newsdesk.sources import (
    DueSource,
    PauseReason,
    Poll,
    PollStatus,
    SeenItems,
    Source,
    SourceFilters,
    SourceKind,
    SourceStore,
    Unread,
    item_key,
    new_source,
    paused,
    version_of,
    with_poll,
)
from tests.examples import NOW

HOUR = timedelta(hours=1)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> InMemorySourceStore | DynamoSourceStore:
    """A registry: first the fake, then the real one; the same is asked of both."""
    return InMemorySourceStore() if request.param == "memory" else DynamoSourceStore(request.getfixturevalue("table"))


def source(number: int = 1) -> Source:
    return new_source(
        SourceKind.FEED,
        f"https://news.example/feed-{number}.xml",
        NOW,
        title="News",
        country="NL",
        tags=("morning",),
        filters=SourceFilters(include=("/news/",), greatest_age_days=None),
    )


def polled(before: Source) -> Source:
    return with_poll(
        before,
        Poll(at="2026-03-14T09:00:00.000Z", status=PollStatus.NEW, found=3, new=3),
        due_at=int((NOW + HOUR).timestamp()),
        unread=(Unread(url="https://news.example/more.xml", depth=1),),
        habits={"weights": [0.5, 1.25]},
    )


def test_what_is_kept_of_a_source_is_read_back(store: SourceStore) -> None:
    first = source()
    assert store.add(first)
    assert store.get(first.source_id) == first
    assert store.save(polled(first))
    assert store.get(first.source_id) == polled(first)
    assert store.get(source(2).source_id) is None


def test_a_source_is_added_once(store: SourceStore) -> None:
    assert store.add(source())
    assert not store.add(paused(source(), PauseReason.OPERATOR, NOW))
    assert store.get(source().source_id) == source()


def test_of_two_writers_the_second_loses(store: SourceStore) -> None:
    store.add(source())
    assert store.save(polled(source()))
    assert not store.save(paused(source(), PauseReason.OPERATOR, NOW))
    assert store.get(source().source_id) == polled(source())


def test_a_poll_of_a_source_that_was_removed_does_not_bring_it_back(store: SourceStore) -> None:
    store.add(source())
    store.keep_seen(source().source_id, SeenItems().with_listed([(item_key("a"), version_of(None))], date(2026, 3, 14)))
    assert store.remove(source().source_id)
    assert not store.save(polled(source()))
    assert not store.remove(source().source_id)
    assert store.get(source().source_id) is None
    assert store.seen(source().source_id) == SeenItems()
    assert store.page().sources == ()


def test_all_sources_are_listed_by_pages(store: SourceStore) -> None:
    known = {source(number).source_id for number in range(23)}
    for number in range(23):
        store.add(source(number))
    found: list[str] = []
    cursor = None
    while True:
        page = store.page(5, cursor)
        assert len(page.sources) <= 5
        found += [entry.source_id for entry in page.sources]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(found) == len(known)
    assert set(found) == known


@pytest.mark.parametrize("cursor", ["nonsense", "4pyT", "YTo=", "OTo=", "LTE6"])
def test_a_cursor_that_nobody_gave_out_is_refused(table: str, cursor: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        DynamoSourceStore(table).page(5, cursor)


def test_what_was_seen_is_read_back(store: SourceStore) -> None:
    seen = SeenItems().with_listed([(item_key("a"), version_of("1"))], date(2026, 3, 14))
    store.keep_seen(source().source_id, seen)
    assert store.seen(source().source_id) == seen


def test_counts_add_up_by_day(store: InMemorySourceStore | DynamoSourceStore) -> None:
    identifier = source().source_id
    store.count(identifier, "2026-03-13", {"indexed": 2})
    store.count(identifier, "2026-03-14", {"indexed": 2, "no_date": 1})
    store.count(identifier, "2026-03-14", {"indexed": 1, "failed": 4})
    days = store.days(identifier, "2026-03-14")
    assert [(day.day, day.indexed, day.failed, day.no_date) for day in days] == [("2026-03-14", 3, 4, 1)]
    assert [day.day for day in store.days(identifier, "2026-01-01")] == ["2026-03-13", "2026-03-14"]
    assert store.days(source(2).source_id, "2026-01-01") == []


# -------------------------------------------------------------------------------------------- what is due


class Due:
    """The sources that are due, and the queue of discover."""

    def __init__(self, table: str) -> None:
        self.queue = boto3.client("sqs").create_queue(QueueName="discover")["QueueUrl"]
        self.store = DynamoSourceStore(table)
        self.sources = DynamoDueSources(table, self.queue)

    def at(self, hours: int = 0) -> list[DueSource]:
        shards = range(SOURCE_SHARDS)
        return [found for shard in shards for found in self.sources.due(shard, NOW + hours * HOUR, 100)]


@pytest.fixture
def due(table: str) -> Due:
    return Due(table)


def test_a_source_is_found_when_it_is_due_and_not_when_it_is_paused(due: Due) -> None:
    due.store.add(source())
    due.store.add(polled(source(2)).model_copy(update={"version": 1}))
    assert [found.source_id for found in due.at()] == [source().source_id]
    assert {found.source_id for found in due.at(1)} == {source().source_id, source(2).source_id}
    due.store.save(paused(source(), PauseReason.OPERATOR, NOW))
    assert due.at() == []


def test_a_due_source_is_claimed_once(due: Due) -> None:
    # Given a source that two runs of dispatch find
    due.store.add(source())
    [found] = due.at()
    # When both claim it
    version = due.sources.claim(found, NOW + HOUR)
    # Then one has it, and it falls due again unless somebody polls it
    assert version == 2
    assert due.sources.claim(found, NOW + HOUR) is None
    assert due.at() == []
    assert [again.source_id for again in due.at(1)] == [source().source_id]
    claimed = due.store.get(source().source_id)
    assert claimed is not None
    assert due.store.save(polled(claimed))


def test_the_claim_of_a_source_that_was_removed_creates_nothing(due: Due) -> None:
    due.store.add(source())
    [found] = due.at()
    due.store.remove(source().source_id)
    assert due.sources.claim(found, NOW + HOUR) is None
    assert due.store.get(source().source_id) is None


def test_the_message_names_the_version(due: Due) -> None:
    due.sources.send(source().source_id, 7)
    [body] = aws.drain(due.queue)
    assert body == {"schemaVersion": 1, "type": "SourceDue", "sourceId": source().source_id, "version": 7}


@pytest.mark.slow
def test_many_sources_share_the_shards_evenly(due: Due) -> None:
    for number in range(80):
        due.store.add(source(number))
    shares = [len(due.sources.due(shard, NOW, 100)) for shard in range(SOURCE_SHARDS)]
    assert sum(shares) == 80
    assert min(shares) >= 10
    assert LIST_SHARDS > 1
