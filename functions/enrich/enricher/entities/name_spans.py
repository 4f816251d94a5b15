"""Where names stand in a parsed text, before anybody knows what they name.

Comes in: spaCy's analysis. Goes out: spans of tokens that do not overlap, each with the label that the model gave it
and the title before it.

The model's spans are taken first and corrected: articles, titles, possessives and quotation marks are left outside,
spans do not cross a line, names that lie side by side are taken apart, halves of a name are joined. Then come the names
that the model missed: runs of capitalised proper nouns.
"""

from __future__ import annotations

from collections.abc import Iterator

from enricher.entities import names
from enricher.entities.joined_names import HYPHENS, PlaceTest, as_elsewhere, fused, joined, names_a_body, with_hyphens
from enricher.entities.teams import results_of
from enricher.entities.tokens import POSSESSIVES, NameSpan, Tokens, is_participle
from enricher.parsing import is_in_dictionary

_LABELS = {
    "PERSON": "PERSON",
    "ORG": "ORG",
    "GPE": "PLACE",
    "LOC": "PLACE",
    "FAC": "PLACE",
    "EVENT": "EVENT",
    "PRODUCT": "PRODUCT",
}
_OTHER_LABELS = frozenset({"WORK_OF_ART", "LAW", "LANGUAGE"})
_DEMONYM_ENDINGS = ("an", "ese", "ish", "i", "ic", "ist", "ch", "s", "man", "men", "er", "ard")
_ARTICLES = frozenset({"the", "a", "an"})
_PARTED_BY = frozenset({"and", "or", ",", "near", "after", "for", "&"})
_NEVER_LAST = frozenset({"on", "in", "at", "of", "for", "and", "or", "the", "a", "to", "by", "from", "with", "as"})
_LONGEST_NAME_TOKENS = 12
_BULLETS = frozenset("•·▪|")
_DASHES = frozenset("-–—")
_BEFORE_NAMES = frozenset({"under", "with", "after", "before", "since", "against", "when", "while", "how", "why"})


def name_spans(tokens: Tokens, is_place: PlaceTest = lambda _: False) -> list[NameSpan]:
    """Return the spans, in order."""
    taken = [False] * len(tokens)
    spans: list[NameSpan] = []
    labelled = [part for span in _of_model(tokens) for part in _parts(tokens, span)]
    labelled = _with_results(tokens, labelled)
    labelled = with_hyphens(tokens, fused(tokens, labelled))
    for span in labelled:
        _take(taken, span)
    for span in labelled:
        _take(taken, span, False)
        grown = _trimmed(tokens, _grown(tokens, span, taken))
        if grown is not None and not any(taken[grown.start : grown.end]):
            _take(taken, grown)
            spans.append(grown)
    for span in _missed(tokens, taken):
        trimmed = _trimmed(tokens, span)
        if trimmed is not None and not any(taken[trimmed.start : trimmed.end]):
            _take(taken, trimmed)
            spans.append(trimmed)
    return as_elsewhere(tokens, joined(tokens, sorted(spans, key=lambda span: span.start), is_place))


def _with_results(tokens: Tokens, spans: list[NameSpan]) -> list[NameSpan]:
    """Put the teams of results in the place of what the model has in their lines: Lahti 1 Jazz Pori 0."""
    results = list(results_of(tokens))
    lines = [(first.start, second.end + 1) for first, second in results]
    others = [span for span in spans if not any(span.start < end and start < span.end for start, end in lines)]
    return sorted([*others, *(team for result in results for team in result)], key=lambda span: span.start)


def _take(taken: list[bool], span: NameSpan, value: bool = True) -> None:
    for index in range(span.start, span.end):
        taken[index] = value


