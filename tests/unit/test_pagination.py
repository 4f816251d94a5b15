"""The pages of an article that is cut into several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.html import read_html
from extractor.kinds import next_pages

SITE = "https://courier.example"


def found(html: str, url: str = f"{SITE}/news/pier") -> list[str]:
    page = read_html(html, url)
    assert page is not None
    return [address.removeprefix(SITE) for address in next_pages(page)]


@pytest.mark.parametrize(
    ("url", "pages"),
    [
        ("/news/pier", ["/news/pier/2", "/news/pier/3"]),
        ("/news/pier/", ["/news/pier/2/", "/news/pier/3/"]),
        ("/news/pier", ["/news/pier?page=2", "/news/pier?page=3"]),
        ("/news/pier?id=7", ["/news/pier?id=7&p=2", "/news/pier?id=7&p=3"]),
        ("/news/pier.html", ["/news/pier-2.html", "/news/pier-3.html"]),
        ("/news/pier.html", ["/news/pier,seite-2.html", "/news/pier,seite-3.html"]),
        ("/news/pier", ["/news/pier/page/2/", "/news/pier/page/3/"]),
        ("/news/pier", ["/news/pier/seite-2", "/news/pier/seite-3"]),
    ],
)
def test_numbered_links_to_the_same_url_are_its_pages(url: str, pages: list[str]) -> None:
    # Given a pager below an article
    pager = f"<b>1</b><a href='{pages[0]}'>2</a><a href='{pages[1]}'>Page 3</a><a href='{pages[0]}'>Next ›</a>"
    # When its pages are asked for, Then they are those that follow, once each and in order
    assert found(pager, SITE + url) == pages


@pytest.mark.parametrize(
    "link",
    [
        "<link rel='next' href='/news/pier/2'>",
        "<a href='/news/pier/2'>Next page</a>",
        "<a rel='next' href='/news/pier/2'>More</a>",
    ],
)
def test_one_link_to_the_next_page_is_enough(link: str) -> None:
    assert found(link) == ["/news/pier/2"]


def test_on_a_later_page_those_before_it_are_left_out() -> None:
    pager = "<a href='/news/pier'>1</a><b>2</b><a href='/news/pier/3'>3</a>"
    assert found(pager, f"{SITE}/news/pier/2") == ["/news/pier/3"]


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("<link rel='next' href='/news/ferry'><a rel='next' href='/news/ferry'>Next</a>", "/news/pier"),
        ("<a href='/news/story-13'>Next</a><link rel='next' href='/news/story-13'>", "/news/story-12"),
        ("<a href='/2026/11/23'>23</a><a href='/2026/11/22'>Next</a>", "/2026/11/21"),
        ("<a href='/page/2'>2</a><a href='/page/3'>3</a>", "/"),
        ("<a href='/page/2'>Next</a>", "/news/pier"),
        ("<a href='/tag/piers/2'>2</a><a href='/tag/piers/2'>Next</a>", "/tag/piers"),
        ("<a href='/news/pier?page=2#comments'>View all 2 comments</a>", "/news/pier"),
        ("<a href='#2'>2</a><a href='/news/pier#note-2'>2</a>", "/news/pier"),
        ("<a href='https://other.example/news/pier/2'>2</a>", "/news/pier"),
        ("<a href='/news/pier-2'>The pier, again</a>", "/news/pier"),
        ("<a href='/news/pier/5'>5</a>", "/news/pier"),
    ],
)
def test_other_articles_archives_and_notes_are_no_pages(html: str, url: str) -> None:
    assert found(html, SITE + url) == []


def test_no_more_than_fifty_pages_are_listed() -> None:
    assert len(found("".join(f"<a href='/news/pier/{n}'>{n}</a>" for n in range(2, 99)))) == 50


def test_a_page_without_a_url_has_no_others() -> None:
    page = read_html("<a href='/news/pier/2'>2</a>", "")
    assert page is not None
    assert next_pages(page) == ()


@given(st.text(max_size=40), st.text(alphabet="/?=&p-_.,0123456789ab", max_size=30))
def test_any_link_is_judged(href: str, path: str) -> None:
    page = read_html("<a>2</a><a rel=next>next</a>", f"{SITE}/{path}")
    assert page is not None
    for anchor in page.tree.iter("a"):
        anchor.set("href", "".join(character for character in href if character.isprintable()))
    next_pages(page)
