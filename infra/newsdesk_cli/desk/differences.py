"""What two revisions of an article differ in, side by side, block by block and word by word.

Comes in: two articles. Goes out: rows for a table. The work is bounded, whatever the articles hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from newsdesk.contracts import Article

_AROUND = 1
"""Equal blocks that are shown beside a change."""
_MOST_BLOCKS = 3_000
_MOST_ROWS = 400
_MOST_WORDS = 1_500
"""In a block that is compared word by word; a longer one is shown whole."""
_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST_BLOCK = 20_000

Kind = Literal["same", "changed", "gone", "come", "skipped"]


@dataclass(frozen=True, slots=True)
class Span:
    """Some words, and whether the other side has them."""

    text: str
    is_shared: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One block on both sides; of skipped ones how many there are."""

    kind: Kind
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Two revisions, compared.

    Attributes
    ----------
    fields : tuple
        Names and both values of the fields that differ.
    is_cut : bool
        There is more than is shown.
    """

    fields: tuple[tuple[str, str, str], ...]
    rows: tuple[Row, ...]
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is no difference in what readers see."""
        return not self.fields and all(row.kind in ("same", "skipped") for row in self.rows)


def difference(before: Article, after: Article) -> Difference:
    """Return what two revisions differ in."""
    old, new = _blocks(before), _blocks(after)
    rows = tuple(_rows(old[:_MOST_BLOCKS], new[:_MOST_BLOCKS]))
    return Difference(
        fields=tuple(_fields(before, after)),
        rows=rows[:_MOST_ROWS],
        is_cut=len(rows) > _MOST_ROWS or max(len(old), len(new)) > _MOST_BLOCKS,
    )


def _blocks(article: Article) -> list[str]:
    texts = [block.text for block in article.blocks] or article.article_body.split("\n")
    return [text[:_LONGEST_BLOCK] for text in texts if text]


def _fields(before: Article, after: Article) -> Iterator[tuple[str, str, str]]:
    for name, old, new in (
        ("headline", before.headline, after.headline),
        ("second headline", before.alternative_headline, after.alternative_headline),
        ("description", before.description, after.description),
        ("section", before.article_section, after.article_section),
        ("authors", _names(before), _names(after)),
        ("published", before.date_published, after.date_published),
        ("modified", before.date_modified, after.date_modified),
        ("content", before.content_status.value, after.content_status.value),
        ("kind of text", before.article_type.value, after.article_type.value),
    ):
        if old != new:
            yield name, old or "", new or ""


def _names(article: Article) -> str:
    return ", ".join(person.name for person in article.author)


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (step, old_begin, old_end, new_begin, new_end) in enumerate(steps):
        if step == "equal":
            yield from _same(old[old_begin:old_end], is_first=number == 0, is_last=number == len(steps) - 1)
        else:
            yield from _replaced(old[old_begin:old_end], new[new_begin:new_end])


def _same(texts: Sequence[str], *, is_first: bool, is_last: bool) -> Iterator[Row]:
    head = 0 if is_first else _AROUND
    tail = 0 if is_last else _AROUND
    skipped = len(texts) - head - tail
    if skipped <= 1:
        yield from (_equal(text) for text in texts)
        return
    yield from (_equal(text) for text in texts[:head])
    yield Row("skipped", count=skipped)
    yield from (_equal(text) for text in texts[len(texts) - tail :])


def _equal(text: str) -> Row:
    return Row("same", (Span(text),), (Span(text),))


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    for number in range(max(len(old), len(new))):
        if number >= len(new):
            yield Row("gone", before=(Span(old[number], is_shared=False),))
        elif number >= len(old):
            yield Row("come", after=(Span(new[number], is_shared=False),))
        else:
            yield Row("changed", *_words(old[number], new[number]))


def _words(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > _MOST_WORDS:
        return (Span(old, is_shared=False),), (Span(new, is_shared=False),)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return (
        tuple(Span("".join(before[a:b]), step == "equal") for step, a, b, _, _ in steps if a < b),
        tuple(Span("".join(after[c:d]), step == "equal") for step, _, _, c, d in steps if c < d),
    )
