"""Whether the article is in the page at all, or only its headline and other prose around it.

Comes in: a page, the segments that were taken for its body, and what the article is called. Goes out: how much of that
is the article's own.

Where a script fetches the text, or a payment is due before it is sent, a page has a headline, an empty place below it,
and prose about something else: the paper, its authors, its offers, other stories. That prose stands apart from the
headline and has none of its words. Structure and shared words have to agree, so that no list of such boxes is needed in
any language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from extractor.html import FIGURES, HEADING_LEVELS, Container, Element, Page, Segment
from extractor.kinds.walls.vocabulary import PAYWALL_MARKUP
from extractor.text import ends_sentence, is_placeholder, is_time_line, stems_of
from newsdesk.words import count_words

MOST_WORDS = 600
"""A body that is longer is the article: nobody writes that much about a paper, or into an offer."""
MOST_OFFER_WORDS = 150
MOST_OFFERS = 2
MOST_SIGNATURE_WORDS = 6
SHORTEST_PROSE_WORDS = 8
SHORTEST_UNENDED_WORDS = 20
MOST_OWN_WORDS_APART = 40
LEAST_SHARED = 0.2
"""Of the distinctive words of headline and description, an article has more than this share, and more than one."""
FEWEST_TELLING = 3
STATED_TIMES = 3
"""A text that is stated to be so many times as long as what is there is not there."""

_MOST_ELEMENTS = 300
_MOST_LINES = 500
_MOST_LINKED = 0.5
_CONTROL_WORDS = 8
_CONTROL_LINKED = 0.9
_SHELLS = frozenset({"article", "main"})
_PLACES = frozenset({"div", "section", "article", "main", "p", "span", "figure"})
_FILLED = frozenset(
    {"img", "picture", "video", "audio", "iframe", "embed", "object", "canvas", "ins", "script", "input", "button"}
)
"""What makes an element without text no empty place: a picture, a player, an advertisement, a control.

A notice that the text is on its way leaves it empty."""
_CONTROLS = ("button", "input", "form")


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a body is the article's own.

    Attributes
    ----------
    is_absent : bool
        Nothing of it is: the article is not in the page.
    own_words : int
        Words of its prose that are neither in an offer nor apart from the headline.
    """

    is_absent: bool
    own_words: int


def judge_presence(
    page: Page, kept: Sequence[int], headline: str | None, description: str | None, stated_words: int = 0
) -> Presence | None:
    """Judge how much of a body is the article's own.

    Parameters
    ----------
    kept : sequence of int
        The segments that were taken for the body.
    headline, description : str or None
        What the page says of its article.
    stated_words : int
        How many words the article is stated to have; 0 where nothing is stated.

    Returns
    -------
    Presence or None
        None where there is no headline to be found, or too much text to doubt it.
    """
    heading = _headline_segment(page, headline)
    if heading is None:
        return None
    prose = [page.segments[index] for index in kept if _is_prose(page.segments[index])]
    if sum(count_words(segment.text) for segment in prose) > MOST_WORDS:
        return None
    telling = stems_of(f"{headline}\n{description or ''}")
    own = [segment for segment in prose if not _is_in_offer(page, segment, heading, telling)]
    words = sum(count_words(segment.text) for segment in own)
    text = [segment for segment in prose if segment.text != description]
    if text and _stands_apart(page, text, heading, telling, stated_words):
        return Presence(is_absent=True, own_words=0)
    return Presence(is_absent=False, own_words=words)


def _is_related(telling: frozenset[str], segments: Sequence[Segment]) -> bool:
    """Return whether a text has enough of an article's distinctive words to be that article."""
    if len(telling) < FEWEST_TELLING:
        return True
    found = telling & stems_of("\n".join(segment.text for segment in segments))
    return len(found) > 1 and len(found) >= LEAST_SHARED * len(telling)


def _headline_segment(page: Page, headline: str | None) -> Segment | None:
    """Return the heading that says the headline."""
    folded = " ".join((headline or "").split()).casefold()
    if not folded:
        return None
    lines = [segment for segment in page.segments[:1000] if not segment.is_hidden]
    for segment in lines:
        if segment.tag in HEADING_LEVELS:
            text = segment.text.casefold()
            if text == folded or (len(text) > 20 and (text in folded or folded in text)):
                return segment
    return next((segment for segment in lines if not segment.links and segment.text.casefold() == folded), None)


