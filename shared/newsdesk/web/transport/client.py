"""The fetcher: one page over HTTP/1.1, within bounds, from public addresses only.

Comes in: a URL and the validators of an earlier visit. Goes out: the response, or a classified error. Changes: asks
web servers. No proxy, no credentials, whatever the environment says; cookies for the length of one fetch.

:meth:`HttpFetcher.fetch_auxiliary` is for what a site says about itself (``robots.txt``, ``tdmrep.json``). It goes the
same way as a page: same resolver, same address checks on every hop, same walls.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, Received, RejectedUrlError, TransientError
from newsdesk.web import (
    ACCEPT_ENCODING,
    DEFAULT_PORTS,
    FUNCTION_PORTS,
    Network,
    Url,
    check_destination,
    decode_start,
    decoded_pieces,
    parse_url,
    single_encoding,
)
from newsdesk.web.transport import egress_guard, network
from newsdesk.web.transport.answers import (
    NOT_MODIFIED,
    REDIRECTS,
    SIGNATURE_BYTES,
    body_encoding,
    check_page_head,
    check_page_start,
    check_status,
    redirect_location,
    values_of,
)
from newsdesk.web.transport.connections import KeptConnections, Origin
from newsdesk.web.transport.cookies import FetchCookies
from newsdesk.web.transport.exchange import (
    AuxiliaryResponse,
    BeforeSend,
    FetchRequest,
    FetchResponse,
    Hop,
    RedirectError,
    RequestSlot,
    Timings,
    TlsFacts,
    begin_at_once,
)
from newsdesk.web.transport.http1 import Connection, Head
from newsdesk.web.transport.maintenance import is_maintenance_page
from newsdesk.web.transport.network import AddressRules, Deadline, Dialler, Resolve, Resolver
from newsdesk.web.transport.refresh import header_refresh, refresh_target

ACCEPT = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5,*/*;q=0.1"
ACCEPT_LISTINGS = (
    "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,"
    "text/html;q=0.7,*/*;q=0.1"
)
ACCEPT_ANYTHING = "*/*"

MAXIMUM_AUXILIARY_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2: crawlers should follow at least five."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """The limits of one fetch.

    Attributes
    ----------
    deadline_seconds : float
        For the whole fetch, redirects included.
    maximum_body_bytes : int
        The limit of the body, on the wire and decoded.
    maximum_redirects : int
    """

    deadline_seconds: float = 20.0
    maximum_body_bytes: int = 10 * 1024 * 1024
    maximum_redirects: int = 5


@dataclass(frozen=True, slots=True)
class _Answer:
    """One server's answer to one request; the body is read only on demand."""

    head: Head
    body: bytes
    address: str
    timings: Timings
    request_head: bytes
    tls: TlsFacts | None
    connection_reused: bool


def _at_once(*_: object) -> BeforeSend:
    """Permit every request at once."""
    return begin_at_once


def _nowhere(*_: object) -> None:
    """Follow no refresh."""


_ReadBody = Callable[[Connection, Head], bytes]
_LeadsOn = Callable[[Url, _Answer], str | None]
"""Returns where an answer leads that is no redirect by its status; None where it is what was asked for."""
_Fields = list[tuple[str, str]]


@dataclass(slots=True)
class _Errand:
    """One fetch: its request, its limits, and its progress so far."""

    fields: _Fields
    conditions: _Fields
    read_body: _ReadBody
    deadline: Deadline
    maximum_body_bytes: int
    maximum_redirects: int
    leads_on: _LeadsOn = _nowhere
    has_dialled: bool = False
    status: int | None = None
    wire_bytes: int = 0
    cookies: FetchCookies = field(default_factory=FetchCookies)


