"""The block classifier: how likely each segment is the article's.

Comes in: a page's features. Goes out: a probability for each segment.

Three forests of gradient-boosted trees, trained by ``training/train.py`` and kept in :mod:`extractor.model`, which
refuses a file that was trained for other columns than are computed here. The first forest sees each segment as it is
described; the second also sees what the first thinks of the neighbours, the containers and the templates; the third
also sees which segments another extractor kept.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from extractor.body.context import (
    CONTEXT_FEATURES,
    VOTE_FEATURES,
    WORD_FEATURES,
    context_columns,
    vote_columns,
    word_columns,
)
from extractor.body.features import FEATURES, PageFeatures
from extractor.body.forest import Forest, Table, forest_from_json, forests_from_json
from extractor.model import check_columns, read_model

MODEL_FILE = "blocks.json.gz"

BLOCK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "segments": FEATURES,
    "words": WORD_FEATURES,
    "context": CONTEXT_FEATURES,
    "vote": VOTE_FEATURES,
}
"""What the forests over segments read, in order: the first has the first two groups, the second three, the third all.
"""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What the first forest thinks of some segments.

    ``table`` is what it read, to which the later forests' columns are added.
    """

    probabilities: list[float]
    table: Table


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned.

    Attributes
    ----------
    class_words, text_words : mapping
        The log-odds of words in class names and identifiers around a segment, and in short segments.
    boundary : Forest
        Of the boundary guard; see :mod:`extractor.body.guard`.
    first, second, third : Forest
        See the module.
    """

    class_words: Mapping[str, float]
    text_words: Mapping[str, float]
    boundary: Forest
    first: Forest
    second: Forest
    third: Forest

    def score(self, page: PageFeatures) -> Opinions:
        """Return what the first forest thinks of the scored segments."""
        table = Table(self.first.splits, len(page.scored))
        table.extend(page.numbers)
        table.extend(word_columns(page, self.class_words, self.text_words))
        return Opinions(self.first.probabilities_in(table), table)

    def rescore(self, page: PageFeatures, opinions: Opinions) -> list[float]:
        """Return the second forest's probabilities, given what the first thinks of everything around each segment."""
        opinions.table.extend(context_columns(page, opinions.probabilities))
        return self.second.probabilities_in(opinions.table)

    def rescore_with_vote(self, page: PageFeatures, opinions: Opinions, peer_share: Sequence[float]) -> list[float]:
        """Return the third forest's probabilities, given which share of each segment another extractor kept.

        To be called after :meth:`rescore`.
        """
        opinions.table.extend(vote_columns(page, opinions.probabilities, peer_share))
        return self.third.probabilities_in(opinions.table)


@cache
def shipped_model() -> Model:
    """Return the model that is part of this package.

    Raises
    ------
    ModelMismatchError
        When its file is another than the manifest says, or was trained for other columns.
    """
    check_columns(MODEL_FILE, BLOCK_COLUMNS)
    return model_from_json(json.loads(gzip.decompress(read_model(MODEL_FILE))))


@cache
def shipped_guard(columns: tuple[str, ...]) -> Forest:
    """Return the boundary guard's forest, which must have been trained for these columns.

    Raises
    ------
    ModelMismatchError
        See :func:`shipped_model`.
    """
    check_columns(MODEL_FILE, {"boundary": columns})
    return shipped_model().boundary


def model_from_json(data: Mapping[str, Any]) -> Model:
    """Return the model that a JSON object describes."""
    over_segments = forests_from_json(*(data[name] for name in ("first", "second", "third")))
    return Model(data["class_words"], data["text_words"], forest_from_json(data["boundary"]), *over_segments)
