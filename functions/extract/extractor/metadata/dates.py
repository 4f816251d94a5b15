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
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain, islice

from htmldate.core import DATE_ATTRIBUTES, ITEMPROP_ATTRS_ORIGINAL, PROPERTY_MODIFIED, find_date

from extractor.html import Element, Page, StructuredData, text_of
from extractor.metadata.date_reading import ISO_DATE, DateReader, FoundDate, is_past, may_be_date_line, parse_date
from extractor.metadata.local_clock import days_elsewhere, stated_without_zone
from extractor.metadata.shown_dates import Furniture, ShownDates

_JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_JSON_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"\\]{8,40})"', re.IGNORECASE)
_PUB = re.compile("[pP][uU][bB]")
_DATA_PUBLISHED = re.compile(
    r"(?:(?:(?<=date)|(?<=date_))published|published_?(?:at|date|time|on)|publish_?(?:date|time)|publication_?date"
    r"|pub_?date)"
    r"(?:&quot;|&#34;|\\?[\"'])\s*:\s*(?:&quot;|&#34;|\\?[\"'])((?:19|20)\d\d-\d\d-\d\d[T \d:.Z+-]{0,30})",
    re.IGNORECASE,
)
"""In the state of an application, which may stand in a script or in an attribute. All names have three letters in
common, which are found ten times as fast as any of many names."""
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_URL_DAY = re.compile(
    rf"\D((?:19|20)\d\d)[/_-](\d\d?|(?:{'|'.join(_MONTH_NAMES)})[a-z]{{0,6}})[/_-](\d\d?)(?:\D|$)", re.IGNORECASE
)

_PUBLISHED_NAMES = DATE_ATTRIBUTES | ITEMPROP_ATTRS_ORIGINAL
_PUBLISHED_NAME = re.compile(r"(?:^|[-_.:])(?:first-?)?publi(?:shed|sh|cation)[-_]?(?:on|at|date|time)?$")
_MODIFIED_NAMES = PROPERTY_MODIFIED - {"release_date"}

_LINE_TAGS = (
    "a", "abbr", "address", "b", "dd", "div", "em", "h3", "h4", "h5", "h6", "header", "i", "li", "p", "section",
    "small", "span", "strong", "summary", "td", "time", "ul",
)  # fmt: skip
_NUMERIC_DAY = re.compile(r"\d{1,4}[./-]\d\d?[./-]\d{2,4}")
_LINES_TRIED = 60
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


def dates_of_publication(
    page: Page, latest: datetime, headline: str | None = None, shown_dates: ShownDates | None = None
) -> StatedDates:
    """Return the date of publication, and what else is stated as one.

    Parameters
    ----------
    page : Page
        With its URL, which may spell the day.
    latest : datetime
        When the page was captured.
    headline : str or None
        Near which its date stands.
    shown_dates : ShownDates or None
        The page's, where somebody has read them already.
    """
    shown_dates = shown_dates or ShownDates(page, DateReader(page), headline)
    reader = shown_dates.reader
    stated = _firsts(_in_own_json(page.data, "date_published", reader), latest) or _firsts(
        _in_json(page, _JSON_PUBLISHED, reader), latest
    )
    is_in_json = bool(stated)
    stated += _firsts(_in_meta(page, _is_published_name, reader), latest)
    if stated and not is_in_json:
        # What statistics call the first publication may be years before the one that readers see.
        stated += _firsts((found for found in shown_dates.properties if not found.is_update), latest)
    shown = [
        found
        for found in (
            *_publications(shown_dates.beside_heading, latest),
            *_firsts(_in_url(page.address, reader), latest),
        )
        if is_past(found.text, latest)
    ]
    if not stated:
        return StatedDates(_from_text(page, shown, shown_dates, reader, latest))
    # Of two statements, the one that readers are shown.
    first = next((found for found in stated for seen in shown if found.text[:10] == seen.text[:10]), stated[0])
    others = tuple(found for found in stated if found is not first)
    chosen = _in_own_zone(first, chain(stated, _moments(page, reader)))
    better = next((found for found in shown if _is_own_day(found, chosen)), None)
    if better is not None:
        return StatedDates(better, (chosen, *others))
    if all(found.text[:10] != chosen.text[:10] for found in shown):
        chosen = _on_own_clock(chosen, reader, page.source)
    return StatedDates(chosen, others)


