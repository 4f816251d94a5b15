"""Reads the change feed, effectively once, and of each article in order.

Comes in: the objects under ``changes/v1/``. Goes out: changes. Changes: the cursor.

Objects do not appear in the order of their keys. The table's stream has shards that are read side by side, and a batch
that failed comes later, under the hour of its commit. A batch may also be cut otherwise when it is delivered again, so
that a change stands in two objects. Two things hold, and the rest follows from them: what one article's changes are in
appears in their order, and nothing appears under an hour that has long gone by.

* Every look lists the hours in which something may still appear, and takes what was not read.
* It lists them twice. Whatever came before an object of the first listing is in the second. So what sorts before every
  surprise of the second listing may be read; the rest waits for the next look.
* An object names the first and the last sequence number of its batch. Only objects whose ranges overlap can hold the
  same change.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from newsdesk.clock import Clock, to_text, utc_now
from newsdesk.contracts import ArticleChanged, changes_hour, changes_in, keys
from newsdesk.errors import ObjectMissingError
from newsdesk.reader.cursors import Cursor, Keeper, Position
from newsdesk.reader.storage import Storage

LONGEST_DELAY = timedelta(hours=14)
"""How late an object may appear: the stream keeps a failing batch for 12 hours, a batch begins within an hour of its
key, and clocks differ."""

_REMEMBERED_OBJECTS = 2_000


class ChangeFeed:
    """Hands out changes from a cursor on.

    Parameters
    ----------
    since : datetime, optional
        Of a cursor that is new: changes that were committed earlier are left out.
    save_every : int
        After how many changes at the latest the cursor is written. A reader that dies gets those again.

    Raises
    ------
    CursorError
        If the cursor is not one, or another reader has it.
    """

    def __init__(
        self,
        storage: Storage,
        cursor: Cursor,
        since: datetime | None = None,
        save_every: int = 1,
        clock: Clock = utc_now,
    ) -> None:
        if save_every < 1:
            raise ValueError("save_every is at least 1")
        self._storage = storage
        self._clock = clock
        self._save_every = save_every
        start = Position(floor=keys.CHANGES_PREFIX)
        if since is not None:
            start = Position(floor=changes_hour(since - LONGEST_DELAY), since=to_text(since))
        self._keeper = Keeper(cursor, start)
        self._ranges = _Ranges()
        for hour, names in self._keeper.position.read.items():
            for name in names:
                self._ranges.add(hour + name)
        self._identifiers: OrderedDict[str, frozenset[str]] = OrderedDict()

    def look(self) -> Iterator[ArticleChanged]:
        """Yield what has come since the last look; the first look yields all there is from the cursor on.

        A change counts as handled when the next one is asked for. The one at which a loop is left comes again.
        """
        now = self._clock()
        window = changes_hour(now - LONGEST_DELAY)
        begun = self._keeper.position.partial
        if begun is not None and not self._keeper.position.has_read(begun[0]):
            yield from self._changes_in(begun[0])
        for day in self._past_days(window):
            for key in self._unread(day, window):
                yield from self._changes_in(key)
            self._raise_floor(min(_end_of(day), now))
        waits = False
        listed = self._listed(window)
        if listed:
            surprises = sorted(set(self._listed(window)) - set(listed))
            for key in listed:
                if surprises and key > surprises[0]:
                    waits = True
                    break
                yield from self._changes_in(key)
        if not waits:
            self._raise_floor(now)

    def follow(
        self, until: datetime | None, interval_seconds: float, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[ArticleChanged]:
        """Yield changes as they come, up to a time or without end."""
        while True:
            yield from self.look()
            if until is not None and self._clock() >= until:
                return
            sleep(interval_seconds)

    def _past_days(self, window: str) -> list[str]:
        """Return the prefixes of the days that are over, in which nothing appears any more."""
        floor = self._keeper.position.floor
        floor_day = floor[: len(keys.CHANGES_PREFIX) + len("date=2026-11-22")]
        days = self._storage.folders(keys.CHANGES_PREFIX)
        return [day for day in days if floor_day <= day < window and floor < window]

    def _unread(self, prefix: str, before: str) -> list[str]:
        position = self._keeper.position
        found = self._storage.keys(prefix, after=max(position.floor, prefix))
        return [key for key in found if key < before and not position.has_read(key)]

    def _listed(self, window: str) -> list[str]:
        position = self._keeper.position
        found = self._storage.keys(keys.CHANGES_PREFIX, after=max(position.floor, window))
        return [key for key in found if not position.has_read(key)]

    def _changes_in(self, key: str) -> Iterator[ArticleChanged]:
        try:
            lines = self._lines(key)
        except ObjectMissingError:
            return  # deleted since it was listed
        known = self._known_of(key)
        position = self._keeper.position
        begin = position.partial[1] if position.partial is not None and position.partial[0] == key else 0
        unsaved = 0
        for number, change in enumerate(lines[begin:], begin + 1):
            if change.change_id in known or change.committed_at < position.since:
                continue
            yield change
            unsaved += 1
            if unsaved >= self._save_every and number < len(lines):
                self._keeper.handled(key, number)
                unsaved = 0
        self._keeper.finished(key)
        self._ranges.add(key)

    def _raise_floor(self, reached: datetime) -> None:
        """Note that everything was read that had appeared at a time.

        The changes of one batch may be hours apart, and so the one that repeats its last ones may come twice as late.
        """
        memory = changes_hour(reached - 2 * LONGEST_DELAY)
        self._keeper.raise_floor(changes_hour(reached - LONGEST_DELAY), memory)
        self._ranges.forget_before(memory)

    def _lines(self, key: str) -> list[ArticleChanged]:
        changes = changes_in(self._storage.get(key))
        self._identifiers[key] = frozenset(change.change_id for change in changes)
        self._identifiers.move_to_end(key)
        while len(self._identifiers) > _REMEMBERED_OBJECTS:
            self._identifiers.popitem(last=False)
        return changes

    def _known_of(self, key: str) -> frozenset[str]:
        """Return the ids of the changes that were read in objects whose range of numbers overlaps this one's."""
        return frozenset().union(*(self._identifiers_in(other) for other in self._ranges.overlapping(key)))

    def _identifiers_in(self, key: str) -> frozenset[str]:
        if key not in self._identifiers:
            try:
                self._lines(key)
            except ObjectMissingError:
                return frozenset()
        return self._identifiers[key]


