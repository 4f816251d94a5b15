"""The submit stage: every submission ends up recorded, and every accepted URL on its way to fetch, once.

Comes in: the body of an intake record. Goes out: a status. Changes: the table (submission and
article in one step), then the fetch queue.

A page that was pushed goes to extract instead. It is moved from where its sender may write to where its article's
captures are: written there before the table names it, and deleted here after its message was sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsdesk.articles import (
    CAPTURE_MEDIA_TYPE,
    ArticleState,
    Capture,
    Stage,
    SubmissionRecord,
    entrusted,
    first_run,
    hurried,
    is_free,
    is_leased,
    is_superseded,
    lease_owner,
    message_for,
    next_run,
    put_off,
    read_from,
    with_capture,
    with_submission,
    with_visit,
)
from newsdesk.characters import storable_line
from newsdesk.clock import to_text
from newsdesk.contracts import Outcome, Reason, label
from newsdesk.errors import AlreadyRecordedError, ConflictError, ObjectMissingError, RejectedUrlError
from newsdesk.ports import ObjectStore
from newsdesk.runtime import Worker
from newsdesk.web import (
    DEFAULT_PORTS,
    Network,
    Url,
    article_id,
    canonical_url,
    check_destination,
    parse_url,
)
from submitter.intake import Submission, UnreadableSubmissionError, read_submission, sender_of
from submitter.pushed import PushedCapture, UnusableCaptureError, read_pushed


class SubmitStatus(StrEnum):
    """The result for a submission."""

    STARTED = "started"
    """It began a run of its article; one of bulk waits for its turn."""
    JOINED = "joined"
    """It waits for the run that is under way."""
    SUPERSEDED = "superseded"
    """It is a pushed page, and no newer than what is known of its article: recorded as unchanged."""
    REPEATED = "repeated"
    """It was recorded by an earlier delivery."""
    REJECTED = "rejected"
    """It was refused, and the refusal recorded."""


@dataclass(frozen=True, slots=True)
class SubmitStage:
    """Takes submissions.

    Attributes
    ----------
    networks : sequence of networks
        Private networks that a local stack allows; empty on AWS.
    ports : collection of int
        Ports that a URL may name.
    spokesman : str
        The unique id of the API's role, which says for whom it sends; empty where there is no API.
    """

    worker: Worker
    objects: ObjectStore
    networks: Sequence[Network] = ()
    ports: Collection[int] = DEFAULT_PORTS
    spokesman: str = ""

    def handle(
        self, body: str, message_id: str, sender_id: str | None = None, on_behalf_of: str | None = None
    ) -> SubmitStatus:
        """Take one submission.

        An id belongs to the sender who used it first. Another sender's submission under it is taken under the id of
        its event or message.

        Raises
        ------
        ConflictError
            The article kept changing; the message is to be delivered again.
        """
        try:
            sender = sender_of(sender_id, on_behalf_of, self.spokesman)
            submission = read_submission(body, message_id, sender)
        except UnreadableSubmissionError as error:
            # An id that such a body names is not taken from those who mean to use it.
            return self._reject((message_id,), "", error.reason, str(error))
        try:
            url = parse_url(submission.request.url)
            page = parse_url(canonical_url(url))
            # An AMP cache's URL stands for another host's: what is checked is what will be dialled.
            check_destination(page, self.networks, self.ports)
        except RejectedUrlError as error:
            ids, address = submission.submission_ids, submission.recorded_url
            return self._reject(ids, address, error.reason, str(error), submission)
        if submission.request.capture_key is None:
            return self._accept(submission, url, page)
        return self._accept_pushed(submission, submission.request.capture_key, url, page)

    def _accept_pushed(self, submission: Submission, key: str, url: Url, page: Url) -> SubmitStatus:
        """Take the page that a submission brings; it is removed from where it was put when all is done."""
        ids, address = submission.submission_ids, submission.recorded_url
        known = self.worker.store.submission(submission.submission_id)
        if known is not None and not _is_anothers(known, submission):
            # Its capture may have been deleted since, because the page opts out; it is not written again.
            status = self._repeat(submission, known)
            self.objects.delete(key)
            return status
        try:
            file = self.objects.get(key)
        except ObjectMissingError:
            return self._reject(ids, address, Reason.UNUSABLE_CAPTURE, "not there", submission)
        try:
            pushed = read_pushed(key, file, page, submission.request.discovery, self.worker.clock())
        except UnusableCaptureError as error:
            return self._reject(ids, address, Reason.UNUSABLE_CAPTURE, str(error), submission)
        status = self._accept(submission, url, page, pushed)
        self.objects.delete(key)
        return status

    def _accept(self, submission: Submission, url: Url, page: Url, pushed: PushedCapture | None = None) -> SubmitStatus:
        identifier = article_id(page.href)
        written: Capture | None = None
        for _ in self.worker.pauses.attempts():
            before = self.worker.store.find(identifier)
            if before is not None and before.takedown is not None:
                if written is not None:
                    self.objects.delete(written.key)
                ids, address = submission.submission_ids, submission.recorded_url
                detail = f"taken down on {before.takedown.taken_down_at}"
                return self._reject(ids, address, Reason.TAKEN_DOWN, detail, submission)
            capture = None
            if pushed is not None:
                if before is not None and is_superseded(before, pushed.captured_at):
                    return self._supersede(submission, before, pushed)
                capture = pushed.stored(
                    before.host if before else page.host, before.article_id if before else identifier
                )
                written = capture if self._put(capture, pushed) else written
            has_begun = before is None or is_free(before)
            after = self._enter(before, submission, identifier, url, page, capture)
            try:
                self.worker.store.save(after, self._record(submission, after))
            except ConflictError:
                continue
            except AlreadyRecordedError:
                known = self.worker.store.submission(submission.submission_id)
                if known is not None and not _is_anothers(known, submission):
                    self._forget(written, identifier)
                    return self._repeat(submission, known)
                if known is not None:
                    submission = submission.under_next_id()
                continue  # an id whose record has just expired is free
            if after.waiting is None and (before is None or _has_moved(before, after)):
                self.worker.send_on(after)
            return SubmitStatus.STARTED if has_begun else SubmitStatus.JOINED
        raise ConflictError(f"{identifier} kept changing")

    def _forget(self, written: Capture | None, identifier: str) -> None:
        """Delete a capture that was written for a submission that another delivery has recorded, and no state names."""
        state = self.worker.store.find(identifier) if written is not None else None
        named = (state.capture, state.offered) if state is not None else ()
        if written is not None and written.key not in {capture.key for capture in named if capture is not None}:
            self.objects.delete(written.key)

    def _put(self, capture: Capture, pushed: PushedCapture) -> bool:
        return self.objects.put(capture.key, pushed.file, CAPTURE_MEDIA_TYPE)

    def _enter(
        self,
        before: ArticleState | None,
        submission: Submission,
        identifier: str,
        url: Url,
        page: Url,
        capture: Capture | None,
    ) -> ArticleState:
        request, now, timeouts = submission.request, self.worker.clock(), self.worker.timeouts
        if before is not None and not is_free(before):
            joined = with_submission(before, submission.submission_id, request.feed_item)
            if capture is None:
                joined = with_visit(joined, now, timeouts)
            else:
                joined = with_capture(joined, capture, now, timeouts)
            return hurried(joined, request.priority, now, timeouts)
        if before is None:
            begun = first_run(
                identifier,
                page.href,
                page.host,
                url.href,
                now,
                timeouts,
                submission_id=submission.submission_id,
                correlation_id=request.correlation_id,
                discovery=request.discovery,
                feed_item=request.feed_item,
                priority=request.priority,
            )
        else:
            begun = next_run(
                before,
                now,
                timeouts,
                submission_id=submission.submission_id,
                correlation_id=request.correlation_id,
                feed_item=request.feed_item,
                priority=request.priority,
            )
        if capture is not None:
            begun = read_from(before, begun, capture)
        return put_off(begun, now) if request.priority == "bulk" else entrusted(begun, lease_owner(now), now, timeouts)

    def _record(self, submission: Submission, state: ArticleState) -> SubmissionRecord:
        request = submission.request
        return SubmissionRecord(
            submission_id=submission.submission_id,
            sender=submission.sender,
            url=submission.recorded_url,
            received_at=to_text(self.worker.clock()),
            article_id=state.article_id,
            run=state.run,
            priority=request.priority,
            tags=request.tags,
            correlation_id=request.correlation_id,
            discovery=request.discovery,
        )

    def _repeat(self, submission: Submission, record: SubmissionRecord) -> SubmitStatus:
        """Send the fetch message again: the delivery that recorded the submission may have died before sending it.

        Under an id that another URL has, nothing can be recorded any more; the refusal is recorded under the next one.
        """
        following = submission.submission_ids[1:]
        if record.url != submission.recorded_url and following:
            detail = f"{submission.submission_id} was another URL's"
            address = submission.recorded_url
            return self._reject(following, address, Reason.SUBMISSION_ID_REUSED, detail, submission)
        if record.article_id is not None:
            now = self.worker.clock()
            state = self.worker.store.get(record.article_id)
            is_waited_for = state is not None and (state.run, state.waiting) == (record.run, None)
            # The worker with the lease has its message, or this comes too soon to be the delivery after a death.
            if state is not None and is_waited_for and _is_at_its_beginning(state) and not is_leased(state, now):
                self.worker.send_on(state)
        return SubmitStatus.REPEATED

    def _reject(
        self,
        submission_ids: Sequence[str],
        url: str,
        reason: Reason,
        detail: str,
        submission: Submission | None = None,
    ) -> SubmitStatus:
        """Record a refusal under the first id that no other submission has."""
        self._record_end(submission_ids, url, label(Outcome.REJECTED, reason), detail, submission)
        return SubmitStatus.REJECTED

    def _supersede(self, submission: Submission, state: ArticleState, pushed: PushedCapture) -> SubmitStatus:
        """Record the end of a pushed page that is older than what is known of its article, which stays as it is."""
        detail = f"captured on {pushed.captured_at}; the article is known as of a later time"
        outcome = label(Outcome.UNCHANGED, None)
        ids, address = submission.submission_ids, submission.recorded_url
        self._record_end(ids, address, outcome, detail, submission, state.article_id)
        return SubmitStatus.SUPERSEDED

    def _record_end(
        self,
        submission_ids: Sequence[str],
        url: str,
        outcome: str,
        detail: str,
        submission: Submission | None,
        article: str | None = None,
    ) -> None:
        """Record a submission that ends here under the first id that no other submission has."""
        request = submission.request if submission else None
        ended = SubmissionRecord(
            submission_id=submission_ids[0],
            sender=submission.sender if submission else None,
            url=url,
            received_at=to_text(self.worker.clock()),
            article_id=article,
            outcome=outcome,
            detail=storable_line(detail)[:300],
            priority=request.priority if request else None,
            tags=request.tags if request else (),
            correlation_id=request.correlation_id if request else None,
            discovery=request.discovery if request else None,
        )
        store = self.worker.store
        for identifier in submission_ids:
            if store.reject(ended.model_copy(update={"submission_id": identifier})):
                break
            known = store.submission(identifier)
            if known is not None and known.url == ended.url and not _is_anothers(known, submission):
                break


def _has_moved(before: ArticleState, after: ArticleState) -> bool:
    """Return whether nobody else sends the message of a run that a submission has entered."""
    return before.waiting is not None or message_for(before) != message_for(after)


def _is_at_its_beginning(state: ArticleState) -> bool:
    is_pushed = state.capture is not None and state.capture.pushed_as is not None
    return state.stage is Stage.FETCH or (state.stage is Stage.EXTRACT and is_pushed)


def _is_anothers(record: SubmissionRecord, submission: Submission | None) -> bool:
    """Return whether another sender's submission is recorded; a record that names no sender may be anybody's."""
    sender = submission.sender if submission else None
    return record.sender is not None and sender is not None and record.sender != sender
