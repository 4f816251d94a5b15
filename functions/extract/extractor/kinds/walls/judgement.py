"""Whether a page gave its article, a part of it, or a wall instead.

Comes in: a page, its segments, what it says of itself, and the text that was taken for its body. Goes out: the content
status, the reason why it is no article if it is none, and the evidence.

One sign is never enough for a wall: an article may talk of captchas, of cookies, or of error 404, in its title too. A
wall has little text, and that text is about itself; it addresses the visitor; it has the controls and scripts of a
wall; and it describes no article in its metadata.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.html import Page
from extractor.kinds.walls import bot, consent, not_found
from extractor.kinds.walls.absence import absent_article
from extractor.kinds.walls.form import form_page
from extractor.kinds.walls.machine_data import is_machine_data
from extractor.kinds.walls.paywall import judge_delivery
from extractor.kinds.walls.program_error import is_program_error
from extractor.kinds.walls.signs import Wall, read_signs
from extractor.kinds.walls.vocabulary import BOT_WORDS, CONSENT_WORDS, NOT_FOUND_WORDS, has_other_prose
from newsdesk.contracts import ContentStatus, Reason, WallSign

_READ_CHARACTERS = 20_000
_MOST_LINES_OF_ERROR = 60
"""Of a page that is nothing but a program's error; its body may be the sentence beside the trace."""
_LONGEST_DOUBTED = 6_000
"""Characters of a body that may be about something else than its headline."""


def judge_wall(
    page: Page,
    body_text: str,
    *,
    next_pages: Sequence[str] = (),
    kept: Sequence[int] = (),
    headline: str | None = None,
    description: str | None = None,
) -> Wall:
    """Judge how much of its article a page gave.

    Parameters
    ----------
    page : Page
    body_text : str
        What was taken for the article's body, a block a line.
    next_pages : sequence of str
        Other pages of the same article, as :func:`extractor.kinds.pagination.next_pages` found them.
    kept : sequence of int
        The page's segments that are the body; none where the body is not from the page's visible text.
    headline, description : str or None
        What the page says of its article.
    """
    visible = [segment for segment in page.segments if not segment.is_hidden]
    is_bare = page.data.main is None and len(visible) <= _MOST_LINES_OF_ERROR
    if is_program_error(body_text[:_READ_CHARACTERS].split("\n")) or (
        is_bare and is_program_error(segment.text for segment in visible)
    ):
        return Wall(ContentStatus.FULL, Reason.NO_ARTICLE, (WallSign.PROGRAM_ERROR,), 0.9)
    if is_machine_data(page, visible):
        return Wall(ContentStatus.FULL, Reason.NO_ARTICLE, (WallSign.MACHINE_DATA,), 0.9)
    is_like_bot = not has_other_prose(visible, BOT_WORDS, bot.MOST_OTHER_PROSE)
    is_like_consent = not has_other_prose(visible, CONSENT_WORDS, consent.MOST_OTHER_PROSE)
    is_like_error = not has_other_prose(visible, NOT_FOUND_WORDS, not_found.MOST_OTHER_PROSE)
    may_be_error = is_like_error or not_found.begins_with_an_apology(visible)
    if is_like_bot or is_like_consent or may_be_error:
        signs = read_signs(page)
        if is_like_bot and (wall := bot.bot_wall(signs, visible)):
            return wall
        if is_like_consent and (wall := consent.consent_wall(signs, visible, page.source)):
            return wall
        wall = not_found.not_found_page(signs, visible) if may_be_error else None
        if wall is not None and (is_like_error or set(wall.evidence) >= not_found.AGREED):
            return wall
    delivered = judge_delivery(page, visible, body_text, next_pages)
    if delivered.reason is not None or len(body_text) > _LONGEST_DOUBTED:
        return delivered
    if (form := form_page(page, visible, headline)) is not None:
        return form
    return absent_article(page, kept, headline, description, body_text) or delivered
