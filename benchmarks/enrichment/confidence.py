"""How well the confidence of quotes is calibrated, and the points that it rests on.

Comes in: the evaluation data beside the repository. Goes out: on standard output the points of each piece of evidence,
and for each tenth of the confidence the share that is right, measured on documents that the points were not fitted on.

    make environment
    PYTHONPATH=.:shared:functions/enrich .venv/bin/python -m benchmarks.enrichment.confidence

Points are fitted by logistic regression with a ridge, and rounded to one place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.calibration import by_tenths
from harness.judged_quotes import judged_quotes
from newsdesk.contracts import SURE

FOLDS = 10
_RIDGE = 2.0
_STEPS = 50

Numbers = NDArray[np.float64]


def fitted(evidence: Numbers, right: Numbers) -> Numbers:
    """Return the points of each piece of evidence (a column), to one place."""
    points = np.zeros(evidence.shape[1])
    for _ in range(_STEPS):
        share = shares(evidence, points)
        slope = evidence.T @ (right - share) - _RIDGE * points
        curve = (evidence * (share * (1 - share))[:, None]).T @ evidence + _RIDGE * np.eye(len(points))
        points += np.linalg.solve(curve, slope)
    rounded: Numbers = np.round(points, 1)
    return rounded


def shares(evidence: Numbers, points: Numbers) -> Numbers:
    """Return the confidence of each quote (a row)."""
    share: Numbers = 1 / (1 + np.exp(-evidence @ points))
    return share


def _print_points(names: Sequence[str], evidence: Numbers, right: Numbers) -> None:
    for name, points, column in zip(names, fitted(evidence, right), evidence.T, strict=True):
        print(f"{name:24} {points:5.1f}   {int(column.sum()):5} quotes, {right[column == 1].mean():.2f} right")


def _print_tenths(share: Numbers, right: Numbers) -> None:
    print("confidence from, quotes, promised, right")
    for tenth in by_tenths(zip(share.tolist(), right.astype(bool).tolist(), strict=True)):
        print(f"{tenth.least}  {tenth.findings:5}  {tenth.promised:.3f}  {tenth.right:.3f}")
    sure = share >= SURE
    print(f"{SURE} and more: {sure.mean():.2f} of the quotes, {right[sure].mean():.3f} of them right")


def main() -> None:
    """Print the points and the table of tenths."""
    judged = list(judged_quotes())
    names = sorted({piece for quote in judged for piece in quote.evidence})
    evidence = np.array([[float(name in quote.evidence) for name in names] for quote in judged])
    right = np.array([float(quote.right) for quote in judged])
    documents = {name: number % FOLDS for number, name in enumerate(sorted({quote.document for quote in judged}))}
    folds = np.array([documents[quote.document] for quote in judged])
    unseen = np.zeros(len(judged))
    for fold in range(FOLDS):
        unseen[folds == fold] = shares(evidence[folds == fold], fitted(evidence[folds != fold], right[folds != fold]))
    _print_points(names, evidence, right)
    _print_tenths(unseen, right)


if __name__ == "__main__":
    main()
