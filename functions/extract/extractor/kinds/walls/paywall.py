"""How much of its article a page gave: all, or what stands in front of a paywall, or a part.

Comes in: a page, what it says of itself, and its body. Goes out: the content status, with the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from extractor.html import Element, Page, Segment, StructuredArticle
from extractor.kinds.walls.signs import Wall, label_of, text_of
from extractor.kinds.walls.vocabulary import (
    JOINS,
    OFFER,
    PROMPT,
    READ_OF_SEGMENT,
    READS_ON_FOR,
    names_paywall,
)
from extractor.text import CLOSING_MARKS, READ_ON, ends_sentence
from newsdesk.contracts import ContentStatus, Reason, WallSign
from newsdesk.words import count_words

_CONTROLS_BESIDE_PROMPT, _ELEMENTS_BESIDE_PROMPT, _MOST_PROMPTS = 6, 100, 8
_LONGEST_PROMPT = 600
_LONGEST_LABEL = 60
_SHORTEST_PROSE_WORDS = 10
_SHORTEST_OPENING_WORDS = 25
_LONGEST_OPENING_WORDS = 400
"""What a site shows of a paid article is seldom longer."""
_SHORT_BODY_WORDS = 250
_PART_OF_STATED = 0.6
"""A body with less than this share of the words that the page states is not the whole; counts differ by captions and
markup, seldom by more than a fifth."""
_FEWEST_WORDS_MISSING = 80
_READ_CHARACTERS = 4_000_000
_MAXIMUM_SEGMENTS = 2_000
_SEGMENTS_AFTER_BODY = 8
_MAXIMUM_PAID_PARTS = 20
_COMPARED_CHARACTERS = 60
_CONTROLS = frozenset({"a", "button", "input"})
_SELECTOR = re.compile(r'"cssSelector"\s{0,5}:\s{0,5}"\s{0,5}([.#][\w-]{1,80})')
_ELLIPSIS = re.compile(rf"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\])[{re.escape(CLOSING_MARKS)}]*$")
_INVITATION = re.compile(rf".{{0,200}}(?:{READ_ON.pattern})(?:\W*|(?<=full|rest).{{0,30}})")


def asks_to_subscribe(line: str) -> bool:
    """Return whether a line asks to subscribe, sign in or register to read on."""
    return PROMPT.are_in(line)


def judge_delivery(page: Page, visible: Sequence[Segment], body_text: str, next_pages: Sequence[str]) -> Wall:
    """Return how much of its article a page gave that is no other wall."""
    main = page.data.main
    words = count_words(body_text)
    lines = [line for line in body_text.split("\n") if line.strip()]
    has_article = _has_article(lines)
    near = _after_body(visible, lines) if has_article else visible[:_MAXIMUM_SEGMENTS]
    prompts = [segment for segment in near if len(segment.text) < _LONGEST_PROMPT and PROMPT.are_in(segment.text)]
    pay = [*_signs_of_pay(page), *_signs_in_prompts(prompts)]
    cut = [WallSign.MORE_PAGES] if next_pages else []
    if main is not None and _is_part_of(main, body_text, words):
        cut.append(WallSign.SHORTER_THAN_STATED)
    cut += _signs_of_end(lines, has_prompts=bool(prompts))
    if words < _SHORT_BODY_WORDS:
        cut.append(WallSign.SHORT)
    if WallSign.SUBSCRIBE_CONTROLS in pay and not has_article:
        return Wall(ContentStatus.PAYWALLED, Reason.PAYWALL, (*pay, *cut), 0.8)
    return _weighed(pay, cut, words)


def says_not_free(page: Page) -> bool:
    """Return whether a page says of its article, or of a part of it, that it is not free."""
    described = (page.data.main, page.data.page)
    if any(article is not None and article.is_accessible_for_free is False for article in described):
        return True
    return any(
        (element.get("itemprop") or "").lower() == "isaccessibleforfree"
        and (element.get("content") or element.get("href") or "").rpartition("/")[2].strip().lower() == "false"
        for element in page.elements.annotated
    )


def _signs_of_pay(page: Page) -> Iterator[WallSign]:
    """Yield what JSON-LD and the names in the markup say of pay."""
    if says_not_free(page):
        yield WallSign.NOT_FREE
        if _paid_part_is_missing(page):
            yield WallSign.PAID_PART_MISSING
    if names_paywall(page.markup_names):
        yield WallSign.PAYWALL_MARKUP


def _signs_in_prompts(prompts: Sequence[Segment]) -> Iterator[WallSign]:
    if prompts:
        yield WallSign.ASKS_TO_SUBSCRIBE
        if any(READS_ON_FOR.are_in(prompt.text) for prompt in prompts) and any(
            map(_has_controls, prompts[:_MOST_PROMPTS])
        ):
            yield WallSign.SUBSCRIBE_CONTROLS


def _signs_of_end(lines: Sequence[str], *, has_prompts: bool) -> Iterator[WallSign]:
    """Yield how the last paragraph ends that is no prompt."""
    own = (line for line in reversed(lines) if not (has_prompts and PROMPT.are_in(line[:READ_OF_SEGMENT])))
    last = next(own, lines[-1] if lines else "").strip()[-READ_OF_SEGMENT:]
    if _ELLIPSIS.search(last) or _INVITATION.fullmatch(last.lower()):
        yield WallSign.CUT_OFF
    elif count_words(last) >= _SHORTEST_PROSE_WORDS and not _is_whole(last.rstrip("* ")):
        yield WallSign.ENDS_IN_MID_SENTENCE


def _is_whole(last: str) -> bool:
    """Return whether a paragraph has an end: of a sentence, of a quotation or a bracket, or of what leads to a list."""
    return ends_sentence(last) or last.endswith((":", *CLOSING_MARKS))


def _has_article(lines: Sequence[str]) -> bool:
    """Return whether a body has anything else than prompts and offers."""
    total = 0
    for line in lines:
        start = line[:READ_OF_SEGMENT]
        if not PROMPT.are_in(start) and not OFFER.are_in(start):
            words = count_words(line)
            total += words
            if words >= _SHORTEST_PROSE_WORDS or total >= _SHORTEST_OPENING_WORDS:
                return True
    return False


def _has_controls(prompt: Segment) -> bool:
    """Return whether one of the controls in a prompt, or right after it, is to subscribe, sign in or register."""
    return any(
        JOINS.are_all_of(label.strip(" .!›»→>"))
        for label in map(label_of, islice(_controls_from(prompt.element), _CONTROLS_BESIDE_PROMPT))
        if len(label) < _LONGEST_LABEL
    )


def _controls_from(element: Element) -> Iterator[Element]:
    """Yield the controls in an element, then those that follow it in the two elements around it."""
    outer = [element] if element.getparent() is None else [element, element.getparent()]
    following = chain.from_iterable(islice(place.itersiblings(), _SEGMENTS_AFTER_BODY) for place in outer)
    for place in chain([element], following):
        yield from (inner for inner in islice(place.iter(), _ELEMENTS_BESIDE_PROMPT) if inner.tag in _CONTROLS)


def _is_part_of(main: StructuredArticle, body_text: str, words: int) -> bool:
    """Return whether a body is a part of the one that the page's JSON-LD gives or counts.

    A stated body whose end is the body's own is no longer one: it repeats itself, or has captions. A count without the
    text may be of characters or of the whole page; it is believed of a body that is as short as an opening.
    """
    stated = main.article_body or ""
    end = "".join(stated.split())[-_COMPARED_CHARACTERS:]
    if stated and end in "".join(body_text.split()):
        return False
    count = count_words(stated)
    if words < _LONGEST_OPENING_WORDS:
        count = max(count, main.word_count or 0)
    return count - words >= _FEWEST_WORDS_MISSING and words < _PART_OF_STATED * count


def _after_body(segments: Sequence[Segment], lines: Sequence[str]) -> Sequence[Segment]:
    """Return the segments that follow the body's last line; all of them when there is no body to be found."""
    last = " ".join(lines[-1].split()) if lines else ""
    for place in range(len(segments) - 1, -1, -1):
        if last and segments[place].text.endswith(last[-_COMPARED_CHARACTERS:]):
            return segments[place : place + 1 + _SEGMENTS_AFTER_BODY]
    return segments[:_MAXIMUM_SEGMENTS]


