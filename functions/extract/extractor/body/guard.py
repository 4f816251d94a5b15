"""Where the article begins and ends on a page that carries others.

Comes in: a page's tree and segments, its URL, what it is called, and its structured data. Goes out: the segments that
belong to other articles, each with a reason, and how likely it is that something foreign is still left.

The page is walked from the top. Wherever the prose parts into several pieces (posts in one container, headline and body
in wrappers of their own, headed runs of plain paragraphs), each piece is weighed against the one with the page's own
headline: by what it says itself (permalink, byline, level of its heading, a control to read on), by how much alike the
two are built, and by the words that they share.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from extractor.body.forest import Forest
from extractor.body.model import shipped_guard
from extractor.html import Container, Element, Page, Segment, StructuredData
from extractor.text import SEE_ALSO, DropReason

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PSEUDO_HEADING = 7
"""The level of a line that is nothing but a link or bold type, or whose class calls it a title."""
_NO_HEADING = 9
_LONGEST_HEADING = 250
_SHORTEST_PROSE = 8
"""Words of a paragraph that counts; a line of fewer is furniture as often as text."""
_SHORT_BODY = 600
"""Characters of prose that a headline's wrapper may hold (a deck, a summary) before the body's own begins."""
_MAXIMUM_CANDIDATES = 300
_MAXIMUM_TEXT = 40_000
"""Characters of a piece that are compared; a subject shows long before."""
_MAXIMUM_OPTIONS = 20
_MANY = 4
"""Pieces built alike: as many are rather the sections of one article than articles."""
_UNCERTAIN = 0.3
_FOREIGN = 0.6
"""Over one half, because a paragraph that is lost is worse than one that leaks."""
_BESIDE_FOREIGN = 0.2
"""Teasers come in rows; a likelihood over this is enough where one beside it has been found."""

_LESS_TRUST, _LEAST_TRUSTED = 0.15, 3
"""Of titles, the likeliest stands first; each further one must be that much more like a heading, up to the fourth."""

_STEM = re.compile(r"\b[^\W\d_]{6}")
_TOKEN = re.compile(r"\w+")
_TITLE_SEPARATOR = re.compile(r"\s[|–—\-»·•:]\s|\s?[|»·•]\s?")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"[.!?…。！？।؟:;,][\"'”’»)\]]*$")
_HOST = re.compile(r"(?:https?:)?//([^/?#]*)", re.IGNORECASE)
_COMMENT_NAME = re.compile(r"(?:^|[-_ ])(?:comments|comment-?list|disqus\w*)(?:$|[-_ ])", re.IGNORECASE)
_READ_ON = re.compile(
    r"(?:keep|continue|read|show|see|view|full (?:story|article))\b|"
    r"weiter\s?lesen|mehr (?:lesen|anzeigen)|(?:lire|voir) (?:la suite|plus)|"
    r"(?:leer|ver|seguir|mostrar) (?:más|menos|leyendo)|(?:leggi|continua)\b|(?:ler|leia|continuar?) |"
    r"lees (?:meer|verder)|l[äæe]s (?:mer|mere|videre)\b|czytaj (?:dalej|więcej)|читать |阅读全文|继续阅读|続きを読む|"
    r"더 ?보기|اقرأ المزيد",
    re.IGNORECASE,
)
"""The words of controls to read on, in some languages: one sign among many, and for flat runs of lines the only one."""

# fmt: off
GUARD_FEATURES = (
    "after_cut", "article_tag", "before", "before_title", "flat", "h1", "heading", "headless", "known", "level_above",
    "level_below", "level_same", "lexical", "link", "main_has_title", "main_small", "many_twins", "no_title",
    "other_links", "out_of_body", "paragraphs", "pieces", "pseudo", "question", "read_on", "same_end", "share",
    "short_heading", "single", "size", "title_again", "title_inside", "twin",
)
# fmt: on
"""What is known of a piece that may be another article's, in the order of the guard's forest."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The parts of a page that lie outside its article.

    Attributes
    ----------
    foreign : mapping of int to str
        The index of each segment that was cut, and its :class:`extractor.text.drop_reasons.DropReason`.
    leak_score : float
        0 to 1: how likely it is that something of another article is in what is left.
    likelihoods : mapping of int to float
        Of each segment of a piece that was weighed, how likely it is foreign, whatever was decided.
    warnings : tuple of str
        ``boundary:other_articles`` where something was cut, ``boundary:uncertain`` where it was a near thing,
        ``boundary:digest`` where nearly all of the page would have gone, and nothing did.
    """

    foreign: Mapping[int, str] = field(default_factory=dict)
    leak_score: float = 0.0
    likelihoods: Mapping[int, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class _Node:
    """A container, with the prose in it. Its segments are those from ``first`` to ``last``."""

    element: Element
    parent: _Node | None
    first: int
    last: int = 0
    prose: int = 0
    paragraphs: int = 0
    items: list[_Node | int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Piece:
    """What may be one article: a container, or a heading and the lines or the container that follow it.

    ``node`` is its container, ``head`` the segment with its heading, ``prose`` its characters in paragraphs.
    """

    first: int
    last: int
    node: _Node | None
    head: int | None
    prose: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of a page that may be another article's.

    Attributes
    ----------
    first, last : int
        Its segments.
    features : mapping of str to float
        What speaks for it and against.
    has_foreign_sibling : bool
        Whether another piece with a headline, beside it, has been found foreign: it is looked at again.
    """

    first: int
    last: int
    features: Mapping[str, float]
    has_foreign_sibling: bool = False


