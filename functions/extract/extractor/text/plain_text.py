"""The article in a plain text, which may be a scraper's copy of a whole page.

Comes in: text. Goes out: headline, deck, section and paragraphs of its one article, and for each line whether it was
kept, or why not.

A text without any line of page furniture is an article as it stands, and only its headline is taken out of it. In any
other text, the lines between two stretches of prose decide whether the second still belongs to the first: subheadings,
captions and sharing bars do not divide a story; headlines, bylines, credits and "keep reading" together do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor.text.lines import LineKind, is_body, is_furniture, kind_of_line
from extractor.text.vocabulary import fold
from newsdesk.contracts import DropReason
from newsdesk.words import UNSPACED_RANGES, count_words

_LONGEST_HEADLINE_WORDS = 40
_LONGEST_WRAPPED_LINE = 110
_SHORTEST_WRAPPED_SHARE = 0.6
"""In text that was wrapped at a column, all lines but a paragraph's last are nearly as long as the longest."""

_UNLIKE, _ALIKE = 0.12, 0.20
"""Share of a stretch's names and long words that the story before it has used. Measured with two
paragraphs on 656 pages: under 0.12 in 5 % of the cases where they go on and in 79 % where they are another page's; over
0.20 in 80 % and in 8 %."""
_FEWEST_WORDS_TO_COMPARE, _WORDS_TO_BE_SURE = 8, 15

_FOUND_IN_TEXTS = frozenset({LineKind.SYMBOLS, LineKind.BYLINE})
_FEWEST_FURNITURE_LINES = 2
"""A single line may be the writer's own."""

_MAXIMUM_LINES = 20_000
"""A text with more lines is not a page; it is kept as it is."""

_BOUNDARY_SCORE = 3
_SHORT_LINES_OF_A_LIST, _SHORT_LINES_OF_A_MENU = 5, 12
_TEASER_WEIGHT = 0.2
_NAMED_WEIGHT = 3.0
_COMPARED_CHARACTERS = 20_000
_MAXIMUM_WORDS = 20_000

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_KICKER_PARTS = re.compile(r"(?<!\s)\s++[|›»>]\s+")
_TOKEN = re.compile(r"[^\W\d_]{7,}|(?=[^\W\d_])[^\Wa-z\d_][^\W\d_]{3,}|[" + UNSPACED_RANGES + "]{2}")
_REASONS = {
    LineKind.COMMENTS: DropReason.COMMENTS,
    LineKind.PROMOTION: DropReason.PROMOTION,
    LineKind.CREDIT: DropReason.CAPTION,
    LineKind.BYLINE: DropReason.BYLINE,
    LineKind.HEADING: DropReason.FOREIGN_TEASER,
    LineKind.QUESTION: DropReason.FOREIGN_TEASER,
}
_GENRE = re.compile(
    r"analysis|commentary|column|editorial|essay|explainer|features?|interview|news|opinion|podcast|report(?:ing)?|review"
    r"|special|home|startseite|accueil|inicio|video",
    re.IGNORECASE,
)


_Verdict = tuple[str, DropReason | None]
"""A line, and why it was cut."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A plain text's article.

    Attributes
    ----------
    headline, description, section : str or None
        Where the text has them on lines of their own.
    paragraphs : tuple of str
        In order, each on one line; the headline and the deck are not among them.
    judged : tuple of (str, DropReason or None)
        Every line of the text in order, and why it was cut; None for those of the article.
    """

    headline: str | None = None
    description: str | None = None
    section: str | None = None
    paragraphs: tuple[str, ...] = ()
    judged: tuple[_Verdict, ...] = ()

    @property
    def dropped(self) -> tuple[tuple[str, DropReason], ...]:
        """The lines that are not the article's, in order, and why."""
        return tuple((text, reason) for text, reason in self.judged if reason is not None)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    kind: LineKind


@dataclass(slots=True)
class _Story:
    """Lines that belong together: those above the prose, the prose and whatever is in it, those below."""

    head: list[_Line] = field(default_factory=list)
    body: list[_Line] = field(default_factory=list)
    tail: list[_Line] = field(default_factory=list)
    words: set[str] = field(default_factory=set)

    def take(self, lines: Sequence[_Line]) -> None:
        """Add some lines."""
        self.body += lines
        if len(self.words) < _MAXIMUM_WORDS:
            self.words |= _tokens(lines)


