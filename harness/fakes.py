"""The ports of ``newsdesk.ports`` in memory, faithful to their promises and able to fail on demand.

Comes in: what stage logic hands to a port. Goes out: what the port promises. Changes: itself only; every fake keeps
what it was given in plain attributes for tests to look at.

``fake.fail_next("save", error)`` makes the next call of ``save`` raise before it did anything;
``fake.fail_next("save", error, after=True)`` lets it do its work and loses the answer.
"""

from __future__ import annotations

import functools
import hashlib
import threading
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from newsdesk.articles import (
    ArticleState,
    ClustersInMemory,
    Listing,
    ListingPage,
    Neighbour,
    OutcomeRecord,
    RevisionRecord,
    Stage,
    Standing,
    SubmissionRecord,
    WriteOnce,
    standing_of,
)
from newsdesk.clock import from_text
from newsdesk.contracts import ArticleChanged, CompactionDue, Priority, StageMessage, SubmissionEnded, keys
from newsdesk.datasets import FeedEntry, Plan, StoredPart
from newsdesk.errors import AlreadyRecordedError, ConflictError, ObjectMissingError
from newsdesk.hosts import BackOff, HostProfile, ProfilePage, SiteRules, next_back_off
from newsdesk.sources import DayYield, DueSource, SeenItems, Source, SourcePage

P = ParamSpec("P")
R = TypeVar("R")
FakeT = TypeVar("FakeT", bound="FailsOnDemand")

DUE_SHARDS = 16


class FailsOnDemand:
    """Base of the fakes: one lock around every call, and a queue of failures for each method."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[tuple[BaseException, bool]]] = defaultdict(deque)
        self._lock = threading.RLock()

    def fail_next(self, method: str, error: BaseException, *, times: int = 1, after: bool = False) -> None:
        """Make the next ``times`` calls of a method raise; ``after`` means after its work was done."""
        assert callable(getattr(self, method, None)), f"{type(self).__name__} has no {method}"
        self._failures[method].extend([(error, after)] * times)


def can_fail(
    function: Callable[Concatenate[FakeT, P], R],
) -> Callable[Concatenate[FakeT, P], R]:
    """Make a method obey :meth:`FailsOnDemand.fail_next`."""

    @functools.wraps(function)
    def wrapper(self: FakeT, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._lock:
            planned = self._failures[function.__name__]
            error, after = planned.popleft() if planned else (None, False)
            if error is not None and not after:
                raise error
            result = function(self, *args, **kwargs)
            if error is not None:
                raise error
            return result

    return wrapper


class FakeClock:
    """A clock that stands still until it is moved; its ``sleep`` moves it and takes no time."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 9, 26, 53, 589000, tzinfo=UTC)) -> None:
        self.now = now
        self.sleeps: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.advance(seconds)


