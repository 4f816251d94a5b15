"""From a page to its article: all judges, one after the other, over one parse of the page.

Comes in: a page's text, its URL, and how it was captured. Goes out: the article, its links, what was cut and why.
Neither the network nor the clock is used.
"""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

from extractor.body import (
    Body,
    Boundary,
    Model,
    Recurrence,
    choose_body,
    find_boundary,
    judge_recurrence,
    mark_up,
    pictures_of_others,
    prefer_script_body,
    prefer_stated_body,
    ruled_out,
    stated_confidence,
    trim,
)
from extractor.contract import CanonicalLink, Decision, ExtractionResult, JudgedSegment, PageToRead
from extractor.html import (
    Element,
    Page,
    Segment,
    canonical_link,
    checked_url,
    hides_prose,
    links_of,
    one_line,
    read_html,
    rights_of,
    signals_of,
)
from extractor.kinds import (
    TypeJudgement,
    Wall,
    is_front,
    is_program_error,
    judge_type,
    judge_wall,
    next_pages,
    offers,
)
from extractor.metadata import LONGEST_HEADLINE, Metadata, read_metadata, without_images
from extractor.text import PlainText, clean_plain_text, ends_sentence, split_parts
from newsdesk.characters import hides_text, storable
from newsdesk.contracts import (
    ArticleWarning,
    Block,
    BlockType,
    DroppedBlock,
    DropReason,
    Extracted,
    FieldSource,
    Provenance,
    Quality,
    Reason,
    Rights,
    WallSign,
)
from newsdesk.errors import PermanentError
from newsdesk.hosts import HostProfile
from newsdesk.web import Signal, scrub
from newsdesk.words import count_words

SHORTEST_ARTICLE_WORDS = 25
SHORTEST_SENTENCE_WORDS = 8
"""A text under 25 words is an article only if one of its paragraphs is at least a sentence of eight words: a news
flash is, a menu or a cookie notice's button is not."""

MOST_JUDGED = 10_000
MOST_DROPPED = 2_000
LONGEST_DROPPED = 2_000
"""Pieces, and code points of each, that are kept as evidence of what was cut."""

LEAST_DOUBTFUL, MOST_DOUBTFUL = 0.3, 0.7
"""Between these probabilities the classifier hesitated."""

# Its warnings quote URLs with their query strings, which carry secrets.
for _library in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


def extract(text: str, page: PageToRead) -> ExtractionResult:
    """Extract the article of a page.

    Parameters
    ----------
    text : str
        The page, storable text as :func:`extractor.html.charset.decode_text` returns it.
    page : PageToRead
        What is known of it.

    Raises
    ------
    PermanentError
        With the reason ``extraction_error`` when the extractor fails on the page.

    Notes
    -----
    The settings are those of trafilatura's published evaluation: defaults, comments left out. ``deduplicate`` stays
    off: it remembers text from page to page, so that a result would depend on what the process had read before.
    """
    try:
        with warnings.catch_warnings(), _collector_paused():
            # dateutil and dateparser warn of time zones and of days without a year in what pages write.
            warnings.simplefilter("ignore")
            return _extract(text, page)
    except MemoryError:
        raise
    except Exception as error:
        raise PermanentError(Reason.EXTRACTION_ERROR, scrub(f"{type(error).__name__}: {error}")[:200]) from error


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the search for cyclic garbage.

    While a page is read, nearly all that is made of it is in use: to look through it again and again takes a fifth of
    the time and frees next to nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def extract_plain_text(text: str, page: PageToRead) -> ExtractionResult:
    """Extract the article of a plain text, which may be a page that somebody scraped, furniture and all.

    Parameters are those of :func:`extract`.
    """
    plain = clean_plain_text(storable(text))
    blocks = tuple(Block(type=BlockType.PARAGRAPH, text=paragraph) for paragraph in plain.paragraphs)
    delivery = _delivery_of(None, page)
    is_error = is_program_error(text.split("\n"))
    dropped = islice(plain.dropped, MOST_DROPPED)
    return ExtractionResult(
        _article_of_plain_text(plain, blocks, page, delivery, hides=hides_text(text)),
        dropped=tuple(DroppedBlock(text=piece[:LONGEST_DROPPED], reason=reason) for piece, reason in dropped),
        canonical=delivery.canonical,
        signals=delivery.signals,
        refusal=Reason.NO_ARTICLE if is_error else None,
        refusal_detail=WallSign.PROGRAM_ERROR.value if is_error else "",
        page_warnings=delivery.warnings,
        judged=_judged_lines(plain) if page.is_explained else (),
    )


