"""What a page says of itself in JSON-LD (schema.org).

Comes in: a page's tree. Goes out: the articles that it describes, and which of them is the page's own.

Anybody can write anything here: scripts are read up to a size, a depth and a number of nodes, strings up to a length,
and nothing raises. What is no valid JSON for a usual reason (line ends in strings, trailing commas, a comment around
it) is read all the same, as far as it can be understood.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import chain, islice
from typing import Any

from lxml.html import HtmlElement

from extractor.html.lenient_json import read_leniently
from newsdesk.characters import storable

_LARGEST_SCRIPT = 3_000_000
_LARGEST_TOTAL = 6_000_000
_MAXIMUM_SCRIPTS = 100
_MAXIMUM_SCRIPTS_SEEN = 5_000
_MAXIMUM_NODES = 20_000
_MAXIMUM_ARTICLES = 200
_MAXIMUM_ITEMS = 100
"""Of a list of authors, keywords, images."""
_LONGEST_TEXT = 5_000
_LONGEST_BODY = 1_000_000
_LONGEST_NAME = 500
_DEEPEST_ROLE = 3

_OTHER_ARTICLE_TYPES = frozenset({"report", "blogposting", "liveblogposting", "socialmediaposting", "review", "recipe"})
_PAGE_TYPES = frozenset({"webpage", "itempage", "creativework", "faqpage", "howto", "videoobject"})
_OWN_PROPERTIES = frozenset({"@graph", "mainEntity", "mainEntityOfPage", "@list", "@set"})
"""An article that is found under another property than these is another thing's: an item of a list, a related link, an
update of a live blog."""

_TYPE = re.compile(r"ld\+json|json\+ld", re.IGNORECASE)
_OPENING = re.compile(r"^(?://)? ?(?:<!--|<!\[CDATA\[|/\* ?<!\[CDATA\[ ?\*/)")
_CLOSING = re.compile(r"(?://|/\*)? ?(?:-->|\]\]>) ?(?:\*/)?;?$")
_BETWEEN_VALUES = re.compile(r"[\s;,]*")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_BREAKING_TAG = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|tr|table)\b[^<>]{0,500}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StructuredImage:
    """An image of an article."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class StructuredArticle:
    """One article as JSON-LD describes it, nothing checked but lengths.

    Attributes
    ----------
    types : tuple of str
        Such as ``NewsArticle``.
    article_body : str or None
        White space folded within lines; markup taken off.
    authors, author_organizations : tuple of str
        All the authors, and which of them are said to be organisations.
    date_published, date_modified : str or None
        As written.
    is_nested : bool
        Whether it is part of something else: an item of a list, an update of a live blog.
    """

    types: tuple[str, ...] = ()
    headline: str | None = None
    alternative_headline: str | None = None
    description: str | None = None
    article_body: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    author_organizations: tuple[str, ...] = ()
    date_published: str | None = None
    date_modified: str | None = None
    images: tuple[StructuredImage, ...] = ()
    publisher: str | None = None
    in_language: str | None = None
    is_accessible_for_free: bool | None = None
    url: str | None = None
    word_count: int | None = None
    is_nested: bool = False


@dataclass(frozen=True, slots=True)
class Breadcrumb:
    """One step of the way from the site's front to a page, with the address that it leads to, if any."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class StructuredData:
    """What a page's JSON-LD describes.

    Attributes
    ----------
    articles : tuple of StructuredArticle
        In the order of the page, the nested ones included.
    main : StructuredArticle or None
        The page's own article; what other descriptions of the same article add is filled in.
    page : StructuredArticle or None
        The page itself, where it is described as one (``WebPage``).
    site_names : tuple of str
        Names of sites, publishers and organisations.
    types : frozenset of str
        All types that occur.
    breadcrumbs : tuple of Breadcrumb
        The way from the site's front to the page, in the order of its positions; of several, the longest.
    """

    articles: tuple[StructuredArticle, ...] = ()
    main: StructuredArticle | None = None
    page: StructuredArticle | None = None
    site_names: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    breadcrumbs: tuple[Breadcrumb, ...] = ()


@dataclass(frozen=True, slots=True)
class _Node:
    """An object of the JSON-LD, and whether it belongs to another thing."""

    value: dict[str, Any]
    is_nested: bool


def read_structured_data(tree: HtmlElement) -> StructuredData:
    """Return what a page's JSON-LD describes; nothing when it has none, or none that can be read."""
    values: list[Any] = []
    for text in _scripts(tree):
        values.extend(_values(text))
    nodes = list(_nodes(values))
    named = {name: node.value for node in nodes if (name := _identifier(node.value)) and len(node.value) > 1}
    articles: list[StructuredArticle] = []
    page: StructuredArticle | None = None
    types: set[str] = set()
    site_names: dict[str, None] = {}
    ways: list[tuple[Breadcrumb, ...]] = []
    for node in nodes:
        names = _types(node.value)
        types.update(names)
        kinds = {name.lower() for name in names}
        if any(map(_is_article_type, kinds)):
            if len(articles) < _MAXIMUM_ARTICLES:
                articles.append(_article(node, names, named))
        elif "breadcrumblist" in kinds:
            ways.append(_breadcrumbs(node.value, named))
        elif kinds & _PAGE_TYPES:
            page = page or (None if node.is_nested else _article(node, names, named))
        elif any(kind == "website" or kind.endswith("organization") for kind in kinds):
            site_names.update(dict.fromkeys(filter(None, (_text(node.value.get("name"), _LONGEST_NAME),))))
    return StructuredData(
        articles=tuple(articles),
        main=_main(articles, tree),
        page=page,
        site_names=tuple(islice(site_names, _MAXIMUM_ITEMS)),
        types=frozenset(islice(sorted(types), _MAXIMUM_ARTICLES)),
        breadcrumbs=max(ways, key=len, default=()),
    )


