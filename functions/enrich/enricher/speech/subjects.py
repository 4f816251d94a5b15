"""Who does what a verb says: subjects and the names or descriptions that stand for them.

Comes in: tokens of a parse. Goes out: tokens, and spans of tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from enricher.parsing import NOMINAL, SUBJECTS, Span, lemma_of
from enricher.speech.reporting import NAME, WRITING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

FINITE = frozenset({"VBD", "VBZ", "VBP"})

_PRONOUNS = frozenset({"he", "she", "they", "i", "we", "it", "who"})
_RELATIVE = frozenset({"that", "who", "which", "what"})
_RELATIVE_TAGS = frozenset({"WDT", "WP", "WP$"})
_AFTER_HEAD = frozenset({"prep", "compound", "nummod", "nmod", "cc", "conj", "appos"})
"""An apposition counts where no comma parts it: the opposition leader Jane Roe."""
_BEFORE_HEAD = frozenset({"cc", "prep", "mark", "advmod"})
_NO_HEAD = frozenset({"compound", "poss", "amod", "nmod"})
_BREAKS = frozenset({",", "—", "–", "―", "--", "(", ";", ":"})
_ENDS_QUOTATION = frozenset(",.?!")
_NOBODY = frozenset({"nobody", "none", "nothing", "neither", "few"})
_OF_NOBODY = re.compile(
    r"(?:no(?!\.|\s+(?:\d|fewer|less))|neither|nor|not\s+(?:an?|one|any|many|even)|few|hardly|scarcely|barely|any|zero)\b",
    re.IGNORECASE,
)
"""How a description of nobody in particular begins; "no fewer than five officials" are somebody."""
_MOST_STEPS = 7
_NEAR = 8
_LONGEST_PHRASE = 40


def noun_phrase(head: Token) -> Span:
    """Return the tokens of a name or description, without what a comma, a dash or a relative pronoun adds to it.

    What says how somebody knows is part of it: two people familiar with the matter, officials briefed on the talks.
    """
    doc = head.doc
    begin, end = max(head.left_edge.i, head.i - _LONGEST_PHRASE), head.i + 1
    for child in head.rights:
        if child.dep_ not in _AFTER_HEAD and not _describes(child):
            continue
        if child.left_edge.i != end:
            break
        end = child.right_edge.i + 1
    end = min(end, head.i + _LONGEST_PHRASE)
    for at in range(head.i + 1, end):
        if doc[at].text in _BREAKS or doc[at].is_space or doc[at].dep_ == "relcl" or doc[at].tag_ in _RELATIVE_TAGS:
            end = at
            break
    for at in range(head.i - 1, begin - 1, -1):
        if doc[at].is_space or doc[at].text == ":" or (doc[at].is_quote and doc[at - 1].text in _ENDS_QUOTATION):
            begin = at + 1
            break
    while begin < head.i and (doc[begin].is_punct or doc[begin].is_space or doc[begin].dep_ in _BEFORE_HEAD):
        begin += 1
    return begin, end


def subject_of(verb: Token) -> Token | None:
    """Return who does it: the verb's subject, or the one that it shares with the verb it hangs on."""
    current, opens_sentence = verb, _opens_sentence(verb)
    for step in range(_MOST_STEPS):
        children = list(current.children)
        subject = next((c for c in children if c.dep_ in SUBJECTS and c.is_alpha and c.ent_type_ != "TIME"), None)
        if subject is not None and step and subject.i > verb.i:
            if opens_sentence:
                return subject
            subject = None
        if subject is not None and not _cut_off(subject, current):
            return (_beside(current, subject) if not step else None) or subject
        before = current.doc[max(0, current.i - 1)]
        if current.tag_ in FINITE and (before.pos_ == "PROPN" or before.lower_ in _PRONOUNS) and before.dep_ != "poss":
            return before
        if subject is not None and (near := _nominal_before(current)) is not None:
            return near
        if (agent := agent_of(current)) is not None:
            return agent
        if current.head.i == current.i or (not step and current.tag_ == "VBN" and current.dep_ in {"advcl", "acl"}):
            return None
        if (other := _controller(current)) is not None:
            return other
        current = current.head
        while current.pos_ not in {"VERB", "AUX"} and current.head.i != current.i:
            current = current.head
    return None


