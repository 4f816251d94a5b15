"""A summary in the article's own sentences.

Comes in: the document, its language found, the parse of an English body. Goes out: at most three sentences of the body,
in its order, as spans.

News says first what matters most: the lead is the baseline that few summarisers beat (Nenkova, "Automatic text
summarization of newswire", 2005). So a sentence is the better the earlier it comes and the more of the words that the
whole text is about it has, and the worse the more it repeats of one already chosen (Carbonell, Goldstein, "The use of
MMR", 1998) or the more it needs the sentence before it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from enricher.parsing import PARSED_LANGUAGE
from enricher.ports import Analysis, NotApplicableError
from enricher.statistics.function_words import function_words
from enricher.statistics.language_words import table_for
from enricher.text import Span, sentences
from newsdesk.contracts import Enrichment, Mention
from newsdesk.words import words

MOST_SENTENCES = 3

_LONGEST_READ = 20_000
"""Characters: the lead decides, and the rest of a longer text says little more about its subject."""

_FEWEST_WORDS = 6
_MOST_WORDS = 70

_FUNCTION_WORD_RARITY = 6.0
"""Nats: a word more frequent than one in four hundred says nothing about the subject of a text."""
_RARITY_OF_ANY = 8.0

_LEAD = 1.0
_LEAD_SENTENCES = 3.0
"""What the first sentence gains; after this many sentences a third of it is left."""

_DEPENDENT = 0.35
_REPETITION = 0.8

_LEANS_ON_THE_ONE_BEFORE = re.compile(
    "[\"'“‘„«»”]|(?:He|She|It|They|This|That|These|Those|His|Her|Their|Its|But|And|So|However|Also|Meanwhile|Still|Then|"
    r"Instead|Moreover|Furthermore|Nevertheless|Yet|Or|There|Here|I|We|You|My|Our)\b"
)
_LONGEST_FURNITURE = 300
_FURNITURE = re.compile(
    r"^(?:read more|read also|see also|related|sign up|subscribe|follow us|click|share this|advertisement|"
    r"photo|photograph|image|picture|file photo|pictured|watch|listen|editor[’']s note|correction|copyright|©)\b"
    r"|\b(?:image (?:copyright|caption)|getty images|/\s?reuters|/\s?afp|/\s?ap photo|all rights reserved)\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class _Sentence:
    number: int
    span: Span
    words: frozenset[str]
    leans: bool


class SummaryEnricher:
    """Adds the sentences that say most of what the article says."""

    name = "summary"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the summary.

        Raises
        ------
        NotApplicableError
            The body has no whole sentence.
        """
        document = analysis.document
        language = found.language.code if found.language else ""
        begins = None
        if language == PARSED_LANGUAGE:
            begins = frozenset(sentence.start_char for sentence in analysis.parse(found).doc.sents)
        body = document.body[:_LONGEST_READ]
        candidates = _candidates(body, begins)
        if not candidates:
            raise NotApplicableError("no whole sentence")
        weights = _weights(candidates, document.headline or "", language)
        chosen = sorted(_choose(candidates, weights), key=lambda sentence: sentence.number)
        return Enrichment(
            summary=tuple(
                Mention(begin=begin, end=end, text=document.body[begin:end])
                for begin, end in (sentence.span for sentence in chosen)
            )
        )


def _candidates(body: str, begins: Collection[int] | None) -> list[_Sentence]:
    found: list[_Sentence] = []
    last_paragraph: Span | None = None
    for span, paragraph in sentences(body, begins):
        text = body[slice(*span)]
        listed = words(text)
        leans = _LEANS_ON_THE_ONE_BEFORE.match(text) is not None and bool(found)
        is_furniture = paragraph[1] - paragraph[0] < _LONGEST_FURNITURE and _FURNITURE.search(body, *paragraph)
        if _FEWEST_WORDS <= len(listed) <= _MOST_WORDS and not is_furniture:
            found.append(_Sentence(len(found), span, frozenset(word.lower() for word in listed), leans))
        last_paragraph = paragraph
    if last_paragraph is not None and last_paragraph[1] == _LONGEST_READ and len(found) > 1:
        found.pop()  # the paragraph was cut, and so perhaps the sentence
    return found


def _weights(candidates: Sequence[_Sentence], headline: str, language: str) -> dict[str, float]:
    """Return how much each word says about the subject of the text."""
    count = Counter(word for sentence in candidates for word in sentence.words)
    count.update(word for word in {word.lower() for word in words(headline)} if word in count)
    vocabulary = sorted(count)
    table = table_for(language)
    rarities = table.rarities(vocabulary, language) if table else [_RARITY_OF_ANY] * len(vocabulary)
    function = frozenset() if language == PARSED_LANGUAGE else function_words(language)
    return {
        word: math.log(count[word]) * rarity
        for word, rarity in zip(vocabulary, rarities, strict=True)
        if rarity >= _FUNCTION_WORD_RARITY and count[word] > 1 and word not in function
    }


def _choose(candidates: Sequence[_Sentence], weights: Mapping[str, float]) -> list[_Sentence]:
    content = {
        sentence.number: sum(weights.get(word, 0.0) for word in sorted(sentence.words)) / math.sqrt(len(sentence.words))
        for sentence in candidates
    }
    most = max(content.values()) or 1.0

    def score(sentence: _Sentence, chosen: Sequence[_Sentence]) -> float:
        lead = _LEAD * math.exp(-sentence.number / _LEAD_SENTENCES)
        repeated = max((_overlap(sentence, other, weights) for other in chosen), default=0.0)
        return content[sentence.number] / most + lead - _DEPENDENT * sentence.leans - _REPETITION * repeated

    chosen: list[_Sentence] = []
    while len(chosen) < min(MOST_SENTENCES, len(candidates)):
        remaining = [sentence for sentence in candidates if sentence not in chosen]
        chosen.append(max(remaining, key=lambda sentence: (score(sentence, chosen), -sentence.number)))
    return chosen


def _overlap(sentence: _Sentence, other: _Sentence, weights: Mapping[str, float]) -> float:
    shared = sum(weights.get(word, 0.1) for word in sorted(sentence.words & other.words))
    either = sum(weights.get(word, 0.1) for word in sorted(sentence.words | other.words))
    return shared / either if either else 0.0
