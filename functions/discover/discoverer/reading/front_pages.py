"""Front pages: which of a page's links lead to articles.

Comes in: a page, and what earlier readings taught about its site. Goes out: the links that look like articles by their
path, their text and their place, and what is known of the site now.

A link has to show several signs at once: a path such as articles have, a text as long as a headline, a place among
headings and not in a menu. Which paths lead to articles is learned for each site: links whose path looks like those of
many clear articles are believed sooner, and those whose path looks like that of the site's other links later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from discoverer.reading.document import (
    Item,
    SourceDocument,
    UnreadableReason,
    UnreadableSourceError,
)
from discoverer.reading.markup import in_utf8, inflated, is_web_page
from discoverer.reading.pages import Element, WebPage, parse_page
from discoverer.reading.texts import LONGEST_TITLE, language_of, line_of, url_of
from newsdesk.sources import SourceKind
from newsdesk.web import Url, parse_url

MOST_ANCHORS = 5_000
MOST_LINKS = 500
MOST_PATTERNS = 100
_LEAST_SCORE = 4.0
_FEWEST_KNOWN = 5
"""Links of one pattern before it counts for anything."""
_SHARE_OF_A_LIST = 0.8
_MOST_KNOWN = 1_000
"""Beyond, what is known of a pattern counts half, so that a site may change."""
_DEEPEST = 12

_SECTION = re.compile(
    r"about(?:-us)?|abo|accounts?|advertis(?:e|ing)|agb|archives?|archiv|authors?|autor(?:en|es)?|auteurs?|careers?|cart|"
    r"categor(?:y|ies|ia|ias)|channels?|checkout|comments?|contact(?:-us|o)?|cookies?(?:-policy)?|datenschutz|donate|"
    r"e-?paper|events|faq|feeds?|forums?|games|help|hilfe|horoscopes?|impressum|imprint|jobs|kategorie|kontakt|legal|"
    r"log-?in|log-?out|mediathek|membership|mentions-legales|my-account|newsletters?|pages?|people|podcasts?|popular|"
    r"premium|privacy(?:-policy)?|profiles?|puzzles|register|rss|schlagwort|search|seite|services|shop(?:ping)?|"
    r"sign-?in|sign-?up|sitemap|staff|stellenmarkt|store|subscri(?:be|ptions?)|suche|tags?|temas?|terms(?:-of-use)?|"
    r"thema|themen|themes?|tickets?|topics?|trending|tv-guide|users?|weather|wetter|wp-admin|wp-login\.php"
)
_NOT_PAGES = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|svg|mp3|mp4|m4a|zip|xml|rss|json|css|js|ics|docx?|xlsx?)", re.IGNORECASE
)
_DAY = re.compile(
    r"/(?:19|20)\d\d[/_-]?(?:(?:0?[1-9]|1[0-2])(?:[/_-]|\b)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)
_SLUG_WORDS = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d{5,}|[0-9a-f]{16,}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")

_FURNITURE_TAGS = frozenset({"nav", "footer", "form", "menu"})
_ASIDE_TAGS = frozenset({"aside", "header"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_STORIES = frozenset({"article", "main"})
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|footer|breadcrumbs?|social|share|sharing|tags?|login|cookie|consent|subscribe|"
    r"newsletter|promo|advert(?:isement)?|sponsored?|pagination|pager|toolbar|topbar|skip-?links?)(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Link:
    """A page that is linked, by one anchor or several."""

    url: Url
    text: str = ""
    is_heading: bool = False
    is_story: bool = False
    is_furniture: bool = True

    def add(self, text: str, place: _Place) -> None:
        if len(text) > len(self.text):
            self.text = text
        self.is_heading |= place.is_heading
        self.is_story |= place.is_story
        self.is_furniture &= place.is_furniture


@dataclass(frozen=True, slots=True)
class _Place:
    is_heading: bool
    is_story: bool
    is_furniture: bool


def read_front_page(
    body: bytes, content_type: str | None, url: str, learned: Mapping[str, Any] | None = None
) -> tuple[SourceDocument, dict[str, Any]]:
    """Return the links of a page that look like articles, and what is known of the site now.

    Parameters
    ----------
    learned : mapping or None
        What the reading before returned; small enough to be kept in an item of the table.

    Raises
    ------
    UnreadableSourceError
        If it is no web page.
    """
    base = parse_url(url)
    data = in_utf8(inflated(body).data, content_type).data
    page = parse_page(data, base) if data.strip() else None
    if page is None or not (is_web_page(data) or next(page.anchors(), None) is not None):
        raise UnreadableSourceError(UnreadableReason.UNKNOWN if data.strip() else UnreadableReason.EMPTY)
    patterns = _known_patterns(learned)
    links = _links_of(page, base)
    scored = [(link, _score(link)) for link in links.values()]
    lists = _patterns_of_lists(scored)
    chosen = [
        link
        for link, score in scored
        if score + _bonus(patterns, link.url) + (pattern_of(link.url) in lists) >= _LEAST_SCORE
    ]
    title = next(page.tree.iter("title"), None)
    document = SourceDocument(
        SourceKind.PAGE,
        "page",
        title=line_of(title.text_content(), LONGEST_TITLE) if title is not None else None,
        site_url=base.href,
        language=language_of(page.tree.get("lang")),
        items=tuple(Item(link.url.href, title=link.text or None) for link in chosen[:MOST_LINKS]),
        is_truncated=len(chosen) > MOST_LINKS,
    )
    return document, {"version": 1, "patterns": _taught(patterns, scored)}


def _links_of(page: WebPage, base: Url) -> dict[str, _Link]:
    """Return the pages of the same site that a page links, in its order."""
    found: dict[str, _Link] = {}
    for anchor in islice(page.anchors(), MOST_ANCHORS):
        target = url_of(anchor.get("href"), page.base)
        if target is None or target.target == base.target or not _is_same_site(base.host, target.host):
            continue
        link = found.setdefault(target.href, _Link(target))
        link.add(_text_of(anchor), _place_of(anchor))
    return found


def _is_same_site(host: str, other: str) -> bool:
    host, other = host.removeprefix("www."), other.removeprefix("www.")
    return host == other or other.endswith(f".{host}") or host.endswith(f".{other}")


def _text_of(anchor: Element) -> str:
    """Return a link's headline: that of the heading in it, where there is one beside other text."""
    heading = next((element for element in anchor.iter(*_HEADINGS)), None)
    text = line_of((anchor if heading is None else heading).text_content(), LONGEST_TITLE, is_markup=False)
    return text or line_of(anchor.get("title"), LONGEST_TITLE, is_markup=False) or ""


