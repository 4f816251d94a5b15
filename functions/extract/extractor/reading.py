"""A page is read: the one function that the stage needs of the extractor, and the plain one that stands in for it.

Comes in: a body, content coding undone, and how it was found. Goes out: the extraction's result, and whether it holds
an article. Changes nothing. Whoever imports this module loads no HTML library until a page is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from extractor.result import ExtractionResult
from newsdesk.article import Provenance
from newsdesk.errors import PermanentError
from newsdesk.hosts import HostProfile
from newsdesk.outcomes import Reason


@dataclass(frozen=True, slots=True)
class PageToRead:
    """A captured page, and what is known of it.

    Attributes
    ----------
    body : bytes
        Content coding undone.
    content_type : str or None
        The HTTP header.
    url : str
        Where it was found, after redirects.
    captured_at : datetime
        With time zone.
    canonical_url : str or None
        The article's own URL, where it is another.
    headers, host_lines, product_token
        What the response and the host say to machines; see :func:`extractor.extraction.extract`.
    provenance : Provenance or None
        How it was found and captured.
    profile : bytes
        Of the host's other articles, packed; empty when nothing is known.
    """

    body: bytes
    content_type: str | None
    url: str
    captured_at: datetime
    canonical_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    host_lines: tuple[str, ...] = ()
    product_token: str = ""
    provenance: Provenance | None = None
    profile: bytes = b""

    @property
    def is_plain_text(self) -> bool:
        """Whether there is no markup in it."""
        return (self.content_type or "").partition(";")[0].strip().lower() == "text/plain"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a page.

    Attributes
    ----------
    result : ExtractionResult
        What was found, an article or not.
    refusal : Reason or None
        Why it is no article.
    detail : str
        More about the refusal.
    """

    result: ExtractionResult
    refusal: Reason | None = None
    detail: str = ""

    def require_article(self) -> None:
        """Refuse a reading that gave no article.

        Raises
        ------
        PermanentError
            With the reason.
        """
        if self.refusal is not None:
            raise PermanentError(self.refusal, self.detail)


ReadPage = Callable[[PageToRead], Reading]
"""Reads a page; raises :class:`newsdesk.errors.PermanentError` when it cannot be read at all."""


def read_page(page: PageToRead) -> Reading:
    """Read a page in this process, however long it takes."""
    from extractor.charset import decode_text
    from extractor.extraction import extract, extract_plain_text

    text = decode_text(page.body, page.content_type)
    profile = HostProfile.unpacked(page.profile)
    extract_as = extract_plain_text if page.is_plain_text else partial(extract, profile=profile)
    return _judged(
        extract_as(
            text,
            page.url,
            captured_at=page.captured_at,
            canonical_url=page.canonical_url,
            headers=page.headers,
            host_lines=page.host_lines,
            product_token=page.product_token,
            provenance=page.provenance,
        )
    )


def read_page_plainly(page: PageToRead) -> Reading:
    """Read a page that :func:`read_page` cannot cope with: by one simple rule, in time that follows its size."""
    from extractor.charset import decode_text
    from extractor.rescue import extract_plainly

    return _judged(extract_plainly(decode_text(page.body, page.content_type), page))


def _judged(result: ExtractionResult) -> Reading:
    from extractor.extraction import require_article

    try:
        require_article(result)
    except PermanentError as error:
        return Reading(result, error.reason, error.detail)
    return Reading(result)
