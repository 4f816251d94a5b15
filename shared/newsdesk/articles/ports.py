"""What stage logic needs from the table.

Comes in: nothing. Goes out: protocols that ``newsdesk.adapters`` implement on DynamoDB and ``harness/fakes.py`` in
memory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from newsdesk.articles.state import (
    ArticleState,
    ListingPage,
    Neighbour,
    OutcomeRecord,
    RevisionPage,
    RevisionRecord,
    Standing,
    SubmissionRecord,
)

WriteOnce = SubmissionRecord | OutcomeRecord | RevisionRecord


class ClusterStore(Protocol):
    """Finds near-duplicates, and keeps which clusters of them are one."""

    def neighbours(
        self, bands: Sequence[str], limit_per_band: int = 20, *, is_consistent: bool = False
    ) -> Sequence[Neighbour]:
        """Return the articles that share at least one band: of each, up to the limit, in the order of ids.

        Read consistently, which costs twice as much, it has whatever was entered before it was asked.
        """
        ...

    def add_bands(self, bands: Sequence[str], neighbour: Neighbour) -> None:
        """Make an article findable under its bands."""
        ...

    def standings(self, article_ids: Collection[str]) -> Mapping[str, Standing]:
        """Return how those of the articles stand that there are, read consistently."""
        ...

    def cluster_roots(self, cluster_ids: Collection[str]) -> Mapping[str, str]:
        """Return for each cluster the one that it has become part of, or itself."""
        ...

    def unite(self, cluster_ids: Collection[str]) -> str:
        """Make clusters one, and return its id: the lowest of those that they had become."""
        ...

    def unlink(self, cluster_id: str) -> bool:
        """Make a cluster stand by itself again, with all that became part of it; False when it was part of none."""
        ...


class SubmissionReader(Protocol):
    """Knows what was submitted."""

    def submissions(self, submission_ids: Sequence[str]) -> Sequence[SubmissionRecord]:
        """Return those submissions that there are, in no order, read consistently."""
        ...


class OutcomeReader(SubmissionReader, Protocol):
    """Knows what was submitted, and how it ended."""

    def outcomes(self, runs: Sequence[tuple[str, int]]) -> Sequence[OutcomeRecord]:
        """Return the outcomes of those runs that have ended, in no order, read consistently."""
        ...


class ArticleStore(ClusterStore, SubmissionReader, Protocol):
    """The table: the truth about every article."""

    def get(self, article_id: str) -> ArticleState | None:
        """Return the article's state, read consistently; None when there is none."""
        ...

    def find(self, article_id: str) -> ArticleState | None:
        """Return the state of the article, or of the one that this id is an alias of."""
        ...

    def save(self, state: ArticleState, *records: WriteOnce) -> None:
        """Write a state and the records that belong to the same step, all or nothing.

        Raises
        ------
        ConflictError
            The stored version is not ``state.version - 1`` (for version 1: an article or an alias is there already);
            or the state has come to rest as a duplicate of an article that is not there, or is a duplicate itself.
        AlreadyRecordedError
            One of the records exists.
        """
        ...

    def reject(self, record: SubmissionRecord) -> bool:
        """Record a submission that was refused; False when its id has a record already, which stays as it is."""
        ...

    def submission(self, submission_id: str) -> SubmissionRecord | None:
        """Return a submission."""
        ...

    def outcome(self, article_id: str, run: int) -> OutcomeRecord | None:
        """Return how a run ended; None while it is in flight, or once the record has expired."""
        ...

    def revision(self, article_id: str, revision: int) -> RevisionRecord | None:
        """Return the record of a committed revision."""
        ...

    def add_alias(self, alias_id: str, article_id: str) -> bool:
        """Make an id lead to an article.

        False when that id is an article, or another's alias, already; or when what it should lead to is not an article.
        """
        ...

    def due(self, shard: int, until: datetime, limit: int) -> Sequence[str]:
        """Return up to ``limit`` ids of articles in a shard that are due, the longest overdue first."""
        ...

    def awaiting_turn(self, limit: int) -> Sequence[str]:
        """Return about ``limit`` ids of articles whose run is bulk and waits for its turn, the oldest first."""
        ...

    def by_host(
        self, host: str, since: datetime, until: datetime, limit: int = 100, cursor: str | None = None
    ) -> ListingPage:
        """List a host's articles by the time of their current revision's commit, newest first."""
        ...

    def by_publication_day(self, day: str, limit: int = 100, cursor: str | None = None) -> ListingPage:
        """List the articles published on a day (``YYYY-MM-DD``)."""
        ...


class ArticleReader(Protocol):
    """Finds articles, their revisions and submissions, for those who only read.

    Every method that takes a cursor raises :class:`newsdesk.errors.UnreadableCursorError` for one that it did not give
    out for the same listing.
    """

    def find(self, article_id: str) -> ArticleState | None:
        """Return the state of the article, or of the one that this id is an alias of."""
        ...

    def states(self, article_ids: Sequence[str]) -> Sequence[ArticleState]:
        """Return the states of those articles that there are, in no order."""
        ...

    def revision(self, article_id: str, revision: int) -> RevisionRecord | None:
        """Return the record of a committed revision."""
        ...

    def revisions(self, article_id: str, limit: int = 100, cursor: str | None = None) -> RevisionPage:
        """List an article's committed revisions and retractions, in their order."""
        ...

    def submission(self, submission_id: str) -> SubmissionRecord | None:
        """Return a submission."""
        ...

    def outcome(self, article_id: str, run: int) -> OutcomeRecord | None:
        """Return how a run ended; None while it is in flight, or once the record has expired."""
        ...

    def by_host(
        self, host: str, since: datetime, until: datetime, limit: int = 100, cursor: str | None = None
    ) -> ListingPage:
        """List a host's articles by the time of their current revision's commit, newest first."""
        ...

    def by_publication_day(self, day: str, limit: int = 100, cursor: str | None = None) -> ListingPage:
        """List the articles published on a day (``YYYY-MM-DD``)."""
        ...
