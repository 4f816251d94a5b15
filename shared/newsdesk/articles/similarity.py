"""Sketches of texts: how they are written, compared and looked up.

Comes in: the hashes of a text's shingles, 32 bits each. Goes out: their sketch as text, how much two texts share, the
keys under which an index finds them.

A sketch is the lowest 128 values of a text's set, all of them where there are fewer (Broder, "On the resemblance and
containment of documents", 1997). Below the lower one of two sketches' highest values both are complete, so that
counting there estimates how much of the one set lies in the other: a copy that was cut to a third resembles its
original little, and is contained in it whole.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass

SKETCH_LENGTH = 128

ENTERED_KEYS = 10
LOOKED_UP_KEYS = 32

_BITS = 32


def encode_sketch(values: Collection[int]) -> str:
    """Return the sketch of a set of 32-bit values as text: Base64 of the lowest ones, big-endian, in rising order.

    Raises
    ------
    ValueError
        If there is no value, or one that has more than 32 bits.
    """
    if not values:
        raise ValueError("nothing to sketch")
    return _encode(sorted(set(values))[:SKETCH_LENGTH])


def decode_sketch(sketch: str) -> tuple[int, ...]:
    """Return the values of a sketch, in rising order.

    Raises
    ------
    ValueError
        If the text is not what :func:`encode_sketch` returned.
    """
    values = _decode(sketch)
    if not 0 < len(values) <= SKETCH_LENGTH or list(values) != sorted(set(values)):
        raise ValueError("not a sketch")
    return values


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many values two sketches share, and how many each has, where both are complete."""

    common: int
    of_one: int
    of_other: int

    @property
    def containment(self) -> float:
        """The share of the smaller text that is in the larger one, 0.0 to 1.0."""
        return self.common / (min(self.of_one, self.of_other) or 1)

    @property
    def resemblance(self) -> float:
        """The share of all values of the two texts that both have, 0.0 to 1.0: the Jaccard similarity."""
        return self.common / (self.of_one + self.of_other - self.common or 1)

    @property
    def containment_of_one(self) -> float:
        """The share of the first text that is in the other, 0.0 to 1.0."""
        return self.common / (self.of_one or 1)


def overlap(one: Sequence[int], other: Sequence[int], ignored: Collection[int] = ()) -> Overlap:
    """Compare two sketches' values, leaving out those that say nothing."""
    limit = min(_complete_up_to(one), _complete_up_to(other))
    first, second = ({value for value in values if value <= limit}.difference(ignored) for values in (one, other))
    return Overlap(len(first & second), len(first), len(second))


def entry_keys(sketch: Sequence[int]) -> list[str]:
    """Return the keys under which an article is entered: the lowest values of its sketch.

    Each costs a write, ten times what it costs to look one up. A text that has a share c of this one's shingles is
    found by at least one of n keys with a probability of 1 - (1 - c)^n, as far as it looks them all up.
    """
    return [_key(value) for value in sketch[:ENTERED_KEYS]]


def lookup_keys(sketch: Sequence[int]) -> list[str]:
    """Return the keys under which an article looks for others, beginning with those under which it is entered.

    They are more, because a text that was cut from this one has its lowest values spread over more of this one's.
    """
    return [_key(value) for value in sketch[:LOOKED_UP_KEYS]]


def _key(value: int) -> str:
    return f"s1-{value:08x}"


def _complete_up_to(values: Sequence[int]) -> int:
    return values[-1] if len(values) == SKETCH_LENGTH else 1 << _BITS


def _encode(values: Sequence[int]) -> str:
    try:
        return base64.b64encode(struct.pack(f">{len(values)}I", *values)).decode("ascii")
    except struct.error as error:
        raise ValueError(f"not values of {_BITS} bits") from error


def _decode(text: str) -> tuple[int, ...]:
    try:
        packed = base64.b64decode(text, validate=True)
        return struct.unpack(f">{len(packed) // 4}I", packed)
    except (struct.error, binascii.Error) as error:
        raise ValueError("not Base64 of 32-bit values") from error
