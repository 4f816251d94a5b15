"""The article: schema.org NewsArticle names in camelCase, and what Newsdesk adds.

Comes in: what extract and enrich found. Goes out: the model, its JSON Schema and its canonical bytes.

A field is absent when it is unknown, never guessed. The Python names are snake_case; the aliases are made in one
place, :class:`ArticleModel`.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from newsdesk.contracts.feed_item import DateOrTimestamp, FeedItem
from newsdesk.contracts.lazy_model import LazyModel
from newsdesk.contracts.schema_examples import ARTICLE

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


class ArticleModel(LazyModel):
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


class Mark(ArticleModel):
    """What a run of a block's text is, besides text. The text itself stays plain."""

    kind: str = Field(
        description="`link`, `strong`, `emphasis`, `code`, `strikethrough`, `subscript`, `superscript`; or `break`: "
        "the space that it covers is a line break. There may be more kinds one day: ignore those that you do not know."
    )
    begin: int = Field(ge=0, description="In the block's `text`, in Unicode code points.")
    end: int = Field(ge=0, description="Behind its last character.")
    url: str | None = Field(default=None, description="Of a link: absolute, with http, https or mailto.")


class Media(ArticleModel):
    """A picture or something embedded that stands in the text, by reference."""

    kind: str = Field(
        description="`image`, `video`, `audio`, or `embed`: another site's page in a frame, or a post. There may be "
        "more one day."
    )
    url: str = Field(description="Absolute, with http or https.")
    alt: str | None = Field(default=None, description="What the page says instead, unless its caption says the same.")
    caption: str | None = Field(
        default=None, description="Unless it is a block itself: then it stands behind, as a block of type `caption`."
    )
    credit: str | None = Field(default=None, description="Whose it is, as the page says.")
    is_behind: bool | None = Field(
        default=None, description="True behind the last block. All other media stand before the block that has them."
    )


class Block(ArticleModel):
    """One block of the body, in document order; their texts, each on a line, are `articleBody`."""

    type: BlockType = Field(description="What it is.")
    text: str = Field(description="Its text, plain: of a list, a table and code with a line end between their parts.")
    level: int | None = Field(default=None, ge=1, le=6, description="Of a heading.")
    items: tuple[str, ...] | None = Field(
        default=None, description="Of a list, each on one line: the lines of `text`, some of them joined by a space."
    )
    levels: tuple[int, ...] | None = Field(
        default=None, description="Of a nested list: how deep each item stands, the outermost at 0."
    )
    numbers: tuple[int | None, ...] | None = Field(
        default=None, description="Of a numbered list: each item's number; null for an item that has none."
    )
    rows: tuple[tuple[str, ...], ...] | None = Field(
        default=None,
        description="Of a table: the cells of each row, each on one line. Empty cells, and those that a wider or "
        "higher cell covers, are empty strings. What `text` says before the first cell is the table's caption.",
    )
    headers: tuple[tuple[int, int], ...] | None = Field(
        default=None, description="Of a table: the row and the column of each header cell, from 0."
    )
    language: str | None = Field(default=None, description="Of code: its language, as the page names it.")
    marks: tuple[Mark, ...] = Field(default=(), description="Links, emphasis and line breaks in `text`, in order.")
    media: tuple[Media, ...] = Field(
        default=(), description="Pictures and embeds between the block before and this one, in order."
    )


class Part(ArticleModel):
    """One of the stories of a digest, or of the updates of a live blog."""

    headline: str | None = Field(default=None, description="Of the story or the update, where it has one.")
    time: str | None = Field(default=None, description="Of a live blog's update, as the page writes it.")
    text: str = Field(description="Its text; the texts of all parts are in `articleBody`, too.")


class Person(ArticleModel):
    """An author."""

    name: str = Field(min_length=1, max_length=200, description="As the page writes it.")
    url: str | None = Field(default=None, description="Where the page links the author to.")


class Organization(ArticleModel):
    """A publisher."""

    name: str | None = Field(default=None, max_length=300, description="As the page writes it.")
    url: str | None = Field(default=None, description="The publisher's own address, where the page states it.")


class Image(ArticleModel):
    """An image of the article, by reference; Newsdesk stores no pictures."""

    url: str = Field(description="Where it is; nobody has fetched it.")
    caption: str | None = Field(default=None, description="The text that the page shows with it.")
    credit: str | None = Field(default=None, description="Whom the page names as its maker or its owner.")


