"""An extraction explained on one HTML page.

Comes in: the extraction of a page. Goes out: HTML in one file, without scripts, with the text of the page
escaped.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from extractor.contract import ExtractionResult, JudgedSegment, JudgedStatement
from extractor.text import DropReason
from newsdesk.contracts import Extracted, FieldSource, to_document
from newsdesk.words import count_words
from newsdesk_cli.descriptions import described
from newsdesk_cli.single_page import Observation

_STYLE_SHEET = Path(__file__).with_name("explanation.css")
_LONGEST_SHOWN_RUN = 2
"""Up to this many dropped pieces in a row are shown one by one; longer rows are folded."""
_LONGEST_PREVIEW = 110
_MOST_SHOWN = 10_000
_HIGHEST_CLEAN_LEAK_SCORE = 0.2

_FIELDS = (
    ("headline", "Headline"),
    ("alternativeHeadline", "Second headline"),
    ("description", "Description"),
    ("articleSection", "Section"),
    ("author", "Authors"),
    ("datePublished", "Published"),
    ("dateModified", "Modified"),
    ("publisher", "Publisher"),
    ("inLanguage", "Language"),
    ("keywords", "Keywords"),
    ("image", "Images"),
    ("isAccessibleForFree", "Free to read"),
    ("nextPages", "Goes on at"),
)
_TAGS = {
    "heading": frozenset({"h1", "h2", "h3", "h4", "h5", "h6"}),
    "quote": frozenset({"blockquote"}),
    "item": frozenset({"li", "dd", "dt"}),
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A judged segment, and whether its text is in the article."""

    segment: JudgedSegment
    is_in: bool

    @property
    def is_dropped(self) -> bool:
        return self.segment.decision == "dropped"


def explanation_page(source: str, seen: Observation) -> str:
    """Return the page that explains an extraction.

    Parameters
    ----------
    source : str
        The file or the URL, as a person would name it.
    seen : Observation
        Its extraction, with :attr:`ExtractionResult.judged`.
    """
    article = seen.result.article if seen.result is not None else None
    title = (article.headline if article is not None else None) or "Without a headline"
    pieces = _pieces(seen.result)
    style = _STYLE_SHEET.read_text(encoding="utf-8")
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
            f"<title>{escape(title)} · explained</title>\n<style>{style}</style>\n</head>\n<body>\n",
            *_header(title, source, seen, pieces),
            '<div class="columns">\n<main dir="auto">\n',
            *(_text(pieces) if pieces else ('<p class="nothing">The page has no text.</p>',)),
            "</main>\n<aside>\n",
            *(_metadata(article, seen.result.statements) if article is not None and seen.result is not None else ()),
            *_quality(article),
            *_reasons(pieces),
            *_parts(article),
            "</aside>\n</div>\n</body>\n</html>\n",
        )
    )


def _pieces(result: ExtractionResult | None) -> tuple[_Piece, ...]:
    if result is None:
        return ()
    body = " ".join(result.article.article_body.split())
    return tuple(
        _Piece(segment, segment.decision == "kept" or (segment.decision == "uncertain" and segment.text in body))
        for segment in result.judged
    )


def _header(title: str, source: str, seen: Observation, pieces: Sequence[_Piece]) -> Iterator[str]:
    yield f'<header>\n<h1 dir="auto">{escape(title)}</h1>\n<p class="address">{escape(source)}</p>\n'
    yield '<div class="badges">\n'
    for kind, name, value in _badges(seen):
        yield f'<span class="badge {kind}">{escape(name)} <b>{escape(value)}</b></span>\n'
    yield "</div>\n"
    characters = Counter[str]()
    counted = Counter[str]()
    for piece in pieces:
        characters[piece.segment.decision] += len(piece.segment.text)
        counted[piece.segment.decision] += 1
    total = max(1, characters.total())
    decisions = ("kept", "uncertain", "dropped")
    yield '<div class="bar" role="img" aria-label="Shares of the page\'s text">'
    yield from (f'<i class="{name}" style="width:{characters[name] / total:.2%}"></i>' for name in decisions)
    yield '</div>\n<ul class="legend">'
    for name in decisions:
        share = f"{characters[name] / total:.0%} of the text"
        yield f'<li class="{name}">{name}: {_count(counted[name], "piece")}, {share}</li>'
    yield "</ul>\n</header>\n"


def _badges(seen: Observation) -> Iterator[tuple[str, str, str]]:
    yield ("good", "outcome", "article") if seen.reason is None else ("bad", "outcome", seen.reason)
    if seen.result is None:
        return
    article = seen.result.article
    yield ("good" if article.content_status.value == "full" else "fair", "content", article.content_status.value)
    yield "", "type", article.article_type.value
    yield "", "words", f"{article.word_count:,}"
    leak = article.quality.leak_score
    if leak is not None:
        yield ("good" if leak <= _HIGHEST_CLEAN_LEAK_SCORE else "fair"), "leak score", f"{leak:.2f}"


def _text(pieces: Sequence[_Piece]) -> Iterator[str]:
    for is_dropped, group in groupby(pieces[:_MOST_SHOWN], lambda piece: piece.is_dropped):
        run = tuple(group)
        if is_dropped and len(run) > _LONGEST_SHOWN_RUN:
            yield from _folded_run(run)
        else:
            yield from map(_piece, run)
    if len(pieces) > _MOST_SHOWN:
        yield f'<p class="nothing">And {_count(len(pieces) - _MOST_SHOWN, "more piece")}.</p>\n'


