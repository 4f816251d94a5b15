"""A page becomes an article whose every field the page itself states."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractor.contract import ExtractionResult, PageToRead
from extractor.html import parse_html
from extractor.manifest import extract_manifest
from extractor.metadata import LONGEST_HEADLINE
from extractor.metadata.authors import MAXIMUM_AUTHORS
from extractor.reading.full import extract, extract_plain_text, require_article
from newsdesk.contracts import BlockType, Extracted, Reason, to_document, to_json_bytes
from newsdesk.errors import PermanentError

SITE = "https://www.courier.example"
URL = f"{SITE}/news/gates"
PAGES = Path(__file__).resolve().parents[1] / "pages"
CAPTURED_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

PARAGRAPHS = (
    "Two steel doors rise out of the bed of the river on the highest tides, and the sea stops at the edge of the town.",
    "The decision is made by one of four duty keepers, who take turns to sleep in the flat above the pump house.",
    "It takes forty minutes from the key to a closed river, which is why the keepers prefer to be early.",
)
PROSE = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def page(head: str = "", article: str = PROSE, after: str = "", heading: str = "How the gates work") -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><title>{heading}</title>{head}</head><body>'
        f"<article><h1>{heading}</h1>{article}</article>{after}</body></html>"
    )


def extracted(html: str, **options: Any) -> ExtractionResult:
    return extract(html, page_to_read(options.pop("url", URL), **options))


def page_to_read(url: str = URL, **known: Any) -> PageToRead:
    return PageToRead(b"", None, url, CAPTURED_AT, **known)


def article_or_reason(html: str) -> Extracted | Reason:
    try:
        result = extracted(html)
        require_article(result)
    except PermanentError as error:
        return error.reason
    return result.article


def published(html: str, url: str = URL) -> str | None:
    return extracted(html, url=url).article.date_published


def test_the_body_is_the_prose_and_nothing_else() -> None:
    # Given an article with a menu above and teasers below
    html = page(after="<footer><a href='/about'>About us</a></footer><nav><a href='/sport'>Sport</a></nav>")
    # When it is extracted
    article = extracted(html).article
    # Then the body holds the prose
    assert article.article_body.endswith("\n".join(PARAGRAPHS))
    assert "About us" not in article.article_body
    assert article.headline == "How the gates work"
    assert article.in_language == "en-GB"
    assert article.url == URL


def test_metadata_are_taken_over_and_say_where_they_came_from() -> None:
    # Given a page that says a lot of itself
    head = """
        <meta name="author" content="Hattie Rowbottom; Dale Curnow">
        <meta name="description" content="Steel doors against the sea.">
        <meta property="og:site_name" content="The Courier"><meta property="og:image" content="/pictures/gates.jpg">
        <meta property="article:section" content="Harbour"><meta name="keywords" content="tides, gates,tides">
        <meta property="article:published_time" content="2026-11-20T07:15:00+00:00">
        <meta property="article:modified_time" content="2026-11-21T08:00:00Z">"""
    # When it is extracted
    article = extracted(page(head)).article
    # Then each field is there
    assert [person.name for person in article.author] == ["Hattie Rowbottom", "Dale Curnow"]
    assert article.description == "Steel doors against the sea."
    assert article.publisher is not None
    assert article.publisher.name == "The Courier"
    assert [image.url for image in article.image] == ["https://www.courier.example/pictures/gates.jpg"]
    assert article.article_section == "Harbour"
    assert article.keywords == ("tides", "gates")
    assert (article.date_published, article.date_modified) == ("2026-11-20T07:15:00+00:00", "2026-11-21T08:00:00+00:00")
    # And its source
    sources = {name: source.source for name, source in article.quality.field_sources.items()}
    assert sources["datePublished"] == sources["dateModified"] == "meta"
    assert sources["inLanguage"] == "dom"
    assert (sources["headline"], sources["author"], sources["articleBody"]) == ("dom", "meta", "blocks")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (page('<script type="application/ld+json">{"datePublished": "2026-11-19T22:50:00+01:00"}</script>'), "jsonld"),
        (page('<meta name="cXenseParse:recs:publishtime" content="2026-11-19T22:50:00+01:00">'), "meta"),
        (page(article=f'<time datetime="2026-11-19T22:50:00+01:00">Thursday</time>{PROSE}'), "dom"),
        (page(article=f'<span itemprop="datePublished" content="2026-11-19T22:50:00+01:00">Thu</span>{PROSE}'), "dom"),
    ],
)
def test_a_stated_time_of_publication_is_kept_in_its_own_time_zone(html: str, expected: str) -> None:
    article = extracted(html).article
    assert article.date_published == "2026-11-19T22:50:00+01:00"
    assert article.quality.field_sources["datePublished"].source == expected


def test_equal_times_are_written_equally() -> None:
    spellings = ("2026-11-19T22:50:00Z", "2026-11-19 22:50:00 +0000", "2026-11-19T22:50:00+00:00")
    pages = [page(f'<meta property="article:published_time" content="{stated}">') for stated in spellings]
    assert {published(html) for html in pages} == {"2026-11-19T22:50:00+00:00"}


@pytest.mark.parametrize("line", ["Published 19 November 2026", "NOVEMBER 19, 2026", "19.11.2026", "19. November 2026"])
def test_a_date_on_a_line_of_its_own_is_evidence(line: str) -> None:
    assert published(page(article=f'<div class="date">{line}</div>{PROSE}')) == "2026-11-19"


def test_a_day_in_the_url_is_evidence() -> None:
    assert published(page(), "https://www.courier.example/2026/11/19/gates") == "2026-11-19"


@pytest.mark.parametrize(
    "html",
    [
        page(),
        page(after="<footer>© 2019 The Courier</footer>"),
        page(after="<footer>Copyright 2012-2019 The Courier. All rights reserved.</footer>"),
        page(after="<footer>Today is 3 March 2020</footer>"),
        page(article=f"{PROSE}<p>They were built in 1998 and again in 2004.</p>"),
        page(article=f"{PROSE}<p>They were opened on 4 May 2011 by the mayor of the town, who did not stay.</p>"),
        page(article=f"{PROSE}<p>It was opened on 4 May 2011 by her.</p>"),
        page(article=f"{PROSE}<p>See version 2011-05-04 of the plan, which the council never approved at all.</p>"),
        page(heading="The flood of 4 May 2011"),
        page(
            after='<aside><ul><li><a href="/x">Other</a> <time datetime="2021-04-05">5 April</time></li></ul></aside>'
        ),
        page(after='<script>var build = "2020-01-02T03:04:05Z"</script>'),
        page(head='<meta property="og:image" content="https://x.example/2018/03/04/a.jpg">'),
        page(after='<div class="related"><span class="date">3 March 2020</span></div>'),
        page(after='<div class="comments"><span class="comment-date">3 March 2020</span></div>'),
        page(after='<a href="/2018/03/04/other">Other</a>'),
        page(head='<link rel="stylesheet" href="/static/20180304/x.css">'),
        page(head='<meta itemprop="copyrightYear" content="2017">'),
    ],
)
def test_a_page_without_a_date_gets_none(html: str) -> None:
    article = extracted(html).article
    assert article.date_published is None
    assert article.date_modified is None
    assert "datePublished" not in article.quality.field_sources


def test_references_to_characters_that_cannot_be_stored_cost_nothing() -> None:
    prose = PROSE.replace("Two", "Two&#1;&#x0;&#xD800; &#147;quoted&#x94;")
    assert "Two “quoted” steel doors" in extracted(page(article=prose)).article.article_body


def test_a_date_of_modification_is_never_one_of_publication() -> None:
    article = extracted(page('<meta property="article:modified_time" content="2026-05-06T07:08:09Z">')).article
    assert (article.date_published, article.date_modified) == (None, "2026-05-06T07:08:09+00:00")


@pytest.mark.parametrize(
    "stated", ["2031-01-01", "2026-11-22T10:00:01Z", "1899-12-31", "2026-02-30", "2026-02", "9999-99-99"]
)
def test_no_date_lies_after_the_capture_or_before_the_web(stated: str) -> None:
    assert published(page(f'<meta property="article:published_time" content="{stated}">')) in (None, "2026-11-22")


def test_the_body_comes_as_typed_blocks_that_add_up_to_it() -> None:
    # Given an article with more than paragraphs
    article = (
        f"{PROSE}<h2>In figures</h2><ul><li>Two gates</li><li>Four keepers</li></ul>"
        "<table><tr><th>Year</th><th>Closures</th></tr><tr><td>2024</td><td>31</td></tr></table>"
        f"<blockquote><p>They have never once refused, not in all my years.</p></blockquote>{PROSE}"
    )
    # When it is extracted
    result = extracted(page(article=article)).article
    # Then each block has its type
    blocks = {block.type: block for block in result.blocks}
    assert {BlockType.PARAGRAPH, BlockType.HEADING, BlockType.LIST, BlockType.TABLE, BlockType.QUOTE} <= set(blocks)
    assert blocks[BlockType.HEADING].level == 2
    assert blocks[BlockType.LIST].items == ("Two gates", "Four keepers")
    assert blocks[BlockType.TABLE].rows == (("Year", "Closures"), ("2024", "31"))
    # And together they are the body
    assert [block.text for block in result.blocks] == [block.text.strip() for block in result.blocks]
    assert "\n".join(block.text for block in result.blocks).split() == result.article_body.split()


def test_links_of_the_body_are_kept_and_those_around_it_are_not() -> None:
    # Given links in the prose, and around it
    prose = PROSE + (
        '<p>The <a href="/reports/tides#top">tide report</a> and <a href="https://water.example/levels">the levels</a> '
        'are <a href="mailto:keeper@courier.example">on request</a>, says <a href="https://sea.courier.example/">sea</a>.</p>'
    )
    html = page(
        article=prose, after='<ul><li><a href="/other">Ten things to do between Friday and Sunday</a></li></ul>'
    )
    # When it is extracted
    links = extracted(html).links
    # Then only those in the prose are there, and known as inside or outside the site
    assert [(link.url, link.text, link.kind) for link in links] == [
        ("https://www.courier.example/reports/tides", "tide report", "internal"),
        ("https://water.example/levels", "the levels", "external"),
        ("https://sea.courier.example/", "sea", "internal"),
    ]


@pytest.mark.parametrize(
    ("base", "folder"),
    [
        ('<base href="/press/">', f"{SITE}/press/"),
        ('<base target="_blank"><base href="https://desk.courier.example/a/b"><base href="/c/">', "https://desk.courier.example/a/"),
        ('<base href="">', f"{SITE}/news/2026/03/"),
        ('<base href="javascript:alert(1)">', f"{SITE}/news/2026/03/"),
    ],
    ids=["of the site", "the first with an address", "empty", "unusable"],
)  # fmt: skip
def test_relative_addresses_are_relative_to_the_base_that_a_page_states(base: str, folder: str) -> None:
    # Given a page with relative links and a picture
    prose = (
        PROSE + '<p>The <a href="tides">tide report</a>.</p><figure><img src="gate.jpg" alt="A gate"></figure>' + PROSE
    )
    # When it is extracted
    result = extracted(page(base, prose), url=f"{SITE}/news/2026/03/gates")
    # Then they lead where a browser would go, and the site is still the page's own
    assert [(link.url, link.kind) for link in result.links] == [(f"{folder}tides", "internal")]
    assert [mark.url for block in result.article.blocks for mark in block.marks] == [f"{folder}tides"]
    assert [media.url for block in result.article.blocks for media in block.media] == [f"{folder}gate.jpg"]


def test_what_the_site_asks_of_machines_is_recorded() -> None:
    headers = (
        ("X-Robots-Tag", "NoAI, max-snippet:50"),
        ("X-Robots-Tag", "otherbot: noindex"),
        ("TDM-Reservation", "1"),
    )
    head = '<meta name="ROBOTS" content="NOARCHIVE, follow"><meta name="otherbot" content="nosnippet">'
    host_lines = ("Content-Signal: search=yes, ai-train=no",)
    rights = extracted(page(head), headers=headers, host_lines=host_lines).article.rights
    assert rights.robots == ("noarchive", "follow", "noai", "max-snippet:50")
    assert (rights.noarchive, rights.noai, rights.tdm_reservation) == (True, True, True)
    assert rights.opt_outs == ("noarchive", "noai", "tdm-reservation", "train-ai")
    assert [(signal.source, signal.name, signal.value) for signal in rights.signals] == [
        ("page", "robots", "noarchive"),
        ("page", "robots", "follow"),
        ("header", "x-robots-tag", "noai"),
        ("header", "x-robots-tag", "max-snippet:50"),
        ("header", "tdm-reservation", "1"),
        ("host", "content-signal", "search=yes"),
        ("host", "content-signal", "ai-train=no"),
    ]


def test_a_robot_is_addressed_by_its_own_name() -> None:
    # Given a page that addresses us, and a header that addresses us, each beside others, When they are read
    rights = extracted(
        page('<meta name="newsdeskbot" content="noai"><meta name="googlebot" content="noindex">'),
        headers=(("X-Robots-Tag", "googlebot: noindex, newsdeskbot: nosnippet, noimageai"),),
        product_token="newsdeskbot",
    ).article.rights

    # Then what is said to us counts, and nothing else
    assert rights.opt_outs == ("nosnippet", "noai", "noimageai")


def test_a_page_that_asks_nothing_has_no_rights_to_record() -> None:
    assert to_document(extracted(page()).article.rights) == {}


def test_lengths_are_sane_whatever_the_page_says() -> None:
    authors = "; ".join(f"Author Number{chr(65 + number)} {'x' * 30}" for number in range(26))
    head = f'<meta property="og:title" content="{"Gates " * 5000}"><meta name="author" content="{authors}">'
    article = extracted(page(head)).article
    assert article.headline is not None
    assert len(article.headline) <= LONGEST_HEADLINE
    assert len(article.author) <= MAXIMUM_AUTHORS


@pytest.mark.parametrize(
    "html",
    [
        page(article=f"{'<div>' * 300}{PROSE}{'</div>' * 300}"),
        page().replace("</h1>", "</h1></body></html><html><body>"),
        page(article=PROSE.replace("Two", "T\x00w\x01o&#1;")),
        page(article=f"{PROSE}<table><tr><td colspan=9007199254740991>a</td><td>b</td></tr></table>"),
        page(head=f'<script type="application/ld+json">{"[" * 50_000}{"]" * 50_000}</script>'),
        page(article=f"{'<!-- -->' * 20_000}{PROSE}"),
    ],
    ids=["300 levels deep", "early end tag", "controls", "endless colspan", "deep JSON-LD", "comments"],
)
def test_hostile_markup_does_not_cost_the_text(html: str) -> None:
    body = extracted(html).article.article_body
    assert PARAGRAPHS[1] in body
    assert PARAGRAPHS[2] in body
    assert not set(body) & set(map(chr, [*range(9), *range(11, 32)]))


def test_markup_without_end_does_not_cost_the_text() -> None:
    article = article_or_reason(f"<html><body>{'<div>' * 100_000}{PROSE}")
    assert isinstance(article, Extracted)
    assert all(text in article.article_body for text in PARAGRAPHS)


def test_a_page_without_a_body_element_has_a_body() -> None:
    # Given a page whose author left out what the standard lets authors leave out, When it is read, Then it is all there
    body = extracted(f"<title>Gates</title><article><h1>Gates</h1>{PROSE}</article>").article.article_body
    assert all(text in body for text in PARAGRAPHS)


@pytest.mark.parametrize(
    "between",
    [
        "</body></html><html><body>",
        "</body><body class=b>",
        "</html>",
        "</BODY >",
        "</body></html><!doctype html><html><head><title>x</title></head><body>",
    ],
)
def test_an_article_goes_on_after_the_body_has_ended(between: str) -> None:
    # Given a page in which another page's frame was pasted between two paragraphs
    cut = PROSE.index("<p>", PROSE.index("</p>"))
    found = extracted(page(article=f"{PROSE[:cut]}{between}{PROSE[cut:]}"))
    # Then nothing is lost, and nothing else about the article is another
    assert found.article == extracted(page()).article
    # And the paragraphs stand together
    tree = parse_html(f"<body><div><p>a</p>{between}<p>b</p></div><p>c</p>")
    assert tree is not None
    assert [len(div.findall("p")) for div in tree.iter("div")] == [2]
    assert len(tree.findall("body")) == 1


def test_a_button_left_open_swallows_no_paragraph() -> None:
    # Given a page with two buttons without end tags, one with, and one in a string of a script
    cut = PROSE.index("<p>", PROSE.index("</p>"))
    script = '<script>const show = "<button>Show<\\/button>"</script>'
    found = extracted(page(article=f"{script}{PROSE[:cut]}<button><button>Share</button><button class=x>{PROSE[cut:]}"))
    # Then the article is that of the page without them
    assert found.article == extracted(page()).article
    # And the rest stays as it is
    tree = parse_html(f"<body>{script}<p>a <button>Share</button></p>")
    assert tree is not None
    assert "<button>Show" in tree.findtext(".//script")
    assert tree.findtext(".//button") == "Share"


def test_what_a_judge_throws_is_a_permanent_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("extractor.reading.full.read_html", fail)
    with pytest.raises(PermanentError) as raised:
        extract(page(), page_to_read())
    assert raised.value.reason is Reason.EXTRACTION_ERROR
    assert raised.value.detail == "RecursionError: too deep"


@pytest.mark.parametrize(
    "html",
    [
        "",
        " \n ",
        "<html></html>",
        "<html><body><img src='a.jpg'></body></html>",
        "<html><body><article></article><nav><ul><li>News</li><li>Sport</li></ul></nav></body></html>",
        "<html><body><p>Accept all cookies</p><button>OK</button></body></html>",
    ],
)
def test_a_page_without_an_article_is_refused(html: str) -> None:
    with pytest.raises(PermanentError) as raised:
        require_article(extracted(html))
    assert raised.value.reason is Reason.NO_ARTICLE


def test_a_news_flash_of_one_sentence_is_an_article() -> None:
    require_article(
        extracted(page(article="<p>The harbour bridge at Ellsmouth has reopened after fourteen months.</p>"))
    )


def test_plain_text_is_its_own_article() -> None:
    # Given a plain text
    text = "Harbour bridge reopens\n\nThe bridge reopened\non Friday.\n\n  \n<b>It</b> had been shut for a year."
    # When it is taken
    article = extract_plain_text(text, page_to_read()).article
    # Then its first line is the headline, empty lines part its paragraphs, and nothing is read as markup
    assert article.headline == "Harbour bridge reopens"
    assert [block.text for block in article.blocks] == [
        "The bridge reopened on Friday.",
        "<b>It</b> had been shut for a year.",
    ]
    assert article.date_published is None


def test_each_line_of_a_plain_text_is_judged_in_its_place() -> None:
    # Given a text with lines of a page around and within its article
    lines = [
        "Follow us on social",
        "Share",
        "Harbour bridge reopens",
        PARAGRAPHS[0],
        "Share",
        PARAGRAPHS[0],
        "Newsletter",
    ]
    # When it is taken
    found = extract_plain_text("\n\n".join(lines), replace(page_to_read(), is_explained=True))
    # Then all are there in their order, with the reason for each
    assert [segment.text for segment in found.judged] == lines
    assert [segment.index for segment in found.judged] == list(range(7))
    assert [segment.reason for segment in found.judged] == [
        "page_furniture", "page_furniture", None, None, "page_furniture", "repeated", "promotion"
    ]  # fmt: skip
    assert [segment.text for segment in found.judged if segment.decision == "kept"] == lines[2:4]


def test_one_page_says_nothing_about_the_next() -> None:
    # Given the article of a page
    first = extracted(page())
    # When the same page, and others with its paragraphs, have been read many times
    for _ in range(5):
        extracted(page(article=PROSE * 2))
    # Then it still reads the same
    assert extracted(page()) == first


@settings(max_examples=60, deadline=None)
@given(html=st.text(alphabet=st.sampled_from("<>/=\"'& pdivahref1\n\ud800é"), max_size=200))
@example(html="<?xml version='1.0' encoding='utf-16'?><html><p>x</p></html>")
@example(html="<html lang='\ud800'><p>\ud800</p>")
def test_any_text_becomes_an_article_or_a_recorded_reason(html: str) -> None:
    article = article_or_reason(html)
    if isinstance(article, Reason):
        assert article in (Reason.EXTRACTION_ERROR, Reason.NO_ARTICLE)
    else:
        to_json_bytes(article)


def test_a_batch_goes_on_after_a_bad_page(tmp_path: Path) -> None:
    # Given a manifest with a good page between bad lines
    (tmp_path / "good.html").write_text(page(), encoding="utf-8")
    (tmp_path / "bad.html").write_bytes(b"%PDF-1.7")
    (tmp_path / "cut.html.gz").write_bytes(b"\x1f\x8b\x08\x00")
    entries = [{"id": name, "url": URL, "path": name} for name in ("gone.html", "bad.html", "cut.html.gz", "good.html")]
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("\n".join(["{", "[]", *map(json.dumps, entries), ""]), encoding="utf-8")
    # When it is extracted
    results = list(extract_manifest(manifest, CAPTURED_AT))
    # Then each line has its result, and the good one its text
    assert [result["id"] for result in results] == [1, 2, "gone.html", "bad.html", "cut.html.gz", "good.html"]
    assert [bool(result["text"]) for result in results] == [False] * 5 + [True]
    assert ["error" in result for result in results[:5]] == [True, True, True, False, False]
    assert [result["refusal"] for result in results[3:5]] == [Reason.UNDECODABLE, Reason.TRUNCATED]
    assert results[5]["title"] == results[5]["headline"] == "How the gates work"
    assert results[5]["authors"] == []
    assert results[5]["date_published"] is None


@pytest.mark.parametrize("slug", ["bot-wall", "paywall-without-opening", "soft-404"])
def test_a_batch_refuses_what_the_pipeline_refuses(tmp_path: Path, slug: str) -> None:
    # Given a page that no run would store
    case = PAGES / slug
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    (tmp_path / "page.html").write_bytes((case / "source.html").read_bytes())
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps({"id": slug, "url": expected["url"], "path": "page.html"}))
    # When it is extracted
    (result,) = extract_manifest(manifest, CAPTURED_AT)
    # Then its line says why, and holds no article
    assert (result["id"], result["text"], result["refusal"]) == (slug, "", expected["outcome"])
    assert result["detail"]
    assert not {"articleBody", "blocks", "headline"} & set(result)


def test_a_batch_reads_plain_text_as_what_it_is(tmp_path: Path) -> None:
    # Given a text and the same gzipped
    text = f"How the gates work\n\n{PARAGRAPHS[0]}\n\nOf <b> and <i>: {PARAGRAPHS[1]}\n".encode()
    (tmp_path / "a.txt").write_bytes(text)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(text))
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("\n".join(json.dumps({"id": path, "path": path}) for path in ("a.txt", "a.txt.gz")))
    # When they are extracted
    results = list(extract_manifest(manifest, CAPTURED_AT))
    # Then nothing is read as markup
    assert [result["title"] for result in results] == ["How the gates work"] * 2
    assert [result["text"] for result in results] == [f"{PARAGRAPHS[0]}\nOf <b> and <i>: {PARAGRAPHS[1]}"] * 2
