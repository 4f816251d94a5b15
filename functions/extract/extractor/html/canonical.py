"""What a page calls its own URL, and whether that is to be believed.

Comes in: the page's tree, the response's header fields, the URL that answered. Goes out: the canonical link and, where
it is not believed, why. No URL is requested.

Read are ``<link rel="canonical">`` in the head and the ``Link`` header field (RFC 6596, RFC 8288). The rules are those
that Google gives for reading it (https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls
and "5 common mistakes with rel=canonical"): one value, on this site, that names a page with the same content, which
neither the front page, nor a section's front, nor the first page of several, nor an error page is. A wrong "no" costs
an article stored twice; a wrong "yes" costs an article. So whatever is in doubt is not believed.

``og:url`` and JSON-LD's ``mainEntityOfPage`` are not read: where they agree with the link they say nothing new, and
where they do not they are more often a leftover of the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publicsuffixlist import PublicSuffixList

from extractor.contract import CanonicalLink, CanonicalRejection
from extractor.html.links import base_of, checked_url
from newsdesk.web import Url, canonical_url, literal_address, parse_url

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAXIMUM_LINKS = 20
"""Links that are looked at; a head that declares more of them has no one canonical URL."""
_MAXIMUM_HEAD_LINKS = 1000
_LONGEST_LINK_FIELD = 8192

_LINK_VALUE = re.compile(r'<([^<>]*)>((?:[^",<]|"(?:[^"\\]|\\.)*")*)')
_LINK_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?')
_RESTRICTED = frozenset({"hreflang", "lang", "media", "type", "anchor"})
"""A link with one of these speaks of another language, device or format, or of another document."""

_VARIANTS = frozenset({"amp", "print", "mobile", "m", "full", "single"})
_VARIANT_ENDING = re.compile(r"[.\-_](?:amp|print|mobile)$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|cms|ece|story|amp)$", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default|home)", re.IGNORECASE)
_LOCALE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
_ERROR = re.compile(r"(?:error|errors|not-?found|page-?not-?found|4\d\d|50\d)", re.IGNORECASE)

_PAGE_PARAMETERS = frozenset({"page", "p", "pg", "pageno", "pagenum", "page_number", "paged", "pagina", "seite"})
_PAGE_NUMBER = re.compile(r"[2-9]|[1-9]\d")
_PAGE_SEGMENT = re.compile(r"(?:page|seite|pagina|p)[-_]?(\d+)", re.IGNORECASE)
_PAGE_ENDING = re.compile(r"[-_,](?:[2-9]|[1-9]\d)$")

_LONG_WORDS = 3
_LONG_NUMBER = re.compile(r"\d{4}")
_LONG_UNSPACED = 6
"""What tells an article's name from a section's: three words, four digits in a row, or six letters beyond ASCII."""


def canonical_link(tree: HtmlElement | None, headers: Iterable[tuple[str, str]], url: str) -> CanonicalLink:
    """Return what a page calls its own URL.

    Parameters
    ----------
    tree : HtmlElement or None
        The page; None for a document without markup.
    headers : iterable of pairs
        The response's header fields.
    url : str
        The URL that answered, after redirects.
    """
    page = checked_url(url)
    if page is None:
        return CanonicalLink()
    targets = list(islice(_declared(tree, headers, page), _MAXIMUM_LINKS + 1))
    if not targets:
        return CanonicalLink()
    usable = {canonical_url(target) for target in targets if target is not None}
    if not usable:
        return CanonicalLink(rejection=CanonicalRejection.UNUSABLE)
    if len(usable) > 1 or len(targets) > _MAXIMUM_LINKS:
        return CanonicalLink(rejection=CanonicalRejection.SEVERAL)
    target = parse_url(usable.pop())
    return CanonicalLink(target.href, _rejection(tree, parse_url(canonical_url(page)), target))


def _declared(tree: HtmlElement | None, headers: Iterable[tuple[str, str]], page: Url) -> Iterator[Url | None]:
    """Yield every canonical link that is declared; None for one that is no usable URL."""
    for name, value in headers:
        if name.lower() == "link":
            yield from (checked_url(target.strip(), page) for target in _canonical_in(value[:_LONGEST_LINK_FIELD]))
    head = None if tree is None else tree.find("head")
    if head is None:
        return
    base = base_of(head.find("base[@href]"), page)
    for link in head.iterchildren("link"):
        is_canonical = "canonical" in link.get("rel", "").lower().split()
        href = link.get("href", "").strip()
        if is_canonical and href and not _RESTRICTED.intersection(link.keys()):
            yield checked_url(href, base)


def _canonical_in(field: str) -> Iterator[str]:
    for target, rest in _LINK_VALUE.findall(field):
        parameters = {name.lower(): quoted or plain for name, quoted, plain in _LINK_PARAMETER.findall(rest)}
        if "canonical" in parameters.get("rel", "").lower().split() and not _RESTRICTED.intersection(parameters):
            yield target


def _rejection(tree: HtmlElement | None, page: Url, target: Url) -> CanonicalRejection | None:
    if target == page:
        return None
    if not is_same_site(page, target):
        return CanonicalRejection.OTHER_SITE
    if page.scheme == "https" and target.scheme == "http":
        # Such a site redirects http to https: each would call the other the original.
        return CanonicalRejection.INSECURE
    if _is_home(target):
        return CanonicalRejection.HOME_PAGE
    if any(_ERROR.fullmatch(_EXTENSION.sub("", segment)) for segment in _segments(target)):
        return CanonicalRejection.ERROR_PAGE
    if _is_later_page(tree, page, target):
        return CanonicalRejection.FIRST_OF_MANY
    if not _names_an_article(page, target):
        return CanonicalRejection.SECTION_FRONT
    return None


def is_same_site(url: Url, other: Url) -> bool:
    """Return whether two URLs have one registrable domain, by the public suffix list, and equally usual ports."""
    has_usual_ports = url.port in (80, 443) and other.port in (80, 443)
    return (has_usual_ports or url.port == other.port) and _site_of(url.host) == _site_of(other.host)


def _site_of(host: str) -> str:
    if literal_address(host) is not None:
        return host
    return _public_suffixes().privatesuffix(host) or host


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _segments(url: Url) -> list[str]:
    return [segment for segment in url.target.partition("?")[0].split("/") if segment]


def _query(url: Url) -> list[tuple[str, str]]:
    parts = (part.partition("=") for part in url.target.partition("?")[2].split("&"))
    return [(name.lower(), value) for name, _, value in parts if name]


def _is_home(url: Url) -> bool:
    if _query(url):
        return False
    segments = _core(url)
    return not segments or (len(segments) == 1 and _LOCALE.fullmatch(segments[0]) is not None)


def _core(url: Url) -> list[str]:
    """Return a path's segments without what only says which version of a page it is."""
    segments = [_VARIANT_ENDING.sub("", _EXTENSION.sub("", segment)) for segment in _segments(url)]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    if len(segments) > 1 and segments[-1].lower() in _VARIANTS:
        segments.pop()
    if len(segments) > 1 and segments[0].lower() in _VARIANTS:
        del segments[0]
    return segments


