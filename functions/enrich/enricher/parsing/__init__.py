"""The one parse of a body, and what every search for speech and names asks of it.

Below it stands ``text``; above it ``ports`` and all enrichers.
"""

from __future__ import annotations

from enricher.parsing.attribution import Attribution, Construction
from enricher.parsing.parsed import NOMINAL, SENTENCE_ENDS, SUBJECTS, ParsedText, Span, lemma_of
from enricher.parsing.parser import (
    LONGEST_PARSED_CHARACTERS,
    MODEL_VERSION,
    PARSED_LANGUAGE,
    is_in_dictionary,
    parse,
    seconds_of_work,
)

__all__ = [
    "LONGEST_PARSED_CHARACTERS",
    "MODEL_VERSION",
    "NOMINAL",
    "PARSED_LANGUAGE",
    "SENTENCE_ENDS",
    "SUBJECTS",
    "Attribution",
    "Construction",
    "ParsedText",
    "Span",
    "is_in_dictionary",
    "lemma_of",
    "parse",
    "seconds_of_work",
]
