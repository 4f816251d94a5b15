"""What the places of a page state of each field, and what becomes of each statement.

Comes in: the statements of all places. Goes out: the contradictions between them, and the judgement on each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from extractor.contract import JudgedStatement
from extractor.html import one_line
from extractor.metadata.authors import FoundAuthors
from extractor.metadata.dates import StatedDates, is_same_day
from extractor.metadata.found import key
from extractor.metadata.images import FoundImage
from extractor.metadata.titles import LONGEST_HEADLINE, TitleCandidate
from extractor.text import fold
from newsdesk.contracts import FieldConflict, StatedValue

LEAST_TITLE_CONFIDENCE = 0.01
PLACES = {"jsonld": "jsonld", "page": "jsonld", "og": "meta", "twitter": "meta", "meta": "meta"}
"""Of a title candidate's sources; the others are elements of the page."""
_MACROLANGUAGES = {"nb": "no", "nn": "no"}
"""Written Norwegian goes by either name (ISO 639-3)."""
_MOST_STATEMENTS = 8
"""Of one field."""
_OF_OTHERS = "stands in another article of the page"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the places of a page state, of each field the most trusted first.

    Attributes
    ----------
    of_others : set of str
        The addresses of images that stand only in other articles of the page.
    """

    titles: tuple[TitleCandidate, ...]
    authors: tuple[FoundAuthors, ...]
    published: StatedDates
    modified: StatedDates
    sections: tuple[tuple[str, str], ...]
    descriptions: tuple[tuple[str | None, str], ...]
    publishers: tuple[tuple[str | None, str], ...]
    languages: tuple[tuple[str, str], ...]
    decks: tuple[tuple[str, str], ...] = ()
    keywords: tuple[tuple[tuple[str, ...], str], ...] = ()
    free: tuple[tuple[bool, str], ...] = ()
    images: tuple[FoundImage, ...] = ()
    of_others: Set[str] = frozenset()

    @property
    def headline(self) -> str | None:
        """The likeliest title."""
        return self.titles[0].text if self.titles else None


def conflicts_in(evidence: Evidence) -> tuple[FieldConflict, ...]:
    """Return what places state differently."""
    found = (
        _headline_conflict(evidence.titles),
        _author_conflict(evidence.authors),
        _date_conflict("datePublished", evidence.published),
        _date_conflict("dateModified", _with_later_publication(evidence.modified, evidence.published)),
        _language_conflict(evidence.languages),
    )
    return tuple(conflict for conflict in found if conflict is not None)


def statements_in(evidence: Evidence) -> tuple[JudgedStatement, ...]:
    """Return each statement, whether it was taken, and why it was not."""
    fields: tuple[Iterable[JudgedStatement], ...] = (
        _of_titles(evidence.titles),
        _of_authors(evidence.authors),
        _of_dates("datePublished", evidence.published),
        _of_dates("dateModified", evidence.modified),
        _of_lines("articleSection", evidence.sections),
        _of_lines("description", evidence.descriptions),
        _of_lines("publisher", evidence.publishers),
        _of_lines("inLanguage", evidence.languages),
        _of_lines("alternativeHeadline", evidence.decks),
        _of_lines("keywords", [(", ".join(words), source) for words, source in evidence.keywords]),
        _of_lines("isAccessibleForFree", [(str(value).lower(), source) for value, source in evidence.free]),
        _of_images(evidence),
    )
    return tuple(statement for field in fields for statement in islice(field, _MOST_STATEMENTS))


def _of_titles(titles: Sequence[TitleCandidate]) -> Iterator[JudgedStatement]:
    for number, title in enumerate(titles):
        places = ", ".join(title.sources) or "part of another"
        reason = f"less likely: {title.confidence:.2f}" if number else None
        yield JudgedStatement("headline", title.text, places, reason)


def _of_authors(stated: Sequence[FoundAuthors]) -> Iterator[JudgedStatement]:
    for number, authors in enumerate(stated):
        reason = None
        if number:
            names_same = {key(name) for name in authors.names} == {key(name) for name in stated[0].names}
            why = "names the site, a newsroom or an account" if authors.is_doubtful else "another place is trusted more"
            reason = "says the same" if names_same else why
        yield JudgedStatement("author", "; ".join(authors.names), authors.source, reason)


def _of_dates(field: str, stated: StatedDates) -> Iterator[JudgedStatement]:
    if stated.chosen is None:
        return
    yield JudgedStatement(field, stated.chosen.text, stated.chosen.source)
    for other in stated.others:
        is_same = is_same_day(other.text, stated.chosen.text)
        why = "is called an update" if other.is_update else "another place is trusted more"
        yield JudgedStatement(field, other.text, other.source, "says the same" if is_same else why)


def _of_lines(field: str, statements: Sequence[tuple[str | None, str]]) -> Iterator[JudgedStatement]:
    lines = [(line, source) for text, source in statements if (line := one_line(text, LONGEST_HEADLINE))]
    for number, (line, source) in enumerate(lines):
        is_same = key(line) == key(lines[0][0])
        why = "says the same" if is_same else "another place is trusted more"
        yield JudgedStatement(field, line, source, why if number else None)


def _of_images(evidence: Evidence) -> Iterator[JudgedStatement]:
    """Yield the images, those that were not taken first: all others were."""
    for image in sorted(evidence.images, key=lambda image: image.url not in evidence.of_others):
        is_of_others = image.url in evidence.of_others
        yield JudgedStatement("image", image.url, image.source, _OF_OTHERS if is_of_others else None)


def _headline_conflict(titles: tuple[TitleCandidate, ...]) -> FieldConflict | None:
    """Return the conflict between the wordings of JSON-LD, Open Graph and the first heading."""
    if not titles:
        return None
    known = set(titles[0].sources)
    values = [(titles[0].text, next((PLACES.get(name, "dom") for name in titles[0].sources), "dom"))]
    for title in titles[1:]:
        own = [name for name in ("jsonld", "og", "h1") if name in title.sources and name not in known]
        if own and title.confidence >= LEAST_TITLE_CONFIDENCE and not _is_part(title.text, titles[0].text):
            known.update(own)
            values.append((title.text, PLACES.get(own[0], "dom")))
    return _conflict("headline", values)


def _is_part(text: str, other: str) -> bool:
    """Return whether one of two wordings is the other with something added, such as the site's name."""
    first, second = (f" {' '.join(fold(wording))} " for wording in (text, other))
    return first in second or second in first


