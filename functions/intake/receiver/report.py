"""What is said of a file to those who put it into the inbox.

Comes in: how far it has been taken, and its first refusals. Goes out: the report, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from newsdesk.inbox import FileProgress

REFUSALS_LISTED = 1000


def report_on(progress: FileProgress, refusals: Sequence[tuple[int, str]]) -> bytes:
    """Return the report on a file."""
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
        "lines": progress.lines,
        "taken": progress.taken,
        "duplicates": progress.duplicates,
        "refused": sum(progress.refused.values()),
        "refusedByReason": dict(sorted(progress.refused.items())),
        "refusals": [{"line": line, "reason": reason} for line, reason in refusals],
        "priority": progress.priority,
        "tags": list(progress.tags),
        "submissionIds": progress.submission_id(0)[:-1] + "<line>",
        "outcomes": dict(progress.outcomes) or None,
        "countedAt": progress.counted_at,
        "startedAt": progress.started_at,
        "updatedAt": progress.updated_at,
    }
    said = {name: value for name, value in document.items() if value is not None}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
