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
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


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
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, "not JSON") from error
    fallback_id = message_id
    if isinstance(document, dict) and "detail-type" in document:
        fallback_id = _event_id(document, message_id)
        document = _detail(document)
    version = document.get("schemaVersion", 1) if isinstance(document, dict) else 1
    if type(version) is int and version != 1:
        raise UnreadableSubmissionError(Reason.UNKNOWN_VERSION, f"schemaVersion {version}")
    try:
        request = UrlSubmitted.model_validate(document)
    except ValidationError as error:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, _first_problem(error)) from error
    return Submission(request.submission_id or fallback_id, request)


def _event_id(event: dict[str, Any], message_id: str) -> str:
    identifier = event.get("id")
    return identifier if isinstance(identifier, str) and re.fullmatch(SUBMISSION_ID_PATTERN, identifier) else message_id


def _detail(event: dict[str, Any]) -> Any:
    if event.get("source") != TRIGGER_SOURCE or event.get("detail-type") != TRIGGER_DETAIL_TYPE:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, "an event of another kind")
    return event.get("detail")


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"[:200]
