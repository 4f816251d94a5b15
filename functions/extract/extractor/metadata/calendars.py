"""Years and days as calendars count them that are not the Gregorian.

Comes in: numbers as a page writes them, and the page's language. Goes out: a day of the Gregorian calendar.
"""

from __future__ import annotations

from datetime import date, timedelta

_BUDDHIST_LANGUAGES = frozenset({"th", "lo"})
_BUDDHIST_OFFSET = 543
_BUDDHIST_CENTURY = 2500
_PERSIAN_LANGUAGES = frozenset({"fa", "prs", "ps"})
_TAIWANESE = ("zh-tw", "zh-hant", "zh-hk", "zh")
_MINGUO_OFFSET = 1911
_EARLIEST, _LATEST = 1900, 2199
_MOST_BUDDHIST, _MOST_PERSIAN, _MOST_MINGUO = 2700, 1500, 199


def gregorian_day(year: int, month: int, day: int, language: str = "") -> date | None:
    """Return the day that three numbers are; None where they are none, or no year that papers print.

    Parameters
    ----------
    year, month, day : int
        As written.
    language : str
        The page's, which tells what a year such as 2569 or 1405 counts from.
    """
    code = language.partition("-")[0]
    try:
        if _EARLIEST <= year <= _LATEST:
            return date(year, month, day)
        if _LATEST + 200 < year <= _MOST_BUDDHIST:
            return date(year - _BUDDHIST_OFFSET, month, day)
        if year < 100 and code in _BUDDHIST_LANGUAGES:
            return date(_BUDDHIST_CENTURY + year - _BUDDHIST_OFFSET, month, day)
        if 1300 <= year <= _MOST_PERSIAN and code in _PERSIAN_LANGUAGES:
            return persian_day(year, month, day)
        if 100 <= year <= _MOST_MINGUO and language.startswith(_TAIWANESE):
            return date(year + _MINGUO_OFFSET, month, day)
    except ValueError:
        pass
    return None


def persian_day(year: int, month: int, day: int) -> date:
    """Return a day of the solar calendar of Iran, by its cycle of 33 years, which holds from 1799 to 2256.

    Raises
    ------
    ValueError
        When there is no such day.
    """
    longest = 31 if month <= 6 else 30
    if not (1 <= month <= 12 and 1 <= day <= longest):
        raise ValueError(f"no day {day} in month {month}")
    # Days since 1 Farvardin 979 (21 March 1600), with eight leap years in 33.
    years = year - 979
    days = 365 * years + years // 33 * 8 + (years % 33 + 3) // 4
    days += 31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1
    return date(1600, 3, 20) + timedelta(days=days)
