"""Text that a page holds and does not show.

Comes in: a page's segments. Goes out: which of them are hidden and to be cut. Changes nothing.

Nobody who looks at the page reads such text, but machines do: words for search engines, orders to language models. A
page that hides much of its prose is another matter: there, a script shows it. Of 726 evaluation pages 13 hide prose
that is their article's, and all but three of them hide about a tenth of all their prose or more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractor.reasons import DropReason
from extractor.segments import Segment
from newsdesk.words import count_words

MOST_HIDDEN = 0.1
SHORTEST_WORDS = 8
MOST_LINKED = 0.5

WARNING = "hidden_text"


def hidden_text(segments: Sequence[Segment]) -> Mapping[int, str]:
    """Return the hidden segments of a page that hides less than a tenth of its prose, and the reason."""
    hidden = [segment for segment in segments if segment.is_hidden]
    if not hidden:
        return {}
    amount = sum(map(_prose, hidden))
    if amount >= MOST_HIDDEN * sum(map(_prose, segments)):
        return {}
    return {segment.index: DropReason.HIDDEN.value for segment in hidden}


def hides_prose(segments: Sequence[Segment], kept: Sequence[int]) -> bool:
    """Say whether there is hidden prose within the article, be it kept or cut."""
    if not kept:
        return False
    return any(segment.is_hidden and _prose(segment) for segment in segments[kept[0] : kept[-1] + 1])


def _prose(segment: Segment) -> int:
    if segment.link_share > MOST_LINKED or count_words(segment.text) < SHORTEST_WORDS:
        return 0
    return len(segment.text)
