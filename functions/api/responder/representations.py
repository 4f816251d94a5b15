"""An article as JSON, Markdown or HTML, as a caller asks for it.

Comes in: a revision's object, and what a caller accepts. Goes out: a body and its media type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsdesk.contracts import Article
from newsdesk.renditions import to_html, to_markdown


@dataclass(frozen=True, slots=True)
class Representation:
    """A form of an article.

    Attributes
    ----------
    name : str
        Part of the entity's tag, with a number that rises when the form changes.
    """

    name: str
    media_type: str
    render: Callable[[bytes], str]

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``."""
        return self.media_type if self.media_type == "application/json" else f"{self.media_type}; charset=utf-8"


def _article_in(body: bytes) -> Article:
    return Article.model_validate_json(body)


JSON = Representation("json", "application/json", lambda body: body.decode("utf-8"))
MARKDOWN = Representation("markdown2", "text/markdown", lambda body: to_markdown(_article_in(body)))
HTML = Representation("html2", "text/html", lambda body: to_html(_article_in(body)))
REPRESENTATIONS = (JSON, MARKDOWN, HTML)
"""What there is, the preferred one first."""


def negotiate(accept: str | None) -> Representation | None:
    """Return what a caller likes best of what there is (RFC 9110, section 12.5.1); None if it accepts nothing of it."""
    if not (accept or "").strip():
        return JSON
    ranges = list(_ranges(accept or ""))
    qualities = [_quality(offered.media_type, ranges) for offered in REPRESENTATIONS]
    best = max(qualities)
    return REPRESENTATIONS[qualities.index(best)] if best > 0 else None


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        if re.fullmatch(r"0(\.\d{0,3})?|1(\.0{0,3})?", quality):
            yield name, float(quality)


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that a media type is in."""
    whole = f"{media_type.partition('/')[0]}/*"
    for name in (media_type, whole, "*/*"):
        found = [quality for pattern, quality in ranges if pattern == name]
        if found:
            return max(found)
    return 0.0
