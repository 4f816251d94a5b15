"""The deployed functions on moto, one visit after the other, and what AWS would bill for each.

Comes in: pages. Goes out: :class:`VisitUsage`. Changes: moto's memory.

The handlers are those that are deployed. Only the web and the clock are replaced: a visit that is due in an hour comes
at once. Messages are handed over in batches, as Lambda does when there are enough of them.
"""

from __future__ import annotations

import functools
import importlib
import io
import json
import logging
import os
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws

from harness import aws
from harness.fakes import FakeClock
from harness.metering import STORED_OVERHEAD, Meter, Usage, item_bytes
from newsdesk.adapters import clients
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.runtime import logger
from newsdesk.web import Address, parse_url
from newsdesk.web.transport import FetchRequest, FetchResponse, RequestSlot
from newsdesk.web.transport.exchange import AuxiliaryResponse, Timings

STAGES = ("submit", "fetch", "extract", "enrich", "index", "publish", "dispatch")
_MODULES = {
    "submit": "submitter.handler",
    "fetch": "fetcher.handler",
    "extract": "extractor.handler",
    "enrich": "enricher.handler",
    "index": "indexer.handler",
    "publish": "publisher.handler",
    "dispatch": "dispatcher.handler",
}
_SECONDS_BETWEEN = 2.0
"""Between two invocations."""

_NOUNS = (
    "council", "river", "engineer", "harbour", "minister", "school", "court", "hospital", "farmer", "bridge", "union",
    "museum", "railway", "garden", "committee", "reservoir", "library", "market", "orchard", "parish", "stadium",
    "theatre", "brewery", "foundry", "lighthouse", "nursery", "pension", "tramway", "valley", "workshop", "cathedral",
    "ferry", "quarry", "meadow", "treasury", "inspector", "surveyor", "editor", "captain", "teacher",
)  # fmt: skip
_QUALITIES = (
    "northern", "quiet", "former", "costly", "narrow", "public", "distant", "early", "damaged", "modest", "crowded",
    "careful", "foreign", "rural", "empty", "stone", "annual", "local", "steep", "private",
)  # fmt: skip
_VERBS = (
    "reopened", "delayed", "approved", "measured", "repaired", "questioned", "visited", "refused", "described",
    "funded", "counted", "inspected", "replaced", "welcomed", "criticised", "studied",
)  # fmt: skip
_DETAILS = (
    "after nine months of repairs", "before the first of March", "in spite of the heavy rain", "near the old market",
    "for the third time this year", "with the help of volunteers", "at a cost of eleven million", "on Saturday morning",
)  # fmt: skip


@dataclass
class VisitUsage:
    """What one visit used, on average over a batch.

    Attributes
    ----------
    visits : int
    records : Counter
        Records that each function handled.
    stages : dict
        What each function used.
    invocations : Counter
        Invocations of each function.
    """

    visits: int
    records: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    stages: dict[str, Usage] = field(default_factory=dict)

    def each(self, count: Callable[[Usage], float]) -> float:
        """Return what a visit used of something, all functions together."""
        return sum(count(usage) for usage in self.stages.values()) / self.visits

    def writes(self) -> dict[str, float]:
        """Return a visit's write units by the kind of item or the name of the index."""
        total: Counter[str] = Counter()
        for usage in self.stages.values():
            total.update(usage.writes)
        return {name: units / self.visits for name, units in total.most_common()}


def article_text(number: int, characters: int = 5400) -> str:
    """Return prose of so many characters: the median of what extract finds on real pages."""
    chance = random.Random(number)
    sentences: list[str] = []
    while sum(map(len, sentences)) + len(sentences) < characters:
        one, two, three = (f"{chance.choice(_QUALITIES)} {chance.choice(_NOUNS)}" for _ in range(3))
        verb, other = chance.choice(_VERBS), chance.choice(_VERBS)
        sentences.append(f"The {one} {verb} the {two} {chance.choice(_DETAILS)}, and a {three} {other} it.")
    return "".join(f"<p>{' '.join(sentences[n : n + 4])}</p>" for n in range(0, len(sentences), 4))


def article_page(number: int, furniture: str = "") -> bytes:
    """Return the page of an article."""
    title = f"Harbour district number {number} reopens its bridge after long repairs"
    head = (
        f"<title>{title}</title><meta property='article:published_time' content='2026-03-14T09:00:00Z'>"
        f"<meta property='og:title' content='{title}'>"
    )
    body = f"<nav>{furniture}</nav><article><h1>{title}</h1>{article_text(number)}</article>"
    return f"<html lang='en'><head>{head}</head><body>{body}</body></html>".encode()


