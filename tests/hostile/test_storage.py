"""Queues and storage at their worst (cases 74 to 90): whatever is lost, doubled, late or refused, one article remains.

Comes in: the whole pipeline, in memory or on AWS in moto, that is hurt at one point. Goes out: assertions. Changes:
moto's memory.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
import logging
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.awsrequest import AWSResponse

import dispatcher.handler
import enricher.handler
import extractor.handler
import fetcher.handler
import indexer.handler
import publisher.handler
import submitter.handler
from harness import aws
from harness.fakes import FakeClock
from newsdesk.adapters import clients
from newsdesk.adapters.dynamodb import DynamoArticleStore, read_inserted
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.adapters.throttling import DEFAULT_PAUSES
from newsdesk.articles import ArticleState, Neighbour, Stage, SubmissionRecord, lifecycle
from newsdesk.clock import utc_now
from newsdesk.contracts import (
    ArticleEnriched,
    ArticleExtracted,
    FetchRequested,
    PageFetched,
    StageMessage,
    UrlSubmitted,
)
from newsdesk.runtime import Metric, logger, process_batch, stage_messages
from newsdesk.web import MAXIMUM_URL_LENGTH
from newsdesk_cli.ingestion import Ingestion
from tests.examples import id_of, new_state, outcome_of, submission_of
from tests.functional.conftest import bucket, cloud, listener, queues, table  # noqa: F401 (fixtures)
from tests.pipeline import MessageQueue, Pipeline, page
from tests.raw_events import raw_event

URL = "https://news.example/bridge"
STAGES: tuple[type[StageMessage], ...] = (FetchRequested, PageFetched, ArticleExtracted, ArticleEnriched)
NAMES = ("fetch", "extract", "enrich", "index")
each_stage = pytest.mark.parametrize("stage", range(len(STAGES)), ids=NAMES)


class Killed(BaseException):
    """The process is gone: nothing catches this, nothing is tidied up."""


def submitted(**options: Any) -> Pipeline:
    """A pipeline with one URL submitted, its page on the web."""
    pipeline = Pipeline(**options)
    pipeline.web.put(URL, page(), ETag='"1"')
    assert pipeline.submit(URL) == "started"
    return pipeline


def brought_to(stage: int, pipeline: Pipeline | None = None) -> tuple[Pipeline, StageMessage]:
    """A pipeline whose article stands before a stage, and that stage's message, taken from its queue."""
    pipeline = pipeline or submitted()
    while not isinstance(pipeline.queue.waiting[0], STAGES[stage]):
        pipeline.work(pipeline.queue.waiting.popleft())
    return pipeline, pipeline.queue.waiting.popleft()


def storing() -> Pipeline:
    """A pipeline like that, in which extract stores its work and no message carries it."""
    pipeline = submitted()
    pipeline.extract_stage = replace(pipeline.extract_stage, largest_carried=0)
    return pipeline


def recover(pipeline: Pipeline, *redelivered: StageMessage) -> None:
    """Deliver messages again, and let dispatch look after what is left, for as long as there is something."""
    pipeline.queue.waiting.extend(redelivered)
    pipeline.settle()
    while pipeline.state(URL).stage is not Stage.REST:
        pipeline.wait_until_due(URL)
        pipeline.dispatch()
        pipeline.settle()


def is_indexed_once(pipeline: Pipeline, run: int = 1) -> bool:
    """Return whether one run ended in one revision, with one change and one outcome for those who waited."""
    state = pipeline.state(URL)
    assert (state.run, state.last_outcome) == (run, "indexed")
    assert state.current is not None
    assert state.current.key in pipeline.objects.objects
    assert list(pipeline.store.revisions) == [(state.article_id, number) for number in range(1, run + 1)]
    assert pipeline.outcomes() == ["indexed"] * run
    assert pipeline.store.outcomes[state.article_id, 1].submissions == ("submission-1",)
    return True


# ------------------------------------------------------------------------------ doubled, late, out of order


