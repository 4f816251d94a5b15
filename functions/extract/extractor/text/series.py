"""Series: what headlines begin with that belong together, "The week: …", "The week: …".

Comes in: a headline, and other lines. Goes out: whether a line is the headline of another instalment.
"""

from __future__ import annotations

import re

_STEM = re.compile(r"\W*(\w.{1,50}?)(?:\s*[:：]\s*|\s+[–—|-]\s+)(?=(?:\S+\s+){2}\S|\S{6})")
"""What stands before a colon or a dash; behind it there are three words, or a script without spaces."""

_NUMBER = re.compile(r"\d+")
"""Of an instalment: "Tram diary, week 41: …"."""


class Series:
    """The series that a headline names.

    Parameters
    ----------
    headline : str
        "The name of the series: what its instalment is called"; another headline names no series.
    """

    def __init__(self, headline: str) -> None:
        self._headline = headline.casefold()
        self._stem = _stem_of(headline)

    def has_another(self, line: str) -> bool:
        """Return whether a line is the headline of another instalment than this one."""
        if self._stem is None or self._stem != _stem_of(line):
            return False
        return not self._headline.startswith(line.casefold())


def _stem_of(line: str) -> str | None:
    found = _STEM.match(line)
    return _NUMBER.sub("0", found[1].casefold()) if found is not None else None
