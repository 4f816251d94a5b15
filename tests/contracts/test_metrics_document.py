"""``docs/metrics.md`` lists the metrics that the functions write, and no others.

Comes in: the source of the functions and of the layer, the document. Goes out: assertions. Changes nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
BY_POWERTOOLS = {("ColdStart", "Count")}


BY_BATCH = REPOSITORY / "shared" / "newsdesk" / "runtime" / "batches.py"
"""The one module that is told the names: by the handlers, who call ``process_batch``."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a plain name in the deployed code, but for those that are told their metric's name."""
    for folder in ("functions", "shared"):
        for path in set((REPOSITORY / folder).rglob("*.py")) - {BY_BATCH}:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield node.func.id, node


def written_metrics() -> set[tuple[str, str]]:
    """Names and units of the metrics that the code writes."""
    found = set(BY_POWERTOOLS)
    for name, call in calls():
        texts = [part.value if isinstance(part, ast.Constant) else None for part in call.args]
        if name in ("count", "measure"):
            assert isinstance(texts[0], str), f"line {call.lineno}: a metric's name is written out"
            found.add((texts[0], "Count" if name == "count" else str(texts[2])))
        elif name == "process_batch":
            found |= {(str(texts[4]), "Count"), (f"{texts[4]}Milliseconds", "Milliseconds")}
    return found


def documented_metrics() -> set[tuple[str, str]]:
    text = (REPOSITORY / "docs" / "metrics.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.MULTILINE))


def test_the_document_lists_the_metrics_that_are_written() -> None:
    assert documented_metrics() == written_metrics()


def test_a_metrics_name_is_written_in_one_word() -> None:
    names = {name for name, _ in written_metrics() - BY_POWERTOOLS}
    assert {name for name in names if not re.fullmatch(r"([A-Z][a-z]+)+", name)} == set()


def test_no_metric_is_counted_by_url_or_host() -> None:
    # Given every call that counts or measures, When its status is read, Then it is no URL and no host
    for name, call in calls():
        if name in ("count", "measure"):
            words = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
            assert not words & {"url", "href", "host", "final_url", "origin"}, f"line {call.lineno}"
