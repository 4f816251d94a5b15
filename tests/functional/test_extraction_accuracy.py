"""Extraction is as accurate on real pages with ground truth as the extractor's published defaults.

In: the evaluation data beside the repository, where it is present: pages, truth, scorer and the extractor's own
predictions. Out: assertions. Changes nothing.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from extractor.batch import extract_page

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "extraction"
CAPTURED_AT = datetime(2026, 11, 22, tzinfo=UTC)
TOLERANCE = 0.002

pytestmark = pytest.mark.skipif(
    not (DATA / "evaluate.py").is_file(), reason="the extraction evaluation data are not beside the repository"
)


def read_lines(path: Path) -> list[dict[str, Any]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip()]


def predict(entry: dict[str, Any]) -> dict[str, Any]:
    page = gzip.decompress((DATA / "pages" / "html" / f"{entry['id']}.html.gz").read_bytes())
    article = extract_page(page, entry["url"], CAPTURED_AT)
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
    """Return what is known of the pages whose text is known."""
    return [entry for entry in read_lines(DATA / "pages" / "truth.jsonl") if "text" in entry]


@pytest.fixture(scope="module")
def predictions(truth: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        return {result["id"]: result for result in pool.map(predict, truth, chunksize=16)}


def test_the_text_is_as_good_as_the_extractors_published_defaults(
    scorer: ModuleType, truth: list[dict[str, Any]], predictions: dict[str, dict[str, Any]]
) -> None:
    # Given every page whose text is known, and the predictions of the extractor's defaults
    baseline = {result["id"]: result for result in read_lines(DATA / "baselines" / "dev.trafilatura.jsonl.gz")}
    assert len(truth) == 726
    # When both are scored
    ours = scorer.score(truth, predictions, nboot=0)["text"]
    theirs = scorer.score(truth, baseline, nboot=0)["text"]
    # Then ours is no worse
    assert ours["f1"] >= theirs["f1"] - TOLERANCE
    assert ours["empty"] <= theirs["empty"]


def test_metadata_do_not_fall_behind(
    scorer: ModuleType, truth: list[dict[str, Any]], predictions: dict[str, dict[str, Any]]
) -> None:
    # Given floors a little under what was reached when this was written
    score = scorer.score(truth, predictions, nboot=0)
    # Then none is fallen short of
    assert score["title"]["exact"] >= 0.57
    assert score["authors"]["f1"] >= 0.70
    assert score["date"]["same_day"] >= 0.88
    assert score["date"]["precision"] >= 0.92