class InMemoryArticleStore(FailsOnDemand):
    """An :class:`newsdesk.ports.ArticleStore`.

    ``before_save`` is called, with the state about to be written, before its version is checked: a test puts another
    worker's write there.
    """

    def __init__(self, *states: ArticleState, shards: int = DUE_SHARDS) -> None:
        super().__init__()
        self.shards = shards
        self.states: dict[str, ArticleState] = {state.article_id: state for state in states}
        self.aliases: dict[str, str] = {}
        self.submitted: dict[str, SubmissionRecord] = {}
        self.outcomes: dict[tuple[str, int], OutcomeRecord] = {}
        self.revisions: dict[tuple[str, int], RevisionRecord] = {}
        self.clusters = ClustersInMemory()
        self.saves: list[ArticleState] = []
        self.before_save: Callable[[ArticleState], None] | None = None

    @can_fail
    def get(self, article_id: str) -> ArticleState | None:
        return self.states.get(article_id)

    @can_fail
    def find(self, article_id: str) -> ArticleState | None:
        state = self.states.get(article_id)
        return state or self.states.get(self.aliases.get(article_id, ""))

    @can_fail
    def save(self, state: ArticleState, *records: WriteOnce) -> None:
        if self.before_save is not None:
            hook, self.before_save = self.before_save, None
            hook(state)
        stored = self.states.get(state.article_id)
        if state.version == 1:
            if stored is not None or state.article_id in self.aliases:
                raise ConflictError(f"{state.article_id} is there already")
        elif stored is None or stored.version != state.version - 1:
            raise ConflictError(f"{state.article_id} is not at version {state.version - 1}")
        if state.stage is Stage.REST and state.duplicate_of is not None:
            original = self.states.get(state.duplicate_of)
            if original is None or original.duplicate_of is not None:
                raise ConflictError(f"{state.duplicate_of} is no original")
        if any(self._is_recorded(record) for record in records):
            raise AlreadyRecordedError(state.article_id)
        # What a table keeps has been through JSON; a value that does not survive it is caught here.
        self.states[state.article_id] = ArticleState.model_validate(state.model_dump(mode="json", exclude_none=True))
        self.saves.append(state)
        for record in records:
            self._record(record)

    @can_fail
    def reject(self, record: SubmissionRecord) -> bool:
        return self.submitted.setdefault(record.submission_id, record) is record

    @can_fail
    def submission(self, submission_id: str) -> SubmissionRecord | None:
        return self.submitted.get(submission_id)

    @can_fail
    def submissions(self, submission_ids: Sequence[str]) -> Sequence[SubmissionRecord]:
        return [self.submitted[identifier] for identifier in submission_ids if identifier in self.submitted]

    @can_fail
    def outcome(self, article_id: str, run: int) -> OutcomeRecord | None:
        return self.outcomes.get((article_id, run))

    @can_fail
    def revision(self, article_id: str, revision: int) -> RevisionRecord | None:
        return self.revisions.get((article_id, revision))

    @can_fail
    def add_alias(self, alias_id: str, article_id: str) -> bool:
        if alias_id in self.states or article_id not in self.states:
            return False
        return self.aliases.setdefault(alias_id, article_id) == article_id

    @can_fail
    def due(self, shard: int, until: datetime, limit: int) -> Sequence[str]:
        latest = int(until.timestamp())
        overdue = sorted(
            (state.due_at, state.article_id)
            for state in self.states.values()
            if state.due_at is not None
            and state.due_at <= latest
            and state.waiting != "turn"
            and self.shard_of(state.article_id) == shard
        )
        return [article_id for _, article_id in overdue[:limit]]

    @can_fail
    def awaiting_turn(self, limit: int) -> Sequence[str]:
        waiting = sorted(
            (state.due_at or 0, state.article_id) for state in self.states.values() if state.waiting == "turn"
        )
        return [article_id for _, article_id in waiting[:limit]]

    def shard_of(self, article_id: str) -> int:
        return zlib.crc32(article_id.encode("ascii")) % self.shards

    @can_fail
    def by_host(
        self, host: str, since: datetime, until: datetime, limit: int = 100, cursor: str | None = None
    ) -> ListingPage:
        listed = [
            state
            for state in self.states.values()
            if state.current is not None
            and state.host == host
            and since <= from_text(state.current.committed_at) <= until
        ]
        return _page(sorted(listed, key=_listing_order, reverse=True), limit, cursor)

    @can_fail
    def by_publication_day(self, day: str, limit: int = 100, cursor: str | None = None) -> ListingPage:
        listed = [
            state
            for state in self.states.values()
            if state.current is not None and (state.current.date_published or "")[:10] == day
        ]
        return _page(sorted(listed, key=_listing_order), limit, cursor)

    @can_fail
    def neighbours(
        self, bands: Sequence[str], limit_per_band: int = 20, *, is_consistent: bool = False
    ) -> Sequence[Neighbour]:
        return self.clusters.neighbours(bands, limit_per_band, is_consistent=is_consistent)

    @can_fail
    def add_bands(self, bands: Sequence[str], neighbour: Neighbour) -> None:
        self.clusters.add_bands(bands, neighbour)

    @can_fail
    def standings(self, article_ids: Collection[str]) -> Mapping[str, Standing]:
        known = (self.states[article_id] for article_id in article_ids if article_id in self.states)
        return {state.article_id: standing_of(state) for state in known}

    @can_fail
    def cluster_roots(self, cluster_ids: Collection[str]) -> Mapping[str, str]:
        return self.clusters.cluster_roots(cluster_ids)

    @can_fail
    def unite(self, cluster_ids: Collection[str]) -> str:
        return self.clusters.unite(cluster_ids)

    @can_fail
    def unlink(self, cluster_id: str) -> bool:
        return self.clusters.unlink(cluster_id)

    def _is_recorded(self, record: WriteOnce) -> bool:
        match record:
            case SubmissionRecord():
                return record.submission_id in self.submitted
            case OutcomeRecord():
                return (record.article_id, record.run) in self.outcomes
            case RevisionRecord():
                return (record.article_id, record.revision) in self.revisions

    def _record(self, record: WriteOnce) -> None:
        match record:
            case SubmissionRecord():
                self.submitted[record.submission_id] = record
            case OutcomeRecord():
                self.outcomes[record.article_id, record.run] = record
            case RevisionRecord():
                self.revisions[record.article_id, record.revision] = record


