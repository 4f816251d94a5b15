"""The discover stage: polls a source that is due, and submits what is new there.

Comes in: ``SourceDue``. Goes out: a status. Changes: asks the source's site; then the intake queue, then what was seen
of the source, then the source's item, by one conditional write.

The order is what makes it safe to repeat. A poll that dies before its last write is repeated: it finds the same items,
and submits them under the same ids, which submit takes once. What would keep the next poll from seeing an item, a
validator or a hash, is written last.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import ValidationError

from discoverer.asking import Asked, Asker, Question, reason_of
from discoverer.choosing import Chosen, choose, is_too_old, submitted_on
from discoverer.reading import Item, SourceDocument, UnreadableSourceError
from newsdesk.clock import Clock, from_text, to_text
from newsdesk.contracts import FeedItem, Priority, Reason, SourceDue, UrlSubmitted
from newsdesk.errors import PermanentError, TransientError
from newsdesk.runtime import Metric, count
from newsdesk.sources import (
    EARLIER_DAYS,
    RECENT_DAYS,
    PauseReason,
    Poll,
    PollStatus,
    SeenItems,
    Source,
    SourceState,
    SourceStore,
    SourceWarning,
    Unread,
    back_off_seconds,
    changed,
    interval_after,
    is_silent,
    item_key,
    paused,
    shares_of,
    source_id_of,
    usual_gap,
    version_of,
    warnings_of,
    with_poll,
)
from newsdesk.web import scrub
from newsdesk.web.transport import NotYetError

MOST_UNREAD = 20
"""Further documents of a source that wait to be read, one in each poll."""

DEEPEST = 3
"""Documents on the way from a source to one that it leads to."""

_REFUSALS = {
    Reason.NOT_FOUND: PauseReason.GONE,
    Reason.GONE: PauseReason.GONE,
    Reason.ROBOTS_DISALLOWED: PauseReason.FORBIDDEN,
    Reason.ACCESS_DENIED: PauseReason.FORBIDDEN,
    Reason.BLOCKED_ADDRESS: PauseReason.FORBIDDEN,
    Reason.BLOCKED_PORT: PauseReason.FORBIDDEN,
    Reason.TAKEN_DOWN: PauseReason.FORBIDDEN,
}
_PAUSED_AFTER_DAYS = {PauseReason.GONE: 3, PauseReason.FORBIDDEN: 7}
"""Different days on which a source must have answered so; one day's mishap of a site is not the end of its feed."""

_BROKEN_AFTER = timedelta(days=30)
_AT_MOST_LATER = 0.1
"""Share of an interval that is added by chance, so that sources that were added together drift apart."""


class Submitter(Protocol):
    """The queues of submissions."""

    def submit(self, bodies: Sequence[str], priority: Priority | None) -> None:
        """Send submissions; returns once the queue has accepted all of them."""
        ...


