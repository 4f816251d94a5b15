"""Politeness: whether a URL may be asked for, and when.

Comes in: the URLs of one visit, one after the other. Goes out: leave to ask, then the moment to do so, or an error that
says until when to wait or that it is not allowed. Changes: the host's next slot and back-off, the site's rules; asks
the site for ``robots.txt`` and ``tdmrep.json`` when that has not been done for a day.

Every request to a host takes a slot, those for robots.txt, those that a redirect leads to and those that are repeated
included, and one of the address that is dialled, so that many names on one machine are asked no more often than one.
Slots of a host are an interval apart, however many workers there are, because the store hands them out one by one. What
a slot governs is the moment at which the request is written: the connection is opened before it.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import Priority, Reason
from newsdesk.errors import NewsdeskError, PermanentError, TransientError
from newsdesk.hosts import RULES_FRESH_SECONDS, SiteRules, TdmRule, complainant_of
from newsdesk.pauses import Sleep
from newsdesk.ports import HostStore
from newsdesk.web import Address, Network, Url, is_shared, literal_address, parse_url
from newsdesk.web.transport import robots
from newsdesk.web.transport.answers import retry_after_seconds, values_of
from newsdesk.web.transport.exchange import (
    AuxiliaryFetcher,
    AuxiliaryResponse,
    BeforeSend,
    Hop,
    RedirectError,
    begin_at_once,
)

LATENESS_SECONDS = 0.25
"""Slots are so much farther apart than the interval, and a worker that is later than this for its own, with the
connection open and the request about to be written, gives it back: neither a slow store nor a slow dial can bring two
requests together. What is left is what the processor takes from there to the first byte."""

HEAD_START_SECONDS = 1.0
"""So long before its slot a worker opens its connection: most have their name resolved and their hands shaken by then,
and few servers hang up on a connection that says nothing for a second."""

_LOOPBACK = ip_address("127.0.0.1")

AUXILIARY_DEADLINE_SECONDS = 10.0
"""For robots.txt, and for tdmrep.json; Google gives up sooner."""

RULES_FRESH_AT_LEAST_SECONDS = 3600.0
"""Whatever ``Cache-Control`` says: the file of a host that is asked all day is not a page of its own."""

MAXIMUM_ROBOTS_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2."""

UNREACHABLE_SECONDS = 300.0
"""How long Newsdesk remembers that a site's robots.txt was unreachable."""

CLAIM_SECONDS = 60.0
"""How long one worker keeps the others from reading a site's rules, unless it gives up earlier; longer than it takes,
shorter than the time after which dispatch takes the worker for dead."""

READING_SECONDS = 2 * AUXILIARY_DEADLINE_SECONDS
"""What reading a site's two files takes at most, waits aside."""

_FILES_ABOUT_THE_SITE = frozenset({"/robots.txt", robots.TDM_TARGET})
"""What these answer, the host says for itself; all other URLs of a shared host may be anybody's."""

_POLL_SECONDS = 1.0
_LATE_ATTEMPTS = 5

# What a site's robots.txt shows of the site itself, unless it was redirected elsewhere: a page would meet the same.
_ABOUT_THE_SITE = frozenset(
    {
        Reason.BLOCKED_ADDRESS,
        Reason.TLS_ERROR,
        Reason.PROTOCOL_ERROR,
        Reason.NAME_NOT_RESOLVED,
        Reason.CONNECTION_FAILED,
        Reason.TAKEN_DOWN,
    }
)
# RFC 9309, section 2.3.1.2: a file behind too many redirects may be taken for one that is not there.
_NOWHERE = frozenset({Reason.TOO_MANY_REDIRECTS, Reason.BAD_REDIRECT, Reason.BLOCKED_PORT})

BULK_WAIT_SHARE = 0.5
"""Of the time between two slots: so long a page of bulk waits for its first one. If it waited as long as others do, it
would take the slots of the next seconds, and a page that comes after it would find none to wait for."""

_MAX_AGE = re.compile(r"max-age=(\d{1,9})")


