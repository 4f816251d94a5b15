"""A feed is found, polled and becomes articles, once, on the whole stack with IAM enforced.

Comes in: the stack, the sample site, and a site with a feed of its pages. Goes out: assertions. Changes: the stack.
"""

from __future__ import annotations

from http import HTTPStatus

import pytest

from newsdesk.adapters.sources import DynamoDueSources
from newsdesk.clock import utc_now
from newsdesk.sources import Source, SourceKind
from newsdesk_cli import sources
from newsdesk_cli.sample_site import Answer, LoopbackSite, SampleSite
from tests.e2e.conftest import World
from tests.e2e.test_doors import endings_of

TAG = "door-feed"

pytestmark = pytest.mark.usefixtures("first_visit")
"""The pages are known already, so that no other test misses the first visit to them."""


class FeedSite(LoopbackSite):
    """A site whose front page names a feed, which lists pages of another site."""

    def __init__(self, listed: str) -> None:
        super().__init__()
        self.listed = listed

    def answer(self, target: str) -> Answer:
        if target == "/":
            page = b'<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed.xml"><p>News.'
            return Answer(HTTPStatus.OK, page, "text/html; charset=utf-8")
        if target == "/feed.xml":
            item = f"<item><title>Bridge</title><link>{self.listed}</link><guid>bridge</guid></item>"
            feed = f"<rss version='2.0'><channel><title>The Courier</title>{item}</channel></rss>"
            return Answer(HTTPStatus.OK, feed.encode(), "application/rss+xml")
        return Answer(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def urls(self) -> tuple[str, ...]:
        return ()


def polled(world: World, source: Source, times: int, sent: set[int]) -> bool:
    """Have a source polled now, as dispatch does when it is due; return whether it was often enough."""
    known = world.stack.sources.get(source.source_id)
    assert known is not None
    if known.polls >= times:
        return True
    if known.version not in sent:
        queue = world.stack.resources["DiscoverQueue"]
        due = DynamoDueSources(world.stack.outputs["TableName"], queue, world.stack.dynamodb, world.stack.sqs)
        due.send(known.source_id, known.version)
        sent.add(known.version)
    return False


def test_a_feed_is_found_and_each_of_its_items_is_submitted_once(world: World, site: SampleSite) -> None:
    with FeedSite(f"{site.base_url}/2026/11/20/harbour-bridge-reopens") as feeds:
        # Given the feed that discover finds at a site
        found = sources.ask(world.stack, {"find": feeds.url("/")})["found"]
        assert [(entry["url"], entry["items"]) for entry in found] == [(feeds.url("/feed.xml"), 1)]

        # When it is added and polled twice
        source = sources.made(SourceKind.FEED, found[0]["url"], {"tags": [TAG]})
        assert world.stack.sources.add(source)
        sent: set[int] = set()
        world.eventually(lambda: polled(world, source, 1, sent), 120)
        world.eventually(lambda: bool(endings_of(world, TAG)), 120)
        world.eventually(lambda: polled(world, source, 2, sent), 120)

        # Then its item was submitted once, and ended like any other submission
        known = sources.known(world.stack.sources, sources.find(world.stack.sources, source.url), utc_now())
        assert (known.source.title, known.source.submitted, known.source.failures) == ("The Courier", 1, 0)
        assert known.source.last_status in ("not_modified", "nothing_new")
        assert set(endings_of(world, TAG)) == {source.submission_id("bridge", None)}

        # And what became of it is counted
        world.eventually(lambda: len(world.stack.sources.days(source.source_id, "2000-01-01")) == 1, 60)
        world.stack.sources.remove(source.source_id)
