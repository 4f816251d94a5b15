"""Our enrichers on the evaluation data beside the repository, scored by the evaluator that comes with the data.

Comes in: a task's name. Goes out: our predictions, and figures with intervals of any predictions. Changes: the folder
that predictions are written to. Used by the floors and by ``benchmarks/enrichment``.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from enricher.composer import default_enrichers
from enricher.manifest import enrich_manifest
from enricher.ports import Enricher

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "enrichment"
EVALUATOR = "evaluate_enrichment.py"
TASKS = ("ner", "places", "quotes", "keyphrases", "language", "nearduplicates")

ALL = "all"
"""The source of all texts of a task together."""

_GIVEN = frozenset({"id", "title", "text"})

Figures = dict[str, dict[str, float | None]]


def enrichers_for(task: str) -> Sequence[Enricher]:
    """Return the enrichers that a task's figures depend on: all, but where one or none does."""
    if task == "nearduplicates":  # clusters come beside the enrichers
        return ()
    return [enricher for enricher in default_enrichers() if task != "language" or enricher.name == "language"]


def predict(task: str, folder: Path, data: Path = DATA, each: Callable[[], object] = lambda: None) -> Path:
    """Write our predictions for a task and return the file; ``each`` is called after each text.

    The enrichers get each text and its title alone: a field of the gold may be named as one of the manifest (``lang``).
    """
    target = folder / f"{task}.ours.jsonl"
    manifest = folder / f"{task}.manifest.jsonl"
    _write(manifest, ({k: v for k, v in row.items() if k in _GIVEN} for row in _rows(data / f"{task}.jsonl").values()))
    with target.open("w", encoding="utf-8") as lines:
        for row in enrich_manifest(manifest, enrichers_for(task)):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            each()
    return target


def score(task: str, predictions: Path, data: Path = DATA, resamples: int = 0, **options: Any) -> Figures:
    """Return a task's figures: value, and the interval's ends where there are resamples."""
    report = evaluator(data).evaluate(task, data / f"{task}.jsonl", predictions, resamples, **options)
    overall: Figures = report["overall"]
    return overall


def score_by_source(
    task: str, predictions: Path, folder: Path, data: Path = DATA, resamples: int = 0
) -> dict[str, Figures]:
    """Return a task's figures of each source by itself, and of all texts together; see :func:`source_of`."""
    truth = _rows(data / f"{task}.jsonl")
    predicted = _rows(predictions)
    sources = sorted({source_of(task, row) for row in truth.values()})
    figures = {ALL: score(task, predictions, data, resamples)} if len(sources) > 1 else {}
    for source in sources:
        part = folder / source
        part.mkdir(exist_ok=True)
        of_source = {key: row for key, row in truth.items() if source_of(task, row) == source}
        _write(part / f"{task}.jsonl", of_source.values())
        _write(part / predictions.name, (predicted[key] for key in of_source))
        report = evaluator(data).evaluate(task, part / f"{task}.jsonl", part / predictions.name, resamples)
        figures[source] = report["overall"]
    return figures


def source_of(task: str, row: Mapping[str, Any]) -> str:
    """Return where a text is from: its corpus, its publisher for quotes; for places, how far its news reaches.

    News whose gold names several countries is ``world``, other news ``local``: the data say no more of that.
    """
    if task == "places":
        return "world" if len(row["countries"]) > 1 else "local"
    source: str = row["publisher"] if task == "quotes" else row["source"]
    return source


def _rows(path: Path) -> dict[Any, dict[str, Any]]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def values(figures: Figures) -> Mapping[str, float | None]:
    """Return the figures without intervals."""
    return {name: cell["value"] for name, cell in figures.items()}


@cache
def evaluator(data: Path = DATA) -> ModuleType:
    """Return the evaluator that comes with the data."""
    spec = importlib.util.spec_from_file_location("evaluate_enrichment", data / EVALUATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
