"""Pages that send their reader on: a ``Refresh`` field, or the ``meta`` element that stands for one.

Comes in: an answer with a page. Goes out: where it leads, if that is all it is there for.

A page that reloads itself every few minutes, or that has something to read, is not a redirect.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from newsdesk.web import decode_start
from newsdesk.web.transport.exchange import HeaderFields
from newsdesk.words import count_unspaced_characters, count_words

LONGEST_WAIT_SECONDS = 10
"""A page that sends its reader on waits for a few seconds, one that reloads itself for minutes."""

MOST_WORDS = 50
"""Beside links and menus. "You are being sent on; if nothing happens, click here" has some twenty, an article more."""

READ_BYTES = 256 * 1024
"""Bytes of a page, decoded; a longer one is there to be read."""

_REFRESH = re.compile(r"\s*(\d{1,6})(?:\.[\d.]*)?\s*(?:[;,\s]\s*(?:url\s*=\s*)?(.*))?", re.IGNORECASE | re.DOTALL)
"""https://html.spec.whatwg.org/multipage/semantics.html#attr-meta-http-equiv-refresh"""

_MENTIONED = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh", re.IGNORECASE)
_HAS_MARKUP = re.compile(rb"<[a-z!]", re.IGNORECASE)
_UNREAD = frozenset(
    {"a", "aside", "button", "footer", "form", "header", "iframe", "nav", "script", "select", "style", "template",
     "textarea", "title"}
)  # fmt: skip
"""Elements whose text is nothing to read, or is there to leave the page by."""


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
    page = _Reader()
    if _HAS_MARKUP.search(start):
        page.feed(start.decode("utf-8", "replace"))
        page.close()
    else:
        page.words = _weight(start.decode("utf-8", "replace"))
    target = stated or page.target
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


def _weight(text: str) -> int:
    """Return how many words a text has; two characters of a script without spaces are about one."""
    return count_words(text) - count_unspaced_characters(text) // 2


class _Reader(HTMLParser):
    """Reads where a page refreshes to, and how much there is to read."""

    def __init__(self) -> None:
        super().__init__()
        self.target: str | None = None
        self.base: str | None = None
        self.words = 0
        self._open: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._open[tag] = self._open.get(tag, 0) + 1
        elif tag == "base" and self.base is None:
            self.base = dict(attrs).get("href")
        elif tag == "meta" and self.target is None and not self._open.get("template"):
            stated = dict(attrs)
            if (stated.get("http-equiv") or "").strip().lower() == "refresh":
                self.target = _target_in(stated.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if self._open.get(tag):
            self._open[tag] -= 1

    def handle_data(self, data: str) -> None:
        if self.words <= MOST_WORDS and not any(self._open.values()):
            self.words += _weight(data)
