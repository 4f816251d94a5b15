"""Which links of front pages are taken for articles, on pages of seven makes.

Comes in: front pages, served on loopback. Goes out: assertions on precision and recall.

A link that leads to an article is marked by ``+``. The makes differ in paths, languages, markup, and in what else they
link: topics with names as long as headlines, shelves of promotion, menus with sentences in them.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from discoverer.reading import UnreadableSourceError, read_front_page, read_source
from newsdesk.sources import SourceKind
from newsdesk_cli.sample_site import DirectorySite

MAGAZINE = """
nav /politics/ Politics | nav /culture/ Culture | nav /about-us/ About this magazine and its makers
h2 +/2026/11/28/the-last-ferry-to-morrow-bay/ The last ferry to Morrow Bay leaves on Sunday
h2 +/2026/11/27/inside-the-archive/ Inside the archive that nobody may enter
h2 +/2026/11/27/why-we-walk/ Why we walk
p /author/hattie-rowbottom/ Hattie Rowbottom, our correspondent on the coast | p /2026/11/ Everything from November
p /tag/ferries-and-harbours/ More about ferries and the harbours they leave | p /2026/11/28/ Saturday
p /page/2/ Older stories from the last few weeks | p /newsletter/ Get our best stories in your inbox every Friday
footer /privacy-policy/ How we handle the data that you leave with us
"""
PORTAL = """
nav /politik/ Politik | nav /wirtschaft/ Wirtschaft | nav /sport/fussball/ Alle Spiele, alle Tore, alle Tabellen
h3 +/politik/inland/haushalt-2027-die-grossen-luecken-100234567.html Haushalt 2027: Die großen Lücken im Überblick
h3 +/wirtschaft/stahlwerk-kurzarbeit-endet-100234501.html Kurzarbeit im Stahlwerk endet zum Jahreswechsel
h3 +/sport/fussball/aufsteiger-ueberrascht-tabellenfuehrer-100234444.html Aufsteiger überrascht den Tabellenführer
h3 +/kultur/a-100234999.html Eine Oper für die ganze Stadt
p /thema/bundeshaushalt/ Alles zum Bundeshaushalt und zum Streit der Koalition
p /suche/ Im Archiv nach älteren Texten suchen
p /impressum.html Impressum | p /abo/ Vier Wochen lang für einen Euro lesen
p /wetter/ Das Wetter in Ihrer Stadt am Montag
p /politik/inland/ Mehr Nachrichten aus dem Inland | aside /ratgeber/geld/ Ratgeber: So legen Sie Ihr Geld sicher an
"""
BROADSHEET = """
header /signin Sign in to read all of our stories | nav /world World | nav /world/europe Europe
h3 +/world/2026/nov/30/ministers-agree-on-fishing-quotas Ministers agree on fishing quotas after a night of talks
h3 +/world/live/2026/nov/30/storm-live-updates Storm makes landfall: follow the latest here
h3 +/commentisfree/2026/nov/30/a-letter-to-my-landlord A letter to my landlord, who will not read it
h2 +/football/2026/nov/29/rovers-united-match-report Rovers 3-1 United: match report
div /world/fishing-industry Fishing industry and everything we know of it | div /profile/ann-other Ann Other in Brussels
div /help/contact-us Tell us what you think of this page | div /email-newsletters Choose from all of our emails
footer /info/advertising-terms-and-conditions All advertising terms and conditions
"""
JAPANESE = """
nav /shakai/ 社会 | nav /keizai/ 経済
h2 +/articles/20261130-00012345/ 港の橋が九か月ぶりに開通、最初のバスが通過
h2 +/articles/20261130-00012388/ 来年度の予算案、首相が週内にも閣議決定へ
h2 +/articles/20261129-00012111/ 駅前の再開発で商店街に新しい広場
p /tag/hashi/ 橋に関する記事をもっと読む方はこちらから
p /login/ ログインしてすべての記事を読む
p /ranking/ 今週もっとも読まれた記事のランキング
"""
BLOG = """
nav / Home | nav /now What I am doing now and what comes next
h1 +/posts/how-i-moved-my-site-off-the-cloud How I moved my site off the cloud
h1 +/posts/notes-on-a-small-parser Notes on a small parser
h1 +/posts/two-years-with-an-old-laptop Two years with an old laptop
p /posts Older posts and everything else I wrote here | p /tags/parsing Posts about parsing and other formats
p /about Who I am and how to reach me | p /feed.xml Subscribe to all posts by feed
"""
TABLOID = """
nav /showbiz/ Showbiz | nav /quiz/ Quiz | nav /deals/ Vouchers for all of your favourite shops
div +/news/gull-banned-from-lido-returns-with-friends-88123456 Gull banned from lido returns with friends
div +/news/man-builds-boat-in-flat-cannot-leave-88123411 Man builds boat in flat and cannot get it out
div +/showbiz/singer-cancels-tour-88123399 Singer cancels the rest of her tour
div /shop/garden-chairs-half-price-today Garden chairs for half the price, today only
div /newsletters/morning-briefing-sign-up Sign up for the morning briefing and never miss a story
div /all-about/royal-family The royal family and all that you have to know
div /horoscope/ What the stars hold for you today
footer /contact-us/how-to-complain How to complain about what we write
"""
WIRE = """
nav /en/markets Markets and companies around the world | nav /en/video Video
li +/en/20261130-governors-sign-water-treaty Governors sign water treaty in the capital
li +/en/20261130-court-rules-on-harbour-dues Court rules that harbour dues were too high
li +/en/20261129-search-for-missing-trawler-called-off Search for missing trawler called off
li /en/tag/water-treaty/ All stories on the water treaty talks
li /en/terms-of-use Terms on which our stories may be used
li /en/services/photos-for-newspapers Our photos for newspapers and magazines
"""
SITES = {
    "magazine": MAGAZINE,
    "portal": PORTAL,
    "broadsheet": BROADSHEET,
    "japanese": JAPANESE,
    "blog": BLOG,
    "tabloid": TABLOID,
    "wire": WIRE,
}


@dataclass(frozen=True)
class FrontPage:
    """A front page and which of its links lead to articles."""

    markup: str
    articles: frozenset[str]


def front_page(described: str) -> FrontPage:
    parts, articles = [], set()
    for entry in described.replace("\n", "|").split("|"):
        if not entry.strip():
            continue
        tag, href, text = entry.split(maxsplit=2)
        if href.startswith("+"):
            href = href[1:]
            articles.add(href)
        parts.append(f'<{tag}><a href="{href}">{text}</a></{tag}>')
    body = "\n".join(parts)
    return FrontPage(
        f"<!doctype html><html><head><title>Front</title></head><body>{body}</body></html>", frozenset(articles)
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectorySite]:
    folder: Path = tmp_path_factory.mktemp("fronts")
    for name, described in SITES.items():
        (folder / f"{name}.html").write_text(front_page(described).markup, encoding="utf-8")
    with DirectorySite(folder) as running:
        yield running


def served(site: DirectorySite, name: str) -> bytes:
    connection = http.client.HTTPConnection(urlsplit(site.base_url).netloc, timeout=10)
    try:
        connection.request("GET", f"/{name}")
        return connection.getresponse().read()
    finally:
        connection.close()


def chosen(
    site: DirectorySite, name: str, learned: dict[str, object] | None = None
) -> tuple[set[str], dict[str, object]]:
    body = served(site, name)
    document, learned = read_front_page(body, "text/html; charset=utf-8", site.url(f"/{name}"), learned)
    return {item.url.removeprefix(site.base_url) for item in document.items}, learned


def test_what_is_taken_are_articles_and_most_articles_are_taken(site: DirectorySite) -> None:
    # Given front pages of seven makes, When their links are judged at first sight
    taken = {name: chosen(site, name)[0] for name in SITES}
    # Then nearly all that is taken are articles, and most of those are there
    articles = {name: front_page(described).articles for name, described in SITES.items()}
    right = sum(len(taken[name] & articles[name]) for name in SITES)
    assert right / sum(map(len, taken.values())) >= 0.95, {name: taken[name] - articles[name] for name in SITES}
    assert right / sum(map(len, articles.values())) >= 0.9, {name: articles[name] - taken[name] for name in SITES}


def test_a_list_of_headlines_is_one_where_each_link_shows_little_by_itself() -> None:
    # Given six headlines in no heading, with numbers for paths, and six labels of the same form elsewhere
    headlines = "".join(
        f'<li><a href="/article/10065{n}4">Harbour dues were too high in year {n}</a></li>' for n in range(6)
    )
    labels = "".join(f'<li><a href="/person/p{n}">Person {n}</a></li>' for n in range(6))
    # When / Then: the headlines are taken, all or, if they are too few, none
    for shown, expected in ((headlines, 6), (headlines[: len(headlines) // 6 * 4], 0)):
        page = f"<html><body><ul>{shown}</ul><ul>{labels}</ul></body></html>".encode()
        document, _ = read_front_page(page, None, "https://news.example/")
        assert [item.url.split("/")[3] for item in document.items] == ["article"] * expected


def test_what_was_learned_helps_the_next_time(site: DirectorySite) -> None:
    # Given what some readings of a site have taught, which goes through a table as JSON
    learned: dict[str, object] | None = None
    for _ in range(3):
        _, learned = chosen(site, "broadsheet", learned)
    # When a link has the path of its articles, but too short a text to be believed at first sight
    markup = b'<html><body><p><a href="/world/2026/nov/30/a-night-in-brussels">Talks go on</a></p></body></html>'
    url = site.url("/broadsheet")
    alone, _ = read_front_page(markup, None, url)
    taught, _ = read_front_page(markup, None, url, learned)
    # Then it is believed only where the site is known
    assert (len(alone.items), len(taught.items)) == (0, 1)


@pytest.mark.parametrize("learned", [{"patterns": 1}, {"patterns": {"x": [1]}}, {"patterns": {"x": ["a", "b"]}}, {}])
def test_what_was_learned_may_be_malformed(site: DirectorySite, learned: dict[str, object]) -> None:
    assert chosen(site, "blog", learned)[0] == front_page(BLOG).articles


def test_links_to_other_sites_and_kinds_are_none_of_a_front_page() -> None:
    headline = "A headline of quite enough words"
    links = "".join(
        f'<h2><a href="{href}">{headline}</a></h2>'
        for href in (
            "https://other.example/2026/11/30/a-story-of-theirs",
            "/2026/11/30/a-long-report.pdf",
            "mailto:a@b.example",
        )
    )
    document, _ = read_front_page(f"<html><body>{links}</body></html>".encode(), None, "https://news.example/")
    assert document.items == ()


def test_a_front_page_is_read_as_one_only_where_one_is_expected() -> None:
    body = front_page(BLOG).markup.encode()
    with pytest.raises(UnreadableSourceError, match="web_page"):
        read_source(body, None, "https://news.example/", SourceKind.FEED)


@pytest.mark.parametrize(
    "body", [b"", b"<html>" + b"<a href='/x'>" * 100_000, b"<html>" + b"<div>" * 100_000 + b"<a href=/1>x"]
)
def test_a_hostile_page_gives_nothing(body: bytes) -> None:
    try:
        document, learned = read_front_page(body, None, "https://news.example/")
    except UnreadableSourceError:
        return
    assert document.items == ()
    assert len(learned["patterns"]) <= 100
