"""Enrichment is at least as accurate as it was when the floors were pinned.

Comes in: ``floors.toml``; the cases of our own writing, always; the evaluation data, where they lie beside the
repository (marked ``accuracy``: they take minutes). Goes out: assertions.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from enricher.composer import compose, default_enrichers
from enricher.ports import Document, well_formed
from harness.calibration import CALIBRATED, by_tenths
from harness.measures import DATA, EVALUATOR, TASKS, predict, score_by_source, values
from newsdesk.contracts import SURE, Enrichment
from tests.enrichment import passages
from tests.enrichment.cases import Case, Counts, cases, count, figures

CASES = {case.slug: case for case in cases()}
FLOORS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))
ROUNDED = 1e-9
ENOUGH_FINDINGS, MOST_OFF = 50, 0.1
AT_MOST = "false_pairs_per_million"
"""The one figure that is the better the lower it is."""


@cache
def enriched(slug: str) -> Enrichment:
    case = CASES[slug]
    return compose(Document(body=case.body, headline=case.title), default_enrichers())


def spans_of(found: Enrichment) -> list[tuple[int, int, str]]:
    parts: list[Any] = [mention for entity in found.entities for mention in entity.mentions]
    parts += [mention for source in found.cited_sources for mention in source.mentions]
    parts += [*found.summary, *found.quotes, *(quote.cue for quote in found.quotes if quote.cue)]
    parts += [quote.speaker for quote in found.quotes if quote.speaker and quote.speaker.begin is not None]
    return [(part.begin, part.end, part.text) for part in parts]


@pytest.mark.parametrize("measure", FLOORS["own"])
def test_our_own_cases_stay_as_good(measure: str) -> None:
    # Given the cases enriched, all together
    total: Counts = Counter()
    for case in CASES.values():
        total.update(count(case, enriched(case.slug)))
    # When / Then
    reached = figures(total)
    assert reached[measure] >= FLOORS["own"][measure] - ROUNDED, reached


def test_every_figure_of_our_own_cases_has_a_floor() -> None:
    total: Counts = Counter()
    for case in CASES.values():
        total.update(count(case, enriched(case.slug)))
    assert set(FLOORS["own"]) == set(figures(total))


@pytest.mark.slow
@pytest.mark.parametrize("half", FLOORS["passages"])
def test_direct_quotes_of_our_own_passages_stay_as_good(half: str) -> None:
    # Given the passages of one half, of which one was written with the rules in view
    total: Counts = Counter()
    for passage in passages.passages():
        if passage.half == half:
            total += passages.count(passage, compose(Document(body=passage.body), default_enrichers()).quotes)
    # When / Then
    reached = passages.figures(total)
    assert set(FLOORS["passages"][half]) == set(reached)
    assert all(reached[name] >= floor for name, floor in FLOORS["passages"][half].items()), reached


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_span_names_its_text(case: Case) -> None:
    spans = spans_of(enriched(case.slug))
    assert spans
    assert all(case.body[begin:end] == text for begin, end, text in spans)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_fails_on_our_own_cases(case: Case) -> None:
    assert enriched(case.slug).errors == ()


on_the_evaluation_data = [
    pytest.mark.skipif(not (DATA / EVALUATOR).is_file(), reason="the evaluation data are not beside the repository"),
    pytest.mark.accuracy,
    pytest.mark.timeout(900),
]
EACH_TASK = [pytest.param(task, marks=on_the_evaluation_data) for task in TASKS]


@cache
def predictions_of(task: str, folder: Path) -> Path:
    """Write our predictions for a task, once."""
    return predict(task, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("predictions")


@pytest.mark.parametrize("task", EACH_TASK)
def test_every_span_on_the_evaluation_data_names_its_text(task: str, folder: Path) -> None:
    predicted = predictions_of(task, folder).read_text(encoding="utf-8").splitlines()
    rows = (DATA / f"{task}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = {row["id"]: row["text"] for row in map(json.loads, rows)}
    wrong = [
        (row["id"], span)
        for row in map(json.loads, predicted)
        for span in spans_in(row)
        if well_formed(texts[row["id"]])[span["begin"] : span["end"]] != span["text"]
    ]
    assert not wrong, wrong[:5]


def spans_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yield whatever has a begin, an end and a text, however deep."""
    if isinstance(value, dict):
        if value.get("begin") is not None and "text" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from spans_in(part)


@pytest.mark.parametrize("task", EACH_TASK)
def test_the_evaluation_data_stay_as_good(task: str, folder: Path, tmp_path: Path) -> None:
    # Given our predictions, as the command line writes them
    predictions = predictions_of(task, folder)
    # When the evaluator scores them, each source by itself
    reached = {name: values(figures) for name, figures in score_by_source(task, predictions, tmp_path).items()}
    # Then no source has fallen
    assert set(reached) == set(FLOORS["development"][task])
    fallen = [
        f"{task} of {source}: {name} is {reached[source][name]}, its floor {floor}"
        for source, floors in FLOORS["development"][task].items()
        for name, floor in floors.items()
        if not is_reached(name, reached[source][name], floor)
    ]
    assert not fallen, "\n".join(fallen)


@pytest.mark.parametrize("task", [pytest.param(task, marks=on_the_evaluation_data) for task in CALIBRATED])
def test_confidence_promises_what_is_kept(task: str, folder: Path) -> None:
    # Given what was found, and whether it was right
    findings = list(CALIBRATED[task](predictions_of(task, folder)))
    # Then in each tenth that has enough of it, about as much is right as was promised
    off = [
        tenth
        for tenth in by_tenths(findings)
        if tenth.findings >= ENOUGH_FINDINGS and abs(tenth.promised - tenth.right) > MOST_OFF
    ]
    assert not off
    # And those that are sure are right
    sure = [is_right for confidence, is_right in findings if confidence >= SURE]
    assert sum(sure) / len(sure) >= FLOORS["sure"][task], sum(sure) / len(sure)


def is_reached(name: str, figure: float | None, floor: float) -> bool:
    if figure is None:
        return False
    return figure <= floor if name == AT_MOST else figure >= floor


def test_a_floor_can_be_missed() -> None:
    assert is_reached("f1", 0.8, 0.8)
    assert not is_reached("f1", 0.79, 0.8)
    assert not is_reached("f1", None, 0.8)
    assert not is_reached(AT_MOST, 21.0, 20.0)


def test_the_figures_fall_where_nothing_is_found() -> None:
    # Given the cases, not enriched
    total: Counts = Counter()
    for case in CASES.values():
        total.update(count(case, Enrichment()))
    # When / Then
    assert set(figures(total).values()) == {0.0}
