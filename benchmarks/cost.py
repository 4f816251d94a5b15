"""What a visit costs at AWS's list prices, and what is stored of a million articles in their first year.

Comes in: nothing. Goes out: tables on standard output, and JSON with ``--json FILE``. Changes: nothing outside moto.

    .venv/bin/python benchmarks/cost.py [--json FILE]

The deployed handlers run on moto, and every call that leaves them is billed by the services' own rules
(``harness/metering.py``) at the prices of ``newsdesk_cli.prices``. What moto cannot show is estimated, and named as
such: how long an invocation takes (processor time as measured on 80 real pages, waits as assumed in
:data:`LATENCIES`), and how many messages Lambda takes at once. ``--batch 10`` is a busy stack, ``--batch 1`` one on
which every message comes alone.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(_ROOT),
    str(_ROOT / "shared"),
    str(_ROOT / "infra"),
    *(str(folder) for folder in sorted((_ROOT / "functions").iterdir())),
]

from rich.console import Console
from rich.table import Table

from harness.billed import VisitUsage, article_page, deployed
from harness.fakes import FakeClock
from newsdesk_cli.prices import PRICES

_MILLION = 1_000_000
_GIGABYTE = 1e9

LATENCIES = {"GetItem": 0.004, "Query": 0.005, "PutObject": 0.030, "GetObject": 0.020, "page": 0.8}
"""Seconds that a call takes, as assumed; all others six milliseconds. ``page`` is a fetch of a page."""
_OTHER_LATENCY = 0.006

_CALL_SECONDS = 0.0008
"""Processor time of a call to AWS: a third of what dispatch's three calls take (decision 0015)."""

_POLL_REQUESTS = 2
"""Of Lambda to SQS for each batch: one that receives it, one that deletes it."""

_PLATFORM_LOG_BYTES = 350
"""START, END and REPORT of one invocation."""


@dataclass(frozen=True, slots=True)
class Function:
    """What Lambda bills a function by.

    Attributes
    ----------
    megabytes : int
        As in the template.
    processor_seconds : float
        For one record, beside its calls to AWS, on a whole processor.
    at_once : int
        Records that it works on at the same time.
    queries_at_once : int
    """

    megabytes: int
    processor_seconds: float
    at_once: int = 1
    queries_at_once: int = 8


FUNCTIONS = {
    "submit": Function(256, 0.0004),
    "fetch": Function(512, 0.004, at_once=10),
    "extract": Function(1769, 0.077, at_once=3),
    "enrich": Function(1769, 0.200, at_once=3),
    "index": Function(512, 0.001, at_once=4),
    "publish": Function(256, 0.0005),
    "dispatch": Function(1024, 0.0, at_once=20),
}
"""Processor time of extract, its child's included, of enrich and index is the mean of 80 real pages of all kinds on the
machine that the tests run on, as ``benchmarks/throughput.py --pages`` prints it."""

_KEEPING_SECONDS = 0.016
"""Processor time of fetch beside that, for a page that it compresses and keeps."""

_WHOLE_PROCESSOR = 1769

WORK_CHARACTERS = 10_800
"""Of extract's work in a message: the mean of the same pages. That of this benchmark's is a third."""

_MESSAGE_STEP = 64 * 1024

Stored = Mapping[str, tuple[int, int]]
"""Bytes by kind, with index entries and without."""

KEPT_MONTHS = {
    "article": 12.0, "revision": 12.0, "outcome": 3.0, "submission": 3.0, "band": 3.0,
    "raw/": 12.0, "work/": 1.0, "articles/": 12.0, "changes/": 12.0,
}  # fmt: skip
"""Months of an article's first year for which each kind of item and of object is kept, by the template's defaults. What
is kept of hosts is left out: it does not grow with their articles."""

CAPTURE_BYTES = 36_500
"""Of a capture: the mean of 908 real pages, compressed. The pages of this benchmark are nearly all text."""

RECOVERABLE = frozenset({"article", "revision", "outcome", "submission"})
"""Kinds of items in a table with point-in-time recovery."""


def visit_dollars(used: VisitUsage) -> dict[str, float]:
    """Return what a million such visits cost, by what is billed."""
    return {name: amount * PRICES[name].dollars * _MILLION for name, amount in visit_amounts(used).items()}


def visit_amounts(used: VisitUsage) -> dict[str, float]:
    """Return what one such visit uses, in the units of the prices."""
    gigabyte_seconds = sum(_gigabyte_seconds(stage, used) for stage in used.stages) / used.visits
    invocations = used.invocations.total() / used.visits
    polls = sum(number for stage, number in used.invocations.items() if stage not in ("publish", "dispatch"))
    log_bytes = used.each(lambda usage: usage.log_bytes) + _PLATFORM_LOG_BYTES * invocations
    sent = used.each(lambda usage: usage.messages) + ("submit" in used.stages)
    return {
        "write_unit": used.each(lambda usage: usage.write_units),
        "read_unit": used.each(lambda usage: usage.reads),
        "s3_put": used.each(lambda usage: usage.puts),
        "s3_get": used.each(lambda usage: usage.gets),
        "sqs_request": sent + (_POLL_REQUESTS * polls + _requests_for_work(used)) / used.visits,
        "event": used.each(lambda usage: usage.events),
        "lambda_request": invocations,
        "lambda_gigabyte_second": gigabyte_seconds,
        "log_gigabyte": log_bytes / _GIGABYTE,
    }


def _requests_for_work(used: VisitUsage) -> float:
    """Return what is billed beyond the first 64 KB where batches of work are sent and received."""
    batches = used.invocations["enrich"]
    steps = math.ceil(used.records["enrich"] / batches * WORK_CHARACTERS / _MESSAGE_STEP) if batches else 1
    return 2.0 * batches * (steps - 1)


