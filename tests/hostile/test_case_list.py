"""The list of hostile cases and the tests have the same numbers.

Comes in: ``docs/hostile-cases.md`` and the source of the tests here. Goes out: assertions.
"""

from __future__ import annotations

import re
from pathlib import Path

LIST = Path(__file__).parents[2] / "docs" / "hostile-cases.md"
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)
NUMBER = re.compile(r"def test_(?:case_)?(\d+)_|\"case (\d+)\b")


def rows() -> list[tuple[int, str]]:
    return [(int(number), text) for number, text in ROW.findall(LIST.read_text(encoding="utf-8"))]


def numbers_of_tests() -> set[int]:
    sources = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    return {int(name or parameter) for source in sources for name, parameter in NUMBER.findall(source)}


def test_the_cases_are_numbered_from_one() -> None:
    numbers = [number for number, _ in rows()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_case_has_a_test_or_a_reason_and_every_test_its_case() -> None:
    assert {number for number, text in rows() if "No test: " not in text} == numbers_of_tests()
