"""What goes between the parts of the extractor, in plain values.

Comes in: nothing. Goes out: what a page is read from, what is found in it, and whether each piece is kept. The stage
knows these and not the libraries that read pages: those live in the child process (:mod:`extractor.reading.child`), and
so everything here crosses a process's border as JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.metadata import version
from typing import Literal

from extractor.model import models_digest
from newsdesk import __version__
from newsdesk.contracts import ChainEnd, DroppedBlock, Extracted, Link, ModelProvenance, Provenance, Reason
from newsdesk.errors import PermanentError
from newsdesk.web import Signal

EXTRACTOR = ModelProvenance(
    name="newsdesk.extract",
    version=f"{__version__}+model.{models_digest()}.trafilatura.{version('trafilatura')}",
)
"""Code and models that read a page; other models, other version, and so other keys of what is kept."""


class CanonicalRejection(StrEnum):
    """Why a canonical link is not believed."""

    UNUSABLE = "unusable"
    SEVERAL = "several"
    OTHER_SITE = "other_site"
    INSECURE = "insecure"
    HOME_PAGE = "home_page"
    ERROR_PAGE = "error_page"
    FIRST_OF_MANY = "first_of_many"
    SECTION_FRONT = "section_front"


@dataclass(frozen=True, slots=True)
class CanonicalLink:
    """What a page calls its own URL.

    Attributes
    ----------
    url : str or None
        In canonical form; None when the page declares none, or no single usable one.
    rejection : CanonicalRejection or None
        Why it is not believed; None when it is, and when there is none.
    """

    url: str | None = None
    rejection: CanonicalRejection | None = None

    @property
    def believed(self) -> str | None:
        """The URL, if it is believed."""
        return self.url if self.rejection is None else None


Decision = Literal["kept", "dropped", "uncertain"]


@dataclass(frozen=True, slots=True)
class JudgedSegment:
    """A segment of the page and what was decided about it.

    Attributes
    ----------
    index : int
        Its place on the page, from 0.
    text : str
        White space folded.
    tag : str
        The name of its element.
    decision : str
        ``kept``: in the article. ``dropped``: not. ``uncertain``: the classifier decided, and hesitated.
    reason : str or None
        Why it is not in the article; one of :class:`newsdesk.contracts.DropReason`.
    score : float or None
        How likely the classifier takes it to be the article's, 0 to 1; None where it was not asked.
    """

    index: int
    text: str
    tag: str
    decision: Decision
    reason: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedStatement:
    """What one place of a page states of a field, and what became of it.

    Attributes
    ----------
    field : str
        The field's name in the article's JSON.
    value : str
        As stated.
    source : str
        The kind of place; of a headline all that state it.
    reason : str or None
        Why it was not taken; None when it was.
    """

    field: str
    value: str
    source: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ExtractionResult:
    """What one page gave.

    Attributes
    ----------
    article : Extracted
        With an empty body when there was none.
    links : tuple of Link
        Of the body.
    dropped : tuple of DroppedBlock
        What was cut from the page on purpose, and why.
    canonical : CanonicalLink
        What the page calls its own URL.
    signals : tuple of Signal
        All that page, header fields and host ask of machines; the article's rights record a bounded part.
    refusal : Reason or None
        Why the page is a wall and no article.
    refusal_detail : str
        What was seen of the wall.
    judged : tuple of JudgedSegment
        Every piece of the page, and whether it was kept; only on request.
    statements : tuple of JudgedStatement
        What the page states of its article, the statement that was taken before those that were not, by field; only
        where it was asked for.
    fingerprints : tuple of int
        What the page has to say about its host; see :func:`extractor.body.recurrence.fingerprints_of`.
    is_listing : bool
        Whether the page lists articles and is none.
    wall_warnings : tuple of str
        Those of the article's warnings that say how much of the page its wall shows.
    page_warnings : tuple of str
        Those of the article's warnings that hold for this page alone, and not for an article of several.
    chain_end : Reason, PageEnd or None
        Why an article of several pages ends here, though it goes on.
    """

    article: Extracted
    links: tuple[Link, ...] = ()
    dropped: tuple[DroppedBlock, ...] = ()
    canonical: CanonicalLink = field(default_factory=CanonicalLink)
    signals: tuple[Signal, ...] = ()
    refusal: Reason | None = None
    refusal_detail: str = ""
    judged: tuple[JudgedSegment, ...] = ()
    statements: tuple[JudgedStatement, ...] = ()
    fingerprints: tuple[int, ...] = ()
    is_listing: bool = False
    wall_warnings: tuple[str, ...] = ()
    page_warnings: tuple[str, ...] = ()
    chain_end: ChainEnd | None = None


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
    headers : tuple of pairs
        The response's header fields.
    host_lines : tuple of str
        What the host says of the page to machines; see :func:`newsdesk.web.rights.host_signals`.
    product_token : str
        The robot that we are to sites, in lower case.
    provenance : Provenance or None
        How it was found and captured.
    profile : bytes
        Of the host's other articles, packed; empty when nothing is known.
    is_explained : bool
        Whether the result says what was decided of each line, and what each place of the page states.
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
    is_explained: bool = False

    @property
    def article_url(self) -> str:
        """The URL of the article, by which it is known."""
        return self.canonical_url or self.url

    @property
    def known_provenance(self) -> Provenance:
        """How it was found and captured; where nothing is known of that, its URL alone."""
        return self.provenance or Provenance(requested_url=self.url, final_url=self.url, extractor=EXTRACTOR)

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


class ReadMode(StrEnum):
    """How a page is read."""

    FULL = "full"
    """By all judges."""
    FALLBACK = "fallback"
    """By one simple rule, when the full reading cannot cope with the page."""


ReadPage = Callable[[PageToRead], Reading]
"""Reads a page; raises :class:`newsdesk.errors.PermanentError` when it cannot be read at all."""