class _Page:
    """The page's segments as a tree of the elements around them, and what is known of its article."""

    def __init__(self, page: Page, titles: Sequence[str]) -> None:
        tree, segments, url, data = page.tree, page.segments, page.address, page.data
        self.segments = segments
        self.words = [_count(segment.text) for segment in segments]
        self.levels = [self._level(segment) for segment in segments]
        self.is_prose = [
            count >= _SHORTEST_PROSE
            and segment.link_share < 0.5
            and (level is None or len(segment.text) > _LONGEST_HEADING)
            for count, segment, level in zip(self.words, segments, self.levels, strict=True)
        ]
        self.host = _host_of(url)
        self.own = {_path_of(address) for address in (url, *_own_addresses(tree, data))}
        self.title_lines: set[int] = set()
        self.title = self._find_title(titles)
        self.nodes = self._nodes(page.containers)
        self.root = self.nodes[0]
        self.prose = self.root.prose
        body = data.main.article_body if data.main is not None else None
        self.body = " ".join(body.split()) if body and len(body) >= 500 else None
        self._stems: dict[int, list[str]] = {}
        description = data.main.description if data.main is not None else None
        self.known = set(_stems_of(" ".join([*titles, description or ""])))

    def level(self, index: int | None) -> int:
        """Return the level of a heading; the lowest of all for what is none."""
        return (self.levels[index] or _NO_HEADING) if index is not None else _NO_HEADING

    def _level(self, segment: Segment) -> int | None:
        element = segment.element
        tag = element.tag
        if tag in _HEADINGS:
            return _HEADINGS[tag]
        text = segment.text
        if len(text) > _LONGEST_HEADING:
            return None
        for _ in range(2):
            element = element.getparent()
            if element is None:
                break
            if element.tag in _HEADINGS:
                return _HEADINGS[element.tag]
        if (
            len(text) < 12
            or (len(text) <= 40 and _READ_ON.match(text))
            or SEE_ALSO.fullmatch(text)
            or (_SENTENCE_END.search(text) and text[-1] not in "?!")
        ):
            return None
        if len(segment.links) == 1 and (
            segment.link_characters >= 0.9 * len(text) or " ".join(segment.links[0].text_content().split()) == text
        ):
            return _PSEUDO_HEADING
        if segment.strong_characters >= 0.9 * len(text):
            return _PSEUDO_HEADING
        name = segment.element.get("class")
        if name and ("title" in name or "headline" in name or "heading" in name):
            return _PSEUDO_HEADING
        return None

    def _nodes(self, containers: Sequence[Container]) -> list[_Node]:
        """Return the page's containers with the prose in them."""
        nodes: list[_Node] = []
        for container in containers:
            parent = nodes[container.parent.number] if container.parent is not None else None
            nodes.append(_Node(container.element, parent, container.first, container.last))
        for node, container in zip(nodes, containers, strict=True):
            node.items = [nodes[item.number] if isinstance(item, Container) else item for item in container.items]
        for segment, is_prose in zip(self.segments, self.is_prose, strict=True):
            if is_prose:
                node = nodes[segment.container.number]
                node.prose += len(segment.text)
                node.paragraphs += 1
        for node in reversed(nodes):
            if node.parent is not None:
                node.parent.prose += node.prose
                node.parent.paragraphs += node.paragraphs
        return nodes

    def _find_title(self, titles: Sequence[str]) -> int | None:
        """Return the segment that is the article's headline, and note all that say the same."""
        wanted = [
            (tokens, _LESS_TRUST * min(rank, _LEAST_TRUSTED))
            for rank, title in enumerate(titles)
            for part in _parts(title)
            if (tokens := set(_TOKEN.findall(part)))
        ]
        whole = [title.lower() for title in titles]
        exact = {part for title in titles for part in _parts(title) if part.count(" ") > 1}
        best, found = 0.0, None
        distance = 0  # to the next prose: a headline is not far from its text
        for segment in reversed(self.segments):
            index = segment.index
            distance = 0 if self.is_prose[index] else distance + 1
            if segment.is_hidden or len(segment.text) > _LONGEST_HEADING:
                continue
            text = segment.text.lower()
            if self.levels[index] is None:
                if text not in exact:
                    continue
                # A line that is the title is a heading in whatever element it stands.
                self.levels[index] = _PSEUDO_HEADING
                self.is_prose[index] = False
            tokens = set(_TOKEN.findall(text))
            match, distrust = 0.0, 0.0
            for title, less in wanted:
                share = len(tokens & title) / len(tokens | title)
                if share - less > match - distrust or match < 0.5 <= share:
                    match, distrust = share, less
            if len(tokens) > 2 and match - distrust < 0.75 and any(t.startswith(text.rstrip("?!. ")) for t in whole):
                match, distrust = 0.75, 0.0
            if match < 0.5:
                continue
            self.title_lines.add(index)
            level = self.level(index)
            score = match - distrust + 0.25 * (level == 1) + 0.1 * (level in {2, 3}) - 0.01 * min(distance, 30)
            score -= 0.4 * self.is_permalink(segment)
            if score >= best:
                best, found = score, index
        return found

    def is_control(self, index: int) -> bool:
        """Return whether a segment is a control to read on, and nothing else."""
        segment = self.segments[index]
        return _is_short(segment) and (
            _READ_ON.match(segment.text) is not None or (segment.link_share > 0.9 and self.is_permalink(segment))
        )

    def is_permalink(self, segment: Segment) -> bool:
        """Return whether a heading links to another page of the site."""
        return any(self.leads_elsewhere(anchor.get("href")) for anchor in segment.links)

    def leads_elsewhere(self, href: str | None) -> bool:
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
            return False
        host = _host_of(href)
        if host and host != self.host and not host.endswith("." + self.host) and not self.host.endswith("." + host):
            return False
        path = _path_of(href)
        return bool(path) and path not in self.own

    def stems(self, first: int, last: int) -> Counter[str]:
        """Return the stems of a run of segments with their counts."""
        found: Counter[str] = Counter()
        size = 0
        for index in range(first, last + 1):
            if self.is_prose[index]:
                if index not in self._stems:
                    self._stems[index] = _stems_of(self.segments[index].text[:_MAXIMUM_TEXT])
                found.update(self._stems[index])
                size += len(self.segments[index].text)
                if size > _MAXIMUM_TEXT:
                    break
        return found


