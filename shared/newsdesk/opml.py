"""OPML: lists of feeds, as feed readers export and import them (https://opml.org/spec2.opml).

Comes in: a file, or outlines. Goes out: outlines, or a file.

A file is read by its ``outline`` tags alone, because most files are written by programs that forget to escape
ampersands. No entity is expanded but those that HTML names.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from newsdesk.characters import for_xml, storable_line
from newsdesk.errors import RejectedUrlError
from newsdesk.web import codec_of, parse_url, without_references

MOST_OUTLINES = 10_000
MOST_OPML_BYTES = 20 * 1024 * 1024
_DEEPEST = 20
_LONGEST_TEXT = 300
_MOST_CATEGORIES = 20

_TAG = re.compile(
    r"""<outline(?P<attributes>(?:\s+[\w:.-]{1,60}\s*=\s*(?:"[^"<]{0,10000}"|'[^'<]{0,10000}'))*)\s*(?P<end>/?)>|</outline\s*>"""
)
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,60})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TITLE = re.compile(r"<title>\s*(?:<!\[CDATA\[)?([^<\]]{1,1000})")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in a list.

    Attributes
    ----------
    url : str
        Of the feed.
    site_url : str or None
        Of the page that it belongs to.
    categories : tuple of str
        The folders that it is in, the outermost first, and what its ``category`` says.
    """

    url: str
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpmlDocument:
    """A list of feeds.

    Attributes
    ----------
    outlines : tuple of Outline
        Each URL once.
    refused : tuple of pairs
        Of the feeds whose address cannot be one: which of the file's feeds it is, from 1, and why
        (:class:`newsdesk.contracts.Reason`).
    is_truncated : bool
        There are more than were read.
    """

    title: str | None = None
    outlines: tuple[Outline, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    is_truncated: bool = False


def is_opml(head: bytes) -> bool:
    """Return whether a file begins as OPML does."""
    text = _COMMENT.sub("", head[:4096].decode("utf-8", "replace"))
    return re.search(r"<opml[\s>]", text) is not None


def read_opml(data: bytes) -> OpmlDocument:
    """Return the feeds that a file lists. A file that is broken gives those that can be read."""
    text = _COMMENT.sub("", _text_of(data[:MOST_OPML_BYTES]))
    title = _TITLE.search(text)
    found: dict[str, Outline] = {}
    refused: dict[int, str] = {}
    number = 0
    folders: list[str | None] = []
    is_truncated = len(data) > MOST_OPML_BYTES
    for tag in _TAG.finditer(text):
        if tag["attributes"] is None:
            del folders[-1:]
            continue
        attributes = _ATTRIBUTE.findall(tag["attributes"])
        said = {name.lower(): without_references(one or other) for name, one, other in attributes}
        address = said.get("xmlurl", "").strip()
        if address and len(found) + len(refused) == MOST_OUTLINES:
            is_truncated = True
            break
        if address:
            number += 1
            try:
                outline = _outline(said, parse_url(address).href, folders)
                found.setdefault(outline.url, outline)
            except RejectedUrlError as error:
                refused[number] = error.reason.value
        if not tag["end"] and len(folders) < _DEEPEST:
            folders.append(None if address else _line(said.get("title") or said.get("text")))
    stated = _line(without_references(title[1])) if title else None
    return OpmlDocument(stated, tuple(found.values()), tuple(refused.items()), is_truncated)


def _text_of(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = _ENCODING.match(data[:500])
    codec = codec_of(declared[1].decode("ascii")) if declared else None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(codec or "cp1252", "replace")


def _outline(said: dict[str, str], url: str, folders: list[str | None]) -> Outline:
    categories = [*filter(None, folders), *(part.strip(" /") for part in said.get("category", "").split(","))]
    lines = (_line(category) for category in categories)
    return Outline(
        url=url,
        title=_line(said.get("title") or said.get("text")),
        site_url=_address(said.get("htmlurl", "")),
        language=_line(said.get("language")),
        categories=tuple(dict.fromkeys(line for line in lines if line))[:_MOST_CATEGORIES],
    )


def _line(text: str | None) -> str | None:
    return storable_line(text or "")[:_LONGEST_TEXT] or None


def _address(text: str) -> str | None:
    try:
        return parse_url(text).href
    except RejectedUrlError:
        return None


def write_opml(title: str, outlines: Iterable[Outline]) -> bytes:
    """Return a file that lists feeds; :func:`read_opml` and feed readers read it."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_escaped(title)}</title></head>",
        "<body>",
        *(f"<outline {_attributes(outline)}/>" for outline in outlines),
        "</body>",
        "</opml>",
    ]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _attributes(outline: Outline) -> str:
    # A comma parts categories, and a slash at the beginning makes one a path (OPML 2.0, "category").
    categories = ",".join(category.replace(",", " ") for category in outline.categories)
    said = {
        "type": "rss",
        "text": outline.title or outline.url,
        "title": outline.title,
        "xmlUrl": outline.url,
        "htmlUrl": outline.site_url,
        "language": outline.language,
        "category": categories,
    }
    return " ".join(f'{name}="{_escaped(value)}"' for name, value in said.items() if value)


def _escaped(text: str) -> str:
    return html.escape(for_xml(text))
