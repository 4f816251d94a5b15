"""What ten million articles and a hundred million revisits a day ask of a stack: hot keys, ages, deferrals, cost.

Comes in: nothing. Goes out: tables on standard output, figures as JSON and plots as SVG with ``--out FOLDER``. Changes:
nothing else.

    .venv/bin/python benchmarks/capacity.py [--hours 6] [--out docs/images]

The transitions are those of ``newsdesk.articles.lifecycle``, the slots those of the host store that the tests use, in
simulated time: dispatch comes once a minute, a page takes 0.8 s, a slot is waited for as long as in production. What is
simulated is a **sample of hosts** of each size, with all of their articles of sixty days, for some hours; hosts share
nothing but dispatch, the shards and Lambda, so that the sums of all hosts are the sample's times their number. Workers
and dispatch are assumed to suffice; the tables say how many that takes.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(_ROOT),
    str(_ROOT / "shared"),
    str(_ROOT / "infra"),
    *(str(folder) for folder in sorted((_ROOT / "functions").iterdir())),
]

from rich.console import Console
from rich.table import Table

from harness.fakes import InMemoryHostStore
from newsdesk.adapters.dynamodb import DAY_SHARDS, DUE_SHARDS, shard_of
from newsdesk.articles import (
    ArticleState,
    Capture,
    CurrentRevision,
    Stage,
    Timeouts,
    ended,
    entrusted,
    first_run,
    lease_owner,
    lifecycle,
    released,
    visit_begun,
)
from newsdesk.clock import to_text
from newsdesk.contracts import Outcome
from newsdesk.web import article_id, parse_url
from newsdesk.web.transport.politeness import BULK_WAIT_SHARE, LATENESS_SECONDS
from newsdesk_cli.costs import bill_of

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
DAY = 86_400.0
INTERVAL = 2.0 + LATENESS_SECONDS
SHORT_WAIT = 5.0
PAGE_SECONDS = 0.8
TICK = 60.0
HORIZON = 60.0
TIMEOUTS = Timeouts(stuck_after_seconds=1800)

AGES = tuple(3600.0 * 2**n for n in range(11))
"""Seconds after its commit at which an article that does not change is visited, by the default policy."""

CHANGED, OTHER_PAGE = 0.05, 0.45
"""Shares of revisits that find a new revision, and another page with the same article."""

MOVES_A_RUN = 25_000
"""Articles that one part of dispatch moves in its 50 seconds on a whole processor (decision 0015)."""


@dataclass(frozen=True, slots=True)
class Size:
    """Hosts of one size: how many there are, how many of them are simulated, and their articles a day.

    With ``names``, each stands for an address at which so many hosts are, and ``articles`` are those of each of these.
    """

    name: str
    hosts: int
    sample: int
    articles: int
    names: int = 1


SIZES = (
    Size("giant", 20, 1, 10_000),
    Size("large", 300, 2, 2_000),
    Size("medium", 3_000, 6, 500),
    Size("small", 40_000, 20, 80),
    Size("tiny", 350_000, 60, 10),
    Size("shared", 100, 1, 10, names=1_000),
)
"""Ten million articles a day: a few publishers have two per cent of them, very many blogs have nearly half, and of
these a hundred thousand are a thousand at one address."""


@dataclass
class Tally:
    """What the hosts of one size came to."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    host_writes: Counter[tuple[str, int]] = field(default_factory=Counter)
    moves: Counter[int] = field(default_factory=Counter)
    busy_seconds: float = 0.0


