"""The inbox on DynamoDB, S3 and SQS.

Comes in: files and how far they were taken. Goes out: the same, read back. Changes: one item for each file
(``inbox#<file id>`` / ``progress``), reports, the queue of bulk and the inbox's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.attribute_values import from_attributes, to_attributes
from newsdesk.adapters.sqs import MAXIMUM_DELAY_SECONDS, REFUSED, BatchSender, QueueDepths
from newsdesk.adapters.throttling import patient
from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import report_key
from newsdesk.errors import ThrottledError
from newsdesk.inbox import FileChangedError, FileProgress, InboxFile
from newsdesk.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_CHANGED = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})


class DynamoInboxStore:
    """A :class:`newsdesk.inbox.InboxStore`."""

    def __init__(
        self, table_name: str, retention_days: int = 90, client: DynamoDBClient | None = None, clock: Clock = utc_now
    ) -> None:
        self._table = table_name
        self._retention = timedelta(days=retention_days)
        self._client = patient(client or clients.dynamodb())
        self._clock = clock

    def progress(self, file_id: str) -> FileProgress | None:
        """Return how far a file has been taken; see the port."""
        answer = self._client.get_item(TableName=self._table, Key=_key(file_id), ConsistentRead=True)
        if "Item" not in answer:
            return None
        return FileProgress.model_validate(from_attributes(answer["Item"]))

    def save(self, progress: FileProgress) -> bool:
        """Write the next version; see the port."""
        expires_at = int((self._clock() + self._retention).timestamp())
        item: Any = {
            **_key(progress.file_id),
            "kind": {"S": "inbox"},
            "expires_at": {"N": str(expires_at)},
            **to_attributes(progress.model_dump(mode="json", exclude_none=True)),
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR version = :before",
                ExpressionAttributeValues={":before": {"N": str(progress.version - 1)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            # The client repeats a call whose answer was lost; what it then finds there is its own first write.
            return bool(cast(dict[str, Any], error.response).get("Item") == item)
        return True


def _key(file_id: str) -> Any:
    return {"pk": {"S": f"inbox#{file_id}"}, "sk": {"S": "progress"}}


class S3InboxFiles:
    """A :class:`newsdesk.inbox.InboxFiles`."""

    def __init__(self, bucket_name: str, client: S3Client | None = None) -> None:
        self._bucket = bucket_name
        self._client = patient(client or clients.s3())

    def describe(self, key: str, etag: str) -> InboxFile:
        """Return what is known of a file; see the port."""
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"')
        except ClientError as error:
            raise _as_changed(error, key) from error
        return InboxFile(etag, int(answer["ContentLength"]), answer.get("Metadata", {}))

    def read(self, key: str, etag: str, begin: int, end: int) -> bytes:
        """Return a range of a file; see the port."""
        try:
            answer = self._client.get_object(
                Bucket=self._bucket, Key=key, IfMatch=f'"{etag}"', Range=f"bytes={begin}-{end - 1}"
            )
            return answer["Body"].read()
        except ClientError as error:
            raise _as_changed(error, key) from error

    def report(self, key: str, body: bytes) -> None:
        """Write the report on a file; see the port."""
        self._client.put_object(Bucket=self._bucket, Key=report_key(key), Body=body, ContentType="application/json")


def _as_changed(error: ClientError, key: str) -> Exception:
    return FileChangedError(key) if error.response["Error"]["Code"] in _CHANGED else error


class SqsBulkSender:
    """A :class:`newsdesk.inbox.BulkSender`."""

    def __init__(
        self, bulk_queue_url: str, own_queue_url: str, client: SQSClient | None = None, pauses: Pauses = REFUSED
    ) -> None:
        self._bulk = bulk_queue_url
        self._own = own_queue_url
        self._client = patient(client or clients.sqs())
        self._batches = BatchSender(client, pauses)
        self._depths = QueueDepths([bulk_queue_url], client)

    def submit(self, bodies: Sequence[str]) -> None:
        """Send submissions, several calls at once; see the port."""
        missing = self._batches.send(self._bulk, bodies).count(None)
        if missing:
            raise ThrottledError(f"{missing} submissions were not accepted")

    def waiting(self) -> int:
        """Return how many submissions wait; see the port."""
        return self._depths.total()

    def again(self, key: str, etag: str, step: int, delay_seconds: int) -> None:
        """Have a step taken; see the port."""
        self._send_to_self({"object": {"key": key, "etag": etag}, "step": step}, delay_seconds)

    def take_part(self, key: str, etag: str, part: int, delay_seconds: int = 0) -> None:
        """Have a part of a WARC file taken; see the port."""
        self._send_to_self({"object": {"key": key, "etag": etag}, "part": part}, delay_seconds)

    def _send_to_self(self, detail: dict[str, Any], delay_seconds: int) -> None:
        delay = max(0, min(MAXIMUM_DELAY_SECONDS, delay_seconds))
        self._client.send_message(QueueUrl=self._own, MessageBody=json.dumps({"detail": detail}), DelaySeconds=delay)
