"""What a visit costs in calls and write units, counted where calls leave the process; the figures of decision 0016.

Comes in: an indexed article, and AWS in moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from harness import aws
from harness.fakes import DUE_SHARDS, FakeClock
from harness.metering import Meter
from newsdesk.adapters.dynamodb import TURN_SHARDS, DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.contracts import ArticleExtracted, PageFetched
from tests import long_reads
from tests.pipeline import MessageQueue, Pipeline, page

URL = "https://news.example/bridge"

DISPATCH = {"GetItem": 1, "PutItem": 1, "SendMessage": 1}
"""Find the article due, begin its run and lease it to who gets its message, send that."""

FETCH = {"GetItem": 2, "UpdateItem": 2}
"""Read the article, read the site's rules, take the host's slot and its address's; the lease came with the message."""


@pytest.fixture
def pipeline(table: str, bucket: str, queues: dict[str, str]) -> Pipeline:
    """The stages on AWS, with an article indexed an hour ago, so that its site's rules are known."""
    clock = FakeClock()
    sender = aws.stage_sender(queues)
    pipeline = Pipeline(
        clock=clock,
        store=DynamoArticleStore(table, clock=clock),
        objects=S3ObjectStore(bucket),
        hosts=DynamoHostStore(table),
        queue=MessageQueue(sender.send),
    )
    pipeline.web.put(URL, page(), ETag='"1"')
    assert pipeline.ingest(URL)[-1] == "indexed"
    return pipeline


def visit(pipeline: Pipeline) -> tuple[str, dict[str, int], int]:
    """Let the article's next visit come due and return its status, calls and write units; dispatch's queries apart."""
    pipeline.wait_until_due(URL)
    with Meter().on() as usage:
        assert pipeline.dispatch() == {"revisited": 1}
        status = pipeline.settle()[-1]
    assert usage.calls.pop("Query") == DUE_SHARDS + TURN_SHARDS, "once a minute, for all articles together"
    return status, dict(usage.calls), usage.write_units


