"""Shows what more training pages are worth.

Comes in: the labelled pages of the evaluation data. Goes out: a table on standard output.

    python -m training.learning_curve [--data DIR]

The block classifier is trained on the pages of an eighth of the sites, of a quarter, of half and of all of them, and
reads pages of sites that it has not seen, as in ``cross_validate.py``. The boundary guard is always the same.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from dataclasses import replace
from pathlib import Path

from training import scoring
from training.cases import AS_THEY_ARE, HONEST
from training.cross_validate import readings
from training.labelling import training_data
from training.splicing import DATA
from training.train import Trainer

_PARTS = 8
_SHARES = (1, 2, 4, 8)


def main() -> None:
    """Train on more and more sites, and score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    data = training_data(arguments.data)
    cases = [page.case for page in data.pages if page.case.kind == HONEST]
    scorer = scoring.load_scorer(arguments.data / "evaluate.py")
    sources = sorted({case.source for case in cases})
    print("sites    pages  " + "  ".join(f"{source:>19}" for source in sources))
    for share in _SHARES:
        started = time.monotonic()
        known = [page for page in data.pages if _part(page.case.domain) < share]
        found = {
            reading.key: {"text": reading.text}
            for reading in readings(Trainer(replace(data, pages=known)), cases, is_compared=False)
        }
        f1 = []
        for source in sources:
            truth = [{"id": case.id, "text": case.truth} for case in cases if case.source == source]
            f1.append(scoring.f1(scoring.text_scores(scorer, truth, found)).value)
        pages = sum(page.case.kind in AS_THEY_ARE for page in known)
        scores = "  ".join(f"{value:19.4f}" for value in f1)
        print(f"{share}/{_PARTS}    {pages:5}  {scores}  {time.monotonic() - started:.0f} s", flush=True)


def _part(domain: str) -> int:
    return int(hashlib.sha256(f"part {domain}".encode()).hexdigest(), 16) % _PARTS


if __name__ == "__main__":
    main()
