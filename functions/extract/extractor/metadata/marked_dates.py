"""The dates that a page's markup labels: in lists of labels and values, and in attributes that its scripts read.

Comes in: a page. Goes out: dates, and whether each is the day of publication or that of an update.

A list of labels and values may describe what the article is about, and an attribute may stand on a teaser. So a label
has to name the publication or an update, and an attribute has to stand around the headline or beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from extractor.html import Element, Page, text_of
from extractor.metadata.date_reading import ISO_DATE, DateReader, FoundDate, may_be_date_line

_LABELS_READ = 60
_LONGEST_LABEL = 60
_LONGEST_VALUE = 300
_CELLS_OF_PAIR = ("th", "td")
_MAY_BE_ATTRIBUTE = re.compile(r"ub(?:li(?:sh|cation)|-?date)[\w-]{0,30}\s?=\s?[\"']?\d")
"""What a page's source has where an attribute states the day; without it, no element is looked at. Letters of either
case at its beginning would take five times as long."""
_PUBLISHED_ATTRIBUTE = re.compile(r"(?:^|[-_])(?:date-?)?(?:first-?)?(?:publi(?:sh|cation)|pub-?date)")
_MODIFIED_ATTRIBUTE = re.compile(r"(?:^|[-_])(?:date-?)?(?:last-?)?(?:modif|updat)")
_SECONDS, _MILLISECONDS = re.compile(r"\d{10}"), re.compile(r"\d{13}")
_ELEMENTS_TRIED = 20_000
_DATES_READ = 60
_CARD_HEADINGS = ("h2", "h3", "h4", "h5", "h6")


def labelled_role(label: str, reader: DateReader) -> bool | None:
    """Return whether a label is that of an update; None where it is no label of a date of the article at all."""
    if reader.is_update(label):
        return True
    return False if reader.is_publication(label) else None


def in_lists(page: Page, reader: DateReader) -> Iterator[tuple[Element, FoundDate]]:
    """Yield the dates beside a label in a list or a table of labels and values, each with the element it stands in."""
    for label, value in islice(_pairs(page), _LABELS_READ):
        role = labelled_role(text_of(label, _LONGEST_LABEL), reader)
        for found in _dates_of(value, reader) if role is not None else ():
            yield value, FoundDate(found.text, found.source, is_update=bool(role))


def _pairs(page: Page) -> Iterator[tuple[Element, Element]]:
    """Yield the labels of lists and of rows of two cells, each with its value."""
    for label in page.elements.of("dt"):
        value = next(label.itersiblings("dd", "dt"), None)
        if value is not None and value.tag == "dd":
            yield label, value
    for row in page.elements.of("tr"):
        if len(row) == len(_CELLS_OF_PAIR) and row[1].tag == "td" and row[0].tag in _CELLS_OF_PAIR:
            yield row[0], row[1]


def _dates_of(value: Element, reader: DateReader) -> Iterator[FoundDate]:
    """Yield the date that a value states to machines, or those that its text names."""
    time = next(value.iter("time"), None)
    stated = list(reader.statement(time.get("datetime") or "", "dom")) if time is not None else []
    if stated:
        yield from stated
    elif may_be_date_line(text := text_of(value, _LONGEST_VALUE)):
        yield from reader.shown(text)


def in_attributes(page: Page, heading: Element | None, reader: DateReader) -> tuple[FoundDate, ...]:
    """Return the dates in attributes of what the headline stands in; failing those, of what stands beside it.

    Beside it, the day of publication counts only where it is the only one: teasers have such attributes, too.
    """
    if heading is None or _MAY_BE_ATTRIBUTE.search(page.source) is None:
        return ()
    around = set(heading.iterancestors())
    article = next((step for step in heading.iterancestors("article", "main", "body")), None)
    beside: list[FoundDate] = []
    for element in islice(page.tree.iter("*"), _ELEMENTS_TRIED):
        found = list(_in_attributes_of(element, reader))
        if not any(not date.is_update for date in found):
            continue
        if element in around:
            return tuple(found)
        if article in element.iterancestors() and not _is_card(element):
            beside += found
        if len(beside) >= _DATES_READ:
            break
    days = {date.text[:10] for date in beside if not date.is_update}
    return tuple(beside) if len(days) == 1 else ()


def _in_attributes_of(element: Element, reader: DateReader) -> Iterator[FoundDate]:
    for name, value in element.items():
        is_update = _MODIFIED_ATTRIBUTE.search(name) is not None
        if is_update or _PUBLISHED_ATTRIBUTE.search(name) is not None:
            for found in _in_value(value[:_LONGEST_LABEL].strip(), reader):
                yield FoundDate(found.text, found.source, is_update=is_update)


def _in_value(value: str, reader: DateReader) -> Iterator[FoundDate]:
    if ISO_DATE.match(value):
        yield from reader.statement(value, "dom")
    elif _SECONDS.fullmatch(value):
        yield FoundDate(datetime.fromtimestamp(int(value), UTC).isoformat(), "dom")
    elif _MILLISECONDS.fullmatch(value):
        yield FoundDate(datetime.fromtimestamp(int(value) // 1000, UTC).isoformat(), "dom")


def _is_card(element: Element) -> bool:
    """Return whether an element announces another article: a link, an item or a frame, what is in one, or is headed."""
    if next(element.iterancestors("a", "aside", "nav", "li"), None) is not None:
        return True
    return element.tag in ("a", "aside", "nav", "li") or next(element.iter(*_CARD_HEADINGS), None) is not None
