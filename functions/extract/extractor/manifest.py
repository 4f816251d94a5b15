"""The extractor over a folder of pages, without any stack: what ``newsdesk extract`` does.

Comes in: a manifest of JSON lines ``{id, url, path}``. Goes out: for each line the article, and the flat fields by
which extraction is scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from extractor.contract import PageToRead, ReadPage
from extractor.reading import read_page
from newsdesk.clock import utc_now
from newsdesk.contracts import to_document
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import decode_body

LARGEST_PAGE_BYTES = 20 * 1024 * 1024


def extract_manifest(
    manifest: Path, captured_at: datetime | None = None, read: ReadPage = read_page
) -> Iterator[dict[str, Any]]:
    """Yield one result for each line of a manifest.

    Parameters
    ----------
    manifest : Path
        JSON lines; ``path`` is relative to the manifest, and names a file; see :func:`page_in`.
    captured_at : datetime or None
        When the pages were captured; now, when nobody knows.
    read : callable
        Reads a page: in this process, or in a child (:class:`extractor.reading.child.ChildReader`).

    Yields
    ------
    dict
        The article's JSON, and ``id``, ``text``, ``title``, ``authors``, ``date_published``. A page that the pipeline
        refuses has an empty text and a ``refusal``, the reason of :class:`newsdesk.contracts.Reason`, with its
        ``detail``; what it says of itself is given all the same, but for its article. A line that cannot be read has an
        ``error`` and an empty text. Neither stops anything.
    """
    captured_at = captured_at or utc_now()
    with manifest.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _extract_line(line, number, manifest.parent, captured_at, read)


def page_in(path: Path, url: str, captured_at: datetime) -> PageToRead:
    """Return the page in a file: HTML, or plain text in ``.txt``; either is gzipped in ``.gz``."""
    is_plain_text = path.name.removesuffix(".gz").endswith(".txt")
    return PageToRead(_read(path), "text/plain" if is_plain_text else None, url, captured_at)


def _extract_line(line: str, number: int, folder: Path, captured_at: datetime, read: ReadPage) -> dict[str, Any]:
    identifier: Any = number
    try:
        entry = json.loads(line)
        identifier = entry["id"]
        reading = read(page_in(folder / entry["path"], entry.get("url") or "", captured_at))
    except (PermanentError, TransientError) as error:
        return {"id": identifier, "text": "", "refusal": error.reason.value, "detail": error.detail}
    except Exception as error:  # a manifest may hold anything, and its other pages are still wanted
        return {"id": identifier, "text": "", "error": f"{type(error).__name__}: {error}"[:300]}
    article = reading.result.article
    about = {
        "title": article.headline,
        "authors": [person.name for person in article.author],
        "date_published": article.date_published,
    }
    if reading.refusal is not None:
        return {"id": identifier, "text": "", "refusal": reading.refusal.value, "detail": reading.detail, **about}
    return {**to_document(article), "id": identifier, "text": article.article_body, **about}


def _read(path: Path) -> bytes:
    if path.suffix == ".gz":
        return decode_body(path.read_bytes(), "gzip", LARGEST_PAGE_BYTES)
    with path.open("rb") as file:
        return file.read(LARGEST_PAGE_BYTES)
