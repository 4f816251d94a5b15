"""What is read of feeds and sitemaps in each of their formats.

Comes in: documents as sites write them. Goes out: assertions.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discoverer.reading import (
    MOST_ITEMS,
    Further,
    Item,
    ReadingWarning,
    SourceDocument,
    UnreadableReason,
    UnreadableSourceError,
    read_source,
)
from discoverer.reading.dates import stated_date
from discoverer.reading.trees import Tree, text_of
from newsdesk.characters import storable_line
from newsdesk.contracts import FeedItem
from newsdesk.sources import SourceKind

URL = "https://news.example/feeds/all.xml"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel>
  <title>The Example &amp; Gazette</title><link>https://news.example/</link><language>en-gb</language><ttl>30</ttl>
  <atom:link rel="self" href="https://news.example/feeds/all.xml"/><atom:link rel="hub" href="https://hub.example/"/>
  <item>
    <title><![CDATA[Bridge <b>reopens</b> &amp; stays open]]></title>
    <link>https://news.example/2026/11/30/bridge?a=1&amp;b=2</link>
    <guid isPermaLink="false">item-1</guid>
    <pubDate>Mon, 30 Nov 2026 10:00:00 +0100</pubDate>
    <atom:updated>2026-11-30T11:30:00Z</atom:updated>
    <dc:creator>Jane Doe</dc:creator><dc:creator>Ann Other</dc:creator>
    <category>Harbour</category><category>Traffic</category>
    <enclosure url="https://news.example/bridge.mp3" type="audio/mpeg" length="1"/>
  </item>
  <item><guid>https://news.example/two</guid><author>desk@news.example (News Desk)</author></item>
  <item><title>No address at all</title></item>
</channel></rss>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="https://news.example/"><title>Gazette</title><link>https://news.example/</link>
  <dc:language>de</dc:language><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel>
<item rdf:about="https://news.example/one"><title>Eins</title><link>https://news.example/one</link>
  <dc:date>2026-11-30T10:00+01:00</dc:date><dc:subject>Hafen</dc:subject></item>
</rdf:RDF>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://news.example/a/">
<title type="text">La Gazette</title><link href="../"/><link rel="self" href="all.atom"/>
<author><name>La rédaction</name></author>
<entry xml:base="b/"><title type="html">Le &lt;i&gt;pont&lt;/i&gt;</title><id>tag:news.example,2026:1</id>
  <link rel="enclosure" href="pont.mp3"/><link rel="alternate" type="text/html" href="pont"/>
  <published>2026-11-30T10:00:00+01:00</published><updated>2026-11-30T12:00:00.500+01:00</updated>
  <author><name>Jeanne Dupont</name><email>j@news.example</email></author><category term="port" label="Port"/></entry>
<entry xml:lang="br"><title>a &lt; b</title><id>https://news.example/no-page</id><link href="/deux"/></entry>
<entry><title>Sans adresse</title><id>https://news.example/no-page</id></entry>
</feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Gazette",
    "home_page_url": "https://news.example/",
    "feed_url": "https://news.example/feed.json",
    "language": "en",
    "authors": [{"name": "The Desk"}],
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "items": [
        {
            "id": 7,
            "url": "https://news.example/one",
            "title": "One",
            "date_published": "2026-11-30T10:00:00-05:00",
            "date_modified": "2026-11-30T11:00:00-05:00",
            "authors": [{"name": "Jane Doe"}, {"name": "Ann Other"}],
            "tags": ["harbour"],
            "language": "en-US",
            "attachments": [{"url": "https://news.example/one.mp3", "mime_type": "audio/mpeg"}],
        },
        {"id": "8", "external_url": "https://other.example/eight"},
        {"id": "9"},
        "nonsense",
    ],
}

NEWS_SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://news.example/one?a=1&amp;b=2 </loc><lastmod>2026-11-30T12:00:00+01:00</lastmod>
  <n:news><n:publication><n:name>Gazette</n:name><n:language>en</n:language></n:publication>
  <n:publication_date>2026-11-30</n:publication_date><n:title>Bridge &amp; tunnel</n:title>
  <n:keywords>bridge, harbour</n:keywords></n:news><image:image><image:loc>https://i.example/1.jpg</image:loc></image:image></url>
<url><lastmod>2026-11-30</lastmod></url>
</urlset>"""

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example/s/old.xml</loc><lastmod>2025-01-01</lastmod></sitemap>
<sitemap><loc>/s/unknown.xml</loc></sitemap>
<sitemap><loc>https://news.example/s/new.xml.gz</loc><lastmod>2026-11-30T10:00:00Z</lastmod></sitemap>
<sitemap><loc>ftp://news.example/s/none.xml</loc></sitemap>
</sitemapindex>"""


def read(document: str | bytes, content_type: str | None = None, kind: SourceKind | None = None) -> SourceDocument:
    body = document.encode() if isinstance(document, str) else document
    return read_source(body, content_type, URL, kind)


def said_of(item: Item) -> dict[str, Any]:
    """What is known of an item."""
    return {name: value for name, value in asdict(item).items() if value not in (None, ())}


def test_rss_gives_its_items_with_what_it_says_of_them() -> None:
    feed = read(RSS)
    assert (feed.kind, feed.format, feed.title, feed.language) == (
        SourceKind.FEED,
        "rss",
        "The Example & Gazette",
        "en-gb",
    )
    assert (feed.site_url, feed.self_link, feed.hub) == ("https://news.example/", URL, "https://hub.example/")
    assert feed.interval == timedelta(minutes=30)
    assert feed.warnings == (ReadingWarning.ITEMS_WITHOUT_URL,)
    assert [said_of(item) for item in feed.items] == [
        {
            "url": "https://news.example/2026/11/30/bridge?a=1&b=2",
            "guid": "item-1",
            "title": "Bridge reopens & stays open",
            "published": "2026-11-30T10:00:00+01:00",
            "updated": "2026-11-30T11:30:00+00:00",
            "authors": ("Jane Doe", "Ann Other"),
            "categories": ("Harbour", "Traffic"),
            "language": "en-gb",
            "enclosure": "https://news.example/bridge.mp3",
        },
        {
            "url": "https://news.example/two",
            "guid": "https://news.example/two",
            "authors": ("News Desk",),
            "language": "en-gb",
        },
    ]


def test_rdf_is_read_like_rss() -> None:
    feed = read(RDF)
    assert (feed.format, feed.title, feed.interval) == ("rdf", "Gazette", timedelta(hours=6))
    assert [said_of(item) for item in feed.items] == [
        {
            "url": "https://news.example/one",
            "title": "Eins",
            "published": "2026-11-30T10:00:00+01:00",
            "categories": ("Hafen",),
            "language": "de",
        }
    ]


def test_atom_inherits_bases_languages_and_authors_and_takes_no_id_for_an_address() -> None:
    feed = read(ATOM)
    assert (feed.format, feed.title, feed.language) == ("atom", "La Gazette", "fr")
    assert (feed.site_url, feed.self_link) == ("https://news.example/", "https://news.example/a/all.atom")
    assert feed.warnings == (ReadingWarning.ITEMS_WITHOUT_URL,)
    assert [said_of(item) for item in feed.items] == [
        {
            "url": "https://news.example/a/b/pont",
            "guid": "tag:news.example,2026:1",
            "title": "Le pont",
            "published": "2026-11-30T10:00:00+01:00",
            "updated": "2026-11-30T12:00:00.500000+01:00",
            "authors": ("Jeanne Dupont",),
            "categories": ("Port",),
            "language": "fr",
            "enclosure": "https://news.example/a/b/pont.mp3",
        },
        {
            "url": "https://news.example/deux",
            "guid": "https://news.example/no-page",
            "title": "a < b",
            "authors": ("La rédaction",),
            "language": "br",
        },
    ]


def test_json_feed_gives_the_same() -> None:
    feed = read(json.dumps(JSON_FEED))
    assert (feed.format, feed.title, feed.language, feed.hub) == ("json_feed", "Gazette", "en", "https://hub.example/")
    assert (feed.site_url, feed.self_link) == ("https://news.example/", "https://news.example/feed.json")
    assert feed.warnings == (ReadingWarning.ITEMS_WITHOUT_URL,)
    assert [said_of(item) for item in feed.items] == [
        {
            "url": "https://news.example/one",
            "guid": "7",
            "title": "One",
            "published": "2026-11-30T10:00:00-05:00",
            "updated": "2026-11-30T11:00:00-05:00",
            "authors": ("Jane Doe", "Ann Other"),
            "categories": ("harbour",),
            "language": "en-US",
            "enclosure": "https://news.example/one.mp3",
        },
        {"url": "https://other.example/eight", "guid": "8", "authors": ("The Desk",), "language": "en"},
    ]


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_news_sitemap_says_more_than_addresses(is_compressed: bool) -> None:
    body = NEWS_SITEMAP.encode()
    document = read(gzip.compress(body) if is_compressed else body)
    assert (document.kind, document.format) == (SourceKind.SITEMAP, "news_sitemap")
    assert [said_of(item) for item in document.items] == [
        {
            "url": "https://news.example/one?a=1&b=2",
            "title": "Bridge & tunnel",
            "published": "2026-11-30",
            "updated": "2026-11-30T12:00:00+01:00",
            "categories": ("bridge", "harbour"),
            "language": "en",
        }
    ]
    assert document.warnings == (ReadingWarning.ITEMS_WITHOUT_URL,)


def test_an_index_lists_what_changed_last_first() -> None:
    document = read(INDEX)
    assert (document.format, document.items) == ("sitemap_index", ())
    assert document.links_to_read_next == (
        Further("https://news.example/s/new.xml.gz", "2026-11-30T10:00:00+00:00"),
        Further("https://news.example/s/old.xml", "2025-01-01"),
        Further("https://news.example/s/unknown.xml"),
    )


def test_a_list_of_addresses_is_a_sitemap_where_one_is_expected() -> None:
    text = "https://news.example/one\n\nhttps://news.example/two\nhttps://news.example/one\n"
    assert [item.url for item in read(text, kind=SourceKind.SITEMAP).items] == [
        "https://news.example/one",
        "https://news.example/two",
    ]
    with pytest.raises(UnreadableSourceError, match="unknown"):
        read(text)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Mon, 30 Nov 2026 10:00:00 GMT", "2026-11-30T10:00:00+00:00"),
        ("Mon, 30 Nov 2026 10:00 EST", "2026-11-30T10:00:00-05:00"),
        ("30 Nov 26 10:00:00 -0330", "2026-11-30T10:00:00-03:30"),
        ("Mon, 30 Nov 2026 10:00:00", "2026-11-30"),
        ("Mon, 30 Nov 2026 10:00:00 IST", "2026-11-30"),  # India, Israel or Ireland
        ("Monday, 30 November 2026", "2026-11-30"),
        ("Nov 30, 2026 10:00:00 PST", "2026-11-30T10:00:00-08:00"),
        ("2026-11-30T10:00:00", "2026-11-30"),
        ("2026-11-30 10:00:00 +0100", "2026-11-30T10:00:00+01:00"),
        ("2026-11-30T10:00:00.1234567Z", "2026-11-30T10:00:00.123456+00:00"),
        ("20261130T100000Z", "2026-11-30T10:00:00+00:00"),
        ("2026-11-30T25:00:00Z", "2026-11-30"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ("2026/11/30 10:00", "2026-11-30"),
        ("30.11.2026", "2026-11-30"),
        ("03/04/2026", None),  # March or April
        ("Mon, 31 Nov 2026 10:00:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_and_nothing_is_guessed(text: str | None, stated: str | None) -> None:
    assert stated_date(text) == stated


@given(st.text(max_size=60) | st.from_regex(r"(Mon, )?\d{1,2} (Nov|Feb) \d{2,4} \d{1,2}:\d\d(:\d\d)? [+-]?\w{1,5}"))
def test_whatever_a_date_is_the_contract_takes_what_was_read(text: str) -> None:
    stated = stated_date(text)
    assert FeedItem(published=stated).published == stated


@pytest.mark.parametrize(
    ("body", "content_type", "warnings"),
    [
        ("<rss><channel><item><title>Überfall</title><link>/1</link></item></channel></rss>".encode("latin-1"),
         "application/rss+xml; charset=iso-8859-1", ()),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><rss><item><title>Überfall</title><link>/1</link></item></rss>'
         .encode("latin-1"), None, ()),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><rss><item><title>Überfall</title><link>/1</link></item></rss>'
         .encode(), None, (ReadingWarning.DECLARED_OTHERWISE,)),
        ('<?xml version="1.0" encoding="UTF-8"?><rss><item><title>Überfall</title><link>/1</link></item></rss>'
         .encode("cp1252"), None, (ReadingWarning.DECLARED_OTHERWISE,)),
        ('<?xml version="1.0" encoding="UTF-16"?><rss><item><title>Überfall</title><link>/1</link></item></rss>'
         .encode("utf-16"), "text/xml; charset=utf-8", ()),
        ("\ufeff<rss><item><title>Überfall</title><link>/1</link></item></rss>".encode(), None, ()),
        (b"<rss><item><title>&Uuml;berfall</title><link>/1</link></item></rss>", None, ()),
        (b"<rss><item><title>&amp;Uuml;berfall</title><link>/1</link></item></rss>", None, ()),
        (b"<rss><item><title>&#xDC;berfall\x00\x1f</title><link>/1</link></item></rss>", None, ()),
    ],
)  # fmt: skip
def test_a_feed_is_read_in_whatever_encoding_it_is(
    body: bytes, content_type: str | None, warnings: tuple[ReadingWarning, ...]
) -> None:
    feed = read(body, content_type)
    assert [(item.title, item.url) for item in feed.items] == [("Überfall", "https://news.example/1")]
    assert feed.warnings == warnings


@pytest.mark.parametrize(
    ("document", "urls", "warning"),
    [
        (
            "<rss><item><link>http://e.org/?a=1&b=2&copy=3</link></item><item><link>http://e.org/2</link></item></rss>",
            ["http://e.org/?a=1&b=2&copy=3", "http://e.org/2"],
            ReadingWarning.BROKEN,
        ),
        (
            "<rss><item><link>http://e.org/1</link><title>a <b>bold</title></item><item><link>http://e.org/2</link></rss>",
            ["http://e.org/1", "http://e.org/2"],
            ReadingWarning.BROKEN,
        ),
        (
            "<rss><item><link>http://e.org/1</link></item><item><link>http://e.org/2-and-so",
            ["http://e.org/1"],
            ReadingWarning.CUT_OFF,
        ),
        (
            "<rss><item><link>http://e.org/1</link></item><item><title>Two</title><link>http://e.org/2</li",
            ["http://e.org/1"],
            ReadingWarning.CUT_OFF,
        ),
        (
            "\n\nWarning: in line 3<br/>\n<?xml version='1.0'?><rss><item><dc:date>x</dc:date><link>http://e.org/1</link></item></rss>",
            ["http://e.org/1"],
            ReadingWarning.BROKEN,
        ),
        (
            "<rss><item><link><![CDATA[ http://e.org/?a=1&b=2 ]]></link></item><!-- & --></rss>",
            ["http://e.org/?a=1&b=2"],
            None,
        ),
    ],
)
def test_a_broken_feed_gives_what_can_be_read_and_a_warning(
    document: str, urls: list[str], warning: ReadingWarning | None
) -> None:
    feed = read(document)
    assert [item.url for item in feed.items] == urls
    assert (warning in feed.warnings) if warning else feed.warnings == ()


PLAIN = "<item><title>Title %d</title><link>/%d</link></item>"


def _items_of(item: str) -> str:
    return f"<rss><channel><title>Gazette</title>{''.join(item % (n, n) for n in range(5))}</channel></rss>"


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (_items_of("<item><title>a <b>bold &amp; %d</title><link>/%d</link></item>"), "a bold & 1"),
        (_items_of("<item><title>a<br>bold %d</title><link>/%d</link></item>"), "a bold 1"),
        (_items_of("<item><title>Title %d</title><link>/%d</link>"), "Title 1"),
        (_items_of("<item><title><![CDATA[Title %d</title><link>/%d</link></item>"), "<![CDATA[Title 1"),
        (_items_of("<item><title>Title %d</title><summary><p>x</summary><link>/%d</link></item>"), "Title 1"),
        (_items_of(PLAIN).replace("</channel>", "</chanel>"), "Title 1"),
        (_items_of(PLAIN).replace("</title>", "<br></title>", 1), "Title 1"),
        (_items_of("<item><title>Title %d</title><x:y/><link>/%d</link></item>"), "Title 1"),
    ],
    ids=["bold", "br", "no end", "CDATA", "description", "after all", "before all", "prefix"],
)  # fmt: skip
def test_a_fault_of_every_item_or_beside_them_costs_no_item(document: str, title: str) -> None:
    feed = read(document)
    assert [item.url for item in feed.items] == [f"https://news.example/{number}" for number in range(5)]
    assert (feed.title, feed.items[1].title, feed.warnings) == ("Gazette", title, (ReadingWarning.BROKEN,))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("a &#xD83D;&#xDE00; b", "a 😀 b"),
        ("a &#55357;&#56832; b", "a 😀 b"),
        ("a &#xD800; b", "a \ufffd b"),
        ("a &#57343; b", "a \ufffd b"),
        ("a &#xD7FF;&#xE000; b", "a \ud7ff\ue000 b"),
    ],
)
def test_halves_of_characters_are_joined_and_one_alone_does_no_harm(title: str, expected: str) -> None:
    for document in (
        f"<rss><item><title>{title}</title><link>/1</link></item></rss>",
        f"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/1</loc><n:news><n:title>{title}"
        "</n:title></n:news></url></urlset>",
    ):
        (item,) = read(document).items
        assert storable_line(expected) == item.title


def test_an_element_of_the_feed_that_is_not_closed_takes_no_item_in() -> None:
    feed = read("<rss><channel><title>Gazette<b><item><title>One</title><link>/1</link></item></channel></rss>")
    assert (feed.title, [item.title for item in feed.items]) == ("Gazette", ["One"])


def test_what_looks_like_an_item_in_a_text_is_none() -> None:
    text = "<![CDATA[write <item><link>/no</link></item>]]>"
    feed = read(f"<rss><item><title>One</title><description>{text}</description><link>/1</link></item></chanel></rss>")
    assert [item.url for item in feed.items] == ["https://news.example/1"]


def test_what_looks_like_a_title_in_a_verbatim_text_is_not_changed() -> None:
    text = "<title>A <b>bold</b> word</title>"
    items = f"<item><title>One<b></title><description><![CDATA[{text}]]></description></item>"
    (item,) = Tree(f"<rss><channel>{items}</channel></rss>".encode(), ("item",)).items()
    assert text_of(item.find("description")) == text


@pytest.mark.parametrize("fault", ["<b>", "", "</b>"], ids=["early", "none", "late"])
def test_no_item_of_a_broken_document_is_read_twice(fault: str) -> None:
    # Given a document of many pieces, with a fault at its begin or at its end
    items = "".join(f"<item><link>/{n}</link><description>{'word ' * 200}</description></item>" for n in range(500))
    first, last = (fault, "") if fault == "<b>" else ("", fault)
    tree = Tree(f"<rss><channel>{first}{items}{last}</channel></rss>".encode(), ("item",))
    # When / Then
    assert [text_of(item).split("word")[0] for item in tree.items()] == [f"/{number}" for number in range(500)]
    assert tree.warnings == ({ReadingWarning.BROKEN} if fault else set())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", UnreadableReason.EMPTY),
        (b" \n", UnreadableReason.EMPTY),
        (b"<!doctype html><title>rss</title><rss>", UnreadableReason.WEB_PAGE),
        (b"<html><body><feed></feed></body></html>", UnreadableReason.WEB_PAGE),
        (b"<root><item><link>http://e.org/1</link></item></root>", UnreadableReason.UNKNOWN),
        (b"hello", UnreadableReason.UNKNOWN),
        (b'{"items": {}}', UnreadableReason.UNKNOWN),
        (b'{"items": [', UnreadableReason.DAMAGED),
        (gzip.compress(b"<rss/>", mtime=0)[:5], UnreadableReason.DAMAGED),
        (b"<opml><body/></opml>", UnreadableReason.UNKNOWN),
    ],
)
def test_what_is_no_source_is_refused_with_its_reason(body: bytes, reason: UnreadableReason) -> None:
    with pytest.raises(UnreadableSourceError) as refused:
        read(body)
    assert refused.value.reason is reason


@pytest.mark.slow
def test_more_items_than_are_read_are_left_out_and_said_to_be() -> None:
    entries = "".join(f"<url><loc>/{number}</loc></url>" for number in range(MOST_ITEMS + 1))
    document = read(f"<urlset>{entries}</urlset>")
    assert (len(document.items), document.is_truncated) == (MOST_ITEMS, True)


def test_each_address_is_listed_once() -> None:
    links = "".join(f"<item><link>/live#post-{number}</link></item>" for number in range(3))
    assert [item.url for item in read(f"<rss>{links}</rss>").items] == ["https://news.example/live"]


def test_an_item_is_evidence_and_has_a_moment_where_one_is_stated() -> None:
    first, second = read(RSS).items
    assert first.moment == datetime(2026, 11, 30, 11, 30, tzinfo=UTC)
    assert second.moment is None
    assert first.as_evidence(URL) == FeedItem(
        feed=URL,
        title="Bridge reopens & stays open",
        published="2026-11-30T10:00:00+01:00",
        updated="2026-11-30T11:30:00+00:00",
        authors=("Jane Doe", "Ann Other"),
        categories=("Harbour", "Traffic"),
        language="en-gb",
        enclosure="https://news.example/bridge.mp3",
    )


def test_categories_are_taken_from_wherever_feeds_have_them() -> None:
    feed = read(
        '<rss xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><item>'
        '<link>/one</link><category>A</category><media:category label="B">b/b</media:category>'
        '<itunes:category text="C"/><media:keywords>D, A</media:keywords></item></rss>'
    )
    assert [item.categories for item in feed.items] == [("A", "B", "C", "D")]


def test_an_address_that_counts_readers_gives_way_to_the_items_own() -> None:
    feed = read(
        '<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><item><link>http://feeds.example/~r/1</link>'
        "<feedburner:origLink>https://news.example/one</feedburner:origLink></item></rss>"
    )
    assert [item.url for item in feed.items] == ["https://news.example/one"]
