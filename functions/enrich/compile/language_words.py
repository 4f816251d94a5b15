"""Compiles the statistics of words and letters by which the language of a short text is recognised.

Comes in: the package ``wordfreq`` (its word lists: CC BY-SA 4.0; the sources that it asks to be credited are named in
``docs/decisions/0029-language.md``). Goes out: nothing. Changes: ``enricher/statistics/language_words.npz``, which is
under the same licence as the word lists.

For each script there is one table: a row for each feature, a column for each language. A feature is a whole word
(``=word``) or a sequence of up to four characters inside ``<word>``; the value is the negative logarithm of its
probability (of the word in the language; of the last character after those before it), in quarters of a nat, plus
one; zero where the language does not have it. Features are kept as the CRC-32 of their UTF-8.

Run by ``make data``, which pins the packages; the same packages give the same bytes.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from wordfreq import get_frequency_list

TARGET = Path(__file__).parents[1] / "enricher" / "statistics" / "language_words.npz"

LANGUAGES = {
    "latin": "en es fr de it pt nl tr pl sv da no fi cs sk hu ro ca id tl sl lt lv vi",
    "cyrillic": "ru uk bg mk",
    "arabic": "ar fa ur",
}
"""BCP 47; of the languages that ``wordfreq`` lists, those that share their script with another and bring news."""

ALPHABETS = {
    "latin": re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]+"),
    "cyrillic": re.compile("[\u0400-\u052f]+"),
    "arabic": re.compile("[\u0620-\u06d3]+"),
}

WORDS = 8_000
"""The most frequent words of each language: about nine in ten words of a running text."""

SEQUENCES = 25_000
"""Of each language, the most frequent."""

LONGEST_SEQUENCE = 4
STEPS_PER_NAT = 4
FLATTENING = 0.85
"""Exponent of a word's frequency where letters are counted: else a handful of words speaks for all."""

MISSPELT = 0.03
"""The share of words taken to have lost their accents, or the accented letters themselves, on the way."""

_WORD = re.compile(r"[^\W\d_]+")
_NAMES_IN_WORDFREQ = {"no": "nb", "tl": "fil"}
_NO_ACCENT = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae"})
_LATIN_5_READ_AS_LATIN_1 = str.maketrans("ışğ", "ýþð")

Table = dict[str, list[int]]


def main() -> None:
    """Write the file."""
    arrays = {}
    for script, languages in LANGUAGES.items():
        table = _table(script, languages.split())
        keys = np.array([zlib.crc32(feature.encode()) for feature in table], dtype=np.uint32)
        unique, first = np.unique(keys, return_index=True)
        arrays[f"{script}.languages"] = np.array(languages.split())
        arrays[f"{script}.keys"] = unique
        arrays[f"{script}.costs"] = np.array(list(table.values()), dtype=np.uint8)[first]
    np.savez_compressed(TARGET, allow_pickle=False, **arrays)


def _table(script: str, languages: list[str]) -> Table:
    table: Table = {}
    for column, language in enumerate(languages):
        for feature, probability in _features(_words(script, language)):
            cost = round(-math.log(probability) * STEPS_PER_NAT) + 1
            table.setdefault(feature, [0] * len(languages))[column] = min(255, cost)
    return table


def _words(script: str, language: str) -> dict[str, float]:
    words: defaultdict[str, float] = defaultdict(float)
    # the list's index is the frequency in centibels below one
    for centibels, listed in enumerate(get_frequency_list(_NAMES_IN_WORDFREQ.get(language, language), "small")):
        for entry in listed:
            for word in _WORD.findall(entry):
                if ALPHABETS[script].fullmatch(word):
                    words[word] += 10 ** (-centibels / 100)
    for word, frequency in list(words.items()):
        for spelling in _misspelt(language, word):
            if len(spelling) > 1:
                words[spelling] += MISSPELT * frequency
    total = sum(words.values())
    return {word: frequency / total for word, frequency in words.items()}


def _misspelt(language: str, word: str) -> set[str]:
    decomposed = unicodedata.normalize("NFD", word)
    spellings = set()
    if ALPHABETS["latin"].fullmatch(word):
        spellings.add("".join(c for c in decomposed if not unicodedata.combining(c)).translate(_NO_ACCENT))
        spellings.add("".join(c for c in word if c.isascii()))
    if language == "tr":
        spellings.add(word.translate(_LATIN_5_READ_AS_LATIN_1))
    if language == "uk":
        spellings.add(word.replace("і", "i"))  # the Latin letter, which looks the same
    return spellings - {word}


def _features(words: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    by_frequency = sorted(words.items(), key=lambda item: (-item[1], item[0]))
    for word, probability in by_frequency[:WORDS]:
        yield f"={word}", probability
    masses: list[defaultdict[str, float]] = [defaultdict(float) for _ in range(LONGEST_SEQUENCE + 1)]
    for word, probability in by_frequency:
        bounded = f"<{word}>"
        for length in range(1, LONGEST_SEQUENCE + 1):
            for begin in range(len(bounded) - length + 1):
                masses[length][bounded[begin : begin + length]] += probability**FLATTENING
    masses[0][""] = sum(masses[1].values())
    longer = [item for mass in masses[2:] for item in mass.items()]
    longer.sort(key=lambda item: (-item[1], item[0]))
    for sequence, mass in (*masses[1].items(), *longer[:SEQUENCES]):
        yield sequence, mass / masses[len(sequence) - 1][sequence[:-1]]


if __name__ == "__main__":
    main()
