"""State transitions of an article, in one place.

Comes in: a state and what happened. Goes out: the next state, and the message that drives it. The stores
write what these functions return.

::

    (none) ─► fetch ─► extract ─► enrich ─► index ─► rest ─► fetch …     any stage ─► rest, with an outcome
                 ▲───────┘ for a further page of the same article; from enrich back to extract where its work is lost

An article that was committed can be taken back from any of these: it comes to rest with a tombstone in the place of
its current revision. A worker that is still at it loses the next conditional write. An article that was taken down by
an operator rests for good, whether or not it was ever committed.

A committed article can be made anew of what is stored: such a run begins at extract or enrich, and any other run may
take its place.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from newsdesk.articles import retries
from newsdesk.articles.retries import RevisitPolicy
from newsdesk.articles.state import (
    STAGE_ORDER,
    ArticleState,
    Capture,
    CurrentRevision,
    FollowedRedirect,
    OutcomeRecord,
    Reprocessing,
    RetractionReason,
    RevisionRecord,
    Stage,
    Takedown,
    Tombstone,
    Validators,
)
from newsdesk.characters import storable_line
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import (
    ArticleEnriched,
    ArticleExtracted,
    ChainEnd,
    FeedItem,
    FetchRequested,
    Outcome,
    PageFetched,
    Priority,
    Reason,
    StageMessage,
    label,
    outcome_of,
)
from newsdesk.errors import NewsdeskError

MAXIMUM_REMEMBERED_SUBMISSIONS = 100
"""Submissions that one run names in its outcome; those beyond it still find the outcome by article and run."""

SETTLING_SECONDS = 300
"""What a worker may still write after its article was taken from it: longer than any function may run."""

CONFIRMATION_WAITS = 24
"""For so many times ``confirm_gone_seconds`` after a page was first found gone, each visit that neither confirms nor
clears it is followed by another within that time, whatever the schedule of revisits says: with an hour, for a day."""

GONE_REASONS = frozenset({Reason.NOT_FOUND, Reason.GONE, Reason.FRONT_PAGE})
"""Failures that retract an indexed article once a second visit confirms them: 404 and 410 (RFC 9110, section 15.5), and
a redirect to a front page, which many sites send in their place."""

UNMOVED_SHARE = 1 / 16
"""A visit that would be due at another time by less than this share of the wait stays due when it was."""

_URGENCY: dict[Priority | None, int] = {"bulk": 0, None: 1, "normal": 1, "high": 2}

TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    Stage.FETCH: frozenset({Stage.FETCH, Stage.EXTRACT, Stage.REST}),
    Stage.EXTRACT: frozenset({Stage.EXTRACT, Stage.ENRICH, Stage.REST}),
    Stage.ENRICH: frozenset({Stage.ENRICH, Stage.INDEX, Stage.REST}),
    Stage.INDEX: frozenset({Stage.INDEX, Stage.REST}),
    Stage.REST: frozenset({Stage.REST, Stage.FETCH}),
}
"""Where a step may lead to; from extract back to fetch :func:`page_wanted` leads alone, and from enrich back to extract
:func:`extract_again`."""


class InvalidTransitionError(NewsdeskError):
    """The state machine has no such step; a mistake in our code, never in our input."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long things may take before dispatch acts on them.

    Attributes
    ----------
    stuck_after_seconds : int
        A message that has not moved its article for this long is sent again.
    lease_seconds : int
        How long a fetch keeps others out.
    entrusted_seconds : int
        How long a lease lasts that goes with a message: for its wait in the queue, and for the work. It is over before
        the queue delivers the message of a worker that died again, and before that of the one who sent it.
    revisits : RevisitPolicy
        When an indexed article is visited again.
    confirm_gone_seconds : int
        An indexed article that answers 404 or 410, or redirects to a front page, is retracted when it still does so
        after this time. A deployment or a broken cache makes a page vanish for minutes, seldom for an hour.
    """

    stuck_after_seconds: int = 900
    lease_seconds: int = 180
    entrusted_seconds: int = 300
    revisits: RevisitPolicy = field(default_factory=RevisitPolicy)
    confirm_gone_seconds: int = 3600


def _step(state: ArticleState, stage: Stage, **changes: object) -> ArticleState:
    if stage not in TRANSITIONS[state.stage]:
        raise InvalidTransitionError(f"{state.stage.value} -> {stage.value}")
    return _changed(state, stage, **changes)


def _changed(state: ArticleState, stage: Stage, **changes: object) -> ArticleState:
    return state.model_copy(update={"version": state.version + 1, "stage": stage, **changes})


def _after(now: datetime, seconds: float) -> int:
    return math.ceil(now.timestamp() + seconds)  # a server's Retry-After is never undercut


def _looked_at(state: ArticleState, now: datetime, timeouts: Timeouts, seconds: float | None = None) -> int:
    """Return when dispatch looks at a run that moves: as before, as long as that is far enough ahead.

    Every other value moves the article in the index of what is due, which costs two writes. So a run whose message is
    lost is found after half of ``stuck_after_seconds`` at the earliest, and as late as its next visit would have been,
    if nobody submitted it.
    """
    wanted = _after(now, timeouts.stuck_after_seconds if seconds is None else seconds)
    before = state.due_at
    is_far = before is not None and before >= now.timestamp() + max(
        timeouts.stuck_after_seconds / 2, timeouts.lease_seconds
    )
    may_wait = before is not None and (before <= wanted or not state.submissions)
    return before if before is not None and is_far and may_wait else wanted


def first_run(
    article_id: str,
    url: str,
    host: str,
    requested_url: str,
    now: datetime,
    timeouts: Timeouts,
    *,
    submission_id: str | None = None,
    correlation_id: str | None = None,
    discovery: str | None = None,
    feed_item: FeedItem | None = None,
    priority: Priority | None = None,
) -> ArticleState:
    """Return the state of an article that is new, on its way to fetch."""
    return ArticleState(
        article_id=article_id,
        url=url,
        host=host,
        requested_url=requested_url,
        discovery=discovery,
        feed_item=feed_item,
        first_seen=to_text(now),
        correlation_id=correlation_id,
        submissions=(submission_id,) if submission_id else (),
        priority=_unusual(priority),
        due_at=_after(now, timeouts.stuck_after_seconds),
    )


def is_free(state: ArticleState) -> bool:
    """Return whether a visit can begin: the article rests, or is only made anew of what is stored."""
    return state.stage is Stage.REST or state.reprocessing is not None


def next_run(
    state: ArticleState,
    now: datetime,
    timeouts: Timeouts,
    *,
    submission_id: str | None = None,
    correlation_id: str | None = None,
    feed_item: FeedItem | None = None,
    priority: Priority | None = None,
) -> ArticleState:
    """Return a free article on its way to another visit, which takes the place of a reprocessing.

    Raises
    ------
    InvalidTransitionError
        If it was taken down, or is in flight beyond fetch.
    """
    if state.takedown is not None:
        raise InvalidTransitionError("a run of an article that was taken down")
    move = _step if state.reprocessing is None else _changed
    return move(
        state,
        Stage.FETCH,
        reprocessing=None,
        pages=(),
        next_pages=(),
        pages_end=None,
        run=state.run + 1,
        attempts=0,
        overload_deferrals=0,
        resends=0,
        waiting=None,
        submissions=(submission_id,) if submission_id else (),
        priority=_unusual(priority),
        correlation_id=correlation_id,
        feed_item=feed_item or state.feed_item,
        due_at=_after(now, timeouts.stuck_after_seconds),
        capture=None,
        extracted_key=None,
        content_hash=None,
        article_key=None,
        duplicate_of=None,
        offered=None,
        visit_wanted=None,
        is_unvisited=None,
    )


def reprocessed(
    state: ArticleState,
    captures: tuple[Capture, ...],
    page_urls: tuple[str, ...],
    order: str,
    now: datetime,
    *,
    extracted_key: str | None = None,
) -> ArticleState:
    """Return a resting article on its way to be made anew of what is stored, once it has its turn among bulk.

    Parameters
    ----------
    captures : tuple of Capture
        Those that the current revision was made of: its own page's, and those of its further pages.
    page_urls : tuple of str
        The further pages' URLs, as they were asked for.
    order : str
        The operator's order that this belongs to.
    extracted_key : str or None
        What enrich begins from: the current revision's own object, or a work object; None to begin from the captures.

    Raises
    ------
    InvalidTransitionError
        If it has no current revision, or does not rest.
    """
    if state.stage is not Stage.REST or state.current is None or not captures:
        raise InvalidTransitionError(f"{state.stage.value} -> reprocessing")
    capture, *pages = captures
    begun = _changed(
        state,
        Stage.EXTRACT if extracted_key is None else Stage.ENRICH,
        run=state.run + 1,
        attempts=0,
        overload_deferrals=0,
        resends=0,
        submissions=(),
        correlation_id=None,
        capture=capture,
        pages=tuple(pages),
        next_pages=page_urls,
        pages_end=None,
        extracted_key=extracted_key,
        content_hash=None if extracted_key is None else state.current.content_hash,
        article_key=None,
        duplicate_of=None,
        reprocessing=Reprocessing(order=order, visit_due_at=state.due_at),
        priority="bulk",
    )
    return put_off(begun, now)


def visit_begun(state: ArticleState, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a resting article on its way to a visit that nobody asked for.

    At its host it gives way to pages that somebody waits for. It is due when the visit after this one will be, if this
    one finds nothing new, so that it need not be moved in the index of what is due again when that is so.
    """
    begun = next_run(state, now, timeouts, priority="bulk")
    following = _next_visit(state, state.current, None, now, timeouts) if state.current is not None else None
    if following is None or begun.due_at is None:
        return begun
    return begun.model_copy(update={"due_at": max(following, begun.due_at)})


