"""HTTP content codings (RFC 9110, section 8.4), undone within bounds.

Comes in: a body as received and its ``Content-Encoding``. Goes out: the body's own bytes, never more than a cap.

gzip and deflate are RFC 1952 and 1950, br is RFC 7932, zstd is RFC 8878. Each decoder returns a little at a time,
so that what a body would grow to costs nothing before the cap is reached; and a stream that does not end is an error.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from io import BytesIO

import brotlicffi

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, TransientError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
"""What a request may offer: the codings that :func:`decode_body` undoes."""

MAXIMUM_MEMBERS = 1024
"""Members of a gzip body, and frames of a zstd body; RFC 1952 and RFC 8878 allow any number. Block gzip makes one for
each 64 KiB, so this is more than any page needs; without a limit, a body of empty members costs minutes."""

MAXIMUM_ZSTD_WINDOW_LOG = 23
"""RFC 9659: content coded for HTTP needs a window of at most 8 MiB. A frame may ask for 2 GiB."""

_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_ZLIB_WINDOW = zlib.MAX_WBITS
_RAW_WINDOW = -zlib.MAX_WBITS
_STEP = 64 * 1024
_TEXT_START_BYTES = 1024
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""https://mimesniff.spec.whatwg.org: bytes that no text has, unless its byte order mark says that it is UTF-16."""

_Pieces = Generator[bytes, None, int]
"""Yields what one compressed stream decodes to; returns how many bytes of the body the stream took."""


def single_encoding(field_values: Iterable[str]) -> str | None:
    """Return the one coding that a response's ``Content-Encoding`` fields name.

    Servers write charsets, media types and other words there. Such a name beside a coding is ignored; alone it is
    returned, and :func:`decoded_pieces` takes a body that begins as text for what it is.

    Parameters
    ----------
    field_values : iterable of str
        The value of every ``Content-Encoding`` field, in order.

    Returns
    -------
    str or None
        ``gzip``, ``x-gzip``, ``deflate``, ``br`` or ``zstd``, or a name that is no coding of ours; None for an identity
        body.

    Raises
    ------
    PermanentError
        ``content_encoding``: there is more than one coding.
    """
    names = [name.strip().lower() for value in field_values for name in value.split(",")]
    codings = [name for name in names if name in _CODINGS]
    if len(codings) > 1:
        raise PermanentError(Reason.CONTENT_ENCODING, f"{len(codings)} codings")
    others = [name for name in names if name not in ("", "identity")]
    return next(iter([*codings, *others]), None)


def decode_body(body: bytes, encoding: str | None, cap: int) -> bytes:
    """Undo a body's content coding.

    ``deflate`` is taken with the zlib wrapper that RFC 9110 asks for and without it, as some servers send it. A gzip
    body may have several members (RFC 1952, section 2.2), a zstd body several frames (RFC 8878, section 3); what
    follows the last one is ignored, as browsers do.

    Parameters
    ----------
    encoding : str or None
        The value of ``Content-Encoding``; None for an identity body.
    cap : int
        The most bytes to return; hardly more than that are ever held.

    Raises
    ------
    PermanentError
        ``too_large``: there is more than ``cap``. ``content_encoding``: the coding is stacked, or is unknown and the
        body does not begin as text, or the body is not in its coding.
    TransientError
        ``truncated``: the body ends before its coding does.
    """
    if single_encoding([encoding or ""]) is None and len(body) <= cap:
        return body
    # A BytesIO hands its buffer over where joining pieces would hold everything twice.
    decoded = BytesIO()
    for piece in decoded_pieces(body, encoding, cap):
        decoded.write(piece)
    return decoded.getvalue()


def decoded_pieces(body: bytes, encoding: str | None, cap: int) -> Iterator[bytes]:
    """Decode like :func:`decode_body`, but piece by piece, for callers that do not need the whole body in memory.

    The body is known to be whole only once the iterator has ended.
    """
    total = 0
    for piece in _undone(memoryview(body), single_encoding([encoding or ""])):
        total += len(piece)
        if total > cap:
            raise PermanentError(Reason.TOO_LARGE, f"more than {cap} bytes decoded")
        yield piece


def decode_start(body: bytes, encoding: str | None, cap: int) -> tuple[bytes, bool]:
    """Return the first ``cap`` bytes that a body decodes to, and whether the body ends there.

    A body that is cut short, or longer than the cap, gives its start; one that is not in its coding is refused.

    Raises
    ------
    PermanentError
        ``content_encoding``.
    """
    decoded = bytearray()
    try:
        for piece in _undone(memoryview(body), single_encoding([encoding or ""])):
            decoded += piece
            if len(decoded) > cap:
                return bytes(decoded[:cap]), False
    except TransientError:
        return bytes(decoded), False
    return bytes(decoded), True


