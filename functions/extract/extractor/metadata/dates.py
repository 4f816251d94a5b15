"""When the article was published and modified, on the evidence of the page.

Comes in: a page and the time of its capture. Goes out: dates with the time zone that the page wrote, and where it wrote
them.

What the page states to machines comes first: the article's own JSON-LD, then ``<meta>``. Only where both are silent is
the page's text asked: the line next to the heading, ``<time>`` and microdata, and htmldate. Asked for a date, htmldate
nearly always finds one: a date in the prose, a timestamp in a script. So its day counts only where the page states it,
in one of those places, in the URL, or in a short line of its own that is not part of the page's furniture. Failing
that, there is no date. No date lies after the capture.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice

from htmldate.core import DATE_ATTRIBUTES, ITEMPROP_ATTRS_ORIGINAL, PROPERTY_MODIFIED, find_date

from extractor.html import Element, Page, Segment, StructuredData, text_of
from extractor.metadata.date_reading import ISO_DATE, DateReader, FoundDate, is_past, may_be_date_line, parse_date

_FARTHEST_WEST = timedelta(hours=9)
_FARTHEST_EAST = timedelta(hours=13)
"""From UTC, for nearly all that is published: Alaska, and New Zealand in summer."""

_JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_JSON_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_URL_DAY = re.compile(
    rf"\D((?:19|20)\d\d)[/_-](\d\d?|(?:{'|'.join(_MONTH_NAMES)})[a-z]{{0,6}})[/_-](\d\d?)(?:\D|$)", re.IGNORECASE
)

_PUBLISHED_NAMES = DATE_ATTRIBUTES | ITEMPROP_ATTRS_ORIGINAL
_PUBLISHED_NAME = re.compile(r"(?:^|[-_.:])(?:first-?)?publi(?:shed|sh|cation)[-_]?(?:on|at|date|time)?$")
_MODIFIED_NAMES = PROPERTY_MODIFIED - {"release_date"}

_FURNITURE_TAGS = frozenset({"aside", "footer", "nav"})
_ARTICLE_TAGS = frozenset({"article", "main", "body", "html"})
_FURNITURE_NAME = re.compile(
    r"related|comment|teaser|recommend|promo|most-?(?:read|popular)|latest|trending", re.IGNORECASE
)
_FRAME_NAME = re.compile(r"sidebar|footer|newsletter", re.IGNORECASE)
_DATE_CLASS = re.compile(r"date|publi(?:sh|c)|posted|time", re.IGNORECASE)
_LINE_TAGS = (
    "a", "abbr", "address", "b", "dd", "div", "em", "h3", "h4", "h5", "h6", "header", "i", "li", "p", "section",
    "small", "span", "strong", "summary", "td", "time", "ul",
)  # fmt: skip
_NUMERIC_DAY = re.compile(r"\d{1,4}[./-]\d\d?[./-]\d{2,4}")
_LINES_TRIED = 60
_LINES_BESIDE_HEADING = 15
_UPDATED = re.compile(r"(?i)updat|modifi|revis|review|stand\b|aktualis|actuali|aggiorn|bijgewerkt|oppdatert|uppdaterad")
_LONG_PARAGRAPH_WORDS = 25
_MOST_ELEMENTS = 20_000
"""htmldate's time grows faster than a page's size."""
_STATEMENTS_READ = 60
"""Bounds: reading an odd expression costs a millisecond, and a page may hold a hundred thousand."""


@dataclass(frozen=True, slots=True)
class StatedDates:
    """All that a page states of one date.

    Attributes
    ----------
    chosen : FoundDate or None
        What it most likely means.
    others : tuple of FoundDate
        What other places state, of JSON-LD and ``<meta>`` the first each.
    """

    chosen: FoundDate | None = None
    others: tuple[FoundDate, ...] = ()


def dates_of_publication(page: Page, latest: datetime, headline: str | None = None) -> StatedDates:
    """Return the date of publication, and what else is stated as one.

    Parameters
    ----------
    page : Page
        With its URL, which may spell the day.
    latest : datetime
        When the page was captured.
    headline : str or None
        Near which its date stands.
    """
    reader = DateReader(page)
    stated = _firsts(_in_own_json(page.data, "date_published", reader), latest) or _firsts(
        _in_json(page.tree, _JSON_PUBLISHED, reader), latest
    )
    stated += _firsts(_in_meta(page.tree, _is_published_name, reader), latest)
    furniture = _Furniture(page.tree)
    line = _beside_heading(page.segments, furniture, headline, reader)
    shown = [
        found
        for found in (line, *_firsts(_in_url(page.address, reader), latest))
        if found is not None and is_past(found.text, latest)
    ]
    if not stated:
        return StatedDates(_from_text(page, shown, furniture, reader, latest))
    # Of two statements, the one that readers are shown.
    first = next((found for found in stated for seen in shown if found.text[:10] == seen.text[:10]), stated[0])
    others = tuple(found for found in stated if found is not first)
    chosen = _in_own_zone(first, chain(stated, _moments(page.tree, reader)))
    better = next((found for found in shown if _is_own_day(found, chosen)), None)
    if better is not None:
        return StatedDates(better, (chosen, *others))
    return StatedDates(chosen, others)


def dates_of_modification(page: Page, latest: datetime) -> StatedDates:
    """Return the date of the last modification that the page's metadata state."""
    reader = DateReader(page)
    stated = _firsts(_in_own_json(page.data, "date_modified", reader), latest) or _firsts(
        _in_json(page.tree, _JSON_MODIFIED, reader), latest
    )
    stated += _firsts(_in_meta(page.tree, _MODIFIED_NAMES.__contains__, reader), latest)
    return StatedDates(_in_own_zone(stated[0], stated), tuple(stated[1:])) if stated else StatedDates()