def find_boundary(page: Page, titles: Sequence[str], *, forest: Forest | None = None) -> Boundary:
    """Find which segments belong to other articles.

    Parameters
    ----------
    page : Page
        The page.
    titles : sequence of str
        What the page calls its article, the most trusted first.
    forest : Forest or None
        Another than the one that is shipped.
    """
    if len(page.segments) < 3:
        return Boundary()
    forest = forest or shipped_guard(GUARD_FEATURES)
    guarded = _Page(page, titles)
    foreign: dict[int, str] = {}
    likelihoods: dict[int, float] = {}
    doubt = 0.0

    def judge(candidate: Candidate) -> bool:
        nonlocal doubt
        likelihood = forest.probability(candidate_row(candidate))
        is_foreign = likelihood > (_BESIDE_FOREIGN if candidate.has_foreign_sibling else _FOREIGN)
        if not candidate.has_foreign_sibling:
            doubt = max(doubt, 1 - likelihood if is_foreign else likelihood)
        inside = range(candidate.first, candidate.last + 1)
        likelihoods.update((index, max(likelihood, likelihoods.get(index, 0.0))) for index in inside)
        if is_foreign:
            foreign.update(dict.fromkeys(inside, _reason(candidate.features)))
        return is_foreign

    comments = dict.fromkeys(_comments(guarded), DropReason.COMMENTS.value)
    _walk(guarded, judge)
    warnings = []
    if foreign and _is_all_but_nothing(guarded, foreign):
        foreign.clear()
        likelihoods.clear()
        doubt = max(doubt, 0.5)
        warnings.append("boundary:digest")
    if foreign:
        warnings.append("boundary:other_articles")
    if doubt > _UNCERTAIN:
        warnings.append("boundary:uncertain")
    return Boundary(foreign | comments, round(doubt, 3), likelihoods, tuple(warnings))


