"""The handlers of submit, index, publish and dispatch, from the raw event to what is in the cloud afterwards.

Comes in: raw events of ``tests/events``, and AWS in moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import copy
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.client import BaseClient
from botocore.exceptions import ClientError

import dispatcher.handler
import indexer.handler
import publisher.handler
import submitter.handler
from harness import aws
from indexer.stage import IndexStatus
from newsdesk.adapters.dynamodb import DUE_SHARDS, DynamoArticleStore
from newsdesk.adapters.sources import SOURCE_SHARDS, DynamoSourceStore
from newsdesk.articles import ArticleState, Stage, message_for
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleEnriched
from newsdesk.errors import ThrottledError
from newsdesk.runtime import Metric, process_batch, stage_messages
from newsdesk.sources import SourceKind, new_source
from tests.examples import article_bytes, at_stage, id_of, new_state
from tests.raw_events import raw_event

HANDLERS = (submitter.handler, indexer.handler, publisher.handler, dispatcher.handler)
Records = list[dict[str, Any]]


def context(remaining_milliseconds: int = 30_000) -> LambdaContext:
    return cast(LambdaContext, aws.FakeLambdaContext(remaining_milliseconds))


def failed(answer: Any) -> list[str]:
    """The ids that a batch hands back."""
    return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


def message_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.fixture
def stack(
    monkeypatch: pytest.MonkeyPatch, table: str, bucket: str, queues: dict[str, str], listener: str
) -> Iterator[DynamoArticleStore]:
    """The stack's resources, the environment that the template sets, and handlers that were never called."""
    monkeypatch.setenv("NEWSDESK_TABLE_NAME", table)
    monkeypatch.setenv("NEWSDESK_BAND_TABLE_NAME", aws.BAND_TABLE)
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", bucket)
    monkeypatch.setenv("NEWSDESK_BUS_NAME", aws.BUS)
    monkeypatch.setenv("NEWSDESK_STUCK_AFTER_SECONDS", "900")
    for stage, address in queues.items():
        monkeypatch.setenv(f"NEWSDESK_{stage.upper()}_QUEUE_URL", address)
    discover = boto3.client("sqs").create_queue(QueueName="discover")["QueueUrl"]
    monkeypatch.setenv("NEWSDESK_DISCOVER_QUEUE_URL", discover)
    for handler in HANDLERS:
        handler.build.cache_clear()
    yield DynamoArticleStore(table)
    for handler in HANDLERS:
        handler.build.cache_clear()


def first_version(state: ArticleState) -> ArticleState:
    """The same state as a table takes it that has not seen the article before."""
    return state.model_copy(update={"version": 1})


# ------------------------------------------------------------------------------------------- submit


