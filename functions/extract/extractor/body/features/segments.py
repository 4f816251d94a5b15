"""The columns that describe a segment, and the pages that have them.

Comes in: a page's segments, and what the page says of itself. Goes out: columns of numbers, and the containers that
the segments lie in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from extractor.body.features.columns import Column, Numbers, deferred, fields_of, names_of, prefixed
from extractor.body.features.own import OWN
from extractor.body.features.places import Neighbours, Section, Suspicion, distance_to
from extractor.body.features.sums import Holding, PageSums, TemplateNumbers, log
from extractor.body.features.view import CHAIN, ContainerNumbers, Likeness, PageView, Relations, Statements, Walked
from extractor.html import AREAS, Segment

_TAGS = ("p", "li", "div", "td", "th", "blockquote", "figcaption", "pre", "article", "section", "header", "address")


def _is_tag(tag: str, page: PageView) -> Numbers:
    return [float(container.tag == tag) for container in page.containers]


def _is_in_area(bit: int, page: PageView) -> Numbers:
    return [float(container.areas >> bit & 1) for container in page.containers]


def _level(level: int, page: PageView) -> Sequence[Numbers]:
    return page.levels[level]


def _walk(page: PageView) -> Sequence[Numbers]:
    return page.walk


def _neighbours(page: PageView) -> Sequence[Numbers]:
    return page.neighbours


def _relations(page: PageView) -> Sequence[Numbers]:
    return page.relations


def _everywhere(number: float, page: PageView) -> Numbers:
    return [number] * page.count


_SHAPE: tuple[Column[PageView], ...] = (
    *(Column(f"is_{tag}", partial(_is_tag, tag)) for tag in _TAGS),
    *(Column(f"in_{min(area)}", partial(_is_in_area, bit)) for bit, area in enumerate(AREAS)),
    *(
        column
        for level in range(CHAIN)
        for column in fields_of(ContainerNumbers, partial(_level, level), f"container{level}_")
    ),
    *fields_of(TemplateNumbers, lambda page: page.templates, "template_"),
    *fields_of(TemplateNumbers, lambda page: page.paths, "path_"),
)
"""The containers around a segment, and the others of their kinds."""

_PLACE: tuple[Column[PageView], ...] = (
    Column("index", lambda page: list(map(log, page.positions))),
    Column("share", lambda page: [position / len(page.own) for position in page.positions]),
    *fields_of(Walked, _walk, names=("tokens_before", "prose_before", "prose_after")),
    *fields_of(Neighbours, _neighbours, names=("previous_prose", "next_prose")),
    Column("title_distance", lambda page: [distance_to(i, page.title) for i in page.indices]),
    Column("title_after", lambda page: [float(page.title is not None and i >= page.title) for i in page.indices]),
    Column("h1_distance", lambda page: [distance_to(i, page.h1) for i in page.indices]),
    Column("depth", lambda page: [float(container.depth) for container in page.containers]),
    *fields_of(
        Relations,
        _relations,
        names=("in_main_half", "in_main_most", "up_to_main", "down_from_main", "up_to_most"),
    ),
    *fields_of(Neighbours, _neighbours, names=("next_tokens", "next_links", "previous_tokens", "previous_links")),
    *fields_of(Walked, _walk, names=("heading_level", "heading_distance", "heading_title")),
    *fields_of(Section, lambda page: page.sections),
    Column("same_parent_before", lambda page: [log(i - parent.first) for i, parent in page.in_parents]),
    Column("same_parent_after", lambda page: [log(parent.last - i) for i, parent in page.in_parents]),
    Column("anchor_distance", lambda page: [distance_to(i, page.anchor) for i in page.indices]),
    *fields_of(
        Relations,
        _relations,
        names=("anchor_up", "anchor_down", "anchor_path", "title_up", "title_down", "best_up", "best_down"),
    ),
)
"""Where on the page a segment stands."""

_PAGE: tuple[Column[PageView], ...] = (
    Column("segments", lambda page: _everywhere(log(len(page.own)), page)),
    Column("tokens", lambda page: _everywhere(log(page.sums.total), page)),
    Column("prose_tokens", lambda page: _everywhere(log(page.sums.prose), page)),
    Column("prose_segments", lambda page: _everywhere(log(page.sums.prose_segments), page)),
    Column("link_share", lambda page: _everywhere(page.sums.links / max(1, page.sums.total), page)),
    Column("has_h1", lambda page: _everywhere(float(page.h1 is not None), page)),
    Column("has_body_data", lambda page: _everywhere(log(len(page.body_pairs)), page)),
    Column("unspaced", lambda page: _everywhere(page.sums.unspaced / max(1, page.sums.total), page)),
)

COLUMNS: tuple[Column[PageView], ...] = (
    *OWN,
    *_SHAPE,
    *_PLACE,
    *fields_of(Likeness, lambda page: page.likeness),
    *fields_of(Suspicion, lambda page: page.suspicions),
    *prefixed("page_", _PAGE),
)
FEATURES = names_of(COLUMNS)
"""The numbers that are known of a segment from the page alone. None of them names a site or an address."""


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """A page as the block classifier sees it.

    Attributes
    ----------
    described : list of int
        The segments that nobody has taken for foreign.
    scored : list of int
        Those of them that the forests are asked about; the others are short links.
    sizes : list of int
        How many words each segment of the page has; in writing without spaces, about as many as it would have.
    containers : list of Holding
        The nearest container of each segment of the page; None for a foreign one.
    tokens : list
        The words of each segment of the page.
    numbers : sequence of callable
        For each of :data:`FEATURES`, what returns the numbers of the scored segments.
    """

    described: list[int]
    scored: list[int]
    sizes: list[int]
    containers: list[Holding | None]
    tokens: list[list[str]]
    numbers: Sequence[Callable[[], Numbers]]


def features_of(
    segments: Sequence[Segment],
    foreign: Mapping[int, str],
    statements: Statements,
    suspicion: Mapping[int, float],
    suspects: Collection[int] = (),
) -> PageFeatures:
    """Return what the block classifier sees of a page.

    Parameters
    ----------
    segments : sequence of Segment
        The page.
    foreign : mapping
        Indices of segments that are other articles'; no number knows of them.
    statements : Statements
        What the page says of itself.
    suspicion : mapping
        Of the segments that the boundary guard weighed, how likely they are other articles'.
    suspects : collection of int
        Those that it took for foreign, and that are described nevertheless.
    """
    own = [segment for segment in segments if segment.index not in foreign]
    sums = PageSums(len(segments))
    for segment in own:
        sums.add(segment)
    sums.sum_up()
    view = PageView(sums, own, statements, suspicion, suspects)
    described = [segment.index for segment in own]
    return PageFeatures(described, view.indices, sums.sizes, sums.containers, sums.tokens, deferred(COLUMNS, view))
