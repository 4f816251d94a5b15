"""Which places a name may name.

Comes in: a name. Goes out: the places of that name, and the peoples of countries. The compiled database is
only read.

The places are those of GeoNames (https://www.geonames.org, CC BY 4.0) and some of our own table;
``compile/gazetteer.py`` tells which.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

Kind = Literal["country", "region", "county", "capital", "city", "known", "world"]

_DATABASE = Path(__file__).parent / "gazetteer.sqlite"
_LONGEST_NAME, _LONGEST_ACRONYM = 60, 3
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "-": " ", "–": " ", "‑": " "}
    | {"Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i"}
)
_SPELLINGS = {"st.": "saint", "st": "saint", "ft.": "fort", "ft": "fort", "mt.": "mount", "mt": "mount"}
_FIND = """
SELECT id, place.name, kind, country, region, latitude, longitude, population, spellings, alternate
FROM name JOIN place ON place.id = name.place WHERE name.name = ? ORDER BY population DESC, id
"""
_COUNTRIES = """
SELECT id, name, kind, country, region, latitude, longitude, population, spellings, 0 FROM place WHERE kind = 'country'
"""
_COUNTRIES_OF_OBLASTS = frozenset({"BG", "BY", "KG", "KZ", "RU", "UA", "UZ"})


@dataclass(frozen=True, slots=True)
class Place:
    """A place that has a name.

    Attributes
    ----------
    geonameid : int or None
        Its number at GeoNames, where we know it.
    kind : str
        A country, a first-level region, a county, a capital or other city, a well-known place, a part of the world.
    country, region : str or None
        ISO 3166-1 alpha-2, and the code of the first-level region at GeoNames; none for parts of the world.
    spellings : int
        How many other names and spellings GeoNames has of a town: the more, the better known it is.
    alternate : bool
        Whether the name that it was found by is not its main one.
    """

    geonameid: int | None
    name: str
    kind: Kind
    country: str | None
    region: str | None
    latitude: float | None
    longitude: float | None
    population: int
    spellings: int
    alternate: bool


class Gazetteer:
    """The compiled gazetteer."""

    def __init__(self, path: Path = _DATABASE) -> None:
        self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.demonyms: dict[str, str] = dict(self._database.execute("SELECT name, country FROM demonym"))
        """The adjectives and peoples of countries, as they are written, and the country."""
        rows = self._database.execute(_COUNTRIES)
        self._countries = {place.country: place for place in map(_place, rows)}

    @staticmethod
    @cache
    def default() -> Gazetteer:
        """Return the packaged one, opened once per process."""
        return Gazetteer()

    def find(self, name: str) -> tuple[Place, ...]:
        """Return the places of a name, written in any case and with or without accents, the largest first.

        A country's acronym is one in capitals alone: CAR is a country, and a car is none.
        """
        if len(name) > _LONGEST_NAME:
            return ()
        places = tuple(_place(row) for row in self._database.execute(_FIND, (folded(name),)))
        if name.isupper() or len(name) > _LONGEST_ACRONYM:
            return places
        return tuple(place for place in places if place.kind != "country" or folded(place.name) == folded(name))

    def country(self, code: str) -> Place:
        """Return the country of an ISO 3166-1 code."""
        return self._countries[code]

    def weight(self, name: str) -> float:
        """Return how likely a name names a place.

        4.5 for countries and parts of the world, 4 for first-level regions of a million people, 3 for cities of a
        million, 2.2 of a hundred thousand, 1.2 for those above 15,000, 0 for others; smaller regions and counties count
        as cities; an alternate name counts as if the place had a tenth of its people.
        """
        return max(map(_weight, self.find(name)), default=0.0)

    def has_oblast(self, name: str) -> bool:
        """Return whether the largest place of a name is in a country with oblasts, named after their capitals."""
        places = self.find(name)
        return bool(places) and places[0].country in _COUNTRIES_OF_OBLASTS


def folded(name: str) -> str:
    """Return the form of a name under which it is looked up: no case, accents, hyphens; Saint written out."""
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).casefold()
    words = "".join(letter for letter in plain if not unicodedata.combining(letter)).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(_SPELLINGS.get(word, word) for word in words) if len(words) > 1 else "".join(words)


def _place(row: tuple[object, ...]) -> Place:
    number, name, kind, country, region, latitude, longitude, population, spellings, alternate = cast(
        "tuple[int, str, Kind, str | None, str | None, int | None, int | None, int, int, int]", row
    )
    return Place(
        geonameid=number if number > 0 else None,
        name=name,
        kind=kind,
        country=country,
        region=region,
        latitude=None if latitude is None else latitude / 10_000,
        longitude=None if longitude is None else longitude / 10_000,
        population=population,
        spellings=spellings,
        alternate=bool(alternate),
    )


def _weight(place: Place) -> float:
    people = place.population / 10 if place.alternate else place.population
    if place.kind in ("country", "world"):
        return 4.5
    if place.kind == "region" and people >= 1_000_000:
        return 4.0
    if people < 15_000:
        return 0.0
    return 3.0 if people >= 1_000_000 else 2.2 if people >= 100_000 else 1.2
