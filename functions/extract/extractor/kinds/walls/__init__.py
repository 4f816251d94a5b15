"""Walls: challenges, requests for consent, error pages, paywalls.

Inside, ``vocabulary`` stands below ``signs``, that below ``bot``, ``consent``, ``form``, ``not_found`` and ``paywall``,
and ``judgement`` above them all.
"""

from __future__ import annotations

from extractor.kinds.walls.absence import offers
from extractor.kinds.walls.consent import speaks_of_consent
from extractor.kinds.walls.judgement import judge_wall
from extractor.kinds.walls.paywall import asks_to_subscribe
from extractor.kinds.walls.program_error import is_program_error
from extractor.kinds.walls.signs import Wall

__all__ = ["Wall", "asks_to_subscribe", "is_program_error", "judge_wall", "offers", "speaks_of_consent"]
