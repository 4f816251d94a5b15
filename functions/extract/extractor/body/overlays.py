"""Boxes that a site lays over or into its pages: dialogs, consent notices and offers to subscribe.

Comes in: a page. Goes out: the segments in such boxes, and why they are cut.

A dialog is a box by its markup. Any other box is the nearest element around a telling line that holds several lines and
hardly any of the page's other text. The telling lines are those of :mod:`extractor.kinds.walls`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from extractor.html import Container, Page, Segment
from extractor.kinds import asks_to_subscribe, speaks_of_consent
from newsdesk.contracts import DropReason
from newsdesk.words import count_words

MOST_LINES = 8
"""Lines of a box. An article that speaks of cookies or subscriptions has more, in one container."""
LEAST_TELLING = 0.4
"""Of the words of a box's lines that are not headings or buttons: in lines that tell."""
_MOST_TELLING_LINES = 40
_MOST_BOXES, _MOST_REQUESTS, _LONGEST_REQUEST = 1_000, 8, 250
_MOST_ASKING_LINES = 3
_SHORTEST_LINE, _LONGEST_LINE = 11, 1_500
"""Characters: fewer ask for nothing, and name no two things."""


_DIALOG_NAMES = frozenset({"dialog", "alertdialog", "modal", "popup", "popover", "popmake", "lightbox", "poll"})
"""Names and roles of a box that opens over a page, and of the one that asks readers for their opinion."""
MOST_IN_DIALOG = 0.25
"""Of a page's characters: a site that shows its articles in dialogs has more in them."""


def overlaid(page: Page) -> Mapping[int, str]:
    """Return the segments in dialogs, consent notices and offers to subscribe, and the reasons."""
    found = dict.fromkeys(_in_dialogs(page), DropReason.PAGE_FURNITURE.value)
    found |= dict.fromkeys(_in_place_of_embeds(page), DropReason.PAGE_FURNITURE.value)
    # Few lines stand in a box of that size; to look at these alone is what keeps this cheap.
    boxes = {parent: lines for parent, lines in _by_parent(page.segments).items() if 1 < len(lines) <= MOST_LINES}
    lines = [line for box in boxes.values() for line in box if _SHORTEST_LINE <= len(line.text) < _LONGEST_LINE]
    for tells, reason in (
        (speaks_of_consent, DropReason.PAGE_FURNITURE),
        (asks_to_subscribe, DropReason.PROMOTION),
    ):
        telling = [line for line in lines if tells(line.text)]
        if len(telling) > _MOST_TELLING_LINES:
            continue
        for segment in telling:
            box = boxes[segment.container.parent]
            words = sum(count_words(line.text) for line in box if count_words(line.text) > MOST_LINES)
            telling_words = sum(count_words(line.text) for line in box if line in telling)
            if len(box) < len(page.segments) and telling_words >= LEAST_TELLING * words:
                found.update((line.index, reason.value) for line in box)
    return found


def _in_dialogs(page: Page) -> Iterator[int]:
    """Yield the segments in elements that are dialogs by their name, role or attributes."""
    until = -1
    opening, has_names = page.elements.opening, not _DIALOG_NAMES.isdisjoint(page.template_words)
    dialogs = [
        container
        for container in (page.containers if opening or has_names else ())
        if container.element in opening or (has_names and not _DIALOG_NAMES.isdisjoint(container.template))
    ]
    before = [0, *accumulate(len(segment.text) for segment in page.segments)] if dialogs else []
    for container in dialogs:
        inside = range(container.first, container.last + 1)
        if container.first > until and before[inside.stop] - before[inside.start] <= MOST_IN_DIALOG * before[-1]:
            until = container.last
            yield from inside


def _in_place_of_embeds(page: Page) -> Sequence[int]:
    """Return the few lines that ask, in a box with a button and nothing else, to let the page load something.

    The box stands between lines of the text: elsewhere, the page itself asks, and other judges decide.
    """
    boxes = {box for button in page.elements.of("button") if (box := button.getparent()) is not None}
    if not boxes or len(boxes) > _MOST_BOXES:
        return ()
    asking = [
        box
        for box in page.containers
        if box.element in boxes and box.last - box.first < _MOST_ASKING_LINES and _asks_to_load(box, page.segments)
    ]
    asked = [index for box in asking for index in range(box.first, box.last + 1)]
    return asked if len(asking) <= _MOST_REQUESTS else ()


def _asks_to_load(box: Container, segments: Sequence[Segment]) -> bool:
    lines = [segments[index].text for index in range(box.first, box.last + 1)]
    asks = all(len(line) <= _LONGEST_REQUEST and speaks_of_consent(line, fewest=1) for line in lines)
    return asks and _is_amid_lines(box, segments)


def _is_amid_lines(box: Container, segments: Sequence[Segment]) -> bool:
    """Return whether the lines before and behind a box are its siblings, or those of what holds the box alone."""
    while (outer := box.parent) is not None and (outer.first, outer.last) == (box.first, box.last):
        box = outer
    if box.first == 0 or box.last + 1 >= len(segments):
        return False
    return all(segments[at].container.parent is box.parent for at in (box.first - 1, box.last + 1))


def _by_parent(segments: Sequence[Segment]) -> Mapping[Container | None, Sequence[Segment]]:
    lines: dict[Container | None, list[Segment]] = {}
    for segment in segments:
        lines.setdefault(segment.container.parent, []).append(segment)
    return lines
