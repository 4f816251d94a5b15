"""Headings written as sentences are, so that the model reads them as such.

Comes in: a text, and what tells common words from names. Goes out: the same text, where a line is in capitals or in
Title Case in another case; nothing moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FEWEST_WORDS_OF_HEADING, _FEWEST_SHOUTED_WORDS = 2, 3
_LONGEST_SMALL_WORD = 4
"""Letters of the words that some headings leave in lower case: that, with."""
_CAPITALISED_SHARE = 0.8
_SENTENCE_ENDS = (".", "!", "?", "”", '"', ":", ";", ",")
_MOST_SHOUTED = 4_000
"""Characters of lines in capitals that are read twice; a text has few, unless it means harm."""
_VOWEL = re.compile(r"[AEIOUYÀ-ÖØ-Ý]")

CommonWords = Callable[[str], Iterable[tuple[int, int]]]
"""Returns where the words of lines in lower case stand that are no names."""


def with_plain_headings(text: str, common_words: CommonWords = lambda _: ()) -> str:
    """Return the text, its lines in capitals or in Title Case written as sentences are; nothing moves.

    A word of such a line loses its capital where the text has it without one elsewhere. Of a line all in capitals,
    common words lose it, too, and the other words keep the first; a word without vowels is an acronym, and stays as it
    is. The model takes every capitalised word for a name otherwise.
    """
    lines = text.split("\n")
    shouted = [number for number, line in enumerate(lines) if _is_shouted(line)]
    headings = [number for number, line in enumerate(lines) if _is_heading(line)]
    changed = {*headings, *shouted}
    if not changed:
        return text
    others = "\n".join(line for number, line in enumerate(lines) if number not in changed)
    plain = {word for word in _WORD.findall(others) if word.islower()}
    capitalised = {word for word in _WORD.findall(others) if not word.islower()}
    common = _common_by_line(lines, shouted, common_words)
    for number in changed:
        lines[number] = _plain(lines[number], plain, capitalised, common.get(number, frozenset()))
    return "\n".join(lines)


def _is_heading(line: str) -> bool:
    longer: list[str] = [word for word in _WORD.findall(line) if len(word) > _LONGEST_SMALL_WORD - 1]
    words = [word for word in longer if word[0].isupper() or len(word) > _LONGEST_SMALL_WORD]
    if line.isupper() or len(words) < _FEWEST_WORDS_OF_HEADING or line.rstrip().endswith(_SENTENCE_ENDS):
        return False
    return sum(word[0].isupper() for word in words) >= _CAPITALISED_SHARE * len(words)


def _is_shouted(line: str) -> bool:
    return line.isupper() and len(line.lower()) == len(line) and len(_WORD.findall(line)) >= _FEWEST_SHOUTED_WORDS


def _common_by_line(
    lines: Sequence[str], shouted: Sequence[int], common_words: CommonWords
) -> dict[int, frozenset[int]]:
    """Return where the common words of each line in capitals begin."""
    begins: dict[int, int] = {}
    length = 0
    for number in shouted:
        if length + len(lines[number]) <= _MOST_SHOUTED:
            begins[number] = length
            length += len(lines[number]) + 1
    found = {begin for begin, _ in common_words("\n".join(lines[number].lower() for number in begins))}
    return {
        number: frozenset(at - begin for at in found if begin <= at < begin + len(lines[number]))
        for number, begin in begins.items()
    }


def _plain(line: str, plain: set[str], capitalised: set[str], common: frozenset[int]) -> str:
    shouted = line.isupper()

    def rewritten(match: re.Match[str]) -> str:
        word = match[0]
        lower = word.lower()
        if len(lower) != len(word) or (shouted and word in capitalised):  # an acronym stays one
            return word
        if match.start() in common or (lower in plain and (shouted or word not in capitalised)):
            return lower
        if shouted and len(word) > 1 and not _VOWEL.search(word):
            return word
        return word[0] + lower[1:] if shouted else word

    return _WORD.sub(rewritten, line)
