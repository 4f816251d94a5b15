"""Ingests URLs on the stack of this machine, and shows how each ended.

Comes in: URLs, web archives, and whether to serve the sample site. Goes out: their outcomes, and a table of them.
Changes: starts the local stack if it is not up; writes the bucket's objects and ``outcomes.jsonl`` into the output
folder.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from newsdesk.contracts import Reason
from newsdesk_cli import sources
from newsdesk_cli.archives import take_archives
from newsdesk_cli.console import out, say
from newsdesk_cli.ingestion import Ingestion, Result, mirror, read_article, write_outcomes
from newsdesk_cli.local_stack import LocalStack
from newsdesk_cli.rendering import results_table, summary
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.stack import Stack
from newsdesk_cli.submitting import interruptible, progress

_SAMPLE_SITE_PORT = 8417
_LOOPBACK = "127.0.0.1/32"


def ingest_locally(
    urls: list[str],
    folder: Path,
    *,
    sample: bool,
    wait: float,
    interval: float | None,
    networks: list[str],
    archives: Sequence[Path] = (),
) -> tuple[bool, list[Result]]:
    """Submit URLs and the pages of web archives, wait for their outcomes, and mirror the bucket.

    Returns
    -------
    tuple of bool and list of Result
        Whether all have ended, and the results.
    """
    deadline = time.monotonic() + wait
    with ExitStack() as closing:
        if sample:
            site = _sample_site()
            closing.callback(site.stop)
            say(f"serving the sample news site on {site.base_url}")
            urls = [*urls, *site.urls()]
            networks = [*networks, _LOOPBACK]
        local = LocalStack(say=say)
        stack = closing.enter_context(local.running(networks, interval, is_run=True))
        taken = take_archives(stack, archives, deadline) if archives else []
        ingestions = [_submitted(stack, urls)] if urls else []
        ingestions += [Ingestion.of_submissions(stack, archive.submission_ids) for archive in taken]
        has_ended = [_waited_for(ingestion, deadline) for ingestion in ingestions]
        ended = all(has_ended) and all(archive.is_whole for archive in taken)
        results = [result for ingestion in ingestions for result in ingestion.results()]
        if sample:
            _show_sources(stack, site)
        if ended:
            local.end_run()
        say(f"mirroring the bucket into {folder}/")
        mirror(stack, folder)
        write_outcomes(results, folder / "outcomes.jsonl")
    return ended, results


def print_results(results: list[Result], folder: Path) -> None:
    """Print a table of the outcomes, and what to do next."""
    rows = ((result, read_article(folder, result.key)) for result in results)
    out.print(results_table(rows))
    out.print()
    out.print(summary(results))
    first = next((result for result in results if result.key), None)
    say(f"articles, captures and the change feed are in {folder}/, one line per URL in {folder}/outcomes.jsonl")
    if first is not None:
        say(f"next: .venv/bin/newsdesk show {first.article_id}")
    if any(result.reason == Reason.BLOCKED_ADDRESS for result in results):
        say("next: --allow-network ADDRESS/32 lets a run fetch from a private address (make ingest ALLOW=…)")
    if not all(result.has_ended for result in results):
        say("next: run the same command later; what waits is tried again for as long as the stack is up")
    say("the stack stays up; .venv/bin/newsdesk down stops it")


def _submitted(stack: Stack, urls: list[str]) -> Ingestion:
    ingestion = Ingestion(stack, urls)
    ingestion.submit()
    return ingestion


def _waited_for(ingestion: Ingestion, deadline: float) -> bool:
    look_again = "the same command takes each of them once, and .venv/bin/newsdesk status URL says how one ended"
    count, left = len(ingestion.submitted), max(0.0, deadline - time.monotonic())
    with interruptible(ingestion, look_again), progress("ingesting", count, lambda: ingestion.pending) as report:
        return ingestion.wait(left, report)


def _show_sources(stack: Stack, site: SampleSite) -> None:
    """Have the stack look for the site's feeds and sitemaps, and say what it found; none of them is polled."""
    try:
        found = sources.ask(stack, {"find": site.url("/")})["found"]
    except sources.SourceError as error:
        say(f"the site's feeds were not found: {error}")
        return
    named = [f"{entry['format'].replace('_', ' ')} ({entry['items']})" for entry in found if "error" not in entry]
    say(f"discover found at the site: {', '.join(named)}; newsdesk sources add has those of a site polled")


def _sample_site() -> SampleSite:
    """Return the site on its usual port, so that its articles are the same each time; if that is taken, on any port."""
    try:
        return SampleSite(port=_SAMPLE_SITE_PORT).start()
    except OSError:
        return SampleSite().start()
