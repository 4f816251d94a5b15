"""Where the places are that the body names, and which countries it is about.

Comes in: the document, its parse and its entities. Goes out: the entities, its places linked to GeoNames and ISO 3166,
and the countries with their weights.

Most names are borne by several places. What speaks for one: its size, the region or country that the text names behind
a comma, the countries and regions of the text's other names, and the publisher's country. Adjectives and peoples of a
country speak for it, too, and are mentions of it. A place that no gazetteer knows is in the country that nearly all
others are in, or nowhere. A street, a hall or a school is in the place that is named behind it; other names count only
if they are several. A place in the name of something else is mentioned there if that is a public body, or if the text
names the place elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from enricher.places.candidates import find_candidates
from enricher.places.gazetteer import Gazetteer, Place
from enricher.places.place_names import PlaceName, is_structure, place_names, with_surnames
from enricher.places.publishers import country_of_publisher
from enricher.places.senses import WEIGHT_INSIDE_A_NAME, Sense, Senses, is_any_within, senses_of
from enricher.ports import Analysis
from enricher.text import interpolated
from newsdesk.contracts import Country, Enrichment, Entity, EntityLink, Geo, Mention

GEONAMES, ISO_3166 = "GeoNames", "ISO 3166"

_SHARE_OF_THE_ONLY_COUNTRY = 0.5
"""The share of the text's mentions that its country needs, for a place that the gazetteer lacks to be in it."""
_STANDS_IN = re.compile(r"(?:,|,? (?:in|of|at|near)(?: the)?(?: [a-z]+)?)[ \xa0]")
"""Between a street, a hall or a school and the place that it is in: Wexvort Hall in downtown Chicago."""
_OF_DEMONYMS = 0.8
"""How sure an adjective or a people makes its country; set by hand, as what follows."""
_OF_UNKNOWN_PLACES = ((0.4, 0.2), (0.6, 0.6), (1.0, 0.75))
"""How sure it is that a name is a place's, and, of one that the gazetteer lacks, that it is in the country of the
others."""
_FEWEST_ANCHORS = 2
"""A single name may be where somebody comes from."""

_COMMA = re.compile(r",\s{1,2}|\s\(")
_POSTAL = re.compile(r"(?:,\s|\s\()([A-Z]{2})(?=\W)")


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
        entities = with_surnames(parsed, found.entities, gazetteer)
        names = _qualified(body, list(place_names(parsed, entities, gazetteer)), gazetteer)
        senses = senses_of(names, gazetteer, country_of_publisher(analysis.document))
        evidence = _evidence(names, senses)
        unknown = _countries_of_unknown(body, entities, names, senses, _only_country(evidence))
        linked = _linked(entities, names, _meanings(names, senses, gazetteer), unknown)
        return Enrichment(entities=linked, countries=_countries(evidence))


def _qualified(body: str, names: list[PlaceName], gazetteer: Gazetteer) -> list[PlaceName]:
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
        fits = places and is_any_within(find_candidates(name.text, gazetteer), places)
        qualified.append(replace(name, qualifiers=places) if fits else name)
    return qualified


def _evidence(names: Sequence[PlaceName], senses: Senses) -> dict[str, float]:
    """Weigh the countries of all names."""
    evidence: defaultdict[str, float] = defaultdict(float)
    for name in names:
        country = name.demonym_of or (senses[name.key].place.country if name.key in senses else None)
        if country is not None:
            evidence[country] += WEIGHT_INSIDE_A_NAME if name.inside else 1.0
    return dict(evidence)


def _only_country(evidence: dict[str, float]) -> str | None:
    """Return the country that nearly all names are in."""
    best = max(sorted(evidence), key=lambda country: evidence[country], default=None)
    return best if best is not None and evidence[best] >= _SHARE_OF_THE_ONLY_COUNTRY * sum(evidence.values()) else None


def _countries_of_unknown(
    body: str, entities: Sequence[Entity], names: Sequence[PlaceName], senses: Senses, only_country: str | None
) -> list[str | None]:
    """Return for each entity the country that it is in if the gazetteer does not know it."""
    anchored = only_country if _is_anchored(only_country, names, senses) else None
    starts = {name.begin: name for name in names if not name.inside and name.demonym_of is None}
    countries = []
    for entity in entities:
        country = only_country
        if entity.type == "PLACE" and is_structure(entity.name):
            behind = (_STANDS_IN.match(body, mention.end) for mention in entity.mentions)
            near = (senses.get(starts[match.end()].key) for match in behind if match and match.end() in starts)
            country = next((sense.place.country for sense in near if sense is not None), anchored)
        countries.append(country)
    return countries


def _is_anchored(country: str | None, names: Sequence[PlaceName], senses: Senses) -> bool:
    """Return whether more than one name says that the text is about places of a country; its own names are one."""
    if country is None:
        return False
    anchors: Counter[str] = Counter()
    for name in names:
        place = senses[name.key].place if name.key in senses else None
        if name.demonym_of == country or (place is not None and place.country == country):
            is_whole = place is None or place.kind == "country"
            anchors["" if is_whole else name.text] += 1
    return len(anchors) >= _FEWEST_ANCHORS or sum(anchors.values()) - anchors[""] >= _FEWEST_ANCHORS


