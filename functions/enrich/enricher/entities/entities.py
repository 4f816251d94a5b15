"""The persons, organisations, places and events that the body names.

Comes in: the document, its parse. Goes out: entities, each with all its mentions, the most salient first.

Three steps: where names stand (:mod:`enricher.entities.name_spans`), what they name
(:mod:`enricher.entities.name_types`), and which of them name the same: a surname the person whose full name the text
gives, an acronym its long form.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

from enricher.entities import names
from enricher.entities.name_spans import name_spans
from enricher.entities.name_types import NameType, PlaceWeight, is_surely_a_place, name_types, no_places
from enricher.entities.no_names import without_what_is_no_name
from enricher.entities.tokens import NameSpan, Tokens
from enricher.parsing import MODEL_VERSION
from enricher.ports import Analysis, Document
from newsdesk.contracts import Enrichment, Entity, Mention

EntityType = Literal["PERSON", "ORG", "PLACE", "EVENT", "OTHER"]

_WEIGHTS_OF_SALIENCE = (0.4, 0.35, 0.25)
"""Weights of frequency, of an early first mention, and of the headline."""

_ALIASES = {
    **dict.fromkeys(("us", "u.s.", "u.s", "usa", "u.s.a.", "united states of america", "america"), "united states"),
    **dict.fromkeys(("uk", "u.k.", "great britain", "britain"), "united kingdom"),
    **dict.fromkeys(("uae", "u.a.e."), "united arab emirates"),
    **dict.fromkeys(("republican", "republicans", "gop"), "republican party"),
    **dict.fromkeys(("democrat", "democrats", "democratic"), "democratic party"),
    **dict.fromkeys(("conservative", "conservatives", "tory", "tories"), "conservative party"),
    "ussr": "soviet union",
    "u.s.s.r.": "soviet union",
    "holland": "netherlands",
    "eu": "european union",
    "un": "united nations",
    "u.n.": "united nations",
}

_GENERATIONS = frozenset(word.casefold() for word in names.GENERATIONS)

_MOST_NAMESAKES = 20
"""Mentions that are searched for the person a lone surname means: a list of a thousand Smiths must not take a million
steps."""

_PARTY_AND = re.compile(r"[A-Z]-(?=[A-Z][a-z])")
"""As in "Jane Roe (R-Utah)"."""

_ERA = re.compile(r"(?P<year>\d+[ \xa0])?(?:B\.?C\.?(?:E\.?)?|C\.?E\.?)|(?P<before>A\.?D\.?)(?P<number>[ \xa0]\d+)?")
_BEFORE_ERA = re.compile(r"(?:\d|\b(?:centur(?:y|ies)|millenni(?:um|a)))[ \xa0]*$")
_AFTER_ERA = re.compile(r"[ \xa0]*\d")
_LONGEST_BEFORE_ERA = 12
"""As in "300 B.C.", "the first century AD" and "A.D. 70"."""

_LONGEST_ACRONYM = 4
_DEPARTMENTS = frozenset({"department", "ministry", "office", "bureau"})

_COMPOUND = re.compile(r"(.+?)[-–‑][a-z].*")


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """One mention, in code points of the body, the title before it, and how likely it is right, if that is known."""

    begin: int
    end: int
    type: EntityType
    text: str
    title: str | None = None
    confidence: float | None = None


@dataclass(slots=True)
class _Group:
    """The mentions of one entity."""

    type: EntityType
    words: tuple[str, ...]
    mentions: list[NamedSpan] = field(default_factory=list)


class EntitiesEnricher:
    """Corrects what spaCy's small model finds and tells what names name the same."""

    name = "entities"
    version = f"1+{MODEL_VERSION}"

    def __init__(
        self, place_weight: PlaceWeight = no_places, has_oblast: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._place_weight = place_weight
        self._has_oblast = has_oblast

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the entities; none for a text that names nobody."""
        parsed = analysis.parse(found)
        tokens = Tokens(parsed.doc, parsed.text)
        spans = name_spans(tokens, lambda name: is_surely_a_place(name, self._place_weight))
        spans = without_what_is_no_name(tokens, spans)
        types = name_types(tokens, spans, self._place_weight)
        mentions = list(self._mentions(analysis.document.body, tokens, spans, types))
        return Enrichment(entities=entities_of(mentions, analysis.document))

    def _mentions(
        self, body: str, tokens: Tokens, spans: Sequence[NameSpan], types: Sequence[NameType]
    ) -> Iterable[NamedSpan]:
        covered: set[int] = set()
        for span, named in zip(spans, types, strict=True):
            covered.update(range(span.start, span.end))
            type_ = named.type
            if type_ is not None:
                first = span.start - _has_article(tokens, span.start) if type_ == "ORG" else span.start
                begin, end = tokens.begin[first], tokens.end_of(span.end - 1)
                if type_ == "PLACE" and self._is_an_oblast(tokens, span, body[begin:end]):
                    end = tokens.end_of(span.end)
                if type_ == "PLACE" and _PARTY_AND.match(body, begin, end):
                    begin += 2
                if _is_era(body, begin, end):
                    continue
                title = span.title if type_ == "PERSON" else None
                text = body[tokens.begin[title[0]] : tokens.end_of(title[1] - 1)] if title else None
                yield NamedSpan(begin, end, _checked(type_), body[begin:end], text, named.confidence)
        for index, word in enumerate(tokens.text):
            compound = _COMPOUND.fullmatch(word) if index not in covered and tokens.capital[index] else None
            if compound is not None and is_surely_a_place(compound[1], self._place_weight):
                begin = tokens.begin[index]  # the place in "Ohio-based", where the model makes it one word
                yield NamedSpan(begin, begin + len(compound[1]), "PLACE", body[begin : begin + len(compound[1])])

    def _is_an_oblast(self, tokens: Tokens, span: NameSpan, name: str) -> bool:
        """Return whether the next word makes a name an oblast's, which is named after its capital: Kyiv region."""
        following = tokens.text[span.end] if span.end < len(tokens) and tokens.spaced[span.end - 1] else ""
        return following in names.OBLASTS and self._has_oblast(name)


def _is_era(body: str, begin: int, end: int) -> bool:
    """Return whether a name only says from which year years are counted."""
    era = _ERA.fullmatch(body, begin, end)
    if era is None:
        return False
    if era["year"] or era["number"] or (era["before"] and _AFTER_ERA.match(body, end)):
        return True
    return _BEFORE_ERA.search(body, max(0, begin - _LONGEST_BEFORE_ERA), begin) is not None


def _has_article(tokens: Tokens, start: int) -> bool:
    """Return whether an organisation writes its article with a capital, as in "bought by The Lakes Company"."""
    return start > 0 and tokens.text[start - 1] == "The" and not tokens.sentence_start[start - 1]


def _checked(type_: str) -> EntityType:
    for known in ("PERSON", "ORG", "PLACE", "EVENT"):
        if type_ == known:
            return known
    return "OTHER"


def entities_of(mentions: Sequence[NamedSpan], document: Document) -> tuple[Entity, ...]:
    """Return who and what the mentions name, each once, the most salient first."""
    groups = _grouped(mentions)
    most = max((len(group.mentions) for group in groups), default=1)
    entities = [_entity(group, most, document) for group in groups]
    return tuple(sorted(entities, key=lambda entity: (-(entity.salience or 0.0), entity.mentions[0].begin)))


def _entity(group: _Group, most: int, document: Document) -> Entity:
    mentions = sorted(group.mentions, key=lambda mention: mention.begin)
    name = max(mentions, key=lambda mention: (len(mention.text.split()), -mention.begin)).text
    titles = Counter(mention.title for mention in mentions if mention.title)
    headline = (document.headline or "").casefold()
    spoken = {mention.text.casefold() for mention in mentions}
    evidence = (
        len(mentions) / most,
        1 - mentions[0].begin / len(document.body),
        float(any(_is_in(text, headline) for text in spoken)),
    )
    salience = sum(weight * value for weight, value in zip(_WEIGHTS_OF_SALIENCE, evidence, strict=True))
    sure = [mention.confidence for mention in mentions if mention.confidence is not None]
    return Entity(
        type=group.type,
        name=" ".join(name.split()),
        title=max(titles, key=lambda title: (titles[title], len(title), title)) if titles else None,
        mentions=tuple(Mention(begin=mention.begin, end=mention.end, text=mention.text) for mention in mentions),
        salience=round(salience, 3),
        confidence=round(fmean(sure), 2) if sure else None,
    )


def _is_in(name: str, headline: str) -> bool:
    return name in headline and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", headline) is not None


def _grouped(mentions: Sequence[NamedSpan]) -> list[_Group]:
    """Put together what names the same, the long forms first."""
    groups: dict[tuple[str, tuple[str, ...]], _Group] = {}
    shorter: dict[tuple[str, str], list[_Group]] = defaultdict(list)
    for mention in sorted(mentions, key=lambda mention: (-len(_name_words(mention)), mention.begin)):
        words = _name_words(mention)
        key = (mention.type, _core(mention.type, words))
        group = groups.get(key)
        if group is None and (longer := shorter.get((mention.type, " ".join(words)))):
            group = max(longer[:_MOST_NAMESAKES], key=lambda candidate: len(candidate.mentions))
        if group is None:
            group = groups[key] = _Group(mention.type, words)
            for short in _short_forms(mention.type, mention.text, words):
                shorter[mention.type, short].append(group)
        group.mentions.append(mention)
    return list(groups.values())


def _name_words(mention: NamedSpan) -> tuple[str, ...]:
    words = mention.text.casefold().replace("’", "'").split()
    plain = " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)
    return tuple((plain if mention.type == "PERSON" else _ALIASES.get(plain, plain)).split())


def _core(type_: EntityType, words: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what varies: a person's middle names, a company's legal form."""
    if type_ == "PERSON" and len(words) > 2 and words[-1] not in _GENERATIONS:
        return (words[0], words[-1])
    if type_ == "ORG" and len(words) > 1 and words[-1].rstrip(",") in names.COMPANY_SUFFIXES:
        return tuple(word.rstrip(",") for word in words[:-1])
    return words


def _short_forms(type_: EntityType, text: str, words: tuple[str, ...]) -> set[str]:
    """Return what may mean the same: a single word, or an organisation's name without whose it is."""
    if len(words) < 2:
        return set()
    if type_ == "PERSON":
        return {words[0], *({words[-1]} - _GENERATIONS)}  # a family name may look like a number: Xi
    if type_ == "ORG":
        initials = [word[0] for word in re.split(r"[\s-]+", text) if word[:1].isupper()]
        acronym = "".join(initials).casefold()
        without = {tail} if (tail := _without_owner(text.split()[-len(words) :], words)) else set()
        return {acronym, ".".join(acronym) + ".", *without} if len(initials) > 1 else without
    return set()


def _without_owner(written: Sequence[str], words: tuple[str, ...]) -> str:
    """Return the rest of UN | Security Council and Department of | Homeland Security: two words or more, or nothing."""
    if len(written[0]) <= _LONGEST_ACRONYM and written[0].isupper():
        tail = words[1:]
    elif words[0] in _DEPARTMENTS and words[1] == "of":
        tail = words[2:]
    else:
        tail = ()
    return " ".join(tail) if len(tail) > 1 else ""
