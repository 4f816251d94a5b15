"""Sources as a terminal shows them: tables that fit 80 columns, and words.

Comes in: sources, what became of their items, what discover found. Goes out: tables and sentences for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from newsdesk.clock import from_text
from newsdesk.sources import RECENT_DAYS, DayYield, Poll, Source, SourceFilters, SourceState, YieldShares
from newsdesk_cli.sources import Known
from newsdesk_cli.wording import epoch_in_words, in_words, problem_in_words

_FLAWS = {"no_date": "without a date", "no_author": "without an author", "leak": "with foreign text, it seems"}


def found_table(found: Sequence[Mapping[str, Any]]) -> Table:
    """Return what was found at a site."""
    table = Table(box=None, pad_edge=False, header_style="bold", caption=f"{len(found)} found")
    for name in ("kind", "found by", "items", "newest"):
        table.add_column(name, no_wrap=True)
    table.add_column("source", overflow="fold")
    for entry in found:
        about = problem_in_words(entry.get("error") or "") or entry.get("title") or ""
        table.add_row(
            escape(entry.get("format") or entry["kind"]),
            escape(entry["found_by"]),
            str(entry.get("items", "")),
            escape((entry.get("newest") or "")[:16].replace("T", " ")),
            escape(f"{entry['url']}\n{about}".strip()),
        )
    return table


def tried_table(tried: Mapping[str, Any]) -> Table:
    """Return what a poll would submit."""
    numbers = ", ".join(f"{number} {choice.replace('_', ' ')}" for choice, number in tried["chosen"].items())
    table = Table(box=None, pad_edge=False, header_style="bold", caption=numbers or "nothing is listed there")
    for name in ("item", "published"):
        table.add_column(name, no_wrap=True)
    table.add_column("address", overflow="fold")
    for item in tried["items_shown"]:
        about = f"{item['url']}\n{item.get('title', '')}".strip()
        published = (item.get("published") or item.get("updated") or "")[:16].replace("T", " ")
        table.add_row(item["choice"].replace("_", " "), escape(published), escape(about))
    return table


def sources_table(sources: Iterable[Known], now: datetime) -> Table:
    """Return a list of sources, several lines each, which fits 80 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", overflow="fold", ratio=1)
    table.add_column("state\nlast poll", no_wrap=True)
    for name in ("found\nnew", "indexed\nrefused"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("quiet\nsince", no_wrap=True)
    for entry in sources:
        source = entry.source
        about = [source.title or "", source.url, source.source_id, *_remarks(source)]
        table.add_row(
            escape("\n".join(about).strip()),
            f"{_state(source)}\n{_ago(source.last_polled_at, now)}",
            f"{source.found:,}\n{source.submitted:,}",
            f"{entry.recent.indexed:,}\n{entry.recent.refused:,}",
            _ago(source.last_new_at, now),
        )
    table.caption = f"{table.row_count:,} listed; indexed and refused of the last {RECENT_DAYS} days"
    return table


def source_in_words(entry: Known, days: Sequence[DayYield], now: datetime) -> dict[str, str]:
    """Return what people want to know of a source."""
    source = entry.source
    facts = {
        "source": source.source_id,
        "kind": source.kind.value,
        "address": source.url,
        "title": source.title or "",
        "said of it": ", ".join(filter(None, (source.language, source.country))),
        "tags": ", ".join(source.tags),
        "priority": source.priority or "",
        "wanted": _wanted(source.filters),
        "added": in_words(source.added_at, now),
        "state": _whereabouts(source, now),
        "last poll": _last_poll(source, now),
        "brought": f"{source.found:,} in its last document; {source.submitted:,} new in all, {_quiet(source, now)}",
        f"last {RECENT_DAYS} days": _became(entry.recent),
        "weeks before": _became(entry.earlier),
        "warnings": ", ".join(warning.value.replace("_", " ") for warning in source.warnings),
        "by day": "\n".join(map(_day, days)),
        "polls": "\n".join(_poll(poll, now) for poll in source.history),
    }
    return {name: value for name, value in facts.items() if value}


def _wanted(filters: SourceFilters) -> str:
    """Return which items are taken."""
    limits = [f"at most {filters.most_items_a_day:,} a day"]
    if filters.greatest_age_days is not None:
        limits.append(f"none older than {filters.greatest_age_days} days")
    if filters.include:
        limits.append(f"only {', '.join(filters.include)}")
    if filters.exclude:
        limits.append(f"without {', '.join(filters.exclude)}")
    return "; ".join(limits)


def _whereabouts(source: Source, now: datetime) -> str:
    """Return whether and when it is polled next."""
    if source.state is SourceState.PAUSED:
        since = f" {in_words(source.paused_at, now)}" if source.paused_at else ""
        return f"paused{since}: {source.paused_reason.value if source.paused_reason else 'for no stated reason'}"
    due = epoch_in_words(source.due_at, now) if source.due_at is not None else "not due"
    every = f", every {source.interval_seconds / 60:,.0f} minutes" if source.interval_seconds else ""
    return f"{'failing' if source.failures else 'active'}; the next poll is due {due}{every}"


def _last_poll(source: Source, now: datetime) -> str:
    if source.last_polled_at is None or source.last_status is None:
        return "none yet"
    words = f"{source.last_status.value.replace('_', ' ')}, {in_words(source.last_polled_at, now)}"
    return "; ".join([words, *([problem_in_words(source.last_detail)] if source.last_detail else [])])


def _quiet(source: Source, now: datetime) -> str:
    return f"the last {in_words(source.last_new_at, now)}" if source.last_new_at else "none yet"


def _became(shares: YieldShares) -> str:
    """Return what became of items, as the desk says it."""
    if not shares.ended:
        return "nothing ended"
    return (
        f"{shares.good:.0%} of {shares.ended:,} are articles; of those indexed {shares.no_date:.0%} lack a date, "
        f"{shares.no_author:.0%} an author, {shares.leak:.0%} may hold foreign text"
    )


def _day(day: DayYield) -> str:
    counts = day.model_dump(exclude_defaults=True, exclude={"day"})
    counted = (f"{number:,} {_FLAWS.get(name, name)}" for name, number in counts.items())
    return f"{day.day}  {', '.join(counted)}"


def _poll(poll: Poll, now: datetime) -> str:
    times = f", {poll.times} times" if poll.times > 1 else ""
    detail = f"; {poll.detail}" if poll.detail else ""
    what = f"{poll.status.value.replace('_', ' ')}{times}: {poll.new:,} new of {poll.found:,}{detail}"
    return f"{in_words(poll.at, now)}  {what}"


def _state(source: Source) -> str:
    if source.state is SourceState.PAUSED:
        return f"[yellow]paused[/]: {source.paused_reason.value if source.paused_reason else ''}"
    return "[red]failing[/]" if source.failures else "[green]active[/]"


def _remarks(source: Source) -> Iterator[str]:
    if source.failures and source.last_detail:
        yield f"{problem_in_words(source.last_detail)} ({source.failures} in a row)"
    if source.warnings:
        yield "warning: " + ", ".join(warning.value.replace("_", " ") for warning in source.warnings)


def _ago(text: str | None, now: datetime) -> str:
    if text is None:
        return "never"
    seconds = max(0.0, (now - from_text(text)).total_seconds())
    for name, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {name}"
    return f"{seconds:.0f} s"
