"""The search of one stack: its index, brought up to date before each search.

Comes in: a stack, words. Goes out: articles, the best first. Changes: the index beside the stack's data.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from newsdesk.contracts import encode_vector
from newsdesk.reader import Storage
from newsdesk.searching import Finder, Found, NoVectorError, Search, SearchIndex, follow
from newsdesk_cli.stack import Stack


class StackSearch:
    """Searches one stack.

    Parameters
    ----------
    path : Path
        The index's file.
    say : callable
        Called with lines of progress.
    """

    def __init__(self, stack: Stack, storage: Storage, path: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self._storage = storage
        self._index = SearchIndex(path, stack.bucket)
        self._keeps_vectors = "EmbedQueue" in stack.resources
        self._finder = Finder(
            self._index,
            stack.store,
            storage,
            keeps_vectors=self._keeps_vectors,
            vector_of_text=vector_of_text,
        )
        self._say = say

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def find(self, search: Search) -> Found:
        """Return what is found; see :meth:`newsdesk.searching.Finder.find`."""
        follow(self._index, self._storage, keeps_vectors=self._keeps_vectors, say=self._say)
        return self._finder.find(search)


def vector_of_text(text: str) -> tuple[str, str]:
    """Return the model's name and the vector of a text.

    Raises
    ------
    NoVectorError
        If the installed package has no model.
    """
    try:
        from embedder.model import MODEL, embed  # loads the model, which the other commands do not need
    except ImportError as error:
        raise NoVectorError("the model is not installed") from error

    return MODEL, encode_vector(embed(None, text))
