"""A crawl in simulated time: many workers, many hosts, faults of all kinds, and a record of who was asked when.

Comes in: hosts, their pages and their faults; a host store. Goes out: when each host was asked, how each page ended,
and what the functions were billed. Changes: the stores that it is given.

The stages and the politeness are those of production. Workers are threads of which one runs at a time, so that a run
can be repeated; they change places wherever production waits: in every call of a store, in every request, in every
sleep. A queue gives out batches of ten, as SQS does to Lambda; messages come twice, workers die and leave their message
to its visibility timeout; dispatch runs once a minute.
"""

from __future__ import annotations

import heapq
import random
import threading
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

from dispatcher.stage import DispatchStage
from fetcher.stage import FetchStage
from harness.fakes import DUE_SHARDS, InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore
from newsdesk.articles import Stage, Timeouts, first_run, message_for
from newsdesk.contracts import FetchRequested, Reason, StageMessage
from newsdesk.errors import TransientError
from newsdesk.ports import HostStore
from newsdesk.runtime import Worker
from newsdesk.web import Address, Url, article_id, parse_url
from newsdesk.web.transport import (
    BeforeSend,
    CrawlLimits,
    FetchRequest,
    FetchResponse,
    Hop,
    OverloadedError,
    Politeness,
    RequestSlot,
)
from newsdesk.web.transport.exchange import AuxiliaryResponse, Timings
from newsdesk.web.transport.politeness import LATENESS_SECONDS

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
BATCH = 10
VISIBILITY_SECONDS = 600.0
DISPATCH_SECONDS = 60.0
_CRAWL_LIMITS = CrawlLimits(2.0)


class SimulatedTime:
    """Time that passes only while everybody sleeps; one thread runs at a time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._sleepers: list[tuple[float, int, threading.Event]] = []
        self._number = 0
        self._handed_back = threading.Semaphore(0)

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Let the others go on, and come back after so long."""
        turn = self._line_up(max(0.0, seconds))
        self._handed_back.release()
        turn.wait()

    def start(self, work: Callable[[], None]) -> None:
        """Begin a thread now."""
        turn = self._line_up(0.0)

        def run() -> None:
            turn.wait()
            try:
                work()
            finally:
                self._handed_back.release()

        threading.Thread(target=run, daemon=True).start()

    def run(self) -> None:
        """Let time pass until nobody is left."""
        while self._sleepers:
            self.seconds, _, turn = heapq.heappop(self._sleepers)
            turn.set()
            self._handed_back.acquire()

    def _line_up(self, seconds: float) -> threading.Event:
        turn = threading.Event()
        self._number += 1
        heapq.heappush(self._sleepers, (self.seconds + seconds, self._number, turn))
        return turn


@dataclass
class SimulatedHost:
    """How a host behaves.

    Attributes
    ----------
    pages : int
    crawl_delay : float or None
        What its robots.txt asks for.
    overload : str or None
        ``429``, ``429 with Retry-After`` or ``503``: what it answers in its bad time.
    robots_down, timeouts : bool
        What else goes wrong in its bad time.
    bad_time : pair of float
        From and until when, in seconds.
    redirects_to : str or None
        A host that every third of its pages leads to.
    """

    name: str
    pages: int
    crawl_delay: float | None = None
    overload: str | None = None
    robots_down: bool = False
    timeouts: bool = False
    bad_time: tuple[float, float] = (0.0, 0.0)
    redirects_to: str | None = None

    @property
    def address(self) -> Address:
        """The address of this host alone."""
        return ip_address(0x2D000000 + zlib.crc32(self.name.encode()) % 2**24)

    def is_bad(self, seconds: float) -> bool:
        return self.bad_time[0] <= seconds < self.bad_time[1]

    def url(self, number: int) -> str:
        return f"https://{self.name}/page-{number}"


@dataclass(frozen=True)
class Faults:
    """How often things go wrong, as shares.

    Attributes
    ----------
    duplicates : float
        Messages that come twice.
    deaths : float
        Requests that end with their worker.
    slow_calls : float
        Calls of a store that take 0.3 to 2 seconds.
    slow_dials : float
        New connections that take one to six seconds to open.
    kept_connections, closed_connections : float
        Requests that go over a kept connection; those of them that the server breaks off, so that they are repeated.
    """

    duplicates: float = 0.05
    deaths: float = 0.01
    slow_calls: float = 0.01
    slow_dials: float = 0.1
    kept_connections: float = 0.5
    closed_connections: float = 0.05