class FieldSource(ArticleModel):
    """Where a field's value came from."""

    source: str = Field(description="jsonld, meta, dom, script, url, header, feed, or the name of an extractor.")
    confidence: Score | None = Field(
        default=None, description="Good for comparing two articles; of `headline` alone it is a likelihood."
    )


class StatedValue(ArticleModel):
    """A value that one place of the page states, or its feed."""

    value: str = Field(description="As the page states it, in the form of the field.")
    source: str = Field(description="As in `FieldSource`.")


class FieldConflict(ArticleModel):
    """Different values that places of one page, or the feed that led to it, state of the same field."""

    field: str = Field(description="The field's name in the article's JSON.")
    values: tuple[StatedValue, ...] = Field(description="What was taken, then what was not.")


class Quality(ArticleModel):
    """How far the text can be trusted to be the article, the whole article, and nothing else."""

    leak_score: Score | None = Field(default=None, description="0: nothing foreign was seen; 1: mostly foreign text.")
    warnings: tuple[str, ...] = Field(
        default=(),
        description="What was noticed, one word each; the list is in the documentation. More words may come.",
    )
    field_sources: dict[str, FieldSource] = Field(
        default_factory=dict, description="Where each field's value came from, by the field's name in the article."
    )
    conflicts: tuple[FieldConflict, ...] = Field(
        default=(), description="Fields of which places of the page say different things."
    )


class RightsSignal(ArticleModel):
    """One thing that the site said to machines."""

    source: Literal["page", "header", "host"] = Field(
        description="Where it stands: in the page, in a header field of its answer, or in a file of its host."
    )
    name: str = Field(description="The meta element or field, in lower case, such as `robots` or `content-usage`.")
    value: str = Field(description="One directive or preference, such as `noai` or `train-ai=n`.")


class Rights(ArticleModel):
    """What the site asked of machines."""

    robots: tuple[str, ...] = Field(
        default=(), description="The directives for robots that the page gave, in lower case."
    )
    noarchive: bool | None = Field(default=None, description="The page asks for no copy to be shown.")
    noai: bool | None = Field(default=None, description="The page refuses its use for training models.")
    tdm_reservation: bool | None = Field(default=None, description="Text and data mining is reserved (TDMRep).")
    opt_outs: tuple[str, ...] = Field(
        default=(),
        description="The uses that it refused: noindex, noarchive, nosnippet, noai, noimageai, tdm-reservation, "
        "train-ai, ai-use, search.",
    )
    signals: tuple[RightsSignal, ...] = Field(default=(), description="All that it said, in the order of reading.")


class LanguagePassage(ArticleModel):
    """A quoted passage of the body in another language than the body's."""

    begin: int = Field(ge=0, description="Where it begins, in code points of `articleBody`.")
    end: int = Field(ge=0, description="Where it ends: the code point behind its last one.")
    code: str = Field(description="BCP 47 primary language subtag.")
    confidence: Score = Field(description="How sure the language is.")


class Language(ArticleModel):
    """The language of the body."""

    code: str = Field(description="BCP 47 primary language subtag, or `und`.")
    confidence: Score = Field(description="How sure the language is.")
    declared: str | None = Field(default=None, description="What the page said of itself.")
    agrees: bool | None = Field(default=None, description="Whether the declared language is the detected one.")
    passages: tuple[LanguagePassage, ...] = Field(default=(), description="Quoted passages in other languages.")


SURE = 0.8
"""The least ``confidence`` for readers who want few findings, and those right."""


class Mention(ArticleModel):
    """A place in ``articleBody``, in Unicode code points, as Amazon Comprehend counts."""

    begin: int = Field(ge=0, description="Where it begins, in code points of `articleBody`.")
    end: int = Field(ge=0, description="Where it ends: the code point behind its last one.")
    text: str = Field(description="What stands there.")


class EntityLink(ArticleModel):
    """An identifier of an entity in a public register."""

    register_name: str = Field(alias="register", description="GeoNames or ISO 3166.")
    id: str = Field(description="The identifier in that register.")
    name: str | None = Field(default=None, description="What the register calls it.")


