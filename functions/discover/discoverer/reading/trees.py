"""Markup as elements, one item at a time: the only module that knows the parser.

Comes in: markup that is safe to parse. Goes out: elements, each of which is forgotten when the next is asked for.

The parser is libxml2's, by lxml, which goes on behind an error. Nothing is kept of a document but its present item and
what stands beside the items; both are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from discoverer.reading.document import MOST_ITEMS, ReadingWarning

MOST_ELEMENTS = 200_000
"""Between the beginnings and ends of items, and so in memory at once: 30 MB."""
_PIECE = 64 * 1024

_TAIL = 1024
"""Bytes at whose end a document is closed."""
_LONGEST_ITEM = 1 << 20

Element = Any

_SAFELY: dict[str, Any] = {
    "recover": True,
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}

_CORE = ""
_NAMESPACES = {
    **dict.fromkeys(
        (
            "http://purl.org/rss/1.0/",
            "http://my.netscape.com/rdf/simple/0.9/",
            "http://channel.netscape.com/rdf/simple/0.9/",
            "http://backend.userland.com/rss",
            "http://backend.userland.com/rss2",
            "http://blogs.law.harvard.edu/tech/rss",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        ),
        _CORE,
    ),
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.w3.org/xml/1998/namespace": "xml",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_OTHER = "?"


class Tree:
    """A document that is read item by item.

    Parameters
    ----------
    data : bytes
        What :func:`discoverer.reading.markup.made_safe` returned.
    item_names : sequence of str
        The names of the elements to stop at.

    Attributes
    ----------
    warnings : set of ReadingWarning
        What was wrong with the part that was read so far.
    is_truncated : bool
        Whether there were more items.
    """

    def __init__(self, data: bytes, item_names: Sequence[str]) -> None:
        self.warnings: set[ReadingWarning] = set()
        self.is_truncated = False
        self._data = data
        self._item_names = item_names
        self._parser = etree.XMLPullParser(
            events=("start", "end"), tag=[f"{{*}}{name}" for name in item_names], **_SAFELY
        )
        self._root: Element = None
        self._own_namespace = ""
        self._is_at_end = False

    @property
    def root(self) -> Element:
        """The root element, without the items; None when there was none."""
        return self._root

    def name_of(self, element: Element) -> str:
        """Return an element's name, in lower case, with the usual prefix of its namespace."""
        return _name_of(element.tag, self._own_namespace)

    def items(self) -> Iterator[Element]:
        """Yield each item; what was yielded is emptied when the next one is asked for.

        They are :data:`MOST_ITEMS` at most. Of a document that is not well-formed, items are yielded once more, each of
        which was read by itself: an element that is not closed in one of them then does no harm to the others. The item
        in which a document is cut off is left out, because half an address leads elsewhere.
        """
        opened, yielded, previous = 0, 0, None
        for event, element in self._events():
            opened += 1 if event == "start" else -1
            if opened or event == "start" or (self._is_at_end and ReadingWarning.CUT_OFF in self.warnings):
                continue
            if yielded == MOST_ITEMS:
                self.is_truncated = True
                return
            yielded += 1
            yield element
            _forget(previous)
            element.clear(keep_tail=False)
            previous = element
        if self.warnings and self._root is not None:
            yield from self._items_by_themselves()

    def _items_by_themselves(self) -> Iterator[Element]:
        names = "|".join(self._item_names).encode("ascii")
        found = re.finditer(rb"<(?:[\w.-]{1,40}:)?(?:%s)[\s>]" % names, self._data)
        begins = [item.start() for item in islice(found, MOST_ITEMS)]
        ends = [*begins[1:], len(self._data)][: len(begins)]
        closing = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:%s)\s*>" % names)
        if begins and ReadingWarning.CUT_OFF in self.warnings and not closing.search(self._data, begins[-1]):
            begins, ends = begins[:-1], ends[:-1]
        head = self._data[: self._data.find(b">") + 1]
        for begin, end in zip(begins, ends, strict=True):
            try:
                root = etree.fromstring(head + self._data[begin : min(end, begin + _LONGEST_ITEM)], _parser())
            except etree.XMLSyntaxError:
                continue
            yield from (element for element in root.iterchildren() if self._is_item(element))

    def _is_item(self, element: Element) -> bool:
        return self.name_of(element).rpartition(":")[2] in self._item_names

    def _events(self) -> Iterator[tuple[str, Element]]:
        """Yield where items begin and end, as long as what is between two of them stays within bounds."""
        begun = 0
        for at in range(0, len(self._data), _PIECE):
            piece = self._data[at : at + _PIECE]
            begun += piece.count(b"<")
            if begun > MOST_ELEMENTS:
                self.warnings.add(ReadingWarning.TOO_LARGE)
                break
            try:
                self._parser.feed(piece)
            except etree.XMLSyntaxError:
                self.warnings.add(ReadingWarning.BROKEN)
                break
            for event, element in self._parser.read_events():
                self._note_root(element)
                begun = 0
                yield event, element
        self._is_at_end = True
        try:
            self._note_root(self._parser.close())
        except etree.XMLSyntaxError:
            self.warnings.add(ReadingWarning.BROKEN)
        self._note_errors()
        yield from self._parser.read_events()

    def _note_root(self, element: Element) -> None:
        if self._root is None and element is not None:
            self._root = element.getroottree().getroot()
            self._own_namespace = self._root.tag.rpartition("}")[0].lstrip("{").lower()

    def _note_errors(self) -> None:
        if self._root is None or not (self.warnings or self._parser.feed_error_log):
            return
        end = b"</" + self._data[1:80].split(b">")[0].split()[0]
        is_whole = self._data[:1] == b"<" and end in self._data[-_TAIL:]
        self.warnings.add(ReadingWarning.BROKEN if is_whole else ReadingWarning.CUT_OFF)


def _parser() -> Any:
    return etree.XMLParser(**_SAFELY)


def _forget(element: Element) -> None:
    parent = element.getparent() if element is not None else None
    if parent is not None:
        parent.remove(element)


@lru_cache(maxsize=4096)
def _name_of(tag: str, own_namespace: str) -> str:
    """Return a tag's name; a prefix that nobody declared stands for what it usually does."""
    namespace, _, local = tag.rpartition("}")
    namespace = namespace.lstrip("{").lower().replace("https://", "http://", 1)
    local = local.lower()
    if not namespace:
        return local
    prefix = _NAMESPACES.get(namespace) if namespace in _NAMESPACES else _NAMESPACES.get(namespace.rstrip("/"))
    if prefix is None:
        prefix = _CORE if namespace == own_namespace else _OTHER
    return f"{prefix}:{local}" if prefix else local


def text_of(element: Element) -> str:
    """Return all text in an element."""
    return "".join(element.itertext()) if len(element) else (element.text or "")
