"""The page as a row of segments: its visible text, cut where a browser begins a new line.

Comes in: a page's tree. Goes out: its segments in document order. Changes nothing.

Everything that judges text judges segments: the boundary guard, the block classifier, what a site repeats, walls, and
the explanation for people. They are made in one walk, so that all of them speak of the same pieces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from extractor.html.charset import storable

# What HTML's rendering section displays in a line, and the elements that only mark up words. Everything else, custom
# elements included, begins a new line.
# fmt: off
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})
_SKIPPED = frozenset({
    "audio", "base", "button", "canvas", "datalist", "embed", "frame", "frameset", "head", "iframe", "img",
    "input", "link", "map", "meta", "noembed", "noframes", "noscript", "object", "option", "param", "progress",
    "script", "select", "source", "style", "svg", "template", "textarea", "title", "track", "video",
})
# fmt: on
_OFTEN_UNCLOSED = frozenset({"button", "noscript", "svg"})
_SWALLOWED = 5
_STRONG = frozenset({"b", "strong"})
_MAXIMUM_LINKS = 1_000
_MAXIMUM_COMPARISONS = 10_000
"""A page may be one run of a million links: beyond this, each of its segments names the run's first links."""
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r\f\v\xa0]*\n\s*")
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


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
    link_characters, strong_characters : int
        How many of its characters are in links, and in bold type.
    links : tuple of HtmlElement
        The ``a`` elements in it.
    is_hidden : bool
        Whether an element around it is not displayed, by its own attributes.
    """

    index: int
    text: str
    element: HtmlElement
    link_characters: int = 0
    strong_characters: int = 0
    links: tuple[HtmlElement, ...] = ()
    is_hidden: bool = False

    @property
    def tag(self) -> str:
        """The name of its element."""
        return str(self.element.tag)

    @property
    def link_share(self) -> float:
        """The share of its characters that are in links, 0 to 1."""
        return min(1.0, self.link_characters / max(1, len(self.text)))


@dataclass(slots=True)
class _Run:
    """Text that is being gathered."""

    parts: list[str] = field(default_factory=list)
    link_characters: int = 0
    strong_characters: int = 0
    links: list[HtmlElement] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """An element that the walk is in."""

    element: HtmlElement
    children: Iterator[HtmlElement]
    outer_block: HtmlElement
    is_block: bool
    is_hiding: bool


def segments_of(tree: HtmlElement) -> tuple[Segment, ...]:
    """Return the segments of a page, in document order.

    Two line breaks in a row begin a new segment, one does not. Depth is bounded only by the parser's.
    """
    walk = _Walk(tree)
    walk.run()
    return tuple(walk.segments)


class _Walk:
    """One walk through a page."""

    def __init__(self, tree: HtmlElement) -> None:
        self.segments: list[Segment] = []
        self._tree = tree
        self._block = tree
        self._run = _Run()
        self._stack: list[_Level] = []
        self._links: list[HtmlElement] = []
        self._strongs = self._hiding = 0

    def run(self) -> None:
        """Walk, without recursion: pages nest deeper than Python does."""
        self._enter(self._tree)
        while self._stack:
            child = next(self._stack[-1].children, None)
            if child is None:
                self._leave()
            elif child.tag == "br":
                self._run.parts.append("\n")
                self._gather(child.tail)
            elif not isinstance(child.tag, str) or (child.tag in _SKIPPED and not _is_unclosed(child)):
                self._gather(child.tail)
            else:
                self._enter(child)

    def _enter(self, element: HtmlElement) -> None:
        is_block = element.tag not in _INLINE
        if is_block:
            self._flush()
        level = _Level(element, iter(element), self._block, is_block, _hides(element))
        self._stack.append(level)
        self._hiding += level.is_hiding
        if is_block:
            self._block = element
        elif element.tag == "a":
            self._links.append(element)
            self._run.links.append(element)
        elif element.tag in _STRONG:
            self._strongs += 1
        self._gather(element.text)

    def _leave(self) -> None:
        level = self._stack.pop()
        if level.is_block:
            self._flush()
            self._block = level.outer_block
        elif level.element.tag == "a":
            self._links.pop()
        elif level.element.tag in _STRONG:
            self._strongs -= 1
        self._hiding -= level.is_hiding
        if self._stack:
            self._gather(level.element.tail)

    def _gather(self, text: str | None) -> None:
        if not text:
            return
        # HTML reads line ends as spaces; in a run, a line end stands for a ``br``.
        self._run.parts.append(text.replace("\n", " ").replace("\r", " "))
        if self._links or self._strongs:
            size = len(" ".join(text.split()))
            self._run.link_characters += size if self._links else 0
            self._run.strong_characters += size if self._strongs else 0

    def _flush(self) -> None:
        # A link that is still open goes on in the next segment.
        run, self._run = self._run, _Run(links=list(self._links))
        if not run.parts:
            return
        texts = [text for part in _PARAGRAPH_BREAK.split("".join(run.parts)) if (text := _clean(part))]
        total = sum(map(len, texts))
        is_shared_out = len(texts) > 1 and len(texts) * len(run.links) <= _MAXIMUM_COMPARISONS
        links = tuple(run.links if is_shared_out else run.links[:_MAXIMUM_LINKS])
        for text in texts:
            # Counts of a run that falls into several segments are shared out; a link goes where its text is.
            share = len(text) / total
            segment = Segment(
                index=len(self.segments),
                text=text,
                element=self._block,
                link_characters=round(run.link_characters * share),
                strong_characters=round(run.strong_characters * share),
                links=tuple(anchor for anchor in links if _is_in(anchor, text)) if is_shared_out else links,
                is_hidden=self._hiding > 0,
            )
            self.segments.append(segment)


def _clean(text: str) -> str:
    return storable(unicodedata.normalize("NFC", " ".join(text.split())))


def _hides(element: HtmlElement) -> bool:
    attributes = element.attrib
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def _is_unclosed(element: HtmlElement) -> bool:
    """Return whether an element swallowed what follows it, for want of an end tag: no button holds paragraphs."""
    return element.tag in _OFTEN_UNCLOSED and len(tuple(islice(element.iter("p", "article"), _SWALLOWED))) == _SWALLOWED


def _is_in(anchor: HtmlElement, text: str) -> bool:
    return _clean("".join(anchor.itertext())) in text
