"""Moves what is in dead-letter queues back to the queues that it came from.

Comes in: a stack. Goes out: how much was moved from each dead-letter queue. Changes: its queues.

On AWS the service moves the messages itself. A stack that has no such action has its messages received, sent and
deleted, in this order: a run that stops in between leaves a message in both queues, never in neither. Every message of
the pipeline may come twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_NO_SUCH_ACTION = frozenset({"InvalidAction", "UnknownOperationException"})
_HELD_SECONDS = 60  # how long a received message is kept from others, and from the next redrive if this one is killed
_POLL_SECONDS = 2.0
_ENDED = frozenset({"COMPLETED", "CANCELLED", "FAILED"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A queue and its dead-letter queue.

    Attributes
    ----------
    name : str
        The queue's logical id.
    waiting : int
        Messages in the dead-letter queue.
    """

    name: str
    url: str
    arn: str
    dead_url: str
    dead_arn: str
    waiting: int

    @property
    def stage(self) -> str:
        """What an operator calls it."""
        return self.name.removesuffix("Queue").lower()


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many messages were moved, and how many are in the dead-letter queue now."""

    moved: int
    left: int


def find_pairs(stack: Stack) -> list[Pair]:
    """Return every queue of a stack that has a dead-letter queue, with it; the queues themselves say which is whose."""
    queues = {name: url for name, url in stack.resources.items() if url.startswith("https://")}
    known = {name: _attributes(stack, url) for name, url in queues.items()}
    by_arn = {attributes["QueueArn"]: name for name, attributes in known.items()}
    pairs = []
    for name, attributes in sorted(known.items()):
        target = json.loads(attributes.get("RedrivePolicy", "{}")).get("deadLetterTargetArn")
        if target in by_arn:
            dead = by_arn[target]
            waiting = int(known[dead]["ApproximateNumberOfMessages"])
            pairs.append(Pair(name, queues[name], attributes["QueueArn"], queues[dead], target, waiting))
    return pairs


def choose(pairs: Sequence[Pair], name: str) -> Pair:
    """Return the pair that a name means: a stage's, or the logical id of either queue.

    Raises
    ------
    CommandError
        If it means none.
    """
    wanted = name.lower().removesuffix("queue").removesuffix("deadletter")
    for pair in pairs:
        if pair.stage == wanted:
            return pair
    raise CommandError(f"there is no queue {name}; there are {', '.join(pair.stage for pair in pairs)}")


def redrive(stack: Stack, pair: Pair, per_second: int, say: Callable[[str], None]) -> Redriven:
    """Move the messages that are in a dead-letter queue now.

    Raises
    ------
    CommandError
        If the service gives up; what it had moved by then is moved.
    """
    try:
        moved = _by_the_service(stack, pair, per_second, say)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_SUCH_ACTION:
            raise
        moved = _by_hand(stack, pair, say)
    return Redriven(moved, int(_attributes(stack, pair.dead_url)["ApproximateNumberOfMessages"]))


def _attributes(stack: Stack, url: str) -> dict[str, str]:
    answer: dict[Any, str] = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return answer


def _by_the_service(stack: Stack, pair: Pair, per_second: int, say: Callable[[str], None]) -> int:
    """Have SQS move them, or follow a task that does so already: a queue has one at a time.

    The destination is always named: SQS knows none for what an event bus put into the dead-letter queue.
    """
    task = _latest_task(stack, pair)
    if task is None or task["Status"] in _ENDED:
        stack.sqs.start_message_move_task(
            SourceArn=pair.dead_arn, DestinationArn=pair.arn, MaxNumberOfMessagesPerSecond=per_second
        )
        task = _latest_task(stack, pair)
    else:
        say(f"{pair.stage}: a task is moving messages already")
    while task is not None and task["Status"] not in _ENDED:
        say(f"{pair.stage}: {task.get('ApproximateNumberOfMessagesMoved', 0)} moved")
        time.sleep(_POLL_SECONDS)
        task = _latest_task(stack, pair)
    if task is not None and task["Status"] == "FAILED":
        raise CommandError(f"{pair.stage}: the task failed: {task.get('FailureReason', 'no reason is given')}")
    return int(task.get("ApproximateNumberOfMessagesMoved", 0)) if task is not None else 0


def _latest_task(stack: Stack, pair: Pair) -> Any:
    results = stack.sqs.list_message_move_tasks(SourceArn=pair.dead_arn, MaxResults=1).get("Results", [])
    return results[0] if results else None


def _by_hand(stack: Stack, pair: Pair, say: Callable[[str], None]) -> int:
    """Receive, send, delete; no more than there were, so that what fails again is not moved again."""
    moved = 0
    for message in _received(stack, pair):
        stack.sqs.send_message(QueueUrl=pair.url, MessageBody=message["Body"], **_kept_of(message))
        stack.sqs.delete_message(QueueUrl=pair.dead_url, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
        if moved % 100 == 0:
            say(f"{pair.stage}: {moved} moved")
    return moved


def _received(stack: Stack, pair: Pair) -> Iterator[MessageTypeDef]:
    left = pair.waiting
    while left > 0:
        messages = stack.sqs.receive_message(
            QueueUrl=pair.dead_url,
            MaxNumberOfMessages=min(10, left),
            VisibilityTimeout=_HELD_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            return
        left -= len(messages)
        yield from messages


def _kept_of(message: MessageTypeDef) -> dict[str, Any]:
    """Return what a message keeps when it is sent again: its own attributes, and the group that shares out readers."""
    kept: dict[str, Any] = {}
    if message.get("MessageAttributes"):
        kept["MessageAttributes"] = message["MessageAttributes"]
    group = message.get("Attributes", {}).get("MessageGroupId")
    return {**kept, "MessageGroupId": group} if group else kept
