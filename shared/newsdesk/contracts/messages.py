"""The messages between triggers, stages and readers: versioned, frozen, small.

Comes in: JSON from a queue or an event bus. Goes out: models, and JSON for the next queue.

Messages carry ids and S3 keys, and no content but extract's work where that is small. Unknown fields are ignored;
adding an optional field keeps the version, anything else is a new class beside the old one. Golden JSON of every
released version stays in ``tests/contracts``.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from newsdesk.contracts.article import Article, ArticleType, ChangeType, schema_id
from newsdesk.contracts.feed_item import FeedItem, Line
from newsdesk.contracts.keys import PUSHED_PREFIX
from newsdesk.contracts.lazy_model import LazyModel
from newsdesk.contracts.schema_examples import CHANGE, ENDING, RETRACTION, SUBMISSION

ArticleId = Annotated[str, Field(pattern=r"^[a-z2-7]{26}$")]
CAPTURE_KEY_PATTERN = rf"^{PUSHED_PREFIX}[A-Za-z0-9_.:/\-]{{1,900}}$"
HOUR_PATTERN = r"^date=\d{4}-\d\d-\d\d/hour=\d\d/$"
SUBMISSION_ID_PATTERN = r"^[A-Za-z0-9_.:\-]{1,128}$"


Tag = Annotated[Line, Field(min_length=1, max_length=64)]
Priority = Literal["bulk", "normal", "high"]
"""What a submission may wait for: ``bulk`` for everything else, ``high`` for nothing but a free slot of its host."""


_VERSION: Any = Field(default=1, description="Of the message; fields are added within it.")


class Message(LazyModel):
    """Base of every message."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")

    def to_json(self) -> str:
        """Return the message as it travels."""
        return self.model_dump_json(by_alias=True, exclude_none=True)

    def to_ascii_json(self) -> str:
        """Return the same in ASCII: SQS refuses a body with U+FFFE, U+FFFF and some others."""
        return json.dumps(json.loads(self.to_json()), separators=(",", ":"))


class UrlSubmitted(Message):
    """Somebody asks for a URL to be ingested: the body of an intake message, the ``detail`` of an event."""

    model_config = ConfigDict(json_schema_extra={"examples": [SUBMISSION]})

    schema_version: Literal[1] = _VERSION
    url: str = Field(min_length=1, description="An absolute http or https URL of at most 2,048 characters.")
    submission_id: str | None = Field(
        default=None,
        pattern=SUBMISSION_ID_PATTERN,
        description="The submitter's own name for this submission; the same id is taken once. "
        "Absent: the id of the queue's message or of the event.",
    )
    priority: Priority | None = Field(
        default=None,
        description="`bulk` waits until the pipeline has little to do, and behind everything else of its host; `high` "
        "comes before everything else of its host. Absent: `normal`.",
    )
    tags: tuple[Tag, ...] = Field(default=(), max_length=20, description="Come back in `SubmissionEnded`.")
    correlation_id: Line | None = Field(
        default=None,
        max_length=128,
        description="Travels through every stage's logs, and comes back in `SubmissionEnded`.",
    )
    discovery: Line | None = Field(
        default=None,
        max_length=128,
        description="How the submitter found the URL; comes back in `SubmissionEnded`.",
    )
    feed_item: FeedItem | None = Field(
        default=None, description="What a feed or sitemap says of it: evidence beside what its page says."
    )
    capture_key: str | None = Field(
        default=None,
        pattern=CAPTURE_KEY_PATTERN,
        description="A capture of the page, in the bucket under `pushed/v1/`: it is read, and no site is visited. "
        "Once it was taken, it is deleted there.",
    )


class StageMessage(Message):
    """What every message between stages carries."""

    schema_version: Literal[1] = 1
    article_id: ArticleId
    run: int = Field(ge=1, description="Which of the article's runs this belongs to; an older run's message is stale.")
    correlation_id: str | None = None


