"""Speech, thoughts and wishes that a text reports in its own words.

Comes in: a parsed English text. Goes out: attributions.

What grammar makes the complement of a verb or a noun of reporting is what somebody said: a clause, an infinitive, an
object, the object of a preposition. "According to" and ", he said," take the sentence around them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from enricher.parsing import SENTENCE_ENDS, Attribution, Construction, ParsedText, Span, lemma_of
from enricher.speech.reporting import CLAUSE, INFINITIVE, NAMING, NOUN, OBJECT, PREPOSITION, SPEAKING
from enricher.speech.subjects import FINITE, agent_of, noun_phrase, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Token

    _Children = dict[str, list[Token]]

_EDGES = frozenset(",.:;—–―-?!")
_OTHER_SENSES = frozenset({"put", "hold", "begin"})
"""Verbs that mean saying only in "as she put it"."""

_VENUE = frozenset({"in", "on", "at", "during"})

_LONGEST_ASIDE = 12

_LONGEST_SENTENCE = 400
"""Tokens. A longer sentence is a table or worse, and the search's time grows with the square of its length."""


def reported_speech(parsed: ParsedText, quoted: Sequence[bool]) -> Iterator[Attribution]:
    """Yield what verbs and nouns of reporting attribute, tokens apart for which ``quoted`` is true."""
    reports = _Reports(parsed)
    for sentence in parsed.doc.sents:
        if len(sentence) <= _LONGEST_SENTENCE:
            for token in sentence:
                if not quoted[token.i]:
                    yield from reports.of(token)


