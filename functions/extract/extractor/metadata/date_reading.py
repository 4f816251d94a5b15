"""What day an expression names, and in what language a page writes it.

Comes in: an expression, and the page that it is from. Goes out: a day or a moment, as it is written.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import islice

from htmldate.extractors import try_date_expr

from extractor.html import Page
from extractor.metadata.days import days_in, normal
from extractor.metadata.local_clock import named_zone

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
_YEAR = re.compile(
    r"(?:19|20)\d\d|\d[./-]\d\d?[./-]\d\d|2[45]\d\d|1[34]\d\d|\d{3}[年./]|(?:令和|平成|民國|民国)|[〇零一二]{2}年"
)
_COUNTING_YEARS = re.compile(r"(?:19|20)\d\d|\d[./-]\d\d?[./-]\d\d")
"""The same in plain ASCII, where no other era is written."""
_UNSETTLED_LANGUAGES = frozenset({"", "en", "en-ca", "en-ph"})
"""A page in one of them may mean 11 March or 3 November by 11/03."""
_LONGEST_DATED_TEXT = 2000
"""Characters of a run of text whose dates may show whether days or months come first."""
_NUMBER = re.compile(r"\d{1,4}")
_LONGEST_EXPRESSION = 52
"""Characters; htmldate reads no longer expressions."""
_LONGEST_LINE = 90
"""Characters of a line that is a date with a few words: a label, an author, a place."""
_LONGEST_SENTENCE = 5
"""Spaces that a line may have which ends like a sentence: "It was opened on 4 May 2011." states another date."""
_MOST_TEXTS = 20_000

_UPDATE_WORDS = (
    "updat|modifi|revis(?!t)|reviewed|last review|aktualis|actuali|actualitz|atualiz|aggiorn|bijgewerkt|gewijzigd|"
    "oppdatert|uppdatera|opdater|paivitet|aktualiz|mis a jour|mise a jour|обновл|изменен|оновлен|актуализ|ажурир|"
    "обновен|azurira|posodob|frissit|modosit|atnaujin|atjaunin|uuendatud|ενημερω|guncelle|تحديث|تعديل|تحدیث|به روز|"
    "بروزرسانی|ویرایش|עודכן|עדכון|अपडेट|अद्यतन|संशोधित|আপডেট|হালনাগাদ|புதுப்பி|แก้ไข|อัปเดต|อัพเดต|ปรับปรุง|cap nhat|"
    "diperbarui|dikemas kini|更新|修改|修訂|改訂|수정|업데이트"
)
"""What a page writes beside the day of an update."""
_PUBLICATION_WORDS = (
    r"publish(?!er)|publication|publiee?\b|publicad[oa]|publicaca|publicacion|publicat|publicet|publicarii|publicer|publiser|"
    r"publizier|publikation|publikacj|publikov|pubblicat|pubblicazion|gepublic|posted|"
    "veroffentlich|erschienen|erscheinung|opublik|zverejn|uverejn|udgivet|offentliggjort|"
    "offentligg|utgitt|julkais|kozzetet|kozzetev|megjelen|objavljen|objavlen|публик|опублик|публік|опублік|објављен|"
    "δημοσιευ|yayin|paskelbt|avaldat|đăng lúc|ngày đăng|xuất bản|terbit|نشر|انتشار|منتشر|פורסם|פרסום|"
    "प्रकाशित|প্রকাশ|வெளியிட|เผยแพร่|公開|掲載|配信|投稿|発行|发布|發布|发表|發表|刊登|刊發|입력|등록|게시|발행"
)
"""What a page writes beside the day of publication."""
_PUBLISHED = re.compile("|".join(map(normal, _PUBLICATION_WORDS.split("|"))))
_UPDATED = re.compile("|".join([*map(normal, _UPDATE_WORDS.split("|")), r"\bstand\b"]))
_UPDATED_BEHIND = re.compile(
    r"[^\w]{0,3}[日일]?[^\w]{0,3}(?:更新|修改|修訂|改訂|수정|업데이트)(?!(?:[日時間间일]{1,2}|\s?[:：])[^\w]{0,3}\d)"
)
"""Of it what stands behind the day, in the languages that write it so, and is not the label of the next."""
_SHORT_FOR_YEAR = re.compile(r"\d{4}\s?(?:r|г|р)\.$")
"""How a line may end that labels its dates and yet has a full stop: "Opublikowano: 3 marca 2026 r."."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date as the page states it.

    Attributes
    ----------
    text : str
        ``YYYY-MM-DD``, or RFC 3339 where the page gives time and time zone.
    source : str
        ``jsonld``, ``meta``, ``dom``, ``url``, ``script`` or ``feed``.
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
        for meta in islice(self._page.elements.of("meta"), _MOST_TEXTS):
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

    @cached_property
    def own_zone(self) -> tzinfo | None:
        """The time zone that the page names as its own."""
        return named_zone(self._page.source)

    def statement(self, text: str, source: str) -> Iterator[FoundDate]:
        """Yield the date that a statement for machines is, with its time and zone where it gives both."""
        if match := ISO_DATE.search(text[:100]):
            written = match["day"] + (f"T{match['time']}{match['zone']}" if match["time"] and match["zone"] else "")
            if (moment := parse_date(written)) is not None:
                yield FoundDate(moment.isoformat(), source)
        elif day := self.read(text, is_any_language=False):
            yield FoundDate(day, source)

    def read(self, text: str, *, is_any_language: bool = True) -> str | None:
        """Return the first day that a short expression names, in words of the page's language, too, if they may be."""
        text = " ".join(text[:200].split())
        written = normal(text)
        days = days_in(
            written, self.language if is_any_language else "en", is_month_first=self._is_month_first(written)
        )
        return days[0].day.isoformat() if days else self._read_by_htmldate(text)

    def shown(self, text: str) -> Iterator[FoundDate]:
        """Yield the days that a line for readers names, and whether each is called one of an update."""
        written = normal(" ".join(text[:300].split()))
        days = days_in(written, self.language, is_month_first=self._is_month_first(written))
        if not days and (day := self._read_by_htmldate(text)):
            yield FoundDate(day, "dom", is_update=_UPDATED.search(written) is not None)
        end = 0
        for named in days:
            label = written[end : named.start]
            is_update = _UPDATED.search(label) is not None or _UPDATED_BEHIND.match(written, named.end) is not None
            end = named.end
            yield FoundDate(named.day.isoformat(), "dom", is_update=is_update)

    def is_update(self, label: str) -> bool:
        """Return whether a label says that the date beside it is an update's."""
        return _UPDATED.search(normal(label)) is not None

    def is_publication(self, label: str) -> bool:
        """Return whether a label says that the date beside it is that of publication."""
        return _PUBLISHED.search(normal(label)) is not None

    def _is_month_first(self, written: str) -> bool | None:
        """Return whether days between slashes have the month first; None where nothing on the page tells."""
        if "/" not in written or self.language in _UNSETTLED_LANGUAGES:
            return None
        return self.language == "en-us"

    def _read_by_htmldate(self, text: str) -> str | None:
        """Return the day in an expression that is written for machines in one of their many ways."""
        text = self._settled(" ".join(text[:200].split())) or ""
        if not 6 < len(text) <= _LONGEST_EXPRESSION:
            return None
        if text.isupper():
            text = text.lower()  # htmldate takes three capitals for a currency
        latest = datetime(datetime.max.year, 1, 1)
        with warnings.catch_warnings():
            # dateutil and dateparser warn of time zones and of days without a year in what pages write.
            warnings.simplefilter("ignore")
            day: str | None = try_date_expr(text, "%Y-%m-%d", False, _EARLIEST, latest)
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


def may_be_date_line(line: str, longest: int = _LONGEST_LINE) -> bool:
    """Return whether a line is short enough to be a date with a few words, and not a sentence or a copyright notice."""
    if len(line) > 2 * longest:
        return False
    line = " ".join(line.split())
    if not 6 < len(line) <= longest:
        return False
    has_year = _COUNTING_YEARS.search(line) if line.isascii() else _YEAR.search(normal(line))
    is_sentence = line.endswith((".", "!", "?")) and line.count(" ") > _LONGEST_SENTENCE
    return (
        has_year is not None
        and not (is_sentence and (":" not in line or _SHORT_FOR_YEAR.search(line) is None))
        and "©" not in line
        and "copyright" not in line.lower()
    )
