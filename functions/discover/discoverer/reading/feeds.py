"""RSS, RDF and Atom.

Comes in: markup that is safe to parse. Goes out: what the feed says of itself and of its items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from discoverer.reading.dates import stated_date
from discoverer.reading.document import Item, ReadingWarning, SourceDocument
from discoverer.reading.texts import (
    LONGEST_TITLE,
    MOST_AUTHORS,
    MOST_CATEGORIES,
    language_of,
    line_of,
    names_of,
    url_of,
)
from discoverer.reading.trees import Element, Tree, text_of
from newsdesk.sources import SourceKind
from newsdesk.web import Url

_ITEM_NAMES = ("entry", "item")
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_PUBLISHED = ("pubdate", "published", "issued", "dc:date", "dcterms:issued", "created", "dcterms:created", "dc:created")
_UPDATED = ("updated", "modified", "dcterms:modified", "dc:modified")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_LONGEST_NUMBER = 9
_MARKUP_TYPES = ("html", "xhtml", "text/html", "application/xhtml+xml")

Fields = Mapping[str, Sequence[Element]]


@dataclass(frozen=True, slots=True)
class _Links:
    """Where an element's links lead, by what they are for."""

    by_relation: Mapping[str, Sequence[Element]]

    def first(self, relation: str, base: Url) -> Url | None:
        """Return the first usable link of a relation; of several with a type, one to a page."""
        elements = self.by_relation.get(relation, ())
        ranked = sorted(elements, key=lambda element: "html" not in (element.get("type") or "html"))
        return next((url for element in ranked if (url := _address(element, element.get("href"), base))), None)


def read_feed(data: bytes, root_name: str, base: Url) -> SourceDocument:
    """Return what a feed says."""
    tree = Tree(data, _ITEM_NAMES)
    is_atom = root_name == "feed"
    items: dict[str, Item] = {}
    warnings = set()
    for element in tree.items():
        item = _item(_fields_of(element, tree, is_atom=is_atom), element, base, is_atom=is_atom)
        if item is None:
            warnings.add(ReadingWarning.ITEMS_WITHOUT_URL)
        else:
            items.setdefault(item.url, item)
    feed = _feed(tree, base, is_atom=is_atom)
    warnings |= tree.warnings
    return replace(
        feed,
        format="atom" if is_atom else "rdf" if root_name == "rdf" else "rss",
        items=tuple(_completed(items.values(), feed.language, _authors_of_feed(tree) if is_atom else ())),
        warnings=tuple(sorted(warnings)),
        is_truncated=tree.is_truncated or ReadingWarning.TOO_LARGE in warnings,
    )


def _completed(items: Iterable[Item], language: str | None, authors: tuple[str, ...]) -> Iterator[Item]:
    """Yield items with what the feed says of all of them (RFC 4287, section 4.1.2; XML, section 2.12)."""
    for item in items:
        lacks = (language and not item.language) or (authors and not item.authors)
        yield replace(item, language=item.language or language, authors=item.authors or authors) if lacks else item


def _fields_of(element: Element, tree: Tree, *, is_atom: bool) -> Fields:
    """Return the children of an element by their names; in Atom, Atom's own go without a prefix."""
    fields: dict[str, list[Element]] = defaultdict(list)
    for child in element.iterchildren():
        name = tree.name_of(child)
        fields[name.removeprefix("atom:") if is_atom else name].append(child)
    return fields


def _item(fields: Fields, element: Element, base: Url, *, is_atom: bool) -> Item | None:
    links = _links_of(fields, is_atom=is_atom)
    url = _url_of_item(fields, element, links, base, is_atom=is_atom)
    if url is None:
        return None
    enclosure = _enclosure(fields, links, base)
    return Item(
        url=url.href,
        guid=line_of(_text(fields, "guid", "id", "dc:identifier"), 2048, is_markup=False),
        title=_title(fields, is_atom=is_atom),
        published=_date(fields, _PUBLISHED),
        updated=_date(fields, _UPDATED) or _date(fields, ("atom:updated",)),
        authors=_authors(fields),
        categories=_categories(fields),
        language=language_of(element.get(_XML_LANG)) or language_of(_text(fields, "dc:language", "language")),
        enclosure=enclosure.href if enclosure else None,
    )


def _links_of(fields: Fields, *, is_atom: bool) -> _Links:
    by_relation: dict[str, list[Element]] = defaultdict(list)
    for name in ("link",) if is_atom else ("atom:link", "link"):
        for link in fields.get(name, ()):
            if link.get("href"):
                relation = (link.get("rel") or "alternate").strip().lower()
                by_relation[relation.removeprefix("http://www.iana.org/assignments/relation/")].append(link)
    return _Links(by_relation)


