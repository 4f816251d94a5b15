"""Web pages as elements.

Comes in: a page in UTF-8. Goes out: its links, and where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree, html

from discoverer.reading.texts import url_of
from newsdesk.web import Url

MOST_BYTES = 10 * 1024 * 1024
MOST_TAGS = 300_000
"""What is beyond is not read: an element takes 200 bytes and more."""

Element = Any


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page.

    Attributes
    ----------
    base : Url
        What its relative links are relative to.
    """

    tree: Element
    base: Url

    def links(self) -> Iterator[dict[str, str]]:
        """Yield the attributes of its ``link`` elements."""
        for link in self.tree.iter("link"):
            yield {name.lower(): value for name, value in link.attrib.items()}

    def anchors(self) -> Iterator[Element]:
        """Yield its links for readers."""
        return (anchor for anchor in self.tree.iter("a") if anchor.get("href"))


def parse_page(data: bytes, url: Url) -> WebPage | None:
    """Return a page; None where nothing is on it."""
    data = _within_bounds(data[:MOST_BYTES])
    try:
        tree = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", remove_comments=True))
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    stated = next(tree.iter("base"), None)
    return WebPage(tree, (url_of(stated.get("href"), url) if stated is not None else None) or url)


def _within_bounds(data: bytes) -> bytes:
    if data.count(b"<") <= MOST_TAGS:
        return data
    end = -1
    for _ in range(MOST_TAGS):
        end = data.find(b"<", end + 1)
    return data[:end]