def _is_prose(segment: Segment) -> bool:
    if segment.tag in HEADING_LEVELS or segment.link_share > _MOST_LINKED or segment.container.areas & FIGURES:
        return False
    words = count_words(segment.text)
    return words >= SHORTEST_UNENDED_WORDS or (words >= SHORTEST_PROSE_WORDS and ends_sentence(segment.text))


def _stands_apart(
    page: Page, prose: Sequence[Segment], heading: Segment, telling: frozenset[str], stated_words: int
) -> bool:
    """Return whether a body is apart from its headline, in structure and in words."""
    outer = _around_headline(heading, prose)
    if outer.parent is None:
        return False
    first = prose[0]
    if first.index < heading.index or _is_titled_below(page, heading, first):
        return False
    if _prose_in(page, outer, prose, telling) > MOST_OWN_WORDS_APART:
        return False
    has_place = _has_empty_place(outer, heading, first)
    is_shell = outer.tag in _SHELLS or any(
        around.tag in _SHELLS and around.first >= outer.first for around in _ancestors(heading.container, outer)
    )
    words = sum(count_words(segment.text) for segment in prose)
    is_short = stated_words >= STATED_TIMES * max(words, 1)
    is_boxed = all(_box_under(segment.container, outer.parent) is not None for segment in prose)
    if _is_talk(page, prose):
        return is_boxed and has_place
    if _is_related(telling, prose):
        waits = any(is_placeholder(line.text) for line in page.segments[heading.index + 1 : first.index])
        return (
            (is_shell or waits)
            and has_place
            and is_boxed
            and all(_is_headed(page, outer, segment) for segment in prose)
        )
    return is_shell or (is_boxed and (has_place or is_short))


def _is_talk(page: Page, prose: Sequence[Segment]) -> bool:
    """Return whether a body is what readers wrote: items of one template, each with a name or a time above its text."""
    templates: set[int] = set()
    for segment in prose:
        above = page.segments[max(0, segment.index - 1)]
        if is_time_line(above.text):
            above = page.segments[max(0, segment.index - 2)]
        container = segment.container if segment.container.first < segment.index else segment.container.parent
        is_signed = (
            container is not None
            and container.first <= above.index < segment.index
            and above.tag not in HEADING_LEVELS
            and count_words(above.text) <= MOST_SIGNATURE_WORDS
        )
        if container is None or not is_signed:
            return False
        templates.add(container.path)
    return len(prose) > 1 and len(templates) == 1


def _is_titled_below(page: Page, heading: Segment, first: Segment) -> bool:
    """Return whether another heading before a body is in the page's title: then the first one is the site's name."""
    title = " ".join((page.tree.findtext(".//title") or "").split()).casefold()
    return any(
        segment.tag in HEADING_LEVELS
        and count_words(segment.text) >= FEWEST_TELLING
        and segment.text.casefold() in title
        and segment.text.casefold() != heading.text.casefold()
        for segment in page.segments[heading.index + 1 : first.index]
    )


def _around_headline(heading: Segment, prose: Sequence[Segment]) -> Container:
    """Return the largest container around the headline that has nothing of the body."""
    container = heading.container
    indices = [segment.index for segment in prose]
    while container.parent is not None:
        parent = container.parent
        if any(parent.first <= index <= parent.last for index in indices):
            break
        container = parent
    return container


def _ancestors(container: Container, last: Container) -> Iterator[Container]:
    step: Container | None = container
    while step is not None:
        yield step
        step = None if step is last else step.parent


def _prose_in(page: Page, outer: Container, prose: Sequence[Segment], telling: frozenset[str]) -> int:
    """Return how many words of other prose there are beside the headline, which may be the article after all."""
    taken = {segment.index for segment in prose}
    return sum(
        count_words(segment.text)
        for segment in page.segments[outer.first : outer.last + 1]
        if segment.index not in taken
        and not segment.is_hidden
        and _is_prose(segment)
        and _is_related(telling, [segment])
    )


def _box_under(container: Container, level: Container) -> Container | None:
    """Return the container in a level that another one lies in; None where it is a paragraph of the level itself."""
    inner = container
    while inner.parent is not None and inner.parent is not level:
        inner = inner.parent
    return inner if inner.parent is level and inner is not container else None


