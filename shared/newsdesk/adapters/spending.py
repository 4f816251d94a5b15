"""What a managed service may be asked in a day, counted on DynamoDB.

Comes in: units. Goes out: a reservation, or a refusal. Changes: one item a service and day in the one table, by
conditional updates, so that workers together never reserve more than the day has.

======================  =====================  ==========================================================
``pk``                  ``sk``                 what
======================  =====================  ==========================================================
``spending#<service>``  ``2026-11-22``         the units reserved on that day (UTC); expires
======================  =====================  ==========================================================
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
        client: DynamoDBClient | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._table = table_name
        self._service = service
        self._limit = units_per_day
        self._client = client or clients.dynamodb()
        self._clock = clock
        self._refused_on = ""

    def reserve(self, units: int) -> str:
        """Take units before they are spent; see the port."""
        now = self._clock()
        day = now.date().isoformat()
        refusal = f"the day's allowance of {self._limit:,} units leaves no {units:,}"
        if units > self._limit:
            raise self._refused(refusal, day)
        try:
            with managed_call():
                self._client.update_item(
                    TableName=self._table,
                    Key=self._key(day),
                    UpdateExpression="SET #expires = :expires ADD #units :units",
                    ConditionExpression="attribute_not_exists(#units) OR #units <= :most",
                    ExpressionAttributeNames={"#units": "units", "#expires": "expires_at"},
                    ExpressionAttributeValues={
                        ":units": {"N": str(units)},
                        ":most": {"N": str(self._limit - units)},
                        ":expires": {"N": str(int((now + _KEPT).timestamp()))},
                    },
                )
        except ManagedServiceError as error:
            if isinstance(error.__cause__, self._client.exceptions.ConditionalCheckFailedException):
                raise self._refused(refusal, day) from error
            raise
        return day

    def give_back(self, units: int, day: str) -> None:
        """Return what a reservation took too much; see the port."""
        with managed_call():
            self._client.update_item(
                TableName=self._table,
                Key=self._key(day),
                UpdateExpression="ADD #units :units",
                ConditionExpression="#units >= :least",
                ExpressionAttributeNames={"#units": "units"},
                ExpressionAttributeValues={":units": {"N": str(-units)}, ":least": {"N": str(units)}},
            )

    def _refused(self, refusal: str, day: str) -> AllowanceSpentError:
        """Return what to raise; the log says so once a day and process, for each article's errors say it, too."""
        if day != self._refused_on:
            self._refused_on = day
            logger.warning("allowance spent", extra={"spent_on": self._service, "detail": refusal})
        return AllowanceSpentError(refusal)

    def _key(self, day: str) -> dict[str, dict[str, str]]:
        return {"pk": {"S": f"spending#{self._service}"}, "sk": {"S": day}}