@each_stage
def test_74_the_same_message_twice_at_once(stage: int) -> None:
    # Given a message, and a second worker that takes its double just before the first one writes
    pipeline, message = brought_to(stage)
    statuses: list[str] = []
    pipeline.store.before_save = lambda _: statuses.append(pipeline.work(message))

    # When the first one goes on
    statuses.append(pipeline.work(message))
    pipeline.settle()

    # Then one of them did the work; as fetch's lease comes with the message, a slow first one asks beside the second
    assert sorted(statuses)[-1] == "stale"
    assert len(pipeline.web.requests) == (2 if NAMES[stage] == "fetch" else 1)
    assert is_indexed_once(pipeline)


@pytest.mark.slow
def test_75_messages_in_any_order() -> None:
    # Given all messages of a run, and of a run that was long over
    finished = submitted()
    finished.settle()
    messages = list(finished.queue.sent)
    assert [type(message) for message in messages] == list(STAGES)

    for order in itertools.permutations(messages):
        # When they arrive in any order at all, at an article that waits for its first stage
        pipeline = submitted()
        pipeline.queue.waiting.clear()
        recover(pipeline, *order)

        # Then those that come too early or too late do nothing
        assert is_indexed_once(pipeline)


# --------------------------------------------------------------------------------------- killed in between


@pytest.mark.parametrize("stage", [0, 1, 2], ids=NAMES[:3])
def test_76_killed_between_the_object_and_the_table(stage: int) -> None:
    # Given a worker that dies when its object is durable and nobody knows of it
    pipeline, message = brought_to(stage, storing())
    pipeline.objects.fail_next("put", Killed(), after=True)
    with pytest.raises(Killed):
        pipeline.work(message)

    # When its message is delivered again, Then the article goes on as if nothing had happened
    recover(pipeline, message)
    assert is_indexed_once(pipeline)


@each_stage
def test_76_killed_before_the_table(stage: int) -> None:
    pipeline, message = brought_to(stage)
    pipeline.store.fail_next("save", Killed())
    with pytest.raises(Killed):
        pipeline.work(message)
    recover(pipeline, message)
    assert is_indexed_once(pipeline)


@pytest.mark.parametrize("is_redelivered", [True, False], ids=["redelivered", "lost"])
@pytest.mark.parametrize("stage", [0, 1, 2], ids=NAMES[:3])
def test_77_killed_between_the_commit_and_the_message(stage: int, is_redelivered: bool) -> None:
    # Given a worker that dies when its step is committed and the next stage has no message
    pipeline, message = brought_to(stage)
    pipeline.queue.fail_next("send", Killed())
    with pytest.raises(Killed):
        pipeline.work(message)

    # When its message is delivered again, or even lost, Then the next stage gets its message all the same
    recover(pipeline, *([message] if is_redelivered else []))
    assert is_indexed_once(pipeline)


def test_77_submit_killed_between_the_commit_and_the_message() -> None:
    # Given a submission that was recorded, and whose worker died before it sent the message to fetch
    pipeline = Pipeline()
    pipeline.web.put(URL, page())
    pipeline.queue.fail_next("send", Killed())
    with pytest.raises(Killed):
        pipeline.submit(URL)

    # When the submission is delivered again, Then fetch gets its message
    assert pipeline.submit(URL) == "repeated"
    recover(pipeline)
    assert is_indexed_once(pipeline)


def test_77_dispatch_killed_between_the_commit_and_the_message() -> None:
    # Given an indexed article whose revisit was begun by a dispatch that died
    pipeline = submitted()
    pipeline.settle()
    pipeline.wait_until_due(URL)
    pipeline.queue.fail_next("send", Killed())
    with pytest.raises(Killed):
        pipeline.dispatch()
    assert (pipeline.state(URL).run, list(pipeline.queue.waiting)) == (2, [])

    # When dispatch looks again, Then the visit takes place
    pipeline.web.put(URL, page("The bridge was closed again on Sunday, after a bearing failed. " * 5))
    recover(pipeline)
    assert is_indexed_once(pipeline, run=2)


@pytest.mark.parametrize("port", ["store", "objects", "queue"])
@each_stage
def test_78_the_answer_is_lost_after_success(stage: int, port: str) -> None:
    # Given a service that does what it is asked, and whose answer never arrives
    pipeline, message = brought_to(stage, storing())
    lost = ConnectionError("the connection was closed before the answer")
    if port == "queue":
        pipeline.queue.fail_next("send", lost, after=True)
    else:
        getattr(pipeline, port).fail_next({"store": "save", "objects": "put"}[port], lost, after=True)
    is_hit = not (NAMES[stage] == "index" and port in ("objects", "queue"))  # index writes no object, sends nothing
    if is_hit:
        with pytest.raises(ConnectionError):
            pipeline.work(message)

    # When the message is delivered again, Then the work is neither lost nor done twice
    recover(pipeline, message)
    assert is_indexed_once(pipeline)


