"""The intake function: files of the inbox in, submissions of bulk out.

Comes in: SQS records whose bodies are events of S3, as EventBridge puts them into a queue, or what this function has
sent itself. Goes out: the partial batch response. Changes: the table, the bucket, the queue of bulk, its own queue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.clock import utc_now
from newsdesk.inbox import file_id_of
from newsdesk.runtime import BatchResponse, Metric, QueueRecord, RecordKind, instrumented, process_batch
from receiver.settings import IntakeSettings
from receiver.stage import IntakeStage, IntakeStatus

_SECONDS_NEEDED = 100.0


@dataclass(frozen=True, slots=True)
class _Step:
    key: str
    etag: str
    number: int
    part: int | None = None


def _step_in(record: QueueRecord) -> _Step:
    detail = json.loads(record.body)["detail"]
    key, etag = str(detail["object"]["key"]), str(detail["object"]["etag"]).strip('"')
    part = detail.get("part")
    return _Step(key, etag, int(detail.get("step", 0)), None if part is None else int(part))


_STEPS: RecordKind[_Step] = RecordKind(
    read=_step_in,
    keys=lambda step: {"file_id": file_id_of(step.key, step.etag), "step": step.number, "part": step.part},
)


@cache
def build() -> IntakeStage:
    """Wire the stage to AWS, once per process."""
    settings = IntakeSettings.read()
    return IntakeStage(
        store=DynamoInboxStore(settings.table_name, settings.record_retention_days),
        files=S3InboxFiles(settings.bucket_name),
        objects=S3ObjectStore(settings.bucket_name),
        sender=SqsBulkSender(settings.bulk_queue_url, settings.inbox_queue_url),
        outcomes=DynamoArticleStore(settings.table_name),
        sources=DynamoSourceStore(settings.table_name),
        clock=utc_now,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Take the step of every record."""
    return process_batch(event, context, _STEPS, _take, Metric.INBOX_STEPS_TAKEN, seconds_needed=_SECONDS_NEEDED)


def _take(step: _Step) -> IntakeStatus:
    stage = build()
    if step.part is not None:
        return stage.take_part(step.key, step.etag, step.part)
    return stage.handle(step.key, step.etag, step.number)
