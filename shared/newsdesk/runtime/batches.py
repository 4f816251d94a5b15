"""Queue records: each one succeeds or fails alone.

Comes in: a Lambda event of SQS records and its context. Goes out: the partial batch response. Changes: what the
record's handler changes.

A body that is not the expected message fails alone and goes to the dead-letter queue after the queue's last delivery:
only our own functions write there, so nothing else accounts for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypedDict, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.contracts import StageMessage
from newsdesk.errors import ThrottledError
from newsdesk.ports import Outbox
from newsdesk.runtime.observability import Metric, count, logger, measure

MessageT = TypeVar("MessageT")
StageMessageT = TypeVar("StageMessageT", bound=StageMessage)


class RecordStatus(StrEnum):
    """The statuses of a record that no stage returns."""

    ERROR = "error"
    """An exception that was not foreseen; the record goes back to its queue."""
    THROTTLED = "throttled"
    """A service throttled the function for longer than it could wait; the record goes back to its queue."""


class FailedItem(TypedDict):
    """A record that is to be delivered again."""

    itemIdentifier: str


class BatchResponse(TypedDict):
    """The records of a batch that are to be delivered again, as Lambda wants them (``ReportBatchItemFailures``)."""

    batchItemFailures: list[FailedItem]


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A record of an SQS event.

    Attributes
    ----------
    message_id : str
        SQS's id.
    body : str
        The message.
    sender : str or None
        The id of the principal who sent it.
    attributes : mapping
        Texts that were sent beside the body.
    """

    message_id: str
    body: str
    sender: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordKind(Generic[MessageT]):
    """What the records of a queue hold.

    Attributes
    ----------
    read : callable
        Returns a record's message; what it raises fails the record, uncounted.
    keys : callable
        Returns what every line names that is logged about a message.
    """

    read: Callable[[QueueRecord], MessageT]
    keys: Callable[[MessageT], Mapping[str, object]]


def stage_messages(message_type: type[StageMessageT]) -> RecordKind[StageMessageT]:
    """Return the kind of records whose bodies are messages from one stage to the next."""
    return RecordKind(
        read=lambda record: message_type.model_validate_json(record.body),
        keys=lambda message: {
            "article_id": message.article_id,
            "run": message.run,
            "correlation_id": message.correlation_id,
        },
    )


def process_batch(
    event: dict[str, Any],
    context: LambdaContext,
    kind: RecordKind[MessageT],
    handle: Callable[[MessageT], StrEnum],
    metric: Metric,
    *,
    seconds_needed: float,
    concurrency: int = 1,
    outbox: Outbox | None = None,
) -> BatchResponse:
    """Handle every record of an SQS event.

    Parameters
    ----------
    kind : RecordKind
        What the records hold.
    handle : callable
        Takes a message, returns the status to count it under; may be called from several threads at once.
    metric : Metric
        The counter of records; what each of them took goes to its ``duration``.
    seconds_needed : float
        What one record may take. With less time left, it is handed back to the queue untried.
    concurrency : int
        Records handled at the same time.
    outbox : Outbox or None
        Gathers the messages that are sent for the records.

    Returns
    -------
    BatchResponse
        The records to be delivered again.
    """

    def is_handled(record: QueueRecord) -> bool:
        if context.get_remaining_time_in_millis() < seconds_needed * 1000:
            return False
        try:
            with outbox.gathered(record.message_id) if outbox else nullcontext():
                _handle_one(kind, kind.read(record), handle, metric)
        except Exception:  # whatever it is, it fails this record alone; what was not foreseen has been logged
            return False
        return True

    records = [_record_in(entry) for entry in event["Records"]]
    if concurrency == 1:
        handled = list(map(is_handled, records))
    else:
        with ThreadPoolExecutor(max_workers=concurrency) as executor:
            handled = list(executor.map(is_handled, records))
    # A record whose message did not get through comes again, and sends it again.
    unsent = outbox.flush() if outbox else frozenset[str]()
    failed = {record.message_id for record, is_done in zip(records, handled, strict=True) if not is_done} | unsent
    return {
        "batchItemFailures": [
            {"itemIdentifier": record.message_id} for record in records if record.message_id in failed
        ]
    }


def _record_in(entry: Mapping[str, Any]) -> QueueRecord:
    said = entry.get("messageAttributes", {})
    attributes = {name: value["stringValue"] for name, value in said.items() if "stringValue" in value}
    return QueueRecord(entry["messageId"], entry["body"], entry.get("attributes", {}).get("SenderId"), attributes)


def _handle_one(
    kind: RecordKind[MessageT], message: MessageT, handle: Callable[[MessageT], StrEnum], metric: Metric
) -> None:
    # Every line that is logged on the way names what it belongs to, in this thread and no other.
    logger.thread_safe_append_keys(**kind.keys(message))
    status: StrEnum = RecordStatus.ERROR
    started = time.monotonic()
    try:
        status = handle(message)
        logger.info("record handled", extra={"status": status.value, "seconds": round(time.monotonic() - started, 3)})
    except ThrottledError as error:
        status = RecordStatus.THROTTLED
        logger.warning("record handed back", extra={"detail": str(error)})
        raise
    except Exception:
        logger.exception("record failed")
        raise
    finally:
        count(metric, status)
        measure(metric.duration, (time.monotonic() - started) * 1000, status)
        logger.thread_safe_clear_keys()
