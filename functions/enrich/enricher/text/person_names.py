"""Given names and surnames of some eighty countries, in Latin letters.

Comes in: nothing. Goes out: sets of names. ``compile/person_names.py`` makes ``person_names.txt``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def given_names() -> frozenset[str]:
    """Return the given names."""
    return frozenset(line[1:] for line in _person_names() if line[0] in "gb")


@cache
def surnames() -> frozenset[str]:
    """Return the surnames."""
    return frozenset(line[1:] for line in _person_names() if line[0] in "sb")


@cache
def _person_names() -> tuple[str, ...]:
    return tuple(Path(__file__).with_name("person_names.txt").read_text(encoding="utf-8").split())
