"""The model's vectors of words in their context.

Comes in: a tokenized text. Goes out: one vector a token.

Before its neighbours are looked at, a word's vector depends on its form alone, and a text repeats most of its words: so
each distinct word is embedded once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from spacy.tokens import Doc


class WordVectors:
    """Computes what a ``tok2vec`` layer of the model computes."""

    def __init__(self, layer: Any) -> None:
        embedding = layer.get_ref("embed")
        extraction, _, tables, mixture, _ = embedding.layers
        self._columns: list[int | str] = extraction.attrs["columns"]
        self._tables, self._mixture = tables.layers[0], mixture.layers[0]
        self._in_context = layer.get_ref("encode")

    def __call__(self, doc: Doc) -> npt.NDArray[Any]:
        """Return the vectors of a text of at least one token."""
        forms: Any = doc.to_array(self._columns)
        numbers: dict[bytes, int] = {}
        which = [numbers.setdefault(form.tobytes(), len(numbers)) for form in forms]
        distinct = np.frombuffer(b"".join(numbers), dtype=forms.dtype).reshape(len(numbers), -1)
        embedded = self._mixture.predict(self._tables.predict(distinct))
        vectors: npt.NDArray[Any] = self._in_context.predict([embedded[which]])[0]
        return vectors