class NotYetError(NewsdeskError):
    """The host's next slot is too late to wait for, or the visit has taken too long already.

    Attributes
    ----------
    until : datetime
        When to ask again.
    redirects : tuple of Hop
        What was followed so far, so that it is not asked for again.
    is_overloaded : bool
        Whether the host is left alone because it has said, by more than one URL, that it gets too many requests.
    """

    def __init__(self, until: datetime, redirects: tuple[Hop, ...] = (), *, is_overloaded: bool = False) -> None:
        super().__init__(until.isoformat())
        self.until = until
        self.redirects = redirects
        self.is_overloaded = is_overloaded


@dataclass(frozen=True, slots=True)
class CrawlLimits:
    """What an operator sets.

    Attributes
    ----------
    interval_seconds : float
        Between two requests to a host; a robots.txt may ask for more.
    crawl_delay_cap_seconds : float
        A ``Crawl-delay`` beyond this is not honoured further: at 30 seconds a host still gives 2,880 pages a day.
    short_wait_seconds : float
        A first slot that comes within this time is waited for; what a visit asks for after it may take as long again.
    page_seconds : float
        What a page may take once it may be asked for, redirects included.
    """

    interval_seconds: float
    crawl_delay_cap_seconds: float = 30.0
    short_wait_seconds: float = 5.0
    page_seconds: float = 20.0

    @property
    def visit_seconds(self) -> float:
        """What one visit may take, whatever it meets: its waits, the files of one site, one page.

        Nothing is begun that could end later. What is left then waits for another delivery, which always gets one of
        these farther: a file (kept), a redirect (kept, and there are only so many), or the page.
        """
        return 2 * self.short_wait_seconds + READING_SECONDS + self.page_seconds


class Politeness:
    """Decides when hosts may be asked; may be used by several threads at once.

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
        crawl_limits: CrawlLimits,
        token: str,
        *,
        allowed: Sequence[Network] = (),
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.hosts = hosts
        self.fetcher = fetcher
        self.crawl_limits = crawl_limits
        self.token = token
        self.clock = clock
        self.sleep = sleep
        self._allowed = allowed
        self._jitter = jitter

    def visit(self, priority: Priority | None = None) -> Visit:
        """Begin a visit: one page, with everything that has to be asked for on the way to it."""
        return Visit(self, priority)

    def overloaded(self, host: str, asked_seconds: float | None, page: str | None = None) -> None:
        """Leave a host alone that has said that it gets too many requests: for a page's URL, or for its own file."""
        if not self.is_inside(host):
            complainant = None if page is None else complainant_of(page)
            self.hosts.back_off(host, self.clock(), asked_seconds, self._jitter(), complainant)

    def is_inside(self, host: str) -> bool:
        """Return whether a host is an address in a network that a local stack opened, or this machine by name."""
        # RFC 6761: localhost is loopback everywhere. Other names are not looked up for this: they are strangers' too.
        is_this_machine = host == "localhost" or host.endswith(".localhost")
        address = _LOOPBACK if is_this_machine else literal_address(host)
        return address is not None and any(
            address in network for network in self._allowed if network.version == address.version
        )

    def is_paced(self, host: str) -> bool:
        """Return whether two requests to a host are kept apart."""
        return self.crawl_limits.interval_seconds > 0 and not self.is_inside(host)

    def spacing(self, rules: SiteRules | None) -> float:
        """Return the seconds between two slots of a host."""
        asked = (rules.crawl_delay_seconds if rules else None) or 0.0
        interval = max(self.crawl_limits.interval_seconds, min(asked, self.crawl_limits.crawl_delay_cap_seconds))
        return interval + LATENESS_SECONDS if interval else 0.0

    def paced_address(self, address: Address | None) -> str | None:
        """Return under which name an address is paced beside the hosts on it; None when it is not.

        It is not inside a network that a local stack opened, and where a content delivery network answers: the number
        of names on such an address says nothing about one machine. An IPv6 site has a whole /64.
        """
        if address is None or is_shared(address) or not self.crawl_limits.interval_seconds:
            return None
        if any(address in network for network in self._allowed if network.version == address.version):
            return None
        return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))


