"""What the forests read of a segment beside its features: words, opinions around it, and another extractor's vote.

Comes in: a page's features, and an opinion of each segment. Goes out: columns of numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

from extractor.body.features import (
    Column,
    Holding,
    Numbers,
    PageFeatures,
    casefolded,
    deferred,
    fields_of,
    names_of,
    prefixed,
    transposed,
)

LONGEST_WORDED_TEXT = 40
"""A segment of more words says what it is by other means than by single words."""

_LEVELS = 4
_KEPT = 0.6
"""Of a running mean over segments, with each step."""
_MAIN_SHARES = (0.6, 0.9)
_OUTSIDE = (-1.0, -1.0)


class Words(NamedTuple):
    """The log-odds of the words in the class names around a segment, and in its text."""

    own: float
    parent: float
    grandparent: float
    lowest: float
    highest: float
    sum: float
    text_words: float
    first_words: float


class _ClassScore(NamedTuple):
    """A container's own log-odds, and the lowest, the highest and the sum of all that is around it."""

    own: float
    lowest: float
    highest: float
    sum: float


def word_columns(
    page: PageFeatures, class_words: Mapping[str, float], text_words: Mapping[str, float]
) -> list[Callable[[], Numbers]]:
    """Return the log-odds of the words in and around each scored segment, in the order of ``WORD_FEATURES``."""
    return deferred(_WORDS, transposed(Words, _words_of(page, class_words, text_words)))


def _words_of(page: PageFeatures, class_words: Mapping[str, float], text_words: Mapping[str, float]) -> list[Words]:
    known: dict[int, _ClassScore] = {}
    words = []
    for index in page.scored:
        container = page.containers[index]
        assert container is not None
        score = _class_score(container, class_words, known)
        parent = container.parent
        grandparent = parent.parent if parent else None
        text = first = 0.0
        if page.sizes[index] <= LONGEST_WORDED_TEXT:
            odds = list(map(text_words.get, casefolded(page.tokens[index]), repeat(0.0)))
            text, first = sum(odds) / math.sqrt(max(1, len(odds))), sum(odds[:2])
        words.append(
            Words(
                own=score.own,
                parent=known[parent.path].own if parent else 0.0,
                grandparent=known[grandparent.path].own if grandparent else 0.0,
                lowest=score.lowest,
                highest=score.highest,
                sum=score.sum,
                text_words=text,
                first_words=first,
            )
        )
    return words


def _class_score(container: Holding, class_words: Mapping[str, float], known: dict[int, _ClassScore]) -> _ClassScore:
    """Return a container's score; all on the same path have the same."""
    chain: list[Holding] = []
    walked: Holding | None = container
    while walked is not None and walked.path not in known:
        chain.append(walked)
        walked = walked.parent
    score = known[walked.path] if walked is not None else _ClassScore(0.0, 0.0, 0.0, 0.0)
    for made in reversed(chain):
        odds = [class_words[word] for word in made.template if word in class_words]
        own = sum(odds) / math.sqrt(len(odds)) if odds else 0.0
        score = _ClassScore(own, min([score.lowest, *odds]), max([score.highest, *odds]), score.sum + own)
        known[made.path] = score
    return score


def context_columns(page: PageFeatures, probabilities: Sequence[float]) -> list[Callable[[], Numbers]]:
    """Return what the first forest thinks of each scored segment and of what is around it."""
    spread = [0.0] * len(page.sizes)
    for index, probability in zip(page.scored, probabilities, strict=True):
        spread[index] = probability
    return deferred(_CONTEXT, _Surroundings(page, spread))


def vote_columns(
    page: PageFeatures, probabilities: Sequence[float], vote: Sequence[float]
) -> list[Callable[[], Numbers]]:
    """Return which segments another extractor kept, around each scored segment and on the whole page."""
    around = _Surroundings(page, vote)
    return [*deferred(_PEER, around), *deferred(_WHOLE_VOTE, _Vote(page, probabilities, vote))]


