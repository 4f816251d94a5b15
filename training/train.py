"""Trains the block classifier of extract.

Comes in: the labelled pages of the evaluation data. Goes out: the model that extract ships. Changes: that
file, and its entry in the manifest beside it.

    python -m training.train [--data DIR] [--out FILE]

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
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from extractor.body.context import LONGEST_WORDED_TEXT, context_columns, vote_columns, word_columns
from extractor.body.guard import GUARD_FEATURES
from extractor.body.model import BLOCK_COLUMNS, MODEL_FILE
from training.boundary_training import PARAMETERS, boundary_trees
from training.cases import FOLDS
from training.forests import SHARED_PARAMETERS, predict, train_forest, trees_of
from training.labelling import LabelledPage, TrainingData, matrix, training_data
from training.manifest import MODELS, Training, cases_data, pages_digest, write_entry
from training.processes import PROCESSES
from training.splicing import DATA, EXTRA_FOLDER, extra_truth, read_truth

_TREES = {"num_leaves": 31, "min_data_in_leaf": 200, "feature_fraction": 0.4, "max_bin": 31, "seed": 2}
_FIRST = {**_TREES, "rounds": 24, "learning_rate": 0.3}
_LATER = {**_TREES, "rounds": 36, "learning_rate": 0.22}
"""Twice as many trees, and twice as many thresholds, take twice the time of every page, for the same accuracy."""
_FEWEST_SITES = {"class": 6, "text": 8}
"""A word counts when this many sites have it: a site's own words teach nothing about others."""

Excluded = frozenset[int]
"""Folds that a forest must not have seen."""


class Trainer:
    """Trains forests on some folds and remembers them."""

    def __init__(self, data: TrainingData) -> None:
        self.pages, self._samples = data.pages, data.samples
        self._counts = _word_counts([page for page in self.pages if not page.is_made])
        self._words: dict[Excluded, tuple[dict[str, float], dict[str, float]]] = {}
        self._first: dict[Excluded, lightgbm.Booster] = {}

    def prepare(self, excluded: Iterable[Excluded]) -> None:
        """Train the first forests of some models, side by side: LightGBM's threads leave Python's lock alone."""
        whole = set(excluded)
        wanted = whole | {folds | {fold} for folds in whole for fold in range(FOLDS)}
        with ThreadPoolExecutor(PROCESSES) as pool:
            list(pool.map(self._forest, sorted(wanted, key=sorted)))

    def model(self, excluded: Excluded = frozenset()) -> dict[str, Any]:
        """Return a model as JSON that has seen no page of some folds."""
        pages = [page for page in self.pages if page.fold not in excluded]
        opinions = [self._opinion(page, excluded | {page.fold}) for page in pages]
        second: list[np.ndarray] = [
            np.hstack([rows, matrix(context_columns(page.features, first.tolist()))])
            for page, (rows, first) in zip(pages, opinions, strict=True)
        ]
        third: list[np.ndarray] = [
            np.hstack([rows, matrix(vote_columns(page.features, first.tolist(), page.vote))])
            for page, rows, (_, first) in zip(pages, second, opinions, strict=True)
        ]
        class_words, text_words = self._odds(excluded)
        with ThreadPoolExecutor(PROCESSES) as pool:
            later = pool.map(lambda rows: trees_of(_train(pages, rows, _LATER)), (second, third))
        return {
            "class_words": class_words,
            "text_words": text_words,
            "boundary": boundary_trees(sample for sample in self._samples if sample.fold not in excluded),
            "first": trees_of(self._forest(excluded)),
            **dict(zip(("second", "third"), later, strict=True)),
        }

    def _forest(self, excluded: Excluded) -> lightgbm.Booster:
        if excluded not in self._first:
            pages = [page for page in self.pages if page.fold not in excluded]
            self._first[excluded] = _train(pages, [self._rows(page, excluded | {page.fold}) for page in pages], _FIRST)
        return self._first[excluded]

    def _opinion(self, page: LabelledPage, excluded: Excluded) -> tuple[np.ndarray, np.ndarray]:
        rows = self._rows(page, excluded)
        return rows, predict(self._forest(excluded), rows)

    def _rows(self, page: LabelledPage, excluded: Excluded) -> np.ndarray:
        return np.hstack([page.rows, matrix(word_columns(page.features, *self._odds(excluded)))])

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
        site = page.case.domain
        around: dict[int, frozenset[str]] = {}
        for index, true in zip(page.features.scored, page.truth, strict=True):
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
    for (kind, fold, _), known in by_site.items():
        seen, shares = counts.setdefault(kind, defaultdict(lambda: (Counter(), Counter())))[fold]
        seen.update(known.keys())
        shares.update({word: true / total for word, (true, total) in known.items()})
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


def _train(pages: Sequence[LabelledPage], rows: list[np.ndarray], parameters: Mapping[str, Any]) -> lightgbm.Booster:
    truth = np.concatenate([page.truth for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    return train_forest(np.concatenate(rows), truth, weights, **parameters)


def description(folder: Path, data: TrainingData) -> Training:
    """Return what the manifest says of the model."""
    entries = [entry for entry in read_truth(folder) if entry.get("text")]
    extra = extra_truth(folder)
    pages = {
        "pages": len(entries),
        "pages_sha256": pages_digest(folder / "pages", entries),
        "extra_pages": dict(Counter(entry["source"] for entry in extra)),
        "extra_pages_sha256": pages_digest(folder / EXTRA_FOLDER, extra),
    }
    classifier = {**SHARED_PARAMETERS, "first": _FIRST, "later": _LATER, "folds": FOLDS}
    return Training(
        {"boundary": GUARD_FEATURES, **BLOCK_COLUMNS},
        {**pages, **cases_data(data.digests)},
        {"boundary": PARAMETERS, "blocks": classifier},
    )


def main() -> None:
    """Train on all pages and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=MODELS / MODEL_FILE)
    arguments = parser.parse_args()
    started = time.monotonic()
    data = training_data(arguments.data)
    print(
        f"{len(data.pages)} pages, {sum(len(page.truth) for page in data.pages)} segments, "
        f"{len(data.samples)} suspect pieces, {time.monotonic() - started:.0f} s"
    )
    trainer = Trainer(data)
    trainer.prepare([frozenset()])
    model = trainer.model()
    arguments.out.parent.mkdir(exist_ok=True)
    text = json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    arguments.out.write_bytes(gzip.compress(text.encode(), mtime=0))
    write_entry(arguments.out, description(arguments.data, data))
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
