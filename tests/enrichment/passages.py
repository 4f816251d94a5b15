"""Short passages of news of our own writing with what is said word for word in them, and how much of it is found.

Comes in: ``tests/enrichment/passages.txt``. Goes out: figures for each half.

A passage opens with a line of its half and its shape: rules were written with the ``dev`` half in view, and with the
``held`` half unseen, until what was missed in it showed kinds that rules lacked. ``{{name|words}}`` marks what is said
and who says it; ``-`` is somebody without a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsdesk.contracts import Quote

SOURCE = Path(__file__).with_name("passages.txt")
_OPENING = re.compile(r"^(dev|held) ([\w-]+)$", re.MULTILINE)
_MARK = re.compile(r"\{\{([^|]+)\|(.*?)\}\}", re.DOTALL)
_WHOLE, _FILLED = 0.8, 0.5
"""Shares of what is said that a quote must have, and of a quote that must be said."""

Counts = Counter[str]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says, and their name where they have one."""

    begin: int
    end: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with all that is said in it."""

    half: str
    shape: str
    body: str
    said: tuple[Said, ...]


def passages() -> Iterator[Passage]:
    """Yield the passages."""
    parts = _OPENING.split(SOURCE.read_text(encoding="utf-8"))[1:]
    for half, shape, marked in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield _passage(half, shape, marked.strip())


def _passage(half: str, shape: str, marked: str) -> Passage:
    body, said, at = "", [], 0
    for mark in _MARK.finditer(marked):
        body += marked[at : mark.start()]
        said.append(Said(len(body), len(body) + len(mark[2]), None if mark[1] == "-" else mark[1]))
        body += mark[2]
        at = mark.end()
    return Passage(half, shape, body + marked[at:], tuple(said))


def count(passage: Passage, quotes: tuple[Quote, ...]) -> Counts:
    """Return what is said, what of it was found and with its speaker, and what is quoted that nobody says."""
    spoken = [quote for quote in quotes if quote.kind != "indirect"]
    counts: Counts = Counter()
    for said in passage.said:
        same = [other for other in passage.said if other.name == said.name]
        found = next((quote for quote in spoken if _is(said, quote, same)), None)
        counts["said"] += 1
        counts["found"] += found is not None
        counts["speakers"] += found is not None and (found.speaker.name if found.speaker else None) == said.name
    direct = [quote for quote in quotes if quote.kind == "direct"]
    counts["direct"] = len(direct)
    counts["right"] = sum(
        sum(_shared(said, quote) for said in passage.said) >= _FILLED * (quote.end - quote.begin) for quote in direct
    )
    return counts


def figures(counts: Counts) -> dict[str, float]:
    """Return recall, recall with the speaker, and precision."""
    return {
        "recall": counts["found"] / counts["said"],
        "speaker_recall": counts["speakers"] / counts["said"],
        "precision": counts["right"] / counts["direct"],
    }


def _is(said: Said, quote: Quote, same: list[Said]) -> bool:
    """Return whether a quote has what is said, and little else: "she said" between two parts of it."""
    whole = _shared(said, quote) >= _WHOLE * (said.end - said.begin)
    filled = sum(_shared(other, quote) for other in same) >= _FILLED * (quote.end - quote.begin)
    return whole and (quote.kind == "mixed" or filled)


def _shared(said: Said, quote: Quote) -> int:
    return max(0, min(said.end, quote.end) - max(said.begin, quote.begin))
