"""When the article was published and modified, on the evidence of the page.

Comes in: a page's tree, its URL, the day that htmldate read, the time of the capture. Goes out: dates with the time
zone that the page wrote, and where it wrote them. Changes nothing.

Asked for a date, htmldate always finds one: a copyright year, a date in the prose, a timestamp in a script. Here its
day counts only where the page states it: as a date of publication in JSON-LD, ``<meta>``, ``<time>`` or microdata, in
the URL, or in a short line of its own that is not part of the page's furniture. Failing that, the page's own statement
is taken; failing that, there is no date. No date lies after the capture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from htmldate.core import DATE_ATTRIBUTES, ITEMPROP_ATTRS_ORIGINAL, PROPERTY_MODIFIED
from htmldate.extractors import try_date_expr
from lxml.html import HtmlElement

_EARLIEST = datetime(1995, 1, 1)
"""htmldate's own; the web has no older articles, only articles about older days."""

_WESTERNMOST_LEAD = timedelta(hours=14)
"""A day without a time zone may have begun in Kiribati (UTC+14) before it began anywhere else."""

_JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_JSON_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_ISO = re.compile(
    r"(?P<day>(?:19|20)\d\d-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\d:])"
)
_NUMBER = re.compile(r"\d{1,4}")
_URL_DAY = re.compile(r"\D((?:19|20)\d\d)[/_-](\d\d?)[/_-](\d\d?)(?:\D|$)")

_PUBLISHED_NAMES = DATE_ATTRIBUTES | ITEMPROP_ATTRS_ORIGINAL
_PUBLISHED_NAME = re.compile(r"(?:^|[-_.:])(?:first-?)?publi(?:shed|sh|cation)[-_]?(?:on|at|date|time)?$")
_MODIFIED_NAMES = PROPERTY_MODIFIED - {"release_date"}

_FURNITURE_TAGS = frozenset({"aside", "footer", "nav"})
_ARTICLE_TAGS = frozenset({"article", "main", "body", "html"})
_FURNITURE_NAME = re.compile(
    r"related|comment|sidebar|teaser|recommend|promo|footer|most-?(?:read|popular)|latest|trending|newsletter",
    re.IGNORECASE,
)
_LINE_TAGS = (
    "a", "abbr", "address", "b", "dd", "div", "em", "h3", "h4", "h5", "h6", "header", "i", "li", "p", "section",
    "small", "span", "strong", "summary", "td", "time", "ul",
)  # fmt: skip
_LONGEST_LINE = 52
"""Characters; htmldate reads no longer expressions."""
_LONGEST_SENTENCE = 5
"""Spaces that a line may have which ends like a sentence: "It was opened on 4 May 2011." states another date."""
_LINES_TRIED = 200
_STATEMENTS_READ = 200
"""Bounds: reading an odd expression costs a millisecond, and a page may hold a hundred thousand."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date as the page states it.

    Attributes
    ----------
    text : str
        ``YYYY-MM-DD``, or RFC 3339 where the page gives time and time zone.
    source : str
        ``jsonld``, ``meta``, ``dom`` or ``url``.
    """

    text: str
    source: str


def published_date(tree: HtmlElement, url: str, read_by_htmldate: str | None, latest: datetime) -> FoundDate | None:
    """Return the date of publication.

    Parameters
    ----------
    tree : HtmlElement
        The page.
    url : str
        Its URL, which may spell the day.
    read_by_htmldate : str or None
        ``YYYY-MM-DD``.
    latest : datetime
        When the page was captured.
    """
    furniture = _Furniture(tree)
    statements = islice(_published_statements(tree, url, furniture), _STATEMENTS_READ)
    stated = [found for found in statements if _is_past(found.text, latest)]
    if read_by_htmldate:
        agreeing = [found for found in stated if found.text.startswith(read_by_htmldate)]
        if agreeing:
            return max(agreeing, key=lambda found: len(found.text) > len(read_by_htmldate))
        if _is_past(read_by_htmldate, latest) and _has_line_for(tree, read_by_htmldate, furniture):
            return FoundDate(read_by_htmldate, "dom")
    return stated[0] if stated else None


def modified_date(tree: HtmlElement, latest: datetime) -> FoundDate | None:
    """Return the date of the last modification that the page's metadata state."""
    for found in _in_json(tree, _JSON_MODIFIED):
        if _is_past(found.text, latest):
            return found
    for found in _in_meta(tree, _MODIFIED_NAMES.__contains__):
        if _is_past(found.text, latest):
            return found
    return None


