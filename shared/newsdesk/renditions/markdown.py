r"""An article as Markdown.

Comes in: an article. Goes out: CommonMark with the tables and the strikethrough of GitHub Flavored Markdown.

All signs of the text that could mean something are escaped. Emphasis that asterisks cannot express ("**so:**then") is
written as an element, and so are subscripts and superscripts, and code with a bar in a table; no other HTML is in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from newsdesk.contracts import Article, Block, BlockType, Mark, Media
from newsdesk.renditions.inline import Node, is_safe, linked_texts, tree_of
from newsdesk.renditions.pieces import Item, Piece, byline_of, grid_of, items_of, paragraphs_of, stripped, whole_of

_SIGNS = re.compile(r"[\\`*\[\]<]|~(?=~|\Z)|(?<=~)~|\A~|_(?![^\W_])|(?<![^\W_])_|&(?=#?\w{1,40};)")
_LINE_START = re.compile(r"^[ \t]*([-+=>:|]|#(?=#{0,5}(?:\s|$))|~(?!~)|\d{1,9}(?=[.)])|)", re.MULTILINE)
_CLOSING = re.compile(r"(?<![^\s])#+$")
_DELIMITERS = {"strong": "**", "emphasis": "*", "strikethrough": "~~"}
_ELEMENTS = {
    "strong": "strong",
    "emphasis": "em",
    "strikethrough": "del",
    "subscript": "sub",
    "superscript": "sup",
}
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_LINE_END = "\\\n"
_ASCII_SIGNS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_HIGHEST_NUMBER = 999_999_999


def to_markdown(article: Article) -> str:
    """Return an article as Markdown; what its text has of Markdown's signs is escaped."""
    parts = [_heading(1, _one_line(article.headline))] if article.headline else []
    byline = byline_of(article)
    parts += [_emphasised(Piece(" ".join(byline.split())))] if byline else []
    parts += _parts(article.blocks) if article.blocks else [_escaped(line) for line in paragraphs_of(article)]
    parts.append(_autolink(article.url) if is_safe(article.url) else _escaped(article.url))
    return "\n\n".join(part for part in parts if part) + "\n"


def _parts(blocks: Sequence[Block]) -> Iterator[str]:
    quoted: list[str] = []
    previous: Block | None = None
    bullets = "-"
    for block in blocks:
        before = [part for medium in block.media if not medium.is_behind for part in _media(medium)]
        if quoted and (before or block.type is not BlockType.QUOTE):
            yield _quote(quoted)
            quoted = []
        yield from before
        if block.type is BlockType.QUOTE:
            quoted.append(_inline(whole_of(block)))
        else:
            # Two lists in a row would be one, unless their signs differ.
            is_second = previous is not None and previous.type is BlockType.LIST and not before
            bullets = "*" if is_second and bullets == "-" else "-"
            yield _markdown_of(block, bullets)
        behind = [part for medium in block.media if medium.is_behind for part in _media(medium)]
        if quoted and behind:
            yield _quote(quoted)
            quoted = []
        yield from behind
        previous = block
    if quoted:
        yield _quote(quoted)


def _quote(paragraphs: Sequence[str]) -> str:
    lines = "\n\n".join(paragraphs).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _markdown_of(block: Block, bullets: str) -> str:
    match block.type:
        case BlockType.HEADING:
            return _heading(max(2, min(6, block.level or 2)), _inline(whole_of(block), on_one_line=True))
        case BlockType.LIST:
            return "\n".join(_list(items_of(block), bullets))
        case BlockType.TABLE if block.rows:
            return _table(block)
        case BlockType.CODE:
            longest = max((len(run) for run in re.findall("`+", block.text)), default=0)
            fence = "`" * max(3, longest + 1)
            return f"{fence}{_language(block)}\n{block.text}\n{fence}"
        case BlockType.CAPTION:
            return _emphasised(whole_of(block))
        case _:
            return _inline(whole_of(block))


def _heading(level: int, text: str) -> str:
    # Signs at the end of a heading would close it.
    return f"{'#' * level} {_CLOSING.sub(lambda found: found[0].replace('#', chr(92) + '#'), text)}"


def _language(block: Block) -> str:
    return block.language if block.language and re.fullmatch(r"[\w+#.-]+", block.language) else ""


def _list(items: Sequence[Item], bullets: str) -> Iterator[str]:
    indents = [0]
    previous: Item | None = None
    for item in items:
        if previous is not None and item.number not in (None, 1) and _begins_anew(item, previous):
            # Behind a line of text, only a list that begins with 1 is one.
            yield ""
        previous = item
        indent = indents[min(item.level, len(indents) - 1)]
        sign = bullets
        if item.number is not None:
            sign = f"{max(0, min(item.number, _HIGHEST_NUMBER))}{'.' if bullets == '-' else ')'}"
        indents[item.level + 1 :] = []
        indents.append(indent + len(sign) + 1)
        following = "\n" + " " * indents[-1]
        yield f"{' ' * indent}{sign} {_inline(item.piece).replace(chr(10), following)}".rstrip()


def _begins_anew(item: Item, previous: Item) -> bool:
    return previous.number is None or item.level > previous.level


def _table(block: Block) -> str:
    """Return a table; the first row is its head, unless the page says that it has no header cell.

    Rows may be shorter than the head, and what is longer than it would be lost.
    """
    grid = grid_of(block)
    rows = list(grid.rows)
    if grid.headers and not any(row == 0 for row, _ in grid.headers):
        rows.insert(0, ())
    width = max(map(len, rows))
    rows[0] = (*rows[0], *[Piece("")] * (width - len(rows[0])))
    lines = [[_inline(cell, in_table=True) for cell in row] for row in rows]
    lines.insert(1, ["---"] * width)
    written = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{_emphasised(grid.caption)}\n\n{written}" if grid.caption else written


