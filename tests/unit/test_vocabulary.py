"""The marks and words by which all judges tell text apart."""

from __future__ import annotations

import pytest

from extractor.text import BYLINE_WORDS, READ_ON, UNSPACED, ends_sentence, fold, is_worded


@pytest.mark.parametrize(
    "text",
    [
        "It ended.",
        "Did it?",
        "“It ended.”",
        "It ended (at last.)",
        "终于结束了。",
        "یہ ختم ہوا؟",
        "यह समाप्त हुआ।",
        "And…",
    ],
)
def test_a_mark_ends_a_sentence_whatever_closes_behind_it(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["", "The gates", "The gates:", "At 3.5 metres", "“The gates”", "First, second,"])
def test_what_has_no_such_mark_at_its_end_ends_no_sentence(text: str) -> None:
    assert not ends_sentence(text)


def test_a_text_has_the_words_of_another_and_no_others() -> None:
    words = fold("The Gates of Straßburg")
    assert is_worded("“the gates — of STRASSBURG!”", words)
    assert not is_worded("The gates of Straßburg open", words)
    assert not is_worded("Of the gates, Straßburg", words)
    assert is_worded("…", [])
    assert not is_worded("Gates", [])


def test_case_punctuation_and_white_space_fold_away() -> None:
    assert fold("  The GATES — “Straße” ") == ["the", "gates", "strasse"]
    assert fold("…") == []


@pytest.mark.parametrize(
    "text", ["Read more", "continue reading", "Weiterlesen", "lire la suite", "Leer más", "続きを読む", "czytaj dalej"]
)
def test_a_control_to_read_on_is_known_in_several_languages(text: str) -> None:
    assert READ_ON.match(text)


@pytest.mark.parametrize("text", ["reading", "showing", "morecambe", "They read the letter aloud"])
def test_words_that_merely_resemble_them_are_not_controls(text: str) -> None:
    assert not READ_ON.search(text)


def test_only_scripts_without_spaces_are_unspaced() -> None:
    assert all(UNSPACED.match(character) for character in "字かカไ")
    assert not any(UNSPACED.match(character) for character in "aж한א、")


def test_a_byline_holds_what_introduces_names_and_what_joins_them() -> None:
    assert {"by", "von", "par", "and", "und", "et"} <= BYLINE_WORDS
