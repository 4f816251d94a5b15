"""Every field of the metadata says where it comes from, and what contradicts it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractor.html import read_html
from extractor.metadata import Metadata, read_metadata
from newsdesk.contracts import Extracted, FeedItem, Person, Quality, to_document

URL = "https://www.courier.example/news/gates"
CAPTURED_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PROSE = "<p>Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there.</p>" * 4


def read(head: str, body: str = f"<h1>How the gates work</h1>{PROSE}", lang: str = "en-GB") -> Metadata:
    page = read_html(f'<html lang="{lang}"><head>{head}</head><body>{body}</body></html>', URL)
    assert page is not None
    return read_metadata(page, CAPTURED_AT)


def with_feed(head: str, body: str, **said: object) -> dict[str, tuple[object, str]]:
    """The fields that a page and its feed give, each with its source."""
    page = read_html(f"<html><head>{head}</head><body>{body}</body></html>", URL)
    assert page is not None
    metadata = read_metadata(page, CAPTURED_AT, FeedItem.model_validate(said))
    fields, sources = metadata.fields(), metadata.sources()
    return {name: (fields[name], sources[str(Extracted.model_fields[name].alias)].source) for name in fields}


def json_ld(**properties: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **properties})}</script>'


HEAD = (
    "<title>How the gates work | The Courier</title>"
    '<meta property="og:site_name" content="The Courier"><meta property="og:title" content="How the gates work">'
    '<meta name="description" content="Steel doors against the sea."><meta property="og:image" content="/gates.jpg">'
    '<meta name="keywords" content="tides, gates,tides"><meta property="article:content_tier" content="locked">'
) + json_ld(
    headline="How the gates work",
    alternativeHeadline="Forty minutes from the key to a closed river",
    articleSection="Harbour",
    author={"@type": "Person", "name": "Hattie Rowbottom"},
    datePublished="2026-11-20T07:15:00+00:00",
    dateModified="2026-11-21",
    publisher={"@type": "Organization", "name": "The Courier"},
)


def test_a_heading_that_the_head_does_not_know_is_no_title() -> None:
    # Given a page with another article's heading above its own
    body = f"<h1>Ferry strike enters third week</h1>{PROSE}<h1>How the gates work</h1>{PROSE}"
    # Then it is called what its head calls it
    assert "Ferry strike enters third week" not in read(HEAD, body).titles
    # And only a page whose head says nothing is called by its headings
    assert "Ferry strike enters third week" in read("", body).titles


def test_a_head_that_adds_the_sites_name_still_shows_which_headings_are_titles() -> None:
    # Given a page whose head says the headline only together with the site's name, and another article's heading above
    head = (
        '<meta property="og:site_name" content="The Courier"><title>How the gates work | The Courier</title>'
        '<meta property="og:title" content="How the gates work | The Courier">'
    )
    body = f"<h1>Ferry strike enters third week</h1>{PROSE}<h1>How the gates work</h1>{PROSE}"
    # Then it is called what both say, and not by the other heading
    assert read(head, body).titles == ("How the gates work",)


def test_each_field_has_its_value_and_its_source() -> None:
    # Given a page that says a lot of itself
    metadata = read(HEAD)
    # When its fields are put into an article
    article = Extracted(
        **metadata.fields(),
        article_body="x",
        url=URL,
        word_count=1,
        quality=Quality(field_sources=metadata.sources(), conflicts=metadata.conflicts),
        provenance={"requested_url": URL, "final_url": URL, "extractor": {"name": "x", "version": "1"}},
    )
    document = to_document(article)
    # Then each is there, under its own name
    assert document["headline"] == "How the gates work"
    assert document["alternativeHeadline"] == "Forty minutes from the key to a closed river"
    assert document["description"] == "Steel doors against the sea."
    assert (document["articleSection"], document["keywords"]) == ("Harbour", ["tides", "gates"])
    assert [person["name"] for person in document["author"]] == ["Hattie Rowbottom"]
    assert (document["datePublished"], document["dateModified"]) == ("2026-11-20T07:15:00+00:00", "2026-11-21")
    assert document["publisher"]["name"] == "The Courier"
    assert [image["url"] for image in document["image"]] == ["https://www.courier.example/gates.jpg"]
    assert (document["inLanguage"], document["isAccessibleForFree"]) == ("en-GB", False)
    # And says where it comes from, and how sure that is
    sources = {name: source["source"] for name, source in document["quality"]["fieldSources"].items()}
    assert sources == {
        "headline": "jsonld", "alternativeHeadline": "jsonld", "description": "meta", "articleSection": "jsonld",
        "author": "jsonld", "datePublished": "jsonld", "dateModified": "jsonld", "publisher": "meta",
        "siteName": "meta", "image": "meta",
        "inLanguage": "dom", "keywords": "meta", "isAccessibleForFree": "meta",
    }  # fmt: skip
    assert all(0 < source["confidence"] <= 1 for source in document["quality"]["fieldSources"].values())
    assert metadata.conflicts == ()
    assert metadata.titles[0] == "How the gates work"
    assert metadata.site_name is not None
    assert metadata.site_name.value == "The Courier"


def test_a_page_that_says_nothing_has_no_metadata() -> None:
    metadata = read("", PROSE, lang="")
    assert (metadata.fields(), metadata.sources(), metadata.conflicts, metadata.titles) == ({}, {}, (), ())


def test_contradictions_are_kept_with_what_was_taken_first() -> None:
    # Given a page whose JSON-LD and meta elements contradict each other
    head = (
        json_ld(datePublished="2026-11-19T08:00:00+01:00", author="Hattie Rowbottom")
        + '<meta property="article:published_time" content="2026-10-01T08:00:00+01:00">'
        '<meta name="author" content="Dale Curnow"><meta property="og:title" content="A very different wording">'
    )
    # When it is read
    metadata = read(head)
    conflicts = {conflict.field: conflict.values for conflict in metadata.conflicts}
    # Then both values are there, what was taken first
    assert [(stated.value, stated.source) for stated in conflicts["datePublished"]] == [
        ("2026-11-19T08:00:00+01:00", "jsonld"),
        ("2026-10-01T08:00:00+01:00", "meta"),
    ]
    assert [stated.value for stated in conflicts["author"]] == ["Hattie Rowbottom", "Dale Curnow"]
    assert {stated.value for stated in conflicts["headline"]} == {"How the gates work", "A very different wording"}
    # And the field is less sure than without
    alone = read(json_ld(datePublished="2026-11-19T08:00:00+01:00"))
    assert alone.date_published is not None
    assert metadata.date_published is not None
    assert metadata.date_published.confidence < alone.date_published.confidence


def test_languages_that_differ_are_a_conflict() -> None:
    metadata = read(json_ld(inLanguage="de-AT"), lang="en")
    assert metadata.in_language is not None
    assert metadata.in_language.value == "en"
    (conflict,) = metadata.conflicts
    assert conflict.field == "inLanguage"
    assert [(stated.value, stated.source) for stated in conflict.values] == [("en", "dom"), ("de-AT", "jsonld")]
    # And two varieties, or two names of one, are no conflict
    assert read(json_ld(inLanguage="en"), lang="en-GB").conflicts == ()
    assert read(json_ld(inLanguage="no"), lang="nb-NO").conflicts == ()
    assert read(json_ld(inLanguage="eng"), lang="en").conflicts == ()
    assert read(json_ld(inLanguage="en"), lang="eng").conflicts == ()


def test_a_language_that_only_json_ld_states_is_taken() -> None:
    language = read(json_ld(inLanguage="de"), lang="").in_language
    assert language is not None
    assert (language.value, language.source) == ("de", "jsonld")


def test_a_modification_before_the_publication_is_a_conflict() -> None:
    # Given an article that was changed before it was published
    metadata = read(json_ld(datePublished="2026-11-20T08:00:00Z", dateModified="2026-11-01T08:00:00Z"))
    # Then both days are as stated, and the contradiction is recorded
    assert metadata.date_modified is not None
    assert metadata.date_modified.value == "2026-11-01T08:00:00+00:00"
    (conflict,) = metadata.conflicts
    assert conflict.field == "dateModified"
    assert [stated.value for stated in conflict.values] == ["2026-11-01T08:00:00+00:00", "2026-11-20T08:00:00+00:00"]


def test_places_that_agree_make_a_field_surer() -> None:
    alone = read('<meta property="og:site_name" content="The Courier">').publisher
    agreed = read(
        '<meta property="og:site_name" content="The Courier">' + json_ld(publisher={"name": "THE COURIER"})
    ).publisher
    assert alone is not None
    assert agreed is not None
    assert agreed.confidence > alone.confidence


def test_a_statement_that_was_escaped_twice_is_read_as_it_was_meant() -> None:
    description = read('<meta name="description" content="Gates &amp;amp; keepers">').description
    assert description is not None
    assert description.value == "Gates & keepers"


def test_a_description_in_microdata_is_read() -> None:
    description = read(
        "", f'<h1>Gates</h1><p itemprop="description">Steel doors against the sea.</p>{PROSE}'
    ).description
    assert description is not None
    assert (description.value, description.source) == ("Steel doors against the sea.", "dom")


def test_a_title_with_the_sites_name_added_contradicts_nothing() -> None:
    head = '<title>How the gates work</title><meta property="og:title" content="How the gates work | The Courier">'
    assert read(head).conflicts == ()


def test_a_deck_is_found_below_the_headline() -> None:
    body = f'<h1>How the gates work</h1><h2 class="article__standfirst">Forty minutes to a closed river</h2>{PROSE}'
    deck = read("<title>How the gates work</title>", body).alternative_headline
    assert deck is not None
    assert (deck.value, deck.source) == ("Forty minutes to a closed river", "dom")


@pytest.mark.parametrize("lang", ["x" * 100_000, "en_GB", "de-", "12", "\x00en"])
def test_a_language_is_a_tag_or_none(lang: str) -> None:
    language = read("", lang=lang).in_language
    assert language is None or language.value in ("en-GB", "en")


@pytest.mark.parametrize(
    "head",
    [
        f'<meta name="description" content="{"x" * 5_000_000}"><meta name="author" content="{"y z, " * 200_000}">',
        '<meta property="og:title" content="Gates &#1;\ud800\x00"><meta name="author" content="&#xD800;">',
        "".join(f'<meta name="keywords" content="word {number}">' for number in range(20_000)),
        "".join(f'<time datetime="{year}-01-01">Some day in {year}</time>' for year in range(1000, 9000)),
        f'<script type="application/ld+json">{"[" * 200_000}</script>',
        '<a href="/author/x">' * 2_000 + "deep",
        "".join(f'<a class="author" href="/author/{number}">Ann Ash {number}</a>' for number in range(20_000)),
        "".join(f"<p>{number % 28 + 1}. 11. 2026 or so</p>" for number in range(20_000)),
    ],
    ids=["huge", "controls", "many metas", "many times", "deep JSON-LD", "deep links", "many authors", "many lines"],
)
def test_hostile_pages_have_bounded_metadata(head: str) -> None:
    # Given a page made to hurt, When it is read
    metadata = read("", f"{head}<h1>Gates</h1>{PROSE}")
    # Then that ends, and what comes of it can be stored
    for value in metadata.fields().values():
        assert len(str(value)) < 30_000
    Quality(field_sources=metadata.sources(), conflicts=metadata.conflicts).model_dump_json().encode("utf-8")


def test_each_statement_of_a_field_is_kept_with_the_reason_why_it_was_not_taken() -> None:
    # Given a page whose places state three authors, two days and two sections
    head = (
        json_ld(headline="How the gates work", datePublished="2026-11-19T08:00:00+01:00", author="Hattie Rowbottom")
        + '<meta name="author" content="Newsroom"><meta name="parsely-author" content="Hattie Rowbottom">'
        '<meta property="article:published_time" content="2026-10-01">'
        '<meta property="article:section" content="Harbour"><meta name="parsely-section" content="Tides">'
        '<meta property="og:title" content="A very different wording">'
        '<meta name="news_keywords" content="gates, tides"><meta name="keywords" content="river">'
    )
    # When it is read
    stated: dict[str, list[tuple[str, str | None]]] = {}
    for statement in read(head).statements:
        stated.setdefault(statement.field, []).append((statement.value, statement.reason))
    # Then the one that was taken comes first, and each of the others says why it lost
    assert stated["author"] == [
        ("Hattie Rowbottom", None),
        ("Hattie Rowbottom", "says the same"),
        ("Newsroom", "names the site, a newsroom or an account"),
    ]
    assert stated["datePublished"] == [
        ("2026-11-19T08:00:00+01:00", None),
        ("2026-10-01", "another place is trusted more"),
    ]
    assert stated["articleSection"] == [("Harbour", None), ("Tides", "another place is trusted more")]
    assert stated["headline"][0] == ("How the gates work", None)
    assert stated["keywords"] == [("gates, tides", None), ("river", "another place is trusted more")]
    assert all((reason or "").startswith("less likely: ") for _, reason in stated["headline"][1:])


def test_what_an_application_notes_for_itself_is_no_keyword() -> None:
    head = (
        '<meta name="keywords" content="content-type: Review, contentId: d9cefeed, running shoes, Chelsea: the club">'
    )
    page = read_html(f"<html><head>{head}</head><body><h1>Shoes</h1></body></html>", "https://x.example/a")
    assert page is not None
    found = read_metadata(page, datetime(2026, 10, 14, tzinfo=UTC)).keywords
    assert found is not None
    assert found.value == ("running shoes", "Chelsea: the club")


SAID = {
    "title": "How gates work",
    "published": "2026-11-19T08:00:00+01:00",
    "updated": "2026-11-21T09:00:00+01:00",
    "authors": ("Hattie Rowbottom",),
    "categories": ("Tides", "Harbour"),
    "language": "en-GB",
}


def test_a_feed_fills_in_what_a_page_does_not_say() -> None:
    # Given a page with nothing but its text, and what its feed says of it
    found = with_feed("", f"<h1>How the gates work</h1>{PROSE}", **SAID)
    # Then the heading is the page's, and the rest the feed's
    assert found["headline"] == ("How the gates work", "dom")
    assert {name: value for name, value in found.items() if value[1] == "feed"} == {
        "author": ((Person(name="Hattie Rowbottom"),), "feed"),
        "date_published": ("2026-11-19T08:00:00+01:00", "feed"),
        "date_modified": ("2026-11-21T09:00:00+01:00", "feed"),
        "keywords": (("Tides", "Harbour"), "feed"),
        "in_language": ("en-GB", "feed"),
    }


def test_a_feed_takes_nothing_from_what_a_page_says() -> None:
    # Given a page that says all of it, and a feed that says otherwise
    said = {**SAID, "authors": ("Somebody Else",), "language": "de"}
    found = with_feed(f'<meta name="dc.language" content="en">{HEAD}', f"<h1>Gates</h1>{PROSE}", **said)
    # Then nothing is the feed's, which conflicts
    assert [name for name, (_, source) in found.items() if source == "feed"] == []
    assert found["date_published"] == ("2026-11-20T07:15:00+00:00", "jsonld")
    assert found["author"] == ((Person(name="Hattie Rowbottom"),), "jsonld")


def test_a_person_in_the_feed_stands_before_the_newsroom_on_the_page() -> None:
    head = '<meta property="og:site_name" content="The Courier"><meta name="author" content="The Courier">'
    found = with_feed(head, f"<h1>How the gates work</h1>{PROSE}", authors=("Hattie Rowbottom",))
    assert found["author"] == ((Person(name="Hattie Rowbottom"),), "feed")
    # And the site in the feed does not stand before a person on the page
    head = '<meta property="og:site_name" content="The Courier"><meta name="author" content="Hattie Rowbottom">'
    found = with_feed(head, f"<h1>How the gates work</h1>{PROSE}", authors=("The Courier",))
    assert found["author"] == ((Person(name="Hattie Rowbottom"),), "meta")


@pytest.mark.parametrize(
    ("published", "updated", "dates"),
    [
        ("2026-11-24", None, {}),  # after the capture
        ("2026-11-19", "2026-11-18", {"date_published": "2026-11-19"}),
        ("2026-11-19", "2026-11-19", {"date_published": "2026-11-19"}),
        ("1970-01-01T00:00:00Z", None, {}),
    ],
)
def test_no_date_of_a_feed_is_taken_that_cannot_be(published: str, updated: str | None, dates: dict[str, str]) -> None:
    found = with_feed("", f"<h1>Gates</h1>{PROSE}", published=published, updated=updated)
    assert {name: value for name, (value, _) in found.items() if name.startswith("date")} == dates
