"""Which feeds and sitemaps are found on a site.

Comes in: pages and robots.txt. Goes out: assertions.
"""

from __future__ import annotations

import pytest

from discoverer.reading import find_sources
from discoverer.reading.site_sources import MOST_CANDIDATES

URL = "https://news.example/section/"
PAGE = b"""<!doctype html><html><head><title>Gazette</title>
<link rel="stylesheet" href="/x.css">
<link rel="alternate" type="application/rss+xml" title="Comments on everything" href="/comments/feed">
<link rel="alternate" type="application/rss+xml; charset=utf-8" title="All &amp; more" href="../rss?a=1&amp;b=2">
<LINK REL=alternate TYPE=application/feed+json HREF=//news.example/feed.json>
<link rel="alternate" hreflang="de" href="/de/">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="sitemap" type="application/xml" href="/map.xml">
</head><body><a href="/feedback">Feedback</a><a href="/sport/rss.xml">Sport</a>
<a href="https://other.example/rss.xml">Theirs</a></body></html>"""
ROBOTS = b"User-agent: *\nDisallow: /private\nSitemap: https://news.example/all.xml\nsitemap:/news-map.xml # of today\n"


def found(body: bytes, robots_txt: bytes | None = None) -> list[tuple[str, str, str, str | None]]:
    candidates = find_sources(body, "text/html", URL, robots_txt)
    return [(candidate.url, candidate.kind.value, candidate.found_by, candidate.title) for candidate in candidates]


def test_what_a_page_names_comes_first_then_robots_then_guesses() -> None:
    assert found(PAGE, ROBOTS) == [
        ("https://news.example/rss?a=1&b=2", "feed", "link", "All & more"),
        ("https://news.example/feed.json", "feed", "link", None),
        ("https://news.example/map.xml", "sitemap", "link", None),
        ("https://news.example/comments/feed", "feed", "link", "Comments on everything"),
        ("https://news.example/sport/rss.xml", "feed", "anchor", "Sport"),
        ("https://news.example/news-map.xml", "sitemap", "robots", None),
        ("https://news.example/all.xml", "sitemap", "robots", None),
        ("https://news.example/feed", "feed", "well_known", None),
        ("https://news.example/rss.xml", "feed", "well_known", None),
        ("https://news.example/atom.xml", "feed", "well_known", None),
        ("https://news.example/news-sitemap.xml", "sitemap", "well_known", None),
        ("https://news.example/sitemap.xml", "sitemap", "well_known", None),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"<rss/>", "feed"), (b"<urlset/>", "sitemap"), (b"<sitemapindex/>", "sitemap"), (b'{"items": []}', "feed")],
)
def test_a_source_is_its_own_only_candidate(body: bytes, kind: str) -> None:
    assert found(body) == [(URL, kind, "itself", None)]


@pytest.mark.parametrize("body", [b"", b"hello", b"<html>", b"<html><body>" + b"<p>" * 400_000, b"\x00\xff"])
def test_a_page_that_names_none_leaves_the_guesses(body: bytes) -> None:
    assert {by for _, _, by, _ in found(body)} == {"well_known"}


def test_no_site_fills_the_list_without_end() -> None:
    links = b"".join(b'<link rel="feed" href="/feed-%d">' % number for number in range(1000))
    robots = b"".join(b"Sitemap: /map-%d.xml\n" % number for number in range(1000))
    assert len(find_sources(b"<html><head>" + links, None, URL, robots)) == MOST_CANDIDATES
