"""What enrichment found, as marks upon the article's body, and as rows of text.

Comes in: a body and its enrichment. Goes out: pieces of the body with what covers each, and rows for tables. The
terminal and the HTML pages draw the same pieces.

Entities, places and quotes that are less than sure (:data:`newsdesk.contracts.SURE`) are left out, and counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeVar

from newsdesk.contracts import SURE, Enrichment, Entity, Geo, Language, Quote, Speaker

Span = tuple[int, int]
Role = Literal["speaker", "cue"]
ValueT = TypeVar("ValueT")

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class MarkedPiece:
    """A piece of the body in which nothing begins or ends.

    Attributes
    ----------
    begin : int
        Where it begins in the body.
    """

    begin: int
    text: str
    entity: Entity | None = None
    quote: Quote | None = None
    role: Role | None = None
    in_summary: bool = False

    @property
    def end(self) -> int:
        """Where it ends in the body."""
        return self.begin + len(self.text)


def sure_part(found: Enrichment) -> Enrichment:
    """Return what was found without entities, places and quotes whose confidence is known and less than ``SURE``."""
    entities = [
        entity if _is_sure(entity.geo) else entity.model_copy(update={"geo": None, "links": ()})
        for entity in found.entities
        if _is_sure(entity)
    ]
    quotes = [quote for quote in found.quotes if _is_sure(quote)]
    return found.model_copy(update={"entities": tuple(entities), "quotes": tuple(quotes)})


def _is_sure(finding: Entity | Geo | Quote | None) -> bool:
    return finding is None or finding.confidence is None or finding.confidence >= SURE


def pieces_of(body: str, found: Enrichment) -> Iterator[MarkedPiece]:
    """Yield the body in pieces that together are the body; where spans overlap, the shorter one shows."""
    mentions = [((mention.begin, mention.end), entity) for entity in found.entities for mention in entity.mentions]
    quoted = [((quote.begin, quote.end), quote) for quote in found.quotes]
    roles = list(_roles(found.quotes))
    summed_up = [((part.begin, part.end), True) for part in found.summary]
    spans = [span for spans in (mentions, quoted, roles, summed_up) for span, _ in spans]
    borders = sorted({0, len(body), *(at for span in spans for at in span if at < len(body))})
    entity_in, quote_in = _painted(borders, mentions), _painted(borders, quoted)
    role_in, summary_in = _painted(borders, roles), _painted(borders, summed_up)
    for number, (begin, end) in enumerate(pairwise(borders)):
        yield MarkedPiece(
            begin, body[begin:end], entity_in[number], quote_in[number], role_in[number], bool(summary_in[number])
        )


def _painted(borders: Sequence[int], spans: Iterable[tuple[Span, ValueT]]) -> list[ValueT | None]:
    """Return the value that shows between each border and the next."""
    values: list[ValueT | None] = [None] * len(borders)
    for (begin, end), value in sorted(spans, key=lambda item: item[0][0] - item[0][1]):
        first, last = bisect_left(borders, begin), bisect_left(borders, end)
        values[first:last] = [value] * (last - first)
    return values


def _roles(quotes: Iterable[Quote]) -> Iterator[tuple[Span, Role]]:
    for quote in quotes:
        if quote.speaker and quote.speaker.begin is not None and quote.speaker.end is not None:
            yield (quote.speaker.begin, quote.speaker.end), "speaker"
        if quote.cue:
            yield (quote.cue.begin, quote.cue.end), "cue"


def findings(found: Enrichment) -> Iterator[tuple[str, Rows]]:
    """Yield what was found that is sure, beside the marks: titles, each with its rows of text."""
    sure = sure_part(found)
    for title, rows in [*_tables(sure), ("Less sure, not shown", _left_out(found, sure))]:
        if rows:
            yield title, rows


def _tables(found: Enrichment) -> list[tuple[str, Rows]]:
    return [
        ("Language", [_language_row(found.language)] if found.language else []),
        ("Topics", [(topic.label, f"{topic.score:.2f}", topic.id) for topic in found.topics]),
        ("Keyphrases", [(phrase.text, f"{phrase.score:.2f}") for phrase in found.keyphrases]),
        ("Countries", [(country.iso2, f"{country.weight:.2f}") for country in found.countries]),
        ("Entities", [_entity_row(entity) for entity in found.entities]),
        ("Quotes", [_quote_row(quote) for quote in found.quotes]),
        ("Cited sources", [(source.name, source.kind, source.domain or "") for source in found.cited_sources]),
        ("Not looked for", [(left.enricher, left.detail) for left in found.not_applicable]),
        ("Failed", [(error.enricher, error.kind, error.detail) for error in found.errors]),
        ("Found by", [(made.name, made.version) for made in found.provenance]),
    ]


def _left_out(found: Enrichment, shown: Enrichment) -> Rows:
    counts = {
        "entities": len(found.entities) - len(shown.entities),
        "quotes": len(found.quotes) - len(shown.quotes),
    }
    return [(name, str(count)) for name, count in counts.items() if count]


def _language_row(language: Language) -> tuple[str, ...]:
    declared = f"declared {language.declared}" if language.declared else ""
    return language.code, f"{language.confidence:.0%}", declared


def _entity_row(entity: Entity) -> tuple[str, ...]:
    where = f"{entity.geo.country or ''} {entity.geo.geonameid or ''}".strip() if entity.geo else ""
    return entity.type, entity.name, entity.title or "", f"×{len(entity.mentions)}", where


def _quote_row(quote: Quote) -> tuple[str, ...]:
    return quote.kind, speaker_name(quote.speaker), quote.cue.text if quote.cue else "", quote.text


def speaker_name(speaker: Speaker | None) -> str:
    """Return the name, with the words of the text where they are others: Ida Moss (she)."""
    if speaker is None:
        return "?"
    if speaker.name is None or speaker.name in speaker.text:
        return speaker.text
    return f"{speaker.name} ({speaker.text})" if speaker.text not in speaker.name else speaker.name