def same_address(url: str | None, other: str | None) -> bool:
    """Return whether two absolute URLs differ only in scheme, ``www.``, query, fragment and a slash at the end."""
    return bool(url and other) and _address(url or "") == _address(other or "")


def _address(url: str) -> str:
    bare = re.split(r"[?#]", url[:2000], maxsplit=1)[0]
    return re.sub(r"^(?:https?:)?//(?:www\.)?", "", bare, flags=re.IGNORECASE).rstrip("/").lower()


def _scripts(tree: HtmlElement) -> Iterator[str]:
    total = 0
    found = 0
    for script in islice(tree.iter("script"), _MAXIMUM_SCRIPTS_SEEN):
        # A script's text is read only where it may be data: most of a page is text of other scripts.
        text = script.text if _TYPE.search(script.get("type", "")) else None
        if not text or len(text) > _LARGEST_SCRIPT:
            continue
        found += 1
        total += len(text)
        if found > _MAXIMUM_SCRIPTS or total > _LARGEST_TOTAL:
            return
        yield text


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values of a script: usually one, sometimes several one after the other."""
    text = text.strip().lstrip("\ufeff")
    if text[:1] not in "[{" or text[-1:] not in "]}":
        text = _OPENING.sub("", text, count=1)
        text = (text[:-20] + _CLOSING.sub("", text[-20:])).strip()
    if text.startswith(("{&", "[{&")):
        text = html.unescape(text)
    decoder = json.JSONDecoder(strict=False)
    position, values = 0, list[Any]()
    try:
        while position < len(text) and len(values) < _MAXIMUM_ITEMS:
            value, position = decoder.raw_decode(text, position)
            values.append(value)
            gap = _BETWEEN_VALUES.match(text, position)
            position = gap.end() if gap else position
    except (ValueError, RecursionError):
        if not values:
            return iter(read_leniently(text))
    return iter(values)


def _nodes(values: list[Any]) -> Iterator[_Node]:
    """Yield the objects in document order, without recursion."""
    stack: list[tuple[Any, bool]] = [(value, False) for value in reversed(values)]
    count = 0
    while stack and count < _MAXIMUM_NODES:
        value, is_nested = stack.pop()
        count += 1
        if isinstance(value, dict):
            yield _Node(value, is_nested)
            is_list = "itemlist" in {name.lower() for name in _types(value)}
            children = [
                (child, is_nested or is_list or name not in _OWN_PROPERTIES)
                for name, child in islice(value.items(), _MAXIMUM_NODES)
                if isinstance(child, dict | list)
            ]
            stack.extend(reversed(children))
        elif isinstance(value, list):
            stack.extend((child, is_nested) for child in reversed(value[:_MAXIMUM_NODES]))


def _types(node: Mapping[str, Any]) -> tuple[str, ...]:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return tuple(
        storable(name).rpartition("/")[2].rpartition(":")[2][:60]
        for name in names[:10]
        if isinstance(name, str) and name
    )


def _is_article_type(kind: str) -> bool:
    return kind.endswith("article") or kind in _OTHER_ARTICLE_TYPES


def _identifier(node: Mapping[str, Any]) -> str | None:
    name = node.get("@id")
    return name if isinstance(name, str) else None


def _article(node: _Node, types: tuple[str, ...], named: Mapping[str, dict[str, Any]]) -> StructuredArticle:
    value = node.value
    statements = (value.get(role) for role in ("author", "creator", "authors"))
    authors = next((people for stated in statements if (people := list(_people(stated, named)))), [])
    publisher = next((name for name, _ in _people(value.get("publisher"), named)), None)
    return StructuredArticle(
        types=types,
        headline=_text(value.get("headline")) or _text(value.get("name")),
        alternative_headline=_text(value.get("alternativeHeadline")),
        description=_text(value.get("description")),
        article_body=_body(value.get("articleBody", value.get("reviewBody"))),
        section=_text(value.get("articleSection"), _LONGEST_NAME),
        keywords=tuple(islice(dict.fromkeys(_keywords(value.get("keywords"))), _MAXIMUM_ITEMS)),
        authors=tuple(dict.fromkeys(name for name, _ in authors)),
        author_organizations=tuple(dict.fromkeys(name for name, is_organization in authors if is_organization)),
        date_published=_text(value.get("datePublished"), 100) or _text(value.get("dateCreated"), 100),
        date_modified=_text(value.get("dateModified"), 100),
        images=tuple(islice(_images(value.get("image"), named), _MAXIMUM_ITEMS)),
        publisher=publisher,
        in_language=_text(value.get("inLanguage"), 100),
        is_accessible_for_free=_is_free(value, named),
        url=_url(value),
        word_count=_count(value.get("wordCount")),
        is_nested=node.is_nested,
    )


def _breadcrumbs(value: Mapping[str, Any], named: Mapping[str, dict[str, Any]]) -> tuple[Breadcrumb, ...]:
    """Return the steps of a ``BreadcrumbList``; a step or its ``item`` carries the name."""
    steps: list[tuple[int, Breadcrumb]] = []
    for number, stated in enumerate(_list(value.get("itemListElement"))):
        if not isinstance(stated, dict):
            continue
        step = named.get(_identifier(stated) or "", stated) if "item" not in stated and "name" not in stated else stated
        item = step.get("item")
        target = item if isinstance(item, dict) else {"@id": item}
        name = _text(step.get("name"), _LONGEST_NAME) or _text(target.get("name"), _LONGEST_NAME)
        address = next((url for key in ("@id", "url") if isinstance(url := target.get(key, step.get(key)), str)), None)
        if name:
            position = _count(step.get("position"))
            steps.append((number if position is None else position, Breadcrumb(name, address and _line(address, 2000))))
    return tuple(crumb for _, crumb in sorted(steps, key=lambda step: step[0]))


def _list(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("@list"), list):
        value = value["@list"]
    items = value if isinstance(value, list) else [value]
    flat = chain.from_iterable(item if isinstance(item, list) else [item] for item in items[:_MAXIMUM_ITEMS])
    return list(islice(flat, _MAXIMUM_ITEMS))


def _text(value: Any, limit: int = _LONGEST_TEXT) -> str | None:
    """Return the first text of a value, on one line, without markup."""
    for item in _list(value):
        text = item.get("@value", item.get("name")) if isinstance(item, dict) else item
        if isinstance(text, str) and (line := _line(text, limit)):
            return line
    return None


def _line(text: str, limit: int) -> str:
    text = text[: limit * 4]
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    return " ".join(storable(text).split())[:limit].rstrip()


def _body(value: Any) -> str | None:
    value = "\n".join(item for item in value[:10_000] if isinstance(item, str)) if isinstance(value, list) else value
    if not isinstance(value, str):
        return None
    text = value[:_LONGEST_BODY]
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", _BREAKING_TAG.sub("\n", text))
    lines = (" ".join(line.split()) for line in storable(text).splitlines())
    return "\n".join(line for line in lines if line) or None


def _keywords(value: Any) -> Iterator[str]:
    for item in _list(value):
        text = _text(item)
        # Some sites put one keyword an item, others all of them into one string.
        for part in re.split(r"[,;]", text) if text else ():
            if word := part.strip()[:_LONGEST_NAME]:
                yield word


def _people(value: Any, named: Mapping[str, dict[str, Any]], depth: int = 0) -> Iterator[tuple[str, bool]]:
    """Yield names, and whether each is said to be an organisation's.

    A person is a name, an object with one, a role that a person plays, or a reference to an object elsewhere.
    """
    for item in _list(value):
        node = named.get(item, item) if isinstance(item, str) else item
        if isinstance(node, str):
            if (name := _line(node, _LONGEST_NAME)) and not name.startswith(("http://", "https://", "#", "/")):
                yield name, False
        elif isinstance(node, dict) and depth <= _DEEPEST_ROLE:
            if "name" not in node and "familyName" not in node:
                node = named.get(_identifier(node) or "", node)
            is_organization = any(kind.lower().endswith("organization") for kind in _types(node))
            names = list(_names_of(node))
            yield from ((name, is_organization) for name in names)
            if not names:
                played = (node.get(role) for role in ("author", "creator", "contributor"))
                yield from _people([part for part in played if part], named, depth + 1)


def _names_of(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of a person: the stated ones, or the one that is stated in parts."""
    found = False
    for part in _list(node.get("name")):
        stated = part.get("@value", part.get("name")) if isinstance(part, dict) else part
        if (name := _text(stated, _LONGEST_NAME)) or (isinstance(part, dict) and (name := _from_parts(part))):
            found = True
            yield name
    if not found and (name := _from_parts(node)):
        yield name


