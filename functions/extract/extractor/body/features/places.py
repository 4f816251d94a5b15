"""Where on its page a segment stands: between headings, prose and title, and in which containers.

Comes in: segments, and what they add up to. Goes out: numbers for each.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from extractor.body.features.sums import Holding, casefolded, log
from extractor.html import HEADING_LEVELS, Segment

_SUSPECT = 0.3
"""From this likelihood on, a piece of a page counts as one that may be another article's."""


class Way(NamedTuple):
    """How far it is up from a container to the one around it and another, and how deep that one lies."""

    up: float
    depth: int

    @property
    def is_inside(self) -> float:
        """Whether the other container lies in the first, or is it."""
        return float(self.up == 0)

    def down_to(self, depth: int) -> float:
        """Return how far it is down again to a container that lies so deep."""
        return _FAR if self is _NO_WAY else float(depth - self.depth)


class Neighbours(NamedTuple):
    """How far prose is on both sides of a segment, and how long and how linked its neighbours are."""

    previous_prose: float
    next_prose: float
    next_tokens: float
    next_links: float
    previous_tokens: float
    previous_links: float


class Section(NamedTuple):
    """What follows a segment up to the next heading."""

    section_tokens: float
    section_prose: float
    section_links: float


class Suspicion(NamedTuple):
    """What the boundary guard thinks of the piece that a segment lies in, and of the page."""

    suspicion: float
    taken_for_foreign: float
    page_suspicion: float
    suspects: float
    suspect_share: float
    suspect_place: float


_FAR = 99.0
_NO_WAY = Way(_FAR, 0)
_UNSUSPECTED = Suspicion(
    suspicion=0.0, taken_for_foreign=0.0, page_suspicion=0.0, suspects=0.0, suspect_share=0.0, suspect_place=-1.0
)


def smallest_with(order: list[Holding], prose: float) -> Holding | None:
    """Return the innermost container that holds so much prose."""
    best: Holding | None = None
    for container in order:
        if container.prose >= prose and prose > 0 and (best is None or container.depth > best.depth):
            best = container
    return best


def ways_from(start: Holding | None, order: Iterable[Holding]) -> Mapping[int, Way]:
    """Return the way from a container to each, the outer of which stand before the inner."""
    ways: dict[int, Way] = {}
    around, steps = start, 0.0
    while around is not None:
        ways[id(around)] = Way(steps, around.depth)
        around, steps = around.parent, steps + 1.0
    for container in order:
        if id(container) not in ways:
            ways[id(container)] = ways[id(container.parent)] if container.parent is not None else _NO_WAY
    return ways


def readable(order: list[Holding]) -> Holding | None:
    """Return the container with most prose in its children, half as much counted for theirs (as Readability does)."""
    best, best_score = None, 0.0
    scores: dict[int, float] = {}
    for container in order:
        prose = container.own_prose
        if not prose:
            continue
        parent = container.parent
        if parent is not None:
            scores[id(parent)] = scores.get(id(parent), 0.0) + prose
            if parent.parent is not None:
                scores[id(parent.parent)] = scores.get(id(parent.parent), 0.0) + prose / 2
        scores[id(container)] = scores.get(id(container), 0.0) + (prose if container.segments > 1 else 0)
    for container in order:
        score = scores.get(id(container), 0.0) * (1 - container.link_tokens / max(1, container.tokens))
        if score > best_score:
            best, best_score = container, score
    return best


def anchor_of(
    own: Sequence[Segment],
    tokens: Sequence[list[str]],
    is_prose: Sequence[bool],
    description: set[str],
    title_index: int | None,
) -> int | None:
    """Return where the article is for certain: the prose most like the description, or the first after the title."""
    best, place = 0.5, None
    for segment in own:
        index = segment.index
        if len(description) >= 6 and is_prose[index]:
            common = len(description.intersection(casefolded(tokens[index][:150]))) / len(description)
            if common > best:
                best, place = common, index
    if place is not None:
        return place
    return next((s.index for s in own if is_prose[s.index] and s.index > (title_index or 0)), None)


