"""The documents agree with the repository: links lead somewhere, tables say what the code says.

Comes in: the Markdown files, the template, the article's model, the functions. Goes out: assertions.
``tests/contracts/test_documents_drift.py`` holds what is generated.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from newsdesk.contracts import Article, Enrichment

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *REPOSITORY.glob("benchmarks/*.md")]
)
PICTURES = sorted((REPOSITORY / "docs").glob("*.svg"))

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE_PATH = re.compile(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|toml|yaml|csv|npz|sqlite|mk))`")
PATHS_START_AT = (REPOSITORY, REPOSITORY / "functions" / "extract" / "extractor")
"""``docs/extraction.md`` names its modules as they stand in the extractor."""
REGISTRY_HOSTS = ("pypi.org", "pythonhosted.org", "npmjs", "crates.io", "artifactory", "nexus", "/simple/")


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def prose(path: Path) -> str:
    """Return a document without its code blocks."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(path: Path, header: str) -> list[list[str]]:
    """Return the cells of the table under a header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index(header) + 2
    end = next(number for number in range(start, len(lines) + 1) if not "".join(lines[number : number + 1]).strip())
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[start:end]]


def test_there_are_documents() -> None:
    names = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/consumers.md", "docs/operations.md"}
    assert names <= {name_of(path) for path in DOCUMENTS}


def leads_nowhere(document: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return False
    target, _, anchor = link.partition("#")
    file = (document.parent / target).resolve() if target else document
    return not file.exists() or REPOSITORY not in file.parents or bool(anchor and anchor not in anchors(file))


def test_every_relative_link_leads_somewhere() -> None:
    dead = [
        f"{name_of(path)}: {link}"
        for path in DOCUMENTS
        for link in LINK.findall(prose(path))
        if leads_nowhere(path, link)
    ]
    assert dead == []


def test_every_file_that_is_named_is_there() -> None:
    missing = [
        f"{name_of(path)}: {file}"
        for path in DOCUMENTS
        for file in CODE_PATH.findall(prose(path))
        if not any((start / file).is_file() for start in PATHS_START_AT)
    ]
    assert missing == []


def test_no_document_names_a_package_registry() -> None:
    named = [
        f"{name_of(path)}: {host}"
        for path in [*DOCUMENTS, *PICTURES]
        for host in REGISTRY_HOSTS
        if host in path.read_text(encoding="utf-8").lower()
    ]
    assert named == []


@pytest.mark.parametrize("path", PICTURES, ids=name_of)
def test_a_picture_is_whole_and_loads_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file
    assert set(re.findall(r"https?://[^\s\"')]+", text)) == {"http://www.w3.org/2000/svg"}


def test_every_decision_is_in_the_index_once() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


@pytest.mark.parametrize("path", sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md")), ids=name_of)
def test_a_decision_has_the_parts_of_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Status", "Context", "Decision", "Consequences"]


def test_consumers_names_every_field_of_the_article() -> None:
    table = rows(REPOSITORY / "docs" / "consumers.md", "| field | type | what | filled |")
    named = {name for cells in table for name in re.findall(r"`([^`]+)`", cells[0])}
    expected = {str(field.alias) for field in Article.model_fields.values()} - {"quality", "rights", "provenance"}
    expected |= {f"enrichment.{field.alias}" for field in Enrichment.model_fields.values()}
    for part in ("quality", "rights", "provenance"):
        model = Article.model_fields[part].annotation
        assert model is not None
        expected |= {f"{part}.{field.alias}" for field in model.model_fields.values()}
    assert named == expected - {"enrichment"}
