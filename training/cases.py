"""Pages of which we know what belongs to their article and what does not.

Comes in: the evaluation pages beside the repository (texts: scrapinghub and fundus, MIT; WCXB, CC BY 4.0, attribution:
Murrough Foley, WCXB 2026). Goes out: the pages as they are, with another article spliced in (``splicing.py``), and with
the openings of others around the article (``scroll_pages.py``).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from extractor.html import Page as HtmlPage
from extractor.html import parse_html, read_html, segments_of
from extractor.metadata import Metadata, read_metadata
from training.furnished import furnished_pages
from training.neighbours import Article, NeighbourPage, neighbour_page
from training.scroll_pages import ScrollPage, Story, scroll_page
from training.seedlike import SeedlikePage, seedlike_page
from training.splicing import (
    DATA,
    VARIANTS,
    Page,
    Spliced,
    load_extra_pages,
    load_pages,
    own_segments,
    spliced_pages,
    titles_of,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FOLDS = 5
HONEST, EXTRA, FURNISHED = "honest", "extra", "furnished"
TEASERS, SEEDLIKE, NEIGHBOURS = "teasers", "seed-like", "neighbours"
"""Kinds of cases; the others are ways to splice."""
AS_THEY_ARE = frozenset({HONEST, EXTRA})
"""Kinds of pages that are as their sites made them."""
_SPLICED, _SCROLLED = 69, 700
"""Pages of each way to splice, and pages with teasers."""
_SEEDLIKE = range(1000, 1300)
"""Seed-like pages; the benchmark reads others."""
_NEIGHBOURS, _FURNISHED = 900, 300
_BENCHMARK_SHARE = 5
"""Of so many domains, the articles of one are neighbours in the benchmark alone."""


@dataclass(frozen=True, slots=True)
class Case:
    """A page, with what belongs to its article and what does not; ``number`` counts the pages of a kind."""

    kind: str
    number: int
    id: str
    source: str
    domain: str
    html: str
    url: str
    truth: str
    own: frozenset[str]
    foreign: frozenset[str]

    @property
    def fold(self) -> int:
        """The fold of its site."""
        return fold_of(self.domain)

    @property
    def key(self) -> str:
        """Its unique key; for an unchanged page, the page's id."""
        return self.id if self.kind in AS_THEY_ARE else f"{self.id} {self.kind}"


def fold_of(domain: str) -> int:
    """Return the fold of a site."""
    return _number_of(domain) % FOLDS


def _number_of(domain: str) -> int:
    return int(hashlib.sha256(domain.encode()).hexdigest(), 16)


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A page, parsed."""

    page: HtmlPage
    metadata: Metadata

    @property
    def authors(self) -> list[str]:
        """Who wrote the article, as far as the page says."""
        return [person.name for person in self.metadata.author.value] if self.metadata.author else []


def read_case(case: Case) -> ReadCase | None:
    """Return a case's page as the extractor reads it; None where the parser finds nothing."""
    page = read_html(case.html, case.url)
    return None if page is None else ReadCase(page, read_metadata(page, NOW))


def _scroll_cases(pages: Sequence[Page]) -> Iterator[Case]:
    """Yield pages with the openings of other sites' articles around one, in random markup."""
    stories = []
    for page in pages:
        tree = parse_html(page.html)
        paragraphs = [" ".join(line.split()) for line in page.truth.split("\n") if len(line.split()) >= 8]
        titles = titles_of(tree) if tree is not None else ()
        if titles and len(paragraphs) >= 4:
            section = random.Random(page.id).choice(["World", "Politics", "Culture", "Media"])
            deck = "What it may mean for the people who live and work there"
            stories.append((page, Story(titles[0], deck, "Jane Roe", "May 4, 2026", section, tuple(paragraphs[:10]))))
    chance = random.Random(0)
    for number, (page, story) in enumerate(stories[:_SCROLLED]):
        pool = [other for donor, other in stories if donor.source == page.source and donor.domain != page.domain]
        made = scroll_page(story, chance.sample(pool, chance.choice([1, 2, 3, 5])), number)
        yield _case(TEASERS, number, page, made)


