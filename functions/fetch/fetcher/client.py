"""The fetcher: one page over HTTP/1.1, politely, within bounds, from public addresses only.

Comes in: a URL and the validators of an earlier visit. Goes out: the response, or a classified error. Changes: asks
web servers. No proxy, no cookies, no credentials; whatever the environment says.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import httpcore

from fetcher import network
from fetcher.answers import NOT_MODIFIED, REDIRECTS, check_page_head, check_status, redirect_location
from fetcher.network import Deadline, GuardedBackend, GuardedStream, Resolve
from fetcher.ports import FetchRequest, FetchResponse, HeaderFields, Hop, Timings
from newsdesk.clock import Clock, utc_now
from newsdesk.content_encoding import ACCEPT_ENCODING, decode_body
from newsdesk.errors import PermanentError, RejectedUrlError, TransientError
from newsdesk.networks import Network
from newsdesk.outcomes import Reason
from newsdesk.urls import DEFAULT_PORTS, Url, check_destination, parse_url

ACCEPT = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5,*/*;q=0.1"

_VERSIONS = frozenset({"HTTP/1.0", "HTTP/1.1"})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much of anything a fetch may cost.

    Attributes
    ----------
    deadline_seconds : float
        For the whole fetch, redirects included. Resolving a name ends when the system's resolver gives up; the
        deadline is looked at right after it.
    maximum_body_bytes : int
        Of the body, on the wire and decoded.
    maximum_redirects : int
    """

    deadline_seconds: float = 20.0
    maximum_body_bytes: int = 10 * 1024 * 1024
    maximum_redirects: int = 5


@dataclass(frozen=True, slots=True)
class _Answer:
    """One server's answer to one request; the body is only read when there is a page in it."""

    http_version: str
    status: int
    reason_phrase: str
    headers: HeaderFields
    body: bytes
    address: str
    timings: Timings
    request_head: bytes


