"""The fetch stage: every message ends in one durable, repeatable step."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from fetcher.stage import LONGEST_VALIDATOR, FetchStage
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import (
    ArticleState,
    Capture,
    CurrentRevision,
    OutcomeRecord,
    RevisitPolicy,
    Stage,
    Timeouts,
    WriteOnce,
    lifecycle,
    message_for,
    read_capture,
)
from newsdesk.articles.retries import OVERLOAD_POLICY
from newsdesk.articles.state import Validators
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import FetchRequested, Outcome, PageFetched, Reason, capture_key
from newsdesk.errors import PermanentError, TransientError
from newsdesk.hosts import BACK_OFF_BASE_SECONDS, RETRY_AFTER_CAP_SECONDS, BackOff, TdmRule, complainant_of
from newsdesk.runtime import CONTENDED, Worker
from newsdesk.web import OptOutPolicy, RefusedUse, article_id, digest_of, host_signals, parse_networks, parse_url
from newsdesk.web.transport import (
    CrawlLimits,
    FetchRequest,
    FetchResponse,
    Hop,
    OverloadedError,
    Politeness,
    RequestSlot,
)
from newsdesk.web.transport.exchange import AuxiliaryResponse, HeaderFields, Timings
from newsdesk.web.transport.politeness import LATENESS_SECONDS

URL = "https://news.example/harbour"
HOST = "news.example"
MOVED_URL = "https://news.example/2026/harbour-bridge"
REVISITS = RevisitPolicy(first_seconds=3600, stop_seconds=10_000)
TIMEOUTS = Timeouts(stuck_after_seconds=900, lease_seconds=180, revisits=REVISITS)
INTERVAL = 5.0
SHORT_WAIT = 20.0
ORIGINS = ("https://news.example", "http://127.0.0.1:8080", "http://198.51.100.7")


def response(**changes: Any) -> FetchResponse:
    plain = FetchResponse(
        final_url=URL,
        status=200,
        reason_phrase="OK",
        http_version="HTTP/1.1",
        headers=(("Content-Type", "text/html"), ("ETag", '"v1"'), ("Last-Modified", "Sat, 14 Mar 2026 09:00:00 GMT")),
        body=b"<html><p>The harbour bridge.</p></html>",
        resolved_address="198.51.100.7",
        redirects=(),
        started_at=datetime(2026, 3, 14, 9, 26, 53, 589000, tzinfo=UTC),
        timings=Timings(0.1, 0.2, 0.3),
        request_head=b"GET /harbour HTTP/1.1\r\nHost: news.example\r\n\r\n",
    )
    return replace(plain, **changes)


NOT_MODIFIED = response(status=304, reason_phrase="Not Modified", headers=(), body=b"")
MOVED = response(final_url=MOVED_URL, redirects=(Hop(URL, 301, MOVED_URL),))


Answer = FetchResponse | Exception | Callable[[], FetchResponse]


class ScriptedFetcher:
    """Gives its answers in turn; an answer that can be called is called while the fetch is under way."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[FetchRequest] = []
        self.files: dict[str, tuple[int, HeaderFields, bytes]] = {}
        self.asked_of_sites: list[str] = []

    def fetch(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        first = request.redirects[-1].location if request.redirects else request.url
        request_slot(parse_url(first), request.redirects)()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        made = answer if isinstance(answer, FetchResponse) else answer()
        for number in range(len(request.redirects), len(made.redirects)):
            request_slot(parse_url(made.redirects[number].location), made.redirects[: number + 1])()
        return made

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        request_slot(parse_url(url), ())()
        self.asked_of_sites.append(url)
        return AuxiliaryResponse(url, *self.files.get(url, (404, (), b"")))


class World:
    """A fetch stage and everything around it."""

    def __init__(self, *answers: Answer, state: ArticleState | None = None, **options: Any) -> None:
        self.clock = FakeClock()
        self.state = state or new_article(now=self.clock())
        self.store = InMemoryArticleStore(self.state)
        self.objects = InMemoryObjectStore()
        self.sender = RecordingSender()
        self.hosts = InMemoryHostStore()
        for origin in ORIGINS:
            self.hosts.open_site(origin)
        self.fetcher = ScriptedFetcher(*answers)
        self.politeness = Politeness(
            self.hosts,
            self.fetcher,
            CrawlLimits(INTERVAL, short_wait_seconds=SHORT_WAIT),
            "newsdeskbot",
            allowed=parse_networks(["127.0.0.1/32"]),
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )
        worker = Worker(self.store, self.sender, self.clock, TIMEOUTS, replace(CONTENDED, sleep=self.clock.sleep))
        self.stage = FetchStage(worker, self.objects, self.politeness, self.fetcher, jitter=lambda: 0.0, **options)

    def deliver(self, run: int = 1) -> str:
        return self.stage.handle(FetchRequested(article_id=self.state.article_id, run=run, correlation_id="c-1"))

    @property
    def now_stored(self) -> ArticleState:
        return self.store.states[self.state.article_id]

    @property
    def capture(self) -> Capture:
        assert self.now_stored.capture is not None
        return self.now_stored.capture

    def knows(self, host_signals: str | None) -> None:
        """Let the capture of the article know what its host says."""
        assert self.state.validators is not None
        validators = self.state.validators.model_copy(update={"host_signals": host_signals})
        self.store.states[self.state.article_id] = self.state.model_copy(update={"validators": validators})

    @property
    def outcome(self) -> OutcomeRecord:
        return self.store.outcomes[(self.state.article_id, 1)]


def new_article(
    url: str = URL, host: str = HOST, now: datetime = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
) -> ArticleState:
    return lifecycle.first_run(
        article_id(url), url, host, f"{url}#top", now, TIMEOUTS, submission_id="s-1", correlation_id="c-1"
    )


def indexed_article(url: str = URL) -> ArticleState:
    current = CurrentRevision(
        revision=1, key="articles/v1/x", content_hash="0" * 64, committed_at="2026-03-13T00:00:00.000Z"
    )
    validators = Validators(etag='"v1"', last_modified="Fri, 13 Mar 2026 00:00:00 GMT")
    return new_article(url).model_copy(update={"current": current, "validators": validators})


def at_rest(state: ArticleState, **changes: Any) -> ArticleState:
    return state.model_copy(update={"stage": Stage.REST, "submissions": (), "due_at": None, **changes})


# What is fetched


def test_a_page_is_captured_and_sent_on() -> None:
    # Given an article that waits for its page
    world = World(response())

    # When its message is delivered
    assert world.deliver() == "fetched"

    # Then the capture lies in the bucket, the table names it, and extract gets its message
    capture = world.now_stored.capture
    assert capture is not None
    assert capture.key == f"raw/v1/news.example/{world.state.article_id}/{capture.capture_id}.warc.gz"
    assert re.fullmatch(r"20260314T092653589Z-[0-9a-f]{12}", capture.capture_id)
    assert (capture.etag, capture.last_modified) == ('"v1"', "Sat, 14 Mar 2026 09:00:00 GMT")
    page = read_capture(world.objects.get(capture.key))
    assert (page.url, page.status, page.body) == (URL, 200, response().body)
    assert world.now_stored.stage is Stage.EXTRACT
    assert world.now_stored.lease_owner is None
    assert world.sender.sent == [
        PageFetched(article_id=world.state.article_id, run=1, correlation_id="c-1", capture_key=capture.key)
    ]


def test_a_first_visit_is_unconditional() -> None:
    world = World(response())
    world.deliver()
    assert world.fetcher.requests == [FetchRequest(URL)]


def test_a_second_visit_is_conditional_and_stops_early_when_nothing_changed() -> None:
    # Given an indexed article
    world = World(NOT_MODIFIED, state=indexed_article())

    # When the server says that nothing changed
    assert world.deliver() == "not_modified"

    # Then the run ends there, and nothing was written but the state
    assert world.fetcher.requests == [FetchRequest(URL, '"v1"', "Fri, 13 Mar 2026 00:00:00 GMT")]
    assert world.outcome.outcome == "unchanged"
    assert world.outcome.submissions == ("s-1",)
    assert world.now_stored.stage is Stage.REST
    assert world.now_stored.validators == world.state.validators
    assert world.objects.puts == []
    assert world.sender.sent == []


def test_an_article_without_a_revision_is_never_asked_for_conditionally() -> None:
    state = indexed_article().model_copy(update={"current": None})
    world = World(response(), state=state)
    world.deliver()
    assert world.fetcher.requests == [FetchRequest(URL)]


def test_304_without_a_question_leads_to_one_unconditional_fetch() -> None:
    world = World(NOT_MODIFIED, response())
    assert world.deliver() == "fetched"
    assert world.fetcher.requests == [FetchRequest(URL)] * 2


def test_304_from_where_a_redirect_led_is_not_taken_for_unchanged() -> None:
    # The validators were never sent there.
    redirected = replace(NOT_MODIFIED, final_url=MOVED_URL, redirects=MOVED.redirects)
    world = World(redirected, response(), state=indexed_article())
    assert world.deliver() == "fetched"
    assert world.fetcher.requests[1] == FetchRequest(URL, redirects=MOVED.redirects)


def test_a_server_that_insists_on_304_fails() -> None:
    world = World(NOT_MODIFIED, NOT_MODIFIED)
    assert world.deliver() == "failed"
    assert world.outcome.outcome == "failed:protocol_error"


def test_validators_of_a_redirect_s_target_are_not_kept() -> None:
    # Given a redirect to the same article under another spelling
    spelling = f"{URL}?utm_source=redirect"
    world = World(response(final_url=spelling, redirects=(Hop(URL, 302, spelling),)))
    assert world.deliver() == "fetched"
    assert (world.capture.etag, world.capture.last_modified) == (None, None)


# Where it led


def test_where_a_redirect_leads_is_an_article_of_its_own_and_is_asked_itself() -> None:
    # Given a URL that leads to one that nobody knows
    world = World(MOVED)

    # When it is fetched
    assert world.deliver() == "duplicate"

    # Then the target is on its way, and this one its duplicate, with nothing kept of what came
    target = world.store.get(article_id(MOVED_URL))
    assert target is not None
    assert (target.url, target.stage, target.run) == (MOVED_URL, Stage.FETCH, 1)
    assert world.outcome.duplicate_of == target.article_id
    assert world.outcome.detail == f"301 to {MOVED_URL}"
    assert world.sender.sent == [message_for(target)]
    assert world.objects.puts == []


def test_a_worker_killed_after_it_began_a_target_leaves_both_to_be_ended() -> None:
    # Given a worker that dies between the target's state and its message
    world = World(MOVED, MOVED)
    world.sender.fail_next("send", OSError("killed"))
    with pytest.raises(OSError, match="killed"):
        world.deliver()

    # When the message is delivered again, after the lease
    world.clock.advance(TIMEOUTS.lease_seconds + 1)
    assert world.deliver() == "duplicate"

    # Then the target, which dispatch will send again, was begun once
    target = world.store.get(article_id(MOVED_URL))
    assert target is not None
    assert (target.run, target.due_at is not None) == (1, True)
    assert world.outcome.duplicate_of == target.article_id


@pytest.mark.parametrize(
    "other",
    [
        at_rest(indexed_article(MOVED_URL)),
        new_article(MOVED_URL),
        at_rest(new_article(MOVED_URL), last_outcome="removed"),
    ],
    ids=["indexed", "in flight", "removed"],
)
def test_a_redirect_to_another_article_ends_as_its_duplicate(other: ArticleState) -> None:
    # Given another article under the final URL
    world = World(MOVED)
    world.store.states[other.article_id] = other

    # When this one leads there
    assert world.deliver() == "duplicate"

    # Then it says so, and keeps nothing
    assert world.outcome.outcome == "duplicate"
    assert world.outcome.duplicate_of == other.article_id
    assert world.now_stored.duplicate_of == other.article_id
    assert world.objects.puts == []
    assert world.sender.sent == []


def test_where_a_redirect_leads_is_found_when_another_worker_began_it_meanwhile() -> None:
    # Given a redirect whose target is new when this worker looks, and begun by another when it writes
    world = World(MOVED)
    write = world.store.save

    def save(state: ArticleState, *records: WriteOnce) -> None:
        if state.article_id == article_id(MOVED_URL) and state.article_id not in world.store.states:
            write(state)
        write(state, *records)

    world.store.save = save  # type: ignore[method-assign]

    # When the page is fetched, Then the run ends as the target's duplicate, and the message does not come again
    assert world.deliver() == "duplicate"
    assert world.outcome.duplicate_of == article_id(MOVED_URL)


def test_a_redirect_to_an_article_s_other_name_ends_as_duplicate() -> None:
    world = World(MOVED)
    other = at_rest(indexed_article("https://news.example/original"))
    world.store.states[other.article_id] = other
    world.store.aliases[article_id(MOVED_URL)] = other.article_id
    assert world.deliver() == "duplicate"
    assert world.outcome.duplicate_of == other.article_id


def test_a_target_that_came_to_nothing_is_tried_again() -> None:
    world = World(MOVED)
    other = at_rest(new_article(MOVED_URL), last_outcome="failed:not_found")
    world.store.states[other.article_id] = other
    assert world.deliver() == "duplicate"
    assert world.store.states[other.article_id].run == other.run + 1


def test_a_duplicate_of_this_article_is_in_nobody_s_way() -> None:
    world = World(MOVED)
    other = at_rest(indexed_article(MOVED_URL), duplicate_of=article_id(URL))
    world.store.states[other.article_id] = other
    assert world.deliver() == "fetched"


@pytest.mark.parametrize("path", ["", "index.html", "en/", "?utm_source=x"])
def test_a_new_url_that_leads_to_the_front_page_is_no_article(path: str) -> None:
    # Given a URL that was never indexed, and that its site sends to the front page
    front = f"https://news.example/{path}"
    world = World(response(final_url=front, redirects=(Hop(URL, 302, front),)))

    # When it is fetched, Then nothing of the front page is kept
    assert world.deliver() == "failed"
    assert world.now_stored.last_outcome == "failed:front_page"
    assert world.store.aliases == {}
    assert world.objects.puts == []


# What goes wrong


def test_a_permanent_failure_ends_the_run_with_its_reason() -> None:
    world = World(PermanentError(Reason.NOT_FOUND, "status 404"))
    assert world.deliver() == "failed"
    assert world.outcome.outcome == "failed:not_found"
    assert world.now_stored.stage is Stage.REST
    assert world.sender.sent == []


def test_a_forbidden_address_is_a_rejection() -> None:
    world = World(PermanentError(Reason.BLOCKED_ADDRESS, "news.example is 10.0.0.1"))
    assert world.deliver() == "rejected"
    assert world.outcome.outcome == "rejected:blocked_address"


def test_a_transient_failure_is_tried_again_later() -> None:
    # Given a server that does not answer in time
    world = World(TransientError(Reason.TIMEOUT, "20 s"))

    # When the page is fetched
    assert world.deliver() == "retry_scheduled"

    # Then the attempt is counted, the next one is due, and nobody holds the article
    stored = world.now_stored
    assert (stored.stage, stored.waiting, stored.attempts, stored.lease_owner) == (Stage.FETCH, "retry", 1, None)
    assert stored.due_at == math.ceil(world.clock().timestamp() + 30)
    assert not world.store.outcomes


def test_attempts_come_to_an_end() -> None:
    # Given a run that has one attempt left
    state = new_article().model_copy(update={"attempts": 3})
    world = World(TransientError(Reason.TIMEOUT), state=state)

    # When it fails too
    assert world.deliver() == "failed"

    # Then that is the outcome
    assert world.outcome.outcome == "failed:timeout"


def test_what_the_server_asked_for_is_waited_for() -> None:
    world = World(OverloadedError(Reason.RATE_LIMITED, retry_after_seconds=1000))
    world.deliver()
    assert world.now_stored.due_at == math.ceil(world.clock().timestamp() + 1000)


def test_an_overloaded_host_is_left_alone_as_a_whole() -> None:
    # Given a host that asks for ten minutes, in answer to two of its URLs
    world = World(OverloadedError(Reason.RATE_LIMITED, retry_after_seconds=600), response())
    world.hosts.back_off(
        HOST, world.clock() - timedelta(seconds=60), None, 0.0, complainant_of("https://news.example/1")
    )
    world.deliver()

    # When another of its articles wants a slot
    other = new_article("https://news.example/other")
    world.store.states[other.article_id] = other
    status = world.stage.handle(FetchRequested(article_id=other.article_id, run=1))

    # Then it does not get one before they are over
    assert status == "deferred"
    assert len(world.fetcher.requests) == 1
    assert world.hosts.back_offs[HOST].until == world.clock() + timedelta(seconds=600)
    due_at = world.store.states[other.article_id].due_at
    assert due_at is not None
    assert due_at >= world.clock().timestamp() + 600


def test_a_pause_is_capped() -> None:
    world = World(OverloadedError(Reason.SERVER_ERROR, retry_after_seconds=float("inf")))
    assert world.deliver() == "retry_scheduled"
    assert world.now_stored.due_at == math.ceil(world.clock().timestamp() + RETRY_AFTER_CAP_SECONDS)
    assert world.hosts.back_offs[HOST].until == world.clock() + timedelta(seconds=BACK_OFF_BASE_SECONDS)


def test_a_page_s_own_failure_leaves_the_host_alone() -> None:
    world = World(TransientError(Reason.SERVER_ERROR, "status 500"))
    world.deliver()
    assert world.hosts.back_offs == {}


def test_the_host_that_complained_is_the_one_that_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a page that redirects to another host, which asks for less
    elsewhere = "https://elsewhere.example/harbour"
    world = World()
    world.hosts.open_site("https://elsewhere.example")

    def refused() -> FetchResponse:
        raise OverloadedError(Reason.RATE_LIMITED)

    def fetch(request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        request_slot(parse_url(elsewhere), (Hop(URL, 302, elsewhere),))()
        return refused()

    monkeypatch.setattr(world.fetcher, "fetch", fetch)

    # When it is fetched, Then that host has its pause, and the first one has none
    assert world.deliver() == "retry_scheduled"
    assert set(world.hosts.back_offs) == {"elsewhere.example"}


# Politeness


def test_a_slot_that_comes_soon_is_waited_for() -> None:
    # Given a host that was asked two seconds ago
    world = World(response())
    world.hosts.last_slots[HOST] = world.clock() - timedelta(seconds=2)

    # When a page of it is wanted
    assert world.deliver() == "fetched"

    # Then it is asked for when the interval is over
    assert sum(world.clock.sleeps) == pytest.approx(INTERVAL + LATENESS_SECONDS - 2.0)


def test_a_slot_that_is_far_off_defers_the_fetch_and_costs_no_attempt() -> None:
    # Given a host whose slots are taken for two minutes
    world = World(response())
    world.hosts.last_slots[HOST] = world.clock() + timedelta(seconds=120)

    # When a page of it is wanted
    assert world.deliver() == "deferred"

    # Then nothing was fetched and the article waits, held by nobody
    assert world.fetcher.requests == []
    stored = world.now_stored
    assert (stored.stage, stored.waiting, stored.attempts, stored.lease_owner) == (Stage.FETCH, "slot", 0, None)
    assert stored.due_at is not None
    assert stored.due_at >= math.ceil(world.clock().timestamp() + 20)


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("localhost", True), ("a.localhost", True), ("127.0.0.2", False), ("news.example", False)],
)
def test_this_machine_is_inside_by_address_and_by_name(host: str, inside: bool) -> None:
    assert World().politeness.is_inside(host) is inside


