"""Atom and JSON feeds of changes: the newest ones of a host, of a country or of a topic.

Comes in: a subject. Goes out: entries, and documents for feed readers. Nothing is kept between two calls.

A host's articles are found by the table's index. No index knows countries and topics, so their feeds are made from
a bounded number of the newest objects of the change feed; a reader who wants everything follows the change feed itself.
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
from typing import Any
from xml.etree import ElementTree

from newsdesk.articles import Listing
from newsdesk.characters import for_xml
from newsdesk.clock import from_text
from newsdesk.contracts import ArticleChanged, changes_hour, changes_in, schema_id
from newsdesk.errors import ObjectMissingError
from newsdesk.ports import ChangeFeed, FeedObject, ObjectStore

MOST_ENTRIES = 100
MOST_OBJECTS = 300
"""Of the change feed that one request reads: less than a second's work, and at most 30,000 changes."""

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


def newest_objects(feed: ChangeFeed, now: datetime) -> Sequence[FeedObject]:
    """Return the newest objects of the change feed, up to the bound, the oldest first."""
    found: Sequence[FeedObject] = ()
    for span in _LOOKS_BACK:
        found = deque(feed.after(changes_hour(now - span)), maxlen=MOST_OBJECTS)
        if len(found) == MOST_OBJECTS:
            break
    return tuple(found)


def entries_in(objects: ObjectStore, entries: Iterable[FeedObject], subject: Subject) -> list[Entry]:
    """Return the articles of a subject among changes, the one that changed last first.

    An article is there if the latest of its changes is of the subject, and is no retraction.
    """
    latest: dict[str, ArticleChanged] = {}
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        for body in executor.map(lambda entry: _body(objects, entry.key), entries):
            for change in changes_in(body):
                known = latest.get(change.article_id)
                if known is None or known.revision < change.revision:
                    latest[change.article_id] = change
    taken = [change for change in latest.values() if change.key is not None and subject.takes(change)]
    taken.sort(key=lambda change: (change.committed_at, change.article_id), reverse=True)
    return [entry_of(change) for change in taken[:MOST_ENTRIES]]


def _body(objects: ObjectStore, key: str) -> bytes:
    try:
        return objects.get(key)
    except ObjectMissingError:  # an operator restores or moves it
        return b""


def tag_of(parts: Iterable[str]) -> str:
    """Return a weak entity tag for a feed that is made of these parts."""
    return f'W/"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:24]}"'


def render(form: FeedFormat, subject: Subject, entries: Sequence[Entry], own_url: str) -> str:
    """Return the feed's document."""
    make: Callable[[Subject, Sequence[Entry], str], str] = _atom if form is FeedFormat.ATOM else _json
    return make(subject, entries, own_url)


def _title(subject: Subject) -> str:
    return f"Newsdesk: {subject.kind} {subject.name}"


def _atom(subject: Subject, entries: Sequence[Entry], own_url: str) -> str:
    """Return an Atom feed (RFC 4287)."""
    root = ElementTree.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", f"urn:newsdesk:feed:{subject.kind}:{subject.name}")
    _add(root, "title", _title(subject))
    _add(root, "updated", entries[0].committed_at if entries else _NEVER)
    _add(root, "link", rel="self", type=FeedFormat.ATOM.media_type, href=own_url)
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


def _json(subject: Subject, entries: Sequence[Entry], own_url: str) -> str:
    """Return a JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(subject),
        "feed_url": own_url,
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
