"""Files that somebody put into the inbox: how far each has been taken, and what taking them needs.

Comes in: nothing. Goes out: values, and ports that ``newsdesk.adapters.inbox`` implements on AWS.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from newsdesk.contracts import Priority, Record


class FileState(StrEnum):
    """What is being done with a file."""

    READING = "reading"
    """Its URLs are being submitted, part by part."""
    TAKING = "taking"
    """Of a WARC file: all its parts are known, and the pages of the last ones are being submitted."""
    COUNTING = "counting"
    """All are submitted; how they ended is looked up from time to time."""
    DONE = "done"
    """All that were submitted have ended, or nobody waits any longer."""
    REFUSED = "refused"
    """It is nothing that can be taken."""


class FileBreak(Record):
    """A place where a WARC file is damaged."""

    offset: int
    detail: str


class FileProgress(Record):
    """How far a file has been taken; the one item that changes.

    Attributes
    ----------
    version : int
        Rises by one with every write; a step belongs to the version that it leads to.
    part : int
        Parts that are through; the next one begins at ``offset``.
    offset : int
        In the file's bytes, decompressed; of a WARC file where its gzip member begins.
    inner : int
        Of a WARC file: how far into what that member decompresses to.
    lines : int
        Records that were read so far: lines, entries of a sitemap, or records of a WARC file.
    settled_parts : int
        Of a WARC file: parts whose results are in the counts.
    passed_over : mapping of str to int
        Of a WARC file: records that are no pages, by what they are.
    breaks : tuple of FileBreak
        Of a WARC file: where it is damaged.
    is_in_long_record : bool
        The part ended within a record that is too long; what is left of it is skipped.
    column, delimiter : int, str or None
        Of a CSV file.
    prefix : str
        Of the elements of a sitemap.
    line_end : str
        What ends a line.
    ended_by : str or None
        Why the end of the file was not read; None at its end.
    counted_parts : int
        Parts whose submissions were looked up in this count.
    counted : mapping of str to int
        Submissions by outcome, so far in this count; ``in flight`` stands for those without one.
    outcomes : mapping of str to int
        The same, of the last count that is complete.
    counts : int
        Counts that are complete.
    """

    file_id: str
    key: str
    etag: str
    size: int
    version: int = 1
    state: FileState = FileState.READING
    file_kind: str | None = None
    reason: str | None = None
    is_compressed: bool = False
    priority: Priority = "bulk"
    tags: tuple[str, ...] = ()
    part: int = 0
    offset: int = 0
    inner: int = 0
    lines: int = 0
    is_in_long_record: bool = False
    column: int | None = None
    delimiter: str | None = None
    prefix: str = ""
    line_end: str = "\n"
    taken: int = 0
    duplicates: int = 0
    refused: Mapping[str, int] = Field(default_factory=dict)
    settled_parts: int = 0
    passed_over: Mapping[str, int] = Field(default_factory=dict)
    breaks: tuple[FileBreak, ...] = ()
    ended_by: str | None = None
    counted_parts: int = 0
    counted: Mapping[str, int] = Field(default_factory=dict)
    outcomes: Mapping[str, int] = Field(default_factory=dict)
    counts: int = 0
    started_at: str
    updated_at: str
    counted_at: str | None = None
    next_count_at: str | None = None

    def submission_id(self, line: int | str) -> str:
        """Return the id of a record's submission, by its line or place: the same however often it is read."""
        return f"inbox.{self.file_id}.{line}"


def file_id_of(key: str, etag: str) -> str:
    """Return the id of one version of a file: 100 bits of its key's and its content's hash."""
    digest = hashlib.sha256(f"{key}\n{etag}".encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:20]


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file as the bucket knows it."""

    etag: str
    size: int
    metadata: Mapping[str, str]


class FileChangedError(Exception):
    """The file was overwritten or deleted; its new version, if there is one, is a file of its own."""


class InboxStore(Protocol):
    """The table: how far files have been taken."""

    def progress(self, file_id: str) -> FileProgress | None:
        """Return how far a file has been taken, read consistently."""
        ...

    def save(self, progress: FileProgress) -> bool:
        """Write the next version; False when another worker has written it."""
        ...


class InboxFiles(Protocol):
    """The bucket's inbox."""

    def describe(self, key: str, etag: str) -> InboxFile:
        """Return what is known of a file; raises :class:`FileChangedError`."""
        ...

    def read(self, key: str, etag: str, begin: int, end: int) -> bytes:
        """Return the bytes of a file from ``begin`` up to ``end``; raises :class:`FileChangedError`."""
        ...

    def report(self, key: str, body: bytes) -> None:
        """Write the report on a file, over the one that is there."""
        ...


class BulkSender(Protocol):
    """The queue of submissions that may wait, and this function's own."""

    def submit(self, bodies: Sequence[str]) -> None:
        """Send submissions; returns once the queue has accepted all of them."""
        ...

    def waiting(self) -> int:
        """Return about how many submissions wait in that queue."""
        ...

    def take_part(self, key: str, etag: str, part: int, delay_seconds: int = 0) -> None:
        """Have a part of a WARC file taken, after a delay of 0 to 900 seconds."""
        ...

    def again(self, key: str, etag: str, step: int, delay_seconds: int) -> None:
        """Have the file's step taken, after a delay of 0 to 900 seconds."""
        ...


def merged(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """Return counts with one more for each name."""
    sums = dict(counts)
    for name in names:
        sums[name] = sums.get(name, 0) + 1
    return sums
