"""The phrases that say what the article is about.

Comes in: the document, its language and entities found, its parse. Goes out: keyphrases, best first.

English: the nouns, names, adjectives and verbs that recur, and the noun phrases and names of several words made of
them, weighed by how often they occur, how rare their words are in the language at large (Spärck Jones, "A statistical
interpretation of term specificity", 1972) and how early they come. In a text of names, such as news, single words
that recur are the surest; in a short text of terms, such as an abstract, hardly anything recurs, and the phrases
whose words do are (Rose and others, "Automatic keyword extraction from individual documents", 2010).

Other languages of :mod:`enricher.statistics.language_words`: words that recur, and sequences of them, weighed in the
same way.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from enricher.parsing import LONGEST_PARSED_CHARACTERS, PARSED_LANGUAGE
from enricher.ports import Analysis, NotApplicableError
from enricher.statistics.function_words import function_words
from enricher.statistics.language_words import table_for
from newsdesk.contracts import Enrichment, Entity, Keyphrase, NotApplicable

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from enricher.statistics.script_table import ScriptTable

MOST_KEYPHRASES = 15

_WEIGHT_BY_PART_OF_SPEECH = {"NOUN": 1.0, "PROPN": 1.0, "ADJ": 0.7, "VERB": 0.5}
_IN_PHRASES = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "NUM", "X"})
_ENDS_OF_PHRASES = _IN_PHRASES - {"ADJ"}
_TELLING = frozenset({"say", "tell", "add", "report", "announce", "state", "note", "reply"})
"""Verbs by which a text says whose words it gives: they recur in all news, and say nothing about its subject."""
_QUANTITIES = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY"})
"""Entity types of spaCy's model whose words say when and how many, not what."""
_LONGEST_PHRASE = 6

_EARLY_BONUS = 0.5
_EARLY_WORDS = 80
"""A word at the very beginning counts half as much again; after this many words a third of that bonus is left."""

_HEADLINE_BONUS = 1.25

_TERMS = 1.5
_MOST_NAMES = 0.25
_WORDS_OF_ABSTRACT = 150
"""In a text of this length without any name, each word's frequency adds one and a half times itself to the phrases it
is in; less in a longer one, and nothing where every fourth noun is a name."""
_SHORTEST = 75

_PHRASE_WEIGHT = 1.2
_FRAGMENT_SHARE = 0.6
"""A share of a word's occurrences: from here on, the phrase that they are in stands for the word."""

_FEWEST_OCCURRENCES = 2
_FEWEST_RECURRING = 5
"""Words that recur in a text of another language, below which those that do not are taken, too."""
_FUNCTION_WORD_RARITY = 6.0
"""Nats. In languages that are not parsed, a word more frequent than one in four hundred is taken for grammar, as is any
of the language's function words."""

_WORD = re.compile(r"[^\W\d_](?:[^\W_]|[’'-](?=\w))*")

Key = tuple[str, ...]


@dataclass
class _Candidate:
    """A phrase, all its occurrences taken together."""

    key: Key
    begin: int
    forms: Counter[str] = field(default_factory=Counter)
    weights: Counter[float] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.forms.total()

    @property
    def text(self) -> str:
        return self.forms.most_common(1)[0][0]


