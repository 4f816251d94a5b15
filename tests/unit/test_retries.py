"""The retry schedule: as long as published, never sooner than asked, never forever.

Comes in: reasons, attempts, jitter. Goes out: assertions.
"""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsdesk.articles import RevisitPolicy, overload_delay, retry_delay
from newsdesk.articles.retries import OVERLOAD_POLICY, RETRY_POLICIES, revisit_delay
from newsdesk.contracts import TRANSIENT, Outcome, Reason, label, outcome_of
from newsdesk.contracts.outcomes import DESCRIPTIONS, REJECTIONS
from newsdesk.hosts import RETRY_AFTER_CAP_SECONDS
from tests.examples import NOW

reasons = st.sampled_from(sorted(TRANSIENT))
jitters = st.floats(min_value=0.0, max_value=1.0, exclude_max=True)


@pytest.mark.parametrize("reason", sorted(TRANSIENT))
def test_attempts_are_bounded(reason: Reason) -> None:
    policy = RETRY_POLICIES[reason]
    waits = [retry_delay(reason, attempts, 0.5) for attempts in range(1, policy.attempts + 2)]
    assert None not in waits[: policy.attempts - 1]
    assert waits[policy.attempts - 1 :] == [None, None]


@pytest.mark.parametrize("reason", sorted(set(Reason) - TRANSIENT))
def test_what_cannot_get_better_has_no_schedule(reason: Reason) -> None:
    with pytest.raises(KeyError):
        retry_delay(reason, 1, 0.0)


def test_waits_double_up_to_the_cap() -> None:
    delays = [retry_delay(Reason.RATE_LIMITED, attempts, 0.0) for attempts in range(1, 6)]
    assert delays == [60.0, 120.0, 240.0, 480.0, 960.0]


@settings(deadline=None)
@given(reasons, st.integers(min_value=1, max_value=20), jitters)
def test_jitter_keeps_a_wait_within_its_upper_half(reason: Reason, attempts: int, jitter: float) -> None:
    policy = RETRY_POLICIES[reason]
    delay = retry_delay(reason, attempts, jitter)
    if attempts >= policy.attempts:
        assert delay is None
    else:
        ceiling = min(policy.cap_seconds, policy.base_seconds * 2 ** (attempts - 1))
        assert delay is not None
        assert ceiling / 2 <= delay <= ceiling


@settings(deadline=None)
@given(
    reasons,
    jitters,
    st.floats(min_value=0, max_value=2 * RETRY_AFTER_CAP_SECONDS)
    | st.floats(min_value=-1e12, max_value=1e12)
    | st.sampled_from([math.inf, math.nan]),
)
def test_a_server_is_given_the_patience_it_asks_for_within_reason(
    reason: Reason, jitter: float, retry_after: float
) -> None:
    # Given a server that names a time, however absurd, When the wait is worked out
    usual = retry_delay(reason, 1, jitter)
    delay = retry_delay(reason, 1, jitter, retry_after)

    # Then it is no shorter than asked or than usual, and no longer than the cap
    assert usual is not None
    assert delay is not None
    assert usual <= delay <= RETRY_AFTER_CAP_SECONDS
    if usual <= retry_after <= RETRY_AFTER_CAP_SECONDS:
        assert delay == retry_after


def test_a_page_waits_for_a_host_that_is_left_alone_ever_longer_and_not_forever() -> None:
    # Given no jitter, When a run finds its host left alone again and again
    waits = [overload_delay(number, 0.0) for number in range(1, OVERLOAD_POLICY.attempts + 2)]

    # Then its waits double up to the cap, and end
    assert waits == [30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3840.0, 7200.0, 7200.0, None]


def test_a_retry_after_does_not_buy_more_attempts() -> None:
    assert retry_delay(Reason.TIMEOUT, RETRY_POLICIES[Reason.TIMEOUT].attempts, 0.0, 10.0) is None


@settings(deadline=None)
@given(
    st.builds(
        RevisitPolicy,
        first_seconds=st.integers(1, 100_000),
        longest_seconds=st.integers(1, 10_000_000),
        growth=st.floats(1.1, 10.0),
        stop_seconds=st.integers(0, 100_000_000),
    ),
    *(st.timedeltas(timedelta(days=-1), timedelta(days=20_000)) for _ in range(3)),
)
def test_a_revisit_is_never_too_soon_too_late_or_after_the_end(
    policy: RevisitPolicy, known: timedelta, watched: timedelta, still: timedelta
) -> None:
    # Given any policy and any history, even one from the future, When the next visit is worked out
    wait = revisit_delay(policy, NOW, first_seen=NOW - known, seen_to_change=NOW - watched, changed=NOW - still)

    # Then it lies between the shortest and the longest wait, and before the end of visits
    if wait is not None:
        assert policy.first_seconds <= wait <= max(policy.first_seconds, policy.longest_seconds)
        assert max(0.0, watched.total_seconds()) + wait <= policy.stop_seconds


def test_every_reason_makes_exactly_one_documented_outcome() -> None:
    possible = set()
    for outcome in Outcome:
        for reason in (None, *Reason):
            try:
                possible.add(label(outcome, reason))
            except ValueError:
                continue
    assert possible == set(DESCRIPTIONS)
    assert {label(outcome_of(reason), reason) for reason in Reason} == {text for text in DESCRIPTIONS if ":" in text}
    assert all(outcome_of(reason) is Outcome.REJECTED for reason in REJECTIONS)
    assert not REJECTIONS & TRANSIENT
