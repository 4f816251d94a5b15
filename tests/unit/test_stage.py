"""How every stage takes a message and moves an article on, whatever dies, repeats, or comes late.

Comes in: states, and a store and a queue in memory. Goes out: assertions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from harness.fakes import InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import STAGE_ORDER, ArticleState, Stage, WriteOnce, ended, message_for, next_run, with_submission
from newsdesk.articles.lifecycle import deferred, extracted, leased
from newsdesk.contracts import FetchRequested, Outcome, PageFetched, Reason, StageMessage
from newsdesk.contracts.keys import extracted_key
from newsdesk.errors import ConflictError
from newsdesk.runtime import CONTENDED, Step, Worker
from tests.examples import CONTENT_HASH, NOW, TIMEOUTS, advanced, at_stage, id_of, outcome_of

WORKING: tuple[Stage, ...] = (Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX)
Recorded = tuple[ArticleState, Iterable[WriteOnce]]


def worker_on(store: InMemoryArticleStore, sender: RecordingSender | None = None) -> Worker:
    return Worker(store, sender or RecordingSender(), lambda: NOW, TIMEOUTS)


def message_to(stage: Stage) -> StageMessage:
    """The message that the first run's stage works on."""
    message = message_for(at_stage(stage))
    assert message is not None
    return message


# ---------------------------------------------------------------------------------------- checking in


@pytest.mark.parametrize("stage", WORKING)
def test_a_message_finds_its_work(stage: Stage) -> None:
    store, sender = InMemoryArticleStore(at_stage(stage)), RecordingSender()
    assert worker_on(store, sender).load_for_stage(message_to(stage), stage) == at_stage(stage)
    assert sender.sent == []


@pytest.mark.parametrize("stage", [Stage.FETCH, Stage.EXTRACT, Stage.ENRICH])
def test_a_redelivered_message_whose_work_is_done_sends_the_next_one_again(stage: Stage) -> None:
    # Given an article one stage further: an earlier delivery may have died before sending
    following = STAGE_ORDER[STAGE_ORDER.index(stage) + 1]
    store, sender = InMemoryArticleStore(at_stage(following)), RecordingSender()

    # When the message arrives again, Then the next one is sent, the very same, and there is no work
    assert worker_on(store, sender).load_for_stage(message_to(stage), stage) is None
    assert sender.sent == [message_to(following)]


def test_a_redelivered_message_of_the_last_stage_has_nothing_to_send() -> None:
    store, sender = InMemoryArticleStore(at_stage(Stage.REST)), RecordingSender()
    assert worker_on(store, sender).load_for_stage(message_to(Stage.INDEX), Stage.INDEX) is None
    assert sender.sent == []


@pytest.mark.parametrize(
    ("stage", "at"),
    [(Stage.FETCH, Stage.ENRICH), (Stage.FETCH, Stage.REST), (Stage.EXTRACT, Stage.INDEX), (Stage.ENRICH, Stage.REST)],
)
def test_a_message_long_overtaken_is_acknowledged(stage: Stage, at: Stage) -> None:
    # Given an article two or more stages further, whose next message was therefore sent and taken
    store, sender = InMemoryArticleStore(at_stage(at)), RecordingSender()

    # When the old message arrives, Then nothing happens
    assert worker_on(store, sender).load_for_stage(message_to(stage), stage) is None
    assert sender.sent == []


@pytest.mark.parametrize(("stage", "at"), [(Stage.EXTRACT, Stage.FETCH), (Stage.INDEX, Stage.EXTRACT)])
def test_a_message_ahead_of_its_article_is_acknowledged(stage: Stage, at: Stage) -> None:
    store, sender = InMemoryArticleStore(at_stage(at)), RecordingSender()
    assert worker_on(store, sender).load_for_stage(message_to(stage), stage) is None
    assert sender.sent == []


@pytest.mark.parametrize("stage", WORKING)
def test_a_message_of_an_older_run_is_stale(stage: Stage) -> None:
    # Given an article in its second run, at any stage
    second = advanced(next_run(at_stage(Stage.REST), NOW, TIMEOUTS), stage)
    store, sender = InMemoryArticleStore(second), RecordingSender()

    # When a message of its first run arrives, Then neither work nor message comes of it
    for earlier in WORKING:
        assert worker_on(store, sender).load_for_stage(message_to(earlier), earlier) is None
    assert sender.sent == []


def test_a_message_of_no_article_is_acknowledged() -> None:
    sender = RecordingSender()
    assert worker_on(InMemoryArticleStore(), sender).load_for_stage(message_to(Stage.FETCH), Stage.FETCH) is None
    assert sender.sent == []