class FetchRequested(StageMessage):
    """An article's page is to be fetched."""

    type: Literal["FetchRequested"] = "FetchRequested"
    host: str | None = Field(default=None, description="Whose page it is; a queue shares its readers out by host.")
    lease: str | None = Field(default=None, description="The lease of the article that goes with this message.")


class PageFetched(StageMessage):
    """A capture is in the bucket."""

    type: Literal["PageFetched"] = "PageFetched"
    capture_key: str


class ArticleExtracted(StageMessage):
    """The cleaned article comes with the message, or is in the bucket."""

    type: Literal["ArticleExtracted"] = "ArticleExtracted"
    extracted_key: str = Field(description="Where it is in the bucket, unless it comes with the message.")
    work: str | None = Field(default=None, description="Extract's work object as it would be stored, in Base64.")


class RevisionFacts(LazyModel):
    """What the commit of an article's object needs to know of it."""

    model_config = Message.model_config

    revision: int = Field(ge=1)
    previous_revision: int | None = None
    change_type: ChangeType
    article_type: ArticleType
    headline: str | None = None
    date_published: str | None = None
    has_author: bool
    leak_score: float | None = None
    sketch: str | None = Field(default=None, description="By which near-duplicates are found.")
    countries: tuple[str, ...] = Field(default=(), description="What the article is about, in ISO 3166-1 alpha-2.")
    topics: tuple[str, ...] = Field(default=(), description="IPTC Media Topics, by id.")


def facts_of(article: Article) -> RevisionFacts:
    """Return what the commit of an article's object needs to know of it."""
    signature = article.enrichment.signature
    return RevisionFacts(
        revision=article.revision,
        previous_revision=article.previous_revision,
        change_type=ChangeType(article.change_type),
        article_type=ArticleType(article.article_type),
        headline=article.headline,
        date_published=article.date_published,
        has_author=bool(article.author),
        leak_score=article.quality.leak_score,
        sketch=signature.sketch if signature else None,
        countries=tuple(country.iso2 for country in article.enrichment.countries),
        topics=tuple(topic.id for topic in article.enrichment.topics),
    )


class ArticleEnriched(StageMessage):
    """The article's object is in the bucket and waits for its commit."""

    type: Literal["ArticleEnriched"] = "ArticleEnriched"
    article_key: str
    facts: RevisionFacts | None = Field(default=None, description="Absent: they are read from the object.")


class SourceDue(Message):
    """A source is to be polled: the body of a message to discover."""

    schema_version: Literal[1] = 1
    type: Literal["SourceDue"] = "SourceDue"
    source_id: str = Field(pattern=r"^[a-z2-7]{20}$")
    version: int = Field(ge=1, description="Of the source's item; once that has changed, the message is stale.")


class CompactionDue(Message):
    """A part of the data set is to be written: the body of a message to compact."""

    schema_version: Literal[1] = 1
    type: Literal["CompactionDue"] = "CompactionDue"
    hour: str = Field(pattern=HOUR_PATTERN, description="The folder of the hour's changes.")
    plan: int = Field(ge=0, description="The number of the hour's plan.")
    chunk: int = Field(ge=0, description="Which of the plan's chunks, counted from 0.")


