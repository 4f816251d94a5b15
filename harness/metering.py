"""What AWS would bill for the calls that a process makes, counted where they leave it.

Comes in: calls of boto3 clients, to moto or anything else that keeps items. Goes out: :class:`Usage`. Changes: while a
meter is on, every client's calls pass it.

DynamoDB's units are worked out from the items as they are before and after each call, by the rules of its developer
guide ("Read and write operations", "Item sizes and formats", "Using Global Secondary Indexes"):

- a write is billed by the larger of the two items, in whole kilobytes; at least one, even if its condition failed
- in a transaction twice; a condition check is billed like a write
- an index entry is billed once when it comes, goes or changes, twice when its key changes
- a read is billed in steps of four kilobytes, half as much if it may be a little old; a query by all it read together
"""

from __future__ import annotations

import functools
import json
import math
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

STORED_OVERHEAD = 100
"""Bytes that DynamoDB adds to each item and each index entry where storage is billed."""

_KILOBYTE = 1024
_READ_STEP = 4096
_EVENT_STEP = 64 * 1024
_MESSAGE_STEP = 64 * 1024

Item = Mapping[str, Any]


@dataclass
class Usage:
    """What is billed, in the services' own units.

    Attributes
    ----------
    calls : Counter
        Calls by operation.
    writes : Counter
        Write units, by the kind of the item (``article``, ``band`` …) or the name of the index.
    reads : float
        Read units.
    puts, gets : int
        Requests to S3 of either price.
    messages : int
        Requests to SQS that stages make; receiving and deleting is up to Lambda.
    events : int
        Events put on a bus.
    log_bytes : int
        What handlers wrote, where somebody counted it.
    """

    calls: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    reads: float = 0.0
    puts: int = 0
    gets: int = 0
    messages: int = 0
    events: int = 0
    log_bytes: int = 0

    @property
    def write_units(self) -> int:
        """All write units, of the tables and their indexes."""
        return sum(self.writes.values())


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None


