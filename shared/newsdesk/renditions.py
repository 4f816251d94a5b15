"""An article as Markdown, HTML or plain text: text is text in all of them.

Comes in: an article. Goes out: a text.
"""

from __future__ import annotations

import html
import re

from newsdesk.contracts import Article, Block, BlockType


def to_markdown(article: Article) -> str:
    """Return an article as CommonMark; what its text has of markup is escaped."""
    parts = [f"# {_one_line(article.headline)}"] if article.headline else []
    parts += [f"*{_one_line(line)}*" for line in (_byline(article),) if line]
    parts += [_markdown_of(block) for block in article.blocks] or [_escaped(article.article_body)]
    parts.append(f"<{article.url}>" if re.fullmatch(r"[!-;=?-~]+", article.url) else _escaped(article.url))
    return "\n\n".join(part for part in parts if part) + "\n"


def to_html(article: Article) -> str:
    """Return an article as a page of its own: no script, no style, nothing that is loaded."""
    language = html.escape(article.in_language or "")
    title = html.escape(article.headline or article.url)
    byline = _byline(article)
    body = [f"<p>{html.escape(byline)}</p>"] if byline else []
    body += [_html_of(block) for block in article.blocks] or [f"<p>{html.escape(article.article_body)}</p>"]
    address = html.escape(article.url)
    is_link = article.url.startswith(("http://", "https://"))
    source = f'<a rel="nofollow noreferrer" href="{address}">{address}</a>' if is_link else address
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><article>\n<h1>{title}</h1>\n{chr(10).join(body)}\n<footer><p>{source}</p></footer>\n"
        "</article></body>\n</html>\n"
    )


def to_text(article: Article) -> str:
    """Return an article as plain text: the headline, and the body with an empty line between its blocks."""
    blocks = [block.text for block in article.blocks] or article.article_body.split("\n")
    return "\n\n".join(part for part in (article.headline, *blocks) if part) + "\n"


def _byline(article: Article) -> str:
    names = ", ".join(person.name for person in article.author)
    publisher = article.publisher.name if article.publisher else None
    return " · ".join(part for part in (names, publisher, article.date_published) if part)


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LINE_START = re.compile(r"^[ \t]*([-+=]|\d{1,9}(?=[.)])|)", re.MULTILINE)


def _escaped(text: str) -> str:
    """Return text of which Markdown makes exactly this text."""
    return _LINE_START.sub(_escape_start, _MARKUP.sub(r"\\\1", text))


def _escape_start(found: re.Match[str]) -> str:
    """Leave out the space that makes code of a line, and escape what makes a list or a heading of it.

    Behind a number it is the sign that does so.
    """
    sign = found[1]
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}" if sign else ""


def _one_line(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _markdown_of(block: Block) -> str:
    match block.type:
        case BlockType.HEADING:
            return f"{'#' * min(6, (block.level or 2) + (block.level == 1))} {_one_line(block.text)}"
        case BlockType.LIST:
            return "\n".join(f"- {_one_line(item)}" for item in block.items or ())
        case BlockType.QUOTE:
            return "\n".join(f"> {line}" for line in _escaped(block.text).splitlines())
        case BlockType.TABLE if block.rows:
            return _markdown_table(block.rows)
        case BlockType.CODE:
            longest = max((len(run) for run in re.findall("`+", block.text)), default=0)
            fence = "`" * max(3, longest + 1)
            return f"{fence}\n{block.text}\n{fence}"
        case BlockType.CAPTION:
            return f"*{_one_line(block.text)}*"
        case _:
            return _escaped(block.text)


def _markdown_table(rows: tuple[tuple[str, ...], ...]) -> str:
    width = max(len(row) for row in rows)
    lines = [[*map(_one_line, row), *[""] * (width - len(row))] for row in rows]
    lines.insert(1, ["---"] * width)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _html_of(block: Block) -> str:
    text = html.escape(block.text)
    match block.type:
        case BlockType.HEADING:
            level = max(2, min(6, block.level or 2))
            return f"<h{level}>{text}</h{level}>"
        case BlockType.LIST:
            items = "".join(f"<li>{html.escape(item)}</li>" for item in block.items or ())
            return f"<ul>{items}</ul>"
        case BlockType.QUOTE:
            return f"<blockquote><p>{text}</p></blockquote>"
        case BlockType.TABLE if block.rows:
            rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block.rows)
            return f"<table>{''.join(f'<tr>{cells}</tr>' for cells in rows)}</table>"
        case BlockType.CODE:
            return f"<pre><code>{text}</code></pre>"
        case BlockType.CAPTION:
            return f"<p><small>{text}</small></p>"
        case _:
            return f"<p>{text}</p>"
