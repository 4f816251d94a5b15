"""What a page says of its article besides its text: each field with its source and how far it can be trusted.

Comes in: a page and the time of its capture. Goes out: the article's metadata; whatever the page holds, nothing is
raised and nothing grows without bound.

A field is absent when no place of the page states it. Where places contradict each other, what was not taken is kept
as a conflict. Confidence is a rule of thumb, not a probability, but for the headline's: a place has one of its own, and
each other place that says the same adds to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from extractor.contract import JudgedStatement
from extractor.html import Element, MetaStatements, Page, Segment, StructuredData, one_line, text_of
from extractor.metadata.authors import LONGEST_NAME, MAXIMUM_AUTHORS, FoundAuthors, stated_authors
from extractor.metadata.date_reading import DateReader
from extractor.metadata.dates import (
    StatedDates,
    dates_of_modification,
    dates_of_publication,
    is_same_day,
    with_feed_date,
)
from extractor.metadata.evidence import LEAST_TITLE_CONFIDENCE, PLACES, Evidence, conflicts_in, statements_in
from extractor.metadata.found import CONFIDENCE, MOST_CONFIDENT, Found, Value, agreed, confidence_of, key
from extractor.metadata.images import FoundImage, file_name, stated_images
from extractor.metadata.places import FRONT_ADDRESS, FRONT_NAMES
from extractor.metadata.sections import stated_sections
from extractor.metadata.shown_dates import ShownDates
from extractor.metadata.titles import LONGEST_HEADLINE, TitleCandidate, ranked_titles
from extractor.text import fold, is_worded
from newsdesk.contracts import Extracted, FeedItem, FieldConflict, FieldSource, Image, Organization, Person
from newsdesk.web import split_url

LONGEST_DESCRIPTION = 2000
LONGEST_KEYWORD = 100
MAXIMUM_KEYWORDS = 50

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)
_DECK_CLASS = re.compile(
    r"(?:^|[-_\s])(?:de[ck]k?|sub-?(?:title|head(?:line|ing)?)|stand-?first|lead-?text|strapline|chapeau|vorspann)(?:$|[-_\s])",
    re.IGNORECASE,
)
_DECKS_TRIED = 12
_LINKS_TRIED = 100
_FRONTS_READ = 3
_LONGEST_SITE_NAME_WORDS = 5
_NOTE = re.compile(r"[a-z]+(?:[A-Z][a-z]+|[-_][a-z]+)*\s*:\s*\S")
_CONTENT_TIERS = {"free": True, "locked": False}
_MAXIMUM_TITLES = 6
_HEAD = frozenset({"jsonld", "og", "twitter", "meta", "title"})
"""Where a page says what it is called as a whole."""
_LEAST_COMMON = 0.4
"""Of the words of the shorter of two titles that say nearly the same."""

_DOUBTFUL = 0.4


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its article.

    Attributes
    ----------
    titles : tuple of str
        What the page calls its article, the most trusted first, to look for it in the text.
    conflicts : tuple of FieldConflict
        What places of the page say differently.
    evidence : Evidence
        What the places of the page state.
    """

    evidence: Evidence

    headline: Found[str] | None = None
    alternative_headline: Found[str] | None = None
    description: Found[str] | None = None
    article_section: Found[str] | None = None
    author: Found[tuple[Person, ...]] | None = None
    date_published: Found[str] | None = None
    date_modified: Found[str] | None = None
    publisher: Found[Organization] | None = None
    site_name: Found[str] | None = None
    image: Found[tuple[Image, ...]] | None = None
    in_language: Found[str] | None = None
    keywords: Found[tuple[str, ...]] | None = None
    is_accessible_for_free: Found[bool] | None = None
    titles: tuple[str, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()

    @property
    def statements(self) -> tuple[JudgedStatement, ...]:
        """What each place states of a field, which statement was taken, and why the others were not."""
        return statements_in(self.evidence)

    @property
    def decks(self) -> tuple[str, ...]:
        """What it says below its headline, or in place of a summary."""
        return tuple(found.value for found in (self.description, self.alternative_headline) if found)

    def fields(self) -> dict[str, Any]:
        """Return the fields of :class:`newsdesk.contracts.Extracted` that are known, by their Python names."""
        return {name: found.value for name in _FIELDS if (found := getattr(self, name)) is not None}

    def sources(self) -> dict[str, FieldSource]:
        """Return where each known field comes from, by the name that the article's JSON gives it."""
        return {
            str(Extracted.model_fields[name].alias): FieldSource(
                source=found.source, confidence=round(found.confidence, 2)
            )
            for name in _FIELDS
            if (found := getattr(self, name)) is not None
        }


_FIELDS = (
    "headline", "alternative_headline", "description", "article_section", "author", "date_published", "date_modified",
    "publisher", "site_name", "image", "in_language", "keywords", "is_accessible_for_free",
)  # fmt: skip


def read_metadata(page: Page, captured_at: datetime, feed_item: FeedItem | None = None) -> Metadata:
    """Return what a page says of its article, and where it says nothing, what a feed does.

    Parameters
    ----------
    page : Page
        The page.
    captured_at : datetime
        With time zone; no date is later.
    feed_item : FeedItem or None
        What the feed says of the page that led to it.
    """
    said = feed_item or FeedItem()
    evidence = _evidence(page, captured_at, said)
    meta = page.meta
    description = agreed(evidence.descriptions, LONGEST_DESCRIPTION)
    deck = next((Found(text, source, CONFIDENCE[source]) for text, source in evidence.decks), None)
    publisher = agreed(evidence.publishers, LONGEST_NAME)
    return Metadata(
        evidence,
        headline=_headline(evidence.titles) or _said_by_feed(one_line(said.title, LONGEST_HEADLINE)),
        alternative_headline=None if deck and description and fold(deck.value) == fold(description.value) else deck,
        description=description,
        article_section=agreed(evidence.sections, LONGEST_NAME),
        author=_authors(evidence.authors),
        date_published=_date(evidence.published),
        date_modified=_date(evidence.modified),
        publisher=_organization(publisher),
        site_name=_site_name(meta, publisher),
        image=_images(evidence.images),
        in_language=_language(evidence.languages),
        keywords=_keywords(evidence.keywords) or _said_by_feed(said.categories),
        is_accessible_for_free=_is_free(evidence.free),
        titles=_names_of_the_article(evidence.titles),
        conflicts=conflicts_in(evidence),
    )


def _said_by_feed(value: Value | None) -> Found[Value] | None:
    return Found(value, "feed", CONFIDENCE["feed"]) if value else None


def _evidence(page: Page, captured_at: datetime, said: FeedItem) -> Evidence:
    """Return what the places of a page state of each field that more than one may state."""
    names = site_names(page)
    titles = ranked_titles(page, names)
    headline = titles[0].text if titles else None
    dates = ShownDates(page, DateReader(page), headline)
    published = with_feed_date(dates_of_publication(page, captured_at, headline, dates), said.published, captured_at)
    modified = dates_of_modification(page, captured_at, headline, dates)
    languages = tuple(_languages(page.tree, page.data, page.meta))
    return Evidence(
        titles=titles,
        authors=stated_authors(page, names, said.authors),
        published=published,
        modified=with_feed_date(modified, _said_update(said, published), captured_at),
        sections=tuple(stated_sections(page, headline, names)),
        descriptions=tuple(_descriptions(page)),
        publishers=tuple(_publishers(page.data, page.meta)),
        languages=languages or (((said.language, "feed"),) if said.language else ()),
        decks=tuple(_decks(page.data, page.segments, headline)),
        keywords=tuple(_stated_keywords(page.data, page.meta)),
        free=tuple(_stated_free(page.data, page.meta)),
        images=stated_images(page),
    )


def _said_update(said: FeedItem, published: StatedDates) -> str | None:
    """Return the update that a feed states, if it is one: many state the time of publication twice."""
    first = published.chosen.text if published.chosen else ""
    is_later = said.updated is not None and said.updated[:10] >= first[:10]
    return said.updated if is_later and said.updated not in (said.published, first) else None


def site_names(page: Page) -> tuple[str, ...]:
    """Return what a site calls itself, its host's name included."""
    data, meta, parts = page.data, page.meta, split_url(page.address)
    host = ((parts and parts.hostname) or "").removeprefix("www.")
    publishers = [article.publisher for article in (data.main, data.page) if article is not None]
    stated = [*meta.all("og:site_name", "application-name")[:5], *publishers, *data.site_names[:10], host]
    return tuple(dict.fromkeys(name for name in (*stated, *_names_of_front(page)) if name))


def _names_of_front(page: Page) -> Iterator[str]:
    """Yield what the first links to the site's front are called, or their pictures: the site's banner."""
    fronts = (link for link in page.links[:_LINKS_TRIED] if FRONT_ADDRESS.fullmatch(link.get("href") or ""))
    for link in islice((link for link in fronts if link.tag == "a"), _FRONTS_READ):
        picture = next(link.iter("img"), None)
        name = text_of(link, LONGEST_NAME) or ("" if picture is None else picture.get("alt") or "")
        words = [word for word in name.split() if word.casefold() != "logo"]
        if 0 < len(words) <= _LONGEST_SITE_NAME_WORDS and " ".join(words).casefold() not in FRONT_NAMES:
            yield " ".join(words)


def _names_of_the_article(titles: tuple[TitleCandidate, ...]) -> tuple[str, ...]:
    """Return the titles that speak of the page as a whole, then the headings that say nearly the same.

    Any other heading may be another article's, or a section's. Where the head says nothing, headings are all there is;
    where it says the headline and the site's name in one, that is no likely headline, but shows which heading is one.
    """
    likely = [title for title in titles if title.confidence >= LEAST_TITLE_CONFIDENCE]
    head = [title for title in titles if not _HEAD.isdisjoint(title.sources)]
    stated = [title for title in likely if title in head]
    known = [set(fold(title.text)) for title in stated or head]
    akin = [title for title in likely if title not in stated and _is_akin(set(fold(title.text)), known)]
    return tuple(title.text for title in [*stated, *akin] or likely)[:_MAXIMUM_TITLES]


def _is_akin(words: Set[str], others: Iterable[Set[str]]) -> bool:
    return any(len(words & other) >= _LEAST_COMMON * min(len(words), len(other)) > 0 for other in others)


def _headline(titles: tuple[TitleCandidate, ...]) -> Found[str] | None:
    if not titles:
        return None
    best = titles[0]
    source = next((PLACES.get(name, "dom") for name in best.sources), "dom")
    return Found(best.text, source, min(best.confidence, MOST_CONFIDENT))


def _authors(stated: tuple[FoundAuthors, ...]) -> Found[tuple[Person, ...]] | None:
    if not stated:
        return None
    best = stated[0]
    own = set(map(key, best.names))
    agreeing = {other.source for other in stated[1:] if not own.isdisjoint(map(key, other.names))}
    people = tuple(Person(name=name[:LONGEST_NAME]) for name in best.names[:MAXIMUM_AUTHORS])
    confidence = confidence_of(best.source, len(agreeing)) - (0.2 if best.is_site else 0.0)
    return Found(people, best.source, confidence)


def _date(stated: StatedDates) -> Found[str] | None:
    chosen = stated.chosen
    if chosen is None:
        return None
    agreeing = sum(is_same_day(chosen.text, other.text) for other in stated.others)
    disagreeing = len(stated.others) - agreeing
    confidence = _DOUBTFUL if chosen.is_update else confidence_of(chosen.source, agreeing) - 0.15 * bool(disagreeing)
    return Found(chosen.text, chosen.source, confidence)


def _decks(data: StructuredData, segments: tuple[Segment, ...], headline: str | None) -> Iterator[tuple[str, str]]:
    """Yield what the page states as its second headline, and what is built like one below its headline."""
    heading = fold(headline or "")
    if data.main and (stated := one_line(data.main.alternative_headline, LONGEST_HEADLINE)) and fold(stated) != heading:
        yield stated, "jsonld"
    start = next(
        (number for number, segment in enumerate(segments) if is_worded(segment.text[:LONGEST_HEADLINE], heading)), 0
    )
    for segment in segments[start : start + _DECKS_TRIED]:
        names = [
            element.get("class") or "" for element in islice((segment.element, *segment.element.iterancestors()), 2)
        ]
        if len(segment.text) > LONGEST_HEADLINE or not any(map(_DECK_CLASS.search, names)):
            continue
        words = fold(segment.text)
        if len(words) > 3 and words != heading:
            yield segment.text, "dom"
            return


def _descriptions(page: Page) -> Iterable[tuple[str | None, str]]:
    data, meta = page.data, page.meta
    yield meta.first("og:description"), "meta"
    yield meta.first("description"), "meta"
    if data.main:
        yield data.main.description, "jsonld"
    yield meta.first("twitter:description", "dc.description", "dcterms.description"), "meta"
    described = (element for element in page.elements.annotated if element.tag != "meta" and _is_description(element))
    for element in islice(described, 1):
        yield element.get("content") or text_of(element, LONGEST_DESCRIPTION), "dom"


def _is_description(element: Element) -> bool:
    """Return whether microdata or RDFa call an element the description."""
    return element.get("itemprop") == "description" or element.get("property") in ("description", "schema:description")


def _publishers(data: StructuredData, meta: MetaStatements) -> Iterator[tuple[str | None, str]]:
    statements: list[tuple[str | None, str]] = [(meta.first("og:site_name"), "meta")]
    statements += [(article.publisher, "jsonld") for article in (data.main, data.page) if article is not None]
    statements += [(name, "jsonld") for name in data.site_names[:1]]
    statements.append((meta.first("application-name"), "meta"))
    yield from ((name, source) for name, source in statements if name and "://" not in name)


def _site_name(meta: MetaStatements, publisher: Found[str] | None) -> Found[str] | None:
    """Return what a site calls itself; where it says that nowhere, it goes by its publisher's name."""
    stated = one_line(meta.first("og:site_name"), LONGEST_NAME)
    return Found(stated, "meta", CONFIDENCE["meta"]) if stated and "://" not in stated else publisher


def _organization(publisher: Found[str] | None) -> Found[Organization] | None:
    if publisher is None:
        return None
    return Found(Organization(name=publisher.value), publisher.source, publisher.confidence)


def _images(images: Sequence[FoundImage]) -> Found[tuple[Image, ...]] | None:
    if not images:
        return None
    models = tuple(Image(url=image.url, caption=image.caption, credit=image.credit) for image in images)
    return Found(models, images[0].source, CONFIDENCE[images[0].source])


def without_images(metadata: Metadata, names: Set[str]) -> Metadata:
    """Return what a page says without the images of some names (:func:`extractor.metadata.images.file_name`)."""
    found = metadata.image
    kept = tuple(image for image in found.value if file_name(image.url) not in names) if found else ()
    if found is None or len(kept) == len(found.value):
        return metadata
    evidence = replace(metadata.evidence, of_others=frozenset(image.url for image in found.value if image not in kept))
    return replace(metadata, evidence=evidence, image=replace(found, value=kept) if kept else None)


def _language(languages: Sequence[tuple[str, str]]) -> Found[str] | None:
    return Found(*languages[0], CONFIDENCE[languages[0][1]]) if languages else None


def _languages(tree: Element, data: StructuredData, meta: MetaStatements) -> list[tuple[str, str]]:
    """Return the tags of languages that a page's places state, the most trusted first, each with its source."""
    stated = [((tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""), "dom")]
    stated += [(value, "meta") for value in meta.all("content-language", "dc.language", "og:locale", "inlanguage")]
    stated += [(data.main.in_language, "jsonld")] if data.main and data.main.in_language else []
    tags = ((value[:40].strip().replace("_", "-"), source) for value, source in stated)
    return [(tag, source) for tag, source in tags if _LANGUAGE_TAG.fullmatch(tag)]


def _stated_keywords(data: StructuredData, meta: MetaStatements) -> Iterator[tuple[tuple[str, ...], str]]:
    stated = [(data.main.keywords if data.main else (), "jsonld")]
    stated += [(meta.all(name), "meta") for name in ("news_keywords", "keywords", "article:tag", "parsely-tags")]
    for statements, source in stated:
        words = (one_line(part, LONGEST_KEYWORD) for text in statements for part in re.split(r"[,;]", text))
        # What an application notes for itself is no keyword: "contentId: d9cefeed".
        said = (word for word in words if word and _NOTE.match(word) is None)
        kept = tuple(islice(dict.fromkeys(said), MAXIMUM_KEYWORDS))
        if kept:
            yield kept, source


def _keywords(stated: Sequence[tuple[tuple[str, ...], str]]) -> Found[tuple[str, ...]] | None:
    return Found(*stated[0], CONFIDENCE[stated[0][1]]) if stated else None


def _stated_free(data: StructuredData, meta: MetaStatements) -> Sequence[tuple[bool, str]]:
    """Return what is said of whether the page is free: JSON-LD first, of which a part that is paid says most."""
    described = [article.is_accessible_for_free for article in (data.main, data.page) if article is not None]
    known = dict.fromkeys(value for value in described if value is not None)
    tier = _CONTENT_TIERS.get((meta.first("article:content_tier") or "").lower())
    return [*((value, "jsonld") for value in sorted(known)), *(() if tier is None else ((tier, "meta"),))]


def _is_free(stated: Sequence[tuple[bool, str]]) -> Found[bool] | None:
    return Found(*stated[0], CONFIDENCE[stated[0][1]]) if stated else None
