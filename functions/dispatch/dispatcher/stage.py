"""The dispatch stage: releases what is due, sends again what is stuck.

Comes in: the time. Goes out: how many articles were moved, by status. Changes: the table, by conditional writes, then
the stages' queues. Work is found by query on the index of due articles, one shard after the other, bounded per run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsdesk.articles import (
    MAXIMUM_RESENDS,
    ArticleState,
    Stage,
    WriteOnce,
    ended,
    entrusted,
    is_at_further_page,
    lease_owner,
    page_missed,
    released,
    visit_begun,
)
from newsdesk.contracts import Outcome, Reason
from newsdesk.errors import ThrottledError
from newsdesk.runtime import Worker, logger
from newsdesk.sources import DueSources

HORIZON_SECONDS = 60
"""What falls due before the next run, a minute from now, is sent now with the queue's own delay."""


GATHERING_SECONDS = 5.0
"""For about so long, a message waits for others to its queue, with which it is sent: its lease does not wait."""


class DispatchStatus(StrEnum):
    """The result for an article that was due."""

    REVISITED = "revisited"
    """A resting article began its next run."""
    RELEASED = "released"
    """A run that waited for its retry or its host goes on."""
    FED = "fed"
    """A run of bulk has its turn."""
    POLLED = "polled"
    """A source is due, and discover has its message."""
    RESENT = "resent"
    """A message that had not moved its article for too long was sent again."""
    STUCK = "stuck"
    """The message was sent again as often as allowed: the run ended, or goes on without a further page."""
    RACED = "raced"
    """Another worker moved the article first."""
    THROTTLED = "throttled"
    """The table, or a queue, took no more calls; the article falls due again. Counted once for a shard of the index
    that could not be read."""
    FAILED = "failed"
    """An exception that was not foreseen; the article falls due again."""


_STATUS_OF_WAIT = {
    None: DispatchStatus.RESENT,
    "retry": DispatchStatus.RELEASED,
    "slot": DispatchStatus.RELEASED,
    "turn": DispatchStatus.FED,
}

_MoveEach = Callable[[Callable[[str], DispatchStatus | None], Sequence[str]], Iterable[DispatchStatus | None]]
"""Calls a function for every id, perhaps for several at once."""


