"""A WARC file as records (ISO 28500), from any record on: plain, gzip by the record, or gzip as a whole.

Comes in: ranges of bytes. Goes out: records with their places, and the places where the file is broken. Nothing is held
but a piece of the file and the one block that is wanted.

A place is where a gzip member begins, in the file's bytes, and how far into what it decompresses to; of a plain file,
the second part is always 0. A reader that begins at a place reads the same records as one that came there.

Files are hostile or damaged. Each length is bounded; what a record's ``Content-Length`` says is believed only if
empty lines, a record or the end follow it. Behind a broken place, the next record is looked for by its beginning.
"""

from __future__ import annotations

import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from receiver.records import ReadRange

LARGEST_BLOCK = (10 << 20) + (64 << 10)
"""Bytes of an HTTP response that is kept: a page of 10 MiB and a head."""

LARGEST_RECORD = 1 << 30
"""Bytes, decompressed; a larger one ends the file."""

MOST_BREAKS = 100
"""After so many broken places, the rest of a file is given up."""

_PIECE = 4 << 20
_SLICE = 64 << 10
_DECOMPRESSED_SLICE = 256 << 10
_LONGEST_HEAD = 64 << 10
_MEMBER = b"\x1f\x8b\x08"
_VERSION = b"WARC/"
_EMPTY_LINES = b"\r\n\r\n"
_NEXT = _EMPTY_LINES + b"WARC/1."
_DIGITS = re.compile(r"[0-9]{1,15}")


class Place(NamedTuple):
    """Where a record begins."""

    member: int
    inner: int = 0

    @property
    def name(self) -> str:
        """The place as part of a submission's id."""
        return f"{self.member}-{self.inner}" if self.inner else str(self.member)


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A record.

    Attributes
    ----------
    end : Place
        Where the next one may begin.
    fields : mapping of str to str
        Of its own head, by lower-case names; the first of a name.
    block : bytes or None
        None when it is not wanted, or too large.
    length : int
        Bytes of its block.
    """

    begin: Place
    end: Place
    fields: Mapping[str, str]
    block: bytes | None
    length: int


@dataclass(frozen=True, slots=True)
class Break:
    """A place from which on a file cannot be read, up to the next record that was found, if any."""

    at: Place
    detail: str
    end: Place


class TooLargeError(Exception):
    """A record is larger than any that is skipped; nothing behind it is read."""


class _BrokenError(Exception):
    """What follows is no record, or no gzip."""


def is_response(fields: Mapping[str, str]) -> bool:
    """Return whether a record's block is an HTTP response."""
    media_type = fields.get("content-type", "").replace(" ", "").lower()
    return fields.get("warc-type", "").lower() == "response" and media_type.startswith("application/http")


def is_about_response(fields: Mapping[str, str]) -> bool:
    """Return whether a record's block may be what a capture of our own notes about the response before it."""
    return fields.get("warc-type", "").lower() == "metadata" and fields.get("content-type", "") == "application/json"


def read_records(
    read: ReadRange,
    size: int,
    begin: Place,
    *,
    is_compressed: bool,
    wanted: Callable[[Mapping[str, str]], bool] = lambda _: False,
) -> Iterator[WarcRecord | Break]:
    """Yield the records of a file from a place on, and between them what is broken.

    Parameters
    ----------
    wanted : callable
        Of which records the block is kept, by their fields.

    Raises
    ------
    TooLargeError
        If a record has more than :data:`LARGEST_RECORD` bytes; all before it has been yielded.
    """
    opened = _GzipStream if is_compressed else _PlainStream
    window = _Window(read, size)
    stream: _Stream = opened(window, begin)
    breaks = 0
    while True:
        at = None
        try:
            if not stream.at_record():
                return
            at = stream.place
            record = _read_record(stream, wanted)
        except (_BrokenError, zlib.error) as error:
            at = at or stream.place
            breaks += 1
            found = stream.at(at).find_next() if breaks < MOST_BREAKS else None
            yield Break(at, str(error), found or Place(size))
            if found is None:
                return
            stream = stream.at(found)
            continue
        yield record
        if stream.place != record.end:
            stream = stream.at(record.end)


