"""How well the confidence of quotes is calibrated.

Comes in: the evaluation data beside the repository. Goes out: on standard output, for each piece of evidence how many
quotes have it and how many of those are right, and for each tenth of the confidence the share that is right.

    make environment
    PYTHONPATH=.:shared:functions/enrich .venv/bin/python -m benchmarks.enrichment.confidence
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from enricher.speech.confidence import confidence
from harness.calibration import Finding, by_tenths
from harness.judged_quotes import Judged, judged_quotes
from newsdesk.contracts import SURE


def _print_evidence(judged: Sequence[Judged]) -> None:
    with_it: dict[str, list[bool]] = defaultdict(list)
    for quote in judged:
        for piece in quote.evidence:
            with_it[piece].append(quote.right)
    for piece, rights in sorted(with_it.items()):
        print(f"{piece:24} {len(rights):5} quotes, {fmean(rights):.2f} right")


def _print_tenths(findings: Sequence[Finding]) -> None:
    print("confidence from, quotes, promised, right")
    for tenth in by_tenths(findings):
        print(f"{tenth.least}  {tenth.findings:5}  {tenth.promised:.3f}  {tenth.right:.3f}")
    sure = [right for promised, right in findings if promised >= SURE]
    print(f"{SURE} and more: {len(sure) / len(findings):.2f} of the quotes, {fmean(sure):.3f} of them right")


def main() -> None:
    """Print the shares by evidence and the table of tenths."""
    judged = list(judged_quotes())
    _print_evidence(judged)
    _print_tenths([(confidence(quote.evidence), quote.right) for quote in judged])


if __name__ == "__main__":
    main()
