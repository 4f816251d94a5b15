"""Lists of articles: fronts, sections, authors, tags, results of a search.

Comes in: a page and the segments that were taken for its body. Goes out: whether it lists articles and is none.

Such a page may say so itself. Where it does not, it shows: one heading, and below it cards, each with a heading that
leads to another page, and an opening; or rows, which are links with the words of a headline and little beside them. A
page whose address, or whose body's class, is that of a list has to show fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from extractor.html import ASIDES, HEADING_LEVELS, Element, Page, Segment, leads_elsewhere, same_address
from extractor.kinds.addresses import is_called_list, names_search
from extractor.text import LineKind, is_time_line, kind_of_line, stems_of
from newsdesk.web import canonical_url, is_front_page, parse_url
from newsdesk.words import count_words

FEWEST_CARDS, FEWEST_STATED_CARDS = 4, 3
LEAST_IN_CARDS = 0.6
"""Of the words of a body's prose: an article may have a few cards in it, or below it."""
FEWEST_HEADLINE_WORDS, FEWEST_OWN_WORDS, FEWEST_SHARED = 4, 40, 2
"""Sections and authors have short names; a headline of some words that prose outside the cards takes up is its own."""
_SHORTEST_PROSE_WORDS = 8
_TITLE_WORDS = range(3, 31)
_MOST_LINES_ABOVE = 3
_MOST_CARD_LINES = 8
_MOST_LEVELS_OF_CARD, _MOST_ELEMENTS_OF_CARD = 3, 40
_LINKED = 0.8
FEWEST_ROWS, FEWEST_STATED_ROWS = 5, 4
_LINKED_OF_ROW = 0.35
"""Beside the link stands a day, an author, the number of a page."""
_ROW_WORDS = range(3, 26)
MOST_INTRODUCTION = 60
"""Words of prose that introduce a list."""
_TITLE_TAGS = frozenset({*HEADING_LEVELS, "dt"})
_MOST_SEGMENTS = 1_000
_LISTING_TYPES = frozenset({"profilepage", "collectionpage", "searchresultspage"})
_LIST_TYPES = frozenset({"itemlist"})
_LISTING_KINDS = frozenset({"profile"})
_SITE_KINDS = frozenset({"website", "profile"})


def stated_listing(page: Page) -> str | None:
    """Return where a page says that it lists articles or portrays somebody; None where it does not, or has its own."""
    if describes_itself(page):
        return None
    if _types(page) & _LISTING_TYPES:
        return "jsonld"
    return "meta" if _og_type(page) in _LISTING_KINDS else None


def shows_listing(page: Page, kept: Sequence[int], headline: str) -> str | None:
    """Return what tells a list of articles by its cards: ``jsonld``, ``meta`` or ``dom``; None where it is none.

    A page with prose of its own below its headline is an article, whatever is listed below that.
    """
    og_type = _og_type(page)
    is_list = bool(_types(page) & (_LIST_TYPES | _LISTING_TYPES))
    is_site = og_type in _SITE_KINDS
    if describes_itself(page) or (og_type.startswith("article") and not is_list):
        return None
    is_called = is_called_list(page)
    cards, in_cards, others = _cards_in(page, kept)
    fewest = FEWEST_STATED_CARDS if is_list or is_site or is_called else FEWEST_CARDS
    shows_cards = cards >= fewest and in_cards >= LEAST_IN_CARDS * (in_cards + count_words(others))
    if takes_up(headline, others) or not (
        shows_cards or _shows_rows(page, kept, others, is_called=is_called) or (is_called and _introduces(page, others))
    ):
        return None
    return "jsonld" if is_list else "meta" if is_site else "url" if is_called else "dom"


def _shows_rows(page: Page, kept: Sequence[int], prose: str, *, is_called: bool) -> bool:
    """Return whether most of a body are links with the words of headlines."""
    found = {index: words for index in kept if (words := _words_of_row(page, page.segments[index]))}
    rows, fewest = found.values(), FEWEST_STATED_ROWS if is_called else FEWEST_ROWS
    words = count_words(prose)
    return len(rows) >= fewest and words <= MOST_INTRODUCTION and sum(rows) >= LEAST_IN_CARDS * (sum(rows) + words)


def _words_of_row(page: Page, segment: Segment) -> int:
    """Return how many words a line has that is a link to another page of the site, and little beside it; else none."""
    words = count_words(segment.text)
    is_row = segment.link_share >= _LINKED_OF_ROW and segment.tag not in HEADING_LEVELS and words in _ROW_WORDS
    return words if is_row and segment.links and leads_elsewhere(segment.links[0], page.base) else 0


def _introduces(page: Page, prose: str) -> bool:
    """Return whether a body is no more than the lines above a list whose headings or rows lead to other pages.

    A search may have found nothing.
    """
    if count_words(prose) > MOST_INTRODUCTION:
        return False
    if names_search(page.url) and page.url is not None and "?" in page.url.target:
        return True
    lines = [segment for segment in page.segments[:_MOST_SEGMENTS] if not segment.container.areas & ASIDES]
    if sum(_is_linked_heading(page, line) for line in lines) >= FEWEST_STATED_CARDS:
        return True
    return sum(_words_of_row(page, line) > 0 for line in lines) >= FEWEST_ROWS


def is_front(page: Page, kept: Sequence[int], headline: str) -> bool:
    """Return whether a page is its site's front page, by its URL and by what it shows, and not an article there."""
    if page.url is None or not is_front_page(parse_url(canonical_url(page.url))) or describes_itself(page):
        return False
    og_type = _og_type(page)
    if og_type.startswith("article") or has_own_prose(page, kept, headline):
        return False
    says_so = og_type in _SITE_KINDS or "website" in _types(page)
    return says_so or _cards_in(page, kept)[0] >= FEWEST_STATED_CARDS or _linked_headings(page) >= FEWEST_CARDS


