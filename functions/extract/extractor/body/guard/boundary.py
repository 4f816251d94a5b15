"""Where the article begins and ends on a page that carries others.

Comes in: a page's tree and segments, its URL, what it is called, and its structured data. Goes out: the segments that
belong to other articles, each with a reason, and how likely it is that something foreign is still left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractor.body.forest import Forest
from extractor.body.guard.level import DECISIVE, OWN_PROSE, Level
from extractor.body.guard.page import GuardedPage, holds_title
from extractor.body.guard.pieces import Piece, parted_by_controls, pieces_of, with_shelves
from extractor.body.guard.signs import Signs
from extractor.body.model import shipped_guard
from extractor.html import Container, Page
from newsdesk.contracts import ArticleWarning, DropReason

_MAXIMUM_CANDIDATES = 300
_UNCERTAIN = 0.3
_FOREIGN = 0.6
"""Over one half, because a paragraph that is lost is worse than one that leaks."""
_BESIDE_FOREIGN, _LONG_BESIDE_FOREIGN, _TEASER = 0.2, 0.5, 0.4
"""Teasers come in rows; a likelihood over the first is enough where one beside it has been found, and of a box amid the
text. A piece with more paragraphs than the third, in tenths, takes the second."""
_CLEAR, _FEW = 0.7, 0.25
"""How likely a piece is foreign, at least, that is clearly an article by itself; and how many of the pieces may name
other authors, in eighths."""
_CERTAIN, _UNDER_TITLE = 0.9, 0.64
"""Below the first, a piece under the article's headline counts as the second at most, and the classifier decides."""
_RATHER = 0.4
"""A piece in a row with a foreign one may be cut below; its signs make it clear only above."""
_ON_SUBJECT, _KNOWN = 1.0, 0.3
"""The likeness of words and the share of the title's and the description's, together, with which a text goes on; and
the least of the latter."""
_MAY_BE = 0.3
"""Below, the text may go on under what sounds like the heading of a shelf, unless lines there lead elsewhere."""
_SOME_LEAD = 0.25
_SEVERAL_PARAGRAPHS = 0.3
"""In tenths."""
_SMALL = 0.2
"""The share of a text that a box amid it may have."""
_MUCH_LESS, _SEVERAL, _SENTENCE = 0.2, 3, 120
_COMMENT_NAME = re.compile(r"(?:^|[-_ ])(?:comments|comment-?list|disqus\w*)(?:$|[-_ ])", re.IGNORECASE)

