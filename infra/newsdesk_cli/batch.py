"""The extractor and the enrichers over a manifest, without a stack.

Comes in: a manifest of JSON lines. Goes out: how many lines were written, how many of them failed, and how many are of
pages that the pipeline refuses. Changes: the destination file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Tally:
    """How a batch went."""

    written: int
    failed: int
    refused: int = 0

    def __str__(self) -> str:
        refused = f" and {self.refused} are of refused pages" if self.refused else ""
        return f"{self.written} lines written, {self.failed} of them failed{refused},"


def extract(manifest: Path, destination: Path) -> Tally:
    """Extract the pages of a manifest of ``{id, url, path}``; see :func:`extractor.manifest.extract_manifest`."""
    from extractor.manifest import extract_manifest
    from extractor.reading import ChildReader

    with closing(ChildReader()) as reader:
        return _write(extract_manifest(manifest, read=reader), destination)


def enrich(manifest: Path, destination: Path, complain: Callable[[str], object]) -> Tally:
    """Enrich the texts of a manifest of ``{id, title, text, lang?}``; see :func:`enricher.manifest.enrich_manifest`.

    ``complain`` is called with what is wrong with each line that cannot be read.
    """
    from enricher.manifest import enrich_manifest  # loads the language model

    return _write(enrich_manifest(manifest), destination, complain)


def _write(
    results: Iterable[dict[str, Any]], destination: Path, complain: Callable[[str], object] | None = None
) -> Tally:
    destination.parent.mkdir(parents=True, exist_ok=True)
    written = failed = refused = 0
    with destination.open("w", encoding="utf-8") as lines:
        for result in results:
            lines.write(json.dumps(result, ensure_ascii=False) + "\n")
            written += 1
            refused += "refusal" in result
            if "error" in result:
                failed += 1
                if complain is not None:
                    complain(result["error"])
    return Tally(written, failed, refused)
