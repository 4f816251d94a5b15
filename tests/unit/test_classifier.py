"""The forests, and their features."""

from __future__ import annotations

import random

import pytest

from extractor.body.context import (
    CONTEXT_FEATURES,
    VOTE_FEATURES,
    context_columns,
    scored_segments,
    vote_columns,
    word_columns,
)
from extractor.body.features import WORD_FEATURES, PageFeatures, features_of
from extractor.body.forest import forest_from_json
from extractor.body.model import BLOCK_COLUMNS, MODEL_FILE, shipped_model
from extractor.html import parse_html, segments_of
from extractor.model.manifest import FOLDER

STUMP = (((0, 1.5, -1, -2),), (-2.0, 2.0))
TREE = (((0, 0.5, 1, -3), (1, 0.5, -1, -2)), (1.0, 2.0, 3.0))


def described(html: str) -> PageFeatures:
    tree = parse_html(html)
    assert tree is not None
    return features_of(segments_of(tree), {}, [], None, None, {})


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
    assert scored_segments(page) == [1]


def test_words_of_class_names_are_described_for_each_container_and_all_around() -> None:
    page = described("<div class='sidebar'><p class='entry-text'>Some words.</p></div>")

    (row,) = word_columns(page, [0], {"sidebar": -2.0, "entry": 1.0}, {"words": 0.5})

    told = dict(zip(WORD_FEATURES, row, strict=True))
    assert (told["own"], told["parent"]) == (1.0, -2.0)
    assert (told["lowest"], told["highest"], told["sum"]) == (-2.0, 1.0, -1.0)
    assert told["text_words"] == pytest.approx(0.5 / 2**0.5)


def test_opinions_of_the_same_container_are_given_without_ones_own() -> None:
    page = described("<div><p>One two three.</p><p>Four five six.</p></div><p>Seven eight.</p>")
    first, second, third = context_columns(page, [0, 1, 2], [1.0, 0.0, 0.5])
    assert (first[0], second[0], third[0]) == (1.0, 0.0, 0.5)
    assert second[1] == 1.0  # the one before
    assert first[3] == 0.0  # the one after


def test_context_and_vote_have_a_name_for_each_of_their_columns() -> None:
    page = described("<div><p>One two three.</p><p>Four five six.</p></div><p>Seven eight.</p>")
    (context, *_), (vote, *_) = context_columns(page, [0], [1.0]), vote_columns(page, [0], [1.0], [1.0, 0.0, 0.0])
    assert (len(context), len(vote)) == (len(CONTEXT_FEATURES), len(VOTE_FEATURES))
    assert dict(zip(CONTEXT_FEATURES, context, strict=True))["opinion_own"] == 1.0
    assert dict(zip(VOTE_FEATURES, vote, strict=True))["peer_agreement"] == 1.0


def test_the_shipped_forests_read_no_column_without_a_name_and_are_small() -> None:
    model = shipped_model()
    sizes = [len(names) for names in BLOCK_COLUMNS.values()]
    for forest, columns in ((model.first, sum(sizes[:2])), (model.second, sum(sizes[:3])), (model.third, sum(sizes))):
        assert max(node[0] for nodes, _ in forest.trees for node in nodes) < columns
    assert (FOLDER / MODEL_FILE).stat().st_size <= 2 * 1024 * 1024
