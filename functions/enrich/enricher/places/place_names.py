"""Where the body names places: as such, inside the names of other things, and by the adjectives of countries.

Comes in: the body, its parse and its entities. Goes out: names, which may still mean several places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from enricher.parsing import LONGEST_PARSED_CHARACTERS, ParsedText
from enricher.places.candidates import KIND_WORDS, find_candidates
from enricher.places.gazetteer import Gazetteer, Place
from newsdesk.contracts import Entity, Mention

_LONGEST_NAME_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’.&-][^\W\d_]+)*\.?")
_CAPITALISED = re.compile(r"(?<![\w-])[A-Z][^\W\d_]+")
_NO_DEMONYM_BEHIND = frozenset({"latin", "south", "north", "central", "native", "african", "asian", "pan"})
_PEOPLE_OF_THE_WELL_KNOWN = {"region": 1_000_000, "county": 10_000_000, "city": 100_000}


@dataclass(frozen=True, slots=True)
class PlaceName:
    """One name in the body: of a place, or inside the name of something else; ``entity`` is the number of a place's."""

    begin: int
    end: int
    text: str
    entity: int | None = None
    inside: bool = False
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


def place_names(body: str, entities: Sequence[Entity], gazetteer: Gazetteer) -> Iterator[PlaceName]:
    """Yield the names of places and peoples, those inside other names too; the order is not that of the text."""
    taken = bytearray(len(body))
    for number, entity in enumerate(entities):
        for mention in entity.mentions:
            taken[mention.begin : mention.end] = b"\1" * (mention.end - mention.begin)
            if entity.type == "PLACE":
                country = gazetteer.demonyms.get(mention.text)
                yield PlaceName(mention.begin, mention.end, mention.text, number, demonym_of=country)
                if country is None and not find_candidates(mention.text, gazetteer):
                    yield from _inside(mention, gazetteer, number)
            elif entity.type != "PERSON":
                yield from _inside(mention, gazetteer)
    yield from _demonyms(body[:LONGEST_PARSED_CHARACTERS], taken, gazetteer)


def _inside(mention: Mention, gazetteer: Gazetteer, entity: int | None = None) -> Iterator[PlaceName]:
    """Find the places in the name of something else: the Bank of England, the French Open, the Chicago Riverwalk."""
    words = list(_WORD.finditer(mention.text))
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_NAME_WORDS, len(words) - at), 0, -1):
            begin, end = words[at].start(), words[at + size - 1].end()
            text = mention.text[begin:end]
            if at and words[at - 1][0][0].isupper() and KIND_WORDS.match(text):
                continue  # the Democratic Republic of Congo is not the Republic of Congo
            country = gazetteer.demonyms.get(text)
            if text[0].isupper() and (country is not None or _is_well_known(gazetteer.find(text))):
                yield PlaceName(mention.begin + begin, mention.begin + end, text, entity, True, country)
                at += size - 1
                break
        at += 1


def _is_well_known(places: Iterable[Place]) -> bool:
    return any(not place.alternate and place.population >= _people_of_the_well_known(place) for place in places)


def _people_of_the_well_known(place: Place) -> int:
    kind = "city" if place.kind == "known" and place.population else place.kind
    return _PEOPLE_OF_THE_WELL_KNOWN.get(kind, 0)


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
        taken[begin : word.end()] = b"\1" * (word.end() - begin)
        yield PlaceName(begin, word.end(), text, demonym_of=country)
