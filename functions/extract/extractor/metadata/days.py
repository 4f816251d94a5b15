"""The days that a text names in figures and in the names of months, in the languages of newspapers.

Comes in: a short text and the page's language. Goes out: days, each with its place in the text.

The names of months are those of dateparser's translation data, its regional ones included: those of the page's language
first, and English; where they do not explain what stands between a day and a year, those of all languages that write
the script. Digits may be of any script, years of the eras that papers print. Hours, weekdays and all other words are
passed over, so that a day is found beside an author or a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from itertools import islice

from dateparser.data.languages_info import language_order

from extractor.metadata.calendars import gregorian_day

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_PERSIAN_MONTHS = (
    ("فروردین", "حمل"), ("اردیبهشت", "ثور"), ("خرداد", "جوزا"), ("تیر", "سرطان"), ("مرداد", "اسد"),
    ("شهریور", "سنبله"), ("مهر", "میزان"), ("آبان", "عقرب"), ("آذر", "قوس"), ("دی", "جدی"), ("بهمن", "دلو"),
    ("اسفند", "حوت"),
)  # fmt: skip
"""Of the solar calendar, as Iran and Afghanistan name them."""
_LATIN = (
    "af az bs ca cs cy da de en es et eu fi fil fo fr ga gl hr hu id is it lb lt lv ms mt nb nl nn pl pt ro sk sl sq sv"
    " sw tr uz vi"
)
_CYRILLIC = "be bg kk ky mk mn ru sr tg uk"
_LANGUAGES_OF = {
    "LATIN": tuple(_LATIN.split()), "CYRILLIC": tuple(_CYRILLIC.split()), "ARABIC": ("ar", "fa", "ur", "ps", "ckb"),
    "DEVANAGARI": ("hi", "mr", "ne"), "BENGALI": ("bn", "as"), "GREEK": ("el",), "HEBREW": ("he",), "THAI": ("th",),
    "LAO": ("lo",), "TAMIL": ("ta",), "TELUGU": ("te",), "KANNADA": ("kn",), "MALAYALAM": ("ml",), "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",), "ORIYA": ("or",), "SINHALA": ("si",), "KHMER": ("km",), "MYANMAR": ("my",),
    "GEORGIAN": ("ka",), "ARMENIAN": ("hy",), "ETHIOPIC": ("am",),
}  # fmt: skip
_FEWEST_SHARED = 4
"""Letters at the beginning, by which a month is known in another case than the one in the data: октобра."""

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_ERA_YEAR = re.compile(rf"({'|'.join(_ERAS)})\s?(元|\d{{1,3}})(?=\s?[年./])")
_HAN_DAY = re.compile(r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
_HAN_DIGITS = {"〇": 0, "零": 0, **{digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}}
_NOT_FOLDED = re.compile("[\u0300-\u036f\u064b-\u0652\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ONE_LETTER = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ı": "i", "’": "'", "\xa0": " "}
)
_POINT_WITHIN = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")

_YEAR_FIRST = re.compile(
    r"(?<![\d.,])(\d{3,4})(?:\s?[-/.]\s?|\s?年\s?|년\s?|\s(?:оны|năm)\s)(\d\d?)"
    r"(?:\s?[-/.]\s?|\s?月\s?|월\s?|-?р? ?сарын? )(\d\d?)(?!\d)"
)
_YEAR_LAST = re.compile(r"(?<![\d.,])(\d\d?)\s?([-/.]|,? thang)\s?(\d\d?)(?:\s?[-/.]\s?|,? (?:nam )?)(\d{4})(?![\d])")
_BEFORE = re.compile(r"(?:(?<![\d:.])(\d{3,4})(?![:\d])[^\d:]{1,10}?)?(?<![\d:])(\d{1,4})(?![:\d])([^\d:]{0,14})\Z")
_BEHIND = re.compile(r"([^\d:]{0,14}?)(?<![:\d])(\d{1,4})(?![:\d])(?:([^\d:]{1,12}?)(\d{2,4})(?![:\d]))?")
_BETWEEN = re.compile(
    r"(?<![\d:])\d{1,4}[^\d\w]{0,3}(?:\w{1,3}[^\w\d]{1,2})?([^\W\d_][^\d,:]{2,24}?)"
    r"[^\d\w]{0,3}(?:\w{1,3}[^\w\d]{1,2})?\d{1,4}"
)
_MOST_BETWEEN = 2
"""Words that may stand between a month and its numbers: "de", "of", another name of the month."""
_FARTHEST = 40
_LONG_WORD = re.compile(r"[^\W\d_]{4,20}")
_LONGEST_TEXT = 300
_MOST_MATCHES = 12


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that a text names, and where in its normal form."""

    day: date
    start: int
    end: int