def _judged_lines(plain: PlainText) -> tuple[JudgedSegment, ...]:
    return tuple(
        JudgedSegment(index, line, "p", "kept" if reason is None else "dropped", reason)
        for index, (line, reason) in enumerate(plain.judged[:MOST_JUDGED])
    )


def require_article(result: ExtractionResult) -> None:
    """Refuse a result that holds no article.

    Raises
    ------
    PermanentError
        With the reason of the wall that stands before the article, or ``no_article``.
    """
    if result.refusal is not None:
        raise PermanentError(result.refusal, result.refusal_detail)
    article = result.article
    if article.word_count >= SHORTEST_ARTICLE_WORDS:
        return
    for block in article.blocks:
        is_sentence = block.type is BlockType.PARAGRAPH and ends_sentence(block.text.strip())
        if is_sentence and count_words(block.text) >= SHORTEST_SENTENCE_WORDS:
            return
    raise PermanentError(Reason.NO_ARTICLE, f"{article.word_count} words")


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What came with a page: its canonical address, what its publisher says of its use, and where it is from."""

    canonical: CanonicalLink
    signals: tuple[Signal, ...]
    rights: Rights
    provenance: Provenance

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands in ``quality.warnings``: why the canonical address was not believed."""
        rejection = self.canonical.rejection
        return () if rejection is None else (f"{ArticleWarning.CANONICAL_LINK}:{rejection.value}",)


def _delivery_of(tree: Element | None, capture: PageToRead) -> _Delivery:
    canonical = canonical_link(tree, capture.headers, capture.url)
    signals = signals_of(tree, capture.headers, host_lines=capture.host_lines, product_token=capture.product_token)
    provenance = capture.known_provenance.model_copy(update={"canonical_url": canonical.url})
    return _Delivery(canonical, signals, rights_of(signals, capture.captured_at), provenance)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the judges say of a page."""

    metadata: Metadata
    fields: Mapping[str, Any]
    recurrence: Recurrence
    boundary: Boundary
    body: Body
    kind: TypeJudgement
    next_pages: tuple[str, ...]
    wall: Wall


def _extract(html: str, capture: PageToRead) -> ExtractionResult:
    page = read_html(html, capture.url)
    delivery = _delivery_of(page.tree if page else None, capture)
    canonical, signals = delivery.canonical, delivery.signals
    if page is None:
        nothing = _nothing(capture.article_url, delivery)
        return ExtractionResult(nothing, canonical=canonical, signals=signals, page_warnings=delivery.warnings)
    reading = _read(page, capture)
    body, kind, wall = reading.body, reading.kind, reading.wall
    result = ExtractionResult(
        _article(page, capture, delivery, reading),
        links=links_of((page.segments[index] for index in body.kept), page.url, page.base),
        dropped=_dropped(page.segments, body),
        canonical=canonical,
        signals=signals,
        refusal=_refusal(page, reading),
        refusal_detail=" ".join(wall.evidence if wall.reason is not None else kind.evidence),
        is_listing=kind.is_listing,
        wall_warnings=wall.warnings,
        page_warnings=(*delivery.warnings, *kind.warnings),
        judged=_judged(page.segments, body) if capture.is_explained else (),
        statements=reading.metadata.statements if capture.is_explained else (),
        fingerprints=reading.recurrence.fingerprints,
    )
    page.release()
    return result


def _read(page: Page, capture: PageToRead) -> _Reading:
    """Ask all judges, one after the other."""
    metadata = read_metadata(page, capture.captured_at, capture.known_provenance.feed_item)
    recurrence = judge_recurrence(HostProfile.unpacked(capture.profile), page)
    boundary, body = find_body(page, metadata, recurring=recurrence.segments)
    metadata = without_images(metadata, pictures_of_others(page, body))
    fields = metadata.fields()
    kind = judge_type(
        page,
        body.blocks,
        page.url,
        fields.get("headline"),
        fields.get("article_section"),
        body.kept,
        [person.name for person in fields.get("author") or ()],
    )
    pages = next_pages(page)
    wall = judge_wall(
        page,
        body.text,
        next_pages=pages,
        kept=body.kept,
        headline=fields.get("headline"),
        description=fields.get("description"),
    )
    return _Reading(metadata, fields, recurrence, boundary, body, kind, pages, wall)


def _refusal(page: Page, reading: _Reading) -> Reason | None:
    """Return why a page's article is not stored."""
    if reading.wall.reason is None and is_front(page, reading.body.kept, reading.fields.get("headline") or ""):
        return Reason.FRONT_PAGE
    return reading.wall.reason


