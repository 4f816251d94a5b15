"""The parse of an English body, within bounds of time and memory.

Comes in: a body. Goes out: spaCy's analysis of it.

spaCy and its model are loaded once per process, when the first English text asks for them: what is in other languages
needs neither. The time that takes counts against no enricher.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from enricher.parsing.headings import with_plain_headings
from enricher.parsing.model import Model
from enricher.parsing.parsed import ParsedText
from enricher.text import dateline_ends

if TYPE_CHECKING:
    from spacy.tokens import Doc

PARSED_LANGUAGE = "en"

LONGEST_PARSED_CHARACTERS = 60_000
"""About ten thousand words, beyond which hardly an article goes."""

MOST_PARSED_TOKENS = 15_000
"""Words and marks: of 60,000 characters of news some 11,500, but of nothing but marks one a character. The parse takes
memory and time in proportion to them."""

_LONGEST_SENTENCE = 1_000
"""What goes over all that hangs on a verb, for each verb, takes time that grows with the square of the sentence."""

MODEL_VERSION = "en_core_web_sm-3.8.0"

_MOST_STRINGS = 400_000
"""The model keeps each word that it ever saw, some hundred bytes each, and 84,000 from the start: some five thousand
articles on, it is loaded anew."""

_UNBROKEN = re.compile(r"\S{300,}")
"""spaCy's tokenizer takes punctuation off one character at a time, in time that grows with the square of the run: ten
minutes for 60,000 quotation marks."""
_PIECE = 100

_OTHER_APOSTROPHE = re.compile(r"(?<=\w)[‘`´](?=(?:s|t|d|m|re|ve|ll)\b)", re.IGNORECASE)
"""A mark that editors take for an apostrophe, which the model does not know as one: Lind‘s harbour."""

_OPEN_CLASSES = ("NN", "VB", "JJ", "RB", "FW")
"""Parts of speech, by the beginnings of their tags, that new words keep coming to."""
_PRONOUNS = frozenset({"who", "which", "what", "that"})


def parse(body: str) -> ParsedText:
    """Return the parse of an English body; ``token.idx`` counts code points of the body.

    Only the beginning of a body is parsed if it has more than 60,000 characters, or 15,000 words and marks.

    Headings in capitals are read as if they were written like the rest: take text from the body, not from tokens.
    """
    return ParsedText(_parse(body[:LONGEST_PARSED_CHARACTERS]), body)


def _parse(text: str) -> Doc:
    model = loaded_model()
    words = model.tokenized(_parsable(text))
    if len(words) > MOST_PARSED_TOKENS:
        words = words[:MOST_PARSED_TOKENS].as_doc()
    _begin_after_datelines(words, text)
    _keep_names_from_being_pronouns(words)
    _end_endless_sentences(words)
    return model.analyse(words)


def _begin_after_datelines(words: Doc, text: str) -> None:
    """Let a sentence begin behind each dateline: its town does nothing of what the sentence tells."""
    ends = set(dateline_ends(text))
    if ends:
        for word in words:
            if word.idx in ends:
                word.is_sent_start = True


def _keep_names_from_being_pronouns(words: Doc) -> None:
    """Let what has an article and is in capitals be read as a name, though it is spelled like a pronoun: the WHO."""
    for article, word in itertools.pairwise(words):
        if word.text.isupper() and word.norm_ in _PRONOUNS and article.norm_ == "the" and not article.text.isupper():
            word.norm_ = word.text


def _end_endless_sentences(words: Doc) -> None:
    """Let a sentence begin in each thousand words, where a line does if there is one; the parser keeps to that."""
    begin = 0
    while begin + _LONGEST_SENTENCE < len(words):
        latest = begin + _LONGEST_SENTENCE
        lines = (at for at in range(latest, begin + _LONGEST_SENTENCE // 2, -1) if "\n" in words[at - 1].text)
        begin = next(lines, latest)
        words[begin].is_sent_start = True


def _parsable(text: str) -> str:
    broken = _UNBROKEN.sub(lambda run: _broken(run[0]), text)
    return with_plain_headings(_OTHER_APOSTROPHE.sub("’", broken), common_words)


def common_words(lines: str) -> Iterator[tuple[int, int]]:
    """Yield where the words of lines in lower case stand that the model takes for no names."""
    model = loaded_model()
    for word in model.analyse(model.tokenized(lines)):
        open_class = word.tag_.startswith(_OPEN_CLASSES)
        known = not open_class or is_in_dictionary(word.text) or is_in_dictionary(word.lemma_)
        if word.is_alpha and known and not word.tag_.startswith("NNP"):
            yield word.idx, word.idx + len(word)


def _broken(run: str) -> str:
    """Put a space in the place of every hundredth character."""
    characters = list(run)
    characters[_PIECE - 1 :: _PIECE] = " " * (len(run) // _PIECE)
    return "".join(characters)


def loaded_model() -> Model:
    """Return the model, loaded when it is first asked for."""
    model = _loaded()
    if model.known_strings > _MOST_STRINGS:
        _loaded.cache_clear()
        model = _loaded()
    return model


def is_in_dictionary(word: str, part_of_speech: str | None = None) -> bool:
    """Return whether a word in lower case is a common English one: of a name such as Brown, too.

    ``part_of_speech`` is noun, verb, adj or adv; none for any.
    """
    return loaded_model().is_in_dictionary(word, part_of_speech)


@cache
def _loaded() -> Model:
    started = time.thread_time()
    model = Model()
    _seconds_of_loading.append(time.thread_time() - started)
    return model


_seconds_of_loading: list[float] = []


def seconds_of_work() -> float:
    """Return this thread's processor time without what it took to load the model."""
    return time.thread_time() - sum(_seconds_of_loading)