def candidate_row(candidate: Candidate) -> list[float]:
    """Return what the guard's forest sees of a piece."""
    return [float(candidate.features.get(name, 0.0)) for name in GUARD_FEATURES]


def _reason(features: Mapping[str, float]) -> str:
    if features.get("headless") and features["before_title"]:
        return DropReason.BEFORE_ARTICLE.value
    return (DropReason.FOREIGN_TEASER if features["read_on"] else DropReason.FOREIGN_ARTICLE).value


def _is_all_but_nothing(page: _Page, foreign: Mapping[int, str]) -> bool:
    """Return whether so little is left that the pieces must be the article: a digest's stories, a list's entries."""
    cut = sum(len(page.segments[index].text) for index in foreign if page.is_prose[index])
    return page.prose - cut < min(200, cut / 5)


def _comments(page: _Page) -> Iterator[int]:
    """Yield the segments in containers that are called comments and hold less than half of the page's prose."""
    until = -1
    for node in page.nodes:
        if node.first <= until or node.paragraphs == 0 or node.prose > page.prose / 2 or _holds_title(page, node):
            continue
        name = " ".join(filter(None, (node.element.get("class"), node.element.get("id"))))
        if name and _COMMENT_NAME.search(name):
            until = node.last
            yield from range(node.first, node.last + 1)


def judge_candidates(page: Page, titles: Sequence[str], judge: Callable[[Candidate], bool]) -> None:
    """Have each candidate piece of a page judged; parameters are those of :func:`find_boundary` and :func:`_walk`."""
    _walk(_Page(page, titles), judge)


def _walk(page: _Page, judge: Callable[[Candidate], bool]) -> None:
    """Go down the page and have each candidate piece judged; what is found foreign is not entered.

    Parameters
    ----------
    page : _Page
        The page.
    judge : callable
        Returns whether a piece is another article's.
    """
    work = [page.root]
    left = _MAXIMUM_CANDIDATES
    while work:
        node = work.pop()
        children = [item for item in node.items if isinstance(item, _Node) and item.paragraphs > 1]
        cut: list[_Piece] = []
        spared: list[tuple[_Piece, dict[str, float]]] = []
        if len(node.items) > 1 and left > 0:
            pieces = [part for piece in _pieces(page, node) for part in _parted_by_controls(page, piece)]
            level = _Level(page, node, pieces)
            candidates = level.candidates()
            left -= len(candidates)
            for piece in candidates:
                features = level.features(piece, bool(cut) and cut[-1].last == piece.first - 1)
                if judge(Candidate(piece.first, piece.last, features)):
                    cut.append(piece)
                elif piece.head is not None:
                    spared.append((piece, features))
            if any(piece.head is not None for piece in cut):
                spared += [(piece, level.features(piece, False)) for piece in level.companions(candidates)]
                cut += [
                    p for p, features in spared if judge(Candidate(p.first, p.last, features, has_foreign_sibling=True))
                ]
        work.extend(child for child in children if not any(piece.first <= child.first <= piece.last for piece in cut))


