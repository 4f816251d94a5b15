"""What is said of a file to those who put it into the inbox.

Comes in: how far it has been taken, and its first refusals. Goes out: the report, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from newsdesk.inbox import FileProgress
from receiver.formats import FileKind

REFUSALS_LISTED = 1000


def report_on(progress: FileProgress, refusals: Sequence[tuple[int | str, str]]) -> bytes:
    """Return the report on a file."""
    is_archive = progress.file_kind == FileKind.WARC
    place = "offset" if is_archive else "line"
    document: dict[str, Any] = {
        "schemaVersion": 1,
        "key": progress.key,
        "etag": progress.etag,
        "bytes": progress.size,
        "kind": progress.file_kind,
        "state": progress.state.value,
        "reason": progress.reason,
        "endedBy": progress.ended_by,
        "readBytes": progress.offset,
        "records" if is_archive else "lines": progress.lines,
        "taken": progress.taken,
        "duplicates": None if is_archive else progress.duplicates,
        "passedOver": dict(sorted(progress.passed_over.items())) if is_archive else None,
        "refused": sum(progress.refused.values()),
        "refusedByReason": dict(sorted(progress.refused.items())),
        "refusals": [{place: line, "reason": reason} for line, reason in refusals],
        "damaged": [broken.model_dump() for broken in progress.breaks] or None,
        "priority": progress.priority,
        "tags": list(progress.tags),
        "submissionIds": None if progress.file_kind == FileKind.OPML else progress.submission_id(f"<{place}>"),
        "outcomes": dict(progress.outcomes) or None,
        "countedAt": progress.counted_at,
        "startedAt": progress.started_at,
        "updatedAt": progress.updated_at,
    }
    said = {name: value for name, value in document.items() if value is not None}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
