"""Brings back what was deleted or overwritten: objects from their versions, items from a restored copy of the table.

Comes in: a stack, and a point in time or the name of a table. Goes out: how much was looked at and brought back.
Changes: the stack's bucket or table, never the versions or the table that are read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from newsdesk_cli.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

# What is written once and never deleted by the pipeline. A newer version or a deletion is damage there; elsewhere it is
# daily work.
KEPT_PREFIXES = ("articles/", "changes/")

_ITEMS_PER_WRITE = 25  # the most that BatchWriteItem takes
_PAUSE_SECONDS = 0.2  # before what the table had no capacity for is sent again


@dataclass(frozen=True, slots=True)
class Restored:
    """How much was looked at, and how much differed and was brought back."""

    seen: int
    restored: int


@dataclass(frozen=True, slots=True)
class _Version:
    key: str
    id: str
    digest: str | None  # S3's entity tag; a deletion has none
    written_at: datetime  # S3 knows whole seconds
    is_newest: bool


def restore_objects(stack: Stack, before: datetime, *, is_trial: bool = False) -> Restored:
    """Bring back the articles and changes that were overwritten or deleted since a point in time.

    What came for the first time since then stays, and so does every version, until the bucket's rules expire it. Run
    twice, it writes nothing the second time.

    Parameters
    ----------
    before
        The point in time, with a time zone. Each object gets the content that it had then.
    is_trial
        Whether nothing is written, and only counted.
    """
    seen = restored = 0
    for prefix in KEPT_PREFIXES:
        for _, versions in groupby(_versions(stack, prefix), key=lambda version: version.key):
            seen += 1
            ordered = sorted(versions, key=_age)
            wanted = next((version for version in reversed(ordered) if version.written_at <= before), None)
            if wanted is None or wanted.digest in (None, ordered[-1].digest):
                continue
            restored += 1
            if not is_trial:
                _bring_back(stack, wanted, newer=ordered[ordered.index(wanted) + 1 :])
    return Restored(seen, restored)


def _bring_back(stack: Stack, wanted: _Version, newer: list[_Version]) -> None:
    """Take away the deletions that hide a version, or copy it over the content that does."""
    if any(version.digest for version in newer):
        source: CopySourceTypeDef = {"Bucket": stack.bucket, "Key": wanted.key, "VersionId": wanted.id}
        stack.s3.copy_object(Bucket=stack.bucket, Key=wanted.key, CopySource=source)
        return
    for deletion in newer:
        stack.s3.delete_object(Bucket=stack.bucket, Key=wanted.key, VersionId=deletion.id)


def restore_items(stack: Stack, source_table: str, *, is_trial: bool = False) -> Restored:
    """Write the items of another table, such as one restored to a point in time, over those of the stack's table.

    Items that only the stack's table has stay. Run twice, it writes nothing the second time.

    Parameters
    ----------
    source_table
        The name of a table with the same keys.
    is_trial
        Whether nothing is written, and only counted.
    """
    seen = restored = 0
    target_table = stack.outputs["TableName"]
    for page in stack.dynamodb.get_paginator("scan").paginate(TableName=source_table, ConsistentRead=True):
        for start in range(0, len(page["Items"]), _ITEMS_PER_WRITE):
            items = page["Items"][start : start + _ITEMS_PER_WRITE]
            present = _present(stack, target_table, items)
            differing = [item for item in items if item not in present]
            seen += len(items)
            restored += len(differing)
            if differing and not is_trial:
                _write(stack, target_table, differing)
    return Restored(seen, restored)


def _versions(stack: Stack, prefix: str) -> Iterator[_Version]:
    """Yield every version and deletion under a prefix, those of one key together."""
    for page in stack.s3.get_paginator("list_object_versions").paginate(Bucket=stack.bucket, Prefix=prefix):
        entries: list[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        found = [
            _Version(entry["Key"], entry["VersionId"], entry.get("ETag"), entry["LastModified"], entry["IsLatest"])
            for entry in entries
        ]
        yield from sorted(found, key=lambda version: version.key)


def _age(version: _Version) -> tuple[datetime, bool]:
    return version.written_at, version.is_newest


def _present(stack: Stack, table: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the table holds under the keys of these items."""
    keys: Any = {table: {"Keys": [{"pk": item["pk"], "sk": item["sk"]} for item in items], "ConsistentRead": True}}
    found: list[dict[str, Any]] = []
    while keys:
        answer = stack.dynamodb.batch_get_item(RequestItems=keys)
        found += answer["Responses"].get(table, [])
        keys = answer.get("UnprocessedKeys")
        if keys:
            time.sleep(_PAUSE_SECONDS)
    return found


def _write(stack: Stack, table: str, items: list[dict[str, Any]]) -> None:
    requests: Any = {table: [{"PutRequest": {"Item": item}} for item in items]}
    while requests:
        requests = stack.dynamodb.batch_write_item(RequestItems=requests).get("UnprocessedItems")
        if requests:
            time.sleep(_PAUSE_SECONDS)