def test_submit_takes_every_record_and_records_every_refusal(stack: DynamoArticleStore, queues: dict[str, str]) -> None:
    # Given a batch with a good, a malformed, an unknown, a forbidden and an EventBridge submission
    event = raw_event("intake")

    # When it is handled
    answer = submitter.handler.lambda_handler(event, context())

    # Then nothing comes back, and both URLs are on their way to fetch
    assert failed(answer) == []
    sent = aws.drain(queues["fetch"])
    assert sorted(body["articleId"] for body in sent) == sorted([id_of(0), id_of(1)])
    assert {body.get("correlationId") for body in sent} == {"correlation-0", None}

    # And every record has its submission: by its own id, its message's, or its event's
    outcomes = {
        identifier: record.outcome if (record := stack.submission(identifier)) else "missing"
        for identifier in (
            "submission-0",
            message_id(2),
            message_id(3),
            message_id(4),
            "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        )
    }
    assert list(outcomes.values()) == [
        None,
        "rejected:malformed_message",
        "rejected:unknown_version",
        "rejected:blocked_address",
        None,
    ]

    # And belongs to who sent it
    record = stack.submission("submission-0")
    assert record is not None
    assert record.sender == "AIDAEXAMPLEEXAMPLE"


def test_submit_delivered_twice_starts_each_article_once(stack: DynamoArticleStore, queues: dict[str, str]) -> None:
    # Given a batch that was handled
    submitter.handler.lambda_handler(raw_event("intake"), context())
    states = [stack.get(id_of(number)) for number in (0, 1)]

    # When it is delivered again
    answer = submitter.handler.lambda_handler(raw_event("intake"), context())

    # Then the articles have not moved, and fetch was at most told again
    assert failed(answer) == []
    assert [stack.get(id_of(number)) for number in (0, 1)] == states
    assert {(body["articleId"], body["run"]) for body in aws.drain(queues["fetch"])} == {(id_of(0), 1), (id_of(1), 1)}


@pytest.mark.parametrize(
    ("api_role", "sender_id", "on_behalf_of", "recorded"),
    [
        ("AROAAPI", "AROAAPI:function", "AROAALICE", "AROAALICE"),
        ("AROAAPI", "AROAAPI:function", "jwt/https://login.example/carol", "jwt/https://login.example/carol"),
        ("AROAAPI", "AROAAPI:function", None, "AROAAPI"),
        ("AROAAPI", "AROAMALLORY:x", "AROAALICE", "AROAMALLORY"),
        ("", "AROAMALLORY", "AROAALICE", "AROAMALLORY"),
        ("", ":x", "AROAALICE", ""),
    ],
)
def test_submit_believes_the_api_alone_for_whom_it_sends(
    stack: DynamoArticleStore,
    monkeypatch: pytest.MonkeyPatch,
    api_role: str,
    sender_id: str,
    on_behalf_of: str | None,
    recorded: str,
) -> None:
    # Given a message that names a sender, or none, put into the queue by somebody
    monkeypatch.setenv("NEWSDESK_API_ROLE_ID", api_role)
    event = raw_event("intake")
    (record,) = event["Records"] = event["Records"][:1]
    record["attributes"]["SenderId"] = sender_id
    if on_behalf_of is not None:
        record["messageAttributes"] = {"Sender": {"stringValue": on_behalf_of, "dataType": "String"}}
    # When
    assert failed(submitter.handler.lambda_handler(event, context())) == []
    # Then it belongs to the named one only if the API put it there
    submission = stack.submission("submission-0")
    assert submission is not None
    assert submission.sender == recorded


def test_submit_hands_records_back_when_its_time_is_short(stack: DynamoArticleStore, queues: dict[str, str]) -> None:
    event = raw_event("intake")
    answer = submitter.handler.lambda_handler(event, context(4_000))
    assert failed(answer) == [record["messageId"] for record in event["Records"]]
    assert aws.drain(queues["fetch"]) == []
    assert stack.submission("submission-0") is None


def test_submit_hands_back_only_what_could_not_be_recorded(
    stack: DynamoArticleStore, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a fetch queue that is not there
    monkeypatch.setenv("NEWSDESK_FETCH_QUEUE_URL", f"{queues['fetch']}-gone")

    # When a batch is handled, Then accepted URLs go back to be sent, and refusals are done with
    answer = submitter.handler.lambda_handler(raw_event("intake"), context())
    assert failed(answer) == [message_id(1), message_id(5)]
    assert stack.submission(message_id(2)) is not None


# -------------------------------------------------------------------------------------------- index


def wait_for_index(stack: DynamoArticleStore, *numbers: int) -> None:
    """Put enriched articles into table and bucket."""
    for number in numbers:
        state = first_version(at_stage(Stage.INDEX, number))
        assert state.article_key is not None
        stack.save(state)
        aws.put_object(state.article_key, article_bytes(state))


def test_index_commits_the_neighbours_of_a_poisoned_record(stack: DynamoArticleStore) -> None:
    # Given two enriched articles, and a batch with a body between their messages that is none
    wait_for_index(stack, 0, 1)

    # When it is handled
    answer = indexer.handler.lambda_handler(raw_event("index-batch"), context())

    # Then only that one goes back, and both articles are committed
    assert failed(answer) == [message_id(2)]
    for number in (0, 1):
        state = stack.get(id_of(number))
        assert state is not None
        assert (state.stage, state.last_outcome) == (Stage.REST, "indexed")
        assert stack.revision(id_of(number), 1) is not None
        outcome = stack.outcome(id_of(number), 1)
        assert outcome is not None
        assert outcome.submissions == (f"submission-{number}",)


def test_index_delivered_twice_commits_once(stack: DynamoArticleStore) -> None:
    # Given a batch that was handled
    wait_for_index(stack, 0, 1)
    indexer.handler.lambda_handler(raw_event("index-batch"), context())
    states = [stack.get(id_of(number)) for number in (0, 1)]

    # When it is delivered again, Then nothing has changed, and the poison is still the only one to go back
    answer = indexer.handler.lambda_handler(raw_event("index-batch"), context())
    assert failed(answer) == [message_id(2)]
    assert [stack.get(id_of(number)) for number in (0, 1)] == states


def test_index_ends_an_article_whose_object_is_gone(stack: DynamoArticleStore) -> None:
    # Given an article that waits for its commit, and an empty bucket
    stack.save(first_version(at_stage(Stage.INDEX, 0)))

    # When its batch is handled, Then its submission learns of it
    indexer.handler.lambda_handler(raw_event("index-batch"), context())
    outcome = stack.outcome(id_of(0), 1)
    assert outcome is not None
    assert outcome.outcome == "failed:capture_missing"


def test_index_fails_a_whole_batch_by_the_record(stack: DynamoArticleStore) -> None:
    # Given a batch of nothing but poison: not JSON, not a message, another version, another stage's
    event = raw_event("index-batch")
    bodies = [
        "not json",
        "[]",
        '{"schemaVersion": 2, "type": "ArticleEnriched"}',
        cast(Any, message_for(new_state())).to_json(),
    ]
    event["Records"] = [
        {**event["Records"][0], "messageId": message_id(number), "body": body} for number, body in enumerate(bodies)
    ]

    # When it is handled, Then each goes back, and the function itself does not fail
    answer = indexer.handler.lambda_handler(event, context())
    assert failed(answer) == [message_id(number) for number in range(4)]


def test_index_hands_records_back_when_its_time_is_short(stack: DynamoArticleStore) -> None:
    # Given enriched articles and a context with little time left
    wait_for_index(stack, 0, 1)

    # When a batch is handled, Then every record goes back, and nothing is committed
    answer = indexer.handler.lambda_handler(raw_event("index-batch"), context(4_999))
    assert failed(answer) == [message_id(number) for number in (1, 2, 3)]
    assert stack.get(id_of(0)) == first_version(at_stage(Stage.INDEX, 0))


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_batch_fails_by_the_record_however_many_are_handled_at_once(concurrency: int) -> None:
    # Given a batch of nine records, one of them poison and one that its handler cannot do
    template = raw_event("index-batch")["Records"][0]
    records: Records = [{**template, "messageId": message_id(number)} for number in range(9)]
    for number, record in enumerate(records):
        body = {"schemaVersion": 1, "articleId": id_of(number), "run": 1, "type": "ArticleEnriched", "articleKey": "x"}
        record["body"] = json.dumps(body) if number != 4 else "poison"
    running = threading.Semaphore(0)
    lock = threading.Lock()
    seen: dict[str, int] = {"now": 0, "most": 0}

    def handle(message: ArticleEnriched) -> IndexStatus:
        with lock:
            seen["now"] += 1
            seen["most"] = max(seen["most"], seen["now"])
        running.release()
        time.sleep(0.02)
        with lock:
            seen["now"] -= 1
        if message.article_id == id_of(7):
            raise OSError("down")
        return IndexStatus.INDEXED

    # When it is handled
    answer = process_batch(
        {"Records": records},
        context(),
        stage_messages(ArticleEnriched),
        handle,
        Metric.ARTICLES_INDEXED,
        seconds_needed=1,
        concurrency=concurrency,
    )

    # Then those two go back, and never more were handled at once than allowed
    assert sorted(failed(answer)) == [message_id(4), message_id(7)]
    assert seen["most"] <= concurrency
    assert (seen["most"] > 1) is (concurrency > 1)


def test_a_throttled_record_is_handed_back_and_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    # Given a stage whose table takes no more calls for one of two articles
    template = raw_event("index-batch")["Records"][0]
    body = {"schemaVersion": 1, "run": 1, "type": "ArticleEnriched", "articleKey": "x"}
    records = [
        {**template, "messageId": message_id(number), "body": json.dumps({**body, "articleId": id_of(number)})}
        for number in range(2)
    ]

    def handle(message: ArticleEnriched) -> IndexStatus:
        if message.article_id == id_of(0):
            raise ThrottledError("busy")
        return IndexStatus.INDEXED

    # When the batch is handled
    answer = process_batch(
        {"Records": records},
        context(),
        stage_messages(ArticleEnriched),
        handle,
        Metric.ARTICLES_INDEXED,
        seconds_needed=1,
    )

    # Then that record is delivered again, and the log has a warning and no traceback
    assert failed(answer) == [message_id(0)]
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None), ("INFO", None)]


