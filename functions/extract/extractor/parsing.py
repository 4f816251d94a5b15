"""From text to a tree.

Comes in: HTML. Goes out: an lxml tree. Changes nothing.

libxml2 loses text without a word in three cases, and each is met here: elements nested deeper than 255 and single
tokens over 10 MB (``huge_tree``), and whatever follows an early ``</html>`` (the end tags are dropped). References to
characters that cannot be stored are gone before they reach the tree.
"""

from __future__ import annotations

import re

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.utils import repair_faulty_html

_PARSER_OPTIONS = {
    "collect_ids": False,
    "default_doctype": False,
    "encoding": "utf-8",
    "remove_comments": True,
    "remove_pis": True,
}
"""Trafilatura's own, so that it sees the trees that it was tuned on."""

_HTML_END = re.compile(r"</html\s*>", re.IGNORECASE)


_REFERENCE = re.compile(r"&#(?:(\d{1,7})|x([0-9a-f]{1,6}));?", re.IGNORECASE)


def parse_html(html: str) -> HtmlElement | None:
    """Return the document's tree; None when there is nothing in it."""
    html = _REFERENCE.sub(_storable_reference, _HTML_END.sub("", html))
    html = repair_faulty_html(html, html[:50].lower())
    parser = HTMLParser(huge_tree=True, **_PARSER_OPTIONS)
    try:
        return document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except ParserError:
        return None


def _storable_reference(match: re.Match[str]) -> str:
    """Return a character reference, or what the HTML standard takes it for (numeric character reference end state).

    A control character in the tree makes lxml refuse to copy the text around it, which costs the whole article.
    """
    code = int(match[1]) if match[1] else int(match[2], 16)
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", "ignore")
    is_control = code < 0x20 and code not in (0x09, 0x0A, 0x0D)
    is_no_character = is_control or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) or code > 0x10FFFF
    return "" if is_no_character else match[0]
