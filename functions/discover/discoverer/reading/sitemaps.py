"""Sitemaps, news sitemaps, and indexes of them (https://www.sitemaps.org/protocol.html).

Comes in: markup that is safe to parse, or a list of addresses. Goes out: what it lists.
"""

from __future__ import annotations

from collections.abc import Iterator

from discoverer.reading.dates import stated_date
from discoverer.reading.document import MOST_ITEMS, Further, Item, ReadingWarning, SourceDocument
from discoverer.reading.texts import (
    LONGEST_TITLE,
    MOST_CATEGORIES,
    language_of,
    line_of,
    names_of,
    url_of,
)
from discoverer.reading.trees import Element, Tree
from newsdesk.sources import SourceKind
from newsdesk.web import Url, url_in_line

MOST_SITEMAPS = 500
"""Of one index: those that changed last."""


def read_sitemap(data: bytes, base: Url) -> SourceDocument:
    """Return what a sitemap lists."""
    tree = Tree(data, ("url",))
    items: dict[str, Item] = {}
    warnings: set[ReadingWarning] = set()
    is_news = False
    for element in tree.items():
        item, has_news = _item(tree, element, base)
        is_news = is_news or has_news
        if item is None:
            warnings.add(ReadingWarning.ITEMS_WITHOUT_URL)
        else:
            items.setdefault(item.url, item)
    warnings |= tree.warnings
    return SourceDocument(
        SourceKind.SITEMAP,
        "news_sitemap" if is_news else "sitemap",
        items=tuple(items.values()),
        warnings=tuple(sorted(warnings)),
        is_truncated=tree.is_truncated or ReadingWarning.TOO_LARGE in warnings,
    )


def _item(tree: Tree, element: Element, base: Url) -> tuple[Item | None, bool]:
    fields = dict(_texts(tree, element, ()))
    url = url_of(fields.get("loc"), base)
    has_news = any(name.startswith("news:") for name in fields)
    if url is None:
        return None, has_news
    item = Item(
        url=url.href,
        title=line_of(fields.get("news:title"), LONGEST_TITLE),
        published=stated_date(fields.get("news:publication_date")),
        updated=stated_date(fields.get("lastmod")),
        categories=names_of((fields.get("news:keywords") or "")[:2000].split(","), MOST_CATEGORIES),
        language=language_of(fields.get("news:language")),
    )
    return item, has_news


def _texts(tree: Tree, element: Element, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the texts of an entry by their names, the last first, so that of several the first one counts."""
    for child in reversed(element):
        name = tree.name_of(child)
        if name in ("news:news", "news:publication") and len(path) < 2:
            yield from _texts(tree, child, (*path, name))
        elif name != "news:name":
            yield name, child.text or ""


def read_sitemap_index(data: bytes, base: Url) -> SourceDocument:
    """Return which sitemaps an index lists, those that changed last first, and those that say nothing of it last."""
    tree = Tree(data, ("sitemap",))
    found: dict[str, Further] = {}
    warnings: set[ReadingWarning] = set()
    for element in tree.items():
        fields = dict(_texts(tree, element, ()))
        url = url_of(fields.get("loc"), base)
        if url is None:
            warnings.add(ReadingWarning.ITEMS_WITHOUT_URL)
        else:
            found.setdefault(url.href, Further(url.href, stated_date(fields.get("lastmod"))))
    links = sorted(found.values(), key=lambda link: (link.updated or "")[:19], reverse=True)
    return SourceDocument(
        SourceKind.SITEMAP,
        "sitemap_index",
        links_to_read_next=tuple(links[:MOST_SITEMAPS]),
        warnings=tuple(sorted(warnings | tree.warnings)),
        is_truncated=len(links) > MOST_SITEMAPS or tree.is_truncated or ReadingWarning.TOO_LARGE in tree.warnings,
    )


def read_text_sitemap(data: bytes) -> SourceDocument | None:
    """Return what a sitemap lists that is an address in each line; None for a text that is no such list."""
    items: dict[str, Item] = {}
    is_truncated = False
    for line in data.decode("utf-8", "replace").splitlines():
        url = url_of(url_in_line(line), None)
        if url is None and line.strip() and not items:
            return None
        if url is not None:
            items.setdefault(url.href, Item(url.href))
        if len(items) == MOST_ITEMS:
            is_truncated = True
            break
    return SourceDocument(SourceKind.SITEMAP, "sitemap", items=tuple(items.values()), is_truncated=is_truncated)
