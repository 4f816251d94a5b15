"""Discover answers questions about a site on loopback: which sources it has, and what a poll would submit.

Comes in: pages, feeds and sitemaps of a local server. Goes out: assertions.
"""

from __future__ import annotations

from typing import Any

import pytest

from discoverer.asking import Asker, read_document
from discoverer.finding import Finder
from harness.fakes import FakeClock, InMemoryHostStore, InMemorySourceStore
from newsdesk.sources import SourceFilters, SourceKind, new_source
from newsdesk.web.transport import CrawlLimits, Politeness
from tests.functional.misbehaving_server import MisbehavingServer, answer, redirect
from tests.web import LOOPBACK, fetcher

pytestmark = pytest.mark.usefixtures("dialled")

FEED = b"""<rss version="2.0"><channel><title>The Harbour News</title><language>en</language>
<item><title>First</title><link>/news/1</link><guid>1</guid><pubDate>Sat, 14 Mar 2026 08:00:00 GMT</pubDate></item>
<item><title>Second</title><link>/sport/2</link><guid>2</guid><pubDate>Fri, 13 Mar 2026 08:00:00 GMT</pubDate></item>
<item><title>Old</title><link>/news/3</link><guid>3</guid><pubDate>Fri, 13 Mar 2020 08:00:00 GMT</pubDate></item>
</channel></rss>"""
SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/news/9</loc></url></urlset>"""
PAGE = b"""<!doctype html><html><head><title>News</title>
<link rel="alternate" type="application/rss+xml" title="All news" href="/all.xml">
<link rel="alternate" type="application/rss+xml" href="/gone.xml"></head><body><p>News.</p></body></html>"""


class Desk:
    """What answers questions, and its site."""

    def __init__(self, server: MisbehavingServer) -> None:
        self.clock = FakeClock()
        self.store = InMemorySourceStore()
        transport = fetcher()
        politeness = Politeness(
            InMemoryHostStore(),
            transport,
            CrawlLimits(2.0),
            "newsdeskbot",
            allowed=LOOPBACK,
            clock=self.clock,
            sleep=self.clock.sleep,
        )
        asker = Asker(politeness, transport, read_document, 1_000_000)
        self.finder = Finder(self.store, asker, transport, self.clock, self.clock.sleep)
        self.front = server.on("/", answer(PAGE))
        self.feed = server.on("/all.xml", answer(FEED, ("Content-Type", "application/rss+xml"), html=False))
        self.sitemap = server.on("/map.xml", answer(SITEMAP, ("Content-Type", "text/xml"), html=False))
        server.on("/robots.txt", answer(f"Sitemap: {self.sitemap}".encode(), html=False))

    def ask(self, question: dict[str, Any], seconds: float = 80.0) -> dict[str, Any]:
        return self.finder.answer(question, lambda: seconds)


@pytest.fixture
def desk(server: MisbehavingServer) -> Desk:
    return Desk(server)


def test_the_feeds_and_sitemaps_of_a_site_are_found_and_read(desk: Desk) -> None:
    # When
    found = desk.ask({"find": desk.front})["found"]
    # Then what its page and its robots.txt name is there, and of the guesses only what exists
    by_url = {entry["url"]: entry for entry in found}
    assert by_url[desk.feed] == {
        "url": desk.feed,
        "kind": "feed",
        "found_by": "link",
        "title": "The Harbour News",
        "format": "rss",
        "language": "en",
        "items": 3,
        "newest": "2026-03-14T08:00:00.000Z",
    }
    assert (by_url[desk.sitemap]["found_by"], by_url[desk.sitemap]["items"]) == ("robots", 1)
    assert "not_found" in by_url[f"{desk.front}gone.xml"]["error"]
    assert len(found) == 3


def test_a_feeds_own_address_is_the_one_source(desk: Desk) -> None:
    [found] = desk.ask({"find": desk.feed})["found"]
    assert (found["url"], found["found_by"], found["items"]) == (desk.feed, "address", 3)


def test_a_site_that_may_not_be_asked_is_an_error_in_words(desk: Desk, server: MisbehavingServer) -> None:
    server.on("/robots.txt", answer(b"User-agent: *\nDisallow: /", html=False))
    assert desk.ask({"find": desk.front})["error"].startswith("robots_disallowed")
    assert "error" in desk.ask({"find": "http://127.0.0.9/"})
    assert "error" in desk.ask({"find": "nonsense"})


def test_what_there_is_no_time_for_is_said(desk: Desk) -> None:
    found = desk.ask({"find": desk.front}, 10.0)["found"]
    assert {entry["error"] for entry in found} == {"there was no time left to look at it"}


def test_a_try_shows_what_would_be_submitted_and_submits_nothing(desk: Desk) -> None:
    # Given a source with filters
    source = new_source(SourceKind.FEED, desk.feed, desk.clock(), filters=SourceFilters(include=("/news/",)))
    desk.store.add(source)
    # When it is tried by its id and by its address, and as an address without a source
    by_id, by_url = desk.ask({"try": source.source_id}), desk.ask({"try": desk.feed})
    desk.store.remove(source.source_id)
    unknown = desk.ask({"try": desk.feed, "kind": "feed"})
    # Then
    assert by_id == by_url
    assert by_id["chosen"] == {"filtered": 1, "new": 1, "too_old": 1}
    assert unknown["chosen"] == {"new": 2, "too_old": 1}
    assert {item["title"] for item in unknown["items_shown"] if item["choice"] == "new"} == {"First", "Second"}
    assert not desk.store.seen_items


def test_a_redirect_to_elsewhere_is_followed_within_the_same_walls(desk: Desk, server: MisbehavingServer) -> None:
    server.on("/old.xml", redirect("http://127.0.0.9/feed.xml"))
    assert desk.ask({"try": f"{desk.front}old.xml"})["error"].startswith("blocked_address")
