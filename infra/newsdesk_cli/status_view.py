"""How far a submission or an article is, in words.

Comes in: records of the table. Goes out: names and sentences for people; `--verbose` prints the records themselves.
"""

from __future__ import annotations

from datetime import UTC, datetime

from newsdesk.articles import ArticleState, OutcomeRecord, Stage, SubmissionRecord
from newsdesk.clock import to_text
from newsdesk.contracts import Reason
from newsdesk_cli.wording import WAITS, in_words, outcome_in_words

_ALLOW = "On this machine, `newsdesk ingest --allow-network CIDR` allows it to one run"


def article_facts(state: ArticleState, now: datetime) -> dict[str, str]:
    """Return what people want to know of an article."""
    facts = {"article": state.article_id, "URL": state.url}
    if state.requested_url != state.url:
        facts["submitted as"] = state.requested_url
    facts["now"] = _whereabouts(state, now)
    if state.redirects:
        facts["redirects"] = _hops(state)
    elif state.current is not None and state.current.page_url not in (None, state.url):
        facts["redirects"] = f"led to {state.current.page_url}"
    if state.current is not None:
        facts["headline"] = state.current.headline or "(none)"
        facts["revision"] = f"{state.current.revision}, committed {in_words(state.current.committed_at, now)}"
        if state.current.duplicate_of:
            facts["copy of"] = state.current.duplicate_of
    if state.takedown is not None:
        facts["taken down"] = f"{in_words(state.takedown.taken_down_at, now)}: {state.takedown.reason}"
    elif state.tombstone is not None:
        why = state.tombstone.reason.replace("_", " ")
        facts["retracted"] = f"{in_words(state.tombstone.retracted_at, now)}: {why}"
    is_at_rest = state.stage is Stage.REST
    if state.last_outcome:
        when = f", {in_words(state.last_ended_at, now)}" if state.last_ended_at else ""
        facts["last outcome"] = f"{_outcome(state.last_outcome, state.last_detail if is_at_rest else None)}{when}"
    if state.duplicate_of:
        facts["leads to"] = state.duplicate_of
    if state.last_detail and not (is_at_rest and state.last_outcome):
        facts["last try"] = state.last_detail
    return facts


def submission_facts(
    submission: SubmissionRecord, ending: OutcomeRecord | None, state: ArticleState | None, now: datetime
) -> dict[str, str]:
    """Return what people want to know of a submission: its outcome, or how far its article is."""
    facts = {"submission": submission.submission_id, "URL": submission.url}
    facts["received"] = in_words(submission.received_at, now)
    outcome, detail = submission.outcome, submission.detail
    if ending is not None:
        outcome, detail = ending.outcome, ending.detail
        facts["ended"] = in_words(ending.ended_at, now)
    facts["outcome"] = (
        _outcome(outcome, detail) if outcome else f"none yet: {_whereabouts(state, now) if state else 'in flight'}"
    )
    if ending is not None and ending.headline:
        facts["headline"] = ending.headline
    if ending is not None and ending.duplicate_of:
        facts["leads to"] = ending.duplicate_of
    if state is not None and state.redirects and state.run == submission.run:
        facts["redirects"] = _hops(state)
    if submission.article_id is not None:
        facts["article"] = submission.article_id
    if submission.tags:
        facts["tags"] = ", ".join(submission.tags)
    return facts


def _hops(state: ArticleState) -> str:
    """Return the addresses that a visit was led over, the last one being where it ended."""
    return " → ".join([*(hop.url for hop in state.redirects), state.redirects[-1].location])


def _whereabouts(state: ArticleState, now: datetime) -> str:
    due = in_words(to_text(datetime.fromtimestamp(state.due_at, UTC)), now) if state.due_at else None
    if state.stage is Stage.REST:
        return f"at rest; its next visit is due {due}" if due else "at rest; it is not visited again"
    if state.waiting is not None:
        return f"in {state.stage.value}; {WAITS[state.waiting]} {due}" if due else f"in {state.stage.value}, waiting"
    return f"in {state.stage.value}"


def _outcome(outcome: str, detail: str | None) -> str:
    words = outcome_in_words(outcome, detail)
    helps = f". {_ALLOW}" if outcome == f"rejected:{Reason.BLOCKED_ADDRESS}" else ""
    return f"{outcome} — {words}{helps}" if words else outcome
