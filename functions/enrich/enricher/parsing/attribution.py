"""One attribution: who said what, and by which word the text tells it.

Comes in: nothing. Goes out: the types that the searches for quoted and for reported speech share with the
enrichers that read what they found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from enricher.parsing.parsed import Span


class Construction(Enum):
    """How the text attributes."""

    QUOTED = auto()
    QUOTED_AFTER = auto()  # the cue stands before the quotation
    QUOTED_WITHOUT_CUE = auto()
    TURN = auto()
    INTRODUCED = auto()
    FRAGMENT = auto()
    CLAUSE = auto()
    ACCORDING = auto()
    PHRASE = auto()


@dataclass(frozen=True)
class Attribution:
    """Who said what.

    Attributes
    ----------
    begin, end : int
        The content, in code points.
    speaker, cue : tuple of int, or None
        Spans of tokens.
    construction : Construction
        How the text puts it.
    states : bool
        Whether somebody says something, rather than naming a thing: not in "welcomed the repair" and "imagine that".
    """

    begin: int
    end: int
    speaker: Span | None
    cue: Span | None
    construction: Construction
    states: bool = True
