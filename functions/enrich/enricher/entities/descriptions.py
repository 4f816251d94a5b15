"""What a text says that a name is: the insurer Morton Hale; Walter Moffat, a bakery in Leith; the ferry Margaret Ann.

Comes in: tokens, and the span of a name. Goes out: a type, where a noun beside the name tells it.
"""

from __future__ import annotations

from enricher.entities import names
from enricher.entities.tokens import NameSpan, Tokens

PERSON, ORG, PLACE, OTHER = "PERSON", "ORG", "PLACE", "OTHER"

_OPENING = frozenset({"the", '"', "“", "'", "‘"})
_CLAUSES = frozenset({"relcl", "ccomp", "advcl"})
_FARTHEST_APPOSITION, _FARTHEST_ATTRIBUTE = 10, 12


def noun_type(lemma: str) -> str | None:
    """Return what a noun tells of what it describes."""
    if lemma in names.PERSON_NOUNS:
        return PERSON
    if lemma in names.PLACE_NOUNS:
        return PLACE
    if lemma in names.ORGANISATION_NOUNS:
        return ORG
    return OTHER if lemma in names.THING_NOUNS else None


def described_as(tokens: Tokens, span: NameSpan) -> str | None:
    """Return what a noun in apposition, or behind "is", says that a name is, if it says that it is no person."""
    for at in (_noun_before(tokens, span), _apposed_before(tokens, span), _apposed_after(tokens, span)):
        described = _of_noun(tokens, at, span) if at is not None else None
        if described is not None:
            return described
    return None


def _of_noun(tokens: Tokens, at: int, span: NameSpan) -> str | None:
    if tokens.capital[at] or tokens.tag[at] not in ("NN", "NNS"):
        return None
    lemma = tokens.lemma[at]
    if lemma in names.BUSINESS_ROLES:
        personal = span.title is not None or tokens.text[span.start] in names.given_names()
        return None if personal else ORG
    described = noun_type(lemma)
    return None if described == PERSON else described


def _noun_before(tokens: Tokens, span: NameSpan) -> int | None:
    """Return the noun right before a name that it names, and of which the name is not the subject of a clause."""
    at = span.start - 1
    while at >= 0 and tokens.lower[at] in _OPENING:
        at -= 1
    return None if at < 0 or _is_of_a_clause(tokens, span, at) else at


def _is_of_a_clause(tokens: Tokens, span: NameSpan, noun: int) -> bool:
    """Return whether a name is the subject of a clause that hangs on the noun: the school Ann Roe attended closed."""
    root = root_of(tokens, span)
    verb = tokens.head[root]
    if tokens.dep[root] not in ("nsubj", "nsubjpass") or tokens.dep[verb] not in _CLAUSES:
        return False
    misread = tokens.head[noun] == noun or tokens.lemma[verb] == "be"  # there is no other clause
    return not (tokens.dep[verb] == "relcl" and misread)


def _apposed_before(tokens: Tokens, span: NameSpan) -> int | None:
    """Return the noun that a name stands behind, between commas: the contractor, Ansell Marine, was paid."""
    at = span.start - 1
    while at >= 0 and tokens.lower[at] in _OPENING:
        at -= 1
    closed = span.end < len(tokens) and tokens.text[span.end] in {",", ".", ";", ")", "—", "–"}
    if at < 1 or tokens.text[at] != "," or not closed:
        return None
    root = root_of(tokens, span)
    return at - 1 if tokens.dep[root] == "appos" or tokens.tag[at - 1] == "NN" else None


def _apposed_after(tokens: Tokens, span: NameSpan) -> int | None:
    for at in range(span.end + 1, min(span.end + _FARTHEST_APPOSITION, len(tokens))):
        if tokens.dep[at] == "appos" and span.start <= tokens.head[at] < span.end:
            return at
    return None


def root_of(tokens: Tokens, span: NameSpan) -> int:
    """Return the token of a name that the others hang on."""
    root = span.end - 1
    while tokens.head[root] != root and span.start <= tokens.head[root] < span.end:
        root = tokens.head[root]
    return root
