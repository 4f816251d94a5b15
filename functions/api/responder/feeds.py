"""Atom and JSON feeds of changes: the newest ones of a host, of a country or of a topic.

Comes in: a subject. Goes out: entries, and documents for feed readers. Nothing is kept between two calls.

A host's articles are found by the table's index. No index knows countries and topics, so a page of their feeds is made
from a bounded number of objects of the change feed, and names where the next page goes on (RFC 5005).
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Any
from xml.etree import ElementTree

from newsdesk.articles import Listing
from newsdesk.characters import for_xml
from newsdesk.clock import from_text
from newsdesk.contracts import ArticleChanged, changes_hour, changes_in, keys, schema_id
from newsdesk.errors import ObjectMissingError
from newsdesk.ports import ChangeFeed, FeedObject, ObjectStore

ENTRIES = 100
"""Of a page, about: what stands in one object of the change feed stays together."""

MOST_OBJECTS = 300
"""Of the change feed that one page reads: less than a second's work, and at most 30,000 changes."""

_LOOKS_BACK = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=60))
_AT_ONCE = 16
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00Z"


class FeedFormat(StrEnum):
    """What a feed reader understands."""

    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The media type of such a feed."""
        return f"application/{'atom+xml' if self is FeedFormat.ATOM else 'feed+json'}"

    @property
    def schema(self) -> dict[str, str]:
        """What OpenAPI calls such a feed."""
        return {"type": "string" if self is FeedFormat.ATOM else "object"}


class SubjectKind(StrEnum):
    """By what articles are chosen."""

    HOST = "host"
    COUNTRY = "country"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed is about: a host, a country by its ISO code, a topic by its id."""

    kind: SubjectKind
    name: str

    def takes(self, change: ArticleChanged) -> bool:
        """Return whether a change is of the subject."""
        match self.kind:
            case SubjectKind.HOST:
                return change.host == self.name
            case SubjectKind.COUNTRY:
                return self.name in (change.countries or ())
            case SubjectKind.TOPIC:
                return self.name in (change.topics or ())


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that changed."""

    article_id: str
    revision: int
    url: str
    headline: str | None
    date_published: str | None
    committed_at: str

    @property
    def urn(self) -> str:
        """A name that stays the same over all revisions."""
        return f"urn:newsdesk:article:{self.article_id}"


def entry_of(said: Listing | ArticleChanged) -> Entry:
    """Return the entry of an article's current revision."""
    return Entry(said.article_id, said.revision, said.url, said.headline, said.date_published, said.committed_at)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries, the one that changed last first, and the cursor of the page behind; None behind the last one."""

    entries: Sequence[Entry]
    following: str | None = None


def newest_objects(feed: ChangeFeed, now: datetime, before: str | None = None) -> Sequence[FeedObject]:
    """Return the newest objects of the change feed, or those before a key, up to the bound, the oldest first."""
    end = _hour_after(before) if before is not None else now
    found: Sequence[FeedObject] = ()
    for span in _LOOKS_BACK:
        listed = feed.after(changes_hour(end - span))
        if before is not None:
            listed = takewhile(lambda entry: entry.key < before, listed)
        found = deque(listed, maxlen=MOST_OBJECTS)
        if len(found) == MOST_OBJECTS:
            break
    return tuple(found)


def _hour_after(key: str) -> datetime:
    """Return the end of the hour whose changes are under a key."""
    day, hour = key.removeprefix(keys.CHANGES_PREFIX).split("/")[:2]
    return from_text(f"{day.removeprefix('date=')}T{hour.removeprefix('hour=')}:00:00Z") + timedelta(hours=1)


def changes_of(
    objects: ObjectStore, found: Sequence[FeedObject], subject: Subject
) -> tuple[list[ArticleChanged], str | None]:
    """Return the articles of a subject among the changes of objects, by their latest change there.

    An article is there if that change is of the subject, and is no retraction. Objects are read from the last one on,
    until there are enough entries.

    Returns
    -------
    list of ArticleChanged
        The one that changed last first.
    str or None
        The key of the first object that was read; None if there is nothing before it.
    """
    latest: dict[str, ArticleChanged] = {}
    taken: set[str] = set()
    first = None
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        newest_first = found[::-1]
        for entry, body in zip(
            newest_first, executor.map(lambda it: _body(objects, it.key), newest_first), strict=True
        ):
            for change in changes_in(body):
                known = latest.get(change.article_id)
                if known is None or known.revision < change.revision:
                    latest[change.article_id] = change
                    is_of_it = change.key is not None and subject.takes(change)
                    (taken.add if is_of_it else taken.discard)(change.article_id)
            first = entry.key
            if len(taken) >= ENTRIES:
                break
    is_last = len(found) < MOST_OBJECTS and (not found or first == found[0].key)
    chosen = sorted((latest[name] for name in taken), key=lambda it: (it.committed_at, it.article_id), reverse=True)
    return chosen, None if is_last else first


def _body(objects: ObjectStore, key: str) -> bytes:
    try:
        return objects.get(key)
    except ObjectMissingError:  # an operator restores or moves it
        return b""


def tag_of(parts: Iterable[str]) -> str:
    """Return a weak entity tag for a feed that is made of these parts."""
    return f'W/"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:24]}"'


def render(form: FeedFormat, subject: Subject, page: FeedPage, own_url: str, next_url: str | None) -> str:
    """Return the feed's document."""
    make: Callable[[Subject, Sequence[Entry], str, str | None], str] = _atom if form is FeedFormat.ATOM else _json
    return make(subject, page.entries, own_url, next_url)


