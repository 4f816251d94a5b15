"""What a program prints when it fails, where the article should be.

Comes in: the lines of a body. Goes out: whether they are the trace of an error.

A trace names source files and lines in them, or kinds of errors, in any programming language; an article about one has
prose of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from newsdesk.words import count_words

MOST_OTHER_WORDS = 60
"""A page of an error has a sentence or two beside its trace."""
_MOST_LINES = 400
_READ_CHARACTERS = 5_000
_SHORTEST_PROSE_WORDS = 6
_FEWEST_NAMES = 2

_SOURCE = (
    r"\.(?:php\d?|phtml|inc|py|js|mjs|cjs|ts|jsx|tsx|rb|erb|java|kts?|scala|groovy|cs|vb|as[pm]x|aspx?|cshtml|go|rs|p[lm]"
    r"|cgi|cpp|cc|hpp|exs?|erl|lua|swift|clj|hs|jspx?|ejs|cf[cm]|vue|sql|dart|twig|tpl)"
)
_FRAME = re.compile(
    # render.php:212, render.php(324), Article.java:88, server.go:112 +0x4a, Article.aspx.cs:line 41
    rf"[\w)\]]{_SOURCE}\s?[:(]\s?(?:[^\W\d]{{2,10}} )?\d+"
    rf"|\w\.[chr]:\d+"
    # File "views.py", line 88; in db.php on line 14; query.py, line 650, in get
    rf"|[\w)\]]{_SOURCE}[\"'”»]?,? (?:[^\W\d]{{1,10}} )?(?:[^\W\d]{{2,10}}) \d+",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:[a-z]|[A-Z][^\Wa-z]*[a-z])\w*(?:Error|Exception|Panic)\b|\bpanic: "
    r"|\bSQLSTATE\b|\bORA-\d{5}\b|\b0x8[0-9a-fA-F]{7}\b"
    r"|\b(?:Fatal|Parse|Runtime|Compilation) error\b|\b[Ss]tack ?trace\b|\bTraceback\b|\bgoroutine \d"
)


def is_program_error(lines: Iterable[str]) -> bool:
    """Return whether a body is what a program prints when it fails, and hardly anything else.

    Parameters
    ----------
    lines : iterable of str
        Its lines, or the texts of its blocks.
    """
    frames = names = other_words = 0
    for line in islice(lines, _MOST_LINES):
        text = line[:_READ_CHARACTERS]
        in_line = len(_FRAME.findall(text))
        kinds = len(_NAME.findall(text))
        frames += in_line
        names += kinds
        words = count_words(text)
        if not in_line and not kinds and words >= _SHORTEST_PROSE_WORDS:
            other_words += words
            if other_words > MOST_OTHER_WORDS:
                return False
    return frames > 0 or names >= _FEWEST_NAMES
