"""What Newsdesk remembers about hosts and sites: how long to leave them alone, their rules, what their pages repeat.

Comes in: what went wrong and when; what a site said; what its pages showed. Goes out: frozen values, which
the store of ``newsdesk.ports.HostStore`` keeps.

A *host* is what pacing is about, whatever the scheme and the port. A *site* is an origin: ``robots.txt`` is valid for
one scheme, host and port (RFC 9309, section 2.3).
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import unquote

from newsdesk.contracts import Record

RETRY_AFTER_CAP_SECONDS = 6 * 3600.0
"""A server may ask for a longer wait than our schedule has, but not for more than this."""

BACK_OFF_BASE_SECONDS = 60.0
BACK_OFF_CAP_SECONDS = 3600.0
"""The n-th back-off in a row is ``base * 2 ** (n - 1)``, at most the cap; its upper half is jittered."""

_ONE_URLS_PAUSE = timedelta(seconds=BACK_OFF_BASE_SECONDS)

FORGIVEN_AFTER_SECONDS = 1800.0
"""A host that has not complained for this long after its last back-off begins at the shortest one again."""

COMPLAINANT_BITS = 48
"""Bits of the hash of a URL that complained; two URLs of a host have the same one once in 2.8e14 pairs."""

RULES_KEPT_SECONDS = 30 * 86400.0
"""Rules that were read once stand in for a robots.txt out of reach for so long (RFC 9309, section 2.3.1.4, says 30
days of a file that cannot be reached)."""


RULES_FRESH_SECONDS = 86400.0
"""RFC 9309, section 2.4: a copy of robots.txt should not be used for longer than 24 hours."""


PROFILE_PAGES = 16
"""Of one season. Sixteen pages show what a tenth of a host's pages repeat three times in a sample of two seasons about
six times in ten, and what half of them repeat always."""

SEASON_SECONDS = 90 * 86400
"""A site's furniture changes with its design. A profile holds the pages of the latest season and of the one before."""

FINGERPRINTS_PER_PAGE = 76
"""Nine news pages in ten have fewer. With three bytes each a profile is at most 8.0 KB: a read takes one unit, a write
eight."""

_PAGE_HEAD = struct.Struct(">8sIQB")
_SECTION_BITS = 32
"""Of the hash of a folder's name; fewer would let somebody find a name that counts as another author's."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """A host that is left alone until a time.

    Attributes
    ----------
    level : int
        Counts the times in a row; 0 while a single URL has complained, which may be about itself.
    complainant : int or None
        Which URL complained last (:func:`complainant_of`); None when the host did, in answer to a file about itself.
    """

    until: datetime
    level: int
    complainant: int | None = None

    @property
    def is_the_hosts(self) -> bool:
        """Whether the host itself gets too many requests, and not only one of its URLs."""
        return self.level > 0


def complainant_of(url: str) -> int:
    """Return a number that stands for a URL among those of its host."""
    return int.from_bytes(hashlib.sha256(url.encode("utf-8")).digest()[: COMPLAINANT_BITS // 8], "big")


def next_back_off(
    before: BackOff | None,
    now: datetime,
    asked_seconds: float | None,
    jitter: float,
    complainant: int | None = None,
) -> BackOff:
    """Return the back-off of a host that has just said that it gets too many requests.

    Parameters
    ----------
    before : BackOff or None
        The one before, even when it is over.
    asked_seconds : float or None
        What ``Retry-After`` asked for; the pause is not shorter, within
        :data:`RETRY_AFTER_CAP_SECONDS`.
    jitter : float
        In [0, 1).
    complainant : int or None
        The URL whose answer it was. A URL waits for itself as long as it asks for; its host is left alone for one
        short pause when a single URL complains, and as long as it asks once another URL complains, too.

    Returns
    -------
    BackOff
        ``before`` itself when it says all that has to be said: several workers that get the same answer at once do not
        raise the level, and neither does a URL that complains again.
    """
    asked = timedelta(seconds=min(asked_seconds or 0.0, RETRY_AFTER_CAP_SECONDS))
    if before is not None and now >= before.until + timedelta(seconds=FORGIVEN_AFTER_SECONDS):
        before = None
    if before is None and complainant is not None:
        return BackOff(now + min(max(_pause(1, jitter), asked), _ONE_URLS_PAUSE), 0, complainant)
    if before is not None and complainant is not None and before.complainant == complainant:
        return before
    if before is not None and before.is_the_hosts and now < before.until:
        until = max(before.until, now + asked)
        return before if until == before.until else BackOff(until, before.level, complainant)
    level = before.level + 1 if before else 1
    until = now + max(_pause(level, jitter), asked)
    return BackOff(max(until, before.until) if before else until, level, complainant)


def _pause(level: int, jitter: float) -> timedelta:
    ceiling = min(BACK_OFF_CAP_SECONDS, BACK_OFF_BASE_SECONDS * 2.0 ** min(level - 1, 30))
    return timedelta(seconds=ceiling / 2 + ceiling / 2 * jitter)


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
        The rules of the group that applies to us, in the form that ``newsdesk.web.transport.robots`` matches.
    crawl_delay_seconds : float or None
        As the site wrote it, uncapped.
    ai_preferences : tuple of str
        Lines about the use of content by AI, of our group and of the one for all robots.
    tdm : tuple of TdmRule or None
        None until it was asked for.
    read_at : datetime or None
        When robots.txt was last read, or found not to exist; None when it never could be reached.
    fresh_until : datetime or None
        Until then the site need not be asked again; None while its files are being read one after the other.
    robots_url : str or None
        Where robots.txt redirected to when the next host's slot was too late to wait for.
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
        """Return whether the site need not be asked again."""
        return self.fresh_until is not None and now < self.fresh_until

    def is_known(self, now: datetime) -> bool:
        """Return whether these are rules that the site gave, recently enough to count."""
        return self.read_at is not None and now < self.read_at + timedelta(seconds=RULES_KEPT_SECONDS)


def source_of(url: str) -> int:
    """Return 64 bits that stand for a URL's first two folders, half of them for the first one (:func:`section_of`).

    A folder is a section, or on a shared host an author, whose folder may lie in one that all authors have. Ways of
    writing one folder that servers take for the same are one: escapes, case, parameters behind a semicolon, repeated
    slashes, white space and dots at its end.
    """
    path = unquote(url.partition("://")[2].partition("?")[0].partition("/")[2]).replace("\\", "/")
    names = [name.partition(";")[0].strip().rstrip(". ") for name in path.split("/")]
    folders = [name for name in names if name][:-1]  # the last one is the page's
    first, second = (*folders, "", "")[:2]
    return _of_folder(first) << _SECTION_BITS | _of_folder(second)


def section_of(source: int) -> int:
    """Return the half of a source that stands for the first folder."""
    return source >> _SECTION_BITS


def _of_folder(name: str) -> int:
    folder = unicodedata.normalize("NFKC", name).casefold()
    return int.from_bytes(hashlib.sha256(folder.encode("utf-8", "replace")).digest()[: _SECTION_BITS // 8], "big")


@dataclass(frozen=True, slots=True, order=True)
class ProfilePage:
    """What one page showed of its host.

    Attributes
    ----------
    article : str
        The first eight characters of its article's id.
    captured : int
        When, in seconds since 1970.
    source : int
        Stands for the part of the host that it is from (:func:`source_of`).
    fingerprints : tuple of int
        Those of its pieces, 24 bits each, ascending, at most :data:`FINGERPRINTS_PER_PAGE`.
    """

    article: str
    captured: int
    source: int
    fingerprints: tuple[int, ...]

    @staticmethod
    def of(article_id: str, captured_at: datetime, fingerprints: Iterable[int], url: str = "") -> ProfilePage:
        """Return an article's page under its URL; of fingerprints that are too many, the first are taken."""
        kept = tuple(sorted(islice(dict.fromkeys(fingerprints), FINGERPRINTS_PER_PAGE)))
        return ProfilePage(article_id[:8], int(captured_at.timestamp()), source_of(url), kept)

    @property
    def season(self) -> int:
        """The season in which it was captured."""
        return self.captured // SEASON_SECONDS