class _Reports:
    def __init__(self, parsed: ParsedText) -> None:
        self.parsed, self.doc = parsed, parsed.doc

    def of(self, token: Token) -> Iterator[Attribution]:
        if token.lower_ == "according":
            yield from self._of_according(token)
        elif token.pos_ == "VERB" or (token.pos_ == "AUX" and lemma_of(token) in CLAUSE):
            yield from self._of_verb(token)
        elif token.pos_ == "NOUN":
            yield from self._of_noun(token)

    def _attribution(
        self, content: Span, speaker: Token | None, cue: Token, construction: Construction
    ) -> Iterator[Attribution]:
        """Yield the attribution, cut to the cue's paragraph and without punctuation at its ends."""
        (begin, end), paragraph = content, self.parsed.paragraph
        while begin < end and (paragraph[begin] != paragraph[cue.i] or self._is_edge(begin)):
            begin += 1
        while begin < end and (paragraph[end - 1] != paragraph[cue.i] or self._is_edge(end - 1)):
            end -= 1
        if begin < end:
            said_by = noun_phrase(speaker) if speaker is not None else None
            span = self.parsed.characters((begin, end))
            yield Attribution(*span, said_by, (cue.i, cue.i + 1), construction)

    def _is_edge(self, at: int) -> bool:
        return self.doc[at].is_space or self.doc[at].text in _EDGES

    def _of_according(self, word: Token) -> Iterator[Attribution]:
        source = next((token for token in self.doc[word.i + 1 : word.right_edge.i + 1] if token.dep_ == "pobj"), None)
        if source is None:
            return
        sentence = word.sent
        if word.i - sentence.start <= 1:
            content = (word.right_edge.i + 1, sentence.end)
            if content[1] - content[0] < 3:
                content = (source.right_edge.i + 1, sentence.end)
        else:
            content = (max(word.head.left_edge.i, sentence.start), word.i)
            if content[1] - content[0] < 3:
                content = (sentence.start, word.i)
        yield from self._attribution(content, source, word, Construction.ACCORDING)

    def _of_verb(self, verb: Token) -> Iterator[Attribution]:
        children: _Children = defaultdict(list)
        for child in verb.children:
            children[child.dep_].append(child)
        if children["ccomp"] and (teller := _teller(verb)) is not None:
            for clause in children["ccomp"]:
                yield from self._attribution(_from_that(clause), _speaker_of(teller), teller, Construction.CLAUSE)
            return
        passive = _is_passive(verb)
        speaker = _speaker_of(verb)
        clauses = list(self._clauses(verb, children))
        contents = clauses or list(self._phrases(verb, children, speaker, passive=passive))
        construction = Construction.CLAUSE if clauses else Construction.PHRASE
        for content in contents:
            yield from self._attribution(content, speaker, verb, construction)

    def _clauses(self, verb: Token, children: _Children) -> Iterator[Span]:
        if lemma_of(verb) in CLAUSE:
            yield from (_from_that(clause) for clause in children["ccomp"])

    def _phrases(self, verb: Token, children: _Children, speaker: Token | None, *, passive: bool) -> Iterator[Span]:
        """Yield the first kind of complement that the verb takes and has."""
        lemma = lemma_of(verb)
        for found in (
            self._sentence_around(verb, speaker) if speaker is not None and not passive else None,
            _infinitive(children, passive=passive) if lemma in INFINITIVE else None,
            _naming(children, passive=passive) if lemma in NAMING else None,
        ):
            if found is not None:
                yield found
                return
        after_prepositions = list(_after_prepositions(lemma, children))
        yield from after_prepositions
        if not after_prepositions and lemma in OBJECT:
            if not passive and not (verb.tag_ == "VBG" and lemma == "cite"):  # what a report rests on
                yield from (_with_adjuncts(thing, children) for thing in children["dobj"])
            elif speaker is not None:
                yield from (_extent(thing) for thing in children["nsubjpass"])

    def _sentence_around(self, verb: Token, subject: Token) -> Span | None:
        """Return the sentence that ", he said" is set into or put behind, or that "as he put it," opens."""
        lemma = lemma_of(verb)
        if (
            verb.dep_ == "relcl"
            or lemma not in SPEAKING
            or (verb.dep_ != "advcl" and (lemma in NAMING or lemma in _OTHER_SENSES))
        ):
            return None
        left = min(verb.i, subject.left_edge.i)
        if left == 0 or verb.i - left > _LONGEST_ASIDE:
            return None
        begin, end = self._sentence(verb)
        if verb.dep_ == "advcl" and any(c.lower_ == "as" and c.dep_ in {"mark", "advmod"} for c in verb.children):
            left -= self.doc[left].lower_ != "as" and self.doc[left - 1].lower_ == "as"
            if left == begin:
                after = verb.right_edge.i + 1
                return (after, end) if after < end and self.doc[after].text == "," else None
        if self.doc[left - 1].text != "," or left - begin < 3:
            return None
        last = max(verb.i, subject.right_edge.i)
        stop = next((t for t in self.doc[last + 1 : min(last + 5, end)] if self._closes(t)), None)
        if stop is None and last + 1 < end:
            return None
        if stop is not None and stop.text == "," and end - stop.i > 3:
            following = self.doc[stop.i + 1]
            if following.tag_ not in {"VBG", "WP", "WDT"}:
                return begin, end
        return (begin, left) if any(t.tag_ in FINITE or t.tag_ == "MD" for t in self.doc[begin:left]) else None

    def _sentence(self, token: Token) -> Span:
        begin, end = token.sent.start, token.sent.end
        while self.parsed.paragraph[begin] != self.parsed.paragraph[token.i]:
            begin += 1
        return begin, end

    def _closes(self, token: Token) -> bool:
        return token.is_space or token.text == "," or token.text in SENTENCE_ENDS

    def _of_noun(self, noun: Token) -> Iterator[Attribution]:
        content = _complement(noun)
        if content is None:
            return
        if (teller := _teller(noun)) is not None and self.doc[content[0]].lower_ == "that":
            yield from self._attribution(content, _speaker_of(teller), teller, Construction.CLAUSE)
            return
        if lemma_of(noun) not in NOUN:
            return
        speaker = next((child for child in noun.children if child.dep_ == "poss"), None)
        if speaker is None and noun.dep_ == "dobj":
            speaker = subject_of(noun.head)
        yield from self._attribution(content, speaker, noun, Construction.PHRASE)


