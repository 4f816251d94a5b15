"""Submits URLs to a stack, and waits for their outcomes if asked to.

Comes in: a stack, URLs, and what is said of them. Goes out: the ids of the submissions, and how they ended. Changes:
the stack's intake queue.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
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

_SECONDS_BETWEEN_LINES = 5.0
_NAMED = 2
"""How many of the URLs that are waited for are named."""


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
                print_json(json.dumps({"submissionId": identifier, "url": url}, ensure_ascii=False))
            else:
                out.print(f"{identifier}  {url}", markup=False, highlight=False, soft_wrap=True)
        say(f"submitted {len(urls)}; newsdesk status SUBMISSION_ID says how each ended")
        return True
    look_again = "newsdesk status URL says how each ended"
    with interruptible(ingestion, look_again), progress("ingesting", len(urls), lambda: ingestion.pending) as report:
        ended = ingestion.wait(wait, report)
    results = ingestion.results()
    if as_json:
        for identifier, result in zip(ingestion.submitted, results, strict=True):
            print_json(json.dumps({"submissionId": identifier, **json.loads(result.line())}, ensure_ascii=False))
    else:
        out.print(results_table((result, None) for result in results))
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
def progress(what: str, total: int, pending: Callable[[], Sequence[str]] = tuple) -> Iterator[Any]:
    """Show how many of all URLs are through; yields what is called with both numbers.

    Parameters
    ----------
    pending : callable
        Returns the URLs that are waited for. Where there is no terminal, a line names some of them every few seconds.
    """
    if not err.is_terminal:
        yield _LineByLine(what, pending)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, _: bar.update(task, completed=done)


class _LineByLine:
    """Says how far something is in a line every few seconds."""

    def __init__(self, what: str, pending: Callable[[], Sequence[str]]) -> None:
        self._what = what
        self._pending = pending
        self._begun = self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said < _SECONDS_BETWEEN_LINES and done < total:
            return
        self._said = now
        left = self._pending() if done < total else ()
        names = ", ".join(left[:_NAMED]) + (f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else "")
        still = f"; waiting for {names}" if names else ""
        say(f"{self._what}: {done:,} of {total:,} after {now - self._begun:.0f} s{still}")


@contextmanager
def interruptible(ingestion: Ingestion, look_again: str) -> Iterator[None]:
    """Say what was submitted, and how to look at it again, when the command is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        sent, left = len(ingestion.submitted), len(ingestion.pending)
        say(f"interrupted; URLs submitted: {sent:,}, still without an outcome: {left:,}; {look_again}")
        raise
