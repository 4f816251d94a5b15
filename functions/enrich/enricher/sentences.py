"""The sentences of a text, as spans.

Comes in: text, and where a parser sees sentences begin, if one was asked. Goes out: spans of whole sentences, in code
points. Changes nothing.

Paragraphs are lines. A sentence ends at a full stop, question or exclamation mark and the quotation marks and brackets
behind it. In doubt two sentences are left together: a span may hold two, but none holds a part of one. What does not
end so, such as a heading, a caption or a list item without a full stop, is no sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

Span = tuple[int, int]

_PARAGRAPH = re.compile(r"[^\n]+")
_END = re.compile("(?:(?<![.!?…])[.!?…]++[\"'”’»)\\]]*+(?=\\s|$)|[。！？]+[」』”）]*)")
_FIRST_LETTER = re.compile("[\"'“‘«(\\[「『（]*\\w")

_ABBREVIATION = re.compile(
    r"\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Sen|Rep|Gov|Gen|Col|Capt|Lt|Sgt|Maj|Rev|Hon|Pres|Supt|Insp|No|Nos|vs|v"
    r"|etc|Inc|Ltd|Co|Corp|Bros|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|approx|est|al|cf|ca|ed|Ave|Blvd|Rd"
    r"|Nr|bzw|usw|Hr|Fr|Sra|Srta|Mme|Mlle|[A-Za-z]\.[A-Za-z])\.$"
)
_LONGEST_ABBREVIATION = 8
"""Characters, full stop and all."""
_PAIRS = (("“", "”"), ("«", "»"), ("(", ")"), ("「", "」"))
_PAIRED = re.compile('["“”«»()「」]')


def sentences(text: str, begins: Collection[int] | None = None) -> Iterator[tuple[Span, Span]]:
    """Yield each sentence and the paragraph that it is in.

    Parameters
    ----------
    text : str
        Paragraphs, one a line.
    begins : collection of int or None
        Where a parser sees sentences begin; no sentence is then cut anywhere else.
    """
    for paragraph in _PARAGRAPH.finditer(text):
        begin = counted = paragraph.start()
        marks: Counter[str] = Counter()
        for mark in _END.finditer(text, *paragraph.span()):
            marks.update(_PAIRED.findall(text, counted, mark.end()))
            counted = mark.end()
            following = _following(text, mark.end(), paragraph.end())
            if _is_balanced(marks) and _is_end(text, begin, mark.end(), following, paragraph.end(), begins):
                yield (_following(text, begin, mark.end()), mark.end()), paragraph.span()
                begin = following
                marks.clear()


def _is_balanced(marks: Counter[str]) -> bool:
    return marks['"'] % 2 == 0 and all(marks[left] == marks[right] for left, right in _PAIRS)


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
