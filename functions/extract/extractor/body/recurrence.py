"""What a host's pages repeat, and so is no part of any one article.

Comes in: a page, and the profile of its host. Goes out: which segments recur on the site; what the page adds
to the profile.

Sign-ups, slogans, "follow us", biographies: no page alone tells them from its article, several pages do. What must
never happen is that an article is cut because it is known already: under another URL, as an earlier state of a live
story, as a teaser in other pages' lists, appended to other pages in full. Five things stand in the way:

- A fingerprint is of a text in its place: the text, the element and the container around it, and for a long text
  whether it stands near the page's beginning. A teaser that quotes an article lies in another container, or further
  down, than the article itself.
- A page that shares half of its long texts with this one, or with another page, is the same article in another state,
  and does not count, or counts once.
- What stands among the article's own prose, in the same container and before the last of its long texts that are new,
  is left alone: the standing heading of a column, a background paragraph that several stories share. A long text in a
  container of the article's own prose is left alone wherever it stands.
- Pages of another section, or of another author on a shared host, count once for the folder of their URLs in which they
  part from this one's, the first or the second: nobody can cut somebody else's article with three pages of their own.
- A page without a long text of its own is left alone altogether.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from extractor.html import Element, Page, Segment
from newsdesk.contracts import ArticleWarning, DropReason, SiteProfile
from newsdesk.hosts import HostProfile, ProfilePage, section_of, source_of
from newsdesk.words import count_words

RECURS_ON_PAGES = 3
"""Other articles of the host that must have a text, the same in the same place."""

SHORTEST_WORDS = 3
LONG_WORDS = 20
"""From here on a text is taken for prose: two sentences on average, and longer than nearly all headings and labels."""

TWIN_SHARE = 0.5
TWIN_TEXTS = 2

_HIGH_ON_PAGE = 3
"""A long text with fewer long ones before it stands near the beginning."""

_MOST_LINKED = 0.9
_MOST_SEGMENTS = 5_000
"""Of a page; what a site repeats on a page that has more is not looked for behind them."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment that may recur. The lowest bit of its fingerprint says whether its text is long."""

    segment: Segment
    fingerprint: int

    @property
    def is_long(self) -> bool:
        return _is_long(self.fingerprint)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """What a page's host repeats of it.

    Attributes
    ----------
    segments : mapping
        From the index of a segment that is to be cut to the reason.
    used : SiteProfile or None
        For the record; None while nothing is known of the host.
    fingerprints : tuple of int
        What the page adds to its host's profile, those of long texts first: by them twins are known.
    """

    segments: Mapping[int, str]
    used: SiteProfile | None
    fingerprints: tuple[int, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands in ``quality.warnings``: that something was cut because the host repeats it."""
        return (ArticleWarning.RECURS_ON_SITE,) if self.segments else ()


def judge_recurrence(profile: HostProfile | SiteProfile | None, page: Page, article_id: str = "") -> Recurrence:
    """Return what a page's host repeats of it, and what it adds to what is known of the host.

    Parameters
    ----------
    profile : HostProfile, SiteProfile or None
        Of the page's host; or the record of an earlier extraction, whose judgement is given again whatever the host's
        profile is now.
    page : Page
        The page.
    article_id : str
        The page's article, whose own pages do not count.
    """
    pieces = tuple(_pieces(page.segments))
    fingerprints = frozenset(piece.fingerprint for piece in pieces)
    used: SiteProfile | None = None
    recurring: frozenset[int] = frozenset()
    if isinstance(profile, SiteProfile):
        used, recurring = profile, frozenset(int(fingerprint, 16) for fingerprint in profile.recurring)
    elif profile is not None:
        known = profile.without(article_id)
        recurring = _recurring(known.pages, fingerprints, source_of(page.address))
        if known.pages:
            used = SiteProfile(id=known.id, recurring=tuple(f"{fingerprint:06x}" for fingerprint in sorted(recurring)))
    return Recurrence(_to_be_cut(pieces, recurring), used, tuple(sorted(fingerprints, key=_long_first)))


def _recurring(pages: Sequence[ProfilePage], fingerprints: frozenset[int], source: int) -> frozenset[int]:
    """Return those of a page's fingerprints that enough other articles have, those of another source counted once."""
    own = _long(fingerprints)
    voices_with: dict[int, set[tuple[int, int]]] = defaultdict(set)
    articles: list[list[frozenset[int]]] = []
    for page in pages:
        shown = _long(page.fingerprints)
        if _are_twins(own, shown):
            continue
        number = next((at for at, known in enumerate(articles) if any(_are_twins(shown, it) for it in known)), None)
        if number is None:
            number = len(articles)
            articles.append([])
        articles[number].append(shown)
        voice = (source, number) if page.source == source else (_apart(page.source, source), -1)
        for fingerprint in fingerprints.intersection(page.fingerprints):
            voices_with[fingerprint].add(voice)
    return frozenset(it for it, voices in voices_with.items() if len(voices) >= RECURS_ON_PAGES)


def _apart(other: int, source: int) -> int:
    """Return the folder up to which another source has nothing more in common with this one: that counts once."""
    return other if section_of(other) == section_of(source) else section_of(other)


def _to_be_cut(pieces: Sequence[_Piece], recurring: frozenset[int]) -> dict[int, str]:
    """Return the segments with a recurring text, but for those among the article's own prose."""
    last_own: dict[tuple[Element | None, str], int] = {}
    for piece in pieces:
        if piece.is_long and piece.fingerprint not in recurring:
            last_own[_surroundings(piece.segment.element)] = piece.segment.index
    if not last_own:
        return {}

    def is_the_articles(piece: _Piece) -> bool:
        last = last_own.get(_surroundings(piece.segment.element))
        return last is not None and (piece.is_long or piece.segment.index < last)

    cut = (piece.segment.index for piece in pieces if piece.fingerprint in recurring and not is_the_articles(piece))
    return dict.fromkeys(cut, DropReason.RECURS_ON_SITE.value)


def _pieces(segments: Iterable[Segment]) -> Iterator[_Piece]:
    long_before = 0
    for segment in segments:
        if segment.index >= _MOST_SEGMENTS:
            return
        if segment.link_share > _MOST_LINKED or segment.tag == "h1":  # a weekly column has one title for all
            continue
        words = segment.text.count(" ") + 1
        if words < LONG_WORDS and not segment.text.isascii():
            words = count_words(segment.text)  # of a script that writes no spaces, perhaps
        if words < SHORTEST_WORDS:
            continue
        is_long = words >= LONG_WORDS
        yield _Piece(segment, _fingerprint(segment, is_long, is_high=is_long and long_before < _HIGH_ON_PAGE))
        long_before += is_long


def _fingerprint(segment: Segment, is_long: bool, is_high: bool) -> int:
    element = segment.element
    container = _container(element)
    place = f"{_kind(element)}<{'' if container is None else _kind(container)}{'^' if is_high else ''}"
    text = _DIGITS.sub("0", segment.text.casefold())
    digest = int.from_bytes(blake2b(f"{place}\n{text}".encode(), digest_size=3).digest(), "big")
    return digest & ~1 | is_long


def _kind(element: Element) -> str:
    """Return an element's name and first class, which templates use for what a thing is; numbers in it are a post's."""
    classes = (element.get("class") or "").split(None, 1)
    return f"{element.tag}.{_DIGITS.sub('', classes[0])}" if classes else str(element.tag)


def _container(element: Element) -> Element | None:
    parent: Element | None = element.getparent()
    return parent


def _surroundings(element: Element) -> tuple[Element | None, str]:
    """Return what a text shares with its neighbours: its container, or, of a container of its own, that one's kind."""
    container = _container(element)
    outer = None if container is None else _container(container)
    if container is None or outer is None or len(container) > 1:
        return container, ""
    return outer, _kind(container)


def _is_long(fingerprint: int) -> bool:
    return fingerprint & 1 == 1


def _long_first(fingerprint: int) -> tuple[bool, int]:
    return not _is_long(fingerprint), fingerprint


def _long(fingerprints: Iterable[int]) -> frozenset[int]:
    return frozenset(filter(_is_long, fingerprints))


def _are_twins(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return whether two pages' long texts are those of one article."""
    common = len(one & other)
    return common >= TWIN_TEXTS and common >= TWIN_SHARE * min(len(one), len(other))