def _place_of(anchor: Element) -> _Place:
    around = list(islice(anchor.iterancestors(), _DEEPEST))
    tags = [element.tag for element in around]
    is_heading = any(tag in _HEADINGS for tag in tags[:3]) or any(True for _ in anchor.iter(*_HEADINGS))
    names = [f"{element.get('class') or ''} {element.get('id') or ''}"[:500] for element in (anchor, *around)]
    roles = any(element.get("role") in ("navigation", "contentinfo", "search", "menu") for element in around)
    is_menu = any(tag in _FURNITURE_TAGS for tag in tags) or roles or any(map(_FURNITURE.search, names))
    is_aside = any(tag in _ASIDE_TAGS for tag in tags) and not is_heading
    return _Place(is_heading, any(tag in _STORIES for tag in tags), (is_menu and not is_heading) or is_aside)


def _score(link: _Link) -> float:
    path = link.url.target.partition("?")[0]
    segments = [segment for segment in path.lower().split("/") if segment]
    is_other = _NOT_PAGES.fullmatch(path, path.rfind(".")) or any(map(_SECTION.fullmatch, segments))
    if not segments or is_other:
        return -_LEAST_SCORE
    return _score_of_path(path.lower(), segments) + _score_of_text(link.text) + _score_of_place(link)


