"""The fetcher against real sockets: what it asks, what it returns, and what it makes of a status or a break.

What hostile servers do to it is in ``tests/hostile``.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from typing import Any

import pytest
import trustme

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import Address, Url, parse_networks
from newsdesk.web.transport import BeforeSend, FetchRequest, Hop, OverloadedError
from newsdesk.web.transport.connections import MAXIMUM_IDLE_CONNECTIONS, MAXIMUM_IDLE_SECONDS, KeptConnections
from newsdesk.web.transport.exchange import AuxiliaryResponse
from newsdesk.web.transport.http1 import Connection
from newsdesk.web.transport.network import AddressRules, Deadline, Dialler, Resolver, resolve
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import PAGE, Behaviour, MisbehavingServer, Request
from tests.web import DEADLINE, NOW, failure, fetch, fetcher, to_addresses

pytestmark = pytest.mark.usefixtures("dialled")


def trusting(authority: trustme.CA) -> dict[str, Any]:
    return {"extra_authorities": authority.cert_pem.bytes().decode("ascii"), "resolve": to_addresses("127.0.0.1")}


# A good answer


def test_a_page_is_returned_as_it_was_received(server: MisbehavingServer) -> None:
    url = server.on("/harbour?page=1", server_side.answer(PAGE, ("ETag", '"v1"'), ("X-Place", "Malmö")))

    response = fetch(url)

    assert response.final_url == url
    assert (response.status, response.reason_phrase, response.http_version) == (200, "Phrase", "HTTP/1.1")
    assert response.headers == (
        ("Content-Type", "text/html; charset=utf-8"),
        ("ETag", '"v1"'),
        ("X-Place", "Malmö"),
        ("Content-Length", str(len(PAGE))),
    )
    assert response.body == PAGE
    assert response.resolved_address == "127.0.0.1"
    assert response.redirects == ()
    assert response.started_at == NOW
    assert 0 < response.timings.connected <= response.timings.head <= response.timings.total < DEADLINE


def test_the_request_says_who_asks_and_what_for(server: MisbehavingServer) -> None:
    url = server.on("/harbour", server_side.answer())

    response = fetch(url)

    request = server.requests[0]
    assert response.request_head == request.head
    assert request.head.startswith(b"GET /harbour HTTP/1.1\r\n")
    assert request.field("Host") == f"127.0.0.1:{server.port}"
    assert request.field("User-Agent") == "Newsdesk/0 (+https://newsdesk.example)"
    assert (request.field("Accept") or "").startswith("text/html")
    assert request.field("Accept-Encoding") == "gzip, deflate, br, zstd"
    assert request.field("Cookie") is None
    assert request.field("If-None-Match") is None
    assert request.field("If-Modified-Since") is None


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd"])
def test_a_compressed_body_stays_compressed(server: MisbehavingServer, coding: str) -> None:
    response = fetch(server.on("/", server_side.compressed(coding=coding)))
    assert response.body == server_side.ENCODERS[coding](PAGE)
    assert response.header("content-encoding") == coding


def test_chunks_are_joined_and_their_header_is_kept(server: MisbehavingServer) -> None:
    response = fetch(server.on("/", server_side.chunked(PAGE[:10], PAGE[10:])))
    assert response.body == PAGE
    assert response.header("Transfer-Encoding") == "chunked"


def test_an_http_1_0_page_ends_with_its_connection(server: MisbehavingServer) -> None:
    page = server_side.raw(server_side.head(200, [server_side.HTML], version="HTTP/1.0"), PAGE)
    response = fetch(server.on("/", page))
    assert (response.body, response.http_version) == (PAGE, "HTTP/1.0")


@pytest.mark.parametrize(
    "media_type", ["text/html", "TEXT/HTML;charset=x", "application/xhtml+xml", "text/plain", None]
)
def test_text_is_taken(server: MisbehavingServer, media_type: str | None) -> None:
    fields = [("Content-Type", media_type)] if media_type else []
    assert fetch(server.on("/", server_side.answer(PAGE, *fields, html=False))).body == PAGE


# Conditions


def test_conditions_are_sent_when_they_are_given_and_304_is_an_answer(server: MisbehavingServer) -> None:
    url = server.on("/", server_side.raw(server_side.head(304, [("ETag", '"v1"')])))

    response = fetcher().fetch(FetchRequest(url, '"v1"', "Sat, 14 Mar 2026 09:00:00 GMT"))

    assert (response.status, response.body) == (304, b"")
    assert server.requests[0].field("If-None-Match") == '"v1"'
    assert server.requests[0].field("If-Modified-Since") == "Sat, 14 Mar 2026 09:00:00 GMT"


def test_conditions_do_not_follow_a_redirect(server: MisbehavingServer) -> None:
    url = server.on("/old", server_side.redirect("/new"))
    server.on("/new", server_side.answer())

    fetcher().fetch(FetchRequest(url, etag='"v1"', last_modified="Sat, 14 Mar 2026 09:00:00 GMT"))

    assert server.requests[1].field("If-None-Match") is None
    assert server.requests[1].field("If-Modified-Since") is None


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_recorded(server: MisbehavingServer, status: int) -> None:
    url = server.on("/old", server_side.redirect("new?page=1#top", status))
    server.on("/new?page=1", server_side.answer())

    response = fetch(url)

    assert response.final_url == server.url("/new?page=1")
    assert response.redirects == (Hop(url, status, server.url("/new?page=1"), "127.0.0.1"),)


def test_as_many_redirects_as_allowed_are_followed(server: MisbehavingServer) -> None:
    for number in range(6):
        server.on(f"/{number}", server_side.redirect(f"/{number + 1}"))
    server.on("/5", server_side.answer())
    assert len(fetch(server.url("/0"), redirects=5).redirects) == 5
    assert failure(server.url("/0"), redirects=4).reason is Reason.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    "location",
    [
        "ftp://news.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "http://user:secret@news.example/",
        "/" + "x" * 3000,
    ],
)
def test_a_redirect_to_where_nobody_can_go_is_refused(server: MisbehavingServer, location: str) -> None:
    assert failure(server.on("/", server_side.redirect(location))).reason is Reason.BAD_REDIRECT


def test_a_redirect_without_a_target_is_refused(server: MisbehavingServer) -> None:
    assert failure(server.on("/", server_side.answer(b"", status=302))).reason is Reason.BAD_REDIRECT


def test_a_redirect_with_two_targets_is_refused(server: MisbehavingServer) -> None:
    two = server_side.answer(b"", ("Location", "/a"), ("Location", "/b"), status=302)
    assert failure(server.on("/", two)).reason is Reason.BAD_REDIRECT


def test_a_target_outside_ascii_is_read_as_utf_8(server: MisbehavingServer) -> None:
    url = server.on("/old", server_side.redirect("/brücke".encode().decode("latin-1")))
    server.on("/br%C3%BCcke", server_side.answer())
    assert fetch(url).final_url == server.url("/br%C3%BCcke")


# Cookies


def cookie_wall(name: str = "seen", attributes: str = "") -> Behaviour:
    """Redirect to the same URL until the cookie comes back."""

    def behave(request: Request) -> None:
        has_cookie = f"{name}=1" in (request.field("Cookie") or "").split("; ")
        wall = server_side.answer(
            b"", ("Location", request.target), ("Set-Cookie", f"{name}=1{attributes}"), status=302, html=False
        )
        (server_side.answer() if has_cookie else wall)(request)

    return behave


@pytest.mark.parametrize("attributes", ["", "; Path=/", "; path=/news; HttpOnly; Secure; SameSite=Lax", "; Max-Age=60"])
def test_a_cookie_is_sent_again_within_its_fetch_and_not_kept(server: MisbehavingServer, attributes: str) -> None:
    url = server.on("/news/bridge", cookie_wall(attributes=attributes))

    response = fetch(url)

    assert (response.body, len(response.redirects)) == (PAGE, 1)
    assert [request.field("Cookie") for request in server.requests] == [None, "seen=1"]
    fetch(url)
    assert server.requests[2].field("Cookie") is None


def test_cookies_pile_up_from_redirect_to_redirect(server: MisbehavingServer) -> None:
    # Given a visit that sets, replaces and deletes cookies on its way
    def step(location: str, *cookies: str) -> Behaviour:
        fields = [("Set-Cookie", cookie) for cookie in cookies]
        return server_side.answer(b"", ("Location", location), *fields, status=302, html=False)

    url = server.on("/1", step("/2", "a=1; Path=/", "b=2; Path=/", "c=3; Path=/elsewhere"))
    server.on("/2", step("/3", "a=4; Path=/", "b=; Path=/; Max-Age=0"))
    server.on("/3", server_side.answer())

    # When it is followed, Then each request has the cookies that stand
    fetch(url)
    assert [request.field("Cookie") for request in server.requests] == [None, "a=1; b=2", "a=4"]


def test_a_cookie_goes_to_no_other_host(server: MisbehavingServer) -> None:
    there = server.url("/there", host="other.example")
    cookie = ("Set-Cookie", "seen=1; Path=/; Domain=example")
    url = server.on("/here", server_side.answer(b"", ("Location", there), cookie, status=302, html=False))
    server.on("/there", server_side.answer())

    fetch(server.url("/here", host="news.example"), resolve=to_addresses("127.0.0.1"))

    assert url.endswith("/here")
    assert [request.field("Cookie") for request in server.requests] == [None, None]


def test_new_cookies_do_not_make_a_loop_longer_than_allowed(server: MisbehavingServer) -> None:
    def behave(request: Request) -> None:
        cookie = ("Set-Cookie", f"visit={len(server.requests)}")
        server_side.answer(b"", ("Location", "/"), cookie, status=302, html=False)(request)

    assert failure(server.on("/", behave), redirects=4).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 5


def test_a_loop_without_cookies_is_seen_at_once(server: MisbehavingServer) -> None:
    assert failure(server.on("/", server_side.redirect("/"))).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 1


# Refresh


@pytest.mark.parametrize("way", ["element", "field", "field alone"])
def test_a_page_that_refreshes_is_a_redirect(server: MisbehavingServer, way: str) -> None:
    element = b'<meta http-equiv="refresh" content="0; url=new?page=1#top"><p>You are being sent on.</p>'
    field = ("Refresh", "1; url=new?page=1#top")
    answers = {
        "element": server_side.answer(element),
        "field": server_side.answer(b"<p>You are being sent on.</p>", field),
        "field alone": server_side.answer(b"", field),
    }
    url = server.on("/old", answers[way])
    server.on("/new?page=1", server_side.answer())

    response = fetch(url)

    assert (response.final_url, response.body) == (server.url("/new?page=1"), PAGE)
    assert response.redirects == (Hop(url, 200, server.url("/new?page=1"), "127.0.0.1"),)


def test_a_page_that_refreshes_itself_is_itself(server: MisbehavingServer) -> None:
    page = b'<meta http-equiv="refresh" content="5; url=/news"><p>The harbour bridge is open.</p>'
    response = fetch(server.on("/news", server_side.answer(page)))
    assert (response.body, response.redirects, len(server.requests)) == (page, (), 1)


def test_a_page_that_sets_a_cookie_and_refreshes_is_asked_again(server: MisbehavingServer) -> None:
    def behave(request: Request) -> None:
        wait = server_side.answer(
            b'<meta http-equiv="refresh" content="0; url=/news">', ("Set-Cookie", "seen=1; Path=/")
        )
        (server_side.answer() if request.field("Cookie") else wait)(request)

    assert fetch(server.on("/news", behave)).body == PAGE


def test_pages_that_refresh_to_one_another_are_a_loop(server: MisbehavingServer) -> None:
    url = server.on("/a", server_side.answer(b'<meta http-equiv="refresh" content="0; url=/b">'))
    server.on("/b", server_side.answer(b'<meta http-equiv="refresh" content="0; url=/a">'))
    assert failure(url).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 2


@pytest.mark.parametrize("target", ["javascript:go()", "mailto:desk@news.example", "app://open"])
def test_a_refresh_to_where_nobody_can_go_is_refused(server: MisbehavingServer, target: str) -> None:
    page = f'<meta http-equiv="refresh" content="0; url={target}">'.encode()
    assert failure(server.on("/", server_side.answer(page))).reason is Reason.BAD_REDIRECT


def test_a_page_of_maintenance_is_tried_again(server: MisbehavingServer) -> None:
    page = b"<title>Maintenance</title><h1>We will be back soon</h1><p>Please try again in an hour.</p>"
    assert failure(server.on("/", server_side.answer(page))).reason is Reason.MAINTENANCE


# Names in the wrong place


@pytest.mark.parametrize("coding", ["UTF-8", "none", "text/html"])
def test_text_under_a_coding_that_is_none_is_taken(server: MisbehavingServer, coding: str) -> None:
    assert fetch(server.on("/", server_side.answer(PAGE, ("Content-Encoding", coding)))).body == PAGE


@pytest.mark.parametrize(
    "stated", ["text/html, text/html; charset=utf-8", "application/octet-stream, text/html", "html", "text/html, */*"]
)
def test_the_last_valid_media_type_counts(server: MisbehavingServer, stated: str) -> None:
    assert fetch(server.on("/", server_side.answer(PAGE, ("Content-Type", stated), html=False))).body == PAGE


# Connections


def test_the_next_address_is_tried_when_one_refuses(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a name with a dead address before the living one
    connect = socket.socket.connect

    def refuse_the_first(self: socket.socket, address: Any) -> None:
        if address[0] == "192.0.2.1":
            raise ConnectionRefusedError
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse_the_first)
    networks = parse_networks(["127.0.0.1/32", "192.0.2.0/24"])
    server.on("/", server_side.answer())

    # When it is fetched
    response = fetch(
        server.url("/", host="two.example"), resolve=to_addresses("192.0.2.1", "127.0.0.1"), allowed=networks
    )

    # Then the living one answers
    assert response.resolved_address == "127.0.0.1"


def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    def resolve(host: str, port: int) -> Sequence[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert failure("http://unknown.example/", resolve=resolve).reason is Reason.NAME_NOT_RESOLVED


def test_a_name_that_cannot_be_asked_for_is_not_resolved() -> None:
    with pytest.raises(OSError, match="label"):
        resolve(f"{'a' * 64}.example", 80)


def test_a_refused_connection_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/").reason is Reason.CONNECTION_FAILED


@pytest.mark.parametrize(
    "behaviour",
    [server_side.reset, server_side.raw(), server_side.raw(b"HT"), server_side.raw(b"HTTP/1.1 200 OK\r\nX-One: y\r\n")],
    ids=["reset", "closed", "cut in the version", "cut in the head"],
)
def test_a_connection_that_breaks_before_the_answer_is_tried_again(
    server: MisbehavingServer, behaviour: Behaviour
) -> None:
    assert failure(server.on("/", behaviour)).reason is Reason.CONNECTION_FAILED


def test_a_connection_that_breaks_in_the_body_is_tried_again(server: MisbehavingServer) -> None:
    def behave(request: Request) -> None:
        request.send(server_side.head(200, [server_side.HTML, ("Content-Length", "1000")]))
        time.sleep(0.1)
        server_side.reset(request)

    assert failure(server.on("/", behave)).reason is Reason.CONNECTION_FAILED


# Sizes


def test_a_body_that_announces_too_much_is_not_read(server: MisbehavingServer) -> None:
    behaviour = server_side.drip(server_side.head(200, [server_side.HTML, ("Content-Length", "100001")]))
    assert failure(server.on("/", behaviour)).reason is Reason.TOO_LARGE


def test_a_body_of_the_largest_size_is_taken(server: MisbehavingServer) -> None:
    assert len(fetch(server.on("/", server_side.answer(b"x" * 100_000))).body) == 100_000
    assert len(fetch(server.on("/", server_side.chunked(*[b"x" * 1000] * 100))).body) == 100_000
    over = server_side.chunked(*[b"x" * 1000] * 100, b"x")
    assert failure(server.on("/", over)).reason is Reason.TOO_LARGE


# Bodies


@pytest.mark.parametrize(
    "media_type", ["application/pdf", "image/jpeg", "application/json", "text/css", "video/mp4", "multipart/mixed"]
)
def test_what_is_not_text_is_refused_before_the_body(server: MisbehavingServer, media_type: str) -> None:
    stuck = server_side.drip(server_side.head(200, [("Content-Type", media_type)]))
    assert failure(server.on("/", stuck)).reason is Reason.CONTENT_TYPE


@pytest.mark.parametrize(
    "behaviour",
    [
        server_side.answer(b""),
        server_side.answer(b" \r\n\t "),
        server_side.answer(b"", status=204),
        server_side.answer(gzip.compress(b""), ("Content-Encoding", "gzip")),
        server_side.answer(b"", ("Content-Encoding", "gzip")),
        server_side.chunked(),
    ],
    ids=["nothing", "white space", "204", "compressed nothing", "nothing called gzip", "no chunks"],
)
def test_an_empty_page_is_no_page(server: MisbehavingServer, behaviour: Behaviour) -> None:
    assert failure(server.on("/", behaviour)).reason is Reason.EMPTY_PAGE


# Statuses


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, Reason.NOT_FOUND),
        (410, Reason.GONE),
        *((status, Reason.ACCESS_DENIED) for status in (401, 402, 403, 407, 451)),
        *((status, Reason.CLIENT_ERROR) for status in (300, 305, 306, 400, 405, 406, 418, 499, 600, 999)),
        (408, Reason.TIMEOUT),
        (429, Reason.RATE_LIMITED),
        *((status, Reason.SERVER_ERROR) for status in (500, 502, 503, 504, 599)),
        *((status, Reason.PROTOCOL_ERROR) for status in (206, 101)),
    ],
)
def test_each_status_has_its_reason(server: MisbehavingServer, status: int, reason: Reason) -> None:
    assert failure(server.on("/", server_side.answer(status=status))).reason is reason


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sat, 14 Mar 2026 09:36:53 GMT", 600.0),
        ("Sat, 14 Mar 2026 09:00:00 GMT", 0.0),
        ("Sunday, 15-Mar-26 09:26:53 GMT", 86400.0),
        ("99999999999999999999", float("inf")),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("", None),
        ("²", None),
        ("Sat, 99 Mar 2026 09:36:53 GMT", None),
    ],
)
def test_retry_after_is_understood_or_ignored(server: MisbehavingServer, value: str, seconds: float) -> None:
    url = server.on("/", server_side.answer(PAGE, ("Retry-After", value), status=429))
    error = failure(url)
    assert isinstance(error, OverloadedError)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("status", "fields", "overloaded"),
    [(503, [], True), (500, [], False), (500, [("Retry-After", "60")], True), (502, [], False)],
)
def test_a_host_is_overloaded_when_it_says_so(
    server: MisbehavingServer, status: int, fields: list[tuple[str, str]], overloaded: int
) -> None:
    error = failure(server.on("/", server_side.answer(PAGE, *fields, status=status)))
    assert isinstance(error, OverloadedError) == overloaded


# TLS


def test_a_page_is_fetched_over_tls(secure_server: MisbehavingServer, authority: trustme.CA) -> None:
    secure_server.on("/", server_side.answer())
    response = fetch(secure_server.url(host="news.example"), **trusting(authority))
    assert response.body == PAGE
    assert response.resolved_address == "127.0.0.1"
    assert response.tls is not None
    assert response.tls.version == "TLSv1.3"
    assert response.tls.cipher.startswith("TLS_")
    certificate = ssl.PEM_cert_to_DER_cert(secure_server.certificate)
    assert response.tls.certificate_sha256 == hashlib.sha256(certificate).hexdigest()
    timings = response.timings
    assert timings.resolved is not None
    assert timings.secured is not None
    assert timings.first_byte is not None
    moments = [timings.resolved, timings.connected, timings.secured, timings.first_byte, timings.head, timings.total]
    assert moments == sorted(moments)
    assert response.seconds >= timings.total


def test_a_handshake_that_breaks_is_tried_again(server: MisbehavingServer, authority: trustme.CA) -> None:
    server.on_connect = server_side.raw()
    url = server.url(host="news.example").replace("http:", "https:")
    assert failure(url, **trusting(authority)).reason is Reason.CONNECTION_FAILED


def test_a_redirect_from_http_up_to_https_is_followed(
    server: MisbehavingServer, secure_server: MisbehavingServer, authority: trustme.CA
) -> None:
    url = server.on("/", server_side.redirect(secure_server.url("/page", host="news.example")))
    secure_server.on("/page", server_side.answer())
    assert fetch(url, **trusting(authority)).body == PAGE


# Connections that are kept


@pytest.fixture
def lasting() -> Iterator[MisbehavingServer]:
    """A server that keeps its connections open."""
    with MisbehavingServer(keeps_alive=True) as running:
        yield running


def test_pages_of_one_host_come_over_one_connection(lasting: MisbehavingServer) -> None:
    # Given one fetcher, as a warm worker has it, and a server that keeps connections
    asking = fetcher()
    urls = [lasting.on(f"/{number}", server_side.answer(b"page %d" % number)) for number in range(5)]

    # When pages are fetched one after the other
    responses = [asking.fetch(FetchRequest(url)) for url in urls]

    # Then each is its own, and the connection is the first one's
    assert [response.body for response in responses] == [b"page %d" % number for number in range(5)]
    assert [response.connection_reused for response in responses] == [False, True, True, True, True]
    assert responses[1].request_head == lasting.requests[1].head
    assert lasting.connections == 1
    assert responses[0].timings.resolved is not None
    assert responses[1].timings.resolved is None


def test_what_is_no_page_leaves_the_connection_open(lasting: MisbehavingServer) -> None:
    # Given a redirect, an unchanged page and a file about the site
    asking = fetcher()
    lasting.on("/old", server_side.redirect("/new"))
    lasting.on("/new", server_side.answer())
    lasting.on("/unchanged", server_side.raw(server_side.head(304)))
    lasting.on("/robots.txt", server_side.answer(b"User-agent: *"))

    # When they are fetched
    asking.fetch(FetchRequest(lasting.url("/old")))
    asking.fetch(FetchRequest(lasting.url("/unchanged"), etag='"v1"'))
    asking.fetch_auxiliary(lasting.url("/robots.txt"), 1000, DEADLINE)
    asking.fetch_auxiliary(lasting.url("/nothing"), 1000, DEADLINE)

    # Then one connection did for all of them
    assert len(lasting.requests) == 5
    assert lasting.connections == 1


def test_deadline_and_cap_are_each_fetchs_own(lasting: MisbehavingServer) -> None:
    # Given pages that are slow, or near the cap, each by itself
    def slow(request: Request) -> None:
        time.sleep(0.3)
        server_side.answer(b"x" * 60_000)(request)

    asking = fetcher(deadline=0.8, body=64_000)
    url = lasting.on("/", slow)

    # When several come over one connection, Then none of them pays for those before it
    assert [len(asking.fetch(FetchRequest(url)).body) for _ in range(4)] == [60_000] * 4
    assert lasting.connections == 1


def test_a_connection_that_failed_is_not_kept(lasting: MisbehavingServer) -> None:
    asking = fetcher()
    page = lasting.on("/", server_side.answer())
    large = lasting.on("/large", server_side.answer(b"x" * 200_000))
    asking.fetch(FetchRequest(page))
    with pytest.raises(PermanentError):
        asking.fetch(FetchRequest(large))
    assert asking.fetch(FetchRequest(page)).body == PAGE
    assert lasting.connections == 2


def test_a_connection_that_the_server_closes_meanwhile_is_replaced(server: MisbehavingServer) -> None:
    # Given a server that closes after each answer, without a word
    asking = fetcher()
    url = server.on("/", server_side.answer())

    # When a page is fetched again and again, at once, Then every fetch succeeds
    assert [asking.fetch(FetchRequest(url)).body for _ in range(20)] == [PAGE] * 20


def test_a_kept_connection_that_breaks_at_the_question_is_replaced_once() -> None:
    # Given a server that resets every second question on a connection
    asked: list[bytes] = []

    def moody(request: Request) -> None:
        asked.append(request.head)
        if len(asked) == 2:
            server_side.reset(request)
        else:
            server_side.answer()(request)

    with MisbehavingServer(keeps_alive=True) as lasting:
        url = lasting.on("/", moody)
        asking = fetcher()

        # When a page is fetched twice, Then the second fetch asks again over a new connection
        started: list[int] = []

        def request_slot(url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
            return lambda address=None: started.append(len(asked))

        assert [asking.fetch(FetchRequest(url), request_slot).body for _ in range(2)] == [PAGE, PAGE]
        assert (lasting.connections, len(asked)) == (2, 3)

        # And each request had its own leave, the repeated one too
        assert started == [0, 1, 2]


def test_leave_is_asked_before_the_dial_and_the_moment_when_the_connection_is_open(server: MisbehavingServer) -> None:
    # Given a redirect to another host
    events: list[str] = []

    def resolve(host: str, port: int) -> Sequence[Address]:
        events.append(f"dial {host}")
        return [ip_address("127.0.0.1")]

    def request_slot(url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
        events.append(f"leave {url.host} after {len(hops)}")
        return lambda address=None: events.append("start")

    server.on("/old", server_side.redirect(server.url("/new", host="b.example")))
    server.on("/new", server_side.answer())

    # When it is followed
    fetcher(resolve=resolve).fetch(FetchRequest(server.url("/old", host="a.example")), request_slot)

    # Then each host is dialled with leave, and each request waits for its moment
    first = ["leave a.example after 0", "dial a.example", "start"]
    assert events == [*first, "leave b.example after 1", "dial b.example", "start"]


def test_what_is_raised_at_the_moment_of_a_request_ends_the_fetch_unasked(server: MisbehavingServer) -> None:
    class TooLateError(Exception):
        pass

    def request_slot(url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
        def start(address: Address | None = None) -> None:
            raise TooLateError

        return start

    with pytest.raises(TooLateError):
        fetcher().fetch(FetchRequest(server.on("/", server_side.answer())), request_slot)
    assert server.requests == []


# What came of a fetch in vain


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_an_error_says_what_was_received(server: MisbehavingServer, status: int) -> None:
    # Given a redirect to a page that is not there, or not now
    server.on("/old", server_side.redirect("/new"))
    server.on("/new", server_side.answer(b"Sorry.", status=status))

    # When it is fetched, Then the error knows the status, and what both answers weighed and took
    received = failure(server.url("/old")).received
    assert received is not None
    assert received.status == status
    assert received.wire_bytes > 100
    assert received.seconds > 0


def test_an_answer_that_never_comes_has_no_status(server: MisbehavingServer) -> None:
    error = failure(server.on("/", server_side.stall()), deadline=0.3)
    assert error.received is not None
    assert (error.received.status, error.received.wire_bytes) == (None, 0)
    assert error.received.seconds >= 0.3


def test_an_answer_that_never_ends_counts_with_what_came_of_it(server: MisbehavingServer) -> None:
    error = failure(server.on("/", server_side.drip(server_side.head(200, [server_side.HTML]))), deadline=0.3)
    assert error.received is not None
    assert error.received.status == 200
    assert error.received.wire_bytes > 0


def test_a_server_that_was_not_dialled_sent_nothing() -> None:
    assert failure("http://127.0.0.9/").received is None


def test_a_new_connection_that_breaks_at_the_question_is_an_error(lasting: MisbehavingServer) -> None:
    url = lasting.on("/", server_side.reset)
    assert failure(url).reason is Reason.CONNECTION_FAILED
    assert len(lasting.requests) == 1


@pytest.mark.parametrize("field", [("Connection", "close"), ("connection", "Close")])
def test_a_server_that_closes_is_believed(lasting: MisbehavingServer, field: tuple[str, str]) -> None:
    asking = fetcher()
    url = lasting.on("/", server_side.answer(PAGE, field))
    assert [asking.fetch(FetchRequest(url)).connection_reused for _ in range(2)] == [False, False]


def test_tls_is_shaken_hands_for_once(authority: trustme.CA) -> None:
    # Given a server over TLS that keeps connections
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("news.example").configure_cert(context)
    with MisbehavingServer(tls=context, keeps_alive=True) as lasting:
        lasting.on("/", server_side.answer())
        asking = fetcher(**trusting(authority))

        # When pages are fetched
        url = lasting.url(host="news.example")
        responses = [asking.fetch(FetchRequest(url)) for _ in range(3)]

        # Then the later ones still say what the connection is like
        assert lasting.connections == 1
        assert responses[2].tls == responses[0].tls
        assert responses[2].timings.secured is None
        asking.close()


@pytest.fixture
def open_one(lasting: MisbehavingServer) -> Callable[[], Connection]:
    """Opens a connection to the lasting server, and leaves it after one exchange."""
    lasting.on("/", server_side.answer())
    dialler = Dialler(Resolver(), AddressRules(parse_networks(["127.0.0.1/32"])), ssl.create_default_context())

    def open_connection() -> Connection:
        connection = Connection(dialler.open("http", "127.0.0.1", lasting.port, Deadline(DEADLINE)))
        connection.ask("/", [("Host", "news.example")], Deadline(DEADLINE), 1000)
        assert b"".join(connection.body()) == PAGE
        assert connection.can_serve_another()
        return connection

    return open_connection


@pytest.mark.parametrize(("idle", "is_kept"), [(0, True), (MAXIMUM_IDLE_SECONDS, True), (16, False), (-60, False)])
def test_a_connection_is_kept_for_a_while(open_one: Callable[[], Connection], idle: float, is_kept: bool) -> None:
    # Given a kept connection
    now = [1000.0]
    kept = KeptConnections(clock=lambda: now[0])
    connection = open_one()
    kept.keep(("http", "news.example", 80), connection)

    # When time passes, or the clock was set back, Then it is there or closed
    now[0] += idle
    assert (kept.take(("http", "news.example", 80)) is connection) == is_kept
    assert kept.take(("http", "news.example", 80)) is None
    connection.channel.close()


def test_no_more_connections_are_kept_than_agreed(open_one: Callable[[], Connection]) -> None:
    kept = KeptConnections()
    for number in range(MAXIMUM_IDLE_CONNECTIONS + 1):
        kept.keep(("http", f"{number}.example", 80), open_one())
    found = [kept.take(("http", f"{number}.example", 80)) for number in range(MAXIMUM_IDLE_CONNECTIONS + 1)]
    assert [connection is not None for connection in found] == [False, *[True] * MAXIMUM_IDLE_CONNECTIONS]
    for connection in filter(None, found):
        connection.channel.close()


# What a site says about itself


def ask_about(url: str, maximum: int = 1000, **options: Any) -> AuxiliaryResponse:
    return fetcher(**options).fetch_auxiliary(url, maximum, DEADLINE)


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 410, 429, 500, 503, 599])
def test_every_status_is_an_answer_about_a_site(server: MisbehavingServer, status: int) -> None:
    body = b"User-agent: *" if status == 200 else b""
    answer = ask_about(server.on("/robots.txt", server_side.answer(b"User-agent: *"[: len(body)], status=status)))
    assert (answer.status, answer.body, answer.is_cut) == (status, body, False)
    assert answer.final_url == server.url("/robots.txt")
    assert answer.wire_bytes > 0


def test_the_body_of_an_error_is_not_waited_for(server: MisbehavingServer) -> None:
    stuck = server_side.drip(server_side.head(404, [server_side.HTML]))
    assert ask_about(server.on("/robots.txt", stuck)).status == 404


@pytest.mark.parametrize("coding", [None, *server_side.ENCODERS])
@pytest.mark.parametrize("size", [999, 1000, 1001, 200_000])
def test_what_is_too_long_about_a_site_is_cut(server: MisbehavingServer, coding: str | None, size: int) -> None:
    body = (b"Disallow: /x\n" * 20_000)[:size]
    sent = server_side.ENCODERS[coding](body) if coding else body
    fields = [("Content-Encoding", coding)] if coding else []
    answer = ask_about(server.on("/robots.txt", server_side.answer(sent, *fields)))
    assert answer.body == body[:1000]
    assert answer.is_cut == (size > 1000)


def test_an_endless_answer_about_a_site_is_cut(server: MisbehavingServer) -> None:
    answer = ask_about(server.on("/robots.txt", server_side.endless_chunks))
    assert (answer.body, answer.is_cut) == (b"x" * 1000, True)


@pytest.mark.parametrize(
    "behaviour",
    [
        server_side.raw(server_side.head(200, [("Content-Length", "100")]), b"User-agent: *"),
        server_side.compressed(b"User-agent: *" * 10, cut=20),
    ],
    ids=["length", "gzip"],
)
def test_half_an_answer_about_a_site_is_none(server: MisbehavingServer, behaviour: Behaviour) -> None:
    with pytest.raises(TransientError) as caught:
        ask_about(server.on("/robots.txt", behaviour))
    assert caught.value.reason is Reason.TRUNCATED


def test_five_redirects_are_followed_for_what_a_site_says(server: MisbehavingServer) -> None:
    for number in range(6):
        server.on(f"/{number}", server_side.redirect(f"/{number + 1}"))
    server.on("/5", server_side.answer(b"User-agent: *"))
    answer = ask_about(server.url("/0"))
    assert (answer.final_url, answer.body) == (server.url("/5"), b"User-agent: *")
    server.on("/5", server_side.redirect("/6"))
    with pytest.raises(PermanentError) as caught:
        ask_about(server.url("/0"))
    assert caught.value.reason is Reason.TOO_MANY_REDIRECTS


def test_the_deadline_of_what_a_site_says_is_the_askers(server: MisbehavingServer) -> None:
    with pytest.raises(TransientError) as caught:
        fetcher(deadline=100.0).fetch_auxiliary(server.on("/robots.txt", server_side.stall()), 1000, 0.3)
    assert caught.value.reason is Reason.TIMEOUT


# Feeds, sitemaps and front pages


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"<rss/>", "application/rss+xml"), (b"%PDF-1.7", "application/pdf"), (b"", "text/html"), (b"\x1f\x8b", "x/y")],
)
def test_a_listing_is_returned_whatever_it_is(server: MisbehavingServer, body: bytes, media_type: str) -> None:
    url = server.on("/feed", server_side.answer(body, ("Content-Type", media_type), html=False))
    response = fetcher().fetch_listing(FetchRequest(url, etag='"v1"'))
    assert (response.body, response.header("Content-Type")) == (body, media_type)
    (request,) = server.requests
    assert request.field("If-None-Match") == '"v1"'
    assert "rss" in (request.field("Accept") or "")


def test_a_listing_has_the_bounds_and_the_statuses_of_a_page(server: MisbehavingServer) -> None:
    large = server.on("/large", server_side.answer(b"x" * 2000))
    gone = server.on("/gone", server_side.answer(b"", status=410))
    for url, reason in ((large, Reason.TOO_LARGE), (gone, Reason.GONE)):
        with pytest.raises(PermanentError) as caught:
            fetcher(body=1000).fetch_listing(FetchRequest(url))
        assert caught.value.reason is reason


def test_a_listing_that_would_send_its_reader_on_is_itself(server: MisbehavingServer) -> None:
    page = b'<meta http-equiv="refresh" content="0; url=/other">'
    url = server.on("/front", server_side.answer(page))
    assert fetcher().fetch_listing(FetchRequest(url)).final_url == url