def _of_model(tokens: Tokens) -> Iterator[NameSpan]:
    for entity in tokens.doc.ents:
        label = _LABELS.get(entity.label_)
        if entity.label_ == "NORP":
            last = entity[-1]
            named = len(entity) > 1 and entity[0].text in names.given_names()
            proper = last.tag_ == "NNP" and (named or not last.lower_.endswith(_DEMONYM_ENDINGS))
            label = "DOUBTFUL" if proper else "NORP"
            if entity.start and tokens.is_known(entity.start - 1, entity.end):  # Liberal | Democrats
                yield NameSpan(entity.start - 1, entity.end, "ORG")
                continue
        if label is None and entity.label_ in _OTHER_LABELS:
            label = "OTHER"
        if label is not None:
            yield NameSpan(entity.start, entity.end, label)


def _parts(tokens: Tokens, span: NameSpan) -> Iterator[NameSpan]:
    """Take apart what the model took for one name: over a line, or places and persons side by side."""
    start = span.start
    for index in range(span.start, span.end):
        word = tokens.text[index]
        parts = "\n" in word or word in _BULLETS or (word in _DASHES and _stands_free(tokens, index))
        possessive = span.label == "PERSON" and word in POSSESSIVES and len(word) > 1
        parts = parts or (possessive and index + 1 < span.end) or _is_owner_of_what_is_no_place(tokens, span, index)
        if _is_office_before_a_name(tokens, span, index):
            yield NameSpan(start, index, "ORG")
            start = index
        if span.label in ("PERSON", "PLACE", "ORG") and tokens.lower[index] in _PARTED_BY and span.start < index:
            parts = parts or _parted_at(tokens, span, start, index)
        if parts:
            if start < index:
                yield NameSpan(start, index, span.label)
            start = index + 1
    if start < span.end:
        yield NameSpan(start, span.end, span.label)


def _is_owner_of_what_is_no_place(tokens: Tokens, span: NameSpan, index: int) -> bool:
    """Return whether a possessive parts a place from what it has: Ellsmouth's | Victorian, but not St James's Park."""
    owns = span.label == "PLACE" and span.start < index < span.end - 1 and tokens.text[index] in {"'s", "’s"}
    return owns and tokens.lower[span.end - 1] not in names.PLACE_HEADS


def _stands_free(tokens: Tokens, index: int) -> bool:
    """Return whether a dash has words on both sides, and space: Food Shuttle - Volunteers."""
    if not tokens.spaced[index] or index == 0 or not tokens.spaced[index - 1] or index + 1 >= len(tokens):
        return False
    return not tokens.text[index - 1][-1].isdigit() and not tokens.text[index + 1][0].isdigit()


def _is_office_before_a_name(tokens: Tokens, span: NameSpan, index: int) -> bool:
    inside = span.start < index < span.end - 1 and span.label in ("PERSON", "ORG")
    return inside and tokens.is_title(index) and tokens.text[index + 1] in names.given_names()


def _parted_at(tokens: Tokens, span: NameSpan, start: int, index: int) -> bool:
    if index + 1 >= span.end or not tokens.capital[index + 1]:
        return False
    word = tokens.lower[index]
    if word == "for":
        return tokens.is_known(start + (tokens.lower[start] in _ARTICLES), index)
    if word == ",":
        return tokens.lower[index + 1].rstrip(".") not in names.COMPANY_SUFFIXES | {"jr", "sr"} and span.label != "ORG"
    if span.label == "ORG":  # "Johnson and Johnson", "Ministry of Trade and Industry"
        alone = span.end - span.start == 3 and span.start + 1 == index and word == "and"
        known = tokens.is_known(start, index) or tokens.is_known(index + 1, span.end)
        return word in ("near", "after") or known or (alone and tokens.text[index - 1] not in names.surnames())
    if span.label == "PERSON" or word != "&":
        return all(tokens.lower[at] not in names.PLACE_HEADS for at in range(start, span.end)) or word in (
            "near",
            "after",
        )
    return False


