"""A web server on loopback that does everything wrong that servers do.

Comes in: a behaviour for each path. Goes out: the bytes that the behaviour sends. Changes: opens a listening socket on
127.0.0.1, or on another loopback address.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import socket
import ssl
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import brotlicffi

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = b"<html><head><title>Harbour</title></head><body><p>The harbour bridge is open.</p></body></html>"
HTML = ("Content-Type", "text/html; charset=utf-8")


@dataclass
class Request:
    """What a client asked, and the socket to answer on."""

    head: bytes
    connection: socket.socket

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode("ascii")

    def field(self, name: str) -> str | None:
        for line in self.head.split(b"\r\n")[1:]:
            field, _, value = line.partition(b":")
            if field.decode("latin-1").lower() == name.lower():
                return value.strip().decode("latin-1")
        return None

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)


Behaviour = Callable[[Request], None]


class MisbehavingServer:
    """Answers each path as configured; every request is in ``requests``.

    A connection is closed after one answer, unless the server keeps connections alive.
    """

    def __init__(
        self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None, *, keeps_alive: bool = False
    ) -> None:
        self._address = address
        self._tls = tls
        self._keeps_alive = keeps_alive
        self._behaviours: dict[str, Behaviour] = {}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((address, 0))
        self.requests: list[Request] = []
        self.connections = 0
        self.says_goodbye = False
        self.certificate = ""
        self.on_connect: Behaviour | None = None

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{'https' if self._tls else 'http'}://{host or self._address}:{self.port}{path}"

    def on(self, path: str, behaviour: Behaviour) -> str:
        """Set what happens at a path, and return its URL."""
        self._behaviours[path] = behaviour
        return self.url(path)

    def __enter__(self) -> MisbehavingServer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        # A client that has seen enough hangs up; what we still wanted to say is lost, as it should be.
        with contextlib.suppress(OSError), connection:
            if self.on_connect is not None:
                self.on_connect(Request(b"", connection))
            elif self._tls is None:
                self._converse(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._open.append(secured)
                    self._converse(secured)
                    # Many servers say no goodbye; those that do make a body without a length end where it should.
                    if self.says_goodbye:
                        secured.unwrap()

    def _converse(self, connection: socket.socket) -> None:
        while self._answer(connection) and self._keeps_alive:
            pass

    def _answer(self, connection: socket.socket) -> bool:
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return False
            received += part
        request = Request(received, connection)
        self.requests.append(request)
        self._behaviours.get(request.target, answer(status=404))(request)
        return True


def head(
    status: int, fields: Iterable[tuple[str, str]] = (), phrase: str = "Phrase", version: str = "HTTP/1.1"
) -> bytes:
    lines = [f"{version} {status} {phrase}", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def raw(*parts: bytes) -> Behaviour:
    """Send bytes, then close."""

    def behave(request: Request) -> None:
        for part in parts:
            request.send(part)

    return behave


def answer(
    body: bytes = PAGE, *fields: tuple[str, str], status: int = 200, html: bool = True, length: bool = True
) -> Behaviour:
    """Send an ordinary answer."""
    everything = [*([HTML] if html else []), *fields]
    if length:
        everything.append(("Content-Length", str(len(body))))
    return raw(head(status, everything), body)


def redirect(location: str, status: int = 301) -> Behaviour:
    return answer(b"", ("Location", location), status=status, html=False)


def chunked(*chunks: bytes, fields: Iterable[tuple[str, str]] = (HTML,), end: bytes = b"0\r\n\r\n") -> Behaviour:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return raw(head(200, [*fields, ("Transfer-Encoding", "chunked")]), framed, end)


def endless_chunks(request: Request) -> None:
    request.send(head(200, [HTML, ("Transfer-Encoding", "chunked")]))
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    while True:
        request.send(chunk)


def tiny_chunks(request: Request) -> None:
    """One byte of body for each six on the wire."""
    request.send(head(200, [HTML, ("Transfer-Encoding", "chunked")]))
    while True:
        request.send(b"1\r\nx\r\n" * 10_000)


def drip(first: bytes, byte: bytes = b"x", every: float = 0.05) -> Behaviour:
    """Send something, then one byte after the other forever."""

    def behave(request: Request) -> None:
        request.send(first)
        while True:
            time.sleep(every)
            request.send(byte)

    return behave


def stall(seconds: float = 8.0) -> Behaviour:
    """Say nothing until the client hangs up, or for so long."""

    def behave(request: Request) -> None:
        request.connection.settimeout(seconds)
        request.connection.recv(1)

    return behave


def flood_of_fields(count: int) -> Behaviour:
    def behave(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\n")
        block = b"".join(b"X-%d: y\r\n" % number for number in range(1000))
        for _ in range(count // 1000):
            request.send(block)
        request.send(b"\r\n")

    return behave


def huge_field(size: int) -> Behaviour:
    def behave(request: Request) -> None:
        request.send(b"HTTP/1.1 200 OK\r\nX-Huge: ")
        for _ in range(size // 65536):
            request.send(b"x" * 65536)
        request.send(b"\r\n\r\n")

    return behave


def many_informational(count: int) -> Behaviour:
    def behave(request: Request) -> None:
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        for start in range(0, count, 100):
            request.send(hint * min(100, count - start))
        answer()(request)

    return behave


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "x-gzip": lambda body: gzip.compress(body, mtime=0),
    "deflate": zlib.compress,
    "br": brotlicffi.compress,
    "zstd": zstd.compress,
}


@functools.cache
def bomb(coding: str, mebibytes: int) -> bytes:
    """Return a small body that decodes to that much."""
    block = bytes(1 << 20)
    if coding == "gzip":
        # A block that looks at none before it can be repeated; the checksum at the end is wrong, if anybody gets there.
        compressor = zlib.compressobj(9, wbits=-15)
        repeated = compressor.compress(block) + compressor.flush(zlib.Z_FULL_FLUSH)
        return gzip.compress(b"")[:10] + repeated * mebibytes + compressor.flush() + bytes(8)
    if coding == "br":
        brotli_compressor = brotlicffi.Compressor(quality=5, lgwin=24)
        parts = [brotli_compressor.process(block) for _ in range(mebibytes)]
        return b"".join([*parts, brotli_compressor.finish()])
    zstd_compressor = zstd.ZstdCompressor(level=3)
    return b"".join([*(zstd_compressor.compress(block) for _ in range(mebibytes)), zstd_compressor.flush()])


def compressed(body: bytes = PAGE, coding: str = "gzip", cut: int | None = None) -> Behaviour:
    """Send a compressed body, cut short when told so; its length is that of what is sent."""
    return answer(ENCODERS[coding](body)[:cut], ("Content-Encoding", coding))


def reset(request: Request) -> None:
    """Close with RST."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.connection.close()