@dataclass(frozen=True, slots=True)
class DispatchStage:
    """Moves what is due.

    Attributes
    ----------
    shards : int
        Partitions of the index of due articles.
    limit_per_shard : int
        Articles moved per shard and run; the rest waits for the next minute.
    workers : int
        Articles moved at the same time: a move is three calls one after the other, and waiting for them most of its
        time.
    bulk_in_flight : int
        Messages in the stages' queues beyond which no bulk is added to them: so much of it is in the way of a
        submission that is none.
    backlog : callable
        Returns how many messages are in the stages' queues.
    sources : DueSources or None
        The sources that are due.
    source_shards : int
        Partitions of the index that hold them.
    """

    worker: Worker
    shards: int
    limit_per_shard: int
    workers: int = 1
    bulk_in_flight: int = 2000
    backlog: Callable[[], int] = lambda: 0
    sources: DueSources | None = None
    source_shards: int = 0

    def run(self, has_time: Callable[[], bool], part: int = 0, parts: int = 1) -> Counter[DispatchStatus]:
        """Go through the shards once, then feed bulk, as long as ``has_time``; return the articles moved by status.

        Parameters
        ----------
        part, parts : int
            Of several runs at the same time, each takes its own shards; sources and bulk are the first one's.
        """
        moved: Counter[DispatchStatus] = Counter()
        now = self.worker.clock()
        until = now + timedelta(seconds=HORIZON_SECONDS)
        # Every run begins with another shard, so that none starves when the time never suffices for all.
        first = int(now.timestamp() // HORIZON_SECONDS)
        with ThreadPoolExecutor(self.workers) if self.workers > 1 else nullcontext() as executor:
            own = range(part, self.shards, parts)
            sent_at = now
            for offset in range(len(own)):
                try:
                    shard = own[(first + offset) % len(own)]
                    overdue = self.worker.store.due(shard, until, self.limit_per_shard)
                except ThrottledError:
                    moved[DispatchStatus.THROTTLED] += 1
                    continue
                move_each = executor.map if executor else map
                moves = move_each(lambda article_id: self._move_alone(article_id, until, has_time), overdue)
                moved.update(status for status in moves if status is not None)
                if (self.worker.clock() - sent_at).total_seconds() > GATHERING_SECONDS:
                    moved.update(self._send_gathered())
                    sent_at = self.worker.clock()
            moved.update(self._send_gathered())
            if part:
                return moved
            moved.update(self._poll_sources(now, has_time))
            moved.update(self._feed(executor.map if executor else map, until, has_time))
            moved.update(self._send_gathered())
        return moved

    def _send_gathered(self) -> Iterator[DispatchStatus]:
        """Send what waits in the outbox; an article whose message does not get through falls due again."""
        for article_id in self.worker.outbox.flush() if self.worker.outbox else ():
            logger.error("message not sent", extra={"article_id": article_id})
            yield DispatchStatus.FAILED

    def _poll_sources(self, now: datetime, has_time: Callable[[], bool]) -> Iterator[DispatchStatus]:
        """Send the sources that are due to discover; one whose message is lost falls due again."""
        sources = self.sources
        if sources is None:
            return
        again_at = now + timedelta(seconds=self.worker.timeouts.stuck_after_seconds)
        for shard in range(self.source_shards):
            try:
                for source in sources.due(shard, now, self.limit_per_shard):
                    if not has_time():
                        return
                    version = sources.claim(source, again_at)
                    if version is not None:
                        sources.send(source.source_id, version)
                    yield DispatchStatus.RACED if version is None else DispatchStatus.POLLED
            except ThrottledError:
                yield DispatchStatus.THROTTLED

    def _feed(self, move_each: _MoveEach, until: datetime, has_time: Callable[[], bool]) -> Iterator[DispatchStatus]:
        """Give bulk its turn, as far as the queues have room for it; that of no more than can be moved is looked up."""
        if not has_time():
            return
        try:
            turns = self.worker.store.awaiting_turn(self.bulk_in_flight)
            room = max(0, self.bulk_in_flight - self.backlog()) if turns else 0
        except ThrottledError:
            yield DispatchStatus.THROTTLED
            return
        moves = move_each(lambda article_id: self._move_alone(article_id, until, has_time), turns[:room])
        yield from (status for status in moves if status is not None)

    def _move_alone(self, article_id: str, until: datetime, has_time: Callable[[], bool]) -> DispatchStatus | None:
        """Move one article; if that fails, only this article stays due, or falls due again."""
        if not has_time():
            return None
        try:
            with self.worker.outbox.gathered(article_id) if self.worker.outbox else nullcontext():
                return self._move(article_id, until)
        except ThrottledError:
            return DispatchStatus.THROTTLED
        except Exception:
            logger.exception("article not dispatched", extra={"article_id": article_id})
            return DispatchStatus.FAILED

    def _move(self, article_id: str, until: datetime) -> DispatchStatus | None:
        state = self.worker.store.get(article_id)
        if state is None or state.due_at is None or state.due_at > until.timestamp():
            return None
        now = self.worker.clock()
        expected_by_now = state.due_at <= now.timestamp()
        if state.stage is not Stage.REST and state.waiting is None and not expected_by_now:
            return None
        status, after, records = self._next(state, now)
        delay_seconds = max(0, state.due_at - int(now.timestamp()))
        received = now + timedelta(seconds=delay_seconds)
        if status is not DispatchStatus.RESENT:
            # The message that looks lost may only be late, and is as good as the one that is sent now.
            after = entrusted(after, lease_owner(now), received, self.worker.timeouts)
        written = self.worker.write(after, records)
        if written is None:
            return DispatchStatus.RACED
        self.worker.send_on(written, delay_seconds=delay_seconds)
        return status

    def _next(self, state: ArticleState, now: datetime) -> tuple[DispatchStatus, ArticleState, tuple[WriteOnce, ...]]:
        timeouts = self.worker.timeouts
        if state.stage is Stage.REST:
            return DispatchStatus.REVISITED, visit_begun(state, now, timeouts), ()
        if state.waiting is None and state.resends >= MAXIMUM_RESENDS:
            if is_at_further_page(state):
                return DispatchStatus.STUCK, page_missed(state, Reason.STUCK, now, timeouts), ()
            after, records = ended(
                state,
                Outcome.FAILED,
                now,
                timeouts,
                reason=Reason.STUCK,
                detail=f"in {state.stage.value}, sent again {state.resends} times",
            )
            return DispatchStatus.STUCK, after, records
        return _STATUS_OF_WAIT[state.waiting], released(state, now, timeouts), ()
