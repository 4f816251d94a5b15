"""The overview: the funnel of the last hours, outcomes, queues, and what waits.

Comes in: a stack. Goes out: numbers for a template.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsdesk.adapters.dynamodb import DUE_SHARDS
from newsdesk.articles import ArticleState, Stage
from newsdesk.clock import Clock, to_text
from newsdesk_cli.desk import figures as names
from newsdesk_cli.desk.figures import Figures, FigureSource
from newsdesk_cli.stack import Stack
from newsdesk_cli.wording import WAITS, outcome_in_words

HOURS = (1, 6, 24)
"""The periods that the funnel is shown of."""

_FRESH_SECONDS = 60
"""For how long numbers that AWS bills are shown again."""

_FUNNEL = (
    ("Received", names.RECEIVED, "started"),
    ("Fetched", names.FETCHED, "fetched"),
    ("Extracted", names.EXTRACTED, "extracted"),
    ("Enriched", names.ENRICHED, "enriched"),
    ("Indexed", names.INDEXED, "indexed"),
    ("Published", names.PUBLISHED, "published"),
)
_IDLE = frozenset({"stale", "skipped", "leased", "repeated"})
"""Statuses of deliveries that had nothing to do; at-least-once queues have many."""

_DUE_OF_A_SHARD = 12
_AWAITING_A_TURN = 24
_MOST_WAITS = 30
_PARALLEL_READS = 8
_AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel.

    Attributes
    ----------
    passed : int
        What went on to the next stage.
    share : float
        That, of the widest stage.
    others : tuple
        What became of the rest: statuses and numbers.
    """

    label: str
    passed: int
    share: float
    others: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many runs ended so, and what that means."""

    outcome: str
    count: int
    share: float
    meaning: str

    @property
    def tone(self) -> str:
        """Whether that is good."""
        kind = self.outcome.partition(":")[0]
        return {"indexed": "good", "failed": "bad", "rejected": "fair"}.get(kind, "")


@dataclass(frozen=True, slots=True)
class Wait:
    """An article that no worker is at.

    Attributes
    ----------
    due : str or None
        When dispatch looks at it.
    """

    article_id: str
    url: str
    stage: str
    why: str
    due: str | None


class Funnel:
    """The numbers of the last hours, kept for a minute."""

    def __init__(self, source: FigureSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._kept: dict[int, tuple[datetime, Figures]] = {}
        self._turn = threading.Lock()

    def of_last(self, hours: int) -> Figures:
        """Return what was counted in the last hours."""
        with self._turn:
            now = self._clock()
            kept = self._kept.get(hours)
            if kept is None or (now - kept[0]).total_seconds() >= _FRESH_SECONDS:
                kept = now, self._source.between(now - timedelta(hours=hours), now)
                self._kept[hours] = kept
            return kept[1]


def steps_of(figures: Figures) -> tuple[Step, ...]:
    """Return the funnel."""
    widest = max((figures.of(metric)[status] for _, metric, status in _FUNNEL), default=0)
    return tuple(
        Step(
            label,
            figures.of(metric)[status],
            figures.of(metric)[status] / widest if widest else 0.0,
            tuple(_others(figures.of(metric), status)),
        )
        for label, metric, status in _FUNNEL
    )


def _others(counts: Counter[str], passed: str) -> Iterator[tuple[str, int]]:
    for status, number in counts.most_common():
        if status != passed and status not in _IDLE and number:
            yield status, number


def outcomes_of(figures: Figures) -> tuple[OutcomeCount, ...]:
    """Return how runs ended, the most frequent first."""
    counts = figures.of(names.OUTCOMES)
    total = max(1, counts.total())
    return tuple(
        OutcomeCount(outcome, number, number / total, outcome_in_words(outcome))
        for outcome, number in counts.most_common()
        if number
    )


def waits_of(stack: Stack, now: datetime) -> tuple[Wait, ...]:
    """Return articles that wait for a retry, for their host or for their turn, the first due first.

    Every shard of what is due in the next hour is looked at, and a few articles of each; of bulk, those next in line.
    """

    def due_in(shard: int) -> list[str]:
        return list(stack.store.due(shard, now + _AHEAD, _DUE_OF_A_SHARD))

    with ThreadPoolExecutor(_PARALLEL_READS) as pool:
        found = [identifier for shard in pool.map(due_in, range(DUE_SHARDS)) for identifier in shard]
    found += stack.store.awaiting_turn(_AWAITING_A_TURN)
    waiting = [state for state in stack.store.states(found) if state.stage is not Stage.REST and state.waiting]
    waiting.sort(key=lambda state: (state.due_at or 0, state.article_id))
    return tuple(map(_wait, waiting[:_MOST_WAITS]))


def _wait(state: ArticleState) -> Wait:
    due = to_text(datetime.fromtimestamp(state.due_at, UTC)) if state.due_at else None
    return Wait(state.article_id, state.url, state.stage.value, WAITS.get(state.waiting or "", ""), due)
