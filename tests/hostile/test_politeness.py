"""Cases 67 to 72: hosts that ask for less, and robots.txt files of all kinds.

The numbers are those of ``docs/hostile-cases.md``. The web is real, on 127.0.0.1, which is
paced here like any host of the internet; time is not, so that waiting takes none.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

import boto3
import pytest

from fetcher.stage import FetchStage
from harness import aws
from harness.fakes import (
    FakeClock,
    InMemoryArticleStore,
    InMemoryHostStore,
    InMemoryObjectStore,
    RecordingSender,
    Slot,
)
from harness.polled_sources import FORBIDDEN, PollingSimulation
from harness.simulation import Faults, SimulatedHost, SimulatedWeb, Simulation, mixed_hosts
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.articles import ArticleState, Timeouts, first_run, lifecycle
from newsdesk.articles.retries import RETRY_POLICIES
from newsdesk.contracts import FetchRequested, Reason
from newsdesk.hosts import RETRY_AFTER_CAP_SECONDS
from newsdesk.ports import HostStore
from newsdesk.runtime import Worker
from newsdesk.sources import PollStatus
from newsdesk.web import Address, Url, article_id, parse_networks, parse_url
from newsdesk.web.transport import BeforeSend, CrawlLimits, FetchLimits, FetchRequest, HttpFetcher, Politeness
from newsdesk.web.transport.politeness import LATENESS_SECONDS, UNREACHABLE_SECONDS
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import PAGE, Behaviour, MisbehavingServer, Request, answer

HOST = "127.0.0.1"
INTERVAL = 2.0
TIMEOUTS = Timeouts()


class World:
    """A fetch stage that crawls a misbehaving server politely."""

    def __init__(self, server: MisbehavingServer, interval_seconds: float = INTERVAL, **options: Any) -> None:
        self.server = server
        self.clock = FakeClock()
        self.store = InMemoryArticleStore()
        self.hosts = InMemoryHostStore()
        self.sender = RecordingSender()
        self.fetcher = fetcher = HttpFetcher(
            "NewsdeskBot/0.1 (+https://newsdesk.example/bot)",
            FetchLimits(5.0, 1 << 20, 5),
            allowed=parse_networks(["127.0.0.1/32"]),
            clock=self.clock,
            **options,
        )
        politeness = Politeness(
            self.hosts,
            fetcher,
            CrawlLimits(interval_seconds),
            "newsdeskbot",
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )
        worker = Worker(self.store, self.sender, self.clock, TIMEOUTS)
        self.stage = FetchStage(worker, InMemoryObjectStore(), politeness, fetcher, jitter=lambda: 0.0)

    @property
    def origin(self) -> str:
        return self.server.url("")

    def robots(self, behaviour: Behaviour) -> None:
        self.server.on("/robots.txt", behaviour)

    def fetch(self, path: str = "/news", host: str = HOST) -> str:
        """Let a page be fetched: for the first time, or as dispatch lets it be tried again."""
        url = parse_url(self.server.url(path, host=host))
        identifier = article_id(url.href)
        state = self.store.states.get(identifier)
        if state is None:
            self.store.save(first_run(identifier, url.href, url.host, url.href, self.clock(), TIMEOUTS))
        else:
            assert state.due_at is not None
            self.clock.now = max(self.clock.now, self.clock.now.fromtimestamp(state.due_at, self.clock.now.tzinfo))
            self.store.save(lifecycle.released(state, self.clock(), TIMEOUTS))
        return self.stage.handle(FetchRequested(article_id=identifier, run=1, host=url.host))

    def state(self, path: str = "/news") -> ArticleState:
        return self.store.states[article_id(self.server.url(path))]

    @property
    def back_off_until(self) -> datetime | None:
        back_off = self.hosts.last_back_off(HOST)
        return back_off.until if back_off else None

    def wait_of(self, path: str = "/news") -> float:
        """How long the page has to wait from now."""
        due_at = self.state(path).due_at
        assert due_at is not None
        return due_at - self.clock().timestamp()

    def asked(self, path: str) -> int:
        return sum(request.target == path for request in self.server.requests)


@pytest.fixture
def world(server: MisbehavingServer) -> Iterator[World]:
    for path in ("/news", "/other", "/private/news"):
        server.on(path, answer(PAGE))
    world = World(server)
    yield world
    world.fetcher.close()


# Hosts that ask for less


@pytest.mark.parametrize(
    ("field", "pause"),
    [
        ("600", 600.0),
        ("date", 600.0),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("Fri, 99 Foo 2026 25:61:61 GMT", None),
        ("99999999", RETRY_AFTER_CAP_SECONDS),
        ("9" * 5000, RETRY_AFTER_CAP_SECONDS),
        ("Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AFTER_CAP_SECONDS),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ],
    ids=["seconds", "date", "zero", "negative", "words", "no date", "huge", "absurd", "far off", "past"],
)
def test_case_67_too_many_requests_sets_the_whole_host_back(world: World, field: str, pause: float | None) -> None:
    # Given a host that answers 429 to more than one URL, with a Retry-After of any kind
    def complain(request: Request) -> None:
        # How many slots went before this request depends on whether the server had closed a connection by then.
        date = format_datetime(world.clock() + timedelta(seconds=600), usegmt=True)
        answer(b"", ("Retry-After", date if field == "date" else field), status=429)(request)

    world.server.on("/news", complain)
    world.server.on("/second", complain)

    # When a page is fetched, Then it is tried again later, not before the host wants it, within the cap
    assert world.fetch() == "retry_scheduled"
    shortest = pause or RETRY_POLICIES[Reason.RATE_LIMITED].base_seconds / 2
    assert shortest - 2 <= world.wait_of() <= shortest + 1

    # When another one meets the same
    while world.fetch("/second") == "deferred":
        pass

    # Then its neighbours wait as well, without being asked for
    until = world.back_off_until
    assert until is not None
    assert (until - world.clock()).total_seconds() == pytest.approx(pause or 30.0, abs=2.0)
    assert world.fetch("/other") == "deferred"
    assert world.asked("/other") == 0
    assert world.clock() + timedelta(seconds=world.wait_of("/other")) >= until

    # Until the time has come
    assert world.fetch("/other") == "fetched"


def test_case_68_unavailable_without_a_word_sets_the_host_back_for_ever_longer(world: World) -> None:
    # Given a host that answers 503 and nothing else
    pauses = []
    for path in ("/1", "/2", "/3", "/4"):
        world.server.on(path, answer(b"", status=503, html=False))

        # When its pages are tried one after the other
        while world.fetch(path) == "deferred":
            pass
        until = world.back_off_until
        assert until is not None
        pauses.append((until - world.clock()).total_seconds())

    # Then each pause of the host, after the first URL's, was longer than the one before
    assert pauses == [30.0, 30.0, 60.0, 120.0]

    # And when the attempts of a page are used up, the end is on record
    while world.fetch("/1") in ("retry_scheduled", "deferred"):
        pass
    assert world.state("/1").last_outcome == "failed:server_error"


def test_case_93_one_url_does_not_silence_its_host(world: World) -> None:
    # Given a URL that answers 503 and asks for six hours, on a host of many pages
    world.server.on("/bomb", answer(b"", ("Retry-After", "21600"), status=503))
    assert world.fetch("/bomb") == "retry_scheduled"
    assert world.wait_of("/bomb") >= 21_590

    # When others want to be fetched, Then they wait for a minute, once, and it is not counted against them
    begun = world.clock()
    assert world.fetch("/news") == "deferred"
    assert (world.state().overload_deferrals, world.state().attempts) == (0, 0)
    assert world.fetch("/news") == "fetched"
    assert world.fetch("/other") == "fetched"
    assert (world.clock() - begun).total_seconds() < 75

    # When the URL is tried again, as often as it may be, Then each time is no more than that
    while world.fetch("/bomb") in ("retry_scheduled", "deferred"):
        until = world.back_off_until
        assert until is not None
        assert until - world.clock() <= timedelta(seconds=60)
    assert world.state("/bomb").last_outcome == "failed:server_error"


def test_case_93_a_redirect_lets_its_target_complain_and_nobody_else(world: World) -> None:
    # Given two URLs that lead to one that complains
    world.server.on("/bomb", answer(b"", ("Retry-After", "21600"), status=503))
    for path in ("/1", "/2"):
        world.server.on(path, server_side.redirect("/bomb"))
        while world.fetch(path) == "deferred":
            pass

    # Then one URL has complained
    back_off = world.hosts.last_back_off(HOST)
    assert back_off is not None
    assert not back_off.is_the_hosts


@pytest.mark.parametrize("file", ["/robots.txt", "/.well-known/tdmrep.json"])
def test_case_93_another_site_s_file_does_not_speak_for_the_host_that_it_leads_to(world: World, file: str) -> None:
    # Given a site whose file leads to a page of another host, which wants to be left alone for hours
    server = world.server
    server.on("/busy", answer(b"", ("Retry-After", "21600"), status=503))

    def lead_away(request: Request) -> None:
        is_the_sites = (request.field("Host") or "").startswith("localhost")
        (server_side.redirect(server.url("/busy")) if is_the_sites else answer(b"", status=404))(request)

    server.on(file, lead_away)

    # When a page of the site is wanted
    while world.asked("/busy") == 0:
        world.fetch("/news", host="localhost")

    # Then one URL of the other host has complained, and its pages go on after a minute at most
    back_off = world.hosts.last_back_off(HOST)
    assert back_off is not None
    assert not back_off.is_the_hosts
    assert (back_off.until - world.clock()).total_seconds() <= 60


def test_case_67_68_a_page_s_own_error_sets_nobody_back(world: World) -> None:
    world.server.on("/news", answer(b"", status=500))
    assert world.fetch() == "retry_scheduled"
    assert world.back_off_until is None
    assert world.fetch("/other") == "fetched"


def test_case_94_many_names_on_one_address_are_asked_as_often_as_one(server: MisbehavingServer) -> None:
    # Given a machine with a hundred names, and a page under each of them
    asked: list[float] = []
    world = World(server, resolve=lambda host, port: [ip_address("127.0.0.1")])

    def note(request: Request) -> None:
        asked.append(world.clock().timestamp())
        answer(PAGE)(request)

    for path in ("/robots.txt", "/.well-known/tdmrep.json", "/news"):
        server.on(path, note)
    names = [f"n{number}.example-{number}.example" for number in range(100)]
    begun = world.clock().timestamp()

    # When all are wanted at once
    waiting = list(names)
    while waiting and world.clock().timestamp() - begun < 46:
        waiting = [name for name in waiting if world.fetch(host=name) == "deferred"]
    world.fetcher.close()

    # Then the machine is asked no more often than one host would be
    assert len(asked) > 5
    assert min(later - earlier for earlier, later in pairwise(asked)) >= INTERVAL
    assert len([moment for moment in asked if moment - begun < 46]) <= 46 / INTERVAL + 1


def test_case_94_two_names_on_a_machine_are_both_fetched(server: MisbehavingServer) -> None:
    world = World(server, resolve=lambda host, port: [ip_address("127.0.0.1")])
    server.on("/news", answer(PAGE))
    for name in ("a.example", "b.example"):
        statuses = [world.fetch(host=name)]
        while statuses[-1] == "deferred":
            statuses.append(world.fetch(host=name))
        assert statuses[-1] == "fetched"
    world.fetcher.close()


# robots.txt out of reach


@pytest.mark.parametrize(
    "behaviour",
    [answer(b"", status=500), answer(b"", status=503), answer(b"", status=429), answer(b"", status=599)],
    ids=["500", "503", "429", "599"],
)
def test_case_69_a_robots_txt_out_of_reach_disallows_everything_until_it_answers(
    world: World, behaviour: Behaviour
) -> None:
    # Given a site whose robots.txt fails
    world.robots(behaviour)

    # When its pages are wanted, Then none is asked for, and robots.txt itself only once in a while
    assert world.fetch() == "retry_scheduled"
    assert world.fetch("/other") in ("retry_scheduled", "deferred")
    assert (world.asked("/news"), world.asked("/other"), world.asked("/robots.txt")) == (0, 0, 1)
    assert world.wait_of() >= UNREACHABLE_SECONDS - 10

    # And once it answers, they are
    world.robots(answer(b"User-agent: *\nDisallow: /private/\n"))
    while world.fetch() in ("retry_scheduled", "deferred"):
        pass
    assert world.asked("/news") == 1
    assert world.fetch("/private/news") == "rejected"


def test_case_69_a_robots_txt_that_never_answers_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a site whose robots.txt drips
    monkeypatch.setattr("newsdesk.web.transport.politeness.AUXILIARY_DEADLINE_SECONDS", 0.3)
    world.robots(server_side.drip(b"HTTP/1.1 200 OK\r\n\r\n"))

    # When a page is tried until the attempts are used up
    statuses = [world.fetch()]
    while statuses[-1] in ("retry_scheduled", "deferred"):
        statuses.append(world.fetch())

    # Then the page was never asked for, and the outcome says why
    assert world.state().last_outcome == "failed:robots_unavailable"
    assert world.asked("/news") == 0
    assert statuses.count("retry_scheduled") == RETRY_POLICIES[Reason.ROBOTS_UNAVAILABLE].attempts - 1


def test_case_69_while_robots_txt_is_out_of_reach_the_rules_of_last_time_hold(world: World) -> None:
    # Given a site whose rules are known
    world.robots(answer(b"User-agent: *\nDisallow: /private/\n"))
    assert world.fetch() == "fetched"

    # When they are old and robots.txt fails, Then they are obeyed for 30 days
    world.robots(answer(b"", status=500))
    world.clock.advance(2 * 86400)
    assert world.fetch("/other") == "fetched"
    assert world.fetch("/private/news") == "rejected"

    # And then no longer
    world.server.on("/late", answer(PAGE))
    world.clock.advance(31 * 86400)
    assert world.fetch("/late") == "retry_scheduled"
    assert (world.state("/late").last_detail or "").startswith("robots_unavailable")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_case_69_a_robots_txt_that_is_not_there_forbids_nothing(world: World, status: int) -> None:
    # RFC 9309, section 2.3.1.3
    world.robots(answer(b"User-agent: *\nDisallow: /\n", status=status))
    assert world.fetch() == "fetched"


def test_case_69_redirects_of_robots_txt_are_followed_at_the_hosts_pace(world: World) -> None:
    # Given a robots.txt behind five redirects
    for number in range(5):
        world.server.on("/robots.txt" if number == 0 else f"/{number}", server_side.redirect(f"/{number + 1}"))
    world.server.on("/5", answer(b"User-agent: *\nDisallow: /private/\n"))

    # When a page is wanted that it disallows
    started = world.clock()
    status = world.fetch("/private/news")
    while status == "deferred":
        status = world.fetch("/private/news")

    # Then it is not asked for; the six requests came an interval apart, and none of them twice
    assert world.state("/private/news").last_outcome == "rejected:robots_disallowed"
    assert [request.target for request in world.server.requests[:6]] == ["/robots.txt", "/1", "/2", "/3", "/4", "/5"]
    assert world.asked("/robots.txt") == 1
    assert world.clock() - started >= timedelta(seconds=6 * INTERVAL)


@pytest.mark.parametrize("interval", [INTERVAL, 20.0], ids=["in one visit", "visit by visit"])
def test_case_69_a_robots_txt_behind_too_many_redirects_is_none(server: MisbehavingServer, interval: float) -> None:
    # Given a robots.txt behind redirects without end, on a host with short or long intervals
    server.on("/robots.txt", server_side.redirect("/1"))
    for number in range(1, 20):
        server.on(f"/{number}", server_side.redirect(f"/{number + 1}"))
    server.on("/news", answer(PAGE))
    world = World(server, interval_seconds=interval)

    # When a page is wanted, Then six requests are enough to know
    while world.fetch() == "deferred":
        pass
    assert world.asked("/news") == 1
    assert (world.asked("/5"), world.asked("/6")) == (1, 0)
    world.fetcher.close()


def test_case_26_a_robots_txt_that_leads_inside_leads_nowhere(world: World) -> None:
    # The fixture over all tests here fails if anything but 127.0.0.1 is dialled.
    # Given a robots.txt that redirects inside
    world.robots(server_side.redirect("http://127.0.0.9/robots.txt"))

    # When a page is wanted, Then its own host is not to blame: robots.txt is out of reach, until it is put right
    assert world.fetch() == "retry_scheduled"
    assert (world.state().last_detail or "").startswith("robots_unavailable")
    assert world.asked("/news") == 0
    world.robots(answer(b"", status=404))
    while (status := world.fetch()) == "deferred":  # on a slow machine, a slot is over before it can be used
        pass
    assert status == "fetched"


# robots.txt of all kinds


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /private/\n",
        b"User-agent: *\r\nDisallow: /private/\r\n" + b"# padding\r\n" * 100_000,
        b"<!doctype html>\nUser-agent: *\nDisallow: /private/\n</html>",
        b"\x00\x01\xff\nUser-agent: newsdeskbot\nDisallow: /private/\n",
    ],
    ids=["byte order mark", "over 500 KiB", "in HTML", "binary"],
)
def test_case_70_what_is_a_rule_is_found_whatever_is_around_it(world: World, body: bytes) -> None:
    world.robots(answer(body))
    assert world.fetch() == "fetched"
    assert world.fetch("/private/news") == "rejected"


@pytest.mark.parametrize(
    "body",
    [b"<html><body><h1>Welcome</h1></body></html>", b"", b"\xff" * 1000, b"Disallow: /\n"],
    ids=["HTML", "empty", "binary", "no group"],
)
def test_case_70_what_is_no_rule_forbids_nothing(world: World, body: bytes) -> None:
    world.robots(answer(body))
    assert world.fetch() == "fetched"
    assert world.fetch("/private/news") == "fetched"


def test_case_70_rules_beyond_500_kibibytes_are_not_read(world: World) -> None:
    # Given a rule behind what RFC 9309, section 2.5, asks to be read
    world.robots(answer(b"User-agent: *\nDisallow: /a\n" + b"#" * 9 + b"\n" * (500 * 1024) + b"Disallow: /news\n"))
    assert world.fetch() == "fetched"
    known = world.hosts.rules(world.origin)
    assert known is not None
    assert (known.robots, known.is_cut) == (("-/a",), True)


@pytest.mark.parametrize(
    "pattern",
    ["/" + "*a" * 200_000 + "*b", "/" + "*" * 400_000 + "x", "\nDisallow: ".join(["/*" + "a" * 900 + "b"] * 500)],
    ids=["many parts", "many stars", "many long ones"],
)
def test_case_71_no_pattern_makes_matching_slow(world: World, pattern: str) -> None:
    # Given a robots.txt that makes a backtracking matcher run forever
    world.robots(answer(f"User-agent: *\nDisallow: {pattern}\n".encode()))
    path = "/" + "a" * 1500
    world.server.on(path, answer(PAGE))

    # When a URL that nearly matches is looked up, Then that ends
    assert world.fetch(path) == "fetched"


@pytest.mark.parametrize(
    ("written", "interval"),
    [("7", 7.0), ("0.1", INTERVAL), ("99999999", 30.0), ("inf", INTERVAL), ("-5", INTERVAL), ("nan", INTERVAL),
     ("1e999", INTERVAL), ("soon", INTERVAL)],
)  # fmt: skip
def test_case_72_a_crawl_delay_is_honoured_within_reason(world: World, written: str, interval: float) -> None:
    # Given a site that asks for a delay
    world.robots(answer(f"User-agent: *\nCrawl-delay: {written}\nDisallow: /private/\n".encode()))
    while world.fetch() == "deferred":
        pass

    # When another page is wanted, Then its slot is the delay away from the last one, if that is sane
    before = world.hosts.last_slots[HOST]
    while world.fetch("/other") == "deferred":
        pass
    assert (world.hosts.last_slots[HOST] - before).total_seconds() >= interval + LATENESS_SECONDS
    assert world.hosts.asked[-1]["interval_seconds"] == interval + LATENESS_SECONDS


def test_case_72_a_crawl_delay_holds_for_the_host_whatever_the_port(world: World) -> None:
    # Given a host whose robots.txt asks for a delay on one port, and for none on another
    with MisbehavingServer() as twin:
        written: list[float] = []

        def noting(behave: Behaviour) -> Behaviour:
            def noted(request: Request) -> None:
                written.append(world.clock().timestamp())
                behave(request)

            return noted

        world.robots(noting(answer(b"User-agent: *\nCrawl-delay: 20\n", ("Content-Type", "text/plain"))))
        for server in (world.server, twin):
            server.on("/.well-known/tdmrep.json", noting(answer(b"[]")))
            server.on("/news", noting(answer(PAGE)))
        twin.on("/robots.txt", noting(answer(b"", ("Content-Type", "text/plain"))))

        # When both are asked, Then every request after the delay is known comes that long after the one before
        for server in (world.server, twin):
            world.server = server
            while world.fetch() == "deferred":
                pass
        assert len(written) == 6
        assert min(later - earlier for earlier, later in pairwise(written)) >= 20


def test_case_70_wishes_that_utf_8_cannot_spell_lose_no_page(world: World) -> None:
    world.robots(answer(b"User-agent: *\nContent-Signal: \xed\xa0\x80\n", ("Content-Type", "text/plain")))
    policy = rb'[{"location":"/\udfff","tdm-reservation":1,"tdm-policy":"\ud800"}]'
    world.server.on("/.well-known/tdmrep.json", answer(policy))
    assert world.fetch() == "fetched"


# Many workers, many hosts


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.slow)])
def hosts(request: pytest.FixtureRequest) -> Iterator[HostStore]:
    """A host store: first the fake, then DynamoDB's own arithmetic."""
    if request.param == "memory":
        yield InMemoryHostStore()
        return
    with aws.empty_account():
        client: Any = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
        )
        client.create_table(TableName=aws.TABLE, **aws.table_definition())
        yield DynamoHostStore(aws.TABLE, client=client)


