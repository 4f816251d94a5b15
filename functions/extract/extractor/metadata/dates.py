"""When the article was published and modified, on the evidence of the page.

Comes in: a page's tree, its JSON-LD, its segments, its URL, the time of the capture. Goes out: dates with the time zone
that the page wrote, and where it wrote them. Changes nothing.

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
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain, islice

from dateparser import DateDataParser
from dateparser.data.languages_info import language_order
from htmldate.core import DATE_ATTRIBUTES, ITEMPROP_ATTRS_ORIGINAL, PROPERTY_MODIFIED, find_date
from htmldate.extractors import try_date_expr
from lxml.html import HtmlElement

from extractor.html import Segment, StructuredData, text_of

_EARLIEST = datetime(1995, 1, 1)
"""htmldate's own; the web has no older articles, only articles about older days."""

_WESTERNMOST_LEAD = timedelta(hours=14)
"""A day without a time zone may have begun in Kiribati (UTC+14) before it began anywhere else."""

_FARTHEST_WEST = timedelta(hours=9)
_FARTHEST_EAST = timedelta(hours=13)
"""From UTC, for nearly all that is published: Alaska, and New Zealand in summer."""

_JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_JSON_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_ISO = re.compile(
    r"(?P<day>(?:19|20)\d\d-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\d:])"
)
_SLASHED_DAY = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_MONTHS = 12
_ABBREVIATED_MONTH = re.compile(r"\b([A-Z][a-z]{2})[a-z]?\.(?= \d{1,2}, )")
"""As in "Nov. 3, 2026"."""
_NUMERIC_DAY = re.compile(r"\d{1,4}[./-]\d\d?[./-]\d{2,4}")
_YEAR = re.compile(r"(?:19|20)\d\d|\d[./-]\d\d?[./-]\d\d")
_EAST_ASIAN_DAY = re.compile(r"(\d{4}) ?[年년] ?(\d\d?) ?[月월] ?(\d\d?) ?[日일]")
_UNSETTLED_LANGUAGES = frozenset({"", "en", "en-ca", "en-ph"})
"""A page in one of them may mean 11 March or 3 November by 11/03."""
_LONGEST_DATED_TEXT = 2000
"""Characters of a run of text whose dates may tell whether days or months go first."""
_NUMBER = re.compile(r"\d{1,4}")
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
_LONGEST_LINE = 52
"""Characters; htmldate reads no longer expressions."""
_LONGEST_SENTENCE = 5
"""Spaces that a line may have which ends like a sentence: "It was opened on 4 May 2011." states another date."""
_LINES_TRIED = 60
_LINES_BESIDE_HEADING = 15
_UPDATED = re.compile(r"(?i)updat|modifi|revis|review|stand\b|aktualis|actuali|aggiorn|bijgewerkt|oppdatert|uppdaterad")
_LONG_PARAGRAPH_WORDS = 25
_MOST_ELEMENTS = 20_000
"""htmldate's time grows faster than a page's size."""
_STATEMENTS_READ = 60
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
    is_update : bool
        Whether the page calls it the day of an update, and no other.
    """

    text: str
    source: str
    is_update: bool = False


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


def dates_of_publication(
    tree: HtmlElement,
    data: StructuredData,
    segments: tuple[Segment, ...],
    url: str,
    latest: datetime,
    headline: str | None = None,
) -> StatedDates:
    """Return the date of publication, and what else is stated as one.

    Parameters
    ----------
    tree : HtmlElement
        The page.
    data : StructuredData
        Its JSON-LD.
    segments : tuple of Segment
        Its text.
    url : str
        Its URL, which may spell the day.
    latest : datetime
        When the page was captured.
    headline : str or None
        Near which its date stands.
    """
    language = _language(tree)
    stated = _firsts(_in_own_json(data, "date_published", language), latest) or _firsts(
        _in_json(tree, _JSON_PUBLISHED, language), latest
    )
    stated += _firsts(_in_meta(tree, _is_published_name, language), latest)
    furniture = _Furniture(tree)
    line = _beside_heading(segments, furniture, headline, language)
    shown = [
        found for found in (line, *_firsts(_in_url(url), latest)) if found is not None and _is_past(found.text, latest)
    ]
    if not stated:
        return StatedDates(_from_text(tree, segments, shown, furniture, language, url, latest))
    # Of two statements, the one that readers are shown.
    first = next((found for found in stated for seen in shown if found.text[:10] == seen.text[:10]), stated[0])
    others = tuple(found for found in stated if found is not first)
    chosen = _in_own_zone(first, chain(stated, _moments(tree)))
    better = next((found for found in shown if _is_own_day(found, chosen)), None)
    if better is not None:
        return StatedDates(better, (chosen, *others))
    return StatedDates(chosen, others)


def dates_of_modification(tree: HtmlElement, data: StructuredData, latest: datetime) -> StatedDates:
    """Return the date of the last modification that the page's metadata state."""
    language = _language(tree)
    stated = _firsts(_in_own_json(data, "date_modified", language), latest) or _firsts(
        _in_json(tree, _JSON_MODIFIED, language), latest
    )
    stated += _firsts(_in_meta(tree, _MODIFIED_NAMES.__contains__, language), latest)
    return StatedDates(_in_own_zone(stated[0], stated), tuple(stated[1:])) if stated else StatedDates()


