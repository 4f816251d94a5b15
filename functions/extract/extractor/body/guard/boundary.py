"""Where the article begins and ends on a page that carries others.

Comes in: a page's tree and segments, its URL, what it is called, and its structured data. Goes out: the segments that
belong to other articles, each with a reason, and how likely it is that something foreign is still left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractor.body.forest import Forest
from extractor.body.guard.level import DECISIVE, Level
from extractor.body.guard.page import GuardedPage, Node, holds_title
from extractor.body.guard.pieces import Piece, parted_by_controls, pieces_of, with_shelves
from extractor.body.model import shipped_guard
from extractor.html import Page
from extractor.text import DropReason

_MAXIMUM_CANDIDATES = 300
_UNCERTAIN = 0.3
_FOREIGN = 0.6
"""Over one half, because a paragraph that is lost is worse than one that leaks."""
_BESIDE_FOREIGN = 0.2
"""Teasers come in rows; a likelihood over this is enough where one beside it has been found."""
_CLEAR, _FEW = 0.7, 0.25
"""How likely a piece is foreign, at least, that is clearly an article by itself; and how many of the pieces may name
other authors, in eighths."""
_CERTAIN, _UNDER_TITLE = 0.9, 0.64
"""Below the first, a piece under the article's headline counts as the second at most, and the classifier decides."""
_COMMENT_NAME = re.compile(r"(?:^|[-_ ])(?:comments|comment-?list|disqus\w*)(?:$|[-_ ])", re.IGNORECASE)

# fmt: off
GUARD_FEATURES = (
    "after_cut", "alike_lines", "article_tag", "before", "before_title", "by_another", "dated", "flat", "h1",
    "heading", "headless", "known", "led_in", "level_above", "level_below", "level_same", "lexical", "link",
    "main_has_title", "main_small", "many_twins", "no_title", "others_named", "out_of_body", "paragraphs", "pieces",
    "pseudo", "question", "read_on", "same_end", "share", "short_heading", "signs", "single", "size", "teaser_lines",
    "title_again", "title_inside", "twin",
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
    foreign: dict[int, str] = {}
    likelihoods: dict[int, float] = {}
    doubt = 0.0

    def judge(candidate: Candidate) -> bool:
        nonlocal doubt
        likelihood = forest.probability(candidate_row(candidate))
        if _is_article_by_itself(candidate.features):
            likelihood = max(likelihood, _CLEAR)
        elif likelihood < _CERTAIN and candidate.features.get("title_again", 0):
            likelihood = min(likelihood, _UNDER_TITLE)
        is_foreign = likelihood > (_BESIDE_FOREIGN if candidate.has_foreign_sibling else _FOREIGN)
        if is_foreign and candidate.features["signs"] >= DECISIVE:
            likelihood = max(likelihood, _CLEAR)
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


def judge_candidates(
    page: Page, titles: Sequence[str], authors: Iterable[str], judge: Callable[[Candidate], bool]
) -> None:
    """Have each candidate piece of a page judged; parameters are those of :func:`find_boundary` and :func:`_walk`."""
    _walk(GuardedPage(page, titles, authors), judge)


def _is_article_by_itself(features: Mapping[str, float]) -> bool:
    """Return whether a headed piece says so clearly that it is another article that nothing speaks against it.

    It names another author and says it in a second way, or it has all of a teaser: a headline that leads elsewhere, a
    control to read on, and an ending like its siblings'. Of a live blog and of a list of books, many pieces name
    others; and many pieces built alike may be a list's entries.
    """
    if features.get("headless"):
        return False
    is_by_another = features["by_another"] == 1 and features["others_named"] <= _FEW
    if is_by_another and (features["signs"] >= DECISIVE or features.get("aside", 0) == 1):
        return True
    is_teaser = features["link"] and features["read_on"] and features["same_end"]
    return bool(is_teaser) and not features.get("many_twins", 0)


def _reason(features: Mapping[str, float]) -> str:
    if features.get("headless") and features["before_title"]:
        return DropReason.BEFORE_ARTICLE.value
    return (DropReason.FOREIGN_TEASER if features["read_on"] else DropReason.FOREIGN_ARTICLE).value


def _is_all_but_nothing(page: GuardedPage, foreign: Mapping[int, str]) -> bool:
    """Return whether so little is left that the pieces must be the article: a digest's stories, a list's entries."""
    cut = sum(len(page.segments[index].text) for index in foreign if page.is_prose[index])
    return page.prose - cut < min(200, cut / 5)


def _comments(page: GuardedPage) -> Iterator[int]:
    """Yield the segments in containers that are called comments and hold less than half of the page's prose."""
    until = -1
    for node in page.nodes:
        if node.first <= until or node.paragraphs == 0 or node.prose > page.prose / 2 or holds_title(page, node):
            continue
        name = " ".join(filter(None, (node.element.get("class"), node.element.get("id"))))
        if name and _COMMENT_NAME.search(name):
            until = node.last
            yield from range(node.first, node.last + 1)


def _walk(page: GuardedPage, judge: Callable[[Candidate], bool]) -> None:
    """Go down the page and have each candidate piece judged; what is found foreign is not entered.

    Parameters
    ----------
    page : GuardedPage
        The page.
    judge : callable
        Returns whether a piece is another article's.
    """
    work = [page.root]
    left = _MAXIMUM_CANDIDATES
    while work:
        node = work.pop()
        children = [item for item in node.items if isinstance(item, Node) and item.paragraphs > 1]
        cut: list[Piece] = []
        spared: list[tuple[Piece, dict[str, float]]] = []
        if len(node.items) > 1 and left > 0:
            parts = (part for piece in pieces_of(page, node) for part in parted_by_controls(page, piece))
            pieces = list(with_shelves(page, parts))
            level = Level(page, node, pieces)
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
