"""From a page to its article: trafilatura's default extraction, and what the page says of itself.

Comes in: a page's text, its URL, and how it was captured. Goes out: the article, its links and what was dropped.
Changes nothing; neither the network nor the clock is asked.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Any

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document

from extractor.blocks import body_text, line_blocks, typed_blocks
from extractor.canonical import CanonicalLink, canonical_link
from extractor.charset import storable
from extractor.dates import FoundDate, modified_date, published_date
from extractor.links import body_links, checked_url
from extractor.parsing import parse_html
from extractor.rights import rights_of, signals_of
from newsdesk import __version__
from newsdesk.article import (
    BlockType,
    DroppedBlock,
    Extracted,
    FieldSource,
    Image,
    Link,
    ModelProvenance,
    Organization,
    Person,
    Provenance,
    Quality,
)
from newsdesk.errors import PermanentError
from newsdesk.outcomes import Reason
from newsdesk.rights import Signal
from newsdesk.urls import scrub
from newsdesk.words import count_words

EXTRACTOR = ModelProvenance(name="newsdesk.extract", version=f"{__version__}+trafilatura.{version('trafilatura')}")

LONGEST_HEADLINE = 500
LONGEST_DESCRIPTION = 2000
LONGEST_NAME = 200
LONGEST_KEYWORD = 100
MAXIMUM_AUTHORS = 20
MAXIMUM_KEYWORDS = 50

SHORTEST_ARTICLE_WORDS = 25
SHORTEST_SENTENCE_WORDS = 8
"""A text under 25 words is an article only if one of its paragraphs is at least a sentence of eight words: a news
flash is, a menu or a cookie notice's button is not."""

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’»)\]]*$")

# Its warnings quote URLs with their query strings, which carry secrets.
for _library in ("trafilatura", "htmldate", "courlan"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class ExtractionResult:
    """What one page gave.

    Attributes
    ----------
    article : Extracted
        With an empty body when there was none.
    links : tuple of Link
        Of the body.
    dropped : tuple of DroppedBlock
        What was cut from the page on purpose, and why.
    canonical : CanonicalLink
        What the page calls its own URL.
    signals : tuple of Signal
        All that page, header fields and host ask of machines; the article's rights record a bounded part.
    """

    article: Extracted
    links: tuple[Link, ...] = ()
    dropped: tuple[DroppedBlock, ...] = ()
    canonical: CanonicalLink = field(default_factory=CanonicalLink)
    signals: tuple[Signal, ...] = ()


def extract(
    html: str,
    url: str,
    *,
    captured_at: datetime,
    canonical_url: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
    host_lines: Iterable[str] = (),
    product_token: str = "",
    provenance: Provenance | None = None,
) -> ExtractionResult:
    """Extract the article of a page.

    Parameters
    ----------
    html : str
        The page, storable text as :func:`extractor.charset.decode_text` returns it.
    url : str
        Where the page was found, after redirects; relative links are relative to it.
    captured_at : datetime
        With time zone; no date of the article is later.
    canonical_url : str or None
        The article's own URL, where it is another.
    headers : iterable of pairs
        The response's header fields.
    host_lines : iterable of str
        What the host says of the page to machines; see :func:`newsdesk.rights.host_signals`.
    product_token : str
        The robot that we are to sites, in lower case.
    provenance : Provenance or None
        How the page was found and captured.

    Raises
    ------
    PermanentError
        With the reason ``extraction_error`` when the extractor fails on the page.

    Notes
    -----
    The settings are those of trafilatura's published evaluation: defaults, comments left out. ``deduplicate`` stays
    off: it remembers text from page to page, so that a result would depend on what the process had read before.
    """
    headers = tuple(headers)
    try:
        with warnings.catch_warnings():
            # dateutil and dateparser warn of time zones and of days without a year in what pages write.
            warnings.simplefilter("ignore")
            read_signals = partial(signals_of, headers=headers, host_lines=host_lines, product_token=product_token)
            read_canonical = partial(canonical_link, headers=headers, url=url)
            return _extract(html, url, captured_at, canonical_url or url, read_signals, read_canonical, provenance)
    except MemoryError:
        raise
    except Exception as error:
        raise PermanentError(Reason.EXTRACTION_ERROR, scrub(f"{type(error).__name__}: {error}")[:200]) from error


def extract_plain_text(
    text: str,
    url: str,
    *,
    captured_at: datetime,
    canonical_url: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
    host_lines: Iterable[str] = (),
    product_token: str = "",
    provenance: Provenance | None = None,
) -> ExtractionResult:
    """Take a plain text as the article: its first line is the headline, empty lines part its paragraphs."""
    headers = tuple(headers)
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    body = "\n".join(paragraphs)
    headline = one_line(text.strip().partition("\n")[0], LONGEST_HEADLINE)
    canonical = canonical_link(None, headers, url)
    signals = signals_of(None, headers, host_lines=host_lines, product_token=product_token)
    article = Extracted(
        headline=headline,
        article_body=body,
        url=canonical_url or url,
        blocks=line_blocks(body),
        word_count=count_words(body),
        quality=Quality(
            field_sources={"headline": FieldSource(source="dom")} if headline else {}, warnings=_warnings(canonical)
        ),
        rights=rights_of(signals, captured_at),
        provenance=_with_canonical(provenance or _bare_provenance(url), canonical),
    )
    return ExtractionResult(article, canonical=canonical, signals=signals)


def require_article(result: ExtractionResult) -> None:
    """Refuse a result that holds no article.

    Raises
    ------
    PermanentError
        With the reason ``no_article``.
    """
    article = result.article
    if article.word_count >= SHORTEST_ARTICLE_WORDS:
        return
    for block in article.blocks:
        is_sentence = block.type is BlockType.PARAGRAPH and _SENTENCE_END.search(block.text.strip())
        if is_sentence and count_words(block.text) >= SHORTEST_SENTENCE_WORDS:
            return
    raise PermanentError(Reason.NO_ARTICLE, f"{article.word_count} words")


def one_line(text: Any, limit: int) -> str | None:
    """Return text on one line, cut to a length; None when nothing is left."""
    if not isinstance(text, str):
        return None
    return " ".join(storable(text).split())[:limit].rstrip() or None


def _extract(
    html: str,
    url: str,
    captured_at: datetime,
    canonical_url: str,
    read_signals: Callable[[HtmlElement | None], tuple[Signal, ...]],
    read_canonical: Callable[[HtmlElement | None], CanonicalLink],
    provenance: Provenance | None,
) -> ExtractionResult:
    tree = parse_html(html)
    canonical = read_canonical(tree)
    signals = read_signals(tree)
    if tree is None:
        document, body = Document(), ""
    else:
        document = _run_trafilatura(tree, url, captured_at)
        body = body_text(document.body)
    published = None if tree is None else published_date(tree, url, document.date, captured_at)
    modified = None if tree is None else modified_date(tree, captured_at)
    fields = _fields(document, url) | {
        "in_language": _language(tree),
        "date_published": published.text if published else None,
        "date_modified": modified.text if modified else None,
    }
    article = Extracted(
        **fields,
        article_body=body,
        url=canonical_url,
        blocks=typed_blocks(document.body, body) if body else (),
        word_count=count_words(body),
        quality=Quality(field_sources=_sources(fields, published, modified), warnings=_warnings(canonical)),
        rights=rights_of(signals, captured_at),
        provenance=_with_canonical(provenance or _bare_provenance(url), canonical),
    )
    links = body_links(tree, body, url) if tree is not None and body else ()
    return ExtractionResult(article, links=links, canonical=canonical, signals=signals)


def _run_trafilatura(tree: HtmlElement, url: str, captured_at: datetime) -> Document:
    date_parameters = {"original_date": True, "extensive_search": True, "max_date": captured_at.strftime("%Y-%m-%d")}
    document = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=date_parameters,
    )
    if isinstance(document, Document):
        return document
    return extract_metadata(tree, url, date_parameters)


