"""Each enricher adds what it can tell, and none can cost an article anything."""

from __future__ import annotations

import json
import socket
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enricher.composer import analysis_of, compose, default_enrichers
from enricher.manifest import enrich_manifest
from enricher.parsing import ParsedText
from enricher.ports import Analysis, Document, Enricher, NotApplicableError, well_formed
from enricher.statistics import LanguageEnricher, LinksEnricher, ReadingTimeEnricher, SignatureEnricher
from newsdesk.contracts import Enrichment, Keyphrase, Language, Link, Mention, Quote, to_json_bytes
from newsdesk.words import count_unspaced_characters, count_words, words
from tests.hash_seeds import outputs_by_hash_seed

ENGLISH = "Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there. " * 12
NOTHING = Enrichment()


class Failing:
    name = "failing"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        raise RuntimeError("model is broken")


class Phrases:
    """Needs the language, and keeps the parses that it was given."""

    name = "phrases"
    version = "7"

    def __init__(self) -> None:
        self.parses: list[ParsedText] = []

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        self.parses.append(analysis.parse(found))
        return Enrichment(keyphrases=(Keyphrase(text="steel doors", score=1.0),))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        ("Das Stadtbad bleibt: 2.300 Wendlitzer haben Anteile zu je 250 Euro gezeichnet.", "de"),
        ("La desaladora de Puerto Ceniza, prometida para el verano, está por fin en marcha.", "es"),
        ("橋は金曜日に再開した。市民は一年以上も待っていた。", "ja"),
        ("大桥在关闭十四个月之后于星期五重新开放。", "zh"),
    ],
)
def test_the_language_is_named(text: str, code: str) -> None:
    language = LanguageEnricher().enrich(analysis_of(Document(text, declared_language="fr")), NOTHING).language
    assert language is not None
    assert language.code == code
    assert 0.5 < language.confidence <= 1.0
    assert language.declared == "fr"


@pytest.mark.parametrize("text", ["", "12:30", "–", "ok", "3 – 0"])
def test_a_text_too_short_to_tell_has_no_language(text: str) -> None:
    language = LanguageEnricher().enrich(analysis_of(Document(text)), NOTHING).language
    assert language is not None
    assert (language.code, language.confidence) == ("und", 0.0)


def test_the_language_is_recognised_without_any_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert LanguageEnricher().enrich(analysis_of(Document(ENGLISH)), NOTHING).language is not None


def test_words_are_counted_as_people_do() -> None:
    assert words("Don't e-mail the “Café Élan” 3.5 times – ok?") == [
        "Don't",
        "e-mail",
        "the",
        "Café",
        "Élan",
        "3.5",
        "times",
        "ok",
    ]
    assert count_words("橋は再開した。The bridge") == 8
    assert count_unspaced_characters("橋は再開した。The bridge") == 6


@pytest.mark.parametrize(
    ("text", "minutes"), [("word " * 238, 1.0), ("word " * 2380, 10.0), ("word", 0.1), ("字" * 255, 1.0)]
)
def test_reading_takes_its_time(text: str, minutes: float) -> None:
    assert ReadingTimeEnricher().enrich(analysis_of(Document(text)), NOTHING).reading_time_minutes == minutes


def test_each_link_is_given_once() -> None:
    links = tuple(
        Link(url=f"https://x.example/{path}", text=text, kind="internal") for path, text in ("a1", "b2", "a3")
    )
    found = LinksEnricher().enrich(analysis_of(Document("x", links=links)), NOTHING).links
    assert [(link.url[-2:], link.text) for link in found] == [("/a", "1"), ("/b", "2")]


@pytest.mark.parametrize("enricher", [ReadingTimeEnricher(), SignatureEnricher()])
def test_an_enricher_without_anything_to_say_says_so(enricher: Enricher) -> None:
    with pytest.raises(NotApplicableError):
        enricher.enrich(analysis_of(Document("")), NOTHING)


def test_findings_are_composed_in_order_and_signed() -> None:
    # Given an enricher that needs what another one found
    document = Document(ENGLISH)
    # When they run in order
    phrases = Phrases()
    enrichment = compose(document, [LanguageEnricher(), phrases, phrases])
    # Then both findings are there, with who made them, and what they share was made once
    assert enrichment.language is not None
    assert enrichment.keyphrases == (Keyphrase(text="steel doors", score=1.0),)
    assert [made.name for made in enrichment.provenance] == ["language", "phrases", "phrases"]
    assert phrases.parses[0] is phrases.parses[1]
    assert enrichment.errors == ()


