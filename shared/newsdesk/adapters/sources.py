"""The registry of sources on DynamoDB, and the queue of discover.

Comes in: sources, and what their polls came to. Goes out: the same, read back. Changes: items in the one table, by
conditional writes; the queue of discover.

==================  ======================  ==============================================================
``pk``              ``sk``                  what
==================  ======================  ==============================================================
``source#<id>``     ``source``              a source; the one item of it that changes with every poll
``source#<id>``     ``seen``                which of its items were submitted, packed
``source#<id>``     ``yield#2026-11-30``    what became of its items on that day (UTC), counted; expires
``sources#<n>``     ``<id>``                there is a source of this id, so that all can be listed
==================  ======================  ==============================================================

A source that is polled stands in ``ByDue`` in shards of its own, by the time of its next poll.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from newsdesk.adapters import clients
from newsdesk.adapters.attribute_values import from_attributes, to_attributes
from newsdesk.adapters.throttling import DEFAULT_PAUSES, cancellation_codes, patient
from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import SourceDue
from newsdesk.errors import ThrottledError
from newsdesk.pauses import Pauses
from newsdesk.sources import DayYield, DueSource, SeenItems, Source, SourcePage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

SOURCE_SHARDS = 4
"""Partitions of the index of what is due that hold sources: enough for a million polls in five minutes."""

LIST_SHARDS = 4
"""Partitions of the list of all sources."""

_DUE_INDEX = "ByDue"
_SOURCE = "source"
_SEEN = "seen"
_YIELD = "yield#"
_BATCH_GET_LIMIT = 100
_YIELD_KEPT = timedelta(days=60)


class DynamoSourceStore:
    """A :class:`newsdesk.sources.SourceStore` and :class:`newsdesk.sources.YieldCounter`."""

    def __init__(
        self,
        table_name: str,
        client: DynamoDBClient | None = None,
        clock: Clock = utc_now,
        pauses: Pauses = DEFAULT_PAUSES,
    ) -> None:
        self._table = table_name
        self._client = patient(client or clients.dynamodb(), pauses)
        self._clock = clock
        self._pauses = pauses

    def get(self, source_id: str) -> Source | None:
        """Return a source; see the port."""
        answer = self._client.get_item(TableName=self._table, Key=_key(source_id, _SOURCE), ConsistentRead=True)
        return _source_in(answer["Item"]) if "Item" in answer else None

    def add(self, source: Source) -> bool:
        """Write a source that is new; see the port."""
        listed: Any = {**_list_key(source.source_id), "kind": {"S": "source_id"}}
        try:
            self._client.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": _item_of(source),
                            "ConditionExpression": "attribute_not_exists(pk)",
                        }
                    },
                    {"Put": {"TableName": self._table, "Item": listed}},
                ]
            )
        except self._client.exceptions.TransactionCanceledException as error:
            if "ConditionalCheckFailed" in cancellation_codes(error):
                return False
            raise
        return True

    def save(self, source: Source) -> bool:
        """Write the next version; see the port."""
        item = _item_of(source)
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="version = :before",
                ExpressionAttributeValues={":before": {"N": str(source.version - 1)}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            # The client repeats a call whose answer was lost; what it then finds there is its own first write.
            return bool(cast(dict[str, Any], error.response).get("Item") == item)
        return True

    def remove(self, source_id: str) -> bool:
        """Delete a source; see the port."""
        answer = self._client.delete_item(TableName=self._table, Key=_key(source_id, _SOURCE), ReturnValues="ALL_OLD")
        for key in (_key(source_id, _SEEN), _list_key(source_id)):
            self._client.delete_item(TableName=self._table, Key=key)
        return "Attributes" in answer

    def page(self, limit: int = 100, cursor: str | None = None) -> SourcePage:
        """List the sources, one part of the list after the other; see the port."""
        shard, after = _decoded(cursor) if cursor else (0, None)
        found: list[str] = []
        while shard < LIST_SHARDS and len(found) < limit:
            request: dict[str, Any] = {
                "TableName": self._table,
                "KeyConditionExpression": "pk = :list",
                "ExpressionAttributeValues": {":list": {"S": f"sources#{shard}"}},
                "Limit": limit - len(found),
            }
            if after is not None:
                request["ExclusiveStartKey"] = {"pk": {"S": f"sources#{shard}"}, "sk": {"S": after}}
            answer = self._client.query(**request)
            found += [item["sk"]["S"] for item in answer["Items"]]
            after = answer["LastEvaluatedKey"]["sk"]["S"] if "LastEvaluatedKey" in answer else None
            shard += after is None
        following = _encoded(shard, after) if shard < LIST_SHARDS else None
        return SourcePage(tuple(self._get_many(found)), following)

    def seen(self, source_id: str) -> SeenItems:
        """Return which items of a source were submitted; see the port."""
        answer = self._client.get_item(TableName=self._table, Key=_key(source_id, _SEEN), ConsistentRead=True)
        return SeenItems.unpacked(answer["Item"]["document"]["B"]) if "Item" in answer else SeenItems()

    def keep_seen(self, source_id: str, seen: SeenItems) -> None:
        """Keep which items of a source were submitted; see the port."""
        item: Any = {**_key(source_id, _SEEN), "kind": {"S": "source_seen"}, "document": {"B": seen.packed()}}
        self._client.put_item(TableName=self._table, Item=item)

    def days(self, source_id: str, since: str) -> Sequence[DayYield]:
        """Return what became of a source's items; see the port."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :source AND sk BETWEEN :since AND :last",
            ExpressionAttributeValues={
                ":source": {"S": f"source#{source_id}"},
                ":since": {"S": f"{_YIELD}{since}"},
                ":last": {"S": f"{_YIELD}9"},
            },
        )
        return [DayYield.model_validate(_from_wire(item)) for item in answer["Items"]]

    def count(self, source_id: str, day: str, counts: Mapping[str, int]) -> None:
        """Add to the counts of a source's day; see the port."""
        names = sorted(counts)
        expires_at = int((self._clock() + _YIELD_KEPT).timestamp())
        added = ", ".join(f"#n{number} :n{number}" for number in range(len(names)))
        self._client.update_item(
            TableName=self._table,
            Key=_key(source_id, f"{_YIELD}{day}"),
            UpdateExpression=f"SET #day = :day, #kind = :kind, expires_at = :expires ADD {added}",
            ExpressionAttributeNames={
                "#day": "day",
                "#kind": "kind",
                **{f"#n{number}": name for number, name in enumerate(names)},
            },
            ExpressionAttributeValues={
                ":day": {"S": day},
                ":kind": {"S": "source_yield"},
                ":expires": {"N": str(expires_at)},
                **{f":n{number}": {"N": str(counts[name])} for number, name in enumerate(names)},
            },
        )

    def _get_many(self, source_ids: Sequence[str]) -> list[Source]:
        found: list[Source] = []
        for start in range(0, len(source_ids), _BATCH_GET_LIMIT):
            part = source_ids[start : start + _BATCH_GET_LIMIT]
            found += map(_source_in, self._read_batch([_key(source_id, _SOURCE) for source_id in part]))
        return sorted(found, key=lambda source: source_ids.index(source.source_id))

    def _read_batch(self, keys: Sequence[Any]) -> list[Any]:
        items: list[Any] = []
        for _ in self._pauses.attempts():
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            items += answer["Responses"].get(self._table, [])
            unprocessed = answer.get("UnprocessedKeys", {}).get(self._table)
            if not unprocessed:
                return items
            keys = unprocessed["Keys"]
        raise ThrottledError(f"{len(keys)} sources were not read")


