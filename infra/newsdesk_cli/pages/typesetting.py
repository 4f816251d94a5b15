"""An article's body as blocks of runs: what stands in it, and how each piece of it is marked.

Comes in: an article. Goes out: blocks for a template, a bounded part of the body at a time.

The marks of enrichment count characters of ``articleBody``; a block's text stands in there, in the order of the blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsdesk.contracts import Article, Block, BlockType, Mark, Media
from newsdesk.renditions import Grid, Piece, grid_of, is_safe, items_of, whole_of
from newsdesk_cli.marking import MarkedPiece, pieces_of, speaker_name, sure_part

LONGEST_PART = 150_000
"""Characters of the body that one page shows."""

_MOST_BLOCKS = 2_000
"""Blocks that one page shows."""

_ELEMENTS = {
    "strong": "strong",
    "emphasis": "em",
    "code": "code",
    "strikethrough": "s",
    "subscript": "sub",
    "superscript": "sup",
    "break": "br",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that are marked alike.

    Attributes
    ----------
    classes : str
        What enrichment found there, as classes of the style sheet; empty for nothing.
    note : str
        The same in words.
    elements : tuple of str
        What the page marks them as, as elements of HTML.
    url : str or None
        Where the page links them to.
    """

    text: str
    classes: str = ""
    note: str = ""
    elements: tuple[str, ...] = ()
    url: str | None = None


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class TypesetItem:
    """An item of a list."""

    line: Line
    level: int = 0
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    line: Line
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class TypesetBlock:
    """A block to be set.

    Attributes
    ----------
    line : Line
        Its text; of a table its caption, of a list nothing.
    items : tuple of TypesetItem
        Of a list.
    rows : tuple of rows
        Of a table.
    before, behind : tuple of Media
        Pictures and embeds, which are named and not loaded.
    """

    kind: str
    level: int
    line: Line = ()
    items: tuple[TypesetItem, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    before: tuple[Media, ...] = ()
    behind: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class TypesetBody:
    """A part of the body.

    Attributes
    ----------
    number, count : int
        Which part it is, from 1, and how many there are.
    """

    blocks: tuple[TypesetBlock, ...]
    number: int
    count: int


def typeset(article: Article, part: int = 1) -> TypesetBody:
    """Return a part of an article's body; one that there is not counts as the last."""
    parts = list(_parts(article.blocks or tuple(_paragraphs(article.article_body))))
    number = max(1, min(part, len(parts)))
    found = sure_part(article.enrichment)
    marker = _Marker(article.article_body, list(pieces_of(article.article_body, found)))
    for earlier in parts[: number - 1]:
        for block in earlier:
            marker.pass_over(block.text)
    blocks = tuple(_typeset(block, marker) for block in (parts[number - 1] if parts else ()))
    return TypesetBody(blocks, number, max(1, len(parts)))


def _paragraphs(body: str) -> Iterator[Block]:
    for line in body.split("\n"):
        if line.strip():
            yield Block(type=BlockType.PARAGRAPH, text=line)


def _parts(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    length = 0
    for block in _short(blocks):
        if part and (length + len(block.text) > LONGEST_PART or len(part) >= _MOST_BLOCKS):
            yield part
            part, length = [], 0
        part.append(block)
        length += len(block.text)
    if part:
        yield part


def _short(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks of which none is longer than a part; a longer one is cut, and loses its items or rows."""
    for block in blocks:
        if len(block.text) <= LONGEST_PART:
            yield block
            continue
        for begin in range(0, len(block.text), LONGEST_PART):
            text = block.text[begin : begin + LONGEST_PART]
            yield block.model_copy(update={"text": text, "items": None, "rows": None, "marks": ()})


def _typeset(block: Block, marker: _Marker) -> TypesetBlock:
    level = max(2, min(6, block.level or 2))
    before = tuple(medium for medium in block.media if not medium.is_behind)
    behind = tuple(medium for medium in block.media if medium.is_behind)
    if block.type is BlockType.LIST and block.items:
        items = tuple(TypesetItem(marker.line(item.piece), item.level, item.number) for item in items_of(block))
        return TypesetBlock("list", level, items=items, before=before, behind=behind)
    if block.type is BlockType.TABLE and block.rows:
        grid = grid_of(block)
        caption = marker.line(grid.caption) if grid.caption else ()
        return TypesetBlock("table", level, caption, rows=tuple(_rows(grid, marker)), before=before, behind=behind)
    return TypesetBlock(block.type.value, level, marker.line(whole_of(block)), before=before, behind=behind)


def _rows(grid: Grid, marker: _Marker) -> Iterator[tuple[Cell, ...]]:
    for row, cells in enumerate(grid.rows):
        yield tuple(
            Cell(marker.line(piece), is_header=(row, column) in grid.headers) for column, piece in enumerate(cells)
        )


class _Marker:
    """Finds where each text of the blocks stands in the body, one after the other, and how it is marked there."""

    def __init__(self, body: str, pieces: Sequence[MarkedPiece]) -> None:
        self._body = body
        self._pieces = pieces
        self._begins = [piece.begin for piece in pieces]
        self._position = 0

    def pass_over(self, text: str) -> None:
        """Go behind a text that is not shown."""
        self._find(text)

    def line(self, piece: Piece) -> Line:
        """Return a text with its marks; without those of enrichment where it does not stand in the body."""
        begin = self._find(piece.text)
        found = [(0, Found(piece.text))] if begin is None else list(self._found(begin, begin + len(piece.text)))
        return tuple(_runs(piece, found))

    def _find(self, text: str) -> int | None:
        found = self._body.find(text, self._position) if text else -1
        if found < 0:
            return None
        self._position = found + len(text)
        return found

    def _found(self, begin: int, end: int) -> Iterator[tuple[int, Found]]:
        """Yield what enrichment found between two places of the body, each from where on in the text."""
        for number in range(max(0, bisect_right(self._begins, begin) - 1), bisect_left(self._begins, end)):
            piece = self._pieces[number]
            first = max(begin, piece.begin)
            yield first - begin, Found(self._body[first : min(end, piece.end)], *_marks_of(piece))


@dataclass(frozen=True, slots=True)
class Found:
    """Characters in which enrichment found the same."""

    text: str
    classes: str = ""
    note: str = ""


def _runs(piece: Piece, found: Sequence[tuple[int, Found]]) -> Iterator[Run]:
    """Yield the runs of a text: it is cut where a mark of the page begins or ends, and where one of enrichment does."""
    marks = [mark for mark in piece.marks if mark.kind in _ELEMENTS or (mark.kind == "link" and is_safe(mark.url))]
    borders = sorted({at for mark in marks for at in (mark.begin, mark.end)})
    covering = _Covering(marks)
    for first, stretch in found:
        last = first + len(stretch.text)
        inner = borders[bisect_right(borders, first) : bisect_left(borders, last)]
        for begin, end in pairwise((first, *inner, last)):
            elements, url = covering.at(begin)
            yield Run(stretch.text[begin - first : end - first], stretch.classes, stretch.note, elements, url)


class _Covering:
    """Which marks cover a place; places are asked for in rising order."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._coming = sorted(marks, key=lambda mark: mark.begin, reverse=True)
        self._open: list[Mark] = []

    def at(self, place: int) -> tuple[tuple[str, ...], str | None]:
        """Return elements and a link."""
        while self._coming and self._coming[-1].begin <= place:
            self._open.append(self._coming.pop())
        self._open = [mark for mark in self._open if mark.end > place]
        url = next((mark.url for mark in reversed(self._open) if mark.kind == "link"), None)
        return tuple(dict.fromkeys(_ELEMENTS[mark.kind] for mark in self._open if mark.kind in _ELEMENTS)), url


def _marks_of(piece: MarkedPiece) -> tuple[str, str]:
    classes: list[str] = []
    notes: list[str] = []
    if piece.entity:
        classes += ["e", piece.entity.type.lower()]
        notes.append(" ".join(filter(None, (piece.entity.type, piece.entity.title, piece.entity.name))))
    if piece.quote:
        classes += ["q", piece.quote.kind]
        notes.append(f"{piece.quote.kind} quote of {speaker_name(piece.quote.speaker)}")
    classes += [name for name in (piece.role, "summary" if piece.in_summary else None) if name]
    return " ".join(classes), "; ".join(notes)
