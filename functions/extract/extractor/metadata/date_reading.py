"""What day an expression names, and in what language a page writes it.

Comes in: an expression, and the page that it is from. Goes out: a day or a moment, as it is written.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import islice

from dateparser import DateDataParser
from dateparser.data.languages_info import language_order
from htmldate.extractors import try_date_expr

from extractor.html import Page

_EARLIEST = datetime(1995, 1, 1)
"""htmldate's own; the web has no older articles, only articles about older days."""

_WESTERNMOST_LEAD = timedelta(hours=14)
"""A day without a time zone may have begun in Kiribati (UTC+14) before it began anywhere else."""

ISO_DATE = re.compile(
    r"(?P<day>(?:19|20)\d\d-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\d:])"
)
_SLASHED_DAY = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_MONTHS = 12
_ABBREVIATED_MONTH = re.compile(r"\b([A-Z][a-z]{2})[a-z]?\.(?= \d{1,2}, )")
"""As in "Nov. 3, 2026"."""
_YEAR = re.compile(r"(?:19|20)\d\d|\d[./-]\d\d?[./-]\d\d")
_EAST_ASIAN_DAY = re.compile(r"(\d{4}) ?[年년] ?(\d\d?) ?[月월] ?(\d\d?) ?[日일]")
_UNSETTLED_LANGUAGES = frozenset({"", "en", "en-ca", "en-ph"})
"""A page in one of them may mean 11 March or 3 November by 11/03."""
_LONGEST_DATED_TEXT = 2000
"""Characters of a run of text whose dates may tell whether days or months go first."""
_NUMBER = re.compile(r"\d{1,4}")
_LONGEST_LINE = 52
"""Characters; htmldate reads no longer expressions."""
_LONGEST_SENTENCE = 5
"""Spaces that a line may have which ends like a sentence: "It was opened on 4 May 2011." states another date."""
_MOST_TEXTS = 20_000


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


class DateReader:
    """Reads the dates of one page.

    Its language is found out where an expression needs it: what a page states to machines hardly ever does.
    """

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def language(self) -> str:
        """The page's language; of English, with the country where the page tells whether days or months go first.

        It tells so in its ``lang`` or ``og:locale``, or by a date such as 25/11/2026 elsewhere on it.
        """
        tree = self._page.tree
        stated = (tree.get("lang") or "")[:40].strip().replace("_", "-").lower()
        if stated not in ("", "en"):
            return stated
        for meta in islice(tree.iter("meta"), _MOST_TEXTS):
            locale = meta.get("content") or ""
            if meta.get("property") == "og:locale" and locale[:3].lower() in ("en_", "en-"):
                return locale[:40].replace("_", "-").lower()
        orders = {
            is_month_first
            for line in islice(tree.itertext(), _MOST_TEXTS)
            if "/" in line and len(line) <= _LONGEST_DATED_TEXT
            for match in _SLASHED_DAY.finditer(line)
            if (is_month_first := _is_month_first(int(match[1]), int(match[2]))) is not None
        }
        return stated if len(orders) != 1 else "en-us" if orders.pop() else "en-gb"

    def statement(self, text: str, source: str) -> Iterator[FoundDate]:
        """Yield the date that a statement for machines is, with its time and zone where it gives both."""
        if match := ISO_DATE.search(text[:100]):
            written = match["day"] + (f"T{match['time']}{match['zone']}" if match["time"] and match["zone"] else "")
            if (moment := parse_date(written)) is not None:
                yield FoundDate(moment.isoformat(), source)
        elif day := self.read(text, is_any_language=False):
            yield FoundDate(day, source)

    def read(self, text: str, *, is_any_language: bool = True) -> str | None:
        """Return the day that a short expression names, in words of the page's language, too, if they may be."""
        # Said so that no library has to go through all the languages that it knows.
        text = _EAST_ASIAN_DAY.sub(r"\1-\2-\3 ", " ".join(text[:200].split())).strip()
        text = self._settled(_ABBREVIATED_MONTH.sub(r"\1", text)) or ""
        if not 6 < len(text) <= _LONGEST_LINE:
            return None
        if text.isupper():
            text = text.lower()  # htmldate takes three capitals for a currency
        latest = datetime(datetime.max.year, 1, 1)
        with warnings.catch_warnings():
            # dateutil and dateparser warn of time zones and of days without a year in what pages write.
            warnings.simplefilter("ignore")
            day: str | None = try_date_expr(text, "%Y-%m-%d", False, _EARLIEST, latest)
            if day is None and is_any_language and (parser := _parser_of(self.language)) is not None:
                moment = parser.get_date_data(text)["date_obj"]
                day = moment.strftime("%Y-%m-%d") if moment else None
        return day if day and _spells(text, day) else None

    def _settled(self, text: str) -> str | None:
        """Write a day between slashes so that nobody mistakes it; None where it may be one of two."""
        match = _SLASHED_DAY.search(text)
        if match is None:
            return text
        first, second = int(match[1]), int(match[2])
        is_month_first = _is_month_first(first, second)
        if is_month_first is None and first != second:
            if self.language in _UNSETTLED_LANGUAGES:
                return None
            is_month_first = self.language == "en-us"
        day, month = (second, first) if is_month_first else (first, second)
        return f"{text[: match.start()]}{match[3]}-{month:02}-{day:02}{text[match.end() :]}"


def _is_month_first(first: int, second: int) -> bool | None:
    """Return whether the first of two numbers is the month; None where either may be."""
    return None if (first > _MONTHS) == (second > _MONTHS) else second > _MONTHS


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
    """Return whether year and day stand in a text; what is missing, htmldate's parsers fill in from today."""
    if day.replace("-", "") in text:
        return True
    numbers = {int(number) for number in _NUMBER.findall(text)}
    year, _, day_of_month = map(int, day.split("-"))
    return day_of_month in numbers and bool(numbers & {year, year % 100})


def parse_date(text: str) -> date | datetime | None:
    """Return the day or the moment that a text in ISO 8601 is."""
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def is_past(text: str, latest: datetime) -> bool:
    """Return whether a date lies between the web's beginning and the capture."""
    moment = parse_date(text)
    if isinstance(moment, datetime):
        return _EARLIEST.replace(tzinfo=UTC) <= moment <= latest
    return moment is not None and _EARLIEST.date() <= moment <= (latest.astimezone(UTC) + _WESTERNMOST_LEAD).date()


def may_be_date_line(line: str) -> bool:
    """Return whether a line is short enough to be a date with a few words, and not a sentence or a copyright notice."""
    line = " ".join(line[:200].split())
    return (
        6 < len(line) <= _LONGEST_LINE
        and _YEAR.search(line) is not None
        and not (line.endswith((".", "!", "?")) and line.count(" ") > _LONGEST_SENTENCE)
        and "©" not in line
        and "copyright" not in line.lower()
    )
