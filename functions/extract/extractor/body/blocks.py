"""From chosen segments to typed blocks.

Comes in: segments in document order. Goes out: blocks: paragraphs, headings, lists, tables, quotes, captions, code.

Neighbouring items of one list become one block, and so do the cells of one table; the text of a block has a line for
each of its segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractor.html import FIGURES, TABLES, Element, Segment
from newsdesk.contracts import Block, BlockType

_LISTS = frozenset({"ul", "ol", "dl", "menu"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_FARTHEST = 12
"""So many elements outwards are searched for a list, a table or a quote that a segment is part of."""
_CONTAINERS = {
    "table": BlockType.TABLE,
    "blockquote": BlockType.QUOTE,
    "figcaption": BlockType.CAPTION,
    "pre": BlockType.CODE,
} | dict.fromkeys(_LISTS, BlockType.LIST)


@dataclass(slots=True)
class _Group:
    """Neighbouring segments of one block."""

    type: BlockType
    container: Element
    level: int | None = None
    segments: list[Segment] = field(default_factory=list)


def blocks_of(segments: Iterable[Segment]) -> tuple[Block, ...]:
    """Return the blocks that segments make."""
    groups: list[_Group] = []
    for segment in segments:
        kind, container = _kind(segment.element)
        previous = groups[-1] if groups else None
        if previous and kind in _MERGED and previous.type is kind and previous.container is container:
            previous.segments.append(segment)
        else:
            groups.append(_Group(kind, container, _HEADINGS.get(segment.tag), [segment]))
    return tuple(_block(group) for group in groups)


def is_caption(segment: Segment) -> bool:
    """Return whether a segment tells what a picture shows."""
    return bool(segment.container.areas & FIGURES) and _kind(segment.element)[0] is BlockType.CAPTION


def data_table_of(segment: Segment) -> Element | None:
    """Return the table of data that a segment is a cell of."""
    if not segment.container.areas & TABLES:
        return None
    kind, container = _kind(segment.element)
    return container if kind is BlockType.TABLE else None


_MERGED = frozenset({BlockType.LIST, BlockType.TABLE})


def _kind(element: Element) -> tuple[BlockType, Element]:
    if element.tag in _HEADINGS:
        return BlockType.HEADING, element
    found: tuple[BlockType, Element] | None = None
    walked: Element | None = element
    for _ in range(_FARTHEST):
        if walked is None:
            break
        kind = _CONTAINERS.get(walked.tag)
        if kind is BlockType.TABLE and found is None and not _is_data(walked):
            return BlockType.PARAGRAPH, element
        if kind and (found is None or found[0] is kind is BlockType.LIST):
            found = kind, walked
        walked = walked.getparent()
    return found or (BlockType.PARAGRAPH, element)


def _is_data(table: Element) -> bool:
    """Return whether a table has data, rather than the page's layout, in it."""
    return table.find(".//table") is None and table.find(".//p/../p[3]") is None and table.find(".//td[2]") is not None


def _block(group: _Group) -> Block:
    text = "\n".join(segment.text for segment in group.segments)
    return Block(
        type=group.type,
        text=text,
        level=group.level if group.type is BlockType.HEADING else None,
        items=_lines(group.segments, "li") if group.type is BlockType.LIST else None,
        rows=_rows(group.segments) if group.type is BlockType.TABLE else None,
    )


def _lines(segments: Sequence[Segment], tag: str) -> tuple[str, ...]:
    """Return the texts of segments, those in one element of a name joined."""
    joined: list[tuple[Element, list[str]]] = []
    for segment in segments:
        owner = _owner(segment.element, tag)
        if joined and joined[-1][0] is owner:
            joined[-1][1].append(segment.text)
        else:
            joined.append((owner, [segment.text]))
    return tuple(" ".join(texts) for _, texts in joined)


def _rows(segments: Sequence[Segment]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[Element, list[Segment]]] = []
    for segment in segments:
        owner = _owner(segment.element, "tr")
        if rows and rows[-1][0] is owner:
            rows[-1][1].append(segment)
        else:
            rows.append((owner, [segment]))
    return tuple(tuple(segment.text for segment in row) for _, row in rows)


def _owner(element: Element, tag: str) -> Element:
    walked: Element | None = element
    for _ in range(_FARTHEST):
        if walked is None:
            break
        if walked.tag == tag:
            return walked
        walked = walked.getparent()
    return element
