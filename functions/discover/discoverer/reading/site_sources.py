"""Which feeds and sitemaps a site has.

Comes in: one of its pages, and its robots.txt. Goes out: what they name, and where feeds are on most sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from discoverer.reading.document import Candidate
from discoverer.reading.markup import in_utf8, inflated, is_web_page, root_of
from discoverer.reading.pages import parse_page
from discoverer.reading.texts import LONGEST_TITLE, line_of, url_of
from newsdesk.sources import SourceKind
from newsdesk.web import Url, parse_url

MOST_CANDIDATES = 12
_MOST_LINKS = 20_000
_MOST_LINES = 20_000

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/rss",
        "text/rss+xml",
        "application/x-rss+xml",
    }
)
_COMMENTS = re.compile(r"\bcomments?\b|\bkommentare?\b|\bcommentaires\b|\bcomentarios\b", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:^|[/._-])(?:rss2?|feeds?|atom)(?:$|[/._-])", re.IGNORECASE)
_SITEMAP_LINE = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2048})", re.IGNORECASE | re.MULTILINE)
_WELL_KNOWN = (
    ("/feed", SourceKind.FEED),
    ("/rss.xml", SourceKind.FEED),
    ("/atom.xml", SourceKind.FEED),
    ("/feed.json", SourceKind.FEED),
    ("/news-sitemap.xml", SourceKind.SITEMAP),
    ("/sitemap.xml", SourceKind.SITEMAP),
)


def find_sources(
    body: bytes, content_type: str | None, url: str, robots_txt: bytes | None = None
) -> tuple[Candidate, ...]:
    """Return the sources of a site, the likeliest first, each once.

    Parameters
    ----------
    body, content_type, url
        A page of the site, as it was answered; or a feed or sitemap, which is then the only candidate.
    robots_txt : bytes or None
        Of the same host.
    """
    base = parse_url(url)
    data = in_utf8(inflated(body).data, content_type).data
    root = root_of(data)
    if root is not None and root[1].lower() != b"opml":
        kind = SourceKind.SITEMAP if root[1].lower() in (b"urlset", b"sitemapindex") else SourceKind.FEED
        return (Candidate(base.href, kind, "itself"),)
    if data.lstrip().startswith(b"{"):
        return (Candidate(base.href, SourceKind.FEED, "itself"),)
    named = [*(_linked(data, base) if is_web_page(data) else ()), *_in_robots(robots_txt or b"", base)]
    found: dict[str, Candidate] = {}
    for candidate in (*named, *_well_known(base)):
        found.setdefault(candidate.url, candidate)
    return tuple(islice(found.values(), MOST_CANDIDATES))


def _linked(data: bytes, base: Url) -> Iterator[Candidate]:
    """Yield what a page's head names, feeds of comments last, and then the links in its text that look like feeds."""
    page = parse_page(data, base)
    if page is None:
        return
    stated = [candidate for link in islice(page.links(), _MOST_LINKS) if (candidate := _stated(link, page.base))]
    yield from sorted(stated, key=lambda candidate: _COMMENTS.search(candidate.title or candidate.url) is not None)
    for anchor in islice(page.anchors(), _MOST_LINKS):
        target = url_of(anchor.get("href"), page.base)
        if target is not None and _FEED_PATH.search(target.target.partition("?")[0]) and target.host == base.host:
            yield Candidate(target.href, SourceKind.FEED, "anchor", line_of(anchor.text_content(), LONGEST_TITLE))


def _stated(link: dict[str, str], base: Url) -> Candidate | None:
    relations = link.get("rel", "").lower().split()
    media_type = link.get("type", "").partition(";")[0].strip().lower()
    target = url_of(link.get("href"), base)
    if target is None:
        return None
    title = line_of(link.get("title"), LONGEST_TITLE)
    if "sitemap" in relations:
        return Candidate(target.href, SourceKind.SITEMAP, "link", title)
    is_feed = "feed" in relations or ("alternate" in relations and media_type in _FEED_TYPES)
    return Candidate(target.href, SourceKind.FEED, "link", title) if is_feed else None


def _in_robots(robots_txt: bytes, base: Url) -> Iterator[Candidate]:
    """Yield the sitemaps that robots.txt names, those of news first."""
    lines = islice(_SITEMAP_LINE.finditer(robots_txt), _MOST_LINES)
    urls = [url for line in lines if (url := url_of(line[1].decode("utf-8", "replace"), base))]
    for url in sorted(urls, key=lambda url: "news" not in url.target.lower()):
        yield Candidate(url.href, SourceKind.SITEMAP, "robots")


def _well_known(base: Url) -> Iterator[Candidate]:
    for path, kind in _WELL_KNOWN:
        if url := url_of(path, base):
            yield Candidate(url.href, kind, "well_known")