def test_79_a_batch_that_is_refused_in_part_is_refused() -> None:
    # Given a queue that takes some messages of a batch and answers 200 (the command line alone sends in batches)
    answer = {"Successful": [{"Id": "0"}], "Failed": [{"Id": "1", "Code": "InternalError"}]}
    sqs = types.SimpleNamespace(send_message_batch=lambda **_: answer)
    stack = types.SimpleNamespace(outputs={"IntakeQueueUrl": "https://queue.example/intake"}, sqs=sqs)

    # When URLs are submitted, Then somebody learns of it
    with pytest.raises(RuntimeError, match="InternalError"):
        Ingestion(cast(Any, stack), [URL, f"{URL}/2"]).submit()


class DwindlingContext(aws.FakeLambdaContext):
    """An invocation whose time is over after so many records."""

    records_left = 2

    def get_remaining_time_in_millis(self) -> int:
        self.records_left -= 1
        return 30_000 if self.records_left >= 0 else 1_000


def batch_of(messages: list[StageMessage], *bodies: str) -> dict[str, Any]:
    """An SQS event with a record for each message, and then for each raw body."""
    template = raw_event("index-batch")["Records"][0]
    texts = [*(message.to_json() for message in messages), *bodies]
    return {"Records": [{**template, "messageId": f"message-{n}", "body": text} for n, text in enumerate(texts)]}


def handed_back(answer: Any) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def several_before_index() -> Pipeline:
    """Four articles that wait for their commit."""
    pipeline = Pipeline()
    for number in range(4):
        pipeline.web.put(f"{URL}-{number}", page(*(f"Story {number}, told at some length. " * 20,)))
        pipeline.submit(f"{URL}-{number}", f"submission-{number}")
    while not isinstance(pipeline.queue.waiting[0], ArticleEnriched):
        pipeline.work(pipeline.queue.waiting.popleft())
    return pipeline


def test_80_time_runs_short_in_mid_batch() -> None:
    # Given four records, and time for two of them
    pipeline = several_before_index()
    event = batch_of(list(pipeline.queue.waiting))
    context = cast(LambdaContext, DwindlingContext())

    # When the batch is handled, Then two are done and two are handed back, untouched
    answer = process_batch(
        event, context, stage_messages(ArticleEnriched), pipeline.work, Metric.ARTICLES_INDEXED, seconds_needed=5.0
    )
    assert handed_back(answer) == ["message-2", "message-3"]
    assert pipeline.outcomes() == ["indexed"] * 2

    # When they come again, Then they are done as well
    event["Records"] = event["Records"][2:]
    context = cast(LambdaContext, aws.FakeLambdaContext())
    answer = process_batch(
        event, context, stage_messages(ArticleEnriched), pipeline.work, Metric.ARTICLES_INDEXED, seconds_needed=5.0
    )
    assert (handed_back(answer), pipeline.outcomes()) == ([], ["indexed"] * 4)


def test_80_a_function_is_killed_in_mid_batch() -> None:
    # Given a function that times out in the third of four records, so that its answer never comes
    pipeline = several_before_index()
    event = batch_of(list(pipeline.queue.waiting))
    worked: list[StageMessage] = []

    def work(message: ArticleEnriched) -> StrEnum:
        worked.append(message)
        if len(worked) == 3:
            raise Killed
        return pipeline.work(message)

    context = cast(LambdaContext, aws.FakeLambdaContext())
    with pytest.raises(Killed):
        process_batch(
            event, context, stage_messages(ArticleEnriched), work, Metric.ARTICLES_INDEXED, seconds_needed=5.0
        )

    # When the whole batch is delivered again, Then each article is committed once
    answer = process_batch(
        event, context, stage_messages(ArticleEnriched), pipeline.work, Metric.ARTICLES_INDEXED, seconds_needed=5.0
    )
    assert handed_back(answer) == []
    assert pipeline.outcomes() == ["indexed"] * 4
    assert [revision for _, revision in pipeline.store.revisions] == [1] * 4


