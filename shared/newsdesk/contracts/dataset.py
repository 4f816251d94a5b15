"""The data set: one row for each committed revision and each retraction, and the views over the rows.

Comes in: nothing. Goes out: the columns with their types and meanings, and SQL that Athena and DuckDB both run.

The Parquet files, the table in the data catalogue and the documents are all made from :class:`RevisionRow`. A column
may be added; none changes its type or its meaning.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

Precision = Literal["day", "second"]

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class AuthorCell:
    """An author."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ImageCell:
    """An image, by reference."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class CountryCell:
    """A country that the article is about."""

    iso2: str
    weight: float


@dataclass(frozen=True, slots=True)
class EntityCell:
    """Somebody or something that the article names."""

    type: str
    name: str
    title: str | None
    mentions: int
    country: str | None
    geonameid: int | None
    lat: float | None
    lon: float | None
    salience: float | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class TopicCell:
    """An IPTC Media Topic."""

    id: str
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class KeyphraseCell:
    """A phrase that says what the article is about."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class QuoteCell:
    """Something that somebody said."""

    kind: str
    text: str
    speaker: str | None
    speaker_name: str | None
    begin_offset: int
    end_offset: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class CitedSourceCell:
    """What the article rests on."""

    name: str
    kind: str
    domain: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One revision, or one retraction. Unknown values are null, lists of nothing are empty.

    The columns up to ``is_erased`` are those of the change. The others are null or empty in a retraction, and where the
    article's object is gone because everything of the article was erased.
    """

    change_id: Annotated[str, "Article id and revision; no other row has it."]
    article_id: str
    revision: int
    previous_revision: int | None
    change_type: Annotated[str, "`created`, `updated`, `corrected` or `retracted`."]
    committed_at: Annotated[datetime, "In UTC, as all times of the data set."]
    url: str
    host: str
    key: Annotated[str | None, "Of the article's object in the bucket; null in a retraction."]
    cluster_id: Annotated[str | None, "The near-duplicates it belongs to."]
    merged_cluster_ids: Annotated[tuple[str, ...], "Clusters that are one with `cluster_id`, as this article showed."]
    duplicate_of: Annotated[str | None, "The article it is a near copy of."]
    reason: Annotated[str | None, "Of a retraction: `gone`, `opt_out` or `taken_down`."]
    is_erased: Annotated[bool, "True of a retraction after which nothing of the article is left: delete all of it."]

    headline: str | None = None
    alternative_headline: str | None = None
    description: str | None = None
    article_section: str | None = None
    article_body: Annotated[str | None, "Plain text."] = None
    markdown: Annotated[str | None, "The article as CommonMark, with its headline."] = None
    word_count: int | None = None
    article_type: Annotated[str | None, "`NewsArticle`, `Opinion`, `LiveBlog`, `Digest` or `Other`."] = None
    content_status: Annotated[str | None, "`full`, `truncated` or `paywalled`."] = None
    date_published: Annotated[datetime | None, "Of a day without a time: its midnight."] = None
    date_published_precision: Annotated[
        Precision | None, "`day` where the page states a day alone or a time without its zone, else `second`."
    ] = None
    date_modified: datetime | None = None
    date_modified_precision: Annotated[Precision | None, "As of the date of publication."] = None
    authors: tuple[AuthorCell, ...] = ()
    publisher: str | None = None
    publisher_url: str | None = None
    site_name: Annotated[str | None, "What the site calls itself."] = None
    keywords: tuple[str, ...] = ()
    images: tuple[ImageCell, ...] = ()
    is_accessible_for_free: bool | None = None
    in_language: Annotated[str | None, "What the page says."] = None
    language: Annotated[str | None, "What the body is in: a primary language subtag of BCP 47, or `und`."] = None
    language_confidence: float | None = None
    country_codes: Annotated[tuple[str, ...], "ISO 3166-1 alpha-2 of `countries`, in the same order."] = ()
    countries: Annotated[tuple[CountryCell, ...], "Those that the article is about."] = ()
    entities: Annotated[tuple[EntityCell, ...], "`mentions` is their number."] = ()
    topics: Annotated[tuple[TopicCell, ...], "IPTC Media Topics."] = ()
    keyphrases: tuple[KeyphraseCell, ...] = ()
    summary: Annotated[tuple[str, ...], "Sentences of the body."] = ()
    quotes: Annotated[
        tuple[QuoteCell, ...], "`speaker` is as the text has it, `speaker_name` the entity that is meant."
    ] = ()
    cited_sources: tuple[CitedSourceCell, ...] = ()
    reading_time_minutes: float | None = None
    signature_algorithm: str | None = None
    signature: Annotated[str | None, "By what near-duplicates are found; see `enrichment.signature`."] = None
    leak_score: Annotated[float | None, "0: nothing foreign was seen in the body; 1: mostly foreign text."] = None
    warnings: Annotated[tuple[str, ...], "Those of `quality.warnings`."] = ()
    opt_outs: Annotated[tuple[str, ...], "The uses that the site refused; look at them before you use the text."] = ()
    requested_url: str | None = None
    final_url: str | None = None
    canonical_url: str | None = None
    capture_key: str | None = None
    captured_at: datetime | None = None
    http_status: int | None = None
    discovery: str | None = None
    extractor: str | None = None
    extractor_version: str | None = None
    enricher_version: str | None = None
    schema_version: Annotated[str | None, "Of the article's object."] = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    athena_type : str
        As Glue, Athena and Hive write it.
    duckdb_type : str
        As DuckDB writes it.
    """

    name: str
    athena_type: str
    duckdb_type: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A view, and its columns in order.

    Attributes
    ----------
    sql : str
        A query over ``revisions`` and the views before this one, in SQL that Athena and DuckDB both run.
    """

    name: str
    description: str
    sql: str
    columns: tuple[Column, ...]


REVISIONS_TABLE = "revisions"

PARTITION_COLUMNS = (
    Column("date", "string", "VARCHAR", "The day of the commit, in UTC, such as `2026-11-22`."),
    Column("hour", "int", "INTEGER", "The hour of the commit, 0 to 23."),
)
"""They are in the keys and not in the files."""

_PLAIN: dict[object, tuple[str, str]] = {
    str: ("string", "VARCHAR"),
    int: ("bigint", "BIGINT"),
    float: ("double", "DOUBLE"),
    bool: ("boolean", "BOOLEAN"),
    datetime: ("timestamp", "TIMESTAMP"),
}


@cache
def revision_columns() -> tuple[Column, ...]:
    """Return the columns of ``revisions`` that are in the files."""
    hints = get_type_hints(RevisionRow, include_extras=True)
    return tuple(
        Column(
            field.name,
            _type_of(hints[field.name], _ATHENA),
            _type_of(hints[field.name], _DUCKDB),
            _description_of(hints[field.name]),
        )
        for field in dataclasses.fields(RevisionRow)
    )


@dataclass(frozen=True, slots=True)
class _Dialect:
    place: int
    list_of: Callable[[str], str]
    struct_of: Callable[[list[tuple[str, str]]], str]


_ATHENA = _Dialect(
    0,
    lambda inner: f"array<{inner}>",
    lambda fields: f"struct<{','.join(f'{name}:{kind}' for name, kind in fields)}>",
)
_DUCKDB = _Dialect(
    1,
    lambda inner: f"{inner}[]",
    lambda fields: f"STRUCT({', '.join(f'{name} {kind}' for name, kind in fields)})",
)


def _type_of(hint: Any, dialect: _Dialect) -> str:
    origin = get_origin(hint)
    if origin is Annotated:
        return _type_of(get_args(hint)[0], dialect)
    if origin is Literal:
        return _PLAIN[str][dialect.place]
    if origin is tuple:
        return dialect.list_of(_type_of(get_args(hint)[0], dialect))
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return dialect.struct_of(
            [(field.name, _type_of(hints[field.name], dialect)) for field in dataclasses.fields(hint)]
        )
    if hint in _PLAIN:
        return _PLAIN[hint][dialect.place]
    (known,) = (kind for kind in get_args(hint) if kind is not NoneType)
    return _type_of(known, dialect)


def _description_of(hint: Any) -> str:
    return str(get_args(hint)[1]) if get_origin(hint) is Annotated else ""


_ARTICLES = """\
SELECT r.*
FROM revisions AS r
JOIN (SELECT article_id, max(revision) AS revision FROM revisions GROUP BY article_id) AS latest
  ON r.article_id = latest.article_id AND r.revision = latest.revision
