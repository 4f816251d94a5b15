"""A source as the registry keeps it, and the steps of its life.

Comes in: what an operator wants, how a poll went. Goes out: frozen values; every step returns the next version.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from newsdesk.clock import to_text
from newsdesk.contracts import Line, Priority, Record, Tag
from newsdesk.sources.kinds import SourceKind

HISTORY_LENGTH = 12
"""Entries of a source's history; polls in a row that came to the same share one."""

_SUBMISSION_ID = re.compile(r"source\.([a-z2-7]{20})\.[a-z2-7]{20}")
_PATTERNS = 50


class SourceState(StrEnum):
    """Whether a source is polled."""

    ACTIVE = "active"
    """It is polled when it is due."""
    PAUSED = "paused"
    """It is not polled until it is resumed."""


class PauseReason(StrEnum):
    """Why a source is not polled."""

    OPERATOR = "operator"
    """Somebody paused it."""
    GONE = "gone"
    """It answered 404 or 410 on several days."""
    FORBIDDEN = "forbidden"
    """Its site refused it on several days, by its answer or in robots.txt."""
    BROKEN = "broken"
    """Nothing could be read there for weeks."""
    DUPLICATE = "duplicate"
    """It moved to an address that is a source already."""


class SourceWarning(StrEnum):
    """What an operator should look at."""

    SILENT = "silent"
    """It has brought nothing for far longer than it used to take."""
    FEWER_ARTICLES = "fewer_articles"
    """Fewer of its items become articles than in the weeks before."""
    DATES_LOST = "dates_lost"
    """More of its articles have no date than in the weeks before."""
    AUTHORS_LOST = "authors_lost"
    """More of its articles have no author than in the weeks before."""
    LEAKS = "leaks"
    """More of its articles hold something of the page around them than in the weeks before."""


class PollStatus(StrEnum):
    """The result of a poll."""

    NEW = "new"
    """There were new items, and they were submitted."""
    NOTHING_NEW = "nothing_new"
    """All items were known, or are not wanted."""
    NOT_MODIFIED = "not_modified"
    """The source is as it was at the last poll."""
    DEFERRED = "deferred"
    """Its host had no slot soon enough."""
    FAILED = "failed"
    """It could not be read, and is polled again later."""
    PAUSED = "paused"
    """It could not be read for so long that it is not polled any more."""
    STALE = "stale"
    """There was nothing to do, or another worker was first."""


def _text(length: int) -> BeforeValidator:
    """Cut a text that a source wrote, rather than refuse the source."""
    return BeforeValidator(lambda value: value[:length] if isinstance(value, str) else value)


def _pattern(value: object) -> object:
    if isinstance(value, str) and not value.startswith(("/", "*")):
        raise ValueError("a pattern begins with / or *")
    return value


Title = Annotated[Line, _text(200)]
PathPattern = Annotated[Line, BeforeValidator(_pattern), Field(min_length=1, max_length=200)]


class SourceFilters(Record):
    """Which of a source's items are wanted.

    A pattern is the beginning of a path; ``*`` stands for any characters, and ``$`` at its end for the end of the path.
    """

    include: tuple[PathPattern, ...] = Field(
        default=(), max_length=_PATTERNS, description="Paths of which an item must match one; none: all."
    )
    exclude: tuple[PathPattern, ...] = Field(
        default=(), max_length=_PATTERNS, description="Paths of which an item must match none."
    )
    greatest_age_days: int | None = Field(
        default=30, ge=1, le=36500, description="Items that say that they are older are not taken; null: all ages."
    )
    most_items_a_day: int = Field(
        default=1000, ge=1, le=20_000, description="Items submitted in a day (UTC); more wait for the next."
    )

    def wants(self, path: str) -> bool:
        """Return whether an item with this path, query included, is wanted."""
        if any(_matches(pattern, path) for pattern in self.exclude):
            return False
        return not self.include or any(_matches(pattern, path) for pattern in self.include)


class Unread(Record):
    """A further document that a source led to, such as a sitemap in an index, and that is still to be read."""

    url: str
    depth: int = Field(ge=1, description="How many documents led to it.")
    updated: str | None = Field(default=None, description="When it was last changed, as what led to it says.")


class Poll(Record):
    """Polls in a row that came to the same."""

    at: str = Field(description="When the first of them was.")
    status: PollStatus
    detail: str | None = None
    times: int = 1
    found: int = 0
    new: int = 0


