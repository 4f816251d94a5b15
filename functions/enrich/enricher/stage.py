"""The enrich stage: from extract's work object to the article.

Comes in: ``ArticleExtracted``. Goes out: ``ArticleEnriched``. Changes: the article's object in the bucket, its state.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from enricher.composer import compose
from enricher.ports import Document, Enricher
from newsdesk import __version__
from newsdesk.articles import ArticleState, ArticleStore, Stage, Timeouts, WriteOnce, lifecycle
from newsdesk.clock import Clock, from_text
from newsdesk.contracts import Article, ArticleExtracted, ChangeType, ExtractedWork, Reason, keys, to_json_bytes
from newsdesk.errors import AlreadyRecordedError, ObjectMissingError
from newsdesk.ports import MessageSender, ObjectStore
from newsdesk.runtime import advance, check_in, count


@dataclass(frozen=True, slots=True)
class EnrichStage:
    """Takes extracted articles."""

    store: ArticleStore
    objects: ObjectStore
    sender: MessageSender
    clock: Clock
    timeouts: Timeouts
    enrichers: Sequence[Enricher]

    def handle(self, message: ArticleExtracted) -> str:
        """Enrich one article.

        Returns
        -------
        str
            ``enriched``; ``failed`` when the work object is gone; ``skipped`` when there was nothing to do; ``stale``
            when another worker was first.
        """
        state = check_in(self.store, self.sender, message, Stage.ENRICH)
        if state is None or state.extracted_key is None:
            return "skipped"
        try:
            body = self.objects.get(state.extracted_key)
        except ObjectMissingError:
            return self._end_as_missing(state, state.extracted_key)
        work = ExtractedWork.model_validate_json(gzip.decompress(body))
        article = build_article(state, work, self.enrichers)
        for error in article.enrichment.errors:
            if error.kind != "not_applicable":
                count("EnrichersFailed", f"{error.enricher}:{error.kind}")
        return self._pass_on(state, to_json_bytes(article))

    def _pass_on(self, state: ArticleState, article: bytes) -> str:
        digest = hashlib.sha256(article).hexdigest()
        key = keys.article_key(from_text(state.first_seen), state.article_id, next_revision(state), digest)
        self.objects.put(key, article, "application/json")
        now = self.clock()
        after = advance(self.store, state, lambda current: (lifecycle.enriched(current, key, now, self.timeouts), ()))
        if after is None:
            return "stale"
        following = lifecycle.message_for(after)
        if following is not None:
            self.sender.send(following)
        return "enriched"

    def _end_as_missing(self, state: ArticleState, key: str) -> str:
        now = self.clock()

        def step(current: ArticleState) -> tuple[ArticleState, tuple[WriteOnce, ...]]:
            return lifecycle.failed(current, Reason.CAPTURE_MISSING, now, self.timeouts, detail=key)

        try:
            after = advance(self.store, state, step)
        except AlreadyRecordedError:
            return "stale"
        return "stale" if after is None else "failed"


def next_revision(state: ArticleState) -> int:
    """Return the number of the revision that this run makes."""
    return (state.latest_revision or 0) + 1


def build_article(state: ArticleState, work: ExtractedWork, enrichers: Sequence[Enricher]) -> Article:
    """Return the article.

    It depends on the state's history and on the work object alone, so that a redelivery builds the very same one.
    """
    extracted = work.article
    document = Document(
        body=extracted.article_body,
        headline=extracted.headline,
        url=extracted.url,
        declared_language=extracted.in_language,
        links=work.links,
    )
    fields = {name: getattr(extracted, name) for name in type(extracted).model_fields}
    fields["provenance"] = extracted.provenance.model_copy(update={"enricher_version": __version__})
    return Article(
        **fields,
        article_id=state.article_id,
        revision=next_revision(state),
        previous_revision=state.latest_revision,
        change_type=ChangeType.UPDATED if state.current else ChangeType.CREATED,
        enrichment=compose(document, enrichers),
    )