def _score_of_path(path: str, segments: list[str]) -> float:
    words = len(_SLUG_WORDS.findall(segments[-1].rpartition(".")[0] or segments[-1]))
    score = 2.0 if words >= 4 else 1.0 if words == 3 else 0.0
    score += 1.5 if _DAY.search(path) else 0.0
    score += 1.0 if any(_NUMBER.search(segment) for segment in segments[-2:]) else 0.0
    is_shallow = len(segments) == 1 and words <= 2 and not _NUMBER.search(path)
    return score - 2.0 * is_shallow


def _score_of_text(text: str) -> float:
    words = len(text.split()) + len(_CJK.findall(text)) // 3
    return 2.0 if words >= 5 else 1.0 if words == 4 else 0.0 if words == 3 else -2.0


def _score_of_place(link: _Link) -> float:
    return 1.5 * link.is_heading + 0.5 * link.is_story - 4.0 * link.is_furniture


def pattern_of(url: Url) -> str:
    """Return what a path has in common with those of its kind: ``/d4/d2/d2/slug``."""
    segments = [segment for segment in url.target.partition("?")[0].lower().split("/") if segment]
    return f"{url.host}/" + "/".join(_kind_of(segment) for segment in segments[:8])


def _kind_of(segment: str) -> str:
    stem, dot, suffix = segment.rpartition(".")
    stem, suffix = (stem, f"{dot}{suffix}"[:6]) if dot and len(suffix) <= 5 else (segment, "")
    if stem.isdigit():
        return f"d{min(len(stem), 5)}{suffix}"
    kind = "slug" if len(_SLUG_WORDS.findall(stem)) >= 3 else "word"
    return f"{kind}{'-d' if _NUMBER.search(stem) else ''}{suffix}"


def _known_patterns(learned: Mapping[str, Any] | None) -> dict[str, tuple[int, int]]:
    """Return how many links of each pattern were clear articles, and how many there were; nothing that is malformed."""
    stated = learned.get("patterns") if learned else None
    known: dict[str, tuple[int, int]] = {}
    for pattern, counts in islice(stated.items() if isinstance(stated, Mapping) else (), MOST_PATTERNS):
        clear, number = counts if isinstance(counts, list | tuple) and len(counts) == 2 else (None, None)
        if isinstance(clear, int | Decimal) and isinstance(number, int | Decimal):
            known[str(pattern)] = (int(clear), int(number))
    return known


def _bonus(patterns: Mapping[str, tuple[int, int]], url: Url) -> float:
    """Return what the pattern of a path adds to a link's score: between -1.5 and 1.5."""
    clear, known = patterns.get(pattern_of(url), (0, 0))
    return 3.0 * (clear / known - 0.5) if known >= _FEWEST_KNOWN else 0.0


def _patterns_of_lists(scored: Iterable[tuple[_Link, float]]) -> set[str]:
    """Return the patterns nearly all of whose links on a page come close to articles: so are lists of headlines.

    Where paths are numbers and headlines stand in no heading, no link shows more by itself.
    """
    counts: dict[str, list[int]] = {}
    for link, score in scored:
        of_pattern = counts.setdefault(pattern_of(link.url), [0, 0])
        of_pattern[0] += score >= _LEAST_SCORE - 1
        of_pattern[1] += 1
    return {
        pattern
        for pattern, (close, number) in counts.items()
        if close >= _FEWEST_KNOWN and close >= _SHARE_OF_A_LIST * number
    }


def _taught(patterns: Mapping[str, tuple[int, int]], scored: Iterable[tuple[_Link, float]]) -> dict[str, list[int]]:
    """Return the patterns with what this page shows of them by the links alone, the most frequent ones."""
    sums = {pattern: list(counts) for pattern, counts in patterns.items()}
    for link, score in scored:
        counts = sums.setdefault(pattern_of(link.url)[:200], [0, 0])
        counts[0] += score >= _LEAST_SCORE
        counts[1] += 1
    for counts in sums.values():
        if counts[1] > _MOST_KNOWN:
            counts[:] = [counts[0] // 2, counts[1] // 2]
    frequent = sorted(sums.items(), key=lambda entry: -entry[1][1])
    return dict(frequent[:MOST_PATTERNS])
