"""Where a reader's objects and cursors lie on AWS.

Comes in: a bucket, a stack's name, a table. Goes out: bytes, entries. Changes: a cursor's objects or items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.errors import CursorError, ObjectMissingError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_s3 import S3Client


class S3Storage:
    """A bucket, as :class:`newsdesk.reader.Storage`."""

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        self._bucket = bucket
        self._client = client or clients.s3()

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """Yield keys, 1,000 with each request; see the port."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, StartAfter=after
        )
        for page in pages:
            yield from (entry["Key"] for entry in page.get("Contents", []))

    def folders(self, prefix: str) -> list[str]:
        """Return prefixes; see the port."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        return [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]

    def get(self, key: str) -> bytes:
        """Return an object's bytes; see the port."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise ObjectMissingError(key) from error
            raise


class S3Cursor:
    """A :class:`newsdesk.reader.Cursor` in a bucket of the reader's own.

    Every change that is handled is a request; ``save_every`` makes them fewer. A reader that is overtaken by another
    one learns it with its next write, by an ETag (conditional writes, S3 user guide).

    Parameters
    ----------
    prefix : str
        What the keys begin with; nothing else may lie under it.
    """

    def __init__(self, bucket: str, prefix: str, client: S3Client | None = None) -> None:
        self._bucket = bucket
        self._prefix = prefix.rstrip("/") + "/"
        self._client = client or clients.s3()
        self._tags: dict[str, str] = {}

    def load(self) -> dict[str, bytes]:
        """Return every entry; see the port."""
        entries = {}
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for key in [entry["Key"] for page in pages for entry in page.get("Contents", [])]:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
            entries[_name_of(key.removeprefix(self._prefix))] = found["Body"].read()
            self._tags[key] = found["ETag"]
        return entries

    def write(self, name: str, body: bytes, *, is_guard: bool = False) -> None:
        """Keep an entry; see the port."""
        key = self._prefix + _file_of(name)
        if not is_guard:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
            return
        try:
            if key in self._tags:
                written = self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfMatch=self._tags[key])
            else:
                written = self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 409, 412):
                raise CursorError(f"another reader has moved s3://{self._bucket}/{key}") from error
            raise
        self._tags[key] = written["ETag"]

    def remove(self, names: Iterable[str]) -> None:
        """Forget entries; see the port."""
        for name in names:
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + _file_of(name))


class DynamoCursor:
    """A :class:`newsdesk.reader.Cursor` in a table of the reader's own, with the string keys ``pk`` and ``sk``.

    An hour in which more than some 15,000 objects appeared does not fit into an item of 400 KB.

    Parameters
    ----------
    name : str
        The cursor's name, which is the value of ``pk``.
    """

    def __init__(self, table: str, name: str, client: DynamoDBClient | None = None) -> None:
        self._table = table
        self._name = name
        self._client = client or clients.dynamodb()
        self._version = 0

    def load(self) -> dict[str, bytes]:
        """Return every entry; see the port."""
        entries = {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": self._name}},
            ConsistentRead=True,
        )
        for item in [item for page in pages for item in page["Items"]]:
            entries[item["sk"]["S"]] = item["body"]["B"]
            if "version" in item:
                self._version = int(item["version"]["N"])
        return entries

    def write(self, name: str, body: bytes, *, is_guard: bool = False) -> None:
        """Keep an entry; see the port."""
        item: dict[str, AttributeValueTypeDef] = {"pk": {"S": self._name}, "sk": {"S": name}, "body": {"B": body}}
        if not is_guard:
            self._client.put_item(TableName=self._table, Item=item)
            return
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**item, "version": {"N": str(self._version + 1)}},
                ConditionExpression="attribute_not_exists(version) OR version = :version",
                ExpressionAttributeValues={":version": {"N": str(self._version)}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise CursorError(f"another reader has moved the cursor {self._name}") from error
            raise
        self._version += 1

    def remove(self, names: Iterable[str]) -> None:
        """Forget entries; see the port."""
        for name in names:
            self._client.delete_item(TableName=self._table, Key={"pk": {"S": self._name}, "sk": {"S": name}})


def bucket_of_stack(name: str, region: str | None) -> S3Storage:
    """Return the bucket of a deployed stack.

    Raises
    ------
    LookupError
        If there is no such stack, or it has no bucket.
    """
    session = clients.session(region)
    stacks: Any = session.create_client("cloudformation")
    bucket: Any = session.create_client("s3")
    try:
        (described,) = stacks.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            raise LookupError(f"there is no stack named {name}") from error
        raise
    for output in described.get("Outputs", []):
        if output["OutputKey"] == "BucketName":
            return S3Storage(output["OutputValue"], bucket)
    raise LookupError(f"{name} has no output BucketName")


def _file_of(name: str) -> str:
    return name.replace("/", "|")


def _name_of(file: str) -> str:
    return file.replace("|", "/")
