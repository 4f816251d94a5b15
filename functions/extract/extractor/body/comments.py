"""Readers' comments that hold more than the article does.

Comes in: a page. Goes out: the segments of its lists of comments, and the reason.

The boundary guard cuts what is called comments and holds less than half of a page's prose. Under a short post, comments
hold more; then the name is not enough, because a site may call an opinion a comment. A list of comments is also built
as one: several entries of one make, each with lines of its own, below prose that is no entry. Where most entries have a
control to reply, no name is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import accumulate, islice

from extractor.html import ASIDES, Container, Element, Page, Segment
from extractor.text import ends_sentence
from newsdesk.contracts import DropReason
from newsdesk.words import count_words

FEWEST_ENTRIES = 2
FEWEST_LINES = 2
"""Of an entry: who wrote it, and what."""
FEWEST_WORDS_ABOVE = 12
"""In prose above the list: a page with less is the comments' own, such as a thread."""
SHORTEST_PROSE_WORDS = 8
MOST_LINKED = 0.5

_NAME = re.compile(
    r"\w*?(?:comments?|commentlist|disqus|kommentar(?:e|er|es|ov)?|commentaires?|comentarios?|comentários?|commenti"
    r"|reacties|komentarze|komentare|kommentit|hozzaszolas(?:ok)?|yorum(?:lar)?)|commentary|replies|responses"
)
_REPLY = re.compile(
    r"\W*(?:repl(?:y|ies)|antwort(?:en)?|répondre|responder|rispondi|beantwoord(?:en)?|reageer|reageren|svara?|besvar"
    r"|odpowiedz|odpovědět|ответить|відповісти|yanıtla|cevapla|απάντηση|vastaa|válasz|balas|回复|回覆|返信|답글|رد"
    r"|जवाब दें)(?: \(?\d+\)?)?\W*",
    re.IGNORECASE,
)
_LONGEST_CONTROL, _MOST_CONTROLS, _LEVELS_AROUND = 25, 500, 5
_ENTRIES = frozenset({"li", "div", "article", "section", "tr", "dl"})
_DEEPEST = 4
"""Elements between a list and its entries."""


def readers_comments(page: Page) -> Mapping[int, str]:
    """Return the segments in lists of comments, and the reason."""
    found: dict[int, str] = {}
    until = -1
    has_names = any(map(_NAME.fullmatch, page.template_words))
    answerable = _answerable(page)
    if not has_names and not answerable:
        return found
    above = [0, *accumulate(map(_words_of_prose, page.segments))]
    for container in page.containers:
        if container.first <= until or above[container.first] < FEWEST_WORDS_ABOVE:
            continue
        is_named = has_names and any(map(_NAME.fullmatch, container.template))
        if (is_named and _is_list(container)) or (answerable and _has_replies(container, answerable)):
            until = container.last
            found.update(dict.fromkeys(range(container.first, container.last + 1), DropReason.COMMENTS.value))
    return found


def _answerable(page: Page) -> Set[Element]:
    """Return the elements not far around a page's controls to reply."""
    controls = islice((element for element in page.elements.of("a", "button") if _is_reply(element)), _MOST_CONTROLS)
    return {around for control in controls for around in islice(control.iterancestors(), _LEVELS_AROUND)}


def _is_reply(control: Element) -> bool:
    text = control.text_content()
    return len(text) <= _LONGEST_CONTROL and _REPLY.fullmatch(text) is not None


def _is_list(container: Container) -> bool:
    """Return whether several things of one make, with several lines each, lie in a container or not far below it."""
    level = [container]
    for _ in range(_DEEPEST):
        if any(
            sum(entry.last - entry.first + 1 >= FEWEST_LINES for entry in entries) >= FEWEST_ENTRIES
            for entries in _entries_of(level)
        ):
            return True
        level = [item for holder in level for item in holder.items if isinstance(item, Container)]
    return False


def _has_replies(container: Container, answerable: Set[Element]) -> bool:
    """Return whether a container has entries of one make, of which most have a control to reply."""
    for entries in _entries_of([container]):
        answered = sum(entry.element in answerable for entry in entries)
        if answered >= FEWEST_ENTRIES and answered * 2 > len(entries):
            return True
    return False


def _entries_of(level: Sequence[Container]) -> Iterator[Sequence[Container]]:
    """Yield the containers of one make that stand directly in others."""
    alike: dict[tuple[str, ...], list[Container]] = {}
    for holder in level:
        for item in holder.items:
            if isinstance(item, Container) and item.tag in _ENTRIES:
                alike.setdefault(item.template, []).append(item)
    yield from alike.values()


def _words_of_prose(segment: Segment) -> int:
    if segment.link_share >= MOST_LINKED or segment.container.areas & ASIDES or not ends_sentence(segment.text):
        return 0
    words = count_words(segment.text)
    return words if words >= SHORTEST_PROSE_WORDS else 0
