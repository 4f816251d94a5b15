"""Compiles the list of person names that tells names of people from names of places.

Comes in: the package ``faker`` (MIT), whose providers list names of some eighty countries, and the package ``names``
(MIT), which carries the names of the United States census of 1990 (public domain). Goes out: nothing. Changes:
``enricher/text/person_names.txt``, one name a line: ``g`` for a given name, ``s`` for a surname, ``b`` for both.

Run by ``make data``, which pins the packages; the same packages give the same bytes.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import names
from faker.providers import person

TARGET = Path(__file__).parents[1] / "enricher" / "text" / "person_names.txt"

SURNAMES_OF_THE_CENSUS = 25_000
"""Of 88,799 names, the most frequent: fewer than one person in 200,000 has one of the others."""

_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]+(?:['’-][^\W\d_]+)*")
_LATIN_ENDS = 0x250


def main() -> None:
    """Write the file."""
    given = {*_of_faker("first_name", "first_romanized"), *_of_census("female.first"), *_of_census("male.first")}
    surnames = {*_of_faker("last_name", "last_romanized"), *_of_census("all.last", SURNAMES_OF_THE_CENSUS)}
    lines = [f"{_kind(name in given, name in surnames)}{name}" for name in sorted(given | surnames)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _kind(is_given: bool, is_surname: bool) -> str:
    return "b" if is_given and is_surname else "g" if is_given else "s"


def _of_faker(*prefixes: str) -> Iterator[str]:
    for found in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{found.name}").Provider
        for attribute in sorted(vars(provider)):
            value = getattr(provider, attribute)
            if attribute.lstrip("_").startswith(prefixes) and isinstance(value, Iterable):
                yield from _usable(value)


def _of_census(part: str, at_most: int | None = None) -> Iterator[str]:
    lines = (Path(names.__file__).parent / f"dist.{part}").read_text(encoding="ascii").splitlines()[:at_most]
    yield from _usable(line.split()[0].title() for line in lines)


def _usable(candidates: Iterable[object]) -> Iterator[str]:
    for name in candidates:
        if isinstance(name, str) and _NAME.fullmatch(name) and ord(max(name)) < _LATIN_ENDS:
            yield name


if __name__ == "__main__":
    main()
