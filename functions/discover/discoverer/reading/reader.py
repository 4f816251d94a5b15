"""Reads a source, whatever it is.

Comes in: the body of an answer. Goes out: what it lists, or why nothing could be read.
"""

from __future__ import annotations

import re
from dataclasses import replace

from discoverer.reading.document import ReadingWarning, SourceDocument, UnreadableReason, UnreadableSourceError
from discoverer.reading.feeds import read_feed
from discoverer.reading.json_feeds import read_json_feed
from discoverer.reading.markup import in_utf8, inflated, is_web_page, made_safe, root_of
from discoverer.reading.sitemaps import read_sitemap, read_sitemap_index, read_text_sitemap
from newsdesk.sources import SourceKind
from newsdesk.web import Url, parse_url


def read_source(body: bytes, content_type: str | None, url: str, kind: SourceKind | None = None) -> SourceDocument:
    """Return what a source lists.

    Parameters
    ----------
    body : bytes
        Content coding undone; it may be a gzip file.
    content_type : str or None
        The HTTP header.
    url : str
        Where it was found, after redirects.
    kind : SourceKind or None
        What is expected. A feed where a sitemap is expected, or the reverse, is read as what it is.

    Raises
    ------
    UnreadableSourceError
        If nothing could be read of it.
    """
    base = parse_url(url)
    opened = inflated(body)
    text = in_utf8(opened.data, content_type)
    data = text.data
    if not data.strip():
        raise UnreadableSourceError(UnreadableReason.DAMAGED if opened.warnings else UnreadableReason.EMPTY)
    document = _read(data, base, kind)
    warnings = {*opened.warnings, *text.warnings, *document.warnings}
    return replace(document, warnings=tuple(sorted(warnings)))


def _read(data: bytes, base: Url, kind: SourceKind | None) -> SourceDocument:
    root = root_of(data)
    if root is not None:
        return _read_markup(data, root, base)
    if data.lstrip().startswith(b"{"):
        return read_json_feed(data, base)
    listed = read_text_sitemap(data) if kind is SourceKind.SITEMAP else None
    if listed is not None:
        return listed
    raise UnreadableSourceError(UnreadableReason.WEB_PAGE if is_web_page(data) else UnreadableReason.UNKNOWN)


def _read_markup(data: bytes, root: re.Match[bytes], base: Url) -> SourceDocument:
    name = root[1].decode("ascii").lower()
    safe = made_safe(data, root)
    match name:
        case "urlset":
            document = read_sitemap(safe.data, base)
        case "sitemapindex":
            document = read_sitemap_index(safe.data, base)
        case "opml":
            raise UnreadableSourceError(UnreadableReason.UNKNOWN)
        case _:
            document = read_feed(safe.data, name, base)
    warnings = {*safe.warnings, *document.warnings}
    is_truncated = document.is_truncated or ReadingWarning.TOO_LARGE in warnings
    return replace(document, warnings=tuple(warnings), is_truncated=is_truncated)
