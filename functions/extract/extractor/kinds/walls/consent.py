"""Pages that ask for consent to cookies and data use before anything else.

Comes in: what a page shows. Goes out: whether it is such a wall.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.html import Segment
from extractor.kinds.walls.signs import PageSigns, Wall, settle
from extractor.kinds.walls.vocabulary import (
    CONSENT_MARKUP,
    CONSENT_TITLES,
    CONSENT_WORDS,
    READ_OF_SEGMENT,
    has_other_prose,
    is_titled,
)
from newsdesk.contracts import ContentStatus, Reason, WallSign
from newsdesk.words import count_words

MOST_OTHER_PROSE = 350
"""Characters of prose about something else that a page may have and still be such a wall."""
_MOST_PROSE_UNDER_CONSENT = 100
_SHORTEST_WORDS = 25
_READ_CHARACTERS = 4_000_000


def consent_wall(signs: PageSigns, segments: Sequence[Segment], html: str) -> Wall | None:
    """Return the wall that asks for consent."""
    about = [segment for segment in segments if CONSENT_WORDS.are_in(segment.text[:READ_OF_SEGMENT])]
    about_words = sum(count_words(segment.text) for segment in about[:500])
    evidence = []
    if is_titled(CONSENT_TITLES, [*signs.titles, *signs.headings]):
        evidence.append(WallSign.TITLE_SAYS_CONSENT)
    if about_words >= _SHORTEST_WORDS and about_words > sum(count_words(s.text) for s in segments[:500]) / 2:
        evidence.append(WallSign.TEXT_SAYS_CONSENT)
    if signs.controls:
        evidence.append(WallSign.CONSENT_CONTROLS)
    if CONSENT_MARKUP.are_in(html[:_READ_CHARACTERS]):
        evidence.append(WallSign.CONSENT_MARKUP)
    # A short notice under a cookie banner that says more than the notice is no wall.
    is_addressed = WallSign.TITLE_SAYS_CONSENT in evidence or (
        WallSign.TEXT_SAYS_CONSENT in evidence
        and not has_other_prose(segments, CONSENT_WORDS, _MOST_PROSE_UNDER_CONSENT)
    )
    if not is_addressed or not (WallSign.CONSENT_CONTROLS in evidence or WallSign.CONSENT_MARKUP in evidence):
        return None
    return settle(signs, segments, evidence, ContentStatus.CONSENT_WALL, Reason.CONSENT_WALL)


def speaks_of_consent(line: str, fewest: int = 2) -> bool:
    """Return whether a line is of cookies, consent and data use: some of the words for them are in it."""
    return len(CONSENT_WORDS.distinct_in(line)) >= fewest
