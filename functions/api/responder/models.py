"""What goes over the wire.

Comes in: JSON of callers. Goes out: models, and JSON for callers; what is unknown is left out.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from newsdesk.articles import Listing, RevisionRecord
from newsdesk.clock import to_text
from newsdesk.contracts import (
    SUBMISSION_ID_PATTERN,
    ArticleChanged,
    LazyModel,
    Line,
    Priority,
    Tag,
    Timestamp,
    UrlSubmitted,
)
from newsdesk.searching import Hit
from newsdesk.sources import PauseReason, PollStatus, Source, SourceKind, SourceState, SourceWarning

MOST_SUBMISSIONS = 1000
"""In one request: they are in the queue within two or three seconds."""

_HTTP = "^[Hh][Tt][Tt][Pp][Ss]?://"

SubmissionItem = Annotated[UrlSubmitted | Any, Field(union_mode="left_to_right")]


class Body(LazyModel):
    """Base of what goes over the wire: camelCase outside, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")

    def to_json(self) -> str:
        """Return it as it travels."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class SubmissionBatch(Body):
    """Submissions. An item that is no `UrlSubmitted` is refused alone, and says so in its result."""

    items: list[SubmissionItem] = Field(min_length=1, max_length=MOST_SUBMISSIONS)


class SubmissionResult(Body):
    """What became of an item."""

    index: int = Field(ge=0, description="The item's position in the request, from 0.")
    status: Literal["accepted", "refused", "failed"] = Field(
        description="`accepted`: it is in the queue. `refused`: no repetition helps. `failed`: send it again, under "
        "the same `submissionId`."
    )
    submission_id: str | None = Field(default=None, description="The id to ask for: your own, or the message's.")
    message_id: str | None = Field(
        default=None, description="The id that it is recorded under if somebody else has used your own."
    )
    reason: str | None = Field(default=None, description="Of a refused one: the reason, as in the outcomes.")
    field: str | None = Field(default=None, description="The field that it was refused for.")
    detail: str | None = None


class SubmissionResults(Body):
    """What became of the items, in their order."""

    accepted: int = Field(ge=0)
    refused: int = Field(ge=0)
    failed: int = Field(ge=0)
    items: list[SubmissionResult]


MOST_HTML_BYTES = 4 * 1024 * 1024
"""In a request's body, in UTF-8; Lambda takes 6 MB, and JSON escapes some characters."""


class PushedDocument(Body):
    """A page that the caller has: its text, or an upload of its bytes."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["html"]}, {"required": ["uploadId"]}]})

    url: str = Field(pattern=_HTTP, max_length=2048, description="What answered, after redirects.")
    captured_at: Timestamp | None = Field(default=None, description="When it was fetched. Absent: now.")
    content_type: str = Field(
        default="text/html",
        pattern=r"^[!-~][ -~]*$",
        max_length=200,
        description="As the site sent it. Of `html`, the encoding is left out, because the text has none any more.",
    )
    html: str | None = Field(default=None, min_length=1, description="At most 4 MiB in UTF-8.")
    upload_id: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    submission_id: str | None = Field(default=None, pattern=SUBMISSION_ID_PATTERN)
    priority: Priority | None = None
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    correlation_id: Line | None = Field(default=None, max_length=128)

    @model_validator(mode="after")
    def _has_one_page(self) -> Self:
        if (self.html is None) is (self.upload_id is None):
            raise ValueError("name exactly one of html and uploadId")
        return self


class PushResult(Body):
    """The submission that a page became."""

    submission_id: str = Field(description="The id to ask for: your own, or the message's.")
    message_id: str = Field(description="The id that it is recorded under if somebody else has used your own.")


class UploadRequest(Body):
    """A page that is to be uploaded."""

    size_bytes: int = Field(ge=1, le=10_485_760, description="Of the page, exactly; at most `MaximumBodyBytes`.")


class Upload(Body):
    """Where to put a page's bytes, by PUT and without authorisation."""

    upload_id: str
    upload_url: str
    expires_at: str


class SubmissionStatus(Body):
    """A submission, and how it ended."""

    submission_id: str
    state: Literal["in_flight", "ended"]
    url: str
    received_at: str
    outcome: str | None = Field(default=None, description="How it ended; absent while it is in flight.")
    detail: str | None = Field(default=None, description="What was noted about it, for people.")
    ended_at: str | None = None
    article_id: str | None = None
    run: int | None = None
    revision: int | None = None
    key: str | None = Field(default=None, description="The revision's object in the bucket.")
    headline: str | None = None
    duplicate_of: str | None = Field(default=None, description="The article that it is a duplicate of.")
    priority: str | None = None
    tags: list[str] | None = None
    correlation_id: str | None = None
    discovery: str | None = None


class ArticleSummary(Body):
    """An article's current revision."""

    article_id: str
    url: str
    host: str
    revision: int
    key: str = Field(description="The revision's object in the bucket.")
    committed_at: str
    headline: str | None = None
    date_published: str | None = None

    @classmethod
    def of(cls, listing: Listing) -> ArticleSummary:
        """Return the summary of a row of an index."""
        return cls.model_validate(listing.model_dump())


