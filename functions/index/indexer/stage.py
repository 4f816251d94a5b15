"""The index stage: commits a revision, and finds the near-duplicates that it belongs to.

Comes in: :class:`newsdesk.contracts.ArticleEnriched`. Goes out: the status to count it under. Changes: the table. What
this stage commits, ``publish`` tells.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsdesk.articles import (
    ArticleState,
    ArticleStore,
    CurrentRevision,
    Relation,
    RevisionRecord,
    Stage,
    Timeouts,
    WriteOnce,
    ended,
    failed,
    relate,
)
from newsdesk.clock import Clock, to_text
from newsdesk.contracts import Article, ArticleEnriched, ArticleType, ChangeType, Outcome, Reason
from newsdesk.errors import ObjectMissingError
from newsdesk.ports import MessageSender, ObjectStore
from newsdesk.runtime import advance, check_in
from newsdesk.web import canonical_url, parse_url

_OF_MANY_STORIES = frozenset({ArticleType.DIGEST, ArticleType.LIVE_BLOG})
"""They hold other articles' texts, and would make one cluster of unrelated stories."""


@dataclass(frozen=True, slots=True)
class IndexStage:
    """Commits revisions."""

    store: ArticleStore
    objects: ObjectStore
    sender: MessageSender
    clock: Clock
    timeouts: Timeouts

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

        That is written before the commit, because a crash in between must not hide the article from its copies.
        """
        former = state.current or state.tombstone
        kept = None
        if former is not None:
            kept = Relation(
                former.cluster_id or state.article_id, state.current.duplicate_of if state.current else None
            )
        signature = article.enrichment.signature
        if signature is None or signature.sketch is None or article.article_type in _OF_MANY_STORIES:
            return Relation(kept.cluster_id if kept else state.article_id)
        return relate(self.store, state.article_id, signature.sketch, kept)

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
            merged_clusters=relation.merged or None,
            **current.model_dump(),
        )
        after, outcomes = ended(state, Outcome.INDEXED, now, self.timeouts, current=current)
        return after, (revision, *outcomes)

    def _fail(self, state: ArticleState) -> str:
        def step(current: ArticleState) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
            detail = "the enriched article is gone"
            return failed(current, Reason.CAPTURE_MISSING, self.clock(), self.timeouts, detail=detail)

        return "failed" if advance(self.store, state, step) is not None else "stale"
