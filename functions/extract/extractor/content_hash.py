"""What makes a revision a new one.

Comes in: the cleaned article. Goes out: a hash of its body, headline and dates. Changes nothing.

The page's furniture has no part in it: the same article in another dress has the same hash.
"""

from __future__ import annotations

import hashlib
import json

from newsdesk.article import Extracted


def content_hash(article: Extracted) -> str:
    """Return the SHA-256, in hex, of an article's body, headline and dates; differences in white space are none."""
    content = [
        _one_space(article.headline),
        _one_space(article.article_body),
        article.date_published,
        article.date_modified,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode("ascii")).hexdigest()


def _one_space(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())
