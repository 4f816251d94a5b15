"""Hosts and sites on DynamoDB: pacing, back-off, what sites ask of crawlers, and what their pages repeat.

Comes in: hosts, origins, times, rules, pages. Goes out: slots, rules and profiles. Changes: three kinds of items in the
one table, by conditional writes.

====================  =============  ===========================================================================
``pk``                ``sk``         what
====================  =============  ===========================================================================
``host#<host>``       ``pace``       the latest slot, the end of the backlog, the back-off, the longest interval
``host#<origin>``     ``rules``      the site's rules, compressed, and who is reading them again
``host#<host>``       ``profile.3``  what a sample of the host's pages showed; 3 is the format of its bytes
====================  =============  ===========================================================================

They are several items because DynamoDB charges an update for the whole item: a slot must not cost what a long
robots.txt weighs. Times are epoch milliseconds. All expire when they have not been used for long.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import Priority, Reason
from newsdesk.errors import ConflictError, PermanentError
from newsdesk.hosts import (
    RULES_KEPT_SECONDS,
    SEASON_SECONDS,
    BackOff,
    HostProfile,
    ProfilePage,
    SiteRules,
    next_back_off,
)
from newsdesk.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

MAXIMUM_RULES_BYTES = 64 * 1024
"""The limit of a site's rules, compressed, which bounds the cost of reading them (8 read units, eventually
consistent)."""

_ATTEMPTS = 8
"""Tries against a host that other workers keep changing; each loss means that another worker got a slot."""

CONTENDED = Pauses(tries=6)
"""For a profile that other workers keep changing: when the first pages of a new host all come at once, each wants to be
of its sample. A page waits for 1.6 s at most; the sample can do without it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TAKEN_DOWN_AT = "taken_down_at"
"""Of a host's pace: since when an operator lets nothing of it be asked for. It keeps the item from expiring."""

_PROFILE = "profile.3"
_THE_HOST = -1
"""Stands for the host in place of the number of a URL that complained."""

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """A :class:`newsdesk.ports.Reservation`."""

    at: datetime
    granted: bool
    in_backoff: bool = False


