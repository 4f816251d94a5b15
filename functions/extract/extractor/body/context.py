"""What the forests read of a segment beside its features: words, opinions around it, and another extractor's vote.

Comes in: a page's features, and an opinion of each segment. Goes out: rows of numbers, whose names stand beside them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from extractor.body.features import Holding, PageFeatures

LONGEST_WORDED_TEXT = 40
"""A segment of more words says what it is by other means than by single words."""

_LEVELS = 4
_KEPT = 0.6
"""Of a running mean over segments, with each step."""
_MAIN_SHARES = (0.6, 0.9)
_SURROUNDINGS = (
    *("own", "previous", "second_previous", "next", "second_next", "running_before", "running_after", "to_heading"),
    *("share_before", "share_after", "alike_mean", "alike_share"),
    *(f"main{share}_{way}" for share in _MAIN_SHARES for way in ("up", "down")),
    *(f"container{level}_{name}" for level in range(_LEVELS) for name in ("mean", "share")),
    "page_words",
)
CONTEXT_FEATURES = tuple(f"opinion_{name}" for name in _SURROUNDINGS)
VOTE_FEATURES = (*(f"peer_{name}" for name in _SURROUNDINGS), "peer_agreement", "peer_all_words")


def scored_segments(page: PageFeatures) -> list[int]:
    """Return which segments of a page the forests are scored about."""
    return [i for i, row in enumerate(page.rows) if row]


def word_columns(
    page: PageFeatures, scored: Iterable[int], class_words: Mapping[str, float], text_words: Mapping[str, float]
) -> list[list[float]]:
    """Return the log-odds of the words in and around each segment, in the order of ``WORD_FEATURES``."""
    known: dict[int, tuple[float, float, float, float]] = {}
    nothing = (0.0, 0.0, 0.0, 0.0)
    columns = []
    for index in scored:
        container = page.containers[index]
        assert container is not None
        own, lowest, highest, total = _class_score(container, class_words, known)
        parent = container.parent
        grandparent = parent.parent if parent else None
        text = first = 0.0
        if page.sizes[index] <= LONGEST_WORDED_TEXT:
            odds = [text_words.get(word, 0.0) for word in map(str.casefold, page.tokens[index])]
            text, first = sum(odds) / math.sqrt(max(1, len(odds))), sum(odds[:2])
        from_parent = (known[id(parent)] if parent else nothing)[0]
        from_grandparent = (known[id(grandparent)] if grandparent else nothing)[0]
        columns.append([own, from_parent, from_grandparent, lowest, highest, total, text, first])
    return columns


def _class_score(
    container: Holding, class_words: Mapping[str, float], known: dict[int, tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    """Return a container's own log-odds, and the lowest, the highest and the sum of all that is around it."""
    chain: list[Holding] = []
    walked: Holding | None = container
    while walked is not None and id(walked) not in known:
        chain.append(walked)
        walked = walked.parent
    _, lowest, highest, total = known[id(walked)] if walked is not None else (0.0, 0.0, 0.0, 0.0)
    for made in reversed(chain):
        odds = [class_words[word] for word in made.template if word in class_words]
        own = sum(odds) / math.sqrt(len(odds)) if odds else 0.0
        lowest, highest, total = min([lowest, *odds]), max([highest, *odds]), total + own
        known[id(made)] = (own, lowest, highest, total)
    return known[id(container)]


def context_columns(page: PageFeatures, scored: Sequence[int], probabilities: Sequence[float]) -> list[list[float]]:
    """Return what the first forest thinks of each segment and of what is around it."""
    spread = [0.0] * len(page.rows)
    for index, probability in zip(scored, probabilities, strict=True):
        spread[index] = probability
    return _Surroundings(page, spread).rows(scored)


def vote_columns(
    page: PageFeatures, scored: Sequence[int], probabilities: Sequence[float], vote: Sequence[float]
) -> list[list[float]]:
    """Return which segments another extractor kept, around each segment and on the whole page."""
    around = _Surroundings(page, vote).rows(scored)
    sizes = page.sizes
    kept = sum(share * size for share, size in zip(vote, sizes, strict=True))
    mass = sum(probability * sizes[i] for i, probability in zip(scored, probabilities, strict=True))
    agreed = sum(probability * sizes[i] * vote[i] for i, probability in zip(scored, probabilities, strict=True))
    whole = [2 * agreed / max(1.0, kept + mass), math.log1p(kept)]
    return [[*row, *whole] for row in around]


class _Surroundings:
    """What an opinion of each segment says of all that is around it."""

    def __init__(self, page: PageFeatures, spread: Sequence[float]) -> None:
        self._page, self._spread = page, spread
        self._places = [i for i, row in enumerate(page.rows) if row is not None]
        self._held: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._alike: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._mass = 0.0
        containers: dict[int, Holding] = {}
        for i in self._places:
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
        self._ways: dict[int, list[float]] = {}

    def _main(self, containers: Mapping[int, Holding], share: float) -> dict[int, int]:
        main: Holding | None = None
        for key, container in containers.items():
            if self._held[key][0] >= share * self._mass > 0 and (main is None or container.depth > main.depth):
                main = container
        return _steps(main)

    def rows(self, scored: Sequence[int]) -> list[list[float]]:
        """Return the numbers of the segments that are scored about, in document order."""
        page, spread, places = self._page, self._spread, self._places
        following = _following(page, places, spread)
        padded = [-1.0, -1.0, *(spread[i] for i in places), -1.0, -1.0]
        total = max(1.0, self._mass)
        wanted = frozenset(scored)
        result = []
        before = running = 0.0
        for position, i in enumerate(places):
            mass = spread[i] * page.sizes[i]
            if i in wanted:
                container = page.containers[i]
                assert container is not None
                row = [
                    spread[i],
                    *(padded[position + 1], padded[position], padded[position + 3], padded[position + 4]),
                    running,
                    *following[i],
                    before / total,
                    (self._mass - before - mass) / total,
                    *self._without(self._alike[container.path], mass, page.sizes[i]),
                    *self._way(container),
                    *self._chain(container, mass, page.sizes[i]),
                    math.log1p(self._mass),
                ]
                result.append(row)
            before += mass
            running = _KEPT * running + (1 - _KEPT) * spread[i]
        return result

    def _without(self, sums: Sequence[float], mass: float, size: int) -> tuple[float, float]:
        """Return the mean of a group without one of its segments, and the group's share of the page."""
        mean = (sums[0] - mass) / (sums[1] - size) if sums[1] > size else -1.0
        return mean, sums[0] / max(1.0, self._mass)

    def _way(self, container: Holding) -> list[float]:
        way = self._ways.get(id(container))
        if way is None:
            way = self._ways[id(container)] = [number for main in self._mains for number in _way(container, main)]
        return way

    def _chain(self, container: Holding, mass: float, size: int) -> list[float]:
        row: list[float] = []
        walked: Holding | None = container
        for _ in range(_LEVELS):
            row += (-1.0, -1.0) if walked is None else self._without(self._held[id(walked)], mass, size)
            walked = walked.parent if walked else None
        return row


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


def _following(page: PageFeatures, places: Sequence[int], spread: Sequence[float]) -> dict[int, tuple[float, float]]:
    """Return for each segment the mean of what follows, the nearest most, and the mean up to the next heading."""
    result = {}
    running = mass = size = 0.0
    for i in reversed(places):
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
