"""Learns which of a page's title candidates is its headline: the weights of ``extractor/metadata/titles.py``.

Comes in: ``truth.jsonl`` and the pages beside it, in ``../shared/data/extraction/pages``. Goes out: the share of exact
headlines on pages of sites that were not trained on. Changes: with ``--write``, ``extractor/model/titles.json`` and its
entry in the manifest.

    python -m training.train_titles [--data DIR] [--write]

The labels are those of fundus and of postlight's parser (MIT) and of WCXB (CC BY 4.0: Murrough Foley, WCXB 2026). A
conditional logit: of a page's candidates the right one is to have the highest weighted sum.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from extractor.html import decode_text, read_html
from extractor.metadata.reader import site_names
from extractor.metadata.titles import MODEL_FILE, TITLE_FEATURES, ranked_titles
from training.manifest import MODELS, Training, pages_digest, write_entry
from training.splicing import DATA, read_truth

FOLDS = 10
STEPS = 400
PENALTY = 10.0
SOURCE_WEIGHTS = {"fundus-parser-tests": 2.0}
"""News sites are what the service reads; of the other kinds there are four times as many pages."""
PARAMETERS = {"steps": STEPS, "penalty": PENALTY, "source_weights": SOURCE_WEIGHTS}
"""As the manifest names them."""


@dataclass(frozen=True, slots=True)
class TitledPage:
    """A page whose headline is known: what its candidates are like, one a row, and which of them is right."""

    source: str
    domain: str
    rows: np.ndarray
    right: np.ndarray


def main() -> None:
    """Cross-validate, and write the weights if wanted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true", help="train on all pages and write the model")
    arguments = parser.parse_args()
    entries = [entry for entry in read_truth(arguments.data) if entry.get("title")]
    pages = [page for entry in entries if (page := read_page(entry, arguments.data)) is not None]
    report(pages, cross_validated(pages))
    if arguments.write:
        weights = zip(TITLE_FEATURES, fit(pages), strict=True)
        kept = {name: round(float(weight), 3) for name, weight in weights}
        target = MODELS / MODEL_FILE
        target.write_text(json.dumps({"weights": kept}, indent=1) + "\n", encoding="utf-8")
        digests = {"pages": len(entries), "pages_sha256": pages_digest(arguments.data / "pages", entries)}
        write_entry(target, Training({"titles": TITLE_FEATURES}, digests, PARAMETERS))


def read_page(truth: Mapping[str, Any], data: Path) -> TitledPage | None:
    """Return a page with a known headline; None where the parser finds nothing."""
    html = gzip.decompress((data / "pages" / "html" / f"{truth['id']}.html.gz").read_bytes())
    page = read_html(decode_text(html), truth["url"])
    if page is None:
        return None
    candidates = ranked_titles(page, site_names(page), weights={})
    rows = [[candidate.features.get(name, 0.0) for name in TITLE_FEATURES] for candidate in candidates]
    wanted = folded(truth["title"])
    right = np.array([folded(candidate.text) == wanted for candidate in candidates], float)
    matrix = np.array(rows, float).reshape(len(rows), len(TITLE_FEATURES))
    return TitledPage(truth["source"], truth["domain"], matrix, right)


def folded(text: str) -> str:
    """Return a headline as evaluate.py compares it."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", text.casefold()))


def fit(pages: Sequence[TitledPage]) -> np.ndarray:
    """Return the weights that make the right candidates likeliest, by Adam."""
    pages = [page for page in pages if page.right.any()]
    rows = np.concatenate([page.rows for page in pages])
    sizes = np.array([len(page.right) for page in pages])
    starts = np.cumsum(sizes) - sizes
    wanted = np.concatenate([page.right / page.right.sum() for page in pages])
    counts = np.repeat([SOURCE_WEIGHTS.get(page.source, 1.0) for page in pages], sizes)
    weights = mean = square = np.zeros(len(TITLE_FEATURES))
    for step in range(1, STEPS + 1):
        scores = rows @ weights
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        likely = scores / np.repeat(np.add.reduceat(scores, starts), sizes)
        gradient = rows.T @ ((likely - wanted) * counts) + PENALTY * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights = weights - 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights


def cross_validated(pages: Sequence[TitledPage]) -> list[bool]:
    """Return for each page whether weights learned on other sites choose rightly."""
    domains = sorted({page.domain for page in pages})
    random.Random(0).shuffle(domains)
    fold_of = {domain: number % FOLDS for number, domain in enumerate(domains)}
    right = [False] * len(pages)
    for fold in range(FOLDS):
        weights = fit([page for page in pages if fold_of[page.domain] != fold])
        for number, page in enumerate(pages):
            if fold_of[page.domain] == fold and len(page.right):
                right[number] = bool(page.right[np.argmax(page.rows @ weights)])
    return right


def report(pages: Sequence[TitledPage], right: Sequence[bool]) -> None:
    """Print the share of exact headlines by source."""
    total: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    for page, is_right in zip(pages, right, strict=True):
        total[page.source] += 1
        exact[page.source] += is_right
    for source in sorted(total):
        print(f"{source:22} n={total[source]:4}  exact {exact[source] / total[source]:.3f} (cross-validated by domain)")


if __name__ == "__main__":
    main()
