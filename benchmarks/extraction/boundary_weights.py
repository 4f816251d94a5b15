"""Fit the boundary guard's weights, and judge them on sites that they were not fitted on.

Comes in: the evaluation pages beside the repository (texts: scrapinghub and fundus, MIT; WCXB, CC BY 4.0, attribution:
Murrough Foley, WCXB 2026). Goes out: the cross-validated counts of leaks and losses, and the weights of a fit on all
pages, for ``extractor/boundary.py``. Changes nothing.

    python benchmarks/extraction/boundary_weights.py [--pages N] [--list]        (needs numpy)

Samples are the pieces that the guard doubts: on the pages as they are, on pages with another article spliced in
(``splicing.py``), and on pages with the openings of others around the article (``tests/scroll_pages.py``). A logistic
regression, five folds by the page's site. Honest pages weigh three times: a lost paragraph is worse than a leaked one.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(_ROOT),
    str(_ROOT / "shared"),
    str(_ROOT / "functions" / "extract"),
    str(_ROOT / "benchmarks" / "extraction"),
]

import numpy as np
from splicing import (
    VARIANTS,
    Page,
    Tally,
    cases,
    load_pages,
    own_segments,
    print_tally,
    titles_of,
)

from extractor import boundary
from extractor.boundary import Suspect, find_boundary
from extractor.parsing import parse_html
from extractor.segments import Segment, segments_of
from extractor.structured_data import read_structured_data
from tests.scroll_pages import Story, scroll_page

_FOLDS = 5
_RIDGE = 3.0
_HONEST_WEIGHT = 3.0
_MAIN_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Case:
    """A page with what is its article's and what is not."""

    kind: str
    id: str
    domain: str
    html: str
    url: str
    own: frozenset[str]
    foreign: frozenset[str]

    @property
    def fold(self) -> int:
        """The fold of its site."""
        return int(hashlib.sha256(self.domain.encode()).hexdigest(), 16) % _FOLDS


@dataclass(frozen=True, slots=True)
class Sample:
    """A suspect piece, and whether it is foreign."""

    fold: int
    weight: float
    features: dict[str, float]
    is_foreign: bool


def scroll_cases(pages: Sequence[Page], count: int, seed: int = 0) -> Iterator[Case]:
    """Yield pages with the openings of other sites' articles around one, in random markup."""
    stories = []
    for page in pages:
        tree = parse_html(page.html)
        paragraphs = [" ".join(line.split()) for line in page.truth.split("\n") if len(line.split()) >= 8]
        titles = titles_of(tree) if tree is not None else ()
        if titles and len(paragraphs) >= 4:
            section = random.Random(page.id).choice(["World", "Politics", "Culture", "Media"])
            deck = "What it may mean for the people who live and work there"
            stories.append((page, Story(titles[0], deck, "Jane Roe", "May 4, 2026", section, tuple(paragraphs[:10]))))
    chance = random.Random(seed)
    for number, (page, story) in enumerate(stories[:count]):
        pool = [other for donor, other in stories if donor.source == page.source and donor.domain != page.domain]
        made = scroll_page(story, chance.sample(pool, chance.choice([1, 2, 3, 5])), seed + number)
        yield Case("teasers", page.id, page.domain, made.html, made.url, frozenset(made.own), frozenset(made.foreign))


def all_cases(pages: Sequence[Page], count: int) -> Iterator[Case]:
    """Yield the pages as they are, spliced, and with teasers; each variant begins at another page."""
    for page in pages:
        tree = parse_html(page.html)
        if tree is not None:
            own = frozenset(segment.text for segment in own_segments(segments_of(tree), page.truth))
            yield Case("honest", page.id, page.domain, page.html, page.url, own, frozenset())
    for number, variant in enumerate(VARIANTS):
        turned = [*pages[number * 45 :], *pages[: number * 45]]
        for page, made in cases(turned, variant, count):
            yield Case(
                variant.name, page.id, page.domain, made.html, made.url, frozenset(made.own), frozenset(made.foreign)
            )
    yield from scroll_cases(pages, 700)


