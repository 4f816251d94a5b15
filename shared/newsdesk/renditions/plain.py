"""An article as plain text.

Comes in: an article. Goes out: a text.
"""

from __future__ import annotations

from newsdesk.contracts import Article
from newsdesk.renditions.pieces import paragraphs_of


def to_text(article: Article) -> str:
    """Return an article as plain text: the headline, and the body with an empty line between its blocks."""
    blocks = [block.text for block in article.blocks] or paragraphs_of(article)
    return "\n\n".join(part for part in (article.headline, *blocks) if part) + "\n"
