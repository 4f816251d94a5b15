"""What the runs of a line are besides text: links, emphasis, code, line breaks.

Comes in: containers of segments that are kept. Goes out: the marks of each segment, over its plain text.

A container is walked once, and of it only what stands in its own lines. Its runs are cut and cleaned as those of the
first walk were (:mod:`extractor.html.segments`); where the outcome is another text all the same, the text stays plain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from extractor.html.containers import Container
from extractor.html.links import checked_url
from extractor.html.segments import (
    INLINE,
    LINE_BREAK,
    PARAGRAPH_BREAK,
    SKIPPED,
    Segment,
    is_tooltip,
    is_unclosed,
    is_unseen,
)
from newsdesk.characters import storable
from newsdesk.contracts import Mark
from newsdesk.web import Url

MOST_MARKS = 20_000
MOST_ADDRESSES = 1_000_000
"""Marks of an article, and characters of all the addresses in them."""

_KINDS: Mapping[str, str] = (
    dict.fromkeys(("b", "strong"), "strong")
    | dict.fromkeys(("cite", "dfn", "em", "i", "var"), "emphasis")
    | dict.fromkeys(("code", "kbd", "samp", "tt"), "code")
    | dict.fromkeys(("del", "s", "strike"), "strikethrough")
    | {"a": "link", "sub": "subscript", "sup": "superscript"}
)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)", re.IGNORECASE)
_ITALIC = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.IGNORECASE)
_NOT_ITALIC = re.compile(r"font-style\s*:\s*normal", re.IGNORECASE)
_LEVELS = 12
"""So many elements outwards are asked whether they mark up what is in them."""
_MAILBOX = re.compile(r"mailto:([\w.+%&'*/=!~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*)", re.IGNORECASE | re.ASCII)
_LONGEST_MAILBOX = 320


class Targets:
    """Where links lead: absolute addresses with http, https or mailto, and nothing else.

    Parameters
    ----------
    base : Url or None
        What relative links are relative to; without it, no link leads anywhere.
    """

    def __init__(self, base: Url | None) -> None:
        self._base = base
        self._known: dict[str, str | None] = {}
        self._left = MOST_ADDRESSES

    def of(self, href: str) -> str | None:
        """Return where a link leads; None where that is within the page, or nowhere that may be followed."""
        if href not in self._known:
            self._known[href] = self._target(href)
        target = self._known[href]
        self._left -= len(target or "")
        return target if self._left >= 0 else None

    def _target(self, href: str) -> str | None:
        href = href.strip()
        if not href or href.startswith("#") or self._base is None:
            return None
        if href[:7].lower() == "mailto:":
            mailbox = _MAILBOX.match(href[:_LONGEST_MAILBOX])
            return f"mailto:{mailbox[1]}" if mailbox else None
        target = checked_url(href, self._base)
        return target.href if target is not None else None


@dataclass(frozen=True, slots=True)
class _Event:
    """A mark that begins or ends, or a line break, at a place of a run's raw text."""

    at: int
    kind: str
    url: str | None = None
    begins: bool = False


def marks_of(segments: Sequence[Segment], targets: Targets) -> dict[int, tuple[Mark, ...]]:
    """Return the marks of segments, by their index; those that have none are missing.

    Parameters
    ----------
    segments : sequence of Segment
        Of one page, in its order.
    targets : Targets
        Where its links lead.
    """
    wanted = {segment.index: segment.text for segment in segments}
    containers = dict.fromkeys(segment.container for segment in segments)
    found: dict[int, tuple[Mark, ...]] = {}
    left = MOST_MARKS
    for container in containers:
        for index, text, marks in _marked_in(container, targets):
            if marks and left and wanted.get(index) == text:
                found[index] = marks[:left]
                left -= len(found[index])
    return found


def _marked_in(container: Container, targets: Targets) -> Iterator[tuple[int, str, tuple[Mark, ...]]]:
    element = container.element
    around = _marks_around(element, targets)
    if not len(element) and not around:
        return
    indices = (item for item in container.items if isinstance(item, int))
    yield from ((index, *piece) for index, piece in zip(indices, _Lines(element, around, targets).read(), strict=False))


def _marks_around(element: HtmlElement, targets: Targets) -> list[tuple[str, str | None]]:
    """Return what the elements around a block make of all that is in it."""
    found: dict[str, str | None] = {}
    for outer in islice(element.iterancestors(), _LEVELS):
        if outer.tag in INLINE:
            for kind, url in _kinds(outer, targets):
                found.setdefault(kind, url)
    return list(found.items())


def _kinds(element: HtmlElement, targets: Targets) -> Sequence[tuple[str, str | None]]:
    """Return what an element makes of the text in it."""
    kind = _KINDS.get(element.tag)
    if kind == "link":
        target = targets.of(element.get("href") or "")
        return [("link", target)] if target is not None else ()
    style = element.get("style")
    if style is None:
        return [(kind, None)] if kind is not None else ()
    kinds = {kind} if kind is not None else set()
    if _NOT_BOLD.search(style):
        kinds.discard("strong")
    if _NOT_ITALIC.search(style):
        kinds.discard("emphasis")
    kinds |= ({"strong"} if _BOLD.search(style) else set()) | ({"emphasis"} if _ITALIC.search(style) else set())
    return [(name, None) for name in sorted(kinds)]


