"""Text to the numbers that the model reads.

Comes in: text. Goes out: the numbers of its word pieces.

The rules are those of uncased BERT (Devlin and others, "BERT", 2018; Wu and others, "Google's Neural Machine
Translation System", 2016, section 4.1): lower case without accents, punctuation and Han characters by themselves, and
each word cut into the longest pieces that the vocabulary knows, from its beginning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocabulary.txt")

_LONGEST_WORD = 100
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2CEAF), (0x2F800, 0x2FA1F))


@cache
def vocabulary() -> dict[str, int]:
    """Return each piece's number: its line in the file."""
    pieces = VOCABULARY.read_text(encoding="utf-8").split("\n")
    return {piece: number for number, piece in enumerate(pieces) if piece}


def encode(text: str, most: int) -> list[int]:
    """Return at most ``most`` numbers: BERT's mark for a beginning, the text's pieces, BERT's mark for an end."""
    known = vocabulary()
    pieces = (piece for word in _words(text) for piece in _pieces(word, known))
    return [known["[CLS]"], *islice(pieces, most - 2), known["[SEP]"]]


def _words(text: str) -> Iterator[str]:
    """Yield words and punctuation marks, lazily, because the model reads only the opening of a long text."""
    word = ""
    for character in _plain(text):
        if character.isspace():
            yield from filter(None, (word,))
            word = ""
        elif _stands_alone(character):
            yield from filter(None, (word, character))
            word = ""
        else:
            word += character
    yield from filter(None, (word,))


def _plain(text: str) -> Iterator[str]:
    """Yield the characters in lower case, without accents and invisible characters."""
    for character in text:
        category = unicodedata.category(character)
        if character in "\t\n\r" or category == "Zs":
            yield " "
        elif category[0] != "C" and character != "\ufffd":
            for part in unicodedata.normalize("NFD", character.lower()):
                if unicodedata.category(part) != "Mn":
                    yield part


def _stands_alone(character: str) -> bool:
    if character.isascii():
        return not character.isalnum()
    point = ord(character)
    return unicodedata.category(character)[0] == "P" or any(first <= point <= last for first, last in _HAN)


def _pieces(word: str, known: dict[str, int]) -> list[int]:
    if len(word) > _LONGEST_WORD:
        return [known["[UNK]"]]
    found: list[int] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            number = known.get(prefix + word[start:end])
            if number is not None:
                break
        else:
            return [known["[UNK]"]]
        found.append(number)
        start = end
    return found
