"""Where the places are that the body names, and which countries it is about.

Comes in: the document, its parse and its entities. Goes out: the entities, its places linked to GeoNames and ISO 3166,
and the countries with their weights.

Most names are borne by several places. What speaks for one: its size, the region or country that the text names behind
a comma, and the countries and regions of the text's other names. Adjectives and peoples of a country speak for it, too,
and are mentions of it. A place that no gazetteer knows is in the country that nearly all others are in, or nowhere. A
street, a hall or a school is in the place that is named behind it; other names count only if they are several.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log1p, log10
from pathlib import Path

from enricher.parsing import LONGEST_PARSED_CHARACTERS, ParsedText
from enricher.places.gazetteer import Gazetteer, Place
from enricher.ports import Analysis
from enricher.text import read_word_lists
from newsdesk.contracts import Country, Enrichment, Entity, EntityLink, Geo, Mention

GEONAMES, ISO_3166 = "GeoNames", "ISO 3166"

_PRIOR = {"country": 9.5, "world": 8.5, "known": 8.0}
"""Weights of places that are not towns; that of a town or region is the power of ten of its people, and what
follows."""
_OF_A_CAPITAL = 3.0
_OF_A_MILLION = 1.5
_OF_A_REGION = 0.5
_OF_AN_ALTERNATE_NAME = -2.0

_OF_ITS_COUNTRY = 4.0
"""The weight of all other names being in the same country."""
_OF_ITS_REGION = 1.5
_OF_A_QUALIFIER = 20.0
_LEAST_SCORE = 5.0
"""A town of less than 100,000 without other evidence is not accepted."""

_LARGEST_REGION_OF_A_TOWN = 8
"""Times the town's people."""

_WEIGHT_INSIDE_A_NAME = 0.5
"""The weight of the country in the name of an organisation or an event, relative to that of a place."""
_SHARE_OF_THE_ONLY_COUNTRY = 0.5
"""The share of the text's mentions that its country needs, for a place that the gazetteer lacks to be in it."""
_STRUCTURES = read_word_lists(Path(__file__).with_name("structures.toml"))["structures"]
_STANDS_IN = re.compile(r"(?:,|,? (?:in|of|at|near)(?: the)?(?: [a-z]+)?)[ \xa0]")
"""Between a street, a hall or a school and the place that it is in: Wexvort Hall in downtown Chicago."""
_FEWEST_ANCHORS = 2
"""A single name may be where somebody comes from."""
_ROUNDS = 2

_LONGEST_NAME_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’.&-][^\W\d_]+)*\.?")
_CAPITALISED = re.compile(r"(?<![\w-])[A-Z][^\W\d_]+")
_NO_DEMONYM_BEHIND = frozenset({"latin", "south", "north", "central", "native", "african", "asian", "pan"})
_FEWEST_LETTERS, _FEWEST_LETTERS_OF_A_TOWN, _LONGEST_ACRONYM = 3, 4, 4
_KIND_WORDS = re.compile(
    r"^(?:(?:the )?(?:Republic|State|City|Kingdom|Province|County|Port|Town|Islamic Republic|Commonwealth) of (?:the )?"
    r"|(?:Greater|Downtown|Metro|Central|North|South|East|West|Northern|Southern|Eastern|Western|Northeast|Northwest"
    r"|Southeast|Southwest|Upper|Lower|Inner|Mid|County|Co\.?)[ -])"
    r"|,? (?:State|City|Province|County|Region|District|Oblast|Governorate|Prefecture|Town|Township|Borough|Metro"
    r"|area)$",
    re.IGNORECASE,
)
_COMMA = re.compile(r",\s{1,2}|\s\(")
_POSTAL = re.compile(r"(?:,\s|\s\()([A-Z]{2})(?=\W)")
_PEOPLE_OF_THE_WELL_KNOWN = {"region": 1_000_000, "county": 10_000_000, "city": 100_000}


@dataclass(frozen=True, slots=True)
class _Name:
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


