"""What a page calls its own URL: read where it may stand, believed when it names an article of this site.

Comes in: pages of our own writing. Goes out: assertions.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.contract import CanonicalLink, CanonicalRejection
from extractor.html import canonical_link, parse_html
from extractor.html.canonical import is_same_site
from newsdesk.web import canonical_url, parse_url

PAGE = "https://www.news.example/world/2026/03/storm-hits-the-coast"
OWN = f'<link rel="canonical" href="{PAGE}">'
Headers = tuple[tuple[str, str], ...]


def read(head: str = "", *, body: str = "<p>Text.</p>", headers: Headers = (), url: str = PAGE) -> CanonicalLink:
    tree = parse_html(f"<!doctype html><html><head><title>Storm</title>{head}</head><body>{body}</body></html>")
    return canonical_link(tree, headers, url)


def link(href: str, **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<link rel="canonical" href="{href}"{more}>'


# -------------------------------------------------------------------------------------- where it stands


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (OWN, PAGE),
        ('<link href="/a-long-story-name" rel="shortlink CANONICAL">', "https://www.news.example/a-long-story-name"),
        (link("  ../../../a-long-story-name  "), "https://www.news.example/a-long-story-name"),
        (link("//www.news.example/a-long-story-name"), "https://www.news.example/a-long-story-name"),
        (
            '<base href="https://news.example/x/">' + link("a-long-story-name"),
            "https://news.example/x/a-long-story-name",
        ),
        (link(f"{PAGE}?utm_source=canonical#top"), PAGE),
        (OWN + OWN, PAGE),
        (OWN + link(f"{PAGE}#comments"), PAGE),
        (link("https://WWW.News.Example:443/world/2026/03/storm-hits-the-coast"), PAGE),
    ],
    ids=["plain", "many relations", "relative", "no scheme", "base", "tracked", "twice", "twice alike", "spelling"],
)
def test_a_canonical_link_is_read_in_the_head(head: str, expected: str) -> None:
    assert read(head) == CanonicalLink(expected)


@pytest.mark.parametrize(
    "field",
    [
        f'<{PAGE}>; rel="canonical"',
        f"<{PAGE}>;rel=canonical",
        f'</style.css>; rel=preload; as=style, <{PAGE}> ; REL="nofollow canonical"',
        f'<https://www.news.example/?p=1>; rel=shortlink; title="a, b", <{PAGE}>; rel="canonical"',
    ],
)
def test_a_canonical_link_is_read_in_the_link_header(field: str) -> None:
    assert read(headers=(("Link", field),)) == CanonicalLink(PAGE)
    assert canonical_link(None, (("link", field),), PAGE) == CanonicalLink(PAGE)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<p>Text.</p>"),
        ('<link rel="alternate" href="/a-long-story-name">', ""),
        ('<meta property="og:url" content="https://www.news.example/a-long-story-name">', ""),
        ('<link rel="canonical">', ""),
        (link(""), ""),
        (link("/a-long-story-name", hreflang="de"), ""),
        (link("/a-long-story-name", media="print"), ""),
        (link("/a-long-story-name", type="application/json+oembed"), ""),
        ("", f'<div class="comment">{link("/somebody-elses-own-story")}</div>'),
        ("<!-- " + link("/a-long-story-name") + " -->", ""),
        (f"<noscript>{link('/a-long-story-name')}</noscript>", ""),
        (f"<div></div>{link('/a-long-story-name')}", ""),
    ],
    ids=[
        "nothing",
        "another relation",
        "og:url",
        "no target",
        "empty target",
        "for a language",
        "for a device",
        "for a format",
        "in the body",
        "in a comment",
        "for those without scripts",
        "in a head that a block ended",
    ],
)
def test_what_is_no_canonical_link_is_not_read(head: str, body: str) -> None:
    assert read(head, body=body) == CanonicalLink()


def test_a_link_header_about_another_document_is_not_read() -> None:
    field = '</a-long-story-name>; rel="canonical"; anchor="/another"'
    assert read(headers=(("link", field),)) == CanonicalLink()


@pytest.mark.parametrize("href", ["javascript:void(0)", "data:,x", "https://me:you@www.news.example/a-b-c", "http://["])
def test_a_link_that_is_no_url_is_not_believed(href: str) -> None:
    assert read(link(href)) == CanonicalLink(None, CanonicalRejection.UNUSABLE)


def test_several_links_that_differ_are_none() -> None:
    assert read(OWN + link("/another-long-story")) == CanonicalLink(None, CanonicalRejection.SEVERAL)
    assert read(OWN, headers=(("link", '</another-long-story>; rel="canonical"'),)) == CanonicalLink(
        None, CanonicalRejection.SEVERAL
    )
    assert read(OWN * 30) == CanonicalLink(None, CanonicalRejection.SEVERAL)


# -------------------------------------------------------------------------------------- what is believed


@pytest.mark.parametrize(
    ("url", "target"),
    [
        # versions of one page
        ("https://www.news.example/storm/amp", "https://www.news.example/storm"),
        ("https://www.news.example/storm/amp/", "https://www.news.example/storm/"),
        ("https://www.news.example/storm.amp", "https://www.news.example/storm.html"),
        ("https://www.news.example/storm.amp.html", "https://www.news.example/storm.html"),
        ("https://www.news.example/amp/storm", "https://www.news.example/storm"),
        ("https://www.news.example/world/storm-print.html", "https://www.news.example/world/storm.html"),
        ("https://amp.news.example/world/storm", "https://www.news.example/world/storm"),
        ("https://m.news.example/world/storm", "https://www.news.example/world/storm"),
        ("https://mobile.news.example/world/storm", "https://news.example/world/storm"),
        ("https://news.example/world/storm", "https://www.news.example/world/storm"),
        ("http://www.news.example/world/storm", "https://www.news.example/world/storm"),
        ("https://www.news.example/world/storm?ref=home", "https://www.news.example/world/storm"),
        ("https://www.news.example/world/storm/", "https://www.news.example/world/storm"),
        ("https://www.news.example/world/storm/index.html", "https://www.news.example/world/storm/"),
        # another path to the same page
        ("https://www.news.example/?p=4711", "https://www.news.example/2026/03/storm-hits-the-coast"),
        ("https://www.news.example/a/4711", "https://www.news.example/world/storm-4711"),
        ("https://www.news.example/sport/storm", "https://www.news.example/world/storm"),
        ("https://www.news.example/article.php?id=4711&s=1", "https://www.news.example/article.php?id=4711"),
        (
            "https://www.news.example/xyz",
            "https://www.news.example/%E5%8F%B0%E9%A2%A8%E7%9B%B4%E6%92%83%E6%B2%BF%E5%B2%B8",
        ),
        ("https://www.news.example/storm-hits-the-coast/comments", "https://www.news.example/storm-hits-the-coast"),
        # a later page that says so itself, and numbers that are no pages
        ("https://www.news.example/storm?page=2&ref=home", "https://www.news.example/storm?page=2"),
        ("https://www.news.example/storm/page/2?ref=home", "https://www.news.example/storm/page/2"),
        ("https://www.news.example/world/1984?ref=x", "https://www.news.example/world/1984"),
        # one site under one registrable domain
        ("https://sport.news.co.uk/storm-hits-coast", "https://www.news.co.uk/storm-hits-coast"),
    ],
)
def test_a_link_to_the_same_article_is_believed(url: str, target: str) -> None:
    found = read(link(target), url=url)
    assert found == CanonicalLink(target)
    assert found.believed == target


@pytest.mark.parametrize(
    ("url", "target", "rejection"),
    [
        # other sites, however alike their names
        (PAGE, "https://wire.example/storm-hits-the-coast", CanonicalRejection.OTHER_SITE),
        (PAGE, "https://news.example.evil.example/storm-hits-the-coast", CanonicalRejection.OTHER_SITE),
        (PAGE, "https://www.news.example:8443/world/2026/03/storm-hits-the-coast", CanonicalRejection.OTHER_SITE),
        ("https://one.co.uk/storm-hits-coast", "https://two.co.uk/storm-hits-coast", CanonicalRejection.OTHER_SITE),
        (
            "https://one.github.io/storm-hits-coast",
            "https://two.github.io/storm-hits-coast",
            CanonicalRejection.OTHER_SITE,
        ),
        (
            "https://one.blogspot.com/storm-hits-coast",
            "https://two.blogspot.com/storm-hits-coast",
            CanonicalRejection.OTHER_SITE,
        ),
        (PAGE, "http://127.0.0.1/storm-hits-the-coast", CanonicalRejection.OTHER_SITE),
        ("http://192.0.2.1/storm-hits-coast", "http://192.0.2.2/storm-hits-coast", CanonicalRejection.OTHER_SITE),
        ("http://192.0.2.1:81/storm-hits-coast", "http://192.0.2.1:82/storm-hits-coast", CanonicalRejection.OTHER_SITE),
        (PAGE, "http://www.news.example/world/2026/03/storm-hits-the-coast", CanonicalRejection.INSECURE),
        # no article
        (PAGE, "https://www.news.example", CanonicalRejection.HOME_PAGE),
        (PAGE, "https://www.news.example/?utm_source=x", CanonicalRejection.HOME_PAGE),
        (PAGE, "https://www.news.example/index.html", CanonicalRejection.HOME_PAGE),
        (PAGE, "https://www.news.example/default.aspx", CanonicalRejection.HOME_PAGE),
        (PAGE, "https://www.news.example/en/", CanonicalRejection.HOME_PAGE),
        (PAGE, "https://www.news.example/en-GB", CanonicalRejection.HOME_PAGE),
        (PAGE, "https://www.news.example/404", CanonicalRejection.ERROR_PAGE),
        (PAGE, "https://www.news.example/error/500.html", CanonicalRejection.ERROR_PAGE),
        (PAGE, "https://www.news.example/page-not-found", CanonicalRejection.ERROR_PAGE),
        (PAGE, "https://www.news.example/world", CanonicalRejection.SECTION_FRONT),
        (PAGE, "https://www.news.example/world/2026/", CanonicalRejection.SECTION_FRONT),
        (PAGE, "https://www.news.example/sport", CanonicalRejection.SECTION_FRONT),
        (PAGE, "https://www.news.example/local-news/", CanonicalRejection.SECTION_FRONT),
        (PAGE, "https://www.news.example/politics.html", CanonicalRejection.SECTION_FRONT),
        (PAGE, "https://www.news.example/search?q=storm", CanonicalRejection.SECTION_FRONT),
        (
            "https://www.news.example/ideas-and-long-reads/how-the-storm-came",
            "https://www.news.example/ideas-and-long-reads",
            CanonicalRejection.SECTION_FRONT,
        ),
        # page one of many
        (f"{PAGE}?page=2", PAGE, CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE}?page=3", f"{PAGE}?page=2", CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE}?seite=12", PAGE, CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE}/2", PAGE, CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE}/page/2/", PAGE, CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE}/page-2", PAGE, CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE}-2.html", f"{PAGE}.html", CanonicalRejection.FIRST_OF_MANY),
        (f"{PAGE},2.html", f"{PAGE}.html", CanonicalRejection.FIRST_OF_MANY),
    ],
)
def test_a_link_to_anything_else_is_recorded_and_not_believed(
    url: str, target: str, rejection: CanonicalRejection
) -> None:
    found = read(link(target), url=url)
    assert found == CanonicalLink(canonical_url(parse_url(target)), rejection)
    assert found.believed is None


def test_a_page_with_a_page_before_it_is_not_the_first() -> None:
    # Given page two of an article, under a name that does not tell, which says what came before it
    url, first = (
        "https://www.news.example/storm-hits-the-coast/the-aftermath",
        "https://www.news.example/storm-hits-the-coast",
    )
    assert (
        read(link(first) + f'<link rel="prev" href="{first}">', url=url).rejection is CanonicalRejection.FIRST_OF_MANY
    )

    # When "prev" is a blog's previous post, Then it says nothing of this one
    blog = '<link rel="prev" href="/2026/02/another-post-entirely">'
    assert read(link(PAGE) + blog, url="https://www.news.example/?p=4711").believed == PAGE


# ------------------------------------------------------------------------------------------- hostile pages


def test_a_head_of_a_hundred_thousand_links_is_read() -> None:
    # Given a head full of links, and a header field full of quotes
    head = OWN + '<link rel="prev" href="/x">' + '<link rel="canonical" href="/x">' * 100_000
    tree = parse_html(f"<html><head>{head}</head><body></body></html>")
    field = '<a>; title="' * 100_000

    # When they are read, Then that ends
    assert canonical_link(tree, (("link", field),), PAGE).rejection is CanonicalRejection.SEVERAL


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_link_is_read_or_refused(href: str, field: str) -> None:
    tree = parse_html(f"<html><head><title>x</title></head><body>{OWN}</body></html>")
    assert tree is not None
    element = tree.find("head").makeelement("link", rel="canonical", href=storable(href))
    tree.find("head").append(element)
    found = canonical_link(tree, (("link", f"<{field}>; rel=canonical"),), PAGE)
    if found.believed is not None:
        assert is_same_site(parse_url(found.believed), parse_url(PAGE))
        assert canonical_url(parse_url(found.believed)) == found.believed


def storable(text: str) -> str:
    """Without what lxml refuses in an attribute."""
    return "".join(c for c in text if c.isprintable() and c.isascii())
