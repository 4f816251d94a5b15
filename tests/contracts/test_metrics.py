"""The functions write every metric that there is, under its name, and none by URL or host.

Comes in: the metrics, the source of the functions and of the layer. Goes out: assertions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fetcher.stage import ANSWER_STATUSES, _status_class
from newsdesk.runtime import Metric
from newsdesk_cli import documents

REPOSITORY = Path(__file__).parents[2]
COUNTING = ("count", "measure", "process_batch")


def calls() -> Iterator[ast.Call]:
    """Every call in the deployed code that counts or measures."""
    for folder in ("functions", "shared"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COUNTING:
                    yield node


def written_metrics() -> set[Metric]:
    """The metrics that the code names where it counts or measures; a batch writes its counter's duration, too."""
    found: set[Metric] = set()
    for call in calls():
        for part in call.args:
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "Metric":
                metric = Metric[part.attr]
                found |= {metric, metric.duration} if ast.unparse(call.func) == "process_batch" else {metric}
    return found


def test_every_metric_is_written() -> None:
    assert written_metrics() == set(Metric)


def test_a_metrics_name_is_one_word() -> None:
    assert {metric for metric in Metric if not re.fullmatch(r"([A-Z][a-z]+)+", metric)} == set()


def test_a_stacks_series_are_few_whatever_it_reads() -> None:
    # Given every metric, with every status that it can have
    groups = documents.series()
    assert {metric for metrics, _ in groups for metric in metrics} == set(Metric)
    # Then all of them together are bounded
    assert sum(number for _, number in groups) <= 360


@pytest.mark.parametrize("status", [None, 100, 200, 204, 301, 304, 404, 418, 503, 599, 600, 999])
def test_an_answer_is_counted_by_one_of_few_statuses(status: int | None) -> None:
    assert _status_class(status) in ANSWER_STATUSES


def test_no_metric_is_counted_by_url_or_host() -> None:
    for call in calls():
        if ast.unparse(call.func) != "process_batch":
            words = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
            assert not words & {"url", "href", "host", "final_url", "origin"}, f"line {call.lineno}"
