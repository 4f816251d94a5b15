"""Bringing back what was deleted or overwritten, over AWS in moto.

Comes in: objects and items that are spoilt. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.articles import Stage
from newsdesk_cli.restoring import Restored, restore_items, restore_objects
from newsdesk_cli.stack import Stack
from tests.examples import at_stage

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def stack(table: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack whose bucket keeps versions, and where a minute passes between two looks of S3 at the clock."""
    minutes = itertools.count()
    monkeypatch.setattr(
        "moto.s3.models.utcnow", lambda: (START + timedelta(minutes=next(minutes))).replace(tzinfo=None)
    )
    boto3.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    stack = Stack("newsdesk", "us-east-1")
    vars(stack)["outputs"] = {"TableName": table, "BucketName": bucket}
    return stack


def put(stack: Stack, key: str, body: bytes) -> None:
    stack.s3.put_object(Bucket=stack.bucket, Key=key, Body=body)


def contents(stack: Stack) -> dict[str, bytes]:
    listed = stack.s3.list_objects_v2(Bucket=stack.bucket).get("Contents", [])
    return {entry["Key"]: stack.s3.get_object(Bucket=stack.bucket, Key=entry["Key"])["Body"].read() for entry in listed}


def now_of(stack: Stack) -> datetime:
    """The time that S3 gave the newest of all versions."""
    versions = stack.s3.list_object_versions(Bucket=stack.bucket)
    return max(entry["LastModified"] for entry in [*versions["Versions"], *versions.get("DeleteMarkers", [])])


def spoil(stack: Stack) -> datetime:
    """Write three objects, then delete one, overwrite one and add one; return a time between."""
    for name in ("articles/v1/a.json", "articles/v1/b.json", "changes/v1/c.jsonl"):
        put(stack, name, b"right")
    put(stack, "raw/v1/capture", b"capture")
    before = now_of(stack)
    stack.s3.delete_object(Bucket=stack.bucket, Key="articles/v1/a.json")
    put(stack, "articles/v1/b.json", b"wrong")
    put(stack, "articles/v1/later.json", b"later")
    stack.s3.delete_object(Bucket=stack.bucket, Key="raw/v1/capture")
    return before


class TestObjects:
    def test_what_was_deleted_or_overwritten_is_as_it_was(self, stack: Stack) -> None:
        # Given
        before = spoil(stack)
        # When
        done = restore_objects(stack, before)
        again = restore_objects(stack, before)
        # Then what came later stays, and a capture that was deleted as it should be stays deleted
        assert (done, again) == (Restored(seen=4, restored=2), Restored(seen=4, restored=0))
        assert contents(stack) == {
            "articles/v1/a.json": b"right",
            "articles/v1/b.json": b"right",
            "articles/v1/later.json": b"later",
            "changes/v1/c.jsonl": b"right",
        }

    def test_what_had_been_deleted_before_stays_deleted(self, stack: Stack) -> None:
        # Given
        put(stack, "articles/v1/a.json", b"erased")
        stack.s3.delete_object(Bucket=stack.bucket, Key="articles/v1/a.json")
        before = now_of(stack)
        put(stack, "articles/v1/a.json", b"again")
        stack.s3.delete_object(Bucket=stack.bucket, Key="articles/v1/a.json")
        # When
        done = restore_objects(stack, before)
        # Then
        assert done == Restored(seen=1, restored=0)
        assert contents(stack) == {}

    def test_a_trial_writes_nothing(self, stack: Stack) -> None:
        # Given
        before = spoil(stack)
        spoilt = contents(stack)
        # When
        done = restore_objects(stack, before, is_trial=True)
        # Then
        assert done.restored == 2
        assert contents(stack) == spoilt


@dataclass
class OneAtATime:
    """DynamoDB with next to no capacity: of each batch, the first request is answered."""

    client: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - boto3's names
        ((table, asked),) = RequestItems.items()
        answer = self.client.batch_get_item(RequestItems={table: {**asked, "Keys": asked["Keys"][:1]}})
        left = asked["Keys"][1:]
        return {**answer, "UnprocessedKeys": {table: {**asked, "Keys": left}} if left else {}}

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - as above
        ((table, asked),) = RequestItems.items()
        answer = self.client.batch_write_item(RequestItems={table: asked[:1]})
        return {**answer, "UnprocessedItems": {table: asked[1:]} if asked[1:] else {}}


class TestItems:
    def test_a_table_restored_to_a_point_in_time_is_written_over_the_spoilt_one(self, stack: Stack, table: str) -> None:
        # Given more articles than fit into one write, of which one is lost, one spoilt, and one new
        store = DynamoArticleStore(table)
        states = [at_stage(Stage.REST, number).model_copy(update={"version": 1}) for number in range(1, 41)]
        for state in states:
            store.save(state)
        client = boto3.client("dynamodb")
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        client.restore_table_to_point_in_time(SourceTableName=table, TargetTableName="restored")
        first = client.scan(TableName=table)["Items"]
        key = {name: first[0][name] for name in ("pk", "sk")}
        client.delete_item(TableName=table, Key=key)
        client.put_item(TableName=table, Item={**first[1], "url": {"S": "https://spoilt.example/"}})
        store.save(at_stage(Stage.REST, 99).model_copy(update={"version": 1}))
        # When
        trial = restore_items(stack, "restored", is_trial=True)
        done = restore_items(stack, "restored")
        again = restore_items(stack, "restored")
        # Then
        assert (trial.restored, done.restored, again.restored) == (2, 2, 0)
        after = client.scan(TableName=table)["Items"]
        assert all(item in after for item in first)
        assert len(after) == len(first) + 1

    def test_what_a_full_table_leaves_of_a_batch_is_read_and_written_again(
        self, stack: Stack, table: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a copy of a table whose items are lost, and a table that takes and gives one item of each batch
        monkeypatch.setattr("newsdesk_cli.restoring.time.sleep", lambda _: None)
        store = DynamoArticleStore(table)
        for number in range(1, 4):
            store.save(at_stage(Stage.REST, number).model_copy(update={"version": 1}))
        client = boto3.client("dynamodb")
        client.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        client.restore_table_to_point_in_time(SourceTableName=table, TargetTableName="restored")
        items = client.scan(TableName=table)["Items"]
        for item in items:
            client.delete_item(TableName=table, Key={name: item[name] for name in ("pk", "sk")})
        vars(stack)["dynamodb"] = OneAtATime(client)

        # When it is restored, twice
        done = [restore_items(stack, "restored") for _ in range(2)]

        # Then everything is there after the first time
        assert [one.restored for one in done] == [3, 0]
        after = client.scan(TableName=table)["Items"]
        assert len(after) == len(items)
        assert all(item in after for item in items)

    def test_the_table_of_the_template_has_the_keys_that_are_compared(self) -> None:
        assert [entry["AttributeName"] for entry in aws.table_definition()["KeySchema"]] == ["pk", "sk"]
