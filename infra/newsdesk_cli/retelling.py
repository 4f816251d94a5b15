"""Publishes again what publish failed on.

Comes in: a stack whose bucket holds records of the table's stream that were unreadable, and batches that failed for too
long. Goes out: how many were told. Changes: the change feed and the bus, through the stack's own publish function;
deletes what was told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsdesk.contracts import FAILED_BATCHES_PREFIX, UNREADABLE_PREFIX
from newsdesk_cli.console import complain
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack

_FUNCTION = "PublishFunction"


@dataclass(frozen=True, slots=True)
class Retold:
    """What became of the objects that publish had left.

    Attributes
    ----------
    objects : int
        Told in full, and deleted.
    changes : int
        Told with them; readers take each ``changeId`` once.
    left : tuple of str
        Keys of objects that the deployed release cannot read either, or that hold no records.
    """

    objects: int
    changes: int
    left: tuple[str, ...]


def left_to_tell(stack: Stack) -> Retold:
    """Return what :func:`retell` would give to publish: objects, and the records in them, of which some are changes."""
    objects = records = 0
    left: list[str] = []
    for key in _keys(stack):
        try:
            records += len(records_in(key, stack.objects.get(key)))
        except CommandError as error:
            complain(str(error))
            left.append(key)
        else:
            objects += 1
    return Retold(objects, records, tuple(left))


def retell(stack: Stack) -> Retold:
    """Give everything that publish left in the bucket to the deployed publish function.

    Raises
    ------
    CommandError
        If the function failed; what was told by then is deleted.
    """
    objects = changes = 0
    left: list[str] = []
    for key in _keys(stack):
        try:
            records = records_in(key, stack.objects.get(key))
        except CommandError as error:
            complain(str(error))
            left.append(key)
            continue
        answer = _publish(stack, key, records)
        changes += int(answer["changes"])
        if answer["unreadable"]:
            left.append(key)
            continue
        stack.objects.delete(key)
        objects += 1
    return Retold(objects, changes, tuple(left))


def records_in(key: str, body: bytes) -> list[Any]:
    """Return the stream's records in an object: one that publish kept, or a batch as Lambda keeps it.

    Raises
    ------
    CommandError
        If it is neither.
    """
    try:
        document = json.loads(body)
        if key.startswith(UNREADABLE_PREFIX):
            return [document]
        payload = document["payload"]
        return list((json.loads(payload) if isinstance(payload, str) else payload)["Records"])
    except (LookupError, TypeError, ValueError) as error:
        raise CommandError(f"{key} holds no records of the stream: {error}") from error


def _keys(stack: Stack) -> Iterator[str]:
    for prefix in (FAILED_BATCHES_PREFIX, UNREADABLE_PREFIX):
        pages = stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket, Prefix=prefix)
        yield from [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def _publish(stack: Stack, key: str, records: list[Any]) -> dict[str, Any]:
    answer = stack.functions.invoke(
        FunctionName=stack.resources[_FUNCTION], Payload=json.dumps({"Records": records}).encode("utf-8")
    )
    body = answer["Payload"].read()
    if "FunctionError" in answer:
        raise CommandError(f"publish failed on {key}: {body.decode('utf-8', 'replace')[:300]}")
    told: dict[str, Any] = json.loads(body)
    return told
