"""The type of each name, weighed from all that the text and the lists say.

Comes in: the spans of names. Goes out: a type for each, or none.

The model's own label is one witness among several: the words of the name (University, River, Inc., a given name), the
gazetteer, and what stands around each mention (a title, "in", "the band", "said", ", a town in"). A name means the same
thing throughout a text more often than not, so each mention also hears what was said of the others. The weights are of
our own setting; what they were set for is in decision record 0025.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, sqrt

from enricher.entities import names
from enricher.entities.descriptions import described_as, noun_type, root_of
from enricher.entities.teams import is_team
from enricher.entities.tokens import POSSESSIVES, QUOTES, NameSpan, Tokens, is_participle
from enricher.parsing import is_in_dictionary
from enricher.text import interpolated

PERSON, ORG, PLACE = "PERSON", "ORG", "PLACE"
_SURELY_A_PLACE = 3.5
_OF_A_REGION = 4.0
_OF_AN_OWNER = 3.0
"""Against a person, where a name has a possessive in it: Lloyd's of London."""
_OF_A_SURE_PLACE = 2.0
"""Against a person, where several words name a country or a region: Tamil Nadu said, Sri Lanka wants."""
_SCORED = (PERSON, ORG, PLACE)

_DESCRIBING = frozenset({"compound", "amod", "nmod", "poss"})
_TAGS_OF_ADJECTIVES = frozenset({"JJ", "JJR", "JJS", "CD", "NN", "HYPH", "VBN", "VBG", "RB"})
_MOST_ADJECTIVES = 5

_MODEL_WEIGHT = {PERSON: 1.5, ORG: 1.2, PLACE: 1.7}
_CONFIDENCE = ((0.0, 0.4), (2.0, 0.65), (4.0, 0.9), (8.0, 0.99))
"""By how much more evidence there is for a name's type than for another, and how sure that makes it: rules of thumb in
round numbers, set by hand and no statistics of a corpus."""
_OF_AN_EVENT_BY_ITS_HEAD = 0.8
_OF_AN_EVENT, _OF_SOMETHING_ELSE = 0.65, 0.45
"""Of what is no person, organisation or place. No corpus here has them; they were counted in some twenty articles."""
_SURELY_A_NAME = 5.0
"""By how much more evidence there must be for a single common word: what a heading repeats adds up."""
_SURELY_A_PERSON = 3.0
"""By how much more evidence there must be for a person whose name is of common words alone."""
_LEAST_EVIDENCE = 1.2
"""For a name that the model did not see."""
_OTHERWISE = {"EVENT": ("EVENT", 2.8), "PRODUCT": ("OTHER", 1.5), "OTHER": ("OTHER", 3.5)}
"""What a name is that the model took for none of the three, and how much evidence says that it is one of them."""
_SURELY_NO_STORM = 4.0
_OF_A_COUNTED_THING = 2.0
"""For what there are several of, and against a person or an organisation: a MacBook Pro."""
_OF_WHO_IS_TOLD = 1.0
"""For an organisation, of a single name that somebody told something: told Reuters."""
_OF_A_LONE_PLACE = 4.0
_OF_A_HEAD_ANYWHERE = 2.5
_OF_A_HEAD_THAT_IS_A_SURNAME = 2.0
"""Behind a given name: Ellen Marsh may be somebody, and Victoria Park is no one."""
_OF_A_FULL_NAME_WITH_SUCH_A_HEAD = 1.6
_OF_A_COLONY = 3.0
_DEMONYM_ENDINGS = ("an", "ese", "ish", "ch", "ic")
"""French Equatorial Africa, British North America."""
_WEIGHT_OF_OTHER_MENTIONS = 0.6
_WEIGHT_OF_NEIGHBOURS = 0.9
_WEIGHT_OF_A_FULL_NAME = 2.5
_WEIGHT_OF_A_DESCRIPTION = 6.0
"""Where a noun says that a name is an insurer's, a ferry's or a river's, whatever persons have names like it."""
_WEIGHT_OF_A_TEAM = 6.0
"""Against a town, of a name that does what clubs do; countries, which play against each other, outweigh it."""
_LEAST_OF_A_TOWN = 1.0
_WEIGHT_OF_LISTED_PLACES = 4.0
_WEIGHT_OF_A_SURNAME = 4.0
"""For a name that is a place's, too, where a mention rather does what a person does."""


