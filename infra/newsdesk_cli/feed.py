"""Reads and follows the change feed.

Comes in: a stack, and the time to begin at. Goes out: changes, each once. Changes: nothing.

Objects of the feed do not appear in the order of their keys: a batch that failed comes later, under the hour of its
commit. So each look goes back an hour, and now and then as far as publish may be behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import ArticleChanged, changes_hour, keys
from newsdesk_cli.stack import Stack

_USUAL_DELAY = timedelta(hours=1)
_LONGEST_DELAY = timedelta(hours=13)
_FAR_LOOK = 100  # every so many looks goes back as far as a change can come late


class Feed:
    """Hands out the changes of a stack from a time on, each once.

    Parameters
    ----------
    since : datetime
        Changes that were committed earlier are left out.
    """

    def __init__(self, stack: Stack, since: datetime, clock: Clock = utc_now) -> None:
        self._stack = stack
        self._since = since
        self._clock = clock
        self._read: set[str] = set()
        self._told: set[str] = set()
        self._looks = 0

    def look(self) -> Iterator[ArticleChanged]:
        """Yield the changes that have come since the last look; the first one yields all there are."""
        back = _LONGEST_DELAY if self._looks % _FAR_LOOK == 0 else _USUAL_DELAY
        begin = self._since - _LONGEST_DELAY if self._looks == 0 else max(self._since, self._clock()) - back
        self._looks += 1
        pages = self._stack.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._stack.bucket, Prefix=keys.CHANGES_PREFIX, StartAfter=changes_hour(begin)
        )
        for key in [entry["Key"] for page in pages for entry in page.get("Contents", [])]:
            if key not in self._read:
                yield from self._in(key)
                self._read.add(key)

    def follow(
        self, until: datetime | None, interval_seconds: float, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[ArticleChanged]:
        """Yield changes as they come, up to a time or without end."""
        for _ in count():
            yield from self.look()
            if until is not None and self._clock() >= until:
                return
            sleep(interval_seconds)

    def _in(self, key: str) -> Iterator[ArticleChanged]:
        earliest = self._since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for line in self._stack.objects.get(key).splitlines():
            change = ArticleChanged.model_validate_json(line)
            if change.change_id not in self._told and change.committed_at >= earliest:
                self._told.add(change.change_id)
                yield change