# ------------------------------------------------------------------------------------------ refused by AWS


@pytest.fixture
def on_aws(table: str, bucket: str, queues: dict[str, str]) -> Pipeline:  # noqa: F811 (fixtures)
    """A pipeline on the real adapters, with one URL submitted."""
    sender = SqsMessageSender({message: queues[name] for message, name in zip(STAGES, NAMES, strict=True)})
    clock = FakeClock()
    return submitted(
        clock=clock,
        store=DynamoArticleStore(table, clock=clock),
        objects=S3ObjectStore(bucket),
        queue=MessageQueue(sender.send),
    )


def refuse(client: Any, operation: str, status: int, code: str, times: int) -> list[str]:
    """Make a client's next calls of an operation end in an error of the service; return who was refused."""
    refused: list[str] = []
    body = json.dumps({"__type": code, "message": code}).encode()
    if status == 409:
        body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()

    def answer(request: Any, **_: object) -> AWSResponse | None:
        if len(refused) >= times:
            return None
        refused.append(request.url)
        headers: Any = {"x-amzn-errortype": code, "content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, types.SimpleNamespace(stream=lambda: iter([body])))

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"before-send.{service}.{operation}", answer)
    return refused


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The client library's back-off, in no time; the seconds that it would have waited."""
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waits.append)
    return waits


SDK_ATTEMPTS = 3
"""Of each call that an adapter makes; the adapters' own tries come on top."""


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
@each_stage
def test_81_a_burst_of_throttling_passes_unnoticed(
    on_aws: Pipeline, no_waiting: list[float], stage: int, operation: str
) -> None:
    # Given a table that throttles the next three calls
    pipeline, message = brought_to(stage, on_aws)
    name = "TransactWriteItems" if (NAMES[stage], operation) == ("index", "PutItem") else operation
    refused = refuse(clients.dynamodb(), name, 400, "ThrottlingException", 3)

    # When a stage works, Then its client backs off and tries again, and nobody else sees it
    pipeline.work(message)
    pipeline.settle()
    assert pipeline.state(URL).last_outcome == "indexed"
    assert len(refused) == 3
    assert len(no_waiting) == SDK_ATTEMPTS - 1
    assert sum(no_waiting) < 10


@pytest.mark.slow
def test_81_a_long_throttling_hands_the_record_back(on_aws: Pipeline, no_waiting: list[float]) -> None:
    # Given a table that throttles for longer than the client is patient, in a batch of two
    pipeline, message = brought_to(1, on_aws)
    patience = SDK_ATTEMPTS * DEFAULT_PAUSES.tries
    refused = refuse(clients.dynamodb(), "GetItem", 400, "ProvisionedThroughputExceededException", patience)
    event = batch_of([message, message])
    context = cast(LambdaContext, aws.FakeLambdaContext())

    # When the batch is handled, Then the throttled record goes back, and its neighbour is done
    answer = process_batch(
        event, context, stage_messages(PageFetched), pipeline.work, Metric.PAGES_EXTRACTED, seconds_needed=1.0
    )
    assert handed_back(answer) == ["message-0"]
    assert len(refused) == patience
    assert pipeline.state(URL).stage is Stage.ENRICH


def test_82_a_message_is_never_too_large() -> None:
    # Given a submission as large as a queue takes, and the longest URL that is taken
    pipeline = Pipeline()
    assert pipeline.submit(f"{URL}?{'x' * 1_000_000}", "huge") == "rejected"
    longest = f"{URL}?{'x' * (MAXIMUM_URL_LENGTH - len(URL) - 1)}"
    assert pipeline.submit(longest, "longest") == "started"

    # When they are recorded and sent on, Then the first is cut, and the other's message has ids only
    assert pipeline.store.submitted["huge"].outcome == "rejected:url_too_long"
    assert len(pipeline.store.submitted["huge"].url) <= MAXIMUM_URL_LENGTH
    (message,) = pipeline.queue.sent
    assert len(message.to_ascii_json()) < 1024


