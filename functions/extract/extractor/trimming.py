"""What is trimmed off a chosen body: lines that give themselves away by what they say.

Comes in: the segments that the classifier kept. Goes out: those that are no text of the article after all, and why.
Changes nothing.

The classifier judges how a page is built; it cannot know that a line says the headline again, or asks to subscribe. The
kinds of lines are those of :mod:`extractor.lines`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from extractor.lines import LineKind, kind_of_line
from extractor.reasons import DropReason
from extractor.segments import Segment
from newsdesk.words import count_words, words

SHORTEST_REPEATED_WORDS = 8
"""Shorter lines may well be said twice: "He shook his head." """
LONGEST_PULL_QUOTE_WORDS = 60
SHORTEST_PULL_QUOTE_WORDS = 5
_MOSTLY_LINK = 0.4
_LONGEST_ABOUT_WORDS = 8
_MOST_ABOUT_SEGMENTS = 4
_MAXIMUM_SEGMENTS = 5_000

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_KINDS = {
    LineKind.TERMINATOR: DropReason.PAGE_FURNITURE,
    LineKind.SHARING: DropReason.PAGE_FURNITURE,
    LineKind.LEGAL: DropReason.PAGE_FURNITURE,
    LineKind.SHELF: DropReason.FOREIGN_TEASER,
    LineKind.PROMOTION: DropReason.PROMOTION,
    LineKind.CREDIT: DropReason.CAPTION,
}
_EDGE_KINDS = {LineKind.BYLINE: DropReason.BYLINE}
_SEE_ALSO = re.compile(
    r"(?:also )?(?:see|read|watch|listen|related|more|recommended|also|lesen sie|mehr|siehe|lire|voir|leer|ver|leggi|leia)"
    r"(?: \w+){0,4} ?[:：|>»].*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:about|über|à propos d\w+|acerca de|sobre)\b.*", re.IGNORECASE)


def trimmings(
    segments: Sequence[Segment], kept: Sequence[int], titles: Iterable[str], decks: Iterable[str | None]
) -> dict[int, DropReason]:
    """Return which of the kept segments are to be cut after all, and why.

    Parameters
    ----------
    segments : sequence of Segment
        All of the page's.
    kept : sequence of int
        Those that are the body so far, in order.
    titles : iterable of str
        What the page calls its article.
    decks : iterable of str or None
        What it says below its title, or in place of a summary.
    """
    chosen = [segments[index] for index in kept[:_MAXIMUM_SEGMENTS]]
    kinds = {segment.index: kind_of_line(segment.text) for segment in chosen}
    cut: dict[int, DropReason] = {}
    for judged in (
        _repeated_heads(chosen, kinds, {*map(_folded, titles)}, {_folded(deck) for deck in decks if deck}),
        _telling_lines(chosen, kinds),
        _comments(chosen, kinds),
        _shelves(chosen, kinds),
        _about(chosen),
        _said_twice(chosen),
    ):
        for index, reason in judged:
            cut.setdefault(index, reason)
    left = sum(count_words(segment.text) for segment in chosen if segment.index not in cut)
    # A page of nothing but such lines is not understood better by emptying it.
    return cut if left * 4 >= sum(count_words(segment.text) for segment in chosen) else {}


def _repeated_heads(
    chosen: Sequence[Segment], kinds: dict[int, LineKind], titles: Collection[str], decks: Collection[str]
) -> Iterator[tuple[int, DropReason]]:
    """Yield title, deck, by-line and date above the first paragraph."""
    for segment in chosen:
        folded = _folded(segment.text)
        if folded in titles or (folded in decks and segment.tag in _HEADINGS):
            yield segment.index, DropReason.REPEATED
        elif kinds[segment.index] in _EDGE_KINDS:
            yield segment.index, _EDGE_KINDS[kinds[segment.index]]
        elif kinds[segment.index] is LineKind.PROSE and folded not in decks:
            return


def _telling_lines(chosen: Sequence[Segment], kinds: dict[int, LineKind]) -> Iterator[tuple[int, DropReason]]:
    for segment in chosen:
        reason = _KINDS.get(kinds[segment.index])
        if reason is not None:
            yield segment.index, reason
        elif segment.link_share >= _MOSTLY_LINK and _SEE_ALSO.fullmatch(segment.text):
            yield segment.index, DropReason.FOREIGN_TEASER
    for segment in reversed(chosen):
        if kinds[segment.index] in _EDGE_KINDS:
            yield segment.index, _EDGE_KINDS[kinds[segment.index]]
        elif kinds[segment.index] is LineKind.PROSE:
            return


def _comments(chosen: Sequence[Segment], kinds: dict[int, LineKind]) -> Iterator[tuple[int, DropReason]]:
    """Yield what follows a line such as "5 comments", once there was prose."""
    prose = 0
    for place, segment in enumerate(chosen):
        prose += kinds[segment.index] is LineKind.PROSE
        if kinds[segment.index] is LineKind.COMMENTS and prose >= 2:
            yield from ((other.index, DropReason.COMMENTS) for other in chosen[place:])
            return


def _shelves(chosen: Sequence[Segment], kinds: dict[int, LineKind]) -> Iterator[tuple[int, DropReason]]:
    """Yield the teasers below a line such as "You may also like": headings, and what has links."""
    is_shelf = False
    for segment in chosen:
        if kinds[segment.index] is LineKind.SHELF:
            is_shelf = True
        elif is_shelf and (segment.links or segment.tag in _HEADINGS):
            yield segment.index, DropReason.FOREIGN_TEASER
        else:
            is_shelf = False


def _about(chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield what a site, a company or an author says of itself at the end, below a heading "About …"."""
    for place in range(max(1, len(chosen) - _MOST_ABOUT_SEGMENTS), len(chosen)):
        text = chosen[place].text
        if _ABOUT.fullmatch(text) and count_words(text) <= _LONGEST_ABOUT_WORDS and text[-1] not in ".?!…":
            yield from ((segment.index, DropReason.PROMOTION) for segment in chosen[place:])
            return


def _said_twice(chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield what was said word for word before, and quotes pulled out of a paragraph."""
    said: set[str] = set()
    folded = [_folded(segment.text) for segment in chosen]
    whole = "\n".join(folded)
    for segment, text in zip(chosen, folded, strict=True):
        size = text.count(" ") + 1
        if size >= SHORTEST_REPEATED_WORDS and text in said:
            yield segment.index, DropReason.REPEATED
        elif (
            SHORTEST_PULL_QUOTE_WORDS <= size <= LONGEST_PULL_QUOTE_WORDS
            and segment.tag not in _HEADINGS
            and (f"{text} " in whole or f" {text}" in whole)
        ):
            yield segment.index, DropReason.REPEATED
        said.add(text)


def _folded(text: str) -> str:
    return " ".join(words(text.casefold()))
