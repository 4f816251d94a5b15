"""Reads feeds, sitemaps and front pages.

Comes in: the body of an answer. Goes out: the items that it lists.
"""

from __future__ import annotations

from discoverer.reading.document import (
    MOST_ITEMS,
    Candidate,
    Further,
    Item,
    ReadingWarning,
    SourceDocument,
    UnreadableReason,
    UnreadableSourceError,
    moment_of,
)
from discoverer.reading.front_pages import read_front_page
from discoverer.reading.reader import read_source
from discoverer.reading.site_sources import find_sources

__all__ = [
    "MOST_ITEMS",
    "Candidate",
    "Further",
    "Item",
    "ReadingWarning",
    "SourceDocument",
    "UnreadableReason",
    "UnreadableSourceError",
    "find_sources",
    "moment_of",
    "read_front_page",
    "read_source",
]
