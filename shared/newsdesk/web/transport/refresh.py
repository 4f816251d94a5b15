"""Pages that send their reader on: a ``Refresh`` field, or the ``meta`` element that stands for one.

Comes in: an answer with a page. Goes out: where it leads, if that is all it is there for.

A page that reloads itself every few minutes, or that has something to read, is not a redirect.
"""

from __future__ import annotations

import re

from newsdesk.web import decode_start
from newsdesk.web.transport.bare_pages import read_bare_page
from newsdesk.web.transport.exchange import HeaderFields

LONGEST_WAIT_SECONDS = 10
"""A page that sends its reader on waits for a few seconds, one that reloads itself for minutes."""

MOST_WORDS = 50
"""Beside links and menus. "You are being sent on; if nothing happens, click here" has some twenty, an article more."""

READ_BYTES = 256 * 1024
"""Bytes of a page, decoded; a longer one is there to be read."""

_REFRESH = re.compile(r"\s*(\d{1,6})(?:\.[\d.]*)?\s*(?:[;,\s]\s*(?:url\s*=\s*)?(.*))?", re.IGNORECASE | re.DOTALL)
"""https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-refresh"""

_MENTIONED = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh", re.IGNORECASE)


def refresh_target(headers: HeaderFields, body: bytes, encoding: str | None) -> tuple[str, str | None] | None:
    """Return where a page sends its reader on.

    Parameters
    ----------
    body : bytes
        As received.
    encoding : str or None
        Its content coding.

    Returns
    -------
    tuple of str and (str or None), or None
        The target as it is written, and what it is relative to where that is not the page's own URL; None where the
        page leads nowhere, or has something to read.
    """
    stated = header_refresh(headers)
    start, is_whole = decode_start(body, encoding, READ_BYTES) if body else (b"", True)
    if not is_whole or (stated is None and not _MENTIONED.search(start)):
        return None
    page = read_bare_page(start.decode("utf-8", "replace"))
    target = stated or next((target for content in page.refreshes if (target := _target_in(content))), None)
    return None if target is None or page.words > MOST_WORDS else (target, None if stated else page.base)


def header_refresh(headers: HeaderFields) -> str | None:
    """Return where the ``Refresh`` field leads within a few seconds."""
    for name, value in headers:
        if name.lower() == "refresh" and (target := _target_in(value)) is not None:
            return target
    return None


def _target_in(content: str) -> str | None:
    """Return the target of a refresh; None where it is none, comes late, or reloads the page itself."""
    match = _REFRESH.fullmatch(content)
    if match is None or int(match[1]) > LONGEST_WAIT_SECONDS:
        return None
    target = (match[2] or "").strip()
    if target[:1] in ("'", '"'):
        target = target[1:].partition(target[0])[0]
    return target.strip() or None
