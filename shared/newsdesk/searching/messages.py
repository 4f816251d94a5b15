"""A search by another function, and a text's vector by another: what is called, and what answers.

Comes in: searches, texts, events. Goes out: articles, vectors, answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from newsdesk.articles import ArticleState
from newsdesk.contracts import encode_vector
from newsdesk.searching.finding import LONGEST_TEXT, Found, Hit, NothingToSearchError, NoVectorError, Search
from newsdesk.searching.index import Filters
from newsdesk.searching.query import QueryError


class ArticleSearch(Protocol):
    """Finds articles; somebody else keeps the index."""

    def find(self, search: Search) -> Found:
        """Return what is found.

        Raises
        ------
        QueryError
            If there are words, but none that has to be there.
        NothingToSearchError
            If articles are to be like one that has no vector.
        ThrottledError
            If there is no answer now, and may be soon.
        """
        ...


class CalledSearch:
    """An :class:`ArticleSearch` by a function of the stack.

    Parameters
    ----------
    call : callable
        Hands the function an event, and returns its answer; raises :class:`newsdesk.errors.ThrottledError`.
    """

    def __init__(self, call: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self._call = call

    def find(self, search: Search) -> Found:
        """Return what is found; see the port."""
        like = search.like.model_dump(mode="json") if isinstance(search.like, ArticleState) else search.like
        event = {"words": search.words, "like": like, "filters": asdict(search.filters), "limit": search.limit}
        answer = self._call({"search": event})
        if "error" in answer:
            raise QueryError(answer["error"])
        if "nothing" in answer:
            raise NothingToSearchError(answer["nothing"])
        hits = tuple(Hit(**hit) for hit in answer["hits"])
        return Found(hits, answer["articles"], answer["is_loose"], tuple(answer["searched_by"]))


def answer_call(search: ArticleSearch, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the function answers to an event of :class:`CalledSearch`."""
    asked = event["search"]
    like = ArticleState.model_validate(asked["like"]) if isinstance(asked["like"], dict) else asked["like"]
    try:
        found = search.find(Search(asked["words"], like, Filters(**asked["filters"]), asked["limit"]))
    except QueryError as error:
        return {"error": str(error)}
    except NothingToSearchError as error:
        return {"nothing": str(error)}
    return asdict(found)


class CalledModel:
    """What makes vectors of texts, by a function of the stack.

    Parameters
    ----------
    call : callable
        As that of :class:`CalledSearch`.
    """

    def __init__(self, call: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self._call = call

    def __call__(self, text: str) -> tuple[str, str]:
        """Return the model's name and the vector of a text, of its beginning where it is long.

        Raises
        ------
        NoVectorError
            If the function refuses the text.
        """
        answer = self._call({"text": text[:LONGEST_TEXT]})
        if "error" in answer:
            raise NoVectorError(answer["error"])
        return answer["model"], answer["vector"]


def answer_text(
    model: str, embed: Callable[[str | None, str], Sequence[float]], event: Mapping[str, Any]
) -> dict[str, str]:
    """Return what the function answers to an event of :class:`CalledModel`: a vector, or what is wrong with it."""
    if not isinstance(event["text"], str):
        return {"error": "text: it is none"}
    return {"model": model, "vector": encode_vector(embed(None, event["text"][:LONGEST_TEXT]))}
