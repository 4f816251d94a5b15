"""Well-known newspapers, broadcasters, agencies and networks, by the names that texts give them.

Comes in: nothing. Goes out: for a name its publication. The table, ``publications.csv``, is our own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Kind = Literal["publication", "agency", "broadcaster", "venue"]


@dataclass(frozen=True)
class Publication:
    """One row of the table."""

    name: str
    kind: Kind
    domain: str


def publications_in(text: str) -> Iterator[tuple[int, int, Publication]]:
    """Yield where a text has the name of a publication, the longer name where two begin together."""
    names, pattern = _table()
    for match in pattern.finditer(text):
        yield match.start(), match.end(), names[match.group()]


@cache
def _table() -> tuple[dict[str, Publication], re.Pattern[str]]:
    names: dict[str, Publication] = {}
    table = (files("enricher.speech") / "publications.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        publication = Publication(row["name"], cast("Kind", row["kind"]), row["domain"])
        for name in (row["name"], *filter(None, row["also"].split("|"))):
            names[name] = publication
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return names, re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")
