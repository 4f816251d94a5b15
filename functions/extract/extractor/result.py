"""What reading a page gives, without what it takes to read one.

Comes in: what the extractor found. Goes out: the result, and whether it holds an article. Changes nothing. The stage
knows this module and not the libraries that read pages: those live in the child process (:mod:`extractor.child`), and
so everything here is plain values that cross a process's border as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version

from extractor.canonical import CanonicalLink
from extractor.judgement import JudgedSegment
from newsdesk import __version__
from newsdesk.article import DroppedBlock, Extracted, Link, ModelProvenance
from newsdesk.outcomes import Reason
from newsdesk.rights import Signal

EXTRACTOR = ModelProvenance(name="newsdesk.extract", version=f"{__version__}+trafilatura.{version('trafilatura')}")


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
        Every piece of the page and what became of it; only where somebody asked.
    fingerprints : tuple of int
        What the page has to say about its host; see :func:`extractor.recurrence.fingerprints_of`.
    """

    article: Extracted
    links: tuple[Link, ...] = ()
    dropped: tuple[DroppedBlock, ...] = ()
    canonical: CanonicalLink = field(default_factory=CanonicalLink)
    signals: tuple[Signal, ...] = ()
    refusal: Reason | None = None
    refusal_detail: str = ""
    judged: tuple[JudgedSegment, ...] = ()
    fingerprints: tuple[int, ...] = ()
