"""An article as Markdown, HTML or plain text, with the markup of its page and nothing else of it.

Comes in: an article. Goes out: a text. Order within: ``pieces`` < ``inline`` < ``markdown``, ``web_page``, ``plain``.
"""

from __future__ import annotations

from newsdesk.renditions.inline import is_safe
from newsdesk.renditions.markdown import to_markdown
from newsdesk.renditions.pieces import Grid, Item, Piece, grid_of, items_of, whole_of
from newsdesk.renditions.plain import to_text
from newsdesk.renditions.web_page import body_html, to_html

__all__ = [
    "Grid",
    "Item",
    "Piece",
    "body_html",
    "grid_of",
    "is_safe",
    "items_of",
    "to_html",
    "to_markdown",
    "to_text",
    "whole_of",
]
