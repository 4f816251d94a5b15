"""The parts of the data set: which changes go into which of them, and what keeps them.

Comes in: the objects of an hour of the change feed. Goes out: plans. The port is implemented by
``newsdesk.adapters.datasets`` on AWS.

An hour's plans are numbered, and each is written once. A plan cuts the objects that no plan before it has into chunks,
each of which becomes one part. So every object is in exactly one chunk, however often an hour is planned and by however
many at once; what a chunk holds never changes, and a worker that writes its part again writes the same.

A batch of the table's stream may be delivered again in other pieces, so that a change stands in two objects. They lie
in the same hour, and their names show it: they hold the first and the last sequence number of what is in them. A chunk
names the objects before its own that may repeat its changes, and its part leaves out what is there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import Field

from newsdesk.contracts import CompactionDue, Record, keys

CHUNK_BYTES = 4_000_000
"""Of the change feed in one chunk: about 5,000 changes, and 10,000 of the shortest."""

CHUNK_OBJECTS = 5_000
"""In one chunk, so that its plan and the reading of it stay small."""

_SUFFIX = ".ndjson"


class Chunk(Record):
    """What becomes one part.

    Attributes
    ----------
    objects : tuple of str
        The names of objects of the hour's changes.
    known : tuple of str
        Objects of chunks before this one that may hold the same changes.
    namesakes : int
        How many chunks before it begin and end with the same numbers, as late objects may.
    """

    objects: tuple[str, ...] = Field(min_length=1)
    known: tuple[str, ...] = ()
    namesakes: int = 0

    @property
    def ends(self) -> tuple[str, str]:
        """The first number of its first object and the last of its last."""
        return _numbers_in(self.objects[0])[0], _numbers_in(self.objects[-1])[1]

    def part_key(self, hour: str) -> str:
        """Return the key of its part."""
        first, last = self.ends
        return keys.part_key(hour, first, f"{last}-{self.namesakes + 1}" if self.namesakes else last)


class Plan(Record):
    """One of an hour's plans."""

    schema_version: int = 1
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An object of an hour's changes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part that was written, and which version of it this is."""

    tag: str


class PartStore(Protocol):
    """The bucket, as far as the data set is concerned."""

    def feed(self, hour: str) -> Sequence[FeedEntry]:
        """Return the objects of an hour's changes, in the order of their names."""
        ...

    def hours(self, since: str, until: str) -> Sequence[str]:
        """Return the hours that have changes, from one to another, both included."""
        ...

    def plans(self, hour: str) -> Sequence[Plan]:
        """Return an hour's plans, in the order of their numbers."""
        ...

    def add_plan(self, hour: str, number: int, plan: Plan) -> bool:
        """Write a plan; return False where there is one of that number."""
        ...

    def part(self, key: str) -> StoredPart | None:
        """Return what is known of a part; None where it has not been written."""
        ...

    def part_keys(self, hour: str) -> frozenset[str]:
        """Return the keys of an hour's parts."""
        ...

    def add_part(self, key: str, path: Path) -> bool:
        """Write a part from a file; return False where it was there already."""
        ...

    def replace_part(self, key: str, path: Path, former: StoredPart) -> bool:
        """Write a part over a version of it; return False where it is not that version any more."""
        ...


class CompactionSender(Protocol):
    """The queue of chunks."""

    def send(self, chunks: Sequence[CompactionDue]) -> None:
        """Send messages; return once the queue has accepted all of them."""
        ...


def next_plan(feed: Iterable[FeedEntry], plans: Sequence[Plan]) -> Plan | None:
    """Return the plan that follows an hour's plans; None if they have every object."""
    planned = [name for plan in plans for chunk in plan.chunks for name in chunk.objects]
    taken = set(planned)
    named = Counter(chunk.ends for plan in plans for chunk in plan.chunks)
    chunks = []
    for objects in _cut([entry for entry in feed if entry.name not in taken]):
        chunk = Chunk(objects=objects, known=_overlapping(planned, objects))
        chunks.append(chunk.model_copy(update={"namesakes": named[chunk.ends]}))
        named[chunk.ends] += 1
        planned += objects
    return Plan(chunks=tuple(chunks)) if chunks else None


def parts_with(plans: Sequence[Plan], hour: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the keys of the parts that any of an hour's objects went into, or will go into."""
    wanted = set(names)
    for plan in plans:
        for chunk in plan.chunks:
            if wanted.intersection(chunk.objects):
                yield chunk.part_key(hour)


def _cut(entries: Iterable[FeedEntry]) -> Iterator[tuple[str, ...]]:
    objects: list[str] = []
    size = 0
    for entry in entries:
        if objects and (size + entry.size > CHUNK_BYTES or len(objects) >= CHUNK_OBJECTS):
            yield tuple(objects)
            objects, size = [], 0
        objects.append(entry.name)
        size += entry.size
    if objects:
        yield tuple(objects)


def _overlapping(earlier: Iterable[str], objects: Iterable[str]) -> tuple[str, ...]:
    """Return those of the earlier objects whose sequence numbers overlap with those of any of the objects."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(map(_range_of, objects)):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((first, last))
    starts = [first for first, _ in spans]

    def overlaps(name: str) -> bool:
        first, last = _range_of(name)
        place = bisect_right(starts, last)
        return place > 0 and spans[place - 1][1] >= first

    return tuple(name for name in earlier if overlaps(name))


def _numbers_in(name: str) -> tuple[str, str]:
    """Return the sequence numbers in an object's name; of a name of another kind, all of it twice."""
    stem = name.removesuffix(_SUFFIX)
    first, separator, last = stem.partition("-")
    return (first, last) if separator and first.isdecimal() and last.isdecimal() else (stem, stem)


def _range_of(name: str) -> tuple[int, int]:
    """Return the range of an object's sequence numbers; of a name of another kind, all numbers."""
    first, last = _numbers_in(name)
    return (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (0, 10**40)
