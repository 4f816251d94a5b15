"""The discover stage: each poll submits what is new, once, and says when the next one is.

Comes in: what a source's site answers. Goes out: assertions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from discoverer.asking import Asker, Habits
from discoverer.choosing import MOST_PER_POLL, Choice, choose
from discoverer.reading import (
    Further,
    Item,
    ReadingWarning,
    SourceDocument,
    UnreadableReason,
    UnreadableSourceError,
)
from discoverer.stage import MOST_UNREAD, DiscoverStage
from harness.fakes import FakeClock, InMemoryHostStore, InMemorySourceStore
from newsdesk.clock import to_text
from newsdesk.contracts import Priority, Reason, SourceDue, UrlSubmitted
from newsdesk.errors import PermanentError, ThrottledError, TransientError
from newsdesk.sources import (
    DayYield,
    PauseReason,
    PollStatus,
    SeenItems,
    Source,
    SourceFilters,
    SourceKind,
    SourceState,
    SourceWarning,
    new_source,
    source_id_of,
)
from newsdesk.web import parse_url
from newsdesk.web.transport import (
    CrawlLimits,
    FetchRequest,
    FetchResponse,
    Hop,
    OverloadedError,
    Politeness,
    RequestSlot,
)
from newsdesk.web.transport.exchange import AuxiliaryResponse, Timings

SITE = "https://news.example"
URL = f"{SITE}/feed.xml"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Answer = FetchResponse | Exception


def answer(*names: str, status: int = 200, hops: tuple[Hop, ...] = (), **fields: str) -> FetchResponse:
    """Return an answer whose body names the documents that :class:`World` knows."""
    return FetchResponse(
        final_url=hops[-1].location if hops else URL,
        status=status,
        reason_phrase="OK",
        http_version="HTTP/1.1",
        headers=tuple((name.replace("_", "-"), value) for name, value in fields.items()),
        body=json.dumps(names).encode(),
        resolved_address="198.51.100.7",
        redirects=hops,
        started_at=datetime.min,
        timings=Timings(0.1, 0.2, 0.3),
        request_head=b"",
    )


NOT_MODIFIED = answer(status=304)


def item(number: int, **said: Any) -> Item:
    return Item(**{"url": f"{SITE}/news/{number}", "guid": f"guid-{number}", "title": f"Story {number}", **said})


class Recorder:
    """The queues of submissions."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.calls: list[Priority | None] = []
        self.error: Exception | None = None

    def submit(self, bodies: Sequence[str], priority: Priority | None) -> None:
        self.bodies += bodies
        self.calls.append(priority)
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    @property
    def requests(self) -> list[UrlSubmitted]:
        return [UrlSubmitted.model_validate_json(body) for body in self.bodies]


class World:
    """The stage and everything around it: a site whose documents are named, and answer in turn."""

    def __init__(self, *answers: Answer, **said: Any) -> None:
        self.clock = FakeClock()
        self.answers = list(answers)
        self.requests: list[FetchRequest] = []
        self.documents: dict[str, SourceDocument | Exception] = {}
        self.store = InMemorySourceStore()
        self.queues = Recorder()
        self.hosts = InMemoryHostStore()
        self.hosts.open_site(SITE)
        politeness = Politeness(
            self.hosts,
            self,
            CrawlLimits(2.0),
            "newsdeskbot",
            clock=self.clock,
            sleep=self.clock.sleep,
            jitter=lambda: 0.0,
        )
        asker = Asker(politeness, self, self.read, 1_000_000)
        self.stage = DiscoverStage(self.store, asker, self.queues, self.clock, jitter=lambda: 0.0)
        self.store.add(new_source(SourceKind.FEED, URL, self.clock(), **said))
        self.id = source_id_of(URL)

    @property
    def source(self) -> Source:
        return self.store.sources[self.id]

    def set(self, **changes: Any) -> None:
        self.store.sources[self.id] = self.source.model_copy(update=changes)

    def lists(self, name: str, *items: Item, **said: Any) -> FetchResponse:
        """Make a document of a name list items, and return an answer with it."""
        document = SourceDocument(SourceKind.FEED, "rss", items=items)
        self.documents[name] = replace(document, **said)
        return answer(name)

    def poll(self, *answers: Answer) -> PollStatus:
        self.answers += answers
        return self.stage.handle(SourceDue(source_id=self.id, version=self.source.version))

    def due_in(self) -> int | None:
        return None if self.source.due_at is None else self.source.due_at - int(self.clock().timestamp())

    # The fetcher

    def fetch_listing(self, request: FetchRequest, request_slot: RequestSlot) -> FetchResponse:
        request_slot(parse_url(request.url), ())()
        self.requests.append(request)
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def fetch_auxiliary(
        self, url: str, maximum_bytes: int, deadline_seconds: float, request_slot: RequestSlot
    ) -> AuxiliaryResponse:
        raise AssertionError("the site's rules are known")

    def read(
        self, body: bytes, _content_type: str | None, _url: str, _kind: SourceKind, habits: Habits | None
    ) -> tuple[SourceDocument, Habits | None]:
        (name,) = json.loads(body)
        found = self.documents[name]
        if isinstance(found, Exception):
            raise found
        return found, habits


