"""The publish stage: the change feed and the events, from what the table committed.

Comes in: records that were inserted into the table, in order. Goes out: nothing. Changes: writes the batch's objects
under ``changes/v1/``, publishes ``ArticleChanged`` and ``SubmissionEnded``, and counts what became of sources' items.

A batch has one object, or two if it was committed before and after the turn of an hour. A batch that is delivered again
writes the same objects (same keys, same bytes) and publishes the same events, with the same ids. A batch that the
stream halves or divides differently on its next delivery repeats changes under another key of the same hour: readers
process each ``changeId`` once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from newsdesk.articles import OutcomeRecord, RevisionRecord, SubmissionReader, SubmissionRecord, WriteOnce
from newsdesk.clock import from_text
from newsdesk.contracts import (
    ArticleChanged,
    EndedSubmission,
    SubmissionEnded,
    changes_hour,
    changes_key,
    outcome_in,
    unreadable_key,
)
from newsdesk.errors import UnreadableRecordError
from newsdesk.ports import EventPublisher, ObjectStore
from newsdesk.runtime import logger
from newsdesk.sources import YieldCounter, source_of_submission

_SEQUENCE_DIGITS = 40
"""A stream's sequence number has up to 40 digits; padded, keys sort as the stream does."""

LONGEST_EVENT = 200_000
"""Bytes of one event. EventBridge takes 256 KiB, names and all, and would refuse a longer one again and again."""

_DESCRIBED_BYTES = 150_000
"""What submitters said, in one event: EventBridge takes 256 KiB, and a hundred submitters may say far more."""


class PublishStatus(StrEnum):
    """The result for a change."""

    PUBLISHED = "published"
    """It is in the change feed and on the bus."""
    UNREADABLE = "unreadable"
    """The stream's record could not be read; it is kept in the bucket, for `newsdesk retell`."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """A record that the table committed.

    Attributes
    ----------
    sequence : str
        The stream's sequence number, decimal digits.
    """

    sequence: str
    record: WriteOnce


Read = Callable[[Mapping[str, Any]], "tuple[str, WriteOnce] | None"]
"""Reads a record of the stream; raises :class:`newsdesk.errors.UnreadableRecordError`."""


@dataclass(frozen=True, slots=True)
class PublishStage:
    """Announces what was committed."""

    objects: ObjectStore
    events: EventPublisher
    submissions: SubmissionReader
    yields: YieldCounter | None = None

    def handle(self, inserted: Sequence[Inserted]) -> int:
        """Announce a batch, all or nothing, and return the number of changes.

        Raises
        ------
        Exception
            Whatever the bucket or the bus raised; the batch is to be delivered again, whole.
        """
        revisions = [
            (item.sequence, change_of(item.record)) for item in inserted if isinstance(item.record, RevisionRecord)
        ]
        self._write(revisions)
        changes = [change for _, change in revisions]
        records = [item.record for item in inserted]
        said = self._said_of(records)
        endings = [ending for record in records for ending in endings_of(record, said)]
        if changes or endings:
            self.events.publish([*changes, *endings])
        self._count(records)
        return len(changes)

    def _write(self, revisions: Sequence[tuple[str, ArticleChanged]]) -> None:
        """Write a batch's changes into the feed: wherever a change is repeated, it is under the same hour."""
        hours: dict[str, list[tuple[str, ArticleChanged]]] = {}
        for sequence, change in revisions:
            hours.setdefault(changes_hour(from_text(change.committed_at)), []).append((sequence, change))
        for of_hour in hours.values():
            first, last = (sequence.zfill(_SEQUENCE_DIGITS) for sequence in (of_hour[0][0], of_hour[-1][0]))
            key = changes_key(from_text(of_hour[0][1].committed_at), f"{first}-{last}")
            body = "".join(f"{change.to_json()}\n" for _, change in of_hour)
            self.objects.put(key, body.encode("utf-8"), "application/x-ndjson")

    def _count(self, records: Iterable[WriteOnce]) -> None:
        """Count what became of sources' items, last: what is not counted is no reason to announce a batch again."""
        if self.yields is None:
            return
        for (source_id, day), counts in yields_of(records).items():
            try:
                self.yields.count(source_id, day, counts)
            except Exception:
                logger.exception("yield not counted", extra={"source_id": source_id})

    def _said_of(self, records: Iterable[WriteOnce]) -> dict[str, SubmissionRecord]:
        """Return the submissions that a batch's runs ended, by id."""
        ended = [record.submissions for record in records if isinstance(record, OutcomeRecord)]
        wanted = list(dict.fromkeys(identifier for identifiers in ended for identifier in identifiers))
        try:
            found = self.submissions.submissions(wanted) if wanted else ()
        except ValueError:
            # Of a submission that cannot be read, its id comes back alone.
            found = [record for identifier in wanted for record in self._said_alone(identifier)]
        return {record.submission_id: record for record in found}

    def _said_alone(self, submission_id: str) -> Sequence[SubmissionRecord]:
        try:
            return self.submissions.submissions([submission_id])
        except ValueError:
            return ()

    def read(self, stream_records: Iterable[Mapping[str, Any]], read: Read) -> tuple[list[Inserted], int]:
        """Return what a batch of the stream's records inserted, and how many of them could not be read.

        One that cannot be read, or that no change can be made of, would stop the stream for as long as it keeps it. It
        is kept in the bucket instead, and the others are announced.
        """
        inserted: list[Inserted] = []
        unreadable = 0
        for stream_record in stream_records:
            try:
                found = read(stream_record)
                if found is not None:
                    item = Inserted(*found)
                    _check(item.record)
                    inserted.append(item)
            except (ArithmeticError, UnreadableRecordError, ValueError):
                self._keep(stream_record)
                unreadable += 1
        return inserted, unreadable

    def _keep(self, stream_record: object) -> None:
        # Binary values and times are no JSON; where a record has them, it is kept for people only.
        body = json.dumps(stream_record, default=str, sort_keys=True).encode("utf-8")
        change = stream_record.get("dynamodb") if isinstance(stream_record, Mapping) else None
        sequence = change.get("SequenceNumber") if isinstance(change, Mapping) else None
        key = unreadable_key(str(sequence) if sequence else hashlib.sha256(body).hexdigest())
        self.objects.put(key, body, "application/json")


