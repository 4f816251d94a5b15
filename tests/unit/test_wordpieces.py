"""Texts are cut as the model's vocabulary wants them.

Comes in: texts. Goes out: assertions.
"""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.wordpieces import VOCABULARY, encode, vocabulary


def pieces(text: str) -> list[str]:
    names = {number: piece for piece, number in vocabulary().items()}
    return [names[number] for number in encode(text, 256)][1:-1]


def test_the_vocabulary_is_that_of_uncased_bert() -> None:
    digest = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
    assert hashlib.sha256(VOCABULARY.read_bytes()).hexdigest() == digest
    known = vocabulary()
    assert (len(known), known["[PAD]"], known["[UNK]"], known["[CLS]"], known["[SEP]"]) == (30522, 0, 100, 101, 102)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge reopens.", ["the", "bridge", "re", "##open", "##s", "."]),
        ("Café ÉLAN", ["cafe", "el", "##an"]),
        ("don't", ["don", "'", "t"]),
        ("a\u200bb\u00ad c\ufffd", ["ab", "c"]),
        ("日本", ["日", "本"]),
        ("[CLS] $5", ["[", "cl", "##s", "]", "$", "5"]),
        ("x" * 101, ["[UNK]"]),
        ("😀", ["[UNK]"]),
        ("", []),
    ],
)
def test_words_are_cut_into_the_longest_known_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(text=st.text(max_size=300), most=st.integers(2, 40))
def test_any_text_fits_and_stands_between_its_marks(text: str, most: int) -> None:
    numbers = encode(text, most)
    assert 2 <= len(numbers) <= most
    assert (numbers[0], numbers[-1]) == (101, 102)
    assert numbers[1:-1] == encode(text, 10_000)[1 : len(numbers) - 1]
