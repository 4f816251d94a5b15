"""An extraction explained: every piece of the page, and whether and why it is in the article.

Comes in: the extraction of a page. Goes out: what a template shows of it, or a page of HTML in one file.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from newsdesk.contracts import DropReason, Extracted
from newsdesk.words import count_words
from newsdesk_cli.descriptions import described
from newsdesk_cli.pages.article import Field, fields_of
from newsdesk_cli.pages.rendering import render

if TYPE_CHECKING:
    from extractor.contract import ExtractionResult, JudgedSegment, JudgedStatement
    from newsdesk_cli.single_page import Observation

_LONGEST_SHOWN_RUN = 2
"""Up to this many dropped pieces in a row are shown one by one; longer rows are folded."""
_LONGEST_PREVIEW = 110
_MOST_SHOWN = 10_000
_HIGHEST_CLEAN_LEAK_SCORE = 0.2
_DECISIONS = ("kept", "uncertain", "dropped")
_TAGS = {
    "heading": frozenset({"h1", "h2", "h3", "h4", "h5", "h6"}),
    "quote": frozenset({"blockquote"}),
    "item": frozenset({"li", "dd", "dt"}),
}


@dataclass(frozen=True, slots=True)
class JudgedPiece:
    """A piece of the page.

    Attributes
    ----------
    is_in : bool
        Whether its text is in the article.
    """

    segment: JudgedSegment
    is_in: bool

    @property
    def is_dropped(self) -> bool:
        """Whether it was dropped for sure."""
        return self.segment.decision == "dropped"

    @property
    def classes(self) -> str:
        """How it is drawn."""
        kinds = (kind for kind in _TAGS if self.segment.tag in _TAGS[kind])
        return " ".join((self.segment.decision, "in" if self.is_in else "out", *kinds))


@dataclass(frozen=True, slots=True)
class PieceRun:
    """Neighbouring pieces; of a long row of dropped ones also the line that they fold into."""

    pieces: tuple[JudgedPiece, ...]
    summary: str | None = None
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """A fact in short, and whether it is good."""

    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DecisionShare:
    """How much of the page was judged alike."""

    decision: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class DropCount:
    """How much was dropped for a reason."""

    reason: str
    meaning: str
    pieces: int
    words: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a template shows of an extraction."""

    title: str
    source: str
    badges: tuple[Badge, ...]
    shares: tuple[DecisionShare, ...]
    runs: tuple[PieceRun, ...]
    left_out: int
    fields: tuple[tuple[Field, tuple[JudgedStatement, ...]], ...]
    absent: tuple[str, ...]
    warnings: tuple[str, ...]
    drops: tuple[DropCount, ...]
    parts: tuple[tuple[str, int], ...]


def explanation_page(source: str, seen: Observation) -> str:
    """Return the page that explains an extraction, in one file that loads nothing.

    Parameters
    ----------
    source : str
        The file or the URL, as a person would name it.
    seen : Observation
        Its extraction, with :attr:`ExtractionResult.judged`.
    """
    return render("explanation_alone.html", explanation=explained(source, seen))


def explained(source: str, seen: Observation) -> Explanation:
    """Return what a page shows of an extraction; see :func:`explanation_page`."""
    article = seen.result.article if seen.result is not None else None
    pieces = _pieces(seen.result)
    known, absent = fields_of(article) if article is not None else ((), ())
    statements = seen.result.statements if seen.result is not None else ()
    return Explanation(
        title=(article.headline if article is not None else None) or "Without a headline",
        source=source,
        badges=tuple(_badges(seen)),
        shares=tuple(_shares(pieces)),
        runs=tuple(_runs(pieces[:_MOST_SHOWN])),
        left_out=max(0, len(pieces) - _MOST_SHOWN),
        fields=tuple((field, tuple(_lost(statements, field.name))) for field in known),
        absent=absent,
        warnings=article.quality.warnings if article is not None else (),
        drops=tuple(_drops(pieces)),
        parts=tuple(_parts(article)) if article is not None else (),
    )


def _pieces(result: ExtractionResult | None) -> tuple[JudgedPiece, ...]:
    if result is None:
        return ()
    body = " ".join(result.article.article_body.split())
    return tuple(
        JudgedPiece(segment, segment.reason is None and (segment.decision == "kept" or segment.text in body))
        for segment in result.judged
    )


def _badges(seen: Observation) -> Iterator[Badge]:
    yield Badge("good", "outcome", "article") if seen.reason is None else Badge("bad", "outcome", seen.reason)
    if seen.result is None:
        return
    article = seen.result.article
    status = article.content_status.value
    yield Badge("good" if status == "full" else "fair", "content", status)
    yield Badge("", "type", article.article_type.value)
    yield Badge("", "words", f"{article.word_count:,}")
    leak = article.quality.leak_score
    if leak is not None:
        yield Badge("good" if leak <= _HIGHEST_CLEAN_LEAK_SCORE else "fair", "leak score", f"{leak:.2f}")


def _shares(pieces: Sequence[JudgedPiece]) -> Iterator[DecisionShare]:
    characters, counted = Counter[str](), Counter[str]()
    for piece in pieces:
        characters[piece.segment.decision] += len(piece.segment.text)
        counted[piece.segment.decision] += 1
    total = max(1, characters.total())
    for decision in _DECISIONS:
        yield DecisionShare(decision, counted[decision], characters[decision] / total)


def _runs(pieces: Iterable[JudgedPiece]) -> Iterator[PieceRun]:
    for is_dropped, group in groupby(pieces, lambda piece: piece.is_dropped):
        run = tuple(group)
        yield _folded(run) if is_dropped and len(run) > _LONGEST_SHOWN_RUN else PieceRun(run)


def _folded(run: tuple[JudgedPiece, ...]) -> PieceRun:
    counted = Counter(piece.segment.reason or "no reason given" for piece in run).most_common()
    preview = " · ".join(piece.segment.text[:_LONGEST_PREVIEW] for piece in run[:_LONGEST_PREVIEW])
    if len(preview) > _LONGEST_PREVIEW:
        preview = preview[:_LONGEST_PREVIEW].rstrip() + " …"
    return PieceRun(run, ", ".join(f"{reason} {number}" for reason, number in counted), preview)


def _lost(statements: Sequence[JudgedStatement], name: str) -> Iterator[JudgedStatement]:
    return (statement for statement in statements if statement.field == name and statement.reason is not None)


def _drops(pieces: Iterable[JudgedPiece]) -> Iterator[DropCount]:
    pieces_of, words_of = Counter[str](), Counter[str]()
    for piece in pieces:
        if piece.segment.reason is not None:
            pieces_of[piece.segment.reason] += 1
            words_of[piece.segment.reason] += count_words(piece.segment.text)
    if not pieces_of:
        return
    meanings = described(DropReason)
    for reason, number in pieces_of.most_common():
        yield DropCount(reason, meanings.get(reason, ""), number, words_of[reason])


def _parts(article: Extracted) -> Iterator[tuple[str, int]]:
    for part in article.parts:
        yield part.headline or textwrap.shorten(part.text, 80, placeholder=" …"), count_words(part.text)
