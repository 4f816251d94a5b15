"""The pieces of a page that may be articles: posts in one container, headed runs of lines, parts up to "read on".

Comes in: a node of a page. Goes out: its pieces, in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractor.body.guard.page import PSEUDO_HEADING, SENTENCE_END, GuardedPage, Node, holds_title
from extractor.text import LineKind, kind_of_line

SHORT_BODY = 600
"""Characters of prose that a headline's wrapper may hold (a deck, a summary) before the body's own begins."""

_LONGEST_TEASER = 2
"""Paragraphs under one heading of a shelf."""


@dataclass(slots=True, eq=False)
class Piece:
    """What may be one article: a container, or a heading and the lines or the container that follow it.

    ``node`` is its container, ``head`` the segment with its heading, ``prose`` its characters in paragraphs.
    """

    first: int
    last: int
    node: Node | None
    head: int | None
    prose: int
    paragraphs: int


def pieces_of(page: GuardedPage, node: Node) -> Iterator[Piece]:
    """Cut a node's items before each heading, and around each container with a heading and prose, or two paragraphs."""
    run: Piece | None = None
    for item in node.items:
        piece, is_post = _piece_of(page, item)
        has_title = page.title is not None and piece.first <= page.title <= piece.last
        longest = 40 if page.level(piece.head) <= 3 else 12
        if piece.head is not None and piece.paragraphs == 0 and piece.last - piece.first < longest:
            # Bylines and kickers after a headline can be headings, too; they begin no new piece.
            is_bare = run is not None and run.head is not None and run.paragraphs == 0
            if run is not None and is_bare and not has_title and page.level(piece.head) >= page.level(run.head):
                run.last = piece.last
                continue
            if run is not None:
                yield run
            run = piece
            run.node = None
        elif is_post:
            if run is not None and run.head is not None and not has_title and _continues(page, run, piece):
                # The body in a wrapper of its own after its headline in another.
                run.last, run.node = piece.last, piece.node
                run.prose += piece.prose
                run.paragraphs += piece.paragraphs
            else:
                if run is not None:
                    yield run
                run = piece
            if run.prose >= SHORT_BODY or run.head is None:
                yield run
                run = None
        elif run is None:
            run = piece
            run.node = None
        else:
            run.last = piece.last
            run.prose += piece.prose
            run.paragraphs += piece.paragraphs
    if run is not None:
        yield run


def with_shelves(page: GuardedPage, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join to the heading of a shelf, "You may also like", the pieces under lower headings that follow it."""
    shelf: Piece | None = None
    for piece in pieces:
        has_title = page.title is not None and piece.first <= page.title <= piece.last
        if shelf is not None:
            is_below = piece.head is not None and page.level(piece.head) > page.level(shelf.head)
            if is_below and not has_title and piece.paragraphs <= _LONGEST_TEASER:
                shelf.last, shelf.node = piece.last, None
                shelf.prose += piece.prose
                shelf.paragraphs += piece.paragraphs
                continue
            yield shelf
        shelf = piece if not has_title and _is_shelf(page, piece) else None
        if shelf is None:
            yield piece
    if shelf is not None:
        yield shelf


def _is_shelf(page: GuardedPage, piece: Piece) -> bool:
    """Return whether the heading of a piece announces other articles; the rest of a text below one is no teaser."""
    return (
        piece.head is not None
        and piece.paragraphs <= _LONGEST_TEASER
        and page.level(piece.head) < PSEUDO_HEADING
        and kind_of_line(page.segments[piece.head].text) is LineKind.SHELF
    )


def _piece_of(page: GuardedPage, item: Node | int) -> tuple[Piece, bool]:
    """Return an item as a piece, and whether it is a container that may be an article by itself."""
    if isinstance(item, int):
        is_prose = page.is_prose[item]
        head = item if page.levels[item] is not None else None
        return Piece(item, item, None, head, len(page.segments[item].text) * is_prose, int(is_prose)), False
    piece = Piece(item.first, item.last, item, _head_of(page, item), item.prose, item.paragraphs)
    if page.title is not None and holds_title(page, item):
        # What stands above the headline does not make this the article's body.
        piece.head = page.title
        after = [len(page.segments[i].text) for i in range(page.title, item.last + 1) if page.is_prose[i]]
        piece.prose, piece.paragraphs = sum(after), len(after)
    core = item
    while len(core.items) == 1 and isinstance(core.items[0], Node):
        core = core.items[0]
    return piece, piece.paragraphs > (piece.head is None) and len(core.items) > 1


def _continues(page: GuardedPage, run: Piece, piece: Piece) -> bool:
    """Return whether a container with prose is the body to the headline, and at most the deck, that stand before it."""
    if run.head == page.title or run.prose >= min(SHORT_BODY, piece.prose / 2):
        return False
    return piece.head is None or page.level(piece.head) > page.level(run.head)


def _head_of(page: GuardedPage, node: Node) -> int | None:
    """Return the heading with which a container opens: the highest of those before its second paragraph."""
    best = None
    paragraphs = 0
    for index in range(node.first, min(node.last, node.first + 25) + 1):
        if page.levels[index] is not None:
            if page.level(index) < page.level(best):
                best = index
        elif page.is_prose[index]:
            paragraphs += 1
            if paragraphs == 2:
                break
    return best


def parted_by_controls(page: GuardedPage, piece: Piece) -> Iterator[Piece]:
    """Part a run of plain lines after each control to read on, and before the line that stands as its headline."""
    start = piece.first
    if piece.node is None and piece.paragraphs:
        at = start
        while at <= piece.last:
            if page.is_control(at):
                end = at
                while (
                    end < piece.last
                    and page.words[end + 1] <= 3
                    and page.levels[end + 1] is None
                    and page.is_control(end + 1)
                ):
                    end += 1
                head = _line_above(page, at, start)
                if head is not None and (page.title is None or not head <= page.title <= end):
                    if head > start:
                        yield _part(page, piece, start, head - 1)
                    yield _part(page, piece, head, end, head)
                    start = end + 1
                at = end
            at += 1
    if start == piece.first:
        yield piece
    elif start <= piece.last:
        yield _part(page, piece, start, piece.last)


def _line_above(page: GuardedPage, control: int, start: int) -> int | None:
    """Return the last line before a control that is no sentence and has prose after it."""
    prose = 0
    found = None
    for index in range(control - 1, max(start, control - 15) - 1, -1):
        text = page.segments[index].text
        is_line = len(text) <= 160 and (page.levels[index] is not None or not SENTENCE_END.search(text.rstrip("?!")))
        if page.is_control(index) or (found is not None and not is_line):
            break
        if is_line and prose and page.words[index] >= 3:
            found = index
            if page.levels[index] is not None:
                break
        prose += page.is_prose[index] and not is_line
    return found


def _part(page: GuardedPage, piece: Piece, first: int, last: int, head: int | None = None) -> Piece:
    if head is None and piece.head is not None and first <= piece.head <= last:
        head = piece.head
    prose = [len(page.segments[i].text) for i in range(first, last + 1) if page.is_prose[i]]
    return Piece(first, last, None, head, sum(prose), len(prose))
