"""The article: schema.org NewsArticle names in camelCase, and what Newsdesk adds.

Comes in: what extract and enrich found. Goes out: the model, its JSON Schema and its canonical bytes.

A field is absent when it is unknown, never guessed. The Python names are snake_case; the aliases are made in one
place, :class:`ArticleModel`.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from newsdesk.contracts.feed_item import DateOrTimestamp, FeedItem

SCHEMA_VERSION = "1.0"

_LEADING_FIELDS = (
    "@context",
    "@type",
    "schemaVersion",
    "articleId",
    "revision",
    "previousRevision",
    "changeType",
    "url",
)

Score = Annotated[float, Field(ge=0.0, le=1.0)]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]


class ArticleModel(BaseModel):
    """Base of every part of the article: frozen, camelCase outside; readers and writers ignore unknown fields."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


class ArticleType(StrEnum):
    """What kind of text it is."""

    NEWS_ARTICLE = "NewsArticle"
    OPINION = "Opinion"
    LIVE_BLOG = "LiveBlog"
    DIGEST = "Digest"
    OTHER = "Other"


class ContentStatus(StrEnum):
    """How much of the article the page gave."""

    FULL = "full"
    TRUNCATED = "truncated"
    PAYWALLED = "paywalled"
    CONSENT_WALL = "consent_wall"
    BOT_WALL = "bot_wall"


class ChangeType(StrEnum):
    """What a revision means to a reader who has the one before."""

    CREATED = "created"
    UPDATED = "updated"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


class BlockType(StrEnum):
    """What a block of the body is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    CAPTION = "caption"
    CODE = "code"


class Block(ArticleModel):
    """One block of the body, in document order."""

    type: BlockType
    text: str
    level: int | None = Field(default=None, ge=1, le=6, description="Of a heading.")
    items: tuple[str, ...] | None = Field(default=None, description="Of a list.")
    rows: tuple[tuple[str, ...], ...] | None = Field(default=None, description="Of a table.")


class Part(ArticleModel):
    """One of the stories of a digest, or of the updates of a live blog."""

    headline: str | None = None
    time: str | None = Field(default=None, description="Of a live blog's update, as the page writes it.")
    text: str


class Person(ArticleModel):
    """An author."""

    name: str = Field(min_length=1, max_length=200)
    url: str | None = None


class Organization(ArticleModel):
    """A publisher."""

    name: str | None = Field(default=None, max_length=300)
    url: str | None = None


class Image(ArticleModel):
    """An image of the article, by reference; Newsdesk stores no pictures."""

    url: str
    caption: str | None = None
    credit: str | None = None


class FieldSource(ArticleModel):
    """Where a field's value came from."""

    source: str = Field(description="jsonld, meta, dom, script, url, header, feed, or the name of an extractor.")
    confidence: Score | None = None


class StatedValue(ArticleModel):
    """A value that one place of the page states, or its feed."""

    value: str
    source: str = Field(description="As in `FieldSource`.")


class FieldConflict(ArticleModel):
    """Different values that places of one page, or the feed that led to it, state of the same field."""

    field: str = Field(description="The field's name in the article's JSON.")
    values: tuple[StatedValue, ...] = Field(description="What was taken, then what was not.")


class Quality(ArticleModel):
    """How far the text can be trusted to be the article, the whole article, and nothing else."""

    leak_score: Score | None = Field(default=None, description="0: nothing foreign was seen; 1: mostly foreign text.")
    warnings: tuple[str, ...] = ()
    field_sources: dict[str, FieldSource] = Field(default_factory=dict)
    conflicts: tuple[FieldConflict, ...] = ()


class RightsSignal(ArticleModel):
    """One thing that the site said to machines."""

    source: Literal["page", "header", "host"]
    name: str = Field(description="The meta element or field, in lower case, such as `robots` or `content-usage`.")
    value: str = Field(description="One directive or preference, such as `noai` or `train-ai=n`.")


class Rights(ArticleModel):
    """What the site asked of machines."""

    robots: tuple[str, ...] = ()
    noarchive: bool | None = None
    noai: bool | None = None
    tdm_reservation: bool | None = None
    opt_outs: tuple[str, ...] = Field(
        default=(),
        description="The uses that it refused: noindex, noarchive, nosnippet, noai, noimageai, tdm-reservation, "
        "train-ai, ai-use, search.",
    )
    signals: tuple[RightsSignal, ...] = Field(default=(), description="All that it said, in the order of reading.")


class LanguagePassage(ArticleModel):
    """A quoted passage of the body in another language than the body's."""

    begin: int = Field(ge=0)
    end: int = Field(ge=0)
    code: str = Field(description="BCP 47 primary language subtag.")
    confidence: Score


class Language(ArticleModel):
    """The language of the body."""

    code: str = Field(description="BCP 47 primary language subtag, or `und`.")
    confidence: Score
    declared: str | None = Field(default=None, description="What the page said of itself.")
    agrees: bool | None = Field(default=None, description="Whether the declared language is the detected one.")
    passages: tuple[LanguagePassage, ...] = ()


