"""How sure a chosen text is: what was reached on pages of unseen sites of which as much was expected.

Comes in: a body. Goes out: the F1 that is stated with the article.

What the block classifier expects of its choice is a little too much, and on doubtful pages a lot. Cross-validation by
site says how much: ``training/calibration.py`` fits a line that never falls, and this reads it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from extractor.body.selection import BY_CLASSIFIER, Body
from extractor.model import check_columns, read_model

MODEL_FILE = "confidence.json"
CONFIDENCE_COLUMNS = ("expected",)


def stated_confidence(body: Body) -> float:
    """Return the F1 to expect of a body; of a text that the page states elsewhere, what was set for it."""
    return calibrated(body.certainty, *_points()) if body.source in BY_CLASSIFIER else body.certainty


def calibrated(expected: float, known: Sequence[float], reached: Sequence[float]) -> float:
    """Return the value at a point of a line through points; beyond its ends, that of the end."""
    place = bisect_right(known, expected)
    if place == 0:
        return reached[0]
    if place == len(known):
        return reached[-1]
    low, high = known[place - 1], known[place]
    return reached[place - 1] + (reached[place] - reached[place - 1]) * (expected - low) / (high - low)


@cache
def _points() -> tuple[tuple[float, ...], tuple[float, ...]]:
    check_columns(MODEL_FILE, {"confidence": CONFIDENCE_COLUMNS})
    points = json.loads(read_model(MODEL_FILE))
    return tuple(points["expected"]), tuple(points["reached"])
