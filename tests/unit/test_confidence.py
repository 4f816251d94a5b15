"""What is stated of a chosen text is the F1 that such texts reached."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.body import Body, stated_confidence
from extractor.body.confidence import calibrated
from training.calibration import Outcome, cross_validated, fit, table

SHARES = st.floats(0, 1)


@given(outcomes=st.lists(st.builds(Outcome, st.sampled_from("abcdef"), SHARES, SHARES), min_size=2, max_size=200))
def test_a_surer_choice_is_never_stated_as_less_sure(outcomes: list[Outcome]) -> None:
    points = fit(outcomes)
    stated = [calibrated(step / 50, *points) for step in range(51)]
    assert stated == sorted(stated)
    assert 0 <= stated[0] <= stated[-1] <= 1


def test_what_is_stated_is_what_is_reached() -> None:
    # Given 600 pages that reach a tenth less than is expected, on ten sites
    outcomes = [Outcome(f"site{number % 10}", 0.5 + number / 1200, 0.4 + number / 1200) for number in range(600)]
    # When they are calibrated on the other sites
    rows = table(cross_validated(outcomes))
    # Then what is stated is what is reached
    assert sum(row["pages"] for row in rows) == 600
    assert all(row["stated"] == pytest.approx(row["reached"], abs=0.02) for row in rows)


def test_between_two_points_the_line_is_straight_and_ends_at_its_ends() -> None:
    points = ([0.2, 0.6], [0.1, 0.5])
    assert [calibrated(expected, *points) for expected in (0.0, 0.2, 0.4, 0.6, 1.0)] == pytest.approx(
        [0.1, 0.1, 0.3, 0.5, 0.5]
    )


def test_the_shipped_line_is_for_what_the_classifier_chose() -> None:
    assert 0.5 < stated_confidence(Body(certainty=0.9)) < 0.9
    assert stated_confidence(Body(source="jsonld", certainty=0.9)) == 0.9
