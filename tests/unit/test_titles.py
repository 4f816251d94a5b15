"""Of what a page calls itself, the headline is found."""

from __future__ import annotations

import pytest

from extractor.html import read_html
from extractor.metadata import LONGEST_HEADLINE
from extractor.metadata.reader import site_names
from extractor.metadata.titles import TitleCandidate, ranked_titles

URL = "https://www.courier.example/news/how-the-gates-work"
PROSE = "<p>Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there.</p>" * 4
HEADLINE = "How the gates work"


def titles(head: str, body: str, url: str = URL) -> tuple[TitleCandidate, ...]:
    page = read_html(f"<html><head>{head}</head><body>{body}</body></html>", url)
    assert page is not None
    return ranked_titles(page, site_names(page))


SITE = '<meta property="og:site_name" content="The Courier">'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{HEADLINE} | The Courier</title>", f"<h1>{HEADLINE}</h1>{PROSE}"),
        (f"<title>{HEADLINE} - The Courier</title>{SITE}", PROSE),
        (f"<title>{HEADLINE} | The Courier</title>{SITE}", f"<h1>The Courier</h1><h2>{HEADLINE}</h2>{PROSE}"),
        (f"<title>The Courier - {HEADLINE}</title>{SITE}", f"<h1>The Courier</h1><h1>{HEADLINE}</h1>{PROSE}"),
        (
            f'<title>The Courier</title><meta property="og:title" content="{HEADLINE} | The Courier">{SITE}',
            f"<h1>Log in</h1><p>Your account</p><h1>{HEADLINE}</h1>{PROSE}",
        ),
        (
            f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{HEADLINE}"}}</script>'
            "<title>News from Ellsmouth</title>",
            f"<h1><a href='/'>Ellsmouth</a></h1><h1>{HEADLINE}</h1>{PROSE}",
        ),
    ],
    ids=["heading", "no heading", "site as heading", "site first", "log-in", "JSON-LD"],
)
def test_the_headline_is_found_and_the_sites_name_is_off(head: str, body: str) -> None:
    best = titles(head, body)[0]
    assert best.text == HEADLINE
    assert best.confidence > 0.3


def test_places_that_agree_make_it_surer() -> None:
    alone = titles("<title>Gates</title>", f"<h1>{HEADLINE}</h1>{PROSE}")
    agreed = titles(
        f'<title>{HEADLINE}</title><meta property="og:title" content="{HEADLINE}">', f"<h1>{HEADLINE}</h1>{PROSE}"
    )
    assert alone[0].text == agreed[0].text == HEADLINE
    assert agreed[0].confidence > alone[0].confidence
    assert set(agreed[0].sources) == {"og", "title", "h1"}


def test_a_page_without_any_title_has_none() -> None:
    assert titles("<title> </title>", PROSE) == ()


@pytest.mark.parametrize(
    "head",
    [
        f"<title>{'a | b - ' * 100_000}</title>",
        f"<title>{'x' * 1_000_000}</title>",
        "".join(f'<meta property="og:title" content="Title {number}">' for number in range(5_000)),
        "<title>\x01\ud800&#1;Gates</title>",
    ],
    ids=["separators", "huge", "many", "controls"],
)
def test_hostile_titles_are_bounded(head: str) -> None:
    found = titles(head, "".join(f"<h1>Heading {number}</h1>" for number in range(3_000)))
    assert 0 < len(found) <= 60
    assert all(len(candidate.text) <= LONGEST_HEADLINE for candidate in found)
    assert all(candidate.text.isprintable() for candidate in found)