class Geo(ArticleModel):
    """Where a place is."""

    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")
    geonameid: int | None = Field(default=None, description="The number of the place in GeoNames.")
    lat: float | None = Field(default=None, ge=-90, le=90, description="Degrees north of the equator (WGS 84).")
    lon: float | None = Field(default=None, ge=-180, le=180, description="Degrees east of Greenwich (WGS 84).")
    confidence: Score | None = Field(
        default=None, description="How likely it is that the text names a place there, and in that country."
    )


class Entity(ArticleModel):
    """Somebody or something that the article names."""

    type: Literal["PERSON", "ORG", "PLACE", "EVENT", "OTHER"] = Field(
        description="A person, an organisation, a place, an event, or something else that has a name."
    )
    name: str = Field(description="Its fullest name in the text.")
    title: str | None = Field(default=None, description="Of a person: the office or title that the text gives.")
    mentions: tuple[Mention, ...] = Field(description="Where the text names it, in the order of the text.")
    links: tuple[EntityLink, ...] = Field(default=(), description="What public registers call it.")
    geo: Geo | None = Field(default=None, description="Of a place.")
    salience: Score | None = Field(default=None, description="How much of the article is about it; 1 is the most.")
    confidence: Score | None = Field(
        default=None, description="How likely it is that its mentions have the right extent and type."
    )


class Country(ArticleModel):
    """A country the article is about."""

    iso2: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")
    weight: Score = Field(description="How much of what the article says of countries is about this one.")


class Keyphrase(ArticleModel):
    """A phrase that says what the article is about."""

    text: str = Field(description="As it stands in the text.")
    score: Score = Field(description="How well it says what the article is about, among its phrases.")


class Topic(ArticleModel):
    """An IPTC Media Topic."""

    id: str = Field(description="`medtop:` and the code.")
    label: str = Field(description="The topic's name in English.")
    score: Score = Field(description="How well it fits.")


class Speaker(ArticleModel):
    """Who said it."""

    text: str = Field(description="As the text has it: a name, a description, a pronoun.")
    begin: int | None = Field(default=None, ge=0, description="Where it begins, in code points of `articleBody`.")
    end: int | None = Field(default=None, ge=0, description="Where it ends: the code point behind its last one.")
    name: str | None = Field(default=None, description="The entity that is meant, where it is known.")


class Quote(ArticleModel):
    """Something that somebody said: in quotation marks (direct), without (indirect), or partly so (mixed)."""

    kind: Literal["direct", "indirect", "mixed"] = Field(
        description="In quotation marks, without them, or partly in them."
    )
    begin: int = Field(ge=0, description="Where it begins, in code points of `articleBody`.")
    end: int = Field(ge=0, description="Where it ends: the code point behind its last one.")
    text: str = Field(description="What stands there.")
    speaker: Speaker | None = Field(default=None, description="Who said it, where the text says so.")
    cue: Mention | None = Field(default=None, description="The word that tells of saying, such as `said`.")
    confidence: Score | None = Field(
        default=None, description="How likely it is that the words and the speaker are right."
    )


class CitedSource(ArticleModel):
    """A publication, document or official that the article rests on."""

    name: str = Field(description="As the text names it.")
    kind: Literal["publication", "agency", "broadcaster", "venue", "document", "official", "anonymous", "other"] = (
        Field(description="What it is.")
    )
    domain: str | None = Field(default=None, description="The host of its site, where the text links there.")
    mentions: tuple[Mention, ...] = Field(default=(), description="Where the text names it.")


class Link(ArticleModel):
    """A link in the body."""

    url: str = Field(description="Where it leads, as an absolute URL.")
    text: str | None = Field(default=None, description="What the reader sees of it.")
    kind: Literal["internal", "external"] = Field(description="Whether it stays on the article's own site.")
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

    id: str = Field(description="Names the group.")
    representative: str | None = Field(default=None, description="The article that stands for the cluster.")
    duplicate_of: str | None = Field(default=None, description="The article that this one is a near copy of.")


class ModelProvenance(ArticleModel):
    """Which enricher made a part of the enrichment."""

    name: str = Field(description="What made it.")
    version: str = Field(description="Which version of that; another version may find something else.")


class EnrichmentError(ArticleModel):
    """An enricher that failed or took too long; the article is complete without it."""

    enricher: str = Field(description="Which one.")
    kind: Literal["failed", "timed_out"] = Field(description="Whether it broke or ran out of time.")
    detail: str = Field(description="What went wrong, for people.")


