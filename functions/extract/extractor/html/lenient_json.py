"""JSON that is nearly JSON, as templates write it by hand.

Comes in: a text. Goes out: the objects and lists that its author most likely meant.

Commas may be missing or too many, strings may hold line ends and quotation marks, keys may be bare or in single quotes,
there may be comments, ``undefined``, and no end. What makes no sense is passed over. The time grows with the text's
length alone; size, depth and number of values are bounded, and nothing raises.
"""

from __future__ import annotations

import re
from typing import Any

_LARGEST = 1_000_000
_MAXIMUM_VALUES = 20_000
_DEEPEST = 100
_MAXIMUM_INNER_QUOTES = 100

_PIECE = re.compile(r"""\s+|//[^\n]*|/\*|<!--|-->|[{}\[\],:]|["']|[^\s{}\[\],:"']+|.""", re.DOTALL)
_QUOTE = {mark: re.compile(rf"{mark}|\\.", re.DOTALL) for mark in "\"'"}
_BEHIND_STRING = re.compile(r"""\s*(?:[,:}\]]|\Z|//|/\*|["'][\w@$-]{1,40}["']\s*:)""")
"""What follows the quotation mark that ends a string; one that anything else follows is part of it."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")

_NO_KEY = object()


class _Builder:
    """Puts values into the objects and lists that are open."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.count = 0
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[Any] = []

    def begin(self, container: dict[str, Any] | list[Any]) -> None:
        if len(self._open) < _DEEPEST:
            self.add(container)
            self._open.append(container)
            self._keys.append(_NO_KEY)

    def end(self, kind: type) -> None:
        """Close the innermost container of a kind, and what was left open in it."""
        if any(isinstance(container, kind) for container in self._open):
            while self._open:
                self._keys.pop()
                if isinstance(self._open.pop(), kind):
                    return

    def part(self) -> None:
        if self._keys:
            self._keys[-1] = _NO_KEY

    def add(self, value: Any) -> None:
        self.count += 1
        if not self._open:
            if isinstance(value, dict | list):
                self.values.append(value)
            return
        container = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif self._keys[-1] is _NO_KEY:
            self._keys[-1] = value if isinstance(value, str) else _NO_KEY
        else:
            container.setdefault(self._keys[-1], value)
            self._keys[-1] = _NO_KEY


def read_leniently(text: str) -> list[Any]:
    """Return the objects and lists in a text that is nearly JSON, in its order."""
    text = text[:_LARGEST]
    built = _Builder()
    position = 0
    while built.count < _MAXIMUM_VALUES and (match := _PIECE.match(text, position)):
        piece, position = match[0], match.end()
        if piece == "/*":
            end = text.find("*/", position)
            position = len(text) if end < 0 else end + 2
        elif piece in "{[":
            built.begin({} if piece == "{" else [])
        elif piece in "}]":
            built.end(dict if piece == "}" else list)
        elif piece == ",":
            built.part()
        elif piece in "\"'":
            value, position = _string(text, position, piece)
            built.add(value)
        elif piece[0] not in " \t\r\n\f\v:" and not piece.startswith(("//", "<!--", "-->")):
            built.add(_word(piece))
    return built.values


def _string(text: str, start: int, mark: str) -> tuple[str, int]:
    """Return the string that begins at a place, and where it ends."""
    position, inner = start, 0
    while match := _QUOTE[mark].search(text, position):
        position = match.end()
        if match[0] != mark:
            continue
        inner += 1
        if inner > _MAXIMUM_INNER_QUOTES or _BEHIND_STRING.match(text, position):
            return _unescaped(text[start : match.start()]), position
    return _unescaped(text[start:]), len(text)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2]), text)


def _word(piece: str) -> Any:
    """Return what a bare word is: a constant, a number, or the text of a key or a value whose quotes are missing."""
    if piece in _WORDS:
        return _WORDS[piece]
    if match := _NUMBER.fullmatch(piece):
        return float(piece) if match[1] else int(piece)
    return piece
