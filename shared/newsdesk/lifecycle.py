"""State transitions of an article, in one place.

Comes in: a state and what happened. Goes out: the next state, and the message that drives it. Changes nothing: the
stores write what these functions return.

::

    (none) ─► fetch ─► extract ─► enrich ─► index ─► rest ─► fetch …     any stage ─► rest, with an outcome
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsdesk import retries
from newsdesk.clock import from_text, to_text
from newsdesk.errors import NewsdeskError
from newsdesk.messages import ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched, StageMessage
from newsdesk.outcomes import Outcome, Reason, label
from newsdesk.state import (
    STAGE_ORDER,
    ArticleState,
    Capture,
    CurrentRevision,
    OutcomeRecord,
    Stage,
    Validators,
)

MAXIMUM_REMEMBERED_SUBMISSIONS = 100
"""Submissions that one run names in its outcome; those beyond it still find the outcome by article and run."""

TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    Stage.FETCH: frozenset({Stage.FETCH, Stage.EXTRACT, Stage.REST}),
    Stage.EXTRACT: frozenset({Stage.EXTRACT, Stage.ENRICH, Stage.REST}),
    Stage.ENRICH: frozenset({Stage.ENRICH, Stage.INDEX, Stage.REST}),
    Stage.INDEX: frozenset({Stage.INDEX, Stage.REST}),
    Stage.REST: frozenset({Stage.REST, Stage.FETCH}),
}


class InvalidTransitionError(NewsdeskError):
    """The state machine has no such step; a mistake in our code, never in our input."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take before dispatch looks at them again.

    Attributes
    ----------
    stuck_after_seconds : int
        A message that has not moved its article for so long is sent again.
    lease_seconds : int
        How long a fetch keeps others out.
    revisit_schedule : tuple of int
        See :func:`newsdesk.retries.revisit_delay`.
    """

    stuck_after_seconds: int = 900
    lease_seconds: int = 180
    revisit_schedule: tuple[int, ...] = ()


def _step(state: ArticleState, stage: Stage, **changes: object) -> ArticleState:
    if stage not in TRANSITIONS[state.stage]:
        raise InvalidTransitionError(f"{state.stage.value} -> {stage.value}")
    return state.model_copy(update={"version": state.version + 1, "stage": stage, **changes})


def _after(now: datetime, seconds: float) -> int:
    return math.ceil(now.timestamp() + seconds)  # a server's Retry-After is never undercut


def first_run(
    article_id: str,
    url: str,
    host: str,
    requested_url: str,
    now: datetime,
    patience: Patience,
    *,
    submission_id: str | None = None,
    correlation_id: str | None = None,
    discovery: str | None = None,
) -> ArticleState:
    """Return the state of an article that nobody has seen before, on its way to fetch."""
    return ArticleState(
        article_id=article_id,
        url=url,
        host=host,
        requested_url=requested_url,
        discovery=discovery,
        first_seen=to_text(now),
        correlation_id=correlation_id,
        submissions=(submission_id,) if submission_id else (),
        due_at=_after(now, patience.stuck_after_seconds),
    )


def next_run(
    state: ArticleState,
    now: datetime,
    patience: Patience,
    *,
    submission_id: str | None = None,
    correlation_id: str | None = None,
) -> ArticleState:
    """Return a resting article on its way to another visit."""
    return _step(
        state,
        Stage.FETCH,
        run=state.run + 1,
        attempts=0,
        resends=0,
        waiting=None,
        submissions=(submission_id,) if submission_id else (),
        correlation_id=correlation_id,
        due_at=_after(now, patience.stuck_after_seconds),
        capture=None,
        extracted_key=None,
        content_hash=None,
        article_key=None,
        duplicate_of=None,
    )


def joined(state: ArticleState, submission_id: str) -> ArticleState:
    """Return a run in flight with one more submission waiting for it."""
    waiting = state.submissions
    if len(waiting) < MAXIMUM_REMEMBERED_SUBMISSIONS and submission_id not in waiting:
        waiting = (*waiting, submission_id)
    return _step(state, state.stage, submissions=waiting)


def is_leased(state: ArticleState, now: datetime) -> bool:
    """Say whether a worker holds the article now."""
    return state.lease_until is not None and from_text(state.lease_until) > now


def leased(state: ArticleState, owner: str, now: datetime, patience: Patience) -> ArticleState:
    """Return the state held by ``owner``, to be looked at again when the lease has run out."""
    return _step(
        state,
        Stage.FETCH,
        lease_owner=owner,
        lease_until=to_text(now + timedelta(seconds=patience.lease_seconds)),
        waiting=None,
        due_at=_after(now, max(patience.lease_seconds, patience.stuck_after_seconds)),
    )


def deferred(state: ArticleState, until: datetime) -> ArticleState:
    """Return a fetch that waits for its host; costs no attempt."""
    return _step(state, Stage.FETCH, lease_owner=None, lease_until=None, waiting="slot", due_at=_after(until, 0))


def retry_scheduled(state: ArticleState, now: datetime, delay_seconds: float, detail: str) -> ArticleState:
    """Return a fetch that failed for now and waits for its next attempt."""
    return _step(
        state,
        Stage.FETCH,
        lease_owner=None,
        lease_until=None,
        waiting="retry",
        attempts=state.attempts + 1,
        due_at=_after(now, delay_seconds),
        last_detail=detail[:300],
    )


def fetched(state: ArticleState, capture: Capture, now: datetime, patience: Patience) -> ArticleState:
    """Return the state once the capture is durable."""
    return _step(
        state,
        Stage.EXTRACT,
        capture=capture,
        attempts=state.attempts + 1,
        lease_owner=None,
        lease_until=None,
        due_at=_after(now, patience.stuck_after_seconds),
    )


def extracted(
    state: ArticleState, extracted_key: str, content_hash: str, now: datetime, patience: Patience
) -> ArticleState:
    """Return the state once extract's work object is durable."""
    return _step(
        state,
        Stage.ENRICH,
        extracted_key=extracted_key,
        content_hash=content_hash,
        due_at=_after(now, patience.stuck_after_seconds),
    )