def test_an_address_inside_an_allowed_network_needs_no_slot() -> None:
    state = new_article("http://127.0.0.1:8080/harbour", "127.0.0.1")
    world = World(response(final_url="http://127.0.0.1:8080/harbour"), state=state)
    assert world.deliver() == "fetched"
    assert world.hosts.asked == []


def test_any_other_address_needs_a_slot() -> None:
    state = new_article("http://198.51.100.7/harbour", "198.51.100.7")
    world = World(response(final_url="http://198.51.100.7/harbour"), state=state)
    world.deliver()
    assert len(world.hosts.asked) == 1


def test_every_request_takes_a_slot_those_of_redirects_included() -> None:
    # Given a page that redirects within its host
    world = World(MOVED)

    # When it is fetched, Then the second request came an interval after the first
    assert world.deliver() == "duplicate"
    assert len(world.hosts.asked) == 2
    assert sum(world.clock.sleeps) == pytest.approx(INTERVAL + LATENESS_SECONDS)


def test_a_redirect_that_has_to_wait_goes_on_where_it_stopped() -> None:
    # Given a page that redirects to a host whose slots are taken for long
    elsewhere = "https://elsewhere.example/harbour"
    hop = Hop(URL, 302, elsewhere, "198.51.100.7")
    moved = response(final_url=elsewhere, redirects=(hop,))
    world = World(moved, moved)
    world.hosts.open_site("https://elsewhere.example")
    world.hosts.last_slots["elsewhere.example"] = world.clock() + timedelta(seconds=120)

    # When its message comes, it is deferred, with what was followed
    assert world.deliver() == "deferred"
    assert [redirect.location for redirect in world.now_stored.redirects] == [elsewhere]

    # Then the next delivery does not ask the first host again
    world.store.states[world.state.article_id] = lifecycle.released(world.now_stored, world.clock(), TIMEOUTS)
    world.clock.advance(200)
    assert world.deliver() == "duplicate"
    assert world.fetcher.requests[1] == FetchRequest(URL, redirects=(hop,))
    assert [asked["host"] for asked in world.hosts.asked] == [HOST, "elsewhere.example", "elsewhere.example"]
    assert world.now_stored.redirects == ()
    assert world.outcome.duplicate_of == article_id(elsewhere)