def together(*parts: dict[str, int]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


@pytest.mark.slow
def test_a_visit_that_ends_in_304_costs_eight_calls_six_units_and_no_object(pipeline: Pipeline) -> None:
    # Given a server that knows 304, When the article is visited
    pipeline.web.put(URL, status=304)
    status, calls, units = visit(pipeline)

    # Then one write ends the run: no object, no next message, no record, and so nothing for publish
    assert status == "not_modified"
    assert calls == together(DISPATCH, FETCH, {"PutItem": 1})
    assert sum(calls.values()) == 8

    # And the units are two for the article, two for the host, and two for its place among what is due, moved once
    assert units == 6


@pytest.mark.slow
def test_a_visit_that_finds_the_same_bytes_costs_no_more(pipeline: Pipeline) -> None:
    # Given a server that always answers 200, When it sends the same page
    status, calls, units = visit(pipeline)

    # Then that is known by its hash
    assert status == "not_modified"
    assert calls == together(DISPATCH, FETCH, {"PutItem": 1})
    assert units == 6


@pytest.mark.slow
def test_a_visit_that_finds_the_same_article_in_another_page_costs_one_object(pipeline: Pipeline) -> None:
    # Given a page whose furniture is new each time, and whose article is not, When it is visited
    before = aws.keys_in_bucket()
    pipeline.web.put(URL, page() + b"<!-- rendered at 10:26 -->")
    status, calls, units = visit(pipeline)

    # Then the capture is read once and deleted, and neither enrich nor index is asked
    assert status == "unchanged"
    fetched = {"PutObject": 1, "PutItem": 1, "SendMessage": 1}
    extracted = {"GetItem": 2, "GetObject": 1, "PutItem": 1, "DeleteObject": 1}
    assert calls == together(DISPATCH, FETCH, fetched, extracted)
    assert sum(calls.values()) == 15
    assert units <= 8

    # And what is in the bucket is what was there before
    assert aws.keys_in_bucket() == before


@pytest.mark.slow
def test_a_first_visit_costs_one_read_of_the_hosts_profile_and_at_most_one_write(pipeline: Pipeline) -> None:
    # Given an article that nobody knows, of a host of which little is known
    url = "https://news.example/new"
    pipeline.web.put(url, page("Another text, which is long enough to be taken for a sentence of an article. " * 4))
    pipeline.submit(url, "submission-2")
    while not isinstance(pipeline.queue.waiting[0], PageFetched):
        pipeline.work(pipeline.queue.waiting.popleft())

    # When its page is extracted
    with Meter().on() as usage:
        assert pipeline.work(pipeline.queue.waiting.popleft()) == "extracted"

    # Then what is known of the host was read once, and written because the page is of the sample
    article = {"GetItem": 1, "GetObject": 1, "PutItem": 1, "SendMessage": 1}
    assert dict(usage.calls) == together(article, {"GetItem": 1, "PutItem": 1})


@pytest.mark.slow
def test_a_visit_that_finds_an_opt_out_leaves_no_object(pipeline: Pipeline) -> None:
    # Given a page whose own element refuses what the stack enforces, When it is visited
    before = aws.keys_in_bucket()
    pipeline.web.put(URL, page(head='<meta name="robots" content="noindex">'))
    status, calls, _ = visit(pipeline)

    # Then its capture is deleted once the retraction is recorded, which is one transaction
    assert status == "removed"
    fetched = {"PutObject": 1, "PutItem": 1, "SendMessage": 1}
    extracted = {"GetItem": 3, "GetObject": 1, "TransactWriteItems": 1, "DeleteObject": 1}
    assert calls == together(DISPATCH, FETCH, fetched, extracted)
    assert aws.keys_in_bucket() == before


@pytest.mark.slow
def test_a_visit_that_somebody_asked_for_costs_their_record_more(pipeline: Pipeline) -> None:
    # A visit that ends in 304 writes the submitter's outcome in the same transaction
    pipeline.web.put(URL, status=304)
    pipeline.clock.advance(timedelta(hours=1).total_seconds())
    with Meter().on() as usage:
        assert pipeline.ingest(URL, "submission-2") == ["not_modified"]
    submitted = {"GetItem": 1, "TransactWriteItems": 1, "SendMessage": 1}
    assert dict(usage.calls) == together(submitted, FETCH, {"TransactWriteItems": 1})


@pytest.mark.slow
def test_a_new_article_costs_thirty_units(pipeline: Pipeline) -> None:
    # Given a long article that nobody knows, of a host whose sample of pages has it already
    url = "https://news.example/new"
    pipeline.web.put(
        url, page(*(f"Paragraph {n} of the long report on harbour {n * 7}, in {n * 3} words." for n in range(60)))
    )
    pipeline.clock.advance(60)

    # When it is submitted, and worked through to its commit
    with Meter().on() as usage:
        assert pipeline.ingest(url, "submission-2")[-1] == "indexed"

    # Then its ten entries among near-duplicates are a third of what it costs
    assert usage.writes["band"] == 10
    assert usage.write_units - usage.writes["profile"] <= 30


@pytest.mark.slow
def test_a_further_page_costs_seventeen_calls_and_two_objects(pipeline: Pipeline) -> None:
    # Given an article on one page, and one on two, of a host whose rules are known
    costs: list[Counter[str]] = []
    following = replace(pipeline.extract_stage, follow_pages=1)
    for name, last in (("one", 1), ("two", 2)):
        for number in range(1, last + 1):
            path = f"/{name}/drovers" + ("" if number == 1 else f"/{number}")
            links = long_reads.pager(number, last, f"/{name}/drovers")
            pipeline.web.put(f"https://news.example{path}", long_reads.page(number, links=links, foot=""))
        pipeline.extract_stage = following
        pipeline.submit(f"https://news.example/{name}/drovers", f"submission-{name}")

        # When each is fetched and extracted
        with Meter().on() as usage:
            while not isinstance(pipeline.queue.waiting[0], ArticleExtracted):
                pipeline.work(pipeline.queue.waiting.popleft())
        pipeline.queue.waiting.clear()
        costs.append(usage.calls)

    # Then the second page has its own fetch and extract, and what the first one gave is kept for it
    fetched = {"PutObject": 1, "PutItem": 1, "SendMessage": 1}
    extracted = {"GetItem": 2, "GetObject": 1, "PutItem": 1, "SendMessage": 1}
    kept = {"PutObject": 1, "GetObject": 1}
    waited = {"UpdateItem": 1, "GetItem": 1}
    leased = {"PutItem": 1}
    assert dict(costs[1] - costs[0]) == together(FETCH, leased, waited, fetched, extracted, kept)
    assert (costs[1] - costs[0]).total() == 17