def _grown(tokens: Tokens, span: NameSpan, taken: list[bool]) -> NameSpan:
    """Let a span take in the capitalised proper nouns and hyphenated halves beside it."""
    start, end = span.start, span.end
    while start > 0 and not taken[start - 1] and end - start < _LONGEST_NAME_TOKENS:
        if not tokens.spaced[start - 1] and tokens.text[start - 1] in HYPHENS and start > 1 and not taken[start - 2]:
            if tokens.spaced[start - 2] or not tokens.capital[start - 2]:
                break
            start -= 2
        elif (
            tokens.proper(start - 1)
            and tokens.spaced[start - 1]
            and not _breaks(tokens, start - 1)
            and span.label != "NORP"
            and (not tokens.sentence_start[start - 1] or _may_open_a_name(tokens, start - 1, span.label))
            and (not tokens.is_title(start) or _belongs_to_title(tokens, start - 1))
        ):
            start -= 1
        else:
            break
    while end < len(tokens) and not taken[end] and end - start < _LONGEST_NAME_TOKENS:
        if tokens.text[end - 1] in POSSESSIVES:
            break
        glued = not tokens.spaced[end - 1]
        if glued and tokens.text[end] in HYPHENS and not tokens.spaced[end] and end + 1 < len(tokens):
            if taken[end + 1] or not (tokens.capital[end + 1] or _hyphenated_name(tokens, end + 1)):
                break
            end += 2
        elif not glued and _goes_on(tokens, end, span.label):
            end += 1
        else:
            break
    return NameSpan(start, end, span.label)


def _goes_on(tokens: Tokens, index: int, label: str | None) -> bool:
    """Return whether a word behind a name is still of it: a proper noun, Jr., the number of a road."""
    if tokens.text[index] in names.GENERATIONS and tokens.tag[index] != "PRP":
        return True
    if _is_number_of_a_road(tokens, index):
        return True
    may_be_of_it = tokens.proper(index) and not _breaks(tokens, index) and not tokens.sentence_start[index]
    return may_be_of_it and label != "NORP" and not (label == "PLACE" and tokens.is_title(index))


def _may_open_a_name(tokens: Tokens, index: int, label: str | None) -> bool:
    """Return whether the first word of a sentence, which has a capital anyhow, may be the first of a name, too."""
    if tokens.lower[index] in names.TITLES:
        return True
    return label == "PERSON" and not is_in_dictionary(tokens.lower[index]) and not is_in_dictionary(tokens.lemma[index])


def _belongs_to_title(tokens: Tokens, index: int) -> bool:
    """Return whether a word is the beginning of the title behind it, and not whose title it is."""
    return tokens.is_title(index) or tokens.lower[index] in names.TITLE_PREFIXES


def _hyphenated_name(tokens: Tokens, index: int) -> bool:
    """Return whether a hyphen joins a name: Stow-on-the-Wold, but not Moscow-based."""
    return index + 2 < len(tokens) and tokens.text[index + 1] in HYPHENS and tokens.capital[index + 2]


def _is_number_of_a_road(tokens: Tokens, index: int) -> bool:
    """Return whether a number names a road: Interstate 93."""
    return index > 0 and tokens.text[index][0].isdigit() and tokens.lower[index - 1] in names.NUMBERED_ROADS


def _breaks(tokens: Tokens, index: int) -> bool:
    return tokens.text[index] in names.NOT_NAMES


def _missed(tokens: Tokens, taken: list[bool]) -> Iterator[NameSpan]:
    """Find the runs of capitalised proper nouns that the model missed."""
    index = 0
    labelled = {token.i for entity in tokens.doc.ents for token in entity}
    while index < len(tokens):
        numbered = tokens.capital[index] and index + 1 < len(tokens) and _is_number_of_a_road(tokens, index + 1)
        party = tokens.text[index] in names.PARTY_WORDS and index + 1 < len(tokens) and tokens.is_title(index + 1)
        named = tokens.proper(index) or party
        unlabelled = index not in labelled and named and not _breaks(tokens, index)
        if taken[index] or not (numbered or unlabelled):
            index += 1
            continue
        end = index + 1 + numbered
        while end < len(tokens) and not taken[end] and tokens.proper(end) and not _breaks(tokens, end):
            if not tokens.spaced[end - 1] and tokens.text[end - 1] not in HYPHENS:
                break
            end += 1
        yield NameSpan(index, end, None)
        index = end


