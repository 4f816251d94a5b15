"""What tells the article's own piece of a page from others beside it.

Comes in: the pieces of one container. Goes out: which of them may be other articles, and what speaks for that.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import islice, pairwise

from extractor.body.guard.page import (
    NO_HEADING,
    PSEUDO_HEADING,
    GuardedPage,
    Signature,
    holds_title,
    long_beginnings,
)
from extractor.body.guard.pieces import SHORT_BODY, Piece
from extractor.body.guard.signs import Signs, Statements
from extractor.html import Container
from extractor.text import LineKind, fold, kind_of_line

_MAXIMUM_OPTIONS = 20
_NUMBERED = re.compile(r"\W*(?:[^\W\d]{2,5}\.? )?#?(\d{1,3})(?:[.):/–—-]|\s)")
_SHORTEST_LIST, _ABOUT = 3, 6
_MANY = 4
"""Pieces built alike: as many are rather the sections of one article than articles."""
_FEW_OF = 4
"""Of so many headings one may lead elsewhere, and is an exception."""
_LONGEST_NAME = 4
_SHARED = 2
_SHORTEST_ROW = 3
_FEWEST_BEGINNINGS = 15
_FEWEST_TELLING = 4
_SOME = 150
"""Characters of prose under a headline that are more than a deck."""
OWN_PROSE, _SHARE_OF_OWN = 400, 4
"""Characters of the article's own piece, at least, with which pieces elsewhere on the page are compared; and it has no
less than that part of what they have."""
_MOST_TEASERS = 8
_LONGEST_TEASER = 25
DECISIVE = 2
"""So many signs that a piece is an article by itself; against as many, words that it shares with this one say nothing.
"""


class Level:
    """The pieces of one container, and what tells the article's own from others."""

    def __init__(
        self,
        page: GuardedPage,
        signs: Signs,
        node: Container,
        pieces: Sequence[Piece],
        own: Piece | None = None,
    ) -> None:
        self.page, self.signs, self.node, self.pieces = page, signs, node, pieces
        self.holds_title = holds_title(page, node)
        is_elsewhere = own is not None and not self.holds_title and (own.last < node.first or own.first > node.last)
        self.own = own if own is not None and is_elsewhere and _can_compare(page, own, node) else None
        self.is_body = not (self.holds_title or page.title is None or (is_elsewhere and own and own.prose >= _SOME))
        self.prose = sum(piece.prose for piece in pieces)
        self._led_in: set[int] = set()

    @cached_property
    def signatures(self) -> Counter[Signature]:
        """How many of the pieces with prose are made from each template."""
        return Counter(
            self.page.signature(piece.node) for piece in self.pieces if piece.node is not None and piece.paragraphs
        )

    @cached_property
    def endings(self) -> Counter[tuple[Signature, str] | None]:
        """How many of the pieces with prose end in each way."""
        return Counter(self.signs.ending_of(piece) for piece in self.pieces if piece.paragraphs)

    def candidates(self) -> list[Piece]:
        """Return the pieces of which something says that they are articles by themselves, the main one left out."""
        if sum(piece.paragraphs > 0 for piece in self.pieces) < 2 and not self.holds_title:
            return []
        counted = self._counted()
        found = [piece for piece in self.pieces if piece.first not in counted and self._is_candidate(piece)]
        return [piece for piece in found if piece is not self.main or self._is_main_foreign()] if found else []

    def _counted(self) -> frozenset[int]:
        """Return where the entries of the article's own list begin: their headings are numbered, or as many as it says.

        A list beside the article may be numbered, too: what is read most.
        """
        if self.own is not None:
            return frozenset()
        headed = [piece for piece in self.pieces if piece.head is not None and piece.paragraphs]
        numbered: list[tuple[int, Piece]] = []
        for piece in headed:
            found = _NUMBERED.match(self.page.segments[piece.head or 0].text)
            if found is not None:
                numbered.append((int(found[1]), piece))
        steps = Counter(after[0] - before[0] for before, after in pairwise(numbered))
        if max(steps[1], steps[-1]) + 1 >= max(_SHORTEST_LIST, len(numbered) - 1):
            return frozenset(piece.first for _, piece in numbered)
        announced = [piece for piece in headed if self._is_announced(piece)]
        if len(announced) >= _SHORTEST_LIST:
            return frozenset(piece.first for piece in announced)
        levels = Counter(self.page.level(piece.head) for piece in headed if piece.head != self.page.title)
        strays = self._linked_strays()
        return frozenset(
            piece.first
            for piece in headed
            if not (piece.first in strays or self._statements_of(piece).is_dated or self._is_by_another(piece))
            and any(
                abs(levels[self.page.level(piece.head)] - stated) <= max(1, stated / _ABOUT)
                for stated in self.page.counts
            )
        )

    def _linked_strays(self) -> frozenset[int]:
        """Return where the few pieces begin whose heading leads elsewhere, while those of nearly all others do not.

        A list's entries are headed alike; what is headed by a link among them is another article.
        """
        linked, headed = self._headed
        if linked * _FEW_OF > headed:
            return frozenset()
        return frozenset(piece.first for piece in self.pieces if piece.paragraphs and self._is_linked(piece))

    def _is_announced(self, piece: Piece) -> bool:
        """Return whether a piece is an entry of a digest: announced by the text itself, as plain lines of it."""
        return piece.node is None and self._is_led_in(piece) and self._signs_of(piece) < DECISIVE

    def _is_main_foreign(self) -> bool:
        """Return whether even the likeliest of a list's pieces says in several ways that it is another article."""
        if self.own is not None or self.holds_title or self.page.title is None:
            return False
        return self._leads_away(self.main) and self._signs_of(self.main) >= DECISIVE

    def followers(self, cut: Sequence[Piece], candidates: Sequence[Piece]) -> list[Piece]:
        """Return the plain runs of lines that stand right after a piece that was cut, under a heading like its."""
        made = {piece.last + 1: self._make_of_head(piece) for piece in cut if piece.head is not None}
        return [
            piece
            for piece in self.pieces
            if piece.first > self.main.last
            and piece.node is None
            and piece.head is not None
            and piece.paragraphs
            and piece not in candidates
            and made.get(piece.first) == self._make_of_head(piece)
        ]

    def _make_of_head(self, piece: Piece) -> Signature | int | None:
        """Return the level of a piece's heading; for a line that only looks like one, what it is made from."""
        level = self.page.level(piece.head)
        if piece.head is None or level < PSEUDO_HEADING:
            return level
        return self.page.signature(self.page.segments[piece.head].container)

    def last_of_row(self, cut: Sequence[Piece]) -> list[Piece]:
        """Return the likeliest piece of a row in which all others were cut, if it says as clearly what it is.

        The article's headline and enough of its text stand elsewhere.
        """
        if self.holds_title or self.page.title is None or self.main in cut or len(cut) < _SHORTEST_ROW:
            return []
        others = [piece for piece in self.pieces if piece.paragraphs and piece is not self.main]
        is_alone = all(piece in cut for piece in others) and self.page.prose - self.prose >= OWN_PROSE
        return [self.main] if is_alone and self._signs_of(self.main) >= DECISIVE else []

    def companions(self, candidates: Sequence[Piece]) -> list[Piece]:
        """Return the pieces with a headline that stand after the main one and are built like a candidate."""
        built = {self.page.signature(piece.node) for piece in candidates if piece.node is not None}
        return [
            piece
            for piece in self.pieces
            if piece.first > self.main.last
            and piece.head is not None
            and piece.paragraphs
            and piece not in candidates
            and piece.node is not None
            and self.page.signature(piece.node) in built
        ][:_MAXIMUM_OPTIONS]

    def _is_candidate(self, piece: Piece) -> bool:
        page = self.page
        title = page.title
        if self.is_body and self._is_entry(piece):
            return False
        if piece.paragraphs == 0 or (title is not None and piece.first <= title <= piece.last):
            return False
        if page.body and _share_in(page, piece, page.body) >= 0.5:
            return False
        if title is not None and self.holds_title and piece.last < title:
            return True
        if piece.head is not None:
            own = page.level(title) if title is not None else 1
            if page.level(piece.head) <= min(own, 6) or page.is_permalink(page.segments[piece.head]):
                return True
            if self._is_shelf(piece) or self._is_by_another(piece) == 1 or self._statements_of(piece).is_dated:
                return True
            if page.is_instalment(piece.head) and page.is_like_headline(piece.head):
                return True
        if piece.node is not None and (
            piece.node.element.tag == "article"
            or 1 < self.signatures[self.page.signature(piece.node)] < _MANY
            or self._is_by_another(piece) == 1
        ):
            return True
        return self._reads_on(piece) or self._ends_alike(piece)

    def _is_shelf(self, piece: Piece) -> bool:
        """Return whether a piece is a shelf, or a container that is called one."""
        if piece.is_shelf or piece.node is None or piece.head is None:
            return piece.is_shelf
        return kind_of_line(self.page.segments[piece.head].text) is LineKind.SHELF

    def _is_entry(self, piece: Piece) -> bool:
        """Return whether a piece is one of many that are made like the likeliest: all are the article, or none."""
        if piece.node is None or self.main.node is None:
            return False
        made_as = self.page.signature(piece.node)
        return made_as == self.page.signature(self.main.node) and self.signatures[made_as] >= _MANY

    @cached_property
    def main(self) -> Piece:
        """The piece with the article's headline, or the body under it; the likeliest where the headline is not here."""
        if self.own is not None:
            return self.own
        page, title = self.page, self.page.title
        options = [piece for piece in self.pieces if piece.paragraphs]
        prior = 0.15
        if title is not None and self.holds_title:
            at = next(i for i, piece in enumerate(self.pieces) if piece.first <= title <= piece.last)
            options = [self.pieces[at]]
            if options[0].prose >= SHORT_BODY:
                return options[0]
            for piece in self.pieces[at + 1 :]:
                if piece.head is not None and (page.levels[piece.head] or NO_HEADING) <= (
                    page.levels[title] or NO_HEADING
                ):
                    break
                if piece.paragraphs and not self._leads_away(piece):
                    options.append(piece)
            if len(options) > 1 and options[1].prose > 2 * options[0].prose:
                del options[0]
            prior = 0.3
        options = options[:_MAXIMUM_OPTIONS]
        # A piece that repeats the title's words may be another article about it.
        options = [piece for piece in options if not self._leads_away(piece)] or options
        options = [piece for piece in options if piece.head == title or not self._is_like_post(piece)] or options
        if len(options) == 1:
            return options[0]

        words = {piece.first: page.beginnings(piece.first, piece.last) for piece in options}
        # Words that all have tell nothing.
        telling = [word for word in page.known if 0 < sum(word in found for found in words.values()) < len(options)]

        def merit(piece: Piece) -> float:
            merit = sum(beginning in words[piece.first] for beginning in telling) / max(_FEWEST_TELLING, len(telling))
            merit += (
                prior * (piece is options[0])
                + 0.5 * (piece.head in page.title_lines)
                + 0.1 * min(1.0, piece.prose / 2000)
            )
            return merit + (page.body is not None and _share_in(page, piece, page.body) > 0.5)

        return max(options, key=merit)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The beginnings of the words of the main piece, of the titles and of the description."""
        return long_beginnings(self.page.known) | long_beginnings(self.page.beginnings(self.main.first, self.main.last))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the names of those who wrote the article."""
        page = self.page
        stated = page.authors | self._statements_of(self.main).names
        return stated if page.title is None else stated | self.signs.names_at(page.title)

    @cached_property
    def is_main_in_body(self) -> bool:
        """Whether JSON-LD has the main piece's text."""
        return self.page.body is not None and _share_in(self.page, self.main, self.page.body) > 0.7

    def features(self, piece: Piece, after_cut: bool) -> dict[str, float]:
        """Return what speaks for a piece's being another article's, and against; all within some units of zero."""
        main, title = self.main, self.page.title
        f: dict[str, float] = {
            "title_inside": self.holds_title,
            "own_elsewhere": self.own is not None,
            "main_size": math.log1p(main.prose) - math.log1p(self.prose),
            "others_linked": self._linked_beside(piece),
            "main_has_title": title is not None and main.first <= title <= main.last,
            "before": piece.last < main.first,
            "before_title": title is not None and piece.last < title,
            "no_title": title is None,
            "after_cut": after_cut,
            "led_in": self._is_led_in(piece),
            "read_on": self._reads_on(piece),
            "same_end": self._ends_alike(piece),
            "teaser_lines": self._teaser_lines(piece) / _MOST_TEASERS,
            "out_of_body": self.is_main_in_body,
            "size": math.log1p(piece.prose) - 6,
            "paragraphs": min(piece.paragraphs, 10) / 10,
            "single": piece.paragraphs == 1,
            "share": piece.prose / max(1, self.prose),
            "main_small": main.prose < 300,
            "pieces": min(len(self.pieces), 20) / 20,
            "flat": piece.node is None,
            "inset": piece.is_inset,
        }
        f |= self._heading_features(piece)
        if piece.node is not None:
            made_as = self.page.signature(piece.node)
            f["article_tag"] = piece.node.element.tag == "article"
            f["aside"] = piece.node.element.tag == "aside"
            f["twin"] = main.node is not None and made_as == self.page.signature(main.node)
            f["many_twins"] = self.signatures[made_as] >= _MANY
        f |= self._stated_features(piece)
        f["signs"] = self._signs_of(piece)
        f["known"], f["lexical"] = (0.0, 0.0) if f["signs"] >= DECISIVE else self._shared_words(piece)
        return f

    def _heading_features(self, piece: Piece) -> dict[str, float]:
        page = self.page
        if piece.head is None:
            return {"headless": 1}
        segment = page.segments[piece.head]
        level = page.level(piece.head)
        own = page.level(page.title) if page.title is not None else None
        return {
            "heading": level < PSEUDO_HEADING,
            "pseudo": level >= PSEUDO_HEADING,
            "h1": level == 1,
            "title_again": piece.head in page.title_lines,
            "link": page.is_permalink(segment),
            "level_same": own is not None and level == own < PSEUDO_HEADING,
            "level_above": own is not None and level < own,
            "level_below": own is not None and own < level < PSEUDO_HEADING,
            "shelf": self._is_shelf(piece),
            "question": segment.text.endswith(("?", ":")),
            "short_heading": page.words[piece.head] <= 3,
            "instalment": page.is_instalment(piece.head),
            "like_headline": page.is_like_headline(piece.head),
        }

    def _linked_beside(self, piece: Piece) -> float:
        """Return the share of the other headings here that link to other pages: of a list's entries, all do."""
        is_headed = piece.head is not None and piece.paragraphs > 0
        linked, headed = self._headed
        linked, headed = linked - (is_headed and self._is_linked(piece)), headed - is_headed
        return linked / headed if headed else 0.0

    @cached_property
    def _headed(self) -> tuple[int, int]:
        """How many pieces have a heading that leads to another page, and how many have one at all."""
        headed = [piece for piece in self.pieces if piece.head is not None and piece.paragraphs]
        return sum(self._is_linked(piece) for piece in headed), len(headed)

    def _is_linked(self, piece: Piece) -> bool:
        return piece.head is not None and self.page.is_permalink(self.page.segments[piece.head])

    def _stated_features(self, piece: Piece) -> dict[str, float]:
        stated, own = self._statements_of(piece), self._statements_of(self.main).details
        alike = sum(text != own.get(where, text) for where, text in stated.details.items())
        return {
            "dated": stated.is_dated,
            "by_another": self._is_by_another(piece),
            "alike_lines": min(alike, 3),
            "others_named": min(self._others, 8) / 8,
        }

    def _is_led_in(self, piece: Piece) -> bool:
        """Return whether a line that ends in a colon, "In other news:", stands before a piece or before its row."""
        before = piece.first - 1
        is_led_in = before >= 0 and (before in self._led_in or self.page.segments[before].text.endswith((":", "：")))
        if is_led_in:
            self._led_in.add(piece.last)
        return is_led_in

    def _statements_of(self, piece: Piece) -> Statements:
        return self.signs.statements_of(piece)

    def _is_by_another(self, piece: Piece) -> float:
        """Return whether a piece names another author; one half where it names one, and the article's is not known."""
        names = self._statements_of(piece).names
        if not names or names & self.names or (piece.head is not None and self._names_author(piece.head)):
            return 0.0
        return 1.0 if self.names else 0.5

    def _names_author(self, head: int) -> bool:
        """Return whether a heading is nothing but the name of the article's author."""
        return self.page.words[head] <= _LONGEST_NAME and not self.page.authors.isdisjoint(
            fold(self.page.segments[head].text)
        )

    @cached_property
    def _others(self) -> int:
        """How many pieces name another author: of a live blog, many."""
        return sum(piece.head is not None and self._is_by_another(piece) == 1 for piece in self.pieces)

    def _ends_alike(self, piece: Piece) -> bool:
        ending = self.signs.ending_of(piece)
        return ending is not None and self.endings[ending] > 1

    def _reads_on(self, piece: Piece) -> bool:
        """Return whether a piece ends in a control to read on, which leads where no other's does."""
        return any(target is None or self._targets[target] < _SHARED for target in self._controls_of(piece))

    @cached_property
    def _targets(self) -> Counter[str]:
        """In how many pieces a control leads to each place; an offer at the end of each section leads to one."""
        return Counter(
            target
            for piece in self.pieces
            if piece.paragraphs
            for target in {target for target in self._controls_of(piece) if target is not None}
        )

    def _controls_of(self, piece: Piece) -> list[str | None]:
        """Return where the controls at the end of a piece lead, as far as they say."""
        page = self.page
        last = range(max(piece.first, piece.last - 3), piece.last + 1)
        controls = [page.segments[index] for index in last if index != piece.head and page.is_control(index)]
        return [segment.links[0].get("href") if segment.links else None for segment in controls]

    def _teaser_lines(self, piece: Piece) -> int:
        """Return how many lines that are all link lead to other pages of the site."""
        lines = self.page.segments[piece.first : min(piece.last, piece.first + 60) + 1]
        found = (line for line in lines if line.links and line.link_share > 0.8 and self.page.is_permalink(line))
        return sum(1 for _ in islice(found, _MOST_TEASERS))

    def _signs_of(self, piece: Piece) -> int:
        """Return in how many ways a piece says that it is an article by itself."""
        page = self.page
        # A teaser is short; what ends a long text invites to buy or to subscribe.
        is_short = piece.last - piece.first < _LONGEST_TEASER
        return (
            (piece.head is not None and page.is_permalink(page.segments[piece.head]))
            + (is_short and self._reads_on(piece))
            + (is_short and self._ends_alike(piece))
            + (self._is_by_another(piece) == 1)
            + self._statements_of(piece).is_dated
        )

    def _leads_away(self, piece: Piece) -> bool:
        """Return whether a piece is headed by a link to another page, or by the name of another author."""
        page = self.page
        if piece.head is None and piece.node is None:
            return False
        names = self._statements_of(piece).names
        is_by_another = bool(names and page.authors) and not names & page.authors
        return is_by_another or (piece.head is not None and page.is_permalink(page.segments[piece.head]))

    def _is_like_post(self, piece: Piece) -> bool:
        """Return whether a piece says of itself that it is a teaser or a post, by any author."""
        is_text = piece.head is None and piece.prose >= SHORT_BODY
        if is_text or piece.last - piece.first >= _LONGEST_TEASER:
            return False
        says = (self._reads_on(piece), self._ends_alike(piece), self._statements_of(piece).is_dated)
        return says[0] or sum(says) >= DECISIVE

    def _shared_words(self, piece: Piece) -> tuple[float, float]:
        """Return what share of the title's words the piece has, and how far its words are the main piece's, 0 to 2.

        Other pieces do not count: articles on one subject would vouch for each other. The share of words that a text
        has in common with another grows with the logarithm of the other's length.
        """
        page = self.page
        words = page.own_beginnings(piece.first, piece.last)
        known = sum(beginning in words for beginning in page.known) / max(1, len(page.known))
        mine = long_beginnings(words)
        if len(mine) < 5 or len(self.beginnings) < _FEWEST_BEGINNINGS:
            return known, 0.9
        shared = sum(beginning in self.beginnings for beginning in mine) / len(mine)
        return known, min(2.0, 10 * shared / math.log(len(self.beginnings) + 10))


def _can_compare(page: GuardedPage, own: Piece, node: Container) -> bool:
    """Return whether the article's own piece has enough text to compare with what stands elsewhere."""
    return own.prose >= max(OWN_PROSE, page.prose_in(node) / _SHARE_OF_OWN)


def _share_in(page: GuardedPage, piece: Piece, body: str) -> float:
    """Return the share of a piece's paragraphs that a text has."""
    indexes = [index for index in range(piece.first, piece.last + 1) if page.is_prose[index]][:30]
    return sum(page.segments[index].text[:60] in body for index in indexes) / max(1, len(indexes))
