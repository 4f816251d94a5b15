"""What a piece of a page says of itself around its heading and at its end: who wrote it, when, and how it ends.

Comes in: a piece. Goes out: the names and dates that it states, and the lines that it has in common with others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.body.guard.page import DATE, GuardedPage, Signature
from extractor.body.guard.pieces import Piece
from extractor.html import Segment
from extractor.text import BY_WORDS, fold

_LONGEST_LINE = 90
"""Characters of a line that states an author or a date."""
_LINES_AROUND = 6
"""Lines after the heading, and before it, in which a piece may state them."""
_ENDINGS = 2
_NAME = r"[A-ZÀ-ÞА-Я][\w'’.-]+(?: (?:[a-zà-þ]{1,3} )?[A-ZÀ-ÞА-Я][\w'’.-]*){1,3}"
_VERB = "written|posted|published|reported|story|text|words|article|geschrieben|verfasst|publié|escrito|scritto"
_BYLINE = re.compile(rf"\W*(?:(?i:{_VERB}) )?(?i:{'|'.join(BY_WORDS)}):? +({_NAME})")
_NAMED = re.compile(rf"({_NAME})(?:$|\s*[|,·•–—(/-])")
"""A name that stands alone, or before a role or a date."""
_NAMED_AND_DATED = re.compile(rf"({_NAME})\s*[|·•–—]")
_LONGEST_NAME = 5
"""Words of a line that the markup calls an author."""
_AUTHOR_MARK = re.compile(r"auth?or|byline|writer|contributor", re.IGNORECASE)
_NO_WORDS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Statements:
    """What a piece states of itself.

    Attributes
    ----------
    names : frozenset of str
        The words of the names in its byline.
    is_dated : bool
        Whether it has a line with a date.
    details : mapping of a signature to str
        The short lines around its heading, by the element that each stands in.
    """

    names: frozenset[str]
    is_dated: bool
    details: dict[Signature, str]


class Signs:
    """Reads what the pieces of a page state; what a line or a piece states is read once, whichever level asks."""

    def __init__(self, page: GuardedPage) -> None:
        self._page = page
        self._statements: dict[tuple[int, int, int | None], Statements] = {}
        self._names: dict[int, Sequence[str]] = {}
        self._dated: dict[int, bool] = {}

    def statements_of(self, piece: Piece) -> Statements:
        """Return what a piece states of itself."""
        place = (piece.first, piece.last, piece.head)
        known = self._statements.get(place)
        if known is None:
            known = self._statements[place] = self._read(piece)
        return known

    def names_at(self, head: int) -> frozenset[str]:
        """Return the words of the names that are stated at a heading."""
        first, last = max(0, head - _LINES_AROUND), len(self._page.segments) - 1
        lines = _lines_at_head(self._page, first, last, head)
        return frozenset(word for segment in lines for word in self._names_in(segment))

    def ending_of(self, piece: Piece) -> tuple[Signature, str] | None:
        """Return the line with which a piece ends, as others end alike; None where that is a paragraph."""
        page = self._page
        segment = page.segments[piece.last]
        if page.is_prose[piece.last] or piece.last == piece.head:
            return None
        words = _NO_WORDS.sub(" ", segment.text.lower()).split()
        return page.signature(segment.container), " ".join(words[:2])

    def _read(self, piece: Piece) -> Statements:
        names: set[str] = set()
        is_dated = False
        details: dict[Signature, str] = {}
        for segment in _lines_at_head(self._page, piece.first, piece.last, piece.head):
            names.update(self._names_in(segment))
            is_dated = is_dated or self._is_dated(segment)
            details.setdefault(self._page.signature(segment.container), segment.text)
        for segment in _last_lines(self._page, piece):
            # What is marked as an author's at the end may be about one: a portrait, a list of posts.
            names.update(_names_behind_by(segment))
            # A link may lead to an archive: "All of 2026".
            is_dated = is_dated or (not segment.links and self._is_dated(segment))
        return Statements(frozenset(names), is_dated, details)

    def _is_dated(self, segment: Segment) -> bool:
        known = self._dated.get(segment.index)
        if known is None:
            known = self._dated[segment.index] = DATE.search(segment.text) is not None
        return known

    def _names_in(self, segment: Segment) -> Sequence[str]:
        known = self._names.get(segment.index)
        if known is None:
            known = self._names[segment.index] = self._find_names(segment)
        return known

    def _find_names(self, segment: Segment) -> Sequence[str]:
        """Return the words of the names in a byline."""
        names = _names_behind_by(segment)
        if names:
            return names
        is_marked = _is_marked(segment)
        found = _NAMED.match(segment.text) if is_marked else None
        if found is None and self._is_dated(segment):
            found = _NAMED_AND_DATED.match(segment.text)
        if found is not None:
            return fold(found[1])
        words = fold(segment.text) if is_marked else []
        return words if len(words) <= _LONGEST_NAME and not any(word[0].isdigit() for word in words) else []


def _lines_at_head(page: GuardedPage, first: int, last: int, head: int | None) -> Iterator[Segment]:
    """Yield the short lines around a piece's heading, up to the first paragraph after it."""
    start = first if head is None else head
    for index in range(max(first, start - _LINES_AROUND), min(last, start + _LINES_AROUND) + 1):
        if page.is_prose[index]:
            if index > start:
                return
        elif index != head and len(page.segments[index].text) <= _LONGEST_LINE:
            yield page.segments[index]


def _last_lines(page: GuardedPage, piece: Piece) -> Iterator[Segment]:
    head = piece.first if piece.head is None else piece.head
    for index in range(max(head + 1, piece.last - _ENDINGS + 1), piece.last + 1):
        if not page.is_prose[index] and len(page.segments[index].text) <= _LONGEST_LINE:
            yield page.segments[index]


def _names_behind_by(segment: Segment) -> list[str]:
    found = _BYLINE.match(segment.text)
    return fold(found[1]) if found is not None else []


def _is_marked(segment: Segment) -> bool:
    """Return whether the markup says that a line names an author."""
    element = segment.element
    if element.tag == "address":
        return True
    marks = [element.get("class"), element.get("rel"), element.get("itemprop")]
    for anchor in segment.links[:2]:
        marks += [anchor.get("class"), anchor.get("rel"), anchor.get("href")]
    return any(mark and _AUTHOR_MARK.search(mark) for mark in marks)
