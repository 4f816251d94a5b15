"""What stage logic needs from outside: storage, queues, events, politeness.

Comes in: nothing. Goes out: protocols that ``newsdesk.adapters`` implement on AWS and ``harness/fakes.py`` in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsdesk.contracts import ArticleChanged, Priority, StageMessage, SubmissionEnded, UrlSubmitted
from newsdesk.hosts import BackOff, HostProfile, ProfilePage, SiteRules


class ObjectStore(Protocol):
    """The bucket. Objects are immutable; captures can be deleted."""

    def put(
        self,
        key: str,
        body: bytes,
        content_type: str,
        content_encoding: str | None = None,
        about: Mapping[str, str] | None = None,
    ) -> bool:
        """Write an object once.

        Parameters
        ----------
        about : mapping, optional
            What is to be stored beside it, with no further request: 2 KB of ASCII at most, names included.

        Returns
        -------
        bool
            False when the key was there already, which is success: keys name their content or their capture.
        """
        ...

    def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises
        ------
        ObjectMissingError
            If there is no such key.
        """
        ...

    def about(self, key: str) -> Mapping[str, str]:
        """Return what was stored beside an object.

        Raises
        ------
        ObjectMissingError
            If there is no such key.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove an object permanently; one that is not there is not an error."""
        ...


class UploadLinks(Protocol):
    """Lets others put an object into the bucket."""

    def link(self, key: str, size_bytes: int, seconds: int) -> str:
        """Return an address to which, for some time, an object of exactly this size can be put."""
        ...


class MessageSender(Protocol):
    """The queues between the stages; the message's type says which."""

    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        """Send one message; returns once the queue has accepted it. ``delay_seconds`` is 0 to 900."""
        ...


class Outbox(Protocol):
    """Lets the messages of several records wait for each other, so that they are sent together."""

    def gathered(self, owner: str) -> AbstractContextManager[None]:
        """Let messages that this thread sends meanwhile wait for others; ``owner`` is answerable for them."""
        ...

    def flush(self) -> frozenset[str]:
        """Send what waits; return the owners of messages, since the last call, that their queues may not have taken."""
        ...


class SubmissionSender(Protocol):
    """The queues that submit takes its submissions from."""

    def submit(self, submissions: Sequence[UrlSubmitted], sender: str) -> Sequence[str | None]:
        """Put submissions of a sender into intake, and return the queues' ids of their messages in the same order.

        None stands for a submission of which it is not known that the queue took it. One that names no id of its own is
        recorded under its message's.
        """
        ...


@dataclass(frozen=True, slots=True)
class FeedObject:
    """An object of the change feed, and when it was written."""

    key: str
    written_at: datetime


class ChangeFeed(Protocol):
    """The change feed in the bucket."""

    def after(self, key: str) -> Iterator[FeedObject]:
        """Yield the objects behind a key, in the order of their keys; an empty key stands before all of them."""
        ...


class EventPublisher(Protocol):
    """The event bus."""

    def publish(self, events: Sequence[ArticleChanged | SubmissionEnded]) -> None:
        """Publish events; returns once the bus has accepted all of them."""
        ...


class Reservation(Protocol):
    """The answer of :meth:`HostStore.reserve`."""

    @property
    def at(self) -> datetime:
        """When the request may start; for a refused one, about when to ask again."""
        ...

    @property
    def granted(self) -> bool:
        """Whether the slot is ours."""
        ...

    @property
    def in_backoff(self) -> bool:
        """Whether it was refused because the host is left alone, not only a single URL of it."""
        ...


class HostStore(Protocol):
    """Politeness: hands out the times at which a host may be asked, and keeps the sites' rules for crawlers."""

    def reserve(
        self,
        host: str,
        now: datetime,
        interval_seconds: float,
        longest_wait_seconds: float,
        instead_of: datetime | None = None,
        priority: Priority | None = None,
    ) -> Reservation:
        """Reserve the host's next slot, at least an interval after the one before, if it comes within the longest wait.

        While the host is left alone there is none. Callers that are refused get times one behind the other, so that
        they do not come back at once. Bulk gets its times behind all others, and no slot while others wait for theirs;
        a caller of high priority waits behind nobody. A caller that gives back a slot that has gone by unused
        (``instead_of``) gets the present moment for it, unless another was reserved after it. A longer interval that is
        kept for the host takes the place of the one given.

        Raises
        ------
        PermanentError
            ``taken_down``: an operator lets nothing of this host be asked for.
        """
        ...

    def keep_interval(self, host: str, seconds: float, now: datetime, until: datetime) -> None:
        """Keep the interval that one of a host's sites asks for until a time, unless a longer one is kept already."""
        ...

    def back_off(
        self, host: str, now: datetime, asked_seconds: float | None, jitter: float, complainant: int | None = None
    ) -> datetime:
        """Leave a host alone, as :func:`newsdesk.hosts.next_back_off` says, and return until when."""
        ...

    def last_back_off(self, host: str) -> BackOff | None:
        """Return a host's latest back-off, over or not, read consistently; None when there never was one."""
        ...

    def rules(self, origin: str) -> SiteRules | None:
        """Return a site's rules as they were last read; None when nothing is known. May lag behind by a second."""
        ...

    def claim_rules(self, origin: str, now: datetime, until: datetime) -> bool:
        """Claim the reading of a site's rules until a time; False when they are fresh, or claimed already."""
        ...

    def save_rules(self, origin: str, rules: SiteRules) -> None:
        """Keep a site's rules; with ``fresh_until`` set, the reading is done and the claim ends."""
        ...

    def is_taken_down(self, host: str) -> bool:
        """Return whether an operator lets nothing of a host be taken, read consistently."""
        ...

    def profile(self, host: str) -> HostProfile:
        """Return what a host's pages are known to repeat; an empty profile of an unknown host. May lag by a second."""
        ...

    def add_page(self, host: str, page: ProfilePage, seen: HostProfile) -> None:
        """Put a page into a host's profile, together with those that other workers put in since ``seen`` was read.

        Raises
        ------
        ConflictError
            The profile kept changing under this worker.
        """
        ...
