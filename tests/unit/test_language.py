"""The language of a text is recognised from few words, and so are passages in another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.composer import analysis_of
from enricher.ports import Document
from enricher.statistics import LanguageEnricher
from newsdesk.contracts import Enrichment, Language

ENRICHER = LanguageEnricher()
NOTHING = Enrichment()


def language_of(body: str, headline: str | None = None, declared: str | None = None) -> Language:
    language = ENRICHER.enrich(analysis_of(Document(body, headline, declared_language=declared)), NOTHING).language
    assert language is not None
    return language


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Fog shuts the airport", "en"),
        ("Nebel über dem Hafen", "de"),
        ("La niebla cierra", "es"),
        ("Il ponte è aperto", "it"),
        ("Le pont rouvre lundi", "fr"),
        ("A ponte abre amanhã", "pt"),
        ("De brug gaat open", "nl"),
        ("Most znów otwarty", "pl"),
        ("Köprü yeniden açıldı", "tr"),
        ("Мост снова открыт", "ru"),
        ("Міст знову відкрили", "uk"),
        ("افتتاح الجسر غدا", "ar"),
        ("橋が再開した", "ja"),
        ("大桥重新开放", "zh"),
        ("다리가 다시 열렸다", "ko"),
    ],
)
def test_a_title_of_twenty_characters_is_enough(title: str, code: str) -> None:
    assert language_of(title).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Regeringen vil hæve skatten på flyrejser i det nye år, siger ministeren.", "da"),
        ("El govern vol apujar els impostos als vols aquest any, diu la ministra.", "ca"),
        ("Vláda chce příští rok zvýšit daně z letenek.", "cs"),
        ("دولت می‌خواهد مالیات را افزایش دهد", "fa"),
        ("Serikali inataka kupandisha kodi ya safari za ndege mwaka huu, waziri amesema Jumatatu.", "sw"),
        ("Η κυβέρνηση θέλει να αυξήσει τους φόρους.", "el"),
        ("הממשלה רוצה להעלות מסים", "he"),
        ("รัฐบาลต้องการขึ้นภาษี", "th"),
    ],
)
def test_languages_of_less_news_are_told_from_those_of_more(text: str, code: str) -> None:
    assert language_of(text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("La informacion sobre la creacion de una comision", "es"),
        ("La informacin sobre la creacin de una comisin", "es"),
        ("Baþkan yeni köprünün açýlýþýný dün akþam yaptý", "tr"),
        ("Мiнiстр вiдкрив новий мiст", "uk"),
    ],
    ids=["without accents", "without the letters that had one", "a wrong code page", "Latin letters in Cyrillic"],
)
def test_damaged_spelling_does_not_mislead(text: str, code: str) -> None:
    assert language_of(text).code == code


def test_a_doubtful_title_is_less_sure_than_a_clear_one() -> None:
    assert language_of("Collection").confidence < 0.8 < language_of("The collection of their letters").confidence


def test_the_declared_language_decides_only_where_the_text_does_not() -> None:
    # Given a title that is good Portuguese and good Spanish, and one that is Spanish alone
    ambiguous, clear = "Debate sobre", "El debate sobre la ley de aguas"
    # Then what the page says settles the first and not the second
    assert language_of(ambiguous, declared="pt-BR").code == "pt"
    assert language_of(ambiguous, declared="es").code == "es"
    assert language_of(clear, declared="pt-BR").code == "es"


@pytest.mark.parametrize("text", ["Angela Merkel met Putin in Paris.", "Macron met Sánchez in Madrid."])
def test_a_weak_guess_yields_to_what_is_declared(text: str) -> None:
    # Given a text of which little but names could tell
    guess = language_of(text)
    assert guess.code != "en"
    # Then what is declared is believed, unless it cannot be
    assert (language_of(text, declared="en").code, language_of(text, declared="en").agrees) == ("en", True)
    assert language_of(text, declared="ru").code == guess.code


def test_a_title_is_read_by_both_models() -> None:
    # Given a title of names that the tables of words alone take for Dutch, when the second model is asked, too
    assert language_of("Macron met Sánchez in Madrid on Monday.").code == "en"


@pytest.mark.parametrize(
    ("declared", "agrees"),
    [("en", True), ("en-GB", True), ("EN_us", True), ("fr", False), (None, None), ("", None)],
)
def test_the_declared_language_is_compared(declared: str | None, agrees: bool | None) -> None:
    assert language_of("The bridge will open again on Friday.", declared=declared).agrees is agrees


@pytest.mark.parametrize(
    ("text", "declared"),
    [("大桥在关闭十四个月之后重新开放", "zh-Hant-TW"), ("Broen åpner igjen på fredag i neste uke", "nb")],
)
def test_subtags_of_one_language_agree(text: str, declared: str) -> None:
    assert language_of(text, declared=declared).agrees is True


def test_passages_in_another_language_are_found() -> None:
    # Given an English report that quotes three people in their own languages
    body = (
        "The mayor spoke for an hour about the water, and hardly anybody left before the end of it.\n"
        "“Nous ne céderons pas devant les menaces du gouvernement”, she said, “and we will stay in this town”.\n"
        "На этот раз мы никуда не уйдём, это наш город, и другого у нас нет.\n"
        "On a banner stood “Ya no queda agua en los pozos del pueblo”, and below it a list of names.\n"
        "Mr Okonkwo-Lindqvist of Société Générale met Akihito Yamamoto and Giuseppe Ferrari in the hall."
    )
    # When the language is recognised
    language = language_of(body)
    # Then each of the three is a passage, in its own span, and names alone are none
    assert language.code == "en"
    assert [(passage.code, body[passage.begin : passage.end]) for passage in language.passages] == [
        ("fr", "Nous ne céderons pas devant les menaces du gouvernement"),
        ("ru", "На этот раз мы никуда не уйдём, это наш город, и другого у нас нет."),
        ("es", "Ya no queda agua en los pozos del pueblo"),
    ]


paragraphs = st.lists(
    st.text(max_size=20)
    | st.sampled_from(
        [
            "The ferry leaves the harbour every hour until the last of the islanders have gone home.",
            "На этот раз мы никуда не уйдём, это наш город, и другого у нас нет.",
            "Ya no queda agua en los pozos del pueblo, y los vecinos esperan la lluvia.",
        ]
    ),
    min_size=2,
    max_size=6,
).map("\n".join)
"""Bodies in more than one language, and with anything between."""


@settings(max_examples=150, deadline=None)
@given(body=st.text(max_size=400) | paragraphs, declared=st.none() | st.text(max_size=12))
def test_any_text_has_a_language_and_passages_inside_it(body: str, declared: str | None) -> None:
    language = language_of(body, declared=declared)
    assert language.code
    assert 0.0 <= language.confidence <= 1.0
    ends = [0]
    for passage in language.passages:
        assert ends[-1] <= passage.begin < passage.end <= len(body)
        ends.append(passage.end)


def test_a_run_of_a_million_letters_is_read_in_no_time() -> None:
    # Given a body that is one word, and one that is one long unspaced paragraph with a sign of an address
    for body in ("a" * 1_000_000, "ab" * 100_000 + "@"):
        # When its language is judged, Then that ends: a search that backtracks takes minutes
        assert LanguageEnricher().enrich(analysis_of(Document(body=body)), Enrichment()).language is not None