# ------------------------------------------------------------------------------------------- what is submitted


def test_a_document_that_finds_a_mistake_of_the_reader_s_backs_off_like_any_that_cannot_be_read() -> None:
    world = World()
    world.documents["feed"] = ValueError("not foreseen")
    assert world.poll(answer("feed")) is PollStatus.FAILED
    assert (world.source.last_detail, world.source.failures) == ("unreadable: damaged", 1)
    assert (world.due_in() or 0) > 600


def test_new_items_are_submitted_with_what_the_source_says_of_them() -> None:
    # Given
    world = World(tags=("morning",), priority="high")
    published = to_text(world.clock() - HOUR)
    # When
    status = world.poll(world.lists("feed", item(1, published=published, authors=("Ann Author",)), item(2)))
    # Then
    assert status is PollStatus.NEW
    first, second = world.queues.requests
    assert (first.url, first.tags, first.priority) == (f"{SITE}/news/1", ("morning",), "high")
    assert first.submission_id == world.source.submission_id("guid-1", None)
    assert first.discovery == f"feed {world.id} {URL}"
    assert first.feed_item is not None
    assert (first.feed_item.feed, first.feed_item.published, first.feed_item.authors) == (
        URL,
        published,
        ("Ann Author",),
    )
    assert second.feed_item is not None
    assert second.feed_item.title == "Story 2"
    assert (world.source.found, world.source.submitted, world.source.last_status) == (2, 2, "new")


def test_an_item_is_submitted_once() -> None:
    world = World()
    assert world.poll(world.lists("feed", item(1), item(2))) is PollStatus.NEW
    assert world.poll(world.lists("later", item(3), item(1), item(2))) is PollStatus.NEW
    assert world.poll(world.lists("again", item(3), item(1))) is PollStatus.NOTHING_NEW
    assert [request.url[-1] for request in world.queues.requests] == ["1", "2", "3"]


def test_an_item_that_was_changed_is_submitted_again_under_another_id() -> None:
    world = World()
    world.poll(world.lists("feed", item(1, updated="2026-03-14T09:00:00Z"), item(2)))
    world.poll(world.lists("later", item(1, updated="2026-03-14T10:00:00Z"), item(2)))
    world.poll(world.lists("again", item(1, updated="2026-03-14T10:00:00Z"), item(2), item(3)))
    assert [request.url[-1] for request in world.queues.requests] == ["1", "2", "1", "3"]
    assert len({request.submission_id for request in world.queues.requests}) == 4


def test_a_source_that_says_of_everything_that_it_was_changed_is_not_believed() -> None:
    world = World()
    world.poll(world.lists("feed", *(item(number, updated="2026-03-14T09:00:00Z") for number in range(50))))
    later = [item(number, updated="2026-03-14T10:00:00Z") for number in range(1, 51)]
    assert world.poll(world.lists("later", *later)) is PollStatus.NEW
    assert len(world.queues.bodies) == 51
    assert world.poll(world.lists("again", *later, item(99))) is PollStatus.NEW
    assert len(world.queues.bodies) == 52


