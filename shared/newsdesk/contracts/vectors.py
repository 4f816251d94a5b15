"""Vectors of articles, as they are stored in the bucket.

Comes in: a model's numbers. Goes out: their text form, and the similarity of two.

Only a vector's direction means anything, so each is scaled to fill the range of a signed byte; the cosine of two such
differs from that of the originals by less than 0.002 (measured).
"""

from __future__ import annotations

import base64
import binascii
import math
from array import array
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from newsdesk.contracts.article import ArticleModel
from newsdesk.contracts.messages import ArticleId

_LARGEST = 127


class StoredVector(ArticleModel):
    """An object under ``vectors/v1/``."""

    schema_version: Literal[1] = 1
    article_id: ArticleId
    revision: int = Field(ge=1)
    key: str = Field(description="The article's object.")
    model: str = Field(description="Vectors of different models cannot be compared.")
    vector: str = Field(description="Base64 of signed bytes, one for each dimension.")


def encode_vector(values: Sequence[float]) -> str:
    """Return a vector's direction as text: Base64 of signed bytes.

    Raises
    ------
    ValueError
        If it has no direction.
    """
    largest = max(map(abs, values), default=0.0)
    if not 0.0 < largest < math.inf:
        raise ValueError("a vector without a direction")
    packed = array("b", [round(value * _LARGEST / largest) for value in values])
    return base64.b64encode(packed.tobytes()).decode("ascii")


def decode_vector(text: str) -> array[int]:
    """Return the values of a vector.

    Raises
    ------
    ValueError
        If the text is not what :func:`encode_vector` returned.
    """
    try:
        return array("b", base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise ValueError("not a vector") from error


def cosine(one: Sequence[int], other: Sequence[int]) -> float:
    """Return how alike two vectors of one model are, -1.0 to 1.0.

    Raises
    ------
    ValueError
        If they have different dimensions.
    """
    product = sum(left * right for left, right in zip(one, other, strict=True))
    return product / (math.hypot(*one) * math.hypot(*other))
