"""The article in the data that a page serves to its scripts.

Comes in: a page that shows no text, and its titles. Goes out: the article's text as segments.

The text of an object whose title is the page's goes before any other. Text is what reads like prose, or stands in a row
of blocks; what is named a teaser, a caption or somebody's biography is none, nor is another article within the object.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lxml.etree import XPath

from extractor.html.page import Page
from extractor.html.script_values import script_values
from extractor.html.segments import Segment, segments_of
from extractor.html.tree import parse_html
from extractor.text import ends_sentence, fold
from newsdesk.words import count_words

SHORTEST_WORDS = 40
_MAXIMUM_NODES = 60_000
_DEEPEST = 60
_MAXIMUM_NAMED = 20
_LARGEST_TEXT = 400_000
_SHORTEST_PROSE_WORDS = 8
_MOST_LINKED = 0.5

_TITLES = ("headline", "title", "name", "heading", "articletitle", "longtitle", "pagetitle", "h1")
_NO_TEXT = re.compile(
    r"headline|title|descr|summary|excerpt|teaser|abstract|deck|standfirst|seo|meta|alt|caption|credit|copyright|bio"
    r"|author|byline|related|recommend|more|next|prev|comment|tag|topic|categor|section|url|href|slug|css|class|style"
    r"|nav|menu|footer|header|promo|advert|newsletter|disclaimer|legal|cookie|consent|image|photo|video|i18n|translation"
    r"|locale|message|label|error|script|config",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"body|content|text|html|paragraph|article|story|block|children|value|markdown|richtext", re.IGNORECASE
)
_RUNS = ("children", "content", "nodes", "spans", "leaves", "runs", "text")
_NO_BLOCK = re.compile(
    r"image|photo|video|embed|gallery|\bad\b|advert|related|newsletter|promo|social|tweet|audio", re.IGNORECASE
)
_HEADING = re.compile(r"head(?:ing|er)|title|\bh[1-6]\b|subhead", re.IGNORECASE)
_ITEM = re.compile(r"list_?-?item|\bli\b", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|br|div|h[2-6]|li|blockquote)\b[^<>]*>", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n\s*\n")
_FLIGHT_TAGS = frozenset({"p", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "ul", "ol"})

_FRAMES = XPath("descendant::iframe/@srcdoc")
_STATED = XPath("descendant::meta[@itemprop='articleBody']/@content")


def script_body(page: Page, titles: Iterable[str]) -> Sequence[Segment]:
    """Return the article's text that a page holds without showing it; nothing where there is none of some length.

    Parameters
    ----------
    page : Page
        A page without prose.
    titles : iterable of str
        What it calls its article.
    """
    wanted = {" ".join(words) for title in titles if (words := fold(title))}
    best: Sequence[Segment] = ()
    for markup in _candidates(page, wanted):
        segments = _prose_of(markup)
        if _size(segments) >= SHORTEST_WORDS:
            return segments
        best = best or segments
    return ()


def _candidates(page: Page, wanted: frozenset[str] | set[str]) -> Iterator[str]:
    """Yield markup that may be the article, the likeliest first."""
    yield from (text if _MARKUP.search(text) else _paragraphs(text, "\n") for text in _STATED(page.tree))
    values = list(script_values(page.tree))
    named = islice((item for value in values for item in _named(value, wanted)), _MAXIMUM_NAMED)
    yield from sorted((_markup_in(item, wanted) for item in named), key=len, reverse=True)
    yield from (str(text) for text in _FRAMES(page.tree))
    yield from (_inner(element) for element in page.tree.iter("noscript"))
    yield from sorted((_markup_in(value, wanted) for value in values), key=len, reverse=True)


def _inner(element: Any) -> str:
    return "".join(f"<p>{html.escape(segment.text)}</p>" for segment in segments_of(element))


def _prose_of(markup: str) -> Sequence[Segment]:
    tree = parse_html(f"<article>{markup[:_LARGEST_TEXT]}</article>") if markup.strip() else None
    segments = segments_of(tree) if tree is not None else ()
    return [segment for segment in segments if segment.link_share < _MOST_LINKED]


def _paragraphs(text: str, separator: str) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split(separator) if part.strip())


def _size(segments: Sequence[Segment]) -> int:
    return sum(count_words(segment.text) for segment in segments)


def _nodes(value: Any) -> Iterator[Any]:
    """Yield a value and all that is in it, breadth first, up to a bound."""
    row = [(value, 0)]
    for count, (node, depth) in enumerate(row):
        if count >= _MAXIMUM_NODES:
            return
        yield node
        if depth < _DEEPEST:
            inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            row.extend((item, depth + 1) for item in inner if isinstance(item, dict | list))


def _named(value: Any, wanted: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects whose title is the page's."""
    titles = set(wanted)
    for node in _nodes(value):
        if isinstance(node, dict) and titles.intersection(_titles_of(node)):
            yield node