def _article(page: Page, capture: PageToRead, delivery: _Delivery, reading: _Reading) -> Extracted:
    body, kind = reading.body, reading.kind
    return Extracted(
        **reading.fields,
        article_body=body.text,
        article_type=kind.article_type,
        url=capture.article_url,
        blocks=mark_up(body, page, reading.metadata.titles).blocks,
        parts=split_parts(_below_deck(body.blocks, reading.metadata.decks), kind.article_type),
        next_pages=reading.next_pages,
        word_count=count_words(body.text),
        content_status=reading.wall.status,
        quality=_quality(page, delivery, reading),
        rights=delivery.rights,
        provenance=delivery.provenance.model_copy(update={"site_profile": reading.recurrence.used}),
    )


def _quality(page: Page, delivery: _Delivery, reading: _Reading) -> Quality:
    body, kind, wall = reading.body, reading.kind, reading.wall
    return Quality(
        leak_score=_leak_score(reading.boundary, body),
        field_sources={**_body_sources(body, kind, wall), **reading.metadata.sources()},
        warnings=(
            *delivery.warnings,
            *reading.recurrence.warnings,
            *reading.boundary.warnings,
            *body.warnings,
            *wall.warnings,
            *kind.warnings,
            *((ArticleWarning.HIDDEN_TEXT,) if hides_prose(page, body.kept) else ()),
            *((ArticleWarning.INVISIBLE_TEXT,) if page.hides_text else ()),
        ),
        conflicts=reading.metadata.conflicts,
    )


def _article_of_plain_text(
    plain: PlainText, blocks: tuple[Block, ...], page: PageToRead, delivery: _Delivery, *, hides: bool
) -> Extracted:
    stated = {
        "headline": one_line(plain.headline, LONGEST_HEADLINE),
        "description": plain.description,
        "article_section": plain.section,
    }
    kind = judge_type(None, blocks, checked_url(page.url), stated["headline"], plain.section)
    sources = {str(Extracted.model_fields[name].alias): "dom" for name, value in stated.items() if value}
    body = "\n".join(plain.paragraphs)
    return Extracted(
        **stated,
        article_body=body,
        article_type=kind.article_type,
        url=page.article_url,
        blocks=blocks,
        parts=split_parts(blocks, kind.article_type),
        word_count=count_words(body),
        quality=Quality(
            field_sources={name: FieldSource(source=source) for name, source in sources.items()},
            warnings=(*delivery.warnings, *((ArticleWarning.INVISIBLE_TEXT,) if hides else ())),
        ),
        rights=delivery.rights,
        provenance=delivery.provenance,
    )


