"""The section of an article: what the page says it is, and never an entry of the menu."""

from __future__ import annotations

import json

import pytest

from extractor.html import read_html
from extractor.metadata.sections import stated_sections

URL = "https://www.courier.example/harbour/gates-close"
HEADLINE = "How the gates work"
PROSE = "<p>Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there.</p>" * 4
MENU = "<header><nav><ul>{}</ul></nav></header>".format(
    "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in ("Home", "World", "Harbour", "Weather"))
)


def section(above: str = "", head: str = "", below: str = "", outside: str = MENU) -> str | None:
    article = f"<main><article>{above}<h1>{HEADLINE}</h1>{below}{PROSE}</article></main>"
    page = read_html(f"<html><head>{head}</head><body>{outside}{article}</body></html>", URL)
    assert page is not None
    return next((name for name, _ in stated_sections(page, HEADLINE, ("The Courier",))), None)


def trail(*steps: tuple[str, str | None]) -> str:
    items = [
        {"@type": "ListItem", "position": number, "name": name, **({"item": url} if url else {})}
        for number, (name, url) in enumerate(steps, start=1)
    ]
    data = {"@type": "BreadcrumbList", "itemListElement": items}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


@pytest.mark.parametrize(
    "outside",
    [
        MENU,
        '<div class="topbar"><a href="/world">World</a> <a href="/login">Login</a></div>',
        '<header><a href="/sport">Sport</a></header>',
        '<ul class="menu"><li><a href="/kultur">Kultur</a></li></ul>',
    ],
)
def test_the_menu_of_the_site_names_no_section(outside: str) -> None:
    assert section(outside=outside) is None


@pytest.mark.parametrize(
    "line",
    [
        '<a href="/login">Login</a>',
        '<p><a href="/share">Share</a></p>',
        '<p><a href="/abo/subscribe">Subscribe</a></p>',
        '<p class="kicker">Exclusive</p>',
        '<p><a href="/author/hattie">Hattie</a></p>',
        '<p><a href="/search">Search</a></p>',
        '<p class="section-date">3 March 2026</p>',
        '<p class="category"><a href="/">The Courier</a></p>',
        '<div class="channel">Source: <a href="https://agency.example/c/1">Agency</a></div>',
        '<div class="category"><a href="https://gates.example/">www.gates.example</a></div>',
    ],
)
def test_a_line_above_the_headline_that_is_no_section_names_none(line: str) -> None:
    assert section(line) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('<a class="kicker" href="/harbour">Harbour</a>', "Harbour"),
        ('<p class="kicker">Harbour</p>', "Harbour"),
        ('<div class="articleSection">Harbour</div>', "Harbour"),
        ('<span class="ressort"><a href="/politik/index.html">Politik</a></span>', "Politik"),
        ('<p class="cat-links">Posted in <a rel="category tag" href="/c/12">Tides</a></p>', "Tides"),
        ('<p><a href="/cultura/">Cultura</a></p>', "Cultura"),
        ('<div class="rubrique">Société</div>', "Société"),
        ('<span class="category"><a href="/harbour/">Harbour,</a></span>', "Harbour"),
        ('<span class="category"><a href="/harbour/"><i>»</i> Harbour</a></span>', "Harbour"),
        ('<div class="overline"><a href="/land/harbour">Harbour</a></div>', "Harbour"),
    ],
)
def test_a_kicker_beside_the_headline_names_the_section(line: str, expected: str) -> None:
    assert section(line) == expected


