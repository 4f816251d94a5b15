"""When to try again, and when to look again: the one schedule.

Comes in: what went wrong and how often, or how a visit ended. Goes out: seconds to wait, or None for never.
Changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsdesk.outcomes import TRANSIENT, Reason

RETRY_AFTER_CAP_SECONDS = 6 * 3600.0
"""A server may ask for more patience than our schedule has, but not for more than this."""


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
}
assert set(RETRY_POLICIES) == TRANSIENT

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
    ceiling = min(policy.cap_seconds, policy.base_seconds * 2.0 ** (attempts - 1))
    delay = ceiling / 2 + ceiling / 2 * jitter
    if retry_after_seconds is not None and retry_after_seconds > delay:
        delay = min(retry_after_seconds, RETRY_AFTER_CAP_SECONDS)
    return delay


def revisit_delay(schedule: Sequence[int], unchanged_visits: int) -> int | None:
    """Return how long after a visit the next one is due.

    Parameters
    ----------
    schedule : sequence of int
        Seconds after the first commit or change, after the first unchanged visit, and so on.
    unchanged_visits : int
        Visits in a row that found nothing new.

    Returns
    -------
    int or None
        Seconds; None when the schedule is at its end.
    """
    return schedule[unchanged_visits] if unchanged_visits < len(schedule) else None
