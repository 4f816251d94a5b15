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

# What looks through a whole page looks through its bytes: two or three times as fast as through its characters.
_END_OF_ALL = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)

_UNCLOSED_BUTTON = re.compile(
    rb"<button\b[^<>]*>(?=[^<]*+(?:<(?!\\?/?button\b)[^<]*+)*+(?:<button\b|\Z))", re.IGNORECASE
)
"""It would swallow what follows, up to the next button (HTML standard, "in body") or to the page's end; its label is
text like any other. The backslash is that of markup in JSON."""

_REFERENCE = re.compile(rb"&#(?:(\d{1,7})|x([0-9a-f]{1,6}));?", re.IGNORECASE)

_LONG_TAG = re.compile(rb"<([a-z][^\s<>/]{0,50})\s[^<>]{20000,}>", re.IGNORECASE)
_WINDOW = 10_000
_MAXIMUM_SPACES = 500
"""In so long a tag; one long address or one long value has fewer."""

_FIRST_LINES = 4096
"""Characters in which document types and the ``html`` element stand."""
_LONGEST_CHARACTER = 4
"""Bytes of one in UTF-8."""
_IN_NO_DOCUMENT = bytes(set(range(0x20)) - set(b"\t\n\r"))
_NO_CHARACTERS = ("\ufffe", "\uffff")
_SHADOW_MARK = MARK.encode()

_TAG = re.compile(rb"<(/?)([a-z][^\s<>/]*+)[^<>]*+>", re.IGNORECASE)
_DEEPEST = 250
_VOID = frozenset(
    (b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source", b"track", b"wbr")
)
_BREAK = b"<br><br>"
_BREAKS = re.compile(b"(?:%b)+" % _BREAK)

_OF_THE_HEAD = frozenset(
    ("base", "basefont", "bgsound", "link", "meta", "noscript", "object", "script", "style", "template", "title")
)


def parse_html(html: str) -> HtmlElement | None:
    """Return the document's tree; None when there is nothing in it."""
    encoded = _REFERENCE.sub(_storable_reference, _END_OF_ALL.sub(b"", _encoded(html)))
    if _may_have_long_tag(encoded):
        encoded = _LONG_TAG.sub(_measured_tag, encoded)
    encoded = _repaired(_UNCLOSED_BUTTON.sub(b"", encoded))
    parser = HTMLParser(huge_tree=True, **_PARSER_OPTIONS)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = document_fromstring(encoded, parser=parser)
        if parser.error_log.filter_from_level(ErrorLevels.FATAL):
            tree = document_fromstring(_flattened(encoded), parser=parser)
    except ParserError:
        return None
    except XMLSyntaxError as error:
        # A parser that recovers from whatever a page holds gives up for one reason only, and does not say so.
        raise MemoryError("libxml2 has no memory left") from error
    _put_body_in_order(tree)
    if _SHADOW_MARK in encoded:
        show_shadow_roots(tree)
    return tree


def _encoded(html: str) -> bytes:
    """Return a page in UTF-8, without the characters that no document may have."""
    for character in _NO_CHARACTERS:
        if character in html:
            html = html.replace(character, "")
    return html.encode("utf-8", "replace").translate(None, delete=_IN_NO_DOCUMENT)


def _repaired(html: bytes) -> bytes:
    """Return a page whose first lines libxml2 understands; to look for faults in all the others takes its time."""
    first = html[: _FIRST_LINES * _LONGEST_CHARACTER].decode(errors="ignore")[:_FIRST_LINES]
    if "\n" not in first:
        # The first line is ended where the document type is taken out of it, and may not be in a tag.
        first = first[: first.find(">") + 1]
    return str(repair_faulty_html(first, first[:50].lower())).encode() + html[len(first.encode()) :]


def _may_have_long_tag(html: bytes) -> bool:
    """Return whether a tag may be so long that its attributes are counted: it fills a window of half the length.

    So do most scripts; but the last bracket before them closes a tag.
    """
    is_in_tag = False
    for at in range(0, len(html) - _WINDOW + 1, _WINDOW):
        opening, closing = html.rfind(b"<", at, at + _WINDOW), html.rfind(b">", at, at + _WINDOW)
        if opening != closing:
            is_in_tag = opening > closing
        elif is_in_tag:
            return True
    return False


def _measured_tag(match: re.Match[bytes]) -> bytes:
    is_beyond_measure = len(match[0].split(None, _MAXIMUM_SPACES)) > _MAXIMUM_SPACES
    return b"<%b>" % match[1] if is_beyond_measure else match[0]


def _flattened(html: bytes) -> bytes:
    """Return a page without the tags that lie deeper than a parser follows; their text begins new lines."""
    depth = 0

    def flatten(match: re.Match[bytes]) -> bytes:
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


def _storable_reference(match: re.Match[bytes]) -> bytes:
    """Return a character reference, or what the HTML standard takes it for (numeric character reference end state).

    A control character in the tree makes lxml refuse to copy the text around it, which costs the whole article.
    """
    code = int(match[1]) if match[1] else int(match[2], 16)
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", "ignore").encode()
    is_control = code < 0x20 and code not in (0x09, 0x0A, 0x0D)
    is_no_character = is_control or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) or code > 0x10FFFF
    return b"" if is_no_character else match[0]