class Visit:
    """The permissions of one visit, request by request.

    Attributes
    ----------
    priority : Priority or None
        Who is let past by whom at a host.
    host : str
        The host of the last request that was permitted.
    page : str or None
        The URL of the last page that was permitted; a redirect leads to another one.
    host_lines : tuple of str
        What the host of the last page says of its use; see :func:`newsdesk.web.rights.host_signals`.
    has_had_an_address : bool
        Whether it has had a slot of an address.
    """

    def __init__(self, politeness: Politeness, priority: Priority | None = None) -> None:
        self._politeness = politeness
        self.priority = priority
        self._has_slot = False
        # Who has begun goes on before those who have not: it may wait longer than they may, so that there is a slot.
        self._waiting_left = 2 * politeness.crawl_limits.short_wait_seconds
        self._ends_at = politeness.clock() + timedelta(seconds=politeness.crawl_limits.visit_seconds)
        self._sites: dict[str, SiteRules] = {}
        self.host = ""
        self.page: str | None = None
        self.host_lines: tuple[str, ...] = ()
        self.has_had_an_address = False

    def check(self, url: Url) -> None:
        """Return if a page may be asked for at all by its site's rules, which are read again when they are old.

        Raises
        ------
        NotYetError
            The slot for the site's robots.txt is too late, or there is no time left to read it.
        PermanentError
            ``robots_disallowed``; or what the site's robots.txt showed of the site.
        TransientError
            ``robots_unavailable``, or what else kept robots.txt from being read.
        """
        if url.origin not in self._sites:
            self._sites[url.origin] = self._rules(url)
        rules = self._sites[url.origin]
        if not robots.is_allowed(rules.robots, url.target):
            raise PermanentError(Reason.ROBOTS_DISALLOWED, url.origin)
        self.host_lines = robots.signals_for(rules, url.target)

    def ask(self, url: Url, hops: tuple[Hop, ...]) -> BeforeSend:
        """Check a page and reserve its slot; an :data:`newsdesk.web.transport.RequestSlot`."""
        try:
            self.check(url)
        except NotYetError as error:
            raise NotYetError(error.until, hops, is_overloaded=error.is_overloaded) from error
        self.page = url.href
        return self._lease_slot(url.host, self._sites[url.origin], hops, self._politeness.crawl_limits.page_seconds)

    def _rules(self, url: Url) -> SiteRules:
        """Return the rules of a URL's site, read again when they are old."""
        hosts, clock = self._politeness.hosts, self._politeness.clock
        while True:
            known, now = hosts.rules(url.origin), clock()
            if known is not None and known.is_fresh(now):
                return _usable(known, now)
            if hosts.claim_rules(url.origin, now, now + timedelta(seconds=CLAIM_SECONDS)):
                return _usable(self._refresh(url, known), clock())
            # Somebody else is reading them.
            if known is not None and known.tdm is not None and known.is_known(now):
                return known
            if self.longest_wait(READING_SECONDS) < _POLL_SECONDS:
                raise NotYetError(now + timedelta(seconds=READING_SECONDS))
            self.sleep(_POLL_SECONDS)

    def _refresh(self, url: Url, known: SiteRules | None) -> SiteRules:
        """Read a site's files, one slot each; what is read is kept at once, so that it is not read twice."""
        clock, hosts = self._politeness.clock, self._politeness.hosts
        if known is not None and _is_half_read(known, clock()):
            rules = known
        else:
            rules = self._read_robots(url, known)
            if rules.crawl_delay_seconds:
                # Slots are the host's, rules the site's: a visit under another scheme or port keeps to it.
                until = clock() + timedelta(seconds=rules.fresh_seconds)
                hosts.keep_interval(url.host, self._politeness.spacing(rules), clock(), until)
            hosts.save_rules(url.origin, rules)
            if rules.fresh_until is not None:
                return rules
        try:
            tdm = self._read_tdm(url, rules)
        except NotYetError:
            self._hand_back(url, rules)
            raise
        earlier = known.tdm if known else None
        rules = rules.model_copy(
            update={
                "tdm": tdm if tdm is not None else earlier or (),
                "fresh_until": clock() + timedelta(seconds=rules.fresh_seconds),
            }
        )
        hosts.save_rules(url.origin, rules)
        return rules

    def _hand_back(self, url: Url, rules: SiteRules, **changes: object) -> None:
        """Let the next visit, of this page or another, go on with a reading from here."""
        changes["fresh_until"] = self._politeness.clock()
        self._politeness.hosts.save_rules(url.origin, rules.model_copy(update=changes))

    def _read_robots(self, url: Url, known: SiteRules | None) -> SiteRules:
        """Ask for robots.txt (RFC 9309, section 2.3), or for where it redirected to on an earlier occasion."""
        before = known or SiteRules()
        begun_at = before.robots_url or f"{url.origin}/robots.txt"
        asked_origin = url.origin

        def ask(following: Url, hops: tuple[Hop, ...]) -> BeforeSend:
            nonlocal asked_origin
            asked_origin = following.origin
            if before.robots_hops + len(hops) > MAXIMUM_ROBOTS_REDIRECTS:
                raise RedirectError(Reason.TOO_MANY_REDIRECTS, f"{before.robots_hops + len(hops)} redirects")
            return self._lease_slot(following.host, known if following.host == url.host else None, hops)

        clock = self._politeness.clock
        try:
            answer = self._politeness.fetcher.fetch_auxiliary(
                begun_at, robots.MAXIMUM_ROBOTS_BYTES, AUXILIARY_DEADLINE_SECONDS, ask
            )
        except NotYetError as error:
            reached = error.redirects[-1].location if error.redirects else before.robots_url
            self._hand_back(url, before, robots_url=reached, robots_hops=before.robots_hops + len(error.redirects))
            # Those redirects are not the page's.
            raise NotYetError(error.until, is_overloaded=error.is_overloaded) from error
        except (PermanentError, TransientError) as error:
            if error.reason in _NOWHERE:
                return SiteRules(read_at=clock())
            is_elsewhere = asked_origin != url.origin or isinstance(error, RedirectError)
            if error.reason in _ABOUT_THE_SITE and not is_elsewhere:
                # The page has to find out for itself; other visits may ask again.
                self._hand_back(url, before, robots_url=None, robots_hops=0)
                raise
            # RFC 9309, section 2.3.1.4, whether the network failed or the server.
            return _out_of_reach(before, clock())
        self._heed_overload(answer)
        return _rules_in(answer, before, self._politeness.token, clock())

    def _read_tdm(self, url: Url, rules: SiteRules) -> tuple[TdmRule, ...] | None:
        """Ask for tdmrep.json; None when there was no answer."""
        if not robots.is_allowed(rules.robots, robots.TDM_TARGET):
            return ()
        try:
            answer = self._politeness.fetcher.fetch_auxiliary(
                url.origin + robots.TDM_TARGET,
                robots.MAXIMUM_TDM_BYTES,
                AUXILIARY_DEADLINE_SECONDS,
                lambda following, hops: self._lease_slot(
                    following.host, rules if following.host == url.host else None, hops
                ),
            )
        except NotYetError as error:
            if error.redirects:
                return None
            raise
        except (PermanentError, TransientError):
            return None
        self._heed_overload(answer)
        if answer.status >= 500 or answer.status == 429:
            return None
        return robots.read_tdm(answer.body) if 200 <= answer.status < 300 and not answer.is_cut else ()

    def _heed_overload(self, answer: AuxiliaryResponse) -> None:
        asked = retry_after_seconds(values_of(answer.headers, "retry-after"), self._politeness.clock())
        if answer.status in (429, 503) or (answer.status >= 400 and asked is not None):
            url = parse_url(answer.final_url)
            # Where a site's file was redirected to, any of the other host's URLs may have answered.
            page = None if url.target in _FILES_ABOUT_THE_SITE else url.href
            self._politeness.overloaded(url.host, asked, page)

    def _lease_slot(
        self,
        host: str,
        rules: SiteRules | None,
        hops: tuple[Hop, ...],
        request_seconds: float = AUXILIARY_DEADLINE_SECONDS,
    ) -> BeforeSend:
        """Reserve the host's next slot, and return when the connection is to be opened.

        Raises
        ------
        NotYetError
            With ``hops``: the slot is too late, or a request that took ``request_seconds`` would end too late.
        """
        politeness = self._politeness
        if self._time_left(request_seconds) < 0:
            raise NotYetError(politeness.clock(), hops)
        self.host = host
        if politeness.is_inside(host):
            return begin_at_once
        turn = _SlotLease(self, politeness, host, politeness.spacing(rules), hops, request_seconds)
        turn.reserve()
        turn.wait(HEAD_START_SECONDS)
        return turn

    @property
    def has_begun(self) -> bool:
        """Whether it has had a slot."""
        return self._has_slot

    def has_slot(self) -> None:
        """Accept longer waits from here on: this visit has begun."""
        self._has_slot = True

    def longest_wait(self, request_seconds: float) -> float:
        """Return the longest wait before a request of this duration."""
        left = self._waiting_left
        if not self._has_slot:
            left -= self._politeness.crawl_limits.short_wait_seconds
        return max(0.0, min(left, self._time_left(request_seconds)))

    def sleep(self, seconds: float) -> None:
        """Wait, and deduct that from the visit's total."""
        self._waiting_left = max(0.0, self._waiting_left - seconds)
        self._politeness.sleep(seconds)

    def _time_left(self, request_seconds: float) -> float:
        return (self._ends_at - self._politeness.clock()).total_seconds() - request_seconds


