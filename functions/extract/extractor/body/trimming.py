"""What is trimmed off a chosen body: lines that give themselves away by what they say.

Comes in: the segments that the classifier kept. Goes out: those that are no text of the article after all, and why.

The classifier judges how a page is built; it cannot know that a line says the headline again, or asks to subscribe. The
kinds of lines are those of :mod:`extractor.text.lines`. Decks stay where the classifier kept them: most ground truths
count them as text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import islice, zip_longest
from types import MappingProxyType

from extractor.body.blocks import KnownWholes, blocks_of, code_of, data_table_of, picture_lines
from extractor.body.selection import Body
from extractor.html import ASIDES, FORMS, HEADING_LEVELS, TABLES, Container, Element, Page, Segment, leads_elsewhere
from extractor.metadata import site_names
from extractor.text import (
    BYLINE_WORDS,
    SEE_ALSO,
    UNSPACED,
    LineKind,
    Series,
    ends_sentence,
    fold,
    is_promotion,
    is_time_line,
    kind_of_line,
)
from newsdesk.contracts import DropReason
from newsdesk.web import Url
from newsdesk.words import count_words

SHORTEST_REPEATED_WORDS = 8
"""Shorter lines may well be said twice: "He shook his head." """
FEWEST_REPEATED_SEGMENTS, FEWEST_REPEATED_WORDS = 3, 40
"""In a row: recipes and tables say single lines again. Two are enough when they have so many words."""
_READ_OF_OPENING, _OPENING_WORDS = 120, 3
"""Characters, and of these words: paragraphs that begin alike are few, and only these may be the same."""
SHORTEST_PULL_QUOTE_WORDS, LONGEST_PULL_QUOTE_WORDS = 5, 60
_MOSTLY_LINK = 0.4
_LONGEST_ABOUT_WORDS = 8
_MOST_ABOUT_SEGMENTS = 5
_MOST_LABELLED, _SEPARATOR = 4, 3
"""The last lines that may say what an article is filed under, and characters between two links of one."""
_MAXIMUM_SEGMENTS = 5_000
_MOST_BOX_LINES, _MOST_BOX_WORDS = 8, 100
_MOST_HEAD_LINES = 2
_MOST_FORMS, _FIELDS_READ, _MOST_IN_FORM = 100, 20, 0.25
"""A site that lays a form around its whole page has more of a text in it than this share."""
_NO_FIELDS = frozenset({"hidden", "submit", "button", "image", "reset"})
_LEAST_AMID, _LEAST_BETWEEN = 0.4, 0.25
_LEVELS_IN_BOX, _LONGEST_FACT, _MOST_LINKED_FACT = 8, 20, 0.5
"""How deep in an ``aside`` its lines stand, and what makes one more than a fact: spaces, and the share of links."""
"""The mean of the classifier's scores from which on a table amid the text is part of it: cells look like furniture. Of
those directly between two paragraphs of the article, six of seven are part of it on the evaluation pages."""
_LEAST_OF_A_DECK, _LEAST_OF_A_NEWS_DECK = 0.4, 0.15
_NEAR_TITLE, _FEWEST_WORDS_OF_NEWS_DECK = 3, 12
_FEWEST_UPDATES = 3
_MOST_SHELF_LINKS = 100
_LONGEST_FURNISHED, _SEVERAL_OTHERS = 300, 2
_OF_OTHERS = frozenset({DropReason.FOREIGN_ARTICLE, DropReason.FOREIGN_TEASER})
_FEWEST_WORDS_OF_PROSE = 25
_FEWEST_WORDS_OF_HEADLINE = 3

_CELLS = frozenset({"li", "td", "th", "dd", "dt"})
_KINDS = {
    LineKind.TERMINATOR: DropReason.PAGE_FURNITURE,
    LineKind.SHARING: DropReason.PAGE_FURNITURE,
    LineKind.SYMBOLS: DropReason.PAGE_FURNITURE,
    LineKind.PROMOTION: DropReason.PROMOTION,
}
_END_KINDS = {
    LineKind.BYLINE: DropReason.BYLINE,
    LineKind.LEGAL: DropReason.PAGE_FURNITURE,
    LineKind.CREDIT: DropReason.CAPTION,
}
_LABEL = re.compile(r"[^\d\W][^:：.!?]{1,30}[:：]\s*")
_ABOUT = re.compile(r"(?:about|über|à propos d\w+|acerca de|sobre)\b.*[^.?!…]", re.IGNORECASE)
_LONGEST_BYLINE_WORDS = 12
_SHORTEST_SITE_NAME, _LONGEST_PROMOTION = 4, 300
_LONGEST_UNSPACED_REST = 10
"""Characters beside a name on a byline in a script without spaces: what its bearer is, and for whom."""
_MOST_BIOGRAPHIES, _LONGEST_BIOGRAPHY_WORDS = 3, 80
_IS_OR_WRITES = re.compile(
    r"(?: ?\([^()]*\)|, [^,.:“”„«»]{1,60})?,? (?:is|are|was|writes|reports|covers|works|teaches|lives|has|joined"
    r"|contributed|ist|war|schreibt|arbeitet|berichtet|lebt|est|écrit|couvre|travaille|vit|es|escribe|cubre|trabaja|vive"
    r"|è|scrive|lavora|é|escreve|trabalha|schrijft|werkt|woont|är|skriver|arbetar|bor|er|jest|pisze|pracuje"
    r"|пишет|работает|[-–—] (?:\w+ )?(?:корреспондент\w*|журналист\w*))\b"
)
"""What follows a name in a line that says who its bearer is, perhaps behind a year of birth or a title."""
_LONGEST_SIGLA = 60
_AGENCY_LINE = re.compile(
    r"\W{0,2}(?:(?:quelle|source|fuente|fonte|bron|źródło|kilde|källa|источник)n?s?\s?[:：] ?)?(?:\w{2,4}[/,] ?){0,3}"
    r"(?:dpa|afp|ap|reuters|apa|sid|epd|kna|efe|ansa|lusa|pap|tass|тасс|ntb|ritzau|anp)(?:[-/,] ?\w{1,8}){0,4}\W{0,2}",
    re.IGNORECASE,
)
"""From whom the text is, by its agencies' and editors' signs, as a last line says it: "dpa/ab"."""
_PULLED_NAME = re.compile(r"pull[-_]?quote", re.IGNORECASE)
_QUOTE_NAME = re.compile(r"quote|pull", re.IGNORECASE)


def trim(
    body: Body,
    page: Page,
    titles: Iterable[str],
    decks: Iterable[str | None] = (),
    authors: Iterable[str] = (),
) -> Body:
    """Return a body without the lines that give themselves away; see :func:`trimmings`."""
    segments = page.segments
    wholes, chosen = _wholes(segments, body.kept), set(body.kept)
    # A row needs its head and its links, and a few cells or lines of code say nothing.
    completed = {i for parts in wholes if _is_kept_whole(parts, body, chosen) for i in parts if _is_free(body, i)}
    remnants = {i for parts in wholes if not _is_kept_whole(parts, body, chosen) for i in parts if i in chosen}
    titles, decks = tuple(titles), tuple(decks)
    whole = sorted(
        {*chosen, *completed, *_missing_heads(segments, body), *_doubtful_decks(page, body, titles, decks)} - remnants
    )
    cut = trimmings(page, whole, titles, decks, authors, body.reasons)
    cut |= dict.fromkeys(sorted(remnants), DropReason.PAGE_FURNITURE.value)
    kept = tuple(index for index in whole if index not in cut)
    blocks = blocks_of([segments[index] for index in kept])
    text = "\n".join(block.text for block in blocks)
    reasons = {index: reason for index, reason in body.reasons.items() if index not in kept} | cut
    return replace(body, kept=kept, reasons=reasons, blocks=blocks, text=text)


def _wholes(segments: Sequence[Segment], kept: Sequence[int]) -> list[list[int]]:
    """Return the segments of each table of data, box of facts and piece of code that may be a part of the article.

    Something of it was kept, or it stands between segments that were.
    """
    if not kept:
        return []
    wholes: dict[Element, list[int]] = {}
    others: set[Element] = set()
    for segment in segments:
        if segment.container.areas & ASIDES and (box := _box_of(segment)) is not None:
            wholes.setdefault(box, []).append(segment.index)
            if segment.text.count(" ") > _LONGEST_FACT or segment.link_share > _MOST_LINKED_FACT:
                others.add(box)
    # What has a paragraph or a link to another page is more than facts; and a box of which nothing was kept stays out.
    chosen = set(kept)
    wholes = {box: parts for box, parts in wholes.items() if box not in others and not chosen.isdisjoint(parts)}
    known: KnownWholes = {}
    for segment in filter(_may_be_part, segments):
        whole = data_table_of(segment, known)
        if whole is None:
            whole = code_of(segment, known)
        if whole is not None:
            wholes.setdefault(whole, []).append(segment.index)
    return [
        parts
        for parts in wholes.values()
        if kept[0] < parts[0] < parts[-1] + 1 <= kept[-1] or not chosen.isdisjoint(parts)
    ]


def _box_of(segment: Segment) -> Element | None:
    """Return the ``aside`` around a segment."""
    around = islice((segment.element, *segment.element.iterancestors()), _LEVELS_IN_BOX)
    return next((step for step in around if step.tag == "aside"), None)


def _is_kept_whole(parts: Sequence[int], body: Body, chosen: Set[int]) -> bool:
    """Return whether a table or a piece of code is the article's: most of it was kept, or nearly so amid its text."""
    if sum(index in chosen for index in parts) * 2 >= len(parts):
        return True
    scores = [body.scores[index] for index in parts if index in body.scores]
    is_amid = body.kept[0] < parts[0] and parts[-1] < body.kept[-1]
    is_between = parts[0] - 1 in chosen and parts[-1] + 1 in chosen
    least = _LEAST_BETWEEN if is_between else _LEAST_AMID
    return is_amid and len(scores) > 0 and sum(scores) >= least * len(scores)


