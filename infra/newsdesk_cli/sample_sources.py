"""Shows sources at work on the sample site: what discover finds there, and a feed that is polled.

Comes in: a stack and the site's address. Goes out: what was found, what the poll brought, and how it ended, in words.
Changes: the stack's registry, in which the feed is paused afterwards, because the site goes away with the command.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from newsdesk.adapters.sources import DynamoDueSources
from newsdesk.clock import utc_now
from newsdesk.sources import DueSource, PauseReason, Source, SourceKind, paused, resumed
from newsdesk_cli import sources
from newsdesk_cli.stack import Stack

_LOOK_SECONDS = 1.0
_OUTCOMES = ("indexed", "unchanged", "duplicate", "rejected", "failed", "removed")
_REPEATED_AFTER = timedelta(minutes=15)
"""A poll whose message was lost is repeated by dispatch."""


@dataclass(frozen=True, slots=True)
class Polled:
    """A feed of the site that was polled.

    Attributes
    ----------
    found : sequence of mappings
        All that discover found at the site.
    source : Source
        The one that was polled, as it was afterwards.
    new : int
        Items that the poll submitted.
    before : Counter of str
        Its earlier items by their outcomes.
    """

    found: Sequence[Mapping[str, Any]]
    source: Source
    new: int
    before: Counter[str]


def poll_a_feed(stack: Stack, url: str, deadline: float) -> Polled:
    """Have discover look for a site's sources, add the first feed to the registry, and have it polled now.

    Raises
    ------
    newsdesk_cli.sources.SourceError
        If there is none, or the poll was not through by the deadline (:func:`time.monotonic`).
    """
    found = [entry for entry in sources.ask(stack, {"find": url})["found"] if "error" not in entry]
    feed = next((entry for entry in found if entry["kind"] == SourceKind.FEED), None)
    if feed is None:
        raise sources.SourceError(f"discover found no feed at {url}")
    wanted = sources.made(SourceKind.FEED, feed["url"], {"tags": ["sample"]})
    stack.sources.add(wanted)
    known = sources.find(stack.sources, wanted.url)
    source = sources.change(stack.sources, known, lambda known: resumed(known, utc_now()))
    before = _outcomes_of(stack, source)
    polled = poll_now(stack, source, deadline)
    return Polled(found, polled, polled.submitted - source.submitted, before)


def poll_now(stack: Stack, source: Source, deadline: float) -> Source:
    """Have a source polled as soon as its host has a slot, as dispatch does once a minute; return it afterwards.

    Raises
    ------
    newsdesk_cli.sources.SourceError
        If that was not through by the deadline (:func:`time.monotonic`).
    """
    queue = stack.resources["DiscoverQueue"]
    due_sources = DynamoDueSources(stack.outputs["TableName"], queue, stack.dynamodb, stack.sqs)
    known = source
    while known.polls == source.polls:
        if time.monotonic() > deadline:
            raise sources.SourceError(f"{source.url} could not be polled in time")
        now = utc_now()
        if known.due_at is not None and known.due_at <= now.timestamp():
            version = due_sources.claim(DueSource(known.source_id, known.due_at), now + _REPEATED_AFTER)
            if version is not None:
                due_sources.send(known.source_id, version)
        time.sleep(_LOOK_SECONDS)
        known = sources.find(stack.sources, source.source_id)
    return known


def wait_for_items(stack: Stack, polled: Polled, deadline: float) -> Counter[str]:
    """Wait until what the poll submitted has ended and been counted; then pause the source.

    Returns
    -------
    Counter of str
        What the poll submitted, by its outcomes.
    """
    while (ended := _outcomes_of(stack, polled.source) - polled.before).total() < polled.new:
        if time.monotonic() > deadline:
            break
        time.sleep(_LOOK_SECONDS)
    known = sources.find(stack.sources, polled.source.source_id)
    sources.change(stack.sources, known, lambda source: paused(source, PauseReason.OPERATOR, utc_now()))
    return ended


def in_words(polled: Polled, ended: Counter[str]) -> Iterator[str]:
    """Yield what was found, polled and ended, a line for each."""
    named = ", ".join(f"{entry['format'].replace('_', ' ')} ({entry['items']})" for entry in polled.found)
    yield f"discover found at the site: {named}"
    if not polled.new:
        yield f"polled {polled.source.url}: nothing new among its {polled.source.found} items"
        return
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in ended.items()) or "none has ended yet"
    yield f"polled {polled.source.url}: {polled.new} of {polled.source.found} items were new; {outcomes}"


def _outcomes_of(stack: Stack, source: Source) -> Counter[str]:
    counted: Counter[str] = Counter()
    for day in stack.sources.days(source.source_id, utc_now().date().isoformat()):
        counted.update({outcome: getattr(day, outcome) for outcome in _OUTCOMES})
    return +counted
