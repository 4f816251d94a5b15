"""How much memory a fetch takes, measured in a process of its own.

Comes in: the URLs of an ordinary page and of a hostile one. Goes out: how the hostile fetch ended, and what it added to
the peak of memory. A peak cannot be taken back, and the memory of C libraries is not Python's: hence the process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]

_FETCH_AND_MEASURE = """
import json, sys
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import parse_networks
from newsdesk.web.transport import FetchLimits, FetchRequest, HttpFetcher

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

fetcher = HttpFetcher("Newsdesk/0", FetchLimits(20.0, 10 << 20, 5), allowed=parse_networks(["127.0.0.1/32"]))
ordinary, hostile = sys.argv[1:]
fetcher.fetch(FetchRequest(ordinary))
before = peak()
reason = None
try:
    fetcher.fetch(FetchRequest(hostile))
except (PermanentError, TransientError) as error:
    reason = error.reason.value
print(json.dumps({"reason": reason, "mebibytes": peak() - before}))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """How a fetch ended, and the memory that it took."""

    reason: str | None
    mebibytes: float


def cost_of(ordinary: str, hostile: str) -> Cost:
    """Return what the second of two fetches cost, with a cap of 10 MiB on the body."""
    done = subprocess.run(
        [sys.executable, "-c", _FETCH_AND_MEASURE, ordinary, hostile],
        env={**os.environ, "PYTHONPATH": str(_REPOSITORY / "shared")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return Cost(**json.loads(done.stdout))
