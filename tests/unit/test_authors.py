"""Who wrote an article: names, without what else a byline holds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.html import read_html
from extractor.metadata.authors import LONGEST_NAME, MAXIMUM_AUTHORS, FoundAuthors, names_in, stated_authors

PROSE = "<p>Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there.</p>" * 4


def stated(head: str = "", byline: str = "", after: str = "", sites: tuple[str, ...] = ()) -> tuple[FoundAuthors, ...]:
    article = f"<article><h1>How the gates work</h1>{byline}{PROSE}</article>"
    page = read_html(f"<html><head>{head}</head><body>{article}{after}</body></html>", "")
    assert page is not None
    return stated_authors(page, sites)


def names(head: str = "", byline: str = "", after: str = "", sites: tuple[str, ...] = ()) -> list[str]:
    found = stated(head, byline, after, sites)
    return list(found[0].names) if found else []


def json_ld(author: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "author": author})}</script>'


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("By our arts correspondent Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Door onze redacteur Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Von unserem Korrespondenten Dale Curnow", ["Dale Curnow"]),
        ("Par notre correspondante à Rome, Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Text: Hattie Rowbottom Foto: Dale Curnow", ["Hattie Rowbottom"]),
        ("Teksti Hattie Rowbottom, kuvat: Dale Curnow", ["Hattie Rowbottom"]),
        ("Autor: Hattie Rowbottom, ČTK", ["Hattie Rowbottom"]),
        ("BY HATTIE ROWBOTTOM", ["HATTIE ROWBOTTOM"]),
        ("By HATTIE ROWBOTTOM, DALE CURNOW and ANN LEE", ["HATTIE ROWBOTTOM", "DALE CURNOW", "ANN LEE"]),
        ("Von Hattie Rowbottom und Dale Curnow", ["Hattie Rowbottom", "Dale Curnow"]),
        ("Par Hattie Rowbottom et Dale Curnow", ["Hattie Rowbottom", "Dale Curnow"]),
        ("Written by: Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Texto de Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Propos recueillis par Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Intervista di Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Rozmawiała Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom, Harbour correspondent", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom, Hill Districts Correspondent", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom | Lower Marsh Reporter", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom and Dale Curnow Reporter", ["Hattie Rowbottom", "Dale Curnow"]),
        ("Hattie Rowbottom | AFP", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom, PhD", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom @hattie", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom (hattie@courier.example)", ["Hattie Rowbottom"]),
        ("By Hattie Rowbottom Updated 3 March 2026", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom 3 March 2026", ["Hattie Rowbottom"]),
        ("3 March 2026 by Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Rowbottom, Hattie", ["Hattie Rowbottom"]),
        ("ROWBOTTOM, Hattie", ["Hattie Rowbottom"]),
        ("Rowbottom, Hattie; Curnow, Dale P.", ["Hattie Rowbottom", "Dale P. Curnow"]),
        ("Hattie Rowbottom, Editor; Dale Curnow", ["Hattie Rowbottom", "Dale Curnow"]),
        ("HATTIE ROWBOTTOM Associated Press", ["HATTIE ROWBOTTOM"]),
        ("Hattie Rowbottom The Canadian Press", ["Hattie Rowbottom"]),
        ("Hattie Rowbottom, Reuters", ["Hattie Rowbottom"]),
        ("HATTIE ROWBOTTOM, AFP", ["HATTIE ROWBOTTOM"]),
        ("Hattie Rowbottom, dpa", ["Hattie Rowbottom"]),
        ("Reuters", ["Reuters"]),
        ("Hattie Rowbottom Political Editor", ["Hattie Rowbottom"]),
        ("Mary Ann Rowbottom Staff Writer", ["Mary Ann Rowbottom"]),
        ("Harbour Editor", ["Harbour Editor"]),
        ("By Hattie Rowbottom for The Northern Post", ["Hattie Rowbottom"]),
        ("Institute for Tides", ["Institute for Tides"]),
        ("Friends of The Tide", ["Friends of The Tide"]),
        ("Ludwig van Beethoven", ["Ludwig van Beethoven"]),
        ("Hattie Rowbottom; Rowbottom; Hattie Rowbottom", ["Hattie Rowbottom"]),
        ("Tide Agency", ["Tide Agency"]),
        ("松村太郎", ["松村太郎"]),
        ("By", []),
        ("admin", []),
        ("https://www.facebook.com/courier", []),
        ("Follow us on Twitter", []),
        ("She has written about the sea for twenty years and lives in Ellsmouth with two dogs and a boat.", []),
    ],
)
def test_a_byline_gives_names_and_nothing_else(byline: str, expected: list[str]) -> None:
    assert names_in(byline) == expected


@pytest.mark.parametrize(
    ("head", "byline", "source"),
    [
        (json_ld({"@type": "Person", "name": "Hattie Rowbottom"}), "", "jsonld"),
        ('<meta name="author" content="Hattie Rowbottom">', "", "meta"),
        (
            '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Hattie Rowbottom">',
            "",
            "meta",
        ),
        ("", '<a rel="author" href="/x">Hattie Rowbottom</a>', "dom"),
        ("", '<span itemprop="author"><span itemprop="name">Hattie Rowbottom</span></span>', "dom"),
        ("", '<p><a href="/author/hattie">Hattie Rowbottom</a></p>', "dom"),
        ("", '<div class="c-byline"><style>.c{}</style>By <b>Hattie Rowbottom</b><i>Harbour editor</i></div>', "dom"),
        ("", '<div class="post-author">By <span>Hattie</span> <span>Rowbottom</span></div>', "dom"),
        ("", "<p>By Hattie Rowbottom</p>", "dom"),
        ("", "<p><b>The gates of Ellsmouth</b><br>By Hattie Rowbottom, 14 September 2003</p>", "dom"),
        ("", '<p><span property="author" typeof="Person"><b>Hattie Rowbottom</b></span></p>', "dom"),
    ],
)
def test_an_author_is_found_wherever_the_page_names_one(head: str, byline: str, source: str) -> None:
    found = stated(head, byline)[0]
    assert (found.names, found.source) == (("Hattie Rowbottom",), source)


def test_several_authors_beside_each_other_are_all_found() -> None:
    byline = '<ul><li class="author"><a href="/p/1">Hattie Rowbottom</a></li><li class="author">Dale Curnow</li></ul>'
    assert names(byline=byline) == ["Hattie Rowbottom", "Dale Curnow"]


def test_a_person_goes_before_the_site_and_before_a_login_name() -> None:
    byline = '<div class="byline">By Hattie Rowbottom</div>'
    site = json_ld({"@type": "Organization", "name": "The Courier"})
    assert names(site, byline, sites=("The Courier",)) == ["Hattie Rowbottom"]
    assert names('<meta name="author" content="hrowbottom2">', byline) == ["Hattie Rowbottom"]


def test_a_person_goes_before_an_agency() -> None:
    assert names(json_ld("Reuters"), '<div class="byline">By Hattie Rowbottom</div>') == ["Hattie Rowbottom"]


def test_an_organisation_is_the_author_where_the_page_names_nobody_else() -> None:
    found = stated(json_ld({"@type": "Organization", "name": "The Courier"}), sites=("The Courier",))[0]
    assert (found.names, found.is_site) == (("The Courier",), True)


@pytest.mark.parametrize(
    "after",
    [
        '<div class="comments"><span class="comment-author">Tide Watcher</span></div>',
        '<section class="related"><p class="byline">By Dale Curnow</p></section>',
        '<nav><a href="/author/dale">Dale Curnow</a></nav>',
        '<ul class="main-menu"><li class="menu-item author-list"><a href="/c">Community Enrichment</a></li></ul>',
        '<div class="testimonials"><b class="author">Dale Curnow</b></div>',
    ],
)
def test_the_authors_of_comments_and_of_other_articles_are_not_its_own(after: str) -> None:
    assert names(after=after) == []


def test_authors_are_bounded_in_number_and_length() -> None:
    many = [
        f"{first} {last}"
        for first in ("Ann", "Bea", "Cia", "Dot", "Eve", "Fay")
        for last in ("Ash", "Bay", "Elm", "Oak")
    ]
    assert len(names(json_ld(many))) == MAXIMUM_AUTHORS
    assert names(json_ld("x" * 10_000_000)) == []
    assert names(f'<meta name="author" content="{"Ann Ash, " * 1_000}">') == ["Ann Ash"]
    assert names(byline="<p class='author'>" + "<span class='author'>Ann</span>" * 20_000) in (["Ann"], [])


@settings(max_examples=200, deadline=None)
@given(byline=st.text(max_size=300))
def test_any_text_gives_sane_names(byline: str) -> None:
    for name in names_in(byline):
        assert 1 < len(name) <= LONGEST_NAME
        assert len(name.split()) <= 6
        name.encode("utf-8")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Redacción: Carmen Ibarra", "Carmen Ibarra"),
        ("Texte : Luc Morel", "Luc Morel"),
        ("Testo di Niccolò Bàrberi", "Niccolò Bàrberi"),
        ("Autor: Ondřej Novák", "Ondřej Novák"),
        ("Tekst: Kari Nordmann", "Kari Nordmann"),
        ("Автор: Ольга Ткачева", "Ольга Ткачева"),
        ("Аутор: Марко Јовић", "Марко Јовић"),
        ("Autorius: Jonas Petraitis", "Jonas Petraitis"),
        ("Scris de Ion Popescu", "Ion Popescu"),
        ("Av Anna Berg. Publicerad 14 oktober 2026", "Anna Berg"),
        ("نویسنده: سارا کریمی", "سارا کریمی"),
        ("โดย สมชาย ใจดี", "สมชาย ใจดี"),
        ("Tác giả: Nguyễn Văn An", "Nguyễn Văn An"),
        ("文＝山田太郎", "山田太郎"),
        ("Szerző: Kovács Bence", "Kovács Bence"),
        ("Oleh: Siti Rahma", "Siti Rahma"),
        ("Yazan: Elif Kaya", "Elif Kaya"),
        ("بقلم: ليلى حداد", "ليلى حداد"),
        ("كتبت ليلى حداد", "ليلى حداد"),
        ("מאת: נועה לוי", "נועה לוי"),
        ("लेखक: मीरा जोशी", "मीरा जोशी"),
        ("作者：陳瑋玲", "陳瑋玲"),
        ("〔記者陳瑋玲／台北報導〕", "陳瑋玲"),
        ("文／陳瑋玲", "陳瑋玲"),
        ("김하늘 기자 sky@courier.example", "김하늘"),
        ("Tobias Renn, 14 October 2026", "Tobias Renn"),
        ("Tobias Renn | Harbour Editor | October 14, 2026", "Tobias Renn"),
    ],
)
def test_a_plain_line_names_the_author_in_the_language_of_the_paper(line: str, expected: str) -> None:
    assert names(byline=f"<p>{line}</p>") == [expected]


@pytest.mark.parametrize(
    "byline",
    [
        "<p>By</p><p>Hattie Rowbottom</p>",
        "<p>Von:</p><div>Hattie Rowbottom</div>",
        "<p>Hattie Rowbottom</p><p>14 October 2026</p>",
        "<div>14 October 2026</div><div>Hattie Rowbottom</div>",
    ],
)
def test_a_byline_may_take_two_lines(byline: str) -> None:
    assert names(byline=byline) == ["Hattie Rowbottom"]


@pytest.mark.parametrize(
    "byline",
    [
        '<p><a href="/digital-nomads">Digital Nomads</a></p><p>14 October 2026</p>',
        "<p>14 October 2026</p><p>Reading Time</p>",
        "<p>Last updated at noon, 14 October 2026</p>",
    ],
)
def test_what_stands_beside_the_day_is_no_author_unless_it_is_a_name_alone(byline: str) -> None:
    assert names(byline=byline) == []


@pytest.mark.parametrize(
    "name",
    [
        "auteur", "autor", "redattore", "redactor", "verfasserin", "journaliste", "periodista", "forfatter", "skribent",
        "szerzo", "yazar", "penulis", "nota-autor", "articulo__firma", "post_redaktor",
    ],
)  # fmt: skip
def test_a_class_may_name_the_author_in_any_language(name: str) -> None:
    assert names(byline=f'<div class="{name}">Niccolò Bàrberi</div>') == ["Niccolò Bàrberi"]
    # And what holds more than a name is something else
    assert names(byline=f'<div class="{name}">{PROSE}</div>') == []
    assert names(byline=f'<div class="x{name}x">Niccolò Bàrberi</div>') == []


def test_what_a_property_calls_the_author_may_stand_in_the_posts_foot() -> None:
    foot = '<footer class="post-footer">By <span itemprop="author"><i itemprop="name">Lena Corrigan</i></span></footer>'
    assert names(after=foot) == ["Lena Corrigan"]


@pytest.mark.parametrize(
    "byline",
    ["AA", "Size", "Small", "Image: Hattie Rowbottom", "Photo: D. Curnow", "Reading Time", "Member Login", "20 Dec",
     "page.head.extra.author", "1415 Harbour Street", "Watch live", "Text size", "Share this", "Sat"],
)  # fmt: skip
def test_labels_of_widgets_and_credits_are_no_names(byline: str) -> None:
    assert names_in(byline, is_prose=True) == []
    assert names(byline=f'<div class="author-box">{byline}</div>') == []


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Hattie Rowbottom in Little Haven", "Hattie Rowbottom"),
        ("Piše: P. Mucović", "P. Mucović"),
        ("Jonas Brandreth Corresponsal", "Jonas Brandreth"),
        ("Luc Morel, correspondant à Lyon", "Luc Morel"),
        ("Núria Salat Corresponsal en París", "Núria Salat"),
        ("Ольга Ткачева, корреспондент", "Ольга Ткачева"),
        ("김하늘 기자", "김하늘"),
        ("陳瑋玲 記者", "陳瑋玲"),
        ("Ольга Ткачева корреспондент", "Ольга Ткачева"),
    ],
)
def test_place_job_and_label_leave_the_name(byline: str, expected: str) -> None:
    assert names_in(byline) == [expected]


@pytest.mark.parametrize(
    "feed", ["Watermark feed", "XML Import", "Agency Wire", "Nachrichtenfeed", "Agenturmeldung", "importer"]
)
def test_the_name_of_a_feed_yields_to_the_shown_byline(feed: str) -> None:
    person = {"@type": "Person", "name": feed}
    assert names(json_ld(person), '<p class="byline">By Dario Whitlock</p>') == ["Dario Whitlock"]


@pytest.mark.parametrize(
    "byline",
    [
        "<p>March 15, 2026 · 3 min read · By Hattie Rowbottom</p>",
        "<p>Dec 08, 2026 by Hattie Rowbottom in Harbours</p>",
        "<p>Hattie Rowbottom</p><p>Created on Jul 11, 2026</p>",
        "<p>By Lighthouse Weekly</p><p>May 14, 2026</p><p>Hattie Rowbottom</p>",
        '<div class="post-card__meta"><div>By</div><div>Hattie Rowbottom</div></div>',
        '<p class="description">by Hattie Rowbottom</p>',
        '<div class="author-row"><a href="/u1"><h3>Hattie Rowbottom</h3><p>Nov 15</p></a></div>',
        '<p><a href="/about/editors/hattie">Hattie Rowbottom</a>, @hattie</p>',
        '<div class="meta-avatar">Hattie Rowbottom</div>',
    ],
)
def test_a_byline_is_found_however_its_line_is_built(byline: str) -> None:
    assert names(byline=byline, sites=("Lighthouse Weekly",)) == ["Hattie Rowbottom"]


@pytest.mark.parametrize("desk", ["Our Editors", "The Lighthouse Team"])
def test_a_newsroom_that_a_byline_names_is_the_author(desk: str) -> None:
    assert names(byline=f"<p>Written by {desk}</p>") == [desk]
    assert names(byline=f"<p>{desk}</p>") == []


def test_an_account_that_a_byline_links_to_is_the_author() -> None:
    assert names(byline='<p>by <a href="/users/hrowb">hrowb</a></p>') == ["hrowb"]
    assert names(byline="<p>by design</p>") == []


def test_a_biography_tells_that_the_name_above_it_is_the_authors() -> None:
    biography = "<h4>Hattie Rowbottom</h4><p>Hattie Rowbottom is a writer. She lives by the harbour.</p>"
    assert names(byline=biography) == ["Hattie Rowbottom"]
    # And what is said of a thing tells nothing
    assert names(byline="<h4>Tide Gates</h4><p>Tide Gates is a term for doors in the bed of a river.</p>") == []


def test_who_checked_an_article_did_not_write_it() -> None:
    checked = '<div>Fact checked by <a class="author" href="/author/dale">Dale Curnow</a></div>'
    assert names(byline=checked) == []
    written = '<div>Written by <a class="author" href="/author/hattie">Hattie Rowbottom</a></div>'
    assert names(byline=written + checked) == ["Hattie Rowbottom"]


def test_beside_a_person_the_site_is_no_author() -> None:
    people = [{"@type": "Person", "name": "Hattie Rowbottom"}, {"@type": "Organization", "name": "Lighthouse Weekly"}]
    assert names(json_ld(people), sites=("Lighthouse Weekly",)) == ["Hattie Rowbottom"]


def test_an_agency_beside_a_person_stays() -> None:
    people = [{"@type": "Person", "name": "Hattie Rowbottom"}, {"@type": "Organization", "name": "LHA"}]
    assert names(json_ld(people), sites=("Lighthouse Weekly", "LHA")) == ["Hattie Rowbottom", "LHA"]


def test_initials_yield_to_a_person() -> None:
    assert names('<meta name="author" content="LHW">', "<p>by Hattie Rowbottom</p>") == ["Hattie Rowbottom"]


def test_what_holds_the_articles_text_is_no_furniture() -> None:
    body = f'<div class="content-main-sidebar"><p class="byline">By Hattie Rowbottom</p>{PROSE}</div>'
    page = read_html(f"<html><body><h1>How the gates work</h1>{body}</body></html>", "")
    assert page is not None
    assert stated_authors(page)[0].names == ("Hattie Rowbottom",)


@pytest.mark.parametrize("line", ["© 2026 By The Harbour Authority", "Copyright 2026 by The Harbour Authority"])
def test_who_holds_the_rights_is_no_author(line: str) -> None:
    assert names(byline=f"<p>{line}</p>") == []


def test_the_link_to_all_authors_is_no_name() -> None:
    assert names(byline='<a class="author" href="/authors">著者一覧</a>') == []


def test_the_papers_own_reporter_on_a_plain_line_is_the_author() -> None:
    assert names(byline="<p>dal nostro inviato Carlo Betti</p>") == ["Carlo Betti"]
    assert names(byline="<p>记者 王小明 北京报道</p>") == ["王小明"]


def test_a_newsroom_is_no_author_beside_people() -> None:
    assert names(json_ld([{"name": "Redacción"}, {"name": "Hattie Rowbottom"}])) == ["Hattie Rowbottom"]


@pytest.mark.parametrize("line", ["文・佐藤美咲", "取材・文　佐藤 美咲", "文・写真=佐藤美咲"])
def test_japanese_papers_name_who_wrote_behind_the_word_for_text(line: str) -> None:
    assert names(byline=f"<p>{line}</p>")[0].replace(" ", "") == "佐藤美咲"


@pytest.mark.parametrize("day", ["October 14, 2026", "Wed. 14 October 2026", "14 October 2026"])
def test_a_name_before_a_comma_and_the_day_is_the_author(day: str) -> None:
    assert names(byline=f"<i>Hattie Rowbottom, {day}</i>") == ["Hattie Rowbottom"]
    assert names(byline=f"<i>LOWER MARSH, {day}</i>") == []


def test_the_bylines_of_other_posts_beside_the_article_name_nobody() -> None:
    post = f"<div class=post><h1>{{}}</h1><p class=autor>Von {{}}</p>{PROSE}</div>"
    posts = post.format("How the gates work", "Hattie Rowbottom") + post.format("Why they rust", "Dale Curnow")
    for html in (posts, f"<div class=list>{posts}</div>"):
        page = read_html(f"<html><body>{html}</body></html>", "")
        assert page is not None
        assert stated_authors(page)[0].names == ("Hattie Rowbottom",)
