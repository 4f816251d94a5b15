"""A page's JSON-LD is read whatever it holds, and its own article told from the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.html import StructuredData, parse_html, read_structured_data
from extractor.html.json_ld import same_address
from extractor.html.lenient_json import read_leniently

ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "How the gates work",
    "alternativeHeadline": "Steel against the sea",
    "description": "Two doors &amp; four keepers.",
    "articleBody": "<p>Two doors rise.</p><p>The sea stops.</p>",
    "articleSection": ["Harbour", "News"],
    "keywords": "tides, gates,tides",
    "author": [{"@type": "Person", "name": "Hattie Rowbottom"}, {"@type": "Organization", "name": "Tide Agency"}],
    "datePublished": "2026-11-20T07:15:00Z",
    "dateModified": "2026-11-21",
    "image": {
        "@type": "ImageObject",
        "url": "https://x.example/a.jpg",
        "caption": "The gates",
        "creditText": "D. Curnow",
    },
    "publisher": {"@type": "Organization", "name": "The Courier"},
    "isAccessibleForFree": "False",
    "mainEntityOfPage": {"@id": "https://www.courier.example/news/gates"},
    "wordCount": "812",
}


def read(*values: Any, head: str = "", title: str = "How the gates work | The Courier") -> StructuredData:
    scripts = "".join(
        f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'
        for value in values
    )
    tree = parse_html(f"<html><head><title>{title}</title>{head}{scripts}</head><body><p>Text</p></body></html>")
    assert tree is not None
    return read_structured_data(tree)


def test_an_article_is_read_whole() -> None:
    # Given a page that describes its article, When it is read
    main = read(ARTICLE).main
    # Then every property is there, on one line and without markup
    assert main is not None
    assert (main.headline, main.alternative_headline) == ("How the gates work", "Steel against the sea")
    assert main.description == "Two doors & four keepers."
    assert main.article_body == "Two doors rise.\nThe sea stops."
    assert (main.section, main.keywords) == ("Harbour", ("tides", "gates"))
    assert (main.authors, main.author_organizations) == (("Hattie Rowbottom", "Tide Agency"), ("Tide Agency",))
    assert (main.date_published, main.date_modified) == ("2026-11-20T07:15:00Z", "2026-11-21")
    assert [(image.url, image.caption, image.credit) for image in main.images] == [
        ("https://x.example/a.jpg", "The gates", "D. Curnow")
    ]
    assert (main.publisher, main.is_accessible_for_free, main.word_count) == ("The Courier", False, 812)
    assert main.url == "https://www.courier.example/news/gates"


def test_the_article_is_found_in_a_graph_and_its_author_by_reference() -> None:
    graph = {
        "@graph": [
            {"@type": "WebSite", "name": "The Courier"},
            {"@type": "WebPage", "name": "How the gates work", "datePublished": "2026-11-19"},
            {"@type": "Article", "headline": "How the gates work", "author": {"@id": "#hattie"}},
            {"@type": "Person", "@id": "#hattie", "name": "Hattie Rowbottom"},
        ]
    }
    data = read(graph)
    assert data.main is not None
    assert data.main.authors == ("Hattie Rowbottom",)
    assert data.page is not None
    assert data.page.date_published == "2026-11-19"
    assert data.site_names == ("The Courier",)
    assert {"WebSite", "WebPage", "Article", "Person"} <= data.types


def test_other_articles_of_the_page_are_not_its_own() -> None:
    # Given a list of teasers before the page's own article
    teasers = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "NewsArticle", "headline": f"Other story {number}"} for number in range(3)],
    }
    # When both are read
    data = read(teasers, ARTICLE)
    # Then the article is the one at the top, and the others are known as parts of something else
    assert data.main is not None
    assert data.main.headline == "How the gates work"
    assert [article.is_nested for article in data.articles] == [True, True, True, False]
    # And a page with nothing but teasers describes no article of its own
    assert read(teasers).main is None


def test_of_two_articles_the_one_with_the_pages_address_or_title_is_its_own() -> None:
    other = {"@type": "NewsArticle", "headline": "Another story", "url": "https://www.courier.example/news/other"}
    canonical = '<link rel="canonical" href="http://courier.example/news/gates/">'
    assert read(other, ARTICLE, head=canonical).main == read(ARTICLE).main
    assert read(other, ARTICLE).main == read(ARTICLE).main


def test_what_a_second_description_of_the_same_article_adds_is_filled_in() -> None:
    main = read(
        {"@type": "NewsArticle", "headline": "How the gates work"},
        {"@type": "BlogPosting", "headline": "How the gates work", "datePublished": "2026-11-20"},
    ).main
    assert main is not None
    assert (main.types, main.date_published) == (("NewsArticle",), "2026-11-20")


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "How the\ngates work",}',
        '<!-- {"@type": "NewsArticle", "headline": "How the gates work"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "How the gates work"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "How the gates\\_ work"};'.replace("\\_", ""),
        '{"@type": "NewsArticle", "headline": "How the gates work", "x": "\\d"}',
        '{"@type": "Thing"} {"@type": "https://schema.org/NewsArticle", "headline": "How the gates work"}',
        '{"@type": "NewsArticle", "headline": "How the gates work", "author": {"name": "unclosed}',
    ],
    ids=["line end and comma", "comment", "CDATA", "semicolon", "bad escape", "two values", "cut off"],
)
def test_what_is_nearly_json_is_read_too(script: str) -> None:
    main = read(script).main
    assert main is not None
    assert main.headline == "How the gates work"


@pytest.mark.parametrize(
    "author",
    [
        "Hattie Rowbottom",
        ["Hattie Rowbottom"],
        {"name": "Hattie Rowbottom"},
        {"@type": "Person", "name": ["Hattie Rowbottom"]},
        {"@type": "Person", "name": {"@type": "Person", "name": "Hattie Rowbottom"}},
        {"@type": "Person", "name": {"@value": "Hattie Rowbottom", "@language": "en"}},
        {"@type": "Person", "name": {"givenName": "Hattie", "familyName": "Rowbottom"}},
        {"@type": "Person", "givenName": "Hattie", "familyName": "Rowbottom"},
        {"@list": [{"@type": "Person", "name": "Hattie Rowbottom"}]},
        {"@type": "Role", "roleName": "Reporter", "author": {"@type": "Person", "name": "Hattie Rowbottom"}},
        {"@id": "https://www.courier.example/#hattie"},
        "https://www.courier.example/#hattie",
        [[{"name": "Hattie\u00a0Rowbottom "}]],
    ],
)
def test_an_author_is_stated_in_many_forms(author: Any) -> None:
    person = {"@type": "Person", "@id": "https://www.courier.example/#hattie", "name": "Hattie Rowbottom"}
    article = {"@type": "NewsArticle", "headline": "How the gates work", "author": author}
    main = read({"@graph": [article, person]}).main
    assert main is not None
    assert main.authors == ("Hattie Rowbottom",)


@pytest.mark.parametrize("nobody", [None, "", [], {}, {"@type": "Person", "name": None}, [None], {"name": ""}])
def test_where_the_author_is_empty_the_creator_is_the_author(nobody: Any) -> None:
    article = {"@type": "NewsArticle", "headline": "How the gates work", "author": nobody, "creator": ["Dale Curnow"]}
    main = read(article).main
    assert main is not None
    assert main.authors == ("Dale Curnow",)


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "wordCount": 12\n "headline": "Gates"\n "author": {"name": "Dale Curnow"}}',
        '{"@type": "NewsArticle", "headline": "How the "gates" work", "author": {"name": "Dale Curnow"}}',
        '{"@type": "NewsArticle", "wordCount": undefined, "author": [{"name": "Dale Curnow"},,]}',
        '{"@type": "NewsArticle", /* by hand */ "author": {"name": "Dale Curnow"} // the end\n}',
        "{'@type': 'NewsArticle', 'author': {'name': 'Dale Curnow'}}",
        '{"@type": "NewsArticle", "author": {"name": "Dale Curnow"}, "articleBody": "The doors rise',
        '{"@type": "NewsArticle", "author": {"name": "Dale Curnow"',
        '{@type: "NewsArticle", author: {name: "Dale Curnow"}}',
        '{"@type": "NewsArticle", "author": {"name": "Dale Curnow"}]}',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;author&quot;: {&quot;name&quot;: &quot;Dale Curnow&quot;}}",
    ],
    ids=["comma", "quotes", "undefined", "comments", "single", "cut text", "cut object", "bare", "bracket", "escaped"],
)
def test_the_author_is_read_from_what_is_nearly_json(script: str) -> None:
    main = read(script).main
    assert main is not None
    assert main.authors == ("Dale Curnow",)


def test_a_script_may_name_its_type_the_other_way_round() -> None:
    text = '<script type="application/json+ld">{"@type": "NewsArticle", "author": "Dale Curnow"}</script><p>x</p>'
    tree = parse_html(text)
    assert tree is not None
    main = read_structured_data(tree).main
    assert main is not None
    assert main.authors == ("Dale Curnow",)


@given(st.text(alphabet="{}[]\",:'\\ \nabu0/*", max_size=200))
def test_any_text_is_read_leniently(text: str) -> None:
    assert all(isinstance(value, dict | list) for value in read_leniently(text))


@pytest.mark.parametrize("text", ['{"a": "' + '" x' * 200_000, "{" * 500_000, '["' * 300_000, '{"a": /*' * 100_000])
def test_hostile_texts_are_read_leniently_within_bounds(text: str) -> None:
    assert len(read_leniently(text)) <= 1


@pytest.mark.parametrize(
    "value",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"@graph":' * 20_000,
        {
            "@type": "NewsArticle",
            "headline": "x" * 1_000_000,
            "author": ["y" * 100_000] * 500,
            "keywords": ["k"] * 10_000,
        },
        {"@type": ["NewsArticle"] * 1000, "headline": {"@value": 1}, "author": 7, "image": [None, {}, [[]]], "url": {}},
        {"@type": None, "@graph": [None, 1, "x", {"@type": {"a": 1}}]},
        [{"@type": "NewsArticle", "headline": "n"}] * 5_000,
        '{"@type": "NewsArticle", "wordCount": ' + "9" * 10_000 + "}",
        '"@type": "NewsArticle"' + " " * 500_000,
        "\x00\ud800",
    ],
    ids=["arrays", "objects", "huge", "odd types", "nulls", "many", "number", "blanks", "surrogate"],
)
def test_hostile_descriptions_cost_nothing(value: Any) -> None:
    # Given JSON-LD made to hurt, When it is read
    data = read(value)
    # Then what comes of it is bounded
    assert len(data.articles) <= 200
    for article in data.articles:
        assert len(article.headline or "") <= 5_000
        assert len(article.authors) <= 100
        assert all(len(name) <= 500 for name in article.authors)
        assert len(article.keywords) <= 100
    json.dumps([article.headline for article in data.articles]).encode("ascii")


def test_a_script_of_many_megabytes_is_left_alone() -> None:
    assert read({**ARTICLE, "articleBody": "x" * 4_000_000}).articles == ()


def test_addresses_are_compared_without_what_means_nothing() -> None:
    assert same_address("https://www.courier.example/a/?utm=1#top", "http://courier.example/a")
    assert not same_address("https://courier.example/a", "https://courier.example/b")
    assert not same_address(None, None)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*ARTICLE, "@graph", "@id", "name", "itemListElement", "hasPart"]),
            inner | st.just("NewsArticle"),
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(value=JSON_VALUES)
def test_no_description_raises(value: Any) -> None:
    assert read(value) == read(value)


def test_an_update_of_a_live_blog_is_not_the_page() -> None:
    # Given a live blog whose updates have the page's address, with a fragment
    page = "https://news.example/live/storm"
    updates = [{"@type": "BlogPosting", "headline": "Trains stopped", "url": f"{page}#u2"}]
    blog = {"@type": "LiveBlogPosting", "headline": "Storm", "liveBlogUpdate": updates}
    script = f'<script type="application/ld+json">{json.dumps(blog)}</script>'
    tree = parse_html(f'<html><head><link rel="canonical" href="{page}">{script}</head><body>x</body></html>')
    assert tree is not None
    # When
    main = read_structured_data(tree).main
    # Then
    assert main is not None
    assert main.headline == "Storm"
