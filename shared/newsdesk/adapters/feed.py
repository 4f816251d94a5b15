"""The change feed on S3.

Comes in: a key. Goes out: the objects behind it. Changes: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import keys
from newsdesk.ports import FeedObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3ChangeFeed:
    """A :class:`newsdesk.ports.ChangeFeed`."""

    def __init__(self, bucket_name: str, client: S3Client | None = None) -> None:
        self._bucket = bucket_name
        self._client = patient(client or clients.s3())

    def after(self, key: str) -> Iterator[FeedObject]:
        """Yield the objects behind a key, a page of the listing at a time; see the port."""
        start = key or keys.CHANGES_PREFIX
        while start:
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=keys.CHANGES_PREFIX, StartAfter=start)
            found = answer.get("Contents", [])
            yield from (FeedObject(entry["Key"], entry["LastModified"]) for entry in found)
            start = found[-1]["Key"] if found and answer["IsTruncated"] else ""
