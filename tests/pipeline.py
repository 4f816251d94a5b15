"""The whole pipeline in one process: the stages as they are, over any ports, and messages handed on one by one.

Comes in: URLs, and a web to fetch them from. Goes out: their outcomes. Changes: the stores that it is given.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from dispatcher.stage import DispatchStage, DispatchStatus
from enricher.composer import default_enrichers
from enricher.stage import EnrichStage
from extractor.stage import ExtractStage
from fetcher.stage import FetchStage
from harness.fakes import (
    DUE_SHARDS,
    FailsOnDemand,
    FakeClock,
    InMemoryArticleStore,
    InMemoryHostStore,
    InMemoryObjectStore,
    can_fail,
)
from indexer.stage import IndexStage
from newsdesk.articles import ArticleState, PushedPage, Timeouts, read_carried_work, read_work, write_pushed_page
from newsdesk.clock import to_text
from newsdesk.contracts import (
    ArticleChanged,
    ArticleEnriched,
    ArticleExtracted,
    ExtractedWork,
    FetchRequested,
    PageFetched,
    StageMessage,
    pushed_key,
)
from newsdesk.ports import ObjectStore
from newsdesk.runtime import CONTENDED, Worker
from newsdesk.web import OptOutPolicy, article_id, canonical_url, parse_networks, parse_policy, parse_url
from newsdesk.web.transport import (
    CrawlLimits,
    FetchLimits,
    FetchRequest,
    FetchResponse,
    HttpFetcher,
    Politeness,
    RequestSlot,
)
from newsdesk.web.transport.exchange import AuxiliaryResponse, Timings
from publisher.stage import change_of
from submitter.stage import SubmitStage

LOOPBACK = parse_networks(["127.0.0.1/32"])
ADDRESS = ip_address("45.0.0.1")
"""Of every host of the web."""
TOKEN = "newsdeskbot"

PARAGRAPHS = (
    "The harbour bridge reopened to traffic on Saturday morning after nine months of repairs to its northern bearings.",
    "Engineers replaced all four of them and resurfaced the carriageway, at a cost of eleven million in the end.",
    "Buses were the first to cross, followed by some two hundred cyclists who had waited on the quay since dawn.",
)


def page(*paragraphs: str, head: str = "") -> bytes:
    """Return an article's page."""
    prose = "".join(f"<p>{text}</p>" for text in paragraphs or PARAGRAPHS)
    title = "<title>Harbour bridge reopens</title>"
    body = f"<article><h1>Harbour bridge reopens</h1>{prose}</article>"
    return f"<html lang='en'><head>{title}{head}</head><body>{body}</body></html>".encode()


def extracted_work(message: StageMessage, objects: ObjectStore) -> ExtractedWork:
    """Return the work that extract's message carries, or names."""
    assert isinstance(message, ArticleExtracted)
    return read_carried_work(message.work) if message.work else read_work(objects.get(message.extracted_key))


class MessageQueue(FailsOnDemand):
    """A :class:`newsdesk.ports.MessageSender` whose messages can be taken out again; ``send_on`` gets each."""

    def __init__(self, send_on: Callable[[StageMessage, int], None] = lambda *_: None) -> None:
        super().__init__()
        self.waiting: deque[StageMessage] = deque()
        self.sent: list[StageMessage] = []
        self._send_on = send_on

    @can_fail
    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        self._send_on(message, delay_seconds)
        self.sent.append(message)
        self.waiting.append(type(message).model_validate_json(message.to_json()))


