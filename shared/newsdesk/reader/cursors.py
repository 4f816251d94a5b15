"""How far a reader has come, and where that is kept.

Comes in: what was handled. Goes out: what to read next. Changes: the cursor's file.

A position holds the objects of the feed that were read, by hour, back to where none can appear any more that repeats
them; and of the object that is being read, how many of its changes were handled. Each hour is an entry of its own, so
that little is written for each object, and next to nothing for each change.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from newsdesk.errors import CursorError

_HEAD = "head"
_VERSION = 1


class Cursor(Protocol):
    """Keeps entries by name: ``head``, and one an hour. An entry is at most some hundred kilobytes."""

    def load(self) -> dict[str, bytes]:
        """Return every entry; none of a cursor that was never written.

        Raises
        ------
        CursorError
            If the cursor is none, or another reader has it.
        """
        ...

    def write(self, name: str, body: bytes, *, is_guard: bool = False) -> None:
        """Keep an entry; once this returns, a crash does not lose it.

        Parameters
        ----------
        is_guard : bool
            Whether this entry is the one by which two readers of one cursor notice each other.

        Raises
        ------
        CursorError
            If another reader has moved the cursor since this one loaded it.
        """
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Forget entries."""
        ...


class MemoryCursor:
    """A :class:`Cursor` that lasts as long as the process."""

    def __init__(self) -> None:
        self._entries: dict[str, bytes] = {}

    def load(self) -> dict[str, bytes]:
        """Return every entry; see the port."""
        return dict(self._entries)

    def write(self, name: str, body: bytes, **_how: bool) -> None:
        """Keep an entry; see the port."""
        self._entries[name] = body

    def remove(self, names: Iterable[str]) -> None:
        """Forget entries; see the port."""
        for name in names:
            self._entries.pop(name, None)


class FileCursor:
    """A :class:`Cursor` in a file, which is an SQLite database; one process at a time may have it.

    Parameters
    ----------
    path : Path
        The file; it is made when it is first used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def load(self) -> dict[str, bytes]:
        """Return every entry; see the port."""
        with self._transaction() as database:
            return {str(name): bytes(body) for name, body in database.execute("SELECT name, body FROM entry")}

    def write(self, name: str, body: bytes, **_how: bool) -> None:
        """Keep an entry; see the port."""
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO entry (name, body) VALUES (?, ?)", (name, body))

    def remove(self, names: Iterable[str]) -> None:
        """Forget entries; see the port."""
        with self._transaction() as database:
            database.executemany("DELETE FROM entry WHERE name = ?", [(name,) for name in names])

    def close(self) -> None:
        """Let another process have the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._connection is None:
                self._connection = self._opened()
            with self._connection:
                yield self._connection
        except sqlite3.Error as error:
            raise CursorError(f"{self._path}: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=0.2, check_same_thread=False)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("CREATE TABLE IF NOT EXISTS entry (name TEXT PRIMARY KEY, body BLOB NOT NULL)")
            connection.execute("DELETE FROM entry WHERE 0")  # a write, which takes the lock
            connection.commit()
        except sqlite3.Error:
            connection.close()
            raise
        return connection


@dataclass
class Position:
    """How far a reader has come.

    Attributes
    ----------
    floor : str
        The prefix of the hour from which the feed is to be listed.
    since : str
        Changes that were committed earlier are left out; empty for all.
    read : dict of str to set of str
        The names of the objects that were read, by the hour's prefix.
    partial : tuple of str and int, or None
        The object that is being read, and how many of its lines were handled.
    """

    floor: str
    since: str = ""
    read: dict[str, set[str]] = field(default_factory=dict)
    partial: tuple[str, int] | None = None

    def has_read(self, key: str) -> bool:
        """Return whether an object was read to its end."""
        hour, _, name = key.rpartition("/")
        return name in self.read.get(f"{hour}/", ())


class Keeper:
    """Keeps a position in a cursor.

    Parameters
    ----------
    start : Position
        Where to begin if the cursor is new.

    Raises
    ------
    CursorError
        If the cursor is not one of ours, or another reader has it.
    """

    def __init__(self, cursor: Cursor, start: Position) -> None:
        self._cursor = cursor
        entries = cursor.load()
        if _HEAD in entries:
            self.position = _position_of(entries)
        else:
            self.position = start
            self._write_head()

    def handled(self, key: str, lines: int) -> None:
        """Note that the first lines of an object were handled."""
        self.position.partial = (key, lines)
        self._write_head()

    def finished(self, key: str) -> None:
        """Note that an object was read to its end."""
        hour, _, name = key.rpartition("/")
        names = self.position.read.setdefault(f"{hour}/", set())
        names.add(name)
        self._cursor.write(f"{hour}/", _packed(sorted(names)))

    def raise_floor(self, floor: str, memory: str) -> None:
        """Note that nothing new appears before an hour, and forget what was read before an earlier one."""
        if floor > self.position.floor:
            self.position.floor = floor
            if self.position.partial is not None and self.position.has_read(self.position.partial[0]):
                self.position.partial = None  # or it would be begun again once it is forgotten
            self._write_head()
        past = [hour for hour in self.position.read if hour < memory]
        for hour in past:
            del self.position.read[hour]
        if past:
            self._cursor.remove(past)

    def _write_head(self) -> None:
        position = self.position
        head = {"version": _VERSION, "floor": position.floor, "since": position.since, "partial": position.partial}
        self._cursor.write(_HEAD, json.dumps(head).encode(), is_guard=True)


def _position_of(entries: dict[str, bytes]) -> Position:
    try:
        head: dict[str, Any] = json.loads(entries[_HEAD])
        if head["version"] != _VERSION:
            raise CursorError(f"the cursor is of version {head['version']}, which this release does not know")
        read = {hour: set(_unpacked(body)) for hour, body in entries.items() if hour != _HEAD}
        partial = (str(head["partial"][0]), int(head["partial"][1])) if head["partial"] else None
        return Position(floor=str(head["floor"]), since=str(head["since"]), read=read, partial=partial)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise CursorError(f"this is no cursor, or a damaged one: {error!r}") from error


def _packed(names: list[str]) -> bytes:
    return zlib.compress("\n".join(names).encode(), 6)


def _unpacked(body: bytes) -> list[str]:
    return zlib.decompress(body).decode().split("\n")
