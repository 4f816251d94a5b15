"""What the distinctive words of a text begin with, so that two texts about one thing are known by what they share.

Comes in: a text in any language. Goes out: beginnings of words.
"""

from __future__ import annotations

import re

from newsdesk.words import UNSPACED_RANGES

_READ_CHARACTERS = 20_000
_SHORTEST, _LONGEST = 4, 5
"""Letters: shorter words are grammar, and what follows the fifth is inflection."""
_UNSPACED_RUN = re.compile(f"[{UNSPACED_RANGES}]{{2,}}")
_SPACED_WORD = re.compile(f"[^\\W\\d_{UNSPACED_RANGES}]+")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_ARTICLE_PREFIX = re.compile("^[وبلفك]?ال")
"""What Arabic writes before a word."""


def stems_of(text: str) -> frozenset[str]:
    """Return what the distinctive words of a text begin with; of a script without spaces, its pairs of characters."""
    folded = text[:_READ_CHARACTERS].casefold()
    stems: set[str] = set()
    for run in _UNSPACED_RUN.findall(folded):
        stems.update(run[place : place + 2] for place in range(len(run) - 1))
    for word in _SPACED_WORD.findall(folded):
        bare = word if word.isascii() else _ARTICLE_PREFIX.sub("", word)
        if not bare.isascii() and _HANGUL.match(bare):
            stems.add(bare[:2])
        elif len(bare) >= _SHORTEST:
            stems.add(bare[:_LONGEST])
    return frozenset(stems)
