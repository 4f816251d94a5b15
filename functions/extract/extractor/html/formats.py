"""What is served as a page and is none: feeds, sitemaps, JSON, and text without any markup.

Comes in: a body as text. Goes out: the name of another format; whether there is markup in it.
"""

from __future__ import annotations

import json
import re

_BLANK = "\ufeff \t\r\n\f"
_PROLOGUE = re.compile(
    r"(?:\s|<\?.*?\?>|<!--.*?-->|<!doctype\b[^<>\[]*(?:\[[^\]]*\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[a-z][\w.-]*:)?([a-z][\w.-]*)", re.IGNORECASE)
_XML_DECLARATION = "<?xml"
_DATA_ROOTS = frozenset(
    {"rss", "feed", "urlset", "sitemapindex", "rdf", "channel", "opml", "envelope", "svg", "wml", "newsml", "newsitem"}
)
"""Local names of the roots of feeds, sitemaps and the like, which no HTML has."""
_HTML_ROOTS = frozenset(
    {"html", "head", "body", "article", "main", "section", "header", "div", "p", "span", "title", "meta", "link", "h1",
     "h2", "table", "center", "font", "br", "b", "script", "style", "nav", "aside", "a", "img", "ul", "form"}
)  # fmt: skip
_MARKUP = re.compile(r"<(?:/?[a-z][a-z0-9:-]*(?:\s[^<>]*)?/?>|!doctype|!--)", re.IGNORECASE)

_GUARD = re.compile(r"(?:\)\]\}'?,?\s*\n?|while\s*\(1\);|for\s*\(;;\);)\s*")
"""What is put before JSON so that no other site can run it as a script."""
_CALL = re.compile(r"(?:/\*\*/)?\s*[\w.$]{1,100}\s*\((?=\s*[\[{])")
_CALL_END = re.compile(r"\)\s*+;?\s*+$")
_BROKEN_JSON = re.compile(r'\{\s*"[^"<>{}]{1,100}"\s*:|\[\s*\{\s*"[^"<>{}]{1,100}"\s*:')


def other_format(text: str) -> str | None:
    """Return what a body is that is no page; None when it may be one.

    Parameters
    ----------
    text : str
        As :func:`extractor.html.charset.decode_text` returns it.
    """
    start = text[:1000].lstrip(_BLANK)
    if start.startswith("<"):
        return _xml(text)
    return "JSON" if start and _is_json(text, start) else None


def has_markup(text: str) -> bool:
    """Return whether there is any element in a text; without one it is plain text, whatever it was called."""
    return _MARKUP.search(text) is not None


def _xml(text: str) -> str | None:
    start = len(text) - len(text.lstrip(_BLANK))
    prologue = _PROLOGUE.match(text, start)
    root = _ROOT.match(text, prologue.end() if prologue else start)
    if root is None:
        return None
    name = root[1].lower()
    is_declared = text.startswith(_XML_DECLARATION, start)
    return f"XML ({name})"[:60] if name in _DATA_ROOTS or (is_declared and name not in _HTML_ROOTS) else None


def _is_json(text: str, start: str) -> bool:
    if start[0] not in '[{")wf/' and not _CALL.match(start):
        return False
    bare = _unwrapped(text.strip(_BLANK))
    if not bare.startswith(("{", "[", '"')):
        return False
    # What was cut off on its way is no page either.
    return _parses(bare) or (_BROKEN_JSON.match(bare) is not None and not has_markup(bare))


def _unwrapped(text: str) -> str:
    """Return JSON without what is put around it to keep other sites from using it, or to let them."""
    guard = _GUARD.match(text)
    if guard is not None:
        return text[guard.end() :]
    call = _CALL.match(text)
    return _CALL_END.sub("", text[call.end() :]).strip() if call is not None else text


def _parses(text: str) -> bool:
    """Return whether a text is JSON: one value, or several one after the other."""
    decoder, position = json.JSONDecoder(strict=False), 0
    try:
        while position < len(text):
            _, position = decoder.raw_decode(text, position)
            while position < len(text) and text[position].isspace():
                position += 1
    except RecursionError:
        return True
    except ValueError:
        return False
    return position > 0