class KeyphrasesEnricher:
    """Adds up to fifteen keyphrases; the best has the score 1, the others in proportion."""

    name = "keyphrases"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the keyphrases.

        Raises
        ------
        NotApplicableError
            For a body in a language without a word list.
        """
        left_out: tuple[NotApplicable, ...] = ()
        code = found.language.code if found.language else ""
        table = table_for(code)
        if table is None:
            raise NotApplicableError(f"no word list for language {code or 'unknown'}")
        if code == PARSED_LANGUAGE:
            text = analysis.parse(found).doc
            words, phrases = _english_words(text), _english_phrases(text, found.entities)
            terms = _share_of_terms(text)
        else:
            words, phrases = _plain_candidates(analysis.document.body[:LONGEST_PARSED_CHARACTERS], table, code)
            terms = 0.0
            detail = "words and pairs of words alone: only English bodies are parsed"
            left_out = (NotApplicable(enricher=self.name, detail=detail),)
        headline = {word.lower() for word in _WORD.findall(analysis.document.headline or "")}
        scored = _scored(words, phrases, terms, headline, table, code)
        return Enrichment(keyphrases=tuple(_best(scored, words, phrases)), not_applicable=left_out)


def _english_words(text: Doc) -> dict[str, _Candidate]:
    words: dict[str, _Candidate] = {}
    for token in text:
        if _is_content(token):
            key = token.lemma_.lower()
            word = words.setdefault(key, _Candidate((key,), token.i))
            begins_sentence = token.is_sent_start and token.pos_ != "PROPN"
            word.forms[token.lower_ if begins_sentence else token.text] += 1
            word.weights[_WEIGHT_BY_PART_OF_SPEECH[token.pos_]] += 1
    return words


def _is_content(token: Token) -> bool:
    if token.pos_ not in _WEIGHT_BY_PART_OF_SPEECH or token.is_stop or token.ent_type_ in _QUANTITIES:
        return False
    if not token.text[0].isalpha() or token.text.endswith(".") or (len(token) < 3 and not token.text.isupper()):
        return False
    if token.pos_ == "VERB" and token.lemma_ in _TELLING:
        return False
    before = token.nbor(-1) if token.i else None
    after = token.nbor() if token.i + 1 < len(token.doc) else None
    in_compound = (before is not None and before.text == "-" and not before.whitespace_) or (
        after is not None and after.text == "-" and not token.whitespace_
    )
    return not in_compound


def _english_phrases(text: Doc, entities: Iterable[Entity]) -> dict[Key, _Candidate]:
    phrases: dict[Key, _Candidate] = {}
    for chunk in text.noun_chunks:
        for run in _runs(chunk):
            key = tuple(token.lemma_.lower() for token in run)
            _add(phrases, key, run[0].i, text[run[0].i : run[-1].i + 1].text)
            for name in _names_within(run):
                key = tuple(token.lemma_.lower() for token in name)
                _add(phrases, key, name[0].i, text[name[0].i : name[-1].i + 1].text)
    for entity in entities:
        for mention in entity.mentions:
            key = tuple(mention.text.lower().split())
            if 1 < len(key) <= _LONGEST_PHRASE and " of " in mention.text and mention.end <= len(text.text):
                span = text.char_span(mention.begin, mention.end, alignment_mode="expand")
                if span is not None:
                    _add(phrases, key, span.start, " ".join(mention.text.split()))
    return phrases


def _runs(chunk: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield the parts of a noun chunk that are phrases: without what determines and counts it."""
    run: list[Token] = []
    for token in (*chunk, None):
        if token is not None and _continues(token, bool(run)):
            run.append(token)
            continue
        while run and (run[-1].pos_ not in _ENDS_OF_PHRASES or run[-1].text.endswith(("-", "."))):
            run.pop()
        if len(run) <= _LONGEST_PHRASE and sum(part.text != "-" for part in run) > 1:
            yield run
        run = []


def _names_within(run: Sequence[Token]) -> Iterator[list[Token]]:
    for is_name, group in groupby(run, key=lambda token: token.pos_ == "PROPN"):
        name = list(group)
        if is_name and 1 < len(name) < len(run):
            yield name


def _continues(token: Token, begun: bool) -> bool:
    if token.text == "-":
        return begun and not token.whitespace_ and not token.nbor(-1).whitespace_
    if token.pos_ not in _IN_PHRASES or token.is_stop or token.is_space:
        return False
    if not token.text[0].isalpha():
        return begun and token.text[0].isdigit()
    return token.ent_type_ not in _QUANTITIES


def _add(phrases: dict[Key, _Candidate], key: Key, begin: int, form: str) -> None:
    phrases.setdefault(key, _Candidate(key, begin)).forms[form] += 1


