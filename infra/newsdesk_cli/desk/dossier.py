"""Everything that is known of one article, and a submission's way.

Comes in: a stack and an id. Goes out: values for templates. Each page reads what it shows and no more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from newsdesk.articles import (
    CUTS,
    RETRACTIONS,
    STAGE_ORDER,
    ArticleState,
    CapturedPage,
    CaptureUnreadableError,
    Cuts,
    OutcomeRecord,
    RevisionPage,
    RevisionRecord,
    Stage,
    SubmissionRecord,
    count_cuts,
    read_article,
    read_capture,
    read_cuts,
    read_work,
)
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import Article, DroppedBlock, DropReason, Outcome, keys
from newsdesk.errors import ObjectMissingError, PermanentError, TransientError, UnreadableObjectError
from newsdesk.web import decode_body
from newsdesk_cli.descriptions import described
from newsdesk_cli.lookup import find_state
from newsdesk_cli.stack import Stack
from newsdesk_cli.wording import WAITS, outcome_in_words

if TYPE_CHECKING:
    from extractor.reading import ChildReader
    from newsdesk_cli.pages import Explanation

REVISIONS_OF_A_PAGE = 50
CUT_BLOCKS_OF_A_PAGE = 200
_LONGEST_CUT_TEXT = 600
"""Characters of a cut block that are shown."""
_LARGEST_PAGE_BYTES = 20 * 1024 * 1024


class MissingError(Exception):
    """There is no such thing; the text says what, and why."""


@dataclass(frozen=True, slots=True)
class Known:
    """An article's state, and one of its revisions where there is any.

    Attributes
    ----------
    revision : int or None
        The number of the revision; None where there is nothing to read.
    key : str or None
        Where its object is.
    """

    state: ArticleState
    revision: int | None
    article: Article | None
    key: str | None = None

    @property
    def title(self) -> str:
        """What to call it."""
        current = self.state.current
        return (
            (self.article.headline if self.article else None)
            or (current.headline if current else None)
            or (self.state.url)
        )

    @property
    def is_latest(self) -> bool:
        """Whether it is the current revision."""
        return self.state.current is not None and self.revision == self.state.current.revision

    @property
    def absence(self) -> str | None:
        """Why there is nothing to read; None where there is something."""
        state = self.state
        if self.article is not None:
            return None
        if state.takedown is not None:
            return "An operator took it down."
        if state.tombstone is not None:
            return f"It was retracted, because {RETRACTIONS[state.tombstone.reason]}."
        if state.current is not None:
            return "The object of this revision is not in the bucket, or cannot be read."
        return "No revision of it was ever committed."


def known_article(stack: Stack, subject: str, revision: int | None = None) -> Known:
    """Return an article by its id or URL, with one of its revisions.

    Raises
    ------
    MissingError
        If there is no such article, or no such revision.
    """
    state = find_state(stack, subject)
    if state is None:
        raise MissingError(f"No article has the id or URL {subject}.")
    if revision is None or (state.current is not None and revision == state.current.revision):
        current = state.current
        if current is None:
            return Known(state, None, None)
        return Known(state, current.revision, _read(stack, current.key), current.key)
    record = _revision_record(stack, state, revision)
    return Known(state, revision, _read(stack, record.key) if record.key else None, record.key)


def revision_of(stack: Stack, state: ArticleState, revision: int) -> Article | None:
    """Return a revision of an article; None of a retraction, and where it cannot be read.

    Raises
    ------
    MissingError
        If there is no such revision.
    """
    record = _revision_record(stack, state, revision)
    return _read(stack, record.key) if record.key else None


def _revision_record(stack: Stack, state: ArticleState, revision: int) -> RevisionRecord:
    record = stack.store.revision(state.article_id, revision)
    if record is None:
        raise MissingError(f"It has no revision {revision}.")
    return record


def _read(stack: Stack, key: str) -> Article | None:
    try:
        return read_article(stack.objects.get(key))
    except (ObjectMissingError, UnreadableObjectError):
        return None


def revisions_of(stack: Stack, state: ArticleState, cursor: str | None) -> RevisionPage:
    """Return a page of an article's revisions."""
    return stack.store.revisions(state.article_id, REVISIONS_OF_A_PAGE, cursor)


def submissions_of(stack: Stack, state: ArticleState) -> tuple[str, ...]:
    """Return the submissions of an article's last run, whether it is under way or has ended."""
    if state.submissions:
        return state.submissions
    outcome = stack.store.outcome(state.article_id, state.run)
    return outcome.submissions if outcome is not None else ()


# ------------------------------------------------------------------------------------------------- what was cut


@dataclass(frozen=True, slots=True)
class CutReason:
    """How much was cut for one reason."""

    reason: str
    meaning: str
    blocks: int
    words: int


@dataclass(frozen=True, slots=True)
class CutBlocks:
    """What extract cut from a page.

    Attributes
    ----------
    blocks : tuple
        Those of this page of the list, each text cut to a bounded length.
    begin, total : int
        The number of the first, from 0, and how many there are.
    unquoted : int
        How many more there are of which only the number and the reason are kept.
    """

    blocks: tuple[DroppedBlock, ...]
    begin: int
    total: int
    reasons: tuple[CutReason, ...]
    unquoted: int = 0

    @property
    def following(self) -> int | None:
        """Where the next page begins."""
        end = self.begin + len(self.blocks)
        return end if end < self.total else None


