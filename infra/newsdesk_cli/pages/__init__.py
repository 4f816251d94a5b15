"""What the command line shows in HTML: one article, an extraction explained, and the desk's pages.

Comes in: articles, extractions, values. Goes out: HTML, as a file of its own or as a page of the desk.

The text is the publisher's and may hold anything. Templates escape all of it; a page that stands by itself has no
scripts, loads nothing, and says so in its Content-Security-Policy. It needs Jinja2, and nothing of the desk's server.
"""

from __future__ import annotations

from newsdesk_cli.pages.article import ArticleView, Field, article_page, article_view
from newsdesk_cli.pages.explanation import Explanation, explained, explanation_page
from newsdesk_cli.pages.rendering import STATIC_FOLDER, render
from newsdesk_cli.pages.typesetting import LONGEST_PART, Run, typeset

__all__ = [
    "LONGEST_PART",
    "STATIC_FOLDER",
    "ArticleView",
    "Explanation",
    "Field",
    "Run",
    "article_page",
    "article_view",
    "explained",
    "explanation_page",
    "render",
    "typeset",
]
