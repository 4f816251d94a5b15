"""Learns which of a page's title candidates is its headline: the weights of ``extractor/metadata/titles.py``.

Comes in: ``truth.jsonl`` and the pages beside it, in ``../shared/data/extraction/pages``. Goes out: the share of exact
headlines on pages of sites that were not trained on, and, with ``--write``, ``extractor/model/titles.json``. Changes
that file alone.

The labels are those of fundus and of postlight's parser (MIT) and of WCXB (CC BY 4.0: Murrough Foley, WCXB 2026). A
conditional logit: of a page's candidates the right one is to have the highest weighted sum. numpy is needed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np

from extractor.html import decode_text, parse_html, read_meta, read_structured_data, segments_of
from extractor.metadata.reader import site_names
from extractor.metadata.titles import ranked_titles

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT.parent / "shared/data/extraction/pages"
MODEL = ROOT / "functions/extract/extractor/model/titles.json"
FOLDS = 10
STEPS = 400
PENALTY = 10.0
SOURCE_WEIGHTS = {"fundus-parser-tests": 2.0}
"""News sites are what the service reads; of the other kinds there are four times as many pages."""


def main() -> None:
    """Cross-validate, and write the weights if wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--write", action="store_true", help="train on all pages and write the model")
    arguments = parser.parse_args()
    pages = read_pages(arguments.pages)
    names = sorted({name for page in pages for candidate in page["candidates"] for name in candidate})
    report(pages, cross_validated(pages, names))
    if arguments.write:
        weights = fit(pages, names)
        kept = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
        MODEL.write_text(json.dumps({"weights": kept}, indent=1) + "\n", encoding="utf-8")


def read_pages(folder: Path) -> list[dict]:
    """Return for each page with a known headline what its candidates are like, and which of them is right."""
    pages = []
    for line in filter(None, (folder / "truth.jsonl").read_text("utf-8").split("\n")):
        truth = json.loads(line)
        if not truth.get("title"):
            continue
        with gzip.open(folder / "html" / f"{truth['id']}.html.gz") as file:
            tree = parse_html(decode_text(file.read()))
        if tree is None:
            continue
        data, meta = read_structured_data(tree), read_meta(tree)
        candidates = ranked_titles(
            tree, data, meta, segments_of(tree), truth["url"], site_names(data, meta, truth["url"]), weights={}
        )
        pages.append(
            {
                "source": truth["source"],
                "domain": truth["domain"],
                "candidates": [candidate.features for candidate in candidates],
                "right": np.array(
                    [folded(candidate.text) == folded(truth["title"]) for candidate in candidates], float
                ),
            }
        )
    return pages


def folded(text: str) -> str:
    """Return a headline as evaluate.py compares it."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", text.casefold()))


def matrix(page: dict, names: list[str]) -> np.ndarray:
    """Return the candidates of a page, one a row."""
    rows = [[candidate.get(name, 0.0) for name in names] for candidate in page["candidates"]]
    return np.array(rows, float).reshape(len(rows), len(names))


def fit(pages: list[dict], names: list[str]) -> np.ndarray:
    """Return the weights that make the right candidates likeliest, by Adam."""
    pages = [page for page in pages if page["right"].any()]
    rows = np.concatenate([matrix(page, names) for page in pages])
    sizes = np.array([len(page["right"]) for page in pages])
    starts = np.cumsum(sizes) - sizes
    wanted = np.concatenate([page["right"] / page["right"].sum() for page in pages])
    counts = np.repeat([SOURCE_WEIGHTS.get(page["source"], 1.0) for page in pages], sizes)
    weights = mean = square = np.zeros(len(names))
    for step in range(1, STEPS + 1):
        scores = rows @ weights
        scores = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        likely = scores / np.repeat(np.add.reduceat(scores, starts), sizes)
        gradient = rows.T @ ((likely - wanted) * counts) + PENALTY * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights = weights - 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights


def cross_validated(pages: list[dict], names: list[str]) -> list[bool]:
    """Say for each page whether weights learned on other sites choose rightly."""
    domains = sorted({page["domain"] for page in pages})
    random.Random(0).shuffle(domains)
    fold_of = {domain: number % FOLDS for number, domain in enumerate(domains)}
    right = [False] * len(pages)
    for fold in range(FOLDS):
        weights = fit([page for page in pages if fold_of[page["domain"]] != fold], names)
        for number, page in enumerate(pages):
            if fold_of[page["domain"]] == fold and len(page["right"]):
                right[number] = bool(page["right"][np.argmax(matrix(page, names) @ weights)])
    return right


def report(pages: list[dict], right: list[bool]) -> None:
    """Print the share of exact headlines by source."""
    total: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    for page, is_right in zip(pages, right, strict=True):
        total[page["source"]] += 1
        exact[page["source"]] += is_right
    for source in sorted(total):
        print(f"{source:22} n={total[source]:4}  exact {exact[source] / total[source]:.3f} (cross-validated by domain)")


if __name__ == "__main__":
    main()