PlaceWeight = Callable[[str], float]
"""How likely a name names a place, as far as a gazetteer knows: 4.5 for countries, 4 for first-level regions, 3
for cities of a million, 2.2 of a hundred thousand, 1.2 for smaller ones, 0 for none; for an alternate name, as if the
city had a tenth of its people."""

Evidence = defaultdict[str, float]


@dataclass(frozen=True, slots=True)
class NameType:
    """What a name names.

    Attributes
    ----------
    type : str or None
        PERSON, ORG, PLACE, EVENT, OTHER; none for what is no name.
    confidence : float or None
        How likely its extent and type are right; none for what is no name.
    """

    type: str | None
    confidence: float | None = None


def name_types(tokens: Tokens, spans: Sequence[NameSpan], place_weight: PlaceWeight) -> list[NameType]:
    """Return what each span names."""
    keys = [_key(tokens, span) for span in spans]
    own = {key: _of_name(tokens, span, place_weight) for key, span in zip(keys, spans, strict=True)}
    heard = [_of_mention(tokens, span) for span in spans]
    together: dict[str, Evidence] = defaultdict(lambda: Evidence(float))
    count = Counter(keys)
    for key, evidence in zip(keys, heard, strict=True):
        _add(together[key], evidence)
    _add_descriptions(tokens, spans, keys, own, heard)
    people = _add_shorter_forms(tokens, spans, keys, own, together)
    sums: list[Evidence] = []
    for key, span, evidence in zip(keys, spans, heard, strict=True):
        total = Evidence(float, own[key])
        _add(total, evidence)
        share = _WEIGHT_OF_OTHER_MENTIONS / sqrt(max(1, count[key] - 1))
        for type_, weight in together[key].items():
            total[type_] += share * (weight - evidence[type_])
        said_by_model = _MODEL_WEIGHT[PLACE] if span.label == PLACE else 0.0
        if key in people and evidence[PERSON] > evidence[PLACE] - said_by_model:
            total[PERSON] += _WEIGHT_OF_A_SURNAME  # "Jordan said", in a text about Michael Jordan
        if _may_be_town(tokens, span, own[key], place_weight) and is_team(tokens, span):
            total[ORG] += _WEIGHT_OF_A_TEAM
        sums.append(total)
    _hear_neighbours(tokens, spans, sums)
    within_lines = {key for key, span in zip(keys, spans, strict=True) if not tokens.in_heading[span.start]}
    decided = [
        _decided(tokens, span, total, own[key][PLACE] >= _SURELY_A_PLACE, key in within_lines)
        for key, span, total in zip(keys, spans, sums, strict=True)
    ]
    decided = _as_most(keys, own, sums, decided)
    elsewhere: dict[str, Counter[str]] = defaultdict(Counter)
    for key, known in zip(keys, decided, strict=True):
        if known in _SCORED:
            elsewhere[key][known] += 1
    for at, (key, span) in enumerate(zip(keys, spans, strict=True)):
        if decided[at] in (None, "OTHER") and key in elsewhere and tokens.proper(span.end - 1):
            decided[at] = elsewhere[key].most_common(1)[0][0]
    return [
        NameType(type_, _confidence(tokens, span, total, type_))
        for span, type_, total in zip(spans, decided, sums, strict=True)
    ]


