"""Names in sentences of our own writing: found, typed, and no surer than they should be.

Comes in: ``names.txt``, a sentence a line, its names marked as ``[[TYPE|name]]``; rules were written with it in view.
Goes out: assertions.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from enricher.composer import analysis_of
from enricher.entities import EntitiesEnricher
from enricher.places import Gazetteer
from enricher.ports import Document
from newsdesk.contracts import SURE, Enrichment, Language

pytestmark = pytest.mark.slow

SENTENCES = Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
ENGLISH = Enrichment(language=Language(code="en", confidence=1.0))
LEAST_F1, LEAST_OF_SURE, LEAST_OF_OTHERS = 0.90, 0.92, 0.70
_MARK = re.compile(r"\[\[(\w+)\|([^]]+)\]\]")

Name = tuple[str, int, int]


@cache
def names() -> tuple[list[tuple[float | None, bool]], int]:
    """Return how sure each name is that was found and whether it is right, and how many are to be found."""
    gazetteer = Gazetteer.default()
    enricher = EntitiesEnricher(gazetteer.weight, gazetteer.has_oblast)
    found: list[tuple[float | None, bool]] = []
    to_be_found = 0
    for sentence in SENTENCES:
        body, gold = plain(sentence)
        to_be_found += len(gold)
        for entity in enricher.enrich(analysis_of(Document(body)), ENGLISH).entities:
            for mention in entity.mentions:
                found.append((entity.confidence, (entity.type, mention.begin, mention.end) in gold))
    return found, to_be_found


def plain(sentence: str) -> tuple[str, frozenset[Name]]:
    """Return a sentence without its marks, and its names."""
    body, marked, at = "", [], 0
    for mark in _MARK.finditer(sentence):
        body += sentence[at : mark.start()]
        marked.append((mark[1], len(body), len(body) + len(mark[2])))
        body += mark[2]
        at = mark.end()
    return body + sentence[at:], frozenset(marked)


def share(right: list[bool]) -> float:
    return sum(right) / len(right)


def test_names_are_found_and_typed() -> None:
    found, to_be_found = names()
    assert 2 * sum(right for _, right in found) / (len(found) + to_be_found) >= LEAST_F1


def test_sure_names_are_right_more_often_than_others() -> None:
    found, _ = names()
    sure = share([right for confidence, right in found if confidence is not None and confidence >= SURE])
    others = share([right for confidence, right in found if confidence is not None and confidence < SURE])
    assert sure >= LEAST_OF_SURE
    assert LEAST_OF_OTHERS <= others < sure
