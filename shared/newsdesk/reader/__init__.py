"""The library for programs that read articles: what changed, each change once, and the articles themselves.

It needs no more than the package's own dependencies. ``Reader`` is where to begin.
"""

from __future__ import annotations

from newsdesk.reader.cursors import Cursor, FileCursor, MemoryCursor
from newsdesk.reader.library import Reader
from newsdesk.reader.storage import Folder, Storage
from newsdesk.reader.tables import only_reads, open_tables

__all__ = [
    "Cursor",
    "FileCursor",
    "Folder",
    "MemoryCursor",
    "Reader",
    "Storage",
    "only_reads",
    "open_tables",
]
