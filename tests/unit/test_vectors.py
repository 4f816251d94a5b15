"""Vectors survive their text form, and their cosines with it.

Comes in: made vectors. Goes out: assertions.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.contracts import cosine, decode_vector, encode_vector, vector_key
from newsdesk.contracts.keys import article_key
from tests.examples import NOW, id_of

NUMBERS = st.floats(-1.0, 1.0, allow_nan=False)
VECTORS = st.lists(NUMBERS, min_size=1, max_size=400).filter(lambda values: max(map(abs, values)) > 1e-6)


@given(values=VECTORS)
def test_a_stored_vector_points_where_the_original_does(values: list[float]) -> None:
    stored = decode_vector(encode_vector(values))
    assert len(stored) == len(values)
    assert max(map(abs, stored)) == 127
    assert cosine(stored, values) > 0.98  # type: ignore[arg-type]


@given(values=VECTORS)
def test_a_vector_is_like_itself_and_unlike_its_opposite(values: list[float]) -> None:
    one, opposite = decode_vector(encode_vector(values)), decode_vector(encode_vector([-value for value in values]))
    assert math.isclose(cosine(one, one), 1.0)
    assert math.isclose(cosine(one, opposite), -1.0)


def test_vectors_at_right_angles_have_nothing_in_common() -> None:
    assert cosine(decode_vector(encode_vector([1.0, 0.0])), decode_vector(encode_vector([0.0, 0.5]))) == 0.0


@pytest.mark.parametrize("values", [[], [0.0, 0.0], [math.inf, 1.0], [math.nan]])
def test_what_has_no_direction_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="without a direction"):
        encode_vector(values)


def test_vectors_of_different_models_are_not_compared() -> None:
    with pytest.raises(ValueError, match="shorter"):
        cosine([1, 2, 3], [1, 2])


def test_a_text_that_is_no_vector_is_refused() -> None:
    with pytest.raises(ValueError, match="not a vector"):
        decode_vector("!!")


def test_a_vector_lies_where_its_article_does_under_another_prefix() -> None:
    key = article_key(NOW, id_of(), 3, "c0ffee00" * 8)
    assert vector_key(key) == f"vectors/v1/date=2026-03-14/{id_of()}/3-c0ffee00.json"