def test_a_message_is_not_acknowledged_when_sending_again_failed() -> None:
    # Given an article one stage further and a queue that fails
    store, sender = InMemoryArticleStore(at_stage(Stage.EXTRACT)), RecordingSender()
    sender.fail_next("send", OSError("down"))

    # When the message arrives again, Then the error keeps it in its queue
    with pytest.raises(OSError, match="down"):
        worker_on(store, sender).load_for_stage(message_to(Stage.FETCH), Stage.FETCH)


# ------------------------------------------------------------------------------------------ advancing


def to_enrich(state: ArticleState) -> Recorded:
    return extracted(state, "work/v1/x", CONTENT_HASH, NOW, TIMEOUTS), ()


def to_failure(state: ArticleState) -> Recorded:
    return ended(state, Outcome.FAILED, NOW, TIMEOUTS, reason=Reason.NO_ARTICLE)


def test_a_step_is_written_with_its_record() -> None:
    before = at_stage(Stage.EXTRACT)
    store = InMemoryArticleStore(before)
    after = worker_on(store).apply_step(before, to_failure)
    assert after == store.get(id_of())
    assert after is not None
    assert after.stage is Stage.REST
    outcome = store.outcome(id_of(), 1)
    assert outcome is not None
    assert (outcome.outcome, outcome.submissions) == ("failed:no_article", ("submission-0",))


def test_a_submission_that_joins_in_mid_step_gets_the_outcome() -> None:
    # Given a submission that joins between the worker's look and its write
    before = at_stage(Stage.EXTRACT)
    store = InMemoryArticleStore(before)
    store.before_save = lambda _: store.save(with_submission(before, "late"))

    # When the run ends, Then the step is taken on the fresh state, and nobody is forgotten
    after = worker_on(store).apply_step(before, to_failure)
    assert after is not None
    assert after.version == before.version + 2
    outcome = store.outcome(id_of(), 1)
    assert outcome is not None
    assert outcome.submissions == ("submission-0", "late")


def test_a_worker_whose_article_moved_on_steps_back() -> None:
    # Given another worker that takes the same step first
    before = at_stage(Stage.EXTRACT)
    store = InMemoryArticleStore(before)
    store.before_save = lambda _: store.save(advanced(before, Stage.ENRICH))

    # When this one takes it, Then it learns that it lost, and the other's work stands
    assert worker_on(store).apply_step(before, to_enrich) is None
    assert store.get(id_of()) == at_stage(Stage.ENRICH)


def test_a_worker_of_an_older_run_steps_back() -> None:
    # Given an article that went through its run and into the next, back to the stage that the worker remembers
    before = at_stage(Stage.EXTRACT)
    second = advanced(next_run(at_stage(Stage.REST), NOW, TIMEOUTS), Stage.EXTRACT)
    store = InMemoryArticleStore(second)

    # When the old worker wakes up and writes, Then the new run is untouched
    assert worker_on(store).apply_step(before, to_enrich) is None
    assert store.get(id_of()) == second


def test_a_worker_that_lost_its_lease_steps_back() -> None:
    # Given a worker whose lease has passed to another
    mine = leased(at_stage(Stage.FETCH), "slow", NOW, TIMEOUTS)
    theirs = leased(mine, "quick", NOW, TIMEOUTS)
    store = InMemoryArticleStore(theirs)

    # When the slow one is done, Then its result is not taken
    assert worker_on(store).apply_step(mine, lambda state: (advanced(state, Stage.EXTRACT), ())) is None
    assert store.get(id_of()) == theirs


def test_an_article_that_is_gone_is_left_alone() -> None:
    store = InMemoryArticleStore()
    assert worker_on(store).apply_step(at_stage(Stage.EXTRACT), to_enrich) is None
    assert store.states == {}


def test_an_article_that_keeps_changing_goes_back_to_the_queue() -> None:
    # Given a table that refuses every write
    before = at_stage(Stage.EXTRACT)
    store = InMemoryArticleStore(before)
    store.fail_next("save", ConflictError("lost"), times=12)
    waited: list[float] = []
    worker = replace(worker_on(store), pauses=replace(CONTENDED, sleep=waited.append, jitter=lambda: 0.0))

    # When a step is taken, Then the message is not acknowledged, and the tries were ever further apart
    with pytest.raises(ConflictError, match="kept changing"):
        worker.apply_step(before, to_enrich)
    assert waited[:4] == [0.025, 0.05, 0.1, 0.2]
    assert len(waited) == 11


