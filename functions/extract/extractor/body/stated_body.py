"""The body that the page holds without showing it, for pages that show next to nothing of it.

Comes in: the body that was chosen of the visible text, and the page. Goes out: that body, the one that the page states
in its JSON-LD, or the one in its scripts' data. A page whose text is drawn by a script may still hold it all.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor.body.markup import marked_blocks
from extractor.body.selection import Body
from extractor.html import Page, script_body
from extractor.text import is_furniture, kind_of_line
from newsdesk.contracts import Block, BlockType
from newsdesk.words import count_words

SHORTEST_WORDS = 40
MISSING = 0.5
"""What is chosen of the visible text has less than this share of the words that are stated."""

STATED_CERTAINTY = 0.8
SCRIPT_CERTAINTY = 0.7
SOURCE_SCRIPT = "script"
"""The source of a body that is only in the data for the page's scripts."""
_MOST_SHOWN_WORDS = 100
"""A page that shows more has a text; what its scripts hold besides is for other uses."""
_RUN = 4
_SHOWN_AGAIN = 0.7
"""Of the word runs that a page shows, so many must be in the scripts' text: an opening is there, a notice is not."""


def prefer_stated_body(body: Body, page: Page) -> Body:
    """Return the stated body where the page shows less than half of it, else the one that was chosen."""
    main = page.data.main
    stated = main.article_body if main else None
    size = count_words(stated or "")
    if stated is None or size < SHORTEST_WORDS or count_words(body.text) >= MISSING * size:
        return body
    paragraphs = tuple(line for part in stated.split("\n") if (line := " ".join(part.split())))
    return Body(
        reasons=body.reasons,
        scores=body.scores,
        blocks=tuple(Block(type=BlockType.PARAGRAPH, text=paragraph) for paragraph in paragraphs),
        text="\n".join(paragraphs),
        source="jsonld",
        certainty=STATED_CERTAINTY,
        warnings=body.warnings,
    )


def prefer_script_body(body: Body, page: Page, titles: Sequence[str]) -> Body:
    """Return the body in the scripts' data where the page shows none or only its opening, else the one that was chosen.

    Pages that are not free are left alone: what they hold back, they mean to hold back.
    """
    shown = count_words(body.text)
    is_free = page.data.main is None or page.data.main.is_accessible_for_free is not False
    if shown > _MOST_SHOWN_WORDS or not is_free:
        return body
    segments = [s for s in script_body(page, titles) if not is_furniture(kind_of_line(s.text)) and s.text not in titles]
    blocks = marked_blocks(segments, page.base)
    text = "\n".join(block.text for block in blocks)
    size = count_words(text)
    if size < SHORTEST_WORDS or shown >= MISSING * size or (shown >= SHORTEST_WORDS and not _opens(body.text, text)):
        return body
    return Body(
        reasons=body.reasons,
        scores=body.scores,
        blocks=blocks,
        text=text,
        source=SOURCE_SCRIPT,
        certainty=SCRIPT_CERTAINTY,
        warnings=body.warnings,
    )


def _opens(opening: str, text: str) -> bool:
    """Return whether most word runs of an opening are in a text."""
    runs, known = ({*zip(*(part.split()[i:] for i in range(_RUN)), strict=False)} for part in (opening, text))
    return len(runs & known) >= _SHOWN_AGAIN * max(1, len(runs))
