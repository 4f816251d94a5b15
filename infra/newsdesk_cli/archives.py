"""Puts web archives into the inbox of a stack, and follows them until all of their pages are submitted.

Comes in: WARC files. Goes out: the ids of their pages' submissions. Changes: the stack's inbox.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.s3.transfer import S3Transfer
from botocore.exceptions import ClientError

from newsdesk.contracts import INBOX_PREFIX, inbox_part_key, report_key
from newsdesk_cli.console import complain, say
from newsdesk_cli.stack import Stack

_POLL_SECONDS = 1.0
_PIECE = 1 << 20
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_IN_WORK = frozenset({"reading", "taking"})


@dataclass(frozen=True, slots=True)
class TakenArchive:
    """A file as far as it was taken.

    Attributes
    ----------
    is_whole : bool
        All pages that can be read in it were submitted.
    """

    submission_ids: tuple[str, ...]
    is_whole: bool


def take_archives(stack: Stack, paths: Sequence[Path], deadline: float) -> list[TakenArchive]:
    """Put files into the inbox, and return what was taken of each once that is over, or at a monotonic deadline."""
    keys = [_put(stack, path) for path in paths]
    return [_followed(stack, path, key, deadline) for path, key in zip(paths, keys, strict=True)]


def _put(stack: Stack, path: Path) -> str:
    """Put a file into the inbox under a name of its content, so that the same file is taken once."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        is_compressed = file.peek(2)[:2] == b"\x1f\x8b"
        while piece := file.read(_PIECE):
            digest.update(piece)
    name = _UNSAFE.sub("_", re.sub(r"(\.warc)?(\.gz)?$", "", path.name))[-100:]
    suffix = ".warc.gz" if is_compressed else ".warc"
    key = f"{INBOX_PREFIX}warc/{digest.hexdigest()[:16]}-{name}{suffix}"
    S3Transfer(stack.s3).upload_file(str(path), stack.bucket, key, extra_args={"Metadata": {"priority": "normal"}})
    return key


def _followed(stack: Stack, path: Path, key: str, deadline: float) -> TakenArchive:
    while True:
        report = _document(stack, report_key(key))
        state = report.get("state")
        if state == "refused":
            complain(f"{path}: refused: {report.get('reason')}")
            return TakenArchive((), is_whole=False)
        if state is not None and state not in _IN_WORK:
            break
        if time.monotonic() >= deadline:
            complain(f"{path}: not read to its end yet")
            break
        time.sleep(_POLL_SECONDS)
    _say_what_was_found(path, report)
    return TakenArchive(tuple(_submissions_of(stack, report)), is_whole=state not in (None, *_IN_WORK))


def _say_what_was_found(path: Path, report: dict[str, Any]) -> None:
    others = {**report.get("passedOver", {}), **report.get("refusedByReason", {})}
    counted = "".join(f", {name}: {count}" for name, count in others.items())
    say(f"{path}: {report.get('records', 0)} records, pages: {report.get('taken', 0)}{counted}")
    for damage in report.get("damaged", ()):
        complain(f"{path}: damaged at byte {damage['offset']}: {damage['detail']}")


def _submissions_of(stack: Stack, report: dict[str, Any]) -> list[str]:
    pattern = str(report.get("submissionIds", ""))
    parts = pattern.split(".")
    found: list[str] = []
    number = 1
    while len(parts) > 1:
        part = _document(stack, inbox_part_key(parts[1], number))
        if not part:
            break
        found += [pattern.replace("<offset>", place) for place in part["taken"]]
        number += 1
    return found


def _document(stack: Stack, key: str) -> dict[str, Any]:
    """Return an object of JSON; empty while there is none."""
    try:
        body = stack.s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read()
    except ClientError:
        return {}
    document: dict[str, Any] = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    return document