def _author_conflict(stated: tuple[FoundAuthors, ...]) -> FieldConflict | None:
    values: list[tuple[str, str]] = []
    seen: set[str] = set()
    for authors in stated:
        keys = set(map(key, authors.names))
        if authors.source != "dom" or authors is stated[0]:
            if not values or keys.isdisjoint(seen):
                values.append(("; ".join(authors.names), authors.source))
            seen |= keys
    return _conflict("author", values)


def _date_conflict(name: str, stated: StatedDates) -> FieldConflict | None:
    if stated.chosen is None:
        return None
    chosen = stated.chosen
    others = [
        other
        for other in stated.others
        if other.text[:10] != chosen.text[:10] and not is_same_day(chosen.text, other.text)
    ]
    return _conflict(name, [(found.text, found.source) for found in (chosen, *others)])


def _with_later_publication(modified: StatedDates, published: StatedDates) -> StatedDates:
    """Return the dates of modification; with that of publication where it is later, which cannot be."""
    changed, first = modified.chosen, published.chosen
    if changed is None or first is None or changed.text[:10] >= first.text[:10]:
        return modified
    return StatedDates(changed, (*modified.others, first))


def _conflict(name: str, values: Iterable[tuple[str, str]]) -> FieldConflict | None:
    stated = tuple(StatedValue(value=value[:LONGEST_HEADLINE], source=source) for value, source in islice(values, 5))
    return FieldConflict(field=name, values=stated) if len(stated) > 1 else None


def _language_conflict(languages: Iterable[tuple[str, str]]) -> FieldConflict | None:
    """Return the conflict between languages; varieties of one, such as "en" and "en-GB", do not conflict."""
    first: dict[str, tuple[str, str]] = {}
    for tag, source in languages:
        name = tag.partition("-")[0].lower()
        if len(name) > 2:
            # A code of three letters may be another name of what has one of two: "eng".
            if not first:
                return None
            continue
        first.setdefault(_MACROLANGUAGES.get(name, name), (tag, source))
    return _conflict("inLanguage", first.values())
