"""Text whose spaces and line ends count.

Comes in: a ``pre``. Goes out: its text as a browser lays it out.
"""

from __future__ import annotations

from itertools import islice

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from newsdesk.characters import storable

_MAXIMUM_EVENTS = 50_000
LONGEST = 200_000
_LINES = frozenset({"div", "li", "tr", "p", "table", "ol", "ul"})
"""What highlighters wrap a line of code in."""
_GONE = frozenset({"button", "script", "style", "template"})


def preformatted_text(element: HtmlElement, limit: int = LONGEST) -> str:
    """Return a text with its line ends and indentation, without empty lines at its beginning and end.

    Parameters
    ----------
    element : HtmlElement
        A ``pre``.
    limit : int
        Characters after which the rest is left out.
    """
    parts: list[str] = []
    gone = size = 0
    for event, part in islice(iterwalk(element, events=("start", "end")), _MAXIMUM_EVENTS):
        gone += (1 if event == "start" else -1) * (part.tag in _GONE)
        is_line_end = part.tag in _LINES and bool(parts) and not parts[-1].endswith("\n")
        if is_line_end or (part.tag == "br" and event == "start"):
            parts.append("\n")
        text = part.text if event == "start" else part.tail if part is not element else None
        if text and not gone:
            parts.append(text)
            size += len(text)
        if size > limit:
            break
    lines = [line.rstrip() for line in storable("".join(parts)[:limit]).split("\n")]
    return "\n".join(lines).strip("\n")