def _weighed(pay: list[WallSign], cut: list[WallSign], words: int) -> Wall:
    """Weigh the signs of a paywall against those of a text that is not whole.

    ``not_free`` alone says nothing: many sites declare it of every article and deliver the whole text.
    """
    signs = (*pay, *cut)
    is_opening = words < _LONGEST_OPENING_WORDS
    is_cut = WallSign.SHORTER_THAN_STATED in cut or (
        is_opening and (WallSign.CUT_OFF in cut or WallSign.PAID_PART_MISSING in pay)
    )
    asks_in_time = WallSign.ASKS_TO_SUBSCRIBE in pay and len(pay) >= 2 and len(cut) >= 1 and is_opening
    if (is_cut and (WallSign.NOT_FREE in pay or (WallSign.ASKS_TO_SUBSCRIBE in pay and is_opening))) or asks_in_time:
        reason = Reason.PAYWALL if words < _SHORTEST_OPENING_WORDS else None
        return Wall(ContentStatus.PAYWALLED, reason, signs, min(0.95, 0.4 + 0.12 * len(signs)))
    if is_cut or WallSign.MORE_PAGES in cut:
        return Wall(ContentStatus.TRUNCATED, None, signs, min(0.9, 0.4 + 0.12 * len(signs)))
    return Wall(evidence=tuple(word for word in signs if word is WallSign.NOT_FREE), confidence=0.6 if signs else 0.9)


def _paid_part_is_missing(page: Page) -> bool:
    """Return whether none of the elements that JSON-LD names as the paid part has an opening's worth of words."""
    selectors = list(dict.fromkeys(_SELECTOR.findall(page.source[:_READ_CHARACTERS])))[:5]
    if not selectors:
        return False
    for selector in selectors:
        name = selector[1:]
        if selector.startswith("#"):
            found = page.tree.xpath("//*[@id=$name]", name=name)
        else:
            found = page.tree.xpath("//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} ")
        words = 0
        for element in found[:_MAXIMUM_PAID_PARTS]:
            words += count_words(text_of(element)[:5_000])
            if words >= _SHORTEST_OPENING_WORDS:
                return False
    return True
