"""An index of the revisions that the feed has told of, in a temporary file, so that memory stays bounded.

Comes in: changes. Goes out: revisions and their keys. Changes: a temporary SQLite file, which goes with the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from newsdesk.contracts import ArticleChanged

_SCHEMA = """
CREATE TABLE revision (
    article_id TEXT, revision INTEGER, key TEXT, host TEXT, committed_at TEXT, PRIMARY KEY (article_id, revision)
) WITHOUT ROWID
"""

_CURRENT = """
SELECT article_id, max(revision), key, host FROM revision
GROUP BY article_id HAVING key IS NOT NULL AND (:host IS NULL OR host = :host) AND committed_at >= :since
ORDER BY committed_at, article_id
"""


@dataclass(frozen=True, slots=True)
class Revision:
    """A committed revision of an article.

    Attributes
    ----------
    key : str or None
        The key of its object; None of a retraction.
    """

    article_id: str
    revision: int
    key: str | None


class RevisionIndex:
    """Which revisions there are, and which are current."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="newsdesk-reader-")
        self._database = sqlite3.connect(Path(self._folder.name) / "revisions.sqlite", check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(_SCHEMA)

    def add(self, changes: Iterable[ArticleChanged]) -> None:
        """Take changes in; a change that is known already changes nothing."""
        rows = ((c.article_id, c.revision, c.key, c.host, c.committed_at) for c in changes)
        with self._database:
            self._database.executemany("INSERT OR IGNORE INTO revision VALUES (?, ?, ?, ?, ?)", rows)

    def current(self, host: str | None = None, since: str = "") -> Iterator[Revision]:
        """Yield the current revision of every article that has one, in the order of their commits."""
        for article_id, revision, key, _ in self._database.execute(_CURRENT, {"host": host, "since": since}):
            yield Revision(article_id, revision, key)

    def find(self, article_id: str, revision: int | None = None) -> Revision | None:
        """Return a revision of an article, or its latest one."""
        row = self._database.execute(
            "SELECT revision, key FROM revision WHERE article_id = :id AND (:revision IS NULL OR revision = :revision)"
            " ORDER BY revision DESC LIMIT 1",
            {"id": article_id, "revision": revision},
        ).fetchone()
        return Revision(article_id, *row) if row is not None else None

    def close(self) -> None:
        """Delete the temporary file."""
        self._database.close()
        self._folder.cleanup()