def test_a_guid_that_several_items_have_names_none_of_them() -> None:
    world = World()
    world.poll(world.lists("feed", item(1, guid="same"), item(2, guid="same")))
    assert [request.url[-1] for request in world.queues.requests] == ["1", "2"]


def test_filters_say_what_is_wanted() -> None:
    # Given
    filters = SourceFilters(include=("/news/",), exclude=("/news/2",), greatest_age_days=2)
    world = World(filters=filters)
    old, fresh = to_text(world.clock() - 3 * DAY), to_text(world.clock() - DAY)
    items = (
        item(1, published=fresh),
        item(2),
        item(3, url=f"{SITE}/sport/3"),
        item(4, published=old),
        item(5, published=old, updated=fresh),
        item(6, published=old[:10]),
        item(7, url="mailto:nobody"),
    )
    # When
    chosen = choose(world.source, items, SeenItems(), world.clock())
    # Then
    assert [entry.url[-1] for _, entry in chosen.submit] == ["1", "5"]
    assert chosen.choices == {
        Choice.NEW: 2,
        Choice.FILTERED: 2,
        Choice.TOO_OLD: 2,
        Choice.NO_URL: 1,
    }


def test_more_than_a_days_items_wait_and_the_newest_go_first() -> None:
    # Given a source that may bring three items a day
    world = World(filters=SourceFilters(most_items_a_day=3))
    moments = [to_text(world.clock() - number * HOUR) for number in range(5)]
    items = [item(number, published=moments[number]) for number in (4, 2, 0, 3, 1)]
    # When it lists five, and is polled again on the next day
    first = world.lists("feed", *items)
    world.poll(replace(first, headers=(("ETag", '"v1"'),)))
    waiting = world.source
    world.clock.advance(86400)
    world.poll(first)
    # Then the newest three went first, the others on the next day; and no 304 could hide them
    taken = [request.url[-1] for request in world.queues.requests]
    assert (taken[:3], sorted(taken[3:])) == (["0", "1", "2"], ["3", "4"])
    assert (waiting.etag, waiting.body_hash) == (None, None)


def test_one_poll_submits_no_more_than_fits_into_its_time() -> None:
    world = World(filters=SourceFilters(most_items_a_day=20_000))
    feed = world.lists("feed", *(item(number) for number in range(MOST_PER_POLL + 10)))
    world.poll(feed)
    assert len(world.queues.bodies) == MOST_PER_POLL
    world.poll(feed)
    assert len(set(world.queues.bodies)) == MOST_PER_POLL + 10


# ------------------------------------------------------------------------------------------- conditional requests


def test_the_next_request_is_conditional_and_a_304_is_an_answer() -> None:
    world = World()
    world.poll(replace(world.lists("feed", item(1)), headers=(("ETag", '"v1"'), ("Last-Modified", "Sat, 14 Mar 2026"))))
    assert world.poll(NOT_MODIFIED) is PollStatus.NOT_MODIFIED
    assert (world.requests[1].etag, world.requests[1].last_modified) == ('"v1"', "Sat, 14 Mar 2026")
    assert world.source.etag == '"v1"'
    assert len(world.queues.bodies) == 1


def test_the_same_bytes_are_not_read_again() -> None:
    world = World()
    feed = world.lists("feed", item(1))
    world.poll(feed)
    world.documents["feed"] = UnreadableSourceError(UnreadableReason.EMPTY)
    assert world.poll(feed) is PollStatus.NOT_MODIFIED
    assert world.source.body_hash == hashlib.sha256(feed.body).hexdigest()


def test_a_304_that_nobody_asked_for_is_a_failure() -> None:
    world = World()
    assert world.poll(NOT_MODIFIED) is PollStatus.FAILED
    assert world.source.last_detail is not None
    assert world.source.last_detail.startswith("protocol_error")


# ------------------------------------------------------------------------------------------- repetition