def _fields(document: Document, url: str) -> dict[str, Any]:
    sections = [section for item in document.categories or () if (section := one_line(item, LONGEST_NAME))]
    publisher = one_line(document.sitename, LONGEST_NAME)
    image = checked_url(document.image, checked_url(url)) if document.image else None
    return {
        "headline": one_line(document.title, LONGEST_HEADLINE),
        "description": one_line(document.description, LONGEST_DESCRIPTION),
        "author": tuple(Person(name=name) for name in _authors(document.author)),
        "publisher": Organization(name=publisher) if publisher else None,
        "article_section": sections[0] if len(sections) == 1 else None,
        "keywords": _keywords(document.tags or ()),
        "image": (Image(url=image.href),) if image else (),
    }


def _authors(text: str | None) -> list[str]:
    names = (one_line(part, LONGEST_NAME) for part in (text or "").split(";"))
    return list(dict.fromkeys(name for name in names if name))[:MAXIMUM_AUTHORS]


def _keywords(tags: Iterable[str]) -> tuple[str, ...]:
    words = (one_line(part, LONGEST_KEYWORD) for tag in tags for part in re.split(r"[,;]", tag))
    return tuple(dict.fromkeys(word for word in words if word))[:MAXIMUM_KEYWORDS]


def _language(tree: HtmlElement | None) -> str | None:
    tag = "" if tree is None else (tree.get("lang") or "").strip().replace("_", "-")
    return tag if _LANGUAGE_TAG.fullmatch(tag) else None


def _sources(fields: dict[str, Any], published: FoundDate | None, modified: FoundDate | None) -> dict[str, FieldSource]:
    sources = {name: "trafilatura" for name, value in fields.items() if value}
    sources["article_body"] = "trafilatura"
    if fields["in_language"]:
        sources["in_language"] = "dom"
    if published:
        sources["date_published"] = published.source
    if modified:
        sources["date_modified"] = modified.source
    alias = Extracted.model_fields
    return {str(alias[name].alias): FieldSource(source=source) for name, source in sorted(sources.items())}


def _warnings(canonical: CanonicalLink) -> tuple[str, ...]:
    return () if canonical.refusal is None else (f"canonical_link:{canonical.refusal.value}",)


def _with_canonical(provenance: Provenance, canonical: CanonicalLink) -> Provenance:
    return provenance.model_copy(update={"canonical_url": canonical.url})


def _bare_provenance(url: str) -> Provenance:
    return Provenance(requested_url=url, final_url=url, extractor=EXTRACTOR)
