"""Asks for one document of a source, by the transport of fetch: politely, and within the same bounds.

Comes in: an address, and the validators of the last answer. Goes out: what the document lists, that it is as it was, or
an error. Changes: asks web servers, takes slots of hosts, and has a host left alone that asks for it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from discoverer.reading import (
    SourceDocument,
    UnreadableReason,
    UnreadableSourceError,
    read_front_page,
    read_source,
)
from newsdesk.contracts import Priority, Reason
from newsdesk.errors import PermanentError, TransientError
from newsdesk.runtime import logger
from newsdesk.sources import SourceKind
from newsdesk.web import decode_body, scrub, single_encoding
from newsdesk.web.transport import (
    NOT_MODIFIED,
    FetchRequest,
    FetchResponse,
    ListingFetcher,
    OverloadedError,
    Politeness,
)

_PERMANENT_REDIRECTS = frozenset({301, 308})
_MAX_AGE = re.compile(r"(?:^|[\s,])(?:s-)?max-?age=(\d{1,9})")

LONGEST_VALIDATOR = 1024
"""Characters of an ``ETag`` or ``Last-Modified`` that are kept and sent back."""

Habits = Mapping[str, Any]
"""What was learned of a front page's links."""

ReadDocument = Callable[[bytes, str | None, str, SourceKind, Habits | None], tuple[SourceDocument, Habits | None]]
"""Reads a body of a media type, found at a URL, as a source of a kind; raises
:class:`discoverer.reading.UnreadableSourceError`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to one request.

    Attributes
    ----------
    document : SourceDocument or None
        What the answer lists; None where it is as it was.
    habits : Habits or None
        What is known of a front page's links now.
    moved_to : str or None
        Where it redirects to for good.
    fresh_seconds : float or None
        For how long the answer stands, as it says.
    etag, last_modified, body_hash : str or None
        What makes the next request conditional, or shows that the answer to it is the same.
    """

    document: SourceDocument | None
    habits: Habits | None = None
    moved_to: str | None = None
    fresh_seconds: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """An answer that was not read.

    Attributes
    ----------
    url : str
        Where it was found, after redirects.
    """

    data: bytes
    content_type: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes
    ----------
    etag, last_modified, body_hash : str or None
        Of the last answer; none of them where it has to be read in any case.
    """

    url: str
    kind: SourceKind
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    habits: Habits | None = None
    priority: Priority | None = None


class Asker:
    """Asks for documents; may be used by several threads at once.

    Documents are read one at a time, because the largest ones take a good part of the function's memory.
    """

    def __init__(self, politeness: Politeness, fetcher: ListingFetcher, read: ReadDocument, maximum_bytes: int) -> None:
        self.politeness = politeness
        self._fetcher = fetcher
        self._read = read
        self._maximum_bytes = maximum_bytes
        self._reading = threading.Lock()

    def ask(self, question: Question) -> Asked:
        """Ask for a document and read it.

        Raises
        ------
        NotYetError
            The host has no slot soon enough.
        PermanentError, TransientError
            There was no answer, or none that may be taken.
        UnreadableSourceError
            The answer lists nothing.
        """
        response = self._fetch(question)
        moved_to, fresh_seconds = _moved_to(response), _fresh_seconds(response)
        if response.status == NOT_MODIFIED:
            return Asked(
                None,
                etag=question.etag,
                last_modified=question.last_modified,
                body_hash=question.body_hash,
                moved_to=moved_to,
                fresh_seconds=fresh_seconds,
            )
        body_hash = hashlib.sha256(response.body).hexdigest()
        document, habits = None, question.habits
        if body_hash != question.body_hash:
            document, habits = self._document_in(response, question)
        # A validator is for the address that sent it; the next request begins at the source's own again.
        is_own = not response.redirects
        return Asked(
            document,
            habits=habits,
            etag=_validator(response, "etag") if is_own else None,
            last_modified=_validator(response, "last-modified") if is_own else None,
            body_hash=body_hash,
            moved_to=moved_to,
            fresh_seconds=fresh_seconds,
        )

    def _document_in(self, response: FetchResponse, question: Question) -> tuple[SourceDocument, Habits | None]:
        body, content_type = self._decoded(response), response.header("content-type")
        with self._reading:
            try:
                return self._read(body, content_type, response.final_url, question.kind, question.habits)
            except UnreadableSourceError:
                raise
            except Exception as error:  # a stranger's document that finds a mistake of ours is not read again at once
                logger.exception("source not read", extra={"url": scrub(response.final_url)})
                raise UnreadableSourceError(UnreadableReason.DAMAGED) from error

    def get(self, url: str) -> Body:
        """Ask for an address whatever it is, and read nothing; raises what :meth:`ask` raises but of reading."""
        response = self._fetch(Question(url, SourceKind.PAGE))
        return Body(self._decoded(response), response.header("content-type"), response.final_url)

    def _decoded(self, response: FetchResponse) -> bytes:
        encoding = single_encoding(response.values("content-encoding"))
        return decode_body(response.body, encoding, self._maximum_bytes)

    def _fetch(self, question: Question) -> FetchResponse:
        visit = self.politeness.visit(question.priority)
        try:
            request = FetchRequest(question.url, question.etag, question.last_modified)
            response = self._fetcher.fetch_listing(request, visit.ask)
        except OverloadedError as error:
            self.politeness.overloaded(visit.host, error.retry_after_seconds, visit.page)
            raise
        if response.status == NOT_MODIFIED and (response.redirects or not request.is_conditional):
            raise PermanentError(Reason.PROTOCOL_ERROR, "304 to an unconditional request")
        return response


def read_document(
    body: bytes, content_type: str | None, url: str, kind: SourceKind, habits: Habits | None
) -> tuple[SourceDocument, Habits | None]:
    """Read a body as a source of a kind; a :data:`ReadDocument`."""
    if kind is SourceKind.PAGE:
        return read_front_page(body, content_type, url, habits)
    return read_source(body, content_type, url, kind), habits


def reason_of(error: PermanentError | TransientError) -> str:
    """Return what went wrong, in one word and what was noted about it."""
    return f"{error.reason.value}: {error.detail}" if error.detail else error.reason.value


def _moved_to(response: FetchResponse) -> str | None:
    hops = response.redirects
    return response.final_url if hops and all(hop.status in _PERMANENT_REDIRECTS for hop in hops) else None


def _fresh_seconds(response: FetchResponse) -> float | None:
    """Return for how long an answer stands (RFC 9111, section 5.2), if it may be kept at all."""
    found = _MAX_AGE.search(", ".join(response.values("cache-control")).lower())
    return float(found[1]) if found else None


def _validator(response: FetchResponse, name: str) -> str | None:
    value = response.header(name)
    return value if value is not None and len(value) <= LONGEST_VALIDATOR else None