def _listing_order(state: ArticleState) -> tuple[str, str]:
    assert state.current is not None
    return state.current.committed_at, state.article_id


def _page(states: Sequence[ArticleState], limit: int, cursor: str | None) -> ListingPage:
    start = int(cursor) if cursor else 0
    end = start + limit
    return ListingPage(
        listings=tuple(_listing(state) for state in states[start:end]),
        cursor=str(end) if end < len(states) else None,
    )


def _listing(state: ArticleState) -> Listing:
    assert state.current is not None
    return Listing.model_validate(
        {**state.current.model_dump(), **state.model_dump(include={"article_id", "url", "host"})}
    )


@dataclass(frozen=True)
class StoredObject:
    """What a put left: the bytes and their headers."""

    body: bytes
    content_type: str
    content_encoding: str | None
    about: Mapping[str, str] = field(default_factory=dict)


class InMemoryObjectStore(FailsOnDemand):
    """An :class:`newsdesk.ports.ObjectStore`."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, StoredObject] = {}
        self.puts: list[str] = []

    @can_fail
    def put(
        self,
        key: str,
        body: bytes,
        content_type: str,
        content_encoding: str | None = None,
        about: Mapping[str, str] | None = None,
    ) -> bool:
        self.puts.append(key)
        if key in self.objects:
            return False
        self.objects[key] = StoredObject(bytes(body), content_type, content_encoding, dict(about or {}))
        return True

    @can_fail
    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise ObjectMissingError(key)
        return self.objects[key].body

    @can_fail
    def about(self, key: str) -> Mapping[str, str]:
        if key not in self.objects:
            raise ObjectMissingError(key)
        return self.objects[key].about

    @can_fail
    def delete(self, key: str) -> None:
        self.objects.pop(key, None)


class RecordingSender(FailsOnDemand):
    """A :class:`newsdesk.ports.MessageSender`; ``sent`` holds what the queues accepted, through JSON and back."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[StageMessage] = []
        self.delays: list[int] = []

    @can_fail
    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        assert 0 <= delay_seconds <= 900
        self.sent.append(type(message).model_validate_json(message.to_json()))
        self.delays.append(delay_seconds)


