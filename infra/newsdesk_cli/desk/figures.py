"""What the functions counted in the last hours: on AWS in CloudWatch, on this machine in the log that it is made from.

Comes in: a stack and a period. Goes out: numbers by metric and status.

MiniStack keeps the functions' logs, and makes no metrics of them as CloudWatch does.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from newsdesk_cli.stack import Stack

RECEIVED = "SubmissionsReceived"
FETCHED = "PagesFetched"
EXTRACTED = "PagesExtracted"
ENRICHED = "ArticlesEnriched"
INDEXED = "ArticlesIndexed"
PUBLISHED = "ChangesPublished"
OUTCOMES = "OutcomesRecorded"
METRICS = (RECEIVED, FETCHED, EXTRACTED, ENRICHED, INDEXED, PUBLISHED, OUTCOMES)

_NAMESPACE = "Newsdesk"
_MOST_METRICS = 500
"""That one GetMetricData answers (Amazon CloudWatch API reference)."""
_MOST_LINES = 20_000
"""Log lines that are read of each function."""
_LOGS = ("SubmitLogGroup", "FetchLogGroup", "ExtractLogGroup", "EnrichLogGroup", "IndexLogGroup", "PublishLogGroup")
_PARALLEL_READS = 6

Counts = Mapping[str, Counter[str]]
"""By metric, how much was counted of each status."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in a period.

    Attributes
    ----------
    is_cut : bool
        There was more than was read.
    """

    counts: Counts
    is_cut: bool = False

    def of(self, metric: str) -> Counter[str]:
        """Return the numbers of a metric by status."""
        return self.counts.get(metric, Counter())


class FigureSource(Protocol):
    """Where the numbers are."""

    def between(self, since: datetime, until: datetime) -> Figures:
        """Return what was counted in a period."""
        ...


def figures_of(stack: Stack) -> FigureSource:
    """Return where a stack's numbers are."""
    return CloudWatchFigures(stack) if stack.endpoint is None else LoggedFigures(stack)


class CloudWatchFigures:
    """The metrics of a deployed stack; each look costs about a cent for a thousand metrics."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client: Any = stack.client("cloudwatch")

    def between(self, since: datetime, until: datetime) -> Figures:
        """Return what was counted; see the port."""
        metrics = list({(metric["MetricName"], _status_of(metric)): metric for metric in self._metrics()}.values())
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        # A period divides the time: of whole minutes, and so long that there are few values.
        period = max(60, int((until - since).total_seconds()) // 60 * 60)
        for begin in range(0, len(metrics), _MOST_METRICS):
            part = metrics[begin : begin + _MOST_METRICS]
            queries = [
                {
                    "Id": f"m{number}",
                    "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"},
                }
                for number, metric in enumerate(part)
            ]
            pages = self._client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=since, EndTime=until
            )
            for result in (result for page in pages for result in page["MetricDataResults"]):
                metric = part[int(result["Id"][1:])]
                counts[metric["MetricName"]][_status_of(metric)] += int(sum(result["Values"]))
        return Figures({name: +counter for name, counter in counts.items()})

    def _metrics(self) -> Iterator[Any]:
        for name in METRICS:
            pages = self._client.get_paginator("list_metrics").paginate(
                Namespace=_NAMESPACE,
                MetricName=name,
                Dimensions=[{"Name": "stage", "Value": self._stack.name}, {"Name": "status"}],
            )
            yield from (metric for page in pages for metric in page["Metrics"])


def _status_of(metric: Any) -> str:
    return str(next(entry["Value"] for entry in metric["Dimensions"] if entry["Name"] == "status"))


class LoggedFigures:
    """The embedded metrics in the logs of the local stack's functions."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client: Any = stack.client("logs")

    def between(self, since: datetime, until: datetime) -> Figures:
        """Return what was counted; see the port."""
        groups = [self._stack.resources[name] for name in _LOGS if name in self._stack.resources]
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            read = list(pool.map(lambda group: self._lines(group, since, until), groups))
        return Figures(
            counted(line for lines, _ in read for line in lines),
            is_cut=any(is_cut for _, is_cut in read),
        )

    def _lines(self, group: str, since: datetime, until: datetime) -> tuple[Sequence[str], bool]:
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            filterPattern='"_aws"',
            startTime=int(since.timestamp() * 1000),
            endTime=int(until.timestamp() * 1000),
        )
        try:
            lines = list(islice((event["message"] for page in pages for event in page["events"]), _MOST_LINES + 1))
        except self._client.exceptions.ResourceNotFoundException:
            return (), False  # a function that has not run yet
        return lines[:_MOST_LINES], len(lines) > _MOST_LINES


def counted(lines: Iterable[str]) -> Counts:
    """Return the sums of the embedded metrics in log lines; what is none is passed over."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if not isinstance(document, dict) or "status" not in document:
            continue
        for name in METRICS:
            values = document.get(name, 0)
            counts[name][str(document["status"])] += int(sum(values) if isinstance(values, list) else values)
    return dict(counts)