@pytest.mark.parametrize(
    ("character", "arrives"),
    [
        *((control, "") for control in ("\x00", "\x1f", "\ufffe", "\uffff")),
        *((other, other) for other in ("\U0001fffe", "橋", "🌉")),
    ],
)
def test_83_characters_that_a_queue_refuses_never_reach_it(on_aws: Pipeline, character: str, arrives: str) -> None:
    # Given a submission that brings along any character (SQS refuses some of Unicode's)
    name = f"a{character}b"
    body = UrlSubmitted(url=f"{URL}/2", submission_id="s-2", correlation_id=name).to_ascii_json()
    on_aws.web.put(f"{URL}/2", page())

    # When it is worked through, Then every message was accepted, and carries it unharmed, without controls
    assert on_aws.submit_stage.handle(body, "m-2") == "started"
    on_aws.settle()
    assert on_aws.state(f"{URL}/2").last_outcome == "indexed"
    sent = [message for message in on_aws.queue.sent if message.correlation_id is not None]
    assert {message.correlation_id for message in sent} == {f"a{arrives}b"}
    assert all(message.to_ascii_json().isascii() and message.to_ascii_json().isprintable() for message in sent)


@pytest.mark.parametrize("is_done", [True, False], ids=["the other was done", "the other was at it"])
def test_84_a_worker_whose_lease_ran_out_writes_late(is_done: bool) -> None:
    # Given a worker that stands still in mid-fetch until its lease is over and the message was sent again
    pipeline, message = brought_to(0)

    def meanwhile() -> None:
        pipeline.wait_until_due(URL)
        assert pipeline.dispatch() == {"resent": 1}
        again = pipeline.queue.waiting.popleft()
        if is_done:
            assert pipeline.work(again) == "fetched"
        else:
            state = pipeline.state(URL)
            pipeline.store.save(lifecycle.leased(state, "another", pipeline.clock(), pipeline.timeouts))

    pipeline.web.meanwhile = meanwhile

    # When it wakes up and writes, Then it has lost, and does no harm to the other
    assert pipeline.work(message) == "stale"
    assert pipeline.state(URL).stage is (Stage.EXTRACT if is_done else Stage.FETCH)
    recover(pipeline)
    assert is_indexed_once(pipeline)


def test_85_what_has_expired_and_is_still_there_counts_as_gone(
    table: str,  # noqa: F811 (fixtures)
) -> None:
    # Given records that expired, in a table that has not deleted them yet
    clock = FakeClock()
    store = DynamoArticleStore(table, retention_days=90, clock=clock)
    state = new_state()
    store.save(state, submission_of(state), outcome_of(state))
    store.add_bands(["0:a"], Neighbour(article_id=id_of(), signature="AAAA", cluster_id=id_of()))
    clock.advance(timedelta(days=90).total_seconds() - 1)
    assert store.submission("submission-0") is not None
    clock.advance(2)

    # When they are read, by any way, Then they are not there; the article is
    assert store.submission("submission-0") is None
    assert store.submissions(["submission-0"]) == []
    assert store.outcome(id_of(), 1) is None
    assert store.outcomes([(id_of(), 1)]) == []
    assert store.neighbours(["0:a"]) == []
    assert store.get(id_of()) == state

    # And a submission of that name is taken again, accepted or refused, and told as a new one is
    again = submission_of(state, run=2)
    store.save(state.model_copy(update={"version": 2}), again)
    assert store.submission("submission-0") == again
    clock.advance(timedelta(days=91).total_seconds())
    refusal = SubmissionRecord(
        submission_id="submission-0", url="x", received_at="2026-09-13T00:00:00.000Z", outcome="rejected:invalid_url"
    )
    store.reject(refusal)
    assert store.submission("submission-0") == refusal
    inserted = [found[1] for found in map(read_inserted, aws.stream_records()) if found]
    told = [record for record in inserted if isinstance(record, SubmissionRecord)]
    assert told == [submission_of(state), again, refusal]


@pytest.mark.parametrize("stage", [0, 1, 2], ids=NAMES[:3])
def test_86_two_writers_of_one_object_meet(on_aws: Pipeline, stage: int) -> None:
    # Given a bucket that answers 409, because another delivery writes the same key at the same moment
    pipeline, message = brought_to(stage, on_aws)
    refused = refuse(clients.s3(), "PutObject", 409, "ConditionalRequestConflict", 2)

    # When the stage writes, Then it tries again, and goes on
    pipeline.work(message)
    pipeline.settle()
    assert len(refused) == 2
    assert pipeline.state(URL).last_outcome == "indexed"


