"""What the block classifier sees of each segment.

Comes in: a page's segments, and what the page says of itself. Goes out: a row of numbers for each segment, and the
containers it lies in.

Numbers are of five kinds: the segment's own text; the containers around it and the others made from the same template
(tag and class names), with how much of the page's prose they hold; its place between headings, prose and the title; its
likeness to the title, the description and the body in the page's structured data; and whether the boundary guard
suspects it. No number names a site or an address.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from extractor.html import AREAS, ASIDES, HEADING_LEVELS, Container, Segment
from extractor.text import ends_sentence

TOKEN = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_OPENING = tuple("\"'“‘«„")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LONGEST_BODY = 200_000
_LONGEST_COMPARED = 80
"""A segment of more words is no title and no description."""
_MOST_TITLES = 6
_OBVIOUS_LINKS, _OBVIOUS_SIZE = 0.9, 12
_log = math.log1p
_SUSPECT = 0.3
"""From this likelihood on, a piece of a page counts as one that may be another article's."""
_CHAIN = 5
"""So many containers around a segment are described one by one, from the nearest outwards."""

_TAGS = ("p", "li", "div", "td", "th", "blockquote", "figcaption", "pre", "article", "section", "header", "address")

# fmt: off
_OWN = (
    "tokens", "characters", "token_length", "short_tokens", "lower_tokens", "capital_tokens", "upper_characters",
    "digits", "commas", "stops", "ends_sentence", "ends_colon", "ends_question", "ends_dots", "starts_lower",
    "starts_quote", "starts_mark", "has_copyright", "has_at", "has_bar", "has_clock", "has_year", "has_url", "colons",
    "quotes", "link_share", "links", "strong_share", "hidden", "copies", "copied_before",
)
_CONTAINER = ("size", "prose_share", "link_share", "segments", "prose_segments", "children_alike")
_TEMPLATE = ("count", "tokens", "prose_share", "link_share", "mean", "prose_part")
_PLACE = (
    "index", "share", "tokens_before", "prose_before", "prose_after", "previous_prose", "next_prose", "title_distance",
    "title_after", "h1_distance", "depth", "in_main_half", "in_main_most", "up_to_main", "down_from_main", "up_to_most",
    "next_tokens", "next_links", "previous_tokens", "previous_links", "heading_level", "heading_distance",
    "heading_title", "section_tokens", "section_prose", "section_links", "same_parent_before", "same_parent_after",
    "anchor_distance", "anchor_up", "anchor_down", "anchor_path", "title_up", "title_down", "best_up", "best_down",
)
_LIKENESS = (
    "title_in_text", "text_in_title", "is_title", "description_in_text", "text_in_description", "in_body_data",
    "vocabulary",
)
_SUSPICION = ("suspicion", "taken_for_foreign", "page_suspicion", "suspects", "suspect_share", "suspect_place")
_PAGE = ("segments", "tokens", "prose_tokens", "prose_segments", "link_share", "has_h1", "has_body_data", "unspaced")
WORD_FEATURES = ("own", "parent", "grandparent", "lowest", "highest", "sum", "text_words", "first_words")
# fmt: on
FEATURES: tuple[str, ...] = (
    *_OWN,
    *(f"is_{tag}" for tag in _TAGS),
    *(f"in_{min(area)}" for area in AREAS),
    *(f"container{level}_{name}" for level in range(_CHAIN) for name in _CONTAINER),
    *(f"template_{name}" for name in _TEMPLATE),
    *(f"path_{name}" for name in _TEMPLATE),
    *_PLACE,
    *_LIKENESS,
    *_SUSPICION,
    *(f"page_{name}" for name in _PAGE),
)


@dataclass(slots=True, eq=False)
class Holding:
    """A container, and what it holds of the segments that are described."""

    parent: Holding | None
    tag: str
    template: tuple[str, ...]
    path: int
    depth: int
    areas: int
    children: Counter[tuple[str, ...]] = field(default_factory=Counter)
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
        self.children[child.template] += 1
        self.last = max(self.last, child.last)
        self.first = child.first if self.first < 0 else min(self.first, child.first)


@dataclass(slots=True)
class _Template:
    """Containers of one kind."""

    count: int = 0
    tokens: int = 0
    link_tokens: float = 0.0
    prose: int = 0
    prose_count: int = 0

    def add(self, size: int, link_tokens: float, prose: int) -> None:
        self.count += 1
        self.tokens += size
        self.link_tokens += link_tokens
        self.prose += prose
        self.prose_count += prose > 0

    def row(self, page_prose: float) -> list[float]:
        return [
            _log(self.count),
            _log(self.tokens),
            self.prose / page_prose,
            self.link_tokens / max(1, self.tokens),
            _log(self.tokens / self.count),
            self.prose_count / self.count,
        ]


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
    page = _Page(len(segments))
    for segment in own:
        page.add(segment)
    page.sum_up()
    describer = _Describer(page, own, titles, description, body_data)
    return describer.describe(_suspicion_rows(own, page.sizes, suspicion, suspects))


