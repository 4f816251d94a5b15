"""The page as a row of segments: its visible text, cut where a browser begins a new line.

Comes in: a page's tree. Goes out: its segments in document order, and the containers around them.

Everything that judges text judges segments: the boundary guard, the block classifier, what a site repeats, walls, and
the explanation for people. They are made in one walk, so that all of them speak of the same pieces.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import NamedTuple

from lxml.html import HtmlElement

from extractor.html.containers import Container, ContainerTree
from newsdesk.characters import hides_text, storable

# What HTML's rendering section displays in a line, and the elements that only mark up words. Everything else, custom
# elements included, begins a new line.
# fmt: off
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "slot", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})
SKIPPED = frozenset({
    "audio", "base", "button", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe", "img",
    "input", "link", "map", "meta", "noembed", "noframes", "noscript", "object", "option", "param", "progress",
    "script", "select", "source", "style", "svg", "template", "textarea", "title", "track", "video",
})
# fmt: on
_OFTEN_UNCLOSED = frozenset({"button", "noscript", "svg"})
_SWALLOWED = 5
_IN_PLACE = frozenset({"amp-img", "audio", "iframe", "img", "video"})
_IN_PLACE_WITH_TEXT = frozenset(
    {"amp-img", "blockquote"}
    | {f"amp-{kind}" for kind in ("audio", "brightcove", "dailymotion", "facebook", "iframe", "instagram", "jwplayer")}
    | {f"amp-{kind}" for kind in ("soundcloud", "tiktok", "twitter", "video", "vimeo", "youtube")}
)
"""A quote may be a post, of which a script makes more than its words."""
_STRONG = frozenset({"b", "strong"})
_MAXIMUM_LINKS = 1_000
_MAXIMUM_COMPARISONS = 10_000
"""A page may be one run of a million links: beyond this, each of its segments names the run's first links."""
LINE_BREAK = "\x1e"
"""What a ``br`` is in a run of text; no document has this character, and it is white space."""
PARAGRAPH_BREAK = re.compile(rf"{LINE_BREAK}[ \t\r\n\f\v\xa0]*{LINE_BREAK}\s*")
HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_UNSEEN_NAME = re.compile(
    r"(?<![^\s_-])sr-?only|screen-?reader|visually-?hidden|hidden-visually|(?<!\S)(?:off-?screen|assistive-text)"
)
"""What conventions call a run of words for screen readers: "opens in a new tab"."""


_TOOLTIP_NAME = re.compile(r"tool-?tip[_-]{0,2}(?:text|content|bubble|box|body|inner)", re.IGNORECASE)
"""What conventions call what opens at a word; "tooltip" alone may be the word."""
_POINTED = frozenset({"a", "abbr", "dfn", "span"})
_SHORTEST_POINTED, _TEXTS_OF_BOX = 3, 12


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A run of text on lines of its own.

    Attributes
    ----------
    index : int
        Its place on the page, from 0.
    text : str
        White space folded; never empty. In Unicode normal form C, without characters that cannot be stored.
    element : HtmlElement
        The nearest element around it that begins a new line: a ``p``, ``li``, ``h2``, ``td``, ``div``, ...
    tag : str
        The name of its element.
    container : Container
        Its element in the tree of containers.
    link_characters, strong_characters : int
        How many of its characters are in links, and in bold type.
    link_share : float
        The share of its characters that are in links, 0 to 1.
    links : tuple of HtmlElement
        The ``a`` elements in it.
    is_hidden : bool
        Whether an element around it is not displayed, by its own attributes.
    """

    index: int
    text: str
    element: HtmlElement
    tag: str
    container: Container
    link_characters: int = 0
    strong_characters: int = 0
    link_share: float = 0.0
    links: tuple[HtmlElement, ...] = ()
    is_hidden: bool = False


class Placed(NamedTuple):
    """A picture, or something that is embedded, and the index of the segment that follows it."""

    element: HtmlElement
    before: int


@dataclass(slots=True, eq=False)
class _Level:
    """An element that the walk is in, and its container once there is a segment in it."""

    element: HtmlElement
    tag: str
    children: Iterator[HtmlElement]
    block: int
    is_inline: bool
    is_hiding: bool
    container: Container | None = None


def segments_of(tree: HtmlElement) -> tuple[Segment, ...]:
    """Return the segments of a page, in document order.

    Two line breaks in a row begin a new segment, one does not; a line end in a ``pre`` is a line break. Depth is
    bounded only by the parser's.
    """
    return walk(tree).segments


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk through a page found: segments, the containers around them, and whether some text was hidden.

    ``hides_text`` says that characters that show nothing were left out; see :func:`newsdesk.characters.hides_text`.
    ``media`` are the pictures, recordings and frames, in order.
    """

    segments: tuple[Segment, ...]
    containers: tuple[Container, ...]
    hides_text: bool
    media: tuple[Placed, ...]


