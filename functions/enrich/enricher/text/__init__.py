"""Text without a parse: quotation marks, sentences, datelines, names of persons, word lists, and an index of spans.

The bottom of the enricher.
"""

from __future__ import annotations

from enricher.text.datelines import dateline_ends
from enricher.text.interpolation import interpolated
from enricher.text.person_names import given_names, surnames
from enricher.text.quotation_marks import Quotation, quotations
from enricher.text.sentences import Span, sentences
from enricher.text.span_index import SpanIndex, Spanned
from enricher.text.word_lists import read_word_lists

__all__ = [
    "Quotation",
    "Span",
    "SpanIndex",
    "Spanned",
    "dateline_ends",
    "given_names",
    "interpolated",
    "quotations",
    "read_word_lists",
    "sentences",
    "surnames",
]
