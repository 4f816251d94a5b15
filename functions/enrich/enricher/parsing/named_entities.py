"""The model's named entities, read off for all tokens at once.

Comes in: a parsed text and the model's recogniser. Goes out: where the entities begin and end, and their labels.

The recogniser decides token by token whether an entity begins, goes on or ends there, and spaCy scores one token after
another. But outside an entity a token's score depends on no earlier decision: one product of matrices scores them all,
and only the insides of longer entities are left to be scored one by one. The decisions are the same, in a tenth of the
time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from enricher.parsing.word_vectors import WordVectors

if TYPE_CHECKING:
    from spacy.tokens import Doc

_Array = npt.NDArray[Any]

Labelled = tuple[int, int, str]
"""First token, the one behind the last, and the label."""


class NamedEntities:
    """Recognises entities as the model's own recogniser does in a text that has none yet."""

    def __init__(self, recogniser: Any) -> None:
        model = recogniser.model
        layer, _, self._narrowing = model.get_ref("tok2vec").layers
        self._vectors, self._features = WordVectors(layer), model.get_ref("lower")
        upper = model.get_ref("upper")
        self._weights, self._weights_bias = upper.get_param("W"), upper.get_param("b")
        self._bias = self._features.get_param("b")
        padding = self._features.get_param("pad")[0]
        self._outside = padding[1] + padding[2] + self._bias
        """What the two features add that an open entity alone has."""
        names = [recogniser.moves.get_class_name(number) for number in range(recogniser.moves.n_moves)]
        self._moves = [tuple(name.partition("-")[::2]) for name in names]
        self._number = {move: number for number, move in enumerate(self._moves)}
        self._begins = self._are("B")
        self._is_single = self._are("U")
        self._is_none = np.array([move == "O" for move, _ in self._moves])

    def _are(self, kind: str) -> _Array:
        return np.array([move == kind and label != "" for move, label in self._moves])

    def __call__(self, doc: Doc) -> list[Labelled]:
        """Return the entities of a text whose sentences are known, in order."""
        return list(self._entities(doc)) if len(doc) else []

    def _entities(self, doc: Doc) -> Iterator[Labelled]:
        # Of the padding, then of each token: as the next token, as an entity's first, as the one before the next.
        features = self._features.predict(self._narrowing.predict(self._vectors(doc)))
        begins_sentence: _Array = doc.to_array(["SENT_START"]) == 1
        best = self._best_moves(doc, features, begins_sentence).tolist()
        reached = 0
        for begin, number in enumerate(best):
            if begin < reached or self._is_none[number]:
                continue
            move, label = self._moves[number]
            last = begin if move == "U" else self._last(begin, label, features, begins_sentence)
            reached = last + 1
            yield begin, reached, label

    def _best_moves(self, doc: Doc, features: _Array, begins_sentence: _Array) -> _Array:
        """Return each token's best move outside an entity; none begins at white space, or goes on in a new sentence."""
        hidden = (features[1:, 0] + self._outside).max(axis=2)
        scores = hidden @ self._weights.T + self._weights_bias
        scores[:, ~(self._begins | self._is_single | self._is_none)] = -np.inf
        is_space = doc.to_array(["IS_SPACE"]) == 1
        is_last = np.append(begins_sentence[1:], True)
        scores[np.ix_(is_space, self._is_single)] = -np.inf
        scores[np.ix_(is_space | is_last, self._begins)] = -np.inf
        best: _Array = scores.argmax(axis=1)
        return best

    def _last(self, begin: int, label: str, features: _Array, begins_sentence: _Array) -> int:
        """Return the last token of an entity of several tokens."""
        numbers = [self._number["I", label], self._number["L", label]]
        weights, bias = self._weights[numbers], self._weights_bias[numbers]
        last = begin + 1
        while last + 1 < len(begins_sentence) and not begins_sentence[last + 1]:
            hidden = (features[last + 1, 0] + features[begin + 1, 1] + features[last, 2] + self._bias).max(axis=1)
            goes_on, ends = weights @ hidden + bias
            if ends > goes_on or (ends == goes_on and numbers[1] < numbers[0]):
                break
            last += 1
        return last
