"""Error pages: what was asked for is not there.

Comes in: what a page shows. Goes out: whether it is an error page.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.html import HEADING_LEVELS, Segment
from extractor.kinds.walls.signs import PageSigns, Wall, settle
from extractor.kinds.walls.vocabulary import MISHAP, NOT_FOUND, NOT_FOUND_WORDS, addresses, is_prose, is_titled
from newsdesk.contracts import ContentStatus, Reason, WallSign

MOST_OTHER_PROSE = 350
"""Characters of prose about something else that an error page may have."""
_LONGEST_APOLOGY = 200
AGREED = frozenset({
    WallSign.TITLE_SAYS_NOT_FOUND, WallSign.HEADING_SAYS_NOT_FOUND, WallSign.TEXT_SAYS_NOT_FOUND,
    WallSign.NO_ARTICLE_DESCRIBED,
})  # fmt: skip
"""Signs of an error page that other prose, which is of teasers then, does not outweigh."""


def not_found_page(signs: PageSigns, segments: Sequence[Segment]) -> Wall | None:
    """Return the error page that a page is."""
    says_so = any(addresses(NOT_FOUND_WORDS, segment.text) for segment in segments[:500])
    evidence = []
    if is_titled(NOT_FOUND, signs.titles) or (says_so and is_titled(MISHAP, signs.titles)):
        evidence.append(WallSign.TITLE_SAYS_NOT_FOUND)
    if is_titled(NOT_FOUND, signs.headings) or (says_so and is_titled(MISHAP, signs.headings)):
        evidence.append(WallSign.HEADING_SAYS_NOT_FOUND)
    if evidence and says_so:
        evidence.append(WallSign.TEXT_SAYS_NOT_FOUND)
    return settle(signs, segments, evidence, ContentStatus.FULL, Reason.NOT_FOUND_PAGE)


def begins_with_an_apology(segments: Sequence[Segment]) -> bool:
    """Return whether a short line says that what was asked for is not there, before the page has any prose."""
    for segment in segments[:500]:
        is_short = segment.tag not in HEADING_LEVELS and len(segment.text) < _LONGEST_APOLOGY
        if is_short and addresses(NOT_FOUND_WORDS, segment.text):
            return True
        if is_prose(segment):
            return False
    return False
