"""What the fetch stage asks of the web, in plain values.

Comes in: nothing. Goes out: the protocol of a fetcher, its request, its response and its own error. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsdesk.errors import TransientError

HeaderFields = tuple[tuple[str, str], ...]


class OverloadedError(TransientError):
    """The host asks for less, not only the page: 429, 503, or any answer with ``Retry-After``."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A page to be fetched.

    Attributes
    ----------
    etag, last_modified : str or None
        Validators of an earlier response of this very URL; with one of them the request is conditional
        (RFC 9110, section 13). They are never sent to where the URL redirects.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None

    @property
    def is_conditional(self) -> bool:
        """Whether 304 would be an answer to this request."""
        return self.etag is not None or self.last_modified is not None


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed."""

    url: str
    status: int
    location: str


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds since the fetch began: until the last connection stood, the last head was read, the body was read."""

    connected: float
    head: float
    total: float


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """The answer to the last request of a fetch: a page, or 304.

    Attributes
    ----------
    final_url : str
        After redirects.
    http_version : str
        ``HTTP/1.1`` or ``HTTP/1.0``.
    headers : tuple of pairs
        As received, in order, one character for each byte (ISO 8859-1).
    body : bytes
        As received, without transfer coding and before content decoding; it does decode, within the cap.
    resolved_address : str
        The address that was dialled.
    request_head : bytes
        As sent, up to and including the empty line.
    """

    final_url: str
    status: int
    reason_phrase: str
    http_version: str
    headers: HeaderFields
    body: bytes
    resolved_address: str
    redirects: tuple[Hop, ...]
    started_at: datetime
    timings: Timings
    request_head: bytes

    def header(self, name: str) -> str | None:
        """Return the value of the last field of a name."""
        values = [value for field, value in self.headers if field.lower() == name.lower()]
        return values[-1] if values else None


class Fetcher(Protocol):
    """Fetches pages."""

    def fetch(self, request: FetchRequest) -> FetchResponse:
        """Return a page with a 2xx status and a body, or a 304.

        Raises
        ------
        PermanentError
            Asking again cannot help.
        TransientError
            Asking again later may help; :class:`OverloadedError` when the whole host should be left alone meanwhile.
        """
        ...