def test_a_poll_that_dies_before_its_end_submits_the_same_again() -> None:
    # Given a poll that sends all of its submissions and dies
    world = World()
    feed = world.lists("feed", item(1), item(2))
    world.queues.error = ThrottledError("refused")
    with pytest.raises(ThrottledError):
        world.poll(feed)
    # When it is delivered again, and dies behind what was seen
    world.store.fail_next("save", ThrottledError("refused"))
    with pytest.raises(ThrottledError):
        world.poll(feed)
    # Then all that was sent has the same ids, and the last delivery has nothing left to do
    assert world.poll(feed) is PollStatus.NOTHING_NEW
    assert len(world.queues.bodies) == 4
    assert len(set(world.queues.bodies)) == 2


def test_a_message_about_another_version_is_stale() -> None:
    world = World()
    version = world.source.version
    world.poll(world.lists("feed", item(1)))
    again = world.stage.handle(SourceDue(source_id=world.id, version=version))
    unknown = world.stage.handle(SourceDue(source_id=source_id_of("https://other.example/"), version=1))
    assert (again, unknown) == (PollStatus.STALE, PollStatus.STALE)
    assert len(world.requests) == 1


def test_a_poll_during_which_the_source_was_edited_changes_nothing() -> None:
    world = World()
    feed = world.lists("feed", item(1))
    world.store.save(world.source.model_copy(update={"version": 2}))
    world.store.fail_next("keep_seen", ThrottledError("x"))
    with pytest.raises(ThrottledError):
        world.poll(feed)
    assert world.source.polls == 0


# ------------------------------------------------------------------------------------------- further documents


def index(world: World, *names: str, updated: str | None = "2026-03-14") -> FetchResponse:
    further = tuple(Further(f"{SITE}/{name}.xml", updated) for name in names)
    return world.lists("index", kind=SourceKind.SITEMAP, format="sitemap_index", links_to_read_next=further)


def test_what_an_index_leads_to_is_read_one_after_the_other_and_once() -> None:
    # Given
    world = World()
    # When an index is polled as often as it is due at once
    assert world.poll(index(world, "a", "b")) is PollStatus.NOTHING_NEW
    assert world.due_in() == 1
    assert world.poll(world.lists("a", item(1))) is PollStatus.NEW
    assert world.due_in() == 1
    assert world.poll(world.lists("b", item(2))) is PollStatus.NEW
    # Then it is due after its interval, and what did not change is not read again
    due = world.due_in()
    assert due is not None
    assert due > 60
    assert [request.url for request in world.requests] == [URL, f"{SITE}/a.xml", f"{SITE}/b.xml"]
    world.set(body_hash=None)
    world.poll(index(world, "a", "b", "c"))
    assert [unread.url for unread in world.source.unread] == [f"{SITE}/c.xml"]


def test_what_an_index_leads_to_is_bounded() -> None:
    # Given an index that leads to more than waits at once
    world = World()
    names = [f"part-{number}" for number in range(MOST_UNREAD + 3)]
    world.poll(replace(index(world, *names), headers=(("ETag", '"v1"'),)))
    # Then the others are found by the next poll of the index, which no 304 hides
    assert len(world.source.unread) == MOST_UNREAD
    assert (world.source.etag, world.source.body_hash) == (None, None)
    for name in names[:MOST_UNREAD]:
        world.poll(world.lists(name))
    assert world.source.unread == ()
    world.poll(index(world, *names))
    assert len(world.source.unread) == 3


def test_an_index_that_leads_to_itself_is_not_read_for_ever() -> None:
    world = World()
    endless = [index(world, f"deeper-{number}", updated=None) for number in range(10)]
    polls = 0
    for step in endless:
        name = f"deeper-{polls}"
        world.documents["index"] = SourceDocument(
            SourceKind.SITEMAP, "sitemap_index", links_to_read_next=(Further(f"{SITE}/{name}.xml"),)
        )
        world.poll(step)
        polls += 1
        if not world.source.unread:
            break
    assert polls == 4


