"""What a program that reads articles uses.

Comes in: a bucket, a folder that mirrors one, or a stack's name. Goes out: changes and articles. Changes: a cursor, if
one is given.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from newsdesk.clock import Clock, to_text, utc_now
from newsdesk.contracts import Article, ArticleChanged
from newsdesk.errors import ObjectMissingError
from newsdesk.reader.cursors import Cursor, FileCursor, MemoryCursor
from newsdesk.reader.feed import ChangeFeed
from newsdesk.reader.revisions import RevisionIndex
from newsdesk.reader.storage import Folder, Storage
from newsdesk.web import article_id, canonical_url, parse_url

_ARTICLE_ID = re.compile(r"[a-z2-7]{26}")
_PARALLEL_READS = 8


class Reader:
    """Reads the articles and changes of a bucket.

    Parameters
    ----------
    source : str, Path or Storage
        ``s3://bucket``, read with the credentials that boto3 finds; or a folder that mirrors a bucket; or anything else
        that has objects.

    Examples
    --------
    >>> reader = Reader("out")
    >>> for change in reader.changes(cursor="reader.cursor"):
    ...     article = reader.read(change)
    """

    def __init__(self, source: str | Path | Storage, clock: Clock = utc_now) -> None:
        self._storage = _storage_of(source)
        self._clock = clock
        self._index: RevisionIndex | None = None
        self._indexed: ChangeFeed | None = None

    @classmethod
    def of_stack(cls, name: str, region: str | None = None) -> Reader:
        """Return a reader of a deployed stack's bucket, which CloudFormation names.

        Raises
        ------
        LookupError
            If there is no such stack, or it has no bucket.
        """
        from newsdesk.adapters.reading import bucket_of_stack

        return cls(bucket_of_stack(name, region))

    def changes(
        self,
        cursor: str | Path | Cursor | None = None,
        since: datetime | None = None,
        *,
        follow: bool = False,
        until: datetime | None = None,
        interval_seconds: float = 15.0,
        save_every: int = 1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Iterator[ArticleChanged]:
        """Yield what was committed: each change once, and those of one article in the order of their revisions.

        A change counts as handled, and the cursor moves past it, when the next one is asked for. What is being handled
        when the process dies, or when the loop is left, comes again; nothing else does.

        Parameters
        ----------
        cursor : str, Path or Cursor, optional
            Where it is kept how far the reader has come: a file, or a cursor of ``newsdesk.adapters.reading`` in S3 or
            DynamoDB. Without one, every call begins anew.
        since : datetime, optional
            Of a cursor that is new: leave out what was committed earlier.
        follow : bool
            Whether to wait for further changes, looking every ``interval_seconds``, up to ``until`` or without end.
        save_every : int
            After how many changes at the latest the cursor is written; a reader that dies gets so many again.

        Raises
        ------
        CursorError
            If the cursor is none, or another reader has it.
        """
        kept, is_ours = _cursor_of(cursor)
        try:
            feed = ChangeFeed(self._storage, kept, since, save_every, self._clock)
            yield from feed.follow(until, interval_seconds, sleep) if follow else feed.look()
        finally:
            if is_ours and isinstance(kept, FileCursor):
                kept.close()

    def read(self, change: ArticleChanged) -> Article | None:
        """Return the revision that a change tells of; None of a retraction, and where its object was erased."""
        return self._article(change.key) if change.key is not None else None

    def articles(
        self, since: datetime | None = None, host: str | None = None, language: str | None = None
    ) -> Iterator[Article]:
        """Yield the current revision of every article, in the order of commit; retracted ones are left out.

        The first call reads the whole change feed, and later ones what was added since. Articles are read eight at a
        time.

        Parameters
        ----------
        since : datetime, optional
            Only articles whose current revision was committed from this time on.
        host : str, optional
            Only articles of this host.
        language : str, optional
            Only articles in this language: its code, as in ``enrichment.language.code``.
        """
        index = self._up_to_date()
        keys = (revision.key for revision in index.current(host, to_text(since) if since else ""))
        for article in self._read_side_by_side(key for key in keys if key is not None):
            found = article.enrichment.language
            if language is None or (found is not None and found.code == language):
                yield article

    def get(self, subject: str, revision: int | None = None) -> Article | None:
        """Return an article by its id or URL: its current revision, or one by number.

        Returns
        -------
        Article or None
            None if there is no such article or revision, and if it was retracted or erased.

        Raises
        ------
        RejectedUrlError
            If the subject is neither an article's id nor a URL.
        """
        is_id = _ARTICLE_ID.fullmatch(subject)
        identifier = subject if is_id else article_id(canonical_url(parse_url(subject)))
        found = self._up_to_date().find(identifier, revision)
        return self._article(found.key) if found is not None and found.key is not None else None

    def close(self) -> None:
        """Delete the temporary index that :meth:`articles` and :meth:`get` make."""
        if self._index is not None:
            self._index.close()
        self._index = self._indexed = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _article(self, key: str) -> Article | None:
        try:
            return Article.model_validate_json(self._storage.get(key))
        except ObjectMissingError:
            return None

    def _read_side_by_side(self, keys: Iterable[str]) -> Iterator[Article]:
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            ahead: deque[Future[Article | None]] = deque()
            try:
                for key in keys:
                    ahead.append(pool.submit(self._article, key))
                    if len(ahead) > 2 * _PARALLEL_READS:
                        yield from _present(ahead.popleft().result())
                while ahead:
                    yield from _present(ahead.popleft().result())
            finally:
                for future in ahead:
                    future.cancel()

    def _up_to_date(self) -> RevisionIndex:
        if self._index is None or self._indexed is None:
            self._index = RevisionIndex()
            self._indexed = ChangeFeed(self._storage, MemoryCursor(), save_every=1_000, clock=self._clock)
        self._index.add(self._indexed.look())
        return self._index


def _present(article: Article | None) -> Iterator[Article]:
    if article is not None:
        yield article


def _storage_of(source: str | Path | Storage) -> Storage:
    if isinstance(source, str) and source.startswith("s3://"):
        from newsdesk.adapters.reading import S3Storage

        return S3Storage(source.removeprefix("s3://").strip("/"))
    return Folder(Path(source)) if isinstance(source, str | Path) else source


def _cursor_of(cursor: str | Path | Cursor | None) -> tuple[Cursor, bool]:
    """Return a cursor, and whether it was made here."""
    if cursor is None:
        return MemoryCursor(), True
    if isinstance(cursor, str | Path):
        return FileCursor(Path(cursor)), True
    return cursor, False
