"""Other choices of a body for a page that the classifier does not understand.

Comes in: a page, what it is not about, and the classifier's choice. Goes out: the choice that is taken.

Where the classifier expects little of its choice, two others are made: what trafilatura finds when it is to be precise,
and the prose of the container that a reader mode would take, the one whose paragraphs are longest. Taken is the choice
that agrees most with the others and with the classifier's opinion of each segment; its own is given an advantage. On
pages that no model had seen, this gained .01 to .05 of F1 where less than .93 was expected; on surer pages it gains
nothing. A linear model of the same numbers was no better on the pages that floors are held on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container as Holding
from collections.abc import Mapping, Sequence, Set

from extractor.body.trafilatura_vote import precise_trafilatura_text, shares_in
from extractor.html import HEADING_LEVELS, Container, Page, Segment

_OWN_ADVANTAGE = 0.15
_EXPECTATION = 0.5
"""What a choice's expected F1 counts beside its agreement with another choice."""
_IN_TEXT = 0.5
"""Of a segment's words: from this share on in a text, the text has the segment."""

_FEWEST_TELLING_WORDS = 3

_SHORTEST_PARAGRAPH = 25
_MOST_LINKED, _MOST_LINKED_LINE = 0.5, 0.4
_COMMAS = str.maketrans("，、،", ",,,")
_LONG, _MOST_LONG = 100, 3.0
"""Characters that count one, and how much length counts at most."""
_LEVELS = 3


def surest_choice(
    page: Page,
    cut: Holding[int],
    own: Sequence[int],
    probabilities: Mapping[int, float],
    tokens: Sequence[Sequence[str]],
    sizes: Sequence[int],
) -> Sequence[int]:
    """Return the segments that are kept: the classifier's own choice or another.

    Parameters
    ----------
    page : Page
        The page.
    cut : collection of int
        Segments that no choice may have.
    own : sequence of int
        The classifier's choice.
    probabilities : mapping
        How likely the classifier takes each segment that it looked at to be the article's.
    tokens, sizes : sequence
        Of each segment: its words, and how many they are.
    """
    shares = shares_in(tokens, precise_trafilatura_text(page.tree))
    found = [i for i, share in enumerate(shares) if share >= _IN_TEXT and i not in cut]
    # A word or two of the menu may be in any text.
    long = [i for i in found if sizes[i] >= _FEWEST_TELLING_WORDS]
    precise = {i for i in found if sizes[i] >= _FEWEST_TELLING_WORDS or (long and long[0] < i < long[-1])}
    readable = {i for i in readable_segments(page, cut) if i < len(sizes)}
    choices = [frozenset(own), precise, readable]
    merits = [
        sum(_agreement(choice, other, sizes) for other in choices if other is not choice)
        + _EXPECTATION * _expected(choice, probabilities, sizes)
        + _OWN_ADVANTAGE * (choice is choices[0])
        for choice in choices
    ]
    best = max(range(len(choices)), key=merits.__getitem__)
    return own if best == 0 else sorted(choices[best])


def expected_f1(choice: Sequence[int], probabilities: Mapping[int, float], sizes: Sequence[int]) -> float:
    """Return the F1 that is to be expected of a choice over the words of a page."""
    return _expected(frozenset(choice), probabilities, sizes)


def readable_segments(page: Page, cut: Holding[int]) -> Sequence[int]:
    """Return the segments of the container with the most and the longest paragraphs, its link lines left out."""
    scores: defaultdict[int, float] = defaultdict(float)
    for segment in page.segments:
        if segment.index not in cut and _is_paragraph(segment):
            length = min(len(segment.text) / _LONG, _MOST_LONG)
            merit = 1 + segment.text.translate(_COMMAS).count(",") + length
            walked: Container | None = segment.container.parent or segment.container
            for level in range(_LEVELS):
                if walked is None:
                    break
                scores[walked.number] += merit / 2**level
                walked = walked.parent
    if not scores:
        return ()
    best = max(scores, key=lambda number: scores[number] * (1 - _link_share(page, page.containers[number])))
    inside = _inside(page, page.containers[best])
    return [
        segment.index
        for segment in inside
        if segment.link_share < _MOST_LINKED_LINE and not segment.is_hidden and segment.index not in cut
    ]


def _is_paragraph(segment: Segment) -> bool:
    is_long = len(segment.text) >= _SHORTEST_PARAGRAPH and segment.tag not in HEADING_LEVELS
    return is_long and segment.link_share <= _MOST_LINKED and not segment.is_hidden


def _inside(page: Page, container: Container) -> Sequence[Segment]:
    return page.segments[container.first : container.last + 1]


def _link_share(page: Page, container: Container) -> float:
    inside = _inside(page, container)
    return sum(segment.link_characters for segment in inside) / max(1, sum(len(segment.text) for segment in inside))


def _agreement(choice: Set[int], other: Set[int], sizes: Sequence[int]) -> float:
    total = sum(sizes[i] for i in choice) + sum(sizes[i] for i in other)
    return 2 * sum(sizes[i] for i in choice & other) / total if total else 0.0


def _expected(choice: Set[int], probabilities: Mapping[int, float], sizes: Sequence[int]) -> float:
    everything = sum(probability * sizes[i] for i, probability in probabilities.items())
    right = sum(probabilities.get(i, 0.0) * sizes[i] for i in choice)
    return 2 * right / max(1.0, everything + sum(sizes[i] for i in choice))
