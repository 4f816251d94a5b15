"""What the API does: takes submissions, and finds submissions, articles, revisions and changes.

Comes in: what a route has read of a request, and who calls. Goes out: models, or a problem. Changes: the queues that
submit takes its submissions from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from newsdesk.articles import RETRACTIONS, ArticleReader, ArticleState, Listing, SubmissionRecord
from newsdesk.clock import Clock
from newsdesk.contracts import ArticleChanged, Reason, UrlSubmitted, keys
from newsdesk.errors import ObjectMissingError, RejectedUrlError, UnreadableCursorError
from newsdesk.ports import ChangeFeed, ObjectStore, SubmissionSender
from newsdesk.searching import ArticleSearch, Filters, NothingToSearchError, QueryError, Search
from newsdesk.web import article_id, canonical_url, parse_url
from responder.changes import read_changes
from responder.cursors import bad_cursor, cursor_in, write_cursor
from responder.feeds import (
    ENTRIES,
    FeedPage,
    Subject,
    SubjectKind,
    changes_of,
    entry_of,
    newest_objects,
    tag_of,
)
from responder.models import (
    ArticlePage,
    ArticleSummary,
    ChangePage,
    Revision,
    RevisionList,
    SearchHit,
    SearchPage,
    SubmissionResult,
    SubmissionResults,
    SubmissionStatus,
)
from responder.problems import ProblemError, ProblemType
from responder.pushing import Pushing
from responder.sources import SourceDesk

_EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_NEVER_SHOWN = frozenset({"opt_out", "taken_down"})
"""Of an article that was retracted for these reasons, no earlier revision is handed out either."""


class ApiStatus(StrEnum):
    """How a request was answered."""

    ANSWERED = "answered"
    """As it asked."""
    NOT_MODIFIED = "not_modified"
    """The caller has it already (304)."""
    REFUSED = "refused"
    """With a problem of the caller's (4xx)."""
    FAILED = "failed"
    """With a problem of ours (5xx)."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a revision of an article is."""

    key: str

    @property
    def tag(self) -> str:
        """The object's own name, which has the number and the hash."""
        return self.key.rpartition("/")[2].removesuffix(".json")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed before it is made: a reader who names its tag has it already."""

    tag: str
    page: Callable[[], FeedPage]


@dataclass(frozen=True, slots=True)
class ApiStage:
    """Answers what routes ask."""

    store: ArticleReader
    objects: ObjectStore
    feed: ChangeFeed
    sender: SubmissionSender
    clock: Clock
    pushing: Pushing
    sources: SourceDesk
    search: ArticleSearch | None = None

    # ------------------------------------------------------------------------------------------------- submissions

    def submit(self, items: Sequence[UrlSubmitted | Any], caller: str) -> SubmissionResults:
        """Put those items into the queue that are submissions; every item has its result."""
        results = [_judged(index, item) for index, item in enumerate(items)]
        requests = {number: found for number, found in enumerate(results) if isinstance(found, UrlSubmitted)}
        ids = self.sender.submit(list(requests.values()), caller) if requests else ()
        sent = {
            number: _sent(number, request, message_id)
            for (number, request), message_id in zip(requests.items(), ids, strict=True)
        }
        answers = [found if isinstance(found, SubmissionResult) else sent[n] for n, found in enumerate(results)]
        statuses = [answer.status for answer in answers]
        return SubmissionResults(
            accepted=statuses.count("accepted"),
            refused=statuses.count("refused"),
            failed=statuses.count("failed"),
            items=answers,
        )

    def submission(self, submission_id: str, caller: str) -> SubmissionStatus:
        """Return a submission of the caller's; records from before senders were recorded are anybody's.

        Raises
        ------
        ProblemError
            If the caller has none of this id.
        """
        record = self.store.submission(submission_id)
        if record is None or record.sender not in (None, caller):
            raise ProblemError(ProblemType.UNKNOWN_SUBMISSION)
        return self._status_of(record)

    def _status_of(self, record: SubmissionRecord) -> SubmissionStatus:
        said = record.model_dump(exclude={"sender", "tags"}) | {"tags": list(record.tags) or None}
        if record.outcome is not None:
            return SubmissionStatus.model_validate({**said, "state": "ended", "ended_at": record.received_at})
        ending = None
        if record.article_id is not None and record.run is not None:
            ending = self.store.outcome(record.article_id, record.run)
        if ending is None:
            return SubmissionStatus.model_validate({**said, "state": "in_flight"})
        ended = ending.model_dump(exclude={"submissions", "url"}, exclude_none=True)
        return SubmissionStatus.model_validate({**said, **ended, "state": "ended"})

    # ------------------------------------------------------------------------------------------------- articles

    def locate(self, identifier: str, revision: int | None = None) -> Location:
        """Return where an article's current revision is, or the one of a number.

        Raises
        ------
        ProblemError
            If there is none, or none any more.
        """
        state = self._found(identifier)
        if revision is not None:
            record = self.store.revision(state.article_id, revision)
            if record is None:
                raise ProblemError(ProblemType.UNKNOWN_REVISION)
            if record.key is None:
                raise ProblemError(ProblemType.RETRACTED, "This revision is the retraction.")
            return Location(record.key)
        if state.tombstone is not None:
            raise _retracted(state)
        if state.current is None:
            detail = f"Its last visit ended as {state.last_outcome}." if state.last_outcome else None
            raise ProblemError(ProblemType.UNKNOWN_ARTICLE, detail)
        return Location(state.current.key)

    def read(self, location: Location) -> bytes:
        """Return a revision's object.

        Raises
        ------
        ProblemError
            If it was erased meanwhile.
        """
        try:
            return self.objects.get(location.key)
        except ObjectMissingError as error:
            raise ProblemError(ProblemType.TAKEN_DOWN, "It was erased.") from error

    def by_url(self, url: str) -> ArticlePage:
        """Return the article of a URL, if it has a current revision.

        Raises
        ------
        ProblemError
            If it is no URL that could be submitted.
        """
        try:
            state = self.store.find(article_id(canonical_url(parse_url(url))))
        except RejectedUrlError as error:
            raise ProblemError(ProblemType.BAD_REQUEST, f"url: {error}") from error
        if state is None or state.current is None or state.takedown is not None:
            return ArticlePage(items=[])
        about = state.model_dump(include={"article_id", "url", "host"})
        return ArticlePage(items=[ArticleSummary.model_validate({**state.current.model_dump(), **about})])

    def by_host(self, host: str, limit: int, cursor: str | None) -> ArticlePage:
        """List the articles of a host, those that were committed last first.

        Raises
        ------
        ProblemError
            If the cursor is not one of this listing.
        """
        try:
            page = self.store.by_host(host, *_EVER, limit, cursor_in(cursor, "host", host))
        except UnreadableCursorError as error:
            raise bad_cursor() from error
        following = write_cursor("host", host, page.cursor) if page.cursor else None
        return ArticlePage(items=[ArticleSummary.of(row) for row in page.listings], cursor=following)

    def by_day(self, day: str, limit: int, cursor: str | None) -> ArticlePage:
        """List the articles that were published on a day.

        Raises
        ------
        ProblemError
            If the cursor is not one of this listing.
        """
        try:
            page = self.store.by_publication_day(day, limit, cursor_in(cursor, "day", day))
        except UnreadableCursorError as error:
            raise bad_cursor() from error
        following = write_cursor("day", day, page.cursor) if page.cursor else None
        return ArticlePage(items=[ArticleSummary.of(row) for row in page.listings], cursor=following)

    def revisions(self, identifier: str, limit: int, cursor: str | None) -> RevisionList:
        """List an article's revisions.

        Raises
        ------
        ProblemError
            If there is no such article, or it was taken down; or if the cursor is not one of this listing.
        """
        state = self._found(identifier)
        try:
            page = self.store.revisions(state.article_id, limit, cursor_in(cursor, "revisions", state.article_id))
        except UnreadableCursorError as error:
            raise bad_cursor() from error
        following = write_cursor("revisions", state.article_id, page.cursor) if page.cursor else None
        items = [Revision.of(record) for record in page.revisions]
        return RevisionList(article_id=state.article_id, items=items, cursor=following)

    def found(self, words: str | None, like: str | None, filters: Filters, limit: int) -> SearchPage:
        """Return the articles that fit words best, or are most like one with an id; the best first.

        Raises
        ------
        ProblemError
            If the stack has no search, nothing that has to be there was named, or the article is unknown or has no
            vector.
        """
        if self.search is None:
            raise ProblemError(ProblemType.NOT_FOUND, "This stack has no search: its parameter SearchDays is 0.")
        if words is None and like is None:
            raise ProblemError(ProblemType.BAD_REQUEST, "Name q, like, or both.")
        subject = self._found(like) if like is not None else None
        try:
            found = self.search.find(Search(words or "", subject, filters, limit))
        except QueryError as error:
            raise ProblemError(ProblemType.BAD_REQUEST, f"q: {error}") from error
        except NothingToSearchError as error:
            raise ProblemError(ProblemType.NOT_FOUND, f"like: {error}") from error
        items = [SearchHit.of(hit) for hit in found.hits]
        return SearchPage(
            items=items, articles=found.articles, is_loose=found.is_loose, searched_by=list(found.searched_by)
        )

    def changes(self, after: str | None, limit: int) -> ChangePage:
        """Return changes behind a cursor.

        Raises
        ------
        ProblemError
            If it is not one of the change feed.
        """
        found = read_changes(self.feed, self.objects, self.clock, after, limit)
        return ChangePage(items=found.changes, cursor=found.cursor, has_more=found.has_more)

    def feed_of(self, subject: Subject, before: str | None = None) -> Feed:
        """Return what a feed of a subject is made of, and how to make it; making it may read the change feed.

        Raises
        ------
        ProblemError
            If the cursor is not one of this feed.
        """
        place = cursor_in(before, "feed", subject.kind, subject.name)
        if subject.kind is SubjectKind.HOST:
            return self._feed_of_host(subject, place)
        if place is None:
            newest = newest_objects(self.feed, self.clock())
            tag = tag_of(f"{entry.key} {entry.written_at}" for entry in newest)
            return Feed(tag, lambda: _page(subject, *changes_of(self.objects, newest, subject)))
        if not place.startswith(keys.CHANGES_PREFIX):
            raise bad_cursor()
        try:
            found = newest_objects(self.feed, self.clock(), place)
        except ValueError as error:
            raise bad_cursor() from error
        changes, first = changes_of(self.objects, found, subject)
        # What changed since is on an earlier page, or gone.
        page = _page(subject, self._still_current(changes), first)
        return Feed(tag_of([f"{entry.article_id} {entry.revision}" for entry in page.entries]), lambda: page)

    def _feed_of_host(self, subject: Subject, place: str | None) -> Feed:
        try:
            listed = self.store.by_host(subject.name, *_EVER, ENTRIES, place)
        except UnreadableCursorError as error:
            raise bad_cursor() from error
        page = _page(subject, listed.listings, listed.cursor)
        return Feed(tag_of(f"{entry.article_id} {entry.revision}" for entry in page.entries), lambda: page)

    def _still_current(self, changes: Sequence[ArticleChanged]) -> list[ArticleChanged]:
        states = {state.article_id: state for state in self.store.states([it.article_id for it in changes])}
        currents = {name: state.current for name, state in states.items()}
        return [it for it in changes if (current := currents.get(it.article_id)) and current.key == it.key]

    def _found(self, identifier: str) -> ArticleState:
        """Return an article's state, unless nothing of it may be handed out."""
        state = self.store.find(identifier)
        if state is None:
            raise ProblemError(ProblemType.UNKNOWN_ARTICLE)
        if state.takedown is not None:
            raise ProblemError(ProblemType.TAKEN_DOWN, f"It was taken down on {state.takedown.taken_down_at}.")
        if state.tombstone is not None and state.tombstone.reason in _NEVER_SHOWN:
            raise _retracted(state)
        return state


