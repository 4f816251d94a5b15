"""The fetch stage: takes a message, fetches the page politely, keeps the capture, sends the article on.

Comes in: ``FetchRequested``. Goes out: ``PageFetched``, or an outcome, or a later attempt. Changes: the article's
state, the host's next slot, one object under ``raw/``.

The order is what makes it safe to repeat: lease, slot, fetch, object, table, message. Whoever dies in between leaves a
state that dispatch finds again; whoever comes late loses the conditional write and does no harm.
"""

from __future__ import annotations

import hashlib
import random
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from fetcher.answers import NOT_MODIFIED
from fetcher.ports import Fetcher, FetchRequest, FetchResponse, OverloadedError
from newsdesk import lifecycle
from newsdesk.capture import CAPTURE_MEDIA_TYPE, CaptureRedirect, Exchange, write_capture
from newsdesk.clock import Clock, to_text, utc_now
from newsdesk.errors import AlreadyRecordedError, PermanentError, TransientError
from newsdesk.keys import capture_key
from newsdesk.lifecycle import Patience
from newsdesk.messages import FetchRequested
from newsdesk.networks import Network, literal_address
from newsdesk.outcomes import Outcome, Reason, outcome_of
from newsdesk.ports import ArticleStore, HostPacer, MessageSender, ObjectStore, Sleep
from newsdesk.retries import RETRY_AFTER_CAP_SECONDS, RETRY_POLICIES, retry_delay
from newsdesk.stage import Step, advance, check_in
from newsdesk.state import ArticleState, Capture, OutcomeRecord, Stage
from newsdesk.urls import article_id, canonical_url, parse_url

SHORT_WAIT_SECONDS = 20.0
"""A slot that comes within this time is waited for; a function that sleeps longer costs more than another message."""