class _Page:
    """What a page's segments add up to."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.tokens: list[list[str]] = [[]] * count
        self.sizes = [0] * count
        self.is_prose = [False] * count
        self.containers: list[Holding | None] = [None] * count
        self.order: list[Holding] = []
        self.copies: Counter[str] = Counter()
        self.templates: defaultdict[tuple[str, ...], _Template] = defaultdict(_Template)
        self.paths: defaultdict[int, _Template] = defaultdict(_Template)
        self.total = self.prose = self.prose_segments = self.unspaced = 0
        self.links = 0.0
        self._holdings: dict[int, Holding] = {}

    def add(self, segment: Segment) -> None:
        index, text, share = segment.index, segment.text, segment.link_share
        words = TOKEN.findall(text)
        size = len(words)
        if not text.isascii() and (wide := len(_UNSPACED.findall(text))):
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
        self.templates[container.template].add(size, share * size, prose)
        self.paths[container.path].add(size, share * size, prose)
        self.total += size
        self.prose += prose
        self.prose_segments += is_prose
        self.links += share * size

    def sum_up(self) -> None:
        for container in reversed(self.order):
            if container.parent is not None:
                container.parent.take(container)


class _Describer:
    """Makes the rows of a page."""

    def __init__(
        self, page: _Page, own: list[Segment], titles: Iterable[str], description: str | None, body_data: str | None
    ) -> None:
        self._page, self._own = page, own
        self._prose = float(max(1, page.prose))
        folded = [_folded(title) for title in islice(titles, _MOST_TITLES)]
        self._titles = [set(words) for words in folded if words]
        self._title_texts = {" ".join(words) for words in folded}
        self._description = set(_folded(description or ""))
        self._body = _pairs(TOKEN.findall((body_data or "")[:_LONGEST_BODY]))
        self._vocabulary = Counter(
            word
            for words, is_prose in zip(page.tokens, page.is_prose, strict=True)
            if is_prose
            for word in _long(words)
        )
        title, self._h1 = _title_place(own, page.tokens, self._titles)
        anchor = _anchor(own, page.tokens, page.is_prose, self._description, title)
        self._title_index, self._anchor_index = title, anchor
        half = _smallest_with(page.order, 0.5 * page.prose)
        self._half_depth = half.depth if half else 0
        self._half = _chain_ids(half)
        self._most = _chain_ids(_smallest_with(page.order, 0.85 * page.prose))
        self._anchor = page.containers[anchor] if anchor is not None else None
        self._around_anchor = _chain_ids(self._anchor)
        self._around_title = _chain_ids(page.containers[title] if title is not None else None)
        self._around_best = _chain_ids(_readable(page.order))
        self._container_rows: dict[int, list[float]] = {}
        self._shape_rows: dict[int, list[float]] = {}
        self._relations: dict[int, list[float]] = {}

    def describe(self, suspicion_rows: Mapping[int, Sequence[float]]) -> PageFeatures:
        page, own = self._page, self._own
        neighbours = _neighbours(own, page.sizes, page.is_prose, page.count)
        sections = _sections(own, page.sizes, page.is_prose)
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
                    *_own_row(segment, page.tokens[index], size),
                    *(page.copies[segment.text] - 1.0, float(segment.text in seen)),
                    *self._shape_row(here),
                    *(_log(position), position / len(own), before / max(1, page.total)),
                    *(prose_before / self._prose, (page.prose - prose_before) / self._prose),
                    *neighbours[index][:2],
                    _distance(index, self._title_index),
                    float(self._title_index is not None and index >= self._title_index),
                    _distance(index, self._h1),
                    float(here.depth),
                    *relations[:5],
                    *neighbours[index][2:],
                    *(float(level or heading[0] + 10), _log(position - heading[1]), heading[2]),
                    *sections[index],
                    *(_log(index - (here.parent or here).first), _log((here.parent or here).last - index)),
                    _distance(index, self._anchor_index),
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
            _log(len(self._own)),
            _log(page.total),
            _log(page.prose),
            _log(page.prose_segments),
            page.links / max(1, page.total),
            float(self._h1 is not None),
            _log(len(self._body)),
            page.unspaced / max(1, page.total),
        ]

    def _likeness(self, segment: Segment) -> list[float]:
        page, index = self._page, segment.index
        words = page.tokens[index]
        folded = {word.casefold() for word in words} if page.sizes[index] <= _LONGEST_COMPARED else set()
        title_in_text = text_in_title = 0.0
        for title in self._titles:
            common = len(folded & title)
            if common:
                title_in_text = max(title_in_text, common / len(title))
                text_in_title = max(text_in_title, common / len(folded))
        common = len(folded & self._description)
        long_words = _long(words)
        shared = sum(self._vocabulary[word] > page.is_prose[index] for word in long_words)
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
            row = [float(here.tag == tag) for tag in _TAGS]
            row += [float(here.areas >> bit & 1) for bit in range(len(AREAS))]
            walked: Holding | None = here
            for _ in range(_CHAIN):
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
                _log(container.tokens),
                container.prose / self._prose,
                container.link_tokens / max(1, container.tokens),
                _log(container.segments),
                _log(container.prose_segments),
                _log(container.parent.children[container.template] if container.parent else 0),
            ]
        return row

    def _relation_row(self, here: Holding) -> list[float]:
        row = self._relations.get(id(here))
        if row is None:
            in_half, up_half, _ = _relation(here, self._half)
            in_most, up_most, _ = _relation(here, self._most)
            row = self._relations[id(here)] = [
                *(in_half, in_most, up_half, float(here.depth - self._half_depth), up_most),
                *_relation(here, self._around_anchor)[1:],
                float(self._anchor is not None and here.path == self._anchor.path),
                *_relation(here, self._around_title)[1:],
                *_relation(here, self._around_best)[1:],
            ]
        return row


_NO_CONTAINER = [-1.0] * len(_CONTAINER)


def _own_row(segment: Segment, words: list[str], size: int) -> list[float]:
    text = segment.text
    characters = len(text)
    number = max(1, len(words))
    capital = upper = short = lower = 0
    for word in words[:100]:
        first = word[0]
        short += len(word) <= 3
        lower += first.islower()
        capital += first.isupper()
        upper += word.isupper()
    counted = max(1, min(100, number))
    digits = sum(map(text.count, "0123456789")) if any(word.isdigit() for word in words[:100]) else 0
    return [
        _log(size),
        _log(characters),
        characters / number,
        short / counted,
        lower / counted,
        capital / counted,
        upper / counted,
        digits / characters,
        _log(text.count(",") + text.count("，") + text.count("、") + text.count("،")),
        _log(text.count(". ") + text.count("。")),
        float(ends_sentence(text)),
        float(text[-1] in ":："),
        float(text[-1] in "?？"),
        float(text.endswith(("...", "…", "»", "›", "→"))),
        float(text[0].islower()),
        float(text[0] in _OPENING),
        float(not text[0].isalnum()),
        float("©" in text or "®" in text),
        float("@" in text),
        float("|" in text),
        float(size < 40 and _CLOCK.search(text) is not None),
        float(size < 40 and _YEAR.search(text) is not None),
        float("http" in text or "www." in text),
        float(text.count(":")),
        float(text.count('"') + text.count("“") + text.count("„") + text.count("«")),
        segment.link_share,
        _log(len(segment.links)),
        min(1.0, segment.strong_characters / characters),
        float(segment.is_hidden),
    ]


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


def _smallest_with(order: list[Holding], prose: float) -> Holding | None:
    """Return the innermost container that holds so much prose."""
    best: Holding | None = None
    for container in order:
        if container.prose >= prose and prose > 0 and (best is None or container.depth > best.depth):
            best = container
    return best


def _chain_ids(container: Holding | None) -> dict[int, int]:
    """Return the containers around one, and how far up each is."""
    chain = {}
    steps = 0
    while container is not None:
        chain[id(container)] = steps
        container = container.parent
        steps += 1
    return chain


def _relation(container: Holding, chain: dict[int, int]) -> tuple[float, float, float]:
    """Return whether a container lies in the chain's first, and how far it is up the chain and down again."""
    down = 0
    walked: Holding | None = container
    while walked is not None:
        steps = chain.get(id(walked))
        if steps is not None:
            return float(steps == 0), float(steps), float(down)
        walked = walked.parent
        down += 1
    return 0.0, 99.0, 99.0


