"""WARC files for tests and measurements, written byte for byte as crawlers do, mistakes included.

Comes in: pages. Goes out: a file.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable

CAPTURED_AT = "2020-01-02T03:04:05Z"


def record(
    kind: str,
    url: str,
    block: bytes,
    *,
    date: str = CAPTURED_AT,
    media_type: str = "application/http; msgtype=response",
    version: str = "1.0",
    **fields: str,
) -> bytes:
    """Return one record; further fields by their names with underscores."""
    named = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": date,
        "Content-Type": media_type,
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/{version}\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def http(
    body: bytes,
    *headers: tuple[str, str],
    status: str = "200 OK",
    content_type: str | None = "text/html; charset=utf-8",
) -> bytes:
    """Return an HTTP response."""
    fields = [*([("Content-Type", content_type)] if content_type else []), *headers]
    return (
        f"HTTP/1.1 {status}\r\n{''.join(f'{name}: {value}' + chr(13) + chr(10) for name, value in fields)}\r\n".encode(
            "latin-1"
        )
        + body
    )


def response(url: str, body: bytes, *headers: tuple[str, str], date: str = CAPTURED_AT, **fields: str) -> bytes:
    """Return the record of a page."""
    return record("response", url, http(body, *headers), date=date, **fields)


def chunked(body: bytes, size: int = 1000) -> bytes:
    """Return a body in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def by_record(records: Iterable[bytes]) -> bytes:
    """Return a file with a gzip member for each record."""
    return b"".join(gzip.compress(entry, mtime=0) for entry in records)