def _pieces(page: _Page, node: _Node) -> Iterator[_Piece]:
    """Cut a node's items before each heading, and around each container with a heading and prose, or two paragraphs."""
    run: _Piece | None = None
    for item in node.items:
        piece, is_post = _piece_of(page, item)
        has_title = page.title is not None and piece.first <= page.title <= piece.last
        longest = 40 if page.level(piece.head) <= 3 else 12
        if piece.head is not None and piece.paragraphs == 0 and piece.last - piece.first < longest:
            # Bylines and kickers after a headline can be headings, too; they begin no new piece.
            is_bare = run is not None and run.head is not None and run.paragraphs == 0
            if run is not None and is_bare and not has_title and page.level(piece.head) >= page.level(run.head):
                run.last = piece.last
                continue
            if run is not None:
                yield run
            run = piece
            run.node = None
        elif is_post:
            if run is not None and run.head is not None and not has_title and _continues(page, run, piece):
                # The body in a wrapper of its own after its headline in another.
                run.last, run.node = piece.last, piece.node
                run.prose += piece.prose
                run.paragraphs += piece.paragraphs
            else:
                if run is not None:
                    yield run
                run = piece
            if run.prose >= _SHORT_BODY or run.head is None:
                yield run
                run = None
        elif run is None:
            run = piece
            run.node = None
        else:
            run.last = piece.last
            run.prose += piece.prose
            run.paragraphs += piece.paragraphs
    if run is not None:
        yield run


def _piece_of(page: _Page, item: _Node | int) -> tuple[_Piece, bool]:
    """Return an item as a piece, and whether it is a container that may be an article by itself."""
    if isinstance(item, int):
        is_prose = page.is_prose[item]
        head = item if page.levels[item] is not None else None
        return _Piece(item, item, None, head, len(page.segments[item].text) * is_prose, int(is_prose)), False
    piece = _Piece(item.first, item.last, item, _head_of(page, item), item.prose, item.paragraphs)
    if page.title is not None and _holds_title(page, item):
        # What stands above the headline does not make this the article's body.
        piece.head = page.title
        after = [len(page.segments[i].text) for i in range(page.title, item.last + 1) if page.is_prose[i]]
        piece.prose, piece.paragraphs = sum(after), len(after)
    core = item
    while len(core.items) == 1 and isinstance(core.items[0], _Node):
        core = core.items[0]
    return piece, piece.paragraphs > (piece.head is None) and len(core.items) > 1


def _continues(page: _Page, run: _Piece, piece: _Piece) -> bool:
    """Return whether a container with prose is the body to the headline, and at most the deck, that stand before it."""
    if run.head == page.title or run.prose >= min(_SHORT_BODY, piece.prose / 2):
        return False
    return piece.head is None or page.level(piece.head) > page.level(run.head)


def _head_of(page: _Page, node: _Node) -> int | None:
    """Return the heading with which a container opens: the highest of those before its second paragraph."""
    best = None
    paragraphs = 0
    for index in range(node.first, min(node.last, node.first + 25) + 1):
        if page.levels[index] is not None:
            if page.level(index) < page.level(best):
                best = index
        elif page.is_prose[index]:
            paragraphs += 1
            if paragraphs == 2:
                break
    return best