def _as_most(
    keys: Sequence[str], own: dict[str, Evidence], sums: Sequence[Evidence], decided: Sequence[str | None]
) -> list[str | None]:
    """Return one type for all mentions of what is somebody here and an organisation there, as most of it says.

    Places are left out: a town and its club have one name.
    """
    heard: dict[str, Evidence] = defaultdict(lambda: Evidence(float))
    types: dict[str, set[str]] = defaultdict(set)
    for key, total, type_ in zip(keys, sums, decided, strict=True):
        if type_ in _SCORED:
            types[key].add(type_)
            _add(heard[key], total)
    mixed = {key for key, found in types.items() if len(found) > 1 and own[key][PLACE] < _LEAST_OF_A_TOWN}
    best = {key: max(_SCORED, key=lambda type_: heard[key][type_]) for key in mixed}
    return [best.get(key, type_) if type_ in _SCORED else type_ for key, type_ in zip(keys, decided, strict=True)]


def _may_be_town(tokens: Tokens, span: NameSpan, evidence: Evidence, place_weight: PlaceWeight) -> bool:
    """Return whether a club may be named by the town: not by a country, which plays, too."""
    whole = tokens.body[tokens.begin[span.start] : tokens.end_of(span.end - 1)]
    is_country = whole in names.REGIONS or place_weight(whole) > _OF_A_REGION
    return not is_country and (span.label == PLACE or evidence[PLACE] >= _LEAST_OF_A_TOWN)


def _confidence(tokens: Tokens, span: NameSpan, evidence: Evidence, type_: str | None) -> float | None:
    if type_ == "EVENT":
        is_said = _is_event(tokens, span) or tokens.lower[span.start] in names.STORMS
        return _OF_AN_EVENT_BY_ITS_HEAD if is_said else _OF_AN_EVENT
    if type_ not in _SCORED:
        return None if type_ is None else _OF_SOMETHING_ELSE
    return interpolated(_lead(evidence, type_), _CONFIDENCE)


def _lead(evidence: Evidence, type_: str) -> float:
    """Return by how much more evidence there is for a type than for another."""
    return evidence[type_] - max(evidence[other] for other in _SCORED if other != type_)


def no_places(_name: str) -> float:
    """Know no place."""
    return 0.0


def is_surely_a_place(name: str, place_weight: PlaceWeight) -> bool:
    """Return whether a name is a country's, a region's or the like, whatever stands around it."""
    return name in names.REGIONS or place_weight(name) >= _SURELY_A_PLACE


def _add(total: Evidence, more: Evidence) -> None:
    for type_, weight in more.items():
        total[type_] += weight


def _key(tokens: Tokens, span: NameSpan) -> str:
    return " ".join(tokens.lower[span.start : span.end])


def _decided(tokens: Tokens, span: NameSpan, total: Evidence, known_place: bool, within_lines: bool) -> str | None:
    best = max(_SCORED, key=lambda type_: total[type_])
    if span.end - span.start > 1 and tokens.lower[span.start] in names.STORMS and total[best] < _SURELY_NO_STORM:
        return "EVENT"
    adjective = span.end - span.start == 1 and tokens.tag[span.start] == "JJ" and not known_place
    if span.label == "NORP" or (adjective and best == PLACE):
        return ORG if span.end - span.start == 1 and tokens.text[span.start] in names.PARTY_WORDS else None
    enough = _SURELY_A_PERSON if span.end - span.start > 1 else _SURELY_A_NAME
    if not within_lines and not tokens.is_known(span.start, span.end):
        enough = inf  # what headings alone have, all of whose words are common
    is_no_person = best != PLACE and _lead(total, best) < enough and _is_of_common_words(tokens, span, best)
    if is_no_person and span.label not in _OTHERWISE:
        may_be_other = span.label is not None and span.end - span.start > 1 and not tokens.in_heading[span.start]
        return "OTHER" if may_be_other else None
    if _is_event(tokens, span):
        return "EVENT"
    if total["OTHER"] > total[best]:
        return "OTHER"
    if span.label in _OTHERWISE:
        otherwise, enough = _OTHERWISE[span.label]
        return best if total[best] >= enough else otherwise
    return best if span.label in _MODEL_WEIGHT or total[best] >= _LEAST_EVIDENCE else None


