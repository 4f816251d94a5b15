"""The quotes of the body: direct, indirect and mixed, with speaker and cue.

Comes in: the document, its language and its entities known. Goes out: its quotes.

Without a parse, that is in any language but English, only quotations that stand alone are found, without speakers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from enricher.parsing import Attribution, Construction, ParsedText
from enricher.ports import Analysis, NotApplicableError
from enricher.speech.confidence import confidence, evidence_of
from enricher.speech.quoted_speech import is_statement
from enricher.speech.speakers import Speakers
from enricher.text import Quotation, SpanIndex
from newsdesk.contracts import Enrichment, Entity, Mention, NotApplicable, Quote, Speaker

_DIRECT_SHARE = 0.5
_MIXED_SHARE = 0.05
"""Shares of the content between quotation marks, as in PARC 3.0 (Pareti 2016)."""

_FEWEST_REPORTED_WORDS = 4

_VERBATIM = frozenset({Construction.TURN, Construction.INTRODUCED})
"""What is word for word without marks: a turn of a transcript, a paragraph after "she added:"."""

_REPORTED = frozenset({Construction.CLAUSE, Construction.ACCORDING, Construction.PHRASE})


class QuotesEnricher:
    """Finds what somebody said, who, and by which word the text tells it."""

    name = "quotes"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the quotes, in the order of the text."""
        body, marked = analysis.document.body, analysis.quotations
        try:
            text, said = analysis.parse(found), analysis.attributions(found)
        except NotApplicableError as error:
            partial = NotApplicable(enricher=self.name, detail=f"no speakers: {error}")
            return Enrichment(quotes=_unattributed(body, marked, 0), not_applicable=(partial,))
        quotes = [quote for quote, _ in quotes_with_evidence(text, said, marked, found.entities)]
        return Enrichment(quotes=(*quotes, *_unattributed(body, marked, len(text.text))))


def _unattributed(body: str, marked: Sequence[Quotation], begin: int) -> tuple[Quote, ...]:
    """Return the quotations after the part that was parsed."""
    return tuple(
        Quote(kind="direct", begin=q.begin, end=q.end, text=body[q.begin : q.end])
        for q in marked
        if q.end > begin and is_statement(body, q)
    )


def quotes_with_evidence(
    text: ParsedText, said: Sequence[Attribution], marked: Sequence[Quotation], entities: Sequence[Entity]
) -> Iterator[tuple[Quote, tuple[str, ...]]]:
    """Yield the quotes among attributions, each with what its confidence rests on."""
    index = SpanIndex(marked)
    speakers = Speakers(text, entities, index)
    for attribution in said:
        kind = _kind(attribution, index, text)
        if kind == "indirect" and not _says_something(text, attribution):
            continue
        quote = Quote(
            kind=kind,
            begin=attribution.begin,
            end=attribution.end,
            text=text.text[attribution.begin : attribution.end],
            speaker=_speaker(text, attribution, speakers),
            cue=_cue(text, attribution),
        )
        evidence = tuple(evidence_of(text, attribution, quote))
        yield quote.model_copy(update={"confidence": confidence(evidence)}), evidence


def _says_something(text: ParsedText, attribution: Attribution) -> bool:
    """Return whether a report is long enough, and has the clause, to be what somebody said."""
    words = text.text[attribution.begin : attribution.end].split()
    return attribution.states and len(words) >= _FEWEST_REPORTED_WORDS


def _kind(
    attribution: Attribution, marked: SpanIndex[Quotation], text: ParsedText
) -> Literal["direct", "indirect", "mixed"]:
    """Judge by the share in marks; single words in marks do not make a reported clause a quotation."""
    within = {
        q: min(attribution.end, q.end) - max(attribution.begin, q.begin)
        for q in marked.overlapping(attribution.begin, attribution.end)
    }
    least = _MIXED_SHARE * (attribution.end - attribution.begin)
    if attribution.construction in _VERBATIM:
        return "direct"
    reported = attribution.construction in _REPORTED
    spoken = sum(size for q, size in within.items() if not reported or " " in text.text[q.begin : q.end])
    if spoken >= _DIRECT_SHARE * (attribution.end - attribution.begin):
        return "direct"
    return "mixed" if sum(within.values()) > least else "indirect"


def _speaker(text: ParsedText, attribution: Attribution, speakers: Speakers) -> Speaker | None:
    if attribution.speaker is None:
        return None
    begin, end = text.characters(attribution.speaker)
    return Speaker(text=text.text[begin:end], begin=begin, end=end, name=speakers.name(begin, end))


def _cue(text: ParsedText, attribution: Attribution) -> Mention | None:
    if attribution.cue is None:
        return None
    begin, end = text.characters(attribution.cue)
    return Mention(begin=begin, end=end, text=text.text[begin:end])
