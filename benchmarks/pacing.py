"""How politely and how fast many workers crawl many hosts: the real stage in simulated time, with faults.

Comes in: nothing. Goes out: tables on standard output, and JSON with ``--json FILE``. DynamoDB is moto,
in this process.

    .venv/bin/python benchmarks/pacing.py [--hosts 200] [--pages 20] [--json FILE]

Five questions: do two requests to a host ever come closer than its interval, whatever goes wrong; does a busy host
delay the others; what does waiting inside the function cost; what do the pages of a host cost that stays down; does
DynamoDB's own arithmetic keep the promise as the fake does. Seconds are simulated and the same on every machine, except
for "took".
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(_ROOT),
    str(_ROOT / "shared"),
    *(str(folder) for folder in sorted((_ROOT / "functions").iterdir())),
]
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import boto3
from moto import mock_aws
from rich.console import Console
from rich.table import Table

from harness import aws
from harness.simulation import Faults, Report, SimulatedHost, Simulation, mixed_hosts
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.web.transport import CrawlLimits

INTERVAL = 2.0
_NO_FAULTS = Faults(0.0, 0.0, 0.0)


def described(report: Report, took: float) -> dict[str, Any]:
    """Return a report's figures."""
    pages = len(report.ended_at)
    return {
        "pages": pages,
        "requests": report.requests,
        "breaches": [asdict(breach) for breach in report.breaches],
        "closest_seconds": round(report.closest, 3),
        "seconds": round(report.seconds),
        "pages_per_second": round(pages / report.seconds, 2),
        "billed_seconds_per_page": round(report.billed_seconds / pages, 2),
        "slept_seconds_per_page": round(report.slept_seconds / pages, 2),
        "deliveries": dict(report.statuses),
        "outcomes": dict(report.outcomes),
        "back_offs": report.back_offs,
        "took_seconds": round(took, 1),
    }


def run(**options: Any) -> tuple[Report, dict[str, Any]]:
    """Run a simulation and describe it."""
    started = time.perf_counter()
    report = Simulation(**options).run()
    return report, described(report, time.perf_counter() - started)


def crawl_with_faults(hosts: int, pages: int) -> dict[str, Any]:
    """Fifty workers, hosts of all kinds."""
    return run(hosts=mixed_hosts(hosts, pages), crawl_limits=CrawlLimits(INTERVAL))[1]


def crawl_on_dynamodb() -> dict[str, Any]:
    """A smaller run whose slots are DynamoDB's."""
    with mock_aws():
        aws.create_table()
        client: Any = boto3.client("dynamodb", aws_access_key_id="x", aws_secret_access_key="y")
        store = DynamoHostStore(aws.TABLE, client=client)
        return run(hosts=mixed_hosts(27, 5), crawl_limits=CrawlLimits(INTERVAL), host_store=store)[1]


def with_a_busy_host(pages_of_busy: int, is_fair: bool) -> dict[str, Any]:
    """How long 199 hosts with five pages each take behind a host with many in the same queue."""
    busy = [SimulatedHost("busy.example", pages_of_busy)] if pages_of_busy else []
    quick = [SimulatedHost(f"quick-{number}.example", 5) for number in range(199)]
    options: dict[str, Any] = {"crawl_limits": CrawlLimits(INTERVAL), "faults": _NO_FAULTS, "is_fair": is_fair}
    simulation = Simulation([*busy, *quick], **options)
    report = simulation.run()
    states = simulation.store.states
    ends = sorted(end for name, end in report.ended_at.items() if states[name].host != "busy.example")
    return {
        "busy_pages": pages_of_busy,
        "queue": "fair" if is_fair else "first come, first served",
        "half_of_quick_pages_by": round(median(ends), 1),
        "95_percent_by": round(ends[int(len(ends) * 0.95)], 1),
        "last_quick_page_at": round(ends[-1], 1),
        "everything_at": round(report.seconds),
        "breaches": len(report.breaches),
    }


def with_short_wait(seconds: float) -> dict[str, Any]:
    """How waiting inside the function affects its cost."""
    hosts = [SimulatedHost(f"host-{number}.example", 10) for number in range(100)]
    hosts.append(SimulatedHost("busy.example", 500))
    report, figures = run(
        hosts=hosts, crawl_limits=CrawlLimits(INTERVAL, short_wait_seconds=seconds), faults=_NO_FAULTS
    )
    wanted = ("billed_seconds_per_page", "slept_seconds_per_page", "seconds")
    deferred = report.statuses["deferred"] / figures["pages"]
    return {"short_wait": seconds, "deferrals_per_page": round(deferred, 2), **{name: figures[name] for name in wanted}}


def with_a_host_that_is_down(pages: int) -> dict[str, Any]:
    """What happens to the pages of a host that answers 503 from its first minute on."""
    down = SimulatedHost("down.example", pages, overload="503", bad_time=(30.0, math.inf))
    report, figures = run(hosts=[down], crawl_limits=CrawlLimits(INTERVAL), faults=_NO_FAULTS, poll_seconds=20.0)
    return {
        "pages": pages,
        "deferrals_per_page": round(report.statuses["deferred"] / pages, 1),
        "requests": report.requests,
        "last_page_ends_after_hours": round(figures["seconds"] / 3600, 1),
        "outcomes": dict(report.outcomes),
    }


def print_table(console: Console, title: str, rows: list[dict[str, Any]]) -> None:
    """Print rows of the same fields."""
    table = Table(*rows[0], title=title)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=20, help="of each host")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    console = Console()
    figures: dict[str, Any] = {"faults": crawl_with_faults(arguments.hosts, arguments.pages)}
    figures["dynamodb"] = crawl_on_dynamodb()
    for name, title in (("faults", "50 workers, hosts of all kinds"), ("dynamodb", "the same, smaller, on DynamoDB")):
        console.rule(title)
        for field, value in figures[name].items():
            console.print(f"{field}: {len(value) if field == 'breaches' else value}")
    figures["busy_host"] = [
        with_a_busy_host(0, True),
        *(with_a_busy_host(pages, is_fair) for pages in (1000, 5000) for is_fair in (False, True)),
    ]
    print_table(console, "199 quick hosts behind a busy one", figures["busy_host"])
    figures["short_wait"] = [with_short_wait(seconds) for seconds in (0.0, 5.0, 10.0, 20.0)]
    print_table(console, "waiting inside the function", figures["short_wait"])
    figures["down_host"] = [with_a_host_that_is_down(pages) for pages in (20, 80, 320)]
    print_table(console, "a host that stays down", figures["down_host"])
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if figures["faults"]["breaches"] or figures["dynamodb"]["breaches"] else 0)


if __name__ == "__main__":
    main()
