"""Speech, thoughts and wishes that a text reports in its own words.

Comes in: a parsed English text. Goes out: attributions.

What grammar makes the complement of a verb or a noun of reporting is what somebody said: a clause, an infinitive, an
object, the object of a preposition. "According to" and ", he said," take the sentence around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from enricher.parsing import NOMINAL, SENTENCE_ENDS, SUBJECTS, Attribution, Construction, ParsedText, Span, lemma_of
from enricher.speech.complements import (
    Children,
    after_prepositions,
    author_of_noun,
    children_of,
    complement_of_noun,
    extent,
    from_that,
    gerund,
    infinitive,
    naming,
    questions,
    states,
    with_adjuncts,
)
from enricher.speech.loose_clauses import loose_clause
from enricher.speech.reporting import CLAUSE, INFINITIVE, NAMING, NOUN, OBJECT, SPEAKING, STATE
from enricher.speech.subjects import FINITE, agent_of, is_passive, noun_phrase, says_nothing, subject_of

if TYPE_CHECKING:
    from spacy.tokens import Token

_EDGES = frozenset(",.:;—–―-?!")
_OTHER_SENSES = frozenset({"put", "hold", "begin"})
"""Verbs that mean saying only in "as she put it"."""

_THINKING = frozenset(
    {"think", "believe", "know", "suppose", "guess", "figure", "find", "show", "learn", "feel", "fear"}
)

_THINGS = frozenset({"it", "this", "that", "which"})

_DASHES = frozenset({"—", "–", "―", "--"})

_AUXILIARY = frozenset({"aux", "auxpass"})

_MEANS = frozenset({"in", "with"})
"""What comes before a noun of reporting that somebody does something with: persisted in arguments that."""

_NAMES_SPEAKER = frozenset({"compound", "nsubj", "nmod"})

_DISCLOSING = frozenset({"say", "tell", "disclose", "reveal", "specify", "announce", "explain"})

_VENUE = frozenset({"in", "on", "at", "during"})

_BESIDE_TELLING = frozenset({"refer", "speak", "talk", "cite"})

_LONGEST_ASIDE = 12
_SHORT_ADJUNCT, _LONG_ADJUNCT = 5, 10

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
        elif token.pos_ == "VERB" or (token.pos_ == "AUX" and token.dep_ not in _AUXILIARY):
            yield from self._of_verb(token)
        elif token.pos_ == "NOUN":
            said_by = _subject_of_misread(token)
            yield from self._of_noun(token) if said_by is None else self._of_misread(token, said_by)

    def _attribution(
        self, content: Span, speaker: Token | None, cue: Token, construction: Construction
    ) -> Iterator[Attribution]:
        """Yield the attribution, cut to the cue's paragraph and without punctuation at its ends."""
        (begin, end), paragraph = content, self.parsed.paragraph
        if speaker is not None and (says_nothing(speaker) or paragraph[speaker.i] != paragraph[cue.i]):
            return  # a heading says nothing either
        if construction is Construction.CLAUSE and begin <= cue.i < end:
            return  # what it means to be old
        while begin < end and (paragraph[begin] != paragraph[cue.i] or self._is_edge(begin)):
            begin += 1
        while begin < end and (paragraph[end - 1] != paragraph[cue.i] or self._is_edge(end - 1)):
            end -= 1
        begin, end = self._after_date(begin, end, cue), self._with_conjunct(begin, end, cue)
        end = self._before_adjunct(begin, end, construction)
        if construction is Construction.CLAUSE and begin < end and self._lacks_subject(begin, cue):
            begin = cue.i + 1
        if begin < end:
            said_by = noun_phrase(speaker) if speaker is not None else None
            span = self.parsed.characters((begin, end))
            reports = _is_told(speaker, cue) and not _is_withheld(cue, self.doc[begin]) and states(self.doc, begin, end)
            yield Attribution(*span, said_by, (cue.i, cue.i + 1), construction, reports)

    def _after_date(self, begin: int, end: int, cue: Token) -> int:
        """Return where a content begins that a date comes before, of the saying: said Monday it would."""
        at = begin
        while at < end and self.doc[at].ent_type_ in {"DATE", "TIME"}:
            at += 1
        if not cue.i < begin < at < end:
            return begin
        subject = any(token.left_edge.i == at for token in self.doc[at:end] if token.dep_ in SUBJECTS)
        return at if subject or self.doc[at].lower_ == "that" else begin

    def _before_adjunct(self, begin: int, end: int, construction: Construction) -> int:
        """Return where a content ends that what tells more of the saying comes after: it would pay, citing the cost."""
        for token in self.doc[begin + 1 : end]:
            if token.tag_ == "VBG" and self.doc[token.i - 1].text == "," and self._is_about_telling(token):
                return token.i - 1
            if construction is Construction.PHRASE and begin + 1 < token.i and token.text in _DASHES:
                return token.i
        return end

    def _with_conjunct(self, begin: int, end: int, cue: Token) -> int:
        """Return the end of a content with what "and" or "or" adds right behind it, which the parse hangs elsewhere."""
        doc, at = self.doc, end
        at += at + 2 < len(doc) and doc[at].is_quote
        if not cue.i < begin < end or at + 1 >= len(doc) or doc[at].dep_ != "cc":
            return end
        added = next((t for t in doc[at + 1 : cue.sent.end] if t.dep_ == "conj" and t.left_edge.i == at + 1), None)
        if added is None or added.tag_ in {*FINITE, "VBG"} or not cue.i <= added.head.i < end:
            return end
        last = added.right_edge.i
        return last + 1 if self.parsed.paragraph[last] == self.parsed.paragraph[cue.i] else end

    def _lacks_subject(self, begin: int, cue: Token) -> bool:
        """Return whether the parse left a clause's subject out: said | 82% of all hours | are worked."""
        opening, between = self.doc[begin], self.doc[cue.i + 1 : begin]
        finite = opening.tag_ in FINITE or opening.tag_ == "MD"
        return finite and any(t.pos_ in NOMINAL for t in between) and not any(t.text in _EDGES for t in between)

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
        children = children_of(verb)
        if _is_imperative(verb, children) or _is_meaning(verb, children):
            return
        if children["ccomp"] and (teller := _teller(verb)) is not None:
            for clause in children["ccomp"]:
                yield from self._attribution(from_that(clause), _speaker_of(teller), teller, Construction.CLAUSE)
            return
        if children["ccomp"] or children["acomp"]:
            state = list(self._of_state(verb, children))
            yield from state
            if state:
                return
        passive = is_passive(verb)
        speaker = _speaker_of(verb)
        clauses = list(self._clauses(verb, children))
        contents = clauses or list(self._phrases(verb, children, speaker, passive=passive))
        construction = Construction.CLAUSE if clauses else Construction.PHRASE
        for content in contents:
            yield from self._attribution(content, speaker, verb, construction)

    def _of_state(self, verb: Token, children: Children) -> Iterator[Attribution]:
        """Yield what somebody is sure, afraid or convinced of, or what their message is: a clause."""
        subject = next(iter([*children["nsubj"], *children["nsubjpass"]]), None)
        if subject is None or subject.tag_ == "DT" or subject.lower_ in {"it", "which"}:
            return
        if verb.tag_ == "VBN" and verb.lower_ in STATE:
            feelings = [(verb, subject)]
        else:
            feelings = [(word, subject) for word in children["acomp"] if word.lower_ in STATE]
        if lemma_of(verb) == "be" and lemma_of(subject) in NOUN and (owner := author_of_noun(subject)) is not None:
            feelings.append((subject, owner))
        for cue, speaker in feelings:
            clauses = [child for child in cue.children if child.dep_ == "ccomp"] or children["ccomp"]
            for clause in clauses:
                if clause.i > max(cue.i, verb.i):
                    yield from self._attribution(from_that(clause), speaker, cue, Construction.CLAUSE)

    def _clauses(self, verb: Token, children: Children) -> Iterator[Span]:
        lemma = lemma_of(verb)
        if lemma in CLAUSE:
            taken = [clause for clause in children["ccomp"] if _can_be_said(clause, verb)]
            behind = [clause for clause in taken if clause.i > verb.i]
            clauses = [_clause(clause) for clause in behind or taken]
            loose = loose_clause(verb) if not clauses else None
            yield from clauses if loose is None else [loose]
        elif lemma in OBJECT or lemma in SPEAKING:
            yield from questions(verb, children)

    def _phrases(self, verb: Token, children: Children, speaker: Token | None, *, passive: bool) -> Iterator[Span]:
        """Yield the first kind of complement that the verb takes and has."""
        lemma = lemma_of(verb)
        is_called = lemma == "call" and passive and speaker is None
        for found in (
            self._sentence_around(verb, speaker) if speaker is not None and not passive else None,
            infinitive(children, passive=passive) if lemma in INFINITIVE else None,
            naming(children, passive=passive) if lemma in NAMING and not is_called else None,
            gerund(children) if not passive and (lemma in OBJECT or lemma in CLAUSE) else None,
        ):
            if found is not None:
                yield found
                return
        taken = list(after_prepositions(lemma, children))
        yield from taken
        if not taken and lemma in OBJECT:
            if not passive and not (verb.tag_ == "VBG" and lemma == "cite"):  # what a report rests on
                yield from (with_adjuncts(thing, children) for thing in children["dobj"])
            elif speaker is not None:
                yield from (extent(thing) for thing in children["nsubjpass"])

    def _of_misread(self, verb: Token, speaker: Token) -> Iterator[Attribution]:
        """Yield what a verb takes that the tagger took for a noun in the plural: the mayor claims that, plans to."""
        content = next((child for child in verb.rights if child.dep_ in {"ccomp", "xcomp", "acl"}), None)
        if content is not None:
            construction = Construction.CLAUSE if content.dep_ == "ccomp" else Construction.PHRASE
            yield from self._attribution(extent(content), speaker, verb, construction)

    def _sentence_around(self, verb: Token, subject: Token) -> Span | None:
        """Return the sentence that ", he said" is set into or put behind, or that "as he put it," opens."""
        lemma = lemma_of(verb)
        if (
            verb.dep_ == "relcl"
            or lemma not in SPEAKING
            or not _is_finite(verb)
            or (verb.dep_ != "advcl" and (lemma in NAMING or lemma in _OTHER_SENSES))
        ):
            return None
        left = min(verb.i, subject.left_edge.i)
        if left == 0 or verb.i - left > _LONGEST_ASIDE:
            return None
        begin, end = self._sentence(verb)
        if verb.dep_ == "advcl" and any(c.lower_ == "as" and c.dep_ in {"mark", "advmod"} for c in verb.children):
            left -= self.doc[left].lower_ != "as" and self.doc[left - 1].lower_ == "as"
            if left == begin or (left - begin < 3 and self.doc[left - 1].text == ","):
                after = verb.right_edge.i + 1
                return (after, end) if after < end and self.doc[after].text == "," else None
        if self.doc[left - 1].text != "," or left - begin < 3:
            return None
        last = max(verb.i, subject.right_edge.i)
        stop = self._end_of_aside(verb, last, end)
        if stop is None and last + 1 < end:
            return None
        goes_on = stop is not None and stop.text == "," and end - stop.i > 3
        if stop is not None and goes_on and not self._is_about_telling(self.doc[stop.i + 1]):
            return begin, end
        return (begin, left) if any(t.tag_ in FINITE or t.tag_ == "MD" for t in self.doc[begin:left]) else None

    def _end_of_aside(self, verb: Token, last: int, end: int) -> Token | None:
        """Return the mark behind ", he said" and what tells when, where or to whom: earlier in the hearing."""
        longest = _LONG_ADJUNCT if lemma_of(verb) in CLAUSE else _SHORT_ADJUNCT
        for token in self.doc[last + 1 : min(last + longest, end)]:
            if self._closes(token):
                return token
            if token.pos_ in {"VERB", "AUX"} or token.dep_ in SUBJECTS or token.dep_ == "mark":
                return None
        return None

    def _is_about_telling(self, word: Token) -> bool:
        """Return whether what goes on with a word tells of the saying, not of what is said: he said, citing them."""
        if word.tag_ == "VBG" and lemma_of(word) not in _OTHER_SENSES:
            return lemma_of(word) in SPEAKING or lemma_of(word) in CLAUSE or lemma_of(word) in _BESIDE_TELLING
        return word.tag_ in {"WP", "WDT"}

    def _sentence(self, token: Token) -> Span:
        begin, end = token.sent.start, token.sent.end
        while self.parsed.paragraph[begin] != self.parsed.paragraph[token.i]:
            begin += 1
        return begin, end

    def _closes(self, token: Token) -> bool:
        return token.is_space or token.text == "," or token.text in SENTENCE_ENDS

    def _of_noun(self, noun: Token) -> Iterator[Attribution]:
        content = complement_of_noun(noun)
        if content is None:
            return
        if (teller := _teller(noun)) is not None and self.doc[content[0]].lower_ == "that":
            yield from self._attribution(content, _speaker_of(teller), teller, Construction.CLAUSE)
            return
        if lemma_of(noun) not in NOUN:
            return
        speaker = author_of_noun(noun)
        verb = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ in _MEANS else noun.head
        if speaker is None and (noun.dep_ == "dobj" or (verb.pos_ == "VERB" and verb.i != noun.head.i)):
            speaker = subject_of(verb)
        yield from self._attribution(content, speaker, noun, Construction.PHRASE)


