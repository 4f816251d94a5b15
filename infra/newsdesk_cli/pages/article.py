"""One article as a page: its typeset body, where each field came from and how sure that is, what enrichment found.

Comes in: an article. Goes out: what a template shows of it, or a page of HTML in one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from newsdesk.contracts import Article, Extracted, FieldSource, Image, to_document
from newsdesk_cli.marking import Rows, findings
from newsdesk_cli.pages.rendering import render
from newsdesk_cli.pages.typesetting import TypesetBody, typeset

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
_OF_THE_TEXT = (("articleBody", "Text"), ("contentStatus", "How much of it"), ("articleType", "Kind of text"))
_MOST_VALUES = 30
"""Values of one field, rows of one table and pictures that are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an article as people see it.

    Attributes
    ----------
    source : FieldSource or None
        Where it came from.
    conflicts : tuple of str
        What places of the page state of it, where they differ.
    """

    name: str
    label: str
    values: tuple[str, ...]
    source: FieldSource | None = None
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleView:
    """What a template shows of an article."""

    article: Article
    body: TypesetBody
    fields: tuple[Field, ...]
    absent: tuple[str, ...]
    findings: tuple[tuple[str, Rows, int], ...]
    images: tuple[Image, ...]

    @property
    def language(self) -> str:
        """The language of the text, for ``lang``; empty where it is not known."""
        found = self.article.enrichment.language
        code = found.code if found is not None and found.code != "und" else self.article.in_language
        return code or ""


def article_view(article: Article, part: int = 1) -> ArticleView:
    """Return what a page shows of an article, with one part of its body."""
    known, absent = fields_of(article)
    return ArticleView(
        article=article,
        body=typeset(article, part),
        fields=(*known, *_fields_of_the_text(article)),
        absent=absent,
        findings=tuple(
            (title, rows[:_MOST_VALUES], max(0, len(rows) - _MOST_VALUES))
            for title, rows in findings(article.enrichment)
        ),
        images=article.image[:_MOST_VALUES],
    )


def article_page(article: Article) -> str:
    """Return an article as a page of HTML, in one file that loads nothing."""
    return render("article_alone.html", view=article_view(article), shows_marks=True)


def fields_of(article: Extracted) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """Return the fields that an article has, and the names of those that it lacks."""
    document = to_document(article)
    known = tuple(
        Field(
            name,
            label,
            tuple(_bounded(list(_texts(document[name])))),
            article.quality.field_sources.get(name),
            tuple(_conflicts(article, name)),
        )
        for name, label in _FIELDS
        if name in document
    )
    absent = tuple(label.lower() for name, label in _FIELDS if name not in document and name != "nextPages")
    return known, absent


def _fields_of_the_text(article: Extracted) -> Iterator[Field]:
    values = {
        "articleBody": f"{article.word_count:,} words",
        "contentStatus": article.content_status.value,
        "articleType": article.article_type.value,
    }
    for name, label in _OF_THE_TEXT:
        yield Field(name, label, (values[name],), article.quality.field_sources.get(name))


def _conflicts(article: Extracted, name: str) -> Iterator[str]:
    for conflict in article.quality.conflicts:
        if conflict.field == name:
            yield ", ".join(f"“{value.value}” ({value.source})" for value in conflict.values)


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


def _bounded(texts: Sequence[str]) -> Iterator[str]:
    yield from texts[:_MOST_VALUES]
    if len(texts) > _MOST_VALUES:
        yield f"and {len(texts) - _MOST_VALUES:,} more"
