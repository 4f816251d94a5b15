"""The dispatch stage: releases what is due, sends again what is stuck.

Comes in: the time. Goes out: how many articles were moved, by status. Changes: the table, by conditional writes, then
the stages' queues. Work is found by query on the index of due articles, one shard after the other, bounded per run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsdesk.clock import Clock
from newsdesk.errors import AlreadyRecordedError, ConflictError
from newsdesk.lifecycle import Patience, ended, message_for, next_run, released
from newsdesk.observability import logger
from newsdesk.outcomes import Outcome, Reason
from newsdesk.ports import ArticleStore, MessageSender, WriteOnce
from newsdesk.retries import MAXIMUM_RESENDS
from newsdesk.state import ArticleState, Stage

HORIZON_SECONDS = 60
"""What falls due before the next run, a minute from now, is sent now with the queue's own delay."""


@dataclass(frozen=True, slots=True)
class DispatchStage:
    """Moves what is due.

    Attributes
    ----------
    shards : int
        Partitions of the index of due articles.
    limit_per_shard : int
        Articles moved per shard and run; the rest waits for the next minute.
    """

    store: ArticleStore
    sender: MessageSender
    clock: Clock
    patience: Patience
    shards: int
    limit_per_shard: int

    def run(self, has_time: Callable[[], bool]) -> Counter[str]:
        """Go through the shards once, as long as ``has_time``, and return the articles moved by status.

        Statuses are ``revisited``, ``released``, ``resent``, ``stuck``, ``raced`` and ``failed``.
        """
        moved: Counter[str] = Counter()
        now = self.clock()
        until = now + timedelta(seconds=HORIZON_SECONDS)
        # Every run begins with another shard, so that none starves when the time never suffices for all.
        first = int(now.timestamp() // HORIZON_SECONDS)
        for offset in range(self.shards):
            for article_id in self.store.due((first + offset) % self.shards, until, self.limit_per_shard):
                if not has_time():
                    return moved
                try:
                    status = self._move(article_id, until)
                except Exception:  # one article's trouble is not the others'; it stays due, or falls due again
                    logger.exception("article not dispatched", extra={"article_id": article_id})
                    status = "failed"
                if status is not None:
                    moved[status] += 1
        return moved

    def _move(self, article_id: str, until: datetime) -> str | None:
        state = self.store.get(article_id)
        if state is None or state.due_at is None or state.due_at > until.timestamp():
            return None
        now = self.clock()
        expected_by_now = state.due_at <= now.timestamp()
        if state.stage is not Stage.REST and state.waiting is None and not expected_by_now:
            return None
        status, after, records = self._next(state, now)
        try:
            self.store.save(after, *records)
        except (ConflictError, AlreadyRecordedError):
            return "raced"
        message = message_for(after)
        if message is not None:
            self.sender.send(message, delay_seconds=max(0, state.due_at - int(now.timestamp())))
        return status

    def _next(self, state: ArticleState, now: datetime) -> tuple[str, ArticleState, tuple[WriteOnce, ...]]:
        if state.stage is Stage.REST:
            return "revisited", next_run(state, now, self.patience), ()
        if state.waiting is None and state.resends >= MAXIMUM_RESENDS:
            after, outcome = ended(
                state,
                Outcome.FAILED,
                now,
                self.patience,
                reason=Reason.STUCK,
                detail=f"in {state.stage.value}, sent again {state.resends} times",
            )
            return "stuck", after, (outcome,)
        return ("resent" if state.waiting is None else "released"), released(state, now, self.patience), ()
