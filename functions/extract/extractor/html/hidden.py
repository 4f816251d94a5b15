"""Text that a page holds and does not show.

Comes in: a page. Goes out: which of its segments are hidden and to be cut.

Nobody who looks at the page reads such text, but machines do: words for search engines, orders to language models. A
page that hides much of its prose is another matter: there, a script shows it, unless it is a copy of what is shown.
Of 726 evaluation pages 13 hide prose that is their article's, and all but four of them hide a quarter of all their
prose or more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from extractor.html.containers import HEADING_LEVELS, Container
from extractor.html.page import Page
from extractor.html.segments import Segment
from extractor.html.style_rules import StyleSheets
from extractor.text import fold
from newsdesk.contracts import DropReason
from newsdesk.words import count_words

MOST_HIDDEN = 0.25
MOST_SCATTERED = 0.5
SHORTEST_WORDS = 8
MOST_LINKED = 0.5

COPIED = 0.6
"""Of the word runs of hidden text: from this share on in what is shown, it is a copy."""
MOSTLY_COPIED = 0.7
"""Where as much of all hidden prose is copied, all that is hidden is a copy, its labels and menus, too."""
_RUN = 4
_READERS = (("sr", "only"), ("visually", "hidden"), ("screen", "reader"))
"""Words that a class for screen readers has, whatever stands between them."""


def hidden_text(page: Page) -> Mapping[int, str]:
    """Return the hidden segments that are to be cut, and the reason.

    All of them, where less than a quarter of the page's prose is hidden; where less than a half is, those that stand
    alone between shown ones; and wherever they are copies of what is shown.
    """
    segments = page.segments
    unseen = _unseen(page)
    hidden = [segments[index] for index in sorted(unseen)]
    if not hidden:
        return {}
    share = sum(map(_prose, hidden)) / max(1, sum(map(_prose, segments)))
    if share >= MOST_HIDDEN:
        alone = [s for s in hidden if share < MOST_SCATTERED and _stands_alone(s, segments, unseen)]
        hidden = [*alone, *_copies(hidden, [s for s in segments if s.index not in unseen])]
    return {segment.index: DropReason.HIDDEN.value for segment in hidden}


def _unseen(page: Page) -> Set[int]:
    """Return which segments are hidden, by their elements' own attributes or by the page's style sheets.

    Style sheets hide most menus, too; these are of no interest to anybody.
    """
    found = {segment.index for segment in page.segments if segment.is_hidden}
    found.update(_for_screen_readers(page))
    sheets = StyleSheets("\n".join(style.text for style in page.elements.of("style") if style.text))
    selectors = sheets.hiding_selectors()
    if not selectors:
        return found
    shown: dict[str, bool] = {}
    for container, name in _selected(page, selectors):
        if name not in shown:
            shown[name] = sheets.shows_too(name)
        inside = page.segments[container.first : container.last + 1]
        if not shown[name] and any(map(_prose, inside)):
            found.update(segment.index for segment in inside)
    return found


def _selected(page: Page, selectors: Set[str]) -> Iterator[tuple[Container, str]]:
    """Yield the containers that have a selected class or identifier and no style of their own, and the selector."""
    classes = {selector[1:]: selector for selector in selectors if selector[0] == "."}
    identifiers = {selector[1:]: selector for selector in selectors if selector[0] == "#"}
    for container in page.containers:
        get = container.element.get
        names = [classes[name] for name in get("class", "").split() if name in classes]
        if (identifier := get("id")) in identifiers:
            names.append(identifiers[identifier])
        if names and get("style") is None:
            yield from ((container, name) for name in names)


def _for_screen_readers(page: Page) -> Iterator[int]:
    """Yield the segments that conventions call text for screen readers: labels of regions, hints at links.

    A heading of that kind may be the page's only title.
    """
    readers = [pair for pair in _READERS if page.template_words.issuperset(pair)]
    for container in page.containers if readers else ():
        template = container.template
        if container.tag not in HEADING_LEVELS and any(one in template and other in template for one, other in readers):
            yield from range(container.first, container.last + 1)


def _copies(hidden: Sequence[Segment], shown: Sequence[Segment]) -> Sequence[Segment]:
    """Return which hidden segments say again what is shown."""
    known = {run for segment in shown for run in _runs(segment.text)}
    found: list[Segment] = []
    copied = total = 0
    for segment in hidden:
        runs = list(_runs(segment.text))
        if not _prose(segment):
            continue
        common = sum(run in known for run in runs)
        copied, total = copied + common, total + len(runs)
        if common >= COPIED * len(runs):
            found.append(segment)
    return hidden if copied >= MOSTLY_COPIED * max(1, total) else found


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = fold(text)
    return zip(*(words[place:] for place in range(min(_RUN, len(words)))), strict=False)


def _stands_alone(segment: Segment, segments: Sequence[Segment], unseen: Set[int]) -> bool:
    around = segments[max(0, segment.index - 1) : segment.index + 2]
    shown = [other for other in around if other.index not in unseen]
    return len(shown) == len(around) - 1 and any(map(_prose, shown))


def hides_prose(page: Page, kept: Sequence[int]) -> bool:
    """Return whether there is hidden prose within the article, kept or cut."""
    if not kept:
        return False
    return any(segment.is_hidden and _prose(segment) for segment in page.segments[kept[0] : kept[-1] + 1])


def _prose(segment: Segment) -> int:
    if segment.link_share > MOST_LINKED or count_words(segment.text) < SHORTEST_WORDS:
        return 0
    return len(segment.text)