class HttpFetcher:
    """A :class:`fetcher.ports.Fetcher` on real sockets; may be used by several threads at once.

    Parameters
    ----------
    user_agent : str
        What the request says it is.
    limits : FetchLimits
    allowed : sequence of networks
        Exceptions to the public internet; empty in a deployed stack.
    ports : collection of int
        Where a URL may point.
    extra_authorities : str or None
        PEM certificates to trust beside the system's.
    resolve : callable
        The resolver.
    """

    def __init__(
        self,
        user_agent: str,
        limits: FetchLimits = FetchLimits(),
        *,
        allowed: Sequence[Network] = (),
        ports: Collection[int] = DEFAULT_PORTS,
        extra_authorities: str | None = None,
        resolve: Resolve = network.resolve,
        clock: Clock = utc_now,
    ) -> None:
        self._user_agent = user_agent
        self._limits = limits
        self._allowed = allowed
        self._ports = ports
        self._resolve = resolve
        self._clock = clock
        self._tls = ssl.create_default_context()
        if extra_authorities is not None:
            self._tls.load_verify_locations(cadata=extra_authorities)

    def fetch(self, request: FetchRequest) -> FetchResponse:
        """Fetch a page; see the port."""
        started_at = self._clock()
        deadline = Deadline(self._limits.deadline_seconds)
        url = self._first_destination(request.url)
        hops: list[Hop] = []
        answer = self._ask(url, self._request_fields(url, request), deadline)
        while answer.status in REDIRECTS:
            following = self._next_destination(url, answer.headers)
            hops.append(Hop(url.href, answer.status, following.href))
            if len(hops) > self._limits.maximum_redirects or following.href in {hop.url for hop in hops}:
                raise PermanentError(Reason.TOO_MANY_REDIRECTS, f"{len(hops)} redirects")
            url = following
            answer = self._ask(url, self._request_fields(url, None), deadline)
        return FetchResponse(
            final_url=url.href,
            status=answer.status,
            reason_phrase=answer.reason_phrase,
            http_version=answer.http_version,
            headers=answer.headers,
            body=answer.body,
            resolved_address=answer.address,
            redirects=tuple(hops),
            started_at=started_at,
            timings=answer.timings,
            request_head=answer.request_head,
        )

    def _first_destination(self, text: str) -> Url:
        try:
            url = parse_url(text)
            check_destination(url, self._allowed, self._ports)
        except RejectedUrlError as error:
            raise PermanentError(error.reason, str(error)) from error
        return url

    def _next_destination(self, url: Url, headers: HeaderFields) -> Url:
        """Where a redirect leads, checked like any other URL."""
        try:
            following = parse_url(redirect_location(headers), url)
            check_destination(following, self._allowed, self._ports)
        except RejectedUrlError as error:
            leads_inside = error.reason in (Reason.BLOCKED_ADDRESS, Reason.BLOCKED_PORT)
            raise PermanentError(error.reason if leads_inside else Reason.BAD_REDIRECT, str(error)) from error
        if (url.scheme, following.scheme) == ("https", "http"):
            raise PermanentError(Reason.BAD_REDIRECT, "from https to http")
        return following

    def _request_fields(self, url: Url, conditions: FetchRequest | None) -> list[tuple[bytes, bytes]]:
        fields = {
            "Host": url.origin.partition("//")[2],
            "User-Agent": self._user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": ACCEPT_ENCODING,
        }
        if conditions is not None and conditions.etag is not None:
            fields["If-None-Match"] = conditions.etag
        if conditions is not None and conditions.last_modified is not None:
            fields["If-Modified-Since"] = conditions.last_modified
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in fields.items()]

    def _ask(self, url: Url, fields: list[tuple[bytes, bytes]], deadline: Deadline) -> _Answer:
        """Ask one server once, over a connection of its own."""
        host = url.host.strip("[]")
        backend = GuardedBackend(self._resolve, self._allowed, deadline, self._limits.maximum_body_bytes)
        connection = httpcore.HTTPConnection(
            origin=httpcore.Origin(url.scheme.encode("ascii"), host.encode("ascii"), url.port),
            ssl_context=self._tls,
            network_backend=backend,
        )
        target = httpcore.URL(scheme=url.scheme, host=host, port=url.port, target=url.target)
        try:
            response = connection.handle_request(httpcore.Request(b"GET", target, headers=fields))
            return self._read_answer(response, backend, deadline)
        except httpcore.TimeoutException as error:
            raise TransientError(Reason.TIMEOUT, type(error).__name__) from error
        except httpcore.NetworkError as error:
            raise TransientError(Reason.CONNECTION_FAILED, type(error).__name__) from error
        except httpcore.ProtocolError as error:
            raise _meaning_of(error, backend.stream) from error
        finally:
            backend.close()

    def _read_answer(self, response: httpcore.Response, backend: GuardedBackend, deadline: Deadline) -> _Answer:
        assert backend.stream is not None
        head_after = deadline.elapsed()
        backend.stream.expects_body = True
        version = response.extensions["http_version"].decode("ascii")
        if version not in _VERSIONS:
            raise PermanentError(Reason.PROTOCOL_ERROR, version)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
        has_page = response.status != NOT_MODIFIED and response.status not in REDIRECTS
        body = self._read_page(response, headers) if has_page else b""
        return _Answer(
            http_version=version,
            status=response.status,
            reason_phrase=response.extensions["reason_phrase"].decode("latin-1"),
            headers=headers,
            body=body,
            address=str(backend.address),
            timings=Timings(backend.connected_after, head_after, deadline.elapsed()),
            request_head=backend.stream.sent,
        )

    def _read_page(self, response: httpcore.Response, headers: HeaderFields) -> bytes:
        """Return the body as received, once it is certain that it holds something that can be decoded."""
        check_status(response.status, headers, self._clock())
        encoding = check_page_head(headers, self._limits.maximum_body_bytes)
        assert isinstance(response.stream, Iterable)
        body = b"".join(response.stream)
        if not body:
            raise PermanentError(Reason.EMPTY_PAGE, "no body")
        decoded = decode_body(body, encoding, self._limits.maximum_body_bytes)
        if not decoded or decoded.isspace():
            raise PermanentError(Reason.EMPTY_PAGE, "white space only")
        return body


def _meaning_of(error: httpcore.ProtocolError, stream: GuardedStream | None) -> PermanentError | TransientError:
    """Tell a server that speaks no HTTP from one that stopped speaking."""
    if stream is not None and stream.has_ended:
        if stream.expects_body:
            return TransientError(Reason.TRUNCATED, "the body ended early")
        start = b"HTTP/"
        if stream.first_bytes[: len(start)] == start[: len(stream.first_bytes)]:
            return TransientError(Reason.CONNECTION_FAILED, "closed before the answer was complete")
    return PermanentError(Reason.PROTOCOL_ERROR, str(error)[:120])
