"""Where the body names places: as such, inside the names of other things, and by the adjectives of countries.

Comes in: the body, its parse and its entities. Goes out: names, which may still mean several places.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from enricher.parsing import ParsedText
from enricher.places.candidates import KIND_WORDS, find_candidates
from enricher.places.gazetteer import Gazetteer, Place
from enricher.text import given_names, read_word_lists
from newsdesk.contracts import Entity, Mention

_LONGEST_NAME_WORDS, _FEWEST_LETTERS_INSIDE = 4, 4
_WORD = re.compile(r"[^\W\d_]+(?:['’.&-][^\W\d_]+)*\.?")
_POSSESSIVE = re.compile("['’]s$")
_CAPITALISED = re.compile(r"(?<![\w-])[A-Z][^\W\d_]+")
_NO_DEMONYM_BEHIND = frozenset({"latin", "south", "north", "central", "native", "african", "asian", "pan"})
_PEOPLE_OF_THE_WELL_KNOWN = {"region": 1_000_000, "county": 10_000_000, "city": 100_000}
_BEFORE_A_LANGUAGE = frozenset({"in", "into", "from"})
_VERBS_OF_LANGUAGES = frozenset({"speak", "learn", "study", "teach", "know", "understand", "read", "write", "use"})
_OF_A_LANGUAGE = re.compile(
    r"\blanguages?,? (?:such as|like|including) (?:[A-Z]\w+(?:, (?:and |or )?| and | or ))*$", re.ASCII
)
_LONGEST_BEFORE_A_LANGUAGE = 100
_SAYING = "said|says|told|tells|added|adds|asked|asks|wrote|writes|explained|noted|recalled"
_SPEAKS = re.compile(rf"[ \xa0](?:{_SAYING})\b")
_SPOKE = re.compile(rf"[,”\"][ \xa0](?:{_SAYING})[ \xa0]$")
_THE = re.compile(r"\b(?:the|many|some|most|few)[ \xa0]$", re.IGNORECASE)
_NEAR = 12
_LISTS = read_word_lists(Path(__file__).with_name("structures.toml"))
_STREETS = _LISTS["streets"]
_STRUCTURES = _STREETS | _LISTS["structures"]
_LOCAL_BODIES = _LISTS["local_bodies"]
_PUBLIC_BODIES = _LOCAL_BODIES | _LISTS["other_public_bodies"]
_TEAM = re.compile(r"[A-Z]\w+s")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """One name in the body.

    Attributes
    ----------
    entity : int or None
        The number of the place that it is a mention of, or is inside of a mention of.
    inside : bool
        Whether it is a part of the name of something else.
    is_mention : bool or None
        Whether it is a mention of the place; none if it is one where the text names the place elsewhere, too.
    """

    begin: int
    end: int
    text: str
    entity: int | None = None
    inside: bool = False
    is_mention: bool | None = True
    demonym_of: str | None = None
    qualifiers: tuple[Place, ...] = ()

    @property
    def key(self) -> tuple[str, frozenset[tuple[str | None, str | None]]]:
        """What is resolved together: the name, and what it is qualified by."""
        return self.text.casefold(), frozenset((place.country, place.region) for place in self.qualifiers)


def with_surnames(parsed: ParsedText, entities: Sequence[Entity], gazetteer: Gazetteer) -> tuple[Entity, ...]:
    """Return the entities, persons that are named like a people with the mentions of their surname: French said."""
    found = []
    for entity in entities:
        surname = entity.name.split()[-1]
        if entity.type == "PERSON" and " " in entity.name and surname in gazetteer.demonyms:
            spans = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(surname)}(?!\w)", parsed.text)]
            free = [span for span in spans if _is_a_name(parsed, *span) and not _is_taken(span, entities)]
            added = [Mention(begin=begin, end=end, text=surname) for begin, end in free]
            mentions = sorted((*entity.mentions, *added), key=lambda mention: mention.begin)
            found.append(entity.model_copy(update={"mentions": tuple(mentions)}))
        else:
            found.append(entity)
    return tuple(found)


def _is_a_name(parsed: ParsedText, begin: int, end: int) -> bool:
    """Return whether a word stands alone as names do, without an article, and not before what it describes."""
    first, last = parsed.tokens(begin, end)
    word = parsed.doc[first]
    return last == first + 1 and word.dep_ not in {"amod", "compound"} and not any(word.lefts)


def _is_taken(span: tuple[int, int], entities: Iterable[Entity]) -> bool:
    return any(m.begin < span[1] and span[0] < m.end for entity in entities for m in entity.mentions)


def place_names(parsed: ParsedText, entities: Sequence[Entity], gazetteer: Gazetteer) -> Iterator[PlaceName]:
    """Yield the names of places and peoples, those inside other names too; the order is not that of the text."""
    taken = bytearray(len(parsed.text))
    places = (entity for entity in entities if entity.type == "PLACE")
    spoken_of = frozenset(mention.text.casefold() for place in places for mention in place.mentions)
    for number, entity in enumerate(entities):
        for mention in entity.mentions:
            taken[mention.begin : mention.end] = b"\1" * (mention.end - mention.begin)
            if entity.type == "PLACE":
                country = gazetteer.demonyms.get(mention.text)
                yield PlaceName(mention.begin, mention.end, mention.text, number, demonym_of=country)
                if country is None and not is_street(mention.text) and not find_candidates(mention.text, gazetteer):
                    yield from _inside(mention, gazetteer, (), number)
            elif entity.type != "PERSON":
                yield from _inside(mention, gazetteer, spoken_of)
    for name in _demonyms(parsed.text, taken, gazetteer):
        if not _is_a_language(parsed, name):
            yield name


def is_street(name: str) -> bool:
    """Return whether a name is a street's: a place inside it is one that the street leads to or recalls."""
    return name.casefold().split()[-1] in _STREETS


