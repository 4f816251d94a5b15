"""The pages with labels, from which the block classifier learns.

Comes in: the cases of ``cases.py``. Goes out: for each page the numbers of its segments, which of them are its
article's, and how much each counts; and the pieces that the boundary guard doubts.

Pages are read by as many processes as there are processors; the result is the same with any number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path

import numpy as np

from extractor.body import describe, find_boundary, ruled_out
from extractor.body.features import FEATURES, Holding, Numbers, PageFeatures
from extractor.body.forest import Forest, forest_from_json
from extractor.body.trafilatura_vote import shares_in, trafilatura_text
from extractor.html import HEADING_LEVELS, TABLES
from extractor.text import TOKEN
from training.boundary_training import Sample, boundary_trees, samples_of
from training.cases import (
    AS_THEY_ARE,
    EXTRA,
    FOLDS,
    FURNISHED,
    HONEST,
    NEIGHBOURS,
    SEEDLIKE,
    TEASERS,
    Case,
    all_cases,
    read_case,
)
from training.labels import true_shares
from training.manifest import case_digest
from training.processes import in_processes

_SPLICED = 15
_CHOSEN = {HONEST: 10_000, EXTRA: 10_000, TEASERS: 150, SEEDLIKE: 100, NEIGHBOURS: 250, FURNISHED: 300}
"""Pages of each way to splice, and of other kinds, from which the classifier learns."""
_WEIGHTS = {HONEST: 1.0, EXTRA: 0.5, FURNISHED: 0.8}
_MADE_WEIGHT = 0.4
"""The weights of pages by kind, relative to an unchanged evaluation page; of those with other articles in them."""
_SUSPICION = FEATURES.index("suspicion")

_OMITTED = 0.25
"""Of the blocks of a kind that stand between paragraphs of the article, so many are missing in a source's truths that
it cannot be trusted on them."""
_NEAR, _PARAGRAPH = 2, 8
"""So many segments further on must be one of the article's, of so many words."""
_LEVELS = 3
_BLOCKS = {"li": "list", "dd": "list", "dt": "list", "pre": "code", "code": "code", "blockquote": "quotation"}


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
    is_omitted : numpy.ndarray
        Which scored segments are of a kind that the truths of the page's source leave out.
    """

    case: Case
    features: PageFeatures
    rows: np.ndarray
    truth: np.ndarray
    vote: list[float]
    is_added: np.ndarray
    is_omitted: np.ndarray

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
        weights[self.is_omitted] = 0.0
        weights *= _WEIGHTS.get(self.case.kind, _MADE_WEIGHT)
        if self.is_made:
            # From another article's paragraphs that the guard does not suspect, forests would learn to doubt honest
            # ones.
            weights[self.is_added & (self.rows[:, _SUSPICION] == 0)] = 0.0
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
    for weighed in in_processes(_weighed, all_cases(data)):
        digests.append(weighed.digest)
        samples += weighed.samples
        chosen += weighed.chosen
    # The guard's opinion of pages that it was trained on is worthless, like the first forest's.
    guards = [forest_from_json(boundary_trees(s for s in samples if s.fold != fold)) for fold in range(FOLDS)]
    pages = [page for page in in_processes(partial(_labelled, guards), chosen) if page.features.scored]
    return TrainingData(without_omissions(pages), samples, digests)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The pieces of a page that the guard doubts, and the page, where the classifier learns from it."""

    digest: tuple[str, bytes]
    samples: list[Sample]
    chosen: list[Case]


def _weighed(case: Case) -> _Weighed:
    page = read_case(case)
    is_chosen = page is not None and case.number < _CHOSEN.get(case.kind, _SPLICED)
    samples = samples_of(case, page) if page is not None else []
    return _Weighed((case.kind, case_digest(case)), samples, [case] if is_chosen else [])


def _labelled(guards: Sequence[Forest], case: Case) -> LabelledPage:
    page = read_case(case)
    assert page is not None
    html, titles = page.page, page.metadata.titles
    boundary = find_boundary(html, titles, page.authors, forest=guards[case.fold])
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
        matrix(features.numbers),
        truth=np.array([shares[i] >= 0.5 for i in features.scored], dtype=float),
        vote=shares_in(features.tokens, trafilatura_text(html.tree)),
        is_added=np.array([texts[i] in case.foreign for i in features.scored], dtype=bool),
        is_omitted=np.zeros(len(features.scored), dtype=bool),
    )


def matrix(columns: Iterable[Callable[[], Numbers]]) -> np.ndarray:
    """Return columns as a matrix with a row for each scored segment."""
    return np.array([column() for column in columns], dtype=float).T


def without_omissions(pages: Sequence[LabelledPage]) -> list[LabelledPage]:
    """Return the pages with no weight on what the truths of their source leave out, whatever the page.

    Some truths have no tables, others no lists or headings: what stands between two paragraphs of the article is part
    of it all the same. A source omits a kind of block when it leaves out so many of those that stand there.
    """
    runs = {page.case.key: _runs(page) for page in pages if not page.is_made}
    counts: dict[tuple[str, str], list[bool]] = {}
    for page in pages:
        for run in runs.get(page.case.key, ()):
            counts.setdefault((page.case.source, run.kind), []).append(run.is_left_out)
    omitted = {key for key, left_out in counts.items() if sum(left_out) >= _OMITTED * len(left_out)}
    marked = []
    for page in pages:
        places = [
            place
            for run in runs.get(page.case.key, ())
            if (page.case.source, run.kind) in omitted
            for place in run.places
            if not page.truth[place]
        ]
        is_omitted = np.zeros(len(page.truth), dtype=bool)
        is_omitted[places] = True
        marked.append(replace(page, is_omitted=is_omitted))
    return marked


@dataclass(frozen=True, slots=True)
class _Run:
    """Blocks of one kind that follow one another between two paragraphs of the article, by their places."""

    kind: str
    places: range
    is_left_out: bool


def _runs(page: LabelledPage) -> list[_Run]:
    kinds = [_kind(page.features.containers[i]) for i in page.features.scored]
    sizes = [page.features.sizes[i] for i in page.features.scored]
    is_paragraph = [bool(true) and size >= _PARAGRAPH for true, size in zip(page.truth, sizes, strict=True)]
    runs = []
    end = 0
    for kind, places in groupby(range(len(kinds)), key=lambda place: kinds[place]):
        start, end = end, end + len(list(places))
        is_between = any(is_paragraph[max(0, start - _NEAR) : start]) and any(is_paragraph[end : end + _NEAR])
        if kind is not None and is_between:
            runs.append(_Run(kind, range(start, end), bool(page.truth[start:end].mean() < 0.5)))
    return runs


def _kind(container: Holding | None) -> str | None:
    """Return what kind of block a container is in; None for a plain paragraph, and for captions, which no truth has."""
    if container is None:
        return None
    if container.areas & TABLES:
        return "table"
    walked: Holding | None = container
    for _ in range(_LEVELS):
        if walked is None:
            break
        if walked.tag in _BLOCKS:
            return _BLOCKS[walked.tag]
        walked = walked.parent
    return "heading" if container.tag in HEADING_LEVELS and container.tag != "h1" else None