def test_a_step_whose_record_exists_is_not_taken() -> None:
    # Given the outcome of this very run
    before = at_stage(Stage.EXTRACT)
    store = InMemoryArticleStore(before)
    store.outcomes[id_of(), 1] = outcome_of(before)

    # When the run ends, Then the article stays as it is
    assert worker_on(store).apply_step(before, to_failure) is None
    assert store.get(id_of()) == before


# -------------------------------------------------------------------------------- handing on and ending


def test_an_article_is_handed_on_with_the_next_stages_message() -> None:
    store, sender = InMemoryArticleStore(at_stage(Stage.EXTRACT)), RecordingSender()
    assert worker_on(store, sender).hand_on(
        at_stage(Stage.EXTRACT), lambda state, now, timeouts: extracted(state, "work/v1/x", CONTENT_HASH, now, timeouts)
    )
    assert sender.sent == [message_for(store.states[id_of()])]


def test_a_worker_that_comes_late_sends_the_message_again_that_the_first_one_may_not_have_sent() -> None:
    # Given an article that another worker has moved on, When this one hands it on, Then it is not moved again
    store, sender = InMemoryArticleStore(at_stage(Stage.ENRICH)), RecordingSender()
    assert not worker_on(store, sender).hand_on(
        at_stage(Stage.EXTRACT), lambda state, now, timeouts: extracted(state, "work/v1/x", CONTENT_HASH, now, timeouts)
    )
    assert store.get(id_of()) == at_stage(Stage.ENRICH)
    assert sender.sent == [message_for(at_stage(Stage.ENRICH))]


@pytest.mark.parametrize("at", [Stage.INDEX, Stage.REST])
def test_a_worker_that_comes_very_late_sends_nothing(at: Stage) -> None:
    # Given an article that others have moved on twice, When this worker hands it on, Then no message is sent
    store, sender = InMemoryArticleStore(at_stage(at)), RecordingSender()
    assert not worker_on(store, sender).hand_on(
        at_stage(Stage.EXTRACT), lambda state, now, timeouts: extracted(state, "work/v1/x", CONTENT_HASH, now, timeouts)
    )
    assert sender.sent == []


class LostAnswers(InMemoryArticleStore):
    """A table whose answer to the next write of a state is lost, so that the SDK repeats it, and finds a later one."""

    loses_answers = True

    def save(self, state: ArticleState, *records: WriteOnce) -> None:
        if not self.loses_answers:
            super().save(state, *records)
            return
        self.loses_answers = False
        super().save(state, *records)
        super().save(with_submission(state, "late"))
        super().save(state, *records)


def hold(state: ArticleState) -> Recorded:
    return leased(state, "mine", NOW, TIMEOUTS), ()


def wait(state: ArticleState) -> Recorded:
    return deferred(state, NOW), ()


