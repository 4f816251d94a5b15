"""The days and times that feeds state.

Comes in: a date as a feed writes it. Goes out: RFC 3339 with the zone that was stated, or a day.

Nothing is guessed: a time without its zone is a day, and so is one with a zone whose name has several meanings.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:[T\s]\s*(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<zone>.*))?",
    re.DOTALL,
)
_MAIL = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(?P<day>\d{1,2})[\s-]+(?P<month>[A-Za-z]{3,9})\.?[\s,-]+(?P<year>\d{4}|\d\d)"
    r"(?:[\s,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?\s*(?P<zone>.*))?",
    re.DOTALL,
)
_AMERICAN = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})(?!\d)"
    r"(?:[\s,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<zone>.*))?",
    re.DOTALL,
)
_SLASHED = re.compile(r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?!\d)")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)")
_OFFSET = re.compile(r"(?:GMT|UTC|Z)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?\b", re.IGNORECASE)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt"), 0),
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
    **{
        "wet": 0,
        "west": 1,
        "cet": 1,
        "cest": 2,
        "mez": 1,
        "mesz": 2,
        "eet": 2,
        "eest": 3,
        "msk": 3,
        "jst": 9,
        "kst": 9,
    },
}
"""Hours from UTC: those of RFC 822, section 5, and those that mean one thing wherever they are written."""

_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2100
_LONGEST_DATE = 100
_FARTHEST = timedelta(hours=14)
_SHORT_YEARS = 70
"""RFC 2822, section 4.3, has 50; no feed is as old."""


@lru_cache(maxsize=4096)
def stated_date(text: str | None) -> str | None:
    """Return the day or the moment that a feed states; None for anything else."""
    text = (text or "").strip()[:_LONGEST_DATE]
    for form in (_ISO, _MAIL, _AMERICAN, _SLASHED, _DOTTED):
        if found := form.match(text):
            return _written(found)
    return None


def _written(found: re.Match[str]) -> str | None:
    parts = found.groupdict()
    month = parts["month"]
    number = int(month) if month.isdigit() else _month_named(month)
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 1900 if year >= _SHORT_YEARS else 2000
    if number is None or not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return None
    try:
        day = date(year, number, int(parts["day"]))
    except ValueError:
        return None
    zone = _zone_in(parts.get("zone") or "")
    if parts.get("hour") is None or zone is None:
        return day.isoformat()
    return _moment(day, parts, zone)


def _moment(day: date, parts: dict[str, str | None], zone: timezone) -> str:
    """Return the moment; the day alone, where the clock shows what no clock does."""
    fraction = (parts.get("fraction") or "")[:6].ljust(6, "0")
    # A leap second is the last one of its minute.
    second = min(int(parts["second"] or 0), 59 if parts["second"] == "60" else 99)
    try:
        clock = time(int(parts["hour"] or 0), int(parts["minute"] or 0), second, int(fraction), zone)
    except ValueError:
        return day.isoformat()
    return datetime.combine(day, clock).isoformat()


def _month_named(name: str) -> int | None:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None


def _zone_in(text: str) -> timezone | None:
    text = text.strip()
    if found := _OFFSET.match(text):
        offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        return timezone(-offset if found["sign"] == "-" else offset) if offset <= _FARTHEST else None
    name = re.split(r"[\s(),;]", text, maxsplit=1)[0].lower()
    hours = _ZONES.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))
