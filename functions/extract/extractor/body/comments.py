"""Readers' comments that hold more than the article does.

Comes in: a page. Goes out: the segments of its lists of comments, and the reason.

The boundary guard cuts what is called comments and holds less than half of a page's prose. Under a short post, comments
hold more; then the name is not enough, because a site may call an opinion a comment. A list of comments is also built
as one: several entries of one make, each with lines of its own, below prose that is no entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

from extractor.html import ASIDES, Container, Page, Segment
from newsdesk.contracts import DropReason
from newsdesk.words import count_words

FEWEST_ENTRIES = 2
FEWEST_LINES = 2
"""Of an entry: who wrote it, and what."""
FEWEST_WORDS_ABOVE = 25
"""In prose above the list: a page with less is the comments' own, such as a thread."""
SHORTEST_PROSE_WORDS = 8
MOST_LINKED = 0.5

_NAMES = frozenset(
    {"comment", "comments", "commentlist", "commentary", "disqus", "replies", "responses", "kommentar", "kommentare"}
    | {"commentaire", "commentaires", "comentario", "comentarios", "commenti", "reacties", "kommentarer", "komentarze"}
)
_ENTRIES = frozenset({"li", "div", "article", "section", "tr", "dl"})
_DEEPEST = 4
"""Elements between a list and its entries."""


def readers_comments(page: Page) -> Mapping[int, str]:
    """Return the segments in lists of comments, and the reason."""
    found: dict[int, str] = {}
    until = -1
    if _NAMES.isdisjoint(page.template_words):
        return found
    named = [container for container in page.containers if not _NAMES.isdisjoint(container.template)]
    above = [0, *accumulate(map(_words_of_prose, page.segments))]
    for container in named:
        if container.first > until and above[container.first] >= FEWEST_WORDS_ABOVE and _is_list(container):
            until = container.last
            found.update(dict.fromkeys(range(container.first, container.last + 1), DropReason.COMMENTS.value))
    return found


def _is_list(container: Container) -> bool:
    """Return whether several things of one make, with several lines each, lie in a container or not far below it."""
    level = [container]
    for _ in range(_DEEPEST):
        children = [item for holder in level for item in holder.items if isinstance(item, Container)]
        entries = Counter(
            child.template
            for child in children
            if child.tag in _ENTRIES and child.last - child.first + 1 >= FEWEST_LINES
        )
        if any(count >= FEWEST_ENTRIES for count in entries.values()):
            return True
        level = children
    return False


def _words_of_prose(segment: Segment) -> int:
    if segment.link_share >= MOST_LINKED or segment.container.areas & ASIDES:
        return 0
    words = count_words(segment.text)
    return words if words >= SHORTEST_PROSE_WORDS else 0
