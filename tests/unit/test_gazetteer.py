"""A name gives the places that bear it, however it is written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from enricher.places import Gazetteer, folded

PATH = Path(__file__).resolve().parents[2] / "functions/enrich/enricher/places/gazetteer.sqlite"


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("Mali", "country", "ML"),
        ("the U.S.", "country", "US"),
        ("UK", "country", "GB"),
        ("Côte d'Ivoire", "country", "CI"),
        ("Burma", "country", "MM"),
        ("BEIRUT", "capital", "LB"),
        ("Kiev", "capital", "UA"),
        ("Bogota", "capital", "CO"),
        ("Munich", "city", "DE"),
        ("St. Louis", "city", "US"),
        ("Quebec City", "city", "CA"),
        ("Bavaria", "region", "DE"),
        ("Calif.", "region", "US"),
        (", TX", "region", "US"),
        ("Ont.", "region", "CA"),
        ("Orange County", "county", "US"),
        ("Kremlin", "known", "RU"),
        ("Black Sea", "world", None),
        ("Latin America", "world", None),
    ],
)
def test_a_name_gives_a_place(name: str, kind: str, country: str | None) -> None:
    assert (kind, country) in {(place.kind, place.country) for place in Gazetteer.default().find(name)}


def test_a_name_gives_all_places_that_bear_it_the_largest_first() -> None:
    found = Gazetteer.default().find("Paris")
    assert (found[0].country, found[0].geonameid) == ("FR", 2988507)
    assert {"FR", "US", "CA"} <= {place.country for place in found}


@pytest.mark.parametrize("name", ["", " ", "Wxyzvlt", "Union", "TX", "x" * 1000, "'; DROP TABLE place; --"])
def test_what_names_no_place_gives_none(name: str) -> None:
    assert Gazetteer.default().find(name) == ()


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("Mali", 4.5),
        ("Texas", 4.0),
        ("Europe", 4.5),
        ("Chicago", 3.0),
        ("Dayton", 2.2),
        ("Zwolle", 2.2),
        ("Wxyzvlt", 0.0),
    ],
)
def test_the_better_known_a_place_the_greater_its_weight(name: str, weight: float) -> None:
    assert Gazetteer.default().weight(name) == weight


def test_adjectives_and_peoples_tell_the_country() -> None:
    demonyms = Gazetteer.default().demonyms
    names = ("Dutch", "Filipinos", "South Korean", "Swiss", "Frenchmen")
    assert [demonyms[name] for name in names] == ["NL", "PH", "KR", "CH", "FR"]
    assert "Polands" not in demonyms


def test_each_demonym_belongs_to_a_country_of_the_gazetteer() -> None:
    gazetteer = Gazetteer.default()
    assert all(gazetteer.country(code).country == code for code in gazetteer.demonyms.values())


def test_case_accents_and_hyphens_do_not_tell_names_apart() -> None:
    assert folded("São Tomé") == folded("SAO TOME")
    assert folded("Aix-en-Provence") == folded("Aix en  Provence")
    assert folded("St. Petersburg") == folded("Saint Petersburg")
    assert folded("The Hague") == folded("Hague")


def test_the_gazetteer_cannot_be_written() -> None:
    database = Gazetteer()._database
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        database.execute("DELETE FROM place")
    database.close()


def test_the_gazetteer_stays_small() -> None:
    assert PATH.stat().st_size <= 12_000_000
