"""The table on DynamoDB: three indexes, no scan; and beside it, the table of bands.

Comes in: states and records. Goes out: the same, read back. Changes: the table, by conditional writes only.

======================  =====================  ==========================================================
``pk``                  ``sk``                 what
======================  =====================  ==========================================================
``article#<id>``        ``state``              the article's state
``article#<id>``        ``state``              of kind ``alias``: the id leads to another article
``article#<id>``        ``revision#000001``    a committed revision
``article#<id>``        ``outcome#000001``     how a run ended; expires
``submission#<id>``     ``submission``         a submission; expires
``cluster#<id>``        ``link``               the cluster is part of another one
======================  =====================  ==========================================================

A table of its own holds who is found under a value of a sketch: ``band#<band>``, ``<article id>``; it expires. Such
entries are many, and can be made again from the articles, so they have no point-in-time recovery.

``newsdesk.adapters.hosts`` and ``newsdesk.adapters.spending`` keep items of their own in the same table. An item that
has expired counts as absent from that second on; DynamoDB deletes it some days later.

Indexes, all on the state item, sparse, and of keys only: ``ByDue`` (``due_shard``, ``due_at``), ``ByHost``
(``listed_host``, ``listed_at``), ``ByPublicationDay`` (``listed_day``, ``listed_at``).
"""

from __future__ import annotations

import base64
import contextlib
import json
import math
import zlib
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.attribute_values import from_attributes, to_attributes
from newsdesk.adapters.state_items import from_item, to_item
from newsdesk.adapters.throttling import DEFAULT_PAUSES, cancellation_codes, is_throttle, patient
from newsdesk.articles import (
    ArticleState,
    Listing,
    ListingPage,
    Neighbour,
    OutcomeRecord,
    RevisionPage,
    RevisionRecord,
    Stage,
    Standing,
    SubmissionRecord,
    WriteOnce,
    standing_of,
)
from newsdesk.clock import Clock, to_text, utc_now
from newsdesk.contracts import Record
from newsdesk.errors import (
    AlreadyRecordedError,
    ConflictError,
    ThrottledError,
    UnreadableCursorError,
    UnreadableRecordError,
)
from newsdesk.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

DUE_SHARDS = 16
"""Partitions of the ``ByDue`` index; each takes 1,000 writes a second (DynamoDB developer guide)."""

DAY_SHARDS = 4
"""Partitions of one publication day in its index."""

TURN_SHARDS = 4
"""Partitions of the same index that hold what waits for its turn, away from what dispatch must not be late for."""

DUE_INDEX = "ByDue"
HOST_INDEX = "ByHost"
DAY_INDEX = "ByPublicationDay"

_STATE = "state"
_ALIAS = "alias"
"""The kind of an item that stands in a state's place, so that no id is both."""

_LINK = "link"
_BATCH_WRITE_LIMIT = 25
_BATCH_GET_LIMIT = 100
_PARALLEL_QUERIES = 8


Item = dict[str, Any]


def band_table_of(table_name: str) -> str:
    """Return the name of the table of bands beside a table, where nobody says another."""
    return f"{table_name}-bands"


def shard_of(article_id: str, shards: int) -> int:
    """Return which of ``shards`` an article belongs to, evenly and always the same."""
    return zlib.crc32(article_id.encode("ascii")) % shards


