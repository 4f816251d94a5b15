"""Articles as Markdown and HTML, read again by parsers: no text is lost or changed, and marks are where they were.

Comes in: blocks with marks, drawn at random and written by hand. Goes out: assertions on what parsers make of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsdesk.contracts import Article, Block, BlockType, Mark, Media
from newsdesk.renditions import body_html, to_html, to_markdown
from tests.examples import article_of, new_state

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ELEMENTS = {
    "strong": "strong",
    "em": "emphasis",
    "code": "code",
    "s": "strikethrough",
    "del": "strikethrough",
    "sub": "subscript",
    "sup": "superscript",
    "a": "link",
}
SIMPLE = sorted(set(ELEMENTS.values()) - {"link"})
TARGETS = ("https://news.example/a_(b)?c=1&amp=2&copy;#d*e", "http://x.example/", "mailto:ada@news.example")
ANY_MARK = st.builds(
    Mark,
    kind=st.sampled_from([*SIMPLE, "link", "break", "other"]),
    begin=st.integers(0, 45),
    end=st.integers(0, 45),
    url=st.sampled_from([None, *TARGETS, "javascript:alert(1)"]),
)
SIGNS = "ab é界 \\`*_{}[]<>()#+-.!|~&;:=\"'\n12€"


def article_with(*blocks: Block, **changes: Any) -> Article:
    return article_of(new_state(), blocks=blocks, **{"headline": None, "author": (), "date_published": None, **changes})


@dataclass
class Seen:
    """What a parser sees: the text, and of each character what it is marked as."""

    text: str = ""
    marks: list[frozenset[str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def add(self, text: str, *more: str) -> None:
        self.text += text
        self.marks += [frozenset((*self.open, *more))] * len(text)

    def stripped(self) -> list[tuple[str, frozenset[str]]]:
        """The characters that are no white space, each with its marks."""
        return [pair for pair in zip(self.text, self.marks, strict=True) if not pair[0].isspace()]


def seen_in_markdown(markdown: str) -> Seen:
    seen = Seen()
    for token in PARSER.parse(markdown):
        seen.tags.append(token.tag or token.type)
        if token.type in ("fence", "code_block"):
            seen.add(token.content)
        for child in token.children or ():
            read_inline(child, seen)
        seen.add("\n")
    return seen


def read_inline(token: Token, seen: Seen) -> None:
    if token.type == "text":
        seen.add(token.content)
    elif token.type == "code_inline":
        seen.add(token.content, "code")
    elif token.type in ("softbreak", "hardbreak"):
        seen.add("\n")
    elif token.type == "image":
        alt = "".join(child.content for child in token.children or ())
        seen.images.append((str(token.attrs["src"]), alt))
    elif token.type == "html_inline":
        found = re.fullmatch(r"<(/?)(sub|sup|strong|em|del|code)>", token.content)
        assert found, token.content
        open_or_close(found[2], bool(found[1]), None, seen)
    else:
        open_or_close(token.tag, token.nesting < 0, str(token.attrs.get("href", "")), seen)


def open_or_close(tag: str, is_end: bool, href: str | None, seen: Seen) -> None:
    kind = ELEMENTS[tag]
    name = f"link {href}" if kind == "link" else kind
    if not is_end:
        seen.open.append(name)
    else:
        assert seen.open.pop().startswith(kind)


class HtmlReader(HTMLParser):
    """Reads HTML as :class:`Seen`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen = Seen()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = dict(attrs)
        self.seen.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag in ELEMENTS:
            open_or_close(tag, False, stated.get("href"), self.seen)
        elif tag == "img":
            self.seen.images.append((stated["src"] or "", stated["alt"] or ""))
        else:
            self.seen.add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ELEMENTS:
            open_or_close(tag, True, None, self.seen)

    def handle_data(self, data: str) -> None:
        self.seen.add(data)


def seen_in_html(page: str) -> Seen:
    return HtmlReader(page).seen


