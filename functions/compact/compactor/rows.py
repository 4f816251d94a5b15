"""A change and its article, as a row of the data set.

Comes in: a change, and its article where there is one. Goes out: a row.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from newsdesk.clock import from_text
from newsdesk.contracts import (
    Article,
    ArticleChanged,
    AuthorCell,
    CitedSourceCell,
    CountryCell,
    Enrichment,
    EntityCell,
    ImageCell,
    KeyphraseCell,
    Precision,
    Provenance,
    QuoteCell,
    RevisionRow,
    TopicCell,
)
from newsdesk.renditions import to_markdown

_LENGTH_OF_A_DAY = len("2026-11-22")


def row_of(change: ArticleChanged, article: Article | None) -> RevisionRow:
    """Return the row of a change; without an article, one that says what the change says."""
    return RevisionRow(
        change_id=change.change_id,
        article_id=change.article_id,
        revision=change.revision,
        previous_revision=change.previous_revision,
        change_type=change.change_type,
        committed_at=from_text(change.committed_at).replace(tzinfo=None),
        url=change.url,
        host=change.host,
        key=change.key,
        cluster_id=change.cluster_id,
        merged_cluster_ids=change.merged_cluster_ids or (),
        duplicate_of=change.duplicate_of,
        reason=change.reason,
        is_erased=bool(change.is_erased),
        **(_cells_of(article) if article is not None else {}),
    )


def to_cells(row: RevisionRow) -> dict[str, Any]:
    """Return a row as JSON values, as the writer of Parquet reads them."""
    return {field.name: _plain(getattr(row, field.name)) for field in fields(row)}


def moment_of(text: str | None) -> tuple[datetime | None, Precision | None]:
    """Return a day or a time in UTC, without its zone, and how precise it is; None for what is no date."""
    if text is None:
        return None, None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            # A time that nobody knows the zone of does not say when it was; its day does, nearly.
            return datetime.fromisoformat(text[:_LENGTH_OF_A_DAY]), "day"
        return moment.astimezone(UTC).replace(tzinfo=None), "second"
    except (OverflowError, ValueError):
        return None, None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return {field.name: getattr(value, field.name) for field in fields(value)} if hasattr(value, "__slots__") else value


def _cells_of(article: Article) -> dict[str, Any]:
    published, published_precision = moment_of(article.date_published)
    modified, modified_precision = moment_of(article.date_modified)
    return {
        "headline": article.headline,
        "alternative_headline": article.alternative_headline,
        "description": article.description,
        "article_section": article.article_section,
        "article_body": article.article_body,
        "markdown": to_markdown(article),
        "word_count": article.word_count,
        "article_type": article.article_type.value,
        "content_status": article.content_status.value,
        "date_published": published,
        "date_published_precision": published_precision,
        "date_modified": modified,
        "date_modified_precision": modified_precision,
        "authors": tuple(AuthorCell(person.name, person.url) for person in article.author),
        "publisher": article.publisher.name if article.publisher else None,
        "publisher_url": article.publisher.url if article.publisher else None,
        "site_name": article.site_name,
        "keywords": article.keywords,
        "images": tuple(ImageCell(image.url, image.caption, image.credit) for image in article.image),
        "is_accessible_for_free": article.is_accessible_for_free,
        "in_language": article.in_language,
        "leak_score": article.quality.leak_score,
        "warnings": article.quality.warnings,
        "opt_outs": article.rights.opt_outs,
        "schema_version": article.schema_version,
        **_cells_of_enrichment(article.enrichment),
        **_cells_of_provenance(article.provenance),
    }


def _cells_of_enrichment(enrichment: Enrichment) -> dict[str, Any]:
    language, signature = enrichment.language, enrichment.signature
    return {
        "language": language.code if language else None,
        "language_confidence": language.confidence if language else None,
        "country_codes": tuple(country.iso2 for country in enrichment.countries),
        "countries": tuple(CountryCell(country.iso2, country.weight) for country in enrichment.countries),
        "entities": tuple(
            EntityCell(
                type=entity.type,
                name=entity.name,
                title=entity.title,
                mentions=len(entity.mentions),
                country=entity.geo.country if entity.geo else None,
                geonameid=entity.geo.geonameid if entity.geo else None,
                lat=entity.geo.lat if entity.geo else None,
                lon=entity.geo.lon if entity.geo else None,
                salience=entity.salience,
                confidence=entity.confidence,
            )
            for entity in enrichment.entities
        ),
        "topics": tuple(TopicCell(topic.id, topic.label, topic.score) for topic in enrichment.topics),
        "keyphrases": tuple(KeyphraseCell(phrase.text, phrase.score) for phrase in enrichment.keyphrases),
        "summary": tuple(sentence.text for sentence in enrichment.summary),
        "quotes": tuple(
            QuoteCell(
                kind=quote.kind,
                text=quote.text,
                speaker=quote.speaker.text if quote.speaker else None,
                speaker_name=quote.speaker.name if quote.speaker else None,
                begin_offset=quote.begin,
                end_offset=quote.end,
                confidence=quote.confidence,
            )
            for quote in enrichment.quotes
        ),
        "cited_sources": tuple(
            CitedSourceCell(source.name, source.kind, source.domain) for source in enrichment.cited_sources
        ),
        "reading_time_minutes": enrichment.reading_time_minutes,
        "signature_algorithm": signature.algorithm if signature else None,
        "signature": signature.sketch if signature else None,
    }


def _cells_of_provenance(provenance: Provenance) -> dict[str, Any]:
    captured, _ = moment_of(provenance.captured_at)
    return {
        "requested_url": provenance.requested_url,
        "final_url": provenance.final_url,
        "canonical_url": provenance.canonical_url,
        "capture_key": provenance.capture_key,
        "captured_at": captured,
        "http_status": provenance.http_status,
        "discovery": provenance.discovery,
        "extractor": provenance.extractor.name,
        "extractor_version": provenance.extractor.version,
        "enricher_version": provenance.enricher_version,
    }
