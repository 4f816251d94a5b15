"""The benchmark's figures and intervals.

Comes in: made-up pages and predictions. Goes out: assertions.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

np = pytest.importorskip("numpy", reason="numpy, which only training and the benchmark need, is not here")

from training import scoring  # noqa: E402 - needs numpy


def page(truth: str, text: str | None) -> tuple[float | None, float | None, float, float]:
    """Score words instead of shingles: the arithmetic behind it is what is tested."""
    true, found = (Counter(re.findall(r"\w+", part or "")) for part in (truth, text))
    hits = (true & found).total()
    precision = hits / found.total() if found else None
    recall = hits / true.total() if true else None
    return precision, recall, 2 * hits / (true.total() + found.total()), float(true == found)


SCORER: Any = SimpleNamespace(page=page)
TRUTH = [{"id": str(number), "text": "one two three four"} for number in range(40)]


def scores(*texts: str) -> scoring.Scores:
    return scoring.text_scores(SCORER, TRUTH, {str(i): {"text": texts[i % len(texts)]} for i in range(40)})


def test_f1_is_the_harmonic_mean_of_average_precision_and_average_recall() -> None:
    # Given half of the pages whole, the other half with one of four words and one that is foreign
    found = scoring.f1(scores("one two three four", "one five"))
    # Then precision is 0.75 and recall 0.625
    assert found.value == pytest.approx(2 * 0.75 * 0.625 / 1.375)
    assert found.low < found.value < found.high


def test_an_empty_prediction_costs_recall_and_not_precision() -> None:
    found = scores("one two three four", "")
    assert math.isnan(found.precision[1])
    assert scoring.f1(found).value == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert scoring.exact(found).value == 0.5


def test_nothing_found_anywhere_is_zero() -> None:
    assert scoring.f1(scores("")).value == 0


def test_a_gain_is_paired() -> None:
    # Given an extractor that is a little better on every page, whatever the page
    better, worse = scores("one two three four", "one two three"), scores("one two three", "one two")
    # Then its gain is far surer than either figure
    gain = scoring.gain(better, worse)
    assert gain.low > 0
    assert gain.high - gain.low < scoring.f1(worse).high - scoring.f1(worse).low


def test_an_extractor_gains_nothing_over_itself() -> None:
    one = scores("one two three four", "one five")
    assert scoring.gain(one, one) == scoring.Estimate(0, 0, 0)


@pytest.mark.parametrize(("hits", "low", "high"), [(0, 0.0, 0.161), (20, 0.839, 1.0), (10, 0.299, 0.701)])
def test_a_share_has_an_interval_at_its_ends_too(hits: int, low: float, high: float) -> None:
    found = scoring.share([True] * hits + [False] * (20 - hits))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.001)
