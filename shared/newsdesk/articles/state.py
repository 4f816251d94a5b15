"""What the table knows: the article's state, and the records that are written once.

Comes in: values from the stages or from the table. Goes out: frozen models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import Field

from newsdesk.contracts import ChainEnd, FeedItem, Priority, Record
from newsdesk.sources import Flaw


class Stage(StrEnum):
    """Where an article's current run stands. ``rest`` means that no run is under way."""

    FETCH = "fetch"
    EXTRACT = "extract"
    ENRICH = "enrich"
    INDEX = "index"
    REST = "rest"


STAGE_ORDER: tuple[Stage, ...] = (Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX, Stage.REST)


PushKind = Literal["pushed", "warc"]
"""How a page came that somebody else had fetched: by itself, or in a WARC file."""


class Capture(Record):
    """One fetch of the page."""

    capture_id: str
    key: str
    sha256: str
    body_bytes: int = 0
    captured_at: str
    status: int
    final_url: str
    etag: str | None = None
    last_modified: str | None = None
    header_signals: str | None = None
    host_signals: str | None = None
    is_perishable: bool = Field(
        default=False,
        description="It names a date on which its meaning changes, or a page that was not available, so the next visit "
        "must read it again.",
    )
    pushed_as: PushKind | None = Field(default=None, description="Somebody else fetched it; None for a visit's.")


@dataclass(frozen=True, slots=True)
class PageChain:
    """The further pages of an article, behind its own.

    Attributes
    ----------
    captures : tuple of Capture
        This run's, in order.
    urls : tuple of str
        In order: of those that were captured, and behind them those that are still wanted.
    ended_by : Reason, PageEnd or None
        Why no further page is wanted; None while one may be.
    """

    captures: tuple[Capture, ...] = ()
    urls: tuple[str, ...] = ()
    ended_by: ChainEnd | None = None

    @property
    def captured_urls(self) -> tuple[str, ...]:
        """The URLs of the pages that were captured."""
        return self.urls[: len(self.captures)]

    @property
    def wanted_urls(self) -> tuple[str, ...]:
        """The URLs of the pages that are still wanted."""
        return self.urls[len(self.captures) :]


class Validators(Record):
    """What tells the next visit that nothing changed, from the last capture that was processed.

    Attributes
    ----------
    etag, last_modified : str or None
        Make the request conditional (RFC 9110, section 13).
    sha256 : str or None
        The hash of the body as received; for servers that answer 200 with the same bytes.
    body_bytes : int
        Its length: what a 304 saves.
    header_signals, host_signals : str or None
        What the header fields and the host said to machines, as :func:`newsdesk.web.rights.digest_of` puts it.
    """

    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    body_bytes: int = 0
    header_signals: str | None = None
    host_signals: str | None = None


class CurrentRevision(Record):
    """The revision that readers should read."""

    revision: int
    key: str
    content_hash: str
    committed_at: str
    changed_at: str | None = Field(
        default=None, description="When the page was last seen to change, where a correction came after that."
    )
    headline: str | None = None
    date_published: str | None = None
    cluster_id: str | None = None
    duplicate_of: str | None = None
    page_url: str | None = Field(default=None, description="Canonical URL of the page it was made of, after redirects.")


RetractionReason = Literal["gone", "opt_out", "taken_down"]

RETRACTIONS: Mapping[RetractionReason, str] = {
    "gone": "its page is gone",
    "opt_out": "its publisher does not want it to be kept",
    "taken_down": "an operator took it down",
}
"""Why an article was retracted, for people."""


class Tombstone(Record):
    """What is left of an article that was retracted; its number is that of the revision that took it back."""

    revision: int
    retracted_at: str
    reason: RetractionReason
    cluster_id: str | None = None


class Takedown(Record):
    """An operator's decision that an article is not to be here: nothing brings it back but lifting the takedown."""

    taken_down_at: str
    reason: str = Field(description="In the operator's words; said to nobody else.")
    erases: bool = Field(default=False, description="Whether its objects are deleted as well.")
    settled_at: str = Field(description="From then on no worker writes anything that it began before the takedown.")
    erased_at: str | None = Field(default=None, description="When nothing of it was left.")


class Reprocessing(Record):
    """A run that makes a stored capture or work object into an article anew, and visits no page."""

    order: str = Field(description="The operator's order that it belongs to; each is carried out once.")
    visit_due_at: int | None = Field(default=None, description="When the next visit is due, as it was before.")


class FollowedRedirect(Record):
    """A redirect that a fetch followed before it had to wait for the next host's slot."""

    url: str
    status: int
    location: str
    address: str | None = None


