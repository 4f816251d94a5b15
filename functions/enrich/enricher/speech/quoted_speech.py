"""Quotations that stand alone, and who said them.

Comes in: a parsed English text and its quotations. Goes out: attributions.

The cue is looked for after the quotation, before it, and then in what went before: the quotation, the sentence, the
paragraph. A quotation that a cue interrupts for a few words ("Yes," she said. "Now.") is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from enricher.parsing import NOMINAL, SENTENCE_ENDS, SUBJECTS, Attribution, Construction, ParsedText, Span, lemma_of
from enricher.speech.reporting import ENTITLING, NAMING, NOUN, SPEAKING, WRITING
from enricher.speech.subjects import (
    FINITE,
    agent_of,
    bears_words,
    first_subject,
    heads_phrase,
    is_passive,
    noun_phrase,
    object_of,
    says_nothing,
    subject_of,
)
from enricher.text import Quotation, SpanIndex, Spanned
from newsdesk.words import count_unspaced_characters

if TYPE_CHECKING:
    from spacy.tokens import Token

_LONGEST_INTERRUPTION = 5
_LONGEST_INTERRUPTION_OF_A_SENTENCE = 20
"""Words between two parts of a quotation: few between sentences, more where one goes on behind a comma. Beyond them a
reader takes what follows for another quotation."""

_LONGEST_TITLE = 8

_LONGEST_TERM = 4
"""Words of what something is called."""
_KNOWING = frozenset({"know", "dub", "nickname", "term"})

_LONGEST_SMALL_WORD = 3
"""Letters of the words that titles leave in lower case."""

_LONGEST_TAG = 25
"""Tokens from a question to the verb that says who asked it: the speaker with their office."""

_BESIDE = 20
"""Code points beside a quotation in which the next one that is not a space is looked for."""

_FARTHEST = 40
"""Tokens from a quotation to its cue: more than any sentence needs that a reader can follow."""

_WEAK_SPEAKING = SPEAKING - NAMING
_VERBAL = frozenset({"VERB", "AUX"})
_PERSONAL = frozenset({"he", "she", "i", "they", "we"})
_BEFORE_FREE = frozenset("\n.?!”\":,;—–―…’'")
_AFTER_STATEMENT = frozenset(".,?!…—–-;:”’\"'")

_MARKS = "“”„‟\"«»‹›「」『』'`‘’"

_BEFORE_TAG = frozenset(",?!")
"""Marks between a sentence and who says it."""

_ENDED = frozenset("\n.?!”")
_GOES_ON = re.compile(r",?[ \xa0]?(?:,|[—–―-])[ \xa0]+(?=[^\W\d_])")

_SIGNATURE = re.compile(
    r"(?:[ \xa0]*+(?:\n[ \xa0]*+)?(?:—|–|―|--)[ \xa0]*+|[ \xa0]++-[ \xa0]++)([A-Z][^\n,;:!?(]{1,60}?)"
    r"(?=[ \xa0]*(?:[,.(][^\n]{0,60})?(?:\n|$))"
)
_DASH = re.compile(r"[ \xa0]*(?:—|–|―|--|-)[ \xa0]*(?=[A-Z])")
_TURN = re.compile(r"^[ \"“]*([QA]|[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]+){0,3}):[ \xa0]++([^\n]*[^\s\"”])", re.MULTILINE)
_TURN_OF_INTERVIEW = re.compile(r"^[ \"“]*([A-Z][\w.'’-]+(?: [\w.'’-]+){0,3}):[ \xa0]++([^\n]*[^\s\"”])", re.MULTILINE)
_SPEAKERS_OF_INTERVIEW = (2, 3)
_QUESTION_OR_ANSWER = 1
"""Letters of who speaks where that is no name: Q, A."""
_FEWEST_TURNS = 3
_INTRODUCED = re.compile(r":[ \xa0]*+\n++[ \xa0]*+([^\n]*[^\s])")


@dataclass(frozen=True)
class _Cue:
    speaker: Span | None
    cue: Span | None
    follows: bool = False


@dataclass(frozen=True)
class _Said:
    speaker: Span | None
    end: int


@dataclass(frozen=True)
class _Unit:
    quotation: Quotation
    begin: int
    end: int


def is_statement(text: str, quotation: Quotation) -> bool:
    """Return whether a quotation stands alone and is not a name, title or single word in marks: for any language."""
    inner = _inner(text, quotation)
    words = inner.split()
    if "\n" in inner or len(words) > 5 or count_unspaced_characters(inner) > 9:
        return True
    before = text[max(0, quotation.begin - _BESIDE) : quotation.begin].rstrip(" \t\xa0")[-1:]
    continues = before == ":" or ((not before or before in _ENDED) and _GOES_ON.match(text, quotation.end) is not None)
    if continues and len(words) > 1 and any(word[:1].islower() for word in words):
        return True  # he said: “So be it” – “So be it”, he said
    return inner[-1:] in {".", "?", "!", "…"} and len(words) > 2


class QuotedSpeech:
    """Which tokens of a text are quoted word for word.

    Attributes
    ----------
    spoken, quoted : list of bool
        For each token whether it is in a quotation that stands alone, or in any.
    """

    def __init__(self, parsed: ParsedText, quotations: Sequence[Quotation]) -> None:
        self.parsed, self.doc, self.text, self.paragraph = parsed, parsed.doc, parsed.text, parsed.paragraph
        self.spoken = [False] * len(self.doc)
        self.quoted = [False] * len(self.doc)
        self.turns = list(self._turns())
        self.units: list[_Unit] = []
        turns = SpanIndex(self.turns)
        quotations = [self._cut(quotation) for quotation in quotations]
        for before, quotation in zip([None, *quotations], quotations, strict=False):
            begin, end = parsed.tokens(quotation.begin, quotation.end)
            self.quoted[begin:end] = [True] * (end - begin)
            in_turn = bool(turns.overlapping(quotation.begin, quotation.end))
            if not in_turn and self._stands_alone(quotation, begin, before):
                self.units.append(_Unit(quotation, begin, end))
            elif not in_turn:
                continue
            self.spoken[begin:end] = [True] * (end - begin)

    def attributions(self) -> Iterator[Attribution]:
        """Yield the turns of a transcript, then each quotation that stands alone."""
        yield from self.turns
        previous: _Said | None = None
        at = 0
        while at < len(self.units):
            last, cue = self._extent(at)
            first_unit, last_unit = self.units[at], self.units[last]
            construction = Construction.QUOTED if cue is None or cue.follows else Construction.QUOTED_AFTER
            if self._says_nothing(cue.speaker) if cue is not None else self._is_heading(at, last):
                at = last + 1
                continue
            if cue is None:
                construction = Construction.QUOTED_WITHOUT_CUE
                speaker = self._speaker_around(first_unit.begin, previous) or self._speaker_behind(
                    first_unit, last_unit
                )
                cue = _Cue(speaker, None)
            begin, end = first_unit.quotation.begin, last_unit.quotation.end
            yield Attribution(begin, end, cue.speaker, cue.cue, construction)
            previous = _Said(cue.speaker, last_unit.end)
            at = last + 1

    def introduced(self, taken: Sequence[Spanned]) -> Iterator[Attribution]:
        """Yield the paragraphs without marks that "she added:" at the end of the one before introduces."""
        others = SpanIndex(taken)
        for match in _INTRODUCED.finditer(self.text):
            begin, end = match.span(1)
            if others.overlapping(begin, end):
                continue
            cue = self._cue_before(self.parsed.tokens(begin, end)[0], 0)
            if cue is not None and cue.cue is not None and cue.speaker is not None:
                yield Attribution(begin, end, cue.speaker, cue.cue, Construction.INTRODUCED)

    def fragments(self, quotations: Sequence[Quotation], taken: Sequence[Attribution]) -> Iterator[Attribution]:
        """Yield the quoted parts of sentences that no verb of reporting accounts for, with the rest of their phrase.

        What hangs on one verb is one.
        """
        others = SpanIndex(taken)
        found: dict[Span | None, Attribution] = {}
        for quotation in quotations:
            words = _inner(self.text, quotation).split()
            if len(words) < 3 or sum(word[:1].islower() for word in words) * 2 < len(words):
                continue
            if not others.overlapping(quotation.begin, quotation.end):
                for part in self._fragment(quotation):
                    first = found.setdefault(part.cue, part)
                    found[part.cue] = replace(first, begin=min(first.begin, part.begin), end=max(first.end, part.end))
        yield from found.values()

    def _fragment(self, quotation: Quotation) -> Iterator[Attribution]:
        begin, end = self.parsed.tokens(quotation.begin, quotation.end)
        verb = self.doc[begin:end].root
        while verb.head.i != verb.i and (verb.pos_ not in _VERBAL or begin <= verb.i < end):
            verb = verb.head
        if verb.pos_ not in _VERBAL or begin <= verb.i < end or self.paragraph[verb.i] != self.paragraph[begin]:
            return
        subject = subject_of(verb)
        if lemma_of(verb) in ENTITLING or (subject is not None and says_nothing(subject)):
            return
        if self._names_a_thing(verb, subject, quotation):
            return
        if any(bears_words(child) for child in verb.children if child.dep_ == "dobj"):
            return
        after_verb = verb.i < begin and not (subject is not None and verb.i < subject.i < begin)
        content = quotation.begin
        if self.doc[begin - 1].lower_ == "that":
            content = self.doc[begin - 1].idx
        elif after_verb and not self.doc[verb.i + 1].is_punct:
            content = self.doc[verb.i + 1].idx
        speaker = noun_phrase(subject) if subject is not None and not self.quoted[subject.i] else None
        yield Attribution(content, quotation.end, speaker, (verb.i, verb.i + 1), Construction.FRAGMENT)

    def _names_a_thing(self, verb: Token, subject: Token | None, quotation: Quotation) -> bool:
        """Return whether marks set off what something is called, by nobody: it is called “farmer's lung”."""
        is_done_to = is_passive(verb) or verb.tag_ == "VBN"
        if is_done_to and lemma_of(verb) in NAMING | _KNOWING and agent_of(verb) is None:
            return True
        is_short = len(_inner(self.text, quotation).split()) <= _LONGEST_TERM
        tells = subject is not None and lemma_of(subject) in NOUN | WRITING
        return lemma_of(verb) == "be" and is_short and not tells

    # --- which quotations stand alone

    def _cut(self, quotation: Quotation) -> Quotation:
        """Return a quotation whose closing mark is missing up to what tells who says it: “We never knew, said Smith."""
        if quotation.closed:
            return quotation
        begin, end = self.parsed.tokens(quotation.begin, quotation.end)
        for comma in self.doc[begin:end]:
            if comma.text in SENTENCE_ENDS and comma.i > begin + 1 and self._tells_of_somebody(comma.i + 1, end):
                return Quotation(quotation.begin, comma.idx + len(comma))
            following = self.doc[comma.i + 1 : min(comma.i + 4, end)]
            if comma.text in _BEFORE_TAG and any(_tells(token) and token.tag_ in FINITE for token in following):
                who = [token for token in following if not _tells(token)]
                if who and (who[0].pos_ == "PROPN" or who[0].lower_ in _PERSONAL | {"the", "a"}):
                    return Quotation(quotation.begin, comma.idx + len(comma))
        return quotation

    def _tells_of_somebody(self, begin: int, end: int) -> bool:
        """Return whether a sentence opens with a full name that does something: nobody speaks so of oneself."""
        last = begin
        while last < end and self.doc[last].pos_ == "PROPN" and self.doc[last].ent_type_ in {"PERSON", ""}:
            last += 1
        return last - begin > 1 and self.doc[last - 1].dep_ in SUBJECTS and self.doc[last - 1].head.pos_ in _VERBAL

    def _turns(self) -> Iterator[Attribution]:
        turns = list(_TURN.finditer(self.text))
        if len(turns) < _FEWEST_TURNS:
            turns = self._turns_of_an_interview()
        for turn in turns:
            named = len(turn[1]) > _QUESTION_OR_ANSWER
            name = self.parsed.tokens(*turn.span(1)) if named else None
            yield Attribution(*turn.span(2), name, None, Construction.TURN)

    def _turns_of_an_interview(self) -> list[re.Match[str]]:
        """Return the turns of two or three speakers who are not written in capitals, and of whom one asks."""
        turns = list(_TURN_OF_INTERVIEW.finditer(self.text))
        speakers = Counter(turn[1] for turn in turns)
        again = min(speakers.values(), default=0) > 1 and len(speakers) in _SPEAKERS_OF_INTERVIEW
        return turns if again and any(turn[2].endswith("?") for turn in turns) else []

    def _stands_alone(self, quotation: Quotation, begin: int, last: Quotation | None) -> bool:
        inner = _inner(self.text, quotation)
        words = inner.split()
        if len(words) < 2 and inner[-1:] not in {".", "?", "!", ","}:
            return False
        if "\n" in inner:
            return True
        before = self.text[max(0, quotation.begin - _BESIDE) : quotation.begin].rstrip(" \t\xa0")[-1:]
        if before and before not in _BEFORE_FREE:
            said = begin > 0 and lemma_of(self.doc[begin - 1]) in _WEAK_SPEAKING
            if not said or (len(words) < 3 and inner[-1:] not in SENTENCE_ENDS):
                return False
        if before == "," and inner[:1].islower() and len(words) < 6 and not self._resumes(last, quotation):
            return False
        signed = _SIGNATURE.match(self.text, quotation.end) is not None
        if not signed and inner[-1:] not in SENTENCE_ENDS and len(words) <= _LONGEST_TITLE and _is_title(words):
            return False
        after = self.text[quotation.end : quotation.end + _BESIDE].lstrip(" \t\xa0")[:1]
        return inner[-1:] in _AFTER_STATEMENT or not after or after in ",.;\n" or len(words) > 3

    def _resumes(self, last: Quotation | None, quotation: Quotation) -> bool:
        """Return whether a quotation goes on after ", he said," in it."""
        if last is None or _inner(self.text, last)[-1:] != ",":
            return False
        gap = self.text[last.end : quotation.begin]
        words = len(gap.split())
        begin, end = self.parsed.tokens(last.end, quotation.begin)
        said = words <= _LONGEST_INTERRUPTION_OF_A_SENTENCE and any(map(_tells, self.doc[begin:end]))
        return "\n" not in gap and (said or 0 < words <= _LONGEST_INTERRUPTION)

    def _is_complete(self, quotation: Quotation) -> bool:
        inner = _inner(self.text, quotation).rstrip("”\"'’ \xa0")
        after = self.text[quotation.end : quotation.end + _BESIDE].lstrip(" \xa0")[:1]
        return not quotation.closed or inner[-1:] in ".?!,…—–-" or not after or after in "\n.,"

    def _says_nothing(self, speaker: Span | None) -> bool:
        return speaker is not None and says_nothing(self.doc[speaker[0] : speaker[1]].root)

    def _is_heading(self, at: int, last: int) -> bool:
        """Return whether a quotation without a cue is a title or a heading rather than a statement."""
        quotation = self.units[at].quotation
        words = _inner(self.text, quotation).rstrip(".,?!").split()
        if last != at or len(words) > _LONGEST_TITLE:
            return False
        if self._is_a_line(quotation) and not _inner(self.text, quotation).endswith((".", "?", "!", "…", ",")):
            return True
        return len(words) < 2 or all(word[0].isupper() for word in words if len(word) > _LONGEST_SMALL_WORD)

    def _is_a_line(self, quotation: Quotation) -> bool:
        """Return whether nothing else stands in a quotation's line."""
        before, after = self.text[: quotation.begin].rpartition("\n")[2], self.text[quotation.end :].partition("\n")[0]
        return not before.strip() and not after.strip()

    # --- how far one goes

    def _extent(self, at: int) -> tuple[int, _Cue | None]:
        """Return the last of the quotations that are one with this, and their cue."""
        cue = self._cue(at)
        last = at
        while last + 1 < len(self.units) and self._goes_on(last, cue):
            last += 1
            cue = cue or self._cue_after(last)
        return last, self._named_at_the_end(last, cue) if last > at else cue

    def _named_at_the_end(self, last: int, cue: _Cue | None) -> _Cue | None:
        """Return the cue behind the last part where it names whom a pronoun means: “A,” she says, “B,” says Roe."""
        if cue is None or cue.speaker is None or self.doc[cue.speaker[0]].lower_ not in _PERSONAL:
            return cue
        behind = self._cue_after(last)
        if behind is None or behind.speaker is None:
            return cue
        return behind if self.doc[slice(*behind.speaker)].root.pos_ == "PROPN" else cue

    def _goes_on(self, at: int, cue: _Cue | None) -> bool:
        this, following = self.units[at], self.units[at + 1]
        gap = self.text[this.quotation.end : following.quotation.begin]
        if "\n" in gap or not self._is_complete(following.quotation):
            return False
        if not gap.strip(" \xa0.,;—–"):
            return True
        if cue is None or cue.cue is None or not cue.follows or not this.end <= cue.cue[0] < following.begin:
            return False
        same_sentence = gap.rstrip()[-1:] == ","
        longest = _LONGEST_INTERRUPTION_OF_A_SENTENCE if same_sentence else _LONGEST_INTERRUPTION
        if len(gap.split()) > longest:
            return False
        between = self.doc[this.end : following.begin]
        if any(token.text == ":" or token.text in SENTENCE_ENDS for token in between[:-1]):
            return False
        if between[-1].text in SENTENCE_ENDS:
            return self._cue_after(at + 1) is None
        said_again = any(lemma_of(t) in SPEAKING and t.pos_ == "VERB" for t in self.doc[cue.cue[1] : following.begin])
        return not said_again and between[-1].text in {",", ";", "—", "–"}

    # --- cues

    def _cue(self, at: int) -> _Cue | None:
        after = self._cue_after(at)
        if after is None or (after.cue is not None and self.doc[after.cue[0]].tag_ == "VBG"):
            floor = self.units[at - 1].end if at else 0
            return self._cue_before(self.units[at].begin, floor) or after
        return after

    def _cue_after(self, at: int) -> _Cue | None:
        quotation, begin = self.units[at].quotation, self.units[at].end
        if (signed := self._signed(quotation.end)) is not None:
            return _Cue(signed, None, follows=True)
        if signature := _SIGNATURE.match(self.text, quotation.end):
            return _Cue(self.parsed.tokens(*signature.span(1)), None, follows=True)
        end = self._window_end(at)
        if end == begin:
            return None
        first = self.doc[begin]
        closing = self.text[quotation.begin : quotation.end].rstrip("”\"»’'“")[-1:]
        if closing == "." and first.text != ",":
            return None
        verbs = [token for token in self.doc[begin:end] if _tells(token)]
        if (way := self._way_of_putting(begin, end)) is not None:
            return way
        if not verbs:
            if closing == "," and (tag := self._tag(begin, end)) is not None:
                return tag
            at_word = begin + 1 if first.text == "," and begin + 1 < end else begin
            return self._according(at_word, follows=True) if self.doc[at_word].lower_ in {"according", "per"} else None
        verb = next((v for v in verbs if v.dep_ not in {"relcl", "acl"}), verbs[0])
        if closing in {"?", "!"} and first.text[:1].isupper() and not self._is_tag(begin, verb):
            return None
        return _Cue(self._speaker_after(verb, begin, end), (verb.i, verb.i + 1), follows=True)

    def _signed(self, at: int) -> Span | None:
        """Return the name behind a dash after a quotation, where the text goes on behind it with a new sentence."""
        dash = _DASH.match(self.text, at)
        if dash is None:
            return None
        begin, _ = self.parsed.tokens(dash.end(), dash.end() + 1)
        near = self.doc[begin : begin + _LONGEST_TITLE]
        name = next((token.i for token in near if token.ent_type_ == "PERSON"), None)
        if name is None or any(token.pos_ in _VERBAL or token.text in SENTENCE_ENDS for token in self.doc[begin:name]):
            return None
        end = name
        while end < len(self.doc) and self.doc[end].ent_type_ == "PERSON" and self.doc[end].pos_ == "PROPN":
            end += 1
        following = self.doc[end].text if end < len(self.doc) else ""
        goes_on = following[:1].islower() and self.paragraph[end] == self.paragraph[begin]
        return (begin, end) if end > name and not goes_on else None

    def _way_of_putting(self, begin: int, end: int) -> _Cue | None:
        """Return who speaks in "was how Smith summed it up"."""
        begin += begin < end and self.doc[begin].text == ","
        if end - begin < 4 or lemma_of(self.doc[begin]) != "be" or self.doc[begin + 1].lower_ != "how":
            return None
        subject = first_subject(self.doc, begin + 2, end)
        return _Cue(noun_phrase(subject), (subject.head.i, subject.head.i + 1), follows=True) if subject else None

    def _tag(self, begin: int, end: int) -> _Cue | None:
        """Return who does what right behind the comma of a quotation, by whatever verb: “I waited,” Smith shared."""
        for verb in self.doc[begin : min(end, begin + _LONGEST_TITLE)]:
            if verb.tag_ not in FINITE or verb.pos_ != "VERB":
                continue
            beside = self.doc[begin + 1] if verb.i == begin and begin + 1 < end else None
            subject = next((c for c in verb.children if c.dep_ in SUBJECTS and c.left_edge.i == begin), beside)
            if subject is None or not (subject.ent_type_ == "PERSON" or subject.lower_ in _PERSONAL):
                return None
            return _Cue(noun_phrase(subject), (verb.i, verb.i + 1), follows=True)
        return None

    def _is_tag(self, begin: int, verb: Token) -> bool:
        """Return whether "Smith asked" ends the sentence of a question, rather than opening one of its own."""
        if first_subject(self.doc, begin, verb.i) is None or verb.i - begin > _LONGEST_TAG:
            return False
        return not any(child.dep_ == "ccomp" and child.i > verb.i for child in verb.children)

    def _window_end(self, at: int) -> int:
        begin = self.units[at].end
        limit = self.units[at + 1].begin if at + 1 < len(self.units) else len(self.doc)
        end = begin
        while end < min(limit, begin + _FARTHEST) and self.paragraph[end] == self.paragraph[begin - 1]:
            if self.doc[end].text in SENTENCE_ENDS or self.doc[end].text == ":":
                break
            end += 1
        return end

    def _according(self, at: int, *, follows: bool) -> _Cue | None:
        source = next((token for token in self.doc[at : at + 15] if token.dep_ == "pobj"), None)
        words = 2 if self.doc[at].lower_ == "according" else 1
        return _Cue(noun_phrase(source), (at, at + words), follows) if source is not None else None

    def _speaker_after(self, verb: Token, begin: int, end: int) -> Span | None:
        """Return who speaks in "Smith said", "said Smith": the verb's subject, or the noun that could be."""
        named_before = any(token.pos_ in NOMINAL for token in self.doc[begin : verb.i])
        if (named := self._named_before_apposition(begin, verb.i)) is not None:
            return named
        for child in verb.children:
            placed = begin <= child.i < verb.i or (verb.i < child.i < end and not named_before)
            if child.dep_ in SUBJECTS and placed and child.lower_ not in {"that", "who", "which"}:
                return noun_phrase(child)
        following = list(self.doc[verb.i + 1 : min(end, verb.i + 14)])
        if verb.i == begin:
            for token in following:
                if token.text in {",", "."} and token.i > verb.i + 1:
                    break
                if heads_phrase(token):
                    return noun_phrase(token)
        subject = first_subject(self.doc, begin, verb.i) or subject_of(verb)
        if subject is None or self.spoken[subject.i]:
            subject = next((token for token in following if heads_phrase(token)), None)
        return noun_phrase(subject) if subject is not None else None

    def _named_before_apposition(self, begin: int, end: int) -> Span | None:
        """Return the person whom a quotation is followed by, and commas describe: “No,” Jane Roe, its head, said."""
        at = next((t.i for t in self.doc[begin:end] if not t.is_punct and not t.is_space), end)
        last = at
        while last < end and self.doc[last].ent_type_ == "PERSON":
            last += 1
        is_described = last - at > 1 and last < end and self.doc[last].text == ","
        another = any(t.dep_ in SUBJECTS and t.ent_type_ == "PERSON" for t in self.doc[last:end])
        return (at, last) if is_described and not another else None

    def _cue_before(self, begin: int, floor: int) -> _Cue | None:
        last = self._last_before(begin)
        if last < 0 or self.doc[last].text in SENTENCE_ENDS:
            return None
        colon = self.doc[last].text.endswith(":")
        if self.paragraph[last] != self.paragraph[begin] and not colon:
            return None
        sentence = self.parsed.sentence_begin(last, floor)
        for at in range(last, sentence - 1, -1):
            token = self.doc[at]
            if token.lower_ == "according":
                return self._according(at, follows=False)
            if lemma_of(token) not in SPEAKING or token.pos_ not in _VERBAL or token.dep_ == "amod":
                continue
            if colon and token.tag_ == "VBN" and token.dep_ == "advcl":  # asked whether it would sail, he was blunt:
                continue
            if colon or last - at <= 8 or self.doc[last].text in {",", "that"}:
                subject = subject_of(token)
                if subject is None or self.spoken[subject.i]:
                    subject = first_subject(self.doc, sentence, at) or first_subject(self.doc, at + 1, last)
                return _Cue(noun_phrase(subject) if subject is not None else None, (at, at + 1))
        if not colon:
            return None
        of = next((t for t in self.doc[sentence:last] if t.lower_ == "of" and t.head.lower_ == "words"), None)
        if of is not None and (whose := object_of(of)) is not None:  # in the words of the patient:
            return _Cue(noun_phrase(whose), None)
        nouns = [token for token in self.doc[sentence:last] if token.pos_ in NOMINAL]
        main = next(
            (token for token in self.doc[sentence:last] if token.dep_ == "ROOT" and token.pos_ in _VERBAL), None
        )
        if main is not None and (subject := subject_of(main)) is not None:
            return _Cue(noun_phrase(subject), None)
        name = next((token for token in nouns if token.dep_ in {*SUBJECTS, "ROOT"}), None)
        name = name or next((token for token in nouns if token.pos_ != "NOUN" and token.dep_ != "compound"), None)
        return _Cue(noun_phrase(name), None) if name is not None and _can_speak(name) else None

    def _speaker_around(self, begin: int, previous: _Said | None) -> Span | None:
        """Return the likely speaker of a quotation without a cue beside it."""
        last = self._last_before(begin)
        if last < 1:
            return None
        sentence = self.parsed.sentence_begin(last)
        known = previous if previous is not None and previous.speaker is not None else None
        if known is not None and known.end >= sentence:
            return known.speaker
        subjects = [t for t in self.doc[sentence : last + 1] if t.dep_ in SUBJECTS and not self.spoken[t.i]]
        tellers = [token for token in self.doc[sentence : last + 1] if _tells(token) and not self.quoted[token.i]]
        teller = subject_of(tellers[-1]) if tellers else None
        if teller is not None and teller.i >= sentence and not self.spoken[teller.i] and not says_nothing(teller):
            return noun_phrase(teller)
        for token in subjects:
            if token.ent_type_ == "PERSON" or token.lower_ in _PERSONAL:
                return noun_phrase(token)
        if known is not None and self.paragraph[begin] - self.paragraph[known.end - 1] <= 1:
            return known.speaker
        return noun_phrase(subjects[0]) if subjects else None

    def _speaker_behind(self, first: _Unit, last: _Unit) -> Span | None:
        """Return whom the sentence behind a quotation that opens its paragraph is about: “No.” Jane Roe runs it."""
        before = self._last_before(first.begin)
        if before >= 0 and self.paragraph[before] == self.paragraph[first.begin]:
            return None
        end = next(
            (t.i for t in self.doc[last.end :] if self.paragraph[t.i] != self.paragraph[first.begin]), len(self.doc)
        )
        if not self._tells_of_somebody(last.end, end):
            return None
        subject = next(token for token in self.doc[last.end : end] if token.dep_ in SUBJECTS)
        return noun_phrase(subject)

    def _last_before(self, begin: int) -> int:
        last = begin - 1
        while last >= 0 and self.doc[last].is_space:
            last -= 1
        return last


def _tells(token: Token) -> bool:
    if lemma_of(token) == "know" and lemma_of(token.head) == "want" and token.dep_ == "xcomp":
        return True
    return lemma_of(token) in SPEAKING and (token.pos_ in _VERBAL or token.lower_ in {"said", "says"})


def _can_speak(name: Token) -> bool:
    """Return whether what stands before a colon is somebody: "Her mother:", "Smith:", but not "Bottom line:"."""
    return name.pos_ != "NOUN" or bool(name.ent_type_) or any(c.dep_ in {"det", "poss"} for c in name.children)


def _is_title(words: Sequence[str]) -> bool:
    """Return whether all words that titles capitalize are capitalized."""
    long_words = [word for word in words if len(word) > 4]
    if len(long_words) == 1:  # the first, perhaps, which tells nothing: "There's no plan B"
        long_words = [word for word in words if len(word) > _LONGEST_SMALL_WORD]
    return len(words) > 1 and bool(long_words) and all(not word[0].islower() for word in [words[0], *long_words])


def _inner(text: str, quotation: Quotation) -> str:
    return text[quotation.begin : quotation.end].strip(_MARKS).strip()
