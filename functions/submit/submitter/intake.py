"""What a trigger may send: an intake message, or an EventBridge event that carries one.

Comes in: the body of a queue record. Goes out: a submission, or the reason why it is not one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from newsdesk.characters import storable_line
from newsdesk.contracts import SUBMISSION_ID_PATTERN, Reason, UrlSubmitted
from newsdesk.errors import NewsdeskError
from newsdesk.web import MAXIMUM_URL_LENGTH

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
    """A readable submission.

    Attributes
    ----------
    submission_ids : tuple of str
        The ids that it may be recorded under, best first: the submitter's own, the event's, the message's. Nobody
        else can have the last one.
    sender : str or None
        Who sent it; None when the queue does not say.
    """

    submission_ids: tuple[str, ...]
    request: UrlSubmitted
    sender: str | None = None

    @property
    def recorded_url(self) -> str:
        """The URL as it is recorded; the one that is refused may hold anything."""
        return storable_line(self.request.url)[:MAXIMUM_URL_LENGTH]

    @property
    def submission_id(self) -> str:
        """The id that it is to be recorded under, unless it is taken."""
        return self.submission_ids[0]

    def under_next_id(self) -> Submission:
        """Return the submission without the first of its ids, which another sender has; the last one stays."""
        return replace(self, submission_ids=self.submission_ids[1:] or self.submission_ids)


def sender_of(sender_id: str | None, on_behalf_of: str | None = None, spokesman: str = "") -> str | None:
    """Return whose a message is: the principal that put it into the queue, or the one that this principal speaks for.

    Parameters
    ----------
    sender_id : str or None
        The principal, as SQS says. What stands behind the colon is the name of a session: a role's sessions are one
        sender.
    on_behalf_of : str or None
        Whom the message names. Only the spokesman is believed.
    spokesman : str
        The unique id of the API's role; empty where there is no API.
    """
    principal = sender_id.partition(":")[0] if sender_id else None
    return on_behalf_of if on_behalf_of and spokesman and principal == spokesman else principal


def read_submission(body: str, message_id: str, sender: str | None = None) -> Submission:
    """Read the body of an intake record.

    Parameters
    ----------
    body : str
        JSON of ``url-submitted.v1.json``, or an EventBridge event whose ``detail`` is that.
    message_id : str
        The queue's own id of the message; the submission's id when it names none, the same on every delivery.
    sender : str, optional
        Whose message it is, as :func:`sender_of` says. Events come from the bus, so that of those the sender is the
        account, too.

    Raises
    ------
    UnreadableSubmissionError
        If it is neither.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, "not JSON") from error
    fallback_ids = [message_id]
    if isinstance(document, dict) and "detail-type" in document:
        fallback_ids.insert(0, _event_id(document, message_id))
        if sender:
            sender = f"{sender}/{_account(document)}"
        document = _detail(document)
    version = document.get("schemaVersion", 1) if isinstance(document, dict) else 1
    if type(version) is int and version != 1:
        raise UnreadableSubmissionError(Reason.UNKNOWN_VERSION, f"schemaVersion {version}")
    try:
        request = UrlSubmitted.model_validate(document)
    except ValidationError as error:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, _first_problem(error)) from error
    named = [request.submission_id] if request.submission_id else []
    return Submission(tuple(dict.fromkeys([*named, *fallback_ids])), request, sender)


def _event_id(event: dict[str, Any], message_id: str) -> str:
    identifier = event.get("id")
    return identifier if isinstance(identifier, str) and re.fullmatch(SUBMISSION_ID_PATTERN, identifier) else message_id


def _account(event: dict[str, Any]) -> str:
    """Return the account that an event comes from; EventBridge writes it, the sender cannot choose it."""
    account = event.get("account")
    return account if isinstance(account, str) and re.fullmatch(r"[0-9]{1,20}", account) else "unknown"


def _detail(event: dict[str, Any]) -> Any:
    if event.get("source") != TRIGGER_SOURCE or event.get("detail-type") != TRIGGER_DETAIL_TYPE:
        raise UnreadableSubmissionError(Reason.MALFORMED_MESSAGE, "an event of another kind")
    return event.get("detail")


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"[:200]
