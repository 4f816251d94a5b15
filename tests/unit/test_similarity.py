"""Signatures estimate how much two texts share, and near-duplicates find each other."""

from __future__ import annotations

import base64
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.near_duplicates import shingles, signature_of
from newsdesk.similarity import (
    BANDS,
    SIGNATURE_LENGTH,
    bands,
    decode_signature,
    encode_signature,
    estimated_jaccard,
)

VALUES = st.lists(st.integers(0, 2**32 - 1), min_size=SIGNATURE_LENGTH, max_size=SIGNATURE_LENGTH)
WORDS = st.lists(st.sampled_from(["the", "tide", "gate", "river", "keeper", "moon", "bridge"]), min_size=3)


@given(values=VALUES)
def test_a_signature_survives_its_text_form(values: list[int]) -> None:
    assert decode_signature(encode_signature(values)) == tuple(values)


@given(values=VALUES)
def test_a_signature_is_like_itself_and_has_its_own_bands(values: list[int]) -> None:
    signature = encode_signature(values)
    assert estimated_jaccard(signature, signature) == 1.0
    assert len(set(bands(signature))) == len(bands(signature)) == BANDS


@given(one=VALUES, other=VALUES)
def test_likeness_is_mutual_and_within_bounds(one: list[int], other: list[int]) -> None:
    signature, second = encode_signature(one), encode_signature(other)
    assert 0.0 <= estimated_jaccard(signature, second) == estimated_jaccard(second, signature) <= 1.0


@pytest.mark.parametrize("values", [[], [1] * 63, [1] * 65, [2**32] + [1] * 63, [-1] + [1] * 63])
def test_what_is_no_signature_is_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match="64 values"):
        encode_signature(values)


@pytest.mark.parametrize("text", ["", "!!!!", "é", base64.b64encode(b"short").decode()])
def test_a_text_that_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a signature|ASCII"):
        decode_signature(text)


@given(words=WORDS)
def test_a_text_however_short_has_a_full_signature(words: list[str]) -> None:
    assert len(decode_signature(signature_of(words))) == SIGNATURE_LENGTH


@given(words=WORDS)
def test_case_makes_no_difference(words: list[str]) -> None:
    assert signature_of([word.upper() for word in words]) == signature_of(words)


@pytest.mark.parametrize(("changed", "length"), [(0.0, 400), (0.1, 400), (0.3, 400), (0.6, 400), (0.2, 60)])
def test_the_estimate_is_near_the_truth(changed: float, length: int) -> None:
    # Given pairs of texts of which part of the words differ
    source = random.Random(2012)
    errors = []
    for _ in range(30):
        words = [f"word{source.randrange(5000)}" for _ in range(length)]
        cut = int(length * changed)
        other = [f"other{source.randrange(5000)}" for _ in range(cut)] + words[cut:]
        one, two = shingles(words), shingles(other)
        # When their likeness is estimated
        estimate = estimated_jaccard(signature_of(words), signature_of(other))
        errors.append(estimate - len(one & two) / len(one | two))
    # Then it is right on average, and seldom far off
    assert abs(sum(errors) / len(errors)) < 0.04
    assert max(map(abs, errors)) < 0.2


def test_a_light_edit_still_shares_a_band_and_another_text_does_not() -> None:
    source = random.Random(2017)
    words = [f"word{source.randrange(5000)}" for _ in range(400)]
    edited = ["brand", "new", "opening", *words[5:390]]
    other = [f"word{source.randrange(5000)}" for _ in range(400)]
    assert set(bands(signature_of(words))) & set(bands(signature_of(edited)))
    assert not set(bands(signature_of(words))) & set(bands(signature_of(other)))


def test_the_signature_is_the_same_in_every_process() -> None:
    # Given the signature of a text
    words = ["twice", "a", "month", "two", "steel", "doors", "rise", "out", "of", "the", "bed", "of", "the", "river"]
    program = f"import sys; sys.path[:0] = {sys.path!r}\nfrom enricher.near_duplicates import signature_of\n"
    program += f"print(signature_of({words!r}))"
    # When another process, with other hash seeds, makes it again
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    # Then it is the same, and the same as ever
    assert output.strip() == signature_of(words)
    assert bands(signature_of(words))[0] == "0-e5433dab9aca517e9aca517e9a5bc323"
