"""Nothing that a run needs expires while the run goes on.

Comes in: the limits of the code, the bounds of the template's parameters. Goes out: assertions.
"""

from __future__ import annotations

import math

import pytest

from newsdesk.articles import MAXIMUM_RESENDS, OVERLOAD_POLICY, RETRY_POLICIES
from newsdesk.hosts import RETRY_AFTER_CAP_SECONDS
from newsdesk.runtime import TableSettings
from newsdesk_cli.paths import TEMPLATE
from newsdesk_cli.preflight import LONGEST_PAGE_DAYS, LONGEST_RUN_DAYS, RETENTIONS
from newsdesk_cli.templates import load_template

PARAMETERS = load_template(TEMPLATE)["Parameters"]
DAY = 86400.0


def longest_run_days(stuck_after_seconds: float) -> float:
    """How long an article of one page may be on its way, if everything that can be repeated is."""
    overloads = OVERLOAD_POLICY.attempts * max(OVERLOAD_POLICY.cap_seconds, RETRY_AFTER_CAP_SECONDS)
    return longest_page_days(stuck_after_seconds) + overloads / DAY


def longest_page_days(stuck_after_seconds: float) -> float:
    """What a page may add: its attempts and resends are its own, and how often its host is busy is the run's."""
    stuck = sum(stuck_after_seconds * 2.0**resends for resends in range(MAXIMUM_RESENDS + 1))
    retries = max(
        (policy.attempts - 1) * max(policy.cap_seconds, RETRY_AFTER_CAP_SECONDS) for policy in RETRY_POLICIES.values()
    )
    return (stuck + retries) / DAY


@pytest.mark.parametrize("parameter", RETENTIONS)
def test_no_retention_can_be_set_to_less_than_the_longest_run(parameter: str) -> None:
    # Given the longest time after which a message that was lost may be sent again
    longest = longest_run_days(PARAMETERS["StuckAfterSeconds"]["MaxValue"])
    # When / Then: a lifecycle rule counts whole days, so a day is to spare for none of them
    assert PARAMETERS[parameter]["MinValue"] >= math.ceil(longest)


def test_the_functions_refuse_what_the_template_refuses() -> None:
    (minimum,) = (bound.ge for bound in TableSettings.model_fields["record_retention_days"].metadata)
    assert minimum == PARAMETERS["RecordRetentionDays"]["MinValue"]


@pytest.mark.parametrize("stuck_after", [PARAMETERS["StuckAfterSeconds"][bound] for bound in ("MinValue", "Default")])
def test_a_run_that_is_repeated_as_often_as_allowed_lasts_days(stuck_after: float) -> None:
    assert 3 < longest_run_days(stuck_after) < longest_run_days(PARAMETERS["StuckAfterSeconds"]["MaxValue"])


def test_what_is_checked_before_a_deployment_fits_the_longest_runs() -> None:
    longest_stuck = PARAMETERS["StuckAfterSeconds"]["MaxValue"]
    assert longest_run_days(longest_stuck) <= LONGEST_RUN_DAYS
    assert longest_page_days(longest_stuck) <= LONGEST_PAGE_DAYS
