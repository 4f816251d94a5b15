"""Which elements a page's own style sheets hide.

Comes in: the text of ``<style>`` elements. Goes out: the classes and identifiers of elements that are not displayed.

This is no cascade: only rules for one class or one identifier count that hold for every medium, and only if no other
rule, in whatever circumstances, displays what has the same name. A name for which the page has both is a script's to
choose from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HIDES = (re.compile(r"display\s*:\s*none"), re.compile(r"visibility\s*:\s*hidden"))
"""Two patterns for text in lower case: what begins with letters is found several times as fast."""
_SELECTOR = re.compile(r"\s*[a-z0-9]*([.#][\w-]+)\s*", re.IGNORECASE)
_SHOWS = re.compile(
    r"(?![\w-])[^{}]{0,300}\{[^{}]{0,2000}?(?:display\s*:(?!\s*none)|visibility\s*:\s*visible)", re.IGNORECASE
)
"""What follows a selector in a rule that displays it. To make a pattern of each selector takes longer than to look."""
_LONGEST_SHEETS = 500_000
_MAXIMUM_RULES = 500
_LONGEST_SELECTORS = 1_000


class StyleSheets:
    """The rules of a page.

    Parameters
    ----------
    text : str
        Of all its sheets, one after the other.
    """

    def __init__(self, text: str) -> None:
        self._text = text[:_LONGEST_SHEETS]
        self._lowered = _lowered(self._text)

    def hiding_selectors(self) -> frozenset[str]:
        """Return the selectors, ``.class`` or ``#id``, that hide what they select."""
        return frozenset(selector for rule in self._hiding_rules() for selector in _simple(rule))

    def shows_too(self, selector: str) -> bool:
        """Return whether another rule displays what a selector selects."""
        lowered, sought = self._lowered, selector.lower()
        place = lowered.find(sought)
        while place >= 0:
            if _SHOWS.match(lowered, place + len(sought)):
                return True
            place = lowered.find(sought, place + 1)
        return False

    def _hiding_rules(self) -> Iterator[str]:
        """Yield the selectors of rules that hide and stand in no other block."""
        sheets = self._text
        depth = counted = 0
        places = sorted(match.start() for hides in _HIDES for match in hides.finditer(self._lowered))
        for place in places[:_MAXIMUM_RULES]:
            opening = sheets.rfind("{", 0, place)
            if opening < counted:
                # A second declaration in the same rule.
                continue
            depth += sheets.count("{", counted, opening) - sheets.count("}", counted, opening)
            counted = opening
            if depth == 0 and sheets.find("}", opening, place) < 0:
                before = sheets[max(0, opening - _LONGEST_SELECTORS) : opening]
                yield before.rpartition("*/")[2].rpartition("}")[2].rpartition(";")[2]


def _lowered(sheets: str) -> str:
    """Return sheets in lower case, of the same length.

    Of a few letters, the small one is longer; nobody writes declarations in capitals beside such a letter.
    """
    lowered = sheets.lower()
    return lowered if len(lowered) == len(sheets) else sheets


def _simple(selectors: str) -> Iterator[str]:
    for selector in selectors.split(","):
        match = _SELECTOR.fullmatch(selector)
        if match:
            yield match[1]