class HttpFetcher:
    """A :class:`newsdesk.web.transport.Fetcher` and :class:`newsdesk.web.transport.AuxiliaryFetcher` on real sockets.

    May be used by several threads at once. Connections are kept open between fetches.

    Parameters
    ----------
    user_agent : str
        What the request says it is.
    limits : FetchLimits
        For pages.
    allowed : sequence of networks
        Exceptions to the public internet; empty in a deployed stack.
    closed_ports : collection of int
        Ports that no exception opens, beside those of a function's own machine.
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
        closed_ports: Collection[int] = (),
        ports: Collection[int] = DEFAULT_PORTS,
        extra_authorities: str | None = None,
        resolve: Resolve = network.resolve,
        clock: Clock = utc_now,
    ) -> None:
        self._user_agent = user_agent
        self._limits = limits
        self._rules = AddressRules(allowed, FUNCTION_PORTS | frozenset(closed_ports))
        self._ports = ports
        self._clock = clock
        self._kept = KeptConnections()
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        if extra_authorities is not None:
            context.load_verify_locations(cadata=extra_authorities)
        self._dialler = Dialler(Resolver(resolve), self._rules, context)

    def fetch(self, request: FetchRequest, request_slot: RequestSlot = _at_once) -> FetchResponse:
        """Fetch a page; see the port."""
        return self._fetch(request, request_slot, ACCEPT, self._read_page, self._refreshes_to)

    def fetch_listing(self, request: FetchRequest, request_slot: RequestSlot = _at_once) -> FetchResponse:
        """Fetch a feed, a sitemap or a front page; see :class:`newsdesk.web.transport.ListingFetcher`."""
        return self._fetch(request, request_slot, ACCEPT_LISTINGS, self._read_listing, _nowhere)

    def _fetch(
        self, request: FetchRequest, request_slot: RequestSlot, accept: str, read_body: _ReadBody, leads_on: _LeadsOn
    ) -> FetchResponse:
        started_at = self._clock()
        deadline = Deadline(self._limits.deadline_seconds)
        conditions = []
        if request.etag is not None:
            conditions.append(("If-None-Match", request.etag))
        if request.last_modified is not None:
            conditions.append(("If-Modified-Since", request.last_modified))
        errand = _Errand(
            [("Accept", accept)],
            conditions,
            read_body,
            deadline,
            self._limits.maximum_body_bytes,
            self._limits.maximum_redirects,
            leads_on,
        )
        try:
            url, answer, hops = self._follow(errand, request.url, request.redirects, request_slot)
        except (PermanentError, TransientError) as error:
            if errand.has_dialled:
                error.received = Received(errand.status, errand.wire_bytes, deadline.elapsed())
            raise
        return FetchResponse(
            final_url=url.href,
            status=answer.head.status,
            reason_phrase=answer.head.reason_phrase,
            http_version=answer.head.http_version,
            headers=answer.head.headers,
            body=answer.body,
            resolved_address=answer.address,
            redirects=hops,
            started_at=started_at,
            timings=answer.timings,
            request_head=answer.request_head,
            tls=answer.tls,
            connection_reused=answer.connection_reused,
            wire_bytes=errand.wire_bytes,
            seconds=deadline.elapsed(),
        )

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot = _at_once
    ) -> AuxiliaryResponse:
        """Fetch what a site says about itself; see :class:`newsdesk.web.transport.AuxiliaryFetcher`."""
        wanted = maximum_bytes + 1  # one more tells whether there is more

        def read_start(connection: Connection, head: Head) -> bytes:
            start = bytearray()
            if not _is_success(head.status):
                return b""
            for piece in connection.body():
                start += piece
                if len(start) >= wanted:
                    break
            return bytes(start[:wanted])

        errand = _Errand(
            [("Accept", ACCEPT_ANYTHING)],
            [],
            read_start,
            Deadline(deadline_seconds),
            wanted,
            MAXIMUM_AUXILIARY_REDIRECTS,
        )
        final, answer, _ = self._follow(errand, url, (), request_slot)
        encodings = values_of(answer.head.headers, "content-encoding") if _is_success(answer.head.status) else []
        body, is_whole = decode_start(answer.body, single_encoding(encodings), maximum_bytes)
        if not is_whole and len(answer.body) < wanted and len(body) < maximum_bytes:
            raise TransientError(Reason.TRUNCATED, "inside a compressed stream")
        return AuxiliaryResponse(
            final_url=final.href,
            status=answer.head.status,
            headers=answer.head.headers,
            body=body,
            is_cut=not is_whole,
            wire_bytes=errand.wire_bytes,
        )

    def close(self) -> None:
        """Close the connections that are kept."""
        self._kept.close()

    def _follow(
        self, errand: _Errand, text: str, followed: tuple[Hop, ...], request_slot: RequestSlot
    ) -> tuple[Url, _Answer, tuple[Hop, ...]]:
        """Request a URL and the URLs that it redirects to; the conditions are for the first request alone."""
        hops = list(followed)
        url = self._first_destination(hops[-1].location if hops else text)
        asked: set[tuple[str, str | None]] = {(hop.url, None) for hop in hops}
        while True:
            with errand.deadline.paused():
                before_send = request_slot(url, tuple(hops))
            cookie = errand.cookies.field_for(url)
            asked.add((url.href, cookie))
            fields = self._request_fields(url, [*errand.fields, *([] if hops else errand.conditions)], cookie)
            answer = self._ask(errand, url, fields, before_send)
            errand.cookies.take(url, values_of(answer.head.headers, "set-cookie"))
            is_redirect = answer.head.status in REDIRECTS
            target = redirect_location(answer.head.headers) if is_redirect else errand.leads_on(url, answer)
            if target is None:
                return url, answer, tuple(hops)
            following = self._next_destination(url, target)
            # What was asked with other cookies may answer otherwise now.
            is_asked = (following.href, errand.cookies.field_for(following)) in asked
            if not is_redirect and following.href == url.href and is_asked:
                return url, answer, tuple(hops)
            hops.append(Hop(url.href, answer.head.status, following.href, answer.address))
            if len(hops) > errand.maximum_redirects or is_asked:
                raise RedirectError(Reason.TOO_MANY_REDIRECTS, f"{len(hops)} redirects")
            url = following

    def _refreshes_to(self, url: Url, answer: _Answer) -> str | None:
        """Return where a page sends its reader on, if that is all it is there for."""
        if not _is_success(answer.head.status):
            return None
        encoding = single_encoding(values_of(answer.head.headers, "content-encoding"))
        found = refresh_target(answer.head.headers, answer.body, encoding)
        if found is None:
            return None
        target, base = found
        try:
            return parse_url(target, parse_url(base, url) if base else url).href
        except RejectedUrlError:
            return target

    def _first_destination(self, text: str) -> Url:
        try:
            url = parse_url(text)
            check_destination(url, self._rules.allowed, self._ports)
        except RejectedUrlError as error:
            raise PermanentError(error.reason, str(error)) from error
        return url

    def _next_destination(self, url: Url, target: str) -> Url:
        """Where a redirect leads, checked like any other URL."""
        try:
            following = parse_url(target, url)
            check_destination(following, self._rules.allowed, self._ports)
        except RejectedUrlError as error:
            leads_inside = error.reason in (Reason.BLOCKED_ADDRESS, Reason.BLOCKED_PORT)
            raise RedirectError(error.reason if leads_inside else Reason.BAD_REDIRECT, str(error)) from error
        if (url.scheme, following.scheme) == ("https", "http"):
            raise RedirectError(Reason.BAD_REDIRECT, "from https to http")
        return following

    def _request_fields(self, url: Url, fields: _Fields, cookie: str | None) -> _Fields:
        host = url.origin.partition("//")[2]
        own = [("Host", host), ("User-Agent", self._user_agent), ("Accept-Encoding", ACCEPT_ENCODING), *fields]
        return own if cookie is None else [*own, ("Cookie", cookie)]

    def _ask(self, errand: _Errand, url: Url, fields: _Fields, before_send: BeforeSend) -> _Answer:
        """Ask one server once, over a kept connection if there is one."""
        origin = (url.scheme, url.host.strip("[]"), url.port)
        connection = self._kept.take(origin)
        is_kept = connection is not None
        errand.has_dialled, errand.status = True, None
        while True:
            if connection is None:
                with self._guarded():
                    connection = Connection(self._dialler.open(*origin, errand.deadline))
            try:
                # Outside the guard: the moment is asked of our own store.
                with errand.deadline.paused():
                    before_send(connection.channel.address)
                with self._guarded():
                    return self._exchange(errand, origin, connection, is_kept, url.target, fields)
            except TransientError as error:
                # RFC 9112, section 9.3.1: a server may close an idle connection at any time, this moment included.
                # It may have read the request all the same, so that the repetition is one more that needs its time.
                is_stale = is_kept and connection.channel.received == 0 and error.reason is Reason.CONNECTION_FAILED
                connection.channel.close()
                if not is_stale:
                    raise
            except BaseException:
                connection.channel.close()
                raise
            connection, is_kept = None, False

    def _guarded(self) -> AbstractContextManager[None]:
        return egress_guard.active(self._rules.allowed, self._rules.closed_ports)

    def _exchange(
        self, errand: _Errand, origin: Origin, connection: Connection, is_kept: bool, target: str, fields: _Fields
    ) -> _Answer:
        channel, deadline = connection.channel, errand.deadline
        try:
            head = connection.ask(target, fields, deadline, errand.maximum_body_bytes)
            head_after, errand.status = deadline.elapsed(), head.status
            has_body = head.status != NOT_MODIFIED and head.status not in REDIRECTS
            body = errand.read_body(connection, head) if has_body else b""
        finally:
            errand.wire_bytes += channel.received
        answer = _Answer(
            head=head,
            body=body,
            address=str(channel.address),
            timings=Timings(
                connected=0.0 if is_kept else channel.connected_after,
                head=head_after,
                total=deadline.elapsed(),
                resolved=None if is_kept else channel.resolved_after,
                secured=None if is_kept else channel.secured_after,
                first_byte=channel.first_byte_after,
            ),
            request_head=channel.sent,
            tls=channel.tls,
            connection_reused=is_kept,
        )
        if connection.can_serve_another():
            self._kept.keep(origin, connection)
        else:
            channel.close()
        return answer

    def _read_page(self, connection: Connection, head: Head) -> bytes:
        """Return the body as received, once it is certain that it holds something that can be decoded."""
        maximum = self._limits.maximum_body_bytes
        check_status(head.status, head.headers, self._clock())
        encoding = check_page_head(head.headers, maximum)
        body = b"".join(connection.body())
        leads_on = header_refresh(head.headers) is not None
        if not body and leads_on:
            return body
        if not body:
            raise PermanentError(Reason.EMPTY_PAGE, "no body")
        start, has_text = b"", False
        # To the end, whatever the start is: only then is it certain that nothing is missing.
        for piece in decoded_pieces(body, encoding, maximum):
            start += piece[: SIGNATURE_BYTES - len(start)]
            has_text = has_text or bool(piece.strip())
        if not has_text and not leads_on:
            raise PermanentError(Reason.EMPTY_PAGE, "white space only")
        check_page_start(start)
        if is_maintenance_page(body, encoding):
            raise TransientError(Reason.MAINTENANCE, "the site says that it is down")
        return body

    def _read_listing(self, connection: Connection, head: Head) -> bytes:
        """Return the body as received, whatever it is; who reads it finds out what."""
        check_status(head.status, head.headers, self._clock())
        body_encoding(head.headers, self._limits.maximum_body_bytes)
        return b"".join(connection.body())


def _is_success(status: int) -> bool:
    return 200 <= status < 300
