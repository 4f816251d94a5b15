"""Our enrichers on the evaluation data beside the repository, scored by the evaluator that comes with the data.

Comes in: a task's name. Goes out: our predictions, and figures with intervals of any predictions. Changes: the folder
that predictions are written to. Used by the floors and by ``benchmarks/enrichment``.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from enricher.batch import enrich_manifest
from enricher.composer import default_enrichers
from enricher.ports import Enricher

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "enrichment"
EVALUATOR = "evaluate_enrichment.py"
TASKS = ("ner", "places", "quotes", "keyphrases", "language", "nearduplicates")

Figures = dict[str, dict[str, float | None]]


def enrichers_for(task: str) -> Sequence[Enricher]:
    """Return the enrichers that a task's figures depend on: all, but where one or none does."""
    if task == "nearduplicates":  # clusters come beside the enrichers
        return ()
    return [enricher for enricher in default_enrichers() if task != "language" or enricher.name == "language"]


def predict(task: str, folder: Path, data: Path = DATA, each: Callable[[], object] = lambda: None) -> Path:
    """Write our predictions for a task and return the file; ``each`` is called after each text."""
    target = folder / f"{task}.ours.jsonl"
    with target.open("w", encoding="utf-8") as lines:
        for row in enrich_manifest(data / f"{task}.jsonl", enrichers_for(task)):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            each()
    return target


def score(task: str, predictions: Path, data: Path = DATA, resamples: int = 0, **options: Any) -> Figures:
    """Return a task's figures: value, and the interval's ends where there are resamples."""
    report = _evaluator(data).evaluate(task, data / f"{task}.jsonl", predictions, resamples, **options)
    overall: Figures = report["overall"]
    return overall


def values(figures: Figures) -> Mapping[str, float | None]:
    """Return the figures without intervals."""
    return {name: cell["value"] for name, cell in figures.items()}


@cache
def _evaluator(data: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate_enrichment", data / EVALUATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
