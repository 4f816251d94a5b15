"""Sends pages whose outcome is known through a deployed stack, and says whether they came out as they should.

Comes in: a stack, and golden pages. Goes out: findings. Changes: the stack takes the pages as any submission.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk.articles import read_article
from newsdesk.errors import ObjectMissingError, UnreadableObjectError
from newsdesk_cli.errors import CommandError
from newsdesk_cli.ingestion import Ingestion, Result
from newsdesk_cli.preflight import Finding, Verdict
from newsdesk_cli.redriving import find_pairs
from newsdesk_cli.stack import Stack

_AS_GOOD = {"indexed": frozenset({"indexed", "unchanged"})}
"""A page that was indexed by an earlier check is unchanged in this one."""


@dataclass(frozen=True, slots=True)
class GoldenPage:
    """A page and what should come of it.

    Attributes
    ----------
    outcome : str
        Such as ``indexed`` or ``failed:no_article``.
    contains, excludes : tuple of str
        Passages that its article's text must have, and those that it must not have.
    """

    url: str
    outcome: str = "indexed"
    contains: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


def read_golden_pages(path: Path) -> list[GoldenPage]:
    """Read golden pages from JSON lines of {url, outcome?, contains?, excludes?}.

    Raises
    ------
    CommandError
        If a line is none.
    """
    pages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            if line.strip():
                entry: dict[str, Any] = json.loads(line)
                passages = (tuple(entry.get(name, ())) for name in ("contains", "excludes"))
                pages.append(GoldenPage(entry["url"], entry.get("outcome", "indexed"), *passages))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CommandError(f"{path.name}, line {number}: no golden page: {error}") from error
    return pages


def check_stack(
    stack: Stack, pages: Sequence[GoldenPage], wait_seconds: float, report: Callable[[int, int], None]
) -> list[Finding]:
    """Return what a stack makes of golden pages, and whether dead letters lie in it."""
    findings = [
        Finding(f"dead letters of {pair.stage}", Verdict.DOUBTFUL, f"{pair.waiting}; see `newsdesk redrive`")
        for pair in find_pairs(stack)
        if pair.waiting
    ]
    if not findings:
        findings = [Finding("dead letters", Verdict.GOOD, "none")]
    ingestion = Ingestion(stack, [page.url for page in pages])
    ingestion.submit()
    ingestion.wait(wait_seconds, report)
    return [*findings, *(judge(stack, page, result) for page, result in zip(pages, ingestion.results(), strict=True))]


def judge(stack: Stack, page: GoldenPage, result: Result) -> Finding:
    """Return whether a page came out as it should."""
    came_out = f"{result.outcome}:{result.reason}" if result.reason else result.outcome
    if came_out not in _AS_GOOD.get(page.outcome, {page.outcome}):
        return Finding(page.url, Verdict.BAD, f"{came_out} in place of {page.outcome}")
    if result.key is None:
        return Finding(page.url, Verdict.GOOD, came_out)
    try:
        text = read_article(stack.objects.get(result.key)).article_body
    except (ObjectMissingError, UnreadableObjectError) as error:
        return Finding(page.url, Verdict.BAD, f"its article cannot be read: {error}")
    missing = [passage for passage in page.contains if passage not in text]
    foreign = [passage for passage in page.excludes if passage in text]
    if missing or foreign:
        parts = [*(f"without {passage!r}" for passage in missing), *(f"with {passage!r}" for passage in foreign)]
        return Finding(page.url, Verdict.BAD, f"{came_out}, {'; '.join(parts)}")
    return Finding(page.url, Verdict.GOOD, f"{came_out}, {len(text):,} characters")
