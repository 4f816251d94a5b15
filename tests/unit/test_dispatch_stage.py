"""What is due is released, what is stuck is sent again, and neither forever.

Comes in: articles at all points of their runs, and a store, a queue and a clock in memory. Goes out: assertions.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import timedelta
from itertools import chain, repeat

import pytest

from dispatcher.stage import HORIZON_SECONDS, DispatchStage, DispatchStatus
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryDueSources, InMemorySourceStore, RecordingSender
from newsdesk.articles import MAXIMUM_RESENDS, ArticleState, Stage, WriteOnce, message_for, put_off, with_submission
from newsdesk.articles.lifecycle import deferred, leased, retry_scheduled
from newsdesk.contracts import FetchRequested, StageMessage
from newsdesk.errors import ConflictError, ThrottledError
from newsdesk.runtime import Worker
from newsdesk.sources import PauseReason, SourceKind, new_source, paused
from tests.examples import NOW, TIMEOUTS, advanced, at_stage, id_of, new_state

WORKING = (Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX)


class Desk:
    """A dispatch stage and everything around it."""

    def __init__(
        self,
        *states: ArticleState,
        limit_per_shard: int = 100,
        workers: int = 1,
        bulk_in_flight: int = 100,
        backlog: int = 0,
    ) -> None:
        self.queued = backlog
        self.backlog_error: Exception | None = None
        self.store = InMemoryArticleStore(*states)
        self.sender = RecordingSender()
        self.clock = FakeClock(NOW)
        self.sources = InMemoryDueSources(InMemorySourceStore())
        self.stage = DispatchStage(
            Worker(self.store, self.sender, self.clock, TIMEOUTS),
            shards=self.store.shards,
            limit_per_shard=limit_per_shard,
            workers=workers,
            bulk_in_flight=bulk_in_flight,
            backlog=self._backlog,
            sources=self.sources,
            source_shards=1,
        )

    def _backlog(self) -> int:
        if self.backlog_error is not None:
            raise self.backlog_error
        return self.queued

    def run(self) -> dict[str, int]:
        return {status.value: number for status, number in self.stage.run(lambda: True).items()}

    @property
    def messages(self) -> list[StageMessage]:
        """What was sent, but for the leases that went with it."""
        return [
            message.model_copy(update={"lease": None}) if isinstance(message, FetchRequested) else message
            for message in self.sender.sent
        ]

    @property
    def article(self) -> ArticleState:
        return self.store.states[id_of()]


def retrying(seconds: float, number: int = 0) -> ArticleState:
    return retry_scheduled(leased(new_state(number), "worker", NOW, TIMEOUTS), NOW, seconds, "timeout")


def test_a_retry_is_released_when_its_time_has_come() -> None:
    # Given a fetch that waits for its next attempt
    desk = Desk(retrying(300))

    # When dispatch runs before and after
    early = desk.run()
    desk.clock.advance(301)
    released = desk.run()

    # Then it is sent once, keeps its attempts, and costs no resend
    assert (early, released) == ({}, {"released": 1})
    assert desk.messages == [message_for(new_state())]
    assert desk.sender.delays == [0]
    assert (desk.article.waiting, desk.article.attempts, desk.article.resends) == (None, 1, 0)
    assert desk.run() == {}


def test_what_falls_due_before_the_next_run_is_sent_now_with_a_delay() -> None:
    # Given a fetch that waits for its host for another forty seconds
    desk = Desk(deferred(leased(new_state(), "worker", NOW, TIMEOUTS), NOW + timedelta(seconds=40)))

    # When dispatch runs, Then the queue keeps the message until then
    assert desk.run() == {"released": 1}
    assert 40 <= desk.sender.delays[0] <= 41


def test_what_falls_due_after_the_next_run_waits() -> None:
    desk = Desk(retrying(HORIZON_SECONDS + 2))
    assert desk.run() == {}
    assert desk.sender.sent == []


@pytest.mark.parametrize("stage", WORKING)
def test_a_message_that_was_lost_is_sent_again(stage: Stage) -> None:
    # Given an article that has not moved for too long
    desk = Desk(at_stage(stage))
    desk.clock.advance(TIMEOUTS.stuck_after_seconds + 1)

    # When dispatch runs
    moved = desk.run()

    # Then its stage gets the very same message again, and the article is looked at later once more
    assert moved == {"resent": 1}
    assert desk.messages == [message_for(at_stage(stage))]
    assert (desk.article.stage, desk.article.resends) == (stage, 1)
    assert desk.article.due_at == math.ceil(desk.clock().timestamp()) + 2 * TIMEOUTS.stuck_after_seconds
    assert desk.run() == {}


@pytest.mark.parametrize("stage", WORKING)
def test_work_that_is_not_overdue_is_left_alone(stage: Stage) -> None:
    # Given an article that is within its time, by a minute or by a second
    for seconds in (0, 1, HORIZON_SECONDS):
        desk = Desk(at_stage(stage))
        desk.clock.advance(TIMEOUTS.stuck_after_seconds - 1 - seconds)

        # When dispatch runs, Then nothing is hurried
        assert desk.run() == {}
        assert desk.article == at_stage(stage)


def test_work_that_never_finishes_ends_as_stuck() -> None:
    # Given an article whose messages lead nowhere
    desk = Desk(at_stage(Stage.ENRICH))
    moved: Counter[str] = Counter()
    for resends in range(MAXIMUM_RESENDS + 3):
        desk.clock.advance(TIMEOUTS.stuck_after_seconds * 2**resends + 1)

        # When dispatch looks at it again and again, each time with twice the patience
        moved += desk.stage.run(lambda: True)

    # Then it is sent as often as allowed, and its submission gets an outcome
    assert moved == {"resent": MAXIMUM_RESENDS, "stuck": 1}
    assert len(desk.sender.sent) == MAXIMUM_RESENDS
    outcome = desk.store.outcome(id_of(), 1)
    assert outcome is not None
    assert (outcome.outcome, outcome.submissions) == ("failed:stuck", ("submission-0",))
    assert outcome.detail is not None
    assert {"enrich", str(MAXIMUM_RESENDS)} <= set(re.findall(r"\w+", outcome.detail))
    assert desk.article.stage is Stage.REST


def test_a_committed_article_is_visited_again_by_schedule() -> None:
    # Given a committed article whose next visit is due
    desk = Desk(at_stage(Stage.REST))
    assert desk.run() == {}
    desk.clock.advance(TIMEOUTS.revisits.first_seconds)

    # When dispatch runs, Then its second run begins, for nobody in particular
    assert desk.run() == {"revisited": 1}
    assert (desk.article.run, desk.article.stage, desk.article.submissions) == (2, Stage.FETCH, ())

    # And at its host it gives way to pages that somebody waits for
    assert desk.article.priority == "bulk"
    assert desk.messages == [FetchRequested(article_id=id_of(), run=2, host="news.example")]


def test_an_article_that_somebody_moved_meanwhile_is_left_to_them() -> None:
    # Given a stuck article that moves between dispatch's look and its write
    desk = Desk(at_stage(Stage.EXTRACT))
    desk.clock.advance(TIMEOUTS.stuck_after_seconds + 1)
    desk.store.before_save = lambda _: desk.store.save(advanced(at_stage(Stage.EXTRACT), Stage.ENRICH, desk.clock()))

    # When dispatch runs, Then it sends nothing
    assert desk.run() == {"raced": 1}
    assert desk.sender.sent == []
    assert desk.article.stage is Stage.ENRICH


def test_an_entry_of_the_index_that_is_out_of_date_is_passed_over() -> None:
    # Given an index that still lists what has ended, moved on, or is gone
    desk = Desk(at_stage(Stage.FETCH, 0), at_stage(Stage.REST, 1).model_copy(update={"due_at": None}))
    desk.store.due = lambda shard, until, limit: [id_of(0), id_of(1), id_of(2)] if shard == 0 else []  # type: ignore[method-assign]

    # When dispatch runs, Then it believes the articles
    assert desk.run() == {}
    assert desk.sender.sent == []


def test_a_dispatch_killed_before_sending_is_made_good_later() -> None:
    # Given a dispatch that dies between its write and its message
    desk = Desk(retrying(0))
    desk.clock.advance(1)
    desk.sender.fail_next("send", OSError("down"))
    assert desk.run() == {"failed": 1}

    # When it runs again, at once and after the usual patience
    at_once = desk.run()
    desk.clock.advance(TIMEOUTS.stuck_after_seconds + 1)
    later = desk.run()

    # Then the article was not forgotten
    assert (at_once, later) == ({}, {"resent": 1})
    assert desk.messages == [message_for(new_state())]


def test_two_dispatches_at_once_send_a_message_once() -> None:
    # Given a second dispatch that runs between the first one's look and its write
    desk = Desk(retrying(0))
    desk.clock.advance(1)
    moved: list[dict[str, int]] = []
    desk.store.before_save = lambda _: moved.append(desk.run())

    # When the first goes on, Then it steps back
    moved.append(desk.run())
    assert moved == [{"released": 1}, {"raced": 1}]
    assert len(desk.sender.sent) == 1


def test_a_lost_race_does_not_keep_others_waiting() -> None:
    # Given ten due articles, the first of which is lost to another worker
    desk = Desk(*(retrying(0, number) for number in range(10)))
    desk.clock.advance(1)
    desk.store.fail_next("save", ConflictError("lost"))

    # When dispatch runs, Then the other nine are sent
    assert desk.run() == {"raced": 1, "released": 9}
    assert len({message.article_id for message in desk.sender.sent}) == 9


def test_a_release_whose_answer_was_lost_while_a_submission_joined_is_sent_at_once() -> None:
    # Given a retry that is due, and a write whose answer is lost and which is repeated behind a submission
    desk = Desk(retrying(0))
    desk.clock.advance(1)
    write = desk.store.save

    def lose_answer(state: ArticleState, *records: WriteOnce) -> None:
        write(state, *records)
        write(with_submission(state, "late"))
        write(state, *records)

    desk.store.save = lose_answer  # type: ignore[method-assign]

    # When dispatch runs, Then fetch has its message
    assert desk.run() == {"released": 1}
    assert desk.sender.sent == [message_for(desk.article)]
    assert desk.article.submissions == ("submission-0", "late")


def test_every_shard_is_looked_at() -> None:
    desk = Desk(*(retrying(0, number) for number in range(60)))
    desk.clock.advance(1)
    assert desk.run() == {"released": 60}


def test_a_run_is_bounded_and_the_longest_overdue_come_first() -> None:
    # Given articles of one shard that fell due one after the other
    probe = InMemoryArticleStore()
    numbers = [number for number in range(400) if probe.shard_of(id_of(number)) == 3][:6]
    desk = Desk(*(retrying(10 * place, number) for place, number in enumerate(numbers)), limit_per_shard=2)
    desk.clock.advance(3600)

    # When dispatch runs three times, Then each run takes its share, in order
    sent = []
    for _ in range(3):
        assert desk.run() == {"released": 2}
        sent += [message.article_id for message in desk.sender.sent[-2:]]
    assert sent == [id_of(number) for number in numbers]


def test_a_run_stops_when_its_time_is_short() -> None:
    # Given many due articles, and time for three
    desk = Desk(*(retrying(0, number) for number in range(10)))
    desk.clock.advance(1)
    time = chain([True] * 3, repeat(False))

    # When dispatch runs, Then it stops there, and the next run takes the rest
    assert desk.stage.run(lambda: next(time)) == {"released": 3}
    assert desk.run() == {"released": 7}


def test_joining_a_waiting_run_does_not_make_it_due() -> None:
    desk = Desk(with_submission(retrying(300), "late"))
    assert desk.run() == {}
    desk.clock.advance(301)
    assert desk.run() == {"released": 1}
    assert desk.article.submissions == ("submission-0", "late")


def test_one_articles_trouble_is_not_the_others() -> None:
    # Given two articles that are due, and a queue that refuses the first message
    desk = Desk(retrying(0), retrying(0, number=1))
    desk.clock.advance(1)
    desk.sender.fail_next("send", OSError("down"))

    # When dispatch runs
    moved = desk.run()

    # Then the other one is on its way
    assert moved == {"failed": 1, "released": 1}
    assert len(desk.sender.sent) == 1


@pytest.mark.parametrize("method", ["get", "save"])
def test_an_article_that_the_table_throttles_has_a_status_of_its_own_and_stays_due(method: str) -> None:
    # Given two articles that are due, and a table that ramps up
    desk = Desk(retrying(0), retrying(0, number=1))
    desk.clock.advance(1)
    desk.store.fail_next(method, ThrottledError("busy"))

    # When dispatch runs, Then nothing is an error, and the next run takes what is left
    assert desk.run() == {"throttled": 1, "released": 1}
    assert desk.run() == {"released": 1}


def test_a_shard_that_cannot_be_read_does_not_end_the_run() -> None:
    # Given many due articles, and an index that is throttled once
    desk = Desk(*(retrying(0, number) for number in range(60)))
    desk.clock.advance(1)
    desk.store.fail_next("due", ThrottledError("busy"))

    # When dispatch runs, Then the other shards are moved, and the next run moves the rest
    first = desk.run()
    assert first["throttled"] == 1
    assert first["released"] + desk.run()["released"] == 60


def test_several_workers_move_each_article_once() -> None:
    # Given many articles that wait for a retry
    desk = Desk(*(retrying(0, number) for number in range(200)), workers=8)

    # When several workers of one run move them
    moved = desk.stage.run(lambda: True)

    # Then each was sent once
    assert moved == {"released": 200}
    assert len({message.article_id for message in desk.sender.sent}) == len(desk.sender.sent) == 200


# ------------------------------------------------------------------------------------------------ bulk


def bulk(number: int, seconds_ago: int = 0) -> ArticleState:
    return put_off(new_state(number, priority="bulk"), NOW - timedelta(seconds=seconds_ago))


def test_bulk_gets_its_turn_in_the_order_in_which_it_came() -> None:
    # Given three articles of bulk and room for two, as one message is in the queues already
    desk = Desk(bulk(0, 10), bulk(1, 30), bulk(2, 20), bulk_in_flight=3, backlog=1)

    # When dispatch runs, Then the two oldest are on their way, and no longer wait
    assert desk.run() == {"fed": 2}
    assert [message.article_id for message in desk.sender.sent] == [id_of(1), id_of(2)]
    assert [desk.store.states[id_of(number)].waiting for number in range(3)] == ["turn", None, None]


def test_no_bulk_is_added_to_queues_that_are_full() -> None:
    desk = Desk(bulk(0), bulk_in_flight=3, backlog=3)
    assert (desk.run(), desk.sender.sent) == ({}, [])


def test_bulk_that_waits_keeps_nothing_else_from_its_time() -> None:
    # Given more bulk than a shard's limit, all of it older than a retry that is due
    desk = Desk(*(bulk(number, 1000) for number in range(40)), retrying(1, 99), limit_per_shard=1, bulk_in_flight=10)
    desk.clock.advance(2)

    # When dispatch runs, Then the retry is released, and bulk gets no more than its share
    assert desk.run() == {"released": 1, "fed": 10}


def test_bulk_does_not_count_as_stuck_while_it_waits() -> None:
    # Given bulk for which there is no room for days
    desk = Desk(bulk(0), bulk_in_flight=1, backlog=1)
    for _ in range(100):
        desk.clock.advance(3600)
        assert desk.run() == {}

    # When there is, Then its message is the first of its run, and is missed as any other
    desk.queued = 0
    assert desk.run() == {"fed": 1}
    assert (desk.article.resends, desk.article.stage) == (0, Stage.FETCH)
    desk.clock.advance(TIMEOUTS.stuck_after_seconds + 1)
    assert desk.run() == {"resent": 1}


def test_the_queues_are_not_counted_while_no_bulk_waits() -> None:
    desk = Desk(new_state())
    desk.backlog_error = AssertionError("asked")
    assert desk.run() == {}


def test_bulk_is_left_for_the_next_minute_while_the_queues_take_no_calls() -> None:
    desk = Desk(bulk(0))
    desk.backlog_error = ThrottledError("slow down")
    assert desk.run() == {"throttled": 1}
    desk.backlog_error = None
    assert desk.run() == {"fed": 1}


def test_a_source_that_is_due_is_sent_to_discover_once() -> None:
    # Given a source that is due, and one that is paused
    desk = Desk()
    due = new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW)
    desk.sources.store.add(due)
    other = new_source(SourceKind.FEED, "https://news.example/other.xml", NOW)
    desk.sources.store.add(paused(other, PauseReason.OPERATOR, NOW))
    # When dispatch runs twice
    runs = [desk.run(), desk.run()]
    # Then
    assert runs == [{"polled": 1}, {}]
    assert desk.sources.sent == [(due.source_id, 2)]


def test_a_source_whose_message_was_lost_falls_due_again() -> None:
    desk = Desk()
    desk.sources.store.add(new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW))
    desk.sources.fail_next("send", ThrottledError("refused"))
    assert desk.run() == {"throttled": 1}
    assert desk.run() == {}
    desk.clock.advance(TIMEOUTS.stuck_after_seconds)
    assert desk.run() == {"polled": 1}


def test_sources_that_another_run_claims_are_left_to_it() -> None:
    desk = Desk()
    desk.sources.store.add(new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW))
    [found] = desk.sources.due(0, NOW, 10)
    claimed = desk.sources.claim(found, NOW + timedelta(hours=1))
    assert claimed == 2
    assert desk.sources.claim(found, NOW + timedelta(hours=1)) is None
    assert desk.run() == {}


def test_sources_wait_for_the_next_run_when_the_time_is_short() -> None:
    desk = Desk()
    desk.sources.store.add(new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW))
    assert not desk.stage.run(lambda: False)
    assert desk.run() == {"polled": 1}


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_the_parts_of_dispatch_move_everything_once_together(parts: int) -> None:
    # Given articles in all shards that are due
    desk = Desk(*(at_stage(Stage.EXTRACT, number) for number in range(100)))
    desk.clock.advance(TIMEOUTS.stuck_after_seconds + 1)

    # When each part runs
    moved = [desk.stage.run(lambda: True, part, parts)[DispatchStatus.RESENT] for part in range(parts)]

    # Then each has moved some, and together they have moved each article once
    assert sum(moved) == len(desk.sender.sent) == 100
    assert min(moved) > 0
    assert {message.article_id for message in desk.sender.sent} == {id_of(number) for number in range(100)}