def test_a_further_document_that_is_broken_is_passed_over_and_comes_again() -> None:
    world = World()
    world.poll(index(world, "a", "b"))
    assert world.poll(PermanentError(Reason.NOT_FOUND, "status 404")) is PollStatus.FAILED
    assert [unread.url for unread in world.source.unread] == [f"{SITE}/b.xml"]
    world.poll(world.lists("b", item(2)))
    assert world.source.failures == 0
    world.poll(index(world, "a", "b"))
    assert [unread.url for unread in world.source.unread] == [f"{SITE}/a.xml"]


# ------------------------------------------------------------------------------------------- when it is polled next


def test_the_interval_follows_what_the_source_publishes_and_states() -> None:
    world = World()
    moments = [to_text(world.clock() - number * HOUR) for number in range(10)]
    items = [item(number, published=moments[number]) for number in range(10)]
    world.poll(world.lists("feed", *items))
    assert world.due_in() == 900
    world.poll(world.lists("later", *items, interval=timedelta(hours=2)))
    assert world.due_in() == 7200
    world.poll(replace(world.lists("again", item(99)), headers=(("Cache-Control", "public, max-age=3600"),)))
    assert world.due_in() == 3600


def test_a_host_without_a_slot_defers_the_poll_and_nothing_else() -> None:
    world = World()
    world.hosts.reserve("news.example", world.clock() + MINUTE, 2.0, 1000.0)
    before = world.source
    assert world.poll() is PollStatus.DEFERRED
    assert world.requests == []
    assert (world.source.polls, world.source.failures) == (0, 0)
    assert world.source.due_at is not None
    assert world.source.due_at > (before.due_at or 0)


def test_a_failure_backs_off_and_a_success_forgets_it() -> None:
    world = World()
    waits = []
    for _ in range(4):
        assert world.poll(TransientError(Reason.TIMEOUT, "20 s")) is PollStatus.FAILED
        waits.append(world.due_in())
    assert waits == [900, 1800, 3600, 7200]
    assert (world.source.failures, world.source.last_detail) == (4, "timeout: 20 s")
    world.poll(world.lists("feed", item(1)))
    assert (world.source.failures, world.source.failing_since) == (0, None)


def test_a_host_that_asks_for_a_pause_is_left_alone_for_so_long() -> None:
    world = World()
    world.poll(OverloadedError(Reason.RATE_LIMITED, "status 429", retry_after_seconds=7200.0))
    assert world.due_in() == 7200
    back_off = world.hosts.last_back_off("news.example")
    assert back_off is not None


def test_what_cannot_be_read_is_a_failure_with_its_reason() -> None:
    world = World()
    world.documents["page"] = UnreadableSourceError(UnreadableReason.WEB_PAGE)
    assert world.poll(answer("page")) is PollStatus.FAILED
    assert world.source.last_detail == "unreadable: web_page"


def test_a_broken_feed_gives_what_can_be_read_and_a_warning() -> None:
    world = World()
    world.poll(world.lists("feed", item(1), warnings=(ReadingWarning.BROKEN,)))
    assert (world.source.last_status, world.source.last_detail) == ("new", "broken")


# ------------------------------------------------------------------------------------------- the end of a source


@pytest.mark.parametrize(
    ("reason", "days", "paused_for"),
    [
        (Reason.GONE, 3, PauseReason.GONE),
        (Reason.NOT_FOUND, 3, PauseReason.GONE),
        (Reason.ACCESS_DENIED, 7, PauseReason.FORBIDDEN),
        (Reason.ROBOTS_DISALLOWED, 7, PauseReason.FORBIDDEN),
        (Reason.TLS_ERROR, 31, PauseReason.BROKEN),
    ],
)
def test_a_source_that_is_gone_on_several_days_is_paused(reason: Reason, days: int, paused_for: PauseReason) -> None:
    world = World()
    for _ in range(days - 1):
        for _ in range(3):
            assert world.poll(PermanentError(reason, "so it says")) is PollStatus.FAILED
        world.clock.advance(86400)
    assert world.poll(PermanentError(reason, "so it says")) is PollStatus.PAUSED
    assert (world.source.state, world.source.paused_reason, world.source.due_at) == ("paused", paused_for, None)
    assert world.poll() is PollStatus.STALE


