"""The objects that one stage leaves for the next: how they are written, and read by whatever release comes next.

Comes in: extract's work, or the bytes of an object. Goes out: bytes, or what they hold.

An object may have been written by a release before or after this one, or damaged since. What cannot be read now cannot
be read later either: a stage ends the run and says so.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib

from pydantic import ValidationError

from newsdesk.contracts import Article, ExtractedWork
from newsdesk.errors import UnreadableObjectError

_UNREADABLE = (ValidationError, gzip.BadGzipFile, zlib.error, EOFError)

LARGEST_CARRIED = 60_000
"""Characters of work that a message carries: with the rest it stays below 64 KiB, up to which SQS bills one request."""


def pack_work(work: bytes) -> bytes:
    """Compress extract's work, as JSON; the same work is the same bytes, with no time in the header."""
    return gzip.compress(work, mtime=0)


def carried_work(packed: bytes, largest: int) -> str | None:
    """Return what :func:`pack_work` returned as a message carries it; None where that has too many characters."""
    text = base64.b64encode(packed).decode("ascii")
    return text if len(text) <= largest else None


def read_carried_work(text: str) -> ExtractedWork:
    """Read what :func:`carried_work` returned.

    Raises
    ------
    UnreadableObjectError
        If this release cannot read it.
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise UnreadableObjectError(f"extract's work: {_summary(error)}") from error
    return read_work(packed)


def read_work(stored: bytes) -> ExtractedWork:
    """Read what :func:`pack_work` returned.

    Raises
    ------
    UnreadableObjectError
        If this release cannot read it.
    """
    try:
        return ExtractedWork.model_validate_json(gzip.decompress(stored))
    except _UNREADABLE as error:
        raise UnreadableObjectError(f"extract's work: {_summary(error)}") from error


def read_article(stored: bytes) -> Article:
    """Read an article's object.

    Raises
    ------
    UnreadableObjectError
        If this release cannot read it.
    """
    try:
        return Article.model_validate_json(stored)
    except ValidationError as error:
        raise UnreadableObjectError(f"the article: {_summary(error)}") from error


def _summary(error: Exception) -> str:
    """Return what was wrong, and where; never the text itself."""
    if not isinstance(error, ValidationError):
        return type(error).__name__
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{first['type']} at {'.'.join(map(str, first['loc'])) or 'its beginning'}"
