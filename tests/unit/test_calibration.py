"""Confidence is compared with what was right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from enricher.text import interpolated
from harness.calibration import Tenth, by_tenths, entity_findings, place_findings


@pytest.mark.parametrize(
    ("at", "value"), [(-1.0, 0.4), (0.0, 0.4), (1.0, 0.5), (2.0, 0.6), (3.0, 0.75), (4.0, 0.9), (9.0, 0.9)]
)
def test_between_points_runs_a_straight_line(at: float, value: float) -> None:
    assert interpolated(at, ((0.0, 0.4), (2.0, 0.6), (4.0, 0.9))) == pytest.approx(value)


def test_findings_are_gathered_by_tenths_of_confidence() -> None:
    assert by_tenths([(0.25, True), (0.25, False), (1.0, True), (1.0, True)]) == [
        Tenth(0.2, 2, 0.25, 0.5),
        Tenth(0.9, 2, 1.0, 1.0),
    ]


def test_an_entity_is_right_with_its_extent_and_type_alone(tmp_path: Path) -> None:
    truth = {
        "id": "a",
        "text": "Ann met Bo in Oslo in May",
        "entities": [{"type": "PERSON", "begin": 0, "end": 3}, {"type": "PLACE", "begin": 14, "end": 18}],
        "ignore": [{"begin": 22, "end": 25, "type": "MISC"}],
    }
    found = [("PERSON", 0, 3, 0.9), ("ORG", 14, 18, 0.5), ("PERSON", 8, 10, 0.7), ("ORG", 22, 25, 0.6)]
    entities = [{"type": t, "confidence": c, "mentions": [{"begin": b, "end": e}]} for t, b, e, c in found]
    predictions = written(
        tmp_path, "ner", truth, {"id": "a", "entities": [*entities, {"type": "EVENT", "mentions": []}]}
    )
    assert list(entity_findings(predictions, tmp_path)) == [(0.9, True), (0.5, False), (0.7, False)]


def test_a_place_is_right_in_its_country_alone(tmp_path: Path) -> None:
    places = [{"begin": 0, "end": 4, "country": "NO"}, {"begin": 10, "end": 14, "country": "GB"}]
    truth = {"id": "a", "text": "Oslo beat York at home", "places": places}
    found = [(0, 4, "NO", 0.9), (10, 14, "US", 0.8), (18, 22, "US", 0.4)]
    entities = [
        {"type": "PLACE", "mentions": [{"begin": b, "end": e}], "geo": {"country": country, "confidence": c}}
        for b, e, country, c in found
    ]
    predictions = written(tmp_path, "places", truth, {"id": "a", "entities": entities})
    assert list(place_findings(predictions, tmp_path)) == [(0.9, True), (0.8, False), (0.4, False)]


def written(folder: Path, task: str, truth: object, predicted: object) -> Path:
    (folder / f"{task}.jsonl").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    predictions = folder / "predicted.jsonl"
    predictions.write_text(json.dumps(predicted) + "\n", encoding="utf-8")
    return predictions
