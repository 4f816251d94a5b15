"""Extraction is at least as accurate as it was: on our own pages always, on real pages where their truth is at hand.

Comes in: the floors in ``tests/accuracy.toml``, the page cases, the evaluation data beside the repository. Goes out:
assertions.

The tests marked ``accuracy`` take minutes; ``make accuracy`` runs them.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import mean
from types import ModuleType
from typing import Any

import pytest

from extractor.manifest import page_in
from extractor.reading import read_page
from newsdesk_cli.page_cases import body_lines, page_cases, read_case
from newsdesk_cli.single_page import observe
from training.manifest import pages_digest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "extraction"
FLOORS = tomllib.loads((ROOT / "tests" / "accuracy.toml").read_text(encoding="utf-8"))
CAPTURED_AT = datetime(2026, 11, 22, tzinfo=UTC)
WORD = re.compile(r"\w+")

with_data = pytest.mark.skipif(
    not (DATA / "evaluate.py").is_file(), reason="the extraction evaluation data are not beside the repository"
)
with_training = pytest.mark.skipif(
    importlib.util.find_spec("lightgbm") is None, reason="LightGBM, which the cross-validation trains with, is not here"
)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = WORD.findall(text)
    return Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)) if words)


def test_our_own_pages_are_extracted_as_well_as_before() -> None:
    # Given every page case whose whole body is known
    cases = [case for case in page_cases() if "paragraphs" in case.expected]
    assert len(cases) >= 40
    f1, exact = [], []
    # When each is extracted
    for case in cases:
        article = observe(read_case(case)).article
        expected = "\n".join(case.expected["paragraphs"])
        text = "\n".join(body_lines(article)) if article is not None else ""
        truth, found = shingles(expected), shingles(text)
        f1.append(2 * (truth & found).total() / (truth.total() + found.total()))
        exact.append(WORD.findall(expected) == WORD.findall(text))
    # Then no floor is fallen short of
    floors = FLOORS["pages"]
    assert mean(f1) >= floors["f1"]
    assert mean(exact) >= floors["exact"]


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]


def predict(entry: dict[str, Any]) -> dict[str, Any]:
    page = page_in(DATA / "pages" / "html" / f"{entry['id']}.html.gz", entry["url"], CAPTURED_AT)
    article = read_page(page).result.article
    return {
        "id": entry["id"],
        "text": article.article_body,
        "title": article.headline,
        "authors": [person.name for person in article.author],
        "date_published": article.date_published,
    }


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate", DATA / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    entries = read_lines(DATA / "pages" / "truth.jsonl")
    digest = pages_digest(DATA / "pages", entries)
    assert digest == FLOORS["data"]["sha256"], "the floors were measured on other evaluation data; measure them again"
    return entries


@pytest.fixture(scope="module")
def shipped(truth: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What extract, as it is shipped, makes of the pages."""
    wanted = [entry for entry in truth if entry["source"] in {*FLOORS["metadata"], *FLOORS["shipped"]}]
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        return {result["id"]: result for result in pool.map(predict, wanted, chunksize=16)}


@dataclass(frozen=True)
class CrossValidation:
    """What models make of pages whose domain they have not seen: texts by page, tallies by kind, what was stated."""

    texts: dict[str, dict[str, Any]]
    leaks: dict[str, dict[str, int]]
    calibration: list[dict[str, float]]


@pytest.fixture(scope="module")
def cross_validation(tmp_path_factory: pytest.TempPathFactory) -> CrossValidation:
    folder = tmp_path_factory.mktemp("accuracy")
    texts, figures = folder / "predictions.jsonl", folder / "figures.json"
    command = [sys.executable, "-m", "training.cross_validate", "--out", str(texts), "--json", str(figures)]
    paths = os.pathsep.join(str(ROOT / folder) for folder in (".", "shared", "functions/extract"))
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths})
    report = json.loads(figures.read_text(encoding="utf-8"))
    return CrossValidation({entry["id"]: entry for entry in read_lines(texts)}, report["leaks"], report["calibration"])