def _is_headed(page: Page, outer: Container, segment: Segment) -> bool:
    """Return whether the box of a segment begins with a heading of its own."""
    assert outer.parent is not None
    box = _box_under(segment.container, outer.parent)
    return box is not None and page.segments[box.first].tag in HEADING_LEVELS


def _has_empty_place(outer: Container, heading: Segment, first: Segment) -> bool:
    """Return whether there is a place between headline and body that waits for its text."""
    level = outer.element if outer.element is not heading.element else outer.element.getparent()
    begun = False
    for element in islice((level if level is not None else outer.element).iter(), _MOST_ELEMENTS):
        if element is heading.element:
            begun = True
        elif element is first.element:
            return False
        elif begun and element.tag in _PLACES and _is_empty(element):
            return True
    if begun and outer.parent is not None and level is outer.element:
        return _is_followed_by_empty_place(outer.element)
    return False


def _is_followed_by_empty_place(element: Element) -> bool:
    following = element.getnext()
    return following is not None and following.tag in _PLACES and _is_empty(following)


def _is_empty(element: Element) -> bool:
    """Return whether an element has neither text nor anything that is shown or played."""
    for inner in islice(element.iter(), _MOST_ELEMENTS):
        is_silent = inner.tag == "noscript"
        if inner.tag in _FILLED or (not is_silent and _says_something(inner.text)):
            return False
        if inner is not element and _says_something(inner.tail):
            return False
    return True


def _says_something(text: str | None) -> bool:
    return text is not None and bool(text.strip()) and not is_placeholder(" ".join(text.split()))


def offers_in(page: Page, headline: str | None, description: str | None) -> frozenset[int]:
    """Return the segments of the offers that a page shows instead of the rest of its article, headings included.

    An offer is the last box below the article, or it is named after pay. Many boxes with controls are no offers, but
    the parts of a list.
    """
    heading = _headline_segment(page, headline)
    if heading is None:
        return frozenset()
    telling = stems_of(f"{headline}\n{description or ''}")
    below = page.segments[heading.index + 1 : heading.index + _MOST_LINES]
    lines = [segment for segment in below if _is_prose(segment)]
    boxes = {box.number: box for box in page.containers if _is_named_offer(page, box, heading, telling)}
    last_own = heading.index
    for segment in lines:
        box = _offer_around(page, segment, heading, telling)
        if box is not None:
            boxes[box.number] = box
        elif _is_related(telling, [segment]):
            last_own = segment.index
    offers = [box for box in boxes.values() if box.first > last_own or PAYWALL_MARKUP.are_in(_names(box))]
    if len(offers) > MOST_OFFERS:
        return frozenset()
    return frozenset(index for box in offers for index in range(box.first, box.last + 1))


def _is_named_offer(page: Page, container: Container, heading: Segment, telling: frozenset[str]) -> bool:
    """Return whether a container below the headline is named after pay and holds nothing of the article."""
    if container.first <= heading.index or not PAYWALL_MARKUP.are_in(_names(container)):
        return False
    inside = page.segments[container.first : container.last + 1]
    is_short = sum(count_words(line.text) for line in inside) <= MOST_OFFER_WORDS
    return is_short and any(map(_is_control, inside)) and not _is_related(telling, inside)


def _names(container: Container) -> str:
    return " ".join(container.element.get(name, "") for name in ("class", "id"))


def _is_in_offer(page: Page, segment: Segment, heading: Segment, telling: frozenset[str]) -> bool:
    """Return whether a line is in a box with a control, away from the headline, that says nothing of the article."""
    return _offer_around(page, segment, heading, telling) is not None


def _offer_around(page: Page, segment: Segment, heading: Segment, telling: frozenset[str]) -> Container | None:
    container: Container | None = segment.container
    while container is not None and not container.first <= heading.index <= container.last:
        inside = page.segments[container.first : container.last + 1]
        if any(map(_is_control, inside)) or any(True for _ in islice(container.element.iter(*_CONTROLS), 1)):
            prose = [line for line in inside if _is_prose(line)]
            words = sum(count_words(line.text) for line in prose)
            return container if words <= MOST_OFFER_WORDS and not _is_related(telling, prose) else None
        container = container.parent
    return None


def _is_control(segment: Segment) -> bool:
    return segment.link_share >= _CONTROL_LINKED and count_words(segment.text) <= _CONTROL_WORDS
