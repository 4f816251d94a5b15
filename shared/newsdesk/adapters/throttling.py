"""Services that refuse a call for its rate: asked again after a pause, then handed back as one error.

Comes in: a client of botocore. Goes out: the same client, more patient. Changes: nothing by itself.

The SDK repeats some refusals, but never a cancelled transaction, whatever the reason for which it was cancelled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from botocore.exceptions import ClientError

from newsdesk.errors import ThrottledError
from newsdesk.pauses import Pauses

THROTTLE_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "TooManyRequestsException",
    }
)
"""What services call it, as the code of an error or as a reason for which DynamoDB cancelled a transaction, where the
word itself is not in the name."""

_THROTTLE_STATUSES = frozenset({429, 503})

LOST_RACE_CODES = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
"""Reasons for which a transaction was cancelled that mean another writer was there first, or is there now."""

DEFAULT_PAUSES = Pauses(tries=6, first_seconds=0.1)

ClientT = TypeVar("ClientT")


def patient(client: ClientT, pauses: Pauses = DEFAULT_PAUSES) -> ClientT:
    """Return a client whose calls are repeated, with growing pauses, while the service throttles them.

    After the last try a call raises :class:`newsdesk.errors.ThrottledError`. Every other error goes through.
    """
    return cast(ClientT, _PatientClient(client, pauses))


def is_throttle(code: str) -> bool:
    """Return whether a code means that a service was asked too often; several services have prefixes of their own."""
    return "throttl" in code.casefold() or code.rpartition(".")[2] in THROTTLE_CODES


def cancellation_codes(error: ClientError) -> list[str]:
    """Return why a transaction was cancelled: one code for each of its actions, ``None`` for those that could pass."""
    response = cast(dict[str, Any], error.response)
    return [reason.get("Code", "None") for reason in response.get("CancellationReasons", [])]


class _PatientClient:
    """Stands for a client; what is not a call of the service is the client's own."""

    def __init__(self, client: Any, pauses: Pauses) -> None:
        self._client = client
        self._pauses = pauses

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return partial(self._call, found) if name in self._client.meta.method_to_api_mapping else found

    def _call(self, operation: Callable[..., Any], /, **request: Any) -> Any:
        refused: ClientError | None = None
        for _ in self._pauses.attempts():
            try:
                return operation(**request)
            except ClientError as error:
                if not _is_throttled(error):
                    raise
                refused = error
        raise ThrottledError(str(refused)) from refused


def _is_throttled(error: ClientError) -> bool:
    """Return whether a call was refused for its rate, and for nothing that another try would meet again."""
    codes = cancellation_codes(error)
    if not codes:
        response = cast(dict[str, Any], error.response)
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return is_throttle(response["Error"]["Code"]) or status in _THROTTLE_STATUSES
    return any(map(is_throttle, codes)) and LOST_RACE_CODES.isdisjoint(codes)
