"""What the table knows: the article's state, and the records that are written once.

Comes in: values from the stages or from the table. Goes out: frozen models. Changes nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from newsdesk.outcomes import Outcome, Reason, label


class Stage(StrEnum):
    """Where an article's current run stands. ``rest`` means that no run is under way."""

    FETCH = "fetch"
    EXTRACT = "extract"
    ENRICH = "enrich"
    INDEX = "index"
    REST = "rest"


STAGE_ORDER: tuple[Stage, ...] = (Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX, Stage.REST)


class Record(BaseModel):
    """Base of everything kept in the table: frozen; an attribute that an older release wrote is no error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Capture(Record):
    """One fetch of the page."""

    capture_id: str
    key: str
    sha256: str
    captured_at: str
    status: int
    final_url: str
    etag: str | None = None
    last_modified: str | None = None


class Validators(Record):
    """What makes the next visit conditional (RFC 9110, section 13): of the last capture that was worked through."""

    etag: str | None = None
    last_modified: str | None = None


class CurrentRevision(Record):
    """The revision that readers should read."""

    revision: int
    key: str
    content_hash: str
    committed_at: str
    headline: str | None = None
    date_published: str | None = None
    cluster_id: str | None = None
    duplicate_of: str | None = None


class ArticleState(Record):
    """The one mutable item of an article. Every change is a conditional write that raises ``version`` by one."""

    article_id: str
    url: str
    host: str
    requested_url: str
    discovery: str | None = None
    first_seen: str
    version: int = 1
    run: int = 1
    stage: Stage = Stage.FETCH
    correlation_id: str | None = None
    submissions: tuple[str, ...] = ()
    attempts: int = Field(default=0, description="Fetches tried in this run.")
    resends: int = Field(default=0, description="Times that dispatch had to send this run's message again.")
    waiting: Literal["retry", "slot"] | None = Field(default=None, description="Why nobody works on it now.")
    due_at: int | None = Field(default=None, description="Epoch seconds at which dispatch must look at it.")
    lease_owner: str | None = None
    lease_until: str | None = None
    capture: Capture | None = Field(default=None, description="This run's capture.")
    extracted_key: str | None = None
    content_hash: str | None = None
    article_key: str | None = None
    current: CurrentRevision | None = None
    validators: Validators | None = None
    last_outcome: str | None = None
    last_ended_at: str | None = None
    last_detail: str | None = Field(default=None, description="What was said of the last failure, for people.")
    unchanged_visits: int = 0
    duplicate_of: str | None = None


class SubmissionRecord(Record):
    """A submission: its outcome when it was refused, else the run that it waits for."""

    submission_id: str
    url: str
    received_at: str
    article_id: str | None = None
    run: int | None = None
    outcome: str | None = None
    detail: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    correlation_id: str | None = None
    discovery: str | None = None


class OutcomeRecord(Record):
    """How a run ended, for those who submitted it."""

    article_id: str
    run: int
    url: str
    outcome: str
    ended_at: str
    submissions: tuple[str, ...] = ()
    revision: int | None = None
    key: str | None = None
    headline: str | None = None
    duplicate_of: str | None = None
    detail: str | None = None

    @staticmethod
    def label(outcome: Outcome, reason: Reason | None = None) -> str:
        """Return the outcome's recorded form, checked against the closed list."""
        return label(outcome, reason)


class RevisionRecord(Record):
    """A committed revision; its insertion is what ``publish`` tells the world."""

    article_id: str
    revision: int
    previous_revision: int | None = None
    change_type: Literal["created", "updated", "corrected", "retracted"]
    url: str
    host: str
    key: str
    content_hash: str
    committed_at: str
    headline: str | None = None
    date_published: str | None = None
    cluster_id: str | None = None
    duplicate_of: str | None = None


class Listing(Record):
    """One row of an index: enough to decide whether to read the article."""

    article_id: str
    url: str
    host: str
    revision: int
    key: str
    committed_at: str
    headline: str | None = None
    date_published: str | None = None


class Page(Record):
    """One page of listings, and where the next begins."""

    listings: tuple[Listing, ...]
    cursor: str | None = None


class Neighbour(Record):
    """An article that shares a signature band."""

    article_id: str
    signature: str
    cluster_id: str
