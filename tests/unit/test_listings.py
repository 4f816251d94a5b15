"""A page that lists articles or portrays somebody is no article; one with cards below it is.

Comes in: pages. Goes out: assertions.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractor.contract import PageToRead
from newsdesk.contracts import ArticleType, Reason
from newsdesk_cli.single_page import Observation, observe

STORIES = (
    ("Swing bridge at Tarn Lock reopens", "The swing bridge at Tarn Lock turned again on Tuesday, two winters late."),
    ("Oyster growers ask for a later start", "Growers want their season to begin in November instead of September."),
    ("Library lends out its last ladder", "The library of Under Wexley has lent out its last ladder for now."),
    ("Court stops the deep quarry", "The court has stopped work on the quarry for the second time in one year."),
    ("Night trams return to Corvin", "Night trams return in spring, nine years after the last of them was cut."),
)
CARDS = {
    "article": '<article><h2><a href="/n/{n}">{title}</a></h2><p>{opening}</p></article>',
    "item": '<li><a href="/n/{n}"><h3>{title}</h3></a><div>{opening}</div><time>14 October</time></li>',
    "div": '<div class="t"><div><a href="/n/{n}">{title}</a></div><p>{opening}</p></div>',
    "row": '<tr><td><a href="/n/{n}"><b>{title}</b></a><br>{opening}</td></tr>',
    "term": '<dt><a href="/n/{n}">{title}</a></dt><dd>{opening}</dd>',
    "link": '<a href="/n/{n}"><h3>{title}</h3><p>{opening}</p></a>',
    "flat": '<h4><a href="/n/{n}">{title}</a></h4><p>14 October 2026</p><p>{opening}</p>',
}
PROSE = (
    "<p>The rural hospital at Marl will keep its night surgeon until the summer, because a village has raised the "
    "money in nineteen days.</p><p>The surgeon, Ida Brandt, had been given notice in August. Her ward treats three "
    "hundred people a year, most of them after dark.</p>"
)
TITLE = "Rural hospital keeps its night surgeon until summer"


def cards(kind: str) -> str:
    return "".join(CARDS[kind].format(n=n, title=title, opening=opening) for n, (title, opening) in enumerate(STORIES))


def described(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def seen(heading: str, body: str, head: str = "", path: str = "/region/", attributes: str = "") -> Observation:
    page = (
        f"<html{attributes}><head><title>{heading} | The Paper</title>{head}</head><body><main><h1>{heading}</h1>{body}"
    )
    page += "</main><footer><p>© 2026 The Paper. All rights reserved.</p></footer></body></html>"
    captured_at = datetime(2026, 11, 22, tzinfo=UTC)
    return observe(PageToRead(page.encode(), "text/html; charset=utf-8", f"https://paper.example{path}", captured_at))


def is_listing(found: Observation) -> bool:
    return found.article is None or found.article.article_type is ArticleType.OTHER


@pytest.mark.parametrize("kind", CARDS)
@pytest.mark.parametrize(
    ("heading", "head"),
    [
        ("Region", ""),
        ("Kultur", '<meta property="og:type" content="website">'),
        ("Vanna Kask", '<meta property="og:type" content="profile">'),
        ("Esportes", described({"@graph": [{"@type": "WebSite"}, {"@type": "CollectionPage"}]})),
        ("Results", described({"@type": "SearchResultsPage"})),
        ("Région", described({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": "/n/1"}]})),
        ("Sport", described([{"@type": "NewsArticle", "headline": title} for title, _ in STORIES])),
    ],
)
def test_cards_below_one_heading_are_a_list(kind: str, heading: str, head: str) -> None:
    assert is_listing(seen(heading, cards(kind), head))


@pytest.mark.parametrize(
    ("head", "attributes"),
    [
        ('<meta property="og:type" content="profile">', ""),
        (described({"@type": "ProfilePage", "mainEntity": {"@type": "Person", "name": "Maud Ellery"}}), ""),
        ("", ' itemscope itemtype="https://schema.org/ProfilePage"'),
    ],
)
@pytest.mark.parametrize("below", ["", cards("article")])
def test_a_portrait_of_an_author_is_no_article(head: str, attributes: str, below: str) -> None:
    portrait = "<p>Maud Ellery has written about bridges and locks since 2011. She lives on a barge.</p>" * 2
    assert is_listing(seen("Maud Ellery", portrait + below, head, "/people/maud-ellery", attributes))


@pytest.mark.parametrize("path", ["/", "/index.html", "/en/", "/?utm_source=mail"])
@pytest.mark.parametrize("kind", CARDS)
@pytest.mark.parametrize("head", ["", '<meta property="og:type" content="website">', described({"@type": "WebSite"})])
def test_a_front_page_that_was_submitted_is_refused(path: str, kind: str, head: str) -> None:
    assert seen("The Paper", cards(kind), head, path).reason in (Reason.FRONT_PAGE, Reason.NO_ARTICLE)


@pytest.mark.parametrize("head", ["", described({"@type": "NewsArticle", "headline": TITLE})])
def test_an_article_at_the_root_of_its_site_is_one(head: str) -> None:
    found = seen(TITLE, f"{PROSE}<section><h2>More</h2>{cards('div')}</section>", head, "/")
    assert found.article is not None
    assert found.article.article_type is ArticleType.NEWS_ARTICLE


@pytest.mark.parametrize("kind", CARDS)
@pytest.mark.parametrize(
    "head",
    [
        "",
        '<meta property="og:type" content="website">',
        '<meta property="og:type" content="article">',
        described({"@type": "NewsArticle", "headline": TITLE}),
        described({"@type": "NewsArticle", "headline": TITLE}) + described({"@type": "ItemList"}),
        described({"@graph": [{"@type": "CollectionPage"}, {"@type": "NewsArticle", "headline": TITLE}]}),
    ],
)
def test_an_article_with_cards_below_it_is_one(kind: str, head: str) -> None:
    found = seen(TITLE, f"{PROSE}<section><h2>More</h2>{cards(kind)}</section>", head, "/2026/10/hospital")
    assert found.article is not None
    assert found.article.article_type is ArticleType.NEWS_ARTICLE
    assert "Ida Brandt" in found.article.article_body


ROWS = {
    "day": '<li><time>{n}.11.2026</time> <a href="/n/{n}">{title}</a></li>',
    "author": '<p><a href="/n/{n}">{title}</a> <i>Per Aasen</i> {n}4</p>',
    "cell": '<tr><td>{n} Nov</td><td><a href="/n/{n}">{title}</a></td></tr>',
}
POSTS = (
    ("The fence", "We walked down to the weir on Sunday and found that the water had taken the fence again."),
    ("A sign", "There is a sign at the crossing that says that the road is closed, which it is not."),
    ("Market day", "Eggs are up, plums are over, and the man with the knives was there for the first time."),
)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("above", ["", "<p>In this issue: bridges, oysters and the last ladder of a library.</p>"])
def test_rows_of_links_are_a_list(row: str, above: str) -> None:
    rows = "".join(ROWS[row].format(n=n, title=title) for n, (title, _) in enumerate(STORIES))
    body = f"<table>{rows}</table>" if row == "cell" else rows
    assert is_listing(seen("Archive: November 2026", above + body, path="/archive/2026/11"))


def test_a_round_up_of_links_to_other_sites_is_an_article() -> None:
    rows = "".join(f'<li><a href="https://else.example/{n}">{title}</a></li>' for n, (title, _) in enumerate(STORIES))
    found = seen("What we read in November", f"{PROSE}<ul>{rows}</ul>", path="/blog/reads")
    assert found.article is not None
    assert found.article.article_type is ArticleType.NEWS_ARTICLE


@pytest.mark.parametrize(
    "path",
    ["/2026/09/", "/archive/2026/9", "/2026_09_01_archive.html", "/tag/weir/", "/author/agnes", "/search?q=weir"],
)
def test_whole_posts_under_an_address_of_a_list_are_one(path: str) -> None:
    posts = "".join(
        f'<div class="post"><h3><a href="/2026/09/{n}.html">{title}</a></h3><div>Posted by Agnes at 18:02</div>'
        f"<p>{text}</p></div>"
        for n, (title, text) in enumerate(POSTS)
    )
    assert is_listing(seen("Weirside Diary", posts, path=path))


def test_the_introduction_of_a_tag_is_no_article() -> None:
    cards = "".join(
        f'<a class="card" href="/n/{n}"><h3>{title}</h3><p>{opening}</p></a>'
        for n, (title, opening) in enumerate(STORIES[:3])
    )
    introduction = "<p>Everything that we have written on weirs, from how they are built to how they go.</p>"
    assert is_listing(seen("Weirs", introduction + cards, path="/tag/weirs/"))


def test_headings_below_a_link_that_lies_over_their_card_are_linked() -> None:
    entries = "".join(
        f'<article><h2>{title}</h2><p>{text}</p><a aria-label="read {title}" href="/posts/{n}/"></a></article>'
        for n, (title, text) in enumerate(POSTS)
    )
    assert is_listing(seen("Posts", entries, path="/posts/"))


@pytest.mark.parametrize("path", ["/suche?q=quokka", "/search/?query=quokka", "/?s=quokka"])
def test_a_search_without_results_is_no_article(path: str) -> None:
    text = "<p>Ihre Suche nach „quokka“ ergab leider nichts. Bitte versuchen Sie es mit einem anderen Wort.</p>"
    assert is_listing(seen("Suche", text, path=path))


def test_an_article_in_a_folder_for_searches_is_one() -> None:
    found = seen("Lost walker found below the quarry", PROSE, path="/search/lost-walker-found-below-the-quarry")
    assert found.article is not None
    assert found.article.article_type is ArticleType.NEWS_ARTICLE


def test_sections_that_link_to_themselves_are_no_cards() -> None:
    sections = "".join(
        f'<h2 id="s{n}"><a href="#s{n}">{title}</a></h2><p>{text}</p>' for n, (title, text) in enumerate(POSTS * 2)
    )
    found = seen("Weir diary", sections, path="/2026/09/weir-diary")
    assert found.article is not None
    assert found.article.article_type is ArticleType.NEWS_ARTICLE


def test_the_linked_name_of_a_section_above_an_article_is_no_card() -> None:
    page = f'<h2><a href="/health">Health</a></h2>{PROSE}'
    found = seen(TITLE, page, path="/")
    assert found.article is not None
    assert found.article.article_type is ArticleType.NEWS_ARTICLE
