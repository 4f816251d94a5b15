"""What somebody types, as SQLite's full-text index takes it.

Comes in: words, "phrases", -words that must not be there, and beginnings*. Goes out: an expression.

Nothing of the index's own syntax gets through: every word is quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsdesk.words import UNSPACED_RANGES

_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_UNSPACED = re.compile(f"[{UNSPACED_RANGES}]")
_MOST_PARTS = 32


class QueryError(ValueError):
    """Nothing could be found by this; the text says why."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for.

    Attributes
    ----------
    wanted : tuple of str
        Words and phrases, quoted.
    unwanted : tuple of str
        What must not be there.
    """

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()

    def expression(self, *, is_loose: bool = False) -> str:
        """Return the expression for texts that have all of it, or any."""
        found = f"({' OR '.join(self.wanted)})" if is_loose else " AND ".join(self.wanted)
        return f"{found} NOT ({' OR '.join(self.unwanted)})" if self.unwanted else found


def read_query(text: str) -> Query:
    """Return what a text asks for.

    Raises
    ------
    QueryError
        If there is no word in it that has to be there.
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in _PART.findall(text)[:_MOST_PARTS]:
        term = _term(phrase or word, is_beginning=not phrase and word.endswith("*"))
        if term is not None:
            (unwanted if minus else wanted).append(term)
    if not wanted:
        raise QueryError("name at least one word to search for")
    return Query(tuple(wanted), tuple(unwanted))


def spaced(text: str) -> str:
    """Return a text with spaces around each character of a script that writes none, so that each is a word."""
    return _UNSPACED.sub(r" \g<0> ", text)


def _term(text: str, *, is_beginning: bool) -> str | None:
    if not any(character.isalnum() for character in text):
        return None
    quoted = '"' + spaced(text).replace('"', " ").replace("\0", " ").strip() + '"'
    return f"{quoted}*" if is_beginning else quoted
