"""Sources with what became of their items.

Comes in: a stack. Goes out: a page of sources, or all that is known of one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsdesk.sources import EARLIER_DAYS, DayYield
from newsdesk_cli.sources import Known, known
from newsdesk_cli.stack import Stack

SOURCES_OF_A_PAGE = 50
_PARALLEL_READS = 8


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """Some sources, and where the next ones begin."""

    sources: tuple[Known, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class SourceDossier:
    """A source, and what became of its items by day, the last day first.

    Attributes
    ----------
    busiest : int
        What ended on the busiest of the days.
    """

    known: Known
    days: tuple[DayYield, ...]
    busiest: int


def sources_page(stack: Stack, now: datetime, cursor: str | None) -> SourcesPage:
    """Return a page of the registry."""
    page = stack.sources.page(SOURCES_OF_A_PAGE, cursor)
    with ThreadPoolExecutor(_PARALLEL_READS) as pool:
        found = tuple(pool.map(lambda source: known(stack.sources, source, now), page.sources))
    return SourcesPage(found, page.cursor)


def source_dossier(stack: Stack, now: datetime, source_id: str) -> SourceDossier | None:
    """Return a source; None if there is none."""
    source = stack.sources.get(source_id)
    if source is None:
        return None
    since = (now.date() - timedelta(days=EARLIER_DAYS)).isoformat()
    days = tuple(sorted(stack.sources.days(source_id, since), key=lambda day: day.day, reverse=True))
    return SourceDossier(known(stack.sources, source, now), days, max((day.ended for day in days), default=0))
