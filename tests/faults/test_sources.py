"""Dispatch and discover die at any AWS call that they make, and every item of a source is submitted once all the same.

Comes in: a feed that changes, and a sitemap index, on moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from discoverer.asking import Asker, Habits
from discoverer.reading import Further, Item, SourceDocument
from discoverer.stage import DiscoverStage
from dispatcher.stage import DispatchStage
from harness import aws
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.sources import SOURCE_SHARDS, DynamoDueSources, DynamoSourceStore
from newsdesk.adapters.sqs import SqsSubmitter
from newsdesk.articles import Timeouts
from newsdesk.contracts import SourceDue
from newsdesk.runtime import Worker
from newsdesk.sources import SourceKind, new_source
from newsdesk.web import parse_url
from newsdesk.web.transport import CrawlLimits, FetchRequest, FetchResponse, Politeness, RequestSlot
from newsdesk.web.transport.exchange import AuxiliaryResponse, Timings
from submitter.stage import SubmitStage
from tests.faults.world import Call, KilledError, Tripwire, kill, tries_every_call

FEED = "https://news.example/feed.xml"
INDEX = "https://archive.example/sitemap.xml"
STUCK_SECONDS = 900
ROUNDS = 10
DRAWN = 3
SEED = 20261130

Fault = Callable[[int, Call, Callable[[], Any]], Any]


def item(number: int, host: str = "news.example", updated: str | None = None) -> Item:
    return Item(url=f"https://{host}/{number}", guid=f"guid-{number}", updated=updated)


class Site:
    """What the sites answer at a time: a feed that changes once, and an index that leads to two sitemaps."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.changes_at = clock() + timedelta(hours=1)

    def document(self, url: str) -> SourceDocument:
        if url == FEED and self.clock() < self.changes_at:
            return SourceDocument(SourceKind.FEED, "rss", items=(item(1, updated="2026-03-13"), item(2)))
        if url == FEED:
            items = (item(3), item(1, updated="2026-03-14"), item(2))
            return SourceDocument(SourceKind.FEED, "rss", items=items)
        if url == INDEX:
            further = tuple(Further(f"https://archive.example/{name}.xml", "2026-03-14") for name in ("a", "b"))
            return SourceDocument(SourceKind.SITEMAP, "sitemap_index", links_to_read_next=further)
        number = 10 if url.endswith("a.xml") else 20
        return SourceDocument(SourceKind.SITEMAP, "sitemap", items=(item(number, "archive.example"),))

    def fetch_listing(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        request_slot(parse_url(request.url), ())()
        etag = f'"{self.document(request.url).items}"'
        is_known = request.etag == etag
        return FetchResponse(
            final_url=request.url,
            status=304 if is_known else 200,
            reason_phrase="",
            http_version="HTTP/1.1",
            headers=(("ETag", etag),),
            body=b"" if is_known else request.url.encode() + etag.encode(),
            resolved_address="198.51.100.7",
            redirects=(),
            started_at=datetime.min,
            timings=Timings(0.1, 0.2, 0.3),
            request_head=b"",
        )

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        request_slot(parse_url(url), ())()
        return AuxiliaryResponse(url, 404, (), b"")

    def read(
        self, _body: bytes, _content_type: str | None, url: str, _kind: SourceKind, habits: Habits | None
    ) -> tuple[SourceDocument, Habits | None]:
        return self.document(url), habits


class Account:
    """Dispatch, discover and submit, and an account in which any call of the first two can be the last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        aws.create_table()
        client = boto3.client("sqs")
        names = ("fetch", "intake", "bulk", "discover")
        self.queues = {name: client.create_queue(QueueName=name)["QueueUrl"] for name in names}
        self.wire = Tripwire()
        self.wire.install(monkeypatch)
        self.clock = FakeClock()
        self.site = Site(self.clock)
        self.store = DynamoSourceStore(aws.TABLE, clock=self.clock)
        for kind, url in ((SourceKind.FEED, FEED), (SourceKind.SITEMAP, INDEX)):
            self.store.add(new_source(kind, url, self.clock()))
        self.taken = InMemoryArticleStore()

    def run(self, fault: Fault | None) -> int:
        """Let hours pass; return how many calls the functions made."""
        self.wire.fault = fault
        waiting: list[dict[str, Any]] = []
        for _ in range(ROUNDS):
            self._alone(self._dispatch)
            waiting += aws.drain(self.queues["discover"])
            messages, waiting = waiting, []
            for message in messages:
                if not self._alone(partial(self._discover, message)):
                    waiting.append(message)
            self._submit()
            self.clock.advance(STUCK_SECONDS)
        assert not waiting
        return len(self.wire.calls)

    def _alone(self, work: Callable[[], object]) -> bool:
        """Let a new process work; False when it died."""
        try:
            with self.wire.working():
                work()
        except KilledError:
            return False
        return True

    def _dispatch(self) -> None:
        timeouts = Timeouts(stuck_after_seconds=STUCK_SECONDS)
        worker = Worker(DynamoArticleStore(aws.TABLE, clock=self.clock), RecordingSender(), self.clock, timeouts)
        sources = DynamoDueSources(aws.TABLE, self.queues["discover"])
        DispatchStage(worker, 0, 10, sources=sources, source_shards=SOURCE_SHARDS).run(lambda: True)

    def _discover(self, message: dict[str, Any]) -> None:
        politeness = Politeness(
            DynamoHostStore(aws.TABLE),
            self.site,
            CrawlLimits(2.0, short_wait_seconds=20.0),
            "newsdeskbot",
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )
        asker = Asker(politeness, self.site, self.site.read, 1_000_000)
        submitter = SqsSubmitter(self.queues["intake"], self.queues["bulk"])
        stage = DiscoverStage(self.store, asker, submitter, self.clock, jitter=lambda: 0.0)
        stage.handle(SourceDue.model_validate(message))

    def _submit(self) -> None:
        worker = Worker(self.taken, RecordingSender(), self.clock, Timeouts())
        submit = SubmitStage(worker, InMemoryObjectStore())
        for number, body in enumerate(aws.drain(self.queues["intake"])):
            assert submit.handle(json.dumps(body), f"m-{number}") in ("started", "joined", "repeated")

    def submitted(self) -> list[str]:
        """Return the paths of what submit has taken, once for each submission."""
        return sorted(parse_url(record.url).target for record in self.taken.submitted.values())


ALL = ["/1", "/1", "/10", "/2", "/20", "/3"]
"""The first item of the feed was changed, and so comes twice."""


def on_a_new_account(account: pytest.MonkeyPatch, fault: Fault | None) -> tuple[Account, int]:
    with pytest.MonkeyPatch.context() as patch, aws.empty_account():
        made = Account(patch)
        calls = made.run(fault)
        assert made.submitted() == ALL, f"{len(made.wire.calls)} calls"
        for source in made.store.page().sources:
            assert source.last_status in ("not_modified", "nothing_new", "new")
    return made, calls


def test_items_are_submitted_once(account: pytest.MonkeyPatch) -> None:
    _, calls = on_a_new_account(account, None)
    assert calls > 50


@tries_every_call
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after it"])
def test_discover_may_die_at_every_call(account: pytest.MonkeyPatch, after: bool) -> None:
    _, calls = on_a_new_account(account, None)
    for at in range(calls):
        on_a_new_account(account, kill(at, after=after))


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after it"])
def test_discover_may_die_at_calls_drawn_by_a_seed(account: pytest.MonkeyPatch, after: bool) -> None:
    _, calls = on_a_new_account(account, None)
    for at in random.Random(SEED).sample(range(calls), DRAWN):
        on_a_new_account(account, kill(at, after=after))
