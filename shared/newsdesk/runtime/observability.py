"""One logger and one set of metrics for every function.

Comes in: what functions log, count and measure. Goes out: the metrics that there are, and a decorator for handlers.
Changes: writes JSON log lines and embedded metrics (CloudWatch EMF) to standard output.

URLs carry secrets in their query strings. Stages log ids; whatever else is logged, an exception's text and a traceback
too, goes through :func:`newsdesk.web.urls.scrub` as the line is written.
"""

from __future__ import annotations

import functools
import json
import os
import threading
import zlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Self, TypeVar

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import EphemeralMetrics
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.runtime.settings import FunctionSettings
from newsdesk.web import scrub

NAMESPACE = "Newsdesk"
SERVICE = "newsdesk"
"""What they are where the environment does not say (``POWERTOOLS_METRICS_NAMESPACE``, ``POWERTOOLS_SERVICE_NAME``)."""

HOST_CLASSES = tuple(f"hosts-{number}" for number in range(8))
"""The statuses of what is measured by hosts."""

ResultT = TypeVar("ResultT")
Handler = Callable[[dict[str, Any], LambdaContext], ResultT]


class Unit(StrEnum):
    """The unit of a metric's values, by CloudWatch's name."""

    COUNT = "Count"
    BYTES = "Bytes"
    MILLISECONDS = "Milliseconds"
    PERCENT = "Percent"


class Metric(StrEnum):
    """What the functions count and measure: plural nouns, each with its unit and, below it, its meaning."""

    unit: Unit

    def __new__(cls, name: str, unit: Unit) -> Self:
        """Make a member whose value is its name in CloudWatch."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.unit = unit
        return member

    @property
    def duration(self) -> Metric:
        """The metric of how long a record took that this one counts."""
        return Metric[f"{self.name}_MILLISECONDS"]

    SUBMISSIONS_RECEIVED = "SubmissionsReceived", Unit.COUNT
    """By submit, for each intake record."""
    SUBMISSIONS_RECEIVED_MILLISECONDS = "SubmissionsReceivedMilliseconds", Unit.MILLISECONDS
    """By submit: how long a record took."""
    PAGES_FETCHED = "PagesFetched", Unit.COUNT
    """By fetch, for each message."""
    PAGES_FETCHED_MILLISECONDS = "PagesFetchedMilliseconds", Unit.MILLISECONDS
    """By fetch: how long a message took, the wait for the host's slot included."""
    ANSWERS_RECEIVED = "AnswersReceived", Unit.COUNT
    """By fetch, for each fetch of a page that was given a slot, by the answer to its last request. One that is deferred
    half-way is not counted, nor are robots.txt and tdmrep.json."""
    ANSWERS_RECEIVED_MILLISECONDS = "AnswersReceivedMilliseconds", Unit.MILLISECONDS
    """By fetch: from the dial to the answer's end or the error, including redirects but not waits for slots."""
    BYTES_RECEIVED = "BytesReceived", Unit.BYTES
    """By fetch: on the wire, redirects included."""
    BYTES_SAVED = "BytesSaved", Unit.BYTES
    """By fetch: the size of the last body that was processed, which a 304 saved; an estimate."""
    FETCHES_FAILED = "FetchesFailed", Unit.COUNT
    """By fetch, for each attempt that brought no page, and for each run that ends because its host was in back-off too
    often."""
    PAGES_EXTRACTED = "PagesExtracted", Unit.COUNT
    """By extract, for each message."""
    PAGES_EXTRACTED_MILLISECONDS = "PagesExtractedMilliseconds", Unit.MILLISECONDS
    """By extract: how long a message took."""
    ARTICLES_ENRICHED = "ArticlesEnriched", Unit.COUNT
    """By enrich, for each message."""
    ARTICLES_ENRICHED_MILLISECONDS = "ArticlesEnrichedMilliseconds", Unit.MILLISECONDS
    """By enrich: how long a message took."""
    ENRICHERS_FAILED = "EnrichersFailed", Unit.COUNT
    """By enrich, for each enricher that an article went without or waited too long for."""
    ARTICLES_INDEXED = "ArticlesIndexed", Unit.COUNT
    """By index, for each message."""
    ARTICLES_INDEXED_MILLISECONDS = "ArticlesIndexedMilliseconds", Unit.MILLISECONDS
    """By index: how long a message took."""
    ARTICLES_COMMITTED_MILLISECONDS = "ArticlesCommittedMilliseconds", Unit.MILLISECONDS
    """By index: from an article's first submission to the commit of its first revision."""
    TEXTS_YIELDED = "TextsYielded", Unit.PERCENT
    """By extract, for each page that was read: 100 where it gave an article, 0 where it did not."""
    DATES_YIELDED = "DatesYielded", Unit.PERCENT
    """By extract, for each page that gave an article: 100 where that has a date of publication, 0 where it has none."""
    ARTICLES_EMBEDDED = "ArticlesEmbedded", Unit.COUNT
    """By embed, for each change."""
    ARTICLES_EMBEDDED_MILLISECONDS = "ArticlesEmbeddedMilliseconds", Unit.MILLISECONDS
    """By embed: how long a change took."""
    ARTICLES_DISPATCHED = "ArticlesDispatched", Unit.COUNT
    """By dispatch, for each article that was due."""
    INBOX_STEPS_TAKEN = "InboxStepsTaken", Unit.COUNT
    """By intake, for each step of a file."""
    INBOX_STEPS_TAKEN_MILLISECONDS = "InboxStepsTakenMilliseconds", Unit.MILLISECONDS
    """By intake: how long a step took."""
    SOURCES_POLLED = "SourcesPolled", Unit.COUNT
    """By discover, for each message."""
    SOURCES_POLLED_MILLISECONDS = "SourcesPolledMilliseconds", Unit.MILLISECONDS
    """By discover: how long a poll took, the wait for the host's slot included."""
    ITEMS_DISCOVERED = "ItemsDiscovered", Unit.COUNT
    """By discover, for each item that it submitted."""
    SOURCES_WARNED = "SourcesWarned", Unit.COUNT
    """By discover, once a day for each warning that stands beside an active source."""
    REQUESTS_ANSWERED = "RequestsAnswered", Unit.COUNT
    """By the API, for each request that reached it."""
    REQUESTS_ANSWERED_MILLISECONDS = "RequestsAnsweredMilliseconds", Unit.MILLISECONDS
    """By the API: how long a request took."""
    PARTS_WRITTEN = "PartsWritten", Unit.COUNT
    """By compact, for each chunk of a plan."""
    PARTS_WRITTEN_MILLISECONDS = "PartsWrittenMilliseconds", Unit.MILLISECONDS
    """By compact: how long a chunk took."""
    CHANGES_PUBLISHED = "ChangesPublished", Unit.COUNT
    """By publish, for each revision that it announced."""
    OUTCOMES_RECORDED = "OutcomesRecorded", Unit.COUNT
    """By publish, for each run that ended and each submission that was refused."""


