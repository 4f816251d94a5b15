"""A file is cut into the same records wherever a reading of it begins, and however hostile it is.

Comes in: bytes. Goes out: assertions.
"""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from receiver import records
from receiver.records import DamagedFileError, FileTooLargeError, RawRecord, pieces, split


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read_all(data: bytes, *, size: int = 7, separator: bytes = b"\n") -> list[RawRecord]:
    return list(split(cut(data, size), separator, 0, 0))


def content_of(data: bytes, offset: int = 0, *, is_compressed: bool = True) -> bytes:
    return b"".join(pieces(lambda begin, end: data[begin:end], len(data), offset, is_compressed=is_compressed))


@pytest.mark.parametrize("separator", [b"\n", b"</url>"])
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_records_are_the_same_however_the_file_comes(separator: bytes, size: int) -> None:
    data = separator.join([b"one", b"", b"three", "vier ü".encode(), b"last"])
    found = read_all(data, size=size, separator=separator)
    assert [(record.number, record.body) for record in found] == [
        (1, b"one"),
        (2, b""),
        (3, b"three"),
        (4, "vier ü".encode()),
        (5, b"last"),
    ]
    assert found[-1].end == len(data)


@pytest.mark.parametrize("separator", [b"\n", b"</url>"])
def test_a_reading_that_begins_behind_any_record_finds_the_others(
    separator: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a file with records that are too long at its beginning, in the middle and at its end
    monkeypatch.setattr(records, "LONGEST_RECORD", 20)
    draw = random.Random(7)
    parts = [b"x" * draw.choice([0, 3, 20, 21, 50, 300]) for _ in range(60)] + [b"y" * 100]
    data = separator.join(parts)
    whole = read_all(data, size=11, separator=separator)
    assert [record.body for record in whole] == [part if len(part) <= 20 else None for part in parts]

    # When it is read again from behind each record
    for position, record in enumerate(whole):
        rest = split(
            cut(data[record.end :], 13), separator, record.end, record.number, is_in_long_record=record.is_open
        )
        # Then what follows is what followed
        assert [(found.number, found.body) for found in rest] == [
            (found.number, found.body) for found in whole[position + 1 :]
        ]


def test_a_line_without_end_is_one_refusal_and_takes_no_memory() -> None:
    # Given a line of 200 MB, When it is read
    chunk = b"x" * (1 << 20)
    tracemalloc.start()
    found = list(split((chunk for _ in range(200)), b"\n", 0, 0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # Then it is one record, and no more than a few pieces were held
    assert [(record.number, record.body, record.is_open) for record in found] == [(1, None, True)]
    assert peak < 8 << 20


@pytest.mark.parametrize("offset", [0, 1, 999, 1 << 20, (1 << 20) + 5, 2_500_000])
def test_a_compressed_file_goes_on_at_any_place(offset: int) -> None:
    data = random.Random(1).randbytes(2_600_000)
    assert content_of(gzip.compress(data, 1), offset) == data[offset:]
    assert content_of(data, offset, is_compressed=False) == data[offset:]


def test_all_members_of_a_compressed_file_are_read_and_padding_is_passed_over() -> None:
    assert content_of(gzip.compress(b"one\n") + gzip.compress(b"two\n") + b"\0" * 100) == b"one\ntwo\n"


@pytest.mark.parametrize("damage", ["cut", "changed", "garbage behind it"])
def test_a_damaged_file_gives_what_is_readable_and_says_that_it_is_damaged(damage: str) -> None:
    # Given a compressed file that is damaged
    data = b"".join(b"%d\n" % number for number in range(500_000))
    packed = gzip.compress(data, 1)
    if damage == "cut":
        packed = packed[:-1000]
    elif damage == "changed":
        middle = len(packed) // 2
        packed = packed[:middle] + bytes(1000) + packed[middle + 1000 :]
    else:
        packed += b"garbage"
    read: list[bytes] = []

    # When it is read, Then all before the damage comes first
    with pytest.raises(DamagedFileError):
        read.extend(pieces(lambda begin, end: packed[begin:end], len(packed), 0, is_compressed=True))
    found = b"".join(read)
    assert len(found) > len(data) // 4
    assert data.startswith(found[: len(data) // 4])


def test_a_bomb_is_read_up_to_the_limit_and_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given 64 MB of nothing in 64 KB, and a limit of 10 MB
    monkeypatch.setattr(records, "MAXIMUM_FILE_BYTES", 10 << 20)
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([*(packer.compress(b"\n" * (1 << 20)) for _ in range(64)), packer.flush()])
    sizes: list[int] = []
    tracemalloc.start()

    # When it is read, Then the reading ends at the limit
    with pytest.raises(FileTooLargeError):
        sizes.extend(map(len, pieces(lambda begin, end: bomb[begin:end], len(bomb), 0, is_compressed=True)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(sizes) == 10 << 20
    assert peak < 6 << 20
