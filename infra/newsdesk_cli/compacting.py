"""Has the data set of a stack written up to now, or for hours of the past.

Comes in: a stack and hours. Goes out: how many parts there are to be, and which are not there yet. Changes: the data
set, through the stack's own compact function.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from newsdesk.contracts import keys
from newsdesk.pauses import Sleep
from newsdesk_cli.errors import CommandError
from newsdesk_cli.lookup import reader_of
from newsdesk_cli.stack import Stack

_HOURS_AT_ONCE = 24
_POLL_SECONDS = 0.2


@dataclass
class Compaction:
    """What was planned.

    Attributes
    ----------
    parts : int
        Parts that were not there.
    waiting : list of str
        Keys of those that are not there yet.
    """

    parts: int = 0
    waiting: list[str] = field(default_factory=list)


def keeps_a_data_set(stack: Stack) -> bool:
    """Return whether a stack has the function that writes one."""
    return "CompactFunctionName" in stack.outputs


def compact(
    stack: Stack,
    since: datetime,
    until: datetime,
    wait_seconds: float,
    sleep: Sleep = time.sleep,
) -> Compaction:
    """Plan hours, whether they are closed or not, and wait a while for their parts.

    Raises
    ------
    CommandError
        If the stack keeps no data set, or the function failed.
    """
    compaction = Compaction()
    for first, last in _spans(since, until):
        asked = {"plan": {"since": keys.hour_folder(first), "until": keys.hour_folder(last)}}
        compaction.waiting += ask(stack, asked)["parts"]
    compaction.parts = len(compaction.waiting)
    deadline = time.monotonic() + wait_seconds
    while compaction.waiting:
        compaction.waiting = [key for key in compaction.waiting if not stack.has_object(key)]
        if not compaction.waiting or time.monotonic() > deadline:
            break
        sleep(_POLL_SECONDS)
    return compaction


def wait_until_told(
    stack: Stack, committed: Iterable[str], since: datetime, wait_seconds: float, sleep: Sleep = time.sleep
) -> set[str]:
    """Wait a while for the change feed to have articles; return the keys of those that it does not have."""
    missing = set(committed)
    deadline = time.monotonic() + wait_seconds
    while missing:
        missing -= {change.key for change in reader_of(stack).changes(since=since)}
        if not missing or time.monotonic() > deadline:
            break
        sleep(_POLL_SECONDS)
    return missing


def rewrite(stack: Stack, key: str) -> bool:
    """Have a part written again; return False where there is none.

    Raises
    ------
    CommandError
        If the stack keeps no data set any more, or the function failed.
    """
    return bool(ask(stack, {"rewrite": key})["rewritten"])


def ask(stack: Stack, question: dict[str, Any]) -> dict[str, Any]:
    """Call the function compact, and return its answer.

    Raises
    ------
    CommandError
        If the stack has none, or it failed.
    """
    if not keeps_a_data_set(stack):
        raise CommandError(f"{stack.name} keeps no data set; deploy it with the parameter Datasets=on")
    answer = stack.functions.invoke(
        FunctionName=stack.outputs["CompactFunctionName"], Payload=json.dumps(question).encode("utf-8")
    )
    document: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise CommandError(f"compact failed: {document.get('errorMessage', 'its log says why')}")
    return document


def _spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a time into spans of hours that one call of the function can plan."""
    while since <= until:
        yield since, min(until, since + timedelta(hours=_HOURS_AT_ONCE - 1))
        since += timedelta(hours=_HOURS_AT_ONCE)
