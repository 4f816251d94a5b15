"""Politeness: whether a URL may be asked for, and when.

Comes in: the URLs of one visit, one after the other. Goes out: leave to ask, once its time has come, or an error that
says until when to wait or that it is not allowed. Changes: the host's next slot and back-off, the site's rules; asks
the site for ``robots.txt`` and ``tdmrep.json`` when nobody has for a day.

Every request to a host takes a slot, those for robots.txt and those that a redirect leads to included. Slots of a host
are an interval apart, however many workers there are, because the store hands them out one by one.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from fetcher import robots
from fetcher.answers import retry_after_seconds, values_of
from fetcher.ports import AuxiliaryFetcher, AuxiliaryResponse, Hop
from newsdesk.clock import Clock, utc_now
from newsdesk.errors import NewsdeskError, PermanentError, TransientError
from newsdesk.hosts import RULES_FRESH_SECONDS, SiteRules, TdmRule
from newsdesk.networks import Network, literal_address
from newsdesk.outcomes import Reason
from newsdesk.ports import HostStore, Sleep
from newsdesk.urls import Url, parse_url

LATENESS_SECONDS = 0.25
"""A worker that is later than this for its slot gives it up, and slots are so much farther apart than the interval: the
time between the store's answer and the start of the request (a busy processor) cannot bring two together. What comes
after that start, DNS and the handshakes of a cold connection, is not covered: see ``docs/known-gaps.md``."""

_LOOPBACK = ip_address("127.0.0.1")

AUXILIARY_DEADLINE_SECONDS = 10.0
"""For robots.txt, and for tdmrep.json; Google gives up sooner."""

RULES_FRESH_AT_LEAST_SECONDS = 3600.0
"""Whatever ``Cache-Control`` says: the file of a host that is asked all day is not a page of its own."""

MAXIMUM_ROBOTS_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2."""

UNREACHABLE_SECONDS = 300.0
"""How long it is remembered that a site's robots.txt was out of reach."""

CLAIM_SECONDS = 60.0
"""How long one worker keeps the others from reading a site's rules; longer than it takes, shorter than dispatch's
patience with a worker that died over it."""

_POLL_SECONDS = 1.0
_LATE_ATTEMPTS = 5

# What a site's robots.txt shows of the site itself: a page would meet the same.
_ABOUT_THE_SITE = frozenset(
    {
        Reason.BLOCKED_ADDRESS,
        Reason.TLS_ERROR,
        Reason.PROTOCOL_ERROR,
        Reason.NAME_NOT_RESOLVED,
        Reason.CONNECTION_FAILED,
    }
)
# RFC 9309, section 2.3.1.2: a file behind too many redirects may be taken for one that is not there.
_NOWHERE = frozenset({Reason.TOO_MANY_REDIRECTS, Reason.BAD_REDIRECT, Reason.BLOCKED_PORT})

_MAX_AGE = re.compile(r"max-age=(\d{1,9})")


class NotYetError(NewsdeskError):
    """The host's next slot is too far off to be waited for.

    Attributes
    ----------
    until : datetime
        When to ask again.
    redirects : tuple of Hop
        What was followed so far, so that nobody has to ask for it again.
    """

    def __init__(self, until: datetime, redirects: tuple[Hop, ...] = ()) -> None:
        super().__init__(until.isoformat())
        self.until = until
        self.redirects = redirects


@dataclass(frozen=True, slots=True)
class Manners:
    """What an operator sets.

    Attributes
    ----------
    interval_seconds : float
        Between two requests to a host; a robots.txt may ask for more.
    crawl_delay_cap_seconds : float
        A ``Crawl-delay`` beyond this is not honoured further: at 30 seconds a host still gives 2,880 pages a day.
    short_wait_seconds : float
        A first slot that comes within this time is waited for; what a visit asks for after it may take as long again.
    """

    interval_seconds: float
    crawl_delay_cap_seconds: float = 30.0
    short_wait_seconds: float = 5.0