def clean_plain_text(text: str) -> PlainText:
    """Return the article of a plain text, and all lines that are not part of it."""
    if text.count("\n") > _MAXIMUM_LINES:
        return _as_it_is([folded for line in text.split("\n") if (folded := " ".join(line.split()))])
    lines = [_Line(line, kind_of_line(line)) for line in _logical_lines(text)]
    furniture = sum(is_furniture(line.kind) and line.kind not in _FOUND_IN_TEXTS for line in lines)
    if furniture < _FEWEST_FURNITURE_LINES or not any(line.kind is LineKind.PROSE for line in lines):
        return _whole_text(lines)
    counts = Counter(_folded(line.text) for line in lines)
    stories = _stories(lines, counts)
    main = max(stories, key=lambda story: _weight(story, lines[0]))
    place = stories.index(main)
    headline, description, section, above = _read_head(main)
    if headline and description is None and _opens_with_deck(main.body):
        description = main.body.pop(0).text
        above.append((description, None))
    within = _read_body(main.body)
    judged = [verdict for story in stories[:place] for verdict in _foreign(story)]
    judged += above + within + [(line.text, _reason(line)) for line in main.tail]
    judged += [verdict for story in stories[place + 1 :] for verdict in _foreign(story)]
    paragraphs = tuple(text for text, reason in within if reason is None)
    return PlainText(headline, description, section, paragraphs, tuple(judged))


def _logical_lines(text: str) -> Iterator[str]:
    """Yield the lines as their writer meant them: wrapped text and verse are joined block by block."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").strip("\ufeff \n\t")
    rows = [row.strip() for row in text.split("\n")]
    is_by_block = "" in rows and max(map(len, rows)) <= _LONGEST_WRAPPED_LINE
    for block in _BLANK_LINES.split(text):
        parts = [folded for row in block.split("\n") if (folded := " ".join(row.split()))]
        if is_by_block and _is_joined(parts):
            yield " ".join(parts)
        else:
            yield from parts


def _is_joined(parts: Sequence[str]) -> bool:
    """Return whether the lines of a block are one paragraph or stanza, not adjacent lines of a page."""
    if len(parts) < 2:
        return False
    kinds = [kind_of_line(part) for part in parts]
    if any(is_furniture(kind) or kind is LineKind.ITEM for kind in kinds):
        return False
    longest = max(map(len, parts))
    return all(len(part) >= _SHORTEST_WRAPPED_SHARE * longest for part in parts[:-1]) or len(parts) > 2


def _whole_text(lines: Sequence[_Line]) -> PlainText:
    if len(lines) > 1 and _may_be_headline(lines[0]):
        return _as_it_is([line.text for line in lines[1:]], lines[0].text)
    return _as_it_is([line.text for line in lines])


def _as_it_is(paragraphs: Sequence[str], headline: str | None = None) -> PlainText:
    lines = paragraphs if headline is None else [headline, *paragraphs]
    return PlainText(headline, paragraphs=tuple(paragraphs), judged=tuple((line, None) for line in lines))


def _may_be_headline(line: _Line) -> bool:
    is_title = line.kind in {LineKind.HEADING, LineKind.LABEL, LineKind.QUESTION, LineKind.KICKER}
    return is_title and count_words(line.text) <= _LONGEST_HEADLINE_WORDS


def _stories(lines: Sequence[_Line], counts: Counter[str]) -> list[_Story]:
    stories = [_Story()]
    gap: list[_Line] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if not is_body(line.kind):
            gap.append(line)
            place += 1
            continue
        end = place
        while end < len(lines) and is_body(lines[end].kind):
            end += 1
        stretch = list(lines[place:end])
        story = stories[-1]
        if not story.body:
            story.head, story.words = gap, _tokens(gap)
            story.take(stretch)
        elif _parts_stories(gap, stretch, story, _is_teaser_end(lines, end), counts):
            cut = next((i for i, part in enumerate(gap) if part.kind is not LineKind.TERMINATOR), len(gap))
            story.tail = gap[:cut]
            stories.append(_Story(head=gap[cut:], words=_tokens(gap[cut:])))
            stories[-1].take(stretch)
        else:
            story.take([*gap, *stretch])
        gap = []
        place = end
    stories[-1].tail = gap
    return stories


def _parts_stories(
    gap: Sequence[_Line], stretch: Sequence[_Line], story: _Story, ends_as_teaser: bool, counts: Counter[str]
) -> bool:
    kinds = Counter(line.kind for line in gap)
    titles = [line for line in gap if line.kind in {LineKind.HEADING, LineKind.QUESTION}]
    if kinds[LineKind.COMMENTS]:
        return True
    if not titles and not kinds[LineKind.LABEL] and not kinds[LineKind.TERMINATOR] and not kinds[LineKind.SHELF]:
        # A sharing bar, a caption, a list: the story goes on, unless a page's legal lines have ended it.
        return kinds[LineKind.LEGAL] > 0 and _likeness(_tokens(stretch), story) < _ALIKE
    if any(line.kind is LineKind.ITEM for line in gap) and not kinds[LineKind.TERMINATOR]:
        return False
    score = 2 * (gap[0].kind is LineKind.TERMINATOR) + 2 * ends_as_teaser
    score += any(counts[_folded(line.text)] > 1 for line in titles)
    score += len(titles) > 1
    score += bool(titles) and kinds[LineKind.LABEL] + kinds[LineKind.KICKER] > 0
    score += (1 + bool(titles)) * (kinds[LineKind.BYLINE] > 0)
    score += sum(kinds[kind] > 0 for kind in (LineKind.CREDIT, LineKind.SHELF))
    short = sum(not is_furniture(line.kind) for line in gap)
    if len(gap) - short >= _FEWEST_FURNITURE_LINES:
        score += (short >= _SHORT_LINES_OF_A_LIST) + (short >= _SHORT_LINES_OF_A_MENU)
    words = _tokens(stretch)
    likeness = _likeness(words, story)
    score += (1 + (len(words) >= _WORDS_TO_BE_SURE)) * (likeness < _UNLIKE) - (likeness > _ALIKE)
    return score >= _BOUNDARY_SCORE


def _is_teaser_end(lines: Sequence[_Line], end: int) -> bool:
    return end < len(lines) and lines[end].kind is LineKind.TERMINATOR


def _likeness(words: set[str], story: _Story) -> float:
    """Return the share of a stretch's words that its story has used before; between the bounds when it is short."""
    fewer = min(len(words), len(story.words))
    return len(words & story.words) / fewer if fewer >= _FEWEST_WORDS_TO_COMPARE else _UNLIKE