@dataclass(frozen=True, slots=True)
class DiscoverStage:
    """Polls sources; may be used by several threads at once.

    Attributes
    ----------
    jitter : callable
        Returns a number in [0, 1).
    """

    store: SourceStore
    asker: Asker
    submitter: Submitter
    clock: Clock
    jitter: Callable[[], float] = random.random

    def handle(self, message: SourceDue) -> PollStatus:
        """Poll a source, if the message is about its latest version."""
        source = self.store.get(message.source_id)
        if source is None or source.version != message.version or source.state is not SourceState.ACTIVE:
            return PollStatus.STALE
        after, status = self._poll(self._checked(source))
        return status if self.store.save(after) else PollStatus.STALE

    # ------------------------------------------------------------------------------------------------- one poll

    def _poll(self, source: Source) -> tuple[Source, PollStatus]:
        unread = next(iter(source.unread), None)
        try:
            asked = self.asker.ask(_question(source, unread))
        except NotYetError as error:
            return self._deferred(source, error)
        except (PermanentError, TransientError, UnreadableSourceError) as error:
            return self._failed(source, error) if unread is None else self._without(source, unread, error)
        if unread is not None:
            return self._read_further(source, unread, asked)
        source = self._followed(source, asked)
        if source.state is SourceState.PAUSED:
            return self._recorded(source, PollStatus.PAUSED, f"moved to {asked.moved_to or source.url}")
        if asked.document is None:
            return self._unchanged(source, asked)
        return self._read(source, asked, asked.document)

    def _unchanged(self, source: Source, asked: Asked) -> tuple[Source, PollStatus]:
        gap = source.usual_gap_seconds
        interval = interval_after(source.interval_seconds, gap, asked.fresh_seconds, has_new=False)
        return self._recorded(
            source,
            PollStatus.NOT_MODIFIED,
            found=source.found,
            etag=asked.etag,
            last_modified=asked.last_modified,
            interval_seconds=interval,
            **self._due_after(interval),
            **_NO_FAILURE,
        )

    def _read(self, source: Source, asked: Asked, document: SourceDocument) -> tuple[Source, PollStatus]:
        now = self.clock()
        seen = self.store.seen(source.source_id)
        chosen = choose(source, document.items, seen, now)
        further, listed, is_all = self._further(source, document, seen, depth=1)
        self._submit(source, document, chosen)
        self._keep_seen(source, seen, [*chosen.listed, *listed])
        gap = usual_gap([item.moment for item in document.items if item.moment], now) or source.usual_gap_seconds
        interval = interval_after(
            source.interval_seconds, gap, _stated_seconds(asked, document), has_new=bool(chosen.submit)
        )
        is_read = chosen.is_complete and is_all
        return self._recorded(
            source,
            PollStatus.NEW if chosen.submit else PollStatus.NOTHING_NEW,
            ", ".join(warning.value for warning in document.warnings) or None,
            found=len(document.items),
            new=len(chosen.submit),
            kind=document.kind,
            title=source.title or document.title,
            language=source.language or document.language,
            hub=document.hub,
            habits=asked.habits,
            unread=further,
            usual_gap_seconds=gap,
            interval_seconds=interval,
            # What waits would not be seen again behind a 304.
            etag=asked.etag if is_read else None,
            last_modified=asked.last_modified if is_read else None,
            body_hash=asked.body_hash if is_read else None,
            **(self._due_at_once() if further else self._due_after(interval)),
            **_NO_FAILURE,
        )

    def _read_further(self, source: Source, unread: Unread, asked: Asked) -> tuple[Source, PollStatus]:
        """Read a document that the source led to."""
        now = self.clock()
        document = asked.document
        assert document is not None, "it was not asked for conditionally"
        seen = self.store.seen(source.source_id)
        chosen = choose(source, document.items, seen, now)
        further, listed, is_all = self._further(source, document, seen, depth=unread.depth + 1)
        is_read = chosen.is_complete and is_all
        self._submit(source, document, chosen)
        if is_read:
            listed.append(_document_pair(unread.url, unread.updated, now))
        self._keep_seen(source, seen, [*chosen.listed, *listed])
        return self._recorded(
            source,
            PollStatus.NEW if chosen.submit else PollStatus.NOTHING_NEW,
            found=len(document.items),
            new=len(chosen.submit),
            **self._gone_on(source, further, is_complete=is_read),
        )

    def _without(
        self, source: Source, unread: Unread, error: PermanentError | TransientError | UnreadableSourceError
    ) -> tuple[Source, PollStatus]:
        """Go on without a document that could not be read; the source leads to it again."""
        detail = f"{unread.url}: {_detail(error)}"
        return self._recorded(source, PollStatus.FAILED, detail, **self._gone_on(source, (), is_complete=False))

    def _gone_on(self, source: Source, further: tuple[Unread, ...], *, is_complete: bool) -> dict[str, Any]:
        left = (*source.unread[1:], *further)
        interval = source.interval_seconds or interval_after(None, None, None, has_new=False)
        again = {} if is_complete else {"etag": None, "last_modified": None, "body_hash": None}
        return {"unread": left, **again, **(self._due_at_once() if left else self._due_after(interval))}

    def _further(
        self, source: Source, document: SourceDocument, seen: SeenItems, depth: int
    ) -> tuple[tuple[Unread, ...], list[tuple[bytes, bytes]], bool]:
        """Return the documents to be read next, what is known of those that were read, and whether none is left out."""
        now = self.clock()
        waiting = {unread.url for unread in source.unread}
        further: list[Unread] = []
        listed: list[tuple[bytes, bytes]] = []
        for link in document.links_to_read_next:
            pair = _document_pair(link.url, link.updated, now)
            if seen.version(pair[0]) == pair[1]:
                listed.append(pair)
            elif depth <= DEEPEST and link.url not in waiting and not is_too_old(link.updated, source, now):
                further.append(Unread(url=link.url, depth=depth, updated=link.updated))
        room = max(0, MOST_UNREAD - len(source.unread))
        return tuple(further[:room]), listed, len(further) <= room

    # ------------------------------------------------------------------------------------------------- submitting

    def _submit(self, source: Source, document: SourceDocument, chosen: Chosen) -> None:
        if chosen.submit:
            bodies = [_body(source, document, identifier, item) for identifier, item in chosen.submit]
            self.submitter.submit(bodies, source.priority)
            count(Metric.ITEMS_DISCOVERED, document.kind, len(bodies))

    def _keep_seen(self, source: Source, seen: SeenItems, listed: list[tuple[bytes, bytes]]) -> None:
        after = seen.with_listed(listed, self.clock().date())
        if after is not seen:
            self.store.keep_seen(source.source_id, after)

    # ------------------------------------------------------------------------------------------------- what went wrong

    def _deferred(self, source: Source, error: NotYetError) -> tuple[Source, PollStatus]:
        until = max(error.until, self.clock())
        return changed(source, due_at=int(until.timestamp()) + 1), PollStatus.DEFERRED

    def _failed(
        self, source: Source, error: PermanentError | TransientError | UnreadableSourceError
    ) -> tuple[Source, PollStatus]:
        now = self.clock()
        refusal = None if isinstance(error, UnreadableSourceError) else _REFUSALS.get(error.reason)
        days = source.refusal_days if refusal is not None and refusal is source.refusal else ()
        today = now.date().isoformat()
        days = days if today in days else (*days, today)
        failing_since = source.failing_since or to_text(now)
        asked = error.retry_after_seconds if isinstance(error, TransientError) else None
        wait = back_off_seconds(source.interval_seconds, source.failures + 1, asked, self.jitter())
        after, status = self._recorded(
            source,
            PollStatus.FAILED,
            _detail(error),
            failures=source.failures + 1,
            failing_since=failing_since,
            refusal=refusal,
            refusal_days=days if refusal else (),
            due_at=int((now + timedelta(seconds=wait)).timestamp()),
        )
        reason: PauseReason | None = None
        if refusal is not None and len(days) >= _PAUSED_AFTER_DAYS[refusal]:
            reason = refusal
        elif now - from_text(failing_since) >= _BROKEN_AFTER:
            reason = PauseReason.BROKEN
        return (_as_paused(after, reason, now), PollStatus.PAUSED) if reason else (after, status)

    def _followed(self, source: Source, asked: Asked) -> Source:
        """Return the source at its new address, once it has been redirecting there for good on two days.

        It is paused if that is a source already, or became one since the address was followed.
        """
        today = self.clock().date().isoformat()
        if asked.moved_to is None or asked.moved_to == source.url:
            if self._is_another_source(source, source.url):
                return _as_paused(source, PauseReason.DUPLICATE, self.clock())
            return source.model_copy(update={"moved_to": None, "moved_on": None})
        if asked.moved_to != source.moved_to:
            return source.model_copy(update={"moved_to": asked.moved_to, "moved_on": today})
        if source.moved_on == today:
            return source
        if self._is_another_source(source, asked.moved_to):
            return _as_paused(source, PauseReason.DUPLICATE, self.clock())
        return source.model_copy(update={"url": asked.moved_to, "moved_to": None, "moved_on": None})

    def _is_another_source(self, source: Source, url: str) -> bool:
        other = source_id_of(url)
        return other != source.source_id and self.store.get(other) is not None

    # ------------------------------------------------------------------------------------------------- records

    def _recorded(
        self,
        source: Source,
        status: PollStatus,
        detail: str | None = None,
        *,
        found: int = 0,
        new: int = 0,
        **changes: Any,
    ) -> tuple[Source, PollStatus]:
        now = self.clock()
        poll = Poll(at=to_text(now), status=status, detail=detail[:200] if detail else None, found=found, new=new)
        if status in (PollStatus.NEW, PollStatus.NOTHING_NEW):
            changes["found"] = found
        if new:
            changes |= {
                "submitted": source.submitted + new,
                "day": now.date().isoformat(),
                "submitted_today": submitted_on(source, now) + new,
                "last_new_at": to_text(now),
                "warnings": tuple(known for known in source.warnings if known is not SourceWarning.SILENT),
            }
        return with_poll(source, poll, **changes), status

    def _checked(self, source: Source) -> Source:
        """Return the source with its warnings, worked out once a day, and count them."""
        now = self.clock()
        today = now.date()
        if source.checked_on == today.isoformat():
            return source
        days = self.store.days(source.source_id, (today - timedelta(days=EARLIER_DAYS)).isoformat())
        border = (today - timedelta(days=RECENT_DAYS)).isoformat()
        found = warnings_of(
            shares_of(day for day in days if day.day >= border), shares_of(day for day in days if day.day < border)
        )
        if is_silent(from_text(source.last_new_at or source.added_at), source.usual_gap_seconds, now):
            found = (SourceWarning.SILENT, *found)
        for warning in found:
            count(Metric.SOURCES_WARNED, warning)
        return source.model_copy(update={"warnings": found, "checked_on": today.isoformat()})

    def _due_after(self, seconds: float) -> dict[str, Any]:
        wait = seconds * (1 + _AT_MOST_LATER * self.jitter())
        return {"due_at": int((self.clock() + timedelta(seconds=wait)).timestamp())}

    def _due_at_once(self) -> dict[str, Any]:
        return {"due_at": int(self.clock().timestamp()) + 1}


