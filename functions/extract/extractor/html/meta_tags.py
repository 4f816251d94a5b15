"""What a page says of itself in ``<meta>`` elements, and the text of an element on one line.

Comes in: a page's tree. Goes out: names and what is stated under them.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from newsdesk.characters import storable

_MAXIMUM_METAS = 2_000
_MAXIMUM_VALUES = 50
"""Of one name."""
_LONGEST_VALUE = 5_000
_MAXIMUM_TEXTS = 500
"""Runs of text that are read of one element."""


@dataclass(frozen=True, slots=True)
class MetaStatements:
    """The page's ``<meta>`` elements.

    Attributes
    ----------
    values : mapping of str to tuple of str
        By ``property``, ``name`` or ``itemprop`` in lower case, in document order; never empty, on one line.
    """

    values: Mapping[str, tuple[str, ...]]

    def all(self, *names: str) -> tuple[str, ...]:
        """Return what is stated under the names, in the order of the names."""
        return tuple(value for name in names for value in self.values.get(name, ()))

    def first(self, *names: str) -> str | None:
        """Return the first thing that is stated under the names."""
        return next(iter(self.all(*names)), None)


def read_meta(metas: Iterable[HtmlElement]) -> MetaStatements:
    """Return what a page states in its ``<meta>`` elements; of what no reader needs, nothing."""
    values: dict[str, list[str]] = {}
    for meta in islice(metas, _MAXIMUM_METAS):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "")[:100].strip().lower()
        stated = meta.get("content") or meta.get("value")
        if name and stated and (value := one_line(_unescaped(stated), _LONGEST_VALUE)):
            of_name = values.setdefault(name, [])
            if len(of_name) < _MAXIMUM_VALUES:
                of_name.append(value)
    return MetaStatements({name: tuple(of_name) for name, of_name in values.items()})


def _unescaped(text: str) -> str:
    """Return a statement as it was before a template escaped it twice."""
    text = text[: _LONGEST_VALUE * 4]
    return html.unescape(text) if "&" in text else text


def one_line(text: Any, limit: int) -> str | None:
    """Return text on one line, cut to a length; None when nothing is left."""
    if not isinstance(text, str):
        return None
    return " ".join(storable(text[: limit * 4]).split())[:limit].rstrip() or None


def text_of(element: HtmlElement, limit: int = _LONGEST_VALUE) -> str:
    """Return an element's text on one line, without scripts, styles and buttons."""
    return one_line("".join(_texts(element, limit)), limit) or ""


def lines_of(element: HtmlElement, limit: int = _LONGEST_VALUE) -> list[str]:
    """Return an element's runs of text, each on one line."""
    return [line for text in _texts(element, limit) if (line := one_line(text, limit))]


def _texts(element: HtmlElement, limit: int) -> Iterator[str]:
    code = {part.text for part in islice(element.iter("script", "style", "template", "button"), _MAXIMUM_TEXTS)}
    size = 0
    for text in islice(element.itertext(), _MAXIMUM_TEXTS):
        if text not in code:
            yield text
            size += len(text)
        if size > limit * 4:
            return