def _trimmed(tokens: Tokens, span: NameSpan) -> NameSpan | None:
    """Leave articles, quotation marks, titles and possessives outside; nothing may be left."""
    start, end = span.start, _end_before_open_bracket(tokens, span)
    changed = True
    while changed and start < end:
        changed = False
        if _is_no_opening(tokens, start, end, span.label):
            start, changed = start + 1, True
        elif _is_no_ending(tokens, end):
            end, changed = end - 1, True
    if start >= end or not any(tokens.capital[index] for index in range(start, end)):
        return None
    if end - start == 1 and (_breaks(tokens, start) or len(tokens.text[start]) < 2):
        return None
    if all(tokens.lower[index] in names.COMPANY_SUFFIXES for index in range(start, end)):
        return None
    return _without_title(tokens, NameSpan(start, end, span.label))


def _end_before_open_bracket(tokens: Tokens, span: NameSpan) -> int:
    """Return where a name ends that goes on into brackets which it does not close: the Institute of Building (CIOB."""
    words = tokens.text[span.start : span.end]
    return span.start + words.index("(") if "(" in words[1:] and ")" not in words else span.end


def _opens_a_clause(tokens: Tokens, start: int, end: int, label: str | None) -> bool:
    """Return whether the first word of a sentence or heading is none of the name behind it: Crossing | Lake Erie."""
    if not tokens.sentence_start[start] or end - start < 2:
        return False
    lower, following = tokens.lower[start], tokens.text[start + 1]
    known = following in names.given_names() or tokens.lower[start + 1] in names.PLACE_OPENINGS
    named = known or (label == "PERSON" and end - start > 2)
    participle = is_participle(lower) and tokens.text[start] not in names.given_names() | names.surnames()
    return (participle and named) or (
        label != "ORG" and lower in _BEFORE_NAMES and tokens.text[start] not in names.given_names()
    )


def _is_no_opening(tokens: Tokens, start: int, end: int, label: str | None) -> bool:
    first = tokens.text[start]
    if label in ("PERSON", "ORG", None) and _opens_a_clause(tokens, start, end, label):
        return True
    if label == "PERSON" and start + 1 < end and _is_ministry_behind_its_title(tokens, start):
        return True
    if tokens.lower[start] in _ARTICLES or (not any(map(str.isalnum, first)) and first != "'"):
        return True
    if first.isdigit() and len(first) == 4 and start + 1 < end:  # a year
        return label != "EVENT" or tokens.lower[end - 1] in names.ORGANISATION_HEADS
    common = not tokens.capital[start] and start + 1 < end and tokens.tag[start] not in ("NNP", "NNPS")
    kept = first[:1].isdigit() or tokens.lower[start] in names.PERSON_PARTICLES
    return common and not kept and label in ("PERSON", "ORG", "PLACE")


def _is_no_ending(tokens: Tokens, end: int) -> bool:
    last = tokens.text[end - 1]
    if last in POSSESSIVES or tokens.lower[end - 1] in _NEVER_LAST or not any(map(str.isalnum, last)):
        return True
    result = not HYPHENS.isdisjoint(last) or (end > 1 and tokens.text[end - 2] in HYPHENS)
    followed = end < len(tokens) and tokens.text[end] in HYPHENS
    return last[0].isdigit() and last[-1].isdigit() and (result or followed)  # "Lincoln 2-0", "Lincoln 2 - 0"


