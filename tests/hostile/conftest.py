"""What every hostile case is held to: nothing inside is dialled, and time and memory are bounded.

Comes in: nothing. Goes out: fixtures that watch and measure. Changes: replaces ``socket.connect`` for each test, and
puts the second wall into the process for good.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsdesk.web.transport import egress_guard as wall

_REPOSITORY = Path(__file__).parents[2]

_FETCH_AND_MEASURE = """
import json, sys, time
from fetcher.client import FetchLimits, HttpFetcher
from fetcher.ports import FetchRequest
from newsdesk.errors import PermanentError, TransientError
from newsdesk.networks import parse_networks

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

fetcher = HttpFetcher("Newsdesk/0", FetchLimits(20.0, 10 << 20, 5), allowed=parse_networks(["127.0.0.1/32"]))
ordinary, hostile = sys.argv[1:]
fetcher.fetch(FetchRequest(ordinary))
before, processor, started = peak(), time.process_time(), time.monotonic()
reason = None
try:
    fetcher.fetch(FetchRequest(hostile))
except (PermanentError, TransientError) as error:
    reason = error.reason.value
print(json.dumps({
    "reason": reason,
    "mebibytes": peak() - before,
    "processor_seconds": time.process_time() - processor,
    "seconds": time.monotonic() - started,
}))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one fetch cost in a process of its own."""

    reason: str | None
    mebibytes: float
    processor_seconds: float
    seconds: float


@pytest.fixture(autouse=True)
def _nothing_inside_is_dialled(dialled: list[str]) -> None:
    """Watch the sockets of every test here, with the second wall in place as in the deployed function."""
    wall.install()


@pytest.fixture
def within() -> Callable[[float], AbstractContextManager[None]]:
    """Return a block's time limit; a busy machine is given one second more."""

    @contextmanager
    def limit(seconds: float) -> Iterator[None]:
        started = time.monotonic()
        yield
        assert time.monotonic() - started < seconds + 1.0

    return limit


@pytest.fixture
def cost_of() -> Callable[[str, str], Cost]:
    """Return what measures the fetch of a URL, after an ordinary one, with a cap of 10 MiB.

    In a process of its own: peaks of memory cannot be taken back, and those of C libraries are not Python's.
    """

    def measure(ordinary: str, hostile: str) -> Cost:
        path = [str(_REPOSITORY / "shared"), str(_REPOSITORY / "functions" / "fetch")]
        done = subprocess.run(
            [sys.executable, "-c", _FETCH_AND_MEASURE, ordinary, hostile],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return Cost(**json.loads(done.stdout))

    return measure