class _Lines:
    """The lines of one element, those of the blocks in it left out."""

    def __init__(self, element: HtmlElement, around: Sequence[tuple[str, str | None]], targets: Targets) -> None:
        self._element = element
        self._targets = targets
        self._is_preformatted = element.tag == "pre" or next(element.iterancestors("pre"), None) is not None
        self._open: dict[str, str | None] = dict(around)
        self._parts: list[str] = []
        self._events: list[_Event] = []
        self._size = 0

    def read(self) -> Iterator[tuple[str, tuple[Mark, ...]]]:
        """Yield the text and the marks of each segment, in order."""
        stack: list[tuple[HtmlElement, Iterator[HtmlElement], tuple[str, ...]]]
        stack = [(self._element, iter(self._element), ())]
        self._begin_run()
        self._gather(self._element.text)
        while stack:
            element, children, opened = stack[-1]
            for child in children:
                tag = child.tag
                if tag == "br":
                    self._events.append(_Event(self._size, "break"))
                    self._add(LINE_BREAK)
                elif tag in INLINE:
                    if tag != "span" or not (is_tooltip(child) if len(child) else is_unseen(child)):
                        stack.append((child, iter(child), self._enter(child)))
                        self._gather(child.text)
                        break
                elif tag.__class__ is str and (tag not in SKIPPED or is_unclosed(child)):
                    yield from self._ended_run()
                self._gather(child.tail)
            else:
                stack.pop()
                for kind in opened:
                    del self._open[kind]
                    self._events.append(_Event(self._size, kind))
                if stack:
                    self._gather(element.tail)
        yield from self._ended_run()

    def _enter(self, element: HtmlElement) -> tuple[str, ...]:
        """Begin what an element makes of its text, unless an element around it has done so."""
        new = [(kind, url) for kind, url in _kinds(element, self._targets) if kind not in self._open]
        for kind, url in new:
            self._open[kind] = url
            self._events.append(_Event(self._size, kind, url, begins=True))
        return tuple(kind for kind, _ in new)

    def _gather(self, text: str | None) -> None:
        # Leading white space is nothing yet, as in the first walk.
        if text and (self._parts or not text.isspace()):
            self._add(text.replace("\n", LINE_BREAK) if self._is_preformatted else text)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)

    def _begin_run(self) -> None:
        self._parts, self._size = [], 0
        self._events = [_Event(0, kind, url, begins=True) for kind, url in self._open.items()]

    def _ended_run(self) -> Iterator[tuple[str, tuple[Mark, ...]]]:
        raw, events = "".join(self._parts), self._events
        self._begin_run()
        if raw and not raw.isspace():
            yield from _pieces(raw, events)


def _pieces(raw: str, events: Sequence[_Event]) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    """Yield the text and the marks of each piece between two line breaks in a row."""
    breaks = [found.span() for found in PARAGRAPH_BREAK.finditer(raw)] if LINE_BREAK in raw else []
    begins = [0, *(end for _, end in breaks)]
    ends = [*(begin for begin, _ in breaks), len(raw)]
    place = 0
    active: dict[str, str | None] = {}
    for begin, end in zip(begins, ends, strict=True):
        line = _Line(active)
        at = begin
        while place < len(events) and (events[place].at < end or end == len(raw)):
            event = events[place]
            if event.at > at:
                line.add(raw[at : event.at])
                at = event.at
            line.take(event)
            place += 1
        line.add(raw[at:end])
        active = line.active
        if text := line.text():
            yield text, line.marks()


class _Line:
    """One segment, as it grows."""

    def __init__(self, active: Mapping[str, str | None]) -> None:
        self.active = dict(active)
        self._begins: dict[str, int | None] = dict.fromkeys(active)
        self._parts: list[str] = []
        self._size = 0
        self._is_spaced = self._is_broken = False
        self._marks: list[Mark] = []

    def add(self, raw: str) -> None:
        """Add raw text: its white space is folded."""
        words = raw.split()
        if not words:
            self._is_spaced = self._is_spaced or bool(raw)
            return
        text = " ".join(words)
        if not (text.isascii() and text.isprintable()):
            text = storable(unicodedata.normalize("NFC", text))
        if self._size and (self._is_spaced or raw[0].isspace()):
            if self._is_broken:
                self._marks.append(Mark(kind="break", begin=self._size, end=self._size + 1))
            self._append(" ")
        for kind, begin in self._begins.items():
            if begin is None:
                self._begins[kind] = self._size
        self._append(text)
        self._is_broken, self._is_spaced = False, raw[-1].isspace()

    def take(self, event: _Event) -> None:
        """Begin or end a mark, or note a line break."""
        if event.kind == "break":
            self._is_broken = True
        elif event.begins:
            self.active[event.kind] = event.url
            self._begins[event.kind] = None
        else:
            self._end(event.kind)
            del self.active[event.kind]

    def text(self) -> str:
        """Return the text."""
        return "".join(self._parts)

    def marks(self) -> tuple[Mark, ...]:
        """Return the marks in order, the outer before the inner."""
        for kind in list(self._begins):
            self._end(kind)
        return tuple(sorted(_joined(self._marks), key=lambda mark: (mark.begin, -mark.end)))

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._size += len(text)

    def _end(self, kind: str) -> None:
        begin = self._begins.pop(kind, None)
        if begin is not None and begin < self._size:
            self._marks.append(Mark(kind=kind, begin=begin, end=self._size, url=self.active[kind]))


def _joined(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks of which those of one kind that touch are one: editors begin them anew in mid-word."""
    last: dict[tuple[str, str | None], int] = {}
    joined: list[Mark] = []
    for mark in marks:
        known = last.get((mark.kind, mark.url))
        if known is not None and joined[known].end == mark.begin and mark.kind != "break":
            joined[known] = joined[known].model_copy(update={"end": mark.end})
        else:
            last[mark.kind, mark.url] = len(joined)
            joined.append(mark)
    return joined
