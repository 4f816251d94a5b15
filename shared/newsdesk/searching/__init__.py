"""Search: the words of articles by BM25, and their meaning by vectors, joined by rank.

Comes in: words, filters. Goes out: articles, the best first. Changes: the index, a file that follows the change feed.

Order: query, vectors < index < following, finding < messages.
"""

from __future__ import annotations

from newsdesk.searching.finding import (
    LONGEST_TEXT,
    ArticleStates,
    Finder,
    Found,
    Hit,
    NothingToSearchError,
    NoVectorError,
    Search,
    VectorOfText,
)
from newsdesk.searching.following import follow
from newsdesk.searching.index import Filters, SearchIndex
from newsdesk.searching.messages import ArticleSearch, CalledModel, CalledSearch, answer_call, answer_text
from newsdesk.searching.query import Query, QueryError, read_query

__all__ = [
    "LONGEST_TEXT",
    "ArticleSearch",
    "ArticleStates",
    "CalledModel",
    "CalledSearch",
    "Filters",
    "Finder",
    "Found",
    "Hit",
    "NoVectorError",
    "NothingToSearchError",
    "Query",
    "QueryError",
    "Search",
    "SearchIndex",
    "VectorOfText",
    "answer_call",
    "answer_text",
    "follow",
    "read_query",
]
