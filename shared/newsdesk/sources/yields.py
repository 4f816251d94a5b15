"""What becomes of a source's items, day by day, and whether that got worse.

Comes in: counts. Goes out: shares, and warnings. When a site is rebuilt, its feed goes on as before, and its articles
come out without their date, without their author, or not at all: that shows here first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from newsdesk.contracts import Record
from newsdesk.sources.registry import SourceWarning

RECENT_DAYS = 7
EARLIER_DAYS = 28

_ENOUGH = 20
"""Items that must have ended on both sides; a share of fewer says nothing."""

_WORSE_BY = 0.2
_DEVIATIONS = 3.0


class Flaw(StrEnum):
    """What an indexed article lacks, or has too much of."""

    NO_DATE = "no_date"
    """It does not say when it was published."""
    NO_AUTHOR = "no_author"
    """It does not say who wrote it."""
    LEAK = "leak"
    """Its text seems to hold something of the page around it."""


class DayYield(Record):
    """What ended on one day (UTC) of what a source had brought.

    The counts are for shares. A batch of the table's stream that publish had to go through twice may be counted twice.
    """

    day: str
    indexed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    failed: int = 0
    removed: int = 0
    no_date: int = 0
    no_author: int = 0
    leak: int = 0

    @property
    def ended(self) -> int:
        """How many submissions ended."""
        return self.indexed + self.unchanged + self.duplicate + self.rejected + self.failed + self.removed


@dataclass(frozen=True, slots=True)
class YieldShares:
    """Shares over several days; of nothing they are 0.

    Attributes
    ----------
    ended, indexed, refused : int
        Counts: submissions that ended, those that brought a revision, and those that were rejected or failed.
    good : float
        Of what ended: indexed, unchanged or a duplicate, which means that there is an article.
    no_date, no_author, leak : float
        Of what was indexed.
    """

    ended: int
    indexed: int
    refused: int
    good: float
    no_date: float
    no_author: float
    leak: float


def shares_of(days: Iterable[DayYield]) -> YieldShares:
    """Return the shares over several days."""
    known = list(days)
    ended = sum(day.ended for day in known)
    indexed = sum(day.indexed for day in known)
    refused = sum(day.rejected + day.failed for day in known)
    good = sum(day.indexed + day.unchanged + day.duplicate for day in known)
    return YieldShares(
        ended=ended,
        indexed=indexed,
        refused=refused,
        good=_share(good, ended),
        no_date=_share(sum(day.no_date for day in known), indexed),
        no_author=_share(sum(day.no_author for day in known), indexed),
        leak=_share(sum(day.leak for day in known), indexed),
    )


def warnings_of(recent: YieldShares, earlier: YieldShares) -> tuple[SourceWarning, ...]:
    """Return what got worse from the weeks before to the last days, by more than chance explains."""
    found = (
        (SourceWarning.FEWER_ARTICLES, _is_worse(1 - earlier.good, 1 - recent.good, earlier.ended, recent.ended)),
        (SourceWarning.DATES_LOST, _is_worse(earlier.no_date, recent.no_date, earlier.indexed, recent.indexed)),
        (SourceWarning.AUTHORS_LOST, _is_worse(earlier.no_author, recent.no_author, earlier.indexed, recent.indexed)),
        (SourceWarning.LEAKS, _is_worse(earlier.leak, recent.leak, earlier.indexed, recent.indexed)),
    )
    return tuple(warning for warning, is_worse in found if is_worse)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _is_worse(before: float, now: float, number_before: int, number_now: int) -> bool:
    if min(number_before, number_now) < _ENOUGH or now - before < _WORSE_BY:
        return False
    both = (before * number_before + now * number_now) / (number_before + number_now)
    deviation = math.sqrt(both * (1 - both) * (1 / number_before + 1 / number_now))
    return now - before >= _DEVIATIONS * deviation