@pytest.mark.parametrize(
    "way",
    [
        '<nav aria-label="Miga de pan"><ol><li><a href="/">Inicio</a></li><li><a href="/h">Harbour</a></li></ol></nav>',
        '<div aria-label="Morzsamenü"><a href="/">Főoldal</a> / <a href="/h">Harbour</a></div>',
        '<nav aria-label="Breadcrumb"><ol><li><a href="/">Home</a></li><li><a href="/h">Harbour</a></li></ol></nav>',
        f'<div class="breadcrumbs"><a href="/">Start</a> › <a href="/h">Harbour</a> › <span>{HEADLINE}</span></div>',
        '<ul class="fil-ariane"><li><a href="/">Accueil</a></li><li><a href="/h">Harbour</a></li></ul>',
        '<div id="breadCrumb"><a href="https://www.courier.example/">The Courier</a> / <a href="/h">Harbour</a></div>',
        '<ol itemtype="//schema.org/BreadcrumbList"><li><a href="/h">Harbour</a></li><li>How the gates…</li></ol>',
        '<p class="brotkrumen"><a href="/">Startseite</a> &gt; <a href="/h">Harbour</a> &gt; <a href="#">Share</a></p>',
    ],
)
def test_the_last_breadcrumb_before_the_article_is_the_section(way: str) -> None:
    assert section(outside=MENU + way) == "Harbour"


def test_breadcrumbs_by_date_name_no_section() -> None:
    way = '<div class="breadcrumb"><a href="/">Home</a><a href="/2026">2026</a><a href="/2026/3">March</a></div>'
    assert section(outside=way) is None


@pytest.mark.parametrize(
    "steps",
    [
        (("Home", "https://www.courier.example/"), ("Harbour", "https://www.courier.example/h"), (HEADLINE, URL)),
        (("الرئيسية", "/"), ("Harbour", "/h")),
        (("Harbour", "https://www.courier.example/h"), ("Read this", URL)),
    ],
)
def test_breadcrumbs_for_machines_name_the_section(steps: tuple[tuple[str, str | None], ...]) -> None:
    assert section(head=trail(*steps)) == "Harbour"


def test_breadcrumbs_whose_items_are_objects_stand_in_the_order_of_their_positions() -> None:
    items = [
        {"@type": "ListItem", "position": 2, "item": {"@id": "https://www.courier.example/h", "name": "Harbour"}},
        {"@type": "ListItem", "position": 1, "item": {"@id": "https://www.courier.example/", "name": "Home"}},
    ]
    data = json.dumps({"@graph": [{"@type": "BreadcrumbList", "itemListElement": items}]})
    assert section(head=f'<script type="application/ld+json">{data}</script>') == "Harbour"


@pytest.mark.parametrize("kind", ["Uncategorized", "post", "Articles", "news_news", "12", "tags", ""])
def test_what_a_content_system_calls_a_kind_of_page_is_no_section(kind: str) -> None:
    assert section(head=f'<meta property="article:section" content="{kind}">') is None


def test_what_the_page_states_comes_before_its_text_and_of_several_the_first_is_taken() -> None:
    head = '<meta property="article:section" content="Opinion,Reported Opinion">'
    assert section('<a class="kicker" href="/harbour">Harbour</a>', head) == "Opinion"


@pytest.mark.parametrize("label", ["Share", "Español"])
def test_controls_and_languages_are_no_sections(label: str) -> None:
    trailed = f'<nav class="breadcrumb"><a href="/">Home</a> <a href="/h">{label}</a></nav>'
    assert section(outside=trailed) is None


def test_a_name_that_lists_what_it_is_about_is_one_section() -> None:
    stated = '<meta property="article:section" content="{}">'
    assert section(head=stated.format("College of Work, Home and Garden")) == "College of Work, Home and Garden"
    assert section(head=stated.format("Harbour, Weather")) == "Harbour"


def marked_way(*steps: tuple[str, str]) -> str:
    links = " / ".join(f'<a href="{url}">{name}</a>' if url else f"<span>{name}</span>" for name, url in steps)
    return f'<div class="breadcrumbs">{links}</div>'