def is_same_day(date_text: str, other: str) -> bool:
    """Say whether two dates may be one: the same moment within a day, or the same day."""
    moment, moment_other = _parse(date_text), _parse(other)
    if isinstance(moment, datetime) and isinstance(moment_other, datetime):
        return abs(moment - moment_other) < timedelta(days=1)
    return date_text[:10] == other[:10]


def _firsts(statements: Iterable[FoundDate], latest: datetime) -> list[FoundDate]:
    return list(islice((found for found in islice(statements, _STATEMENTS_READ) if _is_past(found.text, latest)), 1))


def _in_own_json(data: StructuredData, name: str, language: str) -> Iterator[FoundDate]:
    for article in (data.main, data.page):
        if article is not None and (stated := getattr(article, name)):
            yield from _statement(stated, "jsonld", language)


def _in_own_zone(found: FoundDate, statements: Iterable[FoundDate]) -> FoundDate:
    """Return the same moment as the page states it in another place than UTC: its day is the publisher's."""
    moment = _parse(found.text)
    if not isinstance(moment, datetime) or moment.utcoffset():
        return found
    for other in statements:
        local = _parse(other.text)
        if isinstance(local, datetime) and local.utcoffset() and abs(local - moment) < timedelta(minutes=1):
            return FoundDate(other.text, other.source)
    return found


def _is_own_day(shown: FoundDate, stated: FoundDate) -> bool:
    """Say whether what readers are shown is to be preferred to what machines are told.

    A moment in UTC may lie on the day before or after the publisher's own. And a system that keeps no time of day often
    tells machines when it last built the page, which is later than the day that it shows.
    """
    day, moment = date.fromisoformat(shown.text[:10]), _parse(stated.text)
    if isinstance(moment, datetime):
        west, east = moment - _FARTHEST_WEST, moment + _FARTHEST_EAST
        return not moment.utcoffset() and day != moment.date() and day in (west.date(), east.date())
    return moment is not None and shown.source == "dom" and not shown.is_update and day < moment


def _from_text(
    tree: HtmlElement,
    segments: tuple[Segment, ...],
    shown: list[FoundDate],
    furniture: _Furniture,
    language: str,
    url: str,
    latest: datetime,
) -> FoundDate | None:
    elements = [
        found
        for found in islice(_in_elements(tree, furniture, language), _STATEMENTS_READ)
        if _is_past(found.text, latest)
    ]
    if shown and shown[0].source == "dom":
        return next((found for found in elements if found.text.startswith(shown[0].text)), shown[0])
    if in_title := _firsts(_in_title(tree, language), latest):
        return in_title[0]
    read_by_htmldate = _read_by_htmldate(tree, url, latest)
    if read_by_htmldate is not None:
        for found in (*elements, *shown):
            if found.text.startswith(read_by_htmldate):
                return found
        if _is_past(read_by_htmldate, latest) and _has_line_for(tree, read_by_htmldate, furniture, language):
            return FoundDate(read_by_htmldate, "dom")
    if elements or shown:
        return (*elements, *shown)[0]
    return next(iter(_firsts(_date_lines(segments, furniture, language), latest)), None)


def _date_lines(segments: tuple[Segment, ...], furniture: _Furniture, language: str) -> Iterator[FoundDate]:
    """Yield the dates on lines of the article, and the only one in its frame on a line that is called one."""
    framed: dict[str, FoundDate] = {}
    tried = 0
    for segment in segments:
        is_framed = (
            furniture.frames(segment.element) and _DATE_CLASS.search(segment.element.get("class") or "") is not None
        )
        if segment.tag in ("h1", "h2") or not _may_be_date_line(segment.text):
            continue
        if furniture.holds(segment.element) and not is_framed:
            continue
        tried += 1
        if day := _read(segment.text, language):
            found = FoundDate(day, "dom", is_update=_UPDATED.search(segment.text) is not None)
            if not is_framed:
                yield found
            framed[day] = found
        if tried == _LINES_TRIED:
            break
    if len(framed) == 1:
        yield from framed.values()


