"""One logger and one set of metrics for every function.

Comes in: what functions log, count and measure. Goes out: a decorator for handlers. Changes: writes JSON log lines and
embedded metrics (CloudWatch EMF) to standard output.

URLs carry secrets in their query strings. Stages log ids; whatever else is logged, an exception's text and a traceback
too, goes through :func:`newsdesk.web.urls.scrub` as the line is written. ``docs/metrics.md`` lists the metrics.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import EphemeralMetrics
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.web import scrub

NAMESPACE = "Newsdesk"
SERVICE = "newsdesk"

Unit = Literal["Count", "Bytes", "Milliseconds"]
ResultT = TypeVar("ResultT")
Handler = Callable[[dict[str, Any], LambdaContext], ResultT]


def _scrubbed(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _scrubbed(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(part) for part in value]
    return scrub(value if isinstance(value, str) else str(value))


def _log_line(record: dict[str, Any]) -> str:
    line = json.dumps(_scrubbed(record), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate from some page's text must not cost the line.
    return line.encode("utf-8", "backslashreplace").decode("utf-8")


class InvocationMetrics(AmazonCloudWatchEMFProvider):
    """Metrics of one invocation: kept by status until it ends, then written in one line for each status.

    May be fed by several threads at once. A counter is one number; of everything else all values are written, so that
    CloudWatch can tell percentiles.
    """

    def __init__(self, namespace: str, service: str) -> None:
        super().__init__(namespace=namespace, service=service)
        self._lock = threading.Lock()
        self._values: dict[str, dict[tuple[str, Unit], list[float]]] = {}

    def record(self, name: str, value: float, unit: Unit, status: str) -> None:
        """Add a value to a metric."""
        with self._lock:
            values = self._values.setdefault(status, {}).setdefault((name, unit), [])
            if unit == "Count" and values:
                values[0] += value
            else:
                values.append(value)

    def flush_metrics(self, raise_on_empty_metrics: bool = False) -> None:  # noqa: ARG002 - Powertools' signature
        """Write what was recorded, and forget it."""
        with self._lock:
            recorded, self._values = self._values, {}
        for status, metrics_of_status in sorted(recorded.items()):
            line = EphemeralMetrics(namespace=self.namespace, service=self.service)
            line.add_dimension("status", status)
            for (name, unit), values in metrics_of_status.items():
                for value in values:
                    line.add_metric(name, unit, value)
            if line.metric_set:  # a line is written by itself, and emptied, when a metric has a hundred values
                line.flush_metrics()


logger = Logger(service=SERVICE, utc=True, json_serializer=_log_line)
_recorded = InvocationMetrics(NAMESPACE, SERVICE)
_metrics = Metrics(provider=_recorded)


def count(name: str, status: str, value: float = 1.0) -> None:
    """Count something by status.

    Parameters
    ----------
    name : str
        A plural noun, such as ``PagesFetched``.
    status : str
        One of a small closed set; never a URL or a host.
    """
    _recorded.record(name, value, "Count", status)


def measure(name: str, value: float, unit: Unit, status: str) -> None:
    """Measure something by status: a size in ``Bytes``, a time in ``Milliseconds``.

    Parameters
    ----------
    name : str
        A plural noun, such as ``BytesReceived``.
    status : str
        One of a small closed set; never a URL or a host.
    """
    _recorded.record(name, value, unit, status)


def instrumented(handler: Handler[ResultT]) -> Handler[ResultT]:
    """Make a function a Lambda handler whose log lines name its invocation and whose metrics are written at its end.

    The first invocation of a process also counts as ``ColdStart``, with the function's name as a dimension.
    """

    @logger.inject_lambda_context(clear_state=True)
    @_metrics.log_metrics(capture_cold_start_metric=True)
    @functools.wraps(handler)
    def instrumented_handler(event: dict[str, Any], context: LambdaContext) -> ResultT:
        return handler(event, context)

    decorated: Handler[ResultT] = instrumented_handler
    return decorated
