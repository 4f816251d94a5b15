"""The body that the page states in its JSON-LD, for pages that show next to nothing of it.

Comes in: the body that was chosen of the visible text, and what the page states. Goes out: one of the two. A page
whose text is drawn by a script may still hold it all as ``articleBody``.
"""

from __future__ import annotations

from extractor.body.selection import Body
from extractor.html import Page
from newsdesk.contracts import Block, BlockType
from newsdesk.words import count_words

SHORTEST_WORDS = 40
MISSING = 0.5
"""What is chosen of the visible text has less than this share of the words that are stated."""

STATED_CERTAINTY = 0.8


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
