"""The change feed backwards: what was committed last comes first, a bounded number of changes at a time.

Comes in: the objects under ``changes/v1/``. Goes out: changes, and where the next page begins.

It is for looking, and not for following: a batch that comes late stands under its hour, where nobody looks again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsdesk.contracts import ArticleChanged, keys
from newsdesk.errors import ObjectMissingError, UnreadableCursorError
from newsdesk.reader import Storage

_PLACE = re.compile(rf"({re.escape(keys.CHANGES_PREFIX)}date=\d{{4}}-\d\d-\d\d/hour=\d\d/[^/|]{{1,200}})\|(\d{{1,6}})")


@dataclass(frozen=True, slots=True)
class RecentChanges:
    """Some changes, the last first.

    Attributes
    ----------
    cursor : str or None
        Where the next ones begin; None when these were the first ever.
    """

    changes: tuple[ArticleChanged, ...]
    cursor: str | None


def recent_changes(
    storage: Storage,
    limit: int,
    cursor: str | None = None,
    is_wanted: Callable[[ArticleChanged], bool] = lambda _: True,
    most_read: int = 1_000,
) -> RecentChanges:
    """Return the last changes that are wanted.

    Parameters
    ----------
    cursor : str, optional
        That of the page before.
    most_read : int
        Changes that are looked at for one page at the most.

    Raises
    ------
    UnreadableCursorError
        If the cursor is none.
    """
    found: list[ArticleChanged] = []
    place: str | None = None
    for number, (place, change) in enumerate(_backwards(storage, cursor)):
        if len(found) >= limit or number >= most_read:
            return RecentChanges(tuple(found), place)
        if is_wanted(change):
            found.append(change)
    return RecentChanges(tuple(found), None)


def _backwards(storage: Storage, cursor: str | None) -> Iterator[tuple[str, ArticleChanged]]:
    """Yield changes, each with its place, from a place on."""
    first, line = _place_in(cursor) if cursor else (None, None)
    for key in _keys_backwards(storage, first):
        lines = _lines(storage, key)
        begin = line if line is not None and key == first else len(lines) - 1
        for number in range(min(begin, len(lines) - 1), -1, -1):
            yield f"{key}|{number}", ArticleChanged.model_validate_json(lines[number])


def _keys_backwards(storage: Storage, first: str | None) -> Iterator[str]:
    for day in reversed(storage.folders(keys.CHANGES_PREFIX)):
        if first is not None and day > first:
            continue
        for hour in reversed(storage.folders(day)):
            if first is not None and hour > first:
                continue
            objects = list(storage.keys(hour))
            yield from (key for key in reversed(objects) if first is None or key <= first)


def _lines(storage: Storage, key: str) -> list[str]:
    try:
        return [line for line in storage.get(key).decode("utf-8").split("\n") if line]
    except ObjectMissingError:
        return []


def _place_in(cursor: str) -> tuple[str, int]:
    found = _PLACE.fullmatch(cursor)
    if found is None:
        raise UnreadableCursorError("it is no place in the change feed")
    return found[1], int(found[2])