# ------------------------------------------------------------------------------------------ publish


def test_publish_tells_a_batch_the_same_way_twice(stack: DynamoArticleStore, listener: str) -> None:
    # Given a batch of the table's stream
    event = raw_event("table-changes")

    # When it is delivered twice, the second time to a new process
    publisher.handler.lambda_handler(copy.deepcopy(event), context())
    first = {key: aws.read_object(key) for key in aws.keys_in_bucket("changes/v1/")}
    publisher.handler.build.cache_clear()
    publisher.handler.lambda_handler(event, context())
    second = {key: aws.read_object(key) for key in aws.keys_in_bucket("changes/v1/")}

    # Then the feed has an object for each hour of commit, and they are the same
    assert first == second
    numbers = [record["dynamodb"]["SequenceNumber"].zfill(40) for record in event["Records"]]
    assert sorted(first) == [
        f"changes/v1/date=2026-03-14/hour=09/{numbers[3]}-{numbers[3]}.ndjson",
        f"changes/v1/date=2026-03-14/hour=10/{numbers[8]}-{numbers[8]}.ndjson",
    ]
    changes = [json.loads(line) for key in sorted(first) for line in first[key].decode("utf-8").splitlines()]
    assert [change["changeId"] for change in changes] == [f"{id_of(0)}-1", f"{id_of(1)}-2"]
    assert changes[1]["headline"] == "“Brücke” 橋"

    # And the bus heard every change and every ending, each time with the same content
    heard = [(entry["detail-type"], json.dumps(entry["detail"], sort_keys=True)) for entry in aws.drain(listener)]
    assert len(heard) == 8
    assert len(set(heard)) == 4
    assert sorted(kind for kind, _ in set(heard)) == [
        "ArticleChanged",
        "ArticleChanged",
        "SubmissionEnded",
        "SubmissionEnded",
    ]


