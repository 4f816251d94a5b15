"""Captures: one fetch of one page, kept as WARC 1.1 (ISO 28500:2017).

Comes in: what a fetch sent and received. Goes out: the bytes of a ``.warc.gz`` file, and a page read back from them.

A file holds three records, each a gzip member of its own: ``response``, ``request`` and ``metadata``; of a page that
somebody else fetched there is no request. The same capture
always makes the same bytes. The body is the one that the server sent, before its content coding is undone; only its
framing is gone, and the header fields that described the framing are renamed as web archives do.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newsdesk.errors import NewsdeskError
from newsdesk.web import media_type_of, single_encoding

CAPTURE_MEDIA_TYPE = "application/warc"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:newsdesk:capture")
_STEP = 64 * 1024
_LARGEST_CONTENT = 16 << 20
"""Bytes of one record of a capture, decompressed; a page has 10 MiB at most."""
_MOST_SIGNALS = 100
_LONGEST_SIGNAL = 2000
_ARCHIVED_PREFIX = "X-Archive-Orig-"

HeaderFields = tuple[tuple[str, str], ...]


class CaptureUnreadableError(NewsdeskError):
    """The bytes are not a capture that :func:`write_capture` wrote, or they were damaged since."""


@dataclass(frozen=True, slots=True)
class CaptureRedirect:
    """One redirect on the way to the page; ``address`` is the one that answered with it."""

    url: str
    status: int
    location: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class CaptureTls:
    """What the TLS connection to the page's server was like; the fingerprint is that of its certificate."""

    version: str
    cipher: str
    certificate_sha256: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one fetch sent and received.

    Attributes
    ----------
    capture_id : str
        The record ids are derived from it.
    captured_at : str
        When the fetch began, as :func:`newsdesk.clock.to_text` writes it.
    requested_url, final_url : str
        Before and after redirects.
    request_head : bytes
        As sent, up to and including the empty line; empty where nobody knows it, and then there is no such record.
    http_version : str
        ``HTTP/1.1`` or ``HTTP/1.0``.
    headers : tuple of pairs
        The response's fields as received, one character for each byte (ISO 8859-1).
    body : bytes
        As received, without transfer coding, before content decoding.
    resolved_address : str
        The address that was dialled.
    timings : dict
        Seconds since ``captured_at``, by name.
    tls : CaptureTls or None
        None for a page over ``http``.
    connection_reused : bool
        Whether the page came over a connection that an earlier fetch had opened.
    host_signals : tuple of str
        What the page's host said of its use, as lines for :func:`newsdesk.web.rights.host_signals`.
    """

    capture_id: str
    captured_at: str
    requested_url: str
    final_url: str
    request_head: bytes
    http_version: str
    status: int
    reason_phrase: str
    headers: HeaderFields
    body: bytes
    resolved_address: str
    redirects: tuple[CaptureRedirect, ...]
    timings: dict[str, float]
    tls: CaptureTls | None = None
    connection_reused: bool = False
    host_signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """A page read back from its exchange.

    Attributes
    ----------
    headers : tuple of pairs
        As recorded; a value that is UTF-8 reads as such.
    body : bytes
        As received; :func:`newsdesk.web.content_encoding.decode_body` undoes ``content_encoding``.
    content_type, content_encoding : str or None
        The media type that counts, and the one content coding.
    """

    url: str
    requested_url: str
    captured_at: str
    status: int
    headers: HeaderFields
    body: bytes
    content_type: str | None
    content_encoding: str | None
    resolved_address: str
    redirects: tuple[CaptureRedirect, ...]
    timings: dict[str, float]
    host_signals: tuple[str, ...] = ()

    def header(self, name: str) -> tuple[str, ...]:
        """Return the values of all fields of a name, in order."""
        return _values(self.headers, name)


def write_capture(exchange: Exchange) -> bytes:
    """Return the file of an exchange: the same exchange, the same bytes."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    writer.write_record(_response_record(writer, exchange))
    if exchange.request_head:
        writer.write_record(_request_record(writer, exchange))
    writer.write_record(_metadata_record(writer, exchange))
    return file.getvalue()


def read_capture(file: bytes) -> CapturedPage:
    """Read a capture's file, checking its digests.

    Raises
    ------
    CaptureUnreadableError
        If it is not a capture, its content is not what its digests say, or it is larger than any that is written here.
    """
    try:
        response, metadata = _read_records(file)
        about = json.loads(metadata[1])
        headers = tuple((name, value) for name, value in response[0].http_headers.headers)
        return CapturedPage(
            url=response[0].rec_headers.get_header("WARC-Target-URI"),
            requested_url=about["requestedUrl"],
            captured_at=response[0].rec_headers.get_header("WARC-Date"),
            status=int(response[0].http_headers.get_statuscode()),
            headers=headers,
            body=response[1],
            content_type=media_type_of(_values(headers, "content-type")),
            content_encoding=single_encoding(_values(headers, "content-encoding")),
            resolved_address=about["resolvedAddress"],
            redirects=tuple(CaptureRedirect(**redirect) for redirect in about["redirects"]),
            timings=about["timings"],
            host_signals=tuple(about.get("hostSignals", ())),
        )
    except (ArchiveLoadFailed, AttributeError, EOFError, KeyError, TypeError, ValueError) as error:
        raise CaptureUnreadableError(str(error)) from error


