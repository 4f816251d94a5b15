"""The manifest of the model files: which file it is, which columns it reads, and what it was trained on.

Comes in: ``MANIFEST.json`` and the files beside it. Goes out: a file's bytes, once they are known to be those that the
manifest describes; and one digest that identifies all files together.

A forest refers to its columns by their place. One column more in front would shift all others, and the forest would
answer all the same, only wrongly; so the names are kept with the model and compared when it is loaded. ``make train``
writes the files and the manifest together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MANIFEST = "MANIFEST.json"
_DIGEST_LENGTH = 8
"""Hexadecimal digits of the digest in the extractor's version: few files will ever be compared."""

Columns = Mapping[str, Sequence[str]]
"""Names of columns in order, by what reads them."""


class ModelMismatchError(Exception):
    """A model file that is not its manifest's, or was trained for other columns than the code computes."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """What the manifest says of a file.

    Attributes
    ----------
    sha256 : str
        Of the file.
    columns : mapping of str to tuple of str
        Names in order, by what reads them.
    """

    sha256: str
    columns: Mapping[str, tuple[str, ...]]


def read_model(name: str, folder: Path = FOLDER) -> bytes:
    """Return the bytes of a model file.

    Raises
    ------
    ModelMismatchError
        When it is not the file that the manifest describes.
    """
    entry = _entry(name, folder)
    content = (folder / name).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        raise ModelMismatchError(f"{name} has the digest {found[:12]}…, and {MANIFEST} has {entry.sha256[:12]}…")
    return content


def check_columns(name: str, columns: Columns, folder: Path = FOLDER) -> None:
    """Compare the columns that the code computes with those that a model file was trained for.

    Raises
    ------
    ModelMismatchError
        With the first column that differs.
    """
    entry = _entry(name, folder)
    for reader, ours in columns.items():
        theirs = entry.columns.get(reader)
        if theirs is None:
            raise ModelMismatchError(f"{MANIFEST} names no columns {reader!r} of {name}")
        for place, (our, their) in enumerate(zip_longest(ours, theirs)):
            if our != their:
                raise ModelMismatchError(
                    f"{name}, {reader}: column {place} is {_shown(our)} in the code and {_shown(their)} in the model"
                )


def models_digest(folder: Path = FOLDER) -> str:
    """Return a short digest of all model files; only the manifest is read."""
    whole = hashlib.sha256()
    for name, entry in sorted(_manifest(folder).items()):
        whole.update(f"{name} {entry.sha256}\n".encode())
    return whole.hexdigest()[:_DIGEST_LENGTH]


def _shown(column: str | None) -> str:
    return "missing" if column is None else repr(column)


def _entry(name: str, folder: Path) -> ModelEntry:
    entry = _manifest(folder).get(name)
    if entry is None:
        raise ModelMismatchError(f"{MANIFEST} does not describe {name}")
    return entry


@cache
def _manifest(folder: Path) -> Mapping[str, ModelEntry]:
    described: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return {
        name: ModelEntry(entry["sha256"], {reader: tuple(names) for reader, names in entry["columns"].items()})
        for name, entry in described["files"].items()
    }
