"""Articles, captures and submissions that tests work on, made by the same functions that the stages use.

Comes in: what a test wants to be different. Goes out: values of the domain.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from newsdesk.articles import (
    STAGE_ORDER,
    ArticleState,
    Capture,
    CurrentRevision,
    OutcomeRecord,
    RevisionRecord,
    RevisitPolicy,
    Stage,
    SubmissionRecord,
    Timeouts,
    ended,
    first_run,
)
from newsdesk.articles.lifecycle import enriched, extracted, fetched
from newsdesk.articles.state import Reprocessing, Takedown, Tombstone, Validators
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import (
    Article,
    ArticleType,
    ChangeType,
    FeedItem,
    ModelProvenance,
    Outcome,
    Person,
    Provenance,
    capture_key,
    to_json_bytes,
)
from newsdesk.contracts.keys import article_key, extracted_key
from newsdesk.web import article_id, canonical_url, parse_url

NOW = datetime(2026, 3, 14, 9, 26, 53, 589000, tzinfo=UTC)
REVISITS = RevisitPolicy(first_seconds=3600, stop_seconds=10_000)
TIMEOUTS = Timeouts(stuck_after_seconds=900, lease_seconds=180, revisits=REVISITS)
HOST = "news.example"
CONTENT_HASH = "c0ffee" * 10 + "c0de"


def url_of(number: int = 0, host: str = HOST) -> str:
    """Return the canonical URL of a test's ``number``-th article."""
    return f"https://{host}/2026/03/14/story-{number}"


def id_of(number: int = 0, host: str = HOST) -> str:
    """Return the id of a test's ``number``-th article."""
    return article_id(canonical_url(parse_url(url_of(number, host))))


def new_state(number: int = 0, host: str = HOST, now: datetime = NOW, **changes: Any) -> ArticleState:
    """Return an article that was just submitted."""
    state = first_run(
        id_of(number, host),
        url_of(number, host),
        host,
        f"{url_of(number, host)}?utm_source=letter",
        now,
        TIMEOUTS,
        submission_id=f"submission-{number}",
        correlation_id=f"correlation-{number}",
        discovery="feed",
    )
    return state.model_copy(update=changes)


def capture_of(state: ArticleState, capture_id: str = "20260314T092653Z-0001") -> Capture:
    """Return a capture of an article's page."""
    return Capture(
        capture_id=capture_id,
        key=capture_key(state.host, state.article_id, capture_id),
        sha256="ab" * 32,
        captured_at=to_text(NOW),
        status=200,
        final_url=state.url,
        etag='"v1"',
        last_modified="Sat, 14 Mar 2026 09:00:00 GMT",
    )


def key_of(state: ArticleState, revision: int = 1) -> str:
    """Return where an article's revision lies."""
    return article_key(from_text(state.first_seen), state.article_id, revision, CONTENT_HASH)


def advanced(state: ArticleState, stage: Stage, now: datetime = NOW) -> ArticleState:
    """Return a run as it stands when it has reached a stage; ``rest`` means committed."""
    while state.stage is not stage:
        match state.stage:
            case Stage.FETCH:
                state = fetched(state, capture_of(state), now, TIMEOUTS)
            case Stage.EXTRACT:
                assert state.capture is not None
                key = extracted_key(state.article_id, state.capture.capture_id)
                state = extracted(state, key, CONTENT_HASH, now, TIMEOUTS)
            case Stage.ENRICH:
                state = enriched(state, key_of(state), now, TIMEOUTS)
            case _:
                published = to_text(now - timedelta(minutes=30))
                current = current_of(state, committed_at=now, date_published=published)
                state, _ = ended(state, Outcome.INDEXED, now, TIMEOUTS, current=current)
    return state


def at_stage(stage: Stage, number: int = 0, host: str = HOST, now: datetime = NOW) -> ArticleState:
    """Return an article whose first run has reached a stage."""
    return advanced(new_state(number, host, now), stage, now)


def history_to(stage: Stage, number: int = 0) -> list[ArticleState]:
    """Return every state of an article's first run up to a stage, one version after the other."""
    return [at_stage(step, number) for step in STAGE_ORDER[: STAGE_ORDER.index(stage) + 1]]


def current_of(state: ArticleState, revision: int = 1, committed_at: datetime = NOW, **changes: Any) -> CurrentRevision:
    """Return a committed revision of an article."""
    current = CurrentRevision(
        revision=revision,
        key=key_of(state, revision),
        content_hash=CONTENT_HASH,
        committed_at=to_text(committed_at),
        headline="Bridge reopens",
        date_published="2026-03-14T07:00:00Z",
        cluster_id=state.article_id,
    )
    return current.model_copy(update=changes)


