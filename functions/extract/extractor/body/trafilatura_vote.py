"""What others take for the body: trafilatura, and the page's structured data.

Comes in: a page's tree or a text. Goes out: a text, or which share of each segment is in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.xml import xmltotxt

from extractor.html import Element
from extractor.text import TOKEN

_SHINGLE = 3


def trafilatura_text(tree: Element) -> str:
    """Return the body that trafilatura finds without its fallbacks."""
    return _text_of(bare_extraction(tree, include_comments=False, fast=True))


def precise_trafilatura_text(tree: Element) -> str:
    """Return the body that trafilatura finds when it prefers precision to recall, fallbacks included."""
    return _text_of(bare_extraction(tree, include_comments=False, favor_precision=True))


def _text_of(document: object) -> str:
    if not isinstance(document, Document) or document.body is None:
        return ""
    return str(xmltotxt(document.body, include_formatting=False))


def shares_in(tokens: Sequence[Sequence[str]], text: str) -> list[float]:
    """Return which share of each segment's words a text has in the same order, in runs of three."""
    words = TOKEN.findall(text)
    runs = {length: set(zip(*(words[i:] for i in range(length)), strict=False)) for length in range(1, _SHINGLE + 1)}
    return [_share(segment, runs) for segment in tokens]


def _share(words: Sequence[str], runs: dict[int, set[tuple[str, ...]]]) -> float:
    length = min(_SHINGLE, len(words))
    if not length:
        return 0.0
    known = runs[length]
    own = list(zip(*(words[i:] for i in range(length)), strict=False))
    return sum(run in known for run in own) / len(own)
