"""What kind of page it is: an article, a wall, one page of several.

Below it stand ``text`` and ``html``; above it ``body`` and ``reading``.
"""

from __future__ import annotations

from extractor.kinds.article_types import TypeJudgement, judge_type
from extractor.kinds.listings import is_front
from extractor.kinds.pagination import next_pages
from extractor.kinds.walls import (
    Wall,
    asks_to_subscribe,
    is_program_error,
    judge_wall,
    offers,
    speaks_of_consent,
)

__all__ = [
    "TypeJudgement",
    "Wall",
    "asks_to_subscribe",
    "is_front",
    "is_program_error",
    "judge_type",
    "judge_wall",
    "next_pages",
    "offers",
    "speaks_of_consent",
]