def find_body(
    page: Page,
    metadata: Metadata,
    *,
    recurring: Mapping[int, str] = MappingProxyType({}),
    model: Model | None = None,
) -> tuple[Boundary, Body]:
    """Find a page's body: what is foreign, hidden or laid over is cut, the classifier chooses, the rest is trimmed.

    Parameters
    ----------
    page, metadata
        The page, and what it says of itself.
    recurring : mapping
        Segments that the host repeats, and the reason.
    model : Model or None
        Another than the one that is shipped.
    """
    forest = model.boundary if model else None
    authors = [person.name for person in metadata.author.value] if metadata.author else []
    boundary = find_boundary(page, metadata.titles, authors, forest=forest)
    # What the guard is not sure of may be put back; so the other judges' reasons go before its own.
    description = metadata.description.value if metadata.description else None
    headline = metadata.headline.value if metadata.headline else None
    offered = offers(page, headline, description)
    foreign = {**boundary.foreign, **ruled_out(page), **offered, **recurring}
    chosen = choose_body(
        page,
        foreign,
        metadata.titles,
        description,
        suspicion=boundary.likelihoods,
        firm=boundary.firm,
        model=model,
    )
    shown = trim(chosen, page, metadata.titles, metadata.decks, authors)
    return boundary, prefer_script_body(prefer_stated_body(shown, page), page, metadata.titles)


def _leak_score(boundary: Boundary, body: Body) -> float:
    """Return the guard's doubt; what it took for foreign and the classifier kept is in doubt, too."""
    return max([boundary.leak_score, *(round(boundary.likelihoods.get(index, 0.0), 3) for index in body.kept)])


def _below_deck(blocks: Sequence[Block], decks: Iterable[str | None]) -> Sequence[Block]:
    """Return the blocks below a deck that opens the body: it is of the whole and of no part."""
    return blocks[1:] if blocks and blocks[0].text in decks else blocks


def _nothing(url: str, delivery: _Delivery) -> Extracted:
    return Extracted(
        article_body="",
        url=url,
        word_count=0,
        quality=Quality(warnings=delivery.warnings),
        rights=delivery.rights,
        provenance=delivery.provenance,
    )


def _body_sources(body: Body, kind: TypeJudgement, wall: Wall) -> dict[str, FieldSource]:
    sources = {"articleType": FieldSource(source=kind.source), "contentStatus": FieldSource(source="dom")}
    sources["contentStatus"] = FieldSource(source="dom", confidence=wall.confidence)
    if body.blocks:
        sources["articleBody"] = FieldSource(source=body.source, confidence=round(stated_confidence(body), 3))
    return sources


def _dropped(segments: Sequence[Segment], body: Body) -> tuple[DroppedBlock, ...]:
    """Return what was cut, in the order of the page; the beginnings, when it is more than the article is worth."""
    cut = islice(((segments[index].text, reason) for index, reason in sorted(body.reasons.items())), MOST_DROPPED)
    return tuple(DroppedBlock(text=text[:LONGEST_DROPPED], reason=reason) for text, reason in cut)


def _judged(segments: Sequence[Segment], body: Body) -> tuple[JudgedSegment, ...]:
    return tuple(_judged_segment(segment, body) for segment in segments[:MOST_JUDGED])


def _judged_segment(segment: Segment, body: Body) -> JudgedSegment:
    score, reason = body.scores.get(segment.index), body.reasons.get(segment.index)
    is_by_classifier = score is not None and reason in (None, DropReason.PAGE_FURNITURE)
    is_sure = not (is_by_classifier and LEAST_DOUBTFUL < (score or 0.0) < MOST_DOUBTFUL)
    decision: Decision = ("kept" if reason is None else "dropped") if is_sure else "uncertain"
    return JudgedSegment(segment.index, segment.text, segment.tag, decision, reason, score)