def test_where_a_redirect_leads_is_asked_for_only_if_that_host_allows_it() -> None:
    # Given a page that redirects to where its host's robots.txt keeps crawlers out
    world = World(MOVED)
    world.hosts.sites["https://news.example"] = world.hosts.sites["https://news.example"].model_copy(
        update={"robots": ("-/2026/",)}
    )

    # When it is fetched, Then that is a rejection
    assert world.deliver() == "rejected"
    assert world.outcome.outcome == "rejected:robots_disallowed"


def test_304_after_a_redirect_waits_for_its_slot_and_goes_on_there() -> None:
    # Given a 304 that nobody asked for, from a host that wants long intervals
    redirected = replace(NOT_MODIFIED, final_url=MOVED_URL, redirects=MOVED.redirects)
    world = World(redirected, MOVED, state=indexed_article())
    slow = {"crawl_delay_seconds": 19.0}
    world.hosts.sites["https://news.example"] = world.hosts.sites["https://news.example"].model_copy(update=slow)
    world.clock.advance(1)

    # When there is time for two requests only, the third waits for another delivery
    world.hosts.last_slots[HOST] = world.clock() - timedelta(seconds=1)
    assert world.deliver() == "deferred"

    # Then that one asks for the page itself, without conditions
    world.store.states[world.state.article_id] = lifecycle.released(world.now_stored, world.clock(), TIMEOUTS)
    world.clock.advance(60)
    assert world.deliver() == "duplicate"
    assert world.fetcher.requests[1] == FetchRequest(URL, redirects=MOVED.redirects)


