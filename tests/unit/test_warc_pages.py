"""Records become pages, whatever the tool that wrote them did to them, or are passed over with a reason.

Comes in: records as crawlers write them. Goes out: assertions.
"""

from __future__ import annotations

import gzip
import zlib

import brotlicffi
import pytest

from harness.archives import CAPTURED_AT, chunked, http, record, response
from newsdesk.articles import PushedPage, read_capture, write_pushed_page
from newsdesk.web import decode_body, single_encoding
from receiver.pages import PassedOver, read_page
from receiver.warc import Place, WarcRecord, is_response, read_records

URL = "https://news.example/bridge"
HTML = "<html><body><p>The bridge opens at noon; it is snowing in Ørsta.</p></body></html>".encode() * 30


def judged(file: bytes) -> PushedPage | PassedOver | str:
    reading = read_records(lambda a, b: file[a:b], len(file), Place(0), is_compressed=False, wanted=is_response)
    found = next(reading)
    assert isinstance(found, WarcRecord)
    return read_page(found)


def page(file: bytes) -> PushedPage:
    found = judged(file)
    assert isinstance(found, PushedPage), found
    return found


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (HTML, ()),
        (gzip.compress(HTML), (("Content-Encoding", "gzip"),)),
        (zlib.compress(HTML), (("content-encoding", "deflate"),)),
        (brotlicffi.compress(HTML), (("Content-Encoding", "br"),)),
        (chunked(HTML), (("Transfer-Encoding", "chunked"),)),
        (chunked(gzip.compress(HTML)), (("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"))),
        (HTML, (("Transfer-Encoding", "chunked"),)),
        (HTML, (("Content-Encoding", "gzip"),)),
        (HTML, (("Content-Encoding", "br"), ("Transfer-Encoding", "chunked"))),
        (HTML, (("Content-Length", "7"),)),
        (HTML, (("Content-Length", "70000000"),)),
        (HTML, (("X-Crawl-Content-Encoding", "gzip"), ("X-Crawl-Transfer-Encoding", "chunked"))),
    ],
)
def test_the_page_is_what_the_site_sent_however_it_was_recorded(
    body: bytes, headers: tuple[tuple[str, str], ...]
) -> None:
    # When a record is read, and written as a capture
    capture = read_capture(write_pushed_page(page(response(URL, body, *headers))))

    # Then its text is the page's
    assert decode_body(capture.body, capture.content_encoding, 1 << 20) == HTML
    assert capture.content_type == "text/html; charset=utf-8"
    assert single_encoding(capture.header("transfer-encoding")) is None
    assert (capture.url, capture.captured_at) == (URL, "2020-01-02T03:04:05.000Z")


def test_what_the_page_says_to_machines_is_kept() -> None:
    found = page(response(URL, HTML, ("X-Robots-Tag", "noindex"), ("TDM-Reservation", "1")))
    assert {("X-Robots-Tag", "noindex"), ("TDM-Reservation", "1")} <= set(found.headers)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"WARC_Target_URI": f"<{URL}>"}, URL),
        ({"WARC_Target_URI": "HTTPS://News.example:443/bridge#top"}, URL),
    ],
)
def test_an_address_is_read_as_it_is_written(fields: dict[str, str], said: str) -> None:
    assert page(response(URL, HTML, **fields)).url == said


@pytest.mark.parametrize("date", ["2020-01-02T03:04:05.123456Z", "2020-01-02T03:04:05.123456789Z", CAPTURED_AT])
def test_a_date_has_any_precision(date: str) -> None:
    assert page(response(URL, HTML, date=date)).captured_at.startswith("2020-01-02T03:04:05.")


def test_a_page_without_a_type_is_known_by_its_beginning() -> None:
    assert isinstance(judged(record("response", URL, http(HTML, content_type=None))), PushedPage)
    assert judged(record("response", URL, http(b"{}", content_type=None))) is PassedOver.NOT_HTML


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (record("request", URL, b"GET / HTTP/1.1\r\n\r\n", media_type="application/http; msgtype=request"), "request"),
        (record("revisit", URL, http(b"")), "revisit"),
        (record("warcinfo", URL, b"software: x", media_type="application/warc-fields"), "record_type"),
        (record("resource", URL, HTML, media_type="text/html"), "record_type"),
        (record("response", "dns:news.example", b"1.2.3.4", media_type="text/dns"), "not_http"),
        (record("response", URL, http(HTML, status="404 Not Found")), "status"),
        (record("response", URL, http(b"", status="301 Moved")), "status"),
        (record("response", URL, http(b"PNG", content_type="image/png")), "not_html"),
        (record("response", URL, http(b"text", content_type="text/plain")), "not_html"),
        (record("response", URL, b"no head at all"), "http_head"),
        (record("response", URL, b"ICY 200 OK\r\n\r\n" + HTML), "http_head"),
        (response(URL, HTML, date="yesterday"), "no_date"),
        (response(URL, HTML, date="2020-01-02"), "no_date"),
        (response("https:///", HTML), "invalid_url"),
        (response("ftp://news.example/", HTML), "unsupported_scheme"),
        (response(URL, HTML, WARC_Truncated="length"), "truncated"),
        (response(URL, HTML, WARC_Segment_Number="1"), "truncated"),
        (response(URL, chunked(HTML)[:-300], ("Transfer-Encoding", "chunked")), "truncated"),
        (response(URL, gzip.compress(HTML)[:-20], ("Content-Encoding", "gzip")), "truncated"),
        (response(URL, b"\x01\x02\x03" * 90, ("Content-Encoding", "gzip")), "content_encoding"),
        (response(URL, gzip.compress(bytes(20 << 20)), ("Content-Encoding", "gzip")), "too_large"),
        (response(URL, b"<html>" + bytes(11 << 20)), "too_large"),
    ],
)
def test_what_is_no_page_has_its_reason(file: bytes, reason: str) -> None:
    found = judged(file)
    assert (found if isinstance(found, str) else type(found)) == reason


def test_a_head_of_a_stranger_cannot_add_a_field() -> None:
    found = page(response(URL, HTML, ("X-A", "b\x00\x0bc"), ("bad name", "x"), ("X-Folded", "a\r\n  b")))
    assert ("X-A", "bc") in found.headers
    assert ("X-Folded", "a b") in found.headers
    assert "bad name" not in dict(found.headers)
    read_capture(write_pushed_page(found))
