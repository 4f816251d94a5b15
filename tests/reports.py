"""Cases after public bug reports of other extractors: what extraction, fetching and enrichment make of each.

Comes in: folders of cases, each a page, the answers of a server, or a text, with an ``expected.json``. Goes out: for
each case how it differs from what is right. Changes: temporary files; opens a listening socket on loopback.

The cases lie outside the repository, in ``shared/data/reports`` beside it. As a program it prints what is right and
wrong for each kind; it takes a folder of cases, and slugs::

    python -m tests.reports [FOLDER] [SLUG ...]
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enricher.manifest import enrich_manifest
from newsdesk.contracts import Reason
from newsdesk_cli.page_cases import case_in, differences, read_case
from newsdesk_cli.single_page import observe
from tests.functional.misbehaving_server import Behaviour, MisbehavingServer, Request, answer, raw
from tests.pipeline import Pipeline, page, real_web

REPORTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "reports"

_KIND = re.compile(r"^\| ([\w-]+) \| ([A-Z]+\d?) \|", re.MULTILINE)
_AN_ARTICLE = b"<!doctype html>... (an article"
_ABOUT_SITES = frozenset({"/robots.txt", "/.well-known/tdmrep.json"})
_NO_ARTICLE = frozenset({Reason.CONTENT_TYPE.value, Reason.NO_ARTICLE.value})
"""Two reasons that say that there was nothing to be an article: either will do for the other."""


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A case and what is wrong with it.

    Attributes
    ----------
    kind : str
        Such as ``A1``; ``?`` where the folder's README does not name the case.
    wrong : tuple of str
        The differences, in words; empty when all is right.
    """

    slug: str
    kind: str
    wrong: tuple[str, ...]


def judge_reports(folder: Path = REPORTS, slugs: Sequence[str] = ()) -> Iterator[ReportResult]:
    """Yield the result of each case of a folder, or of those that are named."""
    readme = folder / "README.md"
    kinds = dict(_KIND.findall(readme.read_text(encoding="utf-8"))) if readme.is_file() else {}
    for case in sorted(folder.iterdir()):
        if (case / "expected.json").is_file() and (not slugs or case.name in slugs):
            yield ReportResult(case.name, kinds.get(case.name, "?"), _wrong_in(case))


def by_kind(results: Sequence[ReportResult]) -> dict[str, list[ReportResult]]:
    """Return results by their kinds, in the order of the kinds' names."""
    kinds: dict[str, list[ReportResult]] = defaultdict(list)
    for result in sorted(results, key=lambda result: result.kind):
        kinds[result.kind].append(result)
    return kinds


def table_of(results: Sequence[ReportResult]) -> str:
    """Return for each kind how many cases are right, and below it what is wrong with the others."""
    lines = []
    for kind, members in by_kind(results).items():
        lines.append(f"{kind:3} {sum(not member.wrong for member in members)}/{len(members)}")
        for member in members:
            lines += [f"      {member.slug}: {difference[:300]}" for difference in member.wrong]
    lines.append(f"all {sum(not result.wrong for result in results)}/{len(results)}")
    return "\n".join(lines)


def _wrong_in(case: Path) -> tuple[str, ...]:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    if (case / "text.json").is_file():
        return tuple(_wrong_in_text(case / "text.json", expected))
    if (case / "response.txt").is_file():
        return tuple(_wrong_in_answers((case / "response.txt").read_bytes(), expected))
    seen = observe(read_case(case_in(case)))
    if expected.get("outcome") in _NO_ARTICLE and seen.reason in _NO_ARTICLE:
        return ()
    return differences(expected, seen)


# Texts


def _wrong_in_text(text: Path, expected: Mapping[str, Any]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.jsonl"
        manifest.write_text(json.dumps(json.loads(text.read_text(encoding="utf-8"))), encoding="utf-8")
        (enriched,) = enrich_manifest(manifest)
    quotes = enriched["quotes"]
    for wanted in expected["quotes"]:
        if not any(_is_quote(wanted, quote) for quote in quotes):
            yield f"quote is missing: {json.dumps(wanted, ensure_ascii=False)}"
    for part in expected.get("noQuoteContains", ()):
        if any(part in quote["text"] for quote in quotes):
            yield f"is in a quote: {part}"


def _is_quote(wanted: Mapping[str, Any], quote: Mapping[str, Any]) -> bool:
    has_speaker = "speaker" not in wanted or (quote.get("speaker") or {}).get("name") == wanted["speaker"]["name"]
    is_of_kind = "kind" not in wanted or quote["kind"] == wanted["kind"]
    return has_speaker and is_of_kind and wanted["contains"] in quote["text"]


# Answers


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request that is expected, with the fields that it must have, and the answer to it."""

    target: str
    fields: tuple[tuple[str, str], ...]
    behaviour: Behaviour

    def answers(self, request: Request) -> bool:
        return all(request.field(name) == value for name, value in self.fields)


def _wrong_in_answers(answers: bytes, expected: Mapping[str, Any]) -> Iterator[str]:
    exchanges = list(_exchanges_in(answers))
    with MisbehavingServer() as server:
        for target in {exchange.target for exchange in exchanges}:
            server.on(target, _playing([exchange for exchange in exchanges if exchange.target == target]))
        pipeline = Pipeline(real_web)
        pipeline.ingest(server.url(exchanges[0].target))
        asked = [request.target for request in server.requests if request.target not in _ABOUT_SITES]
    outcomes = pipeline.outcomes()
    # Where a redirect led is an article of its own, so that the URL that was submitted is its duplicate.
    if not any(outcome.partition(":")[2] == expected["outcome"] for outcome in outcomes) and (
        expected["outcome"] not in outcomes
    ):
        yield f"outcome: expected {expected['outcome']}, got {', '.join(outcomes) or 'none'}"
    missing = [target for target in expected.get("requested", ()) if target not in asked]
    if missing:
        yield f"never asked: {', '.join(missing)}"


def _exchanges_in(answers: bytes) -> Iterator[_Exchange]:
    for part in re.split(rb"^(?=GET /)", answers, flags=re.MULTILINE):
        if not part.strip():
            continue
        request, head, *body = part.split(b"\n\n", 2)
        first, *lines = request.decode("ascii").splitlines()
        fields = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
        status, *heads = head.split(b"\n")
        content = (body[0] if body else b"").strip()
        if content.startswith(_AN_ARTICLE):
            content = page()
        behaviour = raw(b"\r\n".join([status, *heads, b"Connection: close", b"", content]))
        yield _Exchange(first.split(" ")[1], fields, behaviour)


def _playing(exchanges: Sequence[_Exchange]) -> Behaviour:
    """Answer with the exchange that asks for the most of what a request has."""

    def behave(request: Request) -> None:
        fitting = [exchange for exchange in exchanges if exchange.answers(request)]
        best = max(fitting, key=lambda exchange: len(exchange.fields), default=None)
        (answer(status=400) if best is None else best.behaviour)(request)

    return behave


def _main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments and Path(arguments[0]).is_dir() else REPORTS
    slugs = arguments[1:] if arguments and Path(arguments[0]).is_dir() else arguments
    sys.stdout.write(table_of(list(judge_reports(folder, slugs))) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