# fmt: off
GUARD_FEATURES = (
    "after_cut", "alike_lines", "article_tag", "before", "before_title", "by_another", "dated", "flat", "h1",
    "heading", "headless", "known", "led_in", "level_above", "level_below", "level_same", "lexical", "link",
    "main_has_title", "main_size", "main_small", "many_twins", "no_title", "others_linked", "others_named",
    "out_of_body", "own_elsewhere", "paragraphs", "pieces", "pseudo", "question", "read_on", "same_end", "share",
    "shelf", "short_heading", "signs", "single", "size", "teaser_lines", "title_again", "title_inside", "twin",
)
# fmt: on
"""What is known of a piece that may be another article's, in the order of the guard's forest."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The parts of a page that lie outside its article.

    Attributes
    ----------
    foreign : mapping of int to str
        The index of each segment that was cut, and its :class:`newsdesk.contracts.DropReason`.
    firm : frozenset of int
        Of those, the segments of pieces that say in several ways that they are other articles.
    leak_score : float
        0 to 1: how likely it is that something of another article is in what is left.
    likelihoods : mapping of int to float
        Of each segment of a piece that was weighed, how likely it is foreign, whatever was decided.
    warnings : tuple of str
        Those of :class:`newsdesk.contracts.ArticleWarning` that speak of cuts.
    """

    foreign: Mapping[int, str] = field(default_factory=dict)
    firm: frozenset[int] = frozenset()
    leak_score: float = 0.0
    likelihoods: Mapping[int, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


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


def find_boundary(
    page: Page, titles: Sequence[str], authors: Iterable[str] = (), *, forest: Forest | None = None
) -> Boundary:
    """Find which segments belong to other articles.

    Parameters
    ----------
    page : Page
        The page.
    titles : sequence of str
        What the page calls its article, the most trusted first.
    authors : iterable of str
        Who wrote it, as far as is known.
    forest : Forest or None
        Another than the one that is shipped.
    """
    if len(page.segments) < 3:
        return Boundary()
    forest = forest or shipped_guard(GUARD_FEATURES)
    guarded = GuardedPage(page, titles, authors)
    cuts: list[_Cut] = []
    likelihoods: dict[int, float] = {}
    doubt = 0.0

    def judge(candidate: Candidate) -> bool:
        nonlocal doubt
        likelihood = _likelihood(candidate, forest)
        is_teaser = candidate.features["paragraphs"] <= _TEASER and not candidate.features["flat"]
        beside = _BESIDE_FOREIGN if is_teaser else _LONG_BESIDE_FOREIGN
        is_foreign = likelihood > (beside if candidate.has_foreign_sibling else _FOREIGN)
        if likelihood > _RATHER and is_foreign and candidate.features["signs"] >= DECISIVE:
            likelihood = max(likelihood, _CLEAR)
        if not candidate.has_foreign_sibling:
            doubt = max(doubt, 1 - likelihood if is_foreign else likelihood)
        inside = range(candidate.first, candidate.last + 1)
        likelihoods.update((index, max(likelihood, likelihoods.get(index, 0.0))) for index in inside)
        if is_foreign:
            cuts.append(_Cut(candidate, likelihood))
        return is_foreign

    _walk(guarded, judge)
    warnings = []
    kept = _without_own(guarded, cuts)
    if len(kept) < len(cuts):
        doubt = max(doubt, 0.5)
        for index in {index for cut in cuts for index in cut.inside}.difference(*(cut.inside for cut in kept)):
            likelihoods.pop(index, None)
        if not kept:
            warnings.append(ArticleWarning.DIGEST)
    foreign = {index: _reason(cut.candidate.features) for cut in kept for index in cut.inside}
    firm = frozenset(index for cut in kept if cut.signs >= DECISIVE for index in cut.inside)
    if foreign:
        warnings.append(ArticleWarning.OTHER_ARTICLES)
    if doubt > _UNCERTAIN:
        warnings.append(ArticleWarning.BOUNDARY_UNCERTAIN)
    comments = dict.fromkeys(_comments(guarded), DropReason.COMMENTS.value)
    return Boundary(foreign | comments, firm, round(doubt, 3), likelihoods, tuple(warnings))


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A piece that was found foreign."""

    candidate: Candidate
    likelihood: float

    @property
    def inside(self) -> range:
        return range(self.candidate.first, self.candidate.last + 1)

    @property
    def signs(self) -> float:
        return self.candidate.features["signs"]


def _likelihood(candidate: Candidate, forest: Forest) -> float:
    """Return how likely a piece is another article's: the forest's opinion, bounded where something is clear."""
    features = candidate.features
    likelihood = forest.probability(candidate_row(candidate))
    if _is_instalment(features):
        return max(likelihood, _CERTAIN)
    is_shelf = _is_shelf(features) and (likelihood > _MAY_BE or _leads_away(features))
    is_inset = _is_inset(features) and likelihood > _BESIDE_FOREIGN
    if is_shelf or is_inset or _is_article_by_itself(features):
        return max(likelihood, _CLEAR)
    if _is_rest_of_text(features) or (likelihood < _CERTAIN and features.get("title_again", 0)):
        return min(likelihood, _UNDER_TITLE)
    return likelihood


def _is_instalment(features: Mapping[str, float]) -> bool:
    """Return whether a piece is headed as another instalment of the article's series, and says so in a second way.

    It has a day or an author of its own, or its heading stands in a box like the headline's. The sections of a guide
    may be called so, too: "The phone: what it costs".
    """
    return bool(features.get("instalment", 0)) and (
        bool(features.get("like_headline", 0) or features["dated"]) or features["by_another"] == 1
    )


def _is_inset(features: Mapping[str, float]) -> bool:
    """Return whether a piece is a box amid the text that announces one other page, and not one of a list's entries."""
    is_one = bool(features.get("inset", 0) and features.get("link", 0) and features["single"])
    return is_one and features["share"] < _SMALL and not features.get("many_twins", 0) and not features["led_in"]


def _is_shelf(features: Mapping[str, float]) -> bool:
    """Return whether what stands below a heading, "You may also like", is no more than what it announces."""
    return bool(features.get("shelf", 0)) and not features["before_title"]


def _leads_away(features: Mapping[str, float]) -> bool:
    """Return whether two lines or more of a piece lead to other pages."""
    return features["teaser_lines"] >= _SOME_LEAD


def _is_rest_of_text(features: Mapping[str, float]) -> bool:
    """Return whether a piece below without a headline or any other sign has the words of the article."""
    if not features.get("headless", 0) or features["before"] or features["before_title"] or features["signs"]:
        return False
    return features["known"] >= _KNOWN and features["known"] + features["lexical"] >= _ON_SUBJECT


def _without_own(page: GuardedPage, cuts: Sequence[_Cut]) -> Sequence[_Cut]:
    """Return the cuts that do not take the article itself.

    Cuts for which little speaks but the forest never take most of the page's prose. Where next to nothing would be
    left, the doubtful pieces are the article's; or the one that is much less likely foreign than the others; or all,
    as a digest's stories and a list's entries are.
    """
    weak = [cut for cut in cuts if cut.signs < DECISIVE and cut.likelihood < _CERTAIN]
    if len(weak) >= _SEVERAL and 2 * _prose_in(page, weak) > page.prose:
        cuts = [cut for cut in cuts if cut.signs >= DECISIVE or cut.likelihood >= _CERTAIN]
    if not _is_all_but_nothing(page, cuts):
        return cuts
    surer = [cut for cut in cuts if not cut.candidate.has_foreign_sibling]
    if not _is_all_but_nothing(page, surer):
        return surer
    surer.sort(key=lambda cut: cut.likelihood)
    is_text = bool(surer) and _prose_in(page, surer[:1]) >= OWN_PROSE
    if is_text and len(surer) > 1 and surer[1].likelihood > surer[0].likelihood + _MUCH_LESS:
        left = [cut for cut in cuts if cut is not surer[0]]
        return left if not _is_all_but_nothing(page, left) else ()
    return ()


def candidate_row(candidate: Candidate) -> list[float]:
    """Return what the guard's forest sees of a piece."""
    return [float(candidate.features.get(name, 0.0)) for name in GUARD_FEATURES]


def judge_candidates(
    page: Page, titles: Sequence[str], authors: Iterable[str], judge: Callable[[Candidate], bool]
) -> None:
    """Have each candidate piece of a page judged; parameters are those of :func:`find_boundary` and :func:`_walk`."""
    _walk(GuardedPage(page, titles, authors), judge)


def _is_article_by_itself(features: Mapping[str, float]) -> bool:
    """Return whether a piece says so clearly that it is another article that nothing speaks against it.

    It names another author and says it in a second way, or alone does so in the kind of line in which the article names
    its own, or it has all of a teaser: a headline that leads elsewhere, a
    control to read on, and an ending like its siblings'. So is a text below the article whose heading says what the
    headline says and leads to another page. Without a heading, only what stands in an ``aside`` does. Of a
    live blog and of a list of books, many pieces name
    others; and many pieces built alike may be a list's entries.
    """
    is_by_another = features["by_another"] == 1 and features["others_named"] <= _FEW
    if features.get("headless"):
        return is_by_another and features["signs"] >= DECISIVE and features.get("aside", 0) == 1
    if is_by_another and (features["signs"] >= DECISIVE or features.get("aside", 0) == 1):
        return True
    if is_by_another and features.get("heading", 0) and features["alike_lines"]:
        return True
    if _is_namesake(features):
        return True
    is_teaser = features["link"] and features["read_on"] and features["same_end"]
    return bool(is_teaser) and not features.get("many_twins", 0)


def _is_namesake(features: Mapping[str, float]) -> bool:
    """Return whether a piece is another text of the article's name, which leads to a page of its own."""
    is_below = not (features["before"] or features["before_title"] or features["main_small"])
    is_named = features.get("title_again", 0) and features.get("link", 0)
    return bool(is_below and is_named) and features["paragraphs"] >= _SEVERAL_PARAGRAPHS


def _reason(features: Mapping[str, float]) -> str:
    if features.get("headless") and features["before_title"]:
        return DropReason.BEFORE_ARTICLE.value
    return (DropReason.FOREIGN_TEASER if features["read_on"] else DropReason.FOREIGN_ARTICLE).value


def _is_all_but_nothing(page: GuardedPage, cuts: Sequence[_Cut]) -> bool:
    """Return whether so little is left that the pieces must be the article: a digest's stories, a list's entries."""
    cut = _prose_in(page, cuts)
    left = page.prose - cut
    # A sentence beside three like it is one of them.
    is_one_of_them = len(cuts) >= _SEVERAL and left < min(_SENTENCE, cut / _SEVERAL)
    return is_one_of_them or left < min(200, cut / 5)


def _prose_in(page: GuardedPage, cuts: Sequence[_Cut]) -> int:
    """Return how many characters of prose some cuts take."""
    taken = {index for cut in cuts for index in cut.inside}
    return sum(len(page.segments[index].text) for index in taken if page.is_prose[index])


def _comments(page: GuardedPage) -> Iterator[int]:
    """Yield the segments in containers that are called comments and hold less than half of the page's prose."""
    until = -1
    for node in page.containers:
        if node.first <= until or page.paragraphs_in(node) == 0:
            continue
        if page.prose_in(node) > page.prose / 2 or holds_title(page, node):
            continue
        name = " ".join(filter(None, (node.element.get("class"), node.element.get("id"))))
        if name and _COMMENT_NAME.search(name):
            until = node.last
            yield from range(node.first, node.last + 1)


def _pieces_at(page: GuardedPage, node: Container) -> list[Piece]:
    parts = (part for piece in pieces_of(page, node) for part in parted_by_controls(page, piece))
    return list(with_shelves(page, parts))


def _levels_around_title(page: GuardedPage, signs: Signs) -> dict[int, Level]:
    """Return the levels of the containers around the headline, by their containers' numbers, the outermost first."""
    levels: dict[int, Level] = {}
    node: Container | None = page.root if page.title is not None else None
    while node is not None:
        if len(node.items) > 1:
            levels[node.number] = Level(page, signs, node, _pieces_at(page, node))
        node = next((item for item in node.items if isinstance(item, Container) and holds_title(page, item)), None)
    return levels


def _own_piece(levels: Iterable[Level]) -> Piece | None:
    """Return the piece that is the article's own: the smallest around the headline, or the body below it."""
    found: Piece | None = None
    for level in levels:
        if level.main.prose >= OWN_PROSE or found is None:
            found = level.main
    return found


def _beginning_of(page: GuardedPage, piece: Piece, features: Mapping[str, float]) -> int:
    """Return where a piece begins; a shelf below the last paragraph of the text in one box, behind that paragraph."""
    if piece.head is None or not _is_shelf(features):
        return piece.first
    return max((index + 1 for index in range(piece.first, piece.head) if page.is_prose[index]), default=piece.first)


def _walk(page: GuardedPage, judge: Callable[[Candidate], bool]) -> None:
    """Go down the page and have each candidate piece judged; what is found foreign is not entered.

    Parameters
    ----------
    page : GuardedPage
        The page.
    judge : callable
        Returns whether a piece is another article's.
    """
    signs = Signs(page)
    around_title = _levels_around_title(page, signs)
    own = _own_piece(around_title.values())
    work = [page.root]
    left = _MAXIMUM_CANDIDATES
    while work:
        node = work.pop()
        children = [item for item in node.items if isinstance(item, Container) and page.paragraphs_in(item) > 1]
        cut: list[Piece] = []
        spared: list[tuple[Piece, dict[str, float]]] = []
        if len(node.items) > 1 and left > 0:
            level = around_title.get(node.number) or Level(page, signs, node, _pieces_at(page, node), own)
            candidates = level.candidates()
            left -= len(candidates)
            for piece in candidates:
                features = level.features(piece, bool(cut) and cut[-1].last == piece.first - 1)
                if judge(Candidate(_beginning_of(page, piece, features), piece.last, features)):
                    cut.append(piece)
                elif piece.head is not None:
                    spared.append((piece, features))
            if any(piece.head is not None for piece in cut):
                beside = (
                    *level.companions(candidates),
                    *level.followers(cut, candidates),
                    *level.last_of_row(cut),
                )
                spared += [(piece, level.features(piece, False)) for piece in beside]
                cut += [
                    p for p, features in spared if judge(Candidate(p.first, p.last, features, has_foreign_sibling=True))
                ]
        work.extend(child for child in children if not any(piece.first <= child.first <= piece.last for piece in cut))
