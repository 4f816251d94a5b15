"""The dates that a page shows to readers, and what it calls each: the day of publication, or that of an update.

Comes in: a page. Goes out: dates on lines of their own, and in elements that are marked as dates.

A date in the article's prose, in its lists, or in what surrounds it is the day of something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice

from extractor.html import Element, Page, Segment, text_of
from extractor.metadata.date_reading import ISO_DATE, DateReader, FoundDate, may_be_date_line
from extractor.metadata.marked_dates import in_attributes, in_lists, labelled_role
from extractor.text import ends_sentence

_FURNITURE_TAGS = frozenset({"aside", "footer", "nav"})
_ARTICLE_TAGS = frozenset({"article", "main", "body", "html"})
_FURNITURE_NAME = re.compile(
    r"related|comment|teaser|recommend|promo|most-?(?:read|popular)|latest|trending", re.IGNORECASE
)
_FRAME_NAME = re.compile(r"sidebar|(?<!post[-_])(?<!entry[-_])(?<!article[-_])footer|newsletter", re.IGNORECASE)
_DATE_CLASS = re.compile(r"date|publi(?:sh|c)|posted|time", re.IGNORECASE)

_MAY_BE_DATED = re.compile("pub|updat|modif|-date")
_STATING = ("itemprop", "property", "pubdate")
_PUBLISHED = re.compile(
    r"(?:^|[-_\s])(?:published|pub-?date|dt-published|date-?published|publish(?:ed)?[-_]?(?:date|time|on)|entry-date"
    r"|post-date|date-publication)(?:$|[-_\s])",
    re.IGNORECASE,
)
_MODIFIED = re.compile(
    r"(?:^|[-_\s])(?:updated|modified|dt-updated|last-?(?:updated|modified)|date-?(?:modified|updated)"
    r"|update[-_]?(?:date|time))(?:$|[-_\s])",
    re.IGNORECASE,
)
_LAST_UPDATE = re.compile(r"last[-_]?(?:updat|modif)", re.IGNORECASE)
_PROPERTIES = {
    "datepublished": False, "datecreated": False, "datemodified": True, "dateupdated": True,
}  # fmt: skip
"""Of microdata and RDFa: whether each is the date of an update."""

_LINES_TRIED = 60
_LINES_BESIDE_HEADING = 15
_LINES_ABOVE_HEADING = 3
_LINES_BEHIND_DATE = 3
_LEVELS_AROUND = 4
"""How far up from the headline the container reaches that a line above it must share."""
_LONGEST_LINE_BESIDE_HEADING = 140
_LONG_PARAGRAPH_WORDS = 25
_ELEMENTS_TRIED = 200
_ELEMENTS_READ = 60
_MOST_WORDS_AROUND = 12
_MOST_WORDS_IN_SENTENCE = 4
"""Besides a date, on a line that does not end like a sentence and on one that does; what has more tells of an event."""
_ITEMS = frozenset({"li", "dd", "dt", "td"})
_MOST_DATED_ITEMS = 2
_LONGEST_MARKED_TEXT = 300
_LONGEST_LABEL = 60
_LONGEST_LABEL_LINE = 30
"""Characters of a line that is nothing but the label of the date on the next."""
_NAMES_A_PERSON = re.compile(r"\b(?:by|von|par|por|door|av|af)\s+\w", re.IGNORECASE)
"""In a line such as "Reviewed by Ada Moss", which labels nobody's date but names a person."""
_PARTS = re.compile(r"\s*[|•·]\s*")