POISON = (
    "",
    "{",
    "null",
    "[]",
    '"text"',
    '{"schemaVersion": 1}',
    '{"articleId": "x", "run": 1}',
    "\ud800",
    "{" * 10_000,
)


@each_stage
def test_87_bad_json_fails_alone(stage: int) -> None:
    # Given a batch with a good message among bodies that are none, one of them of another version
    pipeline, message = brought_to(stage)
    newer = json.dumps({**json.loads(message.to_json()), "schemaVersion": 2})
    event = batch_of([message], *POISON, newer)
    context = cast(LambdaContext, aws.FakeLambdaContext())

    # When it is handled, Then the good one is done, and the others go back one by one
    answer = process_batch(
        event, context, stage_messages(STAGES[stage]), pipeline.work, Metric.PAGES_FETCHED, seconds_needed=1.0
    )
    assert handed_back(answer) == [f"message-{number}" for number in range(1, len(POISON) + 2)]
    pipeline.settle()
    assert is_indexed_once(pipeline)


def test_87_bad_json_at_the_intake_is_an_outcome() -> None:
    pipeline = Pipeline()
    for number, body in enumerate(POISON):
        assert pipeline.submit_stage.handle(body, f"m-{number}") == "rejected"
    outcomes = {record.outcome for record in pipeline.store.submitted.values()}
    assert (outcomes, len(pipeline.store.submitted)) == ({"rejected:malformed_message"}, len(POISON))


# ------------------------------------------------------------------------------------- the tombstone, redrives


@each_stage
def test_88_a_deletion_overtakes_the_work(stage: int) -> None:
    # Given an indexed article whose page has changed, on its way to its second revision
    pipeline = submitted()
    pipeline.settle()
    pipeline.web.put(URL, page("The bridge was closed again on Sunday, after a bearing failed. " * 5))
    pipeline.wait_until_due(URL)
    pipeline.dispatch()
    _, message = brought_to(stage, pipeline)

    # When it is taken back while a worker is at it
    def take_back(_: ArticleState) -> None:
        after, records = lifecycle.retracted(pipeline.state(URL), "opt_out", pipeline.clock())
        pipeline.store.save(after, *records)

    pipeline.store.before_save = take_back
    assert pipeline.work(message) == "stale"

    # Then the tombstone stands, whatever is delivered after it
    tombstone = pipeline.state(URL)
    assert (tombstone.last_outcome, tombstone.current) == ("removed", None)
    for late in list(pipeline.queue.sent):
        pipeline.work(late)
    assert pipeline.state(URL) == tombstone
    assert [change.change_type for change in pipeline.changes()] == ["created", "retracted"]
    listed = pipeline.store.by_host("news.example", pipeline.clock() - timedelta(days=9), pipeline.clock())
    assert listed.listings == ()


def test_89_a_redrive_of_what_is_already_indexed_does_nothing() -> None:
    # Given two runs of an article, all of whose messages lie in dead-letter queues
    pipeline = submitted()
    pipeline.settle()
    pipeline.web.put(URL, page("The bridge was closed again on Sunday, after a bearing failed. " * 5))
    pipeline.visit_when_due(URL)
    assert is_indexed_once(pipeline, run=2)
    before = (pipeline.state(URL), dict(pipeline.objects.objects), dict(pipeline.store.revisions))
    requests = len(pipeline.web.requests)

    # When all are sent once more, the submission too, twice over
    messages = list(pipeline.queue.sent)
    for _ in range(2):
        assert pipeline.submit(URL) == "repeated"
        statuses = {pipeline.work(message) for message in messages}
        pipeline.settle()

    # Then nothing is fetched, written, told or changed
    assert statuses <= {"stale", "skipped"}
    assert (pipeline.state(URL), pipeline.objects.objects, pipeline.store.revisions) == before
    assert len(pipeline.web.requests) == requests


# ------------------------------------------------------------------------------------------------- secrets

SECRET = "hunter2"
SECRET_URL = f"https://news.example/story?token={SECRET}&signature={SECRET}#{SECRET}"
HANDLERS = (submitter, fetcher, extractor, enricher, indexer, publisher, dispatcher)


