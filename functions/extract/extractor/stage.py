"""The extract stage: from a capture to extract's work.

Comes in: ``PageFetched``. Goes out: ``ArticleExtracted``, with the work where that is small, or ``FetchRequested``
where the article has a further page. Changes: work objects in the bucket, the profile of the article's host, the
article's state; deletes the capture of a page that opts out.

An article of several pages comes here once for each of them. What a page gave is kept until the last one is there, so
that each is read once; then all are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from extractor.contract import EXTRACTOR, ExtractionResult, PageToRead, ReadPage
from extractor.joining import MAXIMUM_JOINED_BYTES, join_pages
from extractor.reading import read_page
from extractor.text import content_hash
from newsdesk.articles import (
    LARGEST_CARRIED,
    ArticleState,
    Capture,
    CapturedPage,
    CaptureUnreadableError,
    Stage,
    carried_work,
    find_claimed_original,
    lifecycle,
    pack_work,
    read_capture,
    read_work,
)
from newsdesk.clock import from_text
from newsdesk.contracts import (
    ChainEnd,
    ExtractedWork,
    Outcome,
    PageEnd,
    PageFetched,
    Provenance,
    Reason,
    keys,
    label,
    to_json_bytes,
)
from newsdesk.errors import (
    ConflictError,
    ObjectMissingError,
    PermanentError,
    TransientError,
    UnreadableObjectError,
)
from newsdesk.hosts import HostProfile, ProfilePage
from newsdesk.ports import HostStore, ObjectStore
from newsdesk.runtime import Metric, Worker, host_class, measure
from newsdesk.web import OptOutPolicy, canonical_url, decode_body, parse_url, unavailable_after

_REFUSED = frozenset(
    {
        label(Outcome.REJECTED, Reason.OPT_OUT),
        label(Outcome.REJECTED, Reason.TAKEN_DOWN),
        label(Outcome.REMOVED, None),
    }
)
"""How a run ends whose page may not be kept. Of those that came as far as a capture, an opt-out alone removes."""


class ExtractStatus(StrEnum):
    """What became of a message to extract."""

    EXTRACTED = "extracted"
    """The page was read, and enrich has its message."""
    PAGE_WANTED = "page_wanted"
    """A further page of the article is to be fetched."""
    UNCHANGED = "unchanged"
    """The article is as the last revision has it; the run ended."""
    DUPLICATE = "duplicate"
    """The page is another article's; the run ended."""
    FAILED = "failed"
    """The run ended without an article."""
    ANOTHER_PAGE = "another_page"
    """The page has no article; the run goes on with another that is there, or with a visit."""
    REJECTED = "rejected"
    """The run ended because the page may not be taken."""
    REMOVED = "removed"
    """The run ended and took the article back."""
    SKIPPED = "skipped"
    """There was nothing to do: an older run's message, or one whose work is done."""
    STALE = "stale"
    """Another worker was first."""


_MAY_BE_REFUSED = frozenset({ExtractStatus.SKIPPED, ExtractStatus.STALE, ExtractStatus.REJECTED, ExtractStatus.REMOVED})
"""After these the record of the run's end may say that its capture has to go."""