class WrittenWeb:
    """A web of pages that are written here; knows no robots.txt. Every host has an address of its own."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._answers: dict[str, FetchResponse] = {}

    def put(self, url: str, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        """Answer a URL in this way from now on."""
        fields = (("Content-Type", "text/html; charset=utf-8"), *headers.items())
        self._answers[url] = FetchResponse(
            final_url=url,
            status=status,
            reason_phrase="OK",
            http_version="HTTP/1.1",
            headers=tuple((name.replace("_", "-"), value) for name, value in fields),
            body=body,
            resolved_address=str(_address_of(parse_url(url).host)),
            redirects=(),
            started_at=self._clock(),
            timings=Timings(0.1, 0.2, 0.3),
            request_head=b"GET / HTTP/1.1\r\n\r\n",
        )

    @property
    def hosts(self) -> list[str]:
        """Every host that answers something."""
        return list(dict.fromkeys(parse_url(url).host for url in self._answers))

    def fetch(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        """Answer a request for a page; a :class:`newsdesk.web.transport.Fetcher`."""
        request_slot(parse_url(request.url), request.redirects)(_address_of(parse_url(request.url).host))
        answer = self._answers[request.url]
        if answer.status == 404:
            raise PermanentError(Reason.NOT_FOUND, "status 404")
        return answer

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        """Answer a request for a site's own files: there are none."""
        request_slot(parse_url(url), ())(_address_of(parse_url(url).host))
        return AuxiliaryResponse(url, 404, (), b"")


def _address_of(host: str) -> Address:
    return ip_address(0x2D000000 + zlib.crc32(host.encode()) % 2**24)


class Deployment:
    """The functions, and the clock that they read."""

    def __init__(self, web: WrittenWeb, clock: FakeClock, queues: dict[str, str], meter: Meter) -> None:
        self.web = web
        self.clock = clock
        self._queues = queues
        self._meter = meter
        self._handlers = {stage: importlib.import_module(name).lambda_handler for stage, name in _MODULES.items()}
        self._told = 0
        self._sent = 0

    # ------------------------------------------------------------------------------------------------- visits

    def submit(self, urls: Sequence[str], batch: int) -> VisitUsage:
        """Submit URLs, and let their runs end."""
        used = VisitUsage(len(urls))
        bodies = []
        for url in urls:
            self._sent += 1
            bodies.append(json.dumps({"url": url, "submissionId": f"wire-2026-11-30-{self._sent:08d}"}))
        self._hand_over("submit", bodies, batch, used)
        self._settle(batch, used)
        return used

    def revisit(self, visits: int, batch: int) -> VisitUsage:
        """Let dispatch begin the visits that are due, and let them end."""
        used = VisitUsage(visits)
        due = [item["due_at"]["N"] for item in self.items() if "due_at" in item]
        self.clock.now = datetime.fromtimestamp(max(map(int, due)), UTC) + timedelta(seconds=1)
        self.read_rules()
        self._invoke("dispatch", {}, visits, used)
        # Asking the shards costs the same whether anything is due, and is billed by the minute.
        dispatch = used.stages["dispatch"]
        dispatch.reads -= 0.5 * dispatch.calls.pop("Query")
        self._settle(batch, used)
        return used

    def read_rules(self) -> None:
        """Let a page of every host be asked for, so that its site's rules are known, as they are to most visits."""
        urls = [f"https://{host}/about" for host in self.web.hosts]
        for url in urls:
            self.web.put(url, status=404)
        self.submit(urls, len(urls))
        self.clock.advance(60.0)

    def _settle(self, batch: int, used: VisitUsage) -> None:
        for stage in ("fetch", "extract", "enrich", "index"):
            bodies = [json.dumps(body) for body in aws.drain(self._queues[stage])]
            self._hand_over(stage, bodies, batch, used)
        told = aws.stream_records()
        wanted = [record for record in told[self._told :] if _is_announced(record)]
        self._told = len(told)
        for start in range(0, len(wanted), 10 * batch):
            records = wanted[start : start + 10 * batch]
            self._invoke("publish", {"Records": records}, len(records), used)

    def _hand_over(self, stage: str, bodies: Sequence[str], batch: int, used: VisitUsage) -> None:
        for start in range(0, len(bodies), batch):
            records = [_record(stage, start + n, body) for n, body in enumerate(bodies[start : start + batch])]
            answer = self._invoke(stage, {"Records": records}, len(records), used)
            assert answer["batchItemFailures"] == [], (stage, answer)

    def _invoke(self, stage: str, event: dict[str, Any], records: int, used: VisitUsage) -> Any:
        written = io.StringIO()
        handler = logger.registered_handler
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
        with self._meter.on() as usage, redirect_stdout(written):
            answer = self._handlers[stage](event, aws.FakeLambdaContext(115_000))
        self.clock.advance(_SECONDS_BETWEEN)
        usage.log_bytes = len(written.getvalue().encode("utf-8"))
        used.records[stage] += records
        used.invocations[stage] += 1
        before = used.stages.get(stage)
        used.stages[stage] = usage if before is None else _added(before, usage)
        return answer

    # ------------------------------------------------------------------------------------------------- what is stored

    def items(self) -> list[dict[str, Any]]:
        """Return everything in the tables."""
        client: Any = clients.dynamodb()
        found: list[dict[str, Any]] = []
        for name in client.list_tables()["TableNames"]:
            for page in client.get_paginator("scan").paginate(TableName=name):
                found += [{**item, "table": {"S": name}} for item in page["Items"]]
        return found

    def stored(self) -> dict[str, tuple[int, int]]:
        """Return how much is stored of each kind of item and under each prefix of the bucket.

        Returns
        -------
        dict
            Bytes at rest with the index entries, and those of the items alone, which a backup holds.
        """
        sizes: dict[str, tuple[int, int]] = {}

        def add(kind: str, with_indexes: int, alone: int) -> None:
            before = sizes.get(kind, (0, 0))
            sizes[kind] = before[0] + with_indexes, before[1] + alone

        client: Any = clients.dynamodb()
        for item in self.items():
            table = item.pop("table")["S"]
            kind = item.get("kind", {}).get("S", "band")
            add(kind, self._meter.stored_bytes(client, table, item), item_bytes(item) + STORED_OVERHEAD)
        for entry in boto3.client("s3").list_objects_v2(Bucket=aws.BUCKET).get("Contents", []):
            add(entry["Key"].partition("/")[0] + "/", entry["Size"], entry["Size"])
        return sizes


