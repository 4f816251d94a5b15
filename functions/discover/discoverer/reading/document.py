"""What is read of a source, in plain values.

Comes in: nothing. Goes out: values; every text in them is one storable line within bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsdesk.contracts import FeedItem
from newsdesk.sources import SourceKind

MOST_ITEMS = 50_000
"""Of one document: as many as a sitemap may have. What follows is left out, and the document is ``truncated``."""


class ReadingWarning(StrEnum):
    """What was wrong with a document of which something could be read all the same."""

    BROKEN = "broken"
    """It is not well-formed; what was understood was taken."""
    CUT_OFF = "cut_off"
    """It ends too early."""
    TOO_LARGE = "too_large"
    """What is beyond the greatest size, depth or number was left out."""
    ENTITIES = "entities"
    """It declares entities of its own, which were not expanded."""
    DECLARED_OTHERWISE = "declared_otherwise"
    """Its encoding is not what it says."""
    ITEMS_WITHOUT_URL = "items_without_url"
    """Items that name no address that can be visited were passed over."""


class UnreadableReason(StrEnum):
    """Why nothing could be read of a document."""

    EMPTY = "empty"
    """There is nothing in it."""
    UNKNOWN = "unknown"
    """It is neither a feed nor a sitemap."""
    WEB_PAGE = "web_page"
    """It is a page where a feed or a sitemap was expected."""
    DAMAGED = "damaged"
    """It is of a known kind, or compressed, and nothing in it can be read."""


class UnreadableSourceError(Exception):
    """Nothing could be read of a document."""

    def __init__(self, reason: UnreadableReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Item:
    """One article that a source lists.

    Attributes
    ----------
    url : str
        Absolute; http or https.
    guid : str or None
        The source's own name for it.
    published, updated : str or None
        RFC 3339 with its zone, or a day (``YYYY-MM-DD``) where the source gives no time or no zone.
    language : str or None
        A language tag: the item's, or else the source's.
    enclosure : str or None
        The URL of a file that goes with it, such as a recording.
    """

    url: str
    guid: str | None = None
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    enclosure: str | None = None

    @property
    def moment(self) -> datetime | None:
        """When it was last changed or published, in UTC; None where no time with a zone is known."""
        return moment_of(self.updated) or moment_of(self.published)

    def as_evidence(self, source: str) -> FeedItem:
        """Return what the source says of it, to go with its submission."""
        return FeedItem(
            feed=source,
            title=self.title,
            published=self.published,
            updated=self.updated,
            authors=self.authors,
            categories=self.categories,
            language=self.language,
            enclosure=self.enclosure,
        )


@dataclass(frozen=True, slots=True)
class Further:
    """A document that another one leads to.

    Attributes
    ----------
    updated : str or None
        When it was last changed, as the other one says: a time with its zone, or a day.
    """

    url: str
    updated: str | None = None


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """What one document of a source says.

    Attributes
    ----------
    kind : SourceKind
        What it is, whatever was expected.
    format : str
        ``rss``, ``rdf``, ``atom``, ``json_feed``, ``sitemap``, ``news_sitemap``, ``sitemap_index`` or ``page``.
    site_url : str or None
        The page that it belongs to.
    items : tuple of Item
        In the document's order, each URL once.
    links_to_read_next : tuple of Further
        The sitemaps that an index lists, the latest changed first.
    interval : timedelta or None
        How often it asks to be read: its ``ttl``, or ``sy:updatePeriod`` and ``sy:updateFrequency``.
    hub, self_link : str or None
        Where it can be subscribed to (WebSub), and what it calls its own address.
    is_truncated : bool
        There is more than was read.
    """

    kind: SourceKind
    format: str
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    items: tuple[Item, ...] = ()
    links_to_read_next: tuple[Further, ...] = ()
    interval: timedelta | None = None
    hub: str | None = None
    self_link: str | None = None
    warnings: tuple[ReadingWarning, ...] = ()
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source that a site names, or may have.

    Attributes
    ----------
    found_by : str
        ``itself``, ``link`` (a link element), ``anchor`` (a link for readers), ``robots`` or ``well_known`` (a guess).
    """

    url: str
    kind: SourceKind
    found_by: str
    title: str | None = None


def moment_of(text: str | None) -> datetime | None:
    """Return the moment that a time with its zone is; None for a day."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text and "T" in text else None
