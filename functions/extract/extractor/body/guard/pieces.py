"""The pieces of a page that may be articles: posts in one container, headed runs of lines, parts up to "read on".

Comes in: a container of a page. Goes out: its pieces, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from extractor.body.guard.page import (
    PSEUDO_HEADING,
    GuardedPage,
    Signature,
    holds_title,
)
from extractor.html import Container
from extractor.text import LineKind, ends_clause, kind_of_line

SHORT_BODY = 600
"""Characters of prose that a headline's wrapper may hold (a deck, a summary) before the body's own begins."""

_LONGEST_BOX = 12
_LONGEST_TEASER = 2
"""Paragraphs under one heading of a shelf."""


@dataclass(slots=True, eq=False)
class Piece:
    """What may be one article: a container, or a heading and the lines or the container that follow it.

    ``node`` is its container, ``head`` the segment with its heading, ``prose`` its characters in paragraphs, and
    ``is_shelf`` whether it is the heading of a shelf, "You may also like", with the teasers below it, and ``is_inset``
    whether it is a box amid the lines of one text that announces another page.
    """

    first: int
    last: int
    node: Container | None
    head: int | None
    prose: int
    paragraphs: int
    is_shelf: bool = False
    is_inset: bool = False


def pieces_of(page: GuardedPage, node: Container) -> Iterator[Piece]:
    """Cut a container's items before each heading, and around each one with a heading and prose, or two paragraphs."""
    run: Piece | None = None
    insets = _insets(page, node)
    before: set[Signature] = set()
    rows = Counter(page.signature(item) for item in node.items if isinstance(item, Container))
    own = _makes_of_own(page, node)
    for item in node.items:
        piece, is_post = _piece_of(page, item)
        made_as = _make_of_prose(page, item)
        if run is not None and run.node is not None and run.paragraphs and made_as in before:
            # The lines go on that stood before a container with an article of its own.
            yield from _closed(run)
            run = None
        if made_as is not None and (run is None or run.node is None):
            before.add(made_as)
        if piece.first in insets:
            yield from _closed(run)
            piece.is_inset = True
            yield piece
            run = None
        elif _is_headline(page, piece):
            if run is not None and _is_below_headline(page, run, piece):
                run.last = piece.last
                continue
            yield from _closed(run)
            run = piece
            run.node = None
        elif is_post:
            if run is not None and _continues(page, run, piece, own) and not _begins_row(page, run, piece, rows):
                # The body in a wrapper of its own after its headline in another.
                run.node = piece.node
                _take_up(run, piece)
            else:
                yield from _closed(run)
                run = piece
            if run.prose >= SHORT_BODY or run.head is None:
                yield run
                run = None
        elif run is None:
            run = piece
            run.node = None
        else:
            _take_up(run, piece)
    yield from _closed(run)


def _makes_of_own(page: GuardedPage, node: Container) -> set[Signature]:
    """Return how the container is made in which the article's headline stands with its text.

    What is made alike and has no heading is the text going on, whatever stands between: it is no heading's body.
    """
    held = (item for item in node.items if isinstance(item, Container) and holds_title(page, item))
    return {page.signature(item) for item in held if page.paragraphs_in(item)}


def _closed(run: Piece | None) -> Iterator[Piece]:
    if run is not None:
        yield run


def _is_headline(page: GuardedPage, piece: Piece) -> bool:
    """Return whether an item is a heading and little else."""
    longest = 40 if page.level(piece.head) <= 3 else 12
    return piece.head is not None and piece.paragraphs == 0 and piece.last - piece.first < longest


def _is_below_headline(page: GuardedPage, run: Piece, piece: Piece) -> bool:
    """Return whether a heading is a byline or a kicker after a headline: these begin no new piece.

    What follows the heading of a shelf, "More articles", and its links is no part of it.
    """
    if run.head is None or run.paragraphs or _has_title(page, piece) or page.level(piece.head) < page.level(run.head):
        return False
    return not (page.level(piece.head) == page.level(run.head) and _is_shelf(page, run))


def _has_title(page: GuardedPage, piece: Piece) -> bool:
    return page.title is not None and piece.first <= page.title <= piece.last


def _take_up(run: Piece, piece: Piece) -> None:
    run.last = piece.last
    run.prose += piece.prose
    run.paragraphs += piece.paragraphs


def _insets(page: GuardedPage, node: Container) -> set[int]:
    """Return where boxes begin that announce other pages amid the lines of one text, which goes on after each.

    The lines around are made alike. A box that is made like the headline's begins the next article.
    """
    insets: set[int] = set()
    headers = {page.signature(item) for item in node.items if isinstance(item, Container) and holds_title(page, item)}
    before: set[Signature] = set()
    waiting: list[int] = []
    for item in node.items:
        made_as = _make_of_prose(page, item)
        if made_as is not None:
            if made_as in before:
                insets.update(waiting)
            before.add(made_as)
            waiting = []
        elif isinstance(item, Container) and page.signature(item) not in headers and _announces(page, item):
            if before:
                waiting.append(item.first)
        else:
            # A heading, or the line below one that names an author, a day or a section: the next article begins.
            waiting = []
    return insets


