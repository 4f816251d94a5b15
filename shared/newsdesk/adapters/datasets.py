"""The data set on S3 and SQS.

Comes in: plans and files. Goes out: the same, and what the bucket holds. Changes: ``datasets/``, the queue of chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import REFUSED, BatchSender
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import CompactionDue, keys
from newsdesk.datasets import FeedEntry, Plan, StoredPart
from newsdesk.errors import ThrottledError
from newsdesk.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_PARQUET = "application/vnd.apache.parquet"
_IS_THERE = (412,)
_IS_ANOTHER = (404, 409, 412)
"""S3's answers to a conditional write that came too late. One that met another write (409) may be tried again."""


class S3PartStore:
    """A :class:`newsdesk.datasets.PartStore`."""

    def __init__(self, bucket_name: str, client: S3Client | None = None) -> None:
        self._bucket = bucket_name
        self._uploads = client or clients.s3()
        self._client = patient(self._uploads)
        self._objects = S3ObjectStore(bucket_name, client)

    def feed(self, hour: str) -> Sequence[FeedEntry]:
        """Return the objects of an hour's changes; see the port."""
        prefix = keys.feed_hour(hour)
        return [FeedEntry(entry["Key"].removeprefix(prefix), entry["Size"]) for entry in self._entries(prefix)]

    def hours(self, since: str, until: str) -> Sequence[str]:
        """Return the hours that have changes; see the port."""
        days = [day for day in self._folders(keys.CHANGES_PREFIX) if _day_of(since) <= day <= _day_of(until)]
        found = [
            f"{day}{hour}"
            for day in days
            for hour in self._folders(f"{keys.CHANGES_PREFIX}{day}")
            if since <= f"{day}{hour}" <= until
        ]
        return sorted(found)

    def plans(self, hour: str) -> Sequence[Plan]:
        """Return an hour's plans; see the port."""
        found = sorted(entry["Key"] for entry in self._entries(f"{keys.PLANS_PREFIX}{hour}"))
        return [Plan.model_validate_json(self._objects.get(key)) for key in found]

    def add_plan(self, hour: str, number: int, plan: Plan) -> bool:
        """Write a plan; see the port."""
        body = plan.model_dump_json().encode("utf-8")
        return self._objects.put(keys.plan_key(hour, number), body, "application/json")

    def part(self, key: str) -> StoredPart | None:
        """Return what is known of a part; see the port."""
        try:
            return StoredPart(self._client.head_object(Bucket=self._bucket, Key=key)["ETag"])
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    def part_keys(self, hour: str) -> frozenset[str]:
        """Return the keys of an hour's parts; see the port."""
        return frozenset(entry["Key"] for entry in self._entries(f"{keys.REVISIONS_PREFIX}{hour}"))

    def add_part(self, key: str, path: Path) -> bool:
        """Write a part; see the port."""
        return self._put(key, path, _IS_THERE, IfNoneMatch="*")

    def replace_part(self, key: str, path: Path, former: StoredPart) -> bool:
        """Write a part over a version of it; see the port."""
        return self._put(key, path, _IS_ANOTHER, IfMatch=former.tag)

    def _put(self, key: str, path: Path, lost: tuple[int, ...], **condition: Any) -> bool:
        # By the client itself: a patient one would send the rest of a file that was read.
        with path.open("rb") as body:
            try:
                self._uploads.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=_PARQUET, **condition)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] in lost:
                    return False
                raise
        return True

    def _entries(self, prefix: str) -> list[Any]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return [entry for page in pages for entry in page.get("Contents", [])]

    def _folders(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        return [entry["Prefix"].removeprefix(prefix) for page in pages for entry in page.get("CommonPrefixes", [])]


def _day_of(hour: str) -> str:
    return hour.partition("/")[0] + "/"


class SqsCompactionSender:
    """A :class:`newsdesk.datasets.CompactionSender`."""

    def __init__(self, queue_url: str, client: SQSClient | None = None, pauses: Pauses = REFUSED) -> None:
        self._queue_url = queue_url
        self._batches = BatchSender(client, pauses)

    def send(self, chunks: Sequence[CompactionDue]) -> None:
        """Send messages; see the port."""
        missing = self._batches.send(self._queue_url, [chunk.to_ascii_json() for chunk in chunks]).count(None)
        if missing:
            raise ThrottledError(f"{missing} chunks were not accepted")
