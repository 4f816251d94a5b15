"""Tables of data: what stands in which row and column.

Comes in: a table, and the segments of it that are kept. Goes out: its rows, and which of their cells are headers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from extractor.html import Element, Segment

MOST_CELLS_WITH_SPANS = 5_000
"""In a larger table, each cell stands beside the one before it, whatever it says of its width and height."""
_MOST_SPREAD = 10
"""And so in one whose rows have this many places for each cell; a colspan may say anything."""
_WIDEST, _HIGHEST = 200, 1_000
_LEVELS = 12
_HEADER_ROLES = frozenset({"columnheader", "rowheader"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each on one line, and the places of the header cells."""

    rows: tuple[tuple[str, ...], ...]
    headers: tuple[tuple[int, int], ...]


def table_of(table: Element, segments: Sequence[Segment]) -> Table:
    """Return a table, without the rows of which nothing is kept.

    A cell that covers several columns or rows stands in the first of them; the others are empty. A piece of text that
    is in no cell is a row of its own, unless it is the table's caption.
    """
    places = _places(table)
    rows: dict[int | Element, dict[int, list[str]]] = {}
    headers: list[tuple[int | Element, int]] = []
    for segment in segments:
        cell = _around(segment.element, ("td", "th", "caption"))
        if cell is not None and cell.tag == "caption":
            continue
        row, column = places.get(cell, (segment.element, 0)) if cell is not None else (segment.element, 0)
        texts = rows.setdefault(row, {}).setdefault(column, [])
        if not texts and cell is not None and _is_header(cell):
            headers.append((row, column))
        texts.append(segment.text)
    numbers = {row: number for number, row in enumerate(rows)}
    return Table(
        tuple(tuple(_line(cells)) for cells in rows.values()),
        tuple((numbers[row], column) for row, column in headers),
    )


def _line(cells: dict[int, list[str]]) -> Iterator[str]:
    return (" ".join(cells.get(column, ())) for column in range(max(cells) + 1))


def _places(table: Element) -> dict[Element, tuple[int, int]]:
    """Return the row and the column of each cell."""
    size = sum(1 for _ in islice(table.iter("td", "th"), MOST_CELLS_WITH_SPANS + 1))
    places = _spread(table, size * _MOST_SPREAD + _WIDEST) if size <= MOST_CELLS_WITH_SPANS else None
    return places if places is not None else _side_by_side(table)


def _side_by_side(table: Element) -> dict[Element, tuple[int, int]]:
    rows = enumerate(table.iter("tr"))
    return {cell: (row, column) for row, line in rows for column, cell in enumerate(line.iterchildren("td", "th"))}


def _spread(table: Element, most: int) -> dict[Element, tuple[int, int]] | None:
    """Return the places of cells that keep off what others cover; None when rows have more than so many places."""
    places: dict[Element, tuple[int, int]] = {}
    covered: dict[int, int] = {}
    for row, line in enumerate(table.iter("tr")):
        column = 0
        above, covered = covered, {column: rows - 1 for column, rows in covered.items() if rows > 1}
        for cell in line.iterchildren("td", "th"):
            while column in above:
                column += 1
            places[cell] = row, column
            width, height = _span(cell, "colspan", _WIDEST), _span(cell, "rowspan", _HIGHEST)
            if height > 1:
                covered |= dict.fromkeys(range(column, column + width), height - 1)
            column += width
        most -= max(column, len(covered))
        if most < 0:
            return None
    return places


def _span(cell: Element, name: str, most: int) -> int:
    stated = (cell.get(name) or "").strip()
    return min(most, max(1, int(stated))) if stated.isascii() and stated.isdecimal() and len(stated) < 5 else 1


def _is_header(cell: Element) -> bool:
    if cell.tag == "th" or cell.get("role") in _HEADER_ROLES:
        return True
    return any(outer.tag == "thead" for outer in islice(cell.iterancestors(), 2))


def _around(element: Element, tags: Sequence[str]) -> Element | None:
    return next(
        (step for step in islice(chain((element,), element.iterancestors()), _LEVELS) if step.tag in tags), None
    )
