"""The submit function: intake queue in, fetch queue out; pages that were pushed go to extract.

Comes in: SQS records of intake messages, and of EventBridge events that a rule put there. Goes out: the partial batch
response. Changes: the table, the queues of fetch and extract; moves pushed pages within the bucket.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SENDER_ATTRIBUTE, GatheringSender
from newsdesk.clock import utc_now
from newsdesk.contracts import FetchRequested, PageFetched
from newsdesk.runtime import BatchResponse, Metric, QueueRecord, RecordKind, Worker, instrumented, process_batch
from submitter.settings import SubmitSettings
from submitter.stage import SubmitStage, SubmitStatus

_SECONDS_NEEDED = 15.0
"""Of a submission whose article others keep changing: as long as the pauses of :data:`newsdesk.runtime.CONTENDED`."""

_INTAKE: RecordKind[QueueRecord] = RecordKind(
    read=lambda record: record, keys=lambda record: {"message_id": record.message_id}
)
"""A body that is no submission is recorded as such, so the stage reads it."""


@cache
def build() -> SubmitStage:
    """Wire the stage to AWS, once per process."""
    settings = SubmitSettings.read()
    sender = GatheringSender({FetchRequested: settings.fetch_queue_url, PageFetched: settings.extract_queue_url})
    return SubmitStage(
        Worker(
            DynamoArticleStore(settings.table_name, settings.record_retention_days),
            sender,
            utc_now,
            settings.timeouts,
            outbox=sender,
        ),
        S3ObjectStore(settings.bucket_name),
        networks=settings.networks,
        ports=settings.ports,
        spokesman=settings.api_role_id,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Take every submission of a batch; a body that is no submission is recorded as such and acknowledged."""
    return process_batch(
        event,
        context,
        _INTAKE,
        _take,
        Metric.SUBMISSIONS_RECEIVED,
        seconds_needed=_SECONDS_NEEDED,
        outbox=build().worker.outbox,
    )


def _take(record: QueueRecord) -> SubmitStatus:
    on_behalf_of = record.attributes.get(SENDER_ATTRIBUTE)
    return build().handle(record.body, record.message_id, record.sender, on_behalf_of)
