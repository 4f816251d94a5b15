"""The fetch stage: takes a message, fetches the page politely, keeps the capture, sends the article on.

Comes in: ``FetchRequested``. Goes out: ``PageFetched``, or an outcome, or a later attempt. Changes: the article's
state, one object under ``raw/``, and what :mod:`newsdesk.web.transport.politeness` keeps of hosts.

A further page of an article is fetched like any other, but for this: it is never known already, it may not redirect to
another page, and when it cannot be had the article goes on without it.

The order is what makes it safe to repeat: lease, leave, fetch, object, table, message. Whoever dies in between leaves a
state that dispatch finds again; whoever comes late loses the conditional write and does no harm.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from fetcher.captures import exchange_of
from newsdesk.articles import (
    CAPTURE_MEDIA_TYPE,
    ArticleState,
    ArticleStore,
    Capture,
    FollowedRedirect,
    Stage,
    Timeouts,
    WriteOnce,
    begin_target,
    find_original,
    is_same_page,
    lifecycle,
    overload_delay,
    reason_to_keep,
    retry_delay,
    write_capture,
)
from newsdesk.clock import Clock, to_text, utc_now
from newsdesk.contracts import FetchRequested, Outcome, Reason, capture_key, outcome_of
from newsdesk.errors import AlreadyRecordedError, PermanentError, Received, TransientError
from newsdesk.ports import MessageSender, ObjectStore
from newsdesk.runtime import Step, advance, check_in, count, measure
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

_PERMANENT_REDIRECTS = frozenset({301, 308})
_NO_OPT_OUTS = OptOutPolicy()


class FetchStage:
    """Handles the messages of the fetch queue; may be used by several threads at once.

    Parameters
    ----------
    politeness : Politeness
        Says when a host may be asked, and for what.
    opt_outs : OptOutPolicy
        Which wishes of host and header mean that a page is not asked for, or nothing of it kept.
    jitter : callable
        Returns a number in [0, 1).
    """

    def __init__(
        self,
        store: ArticleStore,
        objects: ObjectStore,
        sender: MessageSender,
        politeness: Politeness,
        fetcher: Fetcher,
        *,
        timeouts: Timeouts,
        opt_outs: OptOutPolicy = _NO_OPT_OUTS,
        clock: Clock = utc_now,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._objects = objects
        self._sender = sender
        self._politeness = politeness
        self._fetcher = fetcher
        self._timeouts = timeouts
        self._opt_outs = opt_outs
        self._clock = clock
        self._jitter = jitter

    def handle(self, message: FetchRequested) -> str:
        """Work one message through.

        Returns
        -------
        str
            ``fetched``, ``not_modified``, ``duplicate``, ``deferred``, ``retry_scheduled``, ``rejected``, ``failed``,
            ``removed``; ``page_missed`` (the article goes on without a further page); or ``leased`` (somebody else is
            at it), ``stale`` (nothing to do any more).

        Raises
        ------
        ConflictError
            The state kept changing; the message is to be delivered again.
        """
        state = check_in(self._store, self._sender, message, Stage.FETCH)
        # A state that waits for its time gets a message of its own from dispatch; this one is an older delivery.
        if state is None or state.waiting is not None:
            return "stale"
        now = self._clock()
        if lifecycle.is_leased(state, now):
            return "leased"
        owner = uuid.uuid4().hex
        held = self._advance(state, lambda fresh: (lifecycle.leased(fresh, owner, now, self._timeouts), ()))
        if held is None:
            return "stale"
        return self._work(held)

    def _work(self, state: ArticleState) -> str:
        visit = self._politeness.visit()
        try:
            response = self._fetch(state, visit)
            # Where a redirect led is known only now.
            if response.redirects and state.wanted_page is None:
                reason = reason_to_keep(self._store, state, response.final_url)
                if reason is not None:
                    # Another page: what it wishes is not this one's wish, and nothing of it is kept.
                    return self._end_elsewhere(state, response, reason)
            self._opt_outs.check_host(visit.host_lines, self._clock())
            self._opt_outs.check_headers(response.headers, self._clock())
        except NotYetError as error:
            return self._defer(state, error)
        except PermanentError as error:
            count("FetchesFailed", error.reason.value)
            return self._end(state, outcome_of(error.reason), reason=error.reason, detail=str(error))
        except TransientError as error:
            count("FetchesFailed", error.reason.value)
            return self._try_later(state, error, visit.host)
        if response.status == NOT_MODIFIED and self._says_more(state, response):
            return self._read_again(state)
        if response.status == NOT_MODIFIED and state.validators is not None:
            measure("BytesSaved", state.validators.body_bytes, "Bytes", str(NOT_MODIFIED))
        if response.status == NOT_MODIFIED or (self._is_known(state, response) and not self._must_read(state, visit)):
            return self._end(state, Outcome.UNCHANGED)
        return self._keep(state, response, visit)

    def _fetch(self, state: ArticleState, visit: Visit) -> FetchResponse:
        """Ask for the page, or for where an earlier delivery got to on the way to it."""
        followed = tuple(Hop(**redirect.model_dump()) for redirect in state.redirects)
        url = state.wanted_page or state.url
        visit.check(parse_url(followed[-1].location if followed else url))
        self._opt_outs.check_host(visit.host_lines, self._clock())
        request = FetchRequest(url, redirects=followed)
        known = state.validators if state.current is not None and not followed and url == state.url else None
        if known is not None and not self._must_read(state, visit):
            request = FetchRequest(url, known.etag, known.last_modified)
        request_slot = visit.ask if state.wanted_page is None else _on_page_alone(url, visit.ask)
        response = self._ask(request, request_slot)
        if response.status != NOT_MODIFIED or (request.is_conditional and not response.redirects):
            return response
        # Nobody asked this URL whether it had changed, so there is nothing that 304 could refer to.
        try:
            response = self._ask(FetchRequest(url, redirects=response.redirects), request_slot)
        except NotYetError as error:
            # Another delivery would ask for the same, and be told the same, unless this one has got farther.
            if len(error.redirects) > len(followed):
                raise
        if response.status == NOT_MODIFIED:
            raise PermanentError(Reason.PROTOCOL_ERROR, "304 to an unconditional request")
        return response

    def _must_read(self, state: ArticleState, visit: Visit) -> bool:
        """Say whether the page is to be read although it may be unchanged.

        It is when its host refuses a use that the policy heeds, because the page may override that, and when the host
        says of its pages what it did not say at the last capture.
        """
        signals = host_signals(visit.host_lines)
        is_refused = any(refusal in self._opt_outs.enforced for _, refusal in refusals_of(signals, self._clock()))
        return is_refused or state.validators is None or state.validators.host_signals != digest_of(signals)

    def _is_known(self, state: ArticleState, response: FetchResponse) -> bool:
        """Say whether these are the bytes and wishes that were worked through last time, from a server without 304."""
        known = state.validators
        if state.current is None or known is None or response.redirects or state.wanted_page is not None:
            return False
        is_same = known.sha256 == hashlib.sha256(response.body).hexdigest()
        return is_same and known.header_signals == self._header_digest(response)

    def _says_more(self, state: ArticleState, response: FetchResponse) -> bool:
        """Say whether a 304 carries a wish that the last capture does not; one that carries none says nothing."""
        said = self._header_digest(response)
        return said is not None and state.validators is not None and state.validators.header_signals != said

    def _header_digest(self, response: FetchResponse) -> str | None:
        return digest_of(header_signals(response.headers, self._opt_outs.product_token))

    def _read_again(self, state: ArticleState) -> str:
        """Wait for another slot, and ask without a condition then: there is no page to record a wish with."""

        def step(fresh: ArticleState) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
            return lifecycle.deferred(fresh.model_copy(update={"validators": None}), self._clock()), ()

        return self._finish(state, "deferred", step)

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
        count("AnswersReceived", status)
        measure("BytesReceived", received.wire_bytes, "Bytes", status)
        measure("AnswersReceivedMilliseconds", received.seconds * 1000.0, "Milliseconds", status)

    def _defer(self, state: ArticleState, error: NotYetError) -> str:
        followed = tuple(FollowedRedirect(**asdict(hop)) for hop in error.redirects) or state.redirects
        until = error.until
        if error.is_overloaded:
            delay = overload_delay(state.overload_deferrals + 1, self._jitter())
            if delay is None:
                count("FetchesFailed", Reason.HOST_OVERLOADED.value)
                detail = f"found the host left alone {state.overload_deferrals + 1} times"
                return self._end(state, Outcome.FAILED, reason=Reason.HOST_OVERLOADED, detail=detail)
            until = max(until, self._clock() + timedelta(seconds=delay))
        return self._finish(
            state,
            "deferred",
            lambda fresh: (lifecycle.deferred(fresh, until, followed, is_overloaded=error.is_overloaded), ()),
        )

    def _try_later(self, state: ArticleState, error: TransientError, host: str) -> str:
        if isinstance(error, OverloadedError):
            self._politeness.overloaded(host, error.retry_after_seconds)
        delay = retry_delay(error.reason, state.attempts + 1, self._jitter(), error.retry_after_seconds)
        if delay is None:
            return self._end(state, Outcome.FAILED, reason=error.reason, detail=str(error))
        return self._finish(
            state,
            "retry_scheduled",
            lambda fresh: (lifecycle.retry_scheduled(fresh, self._clock(), delay, str(error)), ()),
        )

    def _keep(self, state: ArticleState, response: FetchResponse, visit: Visit) -> str:
        if state.wanted_page is None:
            original = find_original(self._store, state, response.final_url) or self._begin_target(state, response)
            if original is not None:
                return self._end(state, Outcome.DUPLICATE, duplicate_of=original)
        capture = self._put(state, response, visit.host_lines)
        after = self._advance(
            state, lambda fresh: (lifecycle.fetched(fresh, capture, self._clock(), self._timeouts), ())
        )
        if after is None:
            return "stale"
        following = lifecycle.message_for(after)
        assert following is not None
        self._sender.send(following)
        return "fetched"

    def _end_elsewhere(self, state: ArticleState, response: FetchResponse, reason: Reason) -> str:
        """End a visit that led to another page than the one that was indexed; its revision stands."""
        has_moved = all(hop.status in _PERMANENT_REDIRECTS for hop in response.redirects)
        original = find_original(self._store, state, response.final_url)
        original = original or self._begin_target(state, response, has_moved=has_moved)
        if original is not None:
            return self._end(state, Outcome.DUPLICATE, duplicate_of=original)
        count("FetchesFailed", reason.value)
        return self._end(state, Outcome.FAILED, reason=reason, detail=f"led to {scrub(response.final_url)}")

    def _begin_target(self, state: ArticleState, response: FetchResponse, *, has_moved: bool = False) -> str | None:
        """Send the article that a redirect led to on its own way, and return its id."""
        target = begin_target(
            self._store, state, response.final_url, self._clock(), self._timeouts, has_moved=has_moved
        )
        message = lifecycle.message_for(target) if target is not None else None
        if target is None or message is None:
            return None
        self._sender.send(message)
        return target.article_id

    def _put(self, state: ArticleState, response: FetchResponse, host_lines: tuple[str, ...]) -> Capture:
        sha256 = hashlib.sha256(response.body).hexdigest()
        capture_id = f"{_compact(response.started_at)}-{sha256[:8]}"
        key = capture_key(state.host, state.article_id, capture_id)
        exchange = exchange_of(capture_id, state.wanted_page or state.url, response, host_lines)
        self._objects.put(key, write_capture(exchange), CAPTURE_MEDIA_TYPE)
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

    def _end(
        self,
        state: ArticleState,
        outcome: Outcome,
        *,
        reason: Reason | None = None,
        detail: str | None = None,
        duplicate_of: str | None = None,
    ) -> str:
        def step(fresh: ArticleState) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
            now = self._clock()
            if reason is not None and fresh.wanted_page is not None:
                return lifecycle.page_missed(fresh, reason.value, now, self._timeouts), ()
            if reason is not None:
                return lifecycle.failed(fresh, reason, now, self._timeouts, detail=detail)
            return lifecycle.ended(fresh, outcome, now, self._timeouts, duplicate_of=duplicate_of)

        after = self._advance(state, step)
        if after is None:
            return "stale"
        following = lifecycle.message_for(after)
        if following is not None:
            self._sender.send(following)
            return "page_missed"
        # A failure may have retracted the article.
        ending = (after.last_outcome or outcome.value).partition(":")[0]
        return "not_modified" if ending == Outcome.UNCHANGED else ending

    def _finish(self, state: ArticleState, status: str, step: Step) -> str:
        return "stale" if self._advance(state, step) is None else status

    def _advance(self, state: ArticleState, step: Step) -> ArticleState | None:
        try:
            return advance(self._store, state, step)
        except AlreadyRecordedError:
            return None


def _on_page_alone(page: str, request_slot: RequestSlot) -> RequestSlot:
    """Return leave for one page: where it redirects to another, that one is not even asked."""

    def ask(url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
        if hops and not is_same_page(page, url.href):
            raise RedirectError(Reason.REDIRECTED, f"led to {scrub(url.href)}")
        return request_slot(url, hops)

    return ask


def _validator(response: FetchResponse, name: str) -> str | None:
    value = response.header(name)
    return value if value is not None and len(value) <= LONGEST_VALIDATOR else None


def _status_class(status: int | None) -> str:
    """Return how a status is told in metrics: there are few, whatever servers send."""
    if status is None:
        return "none"
    return str(status) if status in (200, NOT_MODIFIED) else f"{status // 100}xx"


def _compact(moment: datetime) -> str:
    """Return a time as ``YYYYMMDDTHHMMSSmmmZ``."""
    return to_text(moment).translate(str.maketrans("", "", "-:."))
