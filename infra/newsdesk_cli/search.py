"""Articles that are close in meaning to another article or to a text: what ``newsdesk search`` does.

Comes in: a stack, an article or a text. Goes out: articles, the most similar first.

It reads every stored vector, so it is for stacks of some thousand articles; for a larger one, load ``vectors/v1/`` into
a vector index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from newsdesk.articles import ArticleState
from newsdesk.contracts import VECTORS_PREFIX, StoredVector, cosine, decode_vector, encode_vector, vector_key
from newsdesk.errors import ObjectMissingError
from newsdesk_cli.stack import Stack

MOST_VECTORS = 20_000

LONGEST_TEXT = 10_000
"""Characters of a text to compare with: more than the 256 word pieces that the model reads, in any language."""

_PARALLEL_READS = 16


class NoVectorError(Exception):
    """There is no vector to compare with; the text says why."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found."""

    score: float
    article_id: str
    url: str
    headline: str | None
    date_published: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, and among how many.

    Attributes
    ----------
    is_cut : bool
        There are more vectors than were read: those of the articles that were first seen most recently are left out.
    """

    hits: tuple[Hit, ...]
    compared: int
    is_cut: bool


def vector_of_article(stack: Stack, state: ArticleState) -> StoredVector:
    """Return an article's vector.

    Raises
    ------
    NoVectorError
        If the article has none.
    """
    if state.current is not None:
        try:
            return StoredVector.model_validate_json(stack.objects.get(vector_key(state.current.key)))
        except ObjectMissingError:
            pass
    raise NoVectorError(f"{state.article_id} has no vector")


def vector_of_text(text: str) -> tuple[str, str]:
    """Return the model's name and the vector of a text."""
    from embedder.model import MODEL, embed  # loads the model, which the other commands do not need

    return MODEL, encode_vector(embed(None, text))


def search(stack: Stack, model: str, vector: str, limit: int, without: str | None = None) -> Search:
    """Return the articles whose vectors of that model are closest.

    A vector counts only while the table says that its article's revision is the current one.

    Parameters
    ----------
    without : str or None
        An article to leave out: the one that the others are compared with.

    Raises
    ------
    NoVectorError
        If the stack holds none.
    """
    keys = list(islice(_vector_keys(stack), MOST_VECTORS + 1))
    wanted = decode_vector(vector)
    with ThreadPoolExecutor(max_workers=_PARALLEL_READS) as executor:
        found = [stored for stored in executor.map(lambda key: _read(stack, key), keys[:MOST_VECTORS]) if stored]
    if not found:
        raise NoVectorError("the stack holds no vectors; `newsdesk up --embeddings` keeps one for each new revision")
    scored = [
        (cosine(wanted, decode_vector(stored.vector)), stored)
        for stored in found
        if stored.model == model and stored.article_id != without
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1].article_id))
    return Search(_hits(stack, scored, limit), len(scored), len(keys) > MOST_VECTORS)


def _vector_keys(stack: Stack) -> Iterator[str]:
    pages = stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket, Prefix=VECTORS_PREFIX)
    for page in pages:
        yield from (entry["Key"] for entry in page.get("Contents", []))


def _read(stack: Stack, key: str) -> StoredVector | None:
    try:
        return StoredVector.model_validate_json(stack.objects.get(key))
    except ObjectMissingError:  # the article changed since the bucket was listed
        return None


def _hits(stack: Stack, scored: Sequence[tuple[float, StoredVector]], limit: int) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    for start in range(0, len(scored), limit):
        chunk = scored[start : start + limit]
        states = {state.article_id: state for state in stack.store.states([stored.article_id for _, stored in chunk])}
        for score, stored in chunk:
            state = states.get(stored.article_id)
            if state is not None and state.current is not None and state.current.key == stored.key:
                current = state.current
                hits.append(Hit(score, state.article_id, state.url, current.headline, current.date_published))
        if len(hits) >= limit:
            break
    return tuple(hits[:limit])
