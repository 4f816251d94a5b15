"""Ingests URLs on the stack of this machine, and shows how each ended.

Comes in: URLs, web archives, and whether to serve the sample site. Goes out: their outcomes, and a table of them.
Changes: starts the local stack if it is not up; writes the bucket's objects and ``outcomes.jsonl`` into the output
folder.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from shlex import quote

from newsdesk.clock import utc_now
from newsdesk.contracts import Outcome, Reason
from newsdesk_cli.archives import take_archives
from newsdesk_cli.compacting import compact, wait_until_told
from newsdesk_cli.console import out, say
from newsdesk_cli.ingestion import Ingestion, Result, mirror, read_article, write_outcomes
from newsdesk_cli.local_stack import LocalStack
from newsdesk_cli.queries import FIRST_QUERY
from newsdesk_cli.rendering import results_table, summary
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.sample_sources import Polled, in_words, poll_a_feed, wait_for_items
from newsdesk_cli.sources import SourceError
from newsdesk_cli.stack import Stack
from newsdesk_cli.submitting import interruptible, progress

_SAMPLE_SITE_PORT = 8417
_COMPACTED = timedelta(hours=1)
_TOLD_SECONDS = 8.0  # publish is some seconds behind an outcome
_COMPACT_SECONDS = 20.0
_LOOPBACK = "127.0.0.1/32"
_SOURCES_SECONDS = 60.0
"""For what a feed of the sample site brought, once its pages have ended."""


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

    The seconds of ``wait`` begin when the stack is up: building and deploying it takes up to a minute of its own.

    Returns
    -------
    tuple of bool and list of Result
        Whether all have ended, and the results.
    """
    with ExitStack() as closing:
        if sample:
            site = _sample_site()
            closing.callback(site.stop)
            say(f"serving the sample news site on {site.base_url}")
            urls = [*urls, *site.urls()]
            networks = [*networks, _LOOPBACK]
        local = LocalStack(say=say)
        stack = closing.enter_context(local.running(networks, interval, is_run=True))
        deadline = time.monotonic() + wait
        taken = take_archives(stack, archives, deadline) if archives else []
        ingestions = [_submitted(stack, urls)] if urls else []
        polling = _polling(stack, site, deadline, closing) if sample else None
        ingestions += [Ingestion.of_submissions(stack, archive.submission_ids) for archive in taken]
        has_ended = [_waited_for(ingestion, deadline) for ingestion in ingestions]
        ended = all(has_ended) and all(archive.is_whole for archive in taken)
        results = [result for ingestion in ingestions for result in ingestion.results()]
        if polling is not None:
            _show_sources(stack, polling, deadline)
        if ended:
            local.end_run()
        committed = [result.key for result in results if result.key and result.outcome == Outcome.INDEXED]
        wait_until_told(stack, committed, utc_now() - _COMPACTED, _TOLD_SECONDS)
        if compact(stack, utc_now() - _COMPACTED, utc_now(), wait_seconds=_COMPACT_SECONDS).waiting:
            say("the data set is not written up to now yet; newsdesk compact waits for it")
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
    first = next(
        (found for result in results if (found := result.duplicate_of or (result.key and result.article_id))), None
    )
    say(f"articles, captures and the change feed are in {folder}/, one line per URL in {folder}/outcomes.jsonl")
    if first is not None:
        say(f"next: .venv/bin/newsdesk show {first}")
        say(f"next: .venv/bin/newsdesk query --from {quote(str(folder))} {quote(FIRST_QUERY)}")
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


def _polling(stack: Stack, site: SampleSite, deadline: float, closing: ExitStack) -> Future[Polled]:
    """Have discover find and poll a feed of the site, while its pages are ingested."""
    _ = stack.functions, stack.sqs, stack.dynamodb, stack.sources, stack.resources  # made in this thread, for both
    polling = closing.enter_context(ThreadPoolExecutor(1))
    return polling.submit(poll_a_feed, stack, site.url("/"), deadline)


def _show_sources(stack: Stack, polling: Future[Polled], deadline: float) -> None:
    """Say what discover found at the site, and what became of what it polled."""
    try:
        polled = polling.result()
        ended = wait_for_items(stack, polled, min(deadline, time.monotonic() + _SOURCES_SECONDS))
    except SourceError as error:
        say(f"no feed of the site was polled: {error}")
        return
    for line in in_words(polled, ended):
        say(line)
    say("next: .venv/bin/newsdesk sources list; newsdesk sources add URL has the feeds of a site polled")


def _sample_site() -> SampleSite:
    """Return the site on its usual port, so that its articles are the same each time; if that is taken, on any port."""
    try:
        return SampleSite(port=_SAMPLE_SITE_PORT).start()
    except OSError:
        return SampleSite().start()
