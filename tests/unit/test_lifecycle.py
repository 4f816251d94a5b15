"""The state machine: whatever happens in whatever order, only documented steps are taken and nobody is forgotten.

Comes in: random histories of an article. Goes out: assertions. Changes nothing.
"""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from newsdesk.lifecycle import (
    MAXIMUM_REMEMBERED_SUBMISSIONS,
    TRANSITIONS,
    InvalidTransitionError,
    Patience,
    deferred,
    ended,
    enriched,
    extracted,
    fetched,
    is_leased,
    is_past,
    joined,
    leased,
    message_for,
    next_run,
    released,
    retry_scheduled,
)
from newsdesk.messages import ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched
from newsdesk.outcomes import DESCRIPTIONS, Outcome, Reason, outcome_of
from newsdesk.state import STAGE_ORDER, ArticleState, OutcomeRecord, Stage
from tests.examples import CONTENT_HASH, NOW, PATIENCE, at_stage, capture_of, current_of, id_of, key_of, new_state

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

    def end(self, after: ArticleState, record: OutcomeRecord) -> None:
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
        self.move(joined(self.state, self.name()))

    @precondition(lambda self: self.state.stage is Stage.REST)
    @rule(by_somebody=st.booleans())
    def visit_again(self, by_somebody: bool) -> None:
        name = self.name() if by_somebody else None
        self.move(next_run(self.state, self.now, PATIENCE, submission_id=name))
        assert (self.state.attempts, self.state.resends, self.state.waiting) == (0, 0, None)

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule(owner=st.sampled_from(["one", "two"]))
    def lease(self, owner: str) -> None:
        self.move(leased(self.state, owner, self.now, PATIENCE))
        assert is_leased(self.state, self.now)
        assert not is_leased(self.state, self.now + timedelta(seconds=PATIENCE.lease_seconds))

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule(seconds=st.floats(min_value=0, max_value=10_000))
    def defer(self, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        attempts = self.state.attempts
        self.move(deferred(self.state, until))
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
        self.move(released(before, self.now, PATIENCE))
        assert self.state.resends == before.resends + (before.waiting is None)
        assert message_for(self.state) == message_for(before)

    @precondition(lambda self: self.state.stage is Stage.FETCH)
    @rule()
    def fetch(self) -> None:
        self.move(fetched(self.state, capture_of(self.state), self.now, PATIENCE))

    @precondition(lambda self: self.state.stage is Stage.EXTRACT)
    @rule()
    def extract(self) -> None:
        self.move(extracted(self.state, f"work/v1/{self.state.run}", CONTENT_HASH, self.now, PATIENCE))

    @precondition(lambda self: self.state.stage is Stage.ENRICH)
    @rule()
    def enrich(self) -> None:
        self.move(enriched(self.state, key_of(self.state), self.now, PATIENCE))

    @precondition(lambda self: self.state.stage is Stage.INDEX)
    @rule()
    def commit(self) -> None:
        revision = (self.state.current.revision if self.state.current else 0) + 1
        current = current_of(self.state, revision, self.now)
        self.end(*ended(self.state, Outcome.INDEXED, self.now, PATIENCE, current=current))
        assert self.state.current == current
        assert (self.records[-1].revision, self.records[-1].key) == (revision, current.key)
        assert self.state.unchanged_visits == 0
        assert self.state.validators is not None

    @precondition(lambda self: self.state.stage in WORKING and self.state.current is not None)
    @rule()
    def find_nothing_new(self) -> None:
        before = self.state
        self.end(*ended(before, Outcome.UNCHANGED, self.now, PATIENCE))
        assert self.state.current == before.current
        assert self.state.unchanged_visits == before.unchanged_visits + 1

    @precondition(lambda self: self.state.stage in WORKING)
    @rule(reason=st.sampled_from([*Reason]))
    def fail(self, reason: Reason) -> None:
        before = self.state
        self.end(*ended(before, outcome_of(reason), self.now, PATIENCE, reason=reason, detail="why"))
        assert (self.state.current, self.state.validators) == (before.current, before.validators)
        assert self.records[-1].key is None

    @precondition(lambda self: self.state.stage in WORKING)
    @rule()
    def turn_out_to_be_another(self) -> None:
        self.end(*ended(self.state, Outcome.DUPLICATE, self.now, PATIENCE, duplicate_of=id_of(1)))
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
        assert len(runs) == self.state.run - (self.state.stage is not Stage.REST)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_only_documented_steps_are_possible() -> None:
    # Given an article at each stage, When each step is tried there, Then only those of the table are possible
    steps = {
        Stage.EXTRACT: lambda state: fetched(state, capture_of(state), NOW, PATIENCE),
        Stage.ENRICH: lambda state: extracted(state, "work/v1/x", CONTENT_HASH, NOW, PATIENCE),
        Stage.INDEX: lambda state: enriched(state, "articles/v1/x", NOW, PATIENCE),
        Stage.FETCH: lambda state: next_run(state, NOW, PATIENCE),
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
    # Given an article past fetch, When it is leased, deferred or retried, Then that is a mistake of ours
    for step in (
        lambda state: leased(state, "worker", NOW, PATIENCE),
        lambda state: deferred(state, NOW),
        lambda state: retry_scheduled(state, NOW, 60, "timeout"),
    ):
        if stage is Stage.REST:
            continue
        with pytest.raises(InvalidTransitionError):
            step(at_stage(stage))


@pytest.mark.parametrize("stage", [Stage.EXTRACT, Stage.ENRICH, Stage.INDEX])
def test_a_stage_without_what_it_works_on_has_no_message(stage: Stage) -> None:
    # Given a state that lost its key, When its message is asked for, Then that is a mistake of ours
    with pytest.raises(InvalidTransitionError, match="without"):
        message_for(new_state(stage=stage))


def test_a_message_names_the_run_and_the_key_and_nothing_else() -> None:
    # Given an article at each stage, When its message is written, Then it carries ids and a key, never content
    documents = []
    for stage in WORKING:
        message = message_for(at_stage(stage))
        assert message is not None
        documents.append(json.loads(message.to_json()))
    common = {"schemaVersion", "articleId", "run", "correlationId", "type"}
    assert [set(document) - common for document in documents] == [
        set(),
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
        state = joined(joined(state, f"s{number}"), f"s{number}")

    # When they are counted, Then each is there once, up to the bound
    assert state.submissions == tuple(f"s{number}" for number in range(count))[:MAXIMUM_REMEMBERED_SUBMISSIONS]


def test_revisits_follow_the_schedule_from_the_commit_on() -> None:
    # Given a committed article, When visits find nothing new, Then each comes later than the one before, then none
    state = at_stage(Stage.REST)
    waits = []
    for _ in range(3):
        waits.append(state.due_at and state.due_at - math.ceil(NOW.timestamp()))
        state, _ = ended(next_run(state, NOW, PATIENCE), Outcome.UNCHANGED, NOW, PATIENCE)
    assert waits == [3600, 86400, None]


def test_what_was_never_committed_is_not_revisited() -> None:
    # Given a first visit that failed, When the run ends, Then nobody looks again by itself
    state, record = ended(at_stage(Stage.FETCH), Outcome.FAILED, NOW, PATIENCE, reason=Reason.NOT_FOUND)
    assert state.due_at is None
    assert (record.outcome, record.revision) == ("failed:not_found", None)


def test_what_was_removed_is_not_revisited() -> None:
    # Given a committed article, When it is taken down, Then no schedule brings it back
    state, record = ended(
        next_run(at_stage(Stage.REST), NOW, PATIENCE), Outcome.REMOVED, NOW, Patience(revisit_schedule=(1, 1, 1))
    )
    assert state.due_at is None
    assert record.outcome == "removed"


def test_stages_are_passed_in_order() -> None:
    # Given an article at each stage, When it is asked what lies behind it, Then it is what comes before
    for position, at in enumerate(STAGE_ORDER):
        passed = [stage for stage in STAGE_ORDER if is_past(at_stage(at), stage)]
        assert passed == list(STAGE_ORDER[:position])
