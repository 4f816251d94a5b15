"""The index stage: commits a revision, and finds the near-duplicates that it belongs to.

Comes in: :class:`newsdesk.contracts.ArticleEnriched`. Goes out: a status. Changes: the table. What
this stage commits, ``publish`` announces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from newsdesk.articles import (
    COMMITTING,
    ArticleState,
    CurrentRevision,
    Relation,
    RevisionRecord,
    Stage,
    WriteOnce,
    ended,
    read_article,
    relate,
)
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import ArticleEnriched, ArticleType, Outcome, Reason, RevisionFacts, facts_of
from newsdesk.errors import ObjectMissingError, UnreadableObjectError
from newsdesk.ports import ObjectStore
from newsdesk.runtime import Metric, Worker, measure
from newsdesk.sources import Flaw, source_of_submission
from newsdesk.web import canonical_url, parse_url

_MOST_SUBJECTS = 5
"""Countries and topics that go with a change: few, so that its record still is one write unit."""
_OF_MANY_STORIES = frozenset({ArticleType.DIGEST, ArticleType.LIVE_BLOG})
"""They hold other articles' texts, and would make one cluster of unrelated stories."""


LEAK_SCORE = 0.5
"""From here on an article's text counts as one that holds something foreign."""


class IndexStatus(StrEnum):
    """The result for a message to index."""

    INDEXED = "indexed"
    """A revision was committed."""
    FAILED = "failed"
    """The run ended because the enriched article is gone, or cannot be read."""
    STALE = "stale"
    """There was nothing to do, or another worker was first."""


class CommitKind(StrEnum):
    """What the time from a submission to its commit is measured by."""

    NORMAL = "normal"
    """Every article that is no bulk."""
    BULK = "bulk"
    """An article of bulk, which waits for its turn."""


@dataclass(frozen=True, slots=True)
class IndexStage:
    """Commits revisions."""

    worker: Worker
    objects: ObjectStore

    def handle(self, message: ArticleEnriched) -> IndexStatus:
        """Commit one revision.

        Raises
        ------
        ConflictError
            The article kept changing; the message is to be delivered again.
        """
        state = self.worker.load_for_stage(message, Stage.INDEX)
        if state is None or state.article_key is None:
            return IndexStatus.STALE
        try:
            facts = self._facts(state.article_key, message)
        except ObjectMissingError:
            return self._fail(state, Reason.CAPTURE_MISSING, "the enriched article is gone")
        except UnreadableObjectError as error:
            return self._fail(state, Reason.WORK_UNREADABLE, str(error))
        relation = self._relate(state, facts)
        outcome = self.worker.finish(state, lambda current: self._commit(current, facts, relation))
        if outcome is None:
            return IndexStatus.STALE
        if state.run == 1:
            taken = self.worker.clock() - from_text(state.first_seen)
            status = CommitKind.BULK if state.priority == "bulk" else CommitKind.NORMAL
            measure(Metric.ARTICLES_COMMITTED_MILLISECONDS, taken.total_seconds() * 1000.0, status)
        return IndexStatus.INDEXED

    def _facts(self, key: str, message: ArticleEnriched) -> RevisionFacts:
        """Return what the message says of the object, or else the object itself."""
        if message.facts is not None and message.article_key == key:
            return message.facts
        return facts_of(read_article(self.objects.get(key)))

    def _fail(self, state: ArticleState, reason: Reason, detail: str) -> IndexStatus:
        return IndexStatus.STALE if self.worker.fail(state, reason, detail) is None else IndexStatus.FAILED

    def _relate(self, state: ArticleState, facts: RevisionFacts) -> Relation:
        """Find the cluster of near-duplicates, and make the article findable for later ones.

        That is written before the commit, because a crash in between must not hide the article from its copies.
        """
        former = state.current or state.tombstone
        kept = None
        if former is not None:
            kept = Relation(
                former.cluster_id or state.article_id, state.current.duplicate_of if state.current else None
            )
        if facts.sketch is None or facts.article_type in _OF_MANY_STORIES:
            return Relation(kept.cluster_id if kept else state.article_id)
        return relate(
            self.worker.store,
            state.article_id,
            facts.sketch,
            kept,
            published=facts.date_published,
            pauses=replace(COMMITTING, sleep=self.worker.pauses.sleep),
        )

    def _commit(
        self, state: ArticleState, facts: RevisionFacts, relation: Relation
    ) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
        now = self.worker.clock()
        key = state.article_key or ""
        current = CurrentRevision(
            revision=facts.revision,
            key=key,
            content_hash=state.content_hash or "",
            committed_at=to_text(now),
            changed_at=_unchanged_since(state),
            headline=facts.headline,
            date_published=facts.date_published,
            cluster_id=relation.cluster_id,
            duplicate_of=relation.duplicate_of,
            page_url=canonical_url(parse_url(state.capture.final_url)) if state.capture else None,
        )
        revision = RevisionRecord(
            article_id=state.article_id,
            previous_revision=facts.previous_revision,
            change_type=facts.change_type.value,
            url=state.url,
            host=state.host,
            merged_clusters=relation.merged or None,
            countries=facts.countries[:_MOST_SUBJECTS] or None,
            topics=facts.topics[:_MOST_SUBJECTS] or None,
            **current.model_dump(),
        )
        after, outcomes = ended(state, Outcome.INDEXED, now, self.worker.timeouts, current=current)
        if any(source_of_submission(submission_id) for submission_id in state.submissions):
            outcomes = tuple(outcome.model_copy(update={"flaws": flaws_of(facts)}) for outcome in outcomes)
        return after, (revision, *outcomes)


def flaws_of(facts: RevisionFacts) -> tuple[Flaw, ...] | None:
    """Return what an article lacks, or has too much of, to be counted by its source; None for nothing."""
    found = (
        (Flaw.NO_DATE, facts.date_published is None),
        (Flaw.NO_AUTHOR, not facts.has_author),
        (Flaw.LEAK, (facts.leak_score or 0.0) >= LEAK_SCORE),
    )
    return tuple(flaw for flaw, is_there in found if is_there) or None


def _unchanged_since(state: ArticleState) -> str | None:
    """Return when the page of an article changed that is only corrected; None where it has changed now."""
    if state.reprocessing is None or state.current is None:
        return None
    return state.current.changed_at or state.current.committed_at