def is_same_day(date_text: str, other: str) -> bool:
    """Return whether two dates may be one: the same moment within a day, or the same day."""
    moment, moment_other = parse_date(date_text), parse_date(other)
    if isinstance(moment, datetime) and isinstance(moment_other, datetime):
        return abs(moment - moment_other) < timedelta(days=1)
    return date_text[:10] == other[:10]


def _firsts(statements: Iterable[FoundDate], latest: datetime) -> list[FoundDate]:
    return list(islice((found for found in islice(statements, _STATEMENTS_READ) if is_past(found.text, latest)), 1))


def _in_own_json(data: StructuredData, name: str, reader: DateReader) -> Iterator[FoundDate]:
    for article in (data.main, data.page):
        if article is not None and (stated := getattr(article, name)):
            yield from reader.statement(stated, "jsonld")


def _in_own_zone(found: FoundDate, statements: Iterable[FoundDate]) -> FoundDate:
    """Return the same moment as the page states it in another place than UTC: its day is the publisher's."""
    moment = parse_date(found.text)
    if not isinstance(moment, datetime) or moment.utcoffset():
        return found
    for other in statements:
        local = parse_date(other.text)
        if isinstance(local, datetime) and local.utcoffset() and abs(local - moment) < timedelta(minutes=1):
            return FoundDate(other.text, other.source)
    return found


def _is_own_day(shown: FoundDate, stated: FoundDate) -> bool:
    """Return whether the date shown to readers is to be preferred to the one stated for machines.

    A moment in UTC may lie on the day before or after the publisher's own. And a system that keeps no time of day often
    tells machines when it last built the page, which is later than the day that it shows.
    """
    day, moment = date.fromisoformat(shown.text[:10]), parse_date(stated.text)
    if isinstance(moment, datetime):
        west, east = moment - _FARTHEST_WEST, moment + _FARTHEST_EAST
        return not moment.utcoffset() and day != moment.date() and day in (west.date(), east.date())
    return moment is not None and shown.source == "dom" and not shown.is_update and day < moment