def _check(record: WriteOnce) -> None:
    """Raise for a record that :meth:`PublishStage.handle` would fail on, with whatever it would raise."""
    change = change_of(record) if isinstance(record, RevisionRecord) else None
    if change is not None:
        from_text(change.committed_at)
    for event in (change, *endings_of(record, {})):
        if event is not None and len(event.to_ascii_json()) > LONGEST_EVENT:
            raise ValueError(f"more than {LONGEST_EVENT:,} bytes")


def yields_of(records: Iterable[WriteOnce]) -> dict[tuple[str, str], Counter[str]]:
    """Return what became of sources' items among a batch's records, by source and day (UTC)."""
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for record in records:
        if isinstance(record, OutcomeRecord):
            names = [outcome_in(record.outcome).value, *(record.flaws or ())]
            for source_id in {source_of_submission(identifier) for identifier in record.submissions} - {None}:
                found[str(source_id), record.ended_at[:10]].update(names)
        elif isinstance(record, SubmissionRecord) and record.outcome is not None:
            source_id = source_of_submission(record.submission_id)
            if source_id is not None:
                found[source_id, record.received_at[:10]].update([outcome_in(record.outcome).value])
    return dict(found)


def outcomes_of(inserted: Sequence[Inserted]) -> Counter[str]:
    """Count the outcomes among a batch's records: of runs, and of submissions that were refused at once."""
    records = (item.record for item in inserted)
    return Counter(
        record.outcome
        for record in records
        if isinstance(record, OutcomeRecord | SubmissionRecord) and record.outcome is not None
    )


def change_of(record: RevisionRecord) -> ArticleChanged:
    """Return the change that a committed revision is."""
    return ArticleChanged(
        change_id=f"{record.article_id}-{record.revision}",
        change_type=record.change_type,
        article_id=record.article_id,
        revision=record.revision,
        previous_revision=record.previous_revision,
        url=record.url,
        host=record.host,
        key=record.key,
        headline=record.headline,
        date_published=record.date_published,
        countries=record.countries,
        topics=record.topics,
        cluster_id=record.cluster_id,
        merged_cluster_ids=record.merged_clusters,
        duplicate_of=record.duplicate_of,
        reason=record.reason,
        is_erased=record.is_erased,
        committed_at=record.committed_at,
    )


def endings_of(record: WriteOnce, said: Mapping[str, SubmissionRecord]) -> tuple[SubmissionEnded, ...]:
    """Return the events for submitters, if the record ends submissions of theirs.

    It is one event, unless the submitters said too much for one.

    Parameters
    ----------
    said : mapping of str to SubmissionRecord
        What the submitters said; of a submission whose record has expired, its id alone comes back.
    """
    if isinstance(record, OutcomeRecord):
        described = [_described(identifier, said.get(identifier)) for identifier in record.submissions]
        return tuple(
            SubmissionEnded(
                outcome=record.outcome,
                detail=record.detail,
                url=record.url,
                submission_ids=tuple(submission.submission_id for submission in part),
                submissions=part,
                article_id=record.article_id,
                run=record.run,
                revision=record.revision,
                key=record.key,
                duplicate_of=record.duplicate_of,
                ended_at=record.ended_at,
            )
            for part in _parts(described)
        )
    if isinstance(record, SubmissionRecord) and record.outcome is not None:
        return (
            SubmissionEnded(
                outcome=record.outcome,
                detail=record.detail,
                url=record.url,
                submission_ids=(record.submission_id,),
                submissions=(_described(record.submission_id, record),),
                article_id=record.article_id,
                ended_at=record.received_at,
            ),
        )
    return ()


def _described(submission_id: str, record: SubmissionRecord | None) -> EndedSubmission:
    if record is None:
        return EndedSubmission(submission_id=submission_id)
    return EndedSubmission(
        submission_id=submission_id,
        priority=record.priority,
        tags=record.tags,
        correlation_id=record.correlation_id,
        discovery=record.discovery,
    )


def _parts(described: Iterable[EndedSubmission]) -> Iterator[tuple[EndedSubmission, ...]]:
    """Share submissions out to events, in order, so that none is too large for the bus."""
    part: list[EndedSubmission] = []
    size = 0
    for submission in described:
        weight = len(json.dumps(submission.model_dump(mode="json", by_alias=True, exclude_none=True)))
        if part and size + weight > _DESCRIBED_BYTES:
            yield tuple(part)
            part, size = [], 0
        part.append(submission)
        size += weight
    if part:
        yield tuple(part)
