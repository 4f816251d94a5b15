"""Which places a name in a text may name.

Comes in: a name as the text has it, and the gazetteer. Goes out: places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from enricher.places.gazetteer import Gazetteer, Place

_FEWEST_LETTERS, _FEWEST_LETTERS_OF_A_TOWN, _LONGEST_ACRONYM = 3, 4, 4
_LARGEST_REGION_OF_A_TOWN = 8
"""Times the town's people."""

KIND_WORDS = re.compile(
    r"^(?:(?:the )?(?:Republic|State|City|Kingdom|Province|County|Port|Town|Islamic Republic|Commonwealth) of (?:the )?"
    r"|(?:Greater|Downtown|Metro|Central|North|South|East|West|Northern|Southern|Eastern|Western|Northeast|Northwest"
    r"|Southeast|Southwest|Upper|Lower|Inner|Mid|County|Co\.?)[ -])"
    r"|,? (?:State|City|Province|County|Region|District|Oblast|Governorate|Prefecture|Town|Township|Borough|Metro"
    r"|area)$",
    re.IGNORECASE,
)
"""What tells only the kind of a place, before or behind its name."""


def find_candidates(text: str, gazetteer: Gazetteer, *, inside: bool = False) -> tuple[Place, ...]:
    """Find a name, if need be without what tells only its kind: the Republic of Armenia, Greater Boston.

    Four letters in capitals mean a town (DOHA) only where no country or region is called by them, and not inside of a
    longer name.
    """
    found = _towns_for_regions(gazetteer.find(text))
    if len(text) < _FEWEST_LETTERS or (text.isupper() and len(text) <= _LONGEST_ACRONYM):
        areas = tuple(place for place in found if place.kind in ("country", "region", "world", "known"))
        may_be_town = not inside and len(text) >= _FEWEST_LETTERS_OF_A_TOWN
        return areas or tuple(town for town in found if may_be_town and not town.alternate)
    bare = KIND_WORDS.sub("", text) if not found else ""
    return gazetteer.find(bare) if len(bare) > _FEWEST_LETTERS and bare != text else found


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
