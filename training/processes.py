"""Work on many pages by as many processes as there are processors.

Comes in: what to do with each, and all of them. Goes out: the results, in the same order with any number of processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import get_context
from typing import Any, TypeVar

PROCESSES = len(os.sched_getaffinity(0))
_CHUNK = 16

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    prepare: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
) -> Iterator[Result]:
    """Yield what a function of a module makes of each item, in processes that were prepared with some arguments."""
    with get_context("forkserver").Pool(PROCESSES, prepare, arguments) as pool:
        yield from pool.imap(work, items, _CHUNK)
