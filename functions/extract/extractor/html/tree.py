"""From text to a tree.

Comes in: HTML. Goes out: an lxml tree.

libxml2 loses text without a word in several cases, and each is met here: elements nested deeper than 255 and single
tokens over 10 MB (``huge_tree``); deeper than 2,048, where it stops (the page is parsed again, flattened); whatever
follows an early ``</body>`` or ``</html>`` (the end tags are dropped: the body goes on, and a second one in it begins
nothing, as in the HTML standard's insertion modes "in body" and "after body"), and, for our readers of the tree, what
stands in a button left open (its tag is dropped). What it takes for a part of the head because the page has no
``<body>`` is put where it is seen. Its time grows with the square of a tag's attributes: beyond all measure they are
dropped. References to characters that cannot be stored are gone before they reach the tree.
"""

from __future__ import annotations

import re
from itertools import dropwhile

from lxml.etree import ElementDefaultClassLookup, ErrorLevels, ParserError, SubElement, XMLSyntaxError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.utils import repair_faulty_html

from extractor.html.shadow import MARK, show_shadow_roots

_PARSER_OPTIONS = {
    "collect_ids": False,
    "default_doctype": False,
    "encoding": "utf-8",
    "remove_comments": True,
    "remove_pis": True,
}
"""Trafilatura's own, so that it sees the trees that it was tuned on."""

_ONE_CLASS = ElementDefaultClassLookup(element=HtmlElement)
"""Every element has the same class. The library's own lookup asks a function in Python for each element that is
looked at, which costs a fourteenth of all time, only to give forms and fields methods that nobody calls."""

_END_OF_ALL = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)

_UNCLOSED_BUTTON = re.compile(
    r"<button\b[^<>]*>(?=[^<]*+(?:<(?!\\?/?button\b)[^<]*+)*+(?:<button\b|\Z))", re.IGNORECASE
)
"""It would swallow what follows, up to the next button (HTML standard, "in body") or to the page's end; its label is
text like any other. The backslash is that of markup in JSON."""

_REFERENCE = re.compile(r"&#(?:(\d{1,7})|x([0-9a-f]{1,6}));?", re.IGNORECASE)

_LONG_TAG = re.compile(r"<([a-z][^\s<>/]{0,50})\s[^<>]{20000,}>", re.IGNORECASE)
_WINDOW = 10_000
_MAXIMUM_SPACES = 500
"""In so long a tag; one long address or one long value has fewer."""

_FIRST_LINES = 4096
"""Characters in which document types and the ``html`` element stand."""
_IN_NO_DOCUMENT = bytes(set(range(0x20)) - set(b"\t\n\r"))

_TAG = re.compile(r"<(/?)([a-z][^\s<>/]*+)[^<>]*+>", re.IGNORECASE)
_DEEPEST = 250
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_BREAK = "<br><br>"
_BREAKS = re.compile(f"(?:{_BREAK})+")

_OF_THE_HEAD = frozenset(
    ("base", "basefont", "bgsound", "link", "meta", "noscript", "object", "script", "style", "template", "title")
)


def parse_html(html: str) -> HtmlElement | None:
    """Return the document's tree; None when there is nothing in it."""
    html = _REFERENCE.sub(_storable_reference, _END_OF_ALL.sub("", html))
    if _may_have_long_tag(html):
        html = _LONG_TAG.sub(_measured_tag, html)
    html = _UNCLOSED_BUTTON.sub("", html)
    html = _repaired(html)
    parser = HTMLParser(huge_tree=True, **_PARSER_OPTIONS)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = document_fromstring(_encoded(html), parser=parser)
        if parser.error_log.filter_from_level(ErrorLevels.FATAL):
            tree = document_fromstring(_encoded(_flattened(html)), parser=parser)
    except ParserError:
        return None
    except XMLSyntaxError as error:
        # A parser that recovers from whatever a page holds gives up for one reason only, and does not say so.
        raise MemoryError("libxml2 has no memory left") from error
    _put_body_in_order(tree)
    if MARK in html:
        show_shadow_roots(tree)
    return tree


def _repaired(html: str) -> str:
    """Return a page whose first lines libxml2 understands; to look for faults in all the others takes its time."""
    end = html.find("\n", _FIRST_LINES) + 1 or len(html)
    return str(repair_faulty_html(html[:end], html[:50].lower())) + html[end:]


def _encoded(html: str) -> bytes:
    """Return a page in UTF-8, without the characters that no document may have."""
    encoded = html.encode("utf-8", "replace").translate(None, delete=_IN_NO_DOCUMENT)
    return encoded.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def _may_have_long_tag(html: str) -> bool:
    """Return whether a tag may be so long that its attributes are counted: it fills a window of half the length."""
    return any(
        html.find("<", at, at + _WINDOW) < 0 and html.find(">", at, at + _WINDOW) < 0
        for at in range(0, len(html) - _WINDOW + 1, _WINDOW)
    )


def _measured_tag(match: re.Match[str]) -> str:
    return f"<{match[1]}>" if len(match[0].split(None, _MAXIMUM_SPACES)) > _MAXIMUM_SPACES else match[0]


def _flattened(html: str) -> str:
    """Return a page without the tags that lie deeper than a parser follows; their text begins new lines."""
    depth = 0

    def flatten(match: re.Match[str]) -> str:
        nonlocal depth
        if match[2].lower() in _VOID:
            return match[0]
        if match[1]:
            is_kept = depth <= _DEEPEST
            depth = max(0, depth - 1)
        else:
            depth += 1
            is_kept = depth <= _DEEPEST
        return match[0] if is_kept else _BREAK

    return _BREAKS.sub(_BREAK, _TAG.sub(flatten, html))


def _put_body_in_order(tree: HtmlElement) -> None:
    """Move what is no part of a head out of it, to the body's beginning."""
    head = tree.find("head")
    strayed = [] if head is None else list(dropwhile(lambda element: element.tag in _OF_THE_HEAD, head))
    if strayed:
        body = tree.find("body")
        if body is None:
            body = SubElement(tree, "body")
        elif body.text:
            strayed[-1].tail = (strayed[-1].tail or "") + body.text
            body.text = None
        body[0:0] = strayed


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
