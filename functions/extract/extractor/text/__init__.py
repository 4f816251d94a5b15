"""Text without markup: kinds of lines, the parts of a text, plain text, and the words that tell them apart.

Knows nothing of HTML. Above it stand ``html``, ``kinds``, ``metadata``, ``body`` and ``reading``.
"""

from __future__ import annotations

from extractor.text.content_hash import content_hash
from extractor.text.lines import SEE_ALSO, LineKind, is_furniture, kind_of_line
from extractor.text.parts import is_dashed, is_lead_in, is_time_line, listed_stories, split_parts, time_of
from extractor.text.placeholder import is_placeholder, speaks_of_placeholders
from extractor.text.plain_text import PlainText, clean_plain_text
from extractor.text.promotion import is_promotion
from extractor.text.series import Series
from extractor.text.stems import stems_of
from extractor.text.vocabulary import (
    BY_WORDS,
    BYLINE_WORDS,
    CLOSING_MARKS,
    QUESTION_MARKS,
    READ_ON,
    TOKEN,
    UNSPACED,
    ends_clause,
    ends_sentence,
    fold,
    has_no_others,
    is_worded,
)

__all__ = [
    "BYLINE_WORDS",
    "BY_WORDS",
    "CLOSING_MARKS",
    "QUESTION_MARKS",
    "READ_ON",
    "SEE_ALSO",
    "TOKEN",
    "UNSPACED",
    "LineKind",
    "PlainText",
    "Series",
    "clean_plain_text",
    "content_hash",
    "ends_clause",
    "ends_sentence",
    "fold",
    "has_no_others",
    "is_dashed",
    "is_furniture",
    "is_lead_in",
    "is_placeholder",
    "is_promotion",
    "is_time_line",
    "is_worded",
    "kind_of_line",
    "listed_stories",
    "speaks_of_placeholders",
    "split_parts",
    "stems_of",
    "time_of",
]