def _title(subject: Subject) -> str:
    return f"Newsdesk: {subject.kind} {subject.name}"


def _atom(subject: Subject, entries: Sequence[Entry], own_url: str, next_url: str | None) -> str:
    """Return an Atom feed (RFC 4287)."""
    root = ElementTree.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", f"urn:newsdesk:feed:{subject.kind}:{subject.name}")
    _add(root, "title", _title(subject))
    _add(root, "updated", entries[0].committed_at if entries else _NEVER)
    _add(root, "link", rel="self", type=FeedFormat.ATOM.media_type, href=own_url)
    if next_url is not None:
        _add(root, "link", rel="next", type=FeedFormat.ATOM.media_type, href=next_url)
    _add(_add(root, "author"), "name", "Newsdesk")
    for entry in entries:
        node = _add(root, "entry")
        _add(node, "id", entry.urn)
        _add(node, "title", entry.headline or entry.url)
        _add(node, "updated", entry.committed_at)
        if published := _moment(entry.date_published):
            _add(node, "published", published)
        _add(node, "link", rel="alternate", href=entry.url)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    node = ElementTree.SubElement(parent, name, {key: for_xml(value) for key, value in attributes.items()})
    node.text = None if text is None else for_xml(text)
    return node


def _json(subject: Subject, entries: Sequence[Entry], own_url: str, next_url: str | None) -> str:
    """Return a JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(subject),
        "feed_url": own_url,
        **({"next_url": next_url} if next_url is not None else {}),
        "items": [_json_item(entry) for entry in entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.urn,
        "url": entry.url,
        "title": entry.headline,
        "content_text": entry.headline or entry.url,  # an item without content is none
        "date_published": _moment(entry.date_published),
        "date_modified": entry.committed_at,
        "_newsdesk": {"about": schema_id("article"), "articleId": entry.article_id, "revision": entry.revision},
    }
    return {name: value for name, value in item.items() if value is not None}


def _moment(stated: str | None) -> str | None:
    """Return a date as feeds state it; None for a day alone, whose time would be made up."""
    if stated is None or "T" not in stated:
        return None
    try:
        return from_text(stated).isoformat().replace("+00:00", "Z")
    except ValueError:
        return None
