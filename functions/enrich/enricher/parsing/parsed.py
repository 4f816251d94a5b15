"""A parsed text with what the search for speech asks of it again and again.

Comes in: the body and spaCy's analysis of it. Goes out: the same, with paragraphs and the way between tokens and code
points.

Text is taken from the body: the analysis may have read it otherwise (see :func:`enricher.parsing.parser.parse`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from enricher.text import dateline_ends

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Span = tuple[int, int]

NOMINAL = frozenset({"NOUN", "PROPN", "PRON"})
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
SENTENCE_ENDS = frozenset({".", "?", "!"})

MISREAD_LEMMAS = {"hop": "hope", "found": "find", "felt": "feel", "saw": "see"}
"""What the model's lemmatizer makes of some forms, and what a report means by them."""


class ParsedText:
    """A parse, as much of the body as was parsed, and the number of each token's paragraph."""

    def __init__(self, doc: Doc, body: str) -> None:
        self.doc = doc
        self.text = body[: len(doc.text)]
        self._starts = [token.idx for token in doc]
        self._after_datelines = {self.tokens(end, end + 1)[0] for end in dateline_ends(self.text)}

    @cached_property
    def paragraph(self) -> list[int]:
        """For each token the number of its paragraph."""
        numbers, current = [], 0
        for token in self.doc:
            numbers.append(current)
            if token.is_space and "\n" in token.text:
                current += 1
        return numbers

    def tokens(self, begin: int, end: int) -> Span:
        """Return the tokens that a span of code points touches."""
        return max(0, bisect_right(self._starts, begin) - 1), bisect_left(self._starts, end)

    def characters(self, span: Span) -> Span:
        """Return the code points of a span of tokens."""
        last = self.doc[span[1] - 1]
        return self.doc[span[0]].idx, last.idx + len(last)

    def sentence_begin(self, last: int, floor: int = 0) -> int:
        """Return where the sentence that ends with a token begins, by its paragraph, dateline and full stops."""
        begin = last
        while begin > floor and self.paragraph[begin - 1] == self.paragraph[last]:
            if self.doc[begin - 1].text in SENTENCE_ENDS or begin in self._after_datelines:
                break
            begin -= 1
        return begin


def lemma_of(token: Token) -> str:
    """Return the dictionary form in lower case."""
    lemma = token.lemma_.lower()
    return MISREAD_LEMMAS.get(lemma, lemma)