def test_a_day_on_which_it_was_there_begins_the_count_anew() -> None:
    world = World()
    gone = PermanentError(Reason.GONE, "status 410")
    for given in (gone, gone, world.lists("feed", item(1)), gone, gone):
        assert world.poll(given) is not PollStatus.PAUSED
        world.clock.advance(86400)
    assert world.source.state is SourceState.ACTIVE


def test_a_permanent_redirect_is_followed_once_two_days_say_so() -> None:
    # Given
    world = World()
    target = f"{SITE}/new-feed.xml"
    feed = replace(world.lists("feed", item(1)), redirects=(Hop(URL, 301, target),), final_url=target)
    # When
    world.poll(feed)
    world.poll(feed)
    assert world.source.url == URL
    world.clock.advance(86400)
    world.poll(feed)
    # Then its address is another, its id the same, and nothing is submitted twice
    assert (world.source.url, world.source.source_id) == (target, world.id)
    world.poll(world.lists("later", item(1)))
    assert world.requests[-1].url == target
    assert len(world.queues.bodies) == 1


def test_a_temporary_redirect_moves_nothing() -> None:
    world = World()
    target = f"{SITE}/new-feed.xml"
    feed = replace(world.lists("feed", item(1)), redirects=(Hop(URL, 302, target),), final_url=target)
    for _ in range(3):
        world.poll(feed)
        world.clock.advance(86400)
    assert (world.source.url, world.source.moved_to) == (URL, None)


def test_a_source_that_moves_to_another_one_is_paused() -> None:
    world = World()
    target = f"{SITE}/new-feed.xml"
    world.store.add(new_source(SourceKind.FEED, target, world.clock()))
    feed = replace(world.lists("feed", item(1)), redirects=(Hop(URL, 308, target),), final_url=target)
    world.poll(feed)
    world.clock.advance(86400)
    assert world.poll(feed) is PollStatus.PAUSED
    assert world.source.paused_reason is PauseReason.DUPLICATE


def test_a_source_whose_new_address_is_added_later_is_paused() -> None:
    # Given a source that has moved
    world = World()
    target = f"{SITE}/new-feed.xml"
    feed = replace(world.lists("feed", item(1)), redirects=(Hop(URL, 308, target),), final_url=target)
    world.poll(feed)
    world.clock.advance(86400)
    world.poll(feed)
    assert world.poll(world.lists("later", item(1))) is PollStatus.NOTHING_NEW
    # When somebody adds its new address, Then only that one goes on
    world.store.add(new_source(SourceKind.FEED, target, world.clock()))
    assert world.poll(world.lists("latest", item(2))) is PollStatus.PAUSED
    assert (world.source.paused_reason, world.source.last_detail) == (PauseReason.DUPLICATE, f"moved to {target}")
    assert len(world.queues.bodies) == 1


# ------------------------------------------------------------------------------------------- warnings


def test_a_source_that_fell_silent_is_warned_of_until_it_speaks() -> None:
    world = World()
    moments = [to_text(world.clock() - number * HOUR) for number in range(10)]
    feed = world.lists("feed", *(item(number, published=moments[number]) for number in range(10)))
    warned = []
    for later, given in ((0, feed), (5, feed), (0, world.lists("later", item(99)))):
        world.clock.advance(later * 86400)
        world.poll(given)
        warned.append(world.source.warnings)
    assert warned == [(), (SourceWarning.SILENT,), ()]


def test_a_source_whose_yield_fell_is_warned_of() -> None:
    world = World()
    today = world.clock().date()
    for days_ago in range(1, 28):
        day = (today - timedelta(days=days_ago)).isoformat()
        counts = {"failed": 10} if days_ago <= 7 else {"indexed": 10}
        world.store.counted[world.id, day] = DayYield(day=day, **counts)
    world.poll(world.lists("feed", item(1)))
    assert world.source.warnings == (SourceWarning.FEWER_ARTICLES,)
