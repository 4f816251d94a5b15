"""How many articles a second the local stack makes, against the same stages bare in one process.

Comes in: a folder of ``.html`` or ``.html.gz`` pages, served over loopback; without one, the sample news site. Goes
out: a table on standard output, and JSON with ``--json FILE``. Changes: a stack of its own in a temporary folder, which
it ends.

    .venv/bin/python benchmarks/throughput.py [--pages FOLDER] [--limit N] [--json FILE]

Both runs are in one process's lifetime on one machine, so that their ratio means something where single times do not.
The bare run has the stages' own logic, real HTTP and real WARC, and everything of AWS in memory: what it leaves out is
queues, tables, buckets, TLS, IAM and process boundaries. Of a folder that lies beside its ``truth.jsonl``, the
processor time of each enricher is printed, too, beside stock spaCy's on the same texts.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
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

from benchmarks.enrichment.processor_time import measure as measure_enrichment
from enricher.composer import default_enrichers
from enricher.stage import EnrichStage
from extractor.stage import ExtractStage
from fetcher.stage import FetchStage
from harness.fakes import InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore, RecordingSender
from indexer.stage import IndexStage
from newsdesk.articles import Timeouts
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched
from newsdesk.runtime import Worker
from newsdesk.web import parse_networks
from newsdesk.web.transport import CrawlLimits, FetchLimits, HttpFetcher, Politeness
from newsdesk_cli.ingestion import Ingestion
from newsdesk_cli.local_stack import LocalStack
from newsdesk_cli.sample_site import DirectorySite, LoopbackSite, SampleSite
from submitter.stage import SubmitStage

_LOOPBACK = ["127.0.0.1/32"]
_PORTS = frozenset(range(1, 65536))
_WAIT_SECONDS = 3600.0


def run_stack(urls: Sequence[str]) -> tuple[float, Counter[str]]:
    """Ingest through the local stack; return the seconds from the first message to the last outcome."""
    with tempfile.TemporaryDirectory() as folder:
        local = LocalStack(Path(folder))
        with local.running(_LOOPBACK) as stack:
            started = time.perf_counter()
            ingestion = Ingestion(stack, urls)
            ingestion.submit()
            ingestion.wait(_WAIT_SECONDS, lambda *_: None)
            seconds = time.perf_counter() - started
            outcomes = Counter(result.outcome for result in ingestion.results())
        local.stop()
    return seconds, outcomes


def run_bare(urls: Sequence[str]) -> tuple[dict[str, float], Counter[str]]:
    """Drive the stages by hand, one page after the other; return the seconds spent in each."""
    networks = parse_networks(_LOOPBACK)
    store, objects, sender = InMemoryArticleStore(), InMemoryObjectStore(), RecordingSender()
    worker = Worker(store, sender, utc_now, Timeouts())
    fetcher = HttpFetcher("NewsdeskBenchmark/1", FetchLimits(20.0, 10 * 1024 * 1024, 5), allowed=networks, ports=_PORTS)
    submit = SubmitStage(worker, objects, networks, _PORTS)
    stages: dict[type, tuple[str, Any]] = {
        FetchRequested: (
            "fetch",
            FetchStage(
                worker, objects,
                Politeness(InMemoryHostStore(), fetcher, CrawlLimits(0.0), "newsdeskbenchmark", allowed=networks),
                fetcher,
            ),
        ),
        PageFetched: (
            "extract",
            ExtractStage(worker, objects, InMemoryHostStore(), maximum_body_bytes=10 * 1024 * 1024),
        ),
        ArticleExtracted: (
            "enrich",
            EnrichStage(worker, objects, default_enrichers()),
        ),
        ArticleEnriched: ("index", IndexStage(worker, objects)),
    }  # fmt: skip
    spent: dict[str, float] = dict.fromkeys(("submit", "fetch", "extract", "enrich", "index"), 0.0)
    outcomes: Counter[str] = Counter()
    for number, url in enumerate(urls):
        started = time.perf_counter()
        submit.handle(json.dumps({"url": url, "submissionId": f"bare-{number}"}), f"message-{number}")
        spent["submit"] += time.perf_counter() - started
        while sender.sent:
            message = sender.sent.pop(0)
            name, stage = stages[type(message)]
            started = time.perf_counter()
            stage.handle(message)
            spent[name] += time.perf_counter() - started
        record = store.submission(f"bare-{number}")
        ending = store.outcome(record.article_id or "", record.run or 0) if record else None
        outcomes[ending.outcome.partition(":")[0] if ending else "waiting"] += 1
    return spent, outcomes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="a folder of .html or .html.gz files")
    parser.add_argument(
        "--only", type=Path, help="JSON lines with the `id`s of the pages to take, such as a truth file"
    )
    parser.add_argument("--limit", type=int, help="take that many pages")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    site: LoopbackSite = DirectorySite(arguments.pages) if arguments.pages else SampleSite()
    with site:
        urls = chosen(site, arguments.only)[: arguments.limit]
        spent, bare_outcomes = run_bare(urls)
        stack_seconds, stack_outcomes = run_stack(urls)
    bare_seconds = sum(spent.values())
    stack = run_figures(len(urls), stack_seconds, stack_outcomes)
    bare = run_figures(len(urls), bare_seconds, bare_outcomes)
    stages = {name: round(seconds, 2) for name, seconds in spent.items()}
    ratio = round(stack_seconds / bare_seconds, 2)
    table = Table("run", "seconds", "pages a second", "outcomes", title=f"{len(urls)} pages")
    for name, row in (("stack", stack), ("bare", bare)):
        table.add_row(name, *map(str, row.values()))
    console = Console()
    console.print(table)
    console.print(f"bare, by stage: {stages}")
    console.print(f"stack to bare: {ratio}")
    if arguments.pages and (arguments.pages.parent / "truth.jsonl").is_file():
        console.print("enrichment, by enricher:", *measure_enrichment(arguments.pages.parent).lines(), sep="\n")
    if arguments.json:
        figures = {"pages": len(urls), "stack": stack, "bare": {**bare, "stages": stages}, "stack_to_bare": ratio}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def chosen(site: LoopbackSite, only: Path | None) -> list[str]:
    """Return the site's pages; of a folder, where a file names some that have a text, just those."""
    urls = list(site.urls()) if isinstance(site, DirectorySite | SampleSite) else []
    if only is None:
        return urls
    with only.open(encoding="utf-8") as lines:
        wanted = {entry["id"] for entry in map(json.loads, lines) if entry.get("text")}
    return [url for url in urls if url.rpartition("/")[2] in wanted]


def run_figures(pages: int, seconds: float, outcomes: Counter[str]) -> dict[str, Any]:
    """Return a run's figures, in the order of the table's columns."""
    return {"seconds": round(seconds, 1), "per_second": round(pages / seconds, 2), "outcomes": dict(outcomes)}


if __name__ == "__main__":
    main()
