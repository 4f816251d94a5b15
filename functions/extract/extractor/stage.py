"""The extract stage: from a capture to extract's work object.

Comes in: ``PageFetched``. Goes out: ``ArticleExtracted``. Changes: the work object in the bucket, the article's state.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from extractor.charset import decode_text
from extractor.content_hash import content_hash
from extractor.extraction import EXTRACTOR, ExtractionResult, extract, extract_plain_text, require_article
from newsdesk import keys, lifecycle
from newsdesk.article import ExtractedWork, Provenance, to_json_bytes
from newsdesk.capture import CapturedPage, CaptureUnreadableError, read_capture
from newsdesk.clock import Clock, from_text
from newsdesk.content_encoding import decode_body
from newsdesk.errors import AlreadyRecordedError, ObjectMissingError, PermanentError, TransientError
from newsdesk.lifecycle import Patience
from newsdesk.messages import PageFetched
from newsdesk.outcomes import Outcome, Reason, outcome_of
from newsdesk.ports import ArticleStore, MessageSender, ObjectStore
from newsdesk.stage import advance, check_in
from newsdesk.state import ArticleState, Capture, OutcomeRecord, Stage


@dataclass(frozen=True, slots=True)
class ExtractStage:
    """Takes fetched pages.

    Attributes
    ----------
    maximum_body_bytes : int
        A body that is larger, content coding undone, is refused.
    """

    store: ArticleStore
    objects: ObjectStore
    sender: MessageSender
    clock: Clock
    patience: Patience
    maximum_body_bytes: int = 10 * 1024 * 1024

    def handle(self, message: PageFetched) -> str:
        """Extract one page.

        Returns
        -------
        str
            ``extracted``; ``unchanged`` or ``failed`` when the run ended here; ``skipped`` when there was nothing to
            do; ``stale`` when another worker was first.
        """
        state = check_in(self.store, self.sender, message, Stage.EXTRACT)
        if state is None or state.capture is None:
            return "skipped"
        try:
            result = self._extract(state, state.capture)
        except (PermanentError, TransientError) as error:
            return self._end(state, outcome_of(error.reason), error.reason, error.detail)
        digest = content_hash(result.article)
        if state.current is not None and state.current.content_hash == digest:
            return self._end(state, Outcome.UNCHANGED)
        return self._pass_on(state, state.capture, result, digest)

    def _extract(self, state: ArticleState, capture: Capture) -> ExtractionResult:
        page = self._read(capture)
        body = decode_body(page.body, page.content_encoding, self.maximum_body_bytes)
        text = decode_text(body, page.content_type)
        provenance = _provenance(state, capture)
        if _is_plain_text(page):
            result = extract_plain_text(
                text, page.url, canonical_url=state.url, headers=page.headers, provenance=provenance
            )
        else:
            result = extract(
                text,
                page.url,
                captured_at=from_text(page.captured_at),
                canonical_url=state.url,
                headers=page.headers,
                provenance=provenance,
            )
        require_article(result)
        return result

    def _read(self, capture: Capture) -> CapturedPage:
        try:
            return read_capture(self.objects.get(capture.key))
        except ObjectMissingError as error:
            raise PermanentError(Reason.CAPTURE_MISSING, capture.key) from error
        except CaptureUnreadableError as error:
            raise PermanentError(Reason.EXTRACTION_ERROR, f"unreadable capture: {error}") from error

    def _pass_on(self, state: ArticleState, capture: Capture, result: ExtractionResult, digest: str) -> str:
        work = ExtractedWork(
            article_id=state.article_id,
            capture_id=capture.capture_id,
            content_hash=digest,
            article=result.article,
            links=result.links,
            dropped=result.dropped,
        )
        key = keys.extracted_key(state.article_id, capture.capture_id)
        # No time stamp in the gzip header: the same work is the same bytes.
        self.objects.put(key, gzip.compress(to_json_bytes(work), mtime=0), "application/json", "gzip")
        now = self.clock()
        after = advance(
            self.store, state, lambda current: (lifecycle.extracted(current, key, digest, now, self.patience), ())
        )
        if after is None:
            return "stale"
        following = lifecycle.message_for(after)
        if following is not None:
            self.sender.send(following)
        return "extracted"

    def _end(self, state: ArticleState, outcome: Outcome, reason: Reason | None = None, detail: str = "") -> str:
        now = self.clock()

        def step(current: ArticleState) -> tuple[ArticleState, tuple[OutcomeRecord]]:
            after, record = lifecycle.ended(current, outcome, now, self.patience, reason=reason, detail=detail or None)
            return after, (record,)

        try:
            after = advance(self.store, state, step)
        except AlreadyRecordedError:
            return "stale"
        return "stale" if after is None else outcome.value


def _provenance(state: ArticleState, capture: Capture) -> Provenance:
    return Provenance(
        requested_url=state.requested_url,
        final_url=capture.final_url,
        capture_key=capture.key,
        capture_sha256=capture.sha256,
        captured_at=capture.captured_at,
        http_status=capture.status,
        discovery=state.discovery,
        extractor=EXTRACTOR,
    )


def _is_plain_text(page: CapturedPage) -> bool:
    return (page.content_type or "").partition(";")[0].strip().lower() == "text/plain"
