"""What a managed service may be asked in a day, counted on DynamoDB.

Comes in: units, and the host that they are for. Goes out: a reservation, or a refusal. Changes: two items a reservation
in the one table, by conditional updates, so that workers together never reserve more than the day has, and one host's
articles never more than their share of it.

=============================  ==============  ==========================================================
``pk``                         ``sk``          what
=============================  ==============  ==========================================================
``spending#<service>``         ``2026-11-22``  the units reserved on that day (UTC); expires
``spending#<service>#<host>``  ``2026-11-22``  those of them that articles of one host took; expires
=============================  ==============  ==========================================================
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from newsdesk.adapters import clients
from newsdesk.adapters.managed_calls import managed_call
from newsdesk.clock import Clock, utc_now
from newsdesk.managed import AllowanceSpentError, ManagedServiceError
from newsdesk.runtime import logger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT = timedelta(days=35)
"""Long enough to compare a month's counts with its bill."""


class DynamoAllowance:
    """A :class:`newsdesk.managed.Allowance`.

    A reservation is made before the call and stays where the call fails, because a service may bill what it did not
    answer in time: the count is an upper bound of what is billed.
    """

    def __init__(
        self,
        table_name: str,
        service: str,
        units_per_day: int,
        percent_per_host: int = 100,
        client: DynamoDBClient | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._table = table_name
        self._service = service
        self._limit = units_per_day
        self._limit_per_host = units_per_day * percent_per_host // 100
        self._is_shared = percent_per_host < 100
        self._client = client or clients.dynamodb()
        self._clock = clock
        self._refused_on = ""

    def reserve(self, units: int, host: str) -> str:
        """Take units before they are spent; see the port.

        The host's share is taken first. It is not given back where the day has too few units left: nobody has any then.
        """
        now = self._clock()
        day = now.date().isoformat()
        expires_at = int((now + _KEPT).timestamp())
        if self._is_shared and not self._take(self._key_of_host(host, day), units, self._limit_per_host, expires_at):
            raise AllowanceSpentError(f"the day's {self._limit_per_host:,} units for one host leave no {units:,}")
        if not self._take(self._key(day), units, self._limit, expires_at):
            raise self._refused(f"the day's allowance of {self._limit:,} units leaves no {units:,}", day)
        return day

    def give_back(self, units: int, host: str, day: str) -> None:
        """Return what a reservation took too much; see the port."""
        keys = [self._key_of_host(host, day)] if self._is_shared else []
        for key in (*keys, self._key(day)):
            with managed_call():
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression="ADD #units :units",
                    ConditionExpression="#units >= :least",
                    ExpressionAttributeNames={"#units": "units"},
                    ExpressionAttributeValues={":units": {"N": str(-units)}, ":least": {"N": str(units)}},
                )

    def _take(self, key: dict[str, dict[str, str]], units: int, limit: int, expires_at: int) -> bool:
        """Add units to a count unless they would exceed its limit; return whether they were added."""
        if units > limit:
            return False
        try:
            with managed_call():
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression="SET #expires = :expires ADD #units :units",
                    ConditionExpression="attribute_not_exists(#units) OR #units <= :most",
                    ExpressionAttributeNames={"#units": "units", "#expires": "expires_at"},
                    ExpressionAttributeValues={
                        ":units": {"N": str(units)},
                        ":most": {"N": str(limit - units)},
                        ":expires": {"N": str(expires_at)},
                    },
                )
        except ManagedServiceError as error:
            if isinstance(error.__cause__, self._client.exceptions.ConditionalCheckFailedException):
                return False
            raise
        return True

    def _refused(self, refusal: str, day: str) -> AllowanceSpentError:
        """Return what to raise; the log says so once a day and process, for each article's errors say it, too."""
        if day != self._refused_on:
            self._refused_on = day
            logger.warning("allowance spent", extra={"spent_on": self._service, "detail": refusal})
        return AllowanceSpentError(refusal)

    def _key_of_host(self, host: str, day: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"spending#{self._service}#{host}"}, "sk": {"S": day}}

    def _key(self, day: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"spending#{self._service}"}, "sk": {"S": day}}
