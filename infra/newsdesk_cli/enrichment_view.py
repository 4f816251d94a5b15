"""What enrichment found, marked in the article's body: for the terminal and as a page of HTML.

Comes in: an article. Goes out: a rich renderable, or HTML in one file.

Entities, places and quotes that are less than sure (:data:`newsdesk.contracts.SURE`) are left out, and counted.

The text is the publisher's and may hold anything. The terminal gets no control characters; the page has no scripts,
loads nothing, and says so in its Content-Security-Policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal, TypeVar

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from newsdesk.characters import printable
from newsdesk.contracts import SURE, Article, Enrichment, Entity, Geo, Language, Quote, Speaker

Span = tuple[int, int]
ValueT = TypeVar("ValueT")

_ENTITY_STYLES = {"PERSON": "bold cyan", "ORG": "bold yellow", "PLACE": "bold green", "EVENT": "bold magenta"}
_OTHER_ENTITY_STYLE = "bold blue"
_QUOTE_STYLES = {"direct": "italic on grey19", "mixed": "italic on grey15", "indirect": "italic"}
_ROLE_STYLES = {"cue": "underline", "speaker": "underline", None: ""}

_STYLE_SHEET = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 Georgia, serif; }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font: 600 1rem sans-serif; margin: 2rem 0 .3rem; }
header p, dl, table, .legend { font: .85rem/1.5 sans-serif; }
article { white-space: pre-wrap; overflow-wrap: anywhere; }
.e { border-radius: .2em; padding: 0 .12em; color: #000; }
.person { background: #a8d8ff; } .org { background: #ffd98a; } .place { background: #b5e6b0; }
.event { background: #f0bdf0; } .other { background: #d5d5d5; }
.q { border-bottom: 2px solid #c0392b; } .q.mixed { border-bottom-style: dashed; }
.q.indirect { border-bottom: 1px dotted #c0392b; }
.speaker, .cue { text-decoration: underline wavy #c0392b 1px; } .summary { font-weight: bold; }
table { border-collapse: collapse; width: 100%; }
td { vertical-align: top; padding: .2rem .6rem .2rem 0; }
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the body in which nothing begins or ends."""

    text: str
    entity: Entity | None
    quote: Quote | None
    role: Literal["speaker", "cue"] | None
    in_summary: bool


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


def segments(body: str, enrichment: Enrichment) -> Iterator[Segment]:
    """Yield the body in pieces that together are the body; where spans overlap, the shorter one shows."""
    entities = _painted(body, [((m.begin, m.end), e) for e in enrichment.entities for m in e.mentions])
    quotes = _painted(body, [((quote.begin, quote.end), quote) for quote in enrichment.quotes])
    roles = _painted(body, _roles(enrichment.quotes))
    summary = _painted(body, [((part.begin, part.end), True) for part in enrichment.summary])

    def marks(at: int) -> tuple[int, int, str | None, bool]:
        return id(entities[at]), id(quotes[at]), roles[at], bool(summary[at])

    for _, group in groupby(range(len(body)), key=marks):
        places = list(group)
        first = places[0]
        text = body[first : places[-1] + 1]
        yield Segment(text, entities[first], quotes[first], roles[first], bool(summary[first]))


def enrichment_view(article: Article) -> RenderableType:
    """Return the article with its entities, quotes and summary marked, and what else was found."""
    body, found = Text(), sure_part(article.enrichment)
    for segment in segments(article.article_body, found):
        body.append(printable(segment.text), style=_style(segment))
    parts: list[RenderableType] = [Text(printable(article.headline or "(no headline)"), style="bold underline")]
    parts += [Padding(body, (1, 0)), _legend()]
    for title, rows in [*_tables(found), _left_out(article.enrichment, found)]:
        if rows:
            table = Table(box=None, show_header=False, pad_edge=False)
            for row in rows:
                table.add_row(*(Text(printable(cell)) for cell in row))
            parts.append(Panel(table, title=title, title_align="left", border_style="dim"))
    return Group(*parts)


def enrichment_page(article: Article) -> str:
    """Return the same as one page of HTML, in UTF-8, with its styles in it."""
    headline = escape(article.headline or "(no headline)")
    found = sure_part(article.enrichment)
    language = escape(found.language.code if found.language else "und", quote=True)
    tables = "".join(
        f"<h2>{escape(title)}</h2><table>{''.join(_row(row) for row in rows)}</table>\n"
        for title, rows in [*_tables(found), _left_out(article.enrichment, found)]
        if rows
    )
    kinds = "".join(f'<span class="e {kind}">{kind}</span> ' for kind in ("person", "org", "place", "event", "other"))
    quotes = "".join(f'<span class="q {kind}">{kind} quote</span> ' for kind in _QUOTE_STYLES)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{headline}</title>\n<style>{_STYLE_SHEET}</style>\n</head>\n<body>\n"
        f"<header><h1>{headline}</h1>\n<p>{_linked(article.url)}</p>\n"
        f'<p class="legend">{kinds}{quotes}<span class="speaker">speaker or cue</span> '
        '<span class="summary">summary</span></p></header>\n'
        f"<article>{''.join(_span(part) for part in segments(article.article_body, found))}</article>\n"
        f"{tables}</body>\n</html>\n"
    )