def _titles_of(node: Mapping[str, Any]) -> Iterator[str]:
    for key, item in node.items():
        if key.lower().replace("_", "") in _TITLES:
            text = item.get("rendered") or item.get("text") if isinstance(item, dict) else item
            if isinstance(text, str):
                yield " ".join(fold(html.unescape(text[:500])))


def _markup_in(value: Any, wanted: Iterable[str]) -> str:
    gatherer = _Gatherer(set(wanted))
    gatherer.gather(value, "", 0)
    return "\n".join(gatherer.parts)


class _Gatherer:
    """Gathers the prose in a value, in its order."""

    def __init__(self, wanted: set[str]) -> None:
        self.parts: list[str] = []
        self._wanted = wanted
        self._seen: set[str] = set()
        self._left = _MAXIMUM_NODES
        self._size = 0

    def gather(self, value: Any, key: str, depth: int) -> None:
        """Gather what is in a value that stands under a key."""
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST or self._size > _LARGEST_TEXT:
            return
        if isinstance(value, str):
            self._gather_text(value)
        elif isinstance(value, list):
            if self._gather_element(value, depth):
                return
            for item in value:
                self.gather(item, key, depth + 1)
        elif isinstance(value, dict):
            self._gather_object(value, depth)

    def _gather_object(self, value: Mapping[str, Any], depth: int) -> None:
        kind = next((str(value[name]) for name in ("type", "_type", "kind", "style", "tag") if name in value), "")
        if _NO_BLOCK.search(kind) or self._is_another(value, depth):
            return
        paragraph = _runs_of(value, 0)
        if paragraph is not None:
            self._add(kind + " " + str(value.get("style", "")), paragraph)
            return
        for name, item in value.items():
            if not _NO_TEXT.search(name) or (isinstance(item, dict | list) and _TEXT.search(name)):
                self.gather(item, name, depth + 1)

    def _is_another(self, value: Mapping[str, Any], depth: int) -> bool:
        """Return whether an object within another is an article of its own."""
        titles = [title for title in _titles_of(value) if title.count(" ") > 1]
        has_text = any(isinstance(value.get(name), list | str) and _TEXT.search(name) for name in value)
        return depth > 0 and bool(titles) and has_text and self._wanted.isdisjoint(titles) and bool(self._wanted)

    def _gather_element(self, value: Sequence[Any], depth: int) -> bool:
        """Gather an element of the flight format: ``["$", tag, key, {children}]``."""
        if len(value) < 4 or value[0] != "$" or not isinstance(value[3], dict):
            return False
        tag, children = str(value[1]), value[3].get("children")
        if tag in _FLIGHT_TAGS and (text := _text_of(children, 0)):
            self._add(tag, text)
        else:
            for item in value[3].values():
                self.gather(item, tag, depth + 1)
        return True

    def _gather_text(self, text: str) -> None:
        if _MARKUP.search(text):
            markup = text
        elif count_words(text) >= _SHORTEST_PROSE_WORDS and ends_sentence(text.strip()):
            markup = _paragraphs(_EMPTY_LINE.sub("\0", text), "\0")
        else:
            return
        self._append(markup)

    def _add(self, kind: str, text: str) -> None:
        tag = "h2" if _HEADING.search(kind) else "li" if _ITEM.search(kind) else "p"
        self._append(text if _MARKUP.search(text) else f"<{tag}>{html.escape(html.unescape(text))}</{tag}>")

    def _append(self, markup: str) -> None:
        if markup not in self._seen:
            self._seen.add(markup)
            self.parts.append(markup)
            self._size += len(markup)


def _runs_of(value: Mapping[str, Any], depth: int) -> str | None:
    """Return the text of a block whose text is a string or a row of runs; None for any other object."""
    for name in _RUNS:
        item = value.get(name)
        if name == "text" and isinstance(item, str) and ({"type", "_type", "kind", "style"} & value.keys()):
            return item
        if isinstance(item, list) and item and all(_is_run(run) for run in islice(item, 50)):
            return "".join(run if isinstance(run, str) else _text_of(run, depth) for run in item)
    return None


def _is_run(value: Any) -> bool:
    if isinstance(value, str):
        return not _MARKUP.search(value)
    if not isinstance(value, dict):
        return False
    kind = str(value.get("type") or value.get("_type") or "text").lower()
    return kind in {"text", "span", "link", "a", "hardbreak", "inline", "strong", "em"} and (
        "text" in value or "value" in value
    )


def _text_of(value: Any, depth: int) -> str:
    """Return all text in children, inline elements and all."""
    if isinstance(value, str):
        return "" if value.startswith("$") else value
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        if len(value) >= 4 and value[0] == "$" and isinstance(value[3], dict):
            return _text_of(value[3].get("children"), depth + 1)
        return "".join(_text_of(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return _text_of(value.get("text") or value.get("value") or value.get("children"), depth + 1)
    return ""
