"""Names of which the model has only parts.

Comes in: tokens, and the spans of names. Goes out: the same spans, some of them joined.
"""

from __future__ import annotations

from enricher.entities import names
from enricher.entities.tokens import NameSpan, Tokens

HYPHENS = frozenset({"-", "–", "‑"})


def fused(tokens: Tokens, spans: list[NameSpan]) -> list[NameSpan]:
    """Make one name of two spans that touch: Jean + -Claude Martin, Ohio + Comets."""
    together: list[NameSpan] = []
    for span in spans:
        before = together[-1] if together else None
        if before is not None and before.end == span.start and tokens.is_known(before.start, span.end):
            together[-1] = NameSpan(before.start, span.end, "ORG")
        elif before is not None and before.end == span.start and _touch_as_one(tokens, before, span):
            together[-1] = NameSpan(before.start, span.end, span.label)
        else:
            together.append(span)
    return together


def _touch_as_one(tokens: Tokens, left: NameSpan, right: NameSpan) -> bool:
    if "NORP" in (left.label, right.label) or not (
        tokens.capital[left.end - 1] or tokens.text[left.end - 1] in HYPHENS
    ):
        return False
    if not tokens.spaced[left.end - 1]:
        return tokens.text[right.start] in HYPHENS or tokens.text[left.end - 1] in HYPHENS
    if tokens.is_title(right.start) or not tokens.capital[right.start] or right.label == "PERSON" != left.label:
        return False
    last = tokens.lower[right.end - 1]
    return left.label == right.label or last in names.ORGANISATION_HEADS or last in names.PLACE_HEADS


def joined(tokens: Tokens, spans: list[NameSpan]) -> list[NameSpan]:
    """Join a head and its complement: the Bank + of + England."""
    together: list[NameSpan] = []
    for span in spans:
        before = together[-1] if together else None
        if (
            before is not None
            and span.start - before.end in (1, 2)
            and tokens.lower[before.end] in ("of", "for")
            and (span.start - before.end == 1 or tokens.lower[before.end + 1] == "the")
            and tokens.lower[before.end - 1] in names.HEADS_WITH_COMPLEMENTS
            and before.label not in ("PERSON", "NORP")
        ):
            label = before.label or ("PLACE" if tokens.lower[before.end - 1] in names.PLACE_HEADS else "ORG")
            together[-1] = NameSpan(before.start, span.end, label, before.title)
        elif before is not None and _is_district_of_columbia(tokens, before, span):
            together[-1] = NameSpan(before.start, span.end, "PLACE")
        else:
            together.append(span)
    return together


def _is_district_of_columbia(tokens: Tokens, city: NameSpan, span: NameSpan) -> bool:
    """Return whether a name is the part of the capital's behind the comma: Washington, D.C."""
    is_district = tokens.text[span.start : span.end] == ["D.C."]
    return is_district and tokens.text[city.start : span.start] == ["Washington", ","]


def as_elsewhere(tokens: Tokens, spans: list[NameSpan]) -> list[NameSpan]:
    """Make one name of two that touch where the text has both as one elsewhere."""
    labels = {tuple(tokens.lower[span.start : span.end]): span.label for span in spans if span.end - span.start > 1}
    whole: list[NameSpan] = []
    for span in spans:
        before = whole[-1] if whole else None
        if before is not None and before.end == span.start and tokens.spaced[span.start - 1]:
            both = tuple(tokens.lower[before.start : span.end])
            if both in labels:
                whole[-1] = NameSpan(before.start, span.end, labels[both], before.title)
                continue
        whole.append(span)
    return whole
