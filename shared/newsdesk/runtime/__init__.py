"""What every function runs on: batches, the way through a stage, logs and metrics, settings.

Below it stand ``articles`` and all that is below them; above it ``adapters``.
"""

from __future__ import annotations

from newsdesk.runtime.batches import process_batch
from newsdesk.runtime.observability import count, instrumented, logger, measure
from newsdesk.runtime.settings import FunctionSettings, NetworkSettings, RightsSettings, TableSettings, VisitSettings
from newsdesk.runtime.steps import Step, advance, check_in

__all__ = [
    "FunctionSettings",
    "NetworkSettings",
    "RightsSettings",
    "Step",
    "TableSettings",
    "VisitSettings",
    "advance",
    "check_in",
    "count",
    "instrumented",
    "logger",
    "measure",
    "process_batch",
]
