"""Words for times, for outcomes, and for what an article waits for.

Comes in: times and outcomes. Goes out: words for people.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from newsdesk.clock import from_text, to_text
from newsdesk.contracts import DESCRIPTIONS, Reason

WAITS = {"retry": "tried again", "slot": "its host's turn is", "turn": "its turn among bulk is"}
"""What an article waits for, in words that a time follows."""

_ALLOW = "On this machine, `newsdesk up --allow-network CIDR` allows it"
_WORD = re.compile(r"\w+")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def in_words(moment: str, now: datetime) -> str:
    """Return how far away a time is: in seconds, minutes, hours or days, and as a time of this machine's zone."""
    then = from_text(moment)
    seconds = abs((then - now).total_seconds())
    size, name = next(((size, name) for size, name in _UNITS if seconds >= 1.95 * size), _UNITS[-1])
    count = round(seconds / size)
    away = f"{count} {name}{'s' if count != 1 else ''}"
    local = then.astimezone()
    shown = f"{local:%H:%M}" if local.date() == now.astimezone().date() else f"{local:%Y-%m-%d %H:%M}"
    return f"in {away}, at {shown}" if then > now else f"{away} ago, at {shown}"


def epoch_in_words(seconds: int, now: datetime) -> str:
    """Return the same of a time in seconds since 1970."""
    return in_words(to_text(datetime.fromtimestamp(seconds, UTC)), now)


def outcome_in_words(outcome: str, detail: str | None = None) -> str:
    """Return what an outcome with its reason means, and what its detail adds to that."""
    # What names a field is for readers of the documents.
    meaning = DESCRIPTIONS.get(outcome, "").partition("; `")[0].rstrip(".").replace("`", "")
    left = (detail or "").removeprefix(outcome.partition(":")[2]).removeprefix(": ")
    said = {"status", *_WORD.findall(meaning)}
    if not left or said.issuperset(_WORD.findall(left)):
        return meaning
    return f"{meaning} ({left})" if meaning else left


def problem_in_words(problem: str) -> str:
    """Return in words what discover reports: a reason of an outcome and its detail; anything else as it is."""
    reason, _, detail = problem.partition(": ")
    outcome = next((f"{kind}:{reason}" for kind in ("rejected", "failed") if f"{kind}:{reason}" in DESCRIPTIONS), None)
    if outcome is None:
        return problem
    words = outcome_in_words(outcome, detail)
    return f"{words}. {_ALLOW}" if reason == Reason.BLOCKED_ADDRESS else words