@dataclass(frozen=True, slots=True)
class PushedPage:
    """A page that somebody else has fetched.

    Attributes
    ----------
    url : str
        What answered, after redirects.
    captured_at : str
        When, as :func:`newsdesk.clock.to_text` writes it.
    headers : tuple of pairs
        The response's fields, one character for each byte (ISO 8859-1).
    body : bytes
        Without transfer coding, before content decoding.
    host_signals : tuple of str
        As in :class:`Exchange`, if they were recorded with the page.
    """

    url: str
    captured_at: str
    headers: HeaderFields
    body: bytes
    status: int = 200
    reason_phrase: str = "OK"
    http_version: str = "HTTP/1.1"
    resolved_address: str = ""
    host_signals: tuple[str, ...] = ()


def write_pushed_page(page: PushedPage) -> bytes:
    """Return the capture of a page that somebody else has fetched: the same page, the same bytes."""
    name = hashlib.sha256(f"{page.url}\n{page.captured_at}\n".encode("utf-8", "replace") + page.body).hexdigest()
    return write_capture(
        Exchange(
            capture_id=name,
            captured_at=page.captured_at,
            requested_url=page.url,
            final_url=page.url,
            request_head=b"",
            http_version=page.http_version,
            status=page.status,
            reason_phrase=page.reason_phrase,
            headers=page.headers,
            body=page.body,
            resolved_address=page.resolved_address,
            redirects=(),
            timings={},
            host_signals=page.host_signals,
        )
    )


def host_signals_noted(about: bytes) -> tuple[str, ...]:
    """Return what a capture's ``metadata`` record says of the page's host; nothing of any other record."""
    try:
        lines = json.loads(about)["hostSignals"]
    except (KeyError, RecursionError, TypeError, ValueError):
        return ()
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return ()
    return tuple(line[:_LONGEST_SIGNAL] for line in lines[:_MOST_SIGNALS])


class _Head(StatusAndHeaders):  # type: ignore[misc] # warcio has no types
    """An HTTP head that is written byte for byte; warcio's own rewrites what is not ASCII."""

    def __init__(self, head: bytes) -> None:
        super().__init__("an HTTP head", [])
        self.head = head

    def compute_headers_buffer(self, *_: object) -> None:
        self.headers_buff = self.head


def _response_record(writer: Any, exchange: Exchange) -> Any:
    fields = _unframed(exchange.headers, len(exchange.body))
    lines = [f"{exchange.http_version} {exchange.status} {exchange.reason_phrase}"]
    lines += [f"{name}: {value}" for name, value in fields]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return writer.create_warc_record(
        exchange.final_url,
        "response",
        payload=BytesIO(exchange.body),
        length=len(exchange.body),
        http_headers=_Head(head),
        warc_headers_dict={**_common_fields(exchange, "response"), **_address_fields(exchange)},
    )


def _request_record(writer: Any, exchange: Exchange) -> Any:
    fields = {**_common_fields(exchange, "request"), "WARC-Concurrent-To": _record_id(exchange, "response")}
    return writer.create_warc_record(
        exchange.final_url,
        "request",
        payload=BytesIO(b""),
        length=0,
        http_headers=_Head(exchange.request_head),
        warc_headers_dict={**fields, **_address_fields(exchange)},
    )


def _metadata_record(writer: Any, exchange: Exchange) -> Any:
    about = {
        "captureId": exchange.capture_id,
        "requestedUrl": exchange.requested_url,
        "resolvedAddress": exchange.resolved_address,
        "connectionReused": exchange.connection_reused,
        "redirects": [asdict(redirect) for redirect in exchange.redirects],
        "timings": exchange.timings,
    }
    if exchange.host_signals:
        about["hostSignals"] = exchange.host_signals
    if exchange.tls is not None:
        about["tls"] = {
            "version": exchange.tls.version,
            "cipher": exchange.tls.cipher,
            "certificateSha256": exchange.tls.certificate_sha256,
        }
    payload = json.dumps(about, ensure_ascii=False, indent=1).encode("utf-8")
    return writer.create_warc_record(
        exchange.final_url,
        "metadata",
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type="application/json",
        warc_headers_dict={
            **_common_fields(exchange, "metadata"),
            "WARC-Concurrent-To": _record_id(exchange, "response"),
        },
    )


def _common_fields(exchange: Exchange, record_type: str) -> dict[str, str]:
    return {"WARC-Record-ID": _record_id(exchange, record_type), "WARC-Date": exchange.captured_at}


def _address_fields(exchange: Exchange) -> dict[str, str]:
    return {"WARC-IP-Address": exchange.resolved_address} if exchange.resolved_address else {}


def _record_id(exchange: Exchange, record_type: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'{exchange.capture_id}/{record_type}/{exchange.requested_url}')}>"


def _unframed(headers: HeaderFields, body_length: int) -> Iterator[tuple[str, str]]:
    """Rename the fields that describe a framing which the recorded body no longer has (RFC 9112, section 6)."""
    if not _values(headers, "transfer-encoding"):
        yield from headers
        return
    for name, value in headers:
        if name.lower() in ("transfer-encoding", "content-length"):
            yield _ARCHIVED_PREFIX + name, value
        else:
            yield name, value
    yield "Content-Length", str(body_length)


def _values(headers: HeaderFields, name: str) -> tuple[str, ...]:
    return tuple(value for field, value in headers if field.lower() == name.lower())


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > _LARGEST_CONTENT:
            raise CaptureUnreadableError(f"a record of more than {_LARGEST_CONTENT} bytes")
        yield piece


def _read_records(file: bytes) -> tuple[tuple[Any, bytes], tuple[Any, bytes]]:
    found: dict[str, tuple[Any, bytes]] = {}
    for record in ArchiveIterator(BytesIO(file), check_digests="raise"):
        content = b"".join(_bounded(iter(partial(record.raw_stream.read, _STEP), b"")))
        if not record.digest_checker.passed:
            raise CaptureUnreadableError(f"the {record.rec_type} record is cut short")
        found[record.rec_type] = (record, content)
    return found["response"], found["metadata"]
