"""Text that a page holds and does not show.

Comes in: a page. Goes out: which of its segments are hidden and to be cut.

Nobody who looks at the page reads such text, but machines do: words for search engines, orders to language models. A
page that hides much of its prose is another matter: there, a script shows it. Of 726 evaluation pages 13 hide prose
that is their article's, and all but four of them hide a quarter of all their prose or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractor.html.page import Page
from extractor.html.segments import Segment
from extractor.text import DropReason
from newsdesk.words import count_words

MOST_HIDDEN = 0.25
MOST_SCATTERED = 0.5
SHORTEST_WORDS = 8
MOST_LINKED = 0.5

WARNING = "hidden_text"


def hidden_text(page: Page) -> Mapping[int, str]:
    """Return the hidden segments that are to be cut, and the reason.

    All of them, where less than a quarter of the page's prose is hidden; where less than a half is, those that stand
    alone between shown ones.
    """
    segments = page.segments
    hidden = [segment for segment in segments if segment.is_hidden]
    if not hidden:
        return {}
    share = sum(map(_prose, hidden)) / max(1, sum(map(_prose, segments)))
    if share >= MOST_HIDDEN:
        hidden = [segment for segment in hidden if _stands_alone(segment, segments)] if share < MOST_SCATTERED else []
    return {segment.index: DropReason.HIDDEN.value for segment in hidden}


def _stands_alone(segment: Segment, segments: Sequence[Segment]) -> bool:
    around = segments[max(0, segment.index - 1) : segment.index + 2]
    shown = [other for other in around if not other.is_hidden]
    return len(shown) == len(around) - 1 and any(map(_prose, shown))


def hides_prose(page: Page, kept: Sequence[int]) -> bool:
    """Return whether there is hidden prose within the article, kept or cut."""
    if not kept:
        return False
    return any(segment.is_hidden and _prose(segment) for segment in page.segments[kept[0] : kept[-1] + 1])


def _prose(segment: Segment) -> int:
    if segment.link_share > MOST_LINKED or count_words(segment.text) < SHORTEST_WORDS:
        return 0
    return len(segment.text)