def test_fifty_workers_and_all_faults_at_once_never_ask_a_host_too_early(hosts: HostStore) -> None:
    # Given hosts of all kinds, messages that come twice, workers that die, and a store that is slow at times
    crawl = Simulation(
        mixed_hosts(18, 5), faults=Faults(duplicates=0.1, deaths=0.02, slow_calls=0.05), host_store=hosts
    )

    # When everything is crawled
    report = crawl.run()

    # Then no two requests to a host were too close, none came while it was left alone, and no page was lost
    assert report.breaches == []
    assert report.closest >= INTERVAL
    assert set(report.outcomes) <= {"fetched", "duplicate"}
    assert sum(report.outcomes.values()) >= 90  # and where redirects led
    assert report.back_offs > 0
    assert report.statuses["died"] > 0


class _Pushover(InMemoryHostStore):
    """Gives everybody a slot at once."""

    def reserve(self, host: str, now: datetime, *_: object) -> Slot:
        return Slot(now, True)


def test_the_simulation_sees_what_it_is_looking_for() -> None:
    # Given a store that reserves nothing, When the same is crawled, Then that does not go unnoticed
    report = Simulation(mixed_hosts(18, 5), host_store=_Pushover()).run()
    assert len(report.breaches) > 20
    assert any("left alone" in breach.what for breach in report.breaches)