class PlacesEnricher:
    """Links places, and finds the countries."""

    name = "places"
    version = "1"

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the countries, and to places what they are; add the countries named by an adjective only."""
        parsed = analysis.parse(found)
        body, gazetteer = analysis.document.body, self._gazetteer
        entities = _with_surnames(parsed, found.entities, gazetteer)
        names = _qualified(body, list(_names(body, entities, gazetteer)), gazetteer)
        senses = _senses(names, gazetteer)
        evidence = _evidence(names, senses)
        unknown = _countries_of_unknown(body, entities, names, senses, _only_country(evidence))
        linked = _linked(entities, names, senses, unknown, gazetteer)
        return Enrichment(entities=linked, countries=_countries(evidence))


def _with_surnames(parsed: ParsedText, entities: Sequence[Entity], gazetteer: Gazetteer) -> tuple[Entity, ...]:
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


def _names(body: str, entities: Sequence[Entity], gazetteer: Gazetteer) -> Iterator[_Name]:
    taken = bytearray(len(body))
    for number, entity in enumerate(entities):
        for mention in entity.mentions:
            taken[mention.begin : mention.end] = b"\1" * (mention.end - mention.begin)
            if entity.type == "PLACE":
                country = gazetteer.demonyms.get(mention.text)
                yield _Name(mention.begin, mention.end, mention.text, number, demonym_of=country)
                if country is None and not _candidates(mention.text, gazetteer):
                    yield from _inside(mention, gazetteer, number)
            elif entity.type != "PERSON":
                yield from _inside(mention, gazetteer)
    yield from _demonyms(body[:LONGEST_PARSED_CHARACTERS], taken, gazetteer)


def _inside(mention: Mention, gazetteer: Gazetteer, entity: int | None = None) -> Iterator[_Name]:
    """Find the places in the name of something else: the Bank of England, the French Open, the Chicago Riverwalk."""
    words = list(_WORD.finditer(mention.text))
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_NAME_WORDS, len(words) - at), 0, -1):
            begin, end = words[at].start(), words[at + size - 1].end()
            text = mention.text[begin:end]
            if at and words[at - 1][0][0].isupper() and _KIND_WORDS.match(text):
                continue  # the Democratic Republic of Congo is not the Republic of Congo
            country = gazetteer.demonyms.get(text)
            if text[0].isupper() and (country is not None or _is_well_known(gazetteer.find(text))):
                yield _Name(mention.begin + begin, mention.begin + end, text, entity, True, country)
                at += size - 1
                break
        at += 1


def _is_well_known(places: Iterable[Place]) -> bool:
    return any(not place.alternate and place.population >= _people_of_the_well_known(place) for place in places)


def _people_of_the_well_known(place: Place) -> int:
    kind = "city" if place.kind == "known" and place.population else place.kind
    return _PEOPLE_OF_THE_WELL_KNOWN.get(kind, 0)


def _demonyms(body: str, taken: bytearray, gazetteer: Gazetteer) -> Iterator[_Name]:
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
        yield _Name(begin, word.end(), text, demonym_of=country)


def _qualified(body: str, names: list[_Name], gazetteer: Gazetteer) -> list[_Name]:
    """Give each name the regions and countries that stand behind its comma."""
    names.sort(key=lambda name: (name.begin, -name.end))
    starts = {name.begin: name for name in names if not name.inside and name.demonym_of is None}
    qualified = []
    for name in names:
        places: tuple[Place, ...] = ()
        comma = _COMMA.match(body, name.end) if not name.inside and name.demonym_of is None else None
        if comma is not None:
            postal = _POSTAL.match(body, name.end)
            following = starts.get(comma.end())
            text = f", {postal[1]}" if postal is not None else following.text if following is not None else ""
            behind = gazetteer.find(text) if text else ()
            places = tuple(
                place for place in behind if place.kind in ("country", "region", "county") and not place.alternate
            )
        fits = places and _within(_candidates(name.text, gazetteer), places)
        qualified.append(replace(name, qualifiers=places) if fits else name)
    return qualified


def _candidates(text: str, gazetteer: Gazetteer, *, inside: bool = False) -> tuple[Place, ...]:
    """Find a name, if need be without what tells only its kind: the Republic of Armenia, Greater Boston.

    Four letters in capitals mean a town (DOHA) only where no country or region is called by them, and not inside of a
    longer name.
    """
    found = _towns_for_regions(gazetteer.find(text))
    if len(text) < _FEWEST_LETTERS or (text.isupper() and len(text) <= _LONGEST_ACRONYM):
        areas = tuple(place for place in found if place.kind in ("country", "region", "world", "known"))
        may_be_town = not inside and len(text) >= _FEWEST_LETTERS_OF_A_TOWN
        return areas or tuple(town for town in found if may_be_town and not town.alternate)
    bare = _KIND_WORDS.sub("", text) if not found else ""
    return gazetteer.find(bare) if bare and bare != text else found


def _towns_for_regions(places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the places, a region that is named after a large town in it replaced by the town, which counts as much.

    Who says Geneva, Valencia or Donetsk means the town; Quebec has fifteen times the people of its capital.
    """
    regions = {
        (place.country, place.region): place for place in places if place.kind == "region" and not place.geonameid
    }
    found: list[Place] = []
    replaced = set()
    for place in places:
        region = regions.get((place.country, place.region)) if place.kind in ("city", "capital") else None
        if region is not None and region.population <= _LARGEST_REGION_OF_A_TOWN * place.population:
            people, alternate = max(region.population, place.population), place.alternate and region.alternate
            found.append(replace(place, population=people, alternate=alternate))
            replaced.add(region)
        else:
            found.append(place)
    return tuple(place for place in found if place not in replaced)