def _is_finite(verb: Token) -> bool:
    """Return whether a verb, or one that helps it, has a tense: not in "is poised to offer"."""
    if verb.tag_ in FINITE or (verb.tag_ == "VBN" and verb.dep_ in {"ROOT", "ccomp", "conj"}):
        return True  # VBN: a past tense that the tagger took for a participle
    if verb.tag_ == "VB" and verb.dep_ in {"parataxis", "ROOT", "ccomp"}:  # a present that it took for an infinitive
        return not any(c.dep_ in _AUXILIARY for c in verb.children)
    return any(c.dep_ in _AUXILIARY and (c.tag_ in FINITE or c.tag_ == "MD") for c in verb.children)


def _subject_of_misread(noun: Token) -> Token | None:
    """Return who claims that or plans to, where the tagger took that for a noun: no sentence is a noun with a name."""
    lemma, doc = lemma_of(noun), noun.doc
    if noun.tag_ != "NNS" or noun.dep_ not in {"ROOT", "ccomp"} or lemma not in CLAUSE | INFINITIVE or not noun.i:
        return None
    before, after = doc[noun.i - 1], doc[noun.i + 1 : noun.i + 2].text.lower()
    takes = (after == "that" and lemma in CLAUSE) or (after == "to" and lemma in INFINITIVE)
    return before if takes and before.pos_ in NOMINAL and before.dep_ in _NAMES_SPEAKER else None


