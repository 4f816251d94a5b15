"""One parsed page, and what every judge asks of it.

Comes in: a page's text and its URL. Goes out: a :class:`Page`.

A page is parsed, walked and read once. Whatever several judges need to know of it is a property of the page, so that
they all speak of the same thing, and none of them pays for it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from lxml.html import HtmlElement

from extractor.html.containers import Container
from extractor.html.elements import Elements
from extractor.html.json_ld import StructuredData, read_structured_data
from extractor.html.links import base_of, checked_url
from extractor.html.meta_tags import MetaStatements, read_meta
from extractor.html.segments import Placed, Segment, walk
from extractor.html.tree import parse_html
from newsdesk.characters import hides_text
from newsdesk.web import Url

Element: TypeAlias = HtmlElement
"""An element of a page's tree."""


@dataclass(frozen=True, eq=False)
class Page:
    """A parsed page.

    Attributes
    ----------
    source : str
        The HTML as it came.
    address : str
        Where it was found, after redirects.
    url : Url or None
        The address, parsed; None when it is no http(s) URL.
    tree : Element
        The parsed HTML.
    segments : tuple of Segment
        Its visible text, in document order.
    elements : Elements
        Its elements, by what they are called.
    containers : tuple of Container
        The elements around the segments, the outer before the inner; the first is the root.
    media : tuple of Placed
        Its pictures, recordings and frames, in document order.
    hides_text : bool
        Whether its text, its title or its ``<meta>`` elements hold characters that are there to hide or to turn text.
    data : StructuredData
        Its JSON-LD.
    meta : MetaStatements
        Its ``<meta>`` elements.
    """

    source: str
    address: str
    url: Url | None
    tree: Element
    elements: Elements
    segments: tuple[Segment, ...]
    containers: tuple[Container, ...]
    media: tuple[Placed, ...]
    hides_text: bool
    data: StructuredData
    meta: MetaStatements

    def release(self) -> None:
        """Let go of what refers to itself, so that all of a page ends with it, and nobody has to search for it."""
        for container in self.containers:
            container.items.clear()

    @cached_property
    def base(self) -> Url | None:
        """What relative addresses are relative to: the first ``<base href>`` (HTML, 2.4.3), or the page's own URL."""
        stated = (element for element in self.elements.of("base") if element.get("href") is not None)
        return None if self.url is None else base_of(next(stated, None), self.url)

    @cached_property
    def template_words(self) -> frozenset[str]:
        """The words of all containers' templates."""
        return frozenset().union(*{container.template for container in self.containers})

    @cached_property
    def links(self) -> tuple[Element, ...]:
        """The ``a`` and ``link`` elements, in document order."""
        return tuple(self.elements.of("a", "link"))

    @cached_property
    def markup_names(self) -> str:
        """What its makers call its parts: each value of ``class`` and ``id`` once, parted by spaces."""
        return " ".join(self.elements.names)


def _hides_statements(elements: Elements) -> bool:
    titles = (title.text for title in elements.of("title"))
    return any(hides_text(text or "") for text in (*titles, *(meta.get("content") for meta in elements.of("meta"))))


def read_html(text: str, address: str) -> Page | None:
    """Return the parsed page; None when there is nothing in it.

    Parameters
    ----------
    text : str
        The page, storable text as :func:`extractor.html.charset.decode_text` returns it.
    address : str
        Where it was found, after redirects.
    """
    tree = parse_html(text)
    if tree is None:
        return None
    elements = Elements(tree)
    walked = walk(tree, elements.styled)
    return Page(
        source=text,
        address=address,
        url=checked_url(address),
        tree=tree,
        elements=elements,
        segments=walked.segments,
        containers=walked.containers,
        media=walked.media,
        hides_text=walked.hides_text or _hides_statements(elements),
        data=read_structured_data(tree),
        meta=read_meta(elements.of("meta")),
    )
