"""JSON Feed (https://www.jsonfeed.org/version/1.1/).

Comes in: JSON in UTF-8. Goes out: what the feed says of itself and of its items.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from discoverer.reading.dates import stated_date
from discoverer.reading.document import (
    MOST_ITEMS,
    Item,
    ReadingWarning,
    SourceDocument,
    UnreadableReason,
    UnreadableSourceError,
)
from discoverer.reading.texts import (
    LONGEST_TITLE,
    MOST_AUTHORS,
    MOST_CATEGORIES,
    language_of,
    line_of,
    names_of,
    url_of,
)
from newsdesk.sources import SourceKind
from newsdesk.web import Url

_MOST_CONTAINERS, _MOST_VALUES = 500_000, 5_000_000
"""An empty object takes thirty times its length in memory; no feed of 50,000 items has as many."""


def read_json_feed(data: bytes, base: Url) -> SourceDocument:
    """Return what a JSON Feed says.

    Raises
    ------
    UnreadableSourceError
        If it is not JSON, or JSON of another kind.
    """
    if data.count(b"{") + data.count(b"[") > _MOST_CONTAINERS or data.count(b",") > _MOST_VALUES:
        raise UnreadableSourceError(UnreadableReason.DAMAGED)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableSourceError(UnreadableReason.DAMAGED) from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise UnreadableSourceError(UnreadableReason.UNKNOWN)
    entries = document["items"]
    language, authors = language_of(_text(document, "language")), tuple(_people(document))
    read = [_item(entry, base, language, authors) for entry in entries[:MOST_ITEMS] if isinstance(entry, dict)]
    items: dict[str, Item] = {}
    for item in read:
        if item is not None:
            items.setdefault(item.url, item)
    site, own = url_of(_text(document, "home_page_url"), base), url_of(_text(document, "feed_url"), base)
    return SourceDocument(
        SourceKind.FEED,
        "json_feed",
        title=line_of(_text(document, "title"), LONGEST_TITLE, is_markup=False),
        site_url=site.href if site else None,
        language=language,
        items=tuple(items.values()),
        hub=next(_hubs(document), None),
        self_link=own.href if own else None,
        warnings=(ReadingWarning.ITEMS_WITHOUT_URL,) if None in read else (),
        is_truncated=len(entries) > MOST_ITEMS,
    )


def _item(entry: dict[str, Any], base: Url, language: str | None, authors: tuple[str, ...]) -> Item | None:
    """Return an item; its ``url`` is its page, and ``external_url`` what a link blog is about."""
    url = url_of(_text(entry, "url"), base) or url_of(_text(entry, "external_url"), base)
    if url is None:
        return None
    attachments = (url_of(_text(one, "url"), base) for one in _objects(entry, "attachments"))
    enclosure = next((found for found in attachments if found), None)
    tags = entry.get("tags")
    guid = entry.get("id")
    return Item(
        url=url.href,
        guid=line_of(str(guid), 2048, is_markup=False) if isinstance(guid, str | int | float) else None,
        title=line_of(_text(entry, "title"), LONGEST_TITLE, is_markup=False),
        published=stated_date(_text(entry, "date_published")),
        updated=stated_date(_text(entry, "date_modified")),
        authors=tuple(_people(entry)) or authors,
        categories=names_of((tag for tag in tags if isinstance(tag, str)), MOST_CATEGORIES)
        if isinstance(tags, list)
        else (),
        language=language_of(_text(entry, "language")) or language,
        enclosure=enclosure.href if enclosure else None,
    )


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) else None


def _objects(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = document.get(name)
    return [entry for entry in value[:100] if isinstance(entry, dict)] if isinstance(value, list) else []


def _people(document: dict[str, Any]) -> tuple[str, ...]:
    """Return the authors; version 1.0 has one."""
    people: list[Any] = [*_objects(document, "authors"), document.get("author")]
    return names_of((_text(person, "name") for person in people if isinstance(person, dict)), MOST_AUTHORS)


def _hubs(document: dict[str, Any]) -> Iterator[str]:
    """Yield where the feed can be subscribed to by WebSub."""
    for hub in _objects(document, "hubs"):
        url = url_of(_text(hub, "url"), None)
        if url is not None and (_text(hub, "type") or "").lower() == "websub":
            yield url.href