def _opens_sentence(verb: Token) -> bool:
    """Return whether who does it is named behind: "warning of floods, she left", "after saying so, she left"."""
    first = verb.head if verb.dep_ == "pcomp" else verb
    participle = verb.tag_ == "VBG" and verb.dep_ in {"advcl", "pcomp"}
    return participle and first.i < first.head.i and first.left_edge.i == verb.sent.start


def _beside(verb: Token, subject: Token) -> Token | None:
    """Return the noun right before a verb that the parse gives a subject farther away: costs rose and they said."""
    before = verb.doc[max(0, verb.i - 1)]
    if verb.tag_ not in FINITE or before.pos_ not in NOMINAL:
        return None
    if before.i <= subject.right_edge.i and not _is_no_apposition(before, subject):
        return None
    if before.dep_ in {"poss", "npadvmod"} or before.ent_type_ in {"DATE", "TIME"} or before.lower_ in _RELATIVE:
        return None
    return before


def _is_no_apposition(noun: Token, subject: Token) -> bool:
    """Return whether a noun right before a verb has a comma before it, and none behind: near Scott, Roberts said."""
    commas = [token for token in noun.doc[subject.i : noun.i] if token.text == ","]
    return noun.dep_ == "appos" and len(commas) == 1 and commas[0].i + 1 == noun.left_edge.i


def is_passive(verb: Token) -> bool:
    """Return whether a verb's subject is what it is done to: the bridge was closed."""
    return any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children)


def agent_of(verb: Token) -> Token | None:
    """Return by whom it is done."""
    agent = next((c for c in verb.children if c.dep_ == "agent"), None)
    return object_of(agent) if agent is not None else None


def object_of(preposition: Token) -> Token | None:
    """Return the noun after a preposition."""
    return next((c for c in preposition.children if c.dep_ == "pobj"), None)


def _describes(word: Token) -> bool:
    """Return whether a word behind a noun tells which people are meant: close to the talks, accused of theft."""
    return word.dep_ == "amod" or (word.dep_ == "acl" and word.tag_ == "VBN")


def first_subject(doc: Doc, begin: int, end: int) -> Token | None:
    """Return the first subject among some tokens, or else the first noun that could be one."""
    tokens = doc[begin:end]
    found = next((t for t in tokens if t.dep_ in SUBJECTS and t.lower_ not in _RELATIVE), None)
    return found or next((t for t in tokens if t.dep_ != "pobj" and heads_phrase(t)), None)


def heads_phrase(token: Token) -> bool:
    """Return whether a token is a noun or pronoun that is not part of a longer name."""
    return token.pos_ in NOMINAL and token.dep_ not in _NO_HEAD


def is_nobody(head: Token) -> bool:
    """Return whether a description is of nobody in particular: no scientist, few experts, nobody."""
    if head.pos_ == "PROPN":  # Zero Hedge
        return False
    return head.lower_ in _NOBODY or _OF_NOBODY.match(head.doc[head.left_edge.i : head.i].text) is not None


def says_nothing(head: Token) -> bool:
    """Return whether a subject is nobody, or a sign, a motto or the like."""
    return is_nobody(head) or bears_words(head)


def bears_words(token: Token) -> bool:
    """Return whether what "says" something is a sign, a motto or the like, and nobody."""
    if token.lower_ in {"that", "which"} and token.i:
        token = token.doc[token.i - 1]
    return lemma_of(token) in NAME


def _controller(verb: Token) -> Token | None:
    """Return who does what an infinitive or participle says, unless that is the subject of its head."""
    head = verb.head
    if verb.dep_ == "xcomp" and lemma_of(head) != "promise":
        return next((c for c in head.children if c.dep_ == "dobj" and c.i < verb.i), None)
    if verb.dep_ == "acl" and head.pos_ in NOMINAL:
        if verb.tag_ == "VBG" and lemma_of(head) not in WRITING:
            return head
        return next((c for c in head.children if c.dep_ == "poss"), None)
    return None


def _cut_off(subject: Token, verb: Token) -> bool:
    """Return whether a colon or the end of a paragraph is between a verb and what the parse takes for its subject."""
    return any(t.text == ":" or "\n" in t.text for t in verb.doc[subject.i + 1 : verb.i])


def _nominal_before(verb: Token) -> Token | None:
    for at in range(verb.i - 1, max(-1, verb.i - _NEAR), -1):
        token = verb.doc[at]
        if token.text == ":" or token.is_space:
            return None
        if token.pos_ in NOMINAL and token.dep_ not in {"pobj", "poss", "compound"}:
            return token
    return None