class ArticleState(Record):
    """The one mutable item of an article. Every change is a conditional write that raises ``version`` by one."""

    article_id: str
    url: str
    host: str
    requested_url: str
    discovery: str | None = None
    feed_item: FeedItem | None = Field(
        default=None, description="What the feed that led to it last said of it; evidence for extract."
    )
    first_seen: str
    version: int = 1
    run: int = 1
    stage: Stage = Stage.FETCH
    correlation_id: str | None = None
    submissions: tuple[str, ...] = ()
    priority: Priority | None = Field(
        default=None, description="The greatest of the run's submissions; None where none is another than normal."
    )
    attempts: int = Field(default=0, description="Fetches tried in this run.")
    overload_deferrals: int = Field(default=0, description="Times that this run found its host left alone.")
    resends: int = Field(default=0, description="Times that dispatch had to send this run's message again.")
    waiting: Literal["retry", "slot", "turn"] | None = Field(
        default=None,
        description="Why no worker is at it now: it failed for now, its host has no slot yet, or it is bulk.",
    )
    redirects: tuple[FollowedRedirect, ...] = Field(default=(), description="Where this run's fetch goes on from.")
    due_at: int | None = Field(default=None, description="Epoch seconds at which dispatch must look at it.")
    lease_owner: str | None = None
    lease_until: str | None = None
    is_entrusted: bool = Field(
        default=False, description="The lease goes with the message to fetch: who has that may work without a write."
    )
    predecessors: tuple[str, ...] = Field(
        default=(), description="Owners of leases of this run that ran out; each may have left a capture behind."
    )
    capture: Capture | None = Field(default=None, description="This run's capture of the article's own page.")
    offered: Capture | None = Field(
        default=None,
        description="Another capture, older than this run's page, that it is read from if that has no text.",
    )
    visit_wanted: bool | None = Field(
        default=None, description="A pushed page is read in a visit's place; the page is visited if it has no text."
    )
    pages: tuple[Capture, ...] = Field(default=(), description="This run's captures of its further pages, in order.")
    next_pages: tuple[str, ...] = Field(
        default=(), description="URLs of the further pages, in order: those that were captured and those still wanted."
    )
    pages_end: ChainEnd | None = Field(default=None, description="Why no further page is wanted.")
    extracted_key: str | None = None
    content_hash: str | None = None
    article_key: str | None = None
    current: CurrentRevision | None = None
    tombstone: Tombstone | None = Field(default=None, description="Set when retracted; there is no current then.")
    takedown: Takedown | None = Field(default=None, description="Set when an operator took it down; it rests for good.")
    reprocessing: Reprocessing | None = Field(default=None, description="Set while a run visits no page.")
    last_order: str | None = Field(default=None, description="The last order of reprocessing that was carried out.")
    page_as_of: str | None = Field(
        default=None, description="Time of the newest capture, or visit without one, that was worked through."
    )
    is_unvisited: bool | None = Field(default=None, description="It was pushed, and nobody has submitted its URL.")
    gone_since: str | None = Field(default=None, description="First of the visits in a row that found it gone.")
    validators: Validators | None = None
    last_outcome: str | None = None
    last_ended_at: str | None = None
    last_detail: str | None = Field(default=None, description="What was said of the last failure, for people.")
    duplicate_of: str | None = None

    @property
    def wanted_page(self) -> str | None:
        """The further page that fetch is to ask for; None where that is the article's own, or nothing.

        It is the article's own, too, where a capture is there and nothing says what is wanted: a release that knows no
        further pages drops them when it writes the state.
        """
        is_further = self.stage is Stage.FETCH and self.capture is not None
        return next(iter(self.chain.wanted_urls), None) if is_further else None

    @property
    def chain(self) -> PageChain:
        """The further pages of the run."""
        return PageChain(self.pages, self.next_pages, self.pages_end)

    @property
    def latest_revision(self) -> int | None:
        """The number of the last revision, retractions included; None if nothing was ever committed."""
        last = self.current or self.tombstone
        return last.revision if last else None


class SubmissionRecord(Record):
    """A submission: its outcome when it was refused, else the run that it waits for.

    Attributes
    ----------
    sender : str or None
        Who sent it, as the queue says; the id is this sender's. None when the queue does not say.
    """

    submission_id: str
    sender: str | None = None
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
    flaws: tuple[Flaw, ...] | None = Field(
        default=None, description="Of an indexed article that a source led to: what it lacks, or has too much of."
    )


class RevisionRecord(Record):
    """A committed revision; its insertion is what ``publish`` tells the world.

    A retraction is a revision without key and content, and with a reason.
    """

    article_id: str
    revision: int
    previous_revision: int | None = None
    change_type: Literal["created", "updated", "corrected", "retracted"]
    url: str
    host: str
    key: str | None = None
    content_hash: str | None = None
    committed_at: str
    headline: str | None = None
    date_published: str | None = None
    cluster_id: str | None = None
    merged_clusters: tuple[str, ...] | None = Field(
        default=None, description="Clusters that turned out to be this one by this article."
    )
    duplicate_of: str | None = None
    countries: tuple[str, ...] | None = Field(
        default=None, description="What it is most about, for readers to choose by."
    )
    topics: tuple[str, ...] | None = None
    reason: RetractionReason | None = None
    is_erased: bool | None = Field(default=None, description="Of a retraction: readers are to delete what they keep.")


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


class ListingPage(Record):
    """One page of listings, and where the next begins."""

    listings: tuple[Listing, ...]
    cursor: str | None = None


class RevisionPage(Record):
    """One page of an article's revisions, and where the next begins."""

    revisions: tuple[RevisionRecord, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article stands that another may be a near-duplicate of.

    Attributes
    ----------
    is_current : bool
        It has a current revision.
    is_committing : bool
        It has none yet, and stands at the stage that commits one.
    published : str or None
        When it says that it was published.
    """

    is_current: bool
    is_committing: bool = False
    published: str | None = None


def standing_of(state: ArticleState) -> Standing:
    """Return how an article stands."""
    if state.current is None:
        return Standing(is_current=False, is_committing=state.stage is Stage.INDEX)
    return Standing(is_current=True, published=state.current.date_published)


class Neighbour(Record):
    """An article that shares a key of the near-duplicate index."""

    article_id: str
    signature: str = Field(description="Its sketch, as newsdesk.articles.similarity writes it.")
    cluster_id: str = Field(description="The cluster of its text when it was entered; it may have joined another.")
    duplicate_of: str | None = None