def _tokens(lines: Sequence[_Line]) -> set[str]:
    text = " ".join(line.text for line in lines[:_COMPARED_CHARACTERS])[:_COMPARED_CHARACTERS]
    return {token.casefold() for token in _TOKEN.findall(text)}


def _weight(story: _Story, first: _Line) -> float:
    """Return a story's weight: its length, less for a teaser, more if the page's first line names it."""
    weight = float(sum(count_words(line.text) for line in story.body if line.kind is LineKind.PROSE))
    if story.tail and story.tail[0].kind is LineKind.TERMINATOR:
        weight *= _TEASER_WEIGHT
    titles = [_folded(line.text) for line in story.head[1:] if line.kind in {LineKind.HEADING, LineKind.QUESTION}]
    if any(title and title in _folded(first.text) for title in titles):
        weight *= _NAMED_WEIGHT
    return weight


def _read_head(story: _Story) -> tuple[str | None, str | None, str | None, list[_Verdict]]:
    """Return headline, deck and section from the lines above the prose, and why each line is kept or not."""
    head = story.head
    words = story.words
    candidates = [place for place, line in enumerate(head) if line.kind in {LineKind.HEADING, LineKind.QUESTION}]
    candidates = candidates or [place for place, line in enumerate(head) if line.kind is LineKind.LABEL][-1:]
    shares = {place: _share_in(head[place], words) for place in candidates}
    best = max(shares.values(), default=0.0)
    title = next((place for place in candidates if shares[place] >= best / 2), None)
    if title is None:
        return None, None, _section(head), [(line.text, _reason(line)) for line in head]
    deck = next(
        (place for place in candidates if place > title and _folded(head[place].text) != _folded(head[title].text)),
        None,
    )
    taken = {title, deck}
    above = [(line.text, None if place in taken else _reason(line)) for place, line in enumerate(head)]
    return head[title].text, None if deck is None else head[deck].text, _section(head), above


def _share_in(line: _Line, words: set[str]) -> float:
    own = _tokens([line])
    return len(own & words) / len(own) if own else 0.0


def _section(head: Sequence[_Line]) -> str | None:
    """Return the section of a line such as ``Analysis | Europe`` or ``Home > World > Europe``."""
    for line in head:
        if line.kind is LineKind.KICKER:
            parts = _KICKER_PARTS.split(line.text)
            names = [part for part in parts if not _GENRE.fullmatch(part)]
            if names and len(names) < len(parts) and all(kind_of_line(part) is LineKind.LABEL for part in names):
                return names[-1]
    return None


def _read_body(lines: Sequence[_Line]) -> list[_Verdict]:
    judged: list[_Verdict] = []
    seen: set[str] = set()
    on_shelf = False
    for line in lines:
        is_prose = line.kind is LineKind.PROSE
        on_shelf = line.kind is LineKind.SHELF or (on_shelf and not is_body(line.kind))
        if on_shelf or is_furniture(line.kind):
            judged.append((line.text, _reason(line)))
        elif is_prose and line.text in seen:
            judged.append((line.text, DropReason.REPEATED))
        else:
            judged.append((line.text, None))
            seen.add(line.text)
    return judged


def _opens_with_deck(body: Sequence[_Line]) -> bool:
    """Return whether a sentence stands alone between the headline and a byline or something similar."""
    return len(body) > 1 and body[0].kind is LineKind.SENTENCE and is_furniture(body[1].kind)


def _foreign(story: _Story) -> list[_Verdict]:
    lines = [*story.head, *story.body, *story.tail]
    return [(line.text, _reason(line) if is_furniture(line.kind) else DropReason.FOREIGN_ARTICLE) for line in lines]


def _reason(line: _Line) -> DropReason:
    return _REASONS.get(line.kind, DropReason.PAGE_FURNITURE)


def _folded(text: str) -> str:
    return " ".join(fold(text))