def _within(candidates: Iterable[Place], areas: Sequence[Place]) -> bool:
    return any(_is_within(candidate, areas) for candidate in candidates)


def _is_within(place: Place, areas: Iterable[Place]) -> bool:
    return any(
        place.country == area.country
        and place.kind != "country"
        and (area.region is None or place.region == area.region)
        for area in areas
    )


_Key = tuple[str, frozenset[tuple[str | None, str | None]]]
_Senses = dict[_Key, Place | None]


def _senses(names: Sequence[_Name], gazetteer: Gazetteer) -> _Senses:
    """Resolve each name, in rounds: what the others mean says what this one means."""
    distinct: dict[_Key, _Name] = {}
    for name in names:
        if name.demonym_of is None:
            distinct.setdefault(name.key, name)
    candidates = {key: _candidates(name.text, gazetteer, inside=name.inside) for key, name in distinct.items()}
    count = Counter(name.key for name in names)
    demonyms = Counter(name.demonym_of for name in names if name.demonym_of is not None)
    weight = {key: log1p(count[key]) * (_WEIGHT_INSIDE_A_NAME if name.inside else 1) for key, name in distinct.items()}
    votes = {key: _votes(candidates[key], name.qualifiers) for key, name in distinct.items()}
    senses: _Senses = {}
    for _ in range(_ROUNDS):
        total: defaultdict[tuple[str, str | None], float] = defaultdict(float)
        for country, times in demonyms.items():
            total[country, None] += log1p(times)
        for key, shares in votes.items():
            _count(total, shares, weight[key])
        for key, name in distinct.items():
            others = total.copy()
            _count(others, votes[key], -weight[key])
            senses[key] = _best(candidates[key], name.qualifiers, others)
        votes = {key: {place: 1.0} if place is not None else {} for key, place in senses.items()}
    qualified = {key[0]: sense for key, sense in senses.items() if distinct[key].qualifiers and sense is not None}
    for key, name in distinct.items():
        if not name.qualifiers and key[0] in qualified:  # "Springfield, Ohio" settles what "Springfield" is
            senses[key] = qualified[key[0]]
    return senses