def _parted_by_controls(page: _Page, piece: _Piece) -> Iterator[_Piece]:
    """Part a run of plain lines after each control to read on, and before the line that stands as its headline."""
    start = piece.first
    if piece.node is None and piece.paragraphs:
        at = start
        while at <= piece.last:
            if page.is_control(at):
                end = at
                while (
                    end < piece.last
                    and page.words[end + 1] <= 3
                    and page.levels[end + 1] is None
                    and page.is_control(end + 1)
                ):
                    end += 1
                head = _line_above(page, at, start)
                if head is not None and (page.title is None or not head <= page.title <= end):
                    if head > start:
                        yield _part(page, piece, start, head - 1)
                    yield _part(page, piece, head, end, head)
                    start = end + 1
                at = end
            at += 1
    if start == piece.first:
        yield piece
    elif start <= piece.last:
        yield _part(page, piece, start, piece.last)


def _line_above(page: _Page, control: int, start: int) -> int | None:
    """Return the last line before a control that is no sentence and has prose after it."""
    prose = 0
    found = None
    for index in range(control - 1, max(start, control - 15) - 1, -1):
        text = page.segments[index].text
        is_line = len(text) <= 160 and (page.levels[index] is not None or not _SENTENCE_END.search(text.rstrip("?!")))
        if page.is_control(index) or (found is not None and not is_line):
            break
        if is_line and prose and page.words[index] >= 3:
            found = index
            if page.levels[index] is not None:
                break
        prose += page.is_prose[index] and not is_line
    return found


def _part(page: _Page, piece: _Piece, first: int, last: int, head: int | None = None) -> _Piece:
    if head is None and piece.head is not None and first <= piece.head <= last:
        head = piece.head
    prose = [len(page.segments[i].text) for i in range(first, last + 1) if page.is_prose[i]]
    return _Piece(first, last, None, head, sum(prose), len(prose))


