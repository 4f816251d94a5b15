"""Reads the change feed from a cursor on; nothing is missed, although objects do not appear in their keys' order.

Comes in: a cursor. Goes out: changes, and the cursor behind them. Nothing is kept between two calls.

What is older than any object can come late is read in the order of its keys. What is younger is read in the order in
which it was written, which the bucket says of each object: an object that came late has an old key, and a new time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile

from newsdesk.clock import Clock, from_text, to_text
from newsdesk.contracts import ArticleChanged, changes_hour, changes_in, keys
from newsdesk.ports import ChangeFeed, FeedObject, ObjectStore
from responder.cursors import bad_cursor, read_cursor, write_cursor

LONGEST_DELAY = timedelta(hours=13)
"""A batch that failed is repeated for 12 hours, under the hours in which its changes were committed."""

SETTLING = timedelta(seconds=10)
"""An object younger than this may still be overtaken by one that was written before it."""

_AT_ONCE = 16
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reader is.

    Attributes
    ----------
    floor : str
        The last key that was read in the order of keys; nothing before it is looked at again.
    written_at, key : datetime or None, str
        The last object that was read in the order of times; no time while keys are read.
    """

    floor: str = ""
    written_at: datetime | None = None
    key: str = ""

    def cursor(self) -> str:
        if self.written_at is None:
            return write_cursor("past", self.floor)
        return write_cursor("present", self.floor, to_text(self.written_at), self.key)


@dataclass(frozen=True, slots=True)
class Found:
    """Changes, the cursor behind them, and whether there are more already."""

    changes: list[ArticleChanged]
    cursor: str
    has_more: bool


def read_changes(feed: ChangeFeed, objects: ObjectStore, clock: Clock, after: str | None, limit: int) -> Found:
    """Return about ``limit`` changes behind a cursor; those of one object stay together.

    Raises
    ------
    ProblemError
        If it is no cursor of the change feed.
    """
    now = clock()
    place = _place_in(after)
    changes: list[ArticleChanged] = []
    if place.written_at is None:
        frontier = changes_hour(now - LONGEST_DELAY)
        past = takewhile(lambda entry: entry.key < frontier, feed.after(place.floor))
        for entry, read in _read(objects, past):
            changes += read
            place = _Place(floor=entry.key)
            if len(changes) >= limit:
                return Found(changes, place.cursor(), has_more=True)
        place = replace(place, written_at=_BEGINNING)
    waiting = _written_since(feed, place, now - SETTLING)
    taken = 0
    if len(changes) < limit:
        for entry, read in _read(objects, waiting):
            changes += read
            place = replace(place, written_at=entry.written_at, key=entry.key)
            taken += 1
            if len(changes) >= limit:
                break
    return Found(changes, place.cursor(), has_more=taken < len(waiting))


def _place_in(cursor: str | None) -> _Place:
    if cursor is None:
        return _Place()
    match read_cursor(cursor):
        case ("past", floor):
            place = _Place(floor)
        case ("present", floor, written_at, key):
            try:
                place = _Place(floor, from_text(written_at), key)
            except ValueError as error:
                raise bad_cursor() from error
        case _:
            raise bad_cursor()
    if any(key and not key.startswith(keys.CHANGES_PREFIX) for key in (place.floor, place.key)):
        raise bad_cursor()
    return place


def _written_since(feed: ChangeFeed, place: _Place, until: datetime) -> Sequence[FeedObject]:
    """Return what was written behind a place and up to a time, in the order of its times."""
    since = place.written_at or _BEGINNING
    begin = place.floor
    if since - _BEGINNING > LONGEST_DELAY:
        begin = max(begin, changes_hour(since - LONGEST_DELAY))
    found = (entry for entry in feed.after(begin) if (since, place.key) < (entry.written_at, entry.key))
    return sorted(
        (entry for entry in found if entry.written_at <= until), key=lambda entry: (entry.written_at, entry.key)
    )


def _read(objects: ObjectStore, entries: Iterable[FeedObject]) -> Iterator[tuple[FeedObject, list[ArticleChanged]]]:
    """Yield each object with its changes, reading some of them ahead."""
    remaining = iter(entries)
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        while ahead := list(islice(remaining, _AT_ONCE)):
            bodies = executor.map(lambda entry: objects.get(entry.key), ahead)
            for entry, body in zip(ahead, bodies, strict=True):
                yield entry, changes_in(body)