def walk(tree: HtmlElement, styled: Set[HtmlElement] | None = None) -> Walked:
    """Return what a walk through a page finds.

    ``styled`` are the elements that alone may not be displayed, where they are known; else all are looked at.
    """
    made = _Walk(tree, styled)
    made.run()
    return Walked(tuple(made.segments), made.containers.finished(), made.hides_text, tuple(made.media))


class _Walk:
    """One walk through a page."""

    def __init__(self, tree: HtmlElement, styled: Set[HtmlElement] | None) -> None:
        self.segments: list[Segment] = []
        self.containers = ContainerTree()
        self.media: list[Placed] = []
        self.hides_text = False
        self._tree, self._styled = tree, styled
        self._block = 0
        self._stack: list[_Level] = []
        self._open_links: list[HtmlElement] = []
        self._strongs = self._hiding = self._preformatted = 0
        # Of the run of text that is being gathered:
        self._parts: list[str] = []
        self._links: list[HtmlElement] = []
        self._link_characters = self._strong_characters = 0
        self._media: list[tuple[HtmlElement, int]] = []

    def run(self) -> None:
        """Walk, without recursion: pages nest deeper than Python does."""
        stack = self._stack
        self._enter(self._tree, self._tree.tag)
        while stack:
            for child in stack[-1].children:
                tag = child.tag
                if tag in INLINE and not len(child):
                    self._pass(child, tag)
                elif tag == "br":
                    self._parts.append(LINE_BREAK)
                elif tag.__class__ is str and (tag not in SKIPPED or is_unclosed(child)):
                    if tag != "span" or not is_tooltip(child):
                        self._enter(child, tag)
                        break
                elif tag in _IN_PLACE:
                    self._place(child)
                tail = child.tail
                # Most text beside elements is white space between blocks.
                if tail and (self._parts or not tail.isspace()):
                    self._gather(tail)
            else:
                self._leave()

    def _enter(self, element: HtmlElement, tag: str) -> None:
        stack = self._stack
        is_hiding = (self._styled is None or element in self._styled) and _hides(element)
        is_inline = tag in INLINE
        if not is_inline:
            if self._parts or self._links:
                self._flush()
            if tag in _IN_PLACE_WITH_TEXT:
                self._place(element)
        stack.append(_Level(element, tag, iter(element), self._block, is_inline, is_hiding))
        if not is_inline:
            self._block = len(stack) - 1
            if tag == "pre":
                self._preformatted += 1
        elif tag == "a":
            self._open_links.append(element)
            self._links.append(element)
        elif tag in _STRONG:
            self._strongs += 1
        if is_hiding:
            self._hiding += 1
        text = element.text
        if text and (self._parts or not text.isspace()):
            self._gather(text)

    def _pass(self, element: HtmlElement, tag: str) -> None:
        """Gather a word or two that are marked up: most elements of a page are such, and hold no others."""
        text = element.text
        if tag == "a":
            self._links.append(element)
        if not text or (not self._parts and text.isspace()) or (tag == "span" and is_unseen(element)):
            return
        if tag == "a":
            self._open_links.append(element)
            self._gather(text)
            self._open_links.pop()
        else:
            is_strong = tag in _STRONG
            self._strongs += is_strong
            self._gather(text)
            self._strongs -= is_strong

    def _leave(self) -> None:
        level = self._stack[-1]
        tag = level.tag
        if not level.is_inline:
            if self._parts or self._links:
                self._flush()
            self._block = level.block
            if tag == "pre":
                self._preformatted -= 1
        elif tag == "a":
            self._open_links.pop()
        elif tag in _STRONG:
            self._strongs -= 1
        self._stack.pop()
        if level.is_hiding:
            self._hiding -= 1
        tail = level.element.tail
        if tail and (self._parts or not tail.isspace()) and self._stack:
            self._gather(tail)

    def _place(self, element: HtmlElement) -> None:
        if self._parts:
            self._media.append((element, len(self._parts)))
        else:
            self.media.append(Placed(element, len(self.segments)))

    def _gather(self, text: str) -> None:
        # HTML reads line ends as spaces, but for those in a ``pre``.
        self._parts.append(text.replace("\n", LINE_BREAK) if self._preformatted else text)
        if (self._open_links or self._strongs) and not text.isspace():
            size = len(" ".join(text.split()))
            self._link_characters += size if self._open_links else 0
            self._strong_characters += size if self._strongs else 0

    def _flush(self) -> None:
        """Make segments of the run so far; a link that is still open goes on in the next one."""
        if self._parts:
            joined = "".join(self._parts)
            if self._media:
                self._place_in_run(joined)
            parts = PARAGRAPH_BREAK.split(joined) if LINE_BREAK in joined else [joined]
            texts = [text for part in parts if (text := self._cleaned(part))]
            if texts:
                self._add(texts, self._links)
            self._parts = []
            self._link_characters = self._strong_characters = 0
        if self._links:
            self._links = list(self._open_links)

    def _place_in_run(self, run: str) -> None:
        """Place what stands amid a run: it follows the segment that it is in, or that ends before it."""
        lead = len(run) - len(run.lstrip())
        begins = [lead, *(found.end() for found in PARAGRAPH_BREAK.finditer(run, lead))]
        places = [0, *accumulate(map(len, self._parts))]
        first = len(self.segments)
        self.media += (Placed(element, first + bisect_left(begins, places[part])) for element, part in self._media)
        self._media = []

    def _cleaned(self, text: str) -> str:
        text = " ".join(text.split())
        if text.isascii() and text.isprintable():
            return text
        normal = unicodedata.normalize("NFC", text)
        cleaned = storable(normal)
        if cleaned is not normal:
            self.hides_text = self.hides_text or hides_text(normal)
        return cleaned

    def _add(self, texts: list[str], links: list[HtmlElement]) -> None:
        container = self._container()
        if len(texts) == 1:
            run_links = tuple(links[:_MAXIMUM_LINKS])
            self._add_one(texts[0], container, self._link_characters, self._strong_characters, run_links)
            return
        # Counts of a run that falls into several segments are shared out; a link goes where its text is.
        total = sum(map(len, texts))
        is_shared_out = len(texts) * len(links) <= _MAXIMUM_COMPARISONS
        run_links = tuple(links if is_shared_out else links[:_MAXIMUM_LINKS])
        for text in texts:
            share = len(text) / total
            own_links = tuple(anchor for anchor in run_links if _is_in(anchor, text)) if is_shared_out else run_links
            linked, strong = round(self._link_characters * share), round(self._strong_characters * share)
            self._add_one(text, container, linked, strong, own_links)

    def _add_one(
        self, text: str, container: Container, linked: int, strong: int, links: tuple[HtmlElement, ...]
    ) -> None:
        index = len(self.segments)
        element, tag, share = container.element, container.tag, min(1.0, linked / len(text))
        is_hidden = self._hiding > 0
        segment = Segment(index, text, element, tag, container, linked, strong, share, links, is_hidden)
        container.items.append(index)
        container.last = index
        self.segments.append(segment)

    def _container(self) -> Container:
        """Return the container of the block that the walk is in; it and those around it are made when first needed."""
        stack = self._stack
        place = self._block
        while place >= 0 and stack[place].container is None:
            place -= 1
        container = stack[place].container if place >= 0 else None
        for level in stack[place + 1 : self._block + 1]:
            level.container = container = self.containers.add(level.element, container, len(self.segments))
        assert container is not None
        return container


