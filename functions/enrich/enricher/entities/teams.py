"""Clubs that are named by their town: Bologna beat Udinese, a win over Cardiff, six seasons with Valencia.

Comes in: tokens, and the span of a name. Goes out: whether a club stands there, and no town.

Only in sentences that tell of sport, or in texts that do throughout: Chicago won a contract, too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from enricher.entities import names
from enricher.entities.descriptions import root_of
from enricher.entities.tokens import NameSpan, Tokens

_TEAM = r"[A-Z][^\d\n]{1,40}?"
_RESULT = re.compile(
    rf"^(?P<first>{_TEAM})[ \xa0]\d{{1,3}},?[ \xa0](?P<second>{_TEAM})[ \xa0]\d{{1,3}}[ .]*$", re.MULTILINE
)
"""Lahti 1 Jazz Pori 0."""
_SURELY_SPORT = 2

_OPPOSED = frozenset({"between", "to", "against", "over", "with", "past", "by", "for", "from", "at"})
_OF_PLAYERS = frozenset({"for", "with", "to", "from", "at", "by"})


def results_of(tokens: Tokens) -> Iterator[tuple[NameSpan, NameSpan]]:
    """Yield the two teams of each line that is a result and nothing else."""
    for result in _RESULT.finditer(tokens.body[: tokens.end_of(len(tokens) - 1)] if len(tokens) else ""):
        first, second = (_team(tokens, *result.span(name)) for name in ("first", "second"))
        if first.end > first.start and second.end > second.start:
            yield first, second


def _team(tokens: Tokens, begin: int, end: int) -> NameSpan:
    return NameSpan(bisect_left(tokens.begin, begin), bisect_left(tokens.begin, end), "ORG")


def is_team(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether a name of a town, as the text has it here, means its club."""
    if _plays_for(tokens, span) or _is_in_a_result(tokens, span):
        return True
    if not tokens.sport[span.start]:
        return False
    after = tokens.lower[span.end] if span.end < len(tokens) else ""
    following = tokens.lower[span.end + 1] if span.end + 1 < len(tokens) else ""
    if after in names.TEAM_WORDS or (after in ("'s", "’s") and following in names.TEAM_WORDS):
        return True
    return tokens.sport[span.start] >= _SURELY_SPORT and _does_as_clubs_do(tokens, span)


def _does_as_clubs_do(tokens: Tokens, span: NameSpan) -> bool:
    root = _first_of_list(tokens, span)
    head, role = tokens.head[root], tokens.dep[root]
    if role in ("nsubj", "dobj", "nsubjpass"):
        verb = tokens.lemma[head]
        return verb in names.MATCH_VERBS or (role != "nsubj" and verb in names.JOINING_VERBS)
    return role == "pobj" and _is_behind_preposition(tokens, head)


def _is_in_a_result(tokens: Tokens, span: NameSpan) -> bool:
    begin = tokens.body.rfind("\n", 0, tokens.begin[span.start]) + 1
    end = tokens.body.find("\n", begin)
    return _RESULT.match(tokens.body, begin, end if end >= 0 else len(tokens.body)) is not None


def _plays_for(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether somebody plays for it, which is said of clubs alone."""
    root = _first_of_list(tokens, span)
    preposition = tokens.head[root]
    is_object = tokens.dep[root] == "pobj" and tokens.lower[preposition] == "for"
    return is_object and tokens.lemma[tokens.head[preposition]] == "play"


def _first_of_list(tokens: Tokens, span: NameSpan) -> int:
    root = root_of(tokens, span)
    while tokens.dep[root] == "conj":
        root = tokens.head[root]
    return root


def _is_behind_preposition(tokens: Tokens, preposition: int) -> bool:
    word, head = tokens.lower[preposition], tokens.lemma[tokens.head[preposition]]
    if word in _OPPOSED and (head in names.MATCH_VERBS or head in names.MATCH_NOUNS):
        return word not in ("at", "from", "by") or head in names.MATCH_NOUNS
    return word in _OF_PLAYERS and (head in names.MOVING_VERBS or head in names.PLAYING_NOUNS)