def test_an_odd_url_is_no_obstacle() -> None:
    assert titles(f"<title>{HEADLINE}</title>", PROSE, url="http://[::1/%ZZ")[0].text == HEADLINE


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (
            f"<title>The Courier: {HEADLINE}</title>",
            f'<h1><a href="/">The Courier</a></h1><h3 class="post-title entry-title">{HEADLINE}</h3>{PROSE}',
        ),
        (
            f"<title>{HEADLINE} - Ellsmouth</title>",
            f'<h1><a href="https://c.example/">Ellsmouth</a></h1><h2 itemprop="headline">{HEADLINE}</h2>{PROSE}',
        ),
        (f"<title>Old Mill Weekly | {HEADLINE}</title>", f'<a href="/"><img alt="Old Mill Weekly logo"></a>{PROSE}'),
        (f"<title>Old Mill Weekly | {HEADLINE}</title>", f'<a class="brand" href="/">Old Mill Weekly</a>{PROSE}'),
        (
            f"<title>{HEADLINE} | The Courier</title>",
            f'<h1><span class="kicker">Harbour</span> <span>{HEADLINE}</span></h1>{PROSE}',
        ),
        (f"<title>{HEADLINE} | The Courier</title>", f"<h1><small>Harbour</small> <b>{HEADLINE}</b></h1>{PROSE}"),
        (f"<title>{HEADLINE} | The Courier</title>", f"<h1><em>Harbour</em><br>{HEADLINE}</h1>{PROSE}"),
        (
            f"<title>Ellsmouth - {HEADLINE}</title>",
            f'<div id="banner"><h1>Ellsmouth</h1></div><h2 class="post-title">{HEADLINE}</h2>{PROSE}',
        ),
        ("<title>Gates</title>", f'<h1><span class="dachzeile">Hafen:</span> {HEADLINE}</h1>{PROSE}'),
    ],
    ids=["blog", "banner and property", "logo", "brand", "kicker", "small", "line break", "masthead", "kicker alone"],
)
def test_banner_and_kicker_are_no_part_of_the_headline(head: str, body: str) -> None:
    assert titles(head, body)[0].text == HEADLINE


def test_a_kicker_that_the_page_states_as_part_of_its_headline_stays() -> None:
    whole = f"Harbour: {HEADLINE}"
    head = f'<title>{whole} | The Courier</title><meta property="og:title" content="{whole}">'
    assert (
        titles(head, f'<h1><span class="kicker">Harbour:</span> <span>{HEADLINE}</span></h1>{PROSE}')[0].text == whole
    )


BRANDED = f"{HEADLINE} – The Courier"
SEARCHED = "Ellsmouth barrier: where the river meets the sea"


@pytest.mark.parametrize(
    "way",
    [
        f'<ol class="breadcrumb"><li><a href="/">Home</a></li><li><h1>{SEARCHED}</h1></li></ol>',
        f'<div class="fil-ariane"><a href="/">Accueil</a> <h1>{SEARCHED}</h1></div>',
        f'<div><h1 data-breadcrumb-headline="">{SEARCHED}</h1></div>',
        f'<nav><a href="/">Home</a> <a href="/river">River</a> <h1>{SEARCHED}</h1></nav>',
    ],
    ids=["list", "French", "attribute", "unnamed"],
)
@pytest.mark.parametrize(
    "shown",
    [f"<h2>{HEADLINE}</h2>", f'<h2><span class="kicker">Harbour</span><span>{HEADLINE}</span></h2>'],
    ids=["plain", "kicker"],
)
def test_the_headline_that_readers_see_is_preferred_to_a_heading_in_the_breadcrumbs(way: str, shown: str) -> None:
    # Given a page whose first heading is written for search engines
    head = (
        f'<title>{SEARCHED} | The Courier</title><meta property="og:title" content="{HEADLINE}">'
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{SEARCHED}"}}</script>'
    )
    # When its headline is looked for, Then it is the one above the text
    assert titles(head, f"{way}{shown}{PROSE}")[0].text == HEADLINE
    # And without the breadcrumbs' frame, the first heading is the headline
    assert titles(head, f"<h1>{SEARCHED}</h1>{shown}{PROSE}")[0].text == SEARCHED


def test_a_heading_in_the_breadcrumbs_is_the_headline_where_no_other_is_stated() -> None:
    head = f"<title>{HEADLINE} | The Courier</title>"
    way = f'<nav aria-label="Breadcrumb"><a href="/">Home</a> <h1>{HEADLINE}</h1></nav>'
    assert titles(head, f"{way}<h2>What the harbour says</h2>{PROSE}")[0].text == HEADLINE


def test_linked_headings_of_other_articles_are_no_candidates() -> None:
    teasers = "".join(f'<a href="/{n}"><h1>{t}</h1></a>' for n, t in enumerate(("Ferry fares rise", "Library shuts")))
    found = titles(f"<title>{HEADLINE} | The Courier</title>", f"<h1>{HEADLINE}</h1>{PROSE}{teasers}")
    assert {candidate.text for candidate in found if "h1" in candidate.sources} == {HEADLINE}


