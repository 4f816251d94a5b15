"""Names of which the model has only parts.

Comes in: tokens, and the spans of names. Goes out: the same spans, some of them joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from enricher.entities import names
from enricher.entities.tokens import NameSpan, Tokens
from enricher.parsing import is_in_dictionary

HYPHENS = frozenset({"-", "–", "‑"})

_LONGEST_JOINT = 5
"""Letters of the words in lower case within a name that hyphens join: Stow-on-the-Wold."""
_SHORTEST_TITLE = 4
"""Letters: a body is named after a king or a prince, but never after a Mr or a Sen."""
_CAMPUS_HEADS = frozenset({"university", "college", "institute"})
_SAINTS = frozenset({"st", "st.", "saint"})
_LINKING = frozenset({"of", "for", "at"})
_LINKS = frozenset({"and", "of", "for", "&"})
_POSSESSIVES = frozenset({"'s", "’s", "'", "’"})

PlaceTest = Callable[[str], bool]
"""Returns whether a name is a country's, a region's or the like."""

Range = tuple[int, int]
Words = tuple[str, ...]


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


def joined(tokens: Tokens, spans: Sequence[NameSpan], is_place: PlaceTest) -> list[NameSpan]:
    """Join a head and its complement: the Bank + of + England; and what only together is a name."""
    together: list[NameSpan] = []
    for span in _with_lists(tokens, _with_possessives(tokens, spans)):
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
        elif before is not None and _is_of_an_officer(tokens, before, span):
            together[-1] = NameSpan(before.start, span.end, "ORG")
        elif before is not None and _is_one_place(tokens, before, span, is_place):
            together[-1] = NameSpan(before.start, span.end, "PLACE")
        elif before is not None and _is_campus(tokens, before, span):
            together[-1] = NameSpan(before.start, span.end, "ORG")
        else:
            together.append(span)
    return together


def _is_of_an_officer(tokens: Tokens, left: NameSpan, right: NameSpan) -> bool:
    """Return whether an office is named by who holds it, and nobody is: the Office of | Inspector General."""
    first = right.title[0] if right.title is not None else right.start
    between = tokens.lower[left.end : first]
    is_office = tokens.lower[left.end - 1] == "office" and between in (["of"], ["of", "the"])
    return is_office and all(tokens.is_title(at) for at in range(first, right.end))


def _is_one_place(tokens: Tokens, left: NameSpan, right: NameSpan, is_place: PlaceTest) -> bool:
    """Return whether two names are one: Washington, D.C., Trinidad and Tobago, French Guiana."""
    between = tokens.lower[left.end : right.start]
    if between == [","]:
        return tokens.text[right.start : right.end] == ["D.C."] and tokens.text[left.start : left.end] == ["Washington"]
    return between in ([], ["and"]) and is_place(tokens.body[tokens.begin[left.start] : tokens.end_of(right.end - 1)])


def _is_campus(tokens: Tokens, left: NameSpan, right: NameSpan) -> bool:
    """Return whether a name says where a university of several places is: the University of Texas at Austin."""
    university = tokens.lower[left.start] in _CAMPUS_HEADS and "of" in tokens.lower[left.start : left.end]
    return university and tokens.lower[left.end : right.start] == ["at"] and right.label == "PLACE"


def names_a_body(tokens: Tokens, start: int, end: int) -> bool:
    """Return whether a title opens the name of a body or a place: King Abdulaziz University, Prince Edward Island."""
    first = tokens.lower[start]
    if len(first) < _SHORTEST_TITLE or first.endswith(".") or end - start < 3:
        return False
    head = next((at - 1 for at in range(start + 2, end) if tokens.lower[at] in _LINKING), end - 1)
    known = tokens.lower[head] in names.ORGANISATION_HEADS or tokens.lower[head] in names.PLACE_HEADS
    return known and head > start + 1 and tokens.text[head] not in names.surnames()


def _with_lists(tokens: Tokens, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Let common words in a name go on over commas and "and": Bureau of | Alcohol, Tobacco and Firearms."""
    whole: list[NameSpan] = []
    for span in spans:
        if whole and span.start < whole[-1].end:
            continue
        start, end = _start_of_pair(tokens, span), _end_of_list(tokens, span)
        if start < span.start and whole and whole[-1].end > start:
            whole.pop()
        whole.append(NameSpan(start, end, "ORG", span.title) if (start, end) != (span.start, span.end) else span)
    return whole


