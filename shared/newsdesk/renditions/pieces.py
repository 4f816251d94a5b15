"""A block in its pieces: the items of a list, the cells of a table, each with its marks.

Comes in: a block. Goes out: pieces of its text. A block that does not keep to the rules of its fields, as somebody else
may have made it, still gives all of its items and cells, only without marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsdesk.contracts import Article, Block, Mark

_DEEPEST = 10
"""The deepest level of an item; what stands deeper in the page is shown at it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text and the marks over it; a line end is one in the page, too."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: how deep it stands, and its number."""

    piece: Piece
    level: int = 0
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, its rows, and which cells are headers, by row and column."""

    caption: Piece | None
    rows: tuple[tuple[Piece, ...], ...]
    headers: frozenset[tuple[int, int]]


def whole_of(block: Block) -> Piece:
    """Return a block's text as one piece."""
    return Piece(block.text, block.marks)


def stripped(piece: Piece) -> Piece:
    """Return a piece without white space at its ends."""
    text = piece.text.strip()
    lead = len(piece.text) - len(piece.text.lstrip())
    if not lead:
        return Piece(text, piece.marks)
    moved = ((mark, max(0, mark.begin - lead), max(0, mark.end - lead)) for mark in piece.marks)
    return Piece(text, tuple(mark.model_copy(update={"begin": begin, "end": end}) for mark, begin, end in moved))


def items_of(block: Block) -> tuple[Item, ...]:
    """Return the items of a list; none stands more than one level below the one before it."""
    texts = block.items or ()
    pieces = _cut(block, texts, 0)
    levels, numbers = block.levels or (), block.numbers or ()
    items: list[Item] = []
    for place, piece in enumerate(pieces):
        deepest = items[-1].level + 1 if items else 0
        level = levels[place] if place < len(levels) else 0
        number = numbers[place] if place < len(numbers) else None
        items.append(Item(piece, max(0, min(level, deepest, _DEEPEST)), number))
    return tuple(items)


def grid_of(block: Block) -> Grid:
    """Return a table."""
    rows = block.rows or ()
    texts = [cell for row in rows for cell in row]
    filled = [text for text in texts if text]
    begin = len(block.text) - sum(map(len, filled)) - len(filled) + 1
    pieces = iter(_cut(block, filled, begin))
    cells = (next(pieces) if text else Piece("") for text in texts)
    placed = tuple(tuple(next(cells) for _ in row) for row in rows)
    caption = Piece(block.text[: begin - 1], _within(block.marks, 0, begin - 1)) if begin > 1 else None
    return Grid(caption, placed, frozenset(block.headers or ()))


def byline_of(article: Article) -> str:
    """Return who wrote an article, where it was published, and when."""
    names = ", ".join(person.name for person in article.author)
    publisher = article.publisher.name if article.publisher else None
    return " · ".join(part for part in (names, publisher, article.date_published) if part)


def paragraphs_of(article: Article) -> Sequence[str]:
    """Return the lines of an article that has no blocks."""
    return article.article_body.split("\n")


def _cut(block: Block, texts: Sequence[str], begin: int) -> Iterator[Piece]:
    """Yield the pieces of a block's text that stand one behind the other, as long as they are there."""
    marks = sorted(block.marks, key=lambda mark: mark.begin)
    place = 0
    for text in texts:
        end = begin + len(text)
        found = block.text[begin:end] if begin >= 0 else ""
        if found.replace("\n", " ") != text:
            yield Piece(text)
            continue
        own: list[Mark] = []
        while place < len(marks) and marks[place].begin < end:
            own.append(marks[place])
            place += 1
        yield Piece(found, _within(own, begin, end))
        begin = end + 1


def _within(marks: Iterable[Mark], begin: int, end: int) -> tuple[Mark, ...]:
    return tuple(
        mark.model_copy(update={"begin": mark.begin - begin, "end": mark.end - begin})
        for mark in marks
        if begin <= mark.begin and mark.end <= end
    )
