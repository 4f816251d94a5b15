"""What the columns are computed from: the scored segments of a page, and what is known around each of them.

Comes in: a page's segments, and what the page says of itself. Goes out: for each scored segment what several columns
need; each list is made once, when the first of them asks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, pairwise
from typing import NamedTuple

from extractor.body.features.columns import Numbers, transposed
from extractor.body.features.places import (
    Neighbours,
    Section,
    Suspicion,
    anchor_of,
    neighbours_of,
    readable,
    sections_of,
    smallest_with,
    suspicions_of,
    title_place,
    ways_from,
)
from extractor.body.features.sums import Holding, PageSums, TemplateNumbers, casefolded, log
from extractor.html import HEADING_LEVELS, Segment
from extractor.text import TOKEN, fold

_SAMPLE = 100
"""So many words show how a text is written."""
_LONGEST_BODY = 200_000
_LONGEST_COMPARED = 80
"""A segment of more words is no title and no description."""
_MOST_TITLES = 6
_OBVIOUS_LINKS, _OBVIOUS_SIZE = 0.9, 12
CHAIN = 5
"""So many containers around a segment are described one by one, from the nearest outwards."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What a page says of itself.

    Attributes
    ----------
    titles : tuple of str
        What it may be called, the likeliest first.
    description : str or None
        What it says it is about.
    body : str or None
        The article's body as its structured data have it.
    """

    titles: tuple[str, ...] = ()
    description: str | None = None
    body: str | None = None


class Likeness(NamedTuple):
    """How much of a segment is in what the page says of itself, and the other way round."""

    title_in_text: float
    text_in_title: float
    is_title: float
    description_in_text: float
    text_in_description: float
    in_body_data: float
    vocabulary: float


class Relations(NamedTuple):
    """The ways from a container to where most prose, the article's surest paragraph and its title are."""

    in_main_half: float
    in_main_most: float
    up_to_main: float
    down_from_main: float
    up_to_most: float
    anchor_up: float
    anchor_down: float
    anchor_path: float
    title_up: float
    title_down: float
    best_up: float
    best_down: float


class ContainerNumbers(NamedTuple):
    """What a container holds."""

    size: float
    prose_share: float
    link_share: float
    segments: float
    prose_segments: float
    children_alike: float


class Walked(NamedTuple):
    """What has come before a segment."""

    copied_before: float
    tokens_before: float
    prose_before: float
    prose_after: float
    heading_level: float
    heading_distance: float
    heading_title: float


_NO_CONTAINER = ContainerNumbers(*[-1.0] * len(ContainerNumbers._fields))


def is_obvious(link_share: float, size: int) -> bool:
    """Return whether a segment is but a short link, which no article needs, so that nobody asks the forests."""
    return size == 0 or (link_share > _OBVIOUS_LINKS and size < _OBVIOUS_SIZE)


