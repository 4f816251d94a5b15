"""The article in the data that a page serves to its scripts."""

from __future__ import annotations

import html
import json

import pytest

from extractor.body import Body, prefer_script_body
from extractor.html import Page, read_html

TITLE = "Ferry sails by battery"
TEXTS = (
    "The ferry sailed through its first storm on battery power alone on Friday, in waves of four metres.",
    "The captain had a diesel engine standing by for the crossing, and left it cold from quay to quay.",
    "When the ship made fast, a third of the charge was left. “That is enough to go back,” she said.",
)
MARKUP = "".join(f"<p>{text}</p>" for text in TEXTS)
OTHER = "Nobody has asked for the other story, which is here because the list of the latest stories came first today."
LATEST = [{"title": "Another story altogether", "body": f"<p>{OTHER}</p>" * 9}]
ARTICLE = {"headline": TITLE, "teaser": OTHER, "authorBio": OTHER, "body": MARKUP, "related": LATEST}
STATE = json.dumps({"latest": LATEST, "page": {"article": ARTICLE}})


def flight(*rows: str) -> str:
    pushed = "".join(f"<script>self.__next_f.push({json.dumps([1, row])})</script>" for row in rows)
    return f"<script>(self.__next_f=self.__next_f||[]).push([0])</script>{pushed}"


def blocks(kind: str, text: str) -> str:
    return f'<script type="application/json">{json.dumps({"a": {"title": TITLE, kind: json.loads(text)}})}</script>'


PORTABLE = json.dumps(
    [{"_type": "image", "caption": OTHER}]
    + [{"_type": "block", "style": "normal", "children": [{"_type": "span", "text": text}]} for text in TEXTS]
)
RICH_TEXT = json.dumps(
    {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": text[:30]}, {"type": "text", "text": text[30:]}]}
            for text in TEXTS
        ],
    }
)
ELEMENTS = json.dumps(["$", "article", None, {"children": [["$", "p", None, {"children": text}] for text in TEXTS]}])
LONG_TEXT = f"1a:T{len(MARKUP.encode()):x},{MARKUP}"


def page_of(held: str, *, data: str = "") -> Page:
    page = read_html(f"<title>{TITLE}</title>{data}<nav>Menu</nav><div id=app>Loading</div>{held}", "")
    assert page is not None
    return page


@pytest.mark.parametrize(
    "held",
    [
        f'<script id="__NEXT_DATA__" type="application/json">{STATE}</script>',
        f"<script>window.__INITIAL_STATE__ = {STATE};(function(){{}})()</script>",
        f"<script>window.__STATE__=JSON.parse({json.dumps(STATE)})</script>",
        f"<script>window.__NUXT__=(function(a,b){{return [{{title:a,body:{json.dumps(MARKUP)}}}]}}('x',2))</script>",
        f'<div data-props="{html.escape(STATE)}"></div>',
        f'<iframe srcdoc="{html.escape(f"<h1>{TITLE}</h1>{MARKUP}")}"></iframe>',
        f'<meta itemprop="articleBody" content="{html.escape(" ".join(TEXTS))}">',
        f"<noscript>{MARKUP}</noscript>",
        blocks("body", PORTABLE),
        blocks("content", RICH_TEXT),
        flight(f"5:{ELEMENTS}\n"),
        flight(f"0:{json.dumps({'title': TITLE, 'body': '$1a'})}\n", LONG_TEXT[:90], LONG_TEXT[90:]),
    ],
)
def test_a_page_that_shows_nothing_has_the_text_of_its_scripts(held: str) -> None:
    body = prefer_script_body(Body(), page_of(held), (TITLE,))
    assert body.source == "script"
    assert " ".join(body.text.split()) == " ".join(TEXTS)


def test_a_page_that_shows_its_opening_has_the_rest_from_its_scripts() -> None:
    page = page_of(f'<script type="application/json">{STATE}</script>')
    assert prefer_script_body(Body(text=TEXTS[0]), page, (TITLE,)).source == "script"
    notice = Body(text="The ministry of fisheries has published new rules for the size of nets in coastal waters. " * 4)
    assert prefer_script_body(notice, page, (TITLE,)) is notice


def test_a_page_that_is_not_free_is_left_alone() -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    page = page_of(f'<script type="application/json">{STATE}</script>', data=data)
    shown = Body()
    assert prefer_script_body(shown, page, (TITLE,)) is shown


@pytest.mark.parametrize(
    "held",
    [
        '<script type="application/json">' + json.dumps({"title": TITLE, "body": TEXTS[0]}) + "</script>",
        '<script type="application/json">{"title": "' + TITLE + "</script>",
        '<script type="application/json">' + "[" * 5000 + "</script>",
        "<script>var messages = {" + "'a': 'Please try again later.', " * 99 + "}</script>",
        flight("5:T999999,short"),
    ],
)
def test_data_without_an_article_give_none(held: str) -> None:
    shown = Body()
    assert prefer_script_body(shown, page_of(held), (TITLE,)) is shown