def _readable(order: list[Holding]) -> Holding | None:
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


def _anchor(
    own: Sequence[Segment],
    tokens: list[list[str]],
    is_prose: list[bool],
    description: set[str],
    title_index: int | None,
) -> int | None:
    """Return where the article is for certain: the prose most like the description, or the first after the title."""
    best, place = 0.5, None
    for segment in own:
        index = segment.index
        if len(description) >= 6 and is_prose[index]:
            common = len(description & {word.casefold() for word in tokens[index][:150]}) / len(description)
            if common > best:
                best, place = common, index
    if place is not None:
        return place
    return next((s.index for s in own if is_prose[s.index] and s.index > (title_index or 0)), None)


def _title_place(
    own: Sequence[Segment], tokens: list[list[str]], title_sets: list[set[str]]
) -> tuple[int | None, int | None]:
    """Return where the page shows its title, and its first ``h1``."""
    best, place, h1 = 0.0, None, None
    for segment in own:
        is_heading = segment.tag in HEADING_LEVELS
        if segment.tag == "h1" and h1 is None:
            h1 = segment.index
        words = tokens[segment.index]
        if not title_sets or not 2 <= len(words) <= 40:
            continue
        folded = {word.casefold() for word in words}
        for rank, title_set in enumerate(title_sets):
            common = len(folded & title_set)
            likeness = 2 * common / (len(folded) + len(title_set)) + 0.2 * is_heading - 0.02 * rank
            if likeness > 0.6 and likeness > best:
                best, place = likeness, segment.index
    return place, h1


