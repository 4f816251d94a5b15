"""A record of a WARC file as a page that can be pushed.

Comes in: a record. Goes out: the page, or why it is none. What tools do to the responses that they record is undone
here: transfer codings that are still in the payload, content codings that are not any more, lengths that are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from newsdesk.articles import PushedPage
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, RejectedUrlError, TransientError
from newsdesk.web import canonical_url, decoded_pieces, media_type_of, parse_url, single_encoding
from receiver.warc import WarcRecord, is_response

LARGEST_PAGE = 10 << 20
"""Bytes, content coding undone."""


class PassedOver(StrEnum):
    """Why a record is not a page."""

    REQUEST = "request"
    """What was asked for."""
    REVISIT = "revisit"
    """A page that was as at an earlier visit; it has no content."""
    RECORD_TYPE = "record_type"
    """Of another type than `response`: `warcinfo`, `metadata`, `resource`, `conversion` and so on."""
    NOT_HTTP = "not_http"
    """The response of another protocol, such as that of a name server."""
    STATUS = "status"
    """Its status is not 200."""
    NOT_HTML = "not_html"
    """Its type is another than HTML."""


class PageRefusal(StrEnum):
    """Why a page is not taken, beside the reasons for which a URL is rejected."""

    TOO_LARGE = "too_large"
    """It has more than 10 MiB, compressed or decompressed."""
    TRUNCATED = "truncated"
    """The recording stops before the end of the page."""
    HTTP_HEAD = "http_head"
    """Its header fields cannot be read."""
    NO_DATE = "no_date"
    """Nothing says when it was fetched."""
    CONTENT_ENCODING = "content_encoding"
    """It is not in the content coding that it names."""


_STATUS_LINE = re.compile(r"HTTP/(\d(?:\.\d)?)[ \t]+(\d{3})(?:[ \t]+(.*))?")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ADDRESS = re.compile(r"[0-9a-fA-F:.]{2,45}")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LONGEST_HEAD = 64 << 10
_SNIFFED = 1024
_ORIGINAL = "X-Archive-Orig-"
_FRAMING = frozenset({"transfer-encoding", "content-length"})

_Fields = list[tuple[str, str]]


def read_page(record: WarcRecord) -> PushedPage | PassedOver | str:
    """Return the page of a record, or why there is none: a text for one that should have been a page."""
    other = _other_than_a_response(record)
    if other is not None:
        return other
    if "warc-truncated" in record.fields or "warc-segment-number" in record.fields:
        return PageRefusal.TRUNCATED
    if record.block is None:
        return PageRefusal.TOO_LARGE
    head, body = _parted(record.block)
    status_line, fields = _read_head(head)
    if status_line is None:
        return PageRefusal.HTTP_HEAD
    if status_line[2] != "200":
        return PassedOver.STATUS
    if not _is_html(fields, body):
        return PassedOver.NOT_HTML
    url = record.fields.get("warc-target-uri", "").removeprefix("<").removesuffix(">")
    try:
        target = parse_url(url)
        canonical_url(target)
    except RejectedUrlError as error:
        return error.reason.value
    captured_at = _date_of(record)
    if captured_at is None:
        return PageRefusal.NO_DATE
    unframed = _unframed(fields, body)
    if unframed is None:
        return PageRefusal.TRUNCATED
    decodable = _decodable(fields, unframed)
    if isinstance(decodable, PageRefusal):
        return decodable
    address = record.fields.get("warc-ip-address", "")
    return PushedPage(
        url=target.href,
        captured_at=captured_at,
        headers=tuple(_reframed(decodable, len(unframed))),
        body=unframed,
        reason_phrase="OK",
        http_version="HTTP/1.0" if status_line[1] == "1.0" else "HTTP/1.1",
        resolved_address=address if _ADDRESS.fullmatch(address) else "",
    )


def _other_than_a_response(record: WarcRecord) -> PassedOver | None:
    kind = record.fields.get("warc-type", "").lower()
    if kind in (PassedOver.REQUEST, PassedOver.REVISIT):
        return PassedOver(kind)
    if kind != "response":
        return PassedOver.RECORD_TYPE
    return None if is_response(record.fields) else PassedOver.NOT_HTTP


def _date_of(record: WarcRecord) -> str | None:
    try:
        return to_text(from_text(record.fields.get("warc-date", "")))
    except (ValueError, OverflowError):
        return None


def _parted(block: bytes) -> tuple[bytes, bytes]:
    """Return an HTTP message's head and body; an empty head where none ends."""
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := block.find(mark, 0, _LONGEST_HEAD)) >= 0]
    if not ends:
        return b"", b""
    at, length = min(ends)
    return block[:at], block[at + length :]


def _read_head(head: bytes) -> tuple[re.Match[str] | None, _Fields]:
    lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    fields: _Fields = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {_clean(line)}")
            continue
        name, colon, value = line.partition(":")
        if colon and _NAME.fullmatch(name.strip()):
            fields.append((name.strip(), _clean(value)))
    return _STATUS_LINE.fullmatch(lines[0].strip()), fields


def _clean(value: str) -> str:
    return _CONTROLS.sub("", value).strip()


def _values(fields: _Fields, name: str) -> list[str]:
    return [value for field, value in fields if field.lower() == name]


def _is_html(fields: _Fields, body: bytes) -> bool:
    media_type = (media_type_of(_values(fields, "content-type")) or "").partition(";")[0]
    return media_type in _HTML_TYPES or (not media_type and _HTML_START.search(body[:_SNIFFED]) is not None)


def _unframed(fields: _Fields, body: bytes) -> bytes | None:
    """Return a body without its chunks; as it is if it has none, whatever the fields say; None if it ends too early."""
    if not any("chunked" in value.lower() for value in _values(fields, "transfer-encoding")):
        return body
    if _CHUNK.match(body) is None:
        return body
    try:
        return b"".join(_chunks(body))
    except ValueError:
        return None


def _chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        size_line = _CHUNK.match(body, at)
        if size_line is None:
            raise ValueError("no chunk")
        size = int(size_line[1], 16)
        if size == 0:
            return
        begin = size_line.end()
        chunk = body[begin : begin + size]
        if len(chunk) < size:
            raise ValueError("a chunk that is cut short")
        yield chunk
        at = begin + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1


def _decodable(fields: _Fields, body: bytes) -> _Fields | PageRefusal:
    """Return the fields, without a content coding that was undone already; or why the body cannot be decoded."""
    try:
        for _ in decoded_pieces(body, single_encoding(_values(fields, "content-encoding")), LARGEST_PAGE):
            pass
    except TransientError:
        return PageRefusal.TRUNCATED
    except PermanentError as error:
        if error.reason is Reason.TOO_LARGE:
            return PageRefusal.TOO_LARGE
        if not body.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
            return PageRefusal.CONTENT_ENCODING
        return [(_ORIGINAL + name if name.lower() == "content-encoding" else name, value) for name, value in fields]
    return fields


def _reframed(fields: _Fields, length: int) -> Iterator[tuple[str, str]]:
    """Return the fields of a body as it is now, without what framed it."""
    for name, value in fields:
        yield (_ORIGINAL + name, value) if name.lower() in _FRAMING else (name, value)
    yield "Content-Length", str(length)