class PageView:
    """The scored segments of a page; lists have a place for each of them, in document order.

    Parameters
    ----------
    sums : PageSums
        What the described segments add up to.
    own : sequence of Segment
        The described segments.
    statements : Statements
        What the page says of itself.
    suspicion : mapping
        Of the segments that the boundary guard weighed, how likely they are other articles'.
    suspects : collection of int
        Those that it took for foreign, and that are described nevertheless.
    """

    def __init__(
        self,
        sums: PageSums,
        own: Sequence[Segment],
        statements: Statements,
        suspicion: Mapping[int, float],
        suspects: Collection[int],
    ) -> None:
        self.sums, self.own = sums, own
        self.segments = [segment for segment in own if not is_obvious(segment.link_share, sums.sizes[segment.index])]
        self.indices = [segment.index for segment in self.segments]
        self._scored = frozenset(self.indices)
        self.count = len(self.indices)
        self.texts = [segment.text for segment in self.segments]
        self.lengths = list(map(len, self.texts))
        self.words = [sums.tokens[i] for i in self.indices]
        self.sizes = [sums.sizes[i] for i in self.indices]
        self._prose = float(max(1, sums.prose))
        self._suspicion, self._suspects = suspicion, suspects
        folded = [fold(title) for title in islice(statements.titles, _MOST_TITLES)]
        self._titles = [set(words) for words in folded if words]
        self._title_words: Set[str] = frozenset().union(*self._titles)
        self._title_texts = {" ".join(words) for words in folded}
        self._description = set(fold(statements.description or ""))
        self.body_pairs = set(pairwise(TOKEN.findall((statements.body or "")[:_LONGEST_BODY])))
        self._folded_words: dict[int, Set[str]] = {}
        self.title, self.h1 = title_place(own, sums.tokens, self._folded_at, self._titles)
        self.anchor = anchor_of(own, sums.tokens, sums.is_prose, self._description, self.title)

    @cached_property
    def samples(self) -> list[list[str]]:
        """The first words."""
        return [words[:_SAMPLE] for words in self.words]

    @cached_property
    def initials(self) -> list[str]:
        """The first letters of the first words."""
        return ["".join([word[0] for word in sample]) for sample in self.samples]

    @cached_property
    def containers(self) -> list[Holding]:
        """The nearest containers."""
        return [container for i in self.indices if (container := self.sums.containers[i]) is not None]

    @cached_property
    def in_parents(self) -> list[tuple[int, Holding]]:
        """The indices, and the container around the nearest one."""
        parents = [container.parent or container for container in self.containers]
        return list(zip(self.indices, parents, strict=True))

    @cached_property
    def positions(self) -> list[int]:
        """The places among the described segments."""
        return [position for position, segment in enumerate(self.own) if segment.index in self._scored]

    @cached_property
    def levels(self) -> list[Sequence[Numbers]]:
        """What the containers around the segments hold, the nearest first."""
        numbers: dict[int, ContainerNumbers] = {}
        around: list[Holding | None] = [*self.containers]
        levels = []
        for _ in range(CHAIN):
            level = []
            for container in around:
                if container is None:
                    level.append(_NO_CONTAINER)
                    continue
                known = numbers.get(id(container))
                if known is None:
                    known = numbers[id(container)] = self._container_numbers(container)
                level.append(known)
            levels.append(transposed(ContainerNumbers, level))
            around = [container.parent if container is not None else None for container in around]
        return levels

    def _container_numbers(self, container: Holding) -> ContainerNumbers:
        return ContainerNumbers(
            size=log(container.tokens),
            prose_share=container.prose / self._prose,
            link_share=container.link_tokens / max(1, container.tokens),
            segments=log(container.segments),
            prose_segments=log(container.prose_segments),
            children_alike=log(container.parent.children[container.template] if container.parent else 0),
        )

    @cached_property
    def templates(self) -> Sequence[Numbers]:
        """What containers of the same kind hold."""
        numbers = {template: sums.numbers(self._prose) for template, sums in self.sums.templates.items()}
        return transposed(TemplateNumbers, [numbers[container.template] for container in self.containers])

    @cached_property
    def paths(self) -> Sequence[Numbers]:
        """What containers of the same kind in the same kinds of containers hold."""
        numbers = {path: sums.numbers(self._prose) for path, sums in self.sums.paths.items()}
        return transposed(TemplateNumbers, [numbers[container.path] for container in self.containers])

    @cached_property
    def relations(self) -> Sequence[Numbers]:
        """The ways to where the article is likely to be."""
        sums = self.sums
        half = smallest_with(sums.order, 0.5 * sums.prose)
        half_depth = half.depth if half else 0
        around = self._with_outer()
        from_half = ways_from(half, around)
        from_most = ways_from(smallest_with(sums.order, 0.85 * sums.prose), around)
        anchor = sums.containers[self.anchor] if self.anchor is not None else None
        from_anchor = ways_from(anchor, around)
        from_title = ways_from(sums.containers[self.title] if self.title is not None else None, around)
        from_best = ways_from(readable(sums.order), around)
        known: dict[int, Relations] = {}
        for container in self.containers:
            place, depth = id(container), container.depth
            if place in known:
                continue
            half_way, most_way = from_half[place], from_most[place]
            anchor_way, title_way, best_way = from_anchor[place], from_title[place], from_best[place]
            known[place] = Relations(
                in_main_half=half_way.is_inside,
                in_main_most=most_way.is_inside,
                up_to_main=half_way.up,
                down_from_main=float(depth - half_depth),
                up_to_most=most_way.up,
                anchor_up=anchor_way.up,
                anchor_down=anchor_way.down_to(depth),
                anchor_path=float(anchor is not None and container.path == anchor.path),
                title_up=title_way.up,
                title_down=title_way.down_to(depth),
                best_up=best_way.up,
                best_down=best_way.down_to(depth),
            )
        return transposed(Relations, [known[id(container)] for container in self.containers])

    def _with_outer(self) -> list[Holding]:
        """Return the containers of the scored segments and all around them, the outer before the inner."""
        found: set[int] = set()
        for container in self.containers:
            walked: Holding | None = container
            while walked is not None and id(walked) not in found:
                found.add(id(walked))
                walked = walked.parent
        return [container for container in self.sums.order if id(container) in found]

    @cached_property
    def neighbours(self) -> Sequence[Numbers]:
        """What stands beside each segment."""
        neighbours = neighbours_of(self.own, self.sums.sizes, self.sums.is_prose, self._scored)
        return transposed(Neighbours, [neighbours[i] for i in self.indices])

    @cached_property
    def sections(self) -> Sequence[Numbers]:
        """What follows each segment up to the next heading."""
        sections = sections_of(self.own, self.sums.sizes, self.sums.is_prose, self._scored)
        return transposed(Section, [sections[i] for i in self.indices])

    @cached_property
    def suspicions(self) -> Sequence[Numbers]:
        """What the boundary guard thinks of the piece that each segment lies in."""
        suspicions = suspicions_of(self.own, self.sums.sizes, self._suspicion, self._suspects)
        return transposed(Suspicion, [suspicions[i] for i in self.indices])

    @cached_property
    def walk(self) -> Sequence[Numbers]:
        """What has come before each segment."""
        sums = self.sums
        walk = []
        seen: set[str] = set()
        size_before = prose_before = 0
        level, place, title_in_text = 7, -1, 0.0
        for position, segment in enumerate(self.own):
            index, container = segment.index, sums.containers[segment.index]
            own_level = HEADING_LEVELS.get(container.tag, 0) if container is not None else 0
            if index in self._scored:
                walk.append(
                    Walked(
                        copied_before=float(segment.text in seen),
                        tokens_before=size_before / max(1, sums.total),
                        prose_before=prose_before / self._prose,
                        prose_after=(sums.prose - prose_before) / self._prose,
                        heading_level=float(own_level or level + 10),
                        heading_distance=log(position - place),
                        heading_title=title_in_text,
                    )
                )
            seen.add(segment.text)
            size_before += sums.sizes[index]
            prose_before += sums.sizes[index] if sums.is_prose[index] else 0
            if own_level:
                level, place, title_in_text = own_level, position, self._title_likeness(self._compared(index))[0]
        return transposed(Walked, walk)

    @cached_property
    def likeness(self) -> Sequence[Numbers]:
        """How like what the page says of itself each segment is."""
        sums = self.sums
        in_prose = {i: _long(sums.tokens[i]) for i, is_prose in enumerate(sums.is_prose) if is_prose}
        vocabulary = Counter(chain.from_iterable(in_prose.values()))
        said_again = {word for word, count in vocabulary.items() if count > 1}
        rows = []
        for index, text, words in zip(self.indices, self.texts, self.words, strict=True):
            folded = self._compared(index)
            title_in_text, text_in_title = self._title_likeness(folded)
            described = len(folded & self._description)
            # A paragraph's own words are no likeness.
            long_words, known = (
                (in_prose[index], said_again) if index in in_prose else (_long(words), vocabulary.keys())
            )
            rows.append(
                Likeness(
                    title_in_text=title_in_text,
                    text_in_title=text_in_title,
                    is_title=float(text_in_title > 0.6 and " ".join(fold(text)) in self._title_texts),
                    description_in_text=described / max(1, len(self._description)),
                    text_in_description=described / max(1, len(folded)),
                    in_body_data=_share_in(words, self.body_pairs) if self.body_pairs else -1.0,
                    vocabulary=len(long_words & known) / max(1, len(long_words)),
                )
            )
        return transposed(Likeness, rows)

    def _compared(self, index: int) -> Set[str]:
        """Return the words of a segment that may be a title or a description."""
        return frozenset() if self.sums.sizes[index] > _LONGEST_COMPARED else self._folded_at(index)

    def _folded_at(self, index: int) -> Set[str]:
        folded = self._folded_words.get(index)
        if folded is None:
            folded = self._folded_words[index] = frozenset(casefolded(self.sums.tokens[index]))
        return folded

    def _title_likeness(self, folded: Set[str]) -> tuple[float, float]:
        """Return how much of a title is among some words, and how many of the words are in a title."""
        title_in_text = text_in_title = 0.0
        if folded.isdisjoint(self._title_words):
            return title_in_text, text_in_title
        for title in self._titles:
            common = len(folded & title)
            if common:
                title_in_text = max(title_in_text, common / len(title))
                text_in_title = max(text_in_title, common / len(folded))
        return title_in_text, text_in_title


def _long(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) > 4}


def _share_in(words: list[str], pairs: set[tuple[str, str]]) -> float:
    return sum(map(pairs.__contains__, pairwise(words))) / (len(words) - 1) if len(words) > 1 else 0.0
