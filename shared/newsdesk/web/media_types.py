"""The media type that an answer states, even where proxies have changed its header.

Comes in: the values of the ``Content-Type`` fields. Goes out: the one that counts
(https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

READABLE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
"""Media types of pages."""

_VALUE = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
"""One of several values between commas; a comma in quotes does not separate values."""

_ESSENCE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHARSET = re.compile(r""";\s*charset\s*=\s*"?([^\s";,]+)""", re.IGNORECASE)
_MOST_VALUES = 20


def media_type_of(field_values: Iterable[str]) -> str | None:
    """Return the one stated media type that counts, with its charset.

    The last valid one counts; a value without a slash, or ``*/*``, is none. It keeps the charset of one before it that
    has the same type, where it names no charset itself.

    Parameters
    ----------
    field_values : iterable of str
        The value of every ``Content-Type`` field, in order.

    Returns
    -------
    str or None
        Such as ``text/html; charset=utf-8``; None when no value is valid.
    """
    essence, charset = None, None
    for value in _VALUE.findall(",".join(field_values))[:_MOST_VALUES]:
        stated = value.partition(";")[0].strip().lower()
        if stated == "*/*" or not _ESSENCE.fullmatch(stated):
            continue
        named = _CHARSET.search(value)
        if named is not None or stated != essence:
            charset = named[1] if named is not None else None
        essence = stated
    return essence if essence is None or charset is None else f"{essence}; charset={charset}"
