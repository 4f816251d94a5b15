"""What ``newsdesk search`` does, and the search of the desk.

Comes in: a stack, words. Goes out: articles, printed or as ids. Changes: the index of the stack.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from newsdesk.searching import Filters, Found, NothingToSearchError, QueryError, Search
from newsdesk_cli.console import fail, out, print_json, require_checkout, say, usage
from newsdesk_cli.lookup import find_article, names_an_article, storage_of
from newsdesk_cli.paths import STATE_FOLDER
from newsdesk_cli.rendering import absence, hits_table
from newsdesk_cli.stack import Stack
from newsdesk_cli.stack_search import StackSearch

if TYPE_CHECKING:
    from newsdesk_cli.desk import Wanted


def index_path(stack: Stack) -> Path:
    """Return where a stack's index is: beside the local stack's data, or in the user's cache folder."""
    if stack.endpoint is not None:
        return STATE_FOLDER / "search.sqlite"
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "newsdesk" / f"search-{stack.name}-{stack.bucket}.sqlite"


def open_search(stack: Stack) -> StackSearch:
    """Return the search of a stack."""
    return StackSearch(stack, storage_of(stack), index_path(stack), say)


def run_search(stack: Stack, words: str, like: str | None, filters: Filters, limit: int, *, as_json: bool) -> None:
    """Search, and print what is found."""
    subject = None
    if like is not None:
        if names_an_article(like):
            subject = find_article(stack, like)
            if subject is None or subject.current is None:
                fail(absence(like, subject))
        else:
            require_checkout("a search for a text")
    try:
        found = open_search(stack).find(Search(words, subject or like, filters, limit))
    except QueryError as error:
        usage(str(error))
    except NothingToSearchError as error:
        fail(str(error))
    if as_json:
        for hit in found.hits:
            print_json(json.dumps(asdict(hit), ensure_ascii=False))
        return
    _explain(found, like, filters)
    if found.hits:
        out.print(hits_table(found))


def _explain(found: Found, like: str | None, filters: Filters) -> None:
    """Say what the reader of a table should know, and what helps."""
    if not found.articles:
        say("there is no article yet; `newsdesk ingest URL` brings one in")
    elif not found.hits:
        narrowed = "; without the filters there may be more" if filters != Filters() else ""
        say(f"nothing among {found.articles:,} articles{narrowed}; try fewer words, or a beginning such as harbo*")
    elif found.is_loose:
        say("no article has all of these words; these have some of them")
    if like is not None and filters.language not in (None, "en") and found.hits:
        say("--like reads English; of other languages it knows little but names, so words find more")


class DeskSearch:
    """The full-text search of the desk; see :class:`newsdesk_cli.desk.FullTextSearch`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def find(self, words: str, wanted: Wanted, limit: int, offset: int) -> Sequence[str]:
        """Return the ids of the articles that fit best, the best first; none where nothing can be searched for."""
        filters = Filters(
            host=wanted.host or None,
            country=wanted.country or None,
            language=wanted.language or None,
            since=wanted.day or None,
            until=wanted.day or None,
        )
        search = open_search(self._stack)
        try:
            return [hit.article_id for hit in search.find(Search(words, None, filters, limit, offset)).hits]
        except QueryError:
            return []
        finally:
            search.close()
