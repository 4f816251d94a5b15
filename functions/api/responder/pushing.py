"""Takes a page that the caller has: as a submission with a capture.

Comes in: a page's text, or the name of an upload, and who calls. Goes out: a submission's id. Changes: the bucket under
``pushed/v1/``, and the queues that submit takes its submissions from.

What the page is worth is judged by submit and extract, as with any other; here it is only made a capture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from newsdesk.articles import CAPTURE_MEDIA_TYPE, PushedPage, write_pushed_page
from newsdesk.clock import Clock, from_text, to_text
from newsdesk.contracts import UrlSubmitted, keys, pushed_key
from newsdesk.errors import ObjectMissingError, RejectedUrlError
from newsdesk.ports import ObjectStore, SubmissionSender, UploadLinks
from newsdesk.web import READABLE_TYPES, parse_url
from responder.models import MOST_HTML_BYTES, PushedDocument, PushResult, Upload
from responder.problems import Misfit, ProblemError, ProblemType

DISCOVERY = "pushed"
_UPLOAD_SECONDS = 900
_BUSY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Pushing:
    """Makes captures of pages, and submits them.

    Attributes
    ----------
    maximum_body_bytes : int
        The largest page that extract reads.
    new_name : callable
        Returns 32 hexadecimal digits that nobody guesses.
    """

    objects: ObjectStore
    links: UploadLinks
    sender: SubmissionSender
    clock: Clock
    maximum_body_bytes: int
    new_name: Callable[[], str]

    def upload(self, size_bytes: int, caller: str) -> Upload:
        """Return where a page of this size is to be put.

        Raises
        ------
        ProblemError
            If extract reads no page as large.
        """
        if size_bytes > self.maximum_body_bytes:
            raise ProblemError(ProblemType.PAGE_TOO_LARGE)
        name = self.new_name()
        return Upload(
            upload_id=name,
            upload_url=self.links.link(_upload_key(caller, name), size_bytes, _UPLOAD_SECONDS),
            expires_at=to_text(self.clock() + timedelta(seconds=_UPLOAD_SECONDS)),
        )

    def push(self, document: PushedDocument, caller: str) -> PushResult:
        """Submit a page.

        Raises
        ------
        ProblemError
            If it is none that could be taken, or the queue does not take it.
        """
        page = self._page_of(document, caller)
        key = pushed_key(f"api/{self.new_name()}")
        self.objects.put(key, write_pushed_page(page), CAPTURE_MEDIA_TYPE)
        request = UrlSubmitted(
            url=document.url,
            submission_id=document.submission_id,
            priority=document.priority,
            tags=document.tags,
            correlation_id=document.correlation_id,
            discovery=DISCOVERY,
            capture_key=key,
        )
        (message_id,) = self.sender.submit([request], caller)
        if message_id is None:
            raise ProblemError(ProblemType.BUSY, retry_after_seconds=_BUSY_SECONDS)
        if document.upload_id is not None:
            self.objects.delete(_upload_key(caller, document.upload_id))
        return PushResult(submission_id=document.submission_id or message_id, message_id=message_id)

    def _page_of(self, document: PushedDocument, caller: str) -> PushedPage:
        media_type = document.content_type.partition(";")[0].strip().lower()
        if media_type not in READABLE_TYPES:
            raise _misfit("contentType", f"one of {', '.join(sorted(READABLE_TYPES))}")
        try:
            parse_url(document.url)
        except RejectedUrlError as error:
            raise _misfit("url", error.reason.value) from error
        try:
            captured_at = from_text(document.captured_at) if document.captured_at else self.clock()
        except ValueError as error:
            raise _misfit("capturedAt", "no time") from error
        if document.html is not None:
            body, content_type = document.html.encode("utf-8"), f"{media_type}; charset=utf-8"
            largest = min(MOST_HTML_BYTES, self.maximum_body_bytes)
        else:
            body, content_type = self._uploaded(document.upload_id or "", caller), document.content_type
            largest = self.maximum_body_bytes
        if len(body) > largest:
            raise ProblemError(ProblemType.PAGE_TOO_LARGE)
        return PushedPage(
            url=document.url, captured_at=to_text(captured_at), headers=(("Content-Type", content_type),), body=body
        )

    def _uploaded(self, upload_id: str, caller: str) -> bytes:
        try:
            return self.objects.get(_upload_key(caller, upload_id))
        except ObjectMissingError as error:
            raise ProblemError(ProblemType.UNKNOWN_UPLOAD) from error


def _upload_key(caller: str, name: str) -> str:
    """Return where a caller's upload lies, which no other caller can name."""
    whose = hashlib.sha256(caller.encode("utf-8")).hexdigest()[:32]
    return f"{keys.PUSHED_PREFIX}uploads/{whose}/{name}"


def _misfit(field: str, detail: str) -> ProblemError:
    return ProblemError(ProblemType.BAD_REQUEST, errors=[Misfit(place="body", field=field, detail=detail)])