def _is_later_page(tree: HtmlElement | None, page: Url, target: Url) -> bool:
    number, theirs = _page_number(page), _page_number(target)
    if number != theirs:
        return True
    ours, other = _core(page), _core(target)
    # "/story/2" and "/story-2" of "/story"
    if ours and ours[:-1] == other and _PAGE_NUMBER.fullmatch(ours[-1]):
        return True
    if ours and other and ours[:-1] == other[:-1] and _PAGE_ENDING.sub("", ours[-1]) == other[-1] != ours[-1]:
        return True
    return number is None and ours != other and _has_page_before(tree, page, other)


def _page_number(url: Url) -> str | None:
    """Return which page of several a URL says it is; None for the first."""
    for name, value in _query(url):
        if name in _PAGE_PARAMETERS and _PAGE_NUMBER.fullmatch(value):
            return value
    segments = _core(url)
    for label, number in pairwise(segments):
        if label.lower() in _PAGE_PARAMETERS and _PAGE_NUMBER.fullmatch(number):
            return number
    found = _PAGE_SEGMENT.fullmatch(segments[-1]) if segments else None
    return found[1] if found and _PAGE_NUMBER.fullmatch(found[1]) else None


def _has_page_before(tree: HtmlElement | None, page: Url, core: list[str]) -> bool:
    """Return whether a page says that it is not the first: its predecessor is the one with ``core``, or below it."""
    head = None if tree is None else tree.find("head")
    if head is None or not core:
        return False
    for link in islice(head.iterchildren("link"), _MAXIMUM_HEAD_LINKS):
        if {"prev", "previous"}.intersection(link.get("rel", "").lower().split()):
            # Blogs also call their previous post so; that one is elsewhere.
            before = checked_url(link.get("href", ""), page)
            return before is not None and _core(before)[: len(core)] == core
    return False


def _names_an_article(page: Url, target: Url) -> bool:
    ours, other = _core(page), _core(target)
    if ours == other:
        return True
    if ours[: len(other)] == other and _is_article_name(ours[-1]):
        return False  # the article's own name is what the target lacks
    if any(_is_article_name(value) or value.isdigit() for _, value in _query(target)):
        return True
    return bool(other) and (_is_article_name(other[-1]) or other[-1:] == ours[-1:])


def _is_article_name(segment: str) -> bool:
    name = unquote(segment)
    words = [word for word in re.split(r"[-_+., ]+", name) if word]
    beyond_ascii = sum(not character.isascii() for character in name)
    return len(words) >= _LONG_WORDS or beyond_ascii >= _LONG_UNSPACED or _LONG_NUMBER.search(name) is not None
