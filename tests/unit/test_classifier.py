"""The forests, and their features."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from extractor.body.context import (
    CONTEXT_FEATURES,
    VOTE_FEATURES,
    WORD_FEATURES,
    context_columns,
    vote_columns,
    word_columns,
)
from extractor.body.features import Numbers, PageFeatures, Statements, features_of
from extractor.body.forest import forest_from_json
from extractor.body.model import BLOCK_COLUMNS, MODEL_FILE, shipped_model
from extractor.html import parse_html, segments_of
from extractor.model.manifest import FOLDER

STUMP = (((0, 1.5, -1, -2),), (-2.0, 2.0))
TREE = (((0, 0.5, 1, -3), (1, 0.5, -1, -2)), (1.0, 2.0, 3.0))


def described(html: str) -> PageFeatures:
    tree = parse_html(html)
    assert tree is not None
    return features_of(segments_of(tree), {}, Statements(), {})


def named(names: Sequence[str], columns: Sequence[Callable[[], Numbers]]) -> dict[str, list[float]]:
    return {name: list(column()) for name, column in zip(names, columns, strict=True)}


def test_a_row_falls_to_the_leaf_that_its_numbers_lead_to() -> None:
    low, high = forest_from_json((STUMP,)).probabilities([[1.5], [1.6]])
    assert low == pytest.approx(0.1192, abs=1e-4)
    assert high == pytest.approx(0.8808, abs=1e-4)


def test_rows_judged_together_and_alone_get_the_same() -> None:
    forest = forest_from_json((STUMP, TREE, ((), (0.25,))))
    numbers = random.Random(4)
    rows = [[numbers.uniform(0, 3), numbers.uniform(0, 1)] for _ in range(50)]
    assert forest.probabilities(rows) == [forest.probabilities([row])[0] for row in rows]


def test_no_rows_have_no_probabilities() -> None:
    assert forest_from_json((STUMP,)).probabilities([]) == []


def test_short_links_are_not_scored() -> None:
    page = described("<p><a href='/a'>Home</a></p><p>Words of an article.</p>")
    assert page.scored == [1]


def test_words_of_class_names_are_described_for_each_container_and_all_around() -> None:
    page = described("<div class='sidebar'><p class='entry-text'>Some words.</p></div>")

    odds = named(WORD_FEATURES, word_columns(page, {"sidebar": -2.0, "entry": 1.0}, {"words": 0.5}))

    assert (odds["own"], odds["parent"]) == ([1.0], [-2.0])
    assert (odds["lowest"], odds["highest"], odds["sum"]) == ([-2.0], [1.0], [-1.0])
    assert odds["text_words"] == [pytest.approx(0.5 / 2**0.5)]


def test_opinions_of_the_same_container_are_given_without_ones_own() -> None:
    page = described("<div><p>One two three.</p><p>Four five six.</p></div><p>Seven eight.</p>")

    opinions = named(CONTEXT_FEATURES, context_columns(page, [1.0, 0.0, 0.5]))

    assert opinions["opinion_own"] == [1.0, 0.0, 0.5]
    assert opinions["opinion_previous"] == [-1.0, 1.0, 0.0]
    assert opinions["opinion_next"] == [0.0, 0.5, -1.0]
    assert opinions["opinion_container1_mean"][:2] == [0.0, 1.0]


def test_the_vote_of_another_extractor_is_described_beside_the_classifiers_own_opinion() -> None:
    page = described("<div><p>One two three.</p><p>Four five six.</p></div><p>Seven eight.</p>")

    votes = named(VOTE_FEATURES, vote_columns(page, [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]))

    assert votes["peer_own"] == [1.0, 0.0, 0.0]
    assert votes["peer_agreement"] == [1.0] * 3


def test_the_shipped_forests_read_no_column_without_a_name_and_are_small() -> None:
    model = shipped_model()
    sizes = [len(names) for names in BLOCK_COLUMNS.values()]
    for forest, columns in ((model.first, sum(sizes[:2])), (model.second, sum(sizes[:3])), (model.third, sum(sizes))):
        assert max(node[0] for nodes, _ in forest.trees for node in nodes) < columns
    assert (FOLDER / MODEL_FILE).stat().st_size <= 2 * 1024 * 1024
