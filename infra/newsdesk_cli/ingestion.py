"""Submits URLs to a stack, waits for their outcomes, and mirrors the bucket.

Comes in: URLs and a stack. Goes out: one result per URL. Changes: the stack's intake queue; the output folder.
"""

from __future__ import annotations

import errno
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsdesk.articles import ArticleState, OutcomeRecord, Stage, SubmissionRecord
from newsdesk.clock import from_text, to_text
from newsdesk.contracts import Article
from newsdesk.web import MAXIMUM_URL_LENGTH, url_in_line
from newsdesk_cli.console import complain, escaped_json
from newsdesk_cli.stack import Stack

_MESSAGES_PER_CALL = 10  # SQS's own limit
_LONGEST_SENT = 2 * MAXIMUM_URL_LENGTH  # longer than submit accepts, and small enough for ten in one call
_POLL_SECONDS = 1.0
_DOWNLOADS_AT_ONCE = 8
_NO_NAMES = frozenset({errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EILSEQ})
"""Errors of a file system that mean that a key is no name there: too long, or below another key's file."""

WAITING = "waiting"
IN_FLIGHT = "in flight"


@dataclass(frozen=True, slots=True)
class Result:
    """How a submitted URL ended.

    Attributes
    ----------
    outcome : str
        ``indexed``, ``unchanged``, ``duplicate``, ``rejected``, ``failed``, ``removed``; ``waiting`` for its next try,
        or ``in flight`` in a stage.
    reason : str or None
        The part after the colon of a rejection or failure; what a submission waits for; the stage that it is in.
    next_due : str or None
        For a submission that waits: when it is tried again.
    seconds : float or None
        From its arrival to its outcome.
    """

    url: str
    outcome: str
    reason: str | None = None
    article_id: str | None = None
    revision: int | None = None
    key: str | None = None
    headline: str | None = None
    duplicate_of: str | None = None
    next_due: str | None = None
    detail: str | None = None
    seconds: float | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will become of the submission."""
        return self.outcome not in (WAITING, IN_FLIGHT)

    def line(self) -> str:
        """Return the URL's line of ``outcomes.jsonl``."""
        fields = {
            "url": self.url,
            "outcome": self.outcome,
            "reason": self.reason,
            "articleId": self.article_id,
            "revision": self.revision,
            "key": self.key,
            "headline": self.headline,
        }
        extra = {"duplicateOf": self.duplicate_of, "nextDue": self.next_due, "detail": self.detail}
        given = {name: value for name, value in extra.items() if value}
        return escaped_json(json.dumps({**fields, **given}, ensure_ascii=False))


@dataclass(slots=True)
class _Submission:
    url: str
    record: SubmissionRecord | None = None
    outcome: OutcomeRecord | None = None

    @property
    def has_ended(self) -> bool:
        return self.outcome is not None or (self.record is not None and self.record.outcome is not None)