class WorkerDiedError(BaseException):
    """The function was killed here."""


class SlowStore:
    """A store whose calls take time, on the way there and on the way back, sometimes much of it."""

    def __init__(self, store: object, time: SimulatedTime, chance: random.Random, slow_calls: float) -> None:
        self._store = store
        self._time = time
        self._chance = chance
        self._slow_calls = slow_calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self._time.sleep(self._chance.uniform(0.001, 0.01))
            try:
                return method(*arguments, **named)
            finally:
                is_slow = self._chance.random() < self._slow_calls
                self._time.sleep(self._chance.uniform(0.3, 2.0) if is_slow else self._chance.uniform(0.001, 0.01))

        return call


@dataclass
class Queue:
    """A queue of messages with delays and visibility timeouts; fair ones prefer hosts that are not being served."""

    time: SimulatedTime
    chance: random.Random
    duplicates: float
    is_fair: bool
    messages: list[tuple[float, int, FetchRequested]] = field(default_factory=list)
    in_flight: Counter[str] = field(default_factory=Counter)
    number: int = 0

    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        if isinstance(message, FetchRequested):
            for _ in range(2 if self.chance.random() < self.duplicates else 1):
                self.put_back(message, float(delay_seconds))

    def put_back(self, message: FetchRequested, delay_seconds: float) -> None:
        self.number += 1
        self.messages.append((self.time.seconds + delay_seconds, self.number, message))

    def take(self, most: int) -> list[FetchRequested]:
        visible = sorted(entry for entry in self.messages if entry[0] <= self.time.seconds)
        taken: list[tuple[float, int, FetchRequested]] = []
        while visible and len(taken) < most:
            entry = visible[0]
            if self.is_fair:
                entry = min(visible, key=lambda entry: (self.in_flight[entry[2].host or ""], entry[:2]))
            visible.remove(entry)
            taken.append(entry)
            self.in_flight[entry[2].host or ""] += 1
        gone = {number for _, number, _ in taken}
        self.messages = [entry for entry in self.messages if entry[1] not in gone]
        return [message for _, _, message in taken]

    def done(self, message: FetchRequested) -> None:
        self.in_flight[message.host or ""] -= 1