def test_what_a_host_says_of_its_pages_use_is_kept_with_the_capture() -> None:
    world = World(response())
    world.hosts.sites["https://news.example"] = world.hosts.sites["https://news.example"].model_copy(
        update={"ai_preferences": ("Content-Signal: ai-train=no",)}
    )
    world.deliver()
    page = read_capture(world.objects.get(world.capture.key))
    assert page.host_signals == ("Content-Signal: ai-train=no",)


def says(world: World, origin: str = "https://news.example", **rules: object) -> None:
    """Let a site's files say something of its pages."""
    world.hosts.sites[origin] = world.hosts.sites[origin].model_copy(update=rules)


NO_TRAINING: dict[str, Any] = {"ai_preferences": ("Content-Signal: ai-train=no",)}
RESERVED: dict[str, Any] = {"tdm": (TdmRule(location="/", reservation=1),)}


@pytest.mark.parametrize("policy", [frozenset(), frozenset({RefusedUse.TDM_RESERVATION})])
@pytest.mark.parametrize("rules", [NO_TRAINING, RESERVED])
def test_a_page_whose_host_has_begun_to_say_something_is_read_again_whole(
    policy: frozenset[RefusedUse], rules: dict[str, Any]
) -> None:
    # Given an indexed article, and a host that has said something new since; its page may override it
    world = World(response(), state=indexed_article(), opt_outs=OptOutPolicy(policy, "newsdeskbot"))
    says(world, **rules)

    # When it is visited, Then "not modified" is not asked for, so that the wish reaches extract
    assert world.deliver() == "fetched"
    assert world.fetcher.requests == [FetchRequest(URL)]


def test_a_page_whose_host_says_what_it_said_before_is_asked_for_conditionally() -> None:
    # Given an indexed article whose capture knows what its host says
    world = World(NOT_MODIFIED, state=indexed_article())
    says(world, **NO_TRAINING)
    world.knows(digest_of(host_signals(NO_TRAINING["ai_preferences"])))

    # When it is visited, Then that costs no page
    assert world.deliver() == "not_modified"
    assert world.fetcher.requests[0].is_conditional


def test_a_policy_that_became_stricter_reads_a_page_whose_host_says_what_it_said_before() -> None:
    # Given an indexed article whose host reserves, as its capture knows, and a policy that has begun to enforce it
    policy = OptOutPolicy(frozenset({RefusedUse.TDM_RESERVATION}), "newsdeskbot")
    world = World(response(), state=indexed_article(), opt_outs=policy)
    says(world, **RESERVED)
    world.knows(digest_of(host_signals(["tdm-reservation: 1"])))

    # When it is visited, Then the page is read whole, because it may override its host
    assert world.deliver() == "fetched"
    assert not world.fetcher.requests[0].is_conditional


