"""The vectors of articles, side by side in blocks, and which of them are closest to one.

Comes in: vectors by their articles' numbers. Goes out: numbers, the closest first. Changes: a table of the index.

A vector's place follows from its article's number, so a block is read and multiplied as the matrix that it is. A place
whose length is zero is free.
"""

from __future__ import annotations

import heapq
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsdesk.contracts import cosine

ROWS = 1024
"""Places of a block: few enough for the processor's cache once they are numbers of four bytes."""

SCHEMA = """
CREATE TABLE block (
    number INTEGER PRIMARY KEY, model TEXT NOT NULL, size INTEGER NOT NULL, first INTEGER NOT NULL,
    lengths BLOB NOT NULL, vectors BLOB NOT NULL, UNIQUE (model, size, first)
);
"""
_LENGTH_BYTES = array("f").itemsize


@dataclass(frozen=True, slots=True)
class Block:
    """Vectors of articles whose numbers follow each other.

    Attributes
    ----------
    first : int
        The number of the first place.
    lengths : bytes
        The length of each, as a number of four bytes; zero where there is none.
    vectors : bytes
        Signed bytes, one vector after the other.
    """

    first: int
    lengths: bytes
    vectors: bytes


class VectorBlocks:
    """The table of blocks; what is changed here is part of the database's open transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, number: int, model: str, vector: Sequence[int]) -> int:
        """Keep the vector of the article with a number, and return the number of its block."""
        size, first = len(vector), number - number % ROWS
        identity = (model, size, first)
        statement = "SELECT number FROM block WHERE model = ? AND size = ? AND first = ?"
        row = self._database.execute(statement, identity).fetchone()
        if row is None:
            made = self._database.execute(
                "INSERT INTO block (model, size, first, lengths, vectors) VALUES (?, ?, ?, zeroblob(?), zeroblob(?))",
                (*identity, ROWS * _LENGTH_BYTES, ROWS * size),
            )
            row = (made.lastrowid,)
        length = sum(value * value for value in vector) ** 0.5
        self._write(row[0], number, length, array("b", vector).tobytes())
        return int(row[0])

    def remove(self, number: int, block: int) -> None:
        """Forget the vector of the article with a number, and its block if it was the last one there."""
        (size,) = self._database.execute("SELECT size FROM block WHERE number = ?", (block,)).fetchone()
        self._write(block, number, 0.0, bytes(size))
        (lengths,) = self._database.execute("SELECT lengths FROM block WHERE number = ?", (block,)).fetchone()
        if not any(lengths):
            self._database.execute("DELETE FROM block WHERE number = ?", (block,))

    def read(self, model: str, size: int, firsts: set[int] | None = None) -> Iterator[Block]:
        """Return the blocks of a model's vectors one at a time, or those of them that begin with some numbers."""
        known = self._database.execute(
            "SELECT first, number FROM block WHERE model = ? AND size = ? ORDER BY first", (model, size)
        ).fetchall()
        for first, number in known:
            if firsts is None or first in firsts:
                statement = "SELECT lengths, vectors FROM block WHERE number = ?"
                row = self._database.execute(statement, (number,)).fetchone()
                if row is not None:  # another process may have taken it out since
                    yield Block(first, *row)

    def models(self) -> list[str]:
        """Return the models of the vectors that there are."""
        return [str(model) for (model,) in self._database.execute("SELECT DISTINCT model FROM block ORDER BY model")]

    def _write(self, block: int, number: int, length: float, vector: bytes) -> None:
        if not self._database.in_transaction:  # writing to a blob begins none by itself
            self._database.execute("BEGIN IMMEDIATE")
        written = {"lengths": array("f", [length]).tobytes(), "vectors": vector}
        for column, body in written.items():
            with self._database.blobopen("block", column, block) as blob:
                blob.seek(number % ROWS * len(body))
                blob.write(body)


def closest(
    blocks: Iterable[Block], wanted: Sequence[int], limit: int, among: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """Return numbers and cosines of the closest vectors, the closest first; of articles with some numbers, if given.

    With numpy, which is where the model is, this is a hundred times as fast.
    """
    try:
        import numpy
    except ImportError:
        return _closest_slowly(blocks, wanted, limit, among)
    direction = numpy.array(wanted, dtype=numpy.float32)
    direction /= numpy.linalg.norm(direction)
    numbers, likeness = [numpy.empty(0, dtype=numpy.int64)], [numpy.empty(0, dtype=numpy.float32)]
    chosen = None if among is None else numpy.array(among, dtype=numpy.int64)
    for block in blocks:
        matrix = numpy.frombuffer(block.vectors, dtype=numpy.int8).reshape(ROWS, -1)
        lengths = numpy.frombuffer(block.lengths, dtype=numpy.float32)
        places = numpy.flatnonzero(lengths)
        if chosen is not None:
            inside = chosen[(chosen >= block.first) & (chosen < block.first + ROWS)] - block.first
            places = numpy.intersect1d(places, inside)
        if len(places) < ROWS:
            matrix, lengths = matrix[places], lengths[places]
        numbers.append(places + block.first)
        likeness.append(matrix.astype(numpy.float32) @ direction / lengths)
    every, products = numpy.concatenate(numbers), numpy.concatenate(likeness)
    if not len(products):
        return []
    candidates = numpy.argpartition(-products, min(limit, len(products)) - 1)[:limit]
    ordered = sorted((-float(products[place]), int(every[place])) for place in candidates)
    return [(number, -negative) for negative, number in ordered]


def _closest_slowly(
    blocks: Iterable[Block], wanted: Sequence[int], limit: int, among: Sequence[int] | None
) -> list[tuple[int, float]]:
    size = len(wanted)
    chosen = None if among is None else set(among)

    def likeness() -> Iterator[tuple[int, float]]:
        for block in blocks:
            vectors = memoryview(block.vectors).cast("b")
            for place, length in enumerate(memoryview(block.lengths).cast("f")):
                if length and (chosen is None or block.first + place in chosen):
                    yield block.first + place, cosine(wanted, vectors[place * size : (place + 1) * size])

    return heapq.nsmallest(limit, likeness(), key=lambda pair: (-pair[1], pair[0]))
