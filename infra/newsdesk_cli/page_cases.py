"""Page cases: a page, and the article that extraction must find in it.

Comes in: a folder ``tests/pages/<slug>`` with ``source.html`` or ``source.txt`` and ``expected.json``. Goes out: where
extraction differs, in words. Changes: the folder of a case that is added.

The fields of ``expected.json``, all but ``url`` optional:

``url``, ``capturedAt``, ``contentType``
    How the page was captured.
``outcome``
    The reason with which the page is refused; without it the page must give an article.
``article``
    Fields of the article. What is given must be equal; objects in lists may have more fields than are given.
``absent``
    Fields that the article must not have.
``paragraphs``
    The whole body, line by line and in order. List items and table rows are lines; captions are not.
``blocks``
    Blocks that must be there in this order, each by its fields, or by a text that it ``contains``.
``captions``
    Captions that must be known as such, in a block or of an image, and be no paragraph.
``foreign``
    Strings that must not occur in the body.
``misses``
    Known differences from all that, in the words of the comparison: a change that fixes one removes it.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.contract import PageToRead
from newsdesk.clock import from_text
from newsdesk.contracts import Block, BlockType, Extracted, to_document
from newsdesk_cli.paths import PAGES_FOLDER
from newsdesk_cli.single_page import Observation, observe

CAPTURED_AT = "2026-11-22T09:00:00Z"
"""The time of capture of a case that states none."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_BULLET = re.compile(r"^[-*•–] ")
_WRITTEN_FIELDS = (
    "headline",
    "description",
    "articleSection",
    "author",
    "datePublished",
    "dateModified",
    "image",
    "isAccessibleForFree",
    "inLanguage",
    "articleType",
    "contentStatus",
)
_PROVENANCE = """# {slug}

Where the page is from, who wrote it, and under which licence it may lie here.

- Markup:
- Shows:
"""


class PageCaseError(Exception):
    """A case that cannot be added or read."""


@dataclass(frozen=True, slots=True)
class PageCase:
    """A page and what is expected of it."""

    slug: str
    source: Path
    expected: Mapping[str, Any]


def page_cases(folder: Path = PAGES_FOLDER) -> tuple[PageCase, ...]:
    """Return all cases of a folder, by slug."""
    return tuple(case_in(path.parent) for path in sorted(folder.glob("*/expected.json")))


def case_in(folder: Path) -> PageCase:
    """Return the case of a folder.

    Raises
    ------
    PageCaseError
        When there is not one source in it.
    """
    sources = [path for name in ("source.html", "source.txt") if (path := folder / name).is_file()]
    if len(sources) != 1:
        raise PageCaseError(f"{folder} has {len(sources)} sources")
    return PageCase(folder.name, sources[0], json.loads((folder / "expected.json").read_text(encoding="utf-8")))


def read_case(case: PageCase) -> PageToRead:
    """Return a case's page as it was captured."""
    return PageToRead(
        body=case.source.read_bytes(),
        content_type=case.expected.get("contentType"),
        url=case.expected["url"],
        captured_at=from_text(case.expected.get("capturedAt", CAPTURED_AT)),
    )


def differences(expected: Mapping[str, Any], seen: Observation) -> tuple[str, ...]:
    """Return in words where an extraction differs from what is expected."""
    if seen.reason != expected.get("outcome"):
        return (f"outcome: expected {expected.get('outcome') or 'an article'}, got {seen.reason or 'an article'}",)
    if seen.article is None:
        return ()
    return tuple(_article_differences(expected, seen.article))


def body_lines(article: Extracted) -> tuple[str, ...]:
    """Return the body line by line. List items and table rows are lines; captions are not."""
    return tuple(line for block in article.blocks for line in _lines_of(block))


