"""Search: the words of a stack's articles by BM25, and their meaning by vectors, joined by rank.

Comes in: a stack, words, filters. Goes out: articles, the best first. Changes: an index beside the stack's data, which
follows the change feed.

Order: query, vectors < index < following < finding.
"""

from __future__ import annotations

from newsdesk_cli.searching.finding import LONGEST_TEXT, Found, Hit, NothingToSearchError, Search, StackSearch
from newsdesk_cli.searching.following import follow
from newsdesk_cli.searching.index import Filters, SearchIndex
from newsdesk_cli.searching.query import Query, QueryError, read_query

__all__ = [
    "LONGEST_TEXT",
    "Filters",
    "Found",
    "Hit",
    "NothingToSearchError",
    "Query",
    "QueryError",
    "Search",
    "SearchIndex",
    "StackSearch",
    "follow",
    "read_query",
]
