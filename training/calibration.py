"""Learns what the expected F1 of a body is worth: the points of ``extractor/body/confidence.py``.

Comes in: for each page of a site that the models had not seen, what was expected and what was reached; the JSON file of
``cross_validate.py``. Goes out: both by bins, after calibration on the pages of other sites. Changes: with ``--write``,
``extractor/model/confidence.json`` and its entry in the manifest.

    python -m training.calibration FIGURES [--write]
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from extractor.body.confidence import CONFIDENCE_COLUMNS, MODEL_FILE, calibrated
from training.cases import FOLDS, fold_of
from training.manifest import MODELS, Training, write_entry

PAGES_PER_POINT = 36
"""Averaged for one point: fewer, and the line would follow single pages."""
BINS = (0.0, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
"""Where the bins of the published table begin."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was expected of a page, and reached."""

    domain: str
    expected: float
    reached: float


def fit(outcomes: Iterable[Outcome]) -> tuple[list[float], list[float]]:
    """Return the points of a line that never falls, through the means of pages of which about as much was expected."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.expected)
    parts = np.array_split(np.arange(len(ordered)), max(2, len(ordered) // PAGES_PER_POINT))
    # Pools of adjacent violators: what falls is averaged with what stands before it.
    pools: list[tuple[float, float, int]] = []
    for part in parts:
        pages = [ordered[number] for number in part]
        expected = float(np.mean([page.expected for page in pages]))
        pools.append((expected, float(np.mean([page.reached for page in pages])), len(pages)))
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            (x, y, count), (x_next, y_next, count_next) = pools[-2:]
            both = count + count_next
            merged = ((x * count + x_next * count_next) / both, (y * count + y_next * count_next) / both, both)
            pools[-2:] = [merged]
    xs, ys = [pool[0] for pool in pools], [pool[1] for pool in pools]
    return [0.0, *xs, 1.0], [0.0, *ys, ys[-1]]


def cross_validated(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Return for each page what is stated, after calibration on the other folds' sites, and what was reached."""
    lines = {fold: fit(page for page in outcomes if fold_of(page.domain) != fold) for fold in range(FOLDS)}
    return [(calibrated(page.expected, *lines[fold_of(page.domain)]), page.reached) for page in outcomes]


def table(pairs: Iterable[tuple[float, float]]) -> list[dict[str, float]]:
    """Return for each bin how many pages are in it, what was stated on average, and what was reached."""
    binned: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for stated, reached in pairs:
        binned[int(np.searchsorted(BINS, stated, side="right")) - 1].append((stated, reached))
    return [
        {
            "from": BINS[number],
            "pages": len(found),
            "stated": float(np.mean([stated for stated, _ in found])),
            "reached": float(np.mean([reached for _, reached in found])),
        }
        for number, found in sorted(binned.items())
    ]


def outcomes_in(figures: Path) -> list[Outcome]:
    """Return what a cross-validation wrote of each page."""
    return [Outcome(*row) for row in json.loads(figures.read_text(encoding="utf-8"))["outcomes"]]


def main() -> None:
    """Cross-validate, and write the points if wanted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("figures", type=Path)
    parser.add_argument("--write", action="store_true", help="fit on all pages and write the model")
    arguments = parser.parse_args()
    outcomes = outcomes_in(arguments.figures)
    print_table(table(cross_validated(outcomes)))
    if arguments.write:
        expected, reached = fit(outcomes)
        points = {"expected": [round(x, 4) for x in expected], "reached": [round(y, 4) for y in reached]}
        target = MODELS / MODEL_FILE
        target.write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
        taught = json.dumps([[page.domain, page.expected, page.reached] for page in outcomes]).encode()
        data = {"pages": len(outcomes), "outcomes_sha256": hashlib.sha256(taught).hexdigest()}
        write_entry(target, Training({"confidence": CONFIDENCE_COLUMNS}, data, {"pages_per_point": PAGES_PER_POINT}))


def print_table(rows: Iterable[dict[str, float]]) -> None:
    """Print what was stated and reached by bins."""
    print("stated from  pages  stated  reached")
    for row in rows:
        print(f"{row['from']:11.2f}  {row['pages']:5}  {row['stated']:6.3f}  {row['reached']:7.3f}")


if __name__ == "__main__":
    main()
