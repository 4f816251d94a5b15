"""The fetch stage: takes a message, fetches the page politely, keeps the capture, sends the article on.

Comes in: ``FetchRequested``. Goes out: ``PageFetched``, or an outcome, or a later attempt. Changes: the article's
state, one object under ``raw/``, and what :mod:`newsdesk.web.transport.politeness` keeps of hosts.

A further page of an article is fetched like any other, with three differences: it is never known already, it may not
redirect to another page, and when it cannot be fetched, the article continues without it.

The order is what makes it safe to repeat: lease, slot, fetch, object, table, message. A worker that dies in between
leaves a state that dispatch finds again; one that comes late loses the conditional write and does no harm.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum

from fetcher.captures import exchange_of
from newsdesk.articles import (
    CAPTURE_MEDIA_TYPE,
    ArticleState,
    Capture,
    FollowedRedirect,
    Stage,
    begin_target,
    find_original,
    is_same_page,
    lifecycle,
    overload_delay,
    reason_to_keep,
    retry_delay,
    write_capture,
)
from newsdesk.contracts import FetchRequested, Outcome, Reason, capture_key
from newsdesk.errors import ConflictError, NewsdeskError, PermanentError, Received, TransientError
from newsdesk.ports import ObjectStore
from newsdesk.runtime import Change, Metric, Worker, count, measure
from newsdesk.web import OptOutPolicy, Url, digest_of, header_signals, host_signals, parse_url, refusals_of, scrub
from newsdesk.web.transport import (
    NOT_MODIFIED,
    BeforeSend,
    Fetcher,
    FetchRequest,
    FetchResponse,
    Hop,
    NotYetError,
    OverloadedError,
    Politeness,
    RedirectError,
    RequestSlot,
    Visit,
)

LONGEST_VALIDATOR = 1024
"""Characters of an ``ETag`` or ``Last-Modified`` that are kept and sent back: a longer one may make the next request
longer than its own server takes."""

ANSWER_STATUSES = ("none", "200", str(NOT_MODIFIED), *(f"{hundreds}xx" for hundreds in range(1, 10)))
"""What answers are counted by: few, whatever servers send."""

_PERMANENT_REDIRECTS = frozenset({301, 308})
_NO_OPT_OUTS = OptOutPolicy()


_LONGEST_WAY = 300
"""Characters of where redirects led."""
_WAIT_SECONDS = 0.5
"""After so long a wait for its slot, a worker looks again whether the page is still its own."""


class _TakenError(NewsdeskError):
    """Another worker with the same lease has moved the article on."""


class FetchStatus(StrEnum):
    """The result for a message to fetch."""

    FETCHED = "fetched"
    """The capture was written, and extract has its message."""
    PAGE_MISSED = "page_missed"
    """A further page was not available; the article continues without it."""
    NOT_MODIFIED = "not_modified"
    """The page is as it was at the last visit; the run ended."""
    DUPLICATE = "duplicate"
    """The page is another article's; the run ended."""
    DEFERRED = "deferred"
    """The page waits for its host's slot."""
    RETRY_SCHEDULED = "retry_scheduled"
    """The attempt failed, and another is scheduled."""
    REJECTED = "rejected"
    """The run ended because the page may not be taken."""
    FAILED = "failed"
    """The run ended without a page."""
    ANOTHER_PAGE = "another_page"
    """There was no page; the run goes on with one that was pushed."""
    REMOVED = "removed"
    """The run ended and took the article back."""
    LEASED = "leased"
    """Another worker is fetching the page."""
    STALE = "stale"
    """There was nothing to do, or another worker was first."""


