"""An article that goes on on other pages becomes one article, whatever dies, repeats, or cannot be had on the way.

Comes in: a real server on loopback, and the whole pipeline in memory or on AWS in moto. Goes out: assertions. Changes:
moto's memory.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import extractor.handler
from dispatcher.stage import DispatchStatus
from extractor.contract import EXTRACTOR, PageToRead, Reading
from extractor.joining import MAXIMUM_JOINED_BYTES
from extractor.stage import ExtractStage
from harness import aws
from harness.fakes import (
    FakeClock,
    InMemoryArticleStore,
    InMemoryHostStore,
    InMemoryObjectStore,
    RecordingSender,
)
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import MAXIMUM_RESENDS, ArticleState, Capture, Stage, Timeouts, read_capture
from newsdesk.contracts import Article, ArticleExtracted, Extracted, PageFetched
from newsdesk.runtime import Worker
from newsdesk.web import OptOutPolicy, article_id, parse_policy
from tests.functional.misbehaving_server import MisbehavingServer, Request, answer, redirect
from tests.long_reads import DECK, HEADLINE, NOTE, PAGES, PATH, address, page
from tests.pipeline import MessageQueue, Pipeline, extracted_work, real_web
from tests.raw_events import raw_event

TEXT = (DECK, *PAGES[0], NOTE, *PAGES[1], *PAGES[2])
"""All of it, once."""


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(real_web, follow_pages=5)


@pytest.fixture
def url(server: MisbehavingServer) -> str:
    """The URL of an article on three pages."""
    for number in (1, 2, 3):
        server.on(address(number), answer(page(number)))
    return server.url(PATH)


def article_of(pipeline: Pipeline, url: str) -> Article:
    current = pipeline.state(url).current
    assert current is not None
    return Article.model_validate_json(pipeline.objects.get(current.key))


def asked(server: MisbehavingServer) -> list[str]:
    """What was asked for, in order, but for what sites say of themselves."""
    return [request.target for request in server.requests if request.target.startswith(PATH)]


def prose(article: Extracted) -> tuple[str, ...]:
    return tuple(article.article_body.split("\n"))


def next_page_warnings(article: Extracted) -> list[str]:
    return [warning for warning in article.quality.warnings if warning.startswith("next_page:")]


# ------------------------------------------------------------------------------------------------------ the whole chain


def test_an_article_on_three_pages_becomes_one_article(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given an article that goes on on two more pages, When it is submitted
    statuses = pipeline.ingest(url)

    # Then each page is fetched once, in order, and the run ends once
    assert statuses == ["fetched", "page_wanted"] * 2 + ["fetched", "extracted", "enriched", "indexed"]
    assert asked(server) == [address(number) for number in (1, 2, 3)]
    assert pipeline.outcomes() == ["indexed"]
    assert len(pipeline.store.states) == 1, "a page is no article"

    # And the article has the text of all of them, once, with the first one's metadata
    article = article_of(pipeline, url)
    assert prose(article) == TEXT
    assert [block.text for block in article.blocks] == list(TEXT)
    assert article.word_count == len(article.article_body.split())
    assert (article.headline, [person.name for person in article.author]) == (HEADLINE, ["Fergus Hale"])
    assert (article.date_published, article.content_status.value) == ("2026-03-12", "full")
    assert (next_page_warnings(article), article.quality.warnings) == ([], ())
    assert article.next_pages == tuple(server.url(address(number)) for number in (2, 3))

    # And says where each page came from
    provenance = article.provenance
    assert [further.requested_url for further in provenance.pages] == list(article.next_pages)
    assert provenance.final_url == url
    for number, (final_url, key) in enumerate(
        [(provenance.final_url, provenance.capture_key), *((it.final_url, it.capture_key) for it in provenance.pages)],
        start=1,
    ):
        assert key is not None
        capture = read_capture(pipeline.objects.get(key))
        assert (capture.url, capture.requested_url, capture.body) == (final_url, final_url, page(number))


def test_pages_are_not_followed_unless_asked_for(server: MisbehavingServer, url: str) -> None:
    pipeline = Pipeline(real_web)
    assert pipeline.ingest(url) == ["fetched", "extracted", "enriched", "indexed"]
    assert asked(server) == [PATH]
    article = article_of(pipeline, url)
    assert (len(article.next_pages), article.provenance.pages, next_page_warnings(article)) == (2, (), [])


def test_no_more_pages_are_followed_than_asked_for(server: MisbehavingServer, url: str) -> None:
    # Given a stack that follows one page, When the article is submitted
    pipeline = Pipeline(real_web, follow_pages=1)
    assert pipeline.ingest(url)[-1] == "indexed"

    # Then it ends with the second page, and says that it goes on
    article = article_of(pipeline, url)
    assert asked(server) == [PATH, address(2)]
    assert prose(article) == (DECK, *PAGES[0], NOTE, *PAGES[1])
    assert (next_page_warnings(article), article.content_status.value) == (["next_page:not_followed"], "truncated")
    assert len(article.next_pages) == 2


def test_pages_that_link_only_the_next_one_are_followed(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given pages that know nothing but the next one
    for number in (1, 2, 3):
        onward = f"<link rel='next' href='{address(number + 1)}'>" if number < 3 else ""
        first = f"<a href='{PATH}'>1</a>" if number > 1 else ""
        server.on(address(number), answer(page(number, head=onward, links=first)))

    # When the first is submitted, Then all are had and listed
    url = server.url(PATH)
    assert pipeline.ingest(url)[-1] == "indexed"
    assert prose(article_of(pipeline, url)) == TEXT
    assert article_of(pipeline, url).next_pages == tuple(server.url(address(number)) for number in (2, 3))


def test_a_page_that_is_submitted_itself_is_an_article_as_before(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an article that was joined of three pages
    pipeline.ingest(url)

    # When the second page is submitted, Then it is an article that goes on on the third, and the first stands
    second = server.url(address(2))
    assert pipeline.ingest(second, "submission-2")[-1] == "indexed"
    assert prose(article_of(pipeline, second)) == (DECK, *PAGES[1], NOTE, *PAGES[2])
    assert prose(article_of(pipeline, url)) == TEXT
    assert pipeline.outcomes() == ["indexed", "indexed"]


def test_each_page_waits_for_a_slot_of_its_host(server: MisbehavingServer) -> None:
    # Given a host that is asked every two seconds, and a web that says when it was
    pipeline = Pipeline(follow_pages=5)
    times: list[float] = []
    fetch = pipeline.web.fetch

    def timed(request: Any, request_slot: Any) -> Any:
        answered = fetch(request, request_slot)
        times.append(pipeline.clock().timestamp())
        return answered

    pipeline.web.fetch = timed
    for number in (1, 2, 3):
        pipeline.web.put(f"https://courier.example{address(number)}", page(number))

    # When its article is ingested, Then its pages are as far apart as any others
    assert pipeline.ingest(f"https://courier.example{PATH}")[-1] == "indexed"
    assert [later - earlier >= 2.0 for earlier, later in pairwise(times)] == [True, True]


# --------------------------------------------------------------------------------------------- pages that cannot be had


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (answer(b"", status=404), "not_found"),
        (answer(b"", status=403), "access_denied"),
        (answer(b"%PDF-1.7", ("Content-Type", "application/pdf"), html=False), "content_type"),
        (answer(page(3), ("X-Robots-Tag", "noindex")), "opt_out"),
        (answer(page(3, head="<meta name='robots' content='noindex'>")), "opt_out"),
        (answer(b"<html><body><nav><a href='/'>News</a></nav></body></html>"), "no_article"),
        (answer(page(2)), "repeated"),
        (answer(page(2) + b"<!-- rendered anew -->"), "repeated"),
        (redirect(PATH), "redirected"),
        (redirect(address(2)), "redirected"),
        (redirect("/2026/03/12/ferries"), "redirected"),
        (answer(b"", status=304), "protocol_error"),
    ],
)
@pytest.mark.slow
def test_an_article_goes_on_without_a_page_that_cannot_be_had(
    pipeline: Pipeline, server: MisbehavingServer, url: str, behaviour: Callable[..., None], why: str
) -> None:
    # Given an article whose third page is of no use
    server.on(address(3), behaviour)

    # When it is submitted
    statuses = pipeline.ingest(url)

    # Then it is indexed with the two that were had, and says why there is no third
    assert statuses[-1] == "indexed"
    assert pipeline.outcomes() == ["indexed"]
    article = article_of(pipeline, url)
    assert prose(article) == (DECK, *PAGES[0], NOTE, *PAGES[1])
    assert next_page_warnings(article) == [f"next_page:{why}"]
    assert article.content_status.value == "truncated"
    assert len(article.next_pages) == 2
    assert [further.requested_url for further in article.provenance.pages] == [server.url(address(2))]
    assert asked(server).count(PATH) == 1, "a page that leads to the first one is not followed there"


def test_of_a_page_that_opts_out_nothing_is_kept(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given an article whose second page refuses in itself to be kept, When it is ingested
    server.on(address(2), answer(page(2, head="<meta name='robots' content='noarchive'>")))
    assert pipeline.ingest(url)[-1] == "indexed"

    # Then the first page's capture alone is left, and no text of the second anywhere
    captures = [key for key in pipeline.objects.objects if key.startswith("raw/")]
    assert captures == [article_of(pipeline, url).provenance.capture_key]
    unpacked = [
        gzip.decompress(stored.body) if stored.content_encoding else stored.body
        for stored in pipeline.objects.objects.values()
    ]
    assert not any(b"Tarn Bridge" in body for body in unpacked)


def kept_pages(pipeline: Pipeline) -> list[str]:
    """The keys of what single pages gave."""
    return [key for key in pipeline.objects.objects if "/page-" in key]


def kept_sizes(pipeline: Pipeline) -> list[int]:
    return [len(gzip.decompress(pipeline.objects.get(key))) for key in kept_pages(pipeline)]


def test_pages_are_joined_to_a_bound(pipeline: Pipeline, url: str) -> None:
    # Given a stage that takes what two of the pages gave, and no more
    pipeline.submit(url)
    while len(kept_pages(pipeline)) < 2:
        pipeline.work(pipeline.queue.waiting.popleft())
    pipeline.extract_stage = replace(pipeline.extract_stage, maximum_joined_bytes=sum(kept_sizes(pipeline)))

    # When the third is there, Then the article ends before it
    assert pipeline.settle()[-1] == "indexed"
    article = article_of(pipeline, url)
    assert (prose(article), next_page_warnings(article)) == (
        (DECK, *PAGES[0], NOTE, *PAGES[1]),
        ["next_page:too_large"],
    )


@pytest.mark.slow
def test_thousands_of_tiny_blocks_count_for_what_they_take(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given pages of which each has little text in so many blocks that the third is too much for a quarter of the bound
    bound = MAXIMUM_JOINED_BYTES // 4
    pipeline.extract_stage = replace(pipeline.extract_stage, maximum_joined_bytes=bound)
    for number in (1, 2, 3, 4):
        tiny = "".join(f"<p>{number}{count:x}.</p>" for count in range(10_000))
        links = "".join(f"<a href='{address(other)}'>{other}</a>" for other in (1, 2, 3, 4))
        server.on(address(number), answer(page(1 + number % 3, foot="", links=f"{tiny}{links}")))

    # When the first is submitted, Then it ends before its pages take more than is set aside for them
    url = server.url(PATH)
    assert pipeline.ingest(url)[-1] == "indexed"
    article = article_of(pipeline, url)
    assert next_page_warnings(article) == ["next_page:too_large"]
    assert 20_000 < len(article.blocks) < 21_000
    assert len(article.article_body) < bound / 5


def test_behind_a_page_that_is_too_large_alone_no_other_is_asked_for(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given a stage that takes less than the first page, When the article is ingested, Then that is all of it
    pipeline.extract_stage = replace(pipeline.extract_stage, maximum_joined_bytes=1000)
    assert pipeline.ingest(url)[-1] == "indexed"
    assert asked(server) == [PATH]
    assert next_page_warnings(article_of(pipeline, url)) == ["next_page:not_followed"]


def test_robots_txt_is_asked_of_every_page(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given a robots.txt that forbids the second page, When the article is submitted
    rules = f"User-agent: *\nDisallow: {address(2)}\n".encode()
    server.on("/robots.txt", answer(rules, ("Content-Type", "text/plain"), html=False))
    assert pipeline.ingest(url)[-1] == "indexed"

    # Then that page is not asked for, and the article is what there is
    assert asked(server) == [PATH]
    article = article_of(pipeline, url)
    assert prose(article) == (DECK, *PAGES[0], NOTE)
    assert next_page_warnings(article) == ["next_page:robots_disallowed"]
    assert pipeline.outcomes() == ["indexed"]


def test_a_page_that_fails_for_now_is_tried_again(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given a second page that fails once
    broken = [answer(b"", status=500), answer(page(2))]

    def recover(request: Request) -> None:
        broken.pop(0)(request)

    server.on(address(2), recover)

    # When the article is submitted, Then it waits for that page
    assert pipeline.ingest(url)[-1] == "retry_scheduled"
    pipeline.wait_until_due(url)
    assert pipeline.dispatch()[DispatchStatus.RELEASED] == 1

    # And has all of it in the end
    assert pipeline.settle()[-1] == "indexed"
    assert prose(article_of(pipeline, url)) == TEXT


@pytest.mark.parametrize("status", [500, 503])
def test_a_page_that_fails_for_good_after_all_attempts_is_gone_without(
    pipeline: Pipeline, server: MisbehavingServer, url: str, status: int
) -> None:
    # Given a second page that always fails
    server.on(address(2), answer(b"", status=status))
    pipeline.ingest(url)

    # When all of its attempts are used up
    for _ in range(10):
        if pipeline.state(url).stage is Stage.REST:
            break
        assert pipeline.outcomes() == []
        pipeline.wait_until_due(url)
        pipeline.dispatch()
        pipeline.settle()

    # Then the article is what there is
    assert pipeline.outcomes() == ["indexed"]
    assert next_page_warnings(article_of(pipeline, url)) == ["next_page:server_error"]
    assert asked(server).count(address(2)) == 4, "as often as any page"


def test_a_page_whose_host_is_left_alone_for_too_long_is_gone_without() -> None:
    # Given an article whose first page was fetched, and a host that is in back-off from then on
    pipeline = Pipeline(follow_pages=5)
    url = f"https://courier.example{PATH}"
    pipeline.web.put(url, page(1))
    pipeline.submit(url)
    while pipeline.state(url).capture is None or pipeline.state(url).stage is Stage.EXTRACT:
        pipeline.work(pipeline.queue.waiting.popleft())

    # When it has waited as often as a page may
    for _ in range(15):
        if pipeline.state(url).stage is not Stage.FETCH:
            break
        pipeline.hosts.back_off("courier.example", pipeline.clock(), 20_000.0, 0.0)
        pipeline.settle()
        if pipeline.state(url).stage is Stage.FETCH:
            pipeline.wait_until_due(url)
            pipeline.dispatch()

    # Then the article is what there is
    pipeline.settle()
    assert pipeline.outcomes() == ["indexed"]
    assert next_page_warnings(article_of(pipeline, url)) == ["next_page:host_overloaded"]


@pytest.mark.parametrize("stage", [Stage.FETCH, Stage.EXTRACT])
def test_a_page_that_gets_stuck_is_gone_without(pipeline: Pipeline, url: str, stage: Stage) -> None:
    # Given an article whose workers die over the second page, every time
    pipeline.submit(url)
    while len(pipeline.state(url).pages) < (stage is Stage.EXTRACT) or pipeline.state(url).wanted_page is None:
        if pipeline.state(url).stage is stage and len(pipeline.state(url).pages) == 1:
            break
        pipeline.work(pipeline.queue.waiting.popleft())
    assert pipeline.state(url).stage is stage
    for _ in range(MAXIMUM_RESENDS):
        pipeline.queue.waiting.clear()
        pipeline.wait_until_due(url)
        assert pipeline.dispatch() == {"resent": 1}

    # When it is given up
    pipeline.queue.waiting.clear()
    pipeline.wait_until_due(url)
    assert pipeline.dispatch() == {"stuck": 1}

    # Then the article is what there is
    assert pipeline.settle()[-1] == "indexed"
    assert pipeline.outcomes() == ["indexed"]
    article = article_of(pipeline, url)
    assert (prose(article), next_page_warnings(article)) == ((DECK, *PAGES[0], NOTE), ["next_page:stuck"])


# -------------------------------------------------------------------------------------- whatever dies, repeats, is late


def test_every_message_may_come_twice(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given a queue that delivers everything twice, the second time at once
    pipeline.submit(url)

    # When the article is worked through
    while pipeline.queue.waiting:
        message = pipeline.queue.waiting.popleft()
        pipeline.work(message)
        pipeline.work(message)

    # Then it is one article, of one run, and no page was fetched twice
    assert pipeline.outcomes() == ["indexed"]
    assert prose(article_of(pipeline, url)) == TEXT
    assert asked(server) == [address(number) for number in (1, 2, 3)]


def test_every_message_may_come_late_and_out_of_order(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given an article that was worked through
    pipeline.ingest(url)
    sent = list(pipeline.queue.sent)

    # When, before each message of another life of it, all messages of the first one come again
    again = Pipeline(real_web, follow_pages=5)
    again.submit(url)
    while again.queue.waiting:
        message = again.queue.waiting.popleft()
        for late in reversed(sent):
            again.work(late)
        again.work(message)

    # Then it is the same article, of one run
    assert again.outcomes() == ["indexed"]
    assert prose(article_of(again, url)) == TEXT


class KilledError(BaseException):
    """The function was killed here."""


class Mortal:
    """A port in whose calls a worker dies: at the moment that ``countdown`` names, before a call or behind it."""

    def __init__(self, port: Any, countdown: list[int]) -> None:
        self._port = port
        self._countdown = countdown

    def _live(self) -> None:
        self._countdown[0] -= 1
        if self._countdown[0] == 0:
            raise KilledError

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: Any, **options: Any) -> Any:
            self._live()
            result = attribute(*arguments, **options)
            self._live()
            return result

        return call


@pytest.mark.slow
@pytest.mark.parametrize("third", [answer(page(3)), answer(b"", status=404)])
def test_a_worker_may_die_between_any_two_calls(
    server: MisbehavingServer, url: str, third: Callable[..., None]
) -> None:
    server.on(address(3), third)
    results = set()
    for moment in count(1):
        # Given a worker that dies at the n-th moment before or behind a call, for every n
        countdown = [0]
        ports = (InMemoryArticleStore(), InMemoryObjectStore(), InMemoryHostStore(), MessageQueue())
        store, objects, hosts, queue = (Mortal(port, countdown) for port in ports)
        pipeline = Pipeline(
            real_web, store=store, objects=objects, hosts=hosts, queue=cast(MessageQueue, queue), follow_pages=5
        )
        pipeline.submit(url)
        countdown[0] = moment
        while not isinstance(message := pipeline.queue.waiting.popleft(), ArticleExtracted):
            try:
                pipeline.work(message)
            except KilledError:
                # When the queue delivers its message again, and nobody else's lease is in the way any more
                pipeline.clock.advance(600)
                pipeline.work(message)

        left, countdown[0] = countdown[0], 0
        if message.work is None:
            # It died before it could send the work, for which enrich asks again
            assert pipeline.work(message) == "sent_back"
            pipeline.work(pipeline.queue.waiting.popleft())
            message = pipeline.queue.waiting.popleft()

        # Then the same work is done, under one key
        assert (pipeline.state(url).stage, pipeline.state(url).run) == (Stage.ENRICH, 1)
        assert pipeline.outcomes() == []
        work = extracted_work(message, pipeline.objects)
        assert work.content_hash == pipeline.state(url).content_hash
        results.add((prose(work.article), tuple(next_page_warnings(work.article))))
        if left > 0:
            break
    assert moment > 60, "there are so many moments"
    assert len(results) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("port", "call"), [("store", "save"), ("objects", "delete")])
def test_a_worker_may_die_over_a_page_that_opts_out(
    pipeline: Pipeline, server: MisbehavingServer, url: str, port: str, call: str, after: bool
) -> None:
    # Given a second page that opts out, and a worker that dies while it acts on that
    server.on(address(2), answer(page(2, head="<meta name='robots' content='noindex'>")))
    pipeline.submit(url)
    while not pipeline.state(url).pages:
        pipeline.work(pipeline.queue.waiting.popleft())
    message = pipeline.queue.waiting.popleft()
    getattr(pipeline, port).fail_next(call, OSError("killed"), after=after)
    with pytest.raises(OSError, match="killed"):
        pipeline.work(message)

    # When the message comes again, Then its capture is gone, and the article is what there is
    pipeline.work(message)
    assert pipeline.settle()[-1] == "indexed"
    article = article_of(pipeline, url)
    assert prose(article) == (DECK, *PAGES[0], NOTE)
    assert next_page_warnings(article)[0] in ("next_page:opt_out", "next_page:capture_missing")
    assert len([key for key in pipeline.objects.objects if key.startswith("raw/")]) == 1


def test_a_slow_worker_that_meets_the_run_at_a_later_page_does_no_harm(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given a worker that has read the first page and is about to write
    pipeline.submit(url)
    pipeline.work(pipeline.queue.waiting.popleft())
    message = pipeline.queue.waiting.popleft()

    def overtake(_: ArticleState) -> None:
        # When another one has meanwhile taken the run on to where the second page waits to be read
        pipeline.work(message)
        pipeline.work(pipeline.queue.waiting.popleft())
        assert (pipeline.state(url).stage, len(pipeline.state(url).pages)) == (Stage.EXTRACT, 1)

    pipeline.store.before_save = overtake

    # Then the first learns that it is late, and the run goes on from where it is
    assert pipeline.work(message) == "stale"
    assert pipeline.settle()[-1] == "indexed"
    assert prose(article_of(pipeline, url)) == TEXT
    assert asked(server) == [address(number) for number in (1, 2, 3)]


def test_a_submission_that_joins_on_the_way_learns_of_the_end(pipeline: Pipeline, url: str) -> None:
    # Given a run that waits for the second page, When the article is submitted again
    pipeline.submit(url)
    while pipeline.state(url).wanted_page is None:
        pipeline.work(pipeline.queue.waiting.popleft())
    pipeline.submit(url, "submission-2")

    # Then one run ends for both
    pipeline.settle()
    (record,) = pipeline.store.outcomes.values()
    assert (record.outcome, record.submissions) == ("indexed", ("submission-1", "submission-2"))


@pytest.mark.slow
def test_the_whole_chain_works_on_aws(
    table: str, bucket: str, queues: dict[str, str], server: MisbehavingServer, url: str
) -> None:
    # Given the table, the bucket and the queues of the template
    clock = FakeClock()
    sender = aws.stage_sender(queues)
    pipeline = Pipeline(
        real_web,
        clock=clock,
        store=DynamoArticleStore(table, clock=clock),
        objects=S3ObjectStore(bucket),
        hosts=DynamoHostStore(table),
        queue=MessageQueue(sender.send),
        follow_pages=5,
    )
    pipeline.submit(url)

    # When each message comes twice
    while pipeline.queue.waiting:
        message = pipeline.queue.waiting.popleft()
        pipeline.work(message)
        pipeline.work(message)

    # Then there is one article, and its state carries nothing of its run
    assert prose(article_of(pipeline, url)) == TEXT
    state = pipeline.state(url)
    assert (state.run, state.last_outcome, state.pages, state.next_pages, state.pages_end) == (
        1,
        "indexed",
        (),
        (),
        None,
    )
    assert asked(server) == [address(number) for number in (1, 2, 3)]


def test_the_function_sends_an_article_back_as_its_settings_say(
    table: str, bucket: str, queues: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given the environment that the template sets, and an article whose first page was fetched
    for name, value in {
        "TABLE_NAME": table,
        "BUCKET_NAME": bucket,
        "FETCH_QUEUE_URL": queues["fetch"],
        "EXTRACT_QUEUE_URL": queues["extract"],
        "ENRICH_QUEUE_URL": queues["enrich"],
        "USER_AGENT": "NewsdeskBot/0.1 (+https://newsdesk.example/bot)",
        "FOLLOW_PAGES": "2",
    }.items():
        monkeypatch.setenv(f"NEWSDESK_{name}", value)
    pipeline = Pipeline(real_web, store=DynamoArticleStore(table), objects=S3ObjectStore(bucket))
    pipeline.submit(url)
    pipeline.work(pipeline.queue.waiting.popleft())
    message = pipeline.queue.waiting.popleft()

    # When the extract function is handed its message
    event = raw_event("index-batch")
    event["Records"] = [{**event["Records"][0], "body": message.to_json()}]
    extractor.handler.build.cache_clear()
    try:
        answered = extractor.handler.lambda_handler(event, cast(LambdaContext, aws.FakeLambdaContext(120_000)))
    finally:
        extractor.handler.reader().close()
        extractor.handler.build.cache_clear()

    # Then the fetch queue has its second page's, and the table says which that is
    assert answered == {"batchItemFailures": []}
    (sent,) = aws.drain(queues["fetch"])
    assert (sent["type"], sent["articleId"], sent["run"]) == ("FetchRequested", message.article_id, 1)
    assert pipeline.state(url).wanted_page == f"{url}/2"


# -------------------------------------------------------------------------------------------- revisits and reprocessing


def test_an_unchanged_first_page_spares_the_others(pipeline: Pipeline, server: MisbehavingServer, url: str) -> None:
    # Given an article on three pages, When it is visited again and its first page is the same
    pipeline.ingest(url)
    server.requests.clear()
    assert pipeline.visit_when_due(url) == ["not_modified"]

    # Then the others are not asked for
    assert asked(server) == [PATH]


def test_a_first_page_that_changed_has_all_pages_read_anew(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an article whose third page was rewritten, and whose first page shows that
    pipeline.ingest(url)
    server.requests.clear()
    server.on(PATH, answer(page(1) + b"<!-- updated -->"))
    server.on(address(3), answer(page(3, paragraphs=(*PAGES[2][:2], "There will be no other walk, Kerr says now."))))

    # When it is visited again, Then the change is a revision
    assert pipeline.visit_when_due(url)[-1] == "indexed"
    assert asked(server) == [address(number) for number in (1, 2, 3)]
    article = article_of(pipeline, url)
    assert (article.revision, prose(article)[-1]) == (2, "There will be no other walk, Kerr says now.")

    # And the same text in another dress is none
    server.on(PATH, answer(page(1) + b"<!-- updated again -->"))
    assert pipeline.visit_when_due(url)[-1] == "unchanged"
    assert asked(server)[3:] == [address(number) for number in (1, 2, 3)]


def test_a_page_that_was_not_available_is_asked_for_on_the_next_visit(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an article whose third page was missing
    server.on(address(3), answer(b"", status=404))
    pipeline.ingest(url)

    # When it is visited again, its first page the same, Then the page that is back is had
    server.on(address(3), answer(page(3)))
    assert pipeline.visit_when_due(url)[-1] == "indexed"
    article = article_of(pipeline, url)
    assert (prose(article), next_page_warnings(article)) == (TEXT, [])

    # And the visit after that takes the same first page for unchanged
    assert pipeline.visit_when_due(url) == ["not_modified"]


@pytest.mark.parametrize("third", [answer(page(3)), answer(b"", status=404)])
def test_the_captures_that_an_article_names_give_the_same_article_again(
    pipeline: Pipeline, server: MisbehavingServer, url: str, third: Callable[..., None]
) -> None:
    # Given an article of several pages, and nothing but its JSON and its captures
    server.on(address(3), third)
    pipeline.ingest(url)
    server.requests.clear()
    article = article_of(pipeline, url)
    for key in [key for key in pipeline.objects.objects if key.startswith("work/")]:
        pipeline.objects.delete(key)
    provenance = article.provenance

    def capture(number: int, source: Any) -> Capture:
        return Capture(
            capture_id=f"reprocessed-{number}",
            key=source.capture_key,
            sha256=source.capture_sha256,
            captured_at=source.captured_at,
            status=source.http_status,
            final_url=source.final_url,
        )

    missing = next_page_warnings(article)
    state = ArticleState(
        article_id=article.article_id,
        url=article.url,
        host="127.0.0.1",
        requested_url=provenance.requested_url,
        first_seen=provenance.captured_at or "",
        stage=Stage.EXTRACT,
        capture=capture(1, provenance),
        pages=tuple(capture(number, source) for number, source in enumerate(provenance.pages, start=2)),
        next_pages=article.next_pages,
        pages_end=missing[0].removeprefix("next_page:") if missing else None,
    )

    # When it is extracted again, by a stage that follows no pages
    sender = RecordingSender()
    stage = ExtractStage(
        Worker(InMemoryArticleStore(state), sender, pipeline.clock, Timeouts()), pipeline.objects, InMemoryHostStore()
    )
    assert stage.handle(PageFetched(article_id=article.article_id, run=1, capture_key="raw/v1/x")) == "extracted"

    # Then it is the same article, and nobody was asked
    (message,) = sender.sent
    assert isinstance(message, ArticleExtracted)
    work = extracted_work(message, pipeline.objects)
    same = article.provenance.model_copy(update={"enricher_version": None, "discovery": None})
    assert work.article == Extracted.model_validate(article.model_dump(by_alias=True)).model_copy(
        update={"provenance": same}
    )
    assert asked(server) == []


def test_what_a_page_gave_is_read_anew_by_another_release(
    pipeline: Pipeline, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a run that waits for its last page, with what this release read of the others
    pipeline.submit(url)
    while len(kept_pages(pipeline)) < 2:
        pipeline.work(pipeline.queue.waiting.popleft())
    for key in (before := kept_pages(pipeline)):
        rewrite(pipeline, key, lambda document: document["article"].update(headline="As the other release read it"))

    # When the last one comes to another release
    newer = EXTRACTOR.model_copy(update={"version": "99+a b"})
    monkeypatch.setattr("extractor.stage.EXTRACTOR", newer)

    # Then the article is all of that one's, and its own reading is kept beside the other
    assert pipeline.settle()[-1] == "indexed"
    article = article_of(pipeline, url)
    assert (article.headline, prose(article)) == (HEADLINE, TEXT)
    anew = [key.rpartition("/")[2] for key in kept_pages(pipeline) if key not in before]
    assert anew == ["page-99_a_b.json.gz"] * 2


def rewrite(pipeline: Pipeline, key: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Put another document in the place of a work object."""
    stored = pipeline.objects.objects[key]
    document = json.loads(gzip.decompress(stored.body))
    change(document)
    pipeline.objects.objects[key] = replace(stored, body=gzip.compress(json.dumps(document).encode()))


