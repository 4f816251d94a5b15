"""From chosen segments to typed blocks.

Comes in: segments in document order. Goes out: blocks: paragraphs, headings, lists, tables, quotes, captions, code.

Neighbouring items of one list become one block, and so do the cells of one table; the text of a block has a line for
each of its segments. Code is one block with its lines and their indentation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from extractor.body.lists import LISTS, items_of
from extractor.body.tables import table_of
from extractor.html import FIGURES, HEADING_LEVELS, TABLES, Container, Element, Segment, preformatted_text
from extractor.text import ends_sentence
from newsdesk.contracts import Block, BlockType
from newsdesk.words import count_words

_FARTHEST = 12
"""So many elements outwards are searched for a list, a table or a quote that a segment is part of."""
_CONTAINERS = {
    "table": BlockType.TABLE,
    "blockquote": BlockType.QUOTE,
    "figcaption": BlockType.CAPTION,
    "pre": BlockType.CODE,
} | dict.fromkeys(LISTS, BlockType.LIST)


_CODE_NAME = re.compile(r"\b(?:code|lang(?:uage)?|highlight|brush|hljs|prettyprint|syntax)", re.IGNORECASE)
_CAPTION_NAME = re.compile(r"caption|credit|legend|photo|image|picture|bild|foto|figure|media", re.IGNORECASE)
_LONGEST_PICTURE_LINE = 300
_PICTURE_LEVELS, _MOST_PICTURE_LINES = 3, 3
_MOST_PICTURE_WORDS = 15
_FEWEST_ENTRIES = 3
_NUMBERED = re.compile(r"\W*\d+\W")
_NO_PICTURE_BOXES = frozenset(
    {"li", "td", "th", "dd", "dt", "blockquote", "body", "article", "main", "section", "aside"}
)
_READ_OF_CODE, _FEWEST_SPACES = 600, 7
"""Characters of a segment that are read to tell code from prose, since every segment is asked."""
_SENTENCE_BREAK = re.compile(r"[^\W\d_][.!?…]\s+[^\W\d_a-z]|[。！？]")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")


KnownWholes: TypeAlias = dict[Element, bool]
"""Tables and ``pre`` elements that were looked through, and whether they are data, or code: all of their pieces ask."""


@dataclass(slots=True)
class Group:
    """Neighbouring segments of one block."""

    type: BlockType
    container: Element
    level: int | None = None
    segments: list[Segment] = field(default_factory=list)


def blocks_of(segments: Iterable[Segment]) -> tuple[Block, ...]:
    """Return the blocks that segments make."""
    return tuple(block_of(group) for group in groups_of(segments))


def groups_of(segments: Iterable[Segment]) -> Sequence[Group]:
    """Return the segments of each block."""
    groups: list[Group] = []
    known: KnownWholes = {}
    for segment in segments:
        kind, container = _kind(segment, known)
        previous = groups[-1] if groups else None
        if previous and kind in _MERGED and previous.type is kind and previous.container is container:
            previous.segments.append(segment)
        else:
            groups.append(Group(kind, container, HEADING_LEVELS.get(segment.tag), [segment]))
    return groups


def is_caption(segment: Segment, known: KnownWholes) -> bool:
    """Return whether a segment tells what a picture shows."""
    return bool(segment.container.areas & FIGURES) and _kind(segment, known)[0] is BlockType.CAPTION


def picture_lines(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Yield the segments that have a small element to themselves and a picture, and so are its caption.

    They are called captions, or are single lines that are no sentence. Where three or more of these are made alike,
    they are the names of things that have pictures.
    """
    unnamed: defaultdict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        names = _names_beside_picture(segment)
        if names is not None and _CAPTION_NAME.search(names):
            yield segment
        elif names is not None and _is_mere_line(segment):
            unnamed[segment.container.path].append(segment)
    for alike in unnamed.values():
        if len(alike) < _FEWEST_ENTRIES:
            yield from alike


def _names_beside_picture(segment: Segment) -> str | None:
    """Return the names of a short line's element and of the small element that it shares with a picture."""
    if segment.container.areas & FIGURES or len(segment.text) > _LONGEST_PICTURE_LINE or segment.tag in HEADING_LEVELS:
        return None
    box: Container | None = segment.container
    for _ in range(_PICTURE_LEVELS):
        if box is None or box.last - box.first >= _MOST_PICTURE_LINES or box.tag in _NO_PICTURE_BOXES:
            return None
        if box.element.find(".//img") is not None or box.element.find(".//amp-img") is not None:
            return f"{box.element.get('class') or ''} {segment.element.get('class') or ''}"
        box = box.parent
    return None