def test_the_part_of_a_heading_that_another_place_states_in_full_is_the_headline() -> None:
    whole = f"Harbour: {HEADLINE}"
    head = (
        f'<title>{whole} | The Courier</title><meta property="og:title" content="{HEADLINE}">'
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{whole}"}}</script>'
    )
    body = f"<h1><span>Harbour:</span> <span>{HEADLINE}</span></h1>{PROSE}"
    assert titles(head, body)[0].text == HEADLINE


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (
            f"<title>Old Mill Weekly: {HEADLINE}</title>",
            f'<h1 class="title">Old Mill Weekly</h1><h3 class="post-title">{HEADLINE}</h3>{PROSE}',
        ),
        (
            f"<title>{HEADLINE} ~ Old Mill Weekly</title>",
            f'<h1>Old Mill Weekly</h1><h2 class="entry-title">{HEADLINE}</h2>{PROSE}',
        ),
        (f"<title>courier.example {HEADLINE}</title>", PROSE),
        (f"<title>{HEADLINE} courier.example</title>", PROSE),
        (f"<title>The Courier :: {HEADLINE}</title>{SITE}", f"<h1>The Courier</h1>{PROSE}"),
        (
            f'<title>{BRANDED}</title><meta property="og:title" content="{BRANDED}">{SITE}',
            f"<h1>{BRANDED}</h1>{PROSE}",
        ),
        (
            f'<title>{HEADLINE} | The Courier</title><meta property="og:title" content="{HEADLINE}">',
            f"<h1>{HEADLINE} <small>Two doors keep the sea out on forty days a year</small></h1>{PROSE}",
        ),
    ],
    ids=["blog", "blog last", "domain first", "domain last", "colons", "site in every place", "deck in the heading"],
)
def test_the_sites_name_is_off_wherever_it_stands(head: str, body: str) -> None:
    assert titles(head, body)[0].text == HEADLINE


@pytest.mark.parametrize(
    ("headline", "body"),
    [
        ("Rows and rows - our year in the press", "<h1>Rows and rows - our year in the press</h1>"),
        ("Gates: two doors against the sea", "<h1>Gates: two doors against the sea</h1><h2>What a press cost</h2>"),
        ("What we read - Cour", "<h1>What we read - Cour</h1>"),
    ],
    ids=["dash", "colon", "a part of the domain"],
)
def test_what_only_looks_like_a_sites_name_stays(headline: str, body: str) -> None:
    assert titles(f"<title>{headline}</title>", f"{body}{PROSE}")[0].text == headline


LONG = "Struggling with how to furnish a long and narrow room? Four readers ask, and we find an answer for each of them"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [(LONG, LONG), (f"{LONG[:94]} - part two", LONG[:94])],
    ids=["cut within", "cut at a mark"],
)
def test_a_headline_that_json_ld_cuts_short_is_given_in_full(heading: str, expected: str) -> None:
    # Given a headline that is cut where search engines stop to show it
    head = (
        f"<title>{heading} | The Courier</title>"
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{LONG[:94]}"}}</script>'
    )
    # When the heading says more, without a mark between, Then it is the headline
    found = titles(head, f"<h2>{heading}</h2>{PROSE}")
    assert next(candidate.text for candidate in found if "jsonld" in candidate.sources) == expected
    assert found[0].text == expected


def test_a_heading_that_links_to_its_own_page_stays_a_candidate() -> None:
    body = (
        f"<h1>Old Mill Weekly</h1><h1><a href='{URL}#top'>{HEADLINE}</a></h1><a href='/b'><h1>Ferry fares rise</h1></a>"
    )
    found = titles("<title>Old Mill Weekly</title>", f"{body}{PROSE}")
    headings = {candidate.text for candidate in found if "h1" in candidate.sources}
    assert headings == {"Old Mill Weekly", HEADLINE}


def test_a_heading_behind_the_text_is_not_the_headline_that_the_sites_name_is_joined_to() -> None:
    behind = '<h3 class="post-title">Old Mill Weekly</h3><p>Subscribe</p>'
    assert (
        titles(f"<title>{HEADLINE} - Old Mill Weekly</title>", f"<h1>{HEADLINE}</h1>{PROSE}{behind}")[0].text
        == HEADLINE
    )
