"""Channels that lead only to permitted addresses, and end in time.

Comes in: a host and a port. Goes out: an open channel to an address that was checked. Changes: opens sockets.

This is the one place that resolves and dials, for pages, for every redirect, and for what a site says about itself. A
name is resolved once; every answer is checked; a checked address is dialled, as a literal, so that nothing resolves
again between the check and the dial. One deadline covers everything that a channel waits for: the timeouts of the
socket library start anew with each byte, and a server that sends one byte a second never meets them.
"""

from __future__ import annotations

import hashlib
import math
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from newsdesk.contracts import Reason
from newsdesk.errors import NewsdeskError, PermanentError, TransientError
from newsdesk.web import Address, Network, is_dialable, literal_address
from newsdesk.web.transport.exchange import TlsFacts

Resolve = Callable[[str, int], Sequence[Address]]
"""Returns the addresses of a host in the order to try them; raises ``OSError`` when there are none."""

MAXIMUM_HEAD_BYTES = 64 * 1024
"""The limit of the status line and fields, informational responses included. Browsers allow 256 KiB, most servers send
less than 8; news sites with long security policies stay below 32."""

MAXIMUM_LOOKUPS = 20
"""Names that are being resolved at the same time; twice the pages that a function fetches at once."""

MAXIMUM_DIALS = 6
"""Addresses of a host that are tried. A name may have hundreds, each of them dead."""

