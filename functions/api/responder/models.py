"""What goes over the wire.

Comes in: JSON of callers. Goes out: models, and JSON for callers; what is unknown is left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from newsdesk.articles import Listing, RevisionRecord
from newsdesk.contracts import ArticleChanged, UrlSubmitted

MOST_SUBMISSIONS = 1000
"""In one request: they are in the queue within two or three seconds."""

SubmissionItem = Annotated[UrlSubmitted | Any, Field(union_mode="left_to_right")]


class Body(BaseModel):
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


class ChangePage(Body):
    """Changes, and where to go on."""

    items: list[ArticleChanged]
    cursor: str = Field(description="Always there: hand it in for what comes later.")
    has_more: bool = Field(description="Whether there is more already.")