@pytest.mark.parametrize(("state", "outcome"), [(None, "rejected:opt_out"), (True, "removed")])
def test_a_page_whose_host_refuses_what_the_policy_enforces_is_not_even_asked_for(
    state: bool | None, outcome: str
) -> None:
    # Given a host whose robots.txt refuses a use, for a new page or an indexed one
    policy = OptOutPolicy(frozenset({RefusedUse.TRAIN_AI}), "newsdeskbot")
    world = World(state=indexed_article() if state else None, opt_outs=policy)
    says(world, **NO_TRAINING)

    # When it is visited
    world.deliver()

    # Then the run ends so, nothing was fetched, and nothing is kept
    assert (world.outcome.outcome, world.outcome.detail) == (
        outcome,
        "opt_out: host, content-signal: ai-train=no",
    )
    assert world.fetcher.requests == []
    assert world.objects.objects == {}


def test_a_host_behind_a_redirect_that_refuses_leaves_no_capture() -> None:
    # Given a page that redirects to another host, which refuses an enforced use
    other = "https://elsewhere.example/harbour"
    policy = OptOutPolicy(frozenset({RefusedUse.TRAIN_AI}), "newsdeskbot")
    world = World(response(final_url=other, redirects=(Hop(URL, 302, other),)), opt_outs=policy)
    world.hosts.open_site("https://elsewhere.example")
    says(world, "https://elsewhere.example", **NO_TRAINING)

    # When it is fetched, Then nothing of what came is kept
    assert world.deliver() == "rejected"
    assert world.outcome.outcome == "rejected:opt_out"
    assert world.objects.objects == {}


def visited_before(*answers: Answer, wish: HeaderFields = ()) -> World:
    """A world whose article was fetched with these wishes, committed, and sent to fetch again."""
    first = response(headers=(*response().headers, *wish))
    world = World(first, *answers)
    assert world.deliver() == "fetched"
    current = indexed_article().current
    at_index = world.now_stored.model_copy(update={"stage": Stage.INDEX})
    rested, _ = lifecycle.ended(at_index, Outcome.INDEXED, world.clock(), TIMEOUTS, current=current)
    world.clock.advance(3600)
    world.store.states[world.state.article_id] = lifecycle.next_run(rested, world.clock(), TIMEOUTS)
    world.objects.puts.clear()
    return world


NOAI = (("X-Robots-Tag", "noai"),)
OTHERWISE = (("X-Robots-Tag", "NOAI, max-image-preview:large"),)


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [
        ((), (), "not_modified"),
        (NOAI, NOAI, "not_modified"),
        (NOAI, OTHERWISE, "not_modified"),
        ((), NOAI, "fetched"),
        (NOAI, (), "fetched"),
        (NOAI, (("X-Robots-Tag", "noai, noimageai"),), "fetched"),
    ],
)
def test_the_same_bytes_are_known_only_with_the_same_wishes(
    before: HeaderFields, now: HeaderFields, status: str
) -> None:
    # Given an article whose page came with some wishes, on a server without 304
    world = visited_before(response(headers=(*response().headers, *now)), wish=before)

    # When the same bytes come with these or others, Then those that refuse something else reach extract
    assert world.deliver(run=2) == status
    assert len(world.objects.puts) == (status == "fetched")


@pytest.mark.parametrize(("before", "now"), [((), ()), (NOAI, ()), (NOAI, NOAI), (NOAI, OTHERWISE)])
def test_304_that_says_nothing_new_ends_the_visit(before: HeaderFields, now: HeaderFields) -> None:
    world = visited_before(replace(NOT_MODIFIED, headers=now), wish=before)
    assert world.deliver(run=2) == "not_modified"


def test_304_with_a_new_wish_has_the_page_read_once_more() -> None:
    # Given an article whose page asked nothing, and a 304 that does
    wishful = replace(NOT_MODIFIED, headers=NOAI)
    whole = response(headers=(*response().headers, *NOAI), started_at=datetime(2026, 3, 14, 10, 40, tzinfo=UTC))
    world = visited_before(wishful, whole, wishful)
    assert world.deliver(run=2) == "deferred"
    assert world.now_stored.attempts == 0

    # When its turn comes again
    world.store.save(lifecycle.released(world.now_stored, world.clock(), TIMEOUTS))
    world.clock.advance(60)
    assert world.deliver(run=2) == "fetched"

    # Then the page was asked for without a condition, and extract gets its message with the wish
    assert [request.is_conditional for request in world.fetcher.requests] == [False, True, False]
    assert read_capture(world.objects.get(world.capture.key)).header("x-robots-tag") == ("noai",)

    # And once that is worked through, the same 304 is nothing new
    unchanged, _ = lifecycle.ended(world.now_stored, Outcome.UNCHANGED, world.clock(), TIMEOUTS)
    world.clock.advance(3600)
    world.store.states[world.state.article_id] = lifecycle.next_run(unchanged, world.clock(), TIMEOUTS)
    assert world.deliver(run=3) == "not_modified"


# Deliveries that come twice, late, or at once


def test_a_message_of_an_older_run_is_stale() -> None:
    world = World(state=new_article().model_copy(update={"run": 2}))
    assert world.deliver(run=1) == "stale"
    assert world.store.saves == []


def test_a_message_for_nothing_is_stale() -> None:
    world = World()
    world.store.states.clear()
    assert world.deliver() == "stale"


def test_a_redelivery_after_the_work_was_done_sends_the_next_message_again() -> None:
    # Given a worker that died after its write and before its message
    world = World(response())
    world.sender.fail_next("send", RuntimeError("the function was killed"))
    with pytest.raises(RuntimeError):
        world.deliver()
    assert world.sender.sent == []

    # When the message is delivered again
    assert world.deliver() == "stale"

    # Then extract gets its message, and nothing is fetched twice
    assert [type(message) for message in world.sender.sent] == [PageFetched]
    assert len(world.fetcher.requests) == 1


def test_a_message_that_comes_while_another_worker_is_at_it_is_acknowledged() -> None:
    # Given an article that is being fetched, whose message is delivered a second time
    statuses: list[str] = []

    def meanwhile() -> FetchResponse:
        statuses.append(world.deliver())
        return response()

    world = World(meanwhile)

    # When the first delivery comes to its end
    statuses.append(world.deliver())

    # Then the page was fetched once
    assert statuses == ["leased", "fetched"]
    assert len(world.fetcher.requests) == 1
    assert len(world.sender.sent) == 1


def test_a_lease_that_has_run_out_keeps_nobody_out() -> None:
    world = World(response())
    world.store.states[world.state.article_id] = lifecycle.leased(
        world.state, "dead worker", world.clock() - timedelta(seconds=181), TIMEOUTS
    )
    assert world.deliver() == "fetched"


