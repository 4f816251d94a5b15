"""Which characters may be stored and shown: the one place.

Comes in: text that comes from outside. Goes out: text without what a store, a terminal or a reader must not get.
"""

from __future__ import annotations

import re
import unicodedata

_NEWLINES = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"


def storable(text: str) -> str:
    """Return text without what must not be stored, and without invisible hints where a line may break.

    Every kind of line end becomes a newline; vertical tabs and form feeds become spaces.
    """
    text = _NEWLINES.sub("\n", text)
    return _UNSTORABLE.sub("", text.replace("\x0b", " ").replace("\x0c", " "))


def storable_line(text: str) -> str:
    """Return text as one storable line: white space of any kind becomes one space, and none is left at the ends."""
    return " ".join(storable(text).split())


def printable(text: str) -> str:
    """Return text in which a replacement character stands for each character that a terminal would obey.

    These are controls (ECMA-48: ``ESC``, ``CSI``), changes of direction (UAX 9), and others that show nothing. Newlines
    and tabs stay, and so do the joiners, which many scripts need.
    """
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if is_obeyed(character) else character for character in text)


def is_obeyed(character: str) -> bool:
    """Return whether a character is for a terminal to act upon, and not to show."""
    return character not in "\n\t" + _JOINERS and unicodedata.category(character) in _OBEYED
