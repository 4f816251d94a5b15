"""Quotations are found by their marks, whichever a text uses, and an apostrophe is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.speech.quoted_speech import is_statement
from enricher.text import quotations


def quoted(text: str) -> list[str]:
    return [text[quotation.begin : quotation.end] for quotation in quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('She said "we will go" and left.', ['"we will go"']),
        ("She said “we will go” and left.", ["“we will go”"]),
        ("She said ''we will go'' and left.", ["''we will go''"]),
        ("She said ‘we will go’ and left.", ["‘we will go’"]),
        ("She said 'we will go' and left.", ["'we will go'"]),
        ("Sie sagte: „Wir gehen“ und ging.", ["„Wir gehen“"]),
        ("Sie sagte: »Wir gehen« und ging.", ["»Wir gehen«"]),
        ("Elle a dit : « On y va » avant de partir.", ["« On y va »"]),
        ("Hon sade: ”Vi går” och gick.", ["”Vi går”"]),
        ("彼女は「行きましょう」と言った。", ["「行きましょう」"]),
        ('“We will go" was all she said.', ['“We will go"']),
        ("“He said ‘never’ to me,” she said.", ["“He said ‘never’ to me,”"]),
        ("“We are “not” done,” he said.", ["“We are “not” done,”"]),
        ("“A.” “B.”", ["“A.”", "“B.”"]),
        ("'She said, \"Go,\" and I went,' he said.", ["'She said, \"Go,\" and I went,'"]),
        ("‘She said, “Go,” and I went.’ He left.", ["‘She said, “Go,” and I went.’"]),
        ("The 'old \"mill\" pond' froze.", ['"mill"']),
        ('He cut a 6" pipe.', []),
        ("The '90s were rock 'n' roll, weren't they? The voters' choice.", []),
        ("‘The voters’ choice is clear,’ she said.", ["‘The voters’ choice is clear,’"]),
        ('"We go, he said. She said: "We stay." They went.', ['"We stay."']),
        ("“We go, he said. She said: “We stay.” They “went” on.", ["“We stay.”", "“went”"]),
        ("„Wir gehen, sagte er. Sie sagte: „Wir bleiben.“ Sie gingen.", ["„Wir bleiben.“"]),
        ("« On y va, dit-il. Elle dit : « On reste. » Ils partent.", ["« On reste. »"]),
        ('"We go, he said, and they went.', ['"We go, he said, and they went.']),
        ("She said “and the line ended there", []),
        ("She said, “and the line ended there", ["“and the line ended there"]),
    ],
)
def test_a_quotation_reaches_from_mark_to_mark(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_a_quotation_of_several_paragraphs_opens_each_and_closes_the_last() -> None:
    text = "“One.\n\n“Two.\n\n“Three,” he said.\n\n“Another,” she said."
    assert quoted(text) == ["“One.\n\n“Two.\n\n“Three,”", "“Another,”"]


def test_a_missing_mark_costs_no_more_than_its_paragraph() -> None:
    assert quoted("“One.\n\nTwo.\n\n“Three.”") == ["“One.", "“Three.”"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("«Nous n'avons pas le choix, et tout le monde le sait.»", True),
        ("„Das reicht nicht.“", True),
        ("「この橋はもう使えないと思います」", True),
        ("„Der Spiegel“", False),
        ("«libre»", False),
    ],
)
def test_in_any_language_a_statement_is_told_from_a_name(text: str, expected: bool) -> None:
    assert is_statement(text, quotations(text)[0]) is expected


MARKED = st.text(st.sampled_from("ab s.,?\n“”\"'’‘«»„‹›「」`\u00a0é𝒜\U0001f600"), max_size=80)


@given(MARKED | st.text(max_size=60))
def test_quotations_lie_in_the_text_in_order_and_apart(text: str) -> None:
    reached = 0
    for quotation in quotations(text):
        assert reached <= quotation.begin < quotation.end <= len(text)
        reached = quotation.end