def test_publish_puts_the_articles_schema_beside_the_articles(stack: DynamoArticleStore) -> None:
    # Given an older schema in the bucket
    aws.put_object("schemas/article.v1.json", b"{}")

    # When any batch is published, Then the bucket holds the committed schema
    publisher.handler.lambda_handler({"Records": []}, context())
    committed = Path(aws.REPOSITORY / "docs" / "schemas" / "article.v1.json").read_bytes()
    assert aws.read_object("schemas/article.v1.json") == committed


def test_publish_raises_when_the_feed_could_not_be_written(
    stack: DynamoArticleStore, monkeypatch: pytest.MonkeyPatch, listener: str
) -> None:
    # Only a batch that raises is delivered again by the stream
    publisher.handler.lambda_handler({"Records": []}, context())
    publisher.handler.build.cache_clear()
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", "no-such-bucket")
    with pytest.raises(Exception, match="NoSuchBucket"):
        publisher.handler.lambda_handler(raw_event("table-changes"), context())
    assert aws.drain(listener) == []


def test_what_index_commits_is_what_publish_reads(stack: DynamoArticleStore, listener: str) -> None:
    # Given articles that index committed into a table with a stream
    wait_for_index(stack, 0, 1)
    indexer.handler.lambda_handler(raw_event("index-batch"), context())
    records = aws.stream_records()

    # When publish is handed that stream
    publisher.handler.lambda_handler({"Records": records}, context())

    # Then both revisions are in the feed, and both submissions have ended
    (key,) = aws.keys_in_bucket("changes/v1/")
    changes = [json.loads(line) for line in aws.read_object(key).decode("utf-8").splitlines()]
    assert sorted(change["articleId"] for change in changes) == sorted([id_of(0), id_of(1)])
    endings = [entry["detail"] for entry in aws.drain(listener) if entry["detail-type"] == "SubmissionEnded"]
    assert sorted(ending["submissionIds"][0] for ending in endings) == ["submission-0", "submission-1"]
    assert {ending["outcome"] for ending in endings} == {"indexed"}


# ----------------------------------------------------------------------------------------- dispatch


