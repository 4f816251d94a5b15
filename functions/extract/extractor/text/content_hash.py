"""What makes a revision a new one.

Comes in: the cleaned article. Goes out: a hash of its body, headline, dates, and the uses that its site refuses.

The page's furniture has no part in it: the same article in another dress has the same hash. A refusal does, because
readers must learn of one that appears, or is taken back, on a later visit.
"""

from __future__ import annotations

import hashlib
import json

from newsdesk.contracts import Extracted


def content_hash(article: Extracted) -> str:
    """Return the SHA-256, in hex, of what makes a revision; differences in white space are none."""
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
