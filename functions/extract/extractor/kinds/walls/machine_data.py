"""Pages that show data for programs: a feed, a sitemap or an answer in JSON, with a page put around it.

Comes in: a page. Goes out: whether its text is such data.

A browser that saves a feed puts it in a ``pre`` below a notice of its own; servers wrap JSON in a body. An article
about such data has prose before and behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from extractor.html import Page, Segment, other_format
from newsdesk.words import count_words

MOST_WORDS_AROUND = 40
"""Of a notice before the data, or of prose behind it where it has no end."""
_MOST_LINES = 20_000
_FIRST_LINES = 8
_READ_CHARACTERS = 1_000_000
_SHORTEST_PROSE_WORDS = 8
_LEAST_SHARE = 0.8
_ROOTS = ("rss", "urlset", "sitemapindex", "feed")
_BEGINNING = re.compile(r"<(?:\?xml|[a-z][\w:.-]*[\s>])|[\[{]\s*[\"{\[\]}]", re.IGNORECASE)
_END = re.compile(r"</[a-z][\w:.-]*>\s*$", re.IGNORECASE)
_DATA = re.compile(r"</?[a-z?][^<>]*>|\"\s*:|[{}\[\]]\s*,?\s*$", re.IGNORECASE)


def is_machine_data(page: Page, visible: Sequence[Segment]) -> bool:
    """Return whether a page's text is data for programs, and hardly anything else."""
    return _holds_feed(page) or _shows_data(visible)


def _holds_feed(page: Page) -> bool:
    """Return whether most of a page is within the root element of a feed or a sitemap."""
    root = next(iter(page.elements.of(*_ROOTS)), None)
    if root is None or next(root.iter("item", "entry", "url", "sitemap"), None) is None:
        return False
    body = page.tree.find("body")
    whole = len("".join((page.tree if body is None else body).itertext()).strip())
    return len("".join(root.itertext()).strip()) >= _LEAST_SHARE * whole


def _shows_data(visible: Sequence[Segment]) -> bool:
    """Return whether the lines of a page are data, from one of the first on."""
    for place, segment in enumerate(visible[:_FIRST_LINES]):
        if _BEGINNING.match(segment.text):
            notice = sum(count_words(line.text) for line in visible[:place])
            return notice <= MOST_WORDS_AROUND and _is_data(visible[place:])
    return False


def _is_data(lines: Sequence[Segment]) -> bool:
    text = "\n".join(line.text for line in islice(lines, _MOST_LINES))[:_READ_CHARACTERS]
    if other_format(text) is None:
        return False
    prose = (line.text for line in lines if _DATA.search(line.text) is None)
    words = (count_words(line) for line in prose)
    return (
        _END.search(text[-200:]) is not None or sum(n for n in words if n >= _SHORTEST_PROSE_WORDS) <= MOST_WORDS_AROUND
    )
