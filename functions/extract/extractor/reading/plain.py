"""A page read by one simple rule, when the full extraction cannot cope with it.

Comes in: a page's text. Goes out: the same kind of result, without judgement.

The rule: every visible piece of text of some words, most of them outside links, is the body. It loses nothing that
could be the article, and keeps more of the page than the article. One walk over the tree, so that its time follows the
page's size, whatever is in it.
"""

from __future__ import annotations

from extractor.contract import ExtractionResult, PageToRead
from extractor.html import Element, Segment, canonical_link, parse_html, rights_of, segments_of, signals_of
from newsdesk.characters import hides_text, storable_line
from newsdesk.contracts import ArticleWarning, Block, BlockType, Extracted, FieldSource, Quality
from newsdesk.words import count_words

SHORTEST_WORDS = 8
MOST_LINKED = 0.5
MOST_BLOCKS = 20_000
"""Beyond so many paragraphs the rest of a page is one block."""

LONGEST_HEADLINE = 500


def extract_fallback(text: str, page: PageToRead, *, is_plain_text: bool = False) -> ExtractionResult:
    """Return all prose of a page as its article.

    Parameters
    ----------
    text : str
        The page, decoded.
    page : PageToRead
        What is known of it.
    is_plain_text : bool
        Whether there is no markup in the text.
    """
    if is_plain_text:
        tree = None
        texts = [line for piece in text.split("\n") if (line := storable_line(piece))]
    else:
        tree = parse_html(text)
        segments = segments_of(tree) if tree is not None else ()
        texts = [segment.text for segment in segments if _is_prose(segment)]
    body = "\n".join(texts)
    if len(texts) > MOST_BLOCKS:
        texts[MOST_BLOCKS - 1 :] = ["\n".join(texts[MOST_BLOCKS - 1 :])]
    headline = _headline(tree)
    canonical = canonical_link(tree, page.headers, page.url)
    signals = signals_of(tree, page.headers, host_lines=page.host_lines, product_token=page.product_token)
    sources = {"articleBody": FieldSource(source="dom")} | ({"headline": FieldSource(source="dom")} if headline else {})
    article = Extracted(
        headline=headline,
        article_body=body,
        url=page.article_url,
        blocks=tuple(Block(type=BlockType.PARAGRAPH, text=line) for line in texts),
        word_count=count_words(body),
        quality=Quality(field_sources=sources, warnings=(ArticleWarning.INVISIBLE_TEXT,) if hides_text(text) else ()),
        rights=rights_of(signals, page.captured_at),
        provenance=page.known_provenance.model_copy(update={"canonical_url": canonical.url}),
    )
    return ExtractionResult(article, canonical=canonical, signals=signals)


def _is_prose(segment: Segment) -> bool:
    if segment.is_hidden or segment.link_share > MOST_LINKED:
        return False
    # Counting spaces is much quicker than counting words, which scripts without spaces need.
    return segment.text.count(" ") >= SHORTEST_WORDS - 1 or count_words(segment.text) >= SHORTEST_WORDS


def _headline(tree: Element | None) -> str | None:
    for path in (".//h1", ".//title"):
        element = None if tree is None else tree.find(path)
        if element is not None:
            text = storable_line(element.text_content())[:LONGEST_HEADLINE].rstrip()
            if text:
                return text
    return None