class SimulatedWeb:
    """All hosts; a :class:`newsdesk.web.transport.Fetcher` and :class:`newsdesk.web.transport.AuxiliaryFetcher`.

    ``starts`` says when each host was asked, and for what: when the request was written, over a connection that was
    opened before. Some requests go over a kept connection, which the server sometimes closes as it reads them.
    """

    def __init__(self, hosts: Sequence[SimulatedHost], time: SimulatedTime, chance: random.Random, faults: Faults):
        self.hosts = {host.name: host for host in hosts}
        self.starts: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self._time = time
        self._chance = chance
        self._faults = faults

    def fetch(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        hops = list(request.redirects)
        url = parse_url(hops[-1].location if hops else request.url)
        while True:
            host = self._ask(url, request_slot(url, tuple(hops)))
            self._time.sleep(self._chance.uniform(0.05, 0.8))
            if self._chance.random() < self._faults.deaths:
                raise WorkerDiedError
            if host.is_bad(self._time.seconds):
                self._complain(host)
            number = int(url.target.rpartition("-")[2])
            if host.redirects_to is None or number % 3 or hops:
                return self._page(url, tuple(hops))
            following = parse_url(self.hosts[host.redirects_to].url(number + 1_000_000))
            hops.append(Hop(url.href, 302, following.href))
            url = following

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        host = self._ask(parse_url(url), request_slot(parse_url(url), ()))
        self._time.sleep(self._chance.uniform(0.05, 0.5))
        if host.robots_down and host.is_bad(self._time.seconds):
            return AuxiliaryResponse(url, 503, (), b"")
        if url.endswith("/robots.txt") and host.crawl_delay is not None:
            return AuxiliaryResponse(url, 200, (), f"User-agent: *\nCrawl-delay: {host.crawl_delay}\n".encode())
        return AuxiliaryResponse(url, 404, (), b"")

    def _ask(self, url: Url, before_send: BeforeSend) -> SimulatedHost:
        if self._chance.random() < self._faults.kept_connections:
            self._write(url, before_send)
            if self._chance.random() >= self._faults.closed_connections:
                return self.hosts[url.host]
            self._time.sleep(self._chance.uniform(0.01, 0.2))
        self._dial()
        self._write(url, before_send)
        return self.hosts[url.host]

    def _dial(self) -> None:
        """Resolve the name, connect, shake hands: longer than a slot may be late, more often than not."""
        is_slow = self._chance.random() < self._faults.slow_dials
        self._time.sleep(self._chance.uniform(1.0, 6.0) if is_slow else self._chance.uniform(0.02, 0.8))

    def _write(self, url: Url, before_send: BeforeSend) -> None:
        before_send(self.hosts[url.host].address)
        self.starts[url.host].append((self._time.seconds, url.target))

    def _complain(self, host: SimulatedHost) -> None:
        if host.timeouts:
            self._time.sleep(20.0)
            raise TransientError(Reason.TIMEOUT, "20 s")
        if host.overload == "503":
            raise OverloadedError(Reason.SERVER_ERROR, "status 503")
        if host.overload:
            asked = 90.0 if host.overload == "429 with Retry-After" else None
            raise OverloadedError(Reason.RATE_LIMITED, "status 429", asked)

    def _page(self, url: Url, hops: tuple[Hop, ...]) -> FetchResponse:
        return FetchResponse(
            final_url=url.href,
            status=200,
            reason_phrase="OK",
            http_version="HTTP/1.1",
            headers=(("Content-Type", "text/html"),),
            body=b"<html><p>The harbour bridge is open.</p></html>",
            resolved_address="198.51.100.7",
            redirects=hops,
            started_at=self._time(),
            timings=Timings(0.1, 0.2, 0.3),
            request_head=b"GET / HTTP/1.1\r\n\r\n",
        )


@dataclass(frozen=True)
class Breach:
    """Two requests to a host that were too close, or one while it was to be left alone."""

    host: str
    at: float
    what: str


@dataclass
class Report:
    """What came of a run, in seconds of simulated time."""

    outcomes: Counter[str]
    statuses: Counter[str]
    requests: int
    breaches: list[Breach]
    closest: float
    ended_at: dict[str, float]
    billed_seconds: float
    slept_seconds: float
    back_offs: int

    @property
    def seconds(self) -> float:
        return max(self.ended_at.values())


class Simulation:
    """One crawl.

    Parameters
    ----------
    hosts : sequence of SimulatedHost
        Their pages are submitted in this order, all at once.
    invocations : int
        Of the fetch function at the same time; each works on ten messages at once.
    poll_seconds : float
        How often a function without work looks for some.
    """

    def __init__(
        self,
        hosts: Sequence[SimulatedHost],
        *,
        invocations: int = 5,
        crawl_limits: CrawlLimits = _CRAWL_LIMITS,
        faults: Faults = Faults(),
        is_fair: bool = True,
        host_store: HostStore | None = None,
        web: type[SimulatedWeb] = SimulatedWeb,
        seed: int = 1,
        poll_seconds: float = 1.0,
    ) -> None:
        self.time = SimulatedTime()
        self.crawl_limits = crawl_limits
        self.faults = faults
        self.chance = chance = random.Random(seed)
        self.web = web(hosts, self.time, chance, faults)
        self.store = InMemoryArticleStore()
        self.queue = Queue(self.time, chance, faults.duplicates, is_fair)
        self.slept = 0.0
        self.billed = 0.0
        self.statuses: Counter[str] = Counter()
        self.ended_at: dict[str, float] = {}
        self.back_offs: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._invocations = invocations
        self._poll_seconds = poll_seconds
        self._hosts = host_store or InMemoryHostStore()
        timeouts = Timeouts()
        slow_store: Any = SlowStore(self.store, self.time, chance, faults.slow_calls)
        slow_hosts: Any = SlowStore(_Watched(self._hosts, self), self.time, chance, faults.slow_calls)
        self.politeness = Politeness(
            slow_hosts, self.web, crawl_limits, "newsdeskbot",
            clock=self.time, sleep=self._sleep_billed, jitter=chance.random,
        )  # fmt: skip
        self.stage = FetchStage(
            Worker(slow_store, self.queue, self.time, timeouts), InMemoryObjectStore(), self.politeness, self.web,
            jitter=chance.random,
        )  # fmt: skip
        self.dispatch = DispatchStage(
            Worker(self.store, self.queue, self.time, timeouts), shards=DUE_SHARDS, limit_per_shard=100
        )  # fmt: skip
        for host in hosts:
            for number in range(host.pages):
                url = host.url(number)
                state = first_run(article_id(url), url, host.name, url, START, timeouts, submission_id=url)
                self.store.save(state)
                message = message_for(state)
                assert message is not None
                self.queue.send(message)

    def begin(self) -> None:
        """Start everybody who works."""
        for _ in range(self._invocations):
            self.time.start(self._poll)
        self.time.start(self._dispatch)

    def run(self) -> Report:
        """Crawl until every page has ended."""
        self.begin()
        self.time.run()
        gaps = [later - earlier for starts in self.web.starts.values() for (earlier, _), (later, _) in pairwise(starts)]
        return Report(
            outcomes=Counter(
                "fetched" if state.stage is Stage.EXTRACT else str(state.last_outcome)
                for state in self.store.states.values()
            ),
            statuses=self.statuses,
            requests=sum(map(len, self.web.starts.values())),
            breaches=self._breaches(),
            closest=min(gaps, default=0.0),
            ended_at=self.ended_at,
            billed_seconds=self.billed,
            slept_seconds=self.slept,
            back_offs=sum(map(len, self.back_offs.values())),
        )

    def _is_over(self) -> bool:
        return len(self.ended_at) == len(self.store.states)

    def _poll(self) -> None:
        """One invocation after the other: the next begins when the last message of this one is done."""
        while not self._is_over():
            batch = self.queue.take(BATCH)
            if not batch:
                self.time.sleep(self._poll_seconds)
                continue
            begun = self.time.seconds
            pending = set(range(len(batch)))
            for number, message in enumerate(batch):
                self.time.start(partial(self._handle, message, number, pending))
            while pending:
                self.time.sleep(0.05)
            self.billed += self.time.seconds - begun

    def _handle(self, message: FetchRequested, number: int, pending: set[int]) -> None:
        status: str
        try:
            status = self.stage.handle(message)
        except WorkerDiedError:
            status = "died"
            self.queue.put_back(message, VISIBILITY_SECONDS)
        self.statuses[status] += 1
        if status in ("fetched", "failed", "rejected", "duplicate"):
            self.ended_at[message.article_id] = self.time.seconds
        self.queue.done(message)
        pending.discard(number)

    def _dispatch(self) -> None:
        while not self._is_over():
            self.time.sleep(DISPATCH_SECONDS)
            self.dispatch.run(lambda: True)

    def _sleep_billed(self, seconds: float) -> None:
        self.slept += seconds
        self.time.sleep(seconds)

    def _breaches(self) -> list[Breach]:
        found: list[Breach] = []
        for name, starts in self.web.starts.items():
            delay = min(self.web.hosts[name].crawl_delay or 0.0, self.crawl_limits.crawl_delay_cap_seconds)
            for (earlier, _), (later, target) in pairwise(starts):
                # Until robots.txt has been read nobody knows what it asks for.
                known = 0.0 if target == "/robots.txt" else delay
                interval = max(self.crawl_limits.interval_seconds, known)
                if later - earlier < interval - 1e-6:
                    found.append(Breach(name, later, f"{later - earlier:.3f} s after the one before, not {interval:g}"))
            for complained, until in self.back_offs[name]:
                found += [
                    Breach(name, start, f"asked while it was to be left alone until {until:.3f}")
                    for start, _ in starts
                    if complained + LATENESS_SECONDS < start < until
                ]
        return found


class _Watched:
    """A host store whose back-offs are noted."""

    def __init__(self, store: HostStore, simulation: Simulation) -> None:
        self._store = store
        self._simulation = simulation

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def back_off(
        self, host: str, now: datetime, asked_seconds: float | None, jitter: float, complainant: int | None = None
    ) -> datetime:
        until = self._store.back_off(host, now, asked_seconds, jitter, complainant)
        complained = self._simulation.time.seconds
        self._simulation.back_offs[host].append((complained, (until - START).total_seconds()))
        return until


def mixed_hosts(count: int, pages: int, seed: int = 7) -> list[SimulatedHost]:
    """Return hosts of all kinds: a third of them honest, the others with a fault or a wish each."""
    chance = random.Random(seed)
    hosts = [SimulatedHost(f"host-{number}.example", pages) for number in range(count)]
    for number, host in enumerate(hosts):
        host.bad_time = (chance.uniform(0.0, 8.0), chance.uniform(90.0, 400.0))
        match number % 9:
            case 0:
                host.overload = "429"
            case 1:
                host.overload = "429 with Retry-After"
            case 2:
                host.overload = "503"
            case 3:
                host.timeouts = True
            case 4:
                host.robots_down = True
            case 5:
                host.crawl_delay = chance.choice([3.0, 7.0, 10.0, 99999.0])
            case 6:
                host.redirects_to = hosts[(number + 5) % count].name
    return hosts
