"""Whom a speaker's description or pronoun means.

Comes in: a parsed text, the entities found in it, and a span that stands for a speaker. Goes out: the entity's name.

A pronoun means the last person before it that fits, a subject sooner than others (after Lappin and Leass, "An algorithm
for pronominal anaphora resolution", 1994); titles and common first names tell who fits. Where two fit alike, it means
neither of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from enricher.parsing import SUBJECTS, ParsedText, Span, lemma_of
from enricher.speech.reporting import SPEAKING, WRITING
from enricher.text import Quotation, SpanIndex, read_word_lists
from newsdesk.contracts import Entity

_HE = frozenset({"he", "him", "his"})
_SHE = frozenset({"she", "her", "hers"})
_RELATIVE = frozenset({"who", "whom", "whose"})
_UNRESOLVED = frozenset(
    {"i", "we", "you", "they", "it", "them", "this", "that", "which", "some", "others", "many", "one"}
)

_OF_A_MAN = re.compile(
    r"\b(?:mr|sir|lord|king|prince|father|brother|\w+sman|chairman|congressman|his)\b", re.IGNORECASE
)
_OF_A_WOMAN = re.compile(
    r"\b(?:mrs|ms|miss|lady|dame|queen|princess|sister|\w+swoman|chairwoman|congresswoman|her|actress)\b", re.IGNORECASE
)
_LISTS = read_word_lists(Path(__file__).with_name("speakers.toml"))

_FIRST_NAMES_OF_MEN = _LISTS["first_names_of_men"]
_FIRST_NAMES_OF_WOMEN = _LISTS["first_names_of_women"]
_SENTENCES_BACK = 5
_FROM = re.compile(r"[ \xa0](?:from|by|of)[ \xa0](?:\w+\.?[ \xa0])?")
_AFTER_NAME = re.compile(r"\s*(?:$|[,(]|(?:of|for|at|from|in|on)\b)")
_APPOSED = re.compile(r",[ \xa0]|[ \xa0][—–-][ \xa0]|[ \xa0]\(")
_APPOSED_END = re.compile(r"[,.;:)\n]|[ \xa0][—–-][ \xa0]|$")

_COMPLEMENT = re.compile(
    r"(?<!\w)(?<!city )(?<!town )(?<!village )(?<!state )(?<!county )(?<!island )(?<!province )"
    r"(?:of|for|by|at|from|in|on|with|to|near|under|against)(?:[ \xa0][a-z’'-]+)*[ \xa0]*$"
)
"""What makes a name the complement of what stands before it (the mayor of Paris), and not another name of it (the town
of Ridgefield)."""
_LONGEST_COMPLEMENT = 200

_CAN_SPEAK = ("PERSON", "ORG", "PLACE")
_CLAUSES = frozenset({"relcl", "acl"})


@dataclass(frozen=True)
class _Named:
    begin: int
    end: int
    entity: Entity


class Speakers:
    """Resolves speakers against the entities of one text."""

    def __init__(self, parsed: ParsedText, entities: Sequence[Entity], quoted: SpanIndex[Quotation]) -> None:
        self._parsed = parsed
        self._named = SpanIndex(_Named(m.begin, m.end, e) for e in entities if e.type in _CAN_SPEAK for m in e.mentions)
        persons = [(m, e) for e in entities if e.type == "PERSON" for m in e.mentions]
        outside = [_Named(m.begin, m.end, e) for m, e in persons if not quoted.overlapping(m.begin, m.end)]
        self._persons = SpanIndex(outside)
        self._genders = {entity.name: self._gender(entity) for entity in entities if entity.type == "PERSON"}

    def name(self, begin: int, end: int) -> str | None:
        """Return the name of the person or body that a span of the text stands for, where it is known."""
        words = self._parsed.text[begin:end].lower()
        if words in _UNRESOLVED:
            return None
        if words in _HE or words in _SHE:
            return self._antecedent(begin, "male" if words in _HE else "female")
        if words in _RELATIVE:
            return self._before_relative(begin)
        heads = [mention for mention in self._named.overlapping(begin, end) if self._is_head(mention, begin, end)]
        persons = [mention for mention in heads if mention.entity.type == "PERSON"]
        if not persons and not any(self._is_all(mention, begin, end) for mention in heads):
            persons = self._apposed(end) or self._described(begin, end) or self._writer(begin, end)
        for kind in _CAN_SPEAK:
            for mention in reversed([*persons, *heads]):
                if mention.entity.type == kind:
                    return mention.entity.name
        return None

    def _is_all(self, mention: _Named, begin: int, end: int) -> bool:
        """Return whether a description is a name and its article, and so of nobody: the Washington Post."""
        return end <= mention.end and self._parsed.text[begin : mention.begin].strip().lower() in {"", "the"}

    def _apposed(self, end: int) -> list[_Named]:
        """Return the person whose name stands behind a description: the minister, Jane Roe, said."""
        text = self._parsed.text
        opening = _APPOSED.match(text, end)
        named = self._persons.overlapping(opening.end(), opening.end() + 1) if opening else []
        return [
            mention
            for mention in named
            if opening is not None and mention.begin == opening.end() and _APPOSED_END.match(text, mention.end)
        ]

    def _described(self, begin: int, end: int) -> list[_Named]:
        """Return the person whom a description between commas follows: Jane Roe, the minister, said."""
        text = self._parsed.text
        closed = text.startswith(",", end)
        named = self._persons.overlapping(begin - 3, begin - 1) if closed and begin > 3 else []
        return [mention for mention in named if text[mention.end : begin] == ", "]

    def _writer(self, begin: int, end: int) -> list[_Named]:
        """Return who wrote what speaks: the statement from Jane Roe, a letter by Jane Roe."""
        first, last = self._parsed.tokens(begin, end)
        head = self._parsed.doc[first:last].root
        if lemma_of(head) not in WRITING:
            return []
        named = self._persons.overlapping(head.idx + len(head), end)
        return [m for m in named if _FROM.fullmatch(self._parsed.text, head.idx + len(head), m.begin)][:1]

    def _is_head(self, mention: _Named, begin: int, end: int) -> bool:
        """Return whether a name is the person described, and not the one whose spokesman or mayor the person is."""
        first, last = self._parsed.tokens(begin, end)
        head = self._parsed.doc[first:last].root.idx
        before = self._parsed.text[begin : mention.begin].rstrip().removesuffix(mention.entity.title or "").rstrip()
        if not mention.begin <= head < mention.end and _COMPLEMENT.search(before[-_LONGEST_COMPLEMENT:]):
            return False
        return mention.end >= end or _AFTER_NAME.match(self._parsed.text[mention.end : end]) is not None

    def _before_relative(self, at: int) -> str | None:
        """Return the person whom "who" takes up: the noun that its clause hangs on, or what that noun describes."""
        pronoun = self._parsed.doc[self._parsed.tokens(at, at + 1)[0]]
        verb = pronoun
        while verb.dep_ not in _CLAUSES and verb.head.i != verb.i:
            verb = verb.head
        noun = verb.head
        while noun.dep_ == "appos":
            noun = noun.head
        named = self._persons.overlapping(noun.idx, noun.idx + len(noun)) if noun.i < pronoun.i else []
        return named[-1].entity.name if named else None

    def _antecedent(self, at: int, gender: str) -> str | None:
        for begin, end in self._sentences_before(at):
            named = self._persons.overlapping(begin, end)
            here = [m for m in named if self._genders[m.entity.name] in {gender, None} and not self._is_owner(m)]
            if here:
                return self._surest(here, gender)
        return self._named_behind(at, gender)

    def _named_behind(self, at: int, gender: str) -> str | None:
        """Return whom a pronoun means that comes before any name: “No,” she says. Jane Roe runs the kitchen."""
        if self._persons.overlapping(0, at):
            return None
        end = self._parsed.text.find("\n", at)
        behind = self._persons.overlapping(at, end if end >= 0 else len(self._parsed.text))
        named = next((m for m in behind if self._genders[m.entity.name] in {gender, None}), None)
        return named.entity.name if named is not None and self._is_subject(named) else None

    def _surest(self, here: Sequence[_Named], gender: str) -> str | None:
        """Return the one person of a sentence whom a pronoun can mean; nothing where it can mean several alike."""
        known = [mention for mention in here if self._genders[mention.entity.name] == gender] or here
        subjects = [mention for mention in known if self._is_subject(mention)] or known
        names = {mention.entity.name for mention in subjects}
        return names.pop() if len(names) == 1 else None

    def _sentences_before(self, at: int) -> Iterator[Span]:
        """Yield the sentence up to a place, then those before it."""
        first, last = self._parsed.tokens(0, at)
        end = last
        for _ in range(_SENTENCES_BACK):
            while end > first and self._parsed.doc[end - 1].is_space:
                end -= 1
            if end == first:
                return
            begin = self._parsed.doc[end - 1].sent.start
            yield self._parsed.doc[begin].idx, min(at, self._parsed.characters((begin, end))[1])
            end = begin

    def _is_subject(self, mention: _Named) -> bool:
        begin, end = self._parsed.tokens(mention.begin, mention.end)
        head = self._parsed.doc[begin:end].root
        while head.dep_ == "conj":  # Cole and Hart were there
            head = head.head
        return head.dep_ in SUBJECTS

    def _is_owner(self, mention: _Named) -> bool:
        """Return whether a name only says whose relative or colleague speaks: Smith's mother said."""
        begin, end = self._parsed.tokens(mention.begin, mention.end)
        head = self._parsed.doc[begin:end].root
        speaker = head.head
        return head.dep_ == "poss" and speaker.dep_ in SUBJECTS and lemma_of(speaker.head) in SPEAKING

    def _gender(self, entity: Entity) -> str | None:
        """Return what titles or the first name say; nothing where they say nothing, or both."""
        said = [entity.title or ""]
        for mention in entity.mentions:
            before = self._parsed.text[max(0, mention.begin - 5) : mention.begin]
            said.append(before.rpartition("\n")[2])
        titles = " ".join(said)
        first = entity.name.split()[0].lower() if " " in entity.name else ""
        male = bool(_OF_A_MAN.search(titles)) or first in _FIRST_NAMES_OF_MEN
        female = bool(_OF_A_WOMAN.search(titles)) or first in _FIRST_NAMES_OF_WOMEN
        return None if male == female else "male" if male else "female"