def _from_text(
    page: Page, shown: list[FoundDate], furniture: _Furniture, reader: DateReader, latest: datetime
) -> FoundDate | None:
    elements = [
        found
        for found in islice(_in_elements(page, furniture, reader), _STATEMENTS_READ)
        if is_past(found.text, latest)
    ]
    if shown and shown[0].source == "dom":
        return next((found for found in elements if found.text.startswith(shown[0].text)), shown[0])
    if in_title := _firsts(_in_title(page.tree, reader), latest):
        return in_title[0]
    read_by_htmldate = _read_by_htmldate(page.tree, page.address, latest)
    if read_by_htmldate is not None:
        for found in (*elements, *shown):
            if found.text.startswith(read_by_htmldate):
                return found
        if is_past(read_by_htmldate, latest) and _has_line_for(page.tree, read_by_htmldate, furniture, reader):
            return FoundDate(read_by_htmldate, "dom")
    if elements or shown:
        return (*elements, *shown)[0]
    return next(iter(_firsts(_date_lines(page.segments, furniture, reader), latest)), None)


def _date_lines(segments: tuple[Segment, ...], furniture: _Furniture, reader: DateReader) -> Iterator[FoundDate]:
    """Yield the dates on lines of the article, and the only one in its frame on a line that is called one."""
    framed: dict[str, FoundDate] = {}
    tried = 0
    for segment in segments:
        if segment.tag in ("h1", "h2") or not may_be_date_line(segment.text):
            continue
        element = segment.element
        is_framed = _DATE_CLASS.search(element.get("class") or "") is not None and furniture.frames(element)
        if not is_framed and furniture.holds(element):
            continue
        tried += 1
        if day := reader.read(segment.text):
            found = FoundDate(day, "dom", is_update=_UPDATED.search(segment.text) is not None)
            if not is_framed:
                yield found
            framed[day] = found
        if tried == _LINES_TRIED:
            break
    if len(framed) == 1:
        yield from framed.values()


def _read_by_htmldate(tree: Element, url: str, latest: datetime) -> str | None:
    if next(islice(tree.iter(), _MOST_ELEMENTS, None), None) is not None:
        return None
    with warnings.catch_warnings():
        # dateutil and dateparser warn of time zones and of days without a year in what pages write.
        warnings.simplefilter("ignore")
        day: str | None = find_date(
            tree, original_date=True, extensive_search=False, url=url or None, max_date=latest.strftime("%Y-%m-%d")
        )
    return day


def _beside_heading(
    segments: tuple[Segment, ...], furniture: _Furniture, headline: str | None, reader: DateReader
) -> FoundDate | None:
    """Return the date on a short line behind the headline, before the text begins."""
    start = None
    for number, segment in enumerate(segments):
        if segment.text == headline:
            start = number
            break
        if segment.tag == "h1" and start is None:
            start = number
    if start is None:
        return None
    updated = None
    for segment in segments[start + 1 : start + 1 + _LINES_BESIDE_HEADING]:
        if segment.text.count(" ") >= _LONG_PARAGRAPH_WORDS:
            break
        for part in re.split(r"\s*[|•·]\s*", segment.text[:300]):
            if not may_be_date_line(part) or furniture.holds(segment.element) or not (day := reader.read(part)):
                continue
            if not _UPDATED.search(part):
                return FoundDate(day, "dom")
            updated = updated or FoundDate(day, "dom", is_update=True)
    return updated


def _in_elements(page: Page, furniture: _Furniture, reader: DateReader) -> Iterator[FoundDate]:
    for element in page.tree.iter("time"):
        if not furniture.holds(element):
            yield from reader.statement(element.get("datetime") or text_of(element, 200), "dom")
    for element in page.annotated:
        if element.tag != "meta" and element.get("itemprop", "").lower() in ITEMPROP_ATTRS_ORIGINAL:
            stated = element.get("content") or element.get("datetime") or text_of(element, 200)
            if not furniture.holds(element):
                yield from reader.statement(stated, "dom")