def _end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day.rstrip('/')[-len('2026-11-22') :]}T00:00:00+00:00") + timedelta(days=1)


class _Ranges:
    """The ranges of sequence numbers of the objects that were read, by hour."""

    def __init__(self) -> None:
        self._hours: dict[str, list[tuple[int, int, str]]] = {}
        self._spans: dict[str, tuple[int, int]] = {}

    def add(self, key: str) -> None:
        hour, first, last = _hour_of(key), *_range_of(key)
        low, high = self._spans.get(hour, (first, last))
        self._spans[hour] = (min(low, first), max(high, last))
        self._hours.setdefault(hour, []).append((first, last, key))

    def overlapping(self, key: str) -> list[str]:
        first, last = _range_of(key)
        return [
            other
            for hour, (low, high) in self._spans.items()
            if low <= last and first <= high
            for other_first, other_last, other in self._hours[hour]
            if other_first <= last and first <= other_last
        ]

    def forget_before(self, floor: str) -> None:
        for hour in [hour for hour in self._hours if hour < floor]:
            del self._hours[hour], self._spans[hour]


def _hour_of(key: str) -> str:
    return key.rpartition("/")[0] + "/"


def _range_of(key: str) -> tuple[int, int]:
    """Return the sequence numbers in an object's name; of a name of another kind, all numbers."""
    first, separator, last = key.rpartition("/")[2].removesuffix(".ndjson").partition("-")
    if separator and first.isdecimal() and last.isdecimal():
        return int(first), int(last)
    return 0, 10**40
