"""The enrichers over a file of texts, without any stack: what ``newsdesk enrich`` does.

Comes in: a manifest of JSON lines ``{id, title, text, lang?}``. Goes out: for each line the enrichment and its ``id``.

The manifest is read twice. First its near-duplicates are clustered by the very rules of ``index``, as if the lines were
articles that came in this order; only their sketches are kept. Then each line is enriched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from enricher.composer import analysis_of, compose, default_enrichers
from enricher.ports import Document, Enricher, NotApplicableError, well_formed
from enricher.statistics import SignatureEnricher
from newsdesk.articles import ClustersInMemory, Relation, relate
from newsdesk.contracts import Enrichment, to_document

_LISTS = (
    "entities",
    "countries",
    "keyphrases",
    "topics",
    "summary",
    "quotes",
    "citedSources",
    "links",
    "notApplicable",
    "errors",
)
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
        ``duplicateOf`` for a certain copy. A line that cannot be read, or has the ``id`` of an earlier one, has an
        ``error`` of one line, which says where and what is wrong; it stops nothing.
    """
    clusters = _Clusters()
    for number, line in _lines(manifest):
        clusters.add(number, line)
    enrichers = default_enrichers() if enrichers is None else enrichers
    known: dict[str | int, int] = {}
    for number, line in _lines(manifest):
        try:
            read = _read_once(line, number, known)
        except _LineError as error:
            yield {"id": error.identifier, "error": str(error)}
        else:
            yield {**_enriched(read, enrichers), **clusters.fields(number)}


class _Line(BaseModel):
    """What a line of the manifest has; other fields are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: Annotated[str, AfterValidator(well_formed)] | int
    text: str
    title: str | None = None
    lang: str | None = None

    @property
    def document(self) -> Document:
        return Document(body=self.text, headline=self.title, declared_language=self.lang)


class _LineError(Exception):
    """A line cannot be read; the text says why, ``identifier`` which: its ``id``, or else its number."""

    def __init__(self, detail: str, identifier: str | int) -> None:
        super().__init__(detail)
        self.identifier = identifier


def _lines(manifest: Path) -> Iterator[tuple[int, bytes]]:
    with manifest.open("rb") as lines:
        yield from ((number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip())


def _read(line: bytes, number: int) -> _Line:
    try:
        entry = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _LineError(f"line {number}: not UTF-8 at byte {error.start}", number) from error
    except json.JSONDecodeError as error:
        raise _LineError(f"line {number}: not JSON: {error.msg} at character {error.pos}", number) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets in thousands
        raise _LineError(f"line {number}: not JSON that can be read: {error}", number) from error
    try:
        return _Line.model_validate(entry)
    except ValidationError as error:
        wrong = {
            f"{part['loc'][0]}: {part['msg']}" if part["loc"] else "not an object": None for part in error.errors()
        }
        identifier = entry.get("id") if isinstance(entry, dict) else None
        known = well_formed(identifier) if isinstance(identifier, str) else number
        raise _LineError(f"line {number}: {'; '.join(wrong)}", known) from error


def _read_once(line: bytes, number: int, known: dict[str | int, int]) -> _Line:
    """Return what a line has; ``known`` takes its ``id``, which no other line may have."""
    read = _read(line, number)
    first = known.setdefault(read.id, number)
    if first != number:
        raise _LineError(f"line {number}: id: line {first} has it, too", read.id)
    return read


def _enriched(line: _Line, enrichers: Sequence[Enricher]) -> dict[str, Any]:
    enrichment = compose(line.document, enrichers)
    lists: dict[str, Any] = {name: [] for name in _LISTS}
    return {**lists, **to_document(enrichment.model_copy(update={"signature": None})), "id": line.id}


class _Clusters:
    """The near-duplicates of a manifest, whose lines are known by number: of two clusters the earlier one stays."""

    def __init__(self) -> None:
        self._store = ClustersInMemory()
        self._enricher = SignatureEnricher()
        self._identifiers: dict[str, str] = {}
        self._relations: dict[str, Relation] = {}
        self._known: dict[str | int, int] = {}

    def add(self, number: int, line: bytes) -> None:
        """Take a line in; a line that cannot be read is reported when it is enriched."""
        key = self._key(number)
        try:
            read = _read_once(line, number, self._known)
            signature = self._enricher.enrich(analysis_of(read.document), Enrichment()).signature
        except (NotApplicableError, _LineError):
            return
        self._identifiers[key] = str(read.id)
        if signature is not None:
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
