"""When a source is polled next.

Comes in: when its items were published, what it states, how polls went. Goes out: seconds.

A source is polled about twice in the time that passes between two of its items, less often while nothing comes, and
never more often than it asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

SHORTEST_INTERVAL_SECONDS = 300
LONGEST_INTERVAL_SECONDS = 86400

FIRST_INTERVAL_SECONDS = 1800
"""Of a source of which nothing is known yet."""

_FAILED_INTERVAL_SECONDS = 900
_NEWEST = 20
_GROWTH = 1.5
_LONGEST_IN_GAPS = 4
_SILENT_GAPS = 10
_SILENT_AT_LEAST = timedelta(days=3)


def usual_gap(published: Sequence[datetime], now: datetime) -> int | None:
    """Return the seconds that usually pass between two items; None when too few of them say when they were published.

    It is the median over the newest items, and at least a quarter of the time since the last one: a source that has
    fallen asleep is slow, whatever it once was.
    """
    times = sorted({moment for moment in published if moment <= now}, reverse=True)[:_NEWEST]
    if len(times) < 3:
        return None
    gap = median((later - earlier).total_seconds() for later, earlier in pairwise(times))
    return max(1, int(max(gap, (now - times[0]).total_seconds() / 4)))


def interval_after(before: int | None, gap: int | None, stated: float | None, *, has_new: bool) -> int:
    """Return the seconds until the next poll, after one that went well.

    Parameters
    ----------
    before : int or None
        The interval so far.
    gap : int or None
        As :func:`usual_gap` has it.
    stated : float or None
        The longest time that the source asks to be left alone for: its ``ttl``, its ``sy:updatePeriod``, the
        ``Cache-Control`` of its answer.
    has_new : bool
        Whether there was something new.
    """
    known = before or FIRST_INTERVAL_SECONDS
    if has_new:
        wanted = min(known / 2, gap / 2 if gap is not None else LONGEST_INTERVAL_SECONDS)
    else:
        ceiling = gap * _LONGEST_IN_GAPS if gap is not None else LONGEST_INTERVAL_SECONDS
        wanted = min(known * _GROWTH, ceiling)
    return _bounded(max(wanted, stated or 0))


def back_off_seconds(before: int | None, failures: int, asked: float | None, jitter: float) -> int:
    """Return the seconds until the next poll, after so many in a row that failed; half of what is added is jittered.

    Parameters
    ----------
    asked : float or None
        What ``Retry-After`` asked for.
    jitter : float
        In [0, 1).
    """
    base = max(_FAILED_INTERVAL_SECONDS, before or FIRST_INTERVAL_SECONDS)
    grown = min(LONGEST_INTERVAL_SECONDS, base * 2.0 ** min(failures - 1, 30))
    return _bounded(max(grown / 2 + grown / 2 * jitter, asked or 0))


def is_silent(last_new_at: datetime, gap: int | None, now: datetime) -> bool:
    """Return whether a source has brought nothing for far longer than it used to take."""
    quiet = now - last_new_at
    return quiet >= _SILENT_AT_LEAST and (gap is None or quiet.total_seconds() >= _SILENT_GAPS * gap)


def _bounded(seconds: float) -> int:
    return int(min(max(seconds, SHORTEST_INTERVAL_SECONDS), LONGEST_INTERVAL_SECONDS))