def _is_passive(verb: Token) -> bool:
    return any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children)


def _speaker_of(verb: Token) -> Token | None:
    return agent_of(verb) if _is_passive(verb) else subject_of(verb)


def _teller(word: Token) -> Token | None:
    """Return the verb of "said in a letter seen by them that", whose clause the parse hangs on "letter" or "seen"."""
    noun = word.head if word.dep_ == "acl" and word.tag_ == "VBN" else word
    verb = noun.head.head
    if noun.dep_ != "pobj" or noun.head.lower_ not in _VENUE or verb.pos_ != "VERB" or lemma_of(verb) not in CLAUSE:
        return None
    return None if any(child.dep_ == "ccomp" for child in verb.children) else verb


def _extent(head: Token) -> Span:
    return head.left_edge.i, head.right_edge.i + 1


def _from_that(clause: Token) -> Span:
    """Return a clause without what the parse puts into it from before its "that": said, citing them, that."""
    begin, end = _extent(clause)
    return next((c.i for c in clause.children if c.dep_ == "mark" and c.lower_ == "that"), begin), end


def _infinitive(children: _Children, *, passive: bool) -> Span | None:
    if not children["xcomp"]:
        return None
    infinitive = children["xcomp"][0]
    begin, end = _extent(infinitive)
    whom = children["nsubjpass"] if passive else [thing for thing in children["dobj"] if thing.i < infinitive.i]
    return (whom[0].left_edge.i if whom else begin), end


def _naming(children: _Children, *, passive: bool) -> Span | None:
    """Return a person and what they are said to be."""
    named = children["dobj"] + children["nsubjpass"]
    said = children["oprd"] + children["ccomp"] + [word for word in children["prep"] if word.lower_ == "as"]
    if not said or not (named or children["ccomp"]):
        return None
    begins = [word.left_edge.i for word in named if not passive and not word.tag_.startswith("W")]
    return min(begins + [word.left_edge.i for word in said]), max(word.right_edge.i for word in said) + 1


def _after_prepositions(lemma: str, children: _Children) -> Iterator[Span]:
    of_object = (word for thing in children["dobj"] for word in thing.rights if word.dep_ == "prep")
    for preposition in [*children["prep"], *of_object]:
        if preposition.lower_ not in PREPOSITION.get(lemma, ()):
            continue
        thing = next((child for child in preposition.children if child.dep_ in {"pobj", "pcomp"}), None)
        if thing is None or thing.ent_type_ in {"DATE", "TIME"}:
            continue
        begin, end = _extent(thing)
        if lemma == "call":  # called on them to leave
            end = max(
                [end, *(w.right_edge.i + 1 for w in children["xcomp"] + children["advcl"] if w.left_edge.i == end)]
            )
        yield begin, end


def _with_adjuncts(thing: Token, children: _Children) -> Span:
    """Return an object with what it is criticized for or praised as."""
    begin, end = _extent(thing)
    of_object = (word for thing in children["dobj"] for word in thing.rights if word.dep_ == "prep")
    for preposition in [*children["prep"], *of_object]:
        if preposition.i == end and preposition.lower_ in {"as", "for", "over"}:
            end = preposition.right_edge.i + 1
    return begin, end


def _complement(noun: Token) -> Span | None:
    for child in noun.rights:
        if child.dep_ == "ccomp" or (child.dep_ == "acl" and child.left_edge.lower_ in {"that", "to"}):
            return _extent(child)
    for preposition in noun.rights:
        if preposition.lower_ == "about":
            thing = next((child for child in preposition.children if child.dep_ in {"pobj", "pcomp"}), None)
            return _extent(thing) if thing is not None else None
    return None