def normal(text: str) -> str:
    """Return a text as days are read in it: ASCII digits, no accents, no case, and no years of emperors."""
    if not text.isascii():
        text = "".join([_digit(character) for character in unicodedata.normalize("NFKC", text[:_LONGEST_TEXT])])
        text = _ERA_YEAR.sub(lambda match: str(_ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))), text)
        text = _HAN_DAY.sub(_from_han, text)
    return _folded(text[:_LONGEST_TEXT])


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _from_han(match: re.Match[str]) -> str:
    year = "".join(str(_HAN_DIGITS[digit]) for digit in match[1])
    return f"{year}年{_han_number(match[2])}月{_han_number(match[3])}日"


def _han_number(digits: str) -> int:
    tens, has_ten, ones = digits.rpartition("十")
    return (_HAN_DIGITS.get(tens, 1) * 10 if has_ten else 0) + _HAN_DIGITS.get(ones, 0)


def _folded(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_ONE_LETTER)
        text = unicodedata.normalize("NFC", _NOT_FOLDED.sub("", text))
    return _POINT_WITHIN.sub("", text)


def days_in(text: str, language: str = "", *, is_month_first: bool | None = None) -> tuple[NamedDay, ...]:
    """Return the days that a text names, in its order.

    Parameters
    ----------
    text : str
        In its :func:`normal` form.
    language : str
        A tag in lower case, or nothing.
    is_month_first : bool or None
        Whether 3/11/2026 is 11 March; None where nobody knows, so that it is no day.
    """
    found = list(_in_figures(text, language, is_month_first))
    taken = [(named.start, named.end) for named in found]
    for named in _in_names(text, language):
        if all(named.end <= start or named.start >= end for start, end in taken):
            found.append(named)
    return tuple(sorted(found, key=lambda named: named.start))


def _in_figures(text: str, language: str, is_month_first: bool | None) -> Iterator[NamedDay]:
    for match in _YEAR_FIRST.finditer(text):
        if day := gregorian_day(int(match[1]), int(match[2]), int(match[3]), language):
            yield NamedDay(day, *match.span())
    for match in _YEAR_LAST.finditer(text):
        first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
        is_swapped = second > 12 or (mark == "/" and first <= 12 and first != second and is_month_first is True)
        if mark == "/" and first <= 12 and second <= 12 and first != second and is_month_first is None:
            continue
        if day := gregorian_day(year, *((first, second) if is_swapped else (second, first)), language):
            yield NamedDay(day, *match.span())


def _in_names(text: str, language: str) -> Iterator[NamedDay]:
    """Yield the days whose month is named; in the page's language and English, or in any that writes the script."""
    has_found = False
    for code in dict.fromkeys((language.partition("-")[0], "en")):
        names = _names_of((code,))
        for named in _around_names(text, names, language):
            has_found = True
            yield named
        if has_found:
            return
    if between := _BETWEEN.search(text):
        letter = next((character for character in between[1] if character.isalpha()), "a")
        codes = _LANGUAGES_OF.get(unicodedata.name(letter, "").partition(" ")[0], ())
        if codes:
            yield from _around_names(text, _names_of(codes), language)