WHERE r.change_type <> 'retracted'"""

_ARTICLES_BY_COUNTRY = """\
SELECT named.country, a.countries[named.place].weight AS weight,
  a.article_id, a.revision, a.host, a.url, a.headline, a.language, a.date_published, a.committed_at, a.date, a.hour
FROM articles AS a
CROSS JOIN UNNEST(a.country_codes) WITH ORDINALITY AS named (country, place)"""

# A group that became part of another may become part of a third. Three such steps are followed.
_SYNDICATION = """\
WITH merges AS (
  SELECT merged.cluster_id AS former, max_by(r.cluster_id, r.committed_at) AS cluster_id
  FROM revisions AS r CROSS JOIN UNNEST(r.merged_cluster_ids) AS merged (cluster_id)
  GROUP BY merged.cluster_id
), members AS (
  SELECT coalesce(m3.cluster_id, m2.cluster_id, m1.cluster_id, a.cluster_id) AS cluster_id,
    a.article_id, a.host, a.headline, a.committed_at
  FROM articles AS a
  LEFT JOIN merges AS m1 ON m1.former = a.cluster_id
  LEFT JOIN merges AS m2 ON m2.former = m1.cluster_id
  LEFT JOIN merges AS m3 ON m3.former = m2.cluster_id
  WHERE a.cluster_id IS NOT NULL
)
SELECT cluster_id, count(*) AS articles, count(DISTINCT host) AS hosts,
  min_by(article_id, committed_at) AS first_article_id, min_by(host, committed_at) AS first_host,
  min_by(headline, committed_at) AS headline, min(committed_at) AS first_committed_at,
  max(committed_at) AS last_committed_at, array_agg(article_id) AS article_ids, array_agg(DISTINCT host) AS host_names
