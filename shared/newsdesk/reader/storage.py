"""Where a reader's objects lie: a folder that mirrors the bucket.

Comes in: a path. Goes out: keys and bytes. The bucket itself is in ``newsdesk.adapters.reading``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from newsdesk.errors import ObjectMissingError


class Storage(Protocol):
    """What a reader asks of the bucket."""

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """Yield the keys that begin with a prefix and sort after a text, in the order of their code points."""
        ...

    def folders(self, prefix: str) -> list[str]:
        """Return the sorted prefixes of the next level below one that ends in ``/``, each with its ``/``."""
        ...

    def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises
        ------
        ObjectMissingError
            If there is no such key.
        """
        ...


class Folder:
    """A :class:`Storage` in a folder, such as the one that ``newsdesk ingest --out`` writes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """Yield keys; see the port. A file whose name begins with a dot is being written, and is passed over."""
        folder = self._path / prefix.rpartition("/")[0]
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        keys = sorted(path.relative_to(self._path).as_posix() for path in found)
        yield from (key for key in keys if key.startswith(prefix) and key > after)

    def folders(self, prefix: str) -> list[str]:
        """Return prefixes; see the port."""
        folder = self._path / prefix
        if not folder.is_dir():
            return []
        return sorted(f"{prefix}{path.name}/" for path in folder.iterdir() if path.is_dir())

    def get(self, key: str) -> bytes:
        """Return an object's bytes; see the port."""
        path = self._path / key
        if not path.resolve().is_relative_to(self._path.resolve()):
            raise ObjectMissingError(key)
        try:
            return path.read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise ObjectMissingError(key) from error
