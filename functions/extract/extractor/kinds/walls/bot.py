"""Challenges to prove that one is no robot, and refusals of any visit.

Comes in: what a page shows. Goes out: whether it is such a wall.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.html import Segment
from extractor.kinds.walls.signs import PageSigns, Wall, settle
from extractor.kinds.walls.vocabulary import BOT_TITLES, BOT_WORDS, addresses, has_other_prose, is_titled
from newsdesk.contracts import ContentStatus, Reason, WallSign

MOST_OTHER_PROSE = 700
"""Characters of prose about something else that a page may have and still be such a wall."""
_MOST_PROSE_UNDER_ONE_SIGN = 100


def bot_wall(signs: PageSigns, segments: Sequence[Segment]) -> Wall | None:
    """Return the wall that asks for a proof of being human, or refuses the visit."""
    lines = [*(segment.text for segment in segments[:200]), *signs.unseen]
    evidence = []
    if is_titled(BOT_TITLES, [*signs.titles, *signs.headings]):
        evidence.append(WallSign.TITLE_SAYS_ROBOT)
    if any(addresses(BOT_WORDS, line) for line in lines):
        evidence.append(WallSign.TEXT_SAYS_ROBOT)
    if signs.has_challenge:
        evidence.append(WallSign.CHALLENGE_MARKUP)
    says_so = WallSign.TEXT_SAYS_ROBOT in evidence and len(evidence) >= 2
    if not says_so and has_other_prose(segments, BOT_WORDS, _MOST_PROSE_UNDER_ONE_SIGN):
        return None
    return settle(signs, segments, evidence, ContentStatus.BOT_WALL, Reason.BOT_WALL)