def _added(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.calls + other.calls,
        one.writes + other.writes,
        *(
            getattr(one, name) + getattr(other, name)
            for name in ("reads", "puts", "gets", "messages", "events", "log_bytes")
        ),
    )


def _is_announced(record: dict[str, Any]) -> bool:
    """Return whether the template's filter lets a record of the stream through."""
    image = record["dynamodb"].get("NewImage", {})
    kind = image.get("kind", {}).get("S")
    return kind in ("revision", "outcome") or (kind == "submission" and "outcome" in image)


def _record(stage: str, number: int, body: str) -> dict[str, Any]:
    return {
        "messageId": f"00000000-0000-4000-8000-{number:012d}",
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SenderId": "AIDAEXAMPLE"},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{stage}",
        "awsRegion": "us-east-1",
    }


@contextmanager
def deployed(clock: FakeClock) -> Iterator[Deployment]:
    """Give the functions on an account in memory, with a web of their own."""
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "NEWSDESK_STAGE_NAME": "newsdesk",
        "NEWSDESK_TABLE_NAME": aws.TABLE,
        "NEWSDESK_BAND_TABLE_NAME": aws.BAND_TABLE,
        "NEWSDESK_BUCKET_NAME": aws.BUCKET,
        "NEWSDESK_BUS_NAME": aws.BUS,
        "NEWSDESK_USER_AGENT": "NewsdeskBot/1 (+https://newsdesk.example/bot)",
        "NEWSDESK_CRAWL_INTERVAL_SECONDS": "0.001",
    }
    left_out = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "NEWSDESK_"))}
    with patch.dict(os.environ, left_out | environment, clear=True), mock_aws():
        boto3.setup_default_session()
        clients.reset()
        aws.create_table()
        aws.create_bucket()
        aws.create_bus()
        queues = aws.create_queues()
        os.environ |= {f"NEWSDESK_{stage.upper()}_QUEUE_URL": address for stage, address in queues.items()}
        discover = boto3.client("sqs").create_queue(QueueName="discover")["QueueUrl"]
        os.environ["NEWSDESK_DISCOVER_QUEUE_URL"] = discover
        made = WrittenWeb(clock)
        modules = [importlib.import_module(name) for name in _MODULES.values()]
        for module in modules:
            module.build.cache_clear()
        fetcher = importlib.import_module("fetcher.handler")
        replaced: list[Any] = [
            patch.object(module, "utc_now", clock) for module in modules if hasattr(module, "utc_now")
        ]
        replaced.append(patch.object(fetcher, "HttpFetcher", lambda *_, **__: made))
        patient = functools.partial(fetcher.Politeness, clock=clock, sleep=clock.sleep)
        replaced.append(patch.object(fetcher, "Politeness", patient))
        replaced.append(patch.object(fetcher.egress_guard, "install", lambda: None))
        for replacement in replaced:
            replacement.start()
        try:
            yield Deployment(made, clock, queues, Meter())
        finally:
            for replacement in replaced:
                replacement.stop()
            for module in modules:
                module.build.cache_clear()
            clients.reset()
