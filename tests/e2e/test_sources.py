"""A feed is found, polled and becomes articles, once, on the whole stack with IAM enforced.

Comes in: the stack, the sample site, and a site with a feed of its pages. Goes out: assertions. Changes: the stack.
"""

from __future__ import annotations

import time
from http import HTTPStatus

import pytest

from newsdesk.sources import Source, source_of_submission
from newsdesk_cli.sample_site import Answer, LoopbackSite, SampleSite
from newsdesk_cli.sample_sources import poll_a_feed, wait_for_items
from tests.e2e.conftest import World
from tests.e2e.test_doors import endings_of

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


def submitted_by(world: World, source: Source) -> set[str]:
    """Return the submissions of a source that have ended."""
    return {name for name in endings_of(world, "sample") if source_of_submission(name) == source.source_id}


def test_a_feed_is_found_and_each_of_its_items_is_submitted_once(world: World, site: SampleSite) -> None:
    with FeedSite(f"{site.base_url}/2026/11/20/harbour-bridge-reopens") as feeds:
        # When the feed that discover finds at a site is added and polled, as `make ingest` does, Then its item is new
        polled = poll_a_feed(world.stack, feeds.url("/"), time.monotonic() + 120)
        assert [(entry["url"], entry["items"]) for entry in polled.found] == [(feeds.url("/feed.xml"), 1)]
        assert (polled.source.title, polled.source.failures, polled.new) == ("The Courier", 0, 1)
        source = polled.source

        # And it ends like any other submission, and what became of it is counted
        assert wait_for_items(world.stack, polled, time.monotonic() + 120).total() == 1
        world.eventually(lambda: submitted_by(world, source), 120)

        # When it is polled again, Then nothing is submitted any more
        again = poll_a_feed(world.stack, feeds.url("/"), time.monotonic() + 120)
        assert (again.new, again.source.submitted) == (0, 1)
        assert again.source.last_status in ("not_modified", "nothing_new")
        assert submitted_by(world, source) == {source.submission_id("bridge", None)}
        world.stack.sources.remove(source.source_id)
