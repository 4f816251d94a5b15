"""When to retry a fetch, and when to revisit an article: the one schedule.

Comes in: what went wrong and how often, or how long a page has been unchanged. Goes out: seconds to wait, or None for
never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsdesk.contracts import TRANSIENT, Reason
from newsdesk.hosts import RETRY_AFTER_CAP_SECONDS

OLDEST_SHARE = 1 / 48
"""No two visits of an article are closer than this share of the time since it was first seen, however often it
changes: hourly in its first two days, every 15 hours after a month, weekly after a year. A page that keeps changing
(a counter in its text, a front page) costs ever less."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Limits for one class of failure.

    Attributes
    ----------
    attempts : int
        Fetches in all, the first included.
    base_seconds, cap_seconds : float
        The n-th wait is ``base * 2 ** (n - 1)``, at most ``cap``, of which the upper half is jittered
        (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "equal jitter").
    """

    attempts: int
    base_seconds: float
    cap_seconds: float


RETRY_POLICIES: dict[Reason, RetryPolicy] = {
    Reason.TIMEOUT: RetryPolicy(4, 60.0, 3600.0),
    Reason.TRUNCATED: RetryPolicy(3, 60.0, 3600.0),
    Reason.CONNECTION_FAILED: RetryPolicy(4, 60.0, 3600.0),
    Reason.NAME_NOT_RESOLVED: RetryPolicy(3, 300.0, 3600.0),
    Reason.SERVER_ERROR: RetryPolicy(4, 120.0, 7200.0),
    Reason.RATE_LIMITED: RetryPolicy(6, 120.0, 14400.0),
    Reason.MAINTENANCE: RetryPolicy(6, 600.0, 21600.0),
    Reason.ROBOTS_UNAVAILABLE: RetryPolicy(6, 600.0, 21600.0),
}
assert set(RETRY_POLICIES) == TRANSIENT

OVERLOAD_POLICY = RetryPolicy(10, 60.0, 14400.0)
"""How often a run may find its host left alone, and how long it waits each time at least. The waits double, so that
the pages of a host that stays down do not all come back at the end of each of its back-offs."""

MAXIMUM_RESENDS = 5
"""Times that dispatch sends a run's message again before the run ends as ``failed:stuck``."""


def retry_delay(reason: Reason, attempts: int, jitter: float, retry_after_seconds: float | None = None) -> float | None:
    """Return how long to wait before the next attempt.

    Parameters
    ----------
    reason : Reason
        A transient one.
    attempts : int
        Attempts made so far, at least 1.
    jitter : float
        In [0, 1).
    retry_after_seconds : float or None
        What the server asked for; the wait is not shorter, within :data:`RETRY_AFTER_CAP_SECONDS`.

    Returns
    -------
    float or None
        Seconds; None when the attempts are used up.
    """
    policy = RETRY_POLICIES[reason]
    if attempts >= policy.attempts:
        return None
    delay = _wait(policy, attempts, jitter)
    if retry_after_seconds is not None and retry_after_seconds > delay:
        delay = min(retry_after_seconds, RETRY_AFTER_CAP_SECONDS)
    return delay


def overload_delay(overload_deferrals: int, jitter: float) -> float | None:
    """Return the shortest wait of a page whose host is in back-off.

    Parameters
    ----------
    overload_deferrals : int
        Times that its run has found it so, at least 1.
    jitter : float
        In [0, 1).

    Returns
    -------
    float or None
        Seconds; None when the page has waited often enough.
    """
    if overload_deferrals > OVERLOAD_POLICY.attempts:
        return None
    return _wait(OVERLOAD_POLICY, overload_deferrals, jitter)


def _wait(policy: RetryPolicy, number: int, jitter: float) -> float:
    ceiling = min(policy.cap_seconds, policy.base_seconds * 2.0 ** (number - 1))
    return ceiling / 2 + ceiling / 2 * jitter


@dataclass(frozen=True, slots=True)
class RevisitPolicy:
    """When an indexed article is visited again.

    The wait is proportional to the time for which the page has been unchanged: a page that has not changed for a long
    time is the least likely to change soon, and one that just did is the most likely (J. Cho and H. Garcia-Molina,
    "Effective page refresh policies for Web crawlers", ACM TODS 28(4), 2003, and "Estimating frequency of change",
    ACM TOIT 3(3), 2003).

    Attributes
    ----------
    first_seconds : float
        From a change to the next visit; no two visits are closer.
    longest_seconds : float
        No two visits are farther apart.
    growth : float
        A page that has been unchanged for some time is visited when that time has grown by this factor.
    stop_seconds : float
        After the last change that was seen; no visit comes later. 0 means no revisits at all.
    """

    first_seconds: float = 3600.0
    longest_seconds: float = 30 * 86400.0
    growth: float = 2.0
    stop_seconds: float = 60 * 86400.0


def revisit_delay(
    policy: RevisitPolicy, now: datetime, *, first_seen: datetime, seen_to_change: datetime, changed: datetime
) -> float | None:
    """Return how long after a visit the next one is due.

    Parameters
    ----------
    first_seen : datetime
        When the article was first submitted.
    seen_to_change : datetime
        When its current revision was committed.
    changed : datetime
        When it last changed, as far as anybody knows: for an article that was old when it was first seen, its date.

    Returns
    -------
    float or None
        Seconds; None for never again.
    """
    still_for = max(0.0, (now - changed).total_seconds())
    known_for = max(0.0, (now - first_seen).total_seconds())
    watched_for = max(0.0, (now - seen_to_change).total_seconds())
    wait = max(policy.first_seconds, (policy.growth - 1.0) * still_for, OLDEST_SHARE * known_for)
    wait = min(wait, max(policy.first_seconds, policy.longest_seconds))
    return wait if watched_for + wait <= policy.stop_seconds else None
