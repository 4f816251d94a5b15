"""What is seen of a wall, and what a page shows besides its running text.

Comes in: a page's tree and its JSON-LD. Goes out: titles, headings, controls, and traces of a challenge; a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from extractor.html import Element, Page, Segment
from extractor.kinds.walls.vocabulary import ACCEPTS, CHALLENGE, CHALLENGE_SCRIPT
from newsdesk.contracts import ContentStatus, Reason, WallSign
from newsdesk.words import count_words

_MAXIMUM_ELEMENTS = 20_000
_READ_CHARACTERS = 4_000_000
_LITTLE_TEXT_WORDS = 120
_LONGEST_LABEL = 60
_CHALLENGE_NAMES = {
    "script": ("src",),
    "iframe": ("src", "id", "class"),
    "form": ("action", "id", "class"),
    "input": ("name", "id", "class"),
    "div": ("id", "class"),
}
"""Where a challenge is named by the page's makers; text, pictures and tags name what an article is about."""
_ARTICLE_PROPERTIES = frozenset(
    {"article:published_time", "article:modified_time", "article:author", "article:section"}
)


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands between the page and its article.

    Attributes
    ----------
    status : ContentStatus
    reason : Reason or None
        Why the page holds no article to store; None when it holds at least a part of one.
    evidence : tuple of WallSign
        What was seen.
    confidence : float
        Of the status, 0 to 1.
    """

    status: ContentStatus = ContentStatus.FULL
    reason: Reason | None = None
    evidence: tuple[WallSign, ...] = ()
    confidence: float = 0.5

    @property
    def warnings(self) -> tuple[str, ...]:
        """The evidence as it stands in ``quality.warnings``."""
        return tuple(f"wall:{word}" for word in self.evidence)


@dataclass(slots=True)
class PageSigns:
    """What a page shows besides its running text."""

    titles: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    controls: int = 0
    is_article: bool = False
    unseen: list[str] = field(default_factory=list)
    has_challenge: bool = False


def read_signs(page: Page) -> PageSigns:
    """Return what a page shows besides its running text."""
    signs = PageSigns(is_article=page.data.main is not None, has_challenge=_has_challenge(page.tree))
    names = ("title", "meta", "h1", "h2", "button", "input", "a", "noscript")
    for count, element in enumerate(page.tree.iter(*names)):
        if count == _MAXIMUM_ELEMENTS:
            break
        tag = element.tag
        if tag == "meta":
            name = (element.get("property") or element.get("name") or "").lower()
            content = (element.get("content") or "").strip().lower()
            signs.is_article |= name in _ARTICLE_PROPERTIES or (name == "og:type" and "article" in content)
        elif tag == "title" and not signs.titles:
            signs.titles.append(text_of(element))
        elif tag in {"h1", "h2"} and len(signs.headings) < 5:
            signs.headings.append(text_of(element))
        elif tag == "noscript" and len(signs.unseen) < 5:
            signs.unseen.append(text_of(element))
        elif tag in {"button", "a"} or (tag == "input" and element.get("type") in {"submit", "button"}):
            label = label_of(element)
            signs.controls += len(label) < _LONGEST_LABEL and ACCEPTS.are_all_of(label)
    return signs


def _has_challenge(tree: Element) -> bool:
    for element in islice(tree.iter(*_CHALLENGE_NAMES), _MAXIMUM_ELEMENTS):
        names = " ".join(element.get(name, "") for name in _CHALLENGE_NAMES[element.tag])
        if CHALLENGE.are_in(names):
            return True
        # A page's data, which has its text, may stand in a script, too.
        if element.tag == "script" and element.text and CHALLENGE_SCRIPT.are_in(element.text[:_READ_CHARACTERS]):
            return True
    return False


def settle(
    signs: PageSigns, segments: Sequence[Segment], evidence: list[WallSign], status: ContentStatus, reason: Reason
) -> Wall | None:
    """Return a wall that has two signs of its own kind and a bare page or no article, or one and both."""
    own = len(evidence)
    if not own:
        return None
    if sum(count_words(segment.text) for segment in segments[:500]) < _LITTLE_TEXT_WORDS:
        evidence.append(WallSign.LITTLE_TEXT)
    if not signs.is_article:
        evidence.append(WallSign.NO_ARTICLE_DESCRIBED)
    is_wall = own >= 2 and len(evidence) >= 3
    if not is_wall and not (own == 1 and len(evidence) == 3):
        return None
    return Wall(status, reason, tuple(evidence), min(0.99, 0.5 + 0.12 * len(evidence)))


def label_of(control: Element) -> str:
    """Return what a button or a link says."""
    return (control.get("value") or "") if control.tag == "input" else text_of(control)


def text_of(element: Element) -> str:
    """Return an element's text on one line, bounded."""
    return " ".join(element.text_content()[:20_000].split())