def _count(total: defaultdict[tuple[str, str | None], float], shares: dict[Place, float], weight: float) -> None:
    for place, share in shares.items():
        if place.country is not None:
            total[place.country, None] += share * weight
            if place.region is not None:
                total[place.country, place.region] += share * weight


def _votes(candidates: Sequence[Place], qualifiers: Sequence[Place]) -> dict[Place, float]:
    scores = {place: _prior(place) + _OF_A_QUALIFIER * _is_within(place, qualifiers) for place in candidates[:20]}
    if not scores:
        return {}
    best = max(scores.values())
    powers = {place: exp(score - best) for place, score in scores.items()}
    whole = sum(powers.values())
    sure = min(1.0, max(0.1, (best - 3.0) / 4.0))  # a village's name may be any word
    return {place: sure * power / whole for place, power in powers.items() if power / whole > 0.02}


def _prior(place: Place) -> float:
    score = _PRIOR.get(place.kind)
    if score is None:
        score = min(7.0, log10(place.population + 100))
        score += _OF_A_REGION if place.kind in ("region", "county") else 0.0
        score += _OF_A_CAPITAL if place.kind == "capital" else 0.0
        score += _OF_A_MILLION if place.kind == "city" and place.population >= 1_000_000 else 0.0
    return score + (_OF_AN_ALTERNATE_NAME if place.alternate else 0.0)


def _best(
    candidates: Sequence[Place], qualifiers: Sequence[Place], others: dict[tuple[str, str | None], float]
) -> Place | None:
    whole = max(1.0, sum(weight for (_, region), weight in others.items() if region is None))

    def score(place: Place) -> float:
        country = others.get((place.country or "", None), 0.0) / whole
        region = others.get((place.country or "", place.region), 0.0) / whole if place.region else 0.0
        bonus = _OF_ITS_COUNTRY * country + _OF_ITS_REGION * min(1.0, 2 * region)
        return _prior(place) + bonus + _OF_A_QUALIFIER * _is_within(place, qualifiers)

    best = max(candidates, key=score, default=None)
    return best if best is not None and score(best) >= _LEAST_SCORE else None


def _evidence(names: Sequence[_Name], senses: _Senses) -> dict[str, float]:
    """Weigh the countries of all names."""
    evidence: defaultdict[str, float] = defaultdict(float)
    for name in names:
        place = senses.get(name.key)
        country = name.demonym_of or (place.country if place is not None else None)
        if country is not None:
            evidence[country] += _WEIGHT_INSIDE_A_NAME if name.inside else 1.0
    return dict(evidence)


def _only_country(evidence: dict[str, float]) -> str | None:
    """Return the country that nearly all names are in."""
    best = max(sorted(evidence), key=lambda country: evidence[country], default=None)
    return best if best is not None and evidence[best] >= _SHARE_OF_THE_ONLY_COUNTRY * sum(evidence.values()) else None


def _countries_of_unknown(
    body: str, entities: Sequence[Entity], names: Sequence[_Name], senses: _Senses, only_country: str | None
) -> list[str | None]:
    """Return for each entity the country that it is in if the gazetteer does not know it."""
    anchored = only_country if _is_anchored(only_country, names, senses) else None
    starts = {name.begin: name for name in names if not name.inside and name.demonym_of is None}
    countries = []
    for entity in entities:
        country = only_country
        if entity.type == "PLACE" and _is_structure(entity.name):
            behind = (_STANDS_IN.match(body, mention.end) for mention in entity.mentions)
            near = (senses.get(starts[match.end()].key) for match in behind if match and match.end() in starts)
            country = next((place.country for place in near if place is not None), anchored)
        countries.append(country)
    return countries


def _is_structure(name: str) -> bool:
    words = name.casefold().split()
    return words[0] in _STRUCTURES or words[-1] in _STRUCTURES


