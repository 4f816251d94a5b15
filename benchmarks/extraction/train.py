"""Trains the block classifier of extract.

Comes in: the labelled pages of the evaluation data. Goes out: the model that extract ships. Changes: writes that file.

    python benchmarks/extraction/train.py [--data DIR] [--out FILE]

Needs the dependency group ``training``. The labels are those of scrapinghub/article-extraction-benchmark (MIT), of
dobbersc/fundus-evaluation and flairNLP/fundus (MIT), and of WCXB, the Web Content Extraction Benchmark (CC BY 4.0,
Murrough Foley, 2026); the pages' own texts are not in the model, only counts of words that many sites share.

What a model says of a page that it was trained on is worth nothing. So that the later forests learn what
the first says of pages it has *not* seen, the sites are dealt into folds, and each fold's opinions come from a forest
that was trained without it; the same forests serve ``cross_validate.py``.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / "shared"), str(_ROOT / "functions" / "extract")]

import lightgbm
import numpy as np
from labels import true_shares
from lxml.html import HtmlElement

from extractor.boundary import find_boundary
from extractor.candidates import shares_in, trafilatura_text
from extractor.charset import decode_text
from extractor.classifier import (
    LONGEST_WORDED_TEXT,
    MODEL_PATH,
    asked_segments,
    context_columns,
    vote_columns,
    word_columns,
)
from extractor.features import TOKEN, PageFeatures, features_of
from extractor.metadata import read_metadata
from extractor.parsing import parse_html
from extractor.segments import segments_of
from extractor.structured_data import read_structured_data

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DATA = _ROOT.parent / "shared" / "data" / "extraction"
FOLDS = 5
_ROUNDS = 100
_PARAMETERS = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "use_missing": False,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbose": -1,
}
_FEWEST_SITES = {"class": 6, "text": 8}
"""A word counts when so many sites have it: a site's own words teach nothing about others."""

Excluded = frozenset[int]
"""Folds that a forest must not have seen."""


@dataclass(frozen=True, eq=False)
class LabelledPage:
    """A page whose article is known."""

    entry: Mapping[str, Any]
    features: PageFeatures
    asked: list[int]
    truth: np.ndarray
    vote: list[float]

    @property
    def fold(self) -> int:
        """The fold of its site."""
        site = str(self.entry.get("domain") or self.entry["id"])
        return int(hashlib.sha256(site.encode()).hexdigest(), 16) % FOLDS

    @cached_property
    def rows(self) -> np.ndarray:
        """Its features, of the segments that are asked about."""
        return np.array([self.features.rows[i] for i in self.asked], dtype=float)

    @cached_property
    def weights(self) -> np.ndarray:
        """How much each segment counts: nearly as its words do, and a page's nearly as any other page's."""
        words = np.array([self.features.sizes[i] for i in self.asked]) ** 0.75 + 0.5
        return words / max(1.0, words.sum()) ** 0.8


