"""What tells the article's own piece of a page from others beside it.

Comes in: the pieces of one node. Goes out: which of them may be other articles, and what speaks for that.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from extractor.body.guard.page import NO_HEADING, PSEUDO_HEADING, GuardedPage, Node, holds_title
from extractor.body.guard.pieces import SHORT_BODY, Piece
from extractor.html import Element

_MAXIMUM_OPTIONS = 20
_MANY = 4
"""Pieces built alike: as many are rather the sections of one article than articles."""
_DIGITS = re.compile(r"\d+")


class Level:
    """The pieces of one node, and what tells the article's own from others."""

    def __init__(self, page: GuardedPage, node: Node, pieces: Sequence[Piece]) -> None:
        self.page, self.node, self.pieces = page, node, pieces
        self.holds_title = holds_title(page, node)
        self.prose = sum(piece.prose for piece in pieces)
        self.signatures = Counter(
            _signature(piece.node.element) for piece in pieces if piece.node is not None and piece.paragraphs
        )
        self.endings = Counter(
            page.segments[piece.last].text for piece in pieces if piece.paragraphs and not page.is_prose[piece.last]
        )

    def candidates(self) -> list[Piece]:
        """Return the pieces of which something says that they are articles by themselves, the main one left out."""
        if sum(piece.paragraphs > 0 for piece in self.pieces) < 2 and not self.holds_title:
            return []
        found = [piece for piece in self.pieces if self._is_candidate(piece)]
        return [piece for piece in found if piece is not self.main] if found else []

    def companions(self, candidates: Sequence[Piece]) -> list[Piece]:
        """Return the pieces with a headline that stand after the main one and are built like a candidate."""
        built = {_signature(piece.node.element) for piece in candidates if piece.node is not None}
        return [
            piece
            for piece in self.pieces
            if piece.first > self.main.last
            and piece.head is not None
            and piece.paragraphs
            and piece not in candidates
            and piece.node is not None
            and _signature(piece.node.element) in built
        ][:_MAXIMUM_OPTIONS]

    def _is_candidate(self, piece: Piece) -> bool:
        page = self.page
        title = page.title
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
        if piece.node is not None and (
            piece.node.element.tag == "article" or 1 < self.signatures[_signature(piece.node.element)] < _MANY
        ):
            return True
        return self._reads_on(piece) or self._ends_alike(piece)

    @cached_property
    def main(self) -> Piece:
        """The piece with the article's headline, or the body under it; the likeliest where the headline is not here."""
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
                if piece.paragraphs:
                    options.append(piece)
            if len(options) > 1 and options[1].prose > 2 * options[0].prose:
                del options[0]
            prior = 0.3
        options = options[:_MAXIMUM_OPTIONS]
        if len(options) == 1:
            return options[0]

        def merit(piece: Piece) -> float:
            stems = page.stems(piece.first, piece.last)
            merit = sum(stem in stems for stem in page.known) / max(1, len(page.known))
            merit += (
                prior * (piece is options[0])
                + 0.5 * (piece.head in page.title_lines)
                + 0.1 * min(1.0, piece.prose / 2000)
            )
            return merit + (page.body is not None and _share_in(page, piece, page.body) > 0.5)

        return max(options, key=merit)

    @cached_property
    def stems(self) -> Counter[str]:
        """The stems of all pieces, of the titles and of the description."""
        total = Counter(self.page.known)
        for piece in self.pieces:
            if piece.paragraphs:
                total.update(self.page.stems(piece.first, piece.last))
        return total

    @cached_property
    def is_main_in_body(self) -> bool:
        """Whether JSON-LD has the main piece's text."""
        return self.page.body is not None and _share_in(self.page, self.main, self.page.body) > 0.7

    def features(self, piece: Piece, after_cut: bool) -> dict[str, float]:
        """Return what speaks for a piece's being another article's, and against; all within some units of zero."""
        main, title = self.main, self.page.title
        f: dict[str, float] = {
            "title_inside": self.holds_title,
            "main_has_title": title is not None and main.first <= title <= main.last,
            "before": piece.last < main.first,
            "before_title": title is not None and piece.last < title,
            "no_title": title is None,
            "after_cut": after_cut,
            "read_on": self._reads_on(piece),
            "same_end": self._ends_alike(piece),
            "other_links": self._has_teaser_line(piece),
            "out_of_body": self.is_main_in_body,
            "size": math.log1p(piece.prose) - 6,
            "paragraphs": min(piece.paragraphs, 10) / 10,
            "single": piece.paragraphs == 1,
            "share": piece.prose / max(1, self.prose),
            "main_small": main.prose < 300,
            "pieces": min(len(self.pieces), 20) / 20,
            "flat": piece.node is None,
        }
        f |= self._heading_features(piece)
        if piece.node is not None:
            signature = _signature(piece.node.element)
            f["article_tag"] = piece.node.element.tag == "article"
            f["twin"] = main.node is not None and signature == _signature(main.node.element)
            f["many_twins"] = self.signatures[signature] >= _MANY
        f["known"], f["lexical"] = self._shared_words(piece)
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
            "question": segment.text.endswith(("?", ":")),
            "short_heading": page.words[piece.head] <= 3,
        }

    def _ends_alike(self, piece: Piece) -> bool:
        last = piece.last
        return not self.page.is_prose[last] and self.endings[self.page.segments[last].text] > 1

    def _reads_on(self, piece: Piece) -> bool:
        return any(self.page.is_control(index) for index in range(max(piece.first, piece.last - 3), piece.last + 1))

    def _has_teaser_line(self, piece: Piece) -> bool:
        """Return whether a line that is all link leads to another page of the site."""
        lines = self.page.segments[piece.first : min(piece.last, piece.first + 60) + 1]
        return any(line.links and line.link_share > 0.8 and self.page.is_permalink(line) for line in lines)

    def _shared_words(self, piece: Piece) -> tuple[float, float]:
        """Return what share of the title's words the piece has, and how far its words are those of the rest, 0 to 2.

        The share of words that a text has in common with another grows with the logarithm of the other's length. As it
        is scaled here, half of all true continuations have over 1.0, and of foreign texts under 0.2.
        """
        page = self.page
        mine = page.stems(piece.first, piece.last)
        known = sum(stem in mine for stem in page.known) / max(1, len(page.known))
        everything = self.stems
        rest = len(everything) - len(mine)
        if len(mine) < 5 or rest < 25:
            return known, 0.9
        shared = sum(everything[stem] > count for stem, count in mine.items()) / len(mine)
        return known, min(2.0, 10 * shared / math.log(rest + 10))


def _share_in(page: GuardedPage, piece: Piece, body: str) -> float:
    """Return the share of a piece's paragraphs that a text has."""
    indexes = [index for index in range(piece.first, piece.last + 1) if page.is_prose[index]][:30]
    return sum(page.segments[index].text[:60] in body for index in indexes) / max(1, len(indexes))


def _signature(element: Element) -> tuple[str, str]:
    return (element.tag, " ".join(sorted(set(_DIGITS.sub("", element.get("class") or "").split()))))