class DynamoArticleStore:
    """An :class:`newsdesk.ports.ArticleStore`.

    Parameters
    ----------
    table_name : str
    retention_days : int
        How long submissions, outcomes and signature bands are kept.
    pauses : Pauses
        Between the tries of a call that the table throttles; after the last one every method raises
        :class:`newsdesk.errors.ThrottledError`.
    band_table : str or None
        The table of bands; by default the one that is named after the table.
    """

    def __init__(
        self,
        table_name: str,
        retention_days: int = 90,
        client: DynamoDBClient | None = None,
        clock: Clock = utc_now,
        pauses: Pauses = DEFAULT_PAUSES,
        band_table: str | None = None,
    ) -> None:
        self._table = table_name
        self._band_table = band_table or band_table_of(table_name)
        self._retention = timedelta(days=retention_days)
        self._client = patient(client or clients.dynamodb(), pauses)
        self._clock = clock
        self._pauses = pauses

    def get(self, article_id: str) -> ArticleState | None:
        """Return the article's state; see the port."""
        item = self._get(_article_pk(article_id), _STATE)
        return from_item(item) if item and not _is_alias(item) else None

    def find(self, article_id: str) -> ArticleState | None:
        """Return the state of the article or of its alias's target; see the port."""
        item = self._get(_article_pk(article_id), _STATE)
        if item is None:
            return None
        return self.get(item["alias_of"]) if _is_alias(item) else from_item(item)

    def save(self, state: ArticleState, *records: WriteOnce) -> None:
        """Write a state and its records in one step; see the port."""
        is_new = state.version == 1
        state_put: Any = {"TableName": self._table, "Item": to_attributes(_state_item(state))}
        if is_new:
            state_put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            state_put["ConditionExpression"] = "version = :expected"
            state_put["ExpressionAttributeValues"] = {":expected": {"N": str(state.version - 1)}}
        actions: list[TransactWriteItemTypeDef] = [{"Put": state_put}]
        if state.stage is Stage.REST and state.duplicate_of is not None:
            # Of two articles that find each other at the same time, the second one to write loses, and stays.
            original = self._present(state.duplicate_of)
            original["ConditionExpression"] += " AND attribute_not_exists(duplicate_of)"
            actions.append({"ConditionCheck": original})
        if len(actions) == 1 and not records:
            self._put_alone(state_put)
            return
        guards = len(actions)
        actions += [{"Put": self._put_once(self._record_item(record))} for record in records]
        self._transact(actions, guards)

    def reject(self, record: SubmissionRecord) -> bool:
        """Record a refused submission; see the port."""
        try:
            self._client.put_item(**self._put_once(self._record_item(record)))
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def submission(self, submission_id: str) -> SubmissionRecord | None:
        """Return a submission; see the port."""
        item = self._get(f"submission#{submission_id}", "submission")
        return SubmissionRecord.model_validate(item) if item else None

    def outcome(self, article_id: str, run: int) -> OutcomeRecord | None:
        """Return how a run ended; see the port."""
        item = self._get(_article_pk(article_id), f"outcome#{run:06d}")
        return OutcomeRecord.model_validate(item) if item else None

    def revision(self, article_id: str, revision: int) -> RevisionRecord | None:
        """Return the record of a revision; see the port."""
        item = self._get(_article_pk(article_id), f"revision#{revision:06d}")
        return RevisionRecord.model_validate(item) if item else None

    def states(self, article_ids: Sequence[str]) -> list[ArticleState]:
        """Return the states of those articles that there are, in no order."""
        return self._states([_article_pk(article_id) for article_id in article_ids])

    def _states(self, keys: Sequence[str]) -> list[ArticleState]:
        items = self._get_many([(pk, _STATE) for pk in keys])
        return [from_item(item) for item in items if not _is_alias(item)]

    def submissions(self, submission_ids: Sequence[str]) -> list[SubmissionRecord]:
        """Return those submissions that there are, in no order."""
        items = self._get_many([(f"submission#{identifier}", "submission") for identifier in submission_ids])
        return [SubmissionRecord.model_validate(item) for item in items]

    def outcomes(self, runs: Sequence[tuple[str, int]]) -> list[OutcomeRecord]:
        """Return the outcomes of those runs that have ended, in no order."""
        items = self._get_many([(_article_pk(article_id), f"outcome#{run:06d}") for article_id, run in runs])
        return [OutcomeRecord.model_validate(item) for item in items]

    def add_alias(self, alias_id: str, article_id: str) -> bool:
        """Make an id lead to an article; see the port."""
        pk = _article_pk(alias_id)
        item = {"pk": pk, "sk": _STATE, "kind": _ALIAS, "alias_of": article_id}
        actions: list[TransactWriteItemTypeDef] = [
            {"ConditionCheck": self._present(article_id)},
            {"Put": self._put_once(item)},
        ]
        try:
            self._transact(actions, guards=len(actions))
        except ConflictError:
            present = self._get(pk, _STATE)
            return present is not None and present.get("alias_of") == article_id
        return True

    def due(self, shard: int, until: datetime, limit: int) -> Sequence[str]:
        """Return the ids of articles that are due; see the port."""
        return self._due(f"{shard:02d}", until, limit)

    def awaiting_turn(self, limit: int) -> Sequence[str]:
        """Return the ids of articles that wait for their turn, about as many from each shard; see the port."""
        each, now = math.ceil(limit / TURN_SHARDS), self._clock()
        return [identifier for shard in range(TURN_SHARDS) for identifier in self._due(_turn_shard(shard), now, each)]

    def _due(self, shard: str, until: datetime, limit: int) -> list[str]:
        answer = self._client.query(
            TableName=self._table,
            IndexName=DUE_INDEX,
            KeyConditionExpression="due_shard = :shard AND due_at <= :until",
            ExpressionAttributeValues={":shard": {"S": shard}, ":until": {"N": str(int(until.timestamp()))}},
            Limit=limit,
        )
        return [str(from_attributes(item)["pk"]).removeprefix("article#") for item in answer["Items"]]

    def by_host(
        self, host: str, since: datetime, until: datetime, limit: int = 100, cursor: str | None = None
    ) -> ListingPage:
        """List a host's articles, newest first; see the port."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": HOST_INDEX,
            "KeyConditionExpression": "listed_host = :host AND listed_at BETWEEN :since AND :until",
            "ExpressionAttributeValues": {
                ":host": {"S": host},
                ":since": {"S": to_text(since)},
                ":until": {"S": to_text(until)},
            },
            "Limit": limit,
            "ScanIndexForward": False,
        }
        if cursor:
            request["ExclusiveStartKey"] = _decode_cursor(cursor, {"listed_host": host, **_LISTED_KEY})
        answer = self._listed(request)
        last = answer.get("LastEvaluatedKey")
        return ListingPage(
            listings=tuple(self._listings(answer["Items"])),
            cursor=_encode_cursor(last) if last else None,
        )

    def _listings(self, entries: Sequence[Mapping[str, Any]]) -> list[Listing]:
        """Return what an index's entries stand for; one that lags behind its article is left out."""
        listed = {str(item["pk"]): str(item["listed_at"]) for item in map(from_attributes, entries)}
        current = {_article_pk(state.article_id): state for state in self._states(list(listed))}
        return [
            _listing(state)
            for pk, at in listed.items()
            if (state := current.get(pk)) and state.current and state.current.committed_at == at
        ]

    def by_publication_day(self, day: str, limit: int = 100, cursor: str | None = None) -> ListingPage:
        """List the articles published on a day, one shard after the other; see the port."""
        shard, start = _decode_day_cursor(cursor, day) if cursor else (0, None)
        listings: list[Listing] = []
        while shard < DAY_SHARDS and len(listings) < limit:
            request: dict[str, Any] = {
                "TableName": self._table,
                "IndexName": DAY_INDEX,
                "KeyConditionExpression": "listed_day = :day",
                "ExpressionAttributeValues": {":day": {"S": f"{day}#{shard}"}},
                "Limit": limit - len(listings),
            }
            if start:
                request["ExclusiveStartKey"] = start
            answer = self._listed(request)
            listings += self._listings(answer["Items"])
            start = answer.get("LastEvaluatedKey")
            if not start:
                shard += 1
        following = _encode_cursor({**(start or {}), "shard": {"S": str(shard)}}) if shard < DAY_SHARDS else None
        return ListingPage(listings=tuple(listings), cursor=following)

    def revisions(self, article_id: str, limit: int = 100, cursor: str | None = None) -> RevisionPage:
        """List an article's revisions in their order; see the port."""
        pk = _article_pk(article_id)
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :kind)",
            "ExpressionAttributeValues": {":pk": {"S": pk}, ":kind": {"S": "revision#"}},
            "Limit": limit,
            "ConsistentRead": True,
        }
        if cursor:
            request["ExclusiveStartKey"] = _decode_cursor(cursor, {"pk": pk, "sk": None})
        answer = self._listed(request)
        last = answer.get("LastEvaluatedKey")
        return RevisionPage(
            revisions=tuple(RevisionRecord.model_validate(from_attributes(item)) for item in answer["Items"]),
            cursor=_encode_cursor(last) if last else None,
        )

    def _listed(self, request: Mapping[str, Any]) -> Any:
        try:
            return self._client.query(**request)
        except ClientError as error:
            if "ExclusiveStartKey" in request and error.response["Error"]["Code"] == "ValidationException":
                raise UnreadableCursorError("the table does not take it") from error
            raise

    def neighbours(
        self, bands: Sequence[str], limit_per_band: int = 20, *, is_consistent: bool = False
    ) -> Sequence[Neighbour]:
        """Return the articles that share a band; see the port."""

        def query(band: str) -> list[Neighbour]:
            answer = self._client.query(
                TableName=self._band_table,
                KeyConditionExpression="pk = :band",
                ExpressionAttributeValues={":band": {"S": f"band#{band}"}},
                Limit=limit_per_band,
                ConsistentRead=is_consistent,
            )
            items = (from_attributes(item) for item in answer["Items"])
            return [_neighbour(item) for item in items if not self._has_expired(item)]

        with ThreadPoolExecutor(max_workers=_PARALLEL_QUERIES) as executor:
            found = {neighbour.article_id: neighbour for group in executor.map(query, bands) for neighbour in group}
        return [found[article_id] for article_id in sorted(found)]

    def add_bands(self, bands: Sequence[str], neighbour: Neighbour) -> None:
        """Make an article findable under its bands; see the port."""
        entry = {"sk": neighbour.article_id, "expires_at": self._expiry(), **_band_entry(neighbour)}
        puts: list[Any] = [{"PutRequest": {"Item": to_attributes({"pk": f"band#{band}", **entry})}} for band in bands]
        for start in range(0, len(puts), _BATCH_WRITE_LIMIT):
            self._write_batch(puts[start : start + _BATCH_WRITE_LIMIT])

    def remove_bands(self, bands: Sequence[str], article_id: str) -> None:
        """Make an article no longer findable under its bands; those that are not there are no error."""
        keys = ({"pk": {"S": f"band#{band}"}, "sk": {"S": article_id}} for band in bands)
        requests: list[Any] = [{"DeleteRequest": {"Key": key}} for key in keys]
        for start in range(0, len(requests), _BATCH_WRITE_LIMIT):
            self._write_batch(requests[start : start + _BATCH_WRITE_LIMIT])

    def _write_batch(self, puts: Sequence[Any]) -> None:
        for _ in self._pauses.attempts():
            answer = self._client.batch_write_item(RequestItems={self._band_table: puts})
            puts = answer["UnprocessedItems"].get(self._band_table, [])
            if not puts:
                return
        raise ThrottledError(f"{len(puts)} items of a batch were not written")

    def standings(self, article_ids: Collection[str]) -> Mapping[str, Standing]:
        """Return how articles stand; see the port."""
        return {state.article_id: standing_of(state) for state in self.states(sorted(article_ids))}

    def cluster_roots(self, cluster_ids: Collection[str]) -> Mapping[str, str]:
        """Return what the clusters have become; see the port."""
        roots = {cluster_id: cluster_id for cluster_id in cluster_ids}
        asked = set(roots)
        while asked:
            found = self._get_many([(_cluster_pk(cluster_id), _LINK) for cluster_id in sorted(asked)])
            links = {item["cluster_id"]: item["part_of"] for item in found}
            roots = {cluster_id: links.get(root, root) for cluster_id, root in roots.items()}
            asked = set(links.values())
        return roots

    def unite(self, cluster_ids: Collection[str]) -> str:
        """Make clusters one; see the port.

        A link always leads to a lower id and is written once, so that links make no ring, even when several are written
        at the same time; a worker that finds that another was first reads them again.
        """
        while True:
            lowest, *others = sorted(set(self.cluster_roots(cluster_ids).values()))
            if all(self._link(other, lowest) for other in others):
                return lowest

    def unlink(self, cluster_id: str) -> bool:
        """Make a cluster stand by itself again; see the port."""
        key = {"pk": {"S": _cluster_pk(cluster_id)}, "sk": {"S": _LINK}}
        return "Attributes" in self._client.delete_item(TableName=self._table, Key=key, ReturnValues="ALL_OLD")

    def _link(self, cluster_id: str, part_of: str) -> bool:
        item = {"pk": _cluster_pk(cluster_id), "sk": _LINK, "kind": "cluster"}
        try:
            self._client.put_item(**self._put_once({**item, "cluster_id": cluster_id, "part_of": part_of}))
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _get(self, pk: str, sk: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        item = from_attributes(answer["Item"]) if "Item" in answer else None
        return None if item is None or self._has_expired(item) else item

    def _get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        wanted: list[Any] = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in dict.fromkeys(keys)]
        batches = [wanted[start : start + _BATCH_GET_LIMIT] for start in range(0, len(wanted), _BATCH_GET_LIMIT)]
        found = (from_attributes(item) for batch in batches for item in self._read_batch(batch))
        return [item for item in found if not self._has_expired(item)]

    def _read_batch(self, keys: Sequence[Any]) -> list[Any]:
        items: list[Any] = []
        for _ in self._pauses.attempts():
            request: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            items += answer["Responses"].get(self._table, [])
            unprocessed = answer.get("UnprocessedKeys", {}).get(self._table)
            if not unprocessed:
                return items
            keys = unprocessed["Keys"]
        raise ThrottledError(f"{len(keys)} items of a batch were not read")

    def _put_alone(self, state_put: Any) -> None:
        exceptions = self._client.exceptions
        try:
            self._client.put_item(**state_put, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except exceptions.ConditionalCheckFailedException as error:
            # The client repeats a call whose answer was lost; what it then finds there is its own first write.
            if cast(Item, error.response).get("Item") != state_put["Item"]:
                raise ConflictError(str(error)) from error
        except exceptions.TransactionConflictException as error:
            raise ConflictError(str(error)) from error

    def _transact(self, actions: Sequence[TransactWriteItemTypeDef], guards: int) -> None:
        """Write all or nothing.

        The condition of one of the first ``guards`` actions failing means a lost race, that of another a repetition.
        While a guard is throttled, nobody has looked whether the race was lost: the call is repeated.
        """
        text = ""
        for _ in self._pauses.attempts():
            try:
                self._client.transact_write_items(TransactItems=actions)
            except self._client.exceptions.TransactionCanceledException as error:
                codes = cancellation_codes(error)
                text = ", ".join(codes)
                if "ConditionalCheckFailed" in codes[:guards] or "TransactionConflict" in codes:
                    raise ConflictError(text) from error
                if any(map(is_throttle, codes[:guards])):
                    continue
                if "ConditionalCheckFailed" in codes:
                    raise AlreadyRecordedError(text) from error
                raise
            except ClientError as error:
                if error.response["Error"]["Code"] == "TransactionInProgressException":
                    raise ConflictError("transaction in progress") from error
                raise
            return
        raise ThrottledError(text)

    def _put_once(self, item: Mapping[str, Any]) -> Any:
        return {
            "TableName": self._table,
            "Item": to_attributes(item),
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(self._now())}},
        }

    def _present(self, article_id: str) -> Any:
        return {
            "TableName": self._table,
            "Key": {"pk": {"S": _article_pk(article_id)}, "sk": {"S": _STATE}},
            "ConditionExpression": "attribute_exists(version)",
        }

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _expiry(self) -> int:
        return int((self._clock() + self._retention).timestamp())

    def _has_expired(self, item: Item) -> bool:
        return "expires_at" in item and item["expires_at"] <= self._now()

    def _record_item(self, record: WriteOnce) -> Item:
        match record:
            case SubmissionRecord():
                key = {"pk": f"submission#{record.submission_id}", "sk": "submission", "kind": "submission"}
                return {**key, "expires_at": self._expiry(), **_document(record)}
            case OutcomeRecord():
                key = {"pk": _article_pk(record.article_id), "sk": f"outcome#{record.run:06d}", "kind": "outcome"}
                return {**key, "expires_at": self._expiry(), **_document(record)}
            case RevisionRecord():
                key = {"pk": _article_pk(record.article_id), "sk": f"revision#{record.revision:06d}"}
                return {**key, "kind": "revision", **_document(record)}