def full_state() -> ArticleState:
    """Return a state in which every attribute has a value."""
    state = new_state()
    return ArticleState(
        article_id=state.article_id,
        url=state.url,
        host=state.host,
        requested_url=state.requested_url,
        discovery="feed",
        feed_item=FeedItem(feed="https://news.example/feed"),
        first_seen=state.first_seen,
        version=1,
        run=3,
        stage=Stage.INDEX,
        correlation_id="correlation",
        submissions=("one", "two"),
        priority="high",
        attempts=2,
        resends=1,
        waiting="retry",
        due_at=1_773_480_413,
        lease_owner="worker",
        lease_until=to_text(NOW),
        capture=capture_of(state),
        offered=capture_of(state, "20200102T030405Z-0003").model_copy(update={"pushed_as": "warc"}),
        visit_wanted=True,
        is_unvisited=True,
        page_as_of=to_text(NOW),
        pages=(capture_of(state, "20260314T092659Z-0002"),),
        next_pages=(f"{state.url}/2", f"{state.url}/3"),
        pages_end="timeout",
        extracted_key="work/v1/x/y/extracted.json.gz",
        content_hash=CONTENT_HASH,
        article_key=key_of(state, 2),
        current=current_of(state, duplicate_of=id_of(9)),
        validators=Validators(etag='"v0"', last_modified="Fri, 13 Mar 2026 09:00:00 GMT"),
        last_outcome="unchanged",
        last_ended_at=to_text(NOW),
        last_detail="“Straße” 橋 🌉",
        tombstone=Tombstone(revision=1, retracted_at=to_text(NOW), reason="gone", cluster_id=id_of(7)),
        takedown=Takedown(taken_down_at=to_text(NOW), reason="court order", settled_at=to_text(NOW)),
        reprocessing=Reprocessing(order="2026-03", visit_due_at=1_773_480_413),
        last_order="2026-02",
        gone_since=to_text(NOW),
        duplicate_of=id_of(8),
    )


def submission_of(state: ArticleState, submission_id: str = "submission-0", **changes: Any) -> SubmissionRecord:
    """Return an accepted submission of an article."""
    record = SubmissionRecord(
        submission_id=submission_id,
        sender="AIDAEXAMPLE",
        url=state.requested_url,
        received_at=to_text(NOW),
        article_id=state.article_id,
        run=state.run,
        priority="high",
        tags=("world", "bridges"),
        correlation_id="correlation-0",
        discovery="feed",
    )
    return record.model_copy(update=changes)


def rejection_of(submission_id: str = "refused", outcome: str = "rejected:invalid_url") -> SubmissionRecord:
    """Return a refused submission."""
    return SubmissionRecord(
        submission_id=submission_id, url="ftp:/nowhere", received_at=to_text(NOW), outcome=outcome, detail="no URL"
    )


def outcome_of(state: ArticleState, outcome: str = "indexed", **changes: Any) -> OutcomeRecord:
    """Return the record of how an article's run ended."""
    record = OutcomeRecord(
        article_id=state.article_id,
        run=state.run,
        url=state.url,
        outcome=outcome,
        ended_at=to_text(NOW),
        submissions=state.submissions,
        revision=1,
        key=key_of(state),
        headline="Bridge reopens",
    )
    return record.model_copy(update=changes)


def revision_of(state: ArticleState, revision: int = 1, **changes: Any) -> RevisionRecord:
    """Return the record of an article's committed revision."""
    record = RevisionRecord(
        article_id=state.article_id,
        revision=revision,
        previous_revision=revision - 1 or None,
        change_type="created" if revision == 1 else "updated",
        url=state.url,
        host=state.host,
        key=key_of(state, revision),
        content_hash=CONTENT_HASH,
        committed_at=to_text(NOW),
        headline="Bridge reopens",
        date_published="2026-03-14T07:00:00Z",
        cluster_id=state.article_id,
    )
    return record.model_copy(update=changes)


def article_of(state: ArticleState, revision: int = 1, **changes: Any) -> Article:
    """Return an enriched article as it lies in the bucket."""
    body = "The bridge over the harbour reopened on Saturday after nine months of repairs."
    article = Article(
        headline="Bridge reopens",
        article_body=body,
        date_published="2026-03-14T07:00:00Z",
        author=(Person(name="Ada Quill"),),
        url=state.url,
        article_type=ArticleType.NEWS_ARTICLE,
        word_count=len(body.split()),
        provenance=Provenance(
            requested_url=state.requested_url,
            final_url=state.url,
            extractor=ModelProvenance(name="test", version="1"),
        ),
        article_id=state.article_id,
        host=state.host,
        revision=revision,
        previous_revision=revision - 1 or None,
        change_type=ChangeType.CREATED if revision == 1 else ChangeType.UPDATED,
    )
    return article.model_copy(update=changes)


def article_bytes(state: ArticleState, revision: int = 1, **changes: Any) -> bytes:
    """Return an enriched article's canonical bytes."""
    return to_json_bytes(article_of(state, revision, **changes))
