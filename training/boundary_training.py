"""Trains the boundary guard's forest, and counts its leaks and losses on sites that it has not seen.

Comes in: the cases of ``cases.py``. Goes out: the cross-validated table on standard output. The
forest is put into the model by ``train.py`` alone.

    python -m training.boundary_training [--list]

Samples are the pieces that the guard doubts. Honest pages weigh more: a lost paragraph is worse than a leaked one.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from extractor.body import find_boundary
from extractor.body.forest import forest_from_json
from extractor.body.guard import GUARD_FEATURES, Candidate, candidate_row, judge_candidates
from training.cases import (
    EXTRA,
    FOLDS,
    HONEST,
    NEIGHBOURS,
    SEEDLIKE,
    TALLY_HEAD,
    TEASERS,
    Case,
    ReadCase,
    Tally,
    all_cases,
    print_tally,
    read_case,
)
from training.forests import SHARED_PARAMETERS, train_forest, trees_of
from training.splicing import DATA

_OWN_WEIGHTS = {HONEST: 3.0, EXTRA: 1.5, NEIGHBOURS: 0.6}
_MAIN_WEIGHT = 0.3
_FOREIGN_WEIGHTS = {TEASERS: 0.5, SEEDLIKE: 0.5, NEIGHBOURS: 1.0}
_FOREIGN_WEIGHT = 1.5
_ROUNDS = 300
_SPEAK_FOR, _SPEAK_AGAINST = (
    {"link", "read_on", "same_end", "by_another", "dated", "signs", "main_size"},
    {"known", "lexical"},
)
"""Signs of another article, of which more never make one less likely; and the words that it shares with this one."""
_PARAMETERS = {
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.5,
    "monotone_constraints": [(name in _SPEAK_FOR) - (name in _SPEAK_AGAINST) for name in GUARD_FEATURES],
}
PARAMETERS = {**SHARED_PARAMETERS, **_PARAMETERS, "rounds": _ROUNDS}
"""As the manifest names them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A candidate piece, and whether it is foreign."""

    fold: int
    weight: float
    row: list[float]
    is_foreign: bool


def samples_of(case: Case, page: ReadCase) -> list[Sample]:
    """Return the candidates of a page; whether one is foreign decides how the walk continues."""
    found: list[Sample] = []

    def judge(candidate: Candidate) -> bool:
        if candidate.has_foreign_sibling:
            return False
        texts = [segment.text for segment in page.page.segments[candidate.first : candidate.last + 1]]
        own = sum(len(text) for text in texts if text in case.own)
        foreign = sum(len(text) for text in texts if text in case.foreign)
        is_foreign = own < 0.1 * foreign
        if is_foreign:
            weight = _FOREIGN_WEIGHTS.get(case.kind, _FOREIGN_WEIGHT)
        else:
            weight = _OWN_WEIGHTS.get(case.kind, _MAIN_WEIGHT)
        if is_foreign or own > 0:
            found.append(Sample(case.fold, weight, candidate_row(candidate), is_foreign))
        # The guard misses some lists of neighbours, and has to know those inside by themselves then.
        return is_foreign and not (case.kind == NEIGHBOURS and case.number % 3 == 0)

    judge_candidates(page.page, page.metadata.titles, page.authors, judge)
    return found


def boundary_trees(samples: Iterable[Sample]) -> list[Any]:
    """Return the guard's forest, as lists."""
    chosen = list(samples)
    booster = train_forest(
        np.array([sample.row for sample in chosen]),
        np.array([float(sample.is_foreign) for sample in chosen]),
        np.array([sample.weight for sample in chosen]),
        _ROUNDS,
        **_PARAMETERS,
    )
    return trees_of(booster)


def main() -> None:
    """Print the cross-validated table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name the pages that leak or lose")
    arguments = parser.parse_args()
    made = list(all_cases(DATA))
    samples = [sample for case in made if (page := read_case(case)) is not None for sample in samples_of(case, page)]
    print(f"{len(made)} pages, {len(samples)} candidates, {sum(s.is_foreign for s in samples)} of them foreign")
    tallies: dict[str, Tally] = defaultdict(Tally)
    for fold in range(FOLDS):
        forest = forest_from_json(boundary_trees(sample for sample in samples if sample.fold != fold))
        for case in made:
            page = read_case(case) if case.fold == fold else None
            if page is None:
                continue
            cut = find_boundary(page.page, page.metadata.titles, page.authors, forest=forest).foreign
            left = {segment.text for segment in page.page.segments if segment.index not in cut}
            leaked, lost = case.foreign & left, case.own - left
            tallies[case.kind].add(len(leaked), len(case.foreign), len(lost), len(case.own))
            if arguments.list and (leaked or lost):
                print(f"    {case.kind}: {case.id}: {len(leaked)} leak, {len(lost)} lost")
    print(TALLY_HEAD.format("cross-validated by site"))
    for kind, tally in tallies.items():
        print_tally(kind, tally)


if __name__ == "__main__":
    main()