class NotApplicable(ArticleModel):
    """An enricher, or a part of it, that is not made for this text: nothing is wrong, and nothing was looked for."""

    enricher: str = Field(description="Which one.")
    detail: str = Field(description="Why, and what of its work was done all the same.")


class Enrichment(ArticleModel):
    """What was worked out from the article's own text."""

    language: Language | None = Field(default=None, description="The language of the body.")
    reading_time_minutes: float | None = Field(
        default=None, ge=0, description="How long reading the body takes, at the usual pace for its language."
    )
    entities: tuple[Entity, ...] = Field(default=(), description="Whom and what the article names.")
    countries: tuple[Country, ...] = Field(
        default=(), description="The countries that it is about, the most important first."
    )
    keyphrases: tuple[Keyphrase, ...] = Field(
        default=(), description="What it is about, in its own words, the best first."
    )
    topics: tuple[Topic, ...] = Field(default=(), description="What it is about, in the terms of IPTC, the best first.")
    summary: tuple[Mention, ...] = Field(
        default=(), description="The sentences of the body that say most of it, in the order of the text."
    )
    quotes: tuple[Quote, ...] = Field(default=(), description="What somebody said, in the order of the text.")
    cited_sources: tuple[CitedSource, ...] = Field(default=(), description="What the article rests on.")
    links: tuple[Link, ...] = Field(default=(), description="Where the body links to.")
    signature: Signature | None = Field(default=None, description="By what near-duplicates are found.")
    cluster: Cluster | None = Field(
        default=None,
        description="The near-duplicates that it belongs to; of published articles, the change feed says it.",
    )
    provenance: tuple[ModelProvenance, ...] = Field(default=(), description="What made the parts above.")
    not_applicable: tuple[NotApplicable, ...] = Field(
        default=(), description="What is not made for this text: no error, and no result."
    )
    errors: tuple[EnrichmentError, ...] = Field(
        default=(),
        description="Enrichers that failed or took too long; their part is missing. Nothing else is said here.",
    )


class SiteProfile(ArticleModel):
    """What was known of the host's other pages when the article was extracted."""

    id: str = Field(description="Names exactly that profile: 64 bits of its SHA-256, in hex.")
    recurring: tuple[str, ...] = Field(
        default=(), description="Fingerprints of this page's texts that recur there, in hex."
    )


class PageProvenance(ArticleModel):
    """Where a further page of an article came from."""

    requested_url: str = Field(description="As the page before links it.")
    final_url: str = Field(description="What answered, after redirects.")
    capture_key: str | None = Field(default=None, description="The S3 key of the page's capture.")
    capture_sha256: str | None = Field(default=None, description="Of the response's body as received, in hex.")
    captured_at: Timestamp | None = Field(default=None, description="When it was fetched.")
    http_status: int | None = Field(default=None, description="The status of the answer.")
    site_profile: SiteProfile | None = Field(default=None, description="What was known of the host's other pages.")


class Provenance(ArticleModel):
    """Where the article came from and what made it."""

    requested_url: str = Field(description="What was submitted.")
    final_url: str = Field(description="What answered, after redirects.")
    canonical_url: str | None = Field(
        default=None, description="What the page calls its own URL; a warning says when that was not believed."
    )
    capture_key: str | None = Field(default=None, description="The S3 key of the page's capture.")
    capture_sha256: str | None = Field(default=None, description="Of the response's body as received, in hex.")
    captured_at: Timestamp | None = Field(default=None, description="When it was fetched.")
    http_status: int | None = Field(default=None, description="The status of the answer.")
    pages: tuple[PageProvenance, ...] = Field(
        default=(), description="The further pages that the article was joined of, in order; the first is above."
    )
    discovery: str | None = Field(default=None, description="How the submitter found it, as submitted.")
    feed_item: FeedItem | None = Field(
        default=None, description="What the feed or sitemap says of the article that led to it."
    )
    extractor: ModelProvenance = Field(description="What made the article from its page, and which version of it.")
    site_profile: SiteProfile | None = Field(default=None, description="What was known of the host's other pages.")
    enricher_version: str | None = Field(default=None, description="The version of Newsdesk that enriched it.")
    trace_id: str | None = Field(default=None, description="The trace of AWS X-Ray in which it was made.")


