"""What the block classifier sees of each segment.

Comes in: a page's segments, and what the page says of itself. Goes out: a row of numbers for each segment, and the
containers it lies in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from extractor.body.features.columns import CHAIN, CONTAINER, TAGS
from extractor.body.features.own import own_row
from extractor.body.features.places import (
    anchor_of,
    chain_of,
    distance_to,
    neighbours_of,
    readable,
    relation_to,
    sections_of,
    smallest_with,
    suspicion_rows,
    title_place,
)
from extractor.body.features.sums import TOKEN, Holding, PageSums, log
from extractor.html import AREAS, HEADING_LEVELS, Segment

_LONGEST_BODY = 200_000
_LONGEST_COMPARED = 80
"""A segment of more words is no title and no description."""
_MOST_TITLES = 6
_OBVIOUS_LINKS, _OBVIOUS_SIZE = 0.9, 12


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """The rows of a page.

    Attributes
    ----------
    rows : list
        For each segment its numbers, named by :data:`FEATURES`; none for an obvious one, and None for a foreign one.
    sizes : list of int
        How many words each segment has; in writing without spaces, about as many as it would have.
    containers : list of Holding
        The nearest container of each segment.
    tokens : list
        The words of each segment.
    """

    rows: list[list[float] | None]
    sizes: list[int]
    containers: list[Holding | None]
    tokens: list[list[str]]


def is_obvious(link_share: float, size: int) -> bool:
    """Return whether a segment is but a short link, which no article needs, so that nobody asks the forests."""
    return size == 0 or (link_share > _OBVIOUS_LINKS and size < _OBVIOUS_SIZE)


def features_of(
    segments: Sequence[Segment],
    foreign: Mapping[int, str],
    titles: Iterable[str],
    description: str | None,
    body_data: str | None,
    suspicion: Mapping[int, float],
    suspects: Collection[int] = (),
) -> PageFeatures:
    """Return the numbers of a page's segments.

    Parameters
    ----------
    segments : sequence of Segment
        The page.
    foreign : mapping
        Indices of segments that are other articles'; no number knows of them.
    titles : iterable of str
        What the page may be called, the likeliest first.
    description : str or None
        What it says it is about.
    body_data : str or None
        The article's body as the page's structured data have it.
    suspicion : mapping
        Of the segments that the boundary guard weighed, how likely they are other articles'.
    suspects : collection of int
        Those that it took for foreign, and that are described nevertheless.
    """
    own = [segment for segment in segments if segment.index not in foreign]
    page = PageSums(len(segments))
    for segment in own:
        page.add(segment)
    page.sum_up()
    describer = _Describer(page, own, titles, description, body_data)
    return describer.describe(suspicion_rows(own, page.sizes, suspicion, suspects))


class _Describer:
    """Makes the rows of a page."""

    def __init__(
        self, page: PageSums, own: list[Segment], titles: Iterable[str], description: str | None, body_data: str | None
    ) -> None:
        self._page, self._own = page, own
        self._prose = float(max(1, page.prose))
        folded = [_folded(title) for title in islice(titles, _MOST_TITLES)]
        self._titles = [set(words) for words in folded if words]
        self._title_texts = {" ".join(words) for words in folded}
        self._description = set(_folded(description or ""))
        self._body = _pairs(TOKEN.findall((body_data or "")[:_LONGEST_BODY]))
        prose = (words for words, is_prose in zip(page.tokens, page.is_prose, strict=True) if is_prose)
        vocabulary = Counter(chain.from_iterable(map(_long, prose)))
        self._vocabulary = vocabulary.keys()
        self._said_again = {word for word, count in vocabulary.items() if count > 1}
        title, self._h1 = title_place(own, page.tokens, self._titles)
        anchor = anchor_of(own, page.tokens, page.is_prose, self._description, title)
        self._title_index, self._anchor_index = title, anchor
        half = smallest_with(page.order, 0.5 * page.prose)
        self._half_depth = half.depth if half else 0
        self._half = chain_of(half)
        self._most = chain_of(smallest_with(page.order, 0.85 * page.prose))
        self._anchor = page.containers[anchor] if anchor is not None else None
        self._around_anchor = chain_of(self._anchor)
        self._around_title = chain_of(page.containers[title] if title is not None else None)
        self._around_best = chain_of(readable(page.order))
        self._container_rows: dict[int, list[float]] = {}
        self._shape_rows: dict[int, list[float]] = {}
        self._relations: dict[int, list[float]] = {}

    def describe(self, suspicion_rows: Mapping[int, Sequence[float]]) -> PageFeatures:
        page, own = self._page, self._own
        neighbours = neighbours_of(own, page.sizes, page.is_prose, page.count)
        sections = sections_of(own, page.sizes, page.is_prose)
        page_row = self._page_row()
        rows: list[list[float] | None] = [None] * page.count
        seen: set[str] = set()
        before = prose_before = 0
        heading = (7, -1, 0.0)
        for position, segment in enumerate(own):
            index = segment.index
            here = page.containers[index]
            assert here is not None
            size = page.sizes[index]
            level = HEADING_LEVELS.get(here.tag, 0)
            if is_obvious(segment.link_share, size):
                rows[index] = []
                likeness = self._likeness(segment) if level else []
            else:
                likeness = self._likeness(segment)
                relations = self._relation_row(here)
                rows[index] = [
                    *own_row(segment, page.tokens[index], size),
                    *(page.copies[segment.text] - 1.0, float(segment.text in seen)),
                    *self._shape_row(here),
                    *(log(position), position / len(own), before / max(1, page.total)),
                    *(prose_before / self._prose, (page.prose - prose_before) / self._prose),
                    *neighbours[index][:2],
                    distance_to(index, self._title_index),
                    float(self._title_index is not None and index >= self._title_index),
                    distance_to(index, self._h1),
                    float(here.depth),
                    *relations[:5],
                    *neighbours[index][2:],
                    *(float(level or heading[0] + 10), log(position - heading[1]), heading[2]),
                    *sections[index],
                    *(log(index - (here.parent or here).first), log((here.parent or here).last - index)),
                    distance_to(index, self._anchor_index),
                    *relations[5:],
                    *likeness,
                    *suspicion_rows[index],
                    *page_row,
                ]
            seen.add(segment.text)
            before += size
            prose_before += size if page.is_prose[index] else 0
            if level:
                heading = (level, position, likeness[0])
        return PageFeatures(rows, page.sizes, page.containers, page.tokens)

    def _page_row(self) -> list[float]:
        page = self._page
        return [
            log(len(self._own)),
            log(page.total),
            log(page.prose),
            log(page.prose_segments),
            page.links / max(1, page.total),
            float(self._h1 is not None),
            log(len(self._body)),
            page.unspaced / max(1, page.total),
        ]

    def _likeness(self, segment: Segment) -> list[float]:
        page, index = self._page, segment.index
        words = page.tokens[index]
        folded = set(map(str.casefold, words)) if page.sizes[index] <= _LONGEST_COMPARED else set()
        title_in_text = text_in_title = 0.0
        for title in self._titles:
            common = len(folded & title)
            if common:
                title_in_text = max(title_in_text, common / len(title))
                text_in_title = max(text_in_title, common / len(folded))
        common = len(folded & self._description)
        long_words = _long(words)
        # A paragraph's own words are no likeness.
        shared = len(long_words & (self._said_again if page.is_prose[index] else self._vocabulary))
        return [
            title_in_text,
            text_in_title,
            float(text_in_title > 0.6 and " ".join(_folded(segment.text)) in self._title_texts),
            common / max(1, len(self._description)),
            common / max(1, len(folded)),
            _share_in(words, self._body) if self._body else -1.0,
            shared / max(1, len(long_words)),
        ]

    def _shape_row(self, here: Holding) -> list[float]:
        """Return what all segments of a container have in common."""
        row = self._shape_rows.get(id(here))
        if row is None:
            row = [float(here.tag == tag) for tag in TAGS]
            row += [float(here.areas >> bit & 1) for bit in range(len(AREAS))]
            walked: Holding | None = here
            for _ in range(CHAIN):
                row += _NO_CONTAINER if walked is None else self._container_row(walked)
                walked = walked.parent if walked else None
            row += self._page.templates[here.template].row(self._prose)
            row += self._page.paths[here.path].row(self._prose)
            self._shape_rows[id(here)] = row
        return row

    def _container_row(self, container: Holding) -> list[float]:
        row = self._container_rows.get(id(container))
        if row is None:
            row = self._container_rows[id(container)] = [
                log(container.tokens),
                container.prose / self._prose,
                container.link_tokens / max(1, container.tokens),
                log(container.segments),
                log(container.prose_segments),
                log(container.parent.children[container.template] if container.parent else 0),
            ]
        return row

    def _relation_row(self, here: Holding) -> list[float]:
        row = self._relations.get(id(here))
        if row is None:
            in_half, up_half, _ = relation_to(here, self._half)
            in_most, up_most, _ = relation_to(here, self._most)
            row = self._relations[id(here)] = [
                *(in_half, in_most, up_half, float(here.depth - self._half_depth), up_most),
                *relation_to(here, self._around_anchor)[1:],
                float(self._anchor is not None and here.path == self._anchor.path),
                *relation_to(here, self._around_title)[1:],
                *relation_to(here, self._around_best)[1:],
            ]
        return row


_NO_CONTAINER = [-1.0] * len(CONTAINER)


def _long(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) > 4}


def _folded(text: str) -> list[str]:
    return TOKEN.findall(text.casefold())


def _pairs(words: list[str]) -> set[tuple[str, str]]:
    return set(pairwise(words))


def _share_in(words: list[str], pairs: set[tuple[str, str]]) -> float:
    return sum(map(pairs.__contains__, pairwise(words))) / (len(words) - 1) if len(words) > 1 else 0.0