class ShownDates:
    """The dates of one page for readers.

    Parameters
    ----------
    page : Page
    reader : DateReader
        Of the page.
    headline : str or None
        Near which the article's dates stand.
    """

    def __init__(self, page: Page, reader: DateReader, headline: str | None) -> None:
        self._page = page
        self.reader = reader
        self._headline = headline
        self.furniture = Furniture(page)

    @cached_property
    def beside_heading(self) -> tuple[FoundDate, ...]:
        """The dates on short lines around the headline, before the text begins: up to the first of publication.

        The lines behind that one may be an update's.
        """
        start = self._heading_place()
        if start is None:
            return ()
        behind = self._behind_heading(start)
        if any(not date.is_update for date in behind):
            return tuple(behind)
        return (*behind, *self._above_heading(start))

    def _behind_heading(self, start: int) -> list[FoundDate]:
        found, label, last = list[FoundDate](), "", start + _LINES_BESIDE_HEADING
        is_dated = False
        for number, segment in enumerate(self._page.segments[start + 1 : last + 1], start + 1):
            if number > last or segment.text.count(" ") >= _LONG_PARAGRAPH_WORDS:
                break
            dates = list(self._on_line(segment, label))
            found.extend(date for date in dates if date.is_update or not is_dated)
            label = segment.text
            if not is_dated and any(not date.is_update for date in dates):
                is_dated, last = True, min(last, number + _LINES_BEHIND_DATE)
        return found

    def _above_heading(self, start: int) -> Iterator[FoundDate]:
        segments = self._page.segments
        around = set(islice(segments[start].element.iterancestors(), _LEVELS_AROUND)) - set(
            self._page.tree.iter("body")
        )
        for segment in reversed(segments[max(0, start - _LINES_ABOVE_HEADING) : start]):
            if not around.isdisjoint(islice(segment.element.iterancestors(), _LEVELS_AROUND)):
                yield from self._on_line(segment, "")

    def _on_line(self, segment: Segment, label: str) -> Iterator[FoundDate]:
        if self._is_in_dated_list(segment):
            return
        for part in _PARTS.split(segment.text[:_LONGEST_MARKED_TEXT]):
            if may_be_date_line(part, _LONGEST_LINE_BESIDE_HEADING) and not self.furniture.holds(segment.element):
                yield from self._labelled(part, label)

    def _labelled(self, line: str, label: str) -> Iterator[FoundDate]:
        """Yield the dates on a line, and whether it, a class or the label on the line before calls them an update's."""
        is_label = (
            len(label) <= _LONGEST_LABEL_LINE
            and not any(map(str.isdigit, label))
            and _NAMES_A_PERSON.search(label) is None
        )
        is_update = is_label and self.reader.is_update(label)
        classed = frozenset[str]() if self.reader.is_publication(line) else self._last_updates
        for found in self.reader.shown(line):
            yield replace(found, is_update=True) if is_update or found.text in classed else found

    @cached_property
    def _last_updates(self) -> frozenset[str]:
        """The days in elements whose class says so in full: templates call any date "updated", as hAtom asks."""
        called = [element for element in self._marked if _LAST_UPDATE.search((element.get("class") or "")[:300])]
        return frozenset(date.text[:10] for element in called[:_ELEMENTS_READ] for date in self._dates_of(element))

    def _heading_place(self) -> int | None:
        first = None
        for number, segment in enumerate(self._page.segments):
            if segment.text == self._headline:
                return number
            if segment.tag == "h1" and first is None:
                first = number
        return first

    @cached_property
    def named(self) -> tuple[FoundDate, ...]:
        """The dates in elements that are called dates of publication or of an update, by a property or a class."""
        found: list[FoundDate] = []
        for element in self._marked:
            is_update = _role_of(element)
            is_property = _property_of(element) in _PROPERTIES
            is_elsewhere = self.furniture.is_foreign if is_property else self.furniture.holds
            if is_update is not None and not is_elsewhere(element):
                dates = self._dates_of(element)
                # A class for any date may hold an update's: "pub-date" with "Updated 21 November".
                found.extend(
                    replace(date, is_update=is_update or (date.is_update and not is_property)) for date in dates
                )
        return tuple(islice(found, _ELEMENTS_READ))

    @cached_property
    def labelled(self) -> tuple[FoundDate, ...]:
        """The dates beside their labels in lists of labels and values, also in such as stand beside the text."""
        return tuple(
            found
            for element, found in in_lists(self._page, self.reader)
            if not self.furniture.holds(element) or self.furniture.frames(element)
        )

    @cached_property
    def in_attributes(self) -> tuple[FoundDate, ...]:
        """The dates that scripts read in the attributes of what is around the main heading."""
        return in_attributes(self._page, self.furniture.heading, self.reader)

    @cached_property
    def properties(self) -> tuple[FoundDate, ...]:
        """The dates in elements that microdata or RDFa call dates of publication or of an update."""
        marked = (element for element in self._marked if _property_of(element) in _PROPERTIES)
        own = [element for element in marked if not self.furniture.is_foreign(element)]
        return tuple(
            replace(date, is_update=_PROPERTIES[_property_of(element)])
            for element in own[:_ELEMENTS_READ]
            for date in self._dates_of(element)
        )

    @cached_property
    def times(self) -> tuple[FoundDate, ...]:
        """The dates of other ``<time>`` elements, but for those in sentences and in lists of dates."""
        found: list[FoundDate] = []
        for element in self._marked:
            if element.tag == "time" and _role_of(element) is None and not self.furniture.holds(element):
                dates = list(self._dates_of(element))
                if dates and not self._is_an_events(element):
                    is_update = self.reader.is_update(_label_of(element))
                    found.extend(replace(date, is_update=date.is_update or is_update) for date in dates)
            if len(found) >= _ELEMENTS_READ:
                break
        return tuple(found)

    @cached_property
    def days_of_events(self) -> frozenset[str]:
        """The days of ``<time>`` elements in sentences and in lists of dates, and those on the lines of such lists."""
        times = [element for element in self._marked if element.tag == "time" and self._is_an_events(element)]
        marked = {date.text[:10] for element in times[:_ELEMENTS_READ] for date in self._dates_of(element)}
        lines = [segment for segment in self._page.segments if id(segment.container.parent) in self._dated_lists]
        return frozenset(marked).union(
            date.text for segment in lines[:_ELEMENTS_READ] for date in self.reader.shown(segment.text)
        )

    def _is_in_dated_list(self, segment: Segment) -> bool:
        return (
            segment.tag in _ITEMS
            and may_be_date_line(segment.text)
            and id(segment.container.parent) in self._dated_lists
        )

    @cached_property
    def _dated_lists(self) -> frozenset[int]:
        """Which containers are lists of whose items more than one begins with a date.

        The day of publication and that of an update, each with its label, make no such list.
        """
        counted: Counter[tuple[int, bool | None]] = Counter()
        label = ""
        for segment in self._page.segments:
            previous, label = label, segment.text
            if segment.tag in _ITEMS and may_be_date_line(segment.text) and any(self.reader.shown(segment.text)):
                role = labelled_role(segment.text, self.reader)
                if role is None and segment.tag == "dd" and len(previous) <= _LONGEST_LABEL:
                    role = labelled_role(previous, self.reader)
                counted[id(segment.container.parent), role] += 1
        return frozenset(number for (number, _), count in counted.items() if count >= _MOST_DATED_ITEMS)

    @cached_property
    def _marked(self) -> list[Element]:
        elements = self._page.elements
        marked = elements.called(_MAY_BE_DATED.search, tags=("time",), annotations=_STATING)
        return [element for element in marked if element.tag != "meta"][:_ELEMENTS_TRIED]

    def _dates_of(self, element: Element) -> Iterator[FoundDate]:
        """Yield the date that an element states to machines, or those that its text names."""
        title = element.get("title") or ""
        stated = element.get("datetime") or element.get("content") or (title if ISO_DATE.match(title) else "")
        dates = list(self.reader.statement(stated, "dom")) if stated else []
        if dates:
            yield from dates
        elif may_be_date_line(text := text_of(element, _LONGEST_MARKED_TEXT)):
            yield from self.reader.shown(text)

    def _is_an_events(self, element: Element) -> bool:
        """Return whether an element stands in a sentence, or in a list each of whose items has such an element."""
        for step in element.iterancestors():
            if step.tag in _ITEMS:
                around = next(step.iterancestors("ul", "ol", "dl", "table"), None)
                return around is not None and len(list(islice(around.iter("time"), _MOST_DATED_ITEMS))) > 1
            segment = self._segments.get(step)
            if segment is not None:
                words = segment.text.count(" ") - text_of(element, _LONGEST_MARKED_TEXT).count(" ")
                return words > (_MOST_WORDS_IN_SENTENCE if ends_sentence(segment.text) else _MOST_WORDS_AROUND)
        return False

    @cached_property
    def _segments(self) -> dict[Element, Segment]:
        return {segment.element: segment for segment in self._page.segments}

    def on_lines(self, *, with_labels: bool = True) -> Iterator[FoundDate]:
        """Yield the dates on lines of the article, and the only one in its frame on a line that is called one.

        Parameters
        ----------
        with_labels : bool
            Whether the line before may be a date's label. Between teasers, it may be anything.
        """
        framed: dict[str, FoundDate] = {}
        tried = 0
        label = ""
        for segment in self._page.segments:
            label, previous = segment.text, label
            if segment.tag in ("h1", "h2") or not may_be_date_line(segment.text):
                continue
            if self._is_in_dated_list(segment):
                continue
            element = segment.element
            is_framed = _DATE_CLASS.search(element.get("class") or "") is not None and self.furniture.frames(element)
            if not is_framed and self.furniture.holds(element):
                continue
            tried += 1
            for found in self._labelled(segment.text, previous if with_labels else ""):
                if not is_framed:
                    yield found
                framed[found.text] = found
            if tried == _LINES_TRIED:
                break
        if len(framed) == 1:
            yield from framed.values()


