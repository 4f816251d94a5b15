"""Lists of words, in data files beside the modules that use them.

Comes in: the path of a TOML file. Goes out: its lists by name. A string is a list of words, an array one of phrases.
"""

from __future__ import annotations

import tomllib
from pathlib import Path


def read_word_lists(source: Path) -> dict[str, frozenset[str]]:
    """Return the lists of a file by name.

    Raises
    ------
    TypeError
        Where a value is neither a string nor an array.
    """
    return {name: _entries(name, value) for name, value in tomllib.loads(source.read_text(encoding="utf-8")).items()}


def _entries(name: str, value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, list):
        return frozenset(map(str, value))
    raise TypeError(f"{name}: {type(value).__name__} is not a list of words")