class Ingestion:
    """One list of URLs on its way through a stack.

    Parameters
    ----------
    stack : Stack
    urls : sequence of str
        Each becomes one submission, repeated ones too.
    said : mapping
        What goes with each: further fields of an intake message.
    """

    def __init__(self, stack: Stack, urls: Sequence[str], said: Mapping[str, Any] | None = None) -> None:
        self._stack = stack
        self._said = {"discovery": "command line", **(said or {})}
        run = uuid.uuid4().hex[:12]
        self._submissions = {f"cli-{run}-{number:06d}": _Submission(url) for number, url in enumerate(urls, 1)}
        self._states: dict[str, ArticleState] = {}

    @classmethod
    def of_submissions(cls, stack: Stack, submission_ids: Sequence[str]) -> Ingestion:
        """Return an ingestion of what was submitted by others; it is not to be submitted."""
        ingestion = cls(stack, ())
        ingestion._submissions = {identifier: _Submission("") for identifier in submission_ids}
        return ingestion

    @property
    def submitted(self) -> dict[str, str]:
        """The URLs by the ids of their submissions, in order."""
        return {identifier: item.url for identifier, item in self._submissions.items()}

    @property
    def pending(self) -> list[str]:
        """The URLs that have no outcome yet, in order."""
        return [item.url for item in self._submissions.values() if not item.has_ended]

    def submit(self, report: Callable[[int, int], None] = lambda *_: None) -> None:
        """Send every URL to the intake queue, or as bulk to that of bulk.

        Parameters
        ----------
        report : callable
            Called with how many have been sent, and how many there are.

        Raises
        ------
        RuntimeError
            If the queue refuses a message.
        """
        bodies = [self._body(identifier, item.url) for identifier, item in self._submissions.items()]
        is_bulk = self._said.get("priority") == "bulk"
        queue = self._stack.outputs["BulkQueueUrl" if is_bulk else "IntakeQueueUrl"]
        for start in range(0, len(bodies), _MESSAGES_PER_CALL):
            batch = bodies[start : start + _MESSAGES_PER_CALL]
            answer = self._stack.sqs.send_message_batch(
                QueueUrl=queue,
                Entries=[{"Id": str(index), "MessageBody": body} for index, body in enumerate(batch)],
            )
            if answer.get("Failed"):
                raise RuntimeError(f"the intake queue refused {answer['Failed']}")
            report(start + len(batch), len(bodies))

    def _body(self, submission_id: str, url: str) -> str:
        """Return an intake message as ASCII: SQS refuses some characters, and submit alone judges URLs."""
        return json.dumps({"url": url[:_LONGEST_SENT], "submissionId": submission_id, **self._said})

    def wait(self, seconds: float, report: Callable[[int, int], None]) -> bool:
        """Wait until every URL has its outcome, or until no other can get one in time.

        Parameters
        ----------
        seconds : float
            The longest wait.
        report : callable
            Called with how many have ended, and how many there are.

        Returns
        -------
        bool
            Whether all have ended.
        """
        deadline = time.time() + seconds
        while True:
            self._refresh()
            ended = sum(item.has_ended for item in self._submissions.values())
            report(ended, len(self._submissions))
            has_all, is_late = ended == len(self._submissions), time.time() >= deadline
            if has_all and (is_late or not self._originals_in_flight()):
                return True
            if not has_all and (is_late or not self._can_end_by(deadline)):
                self._load_states()
                return False
            time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.time())))

    def results(self) -> list[Result]:
        """Return how every URL ended, in the order of their submission."""
        return [self._result(item) for item in self._submissions.values()]

    def _refresh(self) -> None:
        store = self._stack.store
        unseen = [identifier for identifier, item in self._submissions.items() if item.record is None]
        for record in store.submissions(unseen):
            item = self._submissions[record.submission_id]
            item.record, item.url = record, item.url or record.url
        open_runs: dict[tuple[str, int], list[_Submission]] = {}
        for item in self._submissions.values():
            if not item.has_ended and item.record is not None and item.record.article_id and item.record.run:
                open_runs.setdefault((item.record.article_id, item.record.run), []).append(item)
        for outcome in store.outcomes(list(open_runs)):
            for item in open_runs[(outcome.article_id, outcome.run)]:
                item.outcome = outcome

    def _can_end_by(self, deadline: float) -> bool:
        """Return whether something is under way, or due before the deadline; looked up when little is left."""
        pending = [item for item in self._submissions.values() if not item.has_ended]
        if len(pending) > 100 or any(item.record is None for item in pending):
            return True
        self._load_states()
        states = [self._states.get(item.record.article_id or "") for item in pending if item.record]
        return any(state is None or state.waiting is None or (state.due_at or 0) <= deadline for state in states)

    def _originals_in_flight(self) -> bool:
        """Return whether an article that a URL duplicates, as a redirect to it, is still in flight."""
        originals = {item.outcome.duplicate_of for item in self._submissions.values() if item.outcome}
        states = self._stack.store.states(sorted(original for original in originals if original))
        return any(state.stage is not Stage.REST and state.waiting is None for state in states)

    def _load_states(self) -> None:
        wanted = {
            item.record.article_id
            for item in self._submissions.values()
            if not item.has_ended and item.record is not None and item.record.article_id
        }
        self._states = {state.article_id: state for state in self._stack.store.states(sorted(wanted))}

    def _result(self, item: _Submission) -> Result:
        if item.record is not None and item.outcome is not None:
            return _ended(item.url, item.record, item.outcome)
        if item.record is not None and item.record.outcome is not None:
            outcome, _, reason = item.record.outcome.partition(":")
            article, detail = item.record.article_id, item.record.detail
            return Result(item.url, outcome, reason or None, article_id=article, detail=detail, seconds=0.0)
        return self._waiting(item.url, item.record)

    def _waiting(self, url: str, record: SubmissionRecord | None) -> Result:
        state = self._states.get(record.article_id or "") if record is not None else None
        is_waiting = state is not None and state.waiting is not None
        due = to_text(datetime.fromtimestamp(state.due_at, UTC)) if state and is_waiting and state.due_at else None
        return Result(
            url,
            WAITING if is_waiting else IN_FLIGHT,
            (state.waiting or state.stage.value) if state else None,
            article_id=record.article_id if record else None,
            next_due=due,
            detail=state.last_detail if state else None,
        )