class DynamoHostStore:
    """A :class:`newsdesk.ports.HostStore`.

    Slots are handed out by conditional updates, so two workers never hold the same one, however many there are. A host
    that is free takes one update; one that is asked by several at once takes two.
    """

    def __init__(self, table_name: str, client: DynamoDBClient | None = None, pauses: Pauses = CONTENDED) -> None:
        self._table = table_name
        self._pauses = pauses
        self._client = patient(client or clients.dynamodb())

    def reserve(
        self,
        host: str,
        now: datetime,
        interval_seconds: float,
        longest_wait_seconds: float,
        instead_of: datetime | None = None,
        priority: Priority | None = None,
    ) -> Slot:
        """Reserve the host's next slot; see the port."""
        interval = math.ceil(interval_seconds * 1000)
        current = _to_milliseconds(now)
        latest = current + int(longest_wait_seconds * 1000)
        gives_way = priority == "bulk"
        seen: Item = {}
        for _ in range(_ATTEMPTS):
            taken, seen = self._take_now(host, current, interval, instead_of, gives_way=gives_way)
            if taken:
                return Slot(_from_milliseconds(current), True)
            if TAKEN_DOWN_AT in seen:
                raise PermanentError(Reason.TAKEN_DOWN, host)
            if _kept_interval(seen, current) > interval:
                interval = _kept_interval(seen, current)
                continue
            if gives_way and seen.get("backlog_until", 0) > current:
                break
            if seen.get("back_off_until", 0) > current or seen.get("last_slot", 0) + interval > latest:
                break
            taken, seen = self._take_next(host, current, interval, latest)
            if taken:
                return Slot(_from_milliseconds(seen["last_slot"]), True)
        floor = max(latest, seen.get("back_off_until", 0), seen.get("last_slot", 0) + interval)
        in_backoff = seen.get("back_off_until", 0) > current and seen["back_off_level"] > 0
        at = floor if priority == "high" else self._queue_behind(host, floor, interval, seen, is_bulk=gives_way)
        return Slot(_from_milliseconds(at), False, in_backoff)

    def keep_interval(self, host: str, seconds: float, now: datetime, until: datetime) -> None:
        """Keep a host's interval; see the port."""
        self._update(
            host,
            "SET longest_interval = :interval, longest_until = :until",
            "attribute_not_exists(longest_interval) OR longest_interval <= :interval OR longest_until <= :now",
            {
                "interval": math.ceil(seconds * 1000),
                "until": _to_milliseconds(until),
                "now": _to_milliseconds(now),
            },
            now=now,
        )

    def back_off(
        self, host: str, now: datetime, asked_seconds: float | None, jitter: float, complainant: int | None = None
    ) -> datetime:
        """Leave a host alone; see the port."""
        seen = self._pace(host)
        for _ in range(_ATTEMPTS):
            if TAKEN_DOWN_AT in seen:
                return now  # nothing of it is asked for anyway
            before = _back_off_in(seen)
            after = next_back_off(before, now, asked_seconds, jitter, complainant)
            if after == before:
                return after.until
            written, seen = self._update(
                host,
                "SET back_off_until = :until, back_off_level = :level, back_off_by = :by",
                "attribute_not_exists(back_off_until)" if before is None else "back_off_until = :seen",
                {"until": _to_milliseconds(after.until), "level": after.level, "by": _written(after.complainant)}
                | ({} if before is None else {"seen": seen["back_off_until"]}),
                now=now,
            )
            if written:
                return after.until
        return _from_milliseconds(seen["back_off_until"])

    def last_back_off(self, host: str) -> BackOff | None:
        """Return a host's latest back-off; see the port."""
        return _back_off_in(self._pace(host))

    def rules(self, origin: str) -> SiteRules | None:
        """Return a site's rules; see the port."""
        answer = self._client.get_item(TableName=self._table, Key=_key(origin, "rules"))
        document = answer.get("Item", {}).get("document")
        if document is None:
            return None
        try:
            return SiteRules.model_validate_json(zlib.decompress(document["B"]))
        except (zlib.error, ValueError):
            self._forget_rules(origin, document)
            return None

    def _forget_rules(self, origin: str, document: AttributeValueTypeDef) -> None:
        """Remove rules that cannot be read, so that the site's files are read again."""
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=_key(origin, "rules"),
                UpdateExpression="REMOVE #document, #fresh",
                ConditionExpression="#document = :document",
                ExpressionAttributeNames={"#document": "document", "#fresh": "fresh_until"},
                ExpressionAttributeValues={":document": document},
            )

    def claim_rules(self, origin: str, now: datetime, until: datetime) -> bool:
        """Claim the reading of a site's rules; see the port."""
        names = {"#free": "claimed_until", "#fresh": "fresh_until", "#kind": "kind"}
        values = {":until": _number(_to_milliseconds(until)), ":now": _number(_to_milliseconds(now))}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(origin, "rules"),
                UpdateExpression="SET #free = :until, #kind = :kind",
                ConditionExpression="(attribute_not_exists(#free) OR #free <= :now) "
                "AND (attribute_not_exists(#fresh) OR #fresh <= :now)",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={**values, ":kind": {"S": "rules"}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def save_rules(self, origin: str, rules: SiteRules) -> None:
        """Keep a site's rules; see the port."""
        document = packed(rules)
        names = {"#document": "document", "#kind": "kind", "#expires": "expires_at"}
        kept_from = rules.fresh_until or rules.read_at or _EPOCH
        values: dict[str, Any] = {
            ":document": {"B": document},
            ":kind": {"S": "rules"},
            ":expires": _number(int(kept_from.timestamp() + RULES_KEPT_SECONDS)),
        }
        update = "SET #document = :document, #kind = :kind, #expires = :expires"
        if rules.fresh_until is not None:
            # The reading is done: a worker that finds the rules old may claim it again.
            update += ", #fresh = :fresh REMOVE #free"
            names |= {"#fresh": "fresh_until", "#free": "claimed_until"}
            values[":fresh"] = _number(_to_milliseconds(rules.fresh_until))
        self._client.update_item(
            TableName=self._table,
            Key=_key(origin, "rules"),
            UpdateExpression=update,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def take_down(self, host: str, now: datetime) -> None:
        """Hand out no slot of a host from here on, until :meth:`readmit`."""
        self._client.update_item(
            TableName=self._table,
            Key=_key(host, "pace"),
            UpdateExpression=f"SET {TAKEN_DOWN_AT} = if_not_exists({TAKEN_DOWN_AT}, :now), #kind = :kind "
            "REMOVE #expires",
            ExpressionAttributeNames={"#kind": "kind", "#expires": "expires_at"},
            ExpressionAttributeValues={":now": _number(_to_milliseconds(now)), ":kind": {"S": "host"}},
        )

    def readmit(self, host: str, now: datetime) -> None:
        """Hand out slots of a host again."""
        self._client.update_item(
            TableName=self._table,
            Key=_key(host, "pace"),
            UpdateExpression=f"REMOVE {TAKEN_DOWN_AT} SET #expires = :expires",
            ExpressionAttributeNames={"#expires": "expires_at"},
            ExpressionAttributeValues={":expires": _number(int(now.timestamp() + RULES_KEPT_SECONDS))},
        )

    def is_taken_down(self, host: str) -> bool:
        """Return whether no slot of a host is handed out because it was taken down."""
        return TAKEN_DOWN_AT in self._pace(host)

    def forget(self, host: str, origins: Collection[str]) -> int:
        """Delete what is kept of a host: its pace, its profile, and the rules of its sites; return how many items.

        A takedown is no property of the host, and stays.
        """
        keys = [_key(host, _PROFILE), *(_key(origin, "rules") for origin in origins)]
        deleted = sum("Attributes" in self._delete(key) for key in keys)
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            pace = self._delete(_key(host, "pace"), ConditionExpression=f"attribute_not_exists({TAKEN_DOWN_AT})")
            deleted += "Attributes" in pace
        return deleted

    def remove_page(self, host: str, article_id: str) -> bool:
        """Take an article's page out of its host's profile; False where it is not in it.

        Raises
        ------
        ConflictError
            The profile kept changing.
        """
        for _ in self._pauses.attempts():
            seen = self.profile(host)
            profile = seen.without(article_id)
            if profile.pages == seen.pages:
                return False
            unchanged: dict[str, Any] = {
                "ConditionExpression": "document = :seen",
                "ExpressionAttributeValues": {":seen": {"B": seen.packed()}},
            }
            with suppress(self._client.exceptions.ConditionalCheckFailedException):
                if profile.pages:
                    unchanged["ExpressionAttributeValues"][":document"] = {"B": profile.packed()}
                    self._client.update_item(
                        TableName=self._table,
                        Key=_key(host, _PROFILE),
                        UpdateExpression="SET document = :document",
                        **unchanged,
                    )
                else:
                    self._delete(_key(host, _PROFILE), **unchanged)
                return True
        raise ConflictError(f"the profile of {host} kept changing")

    def _delete(self, key: dict[str, Any], **condition: Any) -> Any:
        return self._client.delete_item(TableName=self._table, Key=key, ReturnValues="ALL_OLD", **condition)

    def profile(self, host: str) -> HostProfile:
        """Return what a host's pages repeat; see the port."""
        answer = self._client.get_item(TableName=self._table, Key=_key(host, _PROFILE))
        return _profile_in(answer.get("Item", {}))

    def add_page(self, host: str, page: ProfilePage, seen: HostProfile) -> None:
        """Put a page into a host's profile; see the port."""
        for _ in self._pauses.attempts():
            profile = seen.with_page(page)
            if profile is seen:
                return
            request: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
            if seen.pages:
                request = {
                    "ConditionExpression": "document = :seen",
                    "ExpressionAttributeValues": {":seen": {"B": seen.packed()}},
                }
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item={
                        **_key(host, _PROFILE),
                        "kind": {"S": "profile"},
                        "document": {"B": profile.packed()},
                        "expires_at": _number((profile.pages[-1].season + 2) * SEASON_SECONDS),
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **request,
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                seen = _profile_in(cast(Item, error.response).get("Item", {}))
            else:
                return
        raise ConflictError(f"the profile of {host} kept changing")

    def _take_now(
        self, host: str, current: int, interval: int, instead_of: datetime | None, *, gives_way: bool
    ) -> tuple[bool, Item]:
        """Take the slot of this moment, unless the last one that was used is less than an interval ago."""
        before = current - interval
        # What is not given back is compared with a time that satisfies the other condition as well.
        unused = before if instead_of is None else _to_milliseconds(instead_of)
        return self._update(
            host,
            "SET last_slot = :now",
            "(attribute_not_exists(last_slot) OR last_slot <= :before OR last_slot = :unused) "
            "AND (attribute_not_exists(back_off_until) OR back_off_until <= :now) "
            "AND (attribute_not_exists(longest_until) OR longest_until <= :now OR longest_interval <= :interval)"
            + (" AND (attribute_not_exists(backlog_until) OR backlog_until <= :now)" if gives_way else ""),
            {"now": current, "before": before, "unused": unused, "interval": interval},
            now=_from_milliseconds(current),
        )

    def _take_next(self, host: str, current: int, interval: int, latest: int) -> tuple[bool, Item]:
        """Take the slot an interval after the last one, if it is within the time that the caller is willing to wait."""
        return self._update(
            host,
            "SET last_slot = last_slot + :interval",
            "last_slot > :before AND last_slot <= :last "
            "AND (attribute_not_exists(back_off_until) OR back_off_until <= :now)",
            {"interval": interval, "before": current - interval, "last": latest - interval, "now": current},
            now=_from_milliseconds(current),
        )

    def _queue_behind(self, host: str, floor: int, interval: int, seen: Item, *, is_bulk: bool) -> int:
        """Return a time behind those of all other refused callers; of bulk, behind that of bulk, too."""
        queue = "bulk_until" if is_bulk else "backlog_until"
        if is_bulk:
            floor = max(floor, seen.get("backlog_until", 0))
        for _ in range(_ATTEMPTS):
            if seen.get(queue, 0) > floor:
                done, seen = self._update(
                    host,
                    f"SET {queue} = {queue} + :interval",
                    f"{queue} > :floor",
                    {"interval": interval, "floor": floor},
                )
                if done:
                    return int(seen[queue]) - interval
            else:
                done, seen = self._update(
                    host,
                    f"SET {queue} = :end",
                    f"attribute_not_exists({queue}) OR {queue} <= :floor",
                    {"end": floor + interval, "floor": floor},
                )
                if done:
                    return floor
        return floor

    def _update(
        self, host: str, update: str, condition: str, numbers: dict[str, int], *, now: datetime | None = None
    ) -> tuple[bool, Item]:
        """Update the host's pace.

        Returns
        -------
        bool, dict
            Whether the condition held, and the numbers in the item: after the update, or as they stood in its way.
        """
        values: dict[str, Any] = {f":{name}": _number(value) for name, value in numbers.items()}
        names: dict[str, str] = {}
        if now is not None:
            # A takedown does not expire, and so nothing that does may be written over it.
            condition = f"({condition}) AND attribute_not_exists({TAKEN_DOWN_AT})"
            update += ", #kind = :kind, #expires = :expires"
            names = {"#kind": "kind", "#expires": "expires_at"}
            values |= {":kind": {"S": "host"}, ":expires": _number(int(now.timestamp() + RULES_KEPT_SECONDS))}
        request: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(host, "pace"),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **request,
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return False, _numbers(cast(Item, error.response).get("Item", {}))
        return True, _numbers(answer["Attributes"])

    def _pace(self, host: str) -> Item:
        answer = self._client.get_item(TableName=self._table, Key=_key(host, "pace"), ConsistentRead=True)
        return _numbers(answer.get("Item", {}))


def packed(rules: SiteRules) -> bytes:
    """Compress rules; of those that are too many, keep as many of the first as fit."""
    document = zlib.compress(rules.model_dump_json(exclude_none=True).encode("utf-8"))
    if len(document) <= MAXIMUM_RULES_BYTES:
        return document

    def cut_to(number: int) -> bytes:
        cut = rules.model_copy(update={"robots": rules.robots[:number], "is_cut": True})
        return zlib.compress(cut.model_dump_json(exclude_none=True).encode("utf-8"))

    # What a site says of AI and of mining is bounded where it is read, and is kept whole.
    fitting, beyond, document = 0, len(rules.robots) + 1, cut_to(0)
    while beyond - fitting > 1:
        middle = (fitting + beyond) // 2
        attempt = cut_to(middle)
        if len(attempt) <= MAXIMUM_RULES_BYTES:
            fitting, document = middle, attempt
        else:
            beyond = middle
    return document


def _key(name: str, kind: str) -> dict[str, Any]:
    return {"pk": {"S": f"host#{name}"}, "sk": {"S": kind}}


def _profile_in(item: Item) -> HostProfile:
    return HostProfile.unpacked(item["document"]["B"]) if item else HostProfile()


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def _numbers(item: Item) -> Item:
    return {name: int(value["N"]) for name, value in item.items() if "N" in value}


def _kept_interval(item: Item, current: int) -> int:
    kept: int = item.get("longest_interval", 0)
    return kept if item.get("longest_until", 0) > current else 0


def _back_off_in(item: Item) -> BackOff | None:
    until = item.get("back_off_until")
    if until is None:
        return None
    complainant = item.get("back_off_by", _THE_HOST)
    return BackOff(_from_milliseconds(until), item["back_off_level"], None if complainant == _THE_HOST else complainant)


def _written(complainant: int | None) -> int:
    return _THE_HOST if complainant is None else complainant


def _to_milliseconds(moment: datetime) -> int:
    """Round up, so that a slot never begins before the moment it was asked for."""
    return -((_EPOCH - moment) // timedelta(milliseconds=1))


def _from_milliseconds(value: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=value)
