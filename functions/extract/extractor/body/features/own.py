"""What a segment's own text says of it."""

from __future__ import annotations

import re

from extractor.body.features.columns import Column, fields_of
from extractor.body.features.sums import log
from extractor.body.features.view import PageView, Walked
from extractor.text import ends_sentence

_FEW_WORDS = 40
"""A longer text may well name a time or a year."""
_OPENING = tuple("\"'“‘«„")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

OWN: tuple[Column[PageView], ...] = (
    Column("tokens", lambda page: list(map(log, page.sizes))),
    Column("characters", lambda page: list(map(log, page.lengths))),
    Column(
        "token_length",
        lambda page: [length / max(1, len(words)) for length, words in zip(page.lengths, page.words, strict=True)],
    ),
    Column("short_tokens", lambda page: [_share([len(word) <= 3 for word in sample]) for sample in page.samples]),
    Column("lower_tokens", lambda page: [_share(list(map(str.islower, firsts))) for firsts in page.initials]),
    Column("capital_tokens", lambda page: [_share(list(map(str.isupper, firsts))) for firsts in page.initials]),
    Column("upper_characters", lambda page: [_share(list(map(str.isupper, sample))) for sample in page.samples]),
    Column(
        "digits",
        lambda page: [_digits(text, sample) for text, sample in zip(page.texts, page.samples, strict=True)],
    ),
    Column("commas", lambda page: [log(sum(map(text.count, ",，、،"))) for text in page.texts]),
    Column("stops", lambda page: [log(text.count(". ") + text.count("。")) for text in page.texts]),
    Column("ends_sentence", lambda page: [float(ends_sentence(text)) for text in page.texts]),
    Column("ends_colon", lambda page: [float(text[-1] in ":：") for text in page.texts]),
    Column("ends_question", lambda page: [float(text[-1] in "?？") for text in page.texts]),
    Column("ends_dots", lambda page: [float(text.endswith(("...", "…", "»", "›", "→"))) for text in page.texts]),
    Column("starts_lower", lambda page: [float(text[0].islower()) for text in page.texts]),
    Column("starts_quote", lambda page: [float(text[0] in _OPENING) for text in page.texts]),
    Column("starts_mark", lambda page: [float(not text[0].isalnum()) for text in page.texts]),
    Column("has_copyright", lambda page: [float("©" in text or "®" in text) for text in page.texts]),
    Column("has_at", lambda page: [float("@" in text) for text in page.texts]),
    Column("has_bar", lambda page: [float("|" in text) for text in page.texts]),
    Column("has_clock", lambda page: _found_in_short(page, _CLOCK, (":", "."))),
    Column("has_year", lambda page: _found_in_short(page, _YEAR, ("19", "20"))),
    Column("has_url", lambda page: [float("http" in text or "www." in text) for text in page.texts]),
    Column("colons", lambda page: [float(text.count(":")) for text in page.texts]),
    Column("quotes", lambda page: [float(sum(map(text.count, '"“„«'))) for text in page.texts]),
    Column("link_share", lambda page: [segment.link_share for segment in page.segments]),
    Column("links", lambda page: [log(len(segment.links)) for segment in page.segments]),
    Column(
        "strong_share",
        lambda page: [min(1.0, segment.strong_characters / len(segment.text)) for segment in page.segments],
    ),
    Column("hidden", lambda page: [float(segment.is_hidden) for segment in page.segments]),
    Column("copies", lambda page: [page.sums.copies[text] - 1.0 for text in page.texts]),
    *fields_of(Walked, lambda page: page.walk, names=("copied_before",)),
)


def _share(hits: list[bool]) -> float:
    return sum(hits) / max(1, len(hits))


def _digits(text: str, sample: list[str]) -> float:
    return sum(map(text.count, "0123456789")) / len(text) if any(map(str.isdigit, sample)) else 0.0


def _found_in_short(page: PageView, pattern: re.Pattern[str], parts: tuple[str, str]) -> list[float]:
    """Return in which short texts a pattern is found, which none without one of two parts can hold."""
    one, other = parts
    return [
        float(size < _FEW_WORDS and (one in text or other in text) and pattern.search(text) is not None)
        for text, size in zip(page.texts, page.sizes, strict=True)
    ]
