"""What a word is: the one place.

Comes in: text. Goes out: its words, and how many.

Scripts that write no spaces between words have no words that could be counted without a dictionary. Each of their
characters counts as one, as word processors do.
"""

from __future__ import annotations

import re
from functools import lru_cache

UNSPACED_RANGES = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uff66-\uff9f"  # half-width kana
)
"""The scripts that write no spaces between words, as ranges of a character class."""

_LONGEST_REMEMBERED, _MOST_REMEMBERED = 2_000, 2_000
_UNSPACED_CHARACTER = re.compile(f"(?=\\w)[{UNSPACED_RANGES}]")
# What nearly always matches stands first.
_WORD = re.compile(f"[^\\W{UNSPACED_RANGES}]+(?:['’\\-.,][^\\W{UNSPACED_RANGES}]+)*+|(?=\\w)[{UNSPACED_RANGES}]")


def words(text: str) -> list[str]:
    """Return the words of a text in order; an unspaced script's characters one by one.

    Apostrophes, hyphens, points and commas inside a word belong to it: ``don't``, ``e-mail``, ``3.5``.
    """
    return _WORD.findall(text)


def count_words(text: str) -> int:
    """Return how many words a text has.

    Judges of a page ask this of the same lines time and again; lines of usual length are remembered.
    """
    if len(text) <= _LONGEST_REMEMBERED and "\n" not in text:
        return _count_in(text)
    # A word goes on past no line's end.
    return sum([_count_in(line) if len(line) <= _LONGEST_REMEMBERED else len(words(line)) for line in text.split("\n")])


@lru_cache(maxsize=_MOST_REMEMBERED)
def _count_in(line: str) -> int:
    return len(words(line))


def count_unspaced_characters(text: str) -> int:
    """Return how many of the words are single characters of an unspaced script."""
    return len(_UNSPACED_CHARACTER.findall(text))
