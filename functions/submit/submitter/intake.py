"""What a trigger may send: an intake message, or an EventBridge event that carries one.

Comes in: the body of a queue record. Goes out: a submission, or the reason why it is none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from newsdesk.contracts import SUBMISSION_ID_PATTERN, Reason, UrlSubmitted
from newsdesk.errors import NewsdeskError

TRIGGER_SOURCE = "newsdesk.trigger"
TRIGGER_DETAIL_TYPE = "UrlSubmitted"


class UnreadableSubmissionError(NewsdeskError):
    """The body is no submission.

    Attributes
    ----------
    reason : Reason
        ``malformed_message`` or ``unknown_version``.
    submission_id : str
        What to record the refusal under.
    """

    def __init__(self, reason: Reason, submission_id: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.submission_id = submission_id


@dataclass(frozen=True, slots=True)
class Submission:
    """A readable submission and the id that it is recorded under."""

    submission_id: str
    request: UrlSubmitted


def read_submission(body: str, message_id: str) -> Submission:
    """Read the body of an intake record.

    Parameters
    ----------
    body : str
        JSON of ``url-submitted.v1.json``, or an EventBridge event whose ``detail`` is that.
    message_id : str
        The queue's own id of the message; the submission's id when it names none, the same on every delivery.

    Raises
    ------
    UnreadableSubmissionError
        If it is neither.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, message_id, "not JSON") from error
    fallback_id = message_id
    if isinstance(document, dict) and "detail-type" in document:
        fallback_id = _event_id(document, message_id)
        document = _detail(document, fallback_id)
    fallback_id = _claimed_id(document, fallback_id)
    version = document.get("schemaVersion", 1) if isinstance(document, dict) else 1
    if type(version) is int and version != 1:
        raise UnreadableSubmissionError(Reason.UNKNOWN_VERSION, fallback_id, f"schemaVersion {version}")
    try:
        request = UrlSubmitted.model_validate(document)
    except ValidationError as error:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, fallback_id, _first_problem(error)) from error
    return Submission(request.submission_id or fallback_id, request)


def _claimed_id(document: Any, fallback_id: str) -> str:
    """Return the id that the submitter gave, where it is one, so that even a refusal can be found under it."""
    claimed = document.get("submissionId") if isinstance(document, dict) else None
    return claimed if isinstance(claimed, str) and re.fullmatch(SUBMISSION_ID_PATTERN, claimed) else fallback_id


def _event_id(event: dict[str, Any], message_id: str) -> str:
    identifier = event.get("id")
    return identifier if isinstance(identifier, str) and re.fullmatch(SUBMISSION_ID_PATTERN, identifier) else message_id


def _detail(event: dict[str, Any], submission_id: str) -> Any:
    if event.get("source") != TRIGGER_SOURCE or event.get("detail-type") != TRIGGER_DETAIL_TYPE:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, submission_id, "an event of another kind")
    return event.get("detail")


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"[:200]