@pytest.mark.slow
def test_feeds_are_polled_in_the_slots_of_their_host_s_pages() -> None:
    # Given hosts of all kinds, each with pages and three feeds, one of which its robots.txt forbids
    hosts = mixed_hosts(9, 4)
    crawl = PollingSimulation(hosts, faults=Faults(duplicates=0.1, deaths=0.02, slow_calls=0.05), poll_seconds=5.0)

    # When all is crawled, and feeds are polled for a while
    report = crawl.run()

    # Then pages and polls together never came too close, nor while the host was left alone, and nothing forbidden was
    # asked for
    assert report.breaches == []
    assert report.closest >= INTERVAL
    targets = Counter(target for starts in crawl.web.starts.values() for _, target in starts)
    assert targets[FORBIDDEN] == 0
    assert min(targets["/feed.xml"], targets["/sport/feed.xml"]) >= 2 * len(hosts)

    # And feeds learned of back-offs that pages had caused, and the other way round; what they list was fetched
    assert report.back_offs > 0
    assert crawl.polls[PollStatus.DEFERRED] > 0
    assert sum(targets[f"/page-{number}"] for number in range(1000, 1003)) >= 3 * len(hosts)
    assert set(report.outcomes) <= {"fetched", "duplicate"}


@pytest.mark.slow
def test_the_simulation_sees_polls_that_take_no_slots() -> None:
    # Given discover with a host store of its own
    crawl = PollingSimulation(mixed_hosts(9, 4), poll_seconds=5.0)
    crawl.discover.asker.politeness = Politeness(
        InMemoryHostStore(), crawl.web, CrawlLimits(INTERVAL), "newsdeskbot", clock=crawl.time, sleep=crawl.time.sleep
    )
    # When the same is crawled, Then requests come too close
    assert len(crawl.run().breaches) > 3


