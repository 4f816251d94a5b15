"""Where the article begins and ends on a page that carries others.

The page is walked from the top. Wherever the prose parts into several pieces (posts in one container, headline and body
in wrappers of their own, headed runs of plain paragraphs), each piece is weighed against the one with the page's own
headline: by what it says itself (permalink, byline, level of its heading, a control to read on), by how much alike the
two are built, and by the words that they share.

Inside, ``page`` stands below ``pieces``, that below ``level``, and ``boundary`` above them all.
"""

from __future__ import annotations

from extractor.body.guard.boundary import (
    GUARD_FEATURES,
    Boundary,
    Candidate,
    candidate_row,
    find_boundary,
    judge_candidates,
)

__all__ = ["GUARD_FEATURES", "Boundary", "Candidate", "candidate_row", "find_boundary", "judge_candidates"]
