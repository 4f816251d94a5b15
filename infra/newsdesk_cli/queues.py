"""How full a stack's queues are.

Comes in: a stack. Goes out: numbers by queue, or by stage in the order of an article's way.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from newsdesk_cli.stack import Stack

_PARALLEL_READS = 8
_WAY = ("inbox", "discover", "bulk", "submit", "fetch", "extract", "enrich", "index", "embed")
"""The stages with queues, in the order in which an article meets them."""


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """A stage's queue.

    Attributes
    ----------
    dead : int
        Messages in its dead-letter queue.
    """

    stage: str
    waiting: int
    in_flight: int
    dead: int


def queue_depths(stack: Stack) -> dict[str, Any]:
    """Return where a stack is, how many messages wait in each queue, and how many are being worked on."""
    facts: dict[str, Any] = {"stack": stack.name, **({"endpoint": stack.endpoint} if stack.endpoint else {})}
    if stack.api_url:
        facts["api"] = stack.api_url
    # A queue's physical id is its address.
    queues = {name: address for name, address in sorted(stack.resources.items()) if address.startswith("https://")}
    client = stack.sqs

    def depth(address: str) -> dict[str, int]:
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes: dict[Any, str] = client.get_queue_attributes(QueueUrl=address, AttributeNames=names)["Attributes"]
        return {"waiting": int(attributes[names[0]]), "in_flight": int(attributes[names[1]])}

    with ThreadPoolExecutor(_PARALLEL_READS) as pool:
        return facts | dict(zip(queues, pool.map(depth, queues.values()), strict=True))


def queues_of(stack: Stack) -> tuple[QueueDepth, ...]:
    """Return the stages' queues, each with its dead letters."""
    depths = {name: depth for name, depth in queue_depths(stack).items() if isinstance(depth, dict)}
    found = (
        QueueDepth(
            name.removesuffix("Queue").lower(),
            depth["waiting"],
            depth["in_flight"],
            depths.get(f"{name.removesuffix('Queue')}DeadLetterQueue", {}).get("waiting", 0),
        )
        for name, depth in depths.items()
        if not name.endswith("DeadLetterQueue")
    )
    return tuple(sorted(found, key=_place_of))


def _place_of(queue: QueueDepth) -> tuple[int, str]:
    is_on_the_way = queue.stage in _WAY
    return (_WAY.index(queue.stage) if is_on_the_way else len(_WAY)), queue.stage
