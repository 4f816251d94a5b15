"""The leave of one visit: its moments, its rules, and its bounds in time, in time that stands still but for waits.

Comes in: a web that a test writes. Goes out: assertions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv4Address

import pytest

from fetcher.stage import FetchStage
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import ArticleState, lifecycle
from newsdesk.clock import to_text
from newsdesk.contracts import FetchRequested, Reason
from newsdesk.errors import PermanentError, TransientError
from newsdesk.hosts import SiteRules
from newsdesk.runtime import Worker
from newsdesk.web import Url, article_id, parse_url
from newsdesk.web.transport import (
    AUXILIARY_DEADLINE_SECONDS,
    CrawlLimits,
    FetchRequest,
    FetchResponse,
    Hop,
    NotYetError,
    Politeness,
    RedirectError,
    RequestSlot,
)
from newsdesk.web.transport.exchange import AuxiliaryResponse, HeaderFields, Timings
from newsdesk.web.transport.politeness import CLAIM_SECONDS, HEAD_START_SECONDS, LATENESS_SECONDS, UNREACHABLE_SECONDS
from tests.examples import TIMEOUTS

SITE = "https://news.example"
PAGE = parse_url(f"{SITE}/harbour")
ROBOTS = f"{SITE}/robots.txt"
TDM = f"{SITE}/.well-known/tdmrep.json"
INTERVAL = 2.0
SPACING = INTERVAL + LATENESS_SECONDS
LIMITS = CrawlLimits(INTERVAL)

Answer = tuple[int, HeaderFields, bytes]
NOTHING: Answer = (404, (), b"")


class Web:
    """Sites whose files and pages take as long as they are set to.

    ``requests`` says what was asked for, and when; ``redirects`` where it leads, ``answers`` what there is.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.requests: list[tuple[datetime, str]] = []
        self.dial_seconds = 0.0
        self.file_seconds = 0.0
        self.page_seconds = 0.0
        self.redirects: dict[str, str] = {}
        self.answers: dict[str, Answer | Exception] = {}
        self.on_dial: Callable[[], object] = lambda: None
        self.address: IPv4Address | None = None

    def asked(self, url: str) -> int:
        return sum(asked == url for _, asked in self.requests)

    def _follow(
        self, url: str, followed: tuple[Hop, ...], request_slot: RequestSlot, seconds: float
    ) -> tuple[Url, tuple[Hop, ...]]:
        at, hops = parse_url(url), followed
        while True:
            start = request_slot(at, hops)
            self.on_dial()
            self.clock.advance(self.dial_seconds)
            start(self.address)
            self.requests.append((self.clock(), at.href))
            self.clock.advance(seconds)
            if at.href not in self.redirects:
                return at, hops
            hops = (*hops, Hop(at.href, 302, self.redirects[at.href]))
            at = parse_url(self.redirects[at.href])

    def fetch(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        first = request.redirects[-1].location if request.redirects else request.url
        at, hops = self._follow(first, request.redirects, request_slot, self.page_seconds)
        return FetchResponse(
            final_url=at.href,
            status=200,
            reason_phrase="OK",
            http_version="HTTP/1.1",
            headers=(("Content-Type", "text/html"),),
            body=b"<p>The harbour bridge is open.</p>",
            resolved_address="198.51.100.7",
            redirects=hops,
            started_at=self.clock(),
            timings=Timings(0.1, 0.2, 0.3),
            request_head=b"GET / HTTP/1.1\r\n\r\n",
        )

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        at, _ = self._follow(url, (), request_slot, self.file_seconds)
        answer = self.answers.get(at.href, NOTHING)
        if isinstance(answer, Exception):
            raise answer
        return AuxiliaryResponse(at.href, *answer)


class World:
    """Politeness over a web and a host store."""

    def __init__(self, crawl_limits: CrawlLimits = LIMITS) -> None:
        self.clock = FakeClock()
        self.hosts = InMemoryHostStore()
        self.web = Web(self.clock)
        self.politeness = Politeness(
            self.hosts,
            self.web,
            crawl_limits,
            "newsdeskbot",
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )

    def fetch(self, url: Url = PAGE) -> FetchResponse:
        return self.web.fetch(FetchRequest(url.href), self.politeness.visit().ask)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def known(world: World) -> World:
    """A world whose site need not be asked for its rules."""
    world.hosts.open_site(SITE)
    return world


# The moment of a request


def test_a_connection_is_opened_shortly_before_its_slot(known: World) -> None:
    # Given a host that has just been asked
    begun = known.clock()
    known.hosts.last_slots[PAGE.host] = begun
    dialled: list[datetime] = []
    known.web.on_dial = lambda: dialled.append(known.clock())
    known.web.dial_seconds = 0.5

    # When a page is wanted, Then the dial is part of the wait, and the request comes when its slot begins
    known.fetch()
    slot = begun + timedelta(seconds=SPACING)
    assert dialled == [slot - timedelta(seconds=HEAD_START_SECONDS)]
    assert [at for at, _ in known.web.requests] == [slot]


def test_a_dial_that_outlasts_its_slot_gets_the_moment_when_nobody_stands_behind(known: World) -> None:
    # Given a free host that takes three seconds to connect to
    known.web.dial_seconds = 3.0
    begun = known.clock()

    # When a page is wanted, Then it is asked for as soon as the connection is open, and the next one an interval later
    known.fetch()
    assert known.web.requests == [(begun + timedelta(seconds=3), PAGE.href)]
    assert known.hosts.last_slots[PAGE.host] == begun + timedelta(seconds=3)
    assert known.clock.sleeps == []


def test_a_dial_that_outlasts_its_slot_comes_after_the_one_that_stood_behind(known: World) -> None:
    # Given a free host that takes three seconds to connect to, and somebody who reserves its next slot meanwhile
    def reserve() -> None:
        known.hosts.reserve(PAGE.host, known.clock(), SPACING, 5.0)

    known.web.dial_seconds = 3.0
    known.web.on_dial = reserve
    begun = known.clock()

    # When a page is wanted, Then it is asked for an interval after that one's slot, over the connection that is open
    known.fetch()
    assert known.web.requests == [(begun + timedelta(seconds=2 * SPACING), PAGE.href)]


@pytest.mark.parametrize("dial_seconds", [0.1, 0.9, 3.0])
def test_a_host_that_is_set_back_during_the_dial_is_not_asked(known: World, dial_seconds: float) -> None:
    # Given a host whose next slot is half a second off, and that complains to somebody else meanwhile
    known.hosts.last_slots[PAGE.host] = known.clock() - timedelta(seconds=SPACING - 0.5)
    known.web.dial_seconds = dial_seconds
    known.web.on_dial = lambda: known.politeness.overloaded(PAGE.host, 600.0)

    # When a page is wanted, Then it waits for the pause to end
    with pytest.raises(NotYetError) as caught:
        known.fetch()
    assert caught.value.until >= known.clock() + timedelta(seconds=590)
    assert known.web.requests == []


def test_a_request_that_is_repeated_takes_another_slot(known: World) -> None:
    # Given a request that was written at once
    start = known.politeness.visit().ask(PAGE, ())
    begun = known.clock()
    start()
    assert known.clock() == begun

    # When it is written again, Then an interval later
    start()
    assert known.clock() == begun + timedelta(seconds=SPACING)


def test_a_request_that_cannot_be_repeated_in_time_says_how_far_it_got(known: World) -> None:
    hops = (Hop(f"{SITE}/old", 301, PAGE.href),)
    start = known.politeness.visit().ask(PAGE, hops)
    start()
    known.politeness.overloaded(PAGE.host, 600.0)
    with pytest.raises(NotYetError) as caught:
        start()
    assert caught.value.redirects == hops


# The time that a visit may take


def test_a_page_alone_never_exceeds_what_a_visit_may_take(world: World) -> None:
    # Given a site whose files and page are as slow as they may be
    world.web.file_seconds = AUXILIARY_DEADLINE_SECONDS
    world.web.page_seconds = LIMITS.page_seconds
    begun = world.clock()

    # When a page is wanted, Then one visit is enough
    world.fetch()
    assert (world.clock() - begun).total_seconds() <= LIMITS.visit_seconds


class Crawl:
    """A fetch stage over the web of a world, and dispatch's part in it."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        first = lifecycle.first_run(article_id(url), url, parse_url(url).host, url, world.clock(), TIMEOUTS)
        self.store = InMemoryArticleStore(first)
        self.identifier = first.article_id
        worker = Worker(self.store, RecordingSender(), world.clock, TIMEOUTS)
        self.stage = FetchStage(worker, InMemoryObjectStore(), world.politeness, world.web, jitter=lambda: 0.0)

    @property
    def state(self) -> ArticleState:
        return self.store.states[self.identifier]

    def deliver(self) -> tuple[str, float]:
        """Deliver the message; return the status, and the seconds that it took."""
        begun = self.world.clock()
        status = self.stage.handle(FetchRequested(article_id=self.identifier, run=1))
        return status, (self.world.clock() - begun).total_seconds()

    def release(self) -> None:
        assert self.state.due_at is not None
        now = self.world.clock()
        self.world.clock.advance(max(0.0, self.state.due_at - now.timestamp()))
        self.store.save(lifecycle.released(self.state, self.world.clock(), TIMEOUTS))


@pytest.mark.parametrize("interval", [0.0, INTERVAL, 20.0])
@pytest.mark.parametrize("dial_seconds", [0.0, 4.0])
def test_redirects_through_slow_hosts_take_several_visits_each_within_its_time(
    interval: float, dial_seconds: float
) -> None:
    # Given a page behind five redirects, each to another host, whose files take nearly as long as they may
    crawl_limits = CrawlLimits(interval)
    world = World(crawl_limits)
    world.web.file_seconds, world.web.page_seconds = 9.9 - dial_seconds, 1.0
    world.web.dial_seconds = dial_seconds
    for number in range(5):
        world.web.redirects[f"https://host-{number}.example/x"] = f"https://host-{number + 1}.example/x"
    crawl = Crawl(world, "https://host-0.example/x")

    # When its message is delivered as often as it takes
    status, seconds = crawl.deliver()
    took, deliveries = [seconds], 1
    while status == "deferred":
        assert crawl.state.attempts == 0
        crawl.release()
        status, seconds = crawl.deliver()
        took.append(seconds)
        deliveries += 1
        assert deliveries < 50

    # Then no delivery was longer than a visit may be, it got there, and nothing was asked for twice
    assert status == "fetched"
    assert max(took) <= crawl_limits.visit_seconds
    assert deliveries > 1
    asked = [url for _, url in world.web.requests]
    assert len(asked) == len(set(asked)) == 6 * 3


def test_a_visit_without_time_left_defers_with_the_redirects_it_followed(world: World) -> None:
    # Given a redirect to a host whose files are so slow that there is no time left for its page
    elsewhere = "https://elsewhere.example/x"
    world.web.redirects[PAGE.href] = elsewhere
    world.web.file_seconds = 10.0
    crawl = Crawl(world, PAGE.href)

    # When its message is delivered, Then it is deferred at once, not for the host's sake
    status, _ = crawl.deliver()
    assert status == "deferred"
    assert [hop.location for hop in crawl.state.redirects] == [elsewhere]
    assert to_text(world.clock())[:19] <= to_text(datetime.fromtimestamp(crawl.state.due_at or 0, world.clock().tzinfo))


# Who reads a site's rules


def test_a_reader_who_has_to_wait_for_its_slot_keeps_nobody_out(world: World) -> None:
    # Given a host whose next slot is far off
    world.hosts.last_slots[PAGE.host] = world.clock() + timedelta(seconds=20)

    # When somebody takes it on to read its rules, and cannot
    with pytest.raises(NotYetError):
        world.politeness.visit().check(PAGE)

    # Then the next one to come when the slot is there reads them, long before the claim would have run out
    world.clock.advance(25)
    assert CLAIM_SECONDS > 25
    world.fetch()
    assert [url for _, url in world.web.requests] == [ROBOTS, TDM, PAGE.href]


def test_a_reader_who_has_to_wait_between_the_files_keeps_nobody_out_and_reads_none_twice() -> None:
    # Given a site that asks for a delay that nobody waits for
    world = World()
    world.web.answers[ROBOTS] = (200, (), b"User-agent: *\nCrawl-delay: 25\n")
    with pytest.raises(NotYetError):
        world.politeness.visit().check(PAGE)

    # When the next one comes after the delay, and one more for the page
    world.clock.advance(26)
    with pytest.raises(NotYetError):
        world.fetch()
    world.clock.advance(26)
    world.fetch()

    # Then every file was read once
    assert [url for _, url in world.web.requests] == [ROBOTS, TDM, PAGE.href]


def test_half_a_reading_is_nobody_s_rules(world: World) -> None:
    # Given a site whose robots.txt has been read and whose tdmrep.json has not, and somebody who is at it
    now = world.clock()
    world.hosts.save_rules(SITE, SiteRules(read_at=now, fresh_until=now))
    assert world.hosts.claim_rules(SITE, now, now + timedelta(seconds=CLAIM_SECONDS))

    # When a page is wanted, Then it waits, because nobody knows yet what the site reserves
    with pytest.raises(NotYetError):
        world.fetch()
    assert world.web.requests == []


def test_who_waits_for_a_reader_that_gave_up_goes_on_in_its_place(world: World) -> None:
    # Given somebody who reads a site's rules, and gives up while another waits for them
    now = world.clock()
    assert world.hosts.claim_rules(SITE, now, now + timedelta(seconds=CLAIM_SECONDS))

    def give_up_later(seconds: float) -> None:
        world.clock.advance(seconds)
        if SITE not in world.hosts.sites:
            world.hosts.save_rules(SITE, SiteRules(fresh_until=world.clock()))

    world.politeness.sleep = give_up_later

    # When the other looks again, Then it reads them itself
    world.fetch()
    assert world.web.requests[0][1] == ROBOTS


# robots.txt that is elsewhere

_ELSEWHERE = "https://cdn.example/robots.txt"
_FAILURES = [
    PermanentError(Reason.TLS_ERROR, "CERTIFICATE_VERIFY_FAILED"),
    PermanentError(Reason.BLOCKED_ADDRESS, "cdn.example is 10.0.0.1"),
    PermanentError(Reason.PROTOCOL_ERROR, "no HTTP status line"),
    TransientError(Reason.NAME_NOT_RESOLVED, "cdn.example"),
    TransientError(Reason.CONNECTION_FAILED, "ConnectionRefusedError"),
    TransientError(Reason.TIMEOUT, "10 s"),
]


@pytest.mark.parametrize("elsewhere", [_ELSEWHERE, "https://news.example:8443/robots.txt"])
@pytest.mark.parametrize("failure", _FAILURES, ids=lambda failure: failure.reason.value)
def test_what_another_site_does_with_a_robots_txt_is_not_the_page_s_own(
    world: World, failure: Exception, elsewhere: str
) -> None:
    # Given a robots.txt that redirects to another origin, which is broken
    world.web.redirects[ROBOTS] = elsewhere
    world.web.answers[elsewhere] = failure

    # When a page is wanted, Then robots.txt is out of reach, and that may end (RFC 9309, section 2.3.1.4)
    with pytest.raises(TransientError) as caught:
        world.fetch()
    assert caught.value.reason is Reason.ROBOTS_UNAVAILABLE
    assert world.web.asked(PAGE.href) == 0

    # And it is asked for at its own place again, later
    world.web.redirects.clear()
    world.clock.advance(UNREACHABLE_SECONDS + 1)
    world.fetch()
    assert world.web.asked(ROBOTS) == 2
    assert world.web.asked(PAGE.href) == 1


def test_a_robots_txt_that_was_left_elsewhere_is_sought_at_home_again(world: World) -> None:
    # Given a robots.txt whose redirect had to wait, to a host that is gone by now
    world.hosts.save_rules(SITE, SiteRules(robots_url=_ELSEWHERE, robots_hops=1, fresh_until=world.clock()))
    world.web.answers[_ELSEWHERE] = TransientError(Reason.NAME_NOT_RESOLVED, "cdn.example")

    # When a page is wanted, Then that host is to blame for once only
    with pytest.raises(TransientError) as caught:
        world.fetch()
    assert caught.value.reason is Reason.ROBOTS_UNAVAILABLE
    world.clock.advance(UNREACHABLE_SECONDS + 1)
    world.fetch()
    assert [url for _, url in world.web.requests] == [_ELSEWHERE, ROBOTS, TDM, PAGE.href]


def test_a_robots_txt_that_redirects_inside_is_out_of_reach(world: World) -> None:
    world.web.answers[ROBOTS] = RedirectError(Reason.BLOCKED_ADDRESS, "10.0.0.1")
    with pytest.raises(TransientError) as caught:
        world.fetch()
    assert caught.value.reason is Reason.ROBOTS_UNAVAILABLE


@pytest.mark.parametrize("failure", _FAILURES[:5], ids=lambda failure: failure.reason.value)
@pytest.mark.parametrize("is_redirected", [False, True])
def test_what_a_robots_txt_shows_of_its_own_site_is_the_page_s_own(
    world: World, failure: PermanentError | TransientError, is_redirected: bool
) -> None:
    # Given a robots.txt that fails where it is, or where its own site has put it
    if is_redirected:
        world.web.redirects[ROBOTS] = f"{SITE}/about/robots.txt"
    world.web.answers[world.web.redirects.get(ROBOTS, ROBOTS)] = failure

    # When a page is wanted, Then that is what has become of it
    with pytest.raises(type(failure)) as caught:
        world.fetch()
    assert caught.value.reason is failure.reason  # type: ignore[attr-defined]


def test_bulk_leaves_the_next_slots_to_those_who_come_after_it(known: World) -> None:
    # Given a host that has just been asked
    begun = known.clock()
    known.hosts.last_slots[PAGE.host] = begun

    # When a page of bulk comes, Then it does not wait for the next slot, as others do
    with pytest.raises(NotYetError):
        known.web.fetch(FetchRequest(PAGE.href), known.politeness.visit("bulk").ask)
    assert known.hosts.last_slots[PAGE.host] == begun

    # And waits for one that is near
    known.clock.advance(SPACING * 0.75)
    known.hosts.bulk_backlogs.clear()
    known.web.fetch(FetchRequest(PAGE.href), known.politeness.visit("bulk").ask)
    assert [at for at, _ in known.web.requests] == [begun + timedelta(seconds=SPACING)]


def test_bulk_leaves_the_next_slots_of_an_address_to_those_who_come_after_it(known: World) -> None:
    # Given an address with many hosts, which has just been asked
    known.web.address = IPv4Address("198.51.100.7")
    begun = known.clock()
    known.hosts.last_slots[str(known.web.address)] = begun

    # When a page of bulk comes, Then it does not wait for the address's next slot
    with pytest.raises(NotYetError):
        known.web.fetch(FetchRequest(PAGE.href), known.politeness.visit("bulk").ask)
    assert known.hosts.last_slots[str(known.web.address)] == begun

    # And what somebody waits for gets it
    del known.hosts.last_slots[PAGE.host]
    known.fetch()
    assert [at for at, _ in known.web.requests] == [begun + timedelta(seconds=LIMITS.interval_seconds)]


def test_bulk_that_has_had_a_slot_of_an_address_waits_for_its_next_one(world: World) -> None:
    # Given a site whose rules have to be read first, at an address that nobody asks
    world.web.address = IPv4Address("198.51.100.7")

    # When a page of bulk comes, Then its visit goes on from the rules to the page
    world.web.fetch(FetchRequest(PAGE.href), world.politeness.visit("bulk").ask)
    assert [url for _, url in world.web.requests][-1] == PAGE.href
