"""``docs/extraction.md`` says of dropping what the code says.

Comes in: the document, and the list of reasons. Goes out: assertions. Changes nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsdesk_cli.explanation import described_reasons

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "extraction.md").read_text(encoding="utf-8")


def rows_under(heading: str) -> list[list[str]]:
    _, _, section = DOCUMENT.partition(f"## {heading}\n")
    lines = re.findall(r"^\| (.+) \|$", section.partition("\n## ")[0], re.MULTILINE)
    return [line.split(" | ") for line in lines[1:]]


def test_every_reason_is_described_as_where_it_is_defined() -> None:
    documented = {reason.strip("`"): meaning for reason, meaning in rows_under("Why a piece is not in the article")}
    assert documented == described_reasons()


@pytest.mark.parametrize("row", rows_under("The judges"), ids=lambda row: row[0])
def test_every_judge_is_where_the_document_says(row: list[str]) -> None:
    modules = re.findall(r"`([\w/]+\.py)`", row[1])
    assert modules
    for module in modules:
        assert (ROOT / "functions" / "extract" / "extractor" / module).is_file()


def test_every_field_of_a_page_case_is_described() -> None:
    # Given the fields that cases have
    described = set(re.findall(r"`(\w+)`", " ".join(row[0] for row in rows_under("Adding a case"))))
    used = set()
    for path in (ROOT / "tests" / "pages").glob("*/expected.json"):
        used |= set(re.findall(r'^  "(\w+)":', path.read_text(encoding="utf-8"), re.MULTILINE))
    # Then all are described, and no others
    assert used == described