def _make_of_prose(page: GuardedPage, item: Container | int) -> Signature | None:
    """Return how a line of prose is made; None for anything else."""
    line = _line_of(item)
    return page.signature(page.segments[line].container) if line is not None and page.is_prose[line] else None


def _line_of(item: Container | int) -> int | None:
    """Return the segment that is all of an item, if it is one."""
    if isinstance(item, int):
        return item
    return item.first if item.first == item.last else None


def _announces(page: GuardedPage, item: Container) -> bool:
    """Return whether a box has a heading or a line that leads to another page, and little else."""
    head = _head_of(page, item)
    paragraphs = page.paragraphs_in(item)
    if paragraphs == 0 and item.first < item.last < item.first + _LONGEST_BOX:
        return any(page.is_permalink(page.segments[index]) for index in range(item.first, item.last + 1))
    if head is None or paragraphs > _LONGEST_TEASER or not page.is_permalink(page.segments[head]):
        return False
    return item.last > item.first or page.level(head) == PSEUDO_HEADING


def with_shelves(page: GuardedPage, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join to the heading of a shelf, "You may also like", the pieces under lower headings that follow it."""
    shelf: Piece | None = None
    for piece in pieces:
        has_title = _has_title(page, piece)
        if shelf is not None:
            is_below = piece.head is not None and page.level(piece.head) > page.level(shelf.head)
            if is_below and not has_title and piece.paragraphs <= _LONGEST_TEASER:
                shelf.last, shelf.node = piece.last, None
                shelf.prose += piece.prose
                shelf.paragraphs += piece.paragraphs
                continue
            yield shelf
        piece.is_shelf = not has_title and _is_shelf(page, piece)
        shelf = piece if piece.is_shelf else None
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


def _piece_of(page: GuardedPage, item: Container | int) -> tuple[Piece, bool]:
    """Return an item as a piece, and whether it is a container that may be an article by itself."""
    if isinstance(item, int):
        is_prose = page.is_prose[item]
        head = item if page.levels[item] is not None else None
        return Piece(item, item, None, head, len(page.segments[item].text) * is_prose, int(is_prose)), False
    piece = Piece(item.first, item.last, item, _head_of(page, item), page.prose_in(item), page.paragraphs_in(item))
    if page.title is not None and holds_title(page, item):
        # What stands above the headline does not make this the article's body.
        piece.head = page.title
        after = [len(page.segments[i].text) for i in range(page.title, item.last + 1) if page.is_prose[i]]
        piece.prose, piece.paragraphs = sum(after), len(after)
    core = item
    while len(core.items) == 1 and isinstance(core.items[0], Container):
        core = core.items[0]
    return piece, piece.paragraphs > (piece.head is None) and len(core.items) > 1


def _continues(page: GuardedPage, run: Piece, piece: Piece, own: Set[Signature]) -> bool:
    """Return whether a container with prose is the body to the headline, and at most the deck, that stand before it."""
    if run.head is None or run.head == page.title or _has_title(page, piece):
        return False
    if run.prose >= min(SHORT_BODY, piece.prose / 2):
        return False
    if piece.head is None and piece.node is not None and page.signature(piece.node) in own:
        return False
    return piece.head is None or page.level(piece.head) > page.level(run.head)


def _begins_row(page: GuardedPage, run: Piece, piece: Piece, rows: Mapping[Signature, int]) -> bool:
    """Return whether a container with a heading is the first of a row made alike, below the heading of a shelf."""
    if piece.node is None or piece.head is None or not _is_shelf(page, run):
        return False
    return rows[page.signature(piece.node)] > 1


def _head_of(page: GuardedPage, node: Container) -> int | None:
    """Return the heading with which a container opens: the highest of those before its second paragraph."""
    best = None
    paragraphs = 0
    last = min(node.last, node.first + 25, _end_of_opening(page, node))
    for index in range(node.first, last + 1):
        if page.levels[index] is not None:
            if page.level(index) < page.level(best):
                best = index
        elif page.is_prose[index]:
            paragraphs += 1
            if paragraphs == 2:
                break
    return best


def _end_of_opening(page: GuardedPage, node: Container) -> int:
    """Return the segment before the first container with a heading and prose of its own behind a paragraph."""
    has_prose = False
    for item in node.items:
        if has_prose and isinstance(item, Container) and page.paragraphs_in(item) and item.last < node.last:
            opening = range(item.first, min(item.last, item.first + _LONGEST_BOX) + 1)
            if any(page.levels[index] is not None for index in opening):
                return item.first - 1
        has_prose = has_prose or (page.paragraphs_in(item) > 0 if isinstance(item, Container) else page.is_prose[item])
    return node.last


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
        is_line = len(text) <= 160 and (page.levels[index] is not None or not ends_clause(text.rstrip("?!")))
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
