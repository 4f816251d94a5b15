"""Parts of speech and dictionary forms, looked up in tables that the model's own rules fill.

Comes in: a tagged and parsed text. Goes out: nothing; its tokens have a part of speech and a lemma. Changes: the text,
and the tables, which grow with what is new in it.

The model's attribute ruler matches 179 patterns against every token, which takes as long as a tenth of its parse. All
but a few look at one token, and of it at tag, role and, for some hundred function words, form: the rules run once for
each such combination. The lemmatizer runs once for each form, part of speech and inflection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.language import Language as Pipeline
    from spacy.tokens import Doc

_Row = Sequence[int]

_READ: list[int | str] = ["ORTH", "TAG", "DEP"]
_WRITTEN: list[int | str] = ["TAG", "POS", "MORPH", "LEMMA"]


class WordClasses:
    """Gives tokens what the model's attribute ruler and lemmatizer give them."""

    def __init__(self, model: Pipeline) -> None:
        from spacy.pipeline import AttributeRuler  # here: see the parser

        self._vocab = model.vocab
        lemmatizer: Any = model.get_pipe("lemmatizer")
        self._lemmatizer = lemmatizer
        index = lemmatizer.lookups.get_table("lemma_index")
        for part_of_speech, words in list(index.items()):
            index[part_of_speech] = frozenset(words)  # it comes as a list of tens of thousands, which is searched
        self._dictionary = {part: index.get(part, frozenset()) for part in ("noun", "verb", "adj", "adv")}
        self._of_one_token, self._of_two_tokens = AttributeRuler(self._vocab), AttributeRuler(self._vocab)
        rules: Any = model.get_pipe("attribute_ruler")
        for rule in rules.patterns:
            looks_at_two = max(map(len, rule["patterns"])) > 1
            (self._of_two_tokens if looks_at_two else self._of_one_token).add(**rule)
        self._names_form = _names_form(rules.patterns)
        self._form_of: dict[int, int] = {}
        self._by_rule: dict[_Row, _Row] = {}
        self._lemmas: dict[_Row, int] = {}

    def __call__(self, doc: Doc) -> None:
        """Set part of speech, inflection and lemma of each token."""
        if len(doc):
            self._apply_rules(doc)
            self._of_two_tokens(doc)
            self._lemmatize(doc)

    def is_in_dictionary(self, word: str, part_of_speech: str | None = None) -> bool:
        """Return whether a word in lower case is a dictionary form of the lemmatizer's, or an "s" longer than one."""
        parts = self._dictionary.values() if part_of_speech is None else (self._dictionary[part_of_speech],)
        return any(word in words or word.removesuffix("s") in words for words in parts)

    def _apply_rules(self, doc: Doc) -> None:
        keys = [(self._form(orth), tag, role) for orth, tag, role in doc.to_array(_READ).tolist()]
        missing: dict[_Row, int] = {}
        for at, key in enumerate(keys):
            if key not in self._by_rule:
                missing.setdefault(key, at)
        if missing:
            self._add(doc, missing)
        rows: Any = np.array([self._by_rule[key] for key in keys], dtype=np.uint64)
        doc.from_array(_WRITTEN, rows[:, :-1])
        for at in np.flatnonzero(rows[:, -1] != doc.to_array("DEP")).tolist():
            doc[at].dep = int(rows[at, -1])

    def _add(self, doc: Doc, missing: Mapping[_Row, int]) -> None:
        """Run the rules on one token of each combination that the table lacks."""
        from spacy.tokens import Doc as NewDoc

        places = list(missing.values())
        examples = NewDoc(self._vocab, words=[doc[at].text for at in places])
        tags: Any = doc.to_array(["TAG", "DEP"])
        examples.from_array(["TAG", "DEP"], tags[places])
        self._of_one_token(examples)
        self._by_rule.update(zip(missing, examples.to_array([*_WRITTEN, "DEP"]).tolist(), strict=True))

    def _form(self, orth: int) -> int:
        """Return the lower-case form of what a rule names, or else whether it is white space."""
        form = self._form_of.get(orth)
        if form is None:
            word = self._vocab[orth]
            form = word.lower if self._names_form(word.lower_) else int(word.is_space)
            self._form_of[orth] = form
        return form

    def _lemmatize(self, doc: Doc) -> None:
        """Set the lemmas that no rule has set."""
        lemmas = []
        for at, (lemma, *key) in enumerate(doc.to_array(["LEMMA", "ORTH", "POS", "MORPH"]).tolist()):
            lemmas.append(lemma or self._lemma(tuple(key), doc, at))
        rows: Any = np.array(lemmas, dtype=np.uint64).reshape(-1, 1)
        doc.from_array(["LEMMA"], rows)

    def _lemma(self, key: _Row, doc: Doc, at: int) -> int:
        lemma = self._lemmas.get(key)
        if lemma is None:
            lemma = self._lemmas[key] = self._vocab.strings.add(self._lemmatizer.lemmatize(doc[at])[0])
        return lemma


def _names_form(rules: Iterable[Mapping[str, Any]]) -> Any:
    """Return the test whether a rule names a form in lower case."""
    forms: set[str] = set()
    expressions: list[re.Pattern[str]] = []
    for token in (token for rule in rules for pattern in rule["patterns"] for token in pattern):
        named = token.get("LOWER", ())
        if isinstance(named, str):
            forms.add(named)
        elif named:
            forms.update(named.get("IN", ()))
            expressions += [re.compile(named["REGEX"])] if "REGEX" in named else []
    return lambda form: form in forms or any(expression.search(form) for expression in expressions)
