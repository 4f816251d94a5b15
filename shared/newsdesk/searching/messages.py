"""A search by another function: what is called, and what answers.

Comes in: searches, events. Goes out: articles, answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from newsdesk.searching.finding import Found, Hit, Search
from newsdesk.searching.index import Filters
from newsdesk.searching.query import QueryError


class ArticleSearch(Protocol):
    """Finds articles; somebody else keeps the index."""

    def find(self, search: Search) -> Found:
        """Return what is found.

        Raises
        ------
        QueryError
            If there is no word that has to be there.
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
        event = {"words": search.words, "filters": asdict(search.filters), "limit": search.limit}
        answer = self._call({"search": event})
        if "error" in answer:
            raise QueryError(answer["error"])
        hits = tuple(Hit(**hit) for hit in answer["hits"])
        return Found(hits, answer["articles"], answer["is_loose"])


def answer_call(search: ArticleSearch, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the function answers to an event of :class:`CalledSearch`."""
    asked = event["search"]
    try:
        found = search.find(Search(asked["words"], None, Filters(**asked["filters"]), asked["limit"]))
    except QueryError as error:
        return {"error": str(error)}
    return asdict(found)