def test_a_failing_enricher_is_recorded_and_costs_nothing_else() -> None:
    enrichment = compose(Document(ENGLISH), [Failing(), Phrases(), ReadingTimeEnricher()])
    assert [(error.enricher, error.kind) for error in enrichment.errors] == [("failing", "failed")]
    assert enrichment.errors[0].detail == "RuntimeError: model is broken"
    assert enrichment.reading_time_minutes is not None
    assert [made.name for made in enrichment.provenance] == ["reading-time"]


def test_an_enricher_that_is_not_made_for_a_text_is_no_error() -> None:
    enrichment = compose(Document(ENGLISH), [Phrases(), ReadingTimeEnricher()])
    assert enrichment.errors == ()
    (left_out,) = enrichment.not_applicable
    assert (left_out.enricher, left_out.detail) == ("phrases", "only English bodies are parsed")


ANY_TEXT = st.text(st.characters(), max_size=300)
"""Of all code points, halves of characters (surrogates) among them."""


class English:
    """Takes every text for English, so that every enricher reads it."""

    name = "language"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        return Enrichment(language=Language(code="en", confidence=1.0))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(body=ANY_TEXT, headline=st.none() | ANY_TEXT, declared=st.none() | ANY_TEXT)
@example(body="Mayor Jane \ud800Doe said \udfff: “We go to London, \udc00.”", headline="\ud83d", declared="\udfff")
@pytest.mark.parametrize("english", [False, True])
def test_no_text_makes_an_enricher_fail(english: bool, body: str, headline: str | None, declared: str | None) -> None:
    # Given any text
    document = Document(body, headline, declared_language=declared)
    # When it is enriched, also as if it were English
    enrichment = compose(
        document, [*default_enrichers()[:1], *([English()] if english else []), *default_enrichers()[1:]]
    )
    # Then nothing fails, spans name the text as it is in UTF-8, and nothing has moved
    assert [error for error in enrichment.errors if error.kind == "failed"] == []
    to_json_bytes(enrichment)
    mentions: list[Quote | Mention] = [*enrichment.summary, *enrichment.quotes]
    mentions += [mention for entity in enrichment.entities for mention in entity.mentions]
    for mention in mentions:
        assert mention.text == well_formed(body)[mention.begin : mention.end]


@given(ANY_TEXT)
def test_half_a_character_becomes_one_that_stands_for_it(text: str) -> None:
    formed = well_formed(text)
    assert len(formed) == len(text)
    for before, after in zip(text, formed, strict=True):
        assert after == ("\ufffd" if unicodedata.category(before) == "Cs" else before)


IN_ANOTHER_PROCESS = """
import sys
from enricher.composer import compose, default_enrichers
from enricher.ports import Document
from newsdesk.contracts.article import to_json_bytes
sys.stdout.buffer.write(to_json_bytes(compose(Document(sys.stdin.read()), default_enrichers())))
"""
STORY = """Mayor Ilse Brandt reopened the Harbour Bridge in Wendlitz on Friday. "It took too long," Brandt said.

The Wendlitz Port Authority (WPA) had closed it in May. WPA engineer Dr. Tomás Oliveira told Reuters that the steel
came from Poland and Mali. Oliveira's team checked every bolt, and Oliveira left for the U.S. on Sunday.

From Paris, Texas, to Springfield and Georgia: Dutch, Peruvian and U.S. firms met in Munich and Cairo.

Marta Lind said “no.” According to Reuters, two sources said she denied it and vowed to sue. “So be it,” he said.
"""


@pytest.mark.slow
def test_the_same_text_gives_the_same_bytes_in_every_process() -> None:
    # Given two processes that hash strings differently
    outputs = outputs_by_hash_seed(IN_ANOTHER_PROCESS, STORY)
    # Then both write what this one does, of every kind
    found = compose(Document(STORY), default_enrichers())
    assert outputs == [to_json_bytes(found)] * 2
    assert all((found.entities, found.countries, found.quotes, found.cited_sources, found.keyphrases, found.summary))