def _neighbours(
    own: Sequence[Segment], sizes: list[int], is_prose: list[bool], count: int
) -> list[tuple[float, float, float, float, float, float]]:
    """Return for each segment how far prose is on both sides, and how long and how linked its neighbours are."""
    before = [0.0] * count
    distance = 99
    for segment in own:
        before[segment.index] = _log(distance)
        distance = 0 if is_prose[segment.index] else distance + 1
    result: list[tuple[float, float, float, float, float, float]] = [(0.0,) * 6] * count
    distance = 99
    last = len(own) - 1
    for position in range(last, -1, -1):
        segment = own[position]
        following = own[position + 1] if position < last else None
        previous = own[position - 1] if position else None
        result[segment.index] = (
            before[segment.index],
            _log(distance),
            _log(sizes[following.index]) if following else -1.0,
            following.link_share if following else -1.0,
            _log(sizes[previous.index]) if previous else -1.0,
            previous.link_share if previous else -1.0,
        )
        distance = 0 if is_prose[segment.index] else distance + 1
    return result


def _sections(own: Sequence[Segment], sizes: list[int], is_prose: list[bool]) -> dict[int, tuple[float, float, float]]:
    """Return for each segment what follows it up to the next heading: words, prose, and share of links."""
    sections: dict[int, tuple[float, float, float]] = {}
    size = prose = 0
    links = 0.0
    for segment in reversed(own):
        index = segment.index
        sections[index] = (_log(size), _log(prose), links / max(1, size))
        if segment.tag in HEADING_LEVELS:
            size = prose = 0
            links = 0.0
        else:
            size += sizes[index]
            prose += sizes[index] if is_prose[index] else 0
            links += segment.link_share * sizes[index]
    return sections


def _suspicion_rows(
    own: Sequence[Segment], sizes: Sequence[int], suspicion: Mapping[int, float], suspects: Collection[int]
) -> dict[int, list[float]]:
    """Return for each segment what the boundary guard thinks of the piece that it lies in."""
    shares: defaultdict[float, float] = defaultdict(float)
    total = max(1, sum(sizes))
    for segment in own:
        if segment.index in suspicion:
            shares[suspicion[segment.index]] += sizes[segment.index] / total
    # Those that were cut for good count, too: teasers come in rows.
    known = set(suspicion.values())
    highest, several = max(known, default=0.0), sum(likelihood > _SUSPECT for likelihood in known)
    rows = {}
    place = -1
    previous: float | None = None
    for segment in own:
        likelihood = suspicion.get(segment.index)
        place = -1 if likelihood is None else place + 1 if likelihood == previous else 0
        previous = likelihood
        rows[segment.index] = [
            likelihood or 0.0,
            float(segment.index in suspects),
            highest,
            float(several),
            shares[likelihood] if likelihood is not None else 0.0,
            float(place),
        ]
    return rows


def _distance(index: int, place: int | None) -> float:
    return -9.0 if place is None else math.copysign(_log(abs(index - place)), index - place)


def _long(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) > 4}


def _folded(text: str) -> list[str]:
    return TOKEN.findall(text.casefold())


def _pairs(words: list[str]) -> set[tuple[str, str]]:
    return set(pairwise(words))


def _share_in(words: list[str], pairs: set[tuple[str, str]]) -> float:
    own = list(pairwise(words))
    return sum(pair in pairs for pair in own) / len(own) if own else 0.0