class FetchStage:
    """Handles the messages of the fetch queue; may be used by several threads at once.

    Parameters
    ----------
    politeness : Politeness
        Decides when a host may be asked, and for what.
    opt_outs : OptOutPolicy
        Which wishes of host and header mean that a page is not asked for, or nothing of it kept.
    jitter : callable
        Returns a number in [0, 1).
    """

    def __init__(
        self,
        worker: Worker,
        objects: ObjectStore,
        politeness: Politeness,
        fetcher: Fetcher,
        *,
        opt_outs: OptOutPolicy = _NO_OPT_OUTS,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._worker = worker
        self._objects = objects
        self._politeness = politeness
        self._fetcher = fetcher
        self._opt_outs = opt_outs
        self._jitter = jitter

    def handle(self, message: FetchRequested) -> FetchStatus:
        """Work one message through.

        Raises
        ------
        ConflictError
            The state kept changing; the message is to be delivered again.
        """
        state = self._worker.load_for_stage(message, Stage.FETCH)
        # A state that waits for its time gets a message of its own from dispatch; this one is an older delivery.
        if state is None or state.waiting is not None:
            return FetchStatus.STALE
        held = self._held(state, message.lease)
        if held is None or isinstance(held, FetchStatus):
            return held or FetchStatus.STALE
        for predecessor in held.predecessors:
            # It may have died behind its capture, of a page that must not be kept. Where it is alive, it has lost.
            self._objects.delete(capture_key(held.host, held.article_id, predecessor))
        return self._work(held)

    def _held(self, state: ArticleState, lease: str | None) -> ArticleState | FetchStatus | None:
        """Return the state under a lease of this worker's; ``LEASED`` under another's, None when another was first.

        The lease that came with the message costs no write. Should the queue deliver the message to two workers at
        once, their slots keep them apart, and the second one looks again before it asks. Where there are no slots, each
        takes a lease of its own.
        """
        now = self._worker.clock()
        is_paced = self._politeness.is_paced(state.host)
        if is_paced and lifecycle.may_begin(state, lease, now, self._worker.timeouts):
            return state
        if lifecycle.is_leased(state, now) and (lease is None or lease != state.lease_owner):
            return FetchStatus.LEASED
        owner = lifecycle.lease_owner(now)
        return self._worker.change(state, lambda fresh, at, timeouts: lifecycle.leased(fresh, owner, at, timeouts))

    def _work(self, state: ArticleState) -> FetchStatus:
        visit = self._politeness.visit(state.priority)
        try:
            response = self._fetch(state, visit)
            # Where a redirect led is known only now.
            if response.redirects and state.wanted_page is None:
                reason = reason_to_keep(self._worker.store, state, response.final_url)
                if reason is not None:
                    # Another page: what it wishes is not this one's wish, and nothing of it is kept.
                    return self._end_elsewhere(state, response, reason)
            self._opt_outs.check_host(visit.host_lines, self._worker.clock())
            self._opt_outs.check_headers(response.headers, self._worker.clock())
        except _TakenError:
            return FetchStatus.STALE
        except NotYetError as error:
            return self._defer(state, error)
        except PermanentError as error:
            return self._fail(state, error.reason, str(error))
        except TransientError as error:
            return self._try_later(state, error, visit)
        if response.status == NOT_MODIFIED and self._says_more(state, response):
            return self._read_again(state)
        if response.status == NOT_MODIFIED and state.validators is not None:
            measure(Metric.BYTES_SAVED, state.validators.body_bytes, str(NOT_MODIFIED))
        if response.status == NOT_MODIFIED or (self._is_known(state, response) and not self._must_read(state, visit)):
            return self._end(state, Outcome.UNCHANGED)
        return self._keep(state, response, visit)

    def _fetch(self, state: ArticleState, visit: Visit) -> FetchResponse:
        """Ask for the page, or for where an earlier delivery got to on the way to it."""
        followed = tuple(Hop(**redirect.model_dump()) for redirect in state.redirects)
        url = state.wanted_page or state.url
        visit.check(parse_url(followed[-1].location if followed else url))
        self._opt_outs.check_host(visit.host_lines, self._worker.clock())
        request = FetchRequest(url, redirects=followed)
        known = state.validators if state.current is not None and not followed and url == state.url else None
        if known is not None and not self._must_read(state, visit):
            request = FetchRequest(url, known.etag, known.last_modified)
        ask = self._while_it_is_ours(state, visit.ask)
        request_slot = ask if state.wanted_page is None else _on_page_alone(url, ask)
        response = self._ask(request, request_slot)
        if response.status != NOT_MODIFIED or (request.is_conditional and not response.redirects):
            return response
        # Nobody asked this URL whether it had changed, so there is nothing that 304 could refer to.
        try:
            response = self._ask(FetchRequest(url, redirects=response.redirects), request_slot)
        except NotYetError as error:
            # Another delivery would ask for the same and get the same, unless this one has got farther.
            if len(error.redirects) > len(followed):
                raise
        if response.status == NOT_MODIFIED:
            raise PermanentError(Reason.PROTOCOL_ERROR, "304 to an unconditional request")
        return response

    def _while_it_is_ours(self, state: ArticleState, request_slot: RequestSlot) -> RequestSlot:
        """Return a permission that looks again, after a wait, whether another worker with the same lease was faster."""
        if not state.is_entrusted:
            return request_slot

        def ask(url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
            begun = self._worker.clock()
            before_send = request_slot(url, hops)
            if (self._worker.clock() - begun).total_seconds() >= _WAIT_SECONDS:
                fresh = self._worker.store.get(state.article_id)
                if fresh is None or (fresh.run, fresh.stage, fresh.lease_owner) != (
                    state.run,
                    state.stage,
                    state.lease_owner,
                ):
                    raise _TakenError(state.article_id)
            return before_send

        return ask

    def _must_read(self, state: ArticleState, visit: Visit) -> bool:
        """Return whether the page is to be read although it may be unchanged.

        It is when its host refuses a use and the policy enforces that, because the page may override it, and when the
        host says of its pages what it did not say at the last capture.
        """
        signals = host_signals(visit.host_lines)
        is_refused = any(
            refusal in self._opt_outs.enforced for _, refusal in refusals_of(signals, self._worker.clock())
        )
        return is_refused or state.validators is None or state.validators.host_signals != digest_of(signals)

    def _is_known(self, state: ArticleState, response: FetchResponse) -> bool:
        """Return whether a server without 304 sent the bytes and wishes that the last visit worked through."""
        known = state.validators
        if state.current is None or known is None or response.redirects or state.wanted_page is not None:
            return False
        is_same = known.sha256 == hashlib.sha256(response.body).hexdigest()
        return is_same and known.header_signals == self._header_digest(response)

    def _says_more(self, state: ArticleState, response: FetchResponse) -> bool:
        """Return whether a 304 carries a wish that the last capture does not; one that carries none says nothing."""
        said = self._header_digest(response)
        return said is not None and state.validators is not None and state.validators.header_signals != said

    def _header_digest(self, response: FetchResponse) -> str | None:
        return digest_of(header_signals(response.headers, self._opt_outs.product_token))

    def _read_again(self, state: ArticleState) -> FetchStatus:
        """Wait for another slot and then ask without a condition: there is no page to record a wish with."""
        return self._wait(
            state,
            FetchStatus.DEFERRED,
            lambda fresh, now, _: lifecycle.deferred(fresh.model_copy(update={"validators": None}), now),
        )

    def _ask(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        try:
            response = self._fetcher.fetch(request, request_slot)
        except (PermanentError, TransientError) as error:
            if error.received is not None:
                self._measure(error.received)
            raise
        self._measure(Received(response.status, response.wire_bytes, response.seconds))
        return response

    def _measure(self, received: Received) -> None:
        status = _status_class(received.status)
        count(Metric.ANSWERS_RECEIVED, status)
        measure(Metric.BYTES_RECEIVED, received.wire_bytes, status)
        measure(Metric.ANSWERS_RECEIVED_MILLISECONDS, received.seconds * 1000.0, status)

    def _defer(self, state: ArticleState, error: NotYetError) -> FetchStatus:
        followed = tuple(FollowedRedirect(**asdict(hop)) for hop in error.redirects) or state.redirects
        until = error.until
        if error.is_overloaded:
            deferrals = state.overload_deferrals + 1
            delay = overload_delay(deferrals, self._jitter())
            if delay is None:
                return self._fail(state, Reason.HOST_OVERLOADED, f"found the host left alone {deferrals} times")
            until = max(until, self._worker.clock() + timedelta(seconds=delay))
        return self._wait(
            state,
            FetchStatus.DEFERRED,
            lambda fresh, _, __: lifecycle.deferred(fresh, until, followed, is_overloaded=error.is_overloaded),
        )

    def _try_later(self, state: ArticleState, error: TransientError, visit: Visit) -> FetchStatus:
        if isinstance(error, OverloadedError):
            self._politeness.overloaded(visit.host, error.retry_after_seconds, visit.page)
        delay = retry_delay(error.reason, state.attempts + 1, self._jitter(), error.retry_after_seconds)
        if delay is None:
            return self._fail(state, error.reason, str(error))
        count(Metric.FETCHES_FAILED, error.reason)
        return self._wait(
            state,
            FetchStatus.RETRY_SCHEDULED,
            lambda fresh, now, _: lifecycle.retry_scheduled(fresh, now, delay, str(error)),
        )

    def _wait(self, state: ArticleState, status: FetchStatus, change: Change) -> FetchStatus:
        return FetchStatus.STALE if self._worker.change(state, change) is None else status

    def _keep(self, state: ArticleState, response: FetchResponse, visit: Visit) -> FetchStatus:
        if state.wanted_page is None:
            original = self._original_of(state, response)
            if original is not None:
                return self._end_as_duplicate(state, response, original)
        capture = self._put(state, response, visit.host_lines)
        if capture is None:
            return FetchStatus.LEASED
        is_first = self._worker.hand_on(
            state, lambda fresh, now, timeouts: lifecycle.fetched(fresh, capture, now, timeouts)
        )
        if not is_first:
            self._forget(state, capture)
        return FetchStatus.FETCHED if is_first else FetchStatus.STALE

    def _forget(self, state: ArticleState, capture: Capture) -> None:
        """Delete a capture that no state names, because its step was lost."""
        fresh = self._worker.store.get(state.article_id)
        named = (fresh.capture, fresh.offered, *fresh.pages) if fresh is not None else ()
        if capture.key not in {known.key for known in named if known is not None}:
            self._objects.delete(capture.key)

    def _end_elsewhere(self, state: ArticleState, response: FetchResponse, reason: Reason) -> FetchStatus:
        """End a visit that led to another page than the one that was indexed; its revision stands."""
        has_moved = all(hop.status in _PERMANENT_REDIRECTS for hop in response.redirects)
        original = self._original_of(state, response, has_moved=has_moved)
        if original is not None:
            return self._end_as_duplicate(state, response, original)
        return self._fail(state, reason, f"led to {scrub(response.final_url)}")

    def _original_of(self, state: ArticleState, response: FetchResponse, *, has_moved: bool = False) -> str | None:
        """Return the other article that a redirect led to: the one that is known, or whose run starts now.

        Raises
        ------
        ConflictError
            Others kept changing it; the message is to be delivered again.
        """
        lost: ConflictError | None = None
        for _ in self._worker.pauses.attempts():
            original = find_original(self._worker.store, state, response.final_url)
            if original is not None:
                return original
            try:
                return self._begin_target(state, response, has_moved=has_moved)
            except ConflictError as error:
                lost = error
        raise ConflictError(f"where {state.article_id} led kept changing") from lost

    def _begin_target(self, state: ArticleState, response: FetchResponse, *, has_moved: bool = False) -> str | None:
        """Start a run of the article that a redirect led to, and return its id."""
        worker = self._worker
        target = begin_target(
            worker.store, state, response.final_url, worker.clock(), worker.timeouts, has_moved=has_moved
        )
        if target is None:
            return None
        worker.send_on(target)
        return target.article_id

    def _put(self, state: ArticleState, response: FetchResponse, host_lines: tuple[str, ...]) -> Capture | None:
        """Keep the capture; None when another worker with the same lease has kept one already."""
        sha256 = hashlib.sha256(response.body).hexdigest()
        # Named after the lease, so that the next holder can delete what this one may leave behind.
        capture_id = state.lease_owner or lifecycle.lease_owner(response.started_at)
        key = capture_key(state.host, state.article_id, capture_id)
        exchange = exchange_of(capture_id, state.wanted_page or state.url, response, host_lines)
        written = write_capture(exchange)
        if not self._objects.put(key, written, CAPTURE_MEDIA_TYPE) and self._objects.get(key) != written:
            return None
        # Validators belong to the URL that sent them; the next visit starts at the article's own again.
        own = not response.redirects and state.wanted_page is None
        return Capture(
            capture_id=capture_id,
            key=key,
            sha256=sha256,
            body_bytes=len(response.body),
            captured_at=exchange.captured_at,
            status=response.status,
            final_url=response.final_url,
            etag=_validator(response, "etag") if own else None,
            last_modified=_validator(response, "last-modified") if own else None,
            header_signals=self._header_digest(response),
            host_signals=digest_of(host_signals(host_lines)),
        )

    def _fail(self, state: ArticleState, reason: Reason, detail: str) -> FetchStatus:
        """End the run; at a further page of its article, go on without that page."""
        count(Metric.FETCHES_FAILED, reason)
        if state.wanted_page is None:
            return _status_of(self._worker.fail(state, reason, detail))
        is_first = self._worker.hand_on(
            state, lambda fresh, now, timeouts: lifecycle.page_missed(fresh, reason, now, timeouts)
        )
        return FetchStatus.PAGE_MISSED if is_first else FetchStatus.STALE

    def _end_as_duplicate(self, state: ArticleState, response: FetchResponse, original: str) -> FetchStatus:
        outcome = self._worker.end(
            state, Outcome.DUPLICATE, duplicate_of=original, detail=_followed(response.redirects) or None
        )
        return _status_of(outcome)

    def _end(self, state: ArticleState, outcome: Outcome) -> FetchStatus:
        return _status_of(self._worker.end(state, outcome))


def _status_of(outcome: Outcome | Stage | None) -> FetchStatus:
    if outcome is None:
        return FetchStatus.STALE
    if isinstance(outcome, Stage):
        return FetchStatus.ANOTHER_PAGE
    return FetchStatus.NOT_MODIFIED if outcome is Outcome.UNCHANGED else FetchStatus(outcome.value)


def _on_page_alone(page: str, request_slot: RequestSlot) -> RequestSlot:
    """Return a permission for one page only: if it redirects to another, that one is not even requested."""

    def ask(url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
        if hops and not is_same_page(page, url.href):
            raise RedirectError(Reason.REDIRECTED, f"led to {scrub(url.href)}")
        return request_slot(url, hops)

    return ask


def _followed(redirects: Sequence[Hop]) -> str:
    """Return the way that redirects led, for people: short, so that it costs no write unit."""
    way = ", then ".join(f"{hop.status} to {scrub(hop.location)}" for hop in redirects)
    return way if len(way) <= _LONGEST_WAY else f"{way[: _LONGEST_WAY - 2]} …"


def _validator(response: FetchResponse, name: str) -> str | None:
    value = response.header(name)
    return value if value is not None and len(value) <= LONGEST_VALIDATOR else None


def _status_class(status: int | None) -> str:
    """Return one of :data:`ANSWER_STATUSES`."""
    if status is None:
        return "none"
    return str(status) if status in (200, NOT_MODIFIED) else f"{status // 100}xx"
