"""A page that somebody else has fetched, checked against what it is submitted as.

Comes in: a capture under ``pushed/v1/``, and the URL that it is submitted for. Goes out: the capture as an article's
state names it, or the reason why it is none. What the page says is for extract to judge.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsdesk.articles import Capture, CapturedPage, CaptureUnreadableError, PushKind, read_capture
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import capture_key
from newsdesk.errors import NewsdeskError, RejectedUrlError
from newsdesk.web import READABLE_TYPES, Url, canonical_url, parse_url

_AHEAD = timedelta(minutes=10)
"""By so much the clock of who fetched a page may be ahead of ours; a page from later would hide all newer ones."""

_FIRST_PAGE = datetime(1991, 8, 6, tzinfo=UTC)
"""When the first page was on the Web."""


class UnusableCaptureError(NewsdeskError):
    """What was pushed is not a page that can be taken; the text says why."""


@dataclass(frozen=True, slots=True)
class PushedCapture:
    """A page that can be taken.

    Attributes
    ----------
    staged_key : str
        Where it was put.
    """

    staged_key: str
    file: bytes
    page: CapturedPage
    captured_at: str
    kind: PushKind

    def stored(self, host: str, article_id: str) -> Capture:
        """Return the capture as it is kept with its article: the same file, the same key."""
        moment = self.captured_at.translate(str.maketrans("", "", "-:."))
        capture_id = f"{moment}-{hashlib.sha256(self.file).hexdigest()[:12]}"
        return Capture(
            capture_id=capture_id,
            key=capture_key(host, article_id, capture_id),
            sha256=hashlib.sha256(self.page.body).hexdigest(),
            body_bytes=len(self.page.body),
            captured_at=self.captured_at,
            status=self.page.status,
            final_url=self.page.url,
            pushed_as=self.kind,
        )


def read_pushed(key: str, file: bytes, url: Url, discovery: str | None, now: datetime) -> PushedCapture:
    """Return the page of a capture that was pushed for a URL.

    Parameters
    ----------
    url : Url
        The page's canonical URL.
    discovery : str or None
        As the submission says; ``warc`` of a page that came in a WARC file.

    Raises
    ------
    UnusableCaptureError
        If it is not one, is another URL's, is no page of text with status 200, or of an impossible time.
    """
    try:
        page = read_capture(file)
        captured_at = to_text(from_text(page.captured_at))
        captured_url = canonical_url(parse_url(page.url))
    except (CaptureUnreadableError, RejectedUrlError, ValueError, OverflowError) as error:
        raise UnusableCaptureError(f"not a capture: {error}") from error
    if captured_url != url.href:
        raise UnusableCaptureError("of another URL")
    if page.status != 200:
        raise UnusableCaptureError(f"status {page.status}")
    media_type = (page.content_type or "").partition(";")[0]
    if media_type and media_type not in READABLE_TYPES:
        raise UnusableCaptureError(f"content type {media_type[:80]}")
    if not _FIRST_PAGE <= from_text(captured_at) <= now + _AHEAD:
        raise UnusableCaptureError(f"captured on {captured_at}")
    return PushedCapture(key, file, page, captured_at, "warc" if discovery == "warc" else "pushed")