class _DialsInItsSlot(SimulatedWeb):
    """Opens its connection when the slot has come, and writes when it is open."""

    def _write(self, url: Url, before_send: BeforeSend) -> None:
        before_send()
        self._dial()
        super()._write(url, lambda address=None: None)


class _RepeatsAtOnce(SimulatedWeb):
    """Writes a request that the server broke off again as soon as it has another connection."""

    def _ask(self, url: Url, before_send: BeforeSend) -> SimulatedHost:
        self._dial()
        self._write(url, before_send)
        if self._chance.random() < self._faults.closed_connections:
            self._dial()
            self._write(url, lambda address=None: None)
        return self.hosts[url.host]


@pytest.mark.slow
@pytest.mark.parametrize("web", [_DialsInItsSlot, _RepeatsAtOnce])
def test_the_simulation_sees_requests_that_are_written_outside_their_slots(web: type[SimulatedWeb]) -> None:
    # Given a client that takes a slot for the moment of the request although it is not
    report = Simulation(mixed_hosts(18, 5), web=web).run()

    # When the same is crawled, Then requests come too close
    assert len(report.breaches) > 3
    assert report.closest < INTERVAL - LATENESS_SECONDS


@pytest.mark.slow
def test_a_slow_dial_brings_no_two_requests_together() -> None:
    # Given a host whose name resolves slowly, for the first who asks and for nobody else
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> list[Address]:
        looked_up.append(host)
        if len(looked_up) == 1:
            time.sleep(1.5)
        return [ip_address("127.0.0.1")]

    written: list[float] = []

    def page(request: Request) -> None:
        written.append(time.monotonic())
        answer(PAGE)(request)

    networks = parse_networks(["127.0.0.1/32"])
    fetcher = HttpFetcher("NewsdeskBot/0.1", FetchLimits(5.0), allowed=networks, resolve=resolve)
    hosts = InMemoryHostStore()
    politeness = Politeness(hosts, fetcher, CrawlLimits(1.0), "newsdeskbot")
    with MisbehavingServer() as server:
        urls = []
        for path in ("/first", "/second"):
            server.on(path, page)
            urls.append(server.url(path, host="news.example"))
        hosts.open_site(parse_url(urls[0]).origin)

        # When two workers fetch from it at once, in real time
        with ThreadPoolExecutor(2) as workers:
            list(workers.map(lambda url: fetcher.fetch(FetchRequest(url), politeness.visit().ask), urls))

    # Then their requests are an interval apart
    assert abs(written[1] - written[0]) >= 1.0


