"""Markup as elements, one item at a time: the only module that knows the parser.

Comes in: markup that is safe to parse. Goes out: elements, each of which is forgotten when the next is asked for.

The parser is libxml2's, by lxml, which goes on behind an error. Nothing is kept of a document but its present item and
what stands beside the items; both are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise
from typing import Any

from lxml import etree

from discoverer.reading.document import MOST_ITEMS, ReadingWarning

MOST_ELEMENTS = 200_000
"""Between the beginnings and ends of items, and so in memory at once: 30 MB."""
_PIECE = 64 * 1024

_TAIL = 1024
"""Bytes at whose end a document is closed."""
_LONGEST_ITEM = 1 << 20
_LONGEST_NAME = 80
_MOST_NESTED = 100
"""Items within an item: its end is missing."""
_TEXT = re.compile(rb"<((?:[\w.-]{1,40}:)?(?:title|description|summary|content|encoded))(?:\s[^<>]*)?(?<!/)>")
_VERBATIM = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}

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
        self._tags = [f"{{*}}{name}" for name in item_names]
        self._parser = etree.XMLPullParser(events=("start", "end"), tag=self._tags, **_SAFELY)
        self._root: Element = None
        self._own_namespace = ""
        names = "|".join(item_names).encode("ascii")
        self._item_begin = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:%s)(?=[\s/>])|<!\[CDATA\[|<!--" % names)
        self._item_end = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:%s)\s*>" % names)
        self._root_name = _name_in(data)
        self._errors_seen = 0
        self._sound = 0
        self._nested = 0

    @property
    def root(self) -> Element:
        """The root element, without the items; None when there was none."""
        return self._root

    def name_of(self, element: Element) -> str:
        """Return an element's name, in lower case, with the usual prefix of its namespace."""
        return _name_of(element.tag, self._own_namespace)

    def items(self) -> Iterator[Element]:
        """Yield each item; what was yielded is emptied when the next one is asked for.

        They are :data:`MOST_ITEMS` at most. From the first fault of a document on, each item is read by itself: an
        element that is not closed in one of them then does no harm to the others, and nothing is read twice. The item
        in which a document is cut off is left out, because half an address leads elsewhere.
        """
        for number, element in enumerate(chain(self._sound_items(), self._items_by_themselves())):
            if number == MOST_ITEMS:
                self.is_truncated = True
                return
            yield element

    def _sound_items(self) -> Iterator[Element]:
        """Yield the items that end before the document's first fault."""
        opened, previous = 0, None
        for event, element in self._events():
            opened += 1 if event == "start" else -1
            if event == "start":
                self._nested = self._nested + 1 if opened > 1 else 0
            if opened:
                continue
            self._sound += self._nested + 1
            yield element
            _forget(previous)
            element.clear(keep_tail=False)
            previous = element

    def _items_by_themselves(self) -> Iterator[Element]:
        """Yield the items that were not read as parts of the document, if it has a fault."""
        if not self.warnings or self._root is None:
            return
        head = self._data[: self._data.find(b">") + 1]
        for group in self._groups():
            elements, is_sound = self._items_in(head + b"".join(group))
            if is_sound:
                yield from elements
                continue
            for item in group:
                yield from self._items_in(head + item)[0]

    def _groups(self) -> Iterator[list[bytes]]:
        """Yield items as they are written, some at a time: reading one costs less beside others, if all are sound."""
        begins = islice(self._begins(), self._sound, self._sound + MOST_ITEMS + 1)
        group: list[bytes] = []
        size = 0
        for begin, following in pairwise(chain(begins, [None])):
            assert begin is not None, "it is the last one that is missing"
            if following is None and self._is_cut_off_in(begin):
                break
            end = len(self._data) if following is None else following
            group.append(self._closed(_with_plain_texts(self._data[begin : min(end, begin + _LONGEST_ITEM)])))
            size += len(group[-1])
            if size > _PIECE:
                yield group
                group, size = [], 0
        yield group

    def _closed(self, item: bytes) -> bytes:
        """Return an item with its end, which is missing where the next one begins too early."""
        if self._item_end.search(item):
            return item
        return item + b"</" + _name_in(item) + b">"

    def _items_in(self, data: bytes) -> tuple[list[Element], bool]:
        """Return the items of a part of the document, and whether there is no fault in it."""
        parser = etree.XMLParser(**_SAFELY)
        try:
            root = etree.fromstring(data + b"</" + self._root_name + b">", parser)
        except etree.XMLSyntaxError:
            return [], False
        items = [] if root is None else [element for element in root.iterchildren() if self._is_item(element)]
        return items, not any(map(_is_fault, parser.error_log))

    def _begins(self) -> Iterator[int]:
        """Yield where items begin, in the document's order; what is verbatim has none."""
        verbatim_until, endless = 0, set()
        for found in self._item_begin.finditer(self._data):
            if found.start() < verbatim_until or found[0] in endless:
                continue
            ending = _VERBATIM.get(found[0])
            if ending is None:
                yield found.start()
            elif (end := self._data.find(ending, found.end())) >= 0:
                verbatim_until = end
            else:
                # What follows may be items all the same.
                endless.add(found[0])

    def _is_cut_off_in(self, begin: int) -> bool:
        return ReadingWarning.CUT_OFF in self.warnings and self._item_end.search(self._data, begin) is None

    def _is_item(self, element: Element) -> bool:
        return self.name_of(element).rpartition(":")[2] in self._item_names

    def _events(self) -> Iterator[tuple[str, Element]]:
        """Yield where items begin and end, up to the first fault; more than fits between two of them is one, too."""
        begun = 0
        for at in range(0, len(self._data), _PIECE):
            piece = self._data[at : at + _PIECE]
            begun += piece.count(b"<")
            if begun > MOST_ELEMENTS:
                self.warnings.add(ReadingWarning.TOO_LARGE)
                break
            if not self._is_taken(piece) or self._nested > _MOST_NESTED:
                break
            for event, element in self._parser.read_events():
                self._note_root(element)
                begun = 0
                yield event, element
        self._close()
        if not self.warnings:
            yield from self._parser.read_events()

    def _is_taken(self, piece: bytes) -> bool:
        """Let the parser have the next piece; return whether there is no fault in it."""
        try:
            self._parser.feed(piece)
        except etree.XMLSyntaxError:
            self.warnings.add(ReadingWarning.BROKEN)
            return False
        met = self._parser.feed_error_log
        found = [met[number] for number in range(self._errors_seen, len(met))]
        self._errors_seen = len(met)
        return not any(map(_is_fault, found))

    def _close(self) -> None:
        try:
            self._note_root(self._parser.close())
        except etree.XMLSyntaxError:
            self.warnings.add(ReadingWarning.BROKEN)
        self._note_errors()
        if self.warnings and self._root is not None:
            # What stands around an item ends where it begins, closed or not.
            for item in list(self._root.iter(*self._tags)):
                _forget(item)

    def _note_root(self, element: Element) -> None:
        if self._root is None and element is not None:
            self._root = element.getroottree().getroot()
            self._own_namespace = self._root.tag.rpartition("}")[0].lstrip("{").lower()

    def _note_errors(self) -> None:
        if self._root is None or not (self.warnings or self._parser.feed_error_log.filter_from_errors()):
            return
        end = b"</" + self._root_name
        is_whole = self._data[:1] == b"<" and end in self._data[-_TAIL:]
        self.warnings.add(ReadingWarning.BROKEN if is_whole else ReadingWarning.CUT_OFF)


def _name_in(tag: bytes) -> bytes:
    """Return the name in a tag at the beginning of a text."""
    return next(iter(re.split(rb"[\s/>]", tag[1:_LONGEST_NAME], maxsplit=1)), b"")


def _is_fault(entry: Any) -> bool:
    """Return whether an error of the parser's goes beyond a prefix that nobody declared."""
    return bool(entry.level >= etree.ErrorLevels.ERROR and entry.domain != etree.ErrorDomains.NAMESPACE)


def _with_plain_texts(item: bytes) -> bytes:
    """Return an item in which no text for people has elements, so that one that is not closed ends with its text."""
    pieces, written, passed = [], 0, 0
    for begin in _TEXT.finditer(item):
        if begin.start() < passed:
            continue
        passed = item.find(b"</" + begin[1], begin.end())
        if passed < 0:
            break
        text = item[begin.end() : passed]
        if b"<" in text and not (b"<![CDATA[" in text and b"]]>" in text):
            pieces += [item[written : begin.end()], text.replace(b"<", b"&lt;")]
            written = passed
    return b"".join([*pieces, item[written:]]) if pieces else item


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