def _is_anchored(country: str | None, names: Sequence[_Name], senses: _Senses) -> bool:
    """Return whether more than one name says that the text is about places of a country; its own names are one."""
    if country is None:
        return False
    anchors: Counter[str] = Counter()
    for name in names:
        place = senses.get(name.key)
        if name.demonym_of == country or (place is not None and place.country == country):
            is_whole = place is None or place.kind == "country"
            anchors["" if is_whole else name.text] += 1
    return len(anchors) >= _FEWEST_ANCHORS or sum(anchors.values()) - anchors[""] >= _FEWEST_ANCHORS


def _countries(evidence: dict[str, float]) -> tuple[Country, ...]:
    whole = sum(evidence.values())
    ranked = sorted(evidence, key=lambda country: (-evidence[country], country))
    return tuple(Country(iso2=country, weight=round(evidence[country] / whole, 3)) for country in ranked)


def _linked(
    entities: Sequence[Entity],
    names: Sequence[_Name],
    senses: _Senses,
    unknown: Sequence[str | None],
    gazetteer: Gazetteer,
) -> tuple[Entity, ...]:
    """Return the entities, places linked, parted where one name means two, joined where two names mean one.

    ``unknown`` has for each entity the country that it is in if the gazetteer does not know it.
    """
    groups: dict[tuple[int | None, Place | None], list[_Name]] = defaultdict(list)
    within: dict[int | None, str] = {}
    for name in names:
        place = gazetteer.country(name.demonym_of) if name.demonym_of is not None else senses.get(name.key)
        if not name.inside:
            groups[name.entity, place].append(name)
        elif place is not None and place.country is not None:
            within[name.entity] = place.country  # the last one: the British Embassy Tokyo
    by_entity: dict[int, list[Entity]] = defaultdict(list)
    others: dict[Place, list[_Name]] = {}
    for (number, place), members in groups.items():
        if number is not None:
            country = within.get(number, unknown[number])
            by_entity[number].append(_entity(entities[number], place, members, country))
        elif place is not None:
            others[place] = members
    linked: list[Entity] = []
    for number, entity in enumerate(entities):
        linked += by_entity.get(number, [] if entity.type == "PLACE" else [entity])
    return (*_with_other_mentions(linked, others),)


def _entity(entity: Entity, place: Place | None, members: Sequence[_Name], country: str | None) -> Entity:
    fallback = Geo(country=country) if country is not None else None
    mentions = tuple(Mention(begin=name.begin, end=name.end, text=name.text) for name in members)
    name = entity.name if len(mentions) == len(entity.mentions) else max((name.text for name in members), key=len)
    links, geo = ((), fallback) if place is None else (_links(place), _geo(place))
    return entity.model_copy(update={"name": name, "mentions": mentions, "links": links, "geo": geo})


def _with_other_mentions(entities: Iterable[Entity], others: dict[Place, list[_Name]]) -> Iterator[Entity]:
    """Give the mentions that are not entities yet to the place that they mean, or make one."""
    left = {_links(place) or (place.name,): (place, members) for place, members in others.items()}
    for entity in entities:
        _, members = left.pop(entity.links, (None, ())) if entity.type == "PLACE" and entity.links else (None, ())
        added = tuple(Mention(begin=name.begin, end=name.end, text=name.text) for name in members)
        mentions = sorted((*entity.mentions, *added), key=lambda mention: mention.begin)
        yield entity.model_copy(update={"mentions": tuple(mentions)}) if added else entity
    for place, members in left.values():
        mentions = [Mention(begin=name.begin, end=name.end, text=name.text) for name in members]
        yield Entity(type="PLACE", name=place.name, mentions=tuple(mentions), links=_links(place), geo=_geo(place))


def _links(place: Place) -> tuple[EntityLink, ...]:
    links = []
    if place.geonameid is not None:
        links.append(EntityLink(register_name=GEONAMES, id=str(place.geonameid), name=place.name))
    if place.kind == "country" and place.country is not None:
        links.append(EntityLink(register_name=ISO_3166, id=place.country, name=place.name))
    return tuple(links)


def _geo(place: Place) -> Geo | None:
    if place.country is None:
        return None
    return Geo(country=place.country, geonameid=place.geonameid, lat=place.latitude, lon=place.longitude)