class ArticleChanged(Message):
    """A revision was committed: one line of the change feed, and the detail of the event of the same name."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHANGE, RETRACTION]})

    schema_version: Literal[1] = _VERSION
    change_id: str = Field(description="Article id and revision; the same change always has the same id.")
    change_type: Literal["created", "updated", "corrected", "retracted"] = Field(
        description="What it means to a reader: an article is new, it changed, newer code has read it, or it is gone."
    )
    article_id: ArticleId = Field(description="Names the article, in all of its revisions.")
    revision: int = Field(ge=1, description="Counts what was committed of the article, from 1.")
    previous_revision: int | None = Field(default=None, description="The revision before, which may be a retraction.")
    url: str = Field(description="The canonical URL.")
    host: str = Field(description="The host of `url`.")
    key: str | None = Field(default=None, description="S3 key of the revision's object; absent when retracted.")
    headline: str | None = Field(default=None, description="Of the revision, where it has one.")
    date_published: str | None = Field(default=None, description="As in the article.")
    countries: tuple[str, ...] | None = Field(
        default=None, description="The countries that it is most about (ISO 3166-1 alpha-2), at most five."
    )
    topics: tuple[str, ...] | None = Field(
        default=None, description="The ids of its best topics (IPTC Media Topics), at most five."
    )
    cluster_id: str | None = Field(default=None, description="The near-duplicates it belongs to.")
    merged_cluster_ids: tuple[str, ...] | None = Field(
        default=None, description="Clusters that are one with `clusterId`, as this article showed."
    )
    duplicate_of: str | None = Field(default=None, description="The article it is a near copy of.")
    reason: Literal["gone", "opt_out", "taken_down"] | None = Field(
        default=None,
        description="Of a retraction: the page is gone for good, its publisher does not want it to be kept, or an "
        "operator took it down.",
    )
    is_erased: bool | None = Field(
        default=None,
        description="True of a retraction after which nothing of the article is left: delete what you keep of it, all "
        "revisions.",
    )
    committed_at: str = Field(description="When it was committed, in UTC.")


def changes_in(body: bytes) -> list[ArticleChanged]:
    """Return the changes of an object of the change feed, in its order."""
    return [ArticleChanged.model_validate_json(line) for line in body.split(b"\n") if line]


class EndedSubmission(LazyModel):
    """What a submitter had said of a submission, sent back with its outcome."""

    model_config = Message.model_config

    submission_id: str = Field(description="The submitter's own id, or the one that it went by.")
    priority: str | None = Field(default=None, description="As submitted.")
    tags: tuple[str, ...] = Field(default=(), description="As submitted.")
    correlation_id: str | None = Field(default=None, description="As submitted.")
    discovery: str | None = Field(default=None, description="As submitted.")


class SubmissionEnded(Message):
    """Submissions have their outcome: the detail of the event of the same name."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENDING]})

    schema_version: Literal[1] = _VERSION
    outcome: str = Field(
        description="How the run ended: a word of the closed list of outcomes, with its reason behind a colon."
    )
    detail: str | None = Field(default=None, description="What was noted about it, for people.")
    url: str = Field(description="What was submitted.")
    submission_ids: tuple[str, ...] = Field(description="The submissions that waited for this run.")
    submissions: tuple[EndedSubmission, ...] = Field(
        default=(), description="The same submissions in the same order, with what their submitters had said of them."
    )
    article_id: ArticleId | None = Field(default=None, description="The article of the URL, where it names one.")
    run: int | None = Field(default=None, description="Which run of the article it was.")
    revision: int | None = Field(default=None, description="What was committed; absent if nothing was.")
    key: str | None = Field(default=None, description="The S3 key of what was committed; absent if nothing was.")
    duplicate_of: str | None = Field(default=None, description="The article that it is a copy of.")
    ended_at: str = Field(description="When, in UTC.")


def url_submitted_schema() -> dict[str, Any]:
    """Return the JSON Schema of an intake message and of an event's detail."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id("url-submitted"),
        **UrlSubmitted.model_json_schema(by_alias=True),
    }


def event_schema(detail_type: str, source: str, detail: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of an EventBridge event that carries ``detail``, named after its type in kebab-case."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", detail_type).lower()
    inner = {keyword: value for keyword, value in detail.items() if keyword not in ("$schema", "$id", "examples")}
    definitions = inner.pop("$defs", None)
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id(f"event.{name}"),
        "title": f"EventBridge event {detail_type}",
        "type": "object",
        "required": ["source", "detail-type", "detail"],
        "properties": {
            "source": {"const": source, "description": "Who sends it."},
            "detail-type": {"const": detail_type, "description": "What has happened."},
            "detail": inner,
        },
        "examples": [{"source": source, "detail-type": detail_type, "detail": shown} for shown in detail["examples"]],
    }
    if definitions:
        schema["$defs"] = definitions
    return schema