def _from_parts(node: Mapping[str, Any]) -> str:
    parts = (_text(node.get(part), _LONGEST_NAME) for part in ("givenName", "additionalName", "familyName"))
    return " ".join(part for part in parts if part)[:_LONGEST_NAME]


def _images(value: Any, named: Mapping[str, dict[str, Any]]) -> Iterator[StructuredImage]:
    for item in _list(value):
        node = item if not isinstance(item, dict) or "url" in item else named.get(_identifier(item) or "", item)
        if isinstance(node, str):
            yield StructuredImage(_line(node, 2000))
        elif isinstance(node, dict) and (url := _text(node.get("url"), 2000) or _text(node.get("contentUrl"), 2000)):
            credit = _text(node.get("creditText"), _LONGEST_NAME) or next(
                (name for name, _ in _people(node.get("creator", node.get("author")), named)), None
            )
            yield StructuredImage(url, _text(node.get("caption")) or _text(node.get("description")), credit)


def _url(value: Mapping[str, Any]) -> str | None:
    for name in ("mainEntityOfPage", "url", "@id"):
        stated = value.get(name)
        if isinstance(stated, dict):
            stated = stated.get("@id", stated.get("url"))
        if isinstance(stated, str) and stated.startswith(("http://", "https://")):
            return _line(stated, 2000)
    return None


