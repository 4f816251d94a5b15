"""The search stage: finds articles in an index on the function's own disk, and keeps a copy of it in the bucket.

Comes in: searches, and calls to keep the index. Goes out: articles, a status. Changes: the disk, and the copy.

A process that begins takes the copy, and follows the change feed from where that ends. So a copy that is old costs time
and nothing else, and it does not matter which of two processes wrote it last.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from newsdesk.clock import Clock, to_text
from newsdesk.reader import Storage
from newsdesk.searching import (
    ArticleStates,
    Finder,
    Found,
    NothingToSearchError,
    Search,
    SearchIndex,
    VectorOfText,
    follow,
)

FRESH_SECONDS = 30.0
"""How long a search relies on the last look at the change feed."""

LONGEST_LOOK_SECONDS = 5.0
"""What a search spends on the change feed; the rest waits for the next one, or for the schedule."""


class KeepStatus(StrEnum):
    """What came of a call to keep the index."""

    KEPT = "kept"
    """Its copy has what was new."""
    UNCHANGED = "unchanged"
    """There was nothing new."""


class IndexCopies(Protocol):
    """The copy of the index in the bucket."""

    def fetch(self, path: Path) -> bool:
        """Write the copy into a file; return False where there is none."""
        ...

    def keep(self, path: Path) -> None:
        """Write a file over the copy."""
        ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles are found.

    Attributes
    ----------
    days : int
        For how long after its commit a revision is found.
    articles : int
        How many at most, the latest ones.
    """

    days: int
    articles: int


class SearchStage:
    """Searches, and keeps the index.

    Parameters
    ----------
    path : Path
        Where the index is made; nothing need be there.
    bucket : str
        Whose index it is.
    vector_of_text : callable or None
        What makes vectors of words; None where the stack keeps no vectors.
    """

    def __init__(
        self,
        table: ArticleStates,
        storage: Storage,
        copies: IndexCopies,
        clock: Clock,
        path: Path,
        bucket: str,
        scope: Scope,
        vector_of_text: VectorOfText | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._storage = storage
        self._copies = copies
        self._clock = clock
        self._path = path
        self._bucket = bucket
        self._scope = scope
        self._vector_of_text = vector_of_text
        self._elapsed = elapsed
        self._opened: SearchIndex | None = None
        self._looked_at: float | None = None

    def find(self, search: Search) -> Found:
        """Return what is found by words and, where the stack keeps vectors, by meaning.

        Raises
        ------
        QueryError
            If there are words, but none that has to be there.
        NothingToSearchError
            If articles are to be like one that has no vector, or the stack keeps none.
        """
        if search.like is not None and self._vector_of_text is None:
            raise NothingToSearchError("the stack keeps no vectors, because its parameter Embeddings is off")
        index = self._index()
        begun = self._elapsed()
        if self._looked_at is None or begun - self._looked_at >= FRESH_SECONDS:
            self._follow(index, begun + LONGEST_LOOK_SECONDS)
        finder = Finder(
            index,
            self._table,
            self._storage,
            keeps_vectors=self._vector_of_text is not None,
            vector_of_text=self._vector_of_text,
        )
        return finder.find(search)

    def keep(self, seconds: float) -> KeepStatus:
        """Bring the index up to date for some time at most, and its copy with it."""
        index = self._index()
        changed = self._follow(index, self._elapsed() + seconds)
        if not changed:
            return KeepStatus.UNCHANGED
        with index.alone():
            self._copies.keep(index.make_whole())
        return KeepStatus.KEPT

    def _index(self) -> SearchIndex:
        if self._opened is None:
            self._copies.fetch(self._path)
            self._opened = SearchIndex(self._path, self._bucket)
        return self._opened

    def _follow(self, index: SearchIndex, until: float) -> int:
        """Take in what is new and take out what is too old; return how many of both there were."""
        since = self._clock() - timedelta(days=self._scope.days)
        taken = follow(
            index,
            self._storage,
            keeps_vectors=self._vector_of_text is not None,
            since=since,
            is_over=lambda: self._elapsed() >= until,
        )
        forgotten = index.keep_latest(to_text(since), self._scope.articles)
        index.commit()
        now = self._elapsed()
        self._looked_at = now if now < until else None  # or there may be more
        return taken + forgotten
