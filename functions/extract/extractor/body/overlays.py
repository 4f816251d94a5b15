"""Boxes that a site lays over or into its pages: consent notices and offers to subscribe.

Comes in: a page. Goes out: the segments in such boxes, and why they are cut.

A box is the nearest element around a telling line that holds several lines and hardly any of the page's other text. The
telling lines are those of :mod:`extractor.kinds.walls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractor.html import Element, Page, Segment
from extractor.kinds import asks_to_subscribe, speaks_of_consent
from extractor.text import DropReason
from newsdesk.words import count_words

MOST_LINES = 8
"""Lines of a box. An article that speaks of cookies or subscriptions has more, in one container."""
LEAST_TELLING = 0.4
"""Of the words of a box's lines that are not headings or buttons: in lines that tell."""
_MOST_TELLING_LINES = 40
_LONGEST_LINE = 1_500


def overlaid(page: Page) -> Mapping[int, str]:
    """Return the segments in consent notices and offers to subscribe, and the reasons."""
    found: dict[int, str] = {}
    # Few lines stand in a box of that size; to look at these alone is what keeps this cheap.
    boxes = {parent: lines for parent, lines in _by_parent(page.segments).items() if 1 < len(lines) <= MOST_LINES}
    lines = [line for box in boxes.values() for line in box if len(line.text) < _LONGEST_LINE]
    for tells, reason in (
        (speaks_of_consent, DropReason.PAGE_FURNITURE),
        (asks_to_subscribe, DropReason.PROMOTION),
    ):
        telling = [line for line in lines if tells(line.text)]
        if len(telling) > _MOST_TELLING_LINES:
            continue
        for segment in telling:
            box = boxes[segment.element.getparent()]
            words = sum(count_words(line.text) for line in box if count_words(line.text) > MOST_LINES)
            telling_words = sum(count_words(line.text) for line in box if line in telling)
            if len(box) < len(page.segments) and telling_words >= LEAST_TELLING * words:
                found.update((line.index, reason.value) for line in box)
    return found


def _by_parent(segments: Sequence[Segment]) -> Mapping[Element | None, Sequence[Segment]]:
    lines: dict[Element | None, list[Segment]] = {}
    for segment in segments:
        lines.setdefault(segment.element.getparent(), []).append(segment)
    return lines