STEPS: dict[str, tuple[ArticleState, Step]] = {
    "taking the lease": (at_stage(Stage.FETCH), hold),
    "waiting for the host": (leased(at_stage(Stage.FETCH), "mine", NOW, TIMEOUTS), wait),
    "handing on": (at_stage(Stage.EXTRACT), to_enrich),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_whose_answer_was_lost_while_a_submission_joined_is_the_workers_own(name: str) -> None:
    # Given a worker that is about to take a step, and loses the answer to its write
    before, step = STEPS[name]
    store = LostAnswers(before)

    # When a submission joins before the SDK repeats the write
    after = worker_on(store).apply_step(before, step)

    # Then the worker goes on with what it wrote, and with the submission
    assert after == with_submission(step(before)[0], "late")
    assert after == store.get(id_of())


def test_what_was_handed_on_without_an_answer_is_sent_on_at_once() -> None:
    # Given a worker at extract that loses the answer to its write while a submission joins
    before, sender = at_stage(Stage.EXTRACT), RecordingSender()
    store = LostAnswers(before)

    # When it hands the article on
    is_first = worker_on(store, sender).hand_on(
        before, lambda state, now, timeouts: extracted(state, "work/v1/x", CONTENT_HASH, now, timeouts)
    )

    # Then enrich has its message, and nobody waits for dispatch
    assert is_first
    assert sender.sent == [message_for(store.states[id_of()])]


def test_the_same_step_of_another_worker_is_not_taken_for_ones_own() -> None:
    # Given another lease holder whose state differs by its owner alone, and a submission that joined it
    before = at_stage(Stage.FETCH)
    theirs = with_submission(leased(before, "theirs", NOW, TIMEOUTS), "late")
    store = InMemoryArticleStore(before)
    store.before_save = lambda _: store.states.update({id_of(): theirs})

    # When this worker takes its lease, Then it learns that it lost
    assert worker_on(store).apply_step(before, hold) is None
    assert store.get(id_of()) == theirs


def test_a_run_that_ends_returns_its_outcome() -> None:
    before = at_stage(Stage.EXTRACT)
    assert worker_on(InMemoryArticleStore(before)).end(before, Outcome.UNCHANGED) is Outcome.UNCHANGED
    assert worker_on(InMemoryArticleStore(before)).fail(before, Reason.NO_ARTICLE) is Outcome.FAILED
    assert worker_on(InMemoryArticleStore(before)).fail(before, Reason.OPT_OUT, "noindex") is Outcome.REJECTED
    assert worker_on(InMemoryArticleStore(at_stage(Stage.ENRICH))).fail(before, Reason.NO_ARTICLE) is None


# ----------------------------------------------------------------------- a stage, killed wherever it may be


class ShortStage:
    """The smallest honest stage: reads the capture, writes its work object, moves the article on, tells enrich."""

    def __init__(self) -> None:
        self.store = InMemoryArticleStore(at_stage(Stage.EXTRACT))
        self.objects = InMemoryObjectStore()
        self.sender = RecordingSender()

    def handle(self, message: StageMessage) -> str:
        worker = worker_on(self.store, self.sender)
        state = worker.load_for_stage(message, Stage.EXTRACT)
        if state is None or state.capture is None:
            return "stale"
        key = extracted_key(state.article_id, state.capture.capture_id)
        self.objects.put(key, b"work", "application/json")
        is_first = worker.hand_on(
            state, lambda current, now, timeouts: extracted(current, key, CONTENT_HASH, now, timeouts)
        )
        return "done" if is_first else "stale"


KILLS = {
    "before the object": ("objects", "put", False),
    "between object and table": ("store", "save", False),
    "as the table answers": ("store", "save", True),
    "between table and queue": ("sender", "send", False),
    "as the queue answers": ("sender", "send", True),
}


@pytest.mark.parametrize("kill", KILLS)
def test_a_killed_worker_is_made_good_by_the_redelivery(kill: str) -> None:
    # Given a worker that dies at one point of its work
    worker = ShortStage()
    part, method, after = KILLS[kill]
    getattr(worker, part).fail_next(method, KeyboardInterrupt("killed"), after=after)
    with pytest.raises(KeyboardInterrupt):
        worker.handle(message_to(Stage.EXTRACT))

    # When its message is delivered again
    worker.handle(message_to(Stage.EXTRACT))

    # Then the article is one stage further, once; the object is there, once; and the next message was sent
    assert worker.store.get(id_of()) == at_stage(Stage.ENRICH).model_copy(
        update={"extracted_key": next(iter(worker.objects.objects))}
    )
    assert len(worker.objects.objects) == 1
    assert set(worker.sender.sent) == {message_for(worker.store.states[id_of()])}


def test_two_deliveries_at_once_are_worked_through_once() -> None:
    # Given a second worker that takes the same message while the first is between object and table
    worker = ShortStage()
    statuses: list[str] = []
    worker.store.before_save = lambda _: statuses.append(worker.handle(message_to(Stage.EXTRACT)))

    # When the first goes on
    statuses.append(worker.handle(message_to(Stage.EXTRACT)))

    # Then one of them moved the article, and one object and one kind of message came of it
    assert statuses == ["done", "stale"]
    assert worker.store.states[id_of()].version == at_stage(Stage.ENRICH).version
    assert len(worker.objects.objects) == 1
    assert len(set(worker.sender.sent)) == 1


def test_messages_out_of_order_do_no_harm() -> None:
    # Given a worker, and messages of a run to come and of none, before and after its own
    worker = ShortStage()
    own = message_to(Stage.EXTRACT)
    to_come = PageFetched(article_id=id_of(), run=7, capture_key="raw/v1/other")
    of_nobody = PageFetched(article_id=id_of(7), run=1, capture_key="raw/v1/other")

    # When all are delivered, some of them twice
    statuses = [worker.handle(message) for message in (to_come, of_nobody, own, to_come, own)]

    # Then its own was worked on, once
    assert statuses == ["stale", "stale", "done", "stale", "stale"]
    assert worker.store.states[id_of()].version == at_stage(Stage.ENRICH).version
    assert list(worker.store.states) == [id_of()]


def test_a_second_message_of_a_run_is_the_first_one_again() -> None:
    # Given two deliveries of a run's message, one of them sent again by somebody else
    first = FetchRequested(article_id=id_of(), run=1, correlation_id="correlation-0", host="news.example")

    # When they are compared, Then they are the same bytes
    again = message_for(leased(with_submission(at_stage(Stage.FETCH), "late"), "worker", NOW, TIMEOUTS))
    assert again is not None
    assert again.to_json() == first.to_json()