def is_structure(name: str) -> bool:
    """Return whether a name is that of something that stands in a town, or of a street."""
    words = name.casefold().split()
    return words[0] in _STRUCTURES or words[-1] in _STRUCTURES


def _is_a_language(parsed: ParsedText, name: PlaceName) -> bool:
    """Return whether an adjective stands for its country's language: it was said in English, she studies Portuguese."""
    first, last = parsed.tokens(name.begin, name.end)
    word = parsed.doc[last - 1]
    if word.tag_ == "NNPS" or any(part.i < first for part in word.lefts) or word.dep_ not in {"pobj", "dobj"}:
        return False
    return word.head.lemma_.lower() in (_BEFORE_A_LANGUAGE if word.dep_ == "pobj" else _VERBS_OF_LANGUAGES)


def _inside(
    mention: Mention, gazetteer: Gazetteer, spoken_of: Container[str] = (), entity: int | None = None
) -> Iterator[PlaceName]:
    """Find the places in the name of something else: the Bank of England, the French Open, the Chicago Riverwalk."""
    words = list(_WORD.finditer(mention.text))
    plain = [_POSSESSIVE.sub("", word[0]).casefold() for word in words]
    has_local_body = entity is None and not _LOCAL_BODIES.isdisjoint(plain[1:])
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_NAME_WORDS, len(words) - at), 0, -1):
            begin = words[at].start()
            text = _without_possessive(mention.text[begin : words[at + size - 1].end()])
            if at and _belongs_to(words[at - 1][0], text, gazetteer):
                continue
            is_of_local_body = has_local_body and not at and size < len(words)
            if text.casefold() not in spoken_of and _is_named_after_somebody(mention.text, text):
                continue
            if text.casefold() in spoken_of or _may_be_inside(text, gazetteer, is_of_local_body=is_of_local_body):
                begin += mention.begin
                is_mention = entity is None and _is_mention(words, plain, at, size)
                country = gazetteer.demonyms.get(text)
                yield PlaceName(begin, begin + len(text), text, entity, True, is_mention, country)
                at += size - 1
                break
        at += 1


