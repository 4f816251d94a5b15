"""The index: an SQLite database with the words of current articles, their vectors, and how far it has followed.

Comes in: articles. Goes out: ids, the best first. Changes: a file.

What is said of an article and how far the change feed was read are written together, so that a crash loses neither.
"""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from newsdesk.contracts import Article, StoredVector, decode_vector
from newsdesk.searching.query import Query, spaced
from newsdesk.searching.vectors import ROWS, SCHEMA, VectorBlocks, closest

_FIRST_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 600.0
"""Between two times that an article is asked for its vector; it doubles, as most vectors come within seconds."""

_VERSION = 4
_SCHEMA = f"""
{SCHEMA}
CREATE TABLE about (bucket TEXT NOT NULL);
CREATE TABLE entry (name TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE article (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, key TEXT NOT NULL,
    host TEXT NOT NULL, language TEXT, day TEXT NOT NULL, committed TEXT NOT NULL, block INTEGER,
    asked_at REAL, wait REAL
);
CREATE INDEX article_by_commit ON article (committed);
CREATE INDEX article_by_key ON article (key);
CREATE INDEX article_without_vector ON article (number) WHERE block IS NULL;
CREATE INDEX article_by_host ON article (host);
CREATE TABLE country (iso2 TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (iso2, number)) WITHOUT ROWID;
CREATE INDEX country_by_article ON country (number);
CREATE VIRTUAL TABLE words USING fts5 (headline, body, tokenize = 'unicode61 remove_diacritics 2');
"""