def title_place(
    own: Sequence[Segment],
    tokens: Sequence[list[str]],
    folded_at: Callable[[int], Set[str]],
    title_sets: list[set[str]],
) -> tuple[int | None, int | None]:
    """Return where the page shows its title, and its first ``h1``.

    ``folded_at`` returns the words of a segment without regard to case, each once.
    """
    best, place, h1 = 0.0, None, None
    known = frozenset().union(*title_sets)
    for segment in own:
        is_heading = segment.tag in HEADING_LEVELS
        if segment.tag == "h1" and h1 is None:
            h1 = segment.index
        words = tokens[segment.index]
        if not title_sets or not 2 <= len(words) <= 40:
            continue
        folded = folded_at(segment.index)
        if folded.isdisjoint(known):
            continue
        for rank, title_set in enumerate(title_sets):
            common = len(folded & title_set)
            likeness = 2 * common / (len(folded) + len(title_set)) + 0.2 * is_heading - 0.02 * rank
            if likeness > 0.6 and likeness > best:
                best, place = likeness, segment.index
    return place, h1


def neighbours_of(
    own: Sequence[Segment], sizes: Sequence[int], is_prose: Sequence[bool], wanted: Container[int]
) -> dict[int, Neighbours]:
    """Return what stands beside each wanted segment."""
    before = {}
    distance = 99
    for segment in own:
        before[segment.index] = log(distance)
        distance = 0 if is_prose[segment.index] else distance + 1
    neighbours = {}
    distance = 99
    padded = (None, *own, None)
    for following, segment, previous in zip(reversed(padded[2:]), reversed(own), reversed(padded[:-2]), strict=True):
        if segment.index in wanted:
            neighbours[segment.index] = Neighbours(
                previous_prose=before[segment.index],
                next_prose=log(distance),
                next_tokens=log(sizes[following.index]) if following else -1.0,
                next_links=following.link_share if following else -1.0,
                previous_tokens=log(sizes[previous.index]) if previous else -1.0,
                previous_links=previous.link_share if previous else -1.0,
            )
        distance = 0 if is_prose[segment.index] else distance + 1
    return neighbours


def sections_of(
    own: Sequence[Segment], sizes: Sequence[int], is_prose: Sequence[bool], wanted: Container[int]
) -> dict[int, Section]:
    """Return what follows each wanted segment up to the next heading."""
    sections = {}
    size = prose = 0
    links = 0.0
    for segment in reversed(own):
        index = segment.index
        if index in wanted:
            sections[index] = Section(
                section_tokens=log(size), section_prose=log(prose), section_links=links / max(1, size)
            )
        if segment.tag in HEADING_LEVELS:
            size = prose = 0
            links = 0.0
        else:
            size += sizes[index]
            prose += sizes[index] if is_prose[index] else 0
            links += segment.link_share * sizes[index]
    return sections


def suspicions_of(
    own: Sequence[Segment], sizes: Sequence[int], suspicion: Mapping[int, float], suspects: Collection[int]
) -> dict[int, Suspicion]:
    """Return for each segment what the boundary guard thinks of the piece that it lies in.

    Suspects are among those that it weighed.
    """
    if not suspicion:
        return dict.fromkeys([segment.index for segment in own], _UNSUSPECTED)
    shares: defaultdict[float, float] = defaultdict(float)
    total = max(1, sum(sizes))
    for segment in own:
        if segment.index in suspicion:
            shares[suspicion[segment.index]] += sizes[segment.index] / total
    # Those that were cut for good count, too: teasers come in rows.
    known = set(suspicion.values())
    highest, several = max(known, default=0.0), sum(likelihood > _SUSPECT for likelihood in known)
    suspicions = {}
    place = -1
    previous: float | None = None
    for segment in own:
        likelihood = suspicion.get(segment.index)
        place = -1 if likelihood is None else place + 1 if likelihood == previous else 0
        previous = likelihood
        suspicions[segment.index] = Suspicion(
            suspicion=likelihood or 0.0,
            taken_for_foreign=float(segment.index in suspects),
            page_suspicion=highest,
            suspects=float(several),
            suspect_share=shares[likelihood] if likelihood is not None else 0.0,
            suspect_place=float(place),
        )
    return suspicions


def distance_to(index: int, place: int | None) -> float:
    """Return how far a segment stands from a place, on a logarithmic scale; before it, the number is negative."""
    return -9.0 if place is None else math.copysign(log(abs(index - place)), index - place)