def _end_of_list(tokens: Tokens, span: NameSpan) -> int:
    """Return where a list of common words that begins in an organisation's name ends: with the words behind "and"."""
    head = next((at for at in range(span.start + 1, span.end - 1) if tokens.lower[at] in ("of", "for", "on")), None)
    if head is None or tokens.lower[head - 1] not in names.ORGANISATION_HEADS or not _is_common(tokens, span.end - 1):
        return span.end
    at, commas = span.end, 0
    while at + 1 < len(tokens) and tokens.text[at] == "," and _is_common(tokens, at + 1):
        at, commas = _end_of_common(tokens, at + 1), commas + 1
    at += at < len(tokens) and tokens.text[at] == ","
    listed = commas and at + 1 < len(tokens) and tokens.lower[at] in ("and", "&") and _is_common(tokens, at + 1)
    return _end_of_common(tokens, at + 1) if listed else span.end


def _start_of_pair(tokens: Tokens, span: NameSpan) -> int:
    """Return where a pair of common words begins that the model divides: Justice and | Truth Alliance."""
    start = span.start - 2
    if start < 1 or tokens.lower[span.start - 1] not in ("and", "&") or tokens.lower[start - 1] != "the":
        return span.start
    headed = tokens.lower[span.end - 1] in names.ORGANISATION_HEADS and not tokens.is_known(span.start, span.end)
    is_body = tokens.lower[start] in names.ORGANISATION_HEADS or tokens.is_known(start, start + 1)
    words = span.end - span.start > 1 and _is_common(tokens, start) and _is_common(tokens, span.start)
    return start if headed and words and not is_body else span.start


def _end_of_common(tokens: Tokens, at: int) -> int:
    while at < len(tokens) and _is_common(tokens, at):
        at += 1
    return at


def _is_common(tokens: Tokens, at: int) -> bool:
    """Return whether a token is a word of the dictionary with a capital, and no name of a body."""
    if not tokens.capital[at] or not tokens.text[at].isalpha() or tokens.is_known(at, at + 1):
        return False
    return is_in_dictionary(tokens.lower[at]) or is_in_dictionary(tokens.lemma[at])