_WITHOUT_TEXT = frozenset(
    {
        Reason.NO_ARTICLE,
        Reason.EMPTY_PAGE,
        Reason.PAYWALL,
        Reason.CONSENT_WALL,
        Reason.BOT_WALL,
        Reason.EXTRACTION_ERROR,
        Reason.PARSE_TIMEOUT,
        Reason.PARSE_MEMORY,
        Reason.PARSE_CRASH,
    }
)
"""Why a page that is there gave no article; a page that was not found, or opts out, is no failure to read one."""


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
        Reads a page; by default in this process.
    follow_pages : int
        So many further pages of an article are fetched.
    maximum_joined_bytes : int
        What the pages of one article gave, as JSON, is joined up to this size.
    largest_carried : int
        Characters of work that go with the message to enrich; what is larger is stored.
    """

    worker: Worker
    objects: ObjectStore
    hosts: HostStore
    maximum_body_bytes: int = 10 * 1024 * 1024
    opt_outs: OptOutPolicy = field(default_factory=OptOutPolicy)
    read: ReadPage = read_page
    follow_pages: int = 0
    maximum_joined_bytes: int = MAXIMUM_JOINED_BYTES
    largest_carried: int = LARGEST_CARRIED

    def handle(self, message: PageFetched) -> ExtractStatus:
        """Extract one page."""
        state = self.worker.load_for_stage(message, Stage.EXTRACT)
        capture = state.capture if state is not None else None
        status = self._work(state, capture) if state is not None and capture is not None else ExtractStatus.SKIPPED
        if status in _MAY_BE_REFUSED:
            self._forget_refused(message)
        return status

    def _work(self, state: ArticleState, capture: Capture) -> ExtractStatus:
        profile, hosts = self.hosts.profile(state.host), host_class(state.host)
        *earlier, newest = (capture, *state.pages)
        if newest.sha256 in {page.sha256 for page in earlier}:
            return self._go_without(state, capture, PageEnd.REPEATED)
        read = self._extract if state.chain.ended_by is None else self._kept
        try:
            result = read(state, newest, profile)
        except (PermanentError, TransientError) as error:
            if not earlier:
                if error.reason is Reason.OPT_OUT and state.offered is not None:
                    self.objects.delete(state.offered.key)
                if error.reason in _WITHOUT_TEXT:
                    measure(Metric.TEXTS_YIELDED, 0.0, hosts)
                return _status_of(self.worker.fail(state, error.reason, error.detail))
            if error.reason is Reason.OPT_OUT:
                self.objects.delete(newest.key)
            return self._go_without(state, capture, error.reason)
        if not earlier:
            measure(Metric.TEXTS_YIELDED, 100.0, hosts)
            measure(Metric.DATES_YIELDED, 100.0 if result.article.date_published else 0.0, hosts)
            original = self._original(state, result)
            if original is not None:
                return _status_of(self.worker.end(state, Outcome.DUPLICATE, duplicate_of=original))
            if capture.pushed_as is None:
                self._learn(state, capture, result, profile)
        return self._go_on(state, capture, result, profile)

    def _go_on(
        self, state: ArticleState, capture: Capture, result: ExtractionResult, profile: HostProfile
    ) -> ExtractStatus:
        """Ask for the page that follows the newest one, or end the article with it."""
        newest = (capture, *state.pages)[-1]
        left = _pages_left(state, capture, result.article.next_pages)
        if left and self._may_follow(state, result, left[0]):
            work = to_json_bytes(_work_of(state, newest, result))
            if len(work) <= self.maximum_joined_bytes:
                return self._ask_for(state, newest, result, work, left)
        try:
            result = self._whole(state, (capture, *state.pages), result, left, profile)
        except (PermanentError, TransientError) as error:
            return _status_of(self.worker.fail(state, error.reason, error.detail))
        digest = content_hash(result.article)
        if state.current is not None and state.current.content_hash == digest and state.reprocessing is None:
            return self._end_as_unchanged(state, result)
        return self._hand_on(state, newest, result, digest)

    def _may_follow(self, state: ArticleState, newest: ExtractionResult, page: str) -> bool:
        chain = state.chain
        is_visit = state.reprocessing is None and (state.capture is None or state.capture.pushed_as is None)
        is_wanted = is_visit and chain.ended_by is None and len(chain.captures) < self.follow_pages
        return is_wanted and not newest.is_listing and _site(page) == _site(newest.article.provenance.final_url)

    def _ask_for(
        self, state: ArticleState, capture: Capture, result: ExtractionResult, work: bytes, left: tuple[str, ...]
    ) -> ExtractStatus:
        """Keep what a page gave, and send the run back to fetch for the next one."""
        self._put(_page_key(state, capture), pack_work(work))
        wanted = (*state.chain.captured_urls, *left)[: self.follow_pages]
        is_first = self.worker.hand_on(
            state,
            lambda current, now, timeouts: lifecycle.page_wanted(
                _to_be_read_again(current, result), wanted, now, timeouts
            ),
        )
        return ExtractStatus.PAGE_WANTED if is_first else ExtractStatus.STALE

    def _go_without(self, state: ArticleState, capture: Capture, why: ChainEnd) -> ExtractStatus:
        """Drop the page that was captured last, and go on with those before it."""
        after = self.worker.change(
            state, lambda current, now, timeouts: lifecycle.page_missed(current, why, now, timeouts)
        )
        return ExtractStatus.STALE if after is None else self._work(after, capture)

    def _whole(
        self,
        state: ArticleState,
        captures: Sequence[Capture],
        newest: ExtractionResult,
        left: tuple[str, ...],
        profile: HostProfile,
    ) -> ExtractionResult:
        """Return the article of all pages that are there; that of the one page where no others were wanted."""
        chain = state.chain
        ended_by = chain.ended_by
        if ended_by is None and left and (self.follow_pages or chain.captures):
            ended_by = PageEnd.NOT_FOLLOWED
        if not chain.captures and ended_by is None:
            return newest
        pages: list[ExtractionResult] = []
        size = 0
        for capture in captures:
            try:
                page = newest if capture is captures[-1] else self._kept(state, capture, profile)
            except (PermanentError, TransientError) as error:
                if not pages:
                    raise
                if error.reason is Reason.OPT_OUT:
                    self.objects.delete(capture.key)
                ended_by = error.reason
                break
            size += len(to_json_bytes(_work_of(state, capture, page)))
            if pages and size > self.maximum_joined_bytes:
                ended_by = Reason.TOO_LARGE
                break
            pages.append(page)
        return join_pages(pages, (*chain.urls, *left), ended_by)

    def _kept(self, state: ArticleState, capture: Capture, profile: HostProfile) -> ExtractionResult:
        """Return what a page gave before; where that is gone, or not readable, it is read anew and kept again.

        So a delivery that is killed over many of them leaves fewer to the next one.
        """
        key = _page_key(state, capture)
        try:
            work = read_work(self.objects.get(key))
        except (ObjectMissingError, UnreadableObjectError):
            result = self._extract(state, capture, profile)
            self._put(key, pack_work(to_json_bytes(_work_of(state, capture, result))))
            return result
        return ExtractionResult(
            work.article,
            links=work.links,
            dropped=work.dropped,
            is_listing=work.is_listing,
            wall_warnings=work.wall_warnings,
            page_warnings=work.page_warnings,
        )

    def _forget_refused(self, message: PageFetched) -> None:
        """Delete the capture of a run that ended because its page may not be kept.

        The record of the run's end says so, and is written first: the wish is respected even while the bucket is out of
        order, and a worker that dies in between leaves a message that comes again and finds the record.
        """
        record = self.worker.store.outcome(message.article_id, message.run)
        if record is not None and record.outcome in _REFUSED:
            self.objects.delete(message.capture_key)

    def _extract(self, state: ArticleState, capture: Capture, profile: HostProfile) -> ExtractionResult:
        # Who visits a page learns this when asking for a slot.
        if capture.pushed_as is not None and self.hosts.is_taken_down(state.host):
            raise PermanentError(Reason.TAKEN_DOWN, state.host)
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
        self.opt_outs.check(reading.result.signals, self.worker.clock())
        reading.require_article()
        return reading.result

    def _learn(self, state: ArticleState, capture: Capture, result: ExtractionResult, profile: HostProfile) -> None:
        """Put the page into its host's profile, if it is of the sample; few are, and one that was is not again.

        It is left out while the first pages of a new host all come at once and others keep being faster: a sample
        without it is as good, and no article waits or fails for it.
        """
        captured_at = from_text(capture.captured_at)
        page = ProfilePage.of(state.article_id, captured_at, result.fingerprints, capture.final_url)
        if result.fingerprints and profile.with_page(page) is not profile:
            with suppress(ConflictError):
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
        return find_claimed_original(self.worker.store, state, claimed, result.article.headline) if claimed else None

    def _hand_on(self, state: ArticleState, capture: Capture, result: ExtractionResult, digest: str) -> ExtractStatus:
        run = state.run if state.reprocessing is not None else None
        key = keys.extracted_key(state.article_id, capture.capture_id, run)
        work = pack_work(to_json_bytes(_work_of(state, capture, result)))
        # A request to S3 costs more than all that is done with a message.
        carried = carried_work(work, self.largest_carried)
        if carried is None and not self._put(key, work):
            # An earlier delivery, perhaps of an earlier release, wrote what enrich will read; its hash is the one.
            try:
                digest = read_work(self.objects.get(key)).content_hash
            except UnreadableObjectError as error:
                return _status_of(self.worker.fail(state, Reason.WORK_UNREADABLE, str(error)))
        is_first = self.worker.hand_on(
            state,
            lambda current, now, timeouts: lifecycle.extracted(
                _to_be_read_again(current, result), key, digest, now, timeouts
            ),
            {"work": carried},
        )
        return ExtractStatus.EXTRACTED if is_first else ExtractStatus.STALE

    def _put(self, key: str, packed: bytes) -> bool:
        return self.objects.put(key, packed, "application/json", "gzip")

    def _end_as_unchanged(self, state: ArticleState, result: ExtractionResult) -> ExtractStatus:
        worker, now = self.worker, self.worker.clock()
        outcome = worker.finish(
            state,
            lambda current: lifecycle.ended(
                _to_be_read_again(current, result), Outcome.UNCHANGED, now, worker.timeouts
            ),
        )
        if outcome is Outcome.UNCHANGED and state.capture is not None:
            # The revision stands on the capture that it was made of, and most captures would be
            # of pages that say nothing new.
            for capture in (state.capture, *state.pages):
                if capture.pushed_as is None:
                    self.objects.delete(capture.key)
        return _status_of(outcome)


def _status_of(outcome: Outcome | Stage | None) -> ExtractStatus:
    if isinstance(outcome, Stage):
        return ExtractStatus.ANOTHER_PAGE
    return ExtractStatus.STALE if outcome is None else ExtractStatus(outcome.value)


def _pages_left(state: ArticleState, capture: Capture, linked: Iterable[str]) -> tuple[str, ...]:
    """Return the pages that follow the newest one and were not fetched: as it links them, or as those before it did."""
    chain = state.chain
    urls = (state.url, capture.final_url, *chain.captured_urls, *(page.final_url for page in chain.captures))
    had = {canonical_url(parse_url(url)) for url in urls}

    def not_had(pages: Iterable[str]) -> tuple[str, ...]:
        return tuple(url for url in pages if canonical_url(parse_url(url)) not in had)

    return not_had(linked) or not_had(chain.wanted_urls)


def _site(url: str) -> str:
    return parse_url(url).origin.replace("://www.", "://")


def _page_key(state: ArticleState, capture: Capture) -> str:
    return keys.page_key(state.article_id, capture.capture_id, EXTRACTOR.version)


def _work_of(state: ArticleState, capture: Capture, result: ExtractionResult) -> ExtractedWork:
    return ExtractedWork(
        article_id=state.article_id,
        capture_id=capture.capture_id,
        content_hash=content_hash(result.article),
        article=result.article,
        links=result.links,
        dropped=result.dropped,
        is_listing=result.is_listing,
        wall_warnings=result.wall_warnings,
        page_warnings=result.page_warnings,
    )


def _to_be_read_again(state: ArticleState, result: ExtractionResult) -> ArticleState:
    """Return the state, its capture marked so that the next visit does not take the page for unchanged.

    It is not when a page names a date from which on it may not be used, or when a further page failed or was lost.
    """
    is_dated = any(unavailable_after(signal) for signal in result.signals)
    is_missing = isinstance(result.chain_end, Reason)
    if state.capture is None or not (is_dated or is_missing):
        return state
    return state.model_copy(update={"capture": state.capture.model_copy(update={"is_perishable": True})})


def _provenance(state: ArticleState, capture: Capture) -> Provenance:
    requested = {page.capture_id: url for page, url in zip(state.pages, state.next_pages, strict=False)}
    return Provenance(
        requested_url=requested.get(capture.capture_id, state.requested_url),
        final_url=capture.final_url,
        capture_key=capture.key,
        capture_sha256=capture.sha256,
        captured_at=capture.captured_at,
        http_status=capture.status,
        discovery=capture.pushed_as or state.discovery,
        feed_item=state.feed_item,
        extractor=EXTRACTOR,
    )