def test_pages_that_are_read_anew_are_read_once_however_often_a_worker_dies(pipeline: Pipeline, url: str) -> None:
    # Given a run whose pages are there, and nothing that was read of them
    pipeline.submit(url)
    while len(pipeline.state(url).pages) < 2:
        pipeline.work(pipeline.queue.waiting.popleft())
    for key in kept_pages(pipeline):
        pipeline.objects.delete(key)
    read, reads = pipeline.extract_stage.read, list[str]()

    def counted(wanted: PageToRead) -> Reading:
        reads.append(wanted.url)
        return read(wanted)

    pipeline.extract_stage = replace(pipeline.extract_stage, read=counted)

    # When the worker that joins them dies at its end, again and again
    message = pipeline.queue.waiting.popleft()
    for _ in range(3):
        pipeline.store.fail_next("save", KilledError())
        with pytest.raises(KilledError):
            pipeline.work(message)
    pipeline.work(message)

    # Then only the newest page, which nobody kept, was read by each of them
    assert {where: reads.count(where) for where in reads} == {url: 1, f"{url}/2": 1, f"{url}/3": 4}
    assert pipeline.settle()[-1] == "indexed"
    assert prose(article_of(pipeline, url)) == TEXT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no gzip",
        gzip.compress(b"{}")[:-4],
        gzip.compress(b"")[:10] + b"\xff" * 20,
        gzip.compress(b"no JSON"),
        gzip.compress(b"{}"),
        gzip.compress(b'{"articleId": "\xff"}'),
    ],
    ids=["empty", "no gzip", "cut off", "damaged", "no JSON", "no work", "no UTF-8"],
)
@pytest.mark.slow
def test_what_a_page_gave_is_read_anew_when_it_cannot_be_read(pipeline: Pipeline, url: str, body: bytes) -> None:
    # Given a run that waits for its last page, and something else where what its pages gave was kept
    pipeline.submit(url)
    while len(kept_pages(pipeline)) < 2:
        pipeline.work(pipeline.queue.waiting.popleft())
    for key in kept_pages(pipeline):
        pipeline.objects.objects[key] = replace(pipeline.objects.objects[key], body=body)

    # When the last page comes, Then the article is whole
    assert pipeline.settle()[-1] == "indexed"
    assert prose(article_of(pipeline, url)) == TEXT


