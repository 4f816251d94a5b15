"""The kinds of sources.

Comes in: nothing. Goes out: what kinds of them there are.
"""

from __future__ import annotations

from enum import StrEnum


class SourceKind(StrEnum):
    """How a source lists articles."""

    FEED = "feed"
    """RSS, RDF, Atom or JSON Feed."""
    SITEMAP = "sitemap"
    """A sitemap, a news sitemap, or an index of them."""
    PAGE = "page"
    """A front page or a section's, whose links are read."""
