"""The state machine: whatever happens in whatever order, only documented steps are taken and nobody is forgotten.

Comes in: random histories of an article. Goes out: assertions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from newsdesk.articles import (
    STAGE_ORDER,
    ArticleState,
    Capture,
    OutcomeRecord,
    RevisionRecord,
    RevisitPolicy,
    Stage,
    Timeouts,
    ended,
    failed,
    is_at_further_page,
    is_past,
    message_for,
    next_run,
    page_missed,
    released,
    with_submission,
)
from newsdesk.articles.lifecycle import (
    CONFIRMATION_WAITS,
    GONE_REASONS,
    MAXIMUM_REMEMBERED_SUBMISSIONS,
    TRANSITIONS,
    InvalidTransitionError,
    deferred,
    enriched,
    extracted,
    fetched,
    is_leased,
    leased,
    page_wanted,
    retracted,
    retry_scheduled,
)
from newsdesk.articles.retries import OLDEST_SHARE
from newsdesk.clock import from_text
from newsdesk.contracts import (
    ArticleEnriched,
    ArticleExtracted,
    FetchRequested,
    Outcome,
    PageFetched,
    Reason,
    outcome_of,
)
from newsdesk.contracts.outcomes import DESCRIPTIONS
from tests.examples import CONTENT_HASH, NOW, TIMEOUTS, at_stage, capture_of, current_of, id_of, key_of, new_state

WORKING: tuple[Stage, ...] = (Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX)
MESSAGE_OF = {
    Stage.FETCH: FetchRequested,
    Stage.EXTRACT: PageFetched,
    Stage.ENRICH: ArticleExtracted,
    Stage.INDEX: ArticleEnriched,
}


class Life(RuleBasedStateMachine):
    """An article's life, one step after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.steps = 0
        self.submitted = 0
        self.waiting_submissions: set[str] = set()
        self.told: list[str] = []
        self.records: list[OutcomeRecord] = []
        self.revisions: list[int] = []
        self.unrecorded = 0
        self.state: ArticleState = new_state(submissions=())

    def name(self) -> str:
        self.submitted += 1
        name = f"submission-{self.submitted}"
        self.waiting_submissions.add(name)
        return name

    def move(self, after: ArticleState) -> None:
        assert after.version == self.state.version + 1
        assert after.stage in TRANSITIONS[self.state.stage]
        assert (after.article_id, after.url, after.first_seen) == (
            self.state.article_id,
            self.state.url,
            self.state.first_seen,
        )
        assert after.run == self.state.run + (self.state.stage is Stage.REST and after.stage is Stage.FETCH)
        self.steps += 1
        self.state = after

    def end(self, after: ArticleState, records: tuple[OutcomeRecord | RevisionRecord, ...]) -> None:
        outcomes = [record for record in records if isinstance(record, OutcomeRecord)]
        revisions = [record for record in records if isinstance(record, RevisionRecord)]
        self.revisions += [record.revision for record in revisions]
        if not outcomes:
            # Only of a visit that nobody asked for, and that found nothing new, nothing is recorded.
            assert (after.last_outcome, self.waiting_submissions) == ("unchanged", set())
            self.unrecorded += 1
            self.move(after)
            return
        (record,) = outcomes
        assert record.run == self.state.run
        self.move(after)
        self.records.append(record)
        self.told += record.submissions
        self.waiting_submissions.clear()

    @initialize()
    def submit_first(self) -> None:
        self.state = new_state(submissions=(self.name(),))

    @rule(seconds=st.integers(min_value=0, max_value=100_000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.state.stage is not Stage.REST)
    @rule()
    def join(self) -> None:
        self.move(with_submission(self.state, self.name()))

    @precondition(lambda self: self.state.stage is Stage.REST)
    @rule(by_somebody=st.booleans())
    def visit_again(self, by_somebody: bool) -> None:
        name = self.name() if by_somebody else None
        self.move(next_run(self.state, self.now, TIMEOUTS, submission_id=name))
        assert (self.state.attempts, self.state.resends, self.state.waiting) == (0, 0, None)

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule(owner=st.sampled_from(["one", "two"]))
    def lease(self, owner: str) -> None:
        self.move(leased(self.state, owner, self.now, TIMEOUTS))
        assert is_leased(self.state, self.now)
        assert not is_leased(self.state, self.now + timedelta(seconds=TIMEOUTS.lease_seconds))

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule(seconds=st.floats(min_value=0, max_value=10_000))
    def defer(self, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        attempts = self.state.attempts
        self.move(deferred(self.state, until, ()))
        assert self.state.attempts == attempts
        assert self.state.due_at is not None
        assert until.timestamp() <= self.state.due_at + 0.001 < until.timestamp() + 1.001

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule(seconds=st.floats(min_value=0, max_value=20_000))
    def fail_for_now(self, seconds: float) -> None:
        attempts = self.state.attempts
        self.move(retry_scheduled(self.state, self.now, seconds, "x" * 1000))
        assert self.state.attempts == attempts + 1
        assert not is_leased(self.state, self.now)
        assert self.state.last_detail == "x" * 300
        assert self.state.due_at is not None
        assert abs(self.state.due_at - (self.now.timestamp() + seconds)) <= 1, "to the second"

    @precondition(lambda self: self.state.stage is not Stage.REST)
    @rule()
    def send_again(self) -> None:
        before = self.state
        self.move(released(before, self.now, TIMEOUTS))
        assert self.state.resends == before.resends + (before.waiting is None)
        assert message_for(self.state) == message_for(before)

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule()
    def fetch(self) -> None:
        self.move(fetched(self.state, capture_of(self.state), self.now, TIMEOUTS))

    @precondition(lambda self: self.state.stage is Stage.EXTRACT)
    @rule()
    def want_a_page(self) -> None:
        before = self.state
        known = (*before.next_pages[: len(before.pages)], f"{before.url}/{len(before.pages) + 2}")
        after = page_wanted(before, known, self.now, TIMEOUTS)
        assert (after.stage, after.wanted_page, after.attempts) == (Stage.FETCH, known[-1], 0)
        assert after.version == before.version + 1
        self.steps += 1
        self.state = after

    @precondition(lambda self: is_at_further_page(self.state))
    @rule()
    def go_without_a_page(self) -> None:
        before = self.state
        self.move(page_missed(before, Reason.TIMEOUT, self.now, TIMEOUTS))
        assert (self.state.capture, self.state.pages_end) == (before.capture, "timeout")
        assert len(self.state.pages) == len(before.pages) - (before.stage is Stage.EXTRACT)

    @precondition(lambda self: self.state.stage is Stage.EXTRACT)
    @rule()
    def extract(self) -> None:
        self.move(extracted(self.state, f"work/v1/{self.state.run}", CONTENT_HASH, self.now, TIMEOUTS))

    @precondition(lambda self: self.state.stage is Stage.ENRICH)
    @rule()
    def enrich(self) -> None:
        self.move(enriched(self.state, key_of(self.state), self.now, TIMEOUTS))

    @precondition(lambda self: self.state.stage is Stage.INDEX)
    @rule()
    def commit(self) -> None:
        revision = (self.state.latest_revision or 0) + 1
        current = current_of(self.state, revision, self.now)
        self.end(*ended(self.state, Outcome.INDEXED, self.now, TIMEOUTS, current=current))
        self.revisions.append(revision)
        assert (self.state.current, self.state.tombstone, self.state.gone_since) == (current, None, None)
        assert (self.records[-1].revision, self.records[-1].key) == (revision, current.key)
        assert self.state.validators is not None

    @precondition(lambda self: self.state.stage in WORKING and self.state.current is not None)
    @rule()
    def find_nothing_new(self) -> None:
        before = self.state
        self.end(*ended(before, Outcome.UNCHANGED, self.now, TIMEOUTS))
        assert (self.state.current, self.state.gone_since) == (before.current, None)

    @precondition(lambda self: self.state.stage in WORKING)
    @rule(reason=st.sampled_from([*Reason]))
    def fail(self, reason: Reason) -> None:
        before = self.state
        self.end(*failed(before, reason, self.now, TIMEOUTS, detail="why"))
        assert self.records[-1].key is None
        if self.state.last_outcome == "removed":
            assert before.current is not None
            assert reason in (Reason.OPT_OUT, Reason.NOT_FOUND, Reason.GONE)
            assert (reason is Reason.OPT_OUT) or before.gone_since is not None
        else:
            assert self.state.last_outcome == f"{outcome_of(reason).value}:{reason.value}"
            assert (self.state.current, self.state.validators) == (before.current, before.validators)
            self.check_that_the_question_stays_open(before)

    def check_that_the_question_stays_open(self, before: ArticleState) -> None:
        if before.current is None or before.gone_since is None:
            return
        asked_for = (self.now - from_text(before.gone_since)).total_seconds()
        assert self.state.gone_since == before.gone_since
        if asked_for < CONFIRMATION_WAITS * TIMEOUTS.confirm_gone_seconds:
            assert self.state.due_at is not None
            assert self.state.due_at <= math.ceil(self.now.timestamp()) + TIMEOUTS.confirm_gone_seconds

    @precondition(lambda self: self.state.stage in WORKING and self.state.current is not None)
    @rule()
    def take_back(self) -> None:
        self.end(*retracted(self.state, "opt_out", self.now))
        assert (self.state.current, self.state.validators, self.state.due_at) == (None, None, None)
        assert self.state.tombstone is not None

    @precondition(lambda self: self.state.stage in WORKING)
    @rule()
    def turn_out_to_be_another(self) -> None:
        self.end(*ended(self.state, Outcome.DUPLICATE, self.now, TIMEOUTS, duplicate_of=id_of(1)))
        assert self.records[-1].duplicate_of == id_of(1)

    @invariant()
    def every_step_raised_the_version_by_one(self) -> None:
        assert self.state.version == 1 + self.steps

    @invariant()
    def a_run_in_flight_will_be_looked_at_and_has_its_message(self) -> None:
        if self.state.stage is not Stage.REST:
            assert self.state.due_at is not None
            assert type(message_for(self.state)) is MESSAGE_OF[self.state.stage]

    @invariant()
    def an_article_at_rest_carries_nothing_of_its_run(self) -> None:
        if self.state.stage is Stage.REST:
            state = self.state
            assert message_for(state) is None
            assert (state.submissions, state.waiting, state.lease_owner, state.lease_until) == ((), None, None, None)
            assert (state.capture, state.extracted_key, state.content_hash, state.article_key) == (None,) * 4
            assert (state.pages, state.next_pages, state.pages_end) == ((), (), None)
            assert (state.due_at is None) or state.current is not None
            assert state.last_outcome in DESCRIPTIONS

    @invariant()
    def a_message_depends_on_the_state_alone(self) -> None:
        stored = ArticleState.model_validate(json.loads(self.state.model_dump_json(exclude_none=True)))
        assert stored == self.state
        first, again = message_for(self.state), message_for(stored)
        assert (first and first.to_json()) == (again and again.to_json())

    @invariant()
    def everybody_who_waits_is_remembered_and_told_once(self) -> None:
        assert set(self.state.submissions) == self.waiting_submissions
        assert len(self.told) == len(set(self.told))
        assert len(self.told) + len(self.waiting_submissions) == self.submitted

    @invariant()
    def each_run_ends_once(self) -> None:
        runs = [record.run for record in self.records]
        assert runs == sorted(set(runs))
        assert len(runs) + self.unrecorded == self.state.run - (self.state.stage is not Stage.REST)

    @invariant()
    def revisions_are_numbered_without_a_gap(self) -> None:
        assert self.revisions == list(range(1, len(self.revisions) + 1))
        assert self.state.latest_revision == (self.revisions[-1] if self.revisions else None)
        assert self.state.current is None or self.state.tombstone is None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_only_documented_steps_are_possible() -> None:
    steps: dict[Stage, Callable[[ArticleState], ArticleState]] = {
        Stage.EXTRACT: lambda state: fetched(state, capture_of(state), NOW, TIMEOUTS),
        Stage.ENRICH: lambda state: extracted(state, "work/v1/x", CONTENT_HASH, NOW, TIMEOUTS),
        Stage.INDEX: lambda state: enriched(state, "articles/v1/x", NOW, TIMEOUTS),
        Stage.FETCH: lambda state: next_run(state, NOW, TIMEOUTS),
    }
    for stage in STAGE_ORDER:
        for to, step in steps.items():
            if to in TRANSITIONS[stage]:
                assert step(at_stage(stage)).stage is to
            else:
                with pytest.raises(InvalidTransitionError):
                    step(at_stage(stage))


@pytest.mark.parametrize("stage", [Stage.EXTRACT, Stage.ENRICH, Stage.INDEX, Stage.REST])
def test_only_a_fetch_is_leased_deferred_or_retried(stage: Stage) -> None:
    steps: tuple[Callable[[ArticleState], ArticleState], ...] = (
        lambda state: leased(state, "worker", NOW, TIMEOUTS),
        lambda state: deferred(state, NOW, ()),
        lambda state: retry_scheduled(state, NOW, 60, "timeout"),
    )
    for step in steps:
        if stage is Stage.REST:
            continue
        with pytest.raises(InvalidTransitionError):
            step(at_stage(stage))


@pytest.mark.parametrize("stage", STAGE_ORDER)
def test_only_a_page_that_was_read_may_want_another(stage: Stage) -> None:
    state = at_stage(stage)
    if stage is Stage.EXTRACT:
        assert page_wanted(state, (f"{state.url}/2",), NOW, TIMEOUTS).wanted_page == f"{state.url}/2"
    else:
        with pytest.raises(InvalidTransitionError):
            page_wanted(state, (f"{state.url}/2",), NOW, TIMEOUTS)
    with pytest.raises(InvalidTransitionError):
        page_wanted(state, (), NOW, TIMEOUTS)
    with pytest.raises(InvalidTransitionError):
        page_missed(state, Reason.TIMEOUT, NOW, TIMEOUTS)


def test_a_run_counts_the_attempts_of_each_page_for_itself() -> None:
    # Given a run whose first page took three attempts
    state = at_stage(Stage.FETCH)
    for _ in range(2):
        state = retry_scheduled(state, NOW, 60, "timeout")
    state = fetched(leased(state, "worker", NOW, TIMEOUTS), capture_of(state), NOW, TIMEOUTS)
    assert state.attempts == 3

    # When a further page is wanted and had, Then it begins at none, and the first page's capture stays the run's
    wanted = page_wanted(state, (f"{state.url}/2",), NOW, TIMEOUTS)
    second = capture_of(state, "20260314T092659Z-0002")
    had = fetched(wanted, second, NOW, TIMEOUTS)
    assert (wanted.attempts, had.attempts) == (0, 1)
    assert (had.capture, had.pages, had.wanted_page) == (state.capture, (second,), None)


def test_a_run_counts_the_resends_of_each_page_for_itself() -> None:
    state = released(at_stage(Stage.EXTRACT), NOW, TIMEOUTS)
    assert (state.resends, page_wanted(state, (f"{state.url}/2",), NOW, TIMEOUTS).resends) == (1, 0)


def test_a_fetch_that_nothing_says_which_page_of_is_of_the_first() -> None:
    # Given a run whose further pages a release dropped that knows none
    wanted = page_wanted(at_stage(Stage.EXTRACT), ("https://news.example/2",), NOW, TIMEOUTS)
    for lost in ({"next_pages": ()}, {"pages": (), "next_pages": (), "pages_end": None}):
        state = wanted.model_copy(update=lost)

        # When it is fetched, Then it begins at its own page, without any other
        assert (state.wanted_page, is_at_further_page(state)) == (None, False)
        capture = capture_of(state, "20260314T092659Z-0002")
        begun = fetched(state, capture, NOW, TIMEOUTS)
        assert (begun.capture, begun.pages, begun.next_pages, begun.pages_end) == (capture, (), (), None)

        # And where that is unchanged, the capture that nobody worked through is not what the next visit compares with
        assert ended(state, Outcome.UNCHANGED, NOW, TIMEOUTS)[0].validators == state.validators


@pytest.mark.parametrize("stage", [Stage.EXTRACT, Stage.ENRICH, Stage.INDEX])
def test_a_stage_without_what_it_works_on_has_no_message(stage: Stage) -> None:
    with pytest.raises(InvalidTransitionError, match="without"):
        message_for(new_state(stage=stage))


def test_a_message_names_the_run_and_the_key_and_nothing_else() -> None:
    documents = []
    for stage in WORKING:
        message = message_for(at_stage(stage))
        assert message is not None
        documents.append(json.loads(message.to_json()))
    common = {"schemaVersion", "articleId", "run", "correlationId", "type"}
    assert [set(document) - common for document in documents] == [
        {"host"},
        {"captureKey"},
        {"extractedKey"},
        {"articleKey"},
    ]


@given(st.integers(min_value=0, max_value=3 * MAXIMUM_REMEMBERED_SUBMISSIONS))
@settings(max_examples=10, deadline=None)
def test_a_run_remembers_a_bounded_number_of_submissions(count: int) -> None:
    # Given a run that many join, some of them twice
    state = new_state(submissions=())
    for number in range(count):
        state = with_submission(with_submission(state, f"s{number}"), f"s{number}")

    # When they are counted, Then each is there once, up to the bound
    assert state.submissions == tuple(f"s{number}" for number in range(count))[:MAXIMUM_REMEMBERED_SUBMISSIONS]


def waits_of(state: ArticleState, timeouts: Timeouts, now: datetime = NOW) -> list[float]:
    """Let visits find nothing new for as long as there are any, and return the hours between them."""
    waits = []
    while state.due_at is not None:
        due = datetime.fromtimestamp(state.due_at, NOW.tzinfo)
        waits.append(round((due - now).total_seconds() / 3600, 1))
        now = due
        state, _ = ended(next_run(state, now, timeouts), Outcome.UNCHANGED, now, timeouts)
    return waits


def committed(timeouts: Timeouts, now: datetime = NOW, **changes: Any) -> ArticleState:
    """An article whose first revision was just committed."""
    state = at_stage(Stage.INDEX, now=now)
    current = current_of(state, committed_at=now, **{"date_published": None, **changes})
    return ended(state, Outcome.INDEXED, now, timeouts, current=current)[0]


def test_a_still_page_is_visited_ever_more_rarely_and_then_never() -> None:
    # Given a committed article and the template's defaults, When no visit finds anything new
    waits = waits_of(committed(Timeouts()), Timeouts())

    # Then each wait is about as long as all before together, and the visits end within sixty days
    assert waits == pytest.approx([1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512], rel=0.01)
    assert 30 < sum(waits) / 24 <= 60


def test_a_change_makes_visits_frequent_again() -> None:
    # Given an article that stood still for two days
    timeouts = Timeouts()
    later = NOW + timedelta(days=2)
    still, _ = ended(next_run(committed(timeouts), later, timeouts), Outcome.UNCHANGED, later, timeouts)
    assert still.due_at is not None
    assert still.due_at - later.timestamp() == pytest.approx(2 * 86400, abs=1)

    # When its page has changed, Then the next visit is as soon as after its first commit
    working = next_run(still, later, timeouts).model_copy(update={"stage": Stage.INDEX})
    changed, _ = ended(working, Outcome.INDEXED, later, timeouts, current=current_of(working, 2, later))
    assert changed.due_at is not None
    assert changed.due_at - later.timestamp() == pytest.approx(3600, abs=1)


def test_an_article_that_was_old_when_it_was_found_is_visited_rarely_from_the_start() -> None:
    # Given articles published so many days before they were first seen, When they are committed
    waits = {}
    for days in (0, 1, 10, 1000):
        published = (NOW - timedelta(days=days)).date().isoformat()
        waits[days] = waits_of(committed(Timeouts(), date_published=published), Timeouts())

    # Then an old one's first visit comes late, never later than the longest wait, and there are few of them
    assert [waits[days][0] for days in waits] == [1.0, 9.4, 225.4, 720.0]
    assert set(waits[1000]) == {720.0}
    assert len(waits[0]) > len(waits[1]) > len(waits[10])


@pytest.mark.parametrize("date", ["2026-13-45", "2026-03-14T99:00:00Z", "0001-01-01T00:00:00+23:59", "2199-01-01"])
def test_a_date_that_makes_no_sense_does_not_move_the_visits(date: str) -> None:
    waits = waits_of(committed(Timeouts(), date_published=date), Timeouts())
    assert waits == waits_of(committed(Timeouts()), Timeouts())


def test_a_page_that_changes_forever_costs_ever_less() -> None:
    # Given a page that has something new at each visit
    timeouts = Timeouts()
    state, now, waits = committed(timeouts), NOW, []
    while now < NOW + timedelta(days=365):
        assert state.due_at is not None
        due = datetime.fromtimestamp(state.due_at, NOW.tzinfo)
        waits.append((due - now).total_seconds())
        now = due
        working = next_run(state, now, timeouts).model_copy(update={"stage": Stage.INDEX})
        current = current_of(working, (state.latest_revision or 0) + 1, now)
        state, _ = ended(working, Outcome.INDEXED, now, timeouts, current=current)

    # Then it is visited hourly in its first days, and weekly after a year
    assert waits[:40] == pytest.approx([3600] * 40, abs=2)
    assert waits[-1] == pytest.approx(365 * 86400 * OLDEST_SHARE, rel=0.05)
    assert len(waits) < 350


def test_failures_after_the_commit_do_not_hammer() -> None:
    # Given a committed article whose server fails on every visit from then on
    timeouts = Timeouts()
    state, now, visits = committed(timeouts), NOW, 0
    while state.due_at is not None:
        now = datetime.fromtimestamp(state.due_at, NOW.tzinfo)
        visits += 1
        state, _ = failed(next_run(state, now, timeouts), Reason.SERVER_ERROR, now, timeouts)

    # Then it is visited no more often than one that stands still
    assert visits == len(waits_of(committed(timeouts), timeouts))
    assert state.current is not None


def test_no_revisits_means_none() -> None:
    assert committed(Timeouts(revisits=RevisitPolicy(stop_seconds=0))).due_at is None


def test_what_was_never_committed_is_not_revisited() -> None:
    state, (record,) = failed(at_stage(Stage.FETCH), Reason.NOT_FOUND, NOW, TIMEOUTS)
    assert (state.due_at, state.gone_since) == (None, None)
    assert isinstance(record, OutcomeRecord)
    assert (record.outcome, record.revision) == ("failed:not_found", None)


def test_a_page_that_names_a_date_is_read_again_whole() -> None:
    def perishable(capture: Capture | None) -> Capture:
        assert capture is not None
        return capture.model_copy(update={"is_perishable": True})

    state = at_stage(Stage.INDEX)
    state = state.model_copy(update={"capture": perishable(state.capture)})
    after, _ = ended(state, Outcome.INDEXED, NOW, TIMEOUTS, current=current_of(state))
    assert after.validators is None


# ------------------------------------------------------------------------------------------- retraction


def visit(state: ArticleState, now: datetime, reason: Reason | None) -> ArticleState:
    """Visit a resting article once more; no reason means that it was there, unchanged."""
    working = next_run(state, now, TIMEOUTS, submission_id=f"at {now}")
    if reason is None:
        return ended(working, Outcome.UNCHANGED, now, TIMEOUTS)[0]
    return failed(working, reason, now, TIMEOUTS)[0]


@pytest.mark.parametrize("reason", [Reason.NOT_FOUND, Reason.GONE, Reason.FRONT_PAGE])
def test_a_page_that_is_gone_is_looked_for_once_more_before_it_is_retracted(reason: Reason) -> None:
    # Given an indexed article
    state = at_stage(Stage.REST)
    visited = NOW + timedelta(days=1)

    # When a visit does not find its page
    missing = visit(state, visited, reason)

    # Then it still stands, and a second visit is due within the hour
    assert missing.last_outcome == f"failed:{reason.value}"
    assert missing.current == state.current
    assert missing.due_at == math.ceil(visited.timestamp()) + TIMEOUTS.confirm_gone_seconds

    # When that visit does not find it either, Then it is retracted
    confirmed = datetime.fromtimestamp(missing.due_at, NOW.tzinfo)
    gone = visit(missing, confirmed, reason)
    assert (gone.last_outcome, gone.current, gone.due_at) == ("removed", None, None)
    assert gone.tombstone is not None
    assert (gone.tombstone.revision, gone.tombstone.reason) == (2, "gone")
    assert gone.tombstone.cluster_id == id_of()


def test_two_visits_in_a_hurry_confirm_nothing() -> None:
    # Given an article that was not found just now
    missing = visit(at_stage(Stage.REST), NOW, Reason.NOT_FOUND)

    # When somebody submits it again at once, Then the page may still be back in an hour, counted from the first time
    again = visit(missing, NOW + timedelta(seconds=10), Reason.NOT_FOUND)
    assert again.last_outcome == "failed:not_found"
    assert (again.gone_since, again.due_at) == (missing.gone_since, missing.due_at)


@pytest.mark.parametrize("between", ["unchanged", "fetched"])
def test_a_good_visit_in_between_begins_the_count_anew(between: str) -> None:
    # Given an article that was not found, and found again
    missing = visit(at_stage(Stage.REST), NOW, Reason.NOT_FOUND)
    back_at = NOW + timedelta(hours=2)
    if between == "unchanged":
        back = visit(missing, back_at, None)
    else:
        working = next_run(missing, back_at, TIMEOUTS)
        back, _ = failed(fetched(working, capture_of(working), back_at, TIMEOUTS), Reason.NO_ARTICLE, back_at, TIMEOUTS)
    assert back.gone_since is None

    # When it is not found days later, Then that is a first time again
    assert visit(back, NOW + timedelta(days=3), Reason.NOT_FOUND).last_outcome == "failed:not_found"


def test_a_server_out_of_order_in_between_neither_confirms_nor_clears() -> None:
    # Given an article that was not found, and whose server then failed
    missing = visit(at_stage(Stage.REST), NOW, Reason.GONE)
    broken = visit(missing, NOW + timedelta(hours=2), Reason.TIMEOUT)
    assert (broken.last_outcome, broken.gone_since) == ("failed:timeout", missing.gone_since)

    # When it is not found again, Then that is the confirmation
    assert visit(broken, NOW + timedelta(hours=3), Reason.NOT_FOUND).last_outcome == "removed"


UNDECIDED = sorted({*Reason} - GONE_REASONS - {Reason.OPT_OUT})


@given(
    revisits=st.builds(
        RevisitPolicy,
        first_seconds=st.sampled_from([60.0, 3600.0, 86400.0]),
        stop_seconds=st.sampled_from([0.0, 3600.0, 5 * 86400.0]),
    ),
    after=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100)),
    reasons=st.lists(st.sampled_from(UNDECIDED), max_size=CONFIRMATION_WAITS - 2),
)
@settings(deadline=None)
def test_a_page_that_may_be_gone_is_looked_for_soon_whatever_else_fails(
    revisits: RevisitPolicy, after: timedelta, reasons: list[Reason]
) -> None:
    # Given an indexed article, perhaps at its schedule's very end, whose page was not found
    timeouts = Timeouts(revisits=revisits)
    now = NOW + after
    state, _ = failed(next_run(committed(timeouts), now, timeouts), Reason.NOT_FOUND, now, timeouts)

    # When its visits fail otherwise
    for reason in reasons:
        assert state.due_at is not None
        now = datetime.fromtimestamp(state.due_at, NOW.tzinfo)
        state, _ = failed(next_run(state, now, timeouts), reason, now, timeouts)

        # Then each is followed by another within the time of a confirmation
        assert state.due_at is not None
        assert state.due_at <= math.ceil(now.timestamp()) + timeouts.confirm_gone_seconds

    # And the first that does not find it either retracts it
    assert state.due_at is not None
    now = datetime.fromtimestamp(state.due_at, NOW.tzinfo)
    state, _ = failed(next_run(state, now, timeouts), Reason.GONE, now, timeouts)
    assert state.last_outcome == "removed"


