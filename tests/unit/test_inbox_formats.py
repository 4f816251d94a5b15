"""What the files of the inbox are, and what their records ask for.

Comes in: the beginnings of files, and records. Goes out: assertions.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from receiver.formats import FileKind, FileRefusal, Item, LineRefusal, RecordReader, Refused, kind_of, prefix_in
from receiver.records import DamagedFileError, RawRecord, with_quoted_lines

URL = "https://news.example/a"
SITEMAP = b'<?xml version="1.0"?>\n<!-- <rss> --><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.txt", b"# ours\nnot a url\n", FileKind.TEXT),
        ("a.txt.gz", b"anything", FileKind.TEXT),
        ("a", b"\n\n# ours\nhttps://news.example/ # theirs", FileKind.TEXT),
        ("a", b"# nothing yet\n", FileKind.TEXT),
        ("a.csv", b"title,url\n", FileKind.CSV),
        ("a.TSV.gz", b"title\turl\n", FileKind.CSV),
        ("a.jsonl", b'"https://news.example/"\n', FileKind.JSON_LINES),
        ("a.txt", b'{"url": "https://news.example/"}\n', FileKind.JSON_LINES),
        ("a.txt", b"\xef\xbb\xbf" + SITEMAP, FileKind.SITEMAP),
        ("a.xml", b"<x:urlset xmlns:x='s'>", FileKind.SITEMAP),
        ("a.xml", b"<sitemapindex>", FileRefusal.SITEMAP_INDEX),
        ("a.xml", b"<?xml version='1.0'?><!DOCTYPE opml><opml version='2.0'>", FileKind.OPML),
        ("a.xml", b"<rss version='2.0'>", FileRefusal.FEED),
        ("a.xml", b"<feed xmlns='http://www.w3.org/2005/Atom'>", FileRefusal.FEED),
        ("a.html", b"<!doctype html><html><head>", FileRefusal.UNKNOWN),
        ("a.txt", b"WARC/1.0\r\n", FileRefusal.WARC_NAME),
        ("a.WARC", b"WARC/1.0\r\n", FileRefusal.WARC_NAME),
        ("a.warc", b"WARC/1.0\r\n", FileKind.WARC),
        ("a.warc.gz", b"WARC/1.1\r\n", FileKind.WARC),
        ("a.txt", "https://news.example/".encode("utf-16"), FileRefusal.ENCODING),
        ("a.txt", "https://news.example/".encode("utf-16-le"), FileRefusal.ENCODING),
        ("a.csv", "url\nhttps://news.example/".encode("utf-16-be"), FileRefusal.ENCODING),
        ("a.csv", b"PK\x03\x04\x00\x00", FileRefusal.BINARY),
        ("a.docx", b"Dear colleague,\n", FileRefusal.UNKNOWN),
        ("a.txt", b" \r\n\t", FileRefusal.EMPTY),
        ("a.txt", b"", FileRefusal.EMPTY),
    ],
)
def test_a_file_is_known_by_its_beginning_and_then_by_its_name(
    name: str, head: bytes, kind: FileKind | FileRefusal
) -> None:
    assert kind_of(name, head) is kind


def read(kind: FileKind, *lines: str | bytes, prefix: str = "") -> list[str | None]:
    """Return the URL, the reason of the refusal, or None, of each record."""
    reader = RecordReader(kind, prefix=prefix)
    bodies = (line.encode() if isinstance(line, str) else line for line in lines)
    raws = (RawRecord(number, body, number) for number, body in enumerate(bodies, 1))
    found = (reader.read(raw.number, raw.body or b"") for raw in with_quoted_lines(raws, reader.is_open))
    return [
        item.url if isinstance(item, Item) else item.reason if isinstance(item, Refused) else None for item in found
    ]


def test_a_list_has_addresses_comments_and_refusals() -> None:
    assert read(FileKind.TEXT, f"\ufeff{URL}", "", "# ours", f" {URL}#top # theirs\r", "nonsense", b"\xff\xfe") == [
        URL,
        None,
        None,
        f"{URL}#top",
        "invalid_url",
        LineRefusal.ENCODING,
    ]
    assert read(FileKind.TEXT, "ftp://news.example/", "https://a:b@news.example/", f"{URL}?{'q' * 2048}") == [
        "unsupported_scheme",
        "credentials_in_url",
        "url_too_long",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_gives_its_column_of_urls(delimiter: str) -> None:
    lines = [f"title{delimiter} URL ", f'"a{delimiter}b"{delimiter}{URL}', "alone", "", f'"open{delimiter}{URL}']
    assert read(FileKind.CSV, *lines) == [None, URL, LineRefusal.NO_URL, None, LineRefusal.OPEN_QUOTE]


def test_a_quoted_field_may_hold_line_ends() -> None:
    lines = ["url,title", f'{URL}/1,"one', "", 'more ""quoted"", line"', f"{URL}/2,two", f'"{URL}/3', '",three']
    assert read(FileKind.CSV, *lines) == [None, f"{URL}/1", f"{URL}/2", f"{URL}/3"]


def test_a_quote_too_many_costs_its_own_record_alone() -> None:
    # Given quotes within a field, which quote nothing, and a field whose quotation never ends
    lines = ["url,title", f'{URL}/1,5" pipe', f'{URL}/2,"one', *(f"{URL}/{number}" for number in range(3, 40))]
    expected = [None, f"{URL}/1", LineRefusal.OPEN_QUOTE, *(f"{URL}/{number}" for number in range(3, 40))]
    assert read(FileKind.CSV, *lines) == expected
    assert read(FileKind.CSV, *lines[:5]) == expected[:5]


def test_lines_held_for_a_quotation_are_not_lost_with_the_rest_of_a_file() -> None:
    def records() -> Iterator[RawRecord]:
        yield RawRecord(1, b'a,"one', 1)
        yield RawRecord(2, b"b", 2)
        raise DamagedFileError("it ends too early")

    held = with_quoted_lines(records(), RecordReader(FileKind.CSV).is_open)
    taken = [next(held).body, next(held).body]
    with pytest.raises(DamagedFileError):
        next(held)
    assert taken == [b'a,"one', b"b"]


def test_a_table_without_such_a_column_gives_its_first() -> None:
    assert read(FileKind.CSV, f"{URL}/1,first", f"{URL}/2,second") == [f"{URL}/1", f"{URL}/2"]
    assert read(FileKind.CSV, "address,title", f"{URL}/2,second") == [None, f"{URL}/2"]


def test_json_lines_are_objects_of_a_submission_or_strings() -> None:
    assert read(
        FileKind.JSON_LINES,
        f'{{"url": "{URL}", "title": "ignored"}}',
        f'"{URL}/2"',
        "[1]",
        "{",
        "[" * 20_000,
        '{"title": "none"}',
        f'{{"url": "{URL}", "tags": "world"}}',
        f'{{"url": "{URL}", "priority": "urgent"}}',
        "",
    ) == [
        URL,
        f"{URL}/2",
        LineRefusal.NO_JSON,
        LineRefusal.NO_JSON,
        LineRefusal.NO_JSON,
        LineRefusal.NO_URL,
        LineRefusal.FIELD,
        LineRefusal.FIELD,
        None,
    ]


def test_a_line_of_json_says_what_a_submission_may_say_but_not_its_id() -> None:
    line = f'{{"url": "{URL}", "tags": ["a"], "priority": "high", "correlationId": "c", "submissionId": "mine"}}'
    item = RecordReader(FileKind.JSON_LINES).read(1, line.encode())
    assert isinstance(item, Item)
    assert (item.tags, item.priority, item.correlation_id) == (("a",), "high", "c")


def test_a_line_of_json_cannot_push_a_page() -> None:
    line = f'{{"url": "{URL}", "captureKey": "pushed/v1/page"}}'
    assert read(FileKind.JSON_LINES, line) == [LineRefusal.FIELD]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (f"<loc>{URL}?a[]=1&amp;b[0]=2</loc>", f"{URL}?a[]=1&b[0]=2"),
        (f"<loc><![CDATA[ {URL}?a[]=1&section=2 ]]></loc>", f"{URL}?a[]=1&section=2"),
        (f"<loc>{URL}?a=1&section=2&region=3&copy=4</loc>", f"{URL}?a=1&section=2&region=3&copy=4"),
        (f"<loc>{URL}/&#233;</loc>", f"{URL}/é"),
        (f'<loc xml:space="preserve">{URL}</loc >', URL),
        (f"<loc>{' ' * 70_000}", LineRefusal.NO_URL),
    ],
)
def test_an_address_of_a_sitemap_is_what_its_markup_says(entry: str, expected: str) -> None:
    assert read(FileKind.SITEMAP, f"<url>{entry}") == [expected]


def test_elements_of_a_sitemap_may_have_a_prefix_which_those_of_its_pictures_have_not() -> None:
    head = "<x:urlset xmlns:x='s' xmlns:image='i'>"
    assert (prefix_in(head.encode()), prefix_in(SITEMAP)) == ("x:", "")
    assert RecordReader(FileKind.SITEMAP, prefix="x:").separator == b"</x:url>"
    entry = f"{head}<x:url><image:loc>{URL}/picture.jpg</image:loc><x:loc>{URL}</x:loc>"
    assert read(FileKind.SITEMAP, entry, prefix="x:") == [URL]


def test_an_entry_of_a_sitemap_that_is_commented_out_is_none() -> None:
    assert read(FileKind.SITEMAP, f"<!-- <url><loc>{URL}/1</loc>", f" --><url><loc>{URL}/2</loc>") == [None, f"{URL}/2"]


def test_a_sitemap_gives_the_address_of_each_entry_and_expands_no_entity() -> None:
    head = '<?xml version="1.0"?><!DOCTYPE u [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset>'
    entries = [
        f"{head}<url><loc> {URL}?a=1&amp;b=2 </loc>",
        f"\n<url><image:image><image:loc>{URL}/picture.jpg</image:loc></image:image><loc><![CDATA[{URL}/3]]></loc>",
        f"<url><!-- <loc>{URL}/4</loc> --><loc>{URL}/5</loc>",
        "<url><loc>&e;</loc>",
        "<url><lastmod>2026-11-30</lastmod>",
        "</urlset>",
    ]
    assert read(FileKind.SITEMAP, *entries) == [
        f"{URL}?a=1&b=2",
        f"{URL}/3",
        f"{URL}/5",
        "invalid_url",
        LineRefusal.NO_URL,
        None,
    ]