def _hides(element: HtmlElement) -> bool:
    get = element.get
    if get("hidden") is not None or get("aria-hidden") == "true":
        return True
    style = get("style")
    return style is not None and HIDDEN_STYLE.search(style) is not None


def is_unseen(run: HtmlElement) -> bool:
    """Return whether a run of words within a line is not displayed."""
    name = run.get("class")
    return (name is not None and _UNSEEN_NAME.search(name.lower()) is not None) or _hides(run)


def is_tooltip(run: HtmlElement) -> bool:
    """Return whether a run of words opens only when a reader points at the words before it.

    It is called so, or it is a box behind a word, within its line, that begins with that word again.
    """
    name = run.get("class")
    if run.get("role") == "tooltip" or (name and "tip" in name and _TOOLTIP_NAME.search(name) is not None):
        return True
    pointed = run.getprevious()
    if pointed is None or pointed.tag not in _POINTED or len(pointed) or (pointed.tail and not pointed.tail.isspace()):
        return False
    word = (pointed.text or "").strip().casefold()
    if len(word) < _SHORTEST_POINTED:
        return False
    inside = "".join(islice(run.itertext(), _TEXTS_OF_BOX)).strip().casefold()
    return len(inside) > len(word) and inside.startswith(word) and inside[len(word)] != " "


def is_unclosed(element: HtmlElement) -> bool:
    """Return whether an element swallowed what follows because its end tag is missing: no button holds paragraphs."""
    return element.tag in _OFTEN_UNCLOSED and len(tuple(islice(element.iter("p", "article"), _SWALLOWED))) == _SWALLOWED


def _is_in(anchor: HtmlElement, text: str) -> bool:
    label = " ".join("".join(anchor.itertext()).split())
    return storable(unicodedata.normalize("NFC", label)) in text