def _is_free(body: Body, index: int) -> bool:
    """Return whether no judge but the classifier left a segment out."""
    return body.reasons.get(index) in {None, DropReason.PAGE_FURNITURE, DropReason.REPEATED}


def _may_be_part(segment: Segment) -> bool:
    return bool(segment.container.areas & TABLES) or segment.tag == "pre"


def _missing_heads(segments: Sequence[Segment], body: Body) -> Iterator[int]:
    """Yield the headings and times that were left out of a row of which at least half was kept, and whose text was.

    A row are the headings of one level, or the lines with a time of day that are made from one template; the first one
    of a live blog stands above the first text.
    """
    chosen = set(body.kept)
    rows: defaultdict[str | int, list[int]] = defaultdict(list)
    first = max(0, body.kept[0] - _MOST_HEAD_LINES) if body.kept else 0
    for segment in segments[first : body.kept[-1]] if body.kept else ():
        index = segment.index
        is_before_time = is_time_line(segments[index + 1].text) and index + 2 in chosen
        if segment.tag in HEADING_LEVELS:
            if is_before_time or (index + 1 in chosen and index > body.kept[0]):
                rows[segment.tag].append(index)
        elif is_time_line(segment.text):
            rows[segment.container.path].append(index)
    # Those of headings come first: between a heading and its text, a time is an update's, whatever it looks like alone.
    for key, row in sorted(rows.items(), key=lambda entry: isinstance(entry[0], int)):
        missing = [index for index in row if index not in chosen]
        is_row_of_updates = len(row) >= _FEWEST_UPDATES and all({i - 1, i + 1} <= chosen for i in row)
        if len(missing) * 2 <= len(row) or (isinstance(key, int) and is_row_of_updates):
            found = {i for i in missing if body.reasons.get(i) in {None, DropReason.PAGE_FURNITURE}}
            chosen |= found
            yield from found


