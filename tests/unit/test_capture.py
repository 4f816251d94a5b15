"""A capture keeps what was sent and received, and can be read by anybody's WARC tools."""

from __future__ import annotations

import dataclasses
import gzip
import json
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from fetcher.captures import exchange_of
from newsdesk.articles import CaptureRedirect, CaptureUnreadableError, Exchange, read_capture, write_capture
from newsdesk.web import decode_body
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import PAGE, MisbehavingServer
from tests.web import fetch, to_addresses

EXCHANGE = Exchange(
    capture_id="20260314T092653589Z-0badcafe",
    captured_at="2026-03-14T09:26:53.589Z",
    requested_url="http://news.example/harbour",
    final_url="https://news.example/harbour?page=1",
    request_head=b"GET /harbour?page=1 HTTP/1.1\r\nHost: news.example\r\nUser-Agent: Newsdesk\r\n\r\n",
    http_version="HTTP/1.1",
    status=200,
    reason_phrase="OK",
    headers=(
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", "39"),
        ("ETag", '"abc"'),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ),
    body=b"<html><p>The harbour bridge.</p></html>",
    resolved_address="198.51.100.7",
    redirects=(CaptureRedirect("http://news.example/harbour", 301, "https://news.example/harbour?page=1"),),
    timings={"head": 0.12, "total": 0.34},
)


def records_of(file: bytes) -> dict[str, SimpleNamespace]:
    return {
        record.rec_type: SimpleNamespace(
            fields=record.rec_headers, http=record.http_headers, content=record.raw_stream.read()
        )
        for record in ArchiveIterator(BytesIO(file))
    }


def check(file: bytes, tmp_path: Path) -> int:
    path = tmp_path / "capture.warc.gz"
    path.write_bytes(file)
    exit_status: int = Checker(SimpleNamespace(inputs=[str(path)], verbose=True)).process_all()
    return exit_status


header_values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)


def test_a_capture_is_read_back_as_it_was_written() -> None:
    page = read_capture(write_capture(EXCHANGE))

    for name in (
        "requested_url",
        "captured_at",
        "status",
        "headers",
        "body",
        "resolved_address",
        "redirects",
        "timings",
    ):
        assert getattr(page, name) == getattr(EXCHANGE, name), name
    assert page.url == EXCHANGE.final_url
    assert page.content_type == "text/html; charset=utf-8"
    assert page.content_encoding is None
    assert page.header("set-cookie") == ("a=1", "b=2")


@given(st.binary(max_size=5000))
def test_every_body_comes_back_byte_for_byte(body: bytes) -> None:
    exchange = dataclasses.replace(EXCHANGE, headers=(("Content-Type", "text/html"),), body=body)
    assert read_capture(write_capture(exchange)).body == body


def test_a_large_body_comes_back_whole() -> None:
    body = bytes(range(256)) * 20_000
    assert read_capture(write_capture(dataclasses.replace(EXCHANGE, body=body))).body == body


@given(st.lists(st.tuples(st.sampled_from(["X-One", "x-two", "Via"]), header_values), max_size=8))
def test_every_header_field_comes_back_in_order(fields: list[tuple[str, str]]) -> None:
    exchange = dataclasses.replace(EXCHANGE, headers=tuple(fields))
    assert read_capture(write_capture(exchange)).headers == tuple(fields)


def test_a_compressed_body_is_kept_compressed() -> None:
    # Given a response with a content coding
    body = gzip.compress(EXCHANGE.body)
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"))

    # When it is captured
    page = read_capture(write_capture(dataclasses.replace(EXCHANGE, headers=headers, body=body)))

    # Then the bytes are the server's
    assert page.body == body
    assert page.content_encoding == "gzip"


def test_removed_chunking_is_noted_and_the_record_stays_readable(tmp_path: Path) -> None:
    # Given a response that came in chunks, with a length that chunking overrules
    headers = (("Transfer-Encoding", "chunked"), ("Content-Length", "7"), ("Content-Type", "text/html"))

    # When it is captured
    file = write_capture(dataclasses.replace(EXCHANGE, headers=headers))

    # Then no field is lost, and the record describes the body it has
    assert read_capture(file).headers == (
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Archive-Orig-Content-Length", "7"),
        ("Content-Type", "text/html"),
        ("Content-Length", str(len(EXCHANGE.body))),
    )
    assert next(iter(ArchiveIterator(BytesIO(file)))).content_stream().read() == EXCHANGE.body
    assert check(file, tmp_path) == 0


def test_the_file_passes_warcio_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(write_capture(EXCHANGE), tmp_path) == 0
    assert capsys.readouterr().out.count("digest pass") == 3


def test_the_file_passes_warcio_check_with_an_empty_body(tmp_path: Path) -> None:
    assert check(write_capture(dataclasses.replace(EXCHANGE, body=b"")), tmp_path) == 0


def test_heads_are_kept_byte_for_byte() -> None:
    # Given a field that is not ASCII
    headers = (("X-Place", "Malm\u00f6"), ("X-Title", "Hafen \u00c3\u00bc"))

    # When it is captured
    file = write_capture(dataclasses.replace(EXCHANGE, headers=headers, reason_phrase=""))
    raw = next(iter(ArchiveIterator(BytesIO(file), no_record_parse=True))).raw_stream.read()

    # Then its bytes are in the record
    assert raw.startswith(b"HTTP/1.1 200 \r\nX-Place: Malm\xf6\r\nX-Title: Hafen \xc3\xbc\r\n\r\n<html>")