def test_two_workers_at_once_take_one_lease() -> None:
    # Given a worker that reads the state, and another that leases it first
    world = World()
    rival = lifecycle.leased(world.state, "rival", world.clock(), TIMEOUTS)
    world.store.before_save = lambda _: world.store.states.update({rival.article_id: rival})

    # When the first one tries to
    assert world.deliver() == "stale"

    # Then it leaves the article to the other
    assert world.now_stored == rival
    assert world.fetcher.requests == []


def test_a_late_worker_does_no_harm() -> None:
    # Given a worker so slow that its lease ran out and another one did the work
    def overtaken() -> FetchResponse:
        world.clock.advance(TIMEOUTS.lease_seconds + 1)
        assert world.deliver() == "fetched"
        return response(body=b"<html>an older page</html>")

    world = World(overtaken, response())

    # When it comes back with its page
    assert world.deliver() == "stale"

    # Then the other's capture stands, and extract got a message for that one alone
    capture = world.capture
    assert {message.capture_key for message in world.sender.sent if isinstance(message, PageFetched)} == {capture.key}
    assert read_capture(world.objects.get(capture.key)).body == response().body


@pytest.mark.parametrize("failure", [PermanentError(Reason.GONE), TransientError(Reason.TIMEOUT)])
def test_a_late_worker_s_failure_does_no_harm_either(failure: Exception) -> None:
    def overtaken() -> FetchResponse:
        world.clock.advance(TIMEOUTS.lease_seconds + 1)
        assert world.deliver() == "fetched"
        raise failure

    world = World(overtaken, response())
    assert world.deliver() == "stale"
    assert world.now_stored.stage is Stage.EXTRACT
    assert not world.store.outcomes


def test_a_submission_that_joins_during_the_fetch_is_not_lost() -> None:
    # Given a submission that arrives while the page is being fetched
    def joined_meanwhile() -> FetchResponse:
        world.store.save(lifecycle.with_submission(world.now_stored, "s-2"))
        return response()

    world = World(joined_meanwhile)

    # When the fetch ends
    assert world.deliver() == "fetched"

    # Then both wait for the outcome
    assert world.now_stored.submissions == ("s-1", "s-2")


def test_an_old_delivery_does_not_shorten_a_wait() -> None:
    # Given a fetch that was asked to come back later
    world = World(TransientError(Reason.SERVER_ERROR), response())
    world.deliver()

    # When its first message is delivered again
    assert world.deliver() == "stale"

    # Then the server is left alone until dispatch releases the article
    assert len(world.fetcher.requests) == 1
    world.store.save(lifecycle.released(world.now_stored, world.clock(), TIMEOUTS))
    assert world.deliver() == "fetched"


def test_a_worker_that_dies_after_the_object_leaves_an_article_that_can_be_fetched_again() -> None:
    # Given a worker that dies between the object and the table
    world = World(response(), response(started_at=datetime(2026, 3, 14, 9, 40, tzinfo=UTC)))
    dying = world.store

    def die_at_second_save(state: ArticleState) -> None:
        dying.fail_next("save", RuntimeError("the function was killed"))

    dying.before_save = die_at_second_save
    with pytest.raises(RuntimeError):
        world.deliver()
    assert len(world.objects.puts) == 1
    assert world.now_stored.stage is Stage.FETCH

    # When its lease has run out and dispatch sends the message again
    world.clock.advance(901)
    world.store.save(lifecycle.released(world.now_stored, world.clock(), TIMEOUTS))
    assert world.deliver() == "fetched"

    # Then the article goes on with its second capture
    assert world.capture.key == world.objects.puts[1]


def test_a_write_whose_answer_was_lost_is_not_repeated_with_harm() -> None:
    # Given a table that takes the step and loses its answer
    world = World(response())

    def lose_the_answer(_: ArticleState) -> None:
        world.store.fail_next("save", ConnectionError("no answer"), after=True)

    world.store.before_save = lose_the_answer
    with pytest.raises(ConnectionError):
        world.deliver()

    # When the message is delivered again
    assert world.deliver() == "stale"

    # Then extract gets its message once
    assert len(world.sender.sent) == 1


def test_the_next_holder_of_a_lease_deletes_what_its_dead_predecessor_captured() -> None:
    # Given a worker that died between its capture and its step
    world = World(response(), response())
    _before_the_capture_is_recorded(world, _die)
    with pytest.raises(_Died):
        world.deliver()
    (orphan,) = world.objects.objects
    assert world.now_stored.capture is None

    # When dispatch releases the article, and another worker fetches it
    world.store.before_save = None
    world.store.save(lifecycle.released(world.now_stored, world.clock(), TIMEOUTS))
    assert world.deliver() == "fetched"

    # Then the table names the one capture that is left
    (kept,) = world.objects.objects
    assert kept != orphan
    assert world.now_stored.capture is not None
    assert (world.now_stored.capture.key, world.now_stored.predecessors) == (kept, ())


def test_a_worker_that_loses_its_step_deletes_its_own_capture() -> None:
    # Given a worker whose lease runs out while it writes its capture
    world = World(response())

    def overtake() -> None:
        taken = lifecycle.leased(world.now_stored, "another", world.clock(), TIMEOUTS)
        world.store.states[taken.article_id] = taken

    _before_the_capture_is_recorded(world, overtake)

    # When its step is lost, Then nothing is left that no state names
    assert world.deliver() == "stale"
    assert world.objects.objects == {}


def _before_the_capture_is_recorded(world: World, happens: Callable[[], None]) -> None:
    def before(state: ArticleState) -> None:
        if state.capture is None:
            world.store.before_save = before
        else:
            happens()

    world.store.before_save = before


class _Died(BaseException):
    """The worker's process is gone."""


def _die() -> None:
    raise _Died


def test_every_lease_has_an_owner_of_its_own() -> None:
    world = World(TransientError(Reason.TIMEOUT), TransientError(Reason.TIMEOUT))
    world.deliver()
    world.store.save(lifecycle.released(world.now_stored, world.clock(), TIMEOUTS))
    world.deliver()
    owners = [state.lease_owner for state in world.store.saves if state.lease_owner]
    assert len(owners) == len(set(owners)) == 2


def test_the_lease_outlives_the_fetch() -> None:
    world = World(response())
    world.deliver()
    lease_until = next(state.lease_until for state in world.store.saves if state.lease_owner)
    assert lease_until is not None
    assert from_text(lease_until) == from_text(to_text(world.clock())) + timedelta(seconds=180)


# Where indexed articles are redirected to


def moved_to(target: str, status: int = 302, **changes: Any) -> FetchResponse:
    return response(final_url=target, redirects=(Hop(URL, status, target),), **changes)


def revisited(*answers: Answer, **options: Any) -> World:
    """An indexed article that nobody submitted again."""
    return World(*answers, state=indexed_article().model_copy(update={"submissions": ()}), **options)