def _doubtful_decks(page: Page, body: Body, titles: Iterable[str], decks: Iterable[str | None]) -> Iterator[int]:
    """Yield the decks above the body that the classifier nearly kept, or that stand below the headline of a news story.

    So the next visit, with other furniture around the same article, finds the same text and makes no revision. A news
    story's deck is part of it; what stands there on other pages is as often what search engines are to show.
    """
    known_titles = {*map(_folded, titles)}
    known = {_folded(deck) for deck in decks if deck}
    above = page.segments[: body.kept[0]] if body.kept else ()
    for segment in above:
        index = segment.index
        if _folded(segment.text) not in known or not _is_free(body, index):
            continue
        is_below_title = any(_folded(line.text) in known_titles for line in above[max(0, index - _NEAR_TITLE) : index])
        is_of_news = is_below_title and _is_news(page) and count_words(segment.text) >= _FEWEST_WORDS_OF_NEWS_DECK
        if body.scores.get(index, 0.0) >= (_LEAST_OF_A_NEWS_DECK if is_of_news else _LEAST_OF_A_DECK):
            yield index


def _is_news(page: Page) -> bool:
    types = page.data.main.types if page.data.main is not None else ()
    return any(name.endswith("NewsArticle") or name == "LiveBlogPosting" for name in types)


