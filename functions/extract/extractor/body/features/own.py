"""What a segment's own text says of it.

Comes in: a segment and its words. Goes out: numbers.
"""

from __future__ import annotations

import re

from extractor.body.features.sums import log
from extractor.html import Segment
from extractor.text import ends_sentence

_SAMPLE = 100
"""So many words show how a text is written."""
_OPENING = tuple("\"'“‘«„")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def own_row(segment: Segment, words: list[str], size: int) -> list[float]:
    """Return what a segment's own text and links say of it."""
    text = segment.text
    characters = len(text)
    number = max(1, len(words))
    sample = words[:_SAMPLE]
    firsts = "".join([word[0] for word in sample])
    counted = max(1, len(sample))
    digits = sum(map(text.count, "0123456789")) if any(map(str.isdigit, sample)) else 0
    return [
        log(size),
        log(characters),
        characters / number,
        sum([len(word) <= 3 for word in sample]) / counted,
        sum(map(str.islower, firsts)) / counted,
        sum(map(str.isupper, firsts)) / counted,
        sum(map(str.isupper, sample)) / counted,
        digits / characters,
        log(text.count(",") + text.count("，") + text.count("、") + text.count("،")),
        log(text.count(". ") + text.count("。")),
        float(ends_sentence(text)),
        float(text[-1] in ":："),
        float(text[-1] in "?？"),
        float(text.endswith(("...", "…", "»", "›", "→"))),
        float(text[0].islower()),
        float(text[0] in _OPENING),
        float(not text[0].isalnum()),
        float("©" in text or "®" in text),
        float("@" in text),
        float("|" in text),
        float(size < 40 and _CLOCK.search(text) is not None),
        float(size < 40 and _YEAR.search(text) is not None),
        float("http" in text or "www." in text),
        float(text.count(":")),
        float(text.count('"') + text.count("“") + text.count("„") + text.count("«")),
        segment.link_share,
        log(len(segment.links)),
        min(1.0, segment.strong_characters / characters),
        float(segment.is_hidden),
    ]
