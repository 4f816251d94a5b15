"""Every change is in the data set, once, whatever is killed, repeated, late or out of order.

Comes in: an hour's changes, and a bucket and a queue in memory. Goes out: assertions.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from compactor.stage import LOOKED_BACK, SETTLING, CompactStage
from harness.fakes import InMemoryObjectStore, InMemoryPartStore, RecordingCompactionSender
from newsdesk import datasets
from newsdesk.articles import Stage
from newsdesk.clock import to_text
from newsdesk.contracts import ArticleChanged, RevisionRow, changes_hour, changes_key, keys
from newsdesk.datasets import Chunk, FeedEntry, Plan, next_plan, parts_with
from publisher.stage import change_of
from tests.examples import NOW, article_bytes, at_stage, key_of, revision_of

HOUR = changes_hour(NOW).removeprefix(keys.CHANGES_PREFIX)


def write_lines(rows: Iterable[RevisionRow], path: Path) -> int:
    """Write rows as lines of JSON: what there is to look at, without Parquet."""
    lines = [json.dumps([row.change_id, row.host, row.headline]) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines))
    return len(lines)


@dataclass
class Desk:
    """A compact stage and everything around it."""

    objects: InMemoryObjectStore = field(default_factory=InMemoryObjectStore)
    sender: RecordingCompactionSender = field(default_factory=RecordingCompactionSender)

    def __post_init__(self) -> None:
        self.parts = InMemoryPartStore(self.objects)
        self.stage = CompactStage(self.parts, self.objects, self.sender, write_lines)

    def change(self, number: int, host: str = "news.example") -> ArticleChanged:
        """Commit an article, and return its change."""
        state = at_stage(Stage.REST, number, host)
        self.objects.put(key_of(state), article_bytes(state), "application/json")
        return change_of(revision_of(state, committed_at=to_text(NOW)))

    def publish(self, first: int, changes: Iterable[ArticleChanged]) -> str:
        """Put a batch into the feed, with one sequence number for each change; return the object's name."""
        told = list(changes)
        sequence = f"{str(first).zfill(40)}-{str(first + len(told) - 1).zfill(40)}"
        body = "".join(f"{change.to_json()}\n" for change in told)
        key = changes_key(NOW, sequence)
        self.objects.put(key, body.encode(), "application/x-ndjson")
        return key.rpartition("/")[2]

    def plan(self) -> list[str]:
        return self.stage.plan(HOUR, HOUR)

    def work(self) -> None:
        while self.sender.sent:
            self.stage.handle(self.sender.sent.pop(0))

    def rows(self) -> list[list[str]]:
        parts = sorted(self.parts.part_keys(HOUR))
        return [json.loads(line) for key in parts for line in self.objects.get(key).decode().splitlines()]


def test_an_hour_s_changes_become_rows_in_the_order_of_hosts() -> None:
    # Given changes of three hosts, one of them a retraction
    desk = Desk()
    hosts = ["c.example", "a.example", "b.example"]
    changes = [desk.change(number, host) for number, host in enumerate(hosts)]
    gone = changes[0].model_copy(update={"change_id": "x-2", "revision": 2, "change_type": "retracted", "key": None})
    desk.publish(1, changes)
    desk.publish(4, [gone])
    # When
    (key,) = desk.plan()
    desk.work()
    # Then
    first, last = "1".zfill(40), "4".zfill(40)
    assert key == f"datasets/revisions/v1/{HOUR}part-{first}-{last}.parquet"
    assert desk.parts.written == [key]
    assert desk.rows() == [
        *([change.change_id, change.host, "Bridge reopens"] for change in (changes[1], changes[2], changes[0])),
        [gone.change_id, "c.example", None],
    ]


def test_a_chunk_that_is_delivered_again_writes_nothing() -> None:
    desk = Desk()
    desk.publish(1, [desk.change(0)])
    desk.plan()
    (message,) = desk.sender.sent
    assert [desk.stage.handle(message) for _ in range(2)] == ["written", "repeated"]
    assert desk.plan() == []
    assert len(desk.parts.written) == 1


def test_two_workers_of_one_chunk_write_one_part() -> None:
    # Given a worker that is at a chunk when another one writes its part
    desk = Desk()
    desk.publish(1, [desk.change(0)])
    desk.plan()
    (message,) = desk.sender.sent
    other = CompactStage(desk.parts, desk.objects, desk.sender, write_lines)

    def write_late(rows: Iterable[RevisionRow], path: Path) -> int:
        assert other.handle(message) == "written"
        return write_lines(rows, path)

    # When / Then
    assert CompactStage(desk.parts, desk.objects, desk.sender, write_late).handle(message) == "repeated"
    assert len(desk.rows()) == 1


