"""Where a story was filed, as its first line says.

Comes in: a text. Goes out: where its datelines end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING = re.compile(
    r"""^[ \xa0]*
    (?P<town>[^\W\d_][^\n,(—–―]{1,40}?)
    (?P<rest>(?:,[ \xa0][^\n,(—–―]{1,30}?){0,3})
    (?:[ \xa0]*(?P<agency>\([^\n()]{2,40}\))[ \xa0]*(?:[—–―]|--?) | [ \xa0]*— | [ \xa0]+(?:[–―]|--?)(?=[ \xa0]))
    [ \xa0]*
    (?=["'“‘„«]*[^\W_])""",
    re.VERBOSE | re.MULTILINE,
)
_DAY = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
_FIRST_LETTER = re.compile(r"[^\W_]")
_SPACE = re.compile(r"[ \xa0]")
_MOST_WORDS = 4
_LONGEST_LINK = 3
"""Letters of the small words in a town's name: Rio de Janeiro."""


def dateline_ends(text: str) -> Iterator[int]:
    """Yield where the sentences begin that a dateline opens.

    A dateline is a town in capitals and a dash (``OSLO — The mine is closed.``), or a town with an agency in brackets
    or a day before the dash; what follows begins as a sentence does.
    """
    for line in _OPENING.finditer(text):
        first = _FIRST_LETTER.search(text, line.end())
        if first is not None and not first[0].islower() and _is_dateline(line):
            yield line.end()


def _is_dateline(line: re.Match[str]) -> bool:
    words = _SPACE.split(line["town"].strip())
    if len(words) > _MOST_WORDS or not all(_is_of_name(word) for word in words):
        return False
    if line["agency"] is not None:
        return line["agency"][1].isupper()
    return line["town"].isupper() or _DAY.search(line["rest"]) is not None


def _is_of_name(word: str) -> bool:
    return word[:1].isupper() or len(word) <= _LONGEST_LINK
