"""The submit function: intake queue in, fetch queue out.

Comes in: SQS records of intake messages, and of EventBridge events that a rule put there. Goes out: the partial batch
response. Changes: the table and the fetch queue.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.clock import utc_now
from newsdesk.contracts import FetchRequested
from newsdesk.errors import TimeShortError
from newsdesk.runtime import count, instrumented, logger
from submitter.settings import SubmitSettings
from submitter.stage import SubmitStage

_SECONDS_NEEDED = 5.0


@cache
def build() -> SubmitStage:
    """Wire the stage to AWS, once per process."""
    settings = SubmitSettings()
    return SubmitStage(
        store=DynamoArticleStore(settings.table_name, settings.record_retention_days),
        sender=SqsMessageSender({FetchRequested: settings.fetch_queue_url}),
        clock=utc_now,
        timeouts=settings.timeouts,
        networks=settings.networks,
        ports=settings.ports,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Take every submission of a batch; a body that is no submission is recorded as such and acknowledged."""

    def handle(record: SQSRecord) -> None:
        if context.get_remaining_time_in_millis() < _SECONDS_NEEDED * 1000:
            raise TimeShortError
        status = build().handle(record.body, record.message_id)
        count("SubmissionsReceived", status)
        logger.info("submission handled", extra={"status": status, "message_id": record.message_id})

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(event["Records"], handle, lambda_context=context):
        processor.process()
    return processor.response()
