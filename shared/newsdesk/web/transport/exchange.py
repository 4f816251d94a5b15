"""What the fetch stage needs from the web, in plain values.

Comes in: nothing. Goes out: the protocol of a fetcher, its request, its response and its own error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import Address, Url

HeaderFields = tuple[tuple[str, str], ...]


class RedirectError(PermanentError):
    """The target of a redirect may not be requested, whatever would have answered there."""


class OverloadedError(TransientError):
    """The host, not only the page, asks for fewer requests: 429, 503, or any answer with ``Retry-After``."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A page to be fetched.

    Attributes
    ----------
    etag, last_modified : str or None
        Validators of an earlier response of this very URL; with one of them the request is conditional
        (RFC 9110, section 13). They are never sent to where the URL redirects.
    redirects : tuple of Hop
        Redirects that were followed earlier: the fetch continues where the last of them leads.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    redirects: tuple[Hop, ...] = ()

    @property
    def is_conditional(self) -> bool:
        """Whether 304 would be an answer to this request."""
        return self.etag is not None or self.last_modified is not None


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed.

    Attributes
    ----------
    location : str
        Where it led, resolved against ``url``.
    address : str or None
        The address that answered with it.
    """

    url: str
    status: int
    location: str
    address: str | None = None


class BeforeSend(Protocol):
    """Called when the connection is open and nothing is left to do but to write the request.

    Returns when that has to be done, at once; called again before the request is repeated. What it raises ends the
    fetch; the time it takes does not count.
    """

    def __call__(self, address: Address | None = None) -> None:
        """Wait for the moment at which the address that was dialled may be asked."""
        ...


def begin_at_once(address: Address | None = None) -> None:
    """Begin a request that needs no slot; a :class:`BeforeSend`."""


RequestSlot = Callable[[Url, tuple[Hop, ...]], BeforeSend]
"""Called before a host is dialled, for the first URL and for each that a redirect leads to, with all hops so far.
Returns when it is time to open the connection; what it raises ends the fetch. The time it takes does not count."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Moments of a fetch's last exchange, in seconds since the fetch began.

    Attributes
    ----------
    connected : float
        The connection stood; at once when it was one kept from an earlier fetch.
    head, total : float
        The head was read; the body was read.
    resolved, secured, first_byte : float or None
        The name was resolved, the TLS handshake was through, the answer began; None for what did not happen.
    """

    connected: float
    head: float
    total: float
    resolved: float | None = None
    secured: float | None = None
    first_byte: float | None = None


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What a TLS connection was like.

    Attributes
    ----------
    version, cipher : str
        Such as ``TLSv1.3`` and ``TLS_AES_256_GCM_SHA384``.
    certificate_sha256 : str
        The fingerprint of the server's own certificate (DER), in hexadecimal digits.
    """

    version: str
    cipher: str
    certificate_sha256: str


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
    tls : TlsFacts or None
        Facts about the last connection; None for ``http``.
    connection_reused : bool
        Whether the last request went over a connection that an earlier fetch had opened.
    wire_bytes : int
        Received in all, heads and redirects included, after TLS and before any decoding.
    seconds : float
        The duration of the fetch, redirects included.
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
    tls: TlsFacts | None = None
    connection_reused: bool = False
    wire_bytes: int = 0
    seconds: float = 0.0

    def values(self, name: str) -> list[str]:
        """Return the values of all fields of a name, in order."""
        return [value for field, value in self.headers if field.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """Return the value of the last field of a name."""
        values = self.values(name)
        return values[-1] if values else None


class Fetcher(Protocol):
    """Fetches pages."""

    def fetch(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        """Return a page with a 2xx status and a body, or a 304.

        Raises
        ------
        PermanentError
            Asking again cannot help.
        TransientError
            Asking again later may help; :class:`OverloadedError` when the whole host should be left alone meanwhile.
            Both say what was ``received``, if anybody was dialled.
        """
        ...


class ListingFetcher(Protocol):
    """Fetches what lists articles, under the same checks as pages."""

    def fetch_listing(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        """Return a feed, a sitemap or a front page with a 2xx status, or a 304; of whatever type, and perhaps empty.

        The body may not decode.

        Raises
        ------
        PermanentError, TransientError
            As :meth:`Fetcher.fetch` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class AuxiliaryResponse:
    """The answer about a site rather than of a page: ``robots.txt``, ``tdmrep.json``.

    Attributes
    ----------
    final_url : str
        After redirects.
    status : int
        Whatever it is; 4xx and 5xx are answers here.
    headers : tuple of pairs
        As received, in order, one character for each byte (ISO 8859-1).
    body : bytes
        Without transfer coding and content coding; its start when ``is_cut``; empty unless the status is 2xx.
    is_cut : bool
        Whether there was more than the asker wanted.
    wire_bytes : int
        Received in all, redirects included.
    """

    final_url: str
    status: int
    headers: HeaderFields
    body: bytes
    is_cut: bool = False
    wire_bytes: int = 0

    def header(self, name: str) -> str | None:
        """Return the value of the last field of a name."""
        values = [value for field, value in self.headers if field.lower() == name.lower()]
        return values[-1] if values else None


class AuxiliaryFetcher(Protocol):
    """Fetches what a site says about itself, under the same checks as pages."""

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        """Return the answer, whatever its status, after up to five redirects (RFC 9309, section 2.3.1.2).

        Parameters
        ----------
        maximum_bytes : int
            The limit of the body, on the wire and decoded; a longer body is cut there, which is not an error.
        deadline_seconds : float
            For everything, redirects included.

        Raises
        ------
        PermanentError
            The URL may not be asked for (``blocked_address`` and so on), or what answers is no HTTP
            (``protocol_error``, ``tls_error``, ``content_encoding``).
        RedirectError
            A redirect may not be followed (``blocked_address``, ``bad_redirect``, ``too_many_redirects``).
        TransientError
            There was no whole answer: ``timeout``, ``name_not_resolved``, ``connection_failed``, ``truncated``.
        """
        ...