SURE = 0.8
"""The least ``confidence`` for readers who want few findings, and those right."""


class Mention(ArticleModel):
    """A place in ``articleBody``, in Unicode code points, as Amazon Comprehend counts."""

    begin: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class EntityLink(ArticleModel):
    """An identifier of an entity in a public register."""

    register_name: str = Field(alias="register", description="GeoNames or ISO 3166.")
    id: str
    name: str | None = None


class Geo(ArticleModel):
    """Where a place is."""

    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")
    geonameid: int | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    confidence: Score | None = Field(
        default=None, description="How likely it is that the text names a place there, and in that country."
    )


class Entity(ArticleModel):
    """Somebody or something that the article names."""

    type: Literal["PERSON", "ORG", "PLACE", "EVENT", "OTHER"]
    name: str
    title: str | None = Field(default=None, description="Of a person: the office or title that the text gives.")
    mentions: tuple[Mention, ...]
    links: tuple[EntityLink, ...] = ()
    geo: Geo | None = Field(default=None, description="Of a place.")
    salience: Score | None = None
    confidence: Score | None = Field(
        default=None, description="How likely it is that its mentions have the right extent and type."
    )


class Country(ArticleModel):
    """A country the article is about."""

    iso2: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")
    weight: Score


class Keyphrase(ArticleModel):
    """A phrase that says what the article is about."""

    text: str
    score: Score


class Topic(ArticleModel):
    """An IPTC Media Topic."""

    id: str = Field(description="`medtop:` and the code.")
    label: str
    score: Score


class Speaker(ArticleModel):
    """Who said it."""

    text: str = Field(description="As the text has it: a name, a description, a pronoun.")
    begin: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)
    name: str | None = Field(default=None, description="The entity that is meant, where it is known.")


class Quote(ArticleModel):
    """Something that somebody said: in quotation marks (direct), without (indirect), or partly so (mixed)."""

    kind: Literal["direct", "indirect", "mixed"]
    begin: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str
    speaker: Speaker | None = None
    cue: Mention | None = Field(default=None, description="The word that tells of saying, such as `said`.")
    confidence: Score | None = Field(
        default=None, description="How likely it is that the words and the speaker are right."
    )


class CitedSource(ArticleModel):
    """A publication, document or official that the article rests on."""

    name: str
    kind: Literal["publication", "agency", "broadcaster", "venue", "document", "official", "anonymous", "other"]
    domain: str | None = None
    mentions: tuple[Mention, ...] = ()


class Link(ArticleModel):
    """A link in the body."""

    url: str
    text: str | None = None
    kind: Literal["internal", "external"]
    target: Literal["homepage", "article", "document", "media", "social"] | None = Field(
        default=None, description="What it leads to, where its URL shows that."
    )


class Signature(ArticleModel):
    """By what near-duplicates are found: a sample of the body's shingles."""

    algorithm: str = Field(description="Sketches of different algorithms cannot be compared.")
    sketch: str = Field(
        description="Base64 of big-endian 32-bit values in rising order: the lowest hashes of the shingles. Two "
        "sketches show how much of one body lies in the other."
    )


class Cluster(ArticleModel):
    """The near-duplicates that the article belongs to."""

    id: str
    representative: str | None = Field(default=None, description="The article that stands for the cluster.")
    duplicate_of: str | None = None


class ModelProvenance(ArticleModel):
    """Which enricher made a part of the enrichment."""

    name: str
    version: str


class EnrichmentError(ArticleModel):
    """An enricher that failed or took too long; the article is complete without it."""

    enricher: str
    kind: Literal["failed", "timed_out"]
    detail: str


class NotApplicable(ArticleModel):
    """An enricher, or a part of it, that is not made for this text: nothing is wrong, and nothing was looked for."""

    enricher: str
    detail: str = Field(description="Why, and what of its work was done all the same.")