def _around_names(text: str, names: _Names | None, language: str) -> Iterator[NamedDay]:
    if names is None:
        return
    found: list[NamedDay] = []
    for match in islice(names.pattern.finditer(text), _MOST_MATCHES):
        named = _around(text, match.start(), match.end(), names.months[match[0]], language)
        if named and not (found and named.start < found[-1].end):
            found.append(named)
    if not found:
        for match in islice(_LONG_WORD.finditer(text), _MOST_MATCHES):
            month = names.akin(match[0])
            if month is not None and (named := _around(text, match.start(), match.end(), month, language)):
                found.append(named)
    yield from found


def _around(text: str, start: int, end: int, month: tuple[int, bool], language: str) -> NamedDay | None:
    """Return the day whose month's name stands at a place of a text, by the numbers next to it."""
    offset = max(0, start - _FARTHEST)
    before, behind = _BEFORE.search(text[offset:start]), _BEHIND.match(text, end)
    if before and not _is_near(before[3]):
        before = None
    if behind and not _is_near(behind[1]):
        behind = None
    # The year and the day of the month, and how far they reach.
    numbers: list[tuple[str, str, int, int]] = []
    if before and behind:
        first, last = offset + before.start(2), behind.end(2)
        numbers += [(behind[2], before[2], first, last), (before[2], behind[2], first, last)]
    if behind and behind[4] and _is_near(behind[3]):
        numbers.append((behind[4], behind[2], start, behind.end(4)))
    if before and before[1]:
        numbers.append((before[1], before[2], offset + before.start(1), end))
    for year, day_of_month, first, last in numbers:
        if len(day_of_month) > 2 or (len(year) < 4 and not language.startswith(("th", "lo"))):
            continue
        day = _day(int(year), month, int(day_of_month), language)
        if day is not None:
            return NamedDay(day, first, last)
    return None


def _day(year: int, month: tuple[int, bool], day_of_month: int, language: str) -> date | None:
    number, is_persian = month
    if is_persian:
        return gregorian_day(year, number, day_of_month, "fa") if 1300 <= year <= 1500 else None
    return None if 1300 <= year <= 1500 else gregorian_day(year, number, day_of_month, language)


def _is_near(between: str) -> bool:
    return len(re.findall(r"\w+", between)) <= _MOST_BETWEEN


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of months in some languages: the number of each, and whether it is one of the Persian calendar."""

    months: dict[str, tuple[int, bool]]
    pattern: re.Pattern[str]

    def akin(self, word: str) -> tuple[int, bool] | None:
        """Return the only month whose name begins like a word."""
        found = {
            month
            for name, month in self.months.items()
            if len(name) >= _FEWEST_SHARED and name[:_FEWEST_SHARED] == word[:_FEWEST_SHARED]
        }
        return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=32)
def _names_of(codes: tuple[str, ...]) -> _Names | None:
    months: dict[str, set[tuple[int, bool]]] = {}
    for code in codes:
        for name, number in _translated(code):
            months.setdefault(name, set()).add((number, False))
        if code in ("fa", "ps"):
            for number, names in enumerate(_PERSIAN_MONTHS, start=1):
                for name in names:
                    months.setdefault(_folded(name), set()).add((number, True))
    settled = {name: found.pop() for name, found in months.items() if len(found) == 1}
    if not settled:
        return None
    longest_first = sorted(settled, key=len, reverse=True)
    pattern = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W\d_])")
    return _Names(settled, pattern)


def _translated(code: str) -> Iterator[tuple[str, int]]:
    """Yield the names of months that dateparser knows of a language, in its regions, too."""
    if code not in language_order:
        return
    info = import_module(f"dateparser.data.date_translation_data.{code}").info
    for names in (info, *info.get("locale_specific", {}).values()):
        for number, month in enumerate(_MONTHS, start=1):
            for name in names.get(month, ()):
                folded = _folded(name).strip(". ")
                if len(folded) > 1 and not any(map(str.isdigit, folded)):
                    yield folded, number
