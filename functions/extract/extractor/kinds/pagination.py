"""The pages of an article that is cut into several.

Comes in: a page. Goes out: the URLs of the pages that follow.

A page of the same article has the same URL but for a number, and is linked by that number, by "next", or by
``rel=next``. ``rel=next`` alone is not believed: blogs use it for the next article, lists for their next page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from extractor.html import Element, Page, checked_url
from newsdesk.web import Url

MAXIMUM_PAGES = 50
_MAXIMUM_LINKS = 10_000
_LONGEST_LABEL = 40
_LONGEST_ADDRESS = 2_000
_DIGIT = re.compile(r"\d")

_PARAMETER = re.compile(
    r"page|p|pg|page_?num(?:ber)?|currentpage|seite|s|pagina|página|pag|sida|side|strona", re.IGNORECASE
)
_WORD = "page|seite|pagina|pag|p|sida|side|strona"
_IN_FOLDER = re.compile(rf"(?P<base>.+?)/(?:(?:{_WORD})[-_/]?)?(?P<number>\d{{1,2}})(?P<end>/?)", re.IGNORECASE)
_IN_NAME = re.compile(
    rf"(?P<base>.+?)[-_,.](?:(?:{_WORD})[-_]?)?(?P<number>\d{{1,2}})(?P<end>(?:\.(?:s?html?|php|aspx?|jsp))?/?)",
    re.IGNORECASE,
)
_DATE_FOLDER = re.compile(r"/(?:19|20)\d\d(?:/\d{1,2})?$")
_LIST_FOLDER = re.compile(
    r"/(?:tags?|topics?|categor(?:y|ies)|authors?|archives?|search|thema|themen|schlagwort(?:e|er)?"
    r"|kategorien?)(?:/|$)",
    re.IGNORECASE,
)
_NUMBER_LABEL = re.compile(
    rf"(?:go to |zu )?(?:{_WORD}|página)?\s*(\d{{1,2}})(?:\s*(?:/|of|von|de)\s*\d{{1,2}})?", re.IGNORECASE
)
_NEXT_LABEL = re.compile(
    r"(?:(?:go to )?(?:the )?next(?: page)?|continue(?: (?:to|on) (?:the )?next page)?|(?:nächste"
    r"|folgende) seite|weiter|(?:page )?suivante?"
    r"|(?:página )?siguiente|(?:pagina )?successiva|avanti|próxima(?: página)?|volgende(?: pagina)?"
    r"|nästa(?: sida)?|neste(?: side)?"
    r"|następna(?: strona)?)?\s*[›»>→]*",
    re.IGNORECASE,
)
_WITH_PATH = ("http", "/")
_LONGEST_ENDING = 6
_FILE_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
    """A URL as one page of several."""

    base: str
    number: int


def next_pages(page: Page) -> tuple[str, ...]:
    """Return the URLs of the pages of this article that follow this one, in order, as far as it links them.

    Parameters
    ----------
    page : Page
        The page, with its own URL.

    Returns
    -------
    tuple of str
        At most 50; empty for an article on one page, for lists and archives.
    """
    url = page.url
    if url is None or _LIST_FOLDER.search(url.target):
        return ()
    numbered: dict[str, dict[int, str]] = {}
    own = _own_places(url)
    firsts = set[str]()
    for element, target in _links(page, url, _telling_parts(own)):
        if target.href == url.href:
            continue
        firsts.add(_stem(target.target))
        for place in _places(target):
            here = own.get(place.base)
            if here is not None and place.number > here and _is_labelled(element, place.number, here):
                numbered.setdefault(place.base, {}).setdefault(place.number, target.href)
    for base, found in sorted(numbered.items(), key=lambda item: -len(item[1])):
        # A page with a number of its own is one of several only if the first one is linked, too, by the URL without it.
        if own[base] + 1 in found and (own[base] == 1 or base in firsts):
            return tuple(found[number] for number in sorted(found)[:MAXIMUM_PAGES])
    return ()


def _own_places(url: Url) -> dict[str, int]:
    """Return what the page's own URL may be without a page's number, and the number that it then has."""
    own = {url.target.rstrip("/"): 1, _stem(url.target): 1} | {place.base: place.number for place in _places(url)}
    return {base: number for base, number in own.items() if base.partition("?")[0].strip("/")}


def _telling_parts(bases: Iterable[str]) -> frozenset[str]:
    """Return what the address of any page of an article has in it: the last part of its path without a number.

    None where another spelling may stand in a link.
    """
    parts = frozenset(base.partition("?")[0].rstrip("/").rpartition("/")[2] for base in bases)
    return frozenset() if any("%" in part or not part.isascii() for part in parts) else parts


def _links(page: Page, url: Url, parts: Collection[str]) -> Iterator[tuple[Element, Url]]:
    for element in page.links[:_MAXIMUM_LINKS]:
        if element.tag == "link" and "next" not in (element.get("rel") or "").lower().split():
            continue
        href = (element.get("href") or "").strip()
        if not href or href.startswith("#") or len(href) > _LONGEST_ADDRESS:
            continue
        # Most links lead to other articles, and to read an address takes longer than to look for a part of it.
        if parts and href.startswith(_WITH_PATH) and not any(part in href for part in parts):
            continue
        if not _DIGIT.search(href) and not _is_near(href, url):
            continue
        target = checked_url(href, page.base)
        if target is not None and target.host.removeprefix("www.") == url.host.removeprefix("www."):
            yield element, target


def _is_near(href: str, url: Url) -> bool:
    """Return whether a link without a number may lead to the first page of this one's article."""
    stem = _stem(href).partition("?")[0].lstrip("./")
    return len(stem) > 1 and stem in url.href


def _stem(target: str) -> str:
    """Return a path and query without the ending of a file's name and without a slash at the end."""
    path, mark, query = target.partition("?")
    path = path.rstrip("/")
    return (_FILE_ENDING.sub("", path) if "." in path[-_LONGEST_ENDING:] else path) + mark + query


def _places(url: Url) -> Iterator[_Place]:
    """Yield what a URL may be a page of: the same URL without a number of a page."""
    path, _, query = url.target.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)[:50]
    for name, value in pairs:
        if _PARAMETER.fullmatch(name) and re.fullmatch(r"[1-9]\d?", value):
            rest = urlencode([pair for pair in pairs if pair != (name, value)])
            yield _Place(path.rstrip("/") + (f"?{rest}" if rest else ""), int(value))
    for pattern in (_IN_FOLDER, _IN_NAME):
        match = pattern.fullmatch(path)
        if match and not _DATE_FOLDER.search(match["base"]):
            yield _Place(match["base"] + (f"?{query}" if query else ""), int(match["number"]))


def _is_labelled(element: Element, number: int, here: int) -> bool:
    """Return whether a link is that of a page: by its text, which is the number or "next", or by ``rel=next``."""
    if element.tag == "link":
        return number == here + 1
    for label in ("".join(element.itertext())[: _LONGEST_LABEL * 5], element.get("aria-label"), element.get("title")):
        text = " ".join((label or "").split())
        if not text or len(text) > _LONGEST_LABEL:
            continue
        match = _NUMBER_LABEL.fullmatch(text)
        if match and int(match[1]) == number:
            return True
        if number == here + 1 and _NEXT_LABEL.fullmatch(text):
            return True
    return number == here + 1 and "next" in (element.get("rel") or "").lower().split()
