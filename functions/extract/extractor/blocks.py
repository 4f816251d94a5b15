"""The body as typed blocks.

Comes in: the body that trafilatura extracted, as its tree and as its text. Goes out: blocks in document order, whose
texts joined by newlines are the body, but for white space. Changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml.etree import _Element
from trafilatura.xml import xmltotxt

from extractor.charset import storable
from newsdesk.article import Block, BlockType

_TYPES = {
    "head": BlockType.HEADING,
    "list": BlockType.LIST,
    "quote": BlockType.QUOTE,
    "table": BlockType.TABLE,
    "code": BlockType.CODE,
}
_CONTAINERS = frozenset({"body", "div", "main", "article", "section"})
_HEADING_LEVEL = re.compile(r"h([1-6])")
_DEFAULT_HEADING_LEVEL = 2


def body_text(body: _Element | None) -> str:
    """Return trafilatura's plain text of a body, as its own text output has it."""
    return _clean(xmltotxt(body, include_formatting=False))


def typed_blocks(body: _Element, text: str) -> tuple[Block, ...]:
    """Return the blocks of a body; paragraphs by line where its tree does not add up to its text."""
    blocks = tuple(_blocks_of(body))
    if "".join("".join(block.text for block in blocks).split()) == "".join(text.split()):
        return blocks
    return line_blocks(text)


def line_blocks(text: str) -> tuple[Block, ...]:
    """Return one paragraph for each line."""
    return tuple(Block(type=BlockType.PARAGRAPH, text=line) for line in text.split("\n") if line.strip())


def _blocks_of(container: _Element) -> Iterator[Block]:
    yield from line_blocks(_clean(container.text or ""))
    for element in container:
        if element.tag in _CONTAINERS:
            yield from _blocks_of(element)
        else:
            yield from _block(element)
        if element.tail and element.tail.strip():
            yield from line_blocks(_clean(element.tail))


def _block(element: _Element) -> Iterator[Block]:
    tail, element.tail = element.tail, None
    text = body_text(element)
    element.tail = tail
    if not text:
        return
    block_type = _TYPES.get(element.tag, BlockType.PARAGRAPH)
    yield Block(
        type=block_type,
        text=text,
        level=_level(element) if block_type is BlockType.HEADING else None,
        items=_texts(element, "item") if block_type is BlockType.LIST else None,
        rows=tuple(_texts(row, "cell") for row in element.iter("row")) if block_type is BlockType.TABLE else None,
    )


def _level(heading: _Element) -> int:
    match = _HEADING_LEVEL.fullmatch(heading.get("rend") or "")
    return int(match[1]) if match else _DEFAULT_HEADING_LEVEL


def _texts(element: _Element, tag: str) -> tuple[str, ...]:
    return tuple(" ".join(_clean(" ".join(child.itertext())).split()) for child in element.iterchildren(tag))


def _clean(text: str) -> str:
    return storable(unicodedata.normalize("NFC", text)).strip()
