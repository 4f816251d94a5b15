"""The queues on SQS.

Comes in: stage messages. Goes out: accepted messages. Changes: the queues.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from newsdesk.adapters import clients
from newsdesk.messages import StageMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAXIMUM_DELAY_SECONDS = 900
"""SQS's own limit on ``DelaySeconds``."""


class SqsMessageSender:
    """A :class:`newsdesk.ports.MessageSender`."""

    def __init__(self, queue_urls: Mapping[type[StageMessage], str], client: SQSClient | None = None) -> None:
        self._queue_urls = dict(queue_urls)
        self._client = client or clients.sqs()

    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        """Send one message to the queue of its type; see the port."""
        self._client.send_message(
            QueueUrl=self._queue_urls[type(message)],
            MessageBody=message.to_json(),
            DelaySeconds=max(0, min(MAXIMUM_DELAY_SECONDS, delay_seconds)),
        )
