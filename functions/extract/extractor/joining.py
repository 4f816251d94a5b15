"""The pages of one article become one article.

Comes in: what was extracted from each page, in order. Goes out: the article of them all, with the first one's metadata.

Pages repeat themselves: headline, deck and byline stand at the top of each, a biography or a note at the foot. What a
page says again is dropped, with the reason ``repeated``; a page that says nothing else ends the article.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace

from extractor.contract import ExtractionResult
from extractor.text import BYLINE_WORDS, LineKind, kind_of_line, split_parts
from newsdesk.contracts import (
    ArticleWarning,
    Block,
    BlockType,
    ChainEnd,
    ContentStatus,
    DroppedBlock,
    DropReason,
    Extracted,
    PageEnd,
    PageProvenance,
    Quality,
    Rights,
)
from newsdesk.web import RefusedUse
from newsdesk.words import count_words, words

MAXIMUM_LISTED_PAGES = 50

MAXIMUM_JOINED_BYTES = 4 * 1024 * 1024
"""Of what the pages gave, as JSON: at most 115,000 blocks, or some 350,000 words of prose. Joining 21 pages of that
size was measured to take 1.2 s and 100 MB, with what was cut from them 142 MB at most; the least function has 512 MB
beside its child."""

SHORTEST_REPEATED_WORDS = 8
"""Below the top of a page: shorter lines may well be said twice."""
_MOST_NEW_OF_REPEATED = 0.05
"""Share of a page's blocks: what a site counts or dates may differ each time that it shows the same page."""
_MOST_AT_TOP = 6
_LONGEST_BYLINE_WORDS = 12
_PAGE_WORDS = frozenset(
    {"page", "part", "seite", "teil", "partie", "pagina", "página", "parte", "of", "von", "de", "sur", "di"}
)


@dataclass(slots=True)
class _Said:
    """What the pages so far have said: anywhere, at their tops, and as their headlines."""

    texts: set[str] = field(default_factory=set)
    tops: set[str] = field(default_factory=set)
    headlines: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, page: Extracted, blocks: Iterable[Block]) -> None:
        """Remember a page, of which these blocks were kept."""
        self.texts.update(_folded(block.text) for block in blocks)
        self.tops.update(_folded(block.text) for block in page.blocks[:_MOST_AT_TOP])
        self.add_head(page)

    def add_head(self, page: Extracted) -> None:
        """Remember what stands above a page's text."""
        self.headlines.update(_folded(text) for text in (page.headline,) if text)
        self.tops.update(_folded(text) for text in (page.alternative_headline, page.description) if text)
        self.names.update(_folded(person.name) for person in page.author)


def join_pages(
    pages: Sequence[ExtractionResult], next_pages: Iterable[str], ended_by: ChainEnd | None
) -> ExtractionResult:
    """Return what the pages of one article give together; what belongs to one page is the last one's.

    A page behind a wall puts the whole behind it; that an earlier page breaks off says nothing, for the next goes on.

    Parameters
    ----------
    pages : sequence of ExtractionResult
        The first is the article's own; at least that one.
    next_pages : iterable of str
        URLs of the others, in order, whether they were fetched or not.
    ended_by : Reason, PageEnd or None
        Why the next page is missing; None when there is none.
    """
    first = pages[0]
    said = _Said()
    said.add(first.article, first.article.blocks)
    blocks = list(first.article.blocks)
    dropped = list(first.dropped)
    whole = [first]
    for page in pages[1:]:
        kept, repeated = _without_repetitions(page.article, said)
        if not kept:
            ended_by = PageEnd.REPEATED
            break
        said.add(page.article, kept)
        whole.append(page)
        blocks += kept
        dropped += (
            *page.dropped,
            *(DroppedBlock(text=block.text, reason=DropReason.REPEATED.value) for block in repeated),
        )
    links = {link.url: link for page in reversed(whole) for link in reversed(page.links)}
    article = _article(whole, tuple(blocks), tuple(next_pages), ended_by)
    return replace(
        pages[-1],
        article=article,
        links=tuple(reversed(links.values())),
        dropped=tuple(dropped),
        chain_end=ended_by,
    )


def _article(
    results: Sequence[ExtractionResult],
    blocks: tuple[Block, ...],
    next_pages: tuple[str, ...],
    ended_by: ChainEnd | None,
) -> Extracted:
    pages = [result.article for result in results]
    first, judged = pages[0], _judged(pages)
    body = "\n".join(block.text for block in blocks)
    below_deck = blocks[blocks[0].text in (first.alternative_headline, first.description) :] if blocks else ()
    provenance = first.provenance.model_copy(update={"pages": tuple(_provenance(page) for page in pages[1:])})
    is_cut = ended_by is not None and judged.content_status is ContentStatus.FULL
    return first.model_copy(
        update={
            "article_body": body,
            "blocks": blocks,
            "parts": split_parts(below_deck, first.article_type),
            "word_count": count_words(body),
            "content_status": ContentStatus.TRUNCATED if is_cut else judged.content_status,
            "next_pages": tuple(dict.fromkeys(next_pages))[:MAXIMUM_LISTED_PAGES],
            "quality": _quality(results, judged.quality, ended_by),
            "rights": _strictest([page.rights for page in pages]),
            "provenance": provenance,
        }
    )