def _read_by_htmldate(tree: HtmlElement, url: str, latest: datetime) -> str | None:
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
    segments: tuple[Segment, ...], furniture: _Furniture, headline: str | None, language: str
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
            if not _may_be_date_line(part) or furniture.holds(segment.element) or not (day := _read(part, language)):
                continue
            if not _UPDATED.search(part):
                return FoundDate(day, "dom")
            updated = updated or FoundDate(day, "dom", is_update=True)
    return updated


def _in_elements(tree: HtmlElement, furniture: _Furniture, language: str) -> Iterator[FoundDate]:
    for element in tree.iter("time"):
        if not furniture.holds(element):
            yield from _statement(element.get("datetime") or text_of(element, 200), "dom", language)
    for element in tree.iterfind(".//*[@itemprop]"):
        if element.tag != "meta" and element.get("itemprop", "").lower() in ITEMPROP_ATTRS_ORIGINAL:
            stated = element.get("content") or element.get("datetime") or text_of(element, 200)
            if not furniture.holds(element):
                yield from _statement(stated, "dom", language)


def _in_title(tree: HtmlElement, language: str) -> Iterator[FoundDate]:
    """Yield the date that is all of the last part of the page's ``<title>``."""
    title = next(tree.iter("title"), None)
    last = re.split(r"\s[|–—-]\s", text_of(title, 500))[-1] if title is not None else ""
    if _NUMERIC_DAY.fullmatch(last) and (day := _read(last, language, is_any_language=False)):
        yield FoundDate(day, "dom")


def _moments(tree: HtmlElement) -> Iterator[FoundDate]:
    """Yield the moments of time that are written for machines into the text."""
    for element in islice(tree.iter("time"), _STATEMENTS_READ):
        if _ISO.match(stated := element.get("datetime", "").strip()):
            yield from _statement(stated, "dom", "")


def _in_url(url: str) -> Iterator[FoundDate]:
    if match := _URL_DAY.search(url[:4000]):
        year, month, day = match.groups()
        if not month.isdigit():
            month = str(_MONTH_NAMES.index(month[:3].lower()) + 1)
        yield from _statement(f"{year}-{month.zfill(2)}-{day.zfill(2)}", "url", "")


def _in_json(tree: HtmlElement, pattern: re.Pattern[str], language: str) -> Iterator[FoundDate]:
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", "") and script.text:
            for match in pattern.finditer(script.text):
                yield from _statement(match[1], "jsonld", language)


def _is_published_name(name: str) -> bool:
    return name in _PUBLISHED_NAMES or _PUBLISHED_NAME.search(name) is not None


def _in_meta(tree: HtmlElement, is_wanted: Callable[[str], bool], language: str) -> Iterator[FoundDate]:
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if is_wanted(name.lower()):
            yield from _statement(meta.get("content") or meta.get("value") or "", "meta", language)


def _statement(text: str, source: str, language: str) -> Iterator[FoundDate]:
    if match := _ISO.search(text[:100]):
        written = match["day"] + (f"T{match['time']}{match['zone']}" if match["time"] and match["zone"] else "")
        if (moment := _parse(written)) is not None:
            yield FoundDate(moment.isoformat(), source)
    elif day := _read(text, language, is_any_language=False):
        yield FoundDate(day, source)


def _language(tree: HtmlElement) -> str:
    """Return the language of a page; of English, with the country where the page tells whether days or months go first.

    It tells so in its ``lang`` or ``og:locale``, or by a date such as 25/11/2026 elsewhere on it.
    """
    stated = (tree.get("lang") or "")[:40].strip().replace("_", "-").lower()
    if stated not in ("", "en"):
        return stated
    for meta in islice(tree.iter("meta"), _MOST_ELEMENTS):
        if meta.get("property") == "og:locale" and (locale := meta.get("content") or "")[:3].lower() in ("en_", "en-"):
            return locale[:40].replace("_", "-").lower()
    orders = {
        is_month_first
        for line in islice(tree.itertext(), _MOST_ELEMENTS)
        if len(line) <= _LONGEST_DATED_TEXT
        for match in _SLASHED_DAY.finditer(line)
        if (is_month_first := _is_month_first(int(match[1]), int(match[2]))) is not None
    }
    return stated if len(orders) != 1 else "en-us" if orders.pop() else "en-gb"