def value_bytes(value: Mapping[str, Any]) -> int:
    """Return the size of an attribute's value, as DynamoDB counts it."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(str(content).encode("utf-8"))
        case "B":
            return len(content)
        case "N":
            digits = str(content).lstrip("-").replace(".", "").strip("0")
            return math.ceil(len(digits) / 2) + 1 + str(content).startswith("-")
        case "M":
            return 3 + sum(len(name.encode()) + value_bytes(part) + 1 for name, part in content.items())
        case "L":
            return 3 + sum(value_bytes(part) + 1 for part in content)
        case "SS" | "NS" | "BS":
            return sum(value_bytes({kind[0]: part}) for part in content)
        case _:
            return 1


def item_bytes(item: Item) -> int:
    """Return the size of an item, as DynamoDB counts it."""
    return sum(len(name.encode("utf-8")) + value_bytes(value) for name, value in item.items())


class Meter:
    """Counts while it is on.

    Calls of several threads are made one after the other, so that nothing comes between an item before and after: what
    is counted is what they would be billed without a race.
    """

    def __init__(self) -> None:
        self._one_at_a_time = threading.RLock()
        self.usage = Usage()
        self._real: Any = vars(BaseClient)["_make_api_call"]
        self._schemas: dict[str, tuple[tuple[str, ...], tuple[_Index, ...]]] = {}

    @contextmanager
    def on(self) -> Iterator[Usage]:
        """Count every call until the end, in a usage of its own."""
        self.usage = Usage()
        meter = self

        def make(client: Any, operation: str, arguments: Any) -> Any:
            with meter._one_at_a_time:
                return meter._metered(client, operation, arguments)

        with patch.object(BaseClient, "_make_api_call", make):
            yield self.usage

    def _metered(self, client: Any, operation: str, arguments: Any) -> Any:
        self.usage.calls[operation] += 1
        match client.meta.service_model.service_name:
            case "dynamodb":
                return self._dynamodb(client, operation, arguments)
            case "s3":
                # Deletions are free.
                self.usage.puts += operation in ("PutObject", "CopyObject", "ListObjectsV2")
                self.usage.gets += operation in ("GetObject", "HeadObject")
            case "sqs" if operation in ("SendMessage", "SendMessageBatch"):
                sent = sum(len(entry["MessageBody"].encode("utf-8")) for entry in arguments.get("Entries", [arguments]))
                self.usage.messages += math.ceil(sent / _MESSAGE_STEP)
            case "sqs":
                self.usage.messages += 1
            case "events" if operation == "PutEvents":
                self.usage.events += sum(
                    math.ceil(len(json.dumps(entry, default=str)) / _EVENT_STEP) for entry in arguments["Entries"]
                )
        return self._real(client, operation, arguments)

    # ------------------------------------------------------------------------------------------------- DynamoDB

    def _dynamodb(self, client: Any, operation: str, arguments: Any) -> Any:
        if operation in ("GetItem", "BatchGetItem", "Query"):
            answer = self._real(client, operation, arguments)
            self._count_reads(operation, arguments, answer)
            return answer
        changed = list(self._changed(client, operation, arguments))
        before = [self._read(client, table, key) for table, key in changed]
        factor = 2 if operation == "TransactWriteItems" else 1
        try:
            answer = self._real(client, operation, arguments)
        except ClientError:
            for (_, key), item in zip(changed, before, strict=True):
                self._count(_kind(item or key), factor * _units(item))
            raise
        for (table, key), old in zip(changed, before, strict=True):
            self._count_write(client, table, old, self._read(client, table, key), factor)
        return answer

    def _count(self, name: str, units: int) -> None:
        self.usage.writes[name] += units

    def _count_write(self, client: Any, table: str, old: Item | None, new: Item | None, factor: int) -> None:
        units = max(_units(old), _units(new))
        self._count(_kind(new or old or {}), factor * units)
        for index in self._schema(client, table)[1]:
            entries = [self._entry(client, table, index, item) for item in (old, new)]
            before, after = entries
            if before == after:
                continue
            is_moved = before is not None and after is not None and any(before[k] != after[k] for k in index.keys)
            if is_moved:
                self._count(index.name, _units(before) + _units(after))
            else:
                self._count(index.name, max(_units(before), _units(after)))

    def _entry(self, client: Any, table: str, index: _Index, item: Item | None) -> Item | None:
        if item is None or any(name not in item for name in index.keys):
            return None
        if index.projected is None:
            return item
        names = index.projected.union(index.keys, self._schema(client, table)[0])
        return {name: value for name, value in item.items() if name in names}

    def stored_bytes(self, client: Any, table: str, item: Item) -> int:
        """Return what an item takes at rest, its index entries included."""
        entries = [self._entry(client, table, index, item) for index in self._schema(client, table)[1]]
        return sum(item_bytes(entry) + STORED_OVERHEAD for entry in (item, *entries) if entry is not None)

    def _changed(self, client: Any, operation: str, arguments: Any) -> Iterator[tuple[str, Item]]:
        """Give the table and the key of every item that a write concerns."""
        match operation:
            case "PutItem":
                yield arguments["TableName"], self._key(client, arguments["TableName"], arguments["Item"])
            case "UpdateItem" | "DeleteItem":
                yield arguments["TableName"], arguments["Key"]
            case "BatchWriteItem":
                for table, requests in arguments["RequestItems"].items():
                    for request in requests:
                        put = request.get("PutRequest", {}).get("Item")
                        key = self._key(client, table, put) if put else request["DeleteRequest"]["Key"]
                        yield table, key
            case "TransactWriteItems":
                for action in arguments["TransactItems"]:
                    ((_, request),) = action.items()
                    table = request["TableName"]
                    yield table, request.get("Key") or self._key(client, table, request["Item"])
            case _:
                raise AssertionError(f"not known what {operation} is billed by")

    def _count_reads(self, operation: str, arguments: Any, answer: Any) -> None:
        match operation:
            case "GetItem":
                self.usage.reads += _read_units(item_bytes(answer.get("Item", {})), arguments)
            case "Query":
                items: Sequence[Item] = answer["Items"]
                self.usage.reads += _read_units(sum(map(item_bytes, items)), arguments)
            case "BatchGetItem":
                for table, request in arguments["RequestItems"].items():
                    found = answer["Responses"].get(table, [])
                    missing = len(request["Keys"]) - len(found)
                    self.usage.reads += sum(_read_units(item_bytes(item), request) for item in found)
                    self.usage.reads += missing * _read_units(0, request)

    def _read(self, client: Any, table: str, key: Item) -> Item | None:
        answer = self._real(client, "GetItem", {"TableName": table, "Key": key, "ConsistentRead": True})
        item: Item | None = answer.get("Item")
        return item

    def _key(self, client: Any, table: str, item: Item) -> Item:
        return {name: item[name] for name in self._schema(client, table)[0]}

    def _schema(self, client: Any, table: str) -> tuple[tuple[str, ...], tuple[_Index, ...]]:
        if table not in self._schemas:
            described = self._real(client, "DescribeTable", {"TableName": table})["Table"]
            indexes = tuple(
                _Index(
                    index["IndexName"],
                    tuple(part["AttributeName"] for part in index["KeySchema"]),
                    None
                    if index["Projection"]["ProjectionType"] == "ALL"
                    else frozenset(index["Projection"].get("NonKeyAttributes", ())),
                )
                for index in described.get("GlobalSecondaryIndexes", ())
            )
            self._schemas[table] = tuple(part["AttributeName"] for part in described["KeySchema"]), indexes
        return self._schemas[table]


def _units(item: Item | None) -> int:
    return 1 if item is None else math.ceil(item_bytes(item) / _KILOBYTE)


def _read_units(size: int, request: Mapping[str, Any]) -> float:
    return max(1, math.ceil(size / _READ_STEP)) * (1.0 if request.get("ConsistentRead") else 0.5)


@functools.cache
def _kind_of_key(partition: str, sort: str) -> str:
    prefix = partition.partition("#")[0]
    is_profile = prefix == "host" and sort.startswith("profile")
    is_part = is_profile or (prefix == "article" and sort != "state")
    return re.split("[#.]", sort)[0] if is_part else prefix


def _kind(item: Item) -> str:
    """Return what an item is, by its key: ``article`` for a state, else its sort key's or partition key's name."""
    return _kind_of_key(item.get("pk", {}).get("S", "?"), item.get("sk", {}).get("S", ""))
