"""Finds articles by words and by meaning.

Comes in: words, an article or a text to be like, filters. Goes out: articles, the best first. Changes: nothing; the
index is brought up to date by ``following``.

Words rank articles by BM25, vectors by their cosine; an article's place in both is joined by reciprocal rank, because
the two scores have nothing in common. What is shown, the table has to confirm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from newsdesk.articles import ArticleState
from newsdesk.contracts import StoredVector, decode_vector, vector_key
from newsdesk.errors import ObjectMissingError
from newsdesk.reader import Storage
from newsdesk.searching.index import Filters, SearchIndex
from newsdesk.searching.query import read_query

LONGEST_TEXT = 10_000
"""Characters of a text to compare with: more than the 256 word pieces that the model reads, in any language."""

DEPTH = 200
"""Articles of each ranking that are joined."""

WORDS, MEANING = "words", "meaning"
"""What articles are compared by."""

_RANK_CONSTANT = 60
"""As in the paper on reciprocal rank fusion (Cormack and others, 2009)."""

_LEAST_LIKENESS = 0.3
"""Of a text's vector to one that is about the same; texts of different matters stay below 0.2."""


class NoVectorError(Exception):
    """The vector of a text cannot be made now."""


class NothingToSearchError(Exception):
    """There is nothing that could be compared; the text says why, and what helps."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for.

    Attributes
    ----------
    words : str
        What articles have to say; empty for a search by likeness alone.
    like : ArticleState, str or None
        What they have to be like: an article, or a text.
    """

    words: str = ""
    like: ArticleState | str | None = None
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found: by its words, its meaning, or both."""

    score: float
    found_by: str
    article_id: str
    url: str
    host: str
    headline: str | None
    date_published: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and among how many.

    Attributes
    ----------
    is_loose : bool
        No article has all of the words, so that these have some.
    searched_by : tuple of str
        What articles were compared by: words, meaning, or both.
    """

    hits: tuple[Hit, ...]
    articles: int
    is_loose: bool = False
    searched_by: tuple[str, ...] = ()


class ArticleStates(Protocol):
    """What the table says of articles."""

    def states(self, article_ids: Sequence[str]) -> Sequence[ArticleState]:
        """Return the states of those articles that there are."""
        ...


VectorOfText = Callable[[str], tuple[str, str]]
"""Returns the model's name and the vector of a text; raises :class:`NoVectorError` where it cannot."""


class Finder:
    """Finds articles in an index.

    Parameters
    ----------
    storage : Storage
        Where the vectors of articles lie.
    keeps_vectors : bool
        Whether the stack makes vectors; for the advice where one is missing.
    vector_of_text : callable or None
        None where words are not searched by meaning.
    """

    def __init__(
        self,
        index: SearchIndex,
        table: ArticleStates,
        storage: Storage,
        *,
        keeps_vectors: bool = False,
        vector_of_text: VectorOfText | None = None,
    ) -> None:
        self._index = index
        self._table = table
        self._storage = storage
        self._keeps_vectors = keeps_vectors
        self._vector_of_text = vector_of_text

    def find(self, search: Search) -> Found:
        """Return what is found.

        Raises
        ------
        NothingToSearchError
            If something is to be like what has no vector.
        QueryError
            If there are words, but none that has to be there.
        """
        query = read_query(search.words) if search.words else None
        by_words: list[tuple[str, str]] = []
        is_loose = False
        if query is not None:
            by_words = self._index.find(query, search.filters, DEPTH)
            if not by_words and len(query.wanted) > 1:
                by_words = self._index.find(query, search.filters, DEPTH, is_loose=True)
                is_loose = bool(by_words)
        by_meaning = self._by_meaning(search)
        hits = self._confirmed(joined(by_words, by_meaning or []), search.offset + search.limit)
        ways = [way for way, is_taken in ((WORDS, query is not None), (MEANING, by_meaning is not None)) if is_taken]
        return Found(hits[search.offset :], self._index.count(), is_loose, tuple(ways))

    def _by_meaning(self, search: Search) -> list[tuple[str, str]] | None:
        """Return ids and keys of what is closest in meaning; None where meaning is not compared."""
        without = None
        if isinstance(search.like, ArticleState):
            stored = self._vector_of(search.like)
            model, vector, without = stored.model, stored.vector, search.like.article_id
        elif self._vector_of_text is None:
            return None
        elif search.like is not None:
            self._require_vectors()
            model, vector = self._vector_of_text(search.like)
        elif search.words and self._index.models():
            try:
                model, vector = self._vector_of_text(search.words)
            except NoVectorError:  # the words are searched
                return None
        else:
            return None
        if search.like is None and model not in self._index.models():
            return None  # vectors of another model are not compared
        least = -1.0 if search.like is not None else _LEAST_LIKENESS
        found = nearest(self._index, model, vector, search.filters, DEPTH + 1, least)
        if search.like is not None and not found and self._index.models() not in ([], [model]):
            raise NothingToSearchError(
                f"this checkout's model is {model}, but the stack's vectors are of {', '.join(self._index.models())}: "
                "use the stack's own version of newsdesk"
            )
        return [pair for pair in found if pair[0] != without]

    def _vector_of(self, state: ArticleState) -> StoredVector:
        if state.current is not None:
            try:
                return StoredVector.model_validate_json(self._storage.get(vector_key(state.current.key)))
            except ObjectMissingError:
                self._require_vectors()
        raise NothingToSearchError(
            f"{state.article_id} has no vector yet: `newsdesk embed {state.article_id}` has it made"
        )

    def _require_vectors(self) -> None:
        if self._index.models():
            return
        if self._keeps_vectors:
            raise NothingToSearchError("no article has a vector yet: `newsdesk embed --all` has them made")
        raise NothingToSearchError(
            "the stack keeps no vectors: `newsdesk up --embeddings` (on AWS, the parameter Embeddings=on) does for new "
            "articles, and `newsdesk embed --all` then makes those of the others; without --like, words are searched"
        )

    def _confirmed(self, ranked: Sequence[tuple[str, str, float, str]], limit: int) -> tuple[Hit, ...]:
        """Return articles whose revision is the current one, as the table says it now, up to a limit."""
        hits: list[Hit] = []
        for start in range(0, len(ranked), 50):
            chunk = ranked[start : start + 50]
            states = {state.article_id: state for state in self._table.states([found[0] for found in chunk])}
            for article_id, key, score, found_by in chunk:
                state = states.get(article_id)
                if state is not None and state.current is not None and state.current.key == key:
                    now = state.current
                    hits.append(
                        Hit(score, found_by, article_id, state.url, state.host, now.headline, now.date_published)
                    )
            if len(hits) >= limit:
                break
        return tuple(hits[:limit])


def nearest(
    index: SearchIndex, model: str, vector: str, filters: Filters, limit: int, least: float = -1.0
) -> list[tuple[str, str]]:
    """Return ids and keys of the articles whose vectors are closest, the closest first."""
    best = index.closest(model, decode_vector(vector), filters, limit)
    return [(article_id, key) for article_id, key, likeness in best if likeness >= least]


def joined(*rankings: Iterable[tuple[str, str]]) -> list[tuple[str, str, float, str]]:
    """Return ids, keys, scores and how each was found, the best first, by reciprocal rank."""
    scores: dict[tuple[str, str], float] = defaultdict(float)
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for way, ranking in zip((WORDS, MEANING), rankings, strict=True):
        for rank, found in enumerate(ranking, start=1):
            scores[found] += 1.0 / (_RANK_CONSTANT + rank)
            ways[found].append(way)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [(*found, round(score, 6), " and ".join(ways[found])) for found, score in ranked]