def expected(text: str, marks: Sequence[Mark]) -> list[tuple[str, frozenset[str]]]:
    """Return what is to be seen of a text: its characters, with the marks that are over them."""
    over: list[set[str]] = [set() for _ in text]
    for mark in marks:
        for place in range(mark.begin, mark.end):
            if mark.kind != "break":
                over[place].add(f"link {mark.url}" if mark.kind == "link" else mark.kind)
    return [(sign, frozenset(over[i])) for i, sign in enumerate(text) if not sign.isspace()]


@st.composite
def texts(draw: st.DrawFn, alphabet: str = SIGNS) -> str:
    text = draw(st.text(alphabet=alphabet, min_size=1, max_size=30))
    return " ".join(text.replace("\n", " ").split()) or "a"


def nested(draw: st.DrawFn, text: str, begin: int, end: int, kinds: Sequence[str], depth: int) -> Iterator[Mark]:
    """Yield marks that lie in one another, as an extracted page has them: without white space at their ends."""
    at = begin
    while at < end and kinds and depth and draw(st.booleans()):
        low = draw(st.integers(at, end - 1))
        high = draw(st.integers(low + 1, end))
        inner = text[low:high]
        low, high = low + len(inner) - len(inner.lstrip()), high - (len(inner) - len(inner.rstrip()))
        if low < high:
            kind = draw(st.sampled_from(kinds))
            url = draw(st.sampled_from(TARGETS)) if kind == "link" else None
            yield Mark(kind=kind, begin=low, end=high, url=url)
            left = [other for other in kinds if other != kind] if kind != "code" else []
            yield from nested(draw, text, low, high, left, depth - 1)
        at = max(high, low + 1)


@st.composite
def marked(draw: st.DrawFn, alphabet: str = SIGNS) -> tuple[str, tuple[Mark, ...]]:
    text = draw(texts(alphabet))
    return text, tuple(nested(draw, text, 0, len(text), [*SIMPLE, "link"], 3))


def plain_code(seen: Sequence[tuple[str, frozenset[str]]]) -> list[tuple[str, frozenset[str]]]:
    """Return characters with their marks, but for those of code: nothing is emphasised in Markdown's."""
    plain = [frozenset(name for name in names if name.startswith(("code", "link"))) for _, names in seen]
    return [(sign, plain[i] if "code" in names else names) for i, (sign, names) in enumerate(seen)]


def folded(text: str) -> str:
    return " ".join(text.split())


@given(marked())
def test_a_parser_of_markdown_sees_the_text_and_its_marks(drawn: tuple[str, tuple[Mark, ...]]) -> None:
    text, marks = drawn
    written = to_markdown(article_with(Block(type=BlockType.PARAGRAPH, text=text, marks=marks)))
    seen = seen_in_markdown(written.rpartition("\n\n")[0])
    assert folded(seen.text) == folded(text), written
    assert plain_code(seen.stripped()) == plain_code(expected(text, marks)), written


@given(marked())
def test_a_parser_of_html_sees_the_text_and_its_marks(drawn: tuple[str, tuple[Mark, ...]]) -> None:
    text, marks = drawn
    page = body_html(article_with(Block(type=BlockType.PARAGRAPH, text=text, marks=marks)))
    seen = seen_in_html(page)
    assert folded(seen.text) == folded(text), page
    assert seen.stripped() == expected(text, marks), page


@given(
    st.lists(marked(), min_size=1, max_size=6),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.lists(st.none() | st.integers(0, 99), min_size=6, max_size=6),
)
def test_both_keep_every_item_of_a_list_with_its_marks(
    drawn: list[tuple[str, tuple[Mark, ...]]], levels: list[int], numbers: list[int | None]
) -> None:
    block = list_of(drawn, levels, numbers)
    wanted = expected(block.text, block.marks)
    markdown = to_markdown(article_with(block))
    in_markdown, in_html = (
        seen_in_markdown(markdown.rpartition("\n\n")[0]),
        seen_in_html(body_html(article_with(block))),
    )
    assert in_markdown.tags.count("li") // 2 == in_html.tags.count("li") == len(drawn), markdown
    assert plain_code(in_markdown.stripped()) == plain_code(wanted), markdown
    assert in_html.stripped() == wanted


