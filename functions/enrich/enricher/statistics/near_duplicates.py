"""The signature of the body, by which copies find each other.

Comes in: the document. Goes out: its signature; the same text has the same signature in every process.

It is a sketch of the shingles of three words that the body consists of, in lower case, each hashed once: the lowest of
the hashes (bottom-k sampling: Cohen and Kaplan, "Summarizing data using bottom-k sketches", 2007).
"""

from __future__ import annotations

import hashlib

from enricher.ports import Analysis, NotApplicableError
from newsdesk.articles import encode_sketch
from newsdesk.contracts import Enrichment, Signature

ALGORITHM = "bottom128-words3-blake2b"

SHINGLE_WORDS = 3
FEWEST_WORDS = 20
"""Below, two texts that share a formula look like copies of one another."""


class SignatureEnricher:
    """Signs the body."""

    name = "signature"
    version = "3"

    def enrich(self, analysis: Analysis, _found: Enrichment) -> Enrichment:
        """Add the signature."""
        if len(analysis.words) < FEWEST_WORDS:
            raise NotApplicableError(f"fewer than {FEWEST_WORDS} words")
        return Enrichment(signature=signature_of(analysis.words))


def signature_of(words: list[str]) -> Signature:
    """Return the signature of a text of at least three words."""
    return Signature(algorithm=ALGORITHM, sketch=encode_sketch({_hash(shingle) for shingle in shingles(words)}))


def shingles(words: list[str]) -> set[str]:
    """Return the sets of three consecutive words of a text, in lower case."""
    lower = [word.lower() for word in words]
    return {" ".join(lower[start : start + SHINGLE_WORDS]) for start in range(len(lower) - SHINGLE_WORDS + 1)}


def _hash(shingle: str) -> int:
    # The lower half of 64 bits, as in the sketches in the table.
    digest = hashlib.blake2b(shingle.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest[4:], "big")
