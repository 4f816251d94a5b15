"""What was cut from an article's page, in few characters: they are stored in the metadata of the article's object.

Comes in: the blocks that extract cut. Goes out: characters that a header takes, or what they say.

All blocks are counted by their reasons. The longest ones, which a person may miss in the article, are there with their
beginnings, as many as S3 has room for. Comments are counted only: strangers wrote them, and may want them deleted.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from newsdesk.contracts import DroppedBlock, DropReason, LazyModel
from newsdesk.errors import UnreadableObjectError
from newsdesk.words import count_words

CUTS = "cuts"
"""The name in the object's metadata."""

_LARGEST = 2_000
"""Characters: S3 takes 2 KB of metadata, names included."""
_LARGEST_UNPACKED = 200_000
_BEGINNING = 100
"""Characters of a block."""
_MOST_QUOTED = 400
_UNREADABLE = (ValidationError, binascii.Error, zlib.error, EOFError)


@dataclass(frozen=True, slots=True)
class CutCount:
    """How much was cut for one reason."""

    reason: str
    blocks: int
    words: int


@dataclass(frozen=True, slots=True)
class Cuts:
    """What was cut from a page.

    Attributes
    ----------
    counts : tuple of CutCount
        All of it, the most frequent reason first.
    blocks : tuple of DroppedBlock
        The longest blocks in the order of the page, each with its beginning.
    """

    counts: tuple[CutCount, ...]
    blocks: tuple[DroppedBlock, ...]

    @property
    def total(self) -> int:
        """How many blocks were cut."""
        return sum(count.blocks for count in self.counts)


class _Stored(LazyModel):
    counts: dict[str, tuple[int, int]]
    blocks: tuple[tuple[str, str], ...]


def count_cuts(dropped: Sequence[DroppedBlock]) -> tuple[CutCount, ...]:
    """Return how much was cut for each reason, the most frequent one first."""
    return _counted(dropped, [count_words(block.text) for block in dropped])


def pack_cuts(dropped: Sequence[DroppedBlock]) -> str:
    """Return what was cut as ASCII characters that S3 takes as metadata; the same blocks are the same characters."""
    lengths = [count_words(block.text) for block in dropped]
    counts = {count.reason: (count.blocks, count.words) for count in _counted(dropped, lengths)}
    quotable = (number for number, block in enumerate(dropped) if block.reason != DropReason.COMMENTS)
    longest = sorted(quotable, key=lambda number: -lengths[number])[:_MOST_QUOTED]

    def packed(number: int) -> str:
        quoted = [dropped[index] for index in sorted(longest[:number])]
        return _packed(_Stored(counts=counts, blocks=tuple((block.reason, _beginning(block)) for block in quoted)))

    number = bisect_right(range(len(longest) + 1), _LARGEST, key=lambda number: len(packed(number))) - 1
    # More text is not always more characters once it is compressed, so the number that was found may be one too large.
    return next(text for text in map(packed, range(number, -1, -1)) if len(text) <= _LARGEST)


def read_cuts(text: str) -> Cuts:
    """Read what :func:`pack_cuts` returned.

    Raises
    ------
    UnreadableObjectError
        If this release cannot read it.
    """
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), _LARGEST_UNPACKED)
        stored = _Stored.model_validate_json(unpacked)
    except _UNREADABLE as error:
        raise UnreadableObjectError(f"what was cut: {type(error).__name__}") from error
    return Cuts(
        tuple(CutCount(reason, blocks, words) for reason, (blocks, words) in stored.counts.items()),
        tuple(DroppedBlock(text=beginning, reason=reason) for reason, beginning in stored.blocks),
    )


def _counted(dropped: Sequence[DroppedBlock], lengths: Sequence[int]) -> tuple[CutCount, ...]:
    blocks, words = Counter[str](), Counter[str]()
    for block, length in zip(dropped, lengths, strict=True):
        blocks[block.reason] += 1
        words[block.reason] += length
    return tuple(CutCount(reason, number, words[reason]) for reason, number in blocks.most_common())


def _beginning(block: DroppedBlock) -> str:
    if len(block.text) <= _BEGINNING:
        return block.text
    return block.text[:_BEGINNING].rpartition(" ")[0].rstrip() + " …"


def _packed(stored: _Stored) -> str:
    document = json.dumps(stored.model_dump(), ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(document.encode("utf-8"), 9)).decode("ascii")
