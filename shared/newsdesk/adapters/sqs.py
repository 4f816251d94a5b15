"""The queues on SQS.

Comes in: stage messages. Goes out: accepted messages. Changes: the queues.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.contracts import FetchRequested, Priority, StageMessage, UrlSubmitted
from newsdesk.errors import ThrottledError
from newsdesk.pauses import Pauses

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
        self._client.send_message(QueueUrl=self._queue_urls[type(message)], **_entry(message, delay_seconds))


def _entry(message: StageMessage, delay_seconds: int) -> dict[str, Any]:
    """Return a message as a call to SQS has it, alone or among others."""
    entry: dict[str, Any] = {
        "MessageBody": message.to_ascii_json(),
        "DelaySeconds": max(0, min(MAXIMUM_DELAY_SECONDS, delay_seconds)),
    }
    if isinstance(message, FetchRequested) and message.host is not None:
        entry["MessageGroupId"] = message.host[:LONGEST_GROUP]
    return entry


@dataclass(frozen=True, slots=True)
class _Gathered:
    owner: str
    entry: dict[str, Any]


class GatheringSender(SqsMessageSender):
    """Sends the messages of several records together: a call to SQS with ten of them costs what one costs.

    What is sent in :meth:`gathered` goes out with the tenth message to its queue, and at the latest in :meth:`flush`,
    which says for whom that failed. Everything else is sent at once.
    """

    def __init__(
        self,
        queue_urls: Mapping[type[StageMessage], str],
        client: SQSClient | None = None,
        pauses: Pauses = REFUSED,
    ) -> None:
        super().__init__(queue_urls, client)
        self._batches = BatchSender(client, pauses)
        self._owner = threading.local()
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, list[_Gathered]] = defaultdict(list)
        self._unsent: set[str] = set()

    @contextmanager
    def gathered(self, owner: str) -> Iterator[None]:
        """Let messages that this thread sends meanwhile wait for others; ``owner`` is answerable for them."""
        self._owner.name = owner
        try:
            yield
        finally:
            self._owner.name = None

    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        """Send one message, or let it wait for others; see the port."""
        owner = getattr(self._owner, "name", None)
        if owner is None:
            super().send(message, delay_seconds)
            return
        queue_url = self._queue_urls[type(message)]
        with self._lock:
            waiting = self._waiting[queue_url]
            waiting.append(_Gathered(owner, _entry(message, delay_seconds)))
            full = self._waiting.pop(queue_url) if len(waiting) == MESSAGES_PER_CALL else []
        self._send_all(queue_url, full)

    def flush(self) -> frozenset[str]:
        """Send what waits; return the owners of messages, since the last call, that their queues may not have taken."""
        with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(list)
        for queue_url, messages in waiting.items():
            self._send_all(queue_url, messages)
        with self._lock:
            unsent, self._unsent = frozenset(self._unsent), set()
        return unsent

    def _send_all(self, queue_url: str, messages: Sequence[_Gathered]) -> None:
        taken = self._batches.send_entries(queue_url, [message.entry for message in messages])
        with self._lock:
            self._unsent |= {gathered.owner for gathered, sent in zip(messages, taken, strict=True) if sent is None}


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
        said = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
        beside = {"MessageAttributes": said} if said else {}
        return self.send_entries(queue_url, [{"MessageBody": body, **beside} for body in bodies])

    def send_entries(self, queue_url: str, messages: Sequence[Mapping[str, Any]]) -> list[str | None]:
        """Send messages, as the entries of ``SendMessageBatch`` without their ids; see :meth:`send`."""
        entries = [{"Id": str(number), **message} for number, message in enumerate(messages)]
        calls = _in_calls(entries)
        if len(calls) > 1:
            with ThreadPoolExecutor(_CALLS_AT_ONCE) as executor:
                sent = list(executor.map(lambda call: self._send(queue_url, call), calls))
        else:
            sent = [self._send(queue_url, call) for call in calls]
        taken = {name: identifier for ids in sent for name, identifier in ids.items()}
        return [taken.get(entry["Id"]) for entry in entries]

    def _send(self, queue_url: str, entries: Sequence[Any]) -> dict[str, str]:
        taken: dict[str, str] = {}
        for _ in self._pauses.attempts():
            try:
                answer = self._client.send_message_batch(QueueUrl=queue_url, Entries=entries)
            except (BotoCoreError, ClientError, ThrottledError):
                _log_unsent(len(entries))
                break
            taken |= {entry["Id"]: entry["MessageId"] for entry in answer.get("Successful", [])}
            entries = [entry for entry in entries if entry["Id"] not in taken]
            if not entries:
                break
        return taken


def _log_unsent(messages: int) -> None:
    with suppress(ImportError):  # the log needs Powertools, which functions have and the installed package has not
        from newsdesk.runtime import logger

        logger.exception("messages not sent", extra={"messages": messages})


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


class SqsSubmitter:
    """Sends submissions to the queue of their priority."""

    def __init__(self, intake_queue_url: str, bulk_queue_url: str, batches: BatchSender | None = None) -> None:
        self._intake = intake_queue_url
        self._bulk = bulk_queue_url
        self._batches = batches or BatchSender()

    def submit(self, bodies: Sequence[str], priority: Priority | None) -> None:
        """Send submissions; returns once the queue has accepted all of them.

        Raises
        ------
        ThrottledError
            If it does not take some of them; the next try sends all again.
        """
        ids = self._batches.send(self._bulk if priority == "bulk" else self._intake, bodies)
        if None in ids:
            raise ThrottledError(f"{ids.count(None)} submissions were not accepted")


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
