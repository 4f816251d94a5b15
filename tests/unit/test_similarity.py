"""Sketches estimate how much two texts share, and near-duplicates find each other."""

from __future__ import annotations

import base64
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.statistics.near_duplicates import shingles, signature_of
from newsdesk.articles import encode_sketch
from newsdesk.articles.similarity import (
    ENTERED_KEYS,
    LOOKED_UP_KEYS,
    SKETCH_LENGTH,
    decode_sketch,
    entry_keys,
    lookup_keys,
    overlap,
)

SETS = st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=2 * SKETCH_LENGTH)
WORDS = st.lists(st.sampled_from(["the", "tide", "gate", "river", "keeper", "moon", "bridge"]), min_size=3)


@given(values=SETS)
def test_a_sketch_is_the_lowest_values_in_rising_order(values: set[int]) -> None:
    assert decode_sketch(encode_sketch(values)) == tuple(sorted(values)[:SKETCH_LENGTH])


@given(one=SETS, other=SETS)
def test_an_overlap_is_mutual_and_within_bounds(one: set[int], other: set[int]) -> None:
    first, second = decode_sketch(encode_sketch(one)), decode_sketch(encode_sketch(other))
    there, back = overlap(first, second), overlap(second, first)
    assert (there.common, there.of_one, there.of_other) == (back.common, back.of_other, back.of_one)
    assert 0.0 <= there.resemblance == back.resemblance <= there.containment_of_one <= there.containment <= 1.0
    assert overlap(first, first).containment == 1.0
    assert overlap(first, second, ignored=first).containment == 0.0


@given(values=SETS)
def test_the_keys_are_the_lowest_values_within_bounds(values: set[int]) -> None:
    sketch = decode_sketch(encode_sketch(values))
    lowest = [f"s1-{value:08x}" for value in sorted(values)]
    assert entry_keys(sketch) == lowest[:ENTERED_KEYS]
    assert lookup_keys(sketch) == lowest[:LOOKED_UP_KEYS]


@pytest.mark.parametrize("values", [[], [2**32], [-1]])
def test_what_is_no_sketch_is_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match=r"nothing to sketch|32 bits"):
        encode_sketch(values)


@pytest.mark.parametrize("text", ["", "!!!!", "é", base64.b64encode(b"short").decode(), "AAAAAgAAAAE=", "AAAAAQAAAAE="])
def test_a_text_that_is_no_sketch_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a sketch|not Base64|ASCII"):
        decode_sketch(text)


@given(words=WORDS)
def test_a_text_however_short_has_a_sketch(words: list[str]) -> None:
    signature = signature_of(words)
    assert 1 <= len(decode_sketch(signature.sketch)) <= len(words)


@given(words=WORDS)
def test_case_makes_no_difference(words: list[str]) -> None:
    assert signature_of([word.upper() for word in words]) == signature_of(words)


def sketch_of(words: list[str]) -> tuple[int, ...]:
    return decode_sketch(signature_of(words).sketch)


def some_words(source: random.Random, number: int) -> list[str]:
    return [f"word{source.randrange(5000)}" for _ in range(number)]


@pytest.mark.parametrize(("changed", "length"), [(0.0, 400), (0.1, 400), (0.3, 400), (0.6, 400), (0.2, 60)])
def test_the_estimates_are_near_the_truth(changed: float, length: int) -> None:
    # Given pairs of texts of which part of the words differ
    source = random.Random(2012)
    errors: list[tuple[float, float]] = []
    for _ in range(30):
        words = some_words(source, length)
        cut = int(length * changed)
        other = [f"other{source.randrange(5000)}" for _ in range(cut)] + words[cut:]
        one, two = shingles(words), shingles(other)
        # When their likeness is estimated
        shared = overlap(sketch_of(words), sketch_of(other))
        errors.append(
            (
                shared.resemblance - len(one & two) / len(one | two),
                shared.containment - len(one & two) / min(len(one), len(two)),
            )
        )
    # Then it is right on average, and seldom far off
    for estimates in zip(*errors, strict=True):
        assert abs(sum(estimates) / len(estimates)) < 0.04
        assert max(map(abs, estimates)) < 0.2


@pytest.mark.parametrize(("part", "fewest"), [(0.1, 15), (0.3, 28), (0.6, 30)])
def test_a_copy_that_was_cut_short_is_contained_whole_and_shares_a_key(part: float, fewest: int) -> None:
    # Given thirty long texts, and copies of their openings
    source = random.Random(2017)
    found_original = found_copy = 0
    for _ in range(30):
        words = some_words(source, 1500)
        text, copy = sketch_of(words), sketch_of(words[: int(1500 * part)])
        # When they are compared, Then the copy lies in the text, and a stranger finds neither
        assert overlap(copy, text).containment_of_one == 1.0
        assert not set(lookup_keys(sketch_of(some_words(source, 400)))) & set(entry_keys(text))
        found_original += bool(set(lookup_keys(copy)) & set(entry_keys(text)))
        found_copy += bool(set(lookup_keys(text)) & set(entry_keys(copy)))
    # And most find each other, whichever came first
    assert found_original >= fewest
    assert found_copy >= max(fewest, 28)


def test_the_signature_is_the_same_in_every_process() -> None:
    # Given the signature of a text
    words = ["twice", "a", "month", "two", "steel", "doors", "rise", "out", "of", "the", "bed", "of", "the", "river"]
    program = f"import sys; sys.path[:0] = {sys.path!r}\nfrom enricher.statistics.near_duplicates import signature_of\n"
    program += f"print(signature_of({words!r}).model_dump_json())"
    # When another process, with other hash seeds, makes it again
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    # Then it is the same, and the same as before
    signature = signature_of(words)
    assert output.strip() == signature.model_dump_json()
    assert entry_keys(decode_sketch(signature.sketch))[0] == "s1-36936a44"
