"""The enrichers over a file of texts, without any stack: what ``newsdesk enrich`` does.

Comes in: a manifest of JSON lines ``{id, title, text, lang?}``. Goes out: for each line the enrichment and its ``id``.
Changes nothing.

The manifest is read twice. First its near-duplicates are clustered by the very rules of ``index``, as if the lines were
articles that came in this order; only their sketches are kept. Then each line is enriched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from enricher.composer import compose, default_enrichers
from enricher.near_duplicates import SignatureEnricher
from enricher.ports import Document, Enricher, NotApplicableError
from newsdesk.article import Enrichment, to_document
from newsdesk.clusters import ClustersInMemory, Relation, relate

_LISTS = ("entities", "countries", "keyphrases", "topics", "summary", "quotes", "citedSources")
"""Fields that a line's result always has, so that its reader can tell "none found" from a field of another name."""


def enrich_manifest(manifest: Path, enrichers: Sequence[Enricher] | None = None) -> Iterator[dict[str, Any]]:
    """Yield one result for each line of a manifest.

    Parameters
    ----------
    manifest : Path
        JSON lines.
    enrichers : sequence of Enricher or None
        Those to run beside the clustering; None for all.

    Yields
    ------
    dict
        The enrichment's JSON, and ``id``. In the place of the signature it has ``cluster``, the ``id`` of the line that
        stands for its near-duplicates (its own while it is alone; null for a text too short to tell), and
        ``duplicateOf`` for a certain copy. A line that cannot be read has an ``error``; it stops nothing.
    """
    clusters = _Clusters()
    for number, line in _lines(manifest):
        clusters.add(number, line)
    enrichers = default_enrichers() if enrichers is None else enrichers
    for number, line in _lines(manifest):
        row = _enrich_line(line, number, enrichers)
        yield row if "error" in row else {**row, **clusters.fields(number)}


def _lines(manifest: Path) -> Iterator[tuple[int, str]]:
    with manifest.open(encoding="utf-8") as lines:
        yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _enrich_line(line: str, number: int, enrichers: Sequence[Enricher]) -> dict[str, Any]:
    identifier: Any = number
    try:
        identifier = json.loads(line)["id"]
        enrichment = compose(_document(line), enrichers)
    except Exception as error:  # a manifest may hold anything, and its other lines are still wanted
        return {"id": identifier, "error": f"{type(error).__name__}: {error}"[:300]}
    lists: dict[str, Any] = {name: [] for name in _LISTS}
    return {**lists, **to_document(enrichment.model_copy(update={"signature": None})), "id": identifier}


def _document(line: str) -> Document:
    entry = json.loads(line)
    return Document(body=entry["text"], headline=entry.get("title"), declared_language=entry.get("lang"))


class _Clusters:
    """The near-duplicates of a manifest, whose lines are known by number: of two clusters the earlier one stays."""

    def __init__(self) -> None:
        self._store = ClustersInMemory()
        self._enricher = SignatureEnricher()
        self._identifiers: dict[str, str] = {}
        self._relations: dict[str, Relation] = {}

    def add(self, number: int, line: str) -> None:
        """Take a line in; one that cannot be read is told of when it is enriched."""
        key = self._key(number)
        try:
            signature = self._enricher.enrich(_document(line), Enrichment()).signature
            self._identifiers[key] = str(json.loads(line)["id"])
        except (NotApplicableError, ValueError, TypeError, KeyError, AttributeError):
            return
        if signature is not None and signature.sketch is not None:
            self._relations[key] = relate(self._store, key, signature.sketch)

    def fields(self, number: int) -> dict[str, Any]:
        """Return what a line's result says of its near-duplicates."""
        relation = self._relations.get(self._key(number))
        if relation is None:
            return {"cluster": None}
        root = self._store.cluster_roots([relation.cluster_id])[relation.cluster_id]
        fields = {"cluster": self._identifiers[root]}
        if relation.duplicate_of is not None:
            fields["duplicateOf"] = self._identifiers[relation.duplicate_of]
        return fields

    @staticmethod
    def _key(number: int) -> str:
        return f"{number:012d}"