class FetchStage:
    """Handles the messages of the fetch queue; may be used by several threads at once.

    Parameters
    ----------
    interval_seconds : float
        Between two requests to a host.
    allowed : sequence of networks
        Networks that a local stack opened; literal addresses inside them need no politeness.
    short_wait_seconds : float
        How long a slot may lie ahead to be waited for.
    jitter : callable
        Returns a number in [0, 1).
    """

    def __init__(
        self,
        store: ArticleStore,
        objects: ObjectStore,
        sender: MessageSender,
        pacer: HostPacer,
        fetcher: Fetcher,
        *,
        patience: Patience,
        interval_seconds: float,
        allowed: Sequence[Network] = (),
        short_wait_seconds: float = SHORT_WAIT_SECONDS,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._objects = objects
        self._sender = sender
        self._pacer = pacer
        self._fetcher = fetcher
        self._patience = patience
        self._interval_seconds = interval_seconds
        self._allowed = allowed
        self._short_wait_seconds = short_wait_seconds
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def handle(self, message: FetchRequested) -> str:
        """Work one message through.

        Returns
        -------
        str
            ``fetched``, ``not_modified``, ``duplicate``, ``deferred``, ``retry_scheduled``, ``rejected``, ``failed``;
            or ``leased`` (somebody else is at it), ``stale`` (nothing to do any more).

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
        held = self._advance(state, lambda fresh: (lifecycle.leased(fresh, owner, now, self._patience), ()))
        if held is None:
            return "stale"
        return self._work(held)

    def _work(self, state: ArticleState) -> str:
        deferred_until = self._take_slot(state)
        if deferred_until is not None:
            return self._finish(state, "deferred", lambda fresh: (lifecycle.deferred(fresh, deferred_until), ()))
        try:
            response = self._fetch(state)
        except PermanentError as error:
            return self._end(state, outcome_of(error.reason), reason=error.reason, detail=str(error))
        except TransientError as error:
            return self._try_later(state, error)
        if response.status == NOT_MODIFIED:
            return self._end(state, Outcome.UNCHANGED)
        return self._keep(state, response)

    def _take_slot(self, state: ArticleState) -> datetime | None:
        """Wait for the host's next slot; return until when to defer the fetch when it is too far off."""
        if self._is_inside(state.host):
            return None
        now = self._clock()
        slot = self._pacer.reserve(state.host, now, self._interval_seconds, self._short_wait_seconds)
        if not slot.granted:
            return slot.at
        if slot.at > now:
            self._sleep((slot.at - now).total_seconds())
        return None

    def _is_inside(self, host: str) -> bool:
        address = literal_address(host)
        return address is not None and any(
            address in network for network in self._allowed if network.version == address.version
        )

    def _fetch(self, state: ArticleState) -> FetchResponse:
        request = FetchRequest(state.url)
        if state.current is not None and state.validators is not None:
            request = FetchRequest(state.url, state.validators.etag, state.validators.last_modified)
        response = self._fetcher.fetch(request)
        if response.status != NOT_MODIFIED or (request.is_conditional and not response.redirects):
            return response
        # Nobody asked this URL whether it had changed, so there is nothing that 304 could refer to.
        response = self._fetcher.fetch(FetchRequest(state.url))
        if response.status == NOT_MODIFIED:
            raise PermanentError(Reason.PROTOCOL_ERROR, "304 to an unconditional request")
        return response

    def _try_later(self, state: ArticleState, error: TransientError) -> str:
        if isinstance(error, OverloadedError) and not self._is_inside(state.host):
            self._leave_alone(state.host, error)
        delay = retry_delay(error.reason, state.attempts + 1, self._jitter(), error.retry_after_seconds)
        if delay is None:
            return self._end(state, Outcome.FAILED, reason=error.reason, detail=str(error))
        return self._finish(
            state,
            "retry_scheduled",
            lambda fresh: (lifecycle.retry_scheduled(fresh, self._clock(), delay, str(error)), ()),
        )

    def _leave_alone(self, host: str, error: OverloadedError) -> None:
        """Give the host a pause: a slot with a long interval behind it.

        The pause is also the patience, so that several workers who are told the same do not pile up their pauses.
        """
        shortest = RETRY_POLICIES[error.reason].base_seconds
        pause = min(max(error.retry_after_seconds or 0.0, shortest), RETRY_AFTER_CAP_SECONDS)
        self._pacer.reserve(host, self._clock(), pause, pause)

    def _keep(self, state: ArticleState, response: FetchResponse) -> str:
        original = self._find_original(state, response)
        if original is not None:
            return self._end(state, Outcome.DUPLICATE, duplicate_of=original)
        capture = self._put(state, response)
        after = self._advance(
            state, lambda fresh: (lifecycle.fetched(fresh, capture, self._clock(), self._patience), ())
        )
        if after is None:
            return "stale"
        following = lifecycle.message_for(after)
        assert following is not None
        self._sender.send(following)
        return "fetched"

    def _find_original(self, state: ArticleState, response: FetchResponse) -> str | None:
        """Return the other article that the URL turned out to lead to; make the final URL an alias when there is none.

        An article that never came to anything is no original; nor is one that is itself a duplicate of this one.
        """
        final = parse_url(response.final_url)
        final_id = article_id(canonical_url(final))
        # Some sites send dead URLs to their front page; that does not make the front page this article's other name.
        if final_id == state.article_id or final.target == "/":
            return None
        other = self._store.find(final_id)
        if other is None:
            self._store.add_alias(final_id, state.article_id)
            return None
        if state.article_id in (other.article_id, other.duplicate_of):
            return None
        stands = other.current is not None or other.stage is not Stage.REST or other.last_outcome == Outcome.REMOVED
        return other.article_id if stands else None

    def _put(self, state: ArticleState, response: FetchResponse) -> Capture:
        sha256 = hashlib.sha256(response.body).hexdigest()
        capture_id = f"{_compact(response.started_at)}-{sha256[:8]}"
        key = capture_key(state.host, state.article_id, capture_id)
        exchange = _exchange(capture_id, state, response)
        self._objects.put(key, write_capture(exchange), CAPTURE_MEDIA_TYPE)
        # Validators belong to the URL that sent them; the next visit starts at the article's own again.
        own = not response.redirects
        return Capture(
            capture_id=capture_id,
            key=key,
            sha256=sha256,
            captured_at=exchange.captured_at,
            status=response.status,
            final_url=response.final_url,
            etag=response.header("etag") if own else None,
            last_modified=response.header("last-modified") if own else None,
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
        def step(fresh: ArticleState) -> tuple[ArticleState, tuple[OutcomeRecord]]:
            after, record = lifecycle.ended(
                fresh,
                outcome,
                self._clock(),
                self._patience,
                reason=reason,
                detail=detail,
                duplicate_of=duplicate_of,
            )
            return after, (record,)

        status = "not_modified" if outcome is Outcome.UNCHANGED else outcome.value
        return self._finish(state, status, step)

    def _finish(self, state: ArticleState, status: str, step: Step) -> str:
        return "stale" if self._advance(state, step) is None else status

    def _advance(self, state: ArticleState, step: Step) -> ArticleState | None:
        try:
            return advance(self._store, state, step)
        except AlreadyRecordedError:
            return None


def _exchange(capture_id: str, state: ArticleState, response: FetchResponse) -> Exchange:
    timings = response.timings
    return Exchange(
        capture_id=capture_id,
        captured_at=to_text(response.started_at),
        requested_url=state.url,
        final_url=response.final_url,
        request_head=response.request_head,
        http_version=response.http_version,
        status=response.status,
        reason_phrase=response.reason_phrase,
        headers=response.headers,
        body=response.body,
        resolved_address=response.resolved_address,
        redirects=tuple(CaptureRedirect(hop.url, hop.status, hop.location) for hop in response.redirects),
        timings={"connected": timings.connected, "head": timings.head, "total": timings.total},
    )


def _compact(moment: datetime) -> str:
    """Return a time as ``YYYYMMDDTHHMMSSmmmZ``."""
    return to_text(moment).translate(str.maketrans("", "", "-:."))
