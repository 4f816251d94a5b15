"""The generated parts of the documents are those of the code.

Comes in: the Markdown files and the code's lists. Goes out: assertions.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from newsdesk_cli import documents
from newsdesk_cli.dashboard import DASHBOARD_PICTURE, dashboard_picture
from newsdesk_cli.descriptions import described
from newsdesk_cli.paths import PAGES_FOLDER, ROOT
from newsdesk_cli.tables import TABLES_TEMPLATE, tables_text


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", documents.paths(), ids=name_of)
def test_generated_sections_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == documents.render(text), "run `make docs` and commit what it writes"


def test_the_apis_document_is_up_to_date() -> None:
    assert documents.OPENAPI_DOCUMENT.read_text(encoding="utf-8") == documents.openapi_text(), "run `make docs`"


def test_the_template_of_the_data_set_s_tables_is_the_contract_s() -> None:
    assert TABLES_TEMPLATE.read_text(encoding="utf-8") == tables_text(), "run `make docs`"


def test_the_dashboards_picture_is_up_to_date() -> None:
    assert DASHBOARD_PICTURE.read_text(encoding="utf-8") == dashboard_picture(), "run `make docs`"


def test_every_section_is_in_some_document() -> None:
    used = {name for path in documents.paths() for name in documents.names_in(path.read_text(encoding="utf-8"))}
    assert used == set(documents.SECTIONS)


def test_a_section_that_was_edited_by_hand_is_written_anew() -> None:
    begin, end = "<!-- begin generated: retries -->\n", "<!-- end generated -->"
    edited = f"before\n{begin}| by hand |\n{end}\nafter"
    written = documents.render(edited)
    assert written == f"before\n{begin}{documents.SECTIONS['retries']()}{end}\nafter"
    assert documents.render(written) == written


@pytest.mark.parametrize(
    "text",
    ["<!-- begin generated: nothing -->\n<!-- end generated -->", "<!-- begin generated: retries -->\n| a |\n"],
    ids=["unknown", "unended"],
)
def test_a_section_that_cannot_be_written_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="generated section"):
        documents.render(text)


def test_a_member_without_a_docstring_is_named() -> None:
    class Fruit(StrEnum):
        APPLE = "apple"
        """It grows on trees."""
        PEAR = "pear"

    with pytest.raises(ValueError, match="PEAR"):
        described(Fruit)


def test_every_field_of_a_page_case_is_described() -> None:
    section = (ROOT / "docs" / "extraction.md").read_text(encoding="utf-8").partition("## Add a page case\n")[2]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section.partition("\n## ")[0], re.MULTILINE)
    used = set()
    for path in PAGES_FOLDER.glob("*/expected.json"):
        used |= set(re.findall(r'^  "(\w+)":', path.read_text(encoding="utf-8"), re.MULTILINE))
    assert used == set(re.findall(r"`(\w+)`", " ".join(rows)))