def _can_be_said(clause: Token, verb: Token) -> bool:
    """Return whether a clause can be a verb's: one before it belongs to verbs of speaking and thinking alone."""
    if clause.i > verb.i:
        return True
    if any(token.text == ":" for token in verb.doc[clause.i : verb.i]):
        return False
    return lemma_of(verb) in SPEAKING or lemma_of(verb) in _THINKING


def _is_told(speaker: Token | None, cue: Token) -> bool:
    """Return whether somebody says it: not in "imagine that", "fears that", "it is worth noting that".

    Nor in "you think", which speaks to readers.
    """
    if speaker is None:
        return is_passive(cue) and cue.dep_ != "acl"  # boys said to be at school
    return speaker.lower_ != "you" and not (speaker.lower_ == "it" and cue.tag_ == "VBG" and speaker.head.i != cue.i)


def _is_withheld(cue: Token, first: Token) -> bool:
    """Return whether it is what somebody has not said: it did not say whether, who has not disclosed how."""
    asks = first.lower_ in {"whether", "if"} or first.tag_ in {"WRB", "WP", "WDT", "WP$"}
    return asks and lemma_of(cue) in _DISCLOSING and any(child.dep_ == "neg" for child in cue.children)


def _is_imperative(verb: Token, children: Children) -> bool:
    """Return whether a verb tells readers what to do: nobody says that, in "consider how it will hang"."""
    has_subject = any(children[role] for role in (*SUBJECTS, *_AUXILIARY))
    return verb.tag_ == "VB" and verb.dep_ == "ROOT" and not has_subject


