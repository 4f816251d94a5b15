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
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from extractor.body import describe, find_boundary, ruled_out
from extractor.body.context import LONGEST_WORDED_TEXT, context_columns, vote_columns, word_columns
from extractor.body.features import FEATURES, TOKEN, Numbers, PageFeatures
from extractor.body.forest import Forest, forest_from_json
from extractor.body.guard import GUARD_FEATURES
from extractor.body.model import BLOCK_COLUMNS, MODEL_FILE
from extractor.body.trafilatura_vote import shares_in, trafilatura_text
from training.boundary_training import PARAMETERS, Sample, boundary_trees, samples_of
from training.cases import (
    AS_THEY_ARE,
    EXTRA,
    FOLDS,
    HONEST,
    NEIGHBOURS,
    SEEDLIKE,
    TEASERS,
    Case,
    all_cases,
    read_case,
)
from training.forests import SHARED_PARAMETERS, predict, train_forest, trees_of
from training.labels import true_shares
from training.manifest import MODELS, Training, case_digest, cases_data, pages_digest, write_entry
from training.splicing import DATA, EXTRA_FOLDER, extra_truth, read_truth

_ROUNDS = 60
_PARAMETERS = {
    "num_leaves": 31,
    "learning_rate": 0.16,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.4,
    "max_bin": 63,
}
_FEWEST_SITES = {"class": 6, "text": 8}
"""A word counts when this many sites have it: a site's own words teach nothing about others."""

_SPLICED = 15
_CHOSEN = {HONEST: 10_000, EXTRA: 10_000, TEASERS: 150, SEEDLIKE: 100, NEIGHBOURS: 250}
"""Pages of each way to splice, and of other kinds, from which the classifier learns."""
_MADE_WEIGHT, _EXTRA_WEIGHT = 0.4, 0.5
"""The weights of such a page, and of one that is for training only, relative to an unchanged evaluation page."""
_SUSPICION = FEATURES.index("suspicion")

Excluded = frozenset[int]
"""Folds that a forest must not have seen."""


