"""The enrich stage: from extract's work to the article.

Comes in: ``ArticleExtracted``. Goes out: ``ArticleEnriched``. Changes: the article's object in the bucket, its state.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from enricher.composer import compose
from enricher.ports import Document, Enricher
from newsdesk import __version__
from newsdesk.articles import (
    CUTS,
    ArticleState,
    Stage,
    lifecycle,
    pack_cuts,
    read_article,
    read_carried_work,
    read_work,
)
from newsdesk.clock import from_text
from newsdesk.contracts import (
    Article,
    ArticleExtracted,
    ChangeType,
    Extracted,
    ExtractedWork,
    Outcome,
    Reason,
    facts_of,
    keys,
    substance_of,
    to_json_bytes,
)
from newsdesk.errors import ObjectMissingError, UnreadableObjectError
from newsdesk.ports import ObjectStore
from newsdesk.runtime import Metric, Worker, count


class EnrichStatus(StrEnum):
    """The result for a message to enrich."""

    ENRICHED = "enriched"
    """The article's object was written, and index has its message."""
    UNCHANGED = "unchanged"
    """An article that was made anew is as it was; the run ended."""
    FAILED = "failed"
    """The run ended because extract's work cannot be read, or what it is made of is gone."""
    SENT_BACK = "sent_back"
    """The message that carried extract's work was lost; extract makes it again."""
    SKIPPED = "skipped"
    """There was nothing to do: an older run's message, or one whose work is done."""
    STALE = "stale"
    """Another worker was first."""


@dataclass(frozen=True, slots=True)
class EnrichStage:
    """Takes extracted articles.

    Attributes
    ----------
    turn : Lock
        Held while an article is enriched: the language model is one, and so is the processor.
    """

    worker: Worker
    objects: ObjectStore
    enrichers: Sequence[Enricher]
    turn: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, message: ArticleExtracted) -> EnrichStatus:
        """Enrich one article."""
        state = self.worker.load_for_stage(message, Stage.ENRICH)
        if state is None or state.extracted_key is None:
            return EnrichStatus.SKIPPED
        try:
            work = self._work(state, state.extracted_key, message)
        except ObjectMissingError:
            return self._send_back(state, state.extracted_key)
        except UnreadableObjectError as error:
            return self._fail(state, Reason.WORK_UNREADABLE, str(error))
        with self.turn:
            article = build_article(state, work, self.enrichers)
        for failure in article.enrichment.errors:
            count(Metric.ENRICHERS_FAILED, f"{failure.enricher}:{failure.kind}")
        if state.reprocessing is not None and self._is_as_before(state, article):
            outcome = self.worker.end(state, Outcome.UNCHANGED)
            return EnrichStatus.STALE if outcome is None else EnrichStatus.UNCHANGED
        return self._hand_on(state, article, self._about(state.extracted_key, work))

    def _work(self, state: ArticleState, key: str, message: ArticleExtracted) -> ExtractedWork:
        """Return extract's work: from the message, from the bucket, or out of the revision that is made anew."""
        if message.work is not None and message.extracted_key == key:
            work = read_carried_work(message.work)
            if work.content_hash == state.content_hash:
                return work
        stored = self.objects.get(key)
        return work_in(read_article(stored), state) if key.startswith(keys.ARTICLES_PREFIX) else read_work(stored)

    def _send_back(self, state: ArticleState, key: str) -> EnrichStatus:
        if state.capture is None or key.startswith(keys.ARTICLES_PREFIX):
            return self._fail(state, Reason.CAPTURE_MISSING, key)
        is_first = self.worker.hand_on(state, lifecycle.extract_again)
        return EnrichStatus.SENT_BACK if is_first else EnrichStatus.STALE

    def _is_as_before(self, state: ArticleState, article: Article) -> bool:
        """Return whether what was made anew says what the current revision says."""
        if state.current is None:
            return False
        try:
            current = read_article(self.objects.get(state.current.key))
        except (ObjectMissingError, UnreadableObjectError):
            return False
        return substance_of(current) == substance_of(article)

    def _fail(self, state: ArticleState, reason: Reason, detail: str) -> EnrichStatus:
        return EnrichStatus.STALE if self.worker.fail(state, reason, detail) is None else EnrichStatus.FAILED

    def _about(self, key: str, work: ExtractedWork) -> Mapping[str, str]:
        """Return what is stored beside the article: what was cut; of one that is made out of itself, what it had."""
        return self.objects.about(key) if key.startswith(keys.ARTICLES_PREFIX) else {CUTS: pack_cuts(work.dropped)}

    def _hand_on(self, state: ArticleState, article: Article, about: Mapping[str, str]) -> EnrichStatus:
        body = to_json_bytes(article)
        digest = hashlib.sha256(body).hexdigest()
        key = keys.article_key(from_text(state.first_seen), state.article_id, next_revision(state), digest)
        self.objects.put(key, body, "application/json", about=about)
        is_first = self.worker.hand_on(
            state,
            lambda current, now, timeouts: lifecycle.enriched(current, key, now, timeouts),
            {"facts": facts_of(article)},
        )
        return EnrichStatus.ENRICHED if is_first else EnrichStatus.STALE


def work_in(article: Article, state: ArticleState) -> ExtractedWork:
    """Return the work that an article was made of, as far as enrich reads it."""
    fields = {name: getattr(article, name) for name in Extracted.model_fields}
    return ExtractedWork(
        article_id=article.article_id,
        capture_id=state.capture.capture_id if state.capture else "",
        content_hash=state.content_hash or "",
        article=Extracted(**fields),
        links=article.enrichment.links,
    )


def next_revision(state: ArticleState) -> int:
    """Return the number of the revision that this run makes."""
    return (state.latest_revision or 0) + 1


def build_article(state: ArticleState, work: ExtractedWork, enrichers: Sequence[Enricher]) -> Article:
    """Return the article.

    It depends on the state's history and on the work object alone, so that a redelivery builds the same one.
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
        host=state.host,
        revision=next_revision(state),
        previous_revision=state.latest_revision,
        change_type=_change_type(state),
        enrichment=compose(document, enrichers),
    )


def _change_type(state: ArticleState) -> ChangeType:
    if state.current is None:
        return ChangeType.CREATED
    return ChangeType.UPDATED if state.reprocessing is None else ChangeType.CORRECTED
