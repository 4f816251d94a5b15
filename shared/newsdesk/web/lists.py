"""Lists of URLs as people and programs write them.

Comes in: a line of a list, or what stands in its markup. Goes out: the address in it.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
"""A ``#`` at the beginning, or behind white space: within an address it begins a fragment."""
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def url_in_line(line: str) -> str:
    """Return the address in a line of a list, without its comment; empty where there is none."""
    return _COMMENT.sub("", line.strip(), count=1).strip()


def without_references(markup: str) -> str:
    """Return a text of markup with its references as the characters that they stand for.

    A reference ends with a semicolon. HTML has some that need none, but lists are full of addresses whose ampersands
    nobody escaped, and ``&section=`` in one of them is no section sign.
    """
    return _REFERENCE.sub(_character, markup)


def _character(reference: re.Match[str]) -> str:
    is_known = reference[0].startswith("&#") or reference[0][1:] in html5
    return html.unescape(reference[0]) if is_known else reference[0]
