"""Polls of sources over real sockets, by the real reader: what leads in circles, and what leads to another kind.

Comes in: a local server. Goes out: assertions.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from discoverer.asking import Asker, read_document
from discoverer.stage import DiscoverStage
from harness.fakes import FakeClock, InMemoryHostStore, InMemorySourceStore
from newsdesk.contracts import SourceDue, UrlSubmitted
from newsdesk.sources import PauseReason, PollStatus, Source, SourceKind, SourceState, new_source, source_id_of
from newsdesk.web.transport import CrawlLimits, Politeness
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import PAGE, MisbehavingServer
from tests.unit.test_discover_stage import Recorder
from tests.web import LOOPBACK, fetcher

XML = ("Content-Type", "application/xml")


class Desk:
    """Discover with one source, and everything around it."""

    def __init__(self, server: MisbehavingServer, kind: SourceKind, path: str) -> None:
        self.clock = FakeClock()
        self.store, self.queues, hosts = InMemorySourceStore(), Recorder(), InMemoryHostStore()
        hosts.open_site(server.url("").rstrip("/"))
        transport = fetcher()
        politeness = Politeness(
            hosts,
            transport,
            CrawlLimits(2.0),
            "newsdeskbot",
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
            allowed=LOOPBACK,
        )
        asker = Asker(politeness, transport, read_document, 1_000_000)
        self.stage = DiscoverStage(self.store, asker, self.queues, self.clock, jitter=lambda: 0.0)
        self.store.add(new_source(kind, server.url(path), self.clock()))
        self.id = source_id_of(server.url(path))

    @property
    def source(self) -> Source:
        return self.store.sources[self.id]

    def poll(self) -> PollStatus:
        return self.stage.handle(SourceDue(source_id=self.id, version=self.source.version))

    def poll_until_none_is_due_at_once(self, most: int) -> None:
        for _ in range(most):
            self.poll()
            if not self.source.unread:
                return
            self.clock.advance(60)
        raise AssertionError("there is always something left to be read")

    @property
    def submitted(self) -> list[str]:
        return [UrlSubmitted.model_validate_json(body).url for body in self.queues.bodies]


@pytest.mark.parametrize("dated", ["", "<lastmod>2026-03-14</lastmod>"])
@pytest.mark.parametrize("circle", [["/a"], ["/a", "/b"], ["/a", "/b", "/c", "/d", "/e", "/f"]])
def test_indexes_of_sitemaps_that_lead_in_a_circle_are_left(
    server: MisbehavingServer, circle: list[str], dated: str
) -> None:
    # Given indexes that lead to one another, each of them also to a sitemap
    sitemap = f"<urlset><url><loc>{server.url('/news/1')}</loc></url></urlset>"
    server.on("/sitemap", server_side.answer(sitemap.encode(), XML, html=False))
    for path, following in pairwise([*circle, circle[0]]):
        links = "".join(f"<sitemap><loc>{server.url(link)}</loc>{dated}</sitemap>" for link in (following, "/sitemap"))
        body = f"<sitemapindex>{links}</sitemapindex>".encode()
        server.on(path, server_side.answer(body, XML, html=False))
    desk = Desk(server, SourceKind.SITEMAP, circle[0])

    # When the first one is polled for two days
    for _ in range(2):
        desk.poll_until_none_is_due_at_once(most=12)
        desk.clock.advance(timedelta(days=1).total_seconds())

    # Then each was asked for a few times, and what the sitemap lists was submitted once
    assert desk.submitted == [server.url("/news/1")]
    assert len(server.requests) <= 16


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_feed_that_leads_to_a_web_page_fails_and_stays_where_it_is(server: MisbehavingServer, status: int) -> None:
    # Given a feed whose site sends everybody to its front page
    server.on("/", server_side.answer(PAGE))
    server.on("/feed.xml", server_side.redirect("/", status))
    desk = Desk(server, SourceKind.FEED, "/feed.xml")

    # When it is polled on several days, Then that is a failure with its reason, and no move
    for failures in range(1, 4):
        assert desk.poll() is PollStatus.FAILED
        assert (desk.source.last_detail, desk.source.failures) == ("unreadable: web_page", failures)
        desk.clock.advance(timedelta(days=1).total_seconds())
    assert (desk.source.url, desk.source.moved_to) == (server.url("/feed.xml"), None)
    assert desk.submitted == []

    # And after a month it is paused
    desk.clock.advance(timedelta(days=30).total_seconds())
    assert desk.poll() is PollStatus.PAUSED
    assert (desk.source.state, desk.source.paused_reason) == (SourceState.PAUSED, PauseReason.BROKEN)


def test_a_feed_that_leads_to_itself_fails(server: MisbehavingServer) -> None:
    server.on("/feed.xml", server_side.redirect("/feed.xml"))
    desk = Desk(server, SourceKind.FEED, "/feed.xml")
    assert desk.poll() is PollStatus.FAILED
    assert (desk.source.last_detail or "").startswith("too_many_redirects")