@dataclass(frozen=True, eq=False)
class LabelledPage:
    """A page whose article is known.

    Attributes
    ----------
    case : Case
        The page.
    features : PageFeatures
        What the classifier sees of it, without the numbers.
    rows : numpy.ndarray
        The numbers, a row for each scored segment.
    truth : numpy.ndarray
        Which scored segments are the article's.
    vote : list of float
        Which share of each segment trafilatura keeps.
    is_added : numpy.ndarray
        Which scored segments were put into the page.
    """

    case: Case
    features: PageFeatures
    rows: np.ndarray
    truth: np.ndarray
    vote: list[float]
    is_added: np.ndarray

    @property
    def fold(self) -> int:
        """The fold of its site."""
        return self.case.fold

    @property
    def is_made(self) -> bool:
        """Whether it differs from what its site made."""
        return self.case.kind not in AS_THEY_ARE

    @cached_property
    def weights(self) -> np.ndarray:
        """The weights of the segments: roughly as their words, and with roughly the same sum for each page."""
        words = np.array([self.features.sizes[i] for i in self.features.scored]) ** 0.75 + 0.5
        weights: np.ndarray = words / max(1.0, words.sum()) ** 0.8
        if self.case.kind == EXTRA:
            weights *= _EXTRA_WEIGHT
        if self.is_made:
            # From another article's paragraphs that the guard does not suspect, forests would learn to doubt honest
            # ones.
            weights[self.is_added & (self.rows[:, _SUSPICION] == 0)] = 0.0
            weights *= _MADE_WEIGHT
        return weights


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The training data."""

    pages: list[LabelledPage]
    samples: list[Sample]
    digests: list[tuple[str, bytes]]
    """All pages, generated ones included, each with its kind."""


def training_data(data: Path) -> TrainingData:
    """Return the pages with labels, and the pieces that the boundary guard doubts on these and on more."""
    samples: list[Sample] = []
    chosen: list[Case] = []
    digests = []
    for case in all_cases(data):
        digests.append((case.kind, case_digest(case)))
        page = read_case(case)
        if page is None:
            continue
        samples += samples_of(case, page)
        if case.number < _CHOSEN.get(case.kind, _SPLICED):
            chosen.append(case)
    # The guard's opinion of pages that it was trained on is worthless, like the first forest's.
    guards = [forest_from_json(boundary_trees(s for s in samples if s.fold != fold)) for fold in range(FOLDS)]
    pages = [_labelled(case, guards[case.fold]) for case in chosen]
    return TrainingData([page for page in pages if page.features.scored], samples, digests)


def _labelled(case: Case, guard: Forest) -> LabelledPage:
    page = read_case(case)
    assert page is not None
    html, titles = page.page, page.metadata.titles
    boundary = find_boundary(html, titles, page.authors, forest=guard)
    foreign = {**boundary.foreign, **ruled_out(html)}
    features = describe(html, foreign, titles, page.metadata.fields().get("description"), boundary.likelihoods)
    texts = [segment.text for segment in html.segments]
    shares = true_shares(
        [[] if text in case.foreign else TOKEN.findall(text) for text in texts], TOKEN.findall(case.truth)
    )
    return LabelledPage(
        case,
        # What computes the numbers holds the whole tree of the page.
        replace(features, numbers=()),
        _matrix(features.numbers),
        truth=np.array([shares[i] >= 0.5 for i in features.scored], dtype=float),
        vote=shares_in(features.tokens, trafilatura_text(html.tree)),
        is_added=np.array([texts[i] in case.foreign for i in features.scored], dtype=bool),
    )


def _matrix(columns: Iterable[Callable[[], Numbers]]) -> np.ndarray:
    """Return columns as a matrix with a row for each scored segment."""
    return np.array([column() for column in columns], dtype=float).T


class Trainer:
    """Trains forests on some folds and remembers them."""

    def __init__(self, data: TrainingData) -> None:
        self.pages, self._samples = data.pages, data.samples
        self._counts = _word_counts([page for page in self.pages if not page.is_made])
        self._words: dict[Excluded, tuple[dict[str, float], dict[str, float]]] = {}
        self._first: dict[Excluded, lightgbm.Booster] = {}

    def model(self, excluded: Excluded = frozenset()) -> dict[str, Any]:
        """Return a model as JSON that has seen no page of some folds."""
        pages = [page for page in self.pages if page.fold not in excluded]
        opinions = [self._opinion(page, excluded | {page.fold}) for page in pages]
        second: list[np.ndarray] = [
            np.hstack([rows, _matrix(context_columns(page.features, first.tolist()))])
            for page, (rows, first) in zip(pages, opinions, strict=True)
        ]
        third: list[np.ndarray] = [
            np.hstack([rows, _matrix(vote_columns(page.features, first.tolist(), page.vote))])
            for page, rows, (_, first) in zip(pages, second, opinions, strict=True)
        ]
        class_words, text_words = self._odds(excluded)
        return {
            "class_words": class_words,
            "text_words": text_words,
            "boundary": boundary_trees(sample for sample in self._samples if sample.fold not in excluded),
            "first": trees_of(self._forest(excluded)),
            "second": trees_of(_train(pages, second)),
            "third": trees_of(_train(pages, third)),
        }

    def _forest(self, excluded: Excluded) -> lightgbm.Booster:
        if excluded not in self._first:
            pages = [page for page in self.pages if page.fold not in excluded]
            self._first[excluded] = _train(pages, [self._rows(page, excluded | {page.fold}) for page in pages])
        return self._first[excluded]

    def _opinion(self, page: LabelledPage, excluded: Excluded) -> tuple[np.ndarray, np.ndarray]:
        rows = self._rows(page, excluded)
        return rows, predict(self._forest(excluded), rows)

    def _rows(self, page: LabelledPage, excluded: Excluded) -> np.ndarray:
        return np.hstack([page.rows, _matrix(word_columns(page.features, *self._odds(excluded)))])

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


def _train(pages: Iterable[LabelledPage], rows: list[np.ndarray]) -> lightgbm.Booster:
    pages = list(pages)
    truth = np.concatenate([page.truth for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    return train_forest(np.concatenate(rows), truth, weights, _ROUNDS, **_PARAMETERS)


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
    classifier = {**SHARED_PARAMETERS, **_PARAMETERS, "rounds": _ROUNDS, "folds": FOLDS}
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
    model = Trainer(data).model()
    arguments.out.parent.mkdir(exist_ok=True)
    text = json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    arguments.out.write_bytes(gzip.compress(text.encode(), mtime=0))
    write_entry(arguments.out, description(arguments.data, data))
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
