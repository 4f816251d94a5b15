"""What a verb or noun of reporting takes: the tokens of a text that are what somebody said.

Comes in: tokens of a parse. Goes out: spans of tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from enricher.parsing import Span
from enricher.speech.reporting import PREPOSITION
from enricher.speech.subjects import FINITE, object_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Children = dict[str, list["Token"]]
"""The children of a token by their relation to it; nothing where it has none of a relation."""

_OF_THE_SPEAKER = frozenset({"comment", "named", "identified"})
_RELATIVE = frozenset({"who", "which", "whose", "whom"})
_INTERROGATIVE = frozenset({"WRB", "WP", "WP$", "WDT"})


def children_of(token: Token) -> Children:
    """Return the children of a token by their relation to it."""
    children: Children = defaultdict(list)
    for child in token.children:
        children[child.dep_].append(child)
    return children


def states(doc: Doc, begin: int, end: int) -> bool:
    """Return whether a content has a clause, or says what somebody or something is: the plan a mistake.

    A relative clause behind a comma tells more of a thing, and says nothing of it: the divers, who were late.
    """
    return any(
        _makes_clause(token, inside=begin <= token.head.i < end) and not _tells_more(token, begin, end)
        for token in doc[begin:end]
    )


def _tells_more(token: Token, begin: int, end: int) -> bool:
    """Return whether a token is of a relative clause behind a comma within some tokens."""
    while token.dep_ != "relcl" and begin <= token.head.i < end and token.head.i != token.i:
        token = token.head
    first = token.left_edge
    within = token.dep_ == "relcl" and begin < first.i and begin <= token.head.i
    return within and first.lower_ in _RELATIVE and token.doc[first.i - 1].text == ","


def _makes_clause(token: Token, *, inside: bool) -> bool:
    if token.tag_ in FINITE or token.tag_ == "MD" or (token.tag_ == "TO" and token.dep_ == "aux"):
        return True
    if inside:
        return False
    return token.pos_ == "VERB" or token.dep_ == "oprd" or (token.dep_ == "prep" and token.lower_ in {"as", "for"})


def extent(head: Token) -> Span:
    """Return a token with all that hangs on it."""
    return head.left_edge.i, head.right_edge.i + 1


def from_that(clause: Token) -> Span:
    """Return a clause without what the parse puts into it from before its "that": said, citing them, that."""
    begin, end = extent(clause)
    return next((c.i for c in clause.children if c.dep_ == "mark" and c.lower_ == "that"), begin), end


def questions(verb: Token, children: Children) -> Iterator[Span]:
    """Yield the clauses behind a verb that begin with "how", "whether", "that" and the like."""
    for clause in children["ccomp"]:
        first = clause.left_edge
        if clause.i > verb.i and (first.tag_ in _INTERROGATIVE or first.lower_ in {"whether", "that"}):
            yield from_that(clause)


def infinitive(children: Children, *, passive: bool) -> Span | None:
    """Return what somebody is asked, or wants, to do.

    Who declines to comment, or asks not to be named, says nothing.
    """
    first = next(iter(children["xcomp"]), None)
    if first is None or first.lower_ in _OF_THE_SPEAKER:
        return None
    begin, end = extent(first)
    whom = children["nsubjpass"] if passive else [thing for thing in children["dobj"] if thing.i < first.i]
    return (whom[0].left_edge.i if whom else begin), end


def gerund(children: Children) -> Span | None:
    """Return what somebody denies doing, or suggests to do."""
    return next((extent(word) for word in children["xcomp"] + children["ccomp"] if word.tag_ == "VBG"), None)


def naming(children: Children, *, passive: bool) -> Span | None:
    """Return a person or thing and what they are said to be."""
    named = children["dobj"] + children["nsubjpass"]
    said = children["oprd"] + children["ccomp"] + [word for word in children["prep"] if word.lower_ == "as"]
    if not said or not (named or children["ccomp"]):
        return None
    begins = [word.left_edge.i for word in named if not passive and not word.tag_.startswith("W")]
    return min(begins + [word.left_edge.i for word in said]), max(word.right_edge.i for word in said) + 1


def after_prepositions(lemma: str, children: Children) -> Iterator[Span]:
    """Yield what a verb takes after its prepositions, or after those of its object."""
    of_object = (word for thing in children["dobj"] for word in thing.rights if word.dep_ == "prep")
    for preposition in [*children["prep"], *of_object]:
        if preposition.lower_ not in PREPOSITION.get(lemma, ()):
            continue
        thing = next((child for child in preposition.children if child.dep_ in {"pobj", "pcomp"}), None)
        if thing is None or thing.ent_type_ in {"DATE", "TIME"}:
            continue
        begin, end = extent(thing)
        if lemma == "call":  # called on them to leave
            end = max(
                [end, *(w.right_edge.i + 1 for w in children["xcomp"] + children["advcl"] if w.left_edge.i == end)]
            )
        yield begin, end


def with_adjuncts(thing: Token, children: Children) -> Span:
    """Return an object with what it is criticized for or praised as."""
    begin, end = extent(thing)
    of_object = (word for thing in children["dobj"] for word in thing.rights if word.dep_ == "prep")
    for preposition in [*children["prep"], *of_object]:
        if preposition.i == end and preposition.lower_ in {"as", "for", "over"}:
            end = preposition.right_edge.i + 1
    return begin, end


def complement_of_noun(noun: Token) -> Span | None:
    """Return what a claim, a plan or doubts are about."""
    for child in noun.rights:
        if child.dep_ == "ccomp" or (child.dep_ == "acl" and child.left_edge.lower_ in {"that", "to"}):
            return extent(child)
    for preposition in noun.rights:
        if preposition.lower_ == "about":
            thing = next((child for child in preposition.children if child.dep_ in {"pobj", "pcomp"}), None)
            return extent(thing) if thing is not None else None
    return None


def author_of_noun(noun: Token) -> Token | None:
    """Return whose claim it is: their claim, a claim by them, a warning from them."""
    owner = next((child for child in noun.children if child.dep_ == "poss"), None)
    if owner is not None:
        return owner
    by = next((child for child in noun.children if child.dep_ == "prep" and child.lower_ in {"by", "from"}), None)
    return object_of(by) if by is not None else None