def _countries(evidence: dict[str, float]) -> tuple[Country, ...]:
    whole = sum(evidence.values())
    ranked = sorted(evidence, key=lambda country: (-evidence[country], country))
    return tuple(Country(iso2=country, weight=round(evidence[country] / whole, 3)) for country in ranked)


def _meanings(names: Iterable[PlaceName], senses: Senses, gazetteer: Gazetteer) -> dict[PlaceName, Sense]:
    """Return what each name means, adjectives and peoples too."""
    found = {name: senses[name.key] for name in names if name.demonym_of is None and name.key in senses}
    demonyms = ((name, name.demonym_of) for name in names if name.demonym_of is not None)
    return {**found, **{name: Sense(gazetteer.country(code), _OF_DEMONYMS) for name, code in demonyms}}


def _linked(
    entities: Sequence[Entity],
    names: Sequence[PlaceName],
    meanings: Mapping[PlaceName, Sense],
    unknown: Sequence[str | None],
) -> tuple[Entity, ...]:
    """Return the entities, places linked, parted where one name means two, joined where two names mean one.

    ``unknown`` has for each entity the country that it is in if the gazetteer does not know it.
    """
    groups: dict[tuple[int | None, Place | None], list[PlaceName]] = defaultdict(list)
    within: dict[int | None, str] = {}
    spoken_of = {sense.place for name, sense in meanings.items() if not name.inside}
    for name in names:
        place = meanings[name].place if name in meanings else None
        if name.is_mention or (name.is_mention is None and place in spoken_of):
            groups[name.entity, place].append(name)
        elif place is not None and place.country is not None:
            within[name.entity] = place.country  # the last one: the British Embassy Tokyo
    by_entity: dict[int, list[Entity]] = defaultdict(list)
    others: dict[Place, list[PlaceName]] = {}
    for (number, place), members in groups.items():
        if number is not None and place is not None:
            by_entity[number].append(_with(entities[number], members, _links(place), _geo(place, members, meanings)))
        elif number is not None:
            by_entity[number].append(_unknown_place(entities[number], members, within.get(number, unknown[number])))
        elif place is not None:
            others[place] = members
    linked: list[Entity] = []
    for number, entity in enumerate(entities):
        linked += by_entity.get(number, [] if entity.type == "PLACE" else [entity])
    return (*_with_other_mentions(linked, others, meanings),)


def _unknown_place(entity: Entity, members: Sequence[PlaceName], country: str | None) -> Entity:
    sure = round(interpolated(entity.confidence or 0.0, _OF_UNKNOWN_PLACES), 2)
    return _with(entity, members, (), None if country is None else Geo(country=country, confidence=sure))


def _with(entity: Entity, members: Sequence[PlaceName], links: tuple[EntityLink, ...], geo: Geo | None) -> Entity:
    mentions = _mentions(members)
    name = entity.name if len(mentions) == len(entity.mentions) else max((name.text for name in members), key=len)
    return entity.model_copy(update={"name": name, "mentions": mentions, "links": links, "geo": geo})


def _with_other_mentions(
    entities: Iterable[Entity], others: Mapping[Place, list[PlaceName]], meanings: Mapping[PlaceName, Sense]
) -> Iterator[Entity]:
    """Give the mentions that are not entities yet to the place that they mean, or make one."""
    left = {_links(place) or (place.name,): (place, members) for place, members in others.items()}
    for entity in entities:
        _, members = left.pop(entity.links, (None, ())) if entity.type == "PLACE" and entity.links else (None, ())
        mentions = sorted((*entity.mentions, *_mentions(members)), key=lambda mention: mention.begin)
        yield entity.model_copy(update={"mentions": tuple(mentions)}) if members else entity
    for place, members in left.values():
        sure = _confidence(members, meanings)
        yield Entity(
            type="PLACE",
            name=place.name,
            mentions=_mentions(members),
            links=_links(place),
            geo=_geo(place, members, meanings),
            confidence=sure,
        )


def _mentions(names: Iterable[PlaceName]) -> tuple[Mention, ...]:
    return tuple(Mention(begin=name.begin, end=name.end, text=name.text) for name in names)


def _confidence(names: Iterable[PlaceName], meanings: Mapping[PlaceName, Sense]) -> float:
    return round(fmean(meanings[name].confidence for name in names), 2)


def _links(place: Place) -> tuple[EntityLink, ...]:
    links = []
    if place.geonameid is not None:
        links.append(EntityLink(register_name=GEONAMES, id=str(place.geonameid), name=place.name))
    if place.kind == "country" and place.country is not None:
        links.append(EntityLink(register_name=ISO_3166, id=place.country, name=place.name))
    return tuple(links)


def _geo(place: Place, names: Iterable[PlaceName], meanings: Mapping[PlaceName, Sense]) -> Geo | None:
    if place.country is None:
        return None
    return Geo(
        country=place.country,
        geonameid=place.geonameid,
        lat=place.latitude,
        lon=place.longitude,
        confidence=_confidence(names, meanings),
    )