@pytest.fixture
def handlers(
    monkeypatch: pytest.MonkeyPatch,
    table: str,  # noqa: F811 (fixtures)
    bucket: str,  # noqa: F811 (fixtures)
    queues: dict[str, str],  # noqa: F811 (fixtures)
    listener: str,  # noqa: F811 (fixtures)
) -> Iterator[DynamoArticleStore]:
    """Every function's handler, with the environment that the template gives it."""
    environment = {"TABLE_NAME": table, "BUCKET_NAME": bucket, "BUS_NAME": aws.BUS, "USER_AGENT": "NewsdeskBot/0.1"}
    environment |= {f"{stage.upper()}_QUEUE_URL": address for stage, address in queues.items()}
    environment["BAND_TABLE_NAME"] = aws.BAND_TABLE
    environment["DISCOVER_QUEUE_URL"] = boto3.client("sqs").create_queue(QueueName="discover")["QueueUrl"]
    for name, value in environment.items():
        monkeypatch.setenv(f"NEWSDESK_{name}", value)

    def forget() -> None:
        for module in HANDLERS:
            module.handler.build.cache_clear()
        fetcher.handler.read_settings.cache_clear()

    forget()
    yield DynamoArticleStore(table)
    forget()


@pytest.mark.parametrize("fate", ["well", "badly"])
def test_90_secrets_in_query_strings_are_never_logged(
    handlers: DynamoArticleStore, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, fate: str
) -> None:
    stream = io.StringIO()
    log = cast(logging.StreamHandler[Any], logger.logger_handler)
    before = log.setStream(stream)
    # Given a submission whose URL carries secrets, and articles of such URLs before each stage
    context = cast(LambdaContext, aws.FakeLambdaContext(120_000))
    body = json.dumps({"url": SECRET_URL, "correlationId": "c-1"})
    address = f"https://127.0.0.9/story?token={SECRET}"
    if fate == "badly":
        body = json.dumps({"url": f"https://user:{SECRET}@news.example/?token={SECRET}"})
    bodies = [body, f'{{"url": "{SECRET_URL}', f'{{"url": "http://10.0.0.1/?token={SECRET}"}}']
    events = [batch_of([], *bodies)]
    invocations: list[tuple[Callable[[dict[str, Any], LambdaContext], object], dict[str, Any]]]
    invocations = [(submitter.handler.lambda_handler, events[0])]
    pipeline = Pipeline(store=handlers, objects=S3ObjectStore(aws.BUCKET), clock=FakeClock(utc_now()))
    handlers_by_stage = (fetcher.handler, extractor.handler, enricher.handler, indexer.handler)
    for number, module in enumerate(handlers_by_stage):
        url = f"{SECRET_URL.partition('#')[0]}&story={number}"
        pipeline.web.put(url, page(f"Story {number}, told at some length. " * 20))
        pipeline.submit(url, f"s-{number}")
        _, message = brought_to(number, pipeline)
        # Fetch may dial nobody here, and is given an address that it refuses; the others lose what they work on.
        if module is fetcher.handler or fate == "badly":
            state = pipeline.state(url)
            lost = {"extracted_key": f"work/v1/none?token={SECRET}"} if state.extracted_key else {}
            handlers.save(state.model_copy(update={"version": state.version + 1, "url": address, **lost}))
        invocations.append((module.lambda_handler, batch_of([message], f'{{"articleId": "{SECRET_URL}"}}')))
    invocations += [
        (dispatcher.handler.lambda_handler, raw_event("schedule")),
        (publisher.handler.lambda_handler, {"Records": aws.stream_records()}),
    ]

    # When every handler has been at work, with messages that it can and that it cannot read
    try:
        for handler, event in invocations:
            handler(copy.deepcopy(event), context)
    finally:
        log.setStream(before or log.stream)

    # Then neither log lines nor metrics, as they leave the process, hold the secret; nor does what libraries say
    written = "".join((stream.getvalue(), *capfd.readouterr()))
    handled = written.count('"record handled"') + written.count('"submission handled"')
    assert handled == 7
    others = [record for record in caplog.records if record.name != logger.name and record.levelno >= logging.WARNING]
    assert SECRET not in written + "".join(record.getMessage() for record in others)
