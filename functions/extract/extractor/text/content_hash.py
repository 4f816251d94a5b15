"""The hash that tells whether a revision is new.

Comes in: the cleaned article. Goes out: a hash of its body, headline, dates, and the uses that its site refuses.

The page's furniture is not part of it: the same article in another design has the same hash. A refusal is, because
readers must learn when one appears, or is taken back, on a later visit.
"""

from __future__ import annotations

import hashlib
import json

from newsdesk.contracts import Extracted


def content_hash(article: Extracted) -> str:
    """Return the SHA-256, in hex, of what makes a revision; white space does not count."""
    content: list[object] = [
        _one_space(article.headline),
        _one_space(article.article_body),
        article.date_published,
        article.date_modified,
    ]
    if article.rights.opt_outs:
        content.append(sorted(article.rights.opt_outs))
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode("ascii")).hexdigest()


def _one_space(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())
