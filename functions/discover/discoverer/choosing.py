"""Which of a document's items are to be submitted.

Comes in: a source, what its document lists, what was submitted before. Goes out: the choice, with the reason for each
item that is not taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from discoverer.reading import Item, moment_of
from newsdesk.errors import RejectedUrlError
from newsdesk.sources import SeenItems, Source, item_key, version_of
from newsdesk.web import parse_url

MOST_PER_POLL = 2_000
"""Items that one poll submits: 200 calls of the queue, within the function's time."""

_ANY_MOVE = 20
"""So many items may have been changed since the last poll, however many there are."""


class Choice(StrEnum):
    """What becomes of an item."""

    NEW = "new"
    """It is submitted."""
    CHANGED = "changed"
    """It is submitted again: the source says that it was changed."""
    KNOWN = "known"
    """It was submitted before."""
    FILTERED = "filtered"
    """Its path is not wanted."""
    TOO_OLD = "too_old"
    """It is older than is wanted."""
    NO_URL = "no_url"
    """It has no address that can be visited."""
    HELD_BACK = "held_back"
    """It waits: the day's number of items is reached, or the poll's."""


@dataclass(slots=True)
class Chosen:
    """What is to be done with a document's items.

    Attributes
    ----------
    submit : list of (str, Item)
        Submission ids and items, in the order in which they are sent.
    listed : list of (bytes, bytes)
        Keys and versions of what is known once these are submitted.
    choices : Counter of Choice
        Items by what becomes of them.
    by_item : list of (Item, Choice)
        The same, one by one.
    """

    submit: list[tuple[str, Item]] = field(default_factory=list)
    listed: list[tuple[bytes, bytes]] = field(default_factory=list)
    by_item: list[tuple[Item, Choice]] = field(default_factory=list)

    @property
    def choices(self) -> Counter[Choice]:
        """Items by what becomes of them."""
        return Counter(choice for _, choice in self.by_item)

    @property
    def is_complete(self) -> bool:
        """Whether nothing waits for a later poll."""
        return not self.choices[Choice.HELD_BACK]


def choose(source: Source, items: Sequence[Item], seen: SeenItems, now: datetime) -> Chosen:
    """Return which items of a document are to be submitted, the newest first where not all can be."""
    chosen = Chosen()
    names = _names_of(items)
    wanted: list[tuple[Item, Choice, str]] = []
    for item, name in zip(items, names, strict=True):
        choice = _choice(source, item, name, seen, now)
        if choice in (Choice.NEW, Choice.CHANGED):
            wanted.append((item, choice, name))
            continue
        chosen.by_item.append((item, choice))
        if choice is Choice.KNOWN:
            chosen.listed.append((item_key(name), version_of(item.updated)))
    wanted = _without_mass_changes(wanted, chosen)
    room = max(0, min(MOST_PER_POLL, source.filters.most_items_a_day - submitted_on(source, now)))
    if len(wanted) > room:
        oldest = datetime.min.replace(tzinfo=UTC)
        wanted.sort(key=lambda entry: entry[0].moment or oldest, reverse=True)
    for number, (item, choice, name) in enumerate(wanted):
        if number >= room:
            chosen.by_item.append((item, Choice.HELD_BACK))
            continue
        chosen.by_item.append((item, choice))
        chosen.submit.append((source.submission_id(name, item.updated), item))
        chosen.listed.append((item_key(name), version_of(item.updated)))
    return chosen


def submitted_on(source: Source, now: datetime) -> int:
    """Return how many items of a source were submitted on the day of a moment (UTC)."""
    return source.submitted_today if source.day == now.date().isoformat() else 0


def is_too_old(text: str | None, source: Source, now: datetime) -> bool:
    """Return whether a time or a day is longer ago than a source's filters allow; what says nothing is not."""
    if text is None or source.filters.greatest_age_days is None:
        return False
    oldest = now - timedelta(days=source.filters.greatest_age_days)
    moment = moment_of(text)
    return moment < oldest if moment is not None else date.fromisoformat(text[:10]) < oldest.date()


def _choice(source: Source, item: Item, name: str, seen: SeenItems, now: datetime) -> Choice:
    try:
        url = parse_url(item.url)
    except RejectedUrlError:
        return Choice.NO_URL
    if not source.filters.wants(url.target):
        return Choice.FILTERED
    if is_too_old(item.updated or item.published, source, now):
        return Choice.TOO_OLD
    known = seen.version(item_key(name))
    if known is None:
        return Choice.NEW
    return Choice.KNOWN if known == version_of(item.updated) else Choice.CHANGED


def _names_of(items: Iterable[Item]) -> list[str]:
    """Return what each item is known by: its guid, or its URL where the document gives one guid to several."""
    known = list(items)
    urls: defaultdict[str, set[str]] = defaultdict(set)
    for item in known:
        if item.guid:
            urls[item.guid].add(item.url)
    return [item.guid if item.guid and len(urls[item.guid]) == 1 else item.url for item in known]


def _without_mass_changes(wanted: list[tuple[Item, Choice, str]], chosen: Chosen) -> list[tuple[Item, Choice, str]]:
    """Return what is wanted, without the changed items where nearly all are said to have changed at once.

    Some feeds give the time of the request as that of every item. These are noted as known, under their new version.
    """
    changed = [entry for entry in wanted if entry[1] is Choice.CHANGED]
    known = sum(choice is Choice.KNOWN for _, choice in chosen.by_item)
    if len(changed) <= _ANY_MOVE or len(changed) <= known:
        return wanted
    for item, _, name in changed:
        chosen.by_item.append((item, Choice.KNOWN))
        chosen.listed.append((item_key(name), version_of(item.updated)))
    return [entry for entry in wanted if entry[1] is not Choice.CHANGED]