class RecordingEventPublisher(FailsOnDemand):
    """An :class:`newsdesk.ports.EventPublisher`; ``published`` holds what the bus accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[ArticleChanged | SubmissionEnded] = []

    @can_fail
    def publish(self, events: Sequence[ArticleChanged | SubmissionEnded]) -> None:
        self.published.extend(events)


@dataclass(frozen=True)
class Slot:
    """A :class:`newsdesk.ports.Reservation`."""

    at: datetime
    granted: bool
    in_backoff: bool = False


class InMemoryHostStore(FailsOnDemand):
    """A :class:`newsdesk.ports.HostStore`; ``last_slots`` holds each host's latest slot.

    ``sites`` may be filled with :func:`open_site` by tests that are not about robots.txt.
    """

    def __init__(self) -> None:
        super().__init__()
        self.last_slots: dict[str, datetime] = {}
        self.backlogs: dict[str, datetime] = {}
        self.bulk_backlogs: dict[str, datetime] = {}
        self.back_offs: dict[str, BackOff] = {}
        self.intervals: dict[str, tuple[timedelta, datetime]] = {}
        self.taken_down: set[str] = set()
        self.sites: dict[str, SiteRules] = {}
        self.claims: dict[str, datetime] = {}
        self.profiles: dict[str, HostProfile] = {}
        self.asked: list[dict[str, Any]] = []

    def open_site(self, origin: str) -> None:
        """Remember a site as one that allows everything and need not be asked again."""
        forever = datetime(2100, 1, 1, tzinfo=UTC)
        self.sites[origin] = SiteRules(tdm=(), read_at=forever - timedelta(days=1), fresh_until=forever)

    @can_fail
    def reserve(
        self,
        host: str,
        now: datetime,
        interval_seconds: float,
        longest_wait_seconds: float,
        instead_of: datetime | None = None,
        priority: Priority | None = None,
    ) -> Slot:
        self.asked.append(
            {"host": host, "interval_seconds": interval_seconds, "longest_wait_seconds": longest_wait_seconds}
        )
        kept, kept_until = self.intervals.get(host, (timedelta(), now))
        interval = max(timedelta(seconds=interval_seconds), kept if kept_until > now else timedelta())
        latest = now + timedelta(seconds=longest_wait_seconds)
        back_off = self.back_offs.get(host)
        is_free = host not in self.last_slots or self.last_slots[host] == instead_of
        earliest = now if is_free else self.last_slots[host] + interval
        in_backoff = back_off is not None and back_off.until > now
        backlog = self.backlogs.get(host, now)
        if not in_backoff and earliest <= latest and (priority != "bulk" or backlog <= now):
            at = max(now, earliest)
            self.last_slots[host] = at
            return Slot(at, True)
        floor = max(latest, earliest, back_off.until if back_off else latest)
        behind = floor
        if priority == "bulk":
            behind = max(floor, backlog, self.bulk_backlogs.get(host, floor))
            self.bulk_backlogs[host] = behind + interval
        elif priority != "high":
            behind = max(floor, backlog)
            self.backlogs[host] = behind + interval
        return Slot(behind, False, in_backoff and back_off is not None and back_off.is_the_hosts)

    @can_fail
    def is_taken_down(self, host: str) -> bool:
        return host in self.taken_down

    @can_fail
    def keep_interval(self, host: str, seconds: float, now: datetime, until: datetime) -> None:
        kept, kept_until = self.intervals.get(host, (timedelta(), now))
        if kept_until <= now or kept <= timedelta(seconds=seconds):
            self.intervals[host] = (timedelta(seconds=seconds), until)

    @can_fail
    def back_off(
        self, host: str, now: datetime, asked_seconds: float | None, jitter: float, complainant: int | None = None
    ) -> datetime:
        self.back_offs[host] = next_back_off(self.back_offs.get(host), now, asked_seconds, jitter, complainant)
        return self.back_offs[host].until

    @can_fail
    def last_back_off(self, host: str) -> BackOff | None:
        return self.back_offs.get(host)

    @can_fail
    def rules(self, origin: str) -> SiteRules | None:
        return self.sites.get(origin)

    @can_fail
    def claim_rules(self, origin: str, now: datetime, until: datetime) -> bool:
        known = self.sites.get(origin)
        if (known is not None and known.is_fresh(now)) or self.claims.get(origin, now) > now:
            return False
        self.claims[origin] = until
        return True

    @can_fail
    def save_rules(self, origin: str, rules: SiteRules) -> None:
        self.sites[origin] = SiteRules.model_validate_json(rules.model_dump_json(exclude_none=True))
        if rules.fresh_until is not None:
            self.claims.pop(origin, None)

    @can_fail
    def profile(self, host: str) -> HostProfile:
        return self.profiles.get(host, HostProfile())

    @can_fail
    def add_page(self, host: str, page: ProfilePage, seen: HostProfile) -> None:
        self.profiles[host] = HostProfile.unpacked(self.profiles.get(host, seen).with_page(page).packed())


class InMemorySourceStore(FailsOnDemand):
    """A :class:`newsdesk.sources.SourceStore` and :class:`newsdesk.sources.YieldCounter`."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, Source] = {}
        self.seen_items: dict[str, SeenItems] = {}
        self.counted: dict[tuple[str, str], DayYield] = {}

    @can_fail
    def get(self, source_id: str) -> Source | None:
        return self.sources.get(source_id)

    @can_fail
    def add(self, source: Source) -> bool:
        if source.source_id in self.sources:
            return False
        self.sources[source.source_id] = source
        return True

    @can_fail
    def save(self, source: Source) -> bool:
        before = self.sources.get(source.source_id)
        if before is None or before.version != source.version - 1:
            return False
        self.sources[source.source_id] = source
        return True

    @can_fail
    def remove(self, source_id: str) -> bool:
        self.seen_items.pop(source_id, None)
        return self.sources.pop(source_id, None) is not None

    @can_fail
    def page(self, limit: int = 100, cursor: str | None = None) -> SourcePage:
        start = int(cursor or "0")
        known = [self.sources[name] for name in sorted(self.sources)]
        end = start + limit
        return SourcePage(tuple(known[start:end]), str(end) if end < len(known) else None)

    @can_fail
    def seen(self, source_id: str) -> SeenItems:
        return self.seen_items.get(source_id, SeenItems())

    @can_fail
    def keep_seen(self, source_id: str, seen: SeenItems) -> None:
        self.seen_items[source_id] = seen

    @can_fail
    def days(self, source_id: str, since: str) -> Sequence[DayYield]:
        known = sorted(key for key in self.counted if key[0] == source_id and key[1] >= since)
        return [self.counted[key] for key in known]

    @can_fail
    def count(self, source_id: str, day: str, counts: Mapping[str, int]) -> None:
        before = self.counted.get((source_id, day), DayYield(day=day))
        sums = {name: getattr(before, name) + number for name, number in counts.items()}
        self.counted[source_id, day] = before.model_copy(update=sums)


