"""Queue records: each one succeeds or fails alone.

Comes in: a Lambda event of SQS records and its context. Goes out: the partial batch response. Changes: what the
record's handler changes.

A body that is not the expected message fails alone and goes to the dead-letter queue after the queue's last delivery:
only our own stages write there, so nobody foresaw it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Json

from newsdesk.contracts import StageMessage
from newsdesk.errors import TimeShortError
from newsdesk.runtime.observability import count, logger, measure

MessageT = TypeVar("MessageT", bound=StageMessage)


def process_batch(
    event: dict[str, Any],
    context: LambdaContext,
    message_type: type[MessageT],
    handle: Callable[[MessageT], str],
    metric: str,
    *,
    seconds_needed: float,
    concurrency: int = 1,
) -> PartialItemFailureResponse:
    """Handle every record of an SQS event.

    Parameters
    ----------
    message_type : type
        What the records' bodies must be.
    handle : callable
        Takes a message, returns the status to count it under; may be called from several threads at once.
    metric : str
        Plural noun, the counter's name; with ``Milliseconds`` behind it, the name of what a record took.
    seconds_needed : float
        What one record may take. With less time left, it is handed back to the queue untried.
    concurrency : int
        Records handled at the same time.

    Returns
    -------
    dict
        The ids of the records to be delivered again (``ReportBatchItemFailures``).
    """

    class RecordModel(SqsRecordModel):
        body: Json[message_type]  # type: ignore[valid-type]

    def handle_record(record: RecordModel) -> None:
        if context.get_remaining_time_in_millis() < seconds_needed * 1000:
            raise TimeShortError(f"less than {seconds_needed} s left")
        message: MessageT = record.body
        # Every line that is logged on the way names what it belongs to, in this thread and no other.
        logger.thread_safe_append_keys(
            article_id=message.article_id, run=message.run, correlation_id=message.correlation_id
        )
        status = "error"
        started = time.monotonic()
        try:
            status = handle(message)
            logger.info("record handled", extra={"status": status, "seconds": round(time.monotonic() - started, 3)})
        except Exception:
            logger.exception("record failed")
            raise
        finally:
            count(metric, status)
            measure(f"{metric}Milliseconds", (time.monotonic() - started) * 1000, "Milliseconds", status)
            logger.thread_safe_clear_keys()

    if concurrency == 1:
        processor = BatchProcessor(EventType.SQS, model=RecordModel, raise_on_entire_batch_failure=False)
        with processor(event["Records"], handle_record, lambda_context=context):
            processor.process()
        return processor.response()
    with ThreadPoolExecutor(max_workers=concurrency) as executor:

        async def handle_in_thread(record: RecordModel) -> None:
            await asyncio.get_running_loop().run_in_executor(executor, handle_record, record)

        concurrent = AsyncBatchProcessor(EventType.SQS, model=RecordModel, raise_on_entire_batch_failure=False)
        with concurrent(event["Records"], handle_in_thread, lambda_context=context):
            concurrent.async_process()
        return concurrent.response()
