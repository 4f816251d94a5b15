"""The enrichers over a file of texts, without any stack: what ``newsdesk enrich`` does.

Comes in: a manifest of JSON lines ``{id, title, text, lang?}``. Goes out: for each line the enrichment and its ``id``.
Changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from enricher.composer import compose, default_enrichers
from enricher.ports import Document, Enricher
from newsdesk.article import to_document


def enrich_manifest(manifest: Path) -> Iterator[dict[str, Any]]:
    """Yield one result for each line of a manifest.

    Yields
    ------
    dict
        The enrichment's JSON, and ``id``. A line that cannot be read has an ``error``; it stops nothing.
    """
    enrichers = default_enrichers()
    with manifest.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _enrich_line(line, number, enrichers)


def _enrich_line(line: str, number: int, enrichers: Sequence[Enricher]) -> dict[str, Any]:
    identifier: Any = number
    try:
        entry = json.loads(line)
        identifier = entry["id"]
        document = Document(body=entry["text"], headline=entry.get("title"), declared_language=entry.get("lang"))
        enrichment = compose(document, enrichers)
    except Exception as error:  # a manifest may hold anything, and its other lines are still wanted
        return {"id": identifier, "error": f"{type(error).__name__}: {error}"[:300]}
    return {**to_document(enrichment), "id": identifier}
