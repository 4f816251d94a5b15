"""What is written like a name, and is none.

Comes in: tokens, and the spans of names. Goes out: those that name something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from enricher.entities import names
from enricher.entities.tokens import NameSpan, Tokens

_INTRODUCED = re.compile(r"(?<![\w-])((?:[a-z]+[ -]){0,5}[a-z]+) \(([A-Z][A-Za-z&]{1,5}?)s?\)")
"""Words in lower case, and what they are called for short: greenhouse gas (GHG)."""
_LONGEST_NUMBER = 3
_LONGEST_SMALL_WORD = 3


def without_what_is_no_name(tokens: Tokens, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Return the spans that may name something."""
    abbreviations = _plain_abbreviations(tokens.body)
    persons = {span.start for span in spans if span.label == "PERSON"}
    return [
        span
        for span in spans
        if " ".join(tokens.text[span.start : span.end]) not in abbreviations
        and not _is_numbered(tokens, span)
        and not _is_sentence(tokens, span)
        and not (span.end in persons and _is_of_an_office(tokens, span))
    ]


def _plain_abbreviations(body: str) -> frozenset[str]:
    """Return what the text introduces as short for common words, and their plurals."""
    found: set[str] = set()
    for words, short in _INTRODUCED.findall(body):
        if _is_short_for(short.lower().replace("&", "a"), words):
            found |= {short, f"{short}s"}
    return frozenset(found)


def _is_short_for(letters: str, words: str) -> bool:
    """Return whether letters stand in words in their order, the first at the beginning of one.

    As Schwartz and Hearst do it ("A simple algorithm for identifying abbreviation definitions", 2003).
    """
    at = len(words)
    for letter in reversed(letters[1:]):
        at = words.rfind(letter, 0, at)
        if at < 0:
            return False
    return re.search(rf"(?<![a-z]){re.escape(letters[:1])}", words[:at]) is not None


def _is_numbered(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether it is just one of several numbered things: Group C, Table 2."""
    if tokens.lower[span.start] not in names.NUMBERED:
        return False
    rest = tokens.text[span.start + 1 : span.end + (span.end == span.start + 1)]
    return len(rest) == 1 and (len(rest[0]) == 1 or rest[0].isdigit()) and len(rest[0]) <= _LONGEST_NUMBER


def _is_sentence(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether the title of a work is rather something that is said: most of its words have no capitals."""
    if span.label != "OTHER":
        return False
    words = [at for at in range(span.start, span.end) if len(tokens.text[at]) > _LONGEST_SMALL_WORD]
    return sum(tokens.capital[at] for at in words) * 2 < len(words)


def _is_of_an_office(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether it says what somebody is in office of: Secretary of | State | Jane Roe."""
    at = span.start - 1
    return at > 0 and tokens.lower[at] in ("of", "for") and tokens.is_title(at - 1) and tokens.capital[at - 1]