_NO_FAILURE: dict[str, Any] = {"failures": 0, "failing_since": None, "refusal": None, "refusal_days": ()}


def _question(source: Source, unread: Unread | None) -> Question:
    if unread is not None:
        return Question(unread.url, source.kind, priority=source.priority)
    return Question(
        source.url,
        source.kind,
        source.etag,
        source.last_modified,
        source.body_hash,
        source.habits,
        source.priority,
    )


def _as_paused(source: Source, reason: PauseReason, now: datetime) -> Source:
    """Return the source paused, in the same write as the poll that showed the reason."""
    return paused(source, reason, now).model_copy(update={"version": source.version})


def _document_pair(url: str, updated: str | None, now: datetime) -> tuple[bytes, bytes]:
    """Return what a further document is known by; one that does not say when it was changed is read once a day."""
    return item_key(f"document {url}"), version_of(updated or now.date().isoformat())


def _stated_seconds(asked: Asked, document: SourceDocument) -> float | None:
    stated = [asked.fresh_seconds, document.interval.total_seconds() if document.interval else None]
    return max((seconds for seconds in stated if seconds is not None), default=None)


def _detail(error: PermanentError | TransientError | UnreadableSourceError) -> str:
    return f"unreadable: {error.reason}" if isinstance(error, UnreadableSourceError) else reason_of(error)


def _body(source: Source, document: SourceDocument, identifier: str, item: Item) -> str:
    """Return an item's intake message."""
    return UrlSubmitted(
        url=item.url,
        submission_id=identifier,
        priority=source.priority,
        tags=source.tags,
        discovery=f"{document.kind.value} {source.source_id} {scrub(source.url)}"[:128],
        feed_item=_evidence(source, item),
    ).to_ascii_json()


def _evidence(source: Source, item: Item) -> FeedItem | None:
    """Return what the source says of an item; nothing where it says what no field takes."""
    try:
        return item.as_evidence(scrub(source.url))
    except ValidationError:
        return None
