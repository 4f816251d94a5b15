"""The publisher's own clock, by which a moment that a page states in UTC has another hour, and sometimes another day.

Comes in: a page's source, and a moment in UTC. Goes out: a time zone, or the moment as the page states it elsewhere.

A page names its time zone for its scripts, or states the day and the time of publication without any zone. What is said
of the reader's clock counts for nothing, and neither does a list of zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from itertools import islice

import pytz

_FARTHEST_WEST = timedelta(hours=9)
_FARTHEST_EAST = timedelta(hours=13)
"""From UTC, for nearly all that is published: Alaska, and New Zealand in summer."""

_ZONE_KEYS = ("imezone", "imeZone", "ime_zone")
_ZONE = re.compile(
    r"[^/<>;]{0,60}?\b((?:Africa|America|Asia|Atlantic|Australia|Canada|Europe|Indian|Pacific|US)\\?/[A-Z][A-Za-z_]{2,20})"
)
_READERS_CLOCK = re.compile(r"user|visitor|client|reader|browser|device|local|geo|guess", re.IGNORECASE)
_MOST_BEFORE_KEY = 16
_LONGEST_ZONE_STATEMENT = 110

_QUOTE = r"(?:&quot;|&\#34;|\\?[\"'])"
_PUBLICATION_KEY = re.compile(
    rf"(?:publi|creat|issued)[a-z_.-]{{0,24}}{_QUOTE}?\s{{0,3}}[:=]\s{{0,3}}{_QUOTE}\Z", re.IGNORECASE
)
_LONGEST_KEY = 60
_END_OF_DAY = re.compile(rf"(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{{1,9}})?)?{_QUOTE}")
_LONGEST_END = 40
_PLACES_READ = 40
"""Of a key or a day, in a page's source."""
_STEP_OF_ZONES = timedelta(minutes=15)


def days_elsewhere(moment: datetime) -> tuple[date, ...]:
    """Return the days that a moment in UTC may have had where it was published, besides the one in UTC."""
    days = ((moment - _FARTHEST_WEST).date(), (moment + _FARTHEST_EAST).date())
    return tuple(day for day in days if day != moment.date())


def stated_without_zone(source: str, moment: datetime) -> str | None:
    """Return what a page's data state as the time of publication, if it may be a moment in UTC on another day.

    Returns
    -------
    str or None
        The same moment in RFC 3339 with another offset, or a day.
    """
    stated = {text for day in days_elsewhere(moment) for text in _stated_on(day, source, moment)}
    return max(stated, key=len) if len({text[:10] for text in stated}) == 1 else None


def named_zone(source: str) -> tzinfo | None:
    """Return the only time zone that a page's data name as its own."""
    names = {name.replace("\\", "") for key in _ZONE_KEYS for name in islice(_zones_after(source, key), _PLACES_READ)}
    if len(names) != 1:
        return None
    try:
        zone: tzinfo = pytz.timezone(names.pop())
    except pytz.UnknownTimeZoneError:
        return None
    return zone


def _zones_after(source: str, key: str) -> Iterator[str]:
    for place in _places_of(source, key):
        end = place + len(key)
        match = _ZONE.match(source[end : end + _LONGEST_ZONE_STATEMENT])
        if match and not _READERS_CLOCK.search(source[max(0, place - _MOST_BEFORE_KEY) : place]):
            yield match[1]


def _stated_on(day: date, source: str, moment: datetime) -> Iterator[str]:
    """Yield what a page's data state as the time of publication on a day, if it may be the same moment."""
    text = day.isoformat()
    for place in _places_of(source, text):
        end = place + len(text)
        behind = _END_OF_DAY.match(source[end : end + _LONGEST_END])
        if behind is None or not _PUBLICATION_KEY.search(source[max(0, place - _LONGEST_KEY) : place]):
            continue
        if behind[1] is None:
            yield text
        elif (offset := _offset(f"{text}T{behind[1]}", moment)) is not None:
            yield moment.astimezone(offset).isoformat()


def _offset(local_time: str, moment: datetime) -> timezone | None:
    """Return how far the clock that shows a time at a moment is from UTC; None where no clock is."""
    try:
        ahead = datetime.fromisoformat(local_time) - moment.replace(tzinfo=None, microsecond=0)
    except ValueError:
        return None
    if len(local_time.rpartition("T")[2]) == len("HH:MM"):
        ahead += timedelta(seconds=moment.second)
    is_zone = not ahead % _STEP_OF_ZONES and -_FARTHEST_WEST <= ahead <= _FARTHEST_EAST
    return timezone(ahead) if is_zone else None


def _places_of(source: str, text: str) -> Iterator[int]:
    place = source.find(text)
    for _ in range(_PLACES_READ):
        if place < 0:
            return
        yield place
        place = source.find(text, place + 1)
