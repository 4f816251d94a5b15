"""How long enrichment takes for the longest text of each hostile motif, against the time that an article has.

Comes in: nothing. Goes out: a table on standard output, slowest first.

    .venv/bin/python benchmarks/hostile_texts.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_ROOT), str(_ROOT / "shared"), str(_ROOT / "functions" / "enrich")]

from enricher.composer import ARTICLE_SECONDS, compose, default_enrichers
from enricher.parsing.parser import loaded_model
from enricher.ports import Document
from harness.hostile_texts import MOTIFS, longest_text


def main() -> None:
    """Measure and print."""
    loaded_model()
    seconds: dict[str, float] = {}
    for name, motif in MOTIFS.items():
        started = time.thread_time()
        compose(Document(longest_text(motif), "A bridge"), default_enrichers())
        seconds[name] = time.thread_time() - started
    print(f"{'motif':24}{'seconds':>8}   of the {ARTICLE_SECONDS:g} s of an article")
    for name, taken in sorted(seconds.items(), key=lambda row: -row[1]):
        print(f"{name:24}{taken:8.2f}   {taken / ARTICLE_SECONDS:.0%}")


if __name__ == "__main__":
    main()