class _Level:
    """The pieces of one node, and what tells the article's own from others."""

    def __init__(self, page: _Page, node: _Node, pieces: Sequence[_Piece]) -> None:
        self.page, self.node, self.pieces = page, node, pieces
        self.holds_title = _holds_title(page, node)
        self.prose = sum(piece.prose for piece in pieces)
        self.signatures = Counter(
            _signature(piece.node.element) for piece in pieces if piece.node is not None and piece.paragraphs
        )
        self.endings = Counter(
            page.segments[piece.last].text for piece in pieces if piece.paragraphs and not page.is_prose[piece.last]
        )

    def candidates(self) -> list[_Piece]:
        """Return the pieces of which something says that they are articles by themselves, the main one left out."""
        if sum(piece.paragraphs > 0 for piece in self.pieces) < 2 and not self.holds_title:
            return []
        found = [piece for piece in self.pieces if self._is_candidate(piece)]
        return [piece for piece in found if piece is not self.main] if found else []

    def companions(self, candidates: Sequence[_Piece]) -> list[_Piece]:
        """Return the pieces with a headline that stand after the main one and are built like a candidate."""
        built = {_signature(piece.node.element) for piece in candidates if piece.node is not None}
        return [
            piece
            for piece in self.pieces
            if piece.first > self.main.last
            and piece.head is not None
            and piece.paragraphs
            and piece not in candidates
            and piece.node is not None
            and _signature(piece.node.element) in built
        ][:_MAXIMUM_OPTIONS]

    def _is_candidate(self, piece: _Piece) -> bool:
        page = self.page
        title = page.title
        if piece.paragraphs == 0 or (title is not None and piece.first <= title <= piece.last):
            return False
        if page.body and _share_in(page, piece, page.body) >= 0.5:
            return False
        if title is not None and self.holds_title and piece.last < title:
            return True
        if piece.head is not None:
            own = page.level(title) if title is not None else 1
            if page.level(piece.head) <= min(own, 6) or page.is_permalink(page.segments[piece.head]):
                return True
        if piece.node is not None and (
            piece.node.element.tag == "article" or 1 < self.signatures[_signature(piece.node.element)] < _MANY
        ):
            return True
        return self._reads_on(piece) or self._ends_alike(piece)

    @cached_property
    def main(self) -> _Piece:
        """The piece with the article's headline, or the body under it; the likeliest where the headline is not here."""
        page, title = self.page, self.page.title
        options = [piece for piece in self.pieces if piece.paragraphs]
        prior = 0.15
        if title is not None and self.holds_title:
            at = next(i for i, piece in enumerate(self.pieces) if piece.first <= title <= piece.last)
            options = [self.pieces[at]]
            if options[0].prose >= _SHORT_BODY:
                return options[0]
            for piece in self.pieces[at + 1 :]:
                if piece.head is not None and (page.levels[piece.head] or _NO_HEADING) <= (
                    page.levels[title] or _NO_HEADING
                ):
                    break
                if piece.paragraphs:
                    options.append(piece)
            if len(options) > 1 and options[1].prose > 2 * options[0].prose:
                del options[0]
            prior = 0.3
        options = options[:_MAXIMUM_OPTIONS]
        if len(options) == 1:
            return options[0]

        def merit(piece: _Piece) -> float:
            stems = page.stems(piece.first, piece.last)
            merit = sum(stem in stems for stem in page.known) / max(1, len(page.known))
            merit += (
                prior * (piece is options[0])
                + 0.5 * (piece.head in page.title_lines)
                + 0.1 * min(1.0, piece.prose / 2000)
            )
            return merit + (page.body is not None and _share_in(page, piece, page.body) > 0.5)

        return max(options, key=merit)

    @cached_property
    def stems(self) -> Counter[str]:
        """The stems of all pieces, of the titles and of the description."""
        total = Counter(self.page.known)
        for piece in self.pieces:
            if piece.paragraphs:
                total.update(self.page.stems(piece.first, piece.last))
        return total

    @cached_property
    def is_main_in_body(self) -> bool:
        """Whether JSON-LD has the main piece's text."""
        return self.page.body is not None and _share_in(self.page, self.main, self.page.body) > 0.7

    def features(self, piece: _Piece, after_cut: bool) -> dict[str, float]:
        """Return what speaks for a piece's being another article's, and against; all within some units of zero."""
        main, title = self.main, self.page.title
        f: dict[str, float] = {
            "title_inside": self.holds_title,
            "main_has_title": title is not None and main.first <= title <= main.last,
            "before": piece.last < main.first,
            "before_title": title is not None and piece.last < title,
            "no_title": title is None,
            "after_cut": after_cut,
            "read_on": self._reads_on(piece),
            "same_end": self._ends_alike(piece),
            "other_links": self._has_teaser_line(piece),
            "out_of_body": self.is_main_in_body,
            "size": math.log1p(piece.prose) - 6,
            "paragraphs": min(piece.paragraphs, 10) / 10,
            "single": piece.paragraphs == 1,
            "share": piece.prose / max(1, self.prose),
            "main_small": main.prose < 300,
            "pieces": min(len(self.pieces), 20) / 20,
            "flat": piece.node is None,
        }
        f |= self._heading_features(piece)
        if piece.node is not None:
            signature = _signature(piece.node.element)
            f["article_tag"] = piece.node.element.tag == "article"
            f["twin"] = main.node is not None and signature == _signature(main.node.element)
            f["many_twins"] = self.signatures[signature] >= _MANY
        f["known"], f["lexical"] = self._shared_words(piece)
        return f

    def _heading_features(self, piece: _Piece) -> dict[str, float]:
        page = self.page
        if piece.head is None:
            return {"headless": 1}
        segment = page.segments[piece.head]
        level = page.level(piece.head)
        own = page.level(page.title) if page.title is not None else None
        return {
            "heading": level < _PSEUDO_HEADING,
            "pseudo": level >= _PSEUDO_HEADING,
            "h1": level == 1,
            "title_again": piece.head in page.title_lines,
            "link": page.is_permalink(segment),
            "level_same": own is not None and level == own < _PSEUDO_HEADING,
            "level_above": own is not None and level < own,
            "level_below": own is not None and own < level < _PSEUDO_HEADING,
            "question": segment.text.endswith(("?", ":")),
            "short_heading": page.words[piece.head] <= 3,
        }

    def _ends_alike(self, piece: _Piece) -> bool:
        last = piece.last
        return not self.page.is_prose[last] and self.endings[self.page.segments[last].text] > 1

    def _reads_on(self, piece: _Piece) -> bool:
        return any(self.page.is_control(index) for index in range(max(piece.first, piece.last - 3), piece.last + 1))

    def _has_teaser_line(self, piece: _Piece) -> bool:
        """Return whether a line that is all link leads to another page of the site."""
        lines = self.page.segments[piece.first : min(piece.last, piece.first + 60) + 1]
        return any(line.links and line.link_share > 0.8 and self.page.is_permalink(line) for line in lines)

    def _shared_words(self, piece: _Piece) -> tuple[float, float]:
        """Return what share of the title's words the piece has, and how far its words are those of the rest, 0 to 2.

        The share of words that a text has in common with another grows with the logarithm of the other's length. As it
        is scaled here, half of all true continuations have over 1.0, and of foreign texts under 0.2.
        """
        page = self.page
        mine = page.stems(piece.first, piece.last)
        known = sum(stem in mine for stem in page.known) / max(1, len(page.known))
        everything = self.stems
        rest = len(everything) - len(mine)
        if len(mine) < 5 or rest < 25:
            return known, 0.9
        shared = sum(everything[stem] > count for stem, count in mine.items()) / len(mine)
        return known, min(2.0, 10 * shared / math.log(rest + 10))


