"""A page's elements by what they are called, read in one pass.

Comes in: a page's tree. Goes out: its elements by name, by class, by identifier, and those with annotations.

Each look through the whole tree takes a hundredth of all time, and the judges would take some twenty of them. The names
of classes are few beside the elements that have them: a pattern is asked of each once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property

from lxml.html import HtmlElement


class Elements:
    """The elements below a page's root, in document order.

    Attributes
    ----------
    annotated : tuple of HtmlElement
        Those with ``itemprop``, ``property`` or ``rel``: microdata, RDFa and links.
    opening : frozenset of HtmlElement
        Those that open over the page: with ``aria-modal`` or ``popover``.
    """

    def __init__(self, tree: HtmlElement) -> None:
        self._all: list[HtmlElement] = list(tree.iterdescendants("*"))
        self._tags: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        self._classes: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        self._identifiers: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        annotated: list[HtmlElement] = []
        opening: list[HtmlElement] = []
        tags, classes, identifiers = self._tags, self._classes, self._identifiers
        for element in self._all:
            tags[element.tag].append(element)
            names = element.keys()
            if not names:
                continue
            if "class" in names:
                classes[element.get("class")].append(element)
            if "id" in names:
                identifiers[element.get("id")].append(element)
            if "rel" in names or "itemprop" in names or "property" in names:
                annotated.append(element)
            if "aria-modal" in names or "popover" in names:
                opening.append(element)
        self.annotated, self.opening = tuple(annotated), frozenset(opening)

    @property
    def names(self) -> dict[str, None]:
        """What the makers of a page call its parts: each value of ``class`` and ``id`` once."""
        return dict.fromkeys([*self._classes, *self._identifiers])

    def of(self, *tags: str) -> Sequence[HtmlElement]:
        """Return the elements with one of some names."""
        found = [self._tags[tag] for tag in tags if tag in self._tags]
        if len(found) < 2:
            return found[0] if found else ()
        return self._in_order([element for elements in found for element in elements])

    def called(
        self,
        has_class: Callable[[str], object],
        has_identifier: Callable[[str], object] | None = None,
        others: Sequence[HtmlElement] = (),
    ) -> Sequence[HtmlElement]:
        """Return the elements whose class or identifier is one that is asked for, and some others, each once."""
        found = [element for name, elements in self._classes.items() if has_class(name) for element in elements]
        if has_identifier is not None:
            found += [e for name, elements in self._identifiers.items() if has_identifier(name) for e in elements]
        return self._in_order([*found, *others])

    def _in_order(self, elements: Sequence[HtmlElement]) -> Sequence[HtmlElement]:
        return sorted(dict.fromkeys(elements), key=self._places.__getitem__) if elements else ()

    @cached_property
    def _places(self) -> dict[HtmlElement, int]:
        return {element: place for place, element in enumerate(self._all)}
