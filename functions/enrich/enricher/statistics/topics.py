"""The topics of the article, on the top level of the IPTC Media Topics.

Comes in: the document, its language found. Goes out: at most three topics, best first, or none.

Each word of ``topics.toml`` that the text has is evidence for its topic: more in the headline and at the beginning,
less for each time that it comes again. A topic that has enough of the evidence is given. Nothing here was learnt from
any text.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from enricher.ports import Analysis, Document, NotApplicableError
from newsdesk.contracts import Enrichment, Topic

_VOCABULARY = Path(__file__).with_name("topics.toml")

LANGUAGE = "en"
MOST_TOPICS = 3

_LONGEST_READ = 20_000
"""Characters; an article has named its subject by then."""

_LONGEST_ENTRY = 3
_WEIGHTS = {"3": 3.0, "2": 1.4, "1": 0.4}

_HEADLINE = 2.5
_BEGINNING = 1.5
_WORDS_OF_BEGINNING = 60

_LEAST_EVIDENCE = 4.0
_EVIDENCE_BY_LENGTH = 0.35
"""The evidence that a topic needs, at least and for each square root of a word: chance finds more in a longer text."""

_LEAST_SHARE = 0.18
_LEAST_OF_BEST = 0.5
"""A topic's share of all evidence, and of the best topic's, below which it is not given."""

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True)
class _Vocabulary:
    labels: Mapping[str, str]
    entries: Mapping[str, tuple[tuple[str, float], ...]]


class TopicsEnricher:
    """Adds the topics of an English text; none where there is too little evidence for any."""

    name = "topics"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the topics; a topic's score is its share of the evidence.

        Raises
        ------
        NotApplicableError
            The body is not English.
        """
        if found.language is None or found.language.code != LANGUAGE:
            raise NotApplicableError("the topics' words are English ones only")
        evidence, words = _evidence(analysis.document)
        total = sum(evidence.values())
        best = max(evidence.values(), default=0.0)
        least = _LEAST_EVIDENCE + _EVIDENCE_BY_LENGTH * math.sqrt(words)
        given = [
            Topic(id=topic, label=_vocabulary().labels[topic], score=round(amount / total, 4))
            for topic, amount in sorted(evidence.items(), key=lambda item: (-item[1], item[0]))
            if amount >= max(least, _LEAST_SHARE * total, _LEAST_OF_BEST * best)
        ]
        return Enrichment(topics=tuple(given[:MOST_TOPICS]))


def _evidence(document: Document) -> tuple[dict[str, float], int]:
    headline = _words(document.headline or "")
    body = _words(document.body[:_LONGEST_READ])
    weight: defaultdict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    for text, is_headline in ((headline, True), (body, False)):
        for entry, at in _matches(text):
            place = _HEADLINE if is_headline else _BEGINNING if at < _WORDS_OF_BEGINNING else 1.0
            weight[entry] = max(weight[entry], place)
            count[entry] += 1
    evidence: defaultdict[str, float] = defaultdict(float)
    for entry, times in count.items():
        for topic, strength in _vocabulary().entries[entry]:
            evidence[topic] += strength * weight[entry] * (1 + math.log(times))
    return dict(evidence), len(headline) + len(body)


def _words(text: str) -> list[str]:
    return [_POSSESSIVE.sub("", word) for word in _WORD.findall(text.lower())]


def _matches(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the vocabulary's entries in a text, of several at one place the longest."""
    entries = _vocabulary().entries
    at = 0
    while at < len(words):
        step = 1
        for length in range(min(_LONGEST_ENTRY, len(words) - at), 0, -1):
            head = " ".join((*words[at : at + length - 1], ""))
            entry = next((head + form for form in _base_forms(words[at + length - 1]) if head + form in entries), None)
            if entry is not None:
                yield entry, at
                step = length
                break
        at += step


@cache
def _suffixes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")))


def _base_forms(word: str) -> Iterator[str]:
    yield word
    for suffix, endings in _suffixes():
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 2:
            for ending in endings:
                yield stem + ending
            if suffix in {"ed", "ing"} and stem[-1] == stem[-2]:
                yield stem[:-1]


@cache
def _vocabulary() -> _Vocabulary:
    labels = {}
    entries: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for topic in tomllib.loads(_VOCABULARY.read_text(encoding="utf-8"))["topic"]:
        labels[topic["id"]] = topic["label"]
        for name, strength in _WEIGHTS.items():
            for entry in " ".join(topic[name].split()).split(", "):
                entries[entry].append((topic["id"], strength))
    return _Vocabulary(labels, {entry: tuple(topics) for entry, topics in entries.items()})