@pytest.mark.parametrize("path", ["/news", "/robots.txt", "/.well-known/tdmrep.json"])
def test_a_request_that_a_server_breaks_off_is_repeated_in_a_slot_of_its_own(path: str) -> None:
    # Given a server that keeps its connections, and closes one of them when it has read the next request
    with MisbehavingServer(keeps_alive=True) as server:
        world = World(server)
        world.server.on("/first", answer(PAGE))
        world.hosts.open_site(world.origin)
        assert world.fetch("/first") == "fetched"
        world.hosts.sites.clear()
        asked: list[datetime] = []

        def moody(request: Request) -> None:
            asked.append(world.clock())
            if len(asked) == 1:
                server_side.reset(request)
            else:
                answer(PAGE if path == "/news" else b"")(request)

        world.server.on("/news", answer(PAGE))
        world.server.on(path, moody)

        # When a page is fetched over such a connection
        assert world.fetch("/news") == "fetched"

        # Then the request came twice, an interval apart
        assert len(asked) == 2
        assert (asked[1] - asked[0]).total_seconds() >= INTERVAL
        world.fetcher.close()


@pytest.mark.slow
def test_a_host_that_stays_down_ends_its_pages_within_a_day_at_a_cost_that_grows_with_their_number_alone() -> None:
    def crawl(pages: int) -> tuple[float, float]:
        # Given a host that answers 503 from its first minute on, forever
        down = SimulatedHost("down.example", pages, overload="503", bad_time=(30.0, math.inf))
        simulation = Simulation([down], faults=Faults(0.0, 0.0, 0.0, 0.0, 1.0, 0.0), poll_seconds=20.0)

        # When its pages are crawled, Then each ends
        report = simulation.run()
        assert report.breaches == []
        assert set(report.outcomes) <= {"fetched", "failed:server_error", "failed:host_overloaded"}
        assert sum(report.outcomes.values()) == pages
        return report.seconds, report.statuses["deferred"] / pages

    few, many = crawl(20), crawl(160)

    # Then within a day, and eight times as many pages cost each of them no more deferrals
    assert max(few[0], many[0]) < 86400
    assert many[1] < 1.2 * few[1]


@pytest.mark.slow
def test_a_busy_host_does_not_delay_the_others() -> None:
    # Given ten quick hosts, alone, and behind 300 pages of one host in the same queue
    quick = [SimulatedHost(f"quick-{number}.example", 3) for number in range(10)]
    busy = SimulatedHost("busy.example", 300)
    no_faults = Faults(0.0, 0.0, 0.0)

    def last_quick_page(*hosts: SimulatedHost, is_fair: bool) -> float:
        crawl = Simulation(hosts, faults=no_faults, is_fair=is_fair)
        report = crawl.run()
        assert report.breaches == []
        states = crawl.store.states
        return max(end for name, end in report.ended_at.items() if states[name].host != busy.name)

    # When all are crawled by the same five functions
    alone = last_quick_page(*quick, is_fair=True)
    behind = last_quick_page(busy, *quick, is_fair=False)
    fairly = last_quick_page(busy, *quick, is_fair=True)

    # Then the quick ones are through long before the busy one, whose pages need ten minutes; with a fair queue at once
    assert behind < alone + 60
    assert fairly < alone + 25