def test_a_page_that_was_lost_before_it_was_joined_is_asked_for_on_the_next_visit(pipeline: Pipeline, url: str) -> None:
    # Given an article whose second page's capture, and what was read of it, went before the third was there
    pipeline.submit(url)
    while len(pipeline.state(url).pages) < 2:
        pipeline.work(pipeline.queue.waiting.popleft())
    pipeline.objects.delete(pipeline.state(url).pages[0].key)
    pipeline.objects.delete(kept_pages(pipeline)[1])
    assert pipeline.settle()[-1] == "indexed"
    assert next_page_warnings(article_of(pipeline, url)) == ["next_page:capture_missing"]

    # When it is visited again, its pages the same, Then all of it is had
    assert pipeline.visit_when_due(url)[-1] == "indexed"
    assert (prose(article_of(pipeline, url)), next_page_warnings(article_of(pipeline, url))) == (TEXT, [])


def test_a_page_that_opts_out_when_it_is_joined_is_forgotten(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given a second page that was taken under a policy that has become stricter since, and has to be read anew
    server.on(address(2), answer(page(2, head="<meta name='robots' content='noai'>")))
    pipeline.submit(url)
    while len(pipeline.state(url).pages) < 2:
        pipeline.work(pipeline.queue.waiting.popleft())
    capture = pipeline.state(url).pages[0]
    for key in kept_pages(pipeline):
        pipeline.objects.delete(key)
    stricter = OptOutPolicy(parse_policy("noai"), pipeline.extract_stage.opt_outs.product_token)
    pipeline.extract_stage = replace(pipeline.extract_stage, opt_outs=stricter)

    # When the last page is there, Then the article ends before it, and its capture is gone
    assert pipeline.settle()[-1] == "indexed"
    assert next_page_warnings(article_of(pipeline, url)) == ["next_page:opt_out"]
    assert capture.key not in pipeline.objects.objects


def as_the_release_before_wrote_it(state: ArticleState) -> ArticleState:
    """A state in which a release that knows no further pages has changed something."""
    return state.model_copy(update={"version": state.version + 1, "pages": (), "next_pages": (), "pages_end": None})


@pytest.mark.parametrize("pages", [0, 1])
def test_a_run_whose_pages_the_release_before_forgot_begins_them_anew(
    pipeline: Pipeline, server: MisbehavingServer, url: str, pages: int
) -> None:
    # Given a run that wants a further page, and a state in which nothing says so any more
    pipeline.submit(url)
    while pipeline.state(url).wanted_page is None or len(pipeline.state(url).pages) < pages:
        pipeline.work(pipeline.queue.waiting.popleft())
    pipeline.store.save(as_the_release_before_wrote_it(pipeline.state(url)))
    read = pipeline.state(url).capture
    assert read is not None

    # When its message comes, and those that came before once more
    message = pipeline.queue.waiting.popleft()
    late = PageFetched(article_id=message.article_id, run=1, capture_key=read.key)
    assert [pipeline.work(late), pipeline.work(message)] == ["skipped", "fetched"]

    # Then the first page was fetched again, and the article is all of them, of one run
    assert pipeline.settle()[-1] == "indexed"
    assert asked(server) == [address(number) for number in (*range(1, pages + 2), 1, 2, 3)]
    assert (pipeline.outcomes(), prose(article_of(pipeline, url))) == (["indexed"], TEXT)


def test_a_queue_that_is_slow_at_every_page_costs_none(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given an article on six pages, each of whose messages waits so long that dispatch sends it again
    for number in range(1, 7):
        own = tuple(f"Page {number} says {line} what no other page of this long story says." for line in ("one", "two"))
        server.on(address(number), answer(page(number, last=6, paragraphs=own)))
    url = server.url(PATH)
    pipeline.submit(url)

    # When it is worked through
    while pipeline.queue.waiting:
        message = pipeline.queue.waiting.popleft()
        pipeline.wait_until_due(url)
        assert pipeline.dispatch() == {"resent": 1}
        pipeline.queue.waiting.clear()
        pipeline.work(message)

    # Then it is all there
    article = article_of(pipeline, url)
    assert (len(article.provenance.pages), next_page_warnings(article)) == (5, [])


def test_an_article_on_several_pages_is_visited_again_as_others_are(pipeline: Pipeline, url: str) -> None:
    pipeline.ingest(url)
    due_at = pipeline.state(url).due_at
    assert due_at is not None
    assert due_at > (pipeline.clock() + timedelta(minutes=59)).timestamp()
    assert pipeline.store.get(article_id(f"{url}/2")) is None
