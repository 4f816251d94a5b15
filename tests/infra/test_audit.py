"""The audit of the packages: what it says of each answer of ``pip-audit``, a small program in its place.

Comes in: answers. Goes out: assertions.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsdesk_cli.audit import EXIT_UNKNOWN, EXIT_VULNERABLE, main

SOUND = {"name": "warcio", "version": "1.8.1", "vulns": []}
VULNERABLE = {"name": "h11", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.16"]}]}
UNREACHED = {"name": "boto3", "skip_reason": "Dependency not found on PyPI and could not be audited: boto3"}


def answering(folder: Path, text: str) -> str:
    program = folder / "pip-audit"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("packages", "code", "lines"),
    [
        ([SOUND], 0, ["1 of 1 packages audited, 0 vulnerabilities"]),
        (
            [SOUND, VULNERABLE],
            EXIT_VULNERABLE,
            ["h11 0.1: PYSEC-1, fixed in 0.16", "2 of 2 packages audited, 1 vulnerabilities"],
        ),
        (
            [SOUND, UNREACHED],
            EXIT_UNKNOWN,
            [
                "1 of 2 packages audited, 0 vulnerabilities",
                "not audited, because their data could not be reached: boto3",
            ],
        ),
    ],
)
def test_what_is_vulnerable_and_what_is_unknown_are_told_apart(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    packages: list[dict[str, object]],
    code: int,
    lines: list[str],
) -> None:
    # Given
    program = answering(tmp_path, json.dumps({"dependencies": packages, "fixes": []}))
    # When / Then
    assert main(program, ["requirements.txt"]) == code
    assert capsys.readouterr().out.splitlines() == lines


def test_an_audit_that_ends_without_an_answer_is_no_clean_bill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(answering(tmp_path, "no network"), ["requirements.txt"]) == EXIT_UNKNOWN
    assert capsys.readouterr().out.startswith("not audited: ")
