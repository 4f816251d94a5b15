"""A piece of text as a small tree: runs of text, and what they are marked as.

Comes in: a piece. Goes out: nodes. Marks may overlap in any way; the nodes of the tree do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from newsdesk.contracts import Mark
from newsdesk.renditions.pieces import Piece

_KINDS = frozenset({"link", "strong", "emphasis", "code", "strikethrough", "subscript", "superscript", "break"})
"""Marks that are shown; of those of any other kind, only the text is."""
_TARGET = re.compile(r"(?:https?://|mailto:)[!-~]+", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """A marked run, from ``begin`` to ``end``; what is in it are texts and nodes."""

    kind: str
    begin: int
    end: int
    url: str | None = None
    parts: list[str | Node] = field(default_factory=list)


def is_safe(url: str | None) -> bool:
    """Return whether an address may be linked to: the web's, or a mailbox."""
    return url is not None and _TARGET.fullmatch(url) is not None


def tree_of(piece: Piece) -> Node:
    """Return the tree of a piece, whose root is no mark.

    Of two marks of one kind that overlap, the later begins where the earlier ends; so the tree is never deeper than
    there are kinds.
    """
    root = Node("", 0, len(piece.text))
    stack = [root]
    at = 0
    pending = _disjoint_by_kind(piece)
    pending.reverse()
    while pending:
        mark = pending.pop()
        at = _close(stack, piece.text, at, mark.begin)
        inner = stack[-1]
        if mark.end > inner.end:
            _put_back(pending, mark.model_copy(update={"begin": inner.end}))
        at = _add_text(inner, piece.text, at, mark.begin)
        node = Node(mark.kind, mark.begin, min(mark.end, inner.end), mark.url if mark.kind == "link" else None)
        inner.parts.append(node)
        stack.append(node)
    at = _close(stack, piece.text, at, len(piece.text) + 1)
    _add_text(root, piece.text, at, len(piece.text))
    return root


def _put_back(pending: list[Mark], rest: Mark) -> None:
    """Put the rest of a mark among those to come: few begin before it, for its outer one ends there."""
    place = len(pending)
    while place > 0 and (pending[place - 1].begin, -pending[place - 1].end) < (rest.begin, -rest.end):
        place -= 1
    pending.insert(place, rest)


def _close(stack: list[Node], text: str, at: int, upto: int) -> int:
    while len(stack) > 1 and stack[-1].end <= upto:
        closed = stack.pop()
        at = _add_text(closed, text, at, closed.end)
    return at


def _add_text(node: Node, text: str, at: int, end: int) -> int:
    if end > at:
        node.parts.append(text[at:end])
    return max(at, end)


def _disjoint_by_kind(piece: Piece) -> list[Mark]:
    """Return the marks that are shown, in order, cut so that none overlaps another of its kind.

    Those of one kind that touch are one.
    """
    last: dict[str, int] = {}
    kept: list[Mark] = []
    for mark in sorted(
        (mark for mark in piece.marks if _is_shown(mark, piece.text)), key=lambda mark: (mark.begin, -mark.end)
    ):
        known_last = kept[last[mark.kind]] if mark.kind in last else None
        begin, end = max(mark.begin, known_last.end if known_last else 0), min(mark.end, len(piece.text))
        if begin >= end:
            continue
        if known_last and known_last.end == begin and known_last.url == mark.url and mark.kind != "break":
            kept[last[mark.kind]] = _moved(known_last, known_last.begin, end)
        else:
            last[mark.kind] = len(kept)
            kept.append(_moved(mark, begin, end))
    return sorted(kept, key=lambda mark: (mark.begin, -mark.end))


def _is_shown(mark: Mark, text: str) -> bool:
    if mark.kind == "break":
        return text[mark.begin : mark.end].isspace()
    return mark.kind in _KINDS and (mark.kind != "link" or is_safe(mark.url))


def _moved(mark: Mark, begin: int, end: int) -> Mark:
    return mark.model_copy(update={"begin": begin, "end": end})


def linked_texts(parts: Sequence[str | Node], url: str | None = None) -> Iterator[tuple[str, str | None]]:
    """Yield the texts in a tree's nodes, each with the address that it is a link to, without other marks."""
    for part in parts:
        if isinstance(part, str):
            yield part, url
        else:
            # A line break has no text of its own.
            yield from linked_texts(part.parts or [" "], part.url or url)