def labelled_pages(data: Path) -> Iterator[LabelledPage]:
    """Yield the pages whose text is known."""
    with (data / "pages" / "truth.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if not entry.get("text"):
                continue
            html = gzip.decompress((data / "pages" / "html" / f"{entry['id']}.html.gz").read_bytes())
            tree = parse_html(decode_text(html))
            if tree is not None:
                yield _labelled(entry, tree)


def _labelled(entry: Mapping[str, Any], tree: HtmlElement) -> LabelledPage:
    segments = segments_of(tree)
    data = read_structured_data(tree)
    url = entry.get("url") or ""
    metadata = read_metadata(tree, data, segments, url, NOW)
    titles, description = metadata.titles, metadata.fields().get("description")
    foreign = find_boundary(tree, segments, url, titles, data).foreign
    features = features_of(segments, foreign, titles, description, data.main.article_body if data.main else None)
    asked = asked_segments(features)
    shares = true_shares([TOKEN.findall(segment.text) for segment in segments], TOKEN.findall(entry["text"]))
    truth = np.array([shares[i] >= 0.5 for i in asked], dtype=float)
    vote = shares_in(features.tokens, trafilatura_text(tree))
    return LabelledPage(entry, features, asked, truth, vote)


class Trainer:
    """Trains forests on some folds and remembers them."""

    def __init__(self, pages: list[LabelledPage]) -> None:
        self.pages = [page for page in pages if page.asked]
        self._counts = _word_counts(self.pages)
        self._words: dict[Excluded, tuple[dict[str, float], dict[str, float]]] = {}
        self._first: dict[Excluded, lightgbm.Booster] = {}

    def model(self, excluded: Excluded = frozenset()) -> dict[str, Any]:
        """Return a model as JSON that has seen no page of some folds."""
        pages = [page for page in self.pages if page.fold not in excluded]
        opinions = [self._opinion(page, excluded | {page.fold}) for page in pages]
        second = [
            np.hstack([rows, context_columns(page.features, page.asked, first)])
            for page, (rows, first) in zip(pages, opinions, strict=True)
        ]
        third = [
            np.hstack([rows, vote_columns(page.features, page.asked, first, page.vote)])
            for page, rows, (_, first) in zip(pages, second, opinions, strict=True)
        ]
        class_words, text_words = self._odds(excluded)
        return {
            "class_words": class_words,
            "text_words": text_words,
            "first": _trees(self._forest(excluded)),
            "second": _trees(_train(pages, second)),
            "third": _trees(_train(pages, third)),
        }

    def _forest(self, excluded: Excluded) -> lightgbm.Booster:
        if excluded not in self._first:
            pages = [page for page in self.pages if page.fold not in excluded]
            self._first[excluded] = _train(pages, [self._rows(page, excluded | {page.fold}) for page in pages])
        return self._first[excluded]

    def _opinion(self, page: LabelledPage, excluded: Excluded) -> tuple[np.ndarray, np.ndarray]:
        rows = self._rows(page, excluded)
        return rows, self._forest(excluded).predict(rows, num_threads=1)

    def _rows(self, page: LabelledPage, excluded: Excluded) -> np.ndarray:
        return np.hstack([page.rows, word_columns(page.features, page.asked, *self._odds(excluded))])

    def _odds(self, excluded: Excluded) -> tuple[dict[str, float], dict[str, float]]:
        if excluded not in self._words:
            self._words[excluded] = (self._odds_of("class", excluded), self._odds_of("text", excluded))
        return self._words[excluded]

    def _odds_of(self, kind: str, excluded: Excluded) -> dict[str, float]:
        sites: Counter[str] = Counter()
        true: Counter[str] = Counter()
        for fold, (seen, shares) in self._counts[kind].items():
            if fold not in excluded:
                sites.update(seen)
                true.update(shares)
        return {
            word: round(math.log((true[word] + 0.8) / (count - true[word] + 1.2)), 2)
            for word, count in sorted(sites.items())
            if count >= _FEWEST_SITES[kind]
        }


def _word_counts(pages: list[LabelledPage]) -> dict[str, dict[int, tuple[Counter[str], Counter[str]]]]:
    """Return for each fold how many sites have a word, and the sum of the shares of it that are true there."""
    by_site: dict[tuple[str, int, str], dict[str, list[float]]] = {}
    for page in pages:
        site = str(page.entry.get("domain") or page.entry["id"])
        around: dict[int, frozenset[str]] = {}
        for index, true in zip(page.asked, page.truth, strict=True):
            chain = []
            walked = page.features.containers[index]
            while walked is not None and id(walked) not in around:
                chain.append(walked)
                walked = walked.parent
            for made in reversed(chain):
                outer = around[id(made.parent)] if made.parent else frozenset()
                around[id(made)] = outer.union(made.template)
            container = page.features.containers[index]
            size = page.features.sizes[index]
            _count(by_site, ("class", page.fold, site), around[id(container)], true, math.sqrt(size))
            if size <= LONGEST_WORDED_TEXT:
                words = {word.casefold() for word in page.features.tokens[index] if not word.isdigit()}
                _count(by_site, ("text", page.fold, site), words, true, 1.0)
    counts: dict[str, dict[int, tuple[Counter[str], Counter[str]]]] = {}
    for (kind, fold, _), words in by_site.items():
        seen, shares = counts.setdefault(kind, defaultdict(lambda: (Counter(), Counter())))[fold]
        seen.update(words.keys())
        shares.update({word: true / total for word, (true, total) in words.items()})
    return counts


def _count(
    counts: dict[tuple[str, int, str], dict[str, list[float]]],
    key: tuple[str, int, str],
    words: frozenset[str] | set[str],
    true: float,
    weight: float,
) -> None:
    known = counts.setdefault(key, {})
    for word in words:
        entry = known.setdefault(word, [0.0, 0.0])
        entry[0] += true * weight
        entry[1] += weight


def _train(pages: list[LabelledPage], rows: list[np.ndarray]) -> lightgbm.Booster:
    weights = np.concatenate([page.weights for page in pages])
    data = lightgbm.Dataset(
        np.concatenate(rows), np.concatenate([page.truth for page in pages]), weight=weights / weights.mean()
    )
    return lightgbm.train(_PARAMETERS, data, _ROUNDS)


def _trees(booster: lightgbm.Booster) -> list[Any]:
    """Return a forest as lists: for each tree its nodes (feature, threshold, left, right), and its leaves' values."""
    return [_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def _tree(root: dict[str, Any]) -> list[Any]:
    nodes: list[Any] = []
    leaves: list[float] = []

    def add(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            leaves.append(round(node["leaf_value"], 5))
            return -len(leaves)
        place = len(nodes)
        nodes.append([node["split_feature"], float(f"{node['threshold']:.6g}"), 0, 0])
        nodes[place][2:] = add(node["left_child"]), add(node["right_child"])
        return place

    add(root)
    return [nodes, leaves]


def main() -> None:
    """Train on all pages and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=MODEL_PATH)
    arguments = parser.parse_args()
    started = time.monotonic()
    pages = list(labelled_pages(arguments.data))
    print(f"{len(pages)} pages, {sum(len(page.asked) for page in pages)} segments, {time.monotonic() - started:.0f} s")
    model = Trainer(pages).model()
    arguments.out.parent.mkdir(exist_ok=True)
    text = json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    arguments.out.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