def with_submission(state: ArticleState, submission_id: str, feed_item: FeedItem | None = None) -> ArticleState:
    """Return a run in flight with one more submission waiting for it, and what a feed says of it, if none had yet."""
    waiting = state.submissions
    if len(waiting) < MAXIMUM_REMEMBERED_SUBMISSIONS and submission_id not in waiting:
        waiting = (*waiting, submission_id)
    return _step(state, state.stage, submissions=waiting, feed_item=state.feed_item or feed_item)


def put_off(state: ArticleState, now: datetime) -> ArticleState:
    """Return a run that is about to be written so that it waits for its turn among bulk, first come, first served."""
    return state.model_copy(update={"waiting": "turn", "due_at": math.floor(now.timestamp())})


def hurried(state: ArticleState, priority: Priority | None, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run that is about to be written with the greater of two priorities, for a submission that joined it.

    If it had waited for its turn or its host, it may do so in a better place now, and its message is to be sent. If
    nobody had asked for it, it is looked at soon enough for somebody who has.
    """
    update: dict[str, object] = {}
    soon = _after(now, timeouts.stuck_after_seconds * 2**state.resends)
    if state.waiting is None and state.due_at is not None and state.due_at > soon:
        update["due_at"] = soon
    if _URGENCY[priority] > _URGENCY[state.priority]:
        update["priority"] = _unusual(priority)
        if state.waiting in ("turn", "slot"):
            update |= {"waiting": None, "due_at": _after(now, timeouts.stuck_after_seconds)}
    return state.model_copy(update=update)


def _unusual(priority: Priority | None) -> Priority | None:
    """Return what is kept of a priority: nearly all are normal, and the table is charged by the byte."""
    return None if priority == "normal" else priority


def is_leased(state: ArticleState, now: datetime) -> bool:
    """Return whether a worker holds the article now."""
    return state.lease_until is not None and from_text(state.lease_until) > now


def leased(state: ArticleState, owner: str, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return the state held by ``owner``, to be looked at again when the lease has run out."""
    return _step(
        state,
        Stage.FETCH,
        lease_owner=owner,
        predecessors=_owners(state),
        lease_until=to_text(now + timedelta(seconds=timeouts.lease_seconds)),
        is_entrusted=False,
        waiting=None,
        due_at=_looked_at(state, now, timeouts, max(timeouts.lease_seconds, timeouts.stuck_after_seconds)),
    )


def entrusted(state: ArticleState, owner: str, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run that is about to be written and sent to fetch, leased to the worker that gets its message.

    A worker that takes the lease along with the message saves a write. A run that waits or stands elsewhere is returned
    as it is.

    Parameters
    ----------
    now : datetime
        When the message can be received.
    """
    if state.stage is not Stage.FETCH or state.waiting is not None:
        return state
    until = to_text(now + timedelta(seconds=timeouts.entrusted_seconds))
    return state.model_copy(update={"lease_owner": owner, "lease_until": until, "is_entrusted": True})


def may_begin(state: ArticleState, lease: str | None, now: datetime, timeouts: Timeouts) -> bool:
    """Return whether the lease that came with a message is the article's, and leaves time enough to work under it."""
    if not state.is_entrusted or lease is None or lease != state.lease_owner or state.lease_until is None:
        return False
    return now + timedelta(seconds=timeouts.entrusted_seconds - timeouts.lease_seconds) <= from_text(state.lease_until)


def lease_owner(now: datetime) -> str:
    """Return a new name for the holder of a lease, after which the capture is named, too."""
    moment = to_text(now).translate(str.maketrans("", "", "-:."))
    return f"{moment}-{uuid.uuid4().hex[:12]}"


def _owners(state: ArticleState) -> tuple[str, ...]:
    """Return all who held the run's lease and did not give it back, the present holder among them."""
    return (*state.predecessors, *((state.lease_owner,) if state.lease_owner else ()))


def deferred(
    state: ArticleState, until: datetime, redirects: tuple[FollowedRedirect, ...] = (), *, is_overloaded: bool = False
) -> ArticleState:
    """Return a fetch that waits for its host; costs no attempt, and goes on behind the redirects followed so far.

    Parameters
    ----------
    is_overloaded : bool
        The host is left alone because it has said that it gets too many requests; that is counted.
    """
    return _step(
        state,
        Stage.FETCH,
        predecessors=(),
        lease_owner=None,
        lease_until=None,
        is_entrusted=False,
        waiting="slot",
        redirects=redirects,
        overload_deferrals=state.overload_deferrals + is_overloaded,
        due_at=_after(until, 0),
    )


def retry_scheduled(state: ArticleState, now: datetime, delay_seconds: float, detail: str) -> ArticleState:
    """Return a fetch that failed for now and waits for its next attempt."""
    return _step(
        state,
        Stage.FETCH,
        predecessors=(),
        lease_owner=None,
        lease_until=None,
        is_entrusted=False,
        waiting="retry",
        redirects=(),
        attempts=state.attempts + 1,
        due_at=_after(now, delay_seconds),
        last_detail=_recorded(detail),
    )


def fetched(state: ArticleState, capture: Capture, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return the state once a capture is durable: a further page's, or the first page's, which starts over."""
    own = {"capture": capture, "gone_since": None, "pages": (), "next_pages": (), "pages_end": None}
    return _step(
        state,
        Stage.EXTRACT,
        **({"pages": (*state.pages, capture)} if state.wanted_page else own),
        attempts=state.attempts + 1,
        redirects=(),
        predecessors=(),
        lease_owner=None,
        lease_until=None,
        is_entrusted=False,
        due_at=_looked_at(state, now, timeouts),
    )


def page_wanted(state: ArticleState, next_pages: tuple[str, ...], now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return the run, sent back to fetch for a further page of its article.

    Parameters
    ----------
    next_pages : tuple of str
        The further pages that were captured, and behind them those that are wanted.

    Raises
    ------
    InvalidTransitionError
        If nothing is wanted, or the run is not in extract.
    """
    if state.stage is not Stage.EXTRACT or len(next_pages) <= len(state.pages):
        raise InvalidTransitionError(f"{state.stage.value} -> a further page")
    return _changed(
        state,
        Stage.FETCH,
        next_pages=next_pages,
        attempts=0,
        resends=0,
        due_at=_looked_at(state, now, timeouts),
    )


def is_at_further_page(state: ArticleState) -> bool:
    """Return whether a run works on a further page of its article, without which it can go on."""
    is_read = state.stage is Stage.EXTRACT and state.pages != () and state.pages_end is None
    return is_read or state.wanted_page is not None


def page_missed(state: ArticleState, why: ChainEnd, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run that continues with the pages that it has, because the next one failed or is unusable.

    In fetch that is the page to fetch; in extract it is the page that was captured last, which is dropped.

    Raises
    ------
    InvalidTransitionError
        If the run is not at a further page.
    """
    if state.wanted_page is None and (state.stage is not Stage.EXTRACT or not state.pages):
        raise InvalidTransitionError(f"{state.stage.value} without a further page")
    return _step(
        state,
        Stage.EXTRACT,
        pages=state.pages if state.stage is Stage.FETCH else state.pages[:-1],
        pages_end=why,
        waiting=None,
        resends=0,
        redirects=(),
        lease_owner=None,
        lease_until=None,
        is_entrusted=False,
        due_at=_looked_at(state, now, timeouts),
    )


def extracted(
    state: ArticleState, extracted_key: str, content_hash: str, now: datetime, timeouts: Timeouts
) -> ArticleState:
    """Return the state once the article is extracted: its work goes with the message, or is in the bucket."""
    return _step(
        state,
        Stage.ENRICH,
        extracted_key=extracted_key,
        content_hash=content_hash,
        due_at=_looked_at(state, now, timeouts),
    )


def extract_again(state: ArticleState, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run in enrich, sent back to extract because the message that carried extract's work is lost.

    It counts as a resend, so that a run whose messages are lost again and again ends.

    Raises
    ------
    InvalidTransitionError
        If the run is not in enrich, or has no capture.
    """
    if state.stage is not Stage.ENRICH or state.capture is None:
        raise InvalidTransitionError(f"{state.stage.value} -> extract again")
    return _changed(
        state,
        Stage.EXTRACT,
        extracted_key=None,
        content_hash=None,
        resends=state.resends + 1,
        due_at=_looked_at(state, now, timeouts),
    )


def enriched(state: ArticleState, article_key: str, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return the state once the article's object is durable."""
    return _step(state, Stage.INDEX, article_key=article_key, due_at=_looked_at(state, now, timeouts))


def released(state: ArticleState, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run whose message dispatch is about to send again.

    A run that waited for its retry or its host is released; one that should have moved by itself counts a resend. A
    message that waits in a long queue looks lost, so the time doubles with every resend: with half an hour at
    first, a run is given up after 31 hours, not three.
    """
    lost = state.waiting is None
    resends = state.resends + (1 if lost else 0)
    return _step(
        state,
        state.stage,
        waiting=None,
        predecessors=_owners(state),
        lease_owner=None,
        lease_until=None,
        is_entrusted=False,
        resends=resends,
        due_at=_after(now, timeouts.stuck_after_seconds * 2**resends),
    )


def ended(
    state: ArticleState,
    outcome: Outcome,
    now: datetime,
    timeouts: Timeouts,
    *,
    reason: Reason | None = None,
    detail: str | None = None,
    current: CurrentRevision | None = None,
    duplicate_of: str | None = None,
) -> tuple[ArticleState, tuple[OutcomeRecord, ...]]:
    """Return the resting state and the record of how the run ended.

    A visit without a submission that found nothing new leaves no record: it would cost more than the visit.

    Parameters
    ----------
    current : CurrentRevision or None
        The revision that this run committed; None leaves the one before.
    """
    text = label(outcome, reason)
    revision = current or state.current
    worked_through = outcome in (Outcome.INDEXED, Outcome.UNCHANGED)
    is_visit = state.reprocessing is None
    # A capture that is to be fetched again was not worked through.
    finished = state.capture if worked_through and state.stage is not Stage.FETCH and is_visit else None
    is_pushed = state.capture is not None and state.capture.pushed_as is not None
    has_answered = is_visit and not is_pushed and (worked_through or outcome is Outcome.DUPLICATE)
    gone_since = None if has_answered else state.gone_since
    after = _rested(
        state,
        text,
        now,
        detail,
        current=revision,
        tombstone=None if current else state.tombstone,
        gone_since=gone_since,
        validators=_validators_after(state, finished, outcome),
        page_as_of=_page_as_of(state, finished, now) if worked_through and is_visit else state.page_as_of,
        duplicate_of=duplicate_of,
        due_at=_next_visit(state, revision, gone_since, now, timeouts) if revision else None,
    )
    if state.reprocessing is not None:
        after = after.model_copy(update={"due_at": state.reprocessing.visit_due_at})
    if outcome is Outcome.UNCHANGED and not state.submissions:
        return after, ()
    named = revision if worked_through else None
    record = OutcomeRecord(
        article_id=state.article_id,
        run=state.run,
        url=state.url,
        outcome=text,
        ended_at=to_text(now),
        submissions=state.submissions,
        revision=named.revision if named else None,
        key=named.key if named else None,
        headline=named.headline if named else None,
        duplicate_of=duplicate_of,
        detail=_recorded(detail),
    )
    return after, (record,)


def _page_as_of(state: ArticleState, finished: Capture | None, now: datetime) -> str:
    """Return the time of the newest page that is known now; a visit that kept no page has seen it now."""
    seen = finished.captured_at if finished else to_text(now)
    return max(seen, state.page_as_of or seen)


def _validators_after(state: ArticleState, finished: Capture | None, outcome: Outcome) -> Validators | None:
    """Return what the next visit's request is made conditional with: nothing that a site did not send us."""
    if finished is None:
        return state.validators
    if finished.pushed_as is None:
        return _validators_of(finished)
    return state.validators if outcome is Outcome.UNCHANGED else None


def _validators_of(capture: Capture) -> Validators | None:
    if capture.is_perishable:
        return None
    return Validators(
        etag=capture.etag,
        last_modified=capture.last_modified,
        sha256=capture.sha256,
        body_bytes=capture.body_bytes,
        header_signals=capture.header_signals,
        host_signals=capture.host_signals,
    )


def failed(
    state: ArticleState, reason: Reason, now: datetime, timeouts: Timeouts, *, detail: str | None = None
) -> tuple[ArticleState, tuple[OutcomeRecord | RevisionRecord, ...]]:
    """Return the resting state and the records of a run that ended as rejected or failed.

    What the reason means for an article that was indexed before is decided here: a page that opts out is retracted at
    once, because that is an explicit wish; a page that is gone is visited once more, and retracted if it still is. A
    visit that fails otherwise meanwhile leaves the question open, and another follows soon.
    """
    if state.current is not None and reason is Reason.OPT_OUT:
        return retracted(state, "opt_out", now, detail=detail)
    if state.current is None or reason not in GONE_REASONS:
        return ended(state, outcome_of(reason), now, timeouts, reason=reason, detail=detail)
    since = from_text(state.gone_since) if state.gone_since else now
    if (now - since).total_seconds() >= timeouts.confirm_gone_seconds:
        return retracted(state, "gone", now, detail=detail)
    after, records = ended(state, Outcome.FAILED, now, timeouts, reason=reason, detail=detail)
    confirmation = {"gone_since": to_text(since), "due_at": _after(since, timeouts.confirm_gone_seconds)}
    return after.model_copy(update=confirmation), records


def retracted(
    state: ArticleState, reason: RetractionReason, now: datetime, *, detail: str | None = None
) -> tuple[ArticleState, tuple[RevisionRecord, OutcomeRecord]]:
    """Return the resting state of an article that is taken back, and what publish tells of it.

    From rest it is a run of its own, without a visit; from any other stage it ends the run under way, whose workers
    then lose their next conditional write. The article's objects stay where they are, unlisted. A later visit that
    finds the page again makes a new revision.

    Raises
    ------
    InvalidTransitionError
        If there is nothing to take back.
    """
    current = state.current
    if current is None:
        raise InvalidTransitionError("a retraction of what was never committed")
    run = state.run + 1 if state.stage is Stage.REST else state.run
    text = label(Outcome.REMOVED, None)
    tombstone = Tombstone(
        revision=current.revision + 1,
        retracted_at=to_text(now),
        reason=reason,
        cluster_id=current.cluster_id,
    )
    after = _rested(
        state,
        text,
        now,
        detail,
        run=run,
        current=None,
        tombstone=tombstone,
        gone_since=None,
        validators=None,
        duplicate_of=None,
        due_at=None,
    )
    return after, _records_of_retraction(state, run, current, tombstone, detail)


def taken_down(
    state: ArticleState, why: str, now: datetime, *, erases: bool = False
) -> tuple[ArticleState, tuple[RevisionRecord | OutcomeRecord, ...]]:
    """Return the resting state of an article that an operator takes down, and what publish tells of it.

    It can be done at any stage and to an article that was never committed. Done again it returns the same state and no
    record, unless the article is to be erased now and was not before: then readers are told that.

    Parameters
    ----------
    why : str
        In the operator's words.
    erases : bool
        Whether its objects are going to be deleted.
    """
    before = state.takedown
    if before is not None and (before.erases or not erases):
        return state, ()
    in_flight = state.stage is not Stage.REST
    settled = now + timedelta(seconds=SETTLING_SECONDS if in_flight else 0)
    takedown = Takedown(
        taken_down_at=before.taken_down_at if before else to_text(now),
        reason=storable_line(why)[:300],
        erases=erases,
        settled_at=max(before.settled_at, to_text(settled)) if before else to_text(settled),
    )
    former = state.current or state.tombstone
    is_news = state.current is not None or (state.tombstone is not None and erases)
    tombstone = state.tombstone
    if former is not None and is_news:
        tombstone = Tombstone(
            revision=former.revision + 1,
            retracted_at=to_text(now),
            reason="taken_down",
            cluster_id=former.cluster_id,
        )
    run = state.run + 1 if is_news and not in_flight else state.run
    after = _rested(
        state,
        label(Outcome.REMOVED, None),
        now,
        None,
        run=run,
        current=None,
        tombstone=tombstone,
        takedown=takedown,
        gone_since=None,
        validators=None,
        duplicate_of=None,
        due_at=None,
    )
    if former is None or tombstone is None or not is_news:
        return after, (_outcome_of_removal(state, run, to_text(now)),) if in_flight else ()
    revision, outcome = _records_of_retraction(state, run, former, tombstone, None)
    return after, (revision.model_copy(update={"is_erased": erases or None}), outcome)


def barred(article_id: str, url: str, host: str, why: str, now: datetime, *, erases: bool = False) -> ArticleState:
    """Return the state of an article that is taken down before anything is known of it."""
    takedown = Takedown(
        taken_down_at=to_text(now), reason=storable_line(why)[:300], erases=erases, settled_at=to_text(now)
    )
    return ArticleState(
        article_id=article_id,
        url=url,
        host=host,
        requested_url=url,
        first_seen=to_text(now),
        stage=Stage.REST,
        takedown=takedown,
        last_outcome=label(Outcome.REMOVED, None),
        last_ended_at=to_text(now),
    )


def erased(state: ArticleState, now: datetime) -> ArticleState:
    """Return the state of an article that was taken down and of which nothing is left.

    Raises
    ------
    InvalidTransitionError
        If it was not to be erased.
    """
    if state.takedown is None or not state.takedown.erases:
        raise InvalidTransitionError("an erasure without a takedown")
    return _step(state, Stage.REST, takedown=state.takedown.model_copy(update={"erased_at": to_text(now)}))


def readmitted(state: ArticleState) -> ArticleState:
    """Return the state of an article that may be submitted again; what was erased stays erased."""
    return _step(state, Stage.REST, takedown=None)


def _outcome_of_removal(state: ArticleState, run: int, ended_at: str) -> OutcomeRecord:
    return OutcomeRecord(
        article_id=state.article_id,
        run=run,
        url=state.url,
        outcome=label(Outcome.REMOVED, None),
        ended_at=ended_at,
        submissions=state.submissions,
    )


def _records_of_retraction(
    state: ArticleState,
    run: int,
    former: CurrentRevision | Tombstone,
    tombstone: Tombstone,
    detail: str | None,
) -> tuple[RevisionRecord, OutcomeRecord]:
    revision = RevisionRecord(
        article_id=state.article_id,
        revision=tombstone.revision,
        previous_revision=former.revision,
        change_type="retracted",
        url=state.url,
        host=state.host,
        committed_at=tombstone.retracted_at,
        cluster_id=tombstone.cluster_id,
        reason=tombstone.reason,
    )
    outcome = _outcome_of_removal(state, run, tombstone.retracted_at).model_copy(
        update={"revision": tombstone.revision, "detail": _recorded(detail)}
    )
    return revision, outcome


def _rested(state: ArticleState, outcome: str, now: datetime, detail: str | None, **changes: object) -> ArticleState:
    """Return the state without anything that belongs to its run."""
    return _step(
        state,
        Stage.REST,
        submissions=(),
        waiting=None,
        redirects=(),
        predecessors=(),
        lease_owner=None,
        lease_until=None,
        is_entrusted=False,
        capture=None,
        pages=(),
        next_pages=(),
        pages_end=None,
        extracted_key=None,
        content_hash=None,
        article_key=None,
        offered=None,
        visit_wanted=None,
        reprocessing=None,
        last_order=state.reprocessing.order if state.reprocessing else state.last_order,
        last_outcome=outcome,
        last_ended_at=to_text(now),
        last_detail=_recorded(detail),
        **changes,
    )


def _next_visit(
    state: ArticleState, current: CurrentRevision, gone_since: str | None, now: datetime, timeouts: Timeouts
) -> int | None:
    if state.is_unvisited:
        return None
    committed = from_text(current.changed_at or current.committed_at)
    # An article that was old when it was first seen has been unchanged since its publication, not since its commit.
    published = _published(current) if current.revision == 1 else None
    delay = retries.revisit_delay(
        timeouts.revisits,
        now,
        first_seen=from_text(state.first_seen),
        seen_to_change=committed,
        changed=min(committed, published or committed),
    )
    if gone_since is not None:
        soon = timeouts.confirm_gone_seconds
        if (now - from_text(gone_since)).total_seconds() < CONFIRMATION_WAITS * soon:
            delay = soon if delay is None else min(delay, soon)
    if delay is None:
        return None
    wanted = _after(now, delay)
    # As it was set when the visit began: the few seconds or minutes since are not worth a move.
    begun = state.due_at
    is_near = begun is not None and abs(begun - wanted) <= delay * UNMOVED_SHARE
    return begun if begun is not None and is_near else wanted


def _published(current: CurrentRevision) -> datetime | None:
    """Return when an article was published at the latest: a day without an hour counts to its end."""
    text = current.date_published or ""
    try:
        moment = datetime.fromisoformat(text) + timedelta(days="T" not in text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def message_for(state: ArticleState) -> StageMessage | None:
    """Return the message that drives a state on; None at rest.

    It depends on the state alone, so that a redelivery, and dispatch, can send the very same message again.
    """
    base = {"article_id": state.article_id, "run": state.run, "correlation_id": state.correlation_id}
    match state.stage:
        case Stage.FETCH:
            lease = state.lease_owner if state.is_entrusted else None
            return FetchRequested.model_validate({**base, "host": state.host, "lease": lease})
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
    """Return whether a run has left a stage behind."""
    return STAGE_ORDER.index(state.stage) > STAGE_ORDER.index(stage)


def _recorded(detail: str | None) -> str | None:
    """Return what is kept of a detail: it may repeat what a page or a server sent."""
    return storable_line(detail)[:300] or None if detail else None