def _is_meaning(verb: Token, children: Children) -> bool:
    """Return whether a verb tells what something means, not what somebody means to do: what it means to be old."""
    return lemma_of(verb) == "mean" and any(word.lower_ in _THINGS for word in children["nsubj"])


def _speaker_of(verb: Token) -> Token | None:
    if (said := _resumed(verb) or _told_before(verb)) is not None:
        return subject_of(said)
    return agent_of(verb) if is_passive(verb) else subject_of(verb)


def _told_before(verb: Token) -> Token | None:
    """Return the verb of reporting that a participle goes on from behind its clause: said it would pay, adding that."""
    if verb.tag_ != "VBG" or verb.i == 0 or verb.doc[verb.i - 1].text != ",":
        return None
    clause = verb.head
    while clause.dep_ != "ccomp" and clause.head.i != clause.i:
        clause = clause.head
    said = clause.head
    return said if clause.dep_ == "ccomp" and said.i < clause.i and lemma_of(said) in SPEAKING else None


def _resumed(verb: Token) -> Token | None:
    """Return the verb of reporting that another goes on from within its clause: said it would pay, and warned that."""
    if verb.dep_ != "conj" or verb.tag_ not in FINITE or lemma_of(verb) not in CLAUSE | INFINITIVE:
        return None
    first = verb.head
    while first.dep_ == "conj":
        first = first.head
    said, children = first.head, children_of(verb)
    if first.dep_ != "ccomp" or said.tag_ != verb.tag_ or said.i > first.i or lemma_of(said) not in SPEAKING:
        return None
    if children["nsubj"] or children["nsubjpass"]:
        return None
    if any(clause.left_edge.lower_ == "that" for clause in children["ccomp"]):
        return said
    takes = [*children["ccomp"], *children["xcomp"], *children["dobj"], *children["prep"]]
    other_tense = any(child.tag_ == "MD" for child in first.children)
    return said if other_tense and any(word.i > verb.i for word in takes) else None