def _is_named_after_somebody(structure: str, name: str) -> bool:
    """Return whether what stands in a town has a given name rather than a place's: Victoria Hospital, Mary's Center."""
    return name in given_names() and is_structure(structure)


def _may_be_inside(text: str, gazetteer: Gazetteer, *, is_of_local_body: bool) -> bool:
    """Return whether words of a name are a place's, which must be well known: local bodies have towns of all sizes."""
    if not text[0].isupper() or (len(text) < _FEWEST_LETTERS_INSIDE and not text.isupper()):
        return False
    places = gazetteer.find(text)
    return text in gazetteer.demonyms or _is_well_known(places) or (is_of_local_body and bool(places))


def _is_mention(words: Sequence[re.Match[str]], plain: Sequence[str], at: int, size: int) -> bool | None:
    """Return whether a part of a name is a mention of the place: see :class:`PlaceName`."""
    others = [*plain[:at], *plain[at + size :]]
    if plain[at + size - 1] == "county" or not _PUBLIC_BODIES.isdisjoint(others):
        return True
    is_team = at + size + 1 == len(words) and _TEAM.fullmatch(words[-1][0]) is not None
    is_all = not others and not words[at][0].isupper()
    return False if is_team or is_all else None


def _without_possessive(name: str) -> str:
    """Return a name without its "'s", which a saint's church and school keep: St George's."""
    return name if name.startswith(("St ", "St. ", "Saint ")) else _POSSESSIVE.sub("", name)


def _belongs_to(before: str, text: str, gazetteer: Gazetteer) -> bool:
    """Return whether the word before is a part of the name: the Democratic Republic of Congo, the North American."""
    if text in gazetteer.demonyms:
        return before.casefold() in _NO_DEMONYM_BEHIND
    return before[0].isupper() and KIND_WORDS.match(text) is not None


def _is_well_known(places: Iterable[Place]) -> bool:
    return any(not place.alternate and place.population >= _people_of_the_well_known(place) for place in places)


def _people_of_the_well_known(place: Place) -> int:
    kind = "city" if place.kind == "known" and place.population else place.kind
    return _PEOPLE_OF_THE_WELL_KNOWN.get(kind, 0)


def _is_no_people(body: str, begin: int, end: int) -> bool:
    """Return whether an adjective of a country is a language among languages, or the surname of who speaks.

    A people that speaks has an article or is in the plural: the French said, Germans said; but French said.
    """
    before = body[max(0, begin - _LONGEST_BEFORE_A_LANGUAGE) : begin]
    if _OF_A_LANGUAGE.search(before):
        return True
    if body[begin:end].endswith("s") or _THE.search(before[-_NEAR:]):
        return False
    speaks = _SPEAKS.match(body, end) is not None
    return speaks or (body[end : end + 1] in {",", "."} and _SPOKE.search(before[-_NEAR:]) is not None)


def _demonyms(body: str, taken: bytearray, gazetteer: Gazetteer) -> Iterator[PlaceName]:
    """Find the adjectives and peoples of countries outside of other names."""
    before: re.Match[str] | None = None
    for word in _CAPITALISED.finditer(body):
        behind = before if before is not None and body[before.end() : word.start()] == " " else None
        two = f"{behind[0]} {word[0]}" if behind is not None else ""
        begin = behind.start() if behind is not None and two in gazetteer.demonyms else word.start()
        text = body[begin : word.end()]
        country = gazetteer.demonyms.get(text)
        before = word
        if country is None or any(taken[begin : word.end()]):
            continue
        if begin == word.start() and behind is not None and behind[0].casefold() in _NO_DEMONYM_BEHIND:
            continue
        if _is_no_people(body, begin, word.end()):
            continue
        taken[begin : word.end()] = b"\1" * (word.end() - begin)
        yield PlaceName(begin, word.end(), text, demonym_of=country)
