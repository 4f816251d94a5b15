"""The page as a row of segments: its visible text, cut where a browser begins a new line.

Comes in: a page's tree. Goes out: its segments in document order. Changes nothing.

Everything that judges text judges segments: the boundary guard, the block classifier, what a site repeats, walls, and the
explanation for people. They are made in one walk, so that all of them speak of the same pieces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from extractor.charset import storable

# What HTML's rendering section displays in a line, and the elements that only mark up words. Everything else, custom
# elements included, begins a new line.
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr".split()
)
_SKIPPED = frozenset(
    "audio base button canvas datalist embed frame frameset head iframe input link map meta noembed noframes noscript "
    "object option param progress script select source style svg template textarea title track video".split()
)
_STRONG = frozenset({"b", "strong"})
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


def segments_of(tree: HtmlElement) -> tuple[Segment, ...]:
    """Return the segments of a page, in document order.

    Two line breaks in a row begin a new segment, one does not. Depth is bounded only by the parser's.
    """
    return tuple(_walk(tree))


def _walk(tree: HtmlElement) -> Iterator[Segment]:
    count = 0
    run = _Run()
    block = tree
    link_depth = strong_depth = hidden_depth = 0

    def gather(text: str | None) -> None:
        if not text:
            return
        run.parts.append(text)
        if link_depth or strong_depth:
            size = len(" ".join(text.split()))
            run.link_characters += size if link_depth else 0
            run.strong_characters += size if strong_depth else 0

    def flush() -> Iterator[Segment]:
        nonlocal run, count
        if not run.parts:
            return
        gathered, run = run, _Run()
        raw = "".join(gathered.parts)
        pieces = [text for part in _PARAGRAPH_BREAK.split(raw) if (text := _clean(part))] if "\n" in raw else [_clean(raw)]
        total = sum(map(len, pieces))
        for text in pieces:
            if not text:
                continue
            # Counts of a run that falls into several segments are shared out; links go to the one that has their text.
            share = len(text) / total
            links = tuple(gathered.links) if len(pieces) == 1 else tuple(a for a in gathered.links if _is_in(a, text))
            yield Segment(
                count,
                text,
                block,
                round(gathered.link_characters * share),
                round(gathered.strong_characters * share),
                links,
                hidden_depth > 0,
            )
            count += 1

    # (element, its children still to come, the block to go back to, whether it is a block and hides what is in it)
    stack: list[tuple[HtmlElement, Iterator[HtmlElement], HtmlElement, bool, bool]] = []

    def enter(element: HtmlElement) -> Iterator[Segment]:
        nonlocal block, link_depth, strong_depth, hidden_depth
        tag = element.tag
        is_block = tag not in _INLINE
        if is_block:
            yield from flush()
        hides = _hides(element)
        stack.append((element, iter(element), block, is_block, hides))
        hidden_depth += hides
        if is_block:
            block = element
        elif tag == "a":
            link_depth += 1
            run.links.append(element)
        elif tag in _STRONG:
            strong_depth += 1
        gather(_line(element.text))

    yield from enter(tree)
    while stack:
        element, children, outer, is_block, hides = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if is_block:
                yield from flush()
                block = outer
            elif element.tag == "a":
                link_depth -= 1
            elif element.tag in _STRONG:
                strong_depth -= 1
            hidden_depth -= hides
            if stack:
                gather(_line(element.tail))
        elif child.tag == "br":
            run.parts.append("\n")
            gather(_line(child.tail))
        elif child.tag == "img":
            gather(_line(child.tail))
        elif not isinstance(child.tag, str) or child.tag in _SKIPPED:
            gather(_line(child.tail))
        else:
            yield from enter(child)


def _line(text: str | None) -> str | None:
    """Return text as HTML reads it: its line ends are spaces."""
    return text.replace("\n", " ").replace("\r", " ") if text else None


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


def _is_in(anchor: HtmlElement, text: str) -> bool:
    return _clean("".join(anchor.itertext())) in text
