"""Lists of feeds are read from whatever wrote them, and written so that others read them.

Comes in: OPML as programs write it. Goes out: assertions.
"""

from __future__ import annotations

from xml.dom import minidom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.opml import MOST_OUTLINES, OpmlDocument, Outline, is_opml, read_opml, write_opml

EXPORTED = """<?xml version="1.0" encoding="UTF-8"?>
<!-- <outline xmlUrl="https://comment.example/"/> -->
<opml version="1.1"><head><title>My &amp; your feeds</title></head><body>
<outline text="News"><outline title="World" text="world">
  <outline type="rss" text="The Gazette" xmlUrl="https://news.example/rss?a=1&b=2" htmlUrl='https://news.example/'/>
</outline>
<outline text="Kept &amp; escaped" xmlUrl="https://two.example/?a=1&amp;b=2" category="/Boston/Weather,Harbour"
  language="en"></outline>
</outline>
<outline text="again" xmlUrl="https://two.example/?a=1&amp;b=2"/>
<outline text="inside" xmlUrl="file:///etc/passwd"/>
<outline text="no feed" htmlUrl="https://three.example/"/>
</body>"""


def test_an_export_gives_its_feeds_with_the_folders_that_they_are_in() -> None:
    assert read_opml(EXPORTED.encode()) == OpmlDocument(
        title="My & your feeds",
        outlines=(
            Outline(
                "https://news.example/rss?a=1&b=2",
                "The Gazette",
                "https://news.example/",
                categories=("News", "World"),
            ),
            Outline(
                "https://two.example/?a=1&b=2",
                "Kept & escaped",
                language="en",
                categories=("News", "Boston/Weather", "Harbour"),
            ),
        ),
        refused=((4, "unsupported_scheme"),),
    )


def test_an_ampersand_that_nobody_escaped_begins_no_reference() -> None:
    address = "https://news.example/rss?a=1&section=news&region=no&copy=2"
    assert [outline.url for outline in read_opml(f'<opml><outline xmlUrl="{address}"/></opml>'.encode()).outlines] == [
        address
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_its_encoding_is_found(encoding: str) -> None:
    body = '<opml><body><outline text="Überfall" xmlUrl="https://news.example/"/></body></opml>'.encode(encoding)
    assert [outline.title for outline in read_opml(body).outlines] == ["Überfall"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [(EXPORTED, True), ("<opml>", True), ("<rss><opml_/></rss>", False), ("<!-- <opml> --><rss/>", False), ("", False)],
)
def test_a_file_is_known_by_its_beginning(head: str, expected: bool) -> None:
    assert is_opml(head.encode()) is expected


def test_no_more_feeds_are_read_than_anybody_has() -> None:
    tags = "".join(f'<outline xmlUrl="https://news.example/{number}"/>' for number in range(MOST_OUTLINES + 1))
    document = read_opml(f"<opml>{tags}</opml>".encode())
    assert (len(document.outlines), document.is_truncated) == (MOST_OUTLINES, True)


@pytest.mark.parametrize("body", [b"", b"<opml>", b"<outline " * 50_000, b"<outline a='" * 20_000, b"<!--" * 100_000])
def test_what_is_no_list_gives_none(body: bytes) -> None:
    assert read_opml(body).outlines == ()


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS.filter(lambda text: "," not in text)), max_size=4))
def test_what_is_written_is_xml_and_is_read_again(title: str, feeds: list[tuple[str, str]]) -> None:
    # Given outlines with any texts
    outlines = [
        Outline(f"https://news.example/{number}?a=1&b='2'", text, categories=(category,) if category else ())
        for number, (text, category) in enumerate(feeds)
    ]
    # When they are written
    written = write_opml(title, outlines)
    # Then any parser of XML reads it, and so do we
    counted = minidom.parseString(written).getElementsByTagName("outline")  # noqa: S318 - our own
    assert len(counted) == len(outlines)
    assert [outline.url for outline in read_opml(written).outlines] == [
        f"https://news.example/{number}?a=1&b=%272%27" for number in range(len(outlines))
    ]
