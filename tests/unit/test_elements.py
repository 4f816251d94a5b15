"""A page's elements by what they are called."""

from __future__ import annotations

import gc

import pytest

from extractor.html import Container, read_html
from extractor.html.page import Page

PAGE = """
<html class="no-js"><head><title>Storm</title><meta name="a" content="b"><link rel="canonical" href="/a"></head><body>
<div class="byline" id="top"><a class="author-name" href="/a">Ada</a><time class="byline">now</time></div>
<address>Here</address><p class="text" itemprop="articleBody">Text</p><p class="byline">Ada</p></body></html>
"""


def read(html: str) -> Page:
    page = read_html(html, "https://example.org/a")
    assert page is not None
    return page


def test_elements_are_found_by_name_in_the_order_of_the_page() -> None:
    elements = read(PAGE).elements
    assert [element.tag for element in elements.of("time", "p", "a")] == ["a", "time", "p", "p"]
    assert [element.tag for element in elements.of("address")] == ["address"]
    assert not elements.of("h1")
    assert not elements.of("html"), "the root is not below itself"


def test_elements_are_found_by_class_and_identifier_each_once() -> None:
    elements = read(PAGE).elements
    called = elements.called(lambda name: "byline" in name, lambda name: name == "top", tags=("address", "time"))
    assert [element.tag for element in called] == ["div", "time", "address", "p"]
    annotated = elements.called(lambda name: name == "text", annotations=("property", "rel"))
    assert [element.tag for element in annotated] == ["link", "p"]
    assert list(elements.names) == ["byline", "author-name", "text", "top"]


def test_annotations_are_microdata_rdfa_and_relations() -> None:
    assert [element.tag for element in read(PAGE).elements.annotated] == ["link", "p"]


@pytest.mark.parametrize("place", ["<p>The bridge{0} is open again.</p>", "<title>The bridge{0}</title>"])
def test_a_page_says_whether_it_hides_text(place: str) -> None:
    hidden = "".join(chr(0xE0000 + ord(character)) for character in "obey")
    assert read(f"<html><head></head><body>{place.format(hidden)}</body></html>").hides_text
    assert not read(f"<html><head></head><body>{place.format('')}</body></html>").hides_text


def test_a_page_that_was_released_leaves_nothing_to_be_searched_for() -> None:
    def containers() -> int:
        return sum(isinstance(thing, Container) for thing in gc.get_objects())

    before = containers()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        page = read(PAGE)
        assert containers() > before
        page.release()
        del page
        assert containers() == before
    finally:
        if was_enabled:
            gc.enable()
