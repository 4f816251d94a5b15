"""The elements around a page's segments, as a tree of their own.

Comes in: elements, as the walk through a page meets them. Goes out: containers, the outer before the inner.

Most elements of a page hold no text, or only mark up words; judges that ask what lies beside what, or what was made
from the same template, ask this tree, which is much the smaller.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

HEADING_LEVELS = {f"h{level}": level for level in range(1, 7)}

AREAS = (
    frozenset({"article"}),
    frozenset({"main"}),
    frozenset({"aside"}),
    frozenset({"nav", "menu"}),
    frozenset({"footer"}),
    frozenset({"header"}),
    frozenset({"figure", "figcaption"}),
    frozenset({"table"}),
    frozenset({"ul", "ol", "dl"}),
    frozenset({"form", "fieldset", "dialog"}),
    frozenset({"blockquote", "q"}),
    frozenset({"section"}),
)
"""Kinds of elements that say what the text in them is; each has a bit of :attr:`Container.areas`."""
_AREA_BITS = {tag: 1 << bit for bit, tags in enumerate(AREAS) for tag in tags}
FIGURES, TABLES, FORMS = _AREA_BITS["figure"], _AREA_BITS["table"], _AREA_BITS["form"]
ASIDES = _AREA_BITS["aside"] | _AREA_BITS["nav"] | _AREA_BITS["footer"] | _AREA_BITS["form"]
"""Areas with text that is not what a page is about."""

_CLASS_WORD = re.compile(r"[a-z][a-z]+|[A-Z][a-z][a-z]+|[A-Z][A-Z]+")
_LOWER_CLASS_WORD = re.compile(r"[a-z]{2,}")
"""The same where no letter is a capital, as in most names."""
_LONGEST_CLASS = 300
_MAXIMUM_CLASS_WORDS = 12


@dataclass(slots=True, eq=False)
class Container:
    """An element with segments in it.

    Attributes
    ----------
    number : int
        Its place among the page's containers; the outer stand before the inner.
    element : HtmlElement
        The element.
    parent : Container or None
        The nearest container around it; None for the root.
    tag : str
        The element's name.
    template : tuple of str
        What it was made from: its name, and the words in its class, identifier, ``itemprop`` and ``role``.
    path : int
        The same for all containers with the same templates from the root to here.
    depth : int
        How many containers are around it.
    areas : int
        The bits of :data:`AREAS` that it lies in.
    first, last : int
        The range of its segments.
    items : list of Container or int
        What stands directly in it, in order: containers, and the indices of segments.
    """

    number: int
    element: HtmlElement
    parent: Container | None
    tag: str
    template: tuple[str, ...]
    path: int
    depth: int
    areas: int
    first: int
    last: int
    items: list[Container | int] = field(default_factory=list)


class ContainerTree:
    """Makes the containers of one page."""

    def __init__(self) -> None:
        self.containers: list[Container] = []
        self._templates: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._paths: dict[tuple[int, tuple[str, ...]], int] = {}

    def add(self, element: HtmlElement, parent: Container | None, first: int) -> Container:
        """Return a new container, whose first segment is the one with the index ``first``."""
        get = element.get
        # The attributes that say what an element is for.
        names = (element.tag, get("class", ""), get("id", ""), get("itemprop", ""), get("role", ""))
        template = self._templates.get(names)
        tag = names[0]
        if template is None:
            template = self._templates[names] = (tag, *_class_words(names[1:]))
        number = len(self.containers)
        if parent is None:
            key, areas, depth = (-1, template), _AREA_BITS.get(tag, 0), 0
        else:
            key, areas, depth = (parent.path, template), _AREA_BITS.get(tag, 0) | parent.areas, parent.depth + 1
        path = self._paths.setdefault(key, len(self._paths))
        made = Container(number, element, parent, tag, template, path, depth, areas, first, first)
        self.containers.append(made)
        if parent is not None:
            parent.items.append(made)
        return made

    def finished(self) -> tuple[Container, ...]:
        """Return all containers; each ends where the last of those in it ends."""
        for container in reversed(self.containers):
            parent = container.parent
            if parent is not None and parent.last < container.last:
                parent.last = container.last
        return tuple(self.containers)


def _class_words(values: Sequence[str]) -> list[str]:
    names = " ".join([value[:_LONGEST_CLASS] for value in values])
    if names.islower():
        words = _LOWER_CLASS_WORD.findall(names)
    else:
        words = [word.lower() for word in _CLASS_WORD.findall(names)]
    return list(dict.fromkeys(words))[:_MAXIMUM_CLASS_WORDS]
