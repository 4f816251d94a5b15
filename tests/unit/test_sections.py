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