def list_of(
    drawn: Sequence[tuple[str, tuple[Mark, ...]]], levels: Sequence[int], numbers: Sequence[int | None]
) -> Block:
    items = tuple(text for text, _ in drawn)
    begins = [sum(len(item) + 1 for item in items[:place]) for place in range(len(items))]
    return Block(
        type=BlockType.LIST,
        text="\n".join(items),
        items=items,
        levels=tuple(levels[: len(items)]),
        numbers=tuple(numbers[: len(items)]),
        marks=moved(drawn, begins),
    )


def moved(drawn: Sequence[tuple[str, tuple[Mark, ...]]], begins: Sequence[int]) -> tuple[Mark, ...]:
    return tuple(
        mark.model_copy(update={"begin": begin + mark.begin, "end": begin + mark.end})
        for begin, (_, marks) in zip(begins, drawn, strict=True)
        for mark in marks
    )


@given(st.lists(st.lists(st.just(("", ())) | marked(), min_size=1, max_size=3), min_size=1, max_size=3), st.booleans())
def test_both_keep_every_cell_of_a_table_with_its_marks(
    rows: list[list[tuple[str, tuple[Mark, ...]]]], has_caption: bool
) -> None:
    cells = [cell for row in rows for cell in row if cell[0]]
    lines = ([("Levels of the locks", ())] if has_caption else []) + cells
    begins = [sum(len(text) + 1 for text, _ in lines[:place]) for place in range(len(lines))]
    block = Block(
        type=BlockType.TABLE,
        text="\n".join(text for text, _ in lines),
        rows=tuple(tuple(text for text, _ in row) for row in rows),
        headers=((0, 0),),
        marks=moved(lines, begins),
    )
    wanted = expected(block.text, block.marks)
    markdown = to_markdown(article_with(block))
    in_markdown, in_html = (
        seen_in_markdown(markdown.rpartition("\n\n")[0]),
        seen_in_html(body_html(article_with(block))),
    )
    assert in_html.stripped() == wanted
    assert in_html.tags.count("td") + in_html.tags.count("th") == sum(map(len, rows))
    emphasised = [(sign, names - {"emphasis"} if has_caption else names) for sign, names in in_markdown.stripped()]
    assert [sign for sign, _ in emphasised] == [sign for sign, _ in wanted], markdown
    if not has_caption:
        assert plain_code(emphasised) == plain_code(wanted), markdown


@given(
    st.text(alphabet=SIGNS, max_size=40),
    st.lists(
        st.builds(
            Mark,
            kind=st.sampled_from([*SIMPLE, "link", "break", "other"]),
            begin=st.integers(0, 45),
            end=st.integers(0, 45),
            url=st.sampled_from([None, *TARGETS, "javascript:alert(1)"]),
        ),
        max_size=8,
    ),
    st.sampled_from(BlockType),
)
def test_marks_that_overlap_in_any_way_lose_no_text(text: str, marks: list[Mark], kind: BlockType) -> None:
    article = article_with(Block(type=kind, text=text, marks=tuple(marks), items=(text,), rows=((text,),)))
    signs = [sign for sign in text if not sign.isspace()]
    assert [sign for sign, _ in seen_in_html(body_html(article)).stripped()] == signs
    assert "javascript:" not in body_html(article)
    in_markdown = seen_in_markdown(to_markdown(article).rpartition("\n\n")[0])
    assert [sign for sign, _ in in_markdown.stripped()] == signs


