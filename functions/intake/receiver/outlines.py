"""OPML files: lists of feeds, which become sources.

Comes in: how far a file has been taken, and its bytes. Goes out: how far it has been taken then, and what was refused.
Changes: the registry of sources.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pydantic import ValidationError

from newsdesk.clock import Clock, to_text
from newsdesk.inbox import FileProgress, FileState
from newsdesk.opml import OpmlDocument, Outline, read_opml
from newsdesk.sources import Source, SourceKind, SourceStore, new_source
from receiver.formats import LineRefusal

PART_SOURCES = 500
"""Sources added in one step: a minute of writes."""
_LONGEST_TAG = 64
_MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class SourceLists:
    """Adds the feeds of a list to the registry, a part in each step."""

    sources: SourceStore
    clock: Clock

    def add(
        self, progress: FileProgress, data: bytes, ended_by: str | None = None
    ) -> tuple[FileProgress, list[tuple[int, str]]]:
        """Add the next part; return how far the file has been taken then, and which of its feeds were refused.

        A source that is there already is a duplicate: what was set for it stays.

        Parameters
        ----------
        ended_by : str or None
            Why ``data`` is not the whole file, where it is not.
        """
        document = read_opml(data)
        part = document.outlines[progress.lines : progress.lines + PART_SOURCES]
        added, refusals = 0, self._refused_by_reading(progress, document)
        for number, outline in enumerate(part, progress.lines + 1):
            source = self._source(progress, outline)
            if source is None:
                refusals.append((number, LineRefusal.FIELD.value))
            else:
                added += self.sources.add(source) or self._was_added(progress, source)
        lines = progress.lines + len(part)
        own_refusals = sum(reason == LineRefusal.FIELD.value for _, reason in refusals)
        update = {
            "version": progress.version + 1,
            "state": FileState.DONE if lines >= len(document.outlines) else FileState.READING,
            "part": progress.part + 1,
            "lines": lines,
            "taken": progress.taken + added,
            "duplicates": progress.duplicates + len(part) - added - own_refusals,
            "refused": dict(Counter(progress.refused) + Counter(reason for _, reason in refusals)),
            "ended_by": ended_by or ("too_many_records" if document.is_truncated else None),
            "updated_at": to_text(self.clock()),
        }
        return progress.model_copy(update=update), refusals

    def _was_added(self, progress: FileProgress, source: Source) -> bool:
        """Return whether a source is there because an earlier delivery of the step added it before it died."""
        known = self.sources.get(source.source_id)
        return known is not None and known.added_at > progress.started_at

    def _refused_by_reading(self, progress: FileProgress, document: OpmlDocument) -> list[tuple[int, str]]:
        return list(document.refused) if progress.part == 0 else []

    def _source(self, progress: FileProgress, outline: Outline) -> Source | None:
        tags = dict.fromkeys((*progress.tags, *(category[:_LONGEST_TAG].strip() for category in outline.categories)))
        try:
            return new_source(
                SourceKind.FEED,
                outline.url,
                self.clock(),
                title=outline.title,
                language=outline.language,
                tags=tuple(tags)[:_MOST_TAGS],
                priority=None if progress.priority == "bulk" else progress.priority,
            )
        except ValidationError:
            return None
