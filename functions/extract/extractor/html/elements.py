"""A page's elements by what they are called, read in one pass.

Comes in: a page's tree. Goes out: its elements by name, by class, by identifier, and those with annotations.

Each look through the whole tree takes a hundredth of all time, and the judges would take some twenty of them. The names
of classes are few beside the elements that have them: a pattern is asked of each once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from lxml.html import HtmlElement

_ANNOTATING = frozenset({"rel", "itemprop", "property", "pubdate"})
_STYLING = frozenset({"style", "hidden", "aria-hidden", "aria-modal", "popover"})


class Elements:
    """The elements below a page's root, in document order.

    Attributes
    ----------
    annotated : sequence of HtmlElement
        Those with ``itemprop``, ``property``, ``rel`` or ``pubdate``: microdata, RDFa, links and days.
    opening : frozenset of HtmlElement
        Those that open over the page: with ``aria-modal`` or ``popover``.
    styled : frozenset of HtmlElement
        Those that alone may not be displayed by their own attributes: with ``style``, ``hidden`` or ``aria-hidden``;
        the root, too, if it has one.
    """

    def __init__(self, tree: HtmlElement) -> None:
        self._all: list[HtmlElement] = list(tree.iterdescendants("*"))
        # Elements are held by their places, which are put in order several times as fast.
        self._tags: defaultdict[str, list[int]] = defaultdict(list)
        self._classes: defaultdict[str, list[int]] = defaultdict(list)
        self._identifiers: defaultdict[str, list[int]] = defaultdict(list)
        self._annotated: list[int] = []
        opening: list[HtmlElement] = []
        styled: list[HtmlElement] = [tree]
        tags, classes, identifiers, annotated = self._tags, self._classes, self._identifiers, self._annotated
        telling = _ANNOTATING | _STYLING
        for place, element in enumerate(self._all):
            tags[element.tag].append(place)
            names = element.keys()
            if not names:
                continue
            if "class" in names:
                classes[element.get("class")].append(place)
                if len(names) == 1:
                    continue
            if "id" in names:
                identifiers[element.get("id")].append(place)
            if not telling.isdisjoint(names):
                if not _ANNOTATING.isdisjoint(names):
                    annotated.append(place)
                if not _STYLING.isdisjoint(names):
                    styled.append(element)
                    if "aria-modal" in names or "popover" in names:
                        opening.append(element)
        self.annotated = self._at(annotated)
        self.opening, self.styled = frozenset(opening), frozenset(styled)

    @property
    def names(self) -> dict[str, None]:
        """What the makers of a page call its parts: each value of ``class`` and ``id`` once."""
        return dict.fromkeys([*self._classes, *self._identifiers])

    def of(self, *tags: str) -> Sequence[HtmlElement]:
        """Return the elements with one of some names."""
        return self._at(place for tag in tags for place in self._tags.get(tag, ()))

    def called(
        self,
        has_class: Callable[[str], object],
        has_identifier: Callable[[str], object] | None = None,
        *,
        tags: Sequence[str] = (),
        annotations: Sequence[str] = (),
    ) -> Sequence[HtmlElement]:
        """Return the elements whose class or identifier is one that is asked for, each once.

        Among them are all with one of some names, and the annotated ones with one of some attributes.
        """
        found = {place for name, places in self._classes.items() if has_class(name) for place in places}
        if has_identifier is not None:
            found.update(p for name, places in self._identifiers.items() if has_identifier(name) for p in places)
        found.update(place for tag in tags for place in self._tags.get(tag, ()))
        if annotations:
            found.update(p for p in self._annotated if any(self._all[p].get(name) is not None for name in annotations))
        return self._at(found)

    def _at(self, places: Iterable[int]) -> Sequence[HtmlElement]:
        return [self._all[place] for place in sorted(places)]