def _is_month_first(first: int, second: int) -> bool | None:
    """Say whether the first of two numbers is the month; None where either may be."""
    return None if (first > _MONTHS) == (second > _MONTHS) else second > _MONTHS


def _settled(text: str, language: str) -> str | None:
    """Write a day between slashes so that nobody mistakes it; None where it may be one of two."""
    match = _SLASHED_DAY.search(text)
    if match is None:
        return text
    first, second = int(match[1]), int(match[2])
    is_month_first = _is_month_first(first, second)
    if is_month_first is None and first != second:
        if language in _UNSETTLED_LANGUAGES:
            return None
        is_month_first = language == "en-us"
    day, month = (second, first) if is_month_first else (first, second)
    return f"{text[: match.start()]}{match[3]}-{month:02}-{day:02}{text[match.end() :]}"


def _read(text: str, language: str, *, is_any_language: bool = True) -> str | None:
    """Return the day that a short expression names; also one in words of the page's language, if those may be read."""
    # Said so that no library has to go through all the languages that it knows.
    text = _EAST_ASIAN_DAY.sub(r"\1-\2-\3 ", " ".join(text[:200].split())).strip()
    text = _settled(_ABBREVIATED_MONTH.sub(r"\1", text), language) or ""
    if not 6 < len(text) <= _LONGEST_LINE:
        return None
    if text.isupper():
        text = text.lower()  # htmldate takes three capitals for a currency
    latest = datetime(datetime.max.year, 1, 1)
    with warnings.catch_warnings():
        # dateutil and dateparser warn of time zones and of days without a year in what pages write.
        warnings.simplefilter("ignore")
        day: str | None = try_date_expr(text, "%Y-%m-%d", False, _EARLIEST, latest)
        if day is None and is_any_language and language and (parser := _parser_of(language)) is not None:
            moment = parser.get_date_data(text)["date_obj"]
            day = moment.strftime("%Y-%m-%d") if moment else None
    return day if day and _spells(text, day) else None


@lru_cache(maxsize=16)
def _parser_of(language: str) -> DateDataParser | None:
    """Return a parser of one language: loading all that dateparser knows takes seconds."""
    code = language[:40].replace("_", "-").partition("-")[0].lower()
    if code not in language_order:
        return None
    return DateDataParser(
        languages=[code], settings={"PREFER_DAY_OF_MONTH": "first", "PREFER_DATES_FROM": "past", "STRICT_PARSING": True}
    )


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


def _has_line_for(tree: HtmlElement, day: str, furniture: _Furniture, language: str) -> bool:
    tried = 0
    for element in tree.iter(*_LINE_TAGS):
        for line in (element.text, *(child.tail for child in element)):
            if line is None or not _may_be_date_line(line) or furniture.holds(element):
                continue
            tried += 1
            if _read(line, language, is_any_language=False) == day:
                return True
            if tried == _LINES_TRIED:
                return False
    return False


def _may_be_date_line(line: str) -> bool:
    line = " ".join(line[:200].split())
    return (
        6 < len(line) <= _LONGEST_LINE
        and _YEAR.search(line) is not None
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

    def holds(self, element: HtmlElement) -> bool:
        """Say whether an element is in a frame of the page, or in what belongs to other articles."""
        return any(tag or name for tag, name in self._kinds(element))

    def frames(self, element: HtmlElement) -> bool:
        """Say whether it is in a frame, such as a column beside the text, and not in what belongs to other articles."""
        kinds = list(self._kinds(element))
        is_foreign = any(tag == "nav" or _FURNITURE_NAME.search(name) for tag, name in kinds)
        return not is_foreign and any(tag or name for tag, name in kinds)

    def _kinds(self, element: HtmlElement) -> Iterator[tuple[str, str]]:
        """Yield of an element and what is around it the tags and names that only furniture has."""
        for step in (element, *element.iterancestors()):
            if step in self._around_heading or step.tag in _ARTICLE_TAGS:
                return
            name = f"{step.get('class')} {step.get('id')}"[:500]
            is_furniture = _FURNITURE_NAME.search(name) or _FRAME_NAME.search(name)
            yield step.tag if step.tag in _FURNITURE_TAGS else "", name if is_furniture else ""