def _published_statements(tree: HtmlElement, url: str, furniture: _Furniture) -> Iterator[FoundDate]:
    yield from _in_json(tree, _JSON_PUBLISHED)
    yield from _in_meta(tree, _is_published_name)
    for element in tree.iter("time"):
        if not furniture.holds(element):
            yield from _statement(element.get("datetime") or element.text_content(), "dom")
    for element in tree.iterfind(".//*[@itemprop]"):
        if element.tag != "meta" and element.get("itemprop", "").lower() in ITEMPROP_ATTRS_ORIGINAL:
            stated = element.get("content") or element.get("datetime") or element.text_content()
            if not furniture.holds(element):
                yield from _statement(stated, "dom")
    if match := _URL_DAY.search(url):
        yield from _statement("-".join(part.zfill(2) for part in match.groups()), "url")


def _in_json(tree: HtmlElement, pattern: re.Pattern[str]) -> Iterator[FoundDate]:
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", "") and script.text:
            for match in pattern.finditer(script.text):
                yield from _statement(match[1], "jsonld")


def _is_published_name(name: str) -> bool:
    return name in _PUBLISHED_NAMES or _PUBLISHED_NAME.search(name) is not None


def _in_meta(tree: HtmlElement, is_wanted: Callable[[str], bool]) -> Iterator[FoundDate]:
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if is_wanted(name.lower()):
            yield from _statement(meta.get("content") or meta.get("value") or "", "meta")


def _statement(text: str, source: str) -> Iterator[FoundDate]:
    if match := _ISO.search(text[:100]):
        written = match["day"] + (f"T{match['time']}{match['zone']}" if match["time"] and match["zone"] else "")
        if (moment := _parse(written)) is not None:
            yield FoundDate(moment.isoformat(), source)
    elif day := _read(text):
        yield FoundDate(day, source)


def _read(text: str) -> str | None:
    """Return the day that a short expression in any language names."""
    text = " ".join(text[:200].split())
    if not 6 < len(text) <= _LONGEST_LINE:
        return None
    if text.isupper():
        text = text.lower()  # htmldate takes three capitals for a currency
    latest = datetime(datetime.max.year, 1, 1)
    day: str | None = try_date_expr(text, "%Y-%m-%d", True, _EARLIEST, latest)
    return day if day and _spells(text, day) else None


def _spells(text: str, day: str) -> bool:
    """Say whether year and day stand in a text; what is missing, htmldate's parsers fill in from today."""
    if day.replace("-", "") in text:
        return True
    numbers = {int(number) for number in _NUMBER.findall(text)}
    year, _, day_of_month = map(int, day.split("-"))
    return day_of_month in numbers and bool(numbers & {year, year % 100})


def _parse(text: str) -> date | datetime | None:
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def _is_past(text: str, latest: datetime) -> bool:
    moment = _parse(text)
    if isinstance(moment, datetime):
        return _EARLIEST.replace(tzinfo=UTC) <= moment <= latest
    return moment is not None and _EARLIEST.date() <= moment <= (latest.astimezone(UTC) + _WESTERNMOST_LEAD).date()


def _has_line_for(tree: HtmlElement, day: str, furniture: _Furniture) -> bool:
    tried = 0
    for element in tree.iter(*_LINE_TAGS):
        for line in (element.text, *(child.tail for child in element)):
            if line is None or not _may_be_date_line(line) or furniture.holds(element):
                continue
            tried += 1
            if _read(line) == day:
                return True
            if tried == _LINES_TRIED:
                return False
    return False


def _may_be_date_line(line: str) -> bool:
    line = " ".join(line[:200].split())
    return (
        6 < len(line) <= _LONGEST_LINE
        and any(character.isdigit() for character in line)
        and not (line.endswith((".", "!", "?")) and line.count(" ") > _LONGEST_SENTENCE)
        and "©" not in line
        and "copyright" not in line.lower()
    )


class _Furniture:
    """Answers whether an element belongs to what surrounds the article.

    What contains the page's main heading is not furniture, whatever it is called: ``class="layout-with-sidebar"``.
    """

    def __init__(self, tree: HtmlElement) -> None:
        heading = next(tree.iter("h1"), None)
        self._around_heading = set() if heading is None else set(heading.iterancestors())

    def holds(self, element: HtmlElement | None) -> bool:
        while element is not None and element not in self._around_heading and element.tag not in _ARTICLE_TAGS:
            name = f"{element.get('class')} {element.get('id')}"
            if element.tag in _FURNITURE_TAGS or _FURNITURE_NAME.search(name):
                return True
            element = element.getparent()
        return False