class InMemoryDueSources(FailsOnDemand):
    """A :class:`newsdesk.sources.DueSources` of one shard, over a registry."""

    def __init__(self, store: InMemorySourceStore) -> None:
        super().__init__()
        self.store = store
        self.sent: list[tuple[str, int]] = []

    @can_fail
    def due(self, shard: int, until: datetime, limit: int) -> Sequence[DueSource]:
        assert shard == 0
        known = [DueSource(name, source.due_at) for name, source in self.store.sources.items() if source.due_at]
        due = [found for found in known if found.due_at <= until.timestamp()]
        return sorted(due, key=lambda found: found.due_at)[:limit]

    @can_fail
    def claim(self, source: DueSource, until: datetime) -> int | None:
        known = self.store.sources.get(source.source_id)
        if known is None or known.due_at != source.due_at:
            return None
        claimed = known.model_copy(update={"due_at": int(until.timestamp()), "version": known.version + 1})
        self.store.sources[source.source_id] = claimed
        return claimed.version

    @can_fail
    def send(self, source_id: str, version: int) -> None:
        self.sent.append((source_id, version))


class InMemoryPartStore(FailsOnDemand):
    """A :class:`newsdesk.datasets.PartStore` beside a bucket's other objects; a part's version is its bytes' hash."""

    def __init__(self, objects: InMemoryObjectStore) -> None:
        super().__init__()
        self.objects = objects
        self.written: list[str] = []

    def _under(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects.objects if key.startswith(prefix))

    @can_fail
    def feed(self, hour: str) -> Sequence[FeedEntry]:
        prefix = keys.feed_hour(hour)
        sizes = {key: len(self.objects.objects[key].body) for key in self._under(prefix)}
        return [FeedEntry(key.removeprefix(prefix), size) for key, size in sizes.items()]

    @can_fail
    def hours(self, since: str, until: str) -> Sequence[str]:
        found = {
            key.removeprefix(keys.CHANGES_PREFIX).rpartition("/")[0] + "/" for key in self._under(keys.CHANGES_PREFIX)
        }
        return sorted(hour for hour in found if since <= hour <= until)

    @can_fail
    def plans(self, hour: str) -> Sequence[Plan]:
        return [Plan.model_validate_json(self.objects.get(key)) for key in self._under(f"{keys.PLANS_PREFIX}{hour}")]

    @can_fail
    def add_plan(self, hour: str, number: int, plan: Plan) -> bool:
        return self.objects.put(keys.plan_key(hour, number), plan.model_dump_json().encode(), "application/json")

    @can_fail
    def part(self, key: str) -> StoredPart | None:
        found = self.objects.objects.get(key)
        return StoredPart(hashlib.sha256(found.body).hexdigest()) if found is not None else None

    @can_fail
    def part_keys(self, hour: str) -> frozenset[str]:
        return frozenset(self._under(f"{keys.REVISIONS_PREFIX}{hour}"))

    @can_fail
    def add_part(self, key: str, path: Path) -> bool:
        self.written.append(key)
        return self.objects.put(key, path.read_bytes(), "application/vnd.apache.parquet")

    @can_fail
    def replace_part(self, key: str, path: Path, former: StoredPart) -> bool:
        if self.part(key) != former:
            return False
        self.objects.delete(key)
        return self.objects.put(key, path.read_bytes(), "application/vnd.apache.parquet")


class RecordingCompactionSender(FailsOnDemand):
    """A :class:`newsdesk.datasets.CompactionSender`; ``sent`` holds what the queue accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[CompactionDue] = []

    @can_fail
    def send(self, chunks: Sequence[CompactionDue]) -> None:
        self.sent += [CompactionDue.model_validate_json(chunk.to_json()) for chunk in chunks]