def _painted(body: str, spans: Iterable[tuple[Span, ValueT]]) -> list[ValueT | None]:
    values: list[ValueT | None] = [None] * len(body)
    for (begin, end), value in sorted(spans, key=lambda item: item[0][0] - item[0][1]):
        values[begin:end] = [value] * (min(end, len(body)) - begin)
    return values


def _roles(quotes: Iterable[Quote]) -> Iterator[tuple[Span, Literal["speaker", "cue"]]]:
    for quote in quotes:
        if quote.speaker and quote.speaker.begin is not None and quote.speaker.end is not None:
            yield (quote.speaker.begin, quote.speaker.end), "speaker"
        if quote.cue:
            yield (quote.cue.begin, quote.cue.end), "cue"


def _tables(found: Enrichment) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return what was found beside the marks: titles, and rows of text."""
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


def _left_out(found: Enrichment, shown: Enrichment) -> tuple[str, list[tuple[str, ...]]]:
    """Return how many findings are not shown because they are not sure."""
    entities, quotes = len(found.entities) - len(shown.entities), len(found.quotes) - len(shown.quotes)
    rows: list[tuple[str, ...]] = [
        (name, str(count)) for name, count in (("entities", entities), ("quotes", quotes)) if count
    ]
    return "Less sure, not shown", rows


def _language_row(language: Language) -> tuple[str, ...]:
    declared = f"declared {language.declared}" if language.declared else ""
    return language.code, f"{language.confidence:.0%}", declared


def _entity_row(entity: Entity) -> tuple[str, ...]:
    where = f"{entity.geo.country or ''} {entity.geo.geonameid or ''}".strip() if entity.geo else ""
    return entity.type, entity.name, entity.title or "", f"×{len(entity.mentions)}", where


def _quote_row(quote: Quote) -> tuple[str, ...]:
    return quote.kind, _speaker(quote.speaker), quote.cue.text if quote.cue else "", quote.text


def _speaker(speaker: Speaker | None) -> str:
    """Return the name, with the words of the text where they are others: Ida Moss (she)."""
    if speaker is None:
        return "?"
    if speaker.name is None or speaker.name in speaker.text:
        return speaker.text
    return f"{speaker.name} ({speaker.text})" if speaker.text not in speaker.name else speaker.name


def _style(segment: Segment) -> str:
    entity = _ENTITY_STYLES.get(segment.entity.type, _OTHER_ENTITY_STYLE) if segment.entity else ""
    quote = _QUOTE_STYLES[segment.quote.kind] if segment.quote else ""
    return " ".join(filter(None, (entity, quote, _ROLE_STYLES[segment.role], "bold" if segment.in_summary else "")))


def _legend() -> Text:
    legend = Text("marks: ", style="dim")
    named = {**{kind.lower(): style for kind, style in _ENTITY_STYLES.items()}, "other": _OTHER_ENTITY_STYLE}
    named |= {f"{kind} quote": style for kind, style in _QUOTE_STYLES.items()}
    for name, style in {**named, "speaker or cue": "underline", "summary": "bold"}.items():
        legend.append(name, style=f"not dim {style}").append("  ")
    return legend


def _span(segment: Segment) -> str:
    text = escape(segment.text)
    classes, notes = [], []
    if segment.entity:
        classes += ["e", segment.entity.type.lower()]
        notes.append(" ".join(filter(None, (segment.entity.type, segment.entity.title, segment.entity.name))))
    if segment.quote:
        classes += ["q", segment.quote.kind]
        notes.append(f"{segment.quote.kind} quote of {_quote_row(segment.quote)[1]}")
    classes += filter(None, (segment.role, "summary" if segment.in_summary else None))
    title = f' title="{escape("; ".join(notes), quote=True)}"' if notes else ""
    return f'<span class="{" ".join(classes)}"{title}>{text}</span>' if classes else text


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _linked(url: str) -> str:
    text = escape(url, quote=True)
    return f'<a href="{text}" rel="noreferrer">{text}</a>' if url.startswith(("https://", "http://")) else text