def _folded_run(run: Sequence[_Piece]) -> Iterator[str]:
    counted = Counter(piece.segment.reason or "no reason given" for piece in run).most_common()
    whys = ", ".join(f"{reason} {number}" for reason, number in counted)
    preview = " · ".join(piece.segment.text[:_LONGEST_PREVIEW] for piece in run[:_LONGEST_PREVIEW])
    if len(preview) > _LONGEST_PREVIEW:
        preview = preview[:_LONGEST_PREVIEW].rstrip() + " …"
    summary = f"<b>{len(run)} pieces dropped</b> ({escape(whys)}): {escape(preview)}"
    yield f'<details class="run"><summary>{summary}</summary>\n'
    yield from map(_piece, run)
    yield "</details>\n"


def _piece(piece: _Piece) -> str:
    segment = piece.segment
    kinds = [segment.decision, "in" if piece.is_in else "out", *(kind for kind in _TAGS if segment.tag in _TAGS[kind])]
    notes = ""
    if segment.decision == "uncertain":
        notes += f'<span class="why">uncertain, {"kept" if piece.is_in else "left out"}</span>'
    if segment.reason is not None:
        notes += f'<span class="why">{escape(segment.reason)}</span>'
    if segment.score is not None:
        notes += f'<span class="score" title="how likely it is the article’s">{segment.score:.2f}</span>'
    text = f'<div class="text" dir="auto">{escape(segment.text)}</div>'
    place = f"piece {segment.index}, {escape(segment.tag)}"
    return f'<div class="piece {" ".join(kinds)}" title="{place}">{text}<div class="notes">{notes}</div></div>\n'


def _metadata(article: Extracted, statements: Sequence[JudgedStatement]) -> Iterator[str]:
    document = to_document(article)
    yield "<section>\n<h2>What it says of itself</h2>\n<dl>\n"
    for name, label in _FIELDS:
        if name not in document:
            continue
        yield f"<dt><span>{label}</span>{_source(article.quality.field_sources.get(name))}</dt>\n"
        yield from (f'<dd dir="auto">{escape(text)}</dd>\n' for text in _texts(document[name]))
        for conflict in article.quality.conflicts:
            if conflict.field == name:
                stated = ", ".join(f"“{value.value}” ({value.source})" for value in conflict.values)
                yield f'<dd class="conflict">places differ: {escape(stated)}</dd>\n'
        lost = [statement for statement in statements if statement.field == name and statement.reason is not None]
        if lost:
            yield '<dd class="lost"><details><summary>not taken</summary><ul>'
            yield from (f"<li>{_lost(statement)}</li>" for statement in lost)
            yield "</ul></details></dd>\n"
    yield "</dl>\n"
    absent = [label for name, label in _FIELDS if name not in document and name != "nextPages"]
    if absent:
        yield f'<p class="absent">Not known: {escape(", ".join(absent).lower())}.</p>\n'
    yield "</section>\n"


def _lost(statement: JudgedStatement) -> str:
    why = f'<span class="why">{escape(statement.reason or "")}</span>'
    source = f'<span class="source">{escape(statement.source)}</span>'
    return f'<span dir="auto">{escape(statement.value)}</span> {source} {why}'


def _source(source: FieldSource | None) -> str:
    if source is None:
        return ""
    meter = ""
    if source.confidence is not None:
        words = f"{source.confidence:.0%} sure"
        bounds = 'min="0" max="1" low="0.5" high="0.75" optimum="1"'
        meter = f' <meter {bounds} value="{source.confidence:.2f}" title="{words}">{words}</meter>'
    return f'<span><span class="source">{escape(source.source)}</span>{meter}</span>'


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        if all(isinstance(part, str) for part in value):
            yield ", ".join(value)
            return
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        named = value.get("name") or value.get("url") or ""
        yield " — ".join([str(named), *(str(value[name]) for name in ("caption", "credit") if name in value)])
    else:
        yield {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _quality(article: Extracted | None) -> Iterator[str]:
    if article is None or not article.quality.warnings:
        return
    yield '<section>\n<h2>Warnings</h2>\n<ul class="plain">'
    yield from (f"<li>{escape(warning)}</li>" for warning in article.quality.warnings)
    yield "</ul>\n</section>\n"


def _reasons(pieces: Iterable[_Piece]) -> Iterator[str]:
    pieces_of, words_of = Counter[str](), Counter[str]()
    for piece in pieces:
        if piece.segment.reason is not None:
            pieces_of[piece.segment.reason] += 1
            words_of[piece.segment.reason] += count_words(piece.segment.text)
    if not pieces_of:
        return
    meanings = described(DropReason)
    yield '<section>\n<h2>Why pieces are not in the article</h2>\n<table class="dropped">\n'
    for reason, number in pieces_of.most_common():
        meaning = escape(meanings.get(reason, ""))
        yield f'<tr><td><span class="why">{escape(reason)}</span><small>{meaning}</small></td>'
        yield f"<td>{_count(number, 'piece')}<small>{_count(words_of[reason], 'word')}</small></td></tr>\n"
    yield "</table>\n</section>\n"


def _parts(article: Extracted | None) -> Iterator[str]:
    if article is None or not article.parts:
        return
    yield f"<section>\n<h2>{len(article.parts)} parts</h2>\n<table>\n"
    for part in article.parts:
        name = escape(part.headline or textwrap.shorten(part.text, 80, placeholder=" …"))
        yield f'<tr><td dir="auto">{name}</td><td>{_count(count_words(part.text), "word")}</td></tr>\n'
    yield "</table>\n</section>\n"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
