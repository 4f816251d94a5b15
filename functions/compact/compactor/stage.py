"""The compact stage: plans the parts of the data set, and writes them.

Comes in: hours of the change feed to plan, chunks of a plan to write, and parts to write again. Goes out: which parts
there are to be, a status. Changes: ``datasets/``, and the queue of chunks.

Plans are written once, and their chunks are sent until their parts are there, so this may die anywhere and be called
any number of times, by several at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from compactor.rows import row_of
from newsdesk.articles import read_article
from newsdesk.contracts import Article, ArticleChanged, CompactionDue, RevisionRow, changes_in, keys
from newsdesk.datasets import Chunk, CompactionSender, PartStore, Plan, next_plan
from newsdesk.errors import ObjectMissingError, UnreadableObjectError
from newsdesk.pauses import Pauses
from newsdesk.ports import ObjectStore
from newsdesk.runtime import logger

SETTLING = timedelta(minutes=10)
"""How long after its end an hour is taken for closed: publish gathers for seconds, and is seldom minutes behind."""

LOOKED_BACK = timedelta(hours=15)
"""How far back hours are looked at again for what came late: publish repeats a batch for up to half a day."""

_PARALLEL_READS = 16
_CONTENDED = Pauses(tries=8)

ArgumentT = TypeVar("ArgumentT")

Write = Callable[[Iterable[RevisionRow], Path], int]
"""Writes rows into a file, and returns how many there were."""


class CompactStatus(StrEnum):
    """The result for a chunk of a plan."""

    WRITTEN = "written"
    """Its part is in the data set."""
    REPEATED = "repeated"
    """Its part was there already."""


@dataclass(frozen=True, slots=True)
class CompactStage:
    """Writes the data set."""

    parts: PartStore
    objects: ObjectStore
    sender: CompactionSender
    write: Write

    def plan_due(self, now: datetime) -> list[str]:
        """Plan every hour that is closed and not so long ago that nothing new can be in it; see :meth:`plan`."""
        closed = now - SETTLING - timedelta(hours=1)
        return self.plan(keys.hour_folder(now - LOOKED_BACK), keys.hour_folder(closed))

    def plan(self, since: str, until: str) -> list[str]:
        """Plan hours, from one to another, both included, and have what is not there yet written.

        Returns
        -------
        list of str
            The keys of the parts that are to be written.
        """
        awaited = []
        for hour in self.parts.hours(since, until):
            due = list(self._due(hour, self._planned(hour)))
            self.sender.send([message for message, _ in due])
            awaited += [key for _, key in due]
        return awaited

    def handle(self, message: CompactionDue) -> CompactStatus:
        """Write the part of a chunk, if it is not there."""
        chunk = self.parts.plans(message.hour)[message.plan].chunks[message.chunk]
        key = chunk.part_key(message.hour)
        if self.parts.part(key) is not None:
            return CompactStatus.REPEATED
        with TemporaryDirectory(prefix="compact-") as folder:
            path = Path(folder) / "part.parquet"
            self.write(self._rows(message.hour, chunk), path)
            is_new = self.parts.add_part(key, path)
        return CompactStatus.WRITTEN if is_new else CompactStatus.REPEATED

    def rewrite(self, key: str) -> bool:
        """Write a part again, from what its articles are now; return False where there is no such part.

        Raises
        ------
        LookupError
            If no plan has it, or it kept changing.
        """
        hour = key.removeprefix(keys.REVISIONS_PREFIX).rpartition("/")[0] + "/"
        found = (chunk for plan in self.parts.plans(hour) for chunk in plan.chunks if chunk.part_key(hour) == key)
        chunk = next(found, None)
        if chunk is None:
            raise LookupError(f"no plan has {key}")
        for _ in _CONTENDED.attempts():
            # Its version is read before its articles, so that what another call has taken out meanwhile stays out.
            former = self.parts.part(key)
            if former is None:
                return False
            with TemporaryDirectory(prefix="compact-") as folder:
                path = Path(folder) / "part.parquet"
                self.write(self._rows(hour, chunk), path)
                if self.parts.replace_part(key, path, former):
                    return True
        raise LookupError(f"{key} kept changing")

    def _planned(self, hour: str) -> Sequence[Plan]:
        """Return an hour's plans, after one more has been added where objects were left."""
        while True:
            # The feed first: what the plans have by then is not planned again.
            feed = self.parts.feed(hour)
            plans = self.parts.plans(hour)
            plan = next_plan(feed, plans)
            if plan is None or self.parts.add_plan(hour, len(plans), plan):
                return [*plans, plan] if plan is not None else plans

    def _due(self, hour: str, plans: Sequence[Plan]) -> Iterator[tuple[CompactionDue, str]]:
        present = self.parts.part_keys(hour)
        for number, plan in enumerate(plans):
            for place, chunk in enumerate(plan.chunks):
                key = chunk.part_key(hour)
                if key not in present:
                    yield CompactionDue(hour=hour, plan=number, chunk=place), key

    def _rows(self, hour: str, chunk: Chunk) -> Iterator[RevisionRow]:
        """Yield the rows of a chunk by host, so that a reader of one host's articles passes over most of a part."""
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            known = {change.change_id for change in self._changes(hour, chunk.known, pool)}
            changes = {change.change_id: change for change in self._changes(hour, chunk.objects, pool)}
            wanted = sorted(
                (change for name, change in changes.items() if name not in known),
                key=lambda change: (change.host, change.article_id, change.revision),
            )
            bodies = _ahead(pool, self._body, (change.key for change in wanted))
            yield from map(row_of, wanted, map(_article_in, bodies))

    def _changes(self, hour: str, names: Iterable[str], pool: ThreadPoolExecutor) -> Iterator[ArticleChanged]:
        for body in _ahead(pool, self._read, (keys.feed_hour(hour) + name for name in names)):
            yield from changes_in(body)

    def _read(self, key: str) -> bytes:
        try:
            return self.objects.get(key)
        except ObjectMissingError:
            return b""  # deleted since it was listed

    def _body(self, key: str | None) -> bytes:
        return self._read(key) if key is not None else b""


def _article_in(body: bytes) -> Article | None:
    try:
        return read_article(body) if body else None
    except UnreadableObjectError:
        logger.exception("article not read")
        return None


def _ahead(
    pool: ThreadPoolExecutor, call: Callable[[ArgumentT], bytes], arguments: Iterable[ArgumentT]
) -> Iterator[bytes]:
    """Yield a call's results in the order of its arguments, with some calls running ahead."""
    running: deque[Future[bytes]] = deque()
    try:
        for argument in arguments:
            running.append(pool.submit(call, argument))
            if len(running) > 2 * _PARALLEL_READS:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        for future in running:
            future.cancel()
