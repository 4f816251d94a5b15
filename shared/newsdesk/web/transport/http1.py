"""HTTP/1.1 (RFC 9112) over a channel, for one request at a time.

Comes in: a request's target and fields. Goes out: the response's head, then its body in pieces. Changes: what the
server at the other end of the channel does about it.

The parsing is h11's, which reads strictly. What is added here are the bounds that it leaves to its caller: on the
number of fields, informational responses and chunks; and the difference between a server that speaks no HTTP and one
that stopped speaking.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import h11

from newsdesk.contracts import Reason
from newsdesk.errors import NewsdeskError, PermanentError, TransientError
from newsdesk.web.transport.exchange import HeaderFields
from newsdesk.web.transport.network import MAXIMUM_HEAD_BYTES, Channel, Deadline

MAXIMUM_FIELDS = 200
"""Fields of one head. Servers send 20 to 50; Apache and Python's own client accept 100."""

MAXIMUM_INFORMATIONAL = 16
"""Responses of status 1xx before the real one (RFC 9110, section 15.2). One 103 is usual."""

MAXIMUM_PIECES = 50_000
"""Pieces of a body, whether chunks or reads. A chunk of one byte costs as much work as one of 16 KiB, so that without a
limit a 10 MB page of tiny ones takes a processor for a quarter of a minute."""

MAXIMUM_DRAIN_BYTES = 32 * 1024
MAXIMUM_DRAIN_SECONDS = 0.1
"""The most that reading an unwanted body may cost; a new connection with TLS costs about as much."""

_VERSIONS = frozenset({b"1.0", b"1.1"})
_START = b"HTTP/"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a response; the texts have one character for each byte (ISO 8859-1)."""

    http_version: str
    status: int
    reason_phrase: str
    headers: HeaderFields


class Connection:
    """A channel on which one exchange follows the other."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAXIMUM_HEAD_BYTES)
        self._start = b""
        self._is_ambiguous = False

    def ask(self, target: str, fields: Sequence[tuple[str, str]], deadline: Deadline, maximum_body_bytes: int) -> Head:
        """Send a GET request and return the head of the answer.

        Raises
        ------
        PermanentError
            ``protocol_error``: the answer is not in HTTP/1.1 or 1.0, or has no bounds.
        TransientError
            ``connection_failed`` or ``timeout``.
        """
        self.channel.begin(deadline, maximum_body_bytes)
        self._start = b""
        with self._classified():
            headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in fields]
            request = self._parser.send(h11.Request(method="GET", target=target, headers=headers))
            end = self._parser.send(h11.EndOfMessage())
            self.channel.write((request or b"") + (end or b""))
            response = self._response()
        self.channel.expects_body = True
        return self._head(response)

    def body(self) -> Iterator[bytes]:
        """Return the body in pieces, without its framing.

        Raises
        ------
        PermanentError
            ``too_large`` or ``protocol_error``.
        TransientError
            ``truncated``, ``connection_failed`` or ``timeout``.
        """
        for _ in range(MAXIMUM_PIECES):
            with self._classified():
                event = self._next_event()
                if type(event) is h11.EndOfMessage and self.channel.is_cut:
                    raise TransientError(Reason.TRUNCATED, "TLS ended without saying so")
            if type(event) is not h11.Data:
                return
            yield bytes(event.data)
        raise PermanentError(Reason.TOO_LARGE, f"a body in more than {MAXIMUM_PIECES} pieces")

    def can_serve_another(self) -> bool:
        """Return whether the exchange ended cleanly enough for another to follow, and prepare for it.

        A body that was not wanted is read for that, as long as it is short and there at once; most are, behind a
        redirect or a missing file.
        """
        try:
            self._drain()
        except (h11.RemoteProtocolError, NewsdeskError):
            return False
        is_done = self._parser.our_state is h11.DONE and self._parser.their_state is h11.DONE
        # What comes after the end would be taken for the answer to the next request.
        if not is_done or self._is_ambiguous or self._parser.trailing_data != (b"", False):
            return False
        self._parser.start_next_cycle()
        return True

    def _drain(self) -> None:
        started, drained = time.monotonic(), 0
        while self._parser.their_state is h11.SEND_BODY:
            if self._parser.next_event() is not h11.NEED_DATA:
                continue
            left = MAXIMUM_DRAIN_SECONDS - (time.monotonic() - started)
            if left <= 0 or drained > MAXIMUM_DRAIN_BYTES:
                return
            data = self.channel.read(left)
            drained += len(data)
            self._parser.receive_data(data)

    def _response(self) -> h11.Response:
        for _ in range(MAXIMUM_INFORMATIONAL + 1):
            event = self._next_event()
            if isinstance(event, h11.Response):
                return event
        raise PermanentError(Reason.PROTOCOL_ERROR, f"more than {MAXIMUM_INFORMATIONAL} informational responses")

    def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._parser.next_event()
            if event is not h11.NEED_DATA:
                assert not isinstance(event, type) or event is h11.PAUSED
                return event
            data = self.channel.read()
            if len(self._start) < len(_START):
                self._start += data[: len(_START) - len(self._start)]
                if not _START.startswith(self._start):
                    # h11 would wait for the end of a head; HTTP/0.9 has none (RFC 9112, appendix C.1.1).
                    raise PermanentError(Reason.PROTOCOL_ERROR, "no HTTP status line")
            if not data and self._parser.their_state is h11.SEND_RESPONSE:
                raise _broken_off()
            self._parser.receive_data(data)

    def _head(self, response: h11.Response) -> Head:
        if response.http_version not in _VERSIONS:
            raise PermanentError(Reason.PROTOCOL_ERROR, f"HTTP/{response.http_version.decode('ascii')}")
        fields = response.headers.raw_items()
        if len(fields) > MAXIMUM_FIELDS:
            raise PermanentError(Reason.PROTOCOL_ERROR, f"{len(fields)} header fields")
        names = {name.lower() for name, _ in fields}
        # RFC 9112, section 6.3: two framings in one message are how one response is smuggled into another's place.
        self._is_ambiguous = {b"transfer-encoding", b"content-length"} <= names
        return Head(
            http_version=f"HTTP/{response.http_version.decode('ascii')}",
            status=response.status_code,
            reason_phrase=response.reason.decode("latin-1"),
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields),
        )

    @contextmanager
    def _classified(self) -> Iterator[None]:
        """Turn h11's errors into ours."""
        try:
            yield
        except h11.RemoteProtocolError as error:
            if self.channel.has_ended and self.channel.expects_body:
                raise TransientError(Reason.TRUNCATED, "the body ended early") from error
            raise PermanentError(Reason.PROTOCOL_ERROR, str(error)[:120]) from error
        except h11.LocalProtocolError as error:
            raise PermanentError(Reason.PROTOCOL_ERROR, f"cannot be asked for: {error}"[:120]) from error


def _broken_off() -> TransientError:
    return TransientError(Reason.CONNECTION_FAILED, "closed before the answer was complete")