def _page(subject: Subject, said: Iterable[Listing | ArticleChanged], place: str | None) -> FeedPage:
    following = write_cursor("feed", subject.kind, subject.name, place) if place is not None else None
    return FeedPage([entry_of(it) for it in said], following)


def _retracted(state: ArticleState) -> ProblemError:
    assert state.tombstone is not None
    kind = ProblemType.TAKEN_DOWN if state.tombstone.reason == "taken_down" else ProblemType.RETRACTED
    return ProblemError(kind, f"On {state.tombstone.retracted_at}, because {RETRACTIONS[state.tombstone.reason]}.")


def _judged(index: int, item: UrlSubmitted | Any) -> UrlSubmitted | SubmissionResult:
    """Return an item as a submission, or why it is none."""
    try:
        request = UrlSubmitted.model_validate(item)
        canonical_url(parse_url(request.url))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in problem["loc"])
        return _refused(index, Reason.MALFORMED_MESSAGE, field, problem["msg"])
    except RejectedUrlError as error:
        return _refused(index, error.reason, "url")
    if request.capture_key is not None:
        # Who may submit may not for that reason push pages.
        return _refused(index, Reason.MALFORMED_MESSAGE, "captureKey", "pages are pushed by a route of their own")
    return request


def _refused(index: int, reason: Reason, field: str, detail: str | None = None) -> SubmissionResult:
    said = detail[:200] if detail else None
    return SubmissionResult(index=index, status="refused", reason=reason.value, field=field or None, detail=said)


def _sent(index: int, request: UrlSubmitted, message_id: str | None) -> SubmissionResult:
    own = request.submission_id
    if message_id is None:
        return SubmissionResult(index=index, status="failed", submission_id=own)
    return SubmissionResult(index=index, status="accepted", submission_id=own or message_id, message_id=message_id)