class Ramp:
    """A table that has just been made, and throttles so many calls of some operations before it takes one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, refusals: int, *operations: str) -> None:
        self.refused: Counter[str] = Counter()
        real = vars(BaseClient)["_make_api_call"]

        def make(client: Any, operation: str, arguments: Any) -> Any:
            if operation not in operations or self.refused[operation] >= refusals:
                return real(client, operation, arguments)
            self.refused[operation] += 1
            if operation != "TransactWriteItems":
                raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)
            reasons = [{"Code": "None"}, {"Code": "ThrottlingError"}, {"Code": "None"}]
            answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise client.exceptions.TransactionCanceledException(answer, operation)

        monkeypatch.setattr(BaseClient, "_make_api_call", make)


def test_submit_takes_every_record_while_a_new_table_ramps_up(
    stack: DynamoArticleStore, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a table that throttles the first calls of each kind
    ramp = Ramp(monkeypatch, 3, "TransactWriteItems", "GetItem", "PutItem")

    # When a batch is handled
    answer = submitter.handler.lambda_handler(raw_event("intake"), context())

    # Then nothing goes back, and both URLs are on their way to fetch
    assert failed(answer) == []
    assert ramp.refused["TransactWriteItems"] == 3
    assert sorted(body["articleId"] for body in aws.drain(queues["fetch"])) == sorted([id_of(0), id_of(1)])


def test_dispatch_ends_without_an_error_while_the_table_throttles_it(
    stack: DynamoArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an article that is due, and an index that takes no query
    long_ago = utc_now() - timedelta(hours=1)
    stack.save(first_version(at_stage(Stage.ENRICH, 0, now=long_ago)))
    with monkeypatch.context() as patches:
        Ramp(patches, 1000, "Query")

        # When the schedule's event arrives, Then every shard, bulk and sources are left for the next minute
        assert dispatcher.handler.lambda_handler(raw_event("schedule"), context()) == {
            "throttled": DUE_SHARDS + 1 + SOURCE_SHARDS
        }

    # And then the article is moved
    assert dispatcher.handler.lambda_handler(raw_event("schedule"), context()) == {"resent": 1}


def test_dispatch_sends_every_stage_what_is_stuck_there(stack: DynamoArticleStore, queues: dict[str, str]) -> None:
    # Given an article stuck at each stage, and one that is not
    long_ago = utc_now() - timedelta(hours=1)
    stages = {Stage.FETCH: "fetch", Stage.EXTRACT: "extract", Stage.ENRICH: "enrich", Stage.INDEX: "index"}
    for number, stage in enumerate(stages):
        stack.save(first_version(at_stage(stage, number, now=long_ago)))
    stack.save(first_version(at_stage(Stage.EXTRACT, 9, now=utc_now())))

    # When the schedule's event arrives
    moved = dispatcher.handler.lambda_handler(raw_event("schedule"), context())

    # Then each queue has its message again, and a second run finds nothing more
    assert moved == {"resent": 4}
    for number, queue in enumerate(stages.values()):
        state = stack.get(id_of(number))
        assert state is not None
        message = message_for(state)
        assert message is not None
        assert aws.drain(queues[queue]) == [json.loads(message.to_json())]
    assert dispatcher.handler.lambda_handler(raw_event("schedule"), context()) == {}


def test_dispatch_visits_a_committed_article_again(stack: DynamoArticleStore, queues: dict[str, str]) -> None:
    # Given an article that was committed two hours ago, to be visited after one
    stack.save(first_version(at_stage(Stage.REST, now=utc_now() - timedelta(hours=2))))

    # When the schedule's event arrives, Then its second run is on its way
    assert dispatcher.handler.lambda_handler(raw_event("schedule"), context()) == {"revisited": 1}
    assert [(body["articleId"], body["run"]) for body in aws.drain(queues["fetch"])] == [(id_of(), 2)]


def test_dispatch_stops_when_its_time_is_short(stack: DynamoArticleStore, queues: dict[str, str]) -> None:
    # Given stuck articles and a context with little time left
    for number in range(3):
        stack.save(first_version(at_stage(Stage.FETCH, number, now=utc_now() - timedelta(hours=1))))

    # When the schedule's event arrives, Then nothing is begun, and the next run takes it up
    assert dispatcher.handler.lambda_handler(raw_event("schedule"), context(4_000)) == {}
    assert aws.drain(queues["fetch"]) == []
    assert dispatcher.handler.lambda_handler(raw_event("schedule"), context()) == {"resent": 3}


# --------------------------------------------------------------------------------------------- logs


def test_a_submission_is_counted_and_its_secrets_are_not_logged(
    stack: DynamoArticleStore,
    queues: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Given a submission with a secret in its query
    event = raw_event("intake")
    body = {"url": "https://news.example/2026/03/14/story-0?token=hunter2", "correlationId": "c-1"}
    event["Records"] = [{**event["Records"][0], "body": json.dumps(body)}]

    # When it is handled
    submitter.handler.lambda_handler(event, context())

    # Then the logs count it by status, and do not repeat the secret
    metrics = capsys.readouterr().out
    logged = [record for record in caplog.records if record.name == "newsdesk"]
    assert "hunter2" not in metrics + "".join(str(vars(record)) for record in logged)
    lines = [json.loads(line) for line in metrics.splitlines()]
    assert [line["SubmissionsReceived"] for line in lines if "SubmissionsReceived" in line] == [[1.0]]
    assert [vars(record).get("status") for record in logged if record.message == "record handled"] == ["started"]


# ------------------------------------------------------------------------------------------- dispatch, and sources


def test_dispatch_has_a_due_source_polled(stack: DynamoArticleStore, table: str) -> None:
    source = new_source(SourceKind.FEED, "https://news.example/feed.xml", utc_now())
    DynamoSourceStore(table).add(source)
    assert dispatcher.handler.lambda_handler({}, context()) == {"polled": 1}
    [message] = aws.drain(os.environ["NEWSDESK_DISCOVER_QUEUE_URL"])
    assert message["sourceId"] == source.source_id