def all_cases(data: Path = DATA) -> Iterator[Case]:
    """Yield the pages as they are, spliced, and with teasers; each variant begins at another page."""
    pages = load_pages(data)
    for kind, whole in ((HONEST, pages), (EXTRA, load_extra_pages(data))):
        for number, page in enumerate(whole):
            tree = parse_html(page.html)
            if tree is not None:
                own = tuple(segment.text for segment in own_segments(segments_of(tree), page.truth))
                yield _case(kind, number, page, Spliced(page.html, page.url, own, ()))
    for number, (page, furnished, text) in enumerate(furnished_pages(pages, _FURNISHED)):
        yield _case(FURNISHED, number, replace(page, truth=text), furnished)
    yield from spliced_cases(pages, _SPLICED)
    yield from _scroll_cases(pages)
    for number, name in enumerate(_SEEDLIKE):
        made, site = seedlike_page(name), f"seed-like-{name}"
        yield _case(SEEDLIKE, number, Page(site, made.url, SEEDLIKE, site, made.html, ""), made)
    yield from neighbour_cases(neighbour_articles(pages, for_benchmark=False), _NEIGHBOURS)


def neighbour_articles(pages: Sequence[Page], *, for_benchmark: bool) -> list[tuple[Page, Article]]:
    """Return the articles that may be neighbours on a page.

    Those of a fifth of the domains are the benchmark's, the others are for training: no text is in both.
    """
    articles = []
    for page in pages:
        if (_number_of(page.domain) // FOLDS % _BENCHMARK_SHARE == 0) == for_benchmark:
            tree = parse_html(page.html)
            titles = titles_of(tree) if tree is not None else ()
            article = Article.of(page.domain, titles[0] if titles else "", page.truth)
            if article is not None:
                articles.append((page, article))
    return articles


def neighbour_cases(articles: Sequence[tuple[Page, Article]], wanted: int) -> Iterator[Case]:
    """Yield so many pages on which an article has neighbours on its subject."""
    pool = [article for _, article in articles]
    for number in range(wanted if articles else 0):
        page, article = articles[number % len(articles)]
        yield _case(NEIGHBOURS, number, page, neighbour_page(article, pool, number))


def spliced_cases(pages: Sequence[Page], wanted: int) -> Iterator[Case]:
    """Yield this many pages of each way to splice; fewer are the first of more."""
    for place, variant in enumerate(VARIANTS):
        turned = [*pages[place * 45 :], *pages[: place * 45]]
        for number, (page, made) in enumerate(spliced_pages(turned, variant, wanted)):
            yield _case(variant.name, number, page, made)


def _case(kind: str, number: int, page: Page, made: Spliced | ScrollPage | SeedlikePage | NeighbourPage) -> Case:
    truth = page.truth
    if isinstance(made, NeighbourPage):
        truth = made.text
    elif not isinstance(made, Spliced):
        truth = "\n".join(made.own)
    own, foreign = frozenset(made.own), frozenset(made.foreign)
    return Case(kind, number, page.id, page.source, page.domain or page.id, made.html, made.url, truth, own, foreign)


TALLY_HEAD = f"{{:38}} {'pages':>5} {'leak':>5} {'paragraphs':>12} {'lose':>5} {'paragraphs':>12}"


@dataclass(slots=True)
class Tally:
    """The results for the pages of a kind."""

    pages: int = 0
    leaking: int = 0
    foreign: int = 0
    leaked: int = 0
    losing: int = 0
    own: int = 0
    lost: int = 0

    def add(self, leaked: int, foreign: int, lost: int, own: int) -> None:
        """Count a page."""
        self.pages += 1
        self.leaking += leaked > 0
        self.foreign += foreign
        self.leaked += leaked
        self.losing += lost > 0
        self.own += own
        self.lost += lost


def print_tally(name: str, t: Tally) -> None:
    """Print a line of the table."""
    print(
        f"{name:38} {t.pages:5} {t.leaking:5} {f'{t.leaked}/{t.foreign}':>12} {t.losing:5} {f'{t.lost}/{t.own}':>12}",
        flush=True,
    )
