"""The article's images, by reference, with captions and credits.

Comes in: a page. Goes out: images.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import unquote

from extractor.html import Element, Page, checked_url, one_line, text_of

MAXIMUM_IMAGES = 30
LONGEST_CAPTION = 1000
LONGEST_CREDIT = 200

_FIGURES_TRIED = 100
_SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "data-srcset", "srcset")
_FURNITURE_TAGS = frozenset({"aside", "footer", "nav", "header", "form"})
_FURNITURE = re.compile(
    r"related|comment|sidebar|teaser|recommend|promo|footer|most-?read|latest|newsletter", re.IGNORECASE
)
_CREDIT_CLASS = re.compile(r"credit|copyright|(?:^|[-_\s])source|photographer|byline|author", re.IGNORECASE)
_CREDIT = re.compile(
    r"(?:^|[\s(\[|.])(?:©|\(c\)|(?:photo(?:graph)?|foto|image|picture|credit|bild|fotografía|fotografie)"
    r"(?:\s+(?:by|credit|von|di|de))?\s*[:/])\s*(?P<credit>[^|\n]{2,150})\s*[)\]]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image and where the page states it: ``jsonld``, ``meta`` or ``dom``."""

    url: str
    source: str
    caption: str | None = None
    credit: str | None = None


def stated_images(page: Page) -> tuple[FoundImage, ...]:
    """Return the images of the article, the main one first, each picture once."""
    found: dict[str, FoundImage] = {}
    for image in _stated(page):
        address = checked_url(image.url, page.url)
        if address is None:
            continue
        name = _file_name(address.href)
        known = found.get(name)
        if known is None:
            if len(found) < MAXIMUM_IMAGES:
                found[name] = replace(image, url=address.href)
        else:
            # Another size of the same picture may say more.
            found[name] = replace(known, caption=known.caption or image.caption, credit=known.credit or image.credit)
    return tuple(found.values())


def _stated(page: Page) -> Iterator[FoundImage]:
    for address in page.meta.all("og:image", "og:image:url", "og:image:secure_url")[:5]:
        yield FoundImage(address, "meta")
    for article in (page.data.main, page.data.page):
        for image in article.images if article is not None else ():
            caption, credit = one_line(image.caption, LONGEST_CAPTION), one_line(image.credit, LONGEST_CREDIT)
            yield FoundImage(image.url, "jsonld", caption, credit)
    yield from _in_figures(page.tree)
    for address in page.meta.all("twitter:image", "twitter:image:src")[:1]:
        yield FoundImage(address, "meta")


def _in_figures(tree: Element) -> Iterator[FoundImage]:
    for figure in islice(tree.iter("figure"), _FIGURES_TRIED):
        picture = next(figure.iter("img"), None)
        address = _address(picture) if picture is not None else None
        if address is None or _is_furniture(figure):
            continue
        caption_element = next(figure.iter("figcaption"), None)
        if caption_element is None:
            yield FoundImage(address, "dom")
            continue
        caption, credit = _caption_and_credit(caption_element)
        yield FoundImage(address, "dom", caption, credit)


def _caption_and_credit(element: Element) -> tuple[str | None, str | None]:
    caption = text_of(element, LONGEST_CAPTION)
    for inner in islice(element.iterdescendants(), 30):
        if isinstance(inner.tag, str) and _CREDIT_CLASS.search(inner.get("class") or ""):
            credit = text_of(inner, LONGEST_CREDIT)
            if credit and credit in caption:
                rest = caption.replace(credit, " ", 1)
                return one_line(rest, LONGEST_CAPTION), _bare_credit(credit)
    if match := _CREDIT.search(caption):
        return one_line(caption[: match.start()], LONGEST_CAPTION), one_line(match["credit"], LONGEST_CREDIT)
    return caption or None, None


def _bare_credit(text: str) -> str | None:
    match = _CREDIT.search(text)
    return one_line((match["credit"] if match else text).strip("()[]|· "), LONGEST_CREDIT)


def _address(picture: Element) -> str | None:
    for name in _SOURCES:
        stated = (picture.get(name) or "")[:4000].strip()
        address = stated.partition(",")[0].split(" ")[0] if name.endswith("srcset") else stated
        if address and not address.startswith("data:"):
            return address
    return None


def _is_furniture(figure: Element) -> bool:
    for element in islice(figure.iterancestors(), 12):
        if element.tag in ("article", "main", "body"):
            return False
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
        if element.tag in _FURNITURE_TAGS or _FURNITURE.search(names):
            return True
    return False


def _file_name(address: str) -> str:
    """Return what names a picture whatever its size: the last part of its path, or all where that says nothing."""
    path = unquote(address.partition("?")[0])
    name = re.sub(r"[-_@]\d{2,4}x\d{2,4}(?=\.)", "", path.rpartition("/")[2])
    return name if len(name) > 8 else address