class Source(Record):
    """A source: what an operator set, and what its polls came to. Every change raises ``version`` by one."""

    source_id: str = Field(pattern=r"^[a-z2-7]{20}$")
    kind: SourceKind
    url: str
    title: Title | None = None
    language: Annotated[Line, _text(35)] | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    priority: Priority | None = None
    filters: SourceFilters = Field(default_factory=SourceFilters)
    state: SourceState = SourceState.ACTIVE
    paused_reason: PauseReason | None = None
    paused_at: str | None = None
    added_at: str
    version: int = 1
    due_at: int | None = Field(default=None, description="Epoch seconds of the next poll; None while it is paused.")
    interval_seconds: int | None = None
    usual_gap_seconds: int | None = Field(default=None, description="Between two of its items.")
    hub: str | None = Field(default=None, description="The WebSub hub that it names.")
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = Field(default=None, description="Of the document that was last worked through.")
    polls: int = 0
    last_polled_at: str | None = None
    last_status: PollStatus | None = None
    last_detail: str | None = None
    found: int = Field(default=0, description="Items in the last document that was read.")
    submitted: int = Field(default=0, description="Items submitted in all.")
    last_new_at: str | None = None
    failures: int = Field(default=0, description="Polls in a row that failed.")
    failing_since: str | None = None
    refusal: PauseReason | None = Field(default=None, description="What the last polls in a row failed for.")
    refusal_days: tuple[str, ...] = Field(default=(), description="The days on which they did.")
    moved_to: str | None = Field(default=None, description="Where it redirects to for good; followed on a second day.")
    moved_on: str | None = None
    day: str | None = None
    submitted_today: int = 0
    unread: tuple[Unread, ...] = ()
    habits: Mapping[str, Any] | None = Field(default=None, description="What was learned of a front page's links.")
    warnings: tuple[SourceWarning, ...] = ()
    checked_on: str | None = Field(default=None, description="The day on which the warnings were last worked out.")
    history: tuple[Poll, ...] = Field(default=(), description="The latest polls, newest first.")

    def submission_id(self, name: str, updated: str | None) -> str:
        """Return the id of an item's submission: the same however often the item is found in this state.

        Parameters
        ----------
        name : str
            The item's guid, or its URL.
        updated : str or None
            When it was last changed, as the source says.
        """
        return f"source.{self.source_id}.{_digest(name, updated or '')}"


def source_id_of(url: str) -> str:
    """Return the id of the source at an address: 100 bits of its hash, so that the same one is not added twice."""
    return _digest(url)


def source_of_submission(submission_id: str) -> str | None:
    """Return the id of the source that a submission came from; None when it came from none."""
    found = _SUBMISSION_ID.fullmatch(submission_id)
    return found[1] if found else None


def new_source(kind: SourceKind, url: str, now: datetime, **said: Any) -> Source:
    """Return a source that is polled at once.

    Raises
    ------
    pydantic.ValidationError
        If a field may not be so.
    """
    return Source.model_validate(
        {
            "source_id": source_id_of(url),
            "kind": kind,
            "url": url,
            "added_at": to_text(now),
            "due_at": int(now.timestamp()),
            **said,
        }
    )


def paused(source: Source, reason: PauseReason, now: datetime) -> Source:
    """Return the source, not to be polled any more."""
    return changed(
        source, state=SourceState.PAUSED, paused_reason=reason, paused_at=to_text(now), due_at=None, unread=()
    )


def resumed(source: Source, now: datetime) -> Source:
    """Return the source, to be polled at once, with its failures forgotten."""
    return changed(
        source,
        state=SourceState.ACTIVE,
        paused_reason=None,
        paused_at=None,
        due_at=int(now.timestamp()),
        failures=0,
        failing_since=None,
        refusal=None,
        refusal_days=(),
        warnings=(),
        checked_on=None,
        last_new_at=to_text(now) if source.last_new_at else None,
    )


def with_poll(source: Source, poll: Poll, **changes: Any) -> Source:
    """Return the source after a poll."""
    last = source.history[0] if source.history else None
    if last is not None and not (last.new or poll.new) and (last.status, last.detail) == (poll.status, poll.detail):
        history = (last.model_copy(update={"times": last.times + 1, "found": poll.found}), *source.history[1:])
    else:
        history = (poll, *source.history)[:HISTORY_LENGTH]
    return changed(
        source,
        polls=source.polls + 1,
        last_polled_at=poll.at,
        last_status=poll.status,
        last_detail=poll.detail,
        history=history,
        **changes,
    )


def changed(source: Source, **changes: Any) -> Source:
    """Return the source's next version."""
    return source.model_copy(update={"version": source.version + 1, **changes})


def _digest(*parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:20]


def _matches(pattern: str, path: str) -> bool:
    """Return whether a path begins as a pattern says; each part is looked for once, so that this takes no long."""
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not is_whole or path == first
    position = len(first)
    *middle, last = others
    for part in middle:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    if is_whole:
        return path.endswith(last) and len(path) - len(last) >= position
    return path.find(last, position) >= 0
