"""What could not be published is kept, and published once it can be.

Comes in: a table's stream with records that cannot be read, a bucket, a bus, and the publish function in this process.
Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import publisher.handler
from harness import aws
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk_cli.errors import CommandError
from newsdesk_cli.retelling import left_to_tell, retell
from newsdesk_cli.stack import Stack
from tests.raw_events import raw_event

CONTEXT = cast(LambdaContext, aws.FakeLambdaContext())
Records = list[dict[str, Any]]


@dataclass
class Functions:
    """Lambda, as far as the command asks for it: calls the function, and hands over what it raised."""

    invoked: int = 0

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "publish-in-this-process"
        self.invoked += 1
        try:
            answer = publisher.handler.lambda_handler(json.loads(Payload), CONTEXT)
        except Exception as error:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(str(error).encode())}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, table: str, bucket: str, listener: str) -> Iterator[Stack]:
    monkeypatch.setenv("NEWSDESK_TABLE_NAME", table)
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", bucket)
    monkeypatch.setenv("NEWSDESK_BUS_NAME", aws.BUS)
    publisher.handler.build.cache_clear()
    stack = Stack("newsdesk-test")
    stack.__dict__.update(
        outputs={"BucketName": bucket},
        resources={"PublishFunction": "publish-in-this-process"},
        functions=Functions(),
        s3=boto3.client("s3"),
        objects=S3ObjectStore(bucket),
    )
    yield stack
    publisher.handler.build.cache_clear()


def batch() -> Records:
    """Nine records of a stream, five of which are to be told."""
    records: Records = copy.deepcopy(raw_event("table-changes")["Records"])
    return records


def is_told(record: dict[str, Any]) -> bool:
    return bool(record["dynamodb"].get("NewImage", {}).get("kind", {}).get("S") == "revision")


def without_url(record: dict[str, Any]) -> None:
    del record["dynamodb"]["NewImage"]["url"]


def with_an_unknown_change_type(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["change_type"] = {"S": "abridged"}


def with_an_id_that_no_reader_takes(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["article_id"] = {"S": "NOT AN ID"}


def with_no_number(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["revision"] = {"N": "many"}


def with_an_unknown_type(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["headline"] = {"X": "?"}


def without_a_change(record: dict[str, Any]) -> None:
    record["dynamodb"] = None


def with_a_time_that_is_none(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["committed_at"] = {"S": "yesterday"}


def with_a_time_before_time(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["committed_at"] = {"S": "0001-01-01T00:00:00+23:00"}


def with_more_than_an_event_may_hold(record: dict[str, Any]) -> None:
    record["dynamodb"]["NewImage"]["headline"] = {"S": "é" * 60_000}


DAMAGES = (
    without_url,
    with_an_unknown_change_type,
    with_an_id_that_no_reader_takes,
    with_no_number,
    with_an_unknown_type,
    without_a_change,
    with_a_time_that_is_none,
    with_a_time_before_time,
    with_more_than_an_event_may_hold,
)


def heard(listener: str) -> list[str]:
    return sorted(
        event["detail"]["changeId"] for event in aws.drain(listener) if event["detail-type"] == "ArticleChanged"
    )


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.slow
def test_one_record_that_cannot_be_read_stops_no_other(stack: Stack, listener: str, damage: Any) -> None:
    # Given a batch in which one of two changes is damaged, or of a release to come
    records = batch()
    first, second = [record for record in records if is_told(record)]
    change_id = f"{second['dynamodb']['NewImage']['article_id']['S']}-{second['dynamodb']['NewImage']['revision']['N']}"
    damage(first)

    # When publish is handed it, twice
    answers = [publisher.handler.lambda_handler({"Records": copy.deepcopy(records)}, CONTEXT) for _ in range(2)]

    # Then it does not fail, tells the other one, and keeps this one as it came, once
    assert answers == [{"changes": 1, "unreadable": 1}] * 2
    assert set(heard(listener)) == {change_id}
    (key,) = aws.keys_in_bucket("unreadable/v1/")
    assert json.loads(aws.read_object(key)) == first
    if first["dynamodb"]:
        assert key == f"unreadable/v1/{first['dynamodb']['SequenceNumber']}.json"


def test_what_can_be_read_by_now_is_told_and_what_cannot_stays(stack: Stack, listener: str) -> None:
    # Given two records that an earlier release could not read, of which this one reads the first
    first, second = [record for record in batch() if is_told(record)]
    without_url(second)
    for record in (first, second):
        aws.put_object(f"unreadable/v1/{record['dynamodb']['SequenceNumber']}.json", json.dumps(record).encode())
    change_id = f"{first['dynamodb']['NewImage']['article_id']['S']}-{first['dynamodb']['NewImage']['revision']['N']}"

    # When they are published again, twice
    told = [retell(stack), retell(stack)]

    # Then the first is published once and gone, and the second is still there
    left = f"unreadable/v1/{second['dynamodb']['SequenceNumber']}.json"
    assert [(answer.objects, answer.changes, answer.left) for answer in told] == [(1, 1, (left,)), (0, 0, (left,))]
    assert heard(listener) == [change_id]
    assert aws.keys_in_bucket("unreadable/v1/") == [left]
    assert len(aws.keys_in_bucket("changes/v1/")) == 1


@pytest.mark.parametrize("as_text", [True, False])
def test_a_batch_that_lambda_kept_is_told_whole(stack: Stack, listener: str, as_text: bool) -> None:
    # Given a batch that failed for half a day, as Lambda keeps it
    payload: Any = {"Records": batch()}
    record = {
        "version": "1.0",
        "DDBStreamBatchInfo": {"batchSize": 9},
        "payload": json.dumps(payload) if as_text else payload,
    }
    aws.put_object("aws/lambda/5c1d/2026-03-15T09.00.00-x", json.dumps(record).encode())

    # When it is published again
    told = retell(stack)

    # Then every change is, and nothing is left of it
    assert (told.objects, told.changes, told.left) == (1, 2, ())
    assert len(heard(listener)) == 2
    assert aws.keys_in_bucket("aws/lambda/") == []


def test_a_function_that_fails_leaves_everything_where_it_is(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, listener: str
) -> None:
    # Given a record, and a bus that is out of order
    (first, _) = [record for record in batch() if is_told(record)]
    aws.put_object("unreadable/v1/1.json", json.dumps(first).encode())
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", "no-such-bucket")

    # When it is published again, Then the command says so, and the next one can try again
    with pytest.raises(CommandError, match=r"publish failed on unreadable/v1/1\.json"):
        retell(stack)
    assert aws.keys_in_bucket("unreadable/v1/") == ["unreadable/v1/1.json"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"payload": "no JSON"}', b'{"payload": {}}'])
def test_an_object_of_another_kind_is_named_and_stops_no_other(
    stack: Stack, listener: str, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    # Given an object that is no batch, before a record that can be told
    (first, _) = [record for record in batch() if is_told(record)]
    aws.put_object("aws/lambda/other/object", body)
    aws.put_object("unreadable/v1/1.json", json.dumps(first).encode())

    # When everything is published again
    told = retell(stack)

    # Then the record is told, and the object stays and is named
    assert (told.objects, told.changes, told.left) == (1, 1, ("aws/lambda/other/object",))
    assert aws.keys_in_bucket("unreadable/v1/") == []
    assert "aws/lambda/other/object holds no records" in " ".join(capsys.readouterr().err.split())


def test_a_dry_run_counts_what_would_be_told_and_tells_nothing(stack: Stack) -> None:
    # Given a record that publish could not read, a batch that Lambda kept, and an object of another kind
    record = raw_event("table-changes")["Records"][0]
    aws.put_object("unreadable/v1/1.json", json.dumps(record).encode())
    aws.put_object("aws/lambda/batch", json.dumps({"payload": {"Records": [record, record]}}).encode())
    aws.put_object("unreadable/v1/2.json", b"no JSON")
    before = aws.keys_in_bucket()

    # When somebody asks what there is to tell
    found = left_to_tell(stack)

    # Then it is counted, and nothing is published or deleted
    assert (found.objects, found.changes, found.left) == (2, 3, ("unreadable/v1/2.json",))
    assert cast(Functions, stack.functions).invoked == 0
    assert aws.keys_in_bucket() == before
