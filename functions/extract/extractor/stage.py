"""The extract stage: from a capture to extract's work object.

Comes in: ``PageFetched``. Goes out: ``ArticleExtracted``. Changes: the work object in the bucket, the profile of the
article's host, the article's state; deletes the capture of a page that opts out.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field

from extractor.content_hash import content_hash
from extractor.reading import PageToRead, ReadPage, read_page
from extractor.result import EXTRACTOR, ExtractionResult
from newsdesk import keys, lifecycle
from newsdesk.article import ExtractedWork, Provenance, to_json_bytes
from newsdesk.capture import CapturedPage, CaptureUnreadableError, read_capture
from newsdesk.clock import Clock, from_text
from newsdesk.content_encoding import decode_body
from newsdesk.errors import AlreadyRecordedError, ObjectMissingError, PermanentError, TransientError
from newsdesk.hosts import HostProfile, ProfilePage
from newsdesk.identity import find_claimed_original
from newsdesk.lifecycle import Patience
from newsdesk.messages import PageFetched
from newsdesk.outcomes import Outcome, Reason, label
from newsdesk.ports import ArticleStore, HostStore, MessageSender, ObjectStore, WriteOnce
from newsdesk.rights import OptOutPolicy, unavailable_after
from newsdesk.stage import Step, advance, check_in
from newsdesk.state import ArticleState, Capture, Stage

_REFUSED = frozenset({label(Outcome.REJECTED, Reason.OPT_OUT), label(Outcome.REMOVED, None)})
"""How a run ends whose page may not be kept. Of those that came as far as a capture, an opt-out alone removes."""


@dataclass(frozen=True, slots=True)
class ExtractStage:
    """Takes fetched pages.

    Attributes
    ----------
    maximum_body_bytes : int
        A body that is larger, content coding undone, is refused.
    opt_outs : OptOutPolicy
        Which wishes of page, header or host mean that the page is not taken.
    read : callable
        Reads a page; in this process, unless told otherwise.
    """

    store: ArticleStore
    objects: ObjectStore
    sender: MessageSender
    hosts: HostStore
    clock: Clock
    patience: Patience
    maximum_body_bytes: int = 10 * 1024 * 1024
    opt_outs: OptOutPolicy = field(default_factory=OptOutPolicy)
    read: ReadPage = read_page

    def handle(self, message: PageFetched) -> str:
        """Extract one page.

        Returns
        -------
        str
            ``extracted``; ``unchanged``, ``duplicate``, ``failed``, ``rejected``, ``removed`` when the run ended here;
            ``skipped`` when there was nothing to do; ``stale`` when another worker was first.
        """
        state = check_in(self.store, self.sender, message, Stage.EXTRACT)
        status = "skipped" if state is None or state.capture is None else self._work(state, state.capture)
        if status in ("skipped", "stale", Outcome.REJECTED, Outcome.REMOVED):
            self._forget_refused(message)
        return status

    def _work(self, state: ArticleState, capture: Capture) -> str:
        profile = self.hosts.profile(state.host)
        try:
            result = self._extract(state, capture, profile)
        except (PermanentError, TransientError) as error:
            return self._fail(state, error.reason, error.detail)
        original = self._original(state, result)
        if original is not None:
            return self._end_as_duplicate(state, original)
        self._learn(state, capture, result, profile)
        digest = content_hash(result.article)
        if state.current is not None and state.current.content_hash == digest:
            return self._end(state, result)
        return self._pass_on(state, capture, result, digest)

    def _forget_refused(self, message: PageFetched) -> None:
        """Delete the capture of a run that ended because its page may not be kept.

        The record of the run's end says so, and is written first: the wish is heeded even while the bucket is out of
        order, and a worker that dies in between leaves a message that comes again and finds the record.
        """
        record = self.store.outcome(message.article_id, message.run)
        if record is not None and record.outcome in _REFUSED:
            self.objects.delete(message.capture_key)

    def _extract(self, state: ArticleState, capture: Capture, profile: HostProfile) -> ExtractionResult:
        page = self._read(capture)
        reading = self.read(
            PageToRead(
                body=decode_body(page.body, page.content_encoding, self.maximum_body_bytes),
                content_type=page.content_type,
                url=page.url,
                captured_at=from_text(page.captured_at),
                canonical_url=state.url,
                headers=tuple(page.headers),
                host_lines=tuple(page.host_signals),
                product_token=self.opt_outs.product_token,
                provenance=_provenance(state, capture),
                profile=profile.without(state.article_id).packed(),
            )
        )
        # What a page does not want kept is not judged any further.
        self.opt_outs.check(reading.result.signals, self.clock())
        reading.require_article()
        return reading.result

    def _learn(self, state: ArticleState, capture: Capture, result: ExtractionResult, profile: HostProfile) -> None:
        """Put the page into its host's profile, if it is of the sample; few are, and one that was is not again."""
        page = ProfilePage.of(state.article_id, from_text(capture.captured_at), result.fingerprints)
        if result.fingerprints and profile.with_page(page) is not profile:
            self.hosts.add_page(state.host, page, profile)

    def _read(self, capture: Capture) -> CapturedPage:
        try:
            return read_capture(self.objects.get(capture.key))
        except ObjectMissingError as error:
            raise PermanentError(Reason.CAPTURE_MISSING, capture.key) from error
        except CaptureUnreadableError as error:
            raise PermanentError(Reason.EXTRACTION_ERROR, f"unreadable capture: {error}") from error

    def _original(self, state: ArticleState, result: ExtractionResult) -> str | None:
        claimed = result.canonical.believed
        return find_claimed_original(self.store, state, claimed, result.article.headline) if claimed else None

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
        if not self.objects.put(key, gzip.compress(to_json_bytes(work), mtime=0), "application/json", "gzip"):
            # An earlier delivery, perhaps of an earlier release, wrote what enrich will read; its hash is the one.
            digest = ExtractedWork.model_validate_json(gzip.decompress(self.objects.get(key))).content_hash
        now = self.clock()
        after = advance(
            self.store,
            state,
            lambda current: (
                lifecycle.extracted(_to_be_read_again(current, result), key, digest, now, self.patience),
                (),
            ),
        )
        if after is None:
            return "stale"
        following = lifecycle.message_for(after)
        if following is not None:
            self.sender.send(following)
        return "extracted"

    def _end(self, state: ArticleState, result: ExtractionResult) -> str:
        now = self.clock()

        def step(current: ArticleState) -> tuple[ArticleState, Iterable[WriteOnce]]:
            return lifecycle.ended(_to_be_read_again(current, result), Outcome.UNCHANGED, now, self.patience)

        return self._finish(state, step)

    def _end_as_duplicate(self, state: ArticleState, original: str) -> str:
        now = self.clock()

        def step(current: ArticleState) -> tuple[ArticleState, Iterable[WriteOnce]]:
            return lifecycle.ended(current, Outcome.DUPLICATE, now, self.patience, duplicate_of=original)

        return self._finish(state, step)

    def _fail(self, state: ArticleState, reason: Reason, detail: str) -> str:
        now = self.clock()

        def step(current: ArticleState) -> tuple[ArticleState, Iterable[WriteOnce]]:
            return lifecycle.failed(current, reason, now, self.patience, detail=detail or None)

        return self._finish(state, step)

    def _finish(self, state: ArticleState, step: Step) -> str:
        try:
            after = advance(self.store, state, step)
        except AlreadyRecordedError:
            return "stale"
        return "stale" if after is None else (after.last_outcome or "").partition(":")[0]


def _to_be_read_again(state: ArticleState, result: ExtractionResult) -> ArticleState:
    """Return the state, its capture marked when the page names a date from which on it may not be used."""
    is_dated = any(unavailable_after(signal) for signal in result.signals)
    if state.capture is None or not is_dated:
        return state
    return state.model_copy(update={"capture": state.capture.model_copy(update={"is_perishable": True})})


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
