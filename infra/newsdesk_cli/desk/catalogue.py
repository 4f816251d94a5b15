"""Lists of articles: the latest changes, a host's or a day's articles, or what a search found, narrowed by filters.

Comes in: a stack, what is wanted. Goes out: a page of rows, and where the next one begins.

The indexes know hosts and days, the change feed knows kinds of changes. Languages, countries and how much of the text
there is stand in the articles alone: so these are read, a bounded number for each page.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from newsdesk.articles import read_article
from newsdesk.contracts import Article, ArticleChanged, ChangeType, ContentStatus
from newsdesk.errors import ObjectMissingError, UnreadableObjectError
from newsdesk.reader import Storage
from newsdesk_cli.recent import recent_changes
from newsdesk_cli.stack import Stack

PAGE_ROWS = 25
"""Rows of one page."""

_MOST_READ = 200
"""Articles that are read for one page, when filters leave few of them."""
_PARALLEL_READS = 8
_SEARCHED = "words:"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 12, 31, tzinfo=UTC)

CHANGES = tuple(kind.value for kind in ChangeType)
TEXTS = tuple(status.value for status in ContentStatus)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles; an empty text is no filter.

    Attributes
    ----------
    status : str
        A kind of change, or how much of its article a page gave.
    words : str
        What to search the text for.
    """

    host: str = ""
    day: str = ""
    language: str = ""
    country: str = ""
    status: str = ""
    words: str = ""

    @property
    def is_of_articles(self) -> bool:
        """Whether articles have to be read to tell which are wanted."""
        return bool(self.language or self.country or self.status)


class FullTextSearch(Protocol):
    """Finds articles by their words."""

    def find(self, words: str, wanted: Wanted, limit: int, offset: int) -> Sequence[str]:
        """Return the ids of the articles that fit best, the best first.

        Parameters
        ----------
        wanted : Wanted
            Filters, as far as the search knows them; the others are applied to what it finds.
        """
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One article, or one change of it."""

    article_id: str
    revision: int
    headline: str
    url: str
    host: str
    committed_at: str | None
    date_published: str | None
    key: str | None
    change: str | None = None
    reason: str | None = None
    article: Article | None = None

    @property
    def is_retracted(self) -> bool:
        """Whether there is nothing to read."""
        return self.change == ChangeType.RETRACTED

    @property
    def language(self) -> str | None:
        """The language of its text."""
        found = self.article.enrichment.language if self.article else None
        return found.code if found else None

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that it is about."""
        return tuple(country.iso2 for country in self.article.enrichment.countries[:3]) if self.article else ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of rows.

    Attributes
    ----------
    looked_at : int
        How many were looked at for them.
    """

    rows: tuple[Row, ...]
    cursor: str | None
    looked_at: int


class Catalogue:
    """The articles of a stack."""

    def __init__(self, stack: Stack, storage: Storage, search: FullTextSearch | None = None) -> None:
        self._stack = stack
        self._storage = storage
        self._search = search

    @property
    def can_search(self) -> bool:
        """Whether the text can be searched."""
        return self._search is not None

    def page(self, wanted: Wanted, cursor: str | None = None) -> Listed:
        """Return a page of what is wanted.

        Raises
        ------
        UnreadableCursorError
            If the cursor is not one of such a list.
        """
        rows: list[Row] = []
        looked_at = 0
        while True:
            found, cursor = self._some(wanted, cursor)
            looked_at += len(found)
            rows += [row for row in self._with_articles(found) if _fits(row, wanted)]
            if cursor is None or not wanted.is_of_articles or len(rows) >= PAGE_ROWS or looked_at >= _MOST_READ:
                return Listed(tuple(rows), cursor, looked_at)

    def _some(self, wanted: Wanted, cursor: str | None) -> tuple[list[Row], str | None]:
        if wanted.words and self._search is not None:
            return self._searched(self._search, wanted, cursor)
        if wanted.status == ChangeType.RETRACTED or not (wanted.host or wanted.day):
            return self._changed(wanted, cursor)
        return self._indexed(wanted, cursor)

    def _changed(self, wanted: Wanted, cursor: str | None) -> tuple[list[Row], str | None]:
        def is_wanted(change: ArticleChanged) -> bool:
            return (
                (wanted.status not in CHANGES or change.change_type == wanted.status)
                and (not wanted.host or change.host == wanted.host)
                and (not wanted.day or (change.date_published or "").startswith(wanted.day))
            )

        found = recent_changes(self._storage, PAGE_ROWS, cursor, is_wanted)
        return [_row_of_change(change) for change in found.changes], found.cursor

    def _indexed(self, wanted: Wanted, cursor: str | None) -> tuple[list[Row], str | None]:
        store = self._stack.store
        if wanted.host:
            page = store.by_host(wanted.host, _BEGINNING, _END, PAGE_ROWS, cursor)
        else:
            page = store.by_publication_day(wanted.day, PAGE_ROWS, cursor)
        rows = [
            Row(
                listing.article_id,
                listing.revision,
                listing.headline or listing.url,
                listing.url,
                listing.host,
                listing.committed_at,
                listing.date_published,
                listing.key,
            )
            for listing in page.listings
            if not wanted.day or (listing.date_published or "").startswith(wanted.day)
        ]
        return rows, page.cursor

    def _searched(self, search: FullTextSearch, wanted: Wanted, cursor: str | None) -> tuple[list[Row], str | None]:
        text = (cursor or "").removeprefix(_SEARCHED)
        offset = int(text) if text.isdecimal() and len(text) < 7 else 0
        identifiers = search.find(wanted.words, wanted, PAGE_ROWS, offset)
        states = {state.article_id: state for state in self._stack.store.states(identifiers)}
        rows = [
            Row(
                state.article_id,
                state.current.revision,
                state.current.headline or state.url,
                state.url,
                state.host,
                state.current.committed_at,
                state.current.date_published,
                state.current.key,
            )
            for state in map(states.get, identifiers)
            if state is not None and state.current is not None
        ]
        following = f"{_SEARCHED}{offset + PAGE_ROWS}" if len(identifiers) == PAGE_ROWS else None
        return rows, following

    def _with_articles(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows with their articles; those of which there is none are as they were."""
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            articles = pool.map(self._article, (row.key for row in rows))
            return [_with_article(row, article) for row, article in zip(rows, articles, strict=True)]

    def _article(self, key: str | None) -> Article | None:
        if key is None:
            return None
        try:
            return read_article(self._storage.get(key))
        except (ObjectMissingError, UnreadableObjectError):
            return None


def _row_of_change(change: ArticleChanged) -> Row:
    return Row(
        change.article_id,
        change.revision,
        change.headline or change.url,
        change.url,
        change.host,
        change.committed_at,
        change.date_published,
        change.key,
        change.change_type,
        change.reason,
    )


def _with_article(row: Row, article: Article | None) -> Row:
    return replace(row, article=article, change=row.change or (article.change_type.value if article else None))


def _fits(row: Row, wanted: Wanted) -> bool:
    """Return whether a row is wanted, as far as its article tells."""
    if wanted.host and row.host != wanted.host:
        return False
    if wanted.day and not (row.date_published or "").startswith(wanted.day):
        return False
    if wanted.status in CHANGES and row.change != wanted.status:
        return False
    if not (wanted.language or wanted.country or wanted.status in TEXTS):
        return True
    article = row.article
    if article is None:
        return False
    return (
        (not wanted.language or row.language == wanted.language)
        and (not wanted.country or wanted.country in {country.iso2 for country in article.enrichment.countries})
        and (wanted.status not in TEXTS or article.content_status.value == wanted.status)
    )
