"""The tokens of a parsed text, and spans of them that are names.

Comes in: spaCy's analysis. Goes out: its attributes in plain lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enricher.entities import names
from enricher.parsing import is_in_dictionary

if TYPE_CHECKING:
    from spacy.tokens import Doc

_SCORE = re.compile(r"(?<![\d.,–-])\d{1,3}[ \xa0]?[-–][ \xa0]?\d{1,2}(?![\d.,%]*[\d%])(?![–-])")
"""The result of a match: 3-1."""

POSSESSIVES = frozenset({"'s", "’s", "'", "’", "´s", "`s"})
_BULLETS = frozenset("•·▪|*")
_DASHES = frozenset("-–—")
_SENTENCE_ENDS = frozenset('.?!:;,”"')
_LONGEST_HEADING = 10
_LONGEST_SMALL_WORD = 3
_CAPITALISED_SHARE = 0.8
QUOTES = frozenset("\"“”„«»'‘’`")


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A span of tokens that is a name.

    Attributes
    ----------
    start, end : int
        First token, and the one behind the last.
    label : str or None
        PERSON, ORG, PLACE, EVENT, PRODUCT, NORP or OTHER as the model had it, DOUBTFUL where it took what is no
        adjective for a nationality; none where it saw no name.
    title : tuple of int or None
        First token of the title that stands before the name, and the one behind its last.
    """

    start: int
    end: int
    label: str | None
    title: tuple[int, int] | None = None


class Tokens:
    """The attributes of a parsed text's tokens that are needed again and again."""

    def __init__(self, doc: Doc, written: str | None = None) -> None:
        """Read a parse; ``written`` is its text as the article has it, where headings were parsed in another case."""
        self.doc = doc
        self._written = doc.text if written is None else written
        self.body = doc.text
        self.text = [token.text for token in doc]
        self.lower = [text.lower() for text in self.text]
        self.tag = [token.tag_ for token in doc]
        self.dep = [token.dep_ for token in doc]
        self.head = [token.head.i for token in doc]
        self.lemma = [token.lemma_.lower() for token in doc]
        self.spaced = [bool(token.whitespace_) for token in doc]
        self.begin = [token.idx for token in doc]
        self.sentence_start = [bool(token.is_sent_start) for token in doc]
        self.sport = self._sport_by_sentence()
        self.capital = [text[:1].isupper() or (text[:1].isdigit() and text[-1:].isupper()) for text in self.text]
        self._mark_sentence_openings()
        self.in_heading = self._headings()
        self.uncapitalised = {text for text in self.text if text.islower()}

    def __len__(self) -> int:
        return len(self.text)

    def proper(self, index: int) -> bool:
        """Return whether a token is a capitalised proper noun."""
        return self.capital[index] and self.tag[index] in ("NNP", "NNPS")

    def end_of(self, index: int) -> int:
        """Return the code point behind a token."""
        return self.begin[index] + len(self.text[index])

    def is_title(self, index: int) -> bool:
        """Return whether a token is a title or an office: Dr., Senator, spokesman."""
        return self.lower[index].rstrip(".") in names.TITLES or self.lower[index] in names.OFFICES

    def is_known(self, start: int, end: int) -> bool:
        """Return whether tokens are the name of a widely known organisation."""
        return self.body[self.begin[start] : self.end_of(end - 1)] in names.ORGANISATIONS

    def _sport_by_sentence(self) -> list[int]:
        """Return for each token how strongly its sentence tells of sport, 2 where it surely does."""
        strengths: list[int] = []
        for sentence in self.doc.sents:
            words = names.SPORT_NOUNS.intersection(self.lower[sentence.start : sentence.end])
            strength = 2 * len(words) - len(words & names.WEAK_SPORT_NOUNS)
            if _SCORE.search(self.body, sentence.start_char, sentence.end_char):
                strength += 2
            strengths.extend([strength] * (sentence.end - sentence.start))
        return strengths

    def _mark_sentence_openings(self) -> None:
        """Count words behind a line break, a bullet, a dash that stands free or an opening mark as openings, too.

        They have a capital anyhow.
        """
        for index in range(1, len(self)):
            before = self.text[index - 1]
            parted = before in _DASHES and self.spaced[index - 1] and (index < 2 or self.spaced[index - 2])
            opened = self.sentence_start[index - 1] and before in QUOTES | _DASHES | {"("}
            if "\n" in before or before in _BULLETS or parted or opened:
                self.sentence_start[index] = True

    def _headings(self) -> list[bool]:
        """Return for each token whether its line is a heading: short, without a mark at its end, and of capitals."""
        flags: list[bool] = []
        line: list[int] = []
        for index in range(len(self) + 1):
            if index < len(self) and "\n" not in self.text[index]:
                line.append(index)
                continue
            words = [at for at in line if len(self.text[at]) > _LONGEST_SMALL_WORD and self.text[at][0].isalpha()]
            capitals = sum(not self._written[self.begin[at]].islower() for at in words)
            ends = bool(line) and self.text[line[-1]] in _SENTENCE_ENDS
            is_heading = not ends and 0 < len(line) <= _LONGEST_HEADING and capitals >= _CAPITALISED_SHARE * len(words)
            flags += [is_heading] * len(line) + [False] * (index < len(self))
            line = []
        return flags


def is_participle(word: str) -> bool:
    """Return whether a word in lower case is what somebody is doing: crossing, driving."""
    stem = word.removesuffix("ing")
    stems = (stem, f"{stem}e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem)
    return word != stem and any(is_in_dictionary(form, "verb") for form in stems)