def _is_event(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether a name ends in what happens: Davis Cup, Great Recession."""
    several = span.end - span.start > 1 and tokens.lower[span.end - 1] in names.EVENT_HEADS
    personal = tokens.text[span.start] in names.given_names() and tokens.text[span.end - 1] in names.surnames()
    return several and span.title is None and not personal and not tokens.is_known(span.start, span.end)


def _is_of_common_words(tokens: Tokens, span: NameSpan, type_: str) -> bool:
    """Return whether nothing in a name is a name: Crispy Pizza, the first word of "Sail away", and of a heading any.

    Of single words within sentences only those that the text also has without a capital: a dictionary has Plato, too.
    """
    words = tokens.text[span.start : span.end]
    if span.title is not None or any(_is_of_a_person(word) for word in words):
        return False
    if len(words) == 1:
        if words[0] in names.ORGANISATIONS or words[0] in names.surnames():
            return False
        opens = tokens.sentence_start[span.start] or tokens.in_heading[span.start]
        if tokens.lower[span.start] in tokens.uncapitalised:
            return (opens or type_ == PERSON) and _is_common(tokens, span.start)
        return opens and _is_no_noun(tokens.lower[span.start])
    common = (_is_common(tokens, at) for at in range(span.start, span.end) if tokens.text[at].isalpha())
    return (type_ == PERSON or tokens.in_heading[span.start]) and all(common)


def _is_of_a_person(word: str) -> bool:
    """Return whether a word is somebody's name, and no common word that some are called by."""
    return word in names.given_names() or (word in names.surnames() and not is_in_dictionary(word.lower()))


def _is_no_noun(word: str) -> bool:
    """Return whether a word may be something else than a noun: the dictionary's nouns include names."""
    return is_participle(word) or any(is_in_dictionary(word, part) for part in ("verb", "adj", "adv"))


def _is_common(tokens: Tokens, at: int) -> bool:
    word = tokens.lower[at]
    return is_in_dictionary(word) or is_in_dictionary(tokens.lemma[at]) or is_participle(word)


def _of_name(tokens: Tokens, span: NameSpan, place_weight: PlaceWeight) -> Evidence:
    """Weigh the words of the name itself."""
    found = Evidence(float)
    text, lower = tokens.text[span.start : span.end], tokens.lower[span.start : span.end]
    whole = tokens.body[tokens.begin[span.start] : tokens.end_of(span.end - 1)]
    if whole in names.ORGANISATIONS:
        found[ORG] += 3.5
    if len(whole) > 4 and whole.isupper() and whole.isalpha():  # a dateline
        whole = whole.title()
    place = 4.0 if whole in names.REGIONS else place_weight(whole)
    if not POSSESSIVES.isdisjoint(text):
        found[PERSON] -= _OF_AN_OWNER
    if len(text) > 1:
        _weigh_heads(found, text, lower, place_weight)
        if place < _SURELY_A_PLACE:
            _weigh_personal(found, text, lower)
        else:
            found[PERSON] -= _OF_A_SURE_PLACE
    else:
        _weigh_lone_word(found, text[0], lower[0])
        if _is_acronym(text[0]) and not place:
            found[ORG] += 1.8
        if found[PERSON] and place < _SURELY_A_PLACE:
            place *= 0.6
    if any(character.isdigit() for character in whole) and not found[PLACE]:
        found[ORG] += 0.5
    found[PLACE] += place
    return found


def _weigh_heads(found: Evidence, text: Sequence[str], lower: Sequence[str], place_weight: PlaceWeight) -> None:
    last, first = lower[-1], lower[0]
    joint = next((at for at in range(1, len(lower)) if lower[at] in ("of", "for")), None)
    head = lower[joint - 1] if joint else last
    if joint and head in ("centre", "center", "state"):
        found[ORG] += 4
    if last in names.COMPANY_SUFFIXES:
        found[ORG] += 5
    if head in names.ORGANISATION_HEADS:
        found[ORG] += 3
    elif any(word in names.HEADS_ANYWHERE for word in lower[:-1]):
        found[ORG] += _OF_A_HEAD_ANYWHERE
    if head in names.PLACE_HEADS and not (head in names.COMPASS and text[0] in names.given_names()):
        is_name = len(text) == 2 and text[0] in names.given_names() and text[-1] in names.surnames()
        found[PLACE] += _OF_A_HEAD_THAT_IS_A_SURNAME if is_name else 3
        found[PERSON] += _OF_A_FULL_NAME_WITH_SUCH_A_HEAD if is_name else 0
    if first in names.PLACE_OPENINGS:
        found[PLACE] += 2.5
    if first in names.CLUB_OPENINGS or "&" in lower:
        found[ORG] += 2.5
    if first in names.COMPASS:
        found[PLACE] += 1.5
    if first in names.VENUES:
        found[ORG] += 4
    if first in names.SIZES_OF_PLACES and len(text) == 2:
        found[PLACE] += 1.5
        found[PERSON] -= 1.5
    _weigh_places_inside(found, text, head, place_weight)


def _weigh_places_inside(found: Evidence, text: Sequence[str], head: str, place_weight: PlaceWeight) -> None:
    """Weigh what a place in a name says: Ohio Comets, Fresno Bee, French Equatorial Africa; and a road's number."""
    if _is_team(text, place_weight) and head not in names.PLACE_HEADS:
        found[ORG] += 3
    if _is_paper(text, place_weight):
        found[ORG] += _WEIGHT_OF_A_TEAM
    is_demonym = text[0].lower().endswith(_DEMONYM_ENDINGS) and text[0] not in names.given_names()
    if is_demonym and is_surely_a_place(text[-1], place_weight):
        found[PLACE] += _OF_A_COLONY
    if text[-1][0].isdigit() and text[-2].lower() in names.NUMBERED_ROADS:
        found[PLACE] += 3


def _weigh_lone_word(found: Evidence, word: str, lower: str) -> None:
    if word in names.given_names():
        found[PERSON] += 0.8
    if word in names.surnames():
        found[PERSON] += 0.5
    if len(lower) > 5 and lower.endswith(names.PLACE_ENDINGS):
        found[PLACE] += 0.8
    if len(lower) > 4 and lower.endswith(names.PERSON_ENDINGS):
        found[PERSON] += 0.8
    if lower in names.ORGANISATION_HEADS and lower not in names.PLACE_HEADS:
        found[ORG] += 0.5


def _is_team(text: Sequence[str], place_weight: PlaceWeight) -> bool:
    """Return whether it is a place and a plural: Ohio Comets."""
    before = " ".join(text[:-1])
    return text[-1].endswith("s") and (before in names.REGIONS or place_weight(before) >= 1)


def _is_paper(text: Sequence[str], place_weight: PlaceWeight) -> bool:
    """Return whether it is a place and what newspapers are called: Fresno Bee, but not Dominican Republic."""
    if text[-1] not in names.PAPER_WORDS or place_weight(" ".join(text)) >= _SURELY_A_PLACE:
        return False
    before = " ".join(text[:-1])
    return before in names.REGIONS or place_weight(before) >= _LEAST_OF_A_TOWN


def _weigh_personal(found: Evidence, text: Sequence[str], lower: Sequence[str]) -> None:
    given = text[0] in names.given_names() or text[0].split("-")[0] in names.given_names()
    headed = found[ORG] > 0 or found[PLACE] > 0
    is_of_something = headed and text[-1] not in names.surnames()  # Solomon R. Guggenheim Museum
    if not is_of_something and any(len(word) == 2 and word[1] == "." and word[0].isupper() for word in text[:-1]):
        found[PERSON] += 2.5
    if text[-1] in names.GENERATIONS:
        found[PERSON] += 2
    if any(word in names.PERSON_PARTICLES for word in lower[1:-1]):
        found[PERSON] += 1
    if given:
        found[PERSON] += 1 if headed else 2.2
    if text[-1] in names.surnames() and not headed:
        found[PERSON] += 1 if given else 0.7
    if not headed and len(text) < 4 and all(word.istitle() and word.isalpha() for word in text) and text[-1][-1] != "s":
        found[PERSON] += 0.8


def _is_acronym(word: str) -> bool:
    letters = word.replace(".", "").replace("&", "")
    return 2 <= len(letters) <= 6 and letters.isupper() and any(map(str.isalpha, letters))


def _of_mention(tokens: Tokens, span: NameSpan) -> Evidence:
    """Weigh what stands around one mention."""
    found = Evidence(float)
    if span.label in _MODEL_WEIGHT:
        found[span.label] += _MODEL_WEIGHT[span.label]
    if span.title is not None and span.title[1] == span.start:
        found[PERSON] += 3.0
    _weigh_number(found, tokens, span)
    _weigh_before(found, tokens, span)
    _weigh_after(found, tokens, span)
    _weigh_grammar(found, tokens, span)
    return found


def _weigh_number(found: Evidence, tokens: Tokens, span: NameSpan) -> None:
    """Weigh a plural that the model did not see: the Lakers are a team, and Star Wars nobody."""
    if span.label is None and tokens.tag[span.end - 1] == "NNPS":
        found[PERSON] -= 1.5
        if span.end - span.start == 1 and span.start and tokens.lower[span.start - 1] == "the":
            found[ORG] += 0.5


def _weigh_before(found: Evidence, tokens: Tokens, span: NameSpan) -> None:
    at = span.start - 1
    article = False
    while at >= 0 and (tokens.lower[at] in ("the", '"', "“", "'", "‘") or tokens.lower[at] in names.COMPASS):
        article = article or tokens.lower[at] == "the"
        if tokens.lower[at] in names.COMPASS:
            found[PLACE] += 1.2
        at -= 1
    if at < 0:
        return
    word = tokens.lower[at]
    if article:
        found[PERSON] -= 1.0
        found[ORG] += 0.3
        if span.end - span.start == 1 and tokens.lower[span.start] in names.LONE_PLACES:
            found[PLACE] += _OF_A_LONE_PLACE
    if _is_counted(tokens, span):
        found[PERSON] -= _OF_A_COUNTED_THING
        found[ORG] -= _OF_A_COUNTED_THING
        found["OTHER"] += _OF_A_COUNTED_THING
    if word == "of" and at > 0:
        _weigh_of(found, tokens, at)
    if word in ("for", "against", "with", "to", "at", "over", "by", "from", "of") and tokens.sport[span.start] > 1:
        found[ORG] += 2.0 if word in ("for", "against", "with", "over") else 0.7
    scale = 0.5 if article else 1.0
    found[PLACE] += scale * names.PLACE_PREPOSITIONS.get(word, 0.0)
    found[PERSON] += scale * names.PERSON_PREPOSITIONS.get(word, 0.0)
    found[ORG] += scale * names.ORGANISATION_PREPOSITIONS.get(word, 0.0)
    _weigh_noun(found, tokens, at, 2.0)
    if word in ("including", "like", "especially") or (word == "as" and at > 0 and tokens.lower[at - 1] == "such"):
        for before in range(at - 1, max(at - 5, -1), -1):  # "towns such as", "artists, including"
            if tokens.tag[before] == "NNS":
                _weigh_noun(found, tokens, before, 2.0)
                break


def _is_counted(tokens: Tokens, span: NameSpan) -> bool:
    """Return whether a name has "a" or "an" before it and its adjectives, and is no part of what it describes."""
    root = root_of(tokens, span)
    followed = span.end < len(tokens) and tokens.tag[span.end] in ("NN", "NNS", "HYPH")
    if tokens.dep[root] in _DESCRIBING or followed:
        return False
    at = span.start - 1
    while at > 0 and span.start - at <= _MOST_ADJECTIVES and tokens.tag[at] in _TAGS_OF_ADJECTIVES:
        at -= 1
    return at >= 0 and tokens.lower[at] in ("a", "an")


def _weigh_of(found: Evidence, tokens: Tokens, at: int) -> None:
    lemma = tokens.lemma[at - 1]
    if lemma in names.PLACE_NOUNS:
        found[PLACE] += 2.0
    elif lemma in names.MEMBERSHIP_NOUNS:
        found[ORG] += 1.2
    elif lemma in names.RULE_AND_DIRECTION_NOUNS:
        found[PLACE] += 1.2
    elif lemma in names.FAMILY_NOUNS:
        found[PERSON] += 1.2


def _weigh_after(found: Evidence, tokens: Tokens, span: NameSpan) -> None:
    if span.end >= len(tokens):
        return
    after = tokens.lower[span.end]
    following = tokens.lower[span.end + 1] if span.end + 1 < len(tokens) else ""
    if after in ("-", "‑") and following == "based":
        found[PLACE] += 2.0
    elif after in names.TEAM_WORDS:
        found[ORG] += 1.5
    elif after in names.FOLLOWING_PLACE:
        found[PLACE] += 2.0
    elif after in names.FOLLOWING_PERSON:
        found[PERSON] += 1.2
    elif after == "who" or (after == "," and following in ("who", "whose")):
        found[PERSON] += 2.0
    elif after == "," and following == "where":
        found[PLACE] += 1.5
    elif after in ("'s", "’s") and following in names.TEAM_WORDS:
        found[ORG] += 0.6


def _weigh_grammar(found: Evidence, tokens: Tokens, span: NameSpan) -> None:
    root = root_of(tokens, span)
    head, dependency = tokens.head[root], tokens.dep[root]
    if dependency in ("nsubj", "nsubjpass"):
        _weigh_as_subject(found, tokens, head)
    elif dependency == "dobj":
        _weigh_as_object(found, tokens.lemma[head])
        if tokens.lemma[head] == "tell" and span.end - span.start == 1:
            found[ORG] += _OF_WHO_IS_TOLD
    elif dependency == "pobj":
        _weigh_behind_preposition(found, tokens, head)
    elif dependency == "appos":
        _weigh_noun(found, tokens, head, 2.0)
    for at in range(span.end + 1, min(span.end + 10, len(tokens))):
        if tokens.dep[at] == "appos" and span.start <= tokens.head[at] < span.end:
            _weigh_noun(found, tokens, at, 2.0)


def _weigh_as_subject(found: Evidence, tokens: Tokens, verb: int) -> None:
    lemma = tokens.lemma[verb]
    if lemma in names.PERSON_VERBS:
        found[PERSON] += 1.0
    elif lemma in names.ORGANISATION_VERBS:
        found[ORG] += 0.8
    elif lemma not in ("be", "have", "become", "remain"):
        found[PERSON] += 0.4
        found[ORG] += 0.3
    if lemma == "be":
        for at in range(verb + 1, min(verb + 12, len(tokens))):
            if tokens.dep[at] == "attr" and tokens.head[at] == verb:
                _weigh_noun(found, tokens, at, 2.0)


def _weigh_as_object(found: Evidence, verb: str) -> None:
    if verb in names.ELECTING_VERBS:
        found[PERSON] += 1.0
    if verb in names.JOINING_VERBS:
        found[ORG] += 1.2


def _weigh_behind_preposition(found: Evidence, tokens: Tokens, preposition: int) -> None:
    verb = tokens.lemma[tokens.head[preposition]]
    if tokens.dep[preposition] == "agent":  # "elected by"
        found[PERSON] += 0.6
        found[ORG] += 0.4
    elif tokens.lower[preposition] == "for" and verb in names.JOINING_VERBS:
        found[ORG] += 1.2
    elif tokens.lower[preposition] == "in" and verb in names.AUTHORS_VERBS:
        found[ORG] += 2.0


def _weigh_noun(found: Evidence, tokens: Tokens, at: int, weight: float) -> None:
    noun = None if tokens.capital[at] or tokens.tag[at] not in ("NN", "NNS") else noun_type(tokens.lemma[at])
    if noun is not None:
        found[noun] += weight


def _add_descriptions(
    tokens: Tokens,
    spans: Sequence[NameSpan],
    keys: Sequence[str],
    own: dict[str, Evidence],
    heard: Sequence[Evidence],
) -> None:
    """Count what the text says that a name is: once for all its mentions, of a single word where it is said."""
    described: set[tuple[str, str]] = set()
    for span, key, evidence in zip(spans, keys, heard, strict=True):
        type_ = described_as(tokens, span)
        if type_ is None:
            continue
        is_title_of_a_work = type_ == "OTHER" and span.start > 0 and tokens.text[span.start - 1] in QUOTES
        if span.end - span.start == 1 or is_title_of_a_work:
            evidence[type_] += _WEIGHT_OF_A_DESCRIPTION
        elif (key, type_) not in described:
            described.add((key, type_))
            own[key][type_] += _WEIGHT_OF_A_DESCRIPTION


def _add_shorter_forms(
    tokens: Tokens,
    spans: Sequence[NameSpan],
    keys: Sequence[str],
    own: dict[str, Evidence],
    together: dict[str, Evidence],
) -> set[str]:
    """Count a surname with its full name, an acronym with its long form; return surnames that places have, too."""
    full: dict[str, Counter[str]] = defaultdict(Counter)
    for span, key in zip(spans, keys, strict=True):
        if span.end - span.start > 1:
            total = Evidence(float, own[key])
            _add(total, together[key])
            best = max(_SCORED, key=lambda type_: total[type_])
            if total[best] < 2:
                continue
            if best == PERSON:
                for word in tokens.lower[span.start : span.end]:
                    full[word][PERSON] += 1
            acronym = "".join(word[0] for word in tokens.text[span.start : span.end] if word[0].isupper()).lower()
            if len(acronym) > 1 and best == ORG:
                full[acronym][ORG] += 1
                for tail in _tails(key):
                    full[tail][ORG] += 1
    shorter = own.keys() & full.keys()
    places = {key for key in shorter if own[key][PLACE] >= _SURELY_A_PLACE}
    for key in shorter - places:
        for type_ in full[key]:
            own[key][type_] += _WEIGHT_OF_A_FULL_NAME
    return {key for key in places if full[key][PERSON]}


def _tails(name: str) -> Iterator[str]:
    """Yield the ends of a name that may stand for it: Homeland Security, of the Department of Homeland Security."""
    words = name.split()
    yield from (" ".join(words[at:]) for at in range(1, len(words) - 1))


def _hear_neighbours(tokens: Tokens, spans: Sequence[NameSpan], sums: list[Evidence]) -> None:
    """Let names in one list ("Ghent, Bruges and Ypres") influence one another."""
    start = 0
    for end in range(1, len(spans) + 1):
        if end < len(spans) and _listed(tokens, spans[end - 1], spans[end]):
            continue
        members = [at for at in range(start, end) if spans[at].label not in ("NORP", "OTHER")]
        if len(members) > 1 and _are_places(tokens, spans[end - 1].end):
            for at in members:
                sums[at][PLACE] += _WEIGHT_OF_LISTED_PLACES
        said = {at: _said_to_neighbours(sums[at]) for at in members}
        together = Evidence(float)
        for type_, weight in said.values():
            together[type_] += weight
        for at in members if len(members) > 1 else ():
            for type_, weight in together.items():
                own = said[at][1] if said[at][0] == type_ else 0.0
                sums[at][type_] += (weight - own) / sqrt(len(members) - 1)
        start = end


def _are_places(tokens: Tokens, after: int) -> bool:
    """Return whether what stands behind a list says that it lists places: Marion, Boone and Shelby counties."""
    plural = after < len(tokens) and tokens.tag[after] in ("NNS", "NNPS")
    return plural and tokens.lemma[after] in names.PLACE_NOUNS


def _said_to_neighbours(evidence: Evidence) -> tuple[str, float]:
    """Return what a name most likely names, and how strongly it speaks for that: as far as nothing else comes near."""
    best = max(_SCORED, key=lambda type_: evidence[type_])
    margin = evidence[best] - max(evidence[type_] for type_ in _SCORED if type_ != best)
    return best, min(_WEIGHT_OF_NEIGHBOURS, 0.4 * margin)


def _listed(tokens: Tokens, left: NameSpan, right: NameSpan) -> bool:
    between = [word for word in tokens.lower[left.end : right.start] if word != "the"]
    return between in ([","], ["and"], ["or"], [",", "and"], [",", "or"], ["/"], ["&"])
