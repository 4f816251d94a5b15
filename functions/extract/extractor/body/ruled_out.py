"""What is no article for reasons that no other judge has to weigh.

Comes in: a page. Goes out: the segments that are hidden, laid over it, or written by readers, and why.
"""

from __future__ import annotations

from collections.abc import Mapping

from extractor.body.comments import readers_comments
from extractor.body.overlays import overlaid
from extractor.html import Page, hidden_text


def ruled_out(page: Page) -> Mapping[int, str]:
    """Return the segments that are cut whatever the boundary and the classifier think of them, and the reasons."""
    return {**overlaid(page), **readers_comments(page), **hidden_text(page)}