def _is_mere_line(segment: Segment) -> bool:
    """Return whether a line is neither a sentence, nor the name of an entry in a list that has pictures."""
    text = segment.text
    is_entry = _NUMBERED.match(text) is not None or segment.strong_characters * 2 > len(text)
    return not is_entry and not ends_sentence(text) and count_words(text) <= _MOST_PICTURE_WORDS


def code_of(segment: Segment, known: KnownWholes) -> Element | None:
    """Return the ``pre`` of code that a segment is a part of."""
    kind, container = _kind(segment, known)
    return container if kind is BlockType.CODE else None


def data_table_of(segment: Segment, known: KnownWholes) -> Element | None:
    """Return the table of data that a segment is a cell of."""
    if not segment.container.areas & TABLES:
        return None
    kind, container = _kind(segment, known)
    return container if kind is BlockType.TABLE else None


_MERGED = frozenset({BlockType.LIST, BlockType.TABLE, BlockType.CODE})


def _kind(segment: Segment, known: KnownWholes) -> tuple[BlockType, Element]:
    if segment.tag in HEADING_LEVELS:
        return BlockType.HEADING, segment.element
    found: tuple[BlockType, Element] | None = None
    walked: Container | None = segment.container
    for _ in range(_FARTHEST):
        if walked is None:
            break
        kind = _CONTAINERS.get(walked.tag)
        if kind is not None:
            if kind is BlockType.TABLE and found is None and not _is_one(walked.element, _is_data, known):
                break
            is_code_of_prose = kind is BlockType.CODE and not _is_one(walked.element, _is_code, known)
            if not is_code_of_prose and (found is None or found[0] is kind is BlockType.LIST):
                found = kind, walked.element
        walked = walked.parent
    return found or (BlockType.PARAGRAPH, segment.element)


def _is_one(whole: Element, judge: Callable[[Element], bool], known: KnownWholes) -> bool:
    answer = known.get(whole)
    if answer is None:
        answer = known[whole] = judge(whole)
    return answer


def _is_data(table: Element) -> bool:
    """Return whether a table has data, rather than the page's layout, in it."""
    return table.find(".//table") is None and table.find(".//p/../p[3]") is None and table.find(".//td[2]") is not None


def _is_code(preformatted: Element) -> bool:
    """Return whether the line ends of a ``pre`` are its author's, and not those of a text that somebody wrapped."""
    if preformatted.find(".//code") is not None or _CODE_NAME.search(preformatted.get("class") or ""):
        return True
    parts = [part for part in _EMPTY_LINE.split(preformatted_text(preformatted, _READ_OF_CODE)) if part]
    prose = sum(len(part) for part in parts if part.count(" ") >= _FEWEST_SPACES and _has_sentence(part))
    return prose * 2 < sum(map(len, parts))


def _has_sentence(part: str) -> bool:
    return ends_sentence(part.rstrip()) or _SENTENCE_BREAK.search(part) is not None


def block_of(group: Group) -> Block:
    """Return the block that neighbouring segments make."""
    if group.type is BlockType.CODE and (code := preformatted_text(group.container)):
        return Block(type=BlockType.CODE, text=code)
    text = "\n".join(segment.text for segment in group.segments)
    if group.type is BlockType.LIST:
        return _list(text, group)
    if group.type is BlockType.TABLE:
        table = table_of(group.container, group.segments)
        return Block(type=BlockType.TABLE, text=text, rows=table.rows, headers=table.headers or None)
    return Block(type=group.type, text=text, level=group.level if group.type is BlockType.HEADING else None)


def _list(text: str, group: Group) -> Block:
    items = items_of(group.container, group.segments)
    levels, numbers = tuple(item.level for item in items), tuple(item.number for item in items)
    return Block(
        type=BlockType.LIST,
        text=text,
        items=tuple(item.text for item in items),
        levels=levels if any(levels) else None,
        numbers=numbers if any(number is not None for number in numbers) else None,
    )