def _scrubbed(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _scrubbed(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(part) for part in value]
    return scrub(value if isinstance(value, str) else str(value))


_CONSTANT = frozenset({"service", "function_name", "function_memory_size", "function_arn"})
"""What Powertools puts into every line of a function, and its log group's name says already."""


def _log_line(record: dict[str, Any]) -> str:
    is_usual = record.get("level") == "INFO"
    left_out = _CONSTANT | ({"location"} if is_usual else frozenset())
    kept = {
        name: value
        for name, value in record.items()
        if name not in left_out and value is not None and not (name == "cold_start" and value is False)
    }
    line = json.dumps(_scrubbed(kept), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate from some page's text must not cost the line.
    return line.encode("utf-8", "backslashreplace").decode("utf-8")


class InvocationMetrics(AmazonCloudWatchEMFProvider):
    """Metrics of one invocation: kept by status until it ends, then written in one line for each status.

    May be fed by several threads at once. A counter is one number; all values of other metrics are written, so that
    CloudWatch can compute percentiles.
    """

    def __init__(self, namespace: str, service: str) -> None:
        super().__init__(namespace=namespace, service=service)
        self._lock = threading.Lock()
        self._values: dict[str, dict[Metric, list[float]]] = {}

    def record(self, metric: Metric, value: float, status: str) -> None:
        """Add a value to a metric."""
        with self._lock:
            values = self._values.setdefault(status, {}).setdefault(metric, [])
            if metric.unit is Unit.COUNT and values:
                values[0] += value
            else:
                values.append(value)

    def identify(self) -> None:
        """Take namespace and service from the environment, as the template sets it."""
        self.namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or NAMESPACE
        self.service = os.environ.get("POWERTOOLS_SERVICE_NAME") or SERVICE

    def flush_metrics(self, *_: bool, **__: bool) -> None:
        """Write what was recorded, and forget it."""
        with self._lock:
            recorded, self._values = self._values, {}
        stage = FunctionSettings.read().stage_name
        for status, metrics_of_status in sorted(recorded.items()):
            line = EphemeralMetrics(namespace=self.namespace, service=self.service)
            line.add_dimension("stage", stage)
            line.add_dimension("status", status)
            for metric, values in metrics_of_status.items():
                for value in values:
                    line.add_metric(metric.value, metric.unit.value, value)
            if line.metric_set:  # a line is written by itself, and emptied, when a metric has a hundred values
                line.flush_metrics()


logger = Logger(service=SERVICE, utc=True, json_serializer=_log_line, serialize_stacktrace=False)
_recorded = InvocationMetrics(NAMESPACE, SERVICE)
_metrics = Metrics(provider=_recorded)


def count(metric: Metric, status: str, value: float = 1.0) -> None:
    """Count something by status: one of a small closed set; never a URL or a host."""
    _recorded.record(metric, value, status)


def measure(metric: Metric, value: float, status: str) -> None:
    """Measure something by status, in the metric's unit; the status is as for :func:`count`."""
    _recorded.record(metric, value, status)


def host_class(host: str) -> str:
    """Return which of :data:`HOST_CLASSES` a host is in, always the same: a source that fails shows, in few series."""
    return HOST_CLASSES[zlib.crc32(host.encode("utf-8", "replace")) % len(HOST_CLASSES)]


def instrumented(handler: Handler[ResultT]) -> Handler[ResultT]:
    """Make a function a Lambda handler whose log lines name its invocation and whose metrics are written at its end.

    The first invocation of a process also counts as ``ColdStart``, with the function's name as a dimension. Two stacks
    in one account differ by their stage in metrics, and by their log groups in lines.
    """

    @logger.inject_lambda_context(clear_state=True)
    @_metrics.log_metrics(capture_cold_start_metric=True)
    @functools.wraps(handler)
    def instrumented_handler(event: dict[str, Any], context: LambdaContext) -> ResultT:
        return handler(event, context)

    @functools.wraps(handler)
    def identified_handler(event: dict[str, Any], context: LambdaContext) -> ResultT:
        _recorded.identify()
        answer: ResultT = instrumented_handler(event, context)
        return answer

    return identified_handler