def read_inserted(stream_record: Mapping[str, Any]) -> tuple[str, WriteOnce] | None:
    """Return the sequence number and the record of a write-once insertion; None for any other record of the stream.

    A record that is written over one of its name that had expired is such an insertion too.

    Raises
    ------
    UnreadableRecordError
        If it is not what :class:`DynamoArticleStore` writes.
    """
    try:
        change = stream_record["dynamodb"]
        model = _WRITE_ONCE_KINDS.get(change.get("NewImage", {}).get("kind", {}).get("S", ""))
        if stream_record["eventName"] not in ("INSERT", "MODIFY") or model is None:
            return None
        return str(change["SequenceNumber"]), model.model_validate(from_attributes(change["NewImage"]))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnreadableRecordError(type(error).__name__) from error


_WRITE_ONCE_KINDS: dict[str, type[SubmissionRecord | OutcomeRecord | RevisionRecord]] = {
    "submission": SubmissionRecord,
    "outcome": OutcomeRecord,
    "revision": RevisionRecord,
}


def _article_pk(article_id: str) -> str:
    return f"article#{article_id}"


def _cluster_pk(cluster_id: str) -> str:
    return f"cluster#{cluster_id}"


def _document(record: Record) -> Item:
    return record.model_dump(mode="json", exclude_none=True)


