"""The manifest beside each model: columns, data, parameters, code.

Comes in: a model file as it was trained, and what it was trained from. Goes out: digests of training data. Changes:
``MANIFEST.json`` beside the model, of which one entry is written and the others stay.

The loader, :mod:`extractor.model`, reads the digest of the file and the columns. The rest is for people: it shows
whether a model was made from the data and the code at hand.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from training.cases import Case

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "functions" / "extract" / "extractor" / "model"
_LIBRARIES = ("lightgbm", "lxml", "numpy", "trafilatura")
"""Another version of these may give another model from the same data."""


@dataclass(frozen=True, slots=True)
class Training:
    """How a model file came about.

    Attributes
    ----------
    columns : mapping of str to sequence of str
        The names that the model reads, in order; see :func:`extractor.model.check_columns`.
    data : mapping
        Digests and counts of what it was trained on.
    parameters : mapping
        Of the training.
    """

    columns: Mapping[str, Sequence[str]]
    data: Mapping[str, Any]
    parameters: Mapping[str, Any]


def write_entry(path: Path, training: Training, code: str | None = None) -> None:
    """Describe a model file in the manifest beside it; the code is the checkout's unless it is given."""
    manifest = path.with_name("MANIFEST.json")
    files: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["files"] if manifest.exists() else {}
    files[path.name] = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "columns": {reader: list(names) for reader, names in training.columns.items()},
        "training_data": dict(training.data),
        "parameters": dict(training.parameters),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "code": code or code_revision(),
    }
    text = json.dumps({"files": dict(sorted(files.items()))}, indent=1, ensure_ascii=False)
    manifest.write_text(text + "\n", encoding="utf-8")


def code_revision() -> str:
    """Return the checkout's commit, with ``+dirty`` where anything but the models differs from it."""
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", f":(exclude){MODELS.relative_to(ROOT)}")
    return f"{commit}+dirty" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603, S607
    return done.stdout.strip()


def pages_digest(pages: Path, entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 over pages: the entry and the HTML of each, in the order of their ids.

    Parameters
    ----------
    pages : Path
        The folder with ``html/<id>.html.gz``.
    entries : iterable of mapping
        The lines of ``truth.jsonl``.
    """
    whole = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: str(entry["id"])):
        html = gzip.decompress((pages / "html" / f"{entry['id']}.html.gz").read_bytes())
        whole.update(json.dumps(entry, sort_keys=True).encode())
        whole.update(hashlib.sha256(html).digest())
    return whole.hexdigest()


def case_digest(case: Case) -> bytes:
    """Return the SHA-256 of a page with all of its labels."""
    taught = [case.kind, case.number, case.id, case.url, case.html, case.truth, sorted(case.own), sorted(case.foreign)]
    return hashlib.sha256(json.dumps(taught).encode()).digest()


def cases_data(cases: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """Return how many pages of each kind there are, and the SHA-256 over their digests, whatever their order."""
    known = sorted(cases)
    return {
        "cases": dict(Counter(kind for kind, _ in known)),
        "cases_sha256": hashlib.sha256(b"".join(digest for _, digest in known)).hexdigest(),
    }
