"""A crawl in simulated time in which feeds are polled beside the pages, on the same hosts.

Comes in: hosts with feeds, and their faults. Goes out: what :mod:`harness.simulation` reports, with the polls. Changes:
the stores that it is given.

Discover and the part of dispatch that feeds it are those of production, too. What a feed lists for the first time goes
to fetch like any submission, so that pages and polls meet at their host.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from discoverer.asking import Asker, read_document
from discoverer.stage import DiscoverStage
from dispatcher.stage import DispatchStage
from harness.fakes import InMemoryDueSources, InMemorySourceStore, RecordingSender
from harness.simulation import (
    DISPATCH_SECONDS,
    START,
    SimulatedHost,
    SimulatedWeb,
    Simulation,
    SlowStore,
    WorkerDiedError,
)
from newsdesk.articles import Timeouts, first_run, message_for
from newsdesk.contracts import Priority, SourceDue, UrlSubmitted
from newsdesk.runtime import Worker
from newsdesk.sources import PollStatus, SourceKind, new_source
from newsdesk.web import article_id, parse_url
from newsdesk.web.transport import FetchRequest, FetchResponse, RequestSlot
from newsdesk.web.transport.exchange import AuxiliaryResponse, Timings

FORBIDDEN = "/private/feed.xml"
_FEEDS = ("/feed.xml", "/sport/feed.xml", FORBIDDEN)
_PUBLISHED_EVERY = 900.0
_FIRST_NUMBER = 1000
"""Of the pages that feeds list; those below are submitted at the start."""
_LARGEST_FEED = 1 << 20


class WebWithFeeds(SimulatedWeb):
    """Hosts that have feeds, one of which robots.txt forbids; a :class:`newsdesk.web.transport.ListingFetcher`, too."""

    def fetch_listing(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        url = parse_url(request.url)
        host = self._ask(url, request_slot(url, ()))
        self._time.sleep(self._chance.uniform(0.05, 0.8))
        if self._chance.random() < self._faults.deaths:
            raise WorkerDiedError
        if host.is_bad(self._time.seconds):
            self._complain(host)
        newest = _FIRST_NUMBER + int(self._time.seconds // _PUBLISHED_EVERY)
        etag = f'"{newest}"'
        is_known = request.etag == etag
        items = "".join(f"<item><link>{host.url(number)}</link></item>" for number in range(_FIRST_NUMBER, newest + 1))
        return FetchResponse(
            final_url=url.href,
            status=304 if is_known else 200,
            reason_phrase="",
            http_version="HTTP/1.1",
            headers=(("Content-Type", "application/rss+xml"), ("ETag", etag)),
            body=b"" if is_known else f"<rss><channel>{items}</channel></rss>".encode(),
            resolved_address="198.51.100.7",
            redirects=(),
            started_at=self._time(),
            timings=Timings(0.1, 0.2, 0.3),
            request_head=b"",
        )

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        answer = super().fetch_auxiliary(url, maximum_bytes, deadline_seconds, request_slot)
        if not url.endswith("/robots.txt") or answer.status >= 500:
            return answer
        rules = answer.body or b"User-agent: *\n"
        return AuxiliaryResponse(url, 200, (), rules + f"Disallow: {FORBIDDEN}\n".encode())


class PollingSimulation(Simulation):
    """One crawl, in which every feed of every host is polled, too.

    Parameters
    ----------
    hours : float
        The crawl is over when so many have passed, and every page has ended.
    options
        Those of :class:`harness.simulation.Simulation`.
    """

    def __init__(self, hosts: Sequence[SimulatedHost], *, hours: float = 1.5, **options: Any) -> None:
        super().__init__(hosts, web=WebWithFeeds, **options)
        assert isinstance(self.web, WebWithFeeds)
        self.polls: Counter[PollStatus | str] = Counter()
        self.sources = InMemorySourceStore()
        self._seconds = hours * 3600
        self._due = InMemoryDueSources(self.sources)
        slow: Any = SlowStore(self.sources, self.time, self.chance, self.faults.slow_calls)
        asker = Asker(self.politeness, self.web, read_document, _LARGEST_FEED)
        self.discover = DiscoverStage(slow, asker, self, self.time, jitter=self.chance.random)
        worker = Worker(self.store, RecordingSender(), self.time, Timeouts())
        self._dispatch_of_sources = DispatchStage(worker, 0, 100, sources=self._due, source_shards=1)
        for host in hosts:
            for path in _FEEDS:
                self.sources.add(new_source(SourceKind.FEED, f"https://{host.name}{path}", START))

    def submit(self, bodies: Sequence[str], priority: Priority | None) -> None:
        """Let fetch have what a feed lists, as submit does: each page once."""
        for body in bodies:
            said = UrlSubmitted.model_validate_json(body)
            identifier = article_id(said.url)
            if identifier in self.store.states:
                continue
            host = parse_url(said.url).host
            state = first_run(identifier, said.url, host, said.url, self.time(), Timeouts(), submission_id=said.url)
            self.store.save(state)
            message = message_for(state)
            assert message is not None
            self.queue.send(message)

    def begin(self) -> None:
        super().begin()
        self.time.start(self._poll_sources)

    def _is_over(self) -> bool:
        return super()._is_over() and self.time.seconds >= self._seconds

    def _poll_sources(self) -> None:
        """Send what is due to discover once a minute; some messages come twice."""
        while not self._is_over():
            self._dispatch_of_sources.run(lambda: True)
            for source_id, version in self._due.sent:
                for _ in range(2 if self.chance.random() < self.faults.duplicates else 1):
                    self.time.start(partial(self._discover, SourceDue(source_id=source_id, version=version)))
            self._due.sent.clear()
            self.time.sleep(DISPATCH_SECONDS)

    def _discover(self, message: SourceDue) -> None:
        try:
            self.polls[self.discover.handle(message)] += 1
        except WorkerDiedError:
            self.polls["died"] += 1