def trimmings(
    page: Page,
    kept: Sequence[int],
    titles: Iterable[str],
    decks: Iterable[str | None] = (),
    authors: Iterable[str] = (),
    reasons: Mapping[int, str] = MappingProxyType({}),
) -> dict[int, str]:
    """Return which of the kept segments are to be cut after all, and why.

    Parameters
    ----------
    page : Page
        The page.
    kept : sequence of int
        The segments that are the body so far, in order.
    titles : iterable of str
        What the page calls its article.
    decks : iterable of str or None
        What it says below its title.
    authors : iterable of str
        Their names.
    reasons : mapping
        Why other segments are not kept.
    """
    segments, titles, authors = page.segments, tuple(titles), tuple(authors)
    chosen = [segments[index] for index in kept[:_MAXIMUM_SEGMENTS]]
    kinds = {segment.index: kind_of_line(segment.text) for segment in chosen}
    kinds |= dict.fromkeys(_promoting_by_name(chosen, site_names(page)), LineKind.PROMOTION)
    cut: dict[int, str] = {}
    for judged in (
        _head(chosen, kinds, titles, decks, authors),
        _telling_lines(chosen, kinds),
        _promotion_boxes(segments, chosen, kinds),
        _picture_lines(chosen),
        _filled_in(page, chosen),
        _end(chosen, kinds),
        _labelled_links(chosen, page.url),
        _biographies(chosen, authors),
        _comments(segments, chosen, kinds),
        _teaser_shelves(chosen, kinds, page.url),
        _teasers_of_one_line(chosen, page.url),
        _lone_labels(segments, chosen, kinds),
        _about(chosen),
        _said_twice(chosen),
        _said_by_others(segments, chosen, reasons),
        _instalments(chosen, kinds, titles),
        _pull_quotes(chosen),
    ):
        for index, reason in judged:
            cut.setdefault(index, reason.value)
    for index, reason in _headings_of_copies([segment for segment in chosen if segment.index not in cut], titles):
        cut[index] = reason.value
    left = sum(len(segment.text) for segment in chosen if segment.index not in cut)
    # A page of nothing but such lines is not understood better by emptying it.
    return cut if left * 3 >= sum(len(segment.text) for segment in chosen) else {}


def _head(
    chosen: Sequence[Segment],
    kinds: dict[int, LineKind],
    titles: Iterable[str],
    decks: Iterable[str | None],
    authors: Iterable[str],
) -> Iterator[tuple[int, DropReason]]:
    """Yield title, byline, date and credit above the first paragraph."""
    known_titles, known_decks = {*map(_folded, titles)}, {_folded(deck) for deck in decks if deck}
    names = {word for author in authors for word in _folded(author).split()}
    for segment in chosen:
        folded = _folded(segment.text)
        if folded in known_titles or _is_title_with_deck(folded, known_titles, known_decks):
            yield segment.index, DropReason.REPEATED
        elif kinds[segment.index] is LineKind.BYLINE or _is_of_names(folded, names) or _is_around(folded, authors):
            yield segment.index, DropReason.BYLINE
        elif kinds[segment.index] in _END_KINDS:
            yield segment.index, _END_KINDS[kinds[segment.index]]
        elif kinds[segment.index] is LineKind.PROSE and folded not in known_decks:
            return


