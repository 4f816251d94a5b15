"""What Newsdesk remembers of a host and of a site: how long to leave it alone, and what it asks of crawlers.

Comes in: what went wrong and when; what a site said. Goes out: frozen values. Changes nothing: the store of
``newsdesk.ports.HostStore`` keeps them.

A *host* is what pacing is about, whatever the scheme and the port. A *site* is an origin: ``robots.txt`` is valid for
one scheme, host and port (RFC 9309, section 2.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsdesk.retries import RETRY_AFTER_CAP_SECONDS
from newsdesk.state import Record

BACK_OFF_BASE_SECONDS = 60.0
BACK_OFF_CAP_SECONDS = 3600.0
"""The n-th back-off in a row is ``base * 2 ** (n - 1)``, at most the cap; its upper half is jittered."""

FORGIVEN_AFTER_SECONDS = 1800.0
"""A host that was asked for so long after its last back-off without complaint begins at the shortest one again."""

RULES_KEPT_SECONDS = 30 * 86400.0
"""Rules that were read once stand in for a robots.txt out of reach for so long (RFC 9309, section 2.3.1.4, says 30
days of a file that cannot be reached)."""


RULES_FRESH_SECONDS = 86400.0
"""RFC 9309, section 2.4: a copy of robots.txt should not be used for longer than 24 hours."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """A host that is left alone until a time; ``level`` counts the times in a row."""

    until: datetime
    level: int


def next_back_off(before: BackOff | None, now: datetime, asked_seconds: float | None, jitter: float) -> BackOff:
    """Return the back-off of a host that has just said that it is asked too much.

    Parameters
    ----------
    before : BackOff or None
        The one before, even when it is over.
    asked_seconds : float or None
        What ``Retry-After`` asked for; the pause is not shorter, within
        :data:`newsdesk.retries.RETRY_AFTER_CAP_SECONDS`.
    jitter : float
        In [0, 1).

    Returns
    -------
    BackOff
        ``before`` itself when it says all that has to be said: several workers who are told the same at once do not
        raise the level.
    """
    asked = timedelta(seconds=min(asked_seconds or 0.0, RETRY_AFTER_CAP_SECONDS))
    if before is not None and now < before.until:
        return BackOff(now + asked, before.level) if now + asked > before.until else before
    is_quiet = before is None or now >= before.until + timedelta(seconds=FORGIVEN_AFTER_SECONDS)
    level = 1 if before is None or is_quiet else before.level + 1
    ceiling = min(BACK_OFF_CAP_SECONDS, BACK_OFF_BASE_SECONDS * 2.0 ** min(level - 1, 30))
    pause = timedelta(seconds=ceiling / 2 + ceiling / 2 * jitter)
    return BackOff(now + max(pause, asked), level)


class TdmRule(Record):
    """One entry of a ``tdmrep.json`` (W3C TDM Reservation Protocol)."""

    location: str
    reservation: int
    policy: str | None = None


class SiteRules(Record):
    """What a site asks of Newsdesk.

    Attributes
    ----------
    robots : tuple of str
        The rules of the group that applies to us, in the form that ``fetcher.robots`` matches.
    crawl_delay_seconds : float or None
        As the site wrote it, uncapped.
    ai_preferences : tuple of str
        Lines about the use of content by AI, of our group and of the one for everybody.
    tdm : tuple of TdmRule or None
        None while nobody has asked.
    read_at : datetime or None
        When robots.txt was last read, or found not to exist; None when it never could be reached.
    fresh_until : datetime or None
        Until then nobody needs to ask the site again; None while its files are being read one after the other.
    robots_url : str or None
        Where robots.txt redirected to when the next host's slot was too far off to be waited for.
    robots_hops : int
        Redirects that led there.
    fresh_seconds : float
        For how long the reading stands once it is done.
    is_cut : bool
        Whether the site had more rules than are kept.
    """

    robots: tuple[str, ...] = ()
    crawl_delay_seconds: float | None = None
    ai_preferences: tuple[str, ...] = ()
    tdm: tuple[TdmRule, ...] | None = None
    read_at: datetime | None = None
    fresh_until: datetime | None = None
    robots_url: str | None = None
    robots_hops: int = 0
    fresh_seconds: float = RULES_FRESH_SECONDS
    is_cut: bool = False

    def is_fresh(self, now: datetime) -> bool:
        """Say whether the site need not be asked again."""
        return self.fresh_until is not None and now < self.fresh_until

    def is_known(self, now: datetime) -> bool:
        """Say whether these are rules that the site gave, not so long ago that they no longer count."""
        return self.read_at is not None and now < self.read_at + timedelta(seconds=RULES_KEPT_SECONDS)
