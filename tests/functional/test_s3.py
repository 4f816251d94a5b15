"""The bucket's promises, kept alike by S3 (moto) and by the fake that stage tests rely on.

Comes in: an empty bucket. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from harness import aws
from harness.fakes import InMemoryObjectStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.errors import ObjectMissingError
from newsdesk.pauses import Pauses
from newsdesk.ports import ObjectStore

KEY = "articles/v1/date=2026-03-14/abc/1-c0ffee00.json"


@pytest.fixture(params=["memory", "s3"])
def objects(request: pytest.FixtureRequest) -> ObjectStore:
    """A store: first the fake, then the real one."""
    if request.param == "memory":
        return InMemoryObjectStore()
    return S3ObjectStore(request.getfixturevalue("bucket"))


def stubbed() -> Any:
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")


@pytest.mark.parametrize("body", [b"", b"\x00\xff\r\n", "“Brücke” 橋".encode()])
def test_an_object_is_read_back_byte_for_byte(objects: ObjectStore, body: bytes) -> None:
    assert objects.put(KEY, body, "application/json")
    assert objects.get(KEY) == body


def test_an_object_is_never_overwritten(objects: ObjectStore) -> None:
    # Given an object
    assert objects.put(KEY, b"first", "application/json")

    # When the key is written again
    written = objects.put(KEY, b"second", "application/json")

    # Then that succeeds without doing anything
    assert written is False
    assert objects.get(KEY) == b"first"


def test_what_goes_with_an_object_lies_beside_it(objects: ObjectStore) -> None:
    objects.put(KEY, b"first", "application/json", about={"cuts": "eJw+/=="})
    assert objects.about(KEY) == {"cuts": "eJw+/=="}
    assert objects.get(KEY) == b"first"
    objects.put("another", b"", "application/json")
    assert objects.about("another") == {}
    with pytest.raises(ObjectMissingError):
        objects.about("missing")


def test_what_was_deleted_is_gone_and_may_be_deleted_again(objects: ObjectStore) -> None:
    objects.put(KEY, b"first", "application/json")
    objects.delete(KEY)
    objects.delete(KEY)
    with pytest.raises(ObjectMissingError):
        objects.get(KEY)
    assert objects.put(KEY, b"second", "application/json")


def test_a_missing_object_is_named(objects: ObjectStore) -> None:
    with pytest.raises(ObjectMissingError, match="c0ffee00"):
        objects.get(KEY)


def test_an_object_can_be_deleted_any_number_of_times(objects: ObjectStore) -> None:
    objects.put(KEY, b"first", "application/json")
    objects.delete(KEY)
    objects.delete(KEY)
    with pytest.raises(ObjectMissingError):
        objects.get(KEY)


def test_an_object_carries_its_type_and_encoding(bucket: str) -> None:
    # Given two objects, one of them compressed
    objects = S3ObjectStore(bucket)
    objects.put("plain", b"{}", "application/json")
    objects.put("packed", b"\x1f\x8b", "application/json", "gzip")

    # When their heads are read, Then they say so
    client = boto3.client("s3")
    plain, packed = (client.head_object(Bucket=bucket, Key=key) for key in ("plain", "packed"))
    assert plain["ContentType"] == packed["ContentType"] == "application/json"
    assert "ContentEncoding" not in plain
    assert packed["ContentEncoding"] == "gzip"


def test_the_schema_may_be_replaced(bucket: str) -> None:
    # Given a schema in the bucket
    objects = S3ObjectStore(bucket)
    objects.replace("schemas/article.v1.json", b"old", "application/schema+json")

    # When a newer release puts its own there, Then that one is read
    objects.replace("schemas/article.v1.json", b"new", "application/schema+json")
    assert aws.read_object("schemas/article.v1.json") == b"new"


def test_a_collision_of_two_writers_is_tried_again() -> None:
    # Given a bucket in which another writer of the same key is under way, and then done
    client = stubbed()
    with Stubber(client) as stub:
        stub.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        stub.add_client_error("put_object", "PreconditionFailed", http_status_code=412)

        # When the key is written, Then the other's object counts as ours
        assert S3ObjectStore("bucket", client=client).put(KEY, b"x", "text/plain") is False
        stub.assert_no_pending_responses()


def test_a_collision_without_end_is_given_up() -> None:
    # Given a bucket that answers "conflict" every time
    client = stubbed()
    waited: list[float] = []
    with Stubber(client) as stub:
        for _ in range(3):
            stub.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)

        # When the key is written, Then the message goes back to its queue
        with pytest.raises(ClientError, match="ConditionalRequestConflict"):
            S3ObjectStore("bucket", client=client, pauses=Pauses(3, sleep=waited.append, jitter=lambda: 0.0)).put(
                KEY, b"x", "text/plain"
            )
        stub.assert_no_pending_responses()
    assert waited == [0.025, 0.05]


def test_an_object_we_may_not_read_is_not_called_missing() -> None:
    # Given a bucket that denies access
    client = stubbed()
    with Stubber(client) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)

        # When a key is read, Then that is our mistake and not the article's end
        with pytest.raises(ClientError, match="AccessDenied"):
            S3ObjectStore("bucket", client=client).get(KEY)