class Crawl:
    """One host, or all hosts of one address, from ``START`` for some hours."""

    def __init__(self, size: Size, number: int, hours: float, tally: Tally, chance: random.Random) -> None:
        self.name, self.names, self.tally, self.chance = f"{size.name}-{number}.example", size.names, tally, chance
        self.end = hours * 3600.0
        self.slots = InMemoryHostStore()
        self.states: dict[str, ArticleState] = {}
        self.due: list[tuple[float, str]] = []
        self.events: list[tuple[float, int, Any, str]] = []
        self.number = count()
        self.wanted_at: dict[str, float] = {}
        rate = size.articles * size.names / DAY
        for n in range(round(rate * self.end)):
            self._at(chance.uniform(0.0, self.end), self._submit, f"https://{self._host(n)}/new/{n}")
        n = 0
        for younger, age in pairwise((0.0, *AGES)):
            span = min(self.end, age - younger)
            for _ in range(round(rate * span)):
                self._remember(f"https://{self._host(n)}/old/{n}", age, chance.uniform(0.0, span))
                n += 1
        for tick in range(math.ceil(self.end / TICK)):
            self._at(tick * TICK, self._dispatch, "")

    def _host(self, number: int) -> str:
        return f"{number % self.names}.{self.name}"

    def run(self) -> None:
        """Let time pass until the end."""
        while self.events:
            seconds, _, what, identifier = heapq.heappop(self.events)
            if seconds > self.end:
                return
            self.now = seconds
            what(identifier)

    def _at(self, seconds: float, what: Any, identifier: str) -> None:
        heapq.heappush(self.events, (seconds, next(self.number), what, identifier))

    def _moment(self, seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)

    def _save(self, state: ArticleState) -> None:
        """Write a state, and count what that costs the index of what is due."""
        before = self.states.get(state.article_id)
        self.states[state.article_id] = state
        self.tally.counts["state writes"] += 1
        was, now = (None if s is None else s.due_at for s in (before, state))
        if was != now:
            self.tally.counts["due writes"] += (was is not None) + (now is not None)
            if now is not None:
                heapq.heappush(self.due, (now, state.article_id))

    def _remember(self, url: str, age: float, due: float) -> None:
        """Put an article at rest into the table whose visit at an age is due at some time."""
        identifier = article_id(url)
        committed = self._moment(due - age)
        self.states[identifier] = ArticleState(
            article_id=identifier,
            url=url,
            host=parse_url(url).host,
            requested_url=url,
            first_seen=to_text(committed),
            stage=Stage.REST,
            current=_revision(committed),
            due_at=math.ceil(self._moment(due).timestamp()),
        )
        heapq.heappush(self.due, (self._moment(due).timestamp(), identifier))

    def _submit(self, url: str) -> None:
        now, identifier = self._moment(self.now), article_id(url)
        state = first_run(identifier, url, parse_url(url).host, url, now, TIMEOUTS, submission_id=url)
        self._save(entrusted(state, lease_owner(now), now, TIMEOUTS))
        self.wanted_at[identifier] = self.now
        self._at(self.now + 0.2, self._fetch, identifier)

    def _dispatch(self, _: str) -> None:
        now = self._moment(self.now)
        until = now.timestamp() + HORIZON
        while self.due and self.due[0][0] <= until:
            due, identifier = heapq.heappop(self.due)
            state = self.states[identifier]
            if state.due_at is None or state.due_at != math.ceil(due) or state.due_at > until:
                continue
            if state.stage is not Stage.REST and state.waiting is None:
                self.tally.counts["resent"] += 1
            is_visit = state.stage is Stage.REST
            after = visit_begun(state, now, TIMEOUTS) if is_visit else released(state, now, TIMEOUTS)
            received = max(self.now, state.due_at - START.timestamp())
            if is_visit:
                self.wanted_at[identifier] = received
            self._save(entrusted(after, lease_owner(now), self._moment(received), TIMEOUTS))
            self.tally.moves[int(self.now // TICK)] += 1
            self._at(received, self._fetch, identifier)

    def _fetch(self, identifier: str) -> None:
        self._reserve(self.states[identifier].host, identifier, SHORT_WAIT, self._dial)

    def _dial(self, identifier: str) -> None:
        if self.names > 1:
            self._reserve(self.name, identifier, 2 * SHORT_WAIT, self._request)
        else:
            self._request(identifier)

    def _reserve(self, key: str, identifier: str, longest: float, then: Any) -> None:
        """Take the next slot of a host or an address, and go on when it comes; otherwise defer the page."""
        state, now = self.states[identifier], self._moment(self.now)
        if state.priority == "bulk":
            longest = INTERVAL * BULK_WAIT_SHARE
        slot = self.slots.reserve(key, now, INTERVAL, longest, priority=state.priority)
        is_prompt = slot.granted and slot.at == now
        self.tally.host_writes[key, int(self.now)] += 1 if is_prompt else 2 if slot.granted else 3
        if not slot.granted:
            self.tally.counts["deferrals"] += 1
            self.tally.busy_seconds += 0.05
            self._save(lifecycle.deferred(state, slot.at))
            return
        waited = (slot.at - now).total_seconds()
        self.tally.busy_seconds += waited
        self._at(self.now + waited, then, identifier)

    def _request(self, identifier: str) -> None:
        self.tally.busy_seconds += PAGE_SECONDS
        kind = "new" if self.states[identifier].run == 1 else "revisit"
        self.tally.waits[kind].append(self.now - self.wanted_at[identifier])
        self._at(self.now + PAGE_SECONDS, self._fetched, identifier)

    def _fetched(self, identifier: str) -> None:
        state, now, drawn = self.states[identifier], self._moment(self.now), self.chance.random()
        is_changed = state.run == 1 or drawn < CHANGED
        if is_changed or drawn < CHANGED + OTHER_PAGE:
            capture = Capture(
                capture_id="c", key="k", sha256="0", captured_at=to_text(now), status=200, final_url=state.url
            )
            state = lifecycle.fetched(state, capture, now, TIMEOUTS)
            self._save(state)
        if is_changed:
            state = lifecycle.extracted(state, "e", "0", now, TIMEOUTS)
            self._save(state)
            state = lifecycle.enriched(state, "a", now, TIMEOUTS)
            self._save(state)
            self._save(ended(state, Outcome.INDEXED, now, TIMEOUTS, current=_revision(now, state.run))[0])
            self.tally.counts["committed"] += 1
        else:
            self._save(ended(state, Outcome.UNCHANGED, now, TIMEOUTS)[0])
            self.tally.counts["unchanged"] += 1


def _revision(committed: datetime, number: int = 1) -> CurrentRevision:
    return CurrentRevision(revision=number, key="k", content_hash="0", committed_at=to_text(committed))


def simulate(hours: float, seed: int = 1) -> dict[str, Tally]:
    """Return what came of the sample, by size."""
    tallies: dict[str, Tally] = {}
    for size in SIZES:
        tally = tallies[size.name] = Tally()
        for number in range(size.sample):
            chance = random.Random(f"{seed} {size.name} {number}")
            Crawl(size, number, hours, tally, chance).run()
    return tallies


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all are not above."""
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures_of(tallies: dict[str, Tally], hours: float) -> dict[str, Any]:
    """Return the figures of all hosts together, and of each size."""
    seconds = hours * 3600.0
    by_size: dict[str, Any] = {}
    rates: dict[str, float] = defaultdict(float)
    moves: Counter[int] = Counter()
    busy = 0.0
    for size in SIZES:
        tally, factor = tallies[size.name], size.hosts / size.sample
        visits = sum(map(len, tally.waits.values()))
        busiest = max(_by_ten_seconds(tally.host_writes).values(), default=0.0)
        by_size[size.name] = {
            "hosts": size.hosts,
            "articles_a_day": size.articles * size.names,
            "visits_a_day": round(visits / size.sample / hours * 24),
            "new_wait_p50_p99": [round(quantile(tally.waits["new"], share), 1) for share in (0.5, 0.99)],
            "revisit_wait_p50_p99": [round(quantile(tally.waits["revisit"], share), 1) for share in (0.5, 0.99)],
            "deferrals_a_visit": round(tally.counts["deferrals"] / max(1, visits), 3),
            "host_writes_a_second": round(sum(tally.host_writes.values()) / size.sample / seconds, 3),
            "host_writes_a_second_at_most": round(busiest, 2),
        }
        for name, number in tally.counts.items():
            rates[name] += number * factor / seconds
        for minute, number in tally.moves.items():
            moves[minute] += round(number * factor)
        busy += tally.busy_seconds * factor / seconds
    new_articles = sum(size.hosts * size.names * size.articles for size in SIZES) / DAY
    settled = [number for minute, number in moves.items() if minute >= 10] or [0]
    return {
        "sizes": by_size,
        "a_second": {name: round(rate) for name, rate in sorted(rates.items())},
        "due_shard_writes_a_second": round(rates["due writes"] / DUE_SHARDS),
        "day_shard_writes_a_second": round((new_articles + 2 * (rates["committed"] - new_articles)) / DAY_SHARDS),
        "band_writes_a_second_if_in_every_article": round(new_articles),
        "moves_a_minute_p50_p99": [round(quantile(settled, share)) for share in (0.5, 0.99)],
        "fetches_at_once": round(busy),
    }


def _by_ten_seconds(writes: Counter[tuple[str, int]]) -> dict[tuple[str, int], float]:
    total: Counter[tuple[str, int]] = Counter()
    for (host, second), number in writes.items():
        total[host, second // 10] += number
    return {key: number / 10 for key, number in total.items()}


def shares_of_shards(articles: int = 200_000) -> float:
    """Return by how much the fullest due shard has more than its share."""
    counted = Counter(shard_of(article_id(f"https://news.example/{n}"), DUE_SHARDS) for n in range(articles))
    return max(counted.values()) * DUE_SHARDS / articles


def bars(title: str, rows: Sequence[tuple[str, float]], limit: float, unit: str) -> str:
    """Return a plot with a bar for each row on a logarithmic scale, and a line at the limit."""
    left, width, step = 300, 430, 26
    low = min([value for _, value in rows if value > 0] + [0.01])
    scale = width / (math.log10(limit * 3) - math.log10(low))

    def place(value: float) -> float:
        return left + max(2.0, (math.log10(max(value, low)) - math.log10(low)) * scale)

    height = 60 + step * len(rows)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 90} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="100%" height="100%" fill="white"/><text x="10" y="22" font-size="15">{title}</text>',
    ]
    x = place(limit)
    lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="34" y2="{height - 18}" stroke="#b03030" stroke-width="2"/>')
    lines.append(f'<text x="{x:.1f}" y="{height - 5}" text-anchor="middle" fill="#b03030">{limit:g} {unit}</text>')
    for number, (name, value) in enumerate(rows):
        y = 40 + step * number
        lines.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{name}</text>')
        lines.append(f'<rect x="{left}" y="{y}" width="{place(value) - left:.1f}" height="17" fill="#4878a8"/>')
        lines.append(
            f'<text x="{place(value) + 5:.1f}" y="{y + 13}" stroke="white" stroke-width="4" paint-order="stroke">'
            f"{value:g}</text>"
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


_PLOTTED = {
    "giant": "giant host",
    "large": "large host",
    "medium": "medium host",
    "tiny": "tiny host",
    "shared": "shared address",
}


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=6.0, help="of simulated time")
    parser.add_argument("--out", type=Path, help="write capacity.json and the plots into this folder")
    options = parser.parse_args()
    tallies = simulate(options.hours)
    figures = figures_of(tallies, options.hours)
    figures["fullest_shard_to_mean"] = round(shares_of_shards(), 3)
    figures["dispatch_runs_a_minute"] = math.ceil(figures["moves_a_minute_p50_p99"][1] / MOVES_A_RUN)
    bill = bill_of(10_000_000, revisits=10.0, changed=CHANGED, other_page=OTHER_PAGE)
    figures["dollars_a_month"] = round(bill.dollars)
    console = Console(width=150)
    table = Table("hosts", *next(iter(figures["sizes"].values())))
    for name, row in figures["sizes"].items():
        table.add_row(name, *map(str, row.values()))
    console.print(table)
    console.print({name: value for name, value in figures.items() if name != "sizes"})
    if options.out:
        (options.out / "capacity.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        hot = [
            ("the busiest host's pace", figures["sizes"]["giant"]["host_writes_a_second_at_most"]),
            ("a shared address's pace", figures["sizes"]["shared"]["host_writes_a_second_at_most"]),
            ("a shard of ByDue", figures["due_shard_writes_a_second"] * figures["fullest_shard_to_mean"]),
            ("a shard of today in ByPublicationDay", figures["day_shard_writes_a_second"]),
            ("a band that every article has", figures["band_writes_a_second_if_in_every_article"]),
            ("the busiest host in ByHost", round(SIZES[0].articles / DAY, 2)),
        ]
        rows = [(name, round(value, 2)) for name, value in hot]
        plot = bars(
            "Hottest keys, writes a second, at 10 million articles and 100 million revisits", rows, 500, "a second"
        )
        (options.out / "capacity-keys.svg").write_text(plot, encoding="utf-8")
        waits = [
            (f"{name}, {kind}, {label}", figures["sizes"][size][f"{kind}_wait_p50_p99"][at])
            for size, name in _PLOTTED.items()
            for kind in ("new", "revisit")
            for at, label in ((0, "median"), (1, "99th per cent"))
        ]
        plot = bars("Wait for the request, seconds", waits, 3600, "s")
        (options.out / "capacity-waits.svg").write_text(plot, encoding="utf-8")


if __name__ == "__main__":
    main()
