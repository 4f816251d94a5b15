"""The fetcher against real sockets: it dials only what it may, ends when it must, and says what happened."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
import trustme

from fetcher.client import FetchLimits, HttpFetcher
from fetcher.ports import Fetcher, FetchRequest, FetchResponse, Hop, OverloadedError
from newsdesk.errors import PermanentError, TransientError
from newsdesk.networks import Address, parse_networks
from newsdesk.outcomes import TRANSIENT, Reason
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import PAGE, MisbehavingServer

pytestmark = pytest.mark.enable_socket

LOOPBACK = parse_networks(["127.0.0.1/32"])
"""The only address that stands for the public internet here; 127.0.0.9 stands for the inside."""

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
DEADLINE = 5.0


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture(autouse=True)
def dialled(monkeypatch) -> list[str]:
    """Record every address that is dialled, and let none but 127.0.0.1 through."""
    addresses: list[str] = []
    connect = socket.socket.connect

    def guarded(self, address):
        addresses.append(address[0])
        assert address[0] == "127.0.0.1", f"{address[0]} was dialled"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return addresses


def to_addresses(*texts: str):
    """Return a resolver that knows one answer."""

    def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(text) for text in texts]

    return resolve


def fetcher(deadline: float = DEADLINE, body: int = 100_000, redirects: int = 5, **options) -> Fetcher:
    options = {"allowed": LOOPBACK, "clock": lambda: NOW, **options}
    return HttpFetcher("Newsdesk/0 (+https://newsdesk.example)", FetchLimits(deadline, body, redirects), **options)


def fetch(url: str, **options) -> FetchResponse:
    return fetcher(**options).fetch(FetchRequest(url))


def failure(url: str, **options) -> PermanentError | TransientError:
    """Fetch in vain; the kind of the error must be the kind of its reason."""
    with pytest.raises((PermanentError, TransientError)) as caught:
        fetch(url, **options)
    assert isinstance(caught.value, TransientError) == (caught.value.reason in TRANSIENT)
    return caught.value


# A good answer


def test_a_page_is_returned_as_it_was_received(server):
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


def test_the_request_says_who_asks_and_what_for(server):
    url = server.on("/harbour", server_side.answer())

    response = fetch(url)

    request = server.requests[0]
    assert response.request_head == request.head
    assert request.head.startswith(b"GET /harbour HTTP/1.1\r\n")
    assert request.field("Host") == f"127.0.0.1:{server.port}"
    assert request.field("User-Agent") == "Newsdesk/0 (+https://newsdesk.example)"
    assert request.field("Accept").startswith("text/html")
    assert request.field("Accept-Encoding") == "gzip, deflate"
    assert request.field("Cookie") is None
    assert request.field("If-None-Match") is None
    assert request.field("If-Modified-Since") is None


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate"])
def test_a_compressed_body_stays_compressed(server, coding):
    response = fetch(server.on("/", server_side.compressed(coding=coding)))
    assert response.body == (zlib.compress(PAGE) if coding == "deflate" else gzip.compress(PAGE, mtime=0))
    assert response.header("content-encoding") == coding


def test_chunks_are_joined_and_their_header_is_kept(server):
    response = fetch(server.on("/", server_side.chunked(PAGE[:10], PAGE[10:])))
    assert response.body == PAGE
    assert response.header("Transfer-Encoding") == "chunked"


def test_an_http_1_0_page_ends_with_its_connection(server):
    page = server_side.raw(server_side.head(200, [server_side.HTML], version="HTTP/1.0"), PAGE)
    response = fetch(server.on("/", page))
    assert (response.body, response.http_version) == (PAGE, "HTTP/1.0")


@pytest.mark.parametrize(
    "media_type", ["text/html", "TEXT/HTML;charset=x", "application/xhtml+xml", "text/plain", None]
)
def test_text_is_taken(server, media_type):
    fields = [("Content-Type", media_type)] if media_type else []
    assert fetch(server.on("/", server_side.answer(PAGE, *fields, html=False))).body == PAGE


def test_informational_answers_are_passed_over(server):
    assert fetch(server.on("/", server_side.many_informational(100))).body == PAGE


# Conditions


def test_conditions_are_sent_when_they_are_given_and_304_is_an_answer(server):
    url = server.on("/", server_side.raw(server_side.head(304, [("ETag", '"v1"')])))

    response = fetcher().fetch(FetchRequest(url, '"v1"', "Sat, 14 Mar 2026 09:00:00 GMT"))

    assert (response.status, response.body) == (304, b"")
    assert server.requests[0].field("If-None-Match") == '"v1"'
    assert server.requests[0].field("If-Modified-Since") == "Sat, 14 Mar 2026 09:00:00 GMT"


def test_conditions_do_not_follow_a_redirect(server):
    url = server.on("/old", server_side.redirect("/new"))
    server.on("/new", server_side.answer())

    fetcher().fetch(FetchRequest(url, etag='"v1"', last_modified="Sat, 14 Mar 2026 09:00:00 GMT"))

    assert server.requests[1].field("If-None-Match") is None
    assert server.requests[1].field("If-Modified-Since") is None


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_recorded(server, status):
    url = server.on("/old", server_side.redirect("new?page=1#top", status))
    server.on("/new?page=1", server_side.answer())

    response = fetch(url)

    assert response.final_url == server.url("/new?page=1")
    assert response.redirects == (Hop(url, status, server.url("/new?page=1")),)


def test_cookies_are_not_carried_along(server):
    flood = [("Set-Cookie", f"c{number}=1") for number in range(500)]
    url = server.on("/old", server_side.answer(b"", ("Location", "/new"), *flood, status=302, html=False))
    server.on("/new", server_side.answer())

    fetch(url)

    assert server.requests[1].field("Cookie") is None


def test_a_loop_is_left(server):
    url = server.on("/a", server_side.redirect("/b"))
    server.on("/b", server_side.redirect("/a"))
    assert failure(url).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 2


def test_a_redirect_to_itself_is_a_loop(server):
    assert failure(server.on("/a", server_side.redirect("/a"))).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 1


def test_as_many_redirects_as_allowed_are_followed(server):
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
def test_a_redirect_to_where_nobody_can_go_is_refused(server, location):
    assert failure(server.on("/", server_side.redirect(location))).reason is Reason.BAD_REDIRECT


def test_a_redirect_without_a_target_is_refused(server):
    assert failure(server.on("/", server_side.answer(b"", status=302))).reason is Reason.BAD_REDIRECT


def test_a_redirect_with_two_targets_is_refused(server):
    two = server_side.answer(b"", ("Location", "/a"), ("Location", "/b"), status=302)
    assert failure(server.on("/", two)).reason is Reason.BAD_REDIRECT


def test_a_target_outside_ascii_is_read_as_utf_8(server):
    url = server.on("/old", server_side.redirect("/brücke".encode().decode("latin-1")))
    server.on("/br%C3%BCcke", server_side.answer())
    assert fetch(url).final_url == server.url("/br%C3%BCcke")


# Addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.9",
        "169.254.169.254",
        "2130706441",
        "0x7f000009",
        "0177.0.0.9",
        "127.9",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "10.0.0.1",
        "0",
    ],
)
def test_a_literal_address_that_leads_inside_is_never_dialled(host, dialled):
    assert failure(f"http://{host}/").reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


@pytest.mark.parametrize(
    "address", ["127.0.0.9", "10.1.2.3", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:127.0.0.1", "2002:7f00:1::"]
)
def test_a_name_that_leads_inside_is_never_dialled(address, dialled):
    error = failure("http://rebound.example/", resolve=to_addresses(address))
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


def test_a_name_with_one_inside_address_among_public_ones_is_never_dialled(dialled):
    mixed = to_addresses("127.0.0.1", "198.51.100.7", "127.0.0.9")
    assert failure("http://mixed.example/", resolve=mixed).reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


def test_without_an_allowed_network_loopback_is_inside(server, dialled):
    assert failure(server.on("/", server_side.answer()), allowed=()).reason is Reason.BLOCKED_ADDRESS
    assert dialled == []


@pytest.mark.parametrize("hops", [1, 2, 4])
def test_a_redirect_that_leads_inside_is_not_followed_at_any_hop(server, dialled, hops):
    # Given a chain of redirects whose last one leads inside
    for number in range(hops - 1):
        server.on(f"/{number}", server_side.redirect(f"/{number + 1}"))
    server.on(f"/{hops - 1}", server_side.redirect("http://127.0.0.9:9001/2018-06-01/runtime/invocation/next"))

    # When it is followed
    error = failure(server.url("/0"))

    # Then the last step is not taken
    assert error.reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"] * hops


def test_a_redirect_to_a_name_that_leads_inside_is_not_followed(server, dialled):
    def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address("127.0.0.9" if host == "inside.example" else "127.0.0.1")]

    url = server.on("/", server_side.redirect("http://inside.example/"))

    assert failure(url, resolve=resolve).reason is Reason.BLOCKED_ADDRESS
    assert dialled == ["127.0.0.1"]


def test_a_backslash_in_a_redirect_does_not_change_its_host(server, dialled):
    # Every parser of this URL must see the same host: browsers say ok.example, RFC 3986 says 127.0.0.9.
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[Address]:
        asked.append(host)
        return [ip_address("127.0.0.1")]

    url = server.on("/", server_side.redirect(f"http://ok.example:{server.port}\\@127.0.0.9/"))
    failure(url, resolve=resolve)
    assert asked == ["127.0.0.1", "ok.example"]
    assert set(dialled) == {"127.0.0.1"}


def test_a_name_is_resolved_once_and_the_checked_address_is_dialled(server, dialled, monkeypatch):
    # Given a name whose second answer leads inside
    real = socket.getaddrinfo
    answers = iter(["127.0.0.1", "127.0.0.9", "127.0.0.9"])
    asked: list[str] = []

    def rebinding(host, port, *args, **kwargs):
        if host != "rebinding.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return real(next(answers), port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.on("/", server_side.answer())

    # When it is fetched
    response = fetch(server.url("/", host="rebinding.example"))

    # Then the first answer is the one that was checked and dialled
    assert response.resolved_address == "127.0.0.1"
    assert asked == ["rebinding.example"]
    assert dialled == ["127.0.0.1"]
    assert server.requests[0].field("Host") == f"rebinding.example:{server.port}"


def test_a_proxy_in_the_environment_is_not_used(server, dialled, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.9:3128")
    fetch(server.on("/", server_side.answer()))
    assert dialled == ["127.0.0.1"]


def test_the_next_address_is_tried_when_one_refuses(server, monkeypatch):
    # Given a name with a dead address before the living one
    networks = parse_networks(["127.0.0.1/32", "192.0.2.0/24"])
    real = socket.create_connection

    def create_connection(address, *args, **kwargs):
        if address[0] == "192.0.2.1":
            raise ConnectionRefusedError
        return real(address, *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    server.on("/", server_side.answer())

    # When it is fetched
    response = fetch(
        server.url("/", host="two.example"), resolve=to_addresses("192.0.2.1", "127.0.0.1"), allowed=networks
    )

    # Then the living one answers
    assert response.resolved_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", Reason.UNSUPPORTED_SCHEME),
        ("gopher://news.example/", Reason.UNSUPPORTED_SCHEME),
        ("http://user@news.example/", Reason.CREDENTIALS_IN_URL),
        ("not a url", Reason.INVALID_URL),
    ],
)
def test_what_is_no_web_address_is_rejected(url, reason, dialled):
    assert failure(url).reason is reason
    assert dialled == []


def test_other_ports_are_rejected(dialled):
    error = failure("http://news.example:9001/", allowed=(), resolve=to_addresses("127.0.0.1"))
    assert error.reason is Reason.BLOCKED_PORT
    assert dialled == []


# Connections


def test_a_name_that_nobody_knows_may_be_known_later():
    def resolve(host: str, port: int) -> Sequence[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert failure("http://unknown.example/", resolve=resolve).reason is Reason.NAME_NOT_RESOLVED


def test_a_name_that_cannot_be_asked_for_is_not_resolved():
    assert failure(f"http://{'a' * 64}.example/").reason is Reason.NAME_NOT_RESOLVED


def test_a_refused_connection_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/").reason is Reason.CONNECTION_FAILED


@pytest.mark.parametrize(
    "behaviour",
    [server_side.reset, server_side.raw(), server_side.raw(b"HT"), server_side.raw(b"HTTP/1.1 200 OK\r\nX-One: y\r\n")],
    ids=["reset", "closed", "cut in the version", "cut in the head"],
)
def test_a_connection_that_breaks_before_the_answer_is_tried_again(server, behaviour):
    assert failure(server.on("/", behaviour)).reason is Reason.CONNECTION_FAILED


def test_a_connection_that_breaks_in_the_body_is_tried_again(server):
    def behave(request):
        request.send(server_side.head(200, [server_side.HTML, ("Content-Length", "1000")]))
        time.sleep(0.1)
        server_side.reset(request)

    assert failure(server.on("/", behave)).reason is Reason.CONNECTION_FAILED


# Time


@pytest.mark.parametrize(
    "behaviour",
    [
        server_side.stall(),
        server_side.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        server_side.drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        server_side.drip(server_side.head(200, [server_side.HTML, ("Content-Length", "90000")])),
        server_side.drip(server_side.head(200, [server_side.HTML])),
        server_side.drip(server_side.head(200, [server_side.HTML, ("Transfer-Encoding", "chunked")]), b"1\r\nx\r\n"),
        server_side.drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["silence", "head by bytes", "head by lines", "body", "body without length", "chunks", "informational"],
)
def test_the_deadline_is_kept_however_the_server_drips(server, behaviour):
    started = time.monotonic()
    assert failure(server.on("/", behaviour), deadline=0.5).reason is Reason.TIMEOUT
    assert 0.4 < time.monotonic() - started < 2.0


def test_the_deadline_is_for_all_redirects_together(server):
    def slow_redirect(target):
        def behave(request):
            time.sleep(0.2)
            server_side.redirect(target)(request)

        return behave

    for number in range(6):
        server.on(f"/{number}", slow_redirect(f"/{number + 1}"))
    started = time.monotonic()
    assert failure(server.url("/0"), deadline=0.5).reason is Reason.TIMEOUT
    assert time.monotonic() - started < 2.0


def test_a_resolver_that_takes_too_long_uses_the_deadline_up(dialled):
    def resolve(host: str, port: int) -> Sequence[Address]:
        time.sleep(0.3)
        return [ip_address("127.0.0.1")]

    assert failure("http://slow.example/", resolve=resolve, deadline=0.2).reason is Reason.TIMEOUT
    assert dialled == []


# Sizes


@pytest.mark.parametrize(
    "behaviour",
    [
        server_side.huge_field(50 * 1024 * 1024),
        server_side.flood_of_fields(200_000),
        server_side.many_informational(20_000),
    ],
    ids=["50 MB field", "200,000 fields", "20,000 informational"],
)
def test_a_head_without_end_is_no_answer(server, behaviour):
    assert failure(server.on("/", behaviour), deadline=10).reason is Reason.PROTOCOL_ERROR


@pytest.mark.parametrize("behaviour", [server_side.endless_chunks, server_side.tiny_chunks], ids=["large", "tiny"])
def test_a_body_without_end_is_too_large(server, behaviour):
    assert failure(server.on("/", behaviour), deadline=10).reason is Reason.TOO_LARGE


def test_a_body_that_announces_too_much_is_not_read(server):
    behaviour = server_side.drip(server_side.head(200, [server_side.HTML, ("Content-Length", "100001")]))
    assert failure(server.on("/", behaviour)).reason is Reason.TOO_LARGE


def test_a_body_of_the_largest_size_is_taken(server):
    assert len(fetch(server.on("/", server_side.answer(b"x" * 100_000))).body) == 100_000
    assert len(fetch(server.on("/", server_side.chunked(*[b"x" * 1000] * 100))).body) == 100_000
    over = server_side.chunked(*[b"x" * 1000] * 100, b"x")
    assert failure(server.on("/", over)).reason is Reason.TOO_LARGE


def test_a_bomb_is_refused_at_the_cap(server):
    # Given 64 KiB that decode to 64 MiB
    url = server.on("/", server_side.answer(server_side.gzip_bomb(64), ("Content-Encoding", "gzip")))

    # When they are fetched
    tracemalloc.start()
    error = failure(url, body=1 << 20, deadline=10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # Then nothing near that was ever held
    assert error.reason is Reason.TOO_LARGE
    assert peak < 8 << 20


# Bodies


@pytest.mark.parametrize(
    "behaviour",
    [
        server_side.raw(server_side.head(200, [server_side.HTML, ("Content-Length", "1000")]), PAGE),
        server_side.chunked(PAGE, end=b""),
        server_side.chunked(PAGE, end=b"ff\r\nhalf"),
        server_side.compressed(cut=-4),
        server_side.compressed(cut=30),
        server_side.compressed(coding="deflate", cut=-2),
    ],
    ids=["length", "last chunk", "in a chunk", "gzip trailer", "gzip", "deflate"],
)
def test_a_truncated_body_is_tried_again(server, behaviour):
    assert failure(server.on("/", behaviour)).reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    "codings", ["br", "zstd", "compress", "gzip, gzip", "gzip, deflate", ", ".join(["gzip"] * 200), "aes128gcm"]
)
def test_a_coding_that_nobody_asked_for_is_refused_before_the_body(server, codings):
    stuck = server_side.drip(server_side.head(200, [server_side.HTML, ("Content-Encoding", codings)]))
    assert failure(server.on("/", stuck)).reason is Reason.CONTENT_ENCODING


def test_two_coding_fields_are_two_codings(server):
    twice = server_side.answer(PAGE, ("Content-Encoding", "gzip"), ("Content-Encoding", "gzip"))
    assert failure(server.on("/", twice)).reason is Reason.CONTENT_ENCODING


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_in_its_coding_is_refused(server, coding):
    url = server.on("/", server_side.answer(PAGE, ("Content-Encoding", coding)))
    assert failure(url).reason is Reason.CONTENT_ENCODING


@pytest.mark.parametrize(
    "media_type", ["application/pdf", "image/jpeg", "application/json", "text/css", "video/mp4", "multipart/mixed"]
)
def test_what_is_not_text_is_refused_before_the_body(server, media_type):
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
def test_an_empty_page_is_no_page(server, behaviour):
    assert failure(server.on("/", behaviour)).reason is Reason.EMPTY_PAGE


# Statuses


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, Reason.NOT_FOUND),
        (410, Reason.GONE),
        *((status, Reason.ACCESS_DENIED) for status in (401, 402, 403, 407, 451)),
        *((status, Reason.CLIENT_ERROR) for status in (400, 405, 406, 418, 499)),
        (429, Reason.RATE_LIMITED),
        *((status, Reason.SERVER_ERROR) for status in (500, 502, 503, 504, 599)),
        *((status, Reason.PROTOCOL_ERROR) for status in (206, 300, 305, 306, 101, 600, 999)),
    ],
)
def test_each_status_has_its_reason(server, status, reason):
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
def test_retry_after_is_understood_or_ignored(server, value, seconds):
    url = server.on("/", server_side.answer(PAGE, ("Retry-After", value), status=429))
    error = failure(url)
    assert isinstance(error, OverloadedError)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("status", "fields", "overloaded"),
    [(503, [], True), (500, [], False), (500, [("Retry-After", "60")], True), (502, [], False)],
)
def test_a_host_is_overloaded_when_it_says_so(server, status, fields, overloaded):
    error = failure(server.on("/", server_side.answer(PAGE, *fields, status=status)))
    assert isinstance(error, OverloadedError) == overloaded


# Not HTTP


@pytest.mark.parametrize(
    "behaviour",
    [
        server_side.raw(PAGE),
        server_side.raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        server_side.raw(b"HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\npage."),
        server_side.raw(b"HTTP/1.1 200 OK\r\nX-Nul: a\x00b\r\n\r\npage"),
        server_side.raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\npage"),
        server_side.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\npage."),
        server_side.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4, 5\r\n\r\npage."),
        server_side.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\npage"),
        server_side.raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\npage"),
        server_side.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\npage"),
        server_side.raw(b"HTTP/1.1 99 Low\r\n\r\n"),
        server_side.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n"),
    ],
    ids=[
        "HTTP/0.9",
        "SSH",
        "HTTP/2.0",
        "NUL",
        "no colon",
        "two lengths",
        "a list of lengths",
        "negative length",
        "endless length",
        "unknown transfer coding",
        "status 99",
        "no chunk",
    ],
)
def test_what_is_not_http_1_is_a_protocol_error(server, behaviour):
    assert failure(server.on("/", behaviour)).reason is Reason.PROTOCOL_ERROR


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_server(authority) -> Iterator[MisbehavingServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("news.example").configure_cert(context)
    with MisbehavingServer(tls=context) as running:
        yield running


def trusting(authority: trustme.CA) -> dict:
    return {"extra_authorities": authority.cert_pem.bytes().decode("ascii"), "resolve": to_addresses("127.0.0.1")}


def test_a_page_is_fetched_over_tls(secure_server, authority):
    secure_server.on("/", server_side.answer())
    response = fetch(secure_server.url(host="news.example"), **trusting(authority))
    assert response.body == PAGE
    assert response.resolved_address == "127.0.0.1"


def test_a_certificate_of_an_unknown_authority_is_refused(secure_server):
    secure_server.on("/", server_side.answer())
    error = failure(secure_server.url(host="news.example"), resolve=to_addresses("127.0.0.1"))
    assert error.reason is Reason.TLS_ERROR
    assert secure_server.requests == []


def test_a_certificate_for_another_name_is_refused(secure_server, authority):
    error = failure(secure_server.url(host="other.example"), **trusting(authority))
    assert error.reason is Reason.TLS_ERROR
    assert secure_server.requests == []


def test_a_server_that_speaks_no_tls_is_a_tls_error(server, authority):
    server.on_connect = server_side.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    url = server.url(host="news.example").replace("http:", "https:")
    assert failure(url, **trusting(authority)).reason is Reason.TLS_ERROR


def test_a_handshake_that_breaks_is_tried_again(server, authority):
    server.on_connect = server_side.raw()
    url = server.url(host="news.example").replace("http:", "https:")
    assert failure(url, **trusting(authority)).reason is Reason.CONNECTION_FAILED


def test_a_handshake_that_stalls_meets_the_deadline(server, authority):
    def wait(request):
        request.connection.settimeout(3)
        while request.connection.recv(65536):
            pass

    server.on_connect = wait
    url = server.url(host="news.example").replace("http:", "https:")
    started = time.monotonic()
    assert failure(url, deadline=0.5, **trusting(authority)).reason is Reason.TIMEOUT
    assert time.monotonic() - started < 2.0


def test_a_body_that_drips_over_tls_meets_the_deadline(secure_server, authority):
    secure_server.on("/", server_side.drip(server_side.head(200, [server_side.HTML])))
    started = time.monotonic()
    error = failure(secure_server.url(host="news.example"), deadline=0.5, **trusting(authority))
    assert error.reason is Reason.TIMEOUT
    assert time.monotonic() - started < 2.0


def test_a_redirect_from_https_down_to_http_is_refused(secure_server, authority):
    secure_server.on("/", server_side.redirect("http://news.example/"))
    error = failure(secure_server.url(host="news.example"), **trusting(authority))
    assert error.reason is Reason.BAD_REDIRECT


def test_a_redirect_from_http_up_to_https_is_followed(server, secure_server, authority):
    url = server.on("/", server_side.redirect(secure_server.url("/page", host="news.example")))
    secure_server.on("/page", server_side.answer())
    assert fetch(url, **trusting(authority)).body == PAGE