def test_late_changes_get_a_part_of_their_own() -> None:
    # Given an hour that was written
    desk = Desk()
    desk.publish(1, [desk.change(0), desk.change(1)])
    before = desk.plan()
    desk.work()
    # When an object comes late, between the others
    desk.publish(5, [desk.change(2)])
    after = desk.plan()
    desk.work()
    # Then
    assert len(after) == 1
    assert after != before
    assert Counter(name for name, *_ in desk.rows()).most_common(1)[0][1] == 1
    assert len(desk.rows()) == 3


def test_a_change_that_was_told_twice_is_in_one_row() -> None:
    # Given a batch that was delivered whole, then in two pieces of which the second comes late
    desk = Desk()
    changes = [desk.change(number) for number in range(4)]
    desk.publish(1, changes)
    desk.publish(1, changes[:2])
    desk.plan()
    desk.work()
    desk.publish(3, [*changes[2:], desk.change(4)])
    # When
    desk.plan()
    desk.work()
    # Then
    assert sorted(name for name, *_ in desk.rows()) == sorted({name for name, *_ in desk.rows()})
    assert len(desk.rows()) == 5


def test_a_late_chunk_that_begins_and_ends_as_another_has_a_name_of_its_own() -> None:
    # Given two objects in one chunk, and a late one from the first number to the last
    feed = [FeedEntry(f"{a:040d}-{b:040d}.ndjson", 10) for a, b in [(1, 2), (3, 4)]]
    first = next_plan(feed, [])
    assert first is not None
    feed.append(FeedEntry(f"{1:040d}-{4:040d}.ndjson", 10))
    # When
    second = next_plan(feed, [first])
    # Then
    assert second is not None
    names = [chunk.part_key(HOUR) for plan in (first, second) for chunk in plan.chunks]
    assert len(set(names)) == 2
    assert second.chunks[0].known == first.chunks[0].objects


def test_chunks_are_bounded_and_hold_every_object_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given
    monkeypatch.setattr(datasets, "CHUNK_OBJECTS", 7)
    monkeypatch.setattr(datasets, "CHUNK_BYTES", 100)
    generator = random.Random(1)
    feed = [FeedEntry(f"{n:040d}-{n + 3:040d}.ndjson", generator.randint(1, 120)) for n in range(0, 400, 4)]
    # When
    plan = next_plan(feed, [])
    # Then
    assert plan is not None
    sizes = {entry.name: entry.size for entry in feed}
    assert [name for chunk in plan.chunks for name in chunk.objects] == [entry.name for entry in feed]
    for chunk in plan.chunks:
        assert len(chunk.objects) <= 7
        assert len(chunk.objects) == 1 or sum(sizes[name] for name in chunk.objects) <= 100
        assert chunk.known == ()  # no ranges overlap
    assert next_plan(feed, [plan]) is None


def test_only_hours_that_are_closed_and_not_long_gone_are_planned() -> None:
    # Given a feed of which nothing is planned
    desk = Desk()
    desk.publish(1, [desk.change(0)])
    end = NOW.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    # When / Then
    assert desk.stage.plan_due(end + SETTLING - timedelta(seconds=1)) == []
    assert desk.stage.plan_due(NOW + LOOKED_BACK + timedelta(hours=1)) == []
    assert len(desk.stage.plan_due(end + SETTLING)) == 1
    assert len(desk.stage.plan_due(NOW + LOOKED_BACK)) == 1


def test_a_planner_that_is_overtaken_plans_what_is_left() -> None:
    # Given a planner that another one overtakes when it has looked, with an object more in the feed by then
    desk = Desk()
    desk.publish(1, [desk.change(0)])
    other = InMemoryPartStore(desk.objects)

    class Overtaken(InMemoryPartStore):
        def add_plan(self, hour: str, number: int, plan: Plan) -> bool:
            if number == 0:
                desk.publish(2, [desk.change(1)])
                assert other.add_plan(hour, 0, Plan(chunks=(Chunk(objects=(self.feed(hour)[0].name,)),)))
            return super().add_plan(hour, number, plan)

    stage = CompactStage(Overtaken(desk.objects), desk.objects, desk.sender, write_lines)
    # When
    stage.plan(HOUR, HOUR)
    desk.work()
    # Then
    assert len(desk.rows()) == 2
    assert len({name for name, *_ in desk.rows()}) == 2


