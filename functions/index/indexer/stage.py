"""The index stage: commits a revision, and finds the near-duplicates that it belongs to.

Comes in: :class:`newsdesk.messages.ArticleEnriched`. Goes out: the status to count it under. Changes: the table. What
this stage commits, ``publish`` tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsdesk.article import Article, ChangeType
from newsdesk.clock import Clock, to_text
from newsdesk.errors import ObjectMissingError
from newsdesk.lifecycle import Patience, ended, failed
from newsdesk.messages import ArticleEnriched
from newsdesk.outcomes import Outcome, Reason
from newsdesk.ports import ArticleStore, MessageSender, ObjectStore, WriteOnce
from newsdesk.similarity import bands, estimated_jaccard
from newsdesk.stage import advance, check_in
from newsdesk.state import ArticleState, CurrentRevision, Neighbour, RevisionRecord, Stage
from newsdesk.urls import canonical_url, parse_url

CLUSTER_SIMILARITY = 0.5
"""Estimated Jaccard similarity of word 3-shingles from which two articles tell the same text; 64 values put the
standard error of the estimate at sqrt(0.5 * 0.5 / 64) = 0.06."""

DUPLICATE_SIMILARITY = 0.9
"""From here on the one is a copy of the other, furniture of the text apart."""


@dataclass(frozen=True, slots=True)
class Relation:
    """How an article stands to those that are there already."""

    cluster_id: str
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class IndexStage:
    """Commits revisions."""

    store: ArticleStore
    objects: ObjectStore
    sender: MessageSender
    clock: Clock
    patience: Patience

    def handle(self, message: ArticleEnriched) -> str:
        """Commit one revision and return ``indexed``, ``failed`` or ``stale``.

        Raises
        ------
        ConflictError
            The article kept changing; the message is to be delivered again.
        """
        state = check_in(self.store, self.sender, message, Stage.INDEX)
        if state is None or state.article_key is None:
            return "stale"
        try:
            article = Article.model_validate_json(self.objects.get(state.article_key))
        except ObjectMissingError:
            return self._fail(state)
        relation = self._relate(state, article)
        committed = advance(self.store, state, lambda current: self._commit(current, article, relation))
        return "indexed" if committed is not None else "stale"

    def _relate(self, state: ArticleState, article: Article) -> Relation:
        """Find the cluster of near-duplicates, and make the article findable for later ones.

        An article keeps the cluster of its first revision, so that a cluster's id is stable; the bands are written
        before the commit, because a crash in between must not hide the article from its copies.
        """
        signature = article.enrichment.signature
        former = state.current or state.tombstone
        kept_id = former.cluster_id if former else None
        if signature is None:
            return Relation(kept_id or state.article_id)
        keys = bands(signature.values)
        scored = [
            (estimated_jaccard(signature.values, neighbour.signature), neighbour)
            for neighbour in self.store.neighbours(keys)
            if neighbour.article_id != state.article_id
        ]
        best_score, best = max(scored, key=lambda pair: (pair[0], pair[1].article_id), default=(0.0, None))
        cluster_id = kept_id or state.article_id
        if kept_id is None and best is not None and best_score >= CLUSTER_SIMILARITY:
            cluster_id = best.cluster_id
        is_copy = best is not None and best_score >= DUPLICATE_SIMILARITY and cluster_id != state.article_id
        self.store.add_bands(
            keys, Neighbour(article_id=state.article_id, signature=signature.values, cluster_id=cluster_id)
        )
        return Relation(cluster_id, cluster_id if is_copy else None)

    def _commit(
        self, state: ArticleState, article: Article, relation: Relation
    ) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
        now = self.clock()
        key = state.article_key or ""
        current = CurrentRevision(
            revision=article.revision,
            key=key,
            content_hash=state.content_hash or "",
            committed_at=to_text(now),
            headline=article.headline,
            date_published=article.date_published,
            cluster_id=relation.cluster_id,
            duplicate_of=relation.duplicate_of,
            page_url=canonical_url(parse_url(state.capture.final_url)) if state.capture else None,
        )
        revision = RevisionRecord(
            article_id=state.article_id,
            previous_revision=article.previous_revision,
            change_type=ChangeType(article.change_type).value,
            url=state.url,
            host=state.host,
            **current.model_dump(),
        )
        after, outcomes = ended(state, Outcome.INDEXED, now, self.patience, current=current)
        return after, (revision, *outcomes)

    def _fail(self, state: ArticleState) -> str:
        def step(current: ArticleState) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
            detail = "the enriched article is gone"
            return failed(current, Reason.CAPTURE_MISSING, self.clock(), self.patience, detail=detail)

        return "failed" if advance(self.store, state, step) is not None else "stale"