def _is_title_with_deck(line: str, titles: Set[str], decks: Set[str]) -> bool:
    """Return whether a line is the title and the deck in one, as they are where only a line break parts them."""
    return any(line == f"{title} {deck}" for deck in decks if line.endswith(deck) for title in titles)


def _is_of_names(text: str, names: Set[str]) -> bool:
    """Return whether a line consists of authors' names, perhaps with a date."""
    parts = [word for word in text.split() if not any(map(str.isdigit, word))]
    strange = [word for word in parts if word not in names and word not in BYLINE_WORDS]
    return not names.isdisjoint(parts) and len(parts) <= _LONGEST_BYLINE_WORDS and len(strange) <= 1


def _is_around(text: str, authors: Iterable[str]) -> bool:
    """Return whether a line of a script without spaces is little more than an author's name."""
    names = [name for author in authors if UNSPACED.match(name := _folded(author))]
    return any(name in text and len(text) <= len(name) + _LONGEST_UNSPACED_REST for name in names)


def _telling_lines(chosen: Sequence[Segment], kinds: dict[int, LineKind]) -> Iterator[tuple[int, DropReason]]:
    heading: int | None = None
    for segment in chosen:
        reason = _KINDS.get(kinds[segment.index])
        if reason is DropReason.PROMOTION and heading is not None:
            yield heading, reason
        heading = segment.index if segment.tag in HEADING_LEVELS else None
        if reason is not None:
            yield segment.index, reason
        elif segment.link_share >= _MOSTLY_LINK and SEE_ALSO.fullmatch(segment.text):
            yield segment.index, DropReason.FOREIGN_TEASER


