"""The words and marks that the judges of text share, each defined once.

Comes in: text. Goes out: its folded words, and whether it ends a sentence, invites readers to read on, or begins a
byline.

What a word is, and which scripts write no spaces, stands in :mod:`newsdesk.words`. A module that needs a narrower
question asks it with these definitions, so that two judges never disagree about the same mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsdesk.words import UNSPACED_RANGES

CLOSING_MARKS = "\"'”’»)]"
"""Quotation marks and brackets that may follow the mark that ends a sentence."""
QUESTION_MARKS = "?？؟"

_SENTENCE_END = re.compile(rf"[.!…。！।{QUESTION_MARKS}][{re.escape(CLOSING_MARKS)}]*$")
_CLAUSE_ENDS = (":", ";", ",")
_LONGEST_END = 12
"""The longest end of a sentence in characters: the mark, and the closing marks after it."""
TOKEN = re.compile(r"\w+")
"""A run of letters and digits: texts are compared by these. What counts as a word stands in :mod:`newsdesk.words`."""

UNSPACED = re.compile(f"[{UNSPACED_RANGES}]")
"""A character of a script that is written without spaces between words, its marks included."""

BY_WORDS = ("by", "von", "par", "por", "door", "di", "av", "af", "przez")
"""Words before the name in a byline; each of them is a common word elsewhere, too."""
BYLINE_WORDS = frozenset({*BY_WORDS, "and", "und", "et", "y", "e", "en", "og", "och"})
"""Words that a byline may contain besides names."""

READ_ON = re.compile(
    r"(?:keep|continue) reading\b|(?:read|show|see|view|load|learn) (?:more|less)\b|read on\b"
    r"|(?:read|show|see|view) (?:the )?(?:full|rest|whole)\b|full (?:story|article)\b"
    r"|weiter ?lesen\b|mehr (?:lesen|anzeigen|erfahren)\b|(?:lire|voir) (?:la suite|plus)\b"
    r"|seguir leyendo\b|(?:leer|ver|mostrar) (?:más|menos)\b|leggi tutto\b|continua a leggere\b"
    r"|(?:continuar|continue) lendo\b|(?:leia|ler) mais\b|lees (?:meer|verder)\b|l[äæe]s (?:mere?|videre)\b"
    r"|czytaj (?:dalej|więcej)\b|читать (?:далее|дальше|полностью)|阅读全文|继续阅读|続きを読む|더 ?보기|اقرأ المزيد",
    re.IGNORECASE,
)
"""The words of a control or a line that leads to the rest of a text."""


def fold(text: str) -> list[str]:
    """Return the words of a text for comparison, without regard to case, punctuation and white space."""
    return TOKEN.findall(text.casefold())


def is_worded(text: str, words: Sequence[str]) -> bool:
    """Return whether a text has these folded words and no others; all of a page's lines are asked for its headline."""
    folded = text.casefold()
    return (not words or (words[0] in folded and words[-1] in folded)) and TOKEN.findall(folded) == words


def has_no_others(text: str, words: frozenset[str]) -> bool:
    """Return whether a text has no folded words but some; of most texts, the first word tells."""
    folded = text.casefold()
    first = TOKEN.search(folded)
    return first is None or (first[0] in words and words.issuperset(TOKEN.findall(folded)))


def ends_clause(text: str) -> bool:
    """Return whether a text ends in the mark that ends a sentence or a part of one, as no headline does."""
    return ends_sentence(text) or text.rstrip(CLOSING_MARKS).endswith(_CLAUSE_ENDS)


def ends_sentence(text: str) -> bool:
    """Return whether a text ends in the mark that ends a sentence, whatever closing marks follow it."""
    # The marks are the text's last characters: a search from its beginning would try every full stop.
    return _SENTENCE_END.search(text, max(0, len(text) - _LONGEST_END)) is not None