class Politeness:
    """Gives leave to ask hosts; may be used by several threads at once.

    Parameters
    ----------
    token : str
        Under which name robots.txt addresses us.
    allowed : sequence of networks
        Networks that a local stack opened; literal addresses inside them have no interval and no back-off.
    jitter : callable
        Returns a number in [0, 1).
    """

    def __init__(
        self,
        hosts: HostStore,
        fetcher: AuxiliaryFetcher,
        manners: Manners,
        token: str,
        *,
        allowed: Sequence[Network] = (),
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.hosts = hosts
        self.fetcher = fetcher
        self.manners = manners
        self.token = token
        self.clock = clock
        self.sleep = sleep
        self._allowed = allowed
        self._jitter = jitter

    def visit(self) -> Visit:
        """Begin a visit: one page, with everything that has to be asked for on the way to it."""
        return Visit(self)

    def overloaded(self, host: str, asked_seconds: float | None) -> None:
        """Leave a host alone that has said that it is asked too much."""
        if not self.is_inside(host):
            self.hosts.back_off(host, self.clock(), asked_seconds, self._jitter())

    def is_inside(self, host: str) -> bool:
        """Say whether a host is an address in a network that a local stack opened, or this machine by name."""
        # RFC 6761: localhost is loopback everywhere. Other names are not looked up for this: they are strangers' too.
        is_this_machine = host == "localhost" or host.endswith(".localhost")
        address = _LOOPBACK if is_this_machine else literal_address(host)
        return address is not None and any(
            address in network for network in self._allowed if network.version == address.version
        )

    def spacing(self, rules: SiteRules | None) -> float:
        """Return the seconds between two slots of a host."""
        asked = (rules.crawl_delay_seconds if rules else None) or 0.0
        interval = max(self.manners.interval_seconds, min(asked, self.manners.crawl_delay_cap_seconds))
        return interval + LATENESS_SECONDS if interval else 0.0


class Visit:
    """The leave of one visit, request by request.

    Attributes
    ----------
    host : str
        The host of the last request that was given leave.
    host_lines : tuple of str
        What that host says of the use of the page; see :func:`newsdesk.rights.host_signals`.
    """

    def __init__(self, politeness: Politeness) -> None:
        self._politeness = politeness
        self._has_slot = False
        # Who has begun goes on before those who have not: its patience reaches beyond theirs, so that there is a slot.
        self._waiting_left = 2 * politeness.manners.short_wait_seconds
        self.host = ""
        self.host_lines: tuple[str, ...] = ()

    def ask(self, url: Url) -> None:
        """Return when a URL may be asked for, at once.

        Raises
        ------
        NotYetError
            Its slot, or that of its site's robots.txt, is too far off.
        PermanentError
            ``robots_disallowed``; or what the site's robots.txt showed of the site.
        TransientError
            ``robots_unavailable``, or what else kept robots.txt from being read.
        """
        rules = self._rules(url)
        if not robots.is_allowed(rules.robots, url.target):
            raise PermanentError(Reason.ROBOTS_DISALLOWED, url.origin)
        self._take_slot(url.host, rules)
        self.host_lines = robots.signals_for(rules, url.target)

    def ask_hop(self, url: Url, hops: tuple[Hop, ...]) -> None:
        """Return when a redirect may be followed; an :data:`fetcher.ports.AskLeave`."""
        try:
            self.ask(url)
        except NotYetError as error:
            raise NotYetError(error.until, hops) from error

    def _rules(self, url: Url) -> SiteRules:
        """Return the rules of a URL's site, read anew when they are old."""
        hosts, clock = self._politeness.hosts, self._politeness.clock
        known, now = hosts.rules(url.origin), clock()
        if known is not None and known.is_fresh(now):
            return _usable(known, now)
        claimed_until = now + timedelta(seconds=CLAIM_SECONDS)
        if hosts.claim_rules(url.origin, now, claimed_until):
            return _usable(self._refresh(url, known), clock())
        # Somebody else is reading them.
        if known is not None and known.fresh_until is not None and known.is_known(now):
            return known
        while self._patience() >= _POLL_SECONDS:
            self._sleep(_POLL_SECONDS)
            known = hosts.rules(url.origin)
            if known is not None and known.is_fresh(clock()):
                return _usable(known, clock())
        raise NotYetError(claimed_until)

    def _refresh(self, url: Url, known: SiteRules | None) -> SiteRules:
        """Read a site's files, one slot each; what is read is kept at once, so that nobody reads it twice."""
        clock, hosts = self._politeness.clock, self._politeness.hosts
        rules = known if known is not None and _is_half_read(known, clock()) else None
        if rules is None:
            rules = self._read_robots(url, known)
            hosts.save_rules(url.origin, rules)
        if rules.fresh_until is None:
            tdm = self._read_tdm(url, rules)
            earlier = known.tdm if known else None
            rules = rules.model_copy(
                update={
                    "tdm": tdm if tdm is not None else earlier or (),
                    "fresh_until": clock() + timedelta(seconds=rules.fresh_seconds),
                }
            )
            hosts.save_rules(url.origin, rules)
        return rules

    def _read_robots(self, url: Url, known: SiteRules | None) -> SiteRules:
        """Ask for robots.txt (RFC 9309, section 2.3), or for where it redirected to on an earlier occasion."""
        before = known or SiteRules()
        begun_at = before.robots_url or f"{url.origin}/robots.txt"

        def follow(following: Url, hops: tuple[Hop, ...]) -> None:
            followed = before.robots_hops + len(hops)
            if followed > MAXIMUM_ROBOTS_REDIRECTS:
                raise PermanentError(Reason.TOO_MANY_REDIRECTS, f"{followed} redirects")
            try:
                self._take_slot(following.host, None)
            except NotYetError:
                progress = {"robots_url": following.href, "robots_hops": followed, "fresh_until": clock()}
                self._politeness.hosts.save_rules(url.origin, before.model_copy(update=progress))
                raise

        clock = self._politeness.clock
        self._take_slot(parse_url(begun_at).host, known)
        now = clock()
        try:
            answer = self._politeness.fetcher.fetch_auxiliary(
                begun_at, robots.MAXIMUM_ROBOTS_BYTES, AUXILIARY_DEADLINE_SECONDS, follow
            )
        except (PermanentError, TransientError) as error:
            if error.reason in _NOWHERE:
                return SiteRules(read_at=now)
            if error.reason in _ABOUT_THE_SITE:
                # The page has to find out for itself; nobody is kept from asking again.
                again = {"fresh_until": now, "robots_url": None, "robots_hops": 0}
                self._politeness.hosts.save_rules(url.origin, before.model_copy(update=again))
                raise
            return _out_of_reach(before, now)
        self._heed_overload(answer)
        if answer.status == 429 or not 200 <= answer.status < 500:
            return _out_of_reach(before, now)
        if answer.status >= 300:
            return SiteRules(read_at=now)
        read = robots.read_robots(answer.body, self._politeness.token, is_cut=answer.is_cut)
        return SiteRules(
            robots=read.rules,
            crawl_delay_seconds=read.crawl_delay_seconds,
            ai_preferences=read.ai_preferences,
            read_at=now,
            fresh_seconds=_fresh_seconds(answer),
            is_cut=answer.is_cut,
        )

    def _read_tdm(self, url: Url, rules: SiteRules) -> tuple[TdmRule, ...] | None:
        """Ask for tdmrep.json; None when there was no answer."""
        if not robots.is_allowed(rules.robots, robots.TDM_TARGET):
            return ()
        self._take_slot(url.host, rules)
        try:
            answer = self._politeness.fetcher.fetch_auxiliary(
                url.origin + robots.TDM_TARGET,
                robots.MAXIMUM_TDM_BYTES,
                AUXILIARY_DEADLINE_SECONDS,
                lambda following, _: self._take_slot(following.host, None),
            )
        except (NotYetError, PermanentError, TransientError):
            return None
        self._heed_overload(answer)
        if answer.status >= 500 or answer.status == 429:
            return None
        return robots.read_tdm(answer.body) if 200 <= answer.status < 300 and not answer.is_cut else ()

    def _heed_overload(self, answer: AuxiliaryResponse) -> None:
        asked = retry_after_seconds(values_of(answer.headers, "retry-after"), self._politeness.clock())
        if answer.status in (429, 503) or (answer.status >= 400 and asked is not None):
            self._politeness.overloaded(parse_url(answer.final_url).host, asked)

    def _take_slot(self, host: str, rules: SiteRules | None) -> None:
        """Wait for the host's next slot."""
        politeness = self._politeness
        if not politeness.is_inside(host):
            spacing = politeness.spacing(rules)
            for _ in range(_LATE_ATTEMPTS):
                slot = politeness.hosts.reserve(host, politeness.clock(), spacing, self._patience())
                if not slot.granted:
                    raise NotYetError(slot.at)
                if self._is_in_time(host, slot.at) or not spacing:
                    break
            else:
                raise NotYetError(politeness.clock() + timedelta(seconds=spacing))
        self._has_slot = True
        self.host = host

    def _is_in_time(self, host: str, at: datetime) -> bool:
        """Wait until a slot begins; say whether it can still be used."""
        politeness = self._politeness
        wait = (at - politeness.clock()).total_seconds()
        if wait > 0:
            self._sleep(wait)
            # The host may have asked for a pause meanwhile.
            until = politeness.hosts.back_off_until(host)
            if until is not None and until > politeness.clock():
                raise NotYetError(until)
        return (politeness.clock() - at).total_seconds() <= LATENESS_SECONDS

    def _patience(self) -> float:
        left = self._waiting_left
        return left if self._has_slot else max(0.0, left - self._politeness.manners.short_wait_seconds)

    def _sleep(self, seconds: float) -> None:
        self._waiting_left = max(0.0, self._waiting_left - seconds)
        self._politeness.sleep(seconds)


def _usable(rules: SiteRules, now: datetime) -> SiteRules:
    if rules.is_known(now):
        return rules
    left = (rules.fresh_until - now).total_seconds() if rules.fresh_until else 0.0
    raise TransientError(Reason.ROBOTS_UNAVAILABLE, "robots.txt is out of reach", retry_after_seconds=max(0.0, left))


def _out_of_reach(before: SiteRules, now: datetime) -> SiteRules:
    """Return what holds while robots.txt cannot be read: the rules of last time, if there are any, else none at all."""
    again_at = now + timedelta(seconds=UNREACHABLE_SECONDS)
    return before.model_copy(update={"fresh_until": again_at, "robots_url": None, "robots_hops": 0})


def _is_half_read(rules: SiteRules, now: datetime) -> bool:
    """Say whether somebody has just read robots.txt and not got any further."""
    is_recent = rules.read_at is not None and now < rules.read_at + timedelta(seconds=RULES_FRESH_AT_LEAST_SECONDS)
    return is_recent and rules.tdm is None and rules.robots_url is None


def _fresh_seconds(answer: AuxiliaryResponse) -> float:
    """Return for how long an answer stands (RFC 9111, section 5.2), within a day and not under an hour."""
    match = _MAX_AGE.search(", ".join(values_of(answer.headers, "cache-control")).lower())
    asked = float(match[1]) if match else RULES_FRESH_SECONDS
    return min(max(asked, RULES_FRESH_AT_LEAST_SECONDS), RULES_FRESH_SECONDS)