def test_an_article_that_is_gone_leaves_what_its_change_says() -> None:
    # Given a part, and an article of it that is deleted afterwards
    desk = Desk()
    changes = [desk.change(0), desk.change(1)]
    name = desk.publish(1, changes)
    (key,) = desk.plan()
    desk.work()
    desk.objects.delete(changes[0].key or "")
    # When
    assert list(parts_with(desk.parts.plans(HOUR), HOUR, [name])) == [key]
    assert desk.stage.rewrite(key) is True
    # Then
    assert {row[0]: row[2] for row in desk.rows()} == {
        changes[0].change_id: None,
        changes[1].change_id: "Bridge reopens",
    }


def test_a_part_is_not_written_over_a_newer_one() -> None:
    # Given a rewriting that has read an article before it is erased, and another rewriting behind its back
    desk = Desk()
    changes = [desk.change(0), desk.change(1)]
    desk.publish(1, changes)
    (key,) = desk.plan()
    desk.work()
    other = CompactStage(desk.parts, desk.objects, desk.sender, write_lines)
    reads = 0

    def write_late(rows: Iterable[RevisionRow], path: Path) -> int:
        nonlocal reads
        reads += 1
        count = write_lines(rows, path)
        if reads == 1:
            desk.objects.delete(changes[1].key or "")
            assert other.rewrite(key)
        return count

    # When
    assert CompactStage(desk.parts, desk.objects, desk.sender, write_late).rewrite(key)
    # Then
    assert reads == 2
    assert dict(row[::2] for row in desk.rows())[changes[1].change_id] is None


def test_a_part_that_is_not_there_is_not_rewritten() -> None:
    desk = Desk()
    desk.publish(1, [desk.change(0)])
    (key,) = desk.plan()
    assert desk.stage.rewrite(key) is False
    with pytest.raises(LookupError, match="no plan"):
        desk.stage.rewrite(key.replace("1-", "7-"))


METHODS = {
    "parts": ["feed", "hours", "plans", "add_plan", "part", "part_keys", "add_part"],
    "sender": ["send"],
    "objects": ["get", "put"],
}


@pytest.mark.parametrize("seed", range(60))
def test_whatever_happens_every_change_is_in_one_row(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play a stream of two shards: batches halved, repeated and late; planners and workers that die at any call."""
    # Given
    generator = random.Random(seed)
    monkeypatch.setattr(datasets, "CHUNK_OBJECTS", generator.choice([1, 3, 100]))
    desk = Desk()
    told: set[str] = set()
    waiting: list[tuple[int, list[ArticleChanged]]] = []
    sequence = 1
    for number in range(0, 40, 4):
        batch = [desk.change(number + place) for place in range(generator.randint(1, 4))]
        told |= {change.change_id for change in batch}
        waiting.append((sequence, batch))
        if len(batch) > 1 and generator.random() < 0.5:
            cut = generator.randint(1, len(batch) - 1)
            waiting += [(sequence, batch[:cut]), (sequence + cut, batch[cut:])]
        sequence += len(batch) + generator.randint(0, 2)
    generator.shuffle(waiting)
    # When
    while waiting or generator.random() < 0.8:
        place = generator.choice([*METHODS, None, None])
        if place is not None:
            fake = {"parts": desk.parts, "sender": desk.sender, "objects": desk.objects}[place]
            fake.fail_next(generator.choice(METHODS[place]), OSError("killed"), after=generator.random() < 0.5)
        try:
            _step(desk, generator, waiting)
        except OSError:
            continue
    # Then, once nothing dies any more
    for fake in (desk.parts, desk.sender, desk.objects):
        fake._failures.clear()
    desk.plan()
    desk.work()
    assert Counter(name for name, *_ in desk.rows()) == Counter(told)


def _step(desk: Desk, generator: random.Random, waiting: list[tuple[int, list[ArticleChanged]]]) -> None:
    match generator.choice(["publish", "plan", "work", "repeat"]):
        case "publish" if waiting:
            first, batch = waiting[-1]
            desk.publish(first, batch)
            waiting.pop()
        case "plan":
            desk.plan()
        case "work" if desk.sender.sent:
            message = generator.choice(desk.sender.sent)
            desk.stage.handle(message)
            desk.sender.sent.remove(message)
        case "repeat" if desk.sender.sent:
            desk.stage.handle(generator.choice(desk.sender.sent))
        case _:
            pass
