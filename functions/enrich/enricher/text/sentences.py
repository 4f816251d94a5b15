"""The sentences of a text, as spans.

Comes in: text, and where a parser sees sentences begin, if one was asked. Goes out: spans of whole sentences, in code
points.

Paragraphs are lines. A sentence ends at a full stop, question or exclamation mark of any script and the quotation marks
and brackets behind it, but not within a quotation or brackets. In doubt two sentences are left together: a span may
hold two, but none holds a part of one. What does not end so, such as a heading, a caption or a list item without a full
stop, is no sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from enricher.text.quotation_marks import Quotation, quotations
from enricher.text.span_index import SpanIndex

Span = tuple[int, int]

_PARAGRAPH = re.compile(r"[^\n]+")
_END = re.compile("(?:(?<![.!?…])[.!?…।॥؟۔։።]++[\"'”’“‘»«›‹)\\]]*+(?=\\s|$)|[。！？]+[」』”）]*)")
"""Besides Latin marks the danda of Indic scripts, the Arabic and Urdu, the Armenian and the Ethiopic full stop."""
_FIRST_LETTER = re.compile("[\"'“”„‘‚«»‹›(\\[「『（]*\\w")

_ABBREVIATION = re.compile(
    r"\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Sen|Rep|Gov|Gen|Col|Capt|Lt|Sgt|Maj|Rev|Hon|Pres|Supt|Insp|No|Nos|vs|v"
    r"|etc|Inc|Ltd|Co|Corp|Bros|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|approx|est|al|cf|ca|ed|Ave|Blvd|Rd"
    r"|Nr|bzw|usw|Hr|Fr|Sra|Srta|Mme|Mlle|[A-Za-z]\.[A-Za-z])\.$"
)
_LONGEST_ABBREVIATION = 8
"""Characters, full stop and all."""
_BRACKET = re.compile("[()]")


def sentences(text: str, begins: Collection[int] | None = None) -> Iterator[tuple[Span, Span]]:
    """Yield each sentence and the paragraph that it is in.

    Parameters
    ----------
    text : str
        Paragraphs, one a line.
    begins : collection of int or None
        Where a parser sees sentences begin; no sentence is then cut anywhere else.
    """
    quoted = SpanIndex(quotations(text))
    for paragraph in _PARAGRAPH.finditer(text):
        begin = counted = paragraph.start()
        brackets: Counter[str] = Counter()
        for mark in _END.finditer(text, *paragraph.span()):
            brackets.update(_BRACKET.findall(text, counted, mark.end()))
            counted = mark.end()
            if brackets["("] != brackets[")"] or _is_within(quoted, mark.end()):
                continue
            following = _following(text, mark.end(), paragraph.end())
            if _is_end(text, begin, mark.end(), following, paragraph.end(), begins):
                yield (_following(text, begin, mark.end()), mark.end()), paragraph.span()
                begin = following
                brackets.clear()


def _is_within(quoted: SpanIndex[Quotation], at: int) -> bool:
    """Return whether a quotation goes on, or lacks its end."""
    return any(at < quotation.end or not quotation.closed for quotation in quoted.overlapping(at - 1, at))


def _is_end(text: str, begin: int, end: int, following: int, limit: int, begins: Collection[int] | None) -> bool:
    if following == limit:
        return True
    if _ABBREVIATION.search(text, max(begin, end - _LONGEST_ABBREVIATION), end):
        return False
    first = _FIRST_LETTER.match(text, following)
    if first is None or first[0][-1].islower():
        return False
    return begins is None or following in begins


def _following(text: str, at: int, limit: int) -> int:
    while at < limit and text[at].isspace():
        at += 1
    return at