def _state_item(state: ArticleState) -> Item:
    item = {"pk": _article_pk(state.article_id), "sk": _STATE, "kind": "article", **to_item(state)}
    if state.due_at is not None:
        is_bulk = state.waiting == "turn"
        shard = shard_of(state.article_id, TURN_SHARDS if is_bulk else DUE_SHARDS)
        item["due_shard"] = _turn_shard(shard) if is_bulk else f"{shard:02d}"
    if state.current is not None:
        item["listed_host"] = state.host
        if state.current.date_published:
            day = state.current.date_published[:10]
            item["listed_day"] = f"{day}#{shard_of(state.article_id, DAY_SHARDS)}"
    return item


def _band_entry(neighbour: Neighbour) -> Item:
    """Return what is found under a band: the sketch as bytes, and the cluster where it is not the article's own."""
    entry: Item = {"sketch": base64.b64decode(neighbour.signature)}
    if neighbour.cluster_id != neighbour.article_id:
        entry["cluster_id"] = neighbour.cluster_id
    if neighbour.duplicate_of is not None:
        entry["duplicate_of"] = neighbour.duplicate_of
    return entry


def _neighbour(item: Item) -> Neighbour:
    return Neighbour(
        article_id=item["sk"],
        signature=base64.b64encode(bytes(item["sketch"])).decode("ascii"),
        cluster_id=item.get("cluster_id", item["sk"]),
        duplicate_of=item.get("duplicate_of"),
    )


