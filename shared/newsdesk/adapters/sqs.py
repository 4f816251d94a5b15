"""The queues on SQS.

Comes in: stage messages. Goes out: accepted messages. Changes: the queues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import FetchRequested, StageMessage, UrlSubmitted
from newsdesk.errors import ThrottledError
from newsdesk.pauses import Pauses
from newsdesk.runtime import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

_DEPTHS: tuple[QueueAttributeNameType, ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)

MAXIMUM_DELAY_SECONDS = 900
"""SQS's own limit on ``DelaySeconds``."""


LONGEST_GROUP = 128
"""SQS's own limit on ``MessageGroupId``."""

SENDER_ATTRIBUTE = "Sender"
"""The attribute of a message by which the API says for whom it submits."""

MESSAGES_PER_CALL = 10
"""SQS's own limit."""

BYTES_PER_CALL = 240_000
"""Less than the 256 KiB that SQS took in one call for most of its life, and endpoints of others still do."""

_CALLS_AT_ONCE = 8

REFUSED = Pauses(tries=6, first_seconds=0.1)
"""Between the tries of messages that the queue refused while it took others."""


class SqsMessageSender:
    """A :class:`newsdesk.ports.MessageSender`.

    Pages to fetch are grouped by host. On a standard queue a group orders nothing; it makes the queue fair: a host with
    many messages waits behind the others instead of before them (Amazon SQS developer guide, "Fair queues").
    """

    def __init__(self, queue_urls: Mapping[type[StageMessage], str], client: SQSClient | None = None) -> None:
        self._queue_urls = dict(queue_urls)
        self._client = patient(client or clients.sqs())

    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        """Send one message to the queue of its type; see the port."""
        request: dict[str, Any] = {}
        if isinstance(message, FetchRequested) and message.host is not None:
            request["MessageGroupId"] = message.host[:LONGEST_GROUP]
        self._client.send_message(
            QueueUrl=self._queue_urls[type(message)],
            MessageBody=message.to_ascii_json(),
            DelaySeconds=max(0, min(MAXIMUM_DELAY_SECONDS, delay_seconds)),
            **request,
        )


class BatchSender:
    """Sends many messages to a queue: ten in a call, and several calls at once."""

    def __init__(self, client: SQSClient | None = None, pauses: Pauses = REFUSED) -> None:
        self._client = patient(client or clients.sqs())
        self._pauses = pauses

    def send(
        self, queue_url: str, bodies: Sequence[str], attributes: Mapping[str, str] | None = None
    ) -> list[str | None]:
        """Send messages with the same attributes, and return the queue's ids of them in the same order.

        A message that the queue refuses is sent again some times. None stands for one of which it is not known that the
        queue took it, because it was refused to the end or its call failed, which is logged.
        """
        entries: list[Any] = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        if attributes:
            said = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
            entries = [{**entry, "MessageAttributes": said} for entry in entries]
        with ThreadPoolExecutor(_CALLS_AT_ONCE) as executor:
            sent = executor.map(lambda call: self._send(queue_url, call), _in_calls(entries))
            taken = {name: identifier for ids in sent for name, identifier in ids.items()}
        return [taken.get(entry["Id"]) for entry in entries]

    def _send(self, queue_url: str, entries: Sequence[Any]) -> dict[str, str]:
        taken: dict[str, str] = {}
        for _ in self._pauses.attempts():
            try:
                answer = self._client.send_message_batch(QueueUrl=queue_url, Entries=entries)
            except (BotoCoreError, ClientError, ThrottledError):
                logger.exception("messages not sent", extra={"messages": len(entries)})
                break
            taken |= {entry["Id"]: entry["MessageId"] for entry in answer.get("Successful", [])}
            entries = [entry for entry in entries if entry["Id"] not in taken]
            if not entries:
                break
        return taken


def _in_calls(entries: Sequence[Any]) -> list[list[Any]]:
    """Return the messages of each call."""
    calls: list[list[Any]] = []
    room = 0
    for entry in entries:
        size = len(entry["MessageBody"].encode("utf-8"))
        if not calls or len(calls[-1]) == MESSAGES_PER_CALL or size > room:
            calls.append([])
            room = BYTES_PER_CALL
        calls[-1].append(entry)
        room -= size
    return calls


class SqsSubmissionSender:
    """A :class:`newsdesk.ports.SubmissionSender`; submissions of bulk go into the queue of bulk."""

    def __init__(self, queue_url: str, bulk_queue_url: str, batches: BatchSender | None = None) -> None:
        self._queue_url = queue_url
        self._bulk_queue_url = bulk_queue_url
        self._batches = batches or BatchSender()

    def submit(self, submissions: Sequence[UrlSubmitted], sender: str) -> list[str | None]:
        """Put submissions into intake; see the port."""
        ids: dict[int, str | None] = {}
        for queue_url, is_bulk in ((self._queue_url, False), (self._bulk_queue_url, True)):
            numbers = [number for number, one in enumerate(submissions) if (one.priority == "bulk") is is_bulk]
            bodies = [submissions[number].to_ascii_json() for number in numbers]
            sent = self._batches.send(queue_url, bodies, {SENDER_ATTRIBUTE: sender})
            ids.update(zip(numbers, sent, strict=True))
        return [ids[number] for number in range(len(submissions))]


class QueueDepths:
    """How full queues are."""

    def __init__(self, queue_urls: Sequence[str], client: SQSClient | None = None) -> None:
        self._queue_urls = tuple(queue_urls)
        self._client = patient(client or clients.sqs())

    def total(self) -> int:
        """Return the number of messages in all of the queues, those that are being worked on included.

        SQS counts approximately; what was sent in the last minute may be missing.
        """
        return sum(self._depth(queue_url) for queue_url in self._queue_urls)

    def _depth(self, queue_url: str) -> int:
        answer = self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=_DEPTHS)
        return sum(int(answer["Attributes"].get(name, "0")) for name in _DEPTHS)