def enriched(state: ArticleState, article_key: str, now: datetime, patience: Patience) -> ArticleState:
    """Return the state once the article's object is durable."""
    return _step(state, Stage.INDEX, article_key=article_key, due_at=_after(now, patience.stuck_after_seconds))


def released(state: ArticleState, now: datetime, patience: Patience) -> ArticleState:
    """Return a run whose message dispatch is about to send again.

    A run that waited for its retry or its host is released; one that should have moved by itself counts a resend. A
    message that waits in a long queue looks lost, so the patience doubles with every resend: with half an hour at
    first, a run is given up after 31 hours, not three.
    """
    lost = state.waiting is None
    resends = state.resends + (1 if lost else 0)
    return _step(
        state,
        state.stage,
        waiting=None,
        lease_owner=None,
        lease_until=None,
        resends=resends,
        due_at=_after(now, patience.stuck_after_seconds * 2**resends),
    )


def ended(
    state: ArticleState,
    outcome: Outcome,
    now: datetime,
    patience: Patience,
    *,
    reason: Reason | None = None,
    detail: str | None = None,
    current: CurrentRevision | None = None,
    duplicate_of: str | None = None,
) -> tuple[ArticleState, OutcomeRecord]:
    """Return the resting state and the record of how the run ended.

    Parameters
    ----------
    current : CurrentRevision or None
        The revision that this run committed; None leaves the one before.
    """
    text = label(outcome, reason)
    revision = current or state.current
    worked_through = outcome in (Outcome.INDEXED, Outcome.UNCHANGED)
    unchanged_visits = 0 if outcome is Outcome.INDEXED else state.unchanged_visits + 1
    worth_revisiting = revision is not None and outcome is not Outcome.REMOVED
    delay = retries.revisit_delay(patience.revisit_schedule, unchanged_visits) if worth_revisiting else None
    validators = state.validators
    if worked_through and state.capture is not None:
        validators = Validators(etag=state.capture.etag, last_modified=state.capture.last_modified)
    after = _step(
        state,
        Stage.REST,
        submissions=(),
        waiting=None,
        lease_owner=None,
        lease_until=None,
        capture=None,
        extracted_key=None,
        content_hash=None,
        article_key=None,
        current=revision,
        validators=validators,
        unchanged_visits=unchanged_visits,
        last_outcome=text,
        last_ended_at=to_text(now),
        last_detail=detail[:300] if detail else None,
        duplicate_of=duplicate_of,
        due_at=_after(now, delay) if delay is not None else None,
    )
    names_article = worked_through or outcome is Outcome.REMOVED
    record = OutcomeRecord(
        article_id=state.article_id,
        run=state.run,
        url=state.url,
        outcome=text,
        ended_at=to_text(now),
        submissions=state.submissions,
        revision=revision.revision if revision and names_article else None,
        key=revision.key if revision and names_article else None,
        headline=revision.headline if revision and names_article else None,
        duplicate_of=duplicate_of,
        detail=detail[:300] if detail else None,
    )
    return after, record


def message_for(state: ArticleState) -> StageMessage | None:
    """Return the message that drives a state on; None at rest.

    It depends on the state alone, so that a redelivery, and dispatch, can send the very same message again.
    """
    base = {"article_id": state.article_id, "run": state.run, "correlation_id": state.correlation_id}
    match state.stage:
        case Stage.FETCH:
            return FetchRequested.model_validate(base)
        case Stage.EXTRACT if state.capture is not None:
            return PageFetched.model_validate({**base, "capture_key": state.capture.key})
        case Stage.ENRICH if state.extracted_key is not None:
            return ArticleExtracted.model_validate({**base, "extracted_key": state.extracted_key})
        case Stage.INDEX if state.article_key is not None:
            return ArticleEnriched.model_validate({**base, "article_key": state.article_key})
        case Stage.REST:
            return None
    raise InvalidTransitionError(f"{state.stage.value} without what it works on")


def is_past(state: ArticleState, stage: Stage) -> bool:
    """Say whether a run has left a stage behind."""
    return STAGE_ORDER.index(state.stage) > STAGE_ORDER.index(stage)