def test_an_exclamation_before_linked_code_makes_no_image() -> None:
    link = Mark(kind="link", begin=3, end=7, url="https://news.example/make")
    block = Block(type=BlockType.PARAGRAPH, text="Ha!make", marks=(Mark(kind="code", begin=3, end=7), link))
    seen = seen_in_markdown(to_markdown(article_with(block)))
    assert (seen.images, seen.text.split()[0]) == ([], "Ha!make")


def test_a_bar_in_the_address_of_a_link_ends_no_cell() -> None:
    link = Mark(kind="link", begin=0, end=4, url="https://news.example/?c=red|blue")
    block = Block(type=BlockType.TABLE, text="Lock\n97", rows=(("Lock", "97"),), marks=(link,))
    (row,) = [line for line in to_markdown(article_with(block)).splitlines() if "Lock" in line]
    html = PARSER.render(f"{row}\n| --- | --- |")
    assert re.findall("<th>(.*?)</th>", html) == ['<a href="https://news.example/?c=red%7Cblue">Lock</a>', "97"]


def test_media_stand_in_place_with_what_is_said_of_them() -> None:
    image = Media(
        kind="image", url="https://i.example/a(1).jpg", alt="A *bridge*", caption="Seen [from] afar", credit="AQ"
    )
    video = Media(kind="embed", url="https://v.example/1", is_behind=True)
    article = article_with(
        Block(type=BlockType.PARAGRAPH, text="First."),
        Block(type=BlockType.PARAGRAPH, text="Second.", media=(image, video)),
    )
    markdown, page = to_markdown(article), body_html(article)
    assert (
        seen_in_markdown(markdown).images == seen_in_html(page).images == [("https://i.example/a(1).jpg", "A *bridge*")]
    )
    for text in (seen_in_markdown(markdown).text, seen_in_html(page).text):
        assert re.search(r"First\.\s+Seen \[from\] afar\W{1,5}AQ\s+Second\.\s+https://v\.example/1", text), text
    assert "img" not in HtmlReader(to_html(article, images=False)).seen.tags


def test_a_caption_that_is_a_block_is_the_images() -> None:
    image = Media(kind="image", url="https://i.example/a.jpg")
    page = body_html(article_with(Block(type=BlockType.CAPTION, text="The gate", media=(image,))))
    assert re.fullmatch(r"<figure><img [^<>]+><figcaption>The gate</figcaption></figure>", page)


def test_paragraphs_of_one_quotation_are_one() -> None:
    quotes = [Block(type=BlockType.QUOTE, text=text) for text in ("One.", "Two.")]
    article = article_with(*quotes, Block(type=BlockType.PARAGRAPH, text="Three."))
    assert seen_in_markdown(to_markdown(article)).tags.count("blockquote") == 2
    assert seen_in_html(body_html(article)).tags.count("blockquote") == 1


def test_two_lists_stay_two_lists() -> None:
    lists = [Block(type=BlockType.LIST, text=text, items=(text,)) for text in ("One", "Two", "Three")]
    assert seen_in_markdown(to_markdown(article_with(*lists))).tags.count("ul") == 6


@pytest.mark.parametrize("kind", list(BlockType))
def test_an_attribute_never_holds_more_than_an_address(kind: BlockType) -> None:
    hostile = 'x" onerror="alert(1)'
    medium = Media(kind="image", url=f"https://i.example/{hostile}", alt=hostile, caption=hostile, credit=hostile)
    mark = Mark(kind="link", begin=0, end=1, url=f"https://i.example/{hostile}")
    block = Block(type=kind, text=hostile, items=(hostile,), rows=((hostile,),), marks=(mark,), media=(medium,))
    page = HtmlReader(to_html(article_with(block)))
    assert {name for _, name, _ in page.attributes} <= {
        "lang",
        "charset",
        "rel",
        "href",
        "src",
        "alt",
        "loading",
        "referrerpolicy",
    }
    assert not [value for _, name, value in page.attributes if name in ("href", "src") and "onerror" in value]
