"""An index that finds the spans which touch another one.

Comes in: things with a begin and an end. Goes out: those of them that overlap a span.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar


class Spanned(Protocol):
    """Anything from a begin to an end."""

    @property
    def begin(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Behind its last code point."""
        ...


SpannedT = TypeVar("SpannedT", bound=Spanned)


class SpanIndex(Generic[SpannedT]):
    """An index of spans; a query costs the logarithm of their number, and the spans nearby."""

    def __init__(self, spans: Iterable[SpannedT]) -> None:
        self._spans = sorted(spans, key=lambda span: (span.begin, span.end))
        self._begins = [span.begin for span in self._spans]
        self._longest = max((span.end - span.begin for span in self._spans), default=0)

    def overlapping(self, begin: int, end: int) -> Sequence[SpannedT]:
        """Return the spans that share a code point with this one, in order."""
        first, last = bisect_left(self._begins, begin - self._longest), bisect_left(self._begins, end)
        return [span for span in self._spans[first:last] if span.end > begin]
