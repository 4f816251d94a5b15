"""The near-duplicate signature of the body.

Comes in: the document. Goes out: its signature. Changes nothing; the same text has the same signature in every process.

MinHash by one permutation hashing (Li, Owen, Zhang, "One permutation hashing", 2012), its empty bins filled by optimal
densification (Shrivastava, "Optimal densification for fast and accurate minwise hashing", 2017), over the shingles of
three words that the body consists of, in lower case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from enricher.ports import Document, NotApplicableError
from newsdesk.article import Enrichment, Signature
from newsdesk.similarity import SIGNATURE_LENGTH, encode_signature

ALGORITHM = "minhash-oph64-words3-blake2b"

SHINGLE_WORDS = 3
FEWEST_WORDS = 20
"""Below, two texts that share a formula look like copies of one another."""

_NOTHING = 1 << 32
"""More than any value of 32 bits: the bin is empty."""


class SignatureEnricher:
    """Signs the body."""

    name = "signature"
    version = "1"

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:  # noqa: ARG002
        """Add the signature."""
        if len(document.words) < FEWEST_WORDS:
            raise NotApplicableError(f"fewer than {FEWEST_WORDS} words")
        return Enrichment(signature=Signature(algorithm=ALGORITHM, values=signature_of(document.words)))


def signature_of(words: list[str]) -> str:
    """Return the encoded signature of a text of at least three words."""
    return encode_signature(_densify(_lowest_in_bins(shingles(words))))


def shingles(words: list[str]) -> set[str]:
    """Return the sets of three consecutive words of a text, in lower case."""
    lower = [word.lower() for word in words]
    return {" ".join(lower[start : start + SHINGLE_WORDS]) for start in range(len(lower) - SHINGLE_WORDS + 1)}


def _lowest_in_bins(items: Iterable[str]) -> list[int]:
    """Hash each item once: part of the hash chooses the bin, part is the value, and the lowest value stays."""
    lowest = [_NOTHING] * SIGNATURE_LENGTH
    for item in items:
        digest = hashlib.blake2b(item.encode("utf-8"), digest_size=8).digest()
        chosen = int.from_bytes(digest[:4], "big") % SIGNATURE_LENGTH
        lowest[chosen] = min(lowest[chosen], int.from_bytes(digest[4:], "big"))
    return lowest


def _densify(lowest: list[int]) -> list[int]:
    """Let each empty bin borrow from a bin that is chosen by its number alone, the same for all texts."""
    if all(value == _NOTHING for value in lowest):
        raise ValueError("nothing to sign")
    return [value if value != _NOTHING else lowest[_lender(number, lowest)] for number, value in enumerate(lowest)]


def _lender(number: int, lowest: list[int]) -> int:
    attempt = 0
    while True:
        digest = hashlib.blake2b(f"{number}/{attempt}".encode("ascii"), digest_size=4, person=b"densify").digest()
        candidate = int.from_bytes(digest, "big") % SIGNATURE_LENGTH
        if lowest[candidate] != _NOTHING:
            return candidate
        attempt += 1
