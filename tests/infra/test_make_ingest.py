"""``make ingest`` hands addresses and file names on as they are.

Comes in: the Makefile, with a program in the place of ``newsdesk`` that prints its arguments. Goes out: assertions.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from newsdesk_cli.paths import ROOT


@pytest.mark.parametrize(
    ("variables", "arguments"),
    [
        (
            ["URLS=https://a.example/?a=1&b=2;x https://b.example/*?q=$(x)'\"#f"],
            ["--out", "out", "--", "https://a.example/?a=1&b=2;x", "https://b.example/*?q=$(x)'\"#f"],
        ),
        (
            ["FROM=a file.txt", "ALLOW=10.0.0.0/8 127.0.0.1/32"],
            [
                *("--out", "out", "--from", "a file.txt"),
                *("--allow-network", "10.0.0.0/8", "--allow-network", "127.0.0.1/32", "--"),
            ],
        ),
        (["OUT=a folder"], ["--out", "a folder", "--sample"]),
    ],
    ids=["addresses", "a file and networks", "nothing"],
)
def test_make_takes_its_variables_whole(tmp_path: Path, variables: list[str], arguments: list[str]) -> None:
    # Given
    program = tmp_path / "newsdesk"
    program.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    program.chmod(0o755)
    # When
    make = ["make", "--silent", "--old-file=environment", "ingest", f"BIN={tmp_path}", *variables]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    # Then
    assert json.loads(done.stdout) == ["ingest", *arguments]
