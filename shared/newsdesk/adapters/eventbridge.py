"""The event bus on EventBridge.

Comes in: events of the domain. Goes out: accepted events. Changes: the bus.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import ArticleChanged, SubmissionEnded
from newsdesk.errors import NewsdeskError
from newsdesk.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

EVENT_SOURCE = "newsdesk"

_ENTRIES_PER_CALL = 10
"""EventBridge's own limit on ``PutEvents``."""

_BYTES_PER_CALL = 200_000
"""Of all entries together; EventBridge's own limit is 256 KiB. What pages put into one event stays below it."""

REFUSED = Pauses(tries=5, first_seconds=0.1)
"""Between the tries of events that the bus refused: it does so when it is asked too much."""


class EventsNotAcceptedError(NewsdeskError):
    """The bus refused events several times over."""


class EventBridgePublisher:
    """A :class:`newsdesk.ports.EventPublisher`."""

    def __init__(self, bus_name: str, client: EventBridgeClient | None = None, pauses: Pauses = REFUSED) -> None:
        self._bus = bus_name
        self._pauses = pauses
        self._client = patient(client or clients.events())

    def publish(self, events: Sequence[ArticleChanged | SubmissionEnded]) -> None:
        """Publish events, sending again after a pause only those that the bus refused; see the port.

        Raises
        ------
        EventsNotAcceptedError
            If some are still refused after the last try.
        """
        entries = [self._entry(event) for event in events]
        for call in _calls(entries):
            refused = self._put(call)
            if refused:
                raise EventsNotAcceptedError(f"{refused} of {len(entries)} events")

    def _put(self, pending: list[PutEventsRequestEntryTypeDef]) -> int:
        """Put events on the bus until all are accepted, and return how many were refused to the end."""
        for _ in self._pauses.attempts():
            answers = self._client.put_events(Entries=pending)["Entries"]
            pending = [entry for entry, answer in zip(pending, answers, strict=True) if "EventId" not in answer]
            if not pending:
                break
        return len(pending)

    def _entry(self, event: ArticleChanged | SubmissionEnded) -> PutEventsRequestEntryTypeDef:
        return {
            "EventBusName": self._bus,
            "Source": EVENT_SOURCE,
            "DetailType": type(event).__name__,
            "Detail": event.to_ascii_json(),
        }


def _calls(entries: Sequence[PutEventsRequestEntryTypeDef]) -> Iterator[list[PutEventsRequestEntryTypeDef]]:
    """Share entries out to calls, in order, within EventBridge's limits."""
    call: list[PutEventsRequestEntryTypeDef] = []
    size = 0
    for entry in entries:
        weight = sum(len(str(value)) for value in entry.values())
        if call and (len(call) == _ENTRIES_PER_CALL or size + weight > _BYTES_PER_CALL):
            yield call
            call, size = [], 0
        call.append(entry)
        size += weight
    if call:
        yield call
