"""Straight lines between points.

Comes in: points and a place. Goes out: the value there. Evidence is turned into likelihoods with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def interpolated(at: float, points: Sequence[tuple[float, float]]) -> float:
    """Return the value at a place between points in rising order; beyond them, that of the first or last."""
    behind = bisect_right(points, at, key=lambda point: point[0])
    if behind in (0, len(points)):
        return points[max(0, behind - 1)][1]
    (left, low), (right, high) = points[behind - 1], points[behind]
    return low + (high - low) * (at - left) / (right - left)
