"""``docs/outcomes.md`` says what the code does: the closed list, the schedules, and the words of the opt-out policy.

Comes in: the document and the code's tables. Goes out: assertions. Changes nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from newsdesk.articles import MAXIMUM_RESENDS, Patience, RevisitPolicy
from newsdesk.articles.retries import RETRY_POLICIES, SET_BACK_POLICY
from newsdesk.contracts import Reason, label, outcome_of
from newsdesk.contracts.outcomes import DESCRIPTIONS
from newsdesk.hosts import RETRY_AFTER_CAP_SECONDS
from newsdesk.web import Refusal
from newsdesk_cli.paths import TEMPLATE
from newsdesk_cli.templates import load_template

DOCUMENT = Path(__file__).parents[2] / "docs" / "outcomes.md"


def table(header: str) -> list[list[str]]:
    """Return the cells of the rows under a header."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    start = lines.index(header) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def kind_of(text: str) -> str:
    reason = Reason(text.partition(":")[2]) if ":" in text else None
    if reason in RETRY_POLICIES:
        return f"after {RETRY_POLICIES[reason].attempts} attempts"
    if reason is Reason.HOST_OVERLOADED:
        return f"after {SET_BACK_POLICY.attempts} set-backs"
    if reason is Reason.STUCK:
        return f"after {MAXIMUM_RESENDS} resends"
    return "final at once"


def test_the_document_lists_exactly_the_closed_list() -> None:
    # Given the closed list of outcomes, When the table is read, Then it has the same lines in the same order
    expected = [[f"`{text}`", description, kind_of(text)] for text, description in DESCRIPTIONS.items()]
    assert table("| outcome | meaning | kind |") == expected


def test_the_document_gives_the_schedule_of_retries() -> None:
    # Given the schedule, When the table is read, Then it has a line for each reason, with the same numbers
    expected = [
        [
            f"`{label(outcome_of(reason), reason)}`",
            f"{policy.attempts}",
            f"{policy.base_seconds:.0f} s",
            f"{policy.cap_seconds:.0f} s",
        ]
        for reason, policy in RETRY_POLICIES.items()
    ]
    assert table("| reason | attempts | first wait | longest wait |") == expected


def test_the_document_gives_the_limits() -> None:
    # Given the limits of patience, When the prose is read, Then it names them
    text = re.sub(r"\s+", " ", DOCUMENT.read_text(encoding="utf-8"))
    assert f"but no longer than {RETRY_AFTER_CAP_SECONDS / 3600:.0f} hours" in text
    assert f"after {MAXIMUM_RESENDS} resends" in text
    policy = SET_BACK_POLICY
    assert (
        f"at least {policy.base_seconds:.0f} seconds, doubled each time up to {policy.cap_seconds / 3600:.0f} hours"
        in text
    )
    assert f"and {policy.attempts} times at most" in text


def test_the_document_gives_the_defaults_of_visits() -> None:
    # Given the template's defaults, When the prose is read, Then it names each parameter with its default
    text = re.sub(r"\s+", " ", DOCUMENT.read_text(encoding="utf-8"))
    parameters = load_template(TEMPLATE)["Parameters"]
    names = ("RevisitFirstSeconds", "RevisitLongestSeconds", "RevisitGrowth", "RevisitStopDays", "ConfirmGoneSeconds")
    for name in names:
        assert f"`{name}` ({parameters[name]['Default']}" in text
    policy = RevisitPolicy()
    assert parameters["RevisitFirstSeconds"]["Default"] == policy.first_seconds
    assert parameters["RevisitLongestSeconds"]["Default"] == policy.longest_seconds
    assert parameters["RevisitGrowth"]["Default"] == policy.growth
    assert parameters["RevisitStopDays"]["Default"] * 86400 == policy.stop_seconds
    assert parameters["ConfirmGoneSeconds"]["Default"] == Patience().confirm_gone_seconds


def test_the_document_lists_every_refusal() -> None:
    # Given the words of the policy, When the table is read, Then it has a line for each
    assert [row[0] for row in table("| word of the policy | refused by |")] == [f"`{it.value}`" for it in Refusal]
    default = load_template(TEMPLATE)["Parameters"]["OptOutPolicy"]["Default"]
    text = re.sub(r"\s+", " ", DOCUMENT.read_text(encoding="utf-8"))
    assert f"By default these are {' and '.join(f'`{word}`' for word in default.split(','))}" in text
