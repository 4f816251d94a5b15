"""How long a page's article may be.

Comes in: what a page gave. Goes out: the same, cut where it is longer than any article, with a warning.

The longest pieces of journalism have some 200,000 characters. A body of megabytes is a dump or an attack, and all that
comes after extract would pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from extractor.contract import ExtractionResult
from newsdesk.contracts import ArticleWarning, Block, Part
from newsdesk.words import count_words

LONGEST_BODY = 1_000_000
"""Characters."""


def bounded(result: ExtractionResult) -> ExtractionResult:
    """Return a result whose article has a body of at most :data:`LONGEST_BODY` characters."""
    article = result.article
    if len(article.article_body) <= LONGEST_BODY:
        return result
    body = _cut(article.article_body, LONGEST_BODY)
    quality = article.quality.model_copy(update={"warnings": (*article.quality.warnings, ArticleWarning.BODY_CUT)})
    shorter = article.model_copy(
        update={
            "article_body": body,
            "blocks": tuple(_blocks_within(article.blocks, LONGEST_BODY)),
            "parts": tuple(_parts_within(article.parts, LONGEST_BODY)),
            "word_count": count_words(body),
            "quality": quality,
        }
    )
    return replace(result, article=shorter)


def _blocks_within(blocks: Iterable[Block], left: int) -> Iterator[Block]:
    """Yield the blocks that fit, and of a text that does not fit its beginning."""
    for block in blocks:
        if len(block.text) > left:
            if block.items is None and block.rows is None and (text := _cut(block.text, left)):
                marks = tuple(mark for mark in block.marks if mark.end <= len(text))
                yield block.model_copy(update={"text": text, "marks": marks})
            return
        yield block
        left -= len(block.text) + 1


def _parts_within(parts: Iterable[Part], left: int) -> Iterator[Part]:
    for part in parts:
        if len(part.text) > left:
            return
        yield part
        left -= len(part.text) + 1


def _cut(text: str, longest: int) -> str:
    """Return the beginning of a text, up to the last space in its last thousand characters if there is one."""
    start = text[:longest]
    space = max(start.rfind(" ", longest - 1_000), start.rfind("\n", longest - 1_000))
    return start[:space].rstrip() if space > 0 else start