class Extracted(ArticleModel):
    """The article as extract knows it: everything but its number, its history and its enrichment."""

    headline: str | None = Field(default=None, description="The title of the article, without the name of its site.")
    alternative_headline: str | None = Field(default=None, description="The deck below the headline.")
    description: str | None = Field(default=None, description="The page's own description of the article.")
    article_section: str | None = Field(default=None, description="The section of its site, such as `Politics`.")
    article_body: str = Field(description="The cleaned text, each block on lines of its own.")
    date_published: DateOrTimestamp | None = Field(
        default=None,
        description="When it was first published, as the page states it: a day, or a time with its zone.",
    )
    date_modified: DateOrTimestamp | None = Field(
        default=None, description="When it was last changed, as the page states it."
    )
    author: tuple[Person, ...] = Field(default=(), description="Who wrote it, as the byline names them.")
    publisher: Organization | None = Field(default=None, description="Who publishes it.")
    site_name: str | None = Field(default=None, description="What the site calls itself.")
    image: tuple[Image, ...] = Field(default=(), description="Its pictures, the page's own choice first.")
    in_language: str | None = Field(
        default=None,
        description="The language that the page declares (BCP 47); `enrichment.language` is what the text is in.",
    )
    is_accessible_for_free: bool | None = Field(
        default=None, description="What the page declares; the text may be whole all the same."
    )
    url: str = Field(description="The canonical URL, which names the article.")
    keywords: tuple[str, ...] = Field(default=(), description="As the page states them.")
    article_type: ArticleType = Field(default=ArticleType.NEWS_ARTICLE, description="What kind of text it is.")
    parts: tuple[Part, ...] = Field(default=(), description="The stories of a digest, or the updates of a live blog.")
    blocks: tuple[Block, ...] = Field(default=(), description="The body with its structure, in the order of the page.")
    word_count: int = Field(ge=0, description="Words of `articleBody`.")
    content_status: ContentStatus = Field(
        default=ContentStatus.FULL, description="How much of the article the page gave."
    )
    next_pages: tuple[str, ...] = Field(
        default=(),
        description="URLs of the pages that the article goes on on, as they are linked; `provenance.pages` names those "
        "that were read.",
    )
    quality: Quality = Field(default_factory=Quality, description="How far the text can be trusted.")
    rights: Rights = Field(default_factory=Rights, description="What the site asked of machines.")
    provenance: Provenance = Field(description="Where it came from, and what made it.")


class Article(Extracted):
    """The article, as it is stored under ``articles/v1/``."""

    model_config = ConfigDict(json_schema_extra={"examples": [ARTICLE]})

    context: Literal["https://schema.org"] = Field(
        default="https://schema.org", alias="@context", description="The vocabulary of the names."
    )
    type: Literal["NewsArticle"] = Field(
        default="NewsArticle", alias="@type", description="What schema.org calls it, whatever `articleType` says."
    )
    schema_version: str = Field(
        default=SCHEMA_VERSION, description="The version of this schema: fields may be added within it."
    )
    article_id: str = Field(
        pattern=r"^[a-z2-7]{26}$",
        description="Names the article. It is derived from the canonical URL, so it is always the same.",
    )
    host: str | None = Field(
        default=None, description="The host of `url`, as in the change feed; absent from older articles."
    )
    revision: int = Field(
        ge=1, description="Counts what was committed of the article, from 1; the highest is the current one."
    )
    previous_revision: int | None = Field(
        default=None, ge=1, description="The revision before, which may be a retraction."
    )
    change_type: ChangeType = Field(description="What this revision means to who has the one before.")
    enrichment: Enrichment = Field(
        default_factory=Enrichment, description="What was worked out from the article's own text."
    )


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
    for name in ("revision", "previousRevision", "changeType", "schemaVersion", "host"):
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
        "$id": schema_id("article"),
        **schema,
        "title": "Newsdesk article, version 1",
    }


def schema_id(name: str) -> str:
    """Return the name of a schema in version 1, wherever a copy of it lies: a URN, because no host owns it."""
    return f"urn:newsdesk:schema:{name}:v1"


def schema_text(schema: dict[str, Any]) -> str:
    """Return a JSON Schema as it is published: in the bucket, and under ``docs/schemas/``."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