@pytest.mark.parametrize(
    ("newest", "address"),
    [
        ("Latest News", "/latest"),
        ("Najnowsze wiadomości", "/najnowsze"),
        ("Editors' Picks", "/picks"),
        ("Последние новости", "/posledn"),
        ("Últimas noticias", "/ultimas"),
    ],
)
def test_a_list_of_the_newest_or_best_is_no_section_where_another_is_named(newest: str, address: str) -> None:
    assert section(above=marked_way(("Home", "/"), ("Harbour", "/harbour"), (newest, address))) == "Harbour"
    assert section(head=f'<meta property="article:section" content="{newest}">' + trail(("Harbour", "/h"))) == "Harbour"
    assert section(head=f'<meta property="article:section" content="{newest}, Harbour">') == "Harbour"
    assert section(above=f'<a class="kicker" rel="category" href="{address}">{newest}</a>') is None


def test_a_list_of_the_newest_is_the_section_where_the_page_states_nothing_else() -> None:
    assert section(head='<meta property="article:section" content="Latest News">') == "Latest News"


@pytest.mark.parametrize("name", ["Our Blog", "The Courier Blog", "Blogs", "Unser Blog"])
def test_the_only_blog_of_a_site_is_no_section(name: str) -> None:
    assert section(head=trail(("Home", "https://www.courier.example/"), (name, "/b"), (HEADLINE, None))) is None


def test_what_leads_to_a_blog_that_has_no_sections_is_none_either() -> None:
    assert section(above=marked_way(("Company", "/about"), ("Blog", ""))) is None


def test_a_blog_about_something_is_a_section() -> None:
    assert section(head=trail(("Travel Blog", "/travel"), (HEADLINE, None))) == "Travel Blog"


def test_tags_in_the_breadcrumbs_are_no_section() -> None:
    steps = (("Guides", "/guides"), ("Timelines", "/guides/tag/timelines"), ("Planning", "/guides/tag/planning"))
    assert section(above=marked_way(*steps)) == "Guides"


def test_a_kicker_that_shares_its_container_with_an_author_is_a_section() -> None:
    author = '<div><span class="meta-author">Jane Roe</span></div>'
    kicker = '<a href="/topics-of-today/weather/">Weather</a>'
    article = f'<div class="wrap">{kicker}<h1>{HEADLINE}</h1>{author}</div>{PROSE}'
    page = read_html(f"<html><body>{MENU}<main>{article}</main></body></html>", URL)
    assert page is not None
    assert [name for name, _ in stated_sections(page, HEADLINE)] == ["Weather"]


@pytest.mark.parametrize(
    "line",
    [
        '<div class="single-blog-author"><a href="/learn/courier-staff/">Courier Staff</a></div>',
        '<div><a href="/learn/blog-contributors/courier-staff/">Courier Staff</a></div>',
    ],
)
def test_an_author_above_the_headline_is_no_section(line: str) -> None:
    assert section(above=line) is None


@pytest.mark.parametrize(
    ("name", "folder"),
    [("Ulaşım", "ulasim"), ("Société", "societe"), ("Köln", "koeln"), ("Łódź", "lodz"), ("Økonomi", "okonomi")],
)
def test_a_kicker_whose_address_spells_it_without_accents_is_a_section(name: str, folder: str) -> None:
    assert section(above=f'<div class="overline"><a href="/{folder}/">{name}</a></div>') == name


@pytest.mark.parametrize(
    "marked",
    [
        '<meta itemprop="articleSection" content="Weather">',
        '<a itemprop="articleSection" href="/w">Weather</a>',
        '<span property="schema:articleSection">Weather</span>',
        '<ol typeof="BreadcrumbList"><li><a href="/">Home</a></li><li><a href="/weather">Weather</a></li></ol>',
    ],
)
def test_microdata_and_rdfa_state_the_section(marked: str) -> None:
    assert section(above=marked) == "Weather"


def test_sections_that_teasers_state_in_microdata_are_not_the_articles() -> None:
    teasers = "".join(f'<i itemprop="articleSection">{name}</i>' for name in ("Sport", "Weather"))
    assert section(below=f"<div>{teasers}</div>") is None