def _promoting_by_name(chosen: Sequence[Segment], names: Iterable[str]) -> Iterator[int]:
    """Yield the lines that promote something of the paper's own, if its name means what "our" does."""
    words = [re.escape(name) for name in names if len(name) >= _SHORTEST_SITE_NAME]
    if not words:
        return
    named = re.compile(rf"(?<!\w)(?:the |der |die |das |le |la |el |il |o )?(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
    for segment in chosen:
        text = segment.text
        if len(text) <= _LONGEST_PROMOTION and named.search(text) and is_promotion(named.sub("our", text)):
            yield segment.index


def _promotion_boxes(
    segments: Sequence[Segment], chosen: Sequence[Segment], kinds: dict[int, LineKind]
) -> Iterator[tuple[int, DropReason]]:
    """Yield the lines of a small box whose heading, kept or not, promotes something of the paper's own."""
    for segment in segments[chosen[0].index : chosen[-1].index] if chosen else ():
        box = segment.container.parent
        if segment.tag not in HEADING_LEVELS or box is None or box.first != segment.index:
            continue
        lines = range(box.first, box.last + 1)
        if len(lines) > _MOST_BOX_LINES or kind_of_line(segment.text) is not LineKind.PROMOTION:
            continue
        if sum(count_words(segments[index].text) for index in lines) <= _MOST_BOX_WORDS:
            yield from ((index, DropReason.PROMOTION) for index in lines if index in kinds)


def _picture_lines(chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield the captions of pictures that stand in no figure."""
    return ((segment.index, DropReason.CAPTION) for segment in picture_lines(chosen))


def _filled_in(page: Page, chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield the few lines of each form with a field to fill in: a sign-up, a question to readers, a tip to the desk."""
    if not any(segment.container.areas & FORMS for segment in chosen):
        return
    forms = {form for form in islice(page.elements.of("form"), _MOST_FORMS) if _has_field(form)}
    kept = {segment.index: len(segment.text) for segment in chosen}
    whole = sum(kept.values())
    for box in page.containers:
        if box.element in forms and box.last - box.first < _MOST_BOX_LINES:
            inside = [index for index in range(box.first, box.last + 1) if index in kept]
            if sum(kept[index] for index in inside) <= _MOST_IN_FORM * whole:
                yield from ((index, DropReason.PAGE_FURNITURE) for index in inside)


def _has_field(form: Element) -> bool:
    """Return whether a form has a field that is shown: one without is a button."""
    if next(form.iter("textarea", "select"), None) is not None:
        return True
    fields = islice(form.iter("input"), _FIELDS_READ)
    return any((field.get("type") or "").lower() not in _NO_FIELDS for field in fields)


def _end(chosen: Sequence[Segment], kinds: dict[int, LineKind]) -> Iterator[tuple[int, DropReason]]:
    """Yield bylines, dates, credits and legal lines below the last paragraph."""
    for segment in reversed(chosen):
        kind = kinds[segment.index]
        if kind in _END_KINDS:
            yield segment.index, _END_KINDS[kind]
        elif len(segment.text) <= _LONGEST_SIGLA and _AGENCY_LINE.fullmatch(segment.text):
            yield segment.index, DropReason.BYLINE
        elif kind is LineKind.PROSE:
            return


def _headings_of_copies(chosen: Sequence[Segment], titles: Iterable[str]) -> Iterator[tuple[int, DropReason]]:
    """Yield the last lines that are headings and say the headline: the body below them was a copy for other screens."""
    known = {*map(_folded, titles)}
    for segment in reversed(chosen):
        if segment.tag not in HEADING_LEVELS or _folded(segment.text) not in known:
            return
        yield segment.index, DropReason.REPEATED


def _labelled_links(chosen: Sequence[Segment], base: Url | None) -> Iterator[tuple[int, DropReason]]:
    """Yield the last lines that are a label, a colon, and links to pages of the site, such as its tags."""
    for segment in chosen[-_MOST_LABELLED:]:
        label = _LABEL.match(segment.text)
        if label is None or not segment.links or ends_sentence(segment.text):
            continue
        rest = len(segment.text) - label.end() - _SEPARATOR * (len(segment.links) - 1)
        is_of_links = segment.link_characters >= rest
        if is_of_links and all(leads_elsewhere(anchor, base) for anchor in segment.links[:_MOST_SHELF_LINKS]):
            yield segment.index, DropReason.PAGE_FURNITURE


def _biographies(chosen: Sequence[Segment], authors: Iterable[str]) -> Iterator[tuple[int, DropReason]]:
    """Yield the last lines that say who an author is."""
    names = [author for author in authors if " " in author]
    for segment in chosen[-_MOST_BIOGRAPHIES:] if len(chosen) > _MOST_BIOGRAPHIES else ():
        text = segment.text
        says_who = any(text.startswith(name) and _IS_OR_WRITES.match(text, len(name)) for name in names)
        if says_who and count_words(text) <= _LONGEST_BIOGRAPHY_WORDS:
            yield segment.index, DropReason.BYLINE


def _comments(
    segments: Sequence[Segment], chosen: Sequence[Segment], kinds: dict[int, LineKind]
) -> Iterator[tuple[int, DropReason]]:
    """Yield what follows a line such as "5 comments", kept or a heading, once there was prose."""
    prose = [segment.index for segment in chosen if kinds[segment.index] is LineKind.PROSE]
    if len(prose) < 2:
        return
    for segment in segments[prose[1] + 1 : chosen[-1].index]:
        is_label = segment.index in kinds or (segment.tag in HEADING_LEVELS and segment.link_share < _MOSTLY_LINK)
        if is_label and (kinds.get(segment.index) or kind_of_line(segment.text)) is LineKind.COMMENTS:
            yield from ((other.index, DropReason.COMMENTS) for other in chosen if other.index >= segment.index)
            return


def _teaser_shelves(
    chosen: Sequence[Segment], kinds: dict[int, LineKind], base: Url | None
) -> Iterator[tuple[int, DropReason]]:
    """Yield the teasers below a line such as "You may also like": lines with links, and single lines between them.

    A list below such a line is the article's own where none of its links leads to another page of the site.
    """
    linked = {segment.index for segment in chosen if segment.links}
    shelf: list[Segment] = []
    for segment, following in zip_longest(chosen, chosen[1:]):
        is_between = len(shelf) > 1 and shelf[-1].index in linked and following is not None and following.links
        if kinds[segment.index] is LineKind.SHELF or (
            shelf and (segment.links or is_between) and not _is_past(shelf, segment)
        ):
            shelf.append(segment)
        else:
            yield from _teasers(shelf, base)
            shelf = []
    yield from _teasers(shelf, base)


def _teasers_of_one_line(chosen: Sequence[Segment], base: Url | None) -> Iterator[tuple[int, DropReason]]:
    """Yield the lines that begin with a headline which leads to another page of the site, and end with a link to it."""
    for segment in chosen:
        if len(segment.links) < 2 or not leads_elsewhere(segment.links[0], base):
            continue
        first, last = segment.links[0], segment.links[-1]
        headline, control = (_folded(link.text_content()) for link in (first, last))
        line = _folded(segment.text)
        if (
            first.get("href") == last.get("href")
            and headline.count(" ") + 1 >= _FEWEST_WORDS_OF_HEADLINE
            and line.startswith(f"{headline} ")
            and line.endswith(f" {control}")
        ):
            yield segment.index, DropReason.FOREIGN_TEASER


def _is_past(shelf: Sequence[Segment], segment: Segment) -> bool:
    """Return whether a segment is prose after a shelf of which the classifier has left out what came last.

    A paragraph of the article may have a link as well.
    """
    is_prose = count_words(segment.text) >= _FEWEST_WORDS_OF_PROSE and segment.link_share < _MOSTLY_LINK
    return is_prose and segment.index > shelf[-1].index + 1


def _teasers(shelf: Sequence[Segment], base: Url | None) -> Iterator[tuple[int, DropReason]]:
    anchors = (anchor for segment in shelf for anchor in segment.links)
    if len(shelf) > 1 and any(leads_elsewhere(anchor, base) for anchor in islice(anchors, _MOST_SHELF_LINKS)):
        yield from ((segment.index, DropReason.FOREIGN_TEASER) for segment in shelf)


def _lone_labels(
    segments: Sequence[Segment], chosen: Sequence[Segment], kinds: dict[int, LineKind]
) -> Iterator[tuple[int, DropReason]]:
    """Yield lines such as "You may also like" whose teasers were left out, so that nothing stands below them."""
    for segment in chosen:
        below = segment.index + 1
        if kinds[segment.index] is LineKind.SHELF and below < len(segments) and below not in kinds:
            yield segment.index, DropReason.FOREIGN_TEASER


def _about(chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield what a site, a company or an author says of itself at the end, below a heading "About …"."""
    for place in range(max(1, len(chosen) - _MOST_ABOUT_SEGMENTS), len(chosen) - 1):
        text = chosen[place].text
        if count_words(text) <= _LONGEST_ABOUT_WORDS and _ABOUT.fullmatch(text):
            box = chosen[place].container.parent
            # A box that begins with such a heading ends what it heads.
            end = box.last if box is not None and box.first == chosen[place].index else chosen[-1].index
            yield from ((segment.index, DropReason.PROMOTION) for segment in chosen[place:] if segment.index <= end)
            return


def _said_twice(chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield paragraphs that follow one another as they did before, word for word: a body that is given twice."""
    long = [segment for segment in chosen if segment.tag not in _CELLS]
    openings = Counter(tuple(fold(segment.text[:_READ_OF_OPENING])[:_OPENING_WORDS]) for segment in long)
    if len(long) - len(openings) < 2:
        return
    texts = [_folded(segment.text) for segment in long]
    places = [place for place, text in enumerate(texts) if text.count(" ") >= SHORTEST_REPEATED_WORDS - 1]
    first: dict[str, int] = {}
    run: list[Segment] = []
    expected = -1
    for number, place in enumerate(places):
        earlier = first.setdefault(texts[place], number)
        if earlier == number or (run and earlier != expected):
            yield from _repetition(run)
            run = []
        if earlier != number:
            run.append(long[place])
            expected = earlier + 1
    yield from _repetition(run)


def _said_by_others(
    segments: Sequence[Segment], chosen: Sequence[Segment], reasons: Mapping[int, str]
) -> Iterator[tuple[int, DropReason]]:
    """Yield the lines that also stand in several other articles of the page: each post is furnished with them."""
    others = Counter(
        _folded(segments[index].text)
        for index, reason in reasons.items()
        if reason in _OF_OTHERS and len(segments[index].text) <= _LONGEST_FURNISHED
    )
    if others:
        for segment in chosen:
            if len(segment.text) <= _LONGEST_FURNISHED and others[_folded(segment.text)] >= _SEVERAL_OTHERS:
                yield segment.index, DropReason.PAGE_FURNITURE


def _instalments(
    chosen: Sequence[Segment], kinds: Mapping[int, LineKind], titles: Iterable[str]
) -> Iterator[tuple[int, DropReason]]:
    """Yield the headlines of the article's series below its last sentence, and the articles that they open."""
    series = Series(next(iter(titles), ""))
    for segment in chosen:
        if segment.tag in HEADING_LEVELS and series.has_another(segment.text):
            own = _article_from(segment)
            yield from (
                (i, DropReason.FOREIGN_ARTICLE) for i in kinds if own is not None and own.first <= i <= own.last
            )
    for segment in reversed(chosen):
        if series.has_another(segment.text):
            yield segment.index, DropReason.FOREIGN_TEASER
        elif ends_sentence(segment.text) and kinds[segment.index] not in _KINDS:
            return


def _article_from(heading: Segment) -> Container | None:
    """Return the ``article`` element that begins at a heading, or within a line or two above it."""
    box: Container | None = heading.container
    while box is not None and heading.index - box.first <= _MOST_HEAD_LINES:
        if box.tag == "article":
            return box
        box = box.parent
    return None


def _repetition(run: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    words = sum(count_words(segment.text) for segment in run)
    if len(run) >= FEWEST_REPEATED_SEGMENTS or (len(run) > 1 and words >= FEWEST_REPEATED_WORDS):
        yield from ((segment.index, DropReason.REPEATED) for segment in run)


def _pull_quotes(chosen: Sequence[Segment]) -> Iterator[tuple[int, DropReason]]:
    """Yield quotes that are set apart and say what a paragraph says."""
    known: dict[Element, bool] = {}
    apart = [segment for segment in chosen if _is_set_apart(segment.element, known)]
    whole = "\n".join(_folded(segment.text) for segment in chosen) if apart else ""
    for segment in apart:
        text = _folded(segment.text)
        is_of_a_size = SHORTEST_PULL_QUOTE_WORDS <= text.count(" ") + 1 <= LONGEST_PULL_QUOTE_WORDS
        if (is_of_a_size and (f"{text} " in whole or f" {text}" in whole)) or _is_pulled(segment.element):
            yield segment.index, DropReason.REPEATED


def _is_pulled(element: Element) -> bool:
    """Return whether an ``aside`` calls itself a pull quote; editors shorten these until they differ from the text."""
    return element.tag == "aside" and _PULLED_NAME.search(element.get("class") or "") is not None


def _is_set_apart(element: Element | None, known: dict[Element, bool]) -> bool:
    """Return whether an element, or one of the two around it, is set apart from the text; paragraphs share these."""
    for _ in range(3):
        if element is None:
            return False
        is_apart = known.get(element)
        if is_apart is None:
            is_apart = (
                element.tag in ("blockquote", "aside") or _QUOTE_NAME.search(element.get("class") or "") is not None
            )
            known[element] = is_apart
        if is_apart:
            return True
        element = element.getparent()
    return False


def _folded(text: str) -> str:
    return " ".join(fold(text))