def test_a_batch_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    good = {"id": "good", "title": "The gates", "text": ENGLISH, "lang": "en"}
    manifest.write_text("\n".join(["{", json.dumps({"id": "no-text"}), "", json.dumps(good)]), encoding="utf-8")
    results = list(enrich_manifest(manifest))
    assert [result["id"] for result in results] == [1, "no-text", "good"]
    assert ["error" in result for result in results] == [True, True, False]
    assert results[2]["language"] == {
        "code": "en",
        "confidence": results[2]["language"]["confidence"],
        "declared": "en",
        "agrees": True,
    }
    assert results[2]["readingTimeMinutes"] > 0
    assert [results[2][name] for name in ("quotes", "links", "errors")] == [[], [], []]


@pytest.mark.parametrize(
    ("line", "identifier", "wrong"),
    [
        (b'{"id": "a", "text": null}', "a", "text: Input should be a valid string"),
        (b'{"id": "a"}', "a", "text: Field required"),
        (b'{"text": "b"}', 2, "id: Field required"),
        (b'{"id": "a", "text": 3, "title": []}', "a", "text: Input should be a valid string; title: Input should be"),
        (b'{"id": "a", "text": ["b"]}', "a", "text: Input should be a valid string"),
        (b'{"id": true, "text": "b"}', 2, "id: Input should be a valid string"),
        (b'{"id": "\\ud800", "text": 3}', "\ufffd", "text: Input should be a valid string"),
        (b"[]", 2, "not an object"),
        (b"null", 2, "not an object"),
        (b'{"id": 7, "text": "again"}', 7, "id: line 1 has it, too"),
        (b"{", 2, "not JSON: Expecting property name enclosed in double quotes at character 1"),
        (b'{"id": "a", "text": "\xff"}', 2, "not UTF-8 at byte 21"),
        (b"[" * 100_000, 2, "not JSON that can be read: "),
        (b'{"id": ' + b"1" * 5_000 + b"}", 2, "not JSON that can be read: "),
    ],
)
def test_a_bad_line_is_reported_in_one_line(tmp_path: Path, line: bytes, identifier: str | int, wrong: str) -> None:
    # Given a bad line between two good ones
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(b'{"id": 7, "text": "one"}\n' + line + b'\n{"id": 9, "text": "two"}\n')
    # When
    results = list(enrich_manifest(manifest, [ReadingTimeEnricher()]))
    # Then it alone has an error, which says which line and what is wrong
    assert ["error" in result for result in results] == [False, True, False]
    assert results[1]["id"] == identifier
    assert results[1]["error"].startswith(f"line 2: {wrong}")
    assert len(results[1]["error"].splitlines()) == 1


def test_a_manifest_may_escape_half_a_character(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(
        b'{"id": "\\ud83d", "text": "The gates \\ud83d are shut.", "title": "\\udfff", "lang": "\\ud800"}'
    )
    (result,) = enrich_manifest(manifest)
    assert result["id"] == "\ufffd"
    assert [error for error in result["errors"] if error["kind"] == "failed"] == []
    json.dumps(result, ensure_ascii=False).encode("utf-8")


def test_a_batch_tells_which_lines_are_near_duplicates(tmp_path: Path) -> None:
    # Given a manifest with a shortened copy of a text, an unrelated text, the text itself, and one too short to tell
    words_of_it = [f"word{number}" for number in range(200)]
    texts = {
        "short copy": words_of_it[:80],
        "another": [f"other{number}" for number in range(90)],
        "whole": words_of_it,
        "copy": ["once", "more", *words_of_it],
        "note": ["too", "short"],
    }
    manifest = tmp_path / "manifest.jsonl"
    lines = [json.dumps({"id": name, "text": " ".join(text)}) for name, text in texts.items()]
    manifest.write_text("\n".join(lines), encoding="utf-8")

    # When it is enriched
    rows = {row["id"]: row for row in enrich_manifest(manifest)}

    # Then each line names the one that stands for its cluster, and a certain copy names its original
    assert {name: row["cluster"] for name, row in rows.items()} == {
        "short copy": "short copy",
        "another": "another",
        "whole": "short copy",
        "copy": "short copy",
        "note": None,
    }
    assert {name: row.get("duplicateOf") for name, row in rows.items()} == {
        "short copy": None,
        "another": None,
        "whole": None,
        "copy": "whole",
        "note": None,
    }
    assert not any("signature" in row for row in rows.values())
