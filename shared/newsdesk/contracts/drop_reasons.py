"""Why a piece of a page is not in its article: the one list.

Comes in: nothing. Goes out: the reasons.
"""

from __future__ import annotations

from enum import StrEnum


class DropReason(StrEnum):
    """Why a segment was cut."""

    FOREIGN_ARTICLE = "foreign_article"
    """It belongs to another article: a post with its own headline or permalink in the same kind of container."""
    FOREIGN_TEASER = "foreign_teaser"
    """It announces another article: a headline with some of its text and a link or a control to read on."""
    BEFORE_ARTICLE = "before_article"
    """It is prose that stands before the article begins."""
    COMMENTS = "comments"
    """Readers wrote it."""
    PAGE_FURNITURE = "page_furniture"
    """It serves the page: navigation, sharing, legal lines, section labels, controls."""
    PROMOTION = "promotion"
    """It asks readers to subscribe, sign up, donate or buy."""
    CAPTION = "caption"
    """It says what a picture shows, or who made it."""
    BYLINE = "byline"
    """It names the author or the date."""
    REPEATED = "repeated"
    """It repeats what the article has said before."""
    RECURS_ON_SITE = "recurs_on_site"
    """Other articles of its host have it, too, in the same place; see :mod:`extractor.body.recurrence`."""
    HIDDEN = "hidden"
    """The page does not show it."""