def _turn_shard(number: int) -> str:
    return f"turn-{number}"


def _listing(state: ArticleState) -> Listing:
    assert state.current is not None
    return Listing(
        article_id=state.article_id,
        url=state.url,
        host=state.host,
        revision=state.current.revision,
        key=state.current.key,
        committed_at=state.current.committed_at,
        headline=state.current.headline,
        date_published=state.current.date_published,
    )


def _is_alias(item: Item) -> bool:
    return item.get("kind") == _ALIAS


def _encode_cursor(key: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, sort_keys=True).encode("utf-8")).decode("ascii")


_LISTED_KEY = {"listed_at": None, "pk": None, "sk": None}


def _decode_cursor(cursor: str, expected: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the key in a cursor: exactly the expected attributes, all texts, and of those with a value that one.

    Raises
    ------
    UnreadableCursorError
        If it is no such key.
    """
    try:
        decoded = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        values = {name: value["S"] for name, value in decoded.items() if value.keys() == {"S"}}
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableCursorError("no key") from error
    is_whole = values.keys() == decoded.keys() == expected.keys()
    is_text = all(isinstance(value, str) and value and value.isprintable() for value in values.values())
    if not is_whole or not is_text or any(value not in (None, values[name]) for name, value in expected.items()):
        raise UnreadableCursorError("another listing's key")
    return cast(dict[str, Any], decoded)


def _decode_day_cursor(cursor: str, day: str) -> tuple[int, dict[str, Any] | None]:
    """Return the shard of a day that a cursor points into, and after which key; no key means its beginning."""
    for shard in range(DAY_SHARDS):
        number = {"shard": str(shard)}
        for expected in (number, {"listed_day": f"{day}#{shard}", **_LISTED_KEY, **number}):
            with contextlib.suppress(UnreadableCursorError):
                start = _decode_cursor(cursor, expected)
                del start["shard"]
                return shard, start or None
    raise UnreadableCursorError("another listing's key")