FROM members
GROUP BY cluster_id
HAVING count(*) > 1"""


@cache
def views() -> tuple[View, ...]:
    """Return the views, each behind those that it reads."""
    every = (*revision_columns(), *PARTITION_COLUMNS)
    by_name = {column.name: column for column in every}
    described = ("article_id", "revision", "host", "url", "headline", "language", "date_published", "committed_at")
    text, number, time = _PLAIN[str], _PLAIN[int], _PLAIN[datetime]
    return (
        View("articles", "The latest revision of each article; retracted ones are left out.", _ARTICLES, every),
        View(
            "articles_by_country",
            "The same, once for each country that the article is about.",
            _ARTICLES_BY_COUNTRY,
            (
                Column("country", *text, "ISO 3166-1 alpha-2."),
                Column("weight", *_PLAIN[float], "How much of the article is about it."),
                *(by_name[name] for name in (*described, "date", "hour")),
            ),
        ),
        View(
            "syndication",
            "Groups of near-duplicates of more than one current article, merged groups as one.",
            _SYNDICATION,
            (
                Column("cluster_id", *text),
                Column("articles", *number, "How many."),
                Column("hosts", *number, "How many different ones."),
                Column("first_article_id", *text, "The one that was committed first."),
                Column("first_host", *text),
                Column("headline", *text, "Of the first one."),
                Column("first_committed_at", *time),
                Column("last_committed_at", *time),
                Column("article_ids", "array<string>", "VARCHAR[]"),
                Column("host_names", "array<string>", "VARCHAR[]"),
            ),
        ),
    )
