"""The compact function: hours of the change feed in, parts of the data set out.

Comes in: a schedule, SQS records that name chunks to write, and calls of the command line. Goes out: which parts are to
be written, or the partial batch response. Changes: ``datasets/``, and its own queue.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from compactor.parquet import ParquetWriter
from compactor.settings import CompactSettings
from compactor.stage import CompactStage
from newsdesk.adapters.datasets import S3PartStore, SqsCompactionSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.clock import utc_now
from newsdesk.contracts import CompactionDue
from newsdesk.runtime import BatchResponse, Metric, RecordKind, instrumented, logger, process_batch

SECONDS_NEEDED = 90.0

_CHUNKS: RecordKind[CompactionDue] = RecordKind(
    read=lambda record: CompactionDue.model_validate_json(record.body),
    keys=lambda chunk: {"hour": chunk.hour, "plan": chunk.plan, "chunk": chunk.chunk},
)


@cache
def build() -> CompactStage:
    """Wire the stage to AWS, once per process."""
    settings = CompactSettings.read()
    return CompactStage(
        parts=S3PartStore(settings.bucket_name),
        objects=S3ObjectStore(settings.bucket_name),
        sender=SqsCompactionSender(settings.compact_queue_url),
        write=ParquetWriter(settings.compact_memory_megabytes // 3).write,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse | dict[str, Any]:
    """Write the chunks of a batch; or plan the hours that a call names, or that are due; or write a part again."""
    stage = build()
    if "Records" in event:
        return process_batch(event, context, _CHUNKS, stage.handle, Metric.PARTS_WRITTEN, seconds_needed=SECONDS_NEEDED)
    if "rewrite" in event:
        return {"rewritten": stage.rewrite(event["rewrite"])}
    plan = event.get("plan")
    awaited = stage.plan(plan["since"], plan["until"]) if plan else stage.plan_due(utc_now())
    logger.info("hours planned", extra={"parts": len(awaited)})
    return {"parts": awaited}
