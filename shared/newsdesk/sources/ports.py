"""What the registry of sources needs from outside.

Comes in: nothing. Goes out: protocols that ``newsdesk.adapters.sources`` implements on AWS and ``harness/fakes.py`` in
memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsdesk.sources.registry import Source
from newsdesk.sources.seen import SeenItems
from newsdesk.sources.yields import DayYield


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of the registry, and where the next begins; None behind the last."""

    sources: tuple[Source, ...]
    cursor: str | None = None


class SourceStore(Protocol):
    """The registry."""

    def get(self, source_id: str) -> Source | None:
        """Return a source, read consistently; None when there is none."""
        ...

    def add(self, source: Source) -> bool:
        """Write a source that is new; False when there is one of its id."""
        ...

    def save(self, source: Source) -> bool:
        """Write the next version; False when another was written meanwhile, or the source was removed."""
        ...

    def remove(self, source_id: str) -> bool:
        """Delete a source, with what was known of its items; False when there is none."""
        ...

    def page(self, limit: int = 100, cursor: str | None = None) -> SourcePage:
        """List the sources, in no order that means anything.

        Raises
        ------
        ValueError
            If the cursor is none that this method gave out.
        """
        ...

    def seen(self, source_id: str) -> SeenItems:
        """Return which items of a source were submitted, read consistently."""
        ...

    def keep_seen(self, source_id: str, seen: SeenItems) -> None:
        """Keep which items of a source were submitted."""
        ...

    def days(self, source_id: str, since: str) -> Sequence[DayYield]:
        """Return what became of a source's items, by day, from a day (``2026-11-30``) on."""
        ...


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source whose time has come.

    Attributes
    ----------
    due_at : int
        Epoch seconds, as the index had it.
    """

    source_id: str
    due_at: int


class DueSources(Protocol):
    """The sources that are due, as dispatch sees them."""

    def due(self, shard: int, until: datetime, limit: int) -> Sequence[DueSource]:
        """Return sources that are due by a time, the longest overdue first."""
        ...

    def claim(self, source: DueSource, until: datetime) -> int | None:
        """Put off a due source until a time, by when it should have been polled.

        Returns
        -------
        int or None
            The source's version from now on; None when it is not due any more.
        """
        ...

    def send(self, source_id: str, version: int) -> None:
        """Have a source polled; returns once the queue has accepted the message."""
        ...


class YieldCounter(Protocol):
    """Counts what becomes of sources' items."""

    def count(self, source_id: str, day: str, counts: Mapping[str, int]) -> None:
        """Add to the counts of a source's day, by the names of :class:`DayYield`."""
        ...