def _url_of_item(fields: Fields, element: Element, links: _Links, base: Url, *, is_atom: bool) -> Url | None:
    """Return the address of an item's page: its own before one that counts readers.

    What identifies an item is no address in Atom; in RSS it is one, unless it says that it is not.
    """
    for original in fields.get("feedburner:origlink", ()):
        if url := url_of(original.text, None):
            return url
    for link in () if is_atom else fields.get("link", ()):
        if url := _address(link, link.text, base):
            return url
    if url := links.first("alternate", base):
        return url
    if is_atom:
        pages = (content for content in fields.get("content", ()) if "html" in (content.get("type") or "html"))
        return next((url for page in pages if (url := _address(page, page.get("src"), base))), None)
    for guid in fields.get("guid", ()):
        if (guid.get("isPermaLink") or "true").strip().lower() != "false" and (url := url_of(guid.text, None)):
            return url
    return url_of(element.get(_RDF_ABOUT), None)


def _address(element: Element, text: str | None, base: Url) -> Url | None:
    """Return an address in an element, which may be relative to an ``xml:base`` around it."""
    if not (text or "").strip():
        return None
    bases = [around.get(_XML_BASE) for around in (element, *element.iterancestors())]
    for stated in reversed([stated for stated in bases if stated]):
        base = url_of(stated, base) or base
    return url_of(text, base)


def _enclosure(fields: Fields, links: _Links, base: Url) -> Url | None:
    for enclosure in fields.get("enclosure", ()):
        if url := _address(enclosure, enclosure.get("url"), base):
            return url
    return links.first("enclosure", base)


def _title(fields: Fields, *, is_atom: bool) -> str | None:
    for title in (*fields.get("title", ()), *fields.get("dc:title", ()), *fields.get("media:title", ())):
        is_markup = (
            not is_atom or (title.get("type") or "text").lower() in _MARKUP_TYPES or title.get("mode") == "escaped"
        )
        if line := line_of(text_of(title), LONGEST_TITLE, is_markup=is_markup):
            return line
    return None


def _date(fields: Fields, names: Iterable[str]) -> str | None:
    stated = (stated_date(element.text) for name in names for element in fields.get(name, ()))
    return next((date for date in stated if date), None)


def _authors(fields: Fields) -> tuple[str, ...]:
    for name in ("author", "atom:author", "dc:creator", "dc:author", "itunes:author"):
        if names := names_of(map(_name_of_person, fields.get(name, ())), MOST_AUTHORS):
            return names
    return ()


def _authors_of_feed(tree: Tree) -> tuple[str, ...]:
    if tree.root is None:
        return ()
    authors = _fields_of(tree.root, tree, is_atom=True).get("author", ())
    return names_of(map(_name_of_person, authors), MOST_AUTHORS)


def _name_of_person(element: Element) -> str:
    """Return who an element names: in Atom in a child of it."""
    for child in element.iterchildren():
        if child.tag.rpartition("}")[2].lower() == "name":
            return text_of(child)
    return "" if len(element) else element.text or ""


def _categories(fields: Fields) -> tuple[str, ...]:
    texts = [element.get("label") or element.get("term") or element.text for element in fields.get("category", ())]
    texts += [element.text for element in fields.get("dc:subject", ())]
    texts += [element.get("label") or element.text for element in fields.get("media:category", ())]
    texts += [element.get("text") for element in fields.get("itunes:category", ())]
    keywords = [
        element.text or "" for name in ("media:keywords", "itunes:keywords") for element in fields.get(name, ())
    ]
    return names_of([*texts, *(word for text in keywords for word in text[:2000].split(","))], MOST_CATEGORIES)


def _text(fields: Fields, *names: str) -> str | None:
    return next(
        (text for name in names for element in fields.get(name, ()) if (text := text_of(element).strip())), None
    )


def _feed(tree: Tree, base: Url, *, is_atom: bool) -> SourceDocument:
    """Return what a feed says of itself."""
    root = tree.root
    if root is None:
        return SourceDocument(SourceKind.FEED, "rss")
    channel = root
    if not is_atom:
        channel = next((child for child in root.iterchildren() if tree.name_of(child) == "channel"), root)
    fields = _fields_of(channel, tree, is_atom=is_atom)
    links = _links_of(fields, is_atom=is_atom)
    addresses = () if is_atom else (_address(link, link.text, base) for link in fields.get("link", ()))
    site = next((url for url in addresses if url), None) or links.first("alternate", base)
    hub, own = links.first("hub", base), links.first("self", base)
    stated = language_of(_text(fields, "language", "dc:language"))
    return SourceDocument(
        SourceKind.FEED,
        "rss",
        title=_title(fields, is_atom=is_atom),
        site_url=site.href if site else None,
        language=stated or language_of(channel.get(_XML_LANG)) or language_of(root.get(_XML_LANG)),
        interval=_interval(fields),
        hub=hub.href if hub else None,
        self_link=own.href if own else None,
    )


def _interval(fields: Fields) -> timedelta | None:
    """Return how often a feed asks to be read."""
    minutes = _number(_text(fields, "ttl"))
    if minutes:
        return timedelta(minutes=minutes)
    period = _PERIODS.get((_text(fields, "sy:updateperiod") or "").lower())
    return period / (_number(_text(fields, "sy:updatefrequency")) or 1) if period else None


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