def dates_of_modification(
    page: Page, latest: datetime, headline: str | None = None, shown_dates: ShownDates | None = None
) -> StatedDates:
    """Return the date of the last modification: the one stated to machines, or the one shown to readers as such.

    Parameters are those of :func:`dates_of_publication`.
    """
    shown = shown_dates or ShownDates(page, DateReader(page), headline)
    reader = shown.reader
    stated = _firsts(_in_own_json(page.data, "date_modified", reader), latest) or _firsts(
        _in_json(page, _JSON_MODIFIED, reader), latest
    )
    stated += _firsts(_in_meta(page, _MODIFIED_NAMES.__contains__, reader), latest)
    if not stated:
        return StatedDates(_update_from_text(shown, latest))
    return StatedDates(_on_own_clock(_in_own_zone(stated[0], stated), reader), tuple(stated[1:]))


def is_same_day(date_text: str, other: str) -> bool:
    """Return whether two dates may be one: the same moment within a day, or the same day."""
    moment, moment_other = parse_date(date_text), parse_date(other)
    if isinstance(moment, datetime) and isinstance(moment_other, datetime):
        return abs(moment - moment_other) < timedelta(days=1)
    return date_text[:10] == other[:10]


def with_feed_date(stated: StatedDates, text: str | None, latest: datetime) -> StatedDates:
    """Return the dates with that of a feed: behind what the page states, unless that is all called an update."""
    if text is None or not is_past(text, latest):
        return stated
    said, chosen = FoundDate(text, "feed"), stated.chosen
    if chosen is None:
        return StatedDates(said, stated.others)
    if chosen.is_update:
        return StatedDates(said, (chosen, *stated.others))
    return StatedDates(chosen, (*stated.others, said))


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


def _on_own_clock(found: FoundDate, reader: DateReader, source: str = "") -> FoundDate:
    """Return a moment in UTC as the publisher's clock tells it, where the page says how; at midnight, it is a day."""
    moment = parse_date(found.text)
    if not isinstance(moment, datetime) or moment.utcoffset() or not (moment.hour or moment.minute):
        return found
    if reader.own_zone is not None:
        return replace(found, text=moment.astimezone(reader.own_zone).isoformat())
    own = stated_without_zone(source, moment)
    return found if own is None else replace(found, text=own)


def _is_own_day(shown: FoundDate, stated: FoundDate) -> bool:
    """Return whether the date shown to readers is to be preferred to the one stated for machines.

    A moment in UTC may lie on the day before or after the publisher's own. And a system that keeps no time of day often
    tells machines when it last built the page, which is later than the day that it shows.
    """
    day, moment = date.fromisoformat(shown.text[:10]), parse_date(stated.text)
    if isinstance(moment, datetime):
        return not moment.utcoffset() and day in days_elsewhere(moment)
    return moment is not None and shown.source == "dom" and not shown.is_update and day < moment


def _publications(found: Iterable[FoundDate], latest: datetime) -> list[FoundDate]:
    """Return the first date that is no update's; the first update where there is nothing else."""
    dates = [date for date in found if is_past(date.text, latest)]
    return [date for date in dates if not date.is_update][:1] or dates[:1]


