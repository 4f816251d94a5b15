"""How well each language explains the words of a text: what tells the language of a title.

Comes in: text of one script. Goes out: a log-likelihood for each language of that script.

A word has the probability that the language's word list gives it, mixed with the one that a model of its letters gives
it, which knows names and words that no list has: each character after the three before it, or after fewer where these
were never seen together ("stupid backoff": Brants, Popat, Xu, Och, Dean, "Large language models in machine
translation", 2007). ``compile/language_words.py`` makes the tables.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LONGEST_SEQUENCE = 4
_NATS_PER_STEP = 0.25

_OF_THE_LIST = math.log(0.7)
_OF_THE_LETTERS = math.log(0.3)
_BACKOFF = math.log(0.5)
_UNSEEN_CHARACTER = math.log(1e-5)
_UNLISTED = -99.0

UNLISTED_RARITY = 13.0
"""Nats: a little more than the rarest words of the lists have."""

_WEIGHT_OF_CAPITALISED = 0.5
"""The weight of a capitalised word inside a text: it is often a name, and names are the same in many languages."""

_MOST_AGAINST = 8.0
"""Nats: what one word can say against a language, so that most words decide and not the strangest."""

_LONGEST_WORD = 20
_MOST_WORDS = 40
"""With more, this model could not become any surer."""

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class ScriptTable:
    """The features of one script's languages."""

    languages: tuple[str, ...]
    keys: npt.NDArray[np.uint32]
    costs: npt.NDArray[np.uint8]

    def likelihoods(self, text: str) -> dict[str, float]:
        """Return the log-likelihood of a text's words in each language."""
        found = _spread(_WORD.findall(text))
        if not found:
            return dict.fromkeys(self.languages, 0.0)
        bounded = [f"<{word.lower()[:_LONGEST_WORD]}>" for word in found]
        listed = self._costs([f"={word[1:-1]}" for word in bounded])
        by_list = np.where(listed > 0, (1.0 - listed) * _NATS_PER_STEP, _UNLISTED)
        likely = np.logaddexp(by_list + _OF_THE_LIST, self._by_letters(bounded) + _OF_THE_LETTERS)
        likely = np.maximum(likely, likely.max(axis=1, keepdims=True) - _MOST_AGAINST)
        weights = [_WEIGHT_OF_CAPITALISED if number and word[0].isupper() else 1.0 for number, word in enumerate(found)]
        return dict(zip(self.languages, (np.array(weights)[:, None] * likely).sum(axis=0).tolist(), strict=True))

    def rarities(self, words: Sequence[str], language: str) -> list[float]:
        """Return how rare each word is in a language: the negative logarithm of its frequency, in nats.

        For a word that is not among the most frequent the tables know no frequency: ``UNLISTED_RARITY``.
        """
        if not words or language not in self.languages:
            return [UNLISTED_RARITY] * len(words)
        costs = self._costs([f"={word.lower()}" for word in words])[:, self.languages.index(language)]
        rarities: list[float] = np.where(costs > 0, (costs - 1.0) * _NATS_PER_STEP, UNLISTED_RARITY).tolist()
        return rarities

    def strangeness(self, text: str, language: str) -> float:
        """Return how rare the words of a text are in a language, on average."""
        rarities = self.rarities(_spread(_WORD.findall(text)), language)
        return sum(rarities) / len(rarities) if rarities else UNLISTED_RARITY

    def _by_letters(self, bounded: Sequence[str]) -> npt.NDArray[np.float64]:
        sequences: list[str] = []
        missing: list[int] = []
        starts: list[int] = []
        for word in bounded:
            starts.append(len(missing))
            for position in range(1, len(word)):
                longest = min(_LONGEST_SEQUENCE, position + 1)
                missing.append(_LONGEST_SEQUENCE - longest)
                sequences += [word[max(0, position + 1 - n) : position + 1] for n in range(_LONGEST_SEQUENCE, 0, -1)]
        costs = self._costs(sequences).reshape(len(missing), _LONGEST_SEQUENCE, -1)
        seen = costs > 0
        # the longest sequence that the language has; at a word's beginning the longer ones repeat the whole of it
        order = np.maximum(seen.argmax(axis=1), np.array(missing)[:, None])
        cost = np.take_along_axis(costs, order[:, None, :], axis=1)[:, 0, :]
        steps = np.where(seen.any(axis=1), order, _LONGEST_SEQUENCE) - np.array(missing)[:, None]
        likely = np.where(seen.any(axis=1), (1.0 - cost) * _NATS_PER_STEP, _UNSEEN_CHARACTER) + steps * _BACKOFF
        return np.add.reduceat(likely, starts, axis=0)

    def _costs(self, features: Sequence[str]) -> npt.NDArray[np.float64]:
        hashes = np.array([zlib.crc32(feature.encode(errors="replace")) for feature in features], dtype=np.uint32)
        at = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
        return np.where((self.keys[at] == hashes)[:, None], self.costs[at], 0).astype(np.float64)


def _spread(words: Sequence[str]) -> Sequence[str]:
    return words[:: len(words) // _MOST_WORDS + 1]
