"""Each enricher adds what it can tell, and none can cost an article anything."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.batch import enrich_manifest
from enricher.composer import compose, default_enrichers
from enricher.language import LanguageEnricher
from enricher.links import LinksEnricher
from enricher.near_duplicates import SignatureEnricher
from enricher.ports import Document, Enricher, NotApplicableError
from enricher.reading_time import ReadingTimeEnricher
from newsdesk.article import Enrichment, Keyphrase, Link
from newsdesk.words import count_unspaced_characters, count_words, words

ENGLISH = "Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there. " * 12
NOTHING = Enrichment()


class Failing:
    name = "failing"
    version = "1"

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:
        raise RuntimeError("model is broken")


class Phrases:
    """Needs the language, and counts how often the shared parse is made."""

    name = "phrases"
    version = "7"
    parses = 0

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:
        if found.language is None or found.language.code != "en":
            raise NotApplicableError("English only")
        return Enrichment(keyphrases=(Keyphrase(text=document.once("parse", self._parse), score=1.0),))

    def _parse(self) -> str:
        type(self).parses += 1
        return "steel doors"


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
    language = LanguageEnricher().enrich(Document(text, declared_language="fr"), NOTHING).language
    assert language is not None
    assert language.code == code
    assert 0.5 < language.confidence <= 1.0
    assert language.declared == "fr"


@pytest.mark.parametrize("text", ["", "12:30", "–", "ok", "3 – 0"])
def test_a_text_too_short_to_tell_has_no_language(text: str) -> None:
    language = LanguageEnricher().enrich(Document(text), NOTHING).language
    assert language is not None
    assert (language.code, language.confidence) == ("und", 0.0)


def test_the_language_is_told_without_any_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert LanguageEnricher().enrich(Document(ENGLISH), NOTHING).language is not None


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
    assert ReadingTimeEnricher().enrich(Document(text), NOTHING).reading_time_minutes == minutes


def test_each_link_is_given_once() -> None:
    links = tuple(
        Link(url=f"https://x.example/{path}", text=text, kind="internal") for path, text in ("a1", "b2", "a3")
    )
    found = LinksEnricher().enrich(Document("x", links=links), NOTHING).links
    assert [(link.url[-2:], link.text) for link in found] == [("/a", "1"), ("/b", "2")]


@pytest.mark.parametrize("enricher", [ReadingTimeEnricher(), SignatureEnricher()])
def test_an_enricher_without_anything_to_say_says_so(enricher: Enricher) -> None:
    with pytest.raises(NotApplicableError):
        enricher.enrich(Document(""), NOTHING)


def test_findings_are_composed_in_order_and_signed() -> None:
    # Given an enricher that needs what another one found
    document = Document(ENGLISH)
    # When they run in order
    enrichment = compose(document, [LanguageEnricher(), Phrases(), Phrases()])
    # Then both findings are there, with who made them, and what they share was made once
    assert enrichment.language is not None
    assert enrichment.keyphrases == (Keyphrase(text="steel doors", score=1.0),)
    assert [made.name for made in enrichment.provenance] == ["language", "phrases", "phrases"]
    assert Phrases.parses == 1
    assert enrichment.errors == ()


def test_a_failing_enricher_is_recorded_and_costs_nothing_else() -> None:
    enrichment = compose(Document(ENGLISH), [Failing(), Phrases(), ReadingTimeEnricher()])
    assert [(error.enricher, error.kind) for error in enrichment.errors] == [
        ("failing", "failed"),
        ("phrases", "not_applicable"),
    ]
    assert enrichment.errors[0].detail == "RuntimeError: model is broken"
    assert enrichment.reading_time_minutes is not None
    assert [made.name for made in enrichment.provenance] == ["reading-time"]


@settings(max_examples=100, deadline=None)
@given(body=st.text(max_size=300), headline=st.none() | st.text(max_size=40))
def test_no_text_makes_an_enricher_fail(body: str, headline: str | None) -> None:
    enrichment = compose(Document(body, headline), default_enrichers())
    assert [error for error in enrichment.errors if error.kind == "failed"] == []


def test_the_same_text_is_enriched_the_same() -> None:
    assert compose(Document(ENGLISH), default_enrichers()) == compose(Document(ENGLISH), default_enrichers())


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