def test_a_server_that_stays_out_of_order_is_not_asked_forever() -> None:
    # Given an article at its schedule's end whose page was not found, and whose server is dead from then on
    timeouts = Timeouts(revisits=RevisitPolicy(stop_seconds=0))
    now, visits = NOW, 0
    state, _ = failed(next_run(committed(timeouts), now, timeouts), Reason.NOT_FOUND, now, timeouts)
    while state.due_at is not None:
        now = datetime.fromtimestamp(state.due_at, NOW.tzinfo)
        state, _ = failed(next_run(state, now, timeouts), Reason.TIMEOUT, now, timeouts)
        visits += 1

    # When nobody learns for a day whether it is gone, Then the visits end, and the article stands
    assert visits == CONFIRMATION_WAITS
    assert state.current is not None


def test_a_page_that_is_found_elsewhere_is_not_gone() -> None:
    # Given an article that was not found, and whose URL then leads to another article
    missing = visit(at_stage(Stage.REST), NOW, Reason.NOT_FOUND)
    later = NOW + timedelta(hours=2)
    working = next_run(missing, later, TIMEOUTS, submission_id="again")
    moved, _ = ended(working, Outcome.DUPLICATE, later, TIMEOUTS, duplicate_of=id_of(1))
    assert moved.gone_since is None

    # When it is not found another time, Then that is a first time again
    assert visit(moved, NOW + timedelta(hours=4), Reason.NOT_FOUND).last_outcome == "failed:not_found"


