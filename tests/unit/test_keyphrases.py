"""Keyphrases name what a text is about, best first."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import compose
from enricher.entities import EntitiesEnricher
from enricher.ports import Document
from enricher.statistics import MOST_KEYPHRASES, KeyphrasesEnricher, LanguageEnricher
from enricher.statistics.function_words import function_words
from newsdesk.contracts import Enrichment

NEWS = """The lighthouse on Farne Island will be lit again after nineteen years.
The keeper's daughter, Ingrid Solheim, bought the lighthouse from the harbour board in March. "It was dark for too
long," Solheim said on Monday.
The harbour board had switched the lamp off when ships began to steer by satellite. Fishermen never liked that. The
lamp of the lighthouse was the only thing they saw in a storm, said one of them, and a satellite does not help when
the battery is flat.
Solheim repaired the lamp with parts from a museum in Bergen. The harbour board will pay for the electricity for a
year. Farne Island has eleven inhabitants, and all of them came to watch."""

ABSTRACT = """Soil moisture and the autumn flowering of alpine meadows
Flowering in alpine meadows is thought to follow snow melt. We tested this with satellite images and field counts from
three mountain ranges. A mixed-effects model shows that soil moisture in late summer explains more of the variance
than snow melt or mean air temperature. The effect is strongest on steep slopes, where shallow soils dry out first.
Climate models that ignore soil moisture overestimate the length of the growing season."""

GERMAN = """Der Leuchtturm auf der Insel Norderoog brennt wieder. Die Tochter des Wärters kaufte den Leuchtturm im März.
Der Leuchtturm war neunzehn Jahre dunkel. Das neue Licht reicht zwölf Meilen weit, sagt die Tochter des Wärters."""


@cache
def keyphrases_of(body: str, headline: str | None = None) -> Enrichment:
    return compose(Document(body, headline), [LanguageEnricher(), EntitiesEnricher(), KeyphrasesEnricher()])


def test_what_recurs_in_news_comes_first() -> None:
    phrases = [phrase.text for phrase in keyphrases_of(NEWS).keyphrases]
    assert phrases[0] == "lighthouse"
    assert {"Solheim", "lamp", "harbour board", "Farne Island"} <= set(phrases[:7])


def test_a_fragment_of_a_recurring_name_is_not_given_beside_it() -> None:
    phrases = [phrase.text for phrase in keyphrases_of(NEWS).keyphrases]
    assert "Farne Island" in phrases
    assert not {"Farne", "Island", "board", "harbour"} & set(phrases)


def test_terms_of_several_words_come_first_in_an_abstract() -> None:
    phrases = [phrase.text for phrase in keyphrases_of(ABSTRACT).keyphrases][:8]
    assert {"alpine meadows", "snow melt", "satellite images"} <= set(phrases)
    assert "soil moisture" in {phrase.lower() for phrase in phrases}
    assert sum(" " in phrase for phrase in phrases) >= 7


def test_numbers_days_and_grammar_are_no_keyphrases() -> None:
    phrases = {phrase.text.lower() for phrase in keyphrases_of(NEWS).keyphrases}
    assert not phrases & {"monday", "march", "nineteen years", "year", "the", "them", "one"}


def test_verbs_that_tell_whose_words_are_given_are_no_keyphrases() -> None:
    # Given news whose every other sentence says who said it
    body = "\n".join(
        f'The {what} will close, {who} said on Monday. "We are sorry," {who} added. A notice told visitors.'
        for what, who in (("museum", "Ingrid Solheim"), ("archive", "Ola Berg"), ("library", "Nina Dahl"))
    )
    # When / Then
    phrases = {phrase.text.lower() for phrase in keyphrases_of(body).keyphrases}
    assert "museum" in phrases
    assert not phrases & {"said", "say", "added", "told"}


def test_words_of_the_headline_gain() -> None:
    # Given the same text under two headlines
    plain = {phrase.text: phrase.score for phrase in keyphrases_of(NEWS).keyphrases}
    about_lamp = {phrase.text: phrase.score for phrase in keyphrases_of(NEWS, "An old lamp").keyphrases}
    # Then a word gains where the headline has it
    assert about_lamp["lamp"] > plain["lamp"]


def test_scores_fall_from_one() -> None:
    scores = [phrase.score for phrase in keyphrases_of(NEWS).keyphrases]
    assert scores[0] == 1.0
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert len(scores) <= MOST_KEYPHRASES


def test_other_languages_give_what_recurs() -> None:
    phrases = [phrase.text for phrase in keyphrases_of(GERMAN).keyphrases]
    assert phrases[0] == "Leuchtturm"
    assert "Tochter" in phrases
    assert not {"der", "Der", "die", "Die", "des"} & set(phrases)


def test_function_words_of_other_languages_are_no_keyphrases() -> None:
    # Given a text in which function words that are not frequent recur as often as its subject
    body = "Trotzdem brennt der Leuchtturm. Deshalb ist er, trotzdem, dunkel, und deshalb steht der Leuchtturm dort."
    phrases = {phrase.text.lower() for phrase in keyphrases_of(f"{body} {body}").keyphrases}
    assert "leuchtturm" in phrases
    assert not {"trotzdem", "deshalb"} & phrases


@pytest.mark.parametrize(("language", "word"), [("de", "trotzdem"), ("no", "mellom"), ("fr", "cependant")])
def test_function_words_are_known_by_language(language: str, word: str) -> None:
    assert word in function_words(language)


@pytest.mark.parametrize("language", ["qq", "../lang/de", ""])
def test_a_language_without_a_list_has_no_function_words(language: str) -> None:
    assert function_words(language) == frozenset()


@pytest.mark.parametrize(
    "body", ["", "大桥在关闭十四个月之后于星期五重新开放。", "Η κυβέρνηση θέλει να αυξήσει τους φόρους."]
)
def test_a_language_without_a_word_list_is_not_applicable(body: str) -> None:
    enrichment = keyphrases_of(body)
    assert enrichment.keyphrases == ()
    assert "keyphrases" in {left.enricher for left in enrichment.not_applicable}


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(noise=st.text(max_size=120), headline=st.none() | st.text(max_size=40))
def test_no_text_breaks_the_search_for_keyphrases(noise: str, headline: str | None) -> None:
    enrichment = keyphrases_of(f"The bridge will open again on Friday. {noise}", headline)
    assert [error for error in enrichment.errors if error.kind == "failed"] == []
    assert all(phrase.text.strip() for phrase in enrichment.keyphrases)