class DynamoDueSources:
    """A :class:`newsdesk.sources.DueSources`."""

    def __init__(
        self,
        table_name: str,
        queue_url: str,
        client: DynamoDBClient | None = None,
        queues: SQSClient | None = None,
        pauses: Pauses = DEFAULT_PAUSES,
    ) -> None:
        self._table = table_name
        self._queue_url = queue_url
        self._client = patient(client or clients.dynamodb(), pauses)
        self._queues = patient(queues or clients.sqs(), pauses)

    def due(self, shard: int, until: datetime, limit: int) -> Sequence[DueSource]:
        """Return sources that are due; see the port."""
        answer = self._client.query(
            TableName=self._table,
            IndexName=_DUE_INDEX,
            KeyConditionExpression="due_shard = :shard AND due_at <= :until",
            ExpressionAttributeValues={
                ":shard": {"S": f"source-{shard}"},
                ":until": {"N": str(int(until.timestamp()))},
            },
            Limit=limit,
        )
        return [
            DueSource(item["pk"]["S"].removeprefix("source#"), int(item["due_at"]["N"])) for item in answer["Items"]
        ]

    def claim(self, source: DueSource, until: datetime) -> int | None:
        """Put off a due source; see the port."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(source.source_id, _SOURCE),
                UpdateExpression="SET due_at = :until, #version = #version + :one",
                ConditionExpression="due_at = :due",
                ExpressionAttributeNames={"#version": "version"},
                ExpressionAttributeValues={
                    ":until": {"N": str(int(until.timestamp()))},
                    ":one": {"N": "1"},
                    ":due": {"N": str(source.due_at)},
                },
                ReturnValues="UPDATED_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        return int(answer["Attributes"]["version"]["N"])

    def send(self, source_id: str, version: int) -> None:
        """Have a source polled; see the port."""
        body = SourceDue(source_id=source_id, version=version).to_ascii_json()
        self._queues.send_message(QueueUrl=self._queue_url, MessageBody=body)


def _item_of(source: Source) -> Any:
    document = source.model_dump(mode="json", exclude_none=True)
    # A filter that is None means something else than one that was never set.
    document["filters"] = source.filters.model_dump(mode="json")
    if source.habits is not None:
        document["habits"] = json.dumps(source.habits, separators=(",", ":"))
    item = {**_key(source.source_id, _SOURCE), "kind": {"S": "source"}}
    # The kind of the item and that of the source would be one attribute.
    document["source_kind"] = document.pop("kind")
    item |= to_attributes(document)
    if source.due_at is not None:
        item["due_shard"] = {"S": f"source-{_shard_of(source.source_id, SOURCE_SHARDS)}"}
    return item


def _source_in(item: Mapping[str, Any]) -> Source:
    document = _from_wire(item)
    document["kind"] = document["source_kind"]
    if "habits" in document:
        document["habits"] = json.loads(document["habits"])
    return Source.model_validate(document)


def _key(source_id: str, sk: str) -> Any:
    return {"pk": {"S": f"source#{source_id}"}, "sk": {"S": sk}}


def _list_key(source_id: str) -> Any:
    return {"pk": {"S": f"sources#{_shard_of(source_id, LIST_SHARDS)}"}, "sk": {"S": source_id}}


def _shard_of(source_id: str, shards: int) -> int:
    return zlib.crc32(source_id.encode("ascii")) % shards


def _from_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return from_attributes(item)


def _encoded(shard: int, after: str | None) -> str:
    return base64.urlsafe_b64encode(f"{shard}:{after or ''}".encode("ascii")).decode("ascii")


def _decoded(cursor: str) -> tuple[int, str | None]:
    try:
        text, _, after = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").partition(":")
        shard = range(LIST_SHARDS).index(int(text))
    except (binascii.Error, ValueError) as error:
        raise ValueError("no cursor of this list") from error
    return shard, after or None