def add_case(source: Path, url: str, slug: str, folder: Path = PAGES_FOLDER) -> PageCase:
    """Write a new case from a saved page: today's extraction is the expectation, until somebody corrects it.

    Raises
    ------
    PageCaseError
        When the slug is taken or not in lower case with hyphens.
    """
    if not _SLUG.fullmatch(slug):
        raise PageCaseError(f"{slug!r} is not a name in lower case with hyphens")
    destination = folder / slug
    if destination.exists():
        raise PageCaseError(f"{destination} is there already")
    is_plain_text = source.suffix.lower() in (".txt", ".text")
    expected = {"url": url} | ({"contentType": "text/plain"} if is_plain_text else {})
    page = source.read_bytes()
    destination.mkdir(parents=True)
    case = PageCase(slug, destination / ("source.txt" if is_plain_text else "source.html"), expected)
    case.source.write_bytes(page)
    case = PageCase(slug, case.source, {**expected, **_as_expected(observe(read_case(case)))})
    (destination / "expected.json").write_text(
        json.dumps(case.expected, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    (destination / "PROVENANCE.md").write_text(_PROVENANCE.format(slug=slug), encoding="utf-8")
    return case


def _as_expected(seen: Observation) -> dict[str, Any]:
    if seen.article is None:
        return {"outcome": seen.reason}
    document = to_document(seen.article)
    article = {name: document[name] for name in _WRITTEN_FIELDS if name in document}
    return {"article": article, "paragraphs": list(body_lines(seen.article)), "foreign": []}


def _article_differences(expected: Mapping[str, Any], article: Extracted) -> Iterator[str]:
    yield from _field_differences(expected, to_document(article))
    lines = body_lines(article)
    surplus: list[str] = []
    if "paragraphs" in expected:
        wanted = _without_deck(article, [_folded(line) for line in expected["paragraphs"]])
        surplus = list(_line_differences(wanted, _without_deck(article, lines)))
        yield from surplus
    yield from _block_differences(expected.get("blocks", ()), article.blocks)
    yield from _caption_differences(expected.get("captions", ()), article, lines)
    body = "\n".join((_folded(article.article_body), *lines))
    for text in expected.get("foreign", ()):
        if _folded(text) in body and not any(_folded(text) in line for line in surplus):
            yield f"foreign: {text}"


def _field_differences(expected: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    for name, value in expected.get("article", {}).items():
        if not _agrees(value, document.get(name)):
            yield f"{name}: expected {_json(value)}, got {_json(document.get(name))}"
    for name in expected.get("absent", ()):
        if name in document:
            yield f"{name}: expected nothing, got {_json(document[name])}"


def _caption_differences(expected: Sequence[str], article: Extracted, lines: Sequence[str]) -> Iterator[str]:
    captions = [block.text for block in article.blocks if block.type is BlockType.CAPTION]
    captions += [image.caption for image in article.image if image.caption]
    for caption in expected:
        if not any(_folded(caption) in _folded(known) for known in captions):
            yield f"caption is not known as one: {caption}"
        if any(_folded(caption) in line for line in lines):
            yield f"caption is among the paragraphs: {caption}"


def _without_deck(article: Extracted, lines: Sequence[str]) -> Sequence[str]:
    """Return the lines below a deck that opens the body: most ground truths count it as text, and it may stay."""
    decks = [_folded(deck) for deck in (article.description, article.alternative_headline) if deck]
    return lines[1:] if lines and lines[0] in decks else lines


def _agrees(expected: Any, value: Any) -> bool:
    """Whether a value is the expected one; objects in it may have more fields."""
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(_agrees(part, value.get(name)) for name, part in expected.items())
    if isinstance(expected, list):
        return isinstance(value, list) and len(value) == len(expected) and all(map(_agrees, expected, value))
    return bool(expected == value)


def _line_differences(expected: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    for line in difflib.unified_diff(expected, lines, "expected", "extracted", n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield {"-": "missing: ", "+": "too much: "}[line[0]] + line[1:]


def _block_differences(expected: Sequence[Mapping[str, Any]], blocks: Sequence[Block]) -> Iterator[str]:
    following = iter(blocks)
    for wanted in expected:
        if not any(_is_wanted(wanted, block) for block in following):
            yield f"block is missing or out of order: {_json(wanted)}"
            following = iter(blocks)


def _is_wanted(wanted: Mapping[str, Any], block: Block) -> bool:
    document = to_document(block)
    exact = {name: value for name, value in wanted.items() if name != "contains"}
    return _agrees(exact, document) and _folded(wanted.get("contains", "")) in _folded(block.text)


def _lines_of(block: Block) -> Iterator[str]:
    if block.type is BlockType.CAPTION:
        return
    if block.items is not None:
        texts: Sequence[str] = block.items
    elif block.rows is not None:
        texts = [" | ".join(row) for row in block.rows]
    else:
        texts = block.text.split("\n")
    for text in texts:
        line = _folded(text)
        if line:
            yield _BULLET.sub("", line) if block.type is BlockType.LIST else line


def _folded(text: str) -> str:
    return " ".join(text.split())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
