"""The one way through a stage: load, apply a step, hand on, end or fail.

Comes in: a message and a stage's change. Goes out: the state to work on, or nothing when the work is done
already. Changes: the table, by conditional writes; the next queue.

Every method that applies a step returns None, or False, when another worker was first: its work stands, and this one
acknowledges its message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from newsdesk.articles import (
    STAGE_ORDER,
    ArticleState,
    ArticleStore,
    Stage,
    Timeouts,
    WriteOnce,
    ended,
    failed,
    gone_on,
    is_leased,
    is_past,
    message_for,
)
from newsdesk.clock import Clock
from newsdesk.contracts import Outcome, Reason, StageMessage, outcome_in
from newsdesk.errors import AlreadyRecordedError, ConflictError
from newsdesk.pauses import Pauses
from newsdesk.ports import MessageSender, Outbox

Step = Callable[[ArticleState], tuple[ArticleState, Iterable[WriteOnce]]]
"""From the state as it is to the state as it should be, and what is recorded with it."""

Change = Callable[[ArticleState, datetime, Timeouts], ArticleState]
"""A step that records nothing: one of the transitions of :mod:`newsdesk.articles.lifecycle`."""

CONTENDED = Pauses(tries=12)
"""For an article that others keep changing: each loss means that another write won. Of two hundred submissions of one
URL at the same moment, the last one gets through with the tenth try, after 7 seconds; twelve take 13 at most."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Takes messages for a stage, and moves articles on.

    Attributes
    ----------
    sender : MessageSender
        Reaches the queues of the stages that this one may hand an article to.
    pauses : Pauses
        Between the tries of a step that lost to another write.
    outbox : Outbox or None
        Where the sender gathers the messages of several articles, if it does.
    """

    store: ArticleStore
    sender: MessageSender
    clock: Clock
    timeouts: Timeouts
    pauses: Pauses = CONTENDED
    outbox: Outbox | None = None

    def load_for_stage(self, message: StageMessage, stage: Stage) -> ArticleState | None:
        """Return the state that a message asks a stage to work on.

        None means that there is nothing to do, and the message can be acknowledged: it belongs to an older run, to no
        article, or its work is done. When the article stands at the next stage, or was sent back for a further page,
        that stage's message is sent again, because this delivery may be here only because an earlier one died before
        sending it.
        """
        state = self.store.get(message.article_id)
        if state is None or state.run != message.run:
            return None
        if state.stage is stage:
            return state
        self._send_again(state, stage)
        return None

    def _send_again(self, state: ArticleState, stage: Stage) -> None:
        """Send the message of a run that has just left a stage, if its sender may have died before it could."""
        is_next = is_past(state, stage) and STAGE_ORDER.index(state.stage) == STAGE_ORDER.index(stage) + 1
        is_sent_back = stage is Stage.EXTRACT and state.wanted_page is not None
        if is_next or (is_sent_back and not is_leased(state, self.clock())):
            self.send_on(state)

    def apply_step(self, state: ArticleState, step: Step) -> ArticleState | None:
        """Apply a step, again on the fresh state when a submission joined meanwhile.

        A write whose answer was lost is repeated by the SDK, and then looks lost to whatever joined in between: a state
        that stands where this worker was about to put it is its own work. When it is another's, the next stage's
        message is sent again, as :meth:`load_for_stage` does, because that worker may have died before it could.

        Parameters
        ----------
        state : ArticleState
            As this worker knows it; its run, stage, pages and lease owner entitle the worker to the step.

        Returns
        -------
        ArticleState or None
            The state as written; None when another worker has moved the article on, or has recorded this very step.

        Raises
        ------
        ConflictError
            The state kept changing under this worker; the message is to be delivered again.
        """
        claim = _claim(state)
        current: ArticleState | None = state
        after: ArticleState | None = None
        for _ in self.pauses.attempts():
            if current is None or current.run != state.run:
                return None
            if after is not None and _is_written(current, after):
                return current
            if _claim(current) != claim:
                self._send_again(current, state.stage)
                return None
            after, records = step(current)
            try:
                self.store.save(after, *records)
            except ConflictError:
                current = self.store.get(state.article_id)
                continue
            except AlreadyRecordedError:
                return None
            return after
        raise ConflictError(f"{state.article_id} kept changing")

    def write(self, after: ArticleState, records: Iterable[WriteOnce] = ()) -> ArticleState | None:
        """Write a state once, and return it, with the submissions that have joined it; None when it lost."""
        try:
            self.store.save(after, *records)
        except ConflictError:
            found = self.store.get(after.article_id)
            return found if found is not None and _is_written(found, after) else None
        except AlreadyRecordedError:
            return None
        return after

    def change(self, state: ArticleState, change: Change) -> ArticleState | None:
        """Apply a change, as :meth:`apply_step` does, and send no message."""
        now = self.clock()
        return self.apply_step(state, lambda current: (change(current, now, self.timeouts), ()))

    def hand_on(self, state: ArticleState, change: Change, carried: Mapping[str, object] | None = None) -> bool:
        """Apply a change and send the message of the stage that the article stands at then.

        Parameters
        ----------
        carried : mapping or None
            Further fields of that message. They are not in the state, so a message that is sent again lacks them.
        """
        after = self.change(state, change)
        if after is None:
            return False
        self.send_on(after, carried=carried)
        return True

    def end(
        self, state: ArticleState, outcome: Outcome, *, duplicate_of: str | None = None, detail: str | None = None
    ) -> Outcome | None:
        """End the run with an outcome that has no reason, and return it."""
        now = self.clock()
        return self.finish(
            state,
            lambda current: ended(current, outcome, now, self.timeouts, duplicate_of=duplicate_of, detail=detail),
        )

    def fail(self, state: ArticleState, reason: Reason, detail: str = "") -> Outcome | Stage | None:
        """End the run that cannot go on, and return how: a failure may retract the article.

        If the run has another page that it can go on with, its message is sent, and its stage returned.
        """
        now = self.clock()

        def step(current: ArticleState) -> tuple[ArticleState, Iterable[WriteOnce]]:
            another = gone_on(current, reason, now, self.timeouts)
            return (another, ()) if another else failed(current, reason, now, self.timeouts, detail=detail or None)

        after = self.apply_step(state, step)
        if after is None or after.stage is Stage.REST:
            return _outcome_of(after)
        self.send_on(after)
        return after.stage

    def finish(self, state: ArticleState, step: Step) -> Outcome | None:
        """Apply a step that ends the run, and return the outcome that is recorded."""
        return _outcome_of(self.apply_step(state, step))

    def send_on(
        self, state: ArticleState, *, delay_seconds: int = 0, carried: Mapping[str, object] | None = None
    ) -> None:
        """Send the message that drives an article on; at rest there is none."""
        message = message_for(state)
        if message is not None:
            self.sender.send(message.model_copy(update=carried), delay_seconds=delay_seconds)


def _outcome_of(after: ArticleState | None) -> Outcome | None:
    return None if after is None or after.last_outcome is None else outcome_in(after.last_outcome)


_JOINED = ("version", "submissions", "priority", "feed_item", "offered", "visit_wanted", "is_unvisited")
"""What a submission changes of a run that it joins."""


def _is_written(found: ArticleState, written: ArticleState) -> bool:
    """Return whether submissions have joined a state that was written, and nothing else has changed."""
    joined = {name: getattr(found, name) for name in _JOINED}
    return found.version > written.version and written.model_copy(update=joined) == found


def _claim(state: ArticleState) -> tuple[object, ...]:
    """Return what must be unchanged: a run returns to its stage for every page, and for a newer capture of its own."""
    chain = state.chain
    own = state.capture.capture_id if state.capture else None
    return state.run, state.stage, own, len(chain.captures), chain.ended_by, state.lease_owner
