"""What a page's segments add up to, by container, by template, and as a whole.

Comes in: segments. Goes out: their words, which of them are prose, and the containers around them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.html import ASIDES, Container, Segment
from extractor.text import TOKEN, UNSPACED, ends_sentence

log = math.log1p


@dataclass(slots=True, eq=False)
class Holding:
    """A container, and what it holds of the segments that are described."""

    parent: Holding | None
    tag: str
    template: tuple[str, ...]
    path: int
    depth: int
    areas: int
    children: dict[tuple[str, ...], int] = field(default_factory=dict)
    tokens: int = 0
    link_tokens: float = 0.0
    prose: int = 0
    own_prose: int = 0
    segments: int = 0
    prose_segments: int = 0
    first: int = -1
    last: int = -1

    def add(self, index: int, size: int, link_tokens: float, prose: int) -> None:
        """Count a segment of its own."""
        self.tokens += size
        self.link_tokens += link_tokens
        self.prose += prose
        self.own_prose += prose
        self.segments += 1
        self.prose_segments += prose > 0
        self.first = index if self.first < 0 else self.first
        self.last = index

    def take(self, child: Holding) -> None:
        """Count what a child holds."""
        self.tokens += child.tokens
        self.link_tokens += child.link_tokens
        self.prose += child.prose
        self.segments += child.segments
        self.prose_segments += child.prose_segments
        self.children[child.template] = self.children.get(child.template, 0) + 1
        self.last = max(self.last, child.last)
        if self.first < 0 or child.first < self.first:
            self.first = child.first


class TemplateNumbers(NamedTuple):
    """What the containers of a kind hold."""

    segments: float
    tokens: float
    prose_share: float
    link_share: float
    mean: float
    prose_part: float


@dataclass(slots=True)
class _Template:
    """Containers of one kind."""

    count: int = 0
    tokens: int = 0
    link_tokens: float = 0.0
    prose: int = 0
    prose_count: int = 0

    def add(self, container: Holding) -> None:
        """Count the segments that a container holds itself; to be called before it takes those of its children."""
        self.count += container.segments
        self.tokens += container.tokens
        self.link_tokens += container.link_tokens
        self.prose += container.prose
        self.prose_count += container.prose_segments

    def numbers(self, page_prose: float) -> TemplateNumbers:
        return TemplateNumbers(
            segments=log(self.count),
            tokens=log(self.tokens),
            prose_share=self.prose / page_prose,
            link_share=self.link_tokens / max(1, self.tokens),
            mean=log(self.tokens / self.count),
            prose_part=self.prose_count / self.count,
        )


class PageSums:
    """What a page's segments add up to."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.tokens: list[list[str]] = [[]] * count
        self.sizes = [0] * count
        self.is_prose = [False] * count
        self.containers: list[Holding | None] = [None] * count
        self.order: list[Holding] = []
        self.copies: defaultdict[str, int] = defaultdict(int)
        self.templates: defaultdict[tuple[str, ...], _Template] = defaultdict(_Template)
        self.paths: defaultdict[int, _Template] = defaultdict(_Template)
        self.total = self.prose = self.prose_segments = self.unspaced = 0
        self.links = 0.0
        self._holdings: dict[int, Holding] = {}

    def add(self, segment: Segment) -> None:
        """Count a segment."""
        index, text, share = segment.index, segment.text, segment.link_share
        words = TOKEN.findall(text)
        size = len(words)
        if not text.isascii() and (wide := len(UNSPACED.findall(text))):
            size = max(size, wide // 2)
            self.unspaced += wide
        container = self._holdings.get(segment.container.number)
        if container is None:
            container = _holding(segment.container, self._holdings, self.order)
        is_aside = container.areas & ASIDES or segment.is_hidden
        is_prose = share < 0.5 and not is_aside and (size >= 25 or (size >= 10 and ends_sentence(text)))
        prose = size if is_prose else 0
        self.tokens[index], self.sizes[index], self.is_prose[index] = words, size, is_prose
        self.containers[index] = container
        self.copies[text] += 1
        container.add(index, size, share * size, prose)
        self.total += size
        self.prose += prose
        self.prose_segments += is_prose
        self.links += share * size

    def sum_up(self) -> None:
        """Count for each container what those inside it hold; to be called when all segments are counted."""
        for container in self.order:
            if container.segments:
                self.templates[container.template].add(container)
                self.paths[container.path].add(container)
        for container in reversed(self.order):
            if container.parent is not None:
                container.parent.take(container)


def casefolded(words: Sequence[str]) -> Sequence[str]:
    """Return words without regard to case; to fold all of them at once takes half the time."""
    return " ".join(words).casefold().split(" ") if words else words


def _holding(container: Container, known: dict[int, Holding], order: list[Holding]) -> Holding:
    """Return what a container holds, and make it for those around it that have none yet."""
    missing: list[Container] = []
    walked: Container | None = container
    while walked is not None and walked.number not in known:
        missing.append(walked)
        walked = walked.parent
    holding = known[walked.number] if walked is not None else None
    for made in reversed(missing):
        holding = Holding(holding, made.tag, made.template, made.path, made.depth, made.areas)
        known[made.number] = holding
        order.append(holding)
    assert holding is not None
    return holding