def _without_repetitions(page: Extracted, said: _Said) -> tuple[list[Block], list[Block]]:
    """Return a page's blocks that say something, and those that say what was said before.

    A page of which nearly nothing is new says nothing, however short its blocks.
    """
    said.add_head(page)
    kept: list[Block] = []
    repeated: list[Block] = []
    new = 0
    for block in page.blocks:
        text = _folded(block.text)
        is_long = text.count(" ") >= SHORTEST_REPEATED_WORDS - 1
        is_again = (is_long and text in said.texts) or (not kept and _belongs_to_top(block, text, said))
        (repeated if is_again else kept).append(block)
        new += not is_again and text not in said.texts
    return (kept if new > len(page.blocks) * _MOST_NEW_OF_REPEATED else []), repeated


def _belongs_to_top(block: Block, text: str, said: _Said) -> bool:
    if text in said.tops or any(_is_titled(text, headline) for headline in said.headlines):
        return True
    is_byline = block.type is BlockType.PARAGRAPH and kind_of_line(block.text) is LineKind.BYLINE
    is_line = block.type in (BlockType.PARAGRAPH, BlockType.HEADING)
    return is_byline or (is_line and _is_of_names(text, said.names))


def _is_titled(text: str, headline: str) -> bool:
    """Return whether a line is a headline, the page's number behind it perhaps."""
    rest = text.removeprefix(headline).split() if text.startswith(headline) else [text]
    return all(word.isdigit() or word in _PAGE_WORDS for word in rest)


def _is_of_names(text: str, names: Set[str]) -> bool:
    """Return whether a line is of authors' whole names, with a date perhaps, whose month is the only other word."""
    has_digits = any(map(str.isdigit, text))
    parts = [word for word in text.split() if not any(map(str.isdigit, word))]
    known = {word for name in names if f" {name} " in f" {text} " for word in name.split()}
    strange = [word for word in parts if word not in known and word not in BYLINE_WORDS]
    return bool(known) and len(parts) <= _LONGEST_BYLINE_WORDS and len(strange) <= has_digits


def _judged(pages: Sequence[Extracted]) -> Extracted:
    """Return the page whose content status is that of the whole: the first that is behind a wall, else the last."""
    return next((page for page in pages if _is_walled(page)), pages[-1])


def _is_walled(page: Extracted) -> bool:
    return page.content_status not in (ContentStatus.FULL, ContentStatus.TRUNCATED)


def _quality(pages: Sequence[ExtractionResult], judged: Quality, ended_by: ChainEnd | None) -> Quality:
    first = pages[0].article.quality
    scores = [page.article.quality.leak_score for page in pages if page.article.quality.leak_score is not None]
    sources = dict(first.field_sources)
    if "contentStatus" in judged.field_sources:
        sources["contentStatus"] = judged.field_sources["contentStatus"]
    return first.model_copy(
        update={
            "leak_score": max(scores, default=None),
            "warnings": _warnings(pages, ended_by),
            "field_sources": sources,
        }
    )


def _warnings(pages: Sequence[ExtractionResult], ended_by: ChainEnd | None) -> tuple[str, ...]:
    """Return the whole's: the first page's, those of the others' texts, those of walls, and how the pages end.

    What is said of a wall is taken of the last page, and of pages that are behind one.
    """
    first, *others = pages
    own = [word for word in first.article.quality.warnings if word not in first.wall_warnings]
    further = [
        word
        for page in others
        for word in page.article.quality.warnings
        if word not in (*page.wall_warnings, *page.page_warnings)
    ]
    walled = [page for page in pages if page is pages[-1] or _is_walled(page.article)]
    walls = [word for page in walled for word in page.wall_warnings]
    end = [f"{ArticleWarning.NEXT_PAGE}:{ended_by.value}"] if ended_by else []
    return tuple(dict.fromkeys((*own, *further, *walls, *end)))


def _strictest(pages: Sequence[Rights]) -> Rights:
    """Return what any of the pages asks for: their text is one now."""

    def said(values: Iterable[bool | None]) -> bool | None:
        known = {value for value in values if value is not None}
        return any(known) if known else None

    refused = {refusal for page in pages for refusal in page.opt_outs}
    return Rights(
        robots=tuple(dict.fromkeys(directive for page in pages for directive in page.robots)),
        noarchive=said(page.noarchive for page in pages),
        noai=said(page.noai for page in pages),
        tdm_reservation=said(page.tdm_reservation for page in pages),
        opt_outs=tuple(refusal.value for refusal in RefusedUse if refusal.value in refused),
        signals=tuple(dict.fromkeys(signal for page in pages for signal in page.signals)),
    )


def _provenance(page: Extracted) -> PageProvenance:
    whole = page.provenance
    return PageProvenance(**{name: getattr(whole, name) for name in PageProvenance.model_fields})


def _folded(text: str) -> str:
    """Return a text as it is compared.

    Other than :func:`extractor.text.fold` it takes unspaced scripts by characters, so that the length of a line means
    the same in each script.
    """
    return " ".join(words(text.casefold()))