def _from_text(
    page: Page, shown: list[FoundDate], dates: ShownDates, reader: DateReader, latest: datetime
) -> FoundDate | None:
    """Return the date that the page shows to readers; that of an update only where it shows no other."""
    named = [found for found in dates.named if is_past(found.text, latest)]
    published = [found for found in named if not found.is_update]
    if published:
        return published[0]
    updates = [found for found in (*shown, *named, *dates.labelled) if found.is_update]
    beside = next((found for found in shown if found.source == "dom" and not found.is_update), None)
    times = [found for found in dates.times if is_past(found.text, latest) and not found.is_update]
    if beside is not None:
        return next((found for found in times if found.text.startswith(beside.text)), beside)
    if in_title := _firsts(_in_title(page, reader), latest):
        return in_title[0]
    marked = [found for found in (*dates.labelled, *dates.in_attributes) if is_past(found.text, latest)]
    if published := [found for found in marked if not found.is_update]:
        return published[0]
    others = [*times, *(found for found in shown if not found.is_update)]
    guess = _read_by_htmldate(page.tree, page.address, latest)
    days_of_others = dates.days_of_events.union(found.text[:10] for found in updates)
    if guess is not None and guess not in days_of_others:
        for found in others:
            if found.text.startswith(guess):
                return found
        if is_past(guess, latest) and _has_line_for(page.tree, guess, dates.furniture, reader):
            return FoundDate(guess, "dom")
    lines = [found for found in dates.on_lines() if is_past(found.text, latest)]
    shown_days = [*others, *sorted(lines, key=lambda found: found.is_update), *updates]
    return next(iter(shown_days or _in_data(page, reader, latest)), None)


def _update_from_text(dates: ShownDates, latest: datetime) -> FoundDate | None:
    """Return the date that the page shows to readers as that of an update, with its time where one is stated."""
    places = (dates.named, dates.beside_heading, dates.labelled, dates.in_attributes, dates.times)
    found_in_turn = chain(chain.from_iterable(places), dates.on_lines(with_labels=False))
    updates = (found for found in found_in_turn if found.is_update)
    first = next(iter(_firsts(updates, latest)), None)
    if first is None:
        return None
    timed = (found for found in dates.times if found.is_update and found.text.startswith(first.text))
    return replace(next(timed, first), is_update=False)


def _in_data(page: Page, reader: DateReader, latest: datetime) -> list[FoundDate]:
    """Return the date of publication in the data of a page's scripts, where it is the only one."""
    named = (_DATA_PUBLISHED.match(page.source, place.start()) for place in _PUB.finditer(page.source))
    stated = islice(filter(None, named), _STATEMENTS_READ)
    found = [found for match in stated for found in reader.statement(match[1], "script") if is_past(found.text, latest)]
    days = {date.text[:10] for date in found}
    return found[:1] if len(days) == 1 else []


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


def _in_title(page: Page, reader: DateReader) -> Iterator[FoundDate]:
    """Yield the date that is all of the last part of the page's ``<title>``."""
    title = next(iter(page.elements.of("title")), None)
    last = re.split(r"\s[|–—-]\s", text_of(title, 500))[-1] if title is not None else ""
    if _NUMERIC_DAY.fullmatch(last) and (day := reader.read(last, is_any_language=False)):
        yield FoundDate(day, "dom")


def _moments(page: Page, reader: DateReader) -> Iterator[FoundDate]:
    """Yield the moments of time that are written for machines into the text."""
    for element in islice(page.elements.of("time"), _STATEMENTS_READ):
        if ISO_DATE.match(stated := element.get("datetime", "").strip()):
            yield from reader.statement(stated, "dom")


def _in_url(url: str, reader: DateReader) -> Iterator[FoundDate]:
    if match := _URL_DAY.search(url[:4000]):
        year, month, day = match.groups()
        if not month.isdigit():
            month = str(_MONTH_NAMES.index(month[:3].lower()) + 1)
        yield from reader.statement(f"{year}-{month.zfill(2)}-{day.zfill(2)}", "url")


def _in_json(page: Page, pattern: re.Pattern[str], reader: DateReader) -> Iterator[FoundDate]:
    for script in page.elements.of("script"):
        if "ld+json" in script.get("type", "") and (text := script.text):
            for match in pattern.finditer(text):
                yield from reader.statement(match[1], "jsonld")


def _is_published_name(name: str) -> bool:
    return name in _PUBLISHED_NAMES or _PUBLISHED_NAME.search(name) is not None


def _in_meta(page: Page, is_wanted: Callable[[str], bool], reader: DateReader) -> Iterator[FoundDate]:
    for meta in page.elements.of("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if is_wanted(name.lower()):
            yield from reader.statement(meta.get("content") or meta.get("value") or "", "meta")


def _has_line_for(tree: Element, day: str, furniture: Furniture, reader: DateReader) -> bool:
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