def _without_title(tokens: Tokens, span: NameSpan) -> NameSpan | None:
    """Part the title from the name of a person: inside the span and before it."""
    span = _without_office(tokens, span)
    start = span.start
    if tokens.is_title(start) and names_a_body(tokens, start, span.end):
        return NameSpan(start, span.end, None if span.label == "PERSON" else span.label)
    if span.label in ("PERSON", "ORG", None):
        while start + 1 < span.end and (
            tokens.is_title(start)
            or (tokens.lower[start] in names.TITLE_PREFIXES and tokens.is_title(start + 1))
            or (tokens.sentence_start[start] and tokens.lower[start] in names.PERSON_NOUNS)
            or (tokens.text[start] in HYPHENS and tokens.is_title(start + 1))
        ):
            start += 1
        if start > span.start and span.label == "ORG" and not _looks_personal(tokens, start, span.end):
            start = span.start
    begin = start
    while begin > 0 and start - begin < 6 and _may_be_title(tokens, begin - 1, begin == start):
        begin -= 1
    while begin < start and not tokens.is_title(begin) and tokens.lower[begin] not in names.TITLE_PREFIXES:
        begin += 1
    if start + 1 == span.end and _is_ministry_of_a_title(tokens, start):
        return None
    if start + 1 == span.end and tokens.is_title(start) and _is_no_name(tokens, start, span.label):
        return None
    return NameSpan(start, span.end, span.label, (begin, start) if begin < start else None)


def _is_ministry_behind_its_title(tokens: Tokens, index: int) -> bool:
    """Return whether a word says what somebody is minister of: Minister of | Defence | Jane Roe."""
    ministry = index > 1 and tokens.lower[index] in names.TITLE_PREFIXES and tokens.lower[index - 1] in ("of", "for")
    return ministry and tokens.is_title(index - 2)


def _is_ministry_of_a_title(tokens: Tokens, index: int) -> bool:
    """Return whether a word only says what somebody is secretary of: Defence | Secretary."""
    following = index + 1 < len(tokens) and tokens.is_title(index + 1) and tokens.capital[index + 1]
    return following and tokens.lower[index] in names.TITLE_PREFIXES


def _is_no_name(tokens: Tokens, title: int, label: str | None) -> bool:
    """Return whether a title alone is never a name: Madam, but not King."""
    word = tokens.text[title]
    return label is None or (label == "PERSON" and word not in names.given_names() and word not in names.surnames())


def _without_office(tokens: Tokens, span: NameSpan) -> NameSpan:
    """Cut the office off behind what it is an office of: Ohio | Attorney General, Acme Institute | Fellow."""
    end = span.end
    while end - 1 > span.start and tokens.is_title(end - 1):
        end -= 1
    two = span.end - span.start == 2
    surname = span.label == "PERSON" and two and tokens.text[span.end - 1] in names.surnames()
    headed = not names.ORGANISATION_HEADS.isdisjoint(tokens.lower[span.start + 1 : end])
    named = (tokens.text[span.start] in names.given_names() and not headed) or tokens.is_title(span.start)
    if end == span.end or surname or named:
        return span
    while end - 1 > span.start and tokens.lower[end - 1] in names.TITLE_PREFIXES | {"press"}:
        end -= 1
    if tokens.lower[end - 1] in _NEVER_LAST:  # the International Court of Justice, the Office of Inspector General
        return span
    end = _end_of_organisation(tokens, span.start, end)
    return NameSpan(span.start, end, None if span.label == "PERSON" else span.label)


def _end_of_organisation(tokens: Tokens, start: int, end: int) -> int:
    """Return where an organisation's name ends among the words before an office: Acme Institute | Harbour Research."""
    heads = [at for at in range(start + 1, end) if tokens.lower[at] in names.ORGANISATION_HEADS]
    has_complement = bool(heads) and not {"of", "for"}.isdisjoint(tokens.lower[heads[-1] : end])
    return heads[-1] + 1 if heads and not has_complement else end


def _may_be_title(tokens: Tokens, index: int, nearest: bool) -> bool:
    if "\n" in tokens.text[index] or not tokens.spaced[index]:
        return False
    return tokens.is_title(index) or (not nearest and tokens.lower[index] in names.TITLE_PREFIXES)


def _looks_personal(tokens: Tokens, start: int, end: int) -> bool:
    return tokens.text[start] in names.given_names() or (end - start == 1 and tokens.text[start] in names.surnames())
