"""The links in the body.

Comes in: the page's tree and the body that was extracted from it. Goes out: the links of those blocks of the page that
are in the body. Changes nothing.
"""

from __future__ import annotations

from lxml.html import HtmlElement

from extractor.charset import storable
from newsdesk.article import Link
from newsdesk.errors import RejectedUrlError
from newsdesk.urls import Url, parse_url

_BLOCK_TAGS = frozenset({"p", "li", "dd", "dt", "td", "th", "blockquote", "figcaption", "h1", "h2", "h3", "h4", "h5"})
_MAXIMUM_LINKS = 500
_MAXIMUM_ANCHORS = 5_000
"""A page may have a million links; those of an article come before its archive."""
_LONGEST_TEXT = 300


def body_links(tree: HtmlElement, body: str, base_url: str) -> tuple[Link, ...]:
    """Return the links of the body in order, each URL once.

    Parameters
    ----------
    tree : HtmlElement
        The page.
    body : str
        The text that was extracted.
    base_url : str
        What relative links are relative to.
    """
    base = checked_url(base_url)
    if base is None:
        return ()
    in_body = _BodyBlocks(body)
    found: dict[str, Link] = {}
    for number, anchor in enumerate(tree.iter("a")):
        if number == _MAXIMUM_ANCHORS or len(found) == _MAXIMUM_LINKS:
            break
        href = anchor.get("href")
        if not href or href.startswith("#") or not in_body.contain(anchor):
            continue
        target = checked_url(href, base)
        if target is not None and target.href not in found:
            text = " ".join(storable(anchor.text_content()).split())[:_LONGEST_TEXT]
            kind = "internal" if is_same_site(base.host, target.host) else "external"
            found[target.href] = Link(url=target.href, text=text or None, kind=kind)
    return tuple(found.values())


def checked_url(text: str, base: Url | None = None) -> Url | None:
    """Return an http(s) URL; None for anything else."""
    try:
        return parse_url(text, base)
    except RejectedUrlError:
        return None


def is_same_site(host: str, other: str) -> bool:
    """Say whether two hosts are the same, or one is a subdomain of the other; ``www.`` means nothing."""
    host, other = host.removeprefix("www."), other.removeprefix("www.")
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


class _BodyBlocks:
    """Answers whether the block around an anchor is in the body, looking at each block once."""

    def __init__(self, body: str) -> None:
        self._lines = {"".join(line.split()).lstrip("-") for line in body.split("\n")}
        self._body = "".join(body.split())
        self._seen: dict[HtmlElement, bool] = {}

    def contain(self, anchor: HtmlElement) -> bool:
        block = next((element for element in anchor.iterancestors() if element.tag in _BLOCK_TAGS), None)
        if block is None:
            return False
        if block not in self._seen:
            text = "".join(storable(block.text_content()).split())
            # A block that is nothing but its link is a teaser unless it is a line of the body by itself.
            is_whole = text == "".join(storable(anchor.text_content()).split())
            self._seen[block] = bool(text) and (text in self._lines if is_whole else text in self._body)
        return self._seen[block]