class ArticlePage(Body):
    """One page of articles."""

    items: list[ArticleSummary]
    cursor: str | None = Field(default=None, description="Where the next page begins; absent on the last one.")


class Revision(Body):
    """A committed revision, or a retraction, which has no `key`."""

    revision: int
    previous_revision: int | None = None
    change_type: Literal["created", "updated", "corrected", "retracted"]
    committed_at: str
    key: str | None = Field(default=None, description="The revision's object in the bucket.")
    headline: str | None = None
    date_published: str | None = None
    duplicate_of: str | None = None
    reason: Literal["gone", "opt_out", "taken_down"] | None = Field(default=None, description="Of a retraction.")

    @classmethod
    def of(cls, record: RevisionRecord) -> Revision:
        """Return a revision as readers see it."""
        return cls.model_validate(record.model_dump())


class RevisionList(Body):
    """One page of an article's revisions, the first one first."""

    article_id: str
    items: list[Revision]
    cursor: str | None = Field(default=None, description="Where the next page begins; absent on the last one.")


Way = Literal["words", "meaning"]


class SearchHit(Body):
    """A current article that was found."""

    article_id: str
    url: str
    host: str
    headline: str | None = None
    date_published: str | None = None
    score: float = Field(description="Good for the order within this answer alone.")
    found_by: list[Way] = Field(description="What it was found by.")

    @classmethod
    def of(cls, hit: Hit) -> SearchHit:
        """Return what was found as readers see it."""
        return cls.model_validate({**asdict(hit), "found_by": hit.found_by.split(" and ")})


class SearchPage(Body):
    """What was found, the best first."""

    items: list[SearchHit]
    articles: int = Field(description="Among how many; while a new index is made, fewer than there are.")
    is_loose: bool = Field(description="Whether no article has all of the words, so that these have some.")
    searched_by: list[Way] = Field(
        description="What articles were compared by. Meaning is left out where the stack keeps no vectors, or could "
        "make none of the words just now."
    )


class ChangePage(Body):
    """Changes, and where to go on."""

    items: list[ArticleChanged]
    cursor: str = Field(description="Always there: hand it in for what comes later.")
    has_more: bool = Field(description="Whether there is more already.")


class Filters(Body):
    """Which of a source's items are wanted; of each pattern, `*` stands for any characters and `$` for the end."""

    include: tuple[str, ...] = Field(default=(), max_length=50, description="Paths of which an item must match one.")
    exclude: tuple[str, ...] = Field(default=(), max_length=50, description="Paths of which an item must match none.")
    greatest_age_days: int | None = Field(default=30, ge=1, le=36500)
    most_items_a_day: int = Field(default=1000, ge=1, le=20_000)


class NewSource(Body):
    """A feed, a sitemap or a front page that is to be polled."""

    kind: SourceKind = Field(
        default=SourceKind.FEED,
        description="`page` for a front page, whose own links are read. The first poll finds out "
        "whether it is a feed or a sitemap.",
    )
    url: str = Field(pattern=_HTTP, max_length=2048)
    title: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, max_length=35)
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    tags: tuple[Tag, ...] = Field(default=(), max_length=20, description="Of every submission that it leads to.")
    priority: Priority | None = Field(default=None, description="Of every submission that it leads to.")
    filters: Filters | None = None


class SourceChanges(Body):
    """What is to be different; what is not named stays as it is."""

    state: SourceState | None = Field(default=None, description="`paused`, or `active` to poll it at once.")
    title: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, max_length=35)
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    priority: Priority | None = None
    filters: Filters = Field(default_factory=Filters)


class SourceView(Body):
    """A source, and what its polls came to."""

    source_id: str
    kind: SourceKind
    url: str
    title: str | None = None
    language: str | None = None
    country: str | None = None
    tags: tuple[str, ...] = ()
    priority: Priority | None = None
    filters: Filters
    state: SourceState
    paused_reason: PauseReason | None = None
    paused_at: str | None = None
    added_at: str
    polls: int
    last_polled_at: str | None = None
    last_status: PollStatus | None = None
    last_detail: str | None = None
    next_poll_at: str | None = None
    found: int = Field(description="Items in the last document that was read.")
    submitted: int = Field(description="Items submitted in all.")
    last_new_at: str | None = None
    warnings: tuple[SourceWarning, ...] = ()

    @classmethod
    def of(cls, source: Source) -> SourceView:
        """Return a source as callers see it."""
        due = None if source.due_at is None else to_text(datetime.fromtimestamp(source.due_at, UTC))
        return cls.model_validate({**source.model_dump(), "next_poll_at": due})


class RemovedSource(Body):
    """The source that is no more."""

    source_id: str


class SourceList(Body):
    """One page of sources."""

    items: list[SourceView]
    cursor: str | None = Field(default=None, description="Where the next page begins; absent on the last one.")