_PASSES = """
(:host IS NULL OR article.host = :host) AND (:language IS NULL OR article.language = :language)
AND (:since IS NULL OR article.day >= :since) AND (:until IS NULL OR article.day <= :until)
AND (:country IS NULL OR article.number IN (SELECT number FROM country WHERE iso2 = :country))
"""
_BY_WORDS = f"""
SELECT article.id, article.key FROM words JOIN article ON article.number = words.rowid
WHERE words MATCH :expression AND {_PASSES}
ORDER BY bm25(words, 4.0, 1.0), article.number LIMIT :limit
"""  # noqa: S608 - of constants
_WITH_VECTORS = f"SELECT number FROM article WHERE block IS NOT NULL AND {_PASSES}"  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles; None is no filter.

    Attributes
    ----------
    since, until : str or None
        The first and the last day of publication (``YYYY-MM-DD``); of an article without one, of its commit.
    """

    host: str | None = None
    country: str | None = None
    language: str | None = None
    since: str | None = None
    until: str | None = None


class SearchIndex:
    """The index of one bucket, in a file; it is made anew where it is of another bucket or another version.

    It is a :class:`newsdesk.reader.Cursor` as well: how far the change feed was read is kept with what was read.
    """

    def __init__(self, path: Path, bucket: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = path.with_name(f"{path.name}.lock")
        self._path = path
        with self.alone():
            self._database = self._opened(bucket)
        self._blocks = VectorBlocks(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one process at a time change the index."""
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def commit(self) -> None:
        """Keep what was changed."""
        self._database.commit()

    def make_whole(self) -> Path:
        """Bring everything that was kept into the one file, and return it; with the index :meth:`alone`."""
        self._database.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchall()
        return self._path

    # ------------------------------------------------------------------------------------------------- the cursor

    def load(self) -> dict[str, bytes]:
        """Return every entry of the cursor; see the port."""
        return {str(name): bytes(body) for name, body in self._database.execute("SELECT name, body FROM entry")}

    def write(self, name: str, body: bytes, **_how: bool) -> None:
        """Keep an entry of the cursor, together with what was changed; see the port."""
        self._database.execute("INSERT OR REPLACE INTO entry (name, body) VALUES (?, ?)", (name, body))

    def remove(self, names: Iterable[str]) -> None:
        """Forget entries of the cursor; see the port."""
        self._database.executemany("DELETE FROM entry WHERE name = ?", [(name,) for name in names])

    # ------------------------------------------------------------------------------------------------- articles

    def put(self, article: Article, key: str, host: str, committed_at: str) -> None:
        """Let an article be found, in place of its earlier revision."""
        number = self._cleared(article.article_id)
        language = article.enrichment.language
        day = (article.date_published or committed_at)[:10]
        self._database.execute(
            "INSERT INTO article (number, id, revision, key, host, language, day, committed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                article.article_id,
                article.revision,
                key,
                host,
                language.code if language else None,
                day,
                committed_at,
            ),
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO country (iso2, number) VALUES (?, ?)",
            [(country.iso2, number) for country in article.enrichment.countries],
        )
        self._database.execute(
            "INSERT INTO words (rowid, headline, body) VALUES (?, ?, ?)",
            (number, spaced(article.headline or ""), spaced(article.article_body)),
        )

    def forget(self, article_id: str) -> None:
        """Let an article be found no more."""
        self._cleared(article_id)

    def keep_latest(self, since: str, most: int) -> int:
        """Forget the articles that were committed before a time, and the oldest of those that are too many.

        Returns
        -------
        int
            How many that were.
        """
        rows = self._database.execute(
            "SELECT id FROM article WHERE committed < ? UNION "
            "SELECT id FROM (SELECT id FROM article ORDER BY committed DESC LIMIT -1 OFFSET ?)",
            (since, most),
        ).fetchall()
        for (article_id,) in rows:
            self._cleared(str(article_id))
        return len(rows)

    def scrub(self) -> None:
        """Let the file hold no word any more of articles that were taken out of it.

        Until then the words of a deleted text stay in the full-text index, marked as deleted, for an unknown time
        (SQLite's documentation of FTS5). This reads and writes the whole index.
        """
        self._database.execute("INSERT INTO words (words) VALUES ('optimize')")

    def _cleared(self, article_id: str) -> int:
        """Take out what there is of an article, and return the number that it has, or the next one that is free."""
        row = self._database.execute("SELECT number, block FROM article WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return int(self._database.execute("SELECT coalesce(max(number), 0) + 1 FROM article").fetchone()[0])
        number, block = int(row[0]), row[1]
        for statement in (
            "DELETE FROM words WHERE rowid = ?",
            "DELETE FROM country WHERE number = ?",
            "DELETE FROM article WHERE number = ?",
        ):
            self._database.execute(statement, (number,))
        if block is not None:
            self._blocks.remove(number, block)
        return number

    def find(self, query: Query, filters: Filters, limit: int, *, is_loose: bool = False) -> list[tuple[str, str]]:
        """Return ids and keys of the articles that have all words (or any), by BM25, the best first."""
        rows = self._database.execute(
            _BY_WORDS, {"expression": query.expression(is_loose=is_loose), "limit": limit, **asdict(filters)}
        )
        return [(str(found), str(key)) for found, key in rows]

    def count(self) -> int:
        """Return how many articles there are."""
        return int(self._database.execute("SELECT count(*) FROM article").fetchone()[0])

    # ------------------------------------------------------------------------------------------------- vectors

    def lacking_vectors(self, now: float, limit: int) -> list[str]:
        """Return keys of articles that have no vector and are to be asked for it at a time, the latest first."""
        rows = self._database.execute(
            "SELECT key FROM article WHERE block IS NULL AND (asked_at IS NULL OR asked_at + wait <= ?) "
            "ORDER BY number DESC LIMIT ?",
            (now, limit),
        )
        return [str(key) for (key,) in rows]

    def mark_asked(self, keys: Iterable[str], now: float) -> None:
        """Remember when articles were asked for their vectors; each time, the wait until the next is twice as long."""
        self._database.executemany(
            "UPDATE article SET asked_at = ?, wait = min(coalesce(2 * wait, ?), ?) WHERE key = ?",
            [(now, _FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS, key) for key in keys],
        )

    def put_vector(self, stored: StoredVector) -> None:
        """Keep an article's vector, unless it is of another revision."""
        row = self._database.execute("SELECT number, block FROM article WHERE key = ?", (stored.key,)).fetchone()
        if row is None:
            return
        number, block = row
        if block is not None:
            self._blocks.remove(number, block)
        block = self._blocks.put(number, stored.model, decode_vector(stored.vector))
        self._database.execute("UPDATE article SET block = ? WHERE number = ?", (block, number))

    def closest(self, model: str, vector: Sequence[int], filters: Filters, limit: int) -> list[tuple[str, str, float]]:
        """Return ids, keys and cosines of the articles whose vectors are closest, the closest first."""
        among = firsts = None
        if filters != Filters():
            among = [number for (number,) in self._database.execute(_WITH_VECTORS, asdict(filters))]
            firsts = {number - number % ROWS for number in among}
        found = dict(closest(self._blocks.read(model, len(vector), firsts), vector, limit, among))
        return [(identifier, key, found[number]) for number, identifier, key in self._named(list(found))]

    def _named(self, numbers: Sequence[int]) -> list[tuple[int, str, str]]:
        """Return numbers, ids and keys of articles that are there, in the order of their numbers given."""
        rows = self._database.execute(
            "SELECT number, id, key FROM article WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers),),
        )
        found = {number: (number, str(identifier), str(key)) for number, identifier, key in rows}
        return [found[number] for number in numbers if number in found]

    def models(self) -> list[str]:
        """Return the models of the vectors that there are."""
        return self._blocks.models()

    # ------------------------------------------------------------------------------------------------- the file

    def _opened(self, bucket: str) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=30, check_same_thread=False)
        if not _is_of(database, bucket):
            database.close()
            self._path.unlink()
            for suffix in ("-wal", "-shm"):
                self._path.with_name(f"{self._path.name}{suffix}").unlink(missing_ok=True)
            database = sqlite3.connect(self._path, timeout=30, check_same_thread=False)
            database.execute("PRAGMA journal_mode = WAL")
            with closing(database.cursor()) as cursor:
                cursor.executescript(_SCHEMA)
                cursor.execute("INSERT INTO about (bucket) VALUES (?)", (bucket,))
                cursor.execute(f"PRAGMA user_version = {_VERSION}")
            database.commit()
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA cache_size = -65536")
        database.execute("PRAGMA mmap_size = 2147483648")
        return database


def _is_of(database: sqlite3.Connection, bucket: str) -> bool:
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        return bool(version == _VERSION and database.execute("SELECT bucket FROM about").fetchone() == (bucket,))
    except sqlite3.DatabaseError:
        return False