def _in_title(tree: Element, reader: DateReader) -> Iterator[FoundDate]:
    """Yield the date that is all of the last part of the page's ``<title>``."""
    title = next(tree.iter("title"), None)
    last = re.split(r"\s[|–—-]\s", text_of(title, 500))[-1] if title is not None else ""
    if _NUMERIC_DAY.fullmatch(last) and (day := reader.read(last, is_any_language=False)):
        yield FoundDate(day, "dom")


def _moments(tree: Element, reader: DateReader) -> Iterator[FoundDate]:
    """Yield the moments of time that are written for machines into the text."""
    for element in islice(tree.iter("time"), _STATEMENTS_READ):
        if ISO_DATE.match(stated := element.get("datetime", "").strip()):
            yield from reader.statement(stated, "dom")


def _in_url(url: str, reader: DateReader) -> Iterator[FoundDate]:
    if match := _URL_DAY.search(url[:4000]):
        year, month, day = match.groups()
        if not month.isdigit():
            month = str(_MONTH_NAMES.index(month[:3].lower()) + 1)
        yield from reader.statement(f"{year}-{month.zfill(2)}-{day.zfill(2)}", "url")


def _in_json(tree: Element, pattern: re.Pattern[str], reader: DateReader) -> Iterator[FoundDate]:
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", "") and script.text:
            for match in pattern.finditer(script.text):
                yield from reader.statement(match[1], "jsonld")


def _is_published_name(name: str) -> bool:
    return name in _PUBLISHED_NAMES or _PUBLISHED_NAME.search(name) is not None


def _in_meta(tree: Element, is_wanted: Callable[[str], bool], reader: DateReader) -> Iterator[FoundDate]:
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if is_wanted(name.lower()):
            yield from reader.statement(meta.get("content") or meta.get("value") or "", "meta")


def _has_line_for(tree: Element, day: str, furniture: _Furniture, reader: DateReader) -> bool:
    tried = 0
    for element in tree.iter(*_LINE_TAGS):
        for line in (element.text, *(child.tail for child in element)):
            if line is None or not may_be_date_line(line) or furniture.holds(element):
                continue
            tried += 1
            if reader.read(line, is_any_language=False) == day:
                return True
            if tried == _LINES_TRIED:
                return False
    return False


class _Furniture:
    """Answers whether an element belongs to what surrounds the article.

    What contains the page's main heading is not furniture, whatever it is called: ``class="layout-with-sidebar"``.
    """

    def __init__(self, tree: Element) -> None:
        heading = next(tree.iter("h1"), None)
        self._around_heading = set() if heading is None else set(heading.iterancestors())
        self._kinds_of: dict[Element, tuple[str, str]] = {}

    def holds(self, element: Element) -> bool:
        """Return whether an element is in a frame of the page, or in what belongs to other articles."""
        return any(tag or name for tag, name in self._kinds(element))

    def frames(self, element: Element) -> bool:
        """Return whether it is in a frame, such as a column beside the text, and in nothing of other articles."""
        kinds = list(self._kinds(element))
        is_foreign = any(tag == "nav" or _FURNITURE_NAME.search(name) for tag, name in kinds)
        return not is_foreign and any(tag or name for tag, name in kinds)

    def _kinds(self, element: Element) -> Iterator[tuple[str, str]]:
        """Yield of an element and what is around it the tags and names that only furniture has."""
        for step in (element, *element.iterancestors()):
            if step in self._around_heading or step.tag in _ARTICLE_TAGS:
                return
            kind = self._kinds_of.get(step)
            if kind is None:
                kind = self._kinds_of[step] = _kind_of(step)
            yield kind


def _kind_of(element: Element) -> tuple[str, str]:
    """Return an element's tag and its names, where only furniture has such."""
    name = f"{element.get('class')} {element.get('id')}"[:500]
    is_furniture = _FURNITURE_NAME.search(name) or _FRAME_NAME.search(name)
    return element.tag if element.tag in _FURNITURE_TAGS else "", name if is_furniture else ""
