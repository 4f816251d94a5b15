"""What the article rests on is given with its kind and, where it is well known, its domain."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import analysis_of
from enricher.ports import Document
from enricher.speech import CitedSourcesEnricher
from newsdesk.contracts import CitedSource, Enrichment, Language
from tests.unit.test_quotes import PIECES


def cited(body: str, language: str = "en") -> tuple[CitedSource, ...]:
    found = Enrichment(language=Language(code=language, confidence=1.0))
    return CitedSourcesEnricher().enrich(analysis_of(Document(body)), found).cited_sources


def told(body: str, language: str = "en") -> list[tuple[str, str, str | None]]:
    return [(source.name, source.kind, source.domain) for source in cited(body, language)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("According to Reuters, the mine is closed.", ("Reuters", "agency", "reuters.com")),
        ("The Washington Post reported that it is closed.", ("Washington Post", "publication", "washingtonpost.com")),
        ("She told the BBC that it is closed.", ("BBC", "broadcaster", "bbc.com")),
        ("The mine is closed, she said in an interview with CNN.", ("CNN", "broadcaster", "cnn.com")),
        ("HAVANA (Reuters) - The mine is closed.", ("Reuters", "agency", "reuters.com")),
        ("The mine, she wrote on Twitter, is closed.", ("Twitter", "venue", "twitter.com")),
        ("She said on Ruritanian TV that the mine is closed.", ("Ruritanian TV", "venue", None)),
        ("Two sources said the mine is closed.", ("Two sources", "anonymous", None)),
        ("The mine is closed, police said.", ("police", "official", None)),
        ("The Times of London reported that it is closed.", ("The Times", "publication", "thetimes.com")),
        ("CNN's Marta Lind reported that it is closed.", ("CNN", "broadcaster", "cnn.com")),
        ("Reuters, which first reported the leak, called it small.", ("Reuters", "agency", "reuters.com")),
        ("Citing officials, she said that it is closed.", ("officials", "official", None)),
        ("The mine is closed, according to people briefed on it.", ("people briefed on it", "anonymous", None)),
        ("“It will close,” she said on Ruritanian TV. “And soon.”", ("Ruritanian TV", "venue", None)),
        ("A report by the auditors found that the mine is closed.", ("report by the auditors", "document", None)),
    ],
)
def test_a_source_has_a_kind_and_a_known_one_a_domain(body: str, expected: tuple[str, str, str | None]) -> None:
    assert told(body) == [expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The Guardian and El País reported that it is closed.", ["Guardian", "El País"]),
        ("According to the Guardian, Reuters and the BBC, it is closed.", ["Guardian", "Reuters", "BBC"]),
        ("She told Reuters and the BBC that it is closed.", ["Reuters", "BBC"]),
        ("CBS News, citing police, reported that it is closed.", ["CBS", "police"]),
        (
            "It was a mine. Reuters, citing two people familiar with the plan who may not speak of it, said it closed.",
            ["Reuters", "two people familiar with the plan"],
        ),
        ("She owns shares of Reuters and the BBC.", []),
    ],
)
def test_all_sources_of_a_report_are_cited(body: str, expected: list[str]) -> None:
    assert [source.name for source in cited(body)] == expected


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("Laut Reuters ist die Mine zu.", "de"),
        ("Nach Angaben von Reuters ist die Mine zu.", "de"),
        ("Laut einem Bericht der Reuters ist die Mine zu.", "de"),
        ("Reuters berichtete am Montag, die Mine sei zu.", "de"),
        ("Sie sagte am Montag in Oslo der Reuters, die Mine sei zu.", "de"),
        ("Sie sagte das im Interview mit der Reuters.", "de"),
        ("Selon Reuters, la mine est fermée.", "fr"),
        ("Elle a déclaré lundi à Reuters que la mine est fermée.", "fr"),
        ("Reuters informó de que la mina está cerrada.", "es"),
    ],
)
def test_a_publication_is_cited_in_other_languages_too(body: str, language: str) -> None:
    assert told(body, language) == [("Reuters", "agency", "reuters.com")]


@pytest.mark.parametrize(
    "body",
    [
        "Reuters has moved to a new building.",
        "Time is short, and the sun sets early.",
        "The mine is owned by the Times company.",
        "Marta Lind said that the mine is closed.",
        "She said in Oslo on Monday that the mine is closed.",
    ],
)
def test_what_the_text_does_not_rest_on_is_not_cited(body: str) -> None:
    assert cited(body) == ()


@pytest.mark.parametrize(
    "nobody",
    [
        "No scientist",
        "No independent analyst",
        "Not one witness",
        "Not a single resident",
        "Neither official",
        "Few experts",
        "Hardly any observer",
        "No report",
    ],
)
def test_nobody_is_no_source(nobody: str) -> None:
    assert cited(f"{nobody} said that the mine was safe.") == ()


def test_a_source_that_the_text_does_not_name_because_there_is_none_is_not_cited() -> None:
    assert cited("The gazette, citing no official, said that the mine was safe.") == ()


@pytest.mark.parametrize("somebody", ["A few experts", "No fewer than 20 officials", "Many scientists", "One witness"])
def test_somebody_who_is_only_counted_is_a_source(somebody: str) -> None:
    assert len(cited(f"{somebody} said that the mine was safe.")) == 1


def test_a_source_cited_twice_is_one_with_two_mentions() -> None:
    body = "Reuters reported a leak. According to Reuters, it is small."
    assert [[mention.begin for mention in source.mentions] for source in cited(body)] == [[0, 38]]


def test_the_table_has_each_name_once_and_each_domain_without_a_scheme() -> None:
    from importlib.resources import files

    rows = list(
        csv.DictReader((files("enricher.speech") / "publications.csv").read_text(encoding="utf-8").splitlines())
    )
    names = [name for row in rows for name in [row["name"], *filter(None, row["also"].split("|"))]]
    assert len(names) == len(set(names)) > 200
    assert {row["kind"] for row in rows} == {"publication", "agency", "broadcaster", "venue"}
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", row["domain"]) for row in rows)


NAMES = st.sampled_from(
    [" Reuters", " the BBC", " reported", " (AP) - ", " Two sources said", " wrote in", " Le Monde"]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | NAMES, max_size=25).map("".join), st.sampled_from(["en", "de"]))
def test_mentions_name_their_text_in_code_points(body: str, language: str) -> None:
    for source in cited(body, language):
        assert source.mentions
        for mention in source.mentions:
            assert body[mention.begin : mention.end] == mention.text != ""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Nach Angaben der Deutschen Presse-Agentur ist die Mine zu.", "dpa"),
        ("Der Minister sagte der Süddeutschen Zeitung, die Mine sei zu.", "Süddeutsche Zeitung"),
    ],
)
def test_a_publication_is_known_in_another_case(body: str, name: str) -> None:
    assert [source.name for source in cited(body, "de")] == [name]
