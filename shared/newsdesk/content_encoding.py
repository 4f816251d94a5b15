"""HTTP content codings (RFC 9110, section 8.4), undone within bounds.

Comes in: a body as received and its ``Content-Encoding``. Goes out: the body's own bytes, never more than a cap.
Changes nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from newsdesk.errors import PermanentError, TransientError
from newsdesk.outcomes import Reason

ACCEPT_ENCODING = "gzip, deflate"
"""What a request may offer: the codings that :func:`decode_body` undoes."""

MAXIMUM_GZIP_MEMBERS = 1024
"""RFC 1952 allows any number. Block gzip makes one for each 64 KiB, so this is more than any page needs; without a
limit, a body of empty members costs minutes."""

_GZIP = frozenset({"gzip", "x-gzip"})
_DEFLATE = frozenset({"deflate"})
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_ZLIB_WINDOW = zlib.MAX_WBITS
_RAW_WINDOW = -zlib.MAX_WBITS
_STEP = 64 * 1024


def single_encoding(field_values: Iterable[str]) -> str | None:
    """Return the one coding that a response's ``Content-Encoding`` fields name.

    Parameters
    ----------
    field_values : iterable of str
        Of every ``Content-Encoding`` field, in order.

    Returns
    -------
    str or None
        ``gzip``, ``x-gzip`` or ``deflate``; None for an identity body.

    Raises
    ------
    PermanentError
        ``content_encoding``: the coding is unknown, or there is more than one.
    """
    names = [name.strip().lower() for value in field_values for name in value.split(",")]
    codings = [name for name in names if name not in ("", "identity")]
    if not codings:
        return None
    if len(codings) > 1:
        raise PermanentError(Reason.CONTENT_ENCODING, f"{len(codings)} codings")
    if codings[0] not in _GZIP | _DEFLATE:
        raise PermanentError(Reason.CONTENT_ENCODING, codings[0][:40])
    return codings[0]


def decode_body(body: bytes, encoding: str | None, cap: int) -> bytes:
    """Undo a body's content coding.

    ``deflate`` is taken with the zlib wrapper that RFC 9110 asks for and without it, as some servers send it. A gzip
    body may have several members (RFC 1952, section 2.2); what follows the last one is ignored, as browsers do.

    Parameters
    ----------
    encoding : str or None
        The value of ``Content-Encoding``; None for an identity body.
    cap : int
        The most bytes to return; no more than that are ever held.

    Raises
    ------
    PermanentError
        ``too_large``: there is more than ``cap``. ``content_encoding``: the coding is unknown or stacked, or the body
        is not in it.
    TransientError
        ``truncated``: the body ends before its coding does.
    """
    coding = single_encoding([encoding or ""])
    if coding is None:
        if len(body) > cap:
            raise PermanentError(Reason.TOO_LARGE, f"{len(body)} bytes")
        return body
    if coding in _GZIP:
        return _decode_gzip(memoryview(body), cap)
    window = _ZLIB_WINDOW if _has_zlib_header(body) else _RAW_WINDOW
    return _decode_stream(memoryview(body), window, cap)[0]


def _has_zlib_header(body: bytes) -> bool:
    """RFC 1950, section 2.2: method 8, and a check that makes the first two bytes a multiple of 31."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _decode_gzip(body: memoryview, cap: int) -> bytes:
    decoded = bytearray()
    for _ in range(MAXIMUM_GZIP_MEMBERS):
        member, used = _decode_stream(body, _GZIP_WINDOW, cap - len(decoded))
        decoded += member
        body = body[used:]
        if len(body) == 1 and body == _GZIP_MAGIC[:1]:
            raise TransientError(Reason.TRUNCATED, "in a gzip member's header")
        if body[:2] != _GZIP_MAGIC:
            return bytes(decoded)
    raise PermanentError(Reason.CONTENT_ENCODING, f"more than {MAXIMUM_GZIP_MEMBERS} gzip members")


def _decode_stream(body: memoryview, window: int, cap: int) -> tuple[bytes, int]:
    """Return what one zlib stream decodes to, and how many bytes of ``body`` it took."""
    decoder = zlib.decompressobj(window)
    decoded = bytearray()
    position = 0
    while not decoder.eof:
        step = body[position : position + _STEP]
        if not step:
            raise TransientError(Reason.TRUNCATED, "inside a compressed stream")
        try:
            # One byte beyond the cap is enough to know that there is more; zero would mean no limit at all.
            decoded += decoder.decompress(step, cap - len(decoded) + 1)
        except zlib.error as error:
            raise PermanentError(Reason.CONTENT_ENCODING, str(error)) from error
        if len(decoded) > cap:
            raise PermanentError(Reason.TOO_LARGE, f"more than {cap} bytes decoded")
        position += len(step) - len(decoder.unconsumed_tail) - len(decoder.unused_data)
    return bytes(decoded), position
