"""An article's body as blocks of runs: what stands in it, and how each piece of it is marked.

Comes in: an article. Goes out: blocks for a template, a bounded part of the body at a time.

The marks of enrichment count characters of ``articleBody``; a block's text stands in there, in the order of the blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsdesk.contracts import Article, Block, BlockType
from newsdesk_cli.marking import Piece, pieces_of, speaker_name, sure_part

LONGEST_PART = 150_000
"""Characters of the body that one page shows."""

_MOST_BLOCKS = 2_000
"""Blocks that one page shows."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that are marked alike.

    Attributes
    ----------
    classes : str
        What covers them, as classes of the style sheet; empty for nothing.
    note : str
        The same in words.
    """

    text: str
    classes: str = ""
    note: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class TypesetBlock:
    """A block to be set.

    Attributes
    ----------
    lines : tuple of lines
        A list's items; of another block its text alone.
    rows : tuple of rows
        A table's cells.
    """

    kind: str
    level: int
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()


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
            yield block.model_copy(update={"text": text, "items": None, "rows": None})


def _typeset(block: Block, marker: _Marker) -> TypesetBlock:
    level = max(2, min(6, block.level or 2))
    if block.type is BlockType.LIST and block.items:
        return TypesetBlock("list", level, tuple(marker.line(item) for item in block.items))
    if block.type is BlockType.TABLE and block.rows:
        rows = tuple(tuple(marker.line(cell) for cell in row) for row in block.rows)
        return TypesetBlock("table", level, rows=rows)
    return TypesetBlock(block.type.value, level, (marker.line(block.text),))


class _Marker:
    """Finds where each text of the blocks stands in the body, one after the other, and how it is marked there."""

    def __init__(self, body: str, pieces: Sequence[Piece]) -> None:
        self._body = body
        self._pieces = pieces
        self._begins = [piece.begin for piece in pieces]
        self._position = 0

    def pass_over(self, text: str) -> None:
        """Go behind a text that is not shown."""
        self._find(text)

    def line(self, text: str) -> Line:
        """Return a text with its marks; without any where it does not stand in the body."""
        begin = self._find(text)
        if begin is None:
            return (Run(text),)
        return tuple(self._runs(begin, begin + len(text)))

    def _find(self, text: str) -> int | None:
        found = self._body.find(text, self._position) if text else -1
        if found < 0:
            return None
        self._position = found + len(text)
        return found

    def _runs(self, begin: int, end: int) -> Iterator[Run]:
        for number in range(max(0, bisect_right(self._begins, begin) - 1), bisect_left(self._begins, end)):
            piece = self._pieces[number]
            yield Run(self._body[max(begin, piece.begin) : min(end, piece.end)], *_marks_of(piece))


def _marks_of(piece: Piece) -> tuple[str, str]:
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
