"""What became of each piece of the page, for people who want to know.

Comes in: nothing. Goes out: the record of one judged segment. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Decision = Literal["kept", "dropped", "uncertain"]


@dataclass(frozen=True, slots=True)
class JudgedSegment:
    """A segment of the page and what was decided about it.

    Attributes
    ----------
    index : int
        Its place on the page, from 0.
    text : str
        White space folded.
    tag : str
        The name of its element.
    decision : str
        ``kept``: in the article. ``dropped``: not. ``uncertain``: the judges hesitated, or were
        not of one mind.
    reason : str or None
        Why it was dropped or is uncertain; one of :class:`extractor.reasons.DropReason`.
    score : float or None
        How likely it is the article's, 0 to 1; None where nobody asked.
    """

    index: int
    text: str
    tag: str
    decision: Decision
    reason: str | None = None
    score: float | None = None
