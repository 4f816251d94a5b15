"""Real pages with a table or a list put between two paragraphs of their article.

Comes in: the evaluation pages, with the text of each. Goes out: the pages, with a text that has the lines of the table
or list, too. The same page and number always give the same.

True texts of news leave tables and lists out more often than not, so that a classifier that learns from them alone
would leave out a table in which the whole story is. Drawn anew for each page: how large the table is, whether it has a
head, how it is wrapped, and what is in its cells.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape

from lxml import html as lxml_html

from extractor.html import Segment, parse_html, segments_of
from training.splicing import Page, Spliced, own_segments

_WORD = re.compile(r"[^\W\d_]{4,}")
_WRAPPERS = ("{}", "{}", "<figure class='wp-block-table'>{}</figure>", "<div class='table-wrapper'>{}</div>")
_FEWEST_WORDS = 12


def furnished_pages(pages: Sequence[Page], wanted: int) -> Iterator[tuple[Page, Spliced, str]]:
    """Yield so many pages, as they are then, with their texts; pages whose markup has no place are left out."""
    found = 0
    for page in pages:
        if found == wanted:
            break
        made = _furnished(page, random.Random(f"furnished {page.id}"))
        if made is not None:
            found += 1
            yield (page, *made)


def _furnished(page: Page, chance: random.Random) -> tuple[Spliced, str] | None:
    tree = parse_html(page.html)
    if tree is None:
        return None
    own = own_segments(segments_of(tree), page.truth)
    lines = [" ".join(line.split()) for line in page.truth.split("\n")]
    places = [segment for segment in own if _is_between(segment, own) and segment.text in lines]
    if len(own) < 4 or not places:
        return None
    place = chance.choice(places)
    words = list(dict.fromkeys(_WORD.findall(page.truth)))
    cells = _cells(chance, words)
    is_table = chance.random() < 0.8
    drawn = (_table if is_table else _list)(chance, cells)
    place.element.addnext(lxml_html.fragment_fromstring(drawn))
    added = [cell for row in cells for cell in row] if is_table else [" ".join(row) for row in cells]
    after = lines.index(place.text) + 1
    text = "\n".join([*lines[:after], *added, *lines[after:]])
    texts = (*(segment.text for segment in own), *added)
    return Spliced(lxml_html.tostring(tree, encoding="unicode"), page.url, texts, ()), text


def _is_between(segment: Segment, own: Sequence[Segment]) -> bool:
    following = segment.element.getnext()
    return (
        segment.element.tag == "p"
        and len(segment.text.split()) >= _FEWEST_WORDS
        and following is not None
        and any(other.element is following for other in own)
    )


def _cells(chance: random.Random, words: Sequence[str]) -> list[list[str]]:
    def named(most: int) -> str:
        return " ".join(chance.sample(words, min(len(words), chance.randint(1, most))))

    number = partial(chance.randint, 1, 980)
    kinds: tuple[Callable[[], str], ...] = (
        lambda: str(number()),
        lambda: f"{number():,}00",
        lambda: f"{number() / 10}",
        lambda: f"{number() % 100} %",
        lambda: f"{number()} {chance.choice(('km', 'dB', 'million', 'kg'))}",
        lambda: f"{chance.choice('$€£')}{number()}",
        lambda: f"{number() % 24}:{10 + number() % 50}",
        lambda: f"{number() % 7}–{number() % 5}",
        lambda: f"{1 + number() % 28} {chance.choice(('March', 'June', 'Oct', 'Mai'))}",
        lambda: chance.choice(("yes", "no", "n/a")),
        lambda: named(2),
        lambda: named(8),
    )
    columns, rows = chance.choice((2, 2, 3, 3, 4, 5)), chance.randint(3, 9)
    head = [named(chance.choice((1, 1, 3))).capitalize() for _ in range(columns)]
    drawn = [chance.choice(kinds) for _ in head[1:]]
    body = [[named(3).capitalize(), *(cell() for cell in drawn)] for _ in range(rows)]
    return [head, *body]


def _table(chance: random.Random, cells: Sequence[Sequence[str]]) -> str:
    has_links = chance.random() < 0.5
    head_tag, inner_tag = chance.choice(("th", "th", "td")), chance.choice(("", "", "p", "div"))
    marked, mark = chance.randrange(len(cells[0])), chance.choice(("", "", "strong", "em", "span"))

    def row(texts: Sequence[str], tag: str) -> str:
        drawn = [escape(text) for text in texts]
        if has_links and tag == "td":
            drawn[0] = f"<a href='/{drawn[0].lower().replace(' ', '-')}'>{drawn[0]}</a>"
        if mark:
            drawn[marked] = f"<{mark}>{drawn[marked]}</{mark}>"
        if inner_tag:
            drawn = [f"<{inner_tag}>{text}</{inner_tag}>" for text in drawn]
        return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in drawn) + "</tr>"

    head, body = row(cells[0], head_tag), "\n".join(row(texts, "td") for texts in cells[1:])
    inner = f"<thead>{head}</thead><tbody>{body}</tbody>" if chance.random() < 0.5 else f"<tbody>{head}{body}</tbody>"
    return chance.choice(_WRAPPERS).format(f"<table>{inner}</table>")


def _list(chance: random.Random, cells: Sequence[Sequence[str]]) -> str:
    tag = chance.choice(("ul", "ul", "ol"))
    return f"<{tag}>" + "\n".join(f"<li>{escape(' '.join(row))}</li>" for row in cells) + f"</{tag}>"
