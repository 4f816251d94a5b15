"""Which segments are true, by a text."""

from __future__ import annotations

from training.labels import true_shares


def shares(segments: list[str], truth: str) -> list[float]:
    return true_shares([segment.split() for segment in segments], truth.split())


def test_segments_of_the_text_are_true_and_others_are_not() -> None:
    segments = ["Home News Sport", "The bridge is closed for eight months .", "Read more about bridges here today"]
    assert shares(segments, "The bridge is closed for eight months .") == [0.0, 1.0, 0.0]


def test_of_two_copies_the_one_in_the_order_of_the_text_is_true() -> None:
    segments = ["One two three four", "Five six seven eight", "One two three four"]
    assert shares(segments, "Five six seven eight One two three four") == [0.0, 1.0, 1.0]


def test_a_segment_that_is_mostly_in_the_text_is_mostly_true() -> None:
    (share,) = shares(
        ["The bridge is closed for eight months from October on"], "The bridge is closed for eight months"
    )
    assert 0.5 <= share < 1


def test_no_text_makes_nothing_true() -> None:
    assert shares(["One", "two three four five"], "") == [0.0, 0.0]