@pytest.mark.parametrize("status", [301, 302])
def test_an_indexed_article_is_never_overwritten_by_a_front_page(status: int) -> None:
    # Given an indexed article whose URL leads to its site's front page, which does not want to be indexed itself
    front = moved_to("https://news.example/", status, headers=(("X-Robots-Tag", "noindex"),))
    world = revisited(front, opt_outs=OptOutPolicy(frozenset({RefusedUse.NOINDEX})))

    # When it is visited, Then nothing is captured, it stands, and it is looked for once more
    assert world.deliver() == "failed"
    assert world.now_stored.last_outcome == "failed:front_page"
    assert world.objects.puts == []
    assert world.now_stored.current == indexed_article().current
    assert world.now_stored.gone_since is not None


def test_a_retracted_article_does_not_come_back_as_a_front_page() -> None:
    retracted, _ = lifecycle.retracted(indexed_article(), "gone", datetime(2026, 3, 14, tzinfo=UTC))
    again = lifecycle.next_run(retracted, datetime(2026, 3, 14, 9, tzinfo=UTC), TIMEOUTS, submission_id="s-2")
    world = World(moved_to("https://news.example/"), state=again)
    assert world.deliver(again.run) == "failed"
    assert world.now_stored.tombstone == retracted.tombstone
    assert world.objects.puts == []


@pytest.mark.parametrize("status", [302, 303, 307])
def test_an_indexed_article_that_leads_elsewhere_for_now_stands_as_it_is(status: int) -> None:
    # Given an indexed article whose URL leads to a log-in page
    world = revisited(moved_to("https://news.example/login?from=/harbour", status))

    # When it is visited, Then it stands, nothing else is begun, and the reason is recorded without the query
    assert world.deliver() == "failed"
    assert world.now_stored.current == indexed_article().current
    assert (world.now_stored.last_outcome, world.now_stored.gone_since) == ("failed:redirected", None)
    assert world.now_stored.last_detail == "led to https://news.example/login?[removed]"
    assert world.objects.puts == []
    assert len(world.store.states) == 1


@pytest.mark.parametrize("status", [301, 308])
def test_an_indexed_article_that_has_moved_for_good_leads_to_its_new_url(status: int) -> None:
    # Given an indexed article whose page has moved, although nobody submitted it again
    world = revisited(moved_to(MOVED_URL, status))

    # When it is visited, Then the new URL is asked itself, and the old revision stands
    assert world.deliver() == "duplicate"
    assert world.now_stored.current == indexed_article().current
    assert world.now_stored.duplicate_of == article_id(MOVED_URL)
    assert [message.article_id for message in world.sender.sent] == [article_id(MOVED_URL)]
    assert world.objects.puts == []


@pytest.mark.parametrize("target", ["https://www.news.example/harbour/", "http://news.example/harbour"])
def test_an_indexed_article_s_page_under_another_form_of_its_url_is_its_page(target: str) -> None:
    world = revisited(moved_to(target, 301))
    assert world.deliver() == "fetched"
    assert len(world.store.states) == 1


# Hosts that stay down


def test_a_page_that_finds_its_host_left_alone_waits_ever_longer_and_then_ends() -> None:
    # Given a host that says each time that it is asked too much
    world = World()
    waits = []
    while True:
        world.hosts.back_offs[HOST] = BackOff(world.clock() + timedelta(seconds=10), 1)
        status = world.deliver()
        if status != "deferred":
            break
        due_at = world.now_stored.due_at
        assert due_at is not None
        due = datetime.fromtimestamp(due_at, UTC)
        waits.append((due - world.clock()).total_seconds())
        world.clock.now = due
        world.store.save(lifecycle.released(world.now_stored, world.clock(), TIMEOUTS))

    # Then the page comes back ever more rarely, without an attempt, and ends with a reason of its own
    assert len(waits) == OVERLOAD_POLICY.attempts
    assert waits[0] >= 10
    assert all(later > 1.5 * earlier for earlier, later in pairwise(waits[1:-1]))
    assert status == "failed"
    assert world.outcome.outcome == "failed:host_overloaded"
    assert world.fetcher.requests == []


@pytest.mark.parametrize("size", [LONGEST_VALIDATOR, LONGEST_VALIDATOR + 1])
def test_validators_longer_than_a_kibibyte_are_not_sent_back(size: int) -> None:
    fields = (("Content-Type", "text/html"), ("ETag", "e" * size), ("Last-Modified", "m" * size))
    world = World(response(headers=fields))
    world.deliver()
    capture = world.capture
    kept = ("e" * size, "m" * size) if size <= LONGEST_VALIDATOR else (None, None)
    assert (capture.etag, capture.last_modified) == kept


# Further pages of an article


PAGE_URL = f"{URL}?page=2"


def wanting_a_page(state: ArticleState | None = None) -> ArticleState:
    """An article whose first page was read and goes on on another one."""
    begun = state or new_article()
    capture = Capture(
        capture_id="first", key="raw/v1/first", sha256="ab" * 32, captured_at="x", status=200, final_url=URL
    )
    read = lifecycle.fetched(begun, capture, FakeClock()(), TIMEOUTS)
    return lifecycle.page_wanted(read, (PAGE_URL,), FakeClock()(), TIMEOUTS)


def test_a_further_page_is_captured_beside_the_first() -> None:
    # Given an article that wants its second page, When its message is delivered
    world = World(response(final_url=PAGE_URL), state=wanting_a_page())
    assert world.deliver() == "fetched"

    # Then that page was asked for, its capture stands behind the first one's, and extract gets its message
    assert world.fetcher.requests == [FetchRequest(PAGE_URL)]
    state = world.now_stored
    assert state.stage is Stage.EXTRACT
    assert state.capture is not None
    assert state.capture.key == "raw/v1/first"
    (page,) = state.pages
    captured = read_capture(world.objects.get(page.key))
    assert (captured.requested_url, captured.url) == (PAGE_URL, PAGE_URL)
    assert world.sender.sent == [message_for(state)]


def test_of_a_further_page_no_validators_are_kept() -> None:
    # Given an article that wants its second page, which comes with validators, When it is fetched
    headers = (("ETag", '"v2"'), ("Last-Modified", "Sat, 14 Mar 2026 09:00:00 GMT"))
    world = World(response(final_url=PAGE_URL, headers=headers), state=wanting_a_page())
    assert world.deliver() == "fetched"

    # Then they are not in the state: nobody asks for that page with a condition
    (page,) = world.now_stored.pages
    assert (page.etag, page.last_modified) == (None, None)


