"""Lists: their items, how deep each stands, and its number.

Comes in: the segments of a list that are kept. Goes out: its items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from extractor.html import Element, Segment

LISTS = frozenset({"ul", "ol", "dl", "menu"})
_ITEMS = frozenset({"li", "dd", "dt"})
_LEVELS = 24
_MOST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes
    ----------
    text : str
        On one line.
    level : int
        So many lists are around its own, within the outermost.
    number : int or None
        In a numbered list.
    """

    text: str
    level: int
    number: int | None


def items_of(outermost: Element, segments: Sequence[Segment]) -> tuple[Item, ...]:
    """Return the items of a list and of those in it, in order; what describes a term stands a level below it."""
    joined: list[tuple[Element, list[str]]] = []
    for segment in segments:
        owner = _owner(segment.element)
        if joined and joined[-1][0] is owner:
            joined[-1][1].append(segment.text)
        else:
            joined.append((owner, [segment.text]))
    numbers: dict[Element, dict[Element, int]] = {}
    return tuple(Item(" ".join(texts), _level(item, outermost), _number(item, numbers)) for item, texts in joined)


def _owner(element: Element) -> Element:
    around = islice(chain((element,), element.iterancestors()), _LEVELS)
    return next((step for step in around if step.tag in _ITEMS), element)


def _level(item: Element, outermost: Element) -> int:
    level = 1 if item.tag == "dd" else 0
    if item is outermost:
        return level
    for outer in islice(item.iterancestors(), _LEVELS):
        if outer is outermost:
            break
        level += outer.tag in LISTS
    return level


def _number(item: Element, numbers: dict[Element, dict[Element, int]]) -> int | None:
    owner = item.getparent()
    if item.tag != "li" or owner is None or owner.tag != "ol":
        return None
    if owner not in numbers:
        numbers[owner] = _numbered(owner)
    return numbers[owner].get(item)


def _numbered(numbered: Element) -> dict[Element, int]:
    """Return the number of each item of a list, as HTML counts."""
    items = list(numbered.iterchildren("li"))
    step = -1 if numbered.get("reversed") is not None else 1
    following = _integer(numbered.get("start"), len(items) if step < 0 else 1)
    found: dict[Element, int] = {}
    for item in items:
        found[item] = _integer(item.get("value"), following)
        following = found[item] + step
    return found


def _integer(text: str | None, otherwise: int) -> int:
    stated = (text or "").strip()
    digits = stated.removeprefix("-")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    return int(stated) if is_number else otherwise
