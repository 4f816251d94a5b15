"""Errors that cross a boundary between stage logic and its ports.

Comes in: nothing. Goes out: exception types; each says what its catcher must do.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsdesk.contracts import Reason


class NewsdeskError(Exception):
    """Base of every error that Newsdesk raises on purpose."""


class ConflictError(NewsdeskError):
    """Another worker moved the article first; the loser acknowledges and does no harm."""


class AlreadyRecordedError(NewsdeskError):
    """The record to be created is there already; the work was done by an earlier delivery."""


class RejectedUrlError(NewsdeskError):
    """The submitted text is not a URL that Newsdesk may take.

    Attributes
    ----------
    reason : Reason
        One of the ``rejected`` reasons in ``docs/outcomes.md``.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Received:
    """What came over the wire, of a page or in its place.

    Attributes
    ----------
    status : int or None
        The status of the answer to the last request; None when it never began.
    wire_bytes : int
        In all, redirects included.
    seconds : float
        What it took.
    """

    status: int | None
    wire_bytes: int
    seconds: float


class PermanentError(NewsdeskError):
    """Trying again cannot help: record the outcome and acknowledge.

    Attributes
    ----------
    received : Received or None
        What came before it failed; None when no request was made.
    """

    received: Received | None = None

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


class TransientError(NewsdeskError):
    """Trying again later may help: record the attempt, schedule the next, acknowledge.

    Attributes
    ----------
    reason : Reason
        What the outcome is once the attempts are used up.
    retry_after_seconds : float or None
        What the server asked for (RFC 9110, section 10.2.3), unchecked and uncapped.
    received : Received or None
        What came before it failed; None when no request was made.
    """

    received: Received | None = None

    def __init__(self, reason: Reason, detail: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class UnreadableRecordError(NewsdeskError):
    """A record of the table's stream is not what this release writes; it stays that way."""


class ThrottledError(NewsdeskError):
    """A service refused a call for its rate several times over: hand the record back to the queue."""


class UnreadableObjectError(NewsdeskError):
    """An S3 object was not written as this release reads it, or was damaged since; it stays that way."""


class UnreadableCursorError(NewsdeskError):
    """A cursor was not given out by the listing that it is handed to, or was changed since."""


class ObjectMissingError(NewsdeskError):
    """An S3 object that a message names is not there."""


class CursorError(NewsdeskError):
    """A reader's cursor cannot be used: another reader has it, or it is none of ours."""
