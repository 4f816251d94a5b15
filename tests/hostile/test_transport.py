"""Cases 28 to 47: whatever a server sends or fails to send ends in one classified way, in bounded time and memory.

The numbers are those of ``docs/hostile-cases.md``. Reasons that are worth another attempt are
told from those that are not by the kind of the error, which ``failure`` checks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, cast

import pytest
import trustme
from aws_lambda_powertools.utilities.typing import LambdaContext

from fetcher.stage import FetchStage
from harness.aws import FakeLambdaContext
from harness.fakes import InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import ArticleState, CurrentRevision, lifecycle, read_capture
from newsdesk.articles.state import Validators
from newsdesk.clock import utc_now
from newsdesk.contracts import FetchRequested, PageFetched, Reason
from newsdesk.errors import TransientError
from newsdesk.runtime import Worker, instrumented
from newsdesk.web import Address, article_id
from newsdesk.web.transport import CrawlLimits, FetchRequest, Politeness
from newsdesk.web.transport.cookies import MOST_COOKIES
from newsdesk.web.transport.http1 import MAXIMUM_FIELDS, MAXIMUM_INFORMATIONAL, MAXIMUM_PIECES
from newsdesk.web.transport.network import MAXIMUM_LOOKUPS
from tests.examples import TIMEOUTS
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import ENCODERS, HTML, PAGE, Behaviour, MisbehavingServer, Request
from tests.hostile.fetch_cost import cost_of
from tests.web import LOOPBACK, failure, fetch, fetcher, to_addresses

CODINGS = ["gzip", "deflate", "br", "zstd"]


# Codings


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_case_28_a_bomb_of_two_gibibytes_costs_next_to_nothing(server: MisbehavingServer, coding: str) -> None:
    # Given a small body that decodes to 2 GiB
    ordinary = server.on("/", server_side.compressed(coding=coding))
    bomb = server_side.bomb(coding, 2048)
    assert len(bomb) < 4 << 20
    hostile = server.on("/bomb", server_side.answer(bomb, ("Content-Encoding", coding)))

    # When it is fetched with a cap of 10 MiB
    cost = cost_of(ordinary, hostile)

    # Then it is refused at the cap, long before it is big
    assert cost.reason == Reason.TOO_LARGE
    assert cost.mebibytes < 30


@pytest.mark.parametrize("codings", ["gzip, gzip", "gzip, br", "br,br", "zstd, gzip", ", ".join(["gzip"] * 200)])
def test_case_29_stacked_codings_are_refused_before_the_body(server: MisbehavingServer, codings: str) -> None:
    stuck = server_side.drip(server_side.head(200, [HTML, ("Content-Encoding", codings)]))
    assert failure(server.on("/", stuck)).reason is Reason.CONTENT_ENCODING


def test_case_29_two_hundred_coding_fields_are_refused(server: MisbehavingServer) -> None:
    fields = [("Content-Encoding", "gzip")] * 190
    assert failure(server.on("/", server_side.answer(PAGE, *fields))).reason is Reason.CONTENT_ENCODING


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("cut", [-1, -4, 12])
def test_case_30_a_truncated_coding_is_tried_again(server: MisbehavingServer, coding: str, cut: int) -> None:
    assert failure(server.on("/", server_side.compressed(coding=coding, cut=cut))).reason is Reason.TRUNCATED


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_case_31_a_body_that_is_not_in_its_coding_is_refused(server: MisbehavingServer, coding: str) -> None:
    url = server.on("/", server_side.answer(PAGE, ("Content-Encoding", coding)))
    assert failure(url).reason is Reason.CONTENT_ENCODING


def test_case_31_text_called_brotli_is_never_a_page(server: MisbehavingServer) -> None:
    # Given text that is also the beginning of some brotli stream, as most bytes are
    url = server.on("/", server_side.answer(PAGE, ("Content-Encoding", "br")))

    # When it is fetched, Then it is broken in one way or the other
    assert failure(url).reason in (Reason.CONTENT_ENCODING, Reason.TRUNCATED)


@pytest.mark.parametrize("coding", ["compress", "aes128gcm", "rot13", "dcb", "x-" + "y" * 500])
def test_case_32_a_body_in_an_unknown_coding_is_refused(server: MisbehavingServer, coding: str) -> None:
    url = server.on("/", server_side.answer(bytes(range(256)) * 4, ("Content-Encoding", coding)))
    assert failure(url).reason is Reason.CONTENT_ENCODING


def test_case_32_an_unknown_coding_makes_no_text_of_a_picture(server: MisbehavingServer) -> None:
    url = server.on("/", server_side.answer(b"GIF89a and no more", ("Content-Encoding", "utf-8")))
    assert failure(url).reason is Reason.CONTENT_TYPE


# Time


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(server_side.drip(server_side.head(200, [HTML, ("Content-Length", "90000")])), id="case 33 length"),
        pytest.param(server_side.drip(server_side.head(200, [HTML])), id="case 33 until closed"),
        pytest.param(
            server_side.drip(server_side.head(200, [HTML, ("Transfer-Encoding", "chunked")]), b"1\r\nx\r\n"),
            id="case 33 chunks",
        ),
        pytest.param(
            server_side.drip(server_side.head(200, [HTML, ("Transfer-Encoding", "chunked")]) + b"5;", b"x"),
            id="case 33 chunk extension",
        ),
        pytest.param(
            server_side.drip(server_side.head(200, [HTML, ("Transfer-Encoding", "chunked")]) + b"0\r\n", b"X: y\r\n"),
            id="case 33 trailer",
        ),
        pytest.param(server_side.stall(), id="case 34 silence"),
        pytest.param(server_side.drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), id="case 34 head by bytes"),
        pytest.param(server_side.drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), id="case 34 head by lines"),
        pytest.param(server_side.drip(b"", b"H"), id="case 34 no status line"),
        pytest.param(server_side.drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.2), id="case 34 informational"),
    ],
)
def test_the_deadline_ends_a_fetch_however_the_server_drips(
    server: MisbehavingServer, behaviour: Behaviour, request: pytest.FixtureRequest
) -> None:
    reason = failure(server.on("/", behaviour), deadline=1.0).reason
    # A second "H" makes no status line; nobody has to wait for that.
    assert reason is (Reason.PROTOCOL_ERROR if "no status line" in request.node.name else Reason.TIMEOUT)


def test_case_34_a_tls_handshake_that_stalls_meets_the_deadline(server: MisbehavingServer) -> None:
    def wait(request: Request) -> None:
        request.connection.settimeout(3)
        while request.connection.recv(65536):
            pass

    server.on_connect = wait
    url = server.url(host="news.example").replace("http:", "https:")
    assert failure(url, deadline=0.5, resolve=to_addresses("127.0.0.1")).reason is Reason.TIMEOUT


def test_case_34_a_body_that_drips_over_tls_meets_the_deadline(
    secure_server: MisbehavingServer, authority: trustme.CA
) -> None:
    secure_server.on("/", server_side.drip(server_side.head(200, [HTML])))
    error = failure(secure_server.url(host="news.example"), deadline=0.5, **trusting(authority))
    assert error.reason is Reason.TIMEOUT


def test_case_34_redirects_share_one_deadline(server: MisbehavingServer) -> None:
    def slow_redirect(target: str) -> Behaviour:
        def behave(request: Request) -> None:
            time.sleep(0.2)
            server_side.redirect(target)(request)

        return behave

    for number in range(6):
        server.on(f"/{number}", slow_redirect(f"/{number + 1}"))
    assert failure(server.url("/0"), deadline=0.5).reason is Reason.TIMEOUT


def test_case_34_a_resolver_that_hangs_meets_the_deadline_and_takes_no_more_threads_than_it_may(
    dialled: list[str],
) -> None:
    # Given a resolver that hangs
    hanging: list[str] = []

    def resolve(host: str, port: int) -> Sequence[Address]:
        hanging.append(host)
        time.sleep(3.0)
        return [ip_address("127.0.0.1")]

    asking = fetcher(resolve=resolve, deadline=0.05)

    # When many more names are asked for than may be resolved at once
    for number in range(2 * MAXIMUM_LOOKUPS):
        with pytest.raises(TransientError) as caught:
            asking.fetch(FetchRequest(f"http://slow{number}.example/"))
        assert caught.value.reason is Reason.TIMEOUT

    # Then each waited as long as it might, and no more lookups were begun than are allowed
    assert len(hanging) == MAXIMUM_LOOKUPS
    assert dialled == []


def test_case_34_a_literal_address_needs_no_resolver(server: MisbehavingServer) -> None:
    def resolve(host: str, port: int) -> Sequence[Address]:
        raise AssertionError(f"{host} was resolved")

    assert fetch(server.on("/", server_side.answer()), resolve=resolve).body == PAGE


# Heads


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(server_side.huge_field(50 << 20), id="case 35 50 MB field"),
        pytest.param(server_side.flood_of_fields(200_000), id="case 35 200,000 fields"),
        pytest.param(server_side.answer(PAGE, *[("X", "y")] * (MAXIMUM_FIELDS + 1)), id="case 35 too many fields"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 " + b"x" * 100_000), id="case 35 endless status line"),
        pytest.param(server_side.drip(b"<html><p>A page.</p>"), id="case 39 HTTP/0.9"),
        pytest.param(server_side.raw(PAGE), id="case 39 HTTP/0.9 and closed"),
        pytest.param(server_side.raw(b"\r\n\r\n" + PAGE), id="case 39 empty lines first"),
        pytest.param(server_side.raw(b"HTTP/0.9 200 OK\r\n\r\n" + PAGE), id="case 39 called so"),
        pytest.param(server_side.raw(b"HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\npage."), id="case 39 HTTP/2.0"),
        pytest.param(server_side.raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), id="case 39 SSH"),
        pytest.param(server_side.many_informational(20_000), id="case 40 20,000 informational"),
        pytest.param(server_side.many_informational(MAXIMUM_INFORMATIONAL + 1), id="case 40 one more than allowed"),
        pytest.param(server_side.raw(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"), id="case 40 101"),
        pytest.param(server_side.raw(b"HTTP/1.1 99 Low\r\n\r\n"), id="case 40 status 99"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 OK\r\nX-Nul: a\x00b\r\n\r\npage"), id="case 41 NUL in a value"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 OK\r\nX-\x00Nul: a\r\n\r\npage"), id="case 41 NUL in a name"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 O\x00K\r\n\r\npage"), id="case 41 NUL in the status line"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\npage"), id="case 41 no colon"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\npage"), id="case 41 space before the colon"),
        pytest.param(server_side.raw(b"HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\npage"), id="case 41 bare CR"),
    ],
)
def test_a_head_without_bounds_or_sense_is_no_answer(server: MisbehavingServer, behaviour: Behaviour) -> None:
    assert failure(server.on("/", behaviour), deadline=10).reason is Reason.PROTOCOL_ERROR


def test_case_35_as_many_fields_as_allowed_are_read(server: MisbehavingServer) -> None:
    fields = [("X", "y")] * (MAXIMUM_FIELDS - 2)
    assert len(fetch(server.on("/", server_side.answer(PAGE, *fields))).headers) == MAXIMUM_FIELDS


def test_case_40_a_few_informational_responses_are_passed_over(server: MisbehavingServer) -> None:
    assert fetch(server.on("/", server_side.many_informational(MAXIMUM_INFORMATIONAL))).body == PAGE


# Bodies


@pytest.mark.parametrize("behaviour", [server_side.endless_chunks, server_side.tiny_chunks], ids=["large", "tiny"])
def test_case_36_chunks_without_end_are_too_large(server: MisbehavingServer, behaviour: Behaviour) -> None:
    assert failure(server.on("/", behaviour), deadline=10).reason is Reason.TOO_LARGE


def test_case_36_tiny_chunks_are_given_up_before_they_cost_much(server: MisbehavingServer) -> None:
    # Given chunks of one byte, and the deployed cap: ten million of them would fit
    url = server.on("/", server_side.tiny_chunks)

    # When they are fetched, Then it is their number that ends it
    error = failure(url, body=10 << 20, deadline=20)
    assert error.reason is Reason.TOO_LARGE
    assert str(MAXIMUM_PIECES) in str(error)


@pytest.mark.parametrize("header", [b"f" * 21 + b"\r\n", b"-1\r\n", b"zz\r\n", b"\r\n", b"1" * 100_000])
def test_case_36_a_chunk_of_nonsensical_size_is_a_protocol_error(server: MisbehavingServer, header: bytes) -> None:
    behaviour = server_side.raw(server_side.head(200, [HTML, ("Transfer-Encoding", "chunked")]), header + b"x" * 100)
    assert failure(server.on("/", behaviour)).reason is Reason.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(server_side.raw(server_side.head(200, [HTML, ("Content-Length", "1000")]), PAGE), id="length"),
        pytest.param(server_side.raw(server_side.head(200, [HTML, ("Content-Length", "1000")])), id="nothing"),
        pytest.param(server_side.chunked(PAGE, end=b""), id="no last chunk"),
        pytest.param(server_side.chunked(PAGE, end=b"0\r\n"), id="no end after the last chunk"),
        pytest.param(server_side.chunked(PAGE, end=b"ff\r\nhalf"), id="in a chunk"),
    ],
)
def test_case_37_a_body_shorter_than_its_framing_is_tried_again(
    server: MisbehavingServer, behaviour: Behaviour
) -> None:
    assert failure(server.on("/", behaviour)).reason is Reason.TRUNCATED


def test_case_37_a_body_over_tls_that_nobody_ended_is_tried_again(
    secure_server: MisbehavingServer, authority: trustme.CA
) -> None:
    # Given a page whose end is the end of its connection, and a connection that somebody may have cut
    url = secure_server.url(host="news.example")
    secure_server.on("/", server_side.raw(server_side.head(200, [HTML], version="HTTP/1.0"), PAGE))
    assert failure(url, **trusting(authority)).reason is Reason.TRUNCATED

    # When the server ends its TLS properly, Then the page is whole
    secure_server.says_goodbye = True
    assert fetch(url, **trusting(authority)).body == PAGE


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Content-Length: 4, 5",
        b"Content-Length: -4",
        b"Content-Length: +4",
        b"Content-Length: 4 4",
        b"Content-Length: 0x4",
        b"Content-Length: " + b"9" * 5000,
        b"Transfer-Encoding: gzip",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ],
)
def test_case_38_conflicting_framing_is_a_protocol_error(server: MisbehavingServer, lengths: bytes) -> None:
    behaviour = server_side.raw(b"HTTP/1.1 200 OK\r\n" + lengths + b"\r\n\r\n4\r\npage\r\n0\r\n\r\n")
    assert failure(server.on("/", behaviour)).reason is Reason.PROTOCOL_ERROR


def test_case_38_equal_lengths_are_one(server: MisbehavingServer) -> None:
    behaviour = server_side.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\npage")
    assert fetch(server.on("/", behaviour)).body == b"page"


def test_case_38_an_answer_with_two_framings_is_its_connections_last() -> None:
    # Given a server that keeps connections, and an answer with a length beside its chunks
    with MisbehavingServer(keeps_alive=True) as server:
        fields = [HTML, ("Content-Length", "3"), ("Transfer-Encoding", "chunked")]
        url = server.on("/", server_side.raw(server_side.head(200, fields), b"4\r\npage\r\n0\r\n\r\n"))
        asking = fetcher()

        # When it is fetched twice, Then the chunks count (RFC 9112, section 6.3), and nothing else is read from there
        assert [asking.fetch(FetchRequest(url)).body for _ in range(2)] == [b"page", b"page"]
        assert server.connections == 2


def test_case_38_what_follows_an_answer_is_not_the_answer_to_the_next_request() -> None:
    # Given a server that sends two answers to one request
    smuggled = server_side.head(200, [HTML, ("Content-Length", "8")]) + b"smuggled"
    honest = server_side.head(200, [HTML, ("Content-Length", str(len(PAGE)))]) + PAGE
    with MisbehavingServer(keeps_alive=True) as server:
        url = server.on("/", server_side.raw(honest + smuggled))
        asking = fetcher()

        # When it is asked again, Then that is over another connection
        assert [asking.fetch(FetchRequest(url)).body for _ in range(3)] == [PAGE] * 3
        assert server.connections == 3


# Redirects, certificates, cookies


def test_case_42_a_redirect_loop_is_left(server: MisbehavingServer) -> None:
    url = server.on("/a", server_side.redirect("/b"))
    server.on("/b", server_side.redirect("/a"))
    assert failure(url).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 2


def test_case_42_a_redirect_to_itself_is_a_loop(server: MisbehavingServer) -> None:
    assert failure(server.on("/a", server_side.redirect("/a"))).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 1


def test_case_42_an_endless_chain_is_left(server: MisbehavingServer) -> None:
    for number in range(10):
        server.on(f"/{number}", server_side.redirect(f"/{number + 1}"))
    assert failure(server.url("/0")).reason is Reason.TOO_MANY_REDIRECTS
    assert len(server.requests) == 6


def test_case_42_a_redirect_from_https_down_to_http_is_refused(
    secure_server: MisbehavingServer, authority: trustme.CA
) -> None:
    secure_server.on("/", server_side.redirect("http://news.example/"))
    error = failure(secure_server.url(host="news.example"), **trusting(authority))
    assert error.reason is Reason.BAD_REDIRECT


def test_case_43_a_certificate_of_an_unknown_authority_is_refused(secure_server: MisbehavingServer) -> None:
    error = failure(secure_server.url(host="news.example"), resolve=to_addresses("127.0.0.1"))
    assert error.reason is Reason.TLS_ERROR
    assert secure_server.requests == []


@pytest.mark.parametrize("host", ["other.example", "news.example.evil.example", "127.0.0.1"])
def test_case_43_a_certificate_for_another_name_is_refused(
    secure_server: MisbehavingServer, authority: trustme.CA, host: str
) -> None:
    error = failure(secure_server.url(host=host), **trusting(authority))
    assert error.reason is Reason.TLS_ERROR
    assert secure_server.requests == []


def test_case_43_a_server_that_speaks_no_tls_is_a_tls_error(server: MisbehavingServer, authority: trustme.CA) -> None:
    server.on_connect = server_side.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    url = server.url(host="news.example").replace("http:", "https:")
    assert failure(url, **trusting(authority)).reason is Reason.TLS_ERROR


def test_case_44_many_cookies_are_bounded_and_forgotten_with_their_fetch() -> None:
    # Given a server that sends as many cookies as a head may hold, to a page and to a redirect
    cookies = [("Set-Cookie", f"c{number}=1; Domain=127.0.0.1") for number in range(190)]
    with MisbehavingServer(keeps_alive=True) as server:
        server.on("/old", server_side.answer(b"", ("Location", "/new"), *cookies, status=302, html=False))
        server.on("/new", server_side.answer(PAGE, *cookies))
        asking = fetcher()

        # When pages are fetched one after the other, over one connection
        for path in ("/old", "/new", "/old"):
            asking.fetch(FetchRequest(server.url(path)))

        # Then only the second request of a fetch brings some back
        assert server.connections == 1
        sent = [request.field("Cookie") for request in server.requests]
        assert [sent[0], sent[2], sent[3]] == [None] * 3
        some = "; ".join(f"c{number}=1" for number in range(MOST_COOKIES))
        assert [sent[1], sent[4]] == [some] * 2


def test_case_44_a_flood_of_cookies_is_no_answer(server: MisbehavingServer) -> None:
    cookies = [("Set-Cookie", f"c{number}=1") for number in range(5000)]
    assert failure(server.on("/", server_side.answer(PAGE, *cookies))).reason is Reason.PROTOCOL_ERROR


# The stage around it


class WarmFetch:
    """A warm fetch function: one stage, with everything of AWS in memory, on real sockets."""

    def __init__(self, *states: ArticleState) -> None:
        self.store = InMemoryArticleStore(*states)
        self.objects = InMemoryObjectStore()
        self.sender = RecordingSender()
        self.fetcher = fetcher()
        politeness = Politeness(
            InMemoryHostStore(), self.fetcher, CrawlLimits(interval_seconds=2.0), "newsdeskbot", allowed=LOOPBACK
        )
        self.stage = FetchStage(
            Worker(self.store, self.sender, utc_now, TIMEOUTS), self.objects, politeness, self.fetcher
        )

    def handle(self, state: ArticleState) -> str:
        message = FetchRequested(article_id=state.article_id, run=state.run, correlation_id="c-1")
        return self.stage.handle(message)


def submitted(url: str, **changes: object) -> ArticleState:
    state = lifecycle.first_run(
        article_id(url), url, "127.0.0.1", url, utc_now(), TIMEOUTS, submission_id=url, correlation_id="c-1"
    )
    return state.model_copy(update=changes)


@pytest.mark.parametrize("behaves_at_last", [True, False])
def test_case_45_a_304_to_nothing_stored_is_asked_again_without_conditions_once(
    server: MisbehavingServer, behaves_at_last: bool
) -> None:
    # Given a page of which nothing is stored, and a server that says that it has not changed
    def not_modified(request: Request) -> None:
        is_first = sum(earlier.target == "/page" for earlier in server.requests) == 1
        behaviour = server_side.raw(server_side.head(304)) if is_first else server_side.answer()
        (behaviour if behaves_at_last else server_side.raw(server_side.head(304)))(request)

    state = submitted(server.on("/page", not_modified))
    worker = WarmFetch(state)

    # When it is fetched
    status = worker.handle(state)

    # Then it is asked once more, and that is its last chance
    asked = [request for request in server.requests if request.target == "/page"]
    assert len(asked) == 2
    assert all(request.field("If-None-Match") is None for request in asked)
    if behaves_at_last:
        assert status == "fetched"
    else:
        assert worker.store.outcomes[state.article_id, 1].outcome == "failed:protocol_error"
        assert worker.objects.objects == {}


def test_case_45_a_304_after_a_redirect_is_asked_again_without_conditions(server: MisbehavingServer) -> None:
    # Given an indexed article whose URL now redirects to a page that claims not to have changed
    def not_modified(request: Request) -> None:
        is_first = sum(earlier.target == "/new" for earlier in server.requests) == 1
        (server_side.raw(server_side.head(304)) if is_first else server_side.answer())(request)

    url = server.on("/old", server_side.redirect("/new"))
    server.on("/new", not_modified)
    current = CurrentRevision(
        revision=1, key="articles/v1/x", content_hash="0" * 64, committed_at="2026-03-13T00:00:00.000Z"
    )
    state = submitted(url, current=current, validators=Validators(etag='"v1"'))

    # When it is visited, Then nobody takes that for an answer about the article: it is asked again, and is another's
    assert WarmFetch(state).handle(state) == "duplicate"
    assert sum(request.target == "/new" for request in server.requests) == 2


@pytest.fixture
def answers_measured(capsys: pytest.CaptureFixture[str]) -> Callable[[WarmFetch, ArticleState], list[dict[str, Any]]]:
    """Lets an invocation handle a message, and returns the lines of metrics that it wrote of answers."""

    @instrumented
    def handler(event: dict[str, Callable[[], str]], context: LambdaContext) -> str:
        return event["work"]()

    def invoke(work: Callable[[], str]) -> str:
        handler({"work": work}, cast(LambdaContext, FakeLambdaContext(30_000)))
        return capsys.readouterr().out

    def measured(worker: WarmFetch, state: ArticleState) -> list[dict[str, Any]]:
        invoke(lambda: "what earlier tests have left to be written")
        written = invoke(lambda: worker.handle(state)).splitlines()
        return [json.loads(line) for line in written if "AnswersReceived" in line]

    return measured


@pytest.mark.parametrize(
    ("behaviour", "status", "least_bytes"),
    [
        (server_side.answer(), "200", len(PAGE)),
        (server_side.answer(PAGE, status=203), "2xx", len(PAGE)),
        (server_side.answer(b"", ("Content-Type", "application/pdf"), html=False), "200", 30),
        (server_side.redirect("gopher://news.example/"), "3xx", 30),
        (server_side.answer(b"Sorry.", status=404), "4xx", 30),
        (server_side.answer(b"Sorry.", status=503), "5xx", 30),
        (server_side.reset, "none", 0),
    ],
    ids=["page", "other page", "no page", "bad redirect", "not found", "unavailable", "broken off"],
)
def test_whatever_comes_is_measured_by_its_status(
    server: MisbehavingServer,
    answers_measured: Callable[[WarmFetch, ArticleState], list[dict[str, Any]]],
    behaviour: Behaviour,
    status: int,
    least_bytes: int,
) -> None:
    # Given a page that answers in any way
    state = submitted(server.on("/page", behaviour))

    # When it is visited
    (line,) = answers_measured(WarmFetch(state), state)

    # Then one answer is counted, with its bytes and its time; the site's own files are not among them
    assert (line["status"], line["AnswersReceived"]) == (status, [1.0])
    (wire_bytes,) = line["BytesReceived"]
    assert least_bytes <= wire_bytes < least_bytes + 200
    (milliseconds,) = line["AnswersReceivedMilliseconds"]
    assert milliseconds > 0


def test_a_page_that_nobody_was_asked_for_is_not_measured(
    server: MisbehavingServer, answers_measured: Callable[[WarmFetch, ArticleState], list[dict[str, Any]]]
) -> None:
    # Given a site that allows nothing
    server.on("/robots.txt", server_side.answer(b"User-agent: *\nDisallow: /\n"))
    state = submitted(server.url("/page"))
    worker = WarmFetch(state)

    # When it is visited, Then there is no answer to measure
    assert answers_measured(worker, state) == []
    assert worker.store.outcomes[state.article_id, 1].outcome == "rejected:robots_disallowed"


def test_pages_of_one_host_in_one_warm_worker_share_a_connection() -> None:
    # Given messages for several pages of a host, delivered one after the other
    with MisbehavingServer(keeps_alive=True) as server:
        states = [submitted(server.on(f"/{number}", server_side.answer(PAGE + b"%d" % number))) for number in range(5)]
        worker = WarmFetch(*states)

        # When they are handled, with the site's own files before the first
        assert [worker.handle(state) for state in states] == ["fetched"] * 5

        # Then everything came over one connection
        assert {request.target for request in server.requests} >= {"/robots.txt", "/0", "/4"}
        assert server.connections == 1


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"<html><h1>Page not found</h1></html>", id="case 46 not found"),
        pytest.param(b"<html><h1>Subscribe to continue reading</h1></html>", id="case 46 paywall"),
        pytest.param(b"<html><h1>We value your privacy</h1><button>Accept all</button></html>", id="case 46 consent"),
        pytest.param(b"<html><script>challenge()</script>Checking your browser</html>", id="case 46 bot wall"),
    ],
)
def test_case_46_a_200_that_says_something_else_is_captured_and_handed_on_to_extract(
    server: MisbehavingServer, page: bytes
) -> None:
    # Given a page that is not what its status says, When it is fetched
    state = submitted(server.on("/", server_side.answer(page)))
    worker = WarmFetch(state)
    status = worker.handle(state)

    # Then it is captured as it came and handed on; what it is worth is for extract to say
    assert status == "fetched"
    ((key, capture),) = worker.objects.objects.items()
    assert read_capture(capture.body).body == page
    assert [message.capture_key for message in worker.sender.sent if isinstance(message, PageFetched)] == [key]


@pytest.mark.parametrize(
    "start",
    [
        b"%PDF-1.7\n%\xe2\xe3",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"GIF89a\x01\x00",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        b"PK\x03\x04\x14\x00",
        b"\x00\x00\x00\x18ftypmp42",
    ],
    ids=["PDF", "PNG", "JPEG", "GIF", "WebP", "ZIP", "MP4"],
)
@pytest.mark.parametrize("coding", [None, "gzip", "br", "zstd"])
def test_case_47_what_is_no_text_is_refused_whatever_it_is_called(
    server: MisbehavingServer, start: bytes, coding: str | None
) -> None:
    body = start + bytes(range(256)) * 10
    fields = [("Content-Encoding", coding)] if coding else []
    sent = ENCODERS[coding](body) if coding else body
    assert failure(server.on("/", server_side.answer(sent, *fields))).reason is Reason.CONTENT_TYPE


def trusting(authority: trustme.CA) -> dict[str, Any]:
    return {"extra_authorities": authority.cert_pem.bytes().decode("ascii"), "resolve": to_addresses("127.0.0.1")}
