"""Near-duplicate signatures: how they are written, compared and looked up.

Comes in: signatures of 64 values of 32 bits. Goes out: their text form, the similarity they estimate, the bands under
which an index finds them. Changes nothing.

The share of equal positions of two signatures estimates the Jaccard similarity of the sets they were made from
(Broder, "On the resemblance and containment of documents", 1997).
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Sequence

SIGNATURE_LENGTH = 64
BANDS = 8
ROWS_PER_BAND = 4
"""Two articles share a band with probability 1 - (1 - s^4)^8, which is a half near s = 0.54 (Leskovec, Rajaraman,
Ullman, "Mining of Massive Datasets", section 3.4)."""

_FORMAT = f">{SIGNATURE_LENGTH}I"


def encode_signature(values: Sequence[int]) -> str:
    """Return a signature as text: Base64 of big-endian 32-bit values.

    Raises
    ------
    ValueError
        If there are not 64 values of 32 bits.
    """
    try:
        return base64.b64encode(struct.pack(_FORMAT, *values)).decode("ascii")
    except struct.error as error:
        raise ValueError(f"not {SIGNATURE_LENGTH} values of 32 bits") from error


def decode_signature(signature: str) -> tuple[int, ...]:
    """Return the values of a signature.

    Raises
    ------
    ValueError
        If the text is not what :func:`encode_signature` returned.
    """
    try:
        return struct.unpack(_FORMAT, base64.b64decode(signature, validate=True))
    except (struct.error, binascii.Error) as error:
        raise ValueError("not a signature") from error


def estimated_jaccard(signature: str, other: str) -> float:
    """Return the estimated Jaccard similarity of two signatures, 0.0 to 1.0; its standard error is at most 0.0625."""
    pairs = zip(decode_signature(signature), decode_signature(other), strict=True)
    return sum(one == two for one, two in pairs) / SIGNATURE_LENGTH


def bands(signature: str) -> list[str]:
    """Return the keys under which a signature is found: near-duplicates are likely to share at least one.

    A key is the band's number and its four values in hexadecimal.
    """
    values = decode_signature(signature)
    rows = (values[band * ROWS_PER_BAND : (band + 1) * ROWS_PER_BAND] for band in range(BANDS))
    return [f"{band}-{''.join(f'{value:08x}' for value in row)}" for band, row in enumerate(rows)]
