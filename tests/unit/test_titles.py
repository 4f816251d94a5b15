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
