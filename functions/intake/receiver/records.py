"""A file as records: decompressed, cut at its separators, bounded.

Comes in: ranges of bytes. Goes out: records with their number and where they end. Nothing is held but a piece of the
file and one record.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

LONGEST_RECORD = 64 * 1024
"""Bytes. A URL has 2,048 characters at most; an entry of a sitemap may name some pictures beside it."""

MAXIMUM_FILE_BYTES = 1 << 30
"""Decompressed: 1 GiB."""

MOST_QUOTED_LINES = 20
LONGEST_QUOTED_RECORD = 16 * 1024
"""Of a record of CSV whose fields hold line ends, in bytes."""

PIECE_BYTES = 4 << 20
_DECOMPRESSED_PIECE = 1 << 20

ReadRange = Callable[[int, int], bytes]
"""Returns the bytes of the file from one position up to another."""


class DamagedFileError(Exception):
    """What follows cannot be decompressed."""


class FileTooLargeError(Exception):
    """What follows is beyond :data:`MAXIMUM_FILE_BYTES`."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record of a file.

    Attributes
    ----------
    number : int
        From 1.
    body : bytes or None
        Without its separator; None when it is too long.
    end : int
        Where the next one begins, in the file's bytes, decompressed.
    is_open : bool
        The rest of it is still to be skipped.
    """

    number: int
    body: bytes | None
    end: int
    is_open: bool = False


def pieces(read: ReadRange, size: int, offset: int, *, is_compressed: bool) -> Iterator[bytes]:
    """Yield the bytes of a file from a position on, a piece at a time.

    gzip has no places to begin at: a compressed file is read from its beginning, and what lies before is dropped.

    Raises
    ------
    DamagedFileError
        If the compression is broken or ends too early; all before it has been yielded.
    FileTooLargeError
        If there is more than is taken; all before it has been yielded.
    """
    position = 0 if is_compressed else offset
    for piece in _decompressed(read, size) if is_compressed else _ranges(read, offset, size):
        begin, position = position, position + len(piece)
        if position > offset:
            yield piece[max(0, offset - begin) : max(0, MAXIMUM_FILE_BYTES - begin)]
        if position > MAXIMUM_FILE_BYTES:
            raise FileTooLargeError


def _ranges(read: ReadRange, begin: int, size: int) -> Iterator[bytes]:
    for start in range(begin, size, PIECE_BYTES):
        yield read(start, min(start + PIECE_BYTES, size))


def _decompressed(read: ReadRange, size: int) -> Iterator[bytes]:
    """Yield a gzip file's content, of all its members; a bomb is never held, only ever a piece of it."""
    inflater = zlib.decompressobj(wbits=31)
    has_begun = False
    for received in _ranges(read, 0, size):
        pending = received
        while pending:
            if inflater.eof:
                # Some writers pad the last member with zeros.
                if not pending.strip(b"\0"):
                    return
                inflater = zlib.decompressobj(wbits=31)
            try:
                piece = inflater.decompress(pending, _DECOMPRESSED_PIECE)
            except zlib.error as error:
                raise DamagedFileError(str(error)) from error
            has_begun = True
            pending = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            if piece:
                yield piece
    if has_begun and not inflater.eof:
        raise DamagedFileError("it ends too early")


def with_quoted_lines(records: Iterator[RawRecord], is_open: Callable[[bytes], bool]) -> Iterator[RawRecord]:
    """Yield records, those put together of several lines that end within a quotation.

    One whose quotation does not end within bounds is yielded as it is, and so is each of the lines behind it: a quote
    too many costs its own record alone.
    """
    pending: deque[RawRecord] = deque()

    def following() -> RawRecord | None:
        return pending.popleft() if pending else next(records, None)

    while (first := following()) is not None:
        held, failure = [first], None
        try:
            while _goes_on(held, is_open) and (raw := following()) is not None:
                held.append(raw)
        except (DamagedFileError, FileTooLargeError) as error:
            failure = error
        body = _joined(held)
        if body is not None and not is_open(body):
            yield replace(held[-1], body=body)
        else:
            pending.extendleft(reversed(held[1:]))
            yield first
        if failure is not None:
            yield from pending
            raise failure


def _goes_on(held: Sequence[RawRecord], is_open: Callable[[bytes], bool]) -> bool:
    body = _joined(held)
    if body is None or len(held) == MOST_QUOTED_LINES or len(body) > LONGEST_QUOTED_RECORD:
        return False
    return is_open(body)


def _joined(held: Sequence[RawRecord]) -> bytes | None:
    """Return lines as one; None where one of them is too long."""
    bodies = [raw.body for raw in held if raw.body is not None]
    return b"\n".join(bodies) if len(bodies) == len(held) else None


def split(
    chunks: Iterator[bytes], separator: bytes, offset: int, number: int, *, is_in_long_record: bool = False
) -> Iterator[RawRecord]:
    """Yield the records of a file that goes on at a position.

    Parameters
    ----------
    offset, number : int
        Where the first record begins, and how many there were before it.
    is_in_long_record : bool
        What comes first is the rest of a record that is too long and has been yielded.
    """
    kept = b""
    for chunk in chunks:
        begin = 0
        buffer = kept + chunk if kept else chunk
        while (at := buffer.find(separator, begin)) >= 0:
            end = at + len(separator)
            if not is_in_long_record:
                number += 1
                body = buffer[begin:at]
                yield RawRecord(number, body if len(body) <= LONGEST_RECORD else None, offset + end)
            is_in_long_record, begin = False, end
        kept, offset = buffer[begin:], offset + begin
        tail = len(separator) - 1
        if is_in_long_record or len(kept) > LONGEST_RECORD + tail:
            # Of a record that is too long, the end is kept: the separator may have been cut in two.
            dropped = len(kept) - tail if tail else len(kept)
            if dropped > 0:
                kept, offset = kept[dropped:], offset + dropped
            if not is_in_long_record:
                number += 1
                is_in_long_record = True
                yield RawRecord(number, None, offset, is_open=True)
    if kept.strip() and not is_in_long_record:
        yield RawRecord(number + 1, kept, offset + len(kept))
