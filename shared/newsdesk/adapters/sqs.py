"""The queues on SQS.

Comes in: stage messages. Goes out: accepted messages. Changes: the queues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import FetchRequested, StageMessage

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
