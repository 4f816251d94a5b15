"""The article's text: which segments of a page are its body.

Below it stand ``text``, ``html``, ``kinds`` and ``metadata``; above it ``reading``.
"""

from __future__ import annotations

from extractor.body.confidence import stated_confidence
from extractor.body.guard import Boundary, find_boundary
from extractor.body.markup import mark_up
from extractor.body.media import pictures_of_others
from extractor.body.model import Model
from extractor.body.recurrence import Recurrence, judge_recurrence
from extractor.body.ruled_out import ruled_out
from extractor.body.selection import Body, choose_body, describe
from extractor.body.stated_body import prefer_script_body, prefer_stated_body
from extractor.body.trimming import trim

__all__ = [
    "Body",
    "Boundary",
    "Model",
    "Recurrence",
    "choose_body",
    "describe",
    "find_boundary",
    "judge_recurrence",
    "mark_up",
    "pictures_of_others",
    "prefer_script_body",
    "prefer_stated_body",
    "ruled_out",
    "stated_confidence",
    "trim",
]
