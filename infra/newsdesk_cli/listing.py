"""Lists articles: by host and by day from the indexes, by time or the latest from the change feed.

Comes in: a stack, and which articles are wanted. Goes out: rows. Changes: nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from newsdesk.articles import Listing
from newsdesk.contracts import ArticleChanged
from newsdesk_cli.lookup import reader_of, storage_of
from newsdesk_cli.recent import recent_changes
from newsdesk_cli.selecting import Period
from newsdesk_cli.stack import Stack


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles: those of a host or of a day of publication, those that changed in a period, or the latest."""

    host: str | None
    day: str | None
    committed: Period | None
    limit: int


@dataclass(frozen=True, slots=True)
class Row:
    """One article, or one change of it."""

    article_id: str
    revision: int
    committed_at: str
    date_published: str | None
    headline: str | None
    url: str
    change_type: str | None = None


def listed(stack: Stack, wanted: Wanted) -> list[Row]:
    """Return the first rows: of a host, or where nothing is chosen, the latest; otherwise the earliest."""
    if wanted.host is not None or wanted.day is not None:
        return [_of_listing(listing) for listing in islice(_listings(stack, wanted), wanted.limit)]
    if wanted.committed is not None:
        return [_of_change(change) for change in islice(_changes(stack, wanted.committed), wanted.limit)]
    latest = recent_changes(storage_of(stack), wanted.limit, most_read=wanted.limit)
    return [_of_change(change) for change in latest.changes]


def _changes(stack: Stack, committed: Period) -> Iterator[ArticleChanged]:
    latest = committed.until.isoformat()[:19]
    found = reader_of(stack).changes(since=committed.since)
    return (change for change in found if change.committed_at[:19] <= latest)


def _listings(stack: Stack, wanted: Wanted) -> Iterator[Listing]:
    cursor: str | None = None
    while True:
        if wanted.host is not None:
            period = wanted.committed or Period()
            page = stack.store.by_host(wanted.host, period.since, period.until, cursor=cursor)
        else:
            page = stack.store.by_publication_day(wanted.day or "", cursor=cursor)
        yield from page.listings
        cursor = page.cursor
        if cursor is None:
            return


def _of_listing(listing: Listing) -> Row:
    return Row(
        listing.article_id,
        listing.revision,
        listing.committed_at,
        listing.date_published,
        listing.headline,
        listing.url,
    )


def _of_change(change: ArticleChanged) -> Row:
    return Row(
        change.article_id,
        change.revision,
        change.committed_at,
        change.date_published,
        change.headline,
        change.url,
        change.change_type,
    )
