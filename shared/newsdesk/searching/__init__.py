"""Search: the words of articles by BM25, and their meaning by vectors, joined by rank.

Comes in: words, filters. Goes out: articles, the best first. Changes: the index, a file that follows the change feed.

Order: query, vectors < index < following < finding.
"""

from __future__ import annotations

from newsdesk.searching.finding import LONGEST_TEXT, Finder, Found, Hit, NothingToSearchError, Search
from newsdesk.searching.following import follow
from newsdesk.searching.index import Filters, SearchIndex
from newsdesk.searching.query import Query, QueryError, read_query

__all__ = [
    "LONGEST_TEXT",
    "Filters",
    "Finder",
    "Found",
    "Hit",
    "NothingToSearchError",
    "Query",
    "QueryError",
    "Search",
    "SearchIndex",
    "follow",
    "read_query",
]
