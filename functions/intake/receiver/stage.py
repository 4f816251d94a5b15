"""The intake stage: takes a file of the inbox part by part, and counts how its URLs ended.

Comes in: a file's key and version, and which step is to be taken. Goes out: a status. Changes: the queue of bulk, then
an object for the part under ``work/``, then the file's item in the table, then its report, then the inbox's own queue.

The order is what makes it safe to repeat. A part is the same whenever it is read, and so are the ids of its
submissions, so that a part that is sent twice is taken once. Each step is one conditional write; a message whose step
has been taken only sends the next one again.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from newsdesk.articles import OutcomeReader
from newsdesk.clock import Clock, from_text, to_text
from newsdesk.contracts import UrlSubmitted, inbox_part_key
from newsdesk.errors import ObjectMissingError
from newsdesk.inbox import (
    BulkSender,
    FileChangedError,
    FileProgress,
    FileState,
    InboxFile,
    InboxFiles,
    InboxStore,
    file_id_of,
    merged,
)
from newsdesk.opml import MOST_OPML_BYTES
from newsdesk.ports import ObjectStore
from newsdesk.sources import SourceStore
from receiver.archives import Archives
from receiver.formats import (
    HEAD_BYTES,
    FileKind,
    FileRefusal,
    Item,
    LineRefusal,
    RecordReader,
    Refused,
    kind_of,
    line_end_in,
    prefix_in,
)
from receiver.outlines import SourceLists
from receiver.records import DamagedFileError, FileTooLargeError, RawRecord, pieces, split, with_quoted_lines
from receiver.report import REFUSALS_LISTED, report_on

PART_RECORDS = 20_000
PART_BYTES = 64 << 20
MAXIMUM_RECORDS = 1_000_000
"""Of one file."""

MOST_WAITING = 20_000
"""Submissions in the queue of bulk beyond which no part is added: submit takes so many within minutes, and the queue
forgets what it has held for two weeks."""

_WAIT_FOR_ROOM_SECONDS = 60
_WAIT_FOR_PARTS_SECONDS = 5
_LONGEST_DELAY_SECONDS = 900
_FIRST_COUNT_SECONDS = 900
_LONGEST_COUNT_WAIT_SECONDS = 86_400
_MOST_COUNTS = 35
"""Over a month, in which a million pages of one host are fetched."""

IN_FLIGHT = "in flight"
_GZIP = b"\x1f\x8b"


class IntakeStatus(StrEnum):
    """The result for a step of a file."""

    BEGUN = "begun"
    """The file was looked at, and is to be taken."""
    TAKEN = "taken"
    """The URLs, or the pages, of a part were submitted."""
    CUT = "cut"
    """A part was cut off a WARC file, and is being taken."""
    MERGED = "merged"
    """Results of parts of a WARC file were added to its counts."""
    REFUSED = "refused"
    """The file is nothing that can be taken; the report says why."""
    COUNTED = "counted"
    """How the URLs of a part ended was looked up."""
    WAITING = "waiting"
    """The queues are full, or the next count is not due; the step comes again."""
    REPEATED = "repeated"
    """An earlier delivery took the step; the next one was sent again."""
    STALE = "stale"
    """There was nothing to do, or another worker was first."""


@dataclass(slots=True)
class _Part:
    """What a part of a file came to."""

    bodies: list[str] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    duplicates: int = 0

    def document(self) -> bytes:
        """Return the part as the bucket keeps it; the same part, the same bytes."""
        document = {
            "taken": self.taken,
            "seen": base64.b64encode(b"".join(self.hashes)).decode("ascii"),
            "refusals": self.refusals[:REFUSALS_LISTED],
        }
        return gzip.compress(json.dumps(document, separators=(",", ":")).encode("ascii"), mtime=0)


@dataclass(frozen=True, slots=True)
class IntakeStage:
    """Takes files.

    Attributes
    ----------
    outcomes : OutcomeReader
        Knows how submissions ended.
    """

    store: InboxStore
    files: InboxFiles
    objects: ObjectStore
    sender: BulkSender
    outcomes: OutcomeReader
    sources: SourceStore
    clock: Clock

    @property
    def archives(self) -> Archives:
        """What takes WARC files."""
        return Archives(self.files, self.objects, self.sender, self.clock)

    def handle(self, key: str, etag: str, step: int) -> IntakeStatus:
        """Take a step of a file; 0 is the first, of a file that was just put there."""
        if key.endswith("/"):
            return IntakeStatus.STALE
        progress = self.store.progress(file_id_of(key, etag))
        if progress is None:
            return self._begin(key, etag) if step == 0 else IntakeStatus.STALE
        if progress.version == step:
            return self._act(progress)
        if progress.version == step + 1:
            self._go_on(progress)
            return IntakeStatus.REPEATED
        return IntakeStatus.STALE

    # ------------------------------------------------------------------------------------------------- beginning

    def _begin(self, key: str, etag: str) -> IntakeStatus:
        """Look at a file, and record what it is."""
        try:
            progress = self._described(key, self.files.describe(key, etag))
        except FileChangedError:
            return IntakeStatus.STALE
        is_refused = progress.state is FileState.REFUSED
        return self._write(progress, IntakeStatus.REFUSED if is_refused else IntakeStatus.BEGUN)

    def _described(self, key: str, found: InboxFile) -> FileProgress:
        now = to_text(self.clock())
        progress = FileProgress(
            file_id=file_id_of(key, found.etag),
            key=key,
            etag=found.etag,
            size=found.size,
            started_at=now,
            updated_at=now,
        )
        first = self.files.read(key, found.etag, 0, min(found.size, HEAD_BYTES)) if found.size else b""
        progress = progress.model_copy(update={"is_compressed": first.startswith(_GZIP)})
        kind: FileKind | FileRefusal
        try:
            head = next(self._pieces(progress), b"")[:HEAD_BYTES]
            kind = kind_of(key, head)
            said = {**_said_of(found), "line_end": line_end_in(head)}
            if kind is FileKind.SITEMAP:
                said["prefix"] = prefix_in(head)
        except DamagedFileError:
            kind, said = FileRefusal.DAMAGED, {}
        except ValidationError:
            kind, said = FileRefusal.METADATA, {}
        if isinstance(kind, FileRefusal):
            return progress.model_copy(update={"state": FileState.REFUSED, "reason": kind.value})
        return progress.model_copy(update={"file_kind": kind.value, **said})

    # ------------------------------------------------------------------------------------------------- steps

    def _act(self, progress: FileProgress) -> IntakeStatus:
        match progress.state:
            case FileState.READING if progress.file_kind == FileKind.WARC:
                return self._write(self.archives.cut(progress), IntakeStatus.CUT)
            case FileState.READING if progress.file_kind == FileKind.OPML:
                return self._write(self._sources_added(progress), IntakeStatus.TAKEN)
            case FileState.TAKING:
                return self._merge(progress)
            case FileState.READING if self.sender.waiting() > MOST_WAITING:
                self.sender.again(progress.key, progress.etag, progress.version, _WAIT_FOR_ROOM_SECONDS)
                return IntakeStatus.WAITING
            case FileState.READING:
                return self._write(self._taken(progress), IntakeStatus.TAKEN)
            case FileState.COUNTING if (wait := self._seconds_to_count(progress)) > 0:
                self.sender.again(progress.key, progress.etag, progress.version, min(wait, _LONGEST_DELAY_SECONDS))
                return IntakeStatus.WAITING
            case FileState.COUNTING:
                return self._write(self._counted(progress), IntakeStatus.COUNTED)
            case FileState.REFUSED | FileState.DONE:
                return IntakeStatus.STALE

    def take_part(self, key: str, etag: str, part: int) -> IntakeStatus:
        """Take a part of a WARC file."""
        progress = self.store.progress(file_id_of(key, etag))
        if progress is None:
            return IntakeStatus.STALE
        if self.archives.has_taken(progress, part):
            return IntakeStatus.REPEATED
        if self.sender.waiting() > MOST_WAITING:
            self.sender.take_part(key, etag, part, _WAIT_FOR_ROOM_SECONDS)
            return IntakeStatus.WAITING
        return IntakeStatus.TAKEN if self.archives.take(progress, part) else IntakeStatus.STALE

    def _merge(self, progress: FileProgress) -> IntakeStatus:
        """Add the results of parts of a WARC file that have been taken, and begin to count once all are there."""
        after = self.archives.merge(progress)
        if after is None:
            self.sender.again(progress.key, progress.etag, progress.version, _WAIT_FOR_PARTS_SECONDS)
            return IntakeStatus.WAITING
        if after.settled_parts == after.part:
            first_count = self.clock() + timedelta(seconds=_FIRST_COUNT_SECONDS)
            state = FileState.COUNTING if after.taken else FileState.DONE
            after = after.model_copy(update={"state": state, "next_count_at": to_text(first_count)})
        return self._write(after, IntakeStatus.MERGED)

    def _write(self, after: FileProgress, status: IntakeStatus) -> IntakeStatus:
        if not self.store.save(after):
            return IntakeStatus.STALE
        self._go_on(after)
        return status

    def _go_on(self, progress: FileProgress) -> None:
        """Report, and have the next step taken."""
        self.files.report(progress.key, report_on(progress, self._refusals(progress)))
        if progress.state in (FileState.READING, FileState.TAKING, FileState.COUNTING):
            wait = self._seconds_to_count(progress) if progress.state is FileState.COUNTING else 0
            self.sender.again(progress.key, progress.etag, progress.version, max(0, min(wait, _LONGEST_DELAY_SECONDS)))

    def _sources_added(self, progress: FileProgress) -> FileProgress:
        """Add the next feeds of a list to the registry, and return how far it has been taken then."""
        data, ended_by = b"", None
        try:
            for piece in self._pieces(progress):
                data += piece
                if len(data) > MOST_OPML_BYTES:
                    ended_by = "too_large"
                    break
        except DamagedFileError:
            ended_by = "damaged"
        except FileChangedError:
            ended_by = "changed"
        after, refusals = SourceLists(self.sources, self.clock).add(progress, data, ended_by)
        document = _Part(refusals=refusals).document()
        self.objects.put(inbox_part_key(progress.file_id, after.part), document, "application/json", "gzip")
        return after

    def _taken(self, progress: FileProgress) -> FileProgress:
        """Submit the next part of a file, and return how far it has been taken then."""
        part, after = self._read_part(progress)
        self.sender.submit(part.bodies)
        self.objects.put(inbox_part_key(progress.file_id, after.part), part.document(), "application/json", "gzip")
        return after

    def _read_part(self, progress: FileProgress) -> tuple[_Part, FileProgress]:
        reader = RecordReader(
            FileKind(progress.file_kind or ""),
            progress.column,
            progress.delimiter,
            progress.prefix,
            progress.line_end,
        )
        seen = {known for number in range(1, progress.part + 1) for known in self._seen_in(progress, number)}
        part, last, ended_by = _Part(), None, None
        is_through = True
        try:
            for raw in with_quoted_lines(self._records(progress, reader), reader.is_open):
                found = Refused(LineRefusal.TOO_LONG) if raw.body is None else reader.read(raw.number, raw.body)
                # What stands behind the last entry of a sitemap is none.
                is_entry = found is not None or reader.kind is not FileKind.SITEMAP
                if is_entry and raw.number > MAXIMUM_RECORDS:
                    ended_by = "too_many_records"
                    break
                last = raw if is_entry else replace(raw, number=raw.number - 1)
                _take(progress, part, raw.number, found, seen)
                if raw.number - progress.lines >= PART_RECORDS or raw.end - progress.offset >= PART_BYTES:
                    is_through = False
                    break
        except DamagedFileError:
            ended_by = "damaged"
        except FileTooLargeError:
            ended_by = "too_large"
        except FileChangedError:
            ended_by = "changed"
        return part, self._after(progress, part, last, reader, ended_by, is_through=is_through)

    def _after(
        self,
        progress: FileProgress,
        part: _Part,
        last: RawRecord | None,
        reader: RecordReader,
        ended_by: str | None,
        *,
        is_through: bool,
    ) -> FileProgress:
        now = self.clock()
        taken = progress.taken + len(part.taken)
        state = FileState.READING if not is_through else FileState.COUNTING if taken else FileState.DONE
        update: dict[str, Any] = {
            "version": progress.version + 1,
            "state": state,
            "part": progress.part + 1,
            "taken": taken,
            "duplicates": progress.duplicates + part.duplicates,
            "refused": merged(progress.refused, (reason for _, reason in part.refusals)),
            "column": reader.column,
            "delimiter": reader.delimiter,
            "ended_by": ended_by,
            "updated_at": to_text(now),
            "next_count_at": to_text(now + timedelta(seconds=_FIRST_COUNT_SECONDS)),
        }
        if last is not None:
            update |= {"offset": last.end, "lines": last.number, "is_in_long_record": last.is_open}
        return progress.model_copy(update=update)

    def _counted(self, progress: FileProgress) -> FileProgress:
        """Look up how the submissions of the next part ended."""
        number, now = progress.counted_parts + 1, self.clock()
        identifiers = [progress.submission_id(line) for line in self._part(progress, number).get("taken", ())]
        counted = Counter(progress.counted)
        counted.update(self._endings(identifiers))
        update: dict[str, Any] = {
            "version": progress.version + 1,
            "counted_parts": number,
            "counted": dict(counted),
            "updated_at": to_text(now),
        }
        if number >= progress.part:
            counts = progress.counts + 1
            wait = min(_LONGEST_COUNT_WAIT_SECONDS, _FIRST_COUNT_SECONDS * 2**counts)
            is_done = not counted[IN_FLIGHT] or counts >= _MOST_COUNTS
            update |= {
                "state": FileState.DONE if is_done else FileState.COUNTING,
                "counted_parts": 0,
                "counted": {},
                "outcomes": {name: count for name, count in sorted(counted.items()) if count},
                "counts": counts,
                "counted_at": to_text(now),
                "next_count_at": to_text(now + timedelta(seconds=wait)),
            }
        return progress.model_copy(update=update)

    def _endings(self, identifiers: list[str]) -> Iterator[str]:
        """Yield the outcome of each submission, or that it is in flight."""
        records = {record.submission_id: record for record in self.outcomes.submissions(identifiers)}
        runs = {
            (record.article_id, record.run)
            for record in records.values()
            if record.article_id and record.run is not None
        }
        ended = {(ending.article_id, ending.run): ending.outcome for ending in self.outcomes.outcomes(sorted(runs))}
        for identifier in identifiers:
            record = records.get(identifier)
            if record is None:
                yield IN_FLIGHT
            else:
                yield record.outcome or ended.get((record.article_id or "", record.run or 0), IN_FLIGHT)

    def _seconds_to_count(self, progress: FileProgress) -> int:
        if progress.counted_parts or progress.next_count_at is None:
            return 0
        return int((from_text(progress.next_count_at) - self.clock()).total_seconds())

    # ------------------------------------------------------------------------------------------------- reading

    def _pieces(self, progress: FileProgress) -> Iterator[bytes]:
        return pieces(
            lambda begin, end: self.files.read(progress.key, progress.etag, begin, end),
            progress.size,
            progress.offset,
            is_compressed=progress.is_compressed,
        )

    def _records(self, progress: FileProgress, reader: RecordReader) -> Iterator[RawRecord]:
        return split(
            self._pieces(progress),
            reader.separator,
            progress.offset,
            progress.lines,
            is_in_long_record=progress.is_in_long_record,
        )

    def _part(self, progress: FileProgress, number: int) -> dict[str, Any]:
        """Return what a part came to; nothing once its object has expired."""
        try:
            body = self.objects.get(inbox_part_key(progress.file_id, number))
        except ObjectMissingError:
            return {}
        document: dict[str, Any] = json.loads(gzip.decompress(body))
        return document

    def _seen_in(self, progress: FileProgress, number: int) -> Iterator[bytes]:
        names = base64.b64decode(self._part(progress, number).get("seen", ""))
        return (names[at : at + 8] for at in range(0, len(names), 8))

    def _refusals(self, progress: FileProgress) -> list[tuple[int | str, str]]:
        """Return the first refusals of a file."""
        found: list[tuple[int | str, str]] = []
        for number in range(1, progress.part + 1):
            if len(found) >= min(REFUSALS_LISTED, sum(progress.refused.values())):
                break
            found += [(line, reason) for line, reason in self._part(progress, number).get("refusals", ())]
        return found[:REFUSALS_LISTED]


def _take(progress: FileProgress, part: _Part, number: int, found: Item | Refused | None, seen: set[bytes]) -> None:
    """Add what a record asks for to its part."""
    if isinstance(found, Refused):
        part.refusals.append((number, found.reason))
    elif isinstance(found, Item):
        name = hashlib.sha256(found.canonical.encode("utf-8")).digest()[:8]
        if name in seen:
            part.duplicates += 1
            return
        seen.add(name)
        part.hashes.append(name)
        part.taken.append(number)
        part.bodies.append(_body(progress, number, found))


def _said_of(found: InboxFile) -> dict[str, Any]:
    """Return the priority and tags in a file's metadata.

    Raises
    ------
    ValidationError
        If no submission may have them.
    """
    tags = [tag.strip() for tag in found.metadata.get("tags", "").split(",") if tag.strip()]
    priority = found.metadata.get("priority") or "bulk"
    request = UrlSubmitted.model_validate({"url": "https://example.org/", "priority": priority, "tags": tags})
    return {"priority": request.priority, "tags": request.tags}


def _body(progress: FileProgress, line: int, item: Item) -> str:
    """Return a record's intake message."""
    return UrlSubmitted(
        url=item.url,
        submission_id=progress.submission_id(line),
        priority=item.priority or progress.priority,
        tags=tuple(dict.fromkeys((*progress.tags, *item.tags)))[:20],
        correlation_id=item.correlation_id,
        discovery=item.discovery or progress.key[:128],
        feed_item=item.feed_item,
    ).to_ascii_json()