def _holds_title(page: _Page, node: _Node) -> bool:
    return page.title is not None and node.first <= page.title <= node.last


def _share_in(page: _Page, piece: _Piece, body: str) -> float:
    """Return the share of a piece's paragraphs that a text has."""
    indexes = [index for index in range(piece.first, piece.last + 1) if page.is_prose[index]][:30]
    return sum(page.segments[index].text[:60] in body for index in indexes) / max(1, len(indexes))


def _own_addresses(tree: Element, data: StructuredData) -> Iterator[str]:
    """Yield what the page calls its own URL."""
    if data.main is not None and data.main.url:
        yield data.main.url
    head = tree.find("head")
    for element in head.iter("link", "meta") if head is not None else ():
        address = None
        if element.get("rel") == "canonical":
            address = element.get("href")
        elif element.get("property") == "og:url":
            address = element.get("content")
        if address:
            yield address


def _is_short(segment: Segment) -> bool:
    return len(segment.text) <= 40 and segment.text.count(" ") < 4


def _signature(element: Element) -> tuple[str, str]:
    return (element.tag, " ".join(sorted(set(_DIGITS.sub("", element.get("class") or "").split()))))


def _count(text: str) -> int:
    count = text.count(" ") + 1
    if count < _SHORTEST_PROSE and len(text) >= 20 and not text.isascii():
        return max(count, len(_UNSPACED.findall(text)) // 2)
    return count


def _stems_of(text: str) -> list[str]:
    """Return what tells subjects apart: the first six letters of longer words; pairs of unspaced characters."""
    text = text.lower()
    if not text.isascii() and _UNSPACED.search(text):
        return [text[i : i + 2] for i in range(len(text) - 1) if _UNSPACED.match(text, i)]
    return _STEM.findall(text)


def _parts(title: str) -> set[str]:
    """Return a title in lower case, whole and in parts. Of "Headline - Site" the site's name is no headline."""
    title = title.lower()
    parts = _TITLE_SEPARATOR.split(title)
    longest = max(parts, key=len)
    return {title, *(part for part in parts if part == longest or len(_TOKEN.findall(part)) > 3)}


def _host_of(url: str) -> str:
    match = _HOST.match(url.strip())
    return match[1].lower().removeprefix("www.").removeprefix("m.").removeprefix("amp.") if match else ""


def _path_of(url: str) -> str:
    return _HOST.sub("", url.strip(), count=1).split("#")[0].split("?utm")[0].lstrip("./").rstrip("/")
