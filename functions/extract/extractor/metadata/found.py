"""A field's value, with the kind of place that states it and how far it can be trusted.

Comes in: statements. Goes out: the one to believe. Confidence is a rule of thumb, not a probability: a kind of place
has one of its own, and each other place that says the same adds to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from extractor.html import one_line
from extractor.text import fold

CONFIDENCE = {"jsonld": 0.85, "meta": 0.8, "dom": 0.65, "url": 0.6, "feed": 0.55, "script": 0.5}
MOST_CONFIDENT = 0.99
_AGREEMENT = 0.07

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A value, the kind of place that states it, and how far it can be trusted, 0 to 1."""

    value: Value
    source: str
    confidence: float


def agreed(statements: Iterable[tuple[str | None, str]], limit: int) -> Found[str] | None:
    """Return the first statement; the more others say the same, the surer."""
    lines = [(line, source) for text, source in statements if (line := one_line(text, limit))]
    if not lines:
        return None
    value, source = lines[0]
    agreeing = sum(key(other) == key(value) for other, _ in lines[1:])
    return Found(value, source, confidence_of(source, agreeing))


def confidence_of(source: str, agreeing: int) -> float:
    """Return how far a place is trusted that so many others agree with."""
    return min(MOST_CONFIDENT, CONFIDENCE[source] + _AGREEMENT * min(agreeing, 3))


def key(text: str) -> str:
    """Return what two wordings of the same have in common."""
    return "".join(fold(text))
