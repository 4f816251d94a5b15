"""What is no article for reasons that no other judge has to weigh.

Comes in: a page. Goes out: the segments that are hidden, laid over it, written by readers, or fill an empty place, and
why.
"""

from __future__ import annotations

from collections.abc import Mapping

from extractor.body.comments import readers_comments
from extractor.body.overlays import overlaid
from extractor.html import Page, hidden_text
from extractor.text import is_placeholder, speaks_of_placeholders
from newsdesk.contracts import DropReason
from newsdesk.words import count_words

_SHORTEST_PROSE_WORDS = 8


def ruled_out(page: Page) -> Mapping[int, str]:
    """Return the segments that are cut whatever the boundary and the classifier think of them, and the reasons."""
    return {**_placeholders(page), **overlaid(page), **readers_comments(page), **hidden_text(page)}


def _placeholders(page: Page) -> Mapping[int, str]:
    """Return the lines that fill the place of a text, unless prose on the page is about such lines."""
    found = [segment.index for segment in page.segments if is_placeholder(segment.text)]
    if not found or any(
        count_words(segment.text) >= _SHORTEST_PROSE_WORDS and speaks_of_placeholders(segment.text)
        for segment in page.segments
    ):
        return {}
    return dict.fromkeys(found, DropReason.PAGE_FURNITURE.value)
