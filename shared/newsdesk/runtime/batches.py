"""Queue records: each one succeeds or fails alone.

Comes in: a Lambda event of SQS records and its context. Goes out: the partial batch response. Changes: what the
record's handler changes.

A body that is not the expected message fails alone and goes to the dead-letter queue after the queue's last delivery:
only our own functions write there, so nothing else accounts for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.contracts import StageMessage
from newsdesk.errors import ThrottledError, TimeShortError
from newsdesk.runtime.observability import Metric, count, logger, measure

MessageT = TypeVar("MessageT")
StageMessageT = TypeVar("StageMessageT", bound=StageMessage)


class RecordStatus(StrEnum):
    """The statuses of a record that no stage returns."""

    ERROR = "error"
    """An exception that was not foreseen; the record goes back to its queue."""
    THROTTLED = "throttled"
    """A service throttled the function for longer than it could wait; the record goes back to its queue."""


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

    read: Callable[[SQSRecord], MessageT]
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
) -> PartialItemFailureResponse:
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

    Returns
    -------
    dict
        The ids of the records to be delivered again (``ReportBatchItemFailures``).
    """

    def handle_record(record: SQSRecord) -> None:
        if context.get_remaining_time_in_millis() < seconds_needed * 1000:
            raise TimeShortError(f"less than {seconds_needed} s left")
        _handle_one(kind, kind.read(record), handle, metric)

    if concurrency == 1:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        with processor(event["Records"], handle_record, lambda_context=context):
            processor.process()
        return processor.response()
    with ThreadPoolExecutor(max_workers=concurrency) as executor:

        async def handle_in_thread(record: SQSRecord) -> None:
            await asyncio.get_running_loop().run_in_executor(executor, handle_record, record)

        concurrent = AsyncBatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        with concurrent(event["Records"], handle_in_thread, lambda_context=context):
            concurrent.async_process()
        return concurrent.response()


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
