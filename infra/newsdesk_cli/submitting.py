"""Submits URLs to a stack, and waits for their outcomes if asked to.

Comes in: a stack, URLs, and what is said of them. Goes out: the ids of the submissions, and how they ended. Changes:
the stack's intake queue.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from newsdesk.contracts import UrlSubmitted
from newsdesk_cli.console import err, out, print_json, say, usage
from newsdesk_cli.ingestion import Ingestion, read_urls
from newsdesk_cli.rendering import results_table, summary
from newsdesk_cli.stack import Stack


def read_list(source: str) -> list[str]:
    """Return the URLs of a file, or of standard input for ``-``; end the command if that is no list."""
    try:
        text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return read_urls(text.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError:
        usage(f"--from: {source} is not UTF-8 text")
    except OSError as error:
        usage(f"--from: {source}: {error.strerror}")


def submit_urls(stack: Stack, urls: Sequence[str], said: dict[str, Any], wait: float, *, as_json: bool) -> bool:
    """Submit URLs, and print their ids, or how they ended; return whether all that was waited for have ended.

    Parameters
    ----------
    said : dict
        What goes with each: fields of an intake message.
    wait : float
        Seconds to wait for outcomes; 0 for not at all.
    """
    ingestion = Ingestion(stack, urls, said)
    with progress("submitting", len(urls)) as report:
        ingestion.submit(report)
    if not wait:
        for identifier, url in ingestion.submitted.items():
            if as_json:
                print_json(json.dumps({"submission_id": identifier, "url": url}, ensure_ascii=False))
            else:
                out.print(f"{identifier}  {url}", markup=False, highlight=False, soft_wrap=True)
        say(f"submitted {len(urls)}; newsdesk status SUBMISSION_ID says how each ended")
        return True
    with progress("ingesting", len(urls)) as report:
        ended = ingestion.wait(wait, report)
    results = ingestion.results()
    if as_json:
        for identifier, result in zip(ingestion.submitted, results, strict=True):
            print_json(json.dumps({"submission_id": identifier, **json.loads(result.line())}, ensure_ascii=False))
    else:
        out.print(results_table(((result, None) for result in results), out.width))
        out.print(summary(results))
    return ended


def checked_fields(priority: str | None, tags: Sequence[str], correlation_id: str | None) -> dict[str, Any]:
    """Return what goes with each URL as fields of an intake message; end the command if submit would refuse them."""
    fields = {"priority": priority, "tags": list(tags), "correlationId": correlation_id}
    given = {name: value for name, value in fields.items() if value}
    try:
        UrlSubmitted.model_validate({"url": "https://example.org/", **given})
    except ValidationError as error:
        problem = error.errors()[0]
        usage(f"{problem['loc'][0]}: {problem['msg']}")
    return given


@contextmanager
def progress(what: str, total: int) -> Iterator[Any]:
    """Show how many of all URLs are through; yields what is called with both numbers."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=not err.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, _: bar.update(task, completed=done)