def _with_possessives(tokens: Tokens, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Join whose it is and what it is where both are the name: the Workers' Party, St James's Place, Emma's Kitchen."""
    found = [(start, end, label) for start, end, label in _possessive_names(tokens)]
    whole = [span for span in spans if not any(span.start < end and start < span.end for start, end, _ in found)]
    for start, end, label in found:
        last = max([end, *(span.end for span in spans if start <= span.start < end)])
        whole.append(NameSpan(start, last, label))
    return sorted(whole, key=lambda span: span.start)


def _possessive_names(tokens: Tokens) -> Iterator[tuple[int, int, str]]:
    for mark in range(1, len(tokens) - 1):
        if tokens.text[mark] not in _POSSESSIVES or not tokens.capital[mark - 1] or tokens.spaced[mark - 1]:
            continue
        owner, end = mark - 1, mark + 1
        while end < len(tokens) and tokens.proper(end):
            end += 1
        head = tokens.lower[end - 1]
        is_body, is_place = head in names.ORGANISATION_HEADS, head in names.PLACE_HEADS
        saint = owner > 0 and tokens.lower[owner - 1] in _SAINTS
        if end > mark + 1 and saint and (is_body or is_place):
            yield owner - 1, end, "ORG" if is_body else "PLACE"
        elif (end > mark + 1 and is_body and _is_of_members(tokens, owner)) or (
            _is_called(tokens, owner) and _is_whole(tokens, mark, end)
        ):
            yield owner, end, "ORG"


def _is_of_members(tokens: Tokens, owner: int) -> bool:
    """Return whether a body's name opens with its members, who are no name: Workers', Women's."""
    plural = tokens.tag[owner] in ("NNS", "NNPS") or tokens.lower[owner].endswith(("s", "men"))
    return plural and is_in_dictionary(tokens.lower[owner]) and tokens.text[owner] not in names.given_names()


def _is_called(tokens: Tokens, owner: int) -> bool:
    """Return whether a business is named: the café, Dolly's; the charity Emma's Kitchen."""
    at = owner - 1 - (owner > 0 and tokens.text[owner - 1] == ",")
    if at < 1:
        return False
    named = tokens.tag[at] == "NN" and tokens.lemma[at] in names.ORGANISATION_NOUNS
    return named and tokens.text[owner] in names.given_names()


def _is_whole(tokens: Tokens, mark: int, end: int) -> bool:
    """Return whether nothing is named behind that somebody could have: Emma's Kitchen, and Dolly's alone."""
    if end == mark + 1:
        return tokens.text[end] in {",", ".", ")"} or tokens.tag[end] in {"VBD", "VBZ", "VBP"}
    return all(_is_common(tokens, at) for at in range(mark + 1, end))


def with_hyphens(tokens: Tokens, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Let no span divide a name that hyphens join, and add those in which the model saw none."""
    whole = list(spans)
    for start, end in _hyphenated_names(tokens):
        inside = [span for span in whole if span.start < end and start < span.end]
        labels = {span.label for span in inside}
        are_places = labels == {"PLACE"} and len(inside) > 1 and all(tokens.capital[start:end:2])
        if "NORP" in labels or are_places:
            continue
        first, last = min([start, *(span.start for span in inside)]), max([end, *(span.end for span in inside)])
        label = "PLACE" if "PLACE" in labels else inside[-1].label if inside else None
        whole = [span for span in whole if span not in inside] + [NameSpan(first, last, label)]
    return sorted(whole, key=lambda span: span.start)


def _hyphenated_names(tokens: Tokens) -> Iterator[Range]:
    start = 0
    while start < len(tokens):
        end = start + 1
        while end + 1 < len(tokens) and _is_hyphen_between_words(tokens, end):
            end += 2
        if end > start + 1 and _is_hyphenated_name(tokens, start, end):
            yield start, end
        start = end


def _is_hyphen_between_words(tokens: Tokens, at: int) -> bool:
    glued = not tokens.spaced[at - 1] and not tokens.spaced[at]
    return glued and tokens.text[at] in HYPHENS and tokens.text[at + 1][0].isalpha()


def _is_hyphenated_name(tokens: Tokens, start: int, end: int) -> bool:
    """Return whether words that hyphens join are one name: Stow-on-the-Wold, Xiong-nu, but not Moscow-based."""
    words = range(start, end, 2)
    if not tokens.capital[start] or len(tokens.text[start]) < 2 or all(tokens.is_title(at) for at in words):
        return False
    if tokens.capital[end - 1]:
        return all(tokens.capital[at] or len(tokens.text[at]) <= _LONGEST_JOINT for at in words)
    last = tokens.lower[end - 1]
    is_common = is_in_dictionary(last) or is_in_dictionary(tokens.lemma[end - 1]) or last.endswith(("ed", "ing"))
    return len(words) == 2 and tokens.proper(start) and len(last) > 1 and last.isalpha() and not is_common


def as_elsewhere(tokens: Tokens, spans: list[NameSpan]) -> list[NameSpan]:
    """Give a name the extent that it has elsewhere in the text: two that touch there are one, and one goes on.

    A name that "and", "of" or "for" joins is often cut short; where the text has it whole once, it is whole everywhere.
    A word that opens a sentence is left out where the name behind it is one elsewhere: Key | Security Council.
    """
    labels = {tuple(tokens.lower[span.start : span.end]): span.label for span in spans if span.end - span.start > 1}
    tails = _tails_within_sentences(tokens, spans)
    whole: list[NameSpan] = []
    for span in spans:
        before = whole[-1] if whole else None
        if before is not None and before.end == span.start and tokens.spaced[span.start - 1]:
            both = tuple(tokens.lower[before.start : span.end])
            if both in labels:
                whole[-1] = NameSpan(before.start, span.end, labels[both], before.title)
                continue
        whole.append(_without_opening(tokens, span, tails))
    return _with_linked(tokens, whole, [words for words in labels if not _LINKS.isdisjoint(words)])


def _tails_within_sentences(tokens: Tokens, spans: Sequence[NameSpan]) -> dict[Words, str | None]:
    """Return the names of several words that open no sentence, and their ends."""
    found: dict[Words, str | None] = {}
    for span in spans:
        if not tokens.sentence_start[span.start]:
            for start in range(span.start, span.end - 1):
                found[tuple(tokens.lower[start : span.end])] = span.label
    return found


def _without_opening(tokens: Tokens, span: NameSpan, tails: Mapping[Words, str | None]) -> NameSpan:
    words = tuple(tokens.lower[span.start : span.end])
    opens = tokens.sentence_start[span.start] and _is_common(tokens, span.start)
    if not opens or words in tails or words[1:] not in tails:
        return span
    return NameSpan(span.start + 1, span.end, tails[words[1:]])


def _with_linked(tokens: Tokens, spans: list[NameSpan], names_linked: Sequence[Words]) -> list[NameSpan]:
    """Return the spans, those that begin a name which the text has whole elsewhere as long as it is there."""
    by_first: dict[str, list[Words]] = defaultdict(list)
    for words in sorted(names_linked, key=len, reverse=True):
        by_first[words[0]].append(words)
    found: list[NameSpan] = []
    for span in spans:
        if found and span.start < found[-1].end:
            continue
        longer = (words for words in by_first[tokens.lower[span.start]] if len(words) > span.end - span.start)
        words = next((w for w in longer if tuple(tokens.lower[span.start : span.start + len(w)]) == w), ())
        ends_as_name = bool(words) and tokens.capital[span.start + len(words) - 1]
        found.append(NameSpan(span.start, span.start + len(words), span.label, span.title) if ends_as_name else span)
    return found
