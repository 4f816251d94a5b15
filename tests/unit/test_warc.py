"""WARC files of every make are read record by record, from any record on, and as far as they are whole.

Comes in: files as warcio writes them, and files that are broken by hand. Goes out: assertions.
"""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from receiver.warc import Break, Place, TooLargeError, WarcRecord, is_response, read_records

HTML = b"<html><body><p>The bridge opens at noon.</p></body></html>"
START = Place(0)
NOW = "2026-03-14T09:26:53Z"


@cache
def warc(pages: int = 4, version: str = "1.1", *, is_gzip: bool = False) -> bytes:
    """Return a file of pages with their requests."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=is_gzip, warc_version=version)
    writer.write_record(writer.create_warcinfo_record("crawl.warc.gz", {"software": "test"}))
    for number in range(pages):
        url = f"https://news.example/{number}"
        for kind, head, body in (
            ("request", StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example")], is_http_request=True), b""),
            ("response", StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1"), HTML * 50),
        ):
            record = writer.create_warc_record(
                url, kind, io.BytesIO(body), len(body), http_headers=head, warc_headers_dict={"WARC-Date": NOW}
            )
            writer.write_record(record)
    return file.getvalue()


def plain(version: str = "1.1") -> bytes:
    return warc(version=version)


def by_record(version: str = "1.1") -> bytes:
    return warc(version=version, is_gzip=True)


def as_a_whole(version: str = "1.1") -> bytes:
    return gzip.compress(warc(version=version))


MAKES: list[Callable[[str], bytes]] = [plain, by_record, as_a_whole]


def read(
    file: bytes,
    begin: Place = START,
    wanted: Callable[[Mapping[str, str]], bool] = is_response,
) -> list[WarcRecord | Break]:
    return list(items(file, begin, wanted))


def items(file: bytes, begin: Place = START, wanted: Any = is_response) -> Iterator[WarcRecord | Break]:
    is_compressed = file.startswith(b"\x1f\x8b")
    return read_records(lambda at, end: file[at:end], len(file), begin, is_compressed=is_compressed, wanted=wanted)


def urls(found: list[WarcRecord | Break]) -> list[str]:
    return [
        item.fields["warc-target-uri"] for item in found if isinstance(item, WarcRecord) and is_response(item.fields)
    ]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("make", MAKES)
def test_each_make_has_the_same_records(make: Callable[[str], bytes], version: str) -> None:
    found = read(make(version))
    kinds = [item.fields["warc-type"] for item in found if isinstance(item, WarcRecord)]
    assert kinds == ["warcinfo", *["request", "response"] * 4]
    pages = [item for item in found if isinstance(item, WarcRecord) and item.block is not None]
    assert len(pages) == 4
    assert all(page.block is not None and page.block.endswith(b"\r\n\r\n" + HTML * 50) for page in pages)


@pytest.mark.parametrize("make", MAKES)
def test_a_reader_that_begins_at_a_record_reads_what_follows_it(make: Callable[[str], bytes]) -> None:
    file = make("1.1")
    found = read(file)
    for number, item in enumerate(found):
        assert read(file, item.begin if isinstance(item, WarcRecord) else item.at) == found[number:]
        assert read(file, item.end) == found[number + 1 :]


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.999])
def test_of_a_file_that_is_cut_short_what_is_whole_is_read_and_the_place_is_said(
    make: Callable[[str], bytes], share: float
) -> None:
    file = make("1.1")
    whole = read(file)
    found = read(file[: int(len(file) * share)])
    assert isinstance(found[-1], Break)
    assert "ends within" in found[-1].detail
    assert found[:-1] == whole[: len(found) - 1]


@pytest.mark.parametrize("make", [plain, by_record])
def test_what_follows_a_damaged_place_is_read(make: Callable[[str], bytes]) -> None:
    # Given a file in which one record is overwritten
    file = bytearray(make("1.1"))
    whole = read(bytes(file))
    hit = whole[4]
    assert isinstance(hit, WarcRecord)
    file[hit.begin.member : hit.begin.member + 60] = b"\xff" * 60

    # When it is read
    found = read(bytes(file))

    # Then that record is missing, alone, and its place is known
    broken = [item for item in found if isinstance(item, Break)]
    assert [item.at for item in broken] == [hit.begin]
    assert [item for item in found if isinstance(item, WarcRecord)] == [*whole[:4], *whole[5:]]


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("wrong", [-200, -5, 3, 333, 100_000_000])
def test_a_wrong_length_costs_nothing(make: Callable[[str], bytes], wrong: int) -> None:
    # Given a file of which the second page's record has a wrong length
    records = read(plain())
    hit = records[4]
    assert isinstance(hit, WarcRecord)
    stated = f"Content-Length: {hit.length}".encode()
    untouched = plain()
    file = untouched[: hit.begin.member] + untouched[hit.begin.member :].replace(
        stated, f"Content-Length: {max(0, hit.length + wrong)}".encode(), 1
    )
    if make is as_a_whole:
        file = gzip.compress(file)
    elif make is by_record:
        ends = [item.end.member for item in records]
        ends = [
            end + max(0, len(str(hit.length + wrong)) - len(str(hit.length))) * (n >= 4) for n, end in enumerate(ends)
        ]
        file = b"".join(gzip.compress(file[a:b]) for a, b in zip([0, *ends], [*ends[:-1], len(file)], strict=False))

    # When it is read, Then every page is there with all of its bytes
    found = read(file)
    assert urls(found) == [f"https://news.example/{number}" for number in range(4)]
    blocks = [item.block for item in found if isinstance(item, WarcRecord) and is_response(item.fields)]
    assert blocks == [item.block for item in records if isinstance(item, WarcRecord) and is_response(item.fields)]


def test_what_looks_like_a_record_within_a_page_is_none() -> None:
    forged = warc(1).split(b"\r\n\r\n", 2)[2]
    for is_gzip in (False, True):
        file = io.BytesIO()
        writer = WARCWriter(file, gzip=is_gzip)
        body = b"<pre>\r\n\r\n" + forged + gzip.compress(forged)
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1")
        for url in ("https://one.example/", "https://two.example/"):
            writer.write_record(
                writer.create_warc_record(url, "response", io.BytesIO(body), len(body), http_headers=head)
            )
        assert urls(read(file.getvalue())) == ["https://one.example/", "https://two.example/"]


@pytest.mark.slow
def test_a_bomb_is_never_held_and_ends_the_file() -> None:
    # Given a record of two gigabytes of nothing in two megabytes, behind a page
    head = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: 900000000\r\n\r\n"
    squeezed = zlib.compressobj(wbits=31)
    bomb = squeezed.compress(head) + b"".join(squeezed.compress(bytes(1 << 20)) for _ in range(200)) + squeezed.flush()
    file = warc(1, is_gzip=True) + bomb

    # When it is read
    tracemalloc.start()
    found = read(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # Then the page is there, and the bomb is a record whose block is not kept
    assert urls(found[:3]) == ["https://news.example/0"]
    assert isinstance(found[3], WarcRecord)
    assert found[3].block is None
    assert peak < 40 << 20


@pytest.mark.parametrize("length", [2 << 30, 10**14])
def test_a_record_beyond_all_bounds_ends_the_file(length: int) -> None:
    file = warc(1) + f"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {length}\r\n\r\n".encode()
    reading = items(file)
    assert len([next(reading) for _ in range(3)]) == 3
    with pytest.raises(TooLargeError):
        next(reading)


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"\r\n\r\n\r\n", b""], ids=["padding", "empty lines", "nothing"])
@pytest.mark.parametrize("make", [plain, by_record])
def test_padding_is_no_damage(make: Callable[[str], bytes], tail: bytes) -> None:
    if tail.startswith(b"\r") and make is by_record:
        tail = gzip.compress(tail)
    assert read(make("1.1") + tail)[:-1] == read(make("1.1"))[:-1]


def test_a_head_without_end_is_damage() -> None:
    found = read(b"WARC/1.1\r\n" + b"X: y\r\n" * 100_000 + warc(1))
    assert isinstance(found[0], Break)
    assert urls(found) == ["https://news.example/0"]


def test_nothing_is_read_forever() -> None:
    # Given a file of a thousand beginnings of records without ends
    file = b"\r\n\r\nWARC/1.1\r\nContent-Length: 9\r\n\r\n" * 1000
    found = read(file)
    assert sum(isinstance(item, Break) for item in found) <= 100
