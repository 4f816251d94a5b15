"""Texts of our own writing with what is to be found in them, and how much of it is.

Comes in: ``tests/enrichment/*.json``. Goes out: enrichments scored against the gold.

A case marks its entities in the text, ``[[TYPE|name]]``; ``IGNORE`` marks what may be found or not. Its quotes name
their text and who speaks: a name, or the words of the text. A measure that a case says nothing of is null there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk.contracts import Enrichment, Quote

FOLDER = Path(__file__).parent
SCORED_TYPES = frozenset(("PERSON", "ORG", "PLACE"))
_MARK = re.compile(r"\[\[(\w+)\|([^]]+)\]\]")

Span = tuple[int, int]
Counts = Counter[str]
"""``<measure>.gold``, ``.found`` and ``.right``."""


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """A quote to be found; an optional one may be found or not."""

    kind: str
    begin: int
    end: int
    speaker: str | None
    optional: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A text and its gold."""

    slug: str
    title: str
    language: str
    body: str
    entities: frozenset[tuple[str, int, int]]
    ignored: tuple[Span, ...]
    countries: frozenset[str] | None
    quotes: tuple[GoldQuote, ...]
    cited: frozenset[str] | None


def cases() -> Iterator[Case]:
    """Yield the cases."""
    for path in sorted(FOLDER.glob("*.json")):
        yield _case(path.stem, json.loads(path.read_text(encoding="utf-8")))


def _case(slug: str, entry: dict[str, Any]) -> Case:
    body, spans = "", []
    at, marked = 0, "\n\n".join(entry["paragraphs"])
    for mark in _MARK.finditer(marked):
        body += marked[at : mark.start()]
        spans.append((mark[1], len(body), len(body) + len(mark[2])))
        body += mark[2]
        at = mark.end()
    body += marked[at:]
    quotes = []
    for quote in entry["quotes"]:
        begin = body.index(quote["text"])
        optional = quote.get("optional", False)
        quotes.append(GoldQuote(quote["kind"], begin, begin + len(quote["text"]), quote["speaker"], optional))
    return Case(
        slug=slug,
        title=entry["title"],
        language=entry["language"],
        body=body,
        entities=frozenset(span for span in spans if span[0] != "IGNORE"),
        ignored=tuple((begin, end) for kind, begin, end in spans if kind == "IGNORE"),
        countries=None if entry["countries"] is None else frozenset(entry["countries"]),
        quotes=tuple(quotes),
        cited=None if entry["citedSources"] is None else frozenset(entry["citedSources"]),
    )


def count(case: Case, found: Enrichment) -> Counts:
    """Return what is to be found in a case, what was found, and what of it is right."""
    counts: Counts = Counter()
    counts["language.gold"] = counts["language.found"] = 1
    counts["language.right"] = int(found.language is not None and found.language.code == case.language)
    if case.countries is not None:
        _add(counts, "entities", case.entities, _entities(case, found))
        _add(counts, "countries", case.countries, {country.iso2 for country in found.countries})
    if case.cited is not None:
        _add(counts, "cited_sources", case.cited, {source.name for source in found.cited_sources})
    _add_quotes(counts, case, found.quotes)
    return counts


def f1(counts: Counts, measure: str) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * counts[f"{measure}.right"] / (counts[f"{measure}.gold"] + counts[f"{measure}.found"])


def recall(counts: Counts, measure: str) -> float:
    """Return the share of the gold that was found."""
    return counts[f"{measure}.right"] / counts[f"{measure}.gold"]


def figures(counts: Counts) -> dict[str, float]:
    """Return the figures that have floors."""
    return {
        "language": recall(counts, "language"),
        "entities_f1": f1(counts, "entities"),
        "countries_f1": f1(counts, "countries"),
        "cited_sources_f1": f1(counts, "cited_sources"),
        "direct_quotes_recall": recall(counts, "direct"),
        "direct_speakers_recall": recall(counts, "direct_speakers"),
        "attributions_f1": f1(counts, "attributions"),
    }


def _add(counts: Counts, measure: str, gold: Iterable[object], found: Iterable[object]) -> None:
    expected, seen = set(gold), set(found)
    counts[f"{measure}.gold"] += len(expected)
    counts[f"{measure}.found"] += len(seen)
    counts[f"{measure}.right"] += len(expected & seen)


def _entities(case: Case, found: Enrichment) -> set[tuple[str, int, int]]:
    """Return what was found, without what touches only what is ignored."""
    seen = {
        (entity.type, mention.begin, mention.end)
        for entity in found.entities
        if entity.type in SCORED_TYPES
        for mention in entity.mentions
    }
    gold = [(begin, end) for _, begin, end in case.entities]
    return {
        span
        for span in seen
        if any(_overlap(span[1:], other) for other in gold) or not any(_overlap(span[1:], i) for i in case.ignored)
    }


def _overlap(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _add_quotes(counts: Counts, case: Case, quotes: Iterable[Quote]) -> None:
    """Match one to one by a share of at least a half of what both cover together, the best first."""
    found = list(quotes)
    pairs = sorted(
        (
            (_share((gold.begin, gold.end), (quote.begin, quote.end)), -number, -place)
            for number, gold in enumerate(case.quotes)
            for place, quote in enumerate(found)
        ),
        reverse=True,
    )
    matched: dict[int, int] = {}
    for share, number, place in pairs:
        if share >= 0.5 and -number not in matched and -place not in matched.values():
            matched[-number] = -place
    optional = sum(case.quotes[number].optional for number in matched)
    counts["attributions.found"] += len(found) - optional if case.countries is not None else 0
    for number, gold in enumerate(case.quotes):
        if gold.optional:
            continue
        quote = found[matched[number]] if number in matched else None
        speaks = quote is not None and _is_speaker(gold.speaker, quote)
        if case.countries is not None:
            counts["attributions.gold"] += 1
            counts["attributions.right"] += speaks
        if gold.kind == "direct":
            counts["direct.gold"] += 1
            counts["direct.right"] += quote is not None
            counts["direct_speakers.gold"] += gold.speaker is not None
            counts["direct_speakers.right"] += speaks and gold.speaker is not None


def _share(one: Span, other: Span) -> float:
    shared = _overlap(one, other)
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)


def _is_speaker(gold: str | None, quote: Quote) -> bool:
    if gold is None or quote.speaker is None:
        return gold is None
    said_by = (quote.speaker.name or quote.speaker.text).casefold()
    return said_by in gold.casefold() or gold.casefold() in said_by
