"""The near-duplicate signature of the body, and the sketch by which copies find each other.

Comes in: the document. Goes out: its signature. Changes nothing; the same text has the same signature in every process.

Both are made of the shingles of three words that the body consists of, in lower case, each hashed once. The sketch is
the lowest of the hashes (bottom-k sampling: Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007). The
signature is MinHash by one permutation hashing (Li, Owen, Zhang, "One permutation hashing", 2012), its empty bins
filled by optimal densification (Shrivastava, "Optimal densification for fast and accurate minwise hashing", 2017).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from enricher.ports import Document, NotApplicableError
from newsdesk.articles import SIGNATURE_LENGTH, encode_signature, encode_sketch
from newsdesk.contracts import Enrichment, Signature

ALGORITHM = "minhash-oph64-bottom128-words3-blake2b"

SHINGLE_WORDS = 3
FEWEST_WORDS = 20
"""Below, two texts that share a formula look like copies of one another."""

_NOTHING = 1 << 32
"""More than any value of 32 bits: the bin is empty."""


class SignatureEnricher:
    """Signs the body."""

    name = "signature"
    version = "2"

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:  # noqa: ARG002 - the protocol's
        """Add the signature."""
        if len(document.words) < FEWEST_WORDS:
            raise NotApplicableError(f"fewer than {FEWEST_WORDS} words")
        return Enrichment(signature=signature_of(document.words))


def signature_of(words: list[str]) -> Signature:
    """Return the signature of a text of at least three words."""
    hashes = [_hashed(shingle) for shingle in shingles(words)]
    return Signature(
        algorithm=ALGORITHM,
        values=encode_signature(_densify(_lowest_in_bins(hashes))),
        sketch=encode_sketch([value for _, value in hashes]),
    )


def shingles(words: list[str]) -> set[str]:
    """Return the sets of three consecutive words of a text, in lower case."""
    lower = [word.lower() for word in words]
    return {" ".join(lower[start : start + SHINGLE_WORDS]) for start in range(len(lower) - SHINGLE_WORDS + 1)}


def _hashed(shingle: str) -> tuple[int, int]:
    """Return a shingle's bin and its value: two halves of one hash."""
    digest = hashlib.blake2b(shingle.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big") % SIGNATURE_LENGTH, int.from_bytes(digest[4:], "big")


def _lowest_in_bins(hashes: Iterable[tuple[int, int]]) -> list[int]:
    lowest = [_NOTHING] * SIGNATURE_LENGTH
    for chosen, value in hashes:
        lowest[chosen] = min(lowest[chosen], value)
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
