"""Brings the index up to what a bucket says now.

Comes in: a bucket's objects. Goes out: how many changes there were. Changes: the index.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from newsdesk.contracts import ArticleChanged, StoredVector, vector_key
from newsdesk.errors import ObjectMissingError
from newsdesk.reader import Reader, Storage
from newsdesk.searching.index import SearchIndex

_BATCH = 500
"""Changes that are kept together."""
_AT_ONCE = 16
_MOST_VECTORS = 5_000
"""Articles whose missing vectors one search asks for."""


def follow(
    index: SearchIndex,
    storage: Storage,
    *,
    keeps_vectors: bool,
    since: datetime | None = None,
    is_over: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Take in what was committed since the last time, and return how many changes and vectors that were.

    A retracted article leaves the index. Of an erased one, no word is left in the file. Who interrupts this loses
    nothing.

    Parameters
    ----------
    since : datetime, optional
        Of an index that is new: what was committed earlier is left out.
    is_over : callable
        Returns whether to stop and leave the rest for the next time.
    """
    reader = Reader(storage)
    taken = 0
    with index.alone(), ThreadPoolExecutor(_AT_ONCE) as executor:
        batch: dict[str, ArticleChanged] = {}
        for change in reader.changes(index, since=since, save_every=_BATCH):
            if taken and is_over():
                break  # once the next one is asked for, those before count as handled
            batch[change.article_id] = change
            taken += 1
            if len(batch) == _BATCH:
                _take(index, reader, batch, executor)
                say(f"{taken:,} changes taken into the index")
                batch = {}
        _take(index, reader, batch, executor)
        if keeps_vectors:
            taken += _take_vectors(index, storage, executor, is_over)
    return taken


def _take(index: SearchIndex, reader: Reader, batch: dict[str, ArticleChanged], executor: ThreadPoolExecutor) -> None:
    changes = list(batch.values())
    for change, article in zip(changes, executor.map(reader.read, changes), strict=True):
        if article is None or change.key is None:
            index.forget(change.article_id)
        else:
            index.put(article, change.key, change.host, change.committed_at)
    if any(change.is_erased for change in changes):
        index.scrub()
    index.commit()


def _take_vectors(
    index: SearchIndex, storage: Storage, executor: ThreadPoolExecutor, is_over: Callable[[], bool]
) -> int:
    """Read vectors that were missing, and return how many there are now.

    They appear some seconds after their articles, or when somebody has them made.
    """

    def read(key: str) -> StoredVector | None:
        try:
            return StoredVector.model_validate_json(storage.get(vector_key(key)))
        except ObjectMissingError:
            return None

    now = time.time()
    taken = 0
    lacking = index.lacking_vectors(now, _MOST_VECTORS)
    for start in range(0, len(lacking), _BATCH):
        if is_over():
            break
        keys = lacking[start : start + _BATCH]
        for stored in executor.map(read, keys):
            if stored is not None:
                index.put_vector(stored)
                taken += 1
        index.mark_asked(keys, now)
        index.commit()
    return taken