class Enrichment(ArticleModel):
    """What was worked out from the article's own text."""

    language: Language | None = None
    reading_time_minutes: float | None = Field(default=None, ge=0)
    entities: tuple[Entity, ...] = ()
    countries: tuple[Country, ...] = ()
    keyphrases: tuple[Keyphrase, ...] = ()
    topics: tuple[Topic, ...] = ()
    summary: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    cited_sources: tuple[CitedSource, ...] = ()
    links: tuple[Link, ...] = ()
    signature: Signature | None = None
    cluster: Cluster | None = None
    provenance: tuple[ModelProvenance, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    errors: tuple[EnrichmentError, ...] = ()


class SiteProfile(ArticleModel):
    """What was known of the host's other pages when the article was extracted."""

    id: str = Field(description="Names exactly that profile: 64 bits of its SHA-256, in hex.")
    recurring: tuple[str, ...] = Field(
        default=(), description="Fingerprints of this page's texts that recur there, in hex."
    )


class PageProvenance(ArticleModel):
    """Where a further page of an article came from."""

    requested_url: str = Field(description="As the page before links it.")
    final_url: str
    capture_key: str | None = None
    capture_sha256: str | None = Field(default=None, description="Of the response's body as received, in hex.")
    captured_at: Timestamp | None = None
    http_status: int | None = None
    site_profile: SiteProfile | None = None


class Provenance(ArticleModel):
    """Where the article came from and what made it."""

    requested_url: str
    final_url: str
    canonical_url: str | None = Field(
        default=None, description="What the page calls its own URL; a warning says when that was not believed."
    )
    capture_key: str | None = None
    capture_sha256: str | None = Field(default=None, description="Of the response's body as received, in hex.")
    captured_at: Timestamp | None = None
    http_status: int | None = None
    pages: tuple[PageProvenance, ...] = Field(
        default=(), description="The further pages that the article was joined of, in order; the first is above."
    )
    discovery: str | None = None
    feed_item: FeedItem | None = Field(
        default=None, description="What the feed or sitemap says of the article that led to it."
    )
    extractor: ModelProvenance
    site_profile: SiteProfile | None = None
    enricher_version: str | None = None
    trace_id: str | None = None


class Extracted(ArticleModel):
    """The article as extract knows it: everything but its number, its history and its enrichment."""

    headline: str | None = None
    alternative_headline: str | None = None
    description: str | None = None
    article_section: str | None = None
    article_body: str
    date_published: DateOrTimestamp | None = None
    date_modified: DateOrTimestamp | None = None
    author: tuple[Person, ...] = ()
    publisher: Organization | None = None
    image: tuple[Image, ...] = ()
    in_language: str | None = None
    is_accessible_for_free: bool | None = None
    url: str
    keywords: tuple[str, ...] = ()
    article_type: ArticleType = ArticleType.NEWS_ARTICLE
    parts: tuple[Part, ...] = ()
    blocks: tuple[Block, ...] = ()
    word_count: int = Field(ge=0)
    content_status: ContentStatus = ContentStatus.FULL
    next_pages: tuple[str, ...] = Field(
        default=(),
        description="URLs of the pages that the article goes on on, as they are linked; `provenance.pages` names those "
        "that were read.",
    )
    quality: Quality = Quality()
    rights: Rights = Rights()
    provenance: Provenance


class Article(Extracted):
    """The article, as it is stored under ``articles/v1/``."""

    context: Literal["https://schema.org"] = Field(default="https://schema.org", alias="@context")
    type: Literal["NewsArticle"] = Field(default="NewsArticle", alias="@type")
    schema_version: str = SCHEMA_VERSION
    article_id: str = Field(pattern=r"^[a-z2-7]{26}$")
    revision: int = Field(ge=1)
    previous_revision: int | None = Field(default=None, ge=1)
    change_type: ChangeType
    enrichment: Enrichment = Enrichment()


class DroppedBlock(ArticleModel):
    """A block of the page that is not the article, and why it was cut."""

    text: str
    reason: str


class ExtractedWork(ArticleModel):
    """Extract's work object: the article so far, its hash, and what was cut with the reason."""

    schema_version: str = SCHEMA_VERSION
    article_id: str
    capture_id: str
    content_hash: str
    article: Extracted
    links: tuple[Link, ...] = ()
    dropped: tuple[DroppedBlock, ...] = ()
    is_listing: bool = Field(default=False, description="The page lists articles and is none.")
    wall_warnings: tuple[str, ...] = Field(
        default=(), description="Those of `quality.warnings` that say how much of the page its wall shows."
    )
    page_warnings: tuple[str, ...] = Field(
        default=(), description="Those of `quality.warnings` that hold for this page alone, and not for the whole."
    )


def to_document(model: ArticleModel) -> dict[str, Any]:
    """Return a model as JSON values: what is unknown or empty is left out, what names the article comes first."""
    document: dict[str, Any] = _without_empty(model.model_dump(mode="json", by_alias=True, exclude_none=True))
    leading = {name: document[name] for name in _LEADING_FIELDS if name in document}
    return {**leading, **document}


def to_json_bytes(model: ArticleModel) -> bytes:
    """Return the canonical JSON of a model, in UTF-8, one line: same value, same bytes."""
    return (json.dumps(to_document(model), ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


def substance_of(article: Article) -> dict[str, Any]:
    """Return what an article says, as JSON values: without its number and history, and without what made it.

    Two revisions of the same substance differ for nobody who reads them.
    """
    document = to_document(article)
    for name in ("revision", "previousRevision", "changeType", "schemaVersion"):
        document.pop(name, None)
    provenance = document.get("provenance", {})
    for name in ("extractor", "enricherVersion", "siteProfile", "traceId", "discovery", "feedItem"):
        provenance.pop(name, None)
    for page in provenance.get("pages", ()):
        page.pop("siteProfile", None)
    document.get("enrichment", {}).pop("provenance", None)
    return document


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_empty(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in ({}, [])}
    return [_without_empty(part) for part in value] if isinstance(value, list) else value


def article_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the article, as committed under ``docs/schemas/``."""
    schema = Article.model_json_schema(by_alias=True, mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "article.v1.json",
        **schema,
        "title": "Newsdesk article, version 1",
    }


def schema_text(schema: dict[str, Any]) -> str:
    """Return a JSON Schema as it is published: in the bucket, and under ``docs/schemas/``."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
