"""What ``docs/threats.md`` names as a proof exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROOF = re.compile(r"`(tests/[\w/]+\.py)(?:::(?:\w+::)?(\w+))?`")


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_list_of_threats_names_exists() -> None:
    proofs = PROOF.findall((ROOT / "docs" / "threats.md").read_text(encoding="utf-8"))
    missing = [
        f"{path}::{name}"
        for path, name in proofs
        if not (ROOT / path).is_file() or (name and name not in functions_in(ROOT / path))
    ]
    assert len(proofs) > 20
    assert missing == []


def test_every_threat_but_those_not_closed_names_a_test() -> None:
    text = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert [row for row in rows if not PROOF.search(row)] == []
