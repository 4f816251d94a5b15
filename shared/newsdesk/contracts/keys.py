"""The S3 keys: the contract with everyone who reads the bucket.

Comes in: ids, hosts, times. Goes out: keys.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

RAW_PREFIX = "raw/v1/"
WORK_PREFIX = "work/v1/"
ARTICLES_PREFIX = "articles/v1/"
VECTORS_PREFIX = "vectors/v1/"
CHANGES_PREFIX = "changes/v1/"
UNREADABLE_PREFIX = "unreadable/v1/"
REVISIONS_PREFIX = "datasets/revisions/v1/"
PLANS_PREFIX = "datasets/plans/v1/"
QUERIES_PREFIX = "queries/v1/"
"""Where Athena puts the answers to queries; they expire."""

SEARCH_INDEX_KEY = "search/v1/index.sqlite.gz"
"""The copy of the index that the HTTP API searches."""

PUSHED_PREFIX = "pushed/v1/"
INBOX_PREFIX = "inbox/"
REPORTS_PREFIX = "inbox-reports/v1/"

FAILED_BATCHES_PREFIX = "aws/lambda/"
"""Where Lambda keeps batches of the stream that publish could not handle (AWS Lambda developer guide)."""

ARTICLE_SCHEMA_KEY = "schemas/article.v1.json"

_LONGEST_NAME = 900
"""Bytes; a key has 1,024 at most."""

_UNSAFE = re.compile(r"[^a-z0-9.\-]")


def capture_key(host: str, article_id: str, capture_id: str) -> str:
    """Return the key of a capture's WARC. An IPv6 host's brackets and colons become underscores."""
    return f"{RAW_PREFIX}{_UNSAFE.sub('_', host)}/{article_id}/{capture_id}.warc.gz"


def pushed_key(name: str) -> str:
    """Return where a page that somebody else has fetched waits for its submission; expires.

    Parameters
    ----------
    name : str
        Of letters, digits, ``_``, ``.``, ``:``, ``/`` and ``-``; the same page under the same name.
    """
    return f"{PUSHED_PREFIX}{name}.warc.gz"


def extracted_key(article_id: str, capture_id: str, run: int | None = None) -> str:
    """Return the key of extract's output for a capture, or for the last one of several pages; expires.

    Parameters
    ----------
    run : int or None
        The run that reads a capture anew, beside what was made of it before.
    """
    name = "extracted" if run is None else f"extracted-{run}"
    return f"{WORK_PREFIX}{article_id}/{capture_id}/{name}.json.gz"


def page_key(article_id: str, capture_id: str, version: str) -> str:
    """Return the key of one page's article while it waits for the pages that follow; expires.

    Parameters
    ----------
    version : str
        The extractor's version: one that reads pages differently stores its results under other keys.
    """
    return f"{WORK_PREFIX}{article_id}/{capture_id}/page-{_UNSAFE.sub('_', version)}.json.gz"


def article_key(first_seen: datetime, article_id: str, revision: int, sha256: str) -> str:
    """Return the key of a revision of an article; valid once the table names it.

    Parameters
    ----------
    sha256 : str
        The hash of the object's bytes, in hex: other bytes have another key, so that no object is ever overwritten.
    """
    return f"{ARTICLES_PREFIX}date={first_seen:%Y-%m-%d}/{article_id}/{revision}-{sha256[:8]}.json"


def inbox_part_key(file_id: str, part: int) -> str:
    """Return the key of what a part of a file of the inbox came to, for the parts that follow; expires."""
    return f"{WORK_PREFIX}inbox/{file_id}/part-{part:06d}.json.gz"


def inbox_cut_key(file_id: str, part: int) -> str:
    """Return the key of where a part of a WARC file of the inbox begins; expires."""
    return f"{WORK_PREFIX}inbox/{file_id}/cut-{part:06d}.json.gz"


def report_key(key: str) -> str:
    """Return the key of the report on a file of the inbox; of one whose key is very long, a hash stands for its end."""
    name = key.removeprefix(INBOX_PREFIX)
    if len(name.encode("utf-8")) > _LONGEST_NAME:
        name = f"{name[:100]}-{hashlib.sha256(name.encode('utf-8')).hexdigest()[:16]}"
    return f"{REPORTS_PREFIX}{name}.json"


def vector_key(article_key: str) -> str:
    """Return the key of the vector of an article's revision: the article's own, under another prefix."""
    return VECTORS_PREFIX + article_key.removeprefix(ARTICLES_PREFIX)


def changes_key(happened: datetime, sequence: str) -> str:
    """Return the key of a batch of changes.

    Parameters
    ----------
    happened : datetime
        When any of them was committed, in UTC; all of them were in the same hour.
    sequence : str
        First and last stream sequence number among them; the same batch has the same key.
    """
    return f"{changes_hour(happened)}{sequence}.ndjson"


def changes_hour(happened: datetime) -> str:
    """Return the prefix of the changes that were committed in an hour, in UTC."""
    return feed_hour(hour_folder(happened))


def hour_folder(happened: datetime) -> str:
    """Return the folder of an hour, in UTC, which the change feed and the data set have in common."""
    return f"date={happened:%Y-%m-%d}/hour={happened:%H}/"


def feed_hour(hour: str) -> str:
    """Return the prefix of an hour's changes.

    Parameters
    ----------
    hour : str
        An hour's folder, as :func:`hour_folder` returns it.
    """
    return f"{CHANGES_PREFIX}{hour}"


def plan_key(hour: str, number: int) -> str:
    """Return the key of a plan: which objects of an hour's changes go into which parts of the data set."""
    return f"{PLANS_PREFIX}{hour}{number:06d}.json"


def part_key(hour: str, first: str, last: str) -> str:
    """Return the key of a part of the data set.

    Parameters
    ----------
    first, last : str
        The stream's first sequence number of the part's first object of changes, and the last one of its last object.
    """
    return f"{REVISIONS_PREFIX}{hour}part-{first}-{last}.parquet"


def prefixes_of(host: str, article_id: str, first_seen: datetime) -> tuple[str, ...]:
    """Return the prefixes under which every object of one article lies, and none of another."""
    day = f"date={first_seen:%Y-%m-%d}/{article_id}/"
    return (
        f"{RAW_PREFIX}{_UNSAFE.sub('_', host)}/{article_id}/",
        f"{WORK_PREFIX}{article_id}/",
        f"{ARTICLES_PREFIX}{day}",
        f"{VECTORS_PREFIX}{day}",
    )


def unreadable_key(sequence: str) -> str:
    """Return where a record of the table's stream lies that publish could not read.

    Parameters
    ----------
    sequence : str
        The stream's sequence number, or another name of the record.
    """
    return f"{UNREADABLE_PREFIX}{_UNSAFE.sub('_', sequence)}.json"
