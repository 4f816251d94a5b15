"""WARC files: cut into parts by one reader, which are taken by as many workers as there are.

Comes in: how far a file was cut, or a part's number. Goes out: the same, further on, or a part's result. Changes: for
each part an object that says where it begins and a message of its own; then the part's pages under ``pushed/v1/``,
their submissions, and an object that says what it came to.

Only who has read all records before a place knows that a record begins there: what looks like one may be in a page. So
the file is cut by one step after the other, which decompresses it and keeps nothing; the pages are taken meanwhile.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from newsdesk.articles import CAPTURE_MEDIA_TYPE, PushedPage, host_signals_noted, write_pushed_page
from newsdesk.clock import Clock, from_text, to_text
from newsdesk.contracts import UrlSubmitted, inbox_cut_key, inbox_part_key, pushed_key
from newsdesk.errors import ObjectMissingError
from newsdesk.inbox import BulkSender, FileBreak, FileChangedError, FileProgress, FileState, InboxFiles
from newsdesk.ports import ObjectStore
from receiver.pages import PassedOver, read_page
from receiver.report import REFUSALS_LISTED
from receiver.warc import (
    Break,
    Place,
    TooLargeError,
    WarcRecord,
    is_about_response,
    is_response,
    read_records,
)

PART_PAGES = 300
PART_BYTES = 32 << 20
"""Of the file, compressed or not."""
PART_CONTENT_BYTES = 512 << 20
"""Decompressed."""

MOST_RECORDS = 5_000_000
LARGEST_MEMBER = 16 << 30
"""Bytes, decompressed, of a gzip member with many records: each part of it begins with reading it from its start."""

MOST_BREAKS_LISTED = 100
MERGED_AT_ONCE = 200

_RECORDS_OF_A_CAPTURE = 2
"""Behind the response of a capture of our own: the request, and what is noted about both."""
_PAGES_AT_ONCE = 100
_BYTES_AT_ONCE = 32 << 20
_PUTS_AT_ONCE = 8
_LOST_AFTER = timedelta(seconds=900)


@dataclass(slots=True)
class _Cut:
    """A part as it grows.

    Attributes
    ----------
    limit : int or None
        So many items it is to have; None where its size decides.
    """

    progress: FileProgress
    end: Place
    limit: int | None
    items: int = 0
    records: int = 0
    pages: int = 0
    content: int = 0
    breaks: list[FileBreak] = field(default_factory=list)
    ended_by: str | None = None

    def goes_on_behind(self, item: WarcRecord | Break) -> bool:
        """Add an item, and return whether the part has room for another."""
        self.items, self.end = self.items + 1, item.end
        if isinstance(item, Break):
            self.breaks.append(FileBreak(offset=item.at.member, detail=item.detail))
            self.ended_by = "damaged" if item.end.member >= self.progress.size else None
            return self.items != self.limit
        self.records += 1
        self.pages += is_response(item.fields)
        self.content += item.length
        if self.progress.lines + self.records >= MOST_RECORDS:
            self.ended_by = "too_many_records"
        elif self.end.inner >= LARGEST_MEMBER:
            self.ended_by = "too_large"
        return self.ended_by is None and (self.items != self.limit if self.limit else not self._is_full())

    def _is_full(self) -> bool:
        length = self.end.member - self.progress.offset
        return self.pages >= PART_PAGES or length >= PART_BYTES or self.content >= PART_CONTENT_BYTES


@dataclass(slots=True)
class _Result:
    """What a part of a file came to."""

    taken: list[str] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)

    def document(self) -> bytes:
        """Return the part as the bucket keeps it."""
        return _packed(
            {
                "taken": self.taken,
                "refusals": self.refusals[:REFUSALS_LISTED],
                "refused": self.refused,
                "passedOver": self.passed_over,
            }
        )


@dataclass(frozen=True, slots=True)
class Archives:
    """Takes WARC files."""

    files: InboxFiles
    objects: ObjectStore
    sender: BulkSender
    clock: Clock

    def cut(self, progress: FileProgress) -> FileProgress:
        """Cut the next part off a file, and have it taken; return how far the file was cut then."""
        number = progress.part + 1
        key = inbox_cut_key(progress.file_id, number)
        begin = Place(progress.offset, progress.inner)
        # A delivery that died may have been of a release that cut at another place, and workers may be at its part.
        known = self._document(key)
        cut = _Cut(progress, begin, known["items"] if known else None)
        try:
            is_through = all(cut.goes_on_behind(item) for item in self._items(progress, begin))
        except TooLargeError:
            is_through, cut.ended_by = True, "too_large"
        except FileChangedError:
            is_through, cut.ended_by = True, "changed"
        self.objects.put(key, _packed({"begin": begin, "items": cut.items}), "application/json", "gzip")
        self.sender.take_part(progress.key, progress.etag, number)
        return progress.model_copy(
            update={
                "version": progress.version + 1,
                "state": FileState.TAKING if is_through or cut.ended_by else FileState.READING,
                "part": number,
                "offset": cut.end.member,
                "inner": cut.end.inner,
                "lines": progress.lines + cut.records,
                "breaks": (*progress.breaks, *cut.breaks)[:MOST_BREAKS_LISTED],
                "ended_by": cut.ended_by,
                "updated_at": to_text(self.clock()),
            }
        )

    def has_taken(self, progress: FileProgress, number: int) -> bool:
        """Return whether a part's result is there."""
        return self._document(inbox_part_key(progress.file_id, number)) is not None

    def take(self, progress: FileProgress, number: int) -> bool:
        """Push the pages of a part, submit them, and keep what it came to; False when nothing is known of the part."""
        cut = self._document(inbox_cut_key(progress.file_id, number))
        if cut is None:
            return False
        result = _Result()
        pages: list[tuple[str, PushedPage]] = []
        size = 0
        for item, page in self._pages(progress, Place(*cut["begin"]), cut["items"], result):
            pages.append((item.begin.name, page))
            size += len(page.body)
            if len(pages) >= _PAGES_AT_ONCE or size >= _BYTES_AT_ONCE:
                self._push(progress, pages)
                pages, size = [], 0
        self._push(progress, pages)
        self.objects.put(inbox_part_key(progress.file_id, number), result.document(), "application/json", "gzip")
        return True

    def _pages(
        self, progress: FileProgress, begin: Place, items: int, result: _Result
    ) -> Iterator[tuple[WarcRecord, PushedPage]]:
        """Yield the pages among so many items of a file, each with what one of the next records notes about it.

        That record may be in the next part, so a few records more are read.
        """
        held: tuple[WarcRecord, PushedPage] | None = None
        reading = self._items(progress, begin, is_wanted=True)
        try:
            for number, item in enumerate(islice(reading, items + _RECORDS_OF_A_CAPTURE)):
                if number >= items and (held is None or isinstance(item, Break) or is_response(item.fields)):
                    break
                if held is not None and isinstance(item, WarcRecord) and _is_about(item, held[0]):
                    signals = host_signals_noted(item.block or b"")
                    held = held[0], replace(held[1], host_signals=signals)
                if isinstance(item, Break) or number >= items or (page := _judge(item, result)) is None:
                    continue
                if held is not None:
                    yield held
                held = item, page
        except (TooLargeError, FileChangedError):
            pass  # the step that cuts the file reports it
        if held is not None:
            yield held

    def merge(self, progress: FileProgress) -> FileProgress | None:
        """Return a file with the results of its next parts; None when none is there yet.

        A part whose result does not come is sent again: its message may have been lost.
        """
        number, taken = progress.settled_parts, progress.taken
        refused, passed_over = Counter(progress.refused), Counter(progress.passed_over)
        while number < min(progress.part, progress.settled_parts + MERGED_AT_ONCE):
            result = self._document(inbox_part_key(progress.file_id, number + 1))
            if result is None:
                break
            number, taken = number + 1, taken + len(result["taken"])
            refused.update(result["refused"])
            passed_over.update(result["passedOver"])
        now = self.clock()
        if number == progress.settled_parts:
            if now - from_text(progress.updated_at) < _LOST_AFTER:
                return None
            self.sender.take_part(progress.key, progress.etag, number + 1)
        return progress.model_copy(
            update={
                "version": progress.version + 1,
                "settled_parts": number,
                "taken": taken,
                "refused": dict(refused),
                "passed_over": dict(passed_over),
                "updated_at": to_text(now),
            }
        )

    def _items(self, progress: FileProgress, begin: Place, *, is_wanted: bool = False) -> Iterator[WarcRecord | Break]:
        return read_records(
            lambda first, last: self.files.read(progress.key, progress.etag, first, last),
            progress.size,
            begin,
            is_compressed=progress.is_compressed,
            wanted=_is_read if is_wanted else lambda _: False,
        )

    def _push(self, progress: FileProgress, pages: list[tuple[str, PushedPage]]) -> None:
        """Put pages where they wait for their submissions, then submit them."""

        def put(named: tuple[str, PushedPage]) -> str:
            name, page = named
            key = pushed_key(f"inbox/{progress.file_id}/{name}")
            self.objects.put(key, write_pushed_page(page), CAPTURE_MEDIA_TYPE)
            return UrlSubmitted(
                url=page.url,
                submission_id=progress.submission_id(name),
                priority=progress.priority,
                tags=progress.tags,
                discovery="warc",
                capture_key=key,
            ).to_ascii_json()

        if pages:
            with ThreadPoolExecutor(_PUTS_AT_ONCE) as executor:
                self.sender.submit(list(executor.map(put, pages)))

    def _document(self, key: str) -> dict[str, Any] | None:
        try:
            document: dict[str, Any] = json.loads(gzip.decompress(self.objects.get(key)))
        except ObjectMissingError:
            return None
        return document


def _is_read(fields: Mapping[str, str]) -> bool:
    return is_response(fields) or is_about_response(fields)


def _is_about(record: WarcRecord, page: WarcRecord) -> bool:
    """Return whether a record is what a capture of our own notes about a page."""
    named = page.fields.get("warc-record-id")
    return named is not None and is_about_response(record.fields) and record.fields.get("warc-concurrent-to") == named


def _judge(record: WarcRecord, result: _Result) -> PushedPage | None:
    """Return the page of a record, or note in the result why there is none."""
    page = read_page(record)
    if isinstance(page, PushedPage):
        result.taken.append(record.begin.name)
        return page
    if isinstance(page, PassedOver):
        result.passed_over[page.value] += 1
    else:
        result.refused[str(page)] += 1
        result.refusals.append((record.begin.name, str(page)))
    return None


def _packed(document: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(document, separators=(",", ":")).encode("ascii"), mtime=0)