@with_data
@with_training
@pytest.mark.accuracy
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("source", FLOORS["cross_validated"])
def test_texts_of_pages_of_unseen_sites_are_as_good_as_before(
    source: str, scorer: ModuleType, truth: list[dict[str, Any]], cross_validation: CrossValidation
) -> None:
    texts = cross_validation.texts
    # Given the pages of a source whose text is known
    pages = [{"id": entry["id"], "text": entry["text"]} for entry in truth if entry["source"] == source]
    assert set(texts) >= {page["id"] for page in pages}
    # When they are scored
    score = scorer.score(pages, texts, nboot=0)["text"]
    # Then no floor is fallen short of
    found = {name: score[name] for name in FLOORS["cross_validated"][source]}
    assert {name: value for name, value in found.items() if value < FLOORS["cross_validated"][source][name]} == {}


@with_data
@pytest.mark.accuracy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("source", FLOORS["shipped"])
def test_the_shipped_model_reads_what_it_learned_from(
    source: str, scorer: ModuleType, truth: list[dict[str, Any]], shipped: dict[str, dict[str, Any]]
) -> None:
    # Given the pages that the shipped model was trained on
    pages = [{"id": entry["id"], "text": entry["text"]} for entry in truth if entry["source"] == source]
    # When it reads them
    score = scorer.score(pages, shipped, nboot=0)["text"]
    # Then it is the model that was trained, and not a damaged or an outdated one
    found = {name: score[name] for name in FLOORS["shipped"][source]}
    assert {name: value for name, value in found.items() if value < FLOORS["shipped"][source][name]} == {}


@with_data
@with_training
@pytest.mark.accuracy
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", FLOORS["leaks"])
def test_other_articles_on_a_page_leak_no_more_than_before(kind: str, cross_validation: CrossValidation) -> None:
    # Given pages with another article in them: teasers, seed-like ones, neighbours, and all ways to splice together
    own_kinds = {"teasers", "seed-like", "neighbours", "furnished"}
    kinds = {kind} if kind in own_kinds else cross_validation.leaks.keys() - own_kinds
    tallies = [cross_validation.leaks[name] for name in kinds]
    pages, leaking = sum(tally["pages"] for tally in tallies), sum(tally["leaking"] for tally in tallies)
    # Then hardly any of them leaks
    assert pages >= 100
    assert leaking / pages <= FLOORS["leaks"][kind]


@with_data
@with_training
@pytest.mark.accuracy
@pytest.mark.timeout(1200)
def test_tables_and_lists_in_an_article_are_kept_as_often_as_before(cross_validation: CrossValidation) -> None:
    # Given pages with a table or a list between two paragraphs of their article
    tally = cross_validation.leaks["furnished"]
    # Then hardly any line is lost, of these and of the paragraphs around them
    assert tally["pages"] >= 100
    assert tally["lost"] / tally["own"] <= FLOORS["losses"]["furnished"]


@with_data
@with_training
@pytest.mark.accuracy
@pytest.mark.timeout(1200)
def test_the_stated_confidence_is_what_is_reached(cross_validation: CrossValidation) -> None:
    # Given what was stated of pages, calibrated on other sites, and what was reached, by bins of enough pages
    floors = FLOORS["calibration"]
    bins = [row for row in cross_validation.calibration if row["pages"] >= floors["pages"]]
    assert len(bins) >= 3
    # Then both are nearly the same
    assert {row["from"]: row for row in bins if abs(row["stated"] - row["reached"]) > floors["off"]} == {}


@with_data
@pytest.mark.accuracy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("source", FLOORS["metadata"])
def test_metadata_are_as_good_as_before(
    source: str, scorer: ModuleType, truth: list[dict[str, Any]], shipped: dict[str, dict[str, Any]]
) -> None:
    # Given the pages of a source whose titles, authors or dates are known
    pages = [{**entry, "text": ""} for entry in truth if entry["source"] == source]
    # When they are scored
    score = scorer.score(pages, shipped, nboot=0)
    measures = {"title": "exact", "authors": "f1", "date": "same_day"}
    found = {name: score[name][measures[name]] for name in FLOORS["metadata"][source]}
    # Then no floor is fallen short of
    assert {name: value for name, value in found.items() if value < FLOORS["metadata"][source][name]} == {}
