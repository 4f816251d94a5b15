"""Scores with their intervals.

Comes in: what is true of pages, and what extractors say. Goes out: means, 95 % intervals by the percentile bootstrap
over pages, and the gains of one extractor over another on the same pages.

The measures are those of the evaluation data's own scorer, which is loaded from there: four-word shingles as in the
article-extraction benchmark (Zyte, 2019), averaged over pages; titles, authors and dates after folding.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

RESAMPLES = 1000
_SEED = 20261122


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """An extractor's scores on some pages, one value for each; NaN where there is no truth to compare with."""

    precision: np.ndarray
    recall: np.ndarray
    exact: np.ndarray

    def weights(self) -> np.ndarray:
        """Return how often each page is drawn in each resample; the same for all extractors on the same pages."""
        pages = len(self.exact)
        drawn: np.ndarray = np.random.default_rng(_SEED).multinomial(pages, np.full(pages, 1 / pages), RESAMPLES)
        return drawn

    def f1(self, weights: np.ndarray) -> np.ndarray:
        """Return F1 for each row of weights: the harmonic mean of average precision and average recall."""
        precision, recall = _means(self.precision, weights), _means(self.recall, weights)
        total = precision + recall
        scores: np.ndarray = np.divide(2 * precision * recall, total, out=np.zeros(len(weights)), where=total > 0)
        return scores


def load_scorer(path: Path) -> ModuleType:
    """Return the evaluation data's own scorer."""
    spec = importlib.util.spec_from_file_location("evaluate", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_scores(scorer: ModuleType, truth: Sequence[Mapping[str, Any]], predictions: Mapping[str, Any]) -> Scores:
    """Score the texts of pages."""
    pages = [scorer.page(entry["text"], (predictions.get(entry["id"]) or {}).get("text")) for entry in truth]
    columns = [[np.nan if value is None else value for value in column] for column in zip(*pages, strict=True)]
    precision, recall, _, exact = (np.array(column, dtype=float) for column in columns)
    return Scores(precision, recall, exact)


def f1(scores: Scores) -> Estimate:
    """Return F1 with its interval."""
    return _estimate(scores.f1(_once(scores)), scores.f1(scores.weights()))


def exact(scores: Scores) -> Estimate:
    """Return the share of pages whose words are all there, in order, and nothing else."""
    return _estimate(_means(scores.exact, _once(scores)), _means(scores.exact, scores.weights()))


def gain(scores: Scores, other: Scores) -> Estimate:
    """Return by how much F1 is higher than another's on the same pages."""
    once, weights = _once(scores), scores.weights()
    return _estimate(scores.f1(once) - other.f1(once), scores.f1(weights) - other.f1(weights))


def share(hits: Sequence[bool]) -> Estimate:
    """Return a share with its interval (Wilson, 1927: it does not collapse at 0 and 1)."""
    count, z = len(hits), 1.959964
    value = sum(hits) / count
    middle = (value + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (value * (1 - value) / count + z * z / (4 * count * count)) ** 0.5
    return Estimate(value, max(0.0, middle - half), min(1.0, middle + half))


def _once(scores: Scores) -> np.ndarray:
    return np.ones((1, len(scores.exact)))


def _means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    total = weights[:, known].sum(axis=1)
    means: np.ndarray = np.divide(weights[:, known] @ values[known], total, out=np.zeros(len(weights)), where=total > 0)
    return means


def _estimate(value: np.ndarray, resampled: np.ndarray) -> Estimate:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Estimate(float(value[0]), float(low), float(high))
