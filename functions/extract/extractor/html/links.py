"""The links in the body.

Comes in: the segments that are the body. Goes out: their links.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from newsdesk.characters import storable
from newsdesk.contracts import Link
from newsdesk.errors import RejectedUrlError
from newsdesk.web import Url, parse_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from extractor.html.segments import Segment

_MAXIMUM_LINKS = 500
_MAXIMUM_ANCHORS = 5_000
_LONGEST_TEXT = 300
_LONGEST_REMEMBERED, _MOST_REMEMBERED = 1_000, 500


def links_of(segments: Iterable[Segment], url: Url | None, base: Url | None) -> tuple[Link, ...]:
    """Return the links in segments, in order, each URL once.

    Parameters
    ----------
    segments : iterable of Segment
        Those of the body.
    url : Url or None
        The page's: what is internal is of its site.
    base : Url or None
        What relative links are relative to.
    """
    if url is None or base is None:
        return ()
    found: dict[str, Link] = {}
    anchors = (anchor for segment in segments for anchor in segment.links)
    for anchor in islice(anchors, _MAXIMUM_ANCHORS):
        href = anchor.get("href")
        if not href or href.startswith("#"):
            continue
        target = checked_url(href, base)
        if target is not None and target.href not in found:
            text = " ".join(storable(anchor.text_content()).split())[:_LONGEST_TEXT]
            kind = "internal" if is_same_site(url.host, target.host) else "external"
            found[target.href] = Link(url=target.href, text=text or None, kind=kind)
            if len(found) == _MAXIMUM_LINKS:
                break
    return tuple(found.values())


def leads_elsewhere(anchor: HtmlElement, base: Url | None) -> bool:
    """Return whether a link leads to another page of the site that a page is on, or of an unknown one.

    A link to another site may be a source; one within the page, or to a mailbox, announces nothing.
    """
    href = (anchor.get("href") or "").strip()
    if not href or href.startswith("#"):
        return False
    if base is None:
        return True
    target = checked_url(href, base)
    return target is not None and is_same_site(base.host, target.host) and target.target != base.target


def checked_url(text: str, base: Url | None = None) -> Url | None:
    """Return an http(s) URL; None for anything else. Judges of a page ask this of the same links."""
    return _known_url(text, base) if len(text) <= _LONGEST_REMEMBERED else _parsed_url(text, base)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _known_url(text: str, base: Url | None) -> Url | None:
    return _parsed_url(text, base)


def _parsed_url(text: str, base: Url | None) -> Url | None:
    try:
        return parse_url(text, base)
    except RejectedUrlError:
        return None


def base_of(base: HtmlElement | None, page: Url) -> Url:
    """Return what a page's relative addresses are relative to: what its ``<base href>`` says, or the page itself."""
    return page if base is None else checked_url(base.get("href") or "", page) or page


def is_same_site(host: str, other: str) -> bool:
    """Return whether two hosts are the same, or one is a subdomain of the other; ``www.`` means nothing."""
    host, other = host.removeprefix("www."), other.removeprefix("www.")
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")
