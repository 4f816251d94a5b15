"""All that a text says that somebody said.

Comes in: a parsed English text and its quotations. Goes out: attributions, in order.

Beliefs, intentions and questions count, as Pareti has it ("Attribution: a computational approach", 2015). Of one inside
another only the outer is kept, unless that merely passes on a source ("According to the agency, officials said").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from enricher.parsing import Attribution, Construction, ParsedText, Span
from enricher.speech.quoted_speech import QuotedSpeech
from enricher.speech.reported_speech import reported_speech
from enricher.text import Quotation, SpanIndex

_WITHIN_A_CLAUSE = frozenset({Construction.QUOTED_AFTER, Construction.QUOTED_WITHOUT_CUE})
_SHARED = 0.5
_ENDS = frozenset(",.?!…")
_LEAD = 8
"""Code points of a reported clause before a quotation in it; with more, the quotation is only a part of the clause."""


def attributions(parsed: ParsedText, quotations: Sequence[Quotation]) -> list[Attribution]:
    """Return who said what, quoted or reported, in the order of the text."""
    speech, marked = QuotedSpeech(parsed, quotations), SpanIndex(quotations)
    reported = [_uncut(report, marked) for report in reported_speech(parsed, speech.quoted)]
    clauses = SpanIndex(report for report in reported if report.construction is Construction.CLAUSE)
    quoted = [
        attribution for attribution in speech.attributions() if not _is_part_of_clause(attribution, clauses, parsed)
    ]
    cues, spoken = {attribution.cue for attribution in quoted}, SpanIndex(quoted)
    found = quoted + _outermost([r for r in reported if r.cue not in cues and not _is_quoted(r, spoken)], parsed)
    found += speech.introduced([*found, *quotations])
    found += speech.fragments(quotations, found)
    return sorted(found, key=lambda attribution: (attribution.begin, attribution.end))


def _uncut(report: Attribution, marked: SpanIndex[Quotation]) -> Attribution:
    """Return a report that divides no quotation: between quotation marks the parse is often wrong."""
    begin, end = report.begin, report.end
    for quotation in marked.overlapping(report.begin, report.end):
        if quotation.begin < begin < quotation.end:
            begin = quotation.begin
        if quotation.begin < end < quotation.end:
            end = quotation.end
    return replace(report, begin=begin, end=end)


def _is_part_of_clause(quoted: Attribution, clauses: SpanIndex[Attribution], parsed: ParsedText) -> bool:
    """Return whether a quotation is only a part of what somebody is reported to have said, and has no cue there.

    One that a sentence goes on from, up to its cue, is a part, too: “It works” in the cold, she said.
    """
    if quoted.construction is Construction.QUOTED and quoted.cue is not None:
        ended = parsed.text[quoted.begin : quoted.end].rstrip("”\"»’'“")[-1:] in _ENDS
        return not ended and any(
            clause.cue == quoted.cue and clause.begin == quoted.begin and quoted.end + _LEAD < clause.end
            for clause in clauses.overlapping(quoted.begin, quoted.end)
        )
    if quoted.construction not in _WITHIN_A_CLAUSE:
        return False
    cue = parsed.doc[quoted.cue[0]].idx if quoted.cue is not None else quoted.end
    return any(
        clause.begin + _LEAD < quoted.begin and quoted.end <= clause.end and not clause.begin <= cue < quoted.begin
        for clause in clauses.overlapping(quoted.begin, quoted.end)
    )


def _is_quoted(report: Attribution, spoken: SpanIndex[Attribution]) -> bool:
    """Return whether most of a report, or of a quotation in it, is what a quotation already attributes."""
    for quoted in spoken.overlapping(report.begin, report.end):
        common = min(report.end, quoted.end) - max(report.begin, quoted.begin)
        if common > _SHARED * min(report.end - report.begin, quoted.end - quoted.begin):
            return True
    return False


def _outermost(reported: Sequence[Attribution], parsed: ParsedText) -> list[Attribution]:
    """Return the reports that no other holds together with their cues; of two with one content the first."""
    kept: dict[Span, Attribution] = {}
    around: list[Attribution] = []
    for attribution in sorted(reported, key=lambda report: (report.begin, -report.end)):
        around = [outer for outer in around if outer.end > attribution.begin]
        if (attribution.begin, attribution.end) not in kept and not any(
            _holds(outer, attribution, parsed) for outer in around
        ):
            kept[attribution.begin, attribution.end] = attribution
        if attribution.states and attribution.construction is not Construction.ACCORDING:
            around.append(attribution)
    return list(kept.values())


def _holds(outer: Attribution, inner: Attribution, parsed: ParsedText) -> bool:
    if inner.cue is None or inner.end > outer.end:
        return False
    if inner.cue == outer.cue:
        return True
    return outer.begin <= parsed.doc[inner.cue[0]].idx < outer.end
