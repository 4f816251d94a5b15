"""The one parse of a body, and what every search for speech and names asks of it.

Below it stands ``text``; above it ``entities``, ``places``, ``speech`` and ``statistics``.
"""

from __future__ import annotations

from enricher.parsing.parsed import NOMINAL, SENTENCE_ENDS, SUBJECTS, ParsedText, Span, lemma_of
from enricher.parsing.parser import LONGEST_PARSED_CHARACTERS, MODEL_VERSION, PARSED_LANGUAGE, parsed, seconds_of_work

__all__ = [
    "LONGEST_PARSED_CHARACTERS",
    "MODEL_VERSION",
    "NOMINAL",
    "PARSED_LANGUAGE",
    "SENTENCE_ENDS",
    "SUBJECTS",
    "ParsedText",
    "Span",
    "lemma_of",
    "parsed",
    "seconds_of_work",
]
