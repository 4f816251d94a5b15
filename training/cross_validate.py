"""Scores the body on sites that the model has never seen.

Comes in: the labelled pages of the evaluation data. Goes out: a table on standard output. Changes: writes the
texts with ``--out FILE``, the figures with ``--json FILE``.

    python -m training.cross_validate [--data DIR] [--out FILE] [--json FILE]

The sites are dealt into five folds; each fold's pages are read with a model trained on the other four. Beside it stands
trafilatura as it comes; and what leaks into the text of pages with another's article spliced in. Processor time is that
of the whole extraction of a page, metadata included, on both sides.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document

from extractor.body import Body, Model
from extractor.body.model import model_from_json
from extractor.html import read_html
from extractor.metadata import read_metadata
from extractor.reading.full import find_body
from training import scoring
from training.calibration import Outcome, cross_validated, print_table, table
from training.cases import EXTRA, FOLDS, HONEST, NOW, TALLY_HEAD, Case, Tally, print_tally
from training.labelling import training_data
from training.processes import in_processes
from training.splicing import DATA
from training.train import Trainer


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model made of a page whose site it has not seen.

    Attributes
    ----------
    key, kind : str
        Of the page.
    text, expected, has_vote
        The body, its expected F1, and whether trafilatura had a vote.
    trafilatura, ratio
        The text that trafilatura finds, and the processor time of the whole extraction relative to its.
    tally : tuple of int
        On a page with something put into it: paragraphs that leaked, those of others, paragraphs that were lost, own
        ones.
    """

    key: str
    kind: str
    text: str
    expected: float
    has_vote: bool
    trafilatura: str = ""
    ratio: float = 0.0
    tally: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(slots=True)
class Run:
    """Results: texts and expected F1 by page, processor time relative to trafilatura's, votes of trafilatura."""

    newsdesk: dict[str, dict[str, str]] = field(default_factory=dict)
    trafilatura: dict[str, dict[str, str]] = field(default_factory=dict)
    expected: dict[str, float] = field(default_factory=dict)
    ratios: list[float] = field(default_factory=list)
    votes: int = 0
    leaks: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, reading: Reading) -> None:
        """Count a page."""
        self.newsdesk[reading.key] = {"id": reading.key, "text": reading.text}
        if reading.kind != HONEST:
            self.leaks[reading.kind].add(*reading.tally)
            return
        self.expected[reading.key] = reading.expected
        self.trafilatura[reading.key] = {"id": reading.key, "text": reading.trafilatura}
        self.ratios.append(reading.ratio)
        self.votes += reading.has_vote


_models: list[Model] = []
"""In a process that reads: for each fold the model that has not seen it."""


def _prepare(models: list[Model]) -> None:
    _models.extend(models)


def readings(trainer: Trainer, cases: Iterable[Case], *, is_compared: bool) -> Iterator[Reading]:
    """Yield what models make of pages whose sites they have not seen; where wanted, with what trafilatura does."""
    trainer.prepare(frozenset({fold}) for fold in range(FOLDS))
    models = [model_from_json(trainer.model(frozenset({fold}))) for fold in range(FOLDS)]
    yield from in_processes(partial(_read, is_compared=is_compared), cases, _prepare, (models,))


def _read(case: Case, *, is_compared: bool) -> Reading:
    before = time.process_time()
    body = _ours(case, _models[case.fold])
    between = time.process_time()
    has_vote = "trafilatura" in body.source
    if case.kind != HONEST:
        left = set(body.text.split("\n"))
        leaked, lost = case.foreign & left, case.own - left
        tally = (len(leaked), len(case.foreign), len(lost), len(case.own))
        return Reading(case.key, case.kind, body.text, body.certainty, has_vote, tally=tally)
    if not is_compared:
        return Reading(case.key, case.kind, body.text, body.certainty, has_vote)
    document = bare_extraction(case.html, include_comments=False, with_metadata=True)
    ratio = (between - before) / (time.process_time() - between)
    baseline = document.text or "" if isinstance(document, Document) else ""
    return Reading(case.key, case.kind, body.text, body.certainty, has_vote, baseline, ratio)


def main() -> None:
    """Train, predict, score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    started = time.monotonic()
    data = training_data(arguments.data)
    print(f"{len(data.pages)} pages read, made ones among them, {time.monotonic() - started:.0f} s", flush=True)
    trainer = Trainer(data)
    run = Run()
    for reading in readings(
        trainer, [page.case for page in trainer.pages if page.case.kind != EXTRA], is_compared=True
    ):
        run.add(reading)
    report = _report(run, [page.case for page in trainer.pages if page.case.kind == HONEST], arguments.data)
    print(f"{time.monotonic() - started:.0f} s")
    if arguments.out:
        lines = (json.dumps(entry, ensure_ascii=False) + "\n" for entry in run.newsdesk.values())
        arguments.out.write_text("".join(lines))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1))


def _report(run: Run, cases: Sequence[Case], data: Path) -> dict[str, Any]:
    entries = [{"id": case.id, "source": case.source, "text": case.truth} for case in cases]
    scorer = scoring.load_scorer(data / "evaluate.py")
    report: dict[str, Any] = {
        "cpu_ratio": statistics.median(run.ratios),
        "pages_with_vote": run.votes / len(entries),
        "leaks": {kind: asdict(tally) for kind, tally in run.leaks.items()},
    }
    print(f"{'source':22} {'system':12} pages  F1 [95 %]                exact  precision recall")
    for source in sorted({entry["source"] for entry in entries}):
        truth = [entry for entry in entries if entry["source"] == source]
        for name, predictions in (("newsdesk", run.newsdesk), ("trafilatura", run.trafilatura)):
            scores = scoring.text_scores(scorer, truth, predictions)
            f1, exact = scoring.f1(scores), scoring.exact(scores)
            whole = scorer.agg([scorer.page(e["text"], predictions[e["id"]]["text"]) for e in truth])
            print(
                f"{source:22} {name:12} {len(truth):5}  {f1.value:.4f} [{f1.low:.4f}, {f1.high:.4f}]  {exact.value:.3f}"
                f"  {whole['precision']:.4f}    {whole['recall']:.4f}"
            )
            report.setdefault(source, {})[name] = {"f1": asdict(f1), "exact": asdict(exact)}
    print(
        f"processor time against trafilatura's, median: {report['cpu_ratio']:.2f}; "
        f"trafilatura had a vote on {report['pages_with_vote']:.0%} of pages"
    )
    outcomes = _outcomes(run, cases, scorer)
    report["outcomes"] = [astuple(outcome) for outcome in outcomes]
    report["calibration"] = table(cross_validated(outcomes))
    print_table(report["calibration"])
    print(TALLY_HEAD.format("another article in the page"))
    for kind, tally in run.leaks.items():
        print_tally(kind, tally)
    return report


def _outcomes(run: Run, cases: Sequence[Case], scorer: ModuleType) -> list[Outcome]:
    """Return what was expected and reached on each page."""
    return [
        Outcome(case.domain, run.expected[case.id], scorer.page(case.truth, run.newsdesk[case.id]["text"])[2])
        for case in cases
    ]


def _ours(case: Case, model: Model) -> Body:
    page = read_html(case.html, case.url)
    assert page is not None
    _, body = find_body(page, read_metadata(page, NOW), model=model)
    return body


if __name__ == "__main__":
    main()