def _undone(body: memoryview, coding: str | None) -> Iterator[bytes]:
    match coding:
        case "gzip" | "x-gzip":
            yield from _members(body, lambda rest: _inflated(rest, _GZIP_WINDOW), _is_gzip)
        case "deflate":
            yield from _inflated(body, _ZLIB_WINDOW if _has_zlib_header(body) else _RAW_WINDOW)
        case "br":
            yield from _unbrotlied(body)
        case "zstd":
            yield from _members(body, _unzstandarded, _is_zstandard)
        case _:
            if coding is not None and not _begins_as_text(bytes(body[:_TEXT_START_BYTES])):
                raise PermanentError(Reason.CONTENT_ENCODING, coding[:40])
            yield from (bytes(body[start : start + _STEP]) for start in range(0, len(body), _STEP))


def _begins_as_text(start: bytes) -> bool:
    return start.startswith(_UTF_16_MARKS) or _NO_TEXT.search(start) is None


def _members(
    body: memoryview, decode: Callable[[memoryview], _Pieces], is_member: Callable[[memoryview], bool]
) -> Iterator[bytes]:
    """Decode one stream after the other, until something else follows."""
    for _ in range(MAXIMUM_MEMBERS):
        used = yield from decode(body)
        body = body[used:]
        if not is_member(body):
            return
    raise PermanentError(Reason.CONTENT_ENCODING, f"more than {MAXIMUM_MEMBERS} streams in one body")


def _is_gzip(body: memoryview) -> bool:
    return len(body) > 0 and bytes(body[:2]) in (_GZIP_MAGIC[:1], _GZIP_MAGIC)


def _is_zstandard(body: memoryview) -> bool:
    """RFC 8878, sections 3.1.1 and 3.1.2: the magic numbers of a frame and of a skippable one, whole or cut short."""
    magic = bytes(body[:4])
    is_frame = len(magic) > 0 and b"\x28\xb5\x2f\xfd".startswith(magic)
    return is_frame or (magic[:1] != b"" and magic[0] & 0xF0 == 0x50 and b"\x2a\x4d\x18".startswith(magic[1:]))


def _has_zlib_header(body: memoryview) -> bool:
    """RFC 1950, section 2.2: method 8, and a check that makes the first two bytes a multiple of 31."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _steps(body: memoryview) -> Iterator[memoryview]:
    return (body[start : start + _STEP] for start in range(0, len(body), _STEP))


def _truncated() -> TransientError:
    return TransientError(Reason.TRUNCATED, "inside a compressed stream")


def _inflated(body: memoryview, window: int) -> _Pieces:
    decoder = zlib.decompressobj(window)
    used = 0
    steps = _steps(body)
    try:
        while not decoder.eof:
            # The last bytes may be taken in before all that they stand for is out.
            given = decoder.unconsumed_tail or next(steps, b"")
            piece = decoder.decompress(given, _STEP)
            if not given and not piece:
                raise _truncated()
            yield piece
            used += len(given) - len(decoder.unconsumed_tail) - len(decoder.unused_data)
    except zlib.error as error:
        raise PermanentError(Reason.CONTENT_ENCODING, str(error)) from error
    return used


def _unbrotlied(body: memoryview) -> _Pieces:
    decoder = brotlicffi.Decompressor()
    steps = _steps(body)
    try:
        while not decoder.is_finished():
            is_hungry = decoder.can_accept_more_data()
            given = next(steps, b"") if is_hungry else b""
            piece = decoder.process(bytes(given), output_buffer_limit=_STEP)
            # It may be hungry and have the end in it already, when that came with a full piece.
            if is_hungry and not given and not piece and not decoder.is_finished():
                raise _truncated()
            yield piece
    except brotlicffi.error as error:
        raise PermanentError(Reason.CONTENT_ENCODING, str(error)) from error
    return len(body)


def _unzstandarded(body: memoryview) -> _Pieces:
    decoder = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: MAXIMUM_ZSTD_WINDOW_LOG})
    used = 0
    steps = _steps(body)
    try:
        while not decoder.eof:
            given = next(steps, None) if decoder.needs_input else memoryview(b"")
            if given is None:
                raise _truncated()
            yield decoder.decompress(given, max_length=_STEP)
            used += len(given)
    except zstd.ZstdError as error:
        raise PermanentError(Reason.CONTENT_ENCODING, str(error)) from error
    return used - len(decoder.unused_data)