class Web:
    """A :class:`newsdesk.web.transport.Fetcher` of pages that a test writes; knows no robots.txt.

    ``meanwhile`` is called once, while a fetch is under way.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.answers: dict[str, FetchResponse | Exception] = {}
        self.meanwhile: Callable[[], object] | None = None
        self.requests: list[FetchRequest] = []

    def put(self, url: str, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        fields = (("Content-Type", "text/html; charset=utf-8"), *headers.items())
        self.answers[url] = FetchResponse(
            final_url=url,
            status=status,
            reason_phrase="OK",
            http_version="HTTP/1.1",
            headers=tuple((name.replace("_", "-"), value) for name, value in fields),
            body=body,
            resolved_address="198.51.100.7",
            redirects=(),
            started_at=self._clock(),
            timings=Timings(0.1, 0.2, 0.3),
            request_head=b"GET / HTTP/1.1\r\n\r\n",
        )

    def fetch(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        request_slot(parse_url(request.url), request.redirects)(ADDRESS)
        self.requests.append(request)
        answer = self.answers[request.url]
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        request_slot(parse_url(url), ())(ADDRESS)
        return AuxiliaryResponse(url, 404, (), b"")


def real_web(clock: FakeClock) -> HttpFetcher:
    """Return the fetcher that production uses, which may dial 127.0.0.1 and nothing else inside."""
    limits = FetchLimits(5.0, 1 << 20, 5)
    return HttpFetcher("NewsdeskBot/0.1 (+https://newsdesk.example/bot)", limits, allowed=LOOPBACK, clock=clock)


class Pipeline:
    """Every stage, wired to the same ports.

    Parameters
    ----------
    web : callable
        Returns the fetcher, given the clock.
    policy : str
        As the stack's ``OptOutPolicy``.
    """

    def __init__(
        self,
        web: Callable[[FakeClock], Any] = Web,
        *,
        clock: FakeClock | None = None,
        store: Any = None,
        objects: Any = None,
        hosts: Any = None,
        queue: MessageQueue | None = None,
        policy: str = "noindex,noarchive",
        timeouts: Timeouts | None = None,
        interval_seconds: float = 2.0,
        follow_pages: int = 0,
    ) -> None:
        self.clock = clock or FakeClock()
        self.web: Any = web(self.clock)
        self.store: Any = store or InMemoryArticleStore()
        self.objects: Any = objects or InMemoryObjectStore()
        self.hosts: Any = hosts or InMemoryHostStore()
        self.queue = queue or MessageQueue()
        self.timeouts = timeouts or Timeouts()
        self._opt_outs = OptOutPolicy(parse_policy(policy), TOKEN)
        self.politeness = Politeness(
            self.hosts,
            self.web,
            CrawlLimits(interval_seconds),
            TOKEN,
            allowed=LOOPBACK,
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )
        pauses = replace(CONTENDED, sleep=self.clock.sleep)
        worker = Worker(self.store, self.queue, self.clock, self.timeouts, pauses)
        self.submit_stage = SubmitStage(worker, self.objects, LOOPBACK)
        self.fetch_stage = FetchStage(
            worker, self.objects, self.politeness, self.web, opt_outs=self._opt_outs, jitter=lambda: 0.0
        )
        self.extract_stage = ExtractStage(
            worker, self.objects, self.hosts, opt_outs=self._opt_outs, follow_pages=follow_pages
        )
        self.enrich_stage = EnrichStage(worker, self.objects, default_enrichers())
        self.index_stage = IndexStage(worker, self.objects)
        self.dispatch_stage = DispatchStage(worker, shards=DUE_SHARDS, limit_per_shard=100)

    def submit(self, url: str, submission_id: str = "submission-1") -> str:
        """Submit a URL and return the status."""
        body = f'{{"url": "{url}", "submissionId": "{submission_id}"}}'
        return self.submit_stage.handle(body, submission_id)

    def push(
        self, url: str, body: bytes, captured_at: datetime, submission_id: str = "pushed-1", **fields: object
    ) -> str:
        """Put a page that somebody fetched at some time into the bucket, submit it, and return the status."""
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        self.stage_page(PushedPage(url, to_text(captured_at), headers, body), submission_id)
        return self.submit_pushed(url, submission_id, **fields)

    def stage_page(self, pushed: PushedPage, name: str) -> None:
        """Put a page where pushed pages wait."""
        self.objects.put(pushed_key(name), write_pushed_page(pushed), "application/warc")

    def submit_pushed(self, url: str, submission_id: str = "pushed-1", **fields: object) -> str:
        """Submit the page that waits under the submission's id, and return the status."""
        key = pushed_key(submission_id)
        body = {"url": url, "submissionId": submission_id, "captureKey": key, "discovery": "pushed", **fields}
        return self.submit_stage.handle(json.dumps(body), submission_id)

    def work(self, message: StageMessage) -> StrEnum:
        """Hand a message to its stage."""
        stages: dict[type[StageMessage], Any] = {
            FetchRequested: self.fetch_stage,
            PageFetched: self.extract_stage,
            ArticleExtracted: self.enrich_stage,
            ArticleEnriched: self.index_stage,
        }
        status: StrEnum = stages[type(message)].handle(message)
        return status

    def settle(self) -> list[str]:
        """Work through all messages that wait, and those that come of them; return the statuses."""
        statuses: list[str] = []
        while self.queue.waiting:
            statuses.append(self.work(self.queue.waiting.popleft()))
        return statuses

    def ingest(self, url: str, submission_id: str = "submission-1") -> list[str]:
        """Submit a URL and work it through."""
        self.submit(url, submission_id)
        return self.settle()

    def visit_when_due(self, url: str) -> list[str]:
        """Wait until the article's next visit is due, and let it come."""
        self.wait_until_due(url)
        assert self.dispatch()[DispatchStatus.REVISITED] == 1
        return self.settle()

    def wait_until_due(self, url: str) -> None:
        """Move the clock to where dispatch has something to do about an article."""
        due_at = self.state(url).due_at
        assert due_at is not None, "nothing is due"
        self.clock.now = max(self.clock.now, datetime.fromtimestamp(due_at, UTC) + timedelta(seconds=1))

    def dispatch(self) -> Counter[DispatchStatus]:
        """Let dispatch run once."""
        return self.dispatch_stage.run(lambda: True)

    def state(self, url: str) -> ArticleState:
        """Return where the article of a URL stands."""
        state: ArticleState | None = self.store.get(article_id(canonical_url(parse_url(url))))
        assert state is not None
        return state

    def changes(self) -> list[ArticleChanged]:
        """Return what readers get, in the order of the commits; of the store in memory only."""
        return [change_of(record) for record in self.store.revisions.values()]

    def outcomes(self) -> list[str]:
        """Return the outcomes of all runs that have one; of the store in memory only."""
        return [record.outcome for _, record in sorted(self.store.outcomes.items())]