def test_a_retraction_is_a_revision_without_key_and_content() -> None:
    # Given an indexed article whose page opts out, with somebody waiting for the visit
    working = next_run(at_stage(Stage.REST), NOW, TIMEOUTS, submission_id="again")

    # When the run ends
    after, records = failed(working, Reason.OPT_OUT, NOW, TIMEOUTS, detail="header, x-robots-tag: noindex")

    # Then it is retracted at once, and both records say so
    revision, outcome = records
    assert isinstance(revision, RevisionRecord)
    assert isinstance(outcome, OutcomeRecord)
    assert revision.model_dump(exclude_none=True) == {
        "article_id": id_of(),
        "revision": 2,
        "previous_revision": 1,
        "change_type": "retracted",
        "url": working.url,
        "host": working.host,
        "committed_at": "2026-03-14T09:26:53.589Z",
        "cluster_id": id_of(),
        "reason": "opt_out",
    }
    assert (outcome.outcome, outcome.run, outcome.revision, outcome.submissions) == ("removed", 2, 2, ("again",))
    assert (outcome.key, outcome.headline, outcome.detail) == (None, None, "header, x-robots-tag: noindex")
    assert after.last_detail == outcome.detail


def test_a_page_that_opts_out_before_it_was_indexed_is_rejected() -> None:
    after, (outcome,) = failed(at_stage(Stage.EXTRACT), Reason.OPT_OUT, NOW, TIMEOUTS)
    assert (after.last_outcome, after.due_at, after.tombstone) == ("rejected:opt_out", None, None)
    assert isinstance(outcome, OutcomeRecord)


def test_a_resting_article_is_taken_back_as_a_run_of_its_own() -> None:
    # Its outcome must not collide with the last run's
    after, (_, outcome) = retracted(at_stage(Stage.REST), "gone", NOW)
    assert (after.stage, after.run, outcome.run) == (Stage.REST, 2, 2)
    assert after.version == at_stage(Stage.REST).version + 1


def test_what_was_never_committed_cannot_be_taken_back() -> None:
    tombstone, _ = retracted(at_stage(Stage.REST), "gone", NOW)
    for state in (tombstone, at_stage(Stage.FETCH)):
        with pytest.raises(InvalidTransitionError, match="never committed"):
            retracted(state, "gone", NOW)


def test_stages_are_passed_in_order() -> None:
    for position, at in enumerate(STAGE_ORDER):
        passed = [stage for stage in STAGE_ORDER if is_past(at_stage(at), stage)]
        assert passed == list(STAGE_ORDER[:position])