_READ_BYTES = 64 * 1024


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

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out the time that the block takes."""
        paused_at = time.monotonic()
        try:
            yield
        finally:
            self._started += time.monotonic() - paused_at


class Resolver:
    """Resolves names within a deadline, which the system's resolver knows nothing of.

    A lookup that hangs cannot be cancelled. It keeps its thread until the system gives it up, and there are never
    more of these than :data:`MAXIMUM_LOOKUPS`; a fetch that finds them all taken waits within its deadline for one to
    end.
    """

    def __init__(self, ask: Resolve = resolve, maximum_lookups: int = MAXIMUM_LOOKUPS) -> None:
        self._ask = ask
        self._free = threading.BoundedSemaphore(maximum_lookups)

    def addresses(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return the addresses of a host, which may be a literal one.

        Raises
        ------
        TransientError
            ``name_not_resolved`` or ``timeout``.
        """
        literal = literal_address(host)
        if literal is not None:
            return [literal]
        if not self._free.acquire(timeout=deadline.remaining()):
            raise TransientError(Reason.TIMEOUT, "too many names are being resolved")
        found: SimpleQueue[Sequence[Address] | BaseException] = SimpleQueue()

        def look_up() -> None:
            try:
                found.put(self._ask(host, port))
            except BaseException as error:
                found.put(error)
            finally:
                self._free.release()

        try:
            threading.Thread(target=look_up, name="resolver", daemon=True).start()
        except RuntimeError:  # the system has no thread left to give
            self._free.release()
            raise
        try:
            answer = found.get(timeout=deadline.remaining())
        except Empty:
            raise TransientError(Reason.TIMEOUT, f"{host} did not resolve in time") from None
        if isinstance(answer, OSError):
            raise TransientError(Reason.NAME_NOT_RESOLVED, host) from answer
        if isinstance(answer, BaseException):
            raise answer
        if not answer:
            raise TransientError(Reason.NAME_NOT_RESOLVED, host)
        return answer


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Where channels may lead.

    Attributes
    ----------
    allowed : sequence of networks
        Exceptions to the public internet; empty in a deployed stack.
    closed_ports : frozenset of int
        Ports that no exception opens: the stack's own AWS endpoint and the other services of a function on its machine.
    """

    allowed: Sequence[Network] = ()
    closed_ports: frozenset[int] = frozenset()

    def check(self, host: str, addresses: Sequence[Address], port: int) -> None:
        """Refuse a host when any of its addresses may not be dialled.

        Raises
        ------
        PermanentError
            ``blocked_address``.
        """
        for address in addresses:
            if is_dialable(address):
                continue
            if not is_dialable(address, self.allowed):
                raise PermanentError(Reason.BLOCKED_ADDRESS, f"{host} is {address}")
            if port in self.closed_ports:
                raise PermanentError(Reason.BLOCKED_ADDRESS, f"{address} port {port} serves this stack itself")


class Channel:
    """An open connection, with a deadline and a cap on what is read for each exchange on it.

    Attributes
    ----------
    address : Address
        The address that was dialled.
    tls : TlsFacts or None
    received : int
        Bytes read since the exchange began.
    sent : bytes
        Everything written since then.
    expects_body : bool
        Whether the head is through, so that the body's cap counts.
    has_ended : bool
        Whether the server has closed its side; ``is_cut`` when it did so without TLS's closure alert (RFC 8446,
        section 6.1), as a middlebox can make it seem.
    resolved_after, connected_after, secured_after : float or None
        Seconds from the beginning of the fetch that opened the channel.
    first_byte_after : float or None
        Seconds from the beginning of the exchange's fetch.
    """

    def __init__(self, connection: socket.socket, address: Address) -> None:
        self._socket = connection
        self.address = address
        self.tls: TlsFacts | None = None
        self.resolved_after: float | None = None
        self.connected_after = 0.0
        self.secured_after: float | None = None
        self.has_ended = False
        self.is_cut = False

    def begin(self, deadline: Deadline, maximum_body_bytes: int) -> None:
        """Start an exchange."""
        self._deadline = deadline
        self._maximum_body_bytes = maximum_body_bytes
        self.received = 0
        self.sent = b""
        self.expects_body = False
        self.first_byte_after: float | None = None

    def secure(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        """Speak TLS from here on.

        Raises
        ------
        PermanentError
            ``tls_error``: the certificate or the protocol is not acceptable.
        TransientError
            ``connection_failed`` or ``timeout``.
        """
        self._socket.settimeout(deadline.remaining())
        try:
            secured = context.wrap_socket(self._socket, server_hostname=host, suppress_ragged_eofs=False)
        except TimeoutError as error:
            raise TransientError(Reason.TIMEOUT, "in the TLS handshake") from error
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            raise TransientError(Reason.CONNECTION_FAILED, "in the TLS handshake") from error
        except ssl.SSLError as error:
            raise PermanentError(Reason.TLS_ERROR, error.reason or type(error).__name__) from error
        except OSError as error:
            raise TransientError(Reason.CONNECTION_FAILED, "in the TLS handshake") from error
        except ValueError as error:  # a host name that no certificate can have
            raise PermanentError(Reason.TLS_ERROR, str(error)) from error
        self._socket = secured
        cipher = secured.cipher()
        certificate = secured.getpeercert(binary_form=True)
        assert cipher is not None
        assert certificate is not None
        self.tls = TlsFacts(secured.version() or "", cipher[0], hashlib.sha256(certificate).hexdigest())
        self.secured_after = deadline.elapsed()

    def read(self, longest_wait_seconds: float = math.inf) -> bytes:
        """Read once; nothing means that the server has closed its side.

        Parameters
        ----------
        longest_wait_seconds : float
            How long to wait, if that is less than the deadline leaves.

        Raises
        ------
        PermanentError
            ``protocol_error`` for a head beyond its cap, ``too_large`` for a body.
        TransientError
            ``timeout`` or ``connection_failed``.
        """
        # What the framing of a body may cost is the head's allowance.
        limit = MAXIMUM_HEAD_BYTES + (self._maximum_body_bytes if self.expects_body else 0)
        allowance = limit - self.received
        if allowance <= 0:
            reason = Reason.TOO_LARGE if self.expects_body else Reason.PROTOCOL_ERROR
            raise PermanentError(reason, f"more than {limit} bytes received")
        try:
            self._socket.settimeout(min(self._deadline.remaining(), longest_wait_seconds))
            data = self._socket.recv(min(_READ_BYTES, allowance))
        except TimeoutError as error:
            raise TransientError(Reason.TIMEOUT, "while reading") from error
        except ssl.SSLEOFError:
            data, self.is_cut = b"", True
        except OSError as error:
            raise TransientError(Reason.CONNECTION_FAILED, type(error).__name__) from error
        self.received += len(data)
        self.has_ended = not data
        if self.first_byte_after is None:
            self.first_byte_after = self._deadline.elapsed()
        return data

    def write(self, data: bytes) -> None:
        """Write everything.

        Raises
        ------
        TransientError
            ``timeout``. It is not an error if the server reads no further: it may have answered before it stopped
            reading.
        """
        self.sent += data
        try:
            self._socket.settimeout(self._deadline.remaining())
            self._socket.sendall(data)
        except TimeoutError as error:
            raise TransientError(Reason.TIMEOUT, "while writing") from error
        except OSError:
            return

    @property
    def is_quiet(self) -> bool:
        """Whether the server has neither closed its side nor sent anything unasked."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return False
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close the connection."""
        with suppress(OSError):
            self._socket.close()


class Dialler:
    """Opens channels: resolves, checks, dials."""

    def __init__(self, resolver: Resolver, rules: AddressRules, tls: ssl.SSLContext) -> None:
        self._resolver = resolver
        self._rules = rules
        self._tls = tls

    def open(self, scheme: str, host: str, port: int, deadline: Deadline) -> Channel:
        """Open a channel to a host, over TLS when the scheme is ``https``.

        Raises
        ------
        PermanentError
            ``blocked_address`` or ``tls_error``.
        TransientError
            ``name_not_resolved``, ``connection_failed`` or ``timeout``.
        """
        addresses = self._resolver.addresses(host, port, deadline)
        self._rules.check(host, addresses, port)
        resolved_after = deadline.elapsed()
        channel = _dial(addresses[:MAXIMUM_DIALS], port, deadline)
        try:
            channel.resolved_after = resolved_after
            channel.connected_after = deadline.elapsed()
            if scheme == "https":
                channel.secure(self._tls, host, deadline)
        except NewsdeskError:
            channel.close()
            raise
        return channel


def _dial(addresses: Sequence[Address], port: int, deadline: Deadline) -> Channel:
    failure: OSError | None = None
    for position, address in enumerate(addresses):
        # One dead address of several must not use up the time of the others.
        share = deadline.remaining() / (len(addresses) - position)
        connection = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            connection.settimeout(share)
            connection.connect((str(address), port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
            continue
        except BaseException:
            connection.close()
            raise
        return Channel(connection, address)
    deadline.remaining()
    raise TransientError(Reason.CONNECTION_FAILED, type(failure).__name__) from failure