def cut_blocks(stack: Stack, known: Known, begin: int = 0, reason: str = "") -> CutBlocks | None:
    """Return what was cut from the page that a revision was made of; None if that is not kept, or no longer."""
    dropped = _dropped(stack, known)
    cuts = Cuts(count_cuts(dropped), tuple(dropped)) if dropped is not None else _summary(stack, known)
    if cuts is None:
        return None
    meanings = _meanings()
    wanted = [block for block in cuts.blocks if not reason or block.reason == reason]
    return CutBlocks(
        tuple(map(_shortened, wanted[begin : begin + CUT_BLOCKS_OF_A_PAGE])),
        begin,
        len(wanted),
        tuple(
            CutReason(count.reason, meanings.get(count.reason, ""), count.blocks, count.words) for count in cuts.counts
        ),
        sum(count.blocks for count in cuts.counts if not reason or count.reason == reason) - len(wanted),
    )


@cache
def _meanings() -> dict[str, str]:
    return described(DropReason)


def _summary(stack: Stack, known: Known) -> Cuts | None:
    """Return what lies beside the article's object."""
    if known.key is None:
        return None
    try:
        text = stack.objects.about(known.key).get(CUTS)
        return read_cuts(text) if text else None
    except (ObjectMissingError, UnreadableObjectError):
        return None


def _dropped(stack: Stack, known: Known) -> Sequence[DroppedBlock] | None:
    for key in _work_keys(known):
        try:
            return read_work(stack.objects.get(key)).dropped
        except (ObjectMissingError, UnreadableObjectError):
            continue
    return None


def _work_keys(known: Known) -> Iterator[str]:
    """Yield where extract's work may lie: that of the state's run if it made this revision, then the capture's."""
    state, capture_key = known.state, capture_key_of(known)
    if capture_key is None:
        return
    capture_id = capture_key.rpartition("/")[2].removesuffix(".warc.gz")
    if state.extracted_key and f"/{capture_id}/" in state.extracted_key:
        yield state.extracted_key
    yield keys.extracted_key(state.article_id, capture_id)


def _shortened(block: DroppedBlock) -> DroppedBlock:
    if len(block.text) <= _LONGEST_CUT_TEXT:
        return block
    return block.model_copy(update={"text": block.text[:_LONGEST_CUT_TEXT].rstrip() + " …"})


# ------------------------------------------------------------------------------------------------- the capture


def capture_key_of(known: Known) -> str | None:
    """Return where the page lies that a revision was made of, or that was captured last."""
    if known.article is not None and known.article.provenance.capture_key:
        return known.article.provenance.capture_key
    return known.state.capture.key if known.state.capture else None


def captured_page(stack: Stack, known: Known) -> CapturedPage:
    """Return the page that a revision was made of.

    Raises
    ------
    MissingError
        If it is no longer kept, or cannot be read.
    """
    key = capture_key_of(known)
    if key is None:
        raise MissingError("No page of it was captured.")
    try:
        return read_capture(stack.objects.get(key))
    except ObjectMissingError as error:
        raise MissingError("Its capture is no longer in the bucket.") from error
    except CaptureUnreadableError as error:
        raise MissingError(f"Its capture cannot be read: {error}.") from error


def page_bytes(page: CapturedPage) -> bytes:
    """Return a page's body without its content coding.

    Raises
    ------
    MissingError
        If that cannot be undone.
    """
    try:
        return decode_body(page.body, page.content_encoding, _LARGEST_PAGE_BYTES)
    except (PermanentError, TransientError) as error:
        raise MissingError(f"The page cannot be decoded: {error.reason.value}.") from error


class Explainer:
    """Reads captured pages again with this checkout's extractor, in a child that can be killed."""

    def __init__(self) -> None:
        self._reader: ChildReader | None = None
        self._turn = threading.Lock()

    @property
    def is_there(self) -> bool:
        """Whether there is an extractor: in a checkout."""
        return find_spec("extractor") is not None

    def explain(self, page: CapturedPage, known: Known) -> Explanation:
        """Return the explanation of a page's extraction as it is today.

        Raises
        ------
        MissingError
            If there is no extractor, or the page cannot be decoded.
        """
        if not self.is_there:
            raise MissingError("Only a checkout has the extractor that reads a page again.")
        from extractor.contract import PageToRead
        from newsdesk_cli.pages import explained
        from newsdesk_cli.single_page import Observation

        wanted = PageToRead(
            page_bytes(page),
            page.content_type,
            page.url,
            from_text(page.captured_at),
            canonical_url=known.state.url,
            headers=page.headers,
            host_lines=page.host_signals,
            is_explained=True,
        )
        try:
            reading = self._ready()(wanted)
        except (PermanentError, TransientError) as error:
            return explained(page.url, Observation(error.reason.value, None))
        refusal = reading.refusal.value if reading.refusal is not None else None
        return explained(page.url, Observation(refusal, reading.result))

    def close(self) -> None:
        """End the child."""
        if self._reader is not None:
            self._reader.close()

    def _ready(self) -> ChildReader:
        from extractor.reading import ChildReader

        with self._turn:
            if self._reader is None:
                self._reader = ChildReader()
            return self._reader