def _linked_headings(page: Page) -> int:
    return sum(
        segment.tag in HEADING_LEVELS and segment.link_share >= _LINKED and count_words(segment.text) in _TITLE_WORDS
        for segment in page.segments[:_MOST_SEGMENTS]
    )


def has_own_prose(page: Page, kept: Sequence[int], headline: str) -> bool:
    """Return whether a body has prose outside cards that takes up the headline: then it is an article."""
    return takes_up(headline, _cards_in(page, kept)[2])


def takes_up(headline: str, prose: str) -> bool:
    """Return whether some prose is about a headline of some words."""
    if count_words(headline) < FEWEST_HEADLINE_WORDS or count_words(prose) < FEWEST_OWN_WORDS:
        return False
    return len(stems_of(headline) & stems_of(prose)) >= FEWEST_SHARED


def _cards_in(page: Page, kept: Sequence[int]) -> tuple[int, int, str]:
    """Return how many cards are in a body, how many words they have, and the prose outside them."""
    titled: list[tuple[str, Segment | None]] = []
    for index in kept:
        segment = page.segments[index]
        words = count_words(segment.text)
        if words < _SHORTEST_PROSE_WORDS or segment.tag in HEADING_LEVELS or _is_beside_title(segment):
            continue
        # A card may be a link as a whole, or begin with the link that is its heading.
        is_card = segment.link_share >= _LINKED or _begins_with_link(segment)
        titled.append((segment.text, segment if is_card else _title_above(page, segment)))
    titles = {title.index: title for _, title in titled if title is not None}
    # A linked heading of a word or two, where there are hardly any others, is the section that an article is in.
    is_list = len(titles) >= FEWEST_STATED_CARDS
    sections = {i for i, title in titles.items() if not is_list and count_words(title.text) not in _TITLE_WORDS}
    cards = [(text, title.index) for text, title in titled if title is not None and title.index not in sections]
    others = [text for text, title in titled if title is None or title.index in sections]
    return len({title for _, title in cards}), sum(count_words(text) for text, _ in cards), "\n".join(others)


def describes_itself(page: Page) -> bool:
    """Return whether JSON-LD describes an article that is this very page's, and not one of those that it lists."""
    main = page.data.main
    if main is None:
        return False
    if len(page.data.articles) == 1 or same_address(main.url, page.address):
        return True
    headline = (main.headline or "").casefold()
    titles = (page.tree.findtext(".//title") or "", page.meta.first("og:title") or "")
    return bool(headline) and any(headline in title.casefold() for title in titles)


def _begins_with_link(segment: Segment) -> bool:
    """Return whether a paragraph begins with a link that has the words of a heading."""
    if not segment.links or not segment.link_characters:
        return False
    first = " ".join("".join(segment.links[0].itertext()).split())
    return count_words(first) in _TITLE_WORDS and segment.text.startswith(first)


def _title_above(page: Page, prose: Segment) -> Segment | None:
    """Return the linked heading of the card that a paragraph is in."""
    for index in range(prose.index - 1, max(-1, prose.index - 1 - _MOST_LINES_ABOVE), -1):
        above = page.segments[index]
        words = count_words(above.text)
        if _is_linked_heading(page, above):
            return above
        if _is_beside_title(above):
            continue
        if above.link_share >= _LINKED and words in _TITLE_WORDS:
            is_title = above.tag in _TITLE_TAGS or _is_in_card(above, prose)
            return above if is_title else None
        if words >= _SHORTEST_PROSE_WORDS:
            return None
    return None


def _is_linked_heading(page: Page, segment: Segment) -> bool:
    return (
        segment.tag in HEADING_LEVELS
        and count_words(segment.text) in range(1, _TITLE_WORDS.stop)
        and (link := _link_over(segment)) is not None
        and leads_elsewhere(link, page.base)
    )


def _link_over(heading: Segment) -> Element | None:
    """Return the link of a card: around its heading, or an empty one beside it that has the heading for its label."""
    if heading.link_share >= _LINKED and heading.links:
        return heading.links[0]
    card = heading.element.getparent()
    for _ in range(_MOST_LEVELS_OF_CARD):
        if card is None or card.tag in ("body", "main"):
            return None
        for link in islice(card.iter(), _MOST_ELEMENTS_OF_CARD):
            if link.tag == "a" and heading.text in (link.get("aria-label") or link.get("title") or ""):
                return link
        card = card.getparent()
    return None


def _is_beside_title(segment: Segment) -> bool:
    """Return whether a line says who wrote an entry, or when."""
    return kind_of_line(segment.text) is LineKind.BYLINE or is_time_line(segment.text)


def _is_in_card(title: Segment, prose: Segment) -> bool:
    """Return whether a line and a paragraph have a small container to themselves."""
    container = prose.container
    while container.parent is not None and not container.first <= title.index <= container.last:
        container = container.parent
    return container.last - container.first < _MOST_CARD_LINES


def _types(page: Page) -> set[str]:
    """Return what a page is said to be, in JSON-LD or by the type of its outermost elements."""
    types = {name.lower() for name in page.data.types}
    for element in (page.tree, page.tree.find("body")):
        if element is not None:
            types.update(name.rpartition("/")[2].lower() for name in element.get("itemtype", "").split())
    return types


def _og_type(page: Page) -> str:
    return (page.meta.first("og:type") or "").strip().lower()
