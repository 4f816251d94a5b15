"""How sure a quote is: the words and who said them.

Comes in: an attribution and what it became. Goes out: the evidence for and against it, and a confidence.

Each piece of evidence has points (``confidence.toml``), whose sum is the natural logarithm of the odds that the quote
is right. They are set by hand; ``python -m benchmarks.enrichment.confidence`` prints how well they are calibrated.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from enricher.parsing import Attribution, Construction, ParsedText, lemma_of
from newsdesk.contracts import Quote

_POINTS: dict[str, float] = tomllib.loads(Path(__file__).with_name("confidence.toml").read_text(encoding="utf-8"))

_PLAINLY = frozenset({"say", "tell", "add", "ask", "write", "reply", "accord"})
"""Cues that are hardly ever anything else."""

_REPORTED = frozenset({Construction.CLAUSE, Construction.ACCORDING, Construction.PHRASE})
_PRONOUNS = frozenset({"he", "she", "they", "we", "i", "it", "who", "which", "that", "him", "her", "them"})
_OPENINGS = ("that ", "whether ", "to ")
_SHORT, _LONG = 6, 40
"""Words."""
_NEAR = 6
"""Tokens between a cue and its speaker or its content."""


def confidence(evidence: Iterable[str]) -> float:
    """Return the share of quotes with such evidence that are right, to two places."""
    odds = math.exp(sum(_POINTS.get(piece, 0.0) for piece in evidence))
    return round(odds / (1 + odds), 2)


def evidence_of(text: ParsedText, attribution: Attribution, quote: Quote) -> Iterator[str]:
    """Yield what speaks for and against a quote, by name."""
    construction = attribution.construction.name.lower()
    yield construction
    if quote.kind != "indirect" and attribution.construction in _REPORTED:
        yield f"{construction}-in-marks"
    yield _speaker(quote)
    yield from _cue(text, attribution)
    words = len(quote.text.split())
    if words < _SHORT or words > _LONG:
        yield f"{quote.kind}-short" if words < _SHORT else "long"
    if quote.kind == "indirect" and quote.text.lower().startswith(_OPENINGS):
        yield "opens-as-a-clause"


def _speaker(quote: Quote) -> str:
    if quote.speaker is None:
        return "nobody"
    named = "named" if quote.speaker.name else "unnamed"
    return f"pronoun-{named}" if quote.speaker.text.lower() in _PRONOUNS else named


def _cue(text: ParsedText, attribution: Attribution) -> Iterator[str]:
    if attribution.cue is None:
        return
    cue = text.doc[attribution.cue[0]]
    yield "plain-cue" if attribution.speaker is not None and lemma_of(cue) in _PLAINLY else "other-cue"
    if cue.pos_ == "NOUN":
        yield "noun-cue"
    elif cue.tag_ in {"VBG", "VBN"} and cue.lower_ != "according":
        yield "participle-cue"
    if attribution.speaker is not None and not -_NEAR <= attribution.speaker[1] - cue.i <= _NEAR:
        yield "far-speaker"
