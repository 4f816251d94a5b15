"""What every function runs on: batches, the way through a stage, logs and metrics, settings.

Below it stand ``articles`` and all that is below them; above it ``adapters``.
"""

from __future__ import annotations

from newsdesk.runtime.batches import BatchResponse, QueueRecord, RecordKind, RecordStatus, process_batch, stage_messages
from newsdesk.runtime.observability import (
    HOST_CLASSES,
    Metric,
    Unit,
    count,
    host_class,
    instrumented,
    logger,
    measure,
)
from newsdesk.runtime.settings import (
    CrawlSettings,
    FunctionSettings,
    NetworkSettings,
    RightsSettings,
    TableSettings,
    VisitSettings,
)
from newsdesk.runtime.steps import CONTENDED, Change, Step, Worker

__all__ = [
    "CONTENDED",
    "HOST_CLASSES",
    "BatchResponse",
    "Change",
    "CrawlSettings",
    "FunctionSettings",
    "Metric",
    "NetworkSettings",
    "QueueRecord",
    "RecordKind",
    "RecordStatus",
    "RightsSettings",
    "Step",
    "TableSettings",
    "Unit",
    "VisitSettings",
    "Worker",
    "count",
    "host_class",
    "instrumented",
    "logger",
    "measure",
    "process_batch",
    "stage_messages",
]
