"""Lists of URLs as people write them.

Comes in: a line of a list. Goes out: the address in it.
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
"""A ``#`` at the beginning, or behind white space: within an address it begins a fragment."""


def url_in_line(line: str) -> str:
    """Return the address in a line of a list, without its comment; empty where there is none."""
    return _COMMENT.sub("", line.strip(), count=1).strip()
