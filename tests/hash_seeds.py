"""Runs a program in processes that hash strings differently.

Comes in: a program of the enricher, and its standard input. Goes out: what each process writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def outputs_by_hash_seed(program: str, text: str) -> list[bytes]:
    """Return what a program writes for the same text in two processes with different hash seeds."""
    path = os.pathsep.join(str(_ROOT / part) for part in ("shared", "functions/enrich"))
    return [
        subprocess.run(
            [sys.executable, "-c", program],
            input=text.encode(),
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("1", "2")
    ]