@dataclass(frozen=True, slots=True)
class HostProfile:
    """A sample of a host's pages, by which is known what the host repeats.

    It is a function of the set of pages that were put in, whatever their order and however often: of each of the two
    latest seasons it holds the articles with the smallest ids, each as it was first captured in that season. An
    article's id is a hash, so that the sample is a fair one (a bottom-k sample: Cohen and Kaplan, "Summarizing data
    using bottom-k sketches", 2007).
    """

    pages: tuple[ProfilePage, ...] = ()

    def with_page(self, page: ProfilePage) -> HostProfile:
        """Return the profile that knows this page, too; the same one when the page is not of the sample."""
        latest = max((known.season for known in (*self.pages, page)), default=0)
        first: dict[tuple[int, str], ProfilePage] = {}
        for known in sorted((*self.pages, page)):
            if known.season >= latest - 1:
                first.setdefault((known.season, known.article), known)
        kept: list[ProfilePage] = []
        for season in (latest - 1, latest):
            kept += [first[key] for key in sorted(key for key in first if key[0] == season)[:PROFILE_PAGES]]
        pages = tuple(kept)
        return self if pages == self.pages else HostProfile(pages)

    def without(self, article_id: str) -> HostProfile:
        """Return the profile of the host's other articles."""
        return HostProfile(tuple(page for page in self.pages if page.article != article_id[:8]))

    @property
    def id(self) -> str:
        """A name of exactly this profile: 64 bits of its SHA-256, in hex."""
        return hashlib.sha256(self.packed()).hexdigest()[:16]

    def packed(self) -> bytes:
        """Return the profile as bytes: same profile, same bytes."""
        parts: list[bytes] = []
        for page in self.pages:
            head = (page.article.encode("ascii"), page.captured, page.source, len(page.fingerprints))
            parts.append(_PAGE_HEAD.pack(*head))
            parts += [fingerprint.to_bytes(3, "big") for fingerprint in page.fingerprints]
        return b"".join(parts)

    @staticmethod
    def unpacked(packed: bytes) -> HostProfile:
        """Return what :meth:`packed` was called on."""
        pages = []
        position = 0
        while position < len(packed):
            article, captured, source, count = _PAGE_HEAD.unpack_from(packed, position)
            position += _PAGE_HEAD.size
            end = position + 3 * count
            fingerprints = tuple(int.from_bytes(packed[at : at + 3], "big") for at in range(position, end, 3))
            pages.append(ProfilePage(article.decode("ascii"), captured, source, fingerprints))
            position = end
        return HostProfile(tuple(pages))