def _clause(head: Token) -> Span:
    """Return a clause, as far as what is said there goes: not "and warned that" behind it, but "and would not go"."""
    begin, end = from_that(head)
    end = _with_intention(head, end)
    for token in head.subtree:
        if token.dep_ == "conj" and _resumed(token) is not None:
            before = token.doc[token.left_edge.i - 1]
            return begin, before.i if before.dep_ == "cc" else token.left_edge.i
    return begin, end


def _with_intention(head: Token, end: int) -> int:
    """Return the end of a clause with what the same subject could or would do, which the parse hangs elsewhere."""
    doc, at = head.doc, end
    at += at < len(doc) and doc[at].text == ","
    if at + 1 >= len(doc) or doc[at].dep_ != "cc" or doc[at + 1].tag_ != "MD" or doc[at + 1].head.dep_ != "conj":
        return end
    verb = doc[at + 1].head
    has_subject = any(child.dep_ in SUBJECTS for child in verb.children)
    said_so = any(child.tag_ == "MD" for child in head.head.children)
    return end if has_subject or said_so or verb.head.i > head.head.i else verb.right_edge.i + 1


def _teller(word: Token) -> Token | None:
    """Return the verb of "said in a letter seen by them that", whose clause the parse hangs on "letter" or "seen"."""
    noun = word.head if word.dep_ == "acl" and word.tag_ == "VBN" else word
    verb = noun.head.head
    if noun.dep_ != "pobj" or noun.head.lower_ not in _VENUE or verb.pos_ != "VERB" or lemma_of(verb) not in CLAUSE:
        return None
    return None if any(child.dep_ == "ccomp" for child in verb.children) else verb
