"""The clause that a verb of reporting takes, where the parse hangs it on something else.

Comes in: a verb without a clause of its own. Goes out: a span of tokens.

"Smith said after the vote he would stay" is read as "after he would stay", and "insists, most recently on Monday, that"
as two sentences. Certain words may stand between the verb and its clause: prepositions with their nouns, adverbs, and
whom it is said to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enricher.parsing import SUBJECTS, Span, lemma_of
from enricher.speech.reporting import SPEAKING
from enricher.speech.subjects import FINITE

if TYPE_CHECKING:
    from spacy.tokens import Token

_FARTHEST = 20
"""Tokens between a verb and its clause."""
_STOPS = frozenset(":;()—–―\"“”‘’'`")
_AUXILIARY = frozenset({"aux", "auxpass"})
_VERBS = frozenset({*FINITE, "MD", "VB", "VBG"})
_RELATIVE = frozenset({"WDT", "WP", "WP$"})
_TO_SOMEBODY = frozenset({"tell", "assure", "remind", "warn", "inform", "promise", "advise", "notify"})
_DEPENDENT = frozenset({"relcl", "acl"})


def loose_clause(verb: Token) -> Span | None:
    """Return the clause behind a verb that has none in the parse: one with "that", or with a subject of its own."""
    doc, commas = verb.doc, 0
    if any(child.dep_ == "xcomp" for child in verb.children):
        return None
    last = min(verb.sent.end, verb.i + _FARTHEST)
    subjects = {s.left_edge.i: s for s in doc[verb.i + 1 : last] if s.dep_ in SUBJECTS}
    for at in range(verb.i + 1, last):
        token = doc[at]
        if token.is_space or token.text in _STOPS or token.tag_ in _VERBS:
            return None
        commas += token.text == ","
        if token.lower_ == "that" and token.dep_ == "mark" and token.head.i > at:
            return (at, token.head.right_edge.i + 1) if _is_clause(token.head) else None
        if (subject := subjects.get(at)) is not None and subject.i < subject.head.i:
            opens = not commas % 2 and token.tag_ not in _RELATIVE and _opens_clause(subject.head, verb, at)
            return (at, subject.head.right_edge.i + 1) if opens else None
    return None


def _opens_clause(head: Token, verb: Token, at: int) -> bool:
    """Return whether the clause of a subject at some place, without "that", can be what a verb takes."""
    whom = head.head
    told = head.dep_ == "relcl" and whom.pos_ != "PRON" and whom.head.i == verb.i and lemma_of(verb) in _TO_SOMEBODY
    if head.i == verb.i or not (told or _is_clause(head)) or lemma_of(verb) not in SPEAKING:
        return False
    if any(child.dep_ == "dobj" and child.i < at for child in verb.children) and lemma_of(verb) not in _TO_SOMEBODY:
        return False
    return not any(verb.i < c.i < at and (c.dep_ == "mark" or c.tag_ in {"WRB", *_RELATIVE}) for c in head.children)


def _is_clause(verb: Token) -> bool:
    """Return whether a verb, or what helps it, has a tense, and tells of no noun."""
    tensed = verb.tag_ in FINITE or any(c.dep_ in _AUXILIARY and c.tag_ in {*FINITE, "MD"} for c in verb.children)
    return tensed and verb.dep_ not in _DEPENDENT