def samples_of(case: Case) -> list[Sample]:
    """Return the suspects of a page; as one is foreign or not, so the walk goes on."""
    tree = parse_html(case.html)
    assert tree is not None
    segments = segments_of(tree)
    page = boundary._Page(tree, segments, case.url, titles_of(tree), read_structured_data(tree))
    found: list[Sample] = []

    def judge(suspect: Suspect) -> bool:
        if suspect.in_company:
            return False
        texts = [segment.text for segment in segments[suspect.first : suspect.last + 1]]
        own = sum(len(text) for text in texts if text in case.own)
        foreign = sum(len(text) for text in texts if text in case.foreign)
        is_foreign = foreign > 0 and own < 0.1 * foreign
        if is_foreign or own > 0:
            weight = (
                (0.5 if case.kind == "teasers" else 1.5)
                if is_foreign
                else _HONEST_WEIGHT
                if case.kind == "honest"
                else _MAIN_WEIGHT
            )
            features = {name: float(value) for name, value in suspect.features.items()}
            found.append(Sample(case.fold, weight, features, is_foreign))
        return is_foreign

    boundary.walk(page, judge)
    return found


def fit(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Return the weights for pieces with a headline, and for those without."""
    by_kind: dict[str, list[Sample]] = {"headed": [], "headless": []}
    for sample in samples:
        by_kind["headless" if sample.features.get("headless") else "headed"].append(sample)
    return {kind: fit_kind(chosen) for kind, chosen in by_kind.items()}


def fit_kind(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the weights and the bias of a ridge logistic regression, by Newton's method."""
    names = sorted({name for sample in samples for name in sample.features})
    x = np.array([[1.0, *(sample.features.get(name, 0.0) for name in names)] for sample in samples])
    y = np.array([float(sample.is_foreign) for sample in samples])
    w = np.array([sample.weight for sample in samples])
    ridge = np.diag([1e-6] + [_RIDGE] * len(names))
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (w * (y - p)) - ridge @ beta
        step = np.linalg.solve((x.T * (w * p * (1 - p))) @ x + ridge, gradient)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    return {name: round(float(value), 2) for name, value in zip(["bias", *names], beta, strict=True)}


def left_of(case: Case) -> tuple[Sequence[Segment], set[str], float]:
    """Return a page's segments, the texts that its boundary leaves, and the leak score."""
    tree = parse_html(case.html)
    assert tree is not None
    segments = segments_of(tree)
    found = find_boundary(tree, segments, case.url, titles_of(tree), read_structured_data(tree))
    return segments, {segment.text for segment in segments if segment.index not in found.foreign}, found.leak_score


def main() -> None:
    """Print the cross-validated table and the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=69, help="spliced pages of each variant")
    parser.add_argument("--list", action="store_true", help="name the pages that leak or lose")
    arguments = parser.parse_args()
    made = list(all_cases(load_pages(), arguments.pages))
    samples = [sample for case in made for sample in samples_of(case)]
    print(f"{len(made)} pages, {len(samples)} suspects, {sum(s.is_foreign for s in samples)} of them foreign")
    tallies: dict[str, Tally] = defaultdict(Tally)
    doubts: dict[bool, list[float]] = {False: [], True: []}
    for fold in range(_FOLDS):
        boundary._WEIGHTS = fit([sample for sample in samples if sample.fold != fold])
        for case in made:
            if case.fold != fold:
                continue
            _, left, doubt = left_of(case)
            leaked = [text for text in case.foreign if text in left]
            lost = [text for text in case.own if text not in left]
            doubts[bool(leaked)].append(doubt)
            tally = tallies[case.kind]
            tally.add(len(leaked), len(case.foreign), len(lost), len(case.own))
            if arguments.list and (leaked or lost):
                print(f"    {case.kind}: {case.id}: {len(leaked)} leak, {len(lost)} lost, leak score {doubt}")
    print(f"{'cross-validated by site':38} {'pages':>5} {'leak':>5} {'paragraphs':>12} {'lose':>5} {'paragraphs':>12}")
    for kind, tally in tallies.items():
        print_tally(kind, tally)
    for leaks, scores in doubts.items():
        share = sum(score > 0.3 for score in scores) / max(1, len(scores))
        print(
            f"leak score over 0.3 on {share:.1%} of the {len(scores)} pages that {'leak' if leaks else 'do not leak'}"
        )
    print(f"_WEIGHTS: dict[str, dict[str, float]] = {fit(samples)}")


if __name__ == "__main__":
    main()