def test_a_further_page_of_an_indexed_article_is_never_known_already() -> None:
    # Given an indexed article that wants its second page, which comes as the very bytes of the last visit's first
    known = indexed_article()
    validators = Validators(etag='"v1"', sha256=hashlib.sha256(response().body).hexdigest())
    state = wanting_a_page(known.model_copy(update={"validators": validators}))
    world = World(response(final_url=PAGE_URL), state=state)

    # When it is fetched, Then it is asked for without a condition and kept
    assert world.deliver() == "fetched"
    assert not world.fetcher.requests[0].is_conditional
    assert len(world.now_stored.pages) == 1


def test_a_further_page_that_cannot_be_had_ends_no_run() -> None:
    # Given an indexed article whose second page is gone
    world = World(PermanentError(Reason.NOT_FOUND, "status 404"), state=wanting_a_page(indexed_article()))

    # When it is asked for, Then the run goes on without it: no outcome, no retraction, and extract learns why
    assert world.deliver() == "page_missed"
    state = world.now_stored
    assert (state.stage, state.pages, state.pages_end, state.gone_since) == (Stage.EXTRACT, (), "not_found", None)
    assert not world.store.outcomes
    assert world.sender.sent == [message_for(state)]


@pytest.mark.parametrize(
    ("location", "status"),
    [
        ("https://www.news.example/harbour?page=2", "fetched"),
        ("http://news.example/harbour?page=2", "fetched"),
        (f"{URL}/?page=2&utm_source=pager", "fetched"),
        (URL, "page_missed"),
        (f"{URL}?page=1", "page_missed"),
        ("https://news.example/", "page_missed"),
        ("https://other.example/harbour?page=2", "page_missed"),
        ("https://news.example:8443/harbour?page=2", "page_missed"),
    ],
)
def test_a_further_page_may_redirect_to_itself_alone(location: str, status: str) -> None:
    # Given a second page that redirects, When it is fetched
    moved = response(final_url=location, redirects=(Hop(PAGE_URL, 301, location),))
    world = World(moved, state=wanting_a_page())
    world.hosts.open_site(parse_url(location).origin)

    # Then it is kept where that is the same page by its look; no other page gets a slot
    assert world.deliver() == status
    assert world.now_stored.pages_end == (None if status == "fetched" else "redirected")
    assert len(world.hosts.asked) == (2 if status == "fetched" else 1)
    assert len(world.store.states) == 1


def test_a_visit_has_its_runs_priority_at_its_host() -> None:
    # Given a page of bulk whose host has another visitor waiting, When its turn comes
    world = World()
    bulk = world.state.model_copy(update={"priority": "bulk"})
    world.store.states[bulk.article_id] = bulk
    world.hosts.backlogs[bulk.host] = world.clock() + timedelta(seconds=30)

    # Then it lets that one past
    assert world.deliver() == "deferred"
    assert world.now_stored.due_at == math.ceil((world.clock() + timedelta(seconds=30)).timestamp())


# The lease that goes with the message


def _entrusted(*answers: Answer) -> World:
    """Return a world whose article is leased to the worker that gets the message with ``token``."""
    world = World(*answers)
    world.state = lifecycle.entrusted(world.state, "token", world.clock(), TIMEOUTS)
    world.store.states[world.state.article_id] = world.state
    return world


def _deliver(world: World, lease: str | None) -> str:
    return world.stage.handle(FetchRequested(article_id=world.state.article_id, run=1, lease=lease))


def test_who_gets_the_lease_with_the_message_works_without_a_write() -> None:
    # Given an article that is leased to its message, When that comes
    world = _entrusted(response())
    assert _deliver(world, "token") == "fetched"

    # Then the first write is that of the capture, which is named after the lease
    assert world.now_stored.version == world.state.version + 1
    assert world.capture.capture_id == "token"


@pytest.mark.parametrize("lease", [None, "another"])
def test_a_message_without_the_lease_leaves_the_article_to_the_one_that_has_it(lease: str | None) -> None:
    world = _entrusted()
    assert _deliver(world, lease) == "leased"
    assert world.fetcher.requests == []


@pytest.mark.parametrize("seconds", [TIMEOUTS.lease_seconds + 1, TIMEOUTS.entrusted_seconds + 1])
def test_a_message_that_comes_late_takes_a_lease_of_its_own(seconds: int) -> None:
    # Given a message whose lease leaves too little time, or is over
    world = _entrusted(response())
    world.clock.advance(seconds)

    # When it comes, Then its worker takes another lease, and names its capture after that
    assert _deliver(world, "token") == "fetched"
    assert world.capture.capture_id != "token"
    assert world.now_stored.version == world.state.version + 2


def test_of_two_deliveries_at_once_the_second_looks_again_before_it_asks() -> None:
    # Given a second delivery of the same message while the page is fetched
    statuses: list[str] = []

    def meanwhile() -> FetchResponse:
        sleep = world.politeness.sleep

        def first_goes_on(seconds: float) -> None:
            world.politeness.sleep = sleep
            state = world.now_stored
            world.store.states[state.article_id] = lifecycle.ended(state, Outcome.UNCHANGED, world.clock(), TIMEOUTS)[0]
            sleep(seconds)

        world.politeness.sleep = first_goes_on
        statuses.append(_deliver(world, "token"))
        return response()

    world = _entrusted(meanwhile)

    # When the first one goes on while the second one waits for its slot
    first = _deliver(world, "token")

    # Then the page was asked for once
    assert statuses == ["stale"]
    assert len(world.fetcher.requests) == 1
    assert first == "stale", "what it ended as was written by the other in this test"


def test_of_two_workers_with_one_lease_the_second_capture_is_given_up() -> None:
    # Given a worker that kept its capture under the same lease while this one fetched
    def meanwhile() -> FetchResponse:
        key = capture_key(HOST, world.state.article_id, "token")
        world.objects.put(key, b"the other's", "application/warc")
        return response()

    world = _entrusted(meanwhile)

    # When this one wants to keep its own, Then it stops, and the other goes on
    assert _deliver(world, "token") == "leased"
    assert world.now_stored == world.state


def test_where_nothing_is_paced_each_worker_takes_a_lease_of_its_own() -> None:
    # Given a host in a network that a local stack opened, which has no slots
    url = "http://127.0.0.1/story"
    world = World(response(final_url=url), state=new_article(url, "127.0.0.1"))
    world.hosts.open_site("http://127.0.0.1")
    world.store.states[world.state.article_id] = lifecycle.entrusted(world.state, "token", world.clock(), TIMEOUTS)

    # When its message comes with a lease, Then the lease is written all the same
    assert _deliver(world, "token") == "fetched"
    assert world.capture.capture_id != "token"