@dataclass(slots=True)
class _SlotLease:
    """A host's slot, from its reservation to the request; a :data:`newsdesk.web.transport.BeforeSend`.

    Attributes
    ----------
    at : datetime or None
        When the slot begins; None when there is none, or it has been used.
    reserved_at : datetime or None
        When the host was last known not to be left alone.
    address_at : datetime or None
        When the slot of the address begins that was dialled; None like ``at``.
    """

    visit: Visit
    politeness: Politeness
    host: str
    spacing: float
    hops: tuple[Hop, ...]
    request_seconds: float
    at: datetime | None = None
    reserved_at: datetime | None = None
    address_at: datetime | None = None

    def reserve(self) -> None:
        """Take a slot, in the place of the one that went by if there is one."""
        now = self.politeness.clock()
        longest_wait = self._longest_wait(self.spacing, has_begun=self.visit.has_begun)
        slot = self.politeness.hosts.reserve(self.host, now, self.spacing, longest_wait, self.at, self.visit.priority)
        if not slot.granted:
            raise NotYetError(slot.at, self.hops, is_overloaded=slot.in_backoff)
        self.visit.has_slot()
        self.at, self.reserved_at = slot.at, now

    def _longest_wait(self, interval: float, *, has_begun: bool) -> float:
        """Return the longest wait for a slot. What gives way takes none that others would find within their wait."""
        longest = self.visit.longest_wait(self.request_seconds)
        is_beginning = self.visit.priority == "bulk" and not has_begun
        return min(longest, interval * BULK_WAIT_SHARE) if is_beginning else longest

    def wait(self, head_start_seconds: float = 0.0) -> None:
        """Wait until the slot begins, or for that much less."""
        wait = -self._lateness() - head_start_seconds
        if wait > 0:
            self.visit.sleep(wait)

    def __call__(self, address: Address | None = None) -> None:
        """Return when the request has to be written; called again, do so for one more."""
        if self.at is None:
            self.reserve()
        paced_address = self.politeness.paced_address(address)
        for _ in range(_LATE_ATTEMPTS):
            self.wait()
            if self._can_be_used() and self._has_address(paced_address):
                self.at = self.address_at = None
                return
            self.reserve()
        raise NotYetError(self.politeness.clock() + timedelta(seconds=self.spacing), self.hops)

    def _has_address(self, address: str | None) -> bool:
        """Wait for the slot of an address; return whether the host's own slot can still be used then."""
        if address is None or address == self.host:
            return True
        now = self.politeness.clock()
        if self.address_at is None or (now - self.address_at).total_seconds() > LATENESS_SECONDS:
            # What one of its sites asks for with Crawl-delay is not asked of its neighbours.
            interval = self.politeness.crawl_limits.interval_seconds
            longest_wait = self._longest_wait(interval, has_begun=self.visit.has_had_an_address)
            slot = self.politeness.hosts.reserve(
                address, now, interval, longest_wait, self.address_at, self.visit.priority
            )
            if not slot.granted:
                raise NotYetError(slot.at, self.hops)
            self.visit.has_had_an_address = True
            self.address_at = slot.at
        wait = (self.address_at - now).total_seconds()
        if wait > 0:
            self.visit.sleep(wait)
        return not self._is_late()

    def _can_be_used(self) -> bool:
        if self._is_late():
            return False
        assert self.reserved_at is not None
        if (self.politeness.clock() - self.reserved_at).total_seconds() <= LATENESS_SECONDS:
            return True
        # The host may have asked for a pause meanwhile.
        back_off = self.politeness.hosts.last_back_off(self.host)
        if back_off is not None and back_off.until > self.politeness.clock():
            raise NotYetError(back_off.until, self.hops, is_overloaded=back_off.is_the_hosts)
        return not self._is_late()

    def _is_late(self) -> bool:
        return self.spacing > 0 and self._lateness() > LATENESS_SECONDS

    def _lateness(self) -> float:
        assert self.at is not None
        return (self.politeness.clock() - self.at).total_seconds()


