"""What the article rests on: publications, agencies, documents, officials, and sources without a name.

Comes in: the document, its language known. Goes out: its cited sources, each with all its citations.

A publication of our table counts where the text cites it: beside "according to", "told", "reported" and the like, in
English and, for the first of these, in some other languages. The rest is found among those who say something; it takes
a parse, and so English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from enricher.parsing import Attribution, ParsedText, lemma_of
from enricher.ports import Analysis, NotApplicableError
from enricher.speech.publications import Publication, publications_in
from enricher.speech.reporting import CLAUSE, SPEAKING
from enricher.speech.subjects import is_nobody, noun_phrase, object_of
from enricher.text import SpanIndex, read_word_lists
from newsdesk.contracts import CitedSource, Enrichment, Mention, NotApplicable

if TYPE_CHECKING:
    from spacy.tokens import Token

_Kind = Literal["publication", "agency", "broadcaster", "venue", "document", "official", "anonymous", "other"]

_CITED_AFTER = re.compile(
    r"""(?:\b(?:
      according\s+to|(?:tell|told|tells|telling)|citing|cite[sd]|quoting|per|via
    | (?:quoted|seen|obtained|reviewed|published|reported|report|reports|broadcast|interviewed)\s+(?:by|in|on|from)
    | interview\s+(?:\w+\s+){0,2}(?:with|by|on|in|to)|interviewed\s+(?:on|by)
    | (?:speaking|spoke|speaks|talking|talked|statement)\s+(?:to|with|on)
    | (?:said|says|wrote|writes|writing|written|appear(?:ed|ing)|revealed|announced|post(?:ed|ing)?|tweeted|argued|
        statement|message|article|column|essay|video)\s+(?:[\w,]+\s+){0,4}?(?:in|on|for|to)
    | (?:nach|laut)\s+(?:Angaben|Informationen|Berichten|einem\s+Bericht)\s+(?:von|der|des)
    | (?:(?:sagten?|erklärten?)(?:\s+[\w.,-]+){0,5}?(?:\s+(?:gegenüber|in))?|Interview\s+(?:mit|in))
        (?=\s+(?:der|dem)\s)
    | (?:a|ont)\s+(?:dit|déclaré|affirmé|confié)\s+(?:[\w.,-]+\s+){0,5}?(?:à|au|dans)
    | (?:dijo|declaró|afirmó|contó|ha\s+detto|ha\s+dichiarato)\s+(?:[\w.,-]+\s+){0,5}?(?:a|al|alla)
    | laut|selon|d['’]après|según|secondo|segundo|volgens|według|enligt|ifølge
    )\s+|\bl['’]|^)(?:(?:the|a|le|la|les|der|die|dem|das|el|il|o|de|l['’])\s+)?(?:l['’])?[“"]?$""",
    re.VERBOSE | re.IGNORECASE,
)
_CITED_BEFORE = re.compile(
    r"""(?:['’]s(?:\s+[A-Z][\w.-]+){0,3})?(?:,\s+which)?(?:\s+(?:first|also|has|had|have|previously|later|earlier|
        newspaper|magazine|news|agency|website|on|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\w+ly))*\s+(?:reported|
        reports|said|says|wrote|writes|noted|notes|found|finds|revealed|reveals|quoted|quotes|published|learned|
        claimed|cited|confirmed|report|story|poll|survey|analysis|investigation|interview|article|column|editorial|
        post)\b
    | ,\s+(?:citing|quoting)\b
    | \s+(?:berichten|berichtete?|melden|meldete?|schreibt|schrieb|zufolge|rapporte|a\s+rapporté|informa|informó|
        riferisce|ha\s+riferito|noticiou|meldde|meldt|podaje|podał[ao]?|rapporterar|skriver)\b""",
    re.VERBOSE,
)
_LISTED = re.compile(r"(?:,\s+|,?\s+(?:and|or|und|oder|et|y|e)\s+)(?:(?:the|die|der|das|le|la|el|il|l['’])\s*)?")
"""Text between two names of one list, both of which are then cited."""
_DATELINE = re.compile(r"\)\s*[-–—]")
_BEFORE, _AFTER = 70, 60

_LISTS = read_word_lists(Path(__file__).with_name("cited_sources.toml"))

_ANONYMOUS = _LISTS["anonymous"]
_OFFICIALS = _LISTS["officials"]
_DOCUMENTS = _LISTS["documents"]
_PEOPLE = frozenset({"person", "people", "someone", "those"})
_INFORMED = frozenset({"familiar", "close", "briefed", "knowledge", "involved"})
_MEDIA = _LISTS["media"]
_CITING = frozenset({"cite", "quote"})
_WRITING = frozenset({"write", "post", "tweet", "publish", "blog"})
_NO_VENUES = frozenset({"PERSON", "GPE", "LOC", "FAC", "DATE", "TIME", "LANGUAGE", "NORP"})
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class _Citation:
    name: str
    kind: _Kind
    domain: str | None
    begin: int
    end: int


class CitedSourcesEnricher:
    """Finds what the article cites."""

    name = "citedSources"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        """Add the cited sources, in the order of their first citations."""
        body = analysis.document.body
        citations = list(_publications(body))
        try:
            text, said = analysis.parse(found), analysis.attributions(found)
        except NotApplicableError as error:
            partial = NotApplicable(enricher=self.name, detail=f"publications alone: {error}")
            return Enrichment(cited_sources=_merged(citations, body), not_applicable=(partial,))
        known = SpanIndex(citations)
        citations += [*_speakers(text, said, known), *_venues(text, said, known), *_objects(text, known)]
        return Enrichment(cited_sources=_merged(citations, body))


def _publications(body: str) -> Iterator[_Citation]:
    for names in _lists(body):
        if any(_is_cited(body, begin, end) for begin, end, _ in names):
            for begin, end, publication in names:
                yield _Citation(publication.name, publication.kind, publication.domain, begin, end)


def _lists(body: str) -> Iterator[list[tuple[int, int, Publication]]]:
    """Yield the publications that the text names, those of one list together."""
    names: list[tuple[int, int, Publication]] = []
    for name in publications_in(body):
        if names and not _LISTED.fullmatch(body, names[-1][1], name[0]):
            yield names
            names = []
        names.append(name)
    if names:
        yield names


def _is_cited(body: str, begin: int, end: int) -> bool:
    line = body[max(0, begin - _BEFORE) : begin].rpartition("\n")[2]
    rest = body[end : end + _AFTER].partition("\n")[0]
    before = _CITED_AFTER.search(line)
    cited = before is not None and before.group() != ""
    dateline = line.endswith("(") and _DATELINE.match(rest) is not None
    return cited or dateline or _CITED_BEFORE.match(rest) is not None


def _speakers(text: ParsedText, said: Sequence[Attribution], known: SpanIndex[_Citation]) -> Iterator[_Citation]:
    for attribution in said:
        if attribution.speaker is None or attribution.cue is None:
            continue
        head, cue = text.doc[attribution.speaker[0] : attribution.speaker[1]].root, text.doc[attribution.cue[0]]
        begin, end = text.characters(attribution.speaker)
        kind = _kind(head)
        telling = SPEAKING | CLAUSE if kind == "document" else SPEAKING
        if (cue.lower_ != "according" and lemma_of(cue) not in telling) or known.overlapping(begin, end):
            continue
        named = any(token.ent_type_ == "PERSON" for token in text.doc[attribution.speaker[0] : attribution.speaker[1]])
        if kind is not None and (kind == "document" or not named):
            yield _citation(text, begin, end, kind)


def _objects(text: ParsedText, known: SpanIndex[_Citation]) -> Iterator[_Citation]:
    """Yield the people or things that somebody is said to cite: citing two people familiar with the matter."""
    for verb in text.doc:
        if verb.pos_ != "VERB" or lemma_of(verb) not in _CITING:
            continue
        for cited in (child for child in verb.children if child.dep_ == "dobj"):
            begin, end = text.characters(noun_phrase(cited))
            if (kind := _kind(cited)) is not None and not known.overlapping(begin, end):
                yield _citation(text, begin, end, kind)


def _kind(head: Token) -> _Kind | None:
    lemma = lemma_of(head)
    if head.pos_ != "NOUN" or is_nobody(head):
        return None
    if lemma in _PEOPLE:
        return "anonymous" if any(token.lower_ in _INFORMED for token in head.subtree) else None
    if lemma in _DOCUMENTS:
        return "document"
    return "official" if lemma in _OFFICIALS else "anonymous" if lemma in _ANONYMOUS else None


def _venues(text: ParsedText, said: Sequence[Attribution], known: SpanIndex[_Citation]) -> Iterator[_Citation]:
    """Yield where somebody said or wrote it: on the air, in a paper that our table does not have."""
    for attribution in said:
        if attribution.cue is None or lemma_of(text.doc[attribution.cue[0]]) not in SPEAKING:
            continue
        verb = text.doc[attribution.cue[0]]
        places = [
            (p.lower_, object_of(p)) for p in verb.children if p.dep_ == "prep" and p.lower_ in {"in", "on", "to"}
        ]
        places += [("told", child) for child in verb.children if child.dep_ in {"dobj", "dative"}]
        for word, place in places:
            if place is None or not _is_venue(place, written=word == "in" and lemma_of(verb) in _WRITING):
                continue
            begin, end = text.characters((noun_phrase(place)[0], place.i + 1))
            aside = attribution.begin <= verb.idx < attribution.end  # “No,” he said on the radio. “Never.”
            if not known.overlapping(begin, end) and (aside or not attribution.begin <= begin < attribution.end):
                yield _citation(text, begin, end, "venue")


def _is_venue(place: Token, *, written: bool) -> bool:
    name = place.doc[place.left_edge.i : place.i + 1]
    if any(token.lower_ in _MEDIA for token in name) and place.text[:1].isupper():
        return True
    return written and place.pos_ == "PROPN" and place.ent_type_ not in _NO_VENUES


def _citation(text: ParsedText, begin: int, end: int, kind: _Kind) -> _Citation:
    article = _ARTICLE.match(text.text, begin, end)
    begin = article.end() if article else begin
    return _Citation(text.text[begin:end], kind, None, begin, end)


def _merged(citations: Sequence[_Citation], body: str) -> tuple[CitedSource, ...]:
    groups: dict[str, list[_Citation]] = {}
    for citation in sorted(set(citations), key=lambda citation: (citation.begin, citation.end)):
        groups.setdefault(citation.name.casefold(), []).append(citation)
    return tuple(
        CitedSource(
            name=group[0].name,
            kind=group[0].kind,
            domain=group[0].domain,
            mentions=tuple(
                Mention(begin=citation.begin, end=citation.end, text=body[citation.begin : citation.end])
                for citation in group
            ),
        )
        for group in groups.values()
    )
