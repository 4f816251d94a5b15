"""How well the enrichers do, beside other programs on the same texts with the same evaluator.

Comes in: the evaluation data beside the repository, and the other programs' predictions that lie with it. Goes out: a
table on standard output. Changes: ``enrichment-benchmark.md`` and ``images/enrichment-benchmark.svg``
under ``docs`` or the folder of ``--out``.

    .venv/bin/python benchmarks/enrichment [--data FOLDER] [--out FOLDER] [--only TASK ...] [--resamples N]

Intervals are 95 %, by bootstrap over documents. Processor time is this process's own, on extracted development pages,
by enricher and beside stock spaCy.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(_ROOT),
    str(_ROOT / "shared"),
    *(str(folder) for folder in sorted((_ROOT / "functions").iterdir())),
]

from benchmarks.enrichment.processor_time import Costs, measure
from harness.calibration import CALIBRATED, Tenth, by_tenths
from harness.measures import ALL, DATA, TASKS, Figures, predict, score, score_by_source

OURS = "newsdesk"
PAGES = DATA.parent / "extraction" / "pages"

SHOWN = {
    "ner": ("f1", "precision", "recall"),
    "places": ("country_set_f1", "toponym_country_accuracy_all", "within_161km_all"),
    "places-world": ("country_set_f1", "toponym_country_accuracy_all"),
    "places-local": ("country_set_f1", "toponym_country_accuracy_all"),
    "quotes": ("direct_recall", "direct_precision", "direct_speaker_recall", "all_content_and_speaker_f1"),
    "keyphrases": ("P@5", "F@10"),
    "language": ("accuracy_sentence", "accuracy_title", "accuracy_paragraph"),
    "nearduplicates": ("pair_recall", "pair_precision", "false_pairs_per_million"),
}
NAMES = {
    "ner": "Entities",
    "places": "Places",
    "places-world": "Places in news of several countries",
    "places-local": "Places in other news",
    "quotes": "Quotes",
    "keyphrases": "Keyphrases",
    "language": "Language",
    "nearduplicates": "Near-duplicates",
}
_READ_THIS = (
    "Per cent, with 95 % intervals by bootstrap over documents; false pairs are of a million pairs. All programs saw "
    "the same texts, and the same evaluator scored them in this run. Our rules were developed beside these texts; what "
    "others give is usually lower. Programs named `goldspans+…` are given where the places stand: they are no "
    "competitors, but show how far linking can get. The other programs' near-duplicate thresholds are the best on "
    "these very texts."
)
_NOTES = {
    "keyphrases": "On news texts, of some 48 keyphrases each. Keyphrases of abstracts, for which an F@10 of 25 is "
    "wanted, could not be measured here: the evaluation data have no abstracts.",
}

GIVEN_GOLD = "goldspans"
"""Part of the name of a program that is given the places' positions: not a competitor, but a bound on linking."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one program, in per cent (false pairs: a million), and its interval."""

    task: str
    figure: str
    program: str
    value: float
    low: float
    high: float


def main() -> None:
    """Run, print and write."""
    options = _options()
    plot = options.out / "images" / "enrichment-benchmark.svg"
    plot.parent.mkdir(parents=True, exist_ok=True)
    cells: list[Cell] = []
    tenths: dict[str, list[Tenth]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for task in options.only:
            ours = predict(task, Path(folder), options.data)
            cells += _cells(task, OURS, score(task, ours, options.data, options.resamples))
            cells += _cells_by_source(task, OURS, ours, options)
            if task in CALIBRATED:
                tenths[task] = by_tenths(CALIBRATED[task](ours, options.data))
            for theirs in sorted((options.data / "baselines").glob(f"{task}.*.jsonl")):
                threshold = {"threshold": "auto"} if task == "nearduplicates" else {}
                figures = score(task, theirs, options.data, options.resamples, **threshold)
                program = theirs.name.removeprefix(f"{task}.").removesuffix(".jsonl")
                cells += _cells(task, program, figures)
                cells += _cells_by_source(task, program, theirs, options)
            print(f"{task}: scored", file=sys.stderr)
    cells.sort(key=lambda cell: list(SHOWN).index(cell.task))
    page = _page(cells, tenths, measure(PAGES) if PAGES.is_dir() else None)
    (options.out / "enrichment-benchmark.md").write_text(page, encoding="utf-8")
    plot.write_text(_plot(cells), encoding="utf-8")
    print(page)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of the evaluation data")
    parser.add_argument("--out", type=Path, default=_ROOT / "docs", help="where the page and the plot go")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=TASKS, help="tasks")
    parser.add_argument("--resamples", type=int, default=500, help="of the bootstrap")
    return parser.parse_args()


def _cells(task: str, program: str, figures: Figures) -> Iterator[Cell]:
    for figure in SHOWN[task]:
        cell = figures.get(figure, {})
        value = cell.get("value")
        scale = 1.0 if figure.endswith("million") else 100.0
        does_not_do_it = value == 0 and scale == 100
        if value is not None and not does_not_do_it:
            low, high = cell.get("low"), cell.get("high")
            yield Cell(
                task,
                figure,
                program,
                scale * value,
                scale * (value if low is None else low),
                scale * (value if high is None else high),
            )


