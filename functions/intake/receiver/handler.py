"""The intake function: files of the inbox in, submissions of bulk out.

Comes in: SQS records whose bodies are S3's notifications of new objects, or what this function has sent itself. Goes
out: the partial batch response. Changes: the table, the bucket, the queue of bulk, its own queue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote_plus

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


def _steps_in(record: QueueRecord) -> tuple[_Step, ...]:
    """Return the steps that a message asks for; S3 tries a queue with a message that asks for none."""
    body = json.loads(record.body)
    if body.get("Event") == "s3:TestEvent":
        return ()
    if "Records" in body:
        return tuple(_first_step(told["s3"]["object"]) for told in body["Records"])
    detail = body["detail"]
    file, part = detail["object"], detail.get("part")
    step = _Step(str(file["key"]), str(file["etag"]), int(detail.get("step", 0)), None if part is None else int(part))
    return (step,)


def _first_step(told: Mapping[str, Any]) -> _Step:
    # S3 encodes keys in notifications as forms are: a space is a plus sign.
    return _Step(unquote_plus(told["key"]), str(told["eTag"]), 0)


def _keys_of(steps: tuple[_Step, ...]) -> dict[str, object]:
    if len(steps) != 1:
        return {}
    (step,) = steps
    return {"file_id": file_id_of(step.key, step.etag), "step": step.number, "part": step.part}


_STEPS: RecordKind[tuple[_Step, ...]] = RecordKind(read=_steps_in, keys=_keys_of)


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


def _take(steps: tuple[_Step, ...]) -> IntakeStatus:
    status = IntakeStatus.STALE
    for step in steps:
        status = _take_one(build(), step)
    return status


def _take_one(stage: IntakeStage, step: _Step) -> IntakeStatus:
    if step.part is not None:
        return stage.take_part(step.key, step.etag, step.part)
    return stage.handle(step.key, step.etag, step.number)