def _read_record(stream: _Stream, wanted: Callable[[Mapping[str, str]], bool]) -> WarcRecord:
    begin = stream.place
    fields = _fields(stream.head())
    body = stream.place
    stated = fields.get("content-length", "").strip()
    length = int(stated) if _DIGITS.fullmatch(stated) else None
    if length is not None and length > LARGEST_RECORD:
        raise TooLargeError
    limit = LARGEST_BLOCK if wanted(fields) else 0
    if length is not None:
        block = stream.take(length, limit)
        blank = stream.skip_blank() if block is not None else 0
        if block is not None and (blank == len(_EMPTY_LINES) or stream.at_boundary()):
            # A length that is a little too large takes in some of the empty lines.
            block = block.removesuffix(_EMPTY_LINES[: max(0, len(_EMPTY_LINES) - blank)])
            return WarcRecord(begin, stream.place, fields, block if length <= limit else None, length)
    return _read_to_boundary(stream.at(body), begin, fields, limit)


def _read_to_boundary(stream: _Stream, begin: Place, fields: Mapping[str, str], limit: int) -> WarcRecord:
    """Return a record whose length is wrong: its block goes to where the next record begins, or its member ends."""
    kept = bytearray()
    length = 0
    while True:
        piece, is_last = stream.until_boundary()
        length += len(piece)
        if length > LARGEST_RECORD:
            raise TooLargeError
        if limit and length <= limit:
            kept += piece
        if is_last:
            break
    block = bytes(kept).removesuffix(b"\r\n\r\n") if limit and length <= limit else None
    return WarcRecord(begin, stream.place, fields, block, length)


def _fields(head: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in head.decode("utf-8", "replace").splitlines()[1:]:
        if line[:1] in (" ", "\t") and name:
            fields[name] += " " + line.strip()
            continue
        name, _, value = line.partition(":")
        name = name.strip().lower()
        fields.setdefault(name, value.strip())
    return fields


class _Window:
    """A file of which the last pieces that were read are held, so that to begin again costs no call."""

    def __init__(self, read: ReadRange, size: int) -> None:
        self.size = size
        self._read = read
        self._pieces: dict[int, bytes] = {}

    def slice_at(self, at: int) -> bytes:
        """Return some bytes from a place on; none at the end."""
        if at >= self.size:
            return b""
        number = at // _PIECE
        piece = self._pieces.get(number)
        if piece is None:
            piece = self._read(number * _PIECE, min((number + 1) * _PIECE, self.size))
            self._pieces = {known: held for known, held in self._pieces.items() if abs(known - number) == 1}
            self._pieces[number] = piece
        begin = at - number * _PIECE
        return piece[begin : begin + _SLICE]


class _Stream(ABC):
    """Bytes from a place on; ``buffer`` holds what was read and not taken."""

    def __init__(self, window: _Window) -> None:
        self.window = window
        self.buffer = b""

    @property
    @abstractmethod
    def place(self) -> Place:
        """Where the next byte is."""

    @abstractmethod
    def at(self, place: Place) -> _Stream:
        """Return a stream of the same file that begins at a place."""

    @abstractmethod
    def fill(self) -> bool:
        """Read more of the file, or of the member; False at its end."""

    def next_member(self) -> bool:
        """Go on behind the end; False when there is nothing."""
        return False

    def check_end(self) -> None:
        """Refuse an end that is none of a record."""
        raise _BrokenError("it ends within a record")

    def drop(self, count: int) -> None:
        """Go on behind bytes that are in the buffer."""
        self.buffer = self.buffer[count:]

    def has(self, count: int) -> bool:
        """Return whether so many bytes follow, and have them in the buffer."""
        while len(self.buffer) < count:
            if not self.fill():
                return False
        return True

    def skip_blank(self) -> int:
        """Go on behind empty lines, and return how many bytes they have."""
        count = 0
        while self.has(1):
            blank = len(self.buffer) - len(self.buffer.lstrip(b"\r\n"))
            self.drop(blank)
            count += blank
            if self.buffer:
                break
        return count

    def at_record(self) -> bool:
        """Go on to the next record, and return whether there is one."""
        while True:
            self.skip_blank()
            if not self.buffer:
                if not self.next_member():
                    return False
            elif self.has(len(_VERSION)) and self.buffer.startswith(_VERSION):
                return True
            elif self.buffer.strip(b"\0"):
                raise _BrokenError("no record begins here")
            else:
                self.drop(len(self.buffer))

    def at_boundary(self) -> bool:
        """Return whether a record, or the end, follows."""
        is_padding = not self.buffer.strip(b"\0")
        return is_padding or (self.has(len(_VERSION)) and self.buffer.startswith(_VERSION))

    def head(self) -> bytes:
        """Take a record's head, up to and without its empty line."""
        while True:
            ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := self.buffer.find(mark)) >= 0]
            if ends:
                at, length = min(ends)
                head = self.buffer[:at]
                self.drop(at + length)
                return head
            if len(self.buffer) > _LONGEST_HEAD:
                raise _BrokenError("a head without end")
            if not self.fill():
                raise _BrokenError("it ends within a record")

    def take(self, length: int, limit: int) -> bytes | None:
        """Take a block, and return it, or nothing of one that is longer than a limit; None when there is less."""
        kept = bytearray()
        left = length
        while left:
            if not self.has(1):
                return None
            piece = self.buffer[:left]
            if length <= limit:
                kept += piece
            self.drop(len(piece))
            left -= len(piece)
        return bytes(kept)

    def until_boundary(self) -> tuple[bytes, bool]:
        """Take the bytes before the next record, or a piece of them, and return whether they end there."""
        if not self.has(len(_NEXT)):
            self.check_end()
            piece, self.buffer = self.buffer, b""
            return piece, True
        at = self.buffer.find(_NEXT)
        piece = self.buffer[: at if at >= 0 else 1 - len(_NEXT)]
        self.drop(len(piece) + (4 if at >= 0 else 0))
        return piece, at >= 0

    def scan(self) -> bool:
        """Go on to where a record begins behind an empty line, in what can be read; return whether there is one."""
        scanned = 0
        while self.has(len(_NEXT)) and scanned <= LARGEST_RECORD:
            at = self.buffer.find(_NEXT)
            if at >= 0:
                self.drop(at + 4)
                return True
            scanned += len(self.buffer) - len(_NEXT) + 1
            self.drop(len(self.buffer) - len(_NEXT) + 1)
        return False

    def find_next(self) -> Place | None:
        """Return where the next record begins behind this place."""
        return self.place if self.scan() else None