@dataclass(frozen=True, slots=True)
class _Vote:
    """Which share of each segment of a page another extractor kept, beside the first forest's opinion."""

    page: PageFeatures
    probabilities: Sequence[float]
    shares: Sequence[float]

    def agreement(self) -> float:
        sizes, shares = self.page.sizes, self.shares
        opinions = list(zip(self.page.scored, self.probabilities, strict=True))
        kept = sum(share * size for share, size in zip(shares, sizes, strict=True))
        mass = sum(probability * sizes[i] for i, probability in opinions)
        agreed = sum(probability * sizes[i] * shares[i] for i, probability in opinions)
        return 2 * agreed / max(1.0, kept + mass)

    def words(self) -> float:
        return math.log1p(sum(share * size for share, size in zip(self.shares, self.page.sizes, strict=True)))


class _Surroundings:
    """What an opinion of each segment says of all that is around it."""

    def __init__(self, page: PageFeatures, spread: Sequence[float]) -> None:
        self._page, self._spread = page, spread
        self._held: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._alike: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._mass = 0.0
        containers: dict[int, Holding] = {}
        for i in page.described:
            container = page.containers[i]
            assert container is not None
            containers[id(container)] = container
            mass = spread[i] * page.sizes[i]
            self._mass += mass
            for sums in (self._held[id(container)], self._alike[container.path]):
                sums[0] += mass
                sums[1] += page.sizes[i]
        _sum_up(self._held, containers)
        self._mains = [self._main(containers, share) for share in _MAIN_SHARES]
        self._total = max(1.0, self._mass)
        scored = frozenset(page.scored)
        self._positions = [position for position, i in enumerate(page.described) if i in scored]
        self.count = len(page.scored)
        self._padded = [-1.0, -1.0, *(spread[i] for i in page.described), -1.0, -1.0]

    def _main(self, containers: Mapping[int, Holding], share: float) -> dict[int, int]:
        main: Holding | None = None
        for key, container in containers.items():
            if self._held[key][0] >= share * self._mass > 0 and (main is None or container.depth > main.depth):
                main = container
        return _steps(main)

    def _containers(self) -> Iterable[Holding]:
        return (container for i in self._page.scored if (container := self._page.containers[i]) is not None)

    def beside(self, steps: int) -> Numbers:
        """Return the opinion of the segment so many places on; before the first and after the last, -1."""
        return [self._padded[position + 2 + steps] for position in self._positions]

    @cached_property
    def before(self) -> list[tuple[float, float, float]]:
        """The running mean, the share of what is kept that stands before each segment, and the share after it."""
        page, spread = self._page, self._spread
        scored = frozenset(page.scored)
        found = []
        before = running = 0.0
        for i in page.described:
            mass = spread[i] * page.sizes[i]
            if i in scored:
                found.append((running, before / self._total, (self._mass - before - mass) / self._total))
            before += mass
            running = _KEPT * running + (1 - _KEPT) * spread[i]
        return found

    @cached_property
    def after(self) -> list[tuple[float, float]]:
        """The mean of what follows, the nearest most, and the mean up to the next heading."""
        following = _following(self._page, self._spread)
        return [following[i] for i in self._page.scored]

    @cached_property
    def alike(self) -> list[tuple[float, float]]:
        """The mean of the others in containers of the same kind, and the share of what is kept that they hold."""
        return [
            self._without(self._alike[container.path], i)
            for i, container in zip(self._page.scored, self._containers(), strict=True)
        ]

    @cached_property
    def levels(self) -> list[list[tuple[float, float]]]:
        """The same of each container around a segment, the nearest first."""
        around: list[Holding | None] = [*self._containers()]
        levels = []
        for _ in range(_LEVELS):
            levels.append(
                [
                    _OUTSIDE if container is None else self._without(self._held[id(container)], i)
                    for i, container in zip(self._page.scored, around, strict=True)
                ]
            )
            around = [container.parent if container is not None else None for container in around]
        return levels

    @cached_property
    def ways(self) -> list[list[tuple[float, float]]]:
        """The way to each segment from the containers that hold most of what is kept: up, and down again."""
        known: dict[int, list[tuple[float, float]]] = {}
        ways = []
        for container in self._containers():
            way = known.get(id(container))
            if way is None:
                way = known[id(container)] = [_way(container, main) for main in self._mains]
            ways.append(way)
        return ways

    @property
    def words(self) -> float:
        """About how many words are kept, on a logarithmic scale."""
        return math.log1p(self._mass)

    def _without(self, sums: Sequence[float], index: int) -> tuple[float, float]:
        """Return the mean of a group without one of its segments, and the group's share of the page."""
        size = self._page.sizes[index]
        mass = self._spread[index] * size
        mean = (sums[0] - mass) / (sums[1] - size) if sums[1] > size else -1.0
        return mean, sums[0] / self._total


