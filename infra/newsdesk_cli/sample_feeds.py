"""Where the sample site lists its articles: feeds, sitemaps, a front page.

Comes in: the articles. Goes out: the documents, by their paths.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

SITE_NAME = "The Courier"


@dataclass(frozen=True, slots=True)
class Story:
    """An article, as the site lists it."""

    url: str
    headline: str
    language: str | None
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A document that lists articles."""

    content_type: str
    body: str


def listing_of(path: str, base_url: str, stories: Sequence[Story]) -> Listing | None:
    """Return the document at a path; None where there is none."""
    known = _LISTINGS.get(path)
    return Listing(known[0], known[1](base_url, stories)) if known else None


def _rss(base_url: str, stories: Sequence[Story]) -> str:
    items = "".join(
        f"<item><title>{escape(story.headline)}</title><link>{escape(story.url)}</link>"
        f"<guid>{escape(story.url)}</guid>{_rss_date(story)}</item>\n"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{SITE_NAME}</title><link>{base_url}/</link><description>All articles</description><ttl>15</ttl>\n"
        f'<atom:link rel="self" href="{base_url}/feeds/rss.xml"/>\n{items}</channel></rss>\n'
    )


def _rss_date(story: Story) -> str:
    return f"<pubDate>{format_datetime(story.published)}</pubDate>" if story.published else ""


def _atom(base_url: str, stories: Sequence[Story]) -> str:
    entries = "".join(
        f"<entry{_language(story)}><title>{escape(story.headline)}</title><id>{escape(story.url)}</id>"
        f'<link href="{escape(story.url)}"/>{_atom_dates(story)}</entry>\n'
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{SITE_NAME}</title><id>{base_url}/</id>"
        f'<link href="{base_url}/"/><link rel="self" href="{base_url}/feeds/atom.xml"/>\n{entries}</feed>\n'
    )


def _language(story: Story) -> str:
    return f' xml:lang="{story.language}"' if story.language else ""


def _atom_dates(story: Story) -> str:
    written = story.published.isoformat() if story.published else None
    return f"<published>{written}</published><updated>{written}</updated>" if written else ""


def _json_feed(base_url: str, stories: Sequence[Story]) -> str:
    items = []
    for story in stories:
        published = story.published.isoformat() if story.published else None
        said = {"id": story.url, "url": story.url, "title": story.headline, "language": story.language}
        items.append({name: value for name, value in {**said, "date_published": published}.items() if value})
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": SITE_NAME,
        "home_page_url": f"{base_url}/",
        "feed_url": f"{base_url}/feeds/feed.json",
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _news_sitemap(_base_url: str, stories: Sequence[Story]) -> str:
    entries = "".join(
        f"<url><loc>{escape(story.url)}</loc><news:news><news:publication><news:name>{SITE_NAME}</news:name>"
        f"<news:language>{story.language or 'en'}</news:language></news:publication>"
        f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.headline)}</news:title></news:news></url>\n"
        for story in stories
        if story.published
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{entries}</urlset>\n'
    )


def _sitemap_index(base_url: str, _stories: Sequence[Story]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"<sitemap><loc>{base_url}/news-sitemap.xml</loc></sitemap>\n</sitemapindex>\n"
    )


def _front_page(base_url: str, stories: Sequence[Story]) -> str:
    feeds = "".join(
        f'<link rel="alternate" type="{media_type}" title="{SITE_NAME}" href="{path}">\n'
        for path, media_type in _ANNOUNCED.items()
    )
    teasers = "".join(
        f'<article class="teaser"><h2><a href="{escape(story.url.removeprefix(base_url))}">{escape(story.headline)}</a>'
        "</h2></article>\n"
        for story in stories
    )
    sections = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in ("Harbour", "Sport", "Culture"))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{SITE_NAME}</title>\n{feeds}</head>\n'
        f'<body><header><a href="/">{SITE_NAME}</a><nav><ul>{sections}</ul></nav></header>\n'
        f'<main>\n{teasers}</main>\n<footer><a href="/about-this-newspaper-and-its-staff">About us</a> '
        '<a href="/terms-of-use">Terms of use</a></footer></body></html>\n'
    )


_ANNOUNCED = {
    "/feeds/rss.xml": "application/rss+xml",
    "/feeds/atom.xml": "application/atom+xml",
    "/feeds/feed.json": "application/feed+json",
}
_LISTINGS: dict[str, tuple[str, Callable[[str, Sequence[Story]], str]]] = {
    "/": ("text/html; charset=utf-8", _front_page),
    "/feeds/rss.xml": (_ANNOUNCED["/feeds/rss.xml"], _rss),
    "/feeds/atom.xml": (_ANNOUNCED["/feeds/atom.xml"], _atom),
    "/feeds/feed.json": (_ANNOUNCED["/feeds/feed.json"], _json_feed),
    "/news-sitemap.xml": ("application/xml", _news_sitemap),
    "/sitemap-index.xml": ("application/xml", _sitemap_index),
}