class _PlainStream(_Stream):
    def __init__(self, window: _Window, begin: Place) -> None:
        super().__init__(window)
        self._end = begin.member  # of what is in the buffer

    @property
    def place(self) -> Place:
        return Place(self._end - len(self.buffer))

    def at(self, place: Place) -> _PlainStream:
        return _PlainStream(self.window, place)

    def fill(self) -> bool:
        piece = self.window.slice_at(self._end)
        self._end += len(piece)
        self.buffer += piece
        return bool(piece)


class _GzipStream(_Stream):
    """The members of a gzip file, one after the other."""

    def __init__(self, window: _Window, begin: Place) -> None:
        super().__init__(window)
        self._open(begin.member)
        while self._inner < begin.inner and self.fill():
            self.buffer = self.buffer[-surplus:] if (surplus := self._inner - begin.inner) > 0 else b""

    def _open(self, at: int) -> None:
        self._member = self._input_at = at
        self._inner = 0  # where the buffer ends, decompressed
        self._inflater = zlib.decompressobj(wbits=31)

    @property
    def place(self) -> Place:
        return Place(self._member, self._inner - len(self.buffer))

    def at(self, place: Place) -> _GzipStream:
        return _GzipStream(self.window, place)

    def fill(self) -> bool:
        while not self._inflater.eof:
            pending = self._inflater.unconsumed_tail
            if not pending:
                pending = self.window.slice_at(self._input_at)
                self._input_at += len(pending)
            if not pending:
                raise _BrokenError("it ends within a gzip member")
            piece = self._inflater.decompress(pending, _DECOMPRESSED_SLICE)
            if self._inflater.eof:
                self._input_at -= len(self._inflater.unused_data)
            if piece:
                self._inner += len(piece)
                self.buffer += piece
                return True
        return False

    def next_member(self) -> bool:
        beginning = self.window.slice_at(self._input_at)
        if not beginning.strip(b"\0"):  # some writers pad the file
            return False
        self._open(self._input_at)
        if not beginning.startswith(_MEMBER):
            raise _BrokenError("no gzip member begins here")
        return True

    def check_end(self) -> None:
        """Accept the end of a member as that of a record."""

    def find_next(self) -> Place | None:
        """Return where the next record begins: in the same member, or with one behind it."""
        try:
            if self.scan():
                return self.place
        except (_BrokenError, zlib.error):
            pass
        at = self._member + 1
        while piece := self.window.slice_at(at):
            found = piece.find(_MEMBER)
            if found >= 0 and self._begins_record(at + found):
                return Place(at + found)
            at += found + 1 if found >= 0 else max(1, len(piece) - len(_MEMBER) + 1)
        return None

    def _begins_record(self, at: int) -> bool:
        inflater = zlib.decompressobj(wbits=31)
        beginning = self.window.slice_at(at)
        beginning += self.window.slice_at(at + len(beginning))
        try:
            return inflater.decompress(beginning, 64).startswith(_VERSION)
        except zlib.error:
            return False
