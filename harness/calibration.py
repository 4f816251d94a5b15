"""How well findings keep what their confidence promises, on the evaluation data.

Comes in: a task's predictions and the data's gold. Goes out: for each tenth of confidence, what was promised and what
was right. Used by the floors and by ``benchmarks/enrichment``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from harness.judged_quotes import are_right
from harness.measures import DATA

Finding = tuple[float, bool]
"""The confidence of a finding, and whether it was right."""

_SCORED = frozenset({"PERSON", "ORG", "PLACE"})


@dataclass(frozen=True, slots=True)
class Tenth:
    """The findings whose confidence is in one tenth: from ``least`` on."""

    least: float
    findings: int
    promised: float
    right: float


def by_tenths(findings: Iterable[Finding]) -> list[Tenth]:
    """Return the tenths that have findings, the lowest first."""
    tenths: dict[int, list[Finding]] = defaultdict(list)
    for confidence, is_right in findings:
        tenths[min(9, int(10 * confidence + 1e-9))].append((confidence, is_right))
    return [
        Tenth(number / 10, len(members), fmean(c for c, _ in members), fmean(is_right for _, is_right in members))
        for number, members in sorted(tenths.items())
    ]


def entity_findings(predictions: Path, data: Path = DATA) -> Iterator[Finding]:
    """Yield each mention of a person, organisation or place: right are its extent and type.

    What touches a span that the gold leaves open and no gold entity counts neither way.
    """
    for truth, row in _pairs("ner", predictions, data):
        gold = {(entity["type"], entity["begin"], entity["end"]) for entity in truth["entities"]}
        spans = [(begin, end) for _, begin, end in gold]
        ignored = [(span["begin"], span["end"]) for span in truth.get("ignore", [])]
        for entity in row["entities"]:
            for mention in entity["mentions"] if entity["type"] in _SCORED else ():
                at = (mention["begin"], mention["end"])
                if "confidence" in entity and (_touches(at, spans) or not _touches(at, ignored)):
                    yield entity["confidence"], (entity["type"], *at) in gold


def place_findings(predictions: Path, data: Path = DATA) -> Iterator[Finding]:
    """Yield each mention of a place with a country: right is one that touches a toponym of that country."""
    for truth, row in _pairs("places", predictions, data):
        for entity in row["entities"]:
            geo = entity.get("geo") or {}
            for mention in entity["mentions"] if "confidence" in geo else ():
                at = (mention["begin"], mention["end"])
                touched = [gold for gold in truth["places"] if _touches(at, [(gold["begin"], gold["end"])])]
                yield geo["confidence"], any(gold.get("country", geo["country"]) == geo["country"] for gold in touched)


def quote_findings(predictions: Path, data: Path = DATA) -> Iterator[Finding]:
    """Yield each quote: right are its words and its speaker."""
    for truth, row in _pairs("quotes", predictions, data):
        for quote, right in zip(row["quotes"], are_right(row["quotes"], truth["quotes"]), strict=True):
            if "confidence" in quote:
                yield quote["confidence"], right


def _pairs(task: str, predictions: Path, data: Path) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    predicted = {row["id"]: row for row in map(json.loads, predictions.read_text(encoding="utf-8").splitlines())}
    for truth in map(json.loads, (data / f"{task}.jsonl").read_text(encoding="utf-8").splitlines()):
        yield truth, predicted[truth["id"]]


def _touches(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(begin < span[1] and span[0] < end for begin, end in others)


CALIBRATED = {"ner": entity_findings, "places": place_findings, "quotes": quote_findings}
"""What has a confidence, by the task whose gold tells whether it keeps it."""