def _usable(rules: SiteRules, now: datetime) -> SiteRules:
    if rules.is_known(now):
        return rules
    left = (rules.fresh_until - now).total_seconds() if rules.fresh_until else 0.0
    raise TransientError(Reason.ROBOTS_UNAVAILABLE, "robots.txt is out of reach", retry_after_seconds=max(0.0, left))


def _rules_in(answer: AuxiliaryResponse, before: SiteRules, token: str, now: datetime) -> SiteRules:
    """Return what an answer to a request for robots.txt says (RFC 9309, section 2.3.1)."""
    if answer.status == 429 or not 200 <= answer.status < 500:
        return _out_of_reach(before, now)
    if answer.status >= 300:
        return SiteRules(read_at=now)
    read = robots.read_robots(answer.body, token, is_cut=answer.is_cut)
    return SiteRules(
        robots=read.rules,
        crawl_delay_seconds=read.crawl_delay_seconds,
        ai_preferences=read.ai_preferences,
        read_at=now,
        fresh_seconds=_fresh_seconds(answer),
        is_cut=answer.is_cut,
    )


def _out_of_reach(before: SiteRules, now: datetime) -> SiteRules:
    """Return what holds while robots.txt cannot be read: the rules of last time, if there are any, else none at all."""
    again_at = now + timedelta(seconds=UNREACHABLE_SECONDS)
    return before.model_copy(update={"fresh_until": again_at, "robots_url": None, "robots_hops": 0})


def _is_half_read(rules: SiteRules, now: datetime) -> bool:
    """Return whether another visit has just read robots.txt and got no further."""
    is_recent = rules.read_at is not None and now < rules.read_at + timedelta(seconds=RULES_FRESH_AT_LEAST_SECONDS)
    return is_recent and rules.tdm is None and rules.robots_url is None


def _fresh_seconds(answer: AuxiliaryResponse) -> float:
    """Return for how long an answer stands (RFC 9111, section 5.2), within a day and not under an hour."""
    match = _MAX_AGE.search(", ".join(values_of(answer.headers, "cache-control")).lower())
    asked = float(match[1]) if match else RULES_FRESH_SECONDS
    return min(max(asked, RULES_FRESH_AT_LEAST_SECONDS), RULES_FRESH_SECONDS)
