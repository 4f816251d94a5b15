"""Queries to begin with: in Athena's workgroup by name, in the documents, and after an ingest; and forms of answers.

Comes in: nothing. Goes out: SQL that Athena and DuckDB both run. It loads nothing, so that ``--help`` is quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnswerFormat(StrEnum):
    """What an answer is written as."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Example:
    """A query with a name."""

    name: str
    description: str
    sql: str


EXAMPLES = (
    Example(
        "latest-articles",
        "The articles that were committed last, of the last week.",
        "SELECT committed_at, host, language, word_count, headline\n"
        "FROM articles\n"
        "WHERE date >= CAST(CAST(current_date - INTERVAL '7' DAY AS date) AS varchar)\n"
        "ORDER BY committed_at DESC\n"
        "LIMIT 20",
    ),
    Example(
        "countries",
        "How many articles are about each country, and of how many hosts.",
        "SELECT country, count(*) AS articles, count(DISTINCT host) AS hosts, round(sum(weight), 1) AS weight\n"
        "FROM articles_by_country\n"
        "GROUP BY country\n"
        "ORDER BY articles DESC, country",
    ),
    Example(
        "syndicated",
        "The texts that most hosts have.",
        "SELECT hosts, articles, first_host, first_committed_at, headline\n"
        "FROM syndication\n"
        "ORDER BY hosts DESC, articles DESC\n"
        "LIMIT 20",
    ),
    Example(
        "retractions",
        "What was taken back, and why.",
        "SELECT committed_at, reason, is_erased, host, url\n"
        "FROM revisions\n"
        "WHERE change_type = 'retracted'\n"
        "ORDER BY committed_at DESC",
    ),
    Example(
        "words",
        "Articles that hold some words, the latest first; Athena has no ranking.",
        "SELECT date_published, host, headline, url\n"
        "FROM articles\n"
        "WHERE language = 'en' AND lower(article_body) LIKE '%bridge%'\n"
        "ORDER BY date_published DESC\n"
        "LIMIT 20",
    ),
)
"""No more than a newcomer reads."""

FIRST_QUERY = "SELECT language, count(*) AS articles, round(avg(word_count)) AS words FROM articles GROUP BY language"
"""What an ingest ends with."""
