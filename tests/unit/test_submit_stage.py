"""Every submission ends up recorded, and every accepted URL on its way to fetch, once.

Comes in: bodies of intake records, and a store, a queue and a clock in memory. Goes out: assertions.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from random import Random
from typing import Any

import pytest

from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from harness.simulation import SimulatedTime
from newsdesk.articles import ArticleState, Stage, visit_begun, with_submission
from newsdesk.articles.lifecycle import retry_scheduled
from newsdesk.contracts import FeedItem, FetchRequested, StageMessage
from newsdesk.errors import ConflictError
from newsdesk.runtime import CONTENDED, Worker
from submitter.stage import SubmitStage
from tests.examples import NOW, TIMEOUTS, advanced, at_stage, id_of, new_state, url_of

MESSAGE_ID = "00000000-0000-4000-8000-000000000001"


class Desk:
    """A submit stage and everything around it."""

    def __init__(self, *states: ArticleState) -> None:
        self.store = InMemoryArticleStore(*states)
        self.sender = RecordingSender()
        self.clock = FakeClock()
        pauses = replace(CONTENDED, sleep=self.clock.sleep)
        self.stage = SubmitStage(Worker(self.store, self.sender, self.clock, TIMEOUTS, pauses), InMemoryObjectStore())

    def submit(self, url: str = url_of(), submission_id: str | None = "first", **fields: object) -> str:
        body = {"url": url, "submissionId": submission_id, **fields}
        return self.stage.handle(json.dumps({name: value for name, value in body.items() if value}), MESSAGE_ID)

    @property
    def messages(self) -> list[StageMessage]:
        """What was sent, but for the leases that went with it."""
        return [message.model_copy(update={"lease": None}) for message in self.sender.sent]

    @property
    def article(self) -> ArticleState:
        state = self.store.find(id_of())
        assert state is not None
        return state


def requested(run: int = 1, correlation_id: str | None = None) -> FetchRequested:
    return FetchRequested(article_id=id_of(), run=run, correlation_id=correlation_id, host="news.example")


def test_a_new_url_is_recorded_and_sent_to_fetch() -> None:
    # Given an empty desk, When a URL is submitted
    desk = Desk()
    status = desk.submit(
        f"https://NEWS.example:443{url_of()[20:]}?utm_source=letter#top",
        tags=["world"],
        priority="high",
        correlationId="c-1",
        discovery="feed",
    )

    # Then the article is on its way under its canonical URL
    assert status == "started"
    assert (desk.article.url, desk.article.host, desk.article.stage) == (url_of(), "news.example", Stage.FETCH)
    assert desk.article.requested_url == f"{url_of()}?utm_source=letter"
    assert desk.article.submissions == ("first",)
    assert desk.article.due_at == math.ceil(desk.clock().timestamp()) + TIMEOUTS.stuck_after_seconds
    assert desk.messages == [requested(correlation_id="c-1")]

    # And the submission is recorded with all that was said
    record = desk.store.submission("first")
    assert record is not None
    assert (record.article_id, record.run, record.outcome) == (id_of(), 1, None)
    assert (record.tags, record.priority, record.correlation_id, record.discovery) == (
        ("world",),
        "high",
        "c-1",
        "feed",
    )


def test_a_submission_without_an_id_goes_by_the_messages_id() -> None:
    desk = Desk()
    assert desk.submit(submission_id=None) == "started"
    assert desk.store.submission(MESSAGE_ID) is not None


def test_a_redelivered_submission_changes_nothing_and_sends_again() -> None:
    # Given a submission that was taken
    desk = Desk()
    desk.submit()
    before = desk.article

    # When it is delivered again, after the lease that went with its message
    desk.clock.advance(TIMEOUTS.entrusted_seconds)
    status = desk.submit()

    # Then the article has not moved, and fetch's message was sent once more: the first may be lost
    assert status == "repeated"
    assert desk.article == before
    assert desk.messages == [requested(), requested()]


def test_a_submission_that_comes_twice_at_once_sends_one_message() -> None:
    # Given a submission that was taken, When its client repeats it while the lease holds that went with its message
    desk = Desk()
    desk.submit()
    desk.clock.advance(TIMEOUTS.entrusted_seconds - 1)

    # Then nobody else is sent to the page
    assert desk.submit() == "repeated"
    assert len(desk.sender.sent) == 1


def test_a_run_that_nobody_asked_for_is_looked_at_soon_once_somebody_does() -> None:
    # Given a visit by the schedule, which is looked at when the next one will be
    rest = at_stage(Stage.REST)
    desk = Desk(visit_begun(rest, NOW + timedelta(days=9), TIMEOUTS))
    desk.clock.now = NOW + timedelta(days=9)
    assert (desk.article.due_at or 0) > desk.clock().timestamp() + TIMEOUTS.stuck_after_seconds

    # When somebody submits its URL
    assert desk.submit(submission_id="second") == "joined"

    # Then a message that was lost is sent again as soon as any submitter's is
    assert desk.article.due_at == math.ceil(desk.clock().timestamp()) + TIMEOUTS.stuck_after_seconds


def test_a_worker_killed_before_sending_is_made_good_by_the_redelivery() -> None:
    # Given a worker that died between its write and its message
    desk = Desk()
    desk.sender.fail_next("send", OSError("killed"))
    with pytest.raises(OSError, match="killed"):
        desk.submit()
    assert desk.sender.sent == []

    # When the submission is delivered again, which the queue does after the lease that went with the message
    desk.clock.advance(TIMEOUTS.entrusted_seconds)
    status = desk.submit()

    # Then the message is sent, and nothing is recorded twice
    assert status == "repeated"
    assert desk.messages == [requested()]
    assert (desk.article.version, desk.article.submissions) == (1, ("first",))


def test_a_worker_killed_after_its_write_is_made_good_by_the_redelivery() -> None:
    # Given a worker that died as its write was accepted
    desk = Desk()
    desk.store.fail_next("save", OSError("killed"), after=True)
    with pytest.raises(OSError, match="killed"):
        desk.submit()

    # When the submission is delivered again, Then its message is sent
    desk.clock.advance(TIMEOUTS.entrusted_seconds)
    assert desk.submit() == "repeated"
    assert desk.messages == [requested()]


@pytest.mark.parametrize("stage", [Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX])
def test_a_submission_of_an_article_in_flight_joins_its_run(stage: Stage) -> None:
    # Given an article on its way
    before = at_stage(stage)
    desk = Desk(before)

    # When it is submitted again
    status = desk.submit(submission_id="second")

    # Then the submission waits for the same run, and nobody fetches twice
    assert status == "joined"
    assert desk.article == with_submission(before, "second")
    assert desk.sender.sent == []
    record = desk.store.submission("second")
    assert record is not None
    assert (record.article_id, record.run) == (id_of(), 1)


def test_a_submission_of_an_article_at_rest_starts_another_run() -> None:
    # Given an article that was committed
    before = at_stage(Stage.REST)
    desk = Desk(before)

    # When it is submitted again
    status = desk.submit(submission_id="second", correlationId="c-2")

    # Then it is visited again, and keeps its current revision and its validators
    assert status == "started"
    assert (desk.article.run, desk.article.stage, desk.article.submissions) == (2, Stage.FETCH, ("second",))
    assert (desk.article.current, desk.article.validators) == (before.current, before.validators)
    assert desk.messages == [requested(run=2, correlation_id="c-2")]


def test_two_urls_of_one_article_are_one_article() -> None:
    desk = Desk()
    assert desk.submit(f"{url_of()}?fbclid=1", submission_id="first") == "started"
    assert desk.submit(f"{url_of()}#comments", submission_id="second") == "joined"
    assert list(desk.store.states) == [id_of()]
    assert desk.article.submissions == ("first", "second")


def test_a_submission_of_an_alias_goes_to_the_article_it_leads_to() -> None:
    # Given a URL that is known to lead to another article
    target = at_stage(Stage.REST, 1)
    desk = Desk(target)
    desk.store.add_alias(id_of(0), id_of(1))

    # When it is submitted
    status = desk.submit(url_of(0))

    # Then the other article is visited
    assert status == "started"
    assert id_of(0) not in desk.store.states
    assert desk.store.states[id_of(1)].run == 2
    record = desk.store.submission("first")
    assert record is not None
    assert record.article_id == id_of(1)


@pytest.mark.parametrize(
    "moved",
    [
        lambda state: retry_scheduled(state, FakeClock()(), 600, "timeout"),
        lambda state: advanced(state, Stage.EXTRACT),
        lambda state: advanced(state, Stage.REST),
    ],
    ids=["waiting", "fetched", "ended"],
)
def test_a_redelivery_does_not_hurry_a_run_that_has_moved_on(moved: Callable[[ArticleState], ArticleState]) -> None:
    # Given a submission whose article waits for its host, is past fetch, or is done
    desk = Desk()
    desk.submit()
    desk.sender.sent.clear()
    desk.store.states[id_of()] = moved(desk.article)

    # When the submission is delivered again, Then no message is sent
    assert desk.submit() == "repeated"
    assert desk.sender.sent == []


def test_a_submission_joins_when_another_was_quicker() -> None:
    # Given another worker that takes the same new URL between our look and our write
    desk = Desk()
    desk.store.before_save = lambda state: desk.store.states.update({state.article_id: new_state()})

    # When ours is taken
    status = desk.submit(submission_id="second")

    # Then it joins the other's run
    assert status == "joined"
    assert desk.article.submissions == ("submission-0", "second")
    assert desk.sender.sent == []


def test_a_submission_starts_a_run_when_the_one_it_joined_has_just_ended() -> None:
    # Given an article in flight that ends between our look and our write
    before = at_stage(Stage.INDEX)
    desk = Desk(before)
    desk.store.before_save = lambda state: desk.store.states.update({state.article_id: advanced(before, Stage.REST)})

    # When it is submitted, Then a run of its own begins, which nobody else's end can swallow
    assert desk.submit(submission_id="second") == "started"
    assert (desk.article.run, desk.article.submissions) == (2, ("second",))
    record = desk.store.submission("second")
    assert record is not None
    assert record.run == 2


def test_a_submission_that_keeps_losing_goes_back_to_the_queue() -> None:
    # Given an article that changes before each of our writes
    desk = Desk()
    desk.store.fail_next("save", ConflictError("lost"), times=12)

    # When it is submitted, Then nothing is acknowledged, and the next delivery gets through
    with pytest.raises(ConflictError):
        desk.submit()
    assert desk.store.submission("first") is None
    assert desk.submit() == "started"


class SlowStore:
    """A store whose calls take time, in which others go on."""

    def __init__(self, store: InMemoryArticleStore, time: SimulatedTime, draw: Random) -> None:
        self._store = store
        self._time = time
        self._draw = draw

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self._time.sleep(self._draw.uniform(0.003, 0.008))
            try:
                return getattr(self._store, name)(*arguments)
            finally:
                self._time.sleep(self._draw.uniform(0.003, 0.008))

        return call


@pytest.mark.parametrize("workers", [20, 200])
def test_two_hundred_submissions_of_one_url_at_once_are_all_taken(workers: int) -> None:
    # Given two hundred submissions of one URL, shared out to workers that all begin now
    time, draw, store = SimulatedTime(), Random(20261130), InMemoryArticleStore()
    slow: Any = SlowStore(store, time, draw)
    pauses = replace(CONTENDED, sleep=time.sleep, jitter=draw.random)
    stage = SubmitStage(Worker(slow, RecordingSender(), time, TIMEOUTS, pauses), InMemoryObjectStore())
    statuses: Counter[str] = Counter()

    def work(worker: int) -> None:
        for number in range(worker, 200, workers):
            body = json.dumps({"url": url_of(), "submissionId": f"submission-{number}"})
            statuses[stage.handle(body, f"message-{number}")] += 1

    # When they are at it at the same time
    for worker in range(workers):
        time.start(partial(work, worker))
    time.run()

    # Then none goes back to its queue, and all wait for the same run
    assert statuses == {"started": 1, "joined": 199}
    assert all(store.submission(f"submission-{number}") is not None for number in range(200))


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("not a url", "rejected:invalid_url"),
        ("https://", "rejected:invalid_url"),
        ("ftp://news.example/story", "rejected:unsupported_scheme"),
        ("javascript:alert(1)", "rejected:unsupported_scheme"),
        ("https://user:secret@news.example/", "rejected:credentials_in_url"),
        ("https://news.example/" + "a" * 2048, "rejected:url_too_long"),
        ("http://127.0.0.1/", "rejected:blocked_address"),
        ("http://[::1]/", "rejected:blocked_address"),
        ("http://0x7f.1/", "rejected:blocked_address"),
        ("http://169.254.169.254/latest/", "rejected:blocked_address"),
        ("http://localhost/", "rejected:blocked_address"),
        ("https://news.example:8443/", "rejected:blocked_port"),
    ],
)
def test_a_url_that_may_not_be_taken_is_recorded_with_its_reason(url: str, outcome: str) -> None:
    # Given an empty desk, When such a URL is submitted
    desk = Desk()
    status = desk.submit(url, tags=["world"], correlationId="c-1")

    # Then the refusal is recorded, and nothing else happens
    assert status == "rejected"
    assert (desk.store.states, desk.sender.sent) == ({}, [])
    record = desk.store.submission("first")
    assert record is not None
    assert (record.outcome, record.article_id, record.tags, record.correlation_id) == (outcome, None, ("world",), "c-1")
    assert len(record.url) <= 2048


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("{", "rejected:malformed_message"),
        ('{"schemaVersion": 2}', "rejected:unknown_version"),
        ('{"detail-type": "Other"}', "rejected:malformed_message"),
    ],
)
def test_a_body_that_is_no_submission_is_recorded_and_acknowledged(body: str, outcome: str) -> None:
    # Given an empty desk, When such a body is delivered, twice
    desk = Desk()
    assert [desk.stage.handle(body, MESSAGE_ID) for _ in range(2)] == ["rejected", "rejected"]

    # Then it is recorded under the message's id, once
    record = desk.store.submission(MESSAGE_ID)
    assert record is not None
    assert record.outcome == outcome
    assert list(desk.store.submitted) == [MESSAGE_ID]


def test_a_local_stack_may_open_a_private_network() -> None:
    # Given a desk that allows loopback, and one that does not
    desk, strict = Desk(), Desk()
    desk.stage = SubmitStage(desk.stage.worker, desk.stage.objects, networks=(ip_network("127.0.0.0/8"),))

    # When an address in it is submitted, with a port of its own, Then the first takes it and the second does not
    assert desk.submit("http://127.0.0.1:8099/story") == "started"
    assert strict.submit("http://127.0.0.1:8099/story") == "rejected"


def test_a_refusal_that_was_not_recorded_is_not_acknowledged() -> None:
    desk = Desk()
    desk.store.fail_next("reject", OSError("down"))
    with pytest.raises(OSError, match="down"):
        desk.submit("not a url")
    assert desk.submit("not a url") == "rejected"


def test_a_page_in_an_amp_cache_is_submitted_under_its_own_url() -> None:
    # Given a desk, When a viewer's URL of a page is submitted
    desk = Desk()
    viewed = f"https://www.google.com/amp/s/{url_of().removeprefix('https://')}?amp=1"
    assert desk.submit(viewed) == "started"

    # Then the page's own host is asked, and the record says what was submitted
    assert (desk.article.url, desk.article.host, desk.article.requested_url) == (url_of(), "news.example", viewed)
    record = desk.store.submission("first")
    assert record is not None
    assert record.url == viewed


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ("127.0.0.1/latest", "blocked_address"),
        ("0x7f.1/latest", "blocked_address"),
        ("a.localhost/latest", "blocked_address"),
        ("news.example:22/latest", "blocked_port"),
    ],
)
def test_an_amp_cache_is_no_way_inside(inner: str, reason: str) -> None:
    # Given a public cache's URL that holds an inner one, When it is submitted, Then the inner one is judged
    desk = Desk()
    assert desk.submit(f"https://www.google.com/amp/s/{inner}") == "rejected"
    record = desk.store.submission("first")
    assert record is not None
    assert record.outcome == f"rejected:{reason}"
    assert desk.store.states == {}


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("ftp://news.example/story", "rejected:unsupported_scheme"),
        ("https://news.example:8443/story", "rejected:blocked_port"),
        ("http://127.0.0.1/story", "rejected:blocked_address"),
    ],
)
def test_a_url_refused_at_the_door_under_a_taken_id_is_recorded_under_the_messages_own(
    address: str, outcome: str
) -> None:
    # Given a submission
    desk = Desk()
    desk.submit()

    # When a URL that is refused at the door comes under its id, and is delivered again
    assert [desk.submit(url=address), desk.submit(url=address)] == ["rejected", "rejected"]

    # Then the refusal has a record of its own, and the first submission keeps its own
    refused = desk.store.submission(MESSAGE_ID)
    first = desk.store.submission("first")
    assert refused is not None
    assert first is not None
    assert (refused.url, refused.outcome) == (address, outcome)
    assert (first.url, first.outcome) == (url_of(), None)


def test_a_refusal_delivered_again_is_recorded_once() -> None:
    desk = Desk()
    assert [desk.submit(url="ftp://news.example/story") for _ in range(2)] == ["rejected", "rejected"]
    assert list(desk.store.submitted) == ["first"]


def test_a_malformed_message_takes_no_id() -> None:
    # Given a message that is no submission and names an id
    desk = Desk()
    assert desk.stage.handle(json.dumps({"submissionId": "first", "tags": "none"}), "another-message") == "rejected"

    # When a submission comes under that id, Then the id is free for it
    assert desk.submit() == "started"
    assert {name: record.outcome for name, record in desk.store.submitted.items()} == {
        "another-message": "rejected:malformed_message",
        "first": None,
    }


def test_an_id_that_another_url_has_is_refused_under_the_messages_own() -> None:
    # Given a submission
    desk = Desk()
    assert desk.submit() == "started"

    # When another URL comes under its id, and comes again
    other = "https://news.example/another"
    assert desk.submit(url=other) == "rejected"
    assert desk.submit(url=other) == "rejected"

    # Then both have their outcome, and the first is not touched
    refused = desk.store.submission(MESSAGE_ID)
    assert refused is not None
    assert (refused.url, refused.outcome) == (other, "rejected:submission_id_reused")
    first = desk.store.submission("first")
    assert first is not None
    assert (first.url, first.outcome) == (url_of(), None)
    assert len(desk.sender.sent) == 1


# -------------------------------------------------------------------------------------------- priority


def test_bulk_waits_for_its_turn_and_sends_nothing() -> None:
    # Given an empty desk, When a submission of bulk comes in
    desk = Desk()
    assert desk.submit(priority="bulk") == "started"

    # Then its run is recorded, due since now, and no queue hears of it, not even on a second delivery
    assert (desk.article.waiting, desk.article.priority) == ("turn", "bulk")
    assert desk.article.due_at == int(desk.clock().timestamp())
    assert desk.submit(priority="bulk") == "repeated"
    assert desk.sender.sent == []
    assert list(desk.store.awaiting_turn(10)) == [id_of()]


def test_bulk_of_a_known_article_waits_for_its_turn_too() -> None:
    desk = Desk(at_stage(Stage.REST))
    assert desk.submit(priority="bulk") == "started"
    assert (desk.article.run, desk.article.waiting, desk.sender.sent) == (2, "turn", [])


@pytest.mark.parametrize("priority", [None, "normal", "high"])
def test_a_live_submission_ends_the_wait_of_bulk_for_the_same_url(priority: str | None) -> None:
    # Given a URL of bulk that waits for its turn
    desk = Desk()
    desk.submit(priority="bulk")

    # When somebody submits it who does not want to wait
    assert desk.submit(submission_id="second", priority=priority) == "joined"

    # Then it is on its way, once, for both
    assert (desk.article.waiting, desk.article.submissions) == (None, ("first", "second"))
    assert desk.article.priority == ("high" if priority == "high" else None)
    assert desk.messages == [requested()]
    assert desk.article.due_at == math.ceil(desk.clock().timestamp() + TIMEOUTS.stuck_after_seconds)


def test_a_live_submission_that_died_before_its_message_sends_it_again() -> None:
    # Given bulk that was hurried by a delivery that died behind its write
    desk = Desk()
    desk.submit(priority="bulk")
    desk.sender.fail_next("send", OSError("killed"))
    with pytest.raises(OSError, match="killed"):
        desk.submit(submission_id="second")

    # When that delivery comes again, Then the message is sent
    assert desk.submit(submission_id="second") == "repeated"
    assert desk.messages == [requested()]


@pytest.mark.parametrize(("before", "after"), [(None, "bulk"), ("high", "normal"), ("bulk", "bulk")])
def test_who_can_wait_longer_changes_nothing_for_those_who_were_there(before: str | None, after: str) -> None:
    desk = Desk()
    desk.submit(priority=before)
    waiting, sent = desk.article.waiting, list(desk.sender.sent)
    assert desk.submit(submission_id="second", priority=after) == "joined"
    assert (desk.article.waiting, desk.article.priority, desk.sender.sent) == (waiting, before, sent)


def test_a_retry_is_not_hurried() -> None:
    # Given bulk that failed and waits for its next attempt, When it is submitted with high priority
    waiting = retry_scheduled(new_state(priority="bulk"), FakeClock()(), 300, "timeout")
    desk = Desk(waiting)
    desk.submit(submission_id="second", priority="high")

    # Then the server is not asked sooner, and the run goes first from there
    assert (desk.article.waiting, desk.article.due_at, desk.article.priority) == ("retry", waiting.due_at, "high")
    assert desk.sender.sent == []


def test_what_a_feed_says_of_a_url_is_kept_with_its_article() -> None:
    # Given an article in flight of which nothing is known but its address
    desk = Desk()
    desk.submit()
    # When a feed tells of it, and then another one
    desk.submit(submission_id="second", feedItem={"published": "2026-11-30"})
    desk.submit(submission_id="third", feedItem={"published": "2026-11-29"})
    # Then the run has what the first one said
    assert desk.article.feed_item == FeedItem(published="2026-11-30")


@pytest.mark.parametrize(("said", "kept"), [("2026-11-30", "2026-11-30"), (None, "2026-11-29")])
def test_a_visit_has_the_latest_that_a_feed_said(said: str | None, kept: str) -> None:
    # Given an article at rest that a feed has told of
    desk = Desk(at_stage(Stage.REST).model_copy(update={"feed_item": FeedItem(published="2026-11-29")}))
    # When it is submitted again
    desk.submit(feedItem={"published": said} if said else None)
    # Then
    assert desk.article.feed_item == FeedItem(published=kept)