def _media(medium: Media) -> Iterator[str]:
    alt = _one_line(medium.alt or "")
    if not is_safe(medium.url):
        yield alt or _escaped(medium.url)
    elif medium.kind == "image":
        yield f"![{alt}]({_target(medium.url)})"
    else:
        yield f"[{alt}]({_target(medium.url)})" if alt else _autolink(medium.url)
    below = " · ".join(part for part in (medium.caption, medium.credit) if part)
    if below:
        yield _emphasised(Piece(" ".join(below.split())))


def _target(url: str) -> str:
    """Return an address as a link's destination."""
    escaped = _ENTITY.sub("&amp;", url.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E"))
    return f"<{escaped}>" if "(" in escaped or ")" in escaped else escaped


def _autolink(url: str) -> str:
    return f"<{url}>" if re.fullmatch(r"[!-;=?-~]+", url) else f"[{_escaped(url)}]({_target(url)})"


def _emphasised(piece: Piece) -> str:
    # All is emphasised already, so what the page emphasises in it is not told from the rest.
    others = tuple(mark for mark in piece.marks if mark.kind != "emphasis")
    return _inline(Piece(piece.text, (Mark(kind="emphasis", begin=0, end=len(piece.text)), *others)), on_one_line=True)


def _inline(piece: Piece, *, on_one_line: bool = False, in_table: bool = False) -> str:
    """Return a piece with its marks."""
    piece = stripped(piece)
    writer = _Writer(piece.text, on_one_line=on_one_line or in_table, in_table=in_table)
    written = "".join(writer.write(tree_of(piece).parts)).strip()
    if on_one_line or in_table:
        return written
    return _LINE_START.sub(_escape_start, written)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the tree of one text."""

    text: str
    on_one_line: bool
    in_table: bool

    def write(self, parts: Sequence[str | Node], *, in_link: bool = False) -> Iterator[str]:
        """Yield the parts of a tree."""
        line_end = " " if self.on_one_line or in_link else _LINE_END
        ended: int | None = None
        for part, following in zip_longest(parts, parts[1:]):
            if isinstance(part, str):
                written = self._escaped(part).replace("\n", line_end)
                # An exclamation mark would make an image of the link behind it.
                yield f"{written[:-1]}\\!" if written.endswith("!") and _may_begin_link(following) else written
            elif part.kind == "break":
                yield line_end
            elif part.kind == "code":
                yield from self._code(part)
            elif part.kind == "link":
                yield f"[{''.join(self.write(part.parts, in_link=True)).strip()}]({self._target(part.url or '')})"
            else:
                # Where the signs of two runs touch, nobody can tell which is whose.
                yield self._enclosed(part, "".join(self.write(part.parts, in_link=in_link)), ended != part.begin)
                ended = part.end

    def _escaped(self, text: str) -> str:
        return self._within_cell(_escaped_signs(text))

    def _target(self, url: str) -> str:
        return self._within_cell(_target(url))

    def _within_cell(self, markdown: str) -> str:
        return markdown.replace("|", "\\|") if self.in_table else markdown

    def _code(self, node: Node) -> Iterator[str]:
        """Yield code; a link in it stays a link, anything else is text."""
        for target, runs in groupby(linked_texts(node.parts), lambda run: run[1]):
            text = "".join(text for text, _ in runs)
            code = self._code_of(text)
            written = f"[{code}]({self._target(target)})" if target and code else code
            yield f"{' ' * text[:1].isspace()}{written}{' ' * (bool(code) and text[-1:].isspace())}"

    def _code_of(self, text: str) -> str:
        """Return code within a line; an escape means nothing in it, but for that of a table's bar."""
        text = " ".join(text.split())
        if not text:
            return ""
        if self.in_table and "|" in text:
            return f"<code>{self._escaped(text)}</code>"
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * (longest + 1)
        room = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{room}{text}{room}{fence}"

    def _enclosed(self, node: Node, inner: str, may_delimit: bool) -> str:
        """Return emphasis: between signs where CommonMark's rules of flanking allow it, else in an element."""
        delimiter = _DELIMITERS.get(node.kind)
        before, behind = self.text[: node.begin][-1:], self.text[node.end : node.end + 1]
        bare = inner.strip(delimiter[0]) if delimiter else ""
        if delimiter and may_delimit and bare and _flanks(before, bare[0]) and _flanks(behind, bare[-1]):
            return f"{delimiter}{inner}{delimiter}"
        name = _ELEMENTS[node.kind]
        return f"<{name}>{inner}</{name}>"


def _may_begin_link(part: str | Node | None) -> bool:
    """Return whether a part's Markdown may begin with a bracket, as that of a link or of code with a link does."""
    return isinstance(part, Node) and part.kind in ("link", "code")


def _flanks(outer: str, inner: str) -> bool:
    """Return whether signs of emphasis may stand between two characters, the outer of which may be missing.

    Some parsers take symbols for punctuation, some do not; what is emphasis to both is meant.
    """
    if inner.isspace():
        return False
    is_sign = unicodedata.category(inner)[0] in "PS"
    return not is_sign or not outer or outer.isspace() or outer in _ASCII_SIGNS or unicodedata.category(outer)[0] == "P"


def _escaped(text: str) -> str:
    """Return text of which Markdown makes exactly this text."""
    return _LINE_START.sub(_escape_start, _escaped_signs(text))


def _escaped_signs(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", text)


def _escape_start(found: re.Match[str]) -> str:
    """Leave out the space that makes code of a line, and escape what makes a list or a heading of it.

    Behind a number it is the sign that does so.
    """
    sign = found[1]
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}" if sign else ""


def _one_line(text: str) -> str:
    return _escaped(" ".join(text.split()))