def _gigabyte_seconds(stage: str, used: VisitUsage) -> float:
    function, usage, records = FUNCTIONS[stage], used.stages[stage], used.records[stage]
    slowness = max(1.0, _WHOLE_PROCESSOR / function.megabytes)
    seconds = function.processor_seconds * records + _CALL_SECONDS * usage.calls.total()
    if stage == "fetch":
        seconds += _KEEPING_SECONDS * usage.puts
    processor = seconds * slowness
    waits = sum(
        number * LATENCIES.get(name, _OTHER_LATENCY) / (function.queries_at_once if name == "Query" else 1)
        for name, number in usage.calls.items()
    )
    if stage == "fetch":
        waits += records * LATENCIES["page"]
    at_once = min(function.at_once, max(1.0, records / used.invocations[stage]))
    return (processor + waits / at_once) * function.megabytes / 1024


def storage_dollars(stored: Stored, articles: int) -> dict[str, float]:
    """Return what a million articles cost in their first year, by the kind of what is stored."""
    dollars: dict[str, float] = {}
    for kind, months in KEPT_MONTHS.items():
        at_rest, alone = (_bytes_of(kind, stored, articles, which) for which in (0, 1))
        price = PRICES["s3_gigabyte_month" if kind.endswith("/") else "table_gigabyte_month"].dollars
        backup = PRICES["recovery_gigabyte_month"].dollars if kind in RECOVERABLE else 0.0
        dollars[kind] = (at_rest * price + alone * backup) * _MILLION / _GIGABYTE * months
    return dollars


def _bytes_of(kind: str, stored: Stored, articles: int, which: int = 0) -> float:
    return CAPTURE_BYTES if kind == "raw/" else stored.get(kind, (0, 0))[which] / articles


def measure(articles: int, batch: int) -> tuple[dict[str, VisitUsage], Stored]:
    """Return what each kind of visit uses, and what is stored of the articles before they are visited again."""
    with deployed(FakeClock()) as stack:
        urls = [f"https://news-{n}.example/2026/03/13/harbour-district-number-{n}-reopens" for n in range(articles)]
        for number, url in enumerate(urls):
            stack.web.put(url, article_page(number), ETag=f'"{number:032x}"', Last_Modified=_MODIFIED)
        stack.read_rules()
        before = stack.stored()
        visits = {"new article": stack.submit(urls, batch)}
        none = (0, 0)
        stored = {
            kind: (sizes[0] - before.get(kind, none)[0], sizes[1] - before.get(kind, none)[1])
            for kind, sizes in stack.stored().items()
        }
        for url in urls:
            stack.web.put(url, status=304)
        visits["304 revisit"] = stack.revisit(articles, batch)
        for number, url in enumerate(urls):
            stack.web.put(url, article_page(number, "Most read today: nothing"), ETag=f'"{number + 9:032x}"')
        visits["other page, same article"] = stack.revisit(articles, batch)
        for number, url in enumerate(urls):
            stack.web.put(url, article_page(number + 1000), ETag=f'"{number + 99:032x}"')
        visits["new revision"] = stack.revisit(articles, batch)
        gone = [f"{url}-gone" for url in urls]
        for url in gone:
            stack.web.put(url, status=404)
        visits["failed fetch"] = stack.submit(gone, batch)
    return visits, stored


_MODIFIED = "Fri, 13 Mar 2026 08:00:00 GMT"


def _print_visits(console: Console, visits: dict[str, VisitUsage], title: str) -> None:
    table = Table("visit", "write units", "read units", "$ a million", *_SHOWN.values(), title=title)
    for name, used in visits.items():
        dollars = visit_dollars(used)
        table.add_row(
            name,
            f"{used.each(lambda usage: usage.write_units):.1f}",
            f"{used.each(lambda usage: usage.reads):.1f}",
            f"{sum(dollars.values()):.2f}",
            *(f"{sum(dollars[name] for name in names.split()):.2f}" for names in _SHOWN),
        )
    console.print(table)


_SHOWN = {
    "write_unit": "writes",
    "read_unit": "reads",
    "s3_put s3_get": "S3",
    "sqs_request event": "SQS, events",
    "lambda_request lambda_gigabyte_second": "Lambda",
    "log_gigabyte": "logs",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10, help="visits of each kind; a multiple of ten")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args(arguments)
    console = Console(width=140)
    figures: dict[str, Any] = {}
    for batch in (10, 1):
        visits, stored = measure(options.articles, batch)
        _print_visits(console, visits, f"Messages taken by {batch}")
        figures[f"batches of {batch}"] = {
            name: {
                "writes": used.writes(),
                "write_units": used.each(lambda usage: usage.write_units),
                "read_units": used.each(lambda usage: usage.reads),
                "dollars": visit_dollars(used),
                "amounts": {price: round(amount, 9) for price, amount in visit_amounts(used).items()},
                "stages": {stage: dict(usage.calls) for stage, usage in used.stages.items()},
            }
            for name, used in visits.items()
        }
    for name, used in visits.items():
        console.print(name, {kind: round(units, 2) for kind, units in used.writes().items()})
    storage = storage_dollars(stored, options.articles)
    table = Table("kind", "bytes an article", "$", title="A million articles, stored for their first year")
    for kind, dollars in sorted(storage.items(), key=lambda entry: -entry[1]):
        table.add_row(kind, f"{_bytes_of(kind, stored, options.articles):,.0f}", f"{dollars:.2f}")
    table.add_row("all", "", f"{sum(storage.values()):.2f}")
    console.print(table)
    figures["storage"] = storage
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