def _is_free(value: Mapping[str, Any], named: Mapping[str, dict[str, Any]]) -> bool | None:
    """Return whether all of a thing is free: what is paid for in part is not."""
    own = _boolean(value.get("isAccessibleForFree"))
    parts = (part for part in _list(value.get("hasPart")) if isinstance(part, dict))
    stated = (
        _boolean(named.get(_identifier(part) or "", part).get("isAccessibleForFree", part.get("isAccessibleForFree")))
        for part in parts
    )
    return False if False in stated else own


def _boolean(value: Any) -> bool | None:
    text = value.rpartition("/")[2].strip().lower() if isinstance(value, str) else value
    return {True: True, "true": True, False: False, "false": False}.get(text) if isinstance(text, bool | str) else None


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**7 else None


def _main(articles: list[StructuredArticle], tree: HtmlElement) -> StructuredArticle | None:
    """Choose the page's own article: by its URL, by its headline, or because it is the only one."""
    if not articles:
        return None
    addresses, titles = _own_words(tree)

    def claim(article: StructuredArticle) -> tuple[bool, bool, bool]:
        # A live blog's updates have the page's own address, with a fragment.
        is_update = article.is_nested and "#" in (article.url or "")
        is_here = not is_update and any(same_address(article.url, address) for address in addresses)
        headline = (article.headline or "").casefold()
        return is_here, bool(headline) and any(headline in title for title in titles), not article.is_nested

    best = max(articles, key=claim)
    if best.is_nested and not (claim(best)[0] or claim(best)[1]):
        return None
    same = [other for other in articles if other is not best and not other.is_nested and _is_same(best, other)]
    for other in same:
        gaps = {
            field.name: getattr(other, field.name)
            for field in fields(StructuredArticle)
            if getattr(best, field.name) in (None, ()) and getattr(other, field.name) not in (None, ())
        }
        best = replace(best, **gaps)
    return best


def _is_same(article: StructuredArticle, other: StructuredArticle) -> bool:
    if article.headline and other.headline:
        return article.headline.casefold() == other.headline.casefold()
    return same_address(article.url, other.url)


def _own_words(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """Return the page's own addresses, and its titles in lower case."""
    addresses = [link.get("href", "") for link in islice(tree.iterfind(".//link[@rel='canonical']"), 5)]
    titles = []
    for meta in islice(tree.iter("meta"), 500):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name == "og:url":
            addresses.append(meta.get("content", ""))
        elif name in ("og:title", "twitter:title"):
            titles.append(_line(meta.get("content", ""), _LONGEST_TEXT).casefold())
    for element in islice(tree.iter("title", "h1"), 20):
        titles.append(_line("".join(islice(element.itertext(), 200)), _LONGEST_TEXT).casefold())
    return addresses, titles