def _share_of_terms(text: Doc) -> float:
    nouns = Counter(token.pos_ for token in text)
    names = nouns["PROPN"] / max(1, nouns["PROPN"] + nouns["NOUN"])
    return _TERMS * max(0.0, 1 - names / _MOST_NAMES) * _WORDS_OF_ABSTRACT / max(_SHORTEST, len(text))


def _plain_candidates(
    body: str, table: ScriptTable, language: str
) -> tuple[dict[str, _Candidate], dict[Key, _Candidate]]:
    forms = [match[0] for match in _WORD.finditer(body)]
    lower = [form.lower() for form in forms]
    rarities = table.rarities(lower, language)
    function = function_words(language)
    tells = [
        rarity >= _FUNCTION_WORD_RARITY and len(word) > 2 and word not in function
        for rarity, word in zip(rarities, lower, strict=True)
    ]
    words: dict[str, _Candidate] = {}
    phrases: dict[Key, _Candidate] = {}
    for at, (form, key) in enumerate(zip(forms, lower, strict=True)):
        if not tells[at]:
            continue
        word = words.setdefault(key, _Candidate((key,), at))
        word.forms[form] += 1
        word.weights[1.0] += 1
        pair = tuple(lower[at : at + 2])
        if len(pair) > 1 and tells[at + 1]:
            text = " ".join(forms[at : at + 2])
            if text in body:  # nothing but a space between the two
                _add(phrases, pair, at, text)
    recurring = {key: word for key, word in words.items() if word.count >= _FEWEST_OCCURRENCES}
    return recurring if len(recurring) >= _FEWEST_RECURRING else words, {
        key: phrase for key, phrase in phrases.items() if phrase.count >= _FEWEST_OCCURRENCES
    }


def _scored(
    words: dict[str, _Candidate],
    phrases: dict[Key, _Candidate],
    terms: float,
    headline: set[str],
    table: ScriptTable,
    language: str,
) -> list[tuple[float, _Candidate]]:
    vocabulary = sorted({part for key in (*phrases, *((word,) for word in words)) for part in key})
    rarity = dict(zip(vocabulary, table.rarities(vocabulary, language), strict=True))

    def score(candidate: _Candidate, weight: float) -> float:
        early = 1 + _EARLY_BONUS * math.exp(-candidate.begin / _EARLY_WORDS)
        in_headline = _HEADLINE_BONUS if headline.issuperset(candidate.key) else 1.0
        rare = sum(rarity[part] for part in candidate.key) / len(candidate.key)
        return weight * candidate.count * rare * early * in_headline

    def phrase_weight(phrase: _Candidate) -> float:
        recurrence = sum(words[part].count for part in phrase.key if part in words)
        return _PHRASE_WEIGHT * (1 + terms * recurrence)

    scored = [(score(word, word.weights.most_common(1)[0][0]), word) for word in words.values()]
    scored += [(score(phrase, phrase_weight(phrase)), phrase) for phrase in phrases.values()]
    return sorted(scored, key=lambda item: (-item[0], item[1].begin, item[1].key))


def _best(
    scored: Sequence[tuple[float, _Candidate]], words: dict[str, _Candidate], phrases: dict[Key, _Candidate]
) -> Iterator[Keyphrase]:
    in_recurring_phrase: Counter[str] = Counter()
    for phrase in phrases.values():
        if phrase.count >= _FEWEST_OCCURRENCES:
            for part in set(phrase.key):
                in_recurring_phrase[part] = max(in_recurring_phrase[part], phrase.count)
    in_chosen_phrase: defaultdict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for score, candidate in scored:
        if len(seen) == MOST_KEYPHRASES:
            return
        if len(candidate.key) == 1:
            word = candidate.key[0]
            covered = max(in_recurring_phrase[word], in_chosen_phrase[word])
            if covered >= _FRAGMENT_SHARE * words[word].count:
                continue
        if candidate.text.lower() in seen:
            continue
        seen.add(candidate.text.lower())
        for part in set(candidate.key) if len(candidate.key) > 1 else ():
            in_chosen_phrase[part] += candidate.count
        yield Keyphrase(text=candidate.text, score=round(score / scored[0][0], 4))