def _role_of(element: Element) -> bool | None:
    """Return whether an element is called the date of an update; None where it is called no date at all."""
    stated = _PROPERTIES.get(_property_of(element))
    if stated is not None:
        return stated
    name = (element.get("class") or "")[:300]
    if element.get("pubdate") is not None or _PUBLISHED.search(name):
        return False
    return True if _MODIFIED.search(name) else None


def _property_of(element: Element) -> str:
    name = element.get("itemprop") or element.get("property") or ""
    return name.rpartition(":")[2].strip().lower()


def _label_of(element: Element) -> str:
    """Return what stands before an element on its line, and what it says itself."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        before = f"{text_of(previous, _LONGEST_LABEL)} {previous.tail or ''}"
    else:
        before = (parent.text or "") if parent is not None else ""
    return f"{before[-_LONGEST_LABEL:]} {text_of(element, _LONGEST_LABEL)}"


class Furniture:
    """Answers whether an element belongs to what surrounds the article.

    What contains the page's main heading is not furniture, whatever it is called: ``class="layout-with-sidebar"``.
    """

    def __init__(self, page: Page) -> None:
        self.heading = next(iter(page.elements.of("h1")), None)
        self._around_heading = set() if self.heading is None else set(self.heading.iterancestors())
        self._kinds_of: dict[Element, tuple[str, str]] = {}

    def holds(self, element: Element) -> bool:
        """Return whether an element is in a frame of the page, or in what belongs to other articles."""
        return any(tag or name for tag, name in self._kinds(element))

    def is_foreign(self, element: Element) -> bool:
        """Return whether it belongs to other articles, or to what leads to them."""
        return any(tag in ("nav", "aside") or _FURNITURE_NAME.search(name) for tag, name in self._kinds(element))

    def frames(self, element: Element) -> bool:
        """Return whether it is in a frame, such as a column beside the text, and in nothing of other articles."""
        kinds = list(self._kinds(element))
        is_foreign = any(tag == "nav" or _FURNITURE_NAME.search(name) for tag, name in kinds)
        return not is_foreign and any(tag or name for tag, name in kinds)

    def _kinds(self, element: Element) -> Iterator[tuple[str, str]]:
        """Yield of an element and what is around it the tags and names that only furniture has."""
        for step in (element, *element.iterancestors()):
            if step in self._around_heading or step.tag in _ARTICLE_TAGS:
                return
            kind = self._kinds_of.get(step)
            if kind is None:
                kind = self._kinds_of[step] = _kind_of(step)
            yield kind


def _kind_of(element: Element) -> tuple[str, str]:
    """Return an element's tag and its names, where only furniture has such."""
    name = f"{element.get('class')} {element.get('id')}"[:500]
    is_furniture = _FURNITURE_NAME.search(name) or _FRAME_NAME.search(name)
    is_own_foot = element.tag == "footer" and next(element.iterancestors("article"), None) is not None
    tag = element.tag if element.tag in _FURNITURE_TAGS and not is_own_foot else ""
    return tag, name if is_furniture else ""