def _sum_up(held: defaultdict[int, list[float]], order: dict[int, Holding]) -> None:
    """Add to each container what those in it hold."""
    levels: dict[int, list[Holding]] = {}
    for container in list(order.values()):
        walked: Holding | None = container
        while walked is not None and (walked is container or id(walked) not in order):
            order[id(walked)] = walked
            walked = walked.parent
    for container in order.values():
        levels.setdefault(container.depth, []).append(container)
    for depth in sorted(levels, reverse=True):
        for container in levels[depth]:
            if container.parent is not None:
                inside, outer = held[id(container)], held[id(container.parent)]
                outer[0] += inside[0]
                outer[1] += inside[1]


def _following(page: PageFeatures, spread: Sequence[float]) -> dict[int, tuple[float, float]]:
    result = {}
    running = mass = size = 0.0
    for i in reversed(page.described):
        result[i] = (running, mass / size if size else -1.0)
        running = _KEPT * running + (1 - _KEPT) * spread[i]
        container = page.containers[i]
        if container is not None and len(container.tag) == 2 and container.tag[0] == "h":
            mass = size = 0.0
        else:
            mass += spread[i] * page.sizes[i]
            size += page.sizes[i]
    return result


def _steps(container: Holding | None) -> dict[int, int]:
    steps: dict[int, int] = {}
    while container is not None:
        steps[id(container)] = len(steps)
        container = container.parent
    return steps


def _way(container: Holding, chain: Mapping[int, int]) -> tuple[float, float]:
    """Return how far up a chain of containers and down again the way to one is."""
    down = 0
    walked: Holding | None = container
    while walked is not None:
        if id(walked) in chain:
            return float(chain[id(walked)]), float(down)
        walked = walked.parent
        down += 1
    return 99.0, 99.0


def _way_part(main: int, part: int, around: _Surroundings) -> Numbers:
    return [way[main][part] for way in around.ways]


def _level_part(level: int, part: int, around: _Surroundings) -> Numbers:
    return list(map(itemgetter(part), around.levels[level]))


_SURROUNDINGS: tuple[Column[_Surroundings], ...] = (
    Column("own", lambda around: around.beside(0)),
    Column("previous", lambda around: around.beside(-1)),
    Column("second_previous", lambda around: around.beside(-2)),
    Column("next", lambda around: around.beside(1)),
    Column("second_next", lambda around: around.beside(2)),
    Column("running_before", lambda around: [running for running, _, _ in around.before]),
    Column("running_after", lambda around: [running for running, _ in around.after]),
    Column("to_heading", lambda around: [mean for _, mean in around.after]),
    Column("share_before", lambda around: [share for _, share, _ in around.before]),
    Column("share_after", lambda around: [share for _, _, share in around.before]),
    Column("alike_mean", lambda around: [mean for mean, _ in around.alike]),
    Column("alike_share", lambda around: [share for _, share in around.alike]),
    *(
        Column(f"main{share}_{name}", partial(_way_part, main, part))
        for main, share in enumerate(_MAIN_SHARES)
        for part, name in enumerate(("up", "down"))
    ),
    *(
        Column(f"container{level}_{name}", partial(_level_part, level, part))
        for level in range(_LEVELS)
        for part, name in enumerate(("mean", "share"))
    ),
    Column("page_words", lambda around: [around.words] * around.count),
)
_WHOLE_VOTE: tuple[Column[_Vote], ...] = (
    Column("peer_agreement", lambda vote: [vote.agreement()] * len(vote.page.scored)),
    Column("peer_all_words", lambda vote: [vote.words()] * len(vote.page.scored)),
)
_WORDS: tuple[Column[Sequence[Numbers]], ...] = fields_of(Words, lambda words: words)
_CONTEXT, _PEER = prefixed("opinion_", _SURROUNDINGS), prefixed("peer_", _SURROUNDINGS)

WORD_FEATURES = names_of(_WORDS)
CONTEXT_FEATURES = names_of(_CONTEXT)
VOTE_FEATURES = (*names_of(_PEER), *names_of(_WHOLE_VOTE))