# ------------------------------------------------------------------------------------------------- a submission's way


@dataclass(frozen=True, slots=True)
class Station:
    """A step of a submission's way.

    Attributes
    ----------
    kind : str
        ``done``, ``here``, ``failed`` or ``ahead``.
    """

    kind: str
    name: str
    when: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A submission, and where it has got to."""

    submission: SubmissionRecord
    outcome: OutcomeRecord | None
    state: ArticleState | None
    stations: tuple[Station, ...]

    @property
    def ending(self) -> str | None:
        """Its outcome; None while there is none."""
        return self.outcome.outcome if self.outcome else self.submission.outcome


_STAGE_NAMES = {
    Stage.FETCH: "Fetched",
    Stage.EXTRACT: "Extracted",
    Stage.ENRICH: "Enriched",
    Stage.INDEX: "Indexed",
}


def way_of(stack: Stack, submission_id: str) -> Way:
    """Return a submission's way.

    Raises
    ------
    MissingError
        If there is no such submission.
    """
    submission = stack.store.submission(submission_id)
    if submission is None:
        raise MissingError(f"No submission has the id {submission_id}; records are kept for 90 days.")
    outcome = state = None
    if submission.article_id is not None:
        state = stack.store.find(submission.article_id)
        if submission.run is not None:
            outcome = stack.store.outcome(submission.article_id, submission.run)
    # The key of a run that changed nothing is that of what an earlier one made.
    is_own = outcome is not None and outcome.outcome == Outcome.INDEXED
    article = _read(stack, outcome.key) if is_own and outcome is not None and outcome.key else None
    return Way(submission, outcome, state, tuple(_stations(submission, outcome, state, article)))


def _stations(
    submission: SubmissionRecord, outcome: OutcomeRecord | None, state: ArticleState | None, article: Article | None
) -> Iterator[Station]:
    yield Station("done", "Received", submission.received_at, submission.url)
    ending = outcome.outcome if outcome else submission.outcome
    if ending is None:
        yield from _under_way(submission, state)
        return
    if article is not None:
        yield from _made(article)
    kind = "failed" if ending.startswith(("failed", "rejected")) else "done"
    detail = outcome.detail if outcome else submission.detail
    yield Station(
        kind,
        ending,
        outcome.ended_at if outcome else submission.received_at,
        outcome_in_words(ending, detail),
    )


def _under_way(submission: SubmissionRecord, state: ArticleState | None) -> Iterator[Station]:
    if state is None or state.run != submission.run:
        yield Station("here", "On its way", detail="Nothing more is recorded of it yet.")
        return
    yield from _captures(state)
    yield from _stages(state)


def _made(article: Article) -> Iterator[Station]:
    """Yield what the article that a run ended with says of its making."""
    origin, found = article.provenance, article.enrichment
    if origin.captured_at:
        status = f" answered {origin.http_status}" if origin.http_status else ""
        yield Station("done", "Captured", origin.captured_at, f"{origin.final_url}{status}")
    content = article.content_status.value.replace("_", " ")
    yield Station("done", "Extracted", detail=f"{article.word_count:,} words, {content}")
    if found.provenance:
        language = f"{found.language.code}, " if found.language else ""
        entities, quotes = len(found.entities), len(found.quotes)
        yield Station("done", "Enriched", detail=f"{language}{entities:,} entities, {quotes:,} quotes")


def _captures(state: ArticleState) -> Iterator[Station]:
    for hop in state.redirects:
        yield Station("done", f"Redirected with {hop.status}", detail=f"{hop.url} → {hop.location}")
    if state.capture is not None:
        detail = f"{state.capture.final_url} answered {state.capture.status}, {state.capture.body_bytes:,} bytes"
        yield Station("done", "Captured", state.capture.captured_at, detail)
    for page in state.pages:
        yield Station("done", "A further page captured", page.captured_at, page.final_url)


def _stages(state: ArticleState) -> Iterator[Station]:
    here = STAGE_ORDER.index(state.stage)
    for number, stage in enumerate(STAGE_ORDER):
        if stage not in _STAGE_NAMES:
            continue
        if number < here:
            if stage is not Stage.FETCH:
                yield Station("done", _STAGE_NAMES[stage])
        elif number == here:
            due = to_text(datetime.fromtimestamp(state.due_at, UTC)) if state.due_at and state.waiting else None
            why = WAITS.get(state.waiting or "", "")
            tries = f"{state.attempts} tries so far" if state.attempts > 1 else ""
            detail = ". ".join(part for part in (why, state.last_detail if state.waiting else "", tries) if part)
            yield Station("here", f"In {stage.value}", due, detail)
        else:
            yield Station("ahead", _STAGE_NAMES[stage])
