"""What the head of an answer means: continue, give up, or come back later.

Comes in: status and header fields. Goes out: what they mean, or the error that they mean.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import READABLE_TYPES, media_type_of, single_encoding
from newsdesk.web.transport.exchange import HeaderFields, OverloadedError

REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED = 304

SIGNATURE_BYTES = 12
"""How much of a body's start :func:`check_page_start` wants to see."""

_SIGNATURES = {
    b"%PDF-": "PDF",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"RIFF": "RIFF",
    b"PK\x03\x04": "ZIP",
    b"\x1a\x45\xdf\xa3": "Matroska",
    b"OggS\x00": "Ogg",
}

_DENIED = frozenset({401, 402, 403, 407, 451})
_TRANSIENT = {408: Reason.TIMEOUT, 429: Reason.RATE_LIMITED}
_PARTIAL_CONTENT = 206


def values_of(headers: HeaderFields, name: str) -> list[str]:
    """Return the values of all fields of a name (lower case), in order."""
    return [value for field, value in headers if field.lower() == name]


def check_status(status: int, headers: HeaderFields, now: datetime) -> None:
    """Return if the status promises a page (RFC 9110, section 15).

    Raises
    ------
    PermanentError
        ``not_found``, ``gone``, ``access_denied``, ``client_error`` or ``protocol_error``.
    TransientError
        ``rate_limited``, ``server_error`` or ``timeout``.
    """
    if 200 <= status < 300 and status != _PARTIAL_CONTENT:
        return
    detail = f"status {status}"
    if status == 404:
        raise PermanentError(Reason.NOT_FOUND, detail)
    if status == 410:
        raise PermanentError(Reason.GONE, detail)
    if status in _DENIED:
        raise PermanentError(Reason.ACCESS_DENIED, detail)
    if status in _TRANSIENT or 500 <= status < 600:
        raise _asked_to_wait(status, detail, retry_after_seconds(values_of(headers, "retry-after"), now))
    if status >= 300:
        raise PermanentError(Reason.CLIENT_ERROR, detail)
    raise PermanentError(Reason.PROTOCOL_ERROR, detail)


def _asked_to_wait(status: int, detail: str, seconds: float | None) -> TransientError:
    reason = _TRANSIENT.get(status, Reason.SERVER_ERROR)
    kind = OverloadedError if status in (429, 503) or seconds is not None else TransientError
    return kind(reason, detail, retry_after_seconds=seconds)


def retry_after_seconds(field_values: list[str], now: datetime) -> float | None:
    """Return how long ``Retry-After`` asks to wait (RFC 9110, section 10.2.3).

    Parameters
    ----------
    field_values : list of str
        Seconds or an HTTP-date; the first one counts.

    Returns
    -------
    float or None
        Seconds, not negative; None when the field cannot be understood.
    """
    if not field_values:
        return None
    text = field_values[0].strip()
    if text.isascii() and text.isdigit():
        # More digits than a century of seconds has are no honest wish, and slow to convert.
        return float(text) if len(text) <= 10 else math.inf
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def check_page_head(headers: HeaderFields, maximum_body_bytes: int) -> str | None:
    """Return the content coding of a body that is worth reading.

    Raises
    ------
    PermanentError
        ``content_type``, ``content_encoding`` or ``too_large``.
    """
    media_type = (media_type_of(values_of(headers, "content-type")) or "").partition(";")[0]
    if media_type and media_type not in READABLE_TYPES:
        raise PermanentError(Reason.CONTENT_TYPE, media_type[:80])
    return body_encoding(headers, maximum_body_bytes)


def body_encoding(headers: HeaderFields, maximum_body_bytes: int) -> str | None:
    """Return the content coding of a body, unless it says that it is too long.

    Raises
    ------
    PermanentError
        ``content_encoding`` or ``too_large``.
    """
    encoding = single_encoding(values_of(headers, "content-encoding"))
    # RFC 9112, section 6.3: with a transfer coding, the length means nothing. The HTTP parser vouches for its digits.
    lengths = [] if values_of(headers, "transfer-encoding") else values_of(headers, "content-length")
    if lengths and int(lengths[0].split(",")[0]) > maximum_body_bytes:
        raise PermanentError(Reason.TOO_LARGE, f"{lengths[0]} bytes announced")
    return encoding


def check_page_start(start: bytes) -> None:
    """Refuse a body whose beginning is not text (WHATWG MIME Sniffing, section 6), whatever its stated type.

    Raises
    ------
    PermanentError
        ``content_type``.
    """
    for signature, name in _SIGNATURES.items():
        if start.startswith(signature):
            raise PermanentError(Reason.CONTENT_TYPE, f"{name}, whatever it was called")
    if start[4:8] == b"ftyp":
        raise PermanentError(Reason.CONTENT_TYPE, "MP4, whatever it was called")


def redirect_location(headers: HeaderFields) -> str:
    """Return where a redirect points, as text.

    Raises
    ------
    PermanentError
        ``bad_redirect``: nowhere, or to several places.
    """
    locations = set(values_of(headers, "location"))
    if len(locations) != 1:
        raise PermanentError(Reason.BAD_REDIRECT, f"{len(locations)} targets")
    raw = locations.pop().encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
