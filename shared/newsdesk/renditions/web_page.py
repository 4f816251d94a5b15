"""An article as a page of HTML.

Comes in: an article. Goes out: HTML that holds text, some twenty elements and links to the web, and no script or style.

What is put together here escapes all text, and goes through a sanitiser all the same: two mistakes would be needed for
a page's markup to come through.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

import nh3

from newsdesk.contracts import Article, Block, BlockType, Media
from newsdesk.renditions.inline import Node, is_safe, tree_of
from newsdesk.renditions.pieces import Item, Piece, byline_of, grid_of, items_of, paragraphs_of, whole_of

_ELEMENTS = {
    "strong": "strong",
    "emphasis": "em",
    "code": "code",
    "strikethrough": "s",
    "subscript": "sub",
    "superscript": "sup",
}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "loading", "referrerpolicy"},
    "li": {"value"},
    "ol": {"start"},
    "th": {"scope"},
}
# fmt: off
_TAGS = {
    "a", "blockquote", "br", "caption", "code", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "img",
    "li", "ol", "p", "pre", "s", "small", "strong", "sub", "sup", "table", "tbody", "td", "th", "tr", "ul",
}
# fmt: on
_CLEANER = nh3.Cleaner(
    tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noreferrer"
)


def to_html(article: Article, *, images: bool = True) -> str:
    """Return an article as a page of its own: no script, no style, nothing that is loaded but its images.

    Parameters
    ----------
    article : Article
        An article.
    images : bool
        Whether images are shown; otherwise they are links, and nothing at all is loaded.
    """
    language = html.escape(article.in_language or "")
    title = html.escape(article.headline or article.url)
    byline = byline_of(article)
    head = f"<h1>{title}</h1>\n" + (f"<p>{html.escape(byline)}</p>\n" if byline else "")
    address = html.escape(article.url)
    source = f'<a rel="nofollow noreferrer" href="{address}">{address}</a>' if is_safe(article.url) else address
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><article>\n{head}{body_html(article, images=images)}\n<footer><p>{source}</p></footer>\n"
        "</article></body>\n</html>\n"
    )


def body_html(article: Article, *, images: bool = True) -> str:
    """Return the blocks of an article as HTML, sanitised; parameters are those of :func:`to_html`."""
    parts = list(_parts(article.blocks, images)) or [f"<p>{html.escape(line)}</p>" for line in paragraphs_of(article)]
    return str(_CLEANER.clean("\n".join(parts)))


def _parts(blocks: Sequence[Block], images: bool) -> Iterator[str]:
    quoted: list[str] = []
    for block in blocks:
        before = [medium for medium in block.media if not medium.is_behind]
        if quoted and (before or block.type is not BlockType.QUOTE):
            yield f"<blockquote>{''.join(quoted)}</blockquote>"
            quoted = []
        # A caption that is a block is that of the last medium before it.
        captioned = before.pop() if before and block.type is BlockType.CAPTION else None
        yield from (_figure(medium, images, _caption(medium)) for medium in before)
        if block.type is BlockType.QUOTE:
            quoted.append(f"<p>{_inline(whole_of(block))}</p>")
        elif captioned is not None:
            yield _figure(captioned, images, _inline(whole_of(block)))
        else:
            yield _html_of(block)
        behind = [_figure(medium, images, _caption(medium)) for medium in block.media if medium.is_behind]
        if quoted and behind:
            yield f"<blockquote>{''.join(quoted)}</blockquote>"
            quoted = []
        yield from behind
    if quoted:
        yield f"<blockquote>{''.join(quoted)}</blockquote>"


def _html_of(block: Block) -> str:
    match block.type:
        case BlockType.HEADING:
            level = max(2, min(6, block.level or 2))
            return f"<h{level}>{_inline(whole_of(block))}</h{level}>"
        case BlockType.LIST:
            return _list(items_of(block))
        case BlockType.TABLE if block.rows:
            return _table(block)
        case BlockType.CODE:
            return f"<pre><code>{html.escape(block.text)}</code></pre>"
        case BlockType.CAPTION:
            return f"<p><small>{_inline(whole_of(block))}</small></p>"
        case _:
            return f"<p>{_inline(whole_of(block))}</p>"


def _list(items: Sequence[Item]) -> str:
    """Return a list with those in it; the numbers are the page's."""
    written: list[str] = []
    open_lists: list[str] = []
    following: list[int] = []
    for item in items:
        name = "ul" if item.number is None else "ol"
        while len(open_lists) > item.level + 1 or (len(open_lists) == item.level + 1 and open_lists[-1] != name):
            written.append(f"</li></{open_lists.pop()}>")
            following.pop()
        if len(open_lists) == item.level + 1:
            written.append("</li>")
        else:
            start = f' start="{item.number}"' if item.number not in (None, 1) else ""
            written.append(f"<{name}{start}>")
            open_lists.append(name)
            following.append(1 if item.number is None else item.number)
        value = f' value="{item.number}"' if item.number not in (None, following[-1]) else ""
        written.append(f"<li{value}>{_inline(item.piece)}")
        following[-1] = (following[-1] if item.number is None else item.number) + 1
    written += [f"</li></{name}>" for name in reversed(open_lists)]
    return "".join(written)


def _table(block: Block) -> str:
    grid = grid_of(block)
    caption = f"<caption>{_inline(grid.caption)}</caption>" if grid.caption else ""
    rows = (
        "".join(_cell(cell, row, column, (row, column) in grid.headers) for column, cell in enumerate(cells))
        for row, cells in enumerate(grid.rows)
    )
    return f"<table>{caption}<tbody>{''.join(f'<tr>{cells}</tr>' for cells in rows)}</tbody></table>"


def _cell(cell: Piece, row: int, column: int, is_header: bool) -> str:
    if not is_header:
        return f"<td>{_inline(cell)}</td>"
    scope = ' scope="col"' if row == 0 else ' scope="row"' if column == 0 else ""
    return f"<th{scope}>{_inline(cell)}</th>"


def _figure(medium: Media, images: bool, caption: str) -> str:
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{_shown(medium, images)}{below}</figure>"


def _shown(medium: Media, images: bool) -> str:
    address, alt = html.escape(medium.url), html.escape(medium.alt or "")
    if not is_safe(medium.url):
        return alt or address
    if medium.kind == "image" and images:
        return f'<img src="{address}" alt="{alt}" loading="lazy" referrerpolicy="no-referrer">'
    return f'<a href="{address}">{alt or address}</a>'


def _caption(medium: Media) -> str:
    parts = (html.escape(medium.caption or ""), f"<small>{html.escape(medium.credit)}</small>" if medium.credit else "")
    return " ".join(part for part in parts if part)


def _inline(piece: Piece) -> str:
    return "".join(_nodes(tree_of(piece).parts))


def _nodes(parts: Iterable[str | Node]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield html.escape(part).replace("\n", "<br>")
        elif part.kind == "break":
            yield "<br>"
        else:
            inner = "".join(_nodes(part.parts))
            name = _ELEMENTS.get(part.kind)
            yield f"<{name}>{inner}</{name}>" if name else f'<a href="{html.escape(part.url or "")}">{inner}</a>'
