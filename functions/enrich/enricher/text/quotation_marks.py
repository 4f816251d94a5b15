"""Where a text quotes: the spans between quotation marks, in any script.

Comes in: a text. Goes out: its outermost quotations, in order. Knows no language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSED_BY = {
    "“": "”",
    "”": "”",
    "„": "“”",
    "‟": "”",
    '"': '"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "''": "''",
    "``": "''",
}
"""Which marks close what a mark opens: English, German, French, Swedish and Japanese use among others."""

_MARK = re.compile(r"(?<!')''(?!')|``|[“”„‟\"«»‹›「」『』]")
_LINE = re.compile(r"[^\n]+")
_BEFORE_OPENING = frozenset("([{—–-―/:,¡¿…")
_SINGLE_OPENING = re.compile(r"(?<![\w.,!?…”\"’'])[‘'](?=[\w“\"\[(¿¡$£€…])")
_SINGLE_CLOSING = re.compile(r"[’'](?!\w)")
_ELISION = re.compile(r"[‘'](?:\d0s\b|\d\d\b|em\b|til\b|cause\b|n\b|tis\b|twas\b|round\b|bout\b)", re.IGNORECASE)
_SENTENCE_MARKS = frozenset(",.?!…")
_SENTENCE_ENDS = frozenset('.?!…”"')
_FEWEST_WORDS_UNCLOSED = 4
"""Behind a sentence, where a stray mark is likelier than at the beginning of a paragraph."""
_LONGEST_SINGLE = 600
_MOST_PARAGRAPHS = 12
_EITHER_WAY = frozenset(['"', "''", *"”»«›‹“"])
_MIXED = ({'"', "“"}, {'"', "”"}, {'"', "„"}, {"''", "“"}, {"''", '"'})
"""Marks that careless typing pairs with each other."""


@dataclass(frozen=True)
class Quotation:
    """The text between two quotation marks, marks included; ``closed`` is false where the second is missing."""

    begin: int
    end: int
    closed: bool = True


def quotations(text: str) -> list[Quotation]:
    """Return the outermost quotations of a text, in order.

    A quotation ends with its paragraph, unless the next one opens with a mark again, as it does where somebody is
    quoted over several paragraphs. A mark that is not closed before the same one opens another quotation is no
    quotation. Single marks count where no others surround them; an apostrophe is none.
    """
    doubles = _outermost(text, list(_doubles(text)))
    singles = [
        single
        for begin, end in _gaps(doubles, len(text))
        for paragraph in _paragraphs(text, begin, end)
        for single in _singles(text, *paragraph)
    ]
    return sorted(doubles + singles, key=lambda quotation: quotation.begin)


def _outermost(text: str, doubles: list[Quotation]) -> list[Quotation]:
    """Return quotations in double marks, and in their place the single marks around them, as in ‘She said, “Go.”’.

    Single marks are around double ones only where they open a sentence and close behind its punctuation.
    """
    masked = list(text)
    for double in doubles:
        masked[double.begin : double.end] = ["\n" if c == "\n" else "x" for c in text[double.begin : double.end]]
    hidden = "".join(masked)
    around = [
        single
        for begin, end in _paragraphs(text, 0, len(text))
        for single in _singles(hidden, begin, end)
        if text[single.begin + 1].isupper()
        and text[single.end - 2] in _SENTENCE_MARKS
        and any(single.begin < double.begin and double.end < single.end for double in doubles)
    ]
    alone = [d for d in doubles if not any(single.begin < d.begin and d.end < single.end for single in around)]
    return sorted(alone + around, key=lambda quotation: quotation.begin) if around else doubles


def _paragraphs(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    yield from (line.span() for line in _LINE.finditer(text, begin, end) if not line[0].isspace())


def _doubles(text: str) -> Iterator[Quotation]:
    carried: tuple[int, str, int] | None = None  # begin and mark of a quotation that goes on, and for how long it has
    paragraphs = list(_paragraphs(text, 0, len(text)))
    for number, (begin, end) in enumerate(paragraphs):
        open_marks: list[tuple[int, str]] = []
        inner: list[Quotation] = []
        reached = begin
        if carried is not None:
            open_marks.append(carried[:2])
            reached = _skip_spaces(text, begin) + len(carried[1])
        for match in _MARK.finditer(text, reached, end):
            mark, at = match.group(), match.start()
            closes = bool(open_marks) and mark in _closing(open_marks[-1][1])
            if mark in _EITHER_WAY and closes and open_marks[-1][1] in (mark, "„"):
                closes = not (_opens(text, match) and not _ends(text, at))
            if closes:
                opened, opening = open_marks.pop()
                if not open_marks:
                    yield Quotation(opened, match.end())
                    inner = []
                elif len(open_marks) == 1 and open_marks[0][1] == opening:
                    inner.append(Quotation(opened, match.end()))
            elif len(open_marks) == 1 and {mark, open_marks[0][1]} in _MIXED and not _opens(text, match):
                yield Quotation(open_marks[0][0], match.end())
                open_marks = []
            elif mark in _CLOSED_BY and _opens(text, match):
                open_marks.append((at, mark))
        length = carried[2] + 1 if carried else 1
        carried = None
        if open_marks:
            at, mark = open_marks[0]
            following = paragraphs[number + 1][0] if number + 1 < len(paragraphs) else len(text)
            following = _skip_spaces(text, following)
            if text.startswith(mark, following) and length < _MOST_PARAGRAPHS:
                carried = (at, mark, length)
            else:
                yield from _unclosed(text, begin, end, at, [] if length > 1 else inner, goes_on=length > 1)


def _unclosed(
    text: str, begin: int, end: int, at: int, inner: list[Quotation], *, goes_on: bool
) -> Iterator[Quotation]:
    """Yield what is quoted in a paragraph whose first mark is never closed.

    Where the same mark opens again, nobody knows where the first one should have been closed: what it opened is no
    quotation, and what the others hold is. Else it goes on to the paragraph's end, where it is no stray mark.
    """
    opens_sentence = text[:at].rstrip()[-1:] in _SENTENCE_ENDS and len(text[at:end].split()) >= _FEWEST_WORDS_UNCLOSED
    if inner:
        yield from inner
    elif goes_on or opens_sentence or at == _skip_spaces(text, begin) or text[:at].rstrip()[-1:] in {":", ","}:
        yield Quotation(at, len(text[:end].rstrip()), closed=False)


def _closing(mark: str) -> tuple[str, ...]:
    closing = _CLOSED_BY[mark]
    return (closing,) if closing == "''" else tuple(closing)


def _opens(text: str, mark: re.Match[str]) -> bool:
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    free = not before or before.isspace() or before in _BEFORE_OPENING or before in _CLOSED_BY or before in "‘'"
    inward = mark.group() in "“„«「『‹``"
    return (free or inward) and bool(after) and (not after.isspace() or mark.group() in "«‹")


def _ends(text: str, at: int) -> bool:
    before = text[at - 1 : at]
    return bool(before) and not before.isspace() and before not in "([{"


def _singles(text: str, begin: int, end: int) -> Iterator[Quotation]:
    reached = begin
    while opening := _SINGLE_OPENING.search(text, reached, end):
        reached = opening.end()
        if _ELISION.match(text, opening.start()):
            continue
        closing = _closing_single(text, opening.end(), min(end, opening.end() + _LONGEST_SINGLE))
        if closing is not None:
            yield Quotation(opening.start(), closing)
            reached = closing


def _closing_single(text: str, begin: int, end: int) -> int | None:
    """Return where the quotation ends: at the first mark that is not a plural's apostrophe (the voters' choice)."""
    doubtful = None
    for match in _SINGLE_CLOSING.finditer(text, begin, end):
        before, after = text[match.start() - 1], text[match.end() : match.end() + 1]
        if before.isspace():
            continue
        if before in _SENTENCE_MARKS or before not in "sSn" or (after and after in ",.;:?!)—"):
            return match.end()
        doubtful = doubtful or match.end()
    return doubtful


def _gaps(taken: list[Quotation], length: int) -> Iterator[tuple[int, int]]:
    reached = 0
    for quotation in taken:
        yield reached, quotation.begin
        reached = quotation.end
    yield reached, length


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