def _cells_by_source(task: str, program: str, predictions: Path, options: argparse.Namespace) -> Iterator[Cell]:
    """Yield the figures of the sources for which a bar is set separately."""
    if any(name.startswith(f"{task}-") for name in SHOWN):
        with tempfile.TemporaryDirectory() as folder:
            by_source = score_by_source(task, predictions, Path(folder), options.data, options.resamples)
        for source, figures in by_source.items():
            if source != ALL:
                yield from _cells(f"{task}-{source}", program, figures)


def _page(cells: Sequence[Cell], tenths: Mapping[str, Sequence[Tenth]], costs: Costs | None) -> str:
    day = datetime.now(UTC)
    lines = [
        "# Enrichment, measured",
        "",
        f"Written by `make benchmark-enrichment` on {day.day} {day:%B %Y}; not edited by hand. {_READ_THIS} "
        "What is measured: [enrichment](enrichment.md).",
        "",
        "![The figures below, plotted](images/enrichment-benchmark.svg)",
        "",
    ]
    for task in dict.fromkeys(cell.task for cell in cells):
        figures = [figure for figure in SHOWN[task] if any(c.task == task and c.figure == figure for c in cells)]
        lines += [f"## {NAMES[task]}", "", *([_NOTES[task], ""] if task in _NOTES else [])]
        lines += [f"| program | {' | '.join(f'`{figure}`' for figure in figures)} |"]
        lines += [f"|---|{'---:|' * len(figures)}"]
        for program in dict.fromkeys(cell.program for cell in cells if cell.task == task):
            found = {cell.figure: cell for cell in cells if (cell.task, cell.program) == (task, program)}
            row = [_written(found[figure]) if figure in found else "" for figure in figures]
            lines.append(f"| {f'**{program}**' if program == OURS else program} | {' | '.join(row)} |")
        lines.append("")
        lines += _confidence_lines(tenths[task]) if task in tenths else []
    if costs is not None:
        lines += [
            "## Processor time",
            "",
            f"In one process on Python {platform.python_version()}, {platform.machine()}. A machine that is busy with "
            "other work makes all of it slower.",
            "",
            *costs.lines(),
            "What the package weighs, how long INIT takes and how much memory is used: "
            "[the English model](decisions/0024-the-english-model.md), measured by `benchmarks/packages.py` and "
            "`benchmarks/cold_start.py --function enrich`.",
            "",
        ]
    return "\n".join(lines)


def _confidence_lines(tenths: Sequence[Tenth]) -> Iterator[str]:
    """Yield what confidence promises beside what was right."""
    yield from ("| confidence | findings | promised, on average | right |", "|---|---:|---:|---:|")
    for tenth in tenths:
        rows = (tenth.findings, f"{100 * tenth.promised:.1f}", f"{100 * tenth.right:.1f}")
        yield f"| {tenth.least:.1f} to {tenth.least + 0.1:.1f} | {' | '.join(map(str, rows))} |"
    yield ""


def _written(cell: Cell) -> str:
    places = 0 if cell.figure.endswith("million") else 1
    return f"{cell.value:.{places}f} ({cell.low:.{places}f} to {cell.high:.{places}f})"


def _plot(cells: Sequence[Cell]) -> str:
    """Return a dot with its interval for each figure and program, as SVG."""
    left, width, step = 330, 480, 17
    parts: list[str] = []
    top = 30
    for task in dict.fromkeys(cell.task for cell in cells):
        for figure in SHOWN[task]:
            rows = [cell for cell in cells if (cell.task, cell.figure) == (task, figure)]
            if not rows or figure.endswith("million"):
                continue
            parts.append(f'<text x="10" y="{top + 4}" class="h">{escape(f"{NAMES[task]}: {figure}")}</text>')
            for number, cell in enumerate(rows, start=1):
                y = top + number * step
                kind = "ours" if cell.program == OURS else "given" if GIVEN_GOLD in cell.program else "theirs"
                low, at, high = (left + width * part / 100 for part in (cell.low, cell.value, cell.high))
                parts.append(
                    f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{escape(cell.program)}</text>'
                    f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" class="{kind}"/>'
                    f'<circle cx="{at:.1f}" cy="{y}" r="4" class="{kind}"/>'
                    f'<text x="{left + width + 12}" y="{y + 4}">{cell.value:.1f}</text>'
                )
            top += (len(rows) + 1) * step + 12
    grid = "".join(
        f'<line x1="{left + width * share / 100}" x2="{left + width * share / 100}" y1="20" y2="{top}" class="g"/>'
        f'<text x="{left + width * share / 100}" y="14" text-anchor="middle">{share}</text>'
        for share in range(0, 101, 20)
    )
    style = (
        "text{font:12px sans-serif;fill:#333}.h{font-weight:bold}.g{stroke:#ddd}.ours{stroke:#c0392b;fill:#c0392b;"
        "stroke-width:2}.theirs{stroke:#3b6ea5;fill:#3b6ea5;stroke-width:2}.given{stroke:#999;fill:#999;stroke-width:2}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {top + 10}">'
        f"<title>Per cent, with 95 % intervals; newsdesk is red</title><style>{style}</style>"
        f'<rect width="100%" height="100%" fill="#fff"/>{grid}{"".join(parts)}</svg>\n'
    )


if __name__ == "__main__":
    main()
