"""Boxes that a site lays over or into its pages: consent notices and offers to subscribe.

Comes in: a page's segments. Goes out: those in such boxes, and why they are cut. Changes nothing.

A box is the nearest element around a telling line that holds several lines and hardly any of the page's other text. The
telling lines are those of :mod:`extractor.walls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

from extractor.reasons import DropReason
from extractor.segments import Segment
from extractor.walls import asks_to_subscribe, speaks_of_consent
from newsdesk.words import count_words

MOST_LINES = 8
"""Lines of a box. An article that speaks of cookies or subscriptions has more, in one container."""
LEAST_TOLD = 0.4
"""Of the words of a box's lines that are not headings or buttons: in lines that tell."""
_MOST_TELLING_LINES = 40
_LONGEST_LINE = 1_500


def overlaid(segments: Sequence[Segment]) -> Mapping[int, str]:
    """Return the segments in consent notices and offers to subscribe, and the reasons."""
    found: dict[int, str] = {}
    for tells, reason in (
        (speaks_of_consent, DropReason.PAGE_FURNITURE),
        (asks_to_subscribe, DropReason.PROMOTION),
    ):
        telling = [segment for segment in segments if len(segment.text) < _LONGEST_LINE and tells(segment.text)]
        if not telling or len(telling) > _MOST_TELLING_LINES:
            continue
        inside = _by_parent(segments)
        for segment in telling:
            box = inside.get(segment.element.getparent(), ())
            words = sum(count_words(line.text) for line in box if count_words(line.text) > MOST_LINES)
            told = sum(count_words(line.text) for line in box if line in telling)
            if 1 < len(box) <= MOST_LINES and len(box) < len(segments) and told >= LEAST_TOLD * words:
                found.update((line.index, reason.value) for line in box)
    return found


def _by_parent(segments: Sequence[Segment]) -> Mapping[HtmlElement | None, Sequence[Segment]]:
    lines: dict[HtmlElement | None, list[Segment]] = {}
    for segment in segments:
        lines.setdefault(segment.element.getparent(), []).append(segment)
    return lines
