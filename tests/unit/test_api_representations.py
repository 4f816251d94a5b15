"""Articles as Markdown and HTML: what a page wrote stays text, and callers get the form they like best.

Comes in: articles with hostile and ordinary text, and values of ``Accept``. Goes out: assertions.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from newsdesk.contracts import Article, Block, BlockType, Person
from newsdesk.renditions import to_html, to_markdown, to_text
from responder.representations import HTML, JSON, MARKDOWN, Representation, negotiate
from tests.examples import article_of, new_state

HOSTILE = '<script>alert(1)</script> <img src=x onerror="y"> [a](javascript:b) `c` *d* &lt;e&gt; # f'
KINDS = [kind for kind in BlockType if kind not in (BlockType.LIST, BlockType.TABLE)]


def article_with(*blocks: Block, **changes: Any) -> Article:
    return article_of(new_state(), blocks=blocks, **changes)


class Elements(HTMLParser):
    """Collects the elements, the attributes and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("kind", KINDS)
def test_html_has_no_element_that_a_page_wrote(kind: BlockType) -> None:
    article = article_with(Block(type=kind, text=HOSTILE), headline=HOSTILE, author=(Person(name=HOSTILE),))
    page = Elements(to_html(article))
    assert not {"script", "img"} & set(page.elements)
    assert page.attributes <= {"lang", "charset", "rel", "href"}
    assert page.text.count(HOSTILE) == 4  # title, heading, byline, block


def test_html_of_lists_and_tables() -> None:
    page = Elements(
        to_html(
            article_with(
                Block(type=BlockType.LIST, text="", items=("one", HOSTILE)),
                Block(type=BlockType.TABLE, text="", rows=(("a", "b"), (HOSTILE, "d"))),
            )
        )
    )
    assert (page.elements.count("li"), page.elements.count("td")) == (2, 4)
    assert not {"script", "img"} & set(page.elements)


@pytest.mark.parametrize(("url", "links"), [("https://news.example/a", 1), ("javascript:alert(1)", 0)])
def test_html_links_to_the_web_alone(url: str, links: int) -> None:
    assert Elements(to_html(article_with(url=url))).elements.count("a") == links


def test_markdown_escapes_what_would_be_markup() -> None:
    # Given text with markup, and lines that would begin a list, a heading or a quote
    text = f"{HOSTILE}\n- a\n1. b\n+ c\n> d\n===\n2) e\n    f"
    # When
    written = to_markdown(article_with(Block(type=BlockType.PARAGRAPH, text=text), headline=None, author=()))
    # Then every sign that means something is escaped, and no line begins anything
    body = written.partition("\n\n")[2].rpartition("\n\n")[0] if written.startswith("*") else written
    assert not re.search(r"(?<!\\)[<\[`]", body.replace(f"<{new_state().url}>", ""))
    assert [line for line in body.splitlines() if re.match(r"\s*([-+>=#]|\d+[.)])|\s{4}", line)] == []


def test_markdown_of_every_block() -> None:
    written = to_markdown(
        article_with(
            Block(type=BlockType.HEADING, text="Repairs", level=3),
            Block(type=BlockType.LIST, text="", items=("one", "two")),
            Block(type=BlockType.QUOTE, text="He said\nit"),
            Block(type=BlockType.TABLE, text="", rows=(("a", "b"), ("c|d",))),
            Block(type=BlockType.CODE, text="x = ```y```"),
            Block(type=BlockType.CAPTION, text="The bridge"),
        )
    )
    for part in (
        "# Bridge reopens\n\n*Ada Quill · 2026",
        "\n### Repairs\n",
        "\n- one\n- two\n",
        "\n> He said\\\n> it\n",
        "\n| a | b |\n| --- | --- |\n| c\\|d |\n",
        "\n````\nx = ```y```\n````\n",
        "\n*The bridge*\n",
    ):
        assert part in written


def test_an_article_without_blocks_has_its_body() -> None:
    article = article_with()
    assert article.article_body in to_markdown(article)
    assert article.article_body in to_html(article)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("TEXT/HTML", HTML),
        ("text/html, application/json;q=0.9", HTML),
        ("text/html;q=0.5, text/markdown;q=0.7, */*;q=0.1", MARKDOWN),
        ("text/*;q=0.5, text/html;q=0", MARKDOWN),
        ("application/json;q=0, */*", MARKDOWN),
        ("application/json;charset=utf-8;q=0.3", JSON),
        ("image/png", None),
        ("*/*;q=0", None),
        ("application/json;q=2", None),
        (",;q=1,,", None),
    ],
)
def test_a_caller_gets_what_it_likes_best(accept: str | None, expected: Representation | None) -> None:
    assert negotiate(accept) is expected


def test_plain_text_is_the_headline_and_the_blocks() -> None:
    blocks = (Block(type=BlockType.HEADING, text="A heading", level=2), Block(type=BlockType.PARAGRAPH, text="*One*"))
    assert to_text(article_with(*blocks, headline="Bridge reopens")) == "Bridge reopens\n\nA heading\n\n*One*\n"
    assert to_text(article_with(headline=None, article_body="One\nTwo")) == "One\n\nTwo\n"
