"""The quotes that we find in the evaluation data beside the repository, and whether each is right.

Comes in: the data. Goes out: quotes, judged. Used by the floors and by ``benchmarks/enrichment``.

A quote is right where the evaluator takes its words and its speaker for right; the words of a quotation also where it
is a part of a longer one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enricher.composer import analysis_of, default_enrichers
from enricher.ports import Document, NotApplicableError
from enricher.speech import quotes_with_evidence
from harness.measures import DATA, evaluator
from newsdesk.contracts import Enrichment, to_document

_BEFORE_QUOTES = ("language", "entities", "places")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A quote's evidence, and whether the quote is right."""

    document: str
    evidence: tuple[str, ...]
    right: bool


def judged_quotes(corpus: str = "quotes") -> Iterator[Judged]:
    """Yield the quotes that are found in a corpus of the evaluation data."""
    enrichers = [enricher for enricher in default_enrichers() if enricher.name in _BEFORE_QUOTES]
    for line in (DATA / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        analysis, found = analysis_of(Document(body=row["text"])), Enrichment()
        for enricher in enrichers:
            added = enricher.enrich(analysis, found)
            found = found.model_copy(update={name: getattr(added, name) for name in added.model_fields_set})
        try:
            parsed, said = analysis.parse(found), analysis.attributions(found)
        except NotApplicableError:
            continue
        quotes = list(quotes_with_evidence(parsed, said, analysis.quotations, found.entities))
        judged = are_right([to_document(quote) for quote, _ in quotes], row["quotes"])
        for (_, evidence), right in zip(quotes, judged, strict=True):
            yield Judged(row["id"], evidence, right)


def are_right(quotes: Sequence[Mapping[str, Any]], gold: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Return for each quote whether the gold has it, one to one and the best first, with its speaker."""
    pairs = sorted(
        (
            (evaluator().iou(_said(entry), [_span(quote)]), _has_speaker(quote, entry), -number, -place)
            for number, entry in enumerate(gold)
            for place, quote in enumerate(quotes)
        ),
        reverse=True,
    )
    taken: set[int] = set()
    right: dict[int, bool] = {}
    for alike, speaks, number, place in pairs:
        if alike >= evaluator().IOU and number not in taken and place not in right:
            taken.add(number)
            right[place] = speaks
    return [right.get(-place) or _is_part(quote, gold) for place, quote in enumerate(quotes)]


def _is_part(quote: Mapping[str, Any], gold: Sequence[Mapping[str, Any]]) -> bool:
    length = evaluator().CONTAINED * (quote["end"] - quote["begin"])
    return quote["kind"] != "indirect" and any(
        evaluator().overlap(_said(entry), [_span(quote)]) >= length and _has_speaker(quote, entry) for entry in gold
    )


def _span(part: Mapping[str, Any]) -> Span:
    return part["begin"], part["end"]


def _said(entry: Mapping[str, Any]) -> list[Span]:
    return [(begin, end) for begin, end in entry.get("spans") or [[entry["begin"], entry["end"]]]]


def _has_speaker(quote: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    expected = [(begin, end) for begin, end in entry.get("speaker_spans") or []]
    if not expected and entry.get("speaker_begin") is not None:
        expected = [(entry["speaker_begin"], entry["speaker_end"])]
    speaker = quote.get("speaker") or {}
    named = [_span(speaker)] if "begin" in speaker else []
    return bool(evaluator().overlap(expected, named)) or not (expected or named)