def _ended(url: str, record: SubmissionRecord, ending: OutcomeRecord) -> Result:
    outcome, _, reason = ending.outcome.partition(":")
    return Result(
        url=url,
        outcome=outcome,
        reason=reason or None,
        article_id=ending.article_id,
        revision=ending.revision,
        key=ending.key,
        headline=ending.headline,
        duplicate_of=ending.duplicate_of,
        detail=ending.detail,
        seconds=(from_text(ending.ended_at) - from_text(record.received_at)).total_seconds(),
    )


def read_urls(lines: Iterable[str]) -> list[str]:
    """Return the URLs of a list: one in each line, without blank lines and comments."""
    return [url for url in map(url_in_line, lines) if url]


def mirror(stack: Stack, folder: Path) -> int:
    """Copy the bucket's objects into a folder under their own keys; return how many were copied.

    One that is there already with the same size, and was not written since, is not copied again. One whose key leads
    out of the folder, or can be no file's path there, is left out, with a complaint: no stage writes such a key, but
    others may write into a bucket.
    """
    missing: list[str] = []
    for page in stack.s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket):
        for entry in page.get("Contents", []):
            path = path_below(folder, entry["Key"])
            if path is None:
                complain(f"left out {entry['Key']}: it is no file below {folder}")
            elif not _is_there(path, entry["Size"], entry["LastModified"]):
                missing.append(entry["Key"])

    def copy(key: str) -> bool:
        path = folder / key
        body = stack.s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        except OSError as error:
            if error.errno not in _NO_NAMES:
                raise
            complain(f"left out {key}: {error.strerror}")
            return False
        return True

    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as executor:
        return sum(executor.map(copy, missing))


def _is_there(path: Path, size: int, written_at: datetime) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size and path.stat().st_mtime >= written_at.timestamp()
    except OSError:
        return False


def path_below(folder: Path, key: str) -> Path | None:
    """Return the path of an object's key in a folder; None when it would lie elsewhere, or is no name of a file."""
    path = folder / key
    if key.endswith("/") or "\0" in key or path == folder or not path.resolve().is_relative_to(folder.resolve()):
        return None
    return path


def write_outcomes(results: Iterable[Result], path: Path) -> None:
    """Write ``outcomes.jsonl``: one line per submitted URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{result.line()}\n" for result in results), encoding="utf-8")


def read_article(folder: Path, key: str | None) -> Article | None:
    """Return a mirrored article; None when it is not there."""
    path = path_below(folder, key) if key else None
    return Article.model_validate_json(path.read_bytes()) if path and path.is_file() else None
