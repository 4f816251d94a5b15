"""Why a request is not answered as asked: problem details (RFC 9457).

Comes in: a type and what there is to say. Goes out: an error that becomes a document.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from newsdesk.contracts import LazyModel
from newsdesk.errors import NewsdeskError

PROBLEM_MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:newsdesk:problem:"


class ProblemType(StrEnum):
    """The types of problems, as they stand behind ``urn:newsdesk:problem:``."""

    status: int

    def __new__(cls, name: str, status: int) -> ProblemType:
        """Make a member that is its name, with its status beside it."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.status = status
        return member

    BAD_REQUEST = "bad-request", 400
    """A parameter or the body is not as the document says; `errors` has each place."""
    BAD_CURSOR = "bad-cursor", 400
    """The cursor was not given out for this listing, or was changed."""
    NO_CALLER = "no-caller", 403
    """The token names no subject, so that submissions would belong to nobody."""
    NOT_FOUND = "not-found", 404
    """There is nothing under this path."""
    UNKNOWN_ARTICLE = "unknown-article", 404
    """No article has this id, or none of its revisions has been committed yet."""
    UNKNOWN_REVISION = "unknown-revision", 404
    """The article has no revision of this number."""
    UNKNOWN_SUBMISSION = "unknown-submission", 404
    """None of your submissions has this id, or it has not been recorded yet: that takes about a second."""
    UNKNOWN_UPLOAD = "unknown-upload", 404
    """None of your uploads has this id, or nothing was uploaded there."""
    UNKNOWN_SOURCE = "unknown-source", 404
    """No source has this id."""
    NOT_ACCEPTABLE = "not-acceptable", 406
    """There is no representation that `Accept` allows."""
    TOO_LARGE = "too-large", 406
    """The answer has more than Lambda may return: accept gzip, ask for less, or read the bucket."""
    SOURCE_EXISTS = "source-exists", 409
    """The address is a source already; `detail` has its id."""
    RETRACTED = "retracted", 410
    """The article was retracted."""
    TAKEN_DOWN = "taken-down", 410
    """The article was taken down by an operator."""
    PAGE_TOO_LARGE = "page-too-large", 413
    """The page has more than 4 MiB, or an uploaded one more than `MaximumBodyBytes`."""
    CONTENT_TYPE = "content-type", 415
    """The body is not `application/json`."""
    FAILED = "failed", 500
    """Something that was not foreseen; it is in the function's log."""
    BUSY = "busy", 503
    """A service refuses calls for their rate: come back after `Retry-After`."""


_TITLES = {
    ProblemType.BAD_REQUEST: "The request is not understood",
    ProblemType.BAD_CURSOR: "The cursor is not one of this listing",
    ProblemType.NO_CALLER: "Nobody is named as the caller",
    ProblemType.NOT_FOUND: "There is nothing here",
    ProblemType.UNKNOWN_ARTICLE: "There is no such article",
    ProblemType.UNKNOWN_REVISION: "There is no such revision",
    ProblemType.UNKNOWN_SUBMISSION: "There is no such submission of yours",
    ProblemType.UNKNOWN_UPLOAD: "There is no such upload of yours",
    ProblemType.UNKNOWN_SOURCE: "There is no such source",
    ProblemType.NOT_ACCEPTABLE: "There is no such representation",
    ProblemType.TOO_LARGE: "The answer is too large",
    ProblemType.SOURCE_EXISTS: "The source is there already",
    ProblemType.RETRACTED: "The article was retracted",
    ProblemType.TAKEN_DOWN: "The article was taken down",
    ProblemType.PAGE_TOO_LARGE: "The page is too large",
    ProblemType.CONTENT_TYPE: "The body is not JSON",
    ProblemType.FAILED: "The request failed",
    ProblemType.BUSY: "Too much is going on",
}


class Misfit(LazyModel):
    """One place of a request that is not as the document says."""

    place: str = Field(description="`path`, `query`, `header` or `body`.")
    field: str = Field(description="Names and positions that lead to it, separated by dots; empty for all of it.")
    detail: str


class Problem(LazyModel):
    """What every refusal says."""

    type: str = Field(description="`urn:newsdesk:problem:` and one of the types that the guide lists.")
    title: str
    status: int
    detail: str | None = None
    errors: list[Misfit] | None = None


class ProblemError(NewsdeskError):
    """The request is answered with a problem.

    Parameters
    ----------
    kind : ProblemType
    detail : str, optional
        What holds for this request alone.
    errors : sequence of Misfit
    retry_after_seconds : int, optional
        When it is worth asking again.
    """

    def __init__(
        self,
        kind: ProblemType,
        detail: str | None = None,
        errors: Sequence[Misfit] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.retry_after_seconds = retry_after_seconds

    def document(self) -> str:
        """Return the problem as JSON."""
        kind = self.kind
        problem = Problem(
            type=f"{_TYPE_PREFIX}{kind}",
            title=_TITLES[kind],
            status=kind.status,
            detail=self.detail,
            errors=self.errors or None,
        )
        return problem.model_dump_json(exclude_none=True)
