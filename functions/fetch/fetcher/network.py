"""Connections that go nowhere but where they may, and end when they must.

Comes in: a host and a port. Goes out: byte streams for httpcore. Changes: opens sockets.

A name is resolved once; every answer is checked; a checked address is dialled, as a literal, so that nothing resolves
again between the check and the dial. One deadline covers everything that the stream waits for: the timeouts of the
socket library start anew with each byte, and a server that sends one byte a second never meets them.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from newsdesk.errors import PermanentError, TransientError
from newsdesk.networks import Address, Network, is_dialable
from newsdesk.outcomes import Reason

Resolve = Callable[[str, int], Sequence[Address]]
"""Returns the addresses of a host in the order to try them; raises ``OSError`` when there are none."""

MAXIMUM_HEAD_BYTES = 64 * 1024
"""Of the status line and fields, informational responses included. Browsers allow 256 KiB, most servers send less
than 8; news sites with long security policies stay below 32."""


def resolve(host: str, port: int) -> list[Address]:
    """Return the host's addresses, asking the system's resolver once.

    Raises
    ------
    OSError
        If the name does not resolve.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except UnicodeError as error:  # Python's IDNA codec, for a label over 63 characters
        raise OSError(str(error)) from error
    # A scope id ("fe80::1%eth0") belongs to link-local addresses only, which are refused anyway.
    addresses = [ip_address(str(answer[4][0]).split("%", 1)[0]) for answer in answers]
    return list(dict.fromkeys(addresses))


class Deadline:
    """The moment at which a fetch is given up."""

    def __init__(self, seconds: float) -> None:
        self._started = time.monotonic()
        self._seconds = seconds

    def elapsed(self) -> float:
        """Return the seconds since the fetch began."""
        return time.monotonic() - self._started

    def remaining(self) -> float:
        """Return the seconds that are left, always more than 0.

        Raises
        ------
        TransientError
            ``timeout``, when none are left.
        """
        left = self._seconds - self.elapsed()
        if left <= 0:
            raise TransientError(Reason.TIMEOUT, f"{self._seconds:g} s")
        return left


class GuardedBackend(httpcore.NetworkBackend):
    """Opens one connection, to an address that was checked.

    Attributes
    ----------
    address : Address or None
        The address that was dialled, once connected.
    connected_after : float
        Seconds since the fetch began.
    stream : GuardedStream or None
        What came of it.
    """

    def __init__(
        self, resolve_host: Resolve, allowed: Sequence[Network], deadline: Deadline, maximum_body_bytes: int
    ) -> None:
        self._resolve = resolve_host
        self._allowed = allowed
        self._deadline = deadline
        self._maximum_body_bytes = maximum_body_bytes
        self._sockets = httpcore.SyncBackend()
        self.address: Address | None = None
        self.connected_after = 0.0
        self.stream: GuardedStream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline overrules it)
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, dial.

        Raises
        ------
        PermanentError
            ``blocked_address``: one of the host's addresses is not public.
        TransientError
            ``name_not_resolved``, ``connection_failed`` or ``timeout``.
        """
        addresses = self._checked_addresses(host, port)
        for position, address in enumerate(addresses):
            # One dead address of several must not use up the time of the others.
            share = self._deadline.remaining() / (len(addresses) - position)
            try:
                stream = self._sockets.connect_tcp(str(address), port, share, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            self.address = address
            self.connected_after = self._deadline.elapsed()
            self.stream = GuardedStream(stream, self._deadline, self._maximum_body_bytes)
            return self.stream
        self._deadline.remaining()
        raise TransientError(Reason.CONNECTION_FAILED, type(failure).__name__) from failure

    def close(self) -> None:
        """Close what was opened."""
        if self.stream is not None:
            self.stream.close()

    def _checked_addresses(self, host: str, port: int) -> Sequence[Address]:
        self._deadline.remaining()
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise TransientError(Reason.NAME_NOT_RESOLVED, host) from error
        if not addresses:
            raise TransientError(Reason.NAME_NOT_RESOLVED, host)
        for address in addresses:
            if not is_dialable(address, self._allowed):
                raise PermanentError(Reason.BLOCKED_ADDRESS, f"{host} is {address}")
        return addresses


class GuardedStream(httpcore.NetworkStream):
    """A stream with a deadline and a cap on what it reads.

    Attributes
    ----------
    sent : bytes
        Everything written so far.
    first_bytes : bytes
        The first few bytes received.
    expects_body : bool
        Whether the head is through.
    has_ended : bool
        Whether the server has closed its side.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, maximum_body_bytes: int) -> None:
        self._stream = stream
        self._deadline = deadline
        self._maximum_body_bytes = maximum_body_bytes
        self._received = 0
        self.sent = b""
        self.first_bytes = b""
        self.expects_body = False
        self.has_ended = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read once.

        Raises
        ------
        PermanentError
            ``protocol_error`` for a head beyond its cap, ``too_large`` for a body.
        TransientError
            ``timeout``.
        """
        # What the framing of a body may cost is the head's allowance.
        limit = MAXIMUM_HEAD_BYTES + (self._maximum_body_bytes if self.expects_body else 0)
        allowance = limit - self._received
        if allowance <= 0:
            reason = Reason.TOO_LARGE if self.expects_body else Reason.PROTOCOL_ERROR
            raise PermanentError(reason, f"more than {limit} bytes received")
        data = self._stream.read(min(max_bytes, allowance), self._deadline.remaining())
        self._received += len(data)
        self.has_ended = not data
        if len(self.first_bytes) < 8:
            self.first_bytes += data[:8]
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write everything.

        Raises
        ------
        TransientError
            ``timeout``.
        """
        self.sent += buffer
        self._stream.write(buffer, self._deadline.remaining())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Speak TLS from here on.

        Raises
        ------
        PermanentError
            ``tls_error``: the certificate or the protocol is not acceptable.
        TransientError
            ``connection_failed`` or ``timeout``.
        """
        try:
            self._stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.remaining())
        except ValueError as error:  # a host name that no certificate can have
            raise PermanentError(Reason.TLS_ERROR, str(error)) from error
        except httpcore.ConnectError as error:
            cause = error.__cause__
            if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
                raise PermanentError(Reason.TLS_ERROR, cause.reason or type(cause).__name__) from error
            raise TransientError(Reason.CONNECTION_FAILED, "in the TLS handshake") from error
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return what the wrapped stream knows."""
        return self._stream.get_extra_info(info)