def test_the_three_records_say_what_belongs_together() -> None:
    records = records_of(write_capture(EXCHANGE))

    assert set(records) == {"response", "request", "metadata"}
    response_id = records["response"].fields.get_header("WARC-Record-ID")
    assert records["request"].fields.get_header("WARC-Concurrent-To") == response_id
    assert records["metadata"].fields.get_header("WARC-Concurrent-To") == response_id
    assert {record.fields.protocol for record in records.values()} == {"WARC/1.1"}
    assert {record.fields.get_header("WARC-Date") for record in records.values()} == {EXCHANGE.captured_at}
    assert records["request"].http.get_header("Host") == "news.example"
    assert records["response"].fields.get_header("WARC-Payload-Digest").startswith("sha1:")


def test_the_same_exchange_makes_the_same_bytes() -> None:
    assert write_capture(EXCHANGE) == write_capture(EXCHANGE)


def test_another_capture_has_other_record_ids() -> None:
    other = dataclasses.replace(EXCHANGE, capture_id="20260314T092653590Z-0badcafe")

    first, second = (
        {record.fields.get_header("WARC-Record-ID") for record in records_of(write_capture(exchange)).values()}
        for exchange in (EXCHANGE, other)
    )

    assert not first & second


@given(st.data())
def test_a_file_that_was_cut_short_is_never_taken_for_a_capture(data: st.DataObject) -> None:
    file = write_capture(EXCHANGE)
    cut = data.draw(st.integers(0, len(file) - 12))

    with pytest.raises(CaptureUnreadableError):
        read_capture(file[:cut])


@pytest.mark.parametrize(
    "file", [b"", b"not a capture", gzip.compress(b"not a capture", mtime=0), b"\x1f\x8b\x08\x00rubbish"]
)
def test_what_is_no_capture_is_said_to_be_unreadable(file: bytes) -> None:
    with pytest.raises(CaptureUnreadableError):
        read_capture(file)


def test_a_changed_body_is_noticed() -> None:
    file = write_capture(EXCHANGE)
    records = [gzip.decompress(part) for part in _members(file)]
    tampered = b"".join(gzip.compress(record.replace(b"bridge", b"tunnel")) for record in records)

    with pytest.raises(CaptureUnreadableError):
        read_capture(tampered)


def _members(file: bytes) -> list[bytes]:
    starts = _offsets(file)
    return [file[start:end] for start, end in zip(starts, [*starts[1:], len(file)], strict=True)]


def _offsets(file: bytes) -> list[int]:
    iterator = ArchiveIterator(BytesIO(file))
    return [iterator.get_record_offset() for _ in iterator]


# From the wire to extract


@pytest.mark.parametrize("coding", [None, *server_side.ENCODERS])
@pytest.mark.parametrize("framing", ["length", "chunked", "until closed"])
def test_a_replayed_capture_gives_extract_what_the_server_meant(
    server: MisbehavingServer, tmp_path: Path, coding: str | None, framing: str
) -> None:
    # Given a page behind each coding and framing
    sent = server_side.ENCODERS[coding](PAGE) if coding else PAGE
    fields = [server_side.HTML, ("X-Robots-Tag", "noarchive"), *([("Content-Encoding", coding)] if coding else [])]
    behaviour = {
        "length": server_side.answer(sent, *fields[1:]),
        "chunked": server_side.chunked(*[sent[start : start + 7] for start in range(0, len(sent), 7)], fields=fields),
        "until closed": server_side.raw(server_side.head(200, fields), sent),
    }[framing]
    url = server.on("/old", server_side.redirect("/page"))
    server.on("/page", behaviour)

    # When it is fetched and captured
    response = fetch(url)
    file = write_capture(exchange_of("20260314T092653000Z-0badcafe", url, response))
    page = read_capture(file)

    # Then the stored body is the one that was sent, and what extract reads is the page, byte for byte
    assert page.body == sent
    assert decode_body(page.body, page.content_encoding, 100_000) == PAGE
    assert page.header("x-robots-tag") == ("noarchive",)
    assert page.redirects == (CaptureRedirect(url, 301, server.url("/page"), "127.0.0.1"),)
    assert check(file, tmp_path) == 0


def test_the_metadata_record_tells_how_the_page_came(secure_server: MisbehavingServer, authority: trustme.CA) -> None:
    # Given a page over TLS
    secure_server.on("/", server_side.answer())
    response = fetch(
        secure_server.url(host="news.example"),
        extra_authorities=authority.cert_pem.bytes().decode("ascii"),
        resolve=to_addresses("127.0.0.1"),
    )

    # When it is captured
    records = records_of(write_capture(exchange_of("20260314T092653000Z-0badcafe", response.final_url, response)))
    about = json.loads(records["metadata"].content)

    # Then address, times and TLS are on record
    assert about["resolvedAddress"] == "127.0.0.1"
    assert about["connectionReused"] is False
    assert set(about["timings"]) == {"resolved", "connected", "secured", "first_byte", "head", "total"}
    assert about["tls"]["version"] == "TLSv1.3"
    assert len(about["tls"]["certificateSha256"]) == 64
    assert records["response"].fields.get_header("WARC-IP-Address") == "127.0.0.1"
